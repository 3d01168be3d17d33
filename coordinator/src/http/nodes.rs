//! The operations on nodes: joining, and what the farm knows of them. Runs no tasks.

mod create_join_token;
mod enroll;
mod list;
mod orders;
mod show;
mod view;

pub use show::{NodeView, view};

use service::Secret;

use super::Deps;
use crate::config::{IngestConfig, NatsConfig, SecretFileError, read_secret};

/// All operations on nodes.
pub type Operations =
    (create_join_token::CreateJoinToken, enroll::Enroll, list::ListNodes, view::ViewNode, orders::NodeOrders);

/// All operations on nodes on their handles.
pub fn operations(deps: &Deps) -> Operations {
    let Deps { store, authority, clock, welcome, nudge, .. } = deps.clone();
    (
        create_join_token::CreateJoinToken { store: store.clone(), authority: authority.clone(), clock: clock.clone() },
        enroll::Enroll { store: store.clone(), authority, clock: clock.clone(), welcome },
        list::ListNodes { store: store.clone() },
        view::ViewNode { store: store.clone() },
        orders::NodeOrders { store, clock, nudge },
    )
}

/// What a node is told when it joins, besides its certificate.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// `HOST:PORT`, UDP.
    pub ingest_address: String,
    /// How nodes log in to NATS, if the configuration says.
    pub nats: Option<NatsWelcome>,
}

/// How nodes log in to NATS.
#[derive(Clone, Debug)]
pub struct NatsWelcome {
    /// The address as nodes reach it.
    pub url: String,
    /// The user.
    pub user: String,
    /// The password.
    pub password: Secret<String>,
}

impl Welcome {
    /// As configured; reads the password of nodes.
    pub fn from_config(ingest: &IngestConfig, nats: &NatsConfig) -> Result<Welcome, SecretFileError> {
        let login = |node: &crate::config::NatsLogin| {
            let url = node.url.clone().unwrap_or_else(|| nats.url.clone());
            Ok(NatsWelcome { url, user: node.user.clone(), password: read_secret(&node.password_file)? })
        };
        let nats = nats.node.as_ref().map(login).transpose()?;
        Ok(Welcome { ingest_address: ingest.address_for_nodes(), nats })
    }
}
