//! Money from the price to the refund: notes follow decisions, payments happen once, and the books add up to nothing.
use crate::support::{
    self, Office, answers, approver, both, city, last4, office_of, staff, usual_wish, wish,
};
use chrono::TimeDelta;
use desk::Trouble;
use desk::cashier::Taken;
use desk::export::{FileKind, Sheet};
use desk::fee::{FeeView, NoteRow, Waits};
use desk::refund::RefundAct;
use desk::rows_file::NotRead;
use domain::crematorium::{Residence, Wish};
use domain::document::Kind;
use domain::fee::{
    ExemptionStatus, LineStatus, Method, Mismatch, NoteKind, NoteStatus, Receipts, RefundCause,
    RefundStatus,
};
use domain::form::{Lang, RawFields};
use domain::money::Satang;
use domain::paper::PaperKind;
use domain::request::{Action, Refusal, Role, StaffActor, Status};
use std::collections::BTreeSet;
use store::testing::{both as both_stores, number, run_sql, texts};
use store::{Engine, Store};
use uuid::Uuid;

fn cashier() -> StaffActor {
    StaffActor {
        id: Uuid::from_u128(77),
        name: "ผู้รับเงิน".into(),
        position: "เจ้าพนักงานการเงิน".into(),
        roles: vec![Role::Cashier],
        delegation: None,
    }
}

/// A request at the counter; its reference.
async fn booked(office: &Office, n: u32, wish: &Wish) -> String {
    let answers = answers(n, wish);
    let reference = office.desk.walk_in(&approver(), &answers).await.unwrap();
    reference.as_str().to_owned()
}

async fn act(office: &Office, reference: &str, action: Action) {
    let file = office
        .desk
        .open_request(&approver(), reference)
        .await
        .unwrap();
    office
        .desk
        .decide(&approver(), reference, file.version, action)
        .await
        .unwrap();
}

async fn approved(office: &Office, n: u32, wish: &Wish) -> String {
    let reference = booked(office, n, wish).await;
    act(office, &reference, Action::Approve).await;
    reference
}

async fn fees(office: &Office, reference: &str) -> FeeView {
    office
        .desk
        .request_fees(&approver(), reference)
        .await
        .unwrap()
}

async fn note(office: &Office, reference: &str) -> NoteRow {
    fees(office, reference)
        .await
        .current(NoteKind::Fee)
        .expect("a note")
        .clone()
}

fn cash(due: Satang, receipt: &str) -> Taken {
    Taken {
        method: Method::Cash,
        due,
        receipt: receipt.to_owned(),
    }
}

async fn pay(office: &Office, reference: &str, receipt: &str) -> NoteRow {
    let note = note(office, reference).await;
    office
        .desk
        .take_payment(&cashier(), note.id, &cash(note.due, receipt))
        .await
        .unwrap();
    note
}

/// The code of the first error, when input was refused.
fn code<T: std::fmt::Debug>(outcome: Result<T, Trouble>) -> String {
    match outcome {
        Err(Trouble::Invalid(errors)) => errors
            .iter()
            .next()
            .map(|error| error.code.to_owned())
            .unwrap_or_default(),
        other => format!("{other:?}"),
    }
}

/// Every transaction adds up to nothing, and so do all of them.
async fn books_balance(store: &Store) {
    let unbalanced = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (
        SELECT txn_id FROM ledger_entry GROUP BY txn_id HAVING SUM(amount) <> 0) AS wrong";
    assert_eq!(number(store, unbalanced).await, 0);
    let twice = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (
        SELECT note_id FROM payment WHERE undone_at IS NULL GROUP BY note_id HAVING COUNT(*) > 1) AS twice";
    assert_eq!(number(store, twice).await, 0);
}

async fn account(store: &Store, name: &str) -> i64 {
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS n FROM ledger_entry WHERE account = '{name}'"
    );
    number(store, &sql).await
}

#[tokio::test]
async fn a_note_is_issued_with_the_approval_and_paid_once() {
    both(async |office| {
        let reference = booked(&office, 1, &usual_wish()).await;
        let before = fees(&office, &reference).await;
        assert_eq!(before.waits, Some(Waits::Decision));
        assert!(before.notes.is_empty());
        act(&office, &reference, Action::Approve).await;
        let note = note(&office, &reference).await;
        assert_eq!(
            (note.status, note.due, note.number.to_string().as_str()),
            (NoteStatus::Open, Satang(220_000), "70-000001")
        );
        let payload = desk::fee::qr_payload(&office.desk.rules(), &note).expect("a code");
        assert!(payload.contains(&format!("0212{reference}")), "{payload}");
        assert!(payload.contains("54072200.00"), "{payload}");
        assert_eq!(fees(&office, &reference).await.balance, Satang(220_000));

        let take = async |due: i64, receipt: &str| {
            let taken = cash(Satang(due), receipt);
            office.desk.take_payment(&cashier(), note.id, &taken).await
        };
        assert_eq!(code(take(220_000, " ").await), "missing");
        assert_eq!(code(take(220_000, "<b>").await), "format");
        assert_eq!(code(take(220_000, "...").await), "format");
        assert_eq!(code(take(219_999, "RC-1").await), "changed");
        take(220_000, "rc-๑").await.unwrap();
        // The second tap.
        take(220_000, "RC-1").await.unwrap();
        assert_eq!(code(take(220_000, "RC-2").await), "paid_before");
        let paid = fees(&office, &reference).await;
        assert_eq!(paid.balance, Satang::ZERO);
        assert_eq!(paid.payments[0].receipt, Some((2570, "RC-1".to_owned())));

        // The same receipt for another note of the same fiscal year.
        let other = approved(&office, 2, &wish(Some(("2026-11-26", "10:00")), None)).await;
        let other = self::note(&office, &other).await;
        let used = office
            .desk
            .take_payment(&cashier(), other.id, &cash(other.due, "RC-1"))
            .await;
        assert_eq!(code(used), "used");

        // Undone with a reason, and taken again.
        let payment = paid.payments[0].id;
        assert_eq!(
            code(
                office
                    .desk
                    .undo_payment(&cashier(), note.id, payment, " ")
                    .await
            ),
            "missing"
        );
        let undo = async |note: Uuid| {
            let desk = &office.desk;
            desk.undo_payment(&cashier(), note, payment, "คีย์ผิดใบ").await
        };
        // From another note's page nothing is taken back.
        assert!(matches!(undo(other.id).await, Err(Trouble::NotFound)));
        assert_eq!(fees(&office, &reference).await.balance, Satang::ZERO);
        undo(note.id).await.unwrap();
        // The second tap.
        undo(note.id).await.unwrap();
        assert_eq!(fees(&office, &reference).await.balance, Satang(220_000));
        take(220_000, "RC-1").await.unwrap();
        books_balance(&office.desk.store).await;
        assert_eq!(account(&office.desk.store, "cash").await, 220_000);
    })
    .await;
}

