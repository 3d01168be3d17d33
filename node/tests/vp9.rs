//! Picture tasks that yield VP9, by the real child, decoded and judged by ffmpeg.
//! Does not test what all standards share; `picture.rs` does.

#![expect(clippy::unwrap_used, reason = "a test says by its panic what went wrong")]

#[expect(dead_code, reason = "shared with the other tests of attempts; each uses a part of it")]
mod render {
    pub mod bench;
    pub mod server;
    pub mod source;
}

use reelfarm_node::render::RenderedPart;
use render::bench::{Bench, as_vp9, work};
use render::server::Faults;
use render::source::{Source, numbers};
use wire::v1::{CodecConfig, Colour, Index, Vp9Config};

const H264: [&str; 8] = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "250"];
const SIZE: (u32, u32) = (320, 192);

fn config(part: &RenderedPart) -> &Vp9Config {
    match &part.codec {
        CodecConfig::Vp9(config) => config,
        other => panic!("the part is not VP9 but {other:?}"),
    }
}

async fn judge(bench: &Bench, index: &Index, source: &Source, stretches: &[(usize, usize)]) {
    let numbered = numbers(source.path(), "null");
    for &(from, to) in stretches {
        let part = bench.picture(as_vp9(work(index, from, to, SIZE))).await.unwrap();
        assert_eq!(numbers(&bench.stream(&part), "null"), numbered[from..to], "{from}..{to}");
        let frames = &index.picture.frames[from..to];
        for (made, frame) in part.frames.iter().zip(frames) {
            let pts = frame.pts - frames[0].pts;
            assert_eq!((made.pts, made.dts), (pts, pts), "one packet for each frame, in the order they are shown");
        }
        assert_eq!(part.frames.len(), frames.len());
        let keys: Vec<usize> = (0..).zip(&part.frames).filter(|(_, frame)| frame.key).map(|(at, _)| at).collect();
        let interval = usize::try_from(as_vp9(work(index, from, to, SIZE)).recipe.key_interval_frames).unwrap();
        assert_eq!(keys, (0..frames.len()).step_by(interval).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn parts_of_vp9_hold_exactly_their_frames() {
    let source = Source::make("long.mp4", 230, "25", &H264);
    let bench = Bench::serving(source.bytes(), Faults::default());
    let index = bench.index().await.unwrap();
    judge(&bench, &index, &source, &[(0, 101), (111, 112), (201, 230)]).await;
    let part = bench.picture(as_vp9(work(&index, 7, 19, SIZE))).await.unwrap();
    let expected = Vp9Config {
        width: 320,
        height: 192,
        profile: 0,
        // 192 kB a second of luma would be level 1.1, but the cap of 4 Mb/s asks for 3.
        level: 30,
        bit_depth: 8,
        chroma_subsampling: 0,
        // What the media library assumes of untagged pictures of this size.
        colour: Colour { primaries: 6, transfer: 6, matrix: 6, full_range: false },
    };
    assert_eq!(config(&part), &expected);
}

#[tokio::test]
async fn vp9_keeps_uneven_times() {
    let uneven = ["-vf", "select='not(eq(mod(n\\,7)\\,3)+eq(mod(n\\,11)\\,5))'", "-fps_mode", "vfr"];
    let source = Source::make("vfr.mp4", 120, "30", &[&uneven[..], &H264].concat());
    let bench = Bench::serving(source.bytes(), Faults::default());
    let index = bench.index().await.unwrap();
    judge(&bench, &index, &source, &[(0, 20), (57, 90)]).await;
}

#[tokio::test]
async fn colour_tags_go_into_vp9() {
    let tags = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "pc"];
    let source = Source::make("tagged.mp4", 30, "25", &[&H264[..], &tags].concat());
    let bench = Bench::serving(source.bytes(), Faults::default());
    let index = bench.index().await.unwrap();
    let part = bench.picture(as_vp9(work(&index, 0, 30, SIZE))).await.unwrap();
    let expected = Colour { primaries: 1, transfer: 1, matrix: 1, full_range: true };
    assert_eq!(config(&part).colour, expected);
    assert_eq!(numbers(&bench.stream(&part), "null"), (0..30).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_same_recipe_yields_the_same_vp9() {
    let source = Source::make("plain.mp4", 100, "25", &H264);
    let bench = Bench::serving(source.bytes(), Faults::default());
    let index = bench.index().await.unwrap();
    let task = || as_vp9(work(&index, 20, 90, SIZE));
    let (first, second) = (bench.picture(task()).await.unwrap(), bench.picture(task()).await.unwrap());
    assert_eq!(first, second);
    let other = bench.picture(as_vp9(work(&index, 40, 90, SIZE))).await.unwrap();
    assert_eq!(first.codec, other.codec, "every part of an output has the same codec configuration");
    let mut foreign = task();
    foreign.recipe.encoder_identity = "vp9/0.0.1/gst-1.22.0/vp9enc".to_owned();
    let refused = bench.picture(foreign).await.unwrap_err();
    assert!(refused.detail.contains("planned vp9/0.0.1"), "{refused:?}");
}

#[tokio::test]
async fn vp9_is_set_up_as_ffmpeg_sets_it_up() {
    let source = Source::make("plain.mp4", 70, "25", &H264);
    let bench = Bench::serving(source.bytes(), Faults::default());
    let index = bench.index().await.unwrap();
    let part = bench.picture(as_vp9(work(&index, 0, 70, SIZE))).await.unwrap();
    let ours = packets(&std::fs::read(bench.stream(&part)).unwrap());
    let settings = ["-c:v", "libvpx-vp9", "-deadline", "good", "-cpu-used", "5", "-row-mt", "1", "-crf", "31"];
    let rates = ["-b:v", "4000k", "-bufsize", "8000k", "-g", "50", "-threads", "2", "-colorspace", "bt470bg"];
    let theirs = source.encoded("judge.ivf", &[&settings[..], &rates].concat());
    let theirs = packets(&theirs.bytes());
    let sizes = |packets: &[Vec<u8>]| packets.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(sizes(&ours), sizes(&theirs));
    assert!(ours == theirs, "not only as long, but the same");
}

/// The packets of an IVF file.
fn packets(file: &[u8]) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    let mut rest = &file[32..];
    while let Some(size) = rest.first_chunk::<4>() {
        let (packet, after) = rest[12..].split_at(u32::from_le_bytes(*size) as usize);
        packets.push(packet.to_vec());
        rest = after;
    }
    packets
}
