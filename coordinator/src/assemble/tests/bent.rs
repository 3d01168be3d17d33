//! Verification must catch what a mistaken writer could do: every number in a finished layout, bent by one, is noticed.

use bytes::Bytes;
use verify::Difference;

use super::media::{demux, picture, plan, sound};
use super::reported::compared;
use crate::assemble::{Layout, Piece, layout};

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
    assert_eq!(compared(&whole, &whole, &output, &headers, &received), []);
    let said = |layout: &Layout| {
        let found = compared(layout, &whole, &output, &headers, &received);
        found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let refused = |kind: [u8; 4], track: usize, offset: usize, more: i32| {
        said(&bent(&whole, |front| {
            let at = content(front, kind, track) + offset;
            add(front, at, more);
        }))
    };
    // Full boxes hold version and flags, a count, then entries.
    for (track, name) in ["picture", "sound"].into_iter().enumerate() {
        for (kind, offset, found) in [
            (*b"stts", 12, "where none belongs"),
            (*b"stsz", 12, "the bytes of"),
            (*b"stco", 8, "the bytes of"),
            (*b"elst", 12, "too early"),
        ] {
            let refusal = refused(kind, track, offset, 1);
            assert!(refusal.contains(found) && refusal.contains(name), "{kind:?} of the {name}: {refusal}");
        }
        let refusal = refused(*b"elst", track, 8, -200);
        assert!(refusal.contains(name), "the end of the {name}: {refusal}");
    }
    assert!(refused(*b"ctts", 0, 12, 1).contains("is missing"));
    assert!(refused(*b"stss", 0, 12, 1).contains("the frames of part"));
    for (kind, offset, more) in [(*b"stsc", 12, -1), (*b"stsz", 8, -1), (*b"stts", 8, 1)] {
        assert!(refused(kind, 0, offset, more).contains("no sound mp4 file"), "{kind:?}");
    }
    let torn = bent(&whole, |front| front.truncate(front.len() - 4));
    assert!(said(&torn).contains("no sound mp4 file"), "{}", said(&torn));
    let mut longer = whole.clone();
    longer.push(Piece::Bytes(Bytes::from_static(b"stray")));
    assert!(said(&longer).contains("no sound mp4 file"), "{}", said(&longer));
}

#[test]
fn swapped_parts_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let video = demux(&picture(dir.path(), "p.mp4", "testsrc2=size=64x64:rate=25:duration=3", &["-g", "25"]));
    let (output, received) = plan(&video, 1, None);
    let headers = received.headers();
    let whole = layout(&output, &headers).unwrap();
    let mut swapped = output.clone();
    let (first, second) = (output.picture[0].content_key, output.picture[1].content_key);
    (swapped.picture[0].content_key, swapped.picture[1].content_key) = (second, first);
    let swapped = layout(&swapped, &headers).unwrap();
    let found = compared(&swapped, &whole, &output, &headers, &received);
    let pairs: Vec<(usize, usize)> = found
        .iter()
        .map(|difference| match difference {
            Difference::Swapped { part, found } => (part.number, found.number),
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(pairs, [(1, 2), (2, 1)]);
}
