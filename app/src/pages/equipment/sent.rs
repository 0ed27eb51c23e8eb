//! The confirmation: the number to keep, the place in each queue, what happens next.
use super::step::Step;
use super::{Mine, missing};
use crate::components::{ReferenceNumber, SummaryList, SummaryRow};
use crate::http::{Visit, see_other};
use crate::pages::crematorium::track_address;
use crate::pages::frame::private_page;
use crate::pages::track::loan_lines;
use crate::pages::trouble;
use crate::shell::Document;
use crate::{qr, words};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;

/// `GET /equipment/{draft}/sent`
pub(super) async fn page(visit: Visit, Path(id): Path<String>) -> Response {
    let mine = match Mine::any(&visit, &id).await {
        Ok(mine) => mine,
        Err(trouble) => return missing(&visit, &trouble),
    };
    if mine.draft.sent.is_none() {
        return see_other(&visit.href(&Step::Check.of(&mine.draft.id, false)));
    }
    let view = match visit.desk().loan_receipt(&mine.owner, &mine.draft.id).await {
        Ok(view) => view,
        Err(trouble) => return trouble::page(&visit, &trouble),
    };
    let lang = visit.lang;
    let (rules, now) = (visit.desk().rules(), visit.desk().now());
    private_page(&visit, StatusCode::OK, |ctx| {
        let title = lang.t("ส่งคำขอแล้ว", "The request has been sent");
        let qr = qr::svg(&track_address(&visit, &view.reference));
        let rows: Vec<_> = loan_lines(lang, &view)
            .into_iter()
            .map(|(name, words)| SummaryRow::new(name, words))
            .collect();
        let by = words::when(lang, view.decide_by, now);
        let call_first = view.lapse_at.filter(|_| !view.verified).map(|by| {
            let by = words::when(lang, by, now);
            view! { <li>{lang.t(
                format!("เจ้าหน้าที่จะโทรยืนยันคำขอภายใน{by} ถ้ายังไม่มีใครโทรถึง โปรดโทรหาสำนักงาน"),
                format!("An officer calls you by {by} to confirm. If nobody has reached you, please call the office."),
            )}</li> }
        });
        let track = visit.href(&format!("/track?n={}", view.reference.as_str()));
        let call = words::call(
            lang,
            lang.t("สอบถามหรือแก้ไข โทร", "Questions or changes: call"),
            &rules.municipality.office,
        );
        let value = view.reference.as_str().to_owned();
        view! {
            <Document ctx title private=true>
                <h1>{title}</h1>
                <ReferenceNumber lang value nostrip:qr=qr/>
                <SummaryList lang rows/>
                <h2>{lang.t("ต่อจากนี้", "What happens next")}</h2>
                <ol>
                    {call_first}
                    <li>{lang.t(format!("สำนักงานพิจารณาภายใน{by}"), format!("The office decides by {by}."))}</li>
                    <li>{lang.t("เมื่อถึงคิวของท่าน เจ้าหน้าที่จะโทรนัดรับหรือนำไปส่ง", "When it is your turn, an officer calls to agree when you collect it or it is brought.")}</li>
                </ol>
                <p><a href=track>{lang.t("ติดตามคำขอ", "Track the request")}</a>" "{lang.t(
                    "ด้วยเลขนี้และเลขท้าย 4 ตัวของเบอร์โทร ใช้ต่อเวลาและแจ้งคืนด้วย",
                    "with this number and the last four digits of the phone. It also serves to renew and to give back.",
                )}</p>
                {call}
            </Document>
        }
    })
}
