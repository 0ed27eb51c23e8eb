//! The cashier: notes to be paid, one note at the counter, the day's list.
use super::fields::{Field, key};
use super::frame::{Office, Page, Place, Purse};
use super::words;
use crate::components::reference::in_fours;
use crate::components::{
    Button, ButtonKind, ErrorSummary, FormView, Notice, NoticeKind, Pager, Tag, TagKind,
};
use crate::export::{download, links};
use crate::http::see_other;
use crate::pages::answers::{Answers, Asked};
use crate::pages::fee;
use crate::pages::frame::hidden;
use crate::words as common;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::cashier::{DayList, NoteLine, NoteSheet, Taken, note_name};
use desk::export::FileKind;
use desk::fee::Waits;
use domain::crematorium::Rules;
use domain::fee::{Method, NoteStatus, Receipts};
use domain::form::{FieldError, FieldErrors, Lang, RawFields, raw};
use domain::money::Satang;
use domain::request::Role;
use domain::{thai_date, time};
use leptos::prelude::*;
use std::sync::Arc;
use uuid::Uuid;

const LISTS: [NoteStatus; 3] = [NoteStatus::Open, NoteStatus::Paid, NoteStatus::Superseded];

/// `GET /staff/cashier?list=open&before=…`
pub(super) async fn list(Purse(office): Purse, asked: Asked) -> Response {
    let status = NoteStatus::parse(asked.value("list")).unwrap_or(NoteStatus::Open);
    let before = asked.value("before").to_owned();
    office.answer(list_page(&office, status, &before, None).await)
}

/// `POST /staff/cashier`: a number keyed or scanned.
pub(super) async fn find(Purse(office): Purse, answers: Answers) -> Response {
    office.answer(found(&office, answers.value("number")).await)
}

/// `GET /staff/cashier/export/{kind}?list=open`
pub(super) async fn export(
    Purse(office): Purse,
    Path(kind): Path<String>,
    asked: Asked,
) -> Response {
    office.answer(exported(&office, &kind, asked.value("list")).await)
}

/// `GET /staff/cashier/{id}`
pub(super) async fn sheet(Purse(office): Purse, Path(id): Path<String>) -> Response {
    office.answer(
        sheet_page(
            &office,
            &id,
            StatusCode::OK,
            RawFields::new(),
            FieldErrors::new(),
        )
        .await,
    )
}

/// `POST /staff/cashier/{id}`
pub(super) async fn act(
    Purse(office): Purse,
    Path(id): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(acted(&office, &id, answers.all()).await)
}

/// `GET /staff/cashier/day?day=2026-11-24`
pub(super) async fn day(Purse(office): Purse, asked: Asked) -> Response {
    office.answer(day_page(&office, asked.value("day")).await)
}

/// `GET /staff/cashier/day/export/{kind}?day=…`
pub(super) async fn export_day(
    Purse(office): Purse,
    Path(kind): Path<String>,
    asked: Asked,
) -> Response {
    office.answer(exported_day(&office, &kind, asked.value("day")).await)
}

async fn exported(office: &Office, kind: &str, list: &str) -> desk::Result<Response> {
    let kind = FileKind::parse(kind).ok_or(Trouble::NotFound)?;
    let status = NoteStatus::parse(list).unwrap_or(NoteStatus::Open);
    let sheet = office
        .desk()
        .cashier_sheet(&office.staff, status, office.lang())
        .await?;
    download(&format!("notes-{}", status.code()), kind, &sheet)
}

async fn exported_day(office: &Office, kind: &str, typed: &str) -> desk::Result<Response> {
    let kind = FileKind::parse(kind).ok_or(Trouble::NotFound)?;
    let day = day_of(office, typed);
    let sheet = office
        .desk()
        .day_sheet(&office.staff, day, office.lang())
        .await?;
    download(&format!("payments-{day}"), kind, &sheet)
}

