//! Decodes sound with ffmpeg, placed by its time stamps, and finds the clicks.
//! Where they should be, it does not know.

use std::io::Read;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::{ReadSound, facts::facts};
use crate::media_tool;
use crate::source::clicks;

/// A quarter of an hour of stereo at 48 kHz.
const BYTES_MAX: u64 = 48_000 * 8 * 900;

pub(super) fn read(file: &Path) -> Result<ReadSound> {
    let track = facts(file)?.sound.with_context(|| format!("{} has no sound", file.display()))?;
    let mut command = media_tool::ffmpeg();
    // async=1 with first_pts=0 fills or trims the beginning only, so that sample 0 is time 0.
    command.args(["-copyts", "-i"]).arg(file).args(["-map", "0:a:0", "-af", "aresample=async=1:first_pts=0"]);
    command.args(["-f", "f32le", "pipe:1"]);
    let (bytes, _) = media_tool::pipe(
        &mut command,
        |_| Ok(()),
        |out| {
            let mut bytes = Vec::new();
            out.take(BYTES_MAX).read_to_end(&mut bytes)?;
            Ok(bytes)
        },
    )?;
    let channels = usize::try_from(track.channels.max(1)).context("a channel count")?;
    let samples: Vec<f32> = bytes
        .chunks_exact(4 * channels)
        .map(|sample| f32::from_le_bytes(sample[..4].try_into().expect("four bytes")))
        .collect();
    let clicks = clicks::find(&samples, track.sample_rate);
    Ok(ReadSound { sample_rate: track.sample_rate, sample_count: samples.len(), clicks })
}
