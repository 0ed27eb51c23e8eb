//! Accounts, sessions, tokens, idempotency keys and limits.
use crate::sample::{date, id, minutes, now};
use chrono::TimeDelta;
use domain::request::{Delegation, Role};
use std::time::Duration;
use store::credential::{self, Account, SealedTotp};
use store::idempotency::{self, Begun};
use store::limit::{self, Hit, Limit};
use store::session::{self, SessionKind, SessionRow, Stage};
use store::staff::{self, StaffRow};
use store::testing::both;
use store::token::{self, TokenRow};
use store::{Result, Store, StoreError};
use tokio::sync::oneshot;
use uuid::Uuid;

fn officer(username: &str) -> StaffRow {
    StaffRow {
        id: id(),
        username: username.to_owned(),
        name: "สมศักดิ์ มั่นคง".to_owned(),
        position: "เจ้าพนักงานสาธารณสุข".to_owned(),
        roles: vec![Role::Officer],
        delegation: None,
        password_hash: "$argon2id$".to_owned(),
        totp: None,
        totp_step: 0,
        created_at: now(),
        disabled_at: None,
    }
}

#[tokio::test]
async fn an_account_is_read_as_written_changed_and_found() {
    both(async |store| {
        let mut row = officer("somsak");
        let insert = async |row: &StaffRow| {
            store
                .write(async |tx| staff::insert(tx, row).await)
                .await
                .unwrap()
        };
        assert!(insert(&row).await);
        assert!(!insert(&officer("somsak")).await, "the name is taken");
        assert!(insert(&officer("anong")).await);
        row.roles = vec![Role::Officer, Role::Approver];
        row.delegation = Some(Delegation {
            order: "123/2569".to_owned(),
            from: date("2026-01-01"),
            until: None,
        });
        row.totp = Some(SealedTotp {
            sealed: "c2VhbGVk".to_owned(),
            key_id: "00000000".to_owned(),
        });
        row.disabled_at = Some(now());
        assert!(
            store
                .write(async |tx| staff::update(tx, &row).await)
                .await
                .unwrap()
        );
        assert!(
            !store
                .write(async |tx| staff::update(tx, &officer("nobody")).await)
                .await
                .unwrap()
        );
        let mut conn = store.read().await.unwrap();
        assert_eq!(
            staff::by_id(&mut conn, row.id).await.unwrap().as_ref(),
            Some(&row)
        );
        assert_eq!(
            staff::by_username(&mut conn, "somsak")
                .await
                .unwrap()
                .as_ref(),
            Some(&row)
        );
        assert_eq!(staff::by_username(&mut conn, "Somsak").await.unwrap(), None);
        let names: Vec<_> = staff::list(&mut conn)
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.username)
            .collect();
        assert_eq!(names, ["anong", "somsak"]);
        assert!(!format!("{row:?}").contains("argon2"));
    })
    .await;
}

#[tokio::test]
async fn a_second_factors_code_and_a_recovery_code_work_once() {
    both(async |store| {
        let row = officer("somsak");
        store
            .write(async |tx| staff::insert(tx, &row).await)
            .await
            .unwrap();
        let step = async |step| {
            store
                .write(async |tx| credential::use_totp_step(tx, Account::Staff(row.id), step).await)
                .await
                .unwrap()
        };
        assert_eq!(
            [
                step(10).await,
                step(10).await,
                step(9).await,
                step(11).await
            ],
            [true, false, false, true]
        );
        // Writing the account again does not give used codes back.
        store
            .write(async |tx| staff::update(tx, &row).await)
            .await
            .unwrap();
        assert!(!step(11).await);
        let set = async |macs: &[&str]| {
            let macs: Vec<String> = macs.iter().map(|mac| (*mac).to_owned()).collect();
            store
                .write(async |tx| {
                    credential::set_recovery_codes(tx, Account::Staff(row.id), &macs).await
                })
                .await
                .unwrap();
        };
        let recover = async |mac: &str| {
            store
                .write(async |tx| {
                    credential::use_recovery_code(tx, Account::Staff(row.id), mac, now()).await
                })
                .await
                .unwrap()
        };
        let left = async || {
            credential::recovery_codes_left(
                &mut store.read().await.unwrap(),
                Account::Staff(row.id),
            )
            .await
            .unwrap()
        };
        set(&["a", "b"]).await;
        assert_eq!(
            [recover("a").await, recover("a").await, recover("c").await],
            [true, false, false]
        );
        assert_eq!(left().await, 1);
        set(&["c", "d"]).await;
        assert!(!recover("b").await);
        assert_eq!(left().await, 2);
    })
    .await;
}

