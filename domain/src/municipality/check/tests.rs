//! Each rule of the check, broken once.
use super::*;
use crate::crematorium::required::{Condition, TaskRule};
use crate::lunar::{LunarYear, YearKind};
use crate::municipality::{
    AshSettings, AshSlot, AshTable, Closes, Duration, EquipmentType, Furnace, Holiday,
    LoanSettings, ManualFee, ManualStep, Pavilion, Turnover,
};
use crate::time::TimeOfDay;
use crate::working_time::Span;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn time(text: &str) -> TimeOfDay {
    text.parse().unwrap()
}

fn span(open: &str, close: &str) -> Span {
    Span {
        open: time(open),
        close: time(close),
    }
}

fn text() -> Text {
    Text::new("ก", "a")
}

fn office() -> Office {
    Office {
        name: text(),
        phone: "075-000-000".to_owned(),
        hours_text: text(),
        hours: WeekHours {
            mon: vec![span("08:30", "12:00"), span("13:00", "16:30")],
            ..WeekHours::default()
        },
        closed_on_holidays: true,
    }
}

fn ash() -> AshSettings {
    AshSettings {
        tables: vec![AshTable {
            id: "ash-1".to_owned(),
            name: text(),
        }],
        slots: vec![AshSlot {
            start: time("07:00"),
            weekdays: Vec::new(),
            valid_from: None,
            valid_until: None,
        }],
        minutes: 45,
        after_hours: 12,
        within_days: 7,
    }
}

fn round(start: &str) -> Round {
    Round {
        start: time(start),
        weekdays: Vec::new(),
        valid_from: date("2026-01-01"),
        valid_until: None,
        case_types: Vec::new(),
        furnaces: Vec::new(),
    }
}

fn manual(service: &str) -> Manual {
    Manual {
        service: service.to_owned(),
        title: text(),
        summary: text(),
        criteria: vec![text()],
        steps: vec![ManualStep {
            name: text(),
            responsible: text(),
            time: text(),
            minutes: Some(120),
        }],
        documents: vec![text()],
        fees: vec![ManualFee {
            name: text(),
            amount: Satang(0),
            unit: text(),
            legal_basis: text(),
        }],
        channels: vec![text()],
        complaints: text(),
        legal_basis: text(),
        revised: date("2026-10-01"),
    }
}

/// Settings without a problem.
fn good() -> Municipality {
    let crematorium = CrematoriumSettings {
        name: text(),
        address: text(),
        duty: office(),
        furnaces: ["furnace-1", "furnace-2"]
            .map(|id| Furnace {
                id: id.to_owned(),
                name: text(),
                largest_coffin: None,
                weekdays: Vec::new(),
                valid_from: None,
                valid_until: None,
            })
            .into(),
        rounds: vec![round("13:00"), round("14:30")],
        durations: CaseType::ALL
            .map(|case_type| Duration {
                case_type,
                minutes: 60,
                cool_down_minutes: 30,
                last_round_only: false,
            })
            .into(),
        pavilions: vec![Pavilion {
            id: "sala-1".to_owned(),
            name: text(),
            guests: 100,
            price_per_night: Satang(50_000),
        }],
        buffer_minutes: 0,
        pavilion_turnover: Turnover::None,
        ash: ash(),
        royal_days: Vec::new(),
        documents: Vec::new(),
        tasks: vec![TaskRule {
            id: "crew".to_owned(),
            name: text(),
            case_types: Vec::new(),
            when: Condition::Always,
        }],
        max_nights: 7,
        closures: vec![Closure {
            when: ClosureWhen::Dates {
                from: date("2027-04-13"),
                until: date("2027-04-15"),
            },
            closes: Closes::Cremation,
            open_anyway: false,
            reason: text(),
            valid_from: None,
            valid_until: None,
            id: None,
        }],
        horizon_days: 30,
        minimum_notice_hours: 6,
        hold_minutes: 60,
        hold_extensions: 12,
        arrive_before_minutes: 60,
        decision_hours: 4,
        tell_within_minutes: 30,
        unverified_hours: 4,
        unverified_per_phone: 2,
        correction_hours: 24,
        certificate_hours: 24,
        change_cut_off_hours: 24,
        appeal_text: text(),
        refusal_law: text(),
        registry_is_city: false,
    };
    Municipality {
        name: text(),
        division: text(),
        sample: true,
        sample_note: text(),
        office: office(),
        holidays: ["2026-12-05", "2026-12-07"]
            .map(|day| Holiday {
                date: date(day),
                name: text(),
            })
            .into(),
        lunar_years: Vec::new(),
        crematorium,
        equipment: vec![EquipmentType {
            id: "wheelchair".to_owned(),
            name: text(),
            count: 1,
            quota: 1,
            ..EquipmentType::default()
        }],
        supplies: Vec::new(),
        loans: LoanSettings::default(),
        money: crate::fee::MoneySettings::default(),
        manuals: vec![manual("crematorium"), manual("equipment")],
        signing: SigningSettings::default(),
    }
}

