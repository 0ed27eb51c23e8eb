//! The audit: versions, the chain, and everything that `verify` must notice.
use crate::sample::{id, minutes, now};
use std::sync::Arc;
use store::audit::{self, Entry, Problem, Report, Version};
use store::keys::Keys;
use store::testing::{both, number, run_sql};
use store::{Engine, Result, Store, StoreError};
use tokio::task::JoinSet;
use uuid::Uuid;

fn keys() -> Keys {
    Keys::new(&[1; 32])
}

async fn append(store: &Store, subject: &str, version: Version) -> Result<(Uuid, i64)> {
    let (id, actor) = (id(), id());
    let entry = Entry {
        id,
        subject,
        version,
        at: now(),
        actor_kind: "staff",
        actor_id: Some(actor),
        act: "viewed",
        detail: "{\"field\":\"identity\"}",
    };
    let version = store
        .write(async |tx| audit::append(tx, &entry, &keys()).await)
        .await?;
    Ok((id, version))
}

async fn seal(store: &Store, owner: &str, at: i64, limit: u32) -> Option<u64> {
    store
        .write(async |tx| audit::seal_batch(tx, owner, now() + minutes(at), limit).await)
        .await
        .unwrap()
}

async fn verify(store: &Store) -> Report {
    audit::verify(&mut store.read().await.unwrap(), &keys())
        .await
        .unwrap()
}

#[tokio::test]
async fn acts_are_noted_sealed_and_verified() {
    both(async |store| {
        assert_eq!(verify(&store).await, Report::default());
        assert_eq!(
            append(&store, "request:1", Version::Given(1))
                .await
                .unwrap()
                .1,
            1
        );
        assert_eq!(append(&store, "view:1", Version::Next).await.unwrap().1, 1);
        assert_eq!(append(&store, "view:1", Version::Next).await.unwrap().1, 2);
        assert_eq!(
            append(&store, "request:1", Version::Given(2))
                .await
                .unwrap()
                .1,
            2
        );
        let twice = append(&store, "request:1", Version::Given(2))
            .await
            .unwrap_err();
        assert!(
            matches!(twice, StoreError::AuditVersion { version: 2, .. }),
            "{twice}"
        );
        assert_eq!(
            verify(&store).await,
            Report {
                sealed: 0,
                unsealed: 4,
                problems: vec![]
            }
        );
        assert_eq!(seal(&store, "a", 0, 3).await, Some(3));
        assert_eq!(seal(&store, "b", 0, 3).await, None, "one sealer at a time");
        assert_eq!(
            verify(&store).await,
            Report {
                sealed: 3,
                unsealed: 1,
                problems: vec![]
            }
        );
        let before = audit::head(&mut store.read().await.unwrap())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(before.seq, 3);
        assert_eq!(
            seal(&store, "b", 1, 3).await,
            Some(1),
            "the first sealer's lease has ended"
        );
        assert_eq!(seal(&store, "b", 1, 3).await, Some(0));
        let after = audit::head(&mut store.read().await.unwrap())
            .await
            .unwrap()
            .unwrap();
        assert!(after.seq == 4 && after.hash != before.hash);
        assert_eq!(
            verify(&store).await,
            Report {
                sealed: 4,
                unsealed: 0,
                problems: vec![]
            }
        );
        let rows = audit::of(&mut store.read().await.unwrap(), "view:1")
            .await
            .unwrap();
        assert_eq!(
            rows.iter()
                .map(|row| row.subject_version)
                .collect::<Vec<_>>(),
            [1, 2]
        );
        assert_eq!(
            (&*rows[0].act, &*rows[0].actor_kind, &*rows[0].key_id),
            ("viewed", "staff", keys().key_id())
        );
    })
    .await;
}

