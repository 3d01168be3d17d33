//! Signing in and out, by password, link and token. What a role may do, `matrix` asks.

use std::time::Duration;

use poem::http::Method;
use serde_json::{Value, json};

use super::app::{Answer, App, Person};
use crate::store::users::Role;

const PASSWORD: &str = "correct horse";
const HOME: &str = "http://localhost";

/// Somebody with a password.
async fn somebody(app: &App, name: &str, role: Role) -> Person {
    let person = app.person(name, role).await;
    let set = app.post(&person, "/api/auth/password", json!({ "new_password": PASSWORD })).await;
    assert_eq!(set.status, 204, "{set:?}");
    person
}

async fn login(app: &App, name: &str, password: &str) -> Answer {
    let body = json!({ "name": name, "password": password });
    Answer::read(app.client.post("/api/auth/login").body_json(&body).send().await).await
}

/// The cookie an answer sets, as a browser sends it back.
fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// What a browser asks that has a cookie and is on a page of `origin`.
async fn browse(app: &App, cookie: &str, origin: Option<&str>, method: Method, path: &str) -> Answer {
    let mut request = app.client.request(method, path).header("cookie", cookie).header("host", "localhost");
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    Answer::read(request.body_json(&json!({ "name": "x" })).send().await).await
}

#[tokio::test]
async fn a_password_opens_a_session_until_it_is_closed() {
    let app = App::start().await;
    let ann = somebody(&app, "ann", Role::Creator).await;
    let signed_in = login(&app, "ann", PASSWORD).await;
    assert_eq!(signed_in.body, json!({ "id": ann.id.to_string(), "name": "ann", "role": "creator" }));
    let set = signed_in.header("set-cookie");
    assert!(set.starts_with("reelfarm_session=rfs_"), "{set}");
    assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000"), "{set}");

    let cookie = format!("theme=dark; {}", cookie(&signed_in));
    assert_eq!(browse(&app, &cookie, None, Method::GET, "/api/me").await.body["name"], "ann");
    let out = browse(&app, &cookie, Some(HOME), Method::POST, "/api/auth/logout").await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").starts_with("reelfarm_session=;"), "{out:?}");
    assert_eq!(browse(&app, &cookie, None, Method::GET, "/api/me").await.refusal(), (401, "not_signed_in"));
    app.stop().await;
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let app = App::start().await;
    somebody(&app, "ann", Role::Creator).await;
    let cookie = cookie(&login(&app, "ann", PASSWORD).await);
    app.clock.advance(Duration::from_hours(24 * 30) - Duration::from_secs(1));
    assert_eq!(browse(&app, &cookie, None, Method::GET, "/api/me").await.status, 200);
    app.clock.advance(Duration::from_secs(1));
    assert_eq!(browse(&app, &cookie, None, Method::GET, "/api/me").await.status, 401);
    app.stop().await;
}

#[tokio::test]
async fn wrong_names_and_wrong_passwords_look_alike() {
    let app = App::start().await;
    somebody(&app, "ann", Role::Creator).await;
    app.creator("bob").await;
    let mut answers = Vec::new();
    for (name, password) in [("ann", "wrong"), ("nobody", PASSWORD), ("bob", PASSWORD), ("", ""), ("ANN", PASSWORD)] {
        let answer = login(&app, name, password).await;
        assert_eq!(answer.refusal(), (401, "wrong_credentials"), "{name}");
        assert_eq!(answer.header("set-cookie"), "");
        answers.push(answer.body["message"].clone());
    }
    assert!(answers.windows(2).all(|two| two[0] == two[1]));
    app.stop().await;
}

#[tokio::test]
async fn attempts_on_a_name_are_bounded() {
    let app = App::start().await;
    somebody(&app, "ann", Role::Creator).await;
    somebody(&app, "bob", Role::Creator).await;
    for _ in 0..10 {
        assert_eq!(login(&app, "ann", "wrong").await.status, 401);
    }
    app.clock.advance(Duration::from_mins(5));
    let refused = login(&app, "ann", PASSWORD).await;
    assert_eq!(refused.refusal(), (429, "too_many_attempts"), "even with the right password");
    assert_eq!(refused.header("retry-after"), "600");
    assert_eq!(login(&app, "bob", PASSWORD).await.status, 200, "others get in");
    app.clock.advance(Duration::from_mins(10));
    assert_eq!(login(&app, "ann", PASSWORD).await.status, 200);
    for _ in 0..10 {
        assert_eq!(login(&app, "ann", "wrong").await.status, 401, "success begins anew");
    }
    app.stop().await;
}

