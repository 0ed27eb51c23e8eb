//! The cashier: notes to be paid, the official receipt's number keyed once, the day's list for the finance division.
use crate::export::{Cell, Sheet};
use crate::fee::{is_cashier, sees_money, wrong};
use crate::request::{initials, load, reference_of};
use crate::{Desk, Result, Trouble};
use chrono::NaiveDate;
use domain::fee::{ExemptionStatus, Method, NoteKind, NoteStatus, Number, Receipts, fiscal_year};
use domain::form::{Lang, Text};
use domain::ledger::Posting;
use domain::money::Satang;
use domain::reference::Reference;
use domain::request::{Actor, Event, StaffActor};
use domain::text;
use domain::time;
use store::fee::{self, NoteRow};
use store::payment::{self, PaymentRow, Undone};
use store::{Conn, bank, request, staff};
use uuid::Uuid;

const PAGE: u32 = 25;
const LONGEST_RECEIPT: usize = 30;

/// A note on the cashier's list: initials, never names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteLine {
    pub note: NoteRow,
    pub applicant_initials: String,
    pub payment: Option<PaymentRow>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteList {
    pub rows: Vec<NoteLine>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// One note at the counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSheet {
    pub note: NoteRow,
    pub reference: Reference,
    pub applicant_name: String,
    /// What pays it now, and what paid it before and was undone.
    pub payments: Vec<PaymentRow>,
    /// An exemption was asked for and is not decided: nothing is taken until it is.
    pub waits_for_exemption: bool,
}

impl NoteSheet {
    pub fn payment(&self) -> Option<&PaymentRow> {
        self.payments
            .iter()
            .find(|payment| payment.undone.is_none())
    }
}

/// A payment on the day's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayLine {
    pub payment: PaymentRow,
    pub number: Number,
    pub reference: String,
    pub cashier: String,
}

/// A day's payments and what they come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayList {
    pub rows: Vec<DayLine>,
    /// By method, undone ones left out.
    pub sums: Vec<(Method, Satang)>,
    pub total: Satang,
}

/// What the cashier keys when money was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub method: Method,
    /// The amount the page showed: nobody pays a price that has changed meanwhile.
    pub due: Satang,
    /// The official receipt's number; not asked when Sala makes the receipts.
    pub receipt: String,
}

impl Desk {
    /// Notes in one state, newest first.
    pub async fn cashier_notes(
        &self,
        who: &StaffActor,
        status: NoteStatus,
        before: Option<&str>,
    ) -> Result<NoteList> {
        sees_money(who)?;
        let mut conn = self.store.read().await?;
        let before = before.and_then(|id| Uuid::try_parse(id).ok());
        let mut notes = fee::notes_in(&mut conn, status, before, PAGE + 1).await?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = notes.len() > page;
        notes.truncate(page);
        let next = notes
            .last()
            .filter(|_| more)
            .map(|note| note.id.to_string());
        let mut rows = Vec::with_capacity(notes.len());
        for note in notes {
            rows.push(note_line(&mut conn, note).await?);
        }
        Ok(NoteList { rows, next })
    }

    /// The list as a sheet, at most ten thousand notes.
    pub async fn cashier_sheet(
        &self,
        who: &StaffActor,
        status: NoteStatus,
        lang: Lang,
    ) -> Result<Sheet> {
        sees_money(who)?;
        let mut conn = self.store.read().await?;
        let mut sheet = Sheet::new(
            lang.t("ใบแจ้งชำระ", "Fee notes"),
            &[
                lang.t("เลขที่ใบแจ้ง", "Note"),
                lang.t("เลขที่คำขอ", "Request"),
                lang.t("วันที่ออก", "Issued"),
                lang.t("ยอดชำระ (บาท)", "Due (baht)"),
                lang.t("สถานะ", "State"),
                lang.t("เลขที่ใบเสร็จ", "Receipt"),
            ],
        );
        for note in fee::notes_in(&mut conn, status, None, 10_000).await? {
            let paid = payment::of_note(&mut conn, note.id).await?;
            let receipt = paid.and_then(|paid| paid.receipt);
            sheet.push(vec![
                Cell::code(note.number.to_string()),
                Cell::code(note.reference),
                Cell::Date(time::local_date(note.issued_at)),
                Cell::Money(note.due),
                Cell::text(note.status.words().get(lang)),
                receipt.map_or(Cell::Empty, |(_, number)| Cell::code(number)),
            ]);
        }
        Ok(sheet)
    }

