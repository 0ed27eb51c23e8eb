//! What is free: for the open data, and day by day for a family that has chosen its nights.
use crate::form::Text;
use crate::lunar::LunarDay;
use crate::municipality::CaseType;
use crate::time::{self, Instant, TimeOfDay};
use chrono::{Days, NaiveDate};
use std::collections::HashMap;

use super::belief::{self, Belief};
use super::cell::{CellRange, Claim};
use super::rules::{Facility, Rules};
use super::wish::{CremationWish, PavilionWish, Wish};

/// The cells that are taken, as one bit each.
#[derive(Clone, Debug, Default)]
pub struct Occupied(HashMap<NaiveDate, HashMap<String, u128>>);

impl Occupied {
    /// Marks one cell (0–95) as taken; others are ignored.
    pub fn take(&mut self, resource: &str, date: NaiveDate, cell: u8) {
        if u16::from(cell) < super::cell::CELLS_PER_DAY {
            let day = self.0.entry(date).or_default();
            match day.get_mut(resource) {
                Some(mask) => *mask |= 1 << cell,
                None => {
                    day.insert(resource.to_owned(), 1 << cell);
                }
            }
        }
    }

    /// Marks every cell of a mask, the lowest bit being the first of the day.
    pub fn take_cells(&mut self, resource: String, date: NaiveDate, cells: u128) {
        *self.0.entry(date).or_default().entry(resource).or_default() |= cells;
    }

    pub fn is_free(&self, resource: &str, date: NaiveDate, cells: CellRange) -> bool {
        let taken = self.0.get(&date).and_then(|day| day.get(resource)).copied();
        taken.unwrap_or(0) & cells.mask() == 0
    }

    fn claim_is_free(&self, claim: &Claim) -> bool {
        self.is_free(&claim.resource, claim.date, claim.cells)
    }
}

/// A start time and how many furnaces are free at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundFree {
    pub round: TimeOfDay,
    /// 0 when full, or when only the duty officer can still book it.
    pub free: u32,
    /// Inside the minimum notice: call the officer on duty.
    pub call_only: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PavilionFree {
    pub id: String,
    pub free: bool,
}

/// One day of the open data. `rounds` is empty when cremation is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayAvailability {
    pub date: NaiveDate,
    pub open: bool,
    pub reason: Option<Text>,
    pub rounds: Vec<RoundFree>,
    pub pavilions: Vec<PavilionFree>,
}

/// Each day from `from` to `until`, inclusive.
pub fn availability(
    rules: &Rules,
    occupied: &Occupied,
    from: NaiveDate,
    until: NaiveDate,
    now: Instant,
) -> Vec<DayAvailability> {
    dates(from, until)
        .map(|date| day(rules, occupied, date, now))
        .collect()
}

fn day(rules: &Rules, occupied: &Occupied, date: NaiveDate, now: Instant) -> DayAvailability {
    let reason =
        outside(rules, date, now).or_else(|| rules.closed(date, Facility::Cremation).cloned());
    let rounds = match reason {
        Some(_) => Vec::new(),
        None => rounds_free(rules, occupied, date, CaseType::Ordinary, now),
    };
    let pavilions_closed = outside(rules, date, now).is_some()
        || rules.closed(date, Facility::Pavilions).is_some()
        || rules.night_inside_notice(date, now);
    let pavilions = rules
        .settings()
        .pavilions
        .iter()
        .map(|pavilion| PavilionFree {
            id: pavilion.id.clone(),
            free: !pavilions_closed && occupied.is_free(&pavilion.id, date, CellRange::NIGHT),
        })
        .collect();
    DayAvailability {
        date,
        open: reason.is_none(),
        reason,
        rounds,
        pavilions,
    }
}

