//! The crematorium's rules against the sample city: rounds, closures, notice, offers, the application.
#![expect(
    clippy::expect_used,
    reason = "a test that cannot be set up has failed"
)]
use chrono::{Days, NaiveDate};
use domain::crematorium::availability::{self, Occupied, OfferState, Search};
use domain::crematorium::{
    Application, Belief, Booker, CellRange, CoffinSize, CremationWish, Facility, PavilionWish,
    Rules, Wish,
};
use domain::form::{FieldErrors, RawFields};
use domain::municipality::{CaseType, Closes, Closure, ClosureWhen, Municipality, WeekdayName};
use domain::time::{self, Instant, TimeOfDay};
use proptest::prelude::*;

fn city() -> Municipality {
    toml::from_str(include_str!("../../config/trang.toml")).expect("the sample city")
}

fn rules() -> Rules {
    Rules::new(city(), 1).expect("rules")
}

fn rules_with(change: impl FnOnce(&mut Municipality)) -> Rules {
    let mut city = city();
    change(&mut city);
    Rules::new(city, 1).expect("rules")
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn at(day: &str, clock: &str) -> Instant {
    TimeOfDay::parse(clock).expect("a time").on(date(day))
}

/// Monday 23 November 2026, 09.00.
fn now() -> Instant {
    at("2026-11-23", "09:00")
}

fn wish(cremation: Option<(&str, &str)>, pavilion: Option<(&str, &str, u8)>) -> Wish {
    Wish {
        cremation: cremation.map(|(day, round)| CremationWish {
            date: date(day),
            round: TimeOfDay::parse(round).expect("a time"),
        }),
        pavilion: pavilion.map(|(id, from, nights)| PavilionWish {
            id: id.into(),
            from: date(from),
            nights,
        }),
        ..Wish::default()
    }
}

fn codes(result: Result<(), FieldErrors>) -> Vec<String> {
    result
        .err()
        .into_iter()
        .flatten()
        .map(|error| format!("{} {}", error.field, error.code))
        .collect()
}

#[test]
fn what_may_be_asked_is_said_field_by_field() {
    let rules = rules();
    let horizon = rules.horizon(now());
    let beyond = (horizon + Days::new(1)).to_string();
    for (wish, expected) in [
        (
            wish(
                Some(("2026-11-25", "13:00")),
                Some(("sala-1", "2026-11-23", 2)),
            ),
            vec![],
        ),
        (wish(Some(("2026-11-25", "13:00")), None), vec![]),
        (wish(None, Some(("sala-1", "2026-11-23", 2))), vec![]),
        (wish(None, None), vec!["cremation missing"]),
        (
            wish(Some(("2026-11-27", "13:00")), None),
            vec!["cremation.date closed"],
        ),
        (
            wish(Some(("2026-11-22", "13:00")), None),
            vec!["cremation.date past"],
        ),
        (
            wish(Some((&beyond, "13:00")), None),
            vec!["cremation.date beyond_horizon"],
        ),
        (
            wish(Some(("2026-11-25", "13:05")), None),
            vec!["cremation.round unknown_round"],
        ),
        (
            wish(Some(("2026-11-23", "10:00")), None),
            vec!["cremation.round too_soon"],
        ),
        (
            wish(None, Some(("sala-9", "2026-11-24", 2))),
            vec!["pavilion.id unknown"],
        ),
        (
            wish(None, Some(("sala-1", "2026-11-24", 0))),
            vec!["pavilion.nights out_of_range"],
        ),
        (
            wish(None, Some(("sala-1", "2026-11-24", 8))),
            vec!["pavilion.nights out_of_range"],
        ),
        (
            wish(
                Some(("2026-11-25", "13:00")),
                Some(("sala-1", "2026-11-24", 2)),
            ),
            vec!["pavilion.nights after_cremation"],
        ),
        (
            wish(
                Some(("2026-11-27", "13:00")),
                Some(("sala-9", "2026-11-24", 9)),
            ),
            vec![
                "cremation.date closed",
                "pavilion.id unknown",
                "pavilion.nights out_of_range",
            ],
        ),
    ] {
        assert_eq!(
            codes(wish.check(&rules, Booker::Public, now())),
            expected,
            "{wish:?}"
        );
    }
}

#[test]
fn staff_may_book_inside_the_notice_and_families_call() {
    let today = wish(Some(("2026-11-23", "13:00")), None);
    assert_eq!(
        codes(today.check(&rules(), Booker::Public, now())),
        ["cremation.round too_soon"]
    );
    assert_eq!(
        codes(today.check(&rules(), Booker::Staff, now())),
        Vec::<String>::new()
    );
}

#[test]
fn nobody_books_a_round_that_has_begun() {
    let today = wish(Some(("2026-11-23", "13:00")), None);
    let begun = at("2026-11-23", "13:00");
    assert_eq!(
        codes(today.check(&rules(), Booker::Staff, begun)),
        ["cremation.round past"]
    );
}

#[test]
fn a_certificate_s_number_has_digits() {
    for number in ["-", "ไม่มี", "ยังไม่ได้รับ", "👻"] {
        let fields = answers(&[
            ("deceased.certificate", "number"),
            ("deceased.certificate_number", number),
        ]);
        let wrong = domain::crematorium::application::certificate(&fields);
        assert_eq!(wrong.unwrap_err().code, "format", "{number}");
    }
}

#[test]
fn a_closure_names_what_it_closes_and_open_anyway_wins() {
    let friday = date("2026-11-27");
    let holy_day = date("2026-12-02");
    assert!(rules().closed(friday, Facility::Cremation).is_some());
    assert!(
        rules().closed(friday, Facility::Pavilions).is_none(),
        "only cremation is closed on Fridays"
    );
    assert!(
        rules().closed(holy_day, Facility::Cremation).is_none(),
        "nothing is closed on a holy day"
    );
    let opened = rules_with(|city| {
        city.crematorium.closures.push(Closure {
            when: ClosureWhen::Dates {
                from: friday,
                until: friday,
            },
            closes: Closes::Cremation,
            open_anyway: true,
            reason: domain::form::Text::new("เปิดเป็นกรณีพิเศษ", "Open by exception"),
            valid_from: None,
            valid_until: None,
            id: None,
        });
    });
    assert!(opened.closed(friday, Facility::Cremation).is_none());
    // A furnace breaks on the day that was opened: the closure of the very day came later, and counts.
    let broken = rules_with(|city| {
        let closures = &mut city.crematorium.closures;
        let dates = |open_anyway| Closure {
            when: ClosureWhen::Dates {
                from: friday,
                until: friday,
            },
            closes: Closes::Cremation,
            open_anyway,
            reason: domain::form::Text::new("เตาขัดข้อง", "Broken"),
            valid_from: None,
            valid_until: None,
            id: None,
        };
        closures.push(dates(true));
        closures.push(dates(false));
    });
    assert!(broken.closed(friday, Facility::Cremation).is_some());
    assert!(broken.opened(friday, Facility::Cremation).is_none());
    // A rule that comes every week does not take an opening back, wherever it stands in the list.
    let weekly = rules_with(|city| {
        let closures = &mut city.crematorium.closures;
        let weekly = closures.clone();
        closures.clear();
        closures.push(Closure {
            when: ClosureWhen::Dates {
                from: friday,
                until: friday,
            },
            closes: Closes::Cremation,
            open_anyway: true,
            reason: domain::form::Text::new("เปิดเป็นกรณีพิเศษ", "Open by exception"),
            valid_from: None,
            valid_until: None,
            id: None,
        });
        closures.extend(weekly);
    });
    assert!(weekly.closed(friday, Facility::Cremation).is_none());
    assert!(weekly.opened(friday, Facility::Cremation).is_some());
    let lunar = rules_with(|city| {
        city.crematorium.closures.push(Closure {
            when: ClosureWhen::HolyDay,
            closes: Closes::All,
            open_anyway: false,
            reason: domain::form::Text::new("ปิดทำการ", "Closed"),
            valid_from: None,
            valid_until: None,
            id: None,
        });
    });
    assert!(lunar.closed(holy_day, Facility::Pavilions).is_some());
}

#[test]
fn rounds_follow_weekday_dates_and_case_type() {
    let saturday = date("2026-11-28");
    let rules = rules_with(|city| {
        let mut only_saturday = city.crematorium.rounds[0].clone();
        only_saturday.start = TimeOfDay::parse("08:00").expect("a time");
        only_saturday.weekdays = vec![WeekdayName::Sat];
        only_saturday.valid_from = date("2026-11-24");
        only_saturday.valid_until = Some(saturday);
        only_saturday.case_types = vec![CaseType::Ordinary];
        city.crematorium.rounds.push(only_saturday);
    });
    let has = |day: NaiveDate, case_type| {
        rules
            .rounds(day, case_type)
            .contains(&TimeOfDay::parse("08:00").expect("a time"))
    };
    assert!(has(saturday, CaseType::Ordinary));
    assert!(!has(saturday, CaseType::Infectious));
    assert!(!has(date("2026-11-26"), CaseType::Ordinary), "a Thursday");
    assert!(
        !has(date("2026-12-05"), CaseType::Ordinary),
        "no longer valid"
    );
}

#[test]
fn a_family_is_offered_only_days_on_which_nights_and_a_furnace_are_free() {
    let rules = rules();
    let thirteen = TimeOfDay::parse("13:00").expect("a time");
    let mut occupied = Occupied::default();
    // Every furnace is taken all of the 25th; every pavilion on the night of the 27th.
    for furnace in &rules.settings().furnaces {
        for cell in 0..96 {
            occupied.take(&furnace.id, date("2026-11-25"), cell);
        }
    }
    for pavilion in &rules.settings().pavilions {
        occupied.take(&pavilion.id, date("2026-11-27"), CellRange::NIGHT.first());
    }
    let search = Search {
        nights: 2,
        beliefs: vec![Belief::OddEven],
        ..Search::default()
    };
    let offers = availability::offers(&rules, &occupied, &search, now());
    let state = |day: &str| {
        &offers
            .iter()
            .find(|offer| offer.date == date(day))
            .expect("a day")
            .state
    };
    assert!(
        matches!(state("2026-11-24"), OfferState::CallOnly),
        "the nights would have begun yesterday"
    );
    assert!(matches!(state("2026-11-25"), OfferState::Full));
    assert!(matches!(state("2026-11-27"), OfferState::Closed { .. }));
    assert!(matches!(state("2026-11-28"), OfferState::NightsTaken));
    assert!(matches!(state("2026-11-29"), OfferState::NightsTaken));
    let OfferState::Open { rounds, pavilion } = state("2026-11-26") else {
        panic!("the 26th is free: {:?}", state("2026-11-26"));
    };
    assert!(
        rounds
            .iter()
            .any(|round| round.round == thirteen && round.free >= 2)
    );
    assert_eq!(
        pavilion
            .as_ref()
            .map(|pavilion| (pavilion.from, pavilion.nights)),
        Some((date("2026-11-24"), 2))
    );
    let suits = |day: &str| {
        offers
            .iter()
            .find(|offer| offer.date == date(day))
            .and_then(|offer| offer.suits)
    };
    assert_eq!(
        (
            suits("2026-11-25"),
            suits("2026-11-26"),
            suits("2026-11-28")
        ),
        (Some(false), Some(true), Some(true))
    );
}

#[test]
fn alternatives_are_the_nearest_and_free() {
    let rules = rules();
    let mut occupied = Occupied::default();
    let wanted = wish(
        Some(("2026-11-25", "13:00")),
        Some(("sala-1", "2026-11-23", 2)),
    );
    for furnace in &rules.settings().furnaces {
        occupied.take(&furnace.id, date("2026-11-25"), 52);
    }
    let near = availability::alternatives(&rules, &occupied, &wanted, now(), 5);
    assert_eq!(near.len(), 5);
    for wish in &near {
        assert_eq!(
            codes(wish.check(&rules, Booker::Public, now())),
            Vec::<String>::new(),
            "{wish:?}"
        );
        assert_eq!(
            wish.pavilion.as_ref().map(|pavilion| pavilion.nights),
            Some(2)
        );
        assert_ne!(wish.cremation, wanted.cremation);
    }
    assert_eq!(
        near[0].cremation.as_ref().map(|cremation| cremation.date),
        Some(date("2026-11-25"))
    );
}

#[test]
fn deadlines_run_in_duty_hours_and_telling_in_hours_of_the_clock() {
    let rules = rules();
    let (opens, closes) = ("08:00", "20:00");
    assert_eq!(
        rules.decide_by(at("2026-11-23", "09:00")),
        at("2026-11-23", "13:00")
    );
    assert_eq!(
        rules.decide_by(at("2026-11-23", "18:00")),
        at("2026-11-24", "10:00"),
        "{opens}–{closes}"
    );
    assert_eq!(
        rules.decide_by(at("2026-11-23", "23:30")),
        at("2026-11-24", "12:00")
    );
    assert_eq!(
        rules.tell_by(at("2026-11-23", "19:50")),
        at("2026-11-23", "20:20")
    );
}

fn answers(pairs: &[(&str, &str)]) -> RawFields {
    let mut fields: RawFields = [
        ("applicant.name", "สมหญิง ใจดี"),
        ("applicant.phone", "0812345678"),
        ("applicant.relation", "child"),
        ("deceased.name", "สมชาย ใจดี"),
        ("deceased.national_id", "1234567890121"),
        ("deceased.date_of_death", "2026-11-20"),
        ("deceased.residence", "in_area"),
        ("cremation.date", "2026-11-25"),
        ("cremation.round", "13:00"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    for (name, value) in pairs {
        fields.insert((*name).to_owned(), (*value).to_owned());
    }
    fields
}

#[test]
fn the_application_names_every_wrong_field_at_once() {
    for (changes, expected) in [
        (vec![], vec![]),
        (
            vec![("applicant.name", ""), ("applicant.phone", "12")],
            vec!["applicant.name", "applicant.phone"],
        ),
        (
            vec![("applicant.relation", "cousin")],
            vec!["applicant.relation"],
        ),
        (
            vec![("deceased.national_id", "1234567890122")],
            vec!["deceased.national_id"],
        ),
        (vec![("deceased.national_id", "")], vec![]),
        (
            vec![
                ("deceased.identity", "national_id"),
                ("deceased.national_id", ""),
            ],
            vec!["deceased.national_id"],
        ),
        (vec![("deceased.identity", "")], vec![]),
        (
            vec![("deceased.date_of_death", "2026-11-24")],
            vec!["deceased.date_of_death"],
        ),
        (
            vec![("deceased.date_of_death", "29/2/2569")],
            vec!["deceased.date_of_death"],
        ),
        (
            vec![("deceased.residence", "moon")],
            vec!["deceased.residence"],
        ),
        (
            vec![
                ("cremation.date", "2026-11-19"),
                ("deceased.date_of_death", "2026-11-20"),
            ],
            vec!["cremation.date"],
        ),
        (vec![("cremation.round", "noon")], vec!["cremation.round"]),
        (
            vec![("pavilion.id", "sala-1")],
            vec!["pavilion.from", "pavilion.nights"],
        ),
        (
            vec![("applicant.email", "not an address")],
            vec!["applicant.email"],
        ),
        (vec![("filling_for", "other")], vec!["helper.phone"]),
        (vec![("helper.phone", "0898765432")], vec![]),
        (
            vec![("deceased.certificate", "number")],
            vec!["deceased.certificate_number"],
        ),
    ] {
        let fields: Vec<String> = Application::parse(&answers(&changes), now())
            .err()
            .into_iter()
            .flatten()
            .map(|error| error.field)
            .collect();
        assert_eq!(fields, expected, "{changes:?}");
    }
}

#[test]
fn the_date_of_death_may_come_in_three_parts_in_either_era() {
    for (day, month, year) in [
        ("20", "11", "2569"),
        ("๒๐", "พ.ย.", "๒๕๖๙"),
        ("20", "November", "2026"),
    ] {
        let mut fields = answers(&[
            ("deceased.date_of_death.day", day),
            ("deceased.date_of_death.month", month),
            ("deceased.date_of_death.year", year),
        ]);
        fields.remove("deceased.date_of_death");
        let application = Application::parse(&fields, now()).expect("a whole application");
        assert_eq!(application.deceased.date_of_death, date("2026-11-20"));
    }
}

proptest! {
    #[test]
    fn no_answer_makes_the_parser_panic(values in proptest::collection::vec(".*", 9)) {
        let names: Vec<String> = answers(&[]).into_keys().collect();
        let fields: RawFields = names.into_iter().zip(values).collect();
        let _ = Application::parse(&fields, now());
    }

    #[test]
    fn every_offer_may_be_asked_and_is_free(nights in 0_u8..=7, taken in proptest::collection::vec((0_u64..30, 0_u8..96, 0_usize..6), 0..200)) {
        let rules = rules();
        let resources: Vec<String> = rules.settings().furnaces.iter().map(|furnace| furnace.id.clone())
            .chain(rules.settings().pavilions.iter().map(|pavilion| pavilion.id.clone()))
            .collect();
        let today = time::local_date(now());
        let mut occupied = Occupied::default();
        for (day, cell, resource) in taken {
            let resource = &resources[resource % resources.len()];
            let cell = if resource.starts_with("sala") { cell % 2 } else { cell };
            occupied.take(resource, today + Days::new(day), cell);
        }
        let search = Search { nights, ..Search::default() };
        for offer in availability::offers(&rules, &occupied, &search, now()) {
            if let OfferState::Open { rounds, pavilion } = offer.state {
                for round in rounds {
                    let wish = Wish {
                        cremation: Some(CremationWish { date: offer.date, round: round.round }),
                        pavilion: pavilion.clone(),
                        ..Wish::default()
                    };
                    prop_assert_eq!(codes(wish.check(&rules, Booker::Public, now())), Vec::<String>::new());
                    let free = rules.furnace_claims(offer.date, round.round, CaseType::Ordinary, CoffinSize::Standard)
                        .iter().filter(|claim| occupied.is_free(&claim.resource, claim.date, claim.cells)).count();
                    prop_assert_eq!(free, round.free as usize);
                }
            }
        }
    }
}
