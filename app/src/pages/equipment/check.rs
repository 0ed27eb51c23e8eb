//! All answers before they are sent, what is free, and the one button that sends.
use super::step::Step;
use super::{Mine, Served, missing, period, sent_path};
use crate::components::{Button, ErrorSummary, FormView, SummaryList, SummaryRow};
use crate::http::{Visit, see_other};
use crate::pages::frame::private_page;
use crate::pages::trouble;
use crate::shell::Document;
use crate::words;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::draft::DraftView;
use domain::crematorium::Rules;
use domain::equipment::{Delivery, Health};
use domain::form::{FieldErrors, Lang, RawFields, raw};
use domain::phone::Phone;
use domain::time::Instant;
use leptos::prelude::*;

/// `GET /equipment/{draft}/check`
pub(super) async fn page(visit: Visit, Path(id): Path<String>) -> Response {
    let mine = match Mine::open(&visit, &id).await {
        Ok(mine) => mine,
        Err(response) => return response,
    };
    let (rules, now) = (visit.desk().rules(), visit.desk().now());
    let open = Step::first_open(&mine.draft.fields, &rules, now);
    if open == Step::Check {
        summary(&visit, &mine.draft, StatusCode::OK, FieldErrors::new()).await
    } else {
        see_other(&visit.href(&open.of(&mine.draft.id, false)))
    }
}

/// `POST /equipment/{draft}/check`: sends, once. A second tap gets the same reference.
pub(super) async fn send(visit: Visit, Path(id): Path<String>) -> Response {
    let mine = match Mine::open(&visit, &id).await {
        Ok(mine) => mine,
        Err(response) => return response,
    };
    let desk = visit.desk();
    match desk.send_loan_draft(&mine.owner, &mine.draft.id).await {
        Ok(_) => see_other(&visit.href(&sent_path(&mine.draft.id))),
        Err(Trouble::Invalid(errors)) => {
            summary(
                &visit,
                &mine.draft,
                StatusCode::UNPROCESSABLE_ENTITY,
                errors,
            )
            .await
        }
        Err(trouble @ Trouble::NotFound) => missing(&visit, &trouble),
        Err(trouble) => trouble::page(&visit, &trouble),
    }
}

async fn summary(
    visit: &Visit,
    draft: &DraftView,
    status: StatusCode,
    errors: FieldErrors,
) -> Response {
    let lang = visit.lang;
    let (rules, now) = (visit.desk().rules(), visit.desk().now());
    let served = Served::now(visit, true).await;
    let error = !errors.is_empty();
    let form = FormView::new(lang, draft.fields.clone(), errors);
    private_page(visit, status, |ctx| {
        let title = lang.t("ตรวจคำตอบก่อนส่ง", "Check your answers");
        let rows = rows(visit, draft, &rules, now, &served);
        let privacy = visit.href("/privacy");
        let action = visit.href(&Step::Check.of(&draft.id, false));
        view! {
            <Document ctx title error private=true back=visit.href(&Step::Place.of(&draft.id, false))>
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                <SummaryList lang rows/>
                <p class="hint">
                    {lang.t("เทศบาลใช้ข้อมูลนี้เพื่อให้บริการเท่านั้น ", "The municipality uses these data for this service only. ")}
                    <a href=privacy>{lang.t("ข้อมูลส่วนบุคคลของท่าน", "Your personal data")}</a>
                </p>
                <form method="post" action=action novalidate>
                    <div class="actions"><Button label=lang.t("ส่งคำขอ", "Send the request")/></div>
                </form>
            </Document>
        }
    })
}

fn rows(
    visit: &Visit,
    draft: &DraftView,
    rules: &Rules,
    now: Instant,
    served: &Served,
) -> Vec<SummaryRow> {
    let lang = visit.lang;
    let fields = &draft.fields;
    let change = |step: Step| visit.href(&step.of(&draft.id, true));
    let phone = Phone::parse(raw(fields, "applicant.phone"))
        .map(|phone| phone.display())
        .unwrap_or_default();
    let row =
        |name: &'static str, value: String, step| SummaryRow::new(name, value).change(change(step));
    let patient = match raw(fields, "patient.who") {
        "self" => lang.t("ผู้ขอเอง", "The applicant").to_owned(),
        _ => raw(fields, "patient.name").to_owned(),
    };
    let health = Health::parse(raw(fields, "patient.condition"))
        .map(|health| health.label().get(lang).to_owned())
        .unwrap_or_default();
    let days = period::understood(fields, rules, now)
        .map(|(from, until)| {
            let (from, until) = (words::day(lang, from), words::day(lang, until));
            lang.t(format!("{from} ถึง {until}"), format!("{from} to {until}"))
        })
        .unwrap_or_default();
    let delivery = Delivery::parse(raw(fields, "delivery"))
        .map(|way| way.label().get(lang).to_owned())
        .unwrap_or_default();
    let mut rows = vec![
        row(
            lang.t("ผู้ขอ", "Applicant"),
            format!("{} {phone}", raw(fields, "applicant.name")),
            Step::Contact,
        ),
        row(
            lang.t("ผู้ป่วย", "Patient"),
            format!("{patient} · {health}"),
            Step::Patient,
        ),
    ];
    rows.push(row(
        lang.t("ขอยืม", "To borrow"),
        asked(fields, rules, lang, served).join("\n"),
        Step::Items,
    ));
    rows.push(row(lang.t("วันที่ใช้", "Days"), days, Step::Period));
    rows.push(row(lang.t("การรับ", "Collection"), delivery, Step::Place));
    rows
}

/// Each type with how many, and whether it is free.
fn asked(fields: &RawFields, rules: &Rules, lang: Lang, served: &Served) -> Vec<String> {
    let items = domain::equipment::application::items(
        fields,
        super::step::terms(rules),
        &mut FieldErrors::new(),
    );
    items
        .unwrap_or_default()
        .into_iter()
        .map(|item| {
            let name = desk::loan::kind_of(rules, &item.kind).name;
            let free = served
                .words(lang, &item.kind)
                .map(|free| format!(" ({free})"))
                .unwrap_or_default();
            format!("{} × {}{free}", name.get(lang), item.quantity)
        })
        .collect()
}
