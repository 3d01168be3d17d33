//! People and protection on whole farms: accounts by the command line, calls that outlive a kill, a ledger on PostgreSQL,
//! one coordinator to a file, and logs that hold no secret. What each call answers, the coordinator's own tests say.

use std::fs;
use std::process::Command;
use std::time::Duration;

use reelfarm_tests::api::Api;
use reelfarm_tests::cut_list::{Cut, CutList};
use reelfarm_tests::farm::{Farm, Programs, Role, files_under};
use reelfarm_tests::patience::eventually;
use reelfarm_tests::source::{Source, gallery};
use reelfarm_tests::{expectation, judge};
use reqwest::Method;
use serde_json::{Value, json};
use test_postgres::Server;

/// A coordinator that was killed answers again.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

fn text(output: &std::process::Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn two_cuts() -> CutList {
    CutList::combined(vec![Cut { start: 1_020_000, end: 5_500_000 }, Cut { start: 11_000_000, end: 12_000_000 }])
}

/// Everything that would let somebody in who found it in a log.
fn secrets_in_logs(farm: &Farm) -> Vec<String> {
    let secrets = ["rf_", "rfs_", "rfl_", "X-Amz-Signature=", "X-Amz-Credential=", "correct horse", "$argon2"];
    let logs = files_under(&farm.data().join("logs"));
    assert!(!logs.is_empty(), "there are logs to look at");
    let mut found = Vec::new();
    for log in logs {
        let said = String::from_utf8_lossy(&fs::read(&log).expect("a log can be read")).into_owned();
        let lines = said.lines().filter(|line| secrets.iter().any(|secret| line.contains(secret)));
        found.extend(lines.map(|line| format!("{}: {line}", log.display())));
    }
    found
}

#[test]
fn people_come_in_by_the_command_line_and_leave_no_secret_behind() {
    let farm = Farm::start();
    let link = text(&farm.command(&["user", "add", "ann"]));
    assert!(link.contains("/login/rfl_"), "{link}");
    let token = text(&farm.command(&["user", "token", "ann", "--label", "editor"]));
    let ann = farm.api().with_token(&token);
    let me = ann.get("/api/me").expect(200);
    assert_eq!((&me["name"], &me["role"]), (&json!("ann"), &json!("creator")));
    assert_eq!(ann.get("/api/users").status, 403);
    let listed: Value = serde_json::from_str(&text(&farm.command(&["user", "list", "--json"]))).expect("JSON");
    let names: Vec<&str> = listed.as_array().expect("accounts").iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["admin", "ann"]);

    // A browser follows the link that `up` printed; it works once.
    let url = farm.ready()["login_url"].as_str().expect("up prints a login link").to_owned();
    let follow = || {
        let fetch = Command::new("curl")
            .args(["-s", "-o", "/dev/null", "-w", "%{http_code} %header{set-cookie}", &url])
            .output();
        text(&fetch.expect("curl starts"))
    };
    let first = follow();
    assert!(first.starts_with("303 reelfarm_session=rfs_") && first.contains("HttpOnly"), "{first}");
    assert!(follow().starts_with("403"), "once");

    // Work that makes addresses and uses secrets, and then the logs.
    let source = Source::make(gallery::ordinary(), &farm.desk()).expect("a source");
    let video = ann.upload(&source.path);
    let export = ann.order(&video, &two_cuts().body());
    ann.fetch(&export, None, &farm.desk().join("ann.mp4"));
    let _set = ann.post("/api/auth/password", &json!({"new_password": "correct horse"}));
    let _in = ann.post("/api/auth/login", &json!({"name": "ann", "password": "correct horse"})).expect(200);
    assert_eq!(farm.api().get(&format!("/api/exports/{export}")).status, 404, "not even the admin");
    assert_eq!(secrets_in_logs(&farm), Vec::<String>::new());

    let log = farm.api().get("/api/audit?limit=100").expect(200);
    let actions: Vec<&str> =
        log["entries"].as_array().expect("entries").iter().filter_map(|entry| entry["action"].as_str()).collect();
    for action in ["create_user", "create_user_token", "follow_login_link", "create_export", "login"] {
        assert!(actions.contains(&action), "{action} is not in {actions:?}");
    }
    assert_eq!(text(&farm.command(&["user", "disable", "ann"])), "ann is disabled.");
    assert_eq!(ann.get("/api/me").status, 401);
    farm.stop();
}

fn order_again(api: &Api, video: &str) -> Option<String> {
    let path = format!("/api/videos/{video}/export");
    let answer = api.try_keyed_call(Method::POST, &path, Some(&two_cuts().body()), Some("the same order")).ok()?;
    (answer.status == 201).then(|| answer.body["id"].as_str().expect("an export has an id").to_owned())
}

/// Orders, kills the coordinator, orders again: one export, and it is exact.
fn one_export_through_a_kill(farm: &Farm) {
    let source = Source::make(gallery::ordinary(), &farm.desk()).expect("a source");
    let video = farm.api().upload(&source.path);
    let first = order_again(farm.api(), &video).expect("an order");
    farm.kill(Role::Coordinator);
    let second = eventually("an answer after the kill", ANSWERS_WITHIN, || order_again(farm.api(), &video));
    assert_eq!(first, second);
    assert_eq!(farm.api().get("/api/exports").expect(200)["total"], 1);
    let file = farm.desk().join("made.mp4");
    farm.api().fetch(&first, None, &file);
    let expected = &expectation::of(&source, &two_cuts())[0];
    assert_eq!(judge::faults(&file, expected, source.picture.base).expect("a readable file"), Vec::<String>::new());
}

#[test]
fn an_order_made_twice_around_a_kill_is_one_export() {
    let farm = Farm::start();
    one_export_through_a_kill(&farm);
    farm.stop();
}

#[test]
fn a_farm_keeps_its_ledger_on_postgresql() {
    let server = Server::start();
    let farm = Farm::on_database(&server.url());
    one_export_through_a_kill(&farm);
    assert!(!farm.data().join("reelfarm.db").exists(), "nothing is kept in a file");
    let ready = farm.api().get("/readyz").expect(200);
    assert_eq!(ready["ready"], true);
    a_second_coordinator_is_turned_away(&farm);
    farm.stop();
}

#[test]
fn a_farm_keeps_its_ledger_in_a_file_of_its_own() {
    let farm = Farm::start();
    a_second_coordinator_is_turned_away(&farm);
    farm.stop();
}

/// In one sentence, whatever the ledger is.
fn a_second_coordinator_is_turned_away(farm: &Farm) {
    let coordinator = Programs::found().reelfarm().with_file_name("reelfarm-coordinator");
    let second = Command::new(coordinator)
        .args(["run", "--config"])
        .arg(farm.data().join("coordinator.toml"))
        .output()
        .expect("the coordinator's program starts");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!((second.status.code(), said.trim_end().lines().count()), (Some(2), 1), "{said}");
    assert!(said.contains("another coordinator uses"), "{said}");
}
