//! The table of causes: what a media library's error is in words for people, and whose fault. Pure.
//! Knows neither buses nor pipelines; the library's own words go along as detail.

use gstreamer as gst;
use gstreamer::{glib, prelude::*};
use wire::v1::FailureClass;

use crate::render::failure::RenderFailure;

/// What kind of error the library reports: its domain and code, those alike taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The stream is encrypted.
    Encrypted,
    /// Nothing installed or allowed reads this codec.
    NoCodec,
    /// The container, or the kind of stream in it, makes no sense.
    Layout,
    /// Decoding failed.
    Decode,
    /// Encoding failed.
    Encode,
    /// Data did not flow.
    Flow,
    /// Bytes could not be had.
    Bytes,
    /// Memory or disk ran out.
    NoRoom,
    /// Two elements did not agree.
    Disagreement,
    /// The library or its set-up.
    Library,
}

impl Kind {
    /// The kind of an error by its domain and code.
    #[must_use]
    pub fn of(error: &glib::Error) -> Kind {
        if let Some(stream) = error.kind::<gst::StreamError>() {
            return Kind::of_stream(stream);
        }
        if let Some(resource) = error.kind::<gst::ResourceError>() {
            return match resource {
                gst::ResourceError::NoSpaceLeft => Kind::NoRoom,
                gst::ResourceError::Read | gst::ResourceError::Seek => Kind::Bytes,
                _ => Kind::Library,
            };
        }
        match error.kind::<gst::CoreError>() {
            Some(gst::CoreError::MissingPlugin) => Kind::NoCodec,
            Some(gst::CoreError::Negotiation | gst::CoreError::Caps) => Kind::Disagreement,
            _ => Kind::Library,
        }
    }

    fn of_stream(error: gst::StreamError) -> Kind {
        match error {
            gst::StreamError::Decrypt | gst::StreamError::DecryptNokey => Kind::Encrypted,
            gst::StreamError::CodecNotFound => Kind::NoCodec,
            gst::StreamError::TypeNotFound
            | gst::StreamError::WrongType
            | gst::StreamError::Demux
            | gst::StreamError::Mux
            | gst::StreamError::Format => Kind::Layout,
            gst::StreamError::Decode => Kind::Decode,
            gst::StreamError::Encode => Kind::Encode,
            _ => Kind::Flow,
        }
    }
}

/// Where in the pipeline an error was reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Our own source element.
    Source,
    /// A demuxer.
    Demuxer,
    /// A parser.
    Parser,
    /// A decoder.
    Decoder,
    /// An encoder.
    Encoder,
    /// A converter, a queue, a sink.
    Elsewhere,
}

impl Place {
    /// The place of the element that reported.
    #[must_use]
    pub fn of(reporter: Option<&gst::Object>) -> Place {
        let Some(element) = reporter.and_then(|object| object.downcast_ref::<gst::Element>()) else {
            return Place::Elsewhere;
        };
        // Our own element comes from no factory.
        let Some(factory) = element.factory() else {
            let reads = element.is::<super::element::ParentSource>();
            return if reads { Place::Source } else { Place::Elsewhere };
        };
        let class = factory.metadata(CLASS).unwrap_or_default();
        let places = [
            ("Demux", Place::Demuxer),
            ("Parser", Place::Parser),
            ("Decoder", Place::Decoder),
            ("Encoder", Place::Encoder),
        ];
        places.into_iter().find(|(word, _)| class.contains(word)).map_or(Place::Elsewhere, |(_, place)| place)
    }
}

/// An error as the table sees it.
#[derive(Clone, Copy, Debug)]
pub struct Symptom<'a> {
    /// Domain and code.
    pub kind: Kind,
    /// Who reported it.
    pub place: Place,
    /// The message and its debug text.
    pub words: &'a str,
}

/// A row: what it fits, and what it means. What is empty fits everything.
struct Cause {
    kinds: &'static [Kind],
    places: &'static [Place],
    words: &'static [&'static str],
    class: FailureClass,
    sentence: &'static str,
}

use FailureClass::{Infra, Media, Node, Unsupported};

/// Under which name a factory says what its elements are.
const CLASS: &str = "klass";

