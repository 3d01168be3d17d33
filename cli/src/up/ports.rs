//! Chooses the ports of a farm and keeps them, so that a restarted child is found where it was.
//! They are held until the program that needs them is about to start, so that no other gets them meanwhile.

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
    pub fn choose(kept_in: &Path, ip: IpAddr) -> Result<Held, Failure> {
        let kept = std::fs::read(kept_in).ok().and_then(|text| serde_json::from_slice::<Self>(&text).ok());
        let (ingest, ingest_held) = free_udp(ip, kept.map_or(0, |ports| ports.ingest))?;
        let (storage, storage_held) = free_tcp(ip, kept.map_or(0, |ports| ports.storage))?;
        let ports = Self { ingest, storage };
        write_private(kept_in, &serde_json::to_vec(&ports).context("failed to write the ports as JSON")?)?;
        Ok(Held { ports, _ingest: ingest_held, _storage: storage_held })
    }
}

/// Ports that nobody else gets as long as this is there.
#[derive(Debug)]
pub struct Held {
    /// Which.
    pub ports: Ports,
    _ingest: UdpSocket,
    _storage: TcpListener,
}

/// Takes the address that the HTTP API will listen on, with port 0 replaced by a free one.
pub async fn http(listen: SocketAddr) -> Result<TcpListener, Failure> {
    let patience = tokio::time::sleep(RELEASE_PATIENCE);
    tokio::pin!(patience);
    loop {
        let error = match TcpListener::bind(listen) {
            Ok(listener) => return Ok(listener),
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

fn free_tcp(ip: IpAddr, wish: u16) -> Result<(u16, TcpListener), Failure> {
    let bind = |port| {
        let held = TcpListener::bind((ip, port))?;
        Ok::<_, std::io::Error>((held.local_addr()?.port(), held))
    };
    Ok(bind(wish).or_else(|_| bind(0)).context("failed to find a free TCP port")?)
}

fn free_udp(ip: IpAddr, wish: u16) -> Result<(u16, UdpSocket), Failure> {
    let bind = |port| {
        let held = UdpSocket::bind((ip, port))?;
        Ok::<_, std::io::Error>((held.local_addr()?.port(), held))
    };
    Ok(bind(wish).or_else(|_| bind(0)).context("failed to find a free UDP port")?)
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
        let choose = || Ports::choose(&file, HERE).expect("free ports");
        let held = choose();
        let first = held.ports;
        assert!(TcpListener::bind((HERE, first.storage)).is_err(), "nobody else gets it meanwhile");
        drop(held);
        let again = choose().ports;
        assert_eq!((first.ingest, first.storage), (again.ingest, again.storage));
        let _taken = TcpListener::bind((HERE, first.storage)).expect("it was free");
        let moved = choose().ports;
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
