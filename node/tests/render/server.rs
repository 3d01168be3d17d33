//! A storage server of one file over loopback: byte ranges, counted, with faults on demand.
//! Understands nothing of HTTP beyond what a range reader sends.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// How the server misbehaves.
#[derive(Debug, Default)]
pub struct Faults {
    /// So many requests are answered with status 500 first.
    pub broken_at_first: AtomicU32,
    /// Every request is answered with this status, if it is not 0.
    pub status: AtomicU32,
    /// Ranges are ignored: status 200 and the whole file.
    pub ignores_ranges: bool,
    /// The body is shorter than announced.
    pub hangs_up: bool,
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    /// Where the file is.
    pub url: String,
    /// Its size.
    pub size: u64,
    served: Arc<AtomicU64>,
}

impl Server {
    /// Serves these bytes.
    pub fn start(bytes: Vec<u8>, faults: Faults) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/source?signature=secret", listener.local_addr().unwrap());
        let (size, served) = (bytes.len() as u64, Arc::new(AtomicU64::new(0)));
        let shared = Arc::new((bytes, faults, Arc::clone(&served)));
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || while answer(&connection, &shared.0, &shared.1, &shared.2).is_some() {});
            }
        });
        Server { url, size, served }
    }

    /// Bytes of bodies sent so far.
    pub fn served_bytes(&self) -> u64 {
        self.served.load(Ordering::SeqCst)
    }
}

fn answer(mut connection: &TcpStream, bytes: &[u8], faults: &Faults, served: &AtomicU64) -> Option<()> {
    let (from, to) = requested_range(connection)?;
    let break_it = |left: u32| left.checked_sub(1);
    if faults.broken_at_first.fetch_update(Ordering::SeqCst, Ordering::SeqCst, break_it).is_ok() {
        return status(connection, 500);
    }
    match faults.status.load(Ordering::SeqCst) {
        0 => {}
        refused => return status(connection, refused),
    }
    let body = if faults.ignores_ranges { bytes } else { bytes.get(from..=to)? };
    let code = if faults.ignores_ranges { 200 } else { 206 };
    write!(connection, "HTTP/1.1 {code} whatever\r\ncontent-length: {}\r\n\r\n", body.len()).ok()?;
    if faults.hangs_up {
        connection.write_all(&body[..body.len() / 2]).ok()?;
        return None;
    }
    served.fetch_add(body.len() as u64, Ordering::SeqCst);
    connection.write_all(body).ok()
}

fn status(mut connection: &TcpStream, code: u32) -> Option<()> {
    write!(connection, "HTTP/1.1 {code} whatever\r\ncontent-length: 0\r\n\r\n").ok()
}

fn requested_range(connection: &TcpStream) -> Option<(usize, usize)> {
    let mut lines = BufReader::new(connection).lines();
    let mut range = None;
    while let Some(Ok(line)) = lines.next() {
        if let Some(bytes) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
            let (from, to) = bytes.split_once('-')?;
            range = Some((from.parse().ok()?, to.trim().parse().ok()?));
        }
        if line.is_empty() {
            return range;
        }
    }
    None
}
