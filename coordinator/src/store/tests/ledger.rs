//! A ledger of its own for each test, on SQLite and on PostgreSQL.
//! Builds rows with good defaults; asserts nothing.

use farm_core::export::{ExportType, Format, Order, Quality, Resolution, Segment};
use farm_core::ids::{ExportId, UserId, VideoId};
use farm_core::plan::Plan;
use farm_core::video::{Colour, Container, Orientation, PictureFacts, VideoFacts};
use service::Timestamp;
use timeline::{Frame, FrameTable, Rate, Ticks};
use uuid::Uuid;

use crate::store::exports::{NewExport, Selection};
use crate::store::fresh;
use crate::store::users::Role;
use crate::store::videos::NewVideo;
use crate::store::{OpenExport, PublishedFile, Store};
use crate::write;

/// When every test begins.
pub(crate) const NOW: Timestamp = Timestamp(1_750_000_000_000_000);
/// BLAKE3 of the bytes of every test's source.
pub(crate) const SOURCE_HASH: [u8; 32] = [7; 32];

/// Runs the test on every kind of database.
pub(crate) async fn on_each_ledger(test: impl AsyncFn(Store)) {
    for ledger in fresh::each().await {
        test(ledger.store.clone()).await;
    }
}

/// An empty ledger in `dir`.
pub(crate) async fn sqlite(dir: &std::path::Path) -> Store {
    Store::open(&format!("sqlite://{}/ledger.db", dir.display())).await.unwrap()
}

/// A user called `name`.
pub(crate) async fn a_user(store: &Store, name: &str, role: Role) -> UserId {
    let mut tx = store.begin().await.unwrap();
    let user = tx.ensure_user(name, role, NOW).await.unwrap();
    tx.commit().await.unwrap();
    user
}

/// A video whose upload has begun.
pub(crate) async fn an_uploading_video(store: &Store, user: UserId, claimed_hash: Option<&[u8; 32]>) -> VideoId {
    let id = VideoId(Uuid::now_v7());
    let video = NewVideo {
        id,
        user,
        filename: "holiday.mp4",
        content_type: "video/mp4",
        size_bytes: 1_000_000,
        source_key: &format!("sources/{id}"),
        upload_id: "upload-1",
        claimed_hash,
    };
    let mut tx = store.begin().await.unwrap();
    tx.insert_video(video, NOW).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// A video of ten seconds at 25 frames a second that can be exported.
pub(crate) async fn a_ready_video(store: &Store, user: UserId) -> VideoId {
    let id = an_uploading_video(store, user, None).await;
    assert!(store.begin_indexing(user, id, NOW).await.unwrap());
    assert!(store.video_hashed(id, &SOURCE_HASH, NOW).await.unwrap());
    let mut tx = store.begin().await.unwrap();
    assert!(tx.video_indexed(id, &facts(), &ten_seconds(), NOW).await.unwrap());
    tx.commit().await.unwrap();
    id
}

/// A pending export of the whole video.
pub(crate) async fn a_pending_export(store: &Store, user: UserId, video: VideoId, now: Timestamp) -> ExportId {
    let id = ExportId(Uuid::now_v7());
    enter_export(store, id, user, video, now).await;
    id
}

/// Enters an export that nothing has been done with, under an id that was decided before.
pub(crate) async fn enter_export(store: &Store, id: ExportId, user: UserId, video: VideoId, now: Timestamp) {
    let selections = [Selection { start_time: 0.0, end_time: 10.0, clip_id: None }];
    let order = order();
    let export = NewExport { id, user, video, order: &order, selections: &selections, total_duration_seconds: 10.0 };
    let mut tx = store.begin().await.unwrap();
    assert!(tx.lock_video(user, video).await.unwrap());
    tx.insert_export(export, now).await.unwrap();
    tx.commit().await.unwrap();
}

/// An export whose parts are all there and whose files are being uploaded.
pub(crate) async fn an_uploading_export(store: &Store, user: UserId, video: VideoId) -> ExportId {
    let id = a_pending_export(store, user, video, NOW).await;
    begin_rendering(store, id).await;
    let open = open_export(store, id).await;
    assert!(store.begin_upload(&open, NOW).await.unwrap());
    id
}

/// A plan without tasks: nothing to render.
pub(crate) async fn begin_rendering(store: &Store, id: ExportId) {
    let plan = Plan { tasks: Vec::new(), outputs: Vec::new() };
    assert!(store.begin_rendering(&open_export(store, id).await, &plan, NOW).await.unwrap());
}

/// What the ledger keeps as a report: any text.
pub(crate) const REPORT: &str = r#"{"report":1}"#;

/// The last step of an export whose file lies under `key`.
pub(crate) async fn complete(store: &Store, id: ExportId, key: &str, at: Timestamp) {
    let file =
        PublishedFile { s3_key: key.to_owned(), size_bytes: 6, sha256: "ab".repeat(32), report: REPORT.to_owned() };
    assert!(store.complete_export(&open_export(store, id).await, &file, at, at).await.unwrap());
}

/// A file of an export; published, or with an upload under way.
pub(crate) async fn an_output(store: &Store, export: ExportId, number: i64, key: &str, upload_id: Option<&str>) {
    const SQL: &str =
        "insert into outputs (export_id, number, filename, s3_key, upload_id, size_bytes, duration_seconds,
            sha256, published_at)
        values ($1, $2, $3, $4, $5, 6, 10.0, $6, $7)";
    let inserted: Result<(), sqlx::Error> = write!(store, |db| sqlx::query(SQL)
        .bind(export.0)
        .bind(number)
        .bind(format!("file-{number}.mp4"))
        .bind(key)
        .bind(upload_id)
        .bind("ab".repeat(32))
        .bind(upload_id.is_none().then_some(NOW.0))
        .execute(db)
        .await
        .map(drop));
    inserted.unwrap();
}

async fn open_export(store: &Store, id: ExportId) -> OpenExport {
    store.exports_to_advance().await.unwrap().into_iter().find(|open| open.id == id).unwrap()
}

pub(crate) fn order() -> Order {
    Order {
        export_type: ExportType::Single,
        resolution: Resolution::P720,
        format: Format::Mp4,
        quality: Quality::Medium,
        segments: vec![Segment { start: Ticks(0), end: Ticks(10_000), frames: 0..250, clip_id: None }],
        crossfade: Ticks::ZERO,
        normalize_audio: true,
        reuse_parts: true,
        name: "holiday".to_owned(),
    }
}

pub(crate) fn ten_seconds() -> FrameTable {
    let frames = (0..250).map(|n| Frame { pts: Ticks(n * 40), key: n % 50 == 0 }).collect();
    FrameTable::new(Rate::MILLISECONDS, frames, Ticks(10_000)).unwrap()
}

pub(crate) fn facts() -> VideoFacts {
    let picture = PictureFacts {
        ordinal: 0,
        codec: "h264".to_owned(),
        width: 1920,
        height: 1080,
        pixel_aspect_num: 1,
        pixel_aspect_den: 1,
        orientation: Orientation::Clockwise90,
        interlaced: false,
        bit_depth: 8,
        colour: Colour { primaries: 1, transfer: 1, matrix: 1, full_range: false },
        frame_rate: Rate::hz(25).unwrap(),
        variable_frame_rate: false,
    };
    VideoFacts { container: Container::IsoBmff, picture, sound: None, created_at: None, warnings: Vec::new() }
}
