//! What a family wants held: a furnace round, pavilion nights, or both — and whether it may be asked.
use crate::form::{FieldError, FieldErrors};
use crate::municipality::CaseType;
use crate::time::{Instant, TimeOfDay};
use crate::{thai_date, time};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::cell::{CellRange, Claim};
use super::coffin::CoffinSize;
use super::rules::{Facility, Rules};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CremationWish {
    pub date: NaiveDate,
    pub round: TimeOfDay,
}

/// When the ashes are collected (เก็บอัฐิ), usually on the morning after the cremation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AshWish {
    pub date: NaiveDate,
    pub start: TimeOfDay,
}

/// Nights of chanting: the dates on which the evenings begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PavilionWish {
    pub id: String,
    pub from: NaiveDate,
    pub nights: u8,
}

impl PavilionWish {
    /// The last evening.
    pub fn last_night(&self) -> NaiveDate {
        self.from + Days::new(u64::from(self.nights.max(1)) - 1)
    }

    /// One claim a night, in date order.
    pub fn claims(&self) -> Vec<Claim> {
        self.from
            .iter_days()
            .take(usize::from(self.nights))
            .map(|date| Claim {
                resource: self.id.clone(),
                date,
                cells: CellRange::NIGHT,
            })
            .collect()
    }
}

/// Who books, for what only the duty officer may still do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Booker {
    Public,
    /// Staff at the counter or on the telephone: not bound by the minimum notice.
    Staff,
}

/// One atomic hold: all of it or none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    pub case_type: CaseType,
    pub cremation: Option<CremationWish>,
    pub pavilion: Option<PavilionWish>,
    /// Only with a cremation.
    #[serde(default)]
    pub ash: Option<AshWish>,
    /// Decides which furnaces the coffin fits into.
    #[serde(default)]
    pub coffin: CoffinSize,
}

impl Wish {
    /// Every reason why this may not be asked, by field; whether it is free is for the database.
    pub fn check(&self, rules: &Rules, booker: Booker, now: Instant) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::new();
        if self.cremation.is_none() && self.pavilion.is_none() {
            errors.push(FieldError::new(
                "cremation",
                "missing",
                "เลือกวันฌาปนกิจ หรือคืนที่ใช้ศาลา อย่างน้อยหนึ่งอย่าง",
                "Choose a cremation, pavilion nights, or both",
            ));
        }
        if let Some(cremation) = &self.cremation {
            self.check_cremation(cremation, rules, booker, now, &mut errors);
        }
        if let Some(pavilion) = &self.pavilion {
            self.check_pavilion(pavilion, rules, booker, now, &mut errors);
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }

    fn check_cremation(
        &self,
        wish: &CremationWish,
        rules: &Rules,
        booker: Booker,
        now: Instant,
        errors: &mut FieldErrors,
    ) {
        if !check_date("cremation.date", wish.date, rules, now, errors) {
            return;
        }
        if let Some(reason) = rules.closed(wish.date, Facility::Cremation) {
            errors.push(FieldError::new(
                "cremation.date",
                "closed",
                reason.th.clone(),
                reason.en.clone(),
            ));
        } else if !rules
            .rounds(wish.date, self.case_type)
            .contains(&wish.round)
        {
            errors.push(FieldError::new(
                "cremation.round",
                "unknown_round",
                format!("ไม่มีรอบ {} ในวันที่เลือก", wish.round.th()),
                format!("There is no {} round on that day", wish.round.en()),
            ));
        } else if booker == Booker::Public && rules.inside_notice(wish.date, wish.round, now) {
            errors.push(too_soon("cremation.round", rules));
        }
    }

    fn check_pavilion(
        &self,
        wish: &PavilionWish,
        rules: &Rules,
        booker: Booker,
        now: Instant,
        errors: &mut FieldErrors,
    ) {
        if rules.pavilion(&wish.id).is_none() {
            errors.push(FieldError::new(
                "pavilion.id",
                "unknown",
                "ไม่พบศาลานี้ โปรดเลือกจากรายการ",
                "There is no such pavilion; choose one from the list",
            ));
        }
        let most = rules.settings().max_nights;
        if wish.nights == 0 || wish.nights > most {
            errors.push(FieldError::new(
                "pavilion.nights",
                "out_of_range",
                format!("จำนวนคืนต้องอยู่ระหว่าง 1 ถึง {most} คืน"),
                format!("Nights must be between 1 and {most}"),
            ));
            return;
        }
        if !check_date("pavilion.from", wish.from, rules, now, errors) {
            return;
        }
        if wish.last_night() > rules.horizon(now) {
            errors.push(beyond_horizon("pavilion.nights", rules, now));
        }
        for claim in wish.claims() {
            if let Some(reason) = rules.closed(claim.date, Facility::Pavilions) {
                let date = claim.date;
                errors.push(FieldError::new(
                    "pavilion.from",
                    "closed",
                    format!("{}: {}", thai_date::full_th(date), reason.th),
                    format!("{}: {}", thai_date::long_en(date), reason.en),
                ));
                break;
            }
        }
        if booker == Booker::Public && rules.night_inside_notice(wish.from, now) {
            errors.push(too_soon("pavilion.from", rules));
        }
        if self
            .cremation
            .as_ref()
            .is_some_and(|cremation| cremation.date <= wish.last_night())
        {
            errors.push(FieldError::new(
                "pavilion.nights",
                "after_cremation",
                "คืนสวดต้องอยู่ก่อนวันฌาปนกิจ",
                "The nights must come before the day of the cremation",
            ));
        }
    }
}

/// Whether a date lies between today and the horizon; notes the error when not.
fn check_date(
    field: &str,
    date: NaiveDate,
    rules: &Rules,
    now: Instant,
    errors: &mut FieldErrors,
) -> bool {
    if date < time::local_date(now) {
        errors.push(FieldError::new(
            field,
            "past",
            "วันที่เลือกผ่านมาแล้ว",
            "That day has passed",
        ));
        return false;
    }
    if date > rules.horizon(now) {
        errors.push(beyond_horizon(field, rules, now));
        return false;
    }
    true
}

fn beyond_horizon(field: &str, rules: &Rules, now: Instant) -> FieldError {
    let last = rules.horizon(now);
    FieldError::new(
        field,
        "beyond_horizon",
        format!("จองได้ถึง{}", thai_date::full_th(last)),
        format!("Bookings are open until {}", thai_date::long_en(last)),
    )
}

fn too_soon(field: &str, rules: &Rules) -> FieldError {
    let phone = &rules.settings().duty.phone;
    FieldError::new(
        field,
        "too_soon",
        format!("ใกล้เวลาเกินไปที่จะจองออนไลน์ โปรดโทรหาเจ้าหน้าที่เวร {phone}"),
        format!("This is too soon to book online. Please call the officer on duty, {phone}"),
    )
}
