//! Races, on both engines: with the guard in place nobody is booked twice; without it the same code shows it.
//!
//! A guard is removed by a migration of the test that drops the key, not by another build.
use crate::support::{Office, answers, approver, draft, last4, office_of, wish};
use desk::Trouble;
use domain::crematorium::{CaseType, Wish};
use domain::form::{Lang, RawFields};
use domain::request::{Action, Status};
use std::collections::HashSet;
use store::testing::{both, number, run_sql, texts};
use store::{Engine, Store};

/// How many run at once: the round has two free furnaces.
const RUNNERS: u32 = 64;

fn two_furnaces(store: Store) -> Office {
    let mut city = crate::support::city();
    city.crematorium.furnaces.truncate(2);
    office_of(store, city, false)
}

/// Rebuilds the claims without their key; `INSERT … ON CONFLICT DO NOTHING` then never conflicts.
pub async fn drop_slot_key(store: &Store) {
    let sql = match store.engine() {
        Engine::Postgres => "ALTER TABLE slot_claim DROP CONSTRAINT slot_claim_pkey",
        Engine::Sqlite => {
            "CREATE TABLE bare (resource_id TEXT NOT NULL, service_date TEXT NOT NULL, cell BIGINT NOT NULL,
                 holder_kind TEXT NOT NULL, holder TEXT NOT NULL, hold_until BIGINT);
             DROP TABLE slot_claim;
             ALTER TABLE bare RENAME TO slot_claim;"
        }
    };
    run_sql(store, sql).await;
}

async fn drop_identity_key(store: &Store) {
    let sql = match store.engine() {
        Engine::Postgres => "ALTER TABLE case_identity DROP CONSTRAINT case_identity_pkey",
        Engine::Sqlite => {
            "CREATE TABLE bare (kind TEXT NOT NULL, value_mac TEXT NOT NULL, request_id TEXT NOT NULL);
             DROP TABLE case_identity;
             ALTER TABLE bare RENAME TO case_identity;"
        }
    };
    run_sql(store, sql).await;
}

/// Runs every future at once, each on a task of its own; the outcomes in order.
pub async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    futures: impl IntoIterator<Item = F>,
) -> Vec<T> {
    let tasks: Vec<_> = futures.into_iter().map(tokio::spawn).collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.expect("a task that does not panic"));
    }
    outcomes
}

/// How many of 64 families get the one round with two furnaces.
async fn winners_of_one_round(office: &Office) -> usize {
    winners(office, |_| wish(Some(("2026-11-25", "13:00")), None)).await
}

