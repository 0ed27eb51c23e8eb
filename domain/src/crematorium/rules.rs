//! The crematorium's rules as a city has set them: rounds, closures, notice, duty hours.
use crate::form::Text;
use crate::lunar::{LunarCalendar, LunarDay};
use crate::municipality::{
    CaseType, Closes, Closure, ClosureWhen, CrematoriumSettings, Municipality, Pavilion, Round,
};
use crate::time::{self, Instant, TimeOfDay};
use crate::working_time::WorkingTime;
use chrono::{Datelike, Days, NaiveDate, TimeDelta};
use std::sync::Arc;

use super::cell::{CellRange, Claim};

/// When a pavilion's night begins, for the minimum notice.
const NIGHT_BEGINS: u16 = 18 * 60;

/// What a closure may close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facility {
    Cremation,
    Pavilions,
}

/// A municipality's settings with what is computed from them once.
#[derive(Clone, Debug)]
pub struct Rules {
    pub municipality: Arc<Municipality>,
    /// The settings revision these rules come from; a request keeps it.
    pub revision: i64,
    /// What the settings become on later days: each with the day it begins, in order. Rounds and closures of a
    /// future day are those of that day.
    coming: Vec<(NaiveDate, Municipality)>,
    lunar: LunarCalendar,
    duty: WorkingTime,
}

