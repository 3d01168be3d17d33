//! The index task: what a source is and when every frame of it is shown, nearly always without decoding.
//! Promises only frames that a picture task will find again; where packets are no promise, it decodes once.

pub mod frames;
mod limits;
mod looks;
mod nominal;
mod packets;
mod passage;
pub mod visible;

use timeline::{Rate, Rounding, Ticks};
use tracing::debug;
use wire::v1::{Index, PictureIndex, SoundIndex, Track};

use super::boxes::MovieFacts;
use super::codecs::Kind;
use super::matroska::MatroskaFacts;
use super::output::Output;
use super::source::Source;
use super::track::{Decoding, Wish};
use crate::render::failure::RenderFailure;
use frames::{DecodedAt, Frames};
use looks::Looks;
use packets::{Scan, TrackScan};

/// The source holds less than it declares: what is there is indexed.
pub const SHORTER_THAN_DECLARED: &str = "shorter_than_declared";
/// The picture is HDR and is not tone-mapped yet.
pub const HDR_NOT_TONEMAPPED: &str = "hdr_not_tonemapped";
/// Frames that share the time of another are left out: they are never on the screen.
pub const FRAMES_SHARE_TIMES: &str = "frames_share_times";
/// Frames that share a time are shown one tick of the file's clock apart.
pub const FRAMES_MOVED_APART: &str = "frames_moved_apart";
/// The sound ends well before the picture: from there on it is silence.
pub const SOUND_ENDS_EARLY: &str = "sound_ends_early";
/// There are playable tracks besides the first of each kind, and they are left out.
pub const SEVERAL_TRACKS: &str = "several_tracks";
/// There is sound, but none that can be played.
pub const SOUND_NOT_PLAYABLE: &str = "sound_not_playable";

/// Time scales beyond this are noise: a microsecond is the finest a container is asked for.
const TIME_SCALE_MAX: u32 = 1_000_000;
/// How far a container's declared duration may be from what was found: a second.
const SHORT_BY_MAX_NS: i64 = 1_000_000_000;
/// How much earlier than the picture sound may end without a word: recorders stop the two seconds apart.
const SOUND_SHORT_BY_MAX_NS: i64 = 2_000_000_000;
/// How far the last frame may end before its edit list does: the edit counts on a coarser clock.
const EDIT_SHORT_BY_MAX_NS: i64 = 50_000_000;
/// Frames decoded between two signs of life.
const FRAMES_PER_PROGRESS: usize = 4;

/// Indexes the source and sends what it learnt.
pub fn run(source: &Source, output: &mut Output) -> Result<(), RenderFailure> {
    let movie = source.movie();
    refuse_encrypted(movie)?;
    let mut scan = packets::scan(source, output)?;
    if let Some(picture) = &mut scan.picture
        && let Some(end_ns) = source.picture_end_ns(picture.ordinal)
    {
        picture.cut_at(end_ns);
    }
    if let Some(facts) = source.matroska() {
        settle(&mut scan, facts);
    }
    let picture_scan = scan.picture.as_ref().ok_or_else(|| no_picture(&scan))?;
    let sound = scan.sound.as_ref().and_then(looks::sound);
    limits::check_announced_size(&picture_scan.caps)?;
    let (picture, picture_shares_times) = picture(source, picture_scan, output)?;
    limits::check_held_frames(&picture, sound.as_ref())?;

    let mut warnings = Vec::new();
    if is_short(&scan, picture_scan, &picture, sound.as_ref(), movie) {
        warnings.push(SHORTER_THAN_DECLARED.to_owned());
    }
    if looks::is_hdr(&picture.colour) {
        warnings.push(HDR_NOT_TONEMAPPED.to_owned());
    }
    if picture_shares_times {
        warnings.push(FRAMES_SHARE_TIMES.to_owned());
    }
    if picture_scan.moved_apart {
        warnings.push(FRAMES_MOVED_APART.to_owned());
    }
    if sound.as_ref().is_some_and(|sound| sound.end_ns + SOUND_SHORT_BY_MAX_NS < end_ns(&picture)) {
        warnings.push(SOUND_ENDS_EARLY.to_owned());
    }
    if scan.has_spare {
        warnings.push(SEVERAL_TRACKS.to_owned());
    }
    if (scan.has_sound || movie.hides_sound) && sound.is_none() {
        warnings.push(SOUND_NOT_PLAYABLE.to_owned());
    }
    let created_at = movie.created_at.or_else(|| looks::created_at(&picture_scan.tags));
    output.index(Index { container: source.container().clone(), picture, sound, created_at, warnings })
}

