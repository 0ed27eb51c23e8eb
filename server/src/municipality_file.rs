//! The municipality file: read, checked, every mistake named by line, and compared with another.
use domain::municipality::Municipality;
use domain::setting::{self, Change};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

/// The municipality file that the binary carries.
pub const SAMPLE: &str = include_str!("../../config/trang.toml");

/// What the embedded file is called in messages.
pub const SAMPLE_NAME: &str = "config/trang.toml";

/// More mistakes than this are not one file's: reading stops.
const MOST_MISTAKES: usize = 100;

/// One mistake in a municipality file, in words for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// Counted from 1; `None` when the file has no line for it.
    pub line: Option<usize>,
    /// The dotted path, such as `crematorium.rounds[2].start`; empty when the text is not TOML.
    pub field: String,
    pub reason: String,
}

/// Every mistake of one file, in the order of its lines. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileErrors {
    pub source_name: String,
    pub errors: Vec<FileError>,
}

impl fmt::Display for FileErrors {
    /// `trang.toml:42: crematorium.rounds[2].start: …`, one a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.errors.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{}:", self.source_name)?;
            if let Some(line) = error.line {
                write!(f, "{line}:")?;
            }
            if !error.field.is_empty() {
                write!(f, " {}:", error.field)?;
            }
            write!(f, " {}", error.reason)?;
        }
        Ok(())
    }
}

impl std::error::Error for FileErrors {}

/// Reads and checks a municipality file; `source_name` is what messages call it.
pub fn parse(source_name: &str, toml_text: &str) -> Result<Municipality, FileErrors> {
    read(toml_text).map_err(|mut errors| {
        errors.sort_by_key(|error| error.line);
        FileErrors {
            source_name: source_name.to_owned(),
            errors,
        }
    })
}

fn read(toml_text: &str) -> Result<Municipality, Vec<FileError>> {
    let (mut root, errors) = DeTable::parse_recoverable(toml_text);
    if !errors.is_empty() {
        return Err(syntax(toml_text, &errors));
    }
    dates_as_text(root.get_mut());
    let municipality = typed(toml_text, &root)?;

    let problems = municipality.check();
    if problems.is_empty() {
        return Ok(municipality);
    }
    Err(problems
        .into_iter()
        .map(|problem| FileError {
            line: line_of_field(toml_text, root.get_ref(), &problem.field),
            field: problem.field,
            reason: problem.reason,
        })
        .collect())
}

/// What is not TOML at all. What follows a mistake on its own line is mostly its echo.
fn syntax(toml_text: &str, errors: &[toml::de::Error]) -> Vec<FileError> {
    let mut lines = BTreeSet::new();
    errors
        .iter()
        .map(|error| FileError {
            line: error.span().map(|span| line_at(toml_text, span.start)),
            field: String::new(),
            reason: error.message().to_owned(),
        })
        .filter(|error| lines.insert(error.line))
        .take(MOST_MISTAKES)
        .collect()
}

/// `2026-11-25` and `13:00:00` without quotes are TOML's own dates; the settings hold them as text.
fn dates_as_text(table: &mut DeTable<'_>) {
    for (_, value) in table.iter_mut() {
        date_as_text(value);
    }
}

fn date_as_text(value: &mut Spanned<DeValue<'_>>) {
    match value.get_mut() {
        DeValue::Table(table) => dates_as_text(table),
        DeValue::Array(array) => array.iter_mut().for_each(date_as_text),
        DeValue::Datetime(moment) => {
            let text = match (moment.date, moment.time) {
                (None, Some(time)) => format!("{:02}:{:02}", time.hour, time.minute),
                _ => moment.to_string(),
            };
            *value.get_mut() = DeValue::String(DeString::Owned(text));
        }
        _ => {}
    }
}

