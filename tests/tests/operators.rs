//! What operators order happens on a real farm: a paused export begins nothing more, a drained node takes nothing new, and both go
//! on when they are told to, by the HTTP API and by the command line. And whoever has a share link gets the file.

use std::time::Duration;

use reelfarm_tests::api::Api;
use reelfarm_tests::cut_list::{Cut, CutList};
use reelfarm_tests::farm::{Farm, files_under};
use reelfarm_tests::patience::eventually;
use reelfarm_tests::source::{Pace, Recipe, Source, gallery};
use reelfarm_tests::{expectation, judge};
use serde_json::{Value, json};

/// A task of this film takes a second or two.
const SETTLED_WITHIN: Duration = Duration::from_mins(1);

fn long_source() -> Recipe {
    Recipe { name: "long", frame_count: 600, pace: Pace::constant(12_800, 512), ..gallery::ordinary() }
}

fn list() -> CutList {
    CutList {
        resolution: "1080p",
        ..CutList::combined(vec![Cut { start: 500_000, end: 15_260_000 }, Cut { start: 16_000_000, end: 23_500_000 }])
    }
}

fn open_tasks(api: &Api, export: &str, state: &str) -> Vec<Value> {
    let body = api.get(&format!("/api/queue/tasks?export_id={export}&state={state}&limit=100")).expect(200);
    body["tasks"].as_array().expect("tasks").clone()
}

#[test]
fn a_paused_export_begins_nothing_more_until_it_is_resumed_and_is_exact_all_the_same() {
    let farm = Farm::start();
    let api = farm.api();
    let source = Source::make(long_source(), &farm.desk()).expect("a source");
    let video = api.upload(&source.path);
    let (list, output) = (list(), farm.desk().join("made.mp4"));
    let export = api.order(&video, &list.body());
    let order = |what: &str| api.post(&format!("/api/queue/exports/{export}/{what}"), &json!({})).expect(200);
    eventually("a task on a node", SETTLED_WITHIN, || (!open_tasks(api, &export, "leased").is_empty()).then_some(()));
    let _paused = order("pause");
    eventually("what was begun to be finished", SETTLED_WITHIN, || {
        open_tasks(api, &export, "leased").is_empty().then_some(())
    });
    let waiting = open_tasks(api, &export, "ready");
    assert!(!waiting.is_empty(), "two slots cannot have done all of it");
    for task in &waiting {
        assert_eq!(task["waiting"]["code"], "paused", "{task}");
    }
    let nodes = api.get("/api/nodes").expect(200);
    assert_eq!(nodes["nodes"][0]["idle"]["code"], "held_back", "{nodes}");
    assert_eq!(api.get("/api/queue").expect(200)["counts"]["paused"], 1);
    let _resumed = order("resume");
    api.fetch(&export, None, &output);
    let expected = &expectation::of(&source, &list)[0];
    assert_eq!(judge::faults(&output, expected, source.picture.base).expect("a readable file"), Vec::<String>::new());

    let share = api.post(&format!("/api/exports/{export}/share"), &json!({ "expires_in_hours": 1 })).expect(201);
    let link = share["url"].as_str().expect("a link");
    let stranger = Api::new(api.url(), "");
    let page = String::from_utf8(stranger.fetch_url(&link.into())).expect("a page");
    assert!(page.contains("<video") && !page.contains("<script"), "{page}");
    assert_eq!(stranger.fetch_url(&format!("{link}/files/1").into()), std::fs::read(&output).expect("the file"));
    farm.stop();
}

#[test]
fn a_drained_node_takes_nothing_new_until_it_is_resumed() {
    let farm = Farm::start();
    let api = farm.api();
    let source = Source::make(gallery::ordinary(), &farm.desk()).expect("a source");
    let video = api.upload(&source.path);
    let nodes = api.get("/api/nodes").expect(200);
    let node = format!("/api/nodes/{}", nodes["nodes"][0]["id"].as_str().expect("an id"));
    let order = |what: &str| api.post(&format!("{node}/{what}"), &json!({})).expect(200);
    assert_eq!(order("drain")["state"], "draining");
    eventually("the node to hear of it", SETTLED_WITHIN, || logged(&farm, "Asked to claim nothing more").then_some(()));
    let export = api.order(&video, &CutList::combined(vec![Cut { start: 1_000_000, end: 2_000_000 }]).body());
    assert_eq!(api.get(&node).expect(200)["node"]["idle"]["code"], "draining");
    assert_eq!(api.get(&format!("/api/exports/{export}")).expect(200)["status"], "pending");
    assert_eq!(order("resume")["state"], "online");
    assert_eq!(api.wait(&export)["status"], "completed");
    farm.stop();
}

#[test]
fn a_farm_is_run_from_the_command_line() {
    let farm = Farm::start();
    let api = farm.api();
    let said = |words: &[&str]| {
        let output = farm.command(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let told = |words: &[&str]| -> Value { serde_json::from_str(&said(&[words, &["--json"]].concat())).expect("JSON") };
    let refused = |words: &[&str]| {
        let output = farm.command(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    let source = Source::make(long_source(), &farm.desk()).expect("a source");
    let video = api.upload(&source.path);
    let export = api.order(&video, &list().body());
    let _paused = said(&["queue", "pause", &export]);
    assert!(said(&["queue", "priority", &export, "-7"]).contains("-7"));
    let queue = told(&["queue"]);
    let open = &queue["exports"][0];
    assert_eq!((&open["id"], &open["priority"], &queue["counts"]["paused"]), (&json!(export), &json!(-7), &json!(1)));
    assert!(said(&["queue"]).contains("paused"));
    assert!(said(&["queue"]).contains("frames per second"));
    assert_eq!(told(&["queue", "stuck", "--factor", "100"]), json!([]), "nothing has run for half a minute");
    // Two slots cannot have begun all of it.
    eventually("tasks that wait", SETTLED_WITHIN, || {
        let tasks = told(&["queue", "tasks", &export]);
        let mut waiting = tasks.as_array().expect("a list").iter().filter_map(|task| task["waiting"]["code"].as_str());
        waiting.any(|code| code == "paused").then_some(())
    });
    assert!(said(&["queue", "requeue", &export]).contains("are tried anew"));
    assert!(said(&["queue", "resume", &export]).contains("goes on"));
    assert_eq!(told(&["queue"])["counts"]["paused"], 0);
    let node = told(&["node", "list"])[0]["name"].as_str().expect("a name").to_owned();
    assert!(said(&["node", "drain", &node]).contains("draining"));
    assert!(said(&["node", "resume", &node]).contains("online"));
    let _cancelled = api.delete(&format!("/api/exports/{export}")).expect(202);

    assert!(refused(&["queue", "pause", &export]).contains("over"), "what is over takes no orders");
    assert!(refused(&["node", "drain", "nobody"]).contains("no node called nobody"));
    assert!(said(&["node", "token", "render-2"]).trim().contains('.'), "a fingerprint and a secret");
    assert!(said(&["node", "quarantine", &node, "--reason", "It overheats."]).contains("It overheats."));
    assert_eq!(told(&["node", "list"])[0]["state"], "quarantined");
    farm.stop();
}

fn logged(farm: &Farm, text: &str) -> bool {
    let logs = files_under(&farm.data().join("logs"));
    logs.iter().any(|file| std::fs::read(file).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text)))
}
