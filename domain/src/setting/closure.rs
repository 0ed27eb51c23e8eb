//! A closure or an opening, as the calendar page asks for it.
use super::form::date;
use crate::form::{FieldError, FieldErrors, RawFields, Text, raw};
use crate::municipality::{Closes, Closure, ClosureWhen, WeekdayName};
use crate::text;
use chrono::{Days, NaiveDate};

/// The longest range of dates one closure may name.
const LONGEST: u64 = 366;

/// What the page's words stand for, in the order in which it offers them.
pub const WHEN: [&str; 4] = ["dates", "weekly", "holy_day", "holidays"];
pub const CLOSES: [(&str, Closes); 4] = [
    ("cremation", Closes::Cremation),
    ("pavilions", Closes::Pavilions),
    ("ash", Closes::Ash),
    ("all", Closes::All),
];

impl Closes {
    /// The word of the file.
    pub fn code(self) -> &'static str {
        match self {
            Self::Cremation => "cremation",
            Self::Pavilions => "pavilions",
            Self::Ash => "ash",
            Self::All => "all",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        CLOSES
            .into_iter()
            .find(|(word, _)| *word == code)
            .map(|(_, closes)| closes)
    }
}

/// Reads `when`, `from`, `until`, `weekday`, `closes`, `effect` (`close` or `open`), `reason_th` and `reason_en`.
///
/// For a rule that repeats, `from` and `until` are the days between which it is valid. English may be left out.
pub fn parse(fields: &RawFields, today: NaiveDate) -> Result<Closure, FieldErrors> {
    let mut errors = FieldErrors::new();
    let open_anyway = match raw(fields, "effect") {
        "close" => Some(false),
        "open" => Some(true),
        _ => {
            errors.push(choose(
                "effect",
                "เลือกว่าปิดหรือเปิด",
                "Choose to close or to open",
            ));
            None
        }
    };
    let closes = Closes::parse(raw(fields, "closes"));
    if closes.is_none() {
        errors.push(choose(
            "closes",
            "เลือกสิ่งที่ปิดหรือเปิด",
            "Choose what it is about",
        ));
    }
    let (from, until) = range(fields, &mut errors);
    let when = when(fields, from, until, today, &mut errors);
    let reason = reason(fields, open_anyway == Some(true), &mut errors);
    match (open_anyway, closes, when, reason) {
        (Some(open_anyway), Some(closes), Some(when), Some(reason)) if errors.is_empty() => {
            let dated = matches!(when, ClosureWhen::Dates { .. });
            Ok(Closure {
                when,
                closes,
                open_anyway,
                reason,
                valid_from: from.filter(|_| !dated),
                valid_until: until.filter(|_| !dated),
                id: None,
            })
        }
        _ => Err(errors),
    }
}

fn choose(field: &str, th: &str, en: &str) -> FieldError {
    FieldError::new(field, "missing", th, en)
}

/// The two dates, each only when it was typed.
fn range(fields: &RawFields, errors: &mut FieldErrors) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let mut one = |name: &str| {
        let typed = text::clean(raw(fields, name));
        if typed.is_empty() {
            return None;
        }
        errors.keep(date(name, &typed))
    };
    let (from, until) = (one("from"), one("until"));
    if let (Some(from), Some(until)) = (from, until)
        && until < from
    {
        errors.push(FieldError::new(
            "until",
            "before",
            "วันสุดท้ายต้องไม่ก่อนวันแรก",
            "The last day must not be before the first",
        ));
    }
    (from, until)
}

fn when(
    fields: &RawFields,
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
    today: NaiveDate,
    errors: &mut FieldErrors,
) -> Option<ClosureWhen> {
    match raw(fields, "when") {
        "dates" => {
            let Some(from) = from else {
                if errors.of("from").is_none() {
                    errors.push(choose("from", "กรอกวันแรก", "Enter the first day"));
                }
                return None;
            };
            let until = until.unwrap_or(from);
            if until < today {
                errors.push(FieldError::new(
                    "from",
                    "past",
                    "วันที่เลือกผ่านมาแล้ว",
                    "Those days have passed",
                ));
            }
            if until > from + Days::new(LONGEST) {
                errors.push(FieldError::new(
                    "until",
                    "too_long",
                    "ยาวเกินหนึ่งปี ตรวจสอบปีอีกครั้ง",
                    "Longer than a year; check the year",
                ));
            }
            Some(ClosureWhen::Dates { from, until })
        }
        "weekly" => {
            let day = WeekdayName::parse(raw(fields, "weekday"));
            if day.is_none() {
                errors.push(choose(
                    "weekday",
                    "เลือกวันในสัปดาห์",
                    "Choose a day of the week",
                ));
            }
            day.map(ClosureWhen::Weekly)
        }
        "holy_day" => Some(ClosureWhen::HolyDay),
        "holidays" => Some(ClosureWhen::Holidays),
        _ => {
            errors.push(choose("when", "เลือกว่าเมื่อใด", "Choose when"));
            None
        }
    }
}

