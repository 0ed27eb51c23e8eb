//! What was issued to a family: the list, one document as a page, its PDF. Every lookup is a POST.
use super::{Facts, not_shown};
use crate::components::reference::in_fours;
use crate::components::{
    Button, ButtonKind, DocumentView, Notice, NoticeKind, SummaryList, SummaryRow,
};
use crate::file::pdf_response;
use crate::http::Visit;
use crate::pages::answers::Answers;
use crate::pages::document;
use crate::pages::frame::{hidden, private_page};
use crate::shell::Document;
use axum::http::StatusCode;
use axum::response::Response;
use desk::signature::{FamilyDocument, FamilyFile};
use domain::form::Lang;
use domain::issued::IssuedStatus;
use domain::thai_date;
use leptos::prelude::*;
use uuid::Uuid;

/// `POST /track/documents`: the list, or one `document` of it, or its PDF with `as=pdf`.
pub(super) async fn documents(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    let (number, last4, address) = (&facts.reference, &facts.last4, &visit.address);
    let shown = match answers.value("document").parse::<Uuid>() {
        Ok(id) if answers.value("as") == "pdf" => visit
            .desk()
            .family_pdf(number, last4, address, id)
            .await
            .map(|(name, bytes)| pdf_response(&name, bytes)),
        Ok(id) => visit
            .desk()
            .family_document(number, last4, address, id)
            .await
            .and_then(|file| {
                let link = visit.desk().issued_link(id)?;
                Ok(one(&visit, &facts, &file, &link))
            }),
        Err(_) => visit
            .desk()
            .family_documents(number, last4, address)
            .await
            .map(|rows| list(&visit, &facts, &rows)),
    };
    match shown {
        Ok(response) => response,
        Err(trouble) => not_shown(&visit, &facts, &trouble),
    }
}

/// The button of the tracking page that leads here.
pub(super) fn opening(visit: &Visit, facts: &Facts) -> AnyView {
    let lang = visit.lang;
    let label = lang.t(
        "ใบอนุญาตและหนังสือจากเทศบาล",
        "Permit and letters from the office",
    );
    view! {
        <form method="post" action=visit.href("/track/documents") novalidate>
            {carried(facts)}
            <div class="actions"><Button label kind=ButtonKind::Secondary/></div>
        </form>
    }
    .into_any()
}

pub(super) fn carried(facts: &Facts) -> AnyView {
    hidden(&[
        ("reference", facts.reference.as_str()),
        ("phone_last4", facts.last4.as_str()),
    ])
}

/// The way back to the tracking page: a lookup is a POST.
pub(super) fn back(visit: &Visit, facts: &Facts) -> AnyView {
    let label = visit.lang.t("กลับไปดูสถานะคำขอ", "Back to the request");
    view! {
        <form method="post" action=visit.href("/track") novalidate>
            {carried(facts)}
            <div class="actions"><Button label kind=ButtonKind::Secondary/></div>
        </form>
    }
    .into_any()
}

fn name(lang: Lang, row: &FamilyDocument) -> String {
    let version = if row.version > 1 {
        lang.t(
            format!(" ฉบับที่ {}", row.version),
            format!(" version {}", row.version),
        )
    } else {
        String::new()
    };
    format!("{} {}{version}", row.kind.name(lang), row.number)
}

fn list(visit: &Visit, facts: &Facts, rows: &[FamilyDocument]) -> Response {
    let lang = visit.lang;
    private_page(visit, StatusCode::OK, |ctx| {
        let title = lang.t("เอกสารจากเทศบาล", "Documents from the office");
        let items = rows
            .iter()
            .map(|row| item(visit, facts, row))
            .collect_view();
        let empty = rows.is_empty().then(|| {
            view! { <p>{lang.t("ยังไม่มีเอกสาร เมื่อพิจารณาแล้วเอกสารจะอยู่ที่นี่", "There are none yet. They will be here once the office has decided.")}</p> }
        });
        let number = in_fours(&digits(facts));
        let way_back = back(visit, facts);
        view! {
            <Document ctx title private=true>
                <h1>{title}</h1>
                <p>{lang.t("คำขอเลขที่ ", "Request ")}<b>{number}</b></p>
                {empty}
                <ul class="plain">{items}</ul>
                {way_back}
            </Document>
        }
    })
}

fn digits(facts: &Facts) -> String {
    domain::reference::Reference::parse(&facts.reference).map_or_else(
        |_| facts.reference.clone(),
        |number| number.as_str().to_owned(),
    )
}

fn item(visit: &Visit, facts: &Facts, row: &FamilyDocument) -> AnyView {
    let lang = visit.lang;
    let state = match row.status {
        IssuedStatus::Pending => lang.t(
            "รอผู้มีอำนาจลงนาม จะเปิดได้เมื่อลงนามแล้ว",
            "Waiting to be signed. You can open it then.",
        ),
        status => lang.t(status.th(), status.en()),
    };
    let issued = lang.t(
        thai_date::moment_th(row.issued_at),
        thai_date::moment_en(row.issued_at),
    );
    let open = (row.status != IssuedStatus::Pending).then(|| {
        let id = row.id.to_string();
        let label = lang.t(
            format!("เปิด{}", name(lang, row)),
            format!("Open {}", name(lang, row)),
        );
        view! {
            <form method="post" action=visit.href("/track/documents") novalidate>
                {carried(facts)}
                {hidden(&[("document", &id)])}
                <div class="actions"><Button label kind=ButtonKind::Secondary/></div>
            </form>
        }
    });
    view! { <li><p><b>{name(lang, row)}</b></p><p>{issued}" · "{state}</p>{open}</li> }.into_any()
}

fn one(visit: &Visit, facts: &Facts, file: &FamilyFile, link: &str) -> Response {
    let lang = visit.lang;
    private_page(visit, StatusCode::OK, |ctx| {
        let row = &file.row;
        let title = name(lang, row);
        let state = (!row.status.is_in_force()).then(|| {
            let words = lang.t(
                "ฉบับนี้ใช้ไม่ได้แล้ว โปรดดูฉบับล่าสุดในรายการเอกสาร",
                "This one no longer counts. See the newest in the list of documents.",
            );
            view! { <Notice kind=NoticeKind::Bad title=lang.t(row.status.th(), row.status.en())><p>{words}</p></Notice> }
        });
        let signature = file.signature.as_ref().map(|signature| {
            let rows = vec![
                SummaryRow::new(lang.t("ผู้ลงนาม", "Signer"), signature.name.clone()),
                SummaryRow::new(
                    lang.t("เมื่อ", "When"),
                    lang.t(
                        thai_date::moment_th(signature.signed_at),
                        thai_date::moment_en(signature.signed_at),
                    ),
                ),
                SummaryRow::new("SHA-256", signature.sha256.clone()),
            ];
            view! { <h2>{lang.t("การลงนาม", "Signature")}</h2><SummaryList lang rows/> }
        });
        let id = row.id.to_string();
        let label = lang.t("ดาวน์โหลด PDF", "Download the PDF");
        let pdf = view! {
            <form method="post" action=visit.href("/track/documents") novalidate>
                {carried(facts)}
                {hidden(&[("document", &id), ("as", "pdf")])}
                <div class="actions"><Button label kind=ButtonKind::Secondary/></div>
            </form>
        };
        let document = file.document.clone();
        let picture = document::picture(visit, link);
        let way_back = back(visit, facts);
        view! {
            <Document ctx title=title.clone() private=true>
                <h1>{title}</h1>
                {state}
                <DocumentView document/>
                {signature}
                {pdf}
                <p>{picture}</p>
                {way_back}
            </Document>
        }
    })
}
