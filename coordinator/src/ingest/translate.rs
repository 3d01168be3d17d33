//! The domain's words as the wire's, and back. Checks nothing: what nodes send is judged in the checks beside it.

use farm_core::part::{FileEntry, FileKind, PartCodec, SegmentLevel};
use farm_core::video::{Colour, Container, Orientation};
use farm_core::work::{
    Encoder, FadeWork, PictureWork, PosterWork, PreviewSound, PreviewWork, SoundCodec, SoundSegment, SoundWork, Track,
    Work,
};
use uuid::Uuid;
use wire::v1;

use crate::store::NodeFacts;

/// What a node is to do.
pub(super) fn work(work: &Work) -> v1::Work {
    match work {
        Work::Index => v1::Work::Index,
        Work::Picture(picture) => v1::Work::Picture(picture_work(picture)),
        Work::Sound(sound) => v1::Work::Sound(sound_work(sound)),
        Work::Preview(preview) => v1::Work::Preview(preview_work(preview)),
        Work::Poster(poster) => v1::Work::Poster(poster_work(poster)),
    }
}

fn picture_work(work: &PictureWork) -> v1::PictureWork {
    let recipe = &work.recipe;
    v1::PictureWork {
        track: track(&work.track),
        rate_num: work.rate.num(),
        rate_den: work.rate.den(),
        keep_pts: work.keep_pts.clone(),
        end: work.end.0,
        fade: work.fade.as_ref().map(fade_work),
        recipe: v1::PictureRecipe {
            orientation: orientation_to_wire(recipe.orientation),
            deinterlace: recipe.deinterlace,
            width: recipe.width,
            height: recipe.height,
            frame_rate_num: recipe.frame_rate.num(),
            frame_rate_den: recipe.frame_rate.den(),
            encoder_family: recipe.encoder.family.clone(),
            encoder_identity: recipe.encoder.identity.clone(),
            crf: recipe.crf,
            speed: recipe.speed.clone(),
            max_bitrate_kbps: recipe.max_bitrate_kbps,
            vbv_ms: recipe.vbv_ms,
            key_interval_frames: recipe.key_interval_frames,
            threads: recipe.threads,
        },
    }
}

fn fade_work(fade: &FadeWork) -> v1::FadeWork {
    v1::FadeWork {
        incoming_pts: fade.incoming_pts.clone(),
        incoming_end: fade.incoming_end.0,
        weights: fade.weights.clone(),
    }
}

fn sound_work(work: &SoundWork) -> v1::SoundWork {
    let segment = |&SoundSegment { start_sample, sample_count, overlap_samples }: &SoundSegment| v1::SoundSegment {
        start_sample,
        sample_count,
        overlap_samples,
    };
    v1::SoundWork {
        track: track(&work.track),
        segments: work.segments.iter().map(segment).collect(),
        codec: match work.codec {
            SoundCodec::Aac => v1::SoundCodec::Aac,
            SoundCodec::Opus => v1::SoundCodec::Opus,
        },
        channels: work.channels,
        bitrate_bps: work.bitrate_bps,
        normalize: work.normalize,
    }
}

fn preview_work(work: &PreviewWork) -> v1::PreviewWork {
    let sound = |sound: &PreviewSound| v1::PreviewSound {
        track: track(&sound.track),
        channels: sound.channels,
        bitrate_bps: sound.bitrate_bps,
        peaks_per_second: sound.peaks_per_second,
    };
    v1::PreviewWork {
        picture: track(&work.picture),
        rate_num: work.rate.num(),
        rate_den: work.rate.den(),
        start: work.start.0,
        end: work.end.0,
        frame_count: work.frame_count,
        frame_rate_num: work.frame_rate.num(),
        frame_rate_den: work.frame_rate.den(),
        orientation: orientation_to_wire(work.orientation),
        deinterlace: work.deinterlace,
        width: work.width,
        height: work.height,
        sound: work.sound.as_ref().map(sound),
        sprite_count: work.sprite.count,
        sprite_columns: work.sprite.columns,
        sprite_width: work.sprite.width,
        sprite_height: work.sprite.height,
        sprite_interval_ns: work.sprite.interval_ns,
    }
}

fn poster_work(work: &PosterWork) -> v1::PosterWork {
    v1::PosterWork {
        track: track(&work.track),
        rate_num: work.rate.num(),
        rate_den: work.rate.den(),
        pts: work.pts,
        end: work.end.0,
        orientation: orientation_to_wire(work.orientation),
        deinterlace: work.deinterlace,
        width: work.width,
        height: work.height,
    }
}

