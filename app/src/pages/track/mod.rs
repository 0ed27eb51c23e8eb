//! Tracking: number and last four digits in, the request as its family may see it out. Lookups are POSTs.
//! A signed-in agent comes to the same pages by its own addresses, and to the same acts.
mod agent;
mod appeal;
mod calendar;
mod change;
mod correction;
mod document;
mod fees;
mod issued;
mod loan;
mod papers;
mod particulars;
mod status;
mod view;
mod withdraw;

pub(super) use loan::loan_lines;

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
use desk::request::{Access, TrackView};
use domain::agent::AgentActor;
use domain::form::{FieldError, FieldErrors, RawFields, raw};
use leptos::prelude::*;

const FIELDS: [&str; 2] = ["reference", "phone_last4"];

/// Everything under `/track`.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/track", get(page).post(track))
        .route("/track/loan", get(again).post(loan::act))
        .route("/track/withdraw", get(again).post(withdraw::withdraw))
        .route("/track/certificate", get(again).post(certificate))
        .route("/track/documents", get(again).post(issued::documents))
        .route("/track/appeal", get(again).post(appeal::appeal))
        .route("/track/calendar", get(again).post(calendar::calendar))
        .route("/track/correct", get(again).post(correct))
        .route("/track/fees", get(again).post(fees::page))
        .route("/track/exemption", get(again).post(fees::ask))
        .route("/track/change", get(again).post(change::change))
        .route("/track/cancel", get(again).post(change::cancel))
        .route("/track/document", get(again).post(document::page))
        .route("/track/particulars", get(again).post(particulars::tell))
        .route("/track/agent", get(again).post(agent::act))
        .route("/track/paper", get(again).post(papers::open))
        .route("/track/registry", get(again).post(papers::registry))
}

/// What takes photos.
pub(super) fn upload_routes() -> Router<AppState> {
    Router::new()
        .route("/track/papers", get(again).post(papers::send))
        .route(
            "/agent/cases/{reference}/papers",
            get(papers::back_to_case).post(papers::send_as_agent),
        )
}

/// What opens a request: number and second fact, as every form of the tracking page carries them on, or an agent.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    reference: String,
    last4: String,
    agent: Option<AgentActor>,
}

impl Facts {
    fn of(answers: &Answers) -> Self {
        Self {
            reference: answers.value("reference").to_owned(),
            last4: answers.value("phone_last4").to_owned(),
            agent: None,
        }
    }

    /// A signed-in agent's way to one of its requests.
    pub(super) fn of_agent(agent: AgentActor, reference: String) -> Self {
        Self {
            reference,
            last4: String::new(),
            agent: Some(agent),
        }
    }

    fn access<'a>(&'a self, visit: &'a Visit) -> Access<'a> {
        match &self.agent {
            Some(agent) => Access::agent(agent, &self.reference),
            None => Access::family(&self.reference, &self.last4, &visit.address),
        }
    }

    /// Where a form of the page is sent: `withdraw` and the like, or nothing for the page itself.
    fn action(&self, visit: &Visit, act: &str) -> String {
        let base = match &self.agent {
            Some(_) => format!("/agent/cases/{}", self.reference),
            None => "/track".to_owned(),
        };
        let path = if act.is_empty() {
            base
        } else {
            format!("{base}/{act}")
        };
        visit.href(&path)
    }

    /// The way back from the page.
    fn back(&self, visit: &Visit) -> String {
        visit.href(if self.agent.is_some() {
            "/agent"
        } else {
            "/track"
        })
    }
}

/// One of an agent's requests, as its family would see it; the opening is logged.
pub(super) async fn agents_page(visit: &Visit, agent: AgentActor, reference: String) -> Response {
    let found = visit.desk().agent_case(&agent, &reference).await;
    let facts = Facts::of_agent(agent, reference);
    match found {
        Ok(found) => view::page(visit, &facts, &found, view::Said::nothing()).await,
        Err(trouble) => not_shown(visit, &facts, &trouble),
    }
}

