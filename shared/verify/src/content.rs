//! Bytes to be verified, wherever they lie. Interprets none of them.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

use sha2::{Digest as _, Sha256};

/// Read and hashed at a time.
const BUFFER_BYTES: usize = 1 << 20;

/// A file's bytes.
pub trait Content {
    /// How many there are.
    fn size_bytes(&self) -> u64;

    /// Fills `buffer` with the bytes from `offset` on; `UnexpectedEof` when there are not so many.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// SHA-256 of all bytes. Whoever has counted it already may say so.
    fn sha256(&self) -> io::Result<[u8; 32]> {
        let mut hasher = Sha256::new();
        each(self, 0..self.size_bytes(), &mut |bytes| hasher.update(bytes))?;
        Ok(hasher.finalize().into())
    }

    /// BLAKE3 of stretches, one after another. Whoever has counted it already may say so.
    fn blake3(&self, stretches: &[Range<u64>]) -> io::Result<[u8; 32]> {
        blake3(self, stretches)
    }
}

/// BLAKE3 of stretches of something, one after another, counted byte by byte.
pub fn blake3<C: Content + ?Sized>(content: &C, stretches: &[Range<u64>]) -> io::Result<[u8; 32]> {
    let mut hasher = blake3::Hasher::new();
    for stretch in stretches {
        each(content, stretch.clone(), &mut |bytes| {
            hasher.update(bytes);
        })?;
    }
    Ok(*hasher.finalize().as_bytes())
}

fn each<C: Content + ?Sized>(content: &C, range: Range<u64>, take: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES.min(usize::try_from(range.end - range.start).unwrap_or(BUFFER_BYTES))];
    let mut at = range.start;
    while at < range.end {
        let length = usize::try_from(range.end - at).unwrap_or(BUFFER_BYTES).min(buffer.len());
        content.read_at(at, &mut buffer[..length])?;
        take(&buffer[..length]);
        at += length as u64;
    }
    Ok(())
}

/// A file on a disk.
#[derive(Debug)]
pub struct FileContent {
    file: File,
    size_bytes: u64,
}

impl FileContent {
    /// Its size is that of this moment.
    pub fn new(file: File) -> io::Result<FileContent> {
        let size_bytes = file.metadata()?.len();
        Ok(FileContent { file, size_bytes })
    }
}

impl Content for FileContent {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }
}

/// A stretch of something, as if it were a file of its own.
pub struct Stretch<'a> {
    /// What it is a stretch of.
    pub of: &'a dyn Content,
    /// Which bytes of it.
    pub range: Range<u64>,
}

impl Content for Stretch<'_> {
    fn size_bytes(&self) -> u64 {
        self.range.end - self.range.start
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        if offset.saturating_add(buffer.len() as u64) > self.size_bytes() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.of.read_at(self.range.start + offset, buffer)
    }
}

/// Reads on from where it stands, for readers of boxes and archives.
pub(crate) struct Cursor<'a> {
    pub(crate) content: &'a dyn Content,
    pub(crate) position: u64,
}

impl io::Read for Cursor<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.content.size_bytes().saturating_sub(self.position);
        let length = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        self.content.read_at(self.position, &mut buffer[..length])?;
        self.position += length as u64;
        Ok(length)
    }
}

impl io::Seek for Cursor<'_> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let position = match to {
            io::SeekFrom::Start(position) => Some(position),
            io::SeekFrom::End(off) => self.content.size_bytes().checked_add_signed(off),
            io::SeekFrom::Current(off) => self.position.checked_add_signed(off),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
