//! The bank's file: chosen, tried with every mistake told at once, imported; and the money nobody could be named for.
use super::fields::{Field, key};
use super::file_of_rows::{self, Came, FileOfRows};
use super::frame::{Office, Page, Place, Purse};
use crate::components::reference::in_fours;
use crate::components::{
    Button, ButtonKind, ErrorSummary, FormView, Notice, NoticeKind, Pager, SummaryList, SummaryRow,
};
use crate::export::{download, links};
use crate::http::{AppState, see_other};
use crate::pages::answers::{Answers, Asked};
use crate::pages::frame::hidden;
use crate::words as common;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::bank::{Imported, Trial};
use desk::export::FileKind;
use domain::fee::{LineStatus, Mismatch};
use domain::form::{FieldErrors, Lang, RawFields, raw};
use domain::money::Satang;
use domain::request::Role;
use leptos::prelude::*;
use uuid::Uuid;

/// Rows shown of a trial; the sums count all.
const SHOWN: usize = 200;

/// `GET /staff/bank?list=unmatched&before=…`
pub(super) async fn list(Purse(office): Purse, asked: Asked) -> Response {
    let status = LineStatus::parse(asked.value("list")).unwrap_or(LineStatus::Unmatched);
    let before = asked.value("before").to_owned();
    let counts = ["new", "known", "matched"].map(|name| asked.value(name).parse::<u32>().ok());
    let said = match counts {
        [Some(new), Some(known), Some(matched)] => Some((new, known, matched)),
        _ => None,
    };
    office.answer(list_page(&office, status, &before, said).await)
}

/// `GET /staff/bank/export/{kind}?list=…`
pub(super) async fn export(
    Purse(office): Purse,
    Path(kind): Path<String>,
    asked: Asked,
) -> Response {
    office.answer(exported(&office, &kind, asked.value("list")).await)
}

async fn exported(office: &Office, kind: &str, list: &str) -> desk::Result<Response> {
    let kind = FileKind::parse(kind).ok_or(Trouble::NotFound)?;
    let status = LineStatus::parse(list).unwrap_or(LineStatus::Unmatched);
    let sheet = office
        .desk()
        .bank_sheet(&office.staff, status, office.lang())
        .await?;
    download(&format!("bank-{}", status.code()), kind, &sheet)
}

/// `GET /staff/bank/import`
pub(super) async fn choose(Purse(office): Purse) -> Response {
    // Whoever may only look at the lines is not offered a form that would be refused.
    if !office.staff.has(Role::Cashier) {
        return office.answer(Err(Trouble::NotAllowed));
    }
    office.answer(choose_page(&office, StatusCode::OK, None).await)
}

/// `POST /staff/bank/import`: a file to try, or the rows of a trial to import.
pub(super) async fn send(
    State(state): State<AppState>,
    Purse(office): Purse,
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
        Came::Rows(rows) => match desk.import_statement(&office.staff, &rows).await {
            Ok(done) => return Ok(see_other(&office.href(&after(done)))),
            Err(why) => why,
        },
        Came::File(file) => match desk.try_statement(&office.staff, &file).await {
            Ok(trial) => return trial_page(office, trial).await,
            Err(why) => why,
        },
    };
    file_of_rows::not_read(office, what(office.lang()), why).await
}

/// Counts only: nothing personal stands in an address.
fn after(done: Imported) -> String {
    format!(
        "/staff/bank?new={}&known={}&matched={}",
        done.new, done.known, done.matched
    )
}

/// What these pages import, and where.
fn what(lang: Lang) -> FileOfRows {
    FileOfRows {
        place: Place::Bank,
        back: "/staff/bank",
        action: "/staff/bank/import",
        label: lang.t("ไฟล์รับชำระจากธนาคาร", "The bank's file of payments"),
        missing: ("เลือกไฟล์จากธนาคาร", "Choose the bank's file"),
        most: desk::bank::MOST,
    }
}