/// What an agent may do on one of its requests, as the family could.
pub(super) async fn agents_act(
    visit: &Visit,
    agent: AgentActor,
    reference: String,
    act: &str,
    answers: Answers,
) -> Response {
    let facts = Facts::of_agent(agent, reference);
    match act {
        "withdraw" => withdraw::withdraw_by(visit, facts, answers).await,
        "change" => change::change_by(visit, facts, answers).await,
        "cancel" => change::cancel_by(visit, facts, answers).await,
        "certificate" => certificate_by(visit, facts, answers).await,
        "particulars" => particulars::tell_by(visit, facts, answers).await,
        "correct" => correct_by(visit, facts, answers).await,
        "paper" => papers::open_by(visit, &facts, &answers).await,
        "registry" => papers::registry_by(visit, &facts).await,
        "document" => document::shown(visit, &facts, answers.value("kind")).await,
        _ => trouble::page(visit, &Trouble::NotFound),
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
    match visit.desk().track_by(&facts.access(&visit)).await {
        Ok(found) => view::page(&visit, &facts, &found, view::Said::nothing()).await,
        Err(Trouble::OtherService) => loan::page(&visit, &facts).await,
        Err(trouble) => not_shown(&visit, &facts, &trouble),
    }
}

/// `POST /track/certificate`: the number, or that it has not come yet.
async fn certificate(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    certificate_by(&visit, facts, answers).await
}

async fn certificate_by(visit: &Visit, facts: Facts, answers: Answers) -> Response {
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
        return said_again(visit, &facts, fields, FieldErrors::one(error)).await;
    }
    let access = facts.access(visit);
    match visit.desk().answer_certificate_by(&access, &fields).await {
        Ok(found) => {
            let said = view::Said::done(visit.lang.t("บันทึกคำตอบแล้ว", "Your answer is saved"));
            view::page(visit, &facts, &found, said).await
        }
        Err(trouble) => not_changed(visit, &facts, fields, trouble).await,
    }
}

/// `POST /track/correct`: a returned request, sent again.
async fn correct(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    correct_by(&visit, facts, answers).await
}

async fn correct_by(visit: &Visit, facts: Facts, answers: Answers) -> Response {
    let typed = answers.only(&correction::FIELDS);
    let changes = correction::changes(&typed);
    match visit.desk().correct_by(&facts.access(visit), changes).await {
        Ok(found) => {
            // The phone may have been corrected, and with it the second fact.
            let phone = domain::phone::Phone::parse(raw(&found.fields, "applicant.phone"));
            let facts = Facts {
                last4: phone.map_or(facts.last4, |phone| phone.last4().to_owned()),
                ..facts
            };
            let sent = visit
                .lang
                .t("ส่งคำขอที่แก้ไขแล้ว", "The corrected request has been sent");
            view::page(visit, &facts, &found, view::Said::done(sent)).await
        }
        Err(trouble) => not_changed(visit, &facts, typed, trouble).await,
    }
}

/// The request as it stands, when an act on it did not happen: with the errors, or with what came first.
async fn not_changed(visit: &Visit, facts: &Facts, typed: RawFields, trouble: Trouble) -> Response {
    match trouble {
        Trouble::Invalid(errors) => said_again(visit, facts, typed, errors).await,
        Trouble::DecidedFirst { .. } | Trouble::Refused(_) => {
            match visit.desk().track_by(&facts.access(visit)).await {
                Ok(found) => {
                    view::page(visit, facts, &found, view::Said::too_late(visit.lang)).await
                }
                Err(trouble) => not_shown(visit, facts, &trouble),
            }
        }
        trouble => not_shown(visit, facts, &trouble),
    }
}

async fn said_again(
    visit: &Visit,
    facts: &Facts,
    typed: RawFields,
    errors: FieldErrors,
) -> Response {
    match visit.desk().track_by(&facts.access(visit)).await {
        // A form that is no longer offered cannot be corrected.
        Ok(found) if !found.can_correct && typed.contains_key("applicant.name") => {
            view::page(visit, facts, &found, view::Said::too_late(visit.lang)).await
        }
        Ok(found) => view::page(visit, facts, &found, view::Said::wrong(typed, errors)).await,
        Err(trouble) => not_shown(visit, facts, &trouble),
    }
}

/// One answer for every mismatch, with the form as typed.
fn not_shown(visit: &Visit, facts: &Facts, trouble: &Trouble) -> Response {
    if !matches!(trouble, Trouble::NotFound) {
        return trouble::page(visit, trouble);
    }
    if facts.agent.is_some() {
        return agent::gone(visit);
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

/// The hidden fields of a follow-up form; an agent's address says it all.
fn carried(facts: &Facts, found: &TrackView) -> AnyView {
    if facts.agent.is_some() {
        return ().into_any();
    }
    super::frame::hidden(&[
        ("reference", found.reference.as_str()),
        ("phone_last4", &facts.last4),
    ])
}
