//! Lending equipment, from a request at home to a clean unit back on the shelf.
//!
//! | module | what it does |
//! |---|---|
//! | `submit` | sending a request: everything in one transaction |
//! | `queue` | what stands on the shelf goes to whoever is next; offers that lapse |
//! | `family` | what the family sees and does: accept, renew, no longer needed |
//! | `office` | deciding, scoring need, the lists |
//! | `counter` | handing over and taking back |
//! | `register` | units: adding, importing, cleaning, inspecting, repairing |
//! | `supplies` | consumables |
mod counter;
mod family;
mod office;
mod queue;
mod register;
mod submit;
mod supplies;

pub use counter::{HandOver, Signed, TakenBack};
pub use family::{LineView, LoanView};
pub use office::{LoanFile, LoanFilter, LoanList, LoanListRow, WorkRow};
pub use queue::{CatalogueRow, Expected};
pub use register::{
    MOST as MOST_OF_REGISTER, NewUnit, RegisterTrial, UnitCard, UnitFile, UnitList,
};
pub use store::unit::{UnitFilter, UnitRow};
pub use submit::{ItemAnswer, LoanSubmitted};
pub use supplies::{Book, Receipt, StockRow};

use crate::request::{Record, came_first};
use crate::{Desk, Result, Trouble};
use domain::crematorium::Rules;
use domain::equipment::line::{LineAction, LineFacts, LineRefusal, LineState, LoanEvent, decide};
use domain::equipment::unit::{UnitAction, UnitFacts, UnitRefusal};
use domain::equipment::{EquipmentType, UnitState, unit as unit_rules};
use domain::form::{FieldError, FieldErrors, Text};
use domain::request::{Actor, Event, Status};
use domain::thai_date;
use domain::time::{self, Instant};
use domain::working_time::WorkingTime;
use serde_json::json;
use store::audit::{self, Version};
use store::loan::{LineRow, LoanRow};
use store::person::PersonRow;
use store::request::{RequestRow, RequestState};
use store::unit::UnitEventRow;
use store::{Conn, Tx, loan, person, request, unit};
use uuid::Uuid;

/// The service these requests belong to.
pub const SERVICE: &str = "equipment";

/// A loan's request with its pieces and people.
pub(crate) struct Loaded {
    pub row: RequestRow,
    pub loan: LoanRow,
    pub lines: Vec<LineRow>,
    pub applicant: PersonRow,
    pub patient: PersonRow,
    pub borrower: Option<PersonRow>,
    pub carer: Option<PersonRow>,
    pub helper: Option<PersonRow>,
}

/// Everything a loan's pages show.
pub(crate) async fn load(conn: &mut Conn, row: RequestRow) -> Result<Loaded> {
    if row.service != SERVICE {
        return Err(Trouble::OtherService);
    }
    let missing = |what: &str| Trouble::Internal(format!("request {} has no {what}", row.id));
    let loan = loan::load(conn, row.id)
        .await?
        .ok_or_else(|| missing("loan"))?;
    let applicant = person::by_id(conn, row.applicant_id)
        .await?
        .ok_or_else(|| missing("applicant"))?;
    let patient = person::by_id(conn, loan.patient_id)
        .await?
        .ok_or_else(|| missing("patient"))?;
    Ok(Loaded {
        lines: loan::lines_of(conn, row.id).await?,
        borrower: somebody(conn, loan.borrower_id).await?,
        carer: somebody(conn, loan.carer_id).await?,
        helper: somebody(conn, row.helper_id).await?,
        loan,
        applicant,
        patient,
        row,
    })
}

async fn somebody(conn: &mut Conn, id: Option<Uuid>) -> Result<Option<PersonRow>> {
    match id {
        Some(id) => Ok(person::by_id(conn, id).await?),
        None => Ok(None),
    }
}

/// A type of the settings by its id; one that was taken out of them bears its id as its name.
pub fn kind_of(rules: &Rules, id: &str) -> EquipmentType {
    let known = rules.municipality.equipment_type(id);
    known.cloned().unwrap_or_else(|| EquipmentType {
        id: id.to_owned(),
        name: Text::new(id, id),
        ..EquipmentType::default()
    })
}

/// The office's hours, in which offers wait and on whose days loans end.
pub(crate) fn office_time(rules: &Rules) -> WorkingTime {
    rules.municipality.working_time(&rules.municipality.office)
}

/// A refusal as an error of the whole form.
pub(crate) fn refused(code: &'static str, text: Text) -> Trouble {
    Trouble::Invalid(FieldErrors::one(FieldError::new(
        "", code, text.th, text.en,
    )))
}

fn line_refused(refusal: LineRefusal) -> Trouble {
    match refusal {
        LineRefusal::NotAllowed => Trouble::NotAllowed,
        refusal => refused("not_now", refusal.text()),
    }
}

