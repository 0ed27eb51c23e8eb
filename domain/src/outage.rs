//! Something out of service: which furnace, pavilion or ash table, from when until when, and what the public reads.
use crate::crematorium::Rules;
use crate::crematorium::cell::CELLS_PER_DAY;
use crate::form::{FieldError, FieldErrors, RawFields, Text, raw};
use crate::text;
use crate::thai_date;
use crate::time::{self, Instant, TimeOfDay};
use chrono::NaiveDate;

/// The longest that one outage is declared for, in days.
pub const LONGEST_DAYS: u16 = 366;
/// A pavilion has two cells a date: its day, and its night from here.
const NIGHT: u16 = 18 * 60;
const MINUTES_PER_CELL: u16 = 15;

/// Cells from one date to another, the first and the last inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: NaiveDate,
    pub from_cell: u8,
    pub until: NaiveDate,
    pub until_cell: u8,
}

impl Span {
    /// Whether a cell lies in it.
    pub fn covers(&self, date: NaiveDate, cell: u8) -> bool {
        (self.from, self.from_cell) <= (date, cell) && (date, cell) <= (self.until, self.until_cell)
    }

    /// Each date with its first cell and the one after its last; past the last cell of a day is harmless.
    pub fn days(&self) -> impl Iterator<Item = (NaiveDate, u8, u8)> + use<> {
        let span = *self;
        let last_of_day = u8::try_from(CELLS_PER_DAY - 1).unwrap_or(u8::MAX);
        span.from
            .iter_days()
            .take_while(move |date| *date <= span.until)
            .map(move |date| {
                let first = if date == span.from { span.from_cell } else { 0 };
                let last = if date == span.until {
                    span.until_cell
                } else {
                    last_of_day
                };
                (date, first, last.saturating_add(1))
            })
    }
}

/// What kind of thing a resource is, and so how its day is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceKind {
    Furnace,
    Pavilion,
    AshTable,
}

/// One thing that can be out of service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    pub id: String,
    pub kind: ResourceKind,
    pub name: Text,
}

/// Everything that can be out of service, in the order of the settings.
pub fn resources(rules: &Rules) -> Vec<Resource> {
    let of = |kind, id: &String, name: &Text| Resource {
        id: id.clone(),
        kind,
        name: name.clone(),
    };
    let settings = rules.settings();
    let furnaces = settings
        .furnaces
        .iter()
        .map(|furnace| of(ResourceKind::Furnace, &furnace.id, &furnace.name));
    let pavilions = settings
        .pavilions
        .iter()
        .map(|pavilion| of(ResourceKind::Pavilion, &pavilion.id, &pavilion.name));
    let tables = settings
        .ash
        .tables
        .iter()
        .map(|table| of(ResourceKind::AshTable, &table.id, &table.name));
    furnaces.chain(pavilions).chain(tables).collect()
}

/// An outage as an officer declares it, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOutage {
    pub resource: String,
    pub span: Span,
    /// What families and the public read.
    pub reason: Text,
    /// For the office: what is broken, the repair order.
    pub note: String,
    /// At once, by one person, reviewed afterwards.
    pub urgent: bool,
}

impl NewOutage {
    /// Reads `resource`, `from`, `from_time`, `until`, `until_time`, `reason_th`, `reason_en`, `note`; every error.
    ///
    /// An urgent one begins now unless it says otherwise. Without a time it is from the first minute, or to the last.
    pub fn parse(
        fields: &RawFields,
        urgent: bool,
        rules: &Rules,
        now: Instant,
    ) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let id = text::clean(raw(fields, "resource"));
        let resource = resources(rules)
            .into_iter()
            .find(|resource| resource.id == id);
        if resource.is_none() {
            errors.push(FieldError::new(
                "resource",
                "missing",
                "เลือกสิ่งที่ใช้งานไม่ได้",
                "Choose what is out of service",
            ));
        }
        let today = time::local_date(now);
        let given = |name| !text::clean(raw(fields, name)).is_empty();
        let from = if urgent && !given("from") {
            Some(today)
        } else {
            date(fields, "from", &mut errors)
        };
        let until = date(fields, "until", &mut errors);
        let from_minute = if urgent && !given("from") && !given("from_time") {
            Some(time::local_minute(now))
        } else {
            minute(fields, "from_time", 0, &mut errors)
        };
        let until_minute = minute(fields, "until_time", time::DAY_MINUTES, &mut errors);
        let reason_th = words(fields, "reason_th");
        if reason_th.is_empty() {
            errors.push(FieldError::new(
                "reason_th",
                "missing",
                "เขียนเหตุผลที่ประชาชนจะได้อ่าน",
                "Write the reason that the public reads",
            ));
        }
        let reason_en = match words(fields, "reason_en") {
            empty if empty.is_empty() => reason_th.clone(),
            given => given,
        };
        for (name, most) in [("reason_th", 200), ("reason_en", 200), ("note", 500)] {
            if words(fields, name).chars().count() > most {
                errors.push(FieldError::new(
                    name,
                    "too_long",
                    format!("เขียนไม่เกิน {most} ตัวอักษร"),
                    format!("At most {most} characters"),
                ));
            }
        }
        if let (Some(from), Some(until)) = (from, until) {
            check_order(from, until, from_minute, until_minute, now, &mut errors);
        }
        match (resource, from, until, from_minute, until_minute) {
            (Some(resource), Some(from), Some(until), Some(from_minute), Some(until_minute))
                if errors.is_empty() =>
            {
                Ok(Self {
                    span: Span {
                        from,
                        from_cell: first_cell(resource.kind, from_minute),
                        until,
                        until_cell: last_cell(resource.kind, until_minute),
                    },
                    resource: resource.id,
                    reason: Text::new(reason_th, reason_en),
                    note: words(fields, "note"),
                    urgent,
                })
            }
            _ => Err(errors),
        }
    }
}

