//! Every way the API says no: one body, a closed list of codes. Decides nothing; turns faults of ours into log lines.

use std::error::Error as StdError;
use std::time::Duration;

use farm_core::problem::Problem;
use poem::http::StatusCode;
use poem::{IntoResponse, Response};
use poem_openapi::error::{ContentTypeError, ParseParamError, ParsePathError};
use poem_openapi::error::{ParseMultipartError, ParseRequestPayloadError};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Enum, Object};
use tracing::error;

use super::{request_id, words};
use crate::storage::StorageError;
use crate::store::StoreError;

/// Why a request was refused, for programs. The list is closed: new codes are announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum RefusalCode {
    /// Something in the request is wrong; `problems` says what.
    InvalidRequest,
    /// There is no valid token and no session.
    NotSignedIn,
    /// The name or the password is wrong.
    WrongCredentials,
    /// The login link is unknown, used or over.
    LoginLinkRefused,
    /// The request was made by a page of another site.
    CrossSite,
    /// It was tried too often; `Retry-After` says when again.
    TooManyAttempts,
    /// The idempotency key was used before, with another request or by another token.
    IdempotencyKeyReused,
    /// The request with this idempotency key is under way.
    IdempotencyKeyInUse,
    /// You have as many exports as you may have, under way or within the hour; `Retry-After` says when again.
    TooManyExports,
    /// Your minutes of this month are used up; `Retry-After` says when the next begins.
    BudgetSpent,
    /// There is no room left for what you keep; delete something.
    InsufficientStorage,
    /// A file would be larger than files may be.
    OutputTooLarge,
    /// Somebody has that name already.
    NameTaken,
    /// You would lock yourself out.
    OwnAccount,
    /// The role does not allow it.
    Forbidden,
    /// The join token is unknown, used or over.
    JoinTokenRefused,
    /// There is no such thing, or it is somebody else's.
    NotFound,
    /// The address exists, but not for this method.
    MethodNotAllowed,
    /// The request's body did not arrive in time.
    RequestTimeout,
    /// The video is still uploading or being indexed.
    VideoNotReady,
    /// The preview is still being made.
    PreviewNotReady,
    /// The preview could not be made; the message says why. The video can be exported all the same.
    PreviewFailed,
    /// Exports of the video are still under way.
    VideoInUse,
    /// The export has no files, because it is not completed.
    ExportNotCompleted,
    /// The export is still under way.
    ExportNotOver,
    /// The export is not being made: it waits, or is over.
    ExportNotProcessing,
    /// The export is over.
    ExportOver,
    /// Another preset of yours has that name.
    PresetExists,
    /// You have as many presets as there may be; delete one.
    TooManyPresets,
    /// You have as many webhooks as there may be; delete one.
    TooManyWebhooks,
    /// What was uploaded is not what was announced; upload again.
    UploadMismatch,
    /// The request's body is too large.
    RequestTooLarge,
    /// The video is larger than videos may be.
    VideoTooLarge,
    /// The request's body is no JSON.
    UnsupportedContentType,
    /// The file is no video we can export; the message says why.
    UnsupportedMedia,
    /// Too many are watching; try again.
    TooBusy,
    /// The object store does not answer; try again.
    StorageUnavailable,
    /// A fault of ours; the log has it under the request's id.
    Internal,
}

/// One fault of the request.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Problem")]
pub struct ProblemView {
    /// The field as a path into the request, such as `segments[2].end`.
    field: String,
    /// Which fault it is.
    code: words::ProblemCode,
    /// One sentence that says what to do.
    message: String,
}

/// Why a request was refused.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Refusal")]
pub struct RefusalView {
    /// For programs.
    pub code: RefusalCode,
    /// For people.
    pub message: String,
    /// Every fault of the request.
    pub problems: Vec<ProblemView>,
    /// Names this request in the log; also in the header `X-Request-Id`.
    pub request_id: String,
}

/// The answer to a request that was refused.
#[derive(Debug, ApiResponse)]
pub enum Refusal {
    /// The request was refused.
    Refused(
        StatusCode,
        Json<RefusalView>,
        /// When to ask again, in seconds: with 429, and wherever waiting helps.
        #[oai(header = "Retry-After")]
        Option<u64>,
    ),
}

impl RefusalCode {
    /// The status it is told with.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::InvalidRequest => StatusCode::BAD_REQUEST,
            Self::NotSignedIn | Self::WrongCredentials => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::JoinTokenRefused | Self::LoginLinkRefused | Self::CrossSite => {
                StatusCode::FORBIDDEN
            }
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::TooManyAttempts | Self::TooManyExports | Self::BudgetSpent => StatusCode::TOO_MANY_REQUESTS,
            Self::InsufficientStorage => StatusCode::INSUFFICIENT_STORAGE,
            Self::NameTaken
            | Self::IdempotencyKeyInUse
            | Self::OwnAccount
            | Self::VideoNotReady
            | Self::PreviewNotReady
            | Self::PreviewFailed
            | Self::VideoInUse
            | Self::ExportNotCompleted
            | Self::ExportNotOver
            | Self::ExportNotProcessing
            | Self::ExportOver
            | Self::PresetExists
            | Self::TooManyPresets
            | Self::TooManyWebhooks
            | Self::UploadMismatch => StatusCode::CONFLICT,
            Self::RequestTooLarge | Self::VideoTooLarge | Self::OutputTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::UnsupportedMedia | Self::IdempotencyKeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooBusy | Self::StorageUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl Refusal {
    /// A refusal without single faults.
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Refusal {
        let view =
            RefusalView { code, message: message.into(), problems: Vec::new(), request_id: request_id::current() };
        Refusal::Refused(code.status(), Json(view), None)
    }

    /// A refusal that holds for `wait`, rounded up to whole seconds.
    pub fn until(code: RefusalCode, wait: Duration, message: impl Into<String>) -> Refusal {
        let Refusal::Refused(status, body, _) = Refusal::new(code, message);
        Refusal::Refused(status, body, Some(wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)))
    }

