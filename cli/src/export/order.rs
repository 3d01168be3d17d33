//! Checks what can be checked on this machine before anything is started: files, folders, ranges that contradict options.
//! What only the video or the server can tell is left to them.

use std::fs::{self, File, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use crate::api::{NewExport, Range};
use crate::args::{Export, ExportType, Format};
use crate::failure::Failure;

/// A file to upload.
#[derive(Debug)]
pub struct Input {
    /// Where it is.
    pub path: PathBuf,
    /// What the farm will call it.
    pub filename: String,
    /// Its size.
    pub size_bytes: u64,
}

/// An order that this machine finds nothing wrong with.
#[derive(Debug)]
pub struct Order {
    /// The video.
    pub input: Input,
    /// The file to make.
    pub output: PathBuf,
    /// Where to save the exactness report, if anywhere.
    pub report: Option<PathBuf>,
    /// What to ask of the farm.
    pub request: NewExport,
}

impl Order {
    /// Reads the arguments of `export` as an order, or says what is wrong with them.
    pub fn check(export: &Export) -> Result<Self, Failure> {
        let (input, metadata) = input(&export.input)?;
        output(&export.output, &metadata)?;
        if let Some(report) = &export.report {
            output(report, &metadata)?;
        }
        let export_type = export_type(export)?;
        let format = format(export, export_type)?;
        let segments = export.segments.iter();
        let request = NewExport {
            resolution: export.resolution,
            format,
            quality: export.quality,
            export_type,
            segments: segments
                .map(|segment| Range { start: segment.start.seconds(), end: segment.end.seconds() })
                .collect(),
            crossfade_seconds: export.crossfade,
            normalize_audio: !export.no_normalize,
        };
        Ok(Self { input, output: export.output.clone(), report: export.report.clone(), request })
    }
}

fn input(path: &Path) -> Result<(Input, Metadata), Failure> {
    let shown = path.display();
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Failure::refused(format!("no such file: {shown}")));
        }
        Err(error) => return Err(Failure::refused(format!("cannot read {shown}: {error}"))),
    };
    if !metadata.is_file() {
        let what = if metadata.is_dir() { "a folder" } else { "not a plain file" };
        return Err(Failure::refused(format!("{shown} is {what}; a video file is needed")));
    }
    if metadata.len() == 0 {
        return Err(Failure::refused(format!("{shown} is empty")));
    }
    File::open(path).map_err(|error| Failure::refused(format!("cannot read {shown}: {error}")))?;
    let filename = path.file_name().map_or_else(|| "video".to_owned(), |name| name.to_string_lossy().into_owned());
    Ok((Input { path: path.to_owned(), filename, size_bytes: metadata.len() }, metadata))
}

fn output(path: &Path, input: &Metadata) -> Result<(), Failure> {
    let shown = path.display();
    let folder = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Err(Failure::refused(format!("{shown} is no file name"))),
    };
    if !folder.is_dir() {
        return Err(Failure::refused(format!("the folder {} does not exist", folder.display())));
    }
    if access(folder, Access::WRITE_OK).is_err() {
        return Err(Failure::refused(format!("cannot write in the folder {}", folder.display())));
    }
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(Failure::refused(format!("{shown} is a folder; name a file in it"))),
        Ok(there) if (there.dev(), there.ino()) == (input.dev(), input.ino()) => {
            Err(Failure::refused(format!("{shown} is the video itself; name another file")))
        }
        _ => Ok(()),
    }
}

fn export_type(export: &Export) -> Result<ExportType, Failure> {
    match (export.kind, export.segments.len()) {
        (Some(ExportType::Single), count) if count > 1 => Err(Failure::refused(format!(
            "--type single takes one --segment, not {count}; use combined for one file, clips for a file each"
        ))),
        (Some(chosen), _) => Ok(chosen),
        (None, 0 | 1) => Ok(ExportType::Single),
        (None, _) => Ok(ExportType::Combined),
    }
}

