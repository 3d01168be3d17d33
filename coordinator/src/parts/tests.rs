//! The part store on a real folder: what it takes, what it refuses, and that refusals leave nothing.

use std::io::Read;

use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use super::*;

const KEY: ContentKey = ContentKey([0xab; 32]);

fn store() -> (PartStore, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    (PartStore::open(&dir.path().join("parts")).unwrap(), dir)
}

fn files(store: &PartStore) -> Vec<PathBuf> {
    let folders = entries(&store.dir).unwrap();
    folders.iter().flat_map(|folder| entries(folder).unwrap()).collect()
}

async fn receive(store: &PartStore, epoch: i64, promised: &[u8], sent: &[u8]) -> Result<(), ReceiveError> {
    let hash = *blake3::hash(promised).as_bytes();
    store.receive(&KEY, epoch, promised.len() as u64, &hash, sent).await
}

#[tokio::test]
async fn a_part_is_kept_and_read_back() {
    let (store, _dir) = store();
    let payload: Vec<u8> = (0_u32..300_000).map(|n| n.to_le_bytes()[0]).collect();
    receive(&store, 2, &payload, &payload).await.unwrap();
    receive(&store, 2, &payload, &payload).await.expect("the same bytes again are welcome");
    let mut read = Vec::new();
    store.read(&KEY, 2).unwrap().read_to_end(&mut read).unwrap();
    assert_eq!(read, payload);
    assert_eq!(files(&store).len(), 1);
    store.remove(&KEY, 2).unwrap();
    store.remove(&KEY, 2).unwrap();
    assert_eq!(store.read(&KEY, 2).unwrap_err().source.kind(), io::ErrorKind::NotFound);
}

#[tokio::test]
async fn a_broken_part_leaves_nothing() {
    let (store, _dir) = store();
    let refused = receive(&store, 1, b"payload", b"payl").await;
    assert!(matches!(refused, Err(ReceiveError::Length { promised_bytes: 7, received_bytes: 4 })));
    let refused = receive(&store, 1, b"payload", b"payload and more").await;
    assert!(matches!(refused, Err(ReceiveError::Length { .. })));
    let refused = receive(&store, 1, b"payload", b"pay1oad").await;
    assert!(matches!(refused, Err(ReceiveError::Hash)));
    let refused = store.receive(&KEY, 1, PART_BYTES_MAX + 1, &[0; 32], &b""[..]).await;
    assert!(matches!(refused, Err(ReceiveError::TooLarge { .. })));
    assert_eq!(files(&store), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn a_sender_that_vanishes_leaves_nothing() {
    let (store, _dir) = store();
    let (mut node, coordinator) = tokio::io::duplex(4);
    let hash = [0; 32];
    let mut receiving = Box::pin(store.receive(&KEY, 1, 8, &hash, coordinator));
    // The pipe holds four bytes: the fifth goes in once the first have been taken out.
    tokio::select! {
        ended = &mut receiving => panic!("{ended:?}"),
        sent = node.write_all(b"half!") => sent.unwrap(),
    }
    assert_eq!(files(&store).len(), 1);
    drop(receiving);
    assert_eq!(files(&store), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn other_bytes_never_replace_a_part() {
    let (store, _dir) = store();
    receive(&store, 1, b"first", b"first").await.unwrap();
    let refused = receive(&store, 1, b"second", b"second").await;
    assert!(matches!(refused, Err(ReceiveError::Differs { epoch: 1, .. })));
    let mut read = String::new();
    store.read(&KEY, 1).unwrap().read_to_string(&mut read).unwrap();
    assert_eq!(read, "first");
}

#[tokio::test]
async fn the_sweep_keeps_only_what_the_ledger_names() {
    let (store, _dir) = store();
    receive(&store, 1, b"first", b"first").await.unwrap();
    receive(&store, 2, b"second", b"second").await.unwrap();
    std::fs::write(store.path(&KEY, 3).with_extension("3.0.tmp"), b"torn").unwrap();
    assert_eq!(store.sweep(&HashSet::from([(KEY, 2)])).unwrap(), 2);
    assert_eq!(files(&store), [store.path(&KEY, 2)]);
}