    /// Everything that is wrong with the request, at once.
    pub fn invalid(problems: Vec<Problem>) -> Refusal {
        let message = match problems.as_slice() {
            [only] => only.message.clone(),
            several => format!("The request has {} problems.", several.len()),
        };
        let view = |problem: Problem| ProblemView {
            field: problem.field,
            code: problem.code.into(),
            message: problem.message,
        };
        let Refusal::Refused(status, Json(mut refusal), wait) = Refusal::new(RefusalCode::InvalidRequest, message);
        refusal.problems = problems.into_iter().map(view).collect();
        Refusal::Refused(status, Json(refusal), wait)
    }

    /// There is none, or it is another user's: nobody can tell which.
    pub fn not_found(what: &str) -> Refusal {
        Refusal::new(RefusalCode::NotFound, format!("There is no such {what}."))
    }

    /// The refusal of one of several things that were asked for at once: status, body, and seconds to wait. Its fields are at
    /// `place` in the request.
    pub fn within(self, place: &str) -> (StatusCode, RefusalView, Option<u64>) {
        let Refusal::Refused(status, Json(mut view), wait) = self;
        for problem in &mut view.problems {
            let dot = if problem.field.is_empty() { "" } else { "." };
            problem.field = format!("{place}{dot}{}", problem.field);
        }
        (status, view, wait)
    }

    /// A fault of ours: logged here, told to nobody.
    pub fn internal(cause: &dyn StdError) -> Refusal {
        let id = request_id::current();
        error!(request.id = id, "Request {id} failed: {}", chain(cause));
        Refusal::new(RefusalCode::Internal, "Something went wrong on our side; the log has it under the request's id.")
    }
}

impl From<StoreError> for Refusal {
    fn from(cause: StoreError) -> Refusal {
        Refusal::internal(&cause)
    }
}

impl From<StorageError> for Refusal {
    fn from(cause: StorageError) -> Refusal {
        let id = request_id::current();
        error!(request.id = id, "Request {id} could not use the object store: {}", chain(&cause));
        Refusal::new(RefusalCode::StorageUnavailable, "The object store does not answer; try again.")
    }
}

/// What the framework refused before a handler saw it, in our words.
pub async fn refuse(refused: poem::Error) -> Response {
    if refused.is_from_response() {
        return refused.into_response();
    }
    let refusal = if refused.is::<ParsePathError>() {
        Refusal::new(RefusalCode::NotFound, "There is nothing under this address.")
    } else if let Some(fault) = refused.downcast_ref::<ParseParamError>() {
        let problem = farm_core::problem::ProblemCode::Malformed;
        Refusal::invalid(vec![Problem::new(fault.name, problem, format!("{}: {}", fault.name, fault.reason))])
    } else if let Some(fault) = refused.downcast_ref::<ParseRequestPayloadError>() {
        Refusal::new(RefusalCode::InvalidRequest, format!("The request's body is not as documented: {}", fault.reason))
    } else if refused.is::<ParseMultipartError>() || refused.is::<ContentTypeError>() {
        Refusal::new(RefusalCode::UnsupportedContentType, "Send JSON: `Content-Type: application/json`.")
    } else {
        by_status(refused.status())
    };
    refusal.into_response()
}

/// A refusal of the framework of which only the status is left.
pub fn by_status(status: StatusCode) -> Refusal {
    match status {
        StatusCode::UNAUTHORIZED => Refusal::new(RefusalCode::NotSignedIn, "Sign in first."),
        StatusCode::FORBIDDEN => Refusal::new(RefusalCode::Forbidden, "You may not do this."),
        StatusCode::NOT_FOUND => Refusal::new(RefusalCode::NotFound, "There is nothing under this address."),
        StatusCode::METHOD_NOT_ALLOWED => {
            Refusal::new(RefusalCode::MethodNotAllowed, "This address does not answer to this method.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::new(RefusalCode::RequestTooLarge, "The request is too large."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Refusal::new(RefusalCode::UnsupportedContentType, "Send JSON: `Content-Type: application/json`.")
        }
        status if status.is_client_error() => {
            Refusal::new(RefusalCode::InvalidRequest, "The request is not as documented.")
        }
        status => Refusal::internal(&poem::error::ReadBodyError::Io(std::io::Error::other(format!(
            "the framework answered {status}"
        )))),
    }
}

/// An error and everything below it, on one line.
fn chain(cause: &dyn StdError) -> String {
    let mut line = cause.to_string();
    let mut below = cause.source();
    while let Some(cause) = below {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        below = cause.source();
    }
    line
}
