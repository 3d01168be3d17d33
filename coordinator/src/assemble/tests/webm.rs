//! `WebM` before ffprobe, ffmpeg's decoder and our own check: every frame, every sample, every place to go to.

use media::streams;

use super::reported::verified;
use super::*;

/// What is asked of ffprobe.
const FACTS: &str = "stream=codec_name,profile,width,height,color_space,avg_frame_rate,start_pts,channels,sample_rate:\
                     format=duration:format_tags";

/// What the millisecond nearest to each frame's time is.
fn nearest_ms(track: &Track) -> impl Iterator<Item = i64> {
    let (num, den) = (i64::from(track.rate.num()), i64::from(track.rate.den()));
    track.samples.iter().map(move |(frame, _)| (frame.pts * 2000 * den + num) / (2 * num))
}

fn plan_webm(track: &Track, frames_min: usize, sound: Option<&Track>) -> (PlannedOutput, Received) {
    let (output, received) = plan(track, frames_min, sound);
    (PlannedOutput { format: Format::Webm, ..output }, received)
}

fn assert_webm_is(path: &Path, source: &Path, track: &Track) {
    let expected: Vec<(i64, u32, bool)> =
        nearest_ms(track).zip(&track.samples).map(|(time, (frame, _))| (time, frame.size_bytes, frame.key)).collect();
    assert_eq!(packets(path, "v"), expected, "every frame at its millisecond");
    assert_eq!(frame_hashes(path), frame_hashes(source), "every frame decodes to the same picture");
}

#[test]
fn parts_make_the_source_again() {
    let sources: [(&str, &str, &[&str]); 4] = [
        ("25 frames a second", "testsrc2=size=192x108:rate=25:duration=6", &["-g", "50"]),
        ("29.97 frames a second", "testsrc2=size=192x108:rate=30000/1001:duration=4", &["-g", "30"]),
        (
            "variable frame rate",
            "testsrc2=size=192x108:rate=60:duration=4,select='lt(mod(n\\,7)\\,3)+eq(mod(n\\,11)\\,5)'",
            &["-g", "12", "-fps_mode", "vfr", "-enc_time_base", "1/90000"],
        ),
        ("single frames", "testsrc2=size=192x108:rate=24:duration=1", &["-g", "1"]),
    ];
    let dir = tempfile::tempdir().unwrap();
    for (name, filter, coding) in sources {
        let source = streams::picture(dir.path(), &format!("{name}.ivf"), filter, coding);
        let track = streams::demux_picture(&source, 192, 108);
        for frames_min in [1, 50] {
            let (output, received) = plan_webm(&track, frames_min, None);
            let path = dir.path().join(format!("{name} in parts of {frames_min}.webm"));
            assemble(&output, &received, &path);
            assert_webm_is(&path, &source, &track);
        }
    }
}

#[test]
fn picture_and_sound_are_whole() {
    let dir = tempfile::tempdir().unwrap();
    let filter = "testsrc2=size=192x108:rate=25:duration=5";
    let log = dir.path().join("log");
    let pass = |name, pass| {
        streams::picture(dir.path(), name, filter, &["-g", "50", "-passlogfile", log.to_str().unwrap(), "-pass", pass])
    };
    pass("first.ivf", "1");
    let picture = pass("p.ivf", "2");
    // 5 s less 123 samples: the last packet ends early.
    let sound = streams::sound(dir.path(), "s.opus", "4.9974375");
    let track = streams::demux_picture(&picture, 192, 108);
    let superframes = track.samples.iter().filter(|(_, bytes)| bytes.last().unwrap() & 0xE0 == 0xC0).count();
    assert!(superframes > 0, "some frames bring along one that is never shown");
    let sound_track = streams::demux_sound(&sound, 239_877);
    let (output, received) = plan_webm(&track, 1, Some(&sound_track));
    let path = dir.path().join("both.webm");
    assemble(&output, &received, &path);
    assert_webm_is(&path, &picture, &track);
    assert_eq!(pcm(&path), pcm(&sound), "equal to ffmpeg's own Ogg, sample by sample");
    let told = run("ffprobe", &["-v", "warning", "-show_entries", FACTS, "-of", "csv", path.to_str().unwrap()]);
    let expected = "stream,vp9,Profile 0,192,108,bt709,25/1,0\nstream,opus,unknown,48000,2,0/0,-7\n\
                    format,5.000000,A title with ü and 字,Reelfarm 0.1.0,2023-11-14T22:13:20.000000Z\n";
    assert_eq!(told, expected);
    // Whoever goes to 4.5 s lands on the key frame before, by the cues alone.
    let arguments = ["-v", "warning", "-read_intervals", "4.5%+#1", "-select_streams", "v", "-show_entries"];
    let landed = run("ffprobe", &[&arguments[..], &["packet=pts", "-of", "csv=p=0", path.to_str().unwrap()]].concat());
    assert_eq!(landed.trim().trim_end_matches(','), "4000");
}

