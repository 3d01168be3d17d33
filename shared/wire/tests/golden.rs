//! Every published message, byte for byte: what one version wrote, all later ones read. Damaged bytes are refused.
//! To add a message's bytes, run once with `REELFARM_WRITE_GOLDEN=1`; bytes that exist are never written again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use wire::frame::{Frame, TABLE_BYTES_MAX};
use wire::preface::{PREFACE_BYTES, Preface};
use wire::v1::*;

/// Says whether bytes read as the message they were made of.
type Reader = Box<dyn Fn(&[u8]) -> Result<bool, String>>;

/// The golden file's name, today's bytes, and a reader that compares what it read with the message.
struct Sample {
    name: &'static str,
    bytes: Vec<u8>,
    reads_back: Reader,
}

macro_rules! samples {
    ($($message:expr => $kind:ident,)*) => { vec![$({
        let message: $kind = $message;
        Sample {
            name: stringify!($kind),
            bytes: wire::encode(&message),
            reads_back: Box::new(move |bytes| read::<$kind>(bytes).map(|read| read == message)),
        }
    }),*] };
}

macro_rules! read_as {
    ($bytes:expr, $kind:ty) => {{
        let (preface, body) = $bytes.split_first_chunk::<PREFACE_BYTES>().ok_or("too short for a preface")?;
        let preface = Preface::read(*preface, TABLE_BYTES_MAX).map_err(|refused| refused.to_string())?;
        wire::decode::<$kind>(Frame { preface, body }).map_err(|refused| refused.to_string())
    }};
}

trait Golden: Sized {
    fn from_golden(bytes: &[u8]) -> Result<Self, String>;
}

macro_rules! golden {
    ($($kind:ident)*) => { $(impl Golden for $kind {
        fn from_golden(bytes: &[u8]) -> Result<Self, String> { read_as!(bytes, $kind) }
    })* };
}

golden!(Hello Welcome Rejected Claim Grant ClaimRefused Renew Renewed Stop Progress Failed Release Drain
        PartHeader IndexResult Receipt PartRefused);

fn read<M: Golden>(bytes: &[u8]) -> Result<M, String> {
    M::from_golden(bytes)
}

const TASK: u128 = 0x0123_4567_89ab_cdef_0011_2233_4455_6677;
const EPOCH: i64 = 3;

fn samples() -> Vec<Sample> {
    samples![
        hello() => Hello,
        Welcome { version: 1, lease_ms: 30_000, heartbeat_ms: 10_000, pools: vec!["media".into(), "x264".into()] } => Welcome,
        Rejected { reason: "This node is not enrolled here.".into() } => Rejected,
        Claim { task: TASK, epoch: EPOCH } => Claim,
        grant() => Grant,
        ClaimRefused { task: TASK, epoch: EPOCH } => ClaimRefused,
        Renew { task: TASK, epoch: EPOCH, frames_done: 99 } => Renew,
        Renewed { task: TASK, epoch: EPOCH } => Renewed,
        Stop { task: TASK, epoch: EPOCH } => Stop,
        Progress { task: TASK, epoch: EPOCH, frames_done: 99 } => Progress,
        Failed { task: TASK, epoch: EPOCH, class: FailureClass::Media, message: "m".into(), detail: "d".into() } => Failed,
        Release { task: TASK, epoch: EPOCH } => Release,
        Drain {} => Drain,
        part_header() => PartHeader,
        IndexResult { task: TASK, epoch: EPOCH, index: index() } => IndexResult,
        Receipt { task: TASK, epoch: EPOCH } => Receipt,
        PartRefused { task: TASK, epoch: EPOCH, reason: "The lease is lost.".into(), retry_after_ms: 500 } => PartRefused,
    ]
}

fn hello() -> Hello {
    let facts = NodeFacts {
        version: "0.1.0".into(),
        host: "render-1".into(),
        cpu_count: 16,
        media_library: "GStreamer 1.22.0".into(),
        encoders: vec![EncoderFact { family: "x264".into(), identity: "x264 164".into() }],
        sandbox_layers: vec!["seccomp".into()],
    };
    Hello { oldest_version: 1, current_version: 1, instance: 5, slot_count: 4, facts }
}

fn grant() -> Grant {
    let track = Track { container: Container::IsoBmff, ordinal: 1, codec: "h264".into() };
    let recipe = PictureRecipe {
        orientation: Orientation::Clockwise90,
        deinterlace: true,
        width: 1080,
        height: 1920,
        frame_rate_num: 30_000,
        frame_rate_den: 1_001,
        encoder_family: "x264".into(),
        encoder_identity: "x264 164".into(),
        crf: 23,
        speed: "medium".into(),
        max_bitrate_kbps: 8_000,
        vbv_ms: 2_000,
        key_interval_frames: 60,
        threads: 2,
    };
    let fade =
        FadeWork { incoming_pts: vec![50, 50, 1_051, 2_052], incoming_end: 3_053, weights: vec![1, 2, 3, 65_535] };
    let picture = PictureWork {
        track,
        rate_num: 30_000,
        rate_den: 1,
        keep_pts: vec![-1, 0, 1_001, 2_002],
        end: 3_003,
        fade: Some(fade),
        recipe,
    };
    Grant {
        task: TASK,
        epoch: EPOCH,
        content_key: [7; 32],
        source_url: "http://127.0.0.1:9000/reelfarm/sources/a?X-Amz-Signature=0".into(),
        source_bytes: 123_456,
        video: 9,
        work: Work::Picture(picture),
    }
}