/// The settings by type. serde stops at its first mistake, so each is mended from the sample and reading goes on:
/// the operator sees all of them at once, and the mended settings are thrown away.
fn typed(toml_text: &str, root: &Spanned<DeTable<'_>>) -> Result<Municipality, Vec<FileError>> {
    let mut mended = root.clone();
    let mut errors: Vec<FileError> = Vec::new();
    loop {
        let error = match Municipality::deserialize(toml::Deserializer::from(mended.clone())) {
            Ok(municipality) if errors.is_empty() => return Ok(municipality),
            Ok(_) => return Err(errors),
            Err(error) => error,
        };
        let mistake = Mistake::of(&error, mended.get_ref());
        let field = mistake.field();
        if errors.iter().any(|earlier| earlier.field == field) {
            return Err(errors);
        }
        errors.push(FileError {
            line: line_of_field(toml_text, root.get_ref(), &field),
            field,
            reason: mistake.reason(),
        });
        if errors.len() >= MOST_MISTAKES || !mistake.mend(mended.get_mut()) {
            return Err(errors);
        }
    }
}

/// One step of a path: `rounds` or `[2]`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

fn dotted(path: &[Step]) -> String {
    path.iter().fold(String::new(), |text, step| match step {
        Step::Key(key) if text.is_empty() => key.clone(),
        Step::Key(key) => format!("{text}.{key}"),
        Step::Index(index) => format!("{text}[{index}]"),
    })
}

fn steps(field: &str) -> Vec<Step> {
    field
        .split(['.', '['])
        .map(|step| {
            let index = step.strip_suffix(']').and_then(|index| index.parse().ok());
            index.map_or_else(|| Step::Key(step.to_owned()), Step::Index)
        })
        .collect()
}

/// What serde found wrong, and where.
enum Mistake {
    Missing(Vec<Step>),
    Unknown(Vec<Step>, String),
    Wrong(Vec<Step>, String),
}

impl Mistake {
    fn of(error: &toml::de::Error, root: &DeTable<'_>) -> Self {
        let mut path = error
            .span()
            .map_or_else(Vec::new, |span| path_at(root, &span));
        let message = error.message();
        if let Some(name) = quoted(message, "missing field `") {
            path.push(Step::Key(name.to_owned()));
            return Self::Missing(path);
        }
        if let Some(name) = quoted(message, "unknown field `") {
            if path.last() != Some(&Step::Key(name.to_owned())) {
                path.push(Step::Key(name.to_owned()));
            }
            let known = message.split_once(", ").map_or("", |(_, known)| known);
            return Self::Unknown(path, known.to_owned());
        }
        // chrono's words name neither the form nor an example.
        let chrono = [
            "input is out of range",
            "input contains invalid characters",
            "input is not enough for unique date and time",
            "no possible date and time matching input",
            "premature end of input",
            "trailing input",
        ];
        if chrono.contains(&message) {
            return Self::Wrong(path, "is not a date; write it like 2026-11-25".to_owned());
        }
        Self::Wrong(path, plainly(message))
    }

    fn path(&self) -> &[Step] {
        match self {
            Self::Missing(path) | Self::Unknown(path, _) | Self::Wrong(path, _) => path,
        }
    }

    fn field(&self) -> String {
        dotted(self.path())
    }

    fn reason(&self) -> String {
        match self {
            Self::Missing(_) => "is missing".to_owned(),
            Self::Unknown(_, known) if known.is_empty() => "is not a known setting".to_owned(),
            Self::Unknown(_, known) => format!("is not a known setting, {known}"),
            Self::Wrong(_, reason) => reason.clone(),
        }
    }

    /// Takes the mistake out of the table, with the sample's value where one is needed.
    fn mend(&self, root: &mut DeTable<'_>) -> bool {
        let Some((last, parent)) = self.path().split_last() else {
            return false;
        };
        let donor = match self {
            Self::Unknown(..) => None,
            Self::Missing(_) | Self::Wrong(..) => sample_value(self.path()),
        };
        match (last, find_mut(root, parent), donor) {
            (Step::Key(key), Some(Node::Table(table)), Some(value)) => {
                let key = Spanned::new(0..0, DeString::Owned(key.clone()));
                table.insert(key, value);
                true
            }
            (Step::Key(key), Some(Node::Table(table)), None) => {
                table.remove(key.as_str()).is_some()
            }
            (Step::Index(index), Some(Node::Array(array)), Some(value)) => {
                array.get_mut(*index).map(|place| *place = value).is_some()
            }
            _ => false,
        }
    }
}

