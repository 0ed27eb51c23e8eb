//! Notes follow what is decided: issued when the price is certain, replaced after a change, void when a booking ends.
use super::{first_day, handles_requests, has_price, still_priced, wrong};
use crate::request::wish_of;
use crate::{Desk, Result, Trouble};
use chrono::NaiveDate;
use domain::crematorium::Rules;
use domain::fee::{
    ExemptionStatus, Line, NoteKind, NoteStatus, Quantity, RefundCause, RefundStatus, fiscal_year,
    refunded,
};
use domain::ledger::Posting;
use domain::money::Satang;
use domain::request::{Actor, Event, StaffActor, Status};
use domain::time::{self, Instant};
use std::collections::BTreeMap;
use store::fee::NoteRow;
use store::ledger::{self, Txn};
use store::refund::RefundRow;
use store::request::RequestRow;
use store::{Conn, Tx, crematorium, fee, payment, refund, request};
use uuid::Uuid;

/// Notes are numbered in one series, whatever they ask for.
const SERIES: &str = "note";

/// Money that is to go back: how much of it, and why.
struct Back {
    source: String,
    kind: NoteKind,
    cause: RefundCause,
    paid: Satang,
    percent: u8,
    days_left: i64,
}

impl Desk {
    /// Makes a request's note what it ought to be. The caller holds the request's money in hand ([`fee::lock`]).
    pub(crate) async fn follow(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        actor: &Actor,
        rules: &Rules,
        now: Instant,
    ) -> Result<()> {
        if !has_price(row.state.status) {
            return Ok(());
        }
        let notes = fee::notes(tx, row.id).await?;
        let issued = notes.iter().any(|note| note.kind == NoteKind::Fee);
        let decided = matches!(row.state.status, Status::Approved | Status::Completed);
        if issued || decided {
            self.note_for(tx, row, actor, rules, now).await?;
        }
        Ok(())
    }

    /// Issues the note of everything that no meter decides, in place of an older one. False: the price is not certain.
    async fn note_for(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        actor: &Actor,
        rules: &Rules,
        now: Instant,
    ) -> Result<bool> {
        let (quote, _) = self.quote_of(tx, row, rules).await?;
        let asked = fee::exemptions(tx, row.id)
            .await?
            .iter()
            .any(|exemption| exemption.status == ExemptionStatus::Asked);
        // Exemptions are decided before payment: until then there is nothing to pay by.
        if !quote.is_certain() || asked {
            return Ok(false);
        }
        let lines: Vec<Line> = quote.fixed().cloned().collect();
        self.replace(tx, row, NoteKind::Fee, lines, actor, rules, now)
            .await?;
        Ok(true)
    }

