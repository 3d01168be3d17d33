//! Where MOV differs from MP4, as data. Everything that is not here is the same in both.

use farm_core::video::Colour;
use mp4_atom::Colr;

use super::boxes::{Boxes, Kind};
use super::metadata;

/// What a file of one of the two containers says its own way.
pub(in crate::assemble) struct Dialect {
    /// Brands in `ftyp`, the major one first.
    pub(super) brands: &'static [Kind],
    /// `minor_version` of the major brand.
    pub(super) minor_version: u32,
    /// How handlers are named.
    pub(super) handlers: Handlers,
    /// The `colr` box of a colour.
    pub(super) colour: fn(Colour) -> Colr,
    /// How a sample entry of sound holds its `esds`.
    pub(super) sound_entry: SoundEntry,
    /// Writes title, program and date.
    pub(super) metadata: fn(&mut Boxes, &metadata::Facts),
}

/// How `hdlr` is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Handlers {
    /// Nothing but the type, and a name that ends with a zero.
    Iso,
    /// A component type before the type, a name that begins with its length, and a data handler besides the media's.
    QuickTime,
}

/// The forms of `mp4a`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SoundEntry {
    /// Version 0, `esds` directly inside.
    Plain,
    /// Version 1, `esds` inside of `wave`: what QuickTime wants for compressed sound.
    Wave,
}

/// MP4. `minor_version` as others write it.
pub(in crate::assemble) const MP4: Dialect = Dialect {
    brands: &[*b"isom", *b"isom", *b"iso2", *b"avc1", *b"mp41"],
    minor_version: 0x200,
    handlers: Handlers::Iso,
    colour: |colour| Colr::Nclx {
        colour_primaries: colour.primaries.into(),
        transfer_characteristics: colour.transfer.into(),
        matrix_coefficients: colour.matrix.into(),
        full_range_flag: colour.full_range,
    },
    sound_entry: SoundEntry::Plain,
    metadata: metadata::write_user_data,
};

/// MOV. `minor_version` is the date of the format's specification, in decimal digits.
pub(in crate::assemble) const MOV: Dialect = Dialect {
    brands: &[*b"qt  ", *b"qt  "],
    minor_version: 0x2005_0300,
    handlers: Handlers::QuickTime,
    colour: |colour| Colr::Nclc {
        colour_primaries: colour.primaries.into(),
        transfer_characteristics: colour.transfer.into(),
        matrix_coefficients: colour.matrix.into(),
    },
    sound_entry: SoundEntry::Wave,
    metadata: metadata::write_keys,
};

impl Handlers {
    /// Writes the handler of a track's media.
    pub(super) fn media(self, out: &mut Boxes, kind: Kind, name: &str) {
        self.write(out, *b"mhlr", kind, name);
    }

    /// Writes the handler of a track's data: QuickTime alone has one.
    pub(super) fn data(self, out: &mut Boxes) {
        if self == Handlers::QuickTime {
            self.write(out, *b"dhlr", *b"url ", "DataHandler");
        }
    }

    fn write(self, out: &mut Boxes, component: Kind, kind: Kind, name: &str) {
        out.full(*b"hdlr", 0, 0, |out| {
            let component = if self == Handlers::QuickTime { component } else { [0; 4] };
            out.raw(&component);
            out.raw(&kind);
            out.raw(&[0; 12]);
            if self == Handlers::QuickTime {
                out.raw(&[u8::try_from(name.len()).expect("names of handlers are ours, and short")]);
                out.raw(name.as_bytes());
            } else {
                out.raw(name.as_bytes());
                out.raw(&[0]);
            }
        });
    }
}
