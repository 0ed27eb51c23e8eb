//! Agents' pages: registering, signing in, and the requests they act on for families.
mod cases;
mod password;
mod register;
mod sign_in;

use crate::components::{Button, ButtonKind};
use crate::http::{AppState, Visit};
use axum::Router;
use axum::routing::get;
use domain::agent::AgentActor;
use leptos::prelude::*;

/// Everything under `/agent`; the same router serves `/en/agent`.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(
            "/agent/register",
            get(register::page).post(register::submit),
        )
        .route("/agent/registered", get(register::registered))
        .route("/agent/sign-in", get(sign_in::page).post(sign_in::submit))
        .route(
            "/agent/sign-in/code",
            get(sign_in::code_page).post(sign_in::submit_code),
        )
        .route(
            "/agent/sign-in/enrol",
            get(sign_in::enrol_page).post(sign_in::submit_enrolment),
        )
        .route(
            "/agent/sign-out",
            get(sign_in::to_the_cases).post(sign_in::sign_out),
        )
        .route(
            "/agent/password",
            get(password::page).post(password::submit),
        )
        .route("/agent", get(cases::list).post(cases::begin))
        .route("/agent/cases/{reference}", get(cases::open))
        .route(
            "/agent/cases/{reference}/{act}",
            get(cases::back).post(cases::act),
        )
}

/// Who is signed in, and the way out; on top of every page of an agent.
fn bar(visit: &Visit, agent: &AgentActor) -> AnyView {
    let lang = visit.lang;
    let who = format!("{} · {}", agent.organisation, agent.name);
    view! {
        <div class="signed-in">
            <p>{who}</p>
            <p><a href=visit.href("/agent/password")>{lang.t("เปลี่ยนรหัสผ่าน", "Change password")}</a></p>
            <form method="post" action=visit.href("/agent/sign-out")>
                <Button label=lang.t("ออกจากระบบ", "Sign out") kind=ButtonKind::Secondary/>
            </form>
        </div>
    }
    .into_any()
}
