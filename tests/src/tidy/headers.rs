//! Every Rust file says first what it is and what it is not. Whether that is true, this rule cannot know.

use super::{File, Finding};

/// What a file is, and what it does not do: two sentences at least.
const SENTENCES_MIN: usize = 2;

/// Files without a proper header.
#[must_use]
pub fn findings(file: &File) -> Option<Finding> {
    if !file.is_rust() {
        return None;
    }
    let header: Vec<&str> = file.text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
    if header.is_empty() {
        return Some(file.finding(1, "begin with `//!`: one sentence of what the file is, one of what it does not do"));
    }
    // What a file of tests does not do, its name says.
    if file.path.ends_with("/tests.rs") {
        return None;
    }
    let sentences = sentences(&header.join(" "));
    (sentences < SENTENCES_MIN)
        .then(|| file.finding(1, "add a second sentence to the `//!` header: what the file does not do or know"))
}

/// Marks that end a sentence: at the end, or before a blank and a capital.
fn sentences(text: &str) -> usize {
    let mut count = 0;
    for (at, sign) in text.char_indices() {
        if !matches!(sign, '.' | '!' | '?' | ':' | ';') {
            continue;
        }
        let after = text[at + 1..].trim_start();
        let ends =
            after.is_empty() || matches!(sign, ':' | ';') || after.starts_with(|next: char| !next.is_lowercase());
        let apart = text[at + 1..].is_empty() || text[at + 1..].starts_with(' ');
        count += usize::from(ends && apart);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remedy(text: &str) -> Option<String> {
        findings(&File::new("node/src/x.rs", text)).map(|finding| finding.remedy)
    }

    #[test]
    fn a_header_has_two_sentences() {
        assert_eq!(remedy("//! Cuts. Knows nothing of nodes.\nfn a() {}"), None);
        assert_eq!(remedy("//! Cuts a timeline\n//! into parts: knows nothing of nodes.\n"), None);
        assert!(remedy("fn a() {}").expect("no header").contains("begin with"));
        assert!(remedy("//! Cuts by e.g. rates.\n").expect("one sentence").contains("second sentence"));
        assert!(findings(&File::new("x.sql", "select 1")).is_none());
    }
}
