//! Running numbers, issued documents, signatures, appeals, late notices and calendar links, on both engines.
use crate::sample::{date, id, insert_request, minutes, now};
use domain::appeal::{AppealChannel, AppealStatus};
use domain::document::Kind;
use domain::issued::IssuedStatus;
use domain::number::Series;
use domain::request::Delegation;
use domain::time::Instant;
use std::sync::Arc;
use store::appeal::{AppealChange, AppealRow};
use store::calendar_link::{CalendarLinkRow, Whose};
use store::issued::{Ended, IssuedRow, Print};
use store::keys::Keys;
use store::late_notice::{LateNoticeRow, LateStatus};
use store::signature::{Factor, SignatureRow};
use store::staff::StaffRow;
use store::testing::{both, run_sql, texts};
use store::{
    Engine, Result, Store, StoreError, Tx, appeal, calendar_link, issued, late_notice, number,
    signature, staff,
};
use uuid::Uuid;

/// How many issue at once.
const RUNNERS: u32 = 24;

fn document(request_id: Uuid, n: u32, signer_id: Option<Uuid>) -> IssuedRow {
    let id = id();
    IssuedRow {
        id,
        request_id,
        kind: Kind::Permit,
        series: Series::Permit,
        year: 2569,
        n,
        number: format!("{n}/2569"),
        version: 1,
        status: IssuedStatus::Pending,
        about_id: Uuid::nil(),
        places: "{}".to_owned(),
        code: format!("CODE{id}"),
        signer_id,
        round: 1,
        print: None,
        issued_at: now(),
        issued_by: None,
        ended: None,
    }
}

async fn insert_staff(tx: &mut Tx) -> Result<Uuid> {
    let id = id();
    let row = StaffRow {
        id,
        username: id.to_string(),
        name: "คุณ ก".to_owned(),
        position: "ผู้อำนวยการ".to_owned(),
        roles: Vec::new(),
        delegation: None,
        password_hash: String::new(),
        totp: None,
        totp_step: 0,
        created_at: now(),
        disabled_at: None,
    };
    staff::insert(tx, &row).await?;
    Ok(id)
}

fn print() -> Print {
    Print {
        object: "issued/1".to_owned(),
        model: "issued/2".to_owned(),
        sha256: "ab".repeat(32),
    }
}

