//! Bookings that must move: listed once for a cause, in the order of their places, until resolved.
use crate::sample::{date, id, insert_request, minutes, now};
use domain::affected::{Cause, CauseKind, Resolution};
use domain::form::Text;
use store::Store;
use store::affected::{self, AffectedRow};
use store::testing::both;

fn row(request_id: uuid::Uuid, cause: Cause, day: &str) -> AffectedRow {
    AffectedRow {
        id: id(),
        request_id,
        cause,
        place_date: date(day),
        reason: Text::new("เตาขัดข้อง", "A furnace broke"),
        created_at: now(),
        resolved: None,
    }
}

async fn insert(store: &Store, row: &AffectedRow) -> bool {
    store
        .write(async |tx| affected::insert(tx, row).await)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_booking_is_listed_once_for_a_cause_until_it_is_resolved() {
    both(async |store| {
        let (first, second) = store
            .write(async |tx| {
                Ok::<_, store::StoreError>((
                    insert_request(tx, |_| {}).await?.id,
                    insert_request(tx, |_| {}).await?.id,
                ))
            })
            .await
            .unwrap();
        let outage = Cause {
            kind: CauseKind::Outage,
            id: id(),
        };
        let closure = Cause {
            kind: CauseKind::Closure,
            id: id(),
        };
        let later = row(first, outage, "2026-11-28");
        let sooner = row(second, outage, "2026-11-25");
        let other = row(first, closure, "2026-11-26");
        for row in [&later, &sooner, &other] {
            assert!(insert(&store, row).await);
        }
        assert!(
            !insert(&store, &row(first, outage, "2026-11-28")).await,
            "twice for one cause"
        );
        let mut conn = store.read().await.unwrap();
        assert_eq!(affected::count(&mut conn).await.unwrap(), 3);
        let page = affected::open(&mut conn, None, 2).await.unwrap();
        assert_eq!(page, [sooner.clone(), other.clone()]);
        let rest = affected::open(&mut conn, Some(other.key()), 2)
            .await
            .unwrap();
        assert_eq!(rest, std::slice::from_ref(&later));
        assert_eq!(
            affected::of_request(&mut conn, first).await.unwrap(),
            [later.clone(), other.clone()]
        );
        drop(conn);

        let at = now() + minutes(5);
        let one = store
            .write(async |tx| {
                affected::resolve(tx, first, Some(outage), Resolution::Stays, at).await
            })
            .await
            .unwrap();
        assert_eq!(one, 1);
        let mut conn = store.read().await.unwrap();
        assert_eq!(
            affected::of_request(&mut conn, first).await.unwrap(),
            [other]
        );
        let resolved = AffectedRow {
            resolved: Some((at, Resolution::Stays)),
            ..later
        };
        assert_eq!(
            affected::of_cause(&mut conn, outage).await.unwrap(),
            [sooner, resolved]
        );
        drop(conn);
        let rest = store
            .write(async |tx| affected::resolve(tx, first, None, Resolution::Moved, at).await)
            .await
            .unwrap();
        assert_eq!(rest, 1);
        assert!(
            insert(&store, &row(first, outage, "2026-11-29")).await,
            "again, later"
        );
    })
    .await;
}
