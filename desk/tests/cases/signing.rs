//! What the office issues: numbered, printed, signed, verified, ended; appeals, late notices, calendars. Both engines.
use crate::support::{Office, answers, approver, both, city, date, last4, office_of, wish};
use chrono::TimeDelta;
use data_encoding::BASE32_NOPAD;
use desk::Trouble;
use desk::export::FileKind;
use desk::mail::{Mail, Mailer};
use desk::office::CallOutcome;
use domain::appeal::{AppealAction, AppealChannel, AppealStatus};
use domain::document::{Kind, Mark};
use domain::issued::{IssuedStatus, Validity};
use domain::request::{Action, Delegation, Refusal, Role, StaffActor, Status};
use icalendar::{Calendar, CalendarComponent, Component};
use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use store::testing::{number, run_sql, texts};
use uuid::Uuid;

/// Keeps the letters.
#[derive(Default)]
struct Letters(Mutex<Vec<Mail>>);

impl Mailer for Letters {
    fn send<'a>(
        &'a self,
        mail: &'a Mail,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
        Box::pin(async move {
            self.0.lock().unwrap().push(mail.clone());
            Ok(())
        })
    }
}

/// An approver with an app.
#[derive(Clone)]
struct Signer {
    who: StaffActor,
    secret: String,
}

impl Signer {
    async fn new(office: &Office, username: &str) -> Self {
        let new = desk::staff::NewStaff {
            username: username.into(),
            name: format!("คุณ {username}"),
            position: "ผู้อำนวยการกองสาธารณสุขและสิ่งแวดล้อม".into(),
            roles: vec![Role::Officer, Role::Approver],
            delegation: Some(Delegation {
                order: "123/2569".into(),
                from: date("2026-01-01"),
                until: Some(date("2026-12-31")),
            }),
        };
        let enrolled = office.desk.enrol(&new, None).await.expect("an account");
        let mut conn = office.desk.store.read().await.expect("a connection");
        let row = store::staff::by_username(&mut conn, username)
            .await
            .expect("a row")
            .expect("the account");
        Self {
            who: StaffActor {
                id: row.id,
                name: row.name,
                position: row.position,
                roles: row.roles,
                delegation: row.delegation,
            },
            secret: enrolled.totp_secret,
        }
    }

    /// What the app shows now.
    fn code(&self, office: &Office) -> String {
        let secret = BASE32_NOPAD.decode(self.secret.as_bytes()).expect("base32");
        let totp = totp_rs::Builder::new()
            .with_algorithm(totp_rs::Algorithm::SHA1)
            .with_secret(secret)
            .build()
            .expect("an app");
        let seconds = u64::try_from(office.desk.now().timestamp()).expect("after 1970");
        totp.generate(seconds).to_string()
    }

    /// What waits, as it is shown.
    async fn shown(&self, office: &Office) -> Vec<(Uuid, String)> {
        let waiting = office.desk.waiting(&self.who, None).await.expect("a list");
        waiting
            .rows
            .into_iter()
            .filter(|row| row.mine)
            .filter_map(|row| Some((row.id, row.sha256?)))
            .collect()
    }
}

/// The n-th family's request at the counter, for a round of its own.
async fn walk_in(office: &Office, n: u32) -> String {
    let day = ["2026-11-25", "2026-11-26", "2026-11-28"][n as usize % 3];
    let round = ["10:00", "13:00"][n as usize / 3 % 2];
    let wanted = wish(Some((day, round)), None);
    let reference = office
        .desk
        .walk_in(&approver(), &answers(n, &wanted))
        .await
        .expect("a request");
    reference.as_str().to_owned()
}

async fn act(office: &Office, who: &StaffActor, reference: &str, action: Action) {
    let file = office
        .desk
        .open_request(who, reference)
        .await
        .expect("a file");
    office
        .desk
        .decide(who, reference, file.version, action)
        .await
        .expect("decided");
}

async fn work(office: &Office) -> Letters {
    let letters = Letters::default();
    office.desk.run_jobs(&letters).await.expect("work");
    letters
}

fn refuse() -> Action {
    Action::Refuse {
        facts: "ตามคำขอ".into(),
        law: "เทศบัญญัติ".into(),
        reason: "เอกสารไม่ตรง".into(),
        appeal: "อุทธรณ์ภายใน 15 วัน".into(),
    }
}

/// The verification code of a request's newest document.
async fn code_of(office: &Office, kind: &str) -> String {
    let sql =
        format!("SELECT code FROM issued_document WHERE kind = '{kind}' ORDER BY id DESC LIMIT 1");
    texts(&office.desk.store, &sql, "code").await.remove(0)
}

async fn validity(office: &Office, code: &str) -> Validity {
    office.desk.verify(code, "a").await.expect("known").validity
}

