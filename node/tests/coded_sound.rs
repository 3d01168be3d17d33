//! How finished sound is coded, judged by ffmpeg's decoders: Opus, and sound so long that encoders take turns.
//! Does not test what is coded; `sound.rs` does.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    reason = "tests compute with small numbers and document themselves by their names"
)]

#[expect(dead_code, reason = "shared with the tests of sound; each uses a part of it")]
mod sound {
    pub mod judge;
    pub mod ogg;
    pub mod render;
    pub mod signal;
    pub mod source;
}

use sound::render::{Rendered, cut, render_as};
use sound::signal::{centre_of_energy, clicks, noise, tone};
use sound::source::{SourceFile, Spec};
use wire::v1::{SoundCodec, SoundSegment};

fn opus(file: &SourceFile, segments: Vec<SoundSegment>, normalize: bool) -> Rendered {
    render_as(SoundCodec::Opus, 128_000, file, segments, normalize).unwrap()
}

fn channel(rendered: &Rendered, channel: usize) -> Vec<f32> {
    rendered.sound().into_iter().skip(channel).step_by(rendered.channels() as usize).collect()
}

/// How far the coding error lies below the sound, in decibels, for each piece of so many samples.
fn fidelity_db(sound: &[f32], coded: &[f32], piece: usize) -> Vec<f64> {
    assert_eq!(sound.len(), coded.len());
    let energy = |values: &mut dyn Iterator<Item = f32>| values.map(|value| f64::from(value).powi(2)).sum::<f64>();
    let pieces = sound.chunks(piece).zip(coded.chunks(piece));
    pieces
        .map(|(sound, coded)| {
            let error = energy(&mut sound.iter().zip(coded).map(|(a, b)| a - b));
            10.0 * (energy(&mut sound.iter().copied()) / error.max(1e-12)).log10()
        })
        .collect()
}

#[test]
fn every_packet_of_opus_is_counted() {
    let file = SourceFile::make(Spec::AAC_MP4, &noise(48_000, 2, 3.0, 0.3), 3.0);
    for count in [1, 600, 647, 648, 649, 700, 960, 961, 47_688, 47_689, 48_000] {
        let rendered =
            opus(&file, vec![SoundSegment { start_sample: 24_000, sample_count: count, overlap_samples: 0 }], false);
        let config = rendered.opus();
        assert_eq!((config.sample_count, config.pre_skip_samples, config.channels), (count, 312, 2));
        assert_eq!((&config.head[..8], config.head.len(), rendered.rate), (&b"OpusHead"[..], 19, (48_000, 1)));
        assert_eq!(rendered.units.len() as u64, (312 + count).div_ceil(960));
        for (index, frame) in (0..).zip(&rendered.frames) {
            assert_eq!((frame.pts, frame.dts, frame.duration, frame.key), (index * 960, index * 960, 960, true));
        }
        assert_eq!(rendered.sound().len() as u64, count * 2, "ffmpeg plays every sample and no other");
    }
}

#[test]
fn a_click_at_a_sample_comes_out_of_opus_at_that_sample() {
    for (channels, bitrate_bps) in [(1, 96_000), (2, 96_000), (2, 128_000), (2, 160_000)] {
        let spec = Spec { channels, ..Spec::PCM_MOV };
        let file = SourceFile::make(spec, &clicks(48_000, channels as usize, 5.0), 5.0);
        let rendered = render_as(SoundCodec::Opus, bitrate_bps, &file, vec![cut(0.0, 4.9)], false).unwrap();
        for side in 0..channels as usize {
            let sound = channel(&rendered, side);
            for place in (0..9).map(|click| 12_000 + click * 24_000) {
                let found = centre_of_energy(&sound, place).unwrap_or(f64::INFINITY);
                assert!(
                    (found - place as f64).abs() < 1.0,
                    "{channels} channels at {bitrate_bps}: {found} for {place}"
                );
            }
        }
    }
}

#[test]
fn the_same_task_gives_the_same_packets() {
    let file = SourceFile::make(Spec { rate: 44_100, ..Spec::AAC_MP4 }, &noise(44_100, 2, 8.0, 0.2), 8.0);
    let render = || opus(&file, vec![cut(5.0, 7.0), cut(0.3, 2.0)], true);
    let (first, second) = (render(), render());
    assert_eq!((first.units, first.codec), (second.units, second.codec));
}

