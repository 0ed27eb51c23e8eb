//! What a channel may do with a request it sent: look at it, move it, cancel it. Another channel's is not found.
use super::Problem;
use super::auth::Channel;
use super::body::{self, Fields, Shape};
use super::requests::key;
use super::schema::{CancelRequest, ChangedRequest, MoveRequest, ProblemBody, SentRequest};
use app::http::AppState;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use desk::Trouble;
use desk::change::Changed;
use desk::channel::Answered;
use domain::crematorium::{Wish, application};
use domain::form::{FieldErrors, RawFields, raw};

/// Where to: what is absent is not wanted any more.
pub const MOVE_FIELDS: &Fields = &[
    ("cremation", Shape::Choice),
    ("cremation.date", Shape::Value),
    ("cremation.round", Shape::Value),
    ("pavilion", Shape::Choice),
    ("pavilion.id", Shape::Value),
    ("pavilion.from", Shape::Value),
    ("pavilion.nights", Shape::Value),
    ("ash", Shape::Choice),
    ("ash.date", Shape::Value),
    ("ash.time", Shape::Value),
];

pub const CANCEL_FIELDS: &Fields = &[("reason", Shape::Value)];

/// A request that this token sent: where it stands, and whether it must move.
#[utoipa::path(
    get, path = "/crematorium/requests/{reference}", tag = "channels",
    security(("channel_token" = [])),
    params(("reference" = String, Path, description = "Twelve digits")),
    responses(
        (status = 200, description = "Found", body = SentRequest),
        (status = 404, description = "`not_found`: no such request, or another token sent it", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(app): State<AppState>,
    Channel(channel): Channel,
    Path(reference): Path<String>,
) -> Result<Json<SentRequest>, Problem> {
    app.desk
        .channel_request(&channel, &reference)
        .await
        .map(|view| Json(SentRequest::from(&view)))
        .map_err(|trouble| Problem::of(&trouble, &app.desk))
}

/// Moves it to other places in one step, until the cut-off; an approval stays valid.
///
/// A part that is absent is given up. A repeat with the same key and body answers the same bytes.
#[utoipa::path(
    post, path = "/crematorium/requests/{reference}/move", tag = "channels",
    security(("channel_token" = [])),
    params(
        ("reference" = String, Path, description = "Twelve digits"),
        ("Idempotency-Key" = String, Header, description = "1 to 255 visible ASCII characters, new for every change"),
    ),
    request_body = MoveRequest,
    responses(
        (status = 200, description = "Moved", body = ChangedRequest),
        (status = 400, description = "`idempotency_key_missing`, `idempotency_key_invalid`, `bad_json`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`slot_taken` with `conflicts` and `alternatives`; `decided_first` when it changed meanwhile", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`closed`, `beyond_horizon`, `cancelled_before`, …; `past_cut_off`, `frozen`, `wrong_state`; `idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn shift(
    State(app): State<AppState>,
    Channel(channel): Channel,
    Path(reference): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let key = key(&headers)?;
    let read = body::read(&headers, body, MOVE_FIELDS)?;
    let to = |present: &Wish| wanted(present, read.errors.clone(), &read.fields);
    let answered = app
        .desk
        .channel_move(&channel, &reference, key, &read.bytes, to, write)
        .await
        .map_err(|trouble| Problem::of(&trouble, &app.desk))?;
    Ok(answer(answered))
}

/// Cancels it until the cut-off: withdrawn while it waits for a decision, cancelled once approved. Its places are free
/// at once, and the same family cannot take them again.
#[utoipa::path(
    post, path = "/crematorium/requests/{reference}/cancel", tag = "channels",
    security(("channel_token" = [])),
    params(
        ("reference" = String, Path, description = "Twelve digits"),
        ("Idempotency-Key" = String, Header, description = "1 to 255 visible ASCII characters, new for every change"),
    ),
    request_body = CancelRequest,
    responses(
        (status = 200, description = "Withdrawn or cancelled", body = ChangedRequest),
        (status = 400, description = "`idempotency_key_missing`, `idempotency_key_invalid`, `bad_json`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`decided_first` when it changed meanwhile", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`past_cut_off`, `frozen`, `wrong_state`; `idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn cancel(
    State(app): State<AppState>,
    Channel(channel): Channel,
    Path(reference): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let key = key(&headers)?;
    let read = body::read(&headers, body, CANCEL_FIELDS)?;
    if !read.errors.is_empty() {
        return Err(Problem::invalid(&read.errors));
    }
    let reason: String = domain::text::clean(raw(&read.fields, "reason"))
        .chars()
        .take(500)
        .collect();
    let answered = app
        .desk
        .channel_cancel(&channel, &reference, key, &read.bytes, &reason, write)
        .await
        .map_err(|trouble| Problem::of(&trouble, &app.desk))?;
    Ok(answer(answered))
}

/// The places asked for, with what a move does not change.
fn wanted(present: &Wish, shapes: FieldErrors, fields: &RawFields) -> desk::Result<Wish> {
    let mut errors = FieldErrors::new();
    let wish = application::wish(fields, &mut errors);
    let errors = body::merge(shapes, errors);
    match wish {
        Some(wish) if errors.is_empty() => Ok(Wish {
            // Ashes that nothing is said of stay where they are as long as the cremation does.
            ash: wish.ash.or_else(|| {
                let stays = wish.cremation == present.cremation;
                present.ash.filter(|_| stays)
            }),
            cremation: wish.cremation,
            pavilion: wish.pavilion,
            ..present.clone()
        }),
        _ => Err(Trouble::Invalid(errors)),
    }
}

/// The kept body.
fn write(changed: &Changed) -> String {
    // Texts, numbers and dates: there is nothing in it that JSON could not hold.
    serde_json::to_string(&ChangedRequest::from(changed)).unwrap_or_default()
}

fn answer(answered: Answered) -> Response {
    ([(CONTENT_TYPE, "application/json")], answered.body).into_response()
}
