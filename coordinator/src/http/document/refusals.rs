//! Every way each operation can refuse, by status, with the codes. Refuses nothing.

use std::collections::BTreeMap;

use poem_openapi::types::ToJSON as _;
use serde_json::{Map, Value, json};

use super::super::refusal::RefusalCode;
use super::finish::JSON;

use RefusalCode as Code;

/// What some operations refuse, beside what all of their kind do.
const OWN: &[(&str, &[RefusalCode])] = &[
    ("create_video", &[Code::InsufficientStorage, Code::VideoTooLarge]),
    ("complete_video", &[Code::UploadMismatch]),
    ("view_preview", &[Code::PreviewNotReady, Code::PreviewFailed, Code::VideoNotReady, Code::UnsupportedMedia]),
    ("delete_video", &[Code::VideoInUse]),
    ("create_export", ORDER),
    ("estimate_export", ORDER),
    ("retry_export", ORDER),
    ("retry_export", &[Code::ExportNotOver]),
    ("extend_export", &[Code::ExportNotProcessing]),
    ("delete_export", &[Code::ExportOver]),
    ("download_export", &[Code::ExportNotCompleted]),
    ("export_report", &[Code::ExportNotCompleted]),
    ("share_export", &[Code::ExportNotCompleted]),
    ("set_priority", &[Code::ExportOver]),
    ("pause_export", &[Code::ExportOver]),
    ("resume_export", &[Code::ExportOver]),
    ("requeue_export", &[Code::ExportOver]),
    ("choose_export_settings", &[Code::NotFound]),
    ("create_preset", &[Code::PresetExists, Code::TooManyPresets]),
    ("edit_preset", &[Code::PresetExists]),
    ("duplicate_preset", &[Code::TooManyPresets]),
    ("create_webhook", &[Code::TooManyWebhooks]),
    ("login", &[Code::WrongCredentials, Code::CrossSite, Code::TooManyAttempts]),
    ("change_password", &[Code::WrongCredentials, Code::TooManyAttempts]),
    ("create_user", &[Code::NameTaken]),
    ("change_user", &[Code::OwnAccount]),
    ("enroll_node", &[Code::JoinTokenRefused]),
];

/// What an order for an export may be refused for.
const ORDER: &[RefusalCode] = &[
    Code::VideoNotReady,
    Code::UnsupportedMedia,
    Code::TooManyExports,
    Code::BudgetSpent,
    Code::InsufficientStorage,
    Code::OutputTooLarge,
];

/// Operations for whoever looks after the farm: they answer in words of their own.
const FOR_MONITORS: [&str; 2] = ["healthz", "readyz"];

/// Writes, instead of the framework's `default`, a response for every status that an operation refuses with.
pub fn write(document: &mut Value) {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (path, operations) in paths {
        let shared = path.starts_with("/s/");
        for (method, operation) in operations.as_object_mut().into_iter().flatten() {
            let name = operation["operationId"].as_str().unwrap_or_default().to_owned();
            if FOR_MONITORS.contains(&name.as_str()) {
                continue;
            }
            let codes = codes(&name, method, path.contains('{') && !shared, operation);
            let Some(responses) = operation["responses"].as_object_mut() else { continue };
            responses.remove("default");
            add(responses, &codes);
        }
    }
}

/// What an operation can refuse with: by what it takes and who may ask, and what is its own.
fn codes(name: &str, method: &str, names_a_thing: bool, operation: &Value) -> Vec<RefusalCode> {
    // Whatever is asked: bodies that are too large, slow or packed are refused before anybody looks what they are for.
    let mut codes = vec![
        Code::InvalidRequest,
        Code::RequestTimeout,
        Code::RequestTooLarge,
        Code::UnsupportedContentType,
        Code::Internal,
        Code::TooBusy,
        Code::StorageUnavailable,
    ];
    if operation.get("security").is_some() {
        codes.extend([Code::NotSignedIn, Code::Forbidden]);
        if method != "get" {
            codes.push(Code::CrossSite);
        }
        if method == "post" {
            codes.extend([Code::IdempotencyKeyReused, Code::IdempotencyKeyInUse]);
        }
    }
    if names_a_thing {
        codes.push(Code::NotFound);
    }
    let own = OWN.iter().filter(|(operation, _)| *operation == name).flat_map(|(_, codes)| codes.iter().copied());
    codes.extend(own);
    codes
}

fn add(responses: &mut Map<String, Value>, codes: &[RefusalCode]) {
    let mut by_status: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for code in codes {
        let word = code.to_json().and_then(|json| json.as_str().map(str::to_owned)).expect("a code is a word");
        by_status.entry(code.status().as_u16()).or_default().push(word);
    }
    for (status, words) in by_status {
        let mut response = json!({
            "description": format!("Refused: `{}`.", words.join("`, `")),
            "content": { JSON: { "schema": { "$ref": "#/components/schemas/Refusal" } } },
        });
        if matches!(status, 409 | 429 | 503) {
            response["headers"] = json!({
                "Retry-After": {
                    "description": "When to ask again, in seconds, wherever waiting helps.",
                    "required": status == 429,
                    "schema": { "type": "integer", "format": "uint64", "minimum": 0 },
                },
            });
        }
        if status == 401 {
            response["headers"] = json!({
                "WWW-Authenticate": {
                    "description": "`Bearer`: what to send instead.",
                    "required": true,
                    "schema": { "type": "string" },
                },
            });
        }
        responses.entry(status.to_string()).or_insert(response);
    }
}
