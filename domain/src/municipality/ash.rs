//! Ash collection (เก็บอัฐิ) as a city sets it: tables, start times, and how soon after the fire.
use super::{WeekdayName, on_day};
use crate::form::Text;
use crate::time::TimeOfDay;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// No tables or no slots: the city does not book ash collection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AshSettings {
    pub tables: Vec<AshTable>,
    pub slots: Vec<AshSlot>,
    /// How long a family keeps a table. Rounded up to quarter-hour cells.
    pub minutes: u16,
    /// The earliest start, in hours after the end of the fire.
    pub after_hours: u16,
    /// The last day that can be asked, in days after the cremation.
    pub within_days: u16,
}

/// A table on which ashes are laid out and collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AshTable {
    /// Stable id, also the claimed resource: `ash-1`.
    pub id: String,
    pub name: Text,
}

/// A start time, on some weekdays, for some range of dates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AshSlot {
    pub start: TimeOfDay,
    /// `mon` … `sun`; empty means every day.
    #[serde(default)]
    pub weekdays: Vec<WeekdayName>,
    #[serde(default)]
    pub valid_from: Option<NaiveDate>,
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
}

impl AshSettings {
    /// Whether ash collection can be booked at all.
    pub fn is_offered(&self) -> bool {
        !self.tables.is_empty() && !self.slots.is_empty()
    }
}

impl AshSlot {
    pub fn serves(&self, date: NaiveDate) -> bool {
        on_day(&self.weekdays, self.valid_from, self.valid_until, date)
    }
}
