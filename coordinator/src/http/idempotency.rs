//! `Idempotency-Key`: a creating call that is made again is answered again, and creates nothing again. Knows no operation:
//! those that create something take its id from `NewId`, so that even a call that was broken off creates one thing.

use std::convert::Infallible;
use std::time::Duration;

use farm_core::problem::{Problem, ProblemCode};
use poem::http::header::CONTENT_TYPE;
use poem::http::{HeaderName, HeaderValue, Method, StatusCode};
use poem::{Body, Endpoint, IntoResponse, Request, Response};
use service::{Clock, OnEnd, Tasks};
use std::sync::Arc;
use tokio::sync::oneshot;
use tracing::{Instrument as _, error};
use uuid::Uuid;

use super::identity::{Asker, credential_text};
use super::new_id::NewId;
use super::refusal::{Refusal, RefusalCode};
use super::request_id;
use super::seal::Seal;
use crate::store::Store;
use crate::store::idempotency::{KeyedCall, Standing};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer is one that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// A UUID has 36.
pub const KEY_CHARACTERS_MAX: usize = 255;
/// How long the second of two equal calls waits for the first.
const WAIT_MAX: Duration = Duration::from_secs(20);
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What keyed calls stand on.
#[derive(Clone)]
pub struct Keys {
    /// Where answers are kept.
    pub store: Store,
    /// How old they are.
    pub clock: Arc<dyn Clock>,
    /// A call goes on when its client does not wait for it.
    pub tasks: Tasks,
}

/// One call, read whole.
struct Call {
    asker: farm_core::ids::UserId,
    seal: (String, String),
    key_hash: [u8; 32],
    request_hash: [u8; 32],
}

impl Call {
    fn keyed(&self) -> KeyedCall<'_> {
        KeyedCall { user: self.asker, key_hash: &self.key_hash, request_hash: &self.request_hash }
    }

    fn seal(&self, object: Uuid) -> Seal {
        Seal::new(&self.seal.0, &self.seal.1, object)
    }
}

/// Answers `request`, or answers it as it was answered before.
pub async fn once(keys: Keys, endpoint: impl Endpoint + 'static, mut request: Request) -> poem::Result<Response> {
    let call = match read(&mut request).await {
        Ok(Some(call)) => call,
        Ok(None) => return endpoint.call(request).await.map(IntoResponse::into_response),
        Err(refusal) => return Ok(refusal.into_response()),
    };
    match begin(&keys, &call).await {
        Ok(Begun::Do(id)) => {
            request.set_data(id);
            Ok(perform(keys, endpoint, request, call, id).await)
        }
        Ok(Begun::Done(response)) => Ok(response),
        Err(refusal) => Ok(refusal.into_response()),
    }
}

/// The call, if it is one of somebody known, with a key.
async fn read(request: &mut Request) -> Result<Option<Call>, Refusal> {
    if *request.method() != Method::POST {
        return Ok(None);
    }
    let (Some(Asker::Known(identity)), Some(key)) = (request.data::<Asker>(), request.headers().get(HEADER)) else {
        return Ok(None);
    };
    let user = identity.user;
    let sayable = |byte: u8| (b' '..=b'~').contains(&byte);
    let plain = |key: &&str| (1..=KEY_CHARACTERS_MAX).contains(&key.len()) && key.bytes().all(sayable);
    let Some(key) = key.to_str().ok().filter(plain).map(str::to_owned) else {
        let message = format!("A key has 1 to {KEY_CHARACTERS_MAX} plain characters, such as a UUID.");
        return Err(Refusal::invalid(vec![Problem::new("Idempotency-Key", ProblemCode::InvalidText, message)]));
    };
    let credential = credential_text(request).unwrap_or_default().to_owned();
    let body = request.take_body().into_bytes().await.map_err(|cause| Refusal::internal(&cause))?;
    let mut hasher = blake3::Hasher::new();
    let path = request.uri().path_and_query().map_or("", |path| path.as_str());
    hasher.update(path.as_bytes()).update(&[0]).update(&body);
    request.set_body(Body::from_bytes(body));
    let key_hash = *blake3::hash(key.as_bytes()).as_bytes();
    let request_hash = *hasher.finalize().as_bytes();
    Ok(Some(Call { asker: user, seal: (credential, key), key_hash, request_hash }))
}