/// How many of 64 families get what each of them wishes; the others are told that it went.
pub async fn winners(office: &Office, wished: fn(u32) -> Wish) -> usize {
    let outcomes = at_once((0..RUNNERS).map(|n| {
        let office = office.clone();
        async move {
            let fields = answers(n, &wished(n));
            office.desk.walk_in(&approver(), &fields).await
        }
    }))
    .await;
    for outcome in &outcomes {
        assert!(
            matches!(outcome, Ok(_) | Err(Trouble::SlotTaken { .. })),
            "{outcome:?}"
        );
    }
    outcomes.iter().filter(|outcome| outcome.is_ok()).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_at_one_round_with_two_furnaces_exactly_two_win() {
    both(async |store| {
        let office = two_furnaces(store);
        assert_eq!(winners_of_one_round(&office).await, 2);
        let doubles = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (
            SELECT resource_id FROM slot_claim GROUP BY resource_id, service_date, cell HAVING COUNT(*) > 1) AS doubles";
        assert_eq!(number(&office.desk.store, doubles).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_key_the_same_race_has_more_winners_than_furnaces() {
    both(async |store| {
        drop_slot_key(&store).await;
        let office = two_furnaces(store);
        let winners = winners_of_one_round(&office).await;
        assert!(
            winners > 2,
            "{winners} winners: the race test could not fail"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn overlapping_bundles_in_different_orders_never_overlap_and_never_deadlock() {
    both(async |store| {
        let office = two_furnaces(store);
        let outcomes = at_once((0..RUNNERS).map(|n| {
            let office = office.clone();
            let wanted: Wish = match n % 4 {
                0 => wish(
                    Some(("2026-11-26", "13:00")),
                    Some(("sala-1", "2026-11-24", 2)),
                ),
                1 => wish(
                    Some(("2026-11-26", "13:00")),
                    Some(("sala-2", "2026-11-25", 1)),
                ),
                2 => wish(
                    Some(("2026-11-28", "10:00")),
                    Some(("sala-1", "2026-11-25", 3)),
                ),
                _ => wish(None, Some(("sala-2", "2026-11-24", 2))),
            };
            async move {
                (
                    wanted.clone(),
                    office.desk.walk_in(&approver(), &answers(n, &wanted)).await,
                )
            }
        }))
        .await;
        let mut nights = HashSet::new();
        let mut won = 0;
        for (wanted, outcome) in outcomes {
            match outcome {
                Ok(_) => {
                    won += 1;
                    for (id, night) in wanted.pavilion.iter().flat_map(|nights| {
                        nights.evenings().map(|night| (nights.id.clone(), night))
                    }) {
                        assert!(nights.insert((id, night)), "a night was given twice");
                    }
                }
                Err(Trouble::SlotTaken { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert!((2..=3).contains(&won), "{won} bundles fit side by side");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_moves_that_swap_places_do_not_deadlock() {
    both(async |store| {
        let office = office_of(store, crate::support::city(), false);
        let places = [
            wish(None, Some(("sala-1", "2026-11-24", 3))),
            wish(None, Some(("sala-2", "2026-11-24", 3))),
        ];
        let first = draft(&office, 1, &places[0]).await;
        let second = draft(&office, 2, &places[1]).await;
        office
            .desk
            .hold(&first.0, &first.1, &places[0])
            .await
            .expect("a hold");
        office
            .desk
            .hold(&second.0, &second.1, &places[1])
            .await
            .expect("a hold");
        for round in 0..10 {
            let outcomes = at_once(
                [
                    (first.clone(), (round + 1) % 2),
                    (second.clone(), round % 2),
                ]
                .map(|((browser, id), to)| {
                    let (office, wanted) = (office.clone(), places[to].clone());
                    async move { office.desk.hold(&browser, &id, &wanted).await }
                }),
            )
            .await;
            for outcome in outcomes {
                assert!(
                    matches!(outcome, Ok(_) | Err(Trouble::SlotTaken { .. })),
                    "{outcome:?}"
                );
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn approve_against_withdraw_has_exactly_one_winner() {
    both(async |store| {
        let office = office_of(store, crate::support::city(), false);
        for n in 0..12_u32 {
            let wanted = wish(
                Some((
                    "2026-11-25",
                    ["10:00", "13:00", "14:30", "16:00"][n as usize % 4],
                )),
                None,
            );
            let reference = office
                .desk
                .walk_in(&approver(), &answers(n, &wanted))
                .await
                .expect("a reference");
            let (a, b) = (office.clone(), office.clone());
            let (for_office, for_family) = (reference.clone(), reference.clone());
            let approve = tokio::spawn(async move {
                a.desk
                    .decide(&approver(), for_office.as_str(), 1, Action::Approve)
                    .await
                    .is_ok()
            });
            let withdraw = tokio::spawn(async move {
                b.desk
                    .withdraw(for_family.as_str(), &last4(n), "a")
                    .await
                    .is_ok()
            });
            let (approved, withdrawn) = (approve.await.unwrap(), withdraw.await.unwrap());
            assert!(
                approved ^ withdrawn,
                "approved {approved}, withdrawn {withdrawn}"
            );
            let status = office
                .desk
                .track(reference.as_str(), &last4(n), "a")
                .await
                .expect("tracked")
                .status;
            assert_eq!(
                status,
                if approved {
                    Status::Approved
                } else {
                    Status::Withdrawn
                }
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_approvals_at_once_are_one_decision_and_one_call() {
    both(async |store| {
        let office = office_of(store, crate::support::city(), false);
        let wanted = wish(Some(("2026-11-25", "13:00")), None);
        let reference = office
            .desk
            .walk_in(&approver(), &answers(1, &wanted))
            .await
            .expect("a reference");
        let outcomes = at_once((0..8).map(|_| {
            let (office, reference) = (office.clone(), reference.clone());
            async move {
                office
                    .desk
                    .decide(&approver(), reference.as_str(), 1, Action::Approve)
                    .await
            }
        }))
        .await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(
            outcomes
                .iter()
                .all(|outcome| matches!(outcome, Ok(_) | Err(Trouble::DecidedFirst { .. }))),
            "{outcomes:?}"
        );
        assert_eq!(
            office
                .desk
                .call_list(&approver())
                .await
                .expect("calls")
                .len(),
            1
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_idempotency_key_24_times_at_once_is_one_request_and_the_same_bytes() {
    both(async |store| {
        let office = office_of(store, crate::support::city(), false);
        let token = office
            .desk
            .create_token("hospital", 0)
            .await
            .expect("a token");
        let channel = office.desk.channel(&token).await.expect("the channel");
        let fields = answers(1, &wish(Some(("2026-11-25", "13:00")), None));
        let outcomes = at_once((0..24).map(|_| {
            let (office, channel, fields) = (office.clone(), channel.clone(), fields.clone());
            async move {
                let write =
                    |submitted: &desk::request::Submitted| submitted.reference.as_str().to_owned();
                office
                    .desk
                    .submit_idempotent(&channel, "/requests", "key-1", b"body", &fields, write)
                    .await
                    .expect("an answer")
            }
        }))
        .await;
        let bodies: HashSet<_> = outcomes.iter().map(|answered| &answered.body).collect();
        assert_eq!(bodies.len(), 1);
        assert_eq!(
            outcomes
                .iter()
                .filter(|answered| !answered.replayed)
                .count(),
            1
        );
        assert_eq!(
            number(
                &office.desk.store,
                "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM request"
            )
            .await,
            1
        );
        let write = |_: &desk::request::Submitted| String::new();
        let reused = office
            .desk
            .submit_idempotent(&channel, "/requests", "key-1", b"other", &fields, write)
            .await;
        assert!(matches!(reused, Err(Trouble::IdempotencyKeyReused)));
    })
    .await;
}

/// How many of 16 get a live case of the same deceased.
async fn cases_of_one_deceased(office: &Office) -> usize {
    let rounds = ["10:00", "13:00", "14:30", "16:00"];
    let days = ["2026-11-25", "2026-11-26", "2026-11-28", "2026-11-29"];
    let outcomes = at_once((0..16_usize).map(|n| {
        let office = office.clone();
        let mut fields = answers(7, &wish(Some((days[n / 4], rounds[n % 4])), None));
        fields.insert("applicant.phone".into(), format!("08{n:08}"));
        async move { office.desk.walk_in(&approver(), &fields).await }
    }))
    .await;
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Ok(_) | Err(Trouble::DeceasedHasCase))),
        "{outcomes:?}"
    );
    outcomes.iter().filter(|outcome| outcome.is_ok()).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_deceased_has_one_live_case() {
    both(async |store| {
        assert_eq!(
            cases_of_one_deceased(&office_of(store, crate::support::city(), false)).await,
            1
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_its_key_the_same_deceased_has_many() {
    both(async |store| {
        drop_identity_key(&store).await;
        let winners = cases_of_one_deceased(&office_of(store, crate::support::city(), false)).await;
        assert!(
            winners > 1,
            "{winners} winners: the race test could not fail"
        );
    })
    .await;
}

/// What somebody unnamed is registered with: perhaps a number the office gave before.
fn unnamed(n: usize, number: &str) -> RawFields {
    let rounds = ["10:00", "13:00", "14:30", "16:00"];
    let days = ["2026-11-25", "2026-11-26", "2026-11-28", "2026-11-29"];
    let wished = Wish {
        case_type: CaseType::Unnamed,
        ..wish(Some((days[n / 4 % 4], rounds[n % 4])), None)
    };
    let mut fields = answers(u32::try_from(n).unwrap(), &wished);
    fields.remove("deceased.national_id");
    fields.insert("deceased.name".into(), String::new());
    fields.insert("deceased.internal_number".into(), number.into());
    fields
}

async fn register_unnamed(office: &Office, number: &'static str) -> Vec<Result<String, Trouble>> {
    at_once((1..13_usize).map(|n| {
        let office = office.clone();
        async move {
            let reference = office
                .desk
                .walk_in(&approver(), &unnamed(n, number))
                .await?;
            Ok(reference.as_str().to_owned())
        }
    }))
    .await
}

/// How many of 12 officers get a live case for a body that has its number already.
async fn cases_of_one_number(office: &Office) -> usize {
    let desk = &office.desk;
    let first = desk.walk_in(&approver(), &unnamed(0, "")).await.unwrap();
    let version = desk
        .open_request(&approver(), first.as_str())
        .await
        .unwrap();
    let reason = "หน่วยงานอื่นรับไปแล้ว".to_owned();
    desk.decide(
        &approver(),
        first.as_str(),
        version.version,
        Action::Cancel { reason },
    )
    .await
    .unwrap();
    let outcomes = register_unnamed(office, "2569-0001").await;
    let known = |it: &Result<String, Trouble>| matches!(it, Ok(_) | Err(Trouble::DeceasedHasCase));
    assert!(outcomes.iter().all(known), "{outcomes:?}");
    outcomes.iter().filter(|outcome| outcome.is_ok()).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_number_that_two_officers_give_at_once_is_given_to_one_case() {
    both(async |store| {
        let office = office_of(store, crate::support::city(), false);
        assert_eq!(cases_of_one_number(&office).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_its_key_one_number_stands_on_many_cases() {
    both(async |store| {
        drop_identity_key(&store).await;
        let office = office_of(store, crate::support::city(), false);
        let winners = cases_of_one_number(&office).await;
        assert!(
            winners > 1,
            "{winners} winners: the race test could not fail"
        );
    })
    .await;
}

/// The numbers on the cases of many bodies that come in at once, in order.
async fn numbers_of_many_bodies(office: &Office) -> Vec<String> {
    let outcomes = register_unnamed(office, "").await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let sql = "SELECT internal_number AS x FROM crematorium_case ORDER BY internal_number";
    texts(&office.desk.store, sql, "x").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_body_gets_a_number_of_its_own_and_none_is_left_out() {
    both(async |store| {
        let office = office_of(store, crate::support::city(), false);
        let expected: Vec<String> = (1..=12).map(|n| format!("2569-{n:04}")).collect();
        assert_eq!(numbers_of_many_bodies(&office).await, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_officers_who_find_out_at_once_that_nobody_knows_the_name_use_up_one_number() {
    both(async |store| {
        let office = office_of(store, crate::support::city(), false);
        let wished = wish(Some(("2026-11-25", "13:00")), None);
        let walked = office.desk.walk_in(&approver(), &answers(1, &wished)).await;
        let number: std::sync::Arc<str> = walked.unwrap().as_str().into();
        let outcomes = at_once((0..8).map(|_| {
            let (office, number) = (office.clone(), number.clone());
            async move {
                let fields = [
                    ("case_type", "unnamed"),
                    ("coffin_size", ""),
                    ("implants", ""),
                ];
                let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
                let desk = &office.desk;
                desk.set_particulars(&approver(), &number, 1, &fields.into(), None)
                    .await
            }
        }))
        .await;
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(won, 1, "{outcomes:?}");
        let last = "SELECT last AS n FROM internal_number";
        assert_eq!(store::testing::number(&office.desk.store, last).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_browser_with_200_made_up_ids_takes_at_most_two_places() {
    both(async |store| {
        let office = crate::support::office(store);
        let browser = office.desk.new_browser().await.expect("a browser");
        let outcomes = at_once((0..200_u32).map(|n| {
            let (office, browser) = (office.clone(), browser.clone());
            async move {
                let wanted = wish(
                    Some((
                        "2026-11-25",
                        ["10:00", "13:00", "14:30", "16:00"][n as usize % 4],
                    )),
                    None,
                );
                let id = office
                    .desk
                    .start_draft(&browser, Lang::Th)
                    .await
                    .expect("a draft");
                office
                    .desk
                    .save_draft(&browser, &id, answers(n, &wanted))
                    .await
                    .expect("saved");
                // Without a hold: sending takes the places itself.
                office.desk.send_draft(&browser, &id).await
            }
        }))
        .await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 2);
        for outcome in &outcomes {
            assert!(
                matches!(
                    outcome,
                    Ok(_) | Err(Trouble::TooManyUnverified | Trouble::SlotTaken { .. })
                ),
                "{outcome:?}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_double_tap_on_send_is_one_request() {
    both(async |store| {
        let office = crate::support::office(store);
        let wanted = crate::support::usual_wish();
        let (browser, id) = draft(&office, 1, &wanted).await;
        office
            .desk
            .hold(&browser, &id, &wanted)
            .await
            .expect("a hold");
        let outcomes = at_once((0..8).map(|_| {
            let (office, browser, id) = (office.clone(), browser.clone(), id.clone());
            async move {
                office
                    .desk
                    .send_draft(&browser, &id)
                    .await
                    .expect("a reference")
            }
        }))
        .await;
        assert_eq!(outcomes.into_iter().collect::<HashSet<_>>().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hold_that_lapses_while_it_is_sent_goes_to_exactly_one() {
    both(async |store| {
        let office = office_of(store, crate::support::city(), false);
        let wanted = crate::support::usual_wish();
        let first = draft(&office, 1, &wanted).await;
        office
            .desk
            .hold(&first.0, &first.1, &wanted)
            .await
            .expect("a hold");
        office.clock.advance(chrono::TimeDelta::minutes(61));
        let second = draft(&office, 2, &wanted).await;
        let (a, b, wanted_too) = (office.clone(), office.clone(), wanted.clone());
        let confirm = tokio::spawn(async move { a.desk.send_draft(&first.0, &first.1).await });
        let take =
            tokio::spawn(async move { b.desk.hold(&second.0, &second.1, &wanted_too).await });
        let (confirmed, taken) = (confirm.await.unwrap(), take.await.unwrap());
        assert!(
            confirmed.is_ok() ^ taken.is_ok(),
            "confirmed {confirmed:?}, taken {taken:?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_double_tap_at_the_counter_is_one_request() {
    both(async |store| {
        let office = office_of(store, crate::support::city(), false);
        let mut fields = answers(1, &wish(Some(("2026-11-25", "13:00")), None));
        // Nothing else would stop it: the identity is not known, and there are furnaces left.
        fields.remove("deceased.national_id");
        fields.insert("form_key".into(), office.desk.form_key());
        let outcomes = at_once((0..8).map(|_| {
            let (office, fields) = (office.clone(), fields.clone());
            async move {
                office
                    .desk
                    .walk_in(&approver(), &fields)
                    .await
                    .expect("a reference")
            }
        }))
        .await;
        assert_eq!(outcomes.into_iter().collect::<HashSet<_>>().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn as_many_families_as_there_are_connections_and_more_look_at_once() {
    both(async |store| {
        let office = office_of(store, crate::support::city(), false);
        let fields = answers(7, &wish(Some(("2026-11-25", "13:00")), None));
        let reference = office
            .desk
            .walk_in(&approver(), &fields)
            .await
            .expect("a booking");
        // A page that asked for a second connection while it holds one would wait for the others, and they for it.
        let seen = at_once((0..RUNNERS).map(|_| {
            let (office, reference) = (office.clone(), reference.clone());
            async move {
                let found = office
                    .desk
                    .track(reference.as_str(), &last4(7), "here")
                    .await;
                found.map(|_| ())
            }
        }))
        .await;
        assert!(seen.iter().all(Result::is_ok), "{seen:?}");
    })
    .await;
}
