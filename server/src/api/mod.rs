//! The JSON API: open data for everybody, requests and tracking for channels with a token.
mod auth;
mod body;
mod changes;
mod files;
mod loans;
mod open_data;
pub mod openapi;
mod period;
mod problem;
mod requests;
pub mod schema;
mod track;

pub use problem::Problem;

use app::http::AppState;
use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, HeaderName};
use axum::routing::{get, post};
use tower::ServiceBuilder;
use tower_http::set_header::SetResponseHeaderLayer;

/// Everything under `/api/v1`.
pub fn router() -> Router<AppState> {
    let open_to_every_page = ServiceBuilder::new()
        .layer(SetResponseHeaderLayer::overriding(
            ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        ))
        .layer(SetResponseHeaderLayer::overriding(
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("cross-origin"),
        ));
    let open_data = Router::new()
        .route("/openapi.json", get(openapi::document))
        .route("/services", get(open_data::services))
        .route("/calendar", get(open_data::calendar))
        .route("/crematorium/availability", get(open_data::availability))
        .route("/equipment/types", get(loans::types))
        .route_layer(open_to_every_page);
    Router::new()
        .merge(open_data)
        .route("/crematorium/requests", post(requests::submit))
        .route("/crematorium/requests/{reference}", get(changes::show))
        .route(
            "/crematorium/requests/{reference}/move",
            post(changes::shift),
        )
        .route(
            "/crematorium/requests/{reference}/cancel",
            post(changes::cancel),
        )
        .route(
            "/crematorium/requests/{reference}/documents",
            get(files::documents),
        )
        .route(
            "/crematorium/requests/{reference}/documents/{id}",
            get(files::document),
        )
        .route("/equipment/requests", post(loans::submit))
        .route("/track", post(track::track))
}

/// What takes photos: their bodies are larger and take longer.
pub fn uploads() -> Router<AppState> {
    Router::new().route(
        "/crematorium/requests/{reference}/papers",
        get(files::papers).post(files::send),
    )
}

/// Whether a path belongs to the API, so that its failures are problem documents.
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}
