//! A receiver of webhooks on a socket of its own that answers as it is told and remembers what it was. Shares no code with the
//! sender.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio_util::task::AbortOnDropHandle;

/// How one request is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    Status(u16),
    Moved(String),
    Never,
}

impl Reply {
    pub fn status(status: u16) -> Reply {
        Reply::Status(status)
    }

    pub fn moved(to: &str) -> Reply {
        Reply::Moved(to.to_owned())
    }

    pub fn never() -> Reply {
        Reply::Never
    }
}

/// One request.
#[derive(Clone, Debug)]
pub struct Told {
    headers: BTreeMap<String, String>,
    pub body: String,
}

impl Told {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    /// As any library of the standard checks it.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let signed = format!("{}.{}.{}", self.header("webhook-id"), self.header("webhook-timestamp"), self.body);
        let signature = STANDARD.decode(self.header("webhook-signature").strip_prefix("v1,").unwrap()).unwrap();
        hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes(), &signature).is_ok()
    }

    pub fn video(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        body["data"]["video_id"].as_str().unwrap().to_owned()
    }
}

pub struct Receiver {
    pub url: String,
    told: Arc<Mutex<Vec<Told>>>,
    _serving: AbortOnDropHandle<()>,
}

impl Receiver {
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let told: Arc<Mutex<Vec<Told>>> = Arc::default();
        let serving = serve(listener, replies.into_iter().collect(), told.clone());
        let serving = tokio::runtime::Handle::current().spawn(serving);
        Receiver { url, told, _serving: AbortOnDropHandle::new(serving) }
    }

    pub async fn told(&self) -> Vec<Told> {
        self.told.lock().await.clone()
    }
}

async fn serve(listener: TcpListener, mut replies: VecDeque<Reply>, told: Arc<Mutex<Vec<Told>>>) {
    let mut silent = Vec::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        told.lock().await.push(hear(&mut stream).await);
        let (status, more) = match replies.pop_front().expect("a reply for every request") {
            Reply::Status(status) => (status, String::new()),
            Reply::Moved(to) => (308, format!("location: {to}\r\n")),
            Reply::Never => {
                silent.push(stream);
                continue;
            }
        };
        let answer = format!("HTTP/1.1 {status} Said\r\n{more}content-length: 0\r\nconnection: close\r\n\r\n");
        stream.get_mut().write_all(answer.as_bytes()).await.unwrap();
    }
}

async fn hear(stream: &mut BufReader<TcpStream>) -> Told {
    let mut headers = BTreeMap::new();
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    assert!(line.starts_with("POST /hook "), "{line}");
    loop {
        line.clear();
        stream.read_line(&mut line).await.unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    Told { headers, body: String::from_utf8(body).unwrap() }
}
