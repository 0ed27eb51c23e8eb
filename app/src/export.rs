//! A list as a file to download, and the links that offer it.
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::export::{FileKind, Sheet};
use domain::form::Lang;
use leptos::prelude::*;

/// The sheet as an attachment `name.xlsx` or `name.csv`, kept by nobody.
pub fn download(name: &str, kind: FileKind, sheet: &Sheet) -> desk::Result<Response> {
    let bytes = sheet.file(kind)?;
    let plain: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    let attachment = format!("attachment; filename=\"{plain}.{}\"", kind.code());
    let mut response = (StatusCode::OK, bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(kind.media_type()),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&attachment) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// "บันทึกเป็นไฟล์: XLSX CSV". `href` is the export's address up to the kind, `/staff/refunds/export/`; `query` what
/// the list was asked by, `?list=open`.
pub fn links(lang: Lang, href: &str, query: &str) -> AnyView {
    let links = FileKind::ALL.map(|kind| {
        let href = lang.path(&format!("{href}{}{query}", kind.code()));
        let name = kind.code().to_uppercase();
        view! { " "<a href=href download="">{name}</a> }
    });
    view! { <p class="export">{lang.t("บันทึกเป็นไฟล์:", "Save as a file:")}{links.collect_view()}</p> }
        .into_any()
}
