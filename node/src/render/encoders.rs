//! The encoder table: data. A row is a family of picture encoders and the elements that may provide it, best first.
//! Whether a row works on a node is found by encoding with it, not by reading this table.

/// What an encoder's output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    /// H.264.
    H264,
    /// VP9.
    Vp9,
}

/// Where an encoder says its version, and between which marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionMark {
    /// What to look into.
    pub place: VersionPlace,
    /// What stands before the version.
    pub before: &'static [u8],
    /// What follows it.
    pub after: &'static [u8],
}

/// What can be looked into for a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionPlace {
    /// The first access unit that it made.
    FirstUnit,
    /// The library it is, as this process has loaded it: the file's name begins so.
    Library(&'static str),
}

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct EncoderRow {
    /// The family's name on the wire and in recipes; also the name of its pool.
    pub family: &'static str,
    /// What it yields.
    pub standard: Standard,
    /// Elements that provide it, best first.
    pub elements: &'static [&'static str],
    /// What must be there for it, for the sentence that says it is not.
    pub needs: &'static str,
    /// What this build must know to use it; `None` where it makes no recipes for it.
    pub usage: Option<Usage>,
}

/// What is known of an encoder that recipes are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Where it says its version.
    pub version: VersionMark,
    /// A quick one of its speeds, for the trial.
    pub trial_speed: &'static str,
}

/// `x264 - core 164 r3095 baee400 - H.264/MPEG-4 AVC codec - …`
const X264: VersionMark = VersionMark { place: VersionPlace::FirstUnit, before: b"x264 - core ", after: b" - H.264" };

/// VP9 streams do not name their maker. What libvpx answers when it is asked for its name stands in it as written here, and
/// nobody here may ask: that takes a call of C.
const LIBVPX: VersionMark =
    VersionMark { place: VersionPlace::Library("libvpx.so"), before: b"WebM Project VP9 Encoder v", after: b"\0" };

/// `nvh264enc` comes last in its row: it fails with "Selected preset not supported" on new drivers.
pub const ENCODERS: &[EncoderRow] = &[
    EncoderRow {
        family: "x264",
        standard: Standard::H264,
        elements: &["x264enc"],
        needs: "the x264 plugin of the media library",
        usage: Some(Usage { version: X264, trial_speed: "veryfast" }),
    },
    EncoderRow {
        family: "vp9",
        standard: Standard::Vp9,
        elements: &["vp9enc"],
        needs: "the VPX plugin of the media library",
        usage: Some(Usage { version: LIBVPX, trial_speed: "good-5" }),
    },
    EncoderRow {
        family: "nvenc",
        standard: Standard::H264,
        elements: &["nvautogpuh264enc", "nvcudah264enc", "nvh264enc"],
        needs: "an NVIDIA GPU that has a video encoder, and its driver",
        usage: None,
    },
    EncoderRow {
        family: "vaapi",
        standard: Standard::H264,
        elements: &["vah264enc", "vah264lpenc"],
        needs: "a GPU whose driver encodes H.264 through VA-API",
        usage: None,
    },
    EncoderRow {
        family: "qsv",
        standard: Standard::H264,
        elements: &["qsvh264enc"],
        needs: "an Intel GPU with Quick Sync",
        usage: None,
    },
    EncoderRow {
        family: "videotoolbox",
        standard: Standard::H264,
        elements: &["vtenc_h264_hw"],
        needs: "a Mac",
        usage: None,
    },
];

/// The row of a family.
#[must_use]
pub fn row(family: &str) -> Option<&'static EncoderRow> {
    ENCODERS.iter().find(|row| row.family == family)
}

/// Family and exact versions of an encoder: equal identity, equal bytes.
#[must_use]
pub fn identity(family: &str, encoder_version: &str, library_version: &str, element: &str) -> String {
    format!("{family}/{encoder_version}/gst-{library_version}/{element}")
}

impl VersionMark {
    /// The version, as one word, if it stands in these bytes.
    #[must_use]
    pub fn find(&self, bytes: &[u8]) -> Option<String> {
        let place = |mark: &[u8], bytes: &[u8]| bytes.windows(mark.len()).position(|window| window == mark);
        let from = place(self.before, bytes)? + self.before.len();
        let length = place(self.after, &bytes[from..])?;
        let words = std::str::from_utf8(&bytes[from..from + length]).ok()?;
        Some(words.replace(' ', "-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x264_says_its_version() {
        let unit = b"\0\0\0\x20\x06\x05\xffjunk x264 - core 164 r3095 baee400 - H.264/MPEG-4 AVC codec - Copyleft";
        assert_eq!(X264.find(unit).as_deref(), Some("164-r3095-baee400"));
        assert_eq!(X264.find(b"\0\0\0\x02\x65\x88"), None);
        assert_eq!(identity("x264", "164-r3095", "1.22.0", "x264enc"), "x264/164-r3095/gst-1.22.0/x264enc");
    }

    #[test]
    fn libvpx_says_its_version() {
        let library = b"\0WebM Project VP8 Encoder v1.12.0\0WebM Project VP9 Encoder v1.13.1-12-gabc\0WebM Project VP9";
        assert_eq!(LIBVPX.find(library).as_deref(), Some("1.13.1-12-gabc"));
        assert_eq!(LIBVPX.find(&library[..40]), None);
    }

    #[test]
    fn families_are_told_apart_and_named_once() {
        for row in ENCODERS {
            assert_eq!(super::row(row.family), Some(row));
        }
        assert_eq!(row("av1"), None);
    }
}