/// Puts right what a Matroska demuxer leaves as it stands in the blocks.
fn settle(scan: &mut Scan, facts: &MatroskaFacts) {
    if let Some(picture) = &mut scan.picture {
        picture.end_on_ticks(i64::try_from(facts.tick_ns).unwrap_or(1));
    }
    if let Some(sound) = &mut scan.sound {
        sound.advance(facts.delay_ns(Kind::Sound, sound.ordinal));
    }
}

fn picture(source: &Source, scan: &TrackScan, output: &mut Output) -> Result<(PictureIndex, bool), RenderFailure> {
    let track =
        Track { container: source.container().clone(), ordinal: scan.ordinal, codec: scan.codec.name.to_owned() };
    let rate = time_scale(scan, source);
    let (looks, decoded) = look(source, &track, scan)?;
    let promised = if looks.interlaced { None } else { promised(rate, scan, source.movie()) };
    let (table, decoded) = match promised {
        Some(table) => (table, false),
        None => (decode_all(rate, decoded, scan, source.picture_end_ns(scan.ordinal), output)?, true),
    };
    limits::check_size(looks.width, looks.height)?;
    limits::check_length(rate, &table)?;
    let (frame_rate_num, frame_rate_den) = nominal::frame_rate(rate, &table.frames, table.end);
    let shares_times = table.shares_times;
    let index = PictureIndex {
        ordinal: scan.ordinal,
        codec: scan.codec.name.to_owned(),
        width: looks.width,
        height: looks.height,
        pixel_aspect_num: looks.pixel_aspect.0,
        pixel_aspect_den: looks.pixel_aspect.1,
        orientation: looks::orientation(&scan.tags),
        interlaced: looks.interlaced,
        bit_depth: looks.bit_depth,
        colour: looks.colour,
        rate_num: rate.num(),
        rate_den: rate.den(),
        frame_rate_num,
        frame_rate_den,
        frames: table.frames,
        end: table.end,
        decoded,
    };
    Ok((index, shares_times))
}

/// The frame table, if the packets promise one. Several edits are better decoded: each begins with frames that are not shown.
fn promised(rate: Rate, scan: &TrackScan, movie: &MovieFacts) -> Option<Frames> {
    let has_one_edit = movie.track(b"vide", scan.ordinal).is_some_and(|track| track.only_edit().is_some());
    if scan.segment_count > 1 && !has_one_edit {
        return None;
    }
    let promised = frames::by_packets(rate, &scan.packets, scan.has_untimed_packets);
    promised.inspect_err(|doubt| debug!(?doubt, "Packets are no promise")).ok()
}

/// Decodes the first frame: what it looks like, and that this node can decode it at all.
fn look(source: &Source, track: &Track, scan: &TrackScan) -> Result<(Looks, (Decoding, DecodedAt)), RenderFailure> {
    let wish = Wish { track, kind: Kind::Picture, threads: 0, converters: Vec::new(), caps: None, queue_max: 4 };
    let mut decoding = Decoding::open(source, wish).map_err(undecodable)?;
    decoding.start();
    let first = decoding.next().map_err(undecodable)?;
    let first = first.ok_or_else(|| undecodable(RenderFailure::media("no frame came out of the decoder")))?;
    let looks =
        looks::picture(&first, scan).ok_or_else(|| undecodable(RenderFailure::media("a frame of unknown format")))?;
    let shown = looks::shown(&first);
    Ok((looks, (decoding, shown)))
}

/// Decodes the rest and takes the frames that really came.
fn decode_all(
    rate: Rate,
    (mut decoding, first): (Decoding, DecodedAt),
    scan: &TrackScan,
    end_ns: Option<i64>,
    output: &mut Output,
) -> Result<Frames, RenderFailure> {
    let mut shown = vec![first];
    loop {
        match decoding.next() {
            Ok(Some(frame)) => shown.push(looks::shown(&frame)),
            Ok(None) => break,
            // What was decoded so far is what there is; the index compares it with what was declared.
            Err(broken_off) => {
                debug!(%broken_off, detail = broken_off.detail, "Decoding broke off");
                break;
            }
        }
        if shown.len().is_multiple_of(FRAMES_PER_PROGRESS) {
            output.progress(shown.len() as u64)?;
        }
    }
    shown.retain(|frame| end_ns.is_none_or(|end_ns| frame.pts < end_ns));
    frames::by_decoding(rate, &shown, &scan.packets)
        .ok_or_else(|| RenderFailure::unsupported("The video holds not a single frame that can be shown."))
}

