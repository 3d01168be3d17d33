//! `reelfarm verify`: holds a finished file against its exactness report and says every difference. Asks no farm.

mod decode;

use std::fs::{self, File};
use std::path::Path;

use report::Report;
use verify::{Error, FileContent, Looked};

use crate::args;
use crate::failure::Failure;
use crate::stdout;

/// Verifies one file.
pub fn run(arguments: &args::Verify) -> Result<(), Failure> {
    let shown = arguments.file.display();
    let cannot_read = |cause: std::io::Error| Failure::refused(format!("cannot read {shown}: {cause}"));
    let report = read_report(&arguments.report)?;
    let file = File::open(&arguments.file).map_err(cannot_read)?;
    if !file.metadata().map_err(cannot_read)?.is_file() {
        return Err(Failure::refused(format!("{shown} is not a plain file")));
    }
    let content = FileContent::new(file).map_err(cannot_read)?;
    let filename = arguments.file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let verified = verify::verify_file(&content, &filename, &report).map_err(|cause| match cause {
        Error::Unread(cause) => Failure::Refused(Failure::Failed(cause.into()).line()),
        Error::NotInReport { .. } => Failure::refused(format!("{shown}: {cause}")),
    })?;
    let mut said: Vec<String> =
        verified.differences.iter().map(|(filename, difference)| format!("{filename}: {difference}")).collect();
    let mut decoded = None;
    if arguments.decode {
        match decode::decode(&arguments.file, &verified.looked)? {
            decode::Decoded::All(differences) => {
                said.extend(differences);
                decoded = Some("decoded by ffmpeg as well");
            }
            decode::Decoded::NoFfmpeg => decoded = Some("not decoded, for ffmpeg is not installed"),
        }
    }
    for line in &said {
        eprintln!("reelfarm: {line}");
    }
    match said.len() {
        0 => stdout::print(&calm(&arguments.file, &verified.looked, decoded)),
        1 => Err(Failure::failed(format!("{shown} differs from its report"))),
        count => Err(Failure::failed(format!("{shown} differs from its report in {count} ways"))),
    }
}

fn read_report(path: &Path) -> Result<Report, Failure> {
    let shown = path.display();
    let json = fs::read_to_string(path).map_err(|cause| Failure::refused(format!("cannot read {shown}: {cause}")))?;
    Report::from_json(&json)
        .map_err(|cause| Failure::Refused(format!("{shown}: {}", Failure::Failed(cause.into()).line())))
}

/// The one line that says that all is well.
fn calm(file: &Path, looked: &[Looked], decoded: Option<&str>) -> String {
    let sum = |count: fn(&Looked) -> u64| looked.iter().map(count).sum::<u64>();
    let frames = sum(|looked| looked.output.frame_count);
    let samples = sum(|looked| looked.output.sound.as_ref().map_or(0, |sound| sound.sample_count));
    let parts = sum(|looked| looked.output.picture.parts.len() as u64 + u64::from(looked.output.sound.is_some()));
    let files = if looked.len() > 1 { format!("{} files, ", looked.len()) } else { String::new() };
    let decoded = decoded.map(|decoded| format!("; {decoded}")).unwrap_or_default();
    let shown = file.display();
    format!(
        "{shown} is exactly what its report says: {files}{frames} frames, {samples} samples, {parts} parts{decoded}"
    )
}
