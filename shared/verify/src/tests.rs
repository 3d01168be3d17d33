//! Files made by ffmpeg, reports written from what ffprobe says of them, and everything that can go wrong in between.

mod made;

use std::fs;

use proptest::prelude::*;

use super::*;
use made::{Made, webm};

/// Bytes in memory.
struct Bytes(Vec<u8>);

impl Content for Bytes {
    fn size_bytes(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap();
        let bytes = start.checked_add(buffer.len()).and_then(|end| self.0.get(start..end));
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

fn differences(bytes: Vec<u8>, expected: &Output) -> Vec<Difference> {
    verify(&Bytes(bytes), expected).unwrap()
}

/// As sentences, without the one that every changed byte yields.
fn said(bytes: Vec<u8>, expected: &Output) -> Vec<String> {
    let found = differences(bytes, expected);
    assert!(matches!(found.first(), Some(Difference::Sha256 { .. } | Difference::Size { .. })), "{found:?}");
    let inside = |found: &&Difference| !matches!(found, Difference::Sha256 { .. } | Difference::Size { .. });
    found.iter().filter(inside).map(ToString::to_string).collect()
}

fn key(expected: &Output, part: usize) -> &str {
    &expected.picture.parts[part].content_key[..12]
}

#[test]
fn files_are_what_their_reports_say() {
    let dir = tempfile::tempdir().unwrap();
    for container in ["mp4", "mov"] {
        let made = Made::with_sound(dir.path(), container);
        let report = made.report();
        assert_eq!((report.frame_count, report.picture.parts.len()), (75, 3));
        assert_eq!(differences(made.bytes, &report), []);
    }
    let silent = Made::picture(dir.path(), "uneven.mp4", "select='not(eq(mod(n,7),3))'");
    assert_eq!(differences(silent.bytes.clone(), &silent.report()), []);
}

#[test]
fn webm_is_read_to_the_millisecond() {
    let dir = tempfile::tempdir().unwrap();
    let made = webm(dir.path(), &[]);
    let report = made.report();
    assert_eq!(differences(made.bytes.clone(), &report), []);
    let mut late = report.clone();
    // Two frames of 40 ms become 39 and 41: a frame is a millisecond off, which is more than rounding is.
    late.picture.frame_times = vec![[9, 40], [1, 39], [1, 41], [39, 40]];
    late.time_scale = 1000;
    let found = differences(made.bytes, &late);
    assert!(matches!(found[..], [Difference::Missing { frame: 10, .. }, Difference::Extra { .. }]), "{found:?}");

    // ffmpeg makes room for the priming of the sound by letting all begin 7 ms late, and rounds every packet twice.
    let sound = "aevalsrc='sin(440*t*(1+t))*0.3|sin(220*t*t)*0.4':s=48000:d=2";
    let made = webm(dir.path(), &["-f", "lavfi", "-i", sound, "-c:a", "libopus"]);
    let report = made.report();
    assert_eq!(report.sound.as_ref().unwrap().sample_count, 96_000);
    let shifted = Difference::Shifted { kind: Kind::Picture, late: Seconds { micros: 7_000 } };
    let mut found = differences(made.bytes, &report);
    found.retain(|found| {
        !matches!(found, Difference::Missing { .. } | Difference::Extra { .. } | Difference::MoreTimes { .. })
    });
    assert_eq!(found, [shifted], "samples, priming, codec and bytes of the sound are right");
}

#[test]
fn a_flipped_byte_is_found_in_its_part() {
    let dir = tempfile::tempdir().unwrap();
    let made = Made::with_sound(dir.path(), "mp4");
    let report = made.report();
    let frame = made.packets("v")[40];
    let mut bytes = made.bytes.clone();
    bytes[frame.position + 9] ^= 16;
    let part = format!("part 2 of the picture (frames 25 to 49, {}…)", key(&report, 1));
    assert_eq!(said(bytes, &report), [format!("the bytes of {part} are not the ones that were rendered")]);

    let packet = made.packets("a")[7];
    let mut bytes = made.bytes.clone();
    bytes[packet.position] ^= 1;
    let found = said(bytes, &report);
    assert!(found.len() == 1 && found[0].starts_with("the bytes of the part of sound"), "{found:?}");

    // A byte that is no frame's: only the whole tells.
    let mut bytes = made.bytes.clone();
    let title = bytes.windows(4).position(|window| window == b"Lavf").unwrap();
    bytes[title] = b'l';
    assert_eq!(said(bytes, &report), Vec::<String>::new());
}

#[test]
fn a_dropped_frame_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let made = Made::with_sound(dir.path(), "mp4");
    let report = made.report();
    let without = made.remuxed("without.mp4", &["-bsf:v", "noise=drop='eq(n,40)'"]);
    let found = said(without.bytes.clone(), &report);
    let times = |made: &Made| made.packets("v").iter().map(|packet| packet.pts).collect::<Vec<_>>();
    let left = times(&without);
    let mut dropped = times(&made);
    dropped.retain(|time| !left.contains(time));
    assert_eq!(dropped.len(), 1);
    let frame = dropped[0] / 512;
    let at = Seconds { micros: frame * 40_000 };
    let part = format!("part 2 of the picture (frames 25 to 49, {}…)", key(&report, 1));
    let expected = [
        "the picture has 74 frames, not 75".to_owned(),
        format!("frame {frame} of the picture, at {at}, is missing"),
        format!("{part} has 24 frames, not 25"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn swapped_parts_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let made = Made::with_sound(dir.path(), "mp4");
    let report = made.report();
    let mut swapped = report.clone();
    let [one, two, _] = &mut swapped.picture.parts[..] else { panic!("three parts") };
    std::mem::swap(&mut one.payload_blake3, &mut two.payload_blake3);
    std::mem::swap(&mut one.frames_blake3, &mut two.frames_blake3);
    std::mem::swap(&mut one.content_key, &mut two.content_key);
    std::mem::swap(&mut one.size_bytes, &mut two.size_bytes);
    let name = |part: usize, first: u64| {
        format!("part {} of the picture (frames {first} to {}, {}…)", part + 1, first + 24, key(&swapped, part))
    };
    let found: Vec<String> = differences(made.bytes, &swapped).iter().map(ToString::to_string).collect();
    let (one, two) = (name(0, 0), name(1, 25));
    assert_eq!(found, [format!("where {one} belongs, there is {two}"), format!("where {two} belongs, there is {one}")]);
}

#[test]
fn a_shifted_edit_list_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let made = Made::with_sound(dir.path(), "mp4");
    let report = made.report();
    // Version and flags, a count, the length; then where the media begins.
    let at = made.bytes.windows(4).position(|window| window == b"elst").unwrap() + 16;
    let start = i32::from_be_bytes(made.bytes[at..at + 4].try_into().unwrap());
    for (more, expected) in [
        (512, "every frame of the picture is 0.040000 s too early"),
        (-256, "every frame of the picture is 0.020000 s too late"),
    ] {
        let mut bytes = made.bytes.clone();
        bytes[at..at + 4].copy_from_slice(&(start + more).to_be_bytes());
        let found = said(bytes, &report);
        assert_eq!(found[0], expected, "{found:?}");
    }
    let mut shorter = made.bytes.clone();
    let length = u32::from_be_bytes(shorter[at - 4..at].try_into().unwrap());
    shorter[at - 4..at].copy_from_slice(&(length - 40).to_be_bytes());
    assert_eq!(said(shorter, &report), ["the picture ends at 2.960000 s, not at 3.000000 s"]);
}

#[test]
fn the_report_of_another_file_does_not_fit() {
    let dir = tempfile::tempdir().unwrap();
    let made = Made::with_sound(dir.path(), "mp4");
    let other = Made::picture(dir.path(), "other.mp4", "null");
    let found = differences(made.bytes, &other.report());
    let tracks = Difference::Tracks { kind: Kind::Sound, expected: 0, found: 1 };
    assert!(found.contains(&tracks), "{found:?}");
    assert!(found.iter().any(|found| matches!(found, Difference::Property { what: "size", .. })), "{found:?}");
    assert!(found.iter().any(|found| matches!(found, Difference::Payload { .. })), "{found:?}");
}

#[test]
fn reports_that_contradict_themselves_are_refused_as_such() {
    let dir = tempfile::tempdir().unwrap();
    let made = Made::with_sound(dir.path(), "mp4");
    for change in [
        |report: &mut Output| report.picture.frame_times = vec![[u64::MAX, 1], [76, 1]],
        |report: &mut Output| report.duration_ticks += 1,
        |report: &mut Output| report.time_scale = 0,
        |report: &mut Output| report.sound.as_mut().unwrap().priming_samples = u64::MAX,
    ] {
        let mut report = made.report();
        change(&mut report);
        let found = differences(made.bytes.clone(), &report);
        assert!(found.iter().any(|found| matches!(found, Difference::Report { .. })), "{found:?}");
    }
}

#[test]
fn clips_are_verified_in_their_archive_and_by_name_or_hash() {
    let dir = tempfile::tempdir().unwrap();
    let clips = [Made::with_sound(dir.path(), "mp4"), Made::picture(dir.path(), "other.mp4", "null")];
    let outputs: Vec<Output> = clips.iter().map(Made::report).collect();
    let path = dir.path().join("clips.zip");
    let mut archive = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (clip, output) in clips.iter().zip(&outputs) {
        archive.start_file(output.filename.as_str(), stored).unwrap();
        io::Write::write_all(&mut archive, &clip.bytes).unwrap();
    }
    archive.finish().unwrap();
    let archive = fs::read(&path).unwrap();
    let report = made::whole(outputs, Some(&archive));

    let verified = verify_file(&Bytes(archive.clone()), "any.zip", &report).unwrap();
    assert_eq!((verified.looked.len(), verified.differences), (2, Vec::new()));
    let renamed = verify_file(&Bytes(clips[1].bytes.clone()), "renamed.mp4", &report).unwrap();
    assert_eq!((renamed.looked[0].output.number, renamed.differences), (2, Vec::new()));
    let strange = verify_file(&Bytes(vec![1; 9]), "strange.mp4", &report).unwrap_err();
    assert!(matches!(strange, Error::NotInReport { count: 2 }));
    let mut damaged = archive.clone();
    let frame = verified.looked[1].stretch.clone().unwrap().start + clips[1].packets("v")[0].position as u64;
    damaged[usize::try_from(frame).unwrap()] ^= 1;
    let found = verify_file(&Bytes(damaged), "any.zip", &report).unwrap().differences;
    let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["clips.zip", "other.mp4", "other.mp4"], "{found:?}");
    let mut short = archive.clone();
    short.truncate(archive.len() - 30);
    assert!(!verify_file(&Bytes(short), "any.zip", &report).unwrap().differences.is_empty());
}

/// A file small enough to be damaged a few hundred times.
fn small() -> &'static (Vec<u8>, Output) {
    static SMALL: std::sync::OnceLock<(Vec<u8>, Output)> = std::sync::OnceLock::new();
    SMALL.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let made = Made::with_sound(dir.path(), "mp4");
        (made.bytes.clone(), made.report())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever happens to a file, it is noticed, and nothing panics.
    #[test]
    fn no_damage_passes(at in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 1..12), cut in any::<bool>()) {
        let (whole, report) = small();
        // Half of the damage is to the boxes in front.
        let place = if bytes[0] % 2 == 0 { at.index(4000) } else { at.index(whole.len()) };
        let mut damaged = whole.clone();
        if cut {
            damaged.truncate(place);
        } else {
            let end = damaged.len().min(place + bytes.len());
            damaged[place..end].copy_from_slice(&bytes[..end - place]);
        }
        prop_assume!(damaged != *whole);
        prop_assert!(!differences(damaged, report).is_empty());
    }
}
