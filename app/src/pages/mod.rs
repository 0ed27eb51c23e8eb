//! Every page, in Thai at its path and in English under `/en`.
mod agent;
mod answers;
mod calendar_file;
mod carry;
mod crematorium;
mod document;
mod equipment;
mod fee;
mod frame;
mod home;
mod manual;
mod moving;
mod privacy;
mod sign_in;
pub mod staff;
mod track;
pub mod trouble;
mod unit_card;
mod upload;
mod verify;

use crate::http::AppState;
use axum::Router;
use axum::routing::get;

/// The pages that take photos, in both languages: their bodies are larger and take longer than a form's.
pub fn upload_routes() -> Router<AppState> {
    let site = || {
        Router::new()
            .merge(track::upload_routes())
            .merge(staff::upload_routes())
    };
    Router::new().merge(site()).nest("/en", site())
}

/// All pages in both languages. Unknown paths are for the server, which words them by [`trouble::page`].
pub fn routes() -> Router<AppState> {
    let site = || {
        Router::new()
            .route("/", get(home::page))
            .merge(pages())
            .merge(staff::routes())
    };
    // A nested "/" is "/en" only; people type the slash too.
    Router::new()
        .merge(site())
        .nest("/en", site())
        .route("/en/", get(home::page))
}

/// Pages whose forms carry a file of rows; the server lets their bodies be larger.
pub fn rows_routes() -> Router<AppState> {
    Router::new()
        .merge(staff::rows_routes())
        .nest("/en", staff::rows_routes())
}

fn pages() -> Router<AppState> {
    Router::new()
        .route("/manual/{service}", get(manual::page))
        .route("/privacy", get(privacy::page))
        .route("/verify", get(verify::page).post(verify::look_up))
        .route("/verify/{code}", get(verify::show))
        .route("/unit/{label}", get(unit_card::page))
        .route("/calendar/{file}", get(calendar_file::file))
        .route("/carry", get(carry::page).post(carry::pick_up))
        .merge(crematorium::routes())
        .merge(equipment::routes())
        .merge(track::routes())
        .merge(agent::routes())
        .merge(document::routes())
}
