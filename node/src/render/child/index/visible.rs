//! How many frames a packet shows, where one packet is not always one frame: VP8 and VP9 may hide frames.
//! Reads a few bits of a packet and decodes nothing.

use gstreamer as gst;

/// Frames the packet shows, as its first and last bytes say.
#[must_use]
pub fn shown_frames(codec: &str, buffer: &gst::BufferRef) -> u8 {
    let shown = match codec {
        "vp8" => first_byte(buffer).map(vp8_shown),
        "vp9" => buffer.map_readable().ok().map(|bytes| vp9_shown(&bytes)),
        _ => None,
    };
    shown.unwrap_or(1)
}

fn first_byte(buffer: &gst::BufferRef) -> Option<u8> {
    let mut byte = [0];
    (buffer.copy_to_slice(0, &mut byte).is_ok()).then_some(byte[0])
}

/// RFC 6386, 9.1: bit 4 of the frame tag is `show_frame`.
fn vp8_shown(tag: u8) -> u8 {
    tag >> 4 & 1
}

/// A packet is one frame, or a superframe with an index at its end (VP9 bitstream specification, annex B).
fn vp9_shown(packet: &[u8]) -> u8 {
    let frames = superframe(packet).unwrap_or_else(|| vec![packet]);
    let shown = frames.into_iter().filter(|frame| vp9_frame_is_shown(frame)).count();
    u8::try_from(shown).unwrap_or(u8::MAX)
}

fn superframe(packet: &[u8]) -> Option<Vec<&[u8]>> {
    let marker = *packet.last()?;
    if marker & 0xe0 != 0xc0 {
        return None;
    }
    let frame_count = usize::from(marker & 7) + 1;
    let size_width = usize::from(marker >> 3 & 3) + 1;
    let index_at = packet.len().checked_sub(2 + frame_count * size_width)?;
    if packet[index_at] != marker {
        return None;
    }
    let sizes = packet[index_at + 1..packet.len() - 1].chunks(size_width);
    let mut rest = &packet[..index_at];
    sizes
        .map(|size| {
            let size = size.iter().rev().fold(0_usize, |value, byte| value << 8 | usize::from(*byte));
            let (frame, after) = rest.split_at_checked(size)?;
            rest = after;
            Some(frame)
        })
        .collect()
}

/// `frame_marker(2) profile(2, or 3 for profile 3) show_existing_frame(1) frame_type(1) show_frame(1)`.
fn vp9_frame_is_shown(frame: &[u8]) -> bool {
    let Some(&first) = frame.first() else { return false };
    let reserved = u32::from(first >> 4 & 3 == 3);
    let bit = |place: u32| first.checked_shr(7 - place).is_some_and(|shifted| shifted & 1 == 1);
    let show_existing = bit(4 + reserved);
    show_existing || bit(6 + reserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_frames_are_not_counted() {
        assert_eq!(vp8_shown(0b0001_0000), 1);
        assert_eq!(vp8_shown(0b0000_0001), 0);
        let shown = 0b1000_0010;
        let hidden = 0b1000_0000;
        assert_eq!(vp9_shown(&[shown, 1, 2]), 1);
        assert_eq!(vp9_shown(&[hidden, 1, 2]), 0);
        assert_eq!(vp9_shown(&[0b1000_1000]), 1, "an earlier frame is shown again");
        let marker = 0b1100_0001;
        assert_eq!(vp9_shown(&[hidden, 9, 9, shown, 9, marker, 3, 2, marker]), 1);
        assert_eq!(vp9_shown(&[]), 0);
    }
}
