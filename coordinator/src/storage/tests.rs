//! The client against the embedded server, over real sockets and files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use bytes::Bytes;
use service::clock::SystemClock;
use service::{Clock as _, Tasks};

use super::*;
use crate::config::EmbeddedStorage;

const MIB: usize = 1024 * 1024;

pub(crate) async fn embedded(dir: &Path, tasks: &Tasks) -> Storage {
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = EmbeddedStorage { dir: dir.join("objects"), listen, public_url: None };
    Storage::open(&StorageConfig::Embedded(config), &dir.join("data"), tasks).await.unwrap()
}

async fn over<F: Future<Output = ()>>(body: impl FnOnce(Storage, PathBuf) -> F) {
    let dir = tempfile::tempdir().unwrap();
    let tasks = Tasks::new();
    body(embedded(dir.path(), &tasks).await, dir.path().to_owned()).await;
    tasks.stop().soft.cancel();
    tasks.finished().await;
    assert!(!tasks.crashed());
}

async fn read(storage: &Storage, key: &str, range: Option<std::ops::Range<u64>>) -> Vec<u8> {
    storage.get(key, range).await.unwrap().collect().await.unwrap().to_vec()
}

#[tokio::test]
async fn objects_come_back_whole_and_by_range() {
    over(|storage, _dir| async move {
        storage.put("a/b", "text/plain", Bytes::from_static(b"hello, farm")).await.unwrap();
        assert_eq!(read(&storage, "a/b", None).await, b"hello, farm");
        assert_eq!(read(&storage, "a/b", Some(7..11)).await, b"farm");
        let hash = storage.hash_object("a/b").await.unwrap();
        assert_eq!((hash.size_bytes, hash.blake3), (11, *blake3::hash(b"hello, farm").as_bytes()));
        storage.delete("a/b").await.unwrap();
        storage.delete("a/b").await.unwrap();
        assert_eq!(storage.head("a/b").await.unwrap(), None);
        assert!(matches!(storage.get("a/b", None).await, Err(StorageError::Missing { .. })));
    })
    .await;
}

#[tokio::test]
async fn an_upload_completes_once_and_only_onto_nothing() {
    over(|storage, _dir| async move {
        let bytes: Vec<u8> = (0..6 * MIB).map(|n| u8::try_from(n % 251).unwrap()).collect();
        let first = storage.create_multipart("video", "video/mp4", Some("5ha")).await.unwrap();
        let mut parts = Vec::new();
        for (number, slice) in (1..).zip(bytes.chunks(5 * MIB)) {
            parts.push(storage.upload_part(&first, number, Bytes::copy_from_slice(slice)).await.unwrap());
        }
        let listed = storage.list_parts(&first).await.unwrap().unwrap();
        let sizes: Vec<(u32, u64)> = listed.iter().map(|(part, size)| (part.number, *size)).collect();
        assert_eq!(sizes, [(1, 5 * MIB as u64), (2, MIB as u64)]);
        let size = bytes.len() as u64;
        storage.complete_multipart(&first, &parts, size, Some("5ha")).await.unwrap();
        assert_eq!(read(&storage, "video", None).await, bytes);
        storage.complete_multipart(&first, &parts, size, Some("5ha")).await.expect("twice is once");

        let late = storage.create_multipart("video", "video/mp4", None).await.unwrap();
        let part = storage.upload_part(&late, 1, Bytes::from_static(b"other")).await.unwrap();
        let refused = storage.complete_multipart(&late, &[part], 5, Some("0ther")).await;
        assert!(matches!(refused, Err(StorageError::Occupied { found_bytes, .. }) if found_bytes == size));
        assert_eq!(read(&storage, "video", None).await, bytes);
        storage.abort_multipart(&late).await.unwrap();
        storage.abort_multipart(&late).await.expect("twice is once");
        let gone = storage.upload_part(&late, 1, Bytes::from_static(b"other")).await;
        assert!(matches!(gone, Err(StorageError::UploadGone { .. })));
    })
    .await;
}

#[tokio::test]
async fn an_upload_nobody_knows_begins_again() {
    over(|storage, _dir| async move {
        let upload = Upload { key: "x".to_owned(), upload_id: "0198f5a0-0000-7000-8000-000000000000".to_owned() };
        let part = UploadedPart { number: 1, etag: None };
        let gone = storage.complete_multipart(&upload, &[part], 5, None).await;
        assert!(matches!(gone, Err(StorageError::UploadGone { .. })));
    })
    .await;
}

