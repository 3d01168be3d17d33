//! Publishing over a real ledger, a real object store and real files: once, twice, broken off, overtaken, damaged.

use std::path::PathBuf;
use std::sync::Mutex;

use bytes::Bytes;
use farm_core::export::Format;
use farm_core::ids::NodeId;
use farm_core::part::{FileEntry, FileKind, PartCodec, PartFrame};
use farm_core::plan::PlannedTask;
use farm_core::status::{ExportStatus, Phase};
use farm_core::work::Work;
use service::{SystemClock, Tasks};
use sha2::Digest as _;
use tempfile::TempDir;
use timeline::Rate;
use tokio::sync::Notify;
use uuid::Uuid;

use super::*;
use crate::assemble;
use crate::assemble::tests::media::{self, Received, Track};
use crate::assemble::tests::reported::{Books, books};
use crate::store::OpenExport;
use crate::store::fresh::{self, Fresh};
use crate::store::parts::NewPart;

const MIB: u64 = 1024 * 1024;

/// A farm's ledger, object store and part store, and one export that is being uploaded.
struct Farm {
    publisher: Publisher,
    step: UploadStep,
    ledger: Fresh,
    tasks: Tasks,
    folder: TempDir,
}

impl Farm {
    async fn new() -> Farm {
        let folder = tempfile::tempdir().unwrap();
        let ledger = fresh::store().await;
        let tasks = Tasks::new();
        let user = ledger.user("u").await;
        let video = ledger.video(user, "ready").await;
        let export = ledger.export(user, video, 0).await;
        let rendering = OpenExport {
            started_at: None,
            deadline: None,
            id: export,
            video,
            status: ExportStatus::Processing,
            phase: Phase::Rendering,
            epoch: 0,
            format: Format::Mp4,
        };
        assert!(ledger.store.begin_upload(&rendering, service::Timestamp(1)).await.unwrap());
        let publisher = Publisher {
            store: ledger.store.clone(),
            storage: crate::storage::tests::embedded(folder.path(), &tasks).await,
            parts: PartStore::open(&folder.path().join("parts")).unwrap(),
            clock: Arc::new(SystemClock),
        };
        Farm { publisher, step: UploadStep { export, epoch: 1 }, ledger, tasks, folder }
    }

    /// Takes parts in as ingest does.
    async fn receive(&self, received: &Received) {
        for (key, (header, payload)) in &received.parts {
            let payload_hash = *blake3::hash(payload).as_bytes();
            let length = payload.len() as u64;
            self.publisher.parts.receive(key, 3, length, &payload_hash, payload.as_slice()).await.unwrap();
            let part = NewPart {
                key: *key,
                epoch: 3,
                header: header.clone(),
                payload_hash,
                encoder: "x264".to_owned(),
                node: NodeId(Uuid::nil()),
                render_ms: 1,
            };
            let mut tx = self.publisher.store.begin().await.unwrap();
            assert!(tx.insert_part(&part, service::Timestamp(1)).await.unwrap());
            tx.commit().await.unwrap();
        }
    }

    async fn publish(&self, books: &Books) -> Result<PublishedFile, PublishError> {
        self.publisher.publish(self.rendered(books), &|_| {}).await
    }

    fn rendered(&self, books: &Books) -> Arc<Rendered> {
        Arc::new(Rendered {
            step: self.step,
            file_bytes_max: None,
            video: VideoId(Uuid::nil()),
            order: books.order.clone(),
            source: Source {
                key: "sources/a".to_owned(),
                size_bytes: 1,
                hash: [7; 32],
                facts: books.facts.clone(),
                table: books.table.clone(),
            },
            plan: books.plan.clone(),
        })
    }

    async fn object(&self, key: &str) -> Vec<u8> {
        self.publisher.storage.get(key, None).await.unwrap().collect().await.unwrap().to_vec()
    }

