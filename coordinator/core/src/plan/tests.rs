//! Plans as text: what is cut where, what is reused, what never drifts.

use std::fmt::Write;

use proptest::prelude::*;
use timeline::Frame;

use super::*;
use crate::export::{Format, Quality, Resolution};
use crate::video::{Colour, Container, Orientation, PictureFacts, SoundFacts};

const EXPORT: ExportId = ExportId(uuid::Uuid::from_u128(9));

pub(crate) fn facts(frame_rate: Rate) -> VideoFacts {
    VideoFacts {
        container: Container::IsoBmff,
        picture: PictureFacts {
            ordinal: 0,
            codec: "h264".to_owned(),
            width: 1280,
            height: 720,
            pixel_aspect_num: 1,
            pixel_aspect_den: 1,
            orientation: Orientation::Upright,
            interlaced: false,
            bit_depth: 8,
            colour: Colour { primaries: 2, transfer: 2, matrix: 2, full_range: false },
            frame_rate,
            variable_frame_rate: false,
        },
        sound: Some(SoundFacts {
            ordinal: 0,
            codec: "aac".to_owned(),
            channels: 6,
            sample_rate: 44_100,
            start_ns: 0,
            end_ns: 60_000_000_000,
        }),
        created_at: None,
        warnings: Vec::new(),
    }
}

/// 29.97 frames a second for a minute, a key frame every `group` frames.
fn ntsc(group: usize) -> FrameTable {
    let pts = |n: usize| Ticks(i64::try_from(n).unwrap() * 1001);
    let frames = (0..1800).map(|n| Frame { pts: pts(n), key: n % group == 0 }).collect();
    FrameTable::new(Rate::hz(30_000).unwrap(), frames, pts(1800)).unwrap()
}

fn an_order(export_type: ExportType, table: &FrameTable, ranges: &[Range<usize>]) -> Order {
    let segment = |frames: &Range<usize>| Segment {
        start: table.instant(frames.start),
        end: table.instant(frames.end),
        frames: frames.clone(),
        clip_id: None,
    };
    Order {
        export_type,
        resolution: Resolution::P720,
        format: Format::Mp4,
        quality: Quality::Medium,
        segments: ranges.iter().map(segment).collect(),
        crossfade: Ticks::ZERO,
        normalize_audio: true,
        reuse_parts: true,
        name: "My holiday".to_owned(),
    }
}

fn planned(order: &Order, table: &FrameTable) -> Plan {
    let encoder = Encoder { family: "x264".to_owned(), identity: "x264/164".to_owned() };
    let facts = facts(Rate::new(30_000, 1001).unwrap());
    plan(&Basis { order, facts: &facts, table, source_hash: &[7; 32], encoder: &encoder, export: EXPORT })
}

fn as_text(plan: &Plan) -> String {
    let mut text = String::new();
    for output in &plan.outputs {
        writeln!(text, "{}: {} frames", output.filename, output.frame_count).unwrap();
        for part in &output.picture {
            let task = plan.tasks.iter().find(|task| task.content_key == part.content_key).unwrap();
            let Work::Picture(work) = &task.work else { panic!("picture parts come from picture tasks") };
            let (first, last) = (work.keep_pts[0] / 1001, work.keep_pts[work.keep_pts.len() - 1] / 1001);
            let under = work.fade.as_ref().map_or_else(String::new, |fade| {
                let incoming = &fade.incoming_pts;
                format!(" under {}..={}", incoming[0] / 1001, incoming[incoming.len() - 1] / 1001)
            });
            writeln!(text, "  at {} frames {first}..={last}{under}", part.offset.0 / 1001).unwrap();
        }
    }
    text
}

#[test]
fn two_segments_are_cut_on_the_source_grid() {
    let table = ntsc(60);
    let order = an_order(ExportType::Combined, &table, &[50..400, 1000..1001]);
    let expected = "My holiday.mp4: 351 frames\n  at 0 frames 50..=119\n  at 70 frames 120..=239\n  at 190 frames 240..=359\n  \
                    at 310 frames 360..=399\n  at 350 frames 1000..=1000\n";
    assert_eq!(as_text(&planned(&order, &table)), expected);
}