#[tokio::test]
async fn the_rate_is_told_as_a_range_until_the_registry_was_looked_at() {
    both(async |office| {
        let mut typed = answers(1, &usual_wish());
        typed.insert("deceased.residence".into(), "not_sure".into());
        let reference = office.desk.walk_in(&approver(), &typed).await.unwrap();
        let reference = reference.as_str();
        act(&office, reference, Action::Approve).await;
        let open = fees(&office, reference).await;
        assert_eq!(open.waits, Some(Waits::Residence));
        assert!(open.notes.is_empty());
        assert_eq!(
            (open.quote.total.least, open.quote.total.most),
            (Satang(252_000), Satang(452_000))
        );
        let issue = office.desk.issue_note(&approver(), reference).await;
        assert_eq!(code(issue), "not_certain");

        let calls = office.desk.call_list(&approver()).await.unwrap().len();
        office
            .desk
            .set_residence(&approver(), reference, Residence::OutOfArea)
            .await
            .unwrap();
        let known = fees(&office, reference).await;
        assert_eq!(known.current(NoteKind::Fee).unwrap().due, Satang(420_000));
        // The family is told, and the news of the approval still is, too.
        let list = office.desk.call_list(&approver()).await.unwrap();
        assert_eq!(list.len(), calls + 1);
        assert!(list.iter().any(|call| call.about == "residence"));
        assert!(list.iter().any(|call| call.about == "approved"));

        // Found to be wrong: a new note replaces the old one.
        office
            .desk
            .set_residence(&approver(), reference, Residence::InArea)
            .await
            .unwrap();
        let notes = fees(&office, reference).await.notes;
        let states: Vec<_> = notes.iter().map(|note| (note.status, note.due.0)).collect();
        assert_eq!(
            states,
            [
                (NoteStatus::Superseded, 420_000),
                (NoteStatus::Open, 220_000)
            ]
        );
        let replaced = office
            .desk
            .take_payment(&cashier(), notes[0].id, &cash(Satang(420_000), "RC-1"))
            .await;
        assert_eq!(code(replaced), "changed");
        books_balance(&office.desk.store).await;
    })
    .await;
}

