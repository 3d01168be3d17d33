//! Chooses the ports of a farm and keeps them, so that a restarted child is found where it was.
//! It only looks whether a port is free; the programs bind them.

use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::folder::write_private;

/// How long an address may still be held by the children of a farm that was just killed.
const RELEASE_PATIENCE: Duration = Duration::from_secs(1);
const RELEASE_POLL: Duration = Duration::from_millis(50);

/// The ports kept from one start to the next.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Ports {
    /// UDP, where nodes connect by QUIC.
    pub ingest: u16,
    /// TCP, where the embedded S3 server listens.
    pub storage: u16,
}

impl Ports {
    /// The ports of the last start where they are still free, others where they are not.
    pub fn choose(kept_in: &Path, ip: IpAddr) -> Result<Self, Failure> {
        let kept = std::fs::read(kept_in).ok().and_then(|text| serde_json::from_slice::<Self>(&text).ok());
        let ports = Self {
            ingest: free_udp(ip, kept.map_or(0, |ports| ports.ingest))?,
            storage: free_tcp(ip, kept.map_or(0, |ports| ports.storage))?,
        };
        write_private(kept_in, &serde_json::to_vec(&ports).context("failed to write the ports as JSON")?)?;
        Ok(ports)
    }
}

/// The address the HTTP API will listen on, with port 0 replaced by a free one.
pub async fn http(listen: SocketAddr) -> Result<SocketAddr, Failure> {
    let patience = tokio::time::sleep(RELEASE_PATIENCE);
    tokio::pin!(patience);
    loop {
        let error = match TcpListener::bind(listen).and_then(|listener| listener.local_addr()) {
            Ok(address) => return Ok(address),
            Err(error) => error,
        };
        if error.kind() != std::io::ErrorKind::AddrInUse {
            return Err(Failure::refused(format!("cannot listen on {listen}: {error}")));
        }
        tokio::select! {
            () = tokio::time::sleep(RELEASE_POLL) => {}
            () = &mut patience => return Err(Failure::refused(format!(
                "{listen} is in use by another program; choose another address by --listen ADDR:PORT",
            ))),
        }
    }
}

fn free_tcp(ip: IpAddr, wish: u16) -> Result<u16, Failure> {
    let bind = |port| TcpListener::bind((ip, port))?.local_addr();
    Ok(bind(wish).or_else(|_| bind(0)).context("failed to find a free TCP port")?.port())
}

fn free_udp(ip: IpAddr, wish: u16) -> Result<u16, Failure> {
    let bind = |port| UdpSocket::bind((ip, port))?.local_addr();
    Ok(bind(wish).or_else(|_| bind(0)).context("failed to find a free UDP port")?.port())
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn ports_are_kept_until_somebody_else_takes_them() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let file = folder.path().join("ports.json");
        let first = Ports::choose(&file, HERE).expect("free ports");
        let again = Ports::choose(&file, HERE).expect("free ports");
        assert_eq!((first.ingest, first.storage), (again.ingest, again.storage));
        let _taken = TcpListener::bind((HERE, first.storage)).expect("it was free");
        let moved = Ports::choose(&file, HERE).expect("free ports");
        assert_eq!(moved.ingest, first.ingest);
        assert_ne!(moved.storage, first.storage);
    }

    #[tokio::test]
    async fn an_address_in_use_is_one_clear_sentence() {
        let taken = TcpListener::bind((HERE, 0)).expect("a free port");
        let address = taken.local_addr().expect("it is bound");
        let refused = http(address).await.expect_err("it is in use").line();
        assert_eq!(
            refused,
            format!("{address} is in use by another program; choose another address by --listen ADDR:PORT")
        );
    }
}
