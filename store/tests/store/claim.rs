//! Places in time: taking, holding, confirming, moving, releasing.
use crate::sample::{date, id, minutes, now, round};
use domain::crematorium::{CellRange, Claim};
use std::collections::BTreeMap;
use store::claim::{self, Holder};
use store::testing::both;
use store::{Result, Store};
use uuid::Uuid;

async fn take(store: &Store, holder: Holder, claim: &Claim, hold: Option<i64>) -> bool {
    take_later(store, holder, claim, hold, 0).await
}

/// Takes so many minutes later.
async fn take_later(
    store: &Store,
    holder: Holder,
    claim: &Claim,
    hold: Option<i64>,
    later: i64,
) -> bool {
    let now = now() + minutes(later);
    let until = hold.map(|hold| now + minutes(hold));
    store
        .write(async |tx| claim::take(tx, holder, claim, until, now).await)
        .await
        .unwrap()
}

async fn cells(store: &Store, holder: Uuid) -> Vec<(String, u8)> {
    let rows = claim::of(&mut store.read().await.unwrap(), holder)
        .await
        .unwrap();
    rows.into_iter()
        .map(|row| (row.resource, row.cell))
        .collect()
}

fn night(resource: &str, day: &str) -> Claim {
    Claim {
        resource: resource.to_owned(),
        date: date(day),
        cells: CellRange::NIGHT,
    }
}

#[tokio::test]
async fn a_case_takes_every_cell_or_none() {
    both(async |store| {
        let (first, second) = (Holder::draft(id()), Holder::draft(id()));
        assert!(take(&store, first, &round("furnace-1", "13:00"), Some(15)).await);
        assert_eq!(cells(&store, first.id).await.len(), 6);
        // Overlaps at its end; what it got before that is given back.
        assert!(!take(&store, second, &round("furnace-1", "12:00"), Some(15)).await);
        assert_eq!(cells(&store, second.id).await, []);
        // Beside it, and on another furnace, there is room.
        assert!(take(&store, second, &round("furnace-1", "14:30"), None).await);
        assert!(take(&store, second, &round("furnace-2", "13:00"), None).await);
    })
    .await;
}

#[tokio::test]
async fn a_refused_case_keeps_what_its_holder_had_before() {
    both(async |store| {
        let (holder, other) = (Holder::draft(id()), Holder::draft(id()));
        assert!(take(&store, holder, &round("furnace-1", "13:00"), Some(15)).await);
        assert!(take(&store, other, &round("furnace-1", "14:30"), Some(15)).await);
        assert!(!take(&store, holder, &round("furnace-1", "13:30"), Some(15)).await);
        assert_eq!(cells(&store, holder.id).await.len(), 6);
    })
    .await;
}

#[tokio::test]
async fn one_furnace_after_another_is_tried_in_one_transaction() {
    both(async |store| {
        assert!(
            take(
                &store,
                Holder::maintenance(id()),
                &round("furnace-1", "13:30"),
                None
            )
            .await
        );
        let draft = Holder::draft(id());
        let furnace = store
            .write(async |tx| -> Result<_> {
                for furnace in ["furnace-1", "furnace-2"] {
                    if claim::take(tx, draft, &round(furnace, "13:00"), None, now()).await? {
                        return Ok(Some(furnace));
                    }
                }
                Ok(None)
            })
            .await
            .unwrap();
        assert_eq!(furnace, Some("furnace-2"));
        assert!(
            cells(&store, draft.id)
                .await
                .iter()
                .all(|(resource, _)| resource == "furnace-2")
        );
    })
    .await;
}