enum Begun {
    /// Nobody has answered it yet.
    Do(NewId),
    /// It was answered before.
    Done(Response),
}

async fn begin(keys: &Keys, call: &Call) -> Result<Begun, Refusal> {
    let give_up = tokio::time::Instant::now() + WAIT_MAX;
    loop {
        match keys.store.begin_keyed_call(call.keyed(), Uuid::now_v7(), keys.clock.now()).await? {
            Standing::First { object } => return Ok(Begun::Do(NewId { id: object, again: false })),
            Standing::Again { object } => return Ok(Begun::Do(NewId { id: object, again: true })),
            Standing::Answered { object, status, answer } => {
                let answer = call.seal(object).open(answer).ok_or_else(|| {
                    let message = "The key was used before with another token; use a new key.";
                    Refusal::new(RefusalCode::IdempotencyKeyReused, message)
                })?;
                return Ok(Begun::Done(replay(status, answer)));
            }
            Standing::AnotherRequest => {
                let message = "The key was used before for another request; use a new key.";
                return Err(Refusal::new(RefusalCode::IdempotencyKeyReused, message));
            }
            Standing::UnderWay if tokio::time::Instant::now() >= give_up => {
                let message = "A request with this key is under way; ask again for its answer.";
                return Err(Refusal::until(RefusalCode::IdempotencyKeyInUse, Duration::from_secs(1), message));
            }
            Standing::UnderWay => tokio::time::sleep(LOOK_EVERY).await,
        }
    }
}

fn replay(status: u16, answer: Vec<u8>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = Response::builder().status(status).header(REPLAYED, HeaderValue::from_static("true"));
    if !answer.is_empty() {
        response = response.header(CONTENT_TYPE, "application/json; charset=utf-8");
    }
    response.body(answer)
}

/// Answers the call apart from its connection: whoever lost the answer finds it when asking again.
async fn perform(keys: Keys, endpoint: impl Endpoint + 'static, request: Request, call: Call, id: NewId) -> Response {
    let (give, take) = oneshot::channel();
    let tasks = keys.tasks.clone();
    let answered = async move {
        let response = match endpoint.call(request).await {
            Ok(response) => response.into_response(),
            Err(refused) => super::refusal::refuse(refused).await,
        };
        // The client may be gone; the answer is in the ledger.
        let _nobody_waits = give.send(keep(&keys, &call, id, response).await);
        Ok::<(), Infallible>(())
    };
    let answered = request_id::within(request_id::current(), answered).in_current_span();
    tasks.spawn("keyed call", OnEnd::Log, answered);
    match take.await {
        Ok(response) => response,
        Err(_dropped) => Refusal::new(RefusalCode::TooBusy, "The farm is stopping; ask again.").into_response(),
    }
}

/// Keeps the answer of a call that did something. One that was refused may be tried again, with the same key.
async fn keep(keys: &Keys, call: &Call, id: NewId, mut response: Response) -> Response {
    let kept = if response.status().is_success() {
        let body = match response.take_body().into_bytes().await {
            Ok(body) => body,
            Err(cause) => return Refusal::internal(&cause).into_response(),
        };
        let sealed = call.seal(id.id).close(&body);
        response.set_body(Body::from_bytes(body));
        keys.store.end_keyed_call(call.keyed(), response.status().as_u16(), &sealed).await
    } else {
        keys.store.forget_keyed_call(call.keyed()).await
    };
    if let Err(cause) = kept {
        error!("Could not keep the answer to a call with a key: {cause}");
    }
    response
}
