//! What an export would take, what it took, and who used how much. Renders nothing: the ledger says what was rendered.

use serde_json::{Value, json};

use super::app::App;
use super::queue::{FRAME_MS, a_node, a_rendering_export, rendered};
use crate::store::tests::ledger::a_ready_video;
use crate::store::users::Role;

fn order() -> Value {
    json!({ "resolution": "720p", "format": "mp4", "quality": "medium", "export_type": "single" })
}

#[tokio::test]
async fn estimates_are_learnt_from_what_was_rendered() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let video = a_ready_video(app.store(), ann.id).await;
    let path = format!("/api/videos/{video}/estimate");
    assert_eq!(app.post(&ann, &path, order()).await.refusal(), (503, "too_busy"), "nobody encodes");
    let node = a_node(&app, 2).await;
    let first = app.post(&ann, &path, order()).await.body;
    assert_eq!(
        (&first["duration_seconds"], &first["outputs"], &first["parts_reused"]),
        (&json!(10.0), &json!(1), &json!(0))
    );
    assert!(first.get("render_seconds").is_none() && first.get("cost").is_none(), "nothing was learnt: {first}");
    let (low, high) = (first["size_bytes"]["low"].as_f64().unwrap(), first["size_bytes"]["high"].as_f64().unwrap());
    assert!(0.0 < low && low < high && high < 10_000_000.0, "within what 4 Mb/s may make of ten seconds: {first}");

    // Two exports of the same video: six tasks in three parts each, or so; enough to learn from.
    let mut spent = 0;
    for _ in 0..3 {
        let (export, _) = a_rendering_export(&app, ann.id, video).await;
        spent += rendered(&app, export, video, node).await.iter().map(|(_, frames)| frames * FRAME_MS).sum::<u64>();
        assert_eq!(app.delete(&ann, &format!("/api/exports/{export}")).await.status, 202);
    }
    let learnt = app.post(&ann, &path, order()).await.body;
    // 250 frames at 10 ms each are 2.5 s of one slot.
    let cost = &learnt["cost"];
    assert!((cost["low"].as_f64().unwrap() - 2.5 / 60.0).abs() < 0.002, "{learnt}");
    assert!((cost["high"].as_f64().unwrap() - 2.5 / 60.0).abs() < 0.002, "{learnt}");
    assert!(learnt["render_seconds"]["high"].as_f64().unwrap() <= 2.5, "two slots share it: {learnt}");
    assert_eq!(learnt["queue_seconds"], 0.0, "nothing is before it");
    let wrong = app.post(&ann, &path, json!({ "resolution": "720p", "format": "mp4", "export_type": "single" })).await;
    assert_eq!(wrong.problems(), [("quality", "required")], "refused as the order would be");

    let usage = app.get(&ann, "/api/usage?months=2").await.body;
    assert_eq!(usage["total"], 2, "{usage}");
    let (now, before) = (&usage["usage"][0], &usage["usage"][1]);
    assert_eq!((&now["month"], &now["exports"], &now["completed"]), (&json!("2025-06"), &json!(3), &json!(0)));
    #[expect(clippy::cast_precision_loss, reason = "a few seconds")]
    let minutes = spent as f64 / 60_000.0;
    assert!((now["cost"].as_f64().unwrap() - minutes).abs() < 1e-9, "the sum is the bill: {now}");
    assert_eq!((&before["month"], &before["cost"]), (&json!("2025-05"), &json!(0.0)));
    app.stop().await;
}

#[tokio::test]
async fn an_export_tells_what_it_cost_and_operators_see_everybodys() {
    let app = App::start().await;
    let (op, ann) = (app.person("op", Role::Operator).await, app.creator("ann").await);
    let (video, node) = (a_ready_video(app.store(), ann.id).await, a_node(&app, 1).await);
    let (export, _) = a_rendering_export(&app, ann.id, video).await;
    assert_eq!(app.get(&ann, &format!("/api/exports/{export}")).await.body["cost"], 0.0);
    rendered(&app, export, video, node).await;
    let cost = app.get(&ann, &format!("/api/exports/{export}")).await.body["cost"].as_f64().unwrap();
    assert!((cost - 2.5 / 60.0).abs() < 1e-9, "{cost}");
    let everybody = app.get(&op, "/api/usage?everybody=true").await.body;
    assert_eq!((&everybody["total"], &everybody["usage"][0]["user_name"]), (&json!(1), &json!("ann")), "{everybody}");
    assert_eq!(app.get(&ann, "/api/usage?everybody=true").await.refusal(), (403, "forbidden"));
    for months in ["0", "25"] {
        assert_eq!(
            app.get(&ann, &format!("/api/usage?months={months}")).await.problems(),
            [("months", "invalid_number")]
        );
    }
    app.stop().await;
}
