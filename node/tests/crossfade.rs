//! Crossfades on real files, rendered by the real child and judged by ffmpeg: the picture's blend, the sound's power.
//! Does not test which frames overlap; the plan's tests do.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    reason = "tests compute with small numbers and say by their panic what went wrong"
)]

#[expect(dead_code, reason = "shared with the picture tests; each uses a part of it")]
mod render {
    pub mod bench;
    pub mod server;
    pub mod source;
}
#[expect(dead_code, reason = "shared with the sound tests; each uses a part of it")]
mod sound {
    pub mod judge;
    pub mod ogg;
    pub mod render;
    pub mod signal;
    pub mod source;
}

use std::process::Command;

use render::bench::{Bench, work};
use render::server::Faults;
use render::source::{HEIGHT, Source, WIDTH};
use sound::render::{cut, render as render_sound};
use sound::source::{SourceFile, Spec};
use wire::v1::{FadeWork, FailureClass, Index, PictureWork, SoundSegment};

const SIZE: (u32, u32) = (320, 192);
const LONG_GROUPS: [&str; 10] = ["-c:v", "libx264", "-preset", "fast", "-pix_fmt", "yuv420p", "-bf", "3", "-g", "250"];

/// Frames `from..to` with as many from `over` on laid over them by these weights.
fn faded(index: &Index, from: usize, to: usize, over: usize, size: (u32, u32), weights: Vec<u16>) -> PictureWork {
    let frames = &index.picture.frames;
    let end = over + (to - from);
    let fade = FadeWork {
        incoming_pts: frames[over..end].iter().map(|frame| frame.pts).collect(),
        incoming_end: frames.get(end).map_or(index.picture.end, |frame| frame.pts),
        weights,
    };
    PictureWork { fade: Some(fade), ..work(index, from, to, size) }
}

/// The weights the plan gives frames of equal length.
fn linear(count: usize) -> Vec<u16> {
    (0..count).map(|place| (((2 * place + 1) * 65_535 + count) / (2 * count)) as u16).collect()
}

/// A picture that weighs nothing is not there, and one that weighs all is alone: to the byte, so shaping and encoder are the same.
async fn ends_are_ordinary_parts(source: &Source, size: (u32, u32), from: usize, over: usize, count: usize) {
    let bench = Bench::serving(source.bytes(), Faults::default());
    let index = bench.index().await.unwrap();
    for (weight, shown) in [(0, from), (u16::MAX, over)] {
        let plain = bench.picture(work(&index, shown, shown + count, size)).await.unwrap();
        let weights = vec![weight; count];
        let blended = bench.picture(faded(&index, from, from + count, over, size, weights)).await.unwrap();
        assert_eq!(blended.codec, plain.codec, "{weight}");
        assert_eq!(blended.payload_hash, plain.payload_hash, "{weight} of {}", source.path().display());
        let sizes = |part: &reelfarm_node::render::RenderedPart| -> Vec<u32> {
            part.frames.iter().map(|frame| frame.size_bytes).collect()
        };
        assert_eq!(sizes(&blended), sizes(&plain));
    }
}

#[tokio::test]
async fn what_weighs_nothing_is_not_there_and_what_weighs_all_is_alone() {
    let source = Source::make("long.mp4", 300, "25", &LONG_GROUPS);
    ends_are_ordinary_parts(&source, SIZE, 240, 10, 30).await;
    ends_are_ordinary_parts(&source, (640, 384), 10, 200, 12).await;
    let turned = source.copied("turned.mp4", &[], &["-metadata:s:v:0", "rotate=90"]);
    ends_are_ordinary_parts(&turned, (192, 320), 100, 130, 20).await;
    let fields = ["-flags", "+ilme+ildct", "-x264-params", "interlaced=1:tff=1", "-color_primaries", "bt709"];
    let interlaced = Source::make("fields.mp4", 80, "25", &[&LONG_GROUPS[..], &fields].concat());
    ends_are_ordinary_parts(&interlaced, SIZE, 50, 3, 25).await;
    let hidden = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M", "-g", "60"];
    let matroska = Source::make("other.webm", 120, "30000/1001", &hidden);
    ends_are_ordinary_parts(&matroska, SIZE, 70, 20, 20).await;
}

