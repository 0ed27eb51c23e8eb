//! A family books, the division decides: the use cases, on both engines.
use crate::support::{
    Office, answers, approver, both, draft, last4, settled, staff, usual_wish, wish,
};
use chrono::TimeDelta;
use desk::mail::{Mail, Mailer};
use desk::office::{CallOutcome, InboxFilter};
use desk::request::CertificateState;
use desk::{Conflict, Trouble};
use domain::form::{Lang, RawFields};
use domain::request::{Action, Role, Status};
use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;

/// Keeps the letters, or fails as it is told.
#[derive(Default)]
struct Letters {
    sent: Mutex<Vec<Mail>>,
    down: Mutex<bool>,
}

impl Mailer for Letters {
    fn send<'a>(
        &'a self,
        mail: &'a Mail,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
        Box::pin(async move {
            if *self.down.lock().unwrap() {
                return Err("connection refused".to_owned());
            }
            self.sent.lock().unwrap().push(mail.clone());
            Ok(())
        })
    }
}

async fn book(office: &Office, n: u32) -> String {
    let wish = usual_wish();
    let (browser, id) = draft(office, n, &wish).await;
    office
        .desk
        .hold(&browser, &id, &wish)
        .await
        .expect("a hold");
    office
        .desk
        .send_draft(&browser, &id)
        .await
        .expect("a reference")
        .as_str()
        .to_owned()
}

#[tokio::test]
async fn a_family_books_from_draft_to_approval_and_is_told() {
    both(async |office| {
        let Office { desk, clock } = &office;
        let wish = usual_wish();
        let (browser, id) = draft(&office, 1, &wish).await;
        let hold = desk.hold(&browser, &id, &wish).await.expect("a hold");
        assert_eq!(hold.until, desk.now() + TimeDelta::minutes(60));
        let reference = desk.send_draft(&browser, &id).await.expect("a reference");
        assert_eq!(
            desk.send_draft(&browser, &id).await.expect("the same"),
            reference,
            "a second tap is the same request"
        );

        let view = desk
            .track(reference.as_str(), &last4(1), "a")
            .await
            .expect("tracked");
        assert_eq!(
            (view.status, view.verified, view.wish.clone()),
            (Status::Submitted, false, wish)
        );
        assert!(matches!(
            desk.track(reference.as_str(), "0000", "a").await,
            Err(Trouble::NotFound)
        ));
        assert!(matches!(
            desk.track("123456789012", &last4(1), "a").await,
            Err(Trouble::NotFound)
        ));

        let approver = staff(&office, "approver", &[Role::Approver]).await;
        let calls = desk.call_list(&approver).await.expect("calls");
        assert_eq!(
            calls
                .iter()
                .map(|call| call.about.as_str())
                .collect::<Vec<_>>(),
            ["verify"]
        );
        desk.log_call(&approver, calls[0].id, CallOutcome::Reached)
            .await
            .expect("noted");
        let file = desk
            .open_request(&approver, reference.as_str())
            .await
            .expect("the file");
        assert!(file.verified && file.lapse_at.is_none());
        assert_eq!(
            file.identity.as_ref().map(|(kind, _)| kind.as_str()),
            Some("national_id")
        );

        desk.decide(&approver, reference.as_str(), file.version, Action::Approve)
            .await
            .expect("approved");
        let calls = desk.call_list(&approver).await.expect("calls");
        assert_eq!(
            calls
                .iter()
                .map(|call| (call.about.as_str(), call.due_at))
                .collect::<Vec<_>>(),
            [("approved", desk.now() + TimeDelta::minutes(30))]
        );
        let sheet = desk.call(&approver, calls[0].id).await.expect("a sheet");
        assert!(sheet.what_to_say.th.contains("13.00"));
        let also: Vec<_> = sheet.also_say.iter().map(|line| &*line.th).collect();
        assert_eq!(also.len(), 2, "{also:?}");
        assert!(also[0].starts_with("ค่าธรรมเนียม "), "{also:?}");
        assert!(
            also[1].contains("เครื่องกระตุ้นหัวใจ"),
            "not asked yet: {also:?}"
        );
        desk.log_call(&approver, calls[0].id, CallOutcome::NoAnswer)
            .await
            .expect("noted");
        assert_eq!(
            desk.call_list(&approver).await.expect("calls")[0].attempts,
            1,
            "no answer stays on the list"
        );
        clock.advance(TimeDelta::minutes(5));
        desk.log_call(&approver, calls[0].id, CallOutcome::Reached)
            .await
            .expect("noted");
        assert!(desk.call_list(&approver).await.expect("calls").is_empty());

        let file = desk
            .open_request(&approver, reference.as_str())
            .await
            .expect("the file");
        let events: Vec<&str> = file.history.iter().map(|row| row.event.code()).collect();
        assert_eq!(
            events,
            [
                "submitted",
                "called",
                "verified",
                "approved",
                "note_issued",
                "called",
                "called"
            ]
        );
        assert!(file.views.len() >= 2, "each opening is logged");
        let (report, _) = desk.verify_audit().await.expect("verified");
        assert_eq!((report.problems, report.unsealed), (vec![], 0));
    })
    .await;
}

