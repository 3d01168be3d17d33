//! What the framework cannot say of the operations, added to the document: bounds, bodies that are closed, headers, every way to
//! be refused. Changes no answer.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{bounds, examples, refusals};

/// The content type of every body that is JSON.
pub const JSON: &str = "application/json; charset=utf-8";

/// The document as it is published.
pub fn finish(mut document: Value) -> Value {
    close_bodies(&mut document);
    add_headers(&mut document);
    bounds::write(&mut document);
    examples::write(&mut document);
    refusals::write(&mut document);
    describe_answers(&mut document);
    document
}

/// An answer that says nothing of itself is what its body is.
fn describe_answers(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    for operation in operations_mut(document) {
        for answer in operation["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
            if answer["description"] == "" {
                let body = answer["content"][JSON]["schema"]["$ref"].as_str().and_then(|path| path.rsplit('/').next());
                let said = body.and_then(|name| schemas[name]["description"].as_str());
                answer["description"] = json!(said.unwrap_or("It is done."));
            }
        }
    }
}

/// Every operation of a document.
pub fn operations_mut(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    paths.flat_map(|path| path.as_object_mut().into_iter().flat_map(Map::values_mut))
}

/// The parameters of an operation; none of one that has no such list.
pub fn parameters_mut(operation: &mut Value) -> impl Iterator<Item = &mut Value> {
    operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten()
}

/// A field nobody knows is refused, wherever bodies are sent to us.
fn close_bodies(document: &mut Value) {
    let mut sent = BTreeSet::new();
    for operation in operations_mut(document) {
        mentioned(&operation["requestBody"], &mut sent);
    }
    let schemas = &mut document["components"]["schemas"];
    let mut open: Vec<String> = sent.iter().cloned().collect();
    while let Some(name) = open.pop() {
        let mut inner = BTreeSet::new();
        mentioned(&schemas[&name], &mut inner);
        open.extend(inner.into_iter().filter(|name| sent.insert(name.clone())));
    }
    for name in sent {
        if schemas[&name]["type"] == "object" {
            schemas[&name]["additionalProperties"] = json!(false);
        }
    }
}

/// The names of schemas that `value` refers to.
fn mentioned(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            if let Some(name) = map.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next()) {
                names.insert(name.to_owned());
            }
            map.values().for_each(|inner| mentioned(inner, names));
        }
        Value::Array(list) => list.iter().for_each(|inner| mentioned(inner, names)),
        _ => {}
    }
}

/// Headers that the framework does not see, because they are read before any operation.
fn add_headers(document: &mut Value) {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    for (method, operation) in paths.flat_map(|path| path.as_object_mut().into_iter().flatten()) {
        if method == "post" && operation.get("security").is_some() {
            add_header(
                operation,
                "Idempotency-Key",
                "Names this call: the same call with the same key is answered the same for 24 hours, and done once.",
            );
        }
        if operation["operationId"] == "watch_events" {
            add_header(
                operation,
                "Last-Event-ID",
                "The id of the event that was seen last: the stream goes on after it.",
            );
        }
    }
}

fn add_header(operation: &mut Value, name: &str, description: &str) {
    let header = json!({
        "name": name, "in": "header", "required": false, "description": description, "schema": { "type": "string" },
    });
    match operation.get_mut("parameters").and_then(Value::as_array_mut) {
        Some(parameters) => parameters.push(header),
        None => operation["parameters"] = json!([header]),
    }
}
