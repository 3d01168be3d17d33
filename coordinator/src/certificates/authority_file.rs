//! The authority at rest: certificate and key in one file only its owner reads. Signs nothing.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use pem::Pem;

use super::CertificateError;

const FILE: &str = "certificate-authority.pem";

/// Certificate and key (as PEM text) kept in `dir`; `None` when there are none yet.
pub fn read(dir: &Path) -> Result<Option<(Pem, String)>, CertificateError> {
    let path = dir.join(FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(CertificateError::File { path: path.display().to_string(), source }),
    };
    let damaged = || CertificateError::Damaged { path: path.display().to_string() };
    let blocks = pem::parse_many(&text).map_err(|_| damaged())?;
    let certificate = blocks.iter().find(|block| block.tag() == "CERTIFICATE").ok_or_else(damaged)?;
    let key = blocks.iter().find(|block| block.tag() == "PRIVATE KEY").ok_or_else(damaged)?;
    Ok(Some((certificate.clone(), pem::encode(key))))
}

/// Keeps certificate and key. One file and one rename: there is no moment at which only one of them is there.
pub fn write(dir: &Path, certificate: &str, key: &str) -> Result<(), CertificateError> {
    let path = dir.join(FILE);
    let filed = |source| CertificateError::File { path: path.display().to_string(), source };
    fs::create_dir_all(dir).map_err(filed)?;
    let unfinished = dir.join(format!("{FILE}.new"));
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished).map_err(filed)?;
    file.write_all(certificate.as_bytes()).map_err(filed)?;
    file.write_all(key.as_bytes()).map_err(filed)?;
    file.sync_all().map_err(filed)?;
    fs::rename(&unfinished, &path).map_err(filed)?;
    fs::File::open(dir).and_then(|folder| folder.sync_all()).map_err(filed)
}
