//! No page here: in the visitor's language, with the ways on.
use super::trouble;
use crate::http::Visit;
use axum::response::Response;
use desk::Trouble;

/// The fallback of the whole site.
pub async fn page(visit: Visit) -> Response {
    trouble::page(&visit, &Trouble::NotFound)
}