#[tokio::test]
async fn a_hold_that_lapsed_is_taken_again_or_says_what_went() {
    both(async |office| {
        let desk = &office.desk;
        let wish = usual_wish();
        let (browser, id) = draft(&office, 1, &wish).await;
        desk.hold(&browser, &id, &wish).await.expect("a hold");
        office.clock.advance(TimeDelta::minutes(61));
        let view = desk.draft(&browser, &id).await.expect("the draft");
        assert!(view.hold.expect("a hold").lapsed);
        // Somebody else takes the pavilion meanwhile.
        let (other, other_id) = draft(&office, 2, &wish).await;
        desk.hold(&other, &other_id, &wish)
            .await
            .expect("the lapsed places are anybody's");
        match desk.send_draft(&browser, &id).await {
            Err(Trouble::SlotTaken {
                conflicts,
                alternatives,
            }) => {
                assert_eq!(conflicts, [Conflict::Pavilion]);
                assert_eq!(alternatives.len(), 5);
                let view = desk
                    .hold(&browser, &id, &alternatives[0])
                    .await
                    .expect("an alternative is free");
                assert_eq!(view.wish, alternatives[0]);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(
            desk.draft(&browser, &id).await.expect("the draft").fields["applicant.name"],
            "สมหญิง ใจดี",
            "nothing typed is lost"
        );
        // The other's hold lapses too, nobody takes it: sending takes it again silently.
        office.clock.advance(TimeDelta::minutes(61));
        desk.send_draft(&other, &other_id)
            .await
            .expect("a reference");
    })
    .await;
}

#[tokio::test]
async fn a_hold_is_extended_at_least_ten_times_and_moves_without_letting_go() {
    both(async |office| {
        let desk = &office.desk;
        let wish = usual_wish();
        let (browser, id) = draft(&office, 1, &wish).await;
        desk.hold(&browser, &id, &wish).await.expect("a hold");
        for _ in 0..10 {
            office.clock.advance(TimeDelta::minutes(50));
            let hold = desk.extend_hold(&browser, &id).await.expect("extended");
            assert_eq!(hold.until, desk.now() + TimeDelta::minutes(60));
        }
        let later = crate::support::wish(
            Some(("2026-11-26", "13:00")),
            Some(("sala-1", "2026-11-24", 2)),
        );
        desk.hold(&browser, &id, &later).await.expect("moved");
        let (other, other_id) = draft(&office, 2, &wish).await;
        let first_night = crate::support::wish(None, Some(("sala-1", "2026-11-23", 1)));
        // The shared night of the 24th is still the first family's, the 23rd is free again.
        assert!(matches!(
            desk.hold(&other, &other_id, &wish).await,
            Err(Trouble::SlotTaken { .. } | Trouble::Invalid(_))
        ));
        if desk.now()
            < crate::support::date("2026-11-23")
                .and_hms_opt(5, 0, 0)
                .expect("noon")
                .and_utc()
        {
            desk.hold(&other, &other_id, &first_night)
                .await
                .expect("free");
        }
    })
    .await;
}

#[tokio::test]
async fn unverified_requests_lapse_and_free_their_places() {
    both(async |office| {
        let desk = &office.desk;
        let reference = book(&office, 1).await;
        office.clock.advance(TimeDelta::minutes(4 * 60 - 1));
        assert_eq!(desk.lapse_unverified().await.expect("a round"), 0);
        office.clock.advance(TimeDelta::minutes(2));
        assert_eq!(desk.lapse_unverified().await.expect("a round"), 1);
        assert_eq!(desk.lapse_unverified().await.expect("a round"), 0, "once");
        let view = desk
            .track(&reference, &last4(1), "a")
            .await
            .expect("tracked");
        assert_eq!(view.status, Status::Lapsed);
        let approver = approver();
        desk.walk_in(&approver, &answers(1, &usual_wish()))
            .await
            .expect("places and identity are free again");
        let calls = desk.call_list(&approver).await.expect("calls");
        assert_eq!(
            calls
                .iter()
                .map(|call| call.about.as_str())
                .collect::<Vec<_>>(),
            ["lapsed"],
            "the family is told, the verifying call is gone"
        );
    })
    .await;
}

#[tokio::test]
async fn a_returned_request_keeps_its_places_and_is_sent_again_once() {
    both(async |office| {
        let desk = &office.desk;
        let approver = approver();
        let reference = book(&office, 1).await;
        let file = desk
            .open_request(&approver, &reference)
            .await
            .expect("the file");
        let back = Action::Return {
            defects: vec!["ชื่อไม่ตรง".into(), "แจ้งเลขที่มรณบัตร".into()],
            correct_by: desk.now() + TimeDelta::hours(24),
        };
        desk.decide(&approver, &reference, file.version, back.clone())
            .await
            .expect("returned");
        let view = desk
            .track(&reference, &last4(1), "a")
            .await
            .expect("tracked");
        assert_eq!(
            view.returned
                .as_ref()
                .map(|returned| returned.defects.len()),
            Some(2)
        );
        assert!(view.can_correct);
        let wrong = RawFields::from([(
            "deceased.national_id".to_owned(),
            "1234567890122".to_owned(),
        )]);
        assert!(matches!(
            desk.correct(&reference, &last4(1), "a", wrong).await,
            Err(Trouble::Invalid(_))
        ));
        let right = RawFields::from([
            ("deceased.name".to_owned(), "สมชาย ใจงาม".to_owned()),
            ("deceased.certificate".to_owned(), "number".to_owned()),
            (
                "deceased.certificate_number".to_owned(),
                "๑๒-๓๔๕".to_owned(),
            ),
        ]);
        let view = desk
            .correct(&reference, &last4(1), "a", right)
            .await
            .expect("sent again");
        assert_eq!(
            (view.status, view.deceased_name.as_str()),
            (Status::Submitted, "สมชาย ใจงาม")
        );
        assert_eq!(view.certificate, CertificateState::Given("12-345".into()));
        assert_eq!(view.wish, usual_wish(), "the places stayed");
        let file = desk
            .open_request(&approver, &reference)
            .await
            .expect("the file");
        assert!(
            matches!(
                desk.decide(&approver, &reference, file.version, back).await,
                Err(Trouble::Refused(_))
            ),
            "once only"
        );
    })
    .await;
}

#[tokio::test]
async fn the_certificate_may_come_later_and_is_one_case_only() {
    both(async |office| {
        let desk = &office.desk;
        let reference = book(&office, 1).await;
        let not_yet = RawFields::from([("deceased.certificate".to_owned(), "not_yet".to_owned())]);
        let view = desk
            .answer_certificate(&reference, &last4(1), "a", &not_yet)
            .await
            .expect("answered");
        assert_eq!(
            view.certificate,
            CertificateState::NotYet {
                due: desk.now() + TimeDelta::hours(24)
            }
        );
        let number =
            RawFields::from([("deceased.certificate_number".to_owned(), "5-123".to_owned())]);
        let view = desk
            .answer_certificate(&reference, &last4(1), "a", &number)
            .await
            .expect("answered");
        assert_eq!(view.certificate, CertificateState::Given("5-123".into()));
        let mut second = answers(2, &wish(Some(("2026-11-26", "13:00")), None));
        second.insert("deceased.certificate_number".to_owned(), "5-123".to_owned());
        assert!(matches!(
            desk.walk_in(&approver(), &second).await,
            Err(Trouble::DeceasedHasCase)
        ));
    })
    .await;
}

#[tokio::test]
async fn nobody_may_take_the_month_from_one_browser() {
    both(async |office| {
        let desk = &office.desk;
        let browser = desk.new_browser().await.expect("a browser");
        let days = ["2026-11-25", "2026-11-26", "2026-11-28", "2026-11-29"];
        let mut sent = 0;
        let mut refused = 0;
        for n in 0..40_u32 {
            let wish = wish(
                Some((
                    days[n as usize % 4],
                    ["10:00", "13:00", "14:30"][n as usize % 3],
                )),
                None,
            );
            let id = desk.start_draft(&browser, Lang::Th).await.expect("a draft");
            desk.save_draft(&browser, &id, answers(n, &wish))
                .await
                .expect("saved");
            let outcome = match desk.hold(&browser, &id, &wish).await {
                Ok(_) => desk.send_draft(&browser, &id).await.map(|_| ()),
                Err(trouble) => Err(trouble),
            };
            match outcome {
                Ok(()) => sent += 1,
                Err(Trouble::TooManyUnverified) => refused += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!((sent, refused), (2, 38));
    })
    .await;
}

#[tokio::test]
async fn letters_are_tried_again_and_then_given_to_a_person() {
    both(async |office| {
        let desk = &office.desk;
        let approver = approver();
        let mut fields = answers(1, &usual_wish());
        fields.insert(
            "applicant.email".to_owned(),
            "family@example.com".to_owned(),
        );
        let reference = desk.walk_in(&approver, &fields).await.expect("a reference");
        let letters = Letters::default();
        desk.run_jobs(&letters).await.expect("a round");
        {
            let sent = letters.sent.lock().unwrap();
            assert_eq!(sent.len(), 1);
            assert!(
                sent[0].subject.contains(&reference.grouped()),
                "{}",
                sent[0].subject
            );
            assert!(
                !sent[0].text.contains('{'),
                "every word is filled: {}",
                sent[0].text
            );
        }
        *letters.down.lock().unwrap() = true;
        let file = desk
            .open_request(&approver, reference.as_str())
            .await
            .expect("the file");
        desk.decide(&approver, reference.as_str(), file.version, Action::Approve)
            .await
            .expect("approved");
        for _ in 0..12 {
            desk.run_jobs(&letters).await.expect("a round");
            office.clock.advance(TimeDelta::hours(10));
        }
        let tasks = desk.staff_tasks(&approver).await.expect("tasks");
        assert_eq!(
            tasks
                .iter()
                .map(|task| (task.kind.as_str(), task.reference.clone()))
                .collect::<Vec<_>>(),
            [("mail_failed", Some(reference))]
        );
        desk.finish_task(&approver, tasks[0].id)
            .await
            .expect("done");
        assert!(desk.staff_tasks(&approver).await.expect("tasks").is_empty());
        assert_eq!(letters.sent.lock().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_draft_moves_to_another_phone_once() {
    both(async |office| {
        let desk = &office.desk;
        let wish = usual_wish();
        let (browser, id) = draft(&office, 1, &wish).await;
        desk.hold(&browser, &id, &wish).await.expect("a hold");
        let code = desk.carry_code(&browser, &id).await.expect("a code").code;
        let other = desk.new_browser().await.expect("a browser");
        assert!(
            matches!(desk.draft(&other, &id).await, Err(Trouble::NotFound)),
            "a draft is its owner's only"
        );
        assert!(matches!(
            desk.pick_up(&other, "0000000000", "a").await,
            Err(Trouble::NotFound)
        ));
        assert_eq!(
            desk.pick_up(&other, &format!("{} {}", &code[..5], &code[5..]), "a")
                .await
                .expect("picked up"),
            id
        );
        assert!(
            desk.draft(&other, &id)
                .await
                .expect("the draft")
                .hold
                .is_some(),
            "the hold came along"
        );
        assert!(
            matches!(
                desk.pick_up(&browser, &code, "a").await,
                Err(Trouble::NotFound)
            ),
            "once"
        );
        desk.send_draft(&other, &id).await.expect("a reference");
    })
    .await;
}

#[tokio::test]
async fn wrong_second_facts_slow_the_pair_and_not_the_number() {
    both(async |office| {
        let desk = &office.desk;
        let reference = book(&office, 1234).await;
        let mut slowed = false;
        for _ in 0..20 {
            slowed |= matches!(
                desk.track(&reference, "9999", "attacker").await,
                Err(Trouble::RateLimited { .. })
            );
        }
        assert!(slowed);
        desk.track(&reference, &last4(1234), "family")
            .await
            .expect("the family is not locked out");
    })
    .await;
}

#[tokio::test]
async fn staff_sign_in_with_two_factors_and_each_code_works_once() {
    both(async |office| {
        let desk = &office.desk;
        let new = desk::staff::NewStaff {
            username: "Officer".into(),
            name: "เจ้าหน้าที่".into(),
            position: "เจ้าพนักงาน".into(),
            roles: vec![Role::Officer],
            delegation: None,
        };
        let enrolled = desk.enrol(&new, None).await.expect("an account");
        assert!(
            matches!(desk.enrol(&new, None).await, Err(Trouble::Invalid(_))),
            "the name is taken"
        );
        assert!(matches!(
            desk.sign_in("officer", "wrong", "a").await,
            Err(Trouble::NotAllowed)
        ));
        assert!(matches!(
            desk.sign_in("nobody", "wrong", "a").await,
            Err(Trouble::NotAllowed)
        ));
        let half = desk
            .sign_in("officer", &enrolled.password, "a")
            .await
            .expect("the first factor")
            .token;
        assert!(
            matches!(
                desk.staff_by_session(&half).await,
                Err(Trouble::SignInRequired)
            ),
            "half a sign-in opens nothing"
        );
        assert!(matches!(
            desk.sign_in_code(&half, "000000").await,
            Err(Trouble::NotAllowed)
        ));
        let token = desk
            .sign_in_code(&half, &enrolled.recovery_codes[0])
            .await
            .expect("a recovery code");
        assert_eq!(
            desk.staff_by_session(&token).await.expect("signed in").name,
            "เจ้าหน้าที่"
        );
        assert!(
            matches!(
                desk.staff_by_session(&half).await,
                Err(Trouble::SignInRequired)
            ),
            "the token was rotated"
        );
        let half = desk
            .sign_in("officer", &enrolled.password, "a")
            .await
            .expect("the first factor")
            .token;
        assert!(
            matches!(
                desk.sign_in_code(&half, &enrolled.recovery_codes[0]).await,
                Err(Trouble::NotAllowed)
            ),
            "once"
        );
        office.clock.advance(TimeDelta::minutes(61));
        assert!(
            matches!(
                desk.staff_by_session(&token).await,
                Err(Trouble::SignInRequired)
            ),
            "idle"
        );
        let mut slowed = false;
        for _ in 0..10 {
            slowed |= matches!(
                desk.sign_in("officer", "wrong", "attacker").await,
                Err(Trouble::RateLimited { .. })
            );
        }
        assert!(slowed);
        desk.sign_in("officer", &enrolled.password, "office")
            .await
            .expect("nobody locks somebody else out");
    })
    .await;
}

#[tokio::test]
async fn lists_are_masked_searched_and_paged() {
    both(async |office| {
        let desk = &office.desk;
        let approver = approver();
        let reference = book(&office, 5678).await;
        let inbox = desk
            .inbox(&approver, &InboxFilter::default(), None)
            .await
            .expect("the inbox");
        let row = &inbox.rows[0];
        assert_eq!(
            (row.applicant_initials.as_str(), row.phone_last4.as_str()),
            ("ส. ใจดี", "5678")
        );
        for (search, found) in [
            ("สมชาย", 1),
            ("ใจดี", 1),
            ("5678", 1),
            (&reference, 1),
            ("0800005678", 1),
            ("ไม่มีใคร", 0),
            ("%", 0),
        ] {
            let filter = InboxFilter {
                search: search.to_owned(),
                ..InboxFilter::default()
            };
            assert_eq!(
                desk.inbox(&approver, &filter, None)
                    .await
                    .expect("found")
                    .rows
                    .len(),
                found,
                "{search}"
            );
        }
        office.clock.advance(TimeDelta::hours(5));
        let numbers = desk.day_numbers(&approver).await.expect("numbers");
        assert_eq!(numbers.late, 1);
        let late = InboxFilter {
            late: true,
            ..InboxFilter::default()
        };
        assert!(desk.inbox(&approver, &late, None).await.expect("late").rows[0].late);
    })
    .await;
}

#[tokio::test]
async fn the_demonstration_loads_cases_in_every_state() {
    store::testing::both(async |store| {
        let office = settled(store, true).await;
        let desk = &office.desk;
        let accounts = desk.load_demo().await.expect("the demonstration");
        assert_eq!(accounts.len(), 4);
        assert!(desk.load_demo().await.is_err(), "never over real accounts");
        let approver = approver();
        for (status, expected) in [
            (Status::Submitted, 7),
            (Status::Returned, 1),
            (Status::Approved, 2),
            (Status::Refused, 1),
            (Status::Withdrawn, 1),
            (Status::Cancelled, 1),
        ] {
            let filter = InboxFilter {
                status: Some(status),
                ..InboxFilter::default()
            };
            assert_eq!(
                desk.inbox(&approver, &filter, None)
                    .await
                    .expect("a list")
                    .rows
                    .len(),
                expected,
                "{status}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn every_use_case_of_the_office_authorises_first() {
    both(async |office| {
        let desk = &office.desk;
        let reference = book(&office, 1).await;
        let admin = staff(&office, "admin", &[Role::Administrator]).await;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let id = uuid::Uuid::nil();
        macro_rules! refused {
            ($($call:expr),* $(,)?) => {
                $(assert!(matches!($call.await, Err(Trouble::NotAllowed)), stringify!($call));)*
            };
        }
        refused!(
            desk.day_numbers(&admin),
            desk.inbox(&admin, &InboxFilter::default(), None),
            desk.open_request(&admin, &reference),
            desk.decide(&admin, &reference, 1, Action::Approve),
            desk.call_list(&admin),
            desk.call(&admin, id),
            desk.log_call(&admin, id, CallOutcome::Reached),
            desk.walk_in(&admin, &answers(2, &usual_wish())),
            desk.staff_tasks(&admin),
            desk.finish_task(&admin, id),
            desk.staff_list(&officer),
            desk.disable_staff(&officer, id),
            desk.end_sessions(&officer, id),
        );
        let file = desk
            .open_request(&officer, &reference)
            .await
            .expect("the file");
        let refused = desk
            .decide(&officer, &reference, file.version, Action::Approve)
            .await;
        assert!(matches!(
            refused,
            Err(Trouble::Refused(domain::request::Refusal::NotAllowed))
        ));
    })
    .await;
}

#[tokio::test]
async fn newer_news_replace_a_call_that_was_not_made() {
    both(async |office| {
        let desk = &office.desk;
        let approver = approver();
        let reference = book(&office, 1).await;
        let file = desk
            .open_request(&approver, &reference)
            .await
            .expect("the file");
        let file = desk
            .decide(&approver, &reference, file.version, Action::Approve)
            .await
            .expect("approved");
        let cancel = Action::Cancel {
            reason: "เตาขัดข้อง".into(),
        };
        desk.decide(&approver, &reference, file.version, cancel)
            .await
            .expect("cancelled");
        let calls = desk.call_list(&approver).await.expect("calls");
        let about: Vec<&str> = calls.iter().map(|call| call.about.as_str()).collect();
        assert_eq!(
            about,
            ["cancelled"],
            "nobody is told of an approval that no longer holds"
        );
    })
    .await;
}

#[tokio::test]
async fn a_counter_form_filled_in_anew_is_not_taken_for_the_one_before() {
    both(async |office| {
        let first = with_key(answers(1, &wish(Some(("2026-11-26", "13:00")), None)));
        let second = with_key(answers(2, &wish(Some(("2026-11-26", "14:30")), None)));
        let desk = &office.desk;
        let booked = desk.walk_in(&approver(), &first).await.expect("a request");
        let again = desk.walk_in(&approver(), &first).await.expect("the same");
        assert_eq!(booked, again, "a double tap is one request");
        let other = desk.walk_in(&approver(), &second).await;
        assert!(
            matches!(other, Err(Trouble::IdempotencyKeyReused)),
            "{other:?}"
        );
    })
    .await;
}

fn with_key(mut fields: RawFields) -> RawFields {
    fields.insert(desk::office::FORM_KEY.to_owned(), "one-page".to_owned());
    fields
}
