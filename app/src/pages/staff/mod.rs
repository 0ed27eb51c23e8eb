//! The office's pages: sign-in, the day, requests and decisions, calls, the counter, tasks, accounts, settings.
mod accounts;
mod agents;
mod calls;
mod conflict;
mod counter;
mod decision;
mod fields;
mod file;
mod frame;
mod inbox;
mod new_account;
mod on_case;
mod request;
mod settings;
mod sign_in;
mod slip;
mod tasks;
#[cfg(test)]
mod tests;
mod words;

use crate::http::AppState;
use axum::Router;
use axum::routing::get;

/// Everything under `/staff`; the same router serves `/en/staff`.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/staff/sign-in", get(sign_in::page).post(sign_in::submit))
        .route(
            "/staff/sign-in/code",
            get(sign_in::code_page).post(sign_in::submit_code),
        )
        .route(
            "/staff/sign-out",
            get(sign_in::to_the_day).post(sign_in::sign_out),
        )
        .route("/staff", get(inbox::day))
        .route("/staff/requests", get(inbox::requests))
        .route(
            "/staff/search",
            get(inbox::before_search).post(inbox::search),
        )
        .route("/staff/requests/{reference}", get(request::page))
        .route(
            "/staff/requests/{reference}/decision",
            get(request::back_to_file).post(request::decide),
        )
        .route("/staff/requests/{reference}/slip", get(slip::page))
        .route(
            "/staff/requests/{reference}/agent",
            get(request::back_to_file).post(on_case::act),
        )
        .route("/staff/agents", get(agents::list))
        .route("/staff/agents/{id}", get(agents::page).post(agents::decide))
        .route("/staff/calls", get(calls::list))
        .route("/staff/calls/{id}", get(calls::sheet).post(calls::log))
        .route("/staff/walk-in", get(counter::page).post(counter::submit))
        .route("/staff/tasks", get(tasks::list))
        .route("/staff/tasks/{id}", get(tasks::back).post(tasks::finish))
        .route("/staff/accounts", get(accounts::list).post(accounts::add))
        .route(
            "/staff/accounts/{id}",
            get(accounts::back).post(accounts::change),
        )
        .route("/staff/settings", get(settings::page))
}
