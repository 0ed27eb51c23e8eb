//! A file of rows on its way into the books: chosen, read whole, and every mistake told at once.
use super::frame::{Office, Page, Place};
use crate::components::{Button, ErrorSummary, FileField, FormView};
use axum::extract::Multipart;
use axum::http::StatusCode;
use axum::response::Response;
use domain::form::{FieldError, FieldErrors, Lang, RawFields};
use domain::statement::RowError;
use leptos::prelude::*;

/// What is imported, and where its pages stand.
#[derive(Clone, Copy)]
pub(super) struct FileOfRows {
    pub(super) place: Place,
    /// The list that the import belongs to.
    pub(super) back: &'static str,
    /// Where the form goes.
    pub(super) action: &'static str,
    /// The label of the field.
    pub(super) label: &'static str,
}

/// What a form with a file holds.
#[derive(Default)]
pub(super) struct Sent {
    pub(super) file: Vec<u8>,
    pub(super) rows: Option<String>,
}

pub(super) async fn read(mut parts: Multipart) -> Result<Sent, FieldErrors> {
    let mut sent = Sent::default();
    let broken = |_| {
        FieldErrors::one(FieldError::new(
            "file",
            "unreadable",
            "รับไฟล์ไม่ครบหรือไฟล์ใหญ่เกินไป โปรดส่งอีกครั้ง",
            "The file did not arrive whole, or is too large. Send it again.",
        ))
    };
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        match part.name() {
            Some("file") => sent.file = part.bytes().await.map_err(broken)?.to_vec(),
            Some("rows") => sent.rows = Some(part.text().await.map_err(broken)?),
            _ => {}
        }
    }
    Ok(sent)
}

pub(super) fn no_file() -> FieldErrors {
    FieldErrors::one(FieldError::new(
        "file",
        "missing",
        "เลือกไฟล์",
        "Choose the file",
    ))
}

fn form_of_file(lang: Lang, what: FileOfRows, form: &FormView) -> AnyView {
    let hint = lang.t(
        "CSV หรือ XLSX ไม่เกิน 4 เมกะไบต์ ตรวจก่อน ยังไม่บันทึก",
        "CSV or XLSX, at most 4 megabytes. It is checked first; nothing is kept yet.",
    );
    view! {
        <form method="post" action=lang.path(what.action) enctype="multipart/form-data" novalidate>
            <FileField form field="file" label=what.label hint accept=".csv,.xlsx,.txt,text/csv"/>
            <div class="actions"><Button label=lang.t("ตรวจไฟล์", "Check the file")/></div>
        </form>
    }
    .into_any()
}

/// The page with the form; `about` stands above it.
pub(super) async fn choose_page(
    office: &Office,
    what: FileOfRows,
    title: &'static str,
    status: StatusCode,
    errors: Option<FieldErrors>,
    about: Option<AnyView>,
) -> desk::Result<Response> {
    let lang = office.lang();
    let form = FormView::new(lang, RawFields::new(), errors.unwrap_or_default());
    let page = Page::new(what.place, title).status(status).back(what.back);
    office
        .page(page, move || {
            view! { <ErrorSummary form=&form/><h1>{title}</h1>{about}{form_of_file(lang, what, &form)} }
                .into_any()
        })
        .await
}

/// As many mistakes as anybody reads before correcting the file.
const MISTAKES_SHOWN: usize = 200;

/// The first mistakes, each with its row's number as the spreadsheet shows it, and how many there are.
pub(super) async fn mistakes_page(
    office: &Office,
    what: FileOfRows,
    errors: Vec<RowError>,
) -> desk::Result<Response> {
    let lang = office.lang();
    let title = lang.t("ไฟล์นี้ยังนำเข้าไม่ได้", "This file cannot be imported yet");
    let form = FormView::new(lang, RawFields::new(), FieldErrors::new());
    let page = Page::new(what.place, title)
        .status(StatusCode::UNPROCESSABLE_ENTITY)
        .back(what.back);
    office
        .page(page, move || {
            let count = errors.len();
            let rows = errors.iter().take(MISTAKES_SHOWN).map(|error| {
                let row = if error.row == 0 { "–".to_owned() } else { error.row.to_string() };
                view! { <tr><td>{row}</td><td>{error.column.clone()}</td><td>{error.reason.get(lang).to_owned()}</td></tr> }
            });
            let rows = rows.collect_view();
            let said = lang.t(
                format!("พบ {count} จุดที่ต้องแก้ ยังไม่มีรายการใดถูกบันทึก"),
                format!("{count} mistakes. Nothing was kept."),
            );
            let more = (count > MISTAKES_SHOWN).then(|| {
                let words = lang.t(
                    format!("แสดง {MISTAKES_SHOWN} จุดแรก แก้แล้วส่งใหม่เพื่อดูจุดที่เหลือ ถ้าผิดทุกแถว มักเป็นเพราะคอลัมน์หรือรูปแบบวันที่"),
                    format!("The first {MISTAKES_SHOWN} are shown; correct them and send the file again to see the others. Where every row is wrong, it is mostly a column or the form of the dates."),
                );
                view! { <p>{words}</p> }
            });
            view! {
                <h1>{title}</h1>
                <div class="errors" role="alert" tabindex="-1" autofocus=true><h2>{said}</h2>{more}</div>
                <table class="list">
                    <caption class="unseen">{lang.t("จุดที่ต้องแก้", "Mistakes")}</caption>
                    <thead><tr>
                        <th scope="col">{lang.t("แถว", "Row")}</th>
                        <th scope="col">{lang.t("คอลัมน์", "Column")}</th>
                        <th scope="col">{lang.t("เหตุผล", "Reason")}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
                <h2>{lang.t("ส่งไฟล์ที่แก้แล้ว", "Send the corrected file")}</h2>
                {form_of_file(lang, what, &form)}
            }
            .into_any()
        })
        .await
}
