//! The sound track: AAC sample entry, priming, exact end, tables. Knows nothing of picture.

use mp4_atom::esds::{DecoderConfig, DecoderSpecific, EsDescriptor, SLConfig};
use mp4_atom::{Btrt, Esds, FixedPoint, Smhd};

use super::boxes::Boxes;
use super::chunks::{self, Chunk};
use super::dialect::SoundEntry;
use super::movie::{self, Movie, TrackClock, TrackHead};
use super::{Sound, tables};

/// MPEG-4 audio, in a decoder configuration.
const OBJECT_TYPE_AAC: u8 = 0x40;
/// Sound, in a decoder configuration.
const STREAM_TYPE_SOUND: u8 = 5;
/// Packets to decode before the first one that is right: each AAC packet overlaps the one before.
const ROLL_DISTANCE: i16 = -1;

/// The track's clock counts samples.
pub(super) fn clock(sound: &Sound) -> TrackClock {
    TrackClock {
        time_scale: sound.sample_rate,
        duration: sound.sample_count,
        media_duration: sound.priming_samples + sound.sample_count,
        media_time: sound.priming_samples,
    }
}

/// Writes `trak`.
pub(super) fn track(out: &mut Boxes, movie: &Movie, sound: &Sound, clock: TrackClock, chunks: &[Chunk]) {
    let head =
        TrackHead { number: 2, clock, handler: *b"soun", handler_name: "SoundHandler", width: 0, height: 0, volume: 1 };
    let media = |out: &mut Boxes| out.typed(&Smhd::default());
    movie::track(out, movie, &head, media, |out| {
        out.full(*b"stsd", 0, 0, |out| {
            out.u32(1);
            sample_entry(out, movie.dialect.sound_entry, sound, head.number);
        });
        tables::runs(out, *b"stts", durations(sound));
        tables::chunk_lengths(out, chunks, chunks::Kind::Sound);
        tables::sizes(out, sound.packets.iter().map(|packet| packet.size_bytes));
        tables::chunk_offsets(out, chunks, chunks::Kind::Sound);
        roll(out, sound);
    });
}

/// 1024 samples a packet; the last one ends with the last sample that counts.
fn durations(sound: &Sound) -> impl Iterator<Item = u32> {
    let mut left = sound.priming_samples + sound.sample_count;
    sound.packets.iter().map(move |_| {
        let samples = left.min(sound.packet_samples);
        left -= samples;
        u32::try_from(samples).expect("1024 at the most")
    })
}

fn sample_entry(out: &mut Boxes, form: SoundEntry, sound: &Sound, track: u32) {
    let bytes: u64 = sound.packets.iter().map(|packet| u64::from(packet.size_bytes)).sum();
    let samples = sound.packets.len() as u64 * sound.packet_samples;
    let mean = u128::from(bytes) * 8 * u128::from(sound.sample_rate) / u128::from(samples);
    let avg_bitrate = u32::try_from(mean).unwrap_or(u32::MAX);
    let max_bitrate = sound.bitrate_bps.max(avg_bitrate);
    let esds = esds(sound, track, max_bitrate, avg_bitrate);
    out.around(*b"mp4a", |out| {
        description(out, form, sound);
        match form {
            SoundEntry::Plain => out.typed(&esds),
            SoundEntry::Wave => out.around(*b"wave", |out| {
                out.around(*b"frma", |out| out.raw(b"mp4a"));
                // Empty, and needed by some players that are older than the esds inside of a wave.
                out.around(*b"mp4a", |out| out.u32(0));
                out.typed(&esds);
                out.around([0; 4], |_| {});
            }),
        }
        out.typed(&Btrt { buffer_size_db: 0, max_bitrate, avg_bitrate });
    });
}

/// The fields in front of the boxes of a sample entry.
fn description(out: &mut Boxes, form: SoundEntry, sound: &Sound) {
    const DATA_REFERENCE: u16 = 1;
    const SAMPLE_BITS: u16 = 16;
    let (version, compression): (u16, i16) = match form {
        SoundEntry::Plain => (0, 0),
        // −2: packets of varying size, which the sample tables place.
        SoundEntry::Wave => (1, -2),
    };
    let channels = u16::try_from(sound.channels).unwrap_or(u16::MAX);
    // Faster clocks than 65,535 Hz have no spelling here; the specific config says what counts.
    let sample_rate: FixedPoint<u16> = u16::try_from(sound.sample_rate).unwrap_or(0).into();
    out.raw(&[0; 6]);
    out.raw(&DATA_REFERENCE.to_be_bytes());
    out.raw(&version.to_be_bytes());
    out.raw(&[0; 6]);
    out.raw(&channels.to_be_bytes());
    out.raw(&SAMPLE_BITS.to_be_bytes());
    out.raw(&compression.to_be_bytes());
    out.raw(&[0; 2]);
    out.typed(&sample_rate);
    if form == SoundEntry::Wave {
        let bytes_per_packet_and_frame = [0, 0];
        let bytes_per_sample = u32::from(SAMPLE_BITS / 8);
        out.u32(u32::try_from(sound.packet_samples).expect("1024"));
        bytes_per_packet_and_frame.into_iter().chain([bytes_per_sample]).for_each(|bytes| out.u32(bytes));
    }
}

fn esds(sound: &Sound, track: u32, max_bitrate: u32, avg_bitrate: u32) -> Esds {
    Esds {
        es_desc: EsDescriptor {
            es_id: u16::try_from(track).expect("two tracks at the most"),
            dec_config: DecoderConfig {
                object_type_indication: OBJECT_TYPE_AAC,
                stream_type: STREAM_TYPE_SOUND,
                up_stream: 0,
                buffer_size_db: 0_u32.try_into().expect("zero fits"),
                max_bitrate,
                avg_bitrate,
                dec_specific: Some(DecoderSpecific {
                    raw: sound.codec.specific_config.to_vec(),
                    ..DecoderSpecific::default()
                }),
            },
            sl_config: SLConfig {},
            ..EsDescriptor::default()
        },
    }
}

/// `sgpd` and `sbgp`: seeking into sound takes one packet of run-up.
fn roll(out: &mut Boxes, sound: &Sound) {
    out.full(*b"sgpd", 1, 0, |out| {
        out.raw(b"roll");
        out.u32(2);
        out.u32(1);
        out.raw(&ROLL_DISTANCE.to_be_bytes());
    });
    out.full(*b"sbgp", 0, 0, |out| {
        out.raw(b"roll");
        out.u32(1);
        out.u32(u32::try_from(sound.packets.len()).expect("a table of 32-bit sizes"));
        out.u32(1);
    });
}