/// What many transactions at once, one of four of which fails, were given: the numbers that were kept.
async fn numbers_of_a_race(store: &Store) -> Vec<u32> {
    let start = Arc::new(tokio::sync::Barrier::new(RUNNERS as usize));
    let mut tasks = tokio::task::JoinSet::new();
    for runner in 0..RUNNERS {
        let (store, start) = (store.clone(), Arc::clone(&start));
        tasks.spawn(async move {
            start.wait().await;
            store
                .write(async |tx| {
                    let n = number::next(tx, Series::Permit, 2569).await?;
                    if runner % 4 == 3 {
                        // The number goes back with the transaction.
                        return Err(StoreError::FailureIgnored);
                    }
                    Ok(n)
                })
                .await
        });
    }
    let mut kept = Vec::new();
    while let Some(done) = tasks.join_next().await {
        kept.extend(done.unwrap());
    }
    kept.sort_unstable();
    kept
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn numbers_given_at_once_have_no_gap_and_no_double() {
    both(async |store| {
        let kept = numbers_of_a_race(&store).await;
        assert_eq!(kept, (1..=RUNNERS * 3 / 4).collect::<Vec<_>>());
        // Another year and another series begin anew.
        let others = store
            .write(async |tx| {
                Ok::<_, StoreError>((
                    number::next(tx, Series::Permit, 2570).await?,
                    number::next(tx, Series::Letter, 2569).await?,
                    number::next(tx, Series::Permit, 2569).await?,
                ))
            })
            .await
            .unwrap();
        assert_eq!(others, (1, 1, RUNNERS * 3 / 4 + 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_counters_key_the_same_race_gives_a_number_twice() {
    both(async |store| {
        let sql = match store.engine() {
            Engine::Postgres => "ALTER TABLE number_counter DROP CONSTRAINT number_counter_pkey",
            Engine::Sqlite => {
                "DROP TABLE number_counter;
                 CREATE TABLE number_counter (series TEXT NOT NULL, year BIGINT NOT NULL, last BIGINT NOT NULL);"
            }
        };
        run_sql(&store, sql).await;
        let kept = numbers_of_a_race(&store).await;
        assert!(
            kept.windows(2).any(|pair| pair[0] == pair[1]),
            "{kept:?}: the race test could not fail"
        );
    })
    .await;
}

#[tokio::test]
async fn a_number_and_version_is_issued_once() {
    both(async |store| {
        let twice = store
            .write(async |tx| {
                let request = insert_request(tx, |_| {}).await?;
                issued::insert(tx, &document(request.id, 1, None)).await?;
                issued::insert(tx, &document(request.id, 1, None)).await
            })
            .await;
        assert!(twice.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_document_is_printed_once_signed_as_shown_and_ended_once() {
    both(async |store| {
        store
            .write(async |tx| {
                let request = insert_request(tx, |_| {}).await?;
                let signer = insert_staff(tx).await?;
                let other = insert_staff(tx).await?;
                let row = document(request.id, 1, Some(signer));
                issued::insert(tx, &row).await?;
                assert_eq!(issued::by_id(tx, row.id).await?.as_ref(), Some(&row));
                assert_eq!(issued::by_code(tx, &row.code).await?.as_ref(), Some(&row));
                assert_eq!(issued::by_code(tx, "NONE").await?, None);
                assert_eq!(
                    issued::of(tx, request.id).await?,
                    std::slice::from_ref(&row)
                );
                assert_eq!(issued::count(tx, IssuedStatus::Pending).await?, 1);

                // Unprinted, nobody can sign it.
                let sha = print().sha256;
                assert!(!issued::sign(tx, row.id, signer, &sha, IssuedStatus::Signed).await?);
                assert!(issued::set_print(tx, row.id, 1, &print()).await?);
                assert!(
                    !issued::set_print(tx, row.id, 1, &print()).await?,
                    "printed already"
                );
                // Another signer: the print is made anew, and one of the former round comes too late.
                assert_eq!(issued::set_signer(tx, row.id, other).await?, Some(2));
                assert_eq!(issued::by_id(tx, row.id).await?.unwrap().print, None);
                assert!(!issued::set_print(tx, row.id, 1, &print()).await?);
                assert!(issued::set_print(tx, row.id, 2, &print()).await?);

                assert!(!issued::sign(tx, row.id, signer, &sha, IssuedStatus::Signed).await?);
                assert!(!issued::sign(tx, row.id, other, "cd", IssuedStatus::Signed).await?);
                assert!(issued::sign(tx, row.id, other, &sha, IssuedStatus::Signed).await?);
                assert!(!issued::sign(tx, row.id, other, &sha, IssuedStatus::Signed).await?);
                assert_eq!(issued::set_signer(tx, row.id, signer).await?, None);

                let ended = Ended {
                    at: now(),
                    by: Some(other),
                    why: "ยกเลิก".to_owned(),
                };
                let (from, next) = (IssuedStatus::Signed, IssuedStatus::Revoked);
                assert!(issued::end(tx, row.id, from, next, &ended).await?);
                assert!(!issued::end(tx, row.id, from, next, &ended).await?);
                let found = issued::by_id(tx, row.id).await?.unwrap();
                assert_eq!(
                    (found.status, found.ended),
                    (IssuedStatus::Revoked, Some(ended))
                );
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_register_and_the_waiting_list_are_paged() {
    both(async |store| {
        store
            .write(async |tx| {
                let request = insert_request(tx, |_| {}).await?;
                let mut ids = Vec::new();
                for n in 1..=5 {
                    let row = document(request.id, n, None);
                    issued::insert(tx, &row).await?;
                    ids.push(row.id);
                }
                let of =
                    |rows: Vec<IssuedRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
                let pending = IssuedStatus::Pending;
                let first = of(issued::of_status(tx, pending, None, 2).await?);
                assert_eq!(first, ids[..2]);
                let rest = of(issued::of_status(tx, pending, Some(ids[1]), 9).await?);
                assert_eq!(rest, ids[2..]);
                let newest = of(issued::register(tx, None, 2).await?);
                assert_eq!(newest, [ids[4], ids[3]]);
                let older = of(issued::register(tx, Some(ids[3]), 9).await?);
                assert_eq!(older, [ids[2], ids[1], ids[0]]);
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_signature_that_was_touched_is_known() {
    both(async |store| {
        let keys = Keys::new(&[7; 32]);
        let documents = store
            .write(async |tx| {
                let request = insert_request(tx, |_| {}).await?;
                let mut made = Vec::new();
                for (n, factor) in [
                    (1, Factor::Totp { step: 55_000_000 }),
                    (
                        2,
                        Factor::Ink {
                            scan: "paper/1".to_owned(),
                            sha256: "cd".repeat(32),
                        },
                    ),
                ] {
                    let document = document(request.id, n, None);
                    issued::insert(tx, &document).await?;
                    let row = SignatureRow {
                        document_id: document.id,
                        staff_id: id(),
                        name: "คุณ ก".to_owned(),
                        position: "ผู้อำนวยการ".to_owned(),
                        acting_for: "ปฏิบัติราชการแทนนายกเทศมนตรี".to_owned(),
                        delegation: Delegation {
                            order: "1/2569".to_owned(),
                            from: date("2026-01-01"),
                            until: (n == 1).then(|| date("2026-12-31")),
                        },
                        factor,
                        sha256: "ab".repeat(32),
                        signed_at: now(),
                    };
                    signature::insert(tx, &row, &keys).await?;
                    let kept = signature::of(tx, document.id, &keys).await?.unwrap();
                    assert_eq!((kept.row, kept.untouched), (row, true));
                    made.push(document.id);
                }
                assert_eq!(signature::of(tx, Uuid::nil(), &keys).await?, None);
                Ok::<_, StoreError>(made)
            })
            .await
            .unwrap();
        for touched in [
            "name = 'คุณ ข'",
            "sha256 = ''",
            "signed_at = signed_at + 1",
            "delegation_order = '2/2569'",
        ] {
            let before = texts(&store, "SELECT mac AS x FROM signature", "x").await;
            assert_eq!(before.len(), 2);
            run_sql(&store, &format!("UPDATE signature SET {touched}")).await;
            let mut conn = store.read().await.unwrap();
            for document in &documents {
                let kept = signature::of(&mut conn, *document, &keys).await.unwrap();
                assert!(!kept.unwrap().untouched, "{touched}");
            }
        }
    })
    .await;
}

fn an_appeal(request_id: Uuid, n: u32) -> AppealRow {
    AppealRow {
        id: id(),
        request_id,
        form_key: format!("key {n}"),
        year: 2569,
        n,
        number: format!("อธ. {n}/2569"),
        channel: AppealChannel::Web,
        words: "ขออุทธรณ์".to_owned(),
        received_at: now(),
        last_day: Some(date("2026-12-08")),
        late: false,
        answer_by: now() + minutes(i64::from(n)),
        status: AppealStatus::Received,
        version: 1,
        forwarded_at: None,
        answered_at: None,
        answered_by: None,
        answer: None,
    }
}

#[tokio::test]
async fn an_appeal_is_received_once_and_changed_as_it_was_seen() {
    both(async |store| {
        store
            .write(async |tx| {
                let request = insert_request(tx, |_| {}).await?;
                let row = an_appeal(request.id, 1);
                assert!(appeal::insert(tx, &row).await?);
                let again = AppealRow {
                    id: id(),
                    n: 2,
                    ..row.clone()
                };
                assert!(!appeal::insert(tx, &again).await?, "the same form");
                assert_eq!(appeal::by_id(tx, row.id).await?.as_ref(), Some(&row));
                assert_eq!(appeal::by_form_key(tx, "key 1").await?.as_ref(), Some(&row));
                assert_eq!(appeal::by_form_key(tx, "key 9").await?, None);
                assert_eq!(
                    appeal::of(tx, request.id).await?,
                    std::slice::from_ref(&row)
                );
                let change = AppealChange {
                    status: AppealStatus::Changed,
                    forwarded_at: None,
                    answered_at: Some(now()),
                    answered_by: Some(id()),
                    answer: Some("เห็นด้วย".to_owned()),
                };
                assert!(appeal::change(tx, &row, &change).await?);
                assert!(!appeal::change(tx, &row, &change).await?, "seen before");
                let found = appeal::by_id(tx, row.id).await?.unwrap();
                assert_eq!(found.version, 2);
                assert_eq!(found.status, change.status);
                assert_eq!(found.answered_at, change.answered_at);
                assert_eq!(found.answered_by, change.answered_by);
                assert_eq!(found.answer, change.answer);
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn appeals_are_listed_by_when_they_must_be_answered() {
    both(async |store| {
        store
            .write(async |tx| {
                let request = insert_request(tx, |_| {}).await?;
                for n in [3, 1, 2] {
                    let mut row = an_appeal(request.id, n);
                    if n == 2 {
                        row.status = AppealStatus::Forwarded;
                    }
                    appeal::insert(tx, &row).await?;
                }
                let of = |rows: &[AppealRow]| rows.iter().map(|row| row.n).collect::<Vec<_>>();
                let first = appeal::list(tx, None, None, 2).await?;
                assert_eq!(of(&first), [1, 2]);
                let last = (first[1].answer_by, first[1].id);
                assert_eq!(of(&appeal::list(tx, None, Some(last), 9).await?), [3]);
                let received = Some(AppealStatus::Received);
                assert_eq!(of(&appeal::list(tx, received, None, 9).await?), [1, 3]);
                assert_eq!(appeal::count(tx, AppealStatus::Received).await?, 2);
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_nth_notice_of_a_request_is_one_and_is_written_or_settled() {
    both(async |store| {
        store
            .write(async |tx| {
                let request = insert_request(tx, |_| {}).await?;
                let (first, second) = (id(), id());
                let notice = |id: Uuid, decide_by: Instant, n: u32| LateNoticeRow {
                    id,
                    request_id: request.id,
                    decide_by,
                    n,
                    write_by: decide_by + minutes(7 * i64::from(n)),
                    status: LateStatus::Open,
                    reason: None,
                    written_at: None,
                    written_by: None,
                    created_at: now(),
                };
                let passed = now();
                assert_eq!(late_notice::count_of(tx, request.id, passed).await?, 0);
                assert!(late_notice::insert(tx, &notice(first, passed, 1)).await?);
                assert!(!late_notice::insert(tx, &notice(id(), passed, 1)).await?);
                assert!(late_notice::insert(tx, &notice(second, passed, 2)).await?);
                assert_eq!(late_notice::count_of(tx, request.id, passed).await?, 2);
                // A new deadline counts anew.
                let later = passed + minutes(1);
                assert_eq!(late_notice::count_of(tx, request.id, later).await?, 0);
                assert_eq!(late_notice::count_open(tx).await?, 2);
                let open = late_notice::open(tx, None, 1).await?;
                assert_eq!(open[0].id, first);
                let rest = late_notice::open(tx, Some((open[0].write_by, open[0].id)), 9).await?;
                assert_eq!(rest.len(), 1);
                let officer = id();
                assert!(late_notice::write(tx, first, "รอผลชันสูตร", officer, now()).await?);
                assert!(!late_notice::write(tx, first, "อีกครั้ง", officer, now()).await?);
                assert_eq!(late_notice::settle(tx, request.id).await?, 1);
                assert!(!late_notice::write(tx, second, "สาย", officer, now()).await?);
                let written = late_notice::by_id(tx, first).await?.unwrap();
                assert_eq!(written.reason.as_deref(), Some("รอผลชันสูตร"));
                assert_eq!(written.written_by, Some(officer));
                let all = late_notice::of(tx, request.id).await?;
                let statuses: Vec<_> = all.iter().map(|row| row.status).collect();
                assert_eq!(statuses, [LateStatus::Written, LateStatus::Settled]);
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_renewed_link_ends_the_former_and_a_revoked_one_leads_nowhere() {
    both(async |store| {
        store
            .write(async |tx| {
                let request = insert_request(tx, |_| {}).await?;
                let clerk = insert_staff(tx).await?;
                let link = |whose: Whose, token: &str| CalendarLinkRow {
                    id: id(),
                    token_mac: token.to_owned(),
                    whose,
                    names: false,
                    created_at: now(),
                };
                let family = Whose::Request(request.id);
                for (whose, first, second) in
                    [(family, "f1", "f2"), (Whose::Staff(clerk), "s1", "s2")]
                {
                    assert_eq!(calendar_link::of(tx, whose).await?, None);
                    calendar_link::renew(tx, &link(whose, first)).await?;
                    let found = calendar_link::by_token(tx, first).await?.unwrap();
                    assert_eq!(found.whose, whose);
                    calendar_link::renew(tx, &link(whose, second)).await?;
                    assert_eq!(calendar_link::by_token(tx, first).await?, None);
                    let now_in_force = calendar_link::of(tx, whose).await?.unwrap();
                    assert_eq!(now_in_force.token_mac, second);
                    assert_eq!(calendar_link::revoke(tx, whose, now()).await?, 1);
                    assert_eq!(calendar_link::by_token(tx, second).await?, None);
                }
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    })
    .await;
}
