//! Schemathesis tries the API by its own document: thousands of requests that are as documented, and as many that are not, one by
//! one and in chains, on a real farm, as two creators who own things and as an admin. What it may find is a server error, an answer
//! that is not documented, bad input that is taken, good input that is not, a door that is open, and one's things in another's hands.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use reelfarm_tests::api::Api;
use reelfarm_tests::farm::Farm;
use reelfarm_tests::source::{Source, gallery};
use reqwest::Method;
use serde_json::{Map, Value, json};

/// How long it tries; a short while in every run of the tests, as long as one likes by `make fuzz`.
const SECONDS_VARIABLE: &str = "REELFARM_FUZZ_SECONDS";
const SECONDS_DEFAULT: &str = "20";
/// Repeats a run; each takes another seed without it.
const SEED_VARIABLE: &str = "REELFARM_FUZZ_SEED";
/// Lets one of `ann`, `bob` and `root` ask for everything; without it each operation is asked for by the first who may.
const USER_VARIABLE: &str = "REELFARM_FUZZ_USER";
/// Names another program than the one that `tools/setup` installs.
const PROGRAM_VARIABLE: &str = "REELFARM_SCHEMATHESIS";

/// Somebody who asks.
struct Person {
    name: &'static str,
    token: String,
    /// What there must be as long as anything is tried, first of all who they are and what they show for it.
    kept: Vec<Value>,
    video: Option<String>,
}

/// A creator with a token, a video and an order: something that must not be seen by others.
fn creator(farm: &Farm, name: &'static str, source: &Path) -> Person {
    let admin = farm.api();
    let user = admin.post("/api/users", &json!({ "name": name })).expect(201);
    let id = user["id"].as_str().expect("an id");
    // Limits have tests of their own; here they would only be in the way.
    let limits = json!({ "active_exports": 1_000_000, "exports_per_hour": 1_000_000, "storage_bytes": u64::MAX / 4 });
    let change = json!({ "limits": limits });
    let path = format!("/api/users/{id}");
    let _changed = admin.try_call(Method::PATCH, &path, Some(&change)).expect("an answer").expect(200);
    let made = admin.post(&format!("/api/users/{id}/tokens"), &json!({ "name": "fuzz" })).expect(201);
    let token = made["token"].as_str().expect("a token").to_owned();
    let api = admin.with_token(&token);
    let video = api.upload(source);
    let _order = order(&api, &video);
    let kept = vec![user["id"].clone(), made["id"].clone(), json!(video)];
    Person { name, token, kept, video: Some(video) }
}

/// Who started the farm. Its node is kept as well: there is no other.
fn admin(farm: &Farm) -> Person {
    let api = farm.api();
    let ids = |list: &Value| list.as_array().expect("a list").iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    let tokens = ids(&api.get("/api/tokens").expect(200)["tokens"]);
    let nodes = ids(&api.get("/api/nodes").expect(200)["nodes"]);
    let kept = [vec![api.get("/api/me").expect(200)["id"].clone()], tokens, nodes].concat();
    let token = farm.ready()["token"].as_str().expect("a token").to_owned();
    Person { name: "root", token, kept, video: None }
}

fn order(api: &Api, video: &str) -> String {
    let body = json!({ "resolution": "720p", "format": "mp4", "quality": "low", "export_type": "single",
                       "segments": [{ "start": 0, "end": 1 }] });
    api.order(video, &body)
}

/// Who somebody is, as Schemathesis reads it.
fn entry(person: &Person) -> Value {
    let header = json!({ "name": "Authorization", "value": format!("Bearer {}", person.token) });
    json!({ "name": person.name, "fixedHeaders": [header] })
}

/// What the hooks must know of the farm and of who asks.
fn places(farm: &Farm, people: &[Person]) -> Value {
    let mut known = Map::new();
    for person in people {
        let mut one = json!({ "token": person.token });
        if let Some(video) = &person.video {
            one["video"] = json!(video);
        }
        known.insert(person.name.to_owned(), one);
    }
    let kept: Vec<&Value> = people.iter().flat_map(|person| &person.kept).collect();
    json!({ "url": farm.api().url(), "people": known, "kept": kept })
}

/// Requests that the farm has answered, as it counts them itself.
fn answered(farm: &Farm) -> u64 {
    // By a connection of its own: the farm has closed one that was idle for long.
    let token = farm.ready()["token"].as_str().expect("a token");
    let text = farm.api().with_token(token).text("/metrics");
    let counts = text.lines().filter_map(|line| line.strip_prefix("reelfarm_http_request_duration_seconds_count{"));
    counts.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}

#[test]
fn the_api_keeps_what_its_document_promises() {
    let farm = Farm::start();
    let source = Source::make(gallery::ordinary(), &farm.desk()).expect("a source");
    // In this order: who runs the farm asks only for what creators may not.
    let people = [creator(&farm, "ann", &source.path), creator(&farm, "bob", &source.path), admin(&farm)];
    let [users, places_file, config] =
        ["users.json", "places.json", "schemathesis.toml"].map(|name| farm.desk().join(name));
    fs::write(&users, json!({ "auth": people.each_ref().map(entry) }).to_string()).expect("a file");
    fs::write(&places_file, places(&farm, &people).to_string()).expect("a file");
    let common = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schemathesis.toml")).expect("a file");
    let hooks = concat!(env!("CARGO_MANIFEST_DIR"), "/schemathesis_hooks.py");
    let config_text = common.replace("USERS", &users.display().to_string()).replace("HOOKS", hooks);
    fs::write(&config, config_text).expect("a file");

    let before = answered(&farm);
    let seconds = std::env::var(SECONDS_VARIABLE).unwrap_or_else(|_| SECONDS_DEFAULT.to_owned());
    let mut schemathesis = Command::new(program());
    schemathesis.arg("--config-file").arg(&config).args(["run", &format!("{}/openapi.json", farm.api().url())]);
    schemathesis.args(["--max-time", &seconds]).current_dir(farm.desk()).env("NO_COLOR", "1");
    schemathesis.env("REELFARM_FUZZ_PLACES", &places_file);
    for (variable, option) in [(SEED_VARIABLE, "--seed"), (USER_VARIABLE, "--auth-wfc-user")] {
        if let Ok(value) = std::env::var(variable) {
            schemathesis.args([option, &value]);
        }
    }
    let tried = schemathesis.output().expect("schemathesis is installed: tools/setup test");
    let said = String::from_utf8_lossy(&tried.stdout);
    assert!(tried.status.success(), "{said}\n{}", String::from_utf8_lossy(&tried.stderr));
    let is_end = |line: &&str| line.contains("= WARNINGS =") || line.contains("= SUMMARY =");
    let summary = said.lines().skip_while(|line| !is_end(line)).collect::<Vec<_>>().join("\n");
    println!("{summary}\n{} requests were answered", answered(&farm) - before);
    farm.stop();
}

fn program() -> PathBuf {
    if let Some(program) = std::env::var_os(PROGRAM_VARIABLE) {
        return program.into();
    }
    let home = || PathBuf::from(std::env::var_os("HOME").expect("a home")).join(".cache");
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(home, PathBuf::from);
    cache.join("reelfarm/tools/schemathesis-4.32.5/bin/st")
}
