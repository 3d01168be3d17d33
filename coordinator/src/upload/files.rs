//! Makes the files of an export: laid out, hashed, and held against their report before anybody sees them. Uploads none.

use std::collections::HashSet;
use std::sync::Arc;

use ::report::Output;
use farm_core::content_key::ContentKey;
use farm_core::export::ExportType;
use farm_core::plan::PlannedOutput;
use farm_core::{filename, report, seconds};

use super::payload::Payload;
use super::{PublishError, Rendered};
use crate::assemble::{self, Entry, Headers, LaidOut, Layout};
use crate::store::outputs::{LaidOutFile, UploadStep};

/// The files of an export, and their report.
pub(super) struct Made {
    pub(super) files: Vec<Ready>,
    /// JSON.
    pub(super) report: String,
}

/// A file ready to be uploaded.
pub(super) struct Ready {
    pub(super) file: LaidOutFile,
    pub(super) layout: Arc<Layout>,
    pub(super) content_type: &'static str,
}

/// Makes every file, in the order they are uploaded: clips first, their ZIP last.
/// Seconds of processor time, so not on the threads that serve.
pub(super) async fn make(
    rendered: Arc<Rendered>,
    reused: HashSet<ContentKey>,
    payload: Arc<Payload>,
) -> Result<Made, PublishError> {
    match tokio::task::spawn_blocking(move || make_files(&rendered, &reused, &payload)).await {
        Ok(made) => made,
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    }
}

fn make_files(rendered: &Rendered, reused: &HashSet<ContentKey>, payload: &Payload) -> Result<Made, PublishError> {
    let Rendered { step, plan, order, source, .. } = rendered;
    let basis = report::Basis {
        export: step.export,
        video: rendered.video,
        order,
        facts: &source.facts,
        table: &source.table,
        source_hash: &source.hash,
        works: report::works(plan),
        parts: payload.facts(reused),
        coordinator: env!("CARGO_PKG_VERSION"),
    };
    let mut files = Vec::with_capacity(plan.outputs.len() + 1);
    let mut crcs = Vec::with_capacity(plan.outputs.len());
    let mut outputs = Vec::with_capacity(plan.outputs.len());
    for planned in &plan.outputs {
        let (ready, crc32, output) = make_file(*step, planned, &basis, payload)?;
        files.push(ready);
        crcs.push(crc32);
        outputs.push(output);
    }
    let archive = match order.export_type {
        ExportType::Clips => Some(make_archive(*step, &plan.outputs, &files, &crcs, payload)?),
        ExportType::Single | ExportType::Combined => None,
    };
    let report = report::report(&basis, outputs, archive.as_ref().map(Ready::counted)).to_json();
    files.extend(archive);
    Ok(Made { files, report })
}

/// Lays a file out, hashes it, makes its report, and holds it against that as a stranger would.
fn make_file(
    step: UploadStep,
    planned: &PlannedOutput,
    basis: &report::Basis,
    payload: &Payload,
) -> Result<(Ready, u32, Output), PublishError> {
    let headers: Headers = payload.headers();
    let layout = assemble::layout(planned, &headers)?;
    let digest = payload.digest(&layout)?;
    let file = LaidOutFile {
        number: planned.number,
        filename: planned.filename.clone(),
        s3_key: key(step, planned.number, planned.format.as_str()),
        size_bytes: layout.size_bytes(),
        sha256: hex::encode(digest.sha256),
        duration_seconds: seconds::from_ticks(planned.duration, planned.rate),
    };
    let ready = Ready { file, layout: Arc::new(layout), content_type: planned.format.content_type() };
    let output = report::output(basis, planned, ready.counted(), &digest.parts);
    let peek = |part, offset, buffer: &mut [u8]| payload.peek(part, offset, buffer);
    let laid_out = LaidOut { layout: &ready.layout, sha256: digest.sha256, payloads: &digest.parts, read: &peek };
    let differences = verify::verify(&laid_out, &output)?;
    if differences.is_empty() {
        Ok((ready, digest.crc32, output))
    } else {
        Err(PublishError::Differs { number: planned.number, differences })
    }
}

impl Ready {
    fn counted(&self) -> report::File<'_> {
        report::File { filename: &self.file.filename, size_bytes: self.file.size_bytes, sha256: &self.file.sha256 }
    }
}

fn make_archive(
    step: UploadStep,
    outputs: &[PlannedOutput],
    files: &[Ready],
    crcs: &[u32],
    payload: &Payload,
) -> Result<Ready, PublishError> {
    let clips = files.iter().zip(crcs);
    let entries: Vec<Entry> =
        clips.map(|(ready, &crc32)| Entry { filename: &ready.file.filename, layout: &ready.layout, crc32 }).collect();
    let layout = assemble::zip(&entries);
    let digest = payload.digest(&layout)?;
    let file = LaidOutFile {
        number: 0,
        filename: filename::archive(&outputs[0].title),
        s3_key: key(step, 0, "zip"),
        size_bytes: layout.size_bytes(),
        sha256: hex::encode(digest.sha256),
        duration_seconds: files.iter().map(|ready| ready.file.duration_seconds).sum(),
    };
    Ok(Ready { file, layout: Arc::new(layout), content_type: "application/zip" })
}

/// Named by number, not by file name: the embedded server takes keys of 127 bytes at the most, and people's names need not
/// be in addresses.
fn key(step: UploadStep, number: u32, extension: &str) -> String {
    format!("exports/{}/{}/{number}.{extension}", step.export, step.epoch)
}
