//! Receivers that fail, are slow, move: what they were told, in which order, and what the log says. Real sockets, a clock of our
//! own.

mod receiver;

use std::sync::Arc;
use std::time::Duration;

use farm_core::ids::{DeliveryId, UserId, VideoId, WebhookId};
use farm_core::webhooks::{EventType, WEBHOOKS_MAX};
use service::clock::ManualClock;
use service::{Clock as _, Secret};
use uuid::Uuid;

use super::*;
use crate::store::page::Page;
use crate::store::tests::ledger::{NOW, a_ready_video, a_user, an_uploading_video, sqlite};
use crate::store::users::Role;
use crate::store::webhooks::{Delivery, DeliveryState, WebhookTerms};
use receiver::{Receiver, Reply};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

struct Scene {
    ports: Ports,
    config: WebhooksConfig,
    clock: ManualClock,
    user: UserId,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Scene {
        let _already = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let (store, clock) = (sqlite(folder.path()).await, ManualClock::at(NOW));
        let user = a_user(&store, "ann", Role::Creator).await;
        let ports = Ports { store, nudge: Nudge::new(), clock: Arc::new(clock.clone()) };
        let config = WebhooksConfig { timeout_ms: 300, allow_private_addresses: true, ..WebhooksConfig::default() };
        Scene { ports, config, clock, user, _folder: folder }
    }

    async fn webhook(&self, url: &str, events: &[EventType]) -> WebhookId {
        let id = WebhookId(Uuid::now_v7());
        let terms = WebhookTerms { name: "it", url, events, enabled: true };
        let mut tx = self.ports.store.begin().await.unwrap();
        let secret = Secret::new(SECRET.to_owned());
        assert!(tx.insert_webhook(self.user, id, &terms, &secret, WEBHOOKS_MAX, NOW).await.unwrap());
        tx.commit().await.unwrap();
        id
    }

    /// A video fails: one event.
    async fn happens(&self) -> VideoId {
        let video = an_uploading_video(&self.ports.store, self.user, None).await;
        assert!(
            self.ports.store.video_failed(video, "index_failed", "It is damaged.", self.clock.now()).await.unwrap()
        );
        self.clock.advance(Duration::from_millis(1));
        video
    }

