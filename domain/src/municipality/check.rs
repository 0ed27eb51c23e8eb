//! What is wrong with a municipality's settings: every problem at once, each with its field.
mod equipment;
mod fees;

use super::{
    CaseType, Closure, ClosureWhen, CrematoriumSettings, Manual, Municipality, Office, Round,
    SigningSettings, WeekHours, WeekdayName,
};
use crate::form::Text;
use crate::lunar::LunarCalendar;
use crate::money::Satang;
use crate::time::DAY_MINUTES;
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

/// One thing wrong with the settings, in words for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The dotted path with indices: `crematorium.rounds[2].start`.
    pub field: String,
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.reason)
    }
}

/// Furnace time is claimed in cells of this many minutes.
const CELL_MINUTES: u32 = 15;

/// The services that can publish a manual.
const SERVICES: [&str; 2] = ["crematorium", "equipment"];

impl Municipality {
    /// Everything that is wrong with these settings; empty when they can be used.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Problems::default();
        problems.text("name", &self.name);
        problems.text("division", &self.division);
        if self.sample {
            problems.text("sample_note", &self.sample_note);
        }
        problems.office("office", &self.office);
        problems.holidays(self);
        problems.lunar_years(self);
        problems.crematorium(&self.crematorium);
        problems.equipment(self);
        problems.fees(self);
        problems.manuals(self);
        problems.signing(&self.signing);
        problems.0
    }
}

/// One address with a name and a host; the mail server has the last word.
fn looks_like_email(text: &str) -> bool {
    let plain =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c == '@');
    text.split_once('@')
        .is_some_and(|(name, host)| plain(name) && plain(host) && host.contains('.'))
}

