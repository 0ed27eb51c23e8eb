//! Who is signed in, the rail beside every page, and what an officer reads when something is in the way.
use crate::components::{ButtonKind, ButtonLink};
use crate::http::{AppState, Visit, private, see_other};
use crate::render::render;
use crate::shell::{NavGroup, NavItem, PageContext, StaffDocument, StaffNav};
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use desk::Trouble;
use domain::form::Lang;
use domain::request::{Role, StaffActor};
use leptos::prelude::*;

/// A visit by a signed-in member of staff.
#[derive(Clone, Debug)]
pub(super) struct Office {
    pub visit: Visit,
    pub staff: StaffActor,
}

/// The visit of somebody who handles requests.
pub(super) struct Clerk(pub Office);

/// The visit of somebody who sees money: the cashier, and whoever handles requests.
pub(super) struct Purse(pub Office);

/// The visit of somebody who may approve.
pub(super) struct Approvers(pub Office);

/// The visit of an administrator.
pub(super) struct Admin(pub Office);

/// The visit of somebody who may close days: whoever handles requests, or an administrator.
pub(super) struct Planner(pub Office);

impl FromRequestParts<AppState> for Clerk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let office = Office::open(parts, state).await?;
        if office.staff.handles_requests() {
            Ok(Self(office))
        } else if office.visit.path == "/staff" && office.staff.has(Role::Administrator) {
            // An administrator's day is the accounts: requests are not theirs to see.
            Err(see_other(&office.visit.href("/staff/accounts")))
        } else if office.visit.path == "/staff" && office.staff.has(Role::Cashier) {
            Err(see_other(&office.visit.href("/staff/cashier")))
        } else {
            Err(office.not_allowed())
        }
    }
}

impl FromRequestParts<AppState> for Purse {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        Office::admit(parts, state, purse).await.map(Self)
    }
}

impl FromRequestParts<AppState> for Approvers {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        Office::admit(parts, state, approver).await.map(Self)
    }
}

impl FromRequestParts<AppState> for Planner {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        Office::admit(parts, state, planner).await.map(Self)
    }
}

impl FromRequestParts<AppState> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        Office::admit(parts, state, administrator).await.map(Self)
    }
}

/// Where in the rail a page belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Today,
    Requests,
    Loans,
    LoansToday,
    Equipment,
    Supplies,
    Register,
    Calls,
    MustMove,
    Outages,
    Counter,
    Agents,
    Tasks,
    Signing,
    Appeals,
    Late,
    CalendarLink,
    Calendar,
    Cashier,
    Bank,
    Exemptions,
    Refunds,
    Accounts,
    Settings,
    /// Pages that say something went wrong.
    Elsewhere,
}

/// What stands together in the rail, under a heading of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    /// The day's work, first and without a heading.
    Work,
    /// Lending equipment.
    Lending,
    /// What is signed and sent.
    Papers,
    /// Days, furnaces, pavilions.
    Places,
    Money,
    System,
}

impl Group {
    fn label(self, lang: Lang) -> Option<&'static str> {
        match self {
            Self::Work => None,
            Self::Lending => Some(lang.t("ยืมอุปกรณ์", "Lending")),
            Self::Papers => Some(lang.t("หนังสือและทะเบียน", "Letters and register")),
            Self::Places => Some(lang.t("วันและสถานที่", "Days and places")),
            Self::Money => Some(lang.t("การเงิน", "Money")),
            Self::System => Some(lang.t("ระบบ", "System")),
        }
    }
}

/// One line of the rail.
struct Entry {
    group: Group,
    place: Place,
    path: &'static str,
    th: &'static str,
    en: &'static str,
    seen_by: fn(&StaffActor) -> bool,
}

