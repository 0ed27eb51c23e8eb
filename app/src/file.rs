//! A file as an answer: offered to be kept, stored by nobody on the way, opened by nobody's scripts.
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
};
use axum::response::{IntoResponse, Response};

/// A PDF of the office's own.
pub fn pdf_response(name: &str, bytes: Vec<u8>) -> Response {
    file_response("application/pdf", name, bytes)
}

/// Any file; its name is one of this program's, plain letters.
pub fn file_response(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_DISPOSITION, disposition),
        (CACHE_CONTROL, "no-store".to_owned()),
        (
            CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'".to_owned(),
        ),
    ];
    (headers, bytes).into_response()
}
