//! What a person has to know to read a row: where ffmpeg's own count is no promise, and why.
//! The only part of the table that is written by hand.

/// A file and a remark.
const NOTES: [(&str, &str); 0] = [];

/// The remark on a file, if there is one.
pub(super) fn on(name: &str) -> Option<&'static str> {
    NOTES.iter().find(|(file, _)| *file == name).map(|(_, note)| *note)
}
