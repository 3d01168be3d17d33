//! The dashboard: files built into this program, and its one page for every address that is no other's. Knows no operation.

use poem::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use poem::http::{HeaderMap, Method};
use poem::{Endpoint, IntoResponse, Request, Response};
use url::Url;

use crate::storage::Storage;

/// A file of the dashboard.
struct File {
    /// From the root of the site.
    path: &'static str,
    bytes: &'static [u8],
}

/// Written by `build.rs`; empty where no dashboard was built.
static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/dashboard.rs"));
/// The page that starts the dashboard; which of its pages is shown, the address says.
const PAGE: &str = "/index.html";
/// Files below this are named by a hash of what is in them.
const HASHED: &str = "/assets/";
/// Addresses that browsers open too and that are answered elsewhere.
const NOT_PAGES: [&str; 8] = ["/api/", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics", "/s/", "/login/"];
/// What stands in its place where it was not built.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Reelfarm</title>\
     <h1>Reelfarm is running, without its dashboard</h1>\
     <p>This program was compiled without it. Run <code>tools/dashboard build</code> in the source tree and compile again.</p>\
     <p>Everything else is here: <a href=\"/docs\">the API's documentation</a>.</p></html>";

/// Answers with a file or the page of the dashboard where `request` asks for one, else by `endpoint`.
pub async fn served(endpoint: impl Endpoint, request: Request, storage: &Storage) -> poem::Result<Response> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        let path = request.uri().path();
        if let Some(file) = file(path).filter(|file| file.path != PAGE) {
            return Ok(send(file));
        }
        if is_page(path, request.headers()) {
            return Ok(page(storage).await);
        }
    }
    endpoint.call(request).await.map(IntoResponse::into_response)
}

fn file(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

/// Programs get a refusal for an address nobody knows; a browser gets the page, which says so to people.
fn is_page(path: &str, headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    let by_browser = accepted.is_some_and(|accepted| accepted.contains("text/html"));
    by_browser && !NOT_PAGES.iter().any(|start| path.starts_with(start))
}

async fn page(storage: &Storage) -> Response {
    let mut response = match file(PAGE) {
        Some(file) => send(file),
        None => Response::builder().content_type("text/html; charset=utf-8").body(NOT_BUILT),
    };
    let policy = policy(&origins(storage).await);
    let policy = policy.parse().expect("a policy of plain text and origins is a header's value");
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    response
}

fn send(file: &File) -> Response {
    let kept = if file.path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    Response::builder().content_type(content_type(file.path)).header(CACHE_CONTROL, kept).body(file.bytes)
}

/// Everything comes from us, but for what lies in the object store and behind its CDN. Styles are set by scripts of ours, so
/// they may be inline.
fn policy(origins: &[String]) -> String {
    let store = origins.iter().fold(String::new(), |list, origin| list + " " + origin);
    format!(
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:{store}; \
         media-src 'self' blob:{store}; connect-src 'self'{store}; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

/// Where presigned addresses point to, told by one of them, so that it is true for every kind of store; and the CDN.
async fn origins(storage: &Storage) -> Vec<String> {
    let presigned = storage.presign_get("origin", std::time::Duration::from_secs(1), None).await.ok();
    let store = presigned.and_then(|address| Url::parse(&address).ok());
    store.iter().chain(storage.cdn_base()).filter_map(origin).collect()
}

fn origin(url: &Url) -> Option<String> {
    let origin = url.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(kinds: &str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT, kinds.parse().unwrap())])
    }

    #[test]
    fn browsers_get_the_page_where_nothing_else_answers() {
        let browser = accepting("text/html,application/xhtml+xml");
        for path in ["/", "/exports", "/videos/0192f0", "/ops/queue", "/no/such/page"] {
            assert!(is_page(path, &browser), "{path}");
        }
        for path in ["/api/exports", "/docs", "/s/abc", "/login/rfl_abc", "/healthz"] {
            assert!(!is_page(path, &browser), "{path}");
        }
        assert!(!is_page("/exports", &accepting("*/*")), "a program is refused what does not exist");
    }

    #[test]
    fn hashed_files_are_kept_for_ever_and_the_page_never() {
        let hashed = send(&File { path: "/assets/a-1.js", bytes: b"text" });
        assert!(hashed.header(CACHE_CONTROL).unwrap().contains("immutable"));
        assert_eq!(hashed.content_type(), Some("text/javascript; charset=utf-8"));
        let page = send(&File { path: PAGE, bytes: b"text" });
        assert_eq!(
            (page.header(CACHE_CONTROL), page.content_type()),
            (Some("no-cache"), Some("text/html; charset=utf-8"))
        );
    }

    #[test]
    fn the_policy_names_the_store_and_its_cdn_and_nobody_else() {
        let cdn = origin(&"https://cdn.example.org/films/".parse().unwrap()).unwrap();
        let policy = policy(&["http://127.0.0.1:9000".to_owned(), cdn]);
        for kind in ["img-src 'self' data: blob:", "media-src 'self' blob:", "connect-src 'self'"] {
            assert!(policy.contains(&format!("{kind} http://127.0.0.1:9000 https://cdn.example.org;")), "{policy}");
        }
        assert!(!policy.contains("script-src") && policy.contains("default-src 'self';"));
        assert!(!policy.contains('*'));
    }
}
