//! Test media: sources made by ffmpeg, taken apart into parts as nodes would deliver them. Judges nothing.

pub(crate) mod streams;

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use bytes::Bytes;
use farm_core::content_key::ContentKey;
use farm_core::export::Format;
use farm_core::part::{PartCodec, PartFrame, PartHeader};
use farm_core::plan::{PlacedPart, PlannedOutput};
use farm_core::video::Colour;
use mp4_atom::{Atom, Codec, Decode, Encode, Moov, StszSamples, Trak};
use timeline::{Rate, Ticks};

use crate::assemble::{Headers, Layout, Piece};

/// Runs a tool; its standard output. Any word on standard error is a failure.
pub(crate) fn run(program: &str, arguments: &[&str]) -> String {
    let done = Command::new(program).args(arguments).output().expect("the tool is installed");
    let complaint = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && complaint.is_empty(), "{program} {arguments:?}: {complaint}");
    String::from_utf8(done.stdout).expect("text")
}

/// A coded track: samples in decode order, presentation from 0.
#[derive(Clone)]
pub(crate) struct Track {
    pub(crate) codec: PartCodec,
    pub(crate) rate: Rate,
    pub(crate) samples: Vec<(PartFrame, Bytes)>,
}

/// Payloads and headers, as if received.
#[derive(Default)]
pub(crate) struct Received {
    pub(crate) parts: HashMap<ContentKey, (PartHeader, Vec<u8>)>,
}

impl Received {
    pub(crate) fn headers(&self) -> Headers<'_> {
        self.parts.iter().map(|(key, (header, _))| (*key, header)).collect()
    }

    pub(crate) fn add(&mut self, codec: &PartCodec, rate: Rate, samples: &[(PartFrame, Bytes)]) -> ContentKey {
        let payload = samples.iter().flat_map(|(_, bytes)| bytes.to_vec()).collect::<Vec<u8>>();
        let frames = samples.iter().map(|(frame, _)| *frame).collect();
        let header =
            PartHeader { codec: codec.clone(), rate, frames, payload_bytes: payload.len() as u64, levels: Vec::new() };
        let key = ContentKey(
            *blake3::hash(&[payload.as_slice(), &(self.parts.len() as u64).to_le_bytes()].concat()).as_bytes(),
        );
        self.parts.insert(key, (header, payload));
        key
    }

    /// The bytes of a file.
    pub(crate) fn write(&self, layout: &Layout, path: &Path) {
        let mut bytes = Vec::new();
        for piece in layout.pieces() {
            match piece {
                Piece::Bytes(made) => bytes.extend_from_slice(made),
                Piece::Slice { part, offset, length } => {
                    let at = |position: u64| usize::try_from(position).unwrap();
                    bytes.extend_from_slice(&self.parts[part].1[at(*offset)..at(offset + length)]);
                }
            }
        }
        assert_eq!(bytes.len() as u64, layout.size_bytes());
        fs::write(path, bytes).unwrap();
    }
}

impl Received {
    /// The bytes of a file, but holes where a part has no payload.
    pub(crate) fn write_sparse(&self, layout: &Layout, path: &Path) {
        let file = fs::File::create(path).unwrap();
        file.set_len(layout.size_bytes()).unwrap();
        let mut position = 0;
        for piece in layout.pieces() {
            let bytes = match piece {
                Piece::Bytes(made) => &made[..],
                Piece::Slice { part, offset, length } => {
                    let at = |position: u64| usize::try_from(position).unwrap();
                    self.parts[part].1.get(at(*offset)..at(offset + length)).unwrap_or_default()
                }
            };
            file.write_all_at(bytes, position).unwrap();
            position += piece.length();
        }
    }
}

