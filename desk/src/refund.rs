//! Refunds: requests to the finance division with a status. Sala pays nothing out.
use crate::export::{Cell, Sheet};
use crate::fee::{handles_requests, is_cashier, sees_money, wrong};
use crate::{Desk, Result, Trouble};
use domain::fee::RefundStatus;
use domain::form::Lang;
use domain::ledger::Posting;
use domain::money::Satang;
use domain::request::{Actor, Event, StaffActor};
use domain::text;
use domain::time;
use store::refund::{self, RefundRow};
use store::{fee, request};
use uuid::Uuid;

const PAGE: u32 = 25;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundList {
    pub rows: Vec<RefundRow>,
    pub next: Option<String>,
}

/// What is done with a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundAct {
    /// Sent to the finance division, by an officer; less than the table says needs a reason.
    Send { amount: Satang, reason: String },
    /// The finance division paid it.
    Paid,
    /// The finance division did not.
    Refuse { reason: String },
}

impl Desk {
    /// Refunds in one state, newest first.
    pub async fn refunds(
        &self,
        who: &StaffActor,
        status: RefundStatus,
        before: Option<&str>,
    ) -> Result<RefundList> {
        sees_money(who)?;
        let mut conn = self.store.read().await?;
        let before = before.and_then(|id| Uuid::try_parse(id).ok());
        let mut rows = refund::refunds_in(&mut conn, status, before, PAGE + 1).await?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = rows.len() > page;
        rows.truncate(page);
        let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
        Ok(RefundList { rows, next })
    }

    /// The list as the finance division gets it, at most ten thousand.
    pub async fn refund_sheet(
        &self,
        who: &StaffActor,
        status: RefundStatus,
        lang: Lang,
    ) -> Result<Sheet> {
        sees_money(who)?;
        let mut conn = self.store.read().await?;
        let mut sheet = Sheet::new(
            lang.t("คืนเงิน", "Refunds"),
            &[
                lang.t("เลขที่คำขอ", "Request"),
                lang.t("เหตุ", "Cause"),
                lang.t("ชำระแล้ว (บาท)", "Paid (baht)"),
                lang.t("ร้อยละ", "Percent"),
                lang.t("คืน (บาท)", "To pay back (baht)"),
                lang.t("ไม่คืน (บาท)", "Kept (baht)"),
                lang.t("วันที่แจ้ง", "Asked"),
                lang.t("สถานะ", "State"),
                lang.t("หมายเหตุ", "Remark"),
            ],
        );
        for row in refund::refunds_in(&mut conn, status, None, 10_000).await? {
            sheet.push(vec![
                Cell::code(row.reference),
                Cell::text(row.cause.words().get(lang)),
                Cell::Money(row.paid),
                Cell::Number(row.percent.into()),
                Cell::Money(row.amount),
                Cell::Money(row.kept),
                Cell::Date(time::local_date(row.asked_at)),
                Cell::text(row.status.words().get(lang)),
                Cell::from(row.reason),
            ]);
        }
        Ok(sheet)
    }

    pub async fn refund(&self, who: &StaffActor, id: Uuid) -> Result<RefundRow> {
        sees_money(who)?;
        let mut conn = self.store.read().await?;
        refund::by_id(&mut conn, id).await?.ok_or(Trouble::NotFound)
    }

    /// Sends, closes or refuses a refund, if it is still in the state it was seen in.
    pub async fn act_on_refund(&self, who: &StaffActor, id: Uuid, act: &RefundAct) -> Result<()> {
        match act {
            RefundAct::Send { .. } => handles_requests(who)?,
            RefundAct::Paid | RefundAct::Refuse { .. } => is_cashier(who)?,
        }
        let (now, actor) = (self.now(), Actor::Staff(who.clone()));
        self.store
            .write(async |tx| {
                let seen = refund::by_id(tx, id).await?.ok_or(Trouble::NotFound)?;
                fee::lock(tx, seen.request_id, now).await?;
                let seen = refund::by_id(tx, id).await?.ok_or(Trouble::NotFound)?;
                let row = request::by_id(tx, seen.request_id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                let mut next = RefundRow {
                    changed_by: Some(who.id),
                    ..seen.clone()
                };
                let less;
                match (act, seen.status) {
                    (RefundAct::Send { amount, reason }, RefundStatus::Asked) => {
                        let reason = text::clean(reason);
                        if *amount <= Satang::ZERO || *amount > seen.paid {
                            return Err(wrong(
                                "amount",
                                "out_of_range",
                                "จำนวนเงินต้องมากกว่า 0 และไม่เกินที่ชำระไว้",
                                "More than nothing, and at most what was paid",
                            ));
                        }
                        if *amount != seen.amount && reason.is_empty() {
                            return Err(wrong(
                                "reason",
                                "missing",
                                "ยอดต่างจากตารางคืนเงิน โปรดกรอกเหตุผล",
                                "The amount differs from the table: give the reason",
                            ));
                        }
                        if reason.chars().count() > 500 {
                            return Err(too_long());
                        }
                        less = Satang(seen.amount.0 - amount.0);
                        next.amount = *amount;
                        next.kept = Satang(seen.paid.0 - amount.0);
                        next.status = RefundStatus::Sent;
                        next.sent_at = Some(now);
                        next.reason = Some(reason).filter(|reason| !reason.is_empty());
                    }
                    (RefundAct::Paid, RefundStatus::Sent) => {
                        less = Satang::ZERO;
                        next.status = RefundStatus::Paid;
                        next.closed_at = Some(now);
                    }
                    (RefundAct::Refuse { reason }, RefundStatus::Asked | RefundStatus::Sent) => {
                        let reason = text::clean(reason);
                        if reason.is_empty() {
                            return Err(wrong("reason", "missing", "กรอกเหตุผล", "Give the reason"));
                        }
                        if reason.chars().count() > 500 {
                            return Err(too_long());
                        }
                        less = seen.amount;
                        next.status = RefundStatus::Refused;
                        next.closed_at = Some(now);
                        next.reason = Some(reason);
                    }
                    // The same act a second time.
                    (RefundAct::Send { .. }, RefundStatus::Sent)
                    | (RefundAct::Paid, RefundStatus::Paid)
                    | (RefundAct::Refuse { .. }, RefundStatus::Refused) => return Ok(()),
                    _ => {
                        return Err(wrong(
                            "",
                            "decided",
                            "รายการคืนเงินนี้เปลี่ยนสถานะไปแล้ว",
                            "This refund is in another state by now",
                        ));
                    }
                }
                if !refund::apply(tx, seen.status, &next).await? {
                    return Err(Trouble::Internal(format!("refund {id} changed in hand")));
                }
                let posting = match next.status {
                    RefundStatus::Paid => Posting::refund_paid(next.amount),
                    _ => Posting::refund_less(less),
                };
                if !posting.is_empty() {
                    let source = format!("refund:{id}:{}", next.status.code());
                    self.post(tx, &row, &source, &posting, &actor, now).await?;
                }
                let event = Event::RefundChanged {
                    status: next.status,
                    amount: next.amount,
                };
                self.note_money(tx, &row, &actor, &event, now).await
            })
            .await
    }
}

fn too_long() -> Trouble {
    wrong(
        "reason",
        "too_long",
        "เหตุผลยาวเกิน 500 ตัวอักษร",
        "The reason is longer than 500 characters",
    )
}
