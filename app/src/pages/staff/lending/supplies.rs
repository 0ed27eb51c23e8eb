//! Consumables: what is on the shelf, the book of each, receiving and correcting.
use super::super::fields::Field;
use super::super::frame::{Clerk, Office, Page, Place};
use super::super::words;
use super::{Attempt, kept, said};
use crate::components::{Button, ButtonKind, ErrorSummary, FormView};
use crate::http::see_other;
use crate::pages::answers::Answers;
use crate::pages::frame::hidden;
use axum::extract::Path;
use axum::response::Response;
use chrono::NaiveDate;
use desk::Trouble;
use desk::loan::Book;
use domain::equipment::supply::EntryKind;
use domain::form::{FieldError, FieldErrors, Lang};
use domain::thai_date;
use leptos::prelude::*;
use uuid::Uuid;

/// "30 ธ.ค. 2570": an expiry is often years away.
fn short_day(lang: Lang, date: NaiveDate) -> String {
    lang.t(thai_date::short_th(date), thai_date::short_en(date))
}

/// `GET /staff/supplies`
pub(super) async fn list(Clerk(office): Clerk) -> Response {
    let page = async {
        let lang = office.lang();
        let stock = office.desk().stock(&office.staff).await?;
        let title = lang.t("วัสดุสิ้นเปลือง", "Consumables");
        office
            .page(Page::new(Place::Supplies, title), move || {
                let lines = stock.into_iter().map(|row| {
                    let href = lang.path(&format!("/staff/supplies/{}", row.kind.id));
                    let unit = row.kind.unit.get(lang).to_owned();
                    let expiry = row.next_expiry.map(|date| short_day(lang, date));
                    let expired = (row.expired > 0).then(|| lang.t(format!(" (หมดอายุ {})", row.expired), format!(" ({} expired)", row.expired)));
                    view! {
                        <tr>
                            <td data-name=lang.t("รายการ", "Supply")><a href=href>{row.kind.name.get(lang).to_owned()}</a></td>
                            <td class="amount" data-name=lang.t("คงเหลือ", "On hand")>{format!("{} {unit}", row.on_hand)}{expired}</td>
                            <td data-name=lang.t("หมดอายุถัดไป", "Next expiry")>{expiry}</td>
                        </tr>
                    }
                });
                view! {
                    <h1>{title}</h1>
                    <table class="list">
                        <caption class="unseen">{title}</caption>
                        <thead><tr>
                            <th scope="col">{lang.t("รายการ", "Supply")}</th>
                            <th scope="col">{lang.t("คงเหลือ", "On hand")}</th>
                            <th scope="col">{lang.t("หมดอายุถัดไป", "Next expiry")}</th>
                        </tr></thead>
                        <tbody>{lines.collect_view()}</tbody>
                    </table>
                }
                .into_any()
            })
            .await
    };
    office.answer(page.await)
}

/// `GET /staff/supplies/{kind}`: บัญชีวัสดุ.
pub(super) async fn book(Clerk(office): Clerk, Path(kind): Path<String>) -> Response {
    office.answer(book_page(&office, &kind, Attempt::default()).await)
}

/// `POST /staff/supplies/{kind}`: receives a lot, or corrects one.
pub(super) async fn act(
    Clerk(office): Clerk,
    Path(kind): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(acted(&office, &kind, &answers).await)
}

async fn acted(office: &Office, kind: &str, answers: &Answers) -> desk::Result<Response> {
    let (desk, who) = (office.desk(), &office.staff);
    let typed = kept(answers);
    let done = if answers.value("action") == "receive" {
        match desk.read_receipt(kind, &typed) {
            Ok(receipt) => desk.receive_supply(who, &receipt).await,
            Err(trouble) => Err(trouble),
        }
    } else {
        match correction(answers) {
            Ok((lot, entry, change)) => {
                let (document, reason) = (answers.value("document"), answers.value("reason"));
                desk.correct_stock(who, lot, entry, change, document, reason)
                    .await
            }
            Err(errors) => Err(Trouble::Invalid(errors)),
        }
    };
    match done {
        Ok(()) => Ok(see_other(&office.href(&format!("/staff/supplies/{kind}")))),
        Err(trouble) => {
            let (status, errors) = said(trouble)?;
            // The receipt's errors name plain fields; here each form has its own.
            let mut placed = FieldErrors::new();
            for mut error in errors {
                if !error.field.is_empty() && !error.field.contains('.') {
                    error.field = format!("receive.{}", error.field);
                }
                placed.push(error);
            }
            let attempt = Attempt {
                status,
                typed: super::super::decision::of_form(&typed),
                errors: placed,
            };
            book_page(office, kind, attempt).await
        }
    }
}

/// The lot, why, and by how much: what is taken out is typed without a sign.
fn correction(answers: &Answers) -> Result<(Uuid, EntryKind, i64), FieldErrors> {
    let typed = domain::text::ascii_digits(answers.value("change").trim());
    let entry = EntryKind::parse(answers.value("entry"));
    let lot = Uuid::try_parse(answers.value("lot")).ok();
    match (lot, entry, typed.parse::<i64>()) {
        (Some(lot), Some(entry @ (EntryKind::Loss | EntryKind::Expire)), Ok(n)) => {
            Ok((lot, entry, -n.saturating_abs()))
        }
        (Some(lot), Some(entry), Ok(n)) => Ok((lot, entry, n)),
        _ => Err(FieldErrors::one(FieldError::new(
            "correct.change",
            "number",
            "กรอกจำนวนเป็นตัวเลข",
            "Enter a number",
        ))),
    }
}