fn lunar(be: i32, first_day: &str, kind: YearKind) -> LunarYear {
    LunarYear {
        be,
        first_day: date(first_day),
        kind,
        confirmed_until: None,
    }
}

#[test]
fn good_settings_have_no_problem() {
    assert_eq!(good().check(), []);
}

#[test]
fn every_rule_names_the_field_that_breaks_it() {
    type Break = fn(&mut Municipality);
    let cases: &[(Break, &str, &str)] = &[
        (|m| m.name.th.clear(), "name.th", "empty"),
        (
            |m| m.division.en = "\u{a0} ".to_owned(),
            "division.en",
            "empty",
        ),
        (|m| m.sample_note.th.clear(), "sample_note.th", "empty"),
        (|m| m.office.name.en.clear(), "office.name.en", "empty"),
        (
            |m| m.office.hours_text.th.clear(),
            "office.hours_text.th",
            "empty",
        ),
        (
            |m| m.office.phone = "ต่อกลาง".to_owned(),
            "office.phone",
            "digits",
        ),
        (
            |m| m.office.hours = WeekHours::default(),
            "office.hours",
            "at least one day",
        ),
        (
            |m| m.office.hours.sun = vec![span("12:00", "12:00")],
            "office.hours.sun[0].close",
            "12:00 is not after 12:00",
        ),
        (
            |m| m.office.hours.mon.swap(0, 1),
            "office.hours.mon[1].open",
            "08:30 is before 16:30",
        ),
        (
            |m| m.office.hours.mon[1].open = time("11:00"),
            "office.hours.mon[1].open",
            "11:00 is before 12:00",
        ),
        (
            |m| m.crematorium.duty.phone.clear(),
            "crematorium.duty.phone",
            "digits",
        ),
        (
            |m| m.holidays[1].date = m.holidays[0].date,
            "holidays[1].date",
            "already listed as holidays[0]",
        ),
        (
            |m| m.holidays[1].date = date("2570-01-01"),
            "holidays[1].date",
            "(2027)",
        ),
        (
            |m| m.holidays[1].date = date("1970-01-01"),
            "holidays[1].date",
            "1970",
        ),
        (
            |m| m.holidays[0].name.th.clear(),
            "holidays[0].name.th",
            "empty",
        ),
        (
            |m| m.lunar_years = vec![lunar(2570, "2026-12-11", YearKind::Normal)],
            "lunar_years[0]",
            "first day",
        ),
        (
            |m| m.lunar_years = vec![lunar(2569, "2025-11-21", YearKind::Normal)],
            "lunar_years[0]",
            "2569 BE",
        ),
        (
            |m| m.lunar_years = vec![lunar(2590, "2046-12-01", YearKind::Normal)],
            "lunar_years",
            "Add lunar year 2574 BE",
        ),
        (
            |m| m.lunar_years = vec![lunar(2570, "2026-12-10", YearKind::Normal); 2],
            "lunar_years[1].be",
            "already",
        ),
        (
            |m| m.crematorium.name.th.clear(),
            "crematorium.name.th",
            "empty",
        ),
        (
            |m| m.crematorium.address.en.clear(),
            "crematorium.address.en",
            "empty",
        ),
        (
            |m| m.crematorium.appeal_text.th.clear(),
            "crematorium.appeal_text.th",
            "empty",
        ),
        (
            |m| m.crematorium.refusal_law.en.clear(),
            "crematorium.refusal_law.en",
            "empty",
        ),
        (
            |m| m.crematorium.furnaces.clear(),
            "crematorium.furnaces",
            "rounds but no furnace",
        ),
        (
            |m| m.crematorium.rounds.clear(),
            "crematorium.rounds",
            "furnaces but no round",
        ),
        (
            |m| m.crematorium.furnaces[1].id = "furnace-1".to_owned(),
            "crematorium.furnaces[1].id",
            "already the id of crematorium.furnaces[0]",
        ),
        (
            |m| m.crematorium.pavilions[0].id = "furnace-2".to_owned(),
            "crematorium.pavilions[0].id",
            "already the id of crematorium.furnaces[1]",
        ),
        (
            |m| m.crematorium.furnaces[0].id = "Furnace 1".to_owned(),
            "crematorium.furnaces[0].id",
            "a-z",
        ),
        (
            |m| m.crematorium.furnaces[0].id.clear(),
            "crematorium.furnaces[0].id",
            "a-z",
        ),
        (
            |m| m.crematorium.furnaces[0].name.th.clear(),
            "crematorium.furnaces[0].name.th",
            "empty",
        ),
        (
            |m| m.crematorium.pavilions[0].name.th.clear(),
            "crematorium.pavilions[0].name.th",
            "empty",
        ),
        (
            |m| m.crematorium.pavilions[0].guests = 0,
            "crematorium.pavilions[0].guests",
            "1 to 10000",
        ),
        (
            |m| m.crematorium.pavilions[0].price_per_night = Satang(-1),
            "crematorium.pavilions[0].price_per_night",
            "negative",
        ),
        (
            |m| m.crematorium.pavilions[0].price_per_night = Satang(1_000_000_001),
            "crematorium.pavilions[0].price_per_night",
            "more than 10,000,000 baht",
        ),
        (
            |m| m.crematorium.rounds[1].start = time("22:31"),
            "crematorium.rounds[1].start",
            "past midnight",
        ),
        (
            |m| m.crematorium.rounds[1].start = time("13:00"),
            "crematorium.rounds[1].start",
            "crematorium.rounds[0]",
        ),
        (
            |m| m.crematorium.rounds[0].valid_until = Some(date("2025-12-31")),
            "crematorium.rounds[0].valid_until",
            "before valid_from",
        ),
        (
            |m| m.crematorium.rounds[0].valid_from = date("2569-01-01"),
            "crematorium.rounds[0].valid_from",
            "(2026)",
        ),
        (
            |m| m.crematorium.rounds[0].weekdays = vec![WeekdayName::Mon; 2],
            "crematorium.rounds[0].weekdays",
            "twice",
        ),
        (
            |m| m.crematorium.rounds[0].case_types = vec![CaseType::Ordinary; 2],
            "crematorium.rounds[0].case_types",
            "twice",
        ),
        (
            |m| m.crematorium.rounds[0].furnaces = vec!["furnace-9".to_owned()],
            "crematorium.rounds[0].furnaces[0]",
            "no furnace \"furnace-9\"",
        ),
        (
            |m| m.crematorium.furnaces[0].valid_from = Some(date("2569-01-01")),
            "crematorium.furnaces[0].valid_from",
            "(2026)",
        ),
        (
            |m| {
                m.crematorium.furnaces[0].valid_from = Some(date("2026-12-01"));
                m.crematorium.furnaces[0].valid_until = Some(date("2026-11-01"));
            },
            "crematorium.furnaces[0].valid_until",
            "before valid_from",
        ),
        (
            |m| m.crematorium.ash.tables[0].id = "sala-1".to_owned(),
            "crematorium.ash.tables[0].id",
            "sala-1",
        ),
        (
            |m| m.crematorium.ash.tables.clear(),
            "crematorium.ash.tables",
            "no table",
        ),
        (
            |m| m.crematorium.ash.slots.clear(),
            "crematorium.ash.slots",
            "no slot",
        ),
        (
            |m| m.crematorium.ash.minutes = 0,
            "crematorium.ash.minutes",
            "15 to 480",
        ),
        (
            |m| m.crematorium.ash.within_days = 0,
            "crematorium.ash.within_days",
            "1 to 60",
        ),
        (
            |m| m.crematorium.ash.slots[0].start = time("23:30"),
            "crematorium.ash.slots[0].start",
            "midnight",
        ),
        (
            |m| m.crematorium.buffer_minutes = 241,
            "crematorium.buffer_minutes",
            "0 to 240",
        ),
        (
            |m| m.crematorium.tasks[0].id = "Crew!".to_owned(),
            "crematorium.tasks[0].id",
            "not an id",
        ),
        (
            |m| m.crematorium.tasks[0].case_types = vec![CaseType::Royal; 2],
            "crematorium.tasks[0].case_types",
            "twice",
        ),
        (
            |m| m.crematorium.durations.truncate(1),
            "crematorium.durations",
            "\"infectious\"",
        ),
        (
            |m| m.crematorium.durations[1].case_type = CaseType::Ordinary,
            "crematorium.durations[1].case_type",
            "already",
        ),
        (
            |m| m.crematorium.durations[0].minutes = 0,
            "crematorium.durations[0].minutes",
            "15 to 720",
        ),
        (
            |m| m.crematorium.durations[0].cool_down_minutes = 721,
            "crematorium.durations[0].cool_down_minutes",
            "0 to 720",
        ),
        (
            |m| m.crematorium.max_nights = 0,
            "crematorium.max_nights",
            "1 to 30",
        ),
        (
            |m| m.crematorium.horizon_days = 0,
            "crematorium.horizon_days",
            "1 to 365",
        ),
        (
            |m| m.crematorium.horizon_days = 366,
            "crematorium.horizon_days",
            "not 366",
        ),
        (
            |m| m.crematorium.minimum_notice_hours = 169,
            "crematorium.minimum_notice_hours",
            "0 to 168",
        ),
        (
            |m| {
                m.crematorium.horizon_days = 1;
                m.crematorium.minimum_notice_hours = 24;
            },
            "crematorium.minimum_notice_hours",
            "nothing could be booked",
        ),
        (
            |m| m.crematorium.hold_minutes = 4,
            "crematorium.hold_minutes",
            "5 to 240",
        ),
        (
            |m| m.crematorium.hold_minutes = 241,
            "crematorium.hold_minutes",
            "5 to 240",
        ),
        (
            |m| m.crematorium.hold_extensions = 9,
            "crematorium.hold_extensions",
            "10 to 255",
        ),
        (
            |m| m.crematorium.arrive_before_minutes = 1441,
            "crematorium.arrive_before_minutes",
            "0 to 1440",
        ),
        (
            |m| m.crematorium.decision_hours = 0,
            "crematorium.decision_hours",
            "1 to 168",
        ),
        (
            |m| m.crematorium.tell_within_minutes = 0,
            "crematorium.tell_within_minutes",
            "1 to 1440",
        ),
        (
            |m| m.crematorium.unverified_hours = 0,
            "crematorium.unverified_hours",
            "1 to 168",
        ),
        (
            |m| m.crematorium.unverified_per_phone = 0,
            "crematorium.unverified_per_phone",
            "1 to 50",
        ),
        (
            |m| m.crematorium.correction_hours = 0,
            "crematorium.correction_hours",
            "1 to 720",
        ),
        (
            |m| m.crematorium.certificate_hours = 0,
            "crematorium.certificate_hours",
            "1 to 720",
        ),
        (
            |m| m.crematorium.closures[0].reason.th.clear(),
            "crematorium.closures[0].reason.th",
            "empty",
        ),
        (
            |m| {
                m.crematorium.closures[0].when = ClosureWhen::Dates {
                    from: date("2027-01-02"),
                    until: date("2027-01-01"),
                }
            },
            "crematorium.closures[0].when.dates.until",
            "before",
        ),
        (
            |m| {
                m.crematorium.closures[0].when = ClosureWhen::Dates {
                    from: date("2027-01-02"),
                    until: date("2570-01-02"),
                }
            },
            "crematorium.closures[0].when.dates.until",
            "(2027)",
        ),
        (
            |m| m.equipment.push(m.equipment[0].clone()),
            "equipment[1].id",
            "already the id of equipment[0]",
        ),
        (
            |m| m.equipment[0].id = "wheel chair".to_owned(),
            "equipment[0].id",
            "a-z",
        ),
        (
            |m| m.equipment[0].name.en.clear(),
            "equipment[0].name.en",
            "empty",
        ),
        (
            |m| m.equipment[0].quota = 0,
            "equipment[0].quota",
            "must be 1 to 20",
        ),
        (
            |m| m.equipment[0].substitutes = vec!["wheelchair".to_owned()],
            "equipment[0].substitutes[0]",
            "not the id of another type",
        ),
        (
            |m| m.loans.chase_days = 8,
            "loans.chase_days",
            "must be 1 to 7 days",
        ),
        (
            |m| m.loans.need.second_class = 5,
            "loans.need.second_class",
            "not be more than first_class",
        ),
        (|m| m.manuals.truncate(1), "manuals", "\"equipment\""),
        (|m| drop(m.manuals.remove(0)), "manuals", "\"crematorium\""),
        (
            |m| m.manuals.push(manual("equipment")),
            "manuals[2].service",
            "already has a manual",
        ),
        (
            |m| m.manuals.push(manual("weddings")),
            "manuals[2].service",
            "not one of",
        ),
        (
            |m| m.manuals[0].title.en.clear(),
            "manuals[0].title.en",
            "empty",
        ),
        (
            |m| m.manuals[0].summary.en.clear(),
            "manuals[0].summary.en",
            "empty",
        ),
        (
            |m| m.manuals[0].complaints.en.clear(),
            "manuals[0].complaints.en",
            "empty",
        ),
        (
            |m| m.manuals[0].legal_basis.en.clear(),
            "manuals[0].legal_basis.en",
            "empty",
        ),
        (
            |m| m.manuals[0].criteria.clear(),
            "manuals[0].criteria",
            "at least one",
        ),
        (
            |m| m.manuals[0].documents[0].th.clear(),
            "manuals[0].documents[0].th",
            "empty",
        ),
        (
            |m| m.manuals[0].channels.clear(),
            "manuals[0].channels",
            "at least one",
        ),
        (
            |m| m.manuals[0].steps.clear(),
            "manuals[0].steps",
            "at least one",
        ),
        (
            |m| m.manuals[0].steps[0].name.th.clear(),
            "manuals[0].steps[0].name.th",
            "empty",
        ),
        (
            |m| m.manuals[0].steps[0].responsible.th.clear(),
            "manuals[0].steps[0].responsible.th",
            "empty",
        ),
        (
            |m| m.manuals[0].steps[0].time.th.clear(),
            "manuals[0].steps[0].time.th",
            "empty",
        ),
        (
            |m| m.manuals[0].steps[0].minutes = Some(0),
            "manuals[0].steps[0].minutes",
            "not 0",
        ),
        (
            |m| m.manuals[0].fees.clear(),
            "manuals[0].fees",
            "amount of 0",
        ),
        (
            |m| m.manuals[0].fees[0].amount = Satang(-100),
            "manuals[0].fees[0].amount",
            "negative",
        ),
        (
            |m| m.manuals[0].fees[0].legal_basis.th.clear(),
            "manuals[0].fees[0].legal_basis.th",
            "empty",
        ),
        (
            |m| m.manuals[0].fees[0].unit.th.clear(),
            "manuals[0].fees[0].unit.th",
            "empty",
        ),
        (
            |m| m.manuals[0].fees[0].name.th.clear(),
            "manuals[0].fees[0].name.th",
            "empty",
        ),
        (
            |m| m.manuals[0].revised = date("2569-10-01"),
            "manuals[0].revised",
            "(2026)",
        ),
        (
            |m| m.signing.acting_for.th.clear(),
            "signing.acting_for.th",
            "empty",
        ),
        (
            |m| m.signing.appeal_days = 0,
            "signing.appeal_days",
            "1 to 366 days",
        ),
        (
            |m| m.signing.appeal_answer_days = 400,
            "signing.appeal_answer_days",
            "not 400",
        ),
        (
            |m| m.signing.late_notice_days = 0,
            "signing.late_notice_days",
            "not 0",
        ),
        (
            |m| m.signing.late_notice_copy.email = "opdc".to_owned(),
            "signing.late_notice_copy.email",
            "not an e-mail address",
        ),
        (
            |m| m.signing.late_notice_copy.address.en.clear(),
            "signing.late_notice_copy.address.en",
            "empty",
        ),
    ];
    for (number, (spoil, field, reason)) in cases.iter().enumerate() {
        let mut settings = good();
        spoil(&mut settings);
        let problems = settings.check();
        let hit = problems.iter().find(|problem| problem.field == *field);
        assert!(
            hit.is_some_and(|problem| problem.reason.contains(reason)),
            "case {number}, {field}: {problems:?}"
        );
    }
}

