//! The counter: a unit is scanned and handed over, a mistake undone, a unit taken back. Taking back is always possible.
use super::queue::service_due;
use super::{Loaded, decided_line, kind_of, load, office_time, refused, today, unit_came_first};
use crate::office::handles_requests;
use crate::{Desk, Result, Trouble};
use domain::crematorium::Rules;
use domain::equipment::line::{LineAction, LineState, LoanEvent, due_on};
use domain::equipment::unit::UnitAction;
use domain::equipment::{AssetNumber, EquipmentType, UnitState, asset_number};
use domain::form::Text;
use domain::request::{Actor, StaffActor};
use domain::text;
use domain::time::Instant;
use serde_json::json;
use store::loan::LineRow;
use store::unit::{Held, UnitRow};
use store::{Conn, Tx, loan, request, unit};
use uuid::Uuid;

/// How the borrower confirmed that they have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// On the screen or on the printed contract.
    Signature,
    /// With a witness, by somebody who cannot write.
    Thumbprint,
}

impl Signed {
    pub fn code(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Thumbprint => "thumbprint",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        [Self::Signature, Self::Thumbprint]
            .into_iter()
            .find(|signed| signed.code() == code)
    }
}

/// Everything the counter says when a unit goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// What was scanned or typed: the QR's text, or the asset number in any hand.
    pub scanned: String,
    /// The ticked lines of the checklist, by their place in it.
    pub ticked: Vec<usize>,
    pub signed: Signed,
    pub signed_by: String,
    /// Needed with a thumbprint.
    pub witness: String,
    /// The unit's hour meter, where it has one.
    pub meter: Option<u32>,
    /// What state it is in, in words.
    pub condition: String,
}

/// What came of taking a unit back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    pub unit: Uuid,
    pub asset_number: String,
    pub state: UnitState,
    /// The loan it closed; `None` when the book said that nobody had it.
    pub reference: Option<domain::reference::Reference>,
}

impl Desk {
    /// A unit by what was scanned or typed: the QR's text (an address ends with its code), or the asset number.
    pub async fn find_unit(&self, who: &StaffActor, scanned: &str) -> Result<UnitRow> {
        handles_requests(who)?;
        let mut conn = self.store.read().await?;
        scanned_unit(&mut conn, scanned).await
    }

    /// The asset number of the unit that is set aside for a piece.
    pub(crate) async fn set_aside_for(&self, line: Uuid) -> Result<Option<String>> {
        let mut conn = self.store.read().await?;
        let line = loan::line(&mut conn, line).await?;
        let Some(id) = line
            .filter(|line| line.state == LineState::Ready)
            .and_then(|line| line.unit_id)
        else {
            return Ok(None);
        };
        let unit = unit::by_id(&mut conn, id).await?;
        Ok(unit.map(|unit| unit.asset_number))
    }

    /// Hands a scanned unit over for a piece that is ready. Scanning another unit of the type swaps what was set aside.
    pub async fn hand_over(&self, who: &StaffActor, line: Uuid, form: &HandOver) -> Result<()> {
        handles_requests(who)?;
        let (now, rules) = (self.now(), self.rules());
        let actor = Actor::Staff(who.clone());
        let (r, actor) = (&rules, &actor);
        self.store
            .write(async |tx| {
                let line = loan::line(tx, line).await?.ok_or(Trouble::NotFound)?;
                let row = request::by_id(tx, line.request_id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                let loaded = load(tx, row).await?;
                let unit = scanned_unit(tx, &form.scanned).await?;
                let kind = kind_of(r, &line.kind);
                check_hand_over(&kind, &line, &unit, form, now)?;
                let unit = self.set_aside(tx, &line, unit, actor, now).await?;
                self.give(tx, r, &loaded, (&line, &kind), unit, form, actor, now)
                    .await
            })
            .await
    }

    /// Makes sure that the scanned unit is the one set aside for the piece, swapping when it is another.
    async fn set_aside(
        &self,
        tx: &mut Tx,
        line: &LineRow,
        scanned: UnitRow,
        actor: &Actor,
        now: Instant,
    ) -> Result<UnitRow> {
        if line.unit_id == Some(scanned.id) && scanned.state == UnitState::Reserved {
            return Ok(scanned);
        }
        if scanned.state != UnitState::Available {
            return Err(refused(
                "not_available",
                Text::new(
                    format!("ชิ้นนี้ยังให้ยืมไม่ได้ สถานะ: {}", scanned.state.label().th),
                    format!(
                        "This unit cannot be lent. Its state: {}",
                        scanned.state.label().en
                    ),
                ),
            ));
        }
        self.free_unit(tx, line, actor, now).await?;
        let body = json!({ "line": line.id });
        let reserved = self
            .change_unit(tx, &scanned, &UnitAction::Reserve, actor, body, |_| (), now)
            .await?;
        if !unit::allocate(tx, self.id(now), scanned.id, line.id, Held::Reserved, now).await? {
            return Err(unit_came_first());
        }
        Ok(reserved)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what acts, on what, by which rules, when"
    )]
    async fn give(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        loaded: &Loaded,
        what: (&LineRow, &EquipmentType),
        unit: UnitRow,
        form: &HandOver,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        let (line, kind) = what;
        let due = due_on(loaded.loan.until.max(today(now)), &office_time(rules));
        let action = LineAction::HandOver { due_on: due };
        let mut next = decided_line(rules, line, &action, actor, false, now)?;
        next.unit_id = Some(unit.id);
        next.price_at_loan = unit.about.price;
        next.offer_until = None;
        unit::deallocate(tx, unit.id, now).await?;
        if !unit::allocate(tx, self.id(now), unit.id, line.id, Held::OnLoan, now).await? {
            return Err(unit_came_first());
        }
        let body = json!({
            "line": line.id,
            "checks": form.ticked.len(),
            "signed": form.signed.code(),
            "signed_by": form.signed_by,
            "witness": form.witness,
            "condition": form.condition,
        });
        let count = |unit: &mut UnitRow| {
            unit.serviced.loans = unit.serviced.loans.saturating_add(1);
            unit.serviced.meter = form.meter.unwrap_or(unit.serviced.meter);
        };
        self.change_unit(tx, &unit, &UnitAction::HandOver, actor, body, count, now)
            .await?;
        for need in &kind.supplies {
            self.issue_supply(
                tx,
                rules,
                &need.id,
                i64::from(need.quantity),
                loaded.row.id,
                actor,
                now,
            )
            .await?;
        }
        let what = LoanEvent::HandedOver {
            asset_number: unit.asset_number.clone(),
            due_on: due,
        };
        self.write_line(tx, rules, loaded.row.id, (line, &next), what, actor, now)
            .await
    }

