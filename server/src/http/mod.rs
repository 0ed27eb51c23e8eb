//! The router: pages, API and files, inside the layers that every answer passes through.
mod address;
mod errors;
mod headers;
mod health;
mod referer;
mod trace;

pub use health::Readiness;

use crate::api;
use crate::metrics::Metrics;
use crate::site::Site;
use app::http::AppState;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ipnet::IpNet;
use std::sync::Arc;
use std::time::Duration;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

/// The largest form; answers in words are far smaller.
const FORM_BYTES: usize = 64 * 1024;
/// The largest file of rows, and the form around it.
const ROWS_BYTES: usize = desk::loan::MOST_OF_REGISTER.bytes() + 64 * 1024;
/// The largest body of the API.
const API_BYTES: usize = 256 * 1024;
/// Longer than a queue of writers takes; a browser gives up later.
const TIMEOUT: Duration = Duration::from_secs(35);
/// Several photos of one paper. What is larger than a photo may be is read and let go, so that the answer arrives.
const UPLOAD_BYTES: usize = 64 * 1024 * 1024;
/// Eight megabytes over a slow telephone.
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(5);
/// Fast, and about a tenth larger than the default.
const COMPRESSION: CompressionLevel = CompressionLevel::Precise(3);

/// What the whole server shares.
#[derive(Clone, Debug)]
pub struct Shared {
    pub app: AppState,
    pub site: Arc<Site>,
    pub metrics: Arc<Metrics>,
    pub readiness: Arc<Readiness>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Arc<[IpNet]>,
}

/// Everything the server answers.
pub fn router(shared: Shared) -> Router {
    let pages = app::pages::routes()
        .with_state(shared.app.clone())
        .layer(RequestBodyLimitLayer::new(FORM_BYTES));
    let rows = app::pages::rows_routes()
        .with_state(shared.app.clone())
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(ROWS_BYTES));
    let uploads = app::pages::upload_routes()
        .with_state(shared.app.clone())
        .merge(
            Router::new()
                .nest("/api/v1", api::uploads())
                .with_state(shared.app.clone()),
        )
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(UPLOAD_BYTES))
        .layer(timeout(UPLOAD_TIMEOUT));
    let api = api::router()
        .with_state(shared.app.clone())
        .layer(RequestBodyLimitLayer::new(API_BYTES));
    let health = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .with_state(shared.clone());
    let routes = Router::new()
        .merge(pages)
        .merge(rows)
        .merge(health)
        .nest("/api/v1", api)
        .fallback(file)
        .with_state(shared.clone())
        .layer(timeout(TIMEOUT))
        .merge(uploads);
    layers(routes, shared)
}

/// From the inside out: what stands lower sees the request earlier and the answer later.
pub fn layers(routes: Router, shared: Shared) -> Router {
    let compressed = DefaultPredicate::new().and(NotForContentType::const_new("font/"));
    routes
        .layer(CatchPanicLayer::custom(errors::panicked))
        .layer(csrf(&shared.app.public_url))
        .layer(from_fn_with_state(shared.app.clone(), referer::known))
        .layer(from_fn_with_state(shared.app.clone(), errors::worded))
        .layer(
            CompressionLayer::new()
                .quality(COMPRESSION)
                .compress_when(compressed),
        )
        .layer(from_fn_with_state(shared.app.clone(), headers::secured))
        .layer(from_fn_with_state(
            Arc::clone(&shared.trusted_proxies),
            address::found,
        ))
        .layer(from_fn_with_state(
            Arc::clone(&shared.metrics),
            trace::measured,
        ))
}

fn timeout(after: Duration) -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, after)
}

/// Refuses what another site's page sends; what has no `Origin` is [`referer`]'s to judge.
fn csrf(public_url: &str) -> CsrfLayer {
    CsrfLayer::new()
        .add_trusted_origin(public_url)
        .unwrap_or_else(|error| {
            // The configuration has parsed it: only a test can come here, and then nothing more is trusted.
            tracing::error!(%error, "SALA_PUBLIC_URL is no origin");
            CsrfLayer::new()
        })
}

/// A file of the site, or nothing.
async fn file(State(shared): State<Shared>, request: axum::extract::Request) -> Response {
    let readable = [Method::GET, Method::HEAD].contains(request.method());
    let found = readable
        .then(|| shared.site.get(request.uri().path(), request.headers()))
        .flatten();
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), trace::of_a_file)
}

/// The measurements, for an address of their own.
pub fn metrics_router(metrics: Arc<Metrics>) -> Router {
    let page = |State(metrics): State<Arc<Metrics>>| async move {
        (
            [("content-type", "text/plain; version=0.0.4; charset=utf-8")],
            metrics.to_string(),
        )
    };
    Router::new()
        .route("/metrics", get(page))
        .with_state(metrics)
}
