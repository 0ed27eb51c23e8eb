//! What is free: for the open data, and day by day for a family that has chosen its nights.
use crate::form::Text;
use crate::lunar::LunarDay;
use crate::time::{self, Instant, TimeOfDay};
use chrono::{Days, NaiveDate};
use std::collections::HashMap;

use super::belief::{self, Belief};
use super::case_type::CaseType;
use super::cell::{CellRange, Claim};
use super::coffin::CoffinSize;
use super::rules::{Facility, Rules};
use super::wish::{AshWish, CremationWish, PavilionWish, Wish};

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
    /// The ash slot that comes with it, when one is looked for: the first that is free from the next morning on.
    pub ash: Option<AshWish>,
}

/// A start of ash collection and how many tables are free at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AshFree {
    pub start: TimeOfDay,
    pub free: u32,
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
    /// Ash collection; empty when there is none on that day.
    pub ash: Vec<AshFree>,
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
    let outside = outside(rules, date, now);
    let ash = ash_free(rules, occupied, date, now);
    let no_pavilion = outside.is_some();
    let reason = outside.or_else(|| rules.closed(date, Facility::Cremation).cloned());
    let rounds = match reason {
        Some(_) => Vec::new(),
        None => rounds_free(rules, occupied, &Search::default(), date, now),
    };
    let pavilions_closed = no_pavilion
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
        ash,
    }
}

/// Tables free at each slot of a date. Slots that have passed, or that nothing booked now could need, have none.
fn ash_free(rules: &Rules, occupied: &Occupied, date: NaiveDate, now: Instant) -> Vec<AshFree> {
    if date < time::local_date(now)
        || date > rules.last_day(now)
        || rules.closed(date, Facility::Ash).is_some()
    {
        return Vec::new();
    }
    rules
        .ash_slots(date)
        .into_iter()
        .map(|start| {
            let passed = time::at(date, start.minutes()) < now;
            let free = if passed {
                0
            } else {
                tables_free(rules, occupied, AshWish { date, start })
            };
            AshFree { start, free }
        })
        .collect()
}

fn tables_free(rules: &Rules, occupied: &Occupied, wish: AshWish) -> u32 {
    let Some(cells) = rules.ash_cells(wish) else {
        return 0;
    };
    count(
        rules
            .on(wish.date)
            .crematorium
            .ash
            .tables
            .iter()
            .filter(|table| occupied.is_free(&table.id, wish.date, cells)),
    )
}

fn count<T>(found: impl Iterator<Item = T>) -> u32 {
    u32::try_from(found.count()).unwrap_or(u32::MAX)
}

/// Every free slot in which the ashes of a cremation could be collected, in order.
fn ash_for(
    rules: &Rules,
    occupied: &Occupied,
    cremation: &CremationWish,
    case_type: CaseType,
) -> impl Iterator<Item = AshWish> {
    let earliest = rules.ash_from(cremation, case_type);
    dates(cremation.date, rules.ash_until(cremation))
        .filter(|date| rules.closed(*date, Facility::Ash).is_none())
        .flat_map(|date| {
            let starts = rules.ash_slots(date).into_iter();
            starts.map(move |start| AshWish { date, start })
        })
        .filter(move |ash| {
            time::at(ash.date, ash.start.minutes()) >= earliest
                && tables_free(rules, occupied, *ash) > 0
        })
}

/// The slot a family gets that says nothing: the first free one from the next morning on.
pub fn next_morning(
    rules: &Rules,
    occupied: &Occupied,
    cremation: &CremationWish,
    case_type: CaseType,
) -> Option<AshWish> {
    ash_for(rules, occupied, cremation, case_type).find(|ash| ash.date > cremation.date)
}

