//! The order of boxes and elements in finished files, as text: players forgive too much to be the only judges of it.
//! Knows the forms of boxes and elements on its own.

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

/// Elements, each with what is in it; equal neighbours once, with how often they come.
pub(super) fn elements(mut bytes: &[u8]) -> String {
    let mut names: Vec<(String, usize)> = Vec::new();
    while !bytes.is_empty() {
        let id_length = bytes[0].leading_zeros() as usize + 1;
        let (id, rest) = bytes.split_at(id_length);
        let size_length = rest[0].leading_zeros() as usize + 1;
        let (size, rest) = rest.split_at(size_length);
        let size =
            size.iter().fold(0, |size, &byte| size << 8 | usize::from(byte)) & !(0x80 << (7 * (size_length - 1)));
        let (content, rest) = rest.split_at(size);
        let id = id.iter().fold(String::new(), |id, byte| format!("{id}{byte:02X}"));
        let (name, is_master) = element(&id);
        let told = if is_master { format!("{name}({})", elements(content)) } else { name.to_owned() };
        match names.last_mut() {
            Some((last, count)) if *last == told => *count += 1,
            _ => names.push((told, 1)),
        }
        bytes = rest;
    }
    let name = |(name, count): (String, usize)| if count == 1 { name } else { format!("{name}×{count}") };
    names.into_iter().map(name).collect::<Vec<_>>().join(" ")
}

/// Name of an element by the table of RFC 9559, and whether it holds others.
fn element(id: &str) -> (&'static str, bool) {
    match id {
        "1A45DFA3" => ("EBML", true),
        "4286" => ("EBMLVersion", false),
        "42F7" => ("EBMLReadVersion", false),
        "42F2" => ("EBMLMaxIDLength", false),
        "42F3" => ("EBMLMaxSizeLength", false),
        "4282" => ("DocType", false),
        "4287" => ("DocTypeVersion", false),
        "4285" => ("DocTypeReadVersion", false),
        "18538067" => ("Segment", true),
        "114D9B74" => ("SeekHead", true),
        "4DBB" => ("Seek", true),
        "53AB" => ("SeekID", false),
        "53AC" => ("SeekPosition", false),
        "1549A966" => ("Info", true),
        "2AD7B1" => ("TimestampScale", false),
        "4489" => ("Duration", false),
        "4461" => ("DateUTC", false),
        "7BA9" => ("Title", false),
        "4D80" => ("MuxingApp", false),
        "5741" => ("WritingApp", false),
        "1654AE6B" => ("Tracks", true),
        "AE" => ("TrackEntry", true),
        "D7" => ("TrackNumber", false),
        "73C5" => ("TrackUID", false),
        "83" => ("TrackType", false),
        "9C" => ("FlagLacing", false),
        "22B59C" => ("Language", false),
        "86" => ("CodecID", false),
        "63A2" => ("CodecPrivate", false),
        "56AA" => ("CodecDelay", false),
        "56BB" => ("SeekPreRoll", false),
        "23E383" => ("DefaultDuration", false),
        "E0" => ("Video", true),
        "B0" => ("PixelWidth", false),
        "BA" => ("PixelHeight", false),
        "55B0" => ("Colour", true),
        "55B1" => ("MatrixCoefficients", false),
        "55B9" => ("Range", false),
        "55BA" => ("TransferCharacteristics", false),
        "55BB" => ("Primaries", false),
        "E1" => ("Audio", true),
        "B5" => ("SamplingFrequency", false),
        "9F" => ("Channels", false),
        "1C53BB6B" => ("Cues", true),
        "BB" => ("CuePoint", true),
        "B3" => ("CueTime", false),
        "B7" => ("CueTrackPositions", true),
        "F7" => ("CueTrack", false),
        "F1" => ("CueClusterPosition", false),
        "1F43B675" => ("Cluster", true),
        "E7" => ("Timestamp", false),
        "A3" => ("SimpleBlock", false),
        "A0" => ("BlockGroup", true),
        "A1" => ("Block", false),
        "75A2" => ("DiscardPadding", false),
        other => panic!("no element has the id {other}"),
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
    let packet = if format == Format::Webm { 960 } else { 1024 };
    let packets: Vec<_> = (0..150).map(|number| sample(number, packet)).collect();
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

#[test]
fn a_webm_has_its_elements_in_order() {
    let colour = colour();
    let picture =
        PartCodec::Vp9 { width: 64, height: 36, profile: 0, level: 10, bit_depth: 8, chroma_subsampling: 1, colour };
    let head = b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0".to_vec();
    let sound =
        PartCodec::Opus { head, channels: 2, pre_skip_samples: 312, sample_count: 143_000, bitrate_bps: 128_000 };
    let expected = "EBML(EBMLVersion EBMLReadVersion EBMLMaxIDLength EBMLMaxSizeLength DocType DocTypeVersion \
        DocTypeReadVersion) \
        Segment(SeekHead(Seek(SeekID SeekPosition)×3) \
        Info(TimestampScale Duration DateUTC Title MuxingApp WritingApp) \
        Tracks(\
        TrackEntry(TrackNumber TrackUID TrackType FlagLacing Language CodecID CodecPrivate DefaultDuration \
        Video(PixelWidth PixelHeight Colour(MatrixCoefficients Range TransferCharacteristics Primaries))) \
        TrackEntry(TrackNumber TrackUID TrackType FlagLacing Language CodecID CodecPrivate CodecDelay SeekPreRoll \
        Audio(SamplingFrequency Channels))) \
        Cues(CuePoint(CueTime CueTrackPositions(CueTrack CueClusterPosition))) \
        Cluster(Timestamp SimpleBlock×152 BlockGroup(Block DiscardPadding)))";
    assert_eq!(elements(&tiny(Format::Webm, &picture, &sound)), expected);
}
