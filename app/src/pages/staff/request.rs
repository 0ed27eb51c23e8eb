//! One request: the file as an officer reads it, and the decisions it allows.
use super::decision::{self, of_form, refusal_error};
use super::fields::key;
use super::file::FileView;
use super::frame::{Clerk, Office, Page, Place};
use super::{appeals, change, conflict, documents, on_case, signing, words};
use crate::components::FormView;
use crate::components::reference::in_fours;
use crate::http::see_other;
use crate::pages::answers::Answers;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::office::RequestFile;
use domain::form::{FieldError, FieldErrors, Lang, RawFields, raw};
use domain::reference::Reference;
use domain::request::Refusal;
use leptos::prelude::*;

/// What the page shows besides the file: a decision that did not go through.
#[derive(Default)]
struct Attempt {
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
}

/// `GET /staff/requests/{reference}`
pub(super) async fn page(Clerk(office): Clerk, Path(reference): Path<String>) -> Response {
    office.answer(file_page(&office, &reference, Attempt::default()).await)
}

/// `GET /staff/requests/{reference}/decision`: a language link or a reload after an error.
pub(super) async fn back_to_file(Clerk(office): Clerk, Path(reference): Path<String>) -> Response {
    match Reference::parse(&reference) {
        Ok(reference) => see_other(&office.href(&path(&reference))),
        Err(_) => office.answer(Err(Trouble::NotFound)),
    }
}

/// `POST /staff/requests/{reference}/decision`
pub(super) async fn decide(
    Clerk(office): Clerk,
    Path(reference): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(decided(&office, &reference, answers.all()).await)
}

/// The site path of a request's page.
pub(super) fn path(reference: &Reference) -> String {
    format!("/staff/requests/{}", reference.as_str())
}

async fn decided(office: &Office, number: &str, typed: RawFields) -> desk::Result<Response> {
    let reference = Reference::parse(number).map_err(|_| Trouble::NotFound)?;
    let rules = office.desk().rules();
    let about = decision::Desk {
        rules: &rules,
        reference: &reference,
        now: office.desk().now(),
    };
    let (version, action) = match decision::parse(&typed, &about) {
        Ok(parsed) => parsed,
        Err(errors) => {
            return again(
                office,
                number,
                StatusCode::UNPROCESSABLE_ENTITY,
                typed,
                errors,
            )
            .await;
        }
    };
    match office
        .desk()
        .decide(&office.staff, number, version, action)
        .await
    {
        Ok(_) => Ok(see_other(&office.href(&path(&reference)))),
        Err(Trouble::DecidedFirst { status, by }) => {
            conflict::page(office, &reference, status, by, &typed).await
        }
        Err(Trouble::Refused(refusal)) => {
            let errors = FieldErrors::one(refusal_error(raw(&typed, "action"), refusal));
            again(office, number, status_of(refusal), typed, errors).await
        }
        Err(Trouble::Invalid(errors)) => {
            again(
                office,
                number,
                StatusCode::UNPROCESSABLE_ENTITY,
                typed,
                errors,
            )
            .await
        }
        Err(Trouble::NotAllowed) => {
            let refusal = Refusal::NotAllowed;
            let errors = FieldErrors::one(FieldError::new(
                "",
                "not_allowed",
                refusal.th(),
                refusal.en(),
            ));
            again(office, number, StatusCode::FORBIDDEN, typed, errors).await
        }
        Err(other) => Err(other),
    }
}

fn status_of(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::NotAllowed | Refusal::DelegationNotValid => StatusCode::FORBIDDEN,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

pub(super) async fn again(
    office: &Office,
    reference: &str,
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
) -> desk::Result<Response> {
    file_page(
        office,
        reference,
        Attempt {
            status,
            typed,
            errors,
        },
    )
    .await
}

async fn file_page(office: &Office, reference: &str, attempt: Attempt) -> desk::Result<Response> {
    let file = match office.desk().open_request(&office.staff, reference).await {
        Ok(file) => file,
        // A loan's number typed among bookings.
        Err(Trouble::OtherService) => {
            return Ok(see_other(
                &office.href(&format!("/staff/loans/{reference}")),
            ));
        }
        Err(trouble) => return Err(trouble),
    };
    let agent = match file.channel.as_str() {
        "agent" => on_case::panel(office, file.reference.as_str()).await?,
        _ => None,
    };
    let moving = change::panel(office, &file).await?;
    let printed = documents::panel(office, file.reference.as_str()).await?;
    let lang = office.lang();
    let rules = office.desk().rules();
    let papers = office.desk().papers(&office.staff, reference).await?;
    let mut answers = refusal_words(&file, &rules);
    // All defects at once: a return begins with those the papers have.
    answers.insert(key("return", "defect"), papers.defects().join("\n"));
    answers.extend(of_form(&attempt.typed));
    let view = FileView {
        lang,
        now: office.desk().now(),
        signer: office.staff.clone(),
        attempted: raw(&attempt.typed, "action").to_owned(),
        form: FormView::new(lang, answers, attempt.errors),
        rules,
        papers,
        file,
    };
    let number = in_fours(view.file.reference.as_str());
    let title = format!("{} {number}", lang.t("คำขอ", "Request"));
    let page = Page::new(Place::Requests, title)
        .status(attempt.status)
        .back("/staff/requests");
    let issued = office.desk().issued_of(&office.staff, reference).await?;
    let appeals = office.desk().appeals_of(&office.staff, reference).await?;
    let fees = super::fees::panel(office, reference).await?;
    let particulars = super::particulars::panel(office, reference).await?;
    office
        .page(page, move || {
            let number = &view.file.reference;
            // Where it must move, that stands first.
            let (first, moving) = match moving {
                Some(panel) if panel.urgent => (Some(panel.view), None),
                other => (None, other.map(|panel| panel.view)),
            };
            let panels = view! {
                {particulars}
                {moving}
                {fees}
                {printed}
                {signing::panel(lang, &issued)}
                {appeals::panel(lang, number, &appeals)}
            }
            .into_any();
            view.page(view! { {first}{agent} }.into_any(), panels)
        })
        .await
}

/// What a refusal says unless the officer writes otherwise: an order of the office is written in Thai.
fn refusal_words(file: &RequestFile, rules: &domain::crematorium::Rules) -> RawFields {
    let lang = Lang::Th;
    let facts = format!(
        "ตามคำขอเลขที่ {} ยื่นเมื่อ {} ขอใช้ {} สำหรับผู้เสียชีวิตชื่อ {}",
        file.reference.grouped(),
        words::moment(lang, file.submitted_at),
        words::item(lang, rules, &file.wish, None),
        file.deceased_name,
    );
    let settings = rules.settings();
    RawFields::from([
        (key("refuse", "facts"), facts),
        (key("refuse", "law"), settings.refusal_law.th.clone()),
        (key("refuse", "appeal"), settings.appeal_text.th.clone()),
    ])
}