fn track(track: &Track) -> v1::Track {
    let container = match track.container {
        Container::IsoBmff => v1::Container::IsoBmff,
        Container::Matroska => v1::Container::Matroska,
    };
    v1::Track { container, ordinal: track.ordinal, codec: track.codec.clone() }
}

macro_rules! orientations {
    ($($name:ident)*) => {
        fn orientation_to_wire(orientation: Orientation) -> v1::Orientation {
            match orientation { $(Orientation::$name => v1::Orientation::$name,)* }
        }

        /// The turn that makes a picture upright.
        pub(super) fn orientation(orientation: &v1::Orientation) -> Orientation {
            match orientation { $(v1::Orientation::$name => Orientation::$name,)* }
        }
    };
}

orientations!(Upright Clockwise90 Rotate180 Clockwise270 MirrorHorizontal MirrorVertical Transpose Antitranspose);

/// How a file is laid out.
pub(super) fn container(container: &v1::Container) -> Container {
    match container {
        v1::Container::IsoBmff => Container::IsoBmff,
        v1::Container::Matroska => Container::Matroska,
    }
}

/// Colour code points.
pub(super) fn colour(colour: &v1::Colour) -> Colour {
    let v1::Colour { primaries, transfer, matrix, full_range } = *colour;
    Colour { primaries, transfer, matrix, full_range }
}

/// A part's codec configuration.
pub(super) fn codec(codec: &v1::CodecConfig) -> PartCodec {
    match codec {
        v1::CodecConfig::H264(h264) => PartCodec::H264 {
            avcc: h264.avcc.clone(),
            width: h264.width,
            height: h264.height,
            colour: colour(&h264.colour),
        },
        v1::CodecConfig::Aac(aac) => PartCodec::Aac {
            specific_config: aac.specific_config.clone(),
            channels: aac.channels,
            sample_rate: aac.sample_rate,
            priming_samples: aac.priming_samples,
            sample_count: aac.sample_count,
            bitrate_bps: aac.bitrate_bps,
        },
        v1::CodecConfig::Vp9(vp9) => PartCodec::Vp9 {
            width: vp9.width,
            height: vp9.height,
            profile: vp9.profile,
            level: vp9.level,
            bit_depth: vp9.bit_depth,
            chroma_subsampling: vp9.chroma_subsampling,
            colour: colour(&vp9.colour),
        },
        v1::CodecConfig::Opus(opus) => PartCodec::Opus {
            head: opus.head.clone(),
            channels: opus.channels,
            pre_skip_samples: opus.pre_skip_samples,
            sample_count: opus.sample_count,
            bitrate_bps: opus.bitrate_bps,
        },
        v1::CodecConfig::Files(files) => PartCodec::Files { files: files.files.iter().filter_map(file).collect() },
    }
}

/// A file of a part; `None` for one of no known kind.
pub(super) fn file(file: &v1::FileEntry) -> Option<FileEntry> {
    let run = |&v1::UnitRun { first, count }: &v1::UnitRun| first..first.saturating_add(count);
    Some(FileEntry { kind: FileKind::parse(&file.name)?, runs: file.runs.iter().map(run).collect() })
}

/// What levelling did to a segment of sound.
pub(super) fn level(level: &v1::SegmentLevel) -> SegmentLevel {
    let v1::SegmentLevel { loudness_in_mlufs, gain_mdb, loudness_out_mlufs, true_peak_out_mdbtp } = *level;
    SegmentLevel { loudness_in_mlufs, gain_mdb, loudness_out_mlufs, true_peak_out_mdbtp }
}

/// Encoders a node may claim to have, and characters of each text it says of itself.
const ENCODERS_MAX: usize = 16;
const FACT_CHARACTERS_MAX: usize = 200;

/// What a node says of itself; its life is filled in by the caller.
pub(super) fn node_facts(facts: v1::NodeFacts) -> NodeFacts {
    let encoders = facts.encoders.into_iter().filter(|fact| is_pool(&fact.family)).take(ENCODERS_MAX);
    let text = |text: String| text.chars().take(FACT_CHARACTERS_MAX).collect::<String>();
    NodeFacts {
        version: text(facts.version),
        host: text(facts.host),
        cpu_count: facts.cpu_count,
        media_library: text(facts.media_library),
        encoders: encoders.map(|fact| Encoder { family: fact.family, identity: text(fact.identity) }).collect(),
        sandbox_layers: facts.sandbox_layers.into_iter().take(ENCODERS_MAX).map(text).collect(),
        instance: Uuid::nil(),
    }
}

/// An encoder's family names a pool, and with it NATS subjects: no dots, no wildcards.
fn is_pool(family: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    !family.is_empty() && family.len() <= 32 && family.bytes().all(fits)
}
