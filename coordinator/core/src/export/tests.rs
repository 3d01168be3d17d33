//! Every refusal of an export request, and what passes.

use proptest::prelude::*;
use timeline::{Frame, Rate};

use super::*;

/// 250 frames at 25 frames a second: ten seconds, on milliseconds.
fn ten_seconds() -> FrameTable {
    let frames = (0..250).map(|n| Frame { pts: Ticks(n * 40), key: n % 50 == 0 }).collect();
    FrameTable::new(Rate::MILLISECONDS, frames, Ticks(10_000)).unwrap()
}

fn request(segments: &[(i64, i64)]) -> ExportRequest {
    let asked = |(number, &(start, end)): (usize, &(i64, i64))| RequestedSegment {
        number,
        span: Span::new(Ticks(start), Ticks(end)),
        clip_id: None,
    };
    ExportRequest {
        export_type: ExportType::Clips,
        resolution: Resolution::P1080,
        format: Format::Mp4,
        quality: Quality::Medium,
        segments: segments.iter().enumerate().map(asked).collect(),
        crossfade_ms: 0,
        normalize_audio: true,
        reuse_parts: true,
        name: None,
    }
}

fn refusals(request: &ExportRequest) -> Vec<(String, &'static str)> {
    let problems = order(request, &ten_seconds(), "holiday.mov").unwrap_err();
    problems.into_iter().map(|problem| (problem.field, problem.code.as_str())).collect()
}

#[test]
fn no_segment_means_the_whole_video() {
    let order = order(&request(&[]), &ten_seconds(), "holiday.mov").unwrap();
    let whole = Segment { start: Ticks(0), end: Ticks(10_000), frames: 0..250, clip_id: None };
    assert_eq!((order.segments, order.name.as_str()), (vec![whole], "holiday"));
}

#[test]
fn a_segment_holds_the_frames_that_begin_in_it() {
    let order = order(&request(&[(40, 80), (41, 121)]), &ten_seconds(), "holiday.mov").unwrap();
    assert_eq!(order.segments[0].frames, 1..2);
    assert_eq!(order.segments[1].frames, 2..4);
}