async fn book_page(office: &Office, kind: &str, attempt: Attempt) -> desk::Result<Response> {
    let lang = office.lang();
    let book = office.desk().supply_book(&office.staff, kind).await?;
    let title = lang.t(
        format!("บัญชีวัสดุ {}", book.kind.name.th),
        format!("Book of {}", book.kind.name.en),
    );
    let form = FormView::new(lang, attempt.typed, attempt.errors);
    let page = Page::new(Place::Supplies, title.clone())
        .status(attempt.status)
        .back("/staff/supplies");
    office
        .page(page, move || {
            let here = lang.path(&format!("/staff/supplies/{}", book.kind.id));
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                {lines(lang, &book)}
                {receive_form(lang, &form, &here)}
                {correct_form(lang, &form, &here, &book)}
            }
            .into_any()
        })
        .await
}

fn lines(lang: Lang, book: &Book) -> AnyView {
    if book.lots.is_empty() {
        let words = lang.t("ยังไม่เคยรับเข้า", "Nothing was ever received");
        return view! { <p class="empty">{words}</p> }.into_any();
    }
    let rows = book.lots.iter().flat_map(|(lot, entries)| {
        entries.iter().map(move |entry| {
            let (received, issued) = if entry.change > 0 {
                (entry.change.to_string(), String::new())
            } else {
                (String::new(), (-entry.change).to_string())
            };
            let expiry = lot.expires_on.map(|date| short_day(lang, date));
            view! {
                <tr>
                    <td data-name=lang.t("วันที่", "Date")>{words::moment(lang, entry.at)}</td>
                    <td data-name=lang.t("ล็อต", "Lot")>{lot.lot.clone()}" "{expiry}</td>
                    <td data-name=lang.t("รายการ", "Entry")>{entry.entry.label().get(lang).to_owned()}" "{entry.document.clone()}" "{entry.reason.clone()}</td>
                    <td class="amount" data-name=lang.t("รับ", "In")>{received}</td>
                    <td class="amount" data-name=lang.t("จ่าย", "Out")>{issued}</td>
                    <td class="amount" data-name=lang.t("คงเหลือในล็อต", "Left of the lot")>{entry.balance.to_string()}</td>
                </tr>
            }
        })
    });
    view! {
        <table class="list">
            <caption class="unseen">{lang.t("บัญชีวัสดุ", "The book")}</caption>
            <thead><tr>
                <th scope="col">{lang.t("วันที่", "Date")}</th>
                <th scope="col">{lang.t("ล็อต", "Lot")}</th>
                <th scope="col">{lang.t("รายการ", "Entry")}</th>
                <th scope="col">{lang.t("รับ", "In")}</th>
                <th scope="col">{lang.t("จ่าย", "Out")}</th>
                <th scope="col">{lang.t("คงเหลือในล็อต", "Left of the lot")}</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn receive_form(lang: Lang, form: &FormView, here: &str) -> AnyView {
    let field =
        |name: &'static str, label: &'static str| Field::new(form, "receive", name, label).line();
    view! {
        <h2>{lang.t("รับเข้า", "Receive")}</h2>
        <form method="post" action=here.to_owned() novalidate>
            {hidden(&[("action", "receive")])}
            {field("quantity", lang.t("จำนวน", "Quantity"))}
            {field("lot", lang.t("เลขล็อต (ถ้ามี)", "Lot number, if any"))}
            {field("expires_on", lang.t("วันหมดอายุ (ถ้ามี)", "Expiry date, if any"))}
            {field("document", lang.t("เลขที่เอกสารรับ", "Receiving paper's number"))}
            <div class="actions"><Button label=lang.t("รับเข้า", "Receive")/></div>
        </form>
    }
    .into_any()
}

fn correct_form(lang: Lang, form: &FormView, here: &str, book: &Book) -> AnyView {
    if book.lots.iter().all(|(lot, _)| lot.on_hand == 0) {
        return ().into_any();
    }
    let lots: Vec<_> = book
        .lots
        .iter()
        .filter(|(lot, _)| lot.on_hand > 0)
        .map(|(lot, _)| {
            let expiry = lot
                .expires_on
                .map(|date| short_day(lang, date))
                .unwrap_or_default();
            let words = format!("{} {expiry} ({})", lot.lot, lot.on_hand);
            view! { <option value=lot.id.simple().to_string()>{words}</option> }
        })
        .collect();
    let kinds: Vec<_> = [EntryKind::Loss, EntryKind::Expire, EntryKind::Adjust]
        .into_iter()
        .map(
            |kind| view! { <option value=kind.code()>{kind.label().get(lang).to_owned()}</option> },
        )
        .collect();
    let field =
        |name: &'static str, label: &'static str| Field::new(form, "correct", name, label).line();
    let open = form.has_errors()
        && form
            .errors()
            .iter()
            .all(|error| !error.field.starts_with("receive"));
    view! {
        <details open=open>
            <summary>{lang.t("ตัดจ่ายของเสียหาย หมดอายุ หรือปรับยอด", "Lost, expired, or counted otherwise")}</summary>
            <form method="post" action=here.to_owned() novalidate>
                {hidden(&[("action", "correct")])}
                <div class="field"><label for="lot">{lang.t("ล็อต", "Lot")}</label><select class="input" id="lot" name="lot">{lots}</select></div>
                <div class="field"><label for="entry">{lang.t("เหตุ", "Cause")}</label><select class="input" id="entry" name="entry">{kinds}</select></div>
                {field("change", lang.t("จำนวน (ปรับยอดลดใส่เครื่องหมายลบ)", "Quantity (a correction downwards with a minus)"))}
                {field("document", lang.t("เลขที่เอกสาร", "Paper's number"))}
                {field("reason", lang.t("เหตุผล", "Reason"))}
                <div class="actions"><Button label=lang.t("บันทึก", "Save") kind=ButtonKind::Secondary/></div>
            </form>
        </details>
    }
    .into_any()
}