fn unit_refused(refusal: UnitRefusal) -> Trouble {
    match refusal {
        UnitRefusal::NotAllowed => Trouble::NotAllowed,
        refusal => refused("not_now", refusal.text()),
    }
}

fn facts_of(line: &LineRow, wanted: bool) -> LineFacts {
    LineFacts {
        state: line.state,
        from: line.from,
        accepted: line.accepted,
        offer_until: line.offer_until,
        lapsed: line.lapsed,
        handed_at: line.handed_at,
        due_on: line.due_on,
        renewals: line.renewals,
        wanted,
    }
}

/// What an action makes of a piece; what the rules do not name stays.
fn decided_line(
    rules: &Rules,
    line: &LineRow,
    action: &LineAction,
    actor: &Actor,
    wanted: bool,
    now: Instant,
) -> Result<LineRow> {
    let settings = &rules.municipality.loans;
    let next =
        decide(&facts_of(line, wanted), action, actor, settings, now).map_err(line_refused)?;
    Ok(LineRow {
        state: next.state,
        accepted: next.accepted,
        offer_until: next.offer_until,
        lapsed: next.lapsed,
        handed_at: next.handed_at,
        due_on: next.due_on,
        renewals: next.renewals,
        ..line.clone()
    })
}

impl Desk {
    /// Writes a piece's next state, what the request is by it, and what happened. Guarded by both versions.
    #[expect(
        clippy::too_many_arguments,
        reason = "what acts, on what, by which rules, when"
    )]
    async fn write_line(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        request_id: Uuid,
        change: (&LineRow, &LineRow),
        what: LoanEvent,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        let (from, next) = change;
        let row = request::by_id(tx, request_id)
            .await?
            .ok_or(Trouble::NotFound)?;
        if !loan::apply_line(tx, from, next).await? {
            return Err(came_first(&row));
        }
        let event = Event::Loan {
            kind: next.kind.clone(),
            what,
        };
        self.follow_lines(tx, rules, &row, actor, event, now).await
    }

    /// What a request is by its pieces, and the event that changed one of them.
    async fn follow_lines(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        row: &RequestRow,
        actor: &Actor,
        event: Event,
        now: Instant,
    ) -> Result<()> {
        let states: Vec<LineState> = loan::lines_of(tx, row.id)
            .await?
            .iter()
            .map(|line| line.state)
            .collect();
        let status = if row.state.status.is_live() {
            domain::equipment::line::summary(&states)
        } else {
            row.state.status
        };
        let state = RequestState {
            status: match (row.state.status, status) {
                // Not decided yet: the pieces say nothing of returned requests.
                (Status::Returned, Status::Submitted) => Status::Returned,
                (_, status) => status,
            },
            updated_at: now,
            ..row.state.clone()
        };
        if !request::apply(tx, row.id, row.state.status, row.version, &state).await? {
            return Err(came_first(row));
        }
        let about = Record::of(row, row.version + 1, self.ids(now), now);
        self.record(tx, rules, &about, actor, &[(self.id(now), event)])
            .await
    }

    /// Changes a unit by one action of the rules: guarded, in its history, audited. Its next row.
    #[expect(
        clippy::too_many_arguments,
        reason = "what acts, on what, by which rules, when"
    )]
    async fn change_unit(
        &self,
        tx: &mut Tx,
        unit: &UnitRow,
        action: &UnitAction,
        actor: &Actor,
        body: serde_json::Value,
        change: impl FnOnce(&mut UnitRow) + Send,
        now: Instant,
    ) -> Result<UnitRow> {
        let facts = UnitFacts {
            state: unit.state,
            recalled: unit.recalled,
        };
        let decided = unit_rules::decide(facts, action, actor).map_err(unit_refused)?;
        let mut next = UnitRow {
            state: decided.state,
            recalled: decided.recalled,
            updated_at: now,
            ..unit.clone()
        };
        change(&mut next);
        self.write_unit(tx, unit, next, action.code(), actor, body, now)
            .await
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what acts, on what, by which rules, when"
    )]
    async fn write_unit(
        &self,
        tx: &mut Tx,
        from: &UnitRow,
        mut next: UnitRow,
        event: &str,
        actor: &Actor,
        body: serde_json::Value,
        now: Instant,
    ) -> Result<UnitRow> {
        if !unit::apply(tx, from, &next).await? {
            return Err(unit_came_first());
        }
        next.version = from.version + 1;
        self.note_unit(tx, &next, event, actor, body, now).await?;
        Ok(next)
    }

    /// A line of a unit's history, and of the audit.
    async fn note_unit(
        &self,
        tx: &mut Tx,
        unit: &UnitRow,
        event: &str,
        actor: &Actor,
        body: serde_json::Value,
        now: Instant,
    ) -> Result<()> {
        let row = UnitEventRow {
            id: self.id(now),
            unit_id: unit.id,
            version: unit.version,
            at: now,
            actor_kind: actor.kind().to_owned(),
            actor_id: actor.id(),
            event: event.to_owned(),
            body: body.to_string(),
        };
        unit::insert_event(tx, &row).await?;
        let subject = format!("unit:{}", unit.id);
        let detail = json!({ "asset_number": unit.asset_number }).to_string();
        let entry = audit::Entry {
            id: self.id(now),
            subject: &subject,
            version: Version::Given(unit.version),
            at: now,
            actor_kind: actor.kind(),
            actor_id: actor.id(),
            act: event,
            detail: &detail,
        };
        audit::append(tx, &entry, &self.keys).await?;
        Ok(())
    }

    /// Ends the pieces of a request that has ended; what was set aside for them goes to whoever is next.
    pub(crate) async fn end_lines(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        let rules = self.rules();
        let by = &self_or_staff(actor);
        let mut freed = Vec::new();
        for line in loan::lines_of(tx, row.id).await? {
            if line.state.is_over() || line.state == LineState::OnLoan {
                continue;
            }
            let next = decided_line(&rules, &line, &LineAction::End, by, false, now)?;
            if !loan::apply_line(tx, &line, &next).await? {
                return Err(came_first(row));
            }
            if line.state == LineState::Ready {
                self.free_unit(tx, &line, by, now).await?;
                freed.push(line.kind.clone());
            }
        }
        for kind in freed {
            self.serve_queue(tx, &rules, &kind, now).await?;
        }
        Ok(())
    }

    /// Puts a unit that was set aside for a piece back on the shelf.
    async fn free_unit(
        &self,
        tx: &mut Tx,
        line: &LineRow,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        let Some(id) = line.unit_id else {
            return Ok(());
        };
        let row = unit::by_id(tx, id).await?.ok_or(Trouble::NotFound)?;
        if row.state != UnitState::Reserved {
            return Ok(());
        }
        unit::deallocate(tx, id, now).await?;
        let body = json!({ "line": line.id });
        let by = self_or_staff(actor);
        self.change_unit(tx, &row, &UnitAction::Free, &by, body, |_| (), now)
            .await?;
        Ok(())
    }
}

