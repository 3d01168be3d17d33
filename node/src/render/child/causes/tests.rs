//! Errors as the library really words them, and what becomes of each.

use gst::{CoreError, LibraryError, ResourceError, StreamError};
use gstreamer as gst;
use gstreamer::glib;
use wire::v1::FailureClass;

use super::*;
use crate::render::child::bus::failure_of;

const DAMAGED_TABLES: &str = "The video file is damaged: its tables cannot be followed.";
const DAMAGED_TRACK: &str = "The video file is damaged: a track of it is not what the file says it is.";
const EMPTY_TRACK: &str = "The video file is damaged: a track of it holds nothing that can be decoded.";
const UNDECODABLE: &str = "The video file is damaged: it cannot be decoded.";
const ENCODER: &str = "The encoder on this node failed.";

/// An element that reports an error.
struct Reporter(gst::Element);

fn at(factory: &str) -> Reporter {
    gst::init().unwrap();
    Reporter(gst::ElementFactory::make(factory).build().unwrap())
}

impl Reporter {
    /// What becomes of an error with these words and this debug text.
    fn says(&self, error: impl ErrorDomain, words: &str, debug: &str) -> (FailureClass, String) {
        let error = glib::Error::new(error, words);
        let message = gst::message::Error::builder_from_error(error).src(&self.0).debug(debug).build();
        let gst::MessageView::Error(told) = message.view() else { panic!("an error is an error") };
        let failure = failure_of(told);
        assert!(failure.detail.contains(words) && failure.detail.contains(debug), "{}", failure.detail);
        (failure.class, failure.message)
    }
}

fn is(class: FailureClass, sentence: &str) -> (FailureClass, String) {
    (class, sentence.to_owned())
}

#[test]
fn what_cannot_be_read_by_anybody_is_unsupported() {
    let demuxer = at("qtdemux");
    let encrypted = is(Unsupported, "The video is encrypted and cannot be read.");
    let words = "This file is encrypted and cannot be played.";
    assert_eq!(demuxer.says(StreamError::Decrypt, words, ""), encrypted);
    assert_eq!(demuxer.says(StreamError::DecryptNokey, "no key", ""), encrypted);
    let unread = is(Unsupported, "The video is coded in a way Reelfarm does not read.");
    assert_eq!(demuxer.says(StreamError::CodecNotFound, "no decoder", ""), unread);
    assert_eq!(demuxer.says(CoreError::MissingPlugin, "no plugin", ""), unread);
}

#[test]
fn demuxers_tell_damaged_tables_from_files_that_end() {
    let demuxer = at("qtdemux");
    let incomplete = "This file is incomplete and cannot be played.";
    let ends = is(Media, "The video file ends before it should.");
    assert_eq!(demuxer.says(StreamError::Demux, incomplete, ""), ends);
    let corrupt = "This file is corrupt and cannot be played.";
    assert_eq!(demuxer.says(StreamError::Demux, corrupt, ""), is(Media, DAMAGED_TABLES));
    let bogus = "atom has bogus size 57045605";
    assert_eq!(
        demuxer.says(StreamError::Demux, "This file is invalid and cannot be played.", bogus),
        is(Media, DAMAGED_TABLES)
    );
    let flow = "streaming stopped, reason error (-5)";
    assert_eq!(demuxer.says(StreamError::Failed, "Internal data stream error.", flow), is(Media, DAMAGED_TABLES));
    let disagreed = "streaming stopped, reason not-negotiated (-4)";
    assert_eq!(demuxer.says(StreamError::Failed, "Internal data stream error.", disagreed), is(Media, DAMAGED_TRACK));
    let nothing = is(Media, "The file holds no track that could be played.");
    assert_eq!(
        demuxer.says(StreamError::Demux, "This file contains no playable streams.", "no known streams found"),
        nothing
    );
    let matroska = at("matroskademux");
    assert_eq!(matroska.says(StreamError::Demux, "Failed to parse Element 0x1654ae6b", ""), is(Media, DAMAGED_TABLES));
}

