//! The fingerprint that ties a database to its key.
use store::keys::{Keys, check_fingerprint, is_empty};
use store::testing::{both, run_sql};

#[tokio::test]
async fn an_empty_database_takes_a_key_and_no_other_after() {
    both(async |store| {
        assert!(is_empty(&mut store.read().await.unwrap()).await.unwrap());
        check_fingerprint(&store, &Keys::new(&[1; 32]))
            .await
            .unwrap();
        assert!(!is_empty(&mut store.read().await.unwrap()).await.unwrap());
        check_fingerprint(&store, &Keys::new(&[1; 32]))
            .await
            .unwrap();
        let error = check_fingerprint(&store, &Keys::new(&[2; 32]))
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("this database was made with another key"),
            "{error}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_database_with_data_and_no_fingerprint_is_refused() {
    both(async |store| {
        run_sql(&store, "INSERT INTO setting_revision VALUES (1, 'city', 'all', '2026-01-01', '', '', 'seed', 0, '', NULL)").await;
        let error = check_fingerprint(&store, &Keys::new(&[1; 32])).await.unwrap_err().to_string();
        assert!(error.contains("no key fingerprint"), "{error}");
    })
    .await;
}
