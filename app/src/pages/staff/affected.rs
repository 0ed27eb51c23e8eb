//! "ต้องย้าย": bookings whose places are out of service or closed, until they have moved.
use super::frame::{Clerk, Office, Page, Place};
use super::{request, words};
use crate::components::reference::in_fours;
use crate::components::{Pager, Tag, TagKind};
use crate::export;
use crate::pages::answers::Asked;
use crate::words as common;
use axum::extract::Path;
use axum::response::Response;
use desk::Trouble;
use desk::affected::AffectedBooking;
use desk::export::{Cell, FileKind, Sheet};
use domain::affected::{CauseKind, Resolution};
use domain::crematorium::Rules;
use domain::form::Lang;
use leptos::prelude::*;
use std::sync::Arc;

/// `GET /staff/must-move`; `?cause=outage|closure`, `?after=` the last row of the page before.
pub(super) async fn list(Clerk(office): Clerk, asked: Asked) -> Response {
    office.answer(list_page(&office, &asked).await)
}

/// `GET /staff/must-move/export/{kind}`: the whole list, or one cause's.
pub(super) async fn export(
    Clerk(office): Clerk,
    Path(kind): Path<String>,
    asked: Asked,
) -> Response {
    office.answer(file(&office, &kind, CauseKind::parse(asked.value("cause"))).await)
}

async fn list_page(office: &Office, asked: &Asked) -> desk::Result<Response> {
    let lang = office.lang();
    let kind = CauseKind::parse(asked.value("cause"));
    let after = Some(asked.value("after")).filter(|after| !after.is_empty());
    let page = office.desk().affected(&office.staff, kind, after).await?;
    let rules = office.desk().rules();
    let base = match kind {
        Some(kind) => format!("/staff/must-move?cause={}&after=", kind.code()),
        None => "/staff/must-move?after=".to_owned(),
    };
    let first = after.map(|_| office.href(base.split("after=").next().unwrap_or_default()));
    let next = page
        .next
        .as_ref()
        .map(|next| office.href(&format!("{base}{}", words::in_query(next))));
    let title = lang.t("ต้องย้าย", "Must move");
    office
        .page(Page::new(Place::MustMove, title), move || {
            let what = lang.t(
                "คำขอที่วันหรือสถานที่ใช้ไม่ได้แล้ว ที่จองไว้ยังอยู่จนกว่าจะย้าย เรียงตามวันที่ใกล้ที่สุด",
                "Bookings whose day or place cannot be kept. They stay until they have moved; the soonest first.",
            );
            let body = if page.rows.is_empty() {
                view! { <p class="empty">{lang.t("ไม่มีคำขอที่ต้องย้าย", "Nothing must move")}</p> }
                    .into_any()
            } else {
                table(lang, &rules, &page.rows)
            };
            let query = kind.map_or_else(String::new, |kind| format!("?cause={}", kind.code()));
            view! {
                <h1>{title}</h1>
                <p class="sub">{what}</p>
                {filters(lang, kind)}
                {body}
                <Pager lang newer=first older=next/>
                {export::links(lang, "/staff/must-move/export/", &query)}
            }
            .into_any()
        })
        .await
}

fn filters(lang: Lang, current: Option<CauseKind>) -> AnyView {
    let tabs = [None, Some(CauseKind::Outage), Some(CauseKind::Closure)].map(|kind| {
        let href = lang.path(&match kind {
            Some(kind) => format!("/staff/must-move?cause={}", kind.code()),
            None => "/staff/must-move".to_owned(),
        });
        let label = kind.map_or(lang.t("ทั้งหมด", "All"), |kind| {
            cause(lang, kind)
        });
        view! { <li><a href=href aria-current=(kind == current).then_some("page")>{label}</a></li> }
    });
    view! { <nav aria-label=lang.t("สาเหตุ", "Cause")><ul class="filters">{tabs.collect_view()}</ul></nav> }
        .into_any()
}

fn cause(lang: Lang, kind: CauseKind) -> &'static str {
    match kind {
        CauseKind::Outage => lang.t("ของชำรุดหรือซ่อม", "Out of service"),
        CauseKind::Closure => lang.t("ปิดทำการ", "Closed day"),
    }
}