fn check_order(
    from: NaiveDate,
    until: NaiveDate,
    from_minute: Option<u16>,
    until_minute: Option<u16>,
    now: Instant,
    errors: &mut FieldErrors,
) {
    let ends = time::at(until, until_minute.unwrap_or(time::DAY_MINUTES));
    let begins = time::at(from, from_minute.unwrap_or(0));
    if ends <= begins {
        errors.push(FieldError::new(
            "until",
            "order",
            "วันสุดท้ายต้องไม่ก่อนวันแรก",
            "The last day must not come before the first",
        ));
    } else if ends <= now {
        errors.push(FieldError::new(
            "until",
            "in_the_past",
            "ช่วงนี้ผ่านไปแล้ว",
            "This has passed already",
        ));
    } else if (until - from).num_days() >= i64::from(LONGEST_DAYS) {
        errors.push(FieldError::new(
            "until",
            "too_long",
            format!("ประกาศได้ครั้งละไม่เกิน {LONGEST_DAYS} วัน"),
            format!("At most {LONGEST_DAYS} days at a time"),
        ));
    }
}

fn words(fields: &RawFields, name: &str) -> String {
    text::clean(raw(fields, name)).chars().take(500).collect()
}

fn date(fields: &RawFields, name: &'static str, errors: &mut FieldErrors) -> Option<NaiveDate> {
    match thai_date::parse(raw(fields, name)) {
        Ok(date) => Some(date),
        Err(problems) => {
            let problem = problems.into_iter().next();
            errors.push(problem.map_or_else(
                || FieldError::new(name, "date", "กรอกวันที่", "Enter a date"),
                |problem| FieldError::new(name, problem.code, problem.th, problem.en),
            ));
            None
        }
    }
}

/// Minutes after midnight; `absent` when nothing was typed.
fn minute(
    fields: &RawFields,
    name: &'static str,
    absent: u16,
    errors: &mut FieldErrors,
) -> Option<u16> {
    let typed = text::clean(raw(fields, name));
    if typed.is_empty() {
        return Some(absent);
    }
    match TimeOfDay::parse(&typed) {
        Ok(time) => Some(time.minutes()),
        Err(error) => {
            errors.push(FieldError::new(name, error.code(), error.th(), error.en()));
            None
        }
    }
}

/// The cell that a minute lies in.
fn first_cell(kind: ResourceKind, minute: u16) -> u8 {
    match kind {
        ResourceKind::Pavilion => u8::from(minute >= NIGHT),
        ResourceKind::Furnace | ResourceKind::AshTable => {
            u8::try_from(minute / MINUTES_PER_CELL).unwrap_or(u8::MAX)
        }
    }
}