#[tokio::test]
async fn a_lapsed_hold_is_anybodys_and_shown_as_free() {
    both(async |store| {
        let (first, second) = (Holder::draft(id()), Holder::draft(id()));
        let round = round("furnace-1", "13:00");
        assert!(take(&store, first, &round, Some(15)).await);
        let day = date("2026-11-25");
        let mut conn = store.read().await.unwrap();
        let occupied = claim::occupied(&mut conn, day, day, now()).await.unwrap();
        assert_eq!(occupied.len(), 6);
        assert_eq!(occupied[0].cell, 52);
        assert_eq!(occupied[0].holder, first);
        assert_eq!(occupied[0].hold_until, Some(now() + minutes(15)));
        assert!(
            claim::occupied(
                &mut conn,
                day.succ_opt().unwrap(),
                day.succ_opt().unwrap(),
                now()
            )
            .await
            .unwrap()
            .is_empty()
        );
        assert!(
            claim::occupied(&mut conn, day, day, now() + minutes(15))
                .await
                .unwrap()
                .is_empty()
        );
        drop(conn);
        assert!(!take_later(&store, second, &round, Some(15), 14).await);
        assert!(take_later(&store, second, &round, Some(15), 15).await);
        assert_eq!(cells(&store, first.id).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_days_cells_come_together_whichever_half_of_the_day_they_lie_in() {
    both(async |store| {
        let (first, second) = (Holder::request(id()), Holder::request(id()));
        // 11:00 to 12:30 lies across the middle of the day.
        for (holder, start) in [(first, "11:00"), (second, "16:00")] {
            assert!(take(&store, holder, &round("furnace-1", start), None).await);
        }
        assert!(take(&store, first, &round("furnace-2", "00:00"), None).await);
        let day = date("2026-11-25");
        let mut conn = store.read().await.unwrap();
        for except in [None, Some(first.id)] {
            let mut singly = BTreeMap::new();
            for row in claim::occupied(&mut conn, day, day, now()).await.unwrap() {
                if except != Some(row.holder.id) {
                    *singly.entry((row.resource, row.date)).or_default() |= 1_u128 << row.cell;
                }
            }
            let taken = claim::taken(&mut conn, day, day, now(), except)
                .await
                .unwrap();
            let together: BTreeMap<_, _> = taken
                .into_iter()
                .map(|taken| ((taken.resource, taken.date), taken.cells))
                .collect();
            assert_eq!(together, singly);
            assert_eq!(together.len(), if except.is_none() { 2 } else { 1 });
        }
    })
    .await;
}

#[tokio::test]
async fn a_hold_is_extended_and_confirmed_only_while_it_lasts() {
    both(async |store| {
        let (draft, request) = (Holder::draft(id()), Holder::request(id()));
        assert!(take(&store, draft, &round("furnace-1", "13:00"), Some(15)).await);
        let extend = async |at: i64| {
            store
                .write(async |tx| {
                    claim::extend(tx, draft.id, now() + minutes(at + 15), now() + minutes(at)).await
                })
                .await
                .unwrap()
        };
        let confirm = async |at: i64| {
            store
                .write(async |tx| claim::confirm(tx, draft, request, now() + minutes(at)).await)
                .await
                .unwrap()
        };
        assert_eq!(extend(14).await, 6);
        assert_eq!(extend(29).await, 0, "it lapsed");
        assert_eq!(confirm(29).await, 0, "it lapsed");
        assert_eq!(confirm(28).await, 6);
        assert_eq!(cells(&store, draft.id).await, []);
        let confirmed = claim::of(&mut store.read().await.unwrap(), request.id)
            .await
            .unwrap();
        assert!(
            confirmed
                .iter()
                .all(|row| row.hold_until.is_none() && row.holder == request)
        );
        assert_eq!(
            store
                .write(async |tx| claim::release(tx, request.id).await)
                .await
                .unwrap(),
            6
        );
        assert_eq!(cells(&store, request.id).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_move_keeps_the_cells_it_shares_and_fails_whole() {
    both(async |store| {
        let (holder, other) = (Holder::request(id()), Holder::request(id()));
        let wanted = [round("furnace-1", "13:00"), night("sala-1", "2026-11-23")];
        let shift = async |wanted: &[Claim]| {
            store
                .write(async |tx| claim::shift(tx, holder, wanted, None, now()).await)
                .await
                .unwrap()
        };
        assert!(shift(&wanted).await);
        assert!(take(&store, other, &round("furnace-1", "15:00"), None).await);
        let before = cells(&store, holder.id).await;
        // Half an hour later: four cells are kept.
        assert!(shift(&[round("furnace-1", "13:30"), night("sala-1", "2026-11-24")]).await);
        let moved = cells(&store, holder.id).await;
        assert_eq!(moved.len(), 7);
        assert_ne!(moved, before);
        // Another half hour later it meets the other case: everything stays, the pavilion too.
        assert!(!shift(&[round("furnace-1", "14:00"), night("sala-1", "2026-11-23")]).await);
        assert_eq!(cells(&store, holder.id).await, moved);
        assert!(shift(&[]).await);
        assert_eq!(cells(&store, holder.id).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_move_takes_over_lapsed_holds_and_holds_everything_as_long() {
    both(async |store| {
        let (draft, lapsed) = (Holder::draft(id()), Holder::draft(id()));
        assert!(take(&store, lapsed, &round("furnace-1", "13:00"), Some(1)).await);
        assert!(take(&store, draft, &round("furnace-2", "13:00"), Some(15)).await);
        let until = now() + minutes(20);
        let wanted = [round("furnace-1", "13:00"), round("furnace-2", "13:00")];
        let moved = store.write(async |tx| {
            claim::shift(tx, draft, &wanted, Some(until), now() + minutes(5)).await
        });
        assert!(moved.await.unwrap());
        assert_eq!(cells(&store, lapsed.id).await, []);
        let held = claim::of(&mut store.read().await.unwrap(), draft.id)
            .await
            .unwrap();
        assert_eq!(held.len(), 12);
        assert!(held.iter().all(|row| row.hold_until == Some(until)));
    })
    .await;
}

#[tokio::test]
async fn lapsed_holds_are_swept_away_and_nothing_else() {
    both(async |store| {
        let (lapsed, held, kept) = (
            Holder::draft(id()),
            Holder::draft(id()),
            Holder::request(id()),
        );
        assert!(take(&store, lapsed, &round("furnace-1", "09:00"), Some(1)).await);
        assert!(take(&store, held, &round("furnace-1", "11:00"), Some(15)).await);
        assert!(take(&store, kept, &round("furnace-1", "13:00"), None).await);
        let sweep = async |limit| {
            store
                .write(async |tx| claim::delete_lapsed(tx, now() + minutes(5), limit).await)
                .await
                .unwrap()
        };
        assert_eq!(sweep(4).await, 4);
        assert_eq!(sweep(100).await, 2);
        assert_eq!(
            cells(&store, held.id).await.len() + cells(&store, kept.id).await.len(),
            12
        );
    })
    .await;
}