#[test]
fn every_fault_is_named_with_its_field() {
    type Case = ((i64, i64), &'static [(&'static str, &'static str)]);
    let cases: [Case; 8] = [
        ((-1, 500), &[("segments[0].start", "outside_video")]),
        ((9_000, 10_002), &[("segments[0].end", "outside_video")]),
        ((500, 500), &[("segments[0].end", "empty_segment")]),
        ((900, 500), &[("segments[0].end", "empty_segment")]),
        ((1, 40), &[("segments[0].end", "no_frame")]),
        ((10_000, 10_500), &[("segments[0].start", "outside_video"), ("segments[0].end", "outside_video")]),
        (
            (12_000, 11_000),
            &[
                ("segments[0].start", "outside_video"),
                ("segments[0].end", "outside_video"),
                ("segments[0].end", "empty_segment"),
            ],
        ),
        ((i64::MIN / 4, i64::MAX / 4), &[("segments[0].start", "outside_video"), ("segments[0].end", "outside_video")]),
    ];
    for (asked, expected) in cases {
        let found = refusals(&request(&[asked]));
        let found: Vec<(&str, &str)> = found.iter().map(|(field, code)| (field.as_str(), *code)).collect();
        assert_eq!(found, expected, "{asked:?}");
    }
}

#[test]
fn the_end_rounded_up_to_a_millisecond_is_still_the_end() {
    let order = order(&request(&[(9_000, 10_001)]), &ten_seconds(), "holiday.mov").unwrap();
    assert_eq!(order.segments[0].end, Ticks(10_000));
}

#[test]
fn all_faults_come_at_once() {
    let mut asked = request(&[(500, 400), (0, 1_000), (0, 20_000)]);
    asked.export_type = ExportType::Single;
    asked.crossfade_ms = 500;
    asked.name = Some("a\u{7}".to_owned());
    asked.segments[1].clip_id = Some("x".repeat(NAME_CHARACTERS_MAX + 1));
    let expected = [
        ("name", "invalid_text"),
        ("segments", "not_single"),
        ("segments[0].end", "empty_segment"),
        ("segments[1].clip_id", "invalid_text"),
        ("segments[2].end", "outside_video"),
    ];
    let found = refusals(&asked);
    let found: Vec<(&str, &str)> = found.iter().map(|(field, code)| (field.as_str(), *code)).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_crossfade_must_fit_every_joint() {
    let faded = |export_type, segments: &[(i64, i64)], crossfade_ms| {
        let asked = ExportRequest { export_type, crossfade_ms, ..request(segments) };
        order(&asked, &ten_seconds(), "x").map_err(|problems| {
            problems.iter().map(|problem| (problem.code.as_str(), problem.message.clone())).collect::<Vec<_>>()
        })
    };
    let kept = faded(ExportType::Combined, &[(0, 2_000), (4_000, 5_000), (6_000, 7_000)], 500).unwrap();
    assert_eq!((kept.crossfade, kept.duration(&ten_seconds())), (Ticks(500), Ticks(4_000 - 2 * 480)));
    let refused = |segments: &[(i64, i64)], crossfade_ms| {
        let mut problems = faded(ExportType::Combined, segments, crossfade_ms).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems.remove(0)
    };
    let (code, message) = refused(&[(0, 2_000), (4_000, 4_800), (6_000, 7_000)], 500);
    assert_eq!(
        (code, message.as_str()),
        (
            "crossfade_too_long",
            "A crossfade of 0.500 s is longer than segments[1] can give: it has 0.320 s for this one."
        )
    );
    assert_eq!(refused(&[(0, 400), (4_000, 5_000)], 600).0, "crossfade_too_long");
    assert_eq!(refused(&[(0, 1_000), (4_000, 4_400)], 600).0, "crossfade_too_long");
    assert_eq!(refused(&[(0, 1_000), (4_000, 5_000)], 10).0, "crossfade_too_short");
    assert!(faded(ExportType::Single, &[(0, 1_000)], 60_000).is_ok(), "nothing to fade");
    assert_eq!(faded(ExportType::Clips, &[(0, 1_000), (2_000, 3_000)], 500).unwrap_err()[0].0, "unsupported");
}

#[test]
fn orders_of_before_there_were_crossfades_are_read_as_they_were_meant() {
    let now = order(&request(&[(0, 1_000)]), &ten_seconds(), "x").unwrap();
    let mut at_rest = serde_json::to_value(&now).unwrap();
    at_rest.as_object_mut().unwrap().remove("crossfade");
    assert_eq!(serde_json::from_value::<Order>(at_rest).unwrap(), now);
}

#[test]
fn every_container_can_be_ordered() {
    for format in [Format::Mp4, Format::Mov, Format::Webm] {
        let asked = ExportRequest { format, ..request(&[(0, 1_000)]) };
        assert_eq!(order(&asked, &ten_seconds(), "x").map(|order| order.format), Ok(format));
    }
}

#[test]
fn segments_keep_their_number_when_others_were_no_numbers() {
    let mut asked = request(&[(0, 20_000)]);
    asked.segments[0].number = 7;
    assert_eq!(refusals(&asked), [("segments[7].end".to_owned(), "outside_video")]);
}

#[test]
fn five_hundred_segments_and_no_more() {
    assert!(order(&request(&vec![(0, 40); SEGMENTS_MAX]), &ten_seconds(), "x").is_ok());
    let refused = refusals(&request(&vec![(0, 40); SEGMENTS_MAX + 1]));
    assert_eq!(refused, [("segments".to_owned(), "too_many_segments")]);
}

#[test]
fn words_read_back_as_written() {
    for (word, read) in [("720p", Resolution::parse("720p")), ("4k", Resolution::parse("4k"))] {
        assert_eq!(read.map(Resolution::as_str), Some(word));
    }
    assert_eq!(Resolution::parse("8k"), None);
    assert_eq!(serde_json::to_string(&ExportType::Combined).unwrap(), "\"combined\"");
}

proptest! {
    /// Whatever is asked, an order never names a frame the video does not have, and never an empty range.
    #[test]
    fn an_order_holds_only_frames_there_are(
        asked in prop::collection::vec((-2_000_i64..12_000, -2_000_i64..12_000), 0..20), crossfade_ms in 0_u32..1_000,
    ) {
        let asked = ExportRequest { crossfade_ms, export_type: ExportType::Combined, ..request(&asked) };
        match order(&asked, &ten_seconds(), "x") {
            Ok(order) => for segment in &order.segments {
                prop_assert!(!segment.frames.is_empty() && segment.frames.end <= 250);
                prop_assert!(segment.start < segment.end && segment.end <= Ticks(10_000));
            },
            Err(problems) => prop_assert!(!problems.is_empty()),
        }
    }
}
