//! The office's pages of lending: requests and loans, the counter, the register of units, consumables.
mod counter;
mod file;
mod import;
mod list;
mod supplies;
mod unit;
mod units;
mod walk_in;

use crate::http::AppState;
use crate::pages::answers::Answers;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use desk::Trouble;
use domain::form::{FieldError, FieldErrors, RawFields};
use domain::request::Refusal;

/// Everything under `/staff/loans`, `/staff/equipment` and `/staff/supplies`.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/staff/loans", get(list::list).post(list::search))
        .route("/staff/loans/today", get(list::today))
        .route(
            "/staff/loans/walk-in",
            get(walk_in::page).post(walk_in::submit),
        )
        .route(
            "/staff/loans/return",
            get(counter::back).post(counter::take_back),
        )
        .route("/staff/loans/{reference}", get(file::page).post(file::act))
        .route(
            "/staff/loans/{reference}/decision",
            get(file::again).post(file::decide),
        )
        .route(
            "/staff/loans/{reference}/hand-over/{line}",
            get(counter::form).post(counter::hand_over),
        )
        .route("/staff/equipment", get(units::list))
        .route("/staff/equipment/export/{kind}", get(units::export))
        .route("/staff/equipment/template/{kind}", get(import::template))
        .route(
            "/staff/equipment/new",
            get(units::form).post(units::register),
        )
        .route("/staff/equipment/find", post(units::find))
        .route("/staff/equipment/{id}", get(unit::page).post(unit::act))
        .route("/staff/supplies", get(supplies::list))
        .route(
            "/staff/supplies/{kind}",
            get(supplies::book).post(supplies::act),
        )
}

/// The form that carries the paper register.
pub(super) fn import_routes() -> Router<AppState> {
    Router::new().route(
        "/staff/equipment/import",
        get(import::choose).post(import::send),
    )
}

/// What a page shows besides what it is about: an act that did not go through.
#[derive(Default)]
struct Attempt {
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
}

impl Attempt {
    fn wrong(typed: RawFields, errors: FieldErrors) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            typed,
            errors,
        }
    }
}

/// Why an act of the office did not happen, in words for the page it came from; anything else is the caller's.
fn said(trouble: Trouble) -> desk::Result<(StatusCode, FieldErrors)> {
    let one = |code, th: &str, en: &str| FieldErrors::one(FieldError::new("", code, th, en));
    match trouble {
        Trouble::Invalid(errors) => Ok((StatusCode::UNPROCESSABLE_ENTITY, errors)),
        Trouble::Refused(refusal) => {
            let status = match refusal {
                Refusal::NotAllowed | Refusal::DelegationNotValid => StatusCode::FORBIDDEN,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            Ok((status, one("refused", refusal.th(), refusal.en())))
        }
        Trouble::DecidedFirst { by, .. } => {
            let who = by.unwrap_or_else(|| "ผู้อื่น".to_owned());
            let errors = one(
                "came_first",
                &format!("{who} บันทึกไปก่อนแล้ว สถานะล่าสุดอยู่ในหน้านี้ สิ่งที่ส่งยังไม่มีผล"),
                &format!(
                    "{who} was first. The present state is on this page; what you sent has had no effect."
                ),
            );
            Ok((StatusCode::CONFLICT, errors))
        }
        Trouble::NotAllowed => {
            let refusal = Refusal::NotAllowed;
            Ok((
                StatusCode::FORBIDDEN,
                one("not_allowed", refusal.th(), refusal.en()),
            ))
        }
        trouble => Err(trouble),
    }
}

/// Everything a form sent, the last of a repeated name.
fn kept(answers: &Answers) -> RawFields {
    answers.0.iter().cloned().collect()
}

/// Every value of a repeated name that is a number.
fn numbers(answers: &Answers, name: &str) -> Vec<usize> {
    answers
        .values(name)
        .filter_map(|value| value.parse().ok())
        .collect()
}

/// A number typed into a field that may be empty.
fn number(typed: &str) -> Option<u32> {
    domain::text::ascii_digits(typed.trim()).parse().ok()
}
