//! Decoded sound of a track, block by block, mixed down to one or two channels.
//! Does not place it, and does not change its rate.

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_audio::{AudioChannelPosition, AudioInfo};
use wire::v1::Track;

use super::downmix::Downmix;
use super::packet_times;
use super::pcm::Pcm;
use super::placement::Block;
use crate::render::child::codecs::Kind;
use crate::render::child::source::{Source, element};
use crate::render::child::track::{Decoded, Decoding, Wish};
use crate::render::failure::RenderFailure;

/// Decoded blocks that may wait to be taken, half a second of most codecs: with few of them the decoder's thread and the one that takes
/// wake each other for every block.
const BLOCKS_WAITING_MAX: u32 = 24;

/// A track that yields blocks.
pub struct Feed {
    supply: Supply,
    channels: usize,
    layout: Option<Layout>,
    /// How much earlier sound is meant than its packets say.
    delay_ns: i64,
}

/// Where blocks come from.
enum Supply {
    Decoder(Box<Decoding>),
    Chunks(Pcm, Downmix),
}

/// How the decoder's current output is laid out.
struct Layout {
    caps: gst::Caps,
    rate: u32,
    channels: usize,
    downmix: Downmix,
}

impl Feed {
    /// Opens the track, to be mixed down to `channels` (1 or 2).
    pub fn open(source: &Source, track: &Track, channels: usize) -> Result<Self, RenderFailure> {
        let supply = match Pcm::open(source, track)? {
            Some(pcm) => {
                let downmix = Downmix::new(&usual_positions(pcm.channels()), channels);
                Supply::Chunks(pcm, downmix)
            }
            None => Supply::Decoder(Box::new(decode(source, track)?)),
        };
        let delay_ns = source.matroska().map_or(0, |facts| facts.delay_ns(Kind::Sound, track.ordinal));
        Ok(Self { supply, channels, layout: None, delay_ns })
    }

    /// Begins anew at a source time or somewhat before it.
    pub fn seek(&mut self, ns: u64) -> Result<(), RenderFailure> {
        match &mut self.supply {
            Supply::Decoder(decoding) => decoding.seek(gst::ClockTime::from_nseconds(ns)),
            Supply::Chunks(pcm, _) => {
                pcm.seek(ns);
                Ok(())
            }
        }
    }

    /// The next block with any sound in it; `None` at the end of the track.
    pub fn next_block(&mut self) -> Result<Option<Block>, RenderFailure> {
        loop {
            let block = match &mut self.supply {
                Supply::Decoder(decoding) => match decoding.next()? {
                    Some(decoded) => self.block(&decoded)?,
                    None => return Ok(None),
                },
                Supply::Chunks(pcm, downmix) => match pcm.next_frames()? {
                    Some(frames) => Block {
                        start_ns: Some(frames.start_ns),
                        rate: pcm.rate(),
                        frame_count: frames.samples.len() / pcm.channels(),
                        samples: downmix.apply(frames.samples),
                    },
                    None => return Ok(None),
                },
            };
            if block.frame_count > 0 {
                return Ok(Some(block));
            }
        }
    }

    /// The decoder's buffer as a block of this track's channels.
    fn block(&mut self, decoded: &Decoded) -> Result<Block, RenderFailure> {
        let caps = decoded.sample.caps().ok_or_else(unreadable)?;
        let known = self.layout.take().filter(|layout| layout.caps.as_ref() == caps);
        let layout = match known {
            Some(layout) => layout,
            None => Layout::of(caps, self.channels)?,
        };
        let bytes = decoded.buffer().map_readable().map_err(|error| unreadable().because(error))?;
        let (samples, _) = bytes.as_chunks::<4>();
        let samples: Vec<f32> = samples.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let block = Block {
            start_ns: Some(decoded.stream_ns - self.delay_ns),
            rate: layout.rate,
            frame_count: samples.len() / layout.channels,
            samples: layout.downmix.apply(samples),
        };
        self.layout = Some(layout);
        Ok(block)
    }
}

/// The chain of demuxer, parser, decoder, and a converter that changes the layout of samples only.
fn decode(source: &Source, track: &Track) -> Result<Decoding, RenderFailure> {
    let caps = gst::Caps::builder("audio/x-raw").field("format", "F32LE").field("layout", "interleaved").build();
    let convert = element("audioconvert")?;
    let wish = Wish {
        track,
        kind: Kind::Sound,
        threads: 1,
        converters: vec![convert.clone()],
        caps: Some(caps),
        queue_max: BLOCKS_WAITING_MAX,
    };
    let decoding = Decoding::open(source, wish)?;
    packet_times::keep(&convert.static_pad("sink").ok_or_else(unreadable)?, source.container());
    Ok(decoding)
}

impl Layout {
    fn of(caps: &gst::CapsRef, channels: usize) -> Result<Self, RenderFailure> {
        let caps = caps.to_owned();
        let info = AudioInfo::from_caps(&caps).map_err(|error| unreadable().because(error))?;
        let count = info.channels() as usize;
        let downmix = Downmix::new(&info.positions().map_or_else(|| usual_positions(count), <[_]>::to_vec), channels);
        Ok(Self { rate: info.rate(), channels: count, downmix, caps })
    }
}

/// Where that many channels stand when the file does not say: six are 5.1, eight are 7.1, as players take them.
fn usual_positions(count: usize) -> Vec<AudioChannelPosition> {
    let mut positions = vec![AudioChannelPosition::None; count];
    let mask = AudioChannelPosition::fallback_mask(u32::try_from(count).unwrap_or(0));
    // Without a usual layout they stay without places, and `Downmix` takes them in pairs.
    let _placed = AudioChannelPosition::positions_from_mask(mask, &mut positions);
    positions
}

fn unreadable() -> RenderFailure {
    RenderFailure::media("The sound of the video decodes to something that cannot be read.")
}
