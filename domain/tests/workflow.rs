//! The workflow as one table: every state, every action, every actor. The snapshot is the specification.
use chrono::{TimeDelta, TimeZone, Utc};
use domain::crematorium::particulars::Particulars;
use domain::request::{
    Action, Actor, Delegation, Event, Refusal, Role, Snapshot, StaffActor, Status, VerifiedBy,
    allowed, decide,
};
use domain::time::Instant;
use std::fmt::Write as _;
use uuid::Uuid;

fn now() -> Instant {
    Utc.with_ymd_and_hms(2026, 11, 23, 2, 0, 0)
        .earliest()
        .unwrap_or_default()
}

fn staff(roles: &[Role], delegated: bool) -> Actor {
    Actor::Staff(StaffActor {
        id: Uuid::from_u128(1),
        name: "ทดสอบ".into(),
        position: "ตำแหน่ง".into(),
        roles: roles.to_vec(),
        delegation: delegated.then(|| Delegation {
            order: "1/2569".into(),
            from: chrono::NaiveDate::default(),
            until: None,
        }),
    })
}

fn actors() -> Vec<(&'static str, Actor)> {
    vec![
        ("resident", Actor::Resident),
        ("channel", Actor::Channel(Uuid::from_u128(2))),
        ("agent", Actor::Agent(Uuid::from_u128(3))),
        ("officer", staff(&[Role::Officer], false)),
        ("approver", staff(&[Role::Approver], true)),
        ("approver without order", staff(&[Role::Approver], false)),
        ("administrator", staff(&[Role::Administrator], true)),
        ("system", Actor::System),
    ]
}

fn submitted() -> Snapshot {
    Snapshot {
        status: Status::Submitted,
        frozen: false,
        verified: true,
        returned_count: 0,
        lapse_at: None,
        correct_by: None,
        change_until: Some(now() + TimeDelta::hours(1)),
        release_missing: false,
    }
}

fn actions() -> Vec<Action> {
    let words = || "เหตุผล".to_owned();
    vec![
        Action::Take,
        Action::Verify {
            by: VerifiedBy::Call,
        },
        Action::Return {
            defects: vec![words()],
            correct_by: now() + TimeDelta::hours(24),
        },
        Action::Resubmit,
        Action::Approve,
        Action::Refuse {
            facts: words(),
            law: words(),
            reason: words(),
            appeal: words(),
        },
        Action::Withdraw,
        Action::Cancel { reason: words() },
        Action::Move {
            from: Box::default(),
            to: Box::default(),
            reason: words(),
        },
        Action::Particulars(Particulars::default()),
        Action::SwitchFurnace {
            from: "furnace-1".into(),
            to: "furnace-2".into(),
        },
        Action::Freeze { reason: words() },
        Action::Unfreeze { reason: words() },
        Action::Lapse,
        Action::Complete,
    ]
}

