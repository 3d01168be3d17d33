//! What a value must be like to be taken, by field, for the document: numbers in a range, texts of a length and a form. Refuses
//! nothing; the operations do, by the same constants.

use std::fmt::Display;

use farm_core::account;
use farm_core::deadline::EXTENSION_MINUTES_MAX;
use farm_core::export::{NAME_CHARACTERS_MAX, SEGMENTS_MAX};
use farm_core::seconds::SECONDS_MAX;
use farm_core::webhooks::URL_CHARACTERS_MAX;
use serde_json::{Value, json};

use super::super::exports::request::CROSSFADE_SECONDS_MAX;
use super::super::exports::{HOURS_MAX, ORDERS_MAX};
use super::super::idempotency::KEY_CHARACTERS_MAX;
use super::super::queue::{FACTOR_MAX, MINUTES_MAX, PRIORITY_MAX};
use super::super::usage::MONTHS_MAX;
use super::super::videos::{CONTENT_TYPE_CHARACTERS_MAX, ETAG_CHARACTERS_MAX, VIDEO_BYTES_MAX};
use super::finish::{operations_mut, parameters_mut};
use crate::storage::MULTIPART_PARTS_MAX;
use crate::store::page::LIMIT_MAX;

/// No control characters, and something to see.
const PRINTABLE: &str =
    r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$";
/// The same, without blanks around it.
const TRIMMED: &str =
    r"^[^\s\u0000-\u001f\u007f-\u009f]([^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f])?$";
/// Something is left of it when folders and control characters are taken off.
const FILE_NAME: &str = r"[^/\\\s\u0000-\u001f\u007f-\u009f][^/\\]*$";
const MEDIA_TYPE: &str = r"^ *[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+ *(;[ -~]*)?$";
const HASH: &str = "^[0-9A-Fa-f]{64}$";
const ETAG: &str = "^[!-~]+$";
/// Whether the rest is an address, only a parser of addresses can tell.
const WEB_ADDRESS: &str = r"^https?://[^\s\u0000-\u001f\u007f-\u009f]+$";
const TOPICS: &str = r"^\s*(exports|videos|queue|nodes)\s*(,\s*(exports|videos|queue|nodes)\s*)*$";
/// HTTP takes off the blanks around a header.
const KEY: &str = "^[ -~]*[!-~][ -~]*$";

/// A rule about the values of a field.
type Bound = Value;

fn between(least: impl Into<Value>, most: impl Into<Value>) -> Bound {
    json!({ "minimum": least.into(), "maximum": most.into() })
}

fn from(least: u64) -> Bound {
    json!({ "minimum": least })
}

fn text(least: usize, most: usize, pattern: &str) -> Bound {
    json!({ "minLength": least, "maxLength": most, "pattern": pattern })
}

fn items(least: usize, most: usize) -> Bound {
    json!({ "minItems": least, "maxItems": most })
}

