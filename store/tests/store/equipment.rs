//! Equipment: the register, who has which unit, pieces of loans and their queue, consumables; races with and without.
use crate::sample::{date, id, insert_request, minutes, now, person};
use domain::equipment::line::LineState;
use domain::equipment::need::{NeedFacts, Priority};
use domain::equipment::supply::EntryKind;
use domain::equipment::{Delivery, Health, UnitState};
use domain::money::Satang;
use std::sync::Arc;
use store::loan::{self, DueKey, LineRow, LoanRow};
use store::supply::{self, EntryRow, LotRow};
use store::testing::{both, number, run_sql};
use store::unit::{self, Held, Serviced, UnitAbout, UnitEventRow, UnitFilter, UnitRow};
use store::{Result, Store, StoreError, Tx};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use uuid::Uuid;

fn chair(key: &str) -> UnitRow {
    UnitRow {
        id: id(),
        kind: "wheelchair".to_owned(),
        asset_number: key.to_owned(),
        asset_key: key.to_owned(),
        label: format!("label-{key}"),
        about: UnitAbout {
            serial: "S1".to_owned(),
            price: Some(Satang(450_000)),
            acquired_on: Some(date("2022-10-01")),
            ..UnitAbout::default()
        },
        state: UnitState::Available,
        recalled: false,
        serviced: Serviced {
            on: date("2026-11-01"),
            loans: 0,
            meter: 10,
            meter_then: 0,
        },
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

fn piece(request_id: Uuid, position: u32, state: LineState) -> LineRow {
    LineRow {
        id: id(),
        request_id,
        position,
        kind: "wheelchair".to_owned(),
        state,
        version: 1,
        priority: Priority::Third,
        since: now() + minutes(i64::from(position)),
        from: date("2026-11-25"),
        not_needed_after: None,
        accepted: false,
        offer_until: None,
        lapsed: 0,
        unit_id: None,
        handed_at: None,
        due_on: None,
        renewals: 0,
        returned_at: None,
        price_at_loan: None,
        still_needed_at: None,
        not_needed_at: None,
        chased_at: None,
        chase_step: None,
    }
}

async fn insert_loan(tx: &mut Tx) -> Result<LoanRow> {
    let request = insert_request(tx, |row| "equipment".clone_into(&mut row.service)).await?;
    let patient = person();
    store::person::insert(tx, &patient).await?;
    let loan = LoanRow {
        request_id: request.id,
        patient_id: patient.id,
        borrower_id: None,
        carer_id: None,
        relation: None,
        health: Health::Bedridden,
        community: "ชุมชนกลางเมือง".to_owned(),
        tambon: "ทับเที่ยง".to_owned(),
        address: String::new(),
        from: date("2026-11-25"),
        until: date("2027-02-22"),
        not_needed_after: None,
        delivery: Delivery::Pickup,
        note: String::new(),
        need: NeedFacts::default(),
        points: None,
        priority: Priority::Third,
        patient_died_on: None,
    };
    loan::insert(tx, &loan).await?;
    Ok(loan)
}

#[tokio::test]
async fn a_unit_is_registered_once_and_changed_by_whoever_is_first() {
    both(async |store| {
        let one = chair("A1");
        let mut bed = chair("B1");
        bed.kind = "hospital_bed_2".to_owned();
        let event = UnitEventRow {
            id: id(),
            unit_id: one.id,
            version: 1,
            at: now(),
            actor_kind: "staff".to_owned(),
            actor_id: Some(id()),
            event: "register".to_owned(),
            body: "{}".to_owned(),
        };
        let mut next = one.clone();
        next.state = UnitState::Repair;
        next.about.place = "ชั้น 2".to_owned();
        let answers = store
            .write(async |tx| {
                let answers = [
                    unit::insert(tx, &one).await?,
                    unit::insert(
                        tx,
                        &UnitRow {
                            id: id(),
                            label: "x".into(),
                            ..one.clone()
                        },
                    )
                    .await?,
                    unit::insert(tx, &bed).await?,
                    unit::apply(tx, &one, &next).await?,
                    unit::apply(tx, &one, &next).await?,
                ];
                unit::insert_event(tx, &event).await?;
                Ok::<_, StoreError>(answers)
            })
            .await
            .unwrap();
        assert_eq!(answers, [true, false, true, true, false]);
        let mut conn = store.read().await.unwrap();
        let kept = unit::by_id(&mut conn, one.id).await.unwrap().unwrap();
        assert_eq!((kept.state, kept.version), (UnitState::Repair, 2));
        assert_eq!(kept.about, next.about);
        assert_eq!(
            unit::by_asset_key(&mut conn, "A1").await.unwrap().as_ref(),
            Some(&kept)
        );
        assert_eq!(
            unit::by_label(&mut conn, "label-A1")
                .await
                .unwrap()
                .as_ref(),
            Some(&kept)
        );
        assert_eq!(unit::events(&mut conn, one.id).await.unwrap(), [event]);
        assert!(
            unit::on_shelf(&mut conn, "wheelchair", 9)
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(
            unit::on_shelf(&mut conn, "hospital_bed_2", 9)
                .await
                .unwrap(),
            [bed.clone()]
        );
        assert_eq!(
            unit::counts(&mut conn).await.unwrap(),
            [
                ("hospital_bed_2".to_owned(), UnitState::Available, 1),
                ("wheelchair".to_owned(), UnitState::Repair, 1),
            ]
        );
        let repair = UnitFilter {
            kind: Some("wheelchair".to_owned()),
            state: Some(UnitState::Repair),
        };
        assert_eq!(
            unit::list(&mut conn, &repair, None, 9).await.unwrap(),
            std::slice::from_ref(&kept)
        );
        let all = UnitFilter::default();
        assert_eq!(
            unit::list(&mut conn, &all, Some(kept.id), 9).await.unwrap(),
            [bed]
        );
    })
    .await;
}

#[tokio::test]
async fn a_unit_has_one_holder_at_a_time() {
    both(async |store| {
        let one = chair("A1");
        let (answers, lines) = store
            .write(async |tx| {
                let loan = insert_loan(tx).await?;
                let lines = [0, 1].map(|n| piece(loan.request_id, n, LineState::Queued));
                for line in &lines {
                    loan::insert_line(tx, line).await?;
                }
                unit::insert(tx, &one).await?;
                let [a, b] = [lines[0].id, lines[1].id];
                let answers = [
                    unit::allocate(tx, id(), one.id, a, Held::Reserved, now()).await?,
                    unit::allocate(tx, id(), one.id, b, Held::OnLoan, now()).await?,
                    unit::deallocate(tx, one.id, now() + minutes(1)).await?,
                    unit::deallocate(tx, one.id, now() + minutes(1)).await?,
                    unit::allocate(tx, id(), one.id, b, Held::OnLoan, now() + minutes(2)).await?,
                ];
                Ok::<_, StoreError>((answers, lines))
            })
            .await
            .unwrap();
        assert_eq!(answers, [true, false, true, false, true]);
        let mut conn = store.read().await.unwrap();
        let holder = unit::holder(&mut conn, one.id).await.unwrap().unwrap();
        assert_eq!((holder.line_id, holder.held), (lines[1].id, Held::OnLoan));
        let all = unit::holders(&mut conn, one.id).await.unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(all[1].ended_at, Some(now() + minutes(1)));
    })
    .await;
}

#[tokio::test]
async fn the_queue_is_by_class_then_time_and_skips_who_waits_for_a_later_day() {
    both(async |store| {
        let (loan, lines) = store
            .write(async |tx| {
                let mut loan = insert_loan(tx).await?;
                loan.need.adl = Some(3);
                loan.points = Some(4);
                loan.priority = Priority::First;
                loan.patient_died_on = Some(date("2026-11-24"));
                loan::set_need(tx, &loan).await?;
                let mut lines: Vec<_> = (0..5)
                    .map(|n| piece(loan.request_id, n, LineState::Queued))
                    .collect();
                lines[2].priority = Priority::First;
                lines[3].from = date("2026-12-24");
                lines[4].not_needed_after = Some(date("2026-11-20"));
                for line in &lines {
                    loan::insert_line(tx, line).await?;
                }
                Ok::<_, StoreError>((loan, lines))
            })
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        assert_eq!(
            loan::load(&mut conn, loan.request_id)
                .await
                .unwrap()
                .as_ref(),
            Some(&loan)
        );
        let (by, today) = (date("2026-11-26"), date("2026-11-23"));
        let next = loan::next_in_line(&mut conn, "wheelchair", by, today, 9)
            .await
            .unwrap();
        let order: Vec<u32> = next.iter().map(|line| line.position).collect();
        assert_eq!(order, [2, 0, 1]);
        assert!(loan::is_wanted(&mut conn, "wheelchair", by).await.unwrap());
        assert!(!loan::is_wanted(&mut conn, "walker", by).await.unwrap());
        assert_eq!(loan::ahead(&mut conn, &lines[2]).await.unwrap(), 0);
        assert_eq!(loan::ahead(&mut conn, &lines[1]).await.unwrap(), 2);
        assert_eq!(
            loan::waiting(&mut conn).await.unwrap(),
            [("wheelchair".to_owned(), 5)]
        );
        let forgotten = loan::no_longer_needed(&mut conn, today, 9).await.unwrap();
        assert_eq!(forgotten, [lines[4].clone()]);
        let all = loan::lines_of(&mut conn, loan.request_id).await.unwrap();
        assert_eq!(all, lines);
        assert_eq!(
            loan::line(&mut conn, lines[0].id).await.unwrap().as_ref(),
            Some(&lines[0])
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_due_lapsing_ready_and_past_is_found() {
    both(async |store| {
        let one = chair("A1");
        let lines = store
            .write(async |tx| {
                let loan = insert_loan(tx).await?;
                unit::insert(tx, &one).await?;
                let mut lines: Vec<_> = [
                    LineState::OnLoan,
                    LineState::OnLoan,
                    LineState::Ready,
                    LineState::Ready,
                    LineState::Returned,
                ]
                .into_iter()
                .zip(0..)
                .map(|(state, n)| piece(loan.request_id, n, state))
                .collect();
                for (line, due) in lines.iter_mut().zip(["2026-11-20", "2026-12-20"]) {
                    line.handed_at = Some(now());
                    line.due_on = Some(date(due));
                }
                lines[2].offer_until = Some(now());
                lines[3].offer_until = Some(now());
                lines[3].accepted = true;
                lines[4].handed_at = Some(now());
                lines[4].returned_at = Some(now() + minutes(60 * 24 * 30));
                lines[4].unit_id = Some(one.id);
                for line in &lines {
                    loan::insert_line(tx, line).await?;
                }
                Ok::<_, StoreError>(lines)
            })
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        let today = date("2026-11-23");
        assert_eq!(
            loan::due(&mut conn, today, None, 9).await.unwrap(),
            [lines[0].clone()]
        );
        let after = DueKey {
            due_on: date("2026-11-20"),
            id: lines[0].id,
        };
        let later = date("2027-01-01");
        assert_eq!(
            loan::due(&mut conn, later, Some(after), 9).await.unwrap(),
            [lines[1].clone()]
        );
        assert_eq!(
            loan::lapsing(&mut conn, now(), 9).await.unwrap(),
            [lines[2].clone()]
        );
        let ready = loan::ready(&mut conn, 9).await.unwrap();
        assert_eq!(ready, [lines[3].clone(), lines[2].clone()]);
        assert_eq!(
            loan::out_since(&mut conn, "wheelchair").await.unwrap(),
            [now(), now()]
        );
        assert_eq!(
            loan::past(&mut conn, "wheelchair", 9).await.unwrap(),
            [(now(), now() + minutes(60 * 24 * 30))]
        );
        assert_eq!(
            loan::last_of_unit(&mut conn, one.id)
                .await
                .unwrap()
                .as_ref(),
            Some(&lines[4])
        );
        let mut next = lines[0].clone();
        next.state = LineState::Returned;
        next.returned_at = Some(now());
        let answers = store
            .write(async |tx| {
                Ok::<_, StoreError>([
                    loan::apply_line(tx, &lines[0], &next).await?,
                    loan::apply_line(tx, &lines[0], &next).await?,
                ])
            })
            .await
            .unwrap();
        assert_eq!(answers, [true, false]);
    })
    .await;
}

fn lot(kind: &str) -> LotRow {
    LotRow {
        id: id(),
        kind: kind.to_owned(),
        lot: "L1".to_owned(),
        expires_on: Some(date("2027-01-31")),
        on_hand: 0,
        created_at: now(),
    }
}

#[tokio::test]
async fn the_book_of_a_lot_adds_up_to_its_stock_and_never_below_zero() {
    both(async |store| {
        let box_of = lot("diaper");
        let request = store
            .write(async |tx| {
                let request = insert_request(tx, |_| {}).await?.id;
                supply::insert_lot(tx, &box_of).await?;
                for (entry, change, request_id) in [
                    (EntryKind::Receive, 10, None),
                    (EntryKind::Issue, -7, Some(request)),
                ] {
                    let balance = supply::change(tx, box_of.id, change).await?.unwrap();
                    let row = EntryRow {
                        id: id(),
                        lot_id: box_of.id,
                        entry,
                        change,
                        balance,
                        document: "1/2570".to_owned(),
                        reason: String::new(),
                        request_id,
                        at: now(),
                        actor_id: None,
                    };
                    supply::insert_entry(tx, &row).await?;
                }
                assert_eq!(supply::change(tx, box_of.id, -4).await?, None);
                Ok::<_, StoreError>(request)
            })
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        let entries = supply::entries(&mut conn, box_of.id).await.unwrap();
        let sum: i64 = entries.iter().map(|entry| entry.change).sum();
        let kept = supply::lot(&mut conn, box_of.id).await.unwrap().unwrap();
        assert_eq!((kept.on_hand, entries[1].balance), (3, 3));
        assert_eq!(sum, kept.on_hand);
        assert_eq!(supply::lots(&mut conn, "diaper").await.unwrap(), [kept]);
        assert_eq!(
            supply::stock(&mut conn).await.unwrap(),
            [("diaper".to_owned(), 3)]
        );
        assert_eq!(
            supply::given(&mut conn, request).await.unwrap(),
            [entries[1].clone()]
        );
    })
    .await;
}

/// So many storekeepers hand the same chair to different people at once; how many succeed.
async fn hand_overs(store: &Store, people: usize) -> usize {
    let one = chair("A1");
    let lines = store
        .write(async |tx| {
            unit::insert(tx, &one).await?;
            let loan = insert_loan(tx).await?;
            let mut lines = Vec::new();
            for n in 0..u32::try_from(people).unwrap() {
                let line = piece(loan.request_id, n, LineState::Queued);
                loan::insert_line(tx, &line).await?;
                lines.push(line.id);
            }
            Ok::<_, StoreError>(lines)
        })
        .await
        .unwrap();
    let start = Arc::new(Barrier::new(people));
    let mut tasks = JoinSet::new();
    for line in lines {
        let (store, start, unit) = (store.clone(), Arc::clone(&start), one.id);
        tasks.spawn(async move {
            start.wait().await;
            let won = store
                .write(async |tx| unit::allocate(tx, id(), unit, line, Held::OnLoan, now()).await);
            won.await.expect("no error reaches the counter")
        });
    }
    tasks
        .join_all()
        .await
        .into_iter()
        .filter(|won| *won)
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_chair_is_out_once_whoever_hands_it_over() {
    both(async |store| {
        assert_eq!(hand_overs(&store, 32).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_key_a_chair_is_out_many_times() {
    both(async |store| {
        run_sql(&store, "DROP INDEX allocation_once").await;
        assert!(hand_overs(&store, 32).await > 1);
    })
    .await;
}

/// Two storekeepers each give three of a lot of five; what is left.
async fn issue_twice(store: &Store) -> i64 {
    let box_of = lot("diaper");
    store
        .write(async |tx| {
            supply::insert_lot(tx, &box_of).await?;
            supply::change(tx, box_of.id, 5).await
        })
        .await
        .unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..2 {
        let (store, lot) = (store.clone(), box_of.id);
        tasks.spawn(async move {
            store
                .write(async |tx| supply::change(tx, lot, -3).await)
                .await
                .expect("an answer")
        });
    }
    tasks.join_all().await;
    number(
        store,
        "SELECT CAST(SUM(on_hand) AS BIGINT) AS n FROM supply_lot",
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_storekeepers_cannot_both_give_the_last_box() {
    both(async |store| {
        assert_eq!(issue_twice(&store).await, 2);
    })
    .await;
}