    /// A note by its number or its request's reference, as keyed or scanned.
    pub async fn find_note(&self, who: &StaffActor, typed: &str) -> Result<Option<Uuid>> {
        sees_money(who)?;
        let mut conn = self.store.read().await?;
        if let Ok(reference) = Reference::parse(typed) {
            let Some(row) = request::by_reference(&mut conn, reference.as_str()).await? else {
                return Ok(None);
            };
            let notes = fee::notes(&mut conn, row.id).await?;
            let open = notes
                .iter()
                .rev()
                .find(|note| note.status == NoteStatus::Open);
            let paid = notes
                .iter()
                .rev()
                .find(|note| note.status == NoteStatus::Paid);
            return Ok(open.or(paid).map(|note| note.id));
        }
        let year = fiscal_year(time::local_date(self.now()));
        let Some(number) = Number::parse(typed, year) else {
            return Ok(None);
        };
        let note = fee::note_by_number(&mut conn, number).await?;
        Ok(note.map(|note| note.id))
    }

    /// One note with the name that stands on its receipt; the opening is logged.
    pub async fn note_sheet(&self, who: &StaffActor, id: Uuid) -> Result<NoteSheet> {
        sees_money(who)?;
        let mut conn = self.store.read().await?;
        let note = fee::note_by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let row = request::by_id(&mut conn, note.request_id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let payments = payment::of(&mut conn, row.id).await?;
        let waits = waits(&mut conn, row.id).await?;
        let loaded = load(&mut conn, row).await?;
        drop(conn);
        self.note_view(&Actor::Staff(who.clone()), &loaded.row)
            .await?;
        Ok(NoteSheet {
            reference: reference_of(&loaded.row)?,
            applicant_name: loaded.applicant.name.clone(),
            payments: payments
                .into_iter()
                .filter(|payment| payment.note_id == note.id)
                .collect(),
            waits_for_exemption: waits,
            note,
        })
    }

    /// Takes cash or QR for a note, once. A second tap with the same receipt finds it taken and answers the same.
    pub async fn take_payment(&self, who: &StaffActor, note_id: Uuid, taken: &Taken) -> Result<()> {
        is_cashier(who)?;
        let (now, actor) = (self.now(), Actor::Staff(who.clone()));
        let today = time::local_date(now);
        let year = fiscal_year(today);
        let own = self.rules().municipality.money.receipts == Receipts::Sala;
        let keyed = if own {
            String::new()
        } else {
            receipt_number(&taken.receipt)?
        };
        if taken.method == Method::Bank {
            return Err(wrong(
                "method",
                "unknown",
                "เลือกเงินสดหรือคิวอาร์",
                "Choose cash or QR",
            ));
        }
        self.store
            .write(async |tx| {
                let note = fee::note_by_id(tx, note_id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                fee::lock(tx, note.request_id, now).await?;
                let note = fee::note_by_id(tx, note_id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                if let Some(paid) = payment::of_note(tx, note_id).await? {
                    let same = paid.entered_by == Some(who.id)
                        && (own
                            || paid
                                .receipt
                                .as_ref()
                                .is_some_and(|(_, number)| *number == keyed));
                    return if same { Ok(()) } else { Err(paid_before()) };
                }
                if note.status != NoteStatus::Open || note.due != taken.due {
                    return Err(changed());
                }
                if waits(tx, note.request_id).await? {
                    return Err(wrong(
                        "",
                        "exemption",
                        "มีคำขอยกเว้นที่ยังไม่ตัดสิน ต้องตัดสินก่อนรับเงิน",
                        "An exemption is not decided yet: it must be before money is taken",
                    ));
                }
                let row = request::by_id(tx, note.request_id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                let receipt = if own {
                    fee::next_number(tx, "receipt", year).await?.to_string()
                } else {
                    keyed.clone()
                };
                let paid = PaymentRow {
                    id: self.id(now),
                    note_id,
                    request_id: row.id,
                    kind: note.kind,
                    method: taken.method,
                    amount: note.due,
                    paid_on: today,
                    receipt: Some((year, receipt)),
                    bank_line_id: None,
                    cleared_at: None,
                    entered_at: now,
                    entered_by: Some(who.id),
                    undone: None,
                };
                if !payment::insert(tx, &paid).await? {
                    return Err(receipt_used());
                }
                if !fee::set_note_status(tx, note_id, NoteStatus::Open, NoteStatus::Paid, Some(now))
                    .await?
                {
                    return Err(changed());
                }
                let source = format!("payment:{}", paid.id);
                let posting = Posting::payment(paid.method, paid.amount);
                self.post(tx, &row, &source, &posting, &actor, now).await?;
                let event = Event::NotePaid {
                    number: note.number.to_string(),
                    amount: paid.amount,
                };
                self.note_money(tx, &row, &actor, &event, now).await
            })
            .await
    }

    /// Keys the official receipt of this note's payment that came through the bank. A second tap answers the same.
    pub async fn key_receipt(
        &self,
        who: &StaffActor,
        note_id: Uuid,
        payment_id: Uuid,
        typed: &str,
    ) -> Result<()> {
        is_cashier(who)?;
        let (now, actor) = (self.now(), Actor::Staff(who.clone()));
        let year = fiscal_year(time::local_date(now));
        let own = self.rules().municipality.money.receipts == Receipts::Sala;
        let keyed = if own {
            String::new()
        } else {
            receipt_number(typed)?
        };
        self.store
            .write(async |tx| {
                let note = fee::note_by_id(tx, note_id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                fee::lock(tx, note.request_id, now).await?;
                let paid = payment::by_id(tx, payment_id)
                    .await?
                    .filter(|paid| paid.note_id == note_id)
                    .ok_or(Trouble::NotFound)?;
                if paid.undone.is_some() {
                    return Err(taken_back());
                }
                if let Some((_, has)) = &paid.receipt {
                    let same = own || *has == keyed;
                    return if same { Ok(()) } else { Err(has_receipt(has)) };
                }
                let receipt = if own {
                    fee::next_number(tx, "receipt", year).await?.to_string()
                } else {
                    // Cashiers who key the same number at once follow one another.
                    fee::next_number(tx, "keyed receipt", year).await?;
                    keyed.clone()
                };
                if !payment::set_receipt(tx, payment_id, year, &receipt).await? {
                    return Err(receipt_used());
                }
                let row = request::by_id(tx, note.request_id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                let event = Event::ReceiptKeyed {
                    number: note.number.to_string(),
                    receipt,
                };
                self.note_money(tx, &row, &actor, &event, now).await
            })
            .await
    }

    /// Takes a payment back, with the reason: a receipt that was keyed for the wrong note, money that was returned.
    /// It is this note's payment, and is taken back once: a second tap answers the same.
    pub async fn undo_payment(
        &self,
        who: &StaffActor,
        note_id: Uuid,
        payment_id: Uuid,
        reason: &str,
    ) -> Result<()> {
        is_cashier(who)?;
        let reason = text::clean(reason);
        if reason.is_empty() || reason.chars().count() > 500 {
            return Err(wrong(
                "reason",
                "missing",
                "กรอกเหตุผล ไม่เกิน 500 ตัวอักษร",
                "Give the reason, at most 500 characters",
            ));
        }
        let (now, actor) = (self.now(), Actor::Staff(who.clone()));
        self.store
            .write(async |tx| {
                let note = fee::note_by_id(tx, note_id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                fee::lock(tx, note.request_id, now).await?;
                let paid = payment::by_id(tx, payment_id)
                    .await?
                    .filter(|paid| paid.note_id == note_id)
                    .ok_or(Trouble::NotFound)?;
                if paid.undone.is_some() {
                    return Ok(());
                }
                let note = fee::note_by_id(tx, note_id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                let row = request::by_id(tx, paid.request_id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                // A note that was replaced has handed its payment on: the newer note counts on it.
                if note.status != NoteStatus::Paid || note.due != paid.amount || paid.cleared_at.is_some() {
                    return Err(wrong(
                        "reason",
                        "replaced",
                        "ยกเลิกการรับเงินนี้ไม่ได้แล้ว เพราะยอดถูกนำไปใช้ต่อหรือตรงกับไฟล์ธนาคารแล้ว ให้ใช้การคืนเงินแทน",
                        "This payment cannot be undone any more: a newer note or the bank's file counts on it. Use a refund.",
                    ));
                }
                if !payment::undo(tx, payment_id, Some(who.id), &reason, now).await? {
                    return Ok(());
                }
                fee::set_note_status(tx, note.id, NoteStatus::Paid, NoteStatus::Open, None).await?;
                let source = format!("payment:{payment_id}:undo");
                let posting = Posting::payment(paid.method, paid.amount).reversed();
                self.post(tx, &row, &source, &posting, &actor, now).await?;
                if let Some(line) = paid.bank_line_id {
                    bank::release(tx, line).await?;
                }
                let event = Event::PaymentUndone {
                    number: note.number.to_string(),
                    reason: reason.clone(),
                };
                self.note_money(tx, &row, &actor, &event, now).await
            })
            .await
    }

    /// Everything taken on a day, for the finance division.
    pub async fn day_list(&self, who: &StaffActor, day: NaiveDate) -> Result<DayList> {
        sees_money(who)?;
        let mut conn = self.store.read().await?;
        let mut list = DayList::default();
        for paid in payment::on_day(&mut conn, day).await? {
            let note = fee::note_by_id(&mut conn, paid.note_id)
                .await?
                .ok_or_else(|| Trouble::Internal(format!("payment {} has no note", paid.id)))?;
            let cashier = match paid.entered_by {
                Some(id) => staff::by_id(&mut conn, id).await?.map(|staff| staff.name),
                None => None,
            };
            list.rows.push(DayLine {
                number: note.number,
                reference: note.reference,
                cashier: cashier.unwrap_or_default(),
                payment: paid,
            });
        }
        let counted = |method: Method| -> i64 {
            let rows = list.rows.iter().map(|row| &row.payment);
            rows.filter(|paid| paid.method == method && paid.undone.is_none())
                .map(|paid| paid.amount.0)
                .sum()
        };
        list.sums = Method::ALL
            .iter()
            .map(|method| (*method, Satang(counted(*method))))
            .filter(|(_, sum)| *sum != Satang::ZERO)
            .collect();
        list.total = Satang(list.sums.iter().map(|(_, sum)| sum.0).sum());
        Ok(list)
    }

    /// The day's list as กองคลัง gets it.
    pub async fn day_sheet(&self, who: &StaffActor, day: NaiveDate, lang: Lang) -> Result<Sheet> {
        let list = self.day_list(who, day).await?;
        let mut sheet = Sheet::new(
            format!("{} {day}", lang.t("รับชำระ", "Payments")),
            &[
                lang.t("วันที่", "Date"),
                lang.t("เลขที่ใบแจ้ง", "Note"),
                lang.t("เลขที่คำขอ", "Request"),
                lang.t("วิธีชำระ", "Method"),
                lang.t("จำนวนเงิน (บาท)", "Amount (baht)"),
                lang.t("เลขที่ใบเสร็จ", "Receipt"),
                lang.t("ผู้รับเงิน", "Cashier"),
                lang.t("หมายเหตุ", "Remark"),
            ],
        );
        for row in list.rows {
            let paid = row.payment;
            let undone = paid
                .undone
                .as_ref()
                .map(|undone: &Undone| format!("{}: {}", lang.t("ยกเลิก", "Undone"), undone.reason));
            sheet.push(vec![
                Cell::Date(paid.paid_on),
                Cell::code(row.number.to_string()),
                Cell::code(row.reference),
                Cell::text(paid.method.words().get(lang)),
                Cell::Money(if undone.is_some() {
                    Satang::ZERO
                } else {
                    paid.amount
                }),
                paid.receipt
                    .map_or(Cell::Empty, |(_, number)| Cell::code(number)),
                Cell::text(row.cashier),
                Cell::from(undone),
            ]);
        }
        let mut total = vec![Cell::Empty; 8];
        if let Some(cell) = total.get_mut(3) {
            *cell = Cell::text(lang.t("รวม", "Total"));
        }
        if let Some(cell) = total.get_mut(4) {
            *cell = Cell::Money(list.total);
        }
        sheet.push(total);
        Ok(sheet)
    }
}

async fn note_line(conn: &mut Conn, note: NoteRow) -> Result<NoteLine> {
    let row = request::by_id(conn, note.request_id)
        .await?
        .ok_or_else(|| Trouble::Internal(format!("note {} has no request", note.id)))?;
    let applicant = store::person::by_id(conn, row.applicant_id).await?;
    let payment = payment::of_note(conn, note.id).await?;
    Ok(NoteLine {
        applicant_initials: applicant.map_or_else(String::new, |person| initials(&person.name)),
        payment,
        note,
    })
}

/// Whether an exemption waits for its decision; on a request that ended nobody decides one any more.
pub(crate) async fn waits(conn: &mut Conn, request_id: Uuid) -> Result<bool> {
    let row = request::by_id(conn, request_id).await?;
    if !row.is_some_and(|row| row.state.status.is_live()) {
        return Ok(false);
    }
    let exemptions = fee::exemptions(conn, request_id).await?;
    Ok(exemptions
        .iter()
        .any(|exemption| exemption.status == ExemptionStatus::Asked))
}

fn receipt_number(typed: &str) -> Result<String> {
    let number = text::ascii_digits(&text::clean(typed)).to_uppercase();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '/' | '.' | ' ');
    if number.is_empty() {
        return Err(wrong(
            "receipt",
            "missing",
            "กรอกเลขที่ใบเสร็จรับเงิน",
            "Enter the official receipt's number",
        ));
    }
    // A number of marks alone finds no receipt again.
    let marks = !number.chars().any(char::is_alphanumeric);
    if marks || number.chars().count() > LONGEST_RECEIPT || !number.chars().all(plain) {
        return Err(wrong(
            "receipt",
            "format",
            "เลขที่ใบเสร็จต้องมีตัวอักษรหรือตัวเลข มี - / . ได้ ไม่เกิน 30 ตัว",
            "A receipt's number has letters or digits, perhaps - / . and at most 30 characters",
        ));
    }
    Ok(number)
}

fn receipt_used() -> Trouble {
    wrong(
        "receipt",
        "used",
        "เลขที่ใบเสร็จนี้ใช้ไปแล้วในปีงบประมาณนี้ โปรดตรวจอีกครั้ง",
        "This receipt's number is used already in this fiscal year. Check it.",
    )
}

fn has_receipt(number: &str) -> Trouble {
    wrong(
        "receipt",
        "has_one",
        &format!("รายการนี้มีเลขใบเสร็จ {number} แล้ว หากผิด ให้ยกเลิกการรับชำระนี้พร้อมเหตุผล แล้วบันทึกใหม่"),
        &format!(
            "This payment has receipt {number} already. If that is wrong, undo the payment with the reason and enter it anew."
        ),
    )
}

fn taken_back() -> Trouble {
    wrong(
        "receipt",
        "undone",
        "การรับชำระนี้ยกเลิกไปแล้ว ไม่ต้องใส่เลขใบเสร็จ",
        "This payment was undone: it takes no receipt.",
    )
}

fn paid_before() -> Trouble {
    wrong(
        "",
        "paid_before",
        "ใบแจ้งชำระนี้รับชำระแล้ว",
        "This note is paid already",
    )
}

fn changed() -> Trouble {
    wrong(
        "",
        "changed",
        "ใบแจ้งชำระนี้เปลี่ยนไปแล้ว โปรดดูยอดล่าสุดก่อนรับเงิน",
        "This note has changed. Look at the latest amount before taking money.",
    )
}

/// "ค่าธรรมเนียม เลขที่ 70-000001"
pub fn note_name(note: &NoteRow) -> Text {
    let kind = match note.kind {
        NoteKind::Fee => Text::new("ใบแจ้งชำระค่าธรรมเนียม", "Fee note"),
        NoteKind::Meter => Text::new("ใบแจ้งชำระตามมิเตอร์", "Meter note"),
    };
    Text::new(
        format!("{} เลขที่ {}", kind.th, note.number),
        format!("{} {}", kind.en, note.number),
    )
}
