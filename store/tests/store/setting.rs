//! Settings as revisions.
use crate::sample::{date, now};
use store::Store;
use store::setting::{self, NewSetting};
use store::testing::both;
use tokio::task::JoinSet;

async fn append(store: &Store, key: &str, from: &str, body: &str) -> i64 {
    let setting = NewSetting {
        kind: "municipality",
        key,
        valid_from: date(from),
        body,
        legal_basis: "เทศบัญญัติ",
        actor: "seed",
    };
    store
        .write(async |tx| setting::append(tx, &setting, now()).await)
        .await
        .unwrap()
}

#[tokio::test]
async fn the_revision_valid_on_a_date_is_the_last_to_begin_then_the_newest() {
    both(async |store| {
        assert_eq!(
            setting::latest_revision(&mut store.read().await.unwrap())
                .await
                .unwrap(),
            0
        );
        assert_eq!(append(&store, "fees", "2026-01-01", "first").await, 1);
        assert_eq!(append(&store, "fees", "2027-01-01", "next year").await, 2);
        assert_eq!(append(&store, "fees", "2026-01-01", "corrected").await, 3);
        assert_eq!(append(&store, "rounds", "2026-01-01", "another").await, 4);
        let mut conn = store.read().await.unwrap();
        for (day, body) in [
            ("2025-12-31", None),
            ("2026-01-01", Some("corrected")),
            ("2026-12-31", Some("corrected")),
            ("2027-01-01", Some("next year")),
        ] {
            let valid = setting::valid_on(&mut conn, "municipality", "fees", date(day))
                .await
                .unwrap();
            assert_eq!(valid.as_ref().map(|row| &*row.body), body, "{day}");
        }
        let kept = setting::by_revision(&mut conn, 1).await.unwrap().unwrap();
        assert_eq!(
            (
                &*kept.body,
                &*kept.legal_basis,
                &*kept.actor,
                kept.created_at
            ),
            ("first", "เทศบัญญัติ", "seed", now())
        );
        let history = setting::history(&mut conn, "municipality", "fees")
            .await
            .unwrap();
        assert_eq!(
            history.iter().map(|row| row.revision).collect::<Vec<_>>(),
            [3, 2, 1]
        );
        assert_eq!(setting::latest_revision(&mut conn).await.unwrap(), 4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn revisions_appended_at_once_get_numbers_without_a_gap() {
    both(async |store| {
        let mut tasks = JoinSet::new();
        for _ in 0..16 {
            let store = store.clone();
            tasks.spawn(async move { append(&store, "fees", "2026-01-01", "").await });
        }
        let mut revisions = tasks.join_all().await;
        revisions.sort_unstable();
        assert_eq!(revisions, (1..=16).collect::<Vec<_>>());
    })
    .await;
}
