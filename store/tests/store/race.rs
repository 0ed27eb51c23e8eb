//! Races: many tasks at once, on both engines; and proof that the races can be lost without the guard.
use crate::sample::{id, insert_request, minutes, now, round};
use domain::request::Status;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::claim::{self, Holder};
use store::job::{self, NewJob};
use store::request;
use store::testing::{TestDatabase, both, number, run_sql};
use store::{Engine, Result, Store};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

const FURNACES: [&str; 2] = ["furnace-1", "furnace-2"];

/// So many families want the round at one o'clock; how many got a furnace.
async fn families(store: &Store, families: usize) -> usize {
    let mut tasks = JoinSet::new();
    for _ in 0..families {
        let store = store.clone();
        let draft = Holder::draft(id());
        let until = Some(now() + minutes(15));
        tasks.spawn(async move {
            let won = store.write(async |tx| -> Result<bool> {
                for furnace in FURNACES {
                    if claim::take(tx, draft, &round(furnace, "13:00"), until, now()).await? {
                        return Ok(true);
                    }
                }
                Ok(false)
            });
            won.await.expect("no error reaches a family")
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
async fn of_64_families_exactly_as_many_succeed_as_there_are_furnaces() {
    both(async |store| {
        assert_eq!(families(&store, 64).await, FURNACES.len());
        assert_eq!(
            number(
                &store,
                "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM slot_claim"
            )
            .await,
            12
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_key_the_same_race_is_lost() {
    both(async |store| {
        drop_claim_key(&store).await;
        assert!(families(&store, 64).await > FURNACES.len());
    })
    .await;
}

/// A test migration: the table without its primary key.
async fn drop_claim_key(store: &Store) {
    let without = match store.engine() {
        Engine::Sqlite => {
            "CREATE TABLE unguarded (resource_id TEXT NOT NULL, service_date TEXT NOT NULL, cell BIGINT NOT NULL,
                 holder_kind TEXT NOT NULL, holder TEXT NOT NULL, hold_until BIGINT);
             DROP TABLE slot_claim;
             ALTER TABLE unguarded RENAME TO slot_claim"
        }
        Engine::Postgres => "ALTER TABLE slot_claim DROP CONSTRAINT slot_claim_pkey",
    };
    run_sql(store, without).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bundles_in_opposite_orders_never_overlap_and_no_deadlock_reaches_anybody() {
    both(async |store| {
        let mut tasks = JoinSet::new();
        for n in 0..8_usize {
            let store = store.clone();
            tasks.spawn(async move {
                let request = Holder::request(id());
                // Everybody wants both furnaces, and half of them in the wrong order.
                let mut bundle = FURNACES.map(|furnace| round(furnace, "13:00"));
                bundle.rotate_left(n % 2);
                let taken = store.write(async |tx| -> Result<bool> {
                    for claim in &bundle {
                        if !claim::take(tx, request, claim, None, now()).await? {
                            claim::release(tx, request.id).await?;
                            return Ok(false);
                        }
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                    Ok(true)
                });
                (
                    request.id,
                    taken.await.expect("no deadlock reaches anybody"),
                )
            });
        }
        let outcomes = tasks.join_all().await;
        let winners: Vec<_> = outcomes.iter().filter(|(_, taken)| *taken).collect();
        assert_eq!(winners.len(), 1, "{outcomes:?}");
        let held = claim::of(&mut store.read().await.unwrap(), winners[0].0)
            .await
            .unwrap();
        assert_eq!(held.len(), 12);
        assert_eq!(
            number(
                &store,
                "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM slot_claim"
            )
            .await,
            12
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_certain_deadlock_is_run_again_and_reaches_nobody() {
    // SQLite has one writer at a time, and so no deadlocks.
    let database = TestDatabase::new(Engine::Postgres).await;
    database.store.migrate().await.unwrap();
    let (runs, both_hold_one) = (Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(2)));
    let mut tasks = JoinSet::new();
    for n in 0..2 {
        let (store, runs, both_hold_one) =
            (database.store.clone(), runs.clone(), both_hold_one.clone());
        tasks.spawn(async move {
            let request = Holder::request(id());
            let (first, second) = (round(FURNACES[n], "13:00"), round(FURNACES[1 - n], "13:00"));
            let taken = store.write(async |tx| -> Result<bool> {
                let taken = claim::take(tx, request, &first, None, now()).await?;
                if runs.fetch_add(1, Ordering::Relaxed) < 2 {
                    both_hold_one.wait().await;
                }
                Ok(taken && claim::take(tx, request, &second, None, now()).await?)
            });
            taken.await.expect("no deadlock reaches anybody")
        });
    }
    let taken = tasks.join_all().await;
    assert_eq!(taken.into_iter().filter(|taken| *taken).count(), 1);
    assert_eq!(runs.load(Ordering::Relaxed), 3);
    database.delete().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_cases_that_swap_places_both_get_an_answer() {
    both(async |store| {
        let cases = [Holder::request(id()), Holder::request(id())];
        for (case, furnace) in cases.into_iter().zip(FURNACES) {
            let taken = store
                .write(async |tx| {
                    claim::take(tx, case, &round(furnace, "13:00"), None, now()).await
                })
                .await;
            assert!(taken.unwrap());
        }
        for turn in 0..20 {
            let mut tasks = JoinSet::new();
            for (n, case) in cases.into_iter().enumerate() {
                let store = store.clone();
                let wanted = [round(FURNACES[(n + turn + 1) % 2], "13:00")];
                tasks.spawn(async move {
                    store
                        .write(async |tx| claim::shift(tx, case, &wanted, None, now()).await)
                        .await
                });
            }
            for moved in tasks.join_all().await {
                moved.unwrap();
            }
        }
        assert_eq!(
            number(
                &store,
                "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM slot_claim"
            )
            .await,
            12
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_decisions_on_one_version_exactly_one_succeeds() {
    both(async |store| {
        let row = store
            .write(async |tx| insert_request(tx, |_| ()).await)
            .await
            .unwrap();
        let mut tasks = JoinSet::new();
        for n in 0..32 {
            let (store, row) = (store.clone(), row.clone());
            tasks.spawn(async move {
                let mut next = row.state.clone();
                next.status = if n % 2 == 0 {
                    Status::Approved
                } else {
                    Status::Withdrawn
                };
                let applied = store.write(async |tx| {
                    request::apply(tx, row.id, row.state.status, row.version, &next).await
                });
                applied.await.unwrap()
            });
        }
        assert_eq!(
            tasks
                .join_all()
                .await
                .into_iter()
                .filter(|applied| *applied)
                .count(),
            1
        );
        let after = request::by_id(&mut store.read().await.unwrap(), row.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(after.version, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_workers_do_300_jobs_and_none_twice() {
    both(async |store| {
        store
            .write(async |tx| -> Result<()> {
                for n in 0..300 {
                    let dedupe = format!("job {n}");
                    let job = NewJob {
                        id: id(),
                        kind: "test",
                        dedupe: &dedupe,
                        body: "{}",
                        run_at: now(),
                    };
                    assert!(job::enqueue(tx, &job, now()).await?);
                }
                Ok(())
            })
            .await
            .unwrap();
        let mut workers = JoinSet::new();
        for worker in 0..8 {
            let store = store.clone();
            workers.spawn(async move {
                let owner = format!("worker {worker}");
                let mut done = Vec::new();
                while let Some(job) = job::claim(&store, &owner, now() + minutes(1), now())
                    .await
                    .unwrap()
                {
                    assert_eq!(job.attempts, 1);
                    assert!(
                        store
                            .write(async |tx| job::finish(tx, job.id, &owner, now()).await)
                            .await
                            .unwrap()
                    );
                    done.push(job.id);
                }
                done
            });
        }
        let done: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
        assert_eq!(done.len(), 300);
        assert_eq!(done.into_iter().collect::<HashSet<_>>().len(), 300);
        assert_eq!(
            job::counts(&mut store.read().await.unwrap())
                .await
                .unwrap()
                .done,
            300
        );
    })
    .await;
}
