//! The page of a shared export as text: nothing in it runs, and nothing in it is fetched but the files themselves.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use service::Timestamp;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::super::instant::instant;
use crate::store::exports::Output;

const STYLE: &str = include_str!("page.css");
/// What who has a wrong link reads.
pub const UNKNOWN: &str = "There is nothing under this link.";
/// What who comes too late reads.
pub const OVER: &str = "This link has expired or was revoked.";

/// Players that look at their files before anybody presses play.
const PRELOADED_MAX: usize = 6;

/// A shared export.
pub struct Page<'a> {
    /// The page's own address.
    pub link: &'a str,
    /// Its files by number; the ZIP of all clips is number 0.
    pub outputs: &'a [Output],
    /// When the link expires.
    pub expires_at: Timestamp,
}

/// What the page may do: play and show what lies where `files` lie, in our style, and nothing else.
pub fn policy(files: &[&str]) -> String {
    let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let mut places = String::from("'self'");
    for file in files {
        let origin = Url::parse(file).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        write!(places, " {origin}").expect("a string takes any text");
    }
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; media-src {places}; img-src {places}; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
}

impl Page<'_> {
    /// As HTML.
    pub fn html(&self) -> String {
        let playable: Vec<&Output> = self.outputs.iter().filter(|output| output.number > 0).collect();
        // Several files are called what their archive is called.
        let archive = self.outputs.iter().find(|output| output.number == 0);
        let title = archive.map(|archive| archive.filename.trim_end_matches(".zip"));
        let title = title.or(playable.first().map(|output| output.filename.as_str())).unwrap_or("Video");
        let mut body = String::new();
        // Hundreds of clips would all be asked for their first frames at once.
        let preload = if playable.len() > PRELOADED_MAX { "none" } else { "metadata" };
        for output in &playable {
            body.push_str(&self.player(output, preload));
        }
        if let Some(archive) = archive {
            write!(body, "<p>{}</p>", self.download(archive, "Download all")).expect("a string takes any text");
        }
        let until = instant(self.expires_at);
        let until = format!("{} {:02}:{:02} UTC", until.date(), until.hour(), until.minute());
        write!(body, "<footer>This link works until {until}.</footer>").expect("a string takes any text");
        document(title, &self.open_graph(title, playable.first().copied()), &body)
    }

    fn player(&self, output: &Output, preload: &str) -> String {
        let file = self.file(output.number);
        let poster = match output.poster_s3_key {
            Some(_) => format!(" poster=\"{file}?poster=true\""),
            None => String::new(),
        };
        let name = escaped(&output.filename);
        let download = self.download(output, "Download");
        format!(
            "<section><h1>{name}</h1><video controls preload=\"{preload}\"{poster} src=\"{file}\" aria-label=\"{name}\"></video>\
             <p>{download}</p></section>"
        )
    }

    fn download(&self, output: &Output, words: &str) -> String {
        let (file, name, size) = (self.file(output.number), escaped(&output.filename), readable(output.size_bytes));
        format!("<a class=\"button\" href=\"{file}\" download=\"{name}\">{words}</a> <span>{size}</span>")
    }

    /// What is shown of the link where it is posted.
    fn open_graph(&self, title: &str, first: Option<&Output>) -> String {
        let mut tags = format!(
            "<meta property=\"og:type\" content=\"video.other\"><meta property=\"og:title\" content=\"{}\">\
             <meta property=\"og:url\" content=\"{}\">",
            escaped(title),
            escaped(self.link)
        );
        if let Some(output) = first {
            let file = self.file(output.number);
            write!(tags, "<meta property=\"og:video\" content=\"{file}\">").expect("a string takes any text");
            if output.poster_s3_key.is_some() {
                write!(tags, "<meta property=\"og:image\" content=\"{file}?poster=true\">")
                    .expect("a string takes any text");
            }
        }
        tags
    }

    fn file(&self, number: u32) -> String {
        format!("{}/files/{number}", escaped(self.link))
    }
}

/// A page with one sentence.
pub fn notice(sentence: &str) -> String {
    document("Reelfarm", "", &format!("<section><h1>{}</h1></section>", escaped(sentence)))
}

fn document(title: &str, head: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         {head}<style>{STYLE}</style></head><body><main>{body}</main></body></html>",
        escaped(title)
    )
}

/// Text as HTML takes it, between tags and in quoted attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            sign => out.push(sign),
        }
    }
    out
}

/// A size for people, in decimal units.
fn readable(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
        _ => format!("{}.{} GB", bytes / 1_000_000_000, bytes / 100_000_000 % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(number: u32, filename: &str) -> Output {
        Output {
            number,
            filename: filename.to_owned(),
            s3_key: "exports/a".to_owned(),
            size_bytes: 12_345_678,
            duration_seconds: 2.0,
            sha256: None,
            poster_s3_key: (number == 1).then(|| "posters/a".to_owned()),
        }
    }

    #[test]
    fn names_are_text_and_nothing_else() {
        let outputs = [output(0, "all.zip"), output(1, "\"><script>alert(1)</script>&'.mp4"), output(2, "b.mp4")];
        let page = Page { link: "https://farm.example/s/abc", outputs: &outputs, expires_at: Timestamp(0) };
        let html = page.html();
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#39;.mp4"), "{html}");
        assert_eq!(html.matches("<video").count(), 2, "the archive is no video");
        assert!(html.contains("<title>all</title>") && html.contains("\"og:title\" content=\"all\""), "{html}");
        assert!(html.contains("12.3 MB") && html.contains("1970-01-01 00:00 UTC"), "{html}");
        assert!(html.contains("property=\"og:image\" content=\"https://farm.example/s/abc/files/1?poster=true\""));
    }

    #[test]
    fn the_page_may_do_nothing_but_play_its_files() {
        let policy = policy(&["http://127.0.0.1:9000/bucket/exports/a?X-Amz-Signature=1"]);
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(policy.contains("media-src 'self' http://127.0.0.1:9000;"), "{policy}");
    }
}
