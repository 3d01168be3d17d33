//! One frame as a JPEG, and the file part it makes.
//! Chooses no frame.

use gstreamer as gst;
use wire::v1::{CodecConfig, FileEntry, FilesConfig, PartFrame, UnitRun};

use super::line::Line;
use super::output::Output;
use super::source::unbuildable;
use crate::render::failure::RenderFailure;
use crate::render::recipe::preview;

/// A JPEG's media type.
pub const JPEG: &str = "image/jpeg";

/// Encodes a frame that is in the colours of a JPEG already.
pub fn jpeg(frame: gst::Buffer, caps: &gst::Caps) -> Result<Vec<u8>, RenderFailure> {
    bytes(&Line::start(&preview::jpegs(), caps, 1)?.only(frame)?)
}

/// A copy of what came out of a line.
pub fn bytes(sample: &gst::Sample) -> Result<Vec<u8>, RenderFailure> {
    let buffer = sample.buffer().ok_or_else(unbuildable)?;
    let map = buffer.map_readable().map_err(|error| unbuildable().because(error))?;
    Ok(map.to_vec())
}

/// The files of a part on their way out: their access units are counted as they go.
#[derive(Debug, Default)]
pub struct Files {
    files: Vec<FileEntry>,
    units_sent: u32,
}

impl Files {
    /// Sends one access unit; gives its place.
    pub fn send(&mut self, bytes: &[u8], output: &mut Output) -> Result<u32, RenderFailure> {
        let place = self.units_sent;
        output.access_unit(&PartFrame { pts: 0, dts: 0, duration: 0, size_bytes: 0, key: true }, bytes)?;
        self.units_sent += 1;
        Ok(place)
    }

    /// Names a file that is these runs of access units.
    pub fn name(&mut self, name: &str, content_type: &str, runs: Vec<UnitRun>) {
        self.files.push(FileEntry { name: name.to_owned(), content_type: content_type.to_owned(), runs });
    }

    /// Sends a file that is one access unit, and names it.
    pub fn send_whole(
        &mut self,
        name: &str,
        content_type: &str,
        bytes: &[u8],
        output: &mut Output,
    ) -> Result<(), RenderFailure> {
        let first = self.send(bytes, output)?;
        self.name(name, content_type, vec![UnitRun { first, count: 1 }]);
        Ok(())
    }

    /// Every file is sent: says what they are.
    pub fn finish(self, output: &mut Output) -> Result<(), RenderFailure> {
        output.codec(CodecConfig::Files(FilesConfig { files: self.files }), (1, 1), Vec::new())
    }
}
