//! Five hundred clients that dawdle, and what the others notice of them: next to nothing. Breaks no connection itself.

use std::net::SocketAddr;
use std::time::Duration;

use service::{OnEnd, Tasks};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::app::App;
use crate::config::HttpConfig;
use crate::http::{Listener, api};

const SLOW_CLIENTS: usize = 500;
const REQUESTS: usize = 400;
/// A head may take 15 s, a body 20 s; the rest is for a busy machine.
const CUT_OFF_WITHIN: Duration = Duration::from_secs(40);
/// Below this the clock measures the machine, not the server.
const NOISE: Duration = Duration::from_millis(10);

/// How long the slowest but one in a hundred of many requests took, each on a connection of its own.
async fn p99(address: SocketAddr) -> Duration {
    let mut times = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let began = Instant::now();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        times.push(began.elapsed());
    }
    times.sort_unstable();
    times[REQUESTS * 99 / 100 - 1]
}

/// Sends a byte now and then until the server has had enough.
async fn dawdle(mut stream: TcpStream, letter: &'static [u8]) {
    let mut answer = [0; 1024];
    loop {
        tokio::select! {
            read = stream.read(&mut answer) => if !matches!(read, Ok(1..)) { return },
            () = tokio::time::sleep(Duration::from_millis(500)) => {
                if stream.write_all(letter).await.is_err() {
                    return;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_are_nobodys_trouble_and_are_cut_off() {
    let app = App::start().await;
    let tasks = Tasks::new();
    let config = HttpConfig { listen: "127.0.0.1:0".parse().unwrap(), ..HttpConfig::default() };
    let listener = Listener::bind(&config).await.unwrap();
    let address = listener.address();
    tasks.spawn("http", OnEnd::Fatal, listener.serve(api(app.deps.clone()), tasks.clone()));

    let before = p99(address).await;
    let mut dawdlers = Vec::with_capacity(SLOW_CLIENTS);
    for number in 0..SLOW_CLIENTS {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let body = number % 2 == 0;
        let head: &[u8] = if body {
            b"POST /api/nodes/enroll HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n"
        } else {
            b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: "
        };
        stream.write_all(head).await.unwrap();
        dawdlers.push(tasks.spawn("dawdler", OnEnd::Log, async move {
            dawdle(stream, b" ").await;
            Ok::<(), std::convert::Infallible>(())
        }));
    }
    let during = p99(address).await;
    let ended = tokio::time::timeout(CUT_OFF_WITHIN, futures::future::join_all(dawdlers)).await;
    assert!(ended.is_ok(), "some were never cut off");
    let after = p99(address).await;
    let usual = before.max(after).max(NOISE);
    println!("p99 before {before:?}, with {SLOW_CLIENTS} slow clients {during:?}, after {after:?}");
    assert!(during < usual * 2, "p99 before {before:?}, during {during:?}, after {after:?}");
    tasks.stop().soft.cancel();
    tasks.finished().await;
    app.stop().await;
}
