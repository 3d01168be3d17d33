//! Brings a node into a farm: makes its key, has the farm sign it, writes what the node needs to run.
//! The private key never leaves this machine.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use serde::{Deserialize, Serialize};

use crate::config::{CapacityConfig, Config, CoordinatorConfig, NatsConfig, SandboxConfig, ScratchConfig};

/// The coordinator signs at once; a proxy between may be slow.
const ANSWER_MAX: Duration = Duration::from_secs(20);

#[derive(Serialize)]
struct EnrolmentRequest {
    token: String,
    csr: String,
    facts: Facts,
}

#[derive(Serialize)]
struct Facts {
    host: String,
    version: &'static str,
    cpu_count: u32,
}

#[derive(Deserialize)]
struct Enrolment {
    node_id: String,
    certificate: String,
    ca: String,
    ingest_address: String,
    nats: Option<NatsLogin>,
}

#[derive(Deserialize)]
struct NatsLogin {
    url: String,
    user: String,
    password: String,
}

#[derive(Deserialize)]
struct Refusal {
    message: String,
}

/// Enrols with the coordinator at `server` by a join token. Files go where `config_file` says; if there is none yet, beside it, and it is written.
pub async fn enroll(server: &str, token: &str, config_file: &Path) -> anyhow::Result<()> {
    let key = KeyPair::generate().context("make the node's key")?;
    let mut params = CertificateParams::new(Vec::new()).context("make a signing request")?;
    params.distinguished_name = DistinguishedName::new();
    let csr =
        params.serialize_request(&key).context("make a signing request")?.pem().context("make a signing request")?;
    let enrolment = ask(server, EnrolmentRequest { token: token.to_owned(), csr, facts: facts() }).await?;
    let config =
        if config_file.exists() { Config::load(config_file)? } else { fresh(server, config_file, &enrolment)? };
    write_private(&config.coordinator.ca, &enrolment.ca)?;
    write_private(&config.coordinator.key, &key.serialize_pem())?;
    write_private(&config.coordinator.certificate, &enrolment.certificate)?;
    println!("Enrolled as node {}.", enrolment.node_id);
    Ok(())
}

async fn ask(server: &str, request: EnrolmentRequest) -> anyhow::Result<Enrolment> {
    let client = reqwest::Client::builder().timeout(ANSWER_MAX).build().context("prepare to call the coordinator")?;
    let url = format!("{}/api/nodes/enroll", server.trim_end_matches('/'));
    let answer =
        client.post(&url).json(&request).send().await.with_context(|| format!("reach the coordinator at {server}"))?;
    if !answer.status().is_success() {
        let status = answer.status();
        let said = answer.json::<Refusal>().await.map_or_else(|_| status.to_string(), |refusal| refusal.message);
        bail!("the coordinator refused to enrol this node: {said}");
    }
    answer.json().await.context("read the coordinator's answer")
}

/// A configuration for a machine that has none: everything in the folder of the file.
fn fresh(server: &str, config_file: &Path, enrolment: &Enrolment) -> anyhow::Result<Config> {
    let folder = config_file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).with_context(|| format!("make the folder {}", folder.display()))?;
    let folder = folder.canonicalize().with_context(|| format!("find the folder {}", folder.display()))?;
    let Some(nats) = &enrolment.nats else {
        bail!(
            "the coordinator did not say where its doorbell is; write [nats] into {} yourself",
            config_file.display()
        );
    };
    let password_file: PathBuf = folder.join("nats-password");
    write_private(&password_file, &nats.password)?;
    let config = Config {
        coordinator: CoordinatorConfig {
            server: server.to_owned(),
            ingest: enrolment.ingest_address.clone(),
            certificate: folder.join("node.crt"),
            key: folder.join("node.key"),
            ca: folder.join("ca.crt"),
        },
        nats: NatsConfig { url: nats.url.clone(), user: nats.user.clone(), password_file },
        capacity: CapacityConfig::default(),
        sandbox: SandboxConfig::default(),
        scratch: ScratchConfig { dir: folder.join("scratch") },
    };
    let text = toml::to_string(&config).context("write the configuration")?;
    write_private(config_file, &text)?;
    Ok(config)
}

fn facts() -> Facts {
    Facts {
        host: host_name(),
        version: env!("CARGO_PKG_VERSION"),
        cpu_count: std::thread::available_parallelism().map_or(1, |count| u32::try_from(count.get()).unwrap_or(1)),
    }
}

/// The machine's name, for people.
#[must_use]
pub fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Only the owner may read what is written here, from the first byte on.
fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let doing = || format!("write {}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(doing)?;
    }
    let fresh = path.with_extension("new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh).with_context(doing)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).with_context(doing)?;
    std::fs::rename(&fresh, path).with_context(doing)
}