    /// A hand-over to the wrong person, noticed soon: the unit is set aside for the piece again, what was given with
    /// it is back in the book.
    pub async fn undo_hand_over(&self, who: &StaffActor, line: Uuid, reason: &str) -> Result<()> {
        handles_requests(who)?;
        let (now, rules) = (self.now(), self.rules());
        let actor = Actor::Staff(who.clone());
        let (r, actor) = (&rules, &actor);
        let reason = text::clean(reason);
        let why = &reason;
        self.store
            .write(async |tx| {
                let line = loan::line(tx, line).await?.ok_or(Trouble::NotFound)?;
                let action = LineAction::UndoHandOver {
                    reason: why.clone(),
                };
                let next = decided_line(r, &line, &action, actor, false, now)?;
                let unit = match line.unit_id {
                    Some(id) => unit::by_id(tx, id).await?,
                    None => None,
                };
                let unit = unit.ok_or(Trouble::NotFound)?;
                unit::deallocate(tx, unit.id, now).await?;
                if !unit::allocate(tx, self.id(now), unit.id, line.id, Held::Reserved, now).await? {
                    return Err(unit_came_first());
                }
                let undo = UnitAction::UndoHandOver {
                    reason: why.clone(),
                };
                let body = json!({ "line": line.id, "reason": why });
                let uncount = |unit: &mut UnitRow| {
                    unit.serviced.loans = unit.serviced.loans.saturating_sub(1);
                };
                self.change_unit(tx, &unit, &undo, actor, body, uncount, now)
                    .await?;
                let since = line.handed_at.unwrap_or(now);
                self.give_back_supplies(tx, line.request_id, since, why, actor, now)
                    .await?;
                let what = LoanEvent::HandOverUndone {
                    reason: why.clone(),
                };
                self.write_line(tx, r, line.request_id, (&line, &next), what, actor, now)
                    .await
            })
            .await
    }

    /// Takes a unit back, whatever the book says of it: returning is always possible.
    pub async fn take_back(
        &self,
        who: &StaffActor,
        scanned: &str,
        meter: Option<u32>,
        condition: &str,
    ) -> Result<TakenBack> {
        handles_requests(who)?;
        let (now, rules) = (self.now(), self.rules());
        let actor = Actor::Staff(who.clone());
        let (r, actor) = (&rules, &actor);
        let condition = text::clean(condition);
        let words = &condition;
        self.store
            .write(async |tx| {
                let unit = scanned_unit(tx, scanned).await?;
                let holder = unit::holder(tx, unit.id).await?;
                let body =
                    json!({ "line": holder.as_ref().map(|held| held.line_id), "condition": words });
                let read = |unit: &mut UnitRow| {
                    unit.serviced.meter = meter.unwrap_or(unit.serviced.meter);
                };
                let taken = self
                    .change_unit(tx, &unit, &UnitAction::TakeBack, actor, body, read, now)
                    .await?;
                unit::deallocate(tx, unit.id, now).await?;
                let mut reference = None;
                if let Some(held) = holder {
                    let line = loan::line(tx, held.line_id)
                        .await?
                        .ok_or(Trouble::NotFound)?;
                    reference = self.line_came_back(tx, r, &line, &unit, actor, now).await?;
                }
                Ok(TakenBack {
                    unit: unit.id,
                    asset_number: unit.asset_number,
                    state: taken.state,
                    reference,
                })
            })
            .await
    }

