//! Going on with a draft on this phone, by the code that another one shows.
use super::answers::{Answers, Asked};
use super::crematorium::this_browser;
use super::frame::private_page;
use super::trouble;
use crate::components::{FormView, Kind, Question, TextField, Width};
use crate::http::{Visit, see_other_with};
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use domain::form::{FieldError, FieldErrors, RawFields};
use leptos::prelude::*;

/// `GET /carry`: `?c=` only fills the field.
pub(super) async fn page(visit: Visit, asked: Asked) -> Response {
    let fields = RawFields::from([("code".to_owned(), asked.value("c").to_owned())]);
    form(&visit, StatusCode::OK, fields, FieldErrors::new())
}

/// `POST /carry`: this browser becomes the draft's owner.
pub(super) async fn pick_up(visit: Visit, answers: Answers) -> Response {
    let code = answers.value("code");
    if code.trim().is_empty() {
        let error = FieldError::new(
            "code",
            "missing",
            "กรอกรหัส 10 หลักจากโทรศัพท์เครื่องเดิม",
            "Enter the ten digits that the other phone shows",
        );
        return form(
            &visit,
            StatusCode::UNPROCESSABLE_ENTITY,
            answers.only(&["code"]),
            FieldErrors::one(error),
        );
    }
    let (browser, cookies) = match this_browser(&visit).await {
        Ok(known) => known,
        Err(trouble) => return trouble::page(&visit, &trouble),
    };
    match visit.desk().pick_up(&browser, code, &visit.address).await {
        Ok(draft) => see_other_with(&visit.href(&format!("/crematorium/{draft}")), &cookies),
        Err(Trouble::NotFound) => {
            let error = FieldError::new(
                "code",
                "unknown",
                "รหัสไม่ถูกต้อง ใช้ไปแล้ว หรือหมดอายุ โปรดตรวจตัวเลข หรือขอรหัสใหม่จากเครื่องเดิม",
                "The code is not right, was used, or has ended. Check the digits, or ask the other phone for a new one.",
            );
            form(
                &visit,
                StatusCode::UNPROCESSABLE_ENTITY,
                answers.only(&["code"]),
                FieldErrors::one(error),
            )
        }
        Err(trouble) => trouble::page(&visit, &trouble),
    }
}

fn form(visit: &Visit, status: StatusCode, fields: RawFields, errors: FieldErrors) -> Response {
    let lang = visit.lang;
    let form = FormView::new(lang, fields, errors);
    private_page(visit, status, |ctx| {
        view! {
            <Question
                ctx
                form=&form
                title=lang.t("ทำต่อจากโทรศัพท์เครื่องอื่น", "Continue from another phone")
                submit=lang.t("ทำต่อในเครื่องนี้", "Continue on this phone")
                back=lang.path("/crematorium")
                action=lang.path("/carry")
            >
                <TextField
                    form=&form
                    field="code"
                    label=lang.t("รหัส 10 หลัก", "Ten-digit code")
                    hint=lang.t("ดูได้ที่ \"ทำต่อในโทรศัพท์เครื่องอื่น\" บนเครื่องเดิม", "The other phone shows it under \"Continue on another phone\".")
                    kind=Kind::Digits
                    width=Width::Long
                />
            </Question>
        }
    })
}
