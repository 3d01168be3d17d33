//! Whole lives of exports, second by second: what is said to be left is held against what was left indeed.
//! Renders nothing: slots take tasks in their order, each frame takes as long as the others.

use proptest::prelude::*;

use super::left::LEFT_MIN;
use super::*;

/// An export as it goes.
#[derive(Clone, Debug)]
struct Life {
    /// Frames of each picture task.
    tasks: Vec<u64>,
    slots: usize,
    frame_ms: u64,
    sound_ms: u64,
    /// How long finishing takes, and how long it is expected to.
    finishing: (Duration, Duration),
}

impl Life {
    /// When each task begins and ends.
    fn schedule(&self) -> Vec<(u64, u64)> {
        let mut free = vec![0_u64; self.slots];
        let mut spans = Vec::new();
        for frames in &self.tasks {
            let slot = free.iter_mut().min().expect("there is a slot");
            let begins = *slot;
            *slot += frames * self.frame_ms;
            spans.push((begins, *slot));
        }
        spans
    }

    fn rendered_at(&self) -> u64 {
        self.schedule().iter().map(|(_, ends)| *ends).max().expect("there is a task").max(self.sound_ms)
    }

    fn ends_at(&self) -> u64 {
        self.rendered_at() + millis(self.finishing.0)
    }

    /// What the ledger says at a time.
    fn at(&self, now: u64) -> Way {
        let done = |(begins, ends): (u64, u64), frames: u64| match (now < begins, now < ends) {
            (true, _) => 0,
            (_, true) => (now - begins) / self.frame_ms,
            _ => frames,
        };
        let tasks: Vec<_> = self.schedule().into_iter().zip(self.tasks.iter().copied()).collect();
        let sum = |which: fn(u64, u64, u64) -> bool, now: u64| -> u64 {
            tasks.iter().filter(|((begins, ends), _)| which(*begins, *ends, now)).map(|(_, frames)| frames).sum()
        };
        let whole = sum(|_, ends, now| ends <= now, now);
        let work = WorkDone {
            frames_total: self.tasks.iter().sum(),
            frames_done: tasks.iter().map(|(span, frames)| done(*span, *frames)).sum(),
            frames_reused: 0,
            frames_rendered_whole: whole,
            frames_waiting: sum(|begins, _, now| begins > now, now),
            frames_left_longest: tasks.iter().map(|(span, frames)| frames - done(*span, *frames)).max().unwrap_or(0),
            sound_total_ms: 1000,
            sound_done_ms: (1000 * now.min(self.sound_ms)).checked_div(self.sound_ms).unwrap_or(1000),
            tasks_leased: tasks.iter().filter(|((begins, ends), _)| *begins <= now && now < *ends).count() as u64,
        };
        let rendered = self.rendered_at();
        Way {
            status: ExportStatus::Processing,
            phase: if now < rendered { Phase::Rendering } else { Phase::Uploading },
            shown_percent: 0,
            work,
            uploaded_bytes: 0,
            upload_bytes: 0,
            media: Duration::from_mins(1),
            elapsed: Duration::from_millis(now),
            picture_ms: whole * self.frame_ms,
            finishing: self.finishing.1,
            finishing_for: Duration::from_millis(now.saturating_sub(rendered)),
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).expect("lives are short")
}

fn any_life() -> impl Strategy<Value = Life> {
    let tasks = prop::collection::vec(60_u64..=100, 2..40);
    (tasks, 1_usize..=8, 20_u64..=200, 0_u64..=5, 1_u64..=20).prop_map(|(tasks, slots, frame_ms, sound, finishing)| {
        let finishing = Duration::from_secs(finishing);
        let sound_ms = tasks.iter().sum::<u64>() * frame_ms * sound / 100 / slots as u64;
        Life { tasks, slots, frame_ms, sound_ms, finishing: (finishing, finishing) }
    })
}

fn left(life: &Life, now: u64) -> Duration {
    progress(&life.at(now)).remaining.expect("it is under way")
}

proptest! {
    /// From half way on what is left is known to a third of it, and no second is ever the last but one.
    #[test]
    fn what_is_left_is_known(life in any_life()) {
        let (rendered, end) = (life.rendered_at(), life.ends_at());
        for now in (end / 2..end).step_by(250).filter(|now| *now >= 500) {
            let (said, indeed) = (left(&life, now).as_secs_f64(), Duration::from_millis(end - now).as_secs_f64());
            let off = (said - indeed).abs();
            prop_assert!(said >= 1.0);
            prop_assert!(off <= 0.35 * indeed + 1.0, "at {now} of {rendered} + {}: {said} s instead of {indeed} s", end - rendered);
        }
    }

    /// Once nothing waits for a slot it only falls, through the end of rendering and through the upload, but for what counting
    /// whole frames makes of it.
    #[test]
    fn it_never_jumps_up_at_the_end(life in any_life()) {
        let (mut before, end) = (Duration::MAX, life.ends_at());
        let last_begins = life.schedule().iter().map(|(begins, _)| *begins).max().unwrap_or(0);
        for now in (last_begins.max(end / 2).max(500)..end).step_by(100) {
            let now_left = left(&life, now);
            let counted = Duration::from_millis(2 * life.frame_ms) + now_left.mul_f64(0.03);
            prop_assert!(now_left <= before.saturating_add(counted), "at {now}: {now_left:?} after {before:?}");
            before = now_left;
        }
    }
}

#[test]
fn one_task_that_is_left_alone_takes_its_own_time() {
    let finishing = Duration::from_secs(4);
    let life = Life { tasks: vec![100; 5], slots: 2, frame_ms: 100, sound_ms: 0, finishing: (finishing, finishing) };
    // Two rounds are done, the fifth has one slot for ten seconds: at twice the pace it would have taken five.
    assert_eq!(left(&life, 20_000), Duration::from_secs(14));
    assert_eq!(left(&life, 25_000), Duration::from_secs(9));
    assert_eq!(left(&life, 30_000), Duration::from_secs(4), "every part is there, and no file is");
    assert_eq!(left(&life, 33_900), LEFT_MIN, "a second is said to the end");
}

#[test]
fn what_takes_longer_than_expected_is_said_to_go_on() {
    let finishing = (Duration::from_secs(100), Duration::from_secs(10));
    let life = Life { tasks: vec![100; 4], slots: 2, frame_ms: 100, sound_ms: 0, finishing };
    let at = |second: u64| left(&life, 20_000 + 1000 * second).as_secs();
    assert_eq!([0, 5, 9, 10, 14, 50, 99].map(at), [10, 5, 1, 1, 1, 10, 22]);
}

#[test]
fn before_a_frame_is_rendered_nobody_knows() {
    let finishing = Duration::from_secs(4);
    let life = Life { tasks: vec![100; 2], slots: 1, frame_ms: 1000, sound_ms: 0, finishing: (finishing, finishing) };
    assert_eq!(progress(&life.at(999)).remaining, None);
    for status in [ExportStatus::Completed, ExportStatus::Failed, ExportStatus::Cancelled] {
        let over = Way { status, ..life.at(150_000) };
        assert_eq!(progress(&over).remaining, None);
    }
}