/// serde's words for a wrong type, without the names of Rust's types.
fn plainly(message: &str) -> String {
    let mismatch = ["invalid type: ", "invalid value: "]
        .iter()
        .find_map(|opening| message.strip_prefix(opening))
        .and_then(|rest| rest.rsplit_once(", expected "));
    let Some((found, wanted)) = mismatch else {
        return message.trim_end().to_owned();
    };
    let found = match found.split(['`', '"', ' ']).next() {
        Some("string") => "text",
        Some("map") => "a table",
        Some("sequence") => "a list",
        // The number or truth value between the backticks.
        _ => found.split('`').nth(1).unwrap_or(found),
    };
    let wanted = match wanted {
        "a string" => "text in quotes",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a formatted date string" => "a date such as \"2026-11-25\"",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0",
        "i32" | "i64" => "a whole number",
        "struct Text" => "{ th = \"…\", en = \"…\" }",
        "struct RawSpan" => "{ open = \"08:30\", close = \"12:00\" }",
        other if other.starts_with("struct ") => "a table",
        other => other,
    };
    format!("must be {wanted}, not {found}")
}

/// The name in `message` after `opening`, up to the closing backtick.
fn quoted<'a>(message: &'a str, opening: &str) -> Option<&'a str> {
    message.strip_prefix(opening)?.split('`').next()
}

/// The path of the deepest key or value that lies exactly at `span`; empty for the file itself.
fn path_at(root: &DeTable<'_>, span: &Range<usize>) -> Vec<Step> {
    fn in_table(table: &DeTable<'_>, span: &Range<usize>, path: &mut Vec<Step>) -> bool {
        table.iter().any(|(key, value)| {
            path.push(Step::Key(key.get_ref().to_string()));
            let found = in_value(value, span, path) || key.span() == *span;
            if !found {
                path.pop();
            }
            found
        })
    }
    fn in_value(value: &Spanned<DeValue<'_>>, span: &Range<usize>, path: &mut Vec<Step>) -> bool {
        let deeper = match value.get_ref() {
            DeValue::Table(table) => in_table(table, span, path),
            DeValue::Array(array) => array.iter().enumerate().any(|(index, element)| {
                path.push(Step::Index(index));
                let found = in_value(element, span, path);
                if !found {
                    path.pop();
                }
                found
            }),
            _ => false,
        };
        deeper || value.span() == *span
    }
    let mut path = Vec::new();
    // The root's own span is empty, and so are the spans of mended values.
    if !span.is_empty() {
        in_table(root, span, &mut path);
    }
    path
}

enum Node<'a, 'i> {
    Table(&'a mut DeTable<'i>),
    Array(&'a mut DeArray<'i>),
}

fn find_mut<'a, 'i>(root: &'a mut DeTable<'i>, path: &[Step]) -> Option<Node<'a, 'i>> {
    let mut node = Node::Table(root);
    for step in path {
        let value = match (node, step) {
            (Node::Table(table), Step::Key(key)) => table.get_mut(key.as_str())?,
            (Node::Array(array), Step::Index(index)) => array.get_mut(*index)?,
            _ => return None,
        };
        node = match value.get_mut() {
            DeValue::Table(table) => Node::Table(table),
            DeValue::Array(array) => Node::Array(array),
            _ => return None,
        };
    }
    Some(node)
}

/// What the sample has at this path, or at the same place of another element of its list.
fn sample_value(path: &[Step]) -> Option<Spanned<DeValue<'static>>> {
    fn at<'a>(
        value: &'a Spanned<DeValue<'static>>,
        path: &[Step],
    ) -> Option<&'a Spanned<DeValue<'static>>> {
        let Some((step, rest)) = path.split_first() else {
            return Some(value);
        };
        match (value.get_ref(), step) {
            (DeValue::Table(table), Step::Key(key)) => at(table.get(key.as_str())?, rest),
            (DeValue::Array(array), Step::Index(index)) => array
                .get(*index)
                .and_then(|element| at(element, rest))
                .or_else(|| array.iter().find_map(|element| at(element, rest))),
            _ => None,
        }
    }
    let mut sample = DeTable::parse(SAMPLE).ok()?;
    dates_as_text(sample.get_mut());
    let sample = Spanned::new(0..0, DeValue::Table(sample.into_inner()));
    let mut value = at(&sample, path)?.clone();
    no_spans(&mut value);
    Some(value)
}

