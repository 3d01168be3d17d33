//! What a record's fields are called, hold and mean, as data: the API document and the page about the report are made from it.
//! Knows no report.

/// A record of a JSON document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Its fields in order.
    pub fields: Vec<Field>,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// What it means, with its unit.
    pub meaning: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// Whether it is always there.
    pub required: bool,
}

/// What a value looks like in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Number,
    /// A text.
    Text,
    /// True or false.
    Flag,
    /// Values of one shape.
    List(Box<Shape>),
    /// A record.
    Record(Record),
}

/// A value that can say what it looks like.
pub trait Described {
    /// What its values look like.
    fn shape() -> Shape;

    /// Whether its values are always there.
    const REQUIRED: bool = true;

    /// Whether it is left out.
    fn is_absent(&self) -> bool {
        false
    }
}

macro_rules! plain {
    ($($type:ty => $shape:expr,)*) => {$(
        impl Described for $type {
            fn shape() -> Shape {
                $shape
            }
        }
    )*};
}

plain! {
    bool => Shape::Flag,
    u8 => Shape::Integer,
    u32 => Shape::Integer,
    u64 => Shape::Integer,
    i64 => Shape::Integer,
    f64 => Shape::Number,
    String => Shape::Text,
}

impl<T: Described> Described for Vec<T> {
    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
}

impl<T: Described, const N: usize> Described for [T; N] {
    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
}

impl<T: Described> Described for Option<T> {
    fn shape() -> Shape {
        T::shape()
    }

    const REQUIRED: bool = false;

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}
