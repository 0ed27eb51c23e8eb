//! Races of lending, on both engines, with the guard and once without: a unit is out once, whoever acts at once.
use crate::loan::{approved, asked, given, line_of, register, seen};
use crate::races::at_once;
use crate::support::{Office, approver, last4, office_of};
use desk::Trouble;
use desk::request::Access;
use domain::equipment::line::LineState;
use domain::equipment::unit::UnitAction;
use domain::request::Status;
use store::testing::{both, number, run_sql};
use store::{Engine, Store};

const WAITING: u32 = 32;

fn office(store: Store) -> Office {
    office_of(store, crate::support::city(), false)
}

/// How many units have more than one open holder.
async fn held_twice(store: &Store) -> i64 {
    number(
        store,
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (
             SELECT unit_id FROM allocation WHERE ended_at IS NULL GROUP BY unit_id HAVING COUNT(*) > 1) AS twice",
    )
    .await
}

/// The last unit comes off inspection for 32 who wait, while every server serves the queue; how many have it.
async fn last_unit_for_all(office: &Office) -> usize {
    for n in 0..WAITING {
        approved(office, n, "wheelchair").await;
    }
    let rows = vec![
        ["เลขครุภัณฑ์", "รายการ", "ตรวจสภาพเมื่อ"]
            .map(str::to_owned)
            .to_vec(),
        ["w-1", "wheelchair", "20/11/2569"]
            .map(str::to_owned)
            .to_vec(),
    ];
    let who = approver();
    let servers = (0..8).map(|n| {
        let (office, rows, who) = (office.clone(), rows.clone(), who.clone());
        async move {
            if n == 0 {
                let added = office.desk.import_register(&who, &rows).await;
                added.expect("an import").expect("good rows");
            }
            for _ in 0..3 {
                office.desk.serve_queues().await.expect("a round");
            }
        }
    });
    at_once(servers).await;
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM loan_line WHERE state = 'ready'";
    usize::try_from(number(&office.desk.store, sql).await).expect("a count")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_unit_goes_to_one_of_32() {
    both(async |store| {
        let office = office(store);
        assert_eq!(last_unit_for_all(&office).await, 1);
        assert_eq!(held_twice(&office.desk.store).await, 0);
    })
    .await;
}

/// Removes both guards of a unit: the key, and the version that every change of it must name. The audit, which would
/// refuse the second change as well, is given a subject of its own for each row.
async fn drop_unit_guards(store: &Store) {
    run_sql(
        store,
        "DROP INDEX allocation_once;
         CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN NEW.version := 1; NEW.state := 'available'; RETURN NEW; END $$;
         CREATE TRIGGER stuck BEFORE UPDATE ON equipment_unit FOR EACH ROW EXECUTE FUNCTION stuck();
         CREATE FUNCTION apart() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN NEW.subject := NEW.subject || NEW.id; RETURN NEW; END $$;
         CREATE TRIGGER apart BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION apart()",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_guards_the_last_unit_goes_to_many() {
    let database = store::testing::TestDatabase::new(Engine::Postgres).await;
    database.store.migrate().await.expect("a schema");
    drop_unit_guards(&database.store).await;
    let office = office(database.store.clone());
    assert!(
        last_unit_for_all(&office).await > 1,
        "the race could not fail"
    );
    assert!(held_twice(&database.store).await > 0);
    database.delete().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hand_over_against_a_cancellation_has_one_winner() {
    both(async |store| {
        let office = office(store);
        register(&office, "wheelchair", 12).await;
        for n in 0..12 {
            let reference = approved(&office, n, "wheelchair").await;
            let line = line_of(&office, &reference, n).await;
            let (a, b) = (office.clone(), office.clone());
            let (number, digits) = (reference.clone(), last4(n));
            let handed = tokio::spawn(async move {
                let scanned = format!("wheelchair-{}", n + 1);
                a.desk.hand_over(&approver(), line, &given(&scanned)).await
            });
            let ended = tokio::spawn(async move {
                let access = Access::family(number.as_str(), &digits, "here");
                b.desk.end_loan(&access).await.map(|_| ())
            });
            let (handed, ended) = (handed.await.unwrap(), ended.await.unwrap());
            assert!(handed.is_ok() != ended.is_ok(), "{handed:?} {ended:?}");
            let view = seen(&office, &reference, n).await;
            let status = if handed.is_ok() {
                Status::OnLoan
            } else {
                Status::Cancelled
            };
            assert_eq!(view.status, status);
        }
        assert_eq!(held_twice(&office.desk.store).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_return_against_a_renewal_leaves_nothing_open() {
    both(async |store| {
        let office = office(store);
        register(&office, "wheelchair", 8).await;
        for n in 0..8 {
            let reference = approved(&office, n, "wheelchair").await;
            let line = line_of(&office, &reference, n).await;
            let scanned = format!("wheelchair-{}", n + 1);
            let form = given(&scanned);
            office
                .desk
                .hand_over(&approver(), line, &form)
                .await
                .unwrap();
            let (a, b) = (office.clone(), office.clone());
            let (number, digits) = (reference.clone(), last4(n));
            let renewed = tokio::spawn(async move {
                let access = Access::family(number.as_str(), &digits, "here");
                b.desk.renew_loan(&access, line).await.map(|_| ())
            });
            let mut back = a
                .desk
                .take_back(&approver(), &scanned, None, "")
                .await
                .map(|_| ());
            let renewed = renewed.await.unwrap();
            // The renewal came first: the counter tries again, and it is back.
            if matches!(back, Err(Trouble::DecidedFirst { .. })) {
                assert!(renewed.is_ok());
                back = a
                    .desk
                    .take_back(&approver(), &scanned, None, "")
                    .await
                    .map(|_| ());
            }
            assert!(back.is_ok(), "{back:?}");
            let view = seen(&office, &reference, n).await;
            assert_eq!(view.lines[0].state, LineState::Returned);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_offer_that_lapses_while_it_is_accepted_is_one_or_the_other() {
    both(async |store| {
        let office = office(store);
        register(&office, "wheelchair", 12).await;
        let mut offers = Vec::new();
        for n in 0..12 {
            let reference = approved(&office, n, "wheelchair").await;
            offers.push((n, line_of(&office, &reference, n).await, reference));
        }
        // An officer accepts for the family on the telephone, which is possible after the time as well.
        office.clock.advance(chrono::TimeDelta::days(7));
        let job = {
            let office = office.clone();
            tokio::spawn(async move { office.desk.serve_queues().await.map(|_| ()) })
        };
        let accepted = at_once(offers.clone().into_iter().map(|(_, line, reference)| {
            let office = office.clone();
            async move {
                let who = approver();
                let accepted = office
                    .desk
                    .answer_offer_for(&who, reference.as_str(), line, true)
                    .await;
                accepted.is_ok()
            }
        }))
        .await;
        job.await.unwrap().unwrap();
        for (accepted, (n, _, reference)) in accepted.into_iter().zip(offers) {
            let piece = seen(&office, &reference, n).await.lines[0].clone();
            // What was accepted stays; what lapsed is offered again, for nobody else waits, and can be accepted again.
            assert_eq!(piece.state, LineState::Ready, "{accepted}");
            assert!(!accepted || piece.accepted);
        }
        assert_eq!(held_twice(&office.desk.store).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_box_is_given_once() {
    both(async |store| {
        let office = office(store);
        let who = approver();
        register(&office, "oxygen_concentrator", 2).await;
        for (kind, quantity) in [("cannula", 1), ("filter", 2)] {
            let receipt = desk::loan::Receipt {
                kind: kind.to_owned(),
                quantity,
                lot: String::new(),
                expires_on: None,
                document: "1/2570".to_owned(),
            };
            office.desk.receive_supply(&who, &receipt).await.unwrap();
        }
        let mut lines = Vec::new();
        for n in 0..2 {
            let reference = approved(&office, n, "oxygen_concentrator").await;
            lines.push((n, line_of(&office, &reference, n).await));
        }
        let outcomes = at_once(lines.into_iter().map(|(n, line)| {
            let (office, who) = (office.clone(), who.clone());
            async move {
                let scanned = format!("oxygen_concentrator-{}", n + 1);
                office
                    .desk
                    .hand_over(&who, line, &given(&scanned))
                    .await
                    .is_ok()
            }
        }))
        .await;
        assert_eq!(outcomes.iter().filter(|ok| **ok).count(), 1);
        let stock = office.desk.stock(&who).await.unwrap();
        let of = |id: &str| stock.iter().find(|row| row.kind.id == id).unwrap().on_hand;
        // The one that failed gave back nothing, for it took nothing.
        assert_eq!((of("cannula"), of("filter")), (0, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_draft_sent_many_times_is_one_request() {
    both(async |store| {
        let office = office(store);
        let browser = office.desk.new_browser().await.unwrap();
        let draft = office
            .desk
            .start_draft_of(&browser, domain::form::Lang::Th, desk::loan::SERVICE)
            .await
            .unwrap();
        office
            .desk
            .save_draft(&browser, &draft, asked(1, "wheelchair"))
            .await
            .unwrap();
        let outcomes = at_once((0..12).map(|_| {
            let (office, browser, draft) = (office.clone(), browser.clone(), draft.clone());
            async move { office.desk.send_loan_draft(&browser, &draft).await }
        }))
        .await;
        let mut references: Vec<_> = outcomes.into_iter().map(Result::unwrap).collect();
        references.dedup();
        assert_eq!(references.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_storekeepers_who_act_on_one_unit_have_one_winner() {
    both(async |store| {
        let office = office(store);
        register(&office, "wheelchair", 1).await;
        let who = approver();
        let unit = office.desk.find_unit(&who, "wheelchair-1").await.unwrap();
        let outcomes = at_once((0..8).map(|_| {
            let (office, who, unit) = (office.clone(), who.clone(), unit.clone());
            async move {
                let repair = UnitAction::SendToRepair {
                    reason: "ล้อหลวม".to_owned(),
                };
                office
                    .desk
                    .act_on_unit(&who, unit.id, unit.version, &repair, &[], false)
                    .await
                    .is_ok()
            }
        }))
        .await;
        assert_eq!(outcomes.iter().filter(|ok| **ok).count(), 1);
    })
    .await;
}
