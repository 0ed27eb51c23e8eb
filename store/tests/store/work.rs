//! Jobs, calls, tasks, leases and backups.
use crate::sample::{id, insert_request, minutes, now};
use store::call;
use store::job::{self, JobCounts, NewJob};
use store::request::{self, EventRow};
use store::testing::{TestDatabase, both, number};
use store::{Engine, Result, Store, StoreError, backup, lease, task};
use uuid::Uuid;

async fn enqueue(store: &Store, dedupe: &str, run_at: i64) -> (Uuid, bool) {
    let id = id();
    let job = NewJob {
        id,
        kind: "mail",
        dedupe,
        body: "{\"request\": 1}",
        run_at: now() + minutes(run_at),
    };
    (
        id,
        store
            .write(async |tx| job::enqueue(tx, &job, now()).await)
            .await
            .unwrap(),
    )
}

#[tokio::test]
async fn the_job_that_is_due_longest_runs_first_and_the_same_work_is_there_once() {
    both(async |store| {
        let (second, _) = enqueue(&store, "second", -1).await;
        let (first, _) = enqueue(&store, "first", -2).await;
        let (later, _) = enqueue(&store, "later", 1).await;
        assert!(!enqueue(&store, "first", -9).await.1);
        let claim = async |at| {
            job::claim(&store, "w", now() + minutes(at + 1), now() + minutes(at))
                .await
                .unwrap()
        };
        let claimed = claim(0).await.unwrap();
        assert_eq!(
            (claimed.id, &*claimed.kind, &*claimed.body, claimed.attempts),
            (first, "mail", "{\"request\": 1}", 1)
        );
        assert_eq!(
            (claimed.lease_until, claimed.created_at),
            (now() + minutes(1), now())
        );
        assert_eq!(claim(0).await.map(|job| job.id), Some(second));
        assert_eq!(claim(0).await, None);
        assert!(
            !job::is_due(&mut store.read().await.unwrap(), now())
                .await
                .unwrap()
        );
        assert!(
            job::is_due(&mut store.read().await.unwrap(), now() + minutes(1))
                .await
                .unwrap()
        );
        assert_eq!(claim(1).await.map(|job| job.id), Some(later));
    })
    .await;
}

#[tokio::test]
async fn a_job_is_retried_given_up_and_freed_when_its_worker_dies() {
    both(async |store| {
        let (id, _) = enqueue(&store, "a", 0).await;
        let claim = async |owner: &str, at| {
            job::claim(&store, owner, now() + minutes(at + 5), now() + minutes(at))
                .await
                .unwrap()
        };
        let free = async |at| {
            store
                .write(async |tx| job::free_ended_leases(tx, now() + minutes(at)).await)
                .await
                .unwrap()
        };
        claim("dead", 0).await.unwrap();
        assert_eq!([free(4).await, free(5).await], [0, 1]);
        assert_eq!(claim("alive", 5).await.map(|job| job.attempts), Some(2));
        // The dead one wakes: the job is not its own any more.
        assert!(
            !store
                .write(async |tx| job::finish(tx, id, "dead", now()).await)
                .await
                .unwrap()
        );
        let retry = async |owner: &str| {
            store
                .write(async |tx| job::retry(tx, id, owner, now() + minutes(8), "no route").await)
                .await
                .unwrap()
        };
        assert_eq!([retry("dead").await, retry("alive").await], [false, true]);
        assert_eq!(claim("alive", 7).await, None);
        assert_eq!(claim("alive", 8).await.map(|job| job.attempts), Some(3));
        let give_up = async || {
            store
                .write(async |tx| {
                    job::give_up(tx, id, "alive", "no route", now() + minutes(9)).await
                })
                .await
                .unwrap()
        };
        assert_eq!([give_up().await, give_up().await], [true, false]);
        enqueue(&store, "b", 0).await;
        enqueue(&store, "c", 0).await;
        let done = claim("alive", 9).await.unwrap();
        assert!(
            store
                .write(async |tx| job::finish(tx, done.id, "alive", now() + minutes(10)).await)
                .await
                .unwrap()
        );
        claim("alive", 9).await.unwrap();
        enqueue(&store, "d", 0).await;
        let counts = job::counts(&mut store.read().await.unwrap()).await.unwrap();
        assert_eq!(
            counts,
            JobCounts {
                available: 1,
                running: 1,
                done: 1,
                failed: 1
            }
        );
        let sweep = async |at| {
            store
                .write(async |tx| job::delete_finished(tx, now() + minutes(at)).await)
                .await
                .unwrap()
        };
        assert_eq!(
            [sweep(9).await, sweep(10).await, sweep(11).await],
            [0, 1, 1]
        );
    })
    .await;
}

