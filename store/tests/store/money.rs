//! Money's rows: each note paid once, each receipt used once, each line of the bank's file kept once, books that add up.
use crate::sample::{date, id, insert_request, minutes, now};
use domain::fee::{
    ExemptionStatus, Extra, LineStatus, Method, Mismatch, NoteKind, NoteStatus, RefundCause,
    RefundStatus,
};
use domain::ledger::Posting;
use domain::money::Satang;
use domain::request::Status;
use store::bank::{self, BankLineRow};
use store::fee::{self, ExemptionRow, NoteRow};
use store::ledger::{self, Txn};
use store::payment::{self, PaymentRow};
use store::refund::{self, RefundRow};
use store::request::RequestRow;
use store::testing::both;
use store::{Store, Tx};
use uuid::Uuid;

async fn request(store: &Store) -> RequestRow {
    store
        .write(async |tx| insert_request(tx, |row| row.state.status = Status::Approved).await)
        .await
        .unwrap()
}

async fn note(tx: &mut Tx, row: &RequestRow, kind: NoteKind) -> store::Result<(NoteRow, bool)> {
    let note = NoteRow {
        id: id(),
        request_id: row.id,
        reference: row.reference.clone(),
        kind,
        number: fee::next_number(tx, "note", 2570).await?,
        lines: Vec::new(),
        total: Satang(100),
        credited: Satang(0),
        due: Satang(100),
        status: NoteStatus::Open,
        settings_revision: 1,
        issued_at: now(),
        issued_by: None,
        closed_at: None,
    };
    let inserted = fee::insert_note(tx, &note).await?;
    Ok((note, inserted))
}

fn payment_of(note: &NoteRow, receipt: Option<&str>) -> PaymentRow {
    PaymentRow {
        id: id(),
        note_id: note.id,
        request_id: note.request_id,
        kind: note.kind,
        method: Method::Qr,
        amount: note.due,
        paid_on: date("2026-11-23"),
        receipt: receipt.map(|number| (2570, number.to_owned())),
        bank_line_id: None,
        cleared_at: None,
        entered_at: now(),
        entered_by: Some(id()),
        undone: None,
    }
}

#[tokio::test]
async fn an_account_keeps_what_was_asked_for_on_top_and_numbers_have_no_gap() {
    both(async |store| {
        let row = request(&store).await;
        let extras = [Extra {
            item: "cold_coffin".to_owned(),
            units: 2,
        }];
        let numbers = store
            .write(async |tx| {
                assert!(fee::extras(tx, row.id).await?.is_empty());
                fee::lock(tx, row.id, now()).await?;
                fee::lock(tx, row.id, now()).await?;
                fee::set_extras(tx, row.id, &extras).await?;
                let mut numbers = Vec::new();
                for year in [2570, 2570, 2571] {
                    numbers.push(fee::next_number(tx, "note", year).await?.to_string());
                }
                Ok::<_, store::StoreError>(numbers)
            })
            .await
            .unwrap();
        assert_eq!(numbers, ["70-000001", "70-000002", "71-000001"]);
        let mut conn = store.read().await.unwrap();
        assert_eq!(fee::extras(&mut conn, row.id).await.unwrap(), extras);
    })
    .await;
}

#[tokio::test]
async fn an_exemption_is_asked_for_once_and_decided_once() {
    both(async |store| {
        let row = request(&store).await;
        let asked = ExemptionRow {
            id: id(),
            request_id: row.id,
            code: "poor".to_owned(),
            percent: 100,
            items: vec!["furnace".to_owned()],
            clause: "ข้อ 9".to_owned(),
            evidence: "บัตร".to_owned(),
            paper_id: None,
            status: ExemptionStatus::Asked,
            asked_at: now(),
            asked_kind: "resident".to_owned(),
            asked_by: None,
            decided_at: None,
            decided_by: None,
            decided_order: None,
            reason: None,
        };
        let second = ExemptionRow {
            id: id(),
            ..asked.clone()
        };
        let by = id();
        store
            .write(async |tx| {
                assert!(fee::ask_exemption(tx, &asked).await?);
                assert!(!fee::ask_exemption(tx, &second).await?);
                let waiting = fee::exemptions_asked(tx, None, 9).await?;
                assert_eq!(waiting.len(), 1);
                assert_eq!(waiting[0].reference, row.reference);
                assert_eq!(fee::exemptions_asked_count(tx).await?, 1);
                assert!(
                    fee::exemptions_asked(tx, Some(asked.id), 9)
                        .await?
                        .is_empty()
                );
                let granted = ExemptionStatus::Granted;
                let decide =
                    fee::decide_exemption(tx, asked.id, granted, by, "1/2569", "ok", now());
                assert!(decide.await?);
                let again = fee::decide_exemption(tx, asked.id, granted, by, "1/2569", "ok", now());
                assert!(!again.await?);
                assert_eq!(fee::exemptions_asked_count(tx).await?, 0);
                Ok::<_, store::StoreError>(())
            })
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        let kept = fee::exemption_by_id(&mut conn, asked.id).await.unwrap();
        let decided = ExemptionRow {
            status: ExemptionStatus::Granted,
            decided_at: Some(now()),
            decided_by: Some(by),
            decided_order: Some("1/2569".to_owned()),
            reason: Some("ok".to_owned()),
            ..asked
        };
        assert_eq!(kept, Some(decided.clone()));
        assert_eq!(fee::exemptions(&mut conn, row.id).await.unwrap(), [decided]);
    })
    .await;
}

