//! `/metrics`: what the coordinator does, as Prometheus reads it. For operators, and for a scraper on the same machine.
//! Raises no alarms.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use farm_core::role::Role;
use poem::http::StatusCode;
use poem::{Addr, IntoResponse, Request, Response};

use super::identity::{Gate, admit};
use super::refusal::Refusal;
use crate::store::gauges::Gauges;

/// Upper ends of the buckets of request times, in seconds.
const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// What a proxy adds: behind one, every request comes from this machine.
const PROXY_HEADERS: [&str; 3] = ["forwarded", "x-forwarded-for", "x-real-ip"];

/// How long requests took, by operation and status.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Mutex<BTreeMap<(&'static str, u16), Histogram>>>);

#[derive(Clone, Copy, Debug, Default)]
struct Histogram {
    /// Requests in each bucket, each counted once; those beyond the last are in `count` alone.
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: Duration,
}

impl Metrics {
    /// Counts a request that was answered.
    pub fn observe(&self, operation: &'static str, status: StatusCode, took: Duration) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let histogram = all.entry((operation, status.as_u16())).or_default();
        let seconds = took.as_secs_f64();
        if let Some(bucket) = BUCKETS.iter().position(|end| seconds <= *end) {
            histogram.buckets[bucket] += 1;
        }
        histogram.count += 1;
        histogram.sum += took;
    }

    fn write(&self, out: &mut String) {
        const NAME: &str = "reelfarm_http_request_duration_seconds";
        head(out, NAME, "histogram", "How long requests took, by operation and status.");
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for ((operation, status), histogram) in all {
            let labels = format!("operation=\"{operation}\",status=\"{status}\"");
            let mut below = 0;
            for (end, count) in BUCKETS.iter().zip(histogram.buckets) {
                below += count;
                line(out, format_args!("{NAME}_bucket{{{labels},le=\"{end}\"}} {below}"));
            }
            line(out, format_args!("{NAME}_bucket{{{labels},le=\"+Inf\"}} {}", histogram.count));
            line(out, format_args!("{NAME}_sum{{{labels}}} {}", histogram.sum.as_secs_f64()));
            line(out, format_args!("{NAME}_count{{{labels}}} {}", histogram.count));
        }
    }
}

/// Answers whoever may look.
pub async fn show(metrics: &Metrics, request: &Request) -> Response {
    if !from_this_machine(request)
        && let Err(refusal) = admit(request, Role::Operator)
    {
        return refusal.into_response();
    }
    let gate: &Gate = request.data().expect("the gate is put into every request");
    match gate.store.gauges().await {
        Ok(gauges) => Response::builder().content_type(CONTENT_TYPE).body(text(metrics, &gauges)),
        Err(cause) => Refusal::from(cause).into_response(),
    }
}

/// Nobody in between, and the other end is here.
fn from_this_machine(request: &Request) -> bool {
    let direct = PROXY_HEADERS.iter().all(|name| !request.headers().contains_key(*name));
    direct && matches!(&request.remote_addr().0, Addr::SocketAddr(peer) if peer.ip().to_canonical().is_loopback())
}

fn text(metrics: &Metrics, gauges: &Gauges) -> String {
    let mut out = String::new();
    head(&mut out, "reelfarm_build_info", "gauge", "The version that runs.");
    line(&mut out, format_args!("reelfarm_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION")));
    head(&mut out, "reelfarm_exports", "gauge", "Exports by status.");
    for (status, count) in &gauges.exports {
        line(&mut out, format_args!("reelfarm_exports{{status=\"{status}\"}} {count}"));
    }
    head(&mut out, "reelfarm_tasks", "gauge", "Tasks by state.");
    for (state, count) in &gauges.tasks {
        line(&mut out, format_args!("reelfarm_tasks{{state=\"{state}\"}} {count}"));
    }
    for (name, help, value) in [
        ("reelfarm_queue_depth", "Tasks that wait for a node.", gauges.waiting),
        ("reelfarm_nodes_connected", "Nodes that are connected.", gauges.nodes_connected),
        ("reelfarm_nodes", "Nodes that have joined.", gauges.nodes),
        ("reelfarm_slots", "Encodes that connected nodes can run at once.", gauges.slots),
        ("reelfarm_slots_busy", "Encodes that nodes run now.", gauges.slots_busy),
    ] {
        head(&mut out, name, "gauge", help);
        line(&mut out, format_args!("{name} {value}"));
    }
    metrics.write(&mut out);
    out
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    line(out, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
}

fn line(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    writeln!(out, "{arguments}").expect("a string takes every line");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_hold_all_that_is_below_them() {
        let metrics = Metrics::default();
        for milliseconds in [1, 5, 6, 90, 20_000] {
            metrics.observe("me", StatusCode::OK, Duration::from_millis(milliseconds));
        }
        let mut out = String::new();
        metrics.write(&mut out);
        let labels = "{operation=\"me\",status=\"200\"";
        for expected in [
            format!("_bucket{labels},le=\"0.005\"}} 2\n"),
            format!("_bucket{labels},le=\"0.01\"}} 3\n"),
            format!("_bucket{labels},le=\"0.1\"}} 4\n"),
            format!("_bucket{labels},le=\"10\"}} 4\n"),
            format!("_bucket{labels},le=\"+Inf\"}} 5\n"),
            format!("_sum{labels}}} 20.102\n"),
            format!("_count{labels}}} 5\n"),
        ] {
            assert!(out.contains(&expected), "{expected} is not in\n{out}");
        }
    }
}
