//! Agents' accounts, their second factors and sessions, and the authority they act by.
use crate::sample::{id, insert_request, minutes, now};
use domain::agent::{Authority, ConfirmedBy, OrganisationKind, Record, Standing};
use domain::request::Status;
use store::agent::{self, AgentRow};
use store::authority::{self, AuthorityRow};
use store::credential::{self, Account, SealedTotp};
use store::request::EventRow;
use store::session::{self, SessionKind, SessionRow, Stage};
use store::testing::both;
use store::{Result, Store, request};
use uuid::Uuid;

fn temple(phone: &str) -> AgentRow {
    AgentRow {
        id: id(),
        kind: OrganisationKind::Temple,
        organisation: "วัดตันตยาภิรม".to_owned(),
        name: "พระครูสังฆรักษ์".to_owned(),
        phone: phone.to_owned(),
        licence: Some("ตง 12".to_owned()),
        standing: Standing::Waiting,
        reason: None,
        decided_at: None,
        decided_by: None,
        password_hash: "$argon2id$".to_owned(),
        totp: totp("c2VhbGVk"),
        enrolled_at: None,
        created_at: now(),
    }
}

fn totp(sealed: &str) -> SealedTotp {
    SealedTotp {
        sealed: sealed.to_owned(),
        key_id: "00000000".to_owned(),
    }
}

async fn insert(store: &Store, row: &AgentRow) -> bool {
    store
        .write(async |tx| agent::insert(tx, row).await)
        .await
        .unwrap()
}

