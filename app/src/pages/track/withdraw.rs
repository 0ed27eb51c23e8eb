//! Withdrawing: asked once more, then done, once.
use super::view::{self, Said};
use super::{Facts, carried, not_changed, not_shown};
use crate::components::reference::in_fours;
use crate::components::{Button, ButtonKind};
use crate::http::Visit;
use crate::pages::answers::Answers;
use crate::pages::frame::{hidden, private_page};
use crate::shell::Document;
use crate::words;
use axum::http::StatusCode;
use axum::response::Response;
use desk::request::TrackView;
use domain::form::RawFields;
use leptos::prelude::*;

/// `POST /track/withdraw`: shows what would be given back; with `confirm=yes` gives it back.
pub(super) async fn withdraw(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    withdraw_by(&visit, facts, answers).await
}

/// The same, by whoever may.
pub(super) async fn withdraw_by(visit: &Visit, facts: Facts, answers: Answers) -> Response {
    let access = facts.access(visit);
    if answers.value("confirm") == "yes" {
        return match visit.desk().withdraw_by(&access).await {
            Ok(found) => view::page(visit, &facts, &found, Said::nothing()).await,
            Err(trouble) => not_changed(visit, &facts, RawFields::new(), trouble).await,
        };
    }
    match visit.desk().track_by(&access).await {
        Ok(found) if found.can_withdraw => confirm(visit, &facts, &found),
        Ok(found) => view::page(visit, &facts, &found, Said::too_late(visit.lang)).await,
        Err(trouble) => not_shown(visit, &facts, &trouble),
    }
}

fn confirm(visit: &Visit, facts: &Facts, found: &TrackView) -> Response {
    let lang = visit.lang;
    let rules = visit.desk().rules();
    private_page(visit, StatusCode::OK, |ctx| {
        let title = lang.t("ถอนคำขอนี้หรือไม่", "Withdraw this request?");
        let places = words::places_line(lang, &rules, &found.wish);
        let number = in_fours(found.reference.as_str());
        let (act, keep) = (facts.action(visit, "withdraw"), facts.action(visit, ""));
        let (carried_on, carried_back) = (carried(facts, found), carried(facts, found));
        view! {
            <Document ctx title private=true>
                <h1>{title}</h1>
                <p>{lang.t("เลขที่ ", "Number ")}<b>{number}</b></p>
                <p>{places}</p>
                <p>{lang.t("วันที่จองไว้จะคืนให้ผู้อื่นจองได้ทันที และเรียกคืนไม่ได้", "The places are given back at once for others to book. This cannot be undone.")}</p>
                <form method="post" action=act novalidate>
                    {carried_on}
                    {hidden(&[("confirm", "yes")])}
                    <div class="actions"><Button label=lang.t("ถอนคำขอ", "Withdraw the request") kind=ButtonKind::Warning/></div>
                </form>
                <form method="post" action=keep novalidate>
                    {carried_back}
                    <div class="actions"><Button label=lang.t("ไม่ถอน กลับไปดูสถานะ", "Keep it and go back") kind=ButtonKind::Secondary/></div>
                </form>
            </Document>
        }
    })
}
