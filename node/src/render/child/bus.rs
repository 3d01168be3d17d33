//! What a pipeline's error means: whose fault, and a sentence for it.
//! A table; the library's own words go along as detail.

use gstreamer as gst;

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
    let source = message.src().map(ToString::to_string).unwrap_or_default();
    let detail = format!("{source}: {error} ({})", message.debug().unwrap_or_default());
    sentence(&error).because(detail)
}

fn sentence(error: &gst::glib::Error) -> RenderFailure {
    if let Some(stream) = error.kind::<gst::StreamError>() {
        return match stream {
            gst::StreamError::Decrypt | gst::StreamError::DecryptNokey => {
                RenderFailure::unsupported("The video is encrypted and cannot be read.")
            }
            gst::StreamError::CodecNotFound => {
                RenderFailure::unsupported("The video is coded in a way Reelfarm does not read.")
            }
            gst::StreamError::TypeNotFound | gst::StreamError::WrongType | gst::StreamError::Demux => {
                RenderFailure::media("The video file is damaged: its tables cannot be read.")
            }
            gst::StreamError::Encode => RenderFailure::node("The encoder on this node failed."),
            _ => RenderFailure::media("The video file is damaged: it cannot be decoded."),
        };
    }
    if let Some(resource) = error.kind::<gst::ResourceError>() {
        return match resource {
            gst::ResourceError::NoSpaceLeft => RenderFailure::node("This node ran out of memory or disk."),
            gst::ResourceError::Read | gst::ResourceError::Seek => {
                RenderFailure::media("The video file ends before it should, or could not be read.")
            }
            _ => RenderFailure::node("The media library on this node failed."),
        };
    }
    match error.kind::<gst::CoreError>() {
        Some(_) => RenderFailure::node("The media library on this node failed."),
        None => RenderFailure::media("The video could not be processed."),
    }
}
