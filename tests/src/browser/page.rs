//! The page a browser is shown: served on the loopback with its task, and listened to until it reports.
//! Speaks as much HTTP as a browser needs for that, and no more.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

const HTML: &str = include_str!("page.html");
/// A browser may open a connection and never use it.
const REQUEST_WITHIN: Duration = Duration::from_secs(30);
/// Pictures of a few dozen frames as JSON.
const REPORT_BYTES_MAX: u64 = 64 << 20;

/// A page that is being served.
pub(super) struct Page {
    address: SocketAddr,
    report: Receiver<String>,
}

impl Page {
    /// Serves the page with its task until this process ends.
    pub(super) fn open(task: String) -> Page {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port on the loopback");
        let address = listener.local_addr().expect("a listener has an address");
        let (sender, report) = mpsc::channel();
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (task, sender) = (task.clone(), sender.clone());
                // A connection that breaks is the browser's business; what matters is whether a report comes.
                thread::spawn(move || answer(&connection, &task, &sender).unwrap_or_default());
            }
        });
        Page { address, report }
    }

    /// Where it is.
    pub(super) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What it reported, if it did in time.
    pub(super) fn report(&self, deadline: Duration) -> Option<String> {
        self.report.recv_timeout(deadline).ok()
    }
}

fn answer(connection: &TcpStream, task: &str, report: &Sender<String>) -> std::io::Result<()> {
    connection.set_read_timeout(Some(REQUEST_WITHIN))?;
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let request = line.trim_end().to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().unwrap_or(0);
            }
            Some(_) => {}
            None => break,
        }
    }
    let (status, kind, body) = match request.split(' ').take(2).collect::<Vec<_>>()[..] {
        ["GET", "/"] => ("200 OK", "text/html", HTML),
        ["GET", "/task"] => ("200 OK", "application/json", task),
        ["POST", "/report"] => {
            let mut text = String::new();
            reader.take(length.min(REPORT_BYTES_MAX)).read_to_string(&mut text)?;
            // Nobody waits any more for a report that comes too late.
            let _ = report.send(text);
            ("200 OK", "text/plain", "")
        }
        _ => ("404 Not Found", "text/plain", ""),
    };
    let mut out = connection;
    write!(out, "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n", body.len())?;
    write!(out, "Connection: close\r\n\r\n{body}")
}
