//! Where a request comes from on the network: the other end of its connection, or what a reverse proxy of ours says of it. Believes
//! nobody else's headers.

use farm_core::network::client_address;
use poem::{Addr, Request};

use super::identity::Gate;

/// A reverse proxy adds the address of whoever asked it.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address without its port; `unknown` for what came by no socket.
pub fn of(request: &Request) -> String {
    let Addr::SocketAddr(peer) = &request.remote_addr().0 else { return "unknown".to_owned() };
    let gate: &Gate = request.data().expect("the gate is put into every request");
    let lines = request.headers().get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok());
    let forwarded: Vec<&str> = lines.collect();
    client_address(peer.ip(), &forwarded, &gate.forwarded_by).to_string()
}
