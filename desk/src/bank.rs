//! The bank's file: read in every encoding banks use, tried first, kept once, matched, and never lost.
use crate::cashier::waits;
use crate::export::{Cell, Sheet};
use crate::fee::{is_cashier, sees_money, wrong};
use crate::rows_file::{Most, NotRead, as_text, rows_of_text};
use crate::{Desk, Result, Trouble};
use data_encoding::HEXLOWER;
use domain::fee::{LineStatus, Mismatch, NoteStatus, Number, fiscal_year};
use domain::form::{Lang, Text};
use domain::ledger::Posting;
use domain::money::Satang;
use domain::reference::Reference;
use domain::request::{Actor, Event, StaffActor};
use domain::statement::{self, StatementLine};
use domain::time::{self, Instant};
use domain::{text, thai_date};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use store::bank::{self, BankLineRow};
use store::fee::{self, NoteRow};
use store::ledger::{self, Txn};
use store::payment::{self, PaymentRow};
use store::{Conn, Tx, request};
use uuid::Uuid;

const PAGE: u32 = 25;
/// Files are small: a day of payments.
pub const MOST: Most = Most {
    megabytes: 1,
    lines: statement::MOST_ROWS + 50,
};

/// What one line would come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedLine {
    pub line: StatementLine,
    /// It came with an earlier file.
    pub known: bool,
    pub status: LineStatus,
    pub reason: Option<Mismatch>,
}

/// A file that was read without mistakes, and what importing it would do. Nothing is kept yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    pub lines: Vec<TriedLine>,
    pub total: Satang,
    /// The same rows as text, to be sent back with "import".
    pub rows: String,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub new: u32,
    pub known: u32,
    pub matched: u32,
    pub unmatched: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineList {
    pub rows: Vec<BankLineRow>,
    pub next: Option<String>,
}

impl Desk {
    /// Reads a file and says what importing it would do.
    pub async fn try_statement(
        &self,
        who: &StaffActor,
        bytes: &[u8],
    ) -> std::result::Result<Trial, NotRead> {
        is_cashier(who)?;
        let rows = self.rows_of_file(bytes, MOST).await?;
        let (lines, bank_name) = self.parse_statement(&rows)?;
        let mut conn = self.store.read().await.map_err(Trouble::from)?;
        let mut tried = Vec::with_capacity(lines.len());
        // Notes that a line above pays already.
        let mut paid = BTreeSet::new();
        for line in lines {
            let known = bank::known(&mut conn, &bank_name, &fingerprint(&line))
                .await
                .map_err(Trouble::from)?;
            let (status, reason) = match self
                .matching(&mut conn, &line.ref1, &line.ref2, line.amount)
                .await?
            {
                // A line that is known is not booked again, so it pays nothing.
                Match::Note(note) | Match::Counter(note, _) if !known && !paid.insert(note.id) => {
                    (LineStatus::Unmatched, Some(Mismatch::PaidBefore))
                }
                Match::Note(_) => (LineStatus::Matched, None),
                Match::Counter(..) => (LineStatus::Cleared, None),
                Match::Nothing(reason) => (LineStatus::Unmatched, Some(reason)),
            };
            tried.push(TriedLine {
                line,
                known,
                status,
                reason,
            });
        }
        let total = Satang::checked_sum(tried.iter().map(|tried| tried.line.amount));
        let too_much = || Trouble::Internal("a statement's sum is too large to keep".to_owned());
        Ok(Trial {
            total: total.ok_or_else(too_much)?,
            lines: tried,
            rows: as_text(&rows)?,
        })
    }

