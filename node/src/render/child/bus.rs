//! Errors on a pipeline's bus, as failures: taken apart here, judged by the table of causes.
//! The library's own words go along as detail.

use gstreamer as gst;
use gstreamer::prelude::*;

use super::causes::{Kind, Place, Symptom, cause_of};
use crate::render::failure::RenderFailure;

/// The first error waiting on the bus, as a failure.
#[must_use]
pub fn waiting_failure(bus: &gst::Bus) -> Option<RenderFailure> {
    let message = bus.pop_filtered(&[gst::MessageType::Error])?;
    match message.view() {
        gst::MessageView::Error(error) => Some(failure_of(error)),
        _ => None,
    }
}

/// An error message as a failure.
#[must_use]
pub fn failure_of(message: &gst::message::Error) -> RenderFailure {
    let error = message.error();
    let reporter = message.src();
    let words = format!("{error} ({})", message.debug().unwrap_or_default());
    let failure = cause_of(Symptom { kind: Kind::of(&error), place: Place::of(reporter), words: &words });
    let name = reporter.map(gst::Object::path_string).unwrap_or_default();
    failure.because(format!("{name}: {words}"))
}
