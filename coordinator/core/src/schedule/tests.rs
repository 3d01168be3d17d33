//! Scheduling, case by case, and its promises over random farms.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn task(number: u128, user: u128, kind: TaskKind, amount: u64) -> Candidate {
    Candidate {
        task: TaskId(Uuid::from_u128(number)),
        user: UserId(Uuid::from_u128(user)),
        export: (!matches!(kind, TaskKind::Index | TaskKind::Preview)).then_some(ExportId(Uuid::from_u128(user))),
        priority: 0,
        ordered_at: i64::try_from(user).unwrap(),
        kind,
        pool: if kind == TaskKind::Picture { "x264" } else { "media" }.to_owned(),
        content_key: None,
        amount,
        rung: false,
    }
}

fn room(pools: &[&str], slots_free: u32) -> Room {
    Room { pools: pools.iter().map(|&pool| pool.to_owned()).collect(), slots_free }
}

fn numbers(chosen: &[TaskId]) -> Vec<u128> {
    chosen.iter().map(|task| task.0.as_u128()).collect()
}

#[test]
fn what_others_wait_for_goes_first_then_the_longest() {
    let tasks = [
        task(1, 1, TaskKind::Picture, 100),
        task(2, 1, TaskKind::Picture, 200),
        task(3, 1, TaskKind::Sound, 10),
        task(4, 1, TaskKind::Index, 1),
    ];
    let chosen = choose(&tasks, &[], &[room(&["media", "x264"], 9)], 99);
    assert_eq!(numbers(&chosen), [4, 3, 2, 1]);
}

#[test]
fn users_take_turns_and_one_who_has_running_tasks_waits() {
    let mut tasks: Vec<_> = (10..20).map(|number| task(number, 1, TaskKind::Picture, 100)).collect();
    tasks.push(task(20, 2, TaskKind::Picture, 1));
    tasks.push(task(21, 2, TaskKind::Picture, 1));
    let rooms = [room(&["x264"], 3)];
    assert_eq!(numbers(&choose(&tasks, &[], &rooms, 99)), [10, 20, 11, 21]);
    let running = [Running { user: UserId(Uuid::from_u128(1)), content_key: None }; 2];
    assert_eq!(numbers(&choose(&tasks, &running, &rooms, 99)), [20, 21, 10, 11]);
}

#[test]
fn no_doorbell_rings_where_there_is_no_room() {
    let tasks = [task(1, 1, TaskKind::Picture, 1), task(2, 1, TaskKind::Sound, 1)];
    assert_eq!(choose(&tasks, &[], &[], 99), []);
    assert_eq!(numbers(&choose(&tasks, &[], &[room(&["media"], 5)], 99)), [2]);
    assert_eq!(numbers(&choose(&tasks, &[], &[room(&["media", "x264"], 0)], 99)), [2]);
}

#[test]
fn an_unanswered_doorbell_keeps_its_place() {
    let mut rung = task(1, 1, TaskKind::Picture, 1);
    rung.rung = true;
    let tasks = [rung, task(2, 1, TaskKind::Picture, 1)];
    assert_eq!(choose(&tasks, &[], &[room(&["x264"], 0)], 99), []);
    assert_eq!(numbers(&choose(&tasks, &[], &[room(&["x264"], 1)], 99)), [2]);
}

#[test]
fn one_part_is_rendered_once_at_a_time() {
    let key = Some(ContentKey([7; 32]));
    let mut tasks = [task(1, 1, TaskKind::Picture, 1), task(2, 2, TaskKind::Picture, 1)];
    tasks[0].content_key = key;
    tasks[1].content_key = key;
    let rooms = [room(&["x264"], 9)];
    assert_eq!(numbers(&choose(&tasks, &[], &rooms, 99)), [1]);
    let running = [Running { user: UserId(Uuid::from_u128(3)), content_key: key }];
    assert_eq!(choose(&tasks, &running, &rooms, 99), []);
}

#[test]
fn what_is_urgent_goes_first_whoever_has_tasks_running() {
    let urgent = Candidate { priority: 10, ..task(1, 1, TaskKind::Picture, 1) };
    let later = Candidate { priority: -1, ..task(4, 2, TaskKind::Picture, 1) };
    let tasks = [task(2, 2, TaskKind::Picture, 9), task(3, 1, TaskKind::Index, 1), urgent, later];
    let running = [Running { user: UserId(Uuid::from_u128(1)), content_key: None }; 5];
    assert_eq!(numbers(&choose(&tasks, &running, &[room(&["media", "x264"], 9)], 99)), [1, 2, 3, 4]);
}

#[test]
fn versatile_nodes_are_kept_for_what_only_they_can_do() {
    let tasks = [task(1, 1, TaskKind::Sound, 1), task(2, 1, TaskKind::Sound, 1), task(3, 1, TaskKind::Picture, 1)];
    let rooms = [room(&["media", "x264"], 0), room(&["media"], 1)];
    assert_eq!(numbers(&choose(&tasks, &[], &rooms, 99)), [1, 2, 3]);
}