async fn audit_is_whole(office: &Office) {
    let (report, _) = office.desk.verify_audit().await.expect("a report");
    assert!(report.problems.is_empty(), "{report:?}");
}

#[tokio::test]
async fn a_day_s_batch_is_signed_with_one_code_and_each_signature_is_verified_and_noted() {
    both(async |office| {
        let desk = &office.desk;
        let director = Signer::new(&office, "director").await;
        let first = walk_in(&office, 1).await;
        let second = walk_in(&office, 2).await;
        act(&office, &director.who, &first, Action::Approve).await;
        act(&office, &director.who, &second, Action::Approve).await;
        // Numbered in the act, printed after it.
        assert!(director.shown(&office).await.is_empty());
        let code = code_of(&office, "permit").await;
        assert_eq!(validity(&office, &code).await, Validity::NotSigned);
        work(&office).await;
        let waiting = desk.waiting(&director.who, None).await.unwrap();
        let numbers: Vec<_> = waiting.rows.iter().map(|row| row.number.as_str()).collect();
        assert_eq!(numbers, ["ฌส. 1/2569", "ฌส. 2/2569"]);
        assert_eq!(desk.waiting_count(&director.who).await.unwrap(), 2);
        // A family sees that it waits, and cannot open it yet.
        let documents = desk.family_documents(&first, &last4(1), "a").await.unwrap();
        assert_eq!(documents.len(), 1);
        assert_eq!(documents[0].status, IssuedStatus::Pending);
        let early = desk
            .family_document(&first, &last4(1), "a", documents[0].id)
            .await;
        assert!(matches!(early, Err(Trouble::NotFound)), "{early:?}");

        let shown = director.shown(&office).await;
        assert_eq!(shown.len(), 2);
        let opened = desk.open_issued(&director.who, shown[0].0).await.unwrap();
        assert!(opened.can_sign && !opened.can_take_over);
        let document = opened.document.expect("printed");
        assert_eq!(document.number.as_deref(), Some("ฌส. 1/2569"));
        let signature = document.signature.expect("a signature block");
        assert_eq!(signature.mark, Mark::Waiting);
        assert_eq!(
            signature.authority.as_deref(),
            Some("ปฏิบัติราชการแทนนายกเทศมนตรีนครตรัง ตามคำสั่งที่ 123/2569")
        );

        // Nothing without the right code; none ticked is named too.
        for (chosen, code) in [(&shown[..], "000000"), (&shown[..], ""), (&[], "123456")] {
            let refused = desk.sign(&director.who, chosen, code).await;
            assert!(matches!(refused, Err(Trouble::Invalid(_))), "{refused:?}");
        }
        let app = director.code(&office);
        let batch = desk.sign(&director.who, &shown, &app).await.unwrap();
        assert_eq!((batch.signed, batch.left), (2, 0));
        // A double tap signs once and says the same.
        assert_eq!(desk.sign(&director.who, &shown, &app).await.unwrap(), batch);
        let rows = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM signature";
        assert_eq!(number(&desk.store, rows).await, 2);

        let verified = desk.verify(&code, "a").await.unwrap();
        assert_eq!(verified.validity, Validity::Valid);
        assert_eq!(verified.number, "ฌส. 2/2569");
        assert_eq!(verified.sha256.as_deref(), Some(shown[1].1.as_str()));
        let (position, authority) = verified.signer.expect("a signer's office");
        assert!(position.starts_with("ผู้อำนวยการ") && authority.contains("123/2569"));
        let grouped = domain::issued::group_code(&code).to_lowercase();
        assert_eq!(validity(&office, &grouped).await, Validity::Valid);
        let unknown = desk.verify("AAAA-BBBB-CCCC-DDDD", "a").await;
        assert!(matches!(unknown, Err(Trouble::NotFound)));

        let file = desk
            .family_document(&first, &last4(1), "a", documents[0].id)
            .await
            .unwrap();
        assert!(
            file.document
                .lines()
                .iter()
                .any(|line| line.contains("สมชาย ใจดี"))
        );
        let (name, pdf) = desk
            .family_pdf(&first, &last4(1), "a", documents[0].id)
            .await
            .unwrap();
        assert_eq!(name, "permit-1-2569.pdf");
        assert!(!pdf.is_empty());
        // Another family's number opens nothing.
        let others = desk
            .family_document(&second, &last4(2), "a", documents[0].id)
            .await;
        assert!(matches!(others, Err(Trouble::NotFound)));

        let acts = format!(
            "SELECT act FROM audit WHERE subject = 'document:{}' ORDER BY subject_version",
            documents[0].id
        );
        assert_eq!(texts(&desk.store, &acts, "act").await, ["issued", "signed"]);
        audit_is_whole(&office).await;
    })
    .await;
}