fn new_session(token_mac: &str, staff_id: Option<Uuid>) -> SessionRow {
    SessionRow {
        token_mac: token_mac.to_owned(),
        kind: if staff_id.is_some() {
            SessionKind::Staff
        } else {
            SessionKind::Resident
        },
        account: staff_id.map(Account::Staff),
        stage: if staff_id.is_some() {
            Stage::Password
        } else {
            Stage::Full
        },
        created_at: now(),
        seen_at: now(),
        expires_at: now() + minutes(30),
    }
}

async fn find(store: &Store, token_mac: &str, at: i64) -> Option<SessionRow> {
    session::find(
        &mut store.read().await.unwrap(),
        token_mac,
        now() + minutes(at),
    )
    .await
    .unwrap()
}

#[tokio::test]
async fn a_session_lives_while_it_is_used_and_changes_its_token_at_sign_in() {
    both(async |store| {
        let officer = officer("somsak");
        let row = new_session("password", Some(officer.id));
        store
            .write(async |tx| -> Result<()> {
                staff::insert(tx, &officer).await?;
                session::insert(tx, &row).await?;
                session::insert(tx, &new_session("resident", None)).await
            })
            .await
            .unwrap();
        assert_eq!(find(&store, "password", 0).await.as_ref(), Some(&row));
        assert_eq!(find(&store, "password", 30).await, None);
        let touch = async |at: i64| {
            let (now, until) = (now() + minutes(at), now() + minutes(at + 30));
            store
                .write(async |tx| session::touch(tx, "password", until, now).await)
                .await
                .unwrap()
        };
        assert!(!row.wants_touch(now()) && row.wants_touch(now() + minutes(1)));
        assert!(!touch(0).await, "at most once a minute");
        assert!(touch(1).await);
        assert!(find(&store, "password", 30).await.is_some());
        assert!(!touch(40).await, "it expired");
        let rotated = store
            .write(async |tx| {
                session::rotate(
                    tx,
                    "password",
                    "full",
                    Stage::Full,
                    now() + minutes(60),
                    now() + minutes(2),
                )
                .await
            })
            .await
            .unwrap();
        assert!(rotated);
        assert_eq!(find(&store, "password", 2).await, None);
        assert_eq!(
            find(&store, "full", 59).await.map(|row| row.stage),
            Some(Stage::Full)
        );
    })
    .await;
}