/// What somebody with the database but without the key could try, and what must be noticed.
#[tokio::test]
async fn whatever_is_changed_in_the_database_is_noticed() {
    type Tampering = (&'static str, fn(&[Uuid]) -> Vec<Problem>);
    let tamperings: [Tampering; 8] = [
        ("UPDATE audit SET act = 'nothing' WHERE id = '{2}'", |ids| {
            vec![Problem::MacWrong { id: ids[2] }]
        }),
        ("UPDATE audit SET at = at + 1 WHERE id = '{5}'", |ids| {
            vec![Problem::MacWrong { id: ids[5] }]
        }),
        (
            "UPDATE audit SET detail = 'x', mac = 'forged' WHERE id = '{2}'",
            |ids| {
                vec![
                    Problem::LinkBroken { seq: 3 },
                    Problem::MacWrong { id: ids[2] },
                ]
            },
        ),
        (
            "UPDATE audit SET key_id = 'another' WHERE id = '{0}'",
            |ids| {
                vec![Problem::KeyUnknown {
                    id: ids[0],
                    key_id: "another".to_owned(),
                }]
            },
        ),
        ("DELETE FROM audit_link WHERE seq = 2", |ids| {
            vec![
                Problem::LinkMissing { seq: 3 },
                Problem::NeverSealed { id: ids[1] },
            ]
        }),
        ("UPDATE audit_link SET hash = 'x' WHERE seq = 4", |_| {
            vec![
                Problem::LinkBroken { seq: 4 },
                Problem::LinkBroken { seq: 5 },
            ]
        }),
        ("DELETE FROM audit_unsealed WHERE audit_id = '{5}'", |ids| {
            vec![Problem::NeverSealed { id: ids[5] }]
        }),
        ("DELETE FROM audit WHERE id = '{1}'", |_| {
            vec![
                Problem::RowMissing { seq: 2 },
                Problem::VersionGap {
                    subject: "view:1".to_owned(),
                },
            ]
        }),
    ];
    both(async |store| {
        for (sql, expected) in tamperings {
            let mut ids = Vec::new();
            for _ in 0..5 {
                ids.push(append(&store, "view:1", Version::Next).await.unwrap().0);
            }
            assert_eq!(seal(&store, "a", 0, 100).await, Some(5));
            ids.push(append(&store, "view:1", Version::Next).await.unwrap().0);
            assert_eq!(verify(&store).await.problems, []);
            let mut tampering = sql.to_owned();
            for (n, id) in ids.iter().enumerate() {
                tampering = tampering.replace(&format!("{{{n}}}"), &id.to_string());
            }
            unguarded(&store, &tampering).await;
            assert_eq!(verify(&store).await.problems, expected(&ids), "{sql}");
            unguarded(
                &store,
                "DELETE FROM audit_unsealed; DELETE FROM audit_link; DELETE FROM audit",
            )
            .await;
        }
    })
    .await;
}

/// Runs statements with foreign keys switched off, as somebody with the database could.
async fn unguarded(store: &Store, sql: &str) {
    let (off, on) = match store.engine() {
        Engine::Sqlite => ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
        Engine::Postgres => (
            "SET session_replication_role = replica",
            "SET session_replication_role = DEFAULT",
        ),
    };
    run_sql(store, &format!("{off}; {sql}; {on}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn views_noted_at_once_and_two_sealers_leave_no_gap() {
    both(async |store| {
        let mut tasks = JoinSet::new();
        let store = Arc::new(store);
        for _ in 0..40 {
            let store = store.clone();
            tasks.spawn(async move {
                append(&store, "view:1", Version::Next).await.unwrap();
            });
        }
        for owner in ["a", "b"] {
            let store = store.clone();
            tasks.spawn(async move {
                for turn in 0..20 {
                    // Each turn the other's lease has ended.
                    seal(&store, owner, turn, 4).await;
                }
            });
        }
        tasks.join_all().await;
        while seal(&store, "a", 100, 100).await != Some(0) {}
        assert_eq!(
            verify(&store).await,
            Report {
                sealed: 40,
                unsealed: 0,
                problems: vec![]
            }
        );
        assert_eq!(
            number(&store, "SELECT MAX(subject_version) AS n FROM audit").await,
            40
        );
    })
    .await;
}
