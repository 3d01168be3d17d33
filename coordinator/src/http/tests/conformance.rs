//! Every answer that a test gets is held against the document: its status, its code, the shape of its body. Asks for nothing itself.

use std::sync::LazyLock;

use poem::http::Method;
use serde_json::Value;

use super::app::Answer;
use crate::http::document::JSON;
use crate::http::held::hold;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(&crate::http::document()).unwrap());

/// Holds an answer against the document. What is no operation of it has no terms.
pub fn is_as_documented(method: &Method, path: &str, answer: &Answer) {
    let Some(operation) = operation(method, path) else { return };
    let said = format!("{method} {path}: {answer:?}");
    let response = &operation["responses"][answer.status.as_str()];
    assert!(response.is_object(), "the document knows no such status of {said}");
    if answer.status.is_client_error() || answer.status.is_server_error() {
        let code = answer.body["code"].as_str().unwrap_or_else(|| panic!("no refusal: {said}"));
        let told = response["description"].as_str().unwrap();
        assert!(told.contains(&format!("`{code}`")), "the document knows no such code ({told}) of {said}");
    }
    let schema = &response["content"][JSON]["schema"];
    assert_eq!(schema.is_null(), answer.body.is_null(), "{said}");
    if !schema.is_null() {
        let mut problems = Vec::new();
        hold(&DOCUMENT, &answer.body, schema, "", &mut problems);
        assert!(problems.is_empty(), "{problems:?} in {said}");
    }
}

fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let path = path.split('?').next().unwrap_or_default();
    let paths = DOCUMENT["paths"].as_object().unwrap();
    // A path without parameters stands before one with.
    let exact = paths.get(path);
    let alike = || paths.iter().find(|(documented, _)| is_like(path, documented)).map(|(_, operations)| operations);
    exact.or_else(alike)?.get(method.as_str().to_lowercase())
}

fn is_like(path: &str, documented: &str) -> bool {
    let (pieces, documented): (Vec<_>, Vec<_>) = (path.split('/').collect(), documented.split('/').collect());
    let alike = |(piece, documented): (&&str, &&str)| piece == documented || documented.starts_with('{');
    pieces.len() == documented.len() && pieces.iter().zip(&documented).all(alike)
}
