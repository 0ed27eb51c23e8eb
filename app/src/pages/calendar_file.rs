//! The file behind a secret calendar link, for calendar programs.
use crate::http::Visit;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use desk::Trouble;

/// `GET /calendar/{token}.ics`: programs read it, so errors are a status and one line.
pub(super) async fn file(visit: Visit, Path(name): Path<String>) -> Response {
    let Some(token) = name.strip_suffix(".ics") else {
        return gone();
    };
    match visit.desk().calendar_file(token, &visit.address).await {
        Ok(file) => {
            let headers = [
                (CONTENT_TYPE, "text/calendar; charset=utf-8"),
                (CACHE_CONTROL, "no-store"),
            ];
            (headers, file).into_response()
        }
        Err(Trouble::NotFound) => gone(),
        Err(trouble) => super::trouble::page(&visit, &trouble),
    }
}

fn gone() -> Response {
    let words = "ลิงก์ปฏิทินนี้ใช้ไม่ได้แล้ว / This calendar link is no longer in use\n";
    (StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-store")], words).into_response()
}