async fn choose_page(
    office: &Office,
    status: StatusCode,
    errors: Option<FieldErrors>,
) -> desk::Result<Response> {
    let lang = office.lang();
    let title = lang.t("นำเข้ารายการจากธนาคาร", "Import the bank's file");
    file_of_rows::choose_page(office, what(lang), title, status, errors, None).await
}

async fn trial_page(office: &Office, trial: Trial) -> desk::Result<Response> {
    let lang = office.lang();
    let title = lang.t("ตรวจไฟล์แล้ว ยังไม่บันทึก", "Checked, not kept yet");
    let page = Page::new(Place::Bank, title).back("/staff/bank");
    office
        .page(page, move || {
            let of = |status: LineStatus| {
                trial.lines.iter().filter(|tried| !tried.known && tried.status == status).count()
            };
            let known = trial.lines.iter().filter(|tried| tried.known).count();
            let count = |number: usize| number.to_string();
            let facts = vec![
                SummaryRow::new(lang.t("รายการในไฟล์", "Lines in the file"), count(trial.lines.len())),
                SummaryRow::new(lang.t("ยอดรวม", "Sum"), lang.t(trial.total.th(), trial.total.en())),
                SummaryRow::new(lang.t("เคยนำเข้าแล้ว", "Imported before"), count(known)),
                SummaryRow::new(lang.t("ตรงกับใบแจ้งชำระ", "Match a note"), count(of(LineStatus::Matched) + of(LineStatus::Cleared))),
                SummaryRow::new(lang.t("ต้องให้เจ้าหน้าที่ดู", "For an officer to look at"), count(of(LineStatus::Unmatched))),
            ];
            let rows = trial.lines.iter().take(SHOWN).map(|tried| {
                let line = &tried.line;
                let state = if tried.known {
                    lang.t("เคยนำเข้าแล้ว", "Imported before").to_owned()
                } else {
                    let words = tried.reason.map_or_else(|| tried.status.words(), Mismatch::words);
                    words.get(lang).to_owned()
                };
                view! {
                    <tr>
                        <td>{line.row.to_string()}</td>
                        <td>{common::near_day(lang, line.date)}</td>
                        <td class="amount">{lang.t(line.amount.th(), line.amount.en())}</td>
                        <td>{line.ref1.clone()}<br/>{line.ref2.clone()}</td>
                        <td>{state}</td>
                    </tr>
                }
            });
            let rows = rows.collect_view();
            view! {
                <h1>{title}</h1>
                <SummaryList lang rows=facts/>
                <form method="post" action=lang.path("/staff/bank/import") enctype="multipart/form-data">
                    {hidden(&[("rows", &trial.rows)])}
                    <div class="actions"><Button label=lang.t("นำเข้ารายการ", "Import the lines")/></div>
                </form>
                <table class="list">
                    <caption class="unseen">{lang.t("รายการในไฟล์", "Lines in the file")}</caption>
                    <thead><tr>
                        <th scope="col">{lang.t("แถว", "Row")}</th>
                        <th scope="col">{lang.t("วันที่", "Date")}</th>
                        <th scope="col">{lang.t("จำนวน", "Amount")}</th>
                        <th scope="col">{lang.t("เลขอ้างอิง", "References")}</th>
                        <th scope="col">{lang.t("ผล", "Outcome")}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            }
            .into_any()
        })
        .await
}

