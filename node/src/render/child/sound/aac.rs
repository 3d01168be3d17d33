//! AAC-LC by `avenc_aac`: what it takes, what it puts in front, how its stream is to be read.
//! Encodes nothing itself.

use gstreamer as gst;
use wire::v1::{AacConfig, CodecConfig};

use super::OUTPUT_RATE;
use super::encoder::{Coding, Encoded, Facts, Turns, Unit};

/// Samples per channel in an access unit of AAC-LC.
pub const UNIT_SAMPLES: usize = 1_024;

/// What `avenc_aac` puts in front of the first sample: one access unit, the reach of its transform. Measured with ffmpeg's
/// decoder as the judge: a click at sample n comes out at n + 1024, at every bit rate and for one and two channels.
const PRIMING_SAMPLES: u32 = 1_024;

/// AAC-LC.
pub struct Aac;

impl Coding for Aac {
    fn element(&self, bitrate_bps: i32) -> Result<gst::Element, gst::glib::BoolError> {
        // Left on, `aac-ms` forces M/S in every band, as its boolean cannot say ffmpeg's "auto". Measured with 1.22.0: a
        // tone on the left alone then comes out on both sides, each 6 dB down.
        gst::ElementFactory::make("avenc_aac").property("aac-ms", false).property("bitrate", bitrate_bps).build()
    }

    fn sample_format(&self) -> &'static str {
        "F32LE"
    }

    fn sample_bytes(&self, samples: &[f32]) -> Vec<u8> {
        let mut bytes = vec![0; samples.len() * 4];
        for (bytes, sample) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(samples) {
            *bytes = sample.to_le_bytes();
        }
        bytes
    }

    fn coded_caps(&self) -> gst::Caps {
        gst::Caps::builder("audio/mpeg").field("mpegversion", 4).field("stream-format", "raw").build()
    }

    fn decoder(&self) -> &'static str {
        "avdec_aac"
    }

    fn unit_samples(&self) -> usize {
        UNIT_SAMPLES
    }

    /// Turns of up to two minutes: until its rate control has found its place, some five seconds, the encoder works three times as
    /// much (film, 160 kb/s: 0.15 s of processor time for the first five, 0.05 for any later ones). Half a second beside
    /// each other is enough for its picture of what can be heard.
    fn turns(&self) -> Turns {
        Turns { longest: 5_625, alone: 940, overlap: 24, settling: 10 }
    }

    /// Nothing of an access unit is needed to decode the next one but the second half of its window. So the encoders may
    /// change behind any access unit that both cut with the same window: the halves of what they made of the same sound then
    /// fit each other as if one encoder had made both.
    fn joint(&self, before: &[Unit], after: &[Unit]) -> usize {
        joint(before.iter().map(|unit| window(unit)), after.iter().map(|unit| window(unit)))
    }

    fn facts(&self, caps: &gst::StructureRef, encoded: Encoded) -> Option<Facts> {
        let codec_data = caps.get::<gst::Buffer>("codec_data").ok()?;
        let config = CodecConfig::Aac(AacConfig {
            specific_config: codec_data.map_readable().ok()?.to_vec(),
            channels: encoded.channels,
            sample_rate: OUTPUT_RATE,
            priming_samples: PRIMING_SAMPLES,
            sample_count: encoded.sample_count,
            bitrate_bps: encoded.bitrate_bps,
        });
        Some(Facts { lead_samples: PRIMING_SAMPLES, config })
    }
}

/// Behind the last access unit of the same long window, or else of the same window; else at the end.
fn joint(before: impl Iterator<Item = Option<Window>>, after: impl Iterator<Item = Option<Window>>) -> usize {
    let windows: Vec<_> = before.zip(after).map(|(before, after)| before.filter(|_| before == after)).collect();
    let behind = |wanted: &dyn Fn(Window) -> bool| {
        windows[..windows.len() - 1].iter().rposition(|window| window.is_some_and(wanted)).map(|place| place + 1)
    };
    behind(&|window| window.sequence == ONLY_LONG).or_else(|| behind(&|_| true)).unwrap_or(windows.len() - 1)
}

/// How an access unit is cut out of the sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    /// `window_sequence` of ISO/IEC 14496-3.
    sequence: u8,
    /// `window_shape`.
    shape: u8,
}

/// A long window between long ones.
const ONLY_LONG: u8 = 0;

/// The window of an access unit of one channel, or of two that share theirs; `None` when it is not that simple.
fn window(unit: &[u8]) -> Option<Window> {
    const SINGLE_CHANNEL: u32 = 0;
    const CHANNEL_PAIR: u32 = 1;
    const COMMON_WINDOW: u32 = 1;
    let bits = u32::from_be_bytes(*unit.first_chunk()?);
    let field = |from: u32, count: u32| bits << from >> (32 - count);
    // The element's kind and 4 bits of tag; then 8 bits of gain, or whether the window is common; then a reserved bit.
    let from = match (field(0, 3), field(7, 1)) {
        (SINGLE_CHANNEL, _) => 3 + 4 + 8 + 1,
        (CHANNEL_PAIR, COMMON_WINDOW) => 3 + 4 + 1 + 1,
        _ => return None,
    };
    let narrow = |field| u8::try_from(field).ok();
    Some(Window { sequence: narrow(field(from, 2))?, shape: narrow(field(from + 2, 1))? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_from_access_units() {
        // Kind 1, tag 0, common window, reserved 0, sequence 2, shape 1.
        assert_eq!(window(&[0b0010_0001, 0b0101_0000, 0, 0]), Some(Window { sequence: 2, shape: 1 }));
        // Kind 0, tag 0, gain 0xff, reserved 0, sequence 3, shape 0.
        assert_eq!(window(&[0b0000_0001, 0b1111_1110, 0b1100_0000, 0]), Some(Window { sequence: 3, shape: 0 }));
        assert_eq!(window(&[0b0010_0000, 0b0101_0000, 0, 0]), None, "each channel has a window of its own");
        assert_eq!(window(&[0b1100_0000, 0, 0, 0]), None, "a fill element comes first");
        assert_eq!(window(&[0b0010_0001]), None);
    }

    #[test]
    fn encoders_change_where_their_windows_agree() {
        let windows = |sequences: &[u8]| {
            let windows = sequences.iter().map(|&sequence| (sequence < 4).then_some(Window { sequence, shape: 1 }));
            windows.collect::<Vec<_>>().into_iter()
        };
        assert_eq!(joint(windows(&[0, 0, 0, 0]), windows(&[0, 0, 0, 0])), 3);
        assert_eq!(joint(windows(&[0, 0, 1, 2, 3]), windows(&[1, 0, 1, 2, 3])), 2);
        assert_eq!(joint(windows(&[1, 2, 2, 3]), windows(&[1, 2, 3, 0])), 2);
        assert_eq!(joint(windows(&[9, 9, 1]), windows(&[9, 9, 3])), 2, "what is not known does not agree");
    }
}
