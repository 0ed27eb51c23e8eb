//! Requests for loans by deadline, searching them, and the counter's day: who comes, what is due.
use super::super::frame::{Clerk, Office, Page, Place};
use super::super::words;
use crate::components::reference::in_fours;
use crate::components::{Button, ButtonLink, Pager};
use crate::http::see_other;
use crate::pages::answers::{Answers, Asked};
use crate::words as common;
use axum::response::Response;
use desk::loan::{LoanFilter, LoanListRow, WorkRow};
use domain::form::Lang;
use domain::request::Status;
use domain::time::Instant;
use leptos::prelude::*;

const PATH: &str = "/staff/loans";

/// The states a list can be asked for.
const STATES: [Status; 5] = [
    Status::Submitted,
    Status::Queued,
    Status::Ready,
    Status::OnLoan,
    Status::Completed,
];

/// `GET /staff/loans?status=…&after=…`
pub(super) async fn list(Clerk(office): Clerk, asked: Asked) -> Response {
    let filter = LoanFilter {
        status: Status::parse(asked.value("status")),
        search: String::new(),
    };
    office.answer(page(&office, &filter, asked.value("after")).await)
}

/// `POST /staff/loans`: names and telephone numbers never enter an address, so the answer is the page itself.
pub(super) async fn search(Clerk(office): Clerk, answers: Answers) -> Response {
    let typed = answers.value("q").trim().to_owned();
    if typed.is_empty() {
        return see_other(&office.href(PATH));
    }
    let filter = LoanFilter {
        status: None,
        search: typed,
    };
    office.answer(page(&office, &filter, "").await)
}

async fn page(office: &Office, filter: &LoanFilter, after: &str) -> desk::Result<Response> {
    let lang = office.lang();
    let after = (!after.is_empty()).then_some(after);
    let list = office.desk().loans(&office.staff, filter, after).await?;
    let now = office.desk().now();
    let title = lang.t("คำขอยืมอุปกรณ์", "Requests to borrow");
    let here = lang.path(PATH);
    let newer = after.is_some().then(|| here.clone());
    let status = filter.status;
    let older = list.next.map(|next| match status {
        Some(status) => format!("{here}?status={}&after={next}", status.code()),
        None => format!("{here}?after={next}"),
    });
    let searched = filter.search.clone();
    office
        .page(Page::new(Place::Loans, title), move || {
            let tabs = std::iter::once(None).chain(STATES.map(Some)).map(|state| {
                let href = state.map_or_else(|| here.clone(), |state| format!("{here}?status={}", state.code()));
                let label = state.map_or(lang.t("ต้องทำ", "To do"), |state| words::status(lang, state));
                let current = (state == status && searched.is_empty()).then_some("page");
                view! { <li><a href=href aria-current=current>{label}</a></li> }
            });
            view! {
                <h1>{title}</h1>
                <p class="sub">{lang.t("เรียงตามกำหนดเวลา", "Ordered by deadline")}</p>
                <form class="find" method="post" action=here.clone() role="search">
                    <label for="q">{lang.t("ค้นหาชื่อ เบอร์โทร หรือเลขที่คำขอ", "Name, telephone or reference number")}</label>
                    <input class="input" id="q" name="q" value=searched.clone() autocomplete="off"/>
                    <Button label=lang.t("ค้นหา", "Search")/>
                </form>
                <p><ButtonLink href=lang.path("/staff/loans/walk-in") label=lang.t("รับคำขอที่เคาน์เตอร์", "Walk-in loan")/></p>
                <nav aria-label=lang.t("กรองรายการ", "Filter")><ul class="filters">{tabs.collect_view()}</ul></nav>
                {table(lang, title, &list.rows, now)}
                <Pager lang newer older/>
            }
            .into_any()
        })
        .await
}

