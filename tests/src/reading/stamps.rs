//! What time stamps say: those of a sound track on the whole, where a clock is coarse and one alone says little, and the last of a
//! picture. Reads with ffprobe; places nothing.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::{Base, facts::facts};
use crate::media_tool;

/// By how many seconds sound that is laid out from the first stamp on, sample by sample, comes before where most of the stamps
/// want it. A WebM that `ffmpeg` writes stamps its first Opus packet with 0 ms and all the others a millisecond later than
/// their samples, because it rounds the codec's delay and the time each for itself.
pub fn sound_lag_seconds(file: &Path) -> Result<f64> {
    let track = facts(file)?.sound.with_context(|| format!("{} has no sound", file.display()))?;
    let said = media_tool::probe(file, ["-select_streams", "a:0", "-show_entries", "frame=pts,nb_samples"])?;
    let frames = said["frames"].as_array().context("ffprobe lists no frames")?;
    let rate = Base { numerator: track.sample_rate, denominator: 1 };
    let (mut sample_count, mut first, mut lags) = (0, None, Vec::with_capacity(frames.len()));
    for frame in frames {
        let (Some(pts), Some(count)) = (frame["pts"].as_i64(), frame["nb_samples"].as_i64()) else {
            bail!("a frame of sound without a time or a length in {}", file.display());
        };
        let since_first = track.base.seconds(pts - *first.get_or_insert(pts));
        lags.push(since_first - rate.seconds(sample_count));
        sample_count += count;
    }
    lags.sort_by(f64::total_cmp);
    lags.get(lags.len() / 2).copied().context("a sound track without a frame")
}

/// How long the last frame of the picture is shown, in ticks, if the file says so.
pub fn last_length(file: &Path) -> Result<Option<i64>> {
    let said = media_tool::probe(file, ["-select_streams", "v:0", "-show_entries", "packet=pts,duration"])?;
    let packets = said["packets"].as_array().context("ffprobe lists no packets")?;
    let last = packets.iter().max_by_key(|packet| packet["pts"].as_i64());
    Ok(last.and_then(|packet| packet["duration"].as_i64()).filter(|length| *length > 0))
}