/// Fields of bodies: the schema, the field, and what holds for it.
fn of_fields() -> Vec<(&'static str, &'static str, Bound)> {
    let name = || text(1, NAME_CHARACTERS_MAX, PRINTABLE);
    let account_name = || text(1, account::NAME_CHARACTERS_MAX, TRIMMED);
    let password =
        || json!({ "minLength": account::PASSWORD_CHARACTERS_MIN, "maxLength": account::PASSWORD_CHARACTERS_MAX });
    let crossfade = || between(0.0, CROSSFADE_SECONDS_MAX);
    let instant = || between(-SECONDS_MAX, SECONDS_MAX);
    let mut bounds = vec![
        ("NewVideo", "filename", json!({ "minLength": 1, "pattern": FILE_NAME })),
        ("NewVideo", "size_bytes", between(1, VIDEO_BYTES_MAX)),
        ("NewVideo", "content_type", text(3, CONTENT_TYPE_CHARACTERS_MAX, MEDIA_TYPE)),
        ("NewVideo", "blake3", json!({ "pattern": HASH })),
        ("Completion", "parts", items(1, MULTIPART_PARTS_MAX as usize)),
        ("PutPart", "number", between(1, MULTIPART_PARTS_MAX)),
        ("PutPart", "etag", text(1, ETAG_CHARACTERS_MAX, ETAG)),
        ("Enrolment", "facts", json!({ "type": "object" })),
        ("SegmentRange", "clip_id", name()),
        ("Extend", "minutes", between(1, EXTENSION_MINUTES_MAX)),
        ("NewExports", "orders", items(1, ORDERS_MAX)),
        ("NewJoinToken", "name", name()),
        ("NewPreset", "name", name()),
        ("NewPriority", "priority", between(-PRIORITY_MAX, PRIORITY_MAX)),
        ("NewShare", "expires_in_hours", between(1, HOURS_MAX)),
        ("NewToken", "name", account_name()),
        ("NewUser", "name", account_name()),
        ("NewWebhook", "url", json!({ "maxLength": URL_CHARACTERS_MAX, "pattern": WEB_ADDRESS })),
        ("NewWebhook", "events", json!({ "minItems": 1 })),
        ("NewWebhook", "name", name()),
        ("Quarantine", "reason", name()),
    ];
    for (schema, field) in [("NewUser", "password"), ("UserChange", "password"), ("PasswordChange", "new_password")] {
        bounds.push((schema, field, password()));
    }
    for schema in ["NewExport", "NewExportOfVideo", "ExportChanges"] {
        bounds.push((schema, "segments", json!({ "maxItems": SEGMENTS_MAX })));
        bounds.push((schema, "name", name()));
    }
    for schema in ["NewExport", "NewExportOfVideo", "ExportChanges", "ExportSettings"] {
        bounds.push((schema, "crossfade_seconds", crossfade()));
    }
    for field in ["start", "end", "start_time", "end_time"] {
        bounds.push(("SegmentRange", field, instant()));
    }
    bounds
}

/// Parameters, which mean the same wherever they are.
fn of_parameters() -> Vec<(&'static str, Bound)> {
    vec![
        ("page", from(1)),
        ("limit", between(1, LIMIT_MAX)),
        ("months", between(1, MONTHS_MAX)),
        ("minutes", between(1, MINUTES_MAX)),
        ("factor", between(1, FACTOR_MAX)),
        ("topics", json!({ "pattern": TOPICS })),
        ("Idempotency-Key", text(1, KEY_CHARACTERS_MAX, KEY)),
    ]
}

/// Writes the bounds into the document.
pub fn write(document: &mut Value) {
    for (schema, field, bound) in of_fields() {
        let path = format!("/components/schemas/{schema}/properties/{field}");
        merge(document.pointer_mut(&path), bound, &path);
    }
    let bounds = of_parameters();
    for operation in operations_mut(document) {
        for parameter in parameters_mut(operation) {
            if let Some((name, bound)) = bounds.iter().find(|(name, _)| parameter["name"] == *name) {
                merge(parameter.get_mut("schema"), bound.clone(), name);
            }
        }
    }
    write_ranges(document);
}

fn merge(schema: Option<&mut Value>, bound: Bound, place: impl Display) {
    let schema = schema.and_then(Value::as_object_mut).unwrap_or_else(|| panic!("the document has no {place}"));
    if let Value::Object(bound) = bound {
        schema.extend(bound);
    }
}

/// A whole number says in its format alone how large it may be; not every client knows these.
fn write_ranges(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let range = match map.get("format").and_then(Value::as_str) {
                Some("uint8") => Some((json!(0), json!(u8::MAX))),
                Some("uint16") => Some((json!(0), json!(u16::MAX))),
                Some("uint32") => Some((json!(0), json!(u32::MAX))),
                Some("uint64") => Some((json!(0), json!(u64::MAX))),
                Some("int32") => Some((json!(i32::MIN), json!(i32::MAX))),
                _ => None,
            };
            if let Some((least, most)) = range {
                map.entry("minimum").or_insert(least);
                map.entry("maximum").or_insert(most);
            }
            map.values_mut().for_each(write_ranges);
        }
        Value::Array(list) => list.iter_mut().for_each(write_ranges),
        _ => {}
    }
}