#[test]
fn sound_that_fills_its_packets_is_whole_too() {
    let dir = tempfile::tempdir().unwrap();
    let picture = streams::picture(dir.path(), "p.ivf", "testsrc2=size=64x64:rate=25:duration=1", &["-g", "25"]);
    let track = streams::demux_picture(&picture, 64, 64);
    // With 312 samples of pre-skip this is 51 packets to the sample, and then one sample more.
    for (samples, unheard) in [(48_648, 0), (48_649, 959)] {
        let seconds = format!("{}.{:09}", samples / 48_000, samples % 48_000 * 62_500 / 3);
        let sound = streams::sound(dir.path(), &format!("{samples}.opus"), &seconds);
        let sound_track = streams::demux_sound(&sound, samples);
        let (output, received) = plan_webm(&track, 1, Some(&sound_track));
        let path = dir.path().join(format!("{samples}.webm"));
        assemble(&output, &received, &path);
        assert_eq!(pcm(&path), pcm(&sound), "{samples} samples");
        let discards = structure::elements(&std::fs::read(&path).unwrap()).matches("DiscardPadding").count();
        assert_eq!(discards, usize::from(unheard > 0));
    }
}

/// Frames of one byte each, at these times.
fn made_up(rate: Rate, times: &[i64], duration: i64) -> (PlannedOutput, Received) {
    let colour = farm_core::video::Colour { primaries: 2, transfer: 2, matrix: 2, full_range: false };
    let codec =
        PartCodec::Vp9 { width: 64, height: 36, profile: 0, level: 10, bit_depth: 8, chroma_subsampling: 1, colour };
    let frame = |(ordinal, &pts): (usize, &i64)| {
        (PartFrame { pts, duration: 1, size_bytes: 1, key: ordinal == 0 }, bytes::Bytes::from_static(&[0]))
    };
    let samples: Vec<_> = times.iter().enumerate().map(frame).collect();
    let mut received = Received::default();
    let content_key = received.add(&codec, rate, &samples);
    let output = PlannedOutput {
        number: 1,
        filename: "x.webm".to_owned(),
        format: Format::Webm,
        rate,
        picture: vec![PlacedPart { content_key, offset: Ticks(0), frame_count: times.len() as u64 }],
        sound: None,
        poster: None,
        frame_count: times.len() as u64,
        duration: Ticks(duration),
        title: "x".to_owned(),
        created_at: None,
    };
    (output, received)
}

#[test]
fn frames_within_a_millisecond_stay_apart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("close.webm");
    let times = |times: &[i64]| {
        let (output, received) = made_up(Rate::FALLBACK, times, 90_000);
        assemble(&output, &received, &path);
        // Frames of one byte are none, and ffprobe says so; their times are still times.
        let arguments = ["-v", "quiet", "-show_entries", "packet=pts", "-of", "csv=p=0", path.to_str().unwrap()];
        let listed = run("ffprobe", &arguments);
        listed.lines().map(|line| line.trim_end_matches(',').parse().unwrap()).collect::<Vec<i64>>()
    };
    assert_eq!(times(&[0, 1, 2, 90, 900, 1000]), [0, 1, 2, 3, 10, 11], "one pushes the next, and the third is back");
    assert_eq!(times(&[0, 44, 45, 134, 135]), [0, 1, 2, 3, 4]);
    assert_eq!(times(&[0, 375, 750, 1125]), [0, 4, 8, 13], "240 frames a second are far enough apart");
    let (output, received) = made_up(Rate::hz(2000).unwrap(), &(0..60).collect::<Vec<_>>(), 60);
    let refused = layout(&output, &received.headers()).unwrap_err();
    assert!(refused.to_string().contains("a thousand frames"), "{refused}");
    let (output, received) = made_up(Rate::hz(25).unwrap(), &[0, 2, 1], 3);
    let refused = layout(&output, &received.headers()).unwrap_err();
    assert!(refused.to_string().contains("another order"), "{refused}");
}

/// A picture that stands still for half a minute, and one that is large.
#[test]
fn clusters_are_short_and_small() {
    let seconds: Vec<i64> = (0..40).collect();
    let (output, mut received) = made_up(Rate::hz(1).unwrap(), &seconds, 40);
    let clusters = |received: &Received| {
        let headers = received.headers();
        let laid_out = layout(&output, &headers).unwrap();
        let made = laid_out.pieces().iter().filter_map(|piece| match piece {
            Piece::Bytes(bytes) => Some(bytes),
            Piece::Slice { .. } => None,
        });
        made.skip(1).filter(|head| head.starts_with(&[0x1F, 0x43, 0xB6, 0x75])).count()
    };
    assert_eq!(clusters(&received), 7, "0 to 5 s, 6 to 11 s, …");
    let (header, _) = received.parts.values_mut().next().unwrap();
    for frame in &mut header.frames {
        frame.size_bytes = 2_000_000;
    }
    header.payload_bytes = 80_000_000;
    assert_eq!(clusters(&received), 20, "two frames of 2 MB fit, three do not");
}

