//! Requests held against the document before an operation sees them: every field of the wrong kind, missing or unknown is told at
//! once, so that server and document cannot disagree. Knows no operation and judges no values: ranges and texts are theirs.

use std::collections::HashMap;
use std::sync::Arc;

use farm_core::problem::{Problem, ProblemCode};
use poem::http::Method;
use poem::{Body, Endpoint, IntoResponse, Request, Response};
use serde_json::{Map, Value};

use super::document::JSON;
use super::identity::admit;
use super::observe::shape;
use super::refusal::Refusal;
use crate::store::users::Role;

/// No answer names more faults.
const PROBLEMS_MAX: usize = 100;

/// What an operation takes.
#[derive(Clone, Debug)]
pub struct Terms {
    document: Arc<Value>,
    /// Who may ask.
    role: Option<Role>,
    /// Where its parameters are in the document.
    parameters: Vec<Value>,
    /// The schema of its body.
    body: Option<Value>,
    /// Whether there may be none.
    body_may_be_absent: bool,
}

/// The terms of every operation, by path and method.
pub struct AllTerms(HashMap<(String, Method), Arc<Terms>>);

impl AllTerms {
    /// As the document has them.
    pub fn of(document: Value) -> AllTerms {
        let document = Arc::new(document);
        let mut all = HashMap::new();
        for (path, operations) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in operations.as_object().into_iter().flatten() {
                let method = method.to_uppercase().parse().expect("a method of the document is one of HTTP");
                all.insert((shape(path), method), Arc::new(Terms::of(&document, operation)));
            }
        }
        AllTerms(all)
    }

    /// The terms of the operation that a route leads to.
    pub fn at(&self, route: &str, method: &Method) -> Arc<Terms> {
        let terms = self.0.get(&(shape(route), method.clone()));
        Arc::clone(terms.expect("every operation is in the document"))
    }
}

impl Terms {
    fn of(document: &Arc<Value>, operation: &Value) -> Terms {
        let scope = operation.pointer("/security/0/token").map(|scopes| scopes[0].as_str());
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let body = &operation["requestBody"]["content"][JSON]["schema"];
        Terms {
            document: Arc::clone(document),
            role: scope.map(|scope| scope.and_then(Role::parse).unwrap_or(Role::Creator)),
            parameters: parameters.into_iter().filter(|parameter| parameter["in"] == "query").collect(),
            body: (!body.is_null()).then(|| body.clone()),
            body_may_be_absent: operation["requestBody"]["required"] != true,
        }
    }

    fn of_body(&self, bytes: &[u8], schema: &Value) -> Vec<Problem> {
        let mut problems = Vec::new();
        match serde_json::from_slice(bytes) {
            Ok(body) => hold(&self.document, &body, schema, "", &mut problems),
            Err(_) if bytes.is_empty() && self.body_may_be_absent => {}
            Err(_) if bytes.is_empty() => {
                problems.push(Problem::new("", ProblemCode::Required, "Send a body: JSON, as documented."));
            }
            Err(cause) => {
                problems.push(Problem::new("", ProblemCode::Malformed, format!("The body is no JSON: {cause}.")));
            }
        }
        problems
    }

    fn of_query(&self, query: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        for parameter in &self.parameters {
            let name = parameter["name"].as_str().unwrap_or_default();
            for (_, text) in url::form_urlencoded::parse(query.as_bytes()).filter(|(given, _)| given == name) {
                let schema = resolved(&self.document, &parameter["schema"]);
                hold(&self.document, &read(&text, schema), schema, name, &mut problems);
            }
        }
        problems
    }
}

/// A parameter as the value it stands for, or as the text it is.
fn read(text: &str, schema: &Value) -> Value {
    let value = match schema["type"].as_str() {
        Some("integer" | "number" | "boolean") => serde_json::from_str(text).ok(),
        _ => None,
    };
    value.unwrap_or_else(|| Value::from(text))
}

