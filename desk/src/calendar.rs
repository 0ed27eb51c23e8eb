//! The year on one page: moon, holidays, closures, what is booked and what is out of service, day by day.
use crate::closure::Urgent;
use crate::revision::{Effect, NewRevision, Revised};
use crate::{Desk, Result, Trouble};
use chrono::NaiveDate;
use domain::crematorium::{Facility, Rules};
use domain::form::{FieldError, FieldErrors, RawFields, Text, raw};
use domain::lunar::{LunarCalendar, LunarDay, LunarYear, Unconfirmed, YearKind};
use domain::municipality::{Closure, Municipality};
use domain::request::StaffActor;
use domain::setting::{Kind, part};
use domain::{thai_date, time};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{crematorium, outage};

/// More are out of service at no crematorium.
const OUTAGES_SHOWN: u32 = 200;

/// One day of the year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearDay {
    pub date: NaiveDate,
    pub lunar: Option<LunarDay>,
    pub holiday: Option<Text>,
    /// Why cremation is closed.
    pub cremation: Option<Text>,
    /// Why the pavilions are.
    pub pavilions: Option<Text>,
    /// Why something is open that would be closed.
    pub opened: Option<Text>,
    /// Live ceremonies.
    pub ceremonies: u32,
    /// Names of what is out of service.
    pub out_of_service: Vec<Text>,
}

/// A year of the calendar, for staff.
#[derive(Clone, Debug)]
pub struct Year {
    pub year: i32,
    pub days: Vec<YearDay>,
    pub rules: Arc<Rules>,
    /// The newest revision of the closed days.
    pub based_on: i64,
    /// The closed days as they are, each at the place that taking it away names.
    pub closures: Vec<Closure>,
    pub urgent: Vec<Urgent>,
    /// Whether the reader may close at once.
    pub may_close_urgently: bool,
}

/// A lunar year as somebody would confirm it, to compare with the announcement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LunarProposal {
    pub year: LunarYear,
    pub calendar: LunarCalendar,
}

/// What the page of the lunar calendar shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LunarPage {
    pub based_on: i64,
    pub calendar: LunarCalendar,
    pub next: Option<Unconfirmed>,
}

impl Desk {
    /// Everything the calendar page shows of a year ค.ศ.
    pub async fn year(&self, who: &StaffActor, year: i32) -> Result<Year> {
        let page = self.setting_page(who, Kind::Closures).await?;
        let first = NaiveDate::from_ymd_opt(year, 1, 1).ok_or(Trouble::NotFound)?;
        let last = NaiveDate::from_ymd_opt(year, 12, 31).ok_or(Trouble::NotFound)?;
        let mut conn = self.store.read().await?;
        let ceremonies: BTreeMap<NaiveDate, u32> = crematorium::live_by_day(&mut conn, first, last)
            .await?
            .into_iter()
            .collect();
        let outages = outage::current(&mut conn, first, None, OUTAGES_SHOWN).await?;
        drop(conn);
        let rules = self.rules();
        let days = first
            .iter_days()
            .take_while(|date| *date <= last)
            .map(|date| YearDay {
                date,
                lunar: rules.lunar_day(date),
                holiday: holiday(&rules, date),
                cremation: rules.closed(date, Facility::Cremation).cloned(),
                pavilions: rules.closed(date, Facility::Pavilions).cloned(),
                opened: rules
                    .opened(date, Facility::Cremation)
                    .or_else(|| rules.opened(date, Facility::Pavilions))
                    .cloned(),
                ceremonies: ceremonies.get(&date).copied().unwrap_or(0),
                out_of_service: outages
                    .iter()
                    .filter(|outage| outage.span.from <= date && date <= outage.span.until)
                    .map(|outage| resource_name(&rules, &outage.resource))
                    .collect(),
            })
            .collect();
        Ok(Year {
            year,
            days,
            based_on: page.based_on,
            closures: page.municipality.crematorium.closures,
            urgent: self.urgent_closures(who).await?,
            may_close_urgently: who.handles_requests(),
            rules,
        })
    }

    /// The lunar calendar and the year to confirm next.
    pub async fn lunar_page(&self, who: &StaffActor) -> Result<LunarPage> {
        let page = self.setting_page(who, Kind::Lunar).await?;
        let calendar = page.municipality.lunar_calendar();
        Ok(LunarPage {
            based_on: page.based_on,
            next: calendar.unconfirmed(),
            calendar,
        })
    }

