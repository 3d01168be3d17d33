//! Who may import whom: the table of the architecture, held against every `crate::` path and every manifest.
//! Tests are held to it as well; only whole test folders are free.

use super::code::{Token, blanked, tokens};
use super::{File, Finding};

/// A library and the only places that may name it.
struct Home {
    library: &'static str,
    places: &'static [&'static str],
}

/// Libraries that belong to one part of the tree. A name that ends in `*` stands for every crate that begins so.
const HOMES: [Home; 10] = [
    Home { library: "sqlx", places: &["coordinator/src/store"] },
    Home { library: "poem", places: &["coordinator/src/http", "coordinator/src/app.rs"] },
    Home { library: "poem_openapi", places: &["coordinator/src/http", "coordinator/src/app.rs"] },
    Home { library: "aws_sdk_s3", places: &["coordinator/src/storage"] },
    Home { library: "async_nats", places: &["coordinator/src/dispatch", "node/src/intake"] },
    // The control connection of a node lives in `presence`, the parts leave by `deliver`.
    Home { library: "quinn", places: &["coordinator/src/ingest", "node/src/presence", "node/src/deliver"] },
    Home { library: "gstreamer*", places: &["node/src/render"] },
    Home { library: "mp4parse", places: &["shared/verify"] },
    // decision 0006: the writer and its check share no code.
    Home { library: "mp4_atom", places: &["coordinator/src/assemble"] },
    Home {
        library: "wire",
        places: &["coordinator/src/dispatch", "coordinator/src/ingest", "node/src/", "shared/wire/"],
    },
];

/// Modules of the coordinator and which of their neighbours each may use. `app` wires them and may use all.
/// `config` holds plain sections that anybody may be given.
const ARROWS: [(&str, &[&str]); 16] = [
    ("command", &["app", "http", "config", "store"]),
    ("http", &["store", "events", "nudge", "storage", "certificates", "config"]),
    // decision 0004
    ("advance", &["nudge", "store", "parts", "assemble", "upload", "storage", "config"]),
    ("dispatch", &["store", "parts", "nudge", "config"]),
    ("ingest", &["store", "parts", "nudge", "storage", "certificates", "config"]),
    ("assemble", &["parts"]),
    // decision 0004
    ("upload", &["store", "parts", "assemble", "storage", "config"]),
    ("parts", &["store", "config"]),
    ("events", &["store", "nudge", "config"]),
    ("webhooks", &["store", "nudge", "config"]),
    ("storage", &["config"]),
    ("certificates", &["store", "config"]),
    ("store", &["config"]),
    ("nudge", &[]),
    ("config", &[]),
    ("lib", &[]),
];

/// Manifests and what they must not list: pure crates stay pure, programs stay apart.
const MANIFESTS: [(&str, &[&str]); 9] = [
    ("shared/timeline/Cargo.toml", &["*"]),
    ("node/scale/Cargo.toml", &["timeline", "wire", "service", "tokio", "gstreamer"]),
    (
        "coordinator/core/Cargo.toml",
        &[
            "tokio",
            "sqlx",
            "poem",
            "poem-openapi",
            "async-nats",
            "quinn",
            "reqwest",
            "aws-sdk-s3",
            "wire",
            "service",
            "gstreamer",
        ],
    ),
    // decision 0006
    ("shared/report/Cargo.toml", &["timeline", "wire", "service", "verify", "farm-core", "tokio", "mp4parse"]),
    (
        "shared/verify/Cargo.toml",
        &["timeline", "wire", "service", "farm-core", "reelfarm-coordinator", "tokio", "mp4-atom", "gstreamer"],
    ),
    ("shared/wire/Cargo.toml", &["farm-core", "service", "sqlx", "quinn", "async-nats"]),
    ("coordinator/Cargo.toml", &["gstreamer", "gstreamer-app", "gstreamer-video", "gstreamer-audio"]),
    ("cli/Cargo.toml", &["sqlx", "gstreamer", "farm-core", "wire", "quinn", "async-nats"]),
    (
        "tests/Cargo.toml",
        &["timeline", "wire", "service", "report", "verify", "farm-core", "reelfarm-coordinator", "reelfarm-node"],
    ),
];

/// Imports that the table does not have.
#[must_use]
pub fn findings(file: &File) -> Vec<Finding> {
    if file.path.ends_with("Cargo.toml") {
        return manifest(file);
    }
    if !file.is_rust() || file.path.starts_with("tests/") || file.path.contains("/tests/") {
        return Vec::new();
    }
    let code = blanked(&file.text);
    let tokens = tokens(&code);
    let mut findings = strangers(file, &tokens);
    findings.extend(arrows(file, &tokens));
    findings
}

/// Libraries named outside their home.
fn strangers(file: &File, tokens: &[Token]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let path_follows = tokens.get(at + 1).is_some_and(|after| after.text == "::");
        let begins = at == 0 || !matches!(tokens[at - 1].text, "::" | ".");
        let used = tokens[at.saturating_sub(1)].text == "use";
        if !(begins && path_follows || used) {
            continue;
        }
        for home in HOMES.iter().filter(|home| home.is_of(token.text)) {
            if !home.places.iter().any(|place| file.path.starts_with(place)) {
                let remedy = format!("{} may be named only under {}", token.text, home.places.join(", "));
                findings.push(file.finding(token.line, remedy));
            }
        }
    }
    findings
}

impl Home {
    fn is_of(&self, name: &str) -> bool {
        match self.library.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == self.library,
        }
    }
}

