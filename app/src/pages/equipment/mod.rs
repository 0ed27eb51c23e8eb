//! Borrowing equipment for residents: the catalogue, one question a page, check, confirmation.
mod catalogue;
mod check;
mod items;
mod patient;
mod period;
mod place;
mod question;
mod sent;
mod step;

pub(super) use catalogue::Served;
pub(super) use items::compact as compact_items;
pub(super) use step::Step;

use crate::http::{AppState, Visit, see_other};
use crate::pages::trouble;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use desk::Trouble;
use desk::draft::{DraftView, Whose};

/// Everything under `/equipment`.
pub(super) fn routes() -> Router<AppState> {
    let mut router = Router::new()
        .route("/equipment", get(catalogue::page).post(catalogue::begin))
        .route("/equipment/{draft}", get(next))
        .route(
            "/equipment/{draft}/check",
            get(check::page).post(check::send),
        )
        .route("/equipment/{draft}/sent", get(sent::page));
    for step in Step::QUESTIONS {
        let (path, change) = (
            format!("/equipment/{{draft}}/{}", step.path()),
            format!("/equipment/{{draft}}/{}/change", step.path()),
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

/// An unsent draft of a loan, of the browser that asks.
struct Mine {
    owner: Whose,
    draft: DraftView,
}

impl Mine {
    /// The draft, sent or not.
    async fn any(visit: &Visit, id: &str) -> desk::Result<Self> {
        let owner = Whose::Browser(visit.browser().ok_or(Trouble::NotFound)?);
        let draft = visit.desk().draft(&owner, id).await?;
        if draft.service != desk::loan::SERVICE {
            return Err(Trouble::OtherService);
        }
        Ok(Self { owner, draft })
    }

    /// The unsent draft; one that was sent answers with its confirmation.
    async fn open(visit: &Visit, id: &str) -> Result<Self, Response> {
        match Self::any(visit, id).await {
            Ok(mine) if mine.draft.sent.is_some() => {
                Err(see_other(&visit.href(&sent_path(&mine.draft.id))))
            }
            Ok(mine) => Ok(mine),
            Err(trouble) => Err(missing(visit, &trouble)),
        }
    }
}

fn sent_path(draft: &str) -> String {
    format!("/equipment/{draft}/sent")
}

/// `GET /equipment/{draft}`: to the next open question.
async fn next(visit: Visit, Path(id): Path<String>) -> Response {
    let mine = match Mine::open(&visit, &id).await {
        Ok(mine) => mine,
        Err(response) => return response,
    };
    let step = Step::first_open(
        &mine.draft.fields,
        &visit.desk().rules(),
        visit.desk().now(),
    );
    see_other(&visit.href(&step.of(&mine.draft.id, false)))
}

/// What is said of a draft that is not on this phone, or is a booking's.
fn missing(visit: &Visit, trouble: &Trouble) -> Response {
    if matches!(trouble, Trouble::NotFound | Trouble::OtherService) {
        let lang = visit.lang;
        return trouble::Calm::new(
            lang,
            axum::http::StatusCode::NOT_FOUND,
            lang.t("ไม่พบคำขอที่กรอกค้างไว้ในเครื่องนี้", "This unfinished request is not on this phone"),
        )
        .line(lang.t(
            "คำขออาจเริ่มไว้ในเครื่องอื่นหรือแอปอื่น เช่น LINE หรือเก็บไว้ครบ 7 วันแล้ว",
            "It may have been started on another phone or in another app such as LINE, or its 7 days are over.",
        ))
        .way("/carry", lang.t("ใส่รหัสเพื่อทำต่อ", "Enter the code"))
        .way("/equipment", lang.t("เริ่มคำขอใหม่", "Start a new request"))
        .way("/track", lang.t("ส่งคำขอแล้ว ดูสถานะ", "It was sent: see where it stands"))
        .answer(visit);
    }
    trouble::page(visit, trouble)
}
