//! The shape of reports as schemas of the API document: translated, so that it is written down once. Knows no field.

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use report::{Described as _, Record, Report, Shape};

/// What the names of the schemas begin with: others are called `Output` and `Segment` as well.
const PREFIX: &str = "Report";

/// The schema of a whole report.
pub(super) fn of_report() -> MetaSchemaRef {
    of(&Report::shape())
}

/// Enters the schemas of all records.
pub(super) fn register(registry: &mut Registry) {
    enter(registry, &Report::shape());
}

fn enter(registry: &mut Registry, shape: &Shape) {
    match shape {
        Shape::List(item) => enter(registry, item),
        Shape::Record(record) => {
            registry.create_schema::<super::ReportJson, _>(name(record), |registry| {
                record.fields.iter().for_each(|field| enter(registry, &field.shape));
                schema(record)
            });
        }
        Shape::Integer | Shape::Number | Shape::Text | Shape::Flag => {}
    }
}

fn schema(record: &Record) -> MetaSchema {
    let described = |meaning| MetaSchema { description: Some(meaning), ..MetaSchema::ANY };
    let property = |field: &report::Field| (field.name, of(&field.shape).merge(described(field.meaning)));
    MetaSchema {
        description: Some(record.meaning),
        required: record.fields.iter().filter(|field| field.required).map(|field| field.name).collect(),
        properties: record.fields.iter().map(property).collect(),
        ..MetaSchema::new("object")
    }
}

fn of(shape: &Shape) -> MetaSchemaRef {
    let inline = |schema| MetaSchemaRef::Inline(Box::new(schema));
    match shape {
        Shape::Integer => inline(MetaSchema::new_with_format("integer", "int64")),
        Shape::Number => inline(MetaSchema::new_with_format("number", "double")),
        Shape::Text => inline(MetaSchema::new("string")),
        Shape::Flag => inline(MetaSchema::new("boolean")),
        Shape::List(item) => inline(MetaSchema { items: Some(Box::new(of(item))), ..MetaSchema::new("array") }),
        Shape::Record(record) => MetaSchemaRef::Reference(name(record)),
    }
}

fn name(record: &Record) -> String {
    if record.name == PREFIX { PREFIX.to_owned() } else { format!("{PREFIX}{}", record.name) }
}
