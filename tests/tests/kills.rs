//! kill -9 of each program in the middle of an export: `up` starts it again, the export completes, every frame is exact,
//! and nothing that had been received is rendered again. And what `up` itself leaves behind: nothing.

use std::time::Duration;

use reelfarm_tests::cut_list::{Cut, CutList};
use reelfarm_tests::farm::{Farm, Role};
use reelfarm_tests::patience::eventually;
use reelfarm_tests::source::{Pace, Recipe, Source, gallery};
use reelfarm_tests::{expectation, judge};

/// The first part of an export is there.
const FIRST_PART_WITHIN: Duration = Duration::from_mins(1);

#[test]
fn a_killed_node_costs_only_what_it_was_rendering() {
    survives(Role::Node);
}

#[test]
fn a_killed_nats_costs_only_time() {
    survives(Role::Nats);
}

#[test]
fn a_killed_coordinator_goes_on_where_it_was() {
    survives(Role::Coordinator);
}

#[test]
fn a_killed_up_leaves_no_orphan() {
    let mut farm = Farm::start();
    farm.kill_up();
}

#[test]
fn a_second_up_on_the_same_folder_is_refused() {
    let farm = Farm::start();
    let second = farm.command(&["up", "--json", "--listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(2), "{said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    assert_eq!(farm.processes().iter().filter(|process| process.name.starts_with("nats")).count(), 1);
    farm.stop();
}

/// Long enough that a kill comes in the middle: twelve parts of a strip at 1080p.
fn long_source() -> Recipe {
    Recipe { name: "long", frame_count: 1200, pace: Pace::constant(12_800, 512), ..gallery::ordinary() }
}

fn survives(role: Role) {
    let farm = Farm::start();
    let source = Source::make(long_source(), &farm.desk()).expect("a source");
    let video = farm.api().upload(&source.path);
    let list = CutList {
        quality: "high",
        resolution: "1080p",
        ..CutList::combined(vec![Cut { start: 500_000, end: 30_260_000 }, Cut { start: 31_000_000, end: 47_500_000 }])
    };
    let export = farm.api().order(&video, &list.body());
    let ledger = farm.ledger();
    eventually("the first part of the export", FIRST_PART_WITHIN, || (!ledger.parts().is_empty()).then_some(()));
    let received = ledger.parts();
    let done_before: Vec<_> = ledger.tasks(&export).into_iter().filter(|task| task.state == "done").collect();
    farm.kill(role);
    assert!(received.len() < ledger.tasks(&export).len(), "the kill came too late to be in the middle");

    let file = farm.desk().join("survivor.mp4");
    farm.api().fetch(&export, None, &file);
    let parts = ledger.parts();
    for part in &received {
        assert!(parts.contains(part), "a part that had been received was replaced: {part:?}");
    }
    let tasks = ledger.tasks(&export);
    for task in &done_before {
        assert!(tasks.contains(task), "a task that was done was done again: {task:?}");
    }
    assert!(tasks.iter().all(|task| task.state == "done"), "{tasks:#?}");
    assert_eq!(parts.len(), tasks.len(), "one part per task, none twice");
    let expected = &expectation::of(&source, &list)[0];
    assert_eq!(judge::faults(&file, expected, source.picture.base).expect("a readable file"), Vec::<String>::new());
    drop(ledger);
    farm.stop();
}
