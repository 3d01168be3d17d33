//! `reelfarm doctor`: what a farm on this machine needs, and whether it is there, one line each.
//! It changes nothing and starts no farm.

use std::process::Command;

use crate::args;
use crate::failure::Failure;
use crate::folder::{Folder, Lock};
use crate::programs::{self, NATS_VERSION_MIN};
use crate::stdout;
use crate::up;

/// One line of the report.
type Finding = Result<String, String>;

/// Looks at everything and fails when something is missing.
pub async fn run(doctor: args::Doctor) -> Result<(), Failure> {
    let folder = folder(&doctor);
    let running = matches!(&folder, Ok((_, true)));
    let findings = [
        ("nats-server", nats_server()),
        ("coordinator", version("reelfarm-coordinator")),
        ("node", version("reelfarm-node")),
        ("encoders", encoders()),
        ("data", folder.map(|(line, _)| line)),
        ("address", address(&doctor, running).await),
    ];
    for (what, finding) in &findings {
        match finding {
            Ok(line) => stdout::print(&format!("ok       {what:<12} {line}"))?,
            Err(line) => stdout::print(&format!("missing  {what:<12} {line}"))?,
        }
    }
    match findings.iter().filter(|(_, finding)| finding.is_err()).count() {
        0 => Ok(()),
        count => Err(Failure::failed(format!("{count} of {} checks did not pass", findings.len()))),
    }
}

fn nats_server() -> Finding {
    let found = programs::nats_server().and_then(|program| Ok((programs::nats_version(&program)?, program)));
    match found.map_err(|failure| failure.line())? {
        (version, program) if version < NATS_VERSION_MIN => {
            Err(format!("{version} at {}, but {NATS_VERSION_MIN} is needed", program.display()))
        }
        (version, program) => Ok(format!("{version} at {}", program.display())),
    }
}

fn version(name: &str) -> Finding {
    said_by(name, "--version").map(|text| text.trim().to_owned())
}

fn encoders() -> Finding {
    // The node prints one line for each thing it looked for; all of them belong in the report.
    said_by("reelfarm-node", "probe").map(|text| text.trim().replace('\n', "\n                      "))
}

fn said_by(name: &str, argument: &str) -> Finding {
    let program = programs::beside_us(name).map_err(|failure| failure.line())?;
    let output = Command::new(&program).arg(argument).output().map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// Where data goes, and whether a farm runs there.
fn folder(doctor: &args::Doctor) -> Result<(String, bool), String> {
    let folder = Folder::open(doctor.data.as_deref()).map_err(|failure| failure.line())?;
    match Lock::take(&folder) {
        Ok(_) => Ok((folder.root().display().to_string(), false)),
        Err(Failure::Refused(running)) => Ok((running, true)),
        Err(failure) => Err(failure.line()),
    }
}

async fn address(doctor: &args::Doctor, running: bool) -> Finding {
    match up::take_address(doctor.listen).await {
        Ok(_) => Ok(format!("{} is free", doctor.listen)),
        Err(_) if running => Ok(format!("{} is in use, as it should be while a farm runs", doctor.listen)),
        Err(failure) => Err(failure.line()),
    }
}