    async fn moves(&self, webhook: WebhookId, url: &str) {
        let terms = WebhookTerms { name: "it", url, events: &[EventType::VideoFailed], enabled: true };
        let mut tx = self.ports.store.begin().await.unwrap();
        assert!(tx.edit_webhook(self.user, webhook, &terms, self.clock.now()).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn replay(&self, webhook: WebhookId, delivery: Option<DeliveryId>) -> u64 {
        let mut tx = self.ports.store.begin().await.unwrap();
        let count = tx.replay_deliveries(webhook, delivery, Timestamp(0), self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        count
    }

    async fn round(&self) -> usize {
        round(&self.ports, &self.config).await.unwrap()
    }

    async fn log(&self, webhook: WebhookId) -> Vec<Delivery> {
        let page = Page { newest_first: false, ..Page::default() };
        self.ports.store.deliveries_of(webhook, None, page).await.unwrap().0
    }
}

#[tokio::test]
async fn a_message_is_signed_and_says_what_happened() {
    let scene = Scene::new().await;
    let receiver = Receiver::start([Reply::status(204)]).await;
    let webhook = scene.webhook(&receiver.url, &[EventType::VideoReady]).await;
    let ready = a_ready_video(&scene.ports.store, scene.user).await;
    scene.happens().await;
    assert_eq!((scene.round().await, scene.round().await), (1, 0), "of failed videos it is not told");
    let told = receiver.told().await;
    let body: serde_json::Value = serde_json::from_str(&told[0].body).unwrap();
    assert_eq!((&body["type"], &body["timestamp"]), (&"video.ready".into(), &"2025-06-15T15:06:40Z".into()));
    assert_eq!((&body["data"]["video_id"], &body["data"]["status"]), (&ready.to_string().into(), &"ready".into()));
    assert!(body["data"].get("error_code").is_none(), "absent, not null");
    assert_eq!(told[0].header("webhook-timestamp"), "1750000000");
    let log = scene.log(webhook).await;
    assert_eq!(told[0].header("webhook-id"), format!("msg_{}", log[0].id.0.simple()));
    assert!(told[0].is_signed_with(SECRET), "{told:?}");
    assert_eq!((log[0].state, log[0].attempts, log[0].last_status), (DeliveryState::Delivered, 1, Some(204)));
}

#[tokio::test]
async fn a_receiver_that_fails_five_times_is_told_everything_once_and_in_order() {
    let scene = Scene::new().await;
    let receiver = Receiver::start([500, 502, 404, 429, 503, 200, 200].map(Reply::status)).await;
    let webhook = scene.webhook(&receiver.url, &[EventType::VideoFailed]).await;
    let (first, second) = (scene.happens().await, scene.happens().await);
    for failed in 1..=5 {
        assert_eq!(scene.round().await, 1, "the second waits for the first");
        assert_eq!(scene.round().await, 0, "and nothing is sent before its time");
        let log = scene.log(webhook).await;
        assert_eq!((log[0].attempts, log[0].state, log[1].attempts), (failed, DeliveryState::Pending, 0));
        let wait = log[0].next_attempt_at.since(scene.clock.now());
        assert!(wait >= wait_after(failed, 0).unwrap() && wait <= wait_after(failed, 255).unwrap(), "{wait:?}");
        scene.clock.advance(wait);
    }
    assert_eq!((scene.round().await, scene.round().await, scene.round().await), (1, 1, 0));
    let told = receiver.told().await;
    let videos: Vec<String> = told.iter().map(receiver::Told::video).collect();
    let expected = [vec![first.to_string(); 6], vec![second.to_string()]].concat();
    assert_eq!(videos, expected);
    let ids: std::collections::BTreeSet<&str> = told[..6].iter().map(|told| told.header("webhook-id")).collect();
    assert_eq!(ids.len(), 1, "one message, however often it is sent");
    let log = scene.log(webhook).await;
    assert_eq!((log[0].state, log[0].attempts, log[0].last_error.as_deref()), (DeliveryState::Delivered, 6, None));
}

#[tokio::test]
async fn a_slow_receiver_holds_up_nobody_else() {
    let scene = Scene::new().await;
    let slow = Receiver::start([Reply::never(), Reply::status(200)]).await;
    let quick = Receiver::start([Reply::status(200)]).await;
    let waiting = scene.webhook(&slow.url, &[EventType::VideoFailed]).await;
    let served = scene.webhook(&quick.url, &[EventType::VideoFailed]).await;
    scene.happens().await;
    assert_eq!(scene.round().await, 2);
    assert_eq!(scene.log(served).await[0].state, DeliveryState::Delivered);
    let log = scene.log(waiting).await;
    assert_eq!((log[0].state, log[0].last_status), (DeliveryState::Pending, None));
    assert_eq!(log[0].last_error.as_deref(), Some("It did not answer within 0.3 s."));
    scene.clock.advance(Duration::from_secs(7));
    assert_eq!(scene.round().await, 1);
    assert_eq!(scene.log(waiting).await[0].state, DeliveryState::Delivered);
}

#[tokio::test]
async fn a_receiver_that_moved_is_not_followed_and_is_told_at_its_new_address() {
    let scene = Scene::new().await;
    let new = Receiver::start([Reply::status(200)]).await;
    let old = Receiver::start([Reply::moved(&new.url)]).await;
    let webhook = scene.webhook(&old.url, &[EventType::VideoFailed]).await;
    scene.happens().await;
    assert_eq!(scene.round().await, 1);
    let log = scene.log(webhook).await;
    assert_eq!((log[0].state, log[0].last_status), (DeliveryState::Pending, Some(308)));
    assert!(log[0].last_error.as_ref().unwrap().contains("redirects are not followed"), "{log:?}");
    assert!(new.told().await.is_empty());
    scene.moves(webhook, &new.url).await;
    scene.clock.advance(Duration::from_secs(7));
    assert_eq!(scene.round().await, 1);
    assert_eq!((new.told().await.len(), scene.log(webhook).await[0].state), (1, DeliveryState::Delivered));
}

/// All at once, as it may go in a bad hour.
#[tokio::test]
async fn a_receiver_that_fails_is_slow_and_moves_has_everything_once_signed_and_in_order() {
    let scene = Scene::new().await;
    let new = Receiver::start([
        Reply::never(),
        Reply::status(200),
        Reply::status(200),
        Reply::never(),
        Reply::status(204),
        Reply::status(200),
    ])
    .await;
    let old = Receiver::start([500, 502, 503].map(Reply::status).into_iter().chain([
        Reply::never(),
        Reply::status(429),
        Reply::moved(&new.url),
    ]))
    .await;
    let webhook = scene.webhook(&old.url, &[EventType::VideoFailed]).await;
    let videos = [scene.happens().await, scene.happens().await, scene.happens().await];
    // When the message that is tried now may be tried again.
    let wait = async || {
        let log = scene.log(webhook).await;
        let tried = log.iter().find(|delivery| delivery.state == DeliveryState::Pending).unwrap();
        scene.clock.advance(tried.next_attempt_at.since(scene.clock.now()));
    };
    for _ in 0..6 {
        assert_eq!(scene.round().await, 1, "the first message alone");
        wait().await;
    }
    // It leaves its old address for good, and is found nowhere until its owner says where it went.
    let at_first = old.told().await;
    drop(old);
    assert_eq!(scene.round().await, 1);
    assert!(scene.log(webhook).await[0].last_error.as_ref().unwrap().starts_with("It could not be reached"));
    scene.moves(webhook, &new.url).await;
    while scene.log(webhook).await.iter().any(|delivery| delivery.state == DeliveryState::Pending) {
        wait().await;
        assert_eq!(scene.round().await, 1);
    }
    assert_eq!(scene.round().await, 0);
    // Two of its answers were lost: it has these messages twice, and knows them by their ids.
    let later_on = new.told().await;
    assert_eq!((at_first.len(), later_on.len()), (6, 5));
    let mut known = std::collections::BTreeSet::new();
    let news = later_on.iter().filter(|told| known.insert(told.header("webhook-id").to_owned()));
    assert_eq!(news.map(receiver::Told::video).collect::<Vec<_>>(), videos.map(|video| video.to_string()));
    let all = || at_first.iter().chain(&later_on);
    assert!(all().all(|told| told.is_signed_with(SECRET)), "at both addresses, every time");
    assert!(!all().any(|told| told.is_signed_with("whsec_bm90IHRoZSBrZXkgb2YgYW55Ym9keSBoZXJl")));
    assert!(at_first.iter().all(|told| told.header("webhook-id") == later_on[0].header("webhook-id")));
    let log = scene.log(webhook).await;
    let ends: Vec<(DeliveryState, u32)> = log.iter().map(|delivery| (delivery.state, delivery.attempts)).collect();
    assert_eq!(ends, [(DeliveryState::Delivered, 9), (DeliveryState::Delivered, 1), (DeliveryState::Delivered, 2)]);
    // It lost its books: the second message is sent again, as what it was.
    assert_eq!((scene.replay(webhook, Some(log[1].id)).await, scene.round().await, scene.round().await), (1, 1, 0));
    let again = new.told().await.pop().unwrap();
    assert_eq!((again.header("webhook-id"), &again.body), (later_on[2].header("webhook-id"), &later_on[2].body));
    assert!(
        again.is_signed_with(SECRET) && again.header("webhook-timestamp") > later_on[2].header("webhook-timestamp")
    );
}

#[tokio::test]
async fn what_was_given_up_can_be_sent_again_and_inside_addresses_are_never_called() {
    let mut scene = Scene::new().await;
    let receiver = Receiver::start([Reply::status(200), Reply::status(200)]).await;
    scene.config.allow_private_addresses = false;
    let webhook = scene.webhook(&receiver.url, &[EventType::VideoFailed]).await;
    scene.happens().await;
    for _ in 0..10 {
        assert_eq!(scene.round().await, 1);
        scene.clock.advance(Duration::from_hours(16));
    }
    assert_eq!(scene.round().await, 0);
    let log = scene.log(webhook).await;
    assert_eq!((log[0].state, log[0].attempts), (DeliveryState::Failed, 10));
    assert!(log[0].last_error.as_ref().unwrap().contains("127.0.0.1, which is not on the public internet"), "{log:?}");
    assert!(receiver.told().await.is_empty(), "not even a connection");

    scene.config.allow_private_addresses = true;
    assert_eq!((scene.replay(webhook, None).await, scene.round().await), (1, 1));
    let again = (scene.replay(webhook, None).await, scene.replay(webhook, Some(log[0].id)).await, scene.round().await);
    assert_eq!(again, (0, 1, 1), "a delivered one by name");
    assert_eq!(receiver.told().await.len(), 2);
    assert_eq!(scene.ports.store.forget_deliveries(scene.clock.now()).await.unwrap(), 0, "it has just ended");
    scene.clock.advance(Duration::from_secs(1));
    assert_eq!(scene.ports.store.forget_deliveries(scene.clock.now()).await.unwrap(), 1);
}
