//! The codes on documents, read from the picture's own points as a phone's camera reads them.
use crate::harness::{House, example, house_with_papers};
use desk::staff::NewStaff;
use domain::document::Kind;
use domain::form::Lang;
use domain::request::{Action, Delegation, Role, StaffActor};
use image::GrayImage;
use std::pin::Pin;
use store::Engine;
use store::testing::{TestDatabase, texts};

/// As wide as the pictures that families keep.
const WIDTH: u32 = 1080;
/// Of an A4 page.
const PAGE_MILLIMETRES: f64 = 210.0;

/// What a code says, and how wide its modules are on paper, without the quiet zone.
struct Seen {
    text: String,
    millimetres: f64,
}

fn seen(png: &[u8]) -> Vec<Seen> {
    let picture: GrayImage = image::load_from_memory(png).expect("a picture").to_luma8();
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(
        picture.width() as usize,
        picture.height() as usize,
        |x, y| {
            let (x, y) = (u32::try_from(x), u32::try_from(y));
            picture.get_pixel(x.expect("small"), y.expect("small")).0[0]
        },
    );
    let codes = prepared.detect_grids();
    let read = |grid: &rqrr::Grid<_>| {
        let across = f64::from(grid.bounds[1].x - grid.bounds[0].x);
        Seen {
            text: grid.decode().expect("a code that can be read").1,
            millimetres: across * PAGE_MILLIMETRES / f64::from(picture.width()),
        }
    };
    codes.iter().map(read).collect()
}

/// The tags of an `EMVCo` text, one level deep.
fn tags(mut text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    while !text.is_empty() {
        let (head, rest) = text.split_at(4);
        let (id, length) = head.split_at(2);
        let (value, rest) = rest.split_at(length.parse().expect("a length"));
        found.push((id, value));
        text = rest;
    }
    found
}

fn value<'a>(tags: &[(&'a str, &'a str)], id: &str) -> &'a str {
    tags.iter().find(|(tag, _)| *tag == id).expect("a tag").1
}

/// CRC-16/CCITT-FALSE, bit by bit: written apart from the code under test.
fn crc(text: &str) -> u16 {
    text.bytes().fold(0xffff_u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| {
            if crc & 0x8000 == 0 {
                crc << 1
            } else {
                crc << 1 ^ 0x1021
            }
        })
    })
}

/// Somebody who may sign.
pub async fn director(house: &House) -> StaffActor {
    let new = NewStaff {
        username: "director".to_owned(),
        name: "สมศักดิ์ ตั้งใจ".to_owned(),
        position: "ผู้อำนวยการ".to_owned(),
        roles: vec![Role::Approver],
        delegation: Some(Delegation {
            order: "1/2569".to_owned(),
            from: "2026-01-01".parse().expect("a day"),
            until: None,
        }),
    };
    house.desk.enrol(&new, None).await.expect("an account");
    house.staff("director").await
}

/// An approved request, who approved it, and the token that sent it.
pub async fn approved(house: &House) -> (StaffActor, String, String) {
    let who = director(house).await;
    let token = house.token().await;
    let booked = house.book(&token, "key-1", &example()).await.json();
    let reference = booked["reference"].as_str().expect("a number").to_owned();
    let file = house.desk.open_request(&who, &reference).await;
    let version = file.expect("the request").version;
    let done = house
        .desk
        .decide(&who, &reference, version, Action::Approve);
    done.await.expect("approved");
    (who, reference, token)
}

#[tokio::test]
async fn the_codes_on_paper_say_what_they_should_and_are_large_enough() {
    let database = TestDatabase::new(Engine::Sqlite).await;
    database.store.migrate().await.expect("migrations");
    let house = house_with_papers(database.store.clone()).await;
    let (who, reference, _) = approved(&house).await;

    let note = house
        .desk
        .document_of(&who, &reference, Kind::FeeNote, Lang::Th);
    let link = house.desk.document_link(&note.await.expect("the fee note"));
    let png = house.desk.linked_png(&link.expect("a link"), WIDTH).await;
    let codes = seen(&png.expect("a picture"));
    let pay = codes
        .iter()
        .find(|code| code.text.starts_with("000201"))
        .expect("a code to pay with");
    let all = tags(&pay.text);
    let bill = tags(value(&all, "30"));
    assert_eq!(value(&bill, "00"), "A000000677010112");
    let biller = house.desk.rules().municipality.money.biller.clone();
    assert_eq!(value(&bill, "01"), biller.expect("the sample's").id);
    // The number as families write it, without its dashes.
    assert_eq!(value(&bill, "02"), reference.replace('-', ""));
    let fees = house
        .desk
        .request_fees(&who, &reference)
        .await
        .expect("fees");
    let note = fees.holding().next().expect("a note");
    assert_eq!(value(&bill, "03"), note.number.digits());
    let due = format!("{}.{:02}", note.due.0 / 100, note.due.0 % 100);
    assert!(note.due.0 > 0);
    for (id, expected) in [("01", "12"), ("53", "764"), ("54", &*due), ("58", "TH")] {
        assert_eq!(value(&all, id), expected, "tag {id}");
    }
    let (checked, check) = pay.text.split_at(pay.text.len() - 4);
    assert_eq!(check, format!("{:04X}", crc(checked)));
    assert_eq!(all.last().map(|(id, _)| *id), Some("63"));

    house.desk.run_jobs(&Nobody).await.expect("printed");
    let issued = house
        .desk
        .issued_of(&who, &reference)
        .await
        .expect("issued");
    let link = house.desk.issued_link(issued[0].id).expect("a link");
    let png = house
        .desk
        .linked_png(&link, WIDTH)
        .await
        .expect("a picture");
    let permit = seen(&png);
    let code = texts(
        &house.desk.store,
        "SELECT code FROM issued_document",
        "code",
    )
    .await;
    let address = format!("{}/verify/{}", crate::harness::PUBLIC_URL, code[0]);
    assert!(
        permit.iter().any(|seen| seen.text == address),
        "{:?}",
        permit.iter().map(|seen| &seen.text).collect::<Vec<_>>()
    );
    let answer = house.get(&format!("/verify/{}", code[0])).await;
    assert_eq!(answer.status, 200, "the code leads somewhere");
    for code in codes.iter().chain(&permit) {
        assert!(
            code.millimetres >= 30.0,
            "{} mm: {}",
            code.millimetres,
            code.text
        );
    }
    drop(house);
    database.delete().await;
}

/// Sends nothing.
#[derive(Debug)]
pub struct Nobody;

impl desk::mail::Mailer for Nobody {
    fn send<'a>(
        &'a self,
        _: &'a desk::mail::Mail,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
        Box::pin(async { Ok(()) })
    }
}
