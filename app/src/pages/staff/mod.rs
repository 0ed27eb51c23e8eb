//! The office's pages: sign-in, the day, requests and decisions, calls, the counter, tasks, accounts, settings.
mod accounts;
mod affected;
mod agents;
mod appeals;
mod bank;
mod calendar;
pub(in crate::pages) mod calendar_link;
mod calendar_view;
mod calls;
mod cashier;
mod change;
mod conflict;
mod counter;
mod decision;
mod documents;
mod effect;
mod exemptions;
mod fees;
mod fields;
mod file;
mod file_of_rows;
mod frame;
mod inbox;
mod late;
mod lending;
mod lunar;
mod new_account;
mod on_case;
mod outages;
mod papers;
mod particulars;
mod refunds;
mod request;
mod setting;
mod settings;
mod sign_in;
mod signing;
mod slip;
mod tasks;
#[cfg(test)]
mod tests;
mod urgent;
mod words;

use crate::http::AppState;
use axum::Router;
use axum::routing::get;

/// What takes photos.
pub(super) fn upload_routes() -> Router<AppState> {
    Router::new()
        .route(
            "/staff/requests/{reference}/papers",
            get(papers::back_to_file).post(papers::send),
        )
        .route(
            "/staff/signing/{id}/ink",
            get(signing::back).post(signing::ink),
        )
}

/// Everything under `/staff`; the same router serves `/en/staff`.
pub fn routes() -> Router<AppState> {
    Router::new()
        .merge(lending::routes())
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
        .route(
            "/staff/requests/{reference}/findings",
            get(papers::back_to_file).post(papers::find),
        )
        .route("/staff/requests/{reference}/papers/{id}", get(papers::page))
        .route(
            "/staff/requests/{reference}/papers/{id}/picture",
            get(papers::picture),
        )
        .route(
            "/staff/requests/{reference}/papers/{id}/verdict",
            get(papers::back_to_photo).post(papers::judge),
        )
        .route(
            "/staff/requests/{reference}/documents/{kind}",
            get(documents::page),
        )
        .route("/staff/register", get(documents::register))
        .route("/staff/register/pdf", get(documents::register_pdf))
        .route("/staff/requests/{reference}/slip", get(slip::page))
        .route(
            "/staff/requests/{reference}/particulars",
            get(particulars::page).post(particulars::set),
        )
        .route(
            "/staff/requests/{reference}/fees",
            get(fees::page).post(fees::act),
        )
        .route("/staff/cashier", get(cashier::list).post(cashier::find))
        .route("/staff/cashier/export/{kind}", get(cashier::export))
        .route("/staff/cashier/day", get(cashier::day))
        .route("/staff/cashier/day/export/{kind}", get(cashier::export_day))
        .route(
            "/staff/cashier/{id}",
            get(cashier::sheet).post(cashier::act),
        )
        .route("/staff/bank", get(bank::list))
        .route("/staff/bank/export/{kind}", get(bank::export))
        .route("/staff/bank/{id}", get(bank::line).post(bank::act))
        .route("/staff/exemptions", get(exemptions::list))
        .route("/staff/exemptions/export/{kind}", get(exemptions::export))
        .route("/staff/refunds", get(refunds::list))
        .route("/staff/refunds/export/{kind}", get(refunds::export))
        .route("/staff/refunds/{id}", get(refunds::page).post(refunds::act))
        .route(
            "/staff/requests/{reference}/agent",
            get(request::back_to_file).post(on_case::act),
        )
        .route("/staff/agents", get(agents::list))
        .route("/staff/agents/export/{kind}", get(agents::export))
        .route("/staff/agents/{id}", get(agents::page).post(agents::decide))
        .route("/staff/signing", get(signing::list).post(signing::sign))
        .route("/staff/signing/{id}", get(signing::open))
        .route(
            "/staff/signing/{id}/take-over",
            get(signing::back).post(signing::take_over),
        )
        .route("/staff/signing/{id}/pdf", get(signing::pdf))
        .route("/staff/signing/{id}/scan", get(signing::scan))
        .route("/staff/issued", get(signing::register))
        .route("/staff/issued/export/{kind}", get(signing::export))
        .route("/staff/appeals", get(appeals::list))
        .route("/staff/appeals/export/{kind}", get(appeals::export))
        .route(
            "/staff/appeals/{id}",
            get(appeals::open).post(appeals::decide),
        )
        .route(
            "/staff/requests/{reference}/appeal",
            get(appeals::entry).post(appeals::enter),
        )
        .route("/staff/late", get(late::list))
        .route("/staff/late/{id}", get(late::back).post(late::explain))
        .route(
            "/staff/calendar-link",
            get(calendar_link::page).post(calendar_link::change),
        )
        .route(
            "/staff/requests/{reference}/move",
            get(change::page).post(change::submit),
        )
        .route(
            "/staff/requests/{reference}/furnace",
            get(request::back_to_file).post(change::furnace),
        )
        .route("/staff/must-move", get(affected::list))
        .route("/staff/must-move/export/{kind}", get(affected::export))
        .route("/staff/outages", get(outages::list))
        .route(
            "/staff/outages/new",
            get(outages::form).post(outages::declare),
        )
        .route("/staff/outages/export/{kind}", get(outages::export))
        .route("/staff/outages/{id}", get(outages::page).post(outages::act))
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
        .route(
            "/staff/settings/{kind}",
            get(setting::page).post(setting::change),
        )
        .route(
            "/staff/calendar",
            get(calendar::page).post(calendar::change),
        )
        .route("/staff/calendar/export/{kind}", get(calendar::export))
        .route(
            "/staff/calendar/urgent",
            get(urgent::page).post(urgent::close),
        )
        .route(
            "/staff/calendar/urgent/{revision}",
            get(urgent::back).post(urgent::review),
        )
        .route(
            "/staff/calendar/lunar",
            get(lunar::page).post(lunar::confirm),
        )
}

/// Routes whose forms carry a file of rows, the bank's or the paper register: larger than any other form.
pub fn rows_routes() -> Router<AppState> {
    Router::new()
        .route("/staff/bank/import", get(bank::choose).post(bank::send))
        .merge(lending::import_routes())
}
