//! The day on one page, the list of requests ordered by deadline, and searching it.
use super::frame::{Clerk, Office, Page, Place};
use super::words;
use crate::components::reference::in_fours;
use crate::components::{Button, ButtonKind, Tag, TagKind};
use crate::http::see_other;
use crate::pages::answers::{Answers, Asked};
use crate::words as common;
use axum::response::Response;
use desk::office::{DayNumbers, Inbox, InboxFilter, InboxRow};
use domain::crematorium::Rules;
use domain::form::{Lang, RawFields, raw};
use domain::request::Status;
use domain::time::{self, Instant};
use leptos::prelude::*;
use std::sync::Arc;

/// The filters that are on or off.
const TICKS: [&str; 4] = ["late", "due", "today", "unverified"];

/// `GET /staff`
pub(super) async fn day(Clerk(office): Clerk, asked: Asked) -> Response {
    office.answer(list(&office, Place::Today, &query(&asked)).await)
}

/// `GET /staff/requests`
pub(super) async fn requests(Clerk(office): Clerk, asked: Asked) -> Response {
    office.answer(list(&office, Place::Requests, &query(&asked)).await)
}

/// `GET /staff/search`: a language link or a reload; what was searched is in no address.
pub(super) async fn before_search(Clerk(office): Clerk) -> Response {
    see_other(&office.href("/staff/requests"))
}

/// `POST /staff/search`: names and telephone numbers never enter an address, so the answer is the page itself.
pub(super) async fn search(Clerk(office): Clerk, answers: Answers) -> Response {
    office.answer(found(&office, &answers.all()).await)
}

async fn list(office: &Office, place: Place, query: &RawFields) -> desk::Result<Response> {
    let lang = office.lang();
    let inbox = if raw(query, "due").is_empty() {
        office
            .desk()
            .inbox(&office.staff, &filter(query), after(query))
            .await?
    } else {
        due_today(office).await?
    };
    let numbers = match place {
        Place::Today => Some(office.desk().day_numbers(&office.staff).await?),
        _ => None,
    };
    let view = ListView::new(office, query.clone());
    let today = time::local_date(view.now);
    let title = match place {
        Place::Today => lang.t("งานวันนี้", "Today's work"),
        _ => lang.t("คำขอใช้ฌาปนสถาน", "Crematorium requests"),
    };
    let moon = view
        .rules
        .lunar_day(today)
        .map(|day| lang.t(day.th(), day.en()));
    let subtitle = match place {
        Place::Today => join([Some(common::day(lang, today)), moon]),
        _ => lang
            .t(
                "เรื่องที่สำนักงานต้องตัดสินก่อน แล้วเรื่องที่รอครอบครัวแก้ไข เรียงตามกำหนดเวลา",
                "What the office must decide first, then what waits for families; by deadline",
            )
            .to_owned(),
    };
    let path = if place == Place::Today {
        "/staff"
    } else {
        "/staff/requests"
    };
    let path = office.href(path);
    office
        .page(Page::new(place, title), move || {
            view! {
                <h1>{title}</h1>
                <p class="sub">{subtitle}</p>
                {numbers.map(|numbers| view.numbers(numbers))}
                {view.search_box("")}
                {view.filters(&path)}
                {view.table(&inbox)}
                {view.next_link(&path, inbox.next)}
            }
            .into_any()
        })
        .await
}

/// What must be decided before the day ends and is not late: what is late has a number of its own.
async fn due_today(office: &Office) -> desk::Result<Inbox> {
    let filter = InboxFilter {
        due_today: true,
        ..InboxFilter::default()
    };
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let page = office
            .desk()
            .inbox(&office.staff, &filter, after.as_deref())
            .await?;
        rows.extend(page.rows.into_iter().filter(|row| !row.late));
        after = page.next;
        if after.is_none() {
            return Ok(Inbox { rows, next: None });
        }
    }
}