async fn list_page(
    office: &Office,
    status: LineStatus,
    before: &str,
    said: Option<(u32, u32, u32)>,
) -> desk::Result<Response> {
    let lang = office.lang();
    let before = (!before.is_empty()).then_some(before);
    let list = office
        .desk()
        .bank_lines(&office.staff, status, before)
        .await?;
    let cashier = office.staff.has(Role::Cashier);
    let title = lang.t("รายการจากธนาคาร", "Lines from the bank");
    let here = lang.path("/staff/bank");
    let older = list
        .next
        .as_ref()
        .map(|next| format!("{here}?list={}&before={next}", status.code()));
    office
        .page(Page::new(Place::Bank, title), move || {
            let said = said.map(|(new, known, matched)| {
                let words = lang.t(
                    format!("นำเข้าแล้ว รายการใหม่ {new} ตรงกับใบแจ้ง {matched} เคยนำเข้า {known}"),
                    format!("Imported: {new} new, {matched} matched, {known} came before"),
                );
                view! { <div role="status"><Notice kind=NoticeKind::Good title=words/></div> }
            });
            let tabs = LineStatus::ALL.iter().map(|other| {
                let href = format!("{here}?list={}", other.code());
                let current = (*other == status).then_some("page");
                view! { <li><a href=href aria-current=current>{other.words().get(lang).to_owned()}</a></li> }
            });
            let import = cashier.then(|| {
                let href = lang.path("/staff/bank/import");
                view! { <p><a class="button" href=href>{lang.t("นำเข้าไฟล์จากธนาคาร", "Import the bank's file")}</a></p> }
            });
            let rows = list.rows.iter().map(|line| {
                let href = lang.path(&format!("/staff/bank/{}", line.id));
                let reason = line.reason.filter(|_| line.status == LineStatus::Unmatched);
                let why = reason.map(|reason| reason.words().get(lang).to_owned()).or_else(|| line.decided_reason.clone());
                view! {
                    <tr>
                        <td><a href=href>{common::near_day(lang, line.paid_on)}</a></td>
                        <td class="amount">{lang.t(line.amount.th(), line.amount.en())}</td>
                        <td>{line.ref1.clone()}<br/>{line.ref2.clone()}</td>
                        <td>{why}</td>
                    </tr>
                }
            });
            let rows = rows.collect_view();
            let body = if list.rows.is_empty() {
                view! { <p class="empty">{lang.t("ไม่มีรายการ", "Nothing here")}</p> }.into_any()
            } else {
                view! {
                    <table class="list">
                        <caption class="unseen">{title}</caption>
                        <thead><tr>
                            <th scope="col">{lang.t("วันที่", "Date")}</th>
                            <th scope="col">{lang.t("จำนวน", "Amount")}</th>
                            <th scope="col">{lang.t("เลขอ้างอิง", "References")}</th>
                            <th scope="col">{lang.t("เหตุผล", "Reason")}</th>
                        </tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                }
                .into_any()
            };
            let query = format!("?list={}", status.code());
            view! {
                <h1>{title}</h1>
                {said}
                {import}
                <nav aria-label=lang.t("รายการ", "Lists")><ul class="filters">{tabs.collect_view()}</ul></nav>
                {body}
                <Pager lang newer=None older/>
                {links(lang, "/staff/bank/export/", &query)}
            }
            .into_any()
        })
        .await
}

/// `GET /staff/bank/{id}`
pub(super) async fn line(Purse(office): Purse, Path(id): Path<String>) -> Response {
    office.answer(
        line_page(
            &office,
            &id,
            StatusCode::OK,
            RawFields::new(),
            FieldErrors::new(),
        )
        .await,
    )
}

/// `POST /staff/bank/{id}`
pub(super) async fn act(
    Purse(office): Purse,
    Path(id): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(acted(&office, &id, answers.all()).await)
}

async fn acted(office: &Office, number: &str, typed: RawFields) -> desk::Result<Response> {
    let id: Uuid = number.parse().map_err(|_| Trouble::NotFound)?;
    let (desk, who) = (office.desk(), &office.staff);
    let (of, done) = match raw(&typed, "action") {
        "assign" => (
            "assign",
            desk.assign_line(who, id, raw(&typed, "note"), raw(&typed, "reason"))
                .await,
        ),
        "aside" => (
            "aside",
            desk.set_line_aside(who, id, raw(&typed, "reason")).await,
        ),
        _ => return Err(Trouble::NotFound),
    };
    match done {
        Ok(()) => Ok(see_other(&office.href(&format!("/staff/bank/{id}")))),
        Err(Trouble::Invalid(errors)) => {
            let mut keyed = FieldErrors::new();
            for mut error in errors {
                if !error.field.is_empty() {
                    error.field = key(of, &error.field);
                }
                keyed.push(error);
            }
            let typed = typed
                .into_iter()
                .map(|(name, value)| (key(of, &name), value))
                .collect();
            line_page(
                office,
                number,
                StatusCode::UNPROCESSABLE_ENTITY,
                typed,
                keyed,
            )
            .await
        }
        Err(other) => Err(other),
    }
}

