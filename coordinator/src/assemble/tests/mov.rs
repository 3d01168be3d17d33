//! MOV before ffprobe and ffmpeg's decoder: it must hold what the MP4 of the same parts holds.

use super::*;

#[test]
fn a_mov_holds_what_the_mp4_holds() {
    let dir = tempfile::tempdir().unwrap();
    let picture =
        media::picture(dir.path(), "p.mp4", "testsrc2=size=192x108:rate=30000/1001:duration=5", &["-g", "30"]);
    let sound = media::sound(dir.path(), "s.mp4", "4.9974375");
    let track = demux(&picture);
    let (mut output, received) = plan(&track, 1, Some(&demux(&sound)));
    let mp4 = assemble(&output, &received, &dir.path().join("both.mp4"));
    output.format = Format::Mov;
    let path = dir.path().join("both.mov");
    let mov = assemble(&output, &received, &path);
    assert_eq!(mov.pieces()[1..], mp4.pieces()[1..], "one payload");
    assert_picture_is(&path, &picture, &track);
    assert_eq!(pcm(&path), pcm(&sound), "equal to ffmpeg's own file, sample by sample");
    let told = "stream,h264,0,150150,150\nstream,aac,0,239877,236\nformat,qt  ,537199360,qt  ,2023-11-14T22:13:20.000000Z,\
                A title with ü and 字,Reelfarm 0.1.0,2023-11-14T22:13:20Z\n";
    assert_eq!(facts(&path), told);
}

/// The stream itself says nothing of its colour.
#[test]
fn a_mov_tells_its_colour() {
    let dir = tempfile::tempdir().unwrap();
    let source = media::picture(dir.path(), "p.mp4", "testsrc2=size=64x64:rate=25:duration=1", &["-g", "25"]);
    let mut track = demux(&source);
    let PartCodec::H264 { colour, .. } = &mut track.codec else { panic!("H.264") };
    *colour = farm_core::video::Colour { primaries: 9, transfer: 16, matrix: 9, full_range: false };
    let (mut output, received) = plan(&track, 1, None);
    output.format = Format::Mov;
    let path = dir.path().join("colour.mov");
    assemble(&output, &received, &path);
    let entries = "stream=color_space,color_transfer,color_primaries";
    let arguments = ["-v", "warning", "-show_entries", entries, "-of", "csv=p=0", path.to_str().unwrap()];
    assert_eq!(run("ffprobe", &arguments).trim(), "bt2020nc,smpte2084,bt2020");
}
