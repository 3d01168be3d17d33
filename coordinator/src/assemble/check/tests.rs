//! The check must catch what a mistaken writer could do: every number in a finished layout, bent by one, is noticed.

use bytes::Bytes;

use super::*;
use crate::assemble::layout;
use crate::assemble::tests::media::{demux, picture, plan, sound};

/// The front with one change, before the same payload.
fn bent(laid_out: &Layout, change: impl FnOnce(&mut Vec<u8>)) -> Layout {
    let mut pieces = laid_out.pieces().iter().cloned();
    let Some(Piece::Bytes(front)) = pieces.next() else { panic!("boxes in front") };
    let mut front = front.to_vec();
    change(&mut front);
    let mut layout = Layout::default();
    layout.push(Piece::Bytes(Bytes::from(front)));
    pieces.for_each(|piece| layout.push(piece));
    layout
}

/// Where the content of the `nth` box of a kind begins.
fn content(bytes: &[u8], kind: [u8; 4], nth: usize) -> usize {
    let mut starts = bytes.windows(4).enumerate().filter(|(_, window)| *window == kind).map(|(start, _)| start + 4);
    starts.nth(nth).unwrap()
}

fn add(bytes: &mut [u8], at: usize, more: i32) {
    let number = i32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    bytes[at..at + 4].copy_from_slice(&(number + more).to_be_bytes());
}

#[test]
fn every_bent_number_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let video = demux(&picture(dir.path(), "p.mp4", "testsrc2=size=64x64:rate=25:duration=3", &["-g", "25"]));
    let (output, received) = plan(&video, 1, Some(&demux(&sound(dir.path(), "s.mp4", "3"))));
    let headers = received.headers();
    let whole = layout(&output, &headers).unwrap();
    check(&whole, &output, &headers).unwrap();
    let refused = |kind: [u8; 4], track: usize, offset: usize, more: i32| {
        let layout = bent(&whole, |front| {
            let at = content(front, kind, track) + offset;
            add(front, at, more);
        });
        check(&layout, &output, &headers).expect_err("noticed").to_string()
    };
    // Full boxes hold version and flags, a count, then entries.
    for track in [0, 1] {
        let name = ["picture", "sound"][track];
        for (kind, offset, found) in [
            (*b"stts", 12, "last as long"),
            (*b"stsz", 12, "the size"),
            (*b"stco", 8, "the place"),
            (*b"elst", 12, "the time"),
        ] {
            let refusal = refused(kind, track, offset, 1);
            assert!(refusal.contains(found) && refusal.contains(name), "{kind:?} of the {name}: {refusal}");
        }
    }
    assert!(refused(*b"ctts", 0, 12, 1).contains("the time"));
    assert!(refused(*b"stss", 0, 12, 1).contains("the key mark"));
    assert!(refused(*b"stsc", 0, 12, -1).contains("picture"));
    assert!(refused(*b"stsz", 0, 8, -1).contains("lacks a table"));
    assert!(refused(*b"stts", 0, 8, 1).contains("last as long"));
    let torn = bent(&whole, |front| front.truncate(front.len() - 4));
    assert!(matches!(check(&torn, &output, &headers), Err(CheckError::Malformed { .. })));
    let mut longer = whole.clone();
    longer.push(Piece::Bytes(Bytes::from_static(b"stray")));
    assert!(matches!(check(&longer, &output, &headers), Err(CheckError::Malformed { .. })));
}