#[tokio::test]
async fn a_call_is_made_once_for_an_event_and_tried_until_somebody_answers() {
    both(async |store| {
        let officer = id();
        let (request_id, calls) = store
            .write(async |tx| -> Result<_> {
                let row = insert_request(tx, |_| ()).await?;
                let mut calls = Vec::new();
                for due in [5, 3] {
                    let event = EventRow {
                        id: id(),
                        request_id: row.id,
                        version: 1,
                        at: now(),
                        actor_kind: "system".to_owned(),
                        actor_id: None,
                        event: "approved".to_owned(),
                        body: "{}".to_owned(),
                    };
                    request::insert_event(tx, &event).await?;
                    calls.push(id());
                    let due = now() + minutes(due);
                    assert!(
                        call::insert(
                            tx,
                            calls[calls.len() - 1],
                            row.id,
                            event.id,
                            "approved",
                            due,
                            now()
                        )
                        .await?
                    );
                    assert!(
                        !call::insert(tx, id(), row.id, event.id, "approved", due, now()).await?
                    );
                }
                Ok((row.id, calls))
            })
            .await
            .unwrap();
        let open = async |after, limit| {
            let rows = call::open(&mut store.read().await.unwrap(), after, limit)
                .await
                .unwrap();
            rows.into_iter()
                .map(|row| (row.due_at, row.id))
                .collect::<Vec<_>>()
        };
        let all = open(None, 10).await;
        assert_eq!(
            all,
            [
                (now() + minutes(3), calls[1]),
                (now() + minutes(5), calls[0])
            ]
        );
        assert_eq!(open(Some(all[0]), 10).await, all[1..]);
        assert_eq!(open(None, 1).await, all[..1]);
        let record = async |outcome: &str, done| {
            store
                .write(async |tx| call::record(tx, calls[0], outcome, done, officer, now()).await)
                .await
                .unwrap()
        };
        assert!(record("no answer", false).await);
        assert!(record("told", true).await);
        assert!(!record("told again", true).await);
        let told = call::by_id(&mut store.read().await.unwrap(), calls[0])
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (told.done, told.attempts, told.outcome.as_deref()),
            (true, 2, Some("told"))
        );
        assert_eq!(
            (told.called_by, told.called_at),
            (Some(officer), Some(now()))
        );
        assert_eq!(open(None, 10).await.len(), 1);
        let of = call::of(&mut store.read().await.unwrap(), request_id)
            .await
            .unwrap();
        assert_eq!(of.iter().map(|row| row.id).collect::<Vec<_>>(), calls);
    })
    .await;
}

#[tokio::test]
async fn a_task_is_open_until_somebody_did_it() {
    both(async |store| {
        let (first, second) = (id(), id());
        let officer = id();
        store
            .write(async |tx| -> Result<()> {
                let request = insert_request(tx, |_| ()).await?;
                task::insert(tx, second, "message_failed", Some(request.id), "{}", now()).await?;
                task::insert(tx, first, "message_failed", None, "{}", now()).await
            })
            .await
            .unwrap();
        let open = async |after| {
            let rows = task::open(&mut store.read().await.unwrap(), after, 10)
                .await
                .unwrap();
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(open(None).await, [first, second]);
        assert_eq!(open(Some(first)).await, [second]);
        let finish = async || {
            store
                .write(async |tx| task::finish(tx, first, officer, now()).await)
                .await
                .unwrap()
        };
        assert_eq!([finish().await, finish().await], [true, false]);
        assert_eq!(open(None).await, [second]);
    })
    .await;
}

#[tokio::test]
async fn a_lease_has_one_holder_until_it_ends() {
    both(async |store| {
        let acquire = async |owner: &str, at: i64| {
            let (until, at) = (now() + minutes(at + 5), now() + minutes(at));
            store
                .write(async |tx| lease::acquire(tx, "sealer", owner, until, at).await)
                .await
                .unwrap()
        };
        assert!(acquire("a", 0).await);
        assert!(!acquire("b", 4).await);
        assert!(acquire("a", 4).await, "renewed");
        assert!(!acquire("b", 8).await);
        let holder = async |at| {
            lease::holder(
                &mut store.read().await.unwrap(),
                "sealer",
                now() + minutes(at),
            )
            .await
            .unwrap()
        };
        assert_eq!(holder(8).await.as_deref(), Some("a"));
        assert_eq!(holder(9).await, None);
        assert!(acquire("b", 9).await, "ended");
        let release = async |owner: &str| {
            store
                .write(async |tx| lease::release(tx, "sealer", owner).await)
                .await
                .unwrap()
        };
        assert_eq!([release("a").await, release("b").await], [false, true]);
        assert!(acquire("a", 9).await);
    })
    .await;
}

#[tokio::test]
async fn a_backup_is_a_whole_database_and_overwrites_nothing() {
    both(async |store| {
        let folder = std::env::temp_dir().join(format!("sala_backup_{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        let file = folder.join("it's a copy.db");
        store
            .write(async |tx| insert_request(tx, |_| ()).await)
            .await
            .unwrap();
        let written = backup::write(&store, &file).await;
        if store.engine() == Engine::Postgres {
            assert!(written.unwrap_err().to_string().contains("pg_dump"));
        } else {
            written.unwrap();
            assert!(matches!(
                backup::write(&store, &file).await,
                Err(StoreError::BackupExists(_))
            ));
            let copy = Store::connect(&format!("sqlite:{}", file.display()))
                .await
                .unwrap();
            assert!(copy.ready().await.unwrap());
            assert_eq!(
                number(&copy, "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM request").await,
                1
            );
            copy.close().await;
        }
        std::fs::remove_dir_all(folder).unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_test_database_is_gone_after_its_test() {
    let database = TestDatabase::new(Engine::Sqlite).await;
    let file = database
        .url
        .strip_prefix("sqlite:")
        .map(std::path::PathBuf::from)
        .unwrap();
    assert!(file.exists());
    database.delete().await;
    assert!(!file.exists());
}
