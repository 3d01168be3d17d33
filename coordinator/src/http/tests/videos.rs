//! Videos from announcement to deletion. Indexes none.

use bytes::Bytes;
use serde_json::{Value, json};

use super::app::{App, Person};
use crate::storage::{Upload, UploadedPart};
use crate::store::tests::ledger::{NOW, a_pending_export, a_ready_video, an_output, an_uploading_export, complete};

const BYTES: &[u8] = b"not a film, but bytes";

fn announcement(size: usize) -> Value {
    json!({ "filename": "../films/holiday.mp4", "size_bytes": size, "content_type": "video/mp4",
            "blake3": blake3::hash(BYTES).to_hex().as_str() })
}

/// Announces [`BYTES`] as `size` bytes and puts them as part 1: video id, upload, and the `ETag`.
async fn upload(app: &App, ann: &Person, size: usize) -> (String, Upload, String) {
    let created = app.post(ann, "/api/videos", announcement(size)).await;
    assert_eq!(created.status, 201, "{created:?}");
    let id = created.body["video"]["id"].as_str().unwrap().to_owned();
    let parts = created.body["upload"]["parts"].as_array().unwrap();
    assert_eq!((parts.len(), &parts[0]["number"]), (1, &json!(1)));
    assert!(parts[0]["url"].as_str().unwrap().contains("X-Amz-Signature="));
    let upload_id = created.body["upload"]["upload_id"].as_str().unwrap().to_owned();
    let upload = Upload { key: format!("sources/{id}"), upload_id };
    let UploadedPart { etag, .. } = app.deps.storage.upload_part(&upload, 1, Bytes::from_static(BYTES)).await.unwrap();
    (id, upload, etag.unwrap())
}

fn completion(upload: &Upload, etag: &str) -> Value {
    json!({ "upload_id": upload.upload_id, "parts": [{ "number": 1, "etag": etag }] })
}

#[tokio::test]
async fn a_video_is_uploaded_once() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let (id, upload, etag) = upload(&app, &ann, BYTES.len()).await;
    let view = app.get(&ann, &format!("/api/videos/{id}")).await.body;
    assert_eq!((&view["status"], &view["filename"]), (&json!("uploading"), &json!("holiday.mp4")));
    assert!(view.get("duration_seconds").is_none() && view.get("error_code").is_none(), "absent, not null: {view}");

    let again = app.post(&ann, "/api/videos", announcement(BYTES.len())).await;
    assert_eq!(again.status, 201, "bytes that never arrived are not held");
    let path = format!("/api/videos/{id}/complete");
    for _repeated in 0..2 {
        let answer = app.post(&ann, &path, completion(&upload, &etag)).await;
        assert_eq!((answer.status.as_u16(), &answer.body["status"]), (202, &json!("indexing")));
    }
    assert_eq!(app.store().videos_to_hash().await.unwrap().len(), 1);
    let held = app.post(&ann, "/api/videos", announcement(BYTES.len())).await;
    assert_eq!((held.status.as_u16(), held.body["video"]["id"].as_str().unwrap()), (200, id.as_str()));
    assert!(held.body.get("upload").is_none());
    let bob = app.creator("bob").await;
    assert_eq!(app.post(&bob, "/api/videos", announcement(BYTES.len())).await.status, 201, "but not for others");
    app.stop().await;
}

#[tokio::test]
async fn an_upload_that_is_not_the_announced_one_is_refused() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let (id, upload, etag) = upload(&app, &ann, BYTES.len() + 1).await;
    let path = format!("/api/videos/{id}/complete");
    let other = Upload { upload_id: "another".to_owned(), ..upload.clone() };
    assert_eq!(app.post(&ann, &path, completion(&other, &etag)).await.problems(), [("upload_id", "contradiction")]);
    let wrong = json!({ "upload_id": upload.upload_id, "parts": [{ "number": 2, "etag": "" }] });
    assert_eq!(app.post(&ann, &path, wrong).await.problems(), [("parts[0].number", "invalid_number")]);
    let none = json!({ "upload_id": upload.upload_id, "parts": [] });
    assert_eq!(app.post(&ann, &path, none).await.problems(), [("parts", "invalid_number")]);
    let unquoted = json!({ "upload_id": upload.upload_id, "parts": [{ "number": 1, "etag": "a b" }] });
    assert_eq!(app.post(&ann, &path, unquoted).await.problems(), [("parts[0].etag", "invalid_text")]);

    let short = app.post(&ann, &path, completion(&upload, &etag)).await;
    assert_eq!(short.refusal(), (409, "upload_mismatch"));
    assert_eq!(short.body["message"], "21 bytes arrived, 22 were announced.");
    assert_eq!(app.get(&ann, &format!("/api/videos/{id}")).await.body["status"], "uploading");
    assert_eq!(app.delete(&ann, &format!("/api/videos/{id}")).await.status, 204);
    let left = app.deps.storage.list_parts(&upload).await.unwrap().unwrap_or_default();
    assert!(left.is_empty(), "no part of the upload is left");
    app.stop().await;
}

