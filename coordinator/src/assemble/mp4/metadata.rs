//! `udta`: title, program and date as players show them. Written by hand: mp4-atom's names lack the © and the data box.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::boxes::{Boxes, Kind};

/// UTF-8, in a data box.
const TYPE_TEXT: u32 = 1;

pub(super) fn write(out: &mut Boxes, title: &str, created_at: Option<i64>) {
    let date = created_at
        .and_then(|unix| OffsetDateTime::from_unix_timestamp(unix).ok())
        .and_then(|instant| instant.format(&Rfc3339).ok());
    out.around(*b"udta", |out| {
        out.full(*b"meta", 0, 0, |out| {
            out.full(*b"hdlr", 0, 0, |out| {
                out.u32(0);
                out.raw(b"mdirappl");
                out.raw(&[0; 9]);
            });
            out.around(*b"ilst", |out| {
                text(out, *b"\xa9nam", title);
                text(out, *b"\xa9too", concat!("Reelfarm ", env!("CARGO_PKG_VERSION")));
                if let Some(date) = &date {
                    text(out, *b"\xa9day", date);
                }
            });
        });
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