    /// Closes the loan of a unit that came back; a unit that was only set aside leaves its piece in the queue.
    pub(super) async fn line_came_back(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        line: &LineRow,
        unit: &UnitRow,
        actor: &Actor,
        now: Instant,
    ) -> Result<Option<domain::reference::Reference>> {
        let row = request::by_id(tx, line.request_id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let reference = crate::request::reference_of(&row)?;
        match line.state {
            LineState::OnLoan => {
                let mut next = decided_line(rules, line, &LineAction::TakeBack, actor, false, now)?;
                next.returned_at = Some(now);
                let what = LoanEvent::TakenBack {
                    asset_number: unit.asset_number.clone(),
                };
                self.write_line(tx, rules, row.id, (line, &next), what, actor, now)
                    .await?;
                Ok(Some(reference))
            }
            LineState::Ready => {
                let reason = UnitState::Returned.label().th;
                self.withdraw_offer(tx, rules, line, &reason, actor, now)
                    .await?;
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// What was set aside cannot be had: the piece keeps its place in the queue, and is served from what else there is.
    pub(super) async fn withdraw_offer(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        line: &LineRow,
        reason: &str,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        let mut next = decided_line(rules, line, &LineAction::WithdrawOffer, actor, false, now)?;
        next.unit_id = None;
        let what = LoanEvent::OfferWithdrawn {
            reason: reason.to_owned(),
        };
        self.write_line(tx, rules, line.request_id, (line, &next), what, actor, now)
            .await?;
        self.serve_queue(tx, rules, &line.kind, now).await?;
        Ok(())
    }
}

/// A unit by its QR or its asset number.
async fn scanned_unit(conn: &mut Conn, scanned: &str) -> Result<UnitRow> {
    let typed = text::clean(scanned);
    // The QR holds an address: its last part is the unit's code.
    let code = typed.rsplit('/').next().unwrap_or_default();
    if let Some(unit) = unit::by_label(conn, code).await? {
        return Ok(unit);
    }
    let key = asset_number::key(&typed);
    if let Some(unit) = unit::by_asset_key(conn, &key).await? {
        return Ok(unit);
    }
    let shown = AssetNumber::parse("scanned", &typed)
        .map_err(|error| Trouble::Invalid(domain::form::FieldErrors::one(error)))?;
    Err(Trouble::Invalid(domain::form::FieldErrors::one(
        domain::form::FieldError::new(
            "scanned",
            "unknown",
            format!("ไม่มีเลขครุภัณฑ์ {shown} ในทะเบียน ตรวจเลขอีกครั้ง หรือขึ้นทะเบียนก่อน"),
            format!("{shown} is not in the register. Check the number, or register it first."),
        ),
    )))
}

fn check_hand_over(
    kind: &EquipmentType,
    line: &LineRow,
    unit: &UnitRow,
    form: &HandOver,
    now: Instant,
) -> Result<()> {
    let mut errors = domain::form::FieldErrors::new();
    let mut wrong = |field: &str, code, th: String, en: String| {
        errors.push(domain::form::FieldError::new(field, code, th, en));
    };
    if unit.kind != line.kind {
        wrong(
            "scanned",
            "other_type",
            format!("{} ไม่ใช่{}", unit.asset_number, kind.name.th),
            format!("{} is no {}", unit.asset_number, kind.name.en),
        );
    }
    if let Some(due) = service_due(kind, unit, today(now)) {
        wrong("scanned", "service_due", due.th, due.en);
    }
    let every = kind.checklists.hand_over.len();
    if (0..every).any(|n| !form.ticked.contains(&n)) {
        wrong(
            "checks",
            "unticked",
            "อ่านทบทวนกับผู้ยืมและทำเครื่องหมายให้ครบทุกข้อ".to_owned(),
            "Go through every line with the borrower and tick it".to_owned(),
        );
    }
    if text::clean(&form.signed_by).is_empty() {
        wrong(
            "signed_by",
            "missing",
            "กรอกชื่อผู้ลงลายมือชื่อรับ".to_owned(),
            "Enter who signed for it".to_owned(),
        );
    }
    if form.signed == Signed::Thumbprint && text::clean(&form.witness).is_empty() {
        wrong(
            "witness",
            "missing",
            "พิมพ์ลายนิ้วมือต้องมีพยาน กรอกชื่อพยาน".to_owned(),
            "A thumbprint needs a witness: enter the name".to_owned(),
        );
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Trouble::Invalid(errors))
    }
}
