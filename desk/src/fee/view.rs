//! What a request owes, as the family, the office and the cashier see it.
use super::{names, sees_money};
use crate::request::{load, wish_of};
use crate::{Desk, Result};
use domain::crematorium::{Residence, Rules};
use domain::fee::{ExemptionStatus, Extra, FeeItem, NoteKind, NoteStatus, Quote};
use domain::form::Text;
use domain::money::Satang;
use domain::paper::{PaperKind, Verdict};
use domain::reference::Reference;
use domain::request::{Actor, Event, Role, StaffActor, Status};
use domain::thai_qr::BillPayment;
use domain::time::{self, Instant};
use store::fee::{ExemptionRow, NoteRow};
use store::payment::PaymentRow;
use store::refund::RefundRow;
use store::request::RequestRow;
use store::{Conn, fee, ledger, paper, payment, refund, staff};
use uuid::Uuid;

/// Why there is no note to pay by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// The request is not decided.
    Decision,
    /// An officer looks up whether the in-area rate applies.
    Residence,
    Exemption,
}

/// What stands in place of an amount and a code to pay by.
pub fn exemption_waits() -> Text {
    Text::new(
        "รอตัดสินคำขอยกเว้น ยังไม่ต้องชำระจนกว่าจะทราบผล",
        "An exemption is being decided. Pay nothing until you are told.",
    )
}

/// An exemption with the rule's words and the approver's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExemptionLine {
    pub row: ExemptionRow,
    pub name: Text,
    /// For the office only; families read "the office".
    pub decided_by: Option<String>,
}

/// A photo that may show what an exemption is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaperChoice {
    pub id: Uuid,
    pub kind: PaperKind,
    pub sent_at: Instant,
}

/// A request's money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeView {
    pub reference: Reference,
    pub status: Status,
    pub quote: Quote,
    pub residence: Residence,
    pub exemptions: Vec<ExemptionLine>,
    /// The family's photos that stand, oldest first.
    pub papers: Vec<PaperChoice>,
    /// Oldest first.
    pub notes: Vec<NoteRow>,
    pub payments: Vec<PaymentRow>,
    pub refunds: Vec<RefundRow>,
    /// Owed now, by the ledger.
    pub balance: Satang,
    pub waits: Option<Waits>,
    pub can_ask_exemption: bool,
    /// Whether there is a meter to settle: it may have run, also when the booking ended meanwhile.
    pub can_settle: bool,
    /// Whether the rate may be told: while there is a price, or a meter to be settled.
    pub can_set_residence: bool,
    pub extras: Vec<Extra>,
    /// Items that are charged only on request and fit this booking.
    pub on_request: Vec<FeeItem>,
    pub applicant_name: String,
    pub deceased_name: String,
    /// Whether this visitor may decide exemptions.
    pub can_decide: bool,
}

impl FeeView {
    /// The note of a kind that holds now.
    pub fn current(&self, kind: NoteKind) -> Option<&NoteRow> {
        self.notes.iter().find(|note| {
            note.kind == kind && matches!(note.status, NoteStatus::Open | NoteStatus::Paid)
        })
    }

    /// Notes that hold, the first one first.
    pub fn holding(&self) -> impl Iterator<Item = &NoteRow> {
        self.notes
            .iter()
            .filter(|note| matches!(note.status, NoteStatus::Open | NoteStatus::Paid))
    }
}

/// The code that pays a note, when the city has an account for it and something is due.
pub fn qr_payload(rules: &Rules, note: &NoteRow) -> Option<String> {
    let biller = rules.municipality.money.biller.as_ref()?;
    if note.status != NoteStatus::Open {
        return None;
    }
    let bill = BillPayment {
        biller: &biller.id,
        ref1: &note.reference,
        ref2: &note.number.digits(),
        amount: note.due,
    };
    bill.payload().ok()
}

impl Desk {
    /// The family's view, after number and last four digits.
    pub async fn track_fees(&self, reference: &str, last4: &str, address: &str) -> Result<FeeView> {
        let loaded = self.second_fact(reference, last4, address).await?;
        let mut conn = self.store.read().await?;
        self.fee_view(&mut conn, loaded.row, None).await
    }

    /// The office's view: a panel of the request's page, and the cashier's counter. Logged like any opening of a file.
    pub async fn request_fees(&self, who: &StaffActor, reference: &str) -> Result<FeeView> {
        sees_money(who)?;
        let row = self.row_by_reference(reference).await?;
        self.note_view(&Actor::Staff(who.clone()), &row).await?;
        let mut conn = self.store.read().await?;
        self.fee_view(&mut conn, row, Some(who)).await
    }

    /// The same for a page whose opening is logged already.
    pub async fn fees_of_open_request(&self, who: &StaffActor, reference: &str) -> Result<FeeView> {
        sees_money(who)?;
        let row = self.row_by_reference(reference).await?;
        let mut conn = self.store.read().await?;
        self.fee_view(&mut conn, row, Some(who)).await
    }