#[tokio::test]
async fn sessions_end_one_by_one_by_account_and_by_age() {
    both(async |store| {
        let officer = officer("somsak");
        store
            .write(async |tx| -> Result<()> {
                staff::insert(tx, &officer).await?;
                for token in ["a", "b", "c"] {
                    session::insert(tx, &new_session(token, Some(officer.id))).await?;
                }
                session::insert(tx, &new_session("resident", None)).await
            })
            .await
            .unwrap();
        let end = async |token: &str| {
            store
                .write(async |tx| session::end(tx, token).await)
                .await
                .unwrap()
        };
        assert_eq!([end("a").await, end("a").await], [true, false]);
        let ended = store
            .write(async |tx| session::end_for(tx, Account::Staff(officer.id)).await)
            .await
            .unwrap();
        assert_eq!(ended, 2);
        assert!(find(&store, "resident", 0).await.is_some());
        let expired = async |at| {
            store
                .write(async |tx| session::delete_expired(tx, now() + minutes(at)).await)
                .await
                .unwrap()
        };
        assert_eq!([expired(29).await, expired(30).await], [0, 1]);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_found_by_its_mac_until_it_is_revoked() {
    both(async |store| {
        let row = TokenRow {
            id: id(),
            name: "line".to_owned(),
            token_mac: "mac".to_owned(),
            per_minute: 60,
            created_at: now(),
            revoked_at: None,
        };
        store
            .write(async |tx| token::insert(tx, &row).await)
            .await
            .unwrap();
        let find = async || {
            token::find(&mut store.read().await.unwrap(), "mac")
                .await
                .unwrap()
        };
        assert_eq!(find().await.as_ref(), Some(&row));
        let revoke = async || {
            store
                .write(async |tx| token::revoke(tx, row.id, now()).await)
                .await
                .unwrap()
        };
        assert_eq!([revoke().await, revoke().await], [true, false]);
        assert_eq!(find().await, None);
        let list = token::list(&mut store.read().await.unwrap()).await.unwrap();
        assert_eq!(
            list,
            [TokenRow {
                revoked_at: Some(now()),
                ..row
            }]
        );
    })
    .await;
}

async fn begin(store: &Store, token: Uuid, key: &str, body: &str) -> Begun {
    store
        .write(async |tx| idempotency::begin(tx, token, "/p", key, body, now()).await)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_a_failure_frees_the_key() {
    both(async |store| {
        let token = id();
        let failed: Result<()> = store
            .write(async |tx| {
                assert_eq!(
                    idempotency::begin(tx, token, "/p", "k", "body", now()).await?,
                    Begun::Fresh
                );
                Err(StoreError::FailureIgnored)
            })
            .await;
        assert!(failed.is_err());
        store
            .write(async |tx| -> Result<()> {
                assert_eq!(
                    idempotency::begin(tx, token, "/p", "k", "other body", now()).await?,
                    Begun::Fresh
                );
                idempotency::finish(tx, token, "/p", "k", "{\"reference\": 1}").await
            })
            .await
            .unwrap();
        let replay = Begun::Replay {
            response: "{\"reference\": 1}".to_owned(),
        };
        assert_eq!(begin(&store, token, "k", "other body").await, replay);
        assert_eq!(begin(&store, token, "k", "body").await, Begun::Reused);
        assert_eq!(
            begin(&store, id(), "k", "body").await,
            Begun::Fresh,
            "a key belongs to a token"
        );
        let delete = async |days| {
            let at = now() + TimeDelta::days(days) + TimeDelta::seconds(1);
            store
                .write(async |tx| idempotency::delete_old(tx, at).await)
                .await
                .unwrap()
        };
        assert_eq!([delete(6).await, delete(7).await], [0, 2]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_repeat_waits_while_the_first_still_runs() {
    both(async |store| {
        let token = id();
        let (begun, has_begun) = oneshot::channel();
        let begun = std::sync::Arc::new(std::sync::Mutex::new(Some(begun)));
        let first = tokio::spawn({
            let store = store.clone();
            async move {
                store
                    .write(async |tx| -> Result<()> {
                        assert_eq!(
                            idempotency::begin(tx, token, "/p", "k", "body", now()).await?,
                            Begun::Fresh
                        );
                        if let Some(begun) = begun.lock().unwrap().take() {
                            begun.send(()).unwrap();
                        }
                        tokio::time::sleep(Duration::from_millis(200)).await;
                        idempotency::finish(tx, token, "/p", "k", "answer").await
                    })
                    .await
            }
        });
        has_begun.await.unwrap();
        let repeat = begin(&store, token, "k", "body").await;
        assert_eq!(
            repeat,
            Begun::Replay {
                response: "answer".to_owned()
            }
        );
        first.await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_bucket_fills_leaks_and_says_when_to_try_again() {
    both(async |store| {
        let limit = Limit {
            capacity: 3,
            leak_per_second: 500,
        };
        let hit = async |seconds: i64| {
            let at = now() + TimeDelta::seconds(seconds);
            store
                .write(async |tx| limit::hit(tx, "sign-in:mac", limit, at).await)
                .await
                .unwrap()
        };
        for _ in 0..3 {
            assert_eq!(hit(0).await, Hit::Allowed);
        }
        let Hit::RetryAfter(wait) = hit(0).await else {
            panic!("the bucket is full")
        };
        assert!((2..=3).contains(&wait), "{wait}");
        assert!(
            matches!(hit(1).await, Hit::RetryAfter(1 | 2)),
            "half a hit has leaked"
        );
        assert_eq!(hit(i64::from(wait)).await, Hit::Allowed);
        assert!(
            matches!(hit(-100).await, Hit::RetryAfter(_)),
            "a clock that goes back leaks nothing"
        );
        for _ in 0..3 {
            assert_eq!(hit(10_000).await, Hit::Allowed, "empty again");
        }
        assert!(matches!(hit(10_000).await, Hit::RetryAfter(_)));
        assert!(
            store
                .write(async |tx| limit::clear(tx, "sign-in:mac").await)
                .await
                .unwrap()
        );
        assert_eq!(hit(10_000).await, Hit::Allowed);
        let closed = Limit {
            capacity: 0,
            leak_per_second: 1,
        };
        let never = store
            .write(async |tx| limit::hit(tx, "closed", closed, now()).await)
            .await
            .unwrap();
        assert_eq!(never, Hit::RetryAfter(u32::MAX));
        let sweep = async |at: i64| {
            store
                .write(async |tx| limit::delete_old(tx, now() + minutes(at)).await)
                .await
                .unwrap()
        };
        assert_eq!([sweep(1440).await, sweep(3000).await], [0, 1]);
        assert_eq!(
            Limit::per_minute(60),
            Limit {
                capacity: 60,
                leak_per_second: 1000
            }
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_bucket_hit_by_many_at_once_lets_its_capacity_through() {
    both(async |store| {
        let limit = Limit {
            capacity: 5,
            leak_per_second: 1,
        };
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let store = store.clone();
            tasks.spawn(async move {
                store
                    .write(async |tx| limit::hit(tx, "b", limit, now()).await)
                    .await
            });
        }
        let allowed = tasks
            .join_all()
            .await
            .into_iter()
            .filter(|hit| matches!(hit, Ok(Hit::Allowed)))
            .count();
        assert_eq!(allowed, 5);
    })
    .await;
}
