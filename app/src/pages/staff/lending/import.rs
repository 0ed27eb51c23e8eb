//! The paper register brought in: a template, a file tried with every mistake told at once, then imported.
use super::super::file_of_rows::{self, Came, FileOfRows};
use super::super::frame::{Clerk, Office, Page, Place};
use crate::components::{Button, SummaryList, SummaryRow};
use crate::export::{download, links};
use crate::http::{AppState, see_other};
use crate::pages::frame::hidden;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::export::{FileKind, Sheet};
use desk::loan::{MOST_OF_REGISTER, RegisterTrial, kind_of};
use domain::equipment::register;
use domain::form::{FieldErrors, Lang};
use leptos::prelude::*;

const PATH: &str = "/staff/equipment/import";
/// Rows shown of a trial; the counts are of all.
const SHOWN: usize = 50;

fn what(lang: Lang) -> FileOfRows {
    FileOfRows {
        place: Place::Equipment,
        back: "/staff/equipment",
        action: PATH,
        label: lang.t("ไฟล์ทะเบียนครุภัณฑ์", "The file of the register"),
        missing: ("เลือกไฟล์", "Choose the file"),
        most: MOST_OF_REGISTER,
    }
}

/// `GET /staff/equipment/import`
pub(in super::super) async fn choose(Clerk(office): Clerk) -> Response {
    office.answer(choose_page(&office, StatusCode::OK, None).await)
}

/// `GET /staff/equipment/template/{kind}`: a file with the columns and nothing in it.
pub(super) async fn template(Clerk(office): Clerk, Path(kind): Path<String>) -> Response {
    let file = FileKind::parse(&kind)
        .ok_or(Trouble::NotFound)
        .and_then(|kind| {
            let sheet = Sheet {
                name: "ทะเบียนครุภัณฑ์".to_owned(),
                head: register::heading(),
                rows: Vec::new(),
            };
            download("equipment-template", kind, &sheet)
        });
    office.answer(file)
}

/// `POST /staff/equipment/import`: a file to try, or the rows of a trial to import.
pub(in super::super) async fn send(
    State(state): State<AppState>,
    Clerk(office): Clerk,
    request: Request,
) -> Response {
    let done = match what(office.lang()).came(&state, request).await {
        Ok(came) => taken(&office, came).await,
        Err(errors) => choose_page(&office, StatusCode::UNPROCESSABLE_ENTITY, Some(errors)).await,
    };
    office.answer(done)
}

async fn taken(office: &Office, came: Came) -> desk::Result<Response> {
    let desk = office.desk();
    let why = match came {
        Came::Rows(rows) => match desk.import_register_text(&office.staff, &rows).await {
            Ok((added, known)) => return Ok(see_other(&office.href(&after(added, known)))),
            Err(why) => why,
        },
        Came::File(file) => match desk.try_register_file(&office.staff, &file).await {
            Ok(trial) => return trial_page(office, trial).await,
            Err(why) => why,
        },
    };
    file_of_rows::not_read(office, what(office.lang()), why).await
}

/// The register's page, told how many came.
fn after(added: usize, known: usize) -> String {
    format!("/staff/equipment?added={added}&known={known}")
}

async fn choose_page(
    office: &Office,
    status: StatusCode,
    errors: Option<FieldErrors>,
) -> desk::Result<Response> {
    let lang = office.lang();
    let title = lang.t("นำเข้าทะเบียนครุภัณฑ์", "Import the register");
    let kinds = office.desk().rules().municipality.equipment.clone();
    let names: Vec<String> = kinds.iter().map(|kind| kind.name.th.clone()).collect();
    let about = lang.t(
        "ใช้แบบไฟล์นี้ หรือไฟล์เดิมของท่านที่มีคอลัมน์ “เลขครุภัณฑ์” และ “รายการ” ชิ้นที่ขึ้นทะเบียนแล้วจะไม่ถูกแก้",
        "Use this template, or your own file with the columns เลขครุภัณฑ์ (asset number) and รายการ (type). Units that are registered already stay as they are.",
    );
    let kinds = lang.t(
        format!("รายการที่ใช้ได้: {}", names.join(" · ")),
        format!("Types, as the file must name them: {}", names.join(" · ")),
    );
    let about = view! { <p>{about}</p>{links(lang, "/staff/equipment/template/", "")}<p class="hint">{kinds}</p> };
    let about = Some(about.into_any());
    file_of_rows::choose_page(office, what(lang), title, status, errors, about).await
}

async fn trial_page(office: &Office, trial: RegisterTrial) -> desk::Result<Response> {
    let lang = office.lang();
    let rules = office.desk().rules();
    let title = lang.t("ตรวจไฟล์แล้ว ยังไม่บันทึก", "Checked, not kept yet");
    let names: Vec<String> = trial
        .new
        .iter()
        .take(SHOWN)
        .map(|row| kind_of(&rules, &row.kind).name.get(lang).to_owned())
        .collect();
    let page = Page::new(Place::Equipment, title).back(PATH);
    office
        .page(page, move || {
            let waiting = trial.new.iter().filter(|row| row.inspected_on.is_none()).count();
            let count = |number: usize| number.to_string();
            let facts = vec![
                SummaryRow::new(lang.t("ชิ้นใหม่", "New units"), count(trial.new.len())),
                SummaryRow::new(lang.t("ในจำนวนนี้ รอตรวจสภาพก่อนให้ยืม", "Of these, to be inspected before they are lent"), count(waiting)),
                SummaryRow::new(lang.t("ขึ้นทะเบียนไว้แล้ว", "Registered already"), count(trial.known)),
            ];
            let rows = trial.new.iter().take(SHOWN).zip(&names).map(|(row, name)| {
                view! {
                    <tr>
                        <td data-name=lang.t("แถว", "Row")>{row.row.to_string()}</td>
                        <td data-name=lang.t("เลขครุภัณฑ์", "Asset number")>{row.asset_number.as_str().to_owned()}</td>
                        <td data-name=lang.t("รายการ", "Type")>{name.clone()}</td>
                        <td data-name=lang.t("ที่เก็บ", "Place")>{row.place.clone()}</td>
                    </tr>
                }
            });
            let rows = rows.collect_view();
            let first = (trial.new.len() > SHOWN).then(|| {
                let words = lang.t(format!("แสดง {SHOWN} แถวแรก"), format!("The first {SHOWN} rows are shown"));
                view! { <p class="hint">{words}</p> }
            });
            let import = (!trial.new.is_empty()).then(|| {
                view! {
                    <form method="post" action=lang.path(PATH) enctype="multipart/form-data">
                        {hidden(&[("rows", &trial.rows)])}
                        <div class="actions"><Button label=lang.t("นำเข้าทะเบียน", "Import the units")/></div>
                    </form>
                    <table class="list">
                        <caption class="unseen">{lang.t("ชิ้นใหม่ในไฟล์", "New units in the file")}</caption>
                        <thead><tr>
                            <th scope="col">{lang.t("แถว", "Row")}</th>
                            <th scope="col">{lang.t("เลขครุภัณฑ์", "Asset number")}</th>
                            <th scope="col">{lang.t("รายการ", "Type")}</th>
                            <th scope="col">{lang.t("ที่เก็บ", "Place")}</th>
                        </tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                    {first}
                }
            });
            view! { <h1>{title}</h1><SummaryList lang rows=facts/>{import} }.into_any()
        })
        .await
}