/// Why a date is not on offer at all: it has passed, or bookings for it have not begun.
fn outside(rules: &Rules, date: NaiveDate, now: Instant) -> Option<Text> {
    if date < time::local_date(now) {
        return Some(Text::new("ผ่านมาแล้ว", "In the past"));
    }
    let days = rules.settings().horizon_days;
    (date > rules.horizon(now)).then(|| {
        Text::new(
            format!("จองล่วงหน้าได้ไม่เกิน {days} วัน"),
            format!("Bookings open {days} days ahead"),
        )
    })
}

fn rounds_free(
    rules: &Rules,
    occupied: &Occupied,
    date: NaiveDate,
    case_type: CaseType,
    now: Instant,
) -> Vec<RoundFree> {
    rules
        .rounds(date, case_type)
        .into_iter()
        .map(|round| {
            let call_only = rules.inside_notice(date, round, now);
            let claims = rules.furnace_claims(date, round, case_type);
            let free = claims
                .iter()
                .filter(|claim| !call_only && occupied.claim_is_free(claim))
                .count();
            RoundFree {
                round,
                free: u32::try_from(free).unwrap_or(u32::MAX),
                call_only,
            }
        })
        .collect()
}

/// What the plain list of days says of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfferState {
    /// Rounds with a free furnace; with the pavilion that has all the nights, when nights are wanted.
    Open {
        rounds: Vec<RoundFree>,
        pavilion: Option<PavilionWish>,
    },
    Closed {
        reason: Text,
    },
    /// Every furnace is taken.
    Full,
    /// Furnaces are free, but no pavilion has all the nights before.
    NightsTaken,
    /// Too soon for the page; the officer on duty can still help.
    CallOnly,
}

/// One day of the list a family chooses from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferDay {
    pub date: NaiveDate,
    pub lunar: Option<LunarDay>,
    pub state: OfferState,
    /// Whether it suits what the family ticked; `None` when it ticked nothing.
    pub suits: Option<bool>,
}

/// What a family looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    pub case_type: CaseType,
    /// 0 for no pavilion.
    pub nights: u8,
    /// A certain pavilion, or any.
    pub pavilion: Option<String>,
    pub beliefs: Vec<Belief>,
}

/// Every day that can be booked, with the rounds on which furnace *and* nights are free.
pub fn offers(rules: &Rules, occupied: &Occupied, search: &Search, now: Instant) -> Vec<OfferDay> {
    dates(time::local_date(now), rules.horizon(now))
        .map(|date| {
            let lunar = rules.lunar_day(date);
            OfferDay {
                date,
                suits: belief::suits(&search.beliefs, date, lunar.as_ref()),
                state: offer(rules, occupied, search, date, now),
                lunar,
            }
        })
        .collect()
}

fn offer(
    rules: &Rules,
    occupied: &Occupied,
    search: &Search,
    date: NaiveDate,
    now: Instant,
) -> OfferState {
    if let Some(reason) = rules.closed(date, Facility::Cremation) {
        return OfferState::Closed {
            reason: reason.clone(),
        };
    }
    let all = rounds_free(rules, occupied, date, search.case_type, now);
    let rounds: Vec<_> = all.iter().copied().filter(|round| round.free > 0).collect();
    if rounds.is_empty() {
        let late = !all.is_empty() && all.iter().any(|round| round.call_only);
        return if late {
            OfferState::CallOnly
        } else {
            OfferState::Full
        };
    }
    match nights_before(rules, occupied, search, date, now) {
        Ok(pavilion) => OfferState::Open { rounds, pavilion },
        Err(state) => state,
    }
}

