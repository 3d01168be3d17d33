//! The order of boxes in finished files, as text: players forgive too much to be the only judges of it.
//! Knows the forms of boxes on its own.

use super::media::Received;
use super::*;

/// Boxes, each with what is in it: `moov(mvhd trak(…))`.
pub(super) fn boxes(mut bytes: &[u8]) -> String {
    let mut names = Vec::new();
    while bytes.len() >= 8 {
        let size = usize::try_from(u32::from_be_bytes(bytes[..4].try_into().unwrap())).unwrap();
        let name = String::from_utf8_lossy(&bytes[4..8]).replace('\u{fffd}', "©");
        let content = &bytes[8..if name == "mdat" { 8 } else { size }];
        names.push(match fields(&name, content) {
            Some(fields) => format!("{name}({})", boxes(&content[fields..])),
            None if name.bytes().all(|byte| byte == 0) => "0".to_owned(),
            None if name.bytes().all(|byte| byte < b' ') => format!("{}", name.bytes().last().unwrap()),
            None => name.clone(),
        });
        bytes = if name == "mdat" { &[] } else { &bytes[size..] };
    }
    names.join(" ")
}

/// How many bytes of fields a box has before the boxes in it; `None` where there are none in it.
fn fields(name: &str, content: &[u8]) -> Option<usize> {
    match name {
        "moov" | "trak" | "edts" | "mdia" | "minf" | "dinf" | "stbl" | "udta" | "ilst" | "wave" => Some(0),
        "meta" => Some(if content[4..8] == *b"hdlr" { 0 } else { 4 }),
        "dref" | "stsd" | "keys" => Some(8),
        "avc1" => Some(78),
        "mp4a" if content.len() > 28 => Some(if content[9] == 1 { 44 } else { 28 }),
        _ => None,
    }
}

/// One frame a second with sound, of made-up bytes.
fn tiny(format: Format, picture: &PartCodec, sound: &PartCodec) -> Vec<u8> {
    let mut received = Received::default();
    let rate = Rate::hz(1).unwrap();
    let sample = |number: u8, duration| {
        let frame =
            PartFrame { pts: i64::from(number) * i64::from(duration), duration, size_bytes: 5, key: number == 0 };
        (frame, bytes::Bytes::from(vec![number; 5]))
    };
    let frames: Vec<_> = (0..3).map(|number| sample(number, 1)).collect();
    let packets: Vec<_> = (0..150).map(|number| sample(number, 1024)).collect();
    let part = received.add(picture, rate, &frames);
    let output = PlannedOutput {
        number: 1,
        filename: "x".to_owned(),
        format,
        rate,
        picture: vec![PlacedPart { content_key: part, offset: Ticks(0), frame_count: 3 }],
        sound: Some(received.add(sound, Rate::SOUND, &packets)),
        poster: None,
        frame_count: 3,
        duration: Ticks(3),
        title: "Title".to_owned(),
        created_at: Some(1_700_000_000),
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tiny");
    assemble(&output, &received, &path);
    std::fs::read(path).unwrap()
}

fn colour() -> farm_core::video::Colour {
    farm_core::video::Colour { primaries: 1, transfer: 1, matrix: 1, full_range: false }
}

fn boxes_of(format: Format) -> String {
    let avcc = vec![1, 100, 0, 31, 255, 225, 0, 0, 0];
    let picture = PartCodec::H264 { avcc, width: 64, height: 36, colour: colour() };
    let sound = PartCodec::Aac {
        specific_config: vec![0x11, 0x90],
        channels: 2,
        sample_rate: 48_000,
        priming_samples: 1024,
        sample_count: 144_000,
        bitrate_bps: 160_000,
    };
    boxes(&tiny(format, &picture, &sound))
}

#[test]
fn an_mp4_has_its_boxes_in_order() {
    let expected = "ftyp \
        moov(mvhd \
        trak(tkhd edts(elst) mdia(mdhd hdlr minf(vmhd dinf(dref(url )) \
        stbl(stsd(avc1(avcC btrt colr pasp)) stts stss stsc stsz stco)))) \
        trak(tkhd edts(elst) mdia(mdhd hdlr minf(smhd dinf(dref(url )) \
        stbl(stsd(mp4a(esds btrt)) stts stsc stsz stco sgpd sbgp)))) \
        udta(meta(hdlr ilst(©nam ©too ©day)))) \
        mdat";
    assert_eq!(boxes_of(Format::Mp4), expected);
}

#[test]
fn a_mov_has_its_boxes_in_order() {
    let expected = "ftyp \
        moov(mvhd \
        trak(tkhd edts(elst) mdia(mdhd hdlr minf(vmhd hdlr dinf(dref(url )) \
        stbl(stsd(avc1(avcC btrt colr pasp)) stts stss stsc stsz stco)))) \
        trak(tkhd edts(elst) mdia(mdhd hdlr minf(smhd hdlr dinf(dref(url )) \
        stbl(stsd(mp4a(wave(frma mp4a esds 0) btrt)) stts stsc stsz stco sgpd sbgp)))) \
        meta(hdlr keys(mdta mdta mdta) ilst(1 2 3))) \
        mdat";
    assert_eq!(boxes_of(Format::Mov), expected);
}
