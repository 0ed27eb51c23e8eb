//! Liveness, readiness and measurements.
use crate::harness::{House, house, on_both};
use store::Engine;
use store::testing::TestDatabase;

#[tokio::test]
async fn a_server_is_ready_until_it_drains() {
    on_both(async |house: House| {
        assert_eq!(house.get("/healthz").await.status, 200);
        assert_eq!(house.get("/readyz").await.status, 200);
        house.readiness.drain();
        let draining = house.get("/readyz").await;
        assert_eq!(draining.status, 503);
        assert_eq!(draining.text, "draining\n");
        assert_eq!(
            house.get("/healthz").await.status,
            200,
            "alive until the end"
        );
    })
    .await;
}

#[tokio::test]
async fn a_server_whose_database_is_gone_lives_but_is_not_ready() {
    let database = TestDatabase::new(Engine::Sqlite).await;
    database.store.migrate().await.expect("migrations");
    let house = house(database.store.clone(), crate::harness::PUBLIC_URL).await;
    database.store.close().await;
    assert_eq!(house.get("/readyz").await.status, 503);
    assert_eq!(house.get("/healthz").await.status, 200);
    let answer = house.get("/api/v1/crematorium/availability").await;
    assert_eq!(answer.problem(), (503, "unavailable".to_owned()));
    assert!(answer.header("retry-after").parse::<u64>().is_ok());
    assert!(
        !answer.text.contains("sqlx") && !answer.text.to_lowercase().contains("pool"),
        "{}",
        answer.text
    );
    let page = house.get("/crematorium").await;
    assert!(!page.text.to_lowercase().contains("pool"), "{}", page.text);
    database.delete().await;
}

#[tokio::test]
async fn measurements_name_routes_and_never_what_was_asked() {
    on_both(async |house: House| {
        house.get("/manual/crematorium?name=secret").await;
        house.get("/nowhere/0812345678").await;
        let text = house.metrics.to_string();
        assert!(
            text.contains(r#"route="/manual/{service}",status="200""#),
            "{text}"
        );
        assert!(text.contains(r#"route="(none)",status="404""#), "{text}");
        assert!(
            !text.contains("secret") && !text.contains("0812345678"),
            "{text}"
        );
    })
    .await;
}
