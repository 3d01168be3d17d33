//! The source as the child sees it: sniffed by its magic bytes, and the one demuxer that fits linked to its bytes.
//! Never autoplugs and never looks at a file name; which codecs are read, `codecs` says.

use std::sync::Arc;

use gstreamer as gst;
use gstreamer::prelude::*;
use timeline::{Rate, Rounding, Ticks};
use wire::v1::Container;

use super::boxes::{self, MovieFacts, TrackFacts};
use super::codecs;
use super::element::ParentSource;
use super::matroska::{self, MatroskaFacts};
use super::reader::{Amendment, SourceReader};
use crate::render::failure::RenderFailure;

/// How many bytes the magic may lie in.
const MAGIC_BYTES: u64 = 16;
/// First bytes of every Matroska and WebM file.
const EBML: [u8; 4] = [0x1a, 0x45, 0xdf, 0xa3];
/// Types of the boxes an MP4 or MOV file may begin with.
const FIRST_BOXES: [&[u8; 4]; 9] = [b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"moof"];

/// A source of an accepted container. Cheap to clone; clones share the bytes already read.
#[derive(Clone, Debug)]
pub struct Source {
    reader: Arc<SourceReader>,
    container: Container,
    movie: Arc<MovieFacts>,
    matroska: Arc<MatroskaFacts>,
}

/// A pipeline that so far holds the source and its demuxer. Stopped when dropped.
#[derive(Debug)]
pub struct Demuxing {
    /// The pipeline.
    pub pipeline: gst::Pipeline,
    /// The demuxer inside.
    pub demuxer: gst::Element,
    /// The pipeline's messages.
    pub bus: gst::Bus,
}

impl Source {
    /// Looks at the first bytes and refuses what is neither MP4 nor Matroska.
    pub fn open(reader: SourceReader) -> Result<Source, RenderFailure> {
        let head = reader.region(0, MAGIC_BYTES).map_err(|error| unreadable().because(error))?;
        let head = head.into_mapped_buffer_readable().map_err(|_| unreadable())?;
        let container = sniff(&head)?;
        drop(head);
        if container == Container::Matroska {
            let matroska = matroska::read(&reader);
            let reader = reader.amended(matroska.open_ended().into_iter().collect());
            return Ok(Source {
                reader: Arc::new(reader),
                container,
                movie: Arc::default(),
                matroska: Arc::new(matroska),
            });
        }
        let reader = without_fragment_index(reader);
        let mut movie = boxes::read(&reader);
        let hide = |track: TrackFacts| Amendment { offset: track.kind_at, bytes: b"free".to_vec() };
        let hidden: Vec<Amendment> = movie.take_nameless().into_iter().map(hide).collect();
        let reader = reader.amended([open_ended_edits(&movie), hidden].concat());
        Ok(Source { reader: Arc::new(reader), container, movie: Arc::new(movie), matroska: Arc::default() })
    }

    /// How the file is laid out.
    #[must_use]
    pub fn container(&self) -> &Container {
        &self.container
    }

    /// The bytes themselves, for what no demuxer gets right.
    #[must_use]
    pub fn reader(&self) -> &SourceReader {
        &self.reader
    }

    /// What the file's own tables say; nothing for Matroska.
    #[must_use]
    pub fn movie(&self) -> &MovieFacts {
        &self.movie
    }

    /// What a Matroska file's header says; nothing for the others.
    #[must_use]
    pub fn matroska(&self) -> Option<&MatroskaFacts> {
        (self.container == Container::Matroska).then_some(&self.matroska)
    }

    /// Where the edit list of a picture track ends its presentation, in nanoseconds of source time. The demuxer is not told:
    /// whoever takes frames from it drops those that are shown at this time or later.
    #[must_use]
    pub fn picture_end_ns(&self, ordinal: u32) -> Option<i64> {
        let track = self.movie.track(b"vide", ordinal)?;
        track.only_edit().filter(|edit| edit.duration > 0 && !self.movie.fragmented)?;
        let ticks = Ticks(i64::try_from(track.edited_ticks()?).ok()?);
        let rate = Rate::hz(self.movie.time_scale)?;
        Some(rate.convert(ticks, Rate::NANOSECONDS, Rounding::Nearest).0)
    }

    /// A new pipeline over this source.
    pub fn demuxing(&self) -> Result<Demuxing, RenderFailure> {
        let pipeline = gst::Pipeline::new();
        let source = ParentSource::new(Arc::clone(&self.reader));
        let demuxer = element(codecs::demuxer(&self.container))?;
        pipeline.add_many([source.upcast_ref(), &demuxer]).map_err(|error| unbuildable().because(error))?;
        source.link(&demuxer).map_err(|error| unbuildable().because(error))?;
        let bus = pipeline.bus().expect("a pipeline always has a bus");
        Ok(Demuxing { pipeline, demuxer, bus })
    }
}

impl Demuxing {
    /// Adds elements and links them one behind the other.
    pub fn add_chain(&self, chain: &[gst::Element]) -> Result<(), RenderFailure> {
        self.pipeline.add_many(chain).map_err(|error| unbuildable().because(error))?;
        gst::Element::link_many(chain).map_err(|error| unbuildable().because(error))
    }

