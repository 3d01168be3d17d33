//! Holds finished files against their exactness report: every frame at its time, every part's bytes at their place.
//! Shares no code with what lays files out, and knows no farm: bytes and a report in, differences out.

mod archive;
mod compare;
mod content;
mod difference;
mod found;
mod mp4;
mod webm;

use std::io;
use std::ops::Range;

use report::{Archive, Output, Report};
use thiserror::Error;

use archive::ArchiveError;
use found::ReadError;

pub use content::{Content, FileContent, Stretch, blake3};
pub use difference::{Difference, Kind, PartName, Seconds};

/// Why a file could not be looked at. What is wrong *with* it is a [`Difference`].
#[derive(Debug, Error)]
#[error("failed to read the file")]
pub struct Unread(#[from] io::Error);

/// Why a file and a report could not be held against each other.
#[derive(Debug, Error)]
pub enum Error {
    /// The file cannot be read.
    #[error(transparent)]
    Unread(#[from] Unread),
    /// It has neither the hash nor the name of any file of the report.
    #[error("the report is of {count} files, and none of them has this name or SHA-256")]
    NotInReport {
        /// How many.
        count: usize,
    },
}

/// A file of a report that was looked at.
#[derive(Debug)]
pub struct Looked<'a> {
    /// Which.
    pub output: &'a Output,
    /// Where it lies in the archive it is stored in; `None` for a file of its own.
    pub stretch: Option<Range<u64>>,
}

/// What was held against a report.
#[derive(Debug)]
pub struct Verified<'a> {
    /// The files that were looked at.
    pub looked: Vec<Looked<'a>>,
    /// Every difference, with the name of the file it was found in.
    pub differences: Vec<(&'a str, Difference)>,
}

/// Holds a file, or the ZIP of all clips, against the report of its export. Which of the report's files it is, its SHA-256
/// says, or else its name.
pub fn verify_file<'a>(content: &dyn Content, filename: &str, report: &'a Report) -> Result<Verified<'a>, Error> {
    if let Some(expected) = &report.archive
        && archive::is_archive(content).map_err(Unread)?
    {
        return Ok(verify_archive(content, expected, report)?);
    }
    let output = which(content, filename, report)?;
    let differences = verify(content, output)?;
    let named = |difference| (output.filename.as_str(), difference);
    let looked = vec![Looked { output, stretch: None }];
    Ok(Verified { looked, differences: differences.into_iter().map(named).collect() })
}

/// The output that a file is, or would be.
fn which<'a>(content: &dyn Content, filename: &str, report: &'a Report) -> Result<&'a Output, Error> {
    if let [only] = &report.outputs[..] {
        return Ok(only);
    }
    let sha256 = hex::encode(content.sha256().map_err(Unread)?);
    let by_hash = report.outputs.iter().find(|output| output.sha256.eq_ignore_ascii_case(&sha256));
    let by_name = || report.outputs.iter().find(|output| output.filename == filename);
    by_hash.or_else(by_name).ok_or(Error::NotInReport { count: report.outputs.len() })
}

/// Every difference between a file and what its report says of it; none when it is exactly that file.
pub fn verify(content: &dyn Content, expected: &Output) -> Result<Vec<Difference>, Unread> {
    let mut differences = Vec::new();
    compare::whole(content, expected.size_bytes, &expected.sha256, &mut differences)?;
    let found = match expected.container.as_str() {
        "webm" => webm::read(content),
        _ => mp4::read(content),
    };
    match found {
        Ok(found) => compare::tracks(content, &found, expected, &mut differences)?,
        Err(ReadError::Io(cause)) => return Err(cause.into()),
        Err(ReadError::Malformed(what)) => {
            differences.push(Difference::Malformed { container: expected.container.clone(), what });
        }
    }
    Ok(differences)
}

fn verify_archive<'a>(
    content: &dyn Content,
    expected: &'a Archive,
    report: &'a Report,
) -> Result<Verified<'a>, Unread> {
    let mut whole = Vec::new();
    compare::whole(content, expected.size_bytes, &expected.sha256, &mut whole)?;
    let entries = match archive::entries(content) {
        Ok(entries) => entries,
        Err(ArchiveError::Io(cause)) => return Err(cause.into()),
        Err(ArchiveError::Malformed(what)) => {
            whole.push(Difference::Malformed { container: "zip".to_owned(), what });
            Vec::new()
        }
    };
    let expects = |filename: &str| report.outputs.iter().any(|output| output.filename == filename);
    let strange = entries.iter().filter(|entry| !expects(&entry.filename));
    whole.extend(strange.map(|entry| Difference::EntryExtra { filename: entry.filename.clone() }));
    let mut differences: Vec<_> = whole.into_iter().map(|found| (expected.filename.as_str(), found)).collect();
    let mut looked = Vec::with_capacity(report.outputs.len());
    for output in &report.outputs {
        let filename = output.filename.as_str();
        match entries.iter().find(|entry| entry.filename == filename) {
            Some(entry) => {
                let clip = Stretch { of: content, range: entry.range.clone() };
                differences.extend(verify(&clip, output)?.into_iter().map(|found| (filename, found)));
                looked.push(Looked { output, stretch: Some(entry.range.clone()) });
            }
            None => differences.push((filename, Difference::EntryMissing)),
        }
    }
    Ok(Verified { looked, differences })
}

#[cfg(test)]
mod tests;
