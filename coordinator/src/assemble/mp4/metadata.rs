//! Title, program and date as players show them, in each dialect's own place. Written by hand: mp4-atom's names lack the ©
//! and the data box, and it has no plain `meta`.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::boxes::{Boxes, Kind};

/// UTF-8, in a data box.
const TYPE_TEXT: u32 = 1;
/// Who made the file.
const PROGRAM: &str = concat!("Reelfarm ", env!("CARGO_PKG_VERSION"));

/// What there is to say.
pub(super) struct Facts<'a> {
    title: &'a str,
    /// Day and time as RFC 3339 has them.
    date: Option<String>,
}

impl<'a> Facts<'a> {
    /// `created_at` in seconds since 1970.
    pub(super) fn new(title: &'a str, created_at: Option<i64>) -> Facts<'a> {
        let date = created_at
            .and_then(|unix| OffsetDateTime::from_unix_timestamp(unix).ok())
            .and_then(|instant| instant.format(&Rfc3339).ok());
        Facts { title, date }
    }
}

/// MP4: `udta`, with the names iTunes brought.
pub(super) fn write_user_data(out: &mut Boxes, facts: &Facts) {
    out.around(*b"udta", |out| {
        out.full(*b"meta", 0, 0, |out| {
            handler(out, *b"mdir", *b"appl");
            out.around(*b"ilst", |out| {
                text(out, *b"\xa9nam", facts.title);
                text(out, *b"\xa9too", PROGRAM);
                if let Some(date) = &facts.date {
                    text(out, *b"\xa9day", date);
                }
            });
        });
    });
}

/// MOV: `meta` without version and flags; items are named by their place, from 1, in a list of keys.
pub(super) fn write_keys(out: &mut Boxes, facts: &Facts) {
    const TITLE: &str = "com.apple.quicktime.title";
    const SOFTWARE: &str = "com.apple.quicktime.software";
    const CREATION_DATE: &str = "com.apple.quicktime.creationdate";
    let date = facts.date.as_deref().map(|date| (CREATION_DATE, date));
    let items = || [(TITLE, facts.title), (SOFTWARE, PROGRAM)].into_iter().chain(date);
    out.around(*b"meta", |out| {
        handler(out, *b"mdta", [0; 4]);
        out.full(*b"keys", 0, 0, |out| {
            out.u32(u32::try_from(items().count()).expect("three at the most"));
            for (key, _) in items() {
                out.around(*b"mdta", |out| out.raw(key.as_bytes()));
            }
        });
        out.around(*b"ilst", |out| {
            for ((_, value), place) in items().zip(1_u32..) {
                text(out, place.to_be_bytes(), value);
            }
        });
    });
}

fn handler(out: &mut Boxes, kind: Kind, manufacturer: Kind) {
    out.full(*b"hdlr", 0, 0, |out| {
        out.u32(0);
        out.raw(&kind);
        out.raw(&manufacturer);
        out.raw(&[0; 9]);
    });
}

fn text(out: &mut Boxes, kind: Kind, text: &str) {
    out.around(kind, |out| {
        out.around(*b"data", |out| {
            out.u32(TYPE_TEXT);
            out.u32(0);
            out.raw(text.as_bytes());
        });
    });
}
