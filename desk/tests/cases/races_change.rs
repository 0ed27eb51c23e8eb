//! Races of changes, on both engines: moves that swap and chase, moves against bookings and outages, cancelling twice
//! and against an approval; and the same without the key, where more than one wins.
use crate::races::{at_once, drop_slot_key};
use crate::support::{Office, answers, approver, city, last4, office_of, wish};
use desk::Trouble;
use desk::request::Access;
use domain::crematorium::Wish;
use domain::form::RawFields;
use domain::reference::Reference;
use domain::request::{Action, Status};
use store::testing::{both, number};

async fn booked(office: &Office, n: u32, wanted: &Wish) -> Reference {
    office
        .desk
        .walk_in(&approver(), &answers(n, wanted))
        .await
        .expect("a reference")
}

fn night(pavilion: &str) -> Wish {
    wish(None, Some((pavilion, "2026-11-26", 2)))
}

async fn place_of(office: &Office, n: u32, reference: &Reference) -> Wish {
    office
        .desk
        .track(reference.as_str(), &last4(n), "a")
        .await
        .expect("tracked")
        .wish
}

/// No cell twice, and every live request has exactly the nights its case says.
async fn assert_sound(office: &Office) {
    let doubles = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (
        SELECT resource_id FROM slot_claim GROUP BY resource_id, service_date, cell HAVING COUNT(*) > 1) AS doubles";
    assert_eq!(number(&office.desk.store, doubles).await, 0);
    let astray = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM crematorium_case
        JOIN request ON request.id = crematorium_case.request_id
        WHERE request.status IN ('submitted', 'returned', 'approved') AND pavilion_id IS NOT NULL
            AND pavilion_nights <> (SELECT COUNT(*) FROM slot_claim
                WHERE holder = crematorium_case.request_id AND resource_id = pavilion_id)";
    assert_eq!(number(&office.desk.store, astray).await, 0);
}

