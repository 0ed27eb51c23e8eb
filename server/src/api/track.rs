//! Where a request stands, for who knows its number and the last digits of a phone.
use super::Problem;
use super::auth::Channel;
use super::body::{self, Fields, Shape};
use super::schema::{ProblemBody, TrackQuestion, Tracked};
use app::http::{AppState, ClientAddress};
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use axum::{Extension, Json};
use desk::Trouble;
use desk::request::Access;
use domain::form::{FieldError, FieldErrors, raw};

/// The body's fields.
const FIELDS: &Fields = &[("reference", Shape::Value), ("phone_last4", Shape::Value)];

/// Status and steps. A wrong number and a wrong phone are the same 404 in the same time.
#[utoipa::path(
    post, path = "/track", tag = "channels",
    security(("channel_token" = [])),
    request_body = TrackQuestion,
    responses(
        (status = 200, description = "Found", body = Tracked),
        (status = 404, description = "`not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is missing", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn track(
    State(app): State<AppState>,
    Channel(_): Channel,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Tracked>, Problem> {
    let mut read = body::read(&headers, body, FIELDS)?;
    let mut missing = FieldErrors::new();
    for (field, _) in FIELDS {
        if raw(&read.fields, field).trim().is_empty() {
            missing.push(FieldError::new(
                *field,
                "missing",
                "กรอกช่องนี้",
                "This is missing",
            ));
        }
    }
    read.errors = body::merge(read.errors, missing);
    if !read.errors.is_empty() {
        return Err(Problem::invalid(&read.errors));
    }
    let address = address
        .map(|Extension(address)| address.0)
        .unwrap_or_default();
    let (reference, last4) = (
        raw(&read.fields, "reference"),
        raw(&read.fields, "phone_last4"),
    );
    let found = match app.desk.track(reference, last4, &address).await {
        Ok(view) => Ok(Tracked::from(&view)),
        Err(Trouble::OtherService) => {
            let access = Access::family(reference, last4, &address);
            let view = app.desk.track_loan(&access).await;
            view.map(|view| Tracked::from(&view))
        }
        Err(trouble) => Err(trouble),
    };
    found
        .map(Json)
        .map_err(|trouble| Problem::of(&trouble, &app.desk))
}
