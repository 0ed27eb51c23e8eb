//! The family's own calendar link: made, renewed, revoked. Its secret is shown once.
use super::issued::{back, carried};
use super::{Facts, not_shown};
use crate::components::{Button, ButtonKind, Checkbox, FormView};
use crate::http::Visit;
use crate::pages::answers::Answers;
use crate::pages::frame::private_page;
use crate::pages::staff::calendar_link::made_notice;
use crate::shell::Document;
use crate::words;
use axum::http::StatusCode;
use axum::response::Response;
use domain::form::{FieldErrors, RawFields};
use leptos::prelude::*;

/// `POST /track/calendar`: the page; with `action` = renew | revoke the act.
pub(super) async fn calendar(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    let (number, last4, address) = (&facts.reference, &facts.last4, &visit.address);
    let desk = visit.desk();
    let outcome = async {
        let made = match answers.value("action") {
            "renew" => {
                let names = !answers.value("names").is_empty();
                let path = desk
                    .renew_family_calendar(number, last4, address, names)
                    .await?;
                Some(format!("{}{path}", visit.state.public_url))
            }
            "revoke" => {
                desk.revoke_family_calendar(number, last4, address).await?;
                None
            }
            _ => None,
        };
        let link = desk.family_calendar(number, last4, address).await?;
        Ok((made, link))
    };
    let (made, link) = match outcome.await {
        Ok(found) => found,
        Err(trouble) => return not_shown(&visit, &facts, &trouble),
    };
    let lang = visit.lang;
    let now = visit.desk().now();
    private_page(&visit, StatusCode::OK, |ctx| {
        let title = lang.t("วันพิธีในปฏิทินโทรศัพท์", "The ceremonies in your calendar");
        let form = FormView::new(lang, RawFields::new(), FieldErrors::new());
        let made = made.map(|url| made_notice(lang, url));
        let since = link.map(|link| {
            let since = words::when(lang, link.since, now);
            view! { <p>{lang.t("มีลิงก์ใช้อยู่ สร้างเมื่อ ", "A link is in use, made ")}{since}</p> }
        });
        let make = if link.is_some() {
            lang.t(
                "สร้างลิงก์ใหม่ ลิงก์เดิมใช้ไม่ได้อีก",
                "Make a new link; the former one ends",
            )
        } else {
            lang.t("สร้างลิงก์ปฏิทิน", "Make a calendar link")
        };
        let revoke = link.is_some().then(|| {
            view! { <Button label=lang.t("ยกเลิกลิงก์", "Revoke it") name="action" value="revoke" kind=ButtonKind::Warning/> }
        });
        let acts = view! {
            <form method="post" action=visit.href("/track/calendar") novalidate>
                {carried(&facts)}
                <Checkbox form=&form field="names" label=lang.t("ใส่ชื่อผู้เสียชีวิตในปฏิทิน", "Put the name of the person who died in it")/>
                <div class="actions"><Button label=make name="action" value="renew"/>{revoke}</div>
            </form>
        };
        let way_back = back(&visit, &facts);
        view! {
            <Document ctx title private=true>
                <h1>{title}</h1>
                <p>{lang.t("วันและเวลาจะแสดงในแอปปฏิทิน และเปลี่ยนตามเองเมื่อมีการเลื่อนหรือยกเลิก", "Days and times show in your calendar, and change by themselves when they are moved or cancelled.")}</p>
                {made}
                {since}
                {acts}
                {way_back}
            </Document>
        }
    })
}

/// The section of the tracking page that leads here.
pub(super) fn section(visit: &Visit, facts: &Facts) -> AnyView {
    let lang = visit.lang;
    view! {
        <form method="post" action=visit.href("/track/calendar") novalidate>
            {carried(facts)}
            <div class="actions"><Button label=lang.t("ใส่วันพิธีในปฏิทินโทรศัพท์", "Put the ceremonies in my calendar") kind=ButtonKind::Secondary/></div>
        </form>
    }
    .into_any()
}