async fn by_id(store: &Store, id: Uuid) -> AgentRow {
    let mut conn = store.read().await.unwrap();
    agent::by_id(&mut conn, id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_phone_has_one_account_unless_it_was_refused() {
    both(async |store| {
        let row = temple("0812345678");
        assert!(insert(&store, &row).await);
        assert_eq!(by_id(&store, row.id).await, row);
        assert!(!insert(&store, &temple("0812345678")).await, "it has one");
        let by = id();
        let decide = async |was, next, reason| {
            store
                .write(async |tx| agent::decide(tx, row.id, was, next, reason, by, now()).await)
                .await
                .unwrap()
        };
        assert!(!decide(Standing::Approved, Standing::Disabled, Some("x")).await);
        assert!(decide(Standing::Waiting, Standing::Refused, Some("ไม่พบหน่วยงาน")).await);
        assert!(
            !decide(Standing::Waiting, Standing::Approved, None).await,
            "somebody else decided first"
        );
        let refused = by_id(&store, row.id).await;
        assert_eq!(
            (
                refused.standing,
                refused.reason.as_deref(),
                refused.decided_by
            ),
            (Standing::Refused, Some("ไม่พบหน่วยงาน"), Some(by))
        );
        let again = temple("0812345678");
        assert!(insert(&store, &again).await, "a refused phone tries again");
        let mut conn = store.read().await.unwrap();
        let found = agent::by_phone(&mut conn, "0812345678").await.unwrap();
        assert_eq!(found.map(|row| row.id), Some(again.id));
        assert_eq!(agent::by_phone(&mut conn, "0").await.unwrap(), None);
        assert!(!format!("{again:?}").contains("0812345678"));
    })
    .await;
}

#[tokio::test]
async fn accounts_are_listed_by_standing_page_by_page() {
    both(async |store| {
        let rows: Vec<_> = (0..5).map(|n| temple(&format!("081000000{n}"))).collect();
        for row in &rows {
            assert!(insert(&store, row).await);
        }
        let mut conn = store.read().await.unwrap();
        let page = agent::page(&mut conn, Standing::Waiting, None, 3)
            .await
            .unwrap();
        assert_eq!(page, rows[..3]);
        let rest = agent::page(&mut conn, Standing::Waiting, Some(page[2].id), 3)
            .await
            .unwrap();
        assert_eq!(rest, rows[3..]);
        assert_eq!(agent::count(&mut conn, Standing::Waiting).await.unwrap(), 5);
        assert_eq!(
            agent::count(&mut conn, Standing::Approved).await.unwrap(),
            0
        );
    })
    .await;
}

#[tokio::test]
async fn an_agents_second_factor_is_its_own_and_a_reset_asks_for_it_again() {
    both(async |store| {
        let row = temple("0812345678");
        assert!(insert(&store, &row).await);
        let account = Account::Agent(row.id);
        let enrol = async || {
            store
                .write(async |tx| agent::enrol(tx, row.id, now()).await)
                .await
                .unwrap()
        };
        assert_eq!([enrol().await, enrol().await], [true, false]);
        let step = async |step| {
            store
                .write(async |tx| credential::use_totp_step(tx, account, step).await)
                .await
                .unwrap()
        };
        assert_eq!([step(7).await, step(7).await], [true, false]);
        store
            .write(async |tx| {
                credential::set_recovery_codes(tx, account, &["a".to_owned(), "b".to_owned()]).await
            })
            .await
            .unwrap();
        let recover = async |account, mac: &str| {
            store
                .write(async |tx| credential::use_recovery_code(tx, account, mac, now()).await)
                .await
                .unwrap()
        };
        assert!(
            !recover(Account::Staff(row.id), "a").await,
            "no staff's code"
        );
        assert_eq!(
            [recover(account, "a").await, recover(account, "a").await],
            [true, false]
        );
        let mut conn = store.read().await.unwrap();
        let left = credential::recovery_codes_left(&mut conn, account).await;
        assert_eq!(left.unwrap(), 1);
        drop(conn);
        let reset = store
            .write(async |tx| agent::reset(tx, row.id, "$new$", &totp("bmV3")).await)
            .await
            .unwrap();
        assert!(reset);
        let after = by_id(&store, row.id).await;
        assert_eq!(
            (after.password_hash.as_str(), after.totp, after.enrolled_at),
            ("$new$", totp("bmV3"), None)
        );
        assert!(step(7).await, "another secret has other codes");
    })
    .await;
}

#[tokio::test]
async fn sessions_of_agents_and_staff_are_kept_apart() {
    both(async |store| {
        let row = temple("0812345678");
        assert!(insert(&store, &row).await);
        let session = SessionRow {
            token_mac: "token".to_owned(),
            kind: SessionKind::Agent,
            account: Some(Account::Agent(row.id)),
            stage: Stage::Full,
            created_at: now(),
            seen_at: now(),
            expires_at: now() + minutes(30),
        };
        store
            .write(async |tx| session::insert(tx, &session).await)
            .await
            .unwrap();
        let find = async || {
            let mut conn = store.read().await.unwrap();
            session::find(&mut conn, "token", now()).await.unwrap()
        };
        assert_eq!(find().await, Some(session));
        let end = async |account| {
            store
                .write(async |tx| session::end_for(tx, account).await)
                .await
                .unwrap()
        };
        assert_eq!(end(Account::Staff(row.id)).await, 0);
        assert_eq!(end(Account::Agent(row.id)).await, 1);
        assert_eq!(find().await, None);
    })
    .await;
}

/// A request that an agent sent, as it stands.
async fn sent(store: &Store, agent: Uuid, status: Status) -> Uuid {
    store
        .write(async |tx| -> Result<Uuid> {
            let row = insert_request(tx, |row| row.state.status = status).await?;
            authority::insert(tx, row.id, agent, now()).await?;
            Ok(row.id)
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn authority_is_confirmed_once_revoked_once_and_listed_while_it_lasts() {
    both(async |store| {
        let row = temple("0812345678");
        assert!(insert(&store, &row).await);
        let first = sent(&store, row.id, Status::Submitted).await;
        let second = sent(&store, row.id, Status::Submitted).await;
        let of = async |request| {
            let mut conn = store.read().await.unwrap();
            authority::of(&mut conn, request).await.unwrap()
        };
        let fresh = AuthorityRow {
            request_id: first,
            agent_id: row.id,
            given_at: now(),
            authority: Authority::default(),
        };
        assert_eq!(of(first).await, Some(fresh));
        assert_eq!(of(id()).await, None);
        let apply = async |was: Authority, next: Authority| {
            store
                .write(async |tx| authority::apply(tx, first, &was, &next).await)
                .await
                .unwrap()
        };
        let confirmed = Authority {
            confirmed: Some((ConfirmedBy::Letter, now())),
            revoked_at: None,
        };
        assert!(apply(Authority::default(), confirmed).await);
        assert!(!apply(Authority::default(), confirmed).await, "once");
        let revoked = Authority {
            revoked_at: Some(now()),
            ..confirmed
        };
        assert!(apply(confirmed, revoked).await);
        assert!(!apply(confirmed, revoked).await, "once");
        assert_eq!(of(first).await.map(|row| row.authority), Some(revoked));
        let third = sent(&store, row.id, Status::Submitted).await;
        let mut conn = store.read().await.unwrap();
        let page = authority::page(&mut conn, row.id, None, 1).await.unwrap();
        assert_eq!(
            page.iter().map(|row| row.request_id).collect::<Vec<_>>(),
            [third]
        );
        let page = authority::page(&mut conn, row.id, Some(third), 9)
            .await
            .unwrap();
        assert_eq!(
            page.iter().map(|row| row.request_id).collect::<Vec<_>>(),
            [second],
            "what was taken away is not listed"
        );
        assert!(
            authority::page(&mut conn, id(), None, 9)
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn the_record_counts_what_came_to_nothing_and_who_ended_it() {
    both(async |store| {
        let row = temple("0812345678");
        let other = temple("0812345679");
        assert!(insert(&store, &row).await && insert(&store, &other).await);
        sent(&store, row.id, Status::Approved).await;
        sent(&store, row.id, Status::Cancelled).await;
        let withdrawn = sent(&store, row.id, Status::Withdrawn).await;
        sent(&store, other.id, Status::Withdrawn).await;
        store
            .write(async |tx| -> Result<()> {
                let event = EventRow {
                    id: id(),
                    request_id: withdrawn,
                    version: 2,
                    at: now(),
                    actor_kind: "agent".to_owned(),
                    actor_id: Some(row.id),
                    event: "withdrawn".to_owned(),
                    body: "{}".to_owned(),
                };
                request::insert_event(tx, &event).await?;
                let revoked = Authority {
                    confirmed: None,
                    revoked_at: Some(now()),
                };
                authority::apply(tx, withdrawn, &Authority::default(), &revoked).await?;
                Ok(())
            })
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        assert_eq!(
            agent::record(&mut conn, row.id, now()).await.unwrap(),
            Record {
                sent: 3,
                ended: 2,
                ended_by_agent: 1,
                revoked: 1
            }
        );
        let later = agent::record(&mut conn, row.id, now() + minutes(1))
            .await
            .unwrap();
        assert_eq!(later, Record::default(), "only what was sent since");
    })
    .await;
}
