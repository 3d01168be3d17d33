//! A client of the HTTP API that shares no code with ours: what any script could do with the contract in hand.
//! Calls block; a test reads from top to bottom.

use std::fs;
use std::path::Path;
use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::runtime::{Builder, Runtime};

use crate::patience::eventually;

/// One answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// A small video is looked at in well under a second; after a kill a lease must run out first.
const INDEXED_WITHIN: Duration = Duration::from_secs(90);
/// A small export takes seconds; a killed node's leases run 30 s.
const EXPORTED_WITHIN: Duration = Duration::from_mins(3);

/// The API as one user sees it.
pub struct Api {
    runtime: Runtime,
    client: Client,
    url: String,
    token: String,
}

/// What a call was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body; `null` when it is no JSON.
    pub body: Value,
}

impl Answer {
    /// The body of an answer that must have this status.
    ///
    /// # Panics
    /// When it has another.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }
}

impl Api {
    /// The API at `url`, as whoever holds `token`.
    #[must_use]
    pub fn new(url: &str, token: &str) -> Api {
        // The default is process-wide; another test may have set it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let client = Client::builder().timeout(ANSWER_WITHIN).build().expect("a client");
        Api { runtime, client, url: url.trim_end_matches('/').to_owned(), token: token.to_owned() }
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same API with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Api {
        Api::new(&self.url, token)
    }

    /// Calls and returns the answer; an error is one of the connection.
    pub fn try_call(&self, method: Method, path: &str, body: Option<&Value>) -> reqwest::Result<Answer> {
        self.try_keyed_call(method, path, body, None)
    }

    /// The same with an idempotency key.
    pub fn try_keyed_call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> reqwest::Result<Answer> {
        self.runtime.block_on(async {
            let mut request = self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token);
            if let Some(key) = key {
                request = request.header("idempotency-key", key);
            }
            if let Some(body) = body {
                request = request.json(body);
            }
            let answer = request.send().await?;
            let status = answer.status();
            let bytes = answer.bytes().await?;
            Ok(Answer { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) })
        })
    }

    /// `GET`.
    ///
    /// # Panics
    /// When there is no answer.
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        self.try_call(Method::GET, path, None).unwrap_or_else(|error| panic!("GET {path}: {error}"))
    }

    /// `GET` of something that is text.
    ///
    /// # Panics
    /// When there is no answer, or a refusal.
    #[must_use]
    pub fn text(&self, path: &str) -> String {
        let fetch = async {
            let request = self.client.get(format!("{}{path}", self.url)).bearer_auth(&self.token);
            request.send().await?.error_for_status()?.text().await
        };
        self.runtime.block_on(fetch).unwrap_or_else(|error| panic!("GET {path}: {error}"))
    }

    /// `POST`.
    ///
    /// # Panics
    /// When there is no answer.
    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.try_call(Method::POST, path, Some(body)).unwrap_or_else(|error| panic!("POST {path}: {error}"))
    }

    /// `DELETE`.
    ///
    /// # Panics
    /// When there is no answer.
    #[must_use]
    pub fn delete(&self, path: &str) -> Answer {
        self.try_call(Method::DELETE, path, None).unwrap_or_else(|error| panic!("DELETE {path}: {error}"))
    }

    /// Uploads a file and waits until it is ready to be exported from. Gives the video's id.
    ///
    /// # Panics
    /// When any step is answered otherwise than the contract says.
    #[must_use]
    pub fn upload(&self, file: &Path) -> String {
        let video = self.send(file);
        let body = self.wait_until_indexed(&video);
        assert_eq!(body["status"], "ready", "{body}");
        video
    }

    /// Uploads a file. Gives the video's id.
    ///
    /// # Panics
    /// When any step is answered otherwise than the contract says.
    #[must_use]
    pub fn send(&self, file: &Path) -> String {
        let bytes = fs::read(file).expect("the source can be read");
        let filename = file.file_name().and_then(|name| name.to_str()).expect("a plain file name");
        let hash = blake3::hash(&bytes).to_hex();
        let created =
            self.post("/api/videos", &json!({"filename": filename, "size_bytes": bytes.len(), "blake3": *hash}));
        let known = created.status == StatusCode::OK;
        let body = created.expect(if known { 200 } else { 201 });
        let video = body["video"]["id"].as_str().expect("a video has an id").to_owned();
        if !known {
            self.send_parts(&video, &body["upload"], &bytes);
        }
        video
    }

    fn send_parts(&self, video: &str, upload: &Value, bytes: &[u8]) {
        let size = upload["part_size_bytes"].as_u64().and_then(|size| usize::try_from(size).ok()).expect("a part size");
        let targets = upload["parts"].as_array().expect("parts");
        assert_eq!(targets.len(), bytes.len().div_ceil(size), "as many parts as the file needs");
        let sent: Vec<Value> = targets
            .iter()
            .zip(bytes.chunks(size))
            .map(|(target, piece)| json!({"number": target["number"], "etag": self.put(&target["url"], piece)}))
            .collect();
        let done = json!({"upload_id": upload["upload_id"], "parts": sent});
        let _accepted = self.post(&format!("/api/videos/{video}/complete"), &done).expect(202);
    }

    fn put(&self, url: &Value, bytes: &[u8]) -> String {
        let url = url.as_str().expect("a presigned address");
        let answer = self
            .runtime
            .block_on(async { self.client.put(url).body(bytes.to_vec()).send().await })
            .expect("storage answers");
        assert!(answer.status().is_success(), "storage says {}", answer.status());
        let tag = answer.headers().get("etag").and_then(|tag| tag.to_str().ok());
        tag.expect("storage names the part's tag").to_owned()
    }

    /// Waits until a video is ready or failed. Gives the video.
    ///
    /// # Panics
    /// When that takes too long.
    #[must_use]
    pub fn wait_until_indexed(&self, video: &str) -> Value {
        let path = format!("/api/videos/{video}");
        eventually("the index of a video", INDEXED_WITHIN, || {
            let body = self.try_call(Method::GET, &path, None).ok().filter(|answer| answer.status.is_success())?.body;
            matches!(body["status"].as_str(), Some("ready" | "failed")).then_some(body)
        })
    }

    /// Orders an export. Gives its id.
    ///
    /// # Panics
    /// When it is refused.
    #[must_use]
    pub fn order(&self, video: &str, body: &Value) -> String {
        let export = self.post(&format!("/api/videos/{video}/export"), body).expect(201);
        export["id"].as_str().expect("an export has an id").to_owned()
    }

    /// Waits until nothing will change any more, through restarts of the coordinator. Gives the export.
    ///
    /// # Panics
    /// When that takes too long, or when progress falls on the way.
    #[must_use]
    pub fn wait(&self, export: &str) -> Value {
        let mut highest = 0;
        eventually(&format!("the end of export {export}"), EXPORTED_WITHIN, || {
            let body = self.try_call(Method::GET, &format!("/api/exports/{export}"), None).ok()?;
            let body = Some(body).filter(|answer| answer.status.is_success())?.body;
            let progress = body["progress_percentage"].as_u64().expect("progress is a whole number");
            assert!((highest..=100).contains(&progress), "progress fell from {highest} to {progress}");
            highest = progress;
            matches!(body["status"].as_str(), Some("completed" | "failed" | "cancelled")).then_some(body)
        })
    }

    /// Waits for an export that must succeed, and fetches a file of it: a clip by number, or the whole.
    ///
    /// # Panics
    /// When it does not succeed, or when the file is not the one that was promised.
    pub fn fetch(&self, export: &str, clip: Option<usize>, to: &Path) {
        let promised = self.promised(export, clip);
        let bytes = self.fetch_url(&promised["url"]);
        assert_eq!(promised["size_bytes"].as_u64(), u64::try_from(bytes.len()).ok(), "{promised}");
        assert_eq!(promised["sha256"].as_str(), Some(hex::encode(Sha256::digest(&bytes)).as_str()), "{promised}");
        fs::write(to, &bytes).expect("the file can be kept");
    }

    /// Waits for an export that must succeed, and gives the presigned address of a file of it.
    ///
    /// # Panics
    /// When it does not succeed.
    #[must_use]
    pub fn address(&self, export: &str, clip: Option<usize>) -> String {
        self.promised(export, clip)["url"].as_str().expect("a presigned address").to_owned()
    }

    fn promised(&self, export: &str, clip: Option<usize>) -> Value {
        let ended = self.wait(export);
        assert_eq!(ended["status"], "completed", "{ended}");
        assert_eq!(ended["progress_percentage"], 100, "{ended}");
        let query = clip.map(|clip| format!("?clip={clip}")).unwrap_or_default();
        self.get(&format!("/api/exports/{export}/download{query}")).expect(200)
    }

    /// Storage must give a piece of a file to who asks for one: a player seeks by that.
    ///
    /// # Panics
    /// When it gives something else.
    pub fn expect_ranges(&self, url: &str) {
        let answer = self.runtime.block_on(async {
            let answer = self.client.get(url).header("range", "bytes=100-299").send().await?;
            let (status, range) = (answer.status(), answer.headers().get("content-range").cloned());
            reqwest::Result::Ok((status, range, answer.bytes().await?))
        });
        let (status, range, bytes) = answer.expect("storage answers");
        assert_eq!((status, bytes.len()), (StatusCode::PARTIAL_CONTENT, 200));
        let range = range.as_ref().and_then(|range| range.to_str().ok()).unwrap_or_default();
        assert!(range.starts_with("bytes 100-299/"), "{range}");
    }

    /// What lies behind a presigned address.
    ///
    /// # Panics
    /// When that is no address, or nothing lies there.
    #[must_use]
    pub fn fetch_url(&self, url: &Value) -> Vec<u8> {
        let url = url.as_str().unwrap_or_else(|| panic!("{url} is no address"));
        let bytes =
            self.runtime.block_on(async { self.client.get(url).send().await?.error_for_status()?.bytes().await });
        bytes.expect("storage gives the file").to_vec()
    }
}