    /// The note of these lines, unless the current one says the same.
    #[expect(
        clippy::too_many_arguments,
        reason = "what a note is made from, each once"
    )]
    async fn replace(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        kind: NoteKind,
        lines: Vec<Line>,
        actor: &Actor,
        rules: &Rules,
        now: Instant,
    ) -> Result<()> {
        let current = current(tx, row.id, kind).await?;
        if current.as_ref().is_some_and(|note| note.lines == lines)
            || (current.is_none() && lines.is_empty())
        {
            return Ok(());
        }
        if let Some(note) = &current {
            self.close(tx, row, note, NoteStatus::Superseded, actor, now)
                .await?;
        }
        let total = Satang::checked_sum(lines.iter().map(|line| line.net.most))
            .ok_or_else(|| Trouble::Internal("a note is too large to keep".to_owned()))?;
        let credited = credited(tx, row.id, kind).await?;
        let due = Satang(total.0 - credited.0);
        let paid = due <= Satang::ZERO;
        let year = fiscal_year(time::local_date(now));
        let note = NoteRow {
            id: self.id(now),
            request_id: row.id,
            reference: row.reference.clone(),
            kind,
            number: fee::next_number(tx, SERIES, year).await?,
            lines,
            total,
            credited,
            due,
            status: if paid {
                NoteStatus::Paid
            } else {
                NoteStatus::Open
            },
            settings_revision: row.settings_revision,
            issued_at: now,
            issued_by: actor.id(),
            closed_at: paid.then_some(now),
        };
        if !fee::insert_note(tx, &note).await? {
            return Err(Trouble::Internal(format!(
                "request {} has a current note already",
                row.id
            )));
        }
        let source = format!("note:{}", note.id);
        self.post(tx, row, &source, &Posting::note(&note.lines), actor, now)
            .await?;
        let event = Event::NoteIssued {
            number: note.number.to_string(),
            due,
        };
        self.note_money(tx, row, actor, &event, now).await?;
        if due < Satang::ZERO {
            let days_left = self.days_left(tx, row, now).await?;
            let back = Back {
                source,
                kind,
                cause: RefundCause::Cheaper,
                paid: Satang(-due.0),
                percent: rules.municipality.money.refund_percent(days_left),
                days_left,
            };
            self.give_back(tx, row, back, actor, now).await?;
        }
        Ok(())
    }

    /// A note that holds no more: its postings are taken back.
    async fn close(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        note: &NoteRow,
        status: NoteStatus,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        if !fee::set_note_status(tx, note.id, note.status, status, Some(now)).await? {
            return Err(Trouble::Internal(format!(
                "note {} changed in hand",
                note.id
            )));
        }
        let posting = Posting::note(&note.lines).reversed();
        let source = format!("note:{}:void", note.id);
        self.post(tx, row, &source, &posting, actor, now).await
    }

    /// A booking ended: its notes are void, and what was paid goes back by the notice that was given. What a meter
    /// counted is owed by whoever used it, also when the rest is cancelled: only before the first place nothing was.
    pub(super) async fn end(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        actor: &Actor,
        event: &Event,
        rules: &Rules,
        now: Instant,
    ) -> Result<()> {
        let days_left = self.days_left(tx, row, now).await?;
        // What the office ends is not the family's to pay for.
        let office = matches!(event, Event::Cancelled { .. } | Event::Refused { .. })
            && actor.kind() == "staff";
        let percent = if office {
            100
        } else {
            rules.municipality.money.refund_percent(days_left)
        };
        self.end_note(tx, row, NoteKind::Fee, (percent, days_left), actor, now)
            .await?;
        if days_left > 0 {
            self.end_note(tx, row, NoteKind::Meter, (100, days_left), actor, now)
                .await?;
        }
        Ok(())
    }

    /// The note of a kind holds no more, and so many percent of what was paid on it go back.
    async fn end_note(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        kind: NoteKind,
        (percent, days_left): (u8, i64),
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        let Some(note) = current(tx, row.id, kind).await? else {
            return Ok(());
        };
        self.close(tx, row, &note, NoteStatus::Void, actor, now)
            .await?;
        let paid = credited(tx, row.id, kind).await?;
        if paid <= Satang::ZERO {
            return Ok(());
        }
        let back = Back {
            source: format!("note:{}:void", note.id),
            kind,
            cause: RefundCause::Cancelled,
            paid,
            percent,
            days_left,
        };
        self.give_back(tx, row, back, actor, now).await
    }

    /// Whether a meter may have run: the day of the booking's first place has come, and it stood until then.
    pub(super) async fn may_have_run(&self, conn: &mut Conn, row: &RequestRow) -> Result<bool> {
        let until = match row.state.status {
            Status::Approved | Status::Completed => self.now(),
            Status::Cancelled | Status::Withdrawn => row.state.updated_at,
            _ => return Ok(false),
        };
        Ok(self.days_left(conn, row, until).await? <= 0)
    }

    /// Asks the finance division to pay something back, and keeps the rest.
    async fn give_back(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        back: Back,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        let amount = refunded(back.paid, back.percent);
        let asked = RefundRow {
            id: self.id(now),
            request_id: row.id,
            reference: row.reference.clone(),
            source: back.source,
            kind: back.kind,
            cause: back.cause,
            paid: back.paid,
            percent: back.percent,
            days_left: back.days_left,
            amount,
            kept: Satang(back.paid.0 - amount.0),
            // Nothing to send: it is said and closed at once.
            status: if amount == Satang::ZERO {
                RefundStatus::Refused
            } else {
                RefundStatus::Asked
            },
            asked_at: now,
            sent_at: None,
            closed_at: None,
            changed_by: None,
            reason: None,
        };
        if !refund::insert(tx, &asked).await? {
            return Ok(());
        }
        let source = format!("refund:{}", asked.id);
        let posting = Posting::refund(asked.amount, asked.kept);
        self.post(tx, row, &source, &posting, actor, now).await?;
        let event = Event::RefundAsked { amount };
        self.note_money(tx, row, actor, &event, now).await
    }

    /// Money that came beyond what a note asked for.
    pub(crate) async fn overpaid(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        note: &NoteRow,
        paid: Satang,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        let back = Back {
            source: format!("note:{}:overpaid", note.id),
            kind: note.kind,
            cause: RefundCause::Overpaid,
            paid,
            percent: 100,
            days_left: self.days_left(tx, row, now).await?,
        };
        self.give_back(tx, row, back, actor, now).await
    }

    /// A note for what is left when less came than was asked for.
    pub(crate) async fn ask_rest(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        note: &NoteRow,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        self.close(tx, row, note, NoteStatus::Superseded, actor, now)
            .await?;
        let credited = credited(tx, row.id, note.kind).await?;
        let year = fiscal_year(time::local_date(now));
        let rest = NoteRow {
            id: self.id(now),
            number: fee::next_number(tx, SERIES, year).await?,
            credited,
            due: Satang(note.total.0 - credited.0),
            status: NoteStatus::Open,
            issued_at: now,
            issued_by: actor.id(),
            closed_at: None,
            ..note.clone()
        };
        if !fee::insert_note(tx, &rest).await? {
            return Err(Trouble::Internal(format!(
                "request {} has a current note already",
                row.id
            )));
        }
        let source = format!("note:{}", rest.id);
        self.post(tx, row, &source, &Posting::note(&rest.lines), actor, now)
            .await?;
        let event = Event::NoteIssued {
            number: rest.number.to_string(),
            due: rest.due,
        };
        self.note_money(tx, row, actor, &event, now).await
    }

    /// One posting about a request.
    pub(crate) async fn post(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        source: &str,
        posting: &Posting,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        let txn = Txn {
            id: self.id(now),
            source,
            request_id: Some(row.id),
            at: now,
            actor_kind: actor.kind(),
            actor_id: actor.id(),
        };
        ledger::post(tx, &txn, posting).await?;
        Ok(())
    }

    async fn days_left(&self, conn: &mut Conn, row: &RequestRow, now: Instant) -> Result<i64> {
        let case = crematorium::load(conn, row.id).await?;
        let first = case.as_ref().map(wish_of).as_ref().and_then(first_day);
        let left = |first: NaiveDate| (first - time::local_date(now)).num_days();
        Ok(first.map_or(0, left))
    }

    /// An officer issues the note before or after the decision; a price that is not certain says why.
    pub async fn issue_note(&self, who: &StaffActor, reference: &str) -> Result<()> {
        handles_requests(who)?;
        let row = self.row_by_reference(reference).await?;
        let (now, actor, rules) = (self.now(), Actor::Staff(who.clone()), self.rules());
        self.store
            .write(async |tx| {
                fee::lock(tx, row.id, now).await?;
                let row = request::by_id(tx, row.id).await?.ok_or(Trouble::NotFound)?;
                still_priced(&row)?;
                if self.note_for(tx, &row, &actor, &rules, now).await? {
                    return Ok(());
                }
                Err(wrong(
                    "",
                    "not_certain",
                    "ยังออกใบแจ้งชำระไม่ได้ ต้องทราบอัตราในเขตหรือนอกเขต และตัดสินคำขอยกเว้นก่อน",
                    "A note cannot be issued yet: the rate must be known, and an exemption that was asked for decided",
                ))
            })
            .await
    }

    /// Settles what a meter decides, by a second note. Readings are by item, as typed; `seen` is the meter's note that
    /// the page showed: nobody writes over a reading they have not seen.
    pub async fn settle_meter(
        &self,
        who: &StaffActor,
        reference: &str,
        seen: Option<Uuid>,
        readings: &BTreeMap<String, String>,
    ) -> Result<()> {
        handles_requests(who)?;
        let row = self.row_by_reference(reference).await?;
        let (now, actor, rules) = (self.now(), Actor::Staff(who.clone()), self.rules());
        self.store
            .write(async |tx| {
                fee::lock(tx, row.id, now).await?;
                let row = request::by_id(tx, row.id).await?.ok_or(Trouble::NotFound)?;
                if !self.may_have_run(tx, &row).await? {
                    return Err(Trouble::Refused(domain::request::Refusal::WrongState));
                }
                let (quote, _) = self.quote_of(tx, &row, &rules).await?;
                let mut errors = domain::form::FieldErrors::new();
                let mut lines = Vec::new();
                for line in quote.metered() {
                    let field = format!("meter.{}", line.item);
                    let typed = readings.get(&line.item).map_or("", String::as_str);
                    match Quantity::parse(typed) {
                        Some(reading) => match line.settled(reading) {
                            Some(line) => lines.push(line),
                            None => errors.push(domain::form::FieldError::new(
                                field,
                                "not_certain",
                                "ยังไม่ทราบอัตราในเขตหรือนอกเขต",
                                "The rate is not known yet",
                            )),
                        },
                        None => errors.push(domain::form::FieldError::new(
                            field,
                            "number",
                            "กรอกหน่วยที่ใช้เป็นตัวเลข เช่น 38.5",
                            "Enter the units used, such as 38.5",
                        )),
                    }
                }
                if !errors.is_empty() {
                    return Err(Trouble::Invalid(errors));
                }
                if lines.is_empty() {
                    return Err(Trouble::NotFound);
                }
                let standing = current(tx, row.id, NoteKind::Meter).await?;
                if standing.as_ref().map(|note| note.id) != seen
                    && standing.is_some_and(|note| note.lines != lines)
                {
                    return Err(read_before());
                }
                self.replace(tx, &row, NoteKind::Meter, lines, &actor, &rules, now)
                    .await
            })
            .await
    }
}