/// A mended value lies nowhere in the operator's file.
fn no_spans(value: &mut Spanned<DeValue<'static>>) {
    let inner = std::mem::replace(value.get_mut(), DeValue::Boolean(false));
    let inner = match inner {
        DeValue::Table(table) => DeValue::Table(
            table
                .into_iter()
                .map(|(key, mut value)| {
                    no_spans(&mut value);
                    (Spanned::new(0..0, key.into_inner()), value)
                })
                .collect(),
        ),
        DeValue::Array(array) => DeValue::Array(
            array
                .into_iter()
                .map(|mut element| {
                    no_spans(&mut element);
                    element
                })
                .collect(),
        ),
        other => other,
    };
    *value = Spanned::new(0..0, inner);
}

/// The line of a field, or of the nearest thing around it that the file has.
fn line_of_field(toml_text: &str, root: &DeTable<'_>, field: &str) -> Option<usize> {
    let mut offset = None;
    let mut table = Some(root);
    let mut array: Option<&DeArray<'_>> = None;
    for step in steps(field) {
        let (value, start) = match &step {
            Step::Key(key) => {
                let Some((key, value)) = table.and_then(|table| table.get_key_value(key.as_str()))
                else {
                    break;
                };
                (value, key.span().start)
            }
            Step::Index(index) => {
                let Some(value) = array.and_then(|array| array.get(*index)) else {
                    break;
                };
                (value, value.span().start)
            }
        };
        offset = Some(start);
        table = value.get_ref().as_table();
        array = value.get_ref().as_array();
    }
    offset.map(|offset| line_at(toml_text, offset))
}

/// The line of a byte, from 1.
fn line_at(text: &str, offset: usize) -> usize {
    1 + text
        .bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
}

/// What changed, one a line: `crematorium.pavilions[sala-1].guests: 100 → 120`.
///
/// Elements of lists are paired by their id, service, case type or date, and otherwise by their place.
pub fn diff(old: &Municipality, new: &Municipality) -> Vec<String> {
    let (old, new) = match (serde_json::to_value(old), serde_json::to_value(new)) {
        (Ok(old), Ok(new)) => (old, new),
        // Settings are maps with text keys and numbers, which JSON always holds.
        (Err(error), _) | (_, Err(error)) => return vec![error.to_string()],
    };
    setting::diff(&old, &new).iter().map(line).collect()
}