    async fn fee_view(
        &self,
        conn: &mut Conn,
        row: RequestRow,
        who: Option<&StaffActor>,
    ) -> Result<FeeView> {
        let rules = self.rules();
        let loaded = load(conn, row).await?;
        let row = &loaded.row;
        let (quote, residence) = self.quote_of(conn, row, &rules).await?;
        let mut exemptions = Vec::new();
        for exemption in fee::exemptions(conn, row.id).await? {
            let rule = rules.municipality.money.exemption(&exemption.code);
            let name = rule.map_or_else(
                || Text::new(exemption.code.clone(), exemption.code.clone()),
                |rule| rule.name.clone(),
            );
            let decided_by = match exemption.decided_by.filter(|_| who.is_some()) {
                Some(id) => staff::by_id(conn, id).await?.map(|staff| staff.name),
                None => None,
            };
            exemptions.push(ExemptionLine {
                row: exemption,
                name,
                decided_by,
            });
        }
        let papers = paper::of(conn, row.id).await?.into_iter();
        let papers = papers
            .filter(|paper| paper.kind.from_family() && paper.verdict != Verdict::Replaced)
            .map(|paper| PaperChoice {
                id: paper.id,
                kind: paper.kind,
                sent_at: paper.uploaded_at,
            })
            .collect();
        let notes = fee::notes(conn, row.id).await?;
        let payments = payment::of(conn, row.id).await?;
        let asked = exemptions
            .iter()
            .any(|exemption| exemption.row.status == ExemptionStatus::Asked);
        let live = row.state.status.is_live();
        let paid = payments.iter().any(|payment| payment.undone.is_none());
        let holds = notes.iter().any(|note| {
            note.kind == NoteKind::Fee && matches!(note.status, NoteStatus::Open | NoteStatus::Paid)
        });
        let waits = if !live {
            None
        } else if asked {
            Some(Waits::Exemption)
        } else if holds {
            None
        } else if !quote.is_certain() {
            Some(Waits::Residence)
        } else {
            Some(Waits::Decision)
        };
        let wish = wish_of(&loaded.case);
        let on = time::local_date(row.submitted_at);
        let city = self.city_of(conn, row, &rules).await?;
        let on_request = city
            .money
            .in_force(on)
            .into_iter()
            .filter(|item| item.on_request && item.fits(&wish))
            .cloned()
            .collect();
        let (applicant_name, deceased_name) = names(&loaded);
        let may_have_run = self.may_have_run(conn, row).await?;
        let exempted = exemptions
            .iter()
            .any(|exemption| exemption.row.status == ExemptionStatus::Granted);
        Ok(FeeView {
            reference: crate::request::reference_of(row)?,
            status: row.state.status,
            residence,
            can_ask_exemption: live
                && (who.is_some() || !row.state.frozen)
                && !asked
                && !paid
                && !exempted
                && !city.money.exemptions.is_empty()
                && quote.ceiling.most > Satang::ZERO,
            refunds: refund::of(conn, row.id).await?,
            balance: ledger::balance(conn, row.id, "receivable").await?,
            extras: fee::extras(conn, row.id).await?,
            can_settle: quote.has_estimate() && may_have_run,
            can_set_residence: super::has_price(row.state.status) || may_have_run,
            can_decide: who.is_some_and(|who| who.has(Role::Approver)),
            quote,
            exemptions,
            papers,
            notes,
            payments,
            waits,
            on_request,
            applicant_name,
            deceased_name,
        })
    }
}

/// What happened to a request's money, for its history and for whoever calls the family.
pub(crate) fn event_words(event: &Event) -> Text {
    match event {
        Event::Residence { residence } => match residence {
            Residence::InArea => Text::new(
                "ตรวจทะเบียนบ้านแล้ว ใช้อัตราค่าธรรมเนียมในเขต",
                "The registry was checked: the in-area rate applies",
            ),
            Residence::OutOfArea => Text::new(
                "ตรวจทะเบียนบ้านแล้ว ใช้อัตราค่าธรรมเนียมนอกเขต",
                "The registry was checked: the out-of-area rate applies",
            ),
            Residence::NotSure => {
                Text::new("รอตรวจทะเบียนบ้าน", "The registry is still to be checked")
            }
        },
        Event::ExtrasSet => Text::new("แก้ไขรายการเพิ่มเติม", "Items on request changed"),
        Event::ExemptionAsked { .. } => {
            Text::new("ขอยกเว้นค่าธรรมเนียม", "An exemption was asked for")
        }
        Event::ExemptionDecided { granted, reason } => {
            if *granted {
                Text::new(
                    format!("อนุมัติยกเว้นค่าธรรมเนียม: {reason}"),
                    format!("The exemption was granted: {reason}"),
                )
            } else {
                Text::new(
                    format!("ไม่อนุมัติยกเว้นค่าธรรมเนียม: {reason}"),
                    format!("The exemption was refused: {reason}"),
                )
            }
        }
        Event::NoteIssued { number, due } => Text::new(
            format!("ออกใบแจ้งชำระเลขที่ {number} ยอด {}", due.th()),
            format!("Fee note {number} issued, {} due", due.en()),
        ),
        Event::NotePaid { number, amount } => Text::new(
            format!("รับชำระใบแจ้งเลขที่ {number} จำนวน {}", amount.th()),
            format!("{} paid on note {number}", amount.en()),
        ),
        Event::PaymentUndone { number, reason } => Text::new(
            format!("ยกเลิกการรับชำระใบแจ้งเลขที่ {number}: {reason}"),
            format!("Payment of note {number} undone: {reason}"),
        ),
        Event::ReceiptKeyed { number, receipt } => Text::new(
            format!("ออกใบเสร็จรับเงินเลขที่ {receipt} ของใบแจ้งเลขที่ {number}"),
            format!("Receipt {receipt} for note {number}"),
        ),
        Event::RefundAsked { amount } => Text::new(
            format!("แจ้งคืนเงิน {}", amount.th()),
            format!("Refund of {} asked for", amount.en()),
        ),
        Event::RefundChanged { status, amount } => Text::new(
            format!("คืนเงิน {}: {}", amount.th(), status.words().th),
            format!("Refund of {}: {}", amount.en(), status.words().en),
        ),
        _ => Text::default(),
    }
}
