//! Requests and tracking by channels: every promise of the stable interfaces.
use crate::harness::{Ask, House, ask, changed, example, get, on_both, post};
use axum::http::Method;
use serde_json::{Value, json};
use std::sync::Arc;

const REQUESTS: &str = "/api/v1/crematorium/requests";

/// Somebody else's request, for a deceased without a number and without a pavilion.
fn other(n: usize) -> Value {
    changed(&[
        ("/deceased/name", json!(format!("ผู้ตาย ที่{n}"))),
        ("/deceased/national_id", Value::Null),
        ("/pavilion", Value::Null),
    ])
}

#[tokio::test]
async fn the_example_is_taken_once_and_can_be_tracked() {
    on_both(async |house: House| {
        let token = house.token().await;
        let taken = house.book(&token, "key-1", &example()).await;
        assert_eq!(taken.status, 201, "{}", taken.text);
        assert_eq!(taken.header("content-type"), "application/json");
        let body = taken.json();
        let reference = body["reference"].as_str().expect("a reference").to_owned();
        assert!(
            reference.len() == 12 && reference.bytes().all(|byte| byte.is_ascii_digit()),
            "{reference}"
        );
        assert_eq!(body["status"], "submitted");
        assert_eq!(body["verified"], true);
        assert_eq!(body["submitted_at"], "2026-11-23T09:00:00+07:00");
        assert_eq!(body["decide_by"], "2026-11-23T13:00:00+07:00");
        assert_eq!(body["track_url"], format!("/track?n={reference}"));
        assert_eq!(body["cremation"], example()["cremation"]);
        assert_eq!(body["pavilion"], example()["pavilion"]);

        let again = house.book(&token, "key-1", &example()).await;
        assert_eq!(
            (again.status, &again.text),
            (taken.status, &taken.text),
            "the same status and bytes"
        );
        house.clock.set("2026-11-26T02:00:00Z");
        let late = house.book(&token, "key-1", &example()).await;
        assert_eq!(
            (late.status, &late.text),
            (taken.status, &taken.text),
            "also when the day has passed"
        );
        house.clock.set("2026-11-23T02:00:00Z");
        let reused = house
            .book(
                &token,
                "key-1",
                &changed(&[("/applicant/name", json!("อีกคน หนึ่ง"))]),
            )
            .await;
        assert_eq!(reused.problem(), (422, "idempotency_key_reused".to_owned()));

        let grouped = format!(
            "{} {}-{}",
            &reference[..4],
            &reference[4..8],
            &reference[8..]
        );
        let track = |reference: &str, last4: &str| {
            post("/api/v1/track")
                .token(&token)
                .json(&json!({"reference": reference, "phone_last4": last4}))
        };
        let found = house.ask(track(&grouped, "5678")).await;
        assert_eq!(found.status, 200, "{}", found.text);
        let body = found.json();
        assert_eq!(body["reference"], reference.as_str());
        assert_eq!(body["service"], "crematorium");
        assert_eq!(
            (&body["status"], &body["status_th"]),
            (&json!("submitted"), &json!("รอพิจารณา"))
        );
        assert_eq!(body["updated_at"], "2026-11-23T09:00:00+07:00");
        assert!(
            body["steps"]
                .as_array()
                .is_some_and(|steps| !steps.is_empty()),
            "{body}"
        );
        let wrong_phone = house.ask(track(&reference, "0000")).await;
        let wrong_number = house.ask(track("123456789012", "5678")).await;
        assert_eq!(wrong_phone.problem(), (404, "not_found".to_owned()));
        assert_eq!(
            (wrong_phone.status, wrong_phone.text),
            (wrong_number.status, wrong_number.text)
        );
    })
    .await;
}