fn table(lang: Lang, title: &'static str, rows: &[LoanListRow], now: Instant) -> AnyView {
    if rows.is_empty() {
        let words = lang.t("ไม่มีรายการ", "Nothing here");
        return view! { <p class="empty">{words}</p> }.into_any();
    }
    let lines = rows.iter().map(|row| {
        let href = lang.path(&format!("{PATH}/{}", row.reference.as_str()));
        let items = row
            .items
            .iter()
            .map(|(name, n)| format!("{} × {n}", name.get(lang)))
            .collect::<Vec<_>>()
            .join(", ");
        let late = row.late.then(|| words::late_tag(lang, row.decide_by, now));
        let due = words::when(lang, row.decide_by, now);
        let undecided = row.status == Status::Submitted;
        view! {
            <tr>
                <td data-name=lang.t("คำขอ", "Request")><a href=href>{in_fours(row.reference.as_str())}</a>" "{words::status_tag(lang, row.status)}</td>
                <td data-name=lang.t("ขอยืม", "To borrow")>{items}</td>
                <td data-name=lang.t("ผู้ป่วย", "Patient")>{format!("{} · …{}", row.patient_initials, row.phone_last4)}</td>
                <td data-name=lang.t("เริ่มใช้", "From")>{common::near_day(lang, row.from)}</td>
                <td data-name=lang.t("ลำดับ", "Class")>{row.priority.label().get(lang).to_owned()}</td>
                <td data-name=lang.t("กำหนด", "Due")>{undecided.then_some(due)}" "{late}</td>
            </tr>
        }
    });
    view! {
        <table class="list">
            <caption class="unseen">{title}</caption>
            <thead><tr>
                <th scope="col">{lang.t("คำขอ", "Request")}</th>
                <th scope="col">{lang.t("ขอยืม", "To borrow")}</th>
                <th scope="col">{lang.t("ผู้ป่วย", "Patient")}</th>
                <th scope="col">{lang.t("เริ่มใช้", "From")}</th>
                <th scope="col">{lang.t("ลำดับ", "Class")}</th>
                <th scope="col">{lang.t("กำหนด", "Due")}</th>
            </tr></thead>
            <tbody>{lines.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// `GET /staff/loans/today?within=…`
pub(super) async fn today(Clerk(office): Clerk, asked: Asked) -> Response {
    let within = asked.value("within").parse().unwrap_or(7_u16).min(60);
    let after = asked.value("after").to_owned();
    office.answer(day(&office, within, &after).await)
}

async fn day(office: &Office, within: u16, after: &str) -> desk::Result<Response> {
    let lang = office.lang();
    let after = (!after.is_empty()).then_some(after);
    let coming = office.desk().coming(&office.staff).await?;
    let (due, next) = office
        .desk()
        .due_loans(&office.staff, within, after)
        .await?;
    let today = domain::time::local_date(office.desk().now());
    let title = lang.t("งานยืม-คืนวันนี้", "Lending today");
    let here = lang.path("/staff/loans/today");
    office
        .page(Page::new(Place::LoansToday, title), move || {
            let find = lang.path("/staff/equipment/find");
            let older = next.map(|next| format!("{here}?within={within}&after={next}"));
            view! {
                <h1>{title}</h1>
                <form class="find" method="post" action=find>
                    <label for="scanned">{lang.t("สแกนหรือพิมพ์เลขครุภัณฑ์", "Scan or type an asset number")}</label>
                    <input class="input" id="scanned" name="scanned" autocomplete="off" inputmode="text"/>
                    <Button label=lang.t("เปิดดู", "Open")/>
                </form>
                <p><a href=lang.path("/staff/loans/return")>{lang.t("รับคืนอุปกรณ์", "Take something back")}</a></p>
                <h2>{lang.t("จัดไว้ให้แล้ว รอมารับหรือนำไปส่ง", "Set aside: to be collected or brought")}</h2>
                {work(lang, coming, today)}
                <h2>{lang.t(format!("เกินกำหนด และครบกำหนดใน {within} วัน"), format!("Overdue, and due within {within} days"))}</h2>
                {work(lang, due, today)}
                <Pager lang newer=None older/>
            }
            .into_any()
        })
        .await
}

fn work(lang: Lang, rows: Vec<WorkRow>, today: chrono::NaiveDate) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="empty">{lang.t("ไม่มีรายการ", "Nothing here")}</p> }.into_any();
    }
    let lines = rows.into_iter().map(|row| {
        let href = lang.path(&format!("{PATH}/{}", row.reference.as_str()));
        let day = match row.due_on {
            Some(due) => common::near_day(lang, due),
            None => common::near_day(lang, row.from),
        };
        let state = if row.not_needed {
            lang.t("นัดรับคืน ไม่ใช้แล้ว", "To be fetched").to_owned()
        } else if let Some(by) = row.chase_by.filter(|_| row.due_on.is_some_and(|due| due < today)) {
            let step = row.next_step.label().get(lang).to_owned();
            let by = common::near_day(lang, by);
            lang.t(format!("ติดตาม: {step} ภายใน {by}"), format!("Chase: {step}, by {by}"))
        } else if row.still_needed_at.is_some() {
            lang.t("แจ้งว่ายังใช้อยู่", "Still needed, they say").to_owned()
        } else if row.accepted {
            lang.t("ตอบรับแล้ว", "Accepted").to_owned()
        } else {
            row.state.label().get(lang).to_owned()
        };
        view! {
            <tr>
                <td data-name=lang.t("คำขอ", "Request")><a href=href>{in_fours(row.reference.as_str())}</a></td>
                <td data-name=lang.t("รายการ", "Type")>{row.kind.name.get(lang).to_owned()}" "{row.asset_number}</td>
                <td data-name=lang.t("ผู้ป่วย", "Patient")>{format!("{} · …{} {}", row.patient_initials, row.phone_last4, row.community)}</td>
                <td data-name=lang.t("วัน", "Day")>{day}</td>
                <td data-name=lang.t("สถานะ", "State")>{state}</td>
            </tr>
        }
    });
    view! {
        <table class="list">
            <thead><tr>
                <th scope="col">{lang.t("คำขอ", "Request")}</th>
                <th scope="col">{lang.t("รายการ", "Type")}</th>
                <th scope="col">{lang.t("ผู้ป่วย", "Patient")}</th>
                <th scope="col">{lang.t("วัน", "Day")}</th>
                <th scope="col">{lang.t("สถานะ", "State")}</th>
            </tr></thead>
            <tbody>{lines.collect_view()}</tbody>
        </table>
    }
    .into_any()
}