#[test]
fn a_crossfade_is_a_part_of_its_own_and_the_rest_stays_what_it_was() {
    let table = ntsc(60);
    let mut order = an_order(ExportType::Combined, &table, &[50..400, 1000..1100]);
    let hard = planned(&order, &table);
    order.crossfade = Ticks(30_000);
    let plan = planned(&order, &table);
    let expected = "My holiday.mp4: 420 frames\n  at 0 frames 50..=119\n  at 70 frames 120..=239\n  at 190 frames 240..=369\n  \
                    at 320 frames 370..=399 under 1000..=1029\n  at 350 frames 1030..=1079\n  at 400 frames 1080..=1099\n";
    assert_eq!(as_text(&plan), expected);
    assert_eq!(plan.outputs[0].duration, Ticks(420 * 1001));
    for place in [0, 1] {
        assert_eq!(plan.outputs[0].picture[place], hard.outputs[0].picture[place]);
    }
    assert_eq!(plan.outputs[0].picture[5].content_key, hard.outputs[0].picture[5].content_key);
}

#[test]
fn clips_have_no_joints_to_fade() {
    let table = ntsc(60);
    let mut order = an_order(ExportType::Clips, &table, &[0..100, 200..300]);
    let hard = planned(&order, &table);
    order.crossfade = Ticks(30_000);
    assert_eq!(planned(&order, &table), hard);
}

#[test]
fn an_export_that_reuses_nothing_has_parts_of_its_own() {
    let table = ntsc(60);
    let mut order = an_order(ExportType::Combined, &table, &[50..200, 300..310]);
    let shared = planned(&order, &table);
    order.reuse_parts = false;
    let own = planned(&order, &table);
    assert_eq!(as_text(&own), as_text(&shared));
    assert!(own.tasks.iter().all(|task| shared.tasks.iter().all(|other| other.content_key != task.content_key)));
}

#[test]
fn clips_are_files_of_their_own() {
    let table = ntsc(60);
    let order = an_order(ExportType::Clips, &table, &[0..30, 0..30, 60..90]);
    let plan = planned(&order, &table);
    let expected = "My holiday-01.mp4: 30 frames\n  at 0 frames 0..=29\nMy holiday-02.mp4: 30 frames\n  at 0 frames 0..=29\n\
                    My holiday-03.mp4: 30 frames\n  at 0 frames 60..=89\n";
    assert_eq!(as_text(&plan), expected);
    assert_eq!(plan.tasks.len(), 6, "equal clips share their picture, their sound and their poster");
    assert_eq!(plan.outputs[0].poster, plan.outputs[1].poster);
    let poster = |output: &PlannedOutput| {
        let task = plan.tasks.iter().find(|task| Some(task.content_key) == output.poster).unwrap();
        let Work::Poster(work) = &task.work else { panic!("a poster comes from a poster task") };
        work.pts / 1001
    };
    assert_eq!((poster(&plan.outputs[0]), poster(&plan.outputs[2])), (15, 75));
}

#[test]
fn containers_that_hold_the_same_share_their_parts() {
    let table = ntsc(60);
    let keys = |format, family: &str| -> Vec<ContentKey> {
        let order = Order { format, ..an_order(ExportType::Clips, &table, &[50..900, 0..30]) };
        let encoder = Encoder { family: family.to_owned(), identity: family.to_owned() };
        let facts = facts(Rate::new(30_000, 1001).unwrap());
        let plan = plan(&Basis {
            order: &order,
            facts: &facts,
            table: &table,
            source_hash: &[7; 32],
            encoder: &encoder,
            export: EXPORT,
        });
        assert!(plan.outputs[0].filename.ends_with(format.as_str()));
        // A poster is the same picture in any container.
        let in_files = plan.tasks.iter().filter(|task| !matches!(task.work, Work::Poster(_)));
        in_files.map(|task| task.content_key).collect()
    };
    let mp4 = keys(Format::Mp4, "x264");
    assert_eq!(keys(Format::Mov, "x264"), mp4);
    assert!(keys(Format::Webm, "vp9").iter().all(|key| !mp4.contains(key)));
}