async fn line_page(
    office: &Office,
    id: &str,
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
) -> desk::Result<Response> {
    let id: Uuid = id.parse().map_err(|_| Trouble::NotFound)?;
    let lang = office.lang();
    let line = office.desk().bank_line(&office.staff, id).await?;
    let form = FormView::new(lang, typed, errors);
    let title = lang.t("รายการจากธนาคาร", "A line from the bank");
    let page = Page::new(Place::Bank, title)
        .status(status)
        .back("/staff/bank");
    office
        .page(page, move || {
            let amount = |amount: Satang| lang.t(amount.th(), amount.en());
            let mut rows = vec![
                SummaryRow::new(lang.t("จำนวนเงิน", "Amount"), amount(line.amount)),
                SummaryRow::new(lang.t("วันที่", "Date"), common::day(lang, line.paid_on)),
                SummaryRow::new(lang.t("เลขอ้างอิง 1 (เลขที่คำขอ)", "Ref 1 (request)"), in_fours(&line.ref1)),
                SummaryRow::new(lang.t("เลขอ้างอิง 2 (เลขที่ใบแจ้ง)", "Ref 2 (note)"), line.ref2.clone()),
                SummaryRow::new(lang.t("สถานะ", "State"), line.status.words().get(lang).to_owned()),
            ];
            if let Some(reason) = line.reason.filter(|_| line.status == LineStatus::Unmatched) {
                rows.push(SummaryRow::new(lang.t("เพราะ", "Because"), reason.words().get(lang).to_owned()));
            }
            if let Some(reason) = &line.decided_reason {
                rows.push(SummaryRow::new(lang.t("เหตุผลของเจ้าหน้าที่", "The officer's reason"), reason.clone()));
            }
            let action = lang.path(&format!("/staff/bank/{}", line.id));
            let acts = (line.status == LineStatus::Unmatched).then(|| {
                let note = Field::new(&form, "assign", "note", lang.t("เลขที่ใบแจ้งชำระหรือเลขที่คำขอ", "Number of the note or of the request")).line();
                let why = Field::new(&form, "assign", "reason", lang.t("ทราบได้อย่างไร", "How it is known")).lines(2);
                let aside = Field::new(&form, "aside", "reason", lang.t("เหตุผล", "Reason")).lines(2);
                view! {
                    <section class="panel act" aria-labelledby="acts">
                        <h2 id="acts">{lang.t("ดำเนินการ", "What to do")}</h2>
                        <form method="post" action=action.clone()>
                            {hidden(&[("action", "assign")])}
                            {note}{why}
                            <p class="hint">{lang.t("หากยอดน้อยกว่า ระบบออกใบแจ้งส่วนที่เหลือ หากมากกว่า ระบบแจ้งคืนส่วนเกิน", "If it is less, a note for the rest is issued; if more, the rest is asked back.")}</p>
                            <Button label=lang.t("จับคู่กับใบแจ้งชำระ", "Assign to the note")/>
                        </form>
                        <details open=form.error("aside.reason").is_some()>
                            <summary>{lang.t("ไม่ใช่เงินของงานนี้", "Not this service's money")}</summary>
                            <form method="post" action=action>
                                {hidden(&[("action", "aside")])}
                                {aside}
                                <Button label=lang.t("กันรายการไว้", "Set the line aside") kind=ButtonKind::Secondary/>
                            </form>
                        </details>
                    </section>
                }
            });
            view! { <ErrorSummary form=&form/><h1>{title}</h1><SummaryList lang rows/>{acts} }.into_any()
        })
        .await
}