#[test]
fn previews_take_only_slots_that_nobody_else_wants() {
    let preview = |number, user| task(number, user, TaskKind::Preview, 1_000_000);
    // The older order of another user does not help a preview.
    let tasks = [preview(1, 1), preview(2, 2), task(3, 3, TaskKind::Picture, 1), task(4, 3, TaskKind::Index, 1)];
    let room = |free| room(&["media", "x264"], free);
    assert_eq!(numbers(&choose(&tasks, &[], &[room(3)], 99)), [4, 3, 1]);
    assert_eq!(numbers(&choose(&tasks, &[], &[room(2)], 99)), [4, 3]);
    assert_eq!(numbers(&choose(&tasks[..1], &[], &[room(0)], 99)), [0_u128; 0], "not even in front of a full node");
    assert_eq!(numbers(&choose(&tasks[..2], &[], &[room(1)], 99)), [1]);
}

#[test]
fn running_previews_give_way_to_what_waits_but_not_for_ever() {
    let previewing = |number, attempt, pools: &[&str]| Previewing {
        task: TaskId(Uuid::from_u128(number)),
        attempt,
        pools: room(pools, 0).pools,
    };
    let both = ["media", "x264"];
    let (first, second) = (previewing(91, 1, &both), previewing(92, GIVES_WAY_MAX, &both));
    let often = previewing(93, GIVES_WAY_MAX + 1, &both);
    let waiting = [task(1, 1, TaskKind::Picture, 9), task(2, 1, TaskKind::Sound, 9), task(3, 1, TaskKind::Preview, 9)];
    let full = [room(&both, 0)];
    let yielding = |waiting: &[Candidate], previews: &[Previewing], rooms: &[Room]| {
        let mut chosen = numbers(&giving_way(waiting, &[], previews, rooms));
        chosen.sort_unstable();
        chosen
    };
    assert_eq!(yielding(&waiting, &[first.clone(), second.clone()], &full), [91, 92]);
    assert_eq!(yielding(&waiting[..1], &[first.clone(), second.clone()], &full).len(), 1);
    assert_eq!(yielding(&waiting[2..], std::slice::from_ref(&first), &full), [0_u128; 0], "not to each other");
    assert_eq!(yielding(&waiting, std::slice::from_ref(&often), &full), [0_u128; 0]);
    let oftener = previewing(95, GIVES_WAY_MAX + 3, &both);
    assert_eq!(yielding(&waiting, &[often.clone(), oftener.clone()], &full), [93], "only one keeps its slot");
    assert_eq!(yielding(&waiting[..1], &[often, first.clone(), oftener], &full), [91], "who tried least goes first");
    assert_eq!(yielding(&waiting, std::slice::from_ref(&first), &[room(&both, 2)]), [0_u128; 0], "there is room");
    let elsewhere = previewing(94, 1, &["media"]);
    assert_eq!(yielding(&waiting[..1], &[elsewhere], &full), [0_u128; 0], "its node could not do it");

    let mut same = waiting[0].clone();
    same.content_key = Some(ContentKey([7; 32]));
    let running = [Running { user: UserId(Uuid::from_u128(3)), content_key: same.content_key }];
    assert_eq!(giving_way(&[same], &running, &[first], &full), [], "its part is being made already");
}

proptest! {
    #[test]
    fn rooms_are_never_overfilled_and_nobody_starves(
        tasks in prop::collection::vec((1u128..5, 0usize..4, 0u64..100, any::<bool>(), -2..3_i32), 0..40),
        slots in prop::collection::vec((any::<bool>(), 0u32..4), 0..5),
        limit in 0usize..50,
    ) {
        let candidates: Vec<_> = tasks.iter().enumerate().map(|(number, &(user, kind, amount, rung, priority))| {
            let kind = [TaskKind::Index, TaskKind::Sound, TaskKind::Picture, TaskKind::Preview][kind];
            Candidate { priority, rung, ..task(number as u128, user, kind, amount) }
        }).collect();
        let rooms: Vec<_> = slots.iter().map(|&(encodes, free)| {
            if encodes { room(&["media", "x264"], free) } else { room(&["media"], free) }
        }).collect();
        let chosen = choose(&candidates, &[], &rooms, limit);

        prop_assert!(chosen.len() <= limit);
        let places: u32 = rooms.iter().map(|room| room.slots_free + RUNG_AHEAD_PER_NODE).sum();
        prop_assert!(chosen.len() <= places as usize);
        let distinct: BTreeSet<_> = chosen.iter().collect();
        prop_assert_eq!(distinct.len(), chosen.len());
        let of = |id: &TaskId| candidates.iter().find(|task| task.task == *id).unwrap();
        prop_assert!(chosen.iter().all(|id| !of(id).rung));
        // Whoever was left out is no more urgent than whoever got a place it could have had; previews come after all others.
        let left: Vec<_> = candidates.iter().filter(|task| !task.rung && !chosen.contains(&task.task)).collect();
        for (one, other) in chosen.iter().map(of).flat_map(|one| left.iter().map(move |other| (one, *other))) {
            let alike = one.pool == other.pool && (one.kind == TaskKind::Preview) == (other.kind == TaskKind::Preview);
            prop_assert!(!alike || one.priority >= other.priority || one.user == other.user, "{:?} before {:?}", one, other);
        }
        // With room for everyone, nothing is left waiting.
        let roomy = [room(&["media", "x264"], 1000)];
        let all = choose(&candidates, &[], &roomy, 1000);
        prop_assert_eq!(all.len(), candidates.iter().filter(|task| !task.rung).count());
    }
}
