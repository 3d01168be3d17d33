//! Exports from the order to the finished file. Renders none.

use bytes::Bytes;
use serde_json::{Value, json};

use super::app::App;
use crate::store::tests::ledger::{
    NOW, REPORT, a_pending_export, a_ready_video, an_output, an_uploading_export, complete,
};

fn order(export_type: &str, segments: &Value) -> Value {
    json!({ "resolution": "1080p", "format": "mp4", "quality": "medium", "export_type": export_type, "segments": segments })
}

#[tokio::test]
async fn an_order_comes_back_as_it_was_given() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let segments = json!([{ "start": 1.0, "end": 2.5, "clip_id": "goal" }, { "start_time": 4.01, "end_time": 4.05 }]);
    let mut body = order("clips", &segments);
    body.as_object_mut().unwrap().remove("quality");
    body["quality_preset"] = json!("high");
    let created = app.post(&ann, &format!("/api/videos/{video}/export"), body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let id = created.id().to_owned();
    let expected = json!({
        "id": id, "export_id": id, "video_id": video.to_string(), "user_id": ann.id.to_string(),
        "export_type": "clips", "resolution": "1080p", "format": "mp4", "quality_preset": "high",
        "cost": 0.0, "status": "pending", "progress_percentage": 0, "current_stage": "queued",
        "segment_selections": [
            { "start_time": 1.0, "end_time": 2.5, "clip_id": "goal" }, { "start_time": 4.01, "end_time": 4.05 },
        ],
        // 1.00 to 2.48: 38 frames of 40 ms; 4.04: one frame.
        "total_duration_seconds": 1.56,
        "created_at": "2025-06-15T15:06:40Z", "updated_at": "2025-06-15T15:06:40Z", "outputs": [],
    });
    assert_eq!(created.body, expected);
    let mut alone = app.get(&ann, &format!("/api/exports/{id}")).await.body;
    for field in ["crossfade_seconds", "normalize_audio", "reuse_parts", "name"] {
        assert!(alone.as_object_mut().unwrap().remove(field).is_some(), "looked at alone, it tells its {field}");
    }
    assert_eq!(alone, expected);
    let of_video = app.get(&ann, &format!("/api/videos/{video}/exports?export_type=clips&quality=high")).await.body;
    assert_eq!(of_video, json!({ "exports": [expected], "total": 1 }));
    let others = app.get(&ann, &format!("/api/videos/{video}/exports?export_type=single")).await.body;
    assert_eq!(others, json!({ "exports": [], "total": 0 }));
    let all = app.get(&ann, "/api/exports?status=pending").await.body;
    let counts = json!({ "pending": 1, "processing": 0, "completed": 0, "failed": 0, "cancelled": 0 });
    assert_eq!((&all["total"], &all["counts"]), (&json!(1), &counts));
    assert_eq!(app.store().exports_to_advance().await.unwrap().len(), 1);
    app.stop().await;
}

#[tokio::test]
async fn no_segment_means_the_whole_video() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let mut absent = order("single", &json!([]));
    absent.as_object_mut().unwrap().remove("segments");
    for body in [order("single", &json!([])), absent] {
        let created = app.post(&ann, &format!("/api/videos/{video}/export"), body).await;
        assert_eq!(created.body["segment_selections"], json!([{ "start_time": 0.0, "end_time": 10.0 }]));
        assert_eq!(created.body["total_duration_seconds"], 10.0);
    }
    app.stop().await;
}

#[tokio::test]
async fn every_fault_of_an_order_is_said_at_once_with_its_field() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let path = format!("/api/videos/{video}/export");
    let cases: [(Value, &[(&str, &str)]); 7] = [
        (json!([{ "start": 2, "end": 1 }]), &[("segments[0].end", "empty_segment")]),
        (json!([{ "start": 1, "end": 1 }]), &[("segments[0].end", "empty_segment")]),
        (json!([{ "start": 9, "end": 11 }]), &[("segments[0].end", "outside_video")]),
        (json!([{ "start": -1, "end": 1 }]), &[("segments[0].start", "outside_video")]),
        (json!([{ "start": 1.001, "end": 1.039 }]), &[("segments[0].end", "no_frame")]),
        (json!([{ "start": 1 }]), &[("segments[0].end", "required")]),
        (json!([{ "start": 0, "end": 1 }, { "start": 1, "end": 2 }]), &[("segments", "not_single")]),
    ];
    for (segments, expected) in cases {
        let refused = app.post(&ann, &path, order("single", &segments)).await;
        assert_eq!((refused.status.as_u16(), refused.problems().as_slice()), (400, expected), "{segments}");
    }
    let mut body = order("combined", &json!([{ "start": 5, "end": 3 }, { "end": 3 }, { "start": 1, "end": 20 }]));
    body["crossfade_seconds"] = json!(1);
    let refused = app.post(&ann, &path, body).await;
    let expected =
        [("segments[1].start", "required"), ("segments[0].end", "empty_segment"), ("segments[2].end", "outside_video")];
    assert_eq!(refused.problems(), expected);
    assert_eq!(refused.body["message"], "The request has 3 problems.");
    let mut body = order("combined", &json!([{ "start": 5, "end": 8 }, { "start": 1, "end": 2 }]));
    body["crossfade_seconds"] = json!(1.5);
    let refused = app.post(&ann, &path, body).await;
    assert_eq!((refused.status.as_u16(), refused.problems()), (400, vec![("crossfade_seconds", "crossfade_too_long")]));
    let many = json!(vec![json!({ "start": 0, "end": 1 }); 501]);
    assert_eq!(app.post(&ann, &path, order("clips", &many)).await.problems(), [("segments", "too_many_segments")]);
    assert_eq!(app.get(&ann, "/api/exports").await.body["total"], 0, "and nothing was entered");
    app.stop().await;
}

