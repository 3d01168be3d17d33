//! Draws a number into a picture as large black and white cells, and reads it back from any later, scaled, compressed copy.
//! Knows pictures of one byte a pixel, not files.

/// Bits of the number; more frames than 2¹⁶ no test source has.
const NUMBER_BITS: usize = 16;
/// Bits of the check sum: one wrong reading in 256 of noise would pass, and noise already fails the contrast.
const CHECK_BITS: usize = 8;
/// Cells in all.
const CELLS: usize = NUMBER_BITS + CHECK_BITS;
/// Luma of a cell that is 0, and of one that is 1 (limited range).
const DARK: u8 = 30;
const BRIGHT: u8 = 220;
/// A cell whose middle is nearer to grey than this is not believed: it is a blend of two frames or a damaged picture.
const CONTRAST_MIN: u8 = 40;
const GREY: u8 = 128;

/// How bright each cell of a picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cells([u8; CELLS]);

impl Cells {
    /// The number they carry; `None` when they carry none.
    #[must_use]
    pub fn number(&self) -> Option<u16> {
        let mut code = 0_u32;
        for (cell, luma) in self.0.iter().enumerate() {
            if luma.abs_diff(GREY) < CONTRAST_MIN {
                return None;
            }
            code |= u32::from(*luma > GREY) << cell;
        }
        let number = number_of(code);
        (code_of(number) == code).then_some(number)
    }

    /// How far the worst cell is, in 255ths, from a blend in which `incoming` weighs `share` of the whole and `outgoing` the rest.
    #[must_use]
    pub fn off_blend(&self, outgoing: &Cells, incoming: &Cells, share: f64) -> f64 {
        let sides = outgoing.0.iter().zip(&incoming.0);
        let meant = sides.map(|(&out, &into)| f64::from(out) * (1.0 - share) + f64::from(into) * share);
        self.0.iter().zip(meant).map(|(&is, meant)| (f64::from(is) - meant).abs()).fold(0.0, f64::max)
    }
}

/// How cells are laid over a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Barcode {
    /// Cells beside each other.
    pub columns: usize,
    /// Cells above each other.
    pub rows: usize,
}

impl Barcode {
    /// For pictures much wider than high.
    pub const WIDE: Barcode = Barcode { columns: 12, rows: 2 };
    /// For pictures higher than wide.
    pub const TALL: Barcode = Barcode { columns: 4, rows: 6 };

    /// The layout that fits a picture of this shape.
    #[must_use]
    pub fn fitting(width: usize, height: usize) -> Barcode {
        if width > height { Barcode::WIDE } else { Barcode::TALL }
    }

    /// A luma plane of `width × height` that carries `number`.
    #[must_use]
    pub fn draw(self, number: u16, width: usize, height: usize) -> Vec<u8> {
        assert_eq!(self.columns * self.rows, CELLS, "a layout holds every cell once");
        let code = code_of(number);
        let mut plane = Vec::with_capacity(width * height);
        for y in 0..height {
            let row = y * self.rows / height;
            plane.extend((0..width).map(|x| {
                let cell = row * self.columns + x * self.columns / width;
                if code >> cell & 1 == 1 { BRIGHT } else { DARK }
            }));
        }
        plane
    }

    /// The number a luma plane carries; `None` when it carries none.
    #[must_use]
    pub fn read(self, plane: &[u8], width: usize, height: usize) -> Option<u16> {
        self.cells(plane, width, height).number()
    }

    /// How bright each cell of a luma plane is.
    #[must_use]
    pub fn cells(self, plane: &[u8], width: usize, height: usize) -> Cells {
        assert_eq!(plane.len(), width * height, "a plane is one byte a pixel");
        Cells(std::array::from_fn(|cell| self.cell_mean(cell, plane, width, height)))
    }

