//! Consumables: receiving, issuing first expired first, correcting with a reason; the book the auditors know.
use super::{refused, today};
use crate::office::handles_requests;
use crate::{Desk, Result, Trouble};
use chrono::NaiveDate;
use domain::crematorium::Rules;
use domain::equipment::SupplyType;
use domain::equipment::supply::{EntryKind, Lot, plan_issue};
use domain::form::{FieldError, FieldErrors, RawFields, Text, raw};
use domain::request::{Actor, StaffActor};
use domain::time::Instant;
use domain::{text, thai_date};
use store::Tx;
use store::supply::{self, EntryRow, LotRow};
use uuid::Uuid;

/// A supply and how much of it is on the shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockRow {
    pub kind: SupplyType,
    pub on_hand: i64,
    /// Of that, what has expired and is not given.
    pub expired: i64,
    /// When the next of it expires.
    pub next_expiry: Option<NaiveDate>,
}

/// The book of one supply: its lots, each with its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    pub kind: SupplyType,
    pub lots: Vec<(LotRow, Vec<EntryRow>)>,
}

/// What was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub kind: String,
    pub quantity: i64,
    pub lot: String,
    pub expires_on: Option<NaiveDate>,
    pub document: String,
}

/// A supply's name with its unit's word; its id where the settings do not know it any more.
pub(super) fn name_of(rules: &Rules, id: &str) -> Text {
    rules
        .municipality
        .supply(id)
        .map_or_else(|| Text::new(id, id), |kind| kind.name.clone())
}

impl Desk {
    /// What is on the shelf of each supply.
    pub async fn stock(&self, who: &StaffActor) -> Result<Vec<StockRow>> {
        handles_requests(who)?;
        let (rules, day) = (self.rules(), today(self.now()));
        let mut conn = self.store.read().await?;
        let mut rows = Vec::new();
        for kind in &rules.municipality.supplies {
            let lots = supply::lots(&mut conn, &kind.id).await?;
            let expired = |lot: &&LotRow| lot.expires_on.is_some_and(|date| date < day);
            rows.push(StockRow {
                kind: kind.clone(),
                on_hand: lots.iter().map(|lot| lot.on_hand).sum(),
                expired: lots.iter().filter(expired).map(|lot| lot.on_hand).sum(),
                next_expiry: lots
                    .iter()
                    .filter(|lot| lot.on_hand > 0 && !expired(lot))
                    .filter_map(|lot| lot.expires_on)
                    .min(),
            });
        }
        Ok(rows)
    }

    /// The book of a supply.
    pub async fn supply_book(&self, who: &StaffActor, kind: &str) -> Result<Book> {
        handles_requests(who)?;
        let rules = self.rules();
        let kind = rules.municipality.supply(kind).ok_or(Trouble::NotFound)?;
        let mut conn = self.store.read().await?;
        let mut lots = Vec::new();
        for lot in supply::lots(&mut conn, &kind.id).await? {
            let entries = supply::entries(&mut conn, lot.id).await?;
            lots.push((lot, entries));
        }
        Ok(Book {
            kind: kind.clone(),
            lots,
        })
    }

    /// Reads a receipt's form.
    pub fn read_receipt(&self, kind: &str, fields: &RawFields) -> Result<Receipt> {
        let rules = self.rules();
        rules.municipality.supply(kind).ok_or(Trouble::NotFound)?;
        let mut errors = FieldErrors::new();
        let quantity = errors.keep(quantity(fields, "quantity"));
        let typed = text::clean(raw(fields, "expires_on"));
        let expires_on = match thai_date::parse(&typed) {
            _ if typed.is_empty() => None,
            Ok(date) => Some(date),
            Err(problems) => {
                if let Some(problem) = problems.into_iter().next() {
                    errors.push(FieldError::new(
                        "expires_on",
                        problem.code,
                        problem.th,
                        problem.en,
                    ));
                }
                None
            }
        };
        if expires_on.is_some_and(|date| date < today(self.now())) {
            errors.push(FieldError::new(
                "expires_on",
                "past",
                "หมดอายุแล้ว รับเข้าคลังไม่ได้",
                "It has expired: it cannot be received",
            ));
        }
        let document = text::clean(raw(fields, "document"));
        if document.is_empty() {
            errors.push(FieldError::new(
                "document",
                "missing",
                "กรอกเลขที่เอกสารรับ",
                "Enter the number of the receiving paper",
            ));
        }
        match quantity {
            Some(quantity) if errors.is_empty() => Ok(Receipt {
                kind: kind.to_owned(),
                quantity,
                lot: text::clean(raw(fields, "lot")),
                expires_on,
                document,
            }),
            _ => Err(Trouble::Invalid(errors)),
        }
    }

