//! Opus by `opusenc`: what it takes, what it puts in front, how its stream is to be read.
//! Encodes nothing itself.

use gstreamer as gst;
use wire::v1::{CodecConfig, OpusConfig};

use super::encoder::{Coding, Encoded, Facts, Turns, Unit};

/// Samples per channel in a packet of 20 ms, the length that Opus is tuned for. The last packet needs all of its samples:
/// given 700, `opusenc` 1.22.0 does not give out the tail that its look-ahead still holds.
const UNIT_SAMPLES: usize = 960;

/// What an `OpusHead` begins with, by RFC 7845, section 5.1.
const MAGIC: &[u8; 8] = b"OpusHead";

/// Where the pre-skip stands in it, in 16 little-endian bits.
const PRE_SKIP_AT: usize = 10;

/// Opus of the channel mapping family 0: one or two channels.
pub struct Opus;

impl Coding for Opus {
    /// The bit rate varies freely around the one asked for, as libopus recommends for files and ffmpeg does by default:
    /// constraining it buys a bound on the wait for a single packet, which nobody who plays a file has use for.
    fn element(&self, bitrate_bps: i32) -> Result<gst::Element, gst::glib::BoolError> {
        gst::ElementFactory::make("opusenc")
            .property_from_str("audio-type", "generic")
            .property_from_str("bitrate-type", "vbr")
            .property_from_str("frame-size", "20")
            .property("bitrate", bitrate_bps)
            .build()
    }

    /// `opusenc` takes nothing finer. What rounding adds lies 98 dB below full scale, far below what coding adds.
    fn sample_format(&self) -> &'static str {
        "S16LE"
    }

    fn sample_bytes(&self, samples: &[f32]) -> Vec<u8> {
        let mut bytes = vec![0; samples.len() * 2];
        for (bytes, sample) in bytes.as_chunks_mut::<2>().0.iter_mut().zip(samples) {
            *bytes = whole(*sample).to_le_bytes();
        }
        bytes
    }

    fn coded_caps(&self) -> gst::Caps {
        gst::Caps::builder("audio/x-opus").field("channel-mapping-family", 0).build()
    }

    fn decoder(&self) -> &'static str {
        "opusdec"
    }

    fn unit_samples(&self) -> usize {
        UNIT_SAMPLES
    }

    /// Turns of up to 72 s, and one second beside each other. Measured at four places of a film: at three a new encoder says bit for
    /// bit what the old one says within 10 to 18 packets, but for a few now and then; at one only after 120.
    fn turns(&self) -> Turns {
        Turns { longest: 3_600, alone: 1_000, overlap: 50, settling: 10 }
    }

    /// A packet is decoded with the band energies of the one before it, of which each remembers half of the difference to
    /// its predecessor's. So the encoders change behind the longest run of packets that both made bit for bit the same: the
    /// decoder then stands where the second encoder believes it to stand.
    fn joint(&self, before: &[Unit], after: &[Unit]) -> usize {
        let same = before.iter().zip(after).map(|(before, after)| before[..] == after[..]);
        joint(same)
    }

    fn facts(&self, caps: &gst::StructureRef, encoded: Encoded) -> Option<Facts> {
        let headers = caps.get::<gst::ArrayRef>("streamheader").ok()?;
        let head = headers.as_slice().first()?.get::<gst::Buffer>().ok()?;
        let head = head.map_readable().ok()?.to_vec();
        let pre_skip_samples = u32::from(pre_skip(&head)?);
        let config = CodecConfig::Opus(OpusConfig {
            head,
            channels: encoded.channels,
            pre_skip_samples,
            sample_count: encoded.sample_count,
            bitrate_bps: encoded.bitrate_bps,
        });
        Some(Facts { lead_samples: pre_skip_samples, config })
    }
}

/// Behind the longest run of packets that are the same, the later one of two that are as long.
fn joint(same: impl ExactSizeIterator<Item = bool>) -> usize {
    let last = same.len() - 1;
    let mut run = 0;
    let runs = same.take(last).map(|same| {
        run = if same { run + 1 } else { 0 };
        run
    });
    runs.enumerate().max_by_key(|(_, run)| *run).map_or(last, |(place, _)| place + 1)
}

/// Samples at 48 kHz in front of the first one that counts.
fn pre_skip(head: &[u8]) -> Option<u16> {
    let bytes = head.starts_with(MAGIC).then(|| head.get(PRE_SKIP_AT..PRE_SKIP_AT + 2))??;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

/// The nearest of 65,536 steps; what lies beyond full scale is clipped.
#[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and rounding went before")]
fn whole(sample: f32) -> i16 {
    (sample * 32_768.0).round_ties_even() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_rounded_and_clipped() {
        let samples = [0.0, 0.5, -0.5, 1.0, -1.0, 7.0, -7.0, 1.4 / 32_768.0, -1.6 / 32_768.0];
        assert_eq!(samples.map(whole), [0, 16_384, -16_384, 32_767, -32_768, 32_767, -32_768, 1, -2]);
    }

    #[test]
    fn encoders_change_behind_what_both_say() {
        let behind = |same: &str| joint(same.bytes().map(|byte| byte == b'='));
        assert_eq!(behind("====="), 4);
        assert_eq!(behind("=--==-=-"), 5);
        assert_eq!(behind("==-==-=-"), 5);
        assert_eq!(behind("-----"), 4);
    }

    #[test]
    fn the_head_says_its_pre_skip() {
        let head = b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0";
        assert_eq!(pre_skip(head), Some(312));
        assert_eq!(pre_skip(&head[..11]), None);
        assert_eq!(pre_skip(b"OpusTags\x01\x02\x38\x01"), None);
    }
}
