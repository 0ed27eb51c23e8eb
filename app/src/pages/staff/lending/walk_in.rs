//! A loan keyed in by staff: the residents' questions on one page, for the counter and the telephone.
use super::super::counter::{channel, sent_before};
use super::super::frame::{Clerk, Office, Page, Place};
use super::Attempt;
use crate::components::{Button, ErrorSummary, FormView, Kind, TextField, Width};
use crate::http::see_other;
use crate::pages::answers::Answers;
use crate::pages::crematorium::contact;
use crate::pages::equipment::{Served, Step, compact_items};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Datelike;
use desk::Trouble;
use desk::office::{CHANNEL, FORM_KEY};
use domain::crematorium::Rules;
use domain::form::{FieldErrors, Lang, RawFields};
use domain::thai_date;
use domain::time::{self, Instant};
use leptos::prelude::*;

const PATH: &str = "/staff/loans/walk-in";

/// The questions behind the applicant's, in the order they are asked in.
const SECTIONS: [Step; 4] = [Step::Patient, Step::Items, Step::Period, Step::Place];

/// `GET /staff/loans/walk-in`
pub(super) async fn page(Clerk(office): Clerk) -> Response {
    let typed = today(office.desk().now());
    let attempt = Attempt {
        typed,
        ..Attempt::default()
    };
    office.answer(form_page(&office, attempt).await)
}

/// `POST /staff/loans/walk-in`
pub(super) async fn submit(Clerk(office): Clerk, answers: Answers) -> Response {
    office.answer(submitted(&office, answers.all()).await)
}

/// Most people want it now.
fn today(now: Instant) -> RawFields {
    let today = time::local_date(now);
    let parts = [
        ("day", today.day().to_string()),
        ("month", today.month().to_string()),
        ("year", thai_date::buddhist_year(today).to_string()),
    ];
    parts
        .map(|(name, value)| (format!("from.{name}"), value))
        .into()
}

/// The answers as the residents' pages would have kept them, and what is wrong with them.
fn understood(typed: &RawFields, rules: &Rules, now: Instant) -> (RawFields, FieldErrors) {
    let mut fields = contact::keep(typed.clone());
    let mut errors = FieldErrors::new();
    for step in std::iter::once(Step::Contact).chain(SECTIONS) {
        errors.extend(step.check(&fields, &fields, rules, now));
        fields = step.keep(fields, rules);
    }
    (fields, errors)
}

async fn submitted(office: &Office, mut typed: RawFields) -> desk::Result<Response> {
    let desk = office.desk();
    let (fields, errors) = understood(&typed, &desk.rules(), desk.now());
    if !errors.is_empty() {
        return form_page(office, Attempt::wrong(typed, errors)).await;
    }
    let attempt = match desk.walk_in_loan(&office.staff, &fields).await {
        Ok(reference) => {
            let path = format!("/staff/loans/{}", reference.as_str());
            return Ok(see_other(&office.href(&path)));
        }
        Err(Trouble::Invalid(errors)) => Attempt::wrong(typed, errors),
        Err(Trouble::IdempotencyKeyReused) => {
            // A page from before, filled in anew: it gets a key of its own.
            typed.remove(FORM_KEY);
            Attempt {
                status: StatusCode::CONFLICT,
                typed,
                errors: sent_before(),
            }
        }
        Err(trouble) => return Err(trouble),
    };
    form_page(office, attempt).await
}

async fn form_page(office: &Office, mut attempt: Attempt) -> desk::Result<Response> {
    let desk = office.desk();
    let typed = &mut attempt.typed;
    typed
        .entry(FORM_KEY.to_owned())
        .or_insert_with(|| desk.form_key());
    typed
        .entry(CHANNEL.to_owned())
        .or_insert_with(|| "counter".to_owned());
    let (lang, rules, now) = (office.lang(), desk.rules(), desk.now());
    let served = Served(desk.catalogue().await?);
    let kept = attempt.typed.clone();
    let form = FormView::new(lang, attempt.typed, attempt.errors);
    let title = lang.t("รับคำขอยืมที่เคาน์เตอร์", "Walk-in loan");
    let page = Page::new(Place::Loans, title)
        .status(attempt.status)
        .back("/staff/loans");
    office
        .page(page, move || {
            let sections = SECTIONS.map(|step| {
                let look = if step == Step::Items {
                    compact_items(&form, lang, &served)
                } else {
                    step.look(&form, &kept, lang, &rules, now, &served)
                };
                view! { <div class="panel"><h2>{look.title}</h2>{look.fields}</div> }
            });
            let sections = sections.into_iter().collect_view();
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                <p class="sub">{lang.t("ยืมอุปกรณ์ · ถามตามลำดับนี้ได้ทั้งที่เคาน์เตอร์และทางโทรศัพท์", "Equipment · ask in this order, at the counter or on the telephone")}</p>
                <form class="counter" method="post" action=lang.path(PATH) novalidate>
                    <input type="hidden" name=FORM_KEY value=form.value(FORM_KEY)/>
                    {channel(lang, &form)}
                    {applicant(lang, &form)}
                    {sections}
                    <div class="actions"><Button label=lang.t("บันทึกคำขอ", "Save the request")/></div>
                </form>
            }
            .into_any()
        })
        .await
}

fn applicant(lang: Lang, form: &FormView) -> AnyView {
    view! {
        <div class="panel">
            <h2>{lang.t("ผู้ขอ", "Applicant")}</h2>
            <TextField form field="applicant.name" label=lang.t("ชื่อและนามสกุลผู้ขอ", "The applicant's name") kind=Kind::Word/>
            <TextField form field="applicant.phone" label=lang.t("เบอร์โทรผู้ขอ", "The applicant's phone") kind=Kind::Phone width=Width::Long/>
        </div>
    }
    .into_any()
}
