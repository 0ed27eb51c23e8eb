//! A document's files, beside its page. They open by links that last a quarter of
//! an hour and say nothing; the picture page is for browsers that block downloads.
use super::frame::private_page;
use super::trouble;
use crate::components::{Button, ButtonKind};
use crate::file::pdf_response;
use crate::http::{AppState, Visit};
use crate::shell::Document;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::document::Kind;
use domain::form::Lang;
use leptos::prelude::*;

/// As wide as most phones' screens, in pixels.
const WIDTH: u32 = 1080;

/// Everything under `/document`.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/document/{link}", get(picture_page))
        .route("/document/{link}/pdf", get(pdf))
        .route("/document/{link}/png", get(png))
}

/// The links to a document's files.
pub(super) fn files(visit: &Visit, link: &str) -> AnyView {
    let lang = visit.lang;
    let pdf = format!("/document/{link}/pdf");
    view! {
        <ul class="links no-print">
            <li><a href=pdf>{lang.t("ไฟล์ PDF สำหรับพิมพ์", "PDF to print")}</a></li>
            <li>{picture(visit, link)}</li>
        </ul>
    }
    .into_any()
}

/// The link to its picture.
pub(super) fn picture(visit: &Visit, link: &str) -> AnyView {
    let lang = visit.lang;
    let href = visit.href(&format!("/document/{link}"));
    view! { <a href=href>{lang.t("ภาพสำหรับเก็บไว้ในโทรศัพท์", "Picture to keep on the phone")}</a> }
        .into_any()
}

/// `GET /document/{link}`: the picture, to keep by a long press.
async fn picture_page(visit: Visit, Path(link): Path<String>) -> Response {
    let lang = visit.lang;
    let document = match visit.desk().linked_document(&link).await {
        Ok(document) => document,
        Err(why) => return trouble::page(&visit, &why),
    };
    private_page(&visit, StatusCode::OK, |ctx| {
        let title = document.title.clone();
        let src = format!("/document/{link}/png");
        let alt = lang.t(format!("ภาพของ{title}"), format!("Picture of: {title}"));
        view! {
            <Document ctx title=title.clone() private=true back=visit.href("/track")>
                <h1>{title}</h1>
                <p class="lead">{lang.t("กดค้างที่ภาพเพื่อบันทึก หรือถ่ายภาพหน้าจอ", "Press and hold the picture to save it, or take a screenshot.")}</p>
                <p><img class="slip" src=src alt=alt width=WIDTH.to_string()/></p>
            </Document>
        }
    })
}

/// `GET /document/{link}/pdf`
async fn pdf(visit: Visit, Path(link): Path<String>) -> Response {
    match visit.desk().linked_pdf(&link).await {
        Ok((name, bytes)) => pdf_response(&name, bytes),
        Err(why) => trouble::page(&visit, &why),
    }
}

/// `GET /document/{link}/png`
async fn png(visit: Visit, Path(link): Path<String>) -> Response {
    match visit.desk().linked_png(&link, WIDTH).await {
        Ok(bytes) => (
            [("content-type", "image/png"), ("cache-control", "no-store")],
            bytes,
        )
            .into_response(),
        Err(why) => trouble::page(&visit, &why),
    }
}

/// One button for every document, in one form: the same hidden answers for all.
pub(super) fn buttons(lang: Lang, kinds: &[Kind]) -> AnyView {
    kinds
        .iter()
        .map(|kind| {
            view! {
                <Button label=kind.name(lang) kind=ButtonKind::Secondary name="kind" value=kind.code()/>
            }
        })
        .collect_view()
        .into_any()
}
