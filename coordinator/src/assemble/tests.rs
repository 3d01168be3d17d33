//! Finished layouts before independent judges: ffprobe, ffmpeg's decoder, mp4-atom's reader, and our own check.
//! MP4 here; what MOV and `WebM` say their own way is in files of their own.

mod bent;
pub(crate) mod media;
mod mov;
pub(crate) mod reported;
mod structure;
mod webm;

use std::path::Path;

use farm_core::export::Format;
use farm_core::part::{PartCodec, PartFrame, PartHeader};
use farm_core::plan::PlacedPart;
use proptest::prelude::*;
use timeline::{Rate, Ticks};

use std::os::unix::fs::FileExt as _;

use super::*;
use media::{Received, Track, demux, plan, run};
use reported::differences;

/// Lays out and writes a file next to its source.
fn assemble(output: &PlannedOutput, received: &Received, path: &Path) -> Layout {
    let headers = received.headers();
    let laid_out = layout(output, &headers).unwrap();
    assert_eq!(laid_out, layout(output, &headers).unwrap(), "the same bytes every time");
    received.write(&laid_out, path);
    laid_out
}

/// Presentation time, size and key mark of every packet, by ffprobe.
fn packets(path: &Path, stream: &str) -> Vec<(i64, u32, bool)> {
    let entries = "packet=pts,size,flags";
    let arguments = ["-v", "warning", "-select_streams", stream, "-show_entries", entries, "-of", "csv=p=0"];
    let listed = run("ffprobe", &[&arguments[..], &[path.to_str().unwrap()]].concat());
    let packet = |line: &str| {
        let mut fields = line.split(',');
        let pts = fields.next()?.parse().ok()?;
        Some((pts, fields.next()?.parse().ok()?, fields.next()?.contains('K')))
    };
    // A packet with side data is followed by a line without fields.
    listed.lines().filter_map(packet).collect()
}

/// The hash of every decoded frame, in order of presentation.
fn frame_hashes(path: &Path) -> Vec<String> {
    let path = path.to_str().unwrap();
    let arguments =
        ["-v", "error", "-xerror", "-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5", "-"];
    let listed = run("ffmpeg", &arguments);
    let frames = listed.lines().filter(|line| !line.starts_with('#'));
    frames.map(|line| line.rsplit(',').next().unwrap().trim().to_owned()).collect()
}

/// The hash of all decoded samples.
fn pcm(path: &Path) -> String {
    let path = path.to_str().unwrap();
    let arguments = ["-v", "error", "-xerror", "-i", path, "-map", "0:a", "-f", "md5", "-c:a", "pcm_s16le", "-"];
    run("ffmpeg", &arguments)
}

/// What ffprobe says of tracks and file.
fn facts(path: &Path) -> String {
    let entries = "stream=codec_name,duration_ts,start_pts,nb_frames:format_tags";
    run("ffprobe", &["-v", "warning", "-show_entries", entries, "-of", "csv", path.to_str().unwrap()])
}

fn assert_picture_is(path: &Path, source: &Path, track: &Track) {
    let expected: Vec<(i64, u32, bool)> =
        track.samples.iter().map(|(frame, _)| (frame.pts, frame.size_bytes, frame.key)).collect();
    assert_eq!(packets(path, "v"), expected, "every frame at its time");
    assert_eq!(frame_hashes(path), frame_hashes(source), "every frame decodes to the same picture");
}

#[test]
fn parts_make_the_source_again() {
    let sources: [(&str, &str, &[&str]); 5] = [
        ("25 frames a second", "testsrc2=size=192x108:rate=25:duration=8", &["-g", "25"]),
        ("29.97 frames a second", "testsrc2=size=192x108:rate=30000/1001:duration=7", &["-g", "30"]),
        (
            "variable frame rate",
            "testsrc2=size=192x108:rate=60:duration=6,select='lt(mod(n\\,7)\\,3)+eq(mod(n\\,11)\\,5)'",
            &["-g", "12", "-fps_mode", "vfr", "-enc_time_base", "1/90000"],
        ),
        ("groups of three", "testsrc2=size=192x108:rate=24:duration=3", &["-g", "3"]),
        ("single frames", "testsrc2=size=192x108:rate=24:duration=1", &["-g", "1"]),
    ];
    let dir = tempfile::tempdir().unwrap();
    for (name, filter, coding) in sources {
        let source = media::picture(dir.path(), &format!("{name}.mp4"), filter, coding);
        let track = demux(&source);
        for frames_min in [1, 50] {
            let (output, received) = plan(&track, frames_min, None);
            let path = dir.path().join(format!("{name} in parts of {frames_min}.mp4"));
            assemble(&output, &received, &path);
            assert_picture_is(&path, &source, &track);
        }
    }
}

