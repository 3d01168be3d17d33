//! What a VP9 stream says of itself, and the level that its size and rate put it on. Pure: bytes and numbers.
//! Decodes no picture.

/// The beginning of a key frame, by the VP9 bitstream specification, section 6.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyFrame {
    /// Bitstream profile, 0 to 3.
    pub profile: u8,
    /// Bits per sample.
    pub bit_depth: u8,
    /// Whether chroma is subsampled, horizontally and vertically.
    pub subsampled: (bool, bool),
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl KeyFrame {
    /// Reads the first frame of an access unit; `None` if it is not a key frame of VP9.
    #[must_use]
    pub fn read(unit: &[u8]) -> Option<KeyFrame> {
        const FRAME_MARKER: u32 = 2;
        const SYNC_CODE: u32 = 0x49_8342;
        const SRGB: u32 = 7;
        let mut bits = Bits { bytes: unit, next: 0 };
        if bits.take(2)? != FRAME_MARKER {
            return None;
        }
        let profile = bits.take(1)? | bits.take(1)? << 1;
        let reserved = if profile == 3 { bits.take(1)? } else { 0 };
        let (shows_existing, is_inter_frame, _is_shown, _is_resilient) =
            (bits.take(1)?, bits.take(1)?, bits.take(1)?, bits.take(1)?);
        if reserved != 0 || shows_existing != 0 || is_inter_frame != 0 || bits.take(24)? != SYNC_CODE {
            return None;
        }
        let bit_depth = if profile < 2 { 8 } else { 10 + 2 * bits.take(1)? };
        let subsampled = if bits.take(3)? == SRGB {
            let _reserved = if profile & 1 == 1 { bits.take(1)? } else { 0 };
            (false, false)
        } else {
            let _is_full_range = bits.take(1)?;
            if profile & 1 == 1 { (bits.take(1)? == 1, bits.take(2)? >> 1 == 1) } else { (true, true) }
        };
        let (width, height) = (bits.take(16)? + 1, bits.take(16)? + 1);
        Some(KeyFrame {
            profile: u8::try_from(profile).ok()?,
            bit_depth: u8::try_from(bit_depth).ok()?,
            subsampled,
            width,
            height,
        })
    }
}

/// Most significant bit first.
struct Bits<'a> {
    bytes: &'a [u8],
    next: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<u32> {
        (0..count).try_fold(0, |value, _| {
            let byte = u32::from(*self.bytes.get(self.next / 8)?);
            let bit = byte >> (7 - self.next % 8) & 1;
            self.next += 1;
            Some(value << 1 | bit)
        })
    }
}

/// A stream as levels measure it.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Frames a second: numerator.
    pub frame_rate_num: u32,
    /// Frames a second: denominator.
    pub frame_rate_den: u32,
    /// Average bit rate at the most.
    pub bitrate_kbps: u32,
}

/// A row of the table of levels.
struct Level {
    times_ten: u8,
    luma_samples_per_second: u64,
    luma_samples: u64,
    bitrate_kbps: u32,
    side_pixels: u32,
}

/// The levels of <https://www.webmproject.org/vp9/levels/>: maximum luma sample rate, luma picture size, average bit rate and
/// longer side.
const LEVELS: [Level; 14] = [
    limits(10, 829_440, 36_864, 200, 512),
    limits(11, 2_764_800, 73_728, 800, 768),
    limits(20, 4_608_000, 122_880, 1_800, 960),
    limits(21, 9_216_000, 245_760, 3_600, 1_344),
    limits(30, 20_736_000, 552_960, 7_200, 2_048),
    limits(31, 36_864_000, 983_040, 12_000, 2_752),
    limits(40, 83_558_400, 2_228_224, 18_000, 4_160),
    limits(41, 160_432_128, 2_228_224, 30_000, 4_160),
    limits(50, 311_951_360, 8_912_896, 60_000, 8_384),
    limits(51, 588_251_136, 8_912_896, 120_000, 8_384),
    limits(52, 1_176_502_272, 8_912_896, 180_000, 8_384),
    limits(60, 1_176_502_272, 35_651_584, 180_000, 16_832),
    limits(61, 2_353_004_544, 35_651_584, 240_000, 16_832),
    limits(62, 4_706_009_088, 35_651_584, 480_000, 16_832),
];

const fn limits(
    times_ten: u8,
    luma_samples_per_second: u64,
    luma_samples: u64,
    bitrate_kbps: u32,
    side_pixels: u32,
) -> Level {
    Level { times_ten, luma_samples_per_second, luma_samples, bitrate_kbps, side_pixels }
}

/// The lowest level that holds the load, times ten; the highest there is for what none holds.
#[must_use]
pub fn level(load: Load) -> u8 {
    let samples = u64::from(load.width) * u64::from(load.height);
    let holds = |row: &&Level| {
        let rate_holds = u128::from(samples) * u128::from(load.frame_rate_num)
            <= u128::from(row.luma_samples_per_second) * u128::from(load.frame_rate_den);
        let size_holds = samples <= row.luma_samples && load.width.max(load.height) <= row.side_pixels;
        rate_holds && size_holds && load.bitrate_kbps <= row.bitrate_kbps
    };
    LEVELS.iter().find(holds).unwrap_or(&LEVELS[LEVELS.len() - 1]).times_ten
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_frames_say_what_they_are() {
        // Written by libvpx 1.12.0.
        for (unit, profile, bit_depth, subsampled, (width, height)) in [
            ([0x82, 0x49, 0x83, 0x42, 0x00, 0x13, 0xf0, 0x0b, 0xf6, 0x06], 0, 8, (true, true), (320, 192)),
            ([0xa2, 0x49, 0x83, 0x42, 0x08, 0x00, 0x7e, 0x00, 0x5e, 0xc0], 1, 8, (true, false), (64, 48)),
            ([0x92, 0x49, 0x83, 0x42, 0x00, 0x01, 0xf8, 0x01, 0x7b, 0x03], 2, 10, (true, true), (64, 48)),
        ] {
            assert_eq!(KeyFrame::read(&unit), Some(KeyFrame { profile, bit_depth, subsampled, width, height }));
        }
    }

    #[test]
    fn what_is_no_key_frame_is_not_read() {
        for unit in [&[][..], &[0x82, 0x49, 0x83], &[0x86, 0, 0x40, 0x92, 0x9c, 0, 0, 0, 0, 0], &[0; 16]] {
            assert_eq!(KeyFrame::read(unit), None, "{unit:?}");
        }
    }

    #[test]
    fn size_and_rate_put_a_stream_on_its_level() {
        let level_of = |width, height, (frame_rate_num, frame_rate_den), bitrate_kbps| {
            level(Load { width, height, frame_rate_num, frame_rate_den, bitrate_kbps })
        };
        for (size, rate, bitrate_kbps, expected) in [
            ((1280, 720), (30, 1), 4_000, 31),
            ((720, 1280), (30_000, 1_001), 8_000, 31),
            ((1280, 720), (60, 1), 4_000, 40),
            ((1920, 1080), (25, 1), 4_000, 40),
            ((1920, 1080), (60, 1), 8_000, 41),
            ((3840, 2160), (30, 1), 16_000, 50),
            ((3840, 2160), (60_000, 1_001), 32_000, 51),
            ((320, 192), (25, 1), 200, 11),
            ((320, 192), (25, 1), 4_000, 30),
            ((20_000, 20_000), (1, 1), 1, 62),
        ] {
            assert_eq!(level_of(size.0, size.1, rate, bitrate_kbps), expected, "{size:?} {rate:?} {bitrate_kbps}");
        }
    }
}