    /// Mean luma of the inner half of a cell, away from what scaling blurs.
    fn cell_mean(self, cell: usize, plane: &[u8], width: usize, height: usize) -> u8 {
        let middle = |index: usize, count: usize, length: usize| {
            (length * (4 * index + 1)).div_ceil(4 * count)..(length * (4 * index + 3)).div_ceil(4 * count)
        };
        let columns = middle(cell % self.columns, self.columns, width);
        let rows = middle(cell / self.columns, self.rows, height);
        let area = u32::try_from(columns.len() * rows.len()).expect("a cell is smaller than a picture");
        let sum: u32 = rows.flat_map(|y| &plane[y * width..][columns.clone()]).map(|&luma| u32::from(luma)).sum();
        u8::try_from(sum / area).expect("a mean of bytes is a byte")
    }
}

/// Neighbouring numbers differ in about half of their cells, so that no two frames can be taken for each other.
fn code_of(number: u16) -> u32 {
    let mixed = number.wrapping_mul(SPREAD);
    u32::from(mixed) | u32::from(check(mixed)) << NUMBER_BITS
}

fn number_of(code: u32) -> u16 {
    let mixed = u16::try_from(code & 0xFFFF).expect("sixteen bits");
    mixed.wrapping_mul(SPREAD_INVERSE)
}

/// An odd factor, and the one that undoes it modulo 2¹⁶.
const SPREAD: u16 = 0x9E3B;
const SPREAD_INVERSE: u16 = inverse(SPREAD);

const fn inverse(odd: u16) -> u16 {
    // Newton's iteration doubles the number of right bits; an odd number is its own inverse modulo 8.
    let mut guess = odd;
    let mut step = 0;
    while step < 4 {
        guess = guess.wrapping_mul(2_u16.wrapping_sub(odd.wrapping_mul(guess)));
        step += 1;
    }
    guess
}

/// CRC-8 with polynomial 0x07, begun at 0xFF so that an all-dark picture is no number.
fn check(mixed: u16) -> u8 {
    mixed.to_be_bytes().into_iter().fold(0xFF, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { crc << 1 ^ 0x07 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_read() {
        for barcode in [Barcode::WIDE, Barcode::TALL] {
            for number in [0, 1, 2, 255, 256, 4711, 65_535] {
                let plane = barcode.draw(number, 96, 60);
                assert_eq!(barcode.read(&plane, 96, 60), Some(number));
            }
        }
    }

    #[test]
    fn blends_and_flat_pictures_are_no_number() {
        let (one, next) = (Barcode::WIDE.draw(20, 96, 16), Barcode::WIDE.draw(21, 96, 16));
        let blend: Vec<u8> = one.iter().zip(&next).map(|(a, b)| a.midpoint(*b)).collect();
        assert_eq!(Barcode::WIDE.read(&blend, 96, 16), None);
        for luma in [0, 16, 128, 255] {
            assert_eq!(Barcode::WIDE.read(&vec![luma; 96 * 16], 96, 16), None, "flat {luma}");
        }
    }

    #[test]
    fn a_blend_is_told_from_others() {
        let draw = |number| Barcode::WIDE.draw(number, 96, 16);
        let blend: Vec<u8> = draw(20).iter().zip(draw(21)).map(|(&a, b)| a / 4 * 3 + b / 4).collect();
        let cells = |plane: &[u8]| Barcode::WIDE.cells(plane, 96, 16);
        let off = |outgoing, incoming, share| {
            cells(&blend).off_blend(&cells(&draw(outgoing)), &cells(&draw(incoming)), share)
        };
        assert!(off(20, 21, 0.25) < 4.0, "{}", off(20, 21, 0.25));
        assert!(off(20, 21, 0.45) > 30.0);
        assert!(off(20, 22, 0.25) > 40.0);
        assert!(off(19, 21, 0.25) > 100.0);
    }

    #[test]
    fn one_wrong_cell_is_noticed() {
        let mut plane = Barcode::WIDE.draw(77, 96, 16);
        for y in 0..8 {
            plane[y * 96..][..8].iter_mut().for_each(|luma| *luma = if *luma == DARK { BRIGHT } else { DARK });
        }
        assert_eq!(Barcode::WIDE.read(&plane, 96, 16), None);
    }
}
