//! Schemathesis tries the API by its own document: thousands of requests that are as documented, and as many that are not, on a
//! real farm. What it may find is a server error, an answer that is not documented, and a door that is open.

use std::path::PathBuf;
use std::process::Command;

use reelfarm_tests::farm::Farm;

/// How long it tries; a short while in every run of the tests, as long as one likes by `make fuzz`.
const SECONDS_VARIABLE: &str = "REELFARM_FUZZ_SECONDS";
const SECONDS_DEFAULT: &str = "20";
/// Names another program than the one that `tools/setup` installs.
const PROGRAM_VARIABLE: &str = "REELFARM_SCHEMATHESIS";

#[test]
fn the_api_keeps_what_its_document_promises() {
    let farm = Farm::start();
    let token = farm.ready()["token"].as_str().expect("a token");
    let seconds = std::env::var(SECONDS_VARIABLE).unwrap_or_else(|_| SECONDS_DEFAULT.to_owned());
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/schemathesis.toml");
    let tried = Command::new(program())
        .args(["--config-file", config, "run", &format!("{}/openapi.json", farm.api().url())])
        .args(["--header", &format!("Authorization: Bearer {token}"), "--max-time", &seconds])
        .current_dir(farm.desk())
        .env("NO_COLOR", "1")
        .output()
        .expect("schemathesis is installed: tools/setup test");
    let said = String::from_utf8_lossy(&tried.stdout);
    assert!(tried.status.success(), "{said}\n{}", String::from_utf8_lossy(&tried.stderr));
    farm.stop();
}

fn program() -> PathBuf {
    if let Some(program) = std::env::var_os(PROGRAM_VARIABLE) {
        return program.into();
    }
    let home = || PathBuf::from(std::env::var_os("HOME").expect("a home")).join(".cache");
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(home, PathBuf::from);
    cache.join("reelfarm/tools/schemathesis-4.32.5/bin/st")
}
