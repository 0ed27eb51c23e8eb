//! Papers of a case, on both engines: sent, judged, sent again; what stops an approval, and what is swept.
use crate::support::{
    Office, answers, both, city, draft, last4, office_of, photo, staff, usual_wish, wish,
};
use chrono::TimeDelta;
use desk::Trouble;
use desk::paper::Finding;
use desk::vault::VaultError;
use domain::crematorium::CaseType;
use domain::paper::{Manner, PaperKind, Registry, StatedPlace, Verdict};
use domain::request::{Action, Refusal, Role, StaffActor, Status};
use store::testing::number;

/// The n-th family books on a day of its own.
async fn book(office: &Office, n: u32) -> String {
    let wish = if n == 1 {
        usual_wish()
    } else {
        wish(Some(("2026-11-26", "13:00")), None)
    };
    let (browser, id) = draft(office, n, &wish).await;
    office.desk.hold(&browser, &id, &wish).await.unwrap();
    let sent = office.desk.send_draft(&browser, &id).await.unwrap();
    sent.as_str().to_owned()
}

async fn send(office: &Office, n: u32, number: &str, kind: PaperKind, bytes: Vec<u8>) {
    let pass = office.desk.admit_family(number, &last4(n), "a").await;
    let pass = pass.expect("the family may send");
    let sent = office.desk.send_photo(&pass, kind, None, bytes).await;
    sent.expect("a photo");
}

async fn chief(office: &Office) -> StaffActor {
    staff(office, "somsri", &[Role::Officer, Role::Approver]).await
}

async fn version(office: &Office, who: &StaffActor, number: &str) -> i64 {
    let file = office.desk.open_request(who, number).await.unwrap();
    file.version
}

#[tokio::test]
async fn a_family_sends_two_defects_are_found_it_sends_again_and_the_case_is_approved() {
    both(async |office| {
        let (number, who) = (book(&office, 1).await, chief(&office).await);
        let desk = &office.desk;
        send(&office, 1, &number, PaperKind::DeathCertificate, photo(1)).await;
        send(&office, 1, &number, PaperKind::Authority, photo(2)).await;
        let papers = desk.papers(&who, &number).await.unwrap();
        assert_eq!(papers.papers.len(), 2);
        assert!(papers.papers[0].thumbnail.is_some() && papers.papers[0].by_family);
        for (paper, defect) in papers.papers.iter().zip(["อ่านไม่ออก", " ไม่มี\n ลายมือชื่อ "])
        {
            let judged = desk.judge_paper(&who, &number, paper.id, Verdict::Waiting, Some(defect));
            judged.await.unwrap();
        }
        // All defects at once, in the words the family reads beside each photo.
        let defects = desk.papers(&who, &number).await.unwrap().defects();
        assert_eq!(defects.len(), 2);
        assert!(defects[1].ends_with("ไม่มี ลายมือชื่อ"), "{defects:?}");
        let returned = Action::Return {
            defects,
            correct_by: desk.now() + TimeDelta::hours(4),
        };
        let seen = version(&office, &who, &number).await;
        desk.decide(&who, &number, seen, returned).await.unwrap();
        let found = desk.track(&number, &last4(1), "a").await.unwrap();
        assert_eq!(
            found.papers.papers[1].defect.as_deref(),
            Some("ไม่มี ลายมือชื่อ")
        );
        for (n, paper) in found.papers.papers.iter().enumerate() {
            let pass = desk.admit_family(&number, &last4(1), "a").await.unwrap();
            let bytes = photo(10 + u8::try_from(n).unwrap());
            let sent = desk.send_photo(&pass, paper.kind, Some(paper.id), bytes);
            sent.await.unwrap();
        }
        let found = desk
            .correct(&number, &last4(1), "a", domain::form::RawFields::new())
            .await
            .unwrap();
        assert_eq!(found.status, Status::Submitted);
        let papers = desk.papers(&who, &number).await.unwrap();
        assert_eq!((papers.papers.len(), papers.replaced.len()), (2, 2));
        for paper in &papers.papers {
            desk.judge_paper(&who, &number, paper.id, Verdict::Waiting, None)
                .await
                .unwrap();
            // An accepted photo stays.
            let pass = desk.admit_family(&number, &last4(1), "a").await.unwrap();
            let late = desk.send_photo(&pass, paper.kind, Some(paper.id), photo(99));
            assert!(matches!(
                late.await,
                Err(Trouble::Refused(Refusal::WrongState))
            ));
        }
        let seen = version(&office, &who, &number).await;
        let file = desk.decide(&who, &number, seen, Action::Approve).await;
        assert_eq!(file.unwrap().status, Status::Approved);
        assert_eq!(desk.papers(&who, &number).await.unwrap().missing, []);
        // Every change of a paper is a change of the request: the audit has no gap.
        let (report, _) = desk.verify_audit().await.unwrap();
        assert!(report.problems.is_empty(), "{report:?}");
    })
    .await;
}

