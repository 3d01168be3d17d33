//! Sound of very different loudness, levelled by the real farm: every segment of every finished file is as loud as it should be and
//! has no peak too high, by ffmpeg's meter. What levelling leaves alone, the node's tests tell.
#![expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "sound is drawn with small numbers")]

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::process::Command;

use reelfarm_tests::farm::Farm;
use reelfarm_tests::media_tool;

const TARGET_LUFS: f64 = -14.0;
const TOLERANCE_LU: f64 = 0.5;
const CEILING_DBTP: f64 = -1.0;

const RATE: usize = 48_000;

/// Seconds of each programme in the source, and where in it the segment lies.
const PROGRAMME_S: usize = 9;
const SEGMENT_S: (f64, f64) = (1.0, 8.0);

/// A sample on the left and on the right, at a time in seconds; noise is drawn from `random`, in −1..1 and dull.
type Draw = fn(f64, &mut dyn FnMut() -> f64) -> [f64; 2];

const PROGRAMMES: [(&str, Draw); 7] = [
    ("a quiet voice", |time, random| voice(time, random).map(|sample| 0.01 * sample)),
    ("loud music", music),
    ("bursts over next to nothing", bursts),
    ("a voice and a bang", |time, random| {
        let bang = (-40.0 * (time - 4.0).rem_euclid(PROGRAMME_S as f64)).exp();
        voice(time, random).map(|sample| 0.05 * sample + 0.9 * bang * random())
    }),
    ("a faint tone", |time, _| [0.002 * (TAU * 440.0 * time).sin(); 2]),
    ("loud rain", rain),
    ("music, far away", |time, random| music(time, random).map(|sample| 0.003 * sample)),
];

/// Four syllables a second of a voice, with a breath after every six of them, and hiss between them.
fn voice(time: f64, random: &mut dyn FnMut() -> f64) -> [f64; 2] {
    let (syllable, place) = ((4.0 * time).floor(), (4.0 * time).fract());
    if (syllable % 7.0 - 6.0).abs() < 0.5 {
        return [0.0; 2];
    }
    let pitch = 110.0 + 20.0 * (syllable * 1.7).sin();
    let formant = 500.0 + 250.0 * (syllable * 2.3).sin();
    let overtone = |number: i32| {
        let hertz = pitch * f64::from(number);
        (TAU * hertz * time).sin() / (1.0 + ((hertz - formant) / 150.0).powi(2))
    };
    let vowel = (TAU / 2.0 * place).sin().powi(2) * (1..30).map(overtone).sum::<f64>();
    let hiss = if place < 0.15 { 0.15 * random() } else { 0.0 };
    [0.5 * vowel + hiss; 2]
}

/// A chord that changes every second, a bass, and a drum twice a second.
fn music(time: f64, random: &mut dyn FnMut() -> f64) -> [f64; 2] {
    let root = 220.0 * 2.0_f64.powf(((time.floor() * 5.0) % 12.0) / 12.0);
    let note = |ratio: f64| (TAU * root * ratio * time).sin();
    let drum = (-25.0 * (2.0 * time).fract()).exp() * (0.4 * random() + 0.5 * (TAU * 60.0 * time).sin());
    let bass = 0.2 * (TAU * root / 4.0 * time).sin();
    [0.12 * (note(1.0) + note(1.26)) + bass + drum, 0.12 * (note(1.0) + note(1.5)) + bass + drum]
}

/// Rain in gusts.
fn rain(time: f64, random: &mut dyn FnMut() -> f64) -> [f64; 2] {
    let gust = 0.6 + 0.4 * (TAU * 0.3 * time).sin();
    [gust * random(), gust * random()]
}

/// Clapping hands: noise every 0.4 s that a hall lets die away, far above what else is in the hall.
fn bursts(time: f64, random: &mut dyn FnMut() -> f64) -> [f64; 2] {
    let clap = (-8.0 * (time / 0.4).fract() * 0.4).exp();
    [0.9 * clap * random() + 0.005 * random(), 0.8 * clap * random() + 0.005 * random()]
}