/// Runs on real files where `REELFARM_MEDIA` names their folder; the files are not part of the project.
#[tokio::test]
async fn real_files_are_shaped_as_ever_under_a_crossfade() {
    let Some(folder) = std::env::var_os("REELFARM_MEDIA").map(std::path::PathBuf::from) else { return };
    for (name, size) in [
        ("android_h264_rot180_vfr_mono.mp4", (1280, 720)),
        ("iphone_h264_rot90_vfr_mebx.mov", (720, 1280)),
        ("gopro_max_tmcd_gpmd_29.97.mp4", (1280, 640)),
        ("vp9_odd_161x121.webm", (958, 720)),
        ("sony_a7m3_1080i50_ac3.mkv", (1280, 720)),
    ] {
        let source = Source::existing(&folder.join(name));
        ends_are_ordinary_parts(&source, size, 5, 1, 6).await;
    }
}

/// Every frame of a file by ffmpeg: its mean level, and how far any sample is from that.
fn levels(file: &std::path::Path) -> Vec<(f64, f64)> {
    let mut decode = Command::new("ffmpeg");
    decode.args(["-v", "error", "-i"]).arg(file).args(["-map", "0:v:0", "-fps_mode", "passthrough"]);
    let decoded = decode.args(["-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]).output().unwrap();
    assert!(decoded.status.success() && decoded.stderr.is_empty(), "{}", String::from_utf8_lossy(&decoded.stderr));
    let frames = decoded.stdout.chunks_exact(WIDTH * HEIGHT * 3 / 2);
    frames
        .map(|frame| {
            let luma = &frame[..WIDTH * HEIGHT];
            let mean = luma.iter().map(|level| f64::from(*level)).sum::<f64>() / luma.len() as f64;
            (mean, luma.iter().map(|level| (f64::from(*level) - mean).abs()).fold(0.0, f64::max))
        })
        .collect()
}

/// Flat greys go over into one another in a straight line: every sample within 2 of 255 of it, coding included.
#[tokio::test]
async fn a_crossfade_is_linear_to_two_in_255() {
    let shades =
        "nullsrc=size=320x192:rate=25:duration=12,geq=lum='if(lt(N,100),30,if(lt(N,200),220,110))':cb=120:cr=140";
    let source = Source::of("flat.mp4", shades, &[&LONG_GROUPS[..], &["-crf", "1"]].concat());
    let bench = Bench::serving(source.bytes(), Faults::default());
    let index = bench.index().await.unwrap();
    let mut worst = 0.0_f64;
    for (from, over, count) in [(70, 110, 25), (170, 210, 13), (250, 5, 30), (20, 220, 1)] {
        let recipe = |mut work: PictureWork| {
            (work.recipe.crf, work.recipe.max_bitrate_kbps) = (4, 20_000);
            work
        };
        let mut plateaus = Vec::new();
        for shown in [from, over] {
            let part = bench.picture(recipe(work(&index, shown, shown + 5, SIZE))).await.unwrap();
            plateaus.push(levels(&bench.stream(&part))[2].0);
        }
        let weights = linear(count);
        let part = bench.picture(recipe(faded(&index, from, from + count, over, SIZE, weights.clone()))).await.unwrap();
        let found = levels(&bench.stream(&part));
        assert_eq!(found.len(), count);
        for (place, ((mean, spread), weight)) in found.into_iter().zip(weights).enumerate() {
            let exact = (place as f64 + 0.5) / count as f64;
            assert!((f64::from(weight) / 65_535.0 - exact).abs() < 1e-5);
            let ideal = plateaus[0] + (plateaus[1] - plateaus[0]) * exact;
            let off = (mean - ideal).abs() + spread;
            worst = worst.max(off);
            assert!(off <= 2.0, "frame {place} of {count} is at {mean} ± {spread} instead of {ideal}");
        }
    }
    println!("no sample of a crossfade is farther than {worst:.2} of 255 from a straight line");
}

#[tokio::test]
async fn the_incoming_picture_may_stand_still_or_leave_frames_out() {
    let source = Source::make("long.mp4", 120, "25", &LONG_GROUPS);
    let bench = Bench::serving(source.bytes(), Faults::default());
    let index = bench.index().await.unwrap();
    let pts = |frame: usize| index.picture.frames[frame].pts;
    let shown = [60, 60, 60, 63, 64, 70, 70, 71];
    let fade =
        FadeWork { incoming_pts: shown.map(pts).to_vec(), incoming_end: pts(72), weights: vec![u16::MAX; shown.len()] };
    let plain = work(&index, 10, 18, SIZE);
    let part = bench.picture(PictureWork { fade: Some(fade), ..plain }).await.unwrap();
    assert_eq!(render::source::numbers(&bench.stream(&part), "null"), shown);
    let mut times: Vec<i64> = part.frames.iter().map(|frame| frame.pts).collect();
    times.sort_unstable();
    assert_eq!(times, (10..18).map(|frame| pts(frame) - pts(10)).collect::<Vec<_>>(), "times are the outgoing frames'");
}

#[tokio::test]
async fn a_side_that_comes_short_is_a_failure_that_says_by_how_much() {
    let source = Source::make("long.mp4", 100, "25", &LONG_GROUPS);
    let bench = Bench::serving(source.bytes(), Faults::default());
    let index = bench.index().await.unwrap();
    let good = faded(&index, 80, 100, 10, SIZE, linear(20));
    let frame = index.picture.frames[1].pts - index.picture.frames[0].pts;
    let mut outgoing = good.clone();
    outgoing.keep_pts.iter_mut().for_each(|pts| *pts += 5 * frame);
    outgoing.end += 5 * frame;
    let mut incoming = good.clone();
    let fade = incoming.fade.as_mut().unwrap();
    fade.incoming_pts.iter_mut().for_each(|pts| *pts += 83 * frame);
    fade.incoming_end += 83 * frame;
    for (short, there) in [(outgoing, 15), (incoming, 7)] {
        let failure = bench.picture(short).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::Media, "{failure:?}");
        assert!(failure.message.contains(&format!("only {there} of the 20 frames")), "{failure:?}");
    }
    let mut uneven = good.clone();
    uneven.fade.as_mut().unwrap().weights.pop();
    assert_eq!(bench.picture(uneven).await.unwrap_err().class, FailureClass::Node);
    assert!(bench.picture(good).await.is_ok());
}

/// A segment that overlaps the one before it by so many samples.
fn over(from_s: f64, to_s: f64, overlap_samples: u64) -> SoundSegment {
    SoundSegment { overlap_samples, ..cut(from_s, to_s) }
}

fn left(rendered: &sound::render::Rendered) -> Vec<f32> {
    rendered.sound().into_iter().step_by(rendered.config().channels as usize).collect()
}

fn rms(samples: &[f32]) -> f64 {
    (samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
}

#[test]
fn sounds_that_overlap_keep_their_power_and_their_place() {
    // Noise that has nothing to do with itself a second later.
    let file = SourceFile::make(Spec::PCM_MOV, &sound::signal::noise(48_000, 2, 20.0, 0.5), 20.0);
    let segments = vec![cut(1.0, 4.0), over(8.0, 12.0, 48_000), over(15.0, 18.0, 24_000), cut(5.0, 6.0)];
    let rendered = render_sound(&file, segments, false).unwrap();
    let heard = left(&rendered);
    assert_eq!(heard.len(), 48_000 * (3 + 4 + 3 + 1) - 48_000 - 24_000);
    let whole = rms(&heard[10_000..90_000]);
    for (at, samples) in (96_000..144_000).step_by(4_800).zip(heard[96_000..144_000].chunks(4_800)) {
        let decibels = 20.0 * (rms(samples) / whole).log10();
        assert!(decibels.abs() < 1.0, "{decibels} dB at {at}");
    }
    // Outside of the overlaps the output is the source, sample for sample, as far as coding goes.
    let truth = sound::judge::on_the_time_line(&file);
    for (at, source_s, count) in [(10_000, 1.0, 80_000), (150_000, 8.0, 110_000), (270_000 + 48_000, 15.0, 80_000)] {
        let begins = if source_s < 2.0 {
            0
        } else if source_s < 9.0 {
            96_000
        } else {
            96_000 + 192_000 - 24_000
        };
        let from = (source_s * 48_000.0) as usize + at - begins;
        let (late, alike) = sound::judge::lateness(&truth[from..from + count], &heard[at..at + count]);
        assert!(late == 0 && alike > 0.5, "{source_s}: {late} samples late, {alike} alike");
    }
}

#[test]
fn clicks_in_an_overlap_are_where_both_segments_have_them() {
    let file = SourceFile::make(Spec::PCM_MOV, &sound::signal::clicks(48_000, 2, 12.0), 12.0);
    // Clicks are at 0.25 s and every half second after it. The overlap is from 2 s to 3 s of the output.
    let rendered = render_sound(&file, vec![cut(1.0, 4.0), over(6.1, 9.0, 48_000)], false).unwrap();
    let heard = left(&rendered);
    let found =
        |at_s: f64| sound::signal::peak(&heard[(at_s * 48_000.0) as usize - 100..(at_s * 48_000.0) as usize + 100]);
    for (at_s, gain) in [
        (0.25, 1.0),
        (1.75, 1.0),
        (2.25, (std::f64::consts::FRAC_PI_2 * 0.25).cos()),
        (2.75, (std::f64::consts::FRAC_PI_2 * 0.75).cos()),
        (2.15, (std::f64::consts::FRAC_PI_2 * 0.15).sin()),
        (2.65, (std::f64::consts::FRAC_PI_2 * 0.65).sin()),
        (3.15, 1.0),
        (4.65, 1.0),
    ] {
        assert!((f64::from(found(at_s)) - 0.8 * gain).abs() < 0.05, "{} at {at_s}", found(at_s));
    }
}

#[test]
fn segments_are_mixed_at_the_level_they_are_brought_to() {
    // Loud and quiet, each brought to its level before they are mixed.
    let mut loud = sound::signal::tone(48_000, 2, 6.0, 440.0, 0.9);
    loud.extend(sound::signal::tone(48_000, 2, 6.0, 440.0, 0.02));
    let file = SourceFile::make(Spec::PCM_MOV, &loud, 12.0);
    let rendered = render_sound(&file, vec![cut(0.5, 5.5), over(6.5, 11.5, 72_000)], true).unwrap();
    let heard = rendered.sound();
    assert_eq!(heard.len(), 2 * (480_000 - 72_000));
    for (from, to) in [(0, 160_000), (250_000, 400_000)] {
        let loudness = sound::judge::loudness_lufs(&heard[2 * from..2 * to], 2);
        assert!((loudness + 14.0).abs() <= 0.5, "{loudness} LUFS");
    }
    assert!(rendered.progress_ms.iter().all(|done| *done <= 8_500), "progress is counted in finished sound");
}

#[test]
fn overlaps_without_room_are_refused() {
    let file = SourceFile::make(Spec::PCM_MOV, &sound::signal::tone(48_000, 2, 4.0, 440.0, 0.5), 4.0);
    let failure = render_sound(&file, vec![cut(0.0, 1.0), over(2.0, 3.0, 48_001)], false).err().unwrap();
    assert_eq!(failure.class, FailureClass::Node, "{failure:?}");
}

/// What the steps of a tone with joints in it are like: the largest within 5 ms of a joint, the largest beside that, and p99.9 far away.
struct Steps {
    at_joints: f32,
    beside: f32,
    usual: f32,
}

impl Steps {
    fn of(heard: &[f32], joints: &[usize]) -> Steps {
        /// Where the fades end, and where a segment is far from its joints: codec blocks reach over a joint by some 20 ms.
        const FADE: usize = 240;
        const FAR: usize = 2_400;
        let (mut at_joints, mut beside, mut interior) = (0.0_f32, 0.0_f32, Vec::new());
        for at in FAR..heard.len() - FAR {
            let step = (heard[at] - heard[at - 1]).abs();
            let after = joints.partition_point(|joint| *joint <= at);
            let near = joints[after.saturating_sub(1)..(after + 1).min(joints.len())].iter();
            let distance = near.map(|joint| joint.abs_diff(at)).min().unwrap();
            if distance <= FADE {
                at_joints = at_joints.max(step);
            } else if distance <= FAR {
                beside = beside.max(step);
            } else {
                interior.push(step);
            }
        }
        interior.sort_by(f32::total_cmp);
        Steps { at_joints, beside, usual: interior[interior.len() * 999 / 1_000] }
    }
}

/// A tone's segments as they should be joined: each under half a raised cosine of 5 ms at its joints.
fn ideally_joined(segments: &[SoundSegment]) -> Vec<f32> {
    let fade = |distance: u64| {
        let share = ((distance as f64 + 0.5) / 240.0).min(1.0);
        0.5 - 0.5 * (std::f64::consts::PI * share).cos()
    };
    let mut joined = Vec::new();
    for (place, segment) in segments.iter().enumerate() {
        for sample in 0..segment.sample_count {
            let time = (segment.start_sample + sample as i64) as f64 / 48_000.0;
            let before = if place == 0 { 1.0 } else { fade(sample) };
            let after = if place + 1 == segments.len() { 1.0 } else { fade(segment.sample_count - 1 - sample) };
            joined.push((0.5 * (std::f64::consts::TAU * 997.0 * time).sin() * before * after) as f32);
        }
    }
    joined
}

/// Hard joints of a 997 Hz tone, 20 of them, or as many as `REELFARM_JOINTS` says, as they are heard after AAC. Before it no sample at a
/// joint steps farther than between joints (the unit tests of the sound task). AAC adds its noise where the sound dips: as much as
/// ffmpeg's encoder adds in one pass over the same sound, drawn without us, and no more.
#[test]
fn hard_joints_step_no_farther_than_the_encoder_makes_them() {
    /// Encoders that take turns do not take every decision as one does. Measured over 500 joints: 1.08 times as far at them, 0.98 beside.
    const AS_FAR: f32 = 1.1;
    let joints = std::env::var("REELFARM_JOINTS").map_or(20, |text| text.parse().expect("REELFARM_JOINTS is a number"));
    let file = SourceFile::make(Spec::PCM_MOV, &sound::signal::tone(48_000, 2, 60.0, 997.0, 0.5), 60.0);
    // Each begins at another phase of the tone, and lasts an odd number of samples.
    let segments: Vec<SoundSegment> = (0..=joints)
        .map(|place: i64| SoundSegment {
            start_sample: place * 7_919 * 331 % 2_800_000,
            sample_count: 14_400 + (place * 37 % 101) as u64,
            overlap_samples: 0,
        })
        .collect();
    let ends = segments.iter().scan(0, |clock, segment| {
        *clock += segment.sample_count as usize;
        Some(*clock)
    });
    let joint_at: Vec<usize> = ends.take(segments.len() - 1).collect();
    let ours = Steps::of(&left(&render_sound(&file, segments.clone(), false).unwrap()), &joint_at);
    // As on a node, no band is coded as middle and side.
    let once = ["-c:a", "aac", "-aac_ms", "0", "-b:a", "192k"];
    let ideal: Vec<f32> = ideally_joined(&segments).into_iter().flat_map(|sample| [sample; 2]).collect();
    let once: Vec<f32> = sound::judge::through(&once, "m4a", &ideal, 2).into_iter().step_by(2).collect();
    let theirs = Steps::of(&once, &joint_at);
    for (whose, steps) in [("ours", &ours), ("ffmpeg's", &theirs)] {
        println!(
            "{joints} joints, {whose}: steps of at most {:.4} within 5 ms of a joint, {:.4} beside, {:.4} far away (p99.9)",
            steps.at_joints, steps.beside, steps.usual
        );
    }
    assert!(ours.usual <= AS_FAR * theirs.usual);
    assert!(ours.at_joints <= AS_FAR * theirs.at_joints, "a step of {} at a joint", ours.at_joints);
    assert!(ours.beside <= AS_FAR * theirs.beside, "a step of {} beside a joint", ours.beside);
}