#[test]
fn decoders_tell_nothing_at_all_from_something_broken() {
    let nothing = "No valid frames decoded before end of stream";
    let decoder = at("avdec_h264");
    assert_eq!(decoder.says(StreamError::Decode, nothing, ""), is(Media, EMPTY_TRACK));
    assert_eq!(decoder.says(StreamError::Decode, "Decoding failed", ""), is(Media, UNDECODABLE));
    let strange = is(Media, "The video is of a kind that its decoder does not take.");
    assert_eq!(decoder.says(LibraryError::Init, "Could not initialize supporting library.", ""), strange);
    assert_eq!(decoder.says(CoreError::Negotiation, "failed to negotiate", ""), strange);
    let parser = at("h264parse");
    assert_eq!(
        parser.says(StreamError::WrongType, "No valid frames found before end of stream", ""),
        is(Media, EMPTY_TRACK)
    );
    assert_eq!(parser.says(StreamError::Format, "No H.264 NAL unit found", ""), is(Media, DAMAGED_TRACK));
    assert_eq!(parser.says(StreamError::Decode, "Failed to parse stream", ""), is(Media, UNDECODABLE));
}

#[test]
fn what_the_node_is_to_blame_for_is_not_said_of_the_file() {
    let encoder = at("x264enc");
    assert_eq!(encoder.says(StreamError::Encode, "Can not initialize x264 encoder.", ""), is(Node, ENCODER));
    let flow = "streaming stopped, reason error (-5)";
    assert_eq!(encoder.says(StreamError::Failed, "Internal data stream error.", flow), is(Node, ENCODER));
    let converter = at("videoconvert");
    assert_eq!(converter.says(StreamError::Encode, "could not encode", ""), is(Node, ENCODER));
    let room = is(Node, "This node ran out of memory or disk.");
    assert_eq!(converter.says(ResourceError::NoSpaceLeft, "no space", ""), room);
    let library = is(Node, "The media library on this node failed.");
    assert_eq!(converter.says(ResourceError::Busy, "busy", ""), library);
    assert_eq!(converter.says(CoreError::Failed, "GStreamer error", ""), library);
    let shapes = is(Media, "The video is of a kind that cannot be converted.");
    assert_eq!(converter.says(CoreError::Negotiation, "no common format", ""), shapes);
}

#[test]
fn our_own_source_is_told_from_the_file() {
    let symptom = |words| Symptom { kind: Kind::Bytes, place: Place::Source, words };
    let refused = cause_of(symptom("failed to read the source: the parent has no such bytes"));
    assert_eq!(refused.class, Infra);
    let claimed = cause_of(symptom("failed to read the source: a single read of the source is too large"));
    assert_eq!(claimed.class, Media);
}

#[test]
fn every_row_is_a_sentence_and_is_the_answer_to_something() {
    const KINDS: [Kind; 10] = [
        Kind::Encrypted,
        Kind::NoCodec,
        Kind::Layout,
        Kind::Decode,
        Kind::Encode,
        Kind::Flow,
        Kind::Bytes,
        Kind::NoRoom,
        Kind::Disagreement,
        Kind::Library,
    ];
    const PLACES: [Place; 6] =
        [Place::Source, Place::Demuxer, Place::Parser, Place::Decoder, Place::Encoder, Place::Elsewhere];
    let all_words = || CAUSES.iter().flat_map(|cause| cause.words).copied().chain([""]);
    let mut answered = [false; CAUSES.len()];
    for (kind, place) in KINDS.iter().flat_map(|kind| PLACES.map(|place| (*kind, place))) {
        for words in all_words() {
            let symptom = Symptom { kind, place, words };
            answered[CAUSES.iter().position(|cause| cause.fits(symptom)).unwrap()] = true;
        }
    }
    for (cause, answered) in CAUSES.iter().zip(answered) {
        assert!(answered, "no error leads to: {}", cause.sentence);
        assert!(cause.sentence.starts_with("The ") || cause.sentence.starts_with("This "), "{}", cause.sentence);
        assert!(cause.sentence.ends_with('.') && !cause.sentence.contains('{'), "{}", cause.sentence);
    }
}
