//! The documents of a request: what there is, and one of them as a page.
use super::{Facts, carried, not_shown};
use crate::components::{DocumentView, Fold};
use crate::http::Visit;
use crate::pages::answers::Answers;
use crate::pages::document;
use crate::pages::frame::private_page;
use crate::pages::trouble;
use crate::shell::Document;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::request::TrackView;
use domain::document::Kind;
use domain::request::Status;
use leptos::prelude::*;

/// The section of the tracking page: one button for every document, `issued`, the way to what was issued, and `calendar`.
/// Once approved it stands open: the permit is what they come for.
pub(super) fn section(
    visit: &Visit,
    facts: &Facts,
    found: &TrackView,
    issued: Option<AnyView>,
    calendar: Option<AnyView>,
) -> AnyView {
    let lang = visit.lang;
    let title = if calendar.is_some() {
        lang.t("เอกสารและปฏิทิน", "Documents and calendar")
    } else {
        lang.t("เอกสารของคำขอนี้", "Documents of this request")
    };
    Fold::new(title)
        .heading()
        .open(found.status == Status::Approved)
        .around(view! {
            {issued}
            <form method="post" action=facts.action(visit, "document") novalidate>
                {carried(facts, found)}
                <div class="actions">{document::buttons(lang, &found.documents)}</div>
            </form>
            {calendar}
        })
}

/// `POST /track/document`: `kind` says which.
pub(super) async fn page(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    shown(&visit, &facts, answers.value("kind")).await
}

pub(super) async fn shown(visit: &Visit, facts: &Facts, kind: &str) -> Response {
    let desk = visit.desk();
    let access = facts.access(visit);
    let found = async {
        let kind = Kind::parse(kind).ok_or(Trouble::NotFound)?;
        let document = desk.document_by(&access, kind, visit.lang).await?;
        let link = desk.document_link(&document)?;
        Ok((document, link))
    };
    let (document, link) = match found.await {
        Ok(found) => found,
        Err(why @ Trouble::NotFound) => return not_shown(visit, facts, &why),
        Err(why) => return trouble::page(visit, &why),
    };
    private_page(visit, StatusCode::OK, |ctx| {
        let title = document.title.clone();
        let files = document::files(visit, &link);
        view! {
            <Document ctx title=title.clone() private=true back=facts.back(visit)>
                <h1>{title.clone()}</h1>
                {files}
                <DocumentView document/>
            </Document>
        }
    })
}