#[test]
fn what_is_allowed_passes() {
    type Change = fn(&mut Municipality);
    let cases: &[Change] = &[
        // Confirmed settings need no sample note.
        |m| (m.sample, m.sample_note) = (false, Text::default()),
        // Pavilions without furnaces, and furnaces without pavilions.
        |m| {
            m.crematorium.furnaces.clear();
            m.crematorium.rounds.clear();
        },
        |m| m.crematorium.pavilions.clear(),
        // A town without loans publishes no manual for them.
        |m| {
            m.equipment.clear();
            m.manuals.pop();
        },
        // Exactly until midnight.
        |m| m.crematorium.rounds[1].start = time("22:30"),
        // Cells of one furnace decide: rounds may overlap.
        |m| m.crematorium.rounds[1].start = time("13:15"),
        // The same start on other days, or later on.
        |m| {
            m.crematorium.rounds = vec![round("13:00"), round("13:00")];
            m.crematorium.rounds[0].weekdays = vec![WeekdayName::Mon];
            m.crematorium.rounds[1].weekdays = vec![WeekdayName::Tue];
        },
        |m| {
            m.crematorium.rounds = vec![round("13:00"), round("13:00")];
            m.crematorium.rounds[0].valid_until = Some(date("2026-06-30"));
            m.crematorium.rounds[1].valid_from = date("2026-07-01");
        },
        // One start, given to one furnace for each type of case.
        |m| {
            m.crematorium.rounds = vec![round("13:00"), round("13:00")];
            m.crematorium.rounds[0].furnaces = vec![m.crematorium.furnaces[0].id.clone()];
            m.crematorium.rounds[0].case_types = vec![CaseType::Ordinary];
            m.crematorium.rounds[1].furnaces = vec![m.crematorium.furnaces[1].id.clone()];
            m.crematorium.rounds[1].case_types = vec![CaseType::Infectious];
        },
        // A city that does not book the collecting of ashes.
        |m| m.crematorium.ash = AshSettings::default(),
        // Types that the file does not name are treated as ordinary.
        |m| m.crematorium.durations.truncate(2),
        // A late round for short cases only.
        |m| {
            m.crematorium.durations[1].minutes = 240;
            m.crematorium.rounds[1].start = time("21:00");
            m.crematorium.rounds[1].case_types = vec![CaseType::Ordinary];
        },
        |m| m.crematorium.minimum_notice_hours = 0,
        |m| m.office.phone = "1669".to_owned(),
        |m| m.lunar_years = vec![lunar(2573, "2029-12-06", YearKind::ExtraDay)],
    ];
    for (number, change) in cases.iter().enumerate() {
        let mut settings = good();
        change(&mut settings);
        assert_eq!(settings.check(), [], "case {number}");
    }
}

#[test]
fn problems_come_all_at_once() {
    let mut settings = good();
    settings.name.th.clear();
    settings.crematorium.hold_minutes = 0;
    settings.manuals.clear();
    let problems = settings.check();
    let fields: Vec<_> = problems
        .iter()
        .map(|problem| problem.field.as_str())
        .collect();
    assert_eq!(
        fields,
        ["name.th", "crematorium.hold_minutes", "manuals", "manuals"]
    );
    assert_eq!(problems[0].to_string(), "name.th: must not be empty");
}

#[test]
fn nothing_to_book_is_a_problem() {
    let mut settings = good();
    settings.crematorium.furnaces.clear();
    settings.crematorium.rounds.clear();
    settings.crematorium.pavilions.clear();
    let problems = settings.check();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].field, "crematorium.furnaces");
}