    /// Lets everything run.
    pub fn play(&self) -> Result<(), RenderFailure> {
        let started = self.pipeline.set_state(gst::State::Playing);
        started.map(|_| ()).map_err(|error| unbuildable().because(error))
    }
}

impl Drop for Demuxing {
    fn drop(&mut self) {
        // Nothing is left to be done about a pipeline that does not stop; the parent's watchdog sees to it.
        let _stopped = self.pipeline.set_state(gst::State::Null);
    }
}

/// Makes an element of the allow-list.
pub fn element(factory: &str) -> Result<gst::Element, RenderFailure> {
    gst::ElementFactory::make(factory).build().map_err(|error| {
        RenderFailure::node(format!("The media library on this node lacks `{factory}`.")).because(error)
    })
}

/// The failure of a pipeline that cannot be put together.
#[must_use]
pub fn unbuildable() -> RenderFailure {
    RenderFailure::node("The media library on this node could not be set up for the video.")
}

fn unreadable() -> RenderFailure {
    RenderFailure::infra("The video could not be read from storage.")
}

/// A fragmented MP4 may end with an index of its fragments (`mfra`). The demuxer takes the presentation times in it for decode
/// times, and everything after a seek is shown too late by their difference (seen with GStreamer 1.22); without the index it
/// walks the fragments and is exact. So the file ends, for its readers, where the index begins.
fn without_fragment_index(reader: SourceReader) -> SourceReader {
    const OFFSET_BOX_BYTES: u64 = 16;
    let at = reader.size().saturating_sub(OFFSET_BOX_BYTES);
    let index_bytes = reader.bytes(at, 16).ok().and_then(|tail| {
        let (size, kind, index_bytes) = (tail.get(..4)?, tail.get(4..8)?, tail.get(12..16)?);
        let index_bytes = u64::from(u32::from_be_bytes(index_bytes.try_into().ok()?));
        (size == [0, 0, 0, 16] && kind == b"mfro" && index_bytes < at).then_some(index_bytes)
    });
    match index_bytes {
        Some(bytes) => reader.shortened_by(bytes),
        None => reader,
    }
}

/// The demuxer stops at the first sample *in decode order* that is shown after the end of an edit, and loses frames that are
/// decoded after it and shown before (seen with GStreamer 1.22 on a trimmed iPhone video). So picture tracks with one edit are
/// read as if it never ended.
fn open_ended_edits(movie: &MovieFacts) -> Vec<Amendment> {
    /// The longest duration that fits four signed bytes.
    const ENDLESS: u64 = 0x7fff_ffff;
    let pictures = movie.tracks.iter().filter(|track| track.handler == *b"vide" && !movie.fragmented);
    let edits = pictures.filter_map(TrackFacts::only_edit).filter(|edit| edit.duration > 0);
    edits
        .map(|edit| Amendment {
            offset: edit.duration_at,
            bytes: ENDLESS.to_be_bytes()[8 - edit.duration_bytes..].to_vec(),
        })
        .collect()
}

fn sniff(head: &[u8]) -> Result<Container, RenderFailure> {
    if head.starts_with(&EBML) {
        return Ok(Container::Matroska);
    }
    if head.get(4..8).is_some_and(|kind| FIRST_BOXES.iter().any(|first| first[..] == *kind)) {
        return Ok(Container::IsoBmff);
    }
    let what = what_it_looks_like(head);
    Err(RenderFailure::unsupported(format!(
        "This is not a video file Reelfarm can read: it {what}, and only MP4, MOV, MKV and WebM are read."
    )))
}

/// A guess for the sentence only; nothing is decided by it.
fn what_it_looks_like(head: &[u8]) -> &'static str {
    match head {
        [] => "is empty",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', ..] => "is an AVI file",
        [b'O', b'g', b'g', b'S', ..] => "is an Ogg file",
        [b'F', b'L', b'V', ..] => "is a Flash video",
        [0x47, ..] | [_, _, _, _, 0x47, ..] => "looks like an MPEG transport stream",
        [0, 0, 1, 0xba | 0xb3, ..] => "is an MPEG program stream",
        [b'#', b'E', b'X', b'T', b'M', b'3', b'U', ..] => "is a playlist",
        _ if head.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) => "looks like text",
        _ => "has none of the signatures of a video",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::v1::FailureClass;

    #[test]
    fn magic_decides() {
        assert_eq!(sniff(b"\0\0\0\x20ftypisom\0\0\0\0"), Ok(Container::IsoBmff));
        assert_eq!(sniff(b"\0\0\0\x08wide\0\0\0\0mdat"), Ok(Container::IsoBmff));
        assert_eq!(sniff(b"\x1a\x45\xdf\xa3\x01\0\0\0"), Ok(Container::Matroska));
    }

    #[test]
    fn anything_else_is_refused_in_words() {
        let refusals: [(&[u8], &str); 5] = [
            (b"", "is empty"),
            (b"hello, this is a", "looks like text"),
            (b"#EXTM3U\n#EXT-X-V", "is a playlist"),
            (b"RIFF\0\0\0\0AVI LIST", "is an AVI file"),
            (&[0xff; 16], "has none of the signatures"),
        ];
        for (head, words) in refusals {
            let refused = sniff(head).unwrap_err();
            assert_eq!(refused.class, FailureClass::Unsupported);
            assert!(refused.message.contains(words), "{}", refused.message);
        }
    }
}