/// The rail in its order; entries of one group stand together.
#[rustfmt::skip]
const RAIL: &[Entry] = &[
    Entry { group: Group::Work, place: Place::Today, path: "/staff", th: "วันนี้", en: "Today", seen_by: clerk },
    Entry { group: Group::Work, place: Place::Requests, path: "/staff/requests", th: "ฌาปนสถาน", en: "Crematorium", seen_by: clerk },
    Entry { group: Group::Work, place: Place::Calls, path: "/staff/calls", th: "โทรแจ้งผล", en: "Calls to make", seen_by: clerk },
    Entry { group: Group::Work, place: Place::MustMove, path: "/staff/must-move", th: "ต้องย้าย", en: "Must move", seen_by: clerk },
    Entry { group: Group::Work, place: Place::Counter, path: "/staff/walk-in", th: "รับคำขอที่เคาน์เตอร์", en: "Walk-in request", seen_by: clerk },
    Entry { group: Group::Work, place: Place::Tasks, path: "/staff/tasks", th: "งานค้าง", en: "Unfinished tasks", seen_by: clerk },
    Entry { group: Group::Lending, place: Place::LoansToday, path: "/staff/loans/today", th: "ยืม-คืนวันนี้", en: "Lending today", seen_by: clerk },
    Entry { group: Group::Lending, place: Place::Loans, path: "/staff/loans", th: "คำขอยืม", en: "Requests to borrow", seen_by: clerk },
    Entry { group: Group::Lending, place: Place::Equipment, path: "/staff/equipment", th: "ทะเบียนครุภัณฑ์", en: "Register of equipment", seen_by: clerk },
    Entry { group: Group::Lending, place: Place::Supplies, path: "/staff/supplies", th: "วัสดุสิ้นเปลือง", en: "Consumables", seen_by: clerk },
    Entry { group: Group::Papers, place: Place::Signing, path: "/staff/signing", th: "รอลงนาม", en: "To be signed", seen_by: clerk },
    Entry { group: Group::Papers, place: Place::Late, path: "/staff/late", th: "แจ้งเหตุล่าช้า", en: "Delays to explain", seen_by: clerk },
    Entry { group: Group::Papers, place: Place::Appeals, path: "/staff/appeals", th: "อุทธรณ์", en: "Appeals", seen_by: clerk },
    Entry { group: Group::Papers, place: Place::Register, path: "/staff/register", th: "ทะเบียนฌาปนกิจ", en: "Cremation register", seen_by: clerk },
    Entry { group: Group::Places, place: Place::Calendar, path: "/staff/calendar", th: "ปฏิทินและวันปิด", en: "Calendar and closures", seen_by: planner },
    Entry { group: Group::Places, place: Place::Outages, path: "/staff/outages", th: "งดใช้ชั่วคราว", en: "Out of service", seen_by: clerk },
    Entry { group: Group::Places, place: Place::CalendarLink, path: "/staff/calendar-link", th: "ปฏิทินในโทรศัพท์", en: "Calendar on your phone", seen_by: clerk },
    Entry { group: Group::Money, place: Place::Cashier, path: "/staff/cashier", th: "รับชำระ", en: "Payments", seen_by: purse },
    Entry { group: Group::Money, place: Place::Bank, path: "/staff/bank", th: "รายการธนาคาร", en: "Bank", seen_by: purse },
    Entry { group: Group::Money, place: Place::Exemptions, path: "/staff/exemptions", th: "คำขอยกเว้น", en: "Exemptions", seen_by: approver },
    Entry { group: Group::Money, place: Place::Refunds, path: "/staff/refunds", th: "คืนเงิน", en: "Refunds", seen_by: purse },
    Entry { group: Group::System, place: Place::Agents, path: "/staff/agents", th: "ผู้ดำเนินการแทน", en: "Agents", seen_by: clerk },
    Entry { group: Group::System, place: Place::Accounts, path: "/staff/accounts", th: "บัญชีผู้ใช้", en: "Accounts", seen_by: administrator },
    Entry { group: Group::System, place: Place::Settings, path: "/staff/settings", th: "ตั้งค่า", en: "Settings", seen_by: administrator },
];

fn clerk(staff: &StaffActor) -> bool {
    staff.handles_requests()
}

fn planner(staff: &StaffActor) -> bool {
    clerk(staff) || administrator(staff)
}

/// Who sees what was paid and is owed.
fn purse(staff: &StaffActor) -> bool {
    staff.handles_requests() || staff.has(Role::Cashier)
}

/// Who decides exemptions.
fn approver(staff: &StaffActor) -> bool {
    staff.has(Role::Approver)
}

fn administrator(staff: &StaffActor) -> bool {
    staff.has(Role::Administrator)
}

/// What waits at places of the rail.
type Counts = Vec<(Place, u32)>;

/// How a page is answered and where it belongs.
#[derive(Clone, Debug)]
pub(super) struct Page {
    status: StatusCode,
    title: String,
    place: Place,
    back: Option<String>,
}

impl Page {
    pub fn new(place: Place, title: impl Into<String>) -> Self {
        Self {
            status: StatusCode::OK,
            title: title.into(),
            place,
            back: None,
        }
    }

    /// Any status but a good one makes the title begin with "ผิดพลาด".
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The site path the back link leads to.
    pub fn back(mut self, path: impl Into<String>) -> Self {
        self.back = Some(path.into());
        self
    }
}

impl Office {
    async fn open(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let visit = match Visit::from_request_parts(parts, state).await {
            Ok(visit) => visit,
            Err(never) => match never {},
        };
        let staff = visit.staff().await?;
        Ok(Self { visit, staff })
    }

    /// Lets in whoever `may`, and nobody else.
    async fn admit(
        parts: &mut Parts,
        state: &AppState,
        may: fn(&StaffActor) -> bool,
    ) -> Result<Self, Response> {
        let office = Self::open(parts, state).await?;
        if may(&office.staff) {
            Ok(office)
        } else {
            Err(office.not_allowed())
        }
    }

    pub fn lang(&self) -> Lang {
        self.visit.lang
    }

    pub fn desk(&self) -> &desk::Desk {
        self.visit.desk()
    }

    pub fn href(&self, path: &str) -> String {
        self.visit.href(path)
    }