/// The track's own time scale where the container has one and its times fit it.
fn time_scale(scan: &TrackScan, source: &Source) -> Rate {
    let declared = match source.matroska() {
        Some(facts) => facts.time_scale(),
        None => source.movie().track(b"vide", scan.ordinal).map_or(0, |track| track.time_scale),
    };
    let usable = Rate::hz(declared).filter(|_| declared <= TIME_SCALE_MAX).filter(|rate| fits(*rate, scan));
    usable.unwrap_or(Rate::FALLBACK)
}

/// Whether every media time of the track is a tick, give or take what nanoseconds lose.
fn fits(rate: Rate, scan: &TrackScan) -> bool {
    const LOSS_MAX_NS: u64 = 2;
    scan.packets.iter().filter_map(|packet| packet.media_time).all(|time| {
        let tick = Ticks(frames::ticks(rate, time));
        let back = rate.convert(tick, Rate::NANOSECONDS, Rounding::Nearest).0;
        back.abs_diff(time) <= LOSS_MAX_NS
    })
}

/// Whether there is less than the container's tables or its duration say.
fn is_short(
    scan: &Scan,
    picture_scan: &TrackScan,
    picture: &PictureIndex,
    sound: Option<&SoundIndex>,
    movie: &MovieFacts,
) -> bool {
    if scan.broken_off.is_some() {
        return true;
    }
    let end_ns = end_ns(picture);
    let counted = movie.track(b"vide", picture.ordinal).filter(|track| !movie.fragmented && track.sample_count > 0);
    if let Some(track) = counted {
        // An edit list may leave samples out: then there are fewer, and yet all that is to be shown.
        let edited_ns = track.edited_ticks().zip(Rate::hz(movie.time_scale)).and_then(|(ticks, rate)| {
            Some(rate.convert(Ticks(i64::try_from(ticks).ok()?), Rate::NANOSECONDS, Rounding::Nearest).0)
        });
        let reaches_edit = edited_ns.is_some_and(|edited| end_ns + EDIT_SHORT_BY_MAX_NS >= edited);
        return (picture_scan.packets.len() as u64) < track.sample_count && !reaches_edit;
    }
    let found = end_ns.max(sound.map_or(0, |sound| sound.end_ns));
    scan.declared_ns.is_some_and(|declared| found + SHORT_BY_MAX_NS < declared)
}

/// When the last frame stops being shown.
fn end_ns(picture: &PictureIndex) -> i64 {
    let rate = Rate::new(picture.rate_num, picture.rate_den).unwrap_or(Rate::FALLBACK);
    rate.convert(Ticks(picture.end), Rate::NANOSECONDS, Rounding::Nearest).0
}

fn refuse_encrypted(movie: &MovieFacts) -> Result<(), RenderFailure> {
    let encrypted = movie.tracks.iter().any(|track| track.sample_entry == *b"encv");
    if encrypted { Err(RenderFailure::unsupported("The video is encrypted and cannot be read.")) } else { Ok(()) }
}

/// Why there is no picture track to index.
fn no_picture(scan: &Scan) -> RenderFailure {
    let detail = scan.broken_off.as_ref().map_or("", |failure| failure.detail.as_str());
    let refused = scan.refused_pictures.first().and_then(|caps| Some(caps.structure(0)?.name().to_string()));
    let failure = match refused.as_deref() {
        Some("application/x-cenc") => RenderFailure::unsupported("The video is encrypted and cannot be read."),
        Some(name) => RenderFailure::unsupported(format!(
            "The picture is coded in a way Reelfarm does not read ({}).",
            name.trim_start_matches("video/x-").trim_start_matches("video/")
        )),
        None if scan.has_sound => RenderFailure::unsupported("The file holds sound but no picture."),
        None => RenderFailure::unsupported("The file holds no picture that can be read: it is damaged or not a video."),
    };
    failure.because(detail)
}

/// A track that promises much and yields no frame: final at the index, where nothing better will be found elsewhere.
fn undecodable(failure: RenderFailure) -> RenderFailure {
    match failure.class {
        wire::v1::FailureClass::Media => {
            let detail = format!("{}: {}", failure.message, failure.detail);
            RenderFailure::unsupported(
                "Not a single frame of the video can be decoded: it is damaged or of a rare kind.",
            )
            .because(detail)
        }
        _ => failure,
    }
}