#[tokio::test]
async fn a_photo_of_a_certificate_stops_the_lapse_and_verifies_when_it_is_accepted() {
    both(async |office| {
        let (number, who) = (book(&office, 1).await, chief(&office).await);
        let other = book(&office, 2).await;
        let desk = &office.desk;
        send(&office, 1, &number, PaperKind::Authority, photo(1)).await;
        let file = desk.open_request(&who, &number).await.unwrap();
        assert!(file.lapse_at.is_some(), "another paper shows no death");
        send(&office, 1, &number, PaperKind::HospitalNotice, photo(2)).await;
        let file = desk.open_request(&who, &number).await.unwrap();
        assert_eq!((file.lapse_at, file.verified), (None, false));
        office.clock.advance(TimeDelta::days(2));
        assert_eq!(desk.lapse_unverified().await.unwrap(), 1);
        let status = async |number: &str| desk.open_request(&who, number).await.unwrap().status;
        assert_eq!(status(&number).await, Status::Submitted);
        assert_eq!(status(&other).await, Status::Lapsed);
        let papers = desk.papers(&who, &number).await.unwrap();
        let notice = papers.papers.last().unwrap();
        desk.judge_paper(&who, &number, notice.id, Verdict::Waiting, None)
            .await
            .unwrap();
        assert!(desk.open_request(&who, &number).await.unwrap().verified);
        let calls = desk.call_list(&who).await.unwrap();
        assert!(calls.iter().all(|call| call.about != "verify"), "{calls:?}");
    })
    .await;
}

#[tokio::test]
async fn an_unnatural_death_is_never_approved_before_the_body_is_released() {
    both(async |office| {
        let (number, who) = (book(&office, 1).await, chief(&office).await);
        let desk = &office.desk;
        let manner = |manner| Finding {
            manner: Some(manner),
            ..Finding::default()
        };
        let seen = version(&office, &who, &number).await;
        // An approver who opened the page before the officer noted the manner is too late.
        desk.note_finding(&who, &number, seen, manner(Manner::Unnatural))
            .await
            .unwrap();
        assert!(matches!(
            desk.decide(&who, &number, seen, Action::Approve).await,
            Err(Trouble::DecidedFirst { .. })
        ));
        let approve = async || {
            let seen = version(&office, &who, &number).await;
            desk.decide(&who, &number, seen, Action::Approve).await
        };
        let missing = |outcome| matches!(outcome, Err(Trouble::Refused(Refusal::ReleaseMissing)));
        assert!(missing(approve().await.map(|_| ())));
        let file = desk.open_request(&who, &number).await.unwrap();
        assert!(!file.allowed.contains(&"approve"));
        send(&office, 1, &number, PaperKind::PoliceRelease, photo(1)).await;
        assert!(
            missing(approve().await.map(|_| ())),
            "it is not accepted yet"
        );
        let papers = desk.papers(&who, &number).await.unwrap();
        assert!(papers.missing.contains(&PaperKind::PoliceRelease));
        let judge =
            |seen, defect| desk.judge_paper(&who, &number, papers.papers[0].id, seen, defect);
        judge(Verdict::Waiting, None).await.unwrap();
        judge(Verdict::Accepted, Some("ไม่มีตราประทับ")).await.unwrap();
        assert!(missing(approve().await.map(|_| ())), "it was taken back");
        judge(Verdict::Defective, None).await.unwrap();
        assert_eq!(approve().await.unwrap().status, Status::Approved);
    })
    .await;
}

