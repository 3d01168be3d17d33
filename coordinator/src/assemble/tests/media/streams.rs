//! VP9 and Opus made by ffmpeg in containers that are not ours, and taken apart by ffprobe. Judges nothing.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use farm_core::part::{PartCodec, PartFrame};
use farm_core::video::Colour;
use timeline::Rate;

use super::{Track, run, shown_durations, source};

/// Samples in a packet of 20 ms.
const PACKET_SAMPLES: i64 = 960;

/// VP9 in IVF, with frames that are never shown inside of others.
pub(crate) fn picture(dir: &Path, name: &str, filter: &str, more: &[&str]) -> PathBuf {
    let vp9 =
        ["-an", "-c:v", "libvpx-vp9", "-pix_fmt", "yuv420p", "-deadline", "good", "-cpu-used", "5", "-b:v", "300k"];
    let ahead = ["-lag-in-frames", "16", "-auto-alt-ref", "1", "-colorspace", "bt709", "-f", "ivf"];
    source(dir, name, &["-f", "lavfi", "-i", filter], &[&vp9[..], &ahead, more].concat())
}

/// Opus in Ogg: two different channels, nothing periodic that would hide a shift.
pub(crate) fn sound(dir: &Path, name: &str, seconds: &str) -> PathBuf {
    let filter = format!("aevalsrc='random(0)*0.1+sin(440*t*(1+t))*0.3|sin(220*t*t)*0.4':s=48000:d={seconds}");
    source(dir, name, &["-f", "lavfi", "-i", &filter], &["-c:a", "libopus", "-b:a", "128k"])
}

/// Takes a picture apart.
pub(crate) fn demux_picture(path: &Path, width: u32, height: u32) -> Track {
    let base = probe(path, "stream=time_base");
    let (num, den) = base.trim().trim_end_matches(',').split_once('/').unwrap();
    let rate = Rate::new(den.parse().unwrap(), num.parse().unwrap()).unwrap();
    let mut samples = packets(path);
    shown_durations(&mut samples);
    let colour = Colour { primaries: 2, transfer: 2, matrix: 1, full_range: false };
    let codec = PartCodec::Vp9 { width, height, profile: 0, level: 10, bit_depth: 8, chroma_subsampling: 1, colour };
    Track { codec, rate, samples }
}

/// Takes sound of `sample_count` samples apart.
pub(crate) fn demux_sound(path: &Path, sample_count: u64) -> Track {
    let file = fs::read(path).unwrap();
    let start = file.windows(8).position(|window| window == b"OpusHead").unwrap();
    let head = file[start..start + 19].to_vec();
    let pre_skip_samples = u16::from_le_bytes([head[10], head[11]]).into();
    let channels = head[9].into();
    let mut samples = packets(path);
    for ((frame, _), ordinal) in samples.iter_mut().zip(0..) {
        (frame.pts, frame.duration) = (ordinal * PACKET_SAMPLES, 960);
    }
    let codec = PartCodec::Opus { head, channels, pre_skip_samples, sample_count, bitrate_bps: 128_000 };
    Track { codec, rate: Rate::SOUND, samples }
}

fn probe(path: &Path, entries: &str) -> String {
    let arguments = ["-v", "warning", "-show_entries", entries, "-of", "csv=p=0"];
    run("ffprobe", &[&arguments[..], &[path.to_str().unwrap()]].concat())
}

/// All packets, by ffprobe's times and marks; the bytes as ffmpeg copies them.
fn packets(path: &Path) -> Vec<(PartFrame, Bytes)> {
    let copy = path.with_extension("bin");
    let (input, output) = (path.to_str().unwrap(), copy.to_str().unwrap());
    run("ffmpeg", &["-v", "error", "-y", "-i", input, "-map", "0", "-c", "copy", "-f", "data", output]);
    let mut bytes = Bytes::from(fs::read(&copy).unwrap());
    let listed = probe(path, "packet=pts,size,flags");
    // A packet with side data is followed by a line without fields.
    let lines = listed.lines().filter_map(|line| {
        let mut fields = line.split(',');
        Some((fields.next()?.parse().ok()?, fields.next()?.parse::<usize>().ok()?, fields.next()?.contains('K')))
    });
    let packets = lines.map(|(pts, size, key)| {
        let frame = PartFrame { pts, duration: 1, size_bytes: u32::try_from(size).unwrap(), key };
        (frame, bytes.split_to(size))
    });
    let packets = packets.collect();
    assert!(bytes.is_empty(), "every byte belongs to a packet");
    packets
}
