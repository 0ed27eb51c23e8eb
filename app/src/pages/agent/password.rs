//! An agent's own new password: the present one is shown first, and every other session ends.
use super::bar;
use super::sign_in::{keep_session, leave};
use crate::components::{FormView, Kind, Question, TextField, Width};
use crate::http::{Visit, see_other_with};
use crate::pages::answers::Answers;
use crate::pages::frame::private_page;
use crate::pages::sign_in::too_many;
use crate::pages::trouble;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use domain::agent::AgentActor;
use domain::form::{FieldErrors, RawFields, raw};
use leptos::prelude::*;

/// `GET /agent/password`
pub(super) async fn page(visit: Visit) -> Response {
    match visit.agent().await {
        Ok(agent) => form_page(&visit, &agent, StatusCode::OK, FieldErrors::new()),
        Err(response) => response,
    }
}

/// `POST /agent/password`
pub(super) async fn submit(visit: Visit, answers: Answers) -> Response {
    let agent = match visit.agent().await {
        Ok(agent) => agent,
        Err(response) => return response,
    };
    let typed: RawFields = answers.only(&["current", "password"]);
    let token = visit.agent_token().unwrap_or_default();
    let changed = visit
        .desk()
        .change_agent_password(
            &token,
            raw(&typed, "current"),
            raw(&typed, "password"),
            &visit.address,
        )
        .await;
    match changed {
        Ok(token) => see_other_with(
            &visit.href("/agent?done=password"),
            &[keep_session(&visit, &token)],
        ),
        // Passwords are typed again: a page does not repeat them.
        Err(Trouble::Invalid(errors)) => {
            form_page(&visit, &agent, StatusCode::UNPROCESSABLE_ENTITY, errors)
        }
        Err(Trouble::RateLimited {
            retry_after_seconds,
        }) => {
            let errors = too_many(&visit, "current", retry_after_seconds);
            form_page(&visit, &agent, StatusCode::TOO_MANY_REQUESTS, errors)
        }
        Err(Trouble::SignInRequired) => leave(&visit),
        Err(other) => trouble::page(&visit, &other),
    }
}

fn form_page(
    visit: &Visit,
    agent: &AgentActor,
    status: StatusCode,
    errors: FieldErrors,
) -> Response {
    let lang = visit.lang;
    let form = FormView::new(lang, RawFields::new(), errors);
    private_page(visit, status, |ctx| {
        let bar = bar(visit, agent);
        view! {
            <Question
                ctx
                form=&form
                title=lang.t("เปลี่ยนรหัสผ่าน", "Change your password")
                submit=lang.t("เปลี่ยนรหัสผ่าน", "Change it")
                back=visit.href("/agent")
                after=bar
            >
                <TextField form=&form field="current" label=lang.t("รหัสผ่านปัจจุบัน", "Present password") kind=Kind::Password width=Width::Long/>
                <TextField form=&form field="password" label=lang.t("รหัสผ่านใหม่", "New password") hint=lang.t("อย่างน้อย 10 ตัวอักษร ใช้หลายคำต่อกันจำง่ายและปลอดภัย เครื่องอื่นที่เข้าระบบอยู่จะออกจากระบบ", "At least 10 characters. Several words together are easy to remember and safe. Other devices are signed out.") kind=Kind::NewPassword width=Width::Long/>
            </Question>
        }
    })
}