/// Residents read it: Thai always, English in the office's standing words when nobody wrote any.
fn reason(fields: &RawFields, opens: bool, errors: &mut FieldErrors) -> Option<Text> {
    let th = text::clean(raw(fields, "reason_th"));
    let en = text::clean(raw(fields, "reason_en"));
    if th.is_empty() {
        errors.push(choose(
            "reason_th",
            "กรอกเหตุผลที่ประชาชนจะเห็น",
            "Enter the reason that people will read",
        ));
        return None;
    }
    for (field, reason) in [("reason_th", &th), ("reason_en", &en)] {
        if reason.chars().count() > 200 {
            errors.push(FieldError::new(
                field,
                "too_long",
                "ยาวเกิน 200 ตัวอักษร",
                "Longer than 200 characters",
            ));
        }
    }
    let en = match (en.is_empty(), opens) {
        (false, _) => en,
        (true, false) => "Closed by the office".to_owned(),
        (true, true) => "Open by the office's decision".to_owned(),
    };
    Some(Text::new(th, en))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> RawFields {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn today() -> NaiveDate {
        "2026-11-23".parse().expect("a date")
    }

    #[test]
    fn one_day_a_range_or_a_rule_is_read() {
        let usual = [
            ("closes", "cremation"),
            ("effect", "close"),
            ("reason_th", "ซ่อมเตา"),
        ];
        for (more, expected) in [
            (
                vec![("when", "dates"), ("from", "๑ ธ.ค. ๒๕๖๙")],
                r#"{"dates":{"from":"2026-12-01","until":"2026-12-01"}}"#,
            ),
            (
                vec![
                    ("when", "dates"),
                    ("from", "1/12/2569"),
                    ("until", "2026-12-03"),
                ],
                r#"{"dates":{"from":"2026-12-01","until":"2026-12-03"}}"#,
            ),
            (
                vec![("when", "weekly"), ("weekday", "sun")],
                r#"{"weekly":"sun"}"#,
            ),
            (vec![("when", "holy_day")], r#""holy_day""#),
            (
                vec![("when", "holidays"), ("from", "1 ม.ค. 2570")],
                r#""holidays""#,
            ),
        ] {
            let mut all = fields(&usual);
            all.extend(fields(&more));
            let closure = parse(&all, today()).expect("a closure");
            assert_eq!(
                serde_json::to_string(&closure.when).expect("words"),
                expected
            );
            assert_eq!(closure.reason.en, "Closed by the office");
            let dated = matches!(closure.when, ClosureWhen::Dates { .. });
            let from = all.contains_key("from") && !dated;
            assert_eq!(closure.valid_from.is_some(), from);
        }
    }

    #[test]
    fn everything_missing_or_wrong_is_told_at_once() {
        for (typed, expected) in [
            (vec![], vec!["effect", "closes", "when", "reason_th"]),
            (
                vec![
                    ("effect", "close"),
                    ("closes", "all"),
                    ("when", "dates"),
                    ("from", "30 ก.พ. 2570"),
                    ("reason_th", "ปิด"),
                ],
                vec!["from"],
            ),
            (
                vec![
                    ("effect", "open"),
                    ("closes", "all"),
                    ("when", "dates"),
                    ("from", "1 ธ.ค. 2569"),
                    ("until", "1 พ.ย. 2569"),
                    ("reason_th", "เปิด"),
                ],
                vec!["until", "from"],
            ),
            (
                vec![
                    ("effect", "close"),
                    ("closes", "all"),
                    ("when", "weekly"),
                    ("reason_th", "ปิด"),
                ],
                vec!["weekday"],
            ),
        ] {
            let errors = parse(&fields(&typed), today()).expect_err("errors");
            let named: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(named, expected);
        }
    }
}
