//! The confirmation: the number to keep, what happens next and when, whom to call, something to keep.
use super::draft::{Mine, missing};
use super::step::Step;
use crate::components::{ButtonKind, ButtonLink, ReferenceNumber, SummaryList, SummaryRow};
use crate::http::{Visit, see_other};
use crate::pages::fee;
use crate::pages::frame::private_page;
use crate::pages::trouble;
use crate::shell::Document;
use crate::{qr, words};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::request::TrackView;
use domain::form::{Lang, raw};
use domain::phone::Phone;
use domain::reference::Reference;
use domain::request::Status;
use leptos::prelude::*;

/// A request that this browser sent.
pub(super) struct Receipt {
    pub draft: String,
    pub view: TrackView,
}

/// The receipt of a sent draft; an unsent one goes to its check, an unknown one says so.
pub(super) async fn receipt(visit: &Visit, id: &str) -> Result<Receipt, Response> {
    let mine = Mine::any(visit, id)
        .await
        .map_err(|trouble| missing(visit, &trouble))?;
    let draft = mine.draft.id;
    if mine.draft.sent.is_none() {
        return Err(see_other(&visit.href(&Step::Check.of(&draft, false))));
    }
    match visit.desk().receipt(&mine.owner, &draft).await {
        Ok(view) => Ok(Receipt { draft, view }),
        Err(trouble) => Err(trouble::page(visit, &trouble)),
    }
}

/// Where a QR leads: the address only fills the field.
pub(in crate::pages) fn track_address(visit: &Visit, reference: &Reference) -> String {
    format!(
        "{}{}?n={}",
        visit.state.public_url,
        visit.href("/track"),
        reference.as_str()
    )
}

/// `GET /crematorium/{draft}/sent`
pub(super) async fn page(visit: Visit, Path(id): Path<String>) -> Response {
    let receipt = match receipt(&visit, &id).await {
        Ok(receipt) => receipt,
        Err(response) => return response,
    };
    let lang = visit.lang;
    let rules = visit.desk().rules();
    let now = visit.desk().now();
    private_page(&visit, StatusCode::OK, |ctx| {
        let title = lang.t("ส่งคำขอแล้ว", "The request has been sent");
        let qr = qr::svg(&track_address(&visit, &receipt.view.reference));
        let rows: Vec<_> = words::places(lang, &rules, &receipt.view.wish)
            .into_iter()
            .map(|(name, places)| SummaryRow::new(name, places))
            .collect();
        let next = next(&visit, &receipt.view, now);
        let fees = receipt
            .view
            .status
            .is_live()
            .then(|| fee::to_come(lang, &rules, &receipt.view.price));
        let slip = visit.href(&format!("/crematorium/{}/slip", receipt.draft));
        let track = visit.href(&format!("/track?n={}", receipt.view.reference.as_str()));
        let call = words::call(
            lang,
            lang.t("สอบถามหรือแก้ไข โทร", "Questions or changes: call"),
            &rules.settings().duty,
        );
        let value = receipt.view.reference.as_str().to_owned();
        view! {
            <Document ctx title private=true>
                <h1>{title}</h1>
                <ReferenceNumber lang value nostrip:qr=qr/>
                <SummaryList lang rows/>
                {next}
                <p><ButtonLink href=slip label=lang.t("เก็บใบรับคำขอเป็นภาพ", "Keep the receipt as a picture") kind=ButtonKind::Secondary/></p>
                <p><a href=track>{lang.t("ติดตามคำขอ", "Track the request")}</a>" "{lang.t(
                    "ด้วยเลขนี้และเลขท้าย 4 ตัวของเบอร์โทร ให้เลขที่มรณบัตรภายหลังได้ที่นั่น",
                    "with this number and the last four digits of the phone. The death certificate's number can be given there later.",
                )}</p>
                {call}
                {fees}
            </Document>
        }
    })
}

/// What happens next, and when.
fn next(visit: &Visit, view: &TrackView, now: domain::time::Instant) -> AnyView {
    let lang = visit.lang;
    if view.status != Status::Submitted {
        let state = lang.t(view.status.th(), view.status.en());
        return view! { <p>{lang.t("สถานะปัจจุบัน: ", "It now stands at: ")}<b>{state}</b></p> }
            .into_any();
    }
    let decide_by = words::when(lang, view.decide_by, now);
    let call = view.lapse_at.filter(|_| !view.verified).map(|by| {
        let by = words::when(lang, by, now);
        let number = Phone::parse(raw(&view.fields, "applicant.phone")).map(|phone| phone.last4().to_owned()).unwrap_or_default();
        view! {
            <li>{lang.t(
                format!("เจ้าหน้าที่จะโทรยืนยันที่เบอร์ลงท้าย {number} ภายใน{by} หากถึงเวลานั้นยังยืนยันกันไม่ได้ คำขอจะสิ้นผล ถ้ายังไม่มีใครโทรถึง โปรดโทรหาเจ้าหน้าที่"),
                format!("An officer calls the number ending {number} by {by} to confirm. If it cannot be confirmed by then, the request lapses; if nobody has reached you, please call us."),
            )}</li>
        }
    });
    view! {
        <h2>{lang.t("ต่อจากนี้", "What happens next")}</h2>
        <ol>
            {call}
            <li>{lang.t(format!("เทศบาลพิจารณาภายใน{decide_by}"), format!("The municipality decides by {decide_by}."))}</li>
            <li>{tell(lang, visit)}</li>
            <li>{words::certificate_names(lang, &visit.desk().rules())}</li>
        </ol>
    }
    .into_any()
}

fn tell(lang: Lang, visit: &Visit) -> String {
    let minutes = visit.desk().rules().settings().tell_within_minutes;
    lang.t(
        format!("เจ้าหน้าที่โทรแจ้งผลภายใน {minutes} นาทีหลังพิจารณา"),
        format!("An officer calls you within {minutes} minutes of the decision."),
    )
}
