//! Exemptions: a rule, its evidence, a named approver with a delegation, and all of it before payment.
use super::{handles_requests, wrong};
use crate::export::{Cell, Sheet};
use crate::{Desk, Result, Trouble};
use domain::crematorium::Rules;
use domain::fee::{ExemptionStatus, NoteStatus};
use domain::form::{FieldError, FieldErrors, Lang, RawFields, Text, raw};
use domain::paper::Verdict;
use domain::request::{Actor, Event, Refusal, Role, StaffActor};
use domain::text;
use domain::time::{self, Instant};
use store::fee::{self, AskedRow, ExemptionRow};
use store::request::RequestRow;
use store::{Conn, paper, payment, request};
use uuid::Uuid;

/// The fields of the form that asks for one.
pub const FIELDS: [&str; 3] = ["exemption.code", "exemption.evidence", "exemption.paper"];

const PAGE: u32 = 25;

/// Exemptions that wait for a decision, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedList {
    pub rows: Vec<AskedLine>,
    pub next: Option<String>,
}

/// One of them: no name, only what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedLine {
    pub reference: String,
    pub name: Text,
    pub percent: u8,
    pub asked_at: Instant,
}

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

    /// What waits for somebody who may decide it.
    pub async fn exemptions_asked(
        &self,
        who: &StaffActor,
        after: Option<&str>,
    ) -> Result<AskedList> {
        decides(who)?;
        let after = after.and_then(|id| Uuid::try_parse(id).ok());
        let mut conn = self.store.read().await?;
        let mut rows = fee::exemptions_asked(&mut conn, after, PAGE + 1).await?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = rows.len() > page;
        rows.truncate(page);
        let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
        let rules = self.rules();
        let rows = rows.into_iter().map(|row| line(&rules, row)).collect();
        Ok(AskedList { rows, next })
    }

    /// How many wait.
    pub async fn exemptions_asked_count(&self, who: &StaffActor) -> Result<u32> {
        decides(who)?;
        Ok(fee::exemptions_asked_count(&mut self.store.read().await?).await?)
    }

    /// The list as a file, at most ten thousand.
    pub async fn exemptions_asked_sheet(&self, who: &StaffActor, lang: Lang) -> Result<Sheet> {
        decides(who)?;
        let mut sheet = Sheet::new(
            lang.t("คำขอยกเว้น", "Exemptions asked"),
            &[
                lang.t("เลขที่คำขอ", "Request"),
                lang.t("เหตุ", "Cause"),
                lang.t("ร้อยละ", "Percent"),
                lang.t("วันที่ขอ", "Asked"),
            ],
        );
        let rules = self.rules();
        for row in fee::exemptions_asked(&mut self.store.read().await?, None, 10_000).await? {
            let row = line(&rules, row);
            sheet.push(vec![
                Cell::code(row.reference),
                Cell::text(row.name.get(lang)),
                Cell::Number(row.percent.into()),
                Cell::Date(time::local_date(row.asked_at)),
            ]);
        }
        Ok(sheet)
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
                // While a dispute is open, what relatives ask for waits; the office may go on.
                if row.state.frozen && actor.staff().is_none() {
                    return Err(Trouble::Refused(Refusal::Frozen));
                }
                if is_paid(tx, row.id).await? {
                    return Err(after_payment());
                }
                if let Some(id) = exemption.paper_id {
                    let paper = paper::by_id(tx, id).await?;
                    // Somebody else's photo is no evidence, nor is one that another replaced.
                    if !paper.is_some_and(|paper| {
                        paper.request_id == row.id && paper.verdict != Verdict::Replaced
                    }) {
                        return Err(no_such_paper());
                    }
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
        decides(who)?;
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

fn decides(who: &StaffActor) -> Result<()> {
    if who.has(Role::Approver) {
        Ok(())
    } else {
        Err(Trouble::NotAllowed)
    }
}

fn line(rules: &Rules, row: AskedRow) -> AskedLine {
    let rule = rules.municipality.money.exemption(&row.code);
    AskedLine {
        reference: row.reference,
        name: rule.map_or_else(
            || Text::new(row.code.clone(), row.code.clone()),
            |rule| rule.name.clone(),
        ),
        percent: row.percent,
        asked_at: row.asked_at,
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

fn no_such_paper() -> Trouble {
    wrong(
        "exemption.paper",
        "unknown",
        "ไม่พบเอกสารนี้ในคำขอ โปรดเลือกใหม่",
        "This paper is not among the request's. Choose again.",
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
    let paper = raw(fields, "exemption.paper");
    let paper_id = Uuid::try_parse(paper).ok();
    if !paper.is_empty() && paper_id.is_none() {
        return Err(no_such_paper());
    }
    if evidence.is_empty() && paper_id.is_none() || evidence.chars().count() > 500 {
        errors.push(FieldError::new(
            "exemption.evidence",
            "missing",
            "เลือกเอกสารที่ส่งไว้ หรือบอกหลักฐานที่มี ไม่เกิน 500 ตัวอักษร",
            "Choose a paper that was sent, or say what shows it, at most 500 characters",
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
            paper_id,
            status: ExemptionStatus::Asked,
            asked_at: Instant::default(),
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
