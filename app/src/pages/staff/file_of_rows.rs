//! A file of rows on its way into the books: chosen, read whole, and every mistake told at once.
use super::frame::{Office, Page, Place};
use crate::components::{Button, ErrorSummary, FileField, FormView};
use crate::http::AppState;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::response::Response;
use desk::rows_file::{Most, NotRead};
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
    /// What is said when no file was chosen, in Thai and in English.
    pub(super) missing: (&'static str, &'static str),
    pub(super) most: Most,
}

/// What came with the form.
pub(super) enum Came {
    /// A file to try.
    File(Vec<u8>),
    /// The rows of a trial, to be imported.
    Rows(String),
}

impl FileOfRows {
    /// Reads the form; what is wrong with it belongs on the page that has it.
    pub(super) async fn came(
        self,
        state: &AppState,
        request: Request,
    ) -> Result<Came, FieldErrors> {
        let broken = |_| {
            FieldErrors::one(FieldError::new(
                "file",
                "unreadable",
                "รับไฟล์ไม่ครบหรือไฟล์ใหญ่เกินไป โปรดส่งอีกครั้ง",
                "The file did not arrive whole, or is too large. Send it again.",
            ))
        };
        let no_file = || {
            FieldErrors::one(FieldError::new(
                "file",
                "missing",
                self.missing.0,
                self.missing.1,
            ))
        };
        let parts = Multipart::from_request(request, state).await;
        let mut parts = parts.map_err(|_| no_file())?;
        let mut file = Vec::new();
        let mut rows = None;
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            match part.name() {
                Some("file") => file = part.bytes().await.map_err(broken)?.to_vec(),
                Some("rows") => rows = Some(part.text().await.map_err(broken)?),
                _ => {}
            }
        }
        match rows {
            Some(rows) => Ok(Came::Rows(rows)),
            None if file.is_empty() => Err(no_file()),
            None => Ok(Came::File(file)),
        }
    }
}

/// Why a file was not taken: its mistakes as a page.
pub(super) async fn not_read(
    office: &Office,
    what: FileOfRows,
    why: NotRead,
) -> desk::Result<Response> {
    match why {
        NotRead::Rows(errors) => mistakes_page(office, what, errors).await,
        NotRead::Trouble(trouble) => Err(trouble),
    }
}

fn form_of_file(lang: Lang, what: FileOfRows, form: &FormView) -> AnyView {
    let megabytes = what.most.megabytes;
    let plural = if megabytes == 1 { "" } else { "s" };
    let hint = lang.t(
        format!("CSV หรือ XLSX ไม่เกิน {megabytes} เมกะไบต์ ตรวจก่อน ยังไม่บันทึก"),
        format!("CSV or XLSX, at most {megabytes} megabyte{plural}. It is checked first; nothing is kept yet."),
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
async fn mistakes_page(
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
