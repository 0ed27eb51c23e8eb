//! What is out of service: claims, inheritance, reviews; and places that were given up.
use crate::sample::{date, id, insert_request, minutes, now, round};
use domain::crematorium::Claim;
use domain::form::Text;
use domain::outage::Span;
use store::claim::{self, Holder};
use store::outage::{self, Occupants, OutageRow, Review};
use store::testing::{both, number};
use store::{Result, Store, given_up};
use uuid::Uuid;

fn whole_day(furnace: &str) -> OutageRow {
    OutageRow {
        id: id(),
        resource: furnace.to_owned(),
        span: Span {
            from: date("2026-11-25"),
            from_cell: 0,
            until: date("2026-11-25"),
            until_cell: 95,
        },
        reason: Text::new("ซ่อม", "Repairs"),
        note: "ใบสั่งซ่อม 7".to_owned(),
        urgent: true,
        declared_by: id(),
        declared_at: now(),
        review: None,
        ended: None,
    }
}

async fn declare(store: &Store, row: &OutageRow) -> u64 {
    store
        .write(async |tx| {
            outage::insert(tx, row).await?;
            outage::cover(tx, row).await
        })
        .await
        .unwrap()
}

async fn take(store: &Store, holder: Holder, claim: &Claim, hold: bool) -> bool {
    let until = hold.then(|| now() + minutes(60));
    store
        .write(async |tx| claim::take(tx, holder, claim, until, now()).await)
        .await
        .unwrap()
}

async fn cells(store: &Store, holder: Uuid) -> usize {
    let mut conn = store.read().await.unwrap();
    claim::of(&mut conn, holder).await.unwrap().len()
}

#[tokio::test]
async fn an_outage_claims_what_no_request_has_and_inherits_the_rest() {
    both(async |store| {
        let request = store
            .write(async |tx| insert_request(tx, |_| {}).await)
            .await
            .unwrap();
        let (booked, held) = (Holder::request(request.id), Holder::draft(id()));
        assert!(take(&store, booked, &round("furnace-1", "13:00"), false).await);
        assert!(take(&store, held, &round("furnace-1", "10:00"), true).await);
        let row = whole_day("furnace-1");
        assert_eq!(declare(&store, &row).await, 6, "the held cells");
        assert_eq!(cells(&store, held.id).await, 0);
        assert_eq!(cells(&store, booked.id).await, 6, "nothing disappears");
        assert_eq!(cells(&store, row.id).await, 90);
        let mut conn = store.read().await.unwrap();
        assert_eq!(
            outage::occupants(&mut conn, "furnace-1", row.span)
                .await
                .unwrap(),
            Occupants {
                requests: vec![(request.id, date("2026-11-25"))],
                cells: 96
            }
        );
        assert_eq!(
            outage::around(&mut conn, request.id).await.unwrap(),
            std::slice::from_ref(&row)
        );
        assert_eq!(
            outage::by_id(&mut conn, row.id).await.unwrap().as_ref(),
            Some(&row)
        );
        drop(conn);

        // Moving away: four of the six cells go to the outage, and the other furnace is taken.
        let moved = store
            .write(async |tx| {
                let wanted = round("furnace-2", "13:00");
                claim::swap(tx, booked, ("furnace-1", date("2026-11-25")), &wanted, now()).await
            })
            .await
            .unwrap();
        assert!(moved);
        assert_eq!(cells(&store, row.id).await, 96, "not back to the public");
        assert_eq!(cells(&store, booked.id).await, 6);

        // Two outages at one place: the second inherits when the first ends.
        let second = whole_day("furnace-1");
        declare(&store, &second).await;
        assert_eq!(cells(&store, second.id).await, 0);
        let end = async |id| {
            store
                .write(async |tx| -> Result<bool> {
                    let ended = outage::end(tx, id, Uuid::nil(), now()).await?;
                    outage::inherit(tx, id).await?;
                    claim::release(tx, id).await?;
                    Ok(ended)
                })
                .await
                .unwrap()
        };
        assert!(end(row.id).await);
        assert!(!end(row.id).await, "once");
        assert_eq!(cells(&store, second.id).await, 96);
        assert!(end(second.id).await);
        let left = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM slot_claim WHERE holder_kind = 'maintenance'";
        assert_eq!(number(&store, left).await, 0);
    })
    .await;
}

