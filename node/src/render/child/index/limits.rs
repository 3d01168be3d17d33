//! What no source may be: too large, too long, or a few frames held for ever. Pure.
//! Says so in a sentence; nothing is cut to size.

use gstreamer as gst;
use timeline::{Rate, Rounding, Ticks};
use wire::v1::{PictureIndex, SoundIndex};

use super::frames::Frames;
use super::packets;
use crate::render::failure::RenderFailure;

/// The largest picture: 8192 × 8192.
const PIXELS_MAX: u64 = 1 << 26;
/// The longest source: a day.
const DURATION_MAX_NS: i64 = 24 * 3600 * 1_000_000_000;
/// The longest that one frame may be shown with no sound under it. Damaged times leave a frame on the screen for hours, and every
/// one of them would have to be exported.
const HELD_MAX_NS: i64 = 600 * 1_000_000_000;

/// Refuses by what the container and the parser announce: decoding one frame of a picture that is too large takes all memory.
pub fn check_announced_size(caps: &gst::CapsRef) -> Result<(), RenderFailure> {
    let side = |name| caps.structure(0)?.get::<i32>(name).ok().and_then(|side| u32::try_from(side).ok());
    match (side("width"), side("height")) {
        (Some(width), Some(height)) => check_size(width, height),
        _ => Ok(()),
    }
}

/// Refuses a picture of too many pixels.
pub fn check_size(width: u32, height: u32) -> Result<(), RenderFailure> {
    if u64::from(width) * u64::from(height) <= PIXELS_MAX {
        return Ok(());
    }
    Err(RenderFailure::unsupported(format!("The picture is {width} × {height} pixels, larger than 8192 × 8192.")))
}

/// Refuses a source that goes on for too long.
pub fn check_length(rate: Rate, table: &Frames) -> Result<(), RenderFailure> {
    if nanoseconds(rate, table.end) > DURATION_MAX_NS {
        return Err(RenderFailure::unsupported("The video is longer than a day."));
    }
    if table.frames.len() >= packets::PACKETS_MAX {
        return Err(RenderFailure::unsupported("The video has more frames than Reelfarm reads."));
    }
    Ok(())
}

/// Refuses a source that shows one frame for longer than anybody means to, unless there is something to be heard meanwhile.
pub fn check_held_frames(picture: &PictureIndex, sound: Option<&SoundIndex>) -> Result<(), RenderFailure> {
    let rate = Rate::new(picture.rate_num, picture.rate_den).unwrap_or(Rate::FALLBACK);
    let ends = picture.frames.iter().skip(1).map(|frame| frame.pts).chain([picture.end]);
    let longest = picture.frames.iter().zip(ends).max_by_key(|(frame, end)| end - frame.pts);
    let Some((frame, end)) = longest else { return Ok(()) };
    let (from_ns, end_ns) = (nanoseconds(rate, frame.pts), nanoseconds(rate, end));
    // Sound may end a little before the picture that it accompanies.
    let heard = sound.is_some_and(|sound| sound.end_ns >= end_ns - HELD_MAX_NS);
    if end_ns - from_ns <= HELD_MAX_NS || heard {
        return Ok(());
    }
    let minutes = (end_ns - from_ns) / 60_000_000_000;
    Err(RenderFailure::unsupported(format!(
        "The times in the video file are damaged: one frame would be shown for {minutes} minutes."
    )))
}

fn nanoseconds(rate: Rate, ticks: i64) -> i64 {
    rate.convert(Ticks(ticks), Rate::NANOSECONDS, Rounding::Nearest).0
}

#[cfg(test)]
mod tests {
    use wire::v1::{Colour, IndexFrame, Orientation};

    use super::*;

    fn picture(pts: &[i64], end: i64) -> PictureIndex {
        let frame = |pts: &i64| IndexFrame { pts: *pts, dts: *pts, size_bytes: 1, key: true };
        PictureIndex {
            ordinal: 0,
            codec: "h264".to_owned(),
            width: 320,
            height: 240,
            pixel_aspect_num: 1,
            pixel_aspect_den: 1,
            orientation: Orientation::Upright,
            interlaced: false,
            bit_depth: 8,
            colour: Colour { primaries: 2, transfer: 2, matrix: 2, full_range: false },
            rate_num: 1,
            rate_den: 1,
            frame_rate_num: 1,
            frame_rate_den: 1,
            frames: pts.iter().map(frame).collect(),
            end,
            decoded: false,
        }
    }

    fn sound(end_seconds: i64) -> SoundIndex {
        let end_ns = end_seconds * 1_000_000_000;
        SoundIndex { ordinal: 0, codec: "aac".to_owned(), channels: 2, sample_rate: 48_000, start_ns: 0, end_ns }
    }

    #[test]
    fn a_frame_held_for_ever_is_refused_wherever_it_is() {
        let words = |picture: &PictureIndex| check_held_frames(picture, None).map_err(|failure| failure.message);
        assert_eq!(words(&picture(&[0, 1, 2], 3)), Ok(()));
        assert_eq!(words(&picture(&[0, 600], 601)), Ok(()));
        assert!(words(&picture(&[0, 1, 605], 606)).unwrap_err().contains("for 10 minutes"));
        assert!(words(&picture(&[0, 1, 2], 143_165)).unwrap_err().contains("for 2386 minutes"));
    }

    #[test]
    fn a_still_with_music_is_a_video() {
        let still = picture(&[0], 7200);
        assert!(check_held_frames(&still, None).is_err());
        assert!(check_held_frames(&still, Some(&sound(60))).is_err());
        assert_eq!(check_held_frames(&still, Some(&sound(7190))), Ok(()));
    }

    #[test]
    fn sizes_are_refused_as_announced() {
        gst::init().unwrap();
        let announced = |caps: &str| check_announced_size(&caps.parse::<gst::Caps>().unwrap());
        assert_eq!(announced("video/x-h264, width=8192, height=8192"), Ok(()));
        assert_eq!(announced("video/x-h264"), Ok(()));
        let refused = announced("video/x-h264, width=65535, height=65535").unwrap_err();
        assert!(refused.message.contains("65535 × 65535 pixels"), "{}", refused.message);
    }
}
