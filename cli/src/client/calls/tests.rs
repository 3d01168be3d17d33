//! Every call, and every field that is sent or read, held against the document that binds both sides. Calls nobody.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::super::{people, running};
use super::*;
use crate::{api, args};

const JSON: &str = "application/json; charset=utf-8";

fn document() -> Value {
    serde_json::from_str(include_str!("../../../../schema/openapi.json")).expect("JSON")
}

fn operation<'a>(document: &'a Value, call: &Call) -> &'a Value {
    let operation = &document["paths"][call.path][call.method.as_str().to_lowercase()];
    assert!(operation.is_object(), "the document has no {call:?}");
    operation
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(path) => resolved(document, document.pointer(path.trim_start_matches('#')).expect("a schema")),
        None if schema["allOf"].is_array() => resolved(document, &schema["allOf"][0]),
        None => schema,
    }
}

/// A value as the schema allows it: with every field there may be, or with those there must be alone.
fn sample(document: &Value, schema: &Value, whole: bool) -> Value {
    let schema = resolved(document, schema);
    if let Some(word) = schema["enum"].get(0) {
        return word.clone();
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("object"), _) => {
            let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
            let properties = schema["properties"].as_object().into_iter().flatten();
            let wanted = properties.filter(|(name, _)| whole || required.contains(&json!(name)));
            Value::Object(wanted.map(|(name, inner)| (name.clone(), sample(document, inner, whole))).collect())
        }
        (Some("array"), _) => json!([sample(document, &schema["items"], whole)]),
        (Some("integer"), _) => json!(7),
        (Some("number"), _) => json!(7.5),
        (Some("boolean"), _) => json!(true),
        (_, Some("uuid")) => json!("01890000-0000-7000-8000-000000000000"),
        (_, Some("date-time")) => json!("2026-11-25T12:00:00Z"),
        // A text that is an address as well, where one is expected.
        _ => json!("http://farm.example/"),
    }
}

/// Whatever `part` says, `whole` says as well.
fn is_part(part: &Value, whole: &Value, place: &str) {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            for (name, inner) in part {
                let there = whole.get(name).unwrap_or_else(|| panic!("the document has no {place}.{name}"));
                is_part(inner, there, &format!("{place}.{name}"));
            }
        }
        (Value::Array(part), Value::Array(whole)) => is_part(&part[0], &whole[0], place),
        (part, whole) => assert_eq!(part, whole, "{place}"),
    }
}

/// Answers of a call can be read, and nothing is looked for in them that they never hold.
fn reads<T: Serialize + DeserializeOwned>(call: &Call, status: &str) {
    let document = document();
    let schema = &operation(&document, call)["responses"][status]["content"][JSON]["schema"];
    for whole in [true, false] {
        let answer = sample(&document, schema, whole);
        let read: T = serde_json::from_value(answer.clone()).unwrap_or_else(|why| panic!("{call:?} {answer}: {why}"));
        let mut read = serde_json::to_value(read).expect("JSON");
        if !whole {
            without_nulls(&mut read);
        }
        is_part(&read, &answer, &format!("{call:?}"));
    }
}

fn without_nulls(value: &mut Value) {
    if let Value::Object(map) = value {
        *map = std::mem::take(map)
            .into_iter()
            .filter(|(_, inner)| *inner != Value::Null && *inner != json!([]))
            .collect::<Map<_, _>>();
        map.values_mut().for_each(without_nulls);
    } else if let Value::Array(list) = value {
        list.iter_mut().for_each(without_nulls);
    }
}

/// What is sent has every field it must have, and none that nobody knows.
fn sends(call: &Call, body: &impl Serialize) {
    let document = document();
    let schema = &operation(&document, call)["requestBody"]["content"][JSON]["schema"];
    is_sendable(&document, &serde_json::to_value(body).expect("JSON"), schema, &format!("{call:?}"));
}