    /// Imports a file's rows, once: a line that came before changes nothing.
    pub async fn import_statement(
        &self,
        who: &StaffActor,
        rows: &str,
    ) -> std::result::Result<Imported, NotRead> {
        is_cashier(who)?;
        let rows = rows_of_text(rows.as_bytes(), MOST)?;
        let (lines, bank_name) = self.parse_statement(&rows)?;
        let (now, actor) = (self.now(), Actor::Staff(who.clone()));
        let done: Result<Imported> = self
            .store
            .write(async |tx| {
                let mut done = Imported::default();
                for line in &lines {
                    let row = BankLineRow {
                        id: self.id(now),
                        bank: bank_name.clone(),
                        fingerprint: fingerprint(line),
                        paid_on: line.date,
                        paid_time: line.time,
                        amount: line.amount,
                        ref1: line.ref1.clone(),
                        ref2: line.ref2.clone(),
                        status: LineStatus::Unmatched,
                        reason: None,
                        note_id: None,
                        imported_at: now,
                        imported_by: who.id,
                        decided_at: None,
                        decided_by: None,
                        decided_reason: None,
                    };
                    if !bank::insert(tx, &row).await? {
                        done.known += 1;
                        continue;
                    }
                    done.new += 1;
                    // It came, whatever for: from here on it stands in the books.
                    let source = format!("bank:{}", row.id);
                    let txn = Txn {
                        id: self.id(now),
                        source: &source,
                        request_id: None,
                        at: now,
                        actor_kind: actor.kind(),
                        actor_id: actor.id(),
                    };
                    ledger::post(tx, &txn, &Posting::arrived(row.amount)).await?;
                    if self.settle_line(tx, &row, &actor, now).await? {
                        done.matched += 1;
                    } else {
                        done.unmatched += 1;
                    }
                }
                Ok(done)
            })
            .await;
        Ok(done?)
    }

    fn parse_statement(
        &self,
        rows: &[Vec<String>],
    ) -> std::result::Result<(Vec<StatementLine>, String), NotRead> {
        let columns = self.rules().municipality.money.statement.clone();
        let today = time::local_date(self.now());
        let lines = statement::read(rows, &columns, today).map_err(NotRead::Rows)?;
        Ok((lines, columns.bank))
    }

