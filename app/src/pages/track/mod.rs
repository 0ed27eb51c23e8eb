//! Tracking: number and last four digits in, the request as its family may see it out. Lookups are POSTs.
mod correction;
mod status;
mod view;
mod withdraw;

use super::answers::{Answers, Asked};
use super::frame::private_page;
use super::trouble;
use crate::components::{FormView, Kind, Question, TextField, Width};
use crate::http::{AppState, Visit, see_other};
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use desk::Trouble;
use desk::request::TrackView;
use domain::form::{FieldError, FieldErrors, RawFields, raw};
use leptos::prelude::*;

const FIELDS: [&str; 2] = ["reference", "phone_last4"];

/// Everything under `/track`.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/track", get(page).post(track))
        .route("/track/withdraw", get(again).post(withdraw::withdraw))
        .route("/track/certificate", get(again).post(certificate))
        .route("/track/correct", get(again).post(correct))
}

/// Number and second fact, as every form of the tracking page carries them on.
#[derive(Clone, Debug)]
struct Facts {
    reference: String,
    last4: String,
}

impl Facts {
    fn of(answers: &Answers) -> Self {
        Self {
            reference: answers.value("reference").to_owned(),
            last4: answers.value("phone_last4").to_owned(),
        }
    }
}

/// `GET /track`: `?n=` only fills the field.
async fn page(visit: Visit, asked: Asked) -> Response {
    let fields = RawFields::from([("reference".to_owned(), asked.value("n").to_owned())]);
    form(&visit, StatusCode::OK, fields, FieldErrors::new())
}

/// An address that only answers POSTs, reached by a refresh or the language link.
async fn again(visit: Visit) -> Response {
    see_other(&visit.href("/track"))
}

/// `POST /track`
async fn track(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    match visit
        .desk()
        .track(&facts.reference, &facts.last4, &visit.address)
        .await
    {
        Ok(found) => view::page(&visit, &facts, &found, view::Said::nothing()),
        Err(trouble) => not_shown(&visit, &facts, &trouble),
    }
}

/// `POST /track/certificate`: the number, or that it has not come yet.
async fn certificate(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    let mut fields = answers.only(&view::CERTIFICATE);
    // A number typed without ticking anything is the answer.
    if raw(&fields, "deceased.certificate").is_empty()
        && !raw(&fields, "deceased.certificate_number")
            .trim()
            .is_empty()
    {
        fields.insert("deceased.certificate".to_owned(), "number".to_owned());
    }
    if raw(&fields, "deceased.certificate").is_empty() {
        let error = FieldError::new(
            "deceased.certificate",
            "missing",
            "เลือกว่าได้รับมรณบัตรแล้วหรือยัง",
            "Choose whether the certificate has come",
        );
        return said_again(&visit, &facts, fields, FieldErrors::one(error)).await;
    }
    match visit
        .desk()
        .answer_certificate(&facts.reference, &facts.last4, &visit.address, &fields)
        .await
    {
        Ok(found) => view::page(
            &visit,
            &facts,
            &found,
            view::Said::done(visit.lang.t("บันทึกคำตอบแล้ว", "Your answer is saved")),
        ),
        Err(trouble) => not_changed(&visit, &facts, fields, trouble).await,
    }
}

/// `POST /track/correct`: a returned request, sent again.
async fn correct(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    let typed = answers.only(&correction::FIELDS);
    match visit
        .desk()
        .correct(
            &facts.reference,
            &facts.last4,
            &visit.address,
            correction::changes(&typed),
        )
        .await
    {
        Ok(found) => {
            // The phone may have been corrected, and with it the second fact.
            let phone = domain::phone::Phone::parse(raw(&found.fields, "applicant.phone"));
            let facts = Facts {
                last4: phone.map_or(facts.last4, |phone| phone.last4().to_owned()),
                ..facts
            };
            view::page(
                &visit,
                &facts,
                &found,
                view::Said::done(
                    visit
                        .lang
                        .t("ส่งคำขอที่แก้ไขแล้ว", "The corrected request has been sent"),
                ),
            )
        }
        Err(trouble) => not_changed(&visit, &facts, typed, trouble).await,
    }
}

