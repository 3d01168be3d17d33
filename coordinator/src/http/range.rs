//! What is expected as a range, as it is shown. Expects nothing.

use farm_core::estimate::Range;
use poem_openapi::Object;

/// From about this to about that: one in ten is below, one above.
#[derive(Clone, Debug, Object)]
#[oai(rename = "EstimateRange")]
pub struct RangeView {
    /// Seldom less.
    pub low: f64,
    /// Seldom more.
    pub high: f64,
}

impl RangeView {
    /// The range in whole multiples of `unit`, never narrower than it is.
    pub fn of(range: Range, unit: f64) -> RangeView {
        RangeView { low: (range.low / unit).floor() * unit, high: (range.high / unit).ceil() * unit }
    }
}
