//! Lays Opus packets out as an Ogg file, as RFC 7845 says, so that ffmpeg can decode them.
//! Judges nothing.

use wire::v1::OpusConfig;

const PACKET_SAMPLES: u64 = 960;
const FIRST_PAGE: u8 = 2;
const LAST_PAGE: u8 = 4;

/// A file of one packet a page, whose end is cut to the samples that count.
pub fn stream(config: &OpusConfig, packets: &[Vec<u8>]) -> Vec<u8> {
    let tags = [&b"OpusTags"[..], &4_u32.to_le_bytes(), b"test", &0_u32.to_le_bytes()].concat();
    let end = u64::from(config.pre_skip_samples) + config.sample_count;
    let mut file = page(0, 0, FIRST_PAGE, &config.head);
    file.extend(page(1, 0, 0, &tags));
    for (index, packet) in packets.iter().enumerate() {
        let is_last = index + 1 == packets.len();
        let place = if is_last { end } else { (index as u64 + 1) * PACKET_SAMPLES };
        file.extend(page(index as u32 + 2, place, if is_last { LAST_PAGE } else { 0 }, packet));
    }
    file
}

fn page(number: u32, place: u64, flags: u8, packet: &[u8]) -> Vec<u8> {
    let mut lacing = vec![255; packet.len() / 255];
    lacing.push(u8::try_from(packet.len() % 255).unwrap());
    let mut page = [&b"OggS\0"[..], &[flags], &place.to_le_bytes(), &1_u32.to_le_bytes()].concat();
    page.extend(number.to_le_bytes());
    page.extend([0; 4]);
    page.push(u8::try_from(lacing.len()).unwrap());
    page.extend(lacing);
    page.extend(packet);
    let sum = checksum(&page);
    page[22..26].copy_from_slice(&sum.to_le_bytes());
    page
}

/// Ogg's CRC: most significant bit first, nothing inverted.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum: u32, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| sum << 1 ^ if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 })
    })
}
