//! Changing a booking: until when a family may do it alone, whether other places may be asked for, and what was
//! given up.
use crate::form::{FieldError, FieldErrors};
use crate::time::{self, Instant};
use chrono::{NaiveDate, TimeDelta};

use super::rules::{Facility, Rules};
use super::wish::{Booker, PavilionWish, Wish};

/// When an evening at a pavilion begins, in minutes.
const EVENING: u16 = 18 * 60;

/// Until when a family may move or cancel its booking by itself.
///
/// Usually so many hours before the first of its places. A booking that the office makes move may be moved for as long
/// as anything of it is still to come.
pub fn change_until(wish: &Wish, rules: &Rules, must_move: bool) -> Option<Instant> {
    let cremation = wish
        .cremation
        .as_ref()
        .map(|cremation| time::at(cremation.date, cremation.round.minutes()));
    let evening = |date| time::at(date, EVENING);
    if must_move {
        let last = wish
            .pavilion
            .as_ref()
            .map(|pavilion| evening(pavilion.last_night()));
        return cremation.max(last);
    }
    let first = wish
        .pavilion
        .as_ref()
        .map(|pavilion| evening(pavilion.from));
    let begins = [cremation, first].into_iter().flatten().min()?;
    Some(begins - TimeDelta::hours(i64::from(rules.settings().change_cut_off_hours)))
}

/// The first date on which anything is booked.
pub fn first_date(wish: &Wish) -> Option<NaiveDate> {
    let cremation = wish.cremation.as_ref().map(|cremation| cremation.date);
    let pavilion = wish.pavilion.as_ref().map(|pavilion| pavilion.from);
    [cremation, pavilion].into_iter().flatten().min()
}

/// Whether a booking may be asked to move from one wish to another. What it keeps is not asked for again: nights that
/// have begun stay, whatever the notice.
pub fn check_move(
    from: &Wish,
    to: &Wish,
    rules: &Rules,
    booker: Booker,
    now: Instant,
) -> Result<(), FieldErrors> {
    let mut asked = to.clone();
    if from.cremation == to.cremation && from.ash == to.ash {
        asked.cremation = None;
        asked.ash = None;
    }
    asked.pavilion = new_nights(from.pavilion.as_ref(), to.pavilion.as_ref());
    let nothing_left = to.cremation.is_none() && to.pavilion.is_none();
    let nothing_new = asked.cremation.is_none() && asked.pavilion.is_none();
    if nothing_left || !nothing_new {
        asked.check(rules, booker, now)?;
    }
    let late = to
        .cremation
        .as_ref()
        .zip(to.pavilion.as_ref())
        .is_some_and(|(cremation, pavilion)| cremation.date <= pavilion.last_night());
    if late {
        return Err(FieldErrors::one(FieldError::new(
            "pavilion.nights",
            "after_cremation",
            "คืนสวดต้องอยู่ก่อนวันฌาปนกิจ",
            "The nights must come before the day of the cremation",
        )));
    }
    let most = rules.settings().max_nights;
    if to
        .pavilion
        .as_ref()
        .is_some_and(|pavilion| pavilion.nights > most)
    {
        return Err(FieldErrors::one(FieldError::new(
            "pavilion.nights",
            "out_of_range",
            format!("จำนวนคืนต้องอยู่ระหว่าง 1 ถึง {most} คืน"),
            format!("Nights must be between 1 and {most}"),
        )));
    }
    Ok(())
}

/// The nights asked for that are not had already, from the first to the last of them.
fn new_nights(had: Option<&PavilionWish>, wanted: Option<&PavilionWish>) -> Option<PavilionWish> {
    let wanted = wanted?;
    let Some(had) = had.filter(|had| had.id == wanted.id) else {
        return Some(wanted.clone());
    };
    let mut new = wanted
        .evenings()
        .filter(|date| had.evenings().all(|kept| kept != *date));
    let first = new.next()?;
    let last = new.last().unwrap_or(first);
    Some(PavilionWish {
        id: wanted.id.clone(),
        from: first,
        nights: u8::try_from((last - first).num_days() + 1).unwrap_or(u8::MAX),
    })
}

/// Whether anything of a wish lies on a day that the office has closed for it.
pub fn lies_on_closed_day(wish: &Wish, rules: &Rules) -> bool {
    let cremation = wish
        .cremation
        .as_ref()
        .is_some_and(|cremation| rules.closed(cremation.date, Facility::Cremation).is_some());
    let nights = wish
        .pavilion
        .iter()
        .flat_map(PavilionWish::evenings)
        .any(|date| rules.closed(date, Facility::Pavilions).is_some());
    cremation || nights
}

/// One thing a family picked, as it is remembered when it is given up: not the furnace, which the office picks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub key: String,
    pub date: NaiveDate,
    /// The field that asks for it.
    pub field: &'static str,
}

/// The places of a wish: its round, its ash time, each of its nights.
pub fn places(wish: &Wish) -> Vec<Place> {
    let cremation = wish.cremation.as_ref().map(|cremation| Place {
        key: format!("cremation {} {}", cremation.date, cremation.round),
        date: cremation.date,
        field: "cremation.round",
    });
    let ash = wish.ash.as_ref().map(|ash| Place {
        key: format!("ash {} {}", ash.date, ash.start),
        date: ash.date,
        field: "ash.time",
    });
    let nights = wish
        .pavilion
        .iter()
        .flat_map(|pavilion| pavilion.evenings().map(|date| (&pavilion.id, date)))
        .map(|(id, date)| Place {
            key: format!("night {id} {date}"),
            date,
            field: "pavilion.from",
        });
    cremation.into_iter().chain(ash).chain(nights).collect()
}

/// Who gave a place up cannot take it again; the office can let them.
pub fn given_up(places: &[Place]) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut told = Vec::new();
    for place in places {
        if told.contains(&place.field) {
            continue;
        }
        told.push(place.field);
        errors.push(FieldError::new(
            place.field,
            "cancelled_before",
            "เวลานี้ท่านเคยยกเลิกไว้ จึงจองซ้ำไม่ได้ โปรดเลือกเวลาอื่น หรือโทรหาเจ้าหน้าที่",
            "You gave this time up before and cannot book it again. Choose another, or call the office.",
        ));
    }
    errors
}
