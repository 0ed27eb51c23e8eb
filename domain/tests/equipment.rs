//! Lending as tables: every unit state and every line state × action × actor, the application, the paper register.
#![expect(
    clippy::expect_used,
    reason = "a test that cannot be set up has failed"
)]
use chrono::{NaiveDate, TimeDelta, TimeZone, Utc};
use domain::equipment::application::{Delivery, Health, LoanApplication, Terms};
use domain::equipment::line::{self, LineFacts, LineState, summary};
use domain::equipment::settings::{EquipmentType, LoanSettings};
use domain::equipment::unit::{self, UnitFacts, UnitState};
use domain::equipment::{AssetNumber, register};
use domain::form::{RawFields, Text};
use domain::request::{Actor, Delegation, Role, StaffActor, Status};
use domain::time::Instant;
use std::fmt::Write as _;
use uuid::Uuid;

fn now() -> Instant {
    Utc.with_ymd_and_hms(2026, 11, 23, 2, 0, 0)
        .earliest()
        .expect("an instant")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn staff(role: Role) -> Actor {
    Actor::Staff(StaffActor {
        id: Uuid::from_u128(1),
        name: "ทดสอบ".into(),
        position: "ตำแหน่ง".into(),
        roles: vec![role],
        delegation: Some(Delegation {
            order: "1/2569".into(),
            from: NaiveDate::default(),
            until: None,
        }),
    })
}

fn actors() -> Vec<(&'static str, Actor)> {
    vec![
        ("resident", Actor::Resident),
        ("channel", Actor::Channel(Uuid::from_u128(2))),
        ("agent", Actor::Agent(Uuid::from_u128(3))),
        ("officer", staff(Role::Officer)),
        ("approver", staff(Role::Approver)),
        ("administrator", staff(Role::Administrator)),
        ("cashier", staff(Role::Cashier)),
        ("system", Actor::System),
    ]
}

/// "reserve: officer, approver, system -> reserved" for each state and action, those with equal answers together.
fn table<S, A>(
    states: &[(String, S)],
    actions: &[(&'static str, A)],
    answer: impl Fn(&S, &A, &Actor) -> String,
) -> String {
    let mut table = String::new();
    for (name, state) in states {
        writeln!(table, "{name}").expect("a string grows");
        for (action_name, action) in actions {
            let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
            for (actor_name, actor) in actors() {
                let answer = answer(state, action, &actor);
                match groups.iter_mut().find(|(known, _)| *known == answer) {
                    Some((_, names)) => names.push(actor_name),
                    None => groups.push((answer, vec![actor_name])),
                }
            }
            for (answer, names) in groups {
                writeln!(table, "  {action_name}: {} -> {answer}", names.join(", "))
                    .expect("a string grows");
            }
        }
    }
    table
}

#[test]
fn every_unit_state_action_and_actor_has_an_answer() {
    let mut states: Vec<(String, UnitFacts)> = UnitState::ALL
        .into_iter()
        .map(|state| {
            let facts = UnitFacts {
                state,
                recalled: false,
            };
            (state.code().to_owned(), facts)
        })
        .collect();
    states.push((
        "on_loan, recalled".into(),
        UnitFacts {
            state: UnitState::OnLoan,
            recalled: true,
        },
    ));
    let actions: Vec<_> = unit::samples()
        .into_iter()
        .map(|action| (action.code(), action))
        .collect();
    let table = table(
        &states,
        &actions,
        |facts, action, actor| match unit::decide(*facts, action, actor) {
            Ok(next) if next.recalled => format!("{}, recalled", next.state.code()),
            Ok(next) => next.state.code().to_owned(),
            Err(refusal) => format!("({refusal})"),
        },
    );
    insta::assert_snapshot!(table);
}

#[test]
fn only_a_passed_inspection_makes_a_unit_available() {
    let officer = staff(Role::Officer);
    for state in UnitState::ALL {
        for action in unit::samples() {
            let facts = UnitFacts {
                state,
                recalled: false,
            };
            let becomes = unit::decide(facts, &action, &officer).map(|next| next.state);
            if becomes == Ok(UnitState::Available) {
                assert!(
                    matches!(action.code(), "pass_inspection" | "free"),
                    "{state:?} {action:?}"
                );
            }
        }
    }
}

#[test]
fn taking_back_is_always_possible() {
    for state in UnitState::ALL {
        for recalled in [false, true] {
            let facts = UnitFacts { state, recalled };
            let taken = unit::decide(facts, &unit::UnitAction::TakeBack, &staff(Role::Officer));
            assert!(taken.is_ok(), "{facts:?}");
        }
    }
}

fn facts(state: LineState) -> LineFacts {
    LineFacts {
        state,
        from: day("2026-11-25"),
        accepted: false,
        offer_until: (state == LineState::Ready).then(|| now() + TimeDelta::hours(1)),
        lapsed: 0,
        handed_at: (state == LineState::OnLoan).then(now),
        due_on: (state == LineState::OnLoan).then(|| day("2026-12-01")),
        renewals: 0,
        wanted: false,
    }
}

#[test]
fn every_line_state_action_and_actor_has_an_answer() {
    let mut states: Vec<(String, LineFacts)> = LineState::ALL
        .into_iter()
        .map(|state| (state.code().to_owned(), facts(state)))
        .collect();
    let ready = facts(LineState::Ready);
    let out = facts(LineState::OnLoan);
    let past = Some(now() - TimeDelta::hours(1));
    for (name, facts) in [
        (
            "ready, accepted",
            LineFacts {
                accepted: true,
                ..ready
            },
        ),
        (
            "ready, time over",
            LineFacts {
                offer_until: past,
                ..ready
            },
        ),
        (
            "ready, time over, second offer",
            LineFacts {
                offer_until: past,
                lapsed: 1,
                ..ready
            },
        ),
        (
            "on loan, somebody waits",
            LineFacts {
                wanted: true,
                ..out
            },
        ),
        ("on loan, renewed twice", LineFacts { renewals: 2, ..out }),
        (
            "on loan since two days",
            LineFacts {
                handed_at: Some(now() - TimeDelta::days(2)),
                ..out
            },
        ),
    ] {
        states.push((name.to_owned(), facts));
    }
    let actions: Vec<_> = line::samples(now())
        .into_iter()
        .map(|action| (action.code(), action))
        .collect();
    let settings = LoanSettings::default();
    let table = table(
        &states,
        &actions,
        |facts, action, actor| match line::decide(facts, action, actor, &settings, now()) {
            Ok(next) if next.accepted => format!("{}, accepted", next.state.code()),
            Ok(next) => next.state.code().to_owned(),
            Err(refusal) => format!("({refusal})"),
        },
    );
    insta::assert_snapshot!(table);
}

#[test]
fn a_request_is_what_its_pieces_are() {
    use LineState as S;
    for (lines, status) in [
        (&[S::Asked, S::Asked][..], Status::Submitted),
        (&[S::Queued, S::Ready], Status::Ready),
        (&[S::Queued, S::OnLoan], Status::OnLoan),
        (&[S::Queued, S::Returned], Status::Queued),
        (&[S::Returned, S::Ended], Status::Completed),
        (&[S::Ended, S::Ended], Status::Cancelled),
        (&[], Status::Cancelled),
    ] {
        assert_eq!(summary(lines), status, "{lines:?}");
    }
}

fn types() -> Vec<EquipmentType> {
    let kind = |id: &str, th: &str, quota, lent: bool| EquipmentType {
        id: id.to_owned(),
        name: Text::new(th, id),
        count: 3,
        quota,
        legal_basis: lent.then(|| Text::new("ระเบียบ", "rule")),
        ..EquipmentType::default()
    };
    vec![
        kind("wheelchair", "รถเข็นนั่ง", 1, true),
        kind("crutches", "ไม้ค้ำยัน", 2, true),
        kind("oxygen", "ถังออกซิเจน", 1, false),
    ]
}

/// The request of the stable interface.
fn sample() -> RawFields {
    [
        ("applicant.name", "สมหญิง ใจดี"),
        ("applicant.phone", "0812345678"),
        ("applicant.relation", "child"),
        ("patient.name", "สมศรี ใจดี"),
        ("patient.condition", "bedridden"),
        ("items.0.type", "wheelchair"),
        ("items.0.quantity", "1"),
        ("from", "2026-11-25"),
        ("until", "2027-02-22"),
        ("delivery", "pickup"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

fn parse(changes: &[(&str, &str)]) -> Result<LoanApplication, Vec<(String, &'static str)>> {
    let mut fields = sample();
    for (name, value) in changes {
        fields.insert((*name).to_owned(), (*value).to_owned());
    }
    let (types, loans) = (types(), LoanSettings::default());
    let terms = Terms {
        types: &types,
        loans: &loans,
        by_staff: false,
    };
    LoanApplication::parse(&fields, terms, now()).map_err(|errors| {
        errors
            .into_iter()
            .map(|error| (error.field, error.code))
            .collect()
    })
}

#[test]
fn the_sample_request_is_read_whole() {
    let application = parse(&[]).expect("a good application");
    assert_eq!(application.patient.health, Health::Bedridden);
    assert_eq!(application.delivery, Delivery::Pickup);
    assert_eq!(
        (application.from, application.until),
        (day("2026-11-25"), day("2027-02-22"))
    );
    assert_eq!(application.items.len(), 1);
    assert!(application.borrower.is_none() && application.carer.is_none());
}

#[test]
fn every_wrong_answer_names_its_field() {
    for (changes, expected) in [
        (
            &[("items.0.type", "rocket")][..],
            ("items.0.type", "unknown"),
        ),
        (
            &[("items.0.type", "oxygen")],
            ("items.0.type", "cannot_be_lent"),
        ),
        (
            &[("items.0.quantity", "2")],
            ("items.0.quantity", "over_quota"),
        ),
        (
            &[("items.0.quantity", "-1")],
            ("items.0.quantity", "number"),
        ),
        (&[("items.0.quantity", "0")], ("items", "missing")),
        // The same type twice is one wish.
        (
            &[("items.1.type", "wheelchair"), ("items.1.quantity", "1")],
            ("items.0.quantity", "over_quota"),
        ),
        (&[("from", "2026-11-22")], ("from", "past")),
        (&[("from", "2027-02-22")], ("from", "beyond_horizon")),
        (&[("until", "2026-11-24")], ("until", "before_start")),
        (&[("until", "2027-02-23")], ("until", "too_long")),
        (&[("until", "30/2/2570")], ("until", "not_in_month")),
        (&[("delivery", "drone")], ("delivery", "unknown")),
        (
            &[("patient.condition", "")],
            ("patient.condition", "missing"),
        ),
        (
            &[("patient.national_id", "1234567890120")],
            ("patient.national_id", "checksum"),
        ),
        (
            &[("borrower.phone", "0812345678")],
            ("borrower.name", "missing"),
        ),
        (
            &[("applicant.relation", "friend")],
            ("applicant.relation", "unknown"),
        ),
    ] {
        let errors = parse(changes).expect_err("a wrong answer");
        assert_eq!(errors, [(expected.0.to_owned(), expected.1)], "{changes:?}");
    }
    // All at once, not the first.
    let all = parse(&[("from", "x"), ("delivery", ""), ("items.0.type", "")]);
    assert_eq!(all.expect_err("three wrong answers").len(), 3);
}

#[test]
fn dates_may_be_thai_and_digits_too() {
    let application = parse(&[
        ("from", ""),
        ("from.day", "๒๕"),
        ("from.month", "พฤศจิกายน"),
        ("from.year", "๒๕๖๙"),
        ("until", "22/2/2570"),
        ("items.0.quantity", "๑"),
    ])
    .expect("the same dates");
    assert_eq!(application.from, day("2026-11-25"));
    assert_eq!(application.until, day("2027-02-22"));
}

#[test]
fn who_asks_for_themselves_is_the_patient() {
    let application = parse(&[
        ("patient.who", "self"),
        ("patient.name", ""),
        ("applicant.relation", ""),
    ])
    .expect("one person");
    assert_eq!(application.patient.name.as_str(), "สมหญิง ใจดี");
    assert_eq!(application.relation, None);
}

fn rows(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

#[test]
fn an_old_register_is_read_by_the_names_of_its_columns() {
    let sheet = rows(
        "ทะเบียนคุมครุภัณฑ์ กองสาธารณสุข
         ลำดับ | รหัสครุภัณฑ์ | ชื่อครุภัณฑ์ | ราคาต่อหน่วย | วันที่ได้มา | ตรวจสภาพเมื่อ
         1 | ๖๕๓๐-๐๐๑-๐๐๐๑ | รถเข็นนั่ง | ๔,๕๐๐.๐๐ | 1/10/2565 | 
         | | | | |
         2 | 6530-001-0002 | Wheelchair | | - | 20 พ.ย. 2569",
    );
    let units = register::read(&sheet, &types(), day("2026-11-25")).expect("two units");
    let seen: Vec<_> = units
        .iter()
        .map(|unit| {
            (
                unit.row,
                unit.asset_number.as_str(),
                unit.kind.as_str(),
                unit.price.map(|price| price.0),
                unit.acquired_on,
                unit.inspected_on,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (
                3,
                "6530-001-0001",
                "wheelchair",
                Some(450_000),
                Some(day("2022-10-01")),
                None
            ),
            (
                5,
                "6530-001-0002",
                "wheelchair",
                None,
                None,
                Some(day("2026-11-20"))
            ),
        ]
    );
}

#[test]
fn every_mistake_of_every_row_is_told_at_once() {
    let sheet = rows(
        "เลขครุภัณฑ์ | รายการ | ราคา | วันที่ได้มา
         A-1 | wheelchair | 100 | 1/1/2570
         a1 | wheelchair | abc |
         | rocket | |
         A-2 | crutches | -5 | 31/2/2565",
    );
    let errors = register::read(&sheet, &types(), day("2026-11-25")).expect_err("mistakes");
    let seen: Vec<_> = errors
        .iter()
        .map(|error| (error.row, error.column.as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            (2, "วันที่ได้มา"),
            (3, "ราคา"),
            (4, "เลขครุภัณฑ์"),
            (4, "รายการ"),
            (5, "ราคา"),
            (5, "วันที่ได้มา"),
        ]
    );
    let errors = register::read(&rows("ชื่อ | ราคา"), &types(), day("2026-11-25"));
    let columns: Vec<_> = errors
        .expect_err("no heading")
        .into_iter()
        .map(|error| error.column)
        .collect();
    assert_eq!(columns, ["เลขครุภัณฑ์", "รายการ"]);
}

#[test]
fn the_template_is_read_as_its_own_heading() {
    let mut sheet = vec![register::heading()];
    let mut row = vec![String::new(); sheet[0].len()];
    row[0] = "A-1".to_owned();
    row[1] = "crutches".to_owned();
    sheet.push(row);
    let units = register::read(&sheet, &types(), day("2026-11-25")).expect("one unit");
    assert_eq!(
        units[0].asset_number,
        AssetNumber::parse("", "A-1").expect("a number")
    );
}
