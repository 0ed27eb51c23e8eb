//! Loans from the request to the shelf: queue, offers, hand-over, renewal, return, consumables, the paper register.
use crate::support::{Office, approver, both, city, date, office_of};
use chrono::TimeDelta;
use desk::Trouble;
use desk::loan::{HandOver, LoanFilter, LoanView, Receipt, Signed};
use desk::request::Access;
use desk::rows_file::NotRead;
use domain::equipment::UnitState;
use domain::equipment::line::{Chase, LineState};
use domain::equipment::need::{NeedFacts, Priority};
use domain::equipment::supply::EntryKind;
use domain::equipment::unit::{StrikeOff, UnitAction};
use domain::form::RawFields;
use domain::municipality::Municipality;
use domain::reference::Reference;
use domain::request::{Action, Role, StaffActor, Status};
use domain::time::Instant;
use uuid::Uuid;

/// Whole answers of the n-th family, for one piece of a type.
pub fn asked(n: u32, kind: &str) -> RawFields {
    [
        ("applicant.name", "สมหญิง ใจดี".to_owned()),
        ("applicant.phone", format!("08{n:08}")),
        ("applicant.relation", "child".to_owned()),
        ("patient.name", format!("สมศรี ที่{n}")),
        ("patient.condition", "bedridden".to_owned()),
        ("items.0.type", kind.to_owned()),
        ("items.0.quantity", "1".to_owned()),
        ("from", "2026-11-23".to_owned()),
        ("until", "2026-12-22".to_owned()),
        ("delivery", "pickup".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// Registers inspected units of a type: …
pub async fn register(office: &Office, kind: &str, count: u32) {
    let mut rows = vec![
        ["เลขครุภัณฑ์", "รายการ", "ตรวจสภาพเมื่อ", "ราคา"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for n in 1..=count {
        rows.push(vec![
            format!("{kind}-{n}"),
            kind.to_owned(),
            "20/11/2569".to_owned(),
            "4,500".to_owned(),
        ]);
    }
    let added = office.desk.import_register(&approver(), &rows).await;
    let (added, _) = added.expect("an import").expect("good rows");
    assert_eq!(added, count as usize);
}

/// A request of the n-th family, approved.
pub async fn approved(office: &Office, n: u32, kind: &str) -> Reference {
    let reference = office
        .desk
        .walk_in_loan(&approver(), &asked(n, kind))
        .await
        .expect("a request");
    approve(office, &reference).await;
    reference
}

pub async fn approve(office: &Office, reference: &Reference) {
    let who = approver();
    let file = office
        .desk
        .open_loan(&who, reference.as_str())
        .await
        .expect("a file");
    office
        .desk
        .decide_loan(&who, reference.as_str(), file.version, Action::Approve)
        .await
        .expect("an approval");
}

pub async fn seen(office: &Office, reference: &Reference, n: u32) -> LoanView {
    let last4 = crate::support::last4(n);
    office
        .desk
        .track_loan(&Access::family(reference.as_str(), &last4, "here"))
        .await
        .expect("a loan")
}

/// Everything ticked and signed.
pub fn given(scanned: &str) -> HandOver {
    HandOver {
        scanned: scanned.to_owned(),
        ticked: (0..20).collect(),
        signed: Signed::Signature,
        signed_by: "สมหญิง ใจดี".to_owned(),
        witness: String::new(),
        meter: None,
        condition: "ปกติ".to_owned(),
    }
}

pub async fn line_of(office: &Office, reference: &Reference, n: u32) -> Uuid {
    seen(office, reference, n).await.lines[0].id
}

async fn state_of(office: &Office, asset_number: &str) -> UnitState {
    office
        .desk
        .find_unit(&approver(), asset_number)
        .await
        .expect("a unit")
        .state
}

#[tokio::test]
async fn from_a_request_to_a_clean_unit_back_on_the_shelf() {
    both(async |office| {
        let desk = &office.desk;
        let who = approver();
        register(&office, "wheelchair", 1).await;
        let reference = approved(&office, 1, "wheelchair").await;
        let view = seen(&office, &reference, 1).await;
        assert_eq!(view.status, Status::Ready);
        assert!(view.lines[0].offer_until.is_some());
        let access = Access::family(reference.as_str(), "0001", "here");
        let line = view.lines[0].id;
        let accepted = desk.answer_offer(&access, line, true).await.unwrap();
        assert!(accepted.lines[0].accepted);
        // Thai digits, spaces, another stroke: the same number.
        desk.hand_over(&who, line, &given(" WHEELCHAIR – ๑ "))
            .await
            .unwrap();
        let view = seen(&office, &reference, 1).await;
        assert_eq!(view.status, Status::OnLoan);
        assert_eq!(view.lines[0].due_on, Some(date("2026-12-22")));
        assert_eq!(state_of(&office, "wheelchair-1").await, UnitState::OnLoan);
        let back = desk
            .take_back(&who, "wheelchair-1", None, "ปกติ")
            .await
            .unwrap();
        assert_eq!(back.reference, Some(reference.clone()));
        assert_eq!(seen(&office, &reference, 1).await.status, Status::Completed);
        for (action, state) in [
            (UnitAction::StartCleaning, UnitState::Cleaning),
            (UnitAction::FinishCleaning, UnitState::Inspection),
            (UnitAction::PassInspection, UnitState::Available),
        ] {
            let unit = desk.find_unit(&who, "wheelchair-1").await.unwrap();
            let all: Vec<usize> = (0..20).collect();
            desk.act_on_unit(&who, unit.id, unit.version, &action, &all, false)
                .await
                .unwrap();
            assert_eq!(state_of(&office, "wheelchair-1").await, state);
        }
        let unit = desk.find_unit(&who, "wheelchair-1").await.unwrap();
        let file = desk.unit_file(&who, unit.id).await.unwrap();
        let events: Vec<&str> = file
            .history
            .iter()
            .map(|(event, _, _)| event.event.as_str())
            .collect();
        assert_eq!(
            events,
            [
                "register",
                "reserve",
                "hand_over",
                "take_back",
                "start_cleaning",
                "finish_cleaning",
                "pass_inspection"
            ]
        );
        let report = desk.verify_audit().await.unwrap().0;
        assert_eq!((report.problems, report.unsealed), (vec![], 0));
    })
    .await;
}

#[tokio::test]
async fn need_goes_first_and_everybody_is_told_their_place() {
    both(async |office| {
        let desk = &office.desk;
        let who = approver();
        let early = approved(&office, 1, "wheelchair").await;
        let late = approved(&office, 2, "wheelchair").await;
        let place = async |reference: &Reference, n| {
            let view = seen(&office, reference, n).await;
            assert_eq!(
                (view.status, view.reported),
                (Status::Queued, Status::Queued)
            );
            view.lines[0].expected.unwrap().place
        };
        assert_eq!((place(&early, 1).await, place(&late, 2).await), (1, 2));
        let file = desk.open_loan(&who, late.as_str()).await.unwrap();
        let need = NeedFacts {
            adl: Some(3),
            ..NeedFacts::default()
        };
        let scored = desk
            .score_need(&who, late.as_str(), file.version, need)
            .await
            .unwrap();
        assert_eq!(scored.score.priority, Priority::First);
        assert_eq!((place(&early, 1).await, place(&late, 2).await), (2, 1));
        register(&office, "wheelchair", 1).await;
        assert_eq!(seen(&office, &late, 2).await.status, Status::Ready);
        assert_eq!(seen(&office, &early, 1).await.status, Status::Queued);
    })
    .await;
}

#[tokio::test]
async fn an_undecided_request_for_what_is_not_free_is_reported_as_queued() {
    both(async |office| {
        let reference = office
            .desk
            .walk_in_loan(&approver(), &asked(1, "wheelchair"))
            .await
            .unwrap();
        let view = seen(&office, &reference, 1).await;
        assert_eq!(
            (view.status, view.reported),
            (Status::Submitted, Status::Queued)
        );
        register(&office, "wheelchair", 1).await;
        let view = seen(&office, &reference, 1).await;
        assert_eq!(view.reported, Status::Submitted);
        let catalogue = office.desk.catalogue().await.unwrap();
        let chair = catalogue
            .iter()
            .find(|row| row.kind.id == "wheelchair")
            .unwrap();
        assert_eq!((chair.free, chair.queue, chair.owned), (0, 1, 1));
    })
    .await;
}

#[tokio::test]
async fn an_offer_nobody_answers_passes_on_and_the_second_time_ends() {
    both(async |office| {
        let desk = &office.desk;
        register(&office, "wheelchair", 1).await;
        let first = approved(&office, 1, "wheelchair").await;
        let second = approved(&office, 2, "wheelchair").await;
        // Monday's offer waits for two open days, to the end of Wednesday.
        office.clock.advance(TimeDelta::hours(62));
        assert_eq!(desk.serve_queues().await.unwrap(), 0);
        office.clock.advance(TimeDelta::hours(2));
        assert_eq!(desk.serve_queues().await.unwrap(), 1);
        assert_eq!(seen(&office, &first, 1).await.status, Status::Queued);
        assert_eq!(seen(&office, &second, 2).await.status, Status::Ready);
        let access = Access::family(second.as_str(), "0002", "here");
        let line = line_of(&office, &second, 2).await;
        desk.answer_offer(&access, line, false).await.unwrap();
        assert_eq!(seen(&office, &second, 2).await.status, Status::Cancelled);
        assert_eq!(seen(&office, &first, 1).await.status, Status::Ready);
        office.clock.advance(TimeDelta::days(7));
        assert_eq!(desk.serve_queues().await.unwrap(), 1);
        assert_eq!(seen(&office, &first, 1).await.status, Status::Cancelled);
        assert_eq!(
            state_of(&office, "wheelchair-1").await,
            UnitState::Available
        );
    })
    .await;
}

#[tokio::test]
async fn an_accepted_offer_does_not_lapse_and_a_repair_keeps_the_place() {
    both(async |office| {
        let desk = &office.desk;
        let who = approver();
        register(&office, "wheelchair", 1).await;
        let first = approved(&office, 1, "wheelchair").await;
        let second = approved(&office, 2, "wheelchair").await;
        let access = Access::family(first.as_str(), "0001", "here");
        let line = line_of(&office, &first, 1).await;
        desk.answer_offer(&access, line, true).await.unwrap();
        office.clock.advance(TimeDelta::days(10));
        assert_eq!(desk.serve_queues().await.unwrap(), 0);
        let unit = desk.find_unit(&who, "wheelchair-1").await.unwrap();
        let repair = UnitAction::SendToRepair {
            reason: "ล้อหลวม".to_owned(),
        };
        desk.act_on_unit(&who, unit.id, unit.version, &repair, &[], false)
            .await
            .unwrap();
        assert_eq!(seen(&office, &first, 1).await.status, Status::Queued);
        for action in [UnitAction::Repaired, UnitAction::PassInspection] {
            let unit = desk.find_unit(&who, "wheelchair-1").await.unwrap();
            let all: Vec<usize> = (0..20).collect();
            desk.act_on_unit(&who, unit.id, unit.version, &action, &all, false)
                .await
                .unwrap();
        }
        assert_eq!(seen(&office, &first, 1).await.status, Status::Ready);
        assert_eq!(seen(&office, &second, 2).await.status, Status::Queued);
    })
    .await;
}

#[tokio::test]
async fn a_renewal_waits_for_nobody_unless_an_officer_says_why() {
    both(async |office| {
        let desk = &office.desk;
        let who = approver();
        register(&office, "wheelchair", 1).await;
        let first = approved(&office, 1, "wheelchair").await;
        let line = line_of(&office, &first, 1).await;
        desk.hand_over(&who, line, &given("wheelchair-1"))
            .await
            .unwrap();
        let access = Access::family(first.as_str(), "0001", "here");
        let view = desk.renew_loan(&access, line).await.unwrap();
        assert_eq!(view.lines[0].due_on, Some(date("2027-03-22")));
        let _second = approved(&office, 2, "wheelchair").await;
        let view = seen(&office, &first, 1).await;
        assert!(view.lines[0].renew_until.is_none() && view.lines[0].no_renewal.is_some());
        assert!(matches!(
            desk.renew_loan(&access, line).await,
            Err(Trouble::Invalid(_))
        ));
        let renew = async |reason: &str| {
            desk.renew_for(&who, first.as_str(), line, None, reason)
                .await
        };
        assert!(matches!(renew(" ").await, Err(Trouble::Invalid(_))));
        let file = renew("ผู้ป่วยยังลุกไม่ได้").await.unwrap();
        assert!(file.lines[0].due_on > Some(date("2027-03-22")));
    })
    .await;
}

#[tokio::test]
async fn a_hand_over_says_everything_that_is_missing_and_scanning_another_unit_swaps() {
    both(async |office| {
        let desk = &office.desk;
        let who = approver();
        register(&office, "wheelchair", 2).await;
        register(&office, "walker", 1).await;
        let reference = approved(&office, 1, "wheelchair").await;
        let line = line_of(&office, &reference, 1).await;
        let fields = async |form: HandOver| match desk.hand_over(&who, line, &form).await {
            Err(Trouble::Invalid(errors)) => errors
                .into_iter()
                .map(|error| (error.field, error.code))
                .collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        let bare = HandOver {
            ticked: vec![0],
            signed: Signed::Thumbprint,
            signed_by: " ".to_owned(),
            ..given("walker-1")
        };
        let missing = fields(bare).await;
        let codes: Vec<&str> = missing.iter().map(|(_, code)| *code).collect();
        assert_eq!(codes, ["other_type", "unticked", "missing", "missing"]);
        assert_eq!(
            fields(given("no-such-1")).await,
            [("scanned".to_owned(), "unknown")]
        );
        assert_eq!(state_of(&office, "wheelchair-1").await, UnitState::Reserved);
        desk.hand_over(&who, line, &given("wheelchair-2"))
            .await
            .unwrap();
        assert_eq!(
            state_of(&office, "wheelchair-1").await,
            UnitState::Available
        );
        assert_eq!(state_of(&office, "wheelchair-2").await, UnitState::OnLoan);
        // The same label scanned twice hands nothing over twice.
        assert!(
            desk.hand_over(&who, line, &given("wheelchair-1"))
                .await
                .is_err()
        );
        assert_eq!(
            state_of(&office, "wheelchair-1").await,
            UnitState::Available
        );
    })
    .await;
}

#[tokio::test]
async fn a_hand_over_to_the_wrong_person_is_undone_within_a_day_with_what_was_given() {
    both(async |office| {
        let desk = &office.desk;
        let who = approver();
        register(&office, "oxygen_concentrator", 1).await;
        for kind in ["cannula", "filter"] {
            let receipt = Receipt {
                kind: kind.to_owned(),
                quantity: 3,
                lot: "L1".to_owned(),
                expires_on: None,
                document: "1/2570".to_owned(),
            };
            desk.receive_supply(&who, &receipt).await.unwrap();
        }
        let reference = approved(&office, 1, "oxygen_concentrator").await;
        let line = line_of(&office, &reference, 1).await;
        let left = async || {
            let stock = desk.stock(&who).await.unwrap();
            let of = |id: &str| stock.iter().find(|row| row.kind.id == id).unwrap().on_hand;
            (of("cannula"), of("filter"))
        };
        desk.hand_over(&who, line, &given("oxygen_concentrator-1"))
            .await
            .unwrap();
        assert_eq!(left().await, (2, 2));
        let file = desk.open_loan(&who, reference.as_str()).await.unwrap();
        assert_eq!(file.given.len(), 2);
        assert!(desk.undo_hand_over(&who, line, " ").await.is_err());
        desk.undo_hand_over(&who, line, "ส่งผิดคน").await.unwrap();
        assert_eq!(left().await, (3, 3));
        assert_eq!(seen(&office, &reference, 1).await.status, Status::Ready);
        assert_eq!(
            state_of(&office, "oxygen_concentrator-1").await,
            UnitState::Reserved
        );
        desk.hand_over(&who, line, &given("oxygen_concentrator-1"))
            .await
            .unwrap();
        office.clock.advance(TimeDelta::hours(25));
        assert!(desk.undo_hand_over(&who, line, "ช้าไป").await.is_err());
    })
    .await;
}

#[tokio::test]
async fn without_enough_supplies_nothing_is_handed_over() {
    both(async |office| {
        let desk = &office.desk;
        register(&office, "oxygen_concentrator", 1).await;
        let reference = approved(&office, 1, "oxygen_concentrator").await;
        let line = line_of(&office, &reference, 1).await;
        let handed = desk
            .hand_over(&approver(), line, &given("oxygen_concentrator-1"))
            .await;
        assert!(matches!(handed, Err(Trouble::Invalid(_))), "{handed:?}");
        assert_eq!(seen(&office, &reference, 1).await.status, Status::Ready);
    })
    .await;
}

#[tokio::test]
async fn a_unit_comes_back_whatever_the_book_says() {
    both(async |office| {
        let desk = &office.desk;
        let who = approver();
        register(&office, "wheelchair", 2).await;
        // The book says that it is on the shelf.
        let back = desk
            .take_back(&who, "wheelchair-2", None, "")
            .await
            .unwrap();
        assert_eq!((back.reference, back.state), (None, UnitState::Returned));
        // The book says that it is set aside for somebody: their place is kept.
        let reference = approved(&office, 1, "wheelchair").await;
        assert_eq!(seen(&office, &reference, 1).await.status, Status::Ready);
        desk.take_back(&who, "wheelchair-1", None, "")
            .await
            .unwrap();
        assert_eq!(seen(&office, &reference, 1).await.status, Status::Queued);
    })
    .await;
}

#[tokio::test]
async fn a_death_stops_every_reminder_and_frees_what_waits() {
    both(async |office| {
        let desk = &office.desk;
        let who = approver();
        register(&office, "wheelchair", 1).await;
        let reference = approved(&office, 1, "wheelchair").await;
        let line = line_of(&office, &reference, 1).await;
        desk.hand_over(&who, line, &given("wheelchair-1"))
            .await
            .unwrap();
        office.clock.advance(TimeDelta::days(40));
        let (due, _) = desk.due_loans(&who, 0, None).await.unwrap();
        assert_eq!(due[0].chase_by, Some(date("2026-12-29")));
        assert_eq!(due[0].next_step, Chase::Message);
        let chase = async |step| {
            desk.chase(&who, reference.as_str(), line, step, "จะนำมาคืน")
                .await
        };
        chase(Chase::Message).await.unwrap();
        let (due, _) = desk.due_loans(&who, 0, None).await.unwrap();
        assert_eq!(due[0].next_step, Chase::Phone);
        let file = desk.open_loan(&who, reference.as_str()).await.unwrap();
        assert!(file.lines[0].overdue);
        let died = desk
            .note_death(&who, reference.as_str(), file.version, date("2026-12-30"))
            .await
            .unwrap();
        assert!(!died.lines[0].overdue && !died.lines[0].ask_now && died.lines[0].not_needed);
        assert!(chase(Chase::Phone).await.is_err());
        let (due, _) = desk.due_loans(&who, 0, None).await.unwrap();
        assert_eq!((due[0].chase_by, due[0].not_needed), (None, true));
        desk.take_back(&who, "wheelchair-1", None, "")
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn still_needed_is_asked_a_week_before_the_end_and_once() {
    both(async |office| {
        let desk = &office.desk;
        let who = approver();
        register(&office, "wheelchair", 1).await;
        let reference = approved(&office, 1, "wheelchair").await;
        let line = line_of(&office, &reference, 1).await;
        desk.hand_over(&who, line, &given("wheelchair-1"))
            .await
            .unwrap();
        let asks = async || seen(&office, &reference, 1).await.lines[0].ask_now;
        assert!(!asks().await);
        office.clock.advance(TimeDelta::days(22));
        assert!(asks().await);
        let access = Access::family(reference.as_str(), "0001", "here");
        desk.still_needed(&access, line, "ยังเดินไม่ได้").await.unwrap();
        assert!(!asks().await);
        let view = desk.not_needed(&access, line).await.unwrap();
        assert!(view.lines[0].not_needed && view.lines[0].renew_until.is_none());
    })
    .await;
}

#[tokio::test]
async fn what_is_lost_or_written_off_needs_its_chain_and_an_approver() {
    both(async |office| {
        let desk = &office.desk;
        let who = approver();
        register(&office, "wheelchair", 1).await;
        let chain = StrikeOff {
            report: "รายงาน 1/2570".to_owned(),
            order: "คำสั่ง 2/2570".to_owned(),
            approver: "นายกเทศมนตรี".to_owned(),
            date: date("2026-11-23"),
        };
        let reference = approved(&office, 1, "wheelchair").await;
        let line = line_of(&office, &reference, 1).await;
        desk.hand_over(&who, line, &given("wheelchair-1"))
            .await
            .unwrap();
        let unit = desk.find_unit(&who, "wheelchair-1").await.unwrap();
        let mut officer = approver();
        officer.roles = vec![Role::Officer];
        let lost = UnitAction::ReportLost(chain.clone());
        assert!(matches!(
            desk.act_on_unit(&officer, unit.id, unit.version, &lost, &[], false)
                .await,
            Err(Trouble::NotAllowed)
        ));
        desk.act_on_unit(&who, unit.id, unit.version, &lost, &[], false)
            .await
            .unwrap();
        assert_eq!(state_of(&office, "wheelchair-1").await, UnitState::Lost);
        let view = seen(&office, &reference, 1).await;
        assert_eq!(view.lines[0].state, LineState::Returned);
        // Found again: it comes back as anything else does.
        desk.take_back(&who, "wheelchair-1", None, "")
            .await
            .unwrap();
        assert_eq!(state_of(&office, "wheelchair-1").await, UnitState::Returned);
    })
    .await;
}

#[tokio::test]
async fn a_register_imported_twice_changes_nothing_and_tells_every_mistake() {
    both(async |office| {
        let desk = &office.desk;
        let who = approver();
        register(&office, "wheelchair", 3).await;
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let rows = vec![
            row(["เลขครุภัณฑ์", "รายการ"]),
            row(["wheelchair 1", "รถเข็นนั่งผู้ป่วย"]),
            row(["wheelchair-4", "wheelchair"]),
        ];
        let (new, known) = desk.try_register(&who, &rows).await.unwrap().unwrap();
        assert_eq!((new.len(), known), (1, 1));
        let again = desk.import_register(&who, &rows).await.unwrap().unwrap();
        assert_eq!(again, (1, 1));
        let again = desk.import_register(&who, &rows).await.unwrap().unwrap();
        assert_eq!(again, (0, 2));
        let wrong = vec![rows[0].clone(), row(["", "rocket"])];
        let errors = desk
            .import_register(&who, &wrong)
            .await
            .unwrap()
            .unwrap_err();
        assert_eq!(errors.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_type_without_a_legal_basis_is_not_lent() {
    store::testing::both(async |store| {
        let mut city: Municipality = city();
        let chair = city
            .equipment
            .iter_mut()
            .find(|kind| kind.id == "wheelchair");
        chair.unwrap().legal_basis = None;
        let office = office_of(store, city, true);
        register(&office, "wheelchair", 1).await;
        let refused = office
            .desk
            .walk_in_loan(&approver(), &asked(1, "wheelchair"))
            .await;
        assert!(matches!(refused, Err(Trouble::Invalid(_))));
        let catalogue = office.desk.catalogue().await.unwrap();
        let chair = catalogue
            .iter()
            .find(|row| row.kind.id == "wheelchair")
            .unwrap();
        assert_eq!((chair.free, chair.owned), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn what_is_due_for_its_service_is_not_said_to_be_free() {
    both(async |office| {
        register(&office, "wheelchair", 2).await;
        let free = async || {
            let catalogue = office.desk.catalogue().await.unwrap();
            let chair = catalogue.iter().find(|row| row.kind.id == "wheelchair");
            let chair = chair.unwrap();
            (chair.free, chair.owned)
        };
        assert_eq!(free().await, (2, 2));
        // The plan of the sample city is a year, from 20 November 2569.
        let then: Instant = "2027-11-19T05:00:00Z".parse().unwrap();
        office.clock.advance(then - office.desk.now());
        assert_eq!(free().await, (2, 2));
        let then: Instant = "2027-11-20T05:00:00Z".parse().unwrap();
        office.clock.advance(then - office.desk.now());
        assert_eq!(free().await, (0, 2));
    })
    .await;
}

#[tokio::test]
async fn the_code_on_a_unit_says_what_it_is_and_not_who_has_it() {
    both(async |office| {
        register(&office, "oxygen_concentrator", 1).await;
        let (desk, who) = (&office.desk, approver());
        let unit = desk.find_unit(&who, "oxygen_concentrator-1").await.unwrap();
        let card = desk.unit_card(&unit.label).await.unwrap();
        assert_eq!(card.asset_number, unit.asset_number);
        assert!(
            card.kind
                .safe_use
                .iter()
                .any(|line| line.th.contains("ห้ามสูบบุหรี่"))
        );
        // What a camera reads from the code finds the unit at the counter.
        let scanned = format!("https://sala.example/unit/{}", unit.label);
        assert_eq!(desk.find_unit(&who, &scanned).await.unwrap().id, unit.id);
        for nothing in ["", "0", unit.asset_number.as_str()] {
            assert!(matches!(
                desk.unit_card(nothing).await,
                Err(Trouble::NotFound)
            ));
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_of_the_register_is_tried_and_imported_once() {
    both(async |office| {
        let (desk, who) = (&office.desk, approver());
        let rows = (1..=5_000).map(|n| {
            let price = if n <= 37 { "แพง" } else { "4500" };
            format!("๖๕๓๐-{n},wheelchair,{price}\n")
        });
        let file = format!("เลขครุภัณฑ์,รายการ,ราคา\n{}", rows.collect::<String>());
        let Err(NotRead::Rows(errors)) = desk.try_register_file(&who, file.as_bytes()).await else {
            panic!("wrong prices were taken");
        };
        assert_eq!(errors.len(), 37);
        assert_eq!(errors.first().unwrap().row, 2);
        let (tis, _, wrong) =
            encoding_rs::WINDOWS_874.encode("เลขครุภัณฑ์,รายการ\n๖๕๓๐-๑,wheelchair\n");
        assert!(!wrong);
        let trial = desk.try_register_file(&who, &tis).await.unwrap();
        assert_eq!((trial.new.len(), trial.known), (1, 0));
        for expected in [(1, 0), (0, 1)] {
            let done = desk.import_register_text(&who, &trial.rows).await.unwrap();
            assert_eq!(done, expected);
        }
        let nobody = StaffActor {
            roles: Vec::new(),
            ..who.clone()
        };
        let refused = desk.try_register_file(&nobody, &tis).await;
        assert!(matches!(
            refused,
            Err(NotRead::Trouble(Trouble::NotAllowed))
        ));
    })
    .await;
}

#[tokio::test]
async fn the_list_shows_what_waits_and_a_booking_is_not_in_it() {
    both(async |office| {
        let desk = &office.desk;
        let who = approver();
        let loan = desk
            .walk_in_loan(&who, &asked(1, "wheelchair"))
            .await
            .unwrap();
        let booking = desk
            .walk_in(
                &who,
                &crate::support::answers(2, &crate::support::usual_wish()),
            )
            .await
            .unwrap();
        let list = desk
            .loans(&who, &LoanFilter::default(), None)
            .await
            .unwrap();
        let listed: Vec<&str> = list.rows.iter().map(|row| row.reference.as_str()).collect();
        assert_eq!(listed, [loan.as_str()]);
        let inbox = desk
            .inbox(&who, &desk::office::InboxFilter::default(), None)
            .await
            .unwrap();
        let listed: Vec<&str> = inbox
            .rows
            .iter()
            .map(|row| row.reference.as_str())
            .collect();
        assert_eq!(listed, [booking.as_str()]);
        // Each number opened in the other's room says so, and is no fault.
        assert!(matches!(
            desk.open_request(&who, loan.as_str()).await,
            Err(Trouble::OtherService)
        ));
        assert!(matches!(
            desk.open_loan(&who, booking.as_str()).await,
            Err(Trouble::OtherService)
        ));
        // Calls of both stand on one list.
        approve(&office, &loan).await;
        assert!(!desk.call_list(&who).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_lot_is_corrected_with_a_reason_and_never_below_nothing() {
    both(async |office| {
        let desk = &office.desk;
        let who = approver();
        let receipt = Receipt {
            kind: "diaper".to_owned(),
            quantity: 10,
            lot: String::new(),
            expires_on: Some(date("2027-01-01")),
            document: "1/2570".to_owned(),
        };
        desk.receive_supply(&who, &receipt).await.unwrap();
        let lot = desk.supply_book(&who, "diaper").await.unwrap().lots[0].0.id;
        let correct = async |entry, change, reason: &str| {
            desk.correct_stock(&who, lot, entry, change, "2/2570", reason)
                .await
                .is_ok()
        };
        assert!(!correct(EntryKind::Adjust, -1, "").await);
        assert!(!correct(EntryKind::Loss, -11, "น้ำท่วม").await);
        assert!(!correct(EntryKind::Issue, -1, "x").await);
        assert!(correct(EntryKind::Loss, -4, "น้ำท่วม").await);
        office.clock.advance(TimeDelta::days(60));
        let stock = desk.stock(&who).await.unwrap();
        let row = stock.iter().find(|row| row.kind.id == "diaper").unwrap();
        assert_eq!((row.on_hand, row.expired), (6, 6));
        assert!(correct(EntryKind::Expire, -6, "").await);
        let book = desk.supply_book(&who, "diaper").await.unwrap();
        let balances: Vec<i64> = book.lots[0].1.iter().map(|entry| entry.balance).collect();
        assert_eq!(balances, [10, 6, 0]);
    })
    .await;
}
