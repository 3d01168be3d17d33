//! Reads the repository's own files: what git tracks or would track, as far as it is text.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::{File, code};

/// Folders that hold what is built or fetched, for trees that are not a git checkout.
const NOT_OURS: [&str; 4] = ["target", ".git", ".tools", "node_modules"];

/// The root of the repository these tests belong to.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the repository").to_owned()
}

/// Every text file of the repository.
pub fn files(root: &Path) -> Result<Vec<File>> {
    let paths = match tracked(root) {
        Some(paths) => paths,
        None => walked(root)?,
    };
    let mut files = Vec::new();
    for path in paths {
        // A tracked file may be deleted in the working tree, and a picture is no text.
        if let Ok(text) = fs::read_to_string(root.join(&path)) {
            files.push(File::new(path, text));
        }
    }
    ensure!(files.iter().any(File::is_rust), "no source was found in {}", root.display());
    code::mark_test_modules(&mut files);
    Ok(files)
}

/// What git knows or would add; `None` where there is no git.
fn tracked(root: &Path) -> Option<Vec<String>> {
    let mut command = Command::new("git");
    command.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
    let output = command.output().ok().filter(|output| output.status.success())?;
    let names = String::from_utf8(output.stdout).ok()?;
    Some(names.split_terminator('\0').map(str::to_owned).collect())
}

fn walked(root: &Path) -> Result<Vec<String>> {
    let ours = |entry: &walkdir::DirEntry| !NOT_OURS.iter().any(|name| entry.file_name() == *name);
    let mut paths = Vec::new();
    for entry in walkdir::WalkDir::new(root).into_iter().filter_entry(ours) {
        let entry = entry?;
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(root).context("a file lies below its root")?;
            paths.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(paths)
}
