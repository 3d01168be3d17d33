//! A watcher whose connection is cut again and again, on real sockets: what it saw in all is every change, each once, in order, and
//! adds up to the state as it is. Changes nothing that is watched but by the API.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use service::{OnEnd, Tasks};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::app::{App, Person};
use crate::config::HttpConfig;
use crate::http::{Listener, api};
use crate::store::tests::ledger::{NOW, a_pending_export, a_ready_video};

const CUTS: usize = 25;
/// Streams look four times a second.
const TOLD_WITHIN: Duration = Duration::from_secs(20);

/// What a watcher knows.
#[derive(Default)]
struct Seen {
    last_id: Option<String>,
    /// Status by export.
    state: BTreeMap<String, String>,
    changes: usize,
}

impl Seen {
    fn number(&self) -> u64 {
        self.last_id.as_ref().map_or(0, |id| id.rsplit_once('-').unwrap().1.parse().unwrap())
    }

    /// Takes an event in; it must be the very next.
    fn learn(&mut self, event: &Value) {
        let before = self.number();
        self.last_id = Some(event["id"].as_str().unwrap().to_owned());
        let status = |thing: &Value| thing["exports"]["export"]["status"].as_str().unwrap().to_owned();
        match event["type"].as_str().unwrap() {
            "snapshot" => {
                assert_eq!(before, 0, "everything anew, although nothing was too long ago");
                for thing in event["things"].as_array().unwrap() {
                    self.state.insert(thing["exports"]["export"]["id"].as_str().unwrap().to_owned(), status(thing));
                }
                return;
            }
            "changed" => {
                let id = event["thing"]["exports"]["export"]["id"].as_str().unwrap().to_owned();
                self.state.insert(id, status(&event["thing"]));
            }
            _ => {
                self.state.remove(event["thing_id"].as_str().unwrap()).expect("it was told of before");
            }
        }
        assert_eq!(self.number(), before + 1, "a gap, or an event told twice");
        self.changes += 1;
    }
}

/// Watches until it has seen enough, an event at least, then cuts the connection without a word.
async fn watch(address: SocketAddr, who: &Person, seen: &mut Seen, enough: impl Fn(&Seen) -> bool) {
    let stream = TcpStream::connect(address).await.unwrap();
    let mut stream = BufReader::new(stream);
    let last = seen.last_id.as_ref().map(|id| format!("last-event-id: {id}\r\n")).unwrap_or_default();
    // HTTP/1.0 knows no chunks, which would cut lines in two.
    let head = format!(
        "GET /api/events?topics=exports HTTP/1.0\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         accept: text/event-stream\r\n{last}\r\n",
        who.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    loop {
        let mut line = String::new();
        assert_ne!(stream.read_line(&mut line).await.unwrap(), 0, "the stream ended");
        if let Some(data) = line.trim().strip_prefix("data:") {
            seen.learn(&serde_json::from_str(data.trim()).unwrap());
            if enough(seen) {
                return;
            }
        }
    }
}

#[tokio::test]
async fn a_stream_that_is_cut_goes_on_without_a_gap() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let tasks = Tasks::new();
    let config = HttpConfig { listen: "127.0.0.1:0".parse().unwrap(), ..HttpConfig::default() };
    let listener = Listener::bind(&config).await.unwrap();
    let address = listener.address();
    tasks.spawn("http", OnEnd::Fatal, listener.serve(api(app.deps.clone()), tasks.clone()));

    let mut seen = Seen::default();
    watch(address, &ann, &mut seen, |_| true).await;
    for round in 0..CUTS {
        // While nobody watches: some are ordered, some cancelled, some deleted.
        for _ in 0..=round % 3 {
            a_pending_export(app.store(), ann.id, video, NOW).await;
        }
        let known: Vec<String> = seen.state.keys().take(round % 4).cloned().collect();
        for id in known {
            app.delete(&ann, &format!("/api/exports/{id}")).await;
        }
        // One was ordered at least, so there is something to tell. The rest comes with the next connection.
        let watched = tokio::time::timeout(TOLD_WITHIN, watch(address, &ann, &mut seen, |_| true)).await;
        assert!(watched.is_ok(), "round {round}: not told of what happened");
    }
    a_pending_export(app.store(), ann.id, video, NOW).await;
    let now = app.get(&ann, "/api/exports?limit=100").await.body;
    let text = |export: &Value, name: &str| export[name].as_str().unwrap().to_owned();
    let exports = now["exports"].as_array().unwrap();
    let expected: BTreeMap<String, String> =
        exports.iter().map(|export| (text(export, "id"), text(export, "status"))).collect();
    let all = watch(address, &ann, &mut seen, |seen| seen.state == expected);
    assert!(tokio::time::timeout(TOLD_WITHIN, all).await.is_ok(), "it adds up to something else");
    println!("{CUTS} cuts, {} changes, each told once and in order", seen.changes);
    assert!(seen.changes > CUTS);
    tasks.stop().soft.cancel();
    tasks.finished().await;
    app.stop().await;
}