impl Rules {
    /// Fails when the settings' lunar years do not join up; the sentence names the year.
    pub fn new(municipality: Municipality, revision: i64) -> Result<Self, String> {
        let lunar = LunarCalendar::built_in()
            .with_overrides(&municipality.lunar_years)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            lunar,
            duty: municipality.duty_time(),
            municipality: Arc::new(municipality),
            revision,
            coming: Vec::new(),
        })
    }

    /// The same, with what the settings become on later days.
    #[must_use]
    pub fn with_coming(mut self, mut coming: Vec<(NaiveDate, Municipality)>) -> Self {
        coming.sort_by_key(|(from, _)| *from);
        self.coming = coming;
        self
    }

    /// The settings a service on this date is judged by.
    pub fn on(&self, date: NaiveDate) -> &Municipality {
        self.coming
            .iter()
            .rev()
            .find(|(from, _)| *from <= date)
            .map_or(&*self.municipality, |(_, municipality)| municipality)
    }

    /// Whether other settings than those in force are valid from this day on: they are then read again.
    pub fn is_superseded(&self, today: NaiveDate) -> bool {
        self.coming.first().is_some_and(|(from, _)| *from <= today)
    }

    pub fn lunar(&self) -> &LunarCalendar {
        &self.lunar
    }

    pub fn settings(&self) -> &CrematoriumSettings {
        &self.municipality.crematorium
    }

    pub fn lunar_day(&self, date: NaiveDate) -> Option<LunarDay> {
        self.lunar.day(date)
    }

    pub fn duty(&self) -> &WorkingTime {
        &self.duty
    }

    /// The last day that can be booked today.
    pub fn horizon(&self, now: Instant) -> NaiveDate {
        time::local_date(now) + Days::new(u64::from(self.settings().horizon_days))
    }

    /// The office's public reason why a facility is closed on a date; `None` when it is open.
    pub fn closed(&self, date: NaiveDate, facility: Facility) -> Option<&Text> {
        self.closure(date, facility).map(|closure| &closure.reason)
    }

    /// The closure that closes a facility on a date; `None` when it is open, or opened anyway.
    pub fn closure(&self, date: NaiveDate, facility: Facility) -> Option<&Closure> {
        let on_date =
            |closure: &&Closure| closes(closure.closes, facility) && self.applies(closure, date);
        let closures = &self.on(date).crematorium.closures;
        if closures
            .iter()
            .filter(on_date)
            .any(|closure| closure.open_anyway)
        {
            return None;
        }
        closures.iter().find(on_date)
    }

    /// Whether staff opened a facility on a date that a closure closes otherwise, and why.
    pub fn opened(&self, date: NaiveDate, facility: Facility) -> Option<&Text> {
        let closures = &self.on(date).crematorium.closures;
        let mut on_date = closures
            .iter()
            .filter(|closure| closes(closure.closes, facility) && self.applies(closure, date));
        on_date
            .clone()
            .find(|closure| closure.open_anyway)
            .filter(|_| on_date.any(|closure| !closure.open_anyway))
            .map(|closure| &closure.reason)
    }

    /// Whether a closure, or an opening, applies on a date.
    pub fn applies(&self, closure: &Closure, date: NaiveDate) -> bool {
        if !closure.is_valid_on(date) {
            return false;
        }
        match &closure.when {
            ClosureWhen::Weekly(day) => date.weekday() == (*day).into(),
            ClosureWhen::HolyDay => self.lunar_day(date).is_some_and(|day| day.holy_day),
            ClosureWhen::Holidays => self
                .on(date)
                .holidays
                .iter()
                .any(|holiday| holiday.date == date),
            ClosureWhen::Dates { from, until } => *from <= date && date <= *until,
        }
    }

    /// The start times of a date for a type of case, in order; closures are not looked at.
    pub fn rounds(&self, date: NaiveDate, case_type: CaseType) -> Vec<TimeOfDay> {
        let case_type = self.settings().treated_as(case_type);
        let mut starts: Vec<TimeOfDay> = self
            .on(date)
            .crematorium
            .rounds
            .iter()
            .filter(|round| serves(round, date, case_type))
            .map(|round| round.start)
            .collect();
        starts.sort_unstable();
        starts.dedup();
        starts
    }

    /// The cells a case keeps a furnace for, cool-down included.
    pub fn furnace_cells(&self, start: TimeOfDay, case_type: CaseType) -> Option<CellRange> {
        let duration = self.settings().duration(case_type)?;
        CellRange::from_minutes(
            start,
            duration.minutes.checked_add(duration.cool_down_minutes)?,
        )
    }

    /// The ways a round can be given, one claim for each furnace, in id order.
    pub fn furnace_claims(
        &self,
        date: NaiveDate,
        start: TimeOfDay,
        case_type: CaseType,
    ) -> Vec<Claim> {
        let Some(cells) = self.furnace_cells(start, case_type) else {
            return Vec::new();
        };
        let mut claims: Vec<Claim> = self
            .settings()
            .furnaces
            .iter()
            .map(|furnace| Claim {
                resource: furnace.id.clone(),
                date,
                cells,
            })
            .collect();
        claims.sort();
        claims
    }

    /// What a resource belongs to; `None` for one that no closure closes.
    pub fn facility(&self, resource: &str) -> Option<Facility> {
        let settings = self.settings();
        if self.pavilion(resource).is_some() {
            Some(Facility::Pavilions)
        } else if settings
            .furnaces
            .iter()
            .any(|furnace| furnace.id == resource)
        {
            Some(Facility::Cremation)
        } else {
            None
        }
    }

    pub fn pavilion(&self, id: &str) -> Option<&Pavilion> {
        self.settings()
            .pavilions
            .iter()
            .find(|pavilion| pavilion.id == id)
    }

    /// Whether it is too late to book a start without the duty officer.
    pub fn inside_notice(&self, date: NaiveDate, start: TimeOfDay, now: Instant) -> bool {
        let notice = TimeDelta::hours(i64::from(self.settings().minimum_notice_hours));
        time::at(date, start.minutes()) < now + notice
    }

    /// The same for a pavilion's first night.
    pub fn night_inside_notice(&self, date: NaiveDate, now: Instant) -> bool {
        let notice = TimeDelta::hours(i64::from(self.settings().minimum_notice_hours));
        time::at(date, NIGHT_BEGINS) < now + notice
    }

    /// When the office must have decided something sent now: in duty hours.
    pub fn decide_by(&self, now: Instant) -> Instant {
        self.after_duty_hours(now, self.settings().decision_hours)
    }

    /// When an unverified request sent now lapses.
    pub fn lapse_at(&self, now: Instant) -> Instant {
        self.after_duty_hours(now, self.settings().unverified_hours)
    }

    /// Until when a request returned now should be corrected.
    pub fn correct_by(&self, now: Instant) -> Instant {
        self.after_duty_hours(now, self.settings().correction_hours)
    }

    /// By when the family should have been told of something decided now.
    pub fn tell_by(&self, now: Instant) -> Instant {
        now + TimeDelta::minutes(i64::from(self.settings().tell_within_minutes))
    }

    /// When a certificate that has not come yet is expected.
    pub fn certificate_due(&self, now: Instant) -> Instant {
        now + TimeDelta::hours(i64::from(self.settings().certificate_hours))
    }

    fn after_duty_hours(&self, now: Instant, hours: u16) -> Instant {
        let minutes = i64::from(hours) * 60;
        // A desk that never opens has no working time: count hours of the clock rather than never.
        self.duty
            .add(now, minutes)
            .unwrap_or(now + TimeDelta::minutes(minutes))
    }
}

fn closes(what: Closes, facility: Facility) -> bool {
    matches!(
        (what, facility),
        (Closes::All, _)
            | (Closes::Cremation, Facility::Cremation)
            | (Closes::Pavilions, Facility::Pavilions)
    )
}

fn serves(round: &Round, date: NaiveDate, case_type: CaseType) -> bool {
    round.valid_from <= date
        && round.valid_until.is_none_or(|until| date <= until)
        && (round.weekdays.is_empty()
            || round
                .weekdays
                .iter()
                .any(|day| date.weekday() == (*day).into()))
        && (round.case_types.is_empty() || round.case_types.contains(&case_type))
}
