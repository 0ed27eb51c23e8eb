//! Types, supplies and loan rules of one municipality.
use super::application::Health;
use crate::form::Text;
use serde::{Deserialize, Serialize};

/// A type of equipment (รายการ): what a resident asks for. Units of it stand in the register.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EquipmentType {
    /// Stable id, such as `wheelchair`.
    pub id: String,
    pub name: Text,
    /// How many the city says it has; the register holds which.
    pub count: u32,
    /// What it is, in plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    /// "Which one do I need": the conditions it is usual for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suits: Vec<Health>,
    #[serde(default)]
    pub home: HomeNeeds,
    /// By what it may be lent; a type without one cannot be lent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<Text>,
    /// Who paid for it: the municipal budget, the health fund, a donation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fund: Option<Text>,
    /// Who may have it, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eligibility: Option<Text>,
    /// How many one person may have at a time.
    #[serde(default = "one")]
    pub quota: u8,
    /// Whether a doctor's note is asked for.
    #[serde(default)]
    pub medical_note: bool,
    /// Oxygen has rules of its own: no flame, a plan for a power cut, a new cannula for each patient.
    #[serde(default)]
    pub oxygen: bool,
    /// How to use it safely, for whoever reads the code on it at the bedside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub safe_use: Vec<Text>,
    #[serde(default)]
    pub checklists: Checklists,
    #[serde(default)]
    pub service: ServicePlan,
    /// What it eats: issued with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplies: Vec<SupplyNeed>,
    /// Types that may stand in for it while none is free.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub substitutes: Vec<String>,
}

impl EquipmentType {
    /// Whether it may be lent at all (Ministry of Finance Regulation 2560, clause 207).
    pub fn may_be_lent(&self) -> bool {
        self.legal_basis.is_some()
    }
}

fn one() -> u8 {
    1
}

/// What the home must have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HomeNeeds {
    /// The narrowest door it passes, in centimetres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub door_cm: Option<u16>,
    /// It cannot be used on stairs or carried up them by one person.
    pub no_stairs: bool,
    /// It needs a mains socket near the bed.
    pub mains: bool,
}

/// What is gone through at hand-over, cleaning and inspection; every line must be ticked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Checklists {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hand_over: Vec<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cleaning: Vec<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inspection: Vec<Text>,
}

/// When a unit must be serviced; whichever comes first. Absent: never for that reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServicePlan {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_loans: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
    /// By the hour meter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<u32>,
}

/// So many of a supply with each unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplyNeed {
    pub id: String,
    pub quantity: u32,
}

/// A consumable (วัสดุ): given for good, never lent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplyType {
    pub id: String,
    pub name: Text,
    /// What one of it is: "ชิ้น", "ห่อ".
    pub unit: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fund: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eligibility: Option<Text>,
    /// How many one person may have in thirty days; absent: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<u32>,
}

/// The rules of lending. Every value of the sample file is a sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LoanSettings {
    /// How long a loan may be asked for, in days, first and last included.
    pub period_days: u16,
    /// How far ahead the first day may be.
    pub ahead_days: u16,
    /// How many units one request may name.
    pub most_items: u8,
    /// "Still needed?" is asked so many days before the end.
    pub ask_before_days: u16,
    pub renewals: u8,
    pub renewal_days: u16,
    /// An offer waits so many open days for an answer.
    pub offer_open_days: u8,
    /// So many offers may lapse before the place in the queue is given up.
    pub offers: u8,
    /// A unit is set aside so many days before the first day asked for.
    pub ready_before_days: u16,
    /// An overdue loan is chased within so many days [law: 7].
    pub chase_days: u16,
    /// A hand-over to the wrong person can be undone within so many hours.
    pub undo_hours: u16,
    /// Communities (ชุมชน) of the city; empty: typed freely.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub communities: Vec<String>,
    /// Tambons of the city.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tambons: Vec<String>,
    /// Whether the city brings things home.
    pub delivers: bool,
    pub need: NeedSettings,
}

impl Default for LoanSettings {
    fn default() -> Self {
        Self {
            period_days: 90,
            ahead_days: 60,
            most_items: 5,
            ask_before_days: 7,
            renewals: 2,
            renewal_days: 90,
            offer_open_days: 2,
            offers: 2,
            ready_before_days: 3,
            chase_days: 7,
            undo_hours: 24,
            communities: Vec::new(),
            tambons: Vec::new(),
            delivers: true,
            need: NeedSettings::default(),
        }
    }
}

/// How need is scored: points for each thing that is so, and the class the sum leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NeedSettings {
    /// Barthel ADL, 0 to 20: the first band that holds the score counts.
    pub adl: Vec<AdlBand>,
    pub poor: u8,
    pub discharged: u8,
    /// Discharged from hospital within so many days.
    pub discharged_days: u16,
    /// From so many points on a request is of the first class, and of the second.
    pub first_class: u8,
    pub second_class: u8,
}

impl Default for NeedSettings {
    fn default() -> Self {
        let band = |at_most, points, th: &str, en: &str| AdlBand {
            at_most,
            points,
            name: Text::new(th, en),
        };
        Self {
            adl: vec![
                band(4, 4, "ติดเตียง (ADL 0–4)", "Bedridden (ADL 0–4)"),
                band(11, 2, "พึ่งพาผู้อื่น (ADL 5–11)", "Dependent (ADL 5–11)"),
            ],
            poor: 2,
            discharged: 2,
            discharged_days: 14,
            first_class: 4,
            second_class: 2,
        }
    }
}

/// A band of the ADL score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdlBand {
    /// Inclusive.
    pub at_most: u8,
    pub points: u8,
    pub name: Text,
}
