//! Loans through the router: the API's promises, and a resident's way without a script.
use crate::harness::{House, get, house, on_both, post};
use crate::pages::Browser;
use domain::request::{Action, Delegation, Role, StaffActor};
use serde_json::{Value, json};
use store::Engine;
use store::testing::TestDatabase;

const REQUESTS: &str = "/api/v1/equipment/requests";

fn example() -> Value {
    server::api::openapi::loan_example()
}

fn changed(changes: &[(&str, Value)]) -> Value {
    let mut body = example();
    for (pointer, value) in changes {
        *body.pointer_mut(pointer).expect("a place in the example") = value.clone();
    }
    body
}

/// Who approves, without a row: nobody reads the history here.
fn director() -> StaffActor {
    StaffActor {
        id: uuid::Uuid::from_u128(42),
        name: "ผู้อำนวยการ".to_owned(),
        position: "ผู้อำนวยการกอง".to_owned(),
        roles: vec![Role::Officer, Role::Approver],
        delegation: Some(Delegation {
            order: "1/2569".to_owned(),
            from: chrono::NaiveDate::default(),
            until: None,
        }),
    }
}

async fn register(house: &House, kind: &str, count: usize) {
    let mut rows = vec![
        ["เลขครุภัณฑ์", "รายการ", "ตรวจสภาพเมื่อ"]
            .map(str::to_owned)
            .to_vec(),
    ];
    rows.extend((0..count).map(|n| {
        vec![
            format!("{kind}-{n}"),
            kind.to_owned(),
            "20/11/2569".to_owned(),
        ]
    }));
    let added = house.desk.import_register(&director(), &rows).await;
    added.expect("an import").expect("good rows");
}

#[tokio::test]
async fn the_example_is_taken_once_queued_without_a_unit_and_tracked_alike() {
    on_both(async |house: House| {
        let token = house.token().await;
        let send = |key: &str, body: &Value| {
            post(REQUESTS)
                .token(&token)
                .header("idempotency-key", key)
                .json(body)
        };
        let taken = house.ask(send("k1", &example())).await;
        assert_eq!(taken.status, 201, "{}", taken.text);
        let body = taken.json();
        assert_eq!(
            (&body["status"], &body["place"]),
            (&json!("queued"), &json!(1))
        );
        assert_eq!(body["items"][0]["free"], false);
        // No unit is in use: nothing can be promised.
        assert_eq!(body["expected_week"], Value::Null);
        let again = house.ask(send("k1", &example())).await;
        assert_eq!((again.status, &again.text), (taken.status, &taken.text));
        let other = changed(&[("/patient/name", json!("คนอื่น ใจดี"))]);
        let reused = house.ask(send("k1", &other)).await;
        assert_eq!(reused.problem(), (422, "idempotency_key_reused".to_owned()));
        let track = post("/api/v1/track")
            .token(&token)
            .json(&json!({"reference": body["reference"], "phone_last4": "5678"}));
        let tracked = house.ask(track).await.json();
        assert_eq!(
            (&tracked["service"], &tracked["status"]),
            (&json!("equipment"), &json!("queued"))
        );
        assert!(
            tracked["steps"]
                .as_array()
                .is_some_and(|steps| steps.len() == 5)
        );

        register(&house, "wheelchair", 3).await;
        let second = house.ask(send("k2", &other)).await.json();
        assert_eq!(second["status"], "submitted");
        assert_eq!(second["items"][0]["free"], true);
        let types = house.get("/api/v1/equipment/types").await.json();
        let chair = types["types"]
            .as_array()
            .and_then(|types| types.iter().find(|kind| kind["type"] == "wheelchair"))
            .expect("the wheelchair")
            .clone();
        assert_eq!((&chair["free"], &chair["queue"]), (&json!(1), &json!(2)));
        assert!(chair["name_th"].is_string() && chair["name_en"].is_string());
    })
    .await;
}

#[tokio::test]
async fn every_wrong_value_is_told_at_once_with_its_pointer() {
    on_both(async |house: House| {
        let token = house.token().await;
        let errors = async |body: &Value| {
            let ask = post(REQUESTS)
                .token(&token)
                .header("idempotency-key", "k")
                .json(body);
            let answer = house.ask(ask).await;
            assert_eq!(answer.status, 422, "{}", answer.text);
            answer.errors()
        };
        for (changes, expected) in [
            (
                vec![("/items/0/type", json!("rocket"))],
                vec!["/items/0/type unknown"],
            ),
            (
                vec![("/items/0/quantity", json!(2))],
                vec!["/items/0/quantity over_quota"],
            ),
            (vec![("/items/0", json!("chair"))], vec!["/items/0 type"]),
            (vec![("/items", json!({}))], vec!["/items type"]),
            (vec![("/items", json!([]))], vec!["/items missing"]),
            (
                vec![("/until", json!("2027-02-23"))],
                vec!["/until too_long"],
            ),
            (
                vec![
                    ("/patient/condition", json!("ill")),
                    ("/delivery", Value::Null),
                    ("/from", json!("22/11/2569")),
                ],
                vec![
                    "/patient/condition unknown",
                    "/from past",
                    "/delivery missing",
                ],
            ),
        ] {
            assert_eq!(errors(&changed(&changes)).await, expected, "{changes:?}");
        }
        let without = house
            .ask(post(REQUESTS).token(&token).json(&example()))
            .await;
        assert_eq!(
            without.problem(),
            (400, "idempotency_key_missing".to_owned())
        );
        let nobody = house.ask(post(REQUESTS).json(&example())).await;
        assert_eq!(nobody.problem(), (401, "unauthorized".to_owned()));
        assert_eq!(house.ask(get(REQUESTS)).await.status, 405);
    })
    .await;
}

