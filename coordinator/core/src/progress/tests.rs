//! Progress over whole lives of exports.

use proptest::prelude::*;

use super::*;

fn rendering(frames_done: u64) -> Way {
    Way {
        status: ExportStatus::Processing,
        phase: Phase::Rendering,
        shown_percent: 0,
        work: WorkDone {
            frames_total: 1000,
            frames_done,
            frames_waiting: (1000 - frames_done).saturating_sub(100),
            frames_left_longest: 100.min(1000 - frames_done),
            tasks_leased: 1,
            ..WorkDone::default()
        },
        uploaded_bytes: 0,
        upload_bytes: 0,
        media: Duration::from_secs(40),
        elapsed: Duration::from_secs(10),
        picture_ms: 0,
        finishing: Duration::from_secs(3),
        finishing_for: Duration::ZERO,
    }
}

#[test]
fn a_life_from_queue_to_completion() {
    let mut way = rendering(0);
    (way.status, way.phase, way.work, way.elapsed) =
        (ExportStatus::Pending, Phase::Accepted, WorkDone::default(), Duration::ZERO);
    let queued = Progress { percent: 0, stage: Stage::Queued, speed: None, remaining: None };
    assert_eq!(progress(&way), queued);

    assert_eq!(progress(&rendering(0)), Progress { percent: 1, stage: Stage::Downloading, ..queued.clone() });
    let half =
        Progress { percent: 46, stage: Stage::Processing, speed: Some(2.0), remaining: Some(Duration::from_secs(13)) };
    assert_eq!(progress(&rendering(500)), half);

    let mut way = rendering(1000);
    (way.phase, way.uploaded_bytes, way.upload_bytes) = (Phase::Uploading, 1, 2);
    way.finishing_for = Duration::from_secs(1);
    let left = Some(Duration::from_secs(2));
    assert_eq!(progress(&way), Progress { percent: 95, stage: Stage::Uploading, speed: Some(4.0), remaining: left });
    (way.phase, way.status) = (Phase::Published, ExportStatus::Completed);
    assert_eq!((progress(&way).percent, progress(&way).stage), (100, Stage::Complete));
}

#[test]
fn a_lost_attempt_takes_nothing_back() {
    let mut way = rendering(100);
    way.shown_percent = 60;
    assert_eq!(progress(&way).percent, 60);
}

#[test]
fn what_was_there_before_counts_as_done_but_not_as_speed() {
    let mut way = rendering(600);
    way.work.frames_reused = 500;
    let shown = progress(&way);
    assert_eq!((shown.percent, shown.speed), (55, Some(0.4)));
    assert_eq!(shown.remaining, Some(Duration::from_secs(43)));
    way.work.frames_reused = 600;
    assert_eq!((progress(&way).speed, progress(&way).remaining), (None, None));
}

#[test]
fn an_export_that_ended_without_files_stays_where_it_was() {
    for status in [ExportStatus::Failed, ExportStatus::Cancelled] {
        let mut way = rendering(900);
        (way.status, way.phase, way.shown_percent) = (status, Phase::Ended, 42);
        assert_eq!((progress(&way).percent, progress(&way).stage), (42, Stage::Processing));
    }
}

fn any_way() -> impl Strategy<Value = Way> {
    let work = (0_u64..10_000, 0_u64..12_000, 0_u64..12_000, 0_u64..10_000, 0_u64..12_000, 0_u64..3);
    let phases = prop::sample::select(vec![Phase::Accepted, Phase::Rendering, Phase::Uploading, Phase::Ended]);
    let statuses = prop::sample::select(vec![
        ExportStatus::Pending,
        ExportStatus::Processing,
        ExportStatus::Failed,
        ExportStatus::Cancelled,
        ExportStatus::Completed,
    ]);
    (statuses, phases, 0_u8..=99, work, 0_u64..u64::MAX, 0_u64..u64::MAX, 0_u64..100_000, 0_u64..100_000).prop_map(
        |(status, phase, shown_percent, work, uploaded_bytes, upload_bytes, media_ms, elapsed_ms)| {
            let (frames_total, frames_done, frames_reused, sound_total_ms, sound_done_ms, tasks_leased) = work;
            let work = WorkDone {
                frames_total,
                frames_done,
                frames_reused,
                sound_total_ms,
                sound_done_ms,
                tasks_leased,
                frames_rendered_whole: sound_total_ms / 3,
                frames_waiting: sound_done_ms / 2,
                frames_left_longest: frames_total / 7,
            };
            let (media, elapsed) = (Duration::from_millis(media_ms), Duration::from_millis(elapsed_ms));
            let (finishing, finishing_for) = (media / 50, elapsed / 3);
            let picture_ms = elapsed_ms * 2;
            Way {
                status,
                phase,
                shown_percent,
                work,
                uploaded_bytes,
                upload_bytes,
                media,
                elapsed,
                picture_ms,
                finishing,
                finishing_for,
            }
        },
    )
}

proptest! {
    /// Whatever the ledger says, what is shown never falls, and 100 means completed.
    #[test]
    fn never_falls_and_ends_at_completion(way in any_way()) {
        let shown = progress(&way);
        prop_assert!(shown.percent >= way.shown_percent);
        prop_assert_eq!(shown.percent == 100, way.status == ExportStatus::Completed);
        prop_assert_eq!(shown.stage == Stage::Complete, way.status == ExportStatus::Completed);
        prop_assert!(shown.speed.is_none_or(f64::is_finite));
        prop_assert!(shown.remaining.is_none_or(|left| left >= Duration::from_secs(1)), "{:?}", shown.remaining);
    }
}