/// The container: named, or told by the ending of the output, which must agree with it.
fn format(export: &Export, export_type: ExportType) -> Result<Format, Failure> {
    let shown = export.output.display();
    let extension = export.output.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    let zip = extension.as_deref() == Some("zip");
    if export_type == ExportType::Clips {
        return if zip {
            Ok(export.format.unwrap_or(Format::Mp4))
        } else {
            Err(Failure::refused(format!("clips come as one ZIP: {shown} must end in .zip")))
        };
    }
    if zip {
        return Err(Failure::refused(format!("{shown} ends in .zip, which is for --type clips")));
    }
    match (extension.as_deref().map(Format::of_extension), export.format) {
        (Some(Some(ending)), Some(named)) if ending != named => Err(Failure::refused(format!(
            "{shown} ends in .{}, but --format says {}",
            ending.extension(),
            named.extension()
        ))),
        (_, Some(named)) => Ok(named),
        (Some(Some(ending)), None) => Ok(ending),
        _ => Err(Failure::refused(format!("end {shown} in .mp4, .mov or .webm, or say which by --format"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{self, Command};

    fn check(folder: &Path, words: &str) -> Result<Order, String> {
        let words = format!("reelfarm export {words}").replace('@', &folder.display().to_string());
        let Ok(Command::Export(export)) = args::parse(words.split(' ').map(Into::into)) else { panic!("{words}") };
        Order::check(&export).map_err(|failure| failure.line().replace(&*folder.to_string_lossy(), "@"))
    }

    fn scratch() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a scratch folder");
        fs::write(folder.path().join("in.mp4"), "a video").expect("it is writable");
        fs::write(folder.path().join("empty.mp4"), "").expect("it is writable");
        folder
    }

    #[test]
    fn the_kind_of_export_follows_from_what_is_typed() {
        let folder = scratch();
        let kind = |words: &str| {
            let order = check(folder.path(), &format!("@/in.mp4 --output {words}")).expect(words);
            (order.request.export_type, order.request.format, order.request.segments.len())
        };
        assert_eq!(kind("@/out.mp4"), (ExportType::Single, Format::Mp4, 0));
        assert_eq!(kind("@/out.MOV --segment 1-2"), (ExportType::Single, Format::Mov, 1));
        assert_eq!(kind("@/out --format webm --segment 1-2 --segment 4-5"), (ExportType::Combined, Format::Webm, 2));
        assert_eq!(kind("@/out.zip --type clips --segment 1-2"), (ExportType::Clips, Format::Mp4, 1));
    }

    #[test]
    fn what_cannot_work_is_refused_before_anything_starts() {
        let folder = scratch();
        let refused = |words: &str| check(folder.path(), words).expect_err(words);
        assert_eq!(refused("@/none.mp4 --output @/o.mp4"), "no such file: @/none.mp4");
        assert_eq!(refused("@ --output @/o.mp4"), "@ is a folder; a video file is needed");
        assert_eq!(refused("@/empty.mp4 --output @/o.mp4"), "@/empty.mp4 is empty");
        assert_eq!(refused("@/in.mp4 --output @/none/o.mp4"), "the folder @/none does not exist");
        assert_eq!(refused("@/in.mp4 --output @/in.mp4"), "@/in.mp4 is the video itself; name another file");
        assert_eq!(
            refused("@/in.mp4 --output @/o.mp4 --type clips"),
            "clips come as one ZIP: @/o.mp4 must end in .zip"
        );
        assert_eq!(refused("@/in.mp4 --output @/o.zip"), "@/o.zip ends in .zip, which is for --type clips");
        assert_eq!(refused("@/in.mp4 --output @/o.mp4 --format mov"), "@/o.mp4 ends in .mp4, but --format says mov");
        assert_eq!(
            refused("@/in.mp4 --output @/o.avi"),
            "end @/o.avi in .mp4, .mov or .webm, or say which by --format"
        );
        assert!(
            refused("@/in.mp4 --output @/o.mp4 --type single --segment 1-2 --segment 3-4")
                .contains("one --segment, not 2")
        );
    }
}
