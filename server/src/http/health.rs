//! Whether the process lives, and whether it should be given visitors.
use super::Shared;
use super::errors::Worded;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A database that takes longer is not one to send visitors to.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether the server takes new visitors.
#[derive(Debug, Default)]
pub struct Readiness {
    draining: AtomicBool,
}

impl Readiness {
    /// From now on `/readyz` sends visitors elsewhere.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

/// The process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// The database is reachable, its migrations are done, and the server is not about to stop.
pub async fn ready(State(shared): State<Shared>) -> impl IntoResponse {
    let (status, word) = if shared.readiness.is_draining() {
        (StatusCode::SERVICE_UNAVAILABLE, "draining\n")
    } else {
        match tokio::time::timeout(PATIENCE, shared.app.desk.store.ready()).await {
            Ok(Ok(true)) => (StatusCode::OK, "ready\n"),
            Ok(Ok(false)) => (StatusCode::SERVICE_UNAVAILABLE, "migrations are not done\n"),
            Ok(Err(_)) | Err(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            ),
        }
    };
    (status, Extension(Worded), word)
}