/// Who does what follows from an act: the member of staff who acted, otherwise the desk itself.
fn self_or_staff(actor: &Actor) -> Actor {
    if actor.staff().is_some() {
        actor.clone()
    } else {
        Actor::System
    }
}

/// Somebody changed the unit meanwhile: what was typed is still there to be sent again.
pub(crate) fn unit_came_first() -> Trouble {
    refused(
        "came_first",
        Text::new(
            "มีผู้บันทึกรายการของชิ้นนี้ไปก่อนแล้ว โปรดดูสภาพล่าสุดแล้วทำอีกครั้ง",
            "Somebody recorded something about this unit first. Look at its present state and try again.",
        ),
    )
}

/// What happened to a loan, for its history.
pub(crate) fn event_words(rules: &Rules, event: &Event) -> Text {
    match event {
        Event::Scored { points, priority } => Text::new(
            format!("ให้คะแนนความจำเป็น {points} คะแนน ลำดับชั้น {priority}"),
            format!("Need scored: {points} points, class {priority}"),
        ),
        Event::PatientDied => Text::new(
            "บันทึกว่าผู้ป่วยเสียชีวิต หยุดการเตือนทุกอย่าง และนัดรับคืนโดยไม่มีค่าใช้จ่าย",
            "The patient has died: no more reminders; the equipment is fetched free of charge",
        ),
        Event::Loan { kind, what } => {
            let name = kind_of(rules, kind).name;
            let words = loan_words(what);
            Text::new(
                format!("{}: {}", name.th, words.th),
                format!("{}: {}", name.en, words.en),
            )
        }
        _ => Text::default(),
    }
}