#[tokio::test]
async fn every_wrong_call_has_its_status_and_code() {
    on_both(async |house: House| {
        let token = house.token().await;
        let call = || post(REQUESTS).token(&token).header("idempotency-key", "k");
        let cases: Vec<(&str, Ask, u16, &str)> = vec![
            (
                "no token",
                post(REQUESTS).json(&example()),
                401,
                "unauthorized",
            ),
            (
                "wrong token",
                post(REQUESTS).token("sala_no").json(&example()),
                401,
                "unauthorized",
            ),
            (
                "no token to track",
                post("/api/v1/track").json(&json!({})),
                401,
                "unauthorized",
            ),
            (
                "no key",
                post(REQUESTS).token(&token).json(&example()),
                400,
                "idempotency_key_missing",
            ),
            (
                "a key of two words",
                post(REQUESTS)
                    .token(&token)
                    .header("idempotency-key", "a b")
                    .json(&example()),
                400,
                "idempotency_key_invalid",
            ),
            (
                "no JSON",
                call().text("application/json", "{\n  \"applicant\": }"),
                400,
                "bad_json",
            ),
            ("a form", call().form("a=b"), 415, "unsupported_media_type"),
            ("no type", call(), 415, "unsupported_media_type"),
            (
                "too large",
                call().text("application/json", &" ".repeat(300_000)),
                413,
                "too_large",
            ),
            (
                "an array",
                call().text("application/json", "[]"),
                422,
                "type",
            ),
            ("GET", get(REQUESTS), 405, "method_not_allowed"),
            (
                "DELETE",
                ask(Method::DELETE, "/api/v1/services"),
                405,
                "method_not_allowed",
            ),
            (
                "a later service",
                get("/api/v1/nothing/types"),
                404,
                "not_found",
            ),
            (
                "a later request",
                post("/api/v1/nothing/requests").json(&json!({})),
                404,
                "not_found",
            ),
            ("nowhere", get("/api/v1/nowhere"), 404, "not_found"),
            ("no version", get("/api"), 404, "not_found"),
            (
                "a bad query",
                get("/api/v1/calendar?from=%ff&from=2"),
                400,
                "bad_request",
            ),
        ];
        for (name, ask, status, code) in cases {
            let answer = house.ask(ask).await;
            assert_eq!(
                answer.problem(),
                (status, code.to_owned()),
                "{name}: {}",
                answer.text
            );
            let extra = match status {
                401 => ("www-authenticate", "Bearer"),
                405 => ("allow", if name == "GET" { "POST" } else { "GET,HEAD" }),
                _ => continue,
            };
            assert_eq!(answer.header(extra.0), extra.1, "{name}");
        }
        let bad = house
            .ask(call().text("application/json", "{\n  \"applicant\": }"))
            .await;
        assert!(
            bad.json()["detail"]
                .as_str()
                .is_some_and(|detail| detail.contains("line 2, column 16")),
            "{}",
            bad.text
        );
        assert_eq!(
            house.book(&token, "k", &example()).await.status,
            201,
            "no failure used the key up"
        );
    })
    .await;
}