/// Every slot a family could change to, in order.
pub fn ash_choices(
    rules: &Rules,
    occupied: &Occupied,
    cremation: &CremationWish,
    case_type: CaseType,
) -> Vec<AshWish> {
    ash_for(rules, occupied, cremation, case_type).collect()
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
    search: &Search,
    date: NaiveDate,
    now: Instant,
) -> Vec<RoundFree> {
    let case_type = search.case_type;
    rules
        .rounds(date, case_type)
        .into_iter()
        .map(|round| {
            let call_only = rules.inside_notice(date, round, now);
            let cells = rules.furnace_cells(date, round, case_type);
            let free = match cells {
                Some(cells) if !call_only => count(
                    rules
                        .furnaces(date, round, case_type, search.coffin)
                        .filter(|furnace| occupied.is_free(&furnace.id, date, cells)),
                ),
                _ => 0,
            };
            let cremation = CremationWish { date, round };
            RoundFree {
                round,
                free,
                call_only,
                ash: (search.with_ash && free > 0)
                    .then(|| next_morning(rules, occupied, &cremation, case_type))
                    .flatten(),
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
    pub coffin: CoffinSize,
    /// Whether an ash slot is to come with each round.
    pub with_ash: bool,
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
    if let Some(reason) = rules.no_cremation(date, search.case_type) {
        return OfferState::Closed { reason };
    }
    let all = rounds_free(rules, occupied, search, date, now);
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
    wish.evenings()
        .all(|date| rules.closed(date, Facility::Pavilions).is_none())
        && rules
            .night_claims(wish)
            .iter()
            .all(|claim| occupied.claim_is_free(claim))
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
        (Some(cremation), _) => cremations_near(rules, occupied, wanted, cremation, now),
        (None, Some(pavilion)) => {
            let any = Search {
                nights: pavilion.nights,
                ..Search::default()
            };
            pavilion_starts(rules, occupied, &any, now)
                .into_iter()
                .map(|wish| {
                    let far = (wish.from - pavilion.from).num_minutes().abs();
                    let wish = Wish {
                        pavilion: Some(wish),
                        ..wanted.clone()
                    };
                    (far, wish)
                })
                .collect()
        }
        (None, None) => Vec::new(),
    };
    near.sort_by_key(|(far, _)| *far);
    near.into_iter().take(most).map(|(_, wish)| wish).collect()
}

/// Every round that is free with everything else that was wanted, and how many minutes it is away.
fn cremations_near(
    rules: &Rules,
    occupied: &Occupied,
    wanted: &Wish,
    cremation: &CremationWish,
    now: Instant,
) -> Vec<(i64, Wish)> {
    let search = Search {
        case_type: wanted.case_type,
        nights: wanted.pavilion.as_ref().map_or(0, |wish| wish.nights),
        coffin: wanted.coffin,
        ..Search::default()
    };
    let asked = time::at(cremation.date, cremation.round.minutes());
    let mut near = Vec::new();
    for day in offers(rules, occupied, &search, now) {
        let OfferState::Open { rounds, pavilion } = day.state else {
            continue;
        };
        // The pavilion that was asked for, where it has the nights; the nights that were asked for, where they do.
        let pavilion = pavilion.map(|any| match &wanted.pavilion {
            Some(asked) if day.date == cremation.date && nights_free(rules, occupied, asked) => {
                asked.clone()
            }
            Some(asked) => {
                let same = PavilionWish {
                    id: asked.id.clone(),
                    ..any.clone()
                };
                if nights_free(rules, occupied, &same) {
                    same
                } else {
                    any
                }
            }
            None => any,
        });
        for free in rounds {
            let cremation = CremationWish {
                date: day.date,
                round: free.round,
            };
            let starts_at = time::at(cremation.date, cremation.round.minutes());
            let ash = match wanted.ash {
                None => None,
                // As long after the fire as it was asked, or as near to that as can be had.
                Some(ash) => {
                    let target = starts_at + (time::at(ash.date, ash.start.minutes()) - asked);
                    let nearest = ash_for(rules, occupied, &cremation, wanted.case_type)
                        .min_by_key(|ash| {
                            (time::at(ash.date, ash.start.minutes()) - target)
                                .num_minutes()
                                .abs()
                        });
                    if nearest.is_none() {
                        continue;
                    }
                    nearest
                }
            };
            near.push((
                (starts_at - asked).num_minutes().abs(),
                Wish {
                    cremation: Some(cremation),
                    pavilion: pavilion.clone(),
                    ash,
                    ..wanted.clone()
                },
            ));
        }
    }
    near
}

fn dates(from: NaiveDate, until: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    from.iter_days().take_while(move |date| *date <= until)
}
