//! The slip for somebody at the counter: the reference to keep, what is booked, when it is decided, whom to call.
//!
//! It prints on A4 (reference and QR at the top right), on A5, and on the 80 mm roll of a thermal printer.
use super::frame::{Clerk, Office, Page, Place};
use super::{request, words};
use crate::components::{ButtonLink, ReferenceNumber, SummaryList, SummaryRow};
use crate::pages::answers::Asked;
use crate::qr;
use crate::words as common;
use axum::extract::Path;
use axum::response::Response;
use domain::form::Lang;
use leptos::prelude::*;

/// What the slip is printed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paper {
    A4,
    A5,
    Roll,
}

impl Paper {
    const ALL: [Self; 3] = [Self::A4, Self::A5, Self::Roll];

    fn code(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::A5 => "a5",
            Self::Roll => "roll",
        }
    }

    fn parse(code: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|paper| paper.code() == code)
            .unwrap_or(Self::A4)
    }

    fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::A4 => "A4",
            Self::A5 => "A5",
            Self::Roll => lang.t("ม้วน 80 มม.", "80 mm roll"),
        }
    }
}

/// `GET /staff/requests/{reference}/slip`; `?paper=` is `a4`, `a5` or `roll`.
pub(super) async fn page(
    Clerk(office): Clerk,
    Path(reference): Path<String>,
    asked: Asked,
) -> Response {
    office.answer(slip(&office, &reference, Paper::parse(asked.value("paper"))).await)
}

async fn slip(office: &Office, reference: &str, paper: Paper) -> desk::Result<Response> {
    let lang = office.lang();
    let file = office.desk().open_request(&office.staff, reference).await?;
    let rules = office.desk().rules();
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
    // On paper "today" is read tomorrow.
    let decide_by = words::moment(lang, file.decide_by);
    let mut rows: Vec<_> = common::places(lang, &rules, &file.wish)
        .into_iter()
        .map(|(name, places)| SummaryRow::new(name, places))
        .collect();
    rows.extend([
        SummaryRow::new(lang.t("สถานะ", "State"), words::status(lang, file.status)),
        SummaryRow::new(lang.t("พิจารณาภายใน", "Decided by"), decide_by),
        SummaryRow::new(lang.t("ติดต่อ", "Questions"), contact),
        SummaryRow::new(lang.t("ติดตามคำขอ", "Track the request"), address.clone()),
    ]);
    let needs = lang.t(
        "ติดตามได้ด้วยเลขที่คำขอนี้ และเลขท้าย 4 ตัวของโทรศัพท์ที่ให้ไว้",
        "Track it with this number and the last four digits of the telephone you gave.",
    );
    let title = lang.t("ใบรับคำขอ", "Receipt of the request");
    let back = request::path(&file.reference);
    let href = office.href(&back);
    let next = office.href("/staff/walk-in");
    let picture = qr::svg(&address);
    let died = common::day(lang, file.date_of_death);
    let class = format!("slip on-{}", paper.code());
    let papers = Paper::ALL.map(|other| {
        let href = office.href(&format!("{back}/slip?paper={}", other.code()));
        let current = (other == paper).then_some("true");
        view! { <li><a href=href aria-current=current>{other.label(lang)}</a></li> }
    });
    office
        .page(Page::new(Place::Counter, title).back(back), move || {
            view! {
                <article class=class>
                    <h1>{title}</h1>
                    <p class="sub">{city}</p>
                    <ReferenceNumber lang value=number nostrip:qr=picture/>
                    <SummaryList lang rows/>
                    <p>{needs}</p>
                </article>
                <section class="no-print" aria-label=lang.t("ขั้นต่อไป", "What next")>
                    <p class="hint">{lang.t(
                        format!("บันทึกวันที่เสียชีวิตเป็น {died} ถ้าไม่ถูกต้อง เปิดคำขอเพื่อแก้ไข"),
                        format!("The date of death was read as {died}. If that is wrong, open the request to correct it."),
                    )}</p>
                    // The next thing is the next family: Enter goes there, Ctrl+P prints.
                    <p><a class="button" href=next autofocus=true accesskey="n">{lang.t("รายการถัดไป", "Next request")}</a>" "
                        <ButtonLink href label=lang.t("เปิดคำขอ", "Open the request") kind=crate::components::ButtonKind::Secondary/></p>
                    <p id="paper">{lang.t("พิมพ์ด้วย Ctrl+P บนกระดาษ", "Print with Ctrl+P on")}</p>
                    <ul class="filters" aria-labelledby="paper">{papers.collect_view()}</ul>
                </section>
            }
            .into_any()
        })
        .await
}
