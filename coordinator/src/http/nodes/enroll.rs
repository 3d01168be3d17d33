//! `POST /api/nodes/enroll`: a machine joins with a token and leaves with a certificate. Opens no connection to it.

use std::sync::Arc;

use farm_core::ids::NodeId;
use farm_core::problem::{Problem, ProblemCode};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use service::{Clock, Timestamp};
use tracing::info;
use uuid::Uuid;

use super::super::refusal::{Refusal, RefusalCode};
use super::{NatsWelcome, Welcome};
use crate::certificates::{CertificateAuthority, CertificateError, NodeCertificate};
use crate::store::Store;
use crate::store::join_tokens::NewNode;

/// Facts are a few lines; more is no machine of ours.
const FACTS_BYTES_MAX: usize = 16 << 10;

/// A machine that wants to join.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
struct Enrolment {
    /// The join token.
    token: String,
    /// A certificate signing request, PEM. The key never leaves the machine.
    csr: String,
    /// What the machine says of itself, such as host and version.
    facts: Option<serde_json::Value>,
}

/// How nodes log in to NATS.
#[derive(Debug, Object)]
struct NatsLogin {
    /// The address.
    url: String,
    /// The user.
    user: String,
    /// The password.
    password: String,
}

/// A machine that has joined.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct Enrolled {
    /// The node's id, also in its certificate.
    node_id: Uuid,
    /// Its certificate, PEM.
    certificate: String,
    /// The farm's certificate authority, PEM.
    ca: String,
    /// `HOST:PORT` for QUIC.
    ingest_address: String,
    /// How to log in to NATS, if the coordinator is configured to say.
    nats: Option<NatsLogin>,
}

/// `POST /api/nodes/enroll`.
pub struct Enroll {
    pub(super) store: Store,
    pub(super) authority: CertificateAuthority,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) welcome: Welcome,
}

#[OpenApi]
impl Enroll {
    /// Join the farm
    ///
    /// The join token is the permission; it works once.
    #[oai(path = "/api/nodes/enroll", method = "post", operation_id = "enroll_node")]
    async fn enroll(&self, body: Json<Enrolment>) -> Result<Json<Enrolled>, Refusal> {
        let Json(Enrolment { token, csr, facts }) = body;
        let now = self.clock.now();
        let facts = facts.map(|facts| small(facts, "facts")).transpose()?;
        let node = NodeId(Uuid::now_v7());
        let certificate = self.authority.sign(&csr, node, now).map_err(refuse_request)?;
        let name = self.enter(&token, node, &certificate, facts.as_ref(), now).await?;
        info!(node.id = %node, "Node {name} joined as {node}");
        let nats = self.welcome.nats.as_ref().map(|NatsWelcome { url, user, password }| NatsLogin {
            url: url.clone(),
            user: user.clone(),
            password: password.expose().clone(),
        });
        Ok(Json(Enrolled {
            node_id: node.0,
            certificate: certificate.pem,
            ca: self.authority.ca_pem().to_owned(),
            ingest_address: self.welcome.ingest_address.clone(),
            nats,
        }))
    }
}

impl Enroll {
    /// Uses the token up and enters the node, both or neither.
    async fn enter(
        &self,
        token: &str,
        node: NodeId,
        certificate: &NodeCertificate,
        facts: Option<&serde_json::Value>,
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let secret_hash = *blake3::hash(token.as_bytes()).as_bytes();
        let mut tx = self.store.begin().await?;
        let Some(name) = tx.use_join_token(&secret_hash, now).await? else {
            let message = "The join token is unknown, used or over; make a new one.";
            return Err(Refusal::new(RefusalCode::JoinTokenRefused, message));
        };
        let new = NewNode { id: node, name: &name, certificate_fingerprint: &certificate.fingerprint, facts };
        tx.insert_node(new, now).await?;
        tx.commit().await?;
        Ok(name)
    }
}

fn small(value: serde_json::Value, field: &str) -> Result<serde_json::Value, Refusal> {
    if value.is_object() && value.to_string().len() <= FACTS_BYTES_MAX {
        return Ok(value);
    }
    let message = format!("Facts are an object of at most {FACTS_BYTES_MAX} bytes.");
    Err(Refusal::invalid(vec![Problem::new(field, ProblemCode::Malformed, message)]))
}

fn refuse_request(cause: CertificateError) -> Refusal {
    match cause {
        CertificateError::Request(_) | CertificateError::KeyKind => {
            let message = "Send a PEM certificate signing request with an ECDSA P-256 or Ed25519 key.";
            Refusal::invalid(vec![Problem::new("csr", ProblemCode::Malformed, message)])
        }
        ours => Refusal::internal(&ours),
    }
}
