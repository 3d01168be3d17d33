//! The table of refusals that the API promises, line by line: the exact status, the exact code, the exact field, and what waiting
//! helps with. Grants nothing.

use std::time::Duration;

use poem::http::Method;
use serde_json::{Value, json};

use super::app::{Answer, App, Person};
use super::refusals::is_in_our_shape;
use crate::store::tests::ledger::{NOW, a_ready_video, an_uploading_video};
use crate::store::users::Role;

/// What a line promises: status, code, field and code of every problem, `Retry-After`.
type Promise = (u16, &'static str, &'static [(&'static str, &'static str)], &'static str);

/// Holds answers against what is promised, and counts.
#[derive(Default)]
struct Table {
    lines: usize,
}

impl Table {
    fn line(&mut self, what: &str, answer: &Answer, promise: Promise) {
        let (status, code, problems, retry_after) = promise;
        assert_eq!(answer.refusal(), (status, code), "{what}: {answer:?}");
        assert_eq!(answer.problems(), problems, "{what}");
        assert_eq!(answer.header("retry-after"), retry_after, "{what}");
        is_in_our_shape(answer);
        self.lines += 1;
    }
}

/// Asks for an export alone and among others: what is refused is refused in the same words.
async fn asked(app: &App, who: &Person, path: &str, body: Value) -> Answer {
    let alone = app.post(who, path, body.clone()).await;
    let mut order = body;
    order["video_id"] = json!(path.split('/').nth(3));
    let among = app.post(who, "/api/exports", json!({ "orders": [order] })).await;
    let outcome = &among.body["orders"][0];
    let wait = outcome["retry_after_seconds"].as_u64().map(|seconds| seconds.to_string()).unwrap_or_default();
    assert_eq!((among.status.as_u16(), &among.body["refused"]), (207, &json!(1)), "{among:?}");
    assert_eq!(
        (outcome["status"].as_u64(), wait.as_str()),
        (Some(alone.status.as_u16().into()), alone.header("retry-after"))
    );
    let mut expected = alone.body.clone();
    for problem in expected["problems"].as_array_mut().unwrap() {
        problem["field"] = json!(format!("orders[0].{}", problem["field"].as_str().unwrap()));
    }
    expected["request_id"] = outcome["refusal"]["request_id"].clone();
    assert_eq!(outcome["refusal"], expected);
    alone
}

const fn invalid(problems: &'static [(&'static str, &'static str)]) -> Promise {
    (400, "invalid_request", problems, "")
}

fn order(export_type: &str, segments: &Value) -> Value {
    json!({ "resolution": "720p", "format": "mp4", "quality": "low", "export_type": export_type, "segments": segments })
}

fn range(start: f64, end: f64) -> Value {
    json!({ "start": start, "end": end })
}

/// 400: what is wrong with the order itself. The video is ten seconds of 25 frames a second.
async fn faults_of_an_order(app: &App, ann: &Person, path: &str, table: &mut Table) {
    let third = |bad: Value| order("combined", &json!([range(0.0, 1.0), range(1.0, 2.0), bad]));
    let with_crossfade = |seconds: f64, segments: Value| {
        let mut body = order("combined", &segments);
        body["crossfade_seconds"] = json!(seconds);
        body
    };
    let many = json!(vec![range(0.0, 1.0); 501]);
    let cases: [(&str, Value, Promise); 12] = [
        ("after the end", third(range(9.0, 10.5)), invalid(&[("segments[2].end", "outside_video")])),
        (
            "wholly after the end",
            third(range(20.0, 21.0)),
            invalid(&[("segments[2].start", "outside_video"), ("segments[2].end", "outside_video")]),
        ),
        ("before the start", third(range(-1.0, 1.0)), invalid(&[("segments[2].start", "outside_video")])),
        ("empty", third(range(3.0, 3.0)), invalid(&[("segments[2].end", "empty_segment")])),
        ("reversed", third(range(4.0, 3.0)), invalid(&[("segments[2].end", "empty_segment")])),
        ("shorter than a frame", third(range(1.001, 1.039)), invalid(&[("segments[2].end", "no_frame")])),
        ("more than 500", order("clips", &many), invalid(&[("segments", "too_many_segments")])),
        (
            "single of two",
            order("single", &json!([range(0.0, 1.0), range(1.0, 2.0)])),
            invalid(&[("segments", "not_single")]),
        ),
        (
            "crossfade longer than what is before",
            with_crossfade(1.5, json!([range(0.0, 1.0), range(2.0, 8.0)])),
            invalid(&[("crossfade_seconds", "crossfade_too_long")]),
        ),
        (
            "crossfade longer than what is behind",
            with_crossfade(1.5, json!([range(2.0, 8.0), range(0.0, 1.0)])),
            invalid(&[("crossfade_seconds", "crossfade_too_long")]),
        ),
        (
            "no room for two crossfades",
            with_crossfade(1.5, json!([range(0.0, 3.0), range(3.0, 5.0), range(5.0, 8.0)])),
            invalid(&[("crossfade_seconds", "crossfade_too_long")]),
        ),
        (
            "three faults",
            order("combined", &json!([range(4.0, 3.0), range(0.0, 1.0), range(9.0, 11.0), range(1.001, 1.039)])),
            invalid(&[
                ("segments[0].end", "empty_segment"),
                ("segments[2].end", "outside_video"),
                ("segments[3].end", "no_frame"),
            ]),
        ),
    ];
    for (what, body, promise) in cases {
        table.line(what, &asked(app, ann, path, body).await, promise);
    }
}

/// 409 and 422: what is wrong with the video.
async fn states_of_a_video(app: &App, ann: &Person, table: &mut Table) {
    let video = an_uploading_video(app.store(), ann.id, None).await;
    let path = format!("/api/videos/{video}/export");
    let whole = order("single", &json!([]));
    let not_ready = (409, "video_not_ready", &[][..], "");
    table.line("uploading", &asked(app, ann, &path, whole.clone()).await, not_ready);
    app.store().begin_indexing(ann.id, video, NOW).await.unwrap();
    table.line("indexing", &asked(app, ann, &path, whole.clone()).await, not_ready);
    app.store().video_failed(video, "unsupported_media", "The file is a text, not a video.", NOW).await.unwrap();
    let refused = asked(app, ann, &path, whole).await;
    table.line("not a video", &refused, (422, "unsupported_media", &[], ""));
    assert_eq!(refused.body["message"], "The file is a text, not a video.", "in plain words");
}

/// 429, 507, 413: what is too much.
async fn excesses(app: &App, ann: &Person, root: &Person, path: &str, table: &mut Table) {
    let short = order("single", &json!([range(0.0, 0.4)]));
    let mut under_way = Vec::new();
    for _ in 0..3 {
        let made = app.post(ann, path, short.clone()).await;
        assert_eq!(made.status, 201, "{made:?}");
        under_way.push(format!("/api/exports/{}", made.id()));
    }
    let busy = asked(app, ann, path, short.clone()).await;
    table.line("three under way", &busy, (429, "too_many_exports", &[], "15"));
    for export in under_way {
        assert_eq!(app.delete(ann, &export).await.status, 202);
    }
    for _ in 0..7 {
        app.clock.advance(Duration::from_mins(1));
        let made = app.post(ann, path, short.clone()).await;
        assert_eq!(app.delete(ann, &format!("/api/exports/{}", made.id())).await.status, 202);
    }
    let often = asked(app, ann, path, short.clone()).await;
    table.line("ten within the hour", &often, (429, "too_many_exports", &[], "3180"));

    let limit = async |limits: Value| {
        let (path, change) = (format!("/api/users/{}", ann.id), json!({ "limits": limits }));
        assert_eq!(app.ask(root, Method::PATCH, &path, Some(change)).await.status, 200);
    };
    limit(json!({ "exports_per_hour": 100, "minutes_per_month": 0 })).await;
    let spent = asked(app, ann, path, short.clone()).await;
    // Ordered at 15:13:40 on 15 June: until July begins.
    table.line("no minutes left", &spent, (429, "budget_spent", &[], "1327580"));
    limit(json!({ "minutes_per_month": 1000, "storage_bytes": 1_500_000 })).await;
    let no_room = (507, "insufficient_storage", &[][..], "");
    let announced = app.post(ann, "/api/videos", json!({ "filename": "a.mp4", "size_bytes": 600_000 })).await;
    table.line("no room for a video", &announced, no_room);
    table.line("no room for its file", &asked(app, ann, path, order("single", &json!([]))).await, no_room);
    limit(json!({ "storage_bytes": 100_000_000_000_u64, "file_bytes": 100_000 })).await;
    let large = asked(app, ann, path, order("single", &json!([]))).await;
    table.line("a file that would be too large", &large, (413, "output_too_large", &[], ""));
}

/// 401 and 403: who asks.
async fn askers(app: &App, ann: &Person, path: &str, table: &mut Table) {
    let nobody = app.client.post(path).body_json(&order("single", &json!([]))).send().await;
    table.line("not signed in", &Answer::read(nobody).await, (401, "not_signed_in", &[], ""));
    table.line("wrong role", &app.get(ann, "/api/queue").await, (403, "forbidden", &[], ""));
    let eve = app.creator("eve").await;
    let theirs = asked(app, &eve, path, order("single", &json!([]))).await;
    table.line("another's video", &theirs, (404, "not_found", &[], ""));
}

#[tokio::test]
async fn every_line_of_the_table_is_kept() {
    let app = App::start().await;
    let (ann, root) = (app.creator("ann").await, app.person("root", Role::Admin).await);
    let video = a_ready_video(app.store(), ann.id).await;
    let path = format!("/api/videos/{video}/export");
    let mut table = Table::default();
    faults_of_an_order(&app, &ann, &path, &mut table).await;
    states_of_a_video(&app, &ann, &mut table).await;
    askers(&app, &ann, &path, &mut table).await;
    excesses(&app, &ann, &root, &path, &mut table).await;
    println!("{} refusals, each with its status, code, field and wait", table.lines);
    assert_eq!(table.lines, 24);
    app.stop().await;
}
