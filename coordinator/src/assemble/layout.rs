//! A file as a list of pieces: bytes made here, and slices of parts. Holds no payload.

use std::ops::Range;

use bytes::Bytes;
use farm_core::content_key::ContentKey;

/// A stretch of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Made by us.
    Bytes(Bytes),
    /// A stretch of a part's payload.
    Slice {
        /// Which part.
        part: ContentKey,
        /// First byte in its payload.
        offset: u64,
        /// How many bytes.
        length: u64,
    },
}

impl Piece {
    /// How many bytes it is.
    #[must_use]
    pub fn length(&self) -> u64 {
        match self {
            Piece::Bytes(bytes) => bytes.len() as u64,
            Piece::Slice { length, .. } => *length,
        }
    }

    /// A stretch of the piece.
    fn slice(&self, range: Range<u64>) -> Piece {
        match self {
            Piece::Bytes(bytes) => {
                let at = |position: u64| usize::try_from(position).expect("inside a buffer in memory");
                Piece::Bytes(bytes.slice(at(range.start)..at(range.end)))
            }
            Piece::Slice { part, offset, .. } => {
                Piece::Slice { part: *part, offset: offset + range.start, length: range.end - range.start }
            }
        }
    }
}

/// A whole file: the concatenation of its pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    pieces: Vec<Piece>,
    /// Where each piece ends in the file.
    ends: Vec<u64>,
}

impl Layout {
    /// Appends a piece. Slices that go on where the last one ended become one with it.
    pub fn push(&mut self, piece: Piece) {
        let length = piece.length();
        if length == 0 {
            return;
        }
        let end = self.size_bytes() + length;
        if let (Some(Piece::Slice { part, offset, length }), Piece::Slice { part: next, offset: from, length: more }) =
            (self.pieces.last_mut(), &piece)
            && *part == *next
            && *offset + *length == *from
        {
            *length += more;
            self.ends.pop();
        } else {
            self.pieces.push(piece);
        }
        self.ends.push(end);
    }

    /// The pieces in order; none is empty.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Size of the file.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// The pieces of a stretch of the file, cut to it.
    pub fn range(&self, range: Range<u64>) -> impl Iterator<Item = Piece> + '_ {
        let first = self.ends.partition_point(|&end| end <= range.start);
        let mut start = first.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.pieces[first..].iter().zip(&self.ends[first..]).map_while(move |(piece, &end)| {
            let inside = range.start.max(start)..range.end.min(end);
            let from = start;
            start = end;
            (inside.start < inside.end).then(|| piece.slice(inside.start - from..inside.end - from))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(part: u8, offset: u64, length: u64) -> Piece {
        Piece::Slice { part: ContentKey([part; 32]), offset, length }
    }

    #[test]
    fn ranges_cut_pieces_and_neighbours_join() {
        let mut layout = Layout::default();
        layout.push(Piece::Bytes(Bytes::from_static(b"moov")));
        layout.push(slice(1, 0, 10));
        layout.push(slice(1, 10, 5));
        layout.push(slice(2, 0, 0));
        layout.push(slice(2, 7, 3));
        assert_eq!(layout.pieces().len(), 3);
        assert_eq!(layout.size_bytes(), 22);
        let all: Vec<Piece> = layout.range(0..22).collect();
        assert_eq!(all, layout.pieces());
        let middle: Vec<Piece> = layout.range(2..20).collect();
        assert_eq!(middle, [Piece::Bytes(Bytes::from_static(b"ov")), slice(1, 0, 15), slice(2, 7, 1)]);
        assert_eq!(layout.range(4..6).collect::<Vec<_>>(), [slice(1, 0, 2)]);
        assert_eq!(layout.range(22..22).count(), 0);
    }
}
