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
        reason: "",
        follows: None,
    };
    store
        .write(async |tx| setting::append(tx, &setting, now()).await)
        .await
        .unwrap()
        .expect("a number")
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

async fn follow(store: &Store, follows: i64, from: &str, body: &str) -> Option<i64> {
    let setting = NewSetting {
        kind: "rounds",
        key: "staff",
        valid_from: date(from),
        body,
        legal_basis: "",
        actor: "somebody",
        reason: "เพราะ",
        follows: Some(follows),
    };
    store
        .write(async |tx| setting::append(tx, &setting, now()).await)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_revision_follows_the_newest_or_is_not_made() {
    both(async |store| {
        append(&store, "fees", "2026-01-01", "another").await;
        assert_eq!(follow(&store, 0, "2027-01-01", "first").await, Some(2));
        assert_eq!(follow(&store, 0, "2026-11-23", "too late").await, None);
        assert_eq!(follow(&store, 2, "2026-12-01", "second").await, Some(3));
        let mut conn = store.read().await.unwrap();
        assert_eq!(
            setting::newest(&mut conn, "rounds", "staff").await.unwrap(),
            3
        );
        assert_eq!(
            setting::newest(&mut conn, "rounds", "other").await.unwrap(),
            0
        );
        let coming = setting::coming(&mut conn, "rounds", "staff", date("2026-11-23"))
            .await
            .unwrap();
        assert_eq!(
            coming
                .iter()
                .map(|row| (row.revision, &*row.reason))
                .collect::<Vec<_>>(),
            [(3, "เพราะ"), (2, "เพราะ")],
            "in the order in which they begin"
        );
        for (revision, body) in [(1, None), (2, None), (3, Some("second"))] {
            let day = date("2026-12-15");
            let kept = setting::valid_as_of(&mut conn, "rounds", "staff", day, revision)
                .await
                .unwrap();
            assert_eq!(
                kept.as_ref().map(|row| &*row.body),
                body,
                "as of {revision}"
            );
        }
        let later = setting::coming(&mut conn, "rounds", "staff", date("2026-12-01")).await;
        assert_eq!(later.unwrap().len(), 1);
    })
    .await;
}

/// How many of 16 revisions made from the same one stand.
async fn winners_of_one_base(store: &Store) -> usize {
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        tasks.spawn(async move { follow(&store, 0, "2026-11-23", "").await });
    }
    tasks.join_all().await.into_iter().flatten().count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_revisions_made_from_the_same_one_exactly_one_stands() {
    both(async |store| assert_eq!(winners_of_one_base(&store).await, 1)).await;
}