#[tokio::test]
async fn two_officers_judge_one_photo_and_one_of_them_is_first() {
    both(async |office| {
        let (number, who) = (book(&office, 1).await, chief(&office).await);
        let desk = &office.desk;
        send(&office, 1, &number, PaperKind::DeathCertificate, photo(1)).await;
        let id = desk.papers(&who, &number).await.unwrap().papers[0].id;
        let judge = |defect| desk.judge_paper(&who, &number, id, Verdict::Waiting, defect);
        let (one, other) = tokio::join!(judge(None), judge(Some("เบลอ")));
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
        let lost = one.and(other).expect_err("one was late");
        assert!(matches!(lost, Trouble::DecidedFirst { .. }), "{lost:?}");
    })
    .await;
}

#[tokio::test]
async fn a_double_tap_is_one_photo_and_two_uploads_at_once_are_two() {
    both(async |office| {
        let (number, who) = (book(&office, 1).await, chief(&office).await);
        let desk = &office.desk;
        let pass = desk.admit_family(&number, &last4(1), "a").await.unwrap();
        let put = |bytes| desk.send_photo(&pass, PaperKind::DeathCertificate, None, bytes);
        let (one, other) = tokio::join!(put(photo(1)), put(photo(1)));
        one.and(other).unwrap();
        assert_eq!(desk.papers(&who, &number).await.unwrap().papers.len(), 1);
        let (one, other) = tokio::join!(put(photo(2)), put(photo(3)));
        one.and(other).unwrap();
        assert_eq!(desk.papers(&who, &number).await.unwrap().papers.len(), 3);
        let (report, _) = desk.verify_audit().await.unwrap();
        assert!(report.problems.is_empty(), "{report:?}");
        // The double tap's files belong to nobody, and go.
        let loose = "SELECT COUNT(*) AS n FROM loose_object";
        assert_eq!(number_of(&office, loose).await, 2);
        assert_eq!(desk.sweep_files().await.unwrap(), 0, "too young");
        office.clock.advance(TimeDelta::hours(2));
        assert_eq!(desk.sweep_files().await.unwrap(), 2);
        assert_eq!(number_of(&office, loose).await, 0);
        for paper in desk.papers(&who, &number).await.unwrap().papers {
            let opened = desk.open_photo_as_officer(&who, &number, paper.id).await;
            assert!(opened.is_ok(), "what is named stays");
        }
    })
    .await;
}

async fn number_of(office: &Office, sql: &str) -> i64 {
    number(&office.desk.store, sql).await
}

