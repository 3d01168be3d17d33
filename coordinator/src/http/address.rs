//! Where a request comes from on the network: the other end of its connection. Believes no header.

use poem::{Addr, Request};

/// The address without its port; `unknown` for what came by no socket.
pub fn of(request: &Request) -> String {
    match &request.remote_addr().0 {
        Addr::SocketAddr(address) => address.ip().to_canonical().to_string(),
        _ => "unknown".to_owned(),
    }
}