#[test]
fn sound_is_exact_to_the_sample() {
    let dir = tempfile::tempdir().unwrap();
    let picture = media::picture(dir.path(), "p.mp4", "testsrc2=size=192x108:rate=25:duration=5", &["-g", "25"]);
    // 5 s less 123 samples: the last packet ends early.
    let sound = media::sound(dir.path(), "s.mp4", "4.9974375");
    let (picture_track, sound_track) = (demux(&picture), demux(&sound));
    let (output, received) = plan(&picture_track, 1, Some(&sound_track));
    let path = dir.path().join("both.mp4");
    let laid_out = assemble(&output, &received, &path);
    assert_picture_is(&path, &picture, &picture_track);
    assert_eq!(pcm(&path), pcm(&sound), "equal to ffmpeg's own file, sample by sample");
    let facts = facts(&path);
    insta::assert_snapshot!(facts);
    // The front of the file, and at most a second of one track before the other.
    assert!(matches!(laid_out.pieces().first(), Some(Piece::Bytes(_))));
    let sound_key = output.sound.unwrap();
    let is_sound = |piece: &Piece| matches!(piece, Piece::Slice { part, .. } if *part == sound_key);
    let turns = laid_out.pieces()[1..].chunk_by(|one, next| is_sound(one) == is_sound(next)).count();
    assert!(turns >= 10, "picture and sound take turns every second");
}

#[test]
fn extra_packets_of_sound_are_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let picture = media::picture(dir.path(), "p.mp4", "testsrc2=size=64x64:rate=25:duration=1", &["-g", "25"]);
    let mut sound = demux(&media::sound(dir.path(), "s.mp4", "1"));
    let packet = sound.samples.last().unwrap().clone();
    sound.samples.extend([packet.clone(), packet]);
    let (output, received) = plan(&demux(&picture), 1, Some(&sound));
    let path = dir.path().join("both.mp4");
    assemble(&output, &received, &path);
    assert_eq!(packets(&path, "a").len(), sound.samples.len() - 2);
}

#[test]
fn a_part_may_be_placed_twice() {
    let dir = tempfile::tempdir().unwrap();
    let source = media::picture(dir.path(), "p.mp4", "testsrc2=size=64x64:rate=25:duration=2", &["-g", "25"]);
    let (mut output, received) = plan(&demux(&source), 1, None);
    let again: Vec<PlacedPart> = output
        .picture
        .iter()
        .map(|place| PlacedPart { offset: place.offset + output.duration, ..place.clone() })
        .collect();
    output.picture.extend(again);
    output.frame_count *= 2;
    output.duration = output.duration + output.duration;
    let path = dir.path().join("twice.mp4");
    assemble(&output, &received, &path);
    let once = frame_hashes(&source);
    assert_eq!(frame_hashes(&path), [once.clone(), once].concat());
}

#[test]
fn parts_that_do_not_fit_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let source = media::picture(dir.path(), "p.mp4", "testsrc2=size=64x64:rate=25:duration=3", &["-g", "25"]);
    let track = demux(&source);
    let refused = |change: &dyn Fn(&mut PlannedOutput, &mut Received)| {
        let (mut output, mut received) = plan(&track, 1, None);
        change(&mut output, &mut received);
        (layout(&output, &received.headers()).unwrap_err(), output.picture)
    };
    let (error, parts) = refused(&|output, received| drop(received.parts.remove(&output.picture[1].content_key)));
    assert_eq!(error, LayoutError::Missing { part: parts[1].content_key });
    let header = |received: &mut Received, part: &PlacedPart, change: &dyn Fn(&mut PartHeader)| {
        change(&mut received.parts.get_mut(&part.content_key).unwrap().0);
    };
    let (error, parts) = refused(&|output, received| {
        header(received, &output.picture[2], &|header| match &mut header.codec {
            PartCodec::H264 { avcc, .. } => avcc[3] += 1,
            _ => unreachable!(),
        });
    });
    assert_eq!(error, LayoutError::CodecsDiffer { first: parts[0].content_key, other: parts[2].content_key });
    let (error, parts) = refused(&|output, received| {
        header(received, &output.picture[1], &|header| header.frames.truncate(24));
    });
    assert_eq!(error, LayoutError::FrameCount { part: parts[1].content_key, planned: 25, found: 24 });
    let (error, parts) = refused(&|output, received| {
        header(received, &output.picture[1], &|header| header.frames[3].size_bytes += 1);
    });
    assert_eq!(error, LayoutError::Payload { part: parts[1].content_key });
    let (error, parts) = refused(&|output, _| output.picture[2].offset += Ticks(-512));
    assert_eq!(error, LayoutError::Times { part: parts[1].content_key }, "it would overlap the next");
    let (error, parts) = refused(&|output, received| {
        header(received, &output.picture[2], &|header| header.frames.iter_mut().for_each(|frame| frame.pts += 1));
    });
    assert_eq!(error, LayoutError::Times { part: parts[2].content_key }, "it would begin late");
    let (error, parts) = refused(&|output, received| {
        header(received, &output.picture[1], &|header| header.frames[0].key = false);
    });
    assert_eq!(error, LayoutError::NoKey { part: parts[1].content_key });
}

