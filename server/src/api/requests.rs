//! A request for the crematorium from a channel: once per key, however often it is sent.
use super::Problem;
use super::auth::Channel;
use super::body::{self, Fields, Shape};
use super::schema::{CremationRequest, ProblemBody, Receipt};
use app::http::AppState;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use desk::request::Submitted;
use domain::crematorium::{Application, Booker};
use domain::form::{FieldErrors, RawFields, Text};

/// What a key belongs to, besides the token.
const PATH: &str = "/api/v1/crematorium/requests";

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
    ("deceased", Shape::Object),
    ("deceased.name", Shape::Value),
    ("deceased.identity", Shape::Value),
    ("deceased.national_id", Shape::Value),
    ("deceased.passport", Shape::Value),
    ("deceased.date_of_death", Shape::ValueOrParts),
    ("deceased.date_of_death.day", Shape::Value),
    ("deceased.date_of_death.month", Shape::Value),
    ("deceased.date_of_death.year", Shape::Value),
    ("deceased.residence", Shape::Value),
    ("deceased.internal_number", Shape::Value),
    ("deceased.certificate", Shape::Value),
    ("deceased.certificate_number", Shape::Value),
    ("case_type", Shape::Value),
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
    ("coffin_size", Shape::Value),
    ("implants", Shape::Value),
];

/// Asks for pavilion nights, a cremation and the collecting of ashes, or for part of it: all that is asked or none.
///
/// A repeat with the same key and body answers the same status and bytes. Only a 201 is kept, for seven days.
#[utoipa::path(
    post, path = "/crematorium/requests", tag = "channels",
    security(("channel_token" = [])),
    params(("Idempotency-Key" = String, Header, description = "1 to 255 visible ASCII characters, new for every request")),
    request_body(content = CremationRequest, example = json!(super::openapi::example())),
    responses(
        (status = 201, description = "Taken", body = Receipt),
        (status = 400, description = "`idempotency_key_missing`, `idempotency_key_invalid`, `bad_json`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`slot_taken` with `conflicts` (`cremation`, `pavilion`, `ash`) and `alternatives` in the shape of the request; `deceased_has_case`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "`too_large`: more than 256 kB", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "Everything wrong at once: `closed`, `beyond_horizon`, …; `idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
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
        return Err(Problem::invalid(&body::merge(
            read.errors,
            value_errors(&app, &read.fields),
        )));
    }
    let answered = app
        .desk
        .submit_idempotent(&channel, PATH, key, &read.bytes, &read.fields, receipt)
        .await
        .map_err(|trouble| Problem::of(&trouble, &app.desk))?;
    Ok(created(answered.body))
}

/// A 201 with the bytes that are kept for repeats.
pub(super) fn created(body: String) -> Response {
    let kind = [(CONTENT_TYPE, "application/json")];
    (StatusCode::CREATED, kind, body).into_response()
}

/// The body of the 201, written once and kept for repeats.
fn receipt(submitted: &Submitted) -> String {
    // Texts, numbers and dates: there is nothing in it that JSON could not hold.
    serde_json::to_string(&Receipt::from(submitted)).unwrap_or_default()
}

/// The call's key: what makes a repeat the same call.
pub(super) fn key(headers: &HeaderMap) -> Result<&str, Problem> {
    let bad =
        |code, th: &str, en: &str| Problem::new(StatusCode::BAD_REQUEST, code, Text::new(th, en));
    let value = headers
        .get("idempotency-key")
        .filter(|value| !value.is_empty())
        .ok_or_else(|| {
            bad(
                "idempotency_key_missing",
                "ต้องมีส่วนหัว Idempotency-Key",
                "The Idempotency-Key header is missing.",
            )
        })?;
    let visible = value.as_bytes().iter().all(u8::is_ascii_graphic) && value.len() <= 255;
    value.to_str().ok().filter(|_| visible).ok_or_else(|| {
        bad(
            "idempotency_key_invalid",
            "Idempotency-Key ใช้อักษร ASCII ที่มองเห็นได้ 1 ถึง 255 ตัว",
            "Idempotency-Key has 1 to 255 visible ASCII characters.",
        )
    })
}

/// What the desk would say of the values, so that a wrong shape does not hide it.
fn value_errors(app: &AppState, fields: &RawFields) -> FieldErrors {
    let now = app.desk.now();
    match Application::parse(fields, now) {
        Err(errors) => errors,
        Ok(application) => application
            .wish
            .check(&app.desk.rules(), Booker::Public, now)
            .err()
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_short_visible_words() {
        let code = |value: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert("idempotency-key", value.parse().expect("a header"));
            }
            key(&headers).map(str::to_owned).ok()
        };
        assert_eq!(code(None), None);
        assert_eq!(code(Some("")), None);
        assert_eq!(code(Some("two words")), None);
        assert_eq!(code(Some(&"x".repeat(256))), None);
        assert_eq!(code(Some("01HQ-a_b:c")).as_deref(), Some("01HQ-a_b:c"));
    }
}