    /// Objects and open uploads, by their files.
    fn left(&self) -> (Vec<PathBuf>, usize) {
        let root = self.folder.path().join("objects");
        let mut objects = Vec::new();
        let mut folders = vec![root.join("reelfarm")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { objects.push(path) }
            }
        }
        let names = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let uploads = names.filter(|name| name.starts_with(".upload")).count();
        (objects, uploads)
    }

    async fn end(self) {
        self.tasks.stop().hard.cancel();
        self.tasks.finished().await;
    }
}

/// Two parts of picture, each of so many bytes that nothing compresses.
fn large(bytes_each: usize) -> (Books, Received) {
    let codec = PartCodec::H264 {
        avcc: vec![1, 100, 0, 31, 255, 225, 0, 0, 0],
        width: 64,
        height: 36,
        colour: farm_core::video::Colour { primaries: 1, transfer: 1, matrix: 1, full_range: false },
    };
    let samples = (0..20_u8).map(|number| {
        let mut noise = vec![0; bytes_each / 10];
        blake3::Hasher::new().update(&[number]).finalize_xof().fill(&mut noise);
        let size_bytes = u32::try_from(noise.len()).unwrap();
        (PartFrame { pts: i64::from(number), duration: 1, size_bytes, key: number % 10 == 0 }, Bytes::from(noise))
    });
    let track = Track { codec, rate: Rate::hz(25).unwrap(), samples: samples.collect() };
    let (output, received) = media::plan(&track, 1, None);
    (books(vec![output], &received.headers()), received)
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(sha2::Sha256::digest(bytes))
}

#[tokio::test]
async fn a_file_is_published_once_however_often_it_is_asked_for() {
    let farm = Farm::new().await;
    let (books, received) = large(100_000);
    farm.receive(&received).await;
    let published = farm.publish(&books).await.unwrap();
    assert_eq!(published.s3_key, format!("exports/{}/1/1.mp4", farm.step.export));
    let object = farm.object(&published.s3_key).await;
    assert_eq!((published.size_bytes, &published.sha256), (object.len() as u64, &sha256(&object)));
    let expected = farm.folder.path().join("expected.mp4");
    received.write(&assemble::layout(&books.plan.outputs[0], &received.headers()).unwrap(), &expected);
    assert_eq!(object, std::fs::read(expected).unwrap());
    let seen = Mutex::new(Vec::new());
    let on_progress = |progress: Progress| seen.lock().unwrap().push(progress.bytes_done);
    let again = farm.publisher.publish(farm.rendered(&books), &on_progress).await.unwrap();
    assert_eq!(again, published);
    assert_eq!(*seen.lock().unwrap(), [published.size_bytes], "nothing was uploaded");
    let files = &farm.publisher.store.published_outputs(&[farm.step.export]).await.unwrap()[&farm.step.export];
    assert_eq!((files[0].number, files[0].sha256.as_ref()), (1, Some(&published.sha256)));
    assert!((files[0].duration_seconds - 0.8).abs() < 1e-9);
    assert_eq!(farm.left().1, 0);
    farm.publisher.delete_files(farm.step.export).await.unwrap();
    assert_eq!(farm.left(), (Vec::new(), 0));
    farm.end().await;
}

#[tokio::test]
async fn a_file_that_came_out_too_large_is_not_published() {
    let farm = Farm::new().await;
    let (books, received) = large(100_000);
    farm.receive(&received).await;
    let Ok(rendered) = Arc::try_unwrap(farm.rendered(&books)) else { panic!("nobody else has it") };
    let bounded = Rendered { file_bytes_max: Some(100_000), ..rendered };
    let refused = farm.publisher.publish(Arc::new(bounded), &|_| {}).await.unwrap_err();
    assert!(matches!(refused, PublishError::TooLarge { number: 1, max: 100_000, .. }), "{refused:?}");
    assert_eq!(refused.code(), "output_too_large");
    assert!(refused.verdict().unwrap().contains("may have 100000"));
    assert!(farm.publisher.store.known_files(farm.step.export).await.unwrap().is_empty(), "nothing was uploaded");
}

