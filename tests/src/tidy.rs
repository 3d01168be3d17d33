//! The architect that never sleeps: rules of the tree that no compiler holds, each with the line it found and what to do.
//! Rules are pure functions of paths and texts; only `tree` reads files.

pub mod code;
pub mod headers;
pub mod imports;
pub mod migrations;
pub mod places;
pub mod sizes;
pub mod tree;
pub mod words;

use std::fmt;
use std::path::Path;

/// A file of the tree.
#[derive(Clone, Debug)]
pub struct File {
    /// From the repository's root, with forward slashes.
    pub path: String,
    /// What is in it.
    pub text: String,
    /// Whether it is compiled for tests only.
    pub is_test: bool,
}

impl File {
    /// A file of this path and text.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> File {
        let path = path.into();
        let is_test = path.contains("tests/") || path.ends_with("/tests.rs");
        File { path, text: text.into(), is_test }
    }

    /// Whether it is Rust.
    #[must_use]
    pub fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }

    /// A finding in this file.
    #[must_use]
    pub fn finding(&self, line: usize, remedy: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, remedy: remedy.into() }
    }
}

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to do about it.
    pub remedy: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path, self.line, self.remedy)
    }
}

/// Every broken rule of a tree, in order.
#[must_use]
pub fn findings(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        findings.extend(headers::findings(file));
        findings.extend(sizes::findings(file));
        findings.extend(imports::findings(file));
        findings.extend(words::findings(file));
        findings.extend(places::findings(file));
    }
    findings.extend(sizes::stale_allowances(files));
    findings.extend(migrations::findings(files));
    findings.sort();
    findings.dedup();
    findings
}