#[tokio::test]
async fn every_error_of_a_body_is_told_at_once() {
    on_both(async |house: House| {
        let token = house.token().await;
        for (body, code, errors) in [
            // 27 November 2026 is a Friday.
            (
                changed(&[("/cremation/date", json!("2026-11-27"))]),
                "closed",
                vec!["/cremation/date closed"],
            ),
            (
                changed(&[("/cremation/date", json!("2027-03-01"))]),
                "beyond_horizon",
                vec!["/cremation/date beyond_horizon"],
            ),
            (
                changed(&[("/cremation/round", json!("13:15"))]),
                "unknown_round",
                vec!["/cremation/round unknown_round"],
            ),
            (
                changed(&[("/cremation", Value::Null), ("/pavilion", Value::Null)]),
                "missing",
                vec!["/cremation missing"],
            ),
            (
                changed(&[("/applicant/phone", json!("123"))]),
                "",
                vec!["/applicant/phone"],
            ),
            (
                json!({}),
                "missing",
                vec![
                    "/applicant/name missing",
                    "/applicant/phone missing",
                    "/applicant/relation missing",
                    "/deceased/name missing",
                    "/deceased/date_of_death",
                    "/deceased/residence missing",
                ],
            ),
            (
                changed(&[
                    ("/applicant", json!("สมหญิง")),
                    ("/cremation/date", json!(["2026-11-25"])),
                    ("/deceased/residence", json!("mars")),
                ]),
                "invalid",
                vec![
                    "/applicant type",
                    "/cremation/date type",
                    "/deceased/residence unknown",
                ],
            ),
            (
                changed(&[("/pavilion", json!({}))]),
                "missing",
                vec!["/pavilion missing"],
            ),
            (
                changed(&[
                    ("/deceased/national_id", json!("1234567890123")),
                    ("/deceased/date_of_death", json!("2026-12-01")),
                ]),
                "",
                vec!["/deceased/national_id", "/deceased/date_of_death future"],
            ),
        ] {
            let answer = house.book(&token, "k", &body).await;
            let (status, found) = answer.problem();
            assert_eq!(status, 422, "{body}");
            assert!(code.is_empty() || found == code, "{found}: {}", answer.text);
            let told = answer.errors();
            for error in errors {
                assert!(
                    told.iter().any(|told| told.starts_with(error)),
                    "{error} is not in {told:?}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_full_round_names_the_conflict_and_what_is_near() {
    on_both(async |house: House| {
        let token = house.token().await;
        let furnaces = house.desk.rules().settings().furnaces.len();
        for n in 0..furnaces {
            let taken = house.book(&token, &format!("fill-{n}"), &other(n)).await;
            assert_eq!(taken.status, 201, "{n} {}", taken.text);
        }
        let full = house.book(&token, "one-more", &other(9)).await;
        assert_eq!(full.problem(), (409, "slot_taken".to_owned()));
        let body = full.json();
        assert_eq!(body["conflicts"], json!(["cremation"]));
        let alternatives = body["alternatives"]
            .as_array()
            .expect("alternatives")
            .clone();
        assert!((1..=5).contains(&alternatives.len()), "{body}");
        let mut again = other(9);
        for (name, value) in alternatives[0].as_object().expect("a wish") {
            again[name] = value.clone();
        }
        let taken = house.book(&token, "one-more", &again).await;
        assert_eq!(
            taken.status, 201,
            "an alternative is a request's own shape, and a 409 used no key up: {}",
            taken.text
        );

        // The pavilion's nights are taken by the whole example, and then by nobody else.
        assert_eq!(
            house
                .book(&token, "nights", &changed(&[("/cremation", Value::Null)]))
                .await
                .status,
            201
        );
        let nights = changed(&[
            ("/cremation", Value::Null),
            ("/deceased/national_id", Value::Null),
        ]);
        let taken = house.book(&token, "nights-2", &nights).await;
        assert_eq!(taken.problem(), (409, "slot_taken".to_owned()));
        assert_eq!(taken.json()["conflicts"], json!(["pavilion"]));
    })
    .await;
}

#[tokio::test]
async fn one_deceased_has_one_live_case() {
    on_both(async |house: House| {
        let token = house.token().await;
        assert_eq!(house.book(&token, "first", &example()).await.status, 201);
        let second = changed(&[
            ("/applicant/name", json!("อีกคน หนึ่ง")),
            ("/pavilion", Value::Null),
        ]);
        let refused = house.book(&token, "second", &second).await;
        assert_eq!(refused.problem(), (409, "deceased_has_case".to_owned()));
        let phone = house.desk.rules().settings().duty.phone.clone();
        assert!(
            refused.text.contains(&phone),
            "whom to call: {}",
            refused.text
        );
        assert!(
            !refused.text.contains("สมหญิง"),
            "nothing about the first: {}",
            refused.text
        );
    })
    .await;
}

#[tokio::test]
async fn a_channel_that_calls_too_often_waits() {
    on_both(async |house: House| {
        let token = house.desk.create_token("busy", 2).await.expect("a token");
        let mut last = None;
        for n in 0..6 {
            let answer = house.book(&token, &format!("k{n}"), &json!({})).await;
            if answer.status == 429 {
                last = Some(answer);
                break;
            }
        }
        let answer = last.expect("a limit");
        assert_eq!(answer.problem(), (429, "rate_limited".to_owned()));
        assert!(
            answer
                .header("retry-after")
                .parse::<u64>()
                .is_ok_and(|seconds| seconds >= 1)
        );
    })
    .await;
}

#[tokio::test]
async fn one_key_twenty_four_times_at_once_is_one_request() {
    on_both(async |house: House| {
        let token = house.token().await;
        let house = Arc::new(house);
        let calls: Vec<_> = (0..24)
            .map(|_| {
                let (house, token) = (Arc::clone(&house), token.clone());
                tokio::spawn(async move { house.book(&token, "once", &example()).await })
            })
            .collect();
        let mut bodies = Vec::new();
        for call in calls {
            let answer = call.await.expect("an answer");
            assert_eq!(answer.status, 201, "{}", answer.text);
            bodies.push(answer.text);
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1);
        assert_eq!(
            store::testing::number(&house.desk.store, "SELECT COUNT(*) AS n FROM request").await,
            1
        );
    })
    .await;
}

#[tokio::test]
async fn tracking_asks_for_both_facts() {
    on_both(async |house: House| {
        let token = house.token().await;
        let answer = house
            .ask(
                post("/api/v1/track")
                    .token(&token)
                    .json(&json!({"reference": ""})),
            )
            .await;
        assert_eq!(answer.problem(), (422, "missing".to_owned()));
        assert_eq!(
            answer.errors(),
            ["/reference missing", "/phone_last4 missing"]
        );
    })
    .await;
}
