//! The crematorium's rules as a city has set them: rounds, closures, notice, duty hours.
use crate::form::Text;
use crate::lunar::{LunarCalendar, LunarDay};
use crate::municipality::{
    Closes, Closure, ClosureWhen, CrematoriumSettings, Furnace, Municipality, Pavilion, Turnover,
};
use crate::time::{self, Instant, TimeOfDay};
use crate::working_time::WorkingTime;
use chrono::{Datelike, Days, NaiveDate, TimeDelta, Weekday};
use std::sync::Arc;

use super::case_type::CaseType;
use super::cell::{CellRange, Claim};
use super::coffin::CoffinSize;
use super::wish::{AshWish, CremationWish, PavilionWish};

/// When a pavilion's night begins, for the minimum notice.
const NIGHT_BEGINS: u16 = 18 * 60;

/// What a closure may close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facility {
    Cremation,
    Pavilions,
    Ash,
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
        self.last_word(date, facility)
            .filter(|closure| !closure.open_anyway)
    }

    /// Every closure and opening that applies to a facility on a date, in the order of the list.
    fn on_date(&self, date: NaiveDate, facility: Facility) -> impl Iterator<Item = &Closure> {
        self.on(date)
            .crematorium
            .closures
            .iter()
            .filter(move |closure| closes(closure.closes, facility) && self.applies(closure, date))
    }

    /// What decides a date. An opening goes before what stands above it, and before every rule that comes again and
    /// again; a closure of the very dates that stands below it was made knowing of it, and goes before it.
    fn last_word(&self, date: NaiveDate, facility: Facility) -> Option<&Closure> {
        self.on_date(date, facility).reduce(|word, next| {
            let dated = matches!(next.when, ClosureWhen::Dates { .. });
            if next.open_anyway || (word.open_anyway && dated) {
                next
            } else {
                word
            }
        })
    }

    /// Whether staff opened a facility on a date that a closure closes otherwise, and why.
    pub fn opened(&self, date: NaiveDate, facility: Facility) -> Option<&Text> {
        let closed_otherwise = || {
            self.on_date(date, facility)
                .any(|closure| !closure.open_anyway)
        };
        self.last_word(date, facility)
            .filter(|word| word.open_anyway && closed_otherwise())
            .map(|word| &word.reason)
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

    /// Why a type of case is not cremated on a date: the office is closed, or the type's own days are.
    pub fn no_cremation(&self, date: NaiveDate, case_type: CaseType) -> Option<Text> {
        if let Some(reason) = self.closed(date, Facility::Cremation) {
            return Some(reason.clone());
        }
        if case_type != CaseType::Royal {
            return None;
        }
        if date.weekday() == Weekday::Fri {
            return Some(Text::new(
                "ไม่จัดพระราชทานเพลิงศพในวันศุกร์",
                "No royal-flame cremation on a Friday",
            ));
        }
        let day = self
            .on(date)
            .crematorium
            .royal_days
            .iter()
            .find(|day| day.date == date)?;
        Some(Text::new(
            format!("ไม่จัดพระราชทานเพลิงศพใน{}", day.name.th),
            format!("No royal-flame cremation on {}", day.name.en),
        ))
    }

    /// The start times of a date for a type of case, in order; closures are not looked at.
    pub fn rounds(&self, date: NaiveDate, case_type: CaseType) -> Vec<TimeOfDay> {
        let settings = &self.on(date).crematorium;
        let case_type = settings.treated_as(case_type);
        let mut starts: Vec<TimeOfDay> = settings
            .rounds
            .iter()
            .filter(|round| round.serves(date, case_type))
            .map(|round| round.start)
            .collect();
        starts.sort_unstable();
        starts.dedup();
        let last_only = settings
            .duration(case_type)
            .is_some_and(|duration| duration.last_round_only);
        if last_only {
            let last = CaseType::ALL
                .into_iter()
                .flat_map(|any| {
                    settings
                        .rounds
                        .iter()
                        .filter(move |round| round.serves(date, any))
                })
                .map(|round| round.start)
                .max();
            starts.retain(|start| Some(*start) == last);
        }
        starts
    }

    /// The cells a case keeps a furnace for: the fire, cooling down, and the time before the next case.
    pub fn furnace_cells(
        &self,
        date: NaiveDate,
        start: TimeOfDay,
        case_type: CaseType,
    ) -> Option<CellRange> {
        let settings = &self.on(date).crematorium;
        let duration = settings.duration(case_type)?;
        CellRange::from_minutes(
            start,
            duration
                .minutes
                .checked_add(duration.cool_down_minutes)?
                .checked_add(settings.buffer_minutes)?,
        )
    }

    /// The furnaces that could serve a round: in use on that date, given to that round, and large enough.
    pub fn furnaces(
        &self,
        date: NaiveDate,
        start: TimeOfDay,
        case_type: CaseType,
        coffin: CoffinSize,
    ) -> impl Iterator<Item = &Furnace> {
        let settings = &self.on(date).crematorium;
        let case_type = settings.treated_as(case_type);
        settings
            .furnaces
            .iter()
            .filter(move |furnace| furnace.serves(date) && furnace.fits(coffin))
            .filter(move |furnace| {
                settings.rounds.iter().any(|round| {
                    round.start == start
                        && round.serves(date, case_type)
                        && (round.furnaces.is_empty() || round.furnaces.contains(&furnace.id))
                })
            })
    }

    /// The ways a round can be given, one claim for each furnace, in id order.
    pub fn furnace_claims(
        &self,
        date: NaiveDate,
        start: TimeOfDay,
        case_type: CaseType,
        coffin: CoffinSize,
    ) -> Vec<Claim> {
        let Some(cells) = self.furnace_cells(date, start, case_type) else {
            return Vec::new();
        };
        let mut claims: Vec<Claim> = self
            .furnaces(date, start, case_type, coffin)
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
        } else if settings.ash.tables.iter().any(|table| table.id == resource) {
            Some(Facility::Ash)
        } else {
            None
        }
    }

    /// What nights take of their pavilion, in date order: the nights, and by day and afterwards what the turnover asks.
    pub fn night_claims(&self, wish: &PavilionWish) -> Vec<Claim> {
        let turnover = self.settings().pavilion_turnover;
        let nights = usize::from(wish.nights);
        let whole_days = turnover != Turnover::None;
        let after = usize::from(whole_days && nights > 0);
        wish.from
            .iter_days()
            .take(nights + after)
            .enumerate()
            .filter_map(|(n, date)| {
                let by_day = whole_days && n > 0;
                let by_night = n < nights || turnover == Turnover::Night;
                let cells = match (by_day, by_night) {
                    (true, true) => CellRange::DAY_AND_NIGHT,
                    (true, false) => CellRange::DAY,
                    (false, true) => CellRange::NIGHT,
                    (false, false) => return None,
                };
                Some(Claim {
                    resource: wish.id.clone(),
                    date,
                    cells,
                })
            })
            .collect()
    }

    /// The start times of ash collection on a date, in order; closures are not looked at.
    pub fn ash_slots(&self, date: NaiveDate) -> Vec<TimeOfDay> {
        let ash = &self.on(date).crematorium.ash;
        if !ash.is_offered() {
            return Vec::new();
        }
        let mut starts: Vec<TimeOfDay> = ash
            .slots
            .iter()
            .filter(|slot| slot.serves(date))
            .map(|slot| slot.start)
            .collect();
        starts.sort_unstable();
        starts.dedup();
        starts
    }

    /// The cells one family keeps an ash table for.
    pub fn ash_cells(&self, wish: AshWish) -> Option<CellRange> {
        let minutes = self.on(wish.date).crematorium.ash.minutes;
        CellRange::from_minutes(wish.start, minutes)
    }

    /// The ways an ash slot can be given, one claim for each table, in id order.
    pub fn ash_claims(&self, wish: AshWish) -> Vec<Claim> {
        let Some(cells) = self.ash_cells(wish) else {
            return Vec::new();
        };
        let tables = self.on(wish.date).crematorium.ash.tables.iter();
        let mut claims: Vec<Claim> = tables
            .map(|table| Claim {
                resource: table.id.clone(),
                date: wish.date,
                cells,
            })
            .collect();
        claims.sort();
        claims
    }

    /// The earliest moment at which ashes can be collected after a cremation.
    pub fn ash_from(&self, cremation: &CremationWish, case_type: CaseType) -> Instant {
        let settings = &self.on(cremation.date).crematorium;
        let minutes = settings
            .duration(case_type)
            .map_or(0, |duration| duration.minutes);
        time::at(cremation.date, cremation.round.minutes())
            + TimeDelta::minutes(i64::from(minutes))
            + TimeDelta::hours(i64::from(settings.ash.after_hours))
    }

    /// The last day on which ashes of a cremation can be collected.
    pub fn ash_until(&self, cremation: &CremationWish) -> NaiveDate {
        cremation.date + Days::new(u64::from(self.settings().ash.within_days))
    }

    /// The last day a booking made today could touch: ashes and cleaning come after the horizon's last ceremony.
    pub fn last_day(&self, now: Instant) -> NaiveDate {
        self.horizon(now) + Days::new(u64::from(self.settings().ash.within_days.max(1)))
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
            | (Closes::Ash, Facility::Ash)
    )
}