#[tokio::test]
async fn a_finished_file_is_fetched_by_an_address_that_carries_its_name() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let export = an_uploading_export(app.store(), ann.id, video).await;
    let path = format!("/api/exports/{export}");
    let early = app.get(&ann, &format!("{path}/download")).await;
    assert_eq!(early.refusal(), (409, "export_not_completed"));
    for (number, key) in [(0, "exports/zip"), (1, "exports/one"), (2, "exports/two")] {
        an_output(app.store(), export, number, key, None).await;
    }
    complete(app.store(), export, "exports/zip", NOW).await;

    for (query, key, filename) in [
        ("", "exports/zip", "file-0.mp4"),
        ("?clip=1", "exports/one", "file-1.mp4"),
        ("?clip=2", "exports/two", "file-2.mp4"),
    ] {
        let download = app.get(&ann, &format!("{path}/download{query}")).await.body;
        let url = download["url"].as_str().unwrap();
        assert!(url.contains(key) && url.contains("X-Amz-Expires=3600") && url.contains(filename), "{url}");
        let expected = json!({ "url": url, "expires_at": "2025-06-15T16:06:40Z", "filename": filename, "size_bytes": 6,
                               "sha256": "ab".repeat(32) });
        assert_eq!(download, expected);
    }
    for none in ["?clip=0", "?clip=3"] {
        assert_eq!(app.get(&ann, &format!("{path}/download{none}")).await.refusal(), (404, "not_found"));
    }
    let view = app.get(&ann, &path).await.body;
    assert_eq!((&view["progress_percentage"], &view["current_stage"]), (&json!(100), &json!("complete")));
    assert!(view["output_url"].as_str().unwrap().contains("exports/zip"));
    let files: Vec<&str> =
        view["outputs"].as_array().unwrap().iter().map(|o| o["filename"].as_str().unwrap()).collect();
    assert_eq!(files, ["file-1.mp4", "file-2.mp4"], "the ZIP is no output of its own");
    app.stop().await;
}

#[tokio::test]
async fn the_report_of_a_finished_export_is_served_as_it_was_written() {
    let app = App::start().await;
    let (ann, bob) = (app.creator("ann").await, app.creator("bob").await);
    let video = a_ready_video(app.store(), ann.id).await;
    let export = an_uploading_export(app.store(), ann.id, video).await;
    let path = format!("/api/exports/{export}/report");
    assert_eq!(app.get(&ann, &path).await.refusal(), (409, "export_not_completed"));
    an_output(app.store(), export, 1, "exports/one", None).await;
    complete(app.store(), export, "exports/one", NOW).await;
    let request = app.client.get(&path).header("authorization", format!("Bearer {}", ann.token));
    let served = request.send().await;
    served.assert_status_is_ok();
    served.assert_content_type("application/json; charset=utf-8");
    assert_eq!(served.0.into_body().into_string().await.unwrap(), REPORT);
    assert_eq!(app.get(&bob, &path).await.refusal(), (404, "not_found"));
    app.store().forget_report(export).await;
    let forgotten = app.get(&ann, &path).await;
    assert_eq!(forgotten.refusal(), (404, "not_found"), "an export from before there were reports");
    app.stop().await;
}

#[tokio::test]
async fn what_is_under_way_is_cancelled_and_what_is_over_is_deleted() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let export = a_pending_export(app.store(), ann.id, video, NOW).await;
    let path = format!("/api/exports/{export}");
    let upload = app.deps.storage.create_multipart("exports/begun", "video/mp4", None).await.unwrap();
    app.deps.storage.upload_part(&upload, 1, Bytes::from_static(b"frames")).await.unwrap();
    an_output(app.store(), export, 1, &upload.key, Some(&upload.upload_id)).await;

    let mut progress = app.deps.nudge.watch_progress();
    let cancelled = app.delete(&ann, &path).await;
    assert_eq!((cancelled.status.as_u16(), &cancelled.body["status"]), (202, &json!("cancelled")));
    assert!(progress.has_changed().unwrap(), "whoever watches learns of it");
    progress.mark_unchanged();
    assert_eq!(app.get(&ann, &path).await.body["status"], "cancelled");
    let late = app.delete(&ann, &format!("{path}?cancel_only=true")).await;
    assert_eq!(late.refusal(), (409, "export_over"), "whoever cancels too late deletes nothing");
    assert_eq!(app.get(&ann, &path).await.body["status"], "cancelled");
    assert_eq!(app.delete(&ann, &path).await.status, 204);
    assert_eq!(app.get(&ann, &path).await.refusal(), (404, "not_found"));
    assert_eq!(app.delete(&ann, &path).await.refusal(), (404, "not_found"));
    let left = app.deps.storage.list_parts(&upload).await.unwrap().unwrap_or_default();
    assert!(left.is_empty(), "no part of the upload is left");
    app.stop().await;
}

#[tokio::test]
async fn a_failed_export_says_why() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let export = a_pending_export(app.store(), ann.id, video, NOW).await;
    app.store().fail_export(export, "render_failed", "The video is damaged at 3.2 s.", NOW).await.unwrap();
    let view = app.get(&ann, &format!("/api/exports/{export}")).await.body;
    assert_eq!((&view["status"], &view["error_code"]), (&json!("failed"), &json!("render_failed")));
    assert_eq!(view["error_message"], "The video is damaged at 3.2 s.");
    assert!(view["progress_percentage"].as_u64().unwrap() < 100);
    app.stop().await;
}
