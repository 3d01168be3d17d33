//! Progress, once and live. Renders nothing.

use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use poem::test::TestResponse;
use poem::web::sse::Event;
use serde_json::{Value, json};
use service::Clock as _;

use super::app::{App, Person};
use crate::store::tests::ledger::{NOW, a_pending_export, a_ready_video, begin_rendering, complete};

async fn follow(app: &App, who: &Person, path: &str) -> TestResponse {
    let response = app
        .client
        .get(format!("{path}/progress"))
        .header("authorization", format!("Bearer {}", who.token))
        .header("accept", "text/event-stream")
        .send()
        .await;
    response.assert_status_is_ok();
    response.assert_content_type("text/event-stream");
    response
}

async fn next(events: &mut BoxStream<'_, Event>) -> Option<(i64, Value)> {
    let Event::Message { id, event, data } = events.next().await? else { panic!("only messages are sent") };
    assert_eq!(event, "progress");
    Some((id.parse().unwrap(), serde_json::from_str(&data).unwrap()))
}

#[tokio::test]
async fn progress_is_asked_for_once() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let export = a_pending_export(app.store(), ann.id, video, NOW).await;
    let path = format!("/api/exports/{export}");
    let queued = json!({ "progress": 0, "status": "pending", "current_stage": "queued", "elapsed_time": 0.0,
                         "frames_done": 0, "frames_total": 0 });
    assert_eq!(app.get(&ann, &format!("{path}/progress")).await.body, queued);
    begin_rendering(app.store(), export).await;
    app.clock.advance(Duration::from_millis(1500));
    let rendering = app.get(&ann, &format!("{path}/progress")).await.body;
    assert_eq!((&rendering["progress"], &rendering["elapsed_time"]), (&json!(1), &json!(1.5)));
    assert_eq!(app.store().export_of(ann.id, export).await.unwrap().unwrap().progress_percentage, 1);

    // Once every part is here, laying out and uploading are what is left; nobody is told that nothing is.
    let open = app.store().exports_to_advance().await.unwrap().remove(0);
    app.store().begin_upload(&open, app.clock.now()).await.unwrap();
    let mut said = Vec::new();
    for _ in 0..3 {
        let now = app.get(&ann, &format!("{path}/progress")).await.body;
        assert_eq!((&now["status"], &now["current_stage"]), (&json!("processing"), &json!("uploading")));
        said.push(now["estimated_time_remaining"].as_f64().unwrap());
        app.clock.advance(Duration::from_secs(2));
    }
    assert_eq!(said, [1.0, 1.0, 1.0], "{said:?}");
    complete(app.store(), export, "exports/a", app.clock.now()).await;
    let over = app.get(&ann, &format!("{path}/progress")).await.body;
    assert_eq!((&over["progress"], over.get("estimated_time_remaining")), (&json!(100), None));
    app.stop().await;
}

#[tokio::test]
async fn a_stream_tells_every_change_until_the_end() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let export = a_pending_export(app.store(), ann.id, video, NOW).await;
    let mut events = follow(&app, &ann, &format!("/api/exports/{export}")).await.sse_stream().boxed();
    let (first_id, snapshot) = next(&mut events).await.unwrap();
    assert_eq!((&snapshot["status"], &snapshot["progress"]), (&json!("pending"), &json!(0)));

    // A nudge without a change is no event; the next event is the next change.
    app.deps.nudge.progress();
    begin_rendering(app.store(), export).await;
    app.deps.nudge.progress();
    let (second_id, rendering) = next(&mut events).await.unwrap();
    assert_eq!((&rendering["status"], &rendering["progress"]), (&json!("processing"), &json!(1)));

    let open = app.store().exports_to_advance().await.unwrap().remove(0);
    app.store().begin_upload(&open, NOW).await.unwrap();
    complete(app.store(), export, "exports/a", NOW).await;
    app.deps.nudge.progress();
    let mut last = next(&mut events).await.unwrap();
    if last.1["status"] == "processing" {
        last = next(&mut events).await.unwrap();
    }
    assert_eq!((&last.1["status"], &last.1["progress"]), (&json!("completed"), &json!(100)));
    assert!(first_id < second_id && second_id < last.0, "ids rise");
    assert!(next(&mut events).await.is_none(), "the stream ends with the export");
    drop(events);
    app.stop().await;
}

#[tokio::test]
async fn a_stream_ends_when_the_program_stops_and_when_the_export_goes() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let export = a_pending_export(app.store(), ann.id, video, NOW).await;
    let mut events = follow(&app, &ann, &format!("/api/exports/{export}")).await.sse_stream().boxed();
    assert!(next(&mut events).await.is_some());
    app.tasks.stop().soft.cancel();
    assert!(next(&mut events).await.is_none());
    drop(events);
    app.stop().await;
}

#[tokio::test]
async fn the_stream_of_an_export_that_is_over_is_its_end() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let export = a_pending_export(app.store(), ann.id, video, NOW).await;
    app.store().fail_export(export, "render_failed", "It is damaged.", NOW).await.unwrap();
    let mut events = follow(&app, &ann, &format!("/api/exports/{export}")).await.sse_stream().boxed();
    assert_eq!(next(&mut events).await.unwrap().1["status"], "failed");
    assert!(next(&mut events).await.is_none());
    drop(events);
    app.stop().await;
}
