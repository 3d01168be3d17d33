//! The page about the report says what the code says, and reports are read as later programs write them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::*;

const PAGE: &str = include_str!("../../../docs/report.md");

/// The reference part of the page: a table for every record, in the order they are met.
fn reference() -> String {
    let mut text = String::new();
    let mut met = BTreeSet::new();
    let mut waiting = vec![Report::shape()];
    while let Some(shape) = waiting.pop() {
        let record = match shape {
            Shape::Record(record) if met.insert(record.name) => record,
            Shape::List(item) => {
                waiting.push(*item);
                continue;
            }
            _ => continue,
        };
        write!(text, "### {}\n\n{}\n\n| field | holds | means |\n|---|---|---|\n", record.name, record.meaning)
            .unwrap();
        for field in &record.fields {
            let absent = if field.required { "" } else { ", may be absent" };
            writeln!(text, "| `{}` | {}{absent} | {} |", field.name, one(&field.shape), field.meaning).unwrap();
        }
        text.push('\n');
        waiting.extend(record.fields.into_iter().rev().map(|field| field.shape));
    }
    text
}

fn one(shape: &Shape) -> String {
    match shape {
        Shape::Integer => "integer".to_owned(),
        Shape::Number => "number".to_owned(),
        Shape::Text => "text".to_owned(),
        Shape::Flag => "true or false".to_owned(),
        Shape::List(item) => format!("list of {}", many(item)),
        Shape::Record(record) => format!("[{}](#{})", record.name, record.name.to_lowercase()),
    }
}

fn many(shape: &Shape) -> String {
    match shape {
        Shape::Integer => "integers".to_owned(),
        Shape::Number => "numbers".to_owned(),
        Shape::Text => "texts".to_owned(),
        Shape::List(item) => format!("lists of {}", many(item)),
        Shape::Flag | Shape::Record(_) => one(shape),
    }
}

#[test]
fn the_page_has_every_field_with_its_meaning() {
    let reference = reference();
    assert!(PAGE.contains(reference.trim_end()), "docs/report.md should hold this:\n\n{reference}");
}

#[test]
fn other_versions_are_refused_and_added_fields_are_not() {
    let refused = Report::from_json(r#"{"report": 2, "files": []}"#).unwrap_err();
    assert!(matches!(refused, ReadError::Version { version: 2 }), "{refused}");
    assert!(matches!(Report::from_json("{}"), Err(ReadError::Malformed(_))));
    let archive = r#"{"filename": "a.zip", "size_bytes": 1, "sha256": "", "later": 7}"#;
    let archive: Archive = serde_json::from_str(archive).unwrap();
    assert_eq!(serde_json::to_string(&archive).unwrap(), r#"{"filename":"a.zip","size_bytes":1,"sha256":""}"#);
}