    /// What confirming a lunar year would do to bookings: days closed on every วันพระ may come out elsewhere.
    pub async fn preview_lunar(
        &self,
        who: &StaffActor,
        based_on: i64,
        year: &LunarYear,
        reason: &str,
    ) -> Result<Effect> {
        let revision = self.lunar_revision(who, based_on, year, reason).await?;
        self.preview_revision(who, &revision).await
    }

    /// Confirms a lunar year.
    pub async fn confirm_lunar(
        &self,
        who: &StaffActor,
        based_on: i64,
        year: &LunarYear,
        reason: &str,
    ) -> Result<Revised> {
        let revision = self.lunar_revision(who, based_on, year, reason).await?;
        self.revise(who, &revision).await
    }

    async fn lunar_revision(
        &self,
        who: &StaffActor,
        based_on: i64,
        year: &LunarYear,
        reason: &str,
    ) -> Result<NewRevision> {
        let page = self.setting_page(who, Kind::Lunar).await?;
        let mut changed: Municipality = page.municipality;
        changed.lunar_years.retain(|other| other.be != year.be);
        changed.lunar_years.push(year.clone());
        changed.lunar_years.sort_by_key(|year| year.be);
        Ok(NewRevision {
            kind: Kind::Lunar,
            based_on,
            valid_from: time::local_date(self.now()),
            legal_basis: String::new(),
            reason: reason.to_owned(),
            body: part(Kind::Lunar, &changed),
        })
    }
}

/// The name of a furnace or pavilion, or the id of what is not in the settings any more.
fn resource_name(rules: &Rules, id: &str) -> Text {
    let settings = rules.settings();
    let furnaces = settings.furnaces.iter().map(|one| (&one.id, &one.name));
    let pavilions = settings.pavilions.iter().map(|one| (&one.id, &one.name));
    furnaces
        .chain(pavilions)
        .find(|(other, _)| *other == id)
        .map_or_else(|| Text::new(id, id), |(_, name)| name.clone())
}

/// The official name of a public holiday.
fn holiday(rules: &Rules, date: NaiveDate) -> Option<Text> {
    let holidays = rules.on(date).holidays.iter();
    holidays
        .filter(|holiday| holiday.date == date)
        .map(|holiday| holiday.name.clone())
        .next()
}

/// Reads `first_day` and `kind` of the year to confirm next. It must join the year before: nothing is guessed.
pub fn lunar_proposal(
    calendar: &LunarCalendar,
    fields: &RawFields,
) -> std::result::Result<LunarProposal, FieldErrors> {
    let mut errors = FieldErrors::new();
    let kind = YearKind::ALL
        .into_iter()
        .find(|kind| kind.code() == raw(fields, "kind"));
    if kind.is_none() {
        errors.push(FieldError::new(
            "kind",
            "missing",
            "เลือกชนิดปีตามประกาศ",
            "Choose the kind of year that was announced",
        ));
    }
    let typed = thai_date::parse(raw(fields, "first_day")).map_err(|problems| {
        let (th, en) = problems.first().map_or_else(Default::default, |problem| {
            (problem.th.clone(), problem.en.clone())
        });
        FieldError::new("first_day", "date", th, en)
    });
    let first_day = errors.keep(typed);
    let (Some(kind), Some(first_day), Some(next)) = (kind, first_day, calendar.unconfirmed())
    else {
        return Err(errors);
    };
    let year = LunarYear {
        be: next.be,
        first_day,
        kind,
        confirmed_until: None,
    };
    match calendar.clone().with_overrides(std::slice::from_ref(&year)) {
        Ok(calendar) => Ok(LunarProposal { year, calendar }),
        Err(_) => Err(FieldErrors::one(FieldError::new(
            "first_day",
            "does_not_join",
            format!(
                "ต้องต่อกับปีก่อน ซึ่งจบก่อนวันที่ {} หากประกาศระบุวันอื่น ปีก่อนหน้าไม่ถูกต้อง ให้แจ้งผู้ดูแลระบบ",
                thai_date::short_th(next.first_day)
            ),
            format!(
                "It must join the year before, which ends on the day before {}. If the announcement differs, the year before is wrong: tell the administrator.",
                thai_date::short_en(next.first_day)
            ),
        ))),
    }
}
