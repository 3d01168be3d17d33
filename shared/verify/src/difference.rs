//! The ways in which a file is not what its report says, each a sentence for people. Finds none.

use std::fmt;

/// A difference between a file and its report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The file has another size.
    Size {
        /// By the report.
        expected: u64,
        /// In bytes.
        found: u64,
    },
    /// Some byte of the file is another.
    Sha256 {
        /// By the report, hex.
        expected: String,
        /// Hex.
        found: String,
    },
    /// The file breaks the rules of its container.
    Malformed {
        /// Which container.
        container: String,
        /// What is wrong.
        what: String,
    },
    /// The report contradicts itself.
    Report {
        /// What is wrong.
        what: String,
    },
    /// There are more or fewer tracks than there should be.
    Tracks {
        /// Of which kind.
        kind: Kind,
        /// By the report.
        expected: usize,
        /// In the file.
        found: usize,
    },
    /// A track has another property.
    Property {
        /// Whose.
        kind: Kind,
        /// Which.
        what: &'static str,
        /// By the report.
        expected: String,
        /// In the file.
        found: String,
    },
    /// There are more or fewer frames or packets.
    Count {
        /// Of what.
        kind: Kind,
        /// By the report.
        expected: u64,
        /// In the file.
        found: u64,
    },
    /// All frames are early or late by the same time: an edit list is wrong, or a delay.
    Shifted {
        /// Of what.
        kind: Kind,
        /// How late, in seconds with sign.
        late: Seconds,
    },
    /// A frame is not there.
    Missing {
        /// Of what.
        kind: Kind,
        /// In order of presentation, from 0.
        frame: u64,
        /// When it should be shown.
        at: Seconds,
    },
    /// A frame is shown where none belongs.
    Extra {
        /// Of what.
        kind: Kind,
        /// When it is shown.
        at: Seconds,
    },
    /// More frames than can be listed are missing or at another time.
    MoreTimes {
        /// Of what.
        kind: Kind,
        /// How many more.
        count: usize,
    },
    /// The track ends at another time.
    End {
        /// Of what.
        kind: Kind,
        /// By the report.
        expected: Seconds,
        /// In the file.
        found: Seconds,
    },
    /// A frame is decoded out of order, or too late to be shown.
    DecodeOrder {
        /// Of what.
        kind: Kind,
        /// In decode order, from 0.
        frame: u64,
    },
    /// The bytes of a part are others.
    Payload {
        /// Which part.
        part: PartName,
    },
    /// A part lies where another belongs.
    Swapped {
        /// The part that belongs there.
        part: PartName,
        /// The one that is there.
        found: PartName,
    },
    /// A part has more or fewer frames.
    PartCount {
        /// Which part.
        part: PartName,
        /// By the report.
        expected: u64,
        /// In the file.
        found: u64,
    },
    /// The frames of a part have the right bytes, but other sizes, another order, or other key marks.
    Frames {
        /// Which part.
        part: PartName,
    },
    /// The archive has a file that is not the export's.
    EntryExtra {
        /// Its name.
        filename: String,
    },
    /// The archive lacks the file.
    EntryMissing,
    /// Bytes of the file belong to two frames, or to none.
    Stray {
        /// Where.
        offset: u64,
    },
}

/// What a track holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Picture.
    Picture,
    /// Sound.
    Sound,
}

/// A time in microseconds, said in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seconds {
    /// Microseconds.
    pub micros: i64,
}

/// A part, as people can find it in the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartName {
    /// Of which track.
    pub kind: Kind,
    /// Its place among the parts of the track, from 1.
    pub number: usize,
    /// The first of its frames, in order of presentation, from 0.
    pub first_frame: u64,
    /// How many frames it has by the report.
    pub frame_count: u64,
    /// Names its bytes.
    pub content_key: String,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Kind::Picture => "picture",
            Kind::Sound => "sound",
        })
    }
}

impl Kind {
    fn unit(self) -> &'static str {
        match self {
            Kind::Picture => "frame",
            Kind::Sound => "packet",
        }
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.micros.unsigned_abs();
        let sign = if self.micros < 0 { "-" } else { "" };
        write!(out, "{sign}{}.{:06} s", micros / 1_000_000, micros % 1_000_000)
    }
}

impl fmt::Display for PartName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.content_key.get(..12).unwrap_or(&self.content_key);
        match self.kind {
            Kind::Sound => write!(out, "the part of sound ({key}…)"),
            Kind::Picture => {
                let last = self.first_frame + self.frame_count.saturating_sub(1);
                write!(out, "part {} of the picture (frames {} to {last}, {key}…)", self.number, self.first_frame)
            }
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Size { expected, found } => write!(out, "the file has {found} bytes, not {expected}"),
            Difference::Sha256 { expected, found } => write!(out, "the file's SHA-256 is {found}, not {expected}"),
            Difference::Malformed { container, what } => write!(out, "the file is no sound {container} file: {what}"),
            Difference::Report { what } => write!(out, "the report contradicts itself: {what}"),
            Difference::Tracks { kind, expected, found } => {
                write!(out, "the file has {found} tracks of {kind}, not {expected}")
            }
            Difference::Property { kind, what, expected, found } => {
                write!(out, "the {what} of the {kind} is {found}, not {expected}")
            }
            Difference::Count { kind, expected, found } => {
                write!(out, "the {kind} has {found} {}s, not {expected}", kind.unit())
            }
            Difference::Shifted { kind, late } => {
                let (time, word) = if late.micros < 0 { (-late.micros, "early") } else { (late.micros, "late") };
                write!(out, "every {} of the {kind} is {} too {word}", kind.unit(), Seconds { micros: time })
            }
            Difference::Missing { kind, frame, at } => {
                write!(out, "{} {frame} of the {kind}, at {at}, is missing", kind.unit())
            }
            Difference::Extra { kind, at } => {
                write!(out, "the {kind} has a {} at {at}, where none belongs", kind.unit())
            }
            Difference::MoreTimes { kind, count } => {
                write!(out, "{count} more {}s of the {kind} are missing or at another time", kind.unit())
            }
            Difference::End { kind, expected, found } => write!(out, "the {kind} ends at {found}, not at {expected}"),
            Difference::DecodeOrder { kind, frame } => {
                write!(out, "{} {frame} of the {kind} in decode order is decoded too late or out of turn", kind.unit())
            }
            Difference::Payload { part } => write!(out, "the bytes of {part} are not the ones that were rendered"),
            Difference::Swapped { part, found } => write!(out, "where {part} belongs, there is {found}"),
            Difference::PartCount { part, expected, found } => {
                write!(out, "{part} has {found} {}s, not {expected}", part.kind.unit())
            }
            Difference::Frames { part } => {
                write!(out, "the frames of {part} have other sizes, another order or other key marks")
            }
            Difference::EntryExtra { filename } => write!(out, "the archive has {filename}, which is not the export's"),
            Difference::EntryMissing => write!(out, "the file is not in the archive"),
            Difference::Stray { offset } => {
                write!(out, "the bytes at {offset} belong to two frames, or to none")
            }
        }
    }
}
