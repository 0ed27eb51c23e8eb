//! The least that can send the same bytes: an axum handler behind the same compression, in a process of its own.
use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::serve::ListenerExt;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::net::TcpListener;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

/// As `server/src/http/mod.rs` compresses.
const COMPRESSION: CompressionLevel = CompressionLevel::Precise(3);

type Pages = Arc<BTreeMap<String, (HeaderValue, Bytes)>>;

/// Serves until it is ended; the first line of standard output is the address.
pub async fn serve(folder: &std::path::Path) -> Result<()> {
    let pages = read(folder)?;
    let router = Router::new()
        .route("/{name}", any(page))
        .with_state(pages)
        .layer(CompressionLayer::new().quality(COMPRESSION));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        // As Sala does.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await.context("serving")
}

/// The body is read, as a form is, and not looked at.
async fn page(State(pages): State<Pages>, Path(name): Path<String>, _body: Bytes) -> Response {
    match pages.get(&name) {
        Some((kind, body)) => ([(CONTENT_TYPE, kind.clone())], body.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn read(folder: &std::path::Path) -> Result<Pages> {
    let mut pages = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "body") {
            let name = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let kind = std::fs::read_to_string(path.with_extension("type"))?;
            let body = Bytes::from(std::fs::read(&path)?);
            pages.insert(name, (HeaderValue::from_str(&kind)?, body));
        }
    }
    Ok(Arc::new(pages))
}
