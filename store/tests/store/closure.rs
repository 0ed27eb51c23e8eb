//! Urgent closures and their review; a day that closes, and what is booked on it.
use crate::sample::{date, id, minutes, now, round};
use domain::crematorium::{CellRange, Claim};
use domain::request::Role;
use store::claim::{self, Holder};
use store::closure::{self, UrgentRow};
use store::setting::{self, NewSetting};
use store::staff::{self, StaffRow};
use store::testing::both;
use store::{Store, Tx};
use uuid::Uuid;

async fn somebody(store: &Store, username: &str) -> Uuid {
    let row = StaffRow {
        id: id(),
        username: username.to_owned(),
        name: username.to_owned(),
        position: String::new(),
        roles: vec![Role::Officer],
        delegation: None,
        password_hash: String::new(),
        totp: None,
        totp_step: 0,
        created_at: now(),
        disabled_at: None,
    };
    store
        .write(async |tx| staff::insert(tx, &row).await)
        .await
        .expect("an account");
    row.id
}

async fn revision(tx: &mut Tx) -> store::Result<i64> {
    let setting = NewSetting {
        kind: "closures",
        key: "staff",
        valid_from: date("2026-11-23"),
        body: "{}",
        legal_basis: "",
        actor: "somebody",
        reason: "",
        follows: None,
    };
    Ok(setting::append(tx, &setting, now())
        .await?
        .expect("a number"))
}

#[tokio::test]
async fn an_urgent_closure_is_reviewed_once_and_by_somebody_else() {
    both(async |store| {
        let (one, other) = (
            somebody(&store, "one").await,
            somebody(&store, "other").await,
        );
        let row = store
            .write(async |tx| {
                let row = UrgentRow {
                    revision: revision(tx).await?,
                    closed_at: now(),
                    closed_by: one,
                    closes: "all".to_owned(),
                    from: date("2026-11-23"),
                    until: date("2026-11-24"),
                    reason: "เตาขัดข้อง".to_owned(),
                    affected: 2,
                    review: None,
                };
                closure::insert(tx, &row).await?;
                Ok::<_, store::StoreError>(row)
            })
            .await
            .unwrap();
        let review = async |by| {
            store
                .write(async |tx| closure::review(tx, row.revision, by, "ตรวจแล้ว", now()).await)
                .await
                .unwrap()
        };
        let mut conn = store.read().await.unwrap();
        assert_eq!(
            closure::unreviewed(&mut conn).await.unwrap(),
            vec![row.clone()]
        );
        assert!(!review(one).await, "nobody reviews their own act");
        assert!(review(other).await);
        assert!(!review(other).await, "once");
        assert!(closure::unreviewed(&mut conn).await.unwrap().is_empty());
        let kept = closure::by_revision(&mut conn, row.revision).await.unwrap();
        let review = kept.and_then(|row| row.review).expect("a review");
        assert_eq!((review.by, &*review.note), (other, "ตรวจแล้ว"));
        assert_eq!(closure::reviewed(&mut conn, 5).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn closing_a_day_takes_what_is_free_or_held_and_leaves_what_is_booked() {
    both(async |store| {
        let (draft, request, day) = (id(), id(), id());
        let until = now() + minutes(60);
        store
            .write(async |tx| {
                claim::take(
                    tx,
                    Holder::draft(draft),
                    &round("furnace-1", "10:00"),
                    Some(until),
                    now(),
                )
                .await?;
                claim::take(
                    tx,
                    Holder::request(request),
                    &round("furnace-1", "13:00"),
                    None,
                    now(),
                )
                .await?;
                let whole = Claim {
                    cells: CellRange::from_minutes("00:00".parse().expect("midnight"), 24 * 60)
                        .expect("a day"),
                    ..round("furnace-1", "10:00")
                };
                claim::close(tx, Holder::maintenance(day), &whole, until).await
            })
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        assert!(
            claim::of(&mut conn, draft).await.unwrap().is_empty(),
            "a hold gives way"
        );
        assert_eq!(claim::of(&mut conn, request).await.unwrap().len(), 6);
        assert_eq!(claim::of(&mut conn, day).await.unwrap().len(), 90);
        let booked = claim::booked(&mut conn, date("2026-11-25")).await.unwrap();
        assert_eq!(booked.len(), 1);
        assert_eq!(
            (booked[0].request_id, &*booked[0].resource),
            (request, "furnace-1")
        );
        assert!(
            claim::booked(&mut conn, date("2026-11-26"))
                .await
                .unwrap()
                .is_empty()
        );
        // A draft whose hold gave way cannot be confirmed; nobody gets the place.
        let (confirmed, taken) = store
            .write(async |tx| {
                let holder = Holder::request(id());
                let confirmed = claim::confirm(tx, Holder::draft(draft), holder, now()).await?;
                let taken =
                    claim::take(tx, holder, &round("furnace-1", "10:00"), None, now()).await?;
                claim::reopen(tx, day, "furnace-1", date("2026-11-25")).await?;
                Ok::<_, store::StoreError>((confirmed, taken))
            })
            .await
            .unwrap();
        assert_eq!((confirmed, taken), (0, false));
        assert!(
            claim::of(&mut conn, day).await.unwrap().is_empty(),
            "open again"
        );
    })
    .await;
}