/// A tone that would show any jump, clicks that would be doubled, lost or moved, and noise: one channel.
fn long_sound(seconds: f64) -> Vec<f32> {
    let mut sound = tone(48_000, 1, seconds, 997.0, 0.25);
    for (sample, (click, noise)) in
        sound.iter_mut().zip(clicks(48_000, 1, seconds).iter().zip(noise(48_000, 1, seconds, 0.2)))
    {
        *sample += 0.3 * click + noise;
    }
    sound
}

#[test]
fn where_encoders_take_turns_nothing_is_heard() {
    // One quarter is longer than half of the longest turn: four turns of either codec.
    for (codec, seconds) in [(SoundCodec::Aac, 248), (SoundCodec::Opus, 152)] {
        let sound = long_sound(f64::from(seconds));
        let spec = Spec { channels: 1, encode: &["-c:a", "pcm_f32le"], ..Spec::PCM_MOV };
        let file = SourceFile::make(spec, &sound, f64::from(seconds));
        let render = || render_as(codec.clone(), 96_000, &file, vec![cut(0.0, f64::from(seconds))], false).unwrap();
        let rendered = render();
        assert_eq!(rendered.units, render().units, "who is when at work does not show");
        let heard = rendered.sound();
        assert_eq!(heard.len(), sound.len());
        // An access unit that is lost, doubled or not of one piece with its neighbour is nothing like the sound.
        let fidelity = fidelity_db(&sound, &heard, 960);
        let mut sorted = fidelity.clone();
        sorted.sort_by(f64::total_cmp);
        let median = sorted[sorted.len() / 2];
        let ends = (1..4).map(|turn| turn * seconds as usize * 50 / 4);
        let worst_at_turns = ends.flat_map(|end| fidelity[end - 55..end + 5].to_vec()).fold(f64::INFINITY, f64::min);
        assert!(median > 10.0, "{codec:?}: {median} dB");
        assert!(worst_at_turns > median - 6.0, "{codec:?}: {worst_at_turns} of {median} dB");
    }
}

/// Runs on a film where `REELFARM_MEDIA` names its folder. Where two Opus encoders change turns, what is heard is no farther from the film
/// than elsewhere, measured by what ffmpeg makes of it in one pass. Packet by packet its encoder, which is given more than 16 bits,
/// decides otherwise now and then: up to 4.7 dB are between the two where nobody takes turns.
#[test]
fn a_film_is_no_worse_where_encoders_of_opus_take_turns() {
    const PACKET: usize = 960 * 2;
    /// The second of two turns begins in the middle; packets around it: the change lies within the second before.
    const MIDDLE: usize = 61 * 50 / 2;
    const AROUND: (usize, usize) = (55, 25);
    /// Measured: 2.6 dB.
    const WORSE_DB_MAX: f64 = 3.0;
    let Some(folder) = std::env::var_os("REELFARM_MEDIA").map(std::path::PathBuf::from) else { return };
    let soundtrack = sound::judge::stereo(&folder.join("bbb_720p25_aac51_65s_moovend.mp4"));
    // From several places on, so that turns fall into several scenes.
    for from_s in 0..4 {
        let sound = &soundtrack[from_s * 96_000..(from_s + 61) * 96_000];
        let file = SourceFile::make(Spec { encode: &["-c:a", "pcm_f32le"], ..Spec::PCM_MOV }, sound, 61.0);
        for (bitrate_bps, bitrate) in [(96_000, "96k"), (128_000, "128k"), (160_000, "160k")] {
            let ours = render_as(SoundCodec::Opus, bitrate_bps, &file, vec![cut(0.0, 61.0)], false).unwrap().sound();
            let once = sound::judge::through(&["-c:a", "libopus", "-b:a", bitrate], "webm", sound, 2);
            let (ours, once) = (fidelity_db(sound, &ours, PACKET), fidelity_db(sound, &once, PACKET));
            let worst = |packets: std::ops::Range<usize>| {
                packets.map(|packet| once[packet] - ours[packet]).fold(f64::NEG_INFINITY, f64::max)
            };
            let at_turn = worst(MIDDLE - AROUND.0..MIDDLE + AROUND.1);
            let before = worst(MIDDLE - 1_400..MIDDLE - AROUND.0);
            println!(
                "film from {from_s} s on, {bitrate}: at most {at_turn:.2} dB worse in a packet where the turn changes; before {before:.2} dB"
            );
            assert!(at_turn < WORSE_DB_MAX, "{bitrate}, film from {from_s} s on: {at_turn} dB");
        }
    }
}
