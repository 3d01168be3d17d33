//! The encoder table: data. A row is a family of picture encoders and the elements that may provide it, best first.
//! Whether a row works on a node is found by encoding with it, not by reading this table.

/// What an encoder's output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    /// H.264.
    H264,
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
    /// Whether recipes can be made for it by this build.
    pub has_recipe: bool,
}

/// `nvh264enc` comes last in its row: it fails with "Selected preset not supported" on new drivers.
pub const ENCODERS: &[EncoderRow] = &[
    EncoderRow {
        family: "x264",
        standard: Standard::H264,
        elements: &["x264enc"],
        needs: "the x264 plugin of the media library",
        has_recipe: true,
    },
    EncoderRow {
        family: "nvenc",
        standard: Standard::H264,
        elements: &["nvautogpuh264enc", "nvcudah264enc", "nvh264enc"],
        needs: "an NVIDIA GPU that has a video encoder, and its driver",
        has_recipe: false,
    },
    EncoderRow {
        family: "vaapi",
        standard: Standard::H264,
        elements: &["vah264enc", "vah264lpenc"],
        needs: "a GPU whose driver encodes H.264 through VA-API",
        has_recipe: false,
    },
    EncoderRow {
        family: "qsv",
        standard: Standard::H264,
        elements: &["qsvh264enc"],
        needs: "an Intel GPU with Quick Sync",
        has_recipe: false,
    },
    EncoderRow {
        family: "videotoolbox",
        standard: Standard::H264,
        elements: &["vtenc_h264_hw"],
        needs: "a Mac",
        has_recipe: false,
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

/// The version that x264 writes into its first access unit (`x264 - core 164 r3095 baee400 - …`), as one word.
#[must_use]
pub fn x264_version(access_unit: &[u8]) -> Option<String> {
    const BEFORE: &[u8] = b"x264 - core ";
    const AFTER: &[u8] = b" - H.264";
    let from = access_unit.windows(BEFORE.len()).position(|window| window == BEFORE)? + BEFORE.len();
    let length = access_unit[from..].windows(AFTER.len()).position(|window| window == AFTER)?;
    let words = std::str::from_utf8(&access_unit[from..from + length]).ok()?;
    Some(words.replace(' ', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x264_says_its_version() {
        let unit = b"\0\0\0\x20\x06\x05\xffjunk x264 - core 164 r3095 baee400 - H.264/MPEG-4 AVC codec - Copyleft";
        assert_eq!(x264_version(unit).as_deref(), Some("164-r3095-baee400"));
        assert_eq!(x264_version(b"\0\0\0\x02\x65\x88"), None);
        assert_eq!(identity("x264", "164-r3095", "1.22.0", "x264enc"), "x264/164-r3095/gst-1.22.0/x264enc");
    }
}
