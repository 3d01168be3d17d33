//! Holds the files of a preview or a poster against what was asked for: which they are, where they lie, how large they are,
//! how they begin. Pure; reads no more of a payload than it is shown.

use farm_core::part::{FileKind, PartHeader};
use farm_core::work::Work;
use wire::v1;

use super::translate;

/// A sheet of thumbnails is at most 1600 × 1600 pixels, the peaks of twelve hours are 4 MB; such files are handled whole.
const SMALL_FILE_BYTES_MAX: u64 = 16 << 20;
/// No file is in so many pieces.
const RUNS_MAX: usize = 8;
/// As much of a file as tells what it is.
pub(super) const MAGIC_BYTES: usize = 12;

/// The files a task owes, in no order; none for tasks that owe frames.
fn owed(work: &Work) -> Vec<FileKind> {
    match work {
        Work::Preview(work) => {
            let peaks = work.sound.is_some().then_some(FileKind::Peaks);
            [FileKind::Proxy, FileKind::Sprite, FileKind::Poster].into_iter().chain(peaks).collect()
        }
        Work::Poster(_) => vec![FileKind::Poster],
        Work::Index | Work::Picture(_) | Work::Sound(_) => Vec::new(),
    }
}

/// Every owed file once, and every access unit in one of them.
pub(super) fn check(header: &v1::PartHeader, files: &[v1::FileEntry], work: &Work) -> Result<(), String> {
    let mut left = owed(work);
    let mut unit_owners = vec![0_u8; header.frames.len()];
    for entry in files {
        let file = translate::file(entry).ok_or_else(|| format!("nobody knows files called {:?}", entry.name))?;
        let place = left.iter().position(|kind| *kind == file.kind);
        left.swap_remove(place.ok_or_else(|| format!("nobody asked for its {}", file.kind.as_str()))?);
        if entry.content_type != file.kind.content_type() {
            return Err(format!("its {} is {:?}", file.kind.as_str(), entry.content_type));
        }
        if file.runs.len() > RUNS_MAX {
            return Err(format!("its {} is in {} pieces", file.kind.as_str(), file.runs.len()));
        }
        let mut size_bytes = 0;
        for run in &file.runs {
            let units = run.start as usize..run.end as usize;
            let owners = unit_owners.get_mut(units.clone()).ok_or("a file has access units that are not there")?;
            for owner_count in owners {
                *owner_count = owner_count.saturating_add(1);
            }
            size_bytes += header.frames[units].iter().map(|frame| u64::from(frame.size_bytes)).sum::<u64>();
        }
        if size_bytes == 0 || (file.kind != FileKind::Proxy && size_bytes > SMALL_FILE_BYTES_MAX) {
            return Err(format!("its {} has {size_bytes} bytes", file.kind.as_str()));
        }
    }
    if let Some(kind) = left.first() {
        return Err(format!("its {} is missing", kind.as_str()));
    }
    if unit_owners.iter().any(|owners| *owners != 1) {
        return Err("an access unit is in no file, or in two".to_owned());
    }
    Ok(())
}

/// Where in the payload each file begins.
pub(super) fn beginnings(header: &PartHeader) -> Vec<(FileKind, u64)> {
    let beginning = |entry| header.slices(entry).first().map(|slice| slice.start);
    header.files().iter().filter_map(|entry| Some((entry.kind, beginning(entry)?))).collect()
}

/// Whether a file begins as files of its kind do.
pub(super) fn begins_well(kind: FileKind, bytes: &[u8; MAGIC_BYTES]) -> bool {
    match kind {
        FileKind::Proxy => bytes[4..8] == *b"ftyp",
        FileKind::Sprite | FileKind::Poster => bytes.starts_with(&[0xff, 0xd8, 0xff]),
        FileKind::Peaks => bytes.starts_with(b"{\"version\":"),
    }
}
