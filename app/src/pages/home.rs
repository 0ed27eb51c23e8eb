//! The start page: the two services, tracking, whom to call, and what was left unfinished.
use super::frame::{private_page, public_page};
use crate::components::{ButtonLink, Notice};
use crate::http::Visit;
use crate::shell::{Document, PageContext};
use crate::words;
use axum::http::StatusCode;
use axum::response::Response;
use desk::draft::DraftView;
use domain::crematorium::Rules;
use domain::form::Lang;
use leptos::prelude::*;

/// `GET /`
pub(super) async fn page(visit: Visit) -> Response {
    let rules = visit.desk().rules();
    let lang = visit.lang;
    let drafts = unfinished(&visit).await;
    if drafts.is_empty() {
        public_page(&visit, |ctx| home(ctx, lang, &rules, drafts))
    } else {
        private_page(&visit, StatusCode::OK, |ctx| {
            home(ctx, lang, &rules, drafts)
        })
    }
}

/// Drafts of this browser that were not sent. An outage only means that the page does not offer them.
pub(super) async fn unfinished(visit: &Visit) -> Vec<DraftView> {
    match visit.browser() {
        Some(browser) => visit.desk().drafts(&browser).await.unwrap_or_default(),
        None => Vec::new(),
    }
}

/// Links to them. Nobody is named: a phone may be shared.
pub(super) fn continue_links(lang: Lang, drafts: &[DraftView]) -> Option<AnyView> {
    let links: Vec<_> = drafts
        .iter()
        .filter(|draft| !draft.fields.is_empty())
        .take(3)
        .map(|draft| {
            let loan = draft.service == desk::loan::SERVICE;
            let href = lang.path(&format!("/{}/{}", draft.service, draft.id));
            let what = if loan {
                lang.t("กรอกคำขอยืมอุปกรณ์ต่อ", "Continue the equipment request")
            } else {
                lang.t("กรอกคำขอใช้ฌาปนสถานต่อ", "Continue the crematorium request")
            };
            let held = draft.hold.as_ref().filter(|hold| !hold.lapsed).map(|hold| {
                let until = words::clock(lang, hold.until);
                lang.t(
                    format!(" (จองวันไว้ให้ถึง {until})"),
                    format!(" (day held until {until})"),
                )
            });
            view! { <li><a href=href>{what}</a>{held}</li> }
        })
        .collect();
    (!links.is_empty()).then(|| {
        view! {
            <Notice title=lang.t("คำขอที่ยังไม่ได้ส่ง", "Not sent yet")><ul class="plain">{links}</ul></Notice>
        }
        .into_any()
    })
}

fn home(
    ctx: PageContext,
    lang: Lang,
    rules: &Rules,
    drafts: Vec<DraftView>,
) -> impl IntoView + use<> {
    let city = &rules.municipality;
    let title = lang.t(
        "บริการฌาปนสถานและยืมอุปกรณ์ทางการแพทย์",
        "Crematorium and medical equipment",
    );
    let crematorium = lang.path("/crematorium");
    let manual = city.manual("crematorium").map(|_| {
        let href = lang.path("/manual/crematorium");
        view! { <p><a href=href>{lang.t("ขั้นตอน เอกสาร และค่าธรรมเนียม", "Steps, documents and fees")}</a></p> }
    });
    let equipment = city.manual("equipment").map(|_| {
        let href = lang.path("/manual/equipment");
        let borrow = lang.path("/equipment");
        view! {
            <section class="service">
                <h2>{lang.t("ขอยืมวัสดุ/ครุภัณฑ์ทางการแพทย์", "Borrow medical equipment")}</h2>
                <p>{lang.t("ขอยืมไปใช้ที่บ้านได้ทุกเวลา ดูว่าอะไรว่าง และขอเข้าคิวได้", "Ask at any hour for equipment to use at home; see what is free, or join the queue.")}</p>
                <p><ButtonLink href=borrow label=lang.t("ขอยืมอุปกรณ์", "Borrow equipment")/></p>
                <p><a href=href>{lang.t("รายการ ขั้นตอน และเอกสาร", "Steps and documents")}</a></p>
            </section>
        }
    });
    let duty = words::call(lang, lang.t("โทร", "Call"), &rules.settings().duty);
    let track = lang.path("/track");
    let unfinished = continue_links(lang, &drafts);
    view! {
        <Document ctx title>
            <h1>{title}</h1>
            {unfinished}
            <section class="service">
                <h2>{lang.t("ขอใช้ฌาปนสถาน", "Use the crematorium")}</h2>
                <p>{lang.t("จองศาลาและวันฌาปนกิจได้ทุกเวลา ไม่ต้องมาที่สำนักงาน", "Book a pavilion and the day of the cremation at any hour, without coming to the office.")}</p>
                <p><ButtonLink href=crematorium label=lang.t("ขอใช้ฌาปนสถาน", "Use the crematorium")/></p>
                {manual}
                {duty}
            </section>
            <section class="service">
                <h2>{lang.t("ติดตามคำขอ", "Track a request")}</h2>
                <p><a href=track>{lang.t("ดูสถานะด้วยเลขที่คำขอ", "See where it stands, with the reference number")}</a></p>
            </section>
            {equipment}
        </Document>
    }
}
