//! Previews and posters as people get them. Makes none.

use std::time::Duration;

use bytes::Bytes;
use farm_core::content_key::ContentKey;
use farm_core::ids::{NodeId, VideoId};
use farm_core::part::FileKind;
use farm_core::preview;
use farm_core::retry::Fault;
use serde_json::{Value, json};
use uuid::Uuid;

use super::app::{App, Person};
use crate::store::join_tokens::NewNode;
use crate::store::outputs::UploadStep;
use crate::store::previews::MadePreview;
use crate::store::tests::ledger::{
    NOW, a_ready_video, an_output, an_uploading_export, an_uploading_video, complete, facts, ten_seconds,
};

const KEY: ContentKey = ContentKey([3; 32]);
const LEASE: Duration = Duration::from_secs(30);

async fn begin(app: &App, video: VideoId) {
    let work = preview::work(&facts(), &ten_seconds());
    assert!(app.store().begin_preview(video, &KEY, &work, Duration::ZERO, NOW).await.unwrap());
}

/// As if a node had made it and every file lay in the object store.
async fn publish(app: &App, video: VideoId) {
    begin(app, video).await;
    for kind in [FileKind::Proxy, FileKind::Sprite, FileKind::Poster] {
        let key = format!("previews/{video}/1/{}", kind.as_str());
        let bytes = Bytes::from_static(kind.as_str().as_bytes());
        app.deps.storage.put(&key, kind.content_type(), bytes).await.unwrap();
        assert!(app.store().lay_down_preview_file(video, kind, &key, 6).await.unwrap());
        assert!(app.store().note_preview_file(video, &key, NOW).await.unwrap());
    }
    app.store().complete_preview(MadePreview { video, content_key: KEY }).await.unwrap();
}

async fn fail(app: &App, sentence: &str) {
    let node = NewNode { id: NodeId(Uuid::now_v7()), name: "n", certificate_fingerprint: &[1; 32], facts: None };
    let id = node.id;
    let mut tx = app.store().begin().await.unwrap();
    tx.insert_node(node, NOW).await.unwrap();
    tx.commit().await.unwrap();
    let ready = &app.store().ready_tasks(LEASE).await.unwrap()[0];
    let lease = app.store().claim_task(ready.candidate.task, ready.epoch, id, LEASE).await.unwrap().unwrap();
    let mut tx = app.store().begin().await.unwrap();
    tx.fail_task(&lease.attempt, Fault::Unsupported, sentence, "", NOW).await.unwrap().unwrap();
    tx.commit().await.unwrap();
}

/// What lies behind a signed address.
async fn fetched(app: &App, url: &Value) -> Vec<u8> {
    let (address, signature) = url.as_str().and_then(|url| url.split_once('?')).expect("a signed address");
    assert!(signature.contains("X-Amz-Signature=") && signature.contains("X-Amz-Expires=3600"), "{signature}");
    let (_, key) = address.split_once("/reelfarm/").expect("an object of the farm's own bucket");
    app.deps.storage.get(key, None).await.unwrap().collect().await.unwrap().to_vec()
}

async fn look(app: &App, who: &Person, video: VideoId) -> super::app::Answer {
    app.get(who, &format!("/api/videos/{video}/preview")).await
}

#[tokio::test]
async fn a_preview_is_refused_until_it_is_there_and_says_why_it_never_will_be() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let uploading = an_uploading_video(app.store(), ann.id, None).await;
    assert_eq!(look(&app, &ann, uploading).await.refusal(), (409, "video_not_ready"));
    let video = a_ready_video(app.store(), ann.id).await;
    assert_eq!(look(&app, &ann, video).await.refusal(), (409, "preview_not_ready"), "nobody has begun");
    begin(&app, video).await;
    assert_eq!(look(&app, &ann, video).await.refusal(), (409, "preview_not_ready"));
    fail(&app, "The sound track is damaged.").await;
    let failed = look(&app, &ann, video).await;
    assert_eq!(
        (failed.refusal(), &failed.body["message"]),
        ((409, "preview_failed"), &json!("The sound track is damaged."))
    );
    assert_eq!(app.get(&ann, &format!("/api/videos/{video}")).await.body["status"], "ready");
    let bob = app.creator("bob").await;
    assert_eq!(look(&app, &bob, video).await.refusal(), (404, "not_found"));
    app.stop().await;
}

#[tokio::test]
async fn a_preview_is_shown_and_goes_with_its_video() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    publish(&app, video).await;
    let preview = look(&app, &ann, video).await.body;
    assert_eq!(fetched(&app, &preview["proxy_url"]).await, b"proxy");
    assert_eq!(fetched(&app, &preview["poster_url"]).await, b"poster");
    assert_eq!(fetched(&app, &preview["sprite"]["url"]).await, b"sprite");
    assert!(preview.get("peaks_url").is_none(), "a video without sound has no waveform: {preview}");
    // Ten seconds of a picture held upright, a thumbnail every half second.
    let sprite = &preview["sprite"];
    let found = ["columns", "rows", "interval", "count", "width", "height"].map(|field| sprite[field].clone());
    assert_eq!(found, [json!(10), json!(2), json!(0.5), json!(20), json!(90), json!(160)]);

    let path = format!("/api/videos/{video}");
    assert_eq!(fetched(&app, &app.get(&ann, &path).await.body["poster_url"]).await, b"poster");
    assert_eq!(fetched(&app, &app.get(&ann, "/api/videos").await.body["videos"][0]["poster_url"]).await, b"poster");
    assert_eq!(app.delete(&ann, &path).await.status, 204);
    for kind in ["proxy", "sprite", "poster"] {
        let key = format!("previews/{video}/1/{kind}");
        assert!(app.deps.storage.head(&key).await.unwrap().is_none(), "{key}");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_file_has_a_poster_and_both_go_with_their_export() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let export = an_uploading_export(app.store(), ann.id, video).await;
    let step = UploadStep { export, epoch: 2 };
    let storage = &app.deps.storage;
    for number in [1, 2] {
        let (file, poster) = (format!("exports/{number}.mp4"), format!("exports/{number}.jpg"));
        an_output(app.store(), export, number.into(), &file, None).await;
        assert!(app.store().lay_down_poster(step, number, &poster).await.unwrap());
        storage.put(&file, "video/mp4", Bytes::from_static(b"frames")).await.unwrap();
        storage.put(&poster, "image/jpeg", Bytes::from(format!("poster {number}"))).await.unwrap();
    }
    assert!(!app.store().lay_down_poster(UploadStep { export, epoch: 1 }, 1, "late").await.unwrap());
    complete(app.store(), export, "exports/1.mp4", NOW).await;

    let path = format!("/api/exports/{export}");
    let shown = app.get(&ann, &path).await.body;
    for (place, expected) in [(0, b"poster 1"), (1, b"poster 2")] {
        assert_eq!(fetched(&app, &shown["outputs"][place]["poster_url"]).await, expected);
    }
    let listed = app.get(&ann, "/api/exports").await.body;
    assert_eq!(fetched(&app, &listed["exports"][0]["outputs"][0]["poster_url"]).await, b"poster 1");
    assert!(
        listed["exports"][0]["outputs"][1].get("poster_url").is_none(),
        "one address an export is enough in a list"
    );
    assert_eq!(app.delete(&ann, &path).await.status, 204);
    for key in ["exports/1.mp4", "exports/2.mp4", "exports/1.jpg", "exports/2.jpg"] {
        assert!(storage.head(key).await.unwrap().is_none(), "{key}");
    }
    app.stop().await;
}