#[tokio::test]
async fn attempts_from_an_address_are_bounded_however_many_come_at_once() {
    let app = App::start().await;
    let attempts = (0..70).map(|number| login(&app, Box::leak(format!("name {number}").into_boxed_str()), "wrong"));
    let answers = futures::future::join_all(attempts).await;
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert_eq!((answers.len() - refused, refused), (50, 20));
    app.stop().await;
}

#[tokio::test]
async fn a_cookie_does_not_count_for_the_pages_of_others() {
    let app = App::start().await;
    somebody(&app, "ann", Role::Creator).await;
    let cookie = cookie(&login(&app, "ann", PASSWORD).await);
    for origin in [
        None,
        Some("null"),
        Some("https://evil.example"),
        Some("http://localhost.evil.example"),
        Some("http://localhost:81"),
    ] {
        let refused = browse(&app, &cookie, origin, Method::POST, "/api/tokens").await;
        assert_eq!(refused.refusal(), (403, "cross_site"), "{origin:?}");
    }
    assert_eq!(browse(&app, &cookie, Some(HOME), Method::POST, "/api/tokens").await.status, 201);
    assert_eq!(browse(&app, &cookie, Some("https://evil.example"), Method::GET, "/api/me").await.status, 200);
    let forged =
        app.client.post("/api/auth/login").header("host", "localhost").header("origin", "https://evil.example");
    let forged = forged.body_json(&json!({ "name": "ann", "password": PASSWORD })).send().await;
    assert_eq!(Answer::read(forged).await.refusal(), (403, "cross_site"), "nobody is signed in as somebody else");
    app.stop().await;
}

#[tokio::test]
async fn a_link_signs_one_browser_in() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let made = app.post(&ann, "/api/auth/login-links", Value::Null).await;
    assert_eq!(made.status, 201, "{made:?}");
    let url = made.body["url"].as_str().unwrap().to_owned();
    assert!(url.starts_with("http://localhost/login/rfl_"), "{url}");
    let path = &url["http://localhost".len()..];
    let follow = async |path: &str| Answer::read(app.client.get(path).send().await).await;
    assert_eq!(follow("/login/rfl_0").await.refusal(), (403, "login_link_refused"));
    let followed = follow(path).await;
    assert_eq!((followed.status.as_u16(), followed.header("location")), (303, "/"));
    assert_eq!(browse(&app, &cookie(&followed), None, Method::GET, "/api/me").await.body["name"], "ann");
    assert_eq!(follow(path).await.refusal(), (403, "login_link_refused"), "once");

    let late = app.post(&ann, "/api/auth/login-links", Value::Null).await;
    app.clock.advance(Duration::from_hours(1));
    let path = late.body["url"].as_str().unwrap()["http://localhost".len()..].to_owned();
    assert_eq!(follow(&path).await.refusal(), (403, "login_link_refused"), "over");
    app.stop().await;
}

#[tokio::test]
async fn a_new_password_signs_other_browsers_out() {
    let app = App::start().await;
    let ann = somebody(&app, "ann", Role::Creator).await;
    let here = cookie(&login(&app, "ann", PASSWORD).await);
    let there = cookie(&login(&app, "ann", PASSWORD).await);
    let change = async |body: Value| {
        let request = app.client.post("/api/auth/password").header("cookie", &here).header("host", "localhost");
        Answer::read(request.header("origin", HOME).body_json(&body).send().await).await
    };
    let new = "battery staple";
    assert_eq!(change(json!({ "new_password": "short" })).await.problems(), [("new_password", "invalid_text")]);
    assert_eq!(change(json!({ "new_password": new })).await.problems(), [("current_password", "required")]);
    let wrong = change(json!({ "current_password": "wrong", "new_password": new })).await;
    assert_eq!(wrong.refusal(), (401, "wrong_credentials"));
    assert_eq!(change(json!({ "current_password": PASSWORD, "new_password": new })).await.status, 204);
    assert_eq!(browse(&app, &here, None, Method::GET, "/api/me").await.status, 200);
    assert_eq!(browse(&app, &there, None, Method::GET, "/api/me").await.status, 401);
    assert_eq!(login(&app, "ann", PASSWORD).await.status, 401);
    assert_eq!(login(&app, "ann", new).await.status, 200);
    assert_eq!(app.get(&ann, "/api/me").await.status, 200, "tokens stay");
    app.stop().await;
}

