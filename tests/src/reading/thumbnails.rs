//! Every frame of a real file as a tiny grey picture with its time: enough to tell a frame from its neighbours.
//! For files without a bar code; decides nothing.

use std::path::Path;

use anyhow::{Result, ensure};

use super::frames;
use crate::media_tool;

/// Side of a thumbnail: large enough that what moves in a film moves here.
const SIDE: usize = 48;
/// Mean difference of luma that compression alone may make between a frame and its own source, beyond what it makes to others.
pub const SAME: f64 = 0.1;

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
pub fn read(file: &Path) -> Result<Vec<Thumbnail>> {
    let mut command = media_tool::ffmpeg();
    let filters = format!("showinfo=checksum=0,scale={SIDE}:{SIDE}:flags=area");
    command.args(["-v", "info", "-copyts", "-i"]).arg(file).args(["-map", "0:v:0", "-vf", &filters]);
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
