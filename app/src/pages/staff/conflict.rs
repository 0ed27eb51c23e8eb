//! "Somebody decided first": who, what now, and what this officer had typed.
use super::frame::{Office, Page, Place};
use super::{request, words};
use crate::components::reference::in_fours;
use crate::components::{ButtonLink, Notice, NoticeKind};
use axum::http::StatusCode;
use axum::response::Response;
use domain::form::{RawFields, raw};
use domain::reference::Reference;
use domain::request::Status;
use leptos::prelude::*;

/// The 409 page.
pub(super) async fn page(
    office: &Office,
    reference: &Reference,
    status: Status,
    by: Option<String>,
    typed: &RawFields,
) -> desk::Result<Response> {
    let lang = office.lang();
    let title = lang.t("มีผู้ตัดสินไปก่อนแล้ว", "Somebody decided first");
    let number = in_fours(reference.as_str());
    let who = by.unwrap_or_else(|| lang.t("ผู้อื่น", "somebody else").to_owned());
    let what = lang.t(
        format!("คำขอ {number} ถูกเปลี่ยนแปลงโดย {who} หลังจากที่คุณเปิดหน้านี้ สิ่งที่คุณส่งยังไม่มีผล"),
        format!("Request {number} was changed by {who} after you opened this page. What you sent has had no effect."),
    );
    let state = words::status_tag(lang, status);
    let href = office.href(&request::path(reference));
    let kept = kept(typed);
    let page = Page::new(Place::Requests, title).status(StatusCode::CONFLICT);
    office
        .page(page, move || {
            view! {
                <h1>{title}</h1>
                <Notice kind=NoticeKind::Hold>
                    <p>{what}</p>
                    <p>{lang.t("สถานะปัจจุบัน ", "Present state ")}{state}</p>
                </Notice>
                <p><ButtonLink href label=lang.t("เปิดคำขอนี้ใหม่", "Open the request again")/></p>
                {(!kept.is_empty()).then(|| view! {
                    <h2>{lang.t("ข้อความที่คุณพิมพ์ไว้", "What you had written")}</h2>
                    {kept.into_iter().map(|text| view! { <p class="kept">{text}</p> }).collect_view()}
                })}
            }
            .into_any()
        })
        .await
}

/// The officer's own words, so that they can be copied.
fn kept(typed: &RawFields) -> Vec<String> {
    ["reason", "defect", "facts"]
        .into_iter()
        .map(|name| raw(typed, name).trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}