/// What to say when a family is called about its loan, in words an officer can read out.
pub(crate) fn what_to_say(
    rules: &Rules,
    applicant: &PersonRow,
    about: &str,
    event: Option<&Event>,
) -> Text {
    let name = &applicant.name;
    let (th, en) = match event {
        _ if about == "verify" => (
            "ท่านได้ขอยืมอุปกรณ์ทางการแพทย์ใช่หรือไม่ ขอยืนยันคำขอ".to_owned(),
            "Did you ask to borrow medical equipment? This is to confirm the request.".to_owned(),
        ),
        Some(Event::Loan {
            kind,
            what: LoanEvent::Offered { until },
        }) => {
            let kind = kind_of(rules, kind).name;
            (
                format!(
                    "{} พร้อมให้รับแล้ว ท่านจะมารับหรือไม่ โปรดตอบภายใน {}",
                    kind.th,
                    thai_date::moment_th(*until)
                ),
                format!(
                    "{} is ready. Will you come for it? Please answer by {}.",
                    kind.en,
                    thai_date::moment_en(*until)
                ),
            )
        }
        Some(Event::Refused { reason, .. }) => (
            format!("คำขอยืมอุปกรณ์ไม่ได้รับอนุมัติ เพราะ {reason} ท่านอุทธรณ์ได้"),
            format!("The request was refused: {reason}. You may appeal."),
        ),
        Some(Event::Returned { defects, .. }) => (
            format!("โปรดแก้ไขคำขอ: {}", defects.join(" และ ")),
            format!("Please correct the request: {}", defects.join(" and ")),
        ),
        Some(Event::Approved) => (
            "คำขอยืมอุปกรณ์ได้รับอนุมัติแล้ว เมื่อถึงคิวจะโทรแจ้งอีกครั้ง".to_owned(),
            "The request is approved. We call again when it is your turn.".to_owned(),
        ),
        Some(event) => {
            let words = event_words(rules, event);
            (words.th, words.en)
        }
        None => (String::new(), String::new()),
    };
    Text::new(format!("เรียนคุณ {name} {th}"), format!("{name}: {en}"))
}

fn loan_words(what: &LoanEvent) -> Text {
    let th_en = |th: &str, en: &str| Text::new(th, en);
    match what {
        LoanEvent::Queued => th_en("เข้าคิว", "in the queue"),
        LoanEvent::Offered { until } => Text::new(
            format!("จัดไว้ให้แล้ว รอตอบรับถึง {}", thai_date::moment_th(*until)),
            format!(
                "set aside; an answer is due by {}",
                thai_date::moment_en(*until)
            ),
        ),
        LoanEvent::Accepted => th_en("ตอบรับแล้ว จะมารับ", "accepted"),
        LoanEvent::Declined => th_en("ไม่รับแล้ว", "declined"),
        LoanEvent::OfferLapsed { again: true } => th_en(
            "ไม่ได้ตอบรับในเวลา ยังอยู่ในคิว",
            "not answered in time; still in the queue",
        ),
        LoanEvent::OfferLapsed { again: false } => th_en(
            "ไม่ได้ตอบรับในเวลา ออกจากคิว",
            "not answered in time; out of the queue",
        ),
        LoanEvent::OfferWithdrawn { reason } => Text::new(
            format!("ชิ้นที่จัดไว้ใช้ไม่ได้ ({reason}) ยังอยู่ในคิวลำดับเดิม"),
            format!("what was set aside cannot be used ({reason}); the place in the queue is kept"),
        ),
        LoanEvent::HandedOver {
            asset_number,
            due_on,
        } => Text::new(
            format!(
                "ส่งมอบ {asset_number} ครบกำหนด {}",
                thai_date::short_th(*due_on)
            ),
            format!(
                "handed over {asset_number}, due {}",
                thai_date::short_en(*due_on)
            ),
        ),
        LoanEvent::HandOverUndone { reason } => Text::new(
            format!("ยกเลิกการส่งมอบ: {reason}"),
            format!("hand-over undone: {reason}"),
        ),
        LoanEvent::Renewed { until, reason } if reason.is_empty() => Text::new(
            format!("ต่อเวลาถึง {}", thai_date::short_th(*until)),
            format!("renewed until {}", thai_date::short_en(*until)),
        ),
        LoanEvent::Renewed { until, reason } => Text::new(
            format!("ต่อเวลาถึง {}: {reason}", thai_date::short_th(*until)),
            format!("renewed until {}: {reason}", thai_date::short_en(*until)),
        ),
        LoanEvent::StillNeeded { condition } => Text::new(
            format!("ยังจำเป็นต้องใช้ {condition}"),
            format!("still needed {condition}"),
        ),
        LoanEvent::NotNeeded => th_en("ไม่จำเป็นต้องใช้แล้ว", "no longer needed"),
        LoanEvent::TakenBack { asset_number } => Text::new(
            format!("รับคืน {asset_number}"),
            format!("taken back {asset_number}"),
        ),
        LoanEvent::Chased { step, outcome } => Text::new(
            format!("ติดตามทวงถาม ({step}): {outcome}"),
            format!("chased ({step}): {outcome}"),
        ),
        LoanEvent::FaultReported { words } => Text::new(
            format!("แจ้งอุปกรณ์ขัดข้อง: {words}"),
            format!("fault reported: {words}"),
        ),
        LoanEvent::Ended => th_en("ไม่ได้ยืม", "not lent"),
    }
}

/// The day a moment falls on.
fn today(now: Instant) -> chrono::NaiveDate {
    time::local_date(now)
}