#[tokio::test]
async fn outages_are_listed_as_current_to_review_and_all() {
    both(async |store| {
        let (first, mut second) = (whole_day("furnace-1"), whole_day("furnace-2"));
        second.urgent = false;
        for row in [&first, &second] {
            declare(&store, row).await;
        }
        let ids = |rows: Vec<OutageRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
        let mut conn = store.read().await.unwrap();
        let today = date("2026-11-23");
        let current = outage::current(&mut conn, today, None, 1).await.unwrap();
        assert_eq!(ids(current), [first.id]);
        let after = Some((first.span.until, first.id));
        let rest = outage::current(&mut conn, today, after, 9).await.unwrap();
        assert_eq!(ids(rest), [second.id]);
        let gone = outage::current(&mut conn, date("2026-11-26"), None, 9)
            .await
            .unwrap();
        assert_eq!(gone, []);
        assert_eq!(
            ids(outage::newest(&mut conn, None, 9).await.unwrap()),
            [second.id, first.id]
        );
        assert_eq!(
            ids(outage::newest(&mut conn, Some(second.id), 9).await.unwrap()),
            [first.id]
        );
        assert_eq!(
            ids(outage::to_review(&mut conn, 9).await.unwrap()),
            [first.id]
        );
        drop(conn);
        let who = id();
        let review = async |outage| {
            store
                .write(async |tx| outage::review(tx, outage, who, "ดูแล้ว", now()).await)
                .await
                .unwrap()
        };
        assert!(review(first.id).await);
        assert!(!review(first.id).await, "once");
        assert!(!review(second.id).await, "a planned one needs none");
        let mut conn = store.read().await.unwrap();
        assert_eq!(outage::to_review(&mut conn, 9).await.unwrap(), []);
        let reviewed = outage::by_id(&mut conn, first.id).await.unwrap().unwrap();
        assert_eq!(
            reviewed.review,
            Some(Review {
                by: who,
                at: now(),
                note: "ดูแล้ว".to_owned()
            })
        );
    })
    .await;
}

#[tokio::test]
async fn a_place_given_up_is_remembered_for_everybody_who_stands_for_it_until_it_passes() {
    both(async |store| {
        let who = ["phone:a".to_owned(), "national_id:b".to_owned()];
        let (round, night) = ("cremation 2026-11-25 13:00", "night sala-1 2026-11-24");
        for place in [round, round, night] {
            let day = if place == round {
                "2026-11-25"
            } else {
                "2026-11-24"
            };
            store
                .write(async |tx| given_up::remember(tx, &who, place, date(day)).await)
                .await
                .unwrap();
        }
        let mut conn = store.read().await.unwrap();
        for (asks, place, known) in [
            ("phone:a", round, true),
            ("national_id:b", night, true),
            ("phone:c", round, false),
            ("phone:a", "cremation 2026-11-25 10:00", false),
        ] {
            let asks = [asks.to_owned()];
            assert_eq!(
                given_up::is_known(&mut conn, &asks, place).await.unwrap(),
                known,
                "{asks:?} {place}"
            );
        }
        assert!(given_up::gave_any(&mut conn, &who).await.unwrap());
        assert!(
            !given_up::gave_any(&mut conn, &["x".to_owned()])
                .await
                .unwrap()
        );
        drop(conn);
        let passed = store
            .write(async |tx| given_up::delete_passed(tx, date("2026-11-25"), 10).await)
            .await
            .unwrap();
        assert_eq!(passed, 2, "the night, for both");
    })
    .await;
}

#[tokio::test]
async fn a_lock_changes_nothing() {
    both(async |store| {
        let row = store
            .write(async |tx| insert_request(tx, |_| {}).await)
            .await
            .unwrap();
        store
            .write(async |tx| store::request::lock(tx, row.id).await)
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        let found = store::request::by_id(&mut conn, row.id).await.unwrap();
        assert_eq!(found, Some(row));
    })
    .await;
}

#[tokio::test]
async fn news_about_a_booking_leave_the_call_that_confirms_it() {
    both(async |store| {
        let row = store
            .write(async |tx| insert_request(tx, |_| {}).await)
            .await
            .unwrap();
        let left = store
            .write(async |tx| -> Result<u64> {
                for about in ["verify", "approved"] {
                    let event = store::request::EventRow {
                        id: id(),
                        request_id: row.id,
                        version: 1,
                        at: now(),
                        actor_kind: "system".to_owned(),
                        actor_id: None,
                        event: about.to_owned(),
                        body: "{}".to_owned(),
                    };
                    store::request::insert_event(tx, &event).await?;
                    store::call::insert(tx, id(), row.id, event.id, about, now(), now()).await?;
                }
                store::call::supersede_news(tx, row.id).await
            })
            .await
            .unwrap();
        assert_eq!(left, 1);
        let mut conn = store.read().await.unwrap();
        let open = store::call::open(&mut conn, None, 9).await.unwrap();
        assert_eq!(
            open.iter().map(|call| &*call.about).collect::<Vec<_>>(),
            ["verify"]
        );
    })
    .await;
}