/// The request as it stands, when an act on it did not happen: with the errors, or with what came first.
async fn not_changed(visit: &Visit, facts: &Facts, typed: RawFields, trouble: Trouble) -> Response {
    match trouble {
        Trouble::Invalid(errors) => said_again(visit, facts, typed, errors).await,
        Trouble::DecidedFirst { .. } | Trouble::Refused(_) => match visit
            .desk()
            .track(&facts.reference, &facts.last4, &visit.address)
            .await
        {
            Ok(found) => view::page(visit, facts, &found, view::Said::too_late(visit.lang)),
            Err(trouble) => not_shown(visit, facts, &trouble),
        },
        trouble => not_shown(visit, facts, &trouble),
    }
}

async fn said_again(
    visit: &Visit,
    facts: &Facts,
    typed: RawFields,
    errors: FieldErrors,
) -> Response {
    match visit
        .desk()
        .track(&facts.reference, &facts.last4, &visit.address)
        .await
    {
        // A form that is no longer offered cannot be corrected.
        Ok(found) if !found.can_correct && typed.contains_key("applicant.name") => {
            view::page(visit, facts, &found, view::Said::too_late(visit.lang))
        }
        Ok(found) => view::page(visit, facts, &found, view::Said::wrong(typed, errors)),
        Err(trouble) => not_shown(visit, facts, &trouble),
    }
}

/// One answer for every mismatch, with the form as typed.
fn not_shown(visit: &Visit, facts: &Facts, trouble: &Trouble) -> Response {
    if !matches!(trouble, Trouble::NotFound) {
        return trouble::page(visit, trouble);
    }
    let mut errors = FieldErrors::new();
    if facts.reference.trim().is_empty() {
        errors.push(FieldError::new(
            "reference",
            "missing",
            "กรอกเลขที่คำขอ 12 หลัก",
            "Enter the reference number, 12 digits",
        ));
    }
    if facts.last4.trim().is_empty() {
        errors.push(FieldError::new(
            "phone_last4",
            "missing",
            "กรอกเลขท้าย 4 ตัวของเบอร์โทร",
            "Enter the last four digits of the phone",
        ));
    }
    let status = if errors.is_empty() {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    if errors.is_empty() {
        errors.push(FieldError::new(
            "reference",
            "not_found",
            "ไม่พบคำขอที่ตรงกัน โปรดตรวจเลขที่คำขอและเลขท้าย 4 ตัวของเบอร์โทรที่ให้ไว้",
            "No request matches. Check the reference number and the last four digits of the phone you gave.",
        ));
    }
    let values = [&facts.reference, &facts.last4];
    let fields = FIELDS
        .iter()
        .zip(values)
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    form(visit, status, fields, errors)
}

fn form(visit: &Visit, status: StatusCode, fields: RawFields, errors: FieldErrors) -> Response {
    let lang = visit.lang;
    let form = FormView::new(lang, fields, errors);
    let rules = visit.desk().rules();
    private_page(visit, status, |ctx| {
        let lost = crate::words::call(
            lang,
            lang.t("หาเลขที่คำขอไม่พบ โทร", "If you cannot find the number, call"),
            &rules.settings().duty,
        );
        view! {
            <Question
                ctx
                form=&form
                title=lang.t("ติดตามคำขอ", "Track a request")
                submit=lang.t("ดูสถานะ", "See where it stands")
                back=lang.path("/")
                action=lang.path("/track")
                after=lost.into_any()
            >
                <TextField
                    form=&form
                    field="reference"
                    label=lang.t("เลขที่คำขอ", "Reference number")
                    hint=lang.t("12 หลัก เช่น 4839 2017 5567", "12 digits, such as 4839 2017 5567")
                    kind=Kind::Digits
                    width=Width::Long
                />
                <TextField
                    form=&form
                    field="phone_last4"
                    label=lang.t("เลขท้าย 4 ตัวของเบอร์โทร", "Last four digits of the phone")
                    hint=lang.t("เบอร์ของผู้ขอหรือผู้ช่วยกรอก", "The applicant's or the helper's")
                    kind=Kind::Digits
                    width=Width::Short
                />
            </Question>
        }
    })
}

/// The hidden fields of a follow-up form.
fn carried(facts: &Facts, found: &TrackView) -> AnyView {
    super::frame::hidden(&[
        ("reference", found.reference.as_str()),
        ("phone_last4", &facts.last4),
    ])
}
