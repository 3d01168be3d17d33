//! What ffmpeg makes of a file: the judge, by decoding all of it and looking at the time stamps.
//! Never seeks, because ffmpeg's own seeks are not exact.

use std::process::Command;

use super::signal::{centre_of_energy_within, peak};
use super::source::SourceFile;

/// When each click of a source sounds, in seconds of source time.
pub fn clicks_s(file: &SourceFile) -> Vec<f64> {
    let sound = decode_first_channel(file);
    let reach = f64::from(file.rate) * 0.02;
    let offset_s = offset_s(file);
    let threshold = peak(&sound) / 2.0;
    let mut found = Vec::new();
    let mut place = 0;
    while place < sound.len() {
        if sound[place].abs() > threshold {
            let centre = centre_of_energy_within(&sound, place as i64, reach as i64).unwrap();
            // Once more around the middle: the first look began at the click's edge.
            let centre = centre_of_energy_within(&sound, centre.round() as i64, reach as i64).unwrap();
            found.push(offset_s + centre / f64::from(file.rate));
            place += reach as usize * 2;
        }
        place += 1;
    }
    found
}

/// A source's sound on its own time line from zero on, at 48 kHz, mixed to one channel, silence in its gaps.
pub fn on_the_time_line(file: &SourceFile) -> Vec<f32> {
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-copyts", "-i"])
        .arg(&file.path)
        .args(["-map", "0:a:0", "-af", "aresample=48000:async=1:first_pts=0", "-ac", "1", "-f", "f32le", "-"])
        .output()
        .unwrap();
    done.stdout.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

/// How many samples later than `truth` the same sound comes in `found`, and how alike they are there (1 is equal).
pub fn lateness(truth: &[f32], found: &[f32]) -> (i64, f64) {
    const LAG_MAX: usize = 1_500;
    let energy = |sound: &[f32]| sound.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>();
    let middle = &truth[LAG_MAX..(truth.len() - LAG_MAX).min(LAG_MAX + 12_000)];
    let alike = |from: usize| {
        let found = &found[from..from + middle.len()];
        let product: f64 = middle.iter().zip(found).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
        product / (energy(middle) * energy(found)).sqrt().max(1e-9)
    };
    let best = (0..=2 * LAG_MAX).map(|from| (from, alike(from))).max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    (best.0 as i64 - LAG_MAX as i64, best.1)
}

fn decode_first_channel(file: &SourceFile) -> Vec<f32> {
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(&file.path)
        .args(["-map", "0:a", "-f", "f32le", "-"])
        .output()
        .unwrap();
    assert!(done.status.success());
    let samples = done.stdout.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
    samples.step_by(file.channels as usize).collect()
}

/// When the first decoded sample sounds, as all frames together say: midway between the earliest and the latest.
fn offset_s(file: &SourceFile) -> f64 {
    let done = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "a", "-show_entries", "frame=pts_time,nb_samples"])
        .args(["-of", "csv=p=0"])
        .arg(&file.path)
        .output()
        .unwrap();
    let mut counted = 0_u32;
    let mut said = Vec::new();
    for line in String::from_utf8(done.stdout).unwrap().lines() {
        // Side data stands on lines of its own, and a frame without a time stamp says `N/A`.
        let mut fields = line.split(',');
        let pts_s = fields.next().and_then(|field| field.parse::<f64>().ok());
        let Some(samples) = fields.next().and_then(|field| field.parse::<u32>().ok()) else { continue };
        said.extend(pts_s.map(|pts_s| pts_s - f64::from(counted) / f64::from(file.rate)));
        counted += samples;
    }
    let earliest = said.iter().copied().fold(f64::INFINITY, f64::min);
    let latest = said.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    earliest.midpoint(latest)
}

/// Integrated loudness of interleaved sound at 48 kHz, as ffmpeg's own meter sees it.
pub fn loudness_lufs(sound: &[f32], channels: usize) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sound.f32");
    let bytes: Vec<u8> = sound.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    std::fs::write(&path, bytes).unwrap();
    let done = Command::new("ffmpeg")
        .args(["-nostats", "-f", "f32le", "-ar", "48000", "-ac", &channels.to_string(), "-i"])
        .arg(&path)
        .args(["-af", "ebur128", "-f", "null", "-"])
        .output()
        .unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    let (_, summary) = said.rsplit_once("Integrated loudness:").unwrap();
    summary.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// What is left of interleaved sound at 48 kHz after one pass through an encoder of ffmpeg and its decoder.
pub fn through(encode: &[&str], container: &str, sound: &[f32], channels: usize) -> Vec<f32> {
    let folder = tempfile::tempdir().unwrap();
    let (raw, coded) = (folder.path().join("sound.f32"), folder.path().join("sound").with_extension(container));
    let bytes: Vec<u8> = sound.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    std::fs::write(&raw, bytes).unwrap();
    let mut encoder = Command::new("ffmpeg");
    encoder.args(["-v", "error", "-f", "f32le", "-ar", "48000", "-ac", &channels.to_string(), "-i"]).arg(&raw);
    assert!(encoder.args(encode).arg(&coded).status().unwrap().success());
    let mut decoder = Command::new("ffmpeg");
    let heard = decoder.args(["-v", "error", "-i"]).arg(&coded).args(["-f", "f32le", "-"]).output().unwrap();
    assert!(heard.status.success());
    let samples = heard.stdout.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
    samples.take(sound.len()).collect()
}

/// A file's first sound as two channels at 48 kHz.
pub fn stereo(path: &std::path::Path) -> Vec<f32> {
    let mut decoder = Command::new("ffmpeg");
    decoder.args(["-v", "error", "-i"]).arg(path);
    let heard = decoder.args(["-map", "0:a:0", "-ac", "2", "-ar", "48000", "-f", "f32le", "-"]).output().unwrap();
    assert!(heard.status.success());
    heard.stdout.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}