/// All programmes one after the other, uncompressed, beside a small picture.
fn source(folder: &Path) -> PathBuf {
    let path = folder.join("programmes.mov");
    let (mut state, mut smooth) = (1_u32, 0.0);
    // Dull, as most noise is: codecs leave out the highest octave, and loudness counts what is there.
    let mut random = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        smooth += 0.1 * (4.0 * f64::from(state >> 8) / f64::from(1 << 23) - 4.0 - smooth);
        smooth
    };
    let mut bytes = Vec::new();
    for (_, draw) in PROGRAMMES {
        for sample in 0..PROGRAMME_S * RATE {
            let frame = draw(sample as f64 / RATE as f64, &mut random);
            bytes.extend(frame.into_iter().flat_map(|sample| (sample.clamp(-1.0, 1.0) as f32).to_le_bytes()));
        }
    }
    let seconds = PROGRAMMES.len() * PROGRAMME_S;
    let picture = format!("testsrc2=size=320x180:rate=5:duration={seconds}");
    let mut command = media_tool::ffmpeg();
    command.args(["-f", "lavfi", "-i", &picture, "-f", "f32le", "-ar", "48000", "-ac", "2", "-i", "pipe:0"]);
    command.args(["-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-pix_fmt", "yuv420p", "-c:a", "pcm_s24le"]);
    media_tool::pipe(command.arg(&path), |out| out.write_all(&bytes), |_| Ok(())).expect("a source");
    path
}

/// Loudness in LUFS and true peak in dBTP of a file's sound between two times in seconds, by ffmpeg.
fn heard(file: &Path, (from_s, to_s): (f64, f64)) -> (f64, f64) {
    let filter = format!("atrim={from_s}:{to_s},ebur128=peak=true:framelog=verbose");
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-nostdin", "-nostats", "-i"]).arg(file);
    let said = media_tool::run(command.args(["-map", "0:a", "-af", &filter, "-f", "null", "-"])).expect("a measure");
    let (_, summary) = said.rsplit_once("Summary:").expect("a summary");
    let after = |name: &str| {
        let (_, rest) = summary.split_once(name).unwrap_or_else(|| panic!("no {name} in {summary}"));
        rest.split_whitespace().next().and_then(|word| word.parse().ok()).expect("a number")
    };
    (after("I:"), after("Peak:"))
}