fn read_before() -> Trouble {
    wrong(
        "",
        "changed",
        "มีผู้บันทึกหน่วยมิเตอร์อีกค่าหนึ่งไปแล้ว โปรดดูใบแจ้งชำระล่าสุด แล้วบันทึกใหม่หากต้องแก้",
        "Somebody has noted another reading. Look at the latest note, and save again if it must be corrected.",
    )
}

/// The note of a kind that holds now.
pub(crate) async fn current(
    conn: &mut Conn,
    request_id: Uuid,
    kind: NoteKind,
) -> Result<Option<NoteRow>> {
    let notes = fee::notes(conn, request_id).await?;
    Ok(notes.into_iter().find(|note| {
        note.kind == kind && matches!(note.status, NoteStatus::Open | NoteStatus::Paid)
    }))
}

/// What was paid on notes of a kind and was not asked back or kept.
async fn credited(conn: &mut Conn, request_id: Uuid, kind: NoteKind) -> Result<Satang> {
    let paid: i64 = payment::of(conn, request_id)
        .await?
        .iter()
        .filter(|payment| payment.kind == kind && payment.undone.is_none())
        .map(|payment| payment.amount.0)
        .sum();
    let back: i64 = refund::of(conn, request_id)
        .await?
        .iter()
        .filter(|refund| refund.kind == kind)
        .map(|refund| refund.paid.0)
        .sum();
    Ok(Satang(paid - back))
}