fn is_sendable(document: &Value, value: &Value, schema: &Value, place: &str) {
    let schema = resolved(document, schema);
    let kind = schema["type"].as_str().unwrap_or_default();
    match value {
        Value::Object(fields) => {
            assert_eq!(schema["additionalProperties"], false, "{place} may hold anything");
            for name in schema["required"].as_array().into_iter().flatten() {
                assert!(fields.contains_key(name.as_str().expect("a name")), "{place} needs {name}");
            }
            for (name, inner) in fields {
                let known = schema["properties"].get(name).unwrap_or_else(|| panic!("{place} has no {name}"));
                is_sendable(document, inner, known, &format!("{place}.{name}"));
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| is_sendable(document, inner, &schema["items"], place)),
        Value::String(_) if schema["enum"].is_array() => {
            assert!(schema["enum"].as_array().expect("a list").contains(value), "{place}: {value}");
        }
        Value::String(_) => assert_eq!(kind, "string", "{place}"),
        Value::Bool(_) => assert_eq!(kind, "boolean", "{place}"),
        Value::Number(_) => assert!(matches!(kind, "integer" | "number"), "{place}"),
        Value::Null => panic!("{place} is never null"),
    }
}

#[test]
fn every_call_is_in_the_document() {
    let document = document();
    for call in ALL {
        let operation = operation(&document, call);
        let named = operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "path");
        assert_eq!(named.count(), usize::from(call.path.contains("{id}")), "{call:?}");
    }
    for (call, parameters) in [
        (LIST_VIDEOS, &["limit"][..]),
        (LIST_USERS, &["sort", "limit", "page"]),
        (LIST_NODES, &["limit", "page"]),
        (VIEW_QUEUE, &["limit", "page"]),
        (LIST_TASKS, &["sort", "limit", "state", "export_id"]),
        (LIST_STUCK, &["factor"]),
    ] {
        let known = operation(&document, &call)["parameters"].as_array().cloned().unwrap_or_default();
        for name in parameters {
            assert!(known.iter().any(|one| one["in"] == "query" && one["name"] == *name), "{call:?} has no {name}");
        }
    }
}

#[test]
fn every_field_that_is_read_is_in_the_document() {
    reads::<api::VideoCreated>(&CREATE_VIDEO, "201");
    reads::<api::Video>(&VIEW_VIDEO, "200");
    reads::<api::ExportCreated>(&CREATE_EXPORT, "201");
    reads::<api::Progress>(&PROGRESS, "200");
    reads::<api::JoinToken>(&CREATE_JOIN_TOKEN, "201");
    reads::<api::Refusal>(&CREATE_EXPORT, "400");
    reads::<people::LoginLink>(&CREATE_LOGIN_LINK, "201");
    reads::<people::LoginLink>(&CREATE_USER_LOGIN_LINK, "201");
    reads::<people::Accounts>(&LIST_USERS, "200");
    reads::<people::Account>(&CREATE_USER, "201");
    reads::<people::Account>(&CHANGE_USER, "200");
    reads::<people::TokenCreated>(&CREATE_USER_TOKEN, "201");
    reads::<running::Nodes>(&LIST_NODES, "200");
    reads::<running::Queue>(&VIEW_QUEUE, "200");
    reads::<running::Tasks>(&LIST_TASKS, "200");
    reads::<running::StuckTasks>(&LIST_STUCK, "200");
    for call in [DRAIN_NODE, RESUME_NODE, QUARANTINE_NODE] {
        reads::<running::Node>(&call, "200");
    }
    for call in [SET_PRIORITY, PAUSE_EXPORT, RESUME_EXPORT, REQUEUE_EXPORT] {
        reads::<running::Ordered>(&call, "200");
    }
}

/// Every finished file has a hash, though the document lets it be absent for those of older farms.
#[test]
fn a_download_is_read() {
    let document = document();
    let schema = &operation(&document, &DOWNLOAD)["responses"]["200"]["content"][JSON]["schema"];
    let answer = sample(&document, schema, true);
    let read: api::Download = serde_json::from_value(answer.clone()).expect("a download");
    is_part(&serde_json::to_value(read).expect("JSON"), &answer, "download");
}

#[test]
fn every_field_that_is_sent_is_in_the_document() {
    let blake3 = blake3::hash(b"").to_hex().to_string();
    sends(&CREATE_VIDEO, &api::NewVideo { filename: "a.mp4".to_owned(), size_bytes: 1, blake3 });
    let parts = vec![api::UploadedPart { number: 1, etag: "\"e\"".to_owned() }];
    sends(&COMPLETE_VIDEO, &api::UploadComplete { upload_id: "u".to_owned(), parts });
    let order = api::NewExport {
        resolution: args::Resolution::Hd,
        format: args::Format::Webm,
        quality: args::Quality::Low,
        export_type: args::ExportType::Combined,
        segments: vec![api::Range { start: 0.0, end: 1.0 }],
        crossfade_seconds: Some(0.5),
        normalize_audio: false,
    };
    sends(&CREATE_EXPORT, &order);
    sends(&CREATE_JOIN_TOKEN, &api::NewJoinToken { name: "n".to_owned() });
    let password = Some("correct horse".to_owned());
    sends(&CREATE_USER, &people::NewUser { name: "ann", role: args::Role::Operator, password });
    sends(&CREATE_USER_TOKEN, &people::NewToken { name: "t" });
    sends(&CHANGE_USER, &people::Change { disabled: true });
    sends(&QUARANTINE_NODE, &running::Quarantine { reason: "it is hot".to_owned() });
    sends(&SET_PRIORITY, &running::NewPriority { priority: -3 });
    sends(&REQUEUE_EXPORT, &running::Requeue { task_id: Some(Uuid::nil()) });
}