fn exemption(code: &str) -> RawFields {
    [
        ("exemption.code", code),
        ("exemption.evidence", "บัตรสวัสดิการ"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

#[tokio::test]
async fn an_exemption_is_decided_before_anything_is_paid() {
    both(async |office| {
        let reference = booked(&office, 1, &usual_wish()).await;
        let ask = async |fields: RawFields| {
            office
                .desk
                .ask_exemption(&reference, &last4(1), "address", &fields)
                .await
        };
        assert_eq!(code(ask(exemption("rich")).await), "missing");
        ask(exemption("veteran")).await.unwrap();
        // The second tap.
        ask(exemption("veteran")).await.unwrap();
        act(&office, &reference, Action::Approve).await;
        let waiting = fees(&office, &reference).await;
        assert_eq!(waiting.waits, Some(Waits::Exemption));
        assert_eq!((waiting.exemptions.len(), waiting.notes.len()), (1, 0));
        let id = waiting.exemptions[0].row.id;
        let decide = async |who: &StaffActor, reason: &str| {
            office.desk.decide_exemption(who, id, true, reason).await
        };
        // Only an approver, only with a delegation that holds, only with a reason.
        let officer = StaffActor {
            roles: vec![Role::Officer],
            ..approver()
        };
        assert!(matches!(
            decide(&officer, "x").await,
            Err(Trouble::NotAllowed)
        ));
        assert!(matches!(
            decide(&cashier(), "x").await,
            Err(Trouble::NotAllowed)
        ));
        let expired = StaffActor {
            delegation: None,
            ..approver()
        };
        assert!(matches!(
            decide(&expired, "x").await,
            Err(Trouble::Refused(_))
        ));
        assert_eq!(code(decide(&approver(), "  ").await), "missing");
        decide(&approver(), "ตรวจบัตรแล้ว").await.unwrap();
        assert_eq!(code(decide(&approver(), "อีกครั้ง").await), "decided");
        let granted = fees(&office, &reference).await;
        // Half of furnace and nights; cleaning is not covered.
        let note = granted.current(NoteKind::Fee).unwrap();
        assert_eq!(
            (note.due, granted.balance),
            (Satang(120_000), Satang(120_000))
        );
        assert_eq!(
            granted.exemptions[0].row.decided_order.as_deref(),
            Some("1/2569")
        );
        assert_eq!(account(&office.desk.store, "exempted").await, 100_000);

        // After payment it is too late.
        let paid = approved(&office, 2, &wish(Some(("2026-11-26", "10:00")), None)).await;
        pay(&office, &paid, "RC-9").await;
        let late = office
            .desk
            .ask_exemption(&paid, &last4(2), "address", &exemption("poor"))
            .await;
        assert_eq!(code(late), "paid_before");
        books_balance(&office.desk.store).await;
    })
    .await;
}

#[tokio::test]
async fn whoever_is_exempted_from_everything_has_nothing_to_pay() {
    both(async |office| {
        let reference = booked(&office, 1, &usual_wish()).await;
        office
            .desk
            .ask_exemption_for(&approver(), &reference, &exemption("poor"))
            .await
            .unwrap();
        let id = fees(&office, &reference).await.exemptions[0].row.id;
        office
            .desk
            .decide_exemption(&approver(), id, true, "ยากไร้")
            .await
            .unwrap();
        act(&office, &reference, Action::Approve).await;
        let note = note(&office, &reference).await;
        assert_eq!((note.status, note.due), (NoteStatus::Paid, Satang::ZERO));
        assert_eq!(desk::fee::qr_payload(&office.desk.rules(), &note), None);
        books_balance(&office.desk.store).await;
    })
    .await;
}

#[tokio::test]
async fn a_meter_is_settled_by_a_second_note_up_to_its_ceiling() {
    both(async |office| {
        let reference = approved(&office, 1, &usual_wish()).await;
        let settle = async |reading: &str| {
            let readings = [("electricity".to_owned(), reading.to_owned())].into();
            let seen = fees(&office, &reference)
                .await
                .current(NoteKind::Meter)
                .map(|note| note.id);
            office
                .desk
                .settle_meter(&approver(), &reference, seen, &readings)
                .await
        };
        assert_eq!(code(settle("ห้าสิบ").await), "number");
        settle("500").await.unwrap();
        let view = fees(&office, &reference).await;
        assert_eq!(view.current(NoteKind::Meter).unwrap().due, Satang(64_000));
        settle("๓๘.๕").await.unwrap();
        let view = fees(&office, &reference).await;
        assert_eq!(view.current(NoteKind::Meter).unwrap().due, Satang(30_800));
        assert_eq!(view.balance, Satang(220_000 + 30_800));
        books_balance(&office.desk.store).await;
    })
    .await;
}

#[tokio::test]
async fn what_a_meter_counted_is_owed_also_when_the_rest_is_cancelled() {
    both(async |office| {
        let settle = async |reference: &str, reading: &str| {
            let readings = [("electricity".to_owned(), reading.to_owned())].into();
            office
                .desk
                .settle_meter(&approver(), reference, None, &readings)
                .await
        };
        let cancel = async |reference: &str| {
            let reason = "ครอบครัวเปลี่ยนวัด".to_owned();
            act(&office, reference, Action::Cancel { reason }).await;
        };
        // Before its first night nothing was used, and nothing is read; so it is when it is cancelled before.
        let places = wish(None, Some(("sala-1", "2026-11-26", 2)));
        let early = approved(&office, 1, &places).await;
        let refused = |outcome| matches!(outcome, Err(Trouble::Refused(Refusal::WrongState)));
        assert!(!fees(&office, &early).await.can_settle);
        assert!(refused(settle(&early, "10").await));
        office.clock.advance(TimeDelta::days(1));
        cancel(&early).await;
        let view = fees(&office, &early).await;
        assert_eq!(view.current(NoteKind::Meter), None);
        assert_eq!((view.balance, view.can_settle), (Satang::ZERO, false));
        office.clock.advance(TimeDelta::days(2));
        assert!(refused(settle(&early, "10").await));
        office.clock.advance(TimeDelta::days(-2));
        books_balance(&office.desk.store).await;

        // Cancelled after one night of two: the meter of that night is settled afterwards, and can be paid.
        // An exemption that nobody decided in time holds nothing up.
        let used = approved(&office, 2, &wish(None, Some(("sala-2", "2026-11-26", 2)))).await;
        office
            .desk
            .ask_exemption_for(&approver(), &used, &exemption("veteran"))
            .await
            .unwrap();
        office.clock.advance(TimeDelta::days(3));
        cancel(&used).await;
        let view = fees(&office, &used).await;
        assert!(view.can_settle);
        assert_eq!(view.balance, Satang::ZERO);
        settle(&used, "20").await.unwrap();
        let view = fees(&office, &used).await;
        let note = view.current(NoteKind::Meter).unwrap();
        assert_eq!((note.due, view.balance), (Satang(16_000), Satang(16_000)));
        let taken = Taken {
            method: Method::Cash,
            due: note.due,
            receipt: "RC-9".to_owned(),
        };
        office
            .desk
            .take_payment(&cashier(), note.id, &taken)
            .await
            .unwrap();
        assert_eq!(fees(&office, &used).await.balance, Satang::ZERO);
        books_balance(&office.desk.store).await;
    })
    .await;
}

#[tokio::test]
async fn the_meter_of_what_ended_waits_for_the_rate_and_the_rate_can_still_be_told() {
    both_stores(async |store| {
        // A city where people from elsewhere pay more for what they use.
        let mut city = city();
        for item in &mut city.money.items {
            if item.metered.is_some() {
                item.rates[0].out_of_area = Satang(1_600);
            }
        }
        let office = office_of(store, city, true);
        let desk = &office.desk;
        let mut fields = answers(1, &usual_wish());
        fields.insert("deceased.residence".into(), "not_sure".into());
        let reference = desk.walk_in(&approver(), &fields).await.unwrap();
        let reference = reference.as_str();
        act(&office, reference, Action::Approve).await;
        let reason = "ครอบครัวเปลี่ยนวัด".to_owned();
        act(&office, reference, Action::Cancel { reason }).await;
        let settle = async || {
            let readings = [("electricity".to_owned(), "20".to_owned())].into();
            desk.settle_meter(&approver(), reference, None, &readings)
                .await
        };
        assert_eq!(code(settle().await), "not_certain");
        assert!(fees(&office, reference).await.can_set_residence);
        desk.set_residence(&approver(), reference, Residence::InArea)
            .await
            .unwrap();
        // The day goes by: it had begun when it ended, whatever is looked up later.
        office.clock.advance(TimeDelta::days(1));
        settle().await.unwrap();
        let view = fees(&office, reference).await;
        assert!(view.current(NoteKind::Fee).is_none(), "only what was used");
        assert_eq!(view.current(NoteKind::Meter).unwrap().due, Satang(16_000));
        assert_eq!(view.balance, Satang(16_000));
        books_balance(&desk.store).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_read_a_meter_at_once_the_second_sees_the_first_before_it_writes() {
    both(async |office| {
        let reference = approved(&office, 1, &usual_wish()).await;
        let settle = async |office: Office, reading: u32, seen| {
            let readings = [("electricity".to_owned(), reading.to_string())].into();
            office
                .desk
                .settle_meter(&approver(), &reference, seen, &readings)
                .await
        };
        let read = |reading, seen| settle(office.clone(), reading, seen);
        let (one, other) = tokio::join!(read(20, None), read(30, None));
        let late = match (&one, &other) {
            (Ok(()), Err(_)) => other,
            (Err(_), Ok(())) => one,
            both => panic!("{both:?}"),
        };
        assert_eq!(code(late), "changed");
        let seen = fees(&office, &reference)
            .await
            .current(NoteKind::Meter)
            .map(|note| note.id);
        // The same reading again, from a page that is old, changes nothing; a correction of what is seen does.
        read(25, seen).await.unwrap();
        read(25, seen).await.unwrap();
        assert_eq!(code(read(26, seen).await), "changed");
        let notes = fees(&office, &reference).await.notes;
        let meters = notes.iter().filter(|note| note.kind == NoteKind::Meter);
        assert_eq!(meters.count(), 2);
        books_balance(&office.desk.store).await;
    })
    .await;
}

#[tokio::test]
async fn what_ended_gets_no_new_note() {
    both(async |office| {
        let extras = [domain::fee::Extra {
            item: "cold_coffin".into(),
            units: 1,
        }];
        let reference = approved(&office, 1, &wish(Some(("2026-11-26", "10:00")), None)).await;
        let reason = "ครอบครัวเปลี่ยนวัด".to_owned();
        act(&office, &reference, Action::Cancel { reason }).await;
        let before = fees(&office, &reference).await;
        let residence = office
            .desk
            .set_residence(&approver(), &reference, Residence::OutOfArea)
            .await;
        let extras = office
            .desk
            .set_extras(&approver(), &reference, &extras)
            .await;
        for refused in [residence, extras] {
            assert!(
                matches!(refused, Err(Trouble::Refused(Refusal::WrongState))),
                "{refused:?}"
            );
        }
        assert_eq!(fees(&office, &reference).await, before);
        assert_eq!(before.balance, Satang::ZERO);
        books_balance(&office.desk.store).await;
    })
    .await;
}

#[tokio::test]
async fn an_exemption_can_be_shown_by_a_paper_of_the_request_and_of_no_other() {
    both(async |office| {
        let (desk, who) = (&office.desk, approver());
        let mine = booked(&office, 1, &usual_wish()).await;
        let nights = wish(None, Some(("sala-2", "2026-11-26", 2)));
        let other = booked(&office, 2, &nights).await;
        for (n, reference) in [(1, &mine), (2, &other)] {
            let pass = desk.admit_officer(&who, reference).await.unwrap();
            desk.send_photo(&pass, PaperKind::Exemption, None, support::photo(n))
                .await
                .unwrap();
        }
        let paper = async |reference: &str| fees(&office, reference).await.papers[0].id.to_string();
        let ask = async |paper: &str, evidence: &str| {
            let fields = [("code", "poor"), ("evidence", evidence), ("paper", paper)];
            let fields =
                fields.map(|(name, value)| (format!("exemption.{name}"), value.to_owned()));
            desk.ask_exemption_for(&who, &mine, &fields.into()).await
        };
        assert_eq!(code(ask("", "").await), "missing");
        assert_eq!(code(ask("no paper", "").await), "unknown");
        assert_eq!(code(ask(&paper(&other).await, "").await), "unknown");
        assert_eq!(desk.exemptions_asked_count(&who).await.unwrap(), 0);
        ask(&paper(&mine).await, "").await.unwrap();
        let view = fees(&office, &mine).await;
        let kept = view.exemptions[0].row.paper_id.map(|id| id.to_string());
        assert_eq!(kept, Some(paper(&mine).await));
        let list = desk.exemptions_asked(&who, None).await.unwrap();
        assert_eq!(list.rows[0].reference, mine);
        assert!(desk.exemptions_asked(&cashier(), None).await.is_err());
        // A request that ended has nothing to decide.
        let reason = "ยกเลิก".to_owned();
        act(&office, &mine, Action::Approve).await;
        act(&office, &mine, Action::Cancel { reason }).await;
        assert_eq!(desk.exemptions_asked_count(&who).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn an_unpaid_fee_never_ends_a_booking() {
    both(async |office| {
        let reference = approved(&office, 1, &usual_wish()).await;
        for _ in 0..60 {
            office.clock.advance(TimeDelta::days(1));
            office.desk.lapse_unverified().await.unwrap();
        }
        let file = office
            .desk
            .open_request(&approver(), &reference)
            .await
            .unwrap();
        assert_eq!(file.status, Status::Approved);
        assert_eq!(note(&office, &reference).await.status, NoteStatus::Open);
    })
    .await;
}

#[tokio::test]
async fn what_was_paid_goes_back_by_the_notice_given_and_all_of_it_when_the_office_ends_it() {
    both(async |office| {
        // Two nights from the 26th, cancelled on the 23rd by the office.
        let places = wish(
            Some(("2026-11-28", "13:00")),
            Some(("sala-1", "2026-11-26", 2)),
        );
        let reference = approved(&office, 1, &places).await;
        pay(&office, &reference, "RC-1").await;
        act(
            &office,
            &reference,
            Action::Cancel {
                reason: "เตาชำรุด".into(),
            },
        )
        .await;
        let view = fees(&office, &reference).await;
        assert_eq!(view.balance, Satang::ZERO);
        assert_eq!(view.notes[0].status, NoteStatus::Void);
        let refund = &view.refunds[0];
        assert_eq!(
            (refund.cause, refund.amount, refund.kept, refund.status),
            (
                RefundCause::Cancelled,
                Satang(220_000),
                Satang(0),
                RefundStatus::Asked
            )
        );
        let id = refund.id;
        let send = |amount: i64, reason: &str| RefundAct::Send {
            amount: Satang(amount),
            reason: reason.to_owned(),
        };
        let desk = &office.desk;
        let done = async |who: &StaffActor, act: RefundAct| desk.act_on_refund(who, id, &act).await;
        assert!(matches!(
            done(&cashier(), send(220_000, "")).await,
            Err(Trouble::NotAllowed)
        ));
        assert_eq!(
            code(done(&approver(), send(220_001, "x")).await),
            "out_of_range"
        );
        assert_eq!(code(done(&approver(), send(200_000, "")).await), "missing");
        assert_eq!(code(done(&cashier(), RefundAct::Paid).await), "decided");
        done(&approver(), send(200_000, "หักค่าทำความสะอาด"))
            .await
            .unwrap();
        assert!(matches!(
            done(&approver(), RefundAct::Paid).await,
            Err(Trouble::NotAllowed)
        ));
        done(&cashier(), RefundAct::Paid).await.unwrap();
        done(&cashier(), RefundAct::Paid).await.unwrap();
        assert_eq!(account(&office.desk.store, "refund_payable").await, 0);
        assert_eq!(account(&office.desk.store, "treasury").await, -200_000);
        assert_eq!(account(&office.desk.store, "retained").await, -20_000);
        books_balance(&office.desk.store).await;
    })
    .await;
}

#[tokio::test]
async fn role_by_use_case() {
    both(async |office| {
        let reference = approved(&office, 1, &usual_wish()).await;
        let note = note(&office, &reference).await;
        let who = |roles: &[Role]| StaffActor {
            roles: roles.to_vec(),
            ..approver()
        };
        let desk = &office.desk;
        for (roles, sees, handles, takes) in [
            (&[Role::Officer][..], true, true, false),
            (&[Role::Approver], true, true, false),
            (&[Role::Cashier], true, false, true),
            (&[Role::Administrator], false, false, false),
        ] {
            let who = who(roles);
            let is = |outcome: &Trouble| matches!(outcome, Trouble::NotAllowed);
            let today = chrono::NaiveDate::default();
            let seen = [
                desk.request_fees(&who, &reference).await.err(),
                desk.cashier_notes(&who, NoteStatus::Open, None).await.err(),
                desk.cashier_sheet(&who, NoteStatus::Open, Lang::Th)
                    .await
                    .err(),
                desk.note_sheet(&who, note.id).await.err(),
                desk.find_note(&who, &reference).await.err(),
                desk.day_list(&who, today).await.err(),
                desk.day_sheet(&who, today, Lang::Th).await.err(),
                desk.bank_lines(&who, LineStatus::Unmatched, None)
                    .await
                    .err(),
                desk.bank_sheet(&who, LineStatus::Unmatched, Lang::Th)
                    .await
                    .err(),
                desk.refunds(&who, RefundStatus::Asked, None).await.err(),
                desk.refund_sheet(&who, RefundStatus::Asked, Lang::Th)
                    .await
                    .err(),
            ];
            for error in &seen {
                assert_eq!(error.is_none(), sees, "{roles:?}");
                assert!(error.as_ref().is_none_or(is), "{roles:?} {error:?}");
            }
            let handled = [
                desk.set_residence(&who, &reference, Residence::InArea)
                    .await
                    .err(),
                desk.set_extras(&who, &reference, &[]).await.err(),
                desk.issue_note(&who, &reference).await.err(),
            ];
            for error in &handled {
                assert_eq!(error.is_none(), handles, "{roles:?} {error:?}");
            }
            let wrong = cash(Satang(1), "RC-1");
            let taken = [
                desk.take_payment(&who, note.id, &wrong).await.err(),
                desk.undo_payment(&who, note.id, Uuid::nil(), "x")
                    .await
                    .err(),
                desk.key_receipt(&who, Uuid::nil(), Uuid::nil(), "x")
                    .await
                    .err(),
                match desk.try_statement(&who, b"x").await {
                    Err(NotRead::Trouble(trouble)) => Some(trouble),
                    _ => None,
                },
                match desk.import_statement(&who, "x").await {
                    Err(NotRead::Trouble(trouble)) => Some(trouble),
                    _ => None,
                },
            ];
            for error in &taken {
                assert_eq!(
                    !error.as_ref().is_some_and(is),
                    takes,
                    "{roles:?} {error:?}"
                );
            }
        }
    })
    .await;
}

/// A file of the bank: the note's line with what is asked for it, and one nobody knows.
fn file(lines: &[(&str, &str, &str)]) -> String {
    let rows: Vec<String> = lines
        .iter()
        .map(|(amount, ref1, ref2)| format!("23/11/2569,08:30,\"{amount}\",{ref1},{ref2}\n"))
        .collect();
    format!("วันที่,เวลา,จำนวนเงิน,Ref1,Ref2\n{}", rows.concat())
}

#[tokio::test]
async fn the_banks_file_is_tried_imported_once_and_nothing_is_lost() {
    both(async |office| {
        let reference = approved(&office, 1, &usual_wish()).await;
        let other = approved(&office, 2, &wish(Some(("2026-11-26", "10:00")), None)).await;
        let number = note(&office, &reference).await.number.digits();
        let second = note(&office, &other).await;
        let text = file(&[
            ("2,200.00", &reference, &number),
            ("999", &other, &second.number.digits()),
            ("50", "", "สวัสดี"),
        ]);
        let desk = &office.desk;
        let trial = desk
            .try_statement(&cashier(), text.as_bytes())
            .await
            .unwrap();
        let outcomes: Vec<_> = trial
            .lines
            .iter()
            .map(|tried| (tried.known, tried.status, tried.reason))
            .collect();
        assert_eq!(
            outcomes,
            [
                (false, LineStatus::Matched, None),
                (false, LineStatus::Unmatched, Some(Mismatch::Amount)),
                (false, LineStatus::Unmatched, Some(Mismatch::NoNote)),
            ]
        );
        // A trial keeps nothing.
        assert_eq!(account(&desk.store, "bank").await, 0);
        let done = desk
            .import_statement(&cashier(), &trial.rows)
            .await
            .unwrap();
        assert_eq!((done.new, done.matched, done.unmatched), (3, 1, 2));
        let again = desk
            .import_statement(&cashier(), &trial.rows)
            .await
            .unwrap();
        assert_eq!((again.new, again.known), (0, 3));
        assert_eq!(account(&desk.store, "bank").await, 220_000 + 99_900 + 5_000);
        assert_eq!(account(&desk.store, "suspense").await, -(99_900 + 5_000));
        assert_eq!(fees(&office, &reference).await.balance, Satang::ZERO);

        // Its receipt is keyed once, on its own note, and is audited; who keys another is told the one it has.
        let payment = fees(&office, &reference).await.payments[0].clone();
        let who = cashier();
        let key = async |note, receipt| desk.key_receipt(&who, note, payment.id, receipt).await;
        let keyed = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM audit WHERE act = 'receipt_keyed'";
        assert!(matches!(
            key(second.id, "RC-1").await,
            Err(Trouble::NotFound)
        ));
        key(payment.note_id, "RC-1").await.unwrap();
        key(payment.note_id, "RC-1").await.unwrap();
        assert_eq!(store::testing::number(&desk.store, keyed).await, 1);
        let Err(Trouble::Invalid(errors)) = key(payment.note_id, "RC-2").await else {
            panic!("it has one");
        };
        assert!(errors.of("receipt").unwrap().text.en.contains("RC-1"));

        // Less than was asked for: a note for the rest.
        let lines = desk
            .bank_lines(&approver(), LineStatus::Unmatched, None)
            .await
            .unwrap()
            .rows;
        let less = lines.iter().find(|line| line.amount.0 == 99_900).unwrap();
        let stray = lines.iter().find(|line| line.amount.0 == 5_000).unwrap();
        assert_eq!(
            code(
                desk.assign_line(&approver(), less.id, "1234", "โทรถาม")
                    .await
            ),
            "not_found"
        );
        desk.assign_line(&approver(), less.id, &other, "โทรถามแล้ว")
            .await
            .unwrap();
        let rest = note(&office, &other).await;
        assert_eq!((rest.credited, rest.due), (Satang(99_900), Satang(100)));
        assert_eq!(
            code(
                desk.assign_line(&approver(), less.id, &other, "อีกครั้ง")
                    .await
            ),
            "decided"
        );
        desk.set_line_aside(&approver(), stray.id, "ของกองช่าง")
            .await
            .unwrap();
        assert_eq!(account(&desk.store, "suspense").await, 0);
        assert_eq!(fees(&office, &other).await.balance, Satang(100));
        books_balance(&desk.store).await;
    })
    .await;
}

#[tokio::test]
async fn a_file_with_amounts_nobody_pays_names_their_rows() {
    both(async |office| {
        let text = file(&[
            ("92233720368547758.07", "1", "2"),
            ("10000000", "1", "2"),
            ("10000000.01", "1", "2"),
        ]);
        let tried = office.desk.try_statement(&cashier(), text.as_bytes()).await;
        let Err(NotRead::Rows(errors)) = tried else {
            panic!("{tried:?}");
        };
        let rows: Vec<_> = errors.iter().map(|error| error.row).collect();
        assert_eq!(rows, [2, 4]);
    })
    .await;
}

#[tokio::test]
async fn while_an_exemption_waits_nothing_is_paid_by_page_paper_or_bank() {
    both(async |office| {
        let reference = approved(&office, 1, &usual_wish()).await;
        let desk = &office.desk;
        desk.ask_exemption(&reference, &last4(1), "address", &exemption("veteran"))
            .await
            .unwrap();
        let waiting = fees(&office, &reference).await;
        assert_eq!(waiting.waits, Some(Waits::Exemption));
        let document = async || {
            desk.document_of(&approver(), &reference, Kind::FeeNote, Lang::En)
                .await
                .unwrap()
        };
        let paper = document().await;
        assert_eq!(paper.codes, []);
        let words = format!("{:?}", paper.blocks);
        assert!(words.contains("Pay nothing until"), "{words}");
        assert!(!words.contains("To pay"), "{words}");
        let note = note(&office, &reference).await;
        let text = file(&[("2200", &reference, &note.number.digits())]);
        let trial = desk
            .try_statement(&cashier(), text.as_bytes())
            .await
            .unwrap();
        assert_eq!(trial.lines[0].reason, Some(Mismatch::Exemption));
        let done = desk.import_statement(&cashier(), &text).await.unwrap();
        assert_eq!((done.matched, done.unmatched), (0, 1));
        let id = waiting.exemptions[0].row.id;
        desk.decide_exemption(&approver(), id, true, "ตรวจบัตรแล้ว")
            .await
            .unwrap();
        assert_eq!(document().await.codes.len(), 1);
        // The money is there: more than is asked for now, so the rest goes back.
        let unmatched = LineStatus::Unmatched;
        let lines = desk.bank_lines(&approver(), unmatched, None).await.unwrap();
        desk.assign_line(&approver(), lines.rows[0].id, &reference, "โอนก่อนทราบผล")
            .await
            .unwrap();
        assert_eq!(fees(&office, &reference).await.balance, Satang::ZERO);
        books_balance(&desk.store).await;
    })
    .await;
}

#[tokio::test]
async fn a_trial_counts_a_note_once_as_the_import_does() {
    both(async |office| {
        let reference = approved(&office, 1, &usual_wish()).await;
        let number = note(&office, &reference).await.number.digits();
        let line = ("2200", reference.as_str(), number.as_str());
        let text = file(&[line, line]);
        let desk = &office.desk;
        let trial = desk
            .try_statement(&cashier(), text.as_bytes())
            .await
            .unwrap();
        let told: Vec<_> = trial
            .lines
            .iter()
            .map(|tried| (tried.status, tried.reason))
            .collect();
        assert_eq!(
            told,
            [
                (LineStatus::Matched, None),
                (LineStatus::Unmatched, Some(Mismatch::PaidBefore)),
            ]
        );
        let done = desk.import_statement(&cashier(), &text).await.unwrap();
        assert_eq!((done.matched, done.unmatched), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_frozen_case_takes_no_exemption_from_the_family() {
    both(async |office| {
        let reference = approved(&office, 1, &usual_wish()).await;
        let reason = "ญาติไม่ตกลงกัน".to_owned();
        act(&office, &reference, Action::Freeze { reason }).await;
        let fields = exemption("veteran");
        let asked = office
            .desk
            .ask_exemption(&reference, &last4(1), "address", &fields)
            .await;
        assert!(
            matches!(asked, Err(Trouble::Refused(Refusal::Frozen))),
            "{asked:?}"
        );
        let digits = last4(1);
        let shown = office.desk.track_fees(&reference, &digits, "address");
        assert!(!shown.await.unwrap().can_ask_exemption);
        // The office goes on collecting what the case needs.
        office
            .desk
            .ask_exemption_for(&approver(), &reference, &fields)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_told_at_once_and_nothing_is_kept() {
    both(async |office| {
        let text = "วันที่,จำนวนเงิน,Ref1,Ref2\n31/02/2569,x,1,2\n23/11/2569,1,1,2\n";
        let tried = office.desk.try_statement(&cashier(), text.as_bytes()).await;
        let Err(NotRead::Rows(errors)) = tried else {
            panic!("{tried:?}");
        };
        let told: Vec<_> = errors
            .iter()
            .map(|error| (error.row, error.column.as_str()))
            .collect();
        assert_eq!(told, [(2, "วันที่"), (2, "จำนวนเงิน")]);
        let imported = office.desk.import_statement(&cashier(), text).await;
        assert!(matches!(imported, Err(NotRead::Rows(_))));
        assert_eq!(account(&office.desk.store, "bank").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_payment_taken_by_qr_at_the_counter_is_not_paid_again_by_the_banks_file() {
    both(async |office| {
        let reference = approved(&office, 1, &usual_wish()).await;
        let note = note(&office, &reference).await;
        let taken = Taken {
            method: Method::Qr,
            ..cash(note.due, "RC-1")
        };
        office
            .desk
            .take_payment(&cashier(), note.id, &taken)
            .await
            .unwrap();
        let text = file(&[("2200", &reference, &note.number.digits())]);
        office
            .desk
            .import_statement(&cashier(), &text)
            .await
            .unwrap();
        let store = &office.desk.store;
        assert_eq!(account(store, "qr_clearing").await, 0);
        assert_eq!(account(store, "bank").await, 220_000);
        assert_eq!(fees(&office, &reference).await.balance, Satang::ZERO);
        // A second transfer for the same note is shown, not swallowed.
        let again = file(&[
            ("2200", &reference, &note.number.digits()),
            ("2200", &reference, &note.number.digits()),
        ]);
        office
            .desk
            .import_statement(&cashier(), &again)
            .await
            .unwrap();
        let lines = office
            .desk
            .bank_lines(&approver(), LineStatus::Unmatched, None)
            .await
            .unwrap()
            .rows;
        assert_eq!(lines[0].reason, Some(Mismatch::PaidBefore));
        books_balance(store).await;
    })
    .await;
}

#[tokio::test]
async fn the_days_list_goes_to_the_finance_division_as_it_is() {
    both(async |office| {
        let reference = approved(&office, 1, &usual_wish()).await;
        let cashier = staff(&office, "cashier", &[Role::Cashier]).await;
        let note = note(&office, &reference).await;
        office
            .desk
            .take_payment(&cashier, note.id, &cash(note.due, "=1+1"))
            .await
            .unwrap_err();
        office
            .desk
            .take_payment(&cashier, note.id, &cash(note.due, "RC-1"))
            .await
            .unwrap();
        let day = "2026-11-23".parse().unwrap();
        let sheet: Sheet = office
            .desk
            .day_sheet(&cashier, day, Lang::Th)
            .await
            .unwrap();
        let text = String::from_utf8(sheet.file(FileKind::Csv).unwrap()).unwrap();
        assert!(
            text.contains(&format!(
                "2026-11-23,70-000001,{reference},เงินสด,2200.00,RC-1,คุณ cashier,"
            )),
            "{text}"
        );
        assert!(text.ends_with(",,,รวม,2200.00,,,\r\n"), "{text}");
    })
    .await;
}

/// Runs every future at once, each on a task of its own.
async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    futures: impl IntoIterator<Item = F>,
) -> Vec<T> {
    let tasks: Vec<_> = futures.into_iter().map(tokio::spawn).collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.expect("a task that does not panic"));
    }
    outcomes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_cashiers_at_one_note_exactly_one_takes_the_money() {
    both_stores(async |store| {
        let office = office_of(store, city(), false);
        let reference = approved(&office, 1, &usual_wish()).await;
        let note = note(&office, &reference).await;
        let outcomes = at_once((0..16u128).map(|n| {
            let office = office.clone();
            let (id, due) = (note.id, note.due);
            async move {
                let who = StaffActor {
                    id: Uuid::from_u128(1000 + n),
                    ..cashier()
                };
                let taken = cash(due, &format!("RC-{n}"));
                office.desk.take_payment(&who, id, &taken).await
            }
        }))
        .await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert_eq!(account(&office.desk.store, "cash").await, note.due.0);
        books_balance(&office.desk.store).await;
    })
    .await;
}

/// Sixteen approved requests, each with its note.
async fn notes(office: &Office) -> Vec<NoteRow> {
    let rounds = ["08:30", "10:00", "11:30", "13:00", "14:30"];
    let mut notes = Vec::new();
    for n in 0..12u32 {
        // Saturday to Thursday: the sample closes Fridays.
        let day = ["2026-11-25", "2026-11-26", "2026-11-28", "2026-11-29"][n as usize % 4];
        for round in rounds {
            let places = wish(Some((day, round)), None);
            let answers = answers(n + 1, &places);
            if let Ok(reference) = office.desk.walk_in(&approver(), &answers).await {
                act(office, reference.as_str(), Action::Approve).await;
                notes.push(note(office, reference.as_str()).await);
                break;
            }
        }
    }
    assert!(notes.len() >= 8, "{} notes", notes.len());
    notes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn own_receipts_have_no_gap_and_no_double() {
    both_stores(async |store| {
        let mut city = city();
        city.money.receipts = Receipts::Sala;
        let office = office_of(store, city, false);
        let notes = notes(&office).await;
        let many = i64::try_from(notes.len()).unwrap();
        let outcomes = at_once(notes.into_iter().map(|note| {
            let office = office.clone();
            async move {
                let taken = cash(note.due, "");
                office.desk.take_payment(&cashier(), note.id, &taken).await
            }
        }))
        .await;
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        let sql = "SELECT receipt_number AS x FROM payment ORDER BY receipt_number";
        // A second tap on the button that makes one uses up no number.
        let paid = "SELECT CAST(id AS TEXT) AS x FROM payment ORDER BY id";
        let on = "SELECT CAST(note_id AS TEXT) AS x FROM payment ORDER BY id";
        let id = async |sql| -> Uuid {
            let ids = texts(&office.desk.store, sql, "x").await;
            ids[0].parse().unwrap()
        };
        office
            .desk
            .key_receipt(&cashier(), id(on).await, id(paid).await, "")
            .await
            .unwrap();
        let numbers = texts(&office.desk.store, sql, "x").await;
        let expected: Vec<String> = (1..=many).map(|n| format!("70-{n:06}")).collect();
        assert_eq!(numbers, expected);
    })
    .await;
}

async fn drop_receipt_key(store: &Store) {
    run_sql(store, "DROP INDEX payment_receipt").await;
}

/// How many of many notes are paid with one receipt's number keyed at once.
async fn winners_of_one_receipt(office: &Office) -> usize {
    let notes = notes(office).await;
    let outcomes = at_once(notes.into_iter().map(|note| {
        let office = office.clone();
        async move {
            let taken = cash(note.due, "RC-1");
            office.desk.take_payment(&cashier(), note.id, &taken).await
        }
    }))
    .await;
    outcomes.iter().filter(|outcome| outcome.is_ok()).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_receipts_number_is_used_once() {
    both_stores(async |store| {
        let office = office_of(store, city(), false);
        assert_eq!(winners_of_one_receipt(&office).await, 1);
    })
    .await;
    // Without the index the same race has more winners: the test can fail.
    both_stores(async |store| {
        drop_receipt_key(&store).await;
        let office = office_of(store, city(), false);
        assert!(winners_of_one_receipt(&office).await > 1);
    })
    .await;
}

async fn drop_line_key(store: &Store) {
    let sql = match store.engine() {
        Engine::Postgres => {
            "ALTER TABLE bank_line DROP CONSTRAINT bank_line_bank_fingerprint_key"
        }
        Engine::Sqlite => {
            "CREATE TABLE bare (id TEXT PRIMARY KEY, bank TEXT NOT NULL, fingerprint TEXT NOT NULL,
                 paid_on TEXT NOT NULL, paid_time TEXT, amount BIGINT NOT NULL, ref1 TEXT NOT NULL, ref2 TEXT NOT NULL,
                 status TEXT NOT NULL, reason TEXT, note_id TEXT, imported_at BIGINT NOT NULL,
                 imported_by TEXT NOT NULL, decided_at BIGINT, decided_by TEXT, decided_reason TEXT);
             DROP TABLE bank_line;
             ALTER TABLE bare RENAME TO bank_line;"
        }
    };
    run_sql(store, sql).await;
}

/// Lines kept when one file with four is imported eight times at once.
async fn lines_after_eight_imports(office: &Office) -> i64 {
    let text = file(&[
        ("1", "a", "1"),
        ("2", "b", "2"),
        ("3", "c", "3"),
        ("3", "c", "3"),
    ]);
    let outcomes = at_once((0..8).map(|_| {
        let (office, text) = (office.clone(), text.clone());
        async move {
            office
                .desk
                .import_statement(&cashier(), &text)
                .await
                .is_ok()
        }
    }))
    .await;
    assert!(outcomes.iter().all(|done| *done));
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM bank_line";
    number(&office.desk.store, sql).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_file_imported_many_times_at_once_is_kept_once() {
    both_stores(async |store| {
        let office = office_of(store, city(), false);
        assert_eq!(lines_after_eight_imports(&office).await, 4);
        assert_eq!(account(&office.desk.store, "bank").await, 900);
    })
    .await;
    both_stores(async |store| {
        drop_line_key(&store).await;
        let office = office_of(store, city(), false);
        assert_eq!(lines_after_eight_imports(&office).await, 32);
    })
    .await;
}

#[tokio::test]
async fn random_acts_leave_books_that_add_up() {
    both(async |office| {
        let mut seed = 7u64;
        let mut next = |below: u64| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        let places = [
            wish(
                Some(("2026-11-28", "13:00")),
                Some(("sala-1", "2026-11-26", 2)),
            ),
            wish(Some(("2026-11-29", "10:00")), None),
            wish(None, Some(("sala-2", "2026-11-25", 3))),
            wish(
                Some(("2026-11-30", "10:00")),
                Some(("sala-3", "2026-11-28", 2)),
            ),
        ];
        let mut references = Vec::new();
        for (n, places) in (1..).zip(&places) {
            references.push(booked(&office, n, places).await);
        }
        let desk = &office.desk;
        let who = approver();
        for step in 0..120u64 {
            let reference = &references[usize::try_from(next(4)).unwrap()];
            let view = fees(&office, reference).await;
            match next(9) {
                0 => {
                    let file = desk.open_request(&who, reference).await.unwrap();
                    let _ = desk
                        .decide(&who, reference, file.version, Action::Approve)
                        .await;
                }
                1 | 2 => {
                    if let Some(note) = view
                        .notes
                        .iter()
                        .rev()
                        .find(|note| note.status == NoteStatus::Open)
                    {
                        desk.take_payment(
                            &cashier(),
                            note.id,
                            &cash(note.due, &format!("R{step}")),
                        )
                        .await
                        .unwrap();
                    }
                }
                3 => {
                    let to = if next(2) == 0 {
                        Residence::InArea
                    } else {
                        Residence::OutOfArea
                    };
                    let _ = desk.set_residence(&who, reference, to).await;
                }
                4 => {
                    let _ = desk
                        .ask_exemption_for(&who, reference, &exemption("veteran"))
                        .await;
                    let exemptions = fees(&office, reference).await.exemptions;
                    if let Some(asked) = exemptions
                        .iter()
                        .find(|exemption| exemption.row.status == ExemptionStatus::Asked)
                    {
                        let _ = desk
                            .decide_exemption(&who, asked.row.id, next(2) == 0, "ตรวจแล้ว")
                            .await;
                    }
                }
                5 => {
                    let readings = [("electricity".to_owned(), next(100).to_string())].into();
                    let seen = view.current(NoteKind::Meter).map(|note| note.id);
                    let _ = desk.settle_meter(&who, reference, seen, &readings).await;
                }
                6 => {
                    let extras = [domain::fee::Extra {
                        item: "cold_coffin".into(),
                        units: u32::try_from(next(4)).unwrap(),
                    }];
                    let _ = desk.set_extras(&who, reference, &extras).await;
                }
                7 => {
                    if let Some(paid) = view.payments.iter().find(|paid| paid.undone.is_none()) {
                        let _ = desk
                            .undo_payment(&cashier(), paid.note_id, paid.id, "ทดสอบ")
                            .await;
                    }
                }
                _ if step > 90 => {
                    let file = desk.open_request(&who, reference).await.unwrap();
                    let cancel = Action::Cancel {
                        reason: "ทดสอบ".into(),
                    };
                    let _ = desk.decide(&who, reference, file.version, cancel).await;
                }
                _ => {}
            }
            books_balance(&desk.store).await;
            let view = fees(&office, reference).await;
            // What is owed is what open notes ask for.
            let due: i64 = view
                .notes
                .iter()
                .filter(|note| note.status == NoteStatus::Open)
                .map(|note| note.due.0)
                .sum();
            assert_eq!(view.balance.0, due, "step {step}");
        }
        let numbers: BTreeSet<String> = {
            let sql = "SELECT CAST(number AS TEXT) AS x FROM fee_note";
            texts(&desk.store, sql, "x").await.into_iter().collect()
        };
        assert!(numbers.len() > 8, "{} notes", numbers.len());
    })
    .await;
}
