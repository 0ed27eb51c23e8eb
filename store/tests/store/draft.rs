//! Drafts and the codes that carry them.
use crate::sample::{id, insert_request, minutes, now, round};
use domain::form::{Lang, RawFields};
use store::claim::{self, Holder};
use store::draft::{self, DraftRow};
use store::testing::{both, number};
use store::{Result, Store};
use uuid::Uuid;

fn new() -> DraftRow {
    DraftRow {
        id: id(),
        owner_mac: "owner".to_owned(),
        service: "crematorium".to_owned(),
        lang: Lang::En,
        fields: RawFields::from([("applicant.name".to_owned(), " สมหญิง ".to_owned())]),
        version: 1,
        hold_until: None,
        hold_extensions: 0,
        request_id: None,
        created_at: now(),
        updated_at: now(),
        expires_at: now() + minutes(7 * 1440),
    }
}

async fn inserted(store: &Store) -> DraftRow {
    let row = new();
    store
        .write(async |tx| draft::insert(tx, &row).await)
        .await
        .unwrap();
    row
}

async fn load(store: &Store, id: Uuid) -> DraftRow {
    draft::load(&mut store.read().await.unwrap(), id, "owner", now())
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn a_draft_is_its_owners_and_expires() {
    both(async |store| {
        let row = inserted(&store).await;
        assert_eq!(load(&store, row.id).await, row);
        let mut conn = store.read().await.unwrap();
        assert_eq!(
            draft::load(&mut conn, row.id, "somebody", now())
                .await
                .unwrap(),
            None
        );
        assert_eq!(
            draft::load(&mut conn, row.id, "owner", row.expires_at)
                .await
                .unwrap(),
            None
        );
        assert!(!format!("{row:?}").contains("สมหญิง"));
    })
    .await;
}

#[tokio::test]
async fn what_was_typed_is_saved_unless_somebody_saved_meanwhile() {
    both(async |store| {
        let row = inserted(&store).await;
        let fields = RawFields::from([("x".to_owned(), "\"'; --".to_owned())]);
        let save = async |version| {
            let later = now() + minutes(1);
            store
                .write(async |tx| draft::save(tx, row.id, version, &fields, Lang::Th, later).await)
                .await
                .unwrap()
        };
        assert!(save(1).await);
        assert!(!save(1).await);
        let saved = load(&store, row.id).await;
        assert_eq!(
            (saved.version, &saved.fields, saved.lang),
            (2, &fields, Lang::Th)
        );
        assert_eq!(saved.updated_at, now() + minutes(1));
    })
    .await;
}

#[tokio::test]
async fn a_draft_becomes_one_request_and_forgets_what_was_typed() {
    both(async |store| {
        let row = inserted(&store).await;
        let request = store
            .write(async |tx| insert_request(tx, |_| ()).await)
            .await
            .unwrap();
        let until = now() + minutes(15);
        let hold = async || {
            store
                .write(async |tx| draft::set_hold(tx, row.id, Some(until), 3, now()).await)
                .await
                .unwrap()
        };
        assert!(hold().await);
        let held = load(&store, row.id).await;
        assert_eq!((held.hold_until, held.hold_extensions), (Some(until), 3));
        let mine = async || {
            draft::of_owner(&mut store.read().await.unwrap(), "owner", now())
                .await
                .unwrap()
                .len()
        };
        assert_eq!(mine().await, 1);
        let submit = async || {
            store
                .write(async |tx| draft::mark_submitted(tx, row.id, request.id, now()).await)
                .await
                .unwrap()
        };
        assert!(submit().await);
        assert!(!submit().await);
        assert!(!hold().await);
        assert!(
            !store
                .write(async |tx| draft::save(tx, row.id, 2, &row.fields, Lang::Th, now()).await)
                .await
                .unwrap()
        );
        assert_eq!(mine().await, 0);
        let sent = load(&store, row.id).await;
        assert_eq!(
            (sent.request_id, sent.fields.len(), sent.hold_until),
            (Some(request.id), 0, None)
        );
    })
    .await;
}

#[tokio::test]
async fn a_code_carries_a_draft_to_another_phone_once() {
    both(async |store| {
        let row = inserted(&store).await;
        let until = now() + minutes(1440);
        store
            .write(async |tx| draft::insert_code(tx, "code", row.id, until).await)
            .await
            .unwrap();
        let use_code = async |at| {
            store
                .write(async |tx| draft::use_code(tx, "code", at).await)
                .await
                .unwrap()
        };
        assert_eq!(use_code(until).await, None, "expired");
        assert_eq!(use_code(now()).await, Some(row.id));
        assert_eq!(use_code(now()).await, None, "used");
        assert!(
            store
                .write(async |tx| draft::set_owner(tx, row.id, "other", now()).await)
                .await
                .unwrap()
        );
        let moved = draft::load(&mut store.read().await.unwrap(), row.id, "other", now())
            .await
            .unwrap();
        assert_eq!(moved.map(|moved| moved.id), Some(row.id));
    })
    .await;
}

#[tokio::test]
async fn expired_drafts_go_with_their_codes_and_holds() {
    both(async |store| {
        let (old, young) = (
            inserted(&store).await,
            DraftRow {
                expires_at: now() + minutes(20_000),
                ..new()
            },
        );
        store
            .write(async |tx| -> Result<()> {
                draft::insert(tx, &young).await?;
                draft::insert_code(tx, "old", old.id, now() + minutes(20_000)).await?;
                draft::insert_code(tx, "young", young.id, now() + minutes(20_000)).await?;
                draft::insert_code(tx, "ended", young.id, now() + minutes(1)).await?;
                for (row, furnace) in [(&old, "furnace-1"), (&young, "furnace-2")] {
                    let until = Some(now() + minutes(15));
                    assert!(
                        claim::take(
                            tx,
                            Holder::draft(row.id),
                            &round(furnace, "13:00"),
                            until,
                            now()
                        )
                        .await?
                    );
                }
                Ok(())
            })
            .await
            .unwrap();
        let deleted = store
            .write(async |tx| draft::delete_expired(tx, old.expires_at, 10).await)
            .await
            .unwrap();
        assert_eq!(deleted, 1);
        assert_eq!(
            number(&store, "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM draft").await,
            1
        );
        assert_eq!(
            number(
                &store,
                "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM draft_code"
            )
            .await,
            1
        );
        assert_eq!(
            number(
                &store,
                "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM slot_claim"
            )
            .await,
            6
        );
    })
    .await;
}