/// Answers `request` by `endpoint` if it is as documented.
pub async fn held(terms: Arc<Terms>, endpoint: impl Endpoint, mut request: Request) -> poem::Result<Response> {
    // Whoever may not ask is told so first, whatever they sent.
    if let Some(role) = terms.role
        && let Err(refusal) = admit(&request, role)
    {
        return Ok(refusal.into_response());
    }
    let mut problems = terms.of_query(request.uri().query().unwrap_or_default());
    if let Some(schema) = terms.body.as_ref().filter(|_| is_json(&request)) {
        let bytes = request.take_body().into_bytes().await.map_err(poem::error::BadRequest)?;
        problems.extend(terms.of_body(&bytes, schema));
        request.set_body(Body::from_bytes(bytes));
    }
    if problems.is_empty() {
        return endpoint.call(request).await.map(IntoResponse::into_response);
    }
    Ok(Refusal::invalid(problems).into_response())
}

fn is_json(request: &Request) -> bool {
    let kind = request.content_type().and_then(|kind| kind.split(';').next()).unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// The schema itself, where another one is named.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(path) = schema["$ref"].as_str() {
        let named = document.pointer(path.trim_start_matches('#'));
        return resolved(document, named.expect("the document has the schemas it names"));
    }
    match &schema["allOf"][0] {
        Value::Null => schema,
        first => resolved(document, first),
    }
}

/// Every fault of a value's shape; `at` is where it stands in the request.
pub fn hold(document: &Value, value: &Value, schema: &Value, at: &str, problems: &mut Vec<Problem>) {
    if problems.len() >= PROBLEMS_MAX {
        return;
    }
    let schema = resolved(document, schema);
    let mut fault = |code, message: String| problems.push(Problem::new(at, code, message));
    match (schema["type"].as_str().unwrap_or_default(), value) {
        ("", _) | ("boolean", Value::Bool(_)) | ("number", Value::Number(_)) => {}
        ("object", Value::Object(fields)) => hold_fields(document, fields, schema, at, problems),
        ("array", Value::Array(list)) => {
            for (number, inner) in list.iter().enumerate() {
                hold(document, inner, &schema["items"], &format!("{at}[{number}]"), problems);
            }
        }
        ("string", Value::String(text)) => {
            let offered = schema["enum"].as_array().map(Vec::as_slice).unwrap_or_default();
            let is_uuid = schema["format"] == "uuid";
            if !offered.is_empty() && !offered.contains(value) {
                let offered: Vec<&str> = offered.iter().filter_map(Value::as_str).collect();
                fault(ProblemCode::Unsupported, format!("Choose one of {}.", offered.join(", ")));
            } else if is_uuid && (text.len() != 36 || uuid::Uuid::try_parse(text).is_err()) {
                fault(ProblemCode::Malformed, "Give an id as it was told: 36 characters.".to_owned());
            }
        }
        ("integer", Value::Number(number)) => {
            let fits = match schema["format"].as_str() {
                Some("uint32") => number.as_u64().is_some_and(|number| u32::try_from(number).is_ok()),
                Some("uint64") => number.as_u64().is_some(),
                Some("int32") => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
                _ => number.is_i64() || number.is_u64(),
            };
            if !fits {
                fault(
                    ProblemCode::InvalidNumber,
                    format!("{number} is not a whole number in the range of this field."),
                );
            }
        }
        (kind, Value::Null) if !at.is_empty() => {
            fault(ProblemCode::Malformed, format!("Give {}, or leave the field out: it is never null.", a(kind)));
        }
        (kind, _) => fault(ProblemCode::Malformed, format!("Give {}.", a(kind))),
    }
}

fn hold_fields(document: &Value, fields: &Map<String, Value>, schema: &Value, at: &str, problems: &mut Vec<Problem>) {
    let within = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            problems.push(Problem::new(within(name), ProblemCode::Required, "This field must be given."));
        }
    }
    let closed = schema["additionalProperties"] == false;
    for (name, inner) in fields {
        match schema["properties"].get(name) {
            Some(schema) => hold(document, inner, schema, &within(name), problems),
            None if closed && problems.len() < PROBLEMS_MAX => {
                let message = "Nobody knows this field; is it misspelt?";
                problems.push(Problem::new(within(name), ProblemCode::Malformed, message));
            }
            None => {}
        }
    }
}

/// A kind of value in words.
fn a(kind: &str) -> &'static str {
    match kind {
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        _ => "an object",
    }
}
