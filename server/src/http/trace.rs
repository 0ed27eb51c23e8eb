//! What is measured and logged of an answer: method, route pattern, status, time. Never a path, query or person.
use crate::metrics::Metrics;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::time::Instant;

/// Marks the answer that is a file of the site: its path is not a route.
#[derive(Clone, Copy)]
struct OfAFile;

/// Marks a file's answer, for the measurements.
pub fn of_a_file(mut response: Response<Body>) -> Response {
    response.extensions_mut().insert(OfAFile);
    response
}

/// Measures and logs one request.
pub async fn measured(
    State(metrics): State<Arc<Metrics>>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let method = method(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let took = began.elapsed();
    let status = response.status();
    let route = match &route {
        Some(route) => route.as_str(),
        None if response.extensions().get::<OfAFile>().is_some() => "(file)",
        None => "(none)",
    };
    metrics.request(method, route, status.as_u16(), took);
    log(method, route, status, took.as_secs_f64() * 1000.0);
    response
}

/// Reads are many and change nothing: they are logged only when asked for.
fn log(method: &str, route: &str, status: StatusCode, ms: f64) {
    let status = status.as_u16();
    if status >= 500 {
        tracing::warn!(method, route, status, ms, "answered with a failure");
    } else if matches!(method, "GET" | "HEAD") {
        tracing::debug!(method, route, status, ms, "answered");
    } else {
        tracing::info!(method, route, status, ms, "answered");
    }
}

/// The method's name; strange ones are one, so that nobody can fill the measurements.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