/// Exports ranges to a folder, and unpacks them if they are clips; the files, in order.
fn export(farm: &Farm, input: &Path, ranges: &[(f64, f64)], kind: &str, format: &str, quality: &str) -> Vec<PathBuf> {
    let name = input.file_stem().and_then(|name| name.to_str()).expect("a plain path");
    let folder = farm.desk().join(format!("{name}-{kind}-{format}-{quality}"));
    std::fs::create_dir_all(&folder).expect("a folder");
    let output = folder.join("out").with_extension(if kind == "clips" { "zip" } else { format });
    let (input, to) = (input.to_str().expect("a plain path"), output.to_str().expect("a plain path"));
    let mut words: Vec<String> =
        ["export", input, "-o", to, "--type", kind, "--format", format].map(String::from).into();
    words.extend(["--quality", quality, "--resolution", "720p"].map(String::from));
    words.extend(ranges.iter().flat_map(|(from_s, to_s)| ["--segment".to_owned(), format!("{from_s}-{to_s}")]));
    let ended = farm.command(&words.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(ended.status.success(), "{words:?}: {}", String::from_utf8_lossy(&ended.stderr));
    if kind != "clips" {
        return vec![output];
    }
    media_tool::run(Command::new("unzip").arg("-q").arg(&output).arg("-d").arg(&folder)).expect("a readable ZIP");
    std::fs::remove_file(&output).expect("the ZIP is there");
    let mut clips: Vec<PathBuf> =
        std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    clips.sort();
    assert_eq!(clips.len(), ranges.len());
    clips
}

/// What was missed, and the figures of all.
#[derive(Default)]
struct Tally {
    missed: Vec<String>,
}

impl Tally {
    fn judge(&mut self, what: &str, file: &Path, range_s: (f64, f64)) {
        let (loudness_lufs, peak_dbtp) = heard(file, range_s);
        let line = format!("{what}: {loudness_lufs} LUFS, {peak_dbtp} dBTP");
        println!("{line}");
        if (loudness_lufs - TARGET_LUFS).abs() > TOLERANCE_LU || peak_dbtp > CEILING_DBTP {
            self.missed.push(line);
        }
    }

    /// Exports ranges in a few ways, and judges each in the finished files.
    fn judge_all(&mut self, farm: &Farm, input: &Path, ranges: &[(f64, f64)], names: &[&str]) {
        for (kind, format, quality) in [
            ("combined", "mp4", "medium"),
            ("clips", "mp4", "low"),
            ("combined", "webm", "medium"),
            ("clips", "webm", "low"),
        ] {
            let files = export(farm, input, ranges, kind, format, quality);
            let mut clock = 0.0;
            for (place, ((from_s, to_s), name)) in ranges.iter().zip(names).enumerate() {
                let length = to_s - from_s;
                let (file, range) =
                    if kind == "clips" { (&files[place], (0.0, length)) } else { (&files[0], (clock, clock + length)) };
                self.judge(&format!("{name}, {kind} {format} {quality}"), file, range);
                clock += length;
            }
        }
    }
}

#[test]
fn every_segment_is_as_loud_as_it_should_be_and_no_peak_is_too_high() {
    let farm = Farm::start();
    let path = source(&farm.desk());
    let begins = (0..PROGRAMMES.len()).map(|place| (place * PROGRAMME_S) as f64);
    let ranges: Vec<(f64, f64)> = begins.map(|begin| (begin + SEGMENT_S.0, begin + SEGMENT_S.1)).collect();
    let mut tally = Tally::default();
    tally.judge_all(&farm, &path, &ranges, &PROGRAMMES.map(|(name, _)| name));
    assert!(tally.missed.is_empty(), "{}", tally.missed.join("\n"));
    farm.stop();
}

/// Runs on real files where `REELFARM_MEDIA` names their folder; the files are not part of the project.
#[test]
fn real_sound_is_as_loud_as_it_should_be() {
    const FILES: [(&str, &[(f64, f64)]); 8] = [
        ("bbb_720p25_aac51_65s_moovend.mp4", &[(2.0, 8.0), (20.0, 30.0), (31.0, 33.0), (40.0, 60.0)]),
        ("bbb_720p24_vp8_vorbis_30s.webm", &[(1.0, 6.0), (10.0, 29.0)]),
        ("burnt_in_timecode_720p30_aac_42s.mp4", &[(5.0, 9.0), (11.0, 31.0)]),
        ("camera_1080p50_pcm_sowt.mov", &[(0.2, 1.8)]),
        ("gopro_max_tmcd_gpmd_29.97.mp4", &[(1.0, 5.0), (5.0, 9.0)]),
        ("iphone_h264_rot90_vfr_mebx.mov", &[(0.5, 3.0)]),
        ("nasa_multitrack_2v2a2s.mp4", &[(6.0, 11.0), (11.0, 13.0)]),
        ("phone_selfie_h264_vfr.mp4", &[(0.5, 3.0), (2.0, 5.0)]),
    ];
    let Some(folder) = std::env::var_os("REELFARM_MEDIA").map(PathBuf::from) else { return };
    let farm = Farm::start();
    let mut tally = Tally::default();
    for (name, ranges) in FILES {
        tally.judge_all(&farm, &folder.join(name), ranges, &vec![name; ranges.len()]);
    }
    assert!(tally.missed.is_empty(), "{}", tally.missed.join("\n"));
    farm.stop();
}