/// The bookings as a table; also on an outage's own page.
pub(super) fn table(lang: Lang, rules: &Arc<Rules>, rows: &[AffectedBooking]) -> AnyView {
    let heads = [
        lang.t("วันที่ใช้ไม่ได้", "Day"),
        lang.t("คำขอ", "Request"),
        lang.t("จองไว้", "Booked"),
        lang.t("เพราะ", "Because"),
        lang.t("ผู้ขอ", "Applicant"),
        lang.t("ตอนนี้", "Now"),
    ];
    let heads = heads
        .map(|head| view! { <th scope="col">{head}</th> })
        .collect_view();
    let rows = rows
        .iter()
        .map(|row| {
            let href = lang.path(&request::path(&row.reference));
            let last4 = format!("{}\u{a0}{}", lang.t("ลงท้าย", "ends"), row.phone_last4);
            view! {
                <tr>
                    <td>{common::near_day(lang, row.place_date)}</td>
                    <td><a href=href>{in_fours(row.reference.as_str())}</a><br/>{words::status_tag(lang, row.status)}</td>
                    <td>{words::item(lang, rules, &row.wish, row.furnace.as_deref())}</td>
                    <td>{row.reason.get(lang).to_owned()}<br/><span class="muted">{cause(lang, row.cause.kind)}</span></td>
                    <td>{row.applicant_initials.clone()}<br/><span class="muted">{last4}</span></td>
                    <td>{state(lang, row)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="list">
            <caption class="unseen">{lang.t("คำขอที่ต้องย้าย", "Bookings that must move")}</caption>
            <thead><tr>{heads}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn state_words(lang: Lang, row: &AffectedBooking) -> (&'static str, TagKind) {
    match (row.resolved, row.told) {
        (Some((_, Resolution::Moved)), _) => (lang.t("ย้ายแล้ว", "Moved"), TagKind::Ok),
        (Some((_, Resolution::Stays)), _) => (lang.t("ใช้ได้ตามเดิม", "Stays"), TagKind::Ok),
        (Some((_, Resolution::Ended)), _) => (lang.t("สิ้นสุดแล้ว", "Ended"), TagKind::Closed),
        (None, true) => (lang.t("แจ้งแล้ว รอเลือกวัน", "Told, to choose"), TagKind::Wait),
        (None, false) => (lang.t("ยังไม่ได้แจ้ง", "Not told yet"), TagKind::Late),
    }
}

fn state(lang: Lang, row: &AffectedBooking) -> AnyView {
    let (label, kind) = state_words(lang, row);
    view! { <Tag label kind/> }.into_any()
}

async fn file(office: &Office, kind: &str, only: Option<CauseKind>) -> desk::Result<Response> {
    let kind = FileKind::parse(kind).ok_or(Trouble::NotFound)?;
    let lang = office.lang();
    let rules = office.desk().rules();
    let mut sheet = Sheet::new(
        lang.t("ต้องย้าย", "Must move"),
        &[
            lang.t("วันที่ใช้ไม่ได้", "Day"),
            lang.t("เลขที่คำขอ", "Reference"),
            lang.t("สถานะ", "Status"),
            lang.t("จองไว้", "Booked"),
            lang.t("สาเหตุ", "Cause"),
            lang.t("เหตุผล", "Reason"),
            lang.t("ผู้ขอ", "Applicant"),
            lang.t("เลขท้ายโทรศัพท์", "Phone ends"),
            lang.t("ตอนนี้", "Now"),
        ],
    );
    let mut after: Option<String> = None;
    loop {
        let page = office
            .desk()
            .affected(&office.staff, only, after.as_deref())
            .await?;
        for row in &page.rows {
            sheet.push(vec![
                row.place_date.into(),
                Cell::code(row.reference.as_str()),
                Cell::text(words::status(lang, row.status)),
                Cell::text(words::item(lang, &rules, &row.wish, row.furnace.as_deref())),
                Cell::text(cause(lang, row.cause.kind)),
                Cell::text(row.reason.get(lang)),
                Cell::text(row.applicant_initials.clone()),
                Cell::code(row.phone_last4.clone()),
                Cell::text(state_words(lang, row).0),
            ]);
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return export::download("must-move", kind, &sheet),
        }
    }
}
