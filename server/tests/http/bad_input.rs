//! Bad input and bad days: what a family, a channel and a cashier read, side by side, in tables kept as snapshots.
//!
//! Two officers at once, approval against withdrawal, and a hold that lapses as it is sent race in
//! `desk/tests/cases/races.rs`; a disk that is full, in `desk/tests/cases/papers.rs`.
use crate::agent::officer;
use crate::codes::director;
use crate::harness::{
    Answer, House, PUBLIC_URL, ask, changed, example, house_with_files, house_with_papers, on_both,
    post,
};
use crate::pages::Browser;
use crate::photos::{enormous_png, photo, turned_with_gps};
use axum::http::Method;
use domain::request::Role;
use image::ImageFormat;
use serde_json::{Value, json};
use server::objects::Objects;
use std::fmt::Write as _;
use store::Engine;
use store::testing::{TestDatabase, number, texts};

/// What is typed: its name, the page and its form, and the same as changes of the API's example.
struct Typed {
    name: &'static str,
    step: &'static str,
    form: String,
    api: Vec<(&'static str, Value)>,
}

fn typed(
    name: &'static str,
    step: &'static str,
    form: impl Into<String>,
    api: Vec<(&'static str, Value)>,
) -> Typed {
    Typed {
        name,
        step,
        form: form.into(),
        api,
    }
}

fn identity(name: &'static str, number: &str) -> Typed {
    let form = format!(
        "deceased.name=สมชาย ใจดี&deceased.identity=national_id&deceased.national_id={number}"
    );
    let api = vec![
        ("/deceased/identity", json!("national_id")),
        ("/deceased/national_id", json!(number)),
    ];
    typed(name, "deceased", form, api)
}

fn death(name: &'static str, (day, month, year): (&str, &str, &str)) -> Typed {
    let field = "deceased.date_of_death";
    let form = format!("{field}.day={day}&{field}.month={month}&{field}.year={year}");
    let parts = json!({"day": day, "month": month, "year": year});
    typed(
        name,
        "death",
        form,
        vec![("/deceased/date_of_death", parts)],
    )
}

fn named(name: &'static str, typed_name: &str) -> Typed {
    let encoded = typed_name.replace('\0', "%00");
    let form = format!("filling_for=self&applicant.name={encoded}&applicant.phone=0812345678");
    typed(
        name,
        "contact",
        form,
        vec![("/applicant/name", json!(typed_name))],
    )
}

fn everything_typed() -> Vec<Typed> {
    vec![
        identity("a wrong check digit", "1234567890123"),
        identity("twelve digits", "123456789012"),
        identity("no ID", ""),
        identity("Thai digits in the ID", "๑๒๓๔๕๖๗๘๙๐๑๒๑"),
        death("death tomorrow", ("24", "11", "2569")),
        death("29 February of a year without one", ("29", "2", "2570")),
        death("29 February of a leap year to come", ("29", "2", "2571")),
        death("พ.ศ.", ("20", "พ.ย.", "2569")),
        death("ค.ศ.", ("20", "พ.ย.", "2026")),
        death("a year of neither era", ("20", "พ.ย.", "2312")),
        death(
            "พ.ศ. with its middle digits changed",
            ("20", "พ.ย.", "2512"),
        ),
        death("Thai digits in the date", ("๒๐", "๑๑", "๒๕๖๙")),
        death("the thirty-first of November", ("31", "11", "2569")),
        named("a name of 500 letters", &"ก".repeat(500)),
        named("emoji in a name", "สมหญิง 🙏 ใจดี"),
        named("only emoji", "🙏🙏"),
        named("NUL in a name", "สม\0หญิง ใจดี"),
        named("only NUL", "\0"),
        typed(
            "Thai digits in the phone",
            "contact",
            "filling_for=self&applicant.name=สมหญิง ใจดี&applicant.phone=๐๘๑-๒๓๔-๕๖๗๘",
            vec![("/applicant/phone", json!("๐๘๑-๒๓๔-๕๖๗๘"))],
        ),
        typed(
            "a phone that is none",
            "contact",
            "filling_for=self&applicant.name=สมหญิง ใจดี&applicant.phone=12",
            vec![("/applicant/phone", json!("12"))],
        ),
        typed(
            "cremation before death",
            "day",
            "slot=2026-11-19T13:00",
            vec![
                ("/cremation/date", json!("2026-11-19")),
                ("/pavilion", Value::Null),
            ],
        ),
    ]
}

/// The links of a page's error summary: which field, and what is said of it.
fn summary(answer: &Answer) -> String {
    let list = answer
        .text
        .split("class=\"errors\"")
        .nth(1)
        .unwrap_or_default();
    let list = list.split("</ul>").next().unwrap_or_default();
    let errors = list.split("<li>").skip(1).map(|line| {
        let line = line.split("</li>").next().unwrap_or_default();
        let field = line
            .split("href=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let words: String = line
            .split('>')
            .skip(1)
            .map(|part| part.split('<').next().unwrap_or_default())
            .collect();
        format!(
            "{} {}",
            field.unwrap_or("-"),
            if words.is_empty() { line } else { &words }
        )
    });
    errors.collect::<Vec<_>>().join("; ")
}

/// A channel's errors: pointer, code and words.
fn problem(answer: &Answer) -> String {
    if answer.status.is_success() {
        return String::new();
    }
    let body = answer.json();
    let Some(errors) = body["errors"].as_array() else {
        return format!("{} {}", body["code"], body["detail_th"]);
    };
    let word = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
    let lines = errors.iter().map(|error| {
        let words = word(error, "detail_th");
        format!("{} {} {words}", word(error, "pointer"), word(error, "code"))
    });
    lines.collect::<Vec<_>>().join("; ")
}

async fn house() -> (TestDatabase, House) {
    let database = TestDatabase::new(Engine::Sqlite).await;
    database.store.migrate().await.expect("migrations");
    let house = house_with_papers(database.store.clone()).await;
    (database, house)
}

#[tokio::test]
async fn every_wrong_answer_names_its_field_on_the_page_and_in_the_api() {
    let (database, house) = house().await;
    let token = house.token().await;
    let mut browser = Browser::new(house);
    let (_, first) = browser.send("/crematorium", "").await;
    let draft = first.split('/').nth(2).expect("a draft").to_owned();
    // So that the list of days is open.
    for (step, form) in [
        (
            "contact",
            "filling_for=self&applicant.name=ก ข&applicant.phone=0812345678",
        ),
        ("relation", "applicant.relation=child"),
        ("deceased", "deceased.name=ค ง&deceased.identity=not_known"),
        (
            "death",
            "deceased.date_of_death.day=20&deceased.date_of_death.month=11&deceased.date_of_death.year=2569",
        ),
        ("residence", "deceased.residence=in_area"),
        ("nights", "need=cremation"),
    ] {
        browser.step(&draft, step, form).await;
    }
    let mut table = String::new();
    for (n, typed) in everything_typed().into_iter().enumerate() {
        let path = format!("/crematorium/{draft}/{}", typed.step);
        let (page, _) = browser.send(&path, &typed.form).await;
        assert!(
            page.status == 303 || page.text.contains("<title>ผิดพลาด"),
            "{}: {}",
            typed.name,
            page.status
        );
        let api = browser
            .house
            .book(&token, &format!("k{n}"), &changed(&typed.api))
            .await;
        let _ = writeln!(table, "{}", typed.name);
        let _ = writeln!(
            table,
            "    page {} {}",
            page.status.as_u16(),
            summary(&page)
        );
        let _ = writeln!(table, "    api  {} {}", api.status.as_u16(), problem(&api));
        if api.status == 201 {
            // The next one asks for the same place and the same person.
            let reference = api.json()["reference"]
                .as_str()
                .expect("a number")
                .to_owned();
            let path = format!("/api/v1/crematorium/requests/{reference}/cancel");
            let body = json!({});
            let cancel = post(&path)
                .token(&token)
                .header("idempotency-key", "c")
                .json(&body);
            assert_eq!(browser.house.ask(cancel).await.status, 200);
            store::testing::run_sql(&browser.house.desk.store, "DELETE FROM given_up").await;
        }
    }
    insta::assert_snapshot!("bad_answers", table);
    drop(browser);
    database.delete().await;
}

fn everything_sent() -> Vec<(&'static str, Vec<u8>)> {
    let jpeg = photo(300, 200, ImageFormat::Jpeg);
    vec![
        ("a photo", jpeg.clone()),
        ("turned, with its place", turned_with_gps()),
        ("nothing", Vec::new()),
        (
            "HTML named .jpg",
            b"<html><script>alert(1)</script></html>".to_vec(),
        ),
        ("a PDF", b"%PDF-1.7\n1 0 obj".to_vec()),
        ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0heic".to_vec()),
        ("60,000 points across", enormous_png()),
        ("one point", photo(1, 1, ImageFormat::Png)),
        ("cut in the middle", jpeg[..jpeg.len() / 2].to_vec()),
        ("more than 8 MB", [jpeg, vec![0; 8 << 20]].concat()),
    ]
}

async fn booked(house: &House, token: &str) -> String {
    let taken = house.book(token, "key-1", &example()).await;
    assert_eq!(taken.status, 201, "{}", taken.text);
    taken.json()["reference"]
        .as_str()
        .expect("a number")
        .to_owned()
}

async fn send_as_family(house: &House, reference: &str, bytes: &[u8]) -> Answer {
    let fields = [
        ("reference", reference),
        ("phone_last4", "5678"),
        ("kind", "death_certificate"),
    ];
    let ask = post("/track/papers").header("origin", PUBLIC_URL);
    house.ask(ask.file(&fields, "photo", bytes)).await
}

async fn send_as_channel(house: &House, token: &str, reference: &str, bytes: &[u8]) -> Answer {
    let path = format!("/api/v1/crematorium/requests/{reference}/papers?kind=in_area_proof");
    house
        .ask(post(&path).token(token).bytes("image/jpeg", bytes))
        .await
}

#[tokio::test]
async fn every_file_that_is_no_photo_is_refused_in_words_and_a_photo_says_nothing_but_its_points() {
    let (database, house) = house().await;
    let token = house.token().await;
    let reference = booked(&house, &token).await;
    let mut table = String::new();
    for (name, bytes) in everything_sent() {
        let page = send_as_family(&house, &reference, &bytes).await;
        let api = send_as_channel(&house, &token, &reference, &bytes).await;
        let _ = writeln!(table, "{name}");
        let _ = writeln!(
            table,
            "    page {} {}",
            page.status.as_u16(),
            summary(&page)
        );
        let _ = writeln!(table, "    api  {} {}", api.status.as_u16(), problem(&api));
    }
    insta::assert_snapshot!("bad_files", table);
    let path = format!("/api/v1/crematorium/requests/{reference}/papers");
    let list = house
        .ask(ask(Method::GET, &path).token(&token))
        .await
        .json();
    let ids: Vec<_> = list["papers"]
        .as_array()
        .expect("papers")
        .iter()
        .map(|paper| paper["id"].clone())
        .collect();
    assert_eq!(
        ids.len(),
        4,
        "two photos, each by page and by channel: {list}"
    );
    let (staff, _) = officer(&house, "officer", Role::Officer).await;
    let mut upright = 0;
    for id in ids {
        let id = id.as_str().expect("an id").parse().expect("a UUID");
        let kept = house
            .desk
            .open_photo_as_officer(&staff, &reference, id)
            .await
            .expect("the photo");
        assert!(
            !kept.windows(3).any(|found| found == b"GPS"),
            "where it was taken"
        );
        assert!(
            !kept.windows(4).any(|found| found == b"Exif"),
            "what the phone wrote"
        );
        let size = image::load_from_memory(&kept).expect("a picture");
        upright += u32::from(size.height() > size.width());
    }
    assert_eq!(upright, 2, "the turned one stands upright");
    drop(house);
    database.delete().await;
}

#[tokio::test]
async fn a_place_for_files_that_is_gone_is_said_at_the_field_and_the_booking_stays() {
    let database = TestDatabase::new(Engine::Sqlite).await;
    database.store.migrate().await.expect("migrations");
    let folder = std::env::temp_dir().join(format!("sala_files_{}", std::process::id()));
    let files = Objects::Folder(folder.clone()).open().expect("a folder");
    let house = house_with_files(database.store.clone(), files).await;
    let token = house.token().await;
    let reference = booked(&house, &token).await;
    // What a disk that went read-only or full comes to: nothing can be written there.
    std::fs::remove_dir_all(&folder).expect("the folder");
    std::fs::write(&folder, b"").expect("a file in its place");
    let bytes = photo(300, 200, ImageFormat::Jpeg);

    let page = send_as_family(&house, &reference, &bytes).await;
    assert_eq!(page.status, 503);
    assert!(
        summary(&page).contains("ยังเก็บไฟล์ไม่ได้ในขณะนี้"),
        "{}",
        summary(&page)
    );
    let kind = page
        .text
        .split("value=\"death_certificate\"")
        .nth(1)
        .expect("the kind");
    assert!(
        kind.split('>')
            .next()
            .is_some_and(|rest| rest.contains("checked") || rest.contains("selected")),
        "what was chosen stays"
    );
    let api = send_as_channel(&house, &token, &reference, &bytes).await;
    assert_eq!(api.problem(), (503, "unavailable".to_owned()));
    assert!(api.header("retry-after").parse::<u32>().is_ok());
    let store = &house.desk.store;
    assert_eq!(number(store, "SELECT COUNT(*) AS n FROM paper").await, 0);
    assert_eq!(
        texts(store, "SELECT status FROM request", "status").await,
        ["submitted"]
    );

    std::fs::remove_file(&folder).expect("the file");
    std::fs::create_dir(&folder).expect("the folder again");
    assert_eq!(
        send_as_family(&house, &reference, &bytes).await.status,
        200,
        "and recovers by itself"
    );
    drop(house);
    std::fs::remove_dir_all(&folder).expect("the folder");
    database.delete().await;
}

#[tokio::test]
async fn every_bank_file_that_cannot_be_read_says_which_row_and_why() {
    let (database, house) = house().await;
    let (_, cookie) = officer(&house, "cashier", Role::Cashier).await;
    let rows = "วันที่,จำนวนเงิน,Ref1,Ref2\n23/11/2569,\"1,500.50\",572400000004,70000001\n";
    let wrong = "วันที่,จำนวนเงิน,Ref1,Ref2\n31/11/2569,1500,572400000004,1\n23/11/2569,สามบาท,572400000004,1\n";
    let (tis, _, _) = encoding_rs::WINDOWS_874.encode(rows);
    let mut table = String::new();
    for (name, bytes) in [
        ("UTF-8 with BOM", format!("\u{feff}{rows}").into_bytes()),
        ("TIS-620", tis.into_owned()),
        ("wrong columns", b"a,b,c\n1,2,3\n".to_vec()),
        ("two wrong rows", wrong.as_bytes().to_vec()),
        (
            "broken bytes",
            [rows.as_bytes(), b"\xff\xfe\x00\x00"].concat(),
        ),
        ("a PDF", b"%PDF-1.7".to_vec()),
        ("a damaged XLSX", b"PK\x03\x04 no zip at all".to_vec()),
        ("nothing", Vec::new()),
    ] {
        let ask = post("/staff/bank/import")
            .header("origin", PUBLIC_URL)
            .header("cookie", &cookie);
        let page = house.ask(ask.file(&[], "file", &bytes)).await;
        let main = page.text.split("<main").nth(1).unwrap_or_default();
        let words: Vec<&str> = main
            .split('<')
            .filter_map(|part| part.split_once('>'))
            .map(|(_, words)| words.trim())
            .filter(|words| !words.is_empty())
            .collect();
        let _ = writeln!(
            table,
            "{name}\n    {} {}",
            page.status.as_u16(),
            words.join(" | ")
        );
    }
    insta::assert_snapshot!("bad_statements", table);
    drop(house);
    database.delete().await;
}

#[tokio::test]
async fn who_decides_second_reads_who_was_first() {
    let (database, house) = house().await;
    let token = house.token().await;
    let reference = booked(&house, &token).await;
    let (one, _) = officer(&house, "one", Role::Officer).await;
    let (_, second) = officer(&house, "second", Role::Officer).await;
    let version = house
        .desk
        .open_request(&one, &reference)
        .await
        .expect("open")
        .version;
    house
        .desk
        .decide(&one, &reference, version, domain::request::Action::Take)
        .await
        .expect("taken");
    let path = format!("/staff/requests/{reference}/decision");
    let form = format!("action=return&version={version}&defect=ชื่อไม่ตรง&correct_by=2026-11-30");
    let ask = post(&path)
        .header("origin", PUBLIC_URL)
        .header("cookie", &second)
        .form(&form);
    let late = house.ask(ask).await;
    assert_eq!(late.status, 409, "{}", late.text);
    assert!(late.text.contains("ชื่อไม่ตรง"), "what was typed stays");
    // The family withdraws what was decided meanwhile.
    house
        .desk
        .withdraw(&reference, "5678", "a")
        .await
        .expect("withdrawn");
    let form = format!("action=take&version={}", version + 1);
    let ask = post(&path)
        .header("origin", PUBLIC_URL)
        .header("cookie", &second)
        .form(&form);
    let late = house.ask(ask).await;
    assert!(late.status == 409 || late.status == 422, "{}", late.status);
    drop(house);
    database.delete().await;
}

/// Sends a family's form; the answer.
async fn as_family(house: &House, path: &str, reference: &str, form: &str) -> Answer {
    let form = format!("reference={reference}&phone_last4=5678&{form}");
    let ask = post(path).header("origin", PUBLIC_URL).form(&form);
    house.ask(ask).await
}

#[tokio::test]
async fn three_taps_at_once_withdraw_once_and_all_read_so() {
    on_both(async |house: House| {
        let token = house.token().await;
        let reference = booked(&house, &token).await;
        let tap = || as_family(&house, "/track/withdraw", &reference, "confirm=yes");
        let (one, two, three) = tokio::join!(tap(), tap(), tap());
        for answer in [one, two, three] {
            assert_eq!(answer.status, 200, "{}", answer.text);
            assert!(answer.text.contains("ถอนคำขอแล้ว"), "{}", answer.text);
        }
        let late = tap().await;
        assert_eq!(late.status, 200, "and so does a late one");
        let events = "SELECT COUNT(*) AS n FROM request_event WHERE event = 'withdrawn'";
        assert_eq!(number(&house.desk.store, events).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_place_that_cannot_be_read_is_said_above_the_list() {
    let (database, house) = house().await;
    house.clock.set("2026-11-21T02:00:00Z");
    let token = house.token().await;
    let reference = booked(&house, &token).await;
    for (form, words) in [
        ("slot=2026-11-28&confirm=yes", "อ่านวันและเวลาที่เลือกไม่ได้"),
        ("slot=%7B&choose=yes", "อ่านวันและเวลาที่เลือกไม่ได้"),
        ("confirm=yes", "เลือกวันและเวลาใหม่"),
        ("choose=yes", "เลือกวันและเวลาใหม่"),
    ] {
        let answer = as_family(&house, "/track/change", &reference, form).await;
        assert_eq!(answer.status, 422, "{form}");
        let errors = answer.text.split("class=\"errors\"").nth(1);
        assert!(
            errors.is_some_and(|rest| rest.contains(words)),
            "{form}: {}",
            answer.text
        );
    }
    drop(house);
    database.delete().await;
}

#[tokio::test]
async fn an_appeal_from_an_old_page_keeps_its_words() {
    let (database, house) = house().await;
    let token = house.token().await;
    let reference = booked(&house, &token).await;
    let who = director(&house).await;
    let version = house
        .desk
        .open_request(&who, &reference)
        .await
        .expect("open")
        .version;
    let refuse = domain::request::Action::Refuse {
        facts: "ตามคำขอ".to_owned(),
        law: "เทศบัญญัติ".to_owned(),
        reason: "เอกสารไม่ครบ".to_owned(),
        appeal: "อุทธรณ์ภายใน 15 วัน".to_owned(),
    };
    let refused = house.desk.decide(&who, &reference, version, refuse).await;
    refused.expect("refused");
    let sent = as_family(
        &house,
        "/track/appeal",
        &reference,
        "form_key=&words=ไม่เห็นด้วยเพราะส่งครบแล้ว",
    )
    .await;
    assert_eq!(sent.status, 422, "{}", sent.text);
    assert!(sent.text.contains("ไม่เห็นด้วยเพราะส่งครบแล้ว"), "{}", sent.text);
    assert!(sent.text.contains("โปรดกดยื่นอีกครั้ง"));
    assert!(
        !sent.text.contains("name=\"form_key\" value=\"\""),
        "a key to send it by"
    );
    drop(house);
    database.delete().await;
}

#[tokio::test]
async fn a_statement_with_a_mistake_in_every_row_is_a_page_that_can_be_read() {
    let (database, house) = house().await;
    let (_, cookie) = officer(&house, "cashier", Role::Cashier).await;
    let mut rows = "วันที่,จำนวนเงิน,Ref1,Ref2\n".to_owned();
    for _ in 0..10_000 {
        rows.push_str("31/11/2569,x,1,1\n");
    }
    let ask = post("/staff/bank/import")
        .header("origin", PUBLIC_URL)
        .header("cookie", &cookie);
    let page = house.ask(ask.file(&[], "file", rows.as_bytes())).await;
    assert_eq!(page.status, 422);
    assert!(page.text.len() < 100_000, "{}", page.text.len());
    assert!(page.text.contains("แสดง 200 จุดแรก"), "{}", page.text);
    assert_eq!(page.text.matches("<tr>").count(), 1 + 200);
    drop(house);
    database.delete().await;
}
