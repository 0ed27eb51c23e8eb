//! Moving and cancelling: by the family, an officer, a channel; what was given up; what is out of service.
use crate::support::{
    Office, answers, approver, both, date, draft, last4, staff, usual_wish, wish,
};
use chrono::TimeDelta;
use desk::Trouble;
use desk::change::Changed;
use desk::outage::OutageFilter;
use desk::request::Access;
use domain::affected::Resolution;
use domain::crematorium::Wish;
use domain::form::RawFields;
use domain::outage::NewOutage;
use domain::reference::Reference;
use domain::request::{Action, Refusal, Role, Status};
use store::testing::number;

async fn booked(office: &Office, n: u32, wanted: &Wish) -> Reference {
    office
        .desk
        .walk_in(&approver(), &answers(n, wanted))
        .await
        .expect("a reference")
}

async fn approved(office: &Office, n: u32, wanted: &Wish) -> Reference {
    let reference = booked(office, n, wanted).await;
    office
        .desk
        .decide(&approver(), reference.as_str(), 1, Action::Approve)
        .await
        .expect("approved");
    reference
}

/// Cells of a kind of holder on a thing.
async fn cells(office: &Office, kind: &str, resource: &str) -> i64 {
    let sql = format!(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM slot_claim
         WHERE holder_kind = '{kind}' AND resource_id = '{resource}'"
    );
    number(&office.desk.store, &sql).await
}

