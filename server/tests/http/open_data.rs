//! Open data without a key.
use crate::harness::{House, example, on_both};
use serde_json::Value;

fn day<'a>(days: &'a Value, date: &str) -> &'a Value {
    let days = days["days"].as_array().expect("days");
    days.iter()
        .find(|day| day["date"] == date)
        .unwrap_or_else(|| panic!("{date} is not there"))
}

#[tokio::test]
async fn availability_shows_what_is_free_and_why_not() {
    on_both(async |house: House| {
        let answer = house.get("/api/v1/crematorium/availability").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        let days = answer.json();
        let all = days["days"].as_array().expect("days");
        assert_eq!(
            (all.len(), &all[0]["date"], &all[30]["date"]),
            (31, &"2026-11-23".into(), &"2026-12-23".into())
        );
        let friday = day(&days, "2026-11-27");
        assert_eq!(
            (&friday["open"], &friday["rounds"]),
            (&false.into(), &Value::Array(vec![]))
        );
        assert!(
            friday["reason_th"]
                .as_str()
                .is_some_and(|reason| !reason.is_empty()),
            "{friday}"
        );
        let free = |days: &Value| {
            let rounds = day(days, "2026-11-25")["rounds"]
                .as_array()
                .expect("rounds")
                .clone();
            rounds
                .iter()
                .find(|round| round["round"] == "13:00")
                .expect("the round")["free"]
                .as_u64()
                .expect("a number")
        };
        let night = |days: &Value| {
            let pavilions = day(days, "2026-11-24")["pavilions"]
                .as_array()
                .expect("pavilions")
                .clone();
            pavilions
                .iter()
                .find(|pavilion| pavilion["id"] == "sala-1")
                .expect("the pavilion")["free"]
                .as_bool()
        };
        assert!(free(&days) >= 2, "at least two furnaces at 13:00");
        assert_eq!(night(&days), Some(true));

        let token = house.token().await;
        assert_eq!(house.book(&token, "k", &example()).await.status, 201);
        let after = house.get("/api/v1/crematorium/availability").await.json();
        assert_eq!(free(&after), free(&days) - 1);
        assert_eq!(night(&after), Some(false));
    })
    .await;
}

#[tokio::test]
async fn the_calendar_knows_the_moon_as_far_as_it_is_confirmed() {
    on_both(async |house: House| {
        let days = house.get("/api/v1/calendar?from=2026-11-23&to=2026-11-28").await.json();
        let full_moon = day(&days, "2026-11-24");
        let lunar = serde_json::json!({"month": 12, "second": false, "phase": "waxing", "day": 15, "holy_day": true});
        assert_eq!(full_moon["lunar"], lunar);
        assert_eq!(full_moon["open"], true, "a holy day closes nothing by itself");
        let codes: Vec<&Value> = full_moon["advice"].as_array().expect("advice").iter().map(|advice| &advice["code"]).collect();
        assert!(codes.contains(&&"holy_day".into()), "{codes:?}");
        assert_eq!(day(&days, "2026-11-27")["open"], false);
        let far = house.get("/api/v1/calendar?from=2090-01-01&to=2090-01-01").await.json();
        assert_eq!(far["days"][0]["lunar"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn periods_are_checked_and_name_their_field() {
    on_both(async |house: House| {
        for (path, expected) in [
            (
                "crematorium/availability?from=2026-11-23&to=2027-02-22",
                None,
            ), // 92 days
            (
                "crematorium/availability?from=2026-11-23&to=2027-02-23",
                Some("/to too_long"),
            ),
            ("calendar?from=2026-01-01&to=2027-02-04", None), // 400 days
            (
                "calendar?from=2026-01-01&to=2027-02-05",
                Some("/to too_long"),
            ),
            (
                "calendar?from=2026-11-24&to=2026-11-23",
                Some("/to before_from"),
            ),
            ("calendar?from=2026-02-30", Some("/from date")),
            ("calendar?from=x&to=y", Some("/from date")),
            (
                "crematorium/availability?from=23%2F11%2F2569",
                Some("/from date"),
            ),
            ("calendar?from=9999-12-30&to=9999-12-31", None),
            ("calendar?from=0001-01-01&to=0001-01-02", None),
            ("crematorium/availability?from=9999-12-30", None),
        ] {
            let answer = house.get(&format!("/api/v1/{path}")).await;
            match expected {
                None => assert_eq!(answer.status, 200, "{path} {}", answer.text),
                Some(error) => {
                    assert_eq!(answer.problem().0, 422, "{path}");
                    assert_eq!(answer.errors()[0], error, "{path}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn manuals_and_the_description_are_public() {
    on_both(async |house: House| {
        let services = house.get("/api/v1/services").await.json();
        let names: Vec<&str> = services["services"]
            .as_array()
            .expect("services")
            .iter()
            .filter_map(|service| service["service"].as_str())
            .collect();
        assert!(names.contains(&"crematorium"), "{names:?}");
        assert_eq!(services["sample"], true);
        let openapi = house.get("/api/v1/openapi.json").await;
        assert_eq!(openapi.header("content-type"), "application/json");
        let document = openapi.json();
        assert!(
            document["openapi"]
                .as_str()
                .is_some_and(|version| version.starts_with("3.1"))
        );
        assert_eq!(
            document["paths"]["/crematorium/requests"]["post"]["security"][0]["channel_token"],
            serde_json::json!([])
        );
    })
    .await;
}
