//! An example of every value, and the unit of every number, for the document. What they are is in `examples.json`, by the name of a
//! field, or by schema and field where one name means several things. Checks no value.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::finish::{operations_mut, parameters_mut};

/// A value as it may be.
#[derive(Debug, Deserialize)]
struct Example {
    example: Value,
    /// What a number counts.
    unit: Option<String>,
}

static EXAMPLES: LazyLock<BTreeMap<String, Example>> =
    LazyLock::new(|| serde_json::from_str(include_str!("examples.json")).expect("the examples are JSON"));

const UUID: &str = "01977a5e-6c2f-7b7a-9d52-3f1c8a4e6b90";
const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// Parameters, which mean the same wherever they are.
fn of_parameters() -> Vec<(&'static str, Value)> {
    vec![
        ("page", json!(1)),
        ("limit", json!(10)),
        ("months", json!(1)),
        ("minutes", json!(60)),
        ("factor", json!(3)),
        ("everybody", json!(false)),
        ("cancel_only", json!(true)),
        ("search", json!("interview")),
        ("clip", json!(1)),
        ("number", json!(1)),
        ("poster", json!(false)),
        ("topics", json!("exports,videos")),
        ("action", json!("create_export")),
        ("object_id", json!(UUID)),
        ("token", json!("3q2-7wAAAAAAAAAAAAAAAA")),
        ("Idempotency-Key", json!("order-2026-11-25-0001")),
        ("Last-Event-ID", json!("1")),
    ]
}

/// Writes examples and units into the document.
pub fn write(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object_mut().into_iter().flatten();
    for (schema, fields) in schemas.map(|(name, schema)| (name.clone(), schema.get_mut("properties"))) {
        for (field, value) in fields.and_then(Value::as_object_mut).into_iter().flatten() {
            describe(&schema, field, value);
        }
    }
    let examples = of_parameters();
    for operation in operations_mut(document) {
        for parameter in parameters_mut(operation) {
            let known =
                examples.iter().find(|(name, _)| parameter["name"] == *name).map(|(_, example)| example.clone());
            let id = || (parameter["schema"]["format"] == "uuid").then(|| json!(UUID));
            if let Some(example) = known.or_else(id) {
                parameter["example"] = example;
            }
        }
    }
}

fn describe(schema: &str, field: &str, value: &mut Value) {
    let Some(value) = value.as_object_mut() else { return };
    if is_named_elsewhere(value) {
        return;
    }
    let found = EXAMPLES.get(&format!("{schema}.{field}")).or_else(|| EXAMPLES.get(field));
    let by_form = || match value.get("format").and_then(Value::as_str) {
        Some("uuid") => Some(json!(UUID)),
        Some("date-time") => Some(json!("2026-11-25T12:00:00Z")),
        _ if field.ends_with("blake3") || field == "sha256" => Some(json!(HASH)),
        _ if field.ends_with("_id") => Some(json!(UUID)),
        _ if field.ends_with("url") => Some(json!("https://farm.example.org/something")),
        _ => None,
    };
    if let Some(example) = found.map(|found| found.example.clone()).or_else(by_form) {
        value.entry("example").or_insert(example);
    }
    if let Some(unit) = found.and_then(|found| found.unit.as_ref()) {
        value.insert("x-unit".to_owned(), json!(unit));
    }
}

/// Whether a field holds what another schema describes: that has examples of its own.
pub fn is_named_elsewhere(field: &Map<String, Value>) -> bool {
    let named = |schema: &Value| schema.get("$ref").is_some() || schema.get("allOf").is_some();
    let items = field.get("items");
    field.contains_key("$ref") || field.contains_key("allOf") || items.is_some_and(named)
}
