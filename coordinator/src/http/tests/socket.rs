//! The API on a real socket. Says nothing of what the answers mean.

use service::{OnEnd, Tasks};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::app::App;
use crate::config::HttpConfig;
use crate::http::{Deps, Listener, api};
use crate::store::users::Role;

async fn answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn requests_under_way_are_finished_and_idle_connections_closed() {
    let app = App::start().await;
    let tasks = Tasks::new();
    let config = HttpConfig { listen: "127.0.0.1:0".parse().unwrap(), ..HttpConfig::default() };
    let listener = Listener::bind(&config).await.unwrap();
    let address = listener.address();
    assert!(Listener::bind(&HttpConfig { listen: address, ..config }).await.is_err(), "one at an address");
    tasks.spawn("http", OnEnd::Fatal, listener.serve(api(app.deps.clone()), tasks.clone()));

    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut first = [0; 15];
    idle.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    let mut busy = TcpStream::connect(address).await.unwrap();
    let head =
        b"POST /api/nodes/enroll HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{";
    busy.write_all(head).await.unwrap();

    // A third answer proves that the server has seen the head before it.
    let mut probe = TcpStream::connect(address).await.unwrap();
    probe.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(answer(&mut probe).await.starts_with("HTTP/1.1 200 OK"));
    tasks.stop().soft.cancel();
    assert!(answer(&mut idle).await.contains("{\"status\":\"ok\"}"), "and then the end");
    busy.write_all(b"}").await.unwrap();
    let refused = answer(&mut busy).await;
    assert!(refused.starts_with("HTTP/1.1 400 Bad Request") && refused.contains("invalid_request"), "{refused}");
    tasks.finished().await;
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    app.stop().await;
}

#[tokio::test]
async fn nonsense_is_answered_and_does_no_harm() {
    let app = App::start().await;
    let tasks = Tasks::new();
    let config = HttpConfig { listen: "127.0.0.1:0".parse().unwrap(), ..HttpConfig::default() };
    let listener = Listener::bind(&config).await.unwrap();
    let address = listener.address();
    tasks.spawn("http", OnEnd::Fatal, listener.serve(api(app.deps.clone()), tasks.clone()));
    for nonsense in [&b"\x16\x03\x01\x02\x00\x01"[..], b"GET\r\n\r\n", b"\r\n\r\n\r\nhello\r\n\r\n"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(nonsense).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut ignored = Vec::new();
        let _closed_or_refused = stream.read_to_end(&mut ignored).await;
    }
    let mut probe = TcpStream::connect(address).await.unwrap();
    probe.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(answer(&mut probe).await.starts_with("HTTP/1.1 200 OK"));
    tasks.stop().soft.cancel();
    tasks.finished().await;
    app.stop().await;
}

#[tokio::test]
async fn the_word_of_our_own_proxies_counts_and_nobody_elses() {
    for (forwarded_by, expected) in [(vec!["127.0.0.0/8"], "203.0.113.9"), (vec!["10.0.0.0/8"], "127.0.0.1")] {
        let app = App::start().await;
        let tasks = Tasks::new();
        let forwarded_by = forwarded_by.iter().map(|network| network.parse().unwrap()).collect();
        let config = HttpConfig { listen: "127.0.0.1:0".parse().unwrap(), forwarded_by, ..HttpConfig::default() };
        let listener = Listener::bind(&config).await.unwrap();
        let address = listener.address();
        let api = api(Deps { config, ..app.deps.clone() });
        tasks.spawn("http", OnEnd::Fatal, listener.serve(api, tasks.clone()));
        let body = r#"{"name":"ann","password":"wrong"}"#;
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /api/auth/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
             x-forwarded-for: 198.51.100.1, 203.0.113.9\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 401"));
        let root = app.person("root", Role::Admin).await;
        let entries = app.get(&root, "/api/audit?action=login").await.body;
        assert_eq!(entries["entries"][0]["address"], expected, "{entries}");
        tasks.stop().soft.cancel();
        tasks.finished().await;
        app.stop().await;
    }
}
