//! The frame table of one picture track: when every frame is shown, and where decoding may begin.

use std::fmt;
use std::ops::Range;

use crate::rate::{Rate, Ticks};
use crate::span::Span;
use crate::varint;

/// One picture of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// When it is shown, edit lists applied, on the table's rate.
    pub pts: Ticks,
    /// Whether a decoder can begin here.
    pub key: bool,
}

/// Why a list of frames is no frame table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameTableError {
    /// There is not a single frame.
    Empty,
    /// Frame `ordinal` is not shown after the one before it.
    NotIncreasing {
        /// Position in presentation order, from 0.
        ordinal: usize,
    },
    /// The source would end before its last frame is shown.
    EndsBeforeLastFrame,
    /// Bytes at rest that no table was ever written as.
    Malformed,
}

impl fmt::Display for FrameTableError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(out, "the picture track holds no frame"),
            Self::NotIncreasing { ordinal } => write!(out, "frame {ordinal} is not shown after the frame before it"),
            Self::EndsBeforeLastFrame => write!(out, "the picture track ends before its last frame"),
            Self::Malformed => write!(out, "the stored frame table is damaged"),
        }
    }
}

impl std::error::Error for FrameTableError {}

/// Every frame of a picture track in presentation order. Times strictly increase; there is at least one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameTable {
    rate: Rate,
    frames: Vec<Frame>,
    end: Ticks,
}

impl FrameTable {
    /// A table of `frames` (already in presentation order) that counts on `rate`; the last one is shown until `end`.
    pub fn new(rate: Rate, frames: Vec<Frame>, end: Ticks) -> Result<FrameTable, FrameTableError> {
        let last = frames.last().ok_or(FrameTableError::Empty)?;
        if end <= last.pts {
            return Err(FrameTableError::EndsBeforeLastFrame);
        }
        if let Some(before) = frames.windows(2).position(|pair| pair[1].pts <= pair[0].pts) {
            return Err(FrameTableError::NotIncreasing { ordinal: before + 1 });
        }
        Ok(FrameTable { rate, frames, end })
    }

    /// What the ticks count.
    #[must_use]
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// The frames in presentation order.
    #[must_use]
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// How many frames there are; never zero.
    #[must_use]
    pub fn frame_count(&self) -> usize {
        self.frames.len()
    }

    /// The instant the last frame stops being shown.
    #[must_use]
    pub fn end(&self) -> Ticks {
        self.end
    }

    /// From the first frame's time to the end of the last.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.frames[0].pts, self.end)
    }

    /// When frame `ordinal` is shown; `frame_count` itself names the end of the source.
    #[must_use]
    pub fn instant(&self, ordinal: usize) -> Ticks {
        self.frames.get(ordinal).map_or(self.end, |frame| frame.pts)
    }

    /// The frames with `start <= pts < end`, as a range of ordinals.
    #[must_use]
    pub fn within(&self, span: Span) -> Range<usize> {
        let first = self.frames.partition_point(|frame| frame.pts < span.start);
        let after = self.frames.partition_point(|frame| frame.pts < span.end);
        first..after.max(first)
    }

    /// The time a range of frames covers: from the first one's pts to the pts of the first frame after the last.
    #[must_use]
    pub fn snapped(&self, ordinals: &Range<usize>) -> Span {
        Span::new(self.instant(ordinals.start), self.instant(ordinals.end))
    }

    /// The table as bytes at rest; [`FrameTable::from_bytes`] reads them. About two bytes a frame.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.frames.len() * 3 + 32);
        varint::put(&mut out, u64::from(self.rate.num()));
        varint::put(&mut out, u64::from(self.rate.den()));
        varint::put(&mut out, self.frames.len() as u64);
        let mut before = 0;
        for frame in &self.frames {
            varint::put_signed(&mut out, ((frame.pts.0 - before) << 1) | i64::from(frame.key));
            before = frame.pts.0;
        }
        varint::put_signed(&mut out, self.end.0 - before);
        out
    }

    /// Reads what [`FrameTable::to_bytes`] wrote. Refuses anything else, and never takes more memory than the bytes warrant.
    pub fn from_bytes(mut bytes: &[u8]) -> Result<FrameTable, FrameTableError> {
        Self::take(&mut bytes).ok_or(FrameTableError::Malformed)?
    }

    fn take(bytes: &mut &[u8]) -> Option<Result<FrameTable, FrameTableError>> {
        let num = u32::try_from(varint::take(bytes)?).ok()?;
        let den = u32::try_from(varint::take(bytes)?).ok()?;
        let rate = Rate::new(num, den)?;
        let count = usize::try_from(varint::take(bytes)?).ok().filter(|&count| count <= bytes.len())?;
        let mut frames = Vec::with_capacity(count);
        let mut before = 0_i64;
        for _ in 0..count {
            let coded = varint::take_signed(bytes)?;
            before = before.checked_add(coded >> 1)?;
            frames.push(Frame { pts: Ticks(before), key: coded & 1 == 1 });
        }
        let end = Ticks(before.checked_add(varint::take_signed(bytes)?)?);
        bytes.is_empty().then(|| FrameTable::new(rate, frames, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(times: &[i64], end: i64) -> FrameTable {
        let frames = times.iter().map(|&pts| Frame { pts: Ticks(pts), key: pts == 0 }).collect();
        FrameTable::new(Rate::hz(30_000).unwrap(), frames, Ticks(end)).unwrap()
    }

    #[test]
    fn a_segment_is_its_frames() {
        let table = table(&[0, 1001, 2002, 3003], 4004);
        assert_eq!(table.within(Span::new(Ticks(1001), Ticks(3003))), 1..3);
        assert_eq!(table.within(Span::new(Ticks(1002), Ticks(2002))), 2..2);
        assert_eq!(table.snapped(&(1..4)), Span::new(Ticks(1001), Ticks(4004)));
    }

    #[test]
    fn disorder_is_refused() {
        let frames = vec![Frame { pts: Ticks(5), key: true }, Frame { pts: Ticks(5), key: false }];
        let refused = FrameTable::new(Rate::FALLBACK, frames, Ticks(9));
        assert_eq!(refused, Err(FrameTableError::NotIncreasing { ordinal: 1 }));
        assert_eq!(FrameTable::from_bytes(&[1, 1, 0xff, 0xff, 0x03]), Err(FrameTableError::Malformed));
    }

    proptest! {
        #[test]
        fn bytes_at_rest_read_back(first in -100_i64..100, gaps in prop::collection::vec((1_i64..100_000, any::<bool>()), 1..200)) {
            let mut at = first;
            let frames: Vec<Frame> = gaps.iter().map(|&(gap, key)| { let pts = Ticks(at); at += gap; Frame { pts, key } }).collect();
            let table = FrameTable::new(Rate::new(30_000, 1001).unwrap(), frames, Ticks(at)).unwrap();
            prop_assert_eq!(FrameTable::from_bytes(&table.to_bytes()), Ok(table));
        }

        #[test]
        fn stray_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _refused_or_read = FrameTable::from_bytes(&bytes);
        }
    }
}