    /// Receives a lot.
    pub async fn receive_supply(&self, who: &StaffActor, receipt: &Receipt) -> Result<()> {
        handles_requests(who)?;
        let now = self.now();
        let actor = Actor::Staff(who.clone());
        let lot = LotRow {
            id: self.id(now),
            kind: receipt.kind.clone(),
            lot: receipt.lot.clone(),
            expires_on: receipt.expires_on,
            on_hand: 0,
            created_at: now,
        };
        let (lot, actor) = (&lot, &actor);
        self.store
            .write(async |tx| {
                supply::insert_lot(tx, lot).await?;
                let entry = Change {
                    lot: lot.id,
                    entry: EntryKind::Receive,
                    by: receipt.quantity,
                    document: &receipt.document,
                    reason: "",
                    request: None,
                };
                self.change_stock(tx, entry, actor, now).await
            })
            .await
    }

    /// Corrects a lot: counted, lost or expired.
    pub async fn correct_stock(
        &self,
        who: &StaffActor,
        lot: Uuid,
        entry: EntryKind,
        change: i64,
        document: &str,
        reason: &str,
    ) -> Result<()> {
        handles_requests(who)?;
        let (document, reason) = (text::clean(document), text::clean(reason));
        if !entry.allows(change) || matches!(entry, EntryKind::Receive | EntryKind::Issue) {
            return Err(refused(
                "number",
                Text::new(
                    "จำนวนไม่ถูกต้องสำหรับรายการนี้",
                    "Not a possible quantity for this",
                ),
            ));
        }
        if entry.needs_reason() && reason.is_empty() {
            return Err(refused(
                "reason",
                Text::new("โปรดระบุเหตุผล", "Give the reason."),
            ));
        }
        let now = self.now();
        let actor = Actor::Staff(who.clone());
        let (actor, document, reason) = (&actor, &document, &reason);
        self.store
            .write(async |tx| {
                let entry = Change {
                    lot,
                    entry,
                    by: change,
                    document,
                    reason,
                    request: None,
                };
                self.change_stock(tx, entry, actor, now).await
            })
            .await
    }

    /// Issues so many of a supply with a loan, what expires first first; not one more than there is.
    #[expect(
        clippy::too_many_arguments,
        reason = "what acts, on what, by which rules, when"
    )]
    pub(super) async fn issue_supply(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        kind: &str,
        quantity: i64,
        request: Uuid,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        let lots: Vec<Lot<Uuid>> = supply::lots(tx, kind)
            .await?
            .into_iter()
            .map(|lot| Lot {
                id: lot.id,
                on_hand: lot.on_hand,
                expires_on: lot.expires_on,
            })
            .collect();
        let plan = plan_issue(&lots, quantity, today(now)).map_err(|short| {
            let name = name_of(rules, kind);
            refused(
                "short",
                Text::new(
                    format!("{} เหลือ {} ต้องใช้ {quantity}", name.th, short.available),
                    format!("{}: {} left, {quantity} needed", name.en, short.available),
                ),
            )
        })?;
        for (lot, n) in plan {
            let entry = Change {
                lot,
                entry: EntryKind::Issue,
                by: -n,
                document: "",
                reason: "",
                request: Some(request),
            };
            self.change_stock(tx, entry, actor, now).await?;
        }
        Ok(())
    }

    /// What was issued with a request since a moment goes back into the book.
    pub(super) async fn give_back_supplies(
        &self,
        tx: &mut Tx,
        request: Uuid,
        since: Instant,
        reason: &str,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        for given in supply::given(tx, request).await? {
            if given.at < since || given.entry != EntryKind::Issue {
                continue;
            }
            let entry = Change {
                lot: given.lot_id,
                entry: EntryKind::Adjust,
                by: -given.change,
                document: "",
                reason,
                request: Some(request),
            };
            self.change_stock(tx, entry, actor, now).await?;
        }
        Ok(())
    }

    /// One line of the book, with the lot's stock in the same transaction.
    async fn change_stock(
        &self,
        tx: &mut Tx,
        change: Change<'_>,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        let Some(balance) = supply::change(tx, change.lot, change.by).await? else {
            return Err(refused(
                "short",
                Text::new(
                    "ของในล็อตนี้มีไม่พอ โปรดดูยอดล่าสุด",
                    "There is not enough of this lot. Look at its present stock.",
                ),
            ));
        };
        let row = EntryRow {
            id: self.id(now),
            lot_id: change.lot,
            entry: change.entry,
            change: change.by,
            balance,
            document: change.document.to_owned(),
            reason: change.reason.to_owned(),
            request_id: change.request,
            at: now,
            actor_id: actor.id(),
        };
        Ok(supply::insert_entry(tx, &row).await?)
    }
}

/// A change of a lot's stock.
struct Change<'a> {
    lot: Uuid,
    entry: EntryKind,
    by: i64,
    document: &'a str,
    reason: &'a str,
    request: Option<Uuid>,
}

/// A quantity of at least one, at most a hundred thousand.
fn quantity(fields: &RawFields, field: &str) -> std::result::Result<i64, FieldError> {
    let typed = text::ascii_digits(&text::clean(raw(fields, field)));
    typed
        .parse::<i64>()
        .ok()
        .filter(|n| (1..=100_000).contains(n))
        .ok_or_else(|| {
            FieldError::new(
                field,
                "number",
                "กรอกจำนวน 1 ถึง 100,000",
                "Enter a number from 1 to 100,000",
            )
        })
}