    /// Books a new line on the note it names. False: it waits for an officer.
    async fn settle_line(
        &self,
        tx: &mut Tx,
        line: &BankLineRow,
        actor: &Actor,
        now: Instant,
    ) -> Result<bool> {
        // First whose it may be, then that request's money in hand, then how it stands.
        if let Some(note) = self.note_of(tx, &line.ref2).await? {
            fee::lock(tx, note.request_id, now).await?;
        }
        match self
            .matching(tx, &line.ref1, &line.ref2, line.amount)
            .await?
        {
            Match::Note(note) => {
                bank::settle(tx, line.id, LineStatus::Matched, None, Some(note.id)).await?;
                self.book(tx, line, &note, actor, now).await?;
                Ok(true)
            }
            Match::Counter(note, paid) => {
                let row = request::by_id(tx, note.request_id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                bank::settle(tx, line.id, LineStatus::Cleared, None, Some(note.id)).await?;
                payment::clear(tx, paid.id, line.id, now).await?;
                let source = format!("clear:{}", line.id);
                self.post(
                    tx,
                    &row,
                    &source,
                    &Posting::cleared(line.amount),
                    actor,
                    now,
                )
                .await?;
                Ok(true)
            }
            Match::Nothing(reason) => {
                bank::settle(tx, line.id, LineStatus::Unmatched, Some(reason), None).await?;
                Ok(false)
            }
        }
    }

    /// A line pays a note: as much as it is. The caller holds the request's money in hand.
    async fn book(
        &self,
        tx: &mut Tx,
        line: &BankLineRow,
        note: &NoteRow,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        let row = request::by_id(tx, note.request_id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let paid = PaymentRow {
            id: self.id(now),
            note_id: note.id,
            request_id: row.id,
            kind: note.kind,
            method: domain::fee::Method::Bank,
            amount: line.amount,
            paid_on: line.paid_on,
            receipt: None,
            bank_line_id: Some(line.id),
            cleared_at: None,
            entered_at: now,
            entered_by: actor.id(),
            undone: None,
        };
        if !payment::insert(tx, &paid).await? {
            return Err(Trouble::Internal(format!(
                "note {} was paid in hand",
                note.id
            )));
        }
        let source = format!("payment:{}", paid.id);
        let posting = Posting::payment(paid.method, paid.amount);
        self.post(tx, &row, &source, &posting, actor, now).await?;
        let event = Event::NotePaid {
            number: note.number.to_string(),
            amount: paid.amount,
        };
        self.note_money(tx, &row, actor, &event, now).await?;
        if line.amount < note.due {
            return self.ask_rest(tx, &row, note, actor, now).await;
        }
        fee::set_note_status(tx, note.id, NoteStatus::Open, NoteStatus::Paid, Some(now)).await?;
        if line.amount > note.due {
            let more = Satang(line.amount.0 - note.due.0);
            self.overpaid(tx, &row, note, more, actor, now).await?;
        }
        Ok(())
    }

    async fn note_of(&self, conn: &mut Conn, ref2: &str) -> Result<Option<NoteRow>> {
        let year = fiscal_year(time::local_date(self.now()));
        match Number::parse(ref2, year) {
            Some(number) => Ok(fee::note_by_number(conn, number).await?),
            None => Ok(None),
        }
    }

    async fn matching(
        &self,
        conn: &mut Conn,
        ref1: &str,
        ref2: &str,
        amount: Satang,
    ) -> Result<Match> {
        let Some(note) = self.note_of(conn, ref2).await? else {
            return Ok(Match::Nothing(Mismatch::NoNote));
        };
        let same =
            Reference::parse(ref1).is_ok_and(|reference| reference.as_str() == note.reference);
        if !same {
            return Ok(Match::Nothing(Mismatch::OtherReference));
        }
        Ok(match note.status {
            NoteStatus::Superseded | NoteStatus::Void => Match::Nothing(Mismatch::Replaced),
            // Exemptions are decided before payment: what is due may change yet.
            NoteStatus::Open if note.due == amount && waits(conn, note.request_id).await? => {
                Match::Nothing(Mismatch::Exemption)
            }
            NoteStatus::Open if note.due == amount => Match::Note(note),
            NoteStatus::Open => Match::Nothing(Mismatch::Amount),
            NoteStatus::Paid => match payment::of_note(conn, note.id).await? {
                Some(paid)
                    if paid.method == domain::fee::Method::Qr
                        && paid.cleared_at.is_none()
                        && paid.amount == amount =>
                {
                    Match::Counter(note, Box::new(paid))
                }
                _ => Match::Nothing(Mismatch::PaidBefore),
            },
        })
    }

    /// Lines in one state, newest first.
    pub async fn bank_lines(
        &self,
        who: &StaffActor,
        status: LineStatus,
        before: Option<&str>,
    ) -> Result<LineList> {
        sees_money(who)?;
        let mut conn = self.store.read().await?;
        let before = before.and_then(|id| Uuid::try_parse(id).ok());
        let mut rows = bank::lines_in(&mut conn, status, before, PAGE + 1).await?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = rows.len() > page;
        rows.truncate(page);
        let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
        Ok(LineList { rows, next })
    }

    /// The list as a sheet, at most ten thousand lines.
    pub async fn bank_sheet(
        &self,
        who: &StaffActor,
        status: LineStatus,
        lang: Lang,
    ) -> Result<Sheet> {
        sees_money(who)?;
        let mut conn = self.store.read().await?;
        let mut sheet = Sheet::new(
            lang.t("รายการธนาคาร", "Bank lines"),
            &[
                lang.t("วันที่", "Date"),
                lang.t("เวลา", "Time"),
                lang.t("จำนวนเงิน (บาท)", "Amount (baht)"),
                "Ref1",
                "Ref2",
                lang.t("สถานะ", "State"),
                lang.t("เหตุผล", "Reason"),
            ],
        );
        for line in bank::lines_in(&mut conn, status, None, 10_000).await? {
            let reason = line.decided_reason.clone().or_else(|| {
                line.reason
                    .map(|reason| reason.words().get(lang).to_owned())
            });
            sheet.push(vec![
                Cell::Date(line.paid_on),
                Cell::from(line.paid_time.map(|time| time.to_string())),
                Cell::Money(line.amount),
                Cell::code(line.ref1),
                Cell::code(line.ref2),
                Cell::text(line.status.words().get(lang)),
                Cell::from(reason),
            ]);
        }
        Ok(sheet)
    }

    pub async fn bank_line(&self, who: &StaffActor, id: Uuid) -> Result<BankLineRow> {
        sees_money(who)?;
        let mut conn = self.store.read().await?;
        bank::by_id(&mut conn, id).await?.ok_or(Trouble::NotFound)
    }

    /// An officer knows whose money it is: the request's open note, named by either number. Less leaves a note for the
    /// rest; more is asked back.
    pub async fn assign_line(
        &self,
        who: &StaffActor,
        id: Uuid,
        typed: &str,
        reason: &str,
    ) -> Result<()> {
        sees_money(who)?;
        let reason = decided(reason)?;
        let note_id = self.find_note(who, typed).await?.ok_or_else(|| {
            wrong(
                "note",
                "not_found",
                "ไม่พบใบแจ้งชำระหรือคำขอเลขนี้",
                "There is no note or request of this number",
            )
        })?;
        let (now, actor) = (self.now(), Actor::Staff(who.clone()));
        self.store
            .write(async |tx| {
                let line = bank::by_id(tx, id).await?.ok_or(Trouble::NotFound)?;
                let note = fee::note_by_id(tx, note_id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                fee::lock(tx, note.request_id, now).await?;
                let note = fee::note_by_id(tx, note_id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                if note.status != NoteStatus::Open || waits(tx, note.request_id).await? {
                    return Err(wrong(
                        "note",
                        "not_open",
                        "ใบแจ้งชำระนี้ไม่ได้รอชำระอยู่ หากต้องคืนเงิน ให้กันไว้และแจ้งกองคลัง",
                        "This note does not wait for payment. If the money must go back, set it aside and tell the finance division.",
                    ));
                }
                let taken = bank::decide(
                    tx,
                    id,
                    LineStatus::Assigned,
                    Some(note.id),
                    who.id,
                    &reason,
                    now,
                );
                if !taken.await? {
                    return Err(decided_first());
                }
                self.book(tx, &line, &note, &actor, now).await
            })
            .await
    }

    /// Money that is none of this service's.
    pub async fn set_line_aside(&self, who: &StaffActor, id: Uuid, reason: &str) -> Result<()> {
        sees_money(who)?;
        let reason = decided(reason)?;
        let now = self.now();
        self.store
            .write(async |tx| {
                let line = bank::by_id(tx, id).await?.ok_or(Trouble::NotFound)?;
                let done = bank::decide(tx, id, LineStatus::SetAside, None, who.id, &reason, now);
                if !done.await? {
                    return Err(decided_first());
                }
                let source = format!("aside:{id}");
                let txn = Txn {
                    id: self.id(now),
                    source: &source,
                    request_id: None,
                    at: now,
                    actor_kind: "staff",
                    actor_id: Some(who.id),
                };
                ledger::post(tx, &txn, &Posting::set_aside(line.amount)).await?;
                Ok(())
            })
            .await
    }
}

/// What a line is for.
enum Match {
    Note(NoteRow),
    /// The cashier took it by QR at the counter.
    Counter(NoteRow, Box<PaymentRow>),
    Nothing(Mismatch),
}

fn decided(reason: &str) -> Result<String> {
    let reason = text::clean(reason);
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(wrong(
            "reason",
            "missing",
            "กรอกเหตุผล ไม่เกิน 500 ตัวอักษร",
            "Give the reason, at most 500 characters",
        ));
    }
    Ok(reason)
}

fn decided_first() -> Trouble {
    wrong(
        "",
        "decided",
        "มีผู้จัดการรายการนี้แล้ว",
        "Somebody else has dealt with this line",
    )
}

/// What makes a line the same one when its file comes again.
fn fingerprint(line: &StatementLine) -> String {
    HEXLOWER.encode(&Sha256::digest(line.identity().as_bytes()))
}

/// "23 พ.ย. 2569"
pub fn line_day(line: &BankLineRow) -> Text {
    Text::new(
        thai_date::short_th(line.paid_on),
        thai_date::long_en(line.paid_on),
    )
}