fn moved_or_not<T: std::fmt::Debug>(outcome: &Result<T, Trouble>) -> bool {
    match outcome {
        Ok(_) => true,
        Err(Trouble::SlotTaken { .. } | Trouble::DecidedFirst { .. }) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn moves_that_swap_or_chase_never_overlap_and_never_deadlock() {
    both(async |store| {
        let office = office_of(store, city(), false);
        let pavilions = ["sala-1", "sala-2", "sala-3"];
        let mut references = Vec::new();
        for n in 0..2 {
            references.push(booked(&office, n, &night(pavilions[n as usize])).await);
        }
        for round in 0..12_usize {
            // Even rounds swap the two places; odd ones chase into a third.
            let outcomes = at_once(references.clone().into_iter().enumerate().map(
                |(n, reference)| {
                    let office = office.clone();
                    async move {
                        let number = u32::try_from(n).expect("small");
                        let here = place_of(&office, number, &reference).await;
                        let at = pavilions
                            .iter()
                            .position(|id| here == night(id))
                            .expect("one of the three");
                        let step = if round % 2 == 0 { 1 } else { 2 };
                        let to = night(pavilions[(at + step) % 3]);
                        office
                            .desk
                            .move_by(
                                &Access::family(reference.as_str(), &last4(number), "a"),
                                &to,
                            )
                            .await
                    }
                },
            ))
            .await;
            for outcome in &outcomes {
                moved_or_not(outcome);
            }
            assert_sound(&office).await;
        }
    })
    .await;
}

/// How many of 8 moves and 8 bookings get one pavilion's two nights.
async fn winners_of_one_pavilion(office: &Office) -> usize {
    let mut references = Vec::new();
    let days = ["2026-11-28", "2026-11-30", "2026-12-02", "2026-12-04"];
    for n in 0..8_u32 {
        let home = wish(
            None,
            Some((
                ["sala-2", "sala-3"][n as usize % 2],
                days[n as usize / 2],
                2,
            )),
        );
        references.push(booked(office, n, &home).await);
    }
    let moves = at_once(references.into_iter().enumerate().map(|(n, reference)| {
        let office = office.clone();
        async move {
            let last4 = last4(u32::try_from(n).expect("small"));
            let moved = office
                .desk
                .move_by(
                    &Access::family(reference.as_str(), &last4, "a"),
                    &night("sala-1"),
                )
                .await;
            moved_or_not(&moved)
        }
    }));
    let bookings = at_once((100..108_u32).map(|n| {
        let office = office.clone();
        async move {
            let booked = office
                .desk
                .walk_in(&approver(), &answers(n, &night("sala-1")))
                .await;
            moved_or_not(&booked)
        }
    }));
    let (moves, bookings) = tokio::join!(moves, bookings);
    moves.into_iter().chain(bookings).filter(|won| *won).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_moves_and_bookings_of_one_place_exactly_one_wins() {
    both(async |store| {
        let office = office_of(store, city(), false);
        assert_eq!(winners_of_one_pavilion(&office).await, 1);
        assert_sound(&office).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_key_several_bookings_win_the_same_place() {
    both(async |store| {
        drop_slot_key(&store).await;
        let office = office_of(store, city(), false);
        let outcomes = at_once((100..132_u32).map(|n| {
            let office = office.clone();
            async move {
                office
                    .desk
                    .walk_in(&approver(), &answers(n, &night("sala-1")))
                    .await
                    .is_ok()
            }
        }))
        .await;
        let winners = outcomes.into_iter().filter(|won| *won).count();
        assert!(
            winners > 1,
            "{winners} winners: the race test could not fail"
        );
    })
    .await;
}

fn urgent() -> RawFields {
    [
        ("resource", "sala-1"),
        ("from", "26/11/2569"),
        ("until", "27/11/2569"),
        ("reason_th", "ไฟฟ้าขัดข้อง"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// Whatever happens around an urgent outage, every night in it is the outage's or is on the list.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_urgent_outage_against_bookings_moves_and_cancellations_loses_nobody() {
    both(async |store| {
        let office = office_of(store, city(), false);
        for round in 0..6_u32 {
            let base = round * 100;
            let there = booked(&office, base, &night("sala-1")).await;
            let comes = booked(
                &office,
                base + 1,
                &wish(None, Some(("sala-2", "2026-11-28", 2))),
            )
            .await;
            let new = office
                .desk
                .parse_outage(&urgent(), true)
                .expect("an outage");
            let desks: Vec<_> = (0..4).map(|_| office.clone()).collect();
            let (there_too, comes_too) = (there.clone(), comes.clone());
            let declare = {
                let office = desks[0].clone();
                async move { office.desk.declare_outage(&approver(), &new, "").await }
            };
            let leave = {
                let office = desks[1].clone();
                async move {
                    let last4 = last4(base);
                    if round % 2 == 0 {
                        office
                            .desk
                            .cancel_by(&Access::family(there_too.as_str(), &last4, "a"), "")
                            .await
                    } else {
                        let to = night("sala-3");
                        office
                            .desk
                            .move_by(&Access::family(there_too.as_str(), &last4, "a"), &to)
                            .await
                    }
                }
            };
            let arrive = {
                let office = desks[2].clone();
                async move {
                    let to = night("sala-1");
                    office
                        .desk
                        .move_by(
                            &Access::family(comes_too.as_str(), &last4(base + 1), "a"),
                            &to,
                        )
                        .await
                }
            };
            let book = {
                let office = desks[3].clone();
                async move {
                    office
                        .desk
                        .walk_in(&approver(), &answers(base + 2, &night("sala-1")))
                        .await
                }
            };
            let (declared, left, arrived, booked) = tokio::join!(
                tokio::spawn(declare),
                tokio::spawn(leave),
                tokio::spawn(arrive),
                tokio::spawn(book)
            );
            let outage = declared.expect("no panic").expect("declared");
            moved_or_not(&left.expect("no panic"));
            moved_or_not(&arrived.expect("no panic"));
            let booked = booked.expect("no panic");
            moved_or_not(&booked);
            assert_sound(&office).await;
            let store = &office.desk.store;
            // Two nights, each claimed by somebody; a request there is on the list, and nobody else is.
            let nights =
                "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM slot_claim WHERE resource_id = 'sala-1'
                AND cell = 1 AND service_date IN ('2026-11-26', '2026-11-27')";
            assert_eq!(number(store, nights).await, 2, "round {round}");
            let unlisted =
                "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM slot_claim WHERE resource_id = 'sala-1'
                AND holder_kind = 'request' AND service_date IN ('2026-11-26', '2026-11-27')
                AND holder NOT IN (SELECT request_id FROM must_move WHERE resolved_at IS NULL)";
            assert_eq!(number(store, unlisted).await, 0, "round {round}");
            let astray =
                "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM must_move WHERE resolved_at IS NULL
                AND request_id NOT IN (SELECT holder FROM slot_claim WHERE resource_id = 'sala-1'
                    AND holder_kind = 'request')";
            assert_eq!(number(store, astray).await, 0, "round {round}");
            // Clear the ground for the next round.
            office
                .desk
                .end_outage(&approver(), outage)
                .await
                .expect("ended");
            let mut live = vec![(base, there), (base + 1, comes)];
            live.extend(booked.ok().map(|reference| (base + 2, reference)));
            for (n, reference) in live {
                office
                    .desk
                    .cancel_by(&Access::family(reference.as_str(), &last4(n), "a"), "")
                    .await
                    .expect("cancelled");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cancelling_against_an_approval_and_twice_leaves_one_truth() {
    both(async |store| {
        let office = office_of(store, city(), false);
        for n in 0..8_u32 {
            let wanted = wish(
                Some(("2026-11-26", ["10:00", "13:00", "14:30", "16:00"][n as usize % 4])),
                None,
            );
            let reference = booked(&office, n, &wanted).await;
            let (a, b, c) = (office.clone(), office.clone(), office.clone());
            let (for_office, for_family, for_child) =
                (reference.clone(), reference.clone(), reference.clone());
            let approve = tokio::spawn(async move {
                a.desk.decide(&approver(), for_office.as_str(), 1, Action::Approve).await
            });
            let cancel = tokio::spawn(async move {
                b.desk.cancel_by(&Access::family(for_family.as_str(), &last4(n), "a"), "").await
            });
            let twice = tokio::spawn(async move {
                c.desk.cancel_by(&Access::family(for_child.as_str(), &last4(n), "b"), "").await
            });
            let (approved, cancelled, twice) =
                (approve.await.unwrap(), cancel.await.unwrap(), twice.await.unwrap());
            moved_or_not(&approved);
            for outcome in [&cancelled, &twice] {
                moved_or_not(outcome);
            }
            let status = office
                .desk
                .track(reference.as_str(), &last4(n), "a")
                .await
                .expect("tracked")
                .status;
            let ends = number(
                &office.desk.store,
                &format!(
                    "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM request_event JOIN request ON request.id = request_id
                     WHERE reference = '{}' AND event IN ('withdrawn', 'cancelled')",
                    reference.as_str()
                ),
            )
            .await;
            // Both taps say it is cancelled, or neither does; it ended at most once.
            match status {
                Status::Approved => assert_eq!(ends, 0),
                Status::Withdrawn | Status::Cancelled => assert_eq!(ends, 1),
                other => panic!("{other}"),
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_move_while_an_officer_approves_is_never_lost_and_never_half_done() {
    both(async |store| {
        let office = office_of(store, city(), false);
        for n in 0..8_u32 {
            let from = wish(Some(("2026-11-26", "13:00")), None);
            let to = wish(Some(("2026-11-28", "10:00")), None);
            let reference = booked(&office, n, &from).await;
            let (a, b) = (office.clone(), office.clone());
            let (for_office, for_family, there) =
                (reference.clone(), reference.clone(), to.clone());
            let approve = tokio::spawn(async move {
                a.desk
                    .decide(&approver(), for_office.as_str(), 1, Action::Approve)
                    .await
            });
            let moved = tokio::spawn(async move {
                b.desk
                    .move_by(&Access::family(for_family.as_str(), &last4(n), "a"), &there)
                    .await
            });
            let (approved, moved) = (approve.await.unwrap(), moved.await.unwrap());
            let (approved, moved) = (moved_or_not(&approved), moved_or_not(&moved));
            let view = office
                .desk
                .track(reference.as_str(), &last4(n), "a")
                .await
                .expect("tracked");
            assert!(approved || moved);
            assert_eq!(view.status == Status::Approved, approved);
            assert_eq!(view.wish == to, moved);
            office
                .desk
                .cancel_by(&Access::family(reference.as_str(), &last4(n), "a"), "")
                .await
                .expect("cancelled");
        }
    })
    .await;
}
