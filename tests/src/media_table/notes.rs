//! What a person has to know to read a row: where ffmpeg's own count is no promise, and why.
//! The only part of the table that is written by hand.

/// A file and a remark.
const NOTES: [(&str, &str); 1] = [(
    "iphone_hevc10_hlg_dovi_rot90_editlist.mp4",
    "its edit list begins in the middle of a frame: that one is shown for the rest of its time, and ffmpeg leaves it out (decision 0011)",
)];

/// The remark on a file, if there is one.
pub(super) fn on(name: &str) -> Option<&'static str> {
    NOTES.iter().find(|(file, _)| *file == name).map(|(_, note)| *note)
}
