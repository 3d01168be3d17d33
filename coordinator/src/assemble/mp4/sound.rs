//! The sound track: AAC sample entry, priming, exact end, tables. Knows nothing of picture.

use mp4_atom::esds::{DecoderConfig, DecoderSpecific, EsDescriptor, SLConfig};
use mp4_atom::{Audio, Btrt, Esds, Smhd};

use super::boxes::Boxes;
use super::chunks::{self, Chunk};
use super::material::{AAC_PACKET_SAMPLES, Sound};
use super::movie::{self, Movie, TrackClock, TrackHead};
use super::tables;

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
        TrackHead { number: 2, clock, handler: b"soun", handler_name: "SoundHandler", width: 0, height: 0, volume: 1 };
    let media = |out: &mut Boxes| out.typed(&Smhd::default());
    movie::track(out, movie, &head, media, |out| {
        out.full(*b"stsd", 0, 0, |out| {
            out.u32(1);
            sample_entry(out, sound, head.number);
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
        let samples = left.min(AAC_PACKET_SAMPLES);
        left -= samples;
        u32::try_from(samples).expect("1024 at the most")
    })
}

fn sample_entry(out: &mut Boxes, sound: &Sound, track: u32) {
    let bytes: u64 = sound.packets.iter().map(|packet| u64::from(packet.size_bytes)).sum();
    let samples = sound.packets.len() as u64 * AAC_PACKET_SAMPLES;
    let mean = u128::from(bytes) * 8 * u128::from(sound.sample_rate) / u128::from(samples);
    let avg_bitrate = u32::try_from(mean).unwrap_or(u32::MAX);
    let max_bitrate = sound.bitrate_bps.max(avg_bitrate);
    out.around(*b"mp4a", |out| {
        out.typed(&Audio {
            data_reference_index: 1,
            channel_count: u16::try_from(sound.channels).unwrap_or(u16::MAX),
            sample_size: 16,
            // Faster clocks than 65,535 Hz have no spelling here; the specific config says what counts.
            sample_rate: u16::try_from(sound.sample_rate).unwrap_or(0).into(),
        });
        out.typed(&Esds {
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
                        raw: sound.specific_config.to_vec(),
                        ..DecoderSpecific::default()
                    }),
                },
                sl_config: SLConfig {},
                ..EsDescriptor::default()
            },
        });
        out.typed(&Btrt { buffer_size_db: 0, max_bitrate, avg_bitrate });
    });
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