/// Arrows between the coordinator's modules that are not in the table.
fn arrows(file: &File, tokens: &[Token]) -> Vec<Finding> {
    let Some(module) = module(&file.path) else { return Vec::new() };
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == module) else {
        return vec![
            file.finding(1, format!("give the module {module} a row in the table of tests/src/tidy/imports.rs")),
        ];
    };
    let known = |name: &str| name == "app" || ARROWS.iter().any(|(module, _)| *module == name);
    let used = neighbours(tokens).into_iter().filter(|(_, name)| known(name) && *name != module);
    used.filter(|(_, name)| !allowed.contains(name))
        .map(|(line, name)| {
            let may = if allowed.is_empty() { "nobody".to_owned() } else { allowed.join(", ") };
            file.finding(line, format!("{module} may not import {name}: it may import {may}"))
        })
        .collect()
}

/// The coordinator's module a file belongs to; `None` for what wires all of them, and for other crates.
fn module(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("coordinator/src/")?;
    let module = inside.split(['/', '.']).next()?;
    (!matches!(module, "app" | "main")).then_some(module)
}

/// What follows `crate::`: one name, or every name at the top of a group.
fn neighbours<'a>(tokens: &[Token<'a>]) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    for at in 0..tokens.len().saturating_sub(2) {
        if tokens[at].text != "crate" || tokens[at + 1].text != "::" {
            continue;
        }
        if tokens[at + 2].text != "{" {
            found.push((tokens[at + 2].line, tokens[at + 2].text));
            continue;
        }
        let mut depth = 0_usize;
        for pair in tokens[at + 2..].windows(2) {
            match pair[0].text {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            if depth == 1 && matches!(pair[0].text, "{" | ",") && pair[1].text != "}" {
                found.push((pair[1].line, pair[1].text));
            }
        }
    }
    found
}

/// Dependencies a manifest must not list.
fn manifest(file: &File) -> Vec<Finding> {
    let Some((_, banned)) = MANIFESTS.iter().find(|(path, _)| *path == file.path) else { return Vec::new() };
    let mut findings = Vec::new();
    let mut inside = false;
    for (number, line) in file.text.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.trim() == "[dependencies]";
        } else if let Some(name) = line.split(['.', '=', ' ']).next().filter(|name| inside && !name.is_empty()) {
            let comment = name.starts_with('#');
            if !comment && (banned.contains(&name) || banned.contains(&"*")) {
                findings.push(
                    file.finding(number + 1, format!("{name} may not be a dependency here: see ARCHITECTURE.md")),
                );
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remedies(path: &str, text: &str) -> Vec<String> {
        findings(&File::new(path, text)).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn libraries_stay_at_home() {
        for (path, text) in [
            ("coordinator/src/http/videos.rs", "use sqlx::Row;"),
            ("coordinator/src/advance.rs", "fn a() { sqlx::query(\"\"); }"),
            ("coordinator/src/upload.rs", "use async_nats;"),
            ("node/src/intake.rs", "use gstreamer_app::AppSrc;"),
            ("node/src/render/child.rs", "use quinn::Connection;"),
            ("coordinator/core/src/plan.rs", "use wire::v1::Hello;"),
            ("coordinator/src/store.rs", "use wire::v1;"),
        ] {
            assert_eq!(remedies(path, text).len(), 1, "{path}: {text}");
        }
        for (path, text) in [
            ("coordinator/src/store/exports.rs", "use sqlx::Row;"),
            ("node/src/render/child.rs", "use gstreamer as gst;"),
            ("node/src/presence.rs", "use quinn::Connection;"),
            ("coordinator/src/advance.rs", "// use sqlx::Row;\nlet a = \"sqlx::query\"; self.wire::<u8>();"),
        ] {
            assert_eq!(remedies(path, text), Vec::<String>::new(), "{path}: {text}");
        }
    }

    #[test]
    fn arrows_point_one_way() {
        for (path, text, named) in [
            ("coordinator/src/advance.rs", "use crate::dispatch::ring;", "dispatch"),
            ("coordinator/src/store/exports.rs", "use crate::{config::Database, http::Api};", "http"),
            ("coordinator/src/parts.rs", "fn a() { crate::app::run(); }", "app"),
            ("coordinator/src/http/videos.rs", "use crate::{\n    store::{Tx, parts},\n    parts,\n};", "parts"),
        ] {
            let found = remedies(path, text);
            assert_eq!(found.len(), 1, "{path}: {text}: {found:?}");
            assert!(found[0].contains(&format!("may not import {named}")), "{found:?}");
        }
        assert_eq!(
            remedies("coordinator/src/http.rs", "use crate::{nudge::Nudge, store::Store};"),
            Vec::<String>::new()
        );
        assert_eq!(remedies("coordinator/src/app.rs", "use crate::{dispatch, http, ingest};"), Vec::<String>::new());
        assert!(remedies("coordinator/src/gossip.rs", "")[0].contains("a row in the table"));
    }

    #[test]
    fn pure_crates_stay_pure() {
        let impure = "[package]\nname = \"x\"\n\n[dependencies]\nserde.workspace = true\ntokio = \"1\"\n";
        assert!(remedies("coordinator/core/Cargo.toml", impure)[0].starts_with("coordinator/core/Cargo.toml:6: tokio"));
        assert_eq!(remedies("shared/timeline/Cargo.toml", impure).len(), 2);
        assert_eq!(
            remedies("shared/timeline/Cargo.toml", "[dev-dependencies]\nproptest = \"1\"\n"),
            Vec::<String>::new()
        );
        assert_eq!(remedies("node/Cargo.toml", impure), Vec::<String>::new());
    }
}