fn day_of(office: &Office, typed: &str) -> chrono::NaiveDate {
    thai_date::parse(typed).unwrap_or_else(|_| time::local_date(office.desk().now()))
}

async fn found(office: &Office, typed: &str) -> desk::Result<Response> {
    match office.desk().find_note(&office.staff, typed).await? {
        Some(id) => Ok(see_other(&office.href(&format!("/staff/cashier/{id}")))),
        None => list_page(office, NoteStatus::Open, "", Some(typed.to_owned())).await,
    }
}

async fn list_page(
    office: &Office,
    status: NoteStatus,
    before: &str,
    missed: Option<String>,
) -> desk::Result<Response> {
    let lang = office.lang();
    let before = (!before.is_empty()).then_some(before);
    let list = office
        .desk()
        .cashier_notes(&office.staff, status, before)
        .await?;
    let title = lang.t("รับชำระค่าธรรมเนียม", "Taking fees");
    let mut errors = FieldErrors::new();
    let mut typed = RawFields::new();
    let mut page = Page::new(Place::Cashier, title);
    if let Some(number) = missed {
        typed.insert("find.number".to_owned(), number);
        errors.push(FieldError::new(
            "find.number",
            "not_found",
            "ไม่พบใบแจ้งชำระหรือคำขอเลขนี้",
            "There is no note or request of this number",
        ));
        page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let form = FormView::new(lang, typed, errors);
    let here = lang.path("/staff/cashier");
    let older = list
        .next
        .as_ref()
        .map(|next| format!("{here}?list={}&before={next}", status.code()));
    let export = "/staff/cashier/export/".to_owned();
    office
        .page(page, move || {
            let tabs = LISTS.map(|other| {
                let href = format!("{here}?list={}", other.code());
                let current = (other == status).then_some("page");
                view! { <li><a href=href aria-current=current>{other.words().get(lang).to_owned()}</a></li> }
            });
            let number = Field::new(&form, "find", "number", lang.t("เลขที่ใบแจ้งชำระหรือเลขที่คำขอ", "Number of the note or of the request"))
                .hint(lang.t("พิมพ์หรือสแกนจากใบแจ้ง", "Keyed or scanned from the note"))
                .line();
            let rows = if list.rows.is_empty() {
                view! { <p class="empty">{lang.t("ไม่มีรายการ", "Nothing here")}</p> }.into_any()
            } else {
                table(lang, &list.rows)
            };
            let day = lang.path("/staff/cashier/day");
            let query = format!("?list={}", status.code());
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                <form method="post" action=here.clone()>
                    {number}
                    <Button label=lang.t("เปิดใบแจ้งชำระ", "Open the note")/>
                </form>
                <nav aria-label=lang.t("รายการ", "Lists")><ul class="filters">{tabs.collect_view()}</ul></nav>
                {rows}
                <Pager lang newer=None older/>
                {links(lang, &export, &query)}
                <p><a href=day>{lang.t("รายการรับชำระประจำวัน", "The day's list")}</a></p>
            }
            .into_any()
        })
        .await
}