async fn found(office: &Office, typed: &RawFields) -> desk::Result<Response> {
    let lang = office.lang();
    let query = raw(typed, "q").trim().to_owned();
    if query.is_empty() {
        return Ok(see_other(&office.href("/staff/requests")));
    }
    let filter = InboxFilter {
        search: query.clone(),
        ..InboxFilter::default()
    };
    let inbox = office
        .desk()
        .inbox(&office.staff, &filter, after(typed))
        .await?;
    let view = ListView::new(office, typed.clone());
    let title = lang.t("ผลการค้นหา", "Search results");
    let page = Page::new(Place::Requests, title).back("/staff");
    office
        .page(page, move || {
            view! {
                <h1>{title}</h1>
                {view.search_box(&query)}
                {view.table(&inbox)}
                {inbox.next.map(|next| view.more_found(query, next))}
            }
            .into_any()
        })
        .await
}

/// What a list's address may say: nothing personal.
fn query(asked: &Asked) -> RawFields {
    let known = ["status", "after"].into_iter().chain(TICKS);
    known
        .map(|name| (name.to_owned(), asked.value(name).to_owned()))
        .collect()
}

fn filter(query: &RawFields) -> InboxFilter {
    let ticked = |name: &str| !raw(query, name).is_empty();
    InboxFilter {
        status: Status::parse(raw(query, "status")),
        late: ticked("late"),
        due_today: false,
        today: ticked("today"),
        unverified: ticked("unverified"),
        search: String::new(),
    }
}

fn after(query: &RawFields) -> Option<&str> {
    query
        .get("after")
        .map(String::as_str)
        .filter(|cursor| !cursor.is_empty())
}