fn part_header() -> PartHeader {
    let codec = CodecConfig::H264(H264Config {
        avcc: vec![1, 100, 0, 31, 255],
        width: 1280,
        height: 720,
        colour: Colour { primaries: 1, transfer: 1, matrix: 1, full_range: false },
    });
    PartHeader {
        task: TASK,
        epoch: EPOCH,
        content_key: [7; 32],
        codec,
        rate_num: 30_000,
        rate_den: 1,
        frames: vec![
            PartFrame { pts: 0, dts: -2_002, duration: 1_001, size_bytes: 900, key: true },
            PartFrame { pts: 1_001, dts: -1_001, duration: 1_001, size_bytes: 90, key: false },
        ],
        payload_bytes: 990,
        payload_hash: [9; 32],
        render_ms: 1_234,
        levels: vec![SegmentLevel {
            loudness_in_mlufs: Some(-23_000),
            gain_mdb: 9_000,
            loudness_out_mlufs: Some(-14_010),
            true_peak_out_mdbtp: None,
        }],
    }
}

fn index() -> Index {
    let picture = PictureIndex {
        ordinal: 0,
        codec: "hevc".into(),
        width: 1920,
        height: 1080,
        pixel_aspect_num: 1,
        pixel_aspect_den: 1,
        orientation: Orientation::Upright,
        interlaced: false,
        bit_depth: 10,
        colour: Colour { primaries: 9, transfer: 16, matrix: 9, full_range: false },
        rate_num: 90_000,
        rate_den: 1,
        frame_rate_num: 25,
        frame_rate_den: 1,
        frames: vec![IndexFrame { pts: 0, dts: -3_600, size_bytes: 4_000, key: true }],
        end: 3_600,
        decoded: false,
    };
    let sound = SoundIndex {
        ordinal: 0,
        codec: "aac".into(),
        channels: 2,
        sample_rate: 44_100,
        start_ns: -21_333_333,
        end_ns: 40_000_000,
    };
    Index {
        container: Container::Matroska,
        picture,
        sound: Some(sound),
        created_at: Some(1_700_000_000),
        warnings: vec!["variable_frame_rate".into()],
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn golden_files() -> BTreeMap<String, Vec<u8>> {
    let entries =
        std::fs::read_dir(folder()).expect("the golden folder is there").map(|entry| entry.expect("it can be listed"));
    entries
        .map(|entry| {
            (
                entry.file_name().into_string().expect("names are plain"),
                std::fs::read(entry.path()).expect("it can be read"),
            )
        })
        .collect()
}

#[test]
fn all_golden_bytes_are_read_and_written_alike() {
    let samples = samples();
    if std::env::var_os("REELFARM_WRITE_GOLDEN").is_some() {
        for sample in &samples {
            let path = folder().join(format!("v1-{}.bin", sample.name));
            if !path.exists() {
                std::fs::write(path, &sample.bytes).unwrap();
            }
        }
    }
    let mut files = golden_files();
    for sample in &samples {
        let name = format!("v1-{}.bin", sample.name);
        let golden = files.remove(&name).unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!((sample.reads_back)(&golden), Ok(true), "{name} no longer means what it meant");
        assert_eq!(golden, sample.bytes, "{name}: this version writes other bytes");
    }
    assert_eq!(files.into_keys().collect::<Vec<_>>(), Vec::<String>::new(), "golden files no message belongs to");
}

#[test]
fn a_message_cut_short_anywhere_is_refused() {
    for sample in samples() {
        for length in 0..sample.bytes.len() {
            assert!((sample.reads_back)(&sample.bytes[..length]).is_err(), "{} at {length} bytes", sample.name);
        }
    }
}

#[test]
fn a_message_with_any_byte_changed_is_refused() {
    for sample in samples() {
        for place in 0..sample.bytes.len() {
            let mut bytes = sample.bytes.clone();
            bytes[place] ^= 0x55;
            assert!((sample.reads_back)(&bytes).is_err(), "{}: byte {place}", sample.name);
        }
    }
}

/// A peer can compute a checksum too: behind a right one, garbage must be refused or read, but never harm.
#[test]
fn garbage_behind_a_right_checksum_does_no_harm() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    for sample in samples() {
        let (preface, body) = sample.bytes.split_first_chunk::<PREFACE_BYTES>().unwrap();
        let kind = Preface::read(*preface, TABLE_BYTES_MAX).unwrap().kind;
        for _ in 0..2_000 {
            let mut body = body.to_vec();
            for _ in 0..3.min(body.len()) {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let place = usize::try_from(seed >> 33).unwrap() % body.len();
                body[place] = (seed >> 20).to_le_bytes()[0];
            }
            let mut bytes = Preface::of(1, kind, &body).to_bytes().to_vec();
            bytes.extend_from_slice(&body);
            let _read_or_refused = (sample.reads_back)(&bytes);
        }
    }
}
