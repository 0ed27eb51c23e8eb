//! The headers of every answer: content security policy with its nonce, and the other refusals.
use app::http::{AppState, CspNonce};
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use data_encoding::BASE64;
use desk::Chance;

const FIXED: [(HeaderName, &str); 5] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
];

/// A year; subdomains are not ours to promise for.
const HSTS: &str = "max-age=31536000";

/// Draws the nonce, and sets what the handler has not set itself.
pub async fn secured(State(app): State<AppState>, mut request: Request, next: Next) -> Response {
    let nonce = nonce();
    let policy = policy(&nonce);
    request.extensions_mut().insert(CspNonce(nonce));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    for (name, value) in FIXED {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if app.secure {
        headers
            .entry(STRICT_TRANSPORT_SECURITY)
            .or_insert(HeaderValue::from_static(HSTS));
    }
    response
}

/// 128 bits, new for every answer.
fn nonce() -> String {
    let mut bytes = [0; 16];
    crate::clock::OsChance.fill(&mut bytes);
    BASE64.encode(&bytes)
}

/// Nothing but what is named. The hydration script imports its module by address, hence 'self'.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}
