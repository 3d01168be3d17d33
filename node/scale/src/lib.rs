//! Planes of 8-bit samples made larger or smaller with the Catmull-Rom cubic, in whole numbers: the same bytes on every machine.
//! Knows nothing of frames, colours or the media library. Decision 0016 says why it is not the library's.
//!
//! First across rows into a line of 16-bit samples with six bits more than were there, then along that line, eight products at
//! a time.

mod columns;
mod rows;
mod taps;

use columns::Columns;
use taps::Taps;

/// A plane as it lies in memory.
#[derive(Clone, Copy, Debug)]
pub struct Plane<'a> {
    /// Samples, row after row; the last row may end with its last sample.
    pub samples: &'a [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
}

/// Scales planes of one size to another.
#[derive(Clone, Debug)]
pub struct PlaneScaler {
    width: usize,
    rows: Taps,
    columns: Columns,
    line: Vec<i16>,
}

impl PlaneScaler {
    /// A scaler from one width and height to another, in samples; `None` if one of them is 0 or absurd.
    #[must_use]
    pub fn new((width, height): (usize, usize), (to_width, to_height): (usize, usize)) -> Option<PlaneScaler> {
        let columns = Columns::new(&Taps::new(width, to_width)?);
        let line = vec![0; columns.line_length(width)];
        Some(PlaneScaler { width, rows: Taps::new(height, to_height)?, columns, line })
    }

    /// Scales `plane` into rows of `stride` bytes. Beyond its edges a plane goes on as its outermost samples.
    /// `None`, with `out` half done, if either is smaller than what the scaler was made for.
    #[must_use]
    pub fn scale(&mut self, plane: Plane, out: &mut [u8], stride: usize) -> Option<()> {
        let mut sources = Vec::with_capacity(self.rows.length());
        let before = self.columns.before();
        for (number, (first, weights)) in self.rows.iter().enumerate() {
            sources.clear();
            for offset in 0..weights.len() {
                let row = self.rows.inside(first, offset);
                sources.push(plane.samples.get(row * plane.stride..)?.get(..self.width)?);
            }
            rows::add_up(&sources, weights, &mut self.line[before..before + self.width]);
            self.columns.repeat_edges(&mut self.line, self.width);
            self.columns.scale(&self.line, out.get_mut(number * stride..)?.get_mut(..self.columns.count())?);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