#[tokio::test]
async fn a_resident_asks_is_offered_accepts_and_is_told_what_comes_next() {
    let database = TestDatabase::new(Engine::Sqlite).await;
    database.store.migrate().await.expect("a schema");
    let house = house(database.store.clone(), crate::harness::PUBLIC_URL).await;
    register(&house, "wheelchair", 1).await;
    let desk = house.desk.clone();
    let who = director();
    let mut browser = Browser::new(house);
    let catalogue = browser.get("/equipment").await;
    assert!(catalogue.text.contains("ว่าง 1 ชิ้น"), "{}", catalogue.text);
    let (_, first) = browser.send("/equipment", "").await;
    let draft = first.split('/').nth(2).expect("a draft").to_owned();
    let at = |step: &str| format!("/equipment/{draft}/{step}");
    for (step, form, next) in [
        (
            "contact",
            "applicant.name=สมหญิง ใจดี&applicant.phone=0812345678&filling_for=self",
            "patient",
        ),
        (
            "patient",
            "patient.who=other&patient.name=สมศรี ใจดี&applicant.relation=child&patient.condition=bedridden",
            "items",
        ),
        (
            "items",
            "items.0.type=wheelchair&items.0.quantity=1",
            "period",
        ),
        (
            "period",
            "from.day=๒๕&from.month=11&from.year=2569&duration=30",
            "place",
        ),
        ("place", "delivery=pickup", "check"),
    ] {
        let page = browser.get(&at(step)).await;
        assert_eq!(page.status, 200, "{step}: {}", page.text);
        let (answer, location) = browser.send(&at(step), form).await;
        assert_eq!(location, at(next), "{step}: {}", answer.text);
    }
    // What is wrong comes back as typed, and everything else stays.
    let (wrong, _) = browser
        .send(&at("place/change"), "delivery=delivery&patient.address=")
        .await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("กรอกที่อยู่ที่จะให้นำไปส่ง"));
    let check = browser.get(&at("check")).await;
    for words in ["สมศรี ใจดี", "รถเข็นนั่งผู้ป่วย × 1", "24 ธันวาคม 2569"]
    {
        assert!(check.text.contains(words), "{words}: {}", check.text);
    }
    let (_, sent) = browser.send(&at("check"), "").await;
    assert_eq!(sent, at("sent"));
    let (_, again) = browser.send(&at("check"), "").await;
    assert_eq!(again, sent, "a second tap gets the same");
    assert_eq!(browser.get(&sent).await.status, 200);
    // The draft's address among bookings, and a booking's among loans.
    let (_, elsewhere) = {
        let answer = browser.get(&format!("/crematorium/{draft}")).await;
        let location = answer.header("location").to_owned();
        (answer, location)
    };
    assert_eq!(elsewhere, format!("/equipment/{draft}"));
    let list = desk
        .loans(&who, &desk::loan::LoanFilter::default(), None)
        .await;
    let reference = list.expect("a list").rows[0].reference.as_str().to_owned();
    let facts = format!("reference={reference}&phone_last4=5678");
    let (tracked, _) = browser.send("/track", &facts).await;
    assert!(
        tracked.text.contains("สถานะคำขอยืมอุปกรณ์"),
        "{}",
        tracked.text
    );
    let file = desk.open_loan(&who, &reference).await.expect("a file");
    let approve = Action::Approve;
    desk.decide_loan(&who, &reference, file.version, approve)
        .await
        .expect("an approval");
    // The day is two days off: a unit is set aside already.
    let (offered, _) = browser.send("/track", &facts).await;
    assert!(offered.text.contains("โปรดตอบภายใน"), "{}", offered.text);
    let line = offered
        .text
        .split("name=\"line\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a piece")
        .to_owned();
    let (accepted, _) = browser
        .send("/track/loan", &format!("{facts}&act=accept&line={line}"))
        .await;
    assert!(
        accepted.text.contains("เจ้าหน้าที่จะโทรนัดวันรับ"),
        "{}",
        accepted.text
    );
    let (asked, _) = browser
        .send("/track/loan", &format!("{facts}&act=end"))
        .await;
    assert!(asked.text.contains("ยกเลิกคำขอนี้หรือไม่"));
    let (ended, _) = browser
        .send("/track/loan", &format!("{facts}&act=end&confirm=yes"))
        .await;
    assert!(ended.text.contains("ยกเลิกแล้ว"), "{}", ended.text);
    let (late, _) = browser
        .send("/track/loan", &format!("{facts}&act=accept&line={line}"))
        .await;
    assert_eq!(late.status, 409, "{}", late.text);
    database.delete().await;
}