/// The first row that fits counts: special causes stand before general ones.
const CAUSES: [Cause; 17] = [
    Cause {
        kinds: &[Kind::Encrypted],
        places: &[],
        words: &[],
        class: Unsupported,
        sentence: "The video is encrypted and cannot be read.",
    },
    Cause {
        kinds: &[Kind::NoCodec],
        places: &[],
        words: &[],
        class: Unsupported,
        sentence: "The video is coded in a way Reelfarm does not read.",
    },
    Cause {
        kinds: &[Kind::NoRoom],
        places: &[],
        words: &[],
        class: Node,
        sentence: "This node ran out of memory or disk.",
    },
    Cause {
        kinds: &[Kind::Bytes],
        places: &[Place::Source],
        words: &["too large"],
        class: Media,
        sentence: "The video file is damaged: one piece of it claims to be larger than any frame.",
    },
    Cause {
        kinds: &[],
        places: &[Place::Source],
        words: &["failed to read the source"],
        class: Infra,
        sentence: "The video could not be read from storage.",
    },
    Cause {
        kinds: &[],
        places: &[Place::Encoder],
        words: &[],
        class: Node,
        sentence: "The encoder on this node failed.",
    },
    Cause {
        kinds: &[Kind::Encode],
        places: &[],
        words: &[],
        class: Node,
        sentence: "The encoder on this node failed.",
    },
    Cause {
        kinds: &[],
        places: &[Place::Decoder, Place::Parser],
        words: &["No valid frames"],
        class: Media,
        sentence: "The video file is damaged: a track of it holds nothing that can be decoded.",
    },
    Cause {
        kinds: &[],
        places: &[Place::Demuxer],
        words: &["incomplete", "no more data", "truncated"],
        class: Media,
        sentence: "The video file ends before it should.",
    },
    Cause {
        kinds: &[],
        places: &[Place::Demuxer],
        words: &["no playable streams", "no media", "no streams"],
        class: Media,
        sentence: "The file holds no track that could be played.",
    },
    Cause {
        kinds: &[Kind::Layout],
        places: &[Place::Decoder, Place::Parser],
        words: &[],
        class: Media,
        sentence: "The video file is damaged: a track of it is not what the file says it is.",
    },
    Cause {
        kinds: &[],
        places: &[Place::Demuxer],
        words: &["not-negotiated"],
        class: Media,
        sentence: "The video file is damaged: a track of it is not what the file says it is.",
    },
    Cause {
        kinds: &[Kind::Layout, Kind::Flow, Kind::Bytes, Kind::Decode],
        places: &[Place::Demuxer, Place::Source],
        words: &[],
        class: Media,
        sentence: "The video file is damaged: its tables cannot be followed.",
    },
    Cause {
        kinds: &[Kind::Disagreement, Kind::Library],
        places: &[Place::Decoder],
        words: &[],
        class: Media,
        sentence: "The video is of a kind that its decoder does not take.",
    },
    Cause {
        kinds: &[Kind::Decode, Kind::Flow, Kind::Layout, Kind::Bytes],
        places: &[],
        words: &[],
        class: Media,
        sentence: "The video file is damaged: it cannot be decoded.",
    },
    Cause {
        kinds: &[Kind::Disagreement],
        places: &[],
        words: &[],
        class: Media,
        sentence: "The video is of a kind that cannot be converted.",
    },
    Cause { kinds: &[], places: &[], words: &[], class: Node, sentence: "The media library on this node failed." },
];

/// What the table says of an error.
#[must_use]
pub fn cause_of(symptom: Symptom<'_>) -> RenderFailure {
    let Cause { class, sentence, .. } = CAUSES.iter().find(|cause| cause.fits(symptom)).expect("the last row fits all");
    RenderFailure { class: class.clone(), message: (*sentence).to_owned(), detail: String::new() }
}

impl Cause {
    fn fits(&self, symptom: Symptom<'_>) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&symptom.kind))
            && (self.places.is_empty() || self.places.contains(&symptom.place))
            && (self.words.is_empty() || self.words.iter().any(|words| symptom.words.contains(words)))
    }
}

#[cfg(test)]
mod tests;
