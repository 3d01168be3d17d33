//! Files stay small enough to be read at once, and are named for what is in them.
//! Whether they are any good, this rule cannot know.

use super::code::without_tests;
use super::{File, Finding};

/// Lines of a Rust file without its tests.
const LINES_MAX: usize = 400;

/// Files that were larger when the rule came: each may shrink to its number, never grow. The aim is an empty list.
const ALLOWANCES: &[(&str, usize)] = &[];

/// Names that say nothing of what is in a file.
const EMPTY_NAMES: [&str; 8] =
    ["mod.rs", "util.rs", "utils.rs", "common.rs", "helpers.rs", "types.rs", "imp.rs", "misc.rs"];

/// Files that are too long or named for nothing.
#[must_use]
pub fn findings(file: &File) -> Vec<Finding> {
    if !file.is_rust() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let name = file.path.rsplit('/').next().unwrap_or_default();
    if EMPTY_NAMES.contains(&name) {
        findings.push(file.finding(1, format!("name the file for the noun in it; {name} says nothing")));
    }
    let lines = lines(file);
    let allowed = allowance(&file.path).unwrap_or(LINES_MAX);
    if lines > allowed {
        findings.push(file.finding(allowed, format!("split the file: {lines} lines without tests, at most {allowed}")));
    }
    findings
}

/// Allowances that are larger than they need be, or for files that are gone.
#[must_use]
pub fn stale_allowances(files: &[File]) -> Vec<Finding> {
    stale(ALLOWANCES, files)
}

fn stale(allowances: &[(&str, usize)], files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, allowed) in allowances {
        let lines = files.iter().find(|file| file.path == *path).map_or(0, lines);
        if lines < *allowed {
            let remedy = format!("lower the allowance in sizes.rs to {lines}, or drop it at {LINES_MAX} and below");
            findings.push(Finding { path: (*path).to_owned(), line: 1, remedy });
        }
    }
    findings
}

fn allowance(path: &str) -> Option<usize> {
    ALLOWANCES.iter().find(|(allowed, _)| *allowed == path).map(|(_, lines)| *lines)
}

/// Lines of a file, those inside test modules not counted; a file of tests counts whole.
fn lines(file: &File) -> usize {
    if file.path.starts_with("tests/") {
        return file.text.lines().count();
    }
    let code = without_tests(file);
    let in_tests = code.lines().zip(blank_free(file)).filter(|(code, text)| code.trim().is_empty() && *text).count();
    file.text.lines().count() - in_tests
}

/// For every line whether it holds code at all, tests included.
fn blank_free(file: &File) -> Vec<bool> {
    super::code::blanked(&file.text).lines().map(|line| !line.trim().is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_are_found_and_tests_are_not_counted() {
        let code = "fn a() {}\n".repeat(LINES_MAX);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "    fn b() {}\n".repeat(300));
        assert_eq!(findings(&File::new("node/src/x.rs", code.clone() + &tests)), []);
        let long = findings(&File::new("node/src/x.rs", code + "fn c() {}\n"));
        assert!(long[0].remedy.contains("split the file: 401"), "{long:?}");
    }

    #[test]
    fn empty_names_are_found() {
        for path in ["node/src/util.rs", "node/src/render/mod.rs"] {
            assert_eq!(findings(&File::new(path, "//! A.")).len(), 1, "{path}");
        }
    }

    #[test]
    fn an_allowance_may_not_be_larger_than_the_file() {
        let files = [File::new("a.rs", "fn a() {}\n".repeat(410))];
        assert_eq!(stale(&[("a.rs", 410)], &files), []);
        assert_eq!(stale(&[("a.rs", 420), ("gone.rs", 500)], &files).len(), 2);
    }
}