fn made_up_codec() -> PartCodec {
    PartCodec::H264 {
        avcc: vec![1, 100, 0, 31, 255, 225, 0, 0, 0],
        width: 64,
        height: 36,
        colour: farm_core::video::Colour { primaries: 2, transfer: 2, matrix: 2, full_range: false },
    }
}

/// Two hours at 60 frames a second: what a layout costs (containers.md: 6.8 MB in front, 28,000 pieces).
#[test]
fn long_films_have_small_layouts() {
    let codec = made_up_codec();
    let rate = Rate::hz(60).unwrap();
    // Four seconds: a key frame, then threes of which the first to be decoded is the last to be shown.
    let shown = |turn: i64| {
        if (1..238).contains(&turn) { turn + [-1, 2, -1][usize::try_from(turn % 3).unwrap()] } else { turn }
    };
    let frame = |turn| PartFrame { pts: shown(turn), duration: 1, size_bytes: 9000, key: turn == 0 };
    let frames = (0..240).map(frame).collect();
    let header = PartHeader { codec, rate, frames, payload_bytes: 240 * 9000, levels: Vec::new() };
    let packets = vec![PartFrame { pts: 0, duration: 1024, size_bytes: 427, key: true }; 337_502];
    let sound = PartHeader {
        codec: PartCodec::Aac {
            specific_config: vec![0x11, 0x90],
            channels: 2,
            sample_rate: 48_000,
            priming_samples: 1024,
            sample_count: 345_600_000,
            bitrate_bps: 160_000,
        },
        rate: Rate::SOUND,
        payload_bytes: 427 * packets.len() as u64,
        frames: packets,
        levels: Vec::new(),
    };
    let key = |number: u64| ContentKey(*blake3::hash(&number.to_le_bytes()).as_bytes());
    let headers: Headers = (0..1800).map(|part| (key(part), &header)).chain([(key(9999), &sound)]).collect();
    let place = |part: u64| PlacedPart {
        content_key: key(part),
        offset: Ticks(i64::try_from(part * 240).unwrap()),
        frame_count: 240,
    };
    let output = PlannedOutput {
        number: 1,
        filename: "film.mp4".to_owned(),
        format: Format::Mp4,
        poster: None,
        rate,
        picture: (0..1800).map(place).collect(),
        sound: Some(key(9999)),
        frame_count: 432_000,
        duration: Ticks(432_000),
        title: "film".to_owned(),
        created_at: None,
    };
    let laid_out = layout(&output, &headers).unwrap();
    let front = laid_out.pieces()[0].length();
    assert!(front < 7_500_000, "{front} bytes in front");
    assert!(laid_out.pieces().len() < 28_000, "{} pieces", laid_out.pieces().len());
}

