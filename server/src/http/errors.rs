//! Words for failures that no handler worded: unknown paths, wrong methods, large bodies, panics, timeouts.
use crate::api::{self, Problem};
use app::http::{AppState, ClientAddress, CspNonce, Visit};
use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use desk::Trouble;
use domain::form::{FieldError, FieldErrors};
use std::any::Any;

/// Marks a failure that says what it should already.
#[derive(Clone, Copy, Debug)]
pub struct Worded;

/// What a visitor is told after a panic; the next layer words it.
pub fn panicked(_cause: Box<dyn Any + Send>) -> Response {
    // The panic's own message went to the log when it happened.
    tracing::error!("a handler panicked");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// Replaces a bare failure: a problem document under `/api`, a calm page elsewhere.
pub async fn worded(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    let nonce = request.extensions().get::<CspNonce>().cloned();
    let address = request.extensions().get::<ClientAddress>().cloned();
    let response = next.run(request).await;
    if !is_bare(&response) {
        return response;
    }
    let status = response.status();
    let mut worded = if api::is_api(uri.path()) {
        Problem::of_status(status).into_response()
    } else {
        page(&app, uri, nonce, address, status).await
    };
    *worded.status_mut() = status;
    keep(response.headers(), worded.headers_mut());
    worded
}

/// A failure without words of ours: no handler answers an error as plain text.
fn is_bare(response: &Response<Body>) -> bool {
    let kind = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let failed = response.status().is_client_error() || response.status().is_server_error();
    failed
        && response.extensions().get::<Worded>().is_none()
        && (kind.is_empty() || kind.starts_with("text/plain"))
}

/// Headers of the bare answer that still hold.
fn keep(bare: &HeaderMap, worded: &mut HeaderMap) {
    worded.remove(CONTENT_LENGTH);
    for name in [ALLOW, RETRY_AFTER] {
        if let Some(value) = bare.get(&name) {
            worded.insert(name, value.clone());
        }
    }
}

async fn page(
    app: &AppState,
    uri: Uri,
    nonce: Option<CspNonce>,
    address: Option<ClientAddress>,
    status: StatusCode,
) -> Response {
    let (mut parts, ()) = axum::http::Request::new(()).into_parts();
    parts.uri = uri;
    nonce.map(|nonce| parts.extensions.insert(nonce));
    address.map(|address| parts.extensions.insert(address));
    let Ok(visit) = Visit::from_request_parts(&mut parts, app).await;
    app::pages::trouble::page(&visit, &trouble(status))
}

/// The nearest trouble that the pages have words for.
fn trouble(status: StatusCode) -> Trouble {
    let sentence =
        |code, th, en| Trouble::Invalid(FieldErrors::one(FieldError::new("", code, th, en)));
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Trouble::NotFound,
        StatusCode::FORBIDDEN => Trouble::NotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => sentence(
            "too_large",
            "ข้อความที่ส่งยาวเกินไป",
            "What was sent is too long.",
        ),
        status if status.is_client_error() => sentence(
            "unreadable",
            "อ่านข้อมูลที่ส่งมาไม่ได้",
            "What was sent could not be read.",
        ),
        status => Trouble::Internal(format!("answered {status} without words")),
    }
}
