//! `reelfarm up`: a whole farm on this machine, from the first child to the clean stop.
//! The farm itself, which `export` also starts, is `farm`; here is what the user of `up` sees of it.

mod child;
mod config;
mod enrol;
mod farm;
mod nats;
mod pids;
mod ports;
mod supervisor;

use std::rc::Rc;
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;
use url::Url;

use self::pids::Pids;
use crate::args;
use crate::client::Client;
use crate::failure::Failure;
use crate::folder::{Folder, Lock};
use crate::signals::Stop;
use crate::stdout;

pub use farm::{Farm, Options};
pub use ports::http as take_address;

/// A part takes seconds; a part of a large picture on a slow machine may take this long.
const DRAIN_WITHIN: Duration = Duration::from_secs(30);

/// The one line of `--json`.
#[derive(Serialize)]
struct ReadyLine<'a> {
    ready: bool,
    url: &'a str,
    token: &'a str,
    data: String,
    pids: Pids,
    login_url: &'a str,
}

/// Runs a farm until the user stops it.
pub async fn run(up: args::Up) -> Result<(), Failure> {
    let mut stop = Stop::listen()?;
    let folder = Folder::open(up.data.as_deref())?;
    let lock = Lock::take(&folder)?;
    let options = Options {
        listen: up.listen,
        slots: up.slots,
        database: up.database,
        node: !up.no_node,
        drain_within: DRAIN_WITHIN,
    };
    let start = Farm::start(&folder, &options, Rc::new(|line| eprintln!("reelfarm: {line}")));
    let mut farm = tokio::select! {
        farm = start => farm?,
        // Whatever has been started so far is killed as it is dropped; no work has begun.
        () = stop.asked() => return Ok(()),
    };
    lock.announce(farm.url())?;
    let login_url = Client::new(farm.url().clone(), farm.token().to_owned())?.create_login_link().await?;
    print_ready(&folder, &farm, &login_url, up.json)?;

    let failed = tokio::select! {
        failure = farm.supervise() => Some(failure),
        () = stop.asked() => None,
    };
    lock.withdraw();
    if !up.json {
        eprintln!("\nStopping. Running work is finished or handed back; Ctrl-C again stops at once.");
    }
    tokio::select! {
        () = farm.stop() => {}
        () = stop.asked() => {}
    }
    failed.map_or(Ok(()), Err)
}

fn print_ready(folder: &Folder, farm: &Farm, login_url: &str, json: bool) -> Result<(), Failure> {
    let url = shown(farm.url());
    let data = folder.root().display().to_string();
    let text = if json {
        let ready = ReadyLine { ready: true, url: &url, token: farm.token(), data, pids: farm.pids(), login_url };
        serde_json::to_string(&ready).context("failed to write the ready line as JSON")?
    } else {
        format!(
            "Reelfarm is running.\n\n  Dashboard          {url}\n  Sign in            {login_url}\n                     (once, within an hour)\n  API documentation  {url}/docs\n  Bearer token       in {}\n  Data               {data}\n\n\
             Ctrl-C drains and stops the farm.",
            folder.token().display()
        )
    };
    stdout::print(&text)
}

/// A URL as people write it, without the slash a parser adds.
fn shown(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}