#[test]
fn a_moved_cut_touches_only_the_parts_it_lies_in() {
    let table = ntsc(60);
    let keys = |range| -> Vec<ContentKey> {
        let plan = planned(&an_order(ExportType::Single, &table, &[range]), &table);
        plan.outputs[0].picture.iter().map(|part| part.content_key).collect()
    };
    let (before, after) = (keys(50..900), keys(53..900));
    assert_ne!(before[0], after[0]);
    assert_eq!(before[1..], after[1..]);
}

proptest! {
    #[test]
    fn parts_follow_one_another_without_gap(group in 1_usize..400, cuts in prop::collection::vec((0_usize..1800, 1_usize..600), 1..20)) {
        let table = ntsc(group);
        let ranges: Vec<_> = cuts.iter().map(|&(start, length)| start..(start + length).min(1800)).collect();
        let plan = planned(&an_order(ExportType::Combined, &table, &ranges), &table);
        let output = &plan.outputs[0];
        let mut clock = 0;
        for part in &output.picture {
            prop_assert_eq!(part.offset.0, clock);
            clock += i64::try_from(part.frame_count).unwrap() * 1001;
        }
        prop_assert_eq!(output.duration.0, clock);
        let Work::Sound(sound) = &plan.tasks.iter().find(|task| Some(task.content_key) == output.sound).unwrap().work else { panic!() };
        let samples: u64 = sound.segments.iter().map(|segment| segment.sample_count).sum();
        let exact = Rate::hz(30_000).unwrap().convert(Ticks(clock), Rate::SOUND, Rounding::Nearest).0;
        prop_assert_eq!(samples, u64::try_from(exact).unwrap());
    }

    /// Whatever overlaps: parts follow one another without gap, each frame comes once, and sound overlaps where picture does.
    #[test]
    fn crossfades_neither_lose_nor_drift(
        group in 1_usize..400, cuts in prop::collection::vec((0_usize..1500, 40_usize..300), 2..60), frames in 1_i64..20,
    ) {
        let table = ntsc(group);
        let ranges: Vec<_> = cuts.iter().map(|&(start, length)| start..start + length).collect();
        let mut order = an_order(ExportType::Combined, &table, &ranges);
        order.crossfade = Ticks(frames * 1001);
        let plan = planned(&order, &table);
        let output = &plan.outputs[0];

        let task = |key| &plan.tasks.iter().find(|task| task.content_key == key).unwrap().work;
        let mut clock = 0;
        let mut shown = Vec::new();
        for part in &output.picture {
            prop_assert_eq!(part.offset.0, clock);
            clock += i64::try_from(part.frame_count).unwrap() * 1001;
            let Work::Picture(work) = task(part.content_key) else { panic!() };
            let under = work.fade.iter().flat_map(|fade| fade.incoming_pts.iter().map(|pts| Some(pts / 1001)));
            let under = under.chain(std::iter::repeat(None));
            shown.extend(work.keep_pts.iter().map(|pts| pts / 1001).zip(under));
        }
        prop_assert_eq!(output.duration.0, clock);
        prop_assert_eq!(order.duration(&table).0, clock);
        let mut place = 0;
        for (segment, range) in ranges.iter().enumerate() {
            for frame in range.clone() {
                let frame = i64::try_from(frame).unwrap();
                let is_incoming = segment > 0 && frame - i64::try_from(range.start).unwrap() < frames;
                let there = if is_incoming { shown[place].1 } else { Some(shown[place].0) };
                prop_assert_eq!(there, Some(frame), "segment {} at {}", segment, place);
                place += 1;
            }
            place -= usize::try_from(frames).unwrap();
        }

        let Work::Sound(sound) = task(output.sound.unwrap()) else { panic!() };
        let samples = |frames: i64| Rate::hz(30_000).unwrap().convert(Ticks(frames * 1001), Rate::SOUND, Rounding::Nearest).0;
        let (mut began, mut ended) = (0, 0);
        for (segment, range) in sound.segments.iter().zip(&ranges) {
            let from = ended - i64::try_from(segment.overlap_samples).unwrap();
            prop_assert_eq!(from, samples(began), "sound begins where its picture does");
            ended = from + i64::try_from(segment.sample_count).unwrap();
            began += i64::try_from(range.len()).unwrap() - frames;
        }
        prop_assert_eq!(ended, samples(began + frames));
        prop_assert_eq!(sound.sample_count(), u64::try_from(ended).unwrap());
    }
}