#[tokio::test]
async fn the_same_code_signs_no_second_batch() {
    both(async |office| {
        let director = Signer::new(&office, "director").await;
        let first = walk_in(&office, 1).await;
        act(&office, &director.who, &first, Action::Approve).await;
        work(&office).await;
        let app = director.code(&office);
        let shown = director.shown(&office).await;
        office.desk.sign(&director.who, &shown, &app).await.unwrap();
        let second = walk_in(&office, 2).await;
        act(&office, &director.who, &second, Action::Approve).await;
        work(&office).await;
        let shown = director.shown(&office).await;
        let again = office.desk.sign(&director.who, &shown, &app).await;
        assert!(matches!(again, Err(Trouble::Invalid(_))), "{again:?}");
        office.clock.advance(TimeDelta::seconds(30));
        let app = director.code(&office);
        let batch = office.desk.sign(&director.who, &shown, &app).await.unwrap();
        assert_eq!(batch.signed, 1);
    })
    .await;
}

#[tokio::test]
async fn a_document_that_is_not_what_was_shown_is_left_alone() {
    both(async |office| {
        let desk = &office.desk;
        let director = Signer::new(&office, "director").await;
        let deputy = Signer::new(&office, "deputy").await;
        for n in 1..=2 {
            let reference = walk_in(&office, n).await;
            act(&office, &director.who, &reference, Action::Approve).await;
        }
        work(&office).await;
        let shown = director.shown(&office).await;
        assert!(
            deputy.shown(&office).await.is_empty(),
            "each signs what is theirs"
        );
        // The deputy takes one over: it is printed anew, with the deputy's name.
        desk.take_over(&deputy.who, shown[1].0).await.unwrap();
        desk.take_over(&deputy.who, shown[1].0).await.unwrap();
        work(&office).await;
        let taken = deputy.shown(&office).await;
        assert_eq!(taken[0].0, shown[1].0);
        assert_ne!(taken[0].1, shown[1].1);
        let app = director.code(&office);
        let batch = desk.sign(&director.who, &shown, &app).await.unwrap();
        assert_eq!((batch.signed, batch.left), (1, 1));
        let wrong_hash = vec![(taken[0].0, shown[1].1.clone())];
        let batch = desk
            .sign(&deputy.who, &wrong_hash, &deputy.code(&office))
            .await
            .unwrap();
        assert_eq!((batch.signed, batch.left), (0, 1));
        office.clock.advance(TimeDelta::seconds(30));
        let batch = desk
            .sign(&deputy.who, &taken, &deputy.code(&office))
            .await
            .unwrap();
        assert_eq!((batch.signed, batch.left), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn only_an_approver_under_a_valid_order_signs() {
    both(async |office| {
        let desk = &office.desk;
        let director = Signer::new(&office, "director").await;
        let reference = walk_in(&office, 1).await;
        act(&office, &director.who, &reference, Action::Approve).await;
        work(&office).await;
        let shown = director.shown(&office).await;
        let app = director.code(&office);
        let as_role = |roles: &[Role]| StaffActor {
            roles: roles.to_vec(),
            ..director.who.clone()
        };
        for roles in [&[Role::Officer][..], &[Role::Administrator]] {
            let refused = desk.sign(&as_role(roles), &shown, &app).await;
            let by_role = matches!(
                refused,
                Err(Trouble::NotAllowed | Trouble::Refused(Refusal::DelegationNotValid))
            );
            assert!(by_role, "{refused:?}");
            assert!(desk.take_over(&as_role(roles), shown[0].0).await.is_err());
        }
        let admin = as_role(&[Role::Administrator]);
        let file = desk.issued_file_of_all(&admin, FileKind::Csv).await;
        assert!(matches!(file, Err(Trouble::NotAllowed)));
        let file = desk.appeals_file(&admin, None, FileKind::Xlsx).await;
        assert!(matches!(file, Err(Trouble::NotAllowed)));
        assert!(matches!(
            desk.waiting(&admin, None).await,
            Err(Trouble::NotAllowed)
        ));
        assert!(matches!(
            desk.open_issued(&admin, shown[0].0).await,
            Err(Trouble::NotAllowed)
        ));
        assert!(matches!(
            desk.issued_pdf(&admin, shown[0].0).await,
            Err(Trouble::NotAllowed)
        ));
        assert!(matches!(
            desk.late_notices(&admin).await,
            Err(Trouble::NotAllowed)
        ));
        assert!(matches!(
            desk.appeals(&admin, None, None).await,
            Err(Trouble::NotAllowed)
        ));
        assert!(matches!(
            desk.renew_staff_calendar(&admin).await,
            Err(Trouble::NotAllowed)
        ));
        let mut ended = director.who.clone();
        ended.delegation = ended.delegation.map(|order| Delegation {
            until: Some(date("2026-06-30")),
            ..order
        });
        let refused = desk.sign(&ended, &shown, &app).await;
        assert!(matches!(
            refused,
            Err(Trouble::Refused(Refusal::DelegationNotValid))
        ));
        assert_eq!(
            desk.sign(&director.who, &shown, &app).await.unwrap().signed,
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_freeze_suspends_and_a_cancellation_revokes() {
    both(async |office| {
        let director = Signer::new(&office, "director").await;
        let reference = walk_in(&office, 1).await;
        act(&office, &director.who, &reference, Action::Approve).await;
        work(&office).await;
        let shown = director.shown(&office).await;
        let app = director.code(&office);
        office.desk.sign(&director.who, &shown, &app).await.unwrap();
        let code = code_of(&office, "permit").await;
        let why = || "ญาติไม่ตกลงกัน".to_owned();
        act(
            &office,
            &director.who,
            &reference,
            Action::Freeze { reason: why() },
        )
        .await;
        assert_eq!(validity(&office, &code).await, Validity::Suspended);
        act(
            &office,
            &director.who,
            &reference,
            Action::Unfreeze { reason: why() },
        )
        .await;
        assert_eq!(validity(&office, &code).await, Validity::Valid);
        act(
            &office,
            &director.who,
            &reference,
            Action::Cancel { reason: why() },
        )
        .await;
        assert_eq!(validity(&office, &code).await, Validity::Revoked);
        // A family still opens what was signed; it says what became of it.
        let documents = office
            .desk
            .family_documents(&reference, &last4(1), "a")
            .await
            .unwrap();
        assert_eq!(documents[0].status, IssuedStatus::Revoked);
        audit_is_whole(&office).await;
    })
    .await;
}

#[tokio::test]
async fn a_record_or_a_print_that_was_touched_is_not_valid() {
    both(async |office| {
        let director = Signer::new(&office, "director").await;
        let reference = walk_in(&office, 1).await;
        act(&office, &director.who, &reference, Action::Approve).await;
        work(&office).await;
        let shown = director.shown(&office).await;
        let app = director.code(&office);
        office.desk.sign(&director.who, &shown, &app).await.unwrap();
        let code = code_of(&office, "permit").await;
        for (spoil, mend) in [
            (
                "UPDATE signature SET name = 'x'",
                "UPDATE signature SET name = 'คุณ director'",
            ),
            (
                "UPDATE issued_document SET model = object, object = model",
                "UPDATE issued_document SET model = object, object = model",
            ),
        ] {
            run_sql(&office.desk.store, spoil).await;
            assert_eq!(validity(&office, &code).await, Validity::Damaged, "{spoil}");
            run_sql(&office.desk.store, mend).await;
            assert_eq!(validity(&office, &code).await, Validity::Valid, "{mend}");
        }
    })
    .await;
}

#[tokio::test]
async fn ink_is_a_signature_with_its_scan() {
    both(async |office| {
        let desk = &office.desk;
        let director = Signer::new(&office, "director").await;
        let reference = walk_in(&office, 1).await;
        act(&office, &director.who, &reference, Action::Approve).await;
        work(&office).await;
        let id = director.shown(&office).await[0].0;
        let empty = desk.attach_ink(&director.who, id, Vec::new()).await;
        assert!(matches!(empty, Err(Trouble::Invalid(_))), "{empty:?}");
        desk.attach_ink(&director.who, id, b"a scan".to_vec())
            .await
            .unwrap();
        desk.attach_ink(&director.who, id, b"a scan".to_vec())
            .await
            .expect("a double tap");
        let code = code_of(&office, "permit").await;
        let verified = desk.verify(&code, "a").await.unwrap();
        assert!(verified.ink && verified.validity == Validity::Valid);
        assert_eq!(desk.ink_scan(&director.who, id).await.unwrap(), b"a scan");
        let opened = desk.open_issued(&director.who, id).await.unwrap();
        assert_eq!(opened.row.status, IssuedStatus::WetInk);
        assert!(
            opened
                .signature
                .is_some_and(|signature| signature.ink && signature.untouched)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_taps_at_once_sign_once() {
    both(async |office| {
        let director = Signer::new(&office, "director").await;
        for n in 1..=3 {
            let reference = walk_in(&office, n).await;
            act(&office, &director.who, &reference, Action::Approve).await;
        }
        work(&office).await;
        let shown = director.shown(&office).await;
        let app = director.code(&office);
        let start = std::sync::Arc::new(tokio::sync::Barrier::new(8));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (office, who, shown, app, start) = (
                office.clone(),
                director.who.clone(),
                shown.clone(),
                app.clone(),
                start.clone(),
            );
            tasks.spawn(async move {
                start.wait().await;
                office.desk.sign(&who, &shown, &app).await
            });
        }
        while let Some(outcome) = tasks.join_next().await {
            match outcome.unwrap() {
                Ok(batch) => assert_eq!((batch.signed, batch.left), (3, 0)),
                // Eight tries at a code at once are too many.
                Err(Trouble::RateLimited { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        let store = &office.desk.store;
        let signatures = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM signature";
        assert_eq!(number(store, signatures).await, 3);
        let noted = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM audit WHERE act = 'signed'";
        assert_eq!(number(store, noted).await, 3);
        audit_is_whole(&office).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn approvals_at_once_are_numbered_without_a_gap() {
    both(async |office| {
        let mut tasks = tokio::task::JoinSet::new();
        let mut references = Vec::new();
        for n in 0..6 {
            references.push(walk_in(&office, n).await);
        }
        for reference in references {
            let office = office.clone();
            tasks.spawn(async move {
                let who = approver();
                let file = office.desk.open_request(&who, &reference).await.unwrap();
                office
                    .desk
                    .decide(&who, &reference, file.version, Action::Approve)
                    .await
                    .unwrap();
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        let numbers = texts(
            &office.desk.store,
            "SELECT CAST(n AS TEXT) AS n FROM issued_document ORDER BY n",
            "n",
        )
        .await;
        assert_eq!(numbers, ["1", "2", "3", "4", "5", "6"]);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_appealed_passed_on_and_answered() {
    both(async |office| {
        let desk = &office.desk;
        let director = Signer::new(&office, "director").await;
        let reference = walk_in(&office, 1).await;
        let (digits, address) = (last4(1), "a");
        let none = desk
            .family_appeals(&reference, &digits, address)
            .await
            .unwrap();
        assert!(none.offer.is_none(), "nothing was decided");
        act(&office, &director.who, &reference, refuse()).await;
        let offered = desk
            .family_appeals(&reference, &digits, address)
            .await
            .unwrap();
        let offer = offered.offer.expect("an offer");
        assert_eq!(
            (offer.last_day, offer.late),
            (None, false),
            "nobody was told yet"
        );
        // Told on Monday the 23rd: fifteen days end on Tuesday the 8th.
        let call = desk.call_list(&director.who).await.unwrap().remove(0);
        desk.log_call(&director.who, call.id, CallOutcome::Reached)
            .await
            .unwrap();
        let offered = desk
            .family_appeals(&reference, &digits, address)
            .await
            .unwrap();
        let offer = offered.offer.expect("an offer");
        assert_eq!(offer.last_day, Some(date("2026-12-08")));

        for words in ["", "  \n ", &"ก".repeat(4001)] {
            let refused = desk
                .appeal_as_family(&reference, &digits, address, &offer.form_key, words)
                .await;
            assert!(matches!(refused, Err(Trouble::Invalid(_))), "{refused:?}");
        }
        let words = "มรณบัตรถูกต้องแล้ว\nขอให้ทบทวน";
        let number = desk
            .appeal_as_family(&reference, &digits, address, &offer.form_key, words)
            .await
            .unwrap();
        assert_eq!(number, "อธ. 1/2569");
        let again = desk
            .appeal_as_family(&reference, &digits, address, &offer.form_key, words)
            .await
            .unwrap();
        assert_eq!(again, number, "a double tap is one appeal");
        let seen = desk
            .family_appeals(&reference, &digits, address)
            .await
            .unwrap();
        assert_eq!((seen.appeals.len(), seen.offer.is_none()), (1, true));

        assert_eq!(desk.open_appeals(&director.who).await.unwrap(), 1);
        let (listed, next) = desk.appeals(&director.who, None, None).await.unwrap();
        assert_eq!((listed.len(), next), (1, None));
        let id = listed[0].id;
        let file = desk.appeal(&director.who, id).await.unwrap();
        assert_eq!(file.words, words);
        assert_eq!(file.order, "เอกสารไม่ตรง");
        assert_eq!(file.allowed, [AppealAction::Forward, AppealAction::Change]);
        let early = desk
            .decide_appeal(&director.who, id, file.version, AppealAction::Uphold, "x")
            .await;
        assert!(matches!(early, Err(Trouble::Refused(Refusal::WrongState))));
        desk.decide_appeal(&director.who, id, file.version, AppealAction::Forward, "")
            .await
            .unwrap();
        let stale = desk
            .decide_appeal(&director.who, id, file.version, AppealAction::Change, "x")
            .await;
        assert!(
            matches!(stale, Err(Trouble::DecidedFirst { .. })),
            "{stale:?}"
        );
        desk.decide_appeal(
            &director.who,
            id,
            file.version + 1,
            AppealAction::Change,
            "มรณบัตรถูกต้อง",
        )
        .await
        .unwrap();
        let seen = desk
            .family_appeals(&reference, &digits, address)
            .await
            .unwrap();
        assert_eq!(seen.appeals[0].status, AppealStatus::Changed);
        assert!(seen.offer.is_none(), "an order is appealed once");
        // The family is told, the answer is a letter, and the refusal counts no more.
        let call = desk.call_list(&director.who).await.unwrap().remove(0);
        assert_eq!(call.about, "appeal_answered");
        let sheet = desk.call(&director.who, call.id).await.unwrap();
        assert!(
            sheet.what_to_say.th.contains("มรณบัตรถูกต้อง"),
            "{:?}",
            sheet.what_to_say
        );
        let issued = desk.issued_of(&director.who, &reference).await.unwrap();
        let kinds: Vec<_> = issued.iter().map(|row| (row.kind, row.status)).collect();
        assert_eq!(
            kinds,
            [
                (Kind::AppealAnswer, IssuedStatus::Pending),
                (Kind::Refusal, IssuedStatus::Revoked)
            ]
        );
        work(&office).await;
        let shown = director.shown(&office).await;
        let opened = desk.open_issued(&director.who, shown[0].0).await.unwrap();
        let lines = opened.document.unwrap().lines();
        assert!(
            lines.iter().any(|line| line.contains("อธ. 1/2569")),
            "{lines:?}"
        );
        audit_is_whole(&office).await;
    })
    .await;
}

#[tokio::test]
async fn a_permit_is_not_signed_and_says_nothing_once_a_death_turns_out_unnatural() {
    both(async |office| {
        let desk = &office.desk;
        let director = Signer::new(&office, "director").await;
        let [signed, unsigned] = [walk_in(&office, 1).await, walk_in(&office, 2).await];
        let unnatural = async |reference: &str| {
            let seen = desk.open_request(&director.who, reference).await.unwrap();
            let finding = desk::paper::Finding {
                manner: Some(domain::paper::Manner::Unnatural),
                ..desk::paper::Finding::default()
            };
            desk.note_finding(&director.who, reference, seen.version, finding)
                .await
                .unwrap();
        };
        act(&office, &director.who, &signed, Action::Approve).await;
        work(&office).await;
        let shown = director.shown(&office).await;
        let code = director.code(&office);
        let batch = desk.sign(&director.who, &shown, &code).await.unwrap();
        assert_eq!((batch.signed, batch.left), (1, 0));
        let kept = code_of(&office, "permit").await;
        assert_eq!(validity(&office, &kept).await, Validity::Valid);
        unnatural(&signed).await;
        assert_eq!(validity(&office, &kept).await, Validity::Suspended);

        act(&office, &director.who, &unsigned, Action::Approve).await;
        work(&office).await;
        unnatural(&unsigned).await;
        let waiting = desk.waiting(&director.who, None).await.unwrap();
        assert_eq!(waiting.rows[0].in_the_way.len(), 1);
        let shown = director.shown(&office).await;
        office.clock.advance(TimeDelta::seconds(30));
        let code = director.code(&office);
        let batch = desk.sign(&director.who, &shown, &code).await.unwrap();
        assert_eq!((batch.signed, batch.left), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn a_late_appeal_is_taken_and_marked_and_one_by_post_too() {
    both(async |office| {
        let desk = &office.desk;
        let who = approver();
        let live = walk_in(&office, 2).await;
        let reference = walk_in(&office, 1).await;
        act(&office, &who, &reference, refuse()).await;
        let call = desk.call_list(&who).await.unwrap().remove(0);
        desk.log_call(&who, call.id, CallOutcome::Reached)
            .await
            .unwrap();
        office.clock.advance(TimeDelta::days(16));
        let offered = desk
            .family_appeals(&reference, &last4(1), "a")
            .await
            .unwrap();
        assert!(offered.offer.unwrap().late);
        let key = desk.appeal_key();
        desk.appeal_at_counter(&who, &reference, AppealChannel::Post, &key, "ขออุทธรณ์")
            .await
            .unwrap();
        let (listed, _) = desk
            .appeals(&who, Some(AppealStatus::Received), None)
            .await
            .unwrap();
        assert!(listed[0].late && listed[0].channel == AppealChannel::Post);
        // Another while one is open: the first is answered first.
        let second = desk
            .appeal_at_counter(&who, &reference, AppealChannel::Counter, "k", "อีก")
            .await;
        assert!(matches!(second, Err(Trouble::Refused(Refusal::WrongState))));
        let too_early = desk
            .appeal_at_counter(&who, &live, AppealChannel::Counter, "k2", "ก่อน")
            .await;
        assert!(matches!(
            too_early,
            Err(Trouble::Refused(Refusal::WrongState))
        ));
        office.clock.advance(TimeDelta::days(31));
        let (listed, _) = desk.appeals(&who, None, None).await.unwrap();
        assert!(listed[0].overdue);
        let file = desk.appeals_file(&who, None, FileKind::Csv).await.unwrap();
        let file = String::from_utf8(file).unwrap();
        assert!(
            file.contains("อธ. 1/2569") && file.contains("พ้นกำหนด"),
            "{file}"
        );
        assert!(!file.contains("สมหญิง"), "initials, never names");
        let file = desk.issued_file_of_all(&who, FileKind::Csv).await.unwrap();
        assert!(String::from_utf8(file).unwrap().contains("ตง 52005/1"));
    })
    .await;
}

#[tokio::test]
async fn a_late_decision_is_explained_every_seven_days_whatever_the_clock_does() {
    both(async |office| {
        let desk = &office.desk;
        let director = Signer::new(&office, "director").await;
        let reference = walk_in(&office, 1).await;
        let open = async || desk.late_notices(&director.who).await.unwrap();
        work(&office).await;
        assert!(open().await.is_empty(), "it is not late yet");
        office.clock.advance(TimeDelta::days(1));
        // A day forth, a day back, and forth again: one notice.
        for days in [1, -1, 0, 1, -1] {
            office.clock.advance(TimeDelta::days(days));
            work(&office).await;
        }
        let notices = open().await;
        assert_eq!(notices.len(), 1);
        assert_eq!(desk.late_notice_count(&director.who).await.unwrap(), 1);
        let empty = desk.explain_late(&director.who, notices[0].id, " ").await;
        assert!(matches!(empty, Err(Trouble::Invalid(_))));
        for _ in 0..2 {
            desk.explain_late(&director.who, notices[0].id, "รอผลชันสูตร")
                .await
                .unwrap();
        }
        let other = desk.explain_late(&director.who, notices[0].id, "อื่น").await;
        assert!(
            matches!(other, Err(Trouble::DecidedFirst { .. })),
            "{other:?}"
        );
        let view = desk.track(&reference, &last4(1), "a").await.unwrap();
        assert_eq!(view.status, Status::Submitted);
        work(&office).await;
        let shown = director.shown(&office).await;
        assert_eq!(shown.len(), 1, "one letter");
        // The copy goes when it is signed: by post, because no address is set. Once, however often the work is done.
        let tasks = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM staff_task WHERE kind = 'late_copy'";
        assert_eq!(number(&desk.store, tasks).await, 0);
        let app = director.code(&office);
        desk.sign(&director.who, &shown, &app).await.unwrap();
        work(&office).await;
        run_sql(
            &desk.store,
            "UPDATE job SET status = 'available' WHERE kind = 'late_copy'",
        )
        .await;
        work(&office).await;
        assert_eq!(number(&desk.store, tasks).await, 1);
        // Two weeks of nobody looking: every notice that was due is there to be written, none is skipped.
        office.clock.advance(TimeDelta::days(14));
        work(&office).await;
        let notices = open().await;
        let numbers: Vec<_> = notices.iter().map(|notice| notice.n).collect();
        assert_eq!(numbers, [2, 3]);
        assert!(notices[0].overdue && !notices[1].overdue);
        // A decision settles what nobody wrote.
        act(&office, &director.who, &reference, Action::Approve).await;
        assert!(open().await.is_empty());
        audit_is_whole(&office).await;
    })
    .await;
}

#[tokio::test]
async fn with_an_address_the_copy_is_a_letter_with_the_signed_print() {
    store::testing::both(async |store| {
        let mut settings = city();
        settings.signing.late_notice_copy.email = "saraban@opdc.example".to_owned();
        let office = office_of(store, settings, true);
        let desk = &office.desk;
        let director = Signer::new(&office, "director").await;
        walk_in(&office, 1).await;
        office.clock.advance(TimeDelta::days(1));
        work(&office).await;
        let notice = desk.late_notices(&director.who).await.unwrap().remove(0);
        desk.explain_late(&director.who, notice.id, "รอผลชันสูตร")
            .await
            .unwrap();
        work(&office).await;
        let shown = director.shown(&office).await;
        let app = director.code(&office);
        desk.sign(&director.who, &shown, &app).await.unwrap();
        let letters = work(&office).await.0.into_inner().unwrap();
        assert_eq!(letters.len(), 1, "{letters:?}");
        assert_eq!(letters[0].to, "saraban@opdc.example");
        let (_, pdf) = desk.issued_pdf(&director.who, shown[0].0).await.unwrap();
        assert_eq!(letters[0].attachment.as_ref().expect("the print").pdf, pdf);
        assert!(work(&office).await.0.into_inner().unwrap().is_empty());
    })
    .await;
}

fn events(file: &str) -> Vec<icalendar::Event> {
    let calendar: Calendar = file.parse().expect("a calendar");
    assert!(file.lines().all(|line| line.len() <= 75), "folded");
    assert!(file.contains("METHOD:PUBLISH\r\n") && file.contains("TZID:Asia/Bangkok\r\n"));
    calendar
        .components
        .into_iter()
        .filter_map(|component| match component {
            CalendarComponent::Event(event) => Some(event),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn calendars_tell_of_changes_and_end_with_their_link() {
    both(async |office| {
        let desk = &office.desk;
        let director = Signer::new(&office, "director").await;
        let wanted = wish(
            Some(("2026-11-25", "13:00")),
            Some(("sala-1", "2026-11-23", 2)),
        );
        let mut answered = answers(1, &wanted);
        answered.insert("deceased.name".into(), "สมชาย, ใจดี; \\ งาม".into());
        let reference = desk.walk_in(&director.who, &answered).await.unwrap();
        let reference = reference.as_str();
        let (digits, address) = (last4(1), "a");
        assert_eq!(
            desk.family_calendar(reference, &digits, address)
                .await
                .unwrap(),
            None
        );
        let token = |path: &str| {
            path.trim_start_matches("/calendar/")
                .trim_end_matches(".ics")
                .to_owned()
        };
        let path = desk
            .renew_family_calendar(reference, &digits, address, false)
            .await
            .unwrap();
        let first = token(&path);
        let file = desk.calendar_file(&first, address).await.unwrap();
        assert!(!file.contains("สมชาย"), "names only for those who ask");
        let before = events(&file);
        assert_eq!(before.len(), 2);
        let of = |events: &[icalendar::Event], part: &str| {
            events
                .iter()
                .find(|event| event.get_uid().is_some_and(|uid| uid.contains(part)))
                .cloned()
                .expect("a part")
        };
        let property = |event: &icalendar::Event, name: &str| {
            event.property_value(name).unwrap_or_default().to_owned()
        };
        let cremation = of(&before, "cremation");
        assert_eq!(property(&cremation, "DTSTART"), "20261125T130000");
        assert_eq!(property(&cremation, "STATUS"), "TENTATIVE");
        assert_eq!(property(&cremation, "SEQUENCE"), "0");
        assert_eq!(property(&cremation, "DTSTAMP"), "20261123T020000Z");
        let nights = of(&before, "pavilion");
        assert_eq!(property(&nights, "DTSTART"), "20261123");
        assert_eq!(property(&nights, "DTEND"), "20261125");

        act(&office, &director.who, reference, Action::Approve).await;
        let path = desk
            .renew_family_calendar(reference, &digits, address, true)
            .await
            .unwrap();
        let second = token(&path);
        let gone = desk.calendar_file(&first, address).await;
        assert!(
            matches!(gone, Err(Trouble::NotFound)),
            "a renewed link ends the former"
        );
        let file = desk.calendar_file(&second, address).await.unwrap();
        let after = of(&events(&file), "cremation");
        assert_eq!(after.get_uid(), cremation.get_uid());
        assert_eq!(property(&after, "STATUS"), "CONFIRMED");
        assert_eq!(property(&after, "SEQUENCE"), "1");
        assert_eq!(after.get_summary(), Some("ฌาปนกิจ สมชาย, ใจดี; \\ งาม"));

        let path = desk.renew_staff_calendar(&director.who).await.unwrap();
        let staff = token(&path);
        let reason = "ครอบครัวขอ".to_owned();
        act(&office, &director.who, reference, Action::Cancel { reason }).await;
        for token in [&second, &staff] {
            let file = desk.calendar_file(token, address).await.unwrap();
            let ended = of(&events(&file), "cremation");
            assert_eq!(property(&ended, "STATUS"), "CANCELLED");
            assert_eq!(property(&ended, "SEQUENCE"), "2");
        }
        assert!(
            !desk
                .calendar_file(&staff, address)
                .await
                .unwrap()
                .contains("สมชาย")
        );
        desk.revoke_staff_calendar(&director.who).await.unwrap();
        desk.revoke_family_calendar(reference, &digits, address)
            .await
            .unwrap();
        for token in [&second, &staff] {
            let gone = desk.calendar_file(token, address).await;
            assert!(matches!(gone, Err(Trouble::NotFound)));
        }
        audit_is_whole(&office).await;
    })
    .await;
}
