//! Machines that join. Runs no task on any.

use std::time::Duration;

use poem::http::Method;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P384_SHA384};
use serde_json::{Value, json};
use service::Clock as _;

use super::app::{Answer, App};
use crate::certificates::{fingerprint, node_of};
use crate::store::Standing;
use crate::store::users::Role;

fn request(key: &KeyPair) -> String {
    CertificateParams::new(Vec::new()).unwrap().serialize_request(key).unwrap().pem().unwrap()
}

async fn enroll(app: &App, token: &str, csr: &str) -> Answer {
    let body = json!({ "token": token, "csr": csr, "facts": { "host": "attic", "version": "0", "cpu_count": 2 } });
    Answer::read(app.client.post("/api/nodes/enroll").body_json(&body).send().await).await
}

async fn join_token(app: &App) -> Value {
    let op = app.person("op", Role::Operator).await;
    let created = app.post(&op, "/api/nodes/join-tokens", json!({ "name": "attic" })).await;
    assert_eq!(created.status, 201);
    created.body
}

#[tokio::test]
async fn a_machine_joins_once_with_a_token() {
    let app = App::start().await;
    let token = join_token(&app).await;
    assert_eq!((&token["name"], &token["expires_at"]), (&json!("attic"), &json!("2025-06-15T15:21:40Z")));
    let token = token["token"].as_str().unwrap();
    let (farm, secret) = token.split_once('.').unwrap();
    assert_eq!((farm, secret.len()), (hex::encode(app.deps.authority.fingerprint()).as_str(), 64));

    let csr = request(&KeyPair::generate().unwrap());
    let enrolled = enroll(&app, token, &csr).await;
    assert_eq!(enrolled.status, 200, "{enrolled:?}");
    assert_eq!(enrolled.body["ca"], app.deps.authority.ca_pem());
    assert_eq!(enrolled.body["ingest_address"], "127.0.0.1:8443");
    assert!(enrolled.body.get("nats").is_none(), "nothing is configured for nodes");
    let der =
        rustls::pki_types::pem::PemObject::from_pem_slice(enrolled.body["certificate"].as_str().unwrap().as_bytes());
    let certificate: rustls::pki_types::CertificateDer<'static> = der.unwrap();
    let node = node_of(&certificate).unwrap();
    assert_eq!(enrolled.body["node_id"], node.to_string());
    let standing = app.store().node_standing(node, &fingerprint(&certificate)).await.unwrap();
    assert_eq!(standing, Standing::Welcome);

    assert_eq!(enroll(&app, token, &csr).await.refusal(), (403, "join_token_refused"), "once");
    let op = app.person("op", Role::Operator).await;
    let nodes = app.ask(&op, Method::GET, "/api/nodes", None).await.body;
    let expected = json!({ "id": node.to_string(), "name": "attic", "state": "offline", "connected": false, "slots": 0,
                           "idle": { "code": "offline", "message": "It is not connected." },
                           "slots_busy": 0, "created_at": "2025-06-15T15:06:40Z" });
    assert_eq!(nodes, json!({ "nodes": [expected], "total": 1 }));
    app.stop().await;
}

#[tokio::test]
async fn a_request_that_cannot_be_signed_does_not_use_the_token_up() {
    let app = App::start().await;
    let token = join_token(&app).await["token"].as_str().unwrap().to_owned();
    assert_eq!(enroll(&app, &token, "no request").await.problems(), [("csr", "malformed")]);
    let odd = request(&KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap());
    assert_eq!(enroll(&app, &token, &odd).await.problems(), [("csr", "malformed")]);
    let csr = request(&KeyPair::generate().unwrap());
    assert_eq!(enroll(&app, &token, &csr).await.status, 200);
    app.stop().await;
}

#[tokio::test]
async fn unknown_and_old_tokens_are_refused() {
    let app = App::start().await;
    let csr = request(&KeyPair::generate().unwrap());
    let token = join_token(&app).await["token"].as_str().unwrap().to_owned();
    let farm = hex::encode(app.deps.authority.fingerprint());
    for other in ["", "x", &format!("{farm}.{}", "0".repeat(64)), &token.to_uppercase()] {
        assert_eq!(enroll(&app, other, &csr).await.refusal(), (403, "join_token_refused"), "{other}");
    }
    app.clock.advance(Duration::from_mins(15));
    assert!(app.clock.now() > crate::store::tests::ledger::NOW);
    assert_eq!(enroll(&app, &token, &csr).await.refusal(), (403, "join_token_refused"), "over");
    app.stop().await;
}