#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, field: impl Into<String>, reason: impl Into<String>) {
        self.0.push(Problem {
            field: field.into(),
            reason: reason.into(),
        });
    }

    fn text(&mut self, field: &str, text: &Text) {
        for (lang, part) in [("th", &text.th), ("en", &text.en)] {
            if part.trim().is_empty() {
                self.add(format!("{field}.{lang}"), "must not be empty");
            }
        }
    }

    fn number<N: PartialOrd + fmt::Display>(
        &mut self,
        field: &str,
        value: N,
        range: RangeInclusive<N>,
        unit: &str,
    ) {
        if !range.contains(&value) {
            let (least, most) = (range.start(), range.end());
            self.add(
                field,
                format!("must be {least} to {most} {unit}, not {value}"),
            );
        }
    }

    /// A year typed in พ.ศ. is a valid date five centuries away, so it is caught here.
    fn date(&mut self, field: &str, date: NaiveDate) {
        match date.year() {
            2000..2400 => {}
            year @ 2400..=2999 => self.add(
                field,
                format!(
                    "the year {year} looks like พ.ศ.; write the year ค.ศ. ({})",
                    year - 543
                ),
            ),
            year => self.add(field, format!("the year {year} is not from 2000 to 2399")),
        }
    }

    /// Ids are claimed resources and parts of addresses, so their form is narrow and each is used once.
    fn ids<'a>(&mut self, ids: impl Iterator<Item = (String, &'a str)>) {
        let mut seen = BTreeMap::new();
        for (field, id) in ids {
            let plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_');
            if id.is_empty() || !id.chars().all(plain) {
                let reason = format!("\"{id}\" is not an id: use only a-z, 0-9, - and _");
                self.add(field.as_str(), reason);
            }
            if let Some(first) = seen.get(id) {
                self.add(field, format!("\"{id}\" is already the id of {first}"));
            } else {
                seen.insert(id, field.trim_end_matches(".id").to_owned());
            }
        }
    }

    fn office(&mut self, field: &str, office: &Office) {
        self.text(&format!("{field}.name"), &office.name);
        self.text(&format!("{field}.hours_text"), &office.hours_text);
        if office.phone.bytes().filter(u8::is_ascii_digit).count() < 3 {
            self.add(
                format!("{field}.phone"),
                format!(
                    "\"{}\" is not a telephone number: digits are missing",
                    office.phone
                ),
            );
        }
        self.hours(&format!("{field}.hours"), &office.hours);
    }

    fn hours(&mut self, field: &str, hours: &WeekHours) {
        for (day, spans) in hours.days() {
            for (i, span) in spans.iter().enumerate() {
                let field = format!("{field}.{}[{i}]", day.code());
                if span.open >= span.close {
                    self.add(
                        format!("{field}.close"),
                        format!("{} is not after {}", span.close, span.open),
                    );
                }
                let before = i.checked_sub(1).and_then(|before| spans.get(before));
                if let Some(before) = before.filter(|before| before.close > span.open) {
                    self.add(
                        format!("{field}.open"),
                        format!(
                            "{} is before {}, when the hours listed before it end",
                            span.open, before.close
                        ),
                    );
                }
            }
        }
        // Deadlines count these hours: without any, no deadline would ever come.
        if hours.days().iter().all(|(_, spans)| spans.is_empty()) {
            self.add(field, "at least one day must have hours");
        }
    }

    fn signing(&mut self, signing: &SigningSettings) {
        self.text("signing.acting_for", &signing.acting_for);
        self.text("signing.after_appeal", &signing.after_appeal);
        for (field, days) in [
            ("appeal_days", signing.appeal_days),
            ("appeal_answer_days", signing.appeal_answer_days),
            ("late_notice_days", signing.late_notice_days),
        ] {
            self.number(&format!("signing.{field}"), days, 1..=366, "days");
        }
        let copy = &signing.late_notice_copy;
        self.text("signing.late_notice_copy.name", &copy.name);
        self.text("signing.late_notice_copy.address", &copy.address);
        if !copy.email.is_empty() && !looks_like_email(&copy.email) {
            self.add(
                "signing.late_notice_copy.email",
                format!("\"{}\" is not an e-mail address", copy.email),
            );
        }
    }

    fn holidays(&mut self, municipality: &Municipality) {
        let mut seen = BTreeMap::new();
        for (i, holiday) in municipality.holidays.iter().enumerate() {
            let field = format!("holidays[{i}]");
            self.date(&format!("{field}.date"), holiday.date);
            self.text(&format!("{field}.name"), &holiday.name);
            if let Some(first) = seen.get(&holiday.date) {
                self.add(
                    format!("{field}.date"),
                    format!("{} is already listed as holidays[{first}]", holiday.date),
                );
            } else {
                seen.insert(holiday.date, i);
            }
        }
    }

    fn lunar_years(&mut self, municipality: &Municipality) {
        let years = &municipality.lunar_years;
        for (i, year) in years.iter().enumerate() {
            let field = format!("lunar_years[{i}]");
            self.date(&format!("{field}.first_day"), year.first_day);
            if years.iter().take(i).any(|other| other.be == year.be) {
                self.add(
                    format!("{field}.be"),
                    format!("{} is already listed", year.be),
                );
            }
        }
        if let Err(error) = LunarCalendar::built_in().with_overrides(years) {
            // A year that is not in the file joins badly because of a neighbour that is.
            let near = |be: i32| years.iter().position(|year| year.be == be);
            let (first, second) = (near(error.be()), near(error.be() + 1));
            let field = first
                .or(second)
                .map_or_else(|| "lunar_years".to_owned(), |i| format!("lunar_years[{i}]"));
            self.add(field, error.en());
        }
    }

    fn crematorium(&mut self, settings: &CrematoriumSettings) {
        self.text("crematorium.name", &settings.name);
        self.text("crematorium.address", &settings.address);
        self.text("crematorium.appeal_text", &settings.appeal_text);
        self.text("crematorium.refusal_law", &settings.refusal_law);
        self.office("crematorium.duty", &settings.duty);
        self.numbers(settings);
        self.durations(settings);
        self.places(settings);
        self.rounds(settings);
        self.ash(settings);
        self.required(settings);
        for (i, closure) in settings.closures.iter().enumerate() {
            self.closure(&format!("crematorium.closures[{i}]"), closure);
        }
    }

    fn numbers(&mut self, settings: &CrematoriumSettings) {
        let whole = |name: &str| format!("crematorium.{name}");
        for (name, value, range, unit) in [
            ("max_nights", settings.max_nights.into(), 1..=30, "nights"),
            ("horizon_days", settings.horizon_days, 1..=365, "days"),
            (
                "buffer_minutes",
                settings.buffer_minutes,
                0..=240,
                "minutes",
            ),
            (
                "minimum_notice_hours",
                settings.minimum_notice_hours,
                0..=168,
                "hours",
            ),
            ("hold_minutes", settings.hold_minutes, 5..=240, "minutes"),
            // WCAG 2.2.1 asks for at least ten.
            (
                "hold_extensions",
                settings.hold_extensions.into(),
                10..=255,
                "times",
            ),
            (
                "arrive_before_minutes",
                settings.arrive_before_minutes,
                0..=1440,
                "minutes",
            ),
            ("decision_hours", settings.decision_hours, 1..=168, "hours"),
            (
                "tell_within_minutes",
                settings.tell_within_minutes,
                1..=1440,
                "minutes",
            ),
            (
                "unverified_hours",
                settings.unverified_hours,
                1..=168,
                "hours",
            ),
            (
                "unverified_per_phone",
                settings.unverified_per_phone.into(),
                1..=50,
                "requests",
            ),
            (
                "correction_hours",
                settings.correction_hours,
                1..=720,
                "hours",
            ),
            (
                "certificate_hours",
                settings.certificate_hours,
                1..=720,
                "hours",
            ),
            (
                "change_cut_off_hours",
                settings.change_cut_off_hours,
                0..=720,
                "hours",
            ),
        ] {
            self.number(&whole(name), value, range, unit);
        }
        let horizon_hours = u32::from(settings.horizon_days) * 24;
        if settings.horizon_days > 0 && u32::from(settings.minimum_notice_hours) >= horizon_hours {
            self.add(
                whole("minimum_notice_hours"),
                format!("nothing could be booked: the horizon is {horizon_hours} hours away"),
            );
        }
    }

    fn durations(&mut self, settings: &CrematoriumSettings) {
        for (i, duration) in settings.durations.iter().enumerate() {
            let field = format!("crematorium.durations[{i}]");
            self.number(
                &format!("{field}.minutes"),
                duration.minutes,
                15..=720,
                "minutes",
            );
            let cool_down = duration.cool_down_minutes;
            self.number(
                &format!("{field}.cool_down_minutes"),
                cool_down,
                0..=720,
                "minutes",
            );
            let case_type = duration.case_type;
            let earlier = settings.durations.iter().take(i);
            if earlier
                .into_iter()
                .any(|other| other.case_type == case_type)
            {
                self.add(
                    format!("{field}.case_type"),
                    format!("\"{}\" already has a duration", case_type.code()),
                );
            }
        }
        // The others are treated as ordinary when the file does not name them; a sealed body never may be.
        for case_type in [CaseType::Ordinary, CaseType::Infectious] {
            let named = settings.durations.iter();
            if !named
                .into_iter()
                .any(|duration| duration.case_type == case_type)
            {
                self.add(
                    "crematorium.durations",
                    format!(
                        "there is no duration for the case type \"{}\"",
                        case_type.code()
                    ),
                );
            }
        }
    }

    fn places(&mut self, settings: &CrematoriumSettings) {
        let furnaces = settings.furnaces.iter().enumerate();
        let furnaces = furnaces
            .map(|(i, furnace)| (format!("crematorium.furnaces[{i}].id"), furnace.id.as_str()));
        let pavilions = settings.pavilions.iter().enumerate();
        let pavilions = pavilions.map(|(i, pavilion)| {
            (
                format!("crematorium.pavilions[{i}].id"),
                pavilion.id.as_str(),
            )
        });
        let tables = settings.ash.tables.iter().enumerate();
        let tables =
            tables.map(|(i, table)| (format!("crematorium.ash.tables[{i}].id"), table.id.as_str()));
        // Together: all are keys of one table of claims.
        self.ids(furnaces.chain(pavilions).chain(tables));

        for (i, furnace) in settings.furnaces.iter().enumerate() {
            let field = format!("crematorium.furnaces[{i}]");
            self.text(&format!("{field}.name"), &furnace.name);
            self.weekdays(&field, &furnace.weekdays);
            self.range(&field, furnace.valid_from, furnace.valid_until);
        }
        for (i, pavilion) in settings.pavilions.iter().enumerate() {
            let field = format!("crematorium.pavilions[{i}]");
            self.text(&format!("{field}.name"), &pavilion.name);
            self.number(
                &format!("{field}.guests"),
                pavilion.guests,
                1..=10_000,
                "guests",
            );
            self.money(
                &format!("{field}.price_per_night"),
                pavilion.price_per_night,
            );
        }
        // A place with pavilions only, or furnaces only, is a crematorium service too; one with neither is not.
        match (settings.furnaces.is_empty(), settings.rounds.is_empty()) {
            (true, true) if settings.pavilions.is_empty() => self.add(
                "crematorium.furnaces",
                "there is neither a furnace nor a pavilion: nothing could be booked",
            ),
            (true, false) => self.add("crematorium.furnaces", "there are rounds but no furnace"),
            (false, true) => self.add("crematorium.rounds", "there are furnaces but no round"),
            _ => {}
        }
    }

    fn money(&mut self, field: &str, amount: Satang) {
        if amount < Satang::ZERO {
            self.add(field, format!("must not be negative: {}", amount.en()));
        }
        if amount > Satang::LARGEST {
            self.add(field, format!("is more than {}", Satang::LARGEST.en()));
        }
    }

    fn rounds(&mut self, settings: &CrematoriumSettings) {
        for (i, round) in settings.rounds.iter().enumerate() {
            let field = format!("crematorium.rounds[{i}]");
            self.range(&field, Some(round.valid_from), round.valid_until);
            self.weekdays(&field, &round.weekdays);
            for (n, id) in round.furnaces.iter().enumerate() {
                if settings.furnaces.iter().all(|furnace| furnace.id != *id) {
                    self.add(
                        format!("{field}.furnaces[{n}]"),
                        format!("there is no furnace \"{id}\""),
                    );
                }
            }
            if repeats(&round.case_types) {
                self.add(format!("{field}.case_types"), "a case type is listed twice");
            }
            self.midnight(&format!("{field}.start"), round, settings);

            let earlier = settings.rounds.iter().take(i);
            if let Some(first) = earlier
                .into_iter()
                .position(|other| same_menu(other, round))
            {
                self.add(
                    format!("{field}.start"),
                    format!(
                        "{} is offered twice: crematorium.rounds[{first}] has it on the same days; \
                         list all case types in one round",
                        round.start
                    ),
                );
            }
        }
    }

    fn weekdays(&mut self, field: &str, days: &[WeekdayName]) {
        if repeats(days) {
            self.add(format!("{field}.weekdays"), "a day is listed twice");
        }
    }

    fn range(&mut self, field: &str, from: Option<NaiveDate>, until: Option<NaiveDate>) {
        if let Some(from) = from {
            self.date(&format!("{field}.valid_from"), from);
        }
        if let Some(until) = until {
            self.date(&format!("{field}.valid_until"), until);
            if let Some(from) = from.filter(|from| until < *from) {
                self.add(
                    format!("{field}.valid_until"),
                    format!("{until} is before valid_from, {from}"),
                );
            }
        }
    }

    fn ash(&mut self, settings: &CrematoriumSettings) {
        let ash = &settings.ash;
        match (ash.tables.is_empty(), ash.slots.is_empty()) {
            (true, true) => return,
            (true, false) => self.add("crematorium.ash.tables", "there are slots but no table"),
            (false, true) => self.add("crematorium.ash.slots", "there are tables but no slot"),
            (false, false) => {}
        }
        for (i, table) in ash.tables.iter().enumerate() {
            self.text(&format!("crematorium.ash.tables[{i}].name"), &table.name);
        }
        self.number("crematorium.ash.minutes", ash.minutes, 15..=480, "minutes");
        self.number(
            "crematorium.ash.after_hours",
            ash.after_hours,
            0..=168,
            "hours",
        );
        self.number(
            "crematorium.ash.within_days",
            ash.within_days,
            1..=60,
            "days",
        );
        for (i, slot) in ash.slots.iter().enumerate() {
            let field = format!("crematorium.ash.slots[{i}]");
            self.weekdays(&field, &slot.weekdays);
            self.range(&field, slot.valid_from, slot.valid_until);
            let end = u32::from(slot.start.minutes()) + u32::from(ash.minutes);
            if end.next_multiple_of(CELL_MINUTES) > u32::from(DAY_MINUTES) {
                self.add(
                    format!("{field}.start"),
                    format!(
                        "runs past midnight: {} with {} minutes",
                        slot.start, ash.minutes
                    ),
                );
            }
        }
    }

    /// What cases require: rules by type, each with words and an id of its own.
    fn required(&mut self, settings: &CrematoriumSettings) {
        for (i, day) in settings.royal_days.iter().enumerate() {
            let field = format!("crematorium.royal_days[{i}]");
            self.date(&format!("{field}.date"), day.date);
            self.text(&format!("{field}.name"), &day.name);
        }
        for (i, rule) in settings.documents.iter().enumerate() {
            if repeats(&rule.case_types) {
                self.add(
                    format!("crematorium.documents[{i}].case_types"),
                    "a case type is listed twice",
                );
            }
            if !rule.kind.may_be_needed() {
                self.add(
                    format!("crematorium.documents[{i}].kind"),
                    "cannot be asked for: an interim paper stands for death_certificate, and a signed scan is the office's own",
                );
            }
        }
        let tasks = settings.tasks.iter().enumerate();
        self.ids(tasks.map(|(i, rule)| (format!("crematorium.tasks[{i}].id"), rule.id.as_str())));
        for (i, rule) in settings.tasks.iter().enumerate() {
            let field = format!("crematorium.tasks[{i}]");
            self.text(&format!("{field}.name"), &rule.name);
            if repeats(&rule.case_types) {
                self.add(format!("{field}.case_types"), "a case type is listed twice");
            }
        }
    }

    /// A case claims cells of its own date only.
    fn midnight(&mut self, field: &str, round: &Round, settings: &CrematoriumSettings) {
        for case_type in CaseType::ALL {
            let treated_as = settings.treated_as(case_type);
            if treated_as != case_type
                || !(round.case_types.is_empty() || round.case_types.contains(&case_type))
            {
                continue;
            }
            let Some(duration) = settings.duration(case_type) else {
                continue;
            };
            let (minutes, cool_down) = (duration.minutes, duration.cool_down_minutes);
            let buffer = settings.buffer_minutes;
            let end = u32::from(round.start.minutes())
                + u32::from(minutes)
                + u32::from(cool_down)
                + u32::from(buffer);
            if end.next_multiple_of(CELL_MINUTES) > u32::from(DAY_MINUTES) {
                self.add(
                    field,
                    format!(
                        "runs past midnight: {} with {minutes} + {cool_down} + {buffer} minutes for the case type \"{}\"",
                        round.start,
                        case_type.code()
                    ),
                );
            }
        }
    }

    fn closure(&mut self, field: &str, closure: &Closure) {
        self.text(&format!("{field}.reason"), &closure.reason);
        for (name, day) in [
            ("valid_from", closure.valid_from),
            ("valid_until", closure.valid_until),
        ] {
            if let Some(day) = day {
                self.date(&format!("{field}.{name}"), day);
            }
        }
        if let (Some(from), Some(until)) = (closure.valid_from, closure.valid_until)
            && until < from
        {
            self.add(
                format!("{field}.valid_until"),
                format!("{until} is before valid_from, {from}"),
            );
        }
        if let ClosureWhen::Dates { from, until } = closure.when {
            self.date(&format!("{field}.when.dates.from"), from);
            self.date(&format!("{field}.when.dates.until"), until);
            if until < from {
                self.add(
                    format!("{field}.when.dates.until"),
                    format!("{until} is before from, {from}"),
                );
            }
        }
    }

    fn manuals(&mut self, municipality: &Municipality) {
        // Licensing Facilitation Act: every service publishes its manual.
        for service in SERVICES {
            let offered = service != "equipment" || !municipality.equipment.is_empty();
            if offered && municipality.manual(service).is_none() {
                self.add(
                    "manuals",
                    format!("there is no manual for the service \"{service}\""),
                );
            }
        }
        for (i, manual) in municipality.manuals.iter().enumerate() {
            let field = format!("manuals[{i}]");
            if !SERVICES.contains(&manual.service.as_str()) {
                self.add(
                    format!("{field}.service"),
                    format!(
                        "\"{}\" is not one of {}",
                        manual.service,
                        SERVICES.join(", ")
                    ),
                );
            }
            let earlier = municipality.manuals.iter().take(i);
            if earlier
                .into_iter()
                .any(|other| other.service == manual.service)
            {
                self.add(
                    format!("{field}.service"),
                    format!("\"{}\" already has a manual", manual.service),
                );
            }
            self.manual(&field, manual);
        }
    }

    fn manual(&mut self, field: &str, manual: &Manual) {
        for (name, text) in [
            ("title", &manual.title),
            ("summary", &manual.summary),
            ("complaints", &manual.complaints),
            ("legal_basis", &manual.legal_basis),
        ] {
            self.text(&format!("{field}.{name}"), text);
        }
        for (name, list) in [
            ("criteria", &manual.criteria),
            ("documents", &manual.documents),
            ("channels", &manual.channels),
        ] {
            if list.is_empty() {
                self.add(format!("{field}.{name}"), "must list at least one");
            }
            for (i, text) in list.iter().enumerate() {
                self.text(&format!("{field}.{name}[{i}]"), text);
            }
        }
        if manual.steps.is_empty() {
            self.add(format!("{field}.steps"), "must list at least one");
        }
        for (i, step) in manual.steps.iter().enumerate() {
            let field = format!("{field}.steps[{i}]");
            self.text(&format!("{field}.name"), &step.name);
            self.text(&format!("{field}.responsible"), &step.responsible);
            self.text(&format!("{field}.time"), &step.time);
            if let Some(minutes) = step.minutes {
                // At most ninety days of the longest duty hours.
                self.number(&format!("{field}.minutes"), minutes, 1..=129_600, "minutes");
            }
        }
        if manual.fees.is_empty() {
            self.add(
                format!("{field}.fees"),
                "must list at least one; a free service lists an amount of 0",
            );
        }
        for (i, fee) in manual.fees.iter().enumerate() {
            let field = format!("{field}.fees[{i}]");
            self.text(&format!("{field}.name"), &fee.name);
            self.text(&format!("{field}.unit"), &fee.unit);
            self.text(&format!("{field}.legal_basis"), &fee.legal_basis);
            self.money(&format!("{field}.amount"), fee.amount);
        }
        self.date(&format!("{field}.revised"), manual.revised);
    }
}

/// Whether two lists have something in common; an empty one is everything.
fn meet<T: PartialEq>(list: &[T], other: &[T]) -> bool {
    list.is_empty() || other.is_empty() || list.iter().any(|one| other.contains(one))
}

fn repeats<T: Copy + Ord>(list: &[T]) -> bool {
    let mut sorted = list.to_vec();
    sorted.sort_unstable();
    sorted.windows(2).any(|pair| pair[0] == pair[1])
}

/// Whether two rounds would show the same start on one date, for one type of case and one furnace.
fn same_menu(a: &Round, b: &Round) -> bool {
    let until = |round: &Round| round.valid_until.unwrap_or(NaiveDate::MAX);
    let dates = a.valid_from <= until(b) && b.valid_from <= until(a);
    a.start == b.start
        && dates
        && meet(&a.weekdays, &b.weekdays)
        && (meet(&a.case_types, &b.case_types) || meet(&a.furnaces, &b.furnaces))
}

#[cfg(test)]
mod tests;
