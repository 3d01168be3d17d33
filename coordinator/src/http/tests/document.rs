//! The OpenAPI document and the pages around it. Orders no exports.

use serde_json::Value;

use super::app::{Answer, App};
use crate::http::Readiness;
use crate::http::document::is_named_elsewhere;
use crate::http::held::hold;

const COMMITTED: &str = include_str!("../../../../schema/openapi.json");

#[test]
fn the_committed_document_is_the_programs_own() {
    let fresh = super::super::document();
    assert!(fresh == COMMITTED, "write it anew: cargo run -p reelfarm-coordinator -- openapi > schema/openapi.json");
}

/// Names of everything in the document that nobody described.
fn undescribed(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if schema.get("description").is_none() {
            found.push(name.clone());
        }
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let place = format!("{name}.{field}");
            if property.get("description").is_none() && property.get("$ref").is_none() {
                found.push(format!("{place}: what it is"));
            }
            let property = property.as_object().unwrap();
            let (is_variant, is_named) = (property.contains_key("enum"), is_named_elsewhere(property));
            if !is_variant && !is_named && !property.contains_key("example") {
                found.push(format!("{place}: an example"));
            }
            let is_number = matches!(property.get("type").and_then(Value::as_str), Some("integer" | "number"));
            if is_number && !property.contains_key("x-unit") {
                found.push(format!("{place}: its unit"));
            }
        }
    }
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if operation.get("summary").is_none() || operation.get("operationId").is_none() {
                found.push(format!("{method} {path}"));
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                if parameter.get("description").is_none() {
                    found.push(format!("{method} {path} {}", parameter["name"]));
                }
                if parameter["schema"].get("$ref").is_none() && parameter.get("example").is_none() {
                    found.push(format!("{method} {path} {}: an example", parameter["name"]));
                }
            }
            for (status, response) in operation["responses"].as_object().unwrap() {
                if response["description"].as_str().is_none_or(str::is_empty) {
                    found.push(format!("{method} {path} {status}"));
                }
            }
        }
    }
    found
}

/// What stands in the document as an example is as the document wants it, and is taken where it is sent.
#[test]
fn every_example_fits_its_own_schema() {
    let document: Value = serde_json::from_str(COMMITTED).unwrap();
    let mut count = 0;
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let Some(example) = property.get("example") else { continue };
            let mut problems = Vec::new();
            hold(&document, example, property, field, &mut problems);
            assert!(problems.is_empty(), "{name}.{field}: {problems:?}");
            let number = example.as_f64();
            for (bound, keeps) in [
                ("minimum", number.zip(property["minimum"].as_f64()).is_none_or(|(value, least)| value >= least)),
                ("maximum", number.zip(property["maximum"].as_f64()).is_none_or(|(value, most)| value <= most)),
            ] {
                assert!(keeps, "{name}.{field}: {example} is beyond its {bound}");
            }
            count += 1;
        }
    }
    assert!(count > 300, "the document has lost its examples: {count}");
}

#[test]
fn everything_in_the_document_is_described() {
    let document: Value = serde_json::from_str(COMMITTED).unwrap();
    assert_eq!(undescribed(&document), Vec::<String>::new());
}

/// The closed lists that programs rely on are on the page for people, too.
#[test]
fn every_code_is_on_the_page() {
    const PAGE: &str = include_str!("../../../../docs/api.md");
    let document: Value = serde_json::from_str(COMMITTED).unwrap();
    for list in ["RefusalCode", "ProblemCode"] {
        let codes = document["components"]["schemas"][list]["enum"].as_array().unwrap();
        assert!(codes.len() > 10, "{list}: {codes:?}");
        for code in codes {
            let code = code.as_str().unwrap();
            assert!(PAGE.contains(&format!("`{code}`")), "docs/api.md does not have {list} {code}");
        }
    }
}

#[test]
fn no_path_is_in_the_document_twice() {
    let paths: Vec<&str> = COMMITTED.lines().filter(|line| line.starts_with("    \"/")).collect();
    let document: Value = serde_json::from_str(COMMITTED).unwrap();
    assert_eq!(paths.len(), document["paths"].as_object().unwrap().len(), "{paths:?}");
}

#[tokio::test]
async fn document_and_docs_are_served_without_signing_in() {
    let app = App::start().await;
    let served = app.client.get("/openapi.json").send().await;
    served.assert_content_type("application/json");
    assert_eq!(served.0.into_body().into_string().await.unwrap(), COMMITTED);
    let docs = app.client.get("/docs").send().await;
    docs.assert_status_is_ok();
    docs.assert_header_exist("content-security-policy");
    let html = docs.0.into_body().into_string().await.unwrap();
    for elsewhere in ["src=\"http", "href=\"http", "url(http", "@import"] {
        assert!(!html.contains(elsewhere), "the page fetches from elsewhere: {elsewhere}");
    }
    app.stop().await;
}

#[tokio::test]
async fn readiness_names_what_does_not_work() {
    let app = App::start().await;
    let ready = Answer::read(app.client.get("/readyz").send().await).await;
    assert_eq!((ready.status.as_u16(), &ready.body["ready"]), (200, &Value::Bool(true)), "{ready:?}");
    app.stop().await;

    let broken = Readiness::default().with("nats", || async { Err("no answer to a publish") });
    let app = App::with(broken).await;
    let ready = Answer::read(app.client.get("/readyz").send().await).await;
    assert_eq!(ready.status, 503);
    let checks = ready.body["checks"].as_array().unwrap();
    let failed: Vec<&Value> = checks.iter().filter(|check| check["ok"] == false).collect();
    assert_eq!((failed.len(), &failed[0]["name"]), (1, &Value::from("nats")));
    assert_eq!(failed[0]["message"], "no answer to a publish");
    let alive = Answer::read(app.client.get("/healthz").send().await).await;
    assert_eq!(alive.status, 200, "alive all the same");
    app.stop().await;
}
