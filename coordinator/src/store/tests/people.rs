//! Accounts, sessions, login links, attempts and tokens on both databases. Hashes no password.

use std::time::Duration;

use farm_core::ids::{SessionId, TokenId, UserId};
use uuid::Uuid;

use super::ledger::{NOW, a_user, on_each_ledger};
use crate::store::Store;
use crate::store::page::Page;
use crate::store::sessions::NewSession;
use crate::store::users::{AccountChange, Role};

const MINUTE: Duration = Duration::from_mins(1);
const COOKIE: [u8; 32] = [1; 32];

async fn begin_session(store: &Store, user: UserId, secret_hash: [u8; 32]) -> SessionId {
    let id = SessionId(Uuid::now_v7());
    let session = NewSession { id, user, secret_hash: &secret_hash, expires_at: NOW.after(MINUTE) };
    let mut tx = store.begin().await.unwrap();
    tx.insert_session(session, NOW).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn change(store: &Store, user: UserId, change: AccountChange<'_>) -> bool {
    let mut tx = store.begin().await.unwrap();
    let changed = tx.change_user(user, change).await.unwrap();
    tx.commit().await.unwrap();
    changed
}

#[tokio::test]
async fn a_session_names_its_user_until_it_is_over() {
    on_each_ledger(async |store| {
        let ann = a_user(&store, "ann", Role::Operator).await;
        let id = begin_session(&store, ann, COOKIE).await;
        let known = store.identity_of_session(&COOKIE, NOW).await.unwrap().unwrap();
        assert_eq!((known.user, known.name.as_str(), known.role), (ann, "ann", Role::Operator));
        assert_eq!(store.identity_of_session(&[9; 32], NOW).await.unwrap(), None);
        assert_eq!(store.identity_of_session(&COOKIE, NOW.after(MINUTE)).await.unwrap(), None, "over");
        store.end_session(id).await.unwrap();
        store.end_session(id).await.unwrap();
        assert_eq!(store.identity_of_session(&COOKIE, NOW).await.unwrap(), None);

        let kept = begin_session(&store, ann, [2; 32]).await;
        begin_session(&store, ann, [3; 32]).await;
        let mut tx = store.begin().await.unwrap();
        tx.end_sessions(ann, Some(kept)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(store.identity_of_session(&[2; 32], NOW).await.unwrap().is_some());
        assert_eq!(store.identity_of_session(&[3; 32], NOW).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_disabled_account_is_closed_on_every_way_in() {
    on_each_ledger(async |store| {
        let ann = a_user(&store, "ann", Role::Creator).await;
        begin_session(&store, ann, COOKIE).await;
        let mut tx = store.begin().await.unwrap();
        tx.insert_token(TokenId(Uuid::now_v7()), ann, "t", &[5; 32], NOW).await.unwrap();
        tx.insert_login_link(ann, &[6; 32], NOW, NOW.after(MINUTE)).await.unwrap();
        tx.commit().await.unwrap();
        let password = AccountChange { password_hash: Some("$argon2id$x"), ..AccountChange::default() };
        assert!(change(&store, ann, password).await);
        assert!(store.credentials("ann").await.unwrap().unwrap().password_hash.is_some());
        assert!(change(&store, ann, AccountChange { disabled: Some(true), ..AccountChange::default() }).await);
        let account = store.account(ann).await.unwrap().unwrap();
        assert!(account.disabled && account.has_password && account.role == Role::Creator, "{account:?}");
        assert!(store.credentials("ann").await.unwrap().is_none());
        assert_eq!(store.identity_of_session(&COOKIE, NOW).await.unwrap(), None);
        assert_eq!(store.identity_of_token(&[5; 32], NOW).await.unwrap(), None);
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.use_login_link(&[6; 32], NOW).await.unwrap(), None);
        tx.commit().await.unwrap();
        assert!(!change(&store, UserId(Uuid::nil()), AccountChange::default()).await, "there is no such account");
    })
    .await;
}

#[tokio::test]
async fn a_login_link_works_once_however_many_follow_it() {
    on_each_ledger(async |store| {
        let ann = a_user(&store, "ann", Role::Creator).await;
        let mut tx = store.begin().await.unwrap();
        tx.insert_login_link(ann, &[6; 32], NOW, NOW.after(MINUTE)).await.unwrap();
        tx.insert_login_link(ann, &[7; 32], NOW, NOW.after(MINUTE)).await.unwrap();
        tx.commit().await.unwrap();
        let follow = async || {
            let mut tx = store.begin().await.unwrap();
            let user = tx.use_login_link(&[6; 32], NOW).await.unwrap();
            tx.commit().await.unwrap();
            user
        };
        let users = futures::future::join_all((0..20).map(|_| follow())).await;
        assert_eq!(users.into_iter().flatten().collect::<Vec<_>>(), [ann]);
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.use_login_link(&[7; 32], NOW.after(MINUTE)).await.unwrap(), None, "over");
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn no_attempt_goes_uncounted() {
    on_each_ledger(async |store| {
        let count = async |at| store.count_login_attempt("name:ann", MINUTE, at).await.unwrap().count;
        let mut counts = futures::future::join_all((0..30).map(|_| count(NOW))).await;
        counts.sort_unstable();
        assert_eq!(counts, (1..=30).collect::<Vec<_>>());
        let later = NOW.after(Duration::from_secs(59));
        let attempts = store.count_login_attempt("name:ann", MINUTE, later).await.unwrap();
        assert_eq!((attempts.count, attempts.since), (31, NOW));
        assert_eq!(count(NOW.after(MINUTE)).await, 1, "a new window");
        store.forget_login_attempts("name:ann").await.unwrap();
        assert_eq!(count(NOW.after(MINUTE)).await, 1, "forgotten");
    })
    .await;
}

#[tokio::test]
async fn a_name_is_taken_once() {
    on_each_ledger(async |store| {
        let insert = async |name: &str| {
            let mut tx = store.begin().await.unwrap();
            let made = tx.insert_user(UserId(Uuid::now_v7()), name, Role::Creator, NOW).await.unwrap();
            tx.commit().await.unwrap();
            made
        };
        let inserted = futures::future::join_all((0..8).map(|_| insert("ann"))).await;
        assert_eq!(inserted.into_iter().filter(|done| *done).count(), 1);
        assert!(insert("bob").await);
        let page = Page { number: 1, limit: 1, newest_first: true };
        let (accounts, total) = store.accounts(None, page).await.unwrap();
        assert_eq!((accounts[0].name.as_str(), accounts.len(), total), ("bob", 1, 2));
        let (accounts, _) = store.accounts(None, Page { newest_first: false, ..page }).await.unwrap();
        assert_eq!(accounts[0].name, "ann");
    })
    .await;
}

#[tokio::test]
async fn tokens_are_their_owners() {
    on_each_ledger(async |store| {
        let (ann, bob) = (a_user(&store, "ann", Role::Creator).await, a_user(&store, "bob", Role::Admin).await);
        let id = TokenId(Uuid::now_v7());
        let mut tx = store.begin().await.unwrap();
        tx.insert_token(id, ann, "editor", &[5; 32], NOW).await.unwrap();
        tx.commit().await.unwrap();
        let (tokens, total) = store.tokens_of(ann, Page::default()).await.unwrap();
        assert_eq!((tokens[0].name.as_str(), tokens[0].last_used_at, total), ("editor", None, 1));
        assert_eq!(store.tokens_of(bob, Page::default()).await.unwrap(), (Vec::new(), 0));
        assert!(!store.delete_token(bob, id).await.unwrap());
        assert!(store.delete_token(ann, id).await.unwrap());
        assert_eq!(store.identity_of_token(&[5; 32], NOW).await.unwrap(), None);
    })
    .await;
}