#[test]
fn every_bent_byte_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let picture = streams::picture(dir.path(), "p.ivf", "testsrc2=size=64x64:rate=25:duration=2", &["-g", "25"]);
    let track = streams::demux_picture(&picture, 64, 64);
    let sound = streams::demux_sound(&streams::sound(dir.path(), "s.opus", "2"), 96_000);
    let (output, received) = plan_webm(&track, 1, Some(&sound));
    let headers = received.headers();
    let whole = layout(&output, &headers).unwrap();
    let is_noticed = |found: &Layout| {
        verified(found, &whole, &output, &headers, &received).map_or(true, |differences| !differences.is_empty())
    };
    let mut bent = 0;
    for (place, piece) in whole.pieces().iter().enumerate().skip(1) {
        let Piece::Bytes(bytes) = piece else { continue };
        // The last byte of all counts nanoseconds of padding: 255 of them are far less than a sample, which is what is counted.
        let is_last = place + 1 == whole.pieces().len();
        for at in 0..bytes.len() - usize::from(is_last) {
            // A byte of flags has bits that mean nothing, but none has no bit that means something.
            let bent_by = |bit: u8| {
                let mut layout = Layout::default();
                for (other, piece) in whole.pieces().iter().enumerate() {
                    let mut made = bytes.to_vec();
                    made[at] ^= bit;
                    layout.push(if other == place { Piece::Bytes(made.into()) } else { piece.clone() });
                }
                layout
            };
            assert!([0x80, 0x01, 0x06].map(bent_by).iter().any(is_noticed), "byte {at} of piece {place}");
            bent += 1;
        }
    }
    assert!(bent > 1000, "{bent} bytes");
    let mut longer = whole.clone();
    longer.push(Piece::Bytes(bytes::Bytes::from_static(b"stray")));
    assert!(is_noticed(&longer));
}

/// Two hours at 60 frames a second: what a layout costs (containers.md: 89 kB in front, 5.8 MB between, 1.5 million pieces).
#[test]
fn long_films_have_small_layouts() {
    let frame = |pts| PartFrame { pts, duration: 1, size_bytes: 9000, key: pts % 120 == 0 };
    let (output, received) = made_up(Rate::hz(60).unwrap(), &[0], 1);
    let (made_up, _) = &received.parts[&output.picture[0].content_key];
    let header = PartHeader { frames: (0..240).map(frame).collect(), payload_bytes: 240 * 9000, ..made_up.clone() };
    let packets = vec![PartFrame { pts: 0, duration: 960, size_bytes: 320, key: true }; 360_001];
    let sound = PartHeader {
        codec: PartCodec::Opus {
            head: vec![0; 19],
            channels: 2,
            pre_skip_samples: 312,
            sample_count: 345_600_000,
            bitrate_bps: 128_000,
        },
        rate: Rate::SOUND,
        payload_bytes: 320 * packets.len() as u64,
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
        picture: (0..1800).map(place).collect(),
        sound: Some(key(9999)),
        frame_count: 432_000,
        duration: Ticks(432_000),
        ..output
    };
    let laid_out = layout(&output, &headers).unwrap();
    let front = laid_out.pieces()[0].length();
    let made: u64 = laid_out
        .pieces()
        .iter()
        .map(|piece| match piece {
            Piece::Bytes(bytes) => bytes.len() as u64,
            Piece::Slice { .. } => 0,
        })
        .sum();
    assert!(front < 100_000, "{front} bytes in front");
    assert!(made - front < 7_000_000, "{} bytes between", made - front);
    assert!(laid_out.pieces().len() < 1_600_000, "{} pieces", laid_out.pieces().len());
}

/// Beyond 4 GiB nothing changes but the width of places.
#[test]
fn large_files_have_wide_cues() {
    let times: Vec<i64> = (0..3000).collect();
    let (mut output, mut received) = made_up(Rate::hz(1).unwrap(), &times, 3000);
    let (header, _) = received.parts.get_mut(&output.picture[0].content_key).unwrap();
    for frame in &mut header.frames {
        (frame.size_bytes, frame.key) = (2_000_000, true);
    }
    header.payload_bytes = 6_000_000_000;
    output.title = "large".to_owned();
    let headers = received.headers();
    let laid_out = layout(&output, &headers).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.webm");
    received.write_sparse(&laid_out, &path);
    let arguments =
        ["-v", "quiet", "-read_intervals", "2900%+#1", "-show_entries", "packet=pts,size", "-of", "csv=p=0"];
    let landed = run("ffprobe", &[&arguments[..], &[path.to_str().unwrap()]].concat());
    assert!(landed.starts_with("2900000,2000000"), "{landed}");
}
