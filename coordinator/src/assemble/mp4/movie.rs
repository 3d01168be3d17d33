//! The movie as a whole: its clock, its header boxes, and the frame every track has. Knows no sample tables.

use farm_core::plan::PlannedOutput;
use mp4_atom::{Dref, Edts, Elst, ElstEntry, FourCC, Ftyp, Matrix, Mdhd, Mvhd, Tkhd, Url};
use timeline::{Rate, Rounding, Ticks};

use super::boxes::{Boxes, Kind, Offsets};
use super::chunks::Chunk;
use super::dialect::Dialect;
use super::{LayoutError, Picture, SECONDS_1904_TO_1970, Sound, metadata, picture, sound};

/// The movie's clock when no clock counts both tracks exactly in 32 bits.
const TIME_SCALE_FALLBACK: u32 = 1000;

/// What the whole file shares.
pub(super) struct Movie<'a> {
    pub(super) dialect: &'static Dialect,
    output: &'a PlannedOutput,
    /// Seconds since 1904; 0 when nobody knows.
    created: u64,
    time_scale: u32,
    picture: TrackClock,
    sound: Option<TrackClock>,
}

/// How a track counts time.
#[derive(Clone, Copy)]
pub(super) struct TrackClock {
    /// Ticks of the track per second.
    pub(super) time_scale: u32,
    /// What is presented, in those ticks.
    pub(super) duration: u64,
    /// All of the media, what comes before the presentation included.
    pub(super) media_duration: u64,
    /// Ticks of the media before the presentation begins: reordering of picture, priming of sound.
    pub(super) media_time: u64,
}

/// What the header boxes say of a track.
pub(super) struct TrackHead<'a> {
    pub(super) number: u32,
    pub(super) clock: TrackClock,
    pub(super) handler: Kind,
    pub(super) handler_name: &'a str,
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) volume: u8,
}

impl<'a> Movie<'a> {
    pub(super) fn new(
        dialect: &'static Dialect,
        output: &'a PlannedOutput,
        picture: &Picture,
        sound: Option<&Sound>,
    ) -> Result<Movie<'a>, LayoutError> {
        let picture = picture::clock(picture)?;
        let sound = sound.map(sound::clock);
        let time_scale = match sound {
            None => picture.time_scale,
            Some(sound) => common_scale(picture.time_scale, sound.time_scale),
        };
        let created = output.created_at.map_or(0, |unix| u64::try_from(unix + SECONDS_1904_TO_1970).unwrap_or(0));
        Ok(Movie { dialect, output, created, time_scale, picture, sound })
    }

    /// A track's duration on the movie's clock; rounded up, so that no player cuts the last frame off.
    fn duration(&self, track: TrackClock) -> u64 {
        let from = Rate::hz(track.time_scale).expect("a track's clock runs");
        let to = Rate::hz(self.time_scale).expect("the movie's clock runs");
        let ticks = Ticks(i64::try_from(track.duration).expect("durations were ticks before"));
        u64::try_from(from.convert(ticks, to, Rounding::Ceil).0).expect("durations are positive")
    }
}

/// `ftyp` and `moov`; the payload follows in the file.
pub(super) fn front(
    movie: &Movie,
    picture: &Picture,
    sound: Option<&Sound>,
    chunks: &[Chunk],
    offsets: Offsets,
) -> Boxes {
    let mut out = Boxes::new(offsets);
    let mut brands = movie.dialect.brands.iter().map(FourCC::new);
    out.typed(&Ftyp {
        major_brand: brands.next().expect("a dialect has a major brand"),
        minor_version: movie.dialect.minor_version,
        compatible_brands: brands.collect(),
    });
    out.around(*b"moov", |out| {
        let tracks = [Some(movie.picture), movie.sound];
        let duration = tracks.iter().flatten().map(|&track| movie.duration(track)).max().unwrap_or(0);
        out.typed(&Mvhd {
            creation_time: movie.created,
            modification_time: movie.created,
            timescale: movie.time_scale,
            duration,
            rate: 1.into(),
            volume: 1.into(),
            matrix: Matrix::default(),
            next_track_id: 1 + u32::try_from(tracks.iter().flatten().count()).expect("two at the most"),
        });
        picture::track(out, movie, picture, movie.picture, chunks);
        if let (Some(sound), Some(clock)) = (sound, movie.sound) {
            sound::track(out, movie, sound, clock, chunks);
        }
        (movie.dialect.metadata)(out, &metadata::Facts::new(&movie.output.title, movie.output.created_at));
    });
    out
}

/// `trak` down to `minf`: `media` writes the media header, `samples` the content of `stbl`.
pub(super) fn track(
    out: &mut Boxes,
    movie: &Movie,
    head: &TrackHead,
    media: impl FnOnce(&mut Boxes),
    samples: impl FnOnce(&mut Boxes),
) {
    let duration = movie.duration(head.clock);
    out.around(*b"trak", |out| {
        out.typed(&Tkhd {
            creation_time: movie.created,
            modification_time: movie.created,
            track_id: head.number,
            duration,
            enabled: true,
            in_movie: true,
            volume: head.volume.into(),
            width: head.width.into(),
            height: head.height.into(),
            ..Tkhd::default()
        });
        let media_time = Some(head.clock.media_time);
        let edit = ElstEntry { segment_duration: duration, media_time, media_rate: 1.into() };
        out.typed(&Edts { elst: Some(Elst { entries: vec![edit] }) });
        out.around(*b"mdia", |out| {
            out.typed(&Mdhd {
                creation_time: movie.created,
                modification_time: movie.created,
                timescale: head.clock.time_scale,
                duration: head.clock.media_duration,
                language: "und".to_owned(),
            });
            movie.dialect.handlers.media(out, head.handler, head.handler_name);
            out.around(*b"minf", |out| {
                media(out);
                movie.dialect.handlers.data(out);
                out.around(*b"dinf", |out| out.typed(&Dref { entries: vec![Url::default().into()] }));
                out.around(*b"stbl", samples);
            });
        });
    });
}

/// The slowest clock that counts the ticks of both exactly.
fn common_scale(one: u32, other: u32) -> u32 {
    let lcm = u64::from(one) / u64::from(gcd(one, other)) * u64::from(other);
    u32::try_from(lcm).unwrap_or(TIME_SCALE_FALLBACK)
}

fn gcd(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { gcd(other, one % other) }
}