fn table(lang: Lang, rows: &[NoteLine]) -> AnyView {
    let rows = rows.iter().map(|row| {
        let href = lang.path(&format!("/staff/cashier/{}", row.note.id));
        let due = if row.note.status == NoteStatus::Open { row.note.due } else { row.note.total };
        let receipt = row.payment.as_ref().map(|paid| {
            paid.receipt.as_ref().map_or_else(
                || view! { <Tag label=lang.t("ยังไม่มีเลขใบเสร็จ", "No receipt yet") kind=TagKind::Wait/> }.into_any(),
                |(_, number)| view! { {number.clone()} }.into_any(),
            )
        });
        view! {
            <tr>
                <td><a href=href>{row.note.number.to_string()}</a></td>
                <td>{in_fours(&row.note.reference)}<br/><span class="muted">{row.applicant_initials.clone()}</span></td>
                <td class="amount">{lang.t(due.th(), due.en())}</td>
                <td>{words::moment(lang, row.note.issued_at)}</td>
                <td>{receipt}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <table class="list">
            <caption class="unseen">{lang.t("ใบแจ้งชำระ", "Fee notes")}</caption>
            <thead><tr>
                <th scope="col">{lang.t("เลขที่", "Number")}</th>
                <th scope="col">{lang.t("คำขอ", "Request")}</th>
                <th scope="col">{lang.t("ยอด", "Amount")}</th>
                <th scope="col">{lang.t("ออกเมื่อ", "Issued")}</th>
                <th scope="col">{lang.t("ใบเสร็จ", "Receipt")}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

async fn acted(office: &Office, id: &str, typed: RawFields) -> desk::Result<Response> {
    let note: Uuid = id.parse().map_err(|_| Trouble::NotFound)?;
    let (desk, who) = (office.desk(), &office.staff);
    let action = raw(&typed, "action").to_owned();
    let payment = || {
        raw(&typed, "payment")
            .parse::<Uuid>()
            .map_err(|_| Trouble::NotFound)
    };
    let done = match action.as_str() {
        "take" => {
            let due = raw(&typed, "due").parse().map(Satang);
            let taken = Taken {
                method: Method::parse(raw(&typed, "method")).unwrap_or(Method::Bank),
                due: due.unwrap_or_default(),
                receipt: raw(&typed, "receipt").to_owned(),
            };
            desk.take_payment(who, note, &taken).await
        }
        "receipt" => {
            desk.key_receipt(who, note, payment()?, raw(&typed, "receipt"))
                .await
        }
        "undo" => {
            desk.undo_payment(who, note, payment()?, raw(&typed, "reason"))
                .await
        }
        _ => Err(Trouble::NotFound),
    };
    match done {
        Ok(()) => Ok(see_other(&office.href(&format!("/staff/cashier/{note}")))),
        Err(Trouble::Invalid(errors)) => {
            let of: &'static str = match action.as_str() {
                "take" => "take",
                "receipt" => "receipt",
                _ => "undo",
            };
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
            sheet_page(office, id, StatusCode::UNPROCESSABLE_ENTITY, typed, keyed).await
        }
        Err(other) => Err(other),
    }
}

async fn sheet_page(
    office: &Office,
    id: &str,
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
) -> desk::Result<Response> {
    let id: Uuid = id.parse().map_err(|_| Trouble::NotFound)?;
    let lang = office.lang();
    let counter = Counter {
        lang,
        rules: office.desk().rules(),
        sheet: office.desk().note_sheet(&office.staff, id).await?,
        form: FormView::new(lang, typed, errors),
        cashier: office.staff.has(Role::Cashier),
    };
    let title = note_name(&counter.sheet.note).get(lang).to_owned();
    let page = Page::new(Place::Cashier, title.clone())
        .status(status)
        .back("/staff/cashier");
    office.page(page, move || counter.view(title)).await
}

struct Counter {
    lang: Lang,
    rules: Arc<Rules>,
    sheet: NoteSheet,
    form: FormView,
    cashier: bool,
}

impl Counter {
    fn view(&self, title: String) -> AnyView {
        let lang = self.lang;
        let who = format!(
            "{} · {}",
            in_fours(self.sheet.reference.as_str()),
            self.sheet.applicant_name
        );
        let waits = self.sheet.waits_for_exemption.then_some(Waits::Exemption);
        view! {
            <ErrorSummary form=&self.form/>
            <h1>{title}</h1>
            <p class="sub">{who}</p>
            <div class="panels">
                <div>{fee::note(lang, &self.rules, &self.sheet.note, waits)}</div>
                <section class="panel act" aria-labelledby="acts">
                    <h2 id="acts">{lang.t("ดำเนินการ", "What to do")}</h2>
                    {self.take()}{self.paid()}{self.undone()}
                </section>
            </div>
            {fee::no_gift(lang, &self.rules)}
        }
        .into_any()
    }

    fn action(&self) -> String {
        self.lang
            .path(&format!("/staff/cashier/{}", self.sheet.note.id))
    }

    fn own(&self) -> bool {
        self.rules.municipality.money.receipts == Receipts::Sala
    }

    fn take(&self) -> Option<AnyView> {
        let lang = self.lang;
        if self.sheet.note.status != NoteStatus::Open || !self.cashier {
            return None;
        }
        if self.sheet.waits_for_exemption {
            let title = lang.t(
                "มีคำขอยกเว้นที่ยังไม่ตัดสิน ยังรับเงินไม่ได้",
                "An exemption is not decided yet: take no money",
            );
            return Some(view! { <Notice kind=NoticeKind::Hold title/> }.into_any());
        }
        let due = self.sheet.note.due;
        let cents = due.0.to_string();
        let receipt = (!self.own()).then(|| {
            Field::new(
                &self.form,
                "take",
                "receipt",
                lang.t("เลขที่ใบเสร็จรับเงินของกองคลัง", "Number of the official receipt"),
            )
            .line()
        });
        let amount = lang.t(format!("รับเงิน {}", due.th()), format!("Take {}", due.en()));
        Some(
            view! {
                <form method="post" action=self.action()>
                    {hidden(&[("action", "take"), ("due", &cents)])}
                    <p><strong>{amount}</strong></p>
                    {receipt}
                    <div class="actions">
                        <Button label=lang.t("รับเป็นเงินสดแล้ว", "Taken in cash") name="method" value="cash"/>
                        <Button label=lang.t("รับด้วยคิวอาร์แล้ว", "Taken by QR") name="method" value="qr" kind=ButtonKind::Secondary/>
                    </div>
                </form>
            }
            .into_any(),
        )
    }

    fn paid(&self) -> Option<AnyView> {
        let lang = self.lang;
        let paid = self.sheet.payment()?;
        let id = paid.id.to_string();
        let method = paid.method.words().get(lang).to_owned();
        let on = common::day(lang, paid.paid_on);
        let amount = lang.t(paid.amount.th(), paid.amount.en());
        let receipt = match &paid.receipt {
            Some((_, number)) => {
                let words = lang.t(format!("ใบเสร็จเลขที่ {number}"), format!("Receipt {number}"));
                view! { <p>{words}</p> }.into_any()
            }
            None if self.cashier => {
                let field = (!self.own()).then(|| {
                    Field::new(
                        &self.form,
                        "receipt",
                        "receipt",
                        lang.t("เลขที่ใบเสร็จรับเงินของกองคลัง", "Number of the official receipt"),
                    )
                    .line()
                });
                view! {
                    <form method="post" action=self.action()>
                        {hidden(&[("action", "receipt"), ("payment", &id)])}
                        {field}
                        <Button label=lang.t("บันทึกเลขใบเสร็จ", "Save the receipt") kind=ButtonKind::Secondary/>
                    </form>
                }
                .into_any()
            }
            None => ().into_any(),
        };
        let undo = self.cashier.then(|| {
            let reason = Field::new(&self.form, "undo", "reason", lang.t("เหตุผล", "Reason")).lines(2);
            view! {
                <details open=self.form.error("undo.reason").is_some()>
                    <summary>{lang.t("ยกเลิกการรับเงินนี้", "Undo this payment")}</summary>
                    <form method="post" action=self.action()>
                        {hidden(&[("action", "undo"), ("payment", &id)])}
                        {reason}
                        <Button label=lang.t("ยกเลิกการรับเงิน", "Undo the payment") kind=ButtonKind::Warning/>
                    </form>
                </details>
            }
        });
        Some(view! { <p>{amount}" · "{method}" · "{on}</p>{receipt}{undo} }.into_any())
    }

    fn undone(&self) -> AnyView {
        let lang = self.lang;
        let lines = self.sheet.payments.iter().filter_map(|paid| {
            let undone = paid.undone.as_ref()?;
            let receipt = paid
                .receipt
                .as_ref()
                .map(|(_, number)| number.clone())
                .unwrap_or_default();
            let at = words::moment(lang, undone.at);
            let words = lang.t(
                format!("ยกเลิกใบเสร็จ {receipt} เมื่อ {at}: {}", undone.reason),
                format!("Receipt {receipt} undone {at}: {}", undone.reason),
            );
            Some(view! { <p class="muted">{words}</p> })
        });
        lines.collect_view().into_any()
    }
}

async fn day_page(office: &Office, typed: &str) -> desk::Result<Response> {
    let lang = office.lang();
    let day = day_of(office, typed);
    let list = office.desk().day_list(&office.staff, day).await?;
    let title = lang.t("รายการรับชำระประจำวัน", "Payments of the day");
    let page = Page::new(Place::Cashier, title).back("/staff/cashier");
    office
        .page(page, move || {
            let date = common::day(lang, day);
            let query = format!("?day={day}");
            let before = day.pred_opt().unwrap_or(day);
            let after = day.succ_opt().unwrap_or(day);
            let near = |day: chrono::NaiveDate| lang.path(&format!("/staff/cashier/day?day={day}"));
            view! {
                <h1>{title}</h1>
                <p class="sub">{date}</p>
                {day_table(lang, &list)}
                {links(lang, "/staff/cashier/day/export/", &query)}
                <nav class="pager" aria-label=lang.t("วัน", "Days")>
                    <a href=near(before) rel="prev">{common::near_day(lang, before)}</a>
                    <a href=near(after) rel="next">{common::near_day(lang, after)}</a>
                </nav>
            }
            .into_any()
        })
        .await
}

fn day_table(lang: Lang, list: &DayList) -> AnyView {
    if list.rows.is_empty() {
        return view! { <p class="empty">{lang.t("ไม่มีการรับชำระในวันนี้", "Nothing was paid on this day")}</p> }
            .into_any();
    }
    let rows = list.rows.iter().map(|row| {
        let paid = &row.payment;
        let receipt = paid
            .receipt
            .as_ref()
            .map(|(_, number)| number.clone())
            .unwrap_or_default();
        let undone = paid.undone.as_ref().map(|undone| {
            let words = lang.t(
                format!("ยกเลิก: {}", undone.reason),
                format!("Undone: {}", undone.reason),
            );
            view! { <br/><span class="muted">{words}</span> }
        });
        let amount = if paid.undone.is_some() {
            Satang::ZERO
        } else {
            paid.amount
        };
        let href = lang.path(&format!("/staff/cashier/{}", paid.note_id));
        view! {
            <tr>
                <td><a href=href>{row.number.to_string()}</a></td>
                <td>{in_fours(&row.reference)}</td>
                <td>{paid.method.words().get(lang).to_owned()}</td>
                <td class="amount">{lang.t(amount.th(), amount.en())}</td>
                <td>{receipt}{undone}</td>
                <td>{row.cashier.clone()}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let sums = list.sums.iter().map(|(method, sum)| {
        let method = method.words().get(lang).to_owned();
        view! { <li>{method}": "{lang.t(sum.th(), sum.en())}</li> }
    });
    let sums = sums.collect_view();
    let total = lang.t(list.total.th(), list.total.en());
    view! {
        <table class="list">
            <caption class="unseen">{lang.t("การรับชำระ", "Payments")}</caption>
            <thead><tr>
                <th scope="col">{lang.t("ใบแจ้ง", "Note")}</th>
                <th scope="col">{lang.t("คำขอ", "Request")}</th>
                <th scope="col">{lang.t("วิธี", "Method")}</th>
                <th scope="col">{lang.t("จำนวน", "Amount")}</th>
                <th scope="col">{lang.t("ใบเสร็จ", "Receipt")}</th>
                <th scope="col">{lang.t("ผู้รับเงิน", "Cashier")}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
        <ul>{sums}</ul>
        <p><strong>{lang.t("รวม ", "Total ")}{total}</strong></p>
    }
    .into_any()
}
