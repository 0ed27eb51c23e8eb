//! From when, and for how long.
use crate::components::{Choice, DateField, FormView, Radios};
use crate::pages::crematorium::Look;
use chrono::{NaiveDate, TimeDelta};
use domain::crematorium::Rules;
use domain::equipment::application;
use domain::form::{FieldErrors, Lang, RawFields, raw};
use domain::thai_date;
use domain::time::{self, Instant};
use leptos::prelude::*;

pub(super) const FIELDS: [&str; 4] = ["from.day", "from.month", "from.year", "duration"];

/// The first day as typed, if it is a date.
fn first_day(fields: &RawFields) -> Option<NaiveDate> {
    let part = |name: &str| raw(fields, &format!("from.{name}"));
    thai_date::parse_parts(part("day"), part("month"), part("year")).ok()
}

/// The last day follows from the first and the length.
pub(super) fn keep(mut typed: RawFields, rules: &Rules) -> RawFields {
    let longest = rules.municipality.loans.period_days;
    let days = match raw(&typed, "duration").parse::<u16>() {
        Ok(days) => days.clamp(1, longest),
        Err(_) => longest,
    };
    if let Some(from) = first_day(&typed) {
        let until = from + TimeDelta::days(i64::from(days) - 1);
        typed.insert("until".to_owned(), until.to_string());
    } else {
        // Only the first day is wrong: the last one need not be asked about.
        typed.insert("until".to_owned(), "2400-01-01".to_owned());
    }
    typed.insert("duration".to_owned(), days.to_string());
    typed
}

/// The days as they were understood.
pub(super) fn understood(
    fields: &RawFields,
    rules: &Rules,
    now: Instant,
) -> Option<(NaiveDate, NaiveDate)> {
    let loans = &rules.municipality.loans;
    application::period(fields, loans, now, &mut FieldErrors::new())
}

pub(super) fn look(form: &FormView, lang: Lang, rules: &Rules, now: Instant) -> Look {
    let longest = rules.municipality.loans.period_days;
    let lengths: Vec<u16> = [30, 60, longest]
        .into_iter()
        .filter(|days| *days <= longest)
        .collect();
    let mut options: Vec<Choice> = Vec::new();
    for days in lengths {
        if options
            .iter()
            .all(|option| option.value() != days.to_string())
        {
            let words = lang.t(format!("{days} วัน"), format!("{days} days"));
            options.push(Choice::new(days.to_string(), words));
        }
    }
    let today = time::local_date(now);
    let hint = lang.t(
        format!("วันนี้คือ {}", thai_date::long_th(today)),
        format!("Today is {}", thai_date::long_en(today)),
    );
    let fields = view! {
        <DateField form field="from" legend=lang.t("เริ่มใช้วันใด", "From which day?") hint/>
        <Radios form field="duration" legend=lang.t("ใช้นานเท่าใด", "For how long?") hint=lang.t("คืนก่อนได้ทุกเวลา และต่อเวลาได้ถ้าไม่มีผู้รอ", "You may give it back at any time, and renew when nobody waits.") options/>
    };
    Look {
        title: lang.t("ใช้เมื่อใด", "When is it needed?"),
        intro: None,
        heading_inside: false,
        fields: fields.into_any(),
    }
}
