//! From packets to the frame table: presentation order, ticks, the end of the last frame. Pure.
//! Says when packets are no promise of frames; what is done about it is `index`'s decision.

use timeline::{Rate, Rounding, Ticks};
use wire::v1::IndexFrame;

use super::packets::Packet;

/// What a frame of unknown length lasts when it is alone: a 25th of a second.
const LONE_FRAME_PER_SECOND: Rate = match Rate::hz(25) {
    Some(rate) => rate,
    None => Rate::FALLBACK,
};

/// Every frame of a picture track, and when the last one ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Frames {
    /// In presentation order; at least one; times strictly increase.
    pub frames: Vec<IndexFrame>,
    /// When the last frame stops being shown.
    pub end: i64,
    /// Whether frames were left out because another one is shown at the same time.
    pub shares_times: bool,
}

/// Why packets do not promise frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Packets without presentation times.
    Untimed,
    /// Two packets at one time, or several frames in one packet.
    Shared,
    /// The track does not begin with a key frame, or shows frames before it that a decoder may leave out.
    BeginsWithoutKey,
    /// There is no packet at all.
    Empty,
}

/// One decoded frame, in nanoseconds of source time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodedAt {
    /// When it is shown.
    pub pts: i64,
    /// When it stops being shown, if the decoder knows.
    pub end: Option<i64>,
}

/// Nanoseconds to ticks, by the one rounding that `index` and `picture` share.
#[must_use]
pub fn ticks(rate: Rate, nanoseconds: i64) -> i64 {
    Rate::NANOSECONDS.convert(Ticks(nanoseconds), rate, Rounding::Nearest).0
}

/// The frame table as the packets promise it.
pub fn by_packets(rate: Rate, packets: &[Packet], has_untimed: bool) -> Result<Frames, Doubt> {
    if has_untimed {
        return Err(Doubt::Untimed);
    }
    if packets.iter().any(|packet| packet.shown > 1) {
        return Err(Doubt::Shared);
    }
    let first_key = packets.iter().find(|packet| packet.shown > 0).filter(|packet| packet.key);
    let shown_before = |key: &Packet| packets.iter().any(|packet| packet.pts.is_some() && packet.pts < key.pts);
    match first_key {
        None if packets.is_empty() => return Err(Doubt::Empty),
        None => return Err(Doubt::BeginsWithoutKey),
        Some(key) if key.pts.is_some() && shown_before(key) => return Err(Doubt::BeginsWithoutKey),
        Some(_) => {}
    }
    let shown = packets.iter().filter(|packet| packet.shown > 0);
    let timed = shown.filter_map(|packet| Some((packet.pts?, packet))).collect::<Vec<_>>();
    let decode_times = decode_times(&timed);
    let mut rows: Vec<Row> = timed
        .iter()
        .zip(decode_times)
        .map(|((pts, packet), dts)| Row {
            pts: ticks(rate, *pts),
            dts: ticks(rate, dts),
            end: packet.end.map(|end| ticks(rate, end)),
            size_bytes: packet.size_bytes,
            key: packet.key,
        })
        .collect();
    rows.sort_by_key(|row| row.pts);
    if rows.windows(2).any(|pair| pair[0].pts == pair[1].pts) {
        return Err(Doubt::Shared);
    }
    table(rate, rows, false).ok_or(Doubt::Empty)
}

/// The frame table as decoding found it; sizes, key flags and decode times are those of the packets shown at the same time.
#[must_use]
pub fn by_decoding(rate: Rate, decoded: &[DecodedAt], packets: &[Packet]) -> Option<Frames> {
    let mut known: Vec<(i64, &Packet)> =
        packets.iter().filter_map(|packet| Some((ticks(rate, packet.pts?), packet))).collect();
    known.sort_by_key(|(pts, _)| *pts);
    let mut rows: Vec<Row> = decoded
        .iter()
        .map(|frame| {
            let pts = ticks(rate, frame.pts);
            let place = known.partition_point(|(packet_pts, _)| *packet_pts < pts);
            let packet = known.get(place).filter(|(packet_pts, _)| *packet_pts == pts).map(|(_, packet)| *packet);
            Row {
                pts,
                dts: packet.and_then(|packet| packet.dts).map_or(pts, |dts| ticks(rate, dts)),
                end: frame.end.or(packet.and_then(|packet| packet.end)).map(|end| ticks(rate, end)),
                size_bytes: packet.map_or(0, |packet| packet.size_bytes),
                key: packet.is_some_and(|packet| packet.key),
            }
        })
        .collect();
    rows.sort_by_key(|row| row.pts);
    let decoded_count = rows.len();
    rows.dedup_by_key(|row| row.pts);
    let shares_times = rows.len() < decoded_count;
    table(rate, rows, shares_times)
}

