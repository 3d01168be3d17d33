//! What ffprobe says of a file's tracks. Decodes nothing.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::Base;
use crate::media_tool;

/// Facts of a file.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The first picture track.
    pub picture: TrackFacts,
    /// The first sound track.
    pub sound: Option<TrackFacts>,
    /// Tracks of every kind.
    pub track_count: usize,
    /// Length that the container as a whole gives, in microseconds.
    pub duration_micros: i64,
}

/// Facts of a track; zero where ffprobe says nothing.
#[derive(Clone, Debug)]
pub struct TrackFacts {
    /// As ffprobe names it.
    pub codec: String,
    /// Such as `High` or `LC`.
    pub profile: String,
    /// Ticks per second.
    pub base: Base,
    /// Coded width.
    pub width: usize,
    /// Coded height.
    pub height: usize,
    /// Degrees in the display matrix.
    pub rotation: i64,
    /// Such as `yuv420p`.
    pub pixel_format: String,
    /// Samples per second.
    pub sample_rate: i64,
    /// Channels.
    pub channels: i64,
    /// Length, in ticks.
    pub duration: i64,
    /// When it begins, in ticks.
    pub start: i64,
    /// Matrix, primaries, transfer as signalled.
    pub colour: [String; 3],
}

/// Asks ffprobe about a file.
pub fn facts(file: &Path) -> Result<Facts> {
    let said = media_tool::probe(file, ["-show_streams", "-show_format"])?;
    let streams = said["streams"].as_array().context("ffprobe lists no streams")?;
    let first = |kind: &str| streams.iter().find(|stream| stream["codec_type"] == kind).map(track).transpose();
    let picture = first("video")?.with_context(|| format!("{} has no picture", file.display()))?;
    let duration_micros = said["format"]["duration"].as_str().map_or(Ok(0), micros)?;
    Ok(Facts { picture, sound: first("audio")?, track_count: streams.len(), duration_micros })
}

/// ffprobe prints seconds with six places.
fn micros(seconds: &str) -> Result<i64> {
    let (whole, part) = seconds.split_once('.').with_context(|| format!("a duration of {seconds}"))?;
    Ok(whole.parse::<i64>()? * 1_000_000 + format!("{part:0<6.6}").parse::<i64>()?)
}

fn track(stream: &Value) -> Result<TrackFacts> {
    let text = |name: &str| stream[name].as_str().unwrap_or_default().to_owned();
    let size = |name: &str| stream[name].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
    let (one, rate) = stream["time_base"].as_str().and_then(|base| base.split_once('/')).context("a time base")?;
    let matrix =
        stream["side_data_list"].as_array().and_then(|list| list.iter().find_map(|data| data["rotation"].as_i64()));
    Ok(TrackFacts {
        codec: text("codec_name"),
        profile: text("profile"),
        base: Base { numerator: rate.parse()?, denominator: one.parse()? },
        width: size("width"),
        height: size("height"),
        rotation: matrix.unwrap_or(0),
        pixel_format: text("pix_fmt"),
        sample_rate: text("sample_rate").parse().unwrap_or(0),
        channels: stream["channels"].as_i64().unwrap_or(0),
        duration: stream["duration_ts"].as_i64().unwrap_or(0),
        start: stream["start_pts"].as_i64().unwrap_or(0),
        colour: [text("color_space"), text("color_primaries"), text("color_transfer")],
    })
}