fn outage(changes: &[(&str, &str)]) -> RawFields {
    let mut fields: RawFields = [
        ("resource", "furnace-1"),
        ("from", "25/11/2569"),
        ("until", "25/11/2569"),
        ("reason_th", "เตาที่ 1 ขัดข้อง"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    for (name, value) in changes {
        fields.insert((*name).to_owned(), (*value).to_owned());
    }
    fields
}

fn new_outage(office: &Office, changes: &[(&str, &str)], urgent: bool) -> NewOutage {
    office
        .desk
        .parse_outage(&outage(changes), urgent)
        .expect("an outage")
}

#[tokio::test]
async fn a_family_moves_its_booking_and_the_old_places_are_free_at_once() {
    both(async |office| {
        let desk = &office.desk;
        let from = wish(
            Some(("2026-11-26", "13:00")),
            Some(("sala-1", "2026-11-24", 2)),
        );
        let to = wish(
            Some(("2026-11-28", "10:00")),
            Some(("sala-2", "2026-11-26", 2)),
        );
        let reference = approved(&office, 1, &from).await;
        let moved = desk
            .move_by(&Access::family(reference.as_str(), &last4(1), "a"), &to)
            .await
            .expect("moved");
        assert_eq!((moved.status, &moved.wish), (Status::Approved, &to));
        assert_eq!(cells(&office, "request", "sala-1").await, 0);
        assert_eq!(cells(&office, "request", "sala-2").await, 2);
        // A second tap, the back button: it is so already.
        desk.move_by(&Access::family(reference.as_str(), &last4(1), "a"), &to)
            .await
            .expect("moved already");
        let file = desk
            .open_request(&approver(), reference.as_str())
            .await
            .expect("the file");
        let codes: Vec<_> = file.history.iter().map(|row| row.event.code()).collect();
        assert_eq!(
            codes,
            [
                "submitted",
                "approved",
                "note_issued",
                "moved",
                "note_issued"
            ],
            "the price of other nights follows"
        );
        // Whoever moves itself is not called about it; the approval is still to be told.
        let calls = desk.call_list(&approver()).await.expect("calls");
        assert_eq!(
            calls.iter().map(|call| &*call.about).collect::<Vec<_>>(),
            ["approved"]
        );
        // Others have what was left.
        booked(&office, 2, &from).await;
        let (report, _) = desk.verify_audit().await.expect("verified");
        assert!(report.problems.is_empty(), "{report:?}");
    })
    .await;
}

#[tokio::test]
async fn a_move_to_a_taken_place_changes_nothing_and_offers_others() {
    both(async |office| {
        let desk = &office.desk;
        let from = wish(None, Some(("sala-1", "2026-11-25", 2)));
        let taken = wish(None, Some(("sala-2", "2026-11-26", 2)));
        let reference = booked(&office, 1, &from).await;
        booked(&office, 2, &taken).await;
        let outcome = desk
            .move_by(&Access::family(reference.as_str(), &last4(1), "a"), &taken)
            .await;
        match outcome {
            Err(Trouble::SlotTaken {
                conflicts,
                alternatives,
            }) => {
                assert_eq!(conflicts, [desk::Conflict::Pavilion]);
                assert_eq!(alternatives.len(), 5);
            }
            other => panic!("{other:?}"),
        }
        let view = desk
            .track(reference.as_str(), &last4(1), "a")
            .await
            .expect("tracked");
        assert_eq!(view.wish, from);
        assert_eq!(cells(&office, "request", "sala-1").await, 2);
    })
    .await;
}

#[tokio::test]
async fn after_the_cut_off_and_while_frozen_only_an_officer_changes_it() {
    both(async |office| {
        let desk = &office.desk;
        let from = wish(Some(("2026-11-25", "13:00")), None);
        let to = wish(Some(("2026-11-28", "10:00")), None);
        let reference = approved(&office, 1, &from).await;
        let view = desk
            .track(reference.as_str(), &last4(1), "a")
            .await
            .expect("tracked");
        assert!(view.change.can_move && view.change.can_cancel);
        desk.decide(
            &approver(),
            reference.as_str(),
            2,
            Action::Freeze {
                reason: "ญาติยังไม่ตกลงกัน".into(),
            },
        )
        .await
        .expect("frozen");
        for outcome in [
            desk.move_by(&Access::family(reference.as_str(), &last4(1), "a"), &to)
                .await,
            desk.cancel_by(&Access::family(reference.as_str(), &last4(1), "a"), "")
                .await,
        ] {
            assert!(
                matches!(outcome, Err(Trouble::Refused(Refusal::Frozen))),
                "{outcome:?}"
            );
        }
        desk.decide(
            &approver(),
            reference.as_str(),
            3,
            Action::Unfreeze {
                reason: "ตกลงกันแล้ว".into(),
            },
        )
        .await
        .expect("unfrozen");
        // Twenty-four hours before 13.00 on the 25th.
        office.clock.advance(TimeDelta::hours(28));
        for outcome in [
            desk.move_by(&Access::family(reference.as_str(), &last4(1), "a"), &to)
                .await,
            desk.cancel_by(&Access::family(reference.as_str(), &last4(1), "a"), "")
                .await,
        ] {
            assert!(
                matches!(outcome, Err(Trouble::Refused(Refusal::PastCutOff))),
                "{outcome:?}"
            );
        }
        let silent = desk
            .staff_move(&approver(), reference.as_str(), 4, &to, " ", false)
            .await;
        assert!(matches!(
            silent,
            Err(Trouble::Refused(Refusal::ReasonMissing))
        ));
        desk.staff_move(&approver(), reference.as_str(), 4, &to, "ญาติโทรมาขอ", false)
            .await
            .expect("moved");
        let stale = desk
            .staff_move(&approver(), reference.as_str(), 4, &from, "อีกครั้ง", false)
            .await;
        assert!(
            matches!(stale, Err(Trouble::DecidedFirst { .. })),
            "{stale:?}"
        );
        let calls = desk.call_list(&approver()).await.expect("calls");
        assert_eq!(
            calls.iter().map(|call| &*call.about).collect::<Vec<_>>(),
            ["moved"],
            "the family is told of what the office did"
        );
    })
    .await;
}

#[tokio::test]
async fn nights_that_have_begun_stay_when_only_the_cremation_moves() {
    both(async |office| {
        let desk = &office.desk;
        let from = wish(
            Some(("2026-11-26", "13:00")),
            Some(("sala-1", "2026-11-23", 3)),
        );
        let reference = approved(&office, 1, &from).await;
        office.clock.advance(TimeDelta::hours(48));
        let mut to = from.clone();
        to.cremation = wish(Some(("2026-11-28", "10:00")), None).cremation;
        desk.staff_move(&approver(), reference.as_str(), 2, &to, "เตาขัดข้อง", false)
            .await
            .expect("moved");
        assert_eq!(cells(&office, "request", "sala-1").await, 3);
    })
    .await;
}

#[tokio::test]
async fn who_cancelled_a_place_cannot_take_it_again_but_others_and_the_office_can() {
    both(async |office| {
        let desk = &office.desk;
        let wanted = wish(
            Some(("2026-11-26", "13:00")),
            Some(("sala-1", "2026-11-24", 2)),
        );
        let reference = approved(&office, 1, &wanted).await;
        let gone = desk
            .cancel_by(
                &Access::family(reference.as_str(), &last4(1), "a"),
                "เลื่อนไปวัดอื่น",
            )
            .await
            .expect("cancelled");
        assert_eq!(gone.status, Status::Cancelled);
        assert_eq!(cells(&office, "request", "sala-1").await, 0);
        // The call that would have told it of the approval is not made any more, and it has no order to appeal.
        assert_eq!(desk.call_list(&approver()).await.expect("calls"), []);
        assert!(!gone.can_appeal);
        let appeals = desk
            .family_appeals(reference.as_str(), &last4(1), "a")
            .await;
        assert_eq!(appeals.expect("none").offer, None);
        let again = desk
            .cancel_by(&Access::family(reference.as_str(), &last4(1), "a"), "")
            .await
            .expect("cancelled already");
        assert_eq!(again.status, Status::Cancelled);

        let codes = |outcome: &Trouble| match outcome {
            Trouble::Invalid(errors) => errors
                .iter()
                .map(|error| (error.field.clone(), error.code))
                .collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        let refused = [
            ("cremation.round".to_owned(), "cancelled_before"),
            ("pavilion.from".to_owned(), "cancelled_before"),
        ];
        // By the phone, with another deceased; by the deceased, with another phone.
        let (browser, id) = draft(&office, 1, &wanted).await;
        let held = desk.hold(&browser, &id, &wanted).await;
        assert_eq!(codes(&held.expect_err("not held")), refused);
        let sent = desk.send_draft(&browser, &id).await;
        assert_eq!(codes(&sent.expect_err("not sent")), refused);
        let mut same_deceased = answers(1, &wanted);
        same_deceased.insert("applicant.phone".into(), "0899999999".into());
        let counter = desk.walk_in(&approver(), &same_deceased).await;
        assert_eq!(codes(&counter.expect_err("not taken")), refused);
        let mut same_phone = answers(2, &wish(Some(("2026-11-26", "13:00")), None));
        same_phone.insert(
            "applicant.phone".into(),
            answers(1, &wanted)["applicant.phone"].clone(),
        );
        let counter = desk.walk_in(&approver(), &same_phone).await;
        assert_eq!(codes(&counter.expect_err("not taken")), refused[..1]);

        // Another time is theirs; moving to the old one is not.
        let other = wish(Some(("2026-11-28", "10:00")), None);
        let second = booked(&office, 1, &other).await;
        let back = desk
            .move_by(
                &Access::family(second.as_str(), &last4(1), "a"),
                &wish(Some(("2026-11-26", "13:00")), None),
            )
            .await;
        assert_eq!(codes(&back.expect_err("not moved")), refused[..1]);
        // Another family is free to have it, and the office may let the first have it.
        booked(&office, 3, &wanted).await;
        let round = wish(Some(("2026-11-26", "13:00")), None);
        desk.staff_move(&approver(), second.as_str(), 1, &round, "แพทย์เลื่อนวัน", true)
            .await
            .expect("allowed");
        let mut excused = answers(4, &wish(None, Some(("sala-1", "2026-11-25", 1))));
        excused.insert(
            "applicant.phone".into(),
            answers(1, &wanted)["applicant.phone"].clone(),
        );
        // The night is the third family's now: what is taken is taken.
        excused.insert("retake_reason".into(), "ยกเลิกโดยเข้าใจผิด".into());
        let taken = desk.walk_in(&approver(), &excused).await;
        assert!(matches!(taken, Err(Trouble::SlotTaken { .. })), "{taken:?}");
    })
    .await;
}

#[tokio::test]
async fn the_office_lets_a_family_have_its_place_again_with_a_reason_in_the_history() {
    both(async |office| {
        let desk = &office.desk;
        let wanted = wish(Some(("2026-11-26", "13:00")), None);
        let first = booked(&office, 1, &wanted).await;
        desk.withdraw(first.as_str(), &last4(1), "a")
            .await
            .expect("withdrawn");
        let mut fields = answers(1, &wanted);
        assert!(desk.walk_in(&approver(), &fields).await.is_err());
        fields.insert("retake_reason".into(), "กดผิด".into());
        let second = desk
            .walk_in(&approver(), &fields)
            .await
            .expect("taken again");
        let file = desk
            .open_request(&approver(), second.as_str())
            .await
            .expect("the file");
        let codes: Vec<_> = file.history.iter().map(|row| row.event.code()).collect();
        assert_eq!(codes, ["submitted", "taken_again"]);
        let (report, _) = desk.verify_audit().await.expect("verified");
        assert!(report.problems.is_empty(), "{report:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_out_of_service_keeps_its_places_and_its_bookings_move_away() {
    both(async |office| {
        let desk = &office.desk;
        let wanted = wish(Some(("2026-11-25", "13:00")), None);
        let reference = approved(&office, 1, &wanted).await;
        let (browser, id) = draft(&office, 2, &wanted).await;
        desk.hold(&browser, &id, &wanted).await.expect("a hold");
        let file = desk
            .open_request(&approver(), reference.as_str())
            .await
            .expect("the file");
        assert_eq!(file.furnace.as_deref(), Some("furnace-1"));

        let new = new_outage(&office, &[], false);
        let preview = desk
            .outage_preview(&approver(), &new)
            .await
            .expect("a preview");
        assert_eq!(preview.len(), 1);
        assert_eq!(preview[0].reference, reference);
        let outage = desk
            .declare_outage(&approver(), &new, "key")
            .await
            .expect("declared");
        let again = desk
            .declare_outage(&approver(), &new, "key")
            .await
            .expect("declared");
        assert_eq!(outage, again, "a double tap is one outage");
        let (view, affected) = desk.outage(&approver(), outage).await.expect("the outage");
        assert_eq!((view.waiting, affected.len()), (1, 1));
        assert_eq!(
            cells(&office, "request", "furnace-1").await,
            6,
            "nothing disappears"
        );
        assert_eq!(cells(&office, "maintenance", "furnace-1").await, 90);
        let tracked = desk
            .track(reference.as_str(), &last4(1), "a")
            .await
            .expect("tracked");
        assert_eq!(tracked.change.must_move.len(), 1);

        // One click: another furnace at the same time, and nobody need be called.
        let furnace = desk
            .switch_furnace(&approver(), reference.as_str(), 3)
            .await
            .expect("another furnace");
        assert_ne!(furnace, "furnace-1");
        assert_eq!(cells(&office, "maintenance", "furnace-1").await, 96);
        let (view, affected) = desk.outage(&approver(), outage).await.expect("the outage");
        assert_eq!(view.waiting, 0);
        assert_eq!(
            affected[0].resolved.map(|(_, how)| how),
            Some(Resolution::Moved)
        );
        let about: Vec<_> = desk
            .call_list(&approver())
            .await
            .expect("calls")
            .into_iter()
            .map(|call| call.about)
            .collect();
        assert!(!about.contains(&"must_move".to_owned()), "{about:?}");

        desk.end_outage(&approver(), outage).await.expect("ended");
        desk.end_outage(&approver(), outage)
            .await
            .expect("ended already");
        assert_eq!(cells(&office, "maintenance", "furnace-1").await, 0);
        let (report, _) = desk.verify_audit().await.expect("verified");
        assert!(report.problems.is_empty(), "{report:?}");
    })
    .await;
}

#[tokio::test]
async fn a_booking_that_the_office_makes_move_may_be_moved_after_the_cut_off() {
    both(async |office| {
        let desk = &office.desk;
        let wanted = wish(Some(("2026-11-25", "13:00")), None);
        let reference = approved(&office, 1, &wanted).await;
        // Eight in the morning of the same day: the furnaces are broken.
        office.clock.advance(TimeDelta::hours(47));
        for furnace in ["furnace-1", "furnace-2", "furnace-3"] {
            if cells(&office, "request", furnace).await > 0 {
                let new = new_outage(
                    &office,
                    &[("resource", furnace), ("from", ""), ("until", "27/11/2569")],
                    true,
                );
                desk.declare_outage(&approver(), &new, "")
                    .await
                    .expect("declared");
            }
        }
        let to = wish(Some(("2026-11-28", "10:00")), None);
        let moved = desk
            .move_by(&Access::family(reference.as_str(), &last4(1), "a"), &to)
            .await
            .expect("moved");
        assert_eq!(moved.wish, to);
        assert!(moved.change.must_move.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_urgent_outage_is_reviewed_by_another_approver() {
    both(async |office| {
        let desk = &office.desk;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let first = staff(&office, "first", &[Role::Approver]).await;
        let second = staff(&office, "second", &[Role::Approver]).await;
        let administrator = staff(&office, "admin", &[Role::Administrator]).await;
        let new = new_outage(&office, &[("from", "")], true);
        assert!(matches!(
            desk.declare_outage(&administrator, &new, "").await,
            Err(Trouble::NotAllowed)
        ));
        let outage = desk
            .declare_outage(&first, &new, "")
            .await
            .expect("declared");
        let waiting = async |who| {
            desk.outages(who, OutageFilter::ToReview, None)
                .await
                .expect("a list")
                .rows
                .len()
        };
        assert_eq!(waiting(&officer).await, 1);
        assert!(matches!(
            desk.review_outage(&officer, outage, "").await,
            Err(Trouble::NotAllowed)
        ));
        assert!(matches!(
            desk.review_outage(&first, outage, "").await,
            Err(Trouble::Refused(Refusal::SamePerson))
        ));
        desk.review_outage(&second, outage, "ถูกต้อง")
            .await
            .expect("reviewed");
        assert_eq!(waiting(&officer).await, 0);
        for outcome in [
            desk.end_outage(&administrator, outage).await,
            desk.outage(&administrator, outage).await.map(|_| ()),
            desk.outages(&administrator, OutageFilter::All, None)
                .await
                .map(|_| ()),
            desk.review_outage(&administrator, outage, "").await,
            desk.switch_furnace(&administrator, "1", 1)
                .await
                .map(|_| ()),
            desk.staff_move(&administrator, "1", 1, &usual_wish(), "x", false)
                .await,
        ] {
            assert!(matches!(outcome, Err(Trouble::NotAllowed)), "{outcome:?}");
        }
        assert_eq!(
            desk.outages(&officer, OutageFilter::Current, None)
                .await
                .expect("a list")
                .rows
                .len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_channel_changes_only_what_it_sent_and_once_per_key() {
    both(async |office| {
        let desk = &office.desk;
        let token = desk.create_token("hospital", 0).await.expect("a token");
        let channel = desk.channel(&token).await.expect("the channel");
        let same_name = desk.create_token("hospital", 0).await.expect("a token");
        let other = desk.channel(&same_name).await.expect("the channel");
        let wanted = wish(Some(("2026-11-26", "13:00")), None);
        let sent = desk
            .submit_idempotent(
                &channel,
                "/requests",
                "k",
                b"",
                &answers(1, &wanted),
                |submitted| submitted.reference.as_str().to_owned(),
            )
            .await
            .expect("sent");
        let reference = sent.body;
        assert!(desk.channel_request(&channel, &reference).await.is_ok());
        assert!(matches!(
            desk.channel_request(&other, &reference).await,
            Err(Trouble::NotFound)
        ));
        let to = wish(Some(("2026-11-28", "10:00")), None);
        let write =
            |changed: &Changed| format!("{} {}", changed.status, changed.wish.cremation.is_some());
        let mv = async |who, key, body: &'static [u8]| {
            desk.channel_move(who, &reference, key, body, |_| Ok(to.clone()), write)
                .await
        };
        assert!(matches!(
            mv(&other, "m", b"1").await,
            Err(Trouble::NotFound)
        ));
        let first = mv(&channel, "m", b"1").await.expect("moved");
        let again = mv(&channel, "m", b"1").await.expect("the same");
        assert_eq!((first.replayed, again.replayed), (false, true));
        assert_eq!(first.body, again.body);
        assert!(matches!(
            mv(&channel, "m", b"2").await,
            Err(Trouble::IdempotencyKeyReused)
        ));
        let cancel = async |key| {
            desk.channel_cancel(&channel, &reference, key, b"{}", "ญาติขอ", write)
                .await
        };
        assert_eq!(cancel("c").await.expect("withdrawn").body, "withdrawn true");
        assert!(cancel("c").await.expect("the same").replayed);
        let late = cancel("d").await;
        assert!(
            matches!(late, Err(Trouble::Refused(Refusal::WrongState))),
            "{late:?}"
        );
        let moved = mv(&channel, "m", b"1").await.expect("kept");
        assert!(moved.replayed, "also after it ended");
        let _ = date("2026-11-23");
    })
    .await;
}

#[tokio::test]
async fn no_channel_is_told_of_a_move_that_did_not_happen() {
    both(async |office| {
        let desk = &office.desk;
        let token = desk.create_token("hospital", 0).await.expect("a token");
        let channel = desk.channel(&token).await.expect("the channel");
        let fields = answers(1, &wish(Some(("2026-11-26", "13:00")), None));
        let sent = desk.submit_idempotent(&channel, "/requests", "k", b"", &fields, |submitted| {
            submitted.reference.as_str().to_owned()
        });
        let reference = sent.await.expect("sent").body;
        // At once, under keys of their own.
        let mv = |round: &'static str| {
            let to = wish(Some(("2026-11-28", round)), None);
            let write = |changed: &Changed| changed.status.to_string();
            let body = round.as_bytes();
            Box::pin(desk.channel_move(
                &channel,
                &reference,
                round,
                body,
                move |_| Ok(to.clone()),
                write,
            ))
        };
        let (a, b, c) = tokio::join!(mv("10:00"), mv("13:00"), mv("14:30"));
        let outcomes = [a, b, c];
        assert!(outcomes.iter().any(Result::is_ok));
        for outcome in outcomes {
            match outcome {
                Ok(answered) => assert!(!answered.body.is_empty()),
                Err(trouble) => assert!(
                    matches!(trouble, Trouble::DecidedFirst { .. }),
                    "{trouble:?}"
                ),
            }
        }
    })
    .await;
}
