//! The slip for somebody at the counter: the reference to keep, what is booked, what comes next.
use super::frame::{Clerk, Office, Page, Place};
use super::{request, words};
use crate::components::{ButtonKind, ButtonLink, ReferenceNumber, SummaryList, SummaryRow};
use crate::qr;
use axum::extract::Path;
use axum::response::Response;
use leptos::prelude::*;

/// `GET /staff/requests/{reference}/slip`
pub(super) async fn page(Clerk(office): Clerk, Path(reference): Path<String>) -> Response {
    office.answer(slip(&office, &reference).await)
}

async fn slip(office: &Office, reference: &str) -> desk::Result<Response> {
    let lang = office.lang();
    let file = office.desk().open_request(&office.staff, reference).await?;
    let rules = office.desk().rules();
    let now = office.desk().now();
    let number = file.reference.as_str().to_owned();
    // The address only fills the field of the tracking page: nothing is shown for the number alone.
    let address = format!(
        "{}{}?n={number}",
        office.visit.state.public_url,
        office.href("/track")
    );
    let city = rules.municipality.name.get(lang).to_owned();
    let duty = &rules.settings().duty;
    let contact = format!("{} {}", duty.phone, duty.hours_text.get(lang));
    let decide_by = words::when(lang, file.decide_by, now);
    let rows = vec![
        SummaryRow::new(
            lang.t("สิ่งที่จอง", "Booked"),
            words::item(lang, &rules, &file.wish, None),
        ),
        SummaryRow::new(lang.t("สถานะ", "State"), words::status(lang, file.status)),
        SummaryRow::new(lang.t("แจ้งผลทางโทรศัพท์ภายใน", "We call you by"), decide_by),
        SummaryRow::new(lang.t("ติดตามคำขอ", "Track the request"), address.clone()),
        SummaryRow::new(lang.t("ติดต่อ", "Questions"), contact),
    ];
    let needs = lang.t(
        "ติดตามได้ด้วยเลขที่คำขอนี้ และเลขท้าย 4 ตัวของโทรศัพท์ที่ให้ไว้",
        "Track it with this number and the last four digits of the telephone you gave.",
    );
    let title = lang.t("ใบรับคำขอ", "Receipt of the request");
    let back = request::path(&file.reference);
    let href = office.href(&back);
    let picture = qr::svg(&address);
    office
        .page(Page::new(Place::Counter, title).back(back), move || {
            view! {
                <article class="slip">
                    <h1>{title}</h1>
                    <p class="sub">{city}</p>
                    <ReferenceNumber lang value=number nostrip:qr=picture/>
                    <SummaryList lang rows/>
                    <p>{needs}</p>
                </article>
                <div class="actions no-print">
                    <ButtonLink href label=lang.t("เปิดคำขอ", "Open the request") kind=ButtonKind::Secondary/>
                    <p class="hint">{lang.t("พิมพ์ด้วยคำสั่งพิมพ์ของเบราว์เซอร์ (Ctrl+P)", "Print with your browser (Ctrl+P).")}</p>
                </div>
            }
            .into_any()
        })
        .await
}