/// Cuts picture into parts of at least `frames_min` frames, at key frames, and plans one output of all of it.
pub(crate) fn plan(picture: &Track, frames_min: usize, sound: Option<&Track>) -> (PlannedOutput, Received) {
    let mut received = Received::default();
    let mut starts: Vec<usize> = Vec::new();
    for (ordinal, (frame, _)) in picture.samples.iter().enumerate() {
        if frame.key && starts.last().is_none_or(|start| ordinal - start >= frames_min) {
            starts.push(ordinal);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([picture.samples.len()]);
    let mut placed = Vec::new();
    for (start, end) in starts.iter().copied().zip(ends) {
        let mut samples = picture.samples[start..end].to_vec();
        let offset = samples.iter().map(|(frame, _)| frame.pts).min().unwrap();
        for (frame, _) in &mut samples {
            frame.pts -= offset;
        }
        let content_key = received.add(&picture.codec, picture.rate, &samples);
        placed.push(PlacedPart { content_key, offset: Ticks(offset), frame_count: samples.len() as u64 });
    }
    let duration = picture.samples.iter().map(|(frame, _)| frame.pts + i64::from(frame.duration)).max().unwrap();
    let output = PlannedOutput {
        number: 1,
        filename: "test.mp4".to_owned(),
        format: Format::Mp4,
        poster: None,
        rate: picture.rate,
        picture: placed,
        sound: sound.map(|sound| received.add(&sound.codec, sound.rate, &sound.samples)),
        frame_count: picture.samples.len() as u64,
        duration: Ticks(duration),
        title: "A title with ü and 字".to_owned(),
        created_at: Some(1_700_000_000),
    };
    (output, received)
}

/// A source of one track, made by ffmpeg: `input` and `coding` are its options.
pub(crate) fn source(dir: &Path, name: &str, input: &[&str], coding: &[&str]) -> PathBuf {
    let path = dir.join(name);
    let mut arguments = vec!["-v", "error", "-y"];
    arguments.extend(input);
    arguments.extend(coding);
    arguments.push(path.to_str().unwrap());
    run("ffmpeg", &arguments);
    path
}

/// x264 with B-pyramid: reordering over two frames, closed groups.
pub(crate) fn picture(dir: &Path, name: &str, filter: &str, more: &[&str]) -> PathBuf {
    let x264 = ["-an", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "fast", "-bf", "3", "-flags", "+cgop"];
    let coding = [&x264[..], &["-x264-params", "b-pyramid=normal:b-adapt=0:scenecut=0"], more].concat();
    source(dir, name, &["-f", "lavfi", "-i", filter], &coding)
}

/// Stereo noise and tones: two different channels, nothing periodic that would hide a shift.
pub(crate) fn sound(dir: &Path, name: &str, seconds: &str) -> PathBuf {
    let filter = format!("aevalsrc='random(0)*0.1+sin(440*t*(1+t))*0.3|sin(220*t*t)*0.4':s=48000:d={seconds}");
    source(dir, name, &["-f", "lavfi", "-i", &filter], &["-c:a", "aac", "-b:a", "160k"])
}

/// Takes the one track of an MP4 apart.
pub(crate) fn demux(path: &Path) -> Track {
    let bytes = Bytes::from(fs::read(path).unwrap());
    let moov = read_moov(&bytes);
    let [trak] = &moov.trak[..] else { panic!("one track expected") };
    let delay = edit_start(trak);
    let scale = trak.mdia.mdhd.timescale;
    let (codec, delay) = match &trak.mdia.minf.stbl.stsd.codecs[0] {
        Codec::Avc1(avc1) => {
            let mut record = Vec::new();
            avc1.avcc.encode(&mut record).unwrap();
            let colour = Colour { primaries: 1, transfer: 1, matrix: 1, full_range: false };
            let (width, height) = (avc1.visual.width.into(), avc1.visual.height.into());
            (PartCodec::H264 { avcc: record[8..].to_vec(), width, height, colour }, delay)
        }
        Codec::Mp4a(mp4a) => {
            let config = mp4a.esds.es_desc.dec_config.dec_specific.clone().unwrap();
            let played: u64 =
                trak.mdia.minf.stbl.stts.entries.iter().map(|e| u64::from(e.sample_count * e.sample_delta)).sum();
            let codec = PartCodec::Aac {
                specific_config: config.raw,
                channels: mp4a.audio.channel_count.into(),
                sample_rate: scale,
                priming_samples: u32::try_from(delay).unwrap(),
                sample_count: played - u64::try_from(delay).unwrap(),
                bitrate_bps: 160_000,
            };
            (codec, delay)
        }
        other => panic!("{other:?}"),
    };
    let samples = samples(trak).into_iter().map(|sample| {
        let duration = u32::try_from(sample.delta).unwrap();
        let frame =
            PartFrame { pts: sample.dts + sample.ahead - delay, duration, size_bytes: sample.size, key: sample.key };
        let start = usize::try_from(sample.offset).unwrap();
        (frame, bytes.slice(start..start + usize::try_from(sample.size).unwrap()))
    });
    let mut samples: Vec<(PartFrame, Bytes)> = samples.collect();
    shown_durations(&mut samples);
    Track { codec, rate: Rate::hz(scale).unwrap(), samples }
}

/// A frame lasts until the next one shown, whatever the tables say of decode times. The last keeps its own.
fn shown_durations(samples: &mut [(PartFrame, Bytes)]) {
    let mut times: Vec<i64> = samples.iter().map(|(frame, _)| frame.pts).collect();
    times.sort_unstable();
    for (frame, _) in samples {
        let after = times.partition_point(|&time| time <= frame.pts);
        if let Some(next) = times.get(after) {
            frame.duration = u32::try_from(next - frame.pts).unwrap();
        }
    }
}

/// A sample by mp4-atom's reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) dts: i64,
    pub(crate) delta: i64,
    pub(crate) ahead: i64,
    pub(crate) size: u32,
    pub(crate) offset: u64,
    pub(crate) key: bool,
}

pub(crate) fn read_moov(bytes: &[u8]) -> Moov {
    let start = bytes.windows(4).position(|window| window == Moov::KIND.as_ref()).unwrap() - 4;
    Moov::decode(&mut &bytes[start..]).unwrap()
}

pub(crate) fn edit_start(trak: &Trak) -> i64 {
    let edits = trak.edts.as_ref().and_then(|edts| edts.elst.as_ref());
    edits.map_or(0, |elst| i64::try_from(elst.entries[0].media_time.unwrap()).unwrap())
}

pub(crate) fn samples(trak: &Trak) -> Vec<Sample> {
    let stbl = &trak.mdia.minf.stbl;
    let sizes = match &stbl.stsz.samples {
        StszSamples::Different { sizes } => sizes.clone(),
        StszSamples::Identical { count, size } => vec![*size; *count as usize],
    };
    let chunk_offsets: Vec<u64> = match (&stbl.stco, &stbl.co64) {
        (Some(stco), _) => stco.entries.iter().map(|&offset| offset.into()).collect(),
        (None, Some(co64)) => co64.entries.clone(),
        (None, None) => panic!("no chunk offsets"),
    };
    let mut offsets = Vec::new();
    for (chunk, &start) in (1..).zip(&chunk_offsets) {
        let run = stbl.stsc.entries.iter().rev().find(|run| run.first_chunk <= chunk).unwrap();
        let mut offset = start;
        for _ in 0..run.samples_per_chunk {
            offsets.push(offset);
            offset += u64::from(sizes[offsets.len() - 1]);
        }
    }
    let mut deltas =
        stbl.stts.entries.iter().flat_map(|run| vec![i64::from(run.sample_delta); run.sample_count as usize]);
    let ctts = stbl.ctts.as_ref().map(|ctts| &ctts.entries[..]).unwrap_or_default();
    let mut ahead = ctts.iter().flat_map(|run| vec![run.sample_offset; run.sample_count as usize]);
    let mut dts = 0;
    let mut samples = Vec::new();
    for (number, (size, offset)) in (1..).zip(sizes.into_iter().zip(offsets)) {
        let delta = deltas.next().unwrap();
        let key = stbl.stss.as_ref().is_none_or(|stss| stss.entries.contains(&number));
        samples.push(Sample { dts, delta, ahead: ahead.next().unwrap_or(0), size, offset, key });
        dts += delta;
    }
    samples
}
