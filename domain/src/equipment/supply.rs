//! Consumables: a ledger by lot that is only added to. First expired first out, never below zero.
use crate::form::Text;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Why a lot's stock changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    Receive,
    Issue,
    /// Counted, and corrected with a reason.
    Adjust,
    Loss,
    Expire,
}

impl EntryKind {
    pub const ALL: [Self; 5] = [
        Self::Receive,
        Self::Issue,
        Self::Adjust,
        Self::Loss,
        Self::Expire,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Issue => "issue",
            Self::Adjust => "adjust",
            Self::Loss => "loss",
            Self::Expire => "expire",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    pub fn label(self) -> Text {
        match self {
            Self::Receive => Text::new("รับ", "Received"),
            Self::Issue => Text::new("จ่าย", "Issued"),
            Self::Adjust => Text::new("ปรับยอด", "Adjusted"),
            Self::Loss => Text::new("เสียหายหรือสูญหาย", "Lost or damaged"),
            Self::Expire => Text::new("หมดอายุ", "Expired"),
        }
    }

    /// Whether a change of this kind may have this size.
    pub fn allows(self, change: i64) -> bool {
        match self {
            Self::Receive => change > 0,
            Self::Issue | Self::Loss | Self::Expire => change < 0,
            Self::Adjust => change != 0,
        }
    }

    pub fn needs_reason(self) -> bool {
        matches!(self, Self::Adjust | Self::Loss)
    }
}

/// A lot on the shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot<Id> {
    pub id: Id,
    pub on_hand: i64,
    pub expires_on: Option<NaiveDate>,
}

/// There is not enough that may still be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short {
    pub available: i64,
}

/// From which lots so many are issued today: what expires first goes first, what has expired is not given, and what
/// never expires goes last. Lots are in the order they were received.
pub fn plan_issue<Id: Copy>(
    lots: &[Lot<Id>],
    quantity: i64,
    today: NaiveDate,
) -> Result<Vec<(Id, i64)>, Short> {
    let mut usable: Vec<&Lot<Id>> = lots
        .iter()
        .filter(|lot| lot.on_hand > 0 && lot.expires_on.is_none_or(|date| today <= date))
        .collect();
    usable.sort_by_key(|lot| (lot.expires_on.is_none(), lot.expires_on));
    let available = usable.iter().map(|lot| lot.on_hand).sum();
    if quantity > available {
        return Err(Short { available });
    }
    let mut left = quantity;
    let mut plan = Vec::new();
    for lot in usable {
        let take = left.min(lot.on_hand);
        if take > 0 {
            plan.push((lot.id, take));
            left -= take;
        }
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn lot(id: u8, on_hand: i64, expires: Option<&str>) -> Lot<u8> {
        Lot {
            id,
            on_hand,
            expires_on: expires.map(day),
        }
    }

    #[test]
    fn first_expired_first_out_and_never_more_than_there_is() {
        let lots = [
            lot(1, 5, None),
            lot(2, 3, Some("2027-01-31")),
            lot(3, 4, Some("2026-12-31")),
            // Expired yesterday, and empty.
            lot(4, 9, Some("2026-11-24")),
            lot(5, 0, Some("2026-11-30")),
        ];
        let today = day("2026-11-25");
        for (quantity, expected) in [
            (1, Ok(vec![(3, 1)])),
            (4, Ok(vec![(3, 4)])),
            (6, Ok(vec![(3, 4), (2, 2)])),
            (12, Ok(vec![(3, 4), (2, 3), (1, 5)])),
            (13, Err(Short { available: 12 })),
            (0, Ok(vec![])),
        ] {
            assert_eq!(plan_issue(&lots, quantity, today), expected, "{quantity}");
        }
    }

    #[test]
    fn the_last_day_is_still_good() {
        let lots = [lot(1, 1, Some("2026-11-25"))];
        assert_eq!(plan_issue(&lots, 1, day("2026-11-25")), Ok(vec![(1, 1)]));
        assert_eq!(
            plan_issue(&lots, 1, day("2026-11-26")),
            Err(Short { available: 0 })
        );
    }

    #[test]
    fn each_kind_changes_stock_its_own_way() {
        for (kind, up, down) in [
            (EntryKind::Receive, true, false),
            (EntryKind::Issue, false, true),
            (EntryKind::Adjust, true, true),
            (EntryKind::Loss, false, true),
            (EntryKind::Expire, false, true),
        ] {
            assert_eq!(
                (kind.allows(1), kind.allows(-1), kind.allows(0)),
                (up, down, false)
            );
        }
    }
}