/// Decode times in nanoseconds: the container's, or else the latest that keep every frame decoded before it is shown.
fn decode_times(timed: &[(i64, &Packet)]) -> Vec<i64> {
    if let Some(known) = timed.iter().map(|(_, packet)| packet.dts).collect() {
        return known;
    }
    let mut sorted: Vec<i64> = timed.iter().map(|(pts, _)| *pts).collect();
    sorted.sort_unstable();
    let lead = sorted.iter().zip(timed).map(|(dts, (pts, _))| dts - pts).max().unwrap_or(0);
    sorted.into_iter().map(|dts| dts - lead).collect()
}

struct Row {
    pts: i64,
    dts: i64,
    end: Option<i64>,
    size_bytes: u32,
    key: bool,
}

fn table(rate: Rate, rows: Vec<Row>, shares_times: bool) -> Option<Frames> {
    let last = rows.last()?;
    let gap_before = rows.len().checked_sub(2).map(|before| last.pts - rows[before].pts);
    let lone = || LONE_FRAME_PER_SECOND.convert(Ticks(1), rate, Rounding::Ceil).0;
    // One tick is what muxers write when nobody told them how long the last frame lasts.
    let end = last.end.filter(|end| *end > last.pts + 1).unwrap_or_else(|| last.pts + gap_before.unwrap_or_else(lone));
    let frames = rows
        .into_iter()
        .map(|Row { pts, dts, size_bytes, key, .. }| IndexFrame { pts, dts, size_bytes, key })
        .collect();
    Some(Frames { frames, end, shares_times })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate::FALLBACK;
    const MILLISECOND: i64 = 1_000_000;

    fn packet(pts_ms: i64, key: bool) -> Packet {
        let pts = pts_ms * MILLISECOND;
        Packet { pts: Some(pts), end: Some(pts + 40 * MILLISECOND), size_bytes: 9, key, shown: 1, ..Packet::default() }
    }

    fn times(frames: &Frames) -> Vec<(i64, i64)> {
        frames.frames.iter().map(|frame| (frame.pts / 90, frame.dts / 90)).collect()
    }

    #[test]
    fn frames_are_sorted_and_decode_times_regenerated() {
        let packets = [packet(0, true), packet(120, false), packet(40, false), packet(80, false), packet(160, true)];
        let frames = by_packets(RATE, &packets, false).unwrap();
        assert_eq!(times(&frames), [(0, -40), (40, 40), (80, 80), (120, 0), (160, 120)]);
        assert_eq!(frames.end, 200 * 90);
        assert_eq!(frames.frames.iter().map(|frame| frame.key).collect::<Vec<_>>(), [true, false, false, false, true]);
    }

    #[test]
    fn hidden_and_cut_packets_are_no_frames() {
        let mut packets = vec![packet(0, true), packet(40, false), packet(80, false)];
        packets[1].shown = 0;
        packets.push(Packet { pts: None, shown: 1, ..Packet::default() });
        assert_eq!(by_packets(RATE, &packets, false).unwrap().frames.len(), 2);
    }

    #[test]
    fn doubts_are_named() {
        assert_eq!(by_packets(RATE, &[], false), Err(Doubt::Empty));
        assert_eq!(by_packets(RATE, &[packet(0, true)], true), Err(Doubt::Untimed));
        assert_eq!(by_packets(RATE, &[packet(0, false)], false), Err(Doubt::BeginsWithoutKey));
        assert_eq!(by_packets(RATE, &[packet(40, true), packet(0, false)], false), Err(Doubt::BeginsWithoutKey));
        assert_eq!(by_packets(RATE, &[packet(0, true), packet(0, false)], false), Err(Doubt::Shared));
    }

    #[test]
    fn decoding_decides_which_frames_there_are() {
        let packets = [packet(0, true), packet(20, false), packet(40, false)];
        let decoded = [DecodedAt { pts: 0, end: None }, DecodedAt { pts: 40 * MILLISECOND, end: None }];
        let frames = by_decoding(RATE, &decoded, &packets).unwrap();
        assert_eq!(
            frames.frames.iter().map(|frame| (frame.pts, frame.key)).collect::<Vec<_>>(),
            [(0, true), (3600, false)]
        );
        assert_eq!(frames.end, 80 * 90);
        assert_eq!(by_decoding(RATE, &[], &packets), None);
    }
}