/// A pavilion free on every night before a cremation; the wanted one, or the first that fits.
fn nights_before(
    rules: &Rules,
    occupied: &Occupied,
    search: &Search,
    cremation: NaiveDate,
    now: Instant,
) -> Result<Option<PavilionWish>, OfferState> {
    if search.nights == 0 {
        return Ok(None);
    }
    let from = cremation - Days::new(u64::from(search.nights));
    if from < time::local_date(now) || rules.night_inside_notice(from, now) {
        return Err(OfferState::CallOnly);
    }
    rules
        .settings()
        .pavilions
        .iter()
        .filter(|pavilion| {
            search
                .pavilion
                .as_ref()
                .is_none_or(|wanted| *wanted == pavilion.id)
        })
        .map(|pavilion| PavilionWish {
            id: pavilion.id.clone(),
            from,
            nights: search.nights,
        })
        .find(|wish| nights_free(rules, occupied, wish))
        .map(Some)
        .ok_or(OfferState::NightsTaken)
}

fn nights_free(rules: &Rules, occupied: &Occupied, wish: &PavilionWish) -> bool {
    wish.claims().iter().all(|claim| {
        rules.closed(claim.date, Facility::Pavilions).is_none() && occupied.claim_is_free(claim)
    })
}

/// Days on which a pavilion alone could begin its nights.
pub fn pavilion_starts(
    rules: &Rules,
    occupied: &Occupied,
    search: &Search,
    now: Instant,
) -> Vec<PavilionWish> {
    dates(time::local_date(now), rules.horizon(now))
        .filter(|from| !rules.night_inside_notice(*from, now))
        .filter_map(|from| {
            let wish = |id: &str| PavilionWish {
                id: id.to_owned(),
                from,
                nights: search.nights.max(1),
            };
            rules
                .settings()
                .pavilions
                .iter()
                .filter(|pavilion| {
                    search
                        .pavilion
                        .as_ref()
                        .is_none_or(|wanted| *wanted == pavilion.id)
                })
                .map(|pavilion| wish(&pavilion.id))
                .find(|wish| nights_free(rules, occupied, wish))
        })
        .collect()
}

/// Up to `most` free wishes nearest in time to one that could not be had, in the same shape.
pub fn alternatives(
    rules: &Rules,
    occupied: &Occupied,
    wanted: &Wish,
    now: Instant,
    most: usize,
) -> Vec<Wish> {
    let mut near: Vec<(i64, Wish)> = match (&wanted.cremation, &wanted.pavilion) {
        (Some(cremation), pavilion) => {
            let search = Search {
                case_type: wanted.case_type,
                nights: pavilion.as_ref().map_or(0, |pavilion| pavilion.nights),
                pavilion: None,
                beliefs: Vec::new(),
            };
            let asked = time::at(cremation.date, cremation.round.minutes());
            offers(rules, occupied, &search, now)
                .into_iter()
                .filter_map(|day| match day.state {
                    OfferState::Open { rounds, pavilion } => Some((day.date, rounds, pavilion)),
                    _ => None,
                })
                .flat_map(|(date, rounds, pavilion)| {
                    rounds.into_iter().map(move |round| {
                        let far = (time::at(date, round.round.minutes()) - asked)
                            .num_minutes()
                            .abs();
                        let cremation = Some(CremationWish {
                            date,
                            round: round.round,
                        });
                        (
                            far,
                            Wish {
                                cremation,
                                pavilion: pavilion.clone(),
                                ..wanted.clone()
                            },
                        )
                    })
                })
                .collect()
        }
        (None, Some(pavilion)) => {
            let any = Search {
                nights: pavilion.nights,
                ..Search::default()
            };
            pavilion_starts(rules, occupied, &any, now)
                .into_iter()
                .map(|wish| {
                    let far = (wish.from - pavilion.from).num_minutes().abs();
                    (
                        far,
                        Wish {
                            cremation: None,
                            pavilion: Some(wish),
                            ..wanted.clone()
                        },
                    )
                })
                .collect()
        }
        (None, None) => Vec::new(),
    };
    near.sort_by_key(|(far, _)| *far);
    near.into_iter().take(most).map(|(_, wish)| wish).collect()
}

fn dates(from: NaiveDate, until: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    from.iter_days().take_while(move |date| *date <= until)
}
