//! When a unit must be serviced before it is lent again.
use super::settings::ServicePlan;
use crate::form::Text;
use chrono::{Months, NaiveDate};

/// What is known of a unit since its last service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SinceService {
    /// The day of the last service, or of the registration.
    pub date: NaiveDate,
    pub loans: u32,
    /// Hours on the meter since.
    pub hours: u32,
}

/// Why a unit is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Loans(u32),
    Since(NaiveDate),
    Hours(u32),
}

impl Due {
    pub fn text(self) -> Text {
        match self {
            Self::Loans(loans) => Text::new(
                format!("ครบรอบบำรุงรักษา: ยืมแล้ว {loans} ครั้ง"),
                format!("Service is due: {loans} loans"),
            ),
            Self::Since(date) => Text::new(
                format!("ครบรอบบำรุงรักษาตั้งแต่ {}", crate::thai_date::short_th(date)),
                format!("Service is due since {}", crate::thai_date::short_en(date)),
            ),
            Self::Hours(hours) => Text::new(
                format!("ครบรอบบำรุงรักษา: ใช้แล้ว {hours} ชั่วโมง"),
                format!("Service is due: {hours} hours"),
            ),
        }
    }
}

/// Whether a unit is due today, and why; a unit that is due is not lent.
pub fn due(plan: &ServicePlan, since: SinceService, today: NaiveDate) -> Option<Due> {
    if plan.after_loans.is_some_and(|most| since.loans >= most) {
        return Some(Due::Loans(since.loans));
    }
    if plan.hours.is_some_and(|most| since.hours >= most) {
        return Some(Due::Hours(since.hours));
    }
    let end = next_date(plan, since.date)?;
    (end <= today).then_some(Due::Since(end))
}

/// The date the plan of months ends.
pub fn next_date(plan: &ServicePlan, last: NaiveDate) -> Option<NaiveDate> {
    last.checked_add_months(Months::new(plan.months?))
}

/// The latest day of a last service that is over by today, by the plan of months: who was serviced then or before is due.
pub fn due_until(plan: &ServicePlan, today: NaiveDate) -> Option<NaiveDate> {
    let mut last = today.checked_sub_months(Months::new(plan.months?))?;
    // 28, 29, 30 and 31 August end on one day of February.
    while let Some(later) = last.succ_opt()
        && next_date(plan, later).is_some_and(|end| end <= today)
    {
        last = later;
    }
    Some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn whichever_comes_first_is_due() {
        let plan = ServicePlan {
            after_loans: Some(3),
            months: Some(6),
            hours: Some(500),
        };
        let since = |loans, hours| SinceService {
            date: day("2026-05-31"),
            loans,
            hours,
        };
        for (loans, hours, today, expected) in [
            (0, 0, "2026-11-29", None),
            // 31 May and six months is the last of November.
            (0, 0, "2026-11-30", Some(Due::Since(day("2026-11-30")))),
            (3, 0, "2026-06-01", Some(Due::Loans(3))),
            (2, 500, "2026-06-01", Some(Due::Hours(500))),
            (2, 499, "2026-06-01", None),
        ] {
            assert_eq!(due(&plan, since(loans, hours), day(today)), expected);
        }
    }

    #[test]
    fn who_was_serviced_until_then_is_due_and_nobody_later() {
        for months in [1, 6, 12] {
            let plan = ServicePlan {
                months: Some(months),
                ..ServicePlan::default()
            };
            for today in day("2024-01-01").iter_days().take(800) {
                let last = due_until(&plan, today).expect("a plan of months");
                let is_due = |date| {
                    let since = SinceService {
                        date,
                        loans: 0,
                        hours: 0,
                    };
                    due(&plan, since, today).is_some()
                };
                assert!(is_due(last), "{today} {last}");
                assert!(!is_due(last.succ_opt().expect("a day")), "{today} {last}");
            }
        }
    }

    #[test]
    fn without_a_plan_nothing_is_due() {
        let since = SinceService {
            date: day("2000-01-01"),
            loans: 1000,
            hours: 100_000,
        };
        assert_eq!(due(&ServicePlan::default(), since, day("2026-11-25")), None);
    }
}