fn join(parts: [Option<String>; 2]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What every part of the list needs to know.
pub(super) struct ListView {
    pub lang: Lang,
    pub now: Instant,
    pub rules: Arc<Rules>,
    pub query: RawFields,
}

impl ListView {
    fn new(office: &Office, query: RawFields) -> Self {
        Self {
            lang: office.lang(),
            now: office.desk().now(),
            rules: office.desk().rules(),
            query,
        }
    }

    /// Whether anything is filtered or searched.
    fn narrowed(&self) -> bool {
        !raw(&self.query, "status").is_empty()
            || !raw(&self.query, "q").is_empty()
            || TICKS.iter().any(|tick| !raw(&self.query, tick).is_empty())
    }

    /// Four numbers, each a link to what it counts.
    fn numbers(&self, day: DayNumbers) -> AnyView {
        let lang = self.lang;
        let one = |class: &'static str, path: &str, number: u32, label: &'static str| {
            let class = if number == 0 { "" } else { class };
            view! { <a class=class href=lang.path(path)><b>{number}</b><span>{label}</span></a> }
                .into_any()
        };
        let late = lang.t("เกินกำหนดตามคู่มือ", "Late by the manual");
        let due = lang.t("ครบกำหนดวันนี้", "Due today");
        let ceremonies = lang.t("พิธีวันนี้", "Ceremonies today");
        let calls = lang.t("เลยเวลาโทรแจ้งผล", "Calls overdue");
        view! {
            <div class="four">
                {one("late", "/staff/requests?late=1", day.late, late)}
                {one("soon", "/staff/requests?due=1", day.due_today, due)}
                {one("", "/staff/requests?today=1", day.ceremonies_today, ceremonies)}
                {one("late", "/staff/calls", day.calls_due, calls)}
            </div>
        }
        .into_any()
    }

    fn search_box(&self, typed: &str) -> AnyView {
        let lang = self.lang;
        let typed = typed.to_owned();
        view! {
            <form class="find" method="post" action=lang.path("/staff/search") role="search">
                <label class="unseen" for="q">{lang.t("ค้นหาคำขอ", "Search requests")}</label>
                <input class="input" id="q" name="q" r#type="search" autocomplete="off" spellcheck="false" value=typed
                    placeholder=lang.t("เลขที่คำขอ โทรศัพท์ หรือชื่อ", "Reference, telephone or name")/>
                <Button label=lang.t("ค้นหา", "Search") kind=ButtonKind::Secondary/>
            </form>
        }
        .into_any()
    }

    /// One narrowing at a time, each a link: none holds anything personal.
    fn filters(&self, path: &str) -> AnyView {
        let lang = self.lang;
        let ticks = [
            ("late", lang.t("เกินกำหนด", "Late")),
            ("due", lang.t("ครบกำหนดวันนี้", "Due today")),
            ("today", lang.t("พิธีวันนี้", "Ceremonies today")),
            ("unverified", lang.t("ยังไม่ยืนยัน", "Not confirmed")),
        ];
        let ticks = ticks.map(|(name, label)| {
            let current = !raw(&self.query, name).is_empty();
            filter_link(format!("{path}?{name}=1"), label, current)
        });
        let chosen = raw(&self.query, "status");
        let bookings = Status::ALL
            .into_iter()
            .filter(|status| !status.is_of_loans());
        let statuses = bookings.map(|status| {
            let current = chosen == status.code();
            filter_link(
                format!("{path}?status={}", status.code()),
                words::status(lang, status),
                current,
            )
        });
        let all = filter_link(
            path.to_owned(),
            lang.t("งานที่ยังไม่จบ", "Open work"),
            !self.narrowed(),
        );
        view! {
            <nav aria-label=lang.t("ตัวกรอง", "Filters")>
                <ul class="filters">{all}{ticks.collect_view()}{statuses.collect_view()}</ul>
            </nav>
        }
        .into_any()
    }

    pub fn table(&self, inbox: &Inbox) -> AnyView {
        if inbox.rows.is_empty() {
            return view! { <p class="empty">{self.empty()}</p> }.into_any();
        }
        let lang = self.lang;
        let heads = heads(lang).map(|head| view! { <th scope="col">{head}</th> });
        let rows = inbox.rows.iter().map(|row| self.row(row)).collect_view();
        view! {
            <table class="list">
                <caption class="unseen">{lang.t("คำขอ เรียงตามกำหนดเวลา", "Requests by deadline")}</caption>
                <thead><tr>{heads.collect_view()}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    }

    fn empty(&self) -> &'static str {
        if self.narrowed() {
            self.lang.t("ไม่พบคำขอที่ตรงกับที่เลือก", "No request matches")
        } else {
            self.lang.t("ไม่มีคำขอค้าง", "No open requests")
        }
    }

    fn row(&self, row: &InboxRow) -> AnyView {
        let lang = self.lang;
        let href = lang.path(&format!("/staff/requests/{}", row.reference.as_str()));
        let service = lang.t("ฌาปนสถาน", "Crematorium");
        let relation = row.relation.label();
        let who = format!(
            "{} · {}\u{a0}{}",
            relation.get(lang),
            lang.t("ลงท้าย", "ends"),
            row.phone_last4
        );
        view! {
            <tr>
                <td>{self.deadline(row)}</td>
                <td><a href=href>{in_fours(row.reference.as_str())}</a><br/><span class="muted">{service}</span></td>
                <td>{words::item(lang, &self.rules, &row.wish, row.furnace.as_deref())}{self.remarks(row)}</td>
                <td>{row.applicant_initials.clone()}<br/><span class="muted">{who}</span></td>
                <td>{words::status_tag(lang, row.status)}</td>
            </tr>
        }
        .into_any()
    }

    /// When somebody must have acted: the office, or the family whose request came back to it.
    fn deadline(&self, row: &InboxRow) -> AnyView {
        let lang = self.lang;
        let due = match row.status {
            Status::Submitted => row.decide_by,
            Status::Returned => row.correct_by.unwrap_or(row.decide_by),
            _ => {
                return view! { <span class="muted">{lang.t("ไม่มีกำหนด", "No deadline")}</span> }
                    .into_any();
            }
        };
        let late = row
            .late
            .then(|| view! { <br/>{words::late_tag(lang, due, self.now)} });
        view! { {words::when(lang, due, self.now)}{late} }.into_any()
    }

    /// What makes a request different from most.
    fn remarks(&self, row: &InboxRow) -> AnyView {
        let lang = self.lang;
        let waiting = row.status.is_live();
        let unverified =
            (waiting && !row.verified).then(|| lang.t("ยังไม่ยืนยัน", "Not confirmed").to_owned());
        let frozen = row.frozen.then(|| lang.t("ระงับไว้", "Frozen").to_owned());
        let taken = row
            .taken_by
            .as_ref()
            .map(|name| format!("{} {name}", lang.t("ผู้รับเรื่อง", "Taken by")));
        let remarks: Vec<_> = [self.until(row), unverified, frozen, taken]
            .into_iter()
            .flatten()
            .collect();
        let remarks = (!remarks.is_empty())
            .then(|| view! { <br/><span class="muted">{remarks.join(" · ")}</span> });
        let waits = [
            (row.photo_waits, lang.t("รูปรอตรวจ", "Photo to check")),
            (
                row.exemption_waits,
                lang.t("ขอยกเว้นรอตัดสิน", "Exemption to decide"),
            ),
        ];
        let waits = waits
            .into_iter()
            .filter(|(waits, _)| *waits)
            .map(|(_, label)| view! { " "<Tag kind=TagKind::Wait label/> });
        let waits: Vec<_> = waits.collect();
        let waits = (!waits.is_empty()).then(|| view! { <br/>{waits} });
        view! { {remarks}{waits} }.into_any()
    }

    /// How long until the ceremonies begin: what is near comes before what merely waits.
    fn until(&self, row: &InboxRow) -> Option<String> {
        let lang = self.lang;
        let first = desk::fee::first_day(&row.wish).filter(|_| row.status.is_live())?;
        let today = time::local_date(self.now);
        let days = (first - today).num_days();
        Some(match days {
            ..0 => lang.t("เริ่มพิธีแล้ว", "begun").to_owned(),
            0 => lang.t("พิธีวันนี้", "ceremonies today").to_owned(),
            1 => lang.t("พิธีพรุ่งนี้", "ceremonies tomorrow").to_owned(),
            _ => lang.t(
                format!("อีก {days} วันถึงพิธี"),
                format!("{days} days to the ceremonies"),
            ),
        })
    }

    fn next_link(&self, path: &str, next: Option<String>) -> Option<AnyView> {
        let next = next?;
        let lang = self.lang;
        let mut parts: Vec<String> = std::iter::once("status")
            .chain(TICKS)
            .map(|name| (name, raw(&self.query, name)))
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", words::in_query(value)))
            .collect();
        parts.push(format!("after={}", words::in_query(&next)));
        let href = format!("{path}?{}", parts.join("&"));
        Some(
            view! {
                <nav class="pager" aria-label=lang.t("หน้าของรายการ", "Pages of the list")>
                    <a class="older" href=href rel="next">{lang.t("หน้าถัดไป", "Next page")}" →"</a>
                </nav>
            }
            .into_any(),
        )
    }

    /// The next page of a search is another POST: what is searched stays out of the address.
    fn more_found(&self, query: String, next: String) -> AnyView {
        let lang = self.lang;
        view! {
            <form class="pager" method="post" action=lang.path("/staff/search")>
                <input r#type="hidden" name="q" value=query/>
                <input r#type="hidden" name="after" value=next/>
                <Button label=lang.t("หน้าถัดไป", "Next page") kind=ButtonKind::Secondary/>
            </form>
        }
        .into_any()
    }
}

fn filter_link(href: String, label: &'static str, current: bool) -> AnyView {
    view! { <li><a href=href aria-current=current.then_some("true")>{label}</a></li> }.into_any()
}

fn heads(lang: Lang) -> [&'static str; 5] {
    [
        lang.t("ครบกำหนด", "Due"),
        lang.t("คำขอ", "Request"),
        lang.t("เรื่อง", "Booked"),
        lang.t("ผู้ขอ", "Applicant"),
        lang.t("สถานะ", "Status"),
    ]
}