#[tokio::test]
async fn tokens_are_shown_once_listed_and_revoked() {
    let app = App::start().await;
    let ann = app.creator("ann").await;
    let made = app.post(&ann, "/api/tokens", json!({ "name": "editor" })).await;
    assert_eq!(made.status, 201);
    let secret = made.body["token"].as_str().unwrap();
    assert_eq!((secret.len(), secret.starts_with("rf_")), (67, true));
    let editor = Person { id: ann.id, token: secret.to_owned() };
    let listed = async || app.get(&ann, "/api/tokens?sort=created_at").await;
    let unused = listed().await;
    assert_eq!((&unused.body["total"], &unused.body["tokens"][1]["name"]), (&json!(2), &json!("editor")));
    assert!(unused.body["tokens"][1].get("last_used_at").is_none());
    assert!(!unused.body.to_string().contains("rf_"), "no secret is shown again");
    assert_eq!(app.get(&editor, "/api/me").await.body["name"], "ann");
    assert_eq!(listed().await.body["tokens"][1]["last_used_at"], "2025-06-15T15:06:40Z");

    assert_eq!(app.delete(&ann, &format!("/api/tokens/{}", made.id())).await.status, 204);
    assert_eq!(app.get(&editor, "/api/me").await.refusal(), (401, "not_signed_in"));
    assert_eq!(app.delete(&ann, &format!("/api/tokens/{}", made.id())).await.refusal(), (404, "not_found"));
    let nameless = app.post(&ann, "/api/tokens", json!({ "name": " " })).await;
    assert_eq!(nameless.problems(), [("name", "invalid_text")]);
    app.stop().await;
}

#[tokio::test]
async fn admins_make_change_and_shut_accounts() {
    let app = App::start().await;
    let root = app.person("root", Role::Admin).await;
    let made = app.post(&root, "/api/users", json!({ "name": "ann", "password": PASSWORD })).await;
    assert_eq!(made.status, 201, "{made:?}");
    let expected = json!({ "id": made.id(), "name": "ann", "role": "creator", "disabled": false, "has_password": true,
                           "limits": { "active_exports": 3, "exports_per_hour": 10, "storage_bytes": 100_000_000_000_u64,
                                       "file_bytes": 5_000_000_000_u64 },
                           "limits": { "active_exports": 3, "exports_per_hour": 10, "storage_bytes": 100_000_000_000_u64,
                                       "file_bytes": 5_000_000_000_u64 },
                           "created_at": "2025-06-15T15:06:40Z" });
    assert_eq!(made.body, expected);
    assert_eq!(app.post(&root, "/api/users", json!({ "name": "ann" })).await.refusal(), (409, "name_taken"));
    let bad = app.post(&root, "/api/users", json!({ "name": "", "password": "x" })).await;
    assert_eq!(bad.problems(), [("name", "invalid_text"), ("password", "invalid_text")]);

    let path = format!("/api/users/{}", made.id());
    let token = app.post(&root, &format!("{path}/tokens"), json!({ "name": "cli" })).await;
    let ann = Person { id: root.id, token: token.body["token"].as_str().unwrap().to_owned() };
    let session = cookie(&login(&app, "ann", PASSWORD).await);
    assert_eq!(app.get(&ann, "/api/nodes").await.refusal(), (403, "forbidden"));
    let change = async |body: Value| app.ask(&root, Method::PATCH, &path, Some(body)).await;
    assert_eq!(change(json!({ "role": "operator" })).await.body["role"], "operator");
    assert_eq!(app.get(&ann, "/api/nodes").await.status, 200);
    assert_eq!(app.get(&ann, "/api/users").await.refusal(), (403, "forbidden"), "operators make no accounts");

    assert_eq!(change(json!({ "disabled": true })).await.body["disabled"], true);
    assert_eq!(app.get(&ann, "/api/me").await.status, 401);
    assert_eq!(browse(&app, &session, None, Method::GET, "/api/me").await.status, 401);
    assert_eq!(login(&app, "ann", PASSWORD).await.status, 401);
    assert_eq!(change(json!({ "disabled": false })).await.status, 200);
    assert_eq!(app.get(&ann, "/api/me").await.status, 200, "tokens work again");
    assert_eq!(browse(&app, &session, None, Method::GET, "/api/me").await.status, 401, "sessions do not");

    let own = format!("/api/users/{}", root.id);
    let locked = app.ask(&root, Method::PATCH, &own, Some(json!({ "disabled": true }))).await;
    assert_eq!(locked.refusal(), (409, "own_account"));
    let all = app.get(&root, "/api/users?sort=created_at").await;
    assert_eq!((&all.body["total"], &all.body["users"][0]["name"]), (&json!(2), &json!("root")));
    assert_eq!(app.get(&root, &path).await.body["name"], "ann");
    app.stop().await;
}
