//! Overlaps of constant, jittering and uneven frame times: lengths, one-to-one frames, weights, and what has no room.

use proptest::prelude::*;
use timeline::{Frame, Rate};

use super::*;

fn table(times: &[i64], end: i64) -> FrameTable {
    let frames = times.iter().map(|&pts| Frame { pts: Ticks(pts), key: pts == times[0] }).collect();
    FrameTable::new(Rate::MILLISECONDS, frames, Ticks(end)).unwrap()
}

/// 25 frames a second, on milliseconds.
fn steady(count: i64) -> FrameTable {
    table(&(0..count).map(|n| n * 40).collect::<Vec<_>>(), count * 40)
}

/// 30 frames a second with their times rounded to milliseconds, as Matroska has them.
fn rounded(count: i64) -> FrameTable {
    let pts = |n: i64| (n * 1000 + 15) / 30;
    table(&(0..count).map(pts).collect::<Vec<_>>(), pts(count))
}

#[test]
fn at_a_constant_rate_frames_go_together_one_to_one() {
    let overlaps = overlaps(&steady(100), &[10..30, 50..80], Ticks(200)).unwrap();
    let expected = Overlap {
        outgoing: 25..30,
        length: Ticks(200),
        incoming: (50..55).collect(),
        weights: vec![6_554, 19_661, 32_768, 45_875, 58_982],
        held: None,
        resume: 55,
    };
    assert_eq!(overlaps, [expected]);
}

#[test]
fn an_overlap_may_begin_behind_a_frame_that_is_shown_for_long() {
    let table = table(&[0, 20, 40, 60, 350, 370, 390, 410, 430, 450], 470);
    let overlaps = overlaps(&table, &[0..6, 6..10], Ticks(65)).unwrap();
    assert_eq!((overlaps[0].outgoing.clone(), overlaps[0].length), (4..6, Ticks(40)));
}

#[test]
fn a_length_is_that_of_the_nearest_whole_frames() {
    for (asked, frames) in
        [(20, None), (21, Some(1)), (60, Some(1)), (61, Some(2)), (99, Some(2)), (100, Some(2)), (101, Some(3))]
    {
        let found = overlaps(&steady(100), &[0..50, 50..100], Ticks(asked));
        assert_eq!(found.as_ref().ok().map(|overlaps| overlaps[0].outgoing.len()), frames, "{asked}: {found:?}");
    }
}

#[test]
fn times_that_are_rounded_neither_double_nor_drop_a_frame() {
    let table = rounded(300);
    for shift in 0..6 {
        let found = overlaps(&table, &[0..91 + shift, 100..190], Ticks(500)).unwrap();
        assert_eq!(found[0].outgoing.len(), 15, "{shift}");
        assert_eq!((found[0].incoming.clone(), found[0].resume), ((100..115).collect(), 115), "{shift}");
        assert_eq!(found[0].held, None);
    }
}

#[test]
fn a_picture_that_stands_still_is_shown_by_itself_after_the_overlap() {
    // The incoming segment is one picture of two seconds, then another.
    let mut times: Vec<i64> = (0..50).map(|n| n * 40).collect();
    times.extend([2_000, 4_000, 4_040]);
    let table = table(&times, 4_080);
    let overlaps = overlaps(&table, &[0..50, 50..53], Ticks(120)).unwrap();
    assert_eq!(
        (overlaps[0].incoming.as_slice(), overlaps[0].held, overlaps[0].resume),
        (&[50, 50, 50][..], Some(50), 51)
    );
    assert_eq!(hidden_frames(&[0..50, 50..53], &overlaps), 0);
}

#[test]
fn a_last_frame_much_longer_than_the_crossfade_is_no_overlap() {
    let table = table(&[0, 40, 80, 3_000, 3_040, 3_080, 3_120], 3_160);
    let found = overlaps(&table, &[0..3, 3..7], Ticks(80));
    assert_eq!(found, Err(Misfit::TooShort { segment: 0, frame: Ticks(2_920) }));
}

