//! `?from=&to=`: inclusive, today and thirty days on by default, with a longest length.
use super::Problem;
use chrono::{Datelike, Days, NaiveDate};
use domain::form::{FieldError, FieldErrors};
use serde::Deserialize;
use utoipa::IntoParams;

/// Days after the first when `to` is not given.
const DEFAULT_DAYS: u64 = 30;

/// The query as it came.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Period {
    /// First day, `YYYY-MM-DD` (ค.ศ.); today when absent.
    #[param(example = "2026-11-23", format = "date")]
    from: Option<String>,
    /// Last day, inclusive; thirty days after the first when absent.
    #[param(example = "2026-12-23", format = "date")]
    to: Option<String>,
}

impl Period {
    /// The days asked for; every mistake by its field.
    pub fn days(&self, today: NaiveDate, longest: u32) -> Result<(NaiveDate, NaiveDate), Problem> {
        let mut errors = FieldErrors::new();
        let from = errors.keep(day("from", self.from.as_deref(), today));
        let default = from.unwrap_or(today) + Days::new(DEFAULT_DAYS);
        let to = errors.keep(day("to", self.to.as_deref(), default));
        match (from, to) {
            (Some(from), Some(to)) => match length_error(from, to, longest) {
                None => Ok((from, to)),
                Some(error) => Err(Problem::invalid(&FieldErrors::one(error))),
            },
            _ => Err(Problem::invalid(&errors)),
        }
    }
}

fn day(field: &str, text: Option<&str>, default: NaiveDate) -> Result<NaiveDate, FieldError> {
    let Some(text) = text else { return Ok(default) };
    let shaped = text.len() == 10
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
    // A year of the Buddhist era would be taken for one in five hundred years.
    let near = |date: &NaiveDate| !(2400..2800).contains(&date.year());
    text.parse()
        .ok()
        .filter(|date| shaped && near(date))
        .ok_or_else(|| {
            FieldError::new(
                field,
                "date",
                "ใช้วันที่แบบ 2026-11-23 (ค.ศ.)",
                "Use a date such as 2026-11-23",
            )
        })
}

fn length_error(from: NaiveDate, to: NaiveDate, longest: u32) -> Option<FieldError> {
    if to < from {
        return Some(FieldError::new(
            "to",
            "before_from",
            "to อยู่ก่อน from",
            "to lies before from",
        ));
    }
    let days = (to - from).num_days() + 1;
    (days > i64::from(longest)).then(|| {
        FieldError::new(
            "to",
            "too_long",
            format!("ขอได้ครั้งละไม่เกิน {longest} วัน"),
            format!("At most {longest} days at a time"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: Option<&str>, to: Option<&str>) -> Option<(String, String)> {
        let period = Period {
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        };
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date");
        period
            .days(today, 92)
            .ok()
            .map(|(from, to)| (from.to_string(), to.to_string()))
    }

    #[test]
    fn periods_have_defaults_and_a_longest_length() {
        let ok = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
        for (from, to, expected) in [
            (None, None, ok("2026-11-23", "2026-12-23")),
            (Some("2026-12-01"), None, ok("2026-12-01", "2026-12-31")),
            (None, Some("2026-11-23"), ok("2026-11-23", "2026-11-23")),
            (
                Some("2026-01-01"),
                Some("2026-04-02"),
                ok("2026-01-01", "2026-04-02"),
            ), // 92 days
            (Some("2026-01-01"), Some("2026-04-03"), None),
            (Some("2026-11-24"), Some("2026-11-23"), None),
            (Some("2026-02-30"), None, None),
            (Some("2026-2-3"), None, None),
            (Some("23/11/2569"), None, None),
            (Some("2569-12-01"), None, None),
            (Some(""), None, None),
            (Some("+262142-12"), None, None),
        ] {
            assert_eq!(days(from, to), expected, "{from:?} {to:?}");
        }
    }
}
