//! One stream of everything a tab watches, with interruptions. Renders nothing.

use farm_core::ids::ExportId;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use poem::web::sse::Event;
use serde_json::{Value, json};

use super::app::{App, Person};
use crate::store::tests::ledger::{NOW, a_pending_export, a_ready_video, begin_rendering};
use crate::store::users::Role;

type Events = BoxStream<'static, Event>;

async fn watch(app: &App, who: &Person, topics: &str, last: Option<&str>) -> Events {
    let mut request = app.client.get(format!("/api/events?topics={topics}")).header("accept", "text/event-stream");
    request = request.header("authorization", format!("Bearer {}", who.token));
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let response = request.send().await;
    response.assert_status_is_ok();
    response.assert_content_type("text/event-stream");
    response.sse_stream().boxed()
}

async fn next(events: &mut Events) -> (String, Value) {
    let Some(Event::Message { id, event, data }) = events.next().await else { panic!("the stream ended") };
    let value: Value = serde_json::from_str(&data).unwrap();
    assert_eq!((value["type"].as_str(), value["id"].as_str()), (Some(event.as_str()), Some(id.as_str())), "{value}");
    (id, value)
}

fn cancel(path: ExportId) -> String {
    format!("/api/exports/{path}")
}

#[tokio::test]
async fn a_snapshot_then_changes_and_nothing_is_missed_in_between() {
    let app = App::start().await;
    let (ann, eve) = (app.creator("ann").await, app.creator("eve").await);
    let video = a_ready_video(app.store(), ann.id).await;
    let first = a_pending_export(app.store(), ann.id, video, NOW).await;
    let mut events = watch(&app, &ann, "exports,videos", None).await;
    let (_, snapshot) = next(&mut events).await;
    let things = snapshot["things"].as_array().unwrap();
    assert_eq!(things.len(), 2, "{snapshot}");
    assert_eq!(things[0]["exports"]["export"]["id"], first.to_string());
    assert_eq!(
        (&things[0]["exports"]["progress"]["status"], &things[1]["videos"]["id"]),
        (&json!("pending"), &json!(video.to_string()))
    );

    begin_rendering(app.store(), first).await;
    app.deps.nudge.progress();
    let (seen, changed) = next(&mut events).await;
    assert_eq!((&changed["topic"], &changed["type"]), (&json!("exports"), &json!("changed")));
    assert_eq!(changed["thing"]["exports"]["progress"]["status"], "processing");
    drop(events);

    // Nobody watches while one export is ordered, the first cancelled and deleted.
    let second = a_pending_export(app.store(), ann.id, video, NOW).await;
    assert_eq!(app.delete(&ann, &cancel(first)).await.status, 202);
    assert_eq!(app.delete(&ann, &cancel(first)).await.status, 204);
    let mut events = watch(&app, &ann, "exports,videos", Some(&seen)).await;
    let missed = [next(&mut events).await.1, next(&mut events).await.1];
    let removed = missed.iter().find(|event| event["type"] == "removed").unwrap();
    assert_eq!(removed["thing_id"], first.to_string());
    let added = missed.iter().find(|event| event["type"] == "changed").unwrap();
    assert_eq!(added["thing"]["exports"]["export"]["id"], second.to_string());
    drop(events);

    // An id of another stream, of long ago or of nobody: everything anew.
    for unknown in ["nonsense", "0-1", &format!("{seen}9999")] {
        let (_, event) = next(&mut watch(&app, &ann, "exports,videos", Some(unknown)).await).await;
        assert_eq!(event["type"], "snapshot", "after {unknown}");
    }
    let (_, theirs) = next(&mut watch(&app, &eve, "exports,videos", Some(&seen)).await).await;
    assert_eq!((&theirs["type"], &theirs["things"]), (&json!("snapshot"), &json!([])), "another's id gives nothing");
    app.stop().await;
}

#[tokio::test]
async fn operators_watch_the_farm_and_creators_do_not() {
    let app = App::start().await;
    let (op, ann) = (app.person("op", Role::Operator).await, app.creator("ann").await);
    let (_, snapshot) = next(&mut watch(&app, &op, "queue,nodes", None).await).await;
    assert_eq!(snapshot["things"].as_array().unwrap().len(), 1, "{snapshot}");
    assert_eq!(snapshot["things"][0]["queue"]["tasks_waiting"], 0);
    for topics in ["queue", "exports,nodes"] {
        assert_eq!(app.get(&ann, &format!("/api/events?topics={topics}")).await.refusal(), (403, "forbidden"));
    }
    let once = app.get(&op, "/api/events?topics=queue").await.body;
    assert_eq!(once["things"][0]["queue"]["nodes_online"], 0, "{once}");
    assert_eq!(app.get(&ann, "/api/events?topics=everything").await.problems(), [("topics", "unsupported")]);
    app.stop().await;
}
