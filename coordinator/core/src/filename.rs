//! Names of finished files: safe in any file system and archive, whatever people call things.

use crate::export::Format;

/// No stem is longer, in characters; with UTF-8 and extension it stays below the 255 bytes file systems take.
const STEM_CHARACTERS_MAX: usize = 60;

/// `<name>.<extension>`, or `<name>-<clip>.<extension>` for one of several clips.
#[must_use]
pub fn of(name: &str, clip: Option<u32>, format: Format) -> String {
    let stem = stem(name);
    let extension = format.as_str();
    match clip {
        None => format!("{stem}.{extension}"),
        Some(number) => format!("{stem}-{number:02}.{extension}"),
    }
}

/// The archive that holds all clips of a name.
#[must_use]
pub fn archive(name: &str) -> String {
    format!("{}.zip", stem(name))
}

fn stem(name: &str) -> String {
    let safe =
        |character: char| if character.is_control() || "/\\:*?\"<>|".contains(character) { '_' } else { character };
    let cut: String = name.chars().map(safe).take(STEM_CHARACTERS_MAX).collect();
    let trimmed = cut.trim_matches(|character: char| character == '.' || character.is_whitespace());
    if trimmed.is_empty() { "export".to_owned() } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_folder() {
        assert_eq!(of("../../etc/passwd", None, Format::Mp4), "_.._etc_passwd.mp4");
        assert_eq!(of(" . ", Some(3), Format::Mp4), "export-03.mp4");
        assert_eq!(of("Ferien: Tag 1?", None, Format::Webm), "Ferien_ Tag 1_.webm");
        assert_eq!(archive("a\0b"), "a_b.zip");
    }
}
