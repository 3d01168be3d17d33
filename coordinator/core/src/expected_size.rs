//! How large the files of an order will be, before anything is rendered: typical rates by size, quality and codec.
//! An expectation, not a bound: what a file has in the end, its layout says.

use timeline::{FrameTable, Rate, Rounding, Ticks};

use crate::export::{ExportType, Format, Order, Quality, Resolution};

/// Sound of any format, kilobits a second.
const SOUND_KBPS: u64 = 192;
/// Tables and headers of an empty film.
const FRONT_BYTES: u64 = 4096;

/// Bytes of each file of an order; the ZIP of clips, which holds them all once more, is the last.
#[must_use]
pub fn expected_bytes(order: &Order, table: &FrameTable) -> Vec<u64> {
    let rate = picture_kbps(order) + SOUND_KBPS;
    let bytes = |ticks: Ticks| {
        let milliseconds = table.rate().convert(ticks, Rate::MILLISECONDS, Rounding::Ceil).0;
        // Kilobits a second are bits a millisecond.
        FRONT_BYTES + u64::try_from(milliseconds).unwrap_or(0).saturating_mul(rate) / 8
    };
    if order.export_type != ExportType::Clips {
        return vec![bytes(order.duration(table))];
    }
    let segments = order.segments.iter();
    let mut files: Vec<u64> = segments.map(|segment| bytes(table.snapped(&segment.frames).length())).collect();
    files.push(files.iter().fold(0, |sum, file| sum.saturating_add(*file)));
    files
}

/// Round figures of the order of what H.264 takes for ordinary motion, and VP9 two thirds of it. Nothing depends on them
/// but what is refused before it is rendered.
fn picture_kbps(order: &Order) -> u64 {
    let medium = match order.resolution {
        Resolution::P720 => 2_500,
        Resolution::P1080 => 5_000,
        Resolution::K4 => 16_000,
    };
    let rate = match order.quality {
        Quality::High => medium * 2,
        Quality::Medium => medium,
        Quality::Low => medium / 2,
    };
    match order.format {
        Format::Mp4 | Format::Mov => rate,
        Format::Webm => rate * 2 / 3,
    }
}

#[cfg(test)]
mod tests {
    use timeline::Frame;

    use super::*;
    use crate::export::{ExportRequest, RequestedSegment, order};

    fn sizes(export_type: ExportType, seconds: i64, ranges: &[(i64, i64)]) -> Vec<u64> {
        let frames = (0..seconds).map(|n| Frame { pts: Ticks(n * 1000), key: true }).collect();
        let table = FrameTable::new(Rate::MILLISECONDS, frames, Ticks(seconds * 1000)).unwrap();
        let asked = |(number, &(start, end)): (usize, &(i64, i64))| RequestedSegment {
            number,
            span: timeline::Span::new(Ticks(start * 1000), Ticks(end * 1000)),
            clip_id: None,
        };
        let request = ExportRequest {
            export_type,
            resolution: Resolution::P1080,
            format: Format::Mp4,
            quality: Quality::Medium,
            segments: ranges.iter().enumerate().map(asked).collect(),
            crossfade_ms: 0,
            normalize_audio: true,
            reuse_parts: true,
            name: None,
        };
        expected_bytes(&order(&request, &table, "a.mp4").unwrap(), &table)
    }

    #[test]
    fn a_file_is_its_length_times_its_rate() {
        assert_eq!(sizes(ExportType::Single, 1000, &[(0, 1000)]), [FRONT_BYTES + 649_000_000]);
        let combined = sizes(ExportType::Combined, 1000, &[(0, 250), (500, 750)]);
        assert_eq!(combined, [FRONT_BYTES + 324_500_000]);
    }

    #[test]
    fn clips_are_kept_twice() {
        let clips = sizes(ExportType::Clips, 1000, &[(0, 100), (500, 600)]);
        let one = FRONT_BYTES + 64_900_000;
        assert_eq!(clips, [one, one, 2 * one]);
    }
}