#[tokio::test]
async fn a_part_that_never_arrived_can_be_put_again() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let (id, upload, etag) = upload(&app, &ann, BYTES.len()).await;
    let path = format!("/api/videos/{id}/complete");
    let two = json!({ "upload_id": upload.upload_id, "parts": [{ "number": 1, "etag": etag }, { "number": 2, "etag": "\"x\"" }] });
    let missing = app.post(&ann, &path, two).await;
    assert_eq!(missing.refusal(), (409, "upload_mismatch"));
    assert_eq!(missing.body["message"], "Part 2 has not arrived; put it, then repeat this call.");
    assert_eq!(app.get(&ann, &format!("/api/videos/{id}")).await.body["status"], "uploading");
    assert_eq!(app.post(&ann, &path, completion(&upload, &etag)).await.status, 202);
    app.stop().await;
}

#[tokio::test]
async fn announcements_are_checked_whole() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let all = json!({ "filename": "dir/", "size_bytes": 0, "content_type": "film", "blake3": "12" });
    let expected = [
        ("filename", "invalid_text"),
        ("size_bytes", "invalid_number"),
        ("content_type", "invalid_text"),
        ("blake3", "invalid_text"),
    ];
    assert_eq!(app.post(&ann, "/api/videos", all).await.problems(), expected);
    let large = json!({ "filename": "a.mp4", "size_bytes": 500_000_000_001_u64 });
    assert_eq!(app.post(&ann, "/api/videos", large).await.refusal(), (413, "video_too_large"));
    app.stop().await;
}

#[tokio::test]
async fn a_ready_video_shows_what_it_is() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let view = app.get(&ann, &format!("/api/videos/{video}")).await.body;
    let expected = json!({
        "id": video.to_string(), "user_id": ann.id.to_string(), "filename": "holiday.mp4", "status": "ready",
        "size_bytes": 1_000_000, "content_type": "video/mp4", "duration_seconds": 10.0, "width": 1080, "height": 1920,
        "rotation": 90, "frame_rate": 25.0, "variable_frame_rate": false, "video_codec": "h264",
        "color": { "primaries": 1, "transfer": 1, "matrix": 1, "full_range": false }, "hdr": false, "warnings": [],
        "created_at": "2025-06-15T15:06:40Z",
    });
    assert_eq!(view, expected);
    let listed = app.get(&ann, "/api/videos?limit=1&sort=created_at").await.body;
    assert_eq!(listed, json!({ "videos": [expected], "total": 1 }));
    app.stop().await;
}

#[tokio::test]
async fn deleting_a_video_waits_for_its_exports_and_takes_their_files_along() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let source = format!("sources/{video}");
    let storage = &app.deps.storage;
    storage.put(&source, "video/mp4", Bytes::from_static(BYTES)).await.unwrap();
    storage.put("exports/a", "video/mp4", Bytes::from_static(b"frames")).await.unwrap();
    let done = an_uploading_export(app.store(), ann.id, video).await;
    an_output(app.store(), done, 1, "exports/a", None).await;
    complete(app.store(), done, "exports/a", NOW).await;
    let open = a_pending_export(app.store(), ann.id, video, NOW).await;

    let path = format!("/api/videos/{video}");
    assert_eq!(app.delete(&ann, &path).await.refusal(), (409, "video_in_use"));
    assert!(storage.head(&source).await.unwrap().is_some());
    assert_eq!(app.delete(&ann, &format!("/api/exports/{open}")).await.status, 202);
    assert_eq!(app.delete(&ann, &path).await.status, 204);
    assert!(storage.head(&source).await.unwrap().is_none());
    assert!(storage.head("exports/a").await.unwrap().is_none());
    assert_eq!(app.get(&ann, &path).await.refusal(), (404, "not_found"));
    assert_eq!(app.get(&ann, &format!("/api/exports/{done}")).await.refusal(), (404, "not_found"));
    assert_eq!(app.delete(&ann, &path).await.refusal(), (404, "not_found"));
    app.stop().await;
}
