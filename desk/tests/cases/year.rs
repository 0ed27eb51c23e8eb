//! A random year of bookings against a naive model that knows no cells, keys or transactions.
use crate::support::{Office, answers, approver, last4, office_of};
use chrono::{Days, NaiveDate, TimeDelta};
use desk::Trouble;
use domain::crematorium::{CremationWish, PavilionWish, Wish};
use domain::time::{self, TimeOfDay};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::testing::both;

/// What a family might do on a day of the year.
#[derive(Clone, Debug)]
enum Step {
    Book {
        ahead: u64,
        round: usize,
        pavilion: usize,
        nights: u8,
        cremation: bool,
    },
    Withdraw(usize),
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    let book = (
        0_u64..32,
        0_usize..5,
        0_usize..3,
        0_u8..4,
        prop::bool::weighted(0.85),
    )
        .prop_map(|(ahead, round, pavilion, nights, cremation)| Step::Book {
            ahead,
            round,
            pavilion,
            nights,
            cremation,
        });
    let step = prop_oneof![8 => book, 1 => any::<usize>().prop_map(Step::Withdraw)];
    // Small gaps: a year has about two and a half thousand of these days.
    prop::collection::vec((0_u64..3, step), 250..350)
}

/// A booking as a person with a paper book would note it: from, until in minutes; a pavilion's nights.
#[derive(Clone, Debug)]
struct Noted {
    reference: String,
    family: u32,
    furnace_minutes: Option<(i64, i64)>,
    nights: Option<(String, NaiveDate, NaiveDate)>,
}

/// The paper book.
#[derive(Default)]
struct Book(Vec<Noted>);

impl Book {
    /// Whether all of it is free: fewer overlapping cremations than furnaces at every moment, and the nights.
    ///
    /// With fixed furnaces a wish is possible only if one furnace is free for its whole time; the model finds it by
    /// assigning in the order of booking, each to the first furnace that fits.
    fn fits(&self, furnaces: usize, wanted: &Noted) -> bool {
        let furnace = wanted.furnace_minutes.is_none_or(|(from, until)| {
            let mut lanes: Vec<Vec<(i64, i64)>> = vec![Vec::new(); furnaces];
            for noted in &self.0 {
                if let Some((from, until)) = noted.furnace_minutes
                    && let Some(lane) = lanes
                        .iter_mut()
                        .find(|lane| lane.iter().all(|(a, b)| until <= *a || *b <= from))
                {
                    lane.push((from, until));
                }
            }
            lanes
                .iter()
                .any(|lane| lane.iter().all(|(a, b)| until <= *a || *b <= from))
        });
        let nights = wanted.nights.as_ref().is_none_or(|(id, first, last)| {
            self.0
                .iter()
                .filter_map(|noted| noted.nights.as_ref())
                .all(|(other, a, b)| other != id || last < a || b < first)
        });
        furnace && nights
    }
}

#[test]
fn a_random_year_agrees_with_the_paper_book() {
    let config = Config {
        cases: 2,
        max_shrink_iters: 8,
        failure_persistence: None,
        ..Config::default()
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    TestRunner::new(config)
        .run(&steps(), |steps| {
            runtime.block_on(both(async |store| {
                let office = office_of(store, crate::support::city(), false);
                live_through(&office, &steps).await;
            }));
            Ok(())
        })
        .expect("the desk and the paper book agree");
}

async fn live_through(office: &Office, steps: &[(u64, Step)]) {
    let rules = office.desk.rules();
    let settings = rules.settings();
    let furnaces = settings.furnaces.len();
    let mut book = Book::default();
    for (n, (gap, step)) in steps.iter().enumerate() {
        office
            .clock
            .advance(TimeDelta::days(i64::try_from(*gap).unwrap()));
        match step {
            Step::Withdraw(which) if !book.0.is_empty() => {
                let noted = book.0.remove(which % book.0.len());
                office
                    .desk
                    .withdraw(&noted.reference, &last4(noted.family), "a")
                    .await
                    .expect("withdrawn");
            }
            Step::Withdraw(_) => {}
            Step::Book {
                ahead,
                round,
                pavilion,
                nights,
                cremation,
            } => {
                let family = u32::try_from(n).unwrap();
                let day = time::local_date(office.desk.now()) + Days::new(*ahead);
                let rounds = rules.rounds(day, domain::municipality::CaseType::Ordinary);
                let start = rounds
                    .get(*round)
                    .copied()
                    .unwrap_or(TimeOfDay::parse("12:34").unwrap());
                let wanted = Wish {
                    cremation: cremation.then_some(CremationWish {
                        date: day,
                        round: start,
                    }),
                    pavilion: (*nights > 0).then(|| PavilionWish {
                        id: settings.pavilions[*pavilion].id.clone(),
                        from: day - Days::new(u64::from(*nights)),
                        nights: *nights,
                    }),
                    ..Wish::default()
                };
                let may_ask = wanted
                    .check(
                        &rules,
                        domain::crematorium::Booker::Staff,
                        office.desk.now(),
                    )
                    .is_ok();
                let noted = noted(family, &wanted, &rules);
                let mut fields = answers(family, &wanted);
                fields.insert("deceased.date_of_death".into(), "2026-11-01".into());
                match office.desk.walk_in(&approver(), &fields).await {
                    Ok(reference) => {
                        assert!(
                            may_ask && book.fits(furnaces, &noted),
                            "step {n}: the book says no to {wanted:?}"
                        );
                        book.0.push(Noted {
                            reference: reference.as_str().to_owned(),
                            ..noted
                        });
                    }
                    Err(Trouble::SlotTaken { alternatives, .. }) => {
                        assert!(
                            may_ask && !book.fits(furnaces, &noted),
                            "step {n}: the book says {wanted:?} is free"
                        );
                        for alternative in alternatives {
                            let near = self::noted(family, &alternative, &rules);
                            assert!(
                                book.fits(furnaces, &near),
                                "step {n}: {alternative:?} is not free"
                            );
                        }
                    }
                    Err(Trouble::Invalid(_)) => {
                        assert!(!may_ask, "step {n}: {wanted:?} may be asked");
                    }
                    Err(other) => panic!("step {n}: {other:?}"),
                }
            }
        }
    }
    assert!(!book.0.is_empty());
}

fn noted(family: u32, wish: &Wish, rules: &domain::crematorium::Rules) -> Noted {
    Noted {
        reference: String::new(),
        family,
        furnace_minutes: wish.cremation.as_ref().map(|cremation| {
            let from = cremation.round.on(cremation.date).timestamp() / 60;
            let duration = rules
                .settings()
                .duration(wish.case_type)
                .expect("a duration");
            (
                from,
                from + i64::from(duration.minutes + duration.cool_down_minutes),
            )
        }),
        nights: wish
            .pavilion
            .as_ref()
            .map(|pavilion| (pavilion.id.clone(), pavilion.from, pavilion.last_night())),
    }
}
