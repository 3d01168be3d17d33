//! The sample tables both kinds of track have, written entry by entry. Knows neither codecs nor times of day.

use super::boxes::{Boxes, Kind};
use super::chunks::{self, Chunk};

/// `stts` or `ctts`: runs of equal values.
pub(super) fn runs(out: &mut Boxes, kind: Kind, values: impl Iterator<Item = u32>) {
    out.full(kind, 0, 0, |out| {
        out.counted(|out| {
            let mut run: Option<(u32, u32)> = None;
            let mut count = 0;
            for value in values {
                match &mut run {
                    Some((length, before)) if *before == value => *length += 1,
                    full => {
                        count += 1;
                        if let Some((length, before)) = full.replace((1, value)) {
                            out.u32(length);
                            out.u32(before);
                        }
                    }
                }
            }
            if let Some((length, value)) = run {
                out.u32(length);
                out.u32(value);
            }
            count
        });
    });
}

/// `stss`: the frames a decoder can begin at, from 1.
pub(super) fn key_frames(out: &mut Boxes, keys: impl Iterator<Item = bool>) {
    out.full(*b"stss", 0, 0, |out| {
        out.counted(|out| {
            let mut count = 0;
            for (number, _) in (1..).zip(keys).filter(|&(_, key)| key) {
                out.u32(number);
                count += 1;
            }
            count
        });
    });
}

/// `stsz`: the size of every frame.
pub(super) fn sizes(out: &mut Boxes, sizes: impl Iterator<Item = u32>) {
    out.full(*b"stsz", 0, 0, |out| {
        out.u32(0);
        out.counted(|out| {
            let mut count = 0;
            for size in sizes {
                out.u32(size);
                count += 1;
            }
            count
        });
    });
}

/// `stsc`: how many frames each chunk of one kind holds.
pub(super) fn chunk_lengths(out: &mut Boxes, chunks: &[Chunk], kind: chunks::Kind) {
    out.full(*b"stsc", 0, 0, |out| {
        out.counted(|out| {
            let mut before = 0;
            let mut count = 0;
            for (number, chunk) in (1..).zip(chunks.iter().filter(|chunk| chunk.kind == kind)) {
                if chunk.frame_count != before {
                    before = chunk.frame_count;
                    count += 1;
                    out.u32(number);
                    out.u32(chunk.frame_count);
                    out.u32(1);
                }
            }
            count
        });
    });
}

/// `stco` or `co64`: where each chunk of one kind lies in the payload.
pub(super) fn chunk_offsets(out: &mut Boxes, chunks: &[Chunk], kind: chunks::Kind) {
    let mut position = 0;
    let mut offsets = Vec::new();
    for chunk in chunks {
        if chunk.kind == kind {
            offsets.push(position);
        }
        position += chunk.length;
    }
    out.chunk_offsets(offsets.into_iter());
}
