//! Exemptions: a rule, its evidence, a named approver with a delegation, and all of it before payment.
use super::{handles_requests, wrong};
use crate::{Desk, Result, Trouble};
use domain::crematorium::Rules;
use domain::fee::{ExemptionStatus, NoteStatus};
use domain::form::{FieldError, FieldErrors, RawFields, raw};
use domain::request::{Actor, Event, Refusal, Role, StaffActor};
use domain::text;
use domain::time;
use store::fee::{self, ExemptionRow};
use store::request::RequestRow;
use store::{Conn, payment, request};
use uuid::Uuid;

/// The fields of the form that asks for one.
pub const FIELDS: [&str; 2] = ["exemption.code", "exemption.evidence"];

impl Desk {
    /// The family asks for an exemption from the tracking page.
    pub async fn ask_exemption(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
        fields: &RawFields,
    ) -> Result<()> {
        let loaded = self.second_fact(reference, last4, address).await?;
        self.asked(&loaded.row, &Actor::Resident, fields).await
    }

    /// An officer asks for it on the family's behalf.
    pub async fn ask_exemption_for(
        &self,
        who: &StaffActor,
        reference: &str,
        fields: &RawFields,
    ) -> Result<()> {
        handles_requests(who)?;
        let row = self.row_by_reference(reference).await?;
        self.asked(&row, &Actor::Staff(who.clone()), fields).await
    }

    async fn asked(&self, row: &RequestRow, actor: &Actor, fields: &RawFields) -> Result<()> {
        let (now, rules) = (self.now(), self.rules());
        let wanted = parse(&rules, fields)?;
        let exemption = ExemptionRow {
            id: self.id(now),
            request_id: row.id,
            asked_at: now,
            asked_kind: actor.kind().to_owned(),
            asked_by: actor.id(),
            ..wanted
        };
        self.store
            .write(async |tx| {
                fee::lock(tx, row.id, now).await?;
                let row = request::by_id(tx, row.id).await?.ok_or(Trouble::NotFound)?;
                if !row.state.status.is_live() {
                    return Err(Trouble::Refused(Refusal::WrongState));
                }
                if is_paid(tx, row.id).await? {
                    return Err(after_payment());
                }
                if !fee::ask_exemption(tx, &exemption).await? {
                    // The same wish, sent twice.
                    return Ok(());
                }
                let event = Event::ExemptionAsked {
                    code: exemption.code.clone(),
                };
                self.note_money(tx, &row, actor, &event, now).await
            })
            .await
    }

    /// An approver grants or refuses it, by the delegation that holds today. The note follows at once.
    pub async fn decide_exemption(
        &self,
        who: &StaffActor,
        id: Uuid,
        grant: bool,
        reason: &str,
    ) -> Result<()> {
        if !who.has(Role::Approver) {
            return Err(Trouble::NotAllowed);
        }
        let (now, actor, rules) = (self.now(), Actor::Staff(who.clone()), self.rules());
        let today = time::local_date(now);
        let Some(delegation) = who
            .delegation
            .as_ref()
            .filter(|delegation| delegation.is_valid_on(today))
        else {
            return Err(Trouble::Refused(Refusal::DelegationNotValid));
        };
        let reason = text::clean(reason);
        if reason.is_empty() || reason.chars().count() > 500 {
            return Err(wrong(
                "reason",
                "missing",
                "กรอกเหตุผลของการตัดสิน ไม่เกิน 500 ตัวอักษร",
                "Give the reason for the decision, at most 500 characters",
            ));
        }
        let status = if grant {
            ExemptionStatus::Granted
        } else {
            ExemptionStatus::Refused
        };
        let request_id = self.exemption_request(id).await?;
        self.store
            .write(async |tx| {
                fee::lock(tx, request_id, now).await?;
                let row = request::by_id(tx, request_id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                if !row.state.status.is_live() {
                    return Err(Trouble::Refused(Refusal::WrongState));
                }
                if grant && is_paid(tx, row.id).await? {
                    return Err(after_payment());
                }
                let decided =
                    fee::decide_exemption(tx, id, status, who.id, &delegation.order, &reason, now);
                if !decided.await? {
                    return Err(wrong(
                        "",
                        "decided",
                        "มีผู้ตัดสินคำขอยกเว้นนี้แล้ว",
                        "This exemption is decided already",
                    ));
                }
                let event = Event::ExemptionDecided {
                    granted: grant,
                    reason: reason.clone(),
                };
                self.note_money(tx, &row, &actor, &event, now).await?;
                self.follow(tx, &row, &actor, &rules, now).await
            })
            .await
    }

    async fn exemption_request(&self, id: Uuid) -> Result<Uuid> {
        let mut conn = self.store.read().await?;
        let found = fee::exemption_by_id(&mut conn, id).await?;
        Ok(found.ok_or(Trouble::NotFound)?.request_id)
    }
}

/// Whether anything was paid on a note that holds.
async fn is_paid(conn: &mut Conn, request_id: Uuid) -> Result<bool> {
    let paid = payment::of(conn, request_id).await?;
    let zero = fee::notes(conn, request_id)
        .await?
        .iter()
        .any(|note| note.status == NoteStatus::Paid && note.total.0 > 0);
    Ok(zero || paid.iter().any(|payment| payment.undone.is_none()))
}

fn after_payment() -> Trouble {
    wrong(
        "",
        "paid_before",
        "ชำระแล้ว การยกเว้นต้องตัดสินก่อนชำระ หากควรได้รับคืน โปรดติดต่อกองคลัง",
        "It is paid already. An exemption is decided before payment; for money back ask the finance division.",
    )
}

fn parse(rules: &Rules, fields: &RawFields) -> Result<ExemptionRow> {
    let mut errors = FieldErrors::new();
    let code = raw(fields, "exemption.code");
    let rule = rules.municipality.money.exemption(code);
    if rule.is_none() {
        errors.push(FieldError::new(
            "exemption.code",
            "missing",
            "เลือกเหตุที่ขอยกเว้น",
            "Choose why an exemption is asked for",
        ));
    }
    let evidence = text::clean(raw(fields, "exemption.evidence"));
    if evidence.is_empty() || evidence.chars().count() > 500 {
        errors.push(FieldError::new(
            "exemption.evidence",
            "missing",
            "บอกหลักฐานที่มี ไม่เกิน 500 ตัวอักษร",
            "Say what shows it, at most 500 characters",
        ));
    }
    match rule {
        Some(rule) if errors.is_empty() => Ok(ExemptionRow {
            id: Uuid::nil(),
            request_id: Uuid::nil(),
            code: rule.code.clone(),
            percent: rule.percent,
            items: rule.items.clone(),
            clause: rule.clause.th.clone(),
            evidence,
            status: ExemptionStatus::Asked,
            asked_at: time::Instant::default(),
            asked_kind: String::new(),
            asked_by: None,
            decided_at: None,
            decided_by: None,
            decided_order: None,
            reason: None,
        }),
        _ => Err(Trouble::Invalid(errors)),
    }
}