fn line(change: &Change) -> String {
    let path = &change.path;
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("{path}: {old} → {new}"),
        (Some(old), None) => format!("{path}: {old} → (removed)"),
        (None, Some(new)) => format!("{path}: (new) → {new}"),
        (None, None) => path.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use domain::municipality::{CaseType, Closes, ClosureWhen, WeekdayName};

    fn sample() -> Municipality {
        parse(SAMPLE_NAME, SAMPLE).unwrap_or_else(|errors| panic!("{errors}"))
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_sample_reads_and_checks_clean() {
        let city = sample();
        assert_eq!(city.check(), []);
        assert!(city.sample, "the sample says that it is one");
        assert_eq!(city.name.th, "เทศบาลนครตรัง");
    }

    #[test]
    fn the_sample_keeps_what_others_depend_on() {
        let city = sample();
        let crematorium = &city.crematorium;
        assert!(
            crematorium
                .pavilions
                .iter()
                .any(|pavilion| pavilion.id == "sala-1")
        );
        assert!(city.equipment.iter().any(|kind| kind.id == "wheelchair"));
        assert!(crematorium.furnaces.len() >= 2, "two furnaces at 13:00");
        let one = crematorium
            .rounds
            .iter()
            .find(|round| round.start.to_string() == "13:00");
        let one = one.unwrap();
        assert!(one.weekdays.is_empty() && one.valid_until.is_none());
        assert!(one.valid_from <= date("2026-11-25"));
        assert!(one.case_types.contains(&CaseType::Ordinary));
        assert!(city.manual("crematorium").is_some() && city.manual("equipment").is_some());
        // At 09:00 tonight's pavilion, from 18:00, can still be asked for.
        assert!(crematorium.minimum_notice_hours <= 9);
    }

    #[test]
    fn the_sample_closes_cremation_on_fridays_and_nothing_on_holy_days() {
        let closures = sample().crematorium.closures;
        assert!(closures.iter().any(|closure| {
            closure.when == ClosureWhen::Weekly(WeekdayName::Fri)
                && closure.closes == Closes::Cremation
        }));
        assert!(
            closures
                .iter()
                .all(|closure| closure.when != ClosureWhen::HolyDay)
        );
    }

    #[test]
    fn infectious_cases_have_only_the_last_round_of_the_sample() {
        let rounds = sample().crematorium.rounds;
        let last = rounds.iter().map(|round| round.start).max();
        for round in rounds {
            let infectious = round.case_types.contains(&CaseType::Infectious);
            assert_eq!(infectious, Some(round.start) == last, "{}", round.start);
            assert!(!round.case_types.is_empty());
        }
    }

    #[test]
    fn the_samples_manual_agrees_with_its_settings() {
        let city = sample();
        let manual = city.manual("crematorium").unwrap();
        let minutes: Vec<_> = manual
            .steps
            .iter()
            .filter_map(|step| step.minutes)
            .collect();
        let (decide, tell) = (
            city.crematorium.decision_hours,
            city.crematorium.tell_within_minutes,
        );
        assert_eq!(minutes.iter().take(2).sum::<u32>(), u32::from(decide) * 60);
        assert_eq!(minutes.get(2), Some(&u32::from(tell)));
        for pavilion in &city.crematorium.pavilions {
            let fee = manual
                .fees
                .iter()
                .find(|fee| fee.name.th.contains(&pavilion.name.th));
            assert_eq!(fee.map(|fee| fee.amount), Some(pavilion.price_per_night));
        }
    }

    #[test]
    fn the_samples_holidays_are_in_order_and_substitutes_are_working_days() {
        use chrono::Datelike;
        let holidays = sample().holidays;
        let dates: Vec<_> = holidays.iter().map(|holiday| holiday.date).collect();
        assert!(dates.is_sorted());
        for year in [2026, 2027] {
            assert!(dates.iter().filter(|date| date.year() == year).count() >= 18);
        }
        let weekend = |date: NaiveDate| date.weekday().number_from_monday() > 5;
        for holiday in &holidays {
            if holiday.name.th.starts_with("ชดเชย") {
                assert!(!weekend(holiday.date), "{}", holiday.date);
                let whole = holiday.name.th.trim_start_matches("ชดเชย");
                let before = holidays
                    .iter()
                    .rfind(|other| other.date < holiday.date && other.name.th == whole);
                assert!(
                    before.is_some_and(|other| weekend(other.date)),
                    "{}",
                    holiday.date
                );
            }
        }
        for holiday in holidays.iter().filter(|holiday| weekend(holiday.date)) {
            let substitute = format!("ชดเชย{}", holiday.name.th);
            assert!(
                holidays.iter().any(|other| other.name.th == substitute),
                "{substitute}"
            );
        }
    }

    #[test]
    fn the_samples_religious_holidays_follow_the_lunar_calendar() {
        use domain::lunar::{LunarCalendar, LunarDay, Phase};
        let city = sample();
        let calendar: LunarCalendar = city.lunar_calendar();
        // (name, month and phase and day; in a year with two months 8, the second one)
        let days = [
            ("วันมาฆบูชา", 3, Phase::Waxing, 15),
            ("วันวิสาขบูชา", 6, Phase::Waxing, 15),
            ("วันอาสาฬหบูชา", 8, Phase::Waxing, 15),
            ("วันเข้าพรรษา", 8, Phase::Waning, 1),
        ];
        // A year with two months 8 keeps Makha and Visakha a month later.
        let later = |year: i32| u8::from(year == 2569);
        for (name, month, phase, day) in days {
            let listed: Vec<_> = city
                .holidays
                .iter()
                .filter(|holiday| holiday.name.th == name)
                .collect();
            assert_eq!(listed.len(), 2, "{name}");
            for holiday in listed {
                let lunar: LunarDay = calendar.day(holiday.date).unwrap();
                let shift = later(lunar.year_be);
                let expected = if month == 8 {
                    (8, shift == 1)
                } else {
                    (month + shift, false)
                };
                assert_eq!(
                    (lunar.month, lunar.second),
                    expected,
                    "{name} {}",
                    holiday.date
                );
                assert_eq!(
                    (lunar.phase, lunar.day),
                    (phase, day),
                    "{name} {}",
                    holiday.date
                );
            }
        }
    }

    #[test]
    fn settings_survive_json() {
        let city = sample();
        let json = serde_json::to_string(&city).unwrap();
        let back: Municipality = serde_json::from_str(&json).unwrap();
        assert_eq!(back, city);
    }

    /// The sample with one piece of text replaced.
    fn broken(from: &str, to: &str) -> String {
        assert!(SAMPLE.contains(from), "the sample has no {from}");
        SAMPLE.replacen(from, to, 1)
    }

    fn mistakes(text: &str) -> Vec<FileError> {
        parse("trang.toml", text).map_or_else(|errors| errors.errors, |_| Vec::new())
    }

    /// The line of the first place where the text is, from 1.
    fn line(text: &str, wanted: &str) -> usize {
        1 + text.lines().position(|line| line.contains(wanted)).unwrap()
    }

    #[test]
    fn a_bad_file_names_line_field_and_reason() {
        // (what is in the sample, what it becomes, what is on the line named, field, part of the reason)
        let cases = [
            // Not TOML.
            ("\nsample = true", "\nsample = @", "sample = @", "", "value"),
            (
                "max_nights = 7 ",
                "max_nights = 7\nmax_nights = 8 ",
                "max_nights = 8",
                "",
                "duplicate",
            ),
            ("[office]\n", "[office\n", "[office", "", "expected"),
            // Not the settings' types.
            (
                "hold_minutes = 60",
                "hold_minute = 60",
                "hold_minute = 60",
                "crematorium.hold_minute",
                "not a known setting",
            ),
            (
                "hold_minutes = 60",
                "hold_minutes = \"60\"",
                "hold_minutes",
                "crematorium.hold_minutes",
                "from 0 to 65535, not text",
            ),
            (
                "hold_minutes = 60",
                "hold_minutes = -1",
                "hold_minutes",
                "crematorium.hold_minutes",
                "not -1",
            ),
            (
                "hold_minutes = 60",
                "",
                "[crematorium]",
                "crematorium.hold_minutes",
                "is missing",
            ),
            ("\nsample = true", "", "nowhere", "sample", "is missing"),
            (
                "start = \"14:30\"",
                "start = \"25:30\"",
                "25:30",
                "crematorium.rounds[2].start",
                "00:00 to 23:59",
            ),
            (
                "start = \"14:30\"",
                "start = 14",
                "start = 14",
                "crematorium.rounds[2].start",
                "must be text in quotes, not 14",
            ),
            (
                "when = { weekly = \"fri\" }",
                "when = { weekly = \"friday\" }",
                "friday",
                "crematorium.closures[0].when.weekly",
                "`fri`",
            ),
            (
                "when = { weekly = \"fri\" }",
                "when = { weekday = \"fri\" }",
                "when = { weekday",
                "crematorium.closures[0].when.weekday",
                "`weekly`",
            ),
            (
                "closes = \"cremation\"",
                "closes = \"everything\"",
                "everything",
                "crematorium.closures[0].closes",
                "`pavilions`",
            ),
            (
                "case_types = [\"ordinary\", ",
                "case_types = [\"normal\", ",
                "[\"normal",
                "crematorium.rounds[0].case_types[0]",
                "`infectious`",
            ),
            (
                "date = \"2026-03-03\"",
                "date = \"3 March\"",
                "3 March",
                "holidays[2].date",
                "2026-11-25",
            ),
            (
                "date = \"2026-03-03\"",
                "date = \"2026-02-30\"",
                "2026-02-30",
                "holidays[2].date",
                "2026-11-25",
            ),
            (
                "name = { th = \"เตาที่ 2\", en",
                "name = { th = \"เตาที่ 2\", eng",
                "eng",
                "crematorium.furnaces[1].name.eng",
                "not a known setting",
            ),
            (
                "name = { th = \"เตาที่ 2\", en = \"Furnace 2\" }",
                "name = \"เตาที่ 2\"",
                "เตาที่ 2",
                "crematorium.furnaces[1].name",
                "must be { th = ",
            ),
            (
                "mon = [{ open = \"08:30\", close = \"12:00\" }",
                "mon = [{ open = \"08:30\", close = \"08:00\" }",
                "close = \"08:00\"",
                "office.hours.mon",
                "08:00 must be after opening time 08:30",
            ),
            (
                "mon = [{ open = \"08:30\", close = \"12:00\" }",
                "mon = [\"08:30-12:00\"",
                "08:30-12:00",
                "office.hours.mon[0]",
                "must be { open = ",
            ),
            (
                "guests = 60",
                "guests = 60.5",
                "60.5",
                "crematorium.pavilions[1].guests",
                "not 60.5",
            ),
            (
                "price_per_night = 30_000",
                "price_per_night = \"300 บาท\"",
                "300 บาท",
                "crematorium.pavilions[1].price_per_night",
                "whole number",
            ),
            (
                "closed_on_holidays = true",
                "closed_on_holidays = \"yes\"",
                "yes",
                "office.closed_on_holidays",
                "true or false, not text",
            ),
            (
                "closed_on_holidays = true",
                "closed_on_holidays = true\ncolour = \"red\"",
                "colour",
                "office.colour",
                "not a known setting",
            ),
            // Read, but not sensible.
            (
                "start = \"14:30\"",
                "start = \"22:45\"",
                "22:45",
                "crematorium.rounds[2].start",
                "past midnight",
            ),
            (
                "start = \"14:30\"",
                "start = \"13:00\"",
                "",
                "crematorium.rounds[2].start",
                "offered twice",
            ),
            (
                "hold_minutes = 60",
                "hold_minutes = 0",
                "hold_minutes",
                "crematorium.hold_minutes",
                "5 to 240 minutes, not 0",
            ),
            (
                "id = \"sala-2\"",
                "id = \"sala-1\"",
                "",
                "crematorium.pavilions[1].id",
                "already the id of crematorium.pavilions[0]",
            ),
            (
                "id = \"sala-2\"",
                "id = \"ศาลา 2\"",
                "id = \"ศาลา 2\"",
                "crematorium.pavilions[1].id",
                "a-z",
            ),
            (
                "th = \"เตาที่ 2\"",
                "th = \" \"",
                "en = \"Furnace 2\"",
                "crematorium.furnaces[1].name.th",
                "must not be empty",
            ),
            (
                "phone = \"075-000-001\"",
                "phone = \"ถามได้\"",
                "ถามได้",
                "crematorium.duty.phone",
                "digits",
            ),
            (
                "date = \"2026-03-03\"",
                "date = \"2569-03-03\"",
                "2569-03-03",
                "holidays[2].date",
                "(2026)",
            ),
            (
                "service = \"equipment\"",
                "service = \"loans\"",
                "service = \"loans\"",
                "manuals[1].service",
                "not one of",
            ),
        ];
        for (from, to, marked, field, reason) in cases {
            let text = broken(from, to);
            let errors = mistakes(&text);
            let error = errors.iter().find(|error| error.field == field);
            let error = error.unwrap_or_else(|| panic!("{to}: no {field} in {errors:?}"));
            assert!(error.reason.contains(reason), "{to}: {error:?}");
            let expected = match marked {
                "nowhere" => None,
                // The same words stand elsewhere too: the line is where the change is.
                "" => Some(line(SAMPLE, from)),
                marked => Some(line(&text, marked)),
            };
            assert_eq!(error.line, expected, "{to}: {error:?}");
        }
    }

    #[test]
    fn a_mistake_of_a_manual_names_its_own_line() {
        let text = broken("\nminutes = 30\n", "\nminutes = 0\n");
        let errors = mistakes(&text);
        let lines = text.lines().position(|line| line == "minutes = 0");
        // The first such line of the text is a manual's step.
        let at = 1 + lines.unwrap();
        assert_eq!(errors.len(), 1);
        assert_eq!(
            (errors[0].line, errors[0].field.as_str()),
            (Some(at), "manuals[0].steps[3].minutes")
        );
    }

    #[test]
    fn all_mistakes_of_a_kind_come_at_once_in_the_order_of_lines() {
        let text = broken("horizon_days = 30", "horizon_days = \"x\"")
            .replacen("start = \"14:30\"", "begin = \"14:30\"", 1)
            .replacen("guests = 60", "guests = true", 1)
            .replacen("service = \"equipment\"", "", 1);
        let found: Vec<_> = mistakes(&text)
            .into_iter()
            .map(|error| (error.line.unwrap(), error.field))
            .collect();
        let second_manual = 1 + text
            .lines()
            .enumerate()
            .filter(|(_, line)| *line == "[[manuals]]")
            .nth(1)
            .unwrap()
            .0;
        let round = line(&text, "begin = ") - 1;
        let expected = [
            (
                line(&text, "horizon_days = \"x\""),
                "crematorium.horizon_days",
            ),
            (round, "crematorium.rounds[2].start"),
            (round + 1, "crematorium.rounds[2].begin"),
            (
                line(&text, "guests = true"),
                "crematorium.pavilions[1].guests",
            ),
            (second_manual, "manuals[1].service"),
        ]
        .map(|(line, field)| (line, field.to_owned()));
        assert_eq!(found, expected);

        let text = broken("horizon_days = 30", "horizon_days = 0").replacen(
            "guests = 60",
            "guests = 0",
            1,
        );
        let fields: Vec<_> = mistakes(&text);
        let fields: Vec<_> = fields.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "crematorium.horizon_days",
                "crematorium.pavilions[1].guests"
            ]
        );
    }

    #[test]
    fn an_empty_file_lists_what_is_missing() {
        let errors = mistakes("");
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert!(
            fields.contains(&"name") && fields.contains(&"crematorium"),
            "{fields:?}"
        );
        assert!(errors.iter().all(|error| error.line.is_none()));
    }

    #[test]
    fn errors_print_as_one_line_each() {
        let text = broken("hold_minutes = 60", "hold_minutes = 0").replacen(
            "id = \"sala-2\"",
            "id = \"B\"",
            1,
        );
        let (hold, id) = (line(&text, "hold_minutes"), line(&text, "id = \"B\""));
        let rate = line(&text, "pavilion = \"sala-2\"");
        assert_eq!(
            parse("trang.toml", &text).unwrap_err().to_string(),
            format!(
                "trang.toml:{hold}: crematorium.hold_minutes: must be 5 to 240 minutes, not 0\n\
                 trang.toml:{id}: crematorium.pavilions[1].id: \"B\" is not an id: use only a-z, 0-9, - and _\n\
                 trang.toml:{rate}: money.pavilion_rates[1].pavilion: there is no pavilion \"sala-2\""
            )
        );
    }

    #[test]
    fn dates_and_times_may_stand_without_quotes() {
        let text = broken("date = \"2026-03-03\"", "date = 2026-03-03").replacen(
            "start = \"14:30\"",
            "start = 14:30:00",
            1,
        );
        assert_eq!(parse("t", &text), Ok(sample()));
    }

    #[test]
    fn a_diff_names_what_changed_from_what_to_what() {
        let old = sample();
        assert_eq!(diff(&old, &old), Vec::<String>::new());

        let mut new = old.clone();
        new.crematorium.hold_minutes = 45;
        new.crematorium.pavilions.swap(0, 2);
        new.crematorium.pavilions[2].guests = 120;
        new.crematorium.furnaces.pop();
        new.holidays.remove(1);
        new.name.en = "Trang".to_owned();
        assert_eq!(
            diff(&old, &new),
            [
                r#"crematorium.furnaces[furnace-3]: {"id":"furnace-3","name":{"en":"Furnace 3","th":"เตาที่ 3"}} → (removed)"#,
                "crematorium.hold_minutes: 60 → 45",
                "crematorium.pavilions[sala-1].guests: 100 → 120",
                r#"holidays[2026-01-02]: {"date":"2026-01-02","name":{"en":"Additional special public holiday","th":"วันหยุดราชการเพิ่มเป็นกรณีพิเศษ"}} → (removed)"#,
                r#"name.en: "Trang City Municipality" → "Trang""#,
            ]
        );
        let back = diff(&new, &old);
        assert!(
            back[0].starts_with("crematorium.furnaces[furnace-3]: (new) → {"),
            "{back:?}"
        );
    }
}
