//! Why something failed: a sentence for people, and the media library's own words for whoever asks for this one thing. Fails nothing
//! by itself.

use std::time::Duration;

use farm_core::ids::{NodeId, TaskId};
use farm_core::retry::Fault;
use serde_json::json;

use super::app::App;
use super::queue::{a_node, a_rendering_export};
use crate::store::tests::ledger::{NOW, a_ready_video, an_uploading_video};

const LEASE: Duration = Duration::from_mins(1);

async fn fails(app: &App, node: NodeId, task: TaskId, epoch: i64, detail: &str) {
    let lease = app.store().claim_task(task, epoch, node, LEASE).await.unwrap().unwrap();
    let mut tx = app.store().begin().await.unwrap();
    tx.fail_task(&lease.attempt, Fault::Unsupported, "It cannot be read.", detail, NOW).await.unwrap().unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_failed_export_has_a_sentence_and_the_words_behind_it() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let (export, tasks) = a_rendering_export(&app, ann.id, video).await;
    let path = format!("/api/exports/{export}");
    assert!(app.get(&ann, &path).await.body.get("error_detail").is_none());
    let node = a_node(&app, 1).await;
    fails(&app, node, tasks[1], 0, "qtdemux: no known streams found").await;
    assert!(app.store().fail_export(export, "render_failed", "It cannot be read.", NOW).await.unwrap());
    let told = app.get(&ann, &path).await.body;
    let words = ["error_code", "error_message", "error_detail"].map(|field| told[field].clone());
    assert_eq!(words, [json!("render_failed"), json!("It cannot be read."), json!("qtdemux: no known streams found")]);
    let listed = app.get(&ann, "/api/exports").await.body;
    assert!(listed["exports"][0].get("error_detail").is_none(), "not in lists");
    app.stop().await;
}

#[tokio::test]
async fn a_video_that_cannot_be_indexed_has_them_too() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = an_uploading_video(app.store(), ann.id, None).await;
    app.store().begin_indexing(ann.id, video, NOW).await.unwrap();
    app.store().insert_index_task(video, NOW).await.unwrap();
    let ready = app.store().ready_tasks(LEASE).await.unwrap();
    let node = a_node(&app, 1).await;
    fails(&app, node, ready[0].candidate.task, 0, "moov atom not found").await;
    let told = app.get(&ann, &format!("/api/videos/{video}")).await.body;
    assert_eq!((&told["status"], &told["error_detail"]), (&json!("failed"), &json!("moov atom not found")));
    assert!(app.get(&ann, "/api/videos").await.body["videos"][0].get("error_detail").is_none(), "not in lists");
    app.stop().await;
}
