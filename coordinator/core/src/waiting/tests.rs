//! Every reason once, and what holds of all reasons over random farms.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::content_key::ContentKey;
use crate::ids::UserId;
use crate::work::TaskKind;

fn task(number: u128, user: u128, pool: &str) -> Waiting {
    let candidate = Candidate {
        task: TaskId(Uuid::from_u128(number)),
        user: UserId(Uuid::from_u128(user)),
        export: None,
        priority: 0,
        ordered_at: i64::try_from(number).unwrap(),
        kind: TaskKind::Picture,
        pool: pool.to_owned(),
        content_key: None,
        amount: 1,
        rung: false,
    };
    Waiting { candidate, paused: false, back_off: Duration::ZERO }
}

fn room(pools: &[&str], slots_free: u32) -> Room {
    Room { pools: pools.iter().map(|&pool| pool.to_owned()).collect(), slots_free }
}

fn codes(reasons: &BTreeMap<TaskId, Reason>) -> Vec<&'static str> {
    reasons.values().map(Reason::code).collect()
}

#[test]
fn each_task_has_the_reason_that_is_nearest() {
    let mut tasks: Vec<Waiting> = (1..=8).map(|number| task(number, number, "x264")).collect();
    tasks[0].candidate.rung = true;
    tasks[3].candidate.content_key = Some(ContentKey([1; 32]));
    tasks[4].paused = true;
    tasks[4].back_off = Duration::from_secs(3);
    tasks[5].back_off = Duration::from_millis(2500);
    tasks[6].candidate.pool = "vp9".to_owned();
    let running = [Running { user: UserId(Uuid::from_u128(9)), content_key: Some(ContentKey([1; 32])) }];
    // One slot, and one doorbell ahead of it: the rung task holds the first place.
    let reasons = reasons(&tasks, &running, &[room(&["x264"], 1)]);
    let expected = ["rung", "next", "in_line", "same_part", "paused", "backing_off", "no_node", "in_line"];
    assert_eq!(codes(&reasons), expected);
    assert_eq!(reasons[&tasks[2].candidate.task], Reason::InLine { place: 2 });
    assert_eq!(reasons[&tasks[7].candidate.task], Reason::InLine { place: 3 });
    for reason in reasons.values() {
        assert!(reason.sentence().ends_with('.'), "{reason:?}");
    }
}

#[test]
fn a_node_says_why_it_is_idle() {
    let x264: BTreeSet<String> = ["media".to_owned(), "x264".to_owned()].into();
    let say = |standing, slots, waiting: &[Waiting]| {
        let reasons = reasons(waiting, &[], &[room(&["media", "x264"], 1)]);
        idle(standing, &x264, slots, waiting, &reasons).map(|idle| idle.code())
    };
    let waiting = [task(1, 1, "x264")];
    assert_eq!(say(Standing::Offline, (0, 0), &waiting), Some("offline"));
    assert_eq!(say(Standing::Quarantined, (2, 0), &waiting), Some("quarantined"));
    assert_eq!(say(Standing::Draining, (2, 2), &waiting), Some("draining"));
    assert_eq!(say(Standing::Online, (0, 0), &waiting), Some("no_slots"));
    assert_eq!(say(Standing::Online, (2, 2), &waiting), None);
    assert_eq!(say(Standing::Online, (2, 1), &[]), Some("nothing_waits"));
    assert_eq!(say(Standing::Online, (2, 1), &[task(1, 1, "vp9")]), Some("other_pools"));
    assert_eq!(say(Standing::Online, (2, 1), &[Waiting { paused: true, ..task(1, 1, "x264") }]), Some("held_back"));
    assert_eq!(say(Standing::Online, (2, 1), &waiting), Some("about_to_start"));
}

proptest! {
    #[test]
    fn every_task_has_one_reason_and_the_line_has_no_gaps(
        asked in prop::collection::vec((1_u128..4, any::<bool>(), any::<bool>(), 0_u64..3, 0_u8..6, -1..2_i32), 0..40),
        free in 0_u32..6,
    ) {
        let waiting: Vec<Waiting> = asked.iter().enumerate().map(|(number, &(user, vp9, rung, back_off, key, priority))| {
            let mut task = task(number as u128, user, if vp9 { "vp9" } else { "x264" });
            task.candidate.rung = rung;
            task.candidate.priority = priority;
            // Two in six tasks ask for one of two shared parts.
            task.candidate.content_key = (key < 2).then_some(ContentKey([key; 32]));
            task.paused = number % 7 == 0;
            task.back_off = Duration::from_secs(back_off.saturating_sub(1));
            task
        }).collect();
        let rooms = [room(&["x264"], free)];
        let reasons = reasons(&waiting, &[], &rooms);

        prop_assert_eq!(reasons.len(), waiting.len());
        let of = |task: &Waiting| &reasons[&task.candidate.task];
        let mut places: Vec<usize> = Vec::new();
        let (mut next, mut rung) = (0, 0);
        for task in &waiting {
            match of(task) {
                Reason::Paused => prop_assert!(task.paused),
                Reason::BackingOff(left) => prop_assert!(!task.paused && *left == task.back_off),
                Reason::NoNode { pool } => prop_assert!(pool == "vp9"),
                Reason::SamePart => prop_assert!(task.candidate.content_key.is_some()),
                Reason::Rung => rung += 1,
                Reason::Next => next += 1,
                Reason::InLine { place } => places.push(*place),
            }
        }
        // What the scheduler would start is exactly what is said to start.
        prop_assert!(next == 0 || next + rung <= free as usize + 1, "{next} next, {rung} rung, {free} free");
        places.sort_unstable();
        prop_assert!(places.windows(2).all(|pair| pair[1] == pair[0] + 1), "one place each: {places:?}");
        prop_assert!(places.first().is_none_or(|&first| first == next + 1), "{places:?} after {next}");
        // Nobody less urgent of the same user stands before somebody more urgent.
        for (one, other) in waiting.iter().flat_map(|one| waiting.iter().map(move |other| (one, other))) {
            if let (Reason::InLine { place: first }, Reason::InLine { place: second }) = (of(one), of(other)) {
                let same = one.candidate.user == other.candidate.user;
                prop_assert!(!same || first > second || one.candidate.priority >= other.candidate.priority || first == second);
            }
        }
    }
}