/// The last cell that begins before a minute.
fn last_cell(kind: ResourceKind, minute: u16) -> u8 {
    match kind {
        ResourceKind::Pavilion => u8::from(minute > NIGHT),
        ResourceKind::Furnace | ResourceKind::AshTable => {
            u8::try_from(minute.div_ceil(MINUTES_PER_CELL).max(1) - 1).unwrap_or(u8::MAX)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::municipality::Municipality;

    fn rules() -> Rules {
        let city: Municipality =
            toml::from_str(include_str!("../../config/trang.toml")).expect("the sample city");
        Rules::new(city, 1).expect("rules")
    }

    /// Monday 23 November 2026, 09.07 in Trang.
    fn now() -> Instant {
        "2026-11-23T02:07:00Z".parse().expect("an instant")
    }

    fn fields(changes: &[(&str, &str)]) -> RawFields {
        let mut fields: RawFields = [
            ("resource", "furnace-1"),
            ("from", "25/11/2569"),
            ("until", "26 พ.ย. 2569"),
            ("reason_th", "ซ่อมเตาเผา"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for (name, value) in changes {
            fields.insert((*name).to_owned(), (*value).to_owned());
        }
        fields
    }

    #[test]
    fn times_are_rounded_outwards_to_the_cells_of_the_thing() {
        for (resource, from, until, first, last) in [
            ("furnace-1", "", "", 0, 95),
            ("furnace-1", "08:05", "08:05", 32, 32),
            ("furnace-1", "13:00", "13:00", 52, 51),
            ("sala-1", "", "", 0, 1),
            ("sala-1", "18:00", "18:00", 1, 0),
            ("sala-1", "17:59", "18:01", 0, 1),
        ] {
            let typed = fields(&[
                ("resource", resource),
                ("from_time", from),
                ("until_time", until),
            ]);
            let outage = NewOutage::parse(&typed, false, &rules(), now()).expect("an outage");
            assert_eq!(
                (outage.span.from_cell, outage.span.until_cell),
                (first, last),
                "{resource} {from} {until}"
            );
        }
    }

    #[test]
    fn an_urgent_one_begins_now() {
        let typed = fields(&[("from", ""), ("until", "23/11/2569")]);
        let outage = NewOutage::parse(&typed, true, &rules(), now()).expect("an outage");
        assert_eq!(outage.span.from.to_string(), "2026-11-23");
        assert_eq!(outage.span.from_cell, 36, "the quarter hour of 09.07");
        assert_eq!(outage.span.until_cell, 95);
        assert_eq!(outage.reason.en, "ซ่อมเตาเผา", "better than nothing");
    }

    #[test]
    fn every_error_is_told_at_its_field() {
        let long = "ก".repeat(201);
        for (changes, errors) in [
            (
                vec![("resource", "furnace-99")],
                vec![("resource", "missing")],
            ),
            (vec![("reason_th", " ")], vec![("reason_th", "missing")]),
            (
                vec![("reason_th", &long), ("reason_en", &long), ("note", &long)],
                vec![("reason_th", "too_long"), ("reason_en", "too_long")],
            ),
            (vec![("until", "24/11/2569")], vec![("until", "order")]),
            (
                vec![("from", "1/11/2569"), ("until", "2/11/2569")],
                vec![("until", "in_the_past")],
            ),
            (vec![("until", "26/11/2570")], vec![("until", "too_long")]),
            (
                vec![("from_time", "25:00"), ("until_time", "x")],
                vec![("from_time", "range"), ("until_time", "format")],
            ),
            (
                vec![("from", "31/02/2569"), ("resource", "")],
                vec![("resource", "missing"), ("from", "no_such_day")],
            ),
        ] {
            let found =
                NewOutage::parse(&fields(&changes), false, &rules(), now()).expect_err("an error");
            let found: Vec<_> = found
                .iter()
                .map(|error| (error.field.as_str(), error.code))
                .collect();
            assert_eq!(
                found.iter().map(|(field, _)| *field).collect::<Vec<_>>(),
                errors.iter().map(|(field, _)| *field).collect::<Vec<_>>(),
                "{changes:?} {found:?}"
            );
        }
    }

    #[test]
    fn a_span_covers_whole_days_between_its_ends() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let span = Span {
            from: day("2026-11-25"),
            from_cell: 32,
            until: day("2026-11-27"),
            until_cell: 51,
        };
        for (date, cell, covered) in [
            ("2026-11-25", 31, false),
            ("2026-11-25", 32, true),
            ("2026-11-26", 0, true),
            ("2026-11-27", 51, true),
            ("2026-11-27", 52, false),
        ] {
            assert_eq!(span.covers(day(date), cell), covered, "{date} {cell}");
        }
        let days: Vec<_> = span
            .days()
            .map(|(date, first, end)| (date.to_string(), first, end))
            .collect();
        assert_eq!(
            days,
            [
                ("2026-11-25".to_owned(), 32, 96),
                ("2026-11-26".to_owned(), 0, 96),
                ("2026-11-27".to_owned(), 0, 52)
            ]
        );
    }
}
