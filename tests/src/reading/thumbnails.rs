//! Every frame of a real file as a tiny grey picture with its time: enough to tell a frame from its neighbours.
//! For files without a bar code; decides nothing.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::edits::{self, Edit};
use super::{facts, frames};
use crate::media_tool;

/// Side of a thumbnail: large enough that what moves in a film moves here.
const SIDE: usize = 48;
/// Mean difference of luma that compression alone may make between a frame and its own source, beyond what it makes to others.
pub const SAME: f64 = 0.1;
/// Times nearer to each other are one.
const SAME_INSTANT_SECONDS: f64 = 0.000_001;

/// One frame.
#[derive(Clone, Debug)]
pub struct Thumbnail {
    /// When it is shown.
    pub seconds: f64,
    luma: Vec<u8>,
}

impl Thumbnail {
    /// Mean difference of luma, 0 to 255.
    #[must_use]
    pub fn distance(&self, other: &Thumbnail) -> f64 {
        let sum: u32 = self.luma.iter().zip(&other.luma).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
        f64::from(sum) / f64::from(u32::try_from(self.luma.len()).expect("a few thousand pixels"))
    }
}

/// Decodes a file, turned as a player would.
///
/// Where an edit list begins in the middle of a frame, that frame is on the screen first, for what is left of its time. ffmpeg
/// leaves it out and shows everything after it that much earlier than the sound; so such a file is read without its list, which
/// is then applied here.
pub fn read(file: &Path) -> Result<Vec<Thumbnail>> {
    match edits::of_picture(file)? {
        Some(edit) if begins_inside_a_frame(file, edit)? => {
            Ok(applied(&decoded(file, &["-ignore_editlist", "1"])?, edit))
        }
        _ => decoded(file, &[]),
    }
}

/// Whether a frame is shown before the edit begins and none exactly then.
fn begins_inside_a_frame(file: &Path, edit: Edit) -> Result<bool> {
    let base = facts(file)?.picture.base;
    let choice = ["-ignore_editlist", "1", "-select_streams", "v:0", "-show_entries", "packet=pts"];
    let said = media_tool::probe(file, choice)?;
    let packets = said["packets"].as_array().context("ffprobe lists no packets")?;
    let since_edit =
        || packets.iter().filter_map(|packet| packet["pts"].as_i64()).map(|pts| base.seconds(pts) - edit.from_seconds);
    Ok(since_edit().any(|seconds| seconds < -SAME_INSTANT_SECONDS)
        && since_edit().all(|seconds| seconds.abs() > SAME_INSTANT_SECONDS))
}

/// The frames that are on the screen during the edit, each from when it is.
fn applied(frames: &[Thumbnail], edit: Edit) -> Vec<Thumbnail> {
    let since_edit = |place: usize| frames.get(place).map(|frame| frame.seconds - edit.from_seconds);
    let shown = (0..frames.len()).filter_map(|place| {
        let seconds = since_edit(place)?;
        let is_over = since_edit(place + 1).is_some_and(|next| next <= SAME_INSTANT_SECONDS);
        let is_shown = !is_over && seconds < edit.length_seconds - SAME_INSTANT_SECONDS;
        is_shown.then(|| Thumbnail { seconds: seconds.max(0.0), luma: frames[place].luma.clone() })
    });
    shown.collect()
}

fn decoded(file: &Path, reading: &[&str]) -> Result<Vec<Thumbnail>> {
    let mut command = media_tool::ffmpeg();
    let filters = format!("showinfo=checksum=0,scale={SIDE}:{SIDE}:flags=area");
    command.args(["-v", "info", "-copyts"]).args(reading).arg("-i").arg(file).args(["-map", "0:v:0", "-vf", &filters]);
    command.args(["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"]);
    let (planes, said) = media_tool::pipe(
        &mut command,
        |_| Ok(()),
        |out| {
            let mut planes = Vec::new();
            let mut plane = vec![0; SIDE * SIDE];
            while frames::fill(out, &mut plane)? {
                planes.push(plane.clone());
            }
            Ok(planes)
        },
    )?;
    let (times, base) = (frames::times(&said)?, frames::base(&said)?);
    ensure!(times.len() == planes.len(), "{} times for {} frames in {}", times.len(), planes.len(), file.display());
    Ok(times.into_iter().zip(planes).map(|(pts, luma)| Thumbnail { seconds: base.seconds(pts), luma }).collect())
}
