//! The sample entries of a proxy: how its picture and its sound are decoded, written as boxes. Knows no tables.

use wire::v1::AacConfig;

use super::boxes::Boxes;
use crate::render::child::sound::OUTPUT_RATE;

/// How the picture is decoded.
#[derive(Debug)]
pub struct PictureEntry {
    /// The `avcC` record.
    pub avcc: Vec<u8>,
    /// Width in pixels.
    pub width: u16,
    /// Height in pixels.
    pub height: u16,
}

/// `avc1`.
pub fn picture_entry(out: &mut Boxes, entry: &PictureEntry) {
    const DOTS_PER_INCH: u32 = 72 << 16;
    out.around(*b"avc1", |out| {
        out.zeros(6);
        out.u16(1);
        out.zeros(16);
        out.u16(entry.width);
        out.u16(entry.height);
        out.u32(DOTS_PER_INCH);
        out.u32(DOTS_PER_INCH);
        out.zeros(4);
        out.u16(1);
        out.zeros(32);
        out.u16(24);
        out.u16(u16::MAX);
        out.around(*b"avcC", |out| out.raw(&entry.avcc));
        out.around(*b"pasp", |out| {
            out.u32(1);
            out.u32(1);
        });
    });
}

/// `mp4a`.
pub fn sound_entry(out: &mut Boxes, sound: &AacConfig) {
    /// MPEG-4 audio, a stream of sound, and the bit that is always set.
    const AAC_SOUND: [u8; 2] = [0x40, 5 << 2 | 1];
    out.around(*b"mp4a", |out| {
        out.zeros(6);
        out.u16(1);
        out.zeros(8);
        out.u16(u16::try_from(sound.channels).expect("one or two"));
        out.u16(16);
        out.zeros(4);
        out.u32(OUTPUT_RATE << 16);
        out.full(*b"esds", 0, 0, |out| {
            let config = u8::try_from(sound.specific_config.len()).expect("a handful of bytes");
            // Descriptors of a handful of bytes have lengths of one.
            out.raw(&[3, 23 + config, 0, 2, 0, 4, 15 + config]);
            out.raw(&AAC_SOUND);
            out.zeros(3);
            out.u32(sound.bitrate_bps);
            out.u32(sound.bitrate_bps);
            out.raw(&[5, config]);
            out.raw(&sound.specific_config);
            out.raw(&[6, 1, 2]);
        });
    });
}