#[test]
fn a_segment_has_room_for_both_of_its_overlaps_or_there_is_none() {
    let table = steady(200);
    let lengths = |middle: Range<usize>, asked| overlaps(&table, &[0..50, middle, 100..150], Ticks(asked));
    assert!(lengths(60..70, 200).is_ok(), "they may meet");
    assert_eq!(lengths(60..69, 200), Err(Misfit::TooLong { segment: 1, room: Ticks(160) }));
    assert_eq!(lengths(60..64, 200), Err(Misfit::TooLong { segment: 1, room: Ticks(160) }));
    assert_eq!(lengths(60..65, 200), Err(Misfit::TooLong { segment: 1, room: Ticks(0) }));
    let found = overlaps(&table, &[0..5, 60..70], Ticks(240));
    assert_eq!(found, Err(Misfit::TooLong { segment: 0, room: Ticks(200) }));
    let found = overlaps(&table, &[0..9, 60..65], Ticks(240));
    assert_eq!(found, Err(Misfit::TooLong { segment: 1, room: Ticks(200) }));
    assert_eq!(overlaps(&table, &[0..9, 60..65], Ticks::ZERO), Ok(Vec::new()));
}

/// A table of any times, and segments of it.
fn uneven() -> impl Strategy<Value = (FrameTable, Vec<Range<usize>>)> {
    let gaps = prop::collection::vec(prop_oneof![4 => 15_i64..60, 1 => 1_i64..3_000], 50..300);
    let cuts = prop::collection::vec((any::<prop::sample::Index>(), 10_usize..120), 2..6);
    (gaps, cuts).prop_map(|(gaps, cuts)| {
        let times: Vec<i64> = gaps
            .iter()
            .scan(0, |at, gap| {
                *at += gap;
                Some(*at)
            })
            .collect();
        let table = table(&times, times[times.len() - 1] + 40);
        let cut = |(start, length): (prop::sample::Index, usize)| {
            let start = start.index(table.frame_count());
            start..(start + length).min(table.frame_count())
        };
        let segments = cuts.into_iter().map(cut).collect();
        (table, segments)
    })
}

proptest! {
    #[test]
    fn an_overlap_lies_within_both_segments_and_rises((table, segments) in uneven(), asked in 1_i64..500) {
        let Ok(overlaps) = overlaps(&table, &segments, Ticks(asked)) else { return Ok(()) };
        prop_assert_eq!(overlaps.len(), segments.len() - 1);
        for (place, overlap) in overlaps.iter().enumerate() {
            let (outgoing, incoming) = (&segments[place], &segments[place + 1]);
            let starts_at = |frame| (table.instant(frame) - table.instant(overlap.outgoing.start)).0;
            prop_assert!(overlap.outgoing.start >= outgoing.start && overlap.outgoing.end == outgoing.end);
            prop_assert_eq!(overlap.length, table.snapped(&overlap.outgoing).length());
            prop_assert!(overlap.length <= table.snapped(incoming).length());
            // Not farther from what was asked for than half of the frame at its edge, on either side of it.
            let edge = overlap.outgoing.start.saturating_sub(1)..=overlap.outgoing.start;
            let longest = edge.map(|frame| table.snapped(&(frame..frame + 1)).length().0).max();
            prop_assert!(Some((overlap.length.0 - asked).abs() * 2) <= longest);
            // Overlapping frames, incoming ones and weights rise together; the rest goes on where they stopped.
            prop_assert_eq!(overlap.incoming.len(), overlap.outgoing.len());
            prop_assert!(overlap.incoming.is_sorted() && overlap.incoming[0] == incoming.start);
            prop_assert!(overlap.incoming[overlap.incoming.len() - 1] < overlap.resume && overlap.resume <= incoming.end);
            prop_assert!(overlap.weights.windows(2).all(|pair| pair[0] <= pair[1]));
            let resumes_at = (table.instant(overlap.resume) - table.instant(incoming.start)).0;
            prop_assert!(resumes_at > starts_at(overlap.outgoing.end - 1));
            if let Some(held) = overlap.held {
                prop_assert!(held + 1 == overlap.resume && resumes_at > overlap.length.0);
            }
            // Two overlaps of a segment may meet but not mix.
            if let Some(next) = overlaps.get(place + 1) {
                prop_assert!(next.outgoing.start >= overlap.resume);
                prop_assert!((table.instant(next.outgoing.start) - table.instant(incoming.start)).0 >= overlap.length.0);
            }
        }
    }

    #[test]
    fn weights_are_linear_in_time(count in 1_usize..2_000) {
        let found = overlaps(&steady(5_000), &[0..2_500, 2_500..5_000], Ticks(i64::try_from(count).unwrap() * 40)).unwrap();
        prop_assert_eq!(found[0].outgoing.len(), count);
        for (place, weight) in found[0].weights.iter().enumerate() {
            let exact = (2 * place + 1) * 65_535;
            let off = (usize::from(*weight) * 2 * count).abs_diff(exact);
            prop_assert!(off <= count, "{weight} for {place} of {count}");
        }
    }
}
