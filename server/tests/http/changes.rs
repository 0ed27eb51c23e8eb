//! Moving and cancelling by a channel: its own requests only, once per key.
use crate::harness::{House, example, get, on_both, post};
use axum::http::StatusCode;
use serde_json::{Value, json};

async fn booked(house: &House, token: &str) -> String {
    let taken = house.book(token, "key-1", &example()).await;
    assert_eq!(taken.status, 201, "{}", taken.text);
    taken.json()["reference"]
        .as_str()
        .expect("a reference")
        .to_owned()
}

fn path(reference: &str, act: &str) -> String {
    format!("/api/v1/crematorium/requests/{reference}{act}")
}

#[tokio::test]
async fn a_channel_moves_and_cancels_its_own_request_once_per_key() {
    on_both(async |house: House| {
        let (token, other) = (house.token().await, house.token().await);
        let reference = booked(&house, &token).await;
        let shown = house.ask(get(&path(&reference, "")).token(&token)).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        let body = shown.json();
        assert_eq!(body["cremation"], example()["cremation"]);
        assert_eq!(
            (&body["can_move"], &body["must_move"]),
            (&json!(false), &json!([]))
        );
        let hidden = house.ask(get(&path(&reference, "")).token(&other)).await;
        assert_eq!(hidden.problem(), (404, "not_found".to_owned()));

        let ask = async |token: &str, act: &str, key: &str, body: &Value| {
            house
                .ask(
                    post(&path(&reference, act))
                        .token(token)
                        .header("idempotency-key", key)
                        .json(body),
                )
                .await
        };
        // The first night is today: the cut-off has passed.
        let to = json!({"cremation": {"date": "2026-11-28", "round": "10:00"}});
        let late = ask(&token, "/move", "m0", &to).await;
        assert_eq!(late.problem(), (422, "past_cut_off".to_owned()));
        house.clock.set("2026-11-21T02:00:00Z");
        let hidden = ask(&other, "/move", "m1", &to).await;
        assert_eq!(hidden.problem(), (404, "not_found".to_owned()));
        let wrong = ask(
            &token,
            "/move",
            "m1",
            &json!({"cremation": {"date": "2026-11-27", "round": "10:00"}}),
        )
        .await;
        assert_eq!(wrong.problem(), (422, "closed".to_owned()));
        let empty = ask(&token, "/move", "m1", &json!({})).await;
        assert_eq!(empty.problem().0, 422);
        let moved = ask(&token, "/move", "m1", &to).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        assert_eq!(moved.json()["cremation"], to["cremation"]);
        assert_eq!(moved.json()["pavilion"], Value::Null);
        let again = ask(&token, "/move", "m1", &to).await;
        assert_eq!((again.status, &again.text), (moved.status, &moved.text));
        let reused = ask(
            &token,
            "/move",
            "m1",
            &json!({"cremation": {"date": "2026-11-28", "round": "13:00"}}),
        )
        .await;
        assert_eq!(reused.problem(), (422, "idempotency_key_reused".to_owned()));

        let gone = ask(&token, "/cancel", "c1", &json!({"reason": "ญาติขอเปลี่ยนวัด"})).await;
        assert_eq!(gone.status, 200, "{}", gone.text);
        assert_eq!(gone.json()["status"], "withdrawn");
        let again = ask(&token, "/cancel", "c1", &json!({"reason": "ญาติขอเปลี่ยนวัด"})).await;
        assert_eq!((again.status, &again.text), (StatusCode::OK, &gone.text));
        let late = ask(&token, "/cancel", "c2", &json!({})).await;
        assert_eq!(late.problem(), (422, "wrong_state".to_owned()));

        // The same family cannot take the same time again.
        let mut back = example();
        back["cremation"] = to["cremation"].clone();
        back["pavilion"] = Value::Null;
        let refused = house.book(&token, "key-2", &back).await;
        assert_eq!(refused.problem(), (422, "cancelled_before".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_taken_place_is_answered_with_alternatives_in_the_requests_own_shape() {
    on_both(async |house: House| {
        house.clock.set("2026-11-21T02:00:00Z");
        let token = house.token().await;
        let reference = booked(&house, &token).await;
        let mut second = example();
        second["deceased"]["national_id"] = Value::Null;
        second["cremation"] = Value::Null;
        second["pavilion"] = json!({"id": "sala-2", "from": "2026-11-24", "nights": 2});
        assert_eq!(house.book(&token, "key-2", &second).await.status, 201);
        let to = json!({"pavilion": {"id": "sala-2", "from": "2026-11-25", "nights": 1}});
        let taken = house
            .ask(
                post(&path(&reference, "/move"))
                    .token(&token)
                    .header("idempotency-key", "m")
                    .json(&to),
            )
            .await;
        assert_eq!(taken.problem(), (409, "slot_taken".to_owned()));
        let body = taken.json();
        assert_eq!(body["conflicts"], json!(["pavilion"]));
        assert_eq!(body["alternatives"].as_array().map(Vec::len), Some(5));
        assert!(body["alternatives"][0]["pavilion"]["id"].is_string());
    })
    .await;
}

#[tokio::test]
async fn a_key_is_needed_and_the_body_is_json() {
    on_both(async |house: House| {
        let token = house.token().await;
        let reference = booked(&house, &token).await;
        for act in ["/move", "/cancel"] {
            let keyless = house
                .ask(post(&path(&reference, act)).token(&token).json(&json!({})))
                .await;
            assert_eq!(
                keyless.problem(),
                (400, "idempotency_key_missing".to_owned())
            );
            let nobody = house
                .ask(
                    post(&path(&reference, act))
                        .header("idempotency-key", "k")
                        .json(&json!({})),
                )
                .await;
            assert_eq!(nobody.problem(), (401, "unauthorized".to_owned()));
        }
    })
    .await;
}
