//! Borrowing equipment by API: what there is, and requests from channels, once per key.
use super::Problem;
use super::auth::Channel;
use super::body::{self, Fields, Shape};
use super::requests::{created, key};
use super::schema::{EquipmentRequest, EquipmentTypes, LoanReceipt, ProblemBody};
use app::http::AppState;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use desk::Trouble;
use desk::loan::LoanSubmitted;

/// What a key belongs to, besides the token.
const PATH: &str = "/api/v1/equipment/requests";

/// The body's fields; a test holds them against the schema.
pub const FIELDS: &Fields = &[
    ("applicant", Shape::Object),
    ("applicant.name", Shape::Value),
    ("applicant.phone", Shape::Value),
    ("applicant.relation", Shape::Value),
    ("applicant.email", Shape::Value),
    ("helper", Shape::Object),
    ("helper.name", Shape::Value),
    ("helper.phone", Shape::Value),
    ("borrower", Shape::Object),
    ("borrower.name", Shape::Value),
    ("borrower.phone", Shape::Value),
    ("carer", Shape::Object),
    ("carer.name", Shape::Value),
    ("carer.phone", Shape::Value),
    ("patient", Shape::Object),
    ("patient.name", Shape::Value),
    ("patient.national_id", Shape::Value),
    ("patient.condition", Shape::Value),
    ("patient.community", Shape::Value),
    ("patient.tambon", Shape::Value),
    ("patient.address", Shape::Value),
    ("items", Shape::List),
    ("items.type", Shape::Value),
    ("items.quantity", Shape::Value),
    ("from", Shape::Value),
    ("until", Shape::Value),
    ("not_needed_after", Shape::Value),
    ("delivery", Shape::Value),
    ("note", Shape::Value),
];

/// What can be borrowed, how many of each are free now, and how many wait.
#[utoipa::path(get, path = "/equipment/types", tag = "open data", responses(
    (status = 200, description = "Every type of the city; one that may not be lent yet has none free", body = EquipmentTypes),
))]
pub async fn types(State(app): State<AppState>) -> Result<impl IntoResponse, Problem> {
    let rows = app
        .desk
        .catalogue()
        .await
        .map_err(|trouble| Problem::of(&trouble, &app.desk))?;
    let types = EquipmentTypes {
        types: rows.into_iter().map(Into::into).collect(),
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(types)))
}

/// Asks for a loan. Never 409 for lack of stock: what is not free is `queued`, with the place and the week expected.
///
/// A repeat with the same key and body answers the same status and bytes. Only a 201 is kept, for seven days.
#[utoipa::path(
    post, path = "/equipment/requests", tag = "channels",
    security(("channel_token" = [])),
    params(("Idempotency-Key" = String, Header, description = "1 to 255 visible ASCII characters, new for every request")),
    request_body(content = EquipmentRequest, example = json!(super::openapi::loan_example())),
    responses(
        (status = 201, description = "Taken", body = LoanReceipt),
        (status = 400, description = "`idempotency_key_missing`, `idempotency_key_invalid`, `bad_json`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "`too_large`: more than 256 kB", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "Everything wrong at once: `over_quota`, `cannot_be_lent`, `too_long`, `beyond_horizon`, …; `idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`: send again with the same key", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn submit(
    State(app): State<AppState>,
    Channel(channel): Channel,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let key = key(&headers)?;
    let read = body::read(&headers, body, FIELDS)?;
    if !read.errors.is_empty() {
        // What the desk would say of the values, so that a wrong shape does not hide it.
        let values = match app.desk.read_loan(&read.fields, false) {
            Err(Trouble::Invalid(errors)) => errors,
            _ => domain::form::FieldErrors::new(),
        };
        return Err(Problem::invalid(&body::merge(read.errors, values)));
    }
    let answered = app
        .desk
        .submit_loan_idempotent(&channel, PATH, key, &read.bytes, &read.fields, receipt)
        .await
        .map_err(|trouble| Problem::of(&trouble, &app.desk))?;
    Ok(created(answered.body))
}

/// The body of the 201, written once and kept for repeats.
fn receipt(submitted: &LoanSubmitted) -> String {
    // Texts, numbers and dates: there is nothing in it that JSON could not hold.
    serde_json::to_string(&LoanReceipt::from(submitted)).unwrap_or_default()
}