/// A second part that lies beyond 4 GiB, behind one frame that is almost all of it: a hole in the file.
#[test]
fn beyond_four_gigabytes_offsets_are_wide() {
    let dir = tempfile::tempdir().unwrap();
    let source = media::picture(dir.path(), "p.mp4", "testsrc2=size=64x64:rate=25:duration=2", &["-g", "25"]);
    let track = demux(&source);
    let (mut output, mut received) = plan(&track, 1, None);
    let hole = ContentKey([9; 32]);
    // Players refuse frames of a gigabyte, so the hole is 64 frames.
    let size_bytes = (u32::MAX - 70_000) / 64;
    let frame = |number: i64| PartFrame { pts: number * 512, duration: 512, size_bytes, key: number == 0 };
    let header = PartHeader {
        codec: track.codec.clone(),
        rate: track.rate,
        frames: (0..64).map(frame).collect(),
        payload_bytes: 64 * u64::from(size_bytes),
        levels: Vec::new(),
    };
    received.parts.insert(hole, (header, Vec::new()));
    for place in &mut output.picture {
        place.offset += Ticks(64 * 512);
    }
    output.picture.insert(0, PlacedPart { content_key: hole, offset: Ticks(0), frame_count: 64 });
    output.duration += Ticks(64 * 512);
    output.frame_count += 64;
    for (more, wide) in [(0, false), (65_000, true)] {
        let header = &mut received.parts.get_mut(&hole).unwrap().0;
        header.frames[0].size_bytes += more;
        header.payload_bytes += u64::from(more);
        let headers = received.headers();
        let laid_out = layout(&output, &headers).unwrap();
        let Piece::Bytes(front) = &laid_out.pieces()[0] else { panic!("boxes in front") };
        let stbl = &media::read_moov(front).trak[0].mdia.minf.stbl;
        assert_eq!((stbl.co64.is_some(), stbl.stco.is_some()), (wide, !wide), "{} bytes", laid_out.size_bytes());
        let path = dir.path().join(format!("wide {wide}.mp4"));
        received.write_sparse(&laid_out, &path);
        // The first frames are the hole; behind it every frame is where the tables say.
        let entries = ["-select_streams", "v", "-show_entries", "packet=pos,size", "-of", "csv=p=0"];
        let listed = run("ffprobe", &[&["-v", "quiet"], &entries[..], &[path.to_str().unwrap()]].concat());
        let file = std::fs::File::open(&path).unwrap();
        let mut found = Vec::new();
        for line in listed.lines().skip(64) {
            let (size, at) = line.trim_end_matches(',').split_once(',').unwrap();
            let mut unit = vec![0; size.parse().unwrap()];
            file.read_exact_at(&mut unit, at.parse().unwrap()).unwrap();
            found.extend(unit);
        }
        let wanted: Vec<u8> =
            output.picture[1..].iter().flat_map(|place| received.parts[&place.content_key].1.clone()).collect();
        assert!(found == wanted, "the frames behind the hole are elsewhere than the tables say");
    }
}

/// Parts of made-up frames: any order within a part that starts with a key frame.
fn any_parts() -> impl Strategy<Value = Vec<(Vec<usize>, Vec<i64>)>> {
    let part = (1_usize..9).prop_flat_map(|count| {
        let order = Just((0..count).collect::<Vec<_>>()).prop_shuffle();
        (order, prop::collection::vec(1_i64..5000, count))
    });
    prop::collection::vec(part, 1..12)
}

proptest! {
    /// The rule of decode times: strictly rising over the whole track, never after presentation, and somewhere equal to it.
    #[test]
    fn no_frame_is_shown_before_it_is_decoded(parts in any_parts(), den in prop::sample::select(vec![1_u32, 1001])) {
        let codec = made_up_codec();
        let rate = Rate::new(30_000, den).unwrap();
        let mut received = Received::default();
        let mut picture = Vec::new();
        let mut end = 0;
        let mut wanted = Vec::new();
        for (order, lengths) in &parts {
            let times: Vec<i64> = lengths.iter().scan(0, |at, length| { let pts = *at; *at += length; Some(pts) }).collect();
            let samples: Vec<_> = order.iter().enumerate().map(|(turn, &shown)| {
                let frame = PartFrame {
                    pts: times[shown],
                    duration: u32::try_from(lengths[shown]).unwrap(),
                    size_bytes: u32::try_from(turn + 1).unwrap(),
                    key: turn == 0,
                };
                (frame, bytes::Bytes::from(vec![0; turn + 1]))
            }).collect();
            wanted.extend(order.iter().map(|&shown| (end + times[shown]) * i64::from(den)));
            let content_key = received.add(&codec, rate, &samples);
            picture.push(PlacedPart { content_key, offset: Ticks(end), frame_count: samples.len() as u64 });
            end += lengths.iter().sum::<i64>();
        }
        let output = PlannedOutput {
            number: 1, filename: "x.mp4".to_owned(), format: Format::Mp4, rate, picture, sound: None, poster: None, frame_count: wanted.len() as u64,
            duration: Ticks(end), title: "x".to_owned(), created_at: None,
        };
        let headers = received.headers();
        let laid_out = layout(&output, &headers).unwrap();
        prop_assert_eq!(differences(&laid_out, &output, &headers, &received), []);
        let Piece::Bytes(front) = &laid_out.pieces()[0] else { unreachable!() };
        let moov = media::read_moov(front);
        let delay = media::edit_start(&moov.trak[0]);
        let samples = media::samples(&moov.trak[0]);
        prop_assert!(samples.iter().all(|sample| sample.delta > 0 && sample.ahead >= 0));
        prop_assert!(samples.iter().any(|sample| sample.ahead == 0), "the delay is no longer than it must be");
        let shown: Vec<i64> = samples.iter().map(|sample| sample.dts + sample.ahead - delay).collect();
        prop_assert_eq!(shown, wanted);
        let duration: i64 = samples.iter().map(|sample| sample.delta).sum();
        prop_assert_eq!(duration, end * i64::from(den));
    }
}