#[tokio::test]
async fn an_upload_broken_off_goes_on() {
    let farm = Farm::new().await;
    let (books, received) = large(10 * 1024 * 1024);
    farm.receive(&received).await;
    let part_sent = Notify::new();
    let on_progress = |_: Progress| part_sent.notify_one();
    let publishing = farm.publisher.publish(farm.rendered(&books), &on_progress);
    tokio::select! {
        done = publishing => panic!("broken off before its end: {done:?}"),
        () = part_sent.notified() => {}
    }
    let known = farm.publisher.store.known_files(farm.step.export).await.unwrap();
    assert!(known[0].upload_id.is_some() && !known[0].published);
    let seen = Mutex::new(Vec::new());
    let on_progress = |progress: Progress| seen.lock().unwrap().push(progress.bytes_done);
    let published = farm.publisher.publish(farm.rendered(&books), &on_progress).await.unwrap();
    let first = seen.lock().unwrap()[0];
    assert!(first >= 16 * MIB, "the part that was there was not sent again: {first} bytes after the first sent");
    assert_eq!(published.sha256, sha256(&farm.object(&published.s3_key).await));
    assert_eq!(farm.left().1, 0);
    farm.end().await;
}

#[tokio::test]
async fn an_upload_the_server_forgot_begins_again_and_a_finished_one_is_found() {
    let farm = Farm::new().await;
    let (books, received) = large(50_000);
    farm.receive(&received).await;
    let published = farm.publish(&books).await.unwrap();
    // As if we had died between completing the upload and saying so.
    assert!(farm.publisher.store.note_upload(farm.step, 1, "0198f5a0-0000-7000-8000-000000000000").await.unwrap());
    farm.publisher.store.unpublish_everything().await;
    assert_eq!(farm.publish(&books).await.unwrap(), published);
    // As if the server had lost both object and upload.
    farm.publisher.store.unpublish_everything().await;
    assert!(farm.publisher.store.note_upload(farm.step, 1, "0198f5a0-0000-7000-8000-000000000000").await.unwrap());
    farm.publisher.storage.delete(&published.s3_key).await.unwrap();
    assert_eq!(farm.publish(&books).await.unwrap(), published);
    assert_eq!(sha256(&farm.object(&published.s3_key).await), published.sha256);
    assert_eq!(farm.left().1, 0);
    farm.end().await;
}

#[tokio::test]
async fn clips_come_singly_and_as_an_archive() {
    let farm = Farm::new().await;
    let dir = farm.folder.path();
    let mut outputs = Vec::new();
    let mut all = Received::default();
    for (number, rate) in [(1, "24"), (2, "25"), (3, "30")] {
        let filter = format!("testsrc2=size=64x64:rate={rate}:duration=1");
        let track = media::demux(&media::picture(dir, &format!("{number}.mp4"), &filter, &["-g", "10"]));
        let (mut output, received) = media::plan(&track, 1, None);
        (output.number, output.filename) = (number, format!("clip ü-0{number}.mp4"));
        farm.receive(&received).await;
        all.parts.extend(received.parts);
        outputs.push(output);
    }
    let books = books(outputs, &all.headers());
    let archive = farm.publish(&books).await.unwrap();
    assert_eq!(archive.s3_key, format!("exports/{}/1/0.zip", farm.step.export));
    let path = dir.join("clips.zip");
    std::fs::write(&path, farm.object(&archive.s3_key).await).unwrap();
    media::run("unzip", &["-q", path.to_str().unwrap(), "-d", dir.to_str().unwrap()]);
    for number in 1..=3 {
        let clip = farm.object(&format!("exports/{}/1/{number}.mp4", farm.step.export)).await;
        let unzipped = dir.join(format!("clip ü-0{number}.mp4"));
        assert_eq!(std::fs::read(&unzipped).unwrap(), clip);
        media::run("ffmpeg", &["-v", "error", "-xerror", "-i", unzipped.to_str().unwrap(), "-f", "null", "-"]);
    }
    let files = &farm.publisher.store.published_outputs(&[farm.step.export]).await.unwrap()[&farm.step.export];
    let listed: Vec<(u32, &str)> = files.iter().map(|file| (file.number, file.filename.as_str())).collect();
    let clips = [(1, "clip ü-01.mp4"), (2, "clip ü-02.mp4"), (3, "clip ü-03.mp4")];
    assert_eq!(listed, [&[(0, "A title with ü and 字.zip")], &clips[..]].concat());
    farm.publisher.delete_files(farm.step.export).await.unwrap();
    assert_eq!(farm.left(), (Vec::new(), 0));
    farm.end().await;
}

