//! Documents are for those who may see the request, every opening is noted, and they say what was booked.
use crate::support::{Office, approver, both, draft, last4, staff, usual_wish, wish};
use chrono::TimeDelta;
use desk::Trouble;
use desk::mail::{Mail, Mailer};
use desk::request::Access;
use domain::crematorium::Wish;
use domain::document::{Document, Kind};
use domain::form::Lang;
use domain::request::{Action, Role};
use std::future::Future;
use std::pin::Pin;

const URL: &str = "http://sala.test";

async fn book(office: &Office, n: u32) -> String {
    book_wish(office, n, &usual_wish()).await
}

async fn book_wish(office: &Office, n: u32, wish: &Wish) -> String {
    let (browser, id) = draft(office, n, wish).await;
    let desk = &office.desk;
    desk.hold(&browser, &id, wish).await.expect("a hold");
    let reference = desk.send_draft(&browser, &id).await.expect("sent");
    reference.as_str().to_owned()
}

fn words(document: &Document) -> String {
    document.lines().join("\n").replace('\u{a0}', " ")
}

#[tokio::test]
async fn a_family_reads_its_request_and_its_receipt() {
    both(async |office| {
        let desk = &office.desk;
        let reference = book(&office, 1).await;
        let last4 = last4(1);
        let access = Access::family(&reference, &last4, "a");
        assert_eq!(
            desk.track_by(&access).await.expect("the request").documents,
            [Kind::Slip, Kind::Request]
        );
        let request = desk
            .document_by(&access, Kind::Request, Lang::Th)
            .await
            .expect("the request");
        let text = words(&request);
        for said in [
            "คำขอใช้ฌาปนสถาน",
            "สมหญิง ใจดี",
            "สมชาย ใจดี",
            "20 พฤศจิกายน 2569",
            "ศาลา 1 จำนวน 2 คืน ตั้งแต่วันจันทร์ที่ 23 พฤศจิกายน 2569",
            "วันพุธที่ 25 พฤศจิกายน 2569 เวลา 13.00 น.",
            "ระบบได้รับเมื่อ 23 พฤศจิกายน 2569 เวลา 09.00 น.",
        ] {
            assert!(text.contains(said), "{said} is missing from:\n{text}");
        }
        let slip = desk
            .document_by(&access, Kind::Slip, Lang::En)
            .await
            .expect("the receipt");
        let text = words(&slip);
        assert!(text.contains("It is not a permit."), "{text}");
        assert!(
            !text.contains("สมชาย") && !text.contains("สมหญิง"),
            "a slip is passed on"
        );
        assert_eq!(
            slip.codes[0].payload,
            format!("{URL}/en/track?n={reference}")
        );

        let wrong = Access::family(&reference, "0000", "b");
        for answer in [
            desk.document_by(&wrong, Kind::Slip, Lang::Th).await.err(),
            desk.document_by(&access, Kind::Permit, Lang::Th)
                .await
                .err(),
        ] {
            assert!(matches!(answer, Some(Trouble::NotFound)), "{answer:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_link_lasts_a_quarter_of_an_hour_and_cannot_be_made_up() {
    both(async |office| {
        let Office { desk, clock } = &office;
        let reference = book(&office, 1).await;
        let last4 = last4(1);
        let access = Access::family(&reference, &last4, "a");
        let slip = desk
            .document_by(&access, Kind::Slip, Lang::Th)
            .await
            .expect("the receipt");
        let link = desk.document_link(&slip).expect("a link");
        assert!(!link.contains(&reference));
        assert_eq!(desk.linked_document(&link).await.expect("it opens"), slip);
        let mut other = link.clone();
        other.replace_range(20..21, if &link[20..21] == "A" { "B" } else { "A" });
        for made_up in [other.as_str(), "", "x", &link[1..]] {
            assert!(matches!(
                desk.linked_document(made_up).await,
                Err(Trouble::NotFound)
            ));
        }
        clock.advance(TimeDelta::minutes(15));
        assert!(matches!(
            desk.linked_document(&link).await,
            Err(Trouble::NotFound)
        ));
    })
    .await;
}

/// Nobody is written to here.
struct Nobody;

impl Mailer for Nobody {
    fn send<'a>(
        &'a self,
        _: &'a Mail,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test]
async fn a_link_to_what_was_issued_gives_the_very_file() {
    both(async |office| {
        let desk = &office.desk;
        let reference = book(&office, 1).await;
        let who = staff(&office, "approver", &[Role::Officer, Role::Approver]).await;
        let file = desk.open_request(&who, &reference).await.expect("the file");
        desk.decide(&who, &reference, file.version, Action::Approve)
            .await
            .expect("approved");
        desk.run_jobs(&Nobody).await.expect("printed");
        let note = desk
            .document_of(&who, &reference, Kind::FeeNote, Lang::Th)
            .await
            .expect("approval makes a fee note");
        let text = words(&note);
        for said in ["ศาลา", "ยอดชำระ", "ไม่ใช่ใบเสร็จรับเงิน", "จ่ายเงินสดที่"]
        {
            assert!(text.contains(said), "{said} is missing from:\n{text}");
        }
        assert!(note.codes[0].payload.starts_with("000201"), "a Thai QR");
        let issued = desk.issued_of(&who, &reference).await.expect("a permit");
        let id = issued.first().expect("one").id;
        let link = desk.issued_link(id).expect("a link");
        let (name, pdf) = desk.linked_pdf(&link).await.expect("a file");
        assert_eq!(name, format!("permit-{reference}.pdf"));
        let (_, kept) = desk.issued_pdf(&who, id).await.expect("the same");
        assert_eq!(pdf, kept);
        let png = desk.linked_png(&link, 1080).await.expect("a picture");
        assert_eq!(png, "ใบอนุญาตให้ใช้ฌาปนสถาน 1080".as_bytes());
    })
    .await;
}

#[tokio::test]
async fn the_office_reads_them_each_opening_is_noted_and_administrators_do_not() {
    both(async |office| {
        let desk = &office.desk;
        let reference = book(&office, 1).await;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let administrator = staff(&office, "admin", &[Role::Administrator]).await;
        let request = |who| desk.document_of(who, &reference, Kind::Request, Lang::Th);
        assert!(words(&request(&officer).await.expect("read")).contains("สมชาย ใจดี"));
        assert!(matches!(
            request(&administrator).await,
            Err(Trouble::NotAllowed)
        ));
        assert!(matches!(
            desk.documents_of(&administrator, &reference).await,
            Err(Trouble::NotAllowed)
        ));
        assert!(matches!(
            desk.register(
                &administrator,
                request(&officer).await.expect("read").date,
                Lang::Th
            )
            .await,
            Err(Trouble::NotAllowed)
        ));
        let file = desk
            .open_request(&officer, &reference)
            .await
            .expect("the file");
        // Two documents and the file itself.
        assert_eq!(file.views.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn the_register_holds_what_was_approved_in_its_month_and_nothing_else() {
    both(async |office| {
        let desk = &office.desk;
        let approved = book(&office, 1).await;
        // Asked for and not decided: no line.
        book_wish(&office, 2, &wish(Some(("2026-11-25", "14:30")), None)).await;
        let who = approver();
        let file = desk.open_request(&who, &approved).await.expect("the file");
        desk.decide(&who, &approved, file.version, Action::Approve)
            .await
            .expect("approved");
        let day = crate::support::date("2026-11-30");
        let register = desk.register(&who, day, Lang::Th).await.expect("november");
        let text = words(&register);
        assert!(text.contains("เดือนพฤศจิกายน พ.ศ. 2569"), "{text}");
        assert!(
            text.contains("25 พ.ย. 2569 13.00 น.") && text.contains("รวม 1 ราย"),
            "{text}"
        );
        let december = crate::support::date("2026-12-01");
        let register = desk
            .register(&who, december, Lang::Th)
            .await
            .expect("december");
        assert!(words(&register).contains("รวม 0 ราย"));
    })
    .await;
}
