//! Faults of ours: what is told of them, and what is not. Mends none.

use serde_json::json;

use super::app::App;
use super::refusals::is_in_our_shape;
use crate::store::Store;

#[tokio::test]
async fn a_ledger_that_fails_is_told_to_nobody() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let Store::Sqlite { writer, reader } = app.store() else { panic!("the ledger of tests is a file") };
    reader.close().await;
    writer.close().await;
    for path in ["/api/me", "/api/exports", "/api/videos/01890000-0000-7000-8000-000000000000"] {
        let refused = app.get(&ann, path).await;
        assert_eq!(refused.refusal(), (500, "internal"), "{path}");
        is_in_our_shape(&refused);
        let told = refused.body.to_string().to_lowercase();
        for secret in ["sql", "pool", "closed", "reelfarm.db"] {
            assert!(!told.contains(secret), "{path} tells of our inside: {told}");
        }
        assert_eq!(refused.header("x-request-id"), refused.body["request_id"], "by which the log is searched");
    }
    app.stop().await;
}

#[tokio::test]
async fn an_object_store_that_is_gone_is_said_to_be() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    app.tasks.stop().hard.cancel();
    app.tasks.finished().await;
    let refused = app.post(&ann, "/api/videos", json!({ "filename": "a.mp4", "size_bytes": 1 })).await;
    assert_eq!(refused.refusal(), (503, "storage_unavailable"));
    is_in_our_shape(&refused);
    assert_eq!(app.get(&ann, "/api/videos").await.body["total"], 0, "nothing was announced");
}
