//! How uncompressed samples are written in MP4 and MOV files, and what they mean as floating point.
//! Knows nothing of where they lie.

use super::boxes::{be_u16, be_u32, be_u64};

/// Flags of an `lpcm` sample entry (`CoreAudio`'s `AudioFormatFlags`).
const LPCM_IS_FLOAT: u32 = 1;
const LPCM_IS_BIG_ENDIAN: u32 = 2;
const LPCM_IS_SIGNED: u32 = 4;

/// Bytes of a sound sample entry up to the fields of its version, without the box header.
const ENTRY_BYTES: usize = 28;
/// What version 1 and version 2 add to them.
const VERSION_1_BYTES: usize = 16;

/// The layout of one sample of one channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleFormat {
    /// 1 to 4, or 8.
    pub bytes: usize,
    /// Floating point instead of whole numbers.
    pub is_float: bool,
    /// Whole numbers with a sign; without one the middle is silence.
    pub is_signed: bool,
    /// The first byte is the most significant.
    pub is_big_endian: bool,
}

/// A sound sample entry of uncompressed sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PcmEntry {
    /// How a sample is written.
    pub format: SampleFormat,
    /// Samples per frame.
    pub channels: usize,
    /// Frames per second.
    pub rate: u32,
}

impl PcmEntry {
    /// Reads the first entry of an `stsd` box; `None` when its sound is compressed or laid out in an unknown way.
    pub fn read(stsd: &[u8]) -> Option<Self> {
        let size = usize::try_from(be_u32(stsd, 8)).ok()?;
        let kind: &[u8; 4] = stsd.get(12..)?.first_chunk()?;
        let entry = stsd.get(16..8 + size)?;
        let found = match be_u16(entry, 8) {
            2 if kind == b"lpcm" => Self::of_version_2(entry)?,
            0 | 1 => Self::of_kind(*kind, entry)?,
            _ => return None,
        };
        let sane = (1..=64).contains(&found.channels) && (1..=768_000).contains(&found.rate);
        let known = if found.format.is_float {
            [4, 8].contains(&found.format.bytes)
        } else {
            (1..=4).contains(&found.format.bytes)
        };
        (sane && known).then_some(found)
    }

    fn of_version_2(entry: &[u8]) -> Option<Self> {
        let fields = entry.get(ENTRY_BYTES..)?;
        let rate = f64::from_bits(be_u64(fields, 4));
        let flags = be_u32(fields, 24);
        let format = SampleFormat {
            bytes: usize::try_from(be_u32(fields, 20) / 8).ok()?,
            is_float: flags & LPCM_IS_FLOAT != 0,
            is_signed: flags & LPCM_IS_SIGNED != 0,
            is_big_endian: flags & LPCM_IS_BIG_ENDIAN != 0,
        };
        Some(Self { format, channels: usize::try_from(be_u32(fields, 12)).ok()?, rate: whole(rate)? })
    }

    fn of_kind(kind: [u8; 4], entry: &[u8]) -> Option<Self> {
        let is_byte = be_u16(entry, 18) == 8;
        let little = says_little_endian(entry);
        let format =
            |bytes, is_float, is_signed, is_big_endian| SampleFormat { bytes, is_float, is_signed, is_big_endian };
        let format = match &kind {
            b"raw " | b"NONE" if is_byte => format(1, false, false, true),
            b"twos" | b"sowt" if is_byte => format(1, false, true, true),
            b"twos" => format(2, false, true, true),
            b"sowt" => format(2, false, true, false),
            b"in24" => format(3, false, true, !little),
            b"in32" => format(4, false, true, !little),
            b"fl32" => format(4, true, true, !little),
            b"fl64" => format(8, true, true, !little),
            _ => return None,
        };
        Some(Self { format, channels: usize::from(be_u16(entry, 16)), rate: be_u32(entry, 24) >> 16 })
    }
}

impl SampleFormat {
    /// A sample as a value in −1..1.
    pub fn value(self, sample: &[u8]) -> f32 {
        let mut bytes = [0; 8];
        for (place, byte) in bytes.iter_mut().enumerate().take(self.bytes.min(sample.len())) {
            *byte = sample[if self.is_big_endian { place } else { self.bytes - 1 - place }];
        }
        let [a, b, c, d, ..] = bytes;
        match (self.is_float, self.bytes) {
            (true, 8) => single(f64::from_be_bytes(bytes)),
            (true, _) => f32::from_be_bytes([a, b, c, d]),
            // Shorter numbers fill the upper bytes, so that all have the same full scale of 2³¹.
            (false, _) => single(
                f64::from(i32::from_be_bytes([a ^ if self.is_signed { 0 } else { 0x80 }, b, c, d])) / 2_147_483_648.0,
            ),
        }
    }
}

/// Whether a version 1 entry has `wave(enda)` with the little-endian mark. GStreamer 1.22 looks for it with 24 bits only
/// and takes the others for big-endian: noise or near silence.
fn says_little_endian(entry: &[u8]) -> bool {
    if be_u16(entry, 8) != 1 {
        return false;
    }
    let extensions = entry.get(ENTRY_BYTES + VERSION_1_BYTES..).unwrap_or_default();
    let enda = extensions.windows(4).position(|name| name == b"enda");
    enda.is_some_and(|at| be_u16(extensions, at + 4) == 1)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a whole number that fits")]
fn whole(rate: f64) -> Option<u32> {
    (rate.fract() == 0.0 && rate > 0.0 && rate < f64::from(u32::MAX)).then_some(rate as u32)
}

#[expect(clippy::cast_possible_truncation, reason = "samples are single precision throughout")]
fn single(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "whole numbers become floating point exactly")]
mod tests {
    use super::*;

    const S16: SampleFormat = SampleFormat { bytes: 2, is_float: false, is_signed: true, is_big_endian: false };

    #[test]
    fn samples_mean_what_they_say() {
        let big = SampleFormat { is_big_endian: true, ..S16 };
        assert_eq!((S16.value(&[0, 0x80]), S16.value(&[0, 0x40]), big.value(&[0xc0, 0])), (-1.0, 0.5, -0.5));
        let byte = SampleFormat { bytes: 1, is_signed: false, ..S16 };
        assert_eq!((byte.value(&[0]), byte.value(&[0x80]), byte.value(&[0xc0])), (-1.0, 0.0, 0.5));
        let wide = SampleFormat { bytes: 3, ..S16 };
        assert_eq!((wide.value(&[0, 0, 0x20]), wide.value(&[0, 0, 0xe0])), (0.25, -0.25));
        let float = SampleFormat { bytes: 4, is_float: true, ..S16 };
        assert_eq!(float.value(&0.3_f32.to_le_bytes()), 0.3);
        let double = SampleFormat { bytes: 8, is_float: true, is_big_endian: true, ..S16 };
        assert_eq!(double.value(&(-0.75_f64).to_be_bytes()), -0.75);
    }

    #[test]
    fn compressed_sound_and_nonsense_are_no_pcm() {
        assert_eq!(PcmEntry::read(&[]), None);
        assert_eq!(PcmEntry::read(&[0xff; 64]), None);
        let mut stsd = vec![0; 8];
        stsd.extend(36_u32.to_be_bytes());
        stsd.extend(b"mp4a");
        stsd.extend([0; 28]);
        assert_eq!(PcmEntry::read(&stsd), None);
    }
}