#[tokio::test]
async fn nothing_is_taken_after_the_end_or_from_a_family_in_a_dispute() {
    both(async |office| {
        let (number, who) = (book(&office, 1).await, chief(&office).await);
        let desk = &office.desk;
        let pass = desk.admit_family(&number, &last4(1), "a").await.unwrap();
        let seen = version(&office, &who, &number).await;
        let reason = || "ญาติยังไม่ตกลงกัน".to_owned();
        let freeze = Action::Freeze { reason: reason() };
        desk.decide(&who, &number, seen, freeze).await.unwrap();
        let frozen = |outcome| matches!(outcome, Err(Trouble::Refused(Refusal::Frozen)));
        let put = |pass, n| desk.send_photo(pass, PaperKind::Authority, None, photo(n));
        // Also for a page that was opened before.
        assert!(frozen(put(&pass, 1).await));
        assert!(frozen(
            desk.admit_family(&number, &last4(1), "a").await.map(|_| ())
        ));
        assert!(frozen(desk.ask_registry(&number, &last4(1), "a").await));
        let certificate = answers(1, &usual_wish());
        let four = last4(1);
        let answered = desk.answer_certificate(&number, &four, "a", &certificate);
        assert!(frozen(answered.await.map(|_| ())));
        // The office goes on collecting.
        let officer = desk.admit_officer(&who, &number).await.unwrap();
        put(&officer, 2).await.unwrap();
        let seen = version(&office, &who, &number).await;
        let unfreeze = Action::Unfreeze { reason: reason() };
        desk.decide(&who, &number, seen, unfreeze).await.unwrap();
        put(&pass, 3).await.unwrap();
        desk.withdraw(&number, &last4(1), "a").await.unwrap();
        let over = |outcome| matches!(outcome, Err(Trouble::Refused(Refusal::WrongState)));
        assert!(over(put(&pass, 4).await));
        assert!(over(put(&officer, 5).await));
        assert!(over(desk.admit_officer(&who, &number).await.map(|_| ())));
        assert_eq!(desk.papers(&who, &number).await.unwrap().papers.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn another_place_in_the_certificate_is_told_by_telephone_on_day_one() {
    both(async |office| {
        let (number, who) = (book(&office, 1).await, chief(&office).await);
        let desk = &office.desk;
        let place = |place| Finding {
            stated_place: Some(place),
            ..Finding::default()
        };
        let find = async |found| {
            let seen = version(&office, &who, &number).await;
            desk.note_finding(&who, &number, seen, found).await.unwrap();
        };
        let elsewhere = async || {
            let calls = desk.call_list(&who).await.unwrap();
            calls
                .into_iter()
                .find(|call| call.about == "place_elsewhere")
        };
        find(place(StatedPlace::Elsewhere)).await;
        find(place(StatedPlace::Elsewhere)).await;
        let call = elsewhere().await.expect("a call to make");
        let sheet = desk.call(&who, call.id).await.unwrap();
        assert!(sheet.what_to_say.th.contains("นายทะเบียน"));
        let found = desk.track(&number, &last4(1), "a").await.unwrap();
        assert_eq!(
            found.papers.findings.stated_place,
            Some(StatedPlace::Elsewhere)
        );
        // The call that verifies is still to be made.
        let calls = desk.call_list(&who).await.unwrap();
        assert!(calls.iter().any(|call| call.about == "verify"));
        find(place(StatedPlace::Here)).await;
        assert_eq!(elsewhere().await, None);
    })
    .await;
}

#[tokio::test]
async fn where_the_city_is_the_registry_an_officer_looks_it_up_instead_of_a_photo() {
    both(async |office| {
        let (number, who) = (book(&office, 1).await, chief(&office).await);
        let desk = &office.desk;
        let ask = || desk.ask_registry(&number, "0001", "a");
        let (one, other) = tokio::join!(ask(), ask());
        one.and(other).unwrap();
        let tasks = desk.staff_tasks(&who).await.unwrap();
        assert_eq!(tasks.len(), 1, "a double tap is one task");
        assert_eq!(tasks[0].kind, "registry_check");
        let found = Finding {
            registry: Some(Registry::Found),
            ..Finding::default()
        };
        let seen = version(&office, &who, &number).await;
        desk.note_finding(&who, &number, seen, found).await.unwrap();
        assert_eq!(desk.staff_tasks(&who).await.unwrap().len(), 0);
        assert_eq!(desk.papers(&who, &number).await.unwrap().missing, []);
        let (report, _) = desk.verify_audit().await.unwrap();
        assert!(report.problems.is_empty(), "{report:?}");
    })
    .await;
    store::testing::both(async |store| {
        let mut city = city();
        city.crematorium.registry_is_city = true;
        let office = office_of(store, city, true);
        let (number, who) = (book(&office, 1).await, chief(&office).await);
        assert_eq!(office.desk.staff_tasks(&who).await.unwrap().len(), 1);
        let papers = office.desk.papers(&who, &number).await.unwrap();
        assert_eq!(papers.findings.registry, Some(Registry::Asked));
    })
    .await;
}

#[tokio::test]
async fn every_opening_of_a_photo_is_noted_and_only_its_own_case_shows_it() {
    both(async |office| {
        let (number, who) = (book(&office, 1).await, chief(&office).await);
        let stranger = book(&office, 2).await;
        let desk = &office.desk;
        send(&office, 1, &number, PaperKind::DeathCertificate, photo(1)).await;
        let id = desk.papers(&who, &number).await.unwrap().papers[0].id;
        let family = desk.open_photo_as_family(&number, &last4(1), "a", id).await;
        let officer = desk.open_photo_as_officer(&who, &number, id).await.unwrap();
        assert_eq!(family.unwrap(), officer);
        let sealed = "SELECT COUNT(*) AS n FROM audit WHERE act = 'paper_view'";
        assert_eq!(number_of(&office, sealed).await, 2);
        let missing = |outcome| matches!(outcome, Err(Trouble::NotFound));
        let theirs = &stranger;
        assert!(missing(
            desk.open_photo_as_family(theirs, &last4(2), "a", id)
                .await
                .map(|_| ())
        ));
        assert!(missing(
            desk.open_photo_as_family(&number, "9999", "a", id)
                .await
                .map(|_| ())
        ));
        assert!(missing(
            desk.open_photo_as_officer(&who, theirs, id)
                .await
                .map(|_| ())
        ));
        assert!(missing(
            desk.judge_paper(&who, theirs, id, Verdict::Waiting, None)
                .await
        ));
        assert_eq!(number_of(&office, sealed).await, 2);
        // Administrators as such see no papers and judge none.
        let admin = staff(&office, "admin", &[Role::Administrator]).await;
        let refused = |outcome| matches!(outcome, Err(Trouble::NotAllowed));
        assert!(refused(desk.papers(&admin, &number).await.map(|_| ())));
        assert!(refused(
            desk.admit_officer(&admin, &number).await.map(|_| ())
        ));
        assert!(refused(
            desk.open_photo_as_officer(&admin, &number, id)
                .await
                .map(|_| ())
        ));
        assert!(refused(
            desk.judge_paper(&admin, &number, id, Verdict::Waiting, None)
                .await
        ));
        assert!(refused(
            desk.note_finding(&admin, &number, 1, Finding::default())
                .await
        ));
        // A family cannot put in what is the office's.
        let pass = desk.admit_family(&number, &last4(1), "a").await.unwrap();
        let scan = desk.send_photo(&pass, PaperKind::SignedScan, None, photo(7));
        assert!(refused(scan.await));
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_no_photo_keeps_nothing_and_a_full_disk_is_an_outage() {
    both(async |office| {
        let number = book(&office, 1).await;
        let desk = &office.desk;
        let pass = desk.admit_family(&number, &last4(1), "a").await.unwrap();
        for (bytes, code) in [
            (b"<html>".to_vec(), "file_not_picture"),
            (b"%PDF-1.7".to_vec(), "file_pdf"),
            (Vec::new(), "file_empty"),
            (b"\xff\xd8\xff broken".to_vec(), "file_damaged"),
        ] {
            let sent = desk.send_photo(&pass, PaperKind::DeathCertificate, None, bytes);
            let Err(Trouble::Invalid(errors)) = sent.await else {
                panic!("{code} was taken");
            };
            assert_eq!(errors.of("photo").unwrap().code, code);
        }
        for table in ["paper", "loose_object"] {
            let sql = format!("SELECT COUNT(*) AS n FROM {table}");
            assert_eq!(number_of(&office, &sql).await, 0);
        }
    })
    .await;
    store::testing::both(async |store| {
        let office = crate::support::office_without_room(store);
        let number = book(&office, 1).await;
        let pass = office.desk.admit_family(&number, &last4(1), "a").await;
        let pass = pass.unwrap();
        let sent = office
            .desk
            .send_photo(&pass, PaperKind::DeathCertificate, None, photo(1));
        assert!(matches!(
            sent.await,
            Err(Trouble::Vault(VaultError::Full(_)))
        ));
        let papers = office.desk.track(&number, &last4(1), "a").await.unwrap();
        assert_eq!(papers.papers.papers, []);
        // What was meant to be written is let go as anything else that is loose.
        office.clock.advance(TimeDelta::hours(2));
        assert_eq!(office.desk.sweep_files().await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_certificate_number_given_later_belongs_to_one_live_case() {
    both(async |office| {
        let first = book(&office, 1).await;
        let second = book(&office, 2).await;
        let desk = &office.desk;
        let given = domain::form::RawFields::from([
            ("deceased.certificate".to_owned(), "number".to_owned()),
            (
                "deceased.certificate_number".to_owned(),
                "92/1234-5".to_owned(),
            ),
        ]);
        let mut spaced = given.clone();
        let number = "deceased.certificate_number".to_owned();
        spaced.insert(number, "๙๒/ 1234-5".to_owned());
        let (four, others) = (last4(1), last4(2));
        // Boxed: two whole views at once are much for one stack.
        let one = Box::pin(desk.answer_certificate(&first, &four, "a", &given));
        let other = Box::pin(desk.answer_certificate(&second, &others, "a", &spaced));
        let (one, other) = tokio::join!(one, other);
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
        let lost = one.and(other).expect_err("one case has it");
        assert!(matches!(lost, Trouble::DeceasedHasCase), "{lost:?}");
    })
    .await;
}

/// An officer says what type of case it is.
async fn becomes(office: &Office, who: &StaffActor, number: &str, case_type: CaseType) {
    let fields = [
        ("case_type", case_type.code()),
        ("coffin_size", ""),
        ("implants", ""),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let seen = version(office, who, number).await;
    let fields = fields.into();
    let set = office
        .desk
        .set_particulars(who, number, seen, &fields, None);
    set.await.expect("told");
}

#[tokio::test]
async fn what_a_case_type_needs_is_sent_judged_missed_and_shown_in_the_same_words() {
    both(async |office| {
        let (number, who) = (book(&office, 2).await, chief(&office).await);
        let desk = &office.desk;
        for (case_type, kind) in [
            (CaseType::Royal, PaperKind::RoyalOrder),
            (CaseType::Remains, PaperKind::ExhumationPermit),
        ] {
            becomes(&office, &who, &number, case_type).await;
            let missing = async || desk.papers(&who, &number).await.unwrap().missing;
            let found = desk.track(&number, &last4(2), "a").await.unwrap();
            assert!(missing().await.contains(&kind));
            assert!(found.papers.missing.contains(&kind), "the family is asked");
            let view = desk.particulars(&who, &number).await.unwrap();
            assert_eq!(view.documents, found.papers.needs);
            // What was never sent is among the defects of a return, until a photo waits for its verdict.
            let label = kind.label().th;
            let told = async || desk.papers(&who, &number).await.unwrap().defects();
            assert!(told().await.contains(&format!("ยังไม่ได้ส่ง: {label}")));
            send(&office, 2, &number, kind, photo(kind as u8)).await;
            assert!(!told().await.iter().any(|defect| defect.contains(&label)));
            let papers = desk.papers(&who, &number).await.unwrap();
            let sent = papers.papers.last().unwrap();
            desk.judge_paper(
                &who,
                &number,
                sent.id,
                Verdict::Waiting,
                Some("ไม่มีตราประทับ"),
            )
            .await
            .unwrap();
            assert_eq!(
                told().await.iter().filter(|it| it.contains(&label)).count(),
                1,
                "a defect is told once"
            );
            assert!(missing().await.contains(&kind));
            desk.judge_paper(&who, &number, sent.id, Verdict::Defective, None)
                .await
                .unwrap();
            assert!(!missing().await.contains(&kind));
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_unnamed_is_approved_before_the_body_is_released() {
    both(async |office| {
        let who = chief(&office).await;
        let desk = &office.desk;
        let approve = async |number: &str| {
            let seen = version(&office, &who, number).await;
            desk.decide(&who, number, seen, Action::Approve).await
        };
        let waits = async |number: &str| {
            let outcome = approve(number).await;
            matches!(outcome, Err(Trouble::Refused(Refusal::ReleaseMissing)))
        };
        // From the counter, and by what an officer finds out later.
        let mut fields = answers(1, &usual_wish());
        fields.remove("deceased.national_id");
        fields.insert("deceased.name".to_owned(), String::new());
        fields.insert("case_type".to_owned(), "unnamed".to_owned());
        let counter = desk.walk_in(&who, &fields).await.unwrap();
        assert!(waits(counter.as_str()).await);
        let told = book(&office, 2).await;
        becomes(&office, &who, &told, CaseType::Unnamed).await;
        assert!(waits(&told).await);
        // Somebody who has a name after all died a natural death, as far as is known.
        becomes(&office, &who, &told, CaseType::Ordinary).await;
        assert_eq!(approve(&told).await.unwrap().status, Status::Approved);
    })
    .await;
}

#[tokio::test]
async fn an_exemption_needs_its_evidence_until_it_names_a_photo_or_is_decided() {
    both(async |office| {
        let (number, who) = (book(&office, 1).await, chief(&office).await);
        let desk = &office.desk;
        let asks = async || desk.papers(&who, &number).await.unwrap().needs;
        assert!(!asks().await.contains(&PaperKind::Exemption));
        let fields = [("code", "poor"), ("evidence", "บัตรสวัสดิการ"), ("paper", "")];
        let fields = fields.map(|(name, value)| (format!("exemption.{name}"), value.to_owned()));
        desk.ask_exemption(&number, &last4(1), "a", &fields.into())
            .await
            .unwrap();
        assert!(asks().await.contains(&PaperKind::Exemption));
        let file = desk.request_fees(&who, &number).await.unwrap();
        let id = file.exemptions[0].row.id;
        desk.decide_exemption(&who, id, true, "มีบัตร").await.unwrap();
        assert!(!asks().await.contains(&PaperKind::Exemption));
    })
    .await;
}
