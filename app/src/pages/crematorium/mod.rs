//! The crematorium for residents: start, one question a page, days, check, confirmation, slip, carrying on.
mod ash;
mod carry;
mod check;
pub(super) mod contact;
mod day;
mod day_list;
mod death;
mod deceased;
mod draft;
mod nights;
mod question;
mod relation;
mod residence;
mod sent;
mod slip;
mod slot;
mod start;
mod step;

pub(super) use draft::this_browser;
pub(super) use relation::choices as relations;
pub(super) use residence::choices as residences;
pub(super) use sent::track_address;
pub(super) use slot::Slot;
pub(super) use step::Look;

use crate::http::AppState;
use axum::Router;
use axum::routing::{get, post};
use step::Step;

/// Everything under `/crematorium`.
pub(super) fn routes() -> Router<AppState> {
    let mut router = Router::new()
        .route("/crematorium", get(start::page).post(start::begin))
        .route("/crematorium/{draft}", get(draft::next))
        .route("/crematorium/{draft}/day", get(day::page).post(day::choose))
        .route(
            "/crematorium/{draft}/day/change",
            get(day::page).post(day::choose),
        )
        .route(
            "/crematorium/{draft}/check",
            get(check::page).post(check::send),
        )
        .route(
            "/crematorium/{draft}/extend",
            get(draft::next).post(check::extend),
        )
        .route("/crematorium/{draft}/ash", get(ash::page).post(ash::choose))
        .route("/crematorium/{draft}/sent", get(sent::page))
        .route("/crematorium/{draft}/slip", get(slip::page))
        .route("/crematorium/{draft}/slip.png", get(slip::picture))
        .route(
            "/crematorium/{draft}/carry",
            get(carry::page).post(carry::make),
        );
    for step in Step::QUESTIONS {
        let (path, change) = (
            format!("/crematorium/{{draft}}/{}", step.path()),
            format!("/crematorium/{{draft}}/{}/change", step.path()),
        );
        let handlers = |change| {
            get(move |visit, draft| question::page(step, change, visit, draft)).merge(post(
                move |visit, draft, answers| question::answer(step, change, visit, draft, answers),
            ))
        };
        router = router
            .route(&path, handlers(false))
            .route(&change, handlers(true));
    }
    router
}