    /// A whole page with the rail and its counts.
    pub async fn page<F>(&self, page: Page, body: F) -> desk::Result<Response>
    where
        F: FnOnce() -> AnyView + Send + 'static,
    {
        let counts = self.counts().await?;
        Ok(self.document(page, counts, body))
    }

    /// The page a use case led to, or what an officer reads when it led nowhere.
    pub fn answer(&self, result: desk::Result<Response>) -> Response {
        match result {
            Ok(response) => response,
            Err(trouble) => self.trouble(&trouble),
        }
    }

    fn trouble(&self, trouble: &Trouble) -> Response {
        match trouble {
            Trouble::NotAllowed => self.not_allowed(),
            Trouble::NotFound => self.not_found(),
            Trouble::SignInRequired => see_other(&self.href("/staff/sign-in")),
            other => crate::pages::trouble::page(&self.visit, other),
        }
    }

    fn not_allowed(&self) -> Response {
        let lang = self.lang();
        let title = lang.t("บัญชีนี้ไม่มีสิทธิ์ใช้หน้านี้", "This account may not use this page");
        let what = lang.t(
            "หากจำเป็นต้องใช้ โปรดติดต่อผู้ดูแลระบบ",
            "If you need it, ask an administrator.",
        );
        self.plain(StatusCode::FORBIDDEN, title, what)
    }

    fn not_found(&self) -> Response {
        let lang = self.lang();
        let title = lang.t("ไม่พบรายการนี้", "Nothing was found here");
        let what = lang.t(
            "โปรดตรวจเลขที่คำขอ หรือค้นหาจากหน้างานวันนี้",
            "Check the reference number, or search from today's page.",
        );
        self.plain(StatusCode::NOT_FOUND, title, what)
    }

    /// A page with one sentence and the way back to the day. Its rail counts nothing.
    fn plain(&self, status: StatusCode, title: &'static str, what: &'static str) -> Response {
        let day = self.href("/staff");
        let label = self.lang().t("ไปที่งานวันนี้", "Go to today's work");
        let page = Page::new(Place::Elsewhere, title).status(status);
        self.document(page, Counts::new(), move || {
            view! {
                <h1>{title}</h1>
                <p>{what}</p>
                <p><ButtonLink href=day label kind=ButtonKind::Secondary/></p>
            }
            .into_any()
        })
    }

    async fn counts(&self) -> desk::Result<Counts> {
        if !self.staff.handles_requests() {
            return Ok(Counts::new());
        }
        let day = self.desk().day_numbers(&self.staff).await?;
        let tasks = self.desk().staff_tasks(&self.staff).await?.len();
        let agents = self.desk().agents_waiting(&self.staff).await?;
        let must_move = self.desk().affected_count(&self.staff).await?;
        let exemptions = if approver(&self.staff) {
            self.desk().exemptions_asked_count(&self.staff).await?
        } else {
            0
        };
        Ok(vec![
            (Place::Exemptions, exemptions),
            (Place::MustMove, must_move),
            (Place::Agents, u32::try_from(agents).unwrap_or(u32::MAX)),
            (Place::Today, day.late + day.due_today),
            (Place::Requests, day.inbox),
            (Place::Calls, day.calls),
            (
                Place::Signing,
                self.desk().waiting_count(&self.staff).await?,
            ),
            (Place::Appeals, self.desk().open_appeals(&self.staff).await?),
            (
                Place::Late,
                self.desk().late_notice_count(&self.staff).await?,
            ),
            (Place::Tasks, u32::try_from(tasks).unwrap_or(u32::MAX)),
            (Place::Calendar, self.desk().unreviewed_closures().await?),
        ])
    }

    fn document<F>(&self, page: Page, counts: Counts, body: F) -> Response
    where
        F: FnOnce() -> AnyView + Send + 'static,
    {
        let ctx = self.context(page.place, &counts);
        let nonce = ctx.nonce.clone();
        let error = page.status.is_client_error() || page.status.is_server_error();
        let (title, back) = (page.title, page.back.map(|path| self.href(&path)));
        let html = render(&nonce, move || {
            view! { <StaffDocument ctx title error nostrip:back=back>{body()}</StaffDocument> }
        });
        private(page.status, html)
    }

    fn context(&self, place: Place, counts: &Counts) -> PageContext {
        let lang = self.lang();
        let seen: Vec<&Entry> = RAIL
            .iter()
            .filter(|entry| (entry.seen_by)(&self.staff))
            .collect();
        let groups = seen
            .chunk_by(|a, b| a.group == b.group)
            .map(|entries| NavGroup {
                label: entries[0].group.label(lang).map(str::to_owned),
                items: entries
                    .iter()
                    .map(|entry| NavItem {
                        label: lang.t(entry.th, entry.en).to_owned(),
                        href: self.href(entry.path),
                        count: counts
                            .iter()
                            .find(|(at, _)| *at == entry.place)
                            .map(|(_, count)| *count),
                        current: entry.place == place,
                    })
                    .collect(),
            })
            .collect();
        let mut ctx = self.visit.context();
        ctx.staff = Some(StaffNav {
            name: self.staff.name.clone(),
            groups,
        });
        ctx
    }
}