#[test]
fn every_state_action_and_actor_has_an_answer() {
    let unverified = Snapshot {
        verified: false,
        lapse_at: Some(now() - TimeDelta::minutes(1)),
        ..submitted()
    };
    let mut states: Vec<(String, Snapshot)> = Status::ALL
        .into_iter()
        .map(|status| {
            (
                status.code().to_owned(),
                Snapshot {
                    status,
                    ..submitted()
                },
            )
        })
        .collect();
    states.push(("submitted, unverified, due".into(), unverified));
    states.push((
        "submitted, frozen".into(),
        Snapshot {
            frozen: true,
            ..submitted()
        },
    ));
    states.push((
        "submitted, returned before".into(),
        Snapshot {
            returned_count: 1,
            ..submitted()
        },
    ));
    states.push((
        "approved, past the cut-off".into(),
        Snapshot {
            status: Status::Approved,
            change_until: Some(now()),
            ..submitted()
        },
    ));
    states.push((
        "approved, frozen".into(),
        Snapshot {
            status: Status::Approved,
            frozen: true,
            ..submitted()
        },
    ));
    let mut table = String::new();
    for (state, snapshot) in &states {
        for action in actions() {
            let _ = write!(table, "{state:<27} {:<14}", action.code());
            for (who, actor) in actors() {
                let answer = match decide(snapshot, &action, &actor, now()) {
                    Ok((next, _)) if next.status == snapshot.status => "ok".to_owned(),
                    Ok((next, _)) => format!("→ {}", next.status),
                    Err(Refusal::NotAllowed) => continue,
                    Err(refusal) => format!("{refusal:?}"),
                };
                let _ = write!(table, " | {who}: {answer}");
            }
            table.push('\n');
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn an_administrator_decides_nothing_and_nobody_learns_a_state_by_trying() {
    for status in Status::ALL {
        for action in actions() {
            let administrator = staff(&[Role::Administrator], true);
            let answer = decide(
                &Snapshot {
                    status,
                    ..submitted()
                },
                &action,
                &administrator,
                now(),
            );
            assert_eq!(
                answer,
                Err(Refusal::NotAllowed),
                "{status} {}",
                action.code()
            );
        }
    }
}

#[test]
fn a_request_is_returned_once_with_every_defect_and_a_deadline() {
    let officer = staff(&[Role::Officer], false);
    let correct_by = now() + TimeDelta::hours(24);
    let back = |defects: &[&str], correct_by| Action::Return {
        defects: defects.iter().map(ToString::to_string).collect(),
        correct_by,
    };
    assert_eq!(
        decide(&submitted(), &back(&[], correct_by), &officer, now()),
        Err(Refusal::ReasonMissing)
    );
    assert_eq!(
        decide(
            &submitted(),
            &back(&["ก", " "], correct_by),
            &officer,
            now()
        ),
        Err(Refusal::ReasonMissing)
    );
    assert_eq!(
        decide(&submitted(), &back(&["ก"], now()), &officer, now()),
        Err(Refusal::DeadlinePassed)
    );
    let (returned, events) = decide(
        &submitted(),
        &back(&["ก", "ข"], correct_by),
        &officer,
        now(),
    )
    .unwrap();
    assert_eq!(
        (
            returned.status,
            returned.returned_count,
            returned.correct_by
        ),
        (Status::Returned, 1, Some(correct_by))
    );
    assert!(events[0].must_be_told(&officer));
    let (again, _) = decide(&returned, &Action::Resubmit, &Actor::Resident, now()).unwrap();
    assert_eq!(
        decide(&again, &back(&["ค"], correct_by), &officer, now()),
        Err(Refusal::ReturnedBefore)
    );
}

#[test]
fn an_unverified_request_lapses_only_after_its_time_and_an_approval_confirms_it() {
    let lapse_at = now() + TimeDelta::hours(4);
    let unverified = Snapshot {
        verified: false,
        lapse_at: Some(lapse_at),
        ..submitted()
    };
    let approver = staff(&[Role::Approver], true);
    let (approved, _) = decide(&unverified, &Action::Approve, &approver, now()).unwrap();
    assert_eq!(
        (approved.status, approved.verified, approved.lapse_at),
        (Status::Approved, true, None)
    );
    assert_eq!(
        decide(&unverified, &Action::Lapse, &Actor::System, now()),
        Err(Refusal::TooEarly)
    );
    let (lapsed, events) = decide(&unverified, &Action::Lapse, &Actor::System, lapse_at).unwrap();
    assert_eq!(
        (lapsed.status, &events[..]),
        (Status::Lapsed, &[Event::Lapsed][..])
    );
    let (verified, _) = decide(
        &unverified,
        &Action::Verify {
            by: VerifiedBy::Call,
        },
        &approver,
        now(),
    )
    .unwrap();
    assert_eq!(
        decide(&verified, &Action::Lapse, &Actor::System, lapse_at),
        Err(Refusal::WrongState)
    );
    assert!(decide(&verified, &Action::Approve, &approver, now()).is_ok());
}

#[test]
fn a_delegation_counts_only_between_its_dates() {
    let mut approver = StaffActor {
        id: Uuid::from_u128(1),
        name: String::new(),
        position: String::new(),
        roles: vec![Role::Approver],
        delegation: None,
    };
    for (from, until, valid) in [
        ("2026-11-23", Some("2026-11-23"), true),
        ("2026-11-24", None, false),
        ("2026-01-01", Some("2026-11-22"), false),
        ("2026-01-01", None, true),
    ] {
        approver.delegation = Some(Delegation {
            order: "1".into(),
            from: from.parse().unwrap(),
            until: until.map(|date| date.parse().unwrap()),
        });
        let answer = decide(
            &submitted(),
            &Action::Approve,
            &Actor::Staff(approver.clone()),
            now(),
        );
        assert_eq!(answer.is_ok(), valid, "{from} {until:?}");
    }
}

#[test]
fn the_page_offers_exactly_what_decide_allows() {
    let approver = staff(&[Role::Approver], true);
    assert_eq!(
        allowed(&submitted(), &approver, now()),
        [
            "take",
            "return",
            "approve",
            "refuse",
            "withdraw",
            "cancel",
            "move",
            "particulars",
            "switch_furnace",
            "freeze"
        ]
    );
    let officer = staff(&[Role::Officer], false);
    assert_eq!(
        allowed(&submitted(), &officer, now()),
        [
            "take",
            "return",
            "withdraw",
            "move",
            "particulars",
            "switch_furnace",
            "freeze"
        ]
    );
    assert_eq!(
        allowed(
            &Snapshot {
                frozen: true,
                ..submitted()
            },
            &officer,
            now()
        ),
        ["take", "move", "particulars", "switch_furnace", "unfreeze"]
    );
    assert!(allowed(&submitted(), &staff(&[Role::Administrator], false), now()).is_empty());
}

#[test]
fn a_family_changes_its_booking_until_the_cut_off_and_an_officer_says_why() {
    let move_to = |reason: &str| Action::Move {
        from: Box::default(),
        to: Box::default(),
        reason: reason.into(),
    };
    let approved = Snapshot {
        status: Status::Approved,
        ..submitted()
    };
    let until = now() + TimeDelta::hours(1);
    let family = |action: &Action, at| decide(&approved, action, &Actor::Resident, at).map(|_| ());
    let cancel = Action::Cancel {
        reason: "เหตุผล".into(),
    };
    for action in [move_to(""), cancel] {
        assert_eq!(family(&action, until - TimeDelta::microseconds(1)), Ok(()));
        assert_eq!(family(&action, until), Err(Refusal::PastCutOff));
    }
    let officer = staff(&[Role::Officer], false);
    let later = until + TimeDelta::days(1);
    assert_eq!(
        decide(&approved, &move_to(" "), &officer, later),
        Err(Refusal::ReasonMissing)
    );
    let (moved, events) = decide(&approved, &move_to("เตาขัดข้อง"), &officer, later).unwrap();
    assert_eq!(moved, approved, "an approval stays valid");
    assert!(events[0].must_be_told(&officer) && !events[0].must_be_told(&Actor::Resident));
}