#[tokio::test]
async fn the_sweep_leaves_objects_and_open_uploads() {
    let dir = tempfile::tempdir().unwrap();
    let before = Tasks::new();
    let storage = embedded(dir.path(), &before).await;
    storage.put("kept/one", "text/plain", Bytes::from_static(b"1")).await.unwrap();
    storage.put("gone/two", "text/plain", Bytes::from_static(b"2")).await.unwrap();
    storage.delete("gone/two").await.unwrap();
    let open = storage.create_multipart("open", "text/plain", None).await.unwrap();
    storage.upload_part(&open, 1, Bytes::from_static(b"part")).await.unwrap();
    before.stop().hard.cancel();
    before.finished().await;
    let root = dir.path().join("objects");
    std::fs::write(root.join(".upload_id-0198f5a0-0000-7000-8000-000000000000.part-1"), b"torn").unwrap();
    let abandoned = root.join(".upload-0198f5a0-0000-7000-8000-000000000001.json");
    std::fs::write(&abandoned, b"null").unwrap();
    std::fs::File::options().write(true).open(&abandoned).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();

    let after = Tasks::new();
    let storage = embedded(dir.path(), &after).await;
    let mut names: Vec<String> =
        std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names.iter().filter(|name| name.contains(".part-")).count(), 1, "{names:?}");
    assert_eq!(names.iter().filter(|name| name.ends_with(".internal.json")).count(), 1, "{names:?}");
    assert!(!root.join("reelfarm/gone").exists());
    assert!(!abandoned.exists());
    assert_eq!(read(&storage, "kept/one", None).await, b"1");
    let parts = storage.list_parts(&open).await.unwrap().unwrap();
    let etagless: Vec<UploadedPart> = parts.into_iter().map(|(part, _)| part).collect();
    storage.complete_multipart(&open, &etagless, 4, None).await.unwrap();
    after.stop().hard.cancel();
    after.finished().await;
}

#[tokio::test]
async fn presigned_addresses_work_without_keys_and_carry_a_name() {
    over(|storage, dir| async move {
        let upload = storage.create_multipart("clip", "video/mp4", None).await.unwrap();
        let put = storage.presign_upload_part(&upload, 1, Duration::from_mins(1)).await.unwrap();
        let body = dir.join("body");
        std::fs::write(&body, b"frames").unwrap();
        let sent = curl(&["-sS", "-D", "-", "-o", "/dev/null", "-T", body.to_str().unwrap(), &put]).await;
        let etag = sent.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
        let parts = [UploadedPart { number: 1, etag: Some(etag) }];
        storage.complete_multipart(&upload, &parts, 6, None).await.unwrap();

        let get = storage.presign_get("clip", Duration::from_mins(1), Some("Übung 1.mp4")).await.unwrap();
        let got = curl(&["-sS", "-D", "-", &get]).await;
        assert!(got.ends_with("\r\n\r\nframes"), "{got}");
        assert!(got.contains("attachment; filename=\"_bung 1.mp4\"; filename*=UTF-8''%C3%9Cbung%201.mp4"), "{got}");
        let bare = curl(&["-sS", "-o", "/dev/null", "-w", "%{http_code}", get.split('?').next().unwrap()]).await;
        assert_eq!(bare, "403");
    })
    .await;
}

#[tokio::test]
async fn a_presigned_address_is_for_one_object_one_method_and_an_hour() {
    over(|storage, _dir| async move {
        for key in ["mine", "theirs"] {
            let upload = storage.create_multipart(key, "video/mp4", None).await.unwrap();
            let part = storage.upload_part(&upload, 1, Bytes::from_static(b"frames")).await.unwrap();
            storage.complete_multipart(&upload, &[part], 6, None).await.unwrap();
        }
        let signed = async |age: u64| {
            let now = SystemClock.now().before(Duration::from_secs(age)).0;
            let begun = std::time::UNIX_EPOCH + Duration::from_micros(now.try_into().unwrap());
            let config = PresigningConfig::builder().start_time(begun).expires_in(Duration::from_hours(1));
            let request = storage.public.get_object().bucket(&*storage.bucket).key("mine");
            request.presigned(config.build().unwrap()).await.unwrap().uri().to_owned()
        };
        let status = async |method: &str, url: &str| {
            curl(&["-sS", "-o", "/dev/null", "-w", "%{http_code}", "-X", method, url]).await
        };
        let url = signed(0).await;
        assert_eq!(status("GET", &url).await, "200");
        assert_eq!(status("GET", &url.replacen("/mine?", "/theirs?", 1)).await, "403", "another object");
        for method in ["PUT", "DELETE", "POST"] {
            assert_eq!(status(method, &url).await, "403", "{method}");
        }
        assert_eq!(status("GET", &url.replacen("X-Amz-Expires=3600", "X-Amz-Expires=7200", 1)).await, "403");
        assert_eq!(status("GET", &signed(3_590).await).await, "200", "almost an hour old");
        assert_eq!(status("GET", &signed(3_601).await).await, "403", "an hour and a second");
        assert_eq!(read(&storage, "mine", None).await, b"frames", "and nothing happened to it");
    })
    .await;
}

async fn curl(arguments: &[&str]) -> String {
    let done = tokio::process::Command::new("curl").args(arguments).output().await.unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}
