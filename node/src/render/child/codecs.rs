//! The allow-list: which codecs are read, and the one parser and decoder for each.
//! Nothing outside this table is ever plugged.

use gstreamer as gst;
use wire::v1::Container;

/// Picture or sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Picture.
    Picture,
    /// Sound.
    Sound,
}

impl Kind {
    /// What demuxers put in front of the ordinal in the names of their pads.
    #[must_use]
    pub fn pad_prefix(self) -> &'static str {
        match self {
            Kind::Picture => "video_",
            Kind::Sound => "audio_",
        }
    }
}

/// A row of the allow-list.
#[derive(Debug, PartialEq, Eq)]
pub struct Codec {
    /// The name on the wire.
    pub name: &'static str,
    /// Picture or sound.
    pub kind: Kind,
    /// Caps by which a demuxer announces it.
    pub caps: &'static str,
    /// The parser in front of the decoder, where one helps.
    pub parser: Option<&'static str>,
    /// Decoders, best first; the first one installed is used.
    pub decoders: &'static [&'static str],
}

const fn picture(
    name: &'static str,
    caps: &'static str,
    parser: Option<&'static str>,
    decoders: &'static [&'static str],
) -> Codec {
    Codec { name, kind: Kind::Picture, caps, parser, decoders }
}

const fn sound(
    name: &'static str,
    caps: &'static str,
    parser: Option<&'static str>,
    decoders: &'static [&'static str],
) -> Codec {
    Codec { name, kind: Kind::Sound, caps, parser, decoders }
}

/// No `vp9parse`: it made a good file spin for ever, and Matroska packets are one visible frame each anyway.
pub const CODECS: &[Codec] = &[
    picture("h264", "video/x-h264", Some("h264parse"), &["avdec_h264"]),
    picture("hevc", "video/x-h265", Some("h265parse"), &["avdec_h265"]),
    picture("vp8", "video/x-vp8", None, &["avdec_vp8", "vp8dec"]),
    picture("vp9", "video/x-vp9", None, &["avdec_vp9", "vp9dec"]),
    picture("av1", "video/x-av1", Some("av1parse"), &["dav1ddec", "av1dec"]),
    picture("mpeg4", "video/mpeg, mpegversion=4", Some("mpeg4videoparse"), &["avdec_mpeg4"]),
    picture("prores", "video/x-prores", None, &["avdec_prores"]),
    picture("mjpeg", "image/jpeg", Some("jpegparse"), &["avdec_mjpeg", "jpegdec"]),
    sound("aac", "audio/mpeg, mpegversion={2,4}", Some("aacparse"), &["avdec_aac"]),
    sound("mp3", "audio/mpeg, mpegversion=1, layer=3", Some("mpegaudioparse"), &["avdec_mp3float", "mpg123audiodec"]),
    sound("opus", "audio/x-opus", Some("opusparse"), &["opusdec"]),
    sound("vorbis", "audio/x-vorbis", None, &["vorbisdec"]),
    sound("ac3", "audio/x-ac3", Some("ac3parse"), &["avdec_ac3"]),
    sound("eac3", "audio/x-eac3", Some("ac3parse"), &["avdec_eac3"]),
    sound("pcm", "audio/x-raw", None, &[]),
    sound("flac", "audio/x-flac", Some("flacparse"), &["flacdec"]),
];

impl Codec {
    /// The row that accepts these caps.
    #[must_use]
    pub fn of_caps(caps: &gst::CapsRef) -> Option<&'static Codec> {
        CODECS.iter().find(|codec| codec.accepts(caps))
    }

    /// The row of this name and kind.
    #[must_use]
    pub fn of_name(kind: Kind, name: &str) -> Option<&'static Codec> {
        CODECS.iter().find(|codec| codec.kind == kind && codec.name == name)
    }

    /// Whether packets lie in a file in the order in which their frames are shown: the codec has none that are predicted from
    /// frames shown later, or keeps those hidden.
    #[must_use]
    pub fn is_in_order(&self) -> bool {
        matches!(self.name, "vp8" | "vp9" | "av1" | "prores" | "mjpeg")
    }

    /// Whether a demuxer's caps announce this codec.
    #[must_use]
    pub fn accepts(&self, caps: &gst::CapsRef) -> bool {
        let row: gst::Caps = self.caps.parse().expect("the table holds valid caps");
        caps.can_intersect(&row)
    }

    /// The parser that helps with packets of this container. FLAC's needs the frame after to see where one ends, which in
    /// Matroska the container says.
    #[must_use]
    pub fn parser_in(&self, container: &Container) -> Option<&'static str> {
        self.parser.filter(|_| !(self.name == "flac" && *container == Container::Matroska))
    }

    /// The decoder of this row that is installed here; `None` when the row needs one and has none.
    #[must_use]
    pub fn decoder(&self) -> Option<&'static str> {
        self.decoders.iter().copied().find(|name| gst::ElementFactory::find(name).is_some())
    }

    /// Whether tracks of this codec can be decoded here; raw sound needs no decoder.
    #[must_use]
    pub fn is_decodable(&self) -> bool {
        self.decoders.is_empty() || self.decoder().is_some()
    }
}

/// The one demuxer for a container.
#[must_use]
pub fn demuxer(container: &Container) -> &'static str {
    match container {
        Container::IsoBmff => "qtdemux",
        Container::Matroska => "matroskademux",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_find_their_row() {
        gst::init().unwrap();
        let name = |caps: &str| Codec::of_caps(&caps.parse::<gst::Caps>().unwrap()).map(|codec| codec.name);
        assert_eq!(name("video/x-h264, stream-format=avc"), Some("h264"));
        assert_eq!(name("audio/mpeg, mpegversion=4, channels=2"), Some("aac"));
        assert_eq!(name("audio/mpeg, mpegversion=1, layer=3"), Some("mp3"));
        assert_eq!(name("video/mpeg, mpegversion=2"), None);
        assert_eq!(name("application/x-cenc"), None);
        for codec in CODECS {
            assert_eq!(Codec::of_name(codec.kind, codec.name), Some(codec));
        }
    }
}