#[tokio::test]
async fn a_poster_is_stored_beside_its_file_and_goes_with_it() {
    let farm = Farm::new().await;
    let (mut books, mut received) = large(100_000);
    let file = FileEntry { kind: FileKind::Poster, runs: std::iter::once(0..1).collect() };
    let frame = PartFrame { pts: 0, duration: 0, size_bytes: 9, key: true };
    let codec = PartCodec::Files { files: vec![file] };
    let poster = received.add(&codec, Rate::hz(1).unwrap(), &[(frame, Bytes::from_static(b"a picture"))]);
    farm.receive(&received).await;
    books.plan.outputs[0].poster = Some(poster);
    books.plan.tasks.push(PlannedTask { content_key: poster, work: Work::Index, amount: 1 });
    for _again in 0..2 {
        farm.publish(&books).await.unwrap();
        farm.publisher.store.unpublish_everything().await;
    }
    let key = format!("exports/{}/1/1.jpg", farm.step.export);
    assert_eq!(farm.object(&key).await, b"a picture");
    let known = farm.publisher.store.known_files(farm.step.export).await.unwrap();
    assert_eq!(known[0].poster_s3_key.as_ref(), Some(&key));
    farm.publisher.delete_files(farm.step.export).await.unwrap();
    assert_eq!(farm.left(), (Vec::new(), 0));
    farm.end().await;
}

#[tokio::test]
async fn a_cancelled_export_is_not_published_and_leaves_nothing() {
    let farm = Farm::new().await;
    let (books, received) = large(10 * 1024 * 1024);
    farm.receive(&received).await;
    let part_sent = Notify::new();
    let on_progress = |_: Progress| part_sent.notify_one();
    let publishing = farm.publisher.publish(farm.rendered(&books), &on_progress);
    let cancelling = async {
        part_sent.notified().await;
        farm.ledger.cancel(farm.step.export).await;
    };
    let (ended, ()) = tokio::join!(publishing, cancelling);
    assert!(matches!(ended, Err(PublishError::Unwanted)), "{ended:?}");
    farm.publisher.delete_files(farm.step.export).await.unwrap();
    assert_eq!(farm.left(), (Vec::new(), 0));
    assert!(matches!(farm.publish(&books).await, Err(PublishError::Unwanted)));
    assert_eq!(farm.left(), (Vec::new(), 0));
    farm.end().await;
}

#[tokio::test]
async fn a_flipped_bit_on_the_disk_is_not_published() {
    let farm = Farm::new().await;
    let (books, received) = large(100_000);
    farm.receive(&received).await;
    let part = books.plan.outputs[0].picture[1].content_key;
    let path = farm.folder.path().join("parts").join(&part.to_string()[..2]).join(format!("{part}.3"));
    let mut payload = std::fs::read(&path).unwrap();
    payload[77_777] ^= 4;
    std::fs::write(&path, payload).unwrap();
    let refused = farm.publish(&books).await.unwrap_err();
    assert!(matches!(refused, PublishError::PartLost { part: lost } if lost == part), "{refused:?}");
    assert!(refused.verdict().is_some());
    assert!(!path.exists(), "it will be rendered again");
    assert_eq!(farm.publisher.store.parts_present(&[part]).await.unwrap().len(), 0);
    assert_eq!(farm.left(), (Vec::new(), 0));
    farm.end().await;
}
