//! Limits and contradictions of an index, one by one.

use super::*;

pub(in crate::ingest) fn index() -> v1::Index {
    let frame = |number: i64| v1::IndexFrame { pts: number * 3_600, dts: 0, size_bytes: 9, key: number == 0 };
    let picture = v1::PictureIndex {
        ordinal: 0,
        codec: "h264".to_owned(),
        width: 1920,
        height: 1080,
        pixel_aspect_num: 1,
        pixel_aspect_den: 1,
        orientation: v1::Orientation::Clockwise90,
        interlaced: false,
        bit_depth: 8,
        colour: v1::Colour { primaries: 1, transfer: 1, matrix: 1, full_range: false },
        rate_num: 90_000,
        rate_den: 1,
        frame_rate_num: 25,
        frame_rate_den: 1,
        frames: (0..4).map(frame).collect(),
        end: 4 * 3_600,
        decoded: false,
    };
    let sound = v1::SoundIndex {
        ordinal: 0,
        codec: "aac".to_owned(),
        channels: 2,
        sample_rate: 44_100,
        start_ns: 0,
        end_ns: 160_000_000,
    };
    let container = v1::Container::IsoBmff;
    v1::Index { container, picture, sound: Some(sound), created_at: None, warnings: vec!["hdr".to_owned()] }
}

#[test]
fn an_index_that_holds_becomes_facts_and_frames() {
    let (facts, table) = check(index()).unwrap();
    assert_eq!(table.frame_count(), 4);
    assert_eq!(facts.picture.displayed(), (1080, 1920));
    assert!(!facts.picture.variable_frame_rate);
    assert_eq!(facts.sound.unwrap().sample_rate, 44_100);
    assert_eq!(facts.warnings, ["hdr"]);
}

#[test]
fn frame_times_unequal_by_more_than_rounding_are_variable() {
    let with = |rate: u32, times: &[i64]| {
        let frame = |&pts: &i64| v1::IndexFrame { pts, dts: 0, size_bytes: 1, key: true };
        let mut index = index();
        index.picture.rate_num = rate;
        index.picture.end = times.last().unwrap() + 1;
        index.picture.frames = times.iter().map(frame).collect();
        check(index).unwrap().0.picture.variable_frame_rate
    };
    assert!(!with(1_000, &[0, 33, 67, 100, 133]), "milliseconds round");
    assert!(!with(90_000, &[0, 2_970, 6_030, 9_000]), "milliseconds on a finer clock");
    assert!(with(600, &[0, 20, 40, 61, 80, 120]));
    assert!(with(1_000, &[0, 33, 66, 133]));
    assert!(!with(25, &[0]), "one frame has no distance");
}

#[test]
fn what_is_too_much_is_said_to_the_owner() {
    type Change = fn(&mut v1::Index);
    let changes: [(&str, Change); 7] = [
        ("20000×1080", |index| index.picture.width = 20_000),
        ("16384×16384", |index| (index.picture.width, index.picture.height) = (16_384, 16_384)),
        ("longer than 12 hours", |index| index.picture.end = 90_000 * 3_600 * 13),
        ("300 frames a second", |index| index.picture.frame_rate_num = 1_000_000),
        ("no picture", |index| index.picture.frames.clear()),
        ("pixels are 100:1", |index| index.picture.pixel_aspect_num = 100),
        ("999 channels", |index| index.sound.as_mut().unwrap().channels = 999),
    ];
    for (expected, change) in changes {
        let mut index = index();
        change(&mut index);
        let Err(Refusal::Unsupported(said)) = check(index) else { panic!("{expected} was taken") };
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn what_contradicts_itself_is_the_nodes_fault() {
    let changes: [fn(&mut v1::Index); 8] = [
        |index| index.picture.rate_num = 0,
        |index| index.picture.frame_rate_den = 0,
        |index| index.picture.width = 0,
        |index| index.picture.frames[2].pts = 0,
        |index| index.picture.end = 0,
        |index| index.picture.codec = "../../etc".to_owned(),
        |index| index.warnings = vec!["<script>".to_owned()],
        |index| index.sound.as_mut().unwrap().start_ns = i64::MIN,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut index = index();
        change(&mut index);
        assert!(matches!(check(index), Err(Refusal::Senseless(_))), "change {number}");
    }
}
