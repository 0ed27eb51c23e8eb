//! The bundle against the sample city: ash slots, types of case, coffins, capacity by date, buffers.
#![expect(
    clippy::expect_used,
    reason = "a test that cannot be set up has failed"
)]
use chrono::{Days, NaiveDate};
use domain::crematorium::availability::{self, Occupied, OfferState, Search};
use domain::crematorium::{
    AshWish, Booker, CaseType, CellRange, CoffinSize, CremationWish, PavilionWish, Rules, Wish,
};
use domain::municipality::{
    Closes, Closure, ClosureWhen, Municipality, Round, Turnover, WeekdayName,
};
use domain::time::{self, Instant, TimeOfDay};

fn rules_with(change: impl FnOnce(&mut Municipality)) -> Rules {
    let mut city: Municipality =
        toml::from_str(include_str!("../../config/trang.toml")).expect("the sample city");
    change(&mut city);
    assert_eq!(city.check(), [], "the settings of a test are good settings");
    Rules::new(city, 1).expect("rules")
}

fn rules() -> Rules {
    rules_with(|_| ())
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn start(text: &str) -> TimeOfDay {
    TimeOfDay::parse(text).expect("a time")
}

fn now() -> Instant {
    time::at(date("2026-11-23"), 9 * 60)
}

fn cremation(day: &str, round: &str) -> Wish {
    Wish {
        cremation: Some(CremationWish {
            date: date(day),
            round: start(round),
        }),
        ..Wish::default()
    }
}

fn slot(day: &str, at: &str) -> AshWish {
    AshWish {
        date: date(day),
        start: start(at),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as a wish has it")]
fn ash(day: &str, at: &str) -> Option<AshWish> {
    Some(slot(day, at))
}

/// What is wrong with a wish: `field code`.
fn wrong(wish: &Wish, rules: &Rules) -> Vec<String> {
    match wish.check(rules, Booker::Public, now()) {
        Ok(()) => Vec::new(),
        Err(errors) => errors
            .iter()
            .map(|error| format!("{} {}", error.field, error.code))
            .collect(),
    }
}

#[test]
fn an_ash_slot_is_asked_with_its_cremation_after_the_fire_and_before_long() {
    for (day, at, expected) in [
        ("2026-11-26", "07:00", vec![]),
        ("2026-11-27", "09:00", vec![]), // a Friday closes the furnaces, not the tables
        ("2026-12-02", "08:00", vec![]),
        ("2026-12-03", "08:00", vec!["ash.date too_late"]),
        ("2026-11-26", "07:30", vec!["ash.time unknown_slot"]),
        ("2026-11-25", "09:00", vec!["ash.time too_early"]),
        ("2026-11-22", "07:00", vec!["ash.date past"]),
    ] {
        let wish = Wish {
            ash: ash(day, at),
            ..cremation("2026-11-25", "16:00")
        };
        assert_eq!(wrong(&wish, &rules()), expected, "{day} {at}");
    }
    let alone = Wish {
        cremation: None,
        pavilion: Some(PavilionWish {
            id: "sala-1".to_owned(),
            from: date("2026-11-24"),
            nights: 1,
        }),
        ash: ash("2026-11-26", "07:00"),
        ..Wish::default()
    };
    assert_eq!(wrong(&alone, &rules()), ["ash without_cremation"]);
    let closed = rules_with(|city| {
        city.crematorium.closures.push(Closure {
            when: ClosureWhen::Weekly(WeekdayName::Thu),
            closes: Closes::Ash,
            open_anyway: false,
            reason: domain::form::Text::new("ปิดโต๊ะเก็บอัฐิ", "Tables closed"),
            valid_from: None,
            valid_until: None,
            id: None,
        });
    });
    let wish = Wish {
        ash: ash("2026-11-26", "07:00"),
        ..cremation("2026-11-25", "13:00")
    };
    assert_eq!(wrong(&wish, &closed), ["ash.date closed"]);
}

#[test]
fn the_first_free_slot_of_the_next_open_morning_comes_with_a_round() {
    let rules = rules();
    let fire = CremationWish {
        date: date("2026-11-25"),
        round: start("13:00"),
    };
    let first = |occupied: &Occupied| {
        availability::next_morning(&rules, occupied, &fire, CaseType::Ordinary)
    };
    let mut occupied = Occupied::default();
    assert_eq!(first(&occupied), ash("2026-11-26", "07:00"));
    let take = |occupied: &mut Occupied, table: &str, at: &str| {
        let cells = rules.ash_cells(slot("2026-11-26", at)).expect("cells");
        occupied.take(table, date("2026-11-26"), cells.first());
    };
    take(&mut occupied, "ash-1", "07:00");
    assert_eq!(
        first(&occupied),
        ash("2026-11-26", "07:00"),
        "the other table"
    );
    take(&mut occupied, "ash-2", "07:00");
    assert_eq!(first(&occupied), ash("2026-11-26", "08:00"));
    for at in ["08:00", "09:00"] {
        take(&mut occupied, "ash-1", at);
        take(&mut occupied, "ash-2", at);
    }
    assert_eq!(
        first(&occupied),
        ash("2026-11-27", "07:00"),
        "the morning after"
    );
    // A closed morning is passed over.
    let closed = rules_with(|city| {
        city.crematorium.closures.push(Closure {
            when: ClosureWhen::Dates {
                from: date("2026-11-26"),
                until: date("2026-11-26"),
            },
            closes: Closes::All,
            open_anyway: false,
            reason: domain::form::Text::new("ปิด", "Closed"),
            valid_from: None,
            valid_until: None,
            id: None,
        });
    });
    assert_eq!(
        availability::next_morning(&closed, &Occupied::default(), &fire, CaseType::Ordinary),
        ash("2026-11-27", "07:00")
    );
    // A longer fire that ended too late for the first slot of the morning.
    let slow = rules_with(|city| city.crematorium.ash.after_hours = 14);
    let late = CremationWish {
        round: start("16:00"),
        ..fire
    };
    assert_eq!(
        availability::next_morning(&slow, &Occupied::default(), &late, CaseType::Infectious),
        ash("2026-11-26", "08:00")
    );
}

#[test]
fn types_of_case_have_their_rounds_lengths_and_days() {
    let rules = rules();
    let table: Vec<String> = CaseType::ALL
        .into_iter()
        .map(|case_type| {
            let day = date("2026-11-25");
            let starts: Vec<_> = rules
                .rounds(day, case_type)
                .iter()
                .map(ToString::to_string)
                .collect();
            let cells = rules
                .furnace_cells(date("2026-11-25"), start("16:00"), case_type)
                .map(|cells| cells.end() - cells.first());
            format!("{} {} cells {cells:?}", case_type.code(), starts.join(" "))
        })
        .collect();
    assert_eq!(
        table,
        [
            "ordinary 10:00 13:00 14:30 16:00 cells Some(6)",
            "infectious 16:00 cells Some(10)",
            "child 10:00 13:00 14:30 16:00 cells Some(5)",
            "unnamed 10:00 13:00 14:30 16:00 cells Some(6)",
            "royal 10:00 13:00 14:30 16:00 cells Some(6)",
            "remains 10:00 13:00 14:30 16:00 cells Some(5)",
        ]
    );
    let of = |case_type, day: &str, round: &str| {
        wrong(
            &Wish {
                case_type,
                ..cremation(day, round)
            },
            &rules,
        )
    };
    assert_eq!(
        of(CaseType::Infectious, "2026-11-25", "13:00"),
        ["cremation.round not_for_this_type"]
    );
    assert_eq!(
        of(CaseType::Royal, "2026-12-05", "13:00"),
        ["cremation.date closed"],
        "the day of a royal ceremony"
    );
    assert!(of(CaseType::Ordinary, "2026-12-05", "13:00").is_empty());
    // Even where the city burns on Fridays.
    let fridays = rules_with(|city| city.crematorium.closures.clear());
    let royal = Wish {
        case_type: CaseType::Royal,
        ..cremation("2026-11-27", "13:00")
    };
    assert_eq!(wrong(&royal, &fridays), ["cremation.date closed"]);
    assert!(wrong(&cremation("2026-11-27", "13:00"), &fridays).is_empty());
    // A file that forgets to limit the rounds does not let a sealed body into the middle of a day.
    let forgot = rules_with(|city| {
        for round in &mut city.crematorium.rounds {
            round.case_types.clear();
        }
    });
    assert_eq!(
        forgot.rounds(date("2026-11-25"), CaseType::Infectious),
        [start("16:00")]
    );
}

#[test]
fn a_file_that_knows_two_types_treats_the_others_as_ordinary() {
    let old = rules_with(|city| {
        city.crematorium.durations.truncate(2);
        for round in &mut city.crematorium.rounds {
            round
                .case_types
                .retain(|case_type| matches!(case_type, CaseType::Ordinary | CaseType::Infectious));
        }
    });
    for case_type in [CaseType::Child, CaseType::Unnamed, CaseType::Royal] {
        let wish = Wish {
            case_type,
            ..cremation("2026-11-25", "13:00")
        };
        assert_eq!(wrong(&wish, &old), Vec::<String>::new(), "{case_type:?}");
        assert_eq!(
            old.furnace_cells(date("2026-11-25"), start("13:00"), case_type),
            old.furnace_cells(date("2026-11-25"), start("13:00"), CaseType::Ordinary)
        );
    }
}

#[test]
fn a_coffin_goes_only_into_a_furnace_it_fits() {
    let rules = rules();
    let furnaces = |coffin| {
        rules
            .furnace_claims(
                date("2026-11-25"),
                start("13:00"),
                CaseType::Ordinary,
                coffin,
            )
            .into_iter()
            .map(|claim| claim.resource)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        furnaces(CoffinSize::Standard),
        ["furnace-1", "furnace-2", "furnace-3"]
    );
    assert_eq!(furnaces(CoffinSize::Large), ["furnace-2", "furnace-3"]);
    assert_eq!(furnaces(CoffinSize::ExtraLarge), ["furnace-3"]);
    let small = rules_with(|city| {
        for furnace in &mut city.crematorium.furnaces {
            furnace.largest_coffin = Some(CoffinSize::Standard);
        }
    });
    let wish = Wish {
        coffin: CoffinSize::Large,
        ..cremation("2026-11-25", "13:00")
    };
    assert_eq!(wrong(&wish, &small), ["coffin_size too_large"]);
}

#[test]
fn capacity_follows_weekdays_dates_and_the_furnaces_of_a_round() {
    let rules = rules_with(|city| {
        let settings = &mut city.crematorium;
        settings.furnaces[0].weekdays = vec![WeekdayName::Sat, WeekdayName::Sun];
        settings.furnaces[1].valid_from = Some(date("2026-12-01"));
        settings.furnaces[1].valid_until = Some(date("2026-12-10"));
        settings.rounds.push(Round {
            start: start("18:00"),
            weekdays: Vec::new(),
            valid_from: date("2026-01-01"),
            valid_until: None,
            case_types: Vec::new(),
            furnaces: vec!["furnace-2".to_owned()],
        });
    });
    let free = |day: &str, round: &str| {
        let days =
            availability::availability(&rules, &Occupied::default(), date(day), date(day), now());
        days[0]
            .rounds
            .iter()
            .find(|free| free.round == start(round))
            .map(|free| free.free)
    };
    assert_eq!(
        free("2026-11-25", "13:00"),
        Some(1),
        "a Wednesday in November"
    );
    assert_eq!(free("2026-11-28", "13:00"), Some(2), "a Saturday");
    assert_eq!(
        free("2026-12-02", "13:00"),
        Some(2),
        "the second furnace has begun"
    );
    assert_eq!(
        free("2026-12-12", "13:00"),
        Some(2),
        "and ended; a Saturday"
    );
    assert_eq!(free("2026-12-02", "18:00"), Some(1));
    assert_eq!(
        free("2026-11-25", "18:00"),
        Some(0),
        "its furnace does not burn yet"
    );
}

#[test]
fn a_buffer_keeps_the_furnace_empty_before_the_next_round() {
    let rules = rules_with(|city| city.crematorium.buffer_minutes = 15);
    let cells = rules
        .furnace_cells(date("2026-11-25"), start("13:00"), CaseType::Ordinary)
        .expect("cells");
    assert_eq!((cells.first(), cells.end()), (52, 59));
    let next = rules
        .furnace_cells(date("2026-11-25"), start("14:30"), CaseType::Ordinary)
        .expect("cells");
    assert!(
        cells.mask() & next.mask() != 0,
        "the 14.30 round is too soon"
    );
}

#[test]
fn a_turnover_keeps_the_day_after_a_night_and_perhaps_the_next_night() {
    let wish = PavilionWish {
        id: "sala-1".to_owned(),
        from: date("2026-11-23"),
        nights: 2,
    };
    for (turnover, expected) in [
        (
            Turnover::None,
            vec![(0, CellRange::NIGHT), (1, CellRange::NIGHT)],
        ),
        (
            Turnover::Day,
            vec![
                (0, CellRange::NIGHT),
                (1, CellRange::DAY_AND_NIGHT),
                (2, CellRange::DAY),
            ],
        ),
        (
            Turnover::Night,
            vec![
                (0, CellRange::NIGHT),
                (1, CellRange::DAY_AND_NIGHT),
                (2, CellRange::DAY_AND_NIGHT),
            ],
        ),
    ] {
        let rules = rules_with(|city| city.crematorium.pavilion_turnover = turnover);
        let claims: Vec<_> = rules
            .night_claims(&wish)
            .into_iter()
            .map(|claim| ((claim.date - wish.from).num_days(), claim.cells))
            .collect();
        assert_eq!(claims, expected, "{turnover:?}");
    }
}

#[test]
fn alternatives_have_the_shape_of_what_was_asked_and_are_free() {
    let rules = rules();
    let mut occupied = Occupied::default();
    let asked = Wish {
        pavilion: Some(PavilionWish {
            id: "sala-2".to_owned(),
            from: date("2026-11-23"),
            nights: 2,
        }),
        ash: ash("2026-11-26", "08:00"),
        coffin: CoffinSize::Large,
        ..cremation("2026-11-25", "13:00")
    };
    // Both tables are taken at the time that was asked.
    let cells = rules.ash_cells(slot("2026-11-26", "08:00")).expect("cells");
    for table in ["ash-1", "ash-2"] {
        occupied.take(table, date("2026-11-26"), cells.first());
    }
    let found = availability::alternatives(&rules, &occupied, &asked, now(), 5);
    assert_eq!(found.len(), 5);
    assert_eq!(
        found[0],
        Wish {
            ash: ash("2026-11-26", "07:00"),
            ..asked.clone()
        },
        "the same round and nights, with the nearest ash slot"
    );
    for wish in &found {
        assert_eq!(wrong(wish, &rules), Vec::<String>::new(), "{wish:?}");
        assert!(wish.ash.is_some() && wish.pavilion.is_some());
        assert_eq!(wish.coffin, CoffinSize::Large);
    }
    // The furnaces a large coffin fits are taken: not even the third that is free will do.
    for furnace in ["furnace-2", "furnace-3"] {
        occupied.take(furnace, date("2026-11-25"), 52);
    }
    let found = availability::alternatives(&rules, &occupied, &asked, now(), 5);
    assert!(
        found.iter().all(|wish| wish.cremation != asked.cremation),
        "{found:?}"
    );
}

#[test]
fn open_data_tell_free_tables_and_stop_where_nothing_could_need_them() {
    let rules = rules();
    let mut occupied = Occupied::default();
    let cells = rules.ash_cells(slot("2026-11-26", "07:00")).expect("cells");
    occupied.take("ash-1", date("2026-11-26"), cells.first());
    let until = now().date_naive() + Days::new(60);
    let days = availability::availability(&rules, &occupied, date("2026-11-22"), until, now());
    let on = |day: &str| {
        let day = days.iter().find(|found| found.date == date(day));
        day.expect("a day")
            .ash
            .iter()
            .map(|free| (free.start.to_string(), free.free))
            .collect::<Vec<_>>()
    };
    let pairs = |list: &[(&str, u32)]| {
        list.iter()
            .map(|(at, free)| ((*at).to_owned(), *free))
            .collect::<Vec<_>>()
    };
    assert_eq!(on("2026-11-22"), [], "yesterday");
    assert_eq!(
        on("2026-11-23"),
        pairs(&[("07:00", 0), ("08:00", 0), ("09:00", 2)]),
        "this morning has gone by"
    );
    assert_eq!(
        on("2026-11-26"),
        pairs(&[("07:00", 1), ("08:00", 2), ("09:00", 2)])
    );
    assert_eq!(on("2026-12-30").len(), 3, "a week after the horizon");
    assert_eq!(on("2026-12-31"), []);
}

#[test]
fn what_is_offered_with_ashes_can_be_asked_as_it_is() {
    let rules = rules();
    for case_type in CaseType::ALL {
        for coffin in CoffinSize::ALL {
            let search = Search {
                case_type,
                coffin,
                nights: 1,
                with_ash: true,
                ..Search::default()
            };
            let mut open = 0;
            for day in availability::offers(&rules, &Occupied::default(), &search, now()) {
                let OfferState::Open { rounds, pavilion } = day.state else {
                    continue;
                };
                for free in rounds {
                    open += 1;
                    let wish = Wish {
                        case_type,
                        coffin,
                        cremation: Some(CremationWish {
                            date: day.date,
                            round: free.round,
                        }),
                        pavilion: pavilion.clone(),
                        ash: free.ash,
                    };
                    assert!(free.ash.is_some());
                    assert_eq!(wrong(&wish, &rules), Vec::<String>::new(), "{wish:?}");
                }
            }
            assert!(open > 10, "{case_type:?} {coffin:?}");
        }
    }
}