#[tokio::test]
async fn a_request_has_one_note_of_a_kind_and_each_is_paid_once() {
    both(async |store| {
        let row = request(&store).await;
        let (first, paid) = store
            .write(async |tx| {
                let (first, inserted) = note(tx, &row, NoteKind::Fee).await?;
                assert!(inserted);
                assert!(!note(tx, &row, NoteKind::Fee).await?.1, "one current note");
                assert!(note(tx, &row, NoteKind::Meter).await?.1);
                let paid = payment_of(&first, Some("RC-1"));
                assert!(payment::insert(tx, &paid).await?);
                assert!(!payment::insert(tx, &payment_of(&first, Some("RC-2"))).await?);
                let (open, done) = (NoteStatus::Open, NoteStatus::Paid);
                assert!(fee::set_note_status(tx, first.id, open, done, Some(now())).await?);
                assert!(!fee::set_note_status(tx, first.id, open, done, Some(now())).await?);
                Ok::<_, store::StoreError>((first, paid))
            })
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        let kept = fee::note_by_id(&mut conn, first.id).await.unwrap().unwrap();
        assert_eq!(
            (kept.status, kept.closed_at),
            (NoteStatus::Paid, Some(now()))
        );
        let by_number = fee::note_by_number(&mut conn, first.number).await.unwrap();
        assert_eq!(by_number, Some(kept.clone()));
        assert_eq!(fee::notes(&mut conn, row.id).await.unwrap().len(), 2);
        let open = fee::notes_in(&mut conn, NoteStatus::Open, None, 9)
            .await
            .unwrap();
        assert_eq!(open.len(), 1);
        let before = fee::notes_in(&mut conn, NoteStatus::Open, Some(open[0].id), 9);
        assert!(before.await.unwrap().is_empty());
        assert_eq!(
            payment::of_note(&mut conn, first.id).await.unwrap(),
            Some(paid.clone())
        );
        assert_eq!(
            payment::of(&mut conn, row.id).await.unwrap(),
            std::slice::from_ref(&paid)
        );
        let day = payment::on_day(&mut conn, paid.paid_on).await.unwrap();
        assert_eq!(day, std::slice::from_ref(&paid));
        drop(conn);

        let other = request(&store).await;
        store
            .write(async |tx| {
                // A receipt's number is used once, whichever way it comes in.
                let (second, _) = note(tx, &other, NoteKind::Fee).await?;
                assert!(!payment::insert(tx, &payment_of(&second, Some("RC-1"))).await?);
                let bare = payment_of(&second, None);
                assert!(payment::insert(tx, &bare).await?);
                assert!(!payment::set_receipt(tx, bare.id, 2570, "RC-1").await?);
                assert!(payment::set_receipt(tx, bare.id, 2570, "RC-2").await?);
                assert!(!payment::set_receipt(tx, bare.id, 2570, "RC-3").await?);
                assert!(payment::clear(tx, bare.id, id(), now()).await?);
                assert!(!payment::clear(tx, bare.id, id(), now()).await?);
                // Undone, both the note and the number are free again.
                assert!(payment::undo(tx, paid.id, None, "คีย์ผิด", now()).await?);
                assert!(!payment::undo(tx, paid.id, None, "คีย์ผิด", now()).await?);
                assert_eq!(payment::of_note(tx, first.id).await?, None);
                assert!(payment::insert(tx, &payment_of(&first, Some("RC-1"))).await?);
                let undone = payment::by_id(tx, paid.id)
                    .await?
                    .and_then(|paid| paid.undone);
                assert_eq!(undone.map(|undone| undone.reason).as_deref(), Some("คีย์ผิด"));
                Ok::<_, store::StoreError>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_ledger_keeps_a_thing_once_and_adds_up() {
    both(async |store| {
        let row = request(&store).await;
        let txn = |source| Txn {
            id: id(),
            source,
            request_id: Some(row.id),
            at: now(),
            actor_kind: "system",
            actor_id: None,
        };
        store
            .write(async |tx| {
                let posting = Posting::payment(Method::Cash, Satang(500));
                assert!(ledger::post(tx, &txn("payment:1"), &posting).await?);
                assert!(!ledger::post(tx, &txn("payment:1"), &posting).await?);
                Ok::<_, store::StoreError>(())
            })
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        let owed = ledger::balance(&mut conn, row.id, "receivable")
            .await
            .unwrap();
        assert_eq!(owed, Satang(-500));
        let nobody = ledger::balance(&mut conn, Uuid::nil(), "receivable")
            .await
            .unwrap();
        assert_eq!(nobody, Satang::ZERO);
        assert_eq!(
            ledger::accounts(&mut conn).await.unwrap(),
            [
                ("cash".to_owned(), Satang(500)),
                ("receivable".to_owned(), Satang(-500))
            ]
        );
        assert_eq!(ledger::unbalanced(&mut conn).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_line_of_the_bank_is_kept_once_and_decided_once() {
    both(async |store| {
        let line = |fingerprint: &str| BankLineRow {
            id: id(),
            bank: "ธนาคาร".to_owned(),
            fingerprint: fingerprint.to_owned(),
            paid_on: date("2026-11-23"),
            paid_time: "13:45".parse().ok(),
            amount: Satang(100),
            ref1: "1".to_owned(),
            ref2: "2".to_owned(),
            status: LineStatus::Unmatched,
            reason: None,
            note_id: None,
            imported_at: now(),
            imported_by: id(),
            decided_at: None,
            decided_by: None,
            decided_reason: None,
        };
        let (first, second) = (line("a"), line("b"));
        store
            .write(async |tx| {
                assert!(bank::insert(tx, &first).await?);
                assert!(!bank::insert(tx, &line("a")).await?);
                assert!(bank::insert(tx, &second).await?);
                assert!(bank::known(tx, "ธนาคาร", "a").await?);
                assert!(!bank::known(tx, "ธนาคาร", "c").await?);
                let (matched, unmatched) = (LineStatus::Matched, LineStatus::Unmatched);
                assert!(bank::settle(tx, first.id, unmatched, Some(Mismatch::Amount), None).await?);
                let aside = LineStatus::SetAside;
                assert!(bank::decide(tx, first.id, aside, None, id(), "x", now()).await?);
                assert!(!bank::decide(tx, first.id, aside, None, id(), "x", now()).await?);
                assert!(!bank::release(tx, first.id).await?);
                assert!(bank::settle(tx, second.id, matched, None, Some(id())).await?);
                assert!(bank::release(tx, second.id).await?);
                Ok::<_, store::StoreError>(())
            })
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        let kept = bank::by_id(&mut conn, first.id).await.unwrap().unwrap();
        assert_eq!(
            (kept.status, kept.reason),
            (LineStatus::SetAside, Some(Mismatch::Amount))
        );
        let open = bank::lines_in(&mut conn, LineStatus::Unmatched, None, 9)
            .await
            .unwrap();
        assert_eq!(open, [second]);
    })
    .await;
}

#[tokio::test]
async fn a_refund_follows_from_one_thing_and_changes_only_from_the_state_it_was_seen_in() {
    both(async |store| {
        let row = request(&store).await;
        let refund = RefundRow {
            id: id(),
            request_id: row.id,
            reference: row.reference.clone(),
            source: "note:1:void".to_owned(),
            kind: NoteKind::Fee,
            cause: RefundCause::Cancelled,
            paid: Satang(100),
            percent: 50,
            days_left: 1,
            amount: Satang(50),
            kept: Satang(50),
            status: RefundStatus::Asked,
            asked_at: now(),
            sent_at: None,
            closed_at: None,
            changed_by: None,
            reason: None,
        };
        let twice = RefundRow {
            id: id(),
            ..refund.clone()
        };
        let sent = RefundRow {
            status: RefundStatus::Sent,
            sent_at: Some(now() + minutes(1)),
            changed_by: Some(id()),
            ..refund.clone()
        };
        store
            .write(async |tx| {
                assert!(refund::insert(tx, &refund).await?);
                assert!(!refund::insert(tx, &twice).await?);
                assert!(refund::apply(tx, RefundStatus::Asked, &sent).await?);
                assert!(!refund::apply(tx, RefundStatus::Asked, &sent).await?);
                Ok::<_, store::StoreError>(())
            })
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        assert_eq!(
            refund::by_id(&mut conn, refund.id).await.unwrap(),
            Some(sent.clone())
        );
        assert_eq!(
            refund::of(&mut conn, row.id).await.unwrap(),
            std::slice::from_ref(&sent)
        );
        let listed = refund::refunds_in(&mut conn, RefundStatus::Sent, None, 9);
        assert_eq!(listed.await.unwrap(), [sent]);
    })
    .await;
}
