//! One municipality as data: everything another city changes by editing one file.
mod ash;
mod check;
mod signing;

pub use ash::{AshSettings, AshSlot, AshTable};
pub use check::Problem;
pub use signing::{CopyTo, SigningSettings};

pub use crate::crematorium::required::{DocumentRule, TaskRule};
pub use crate::crematorium::{CaseType, CoffinSize};

use crate::crematorium::required::{CaseFacts, required_documents, usual_documents};
pub use crate::equipment::settings::{EquipmentType, LoanSettings, SupplyType};
use crate::fee::MoneySettings;
use crate::form::Text;
use crate::lunar::{LunarCalendar, LunarYear};
use crate::money::Satang;
use crate::paper::PaperKind;
use crate::time::TimeOfDay;
use crate::working_time::{Span, WorkingTime};
use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Opening hours by weekday; an absent or empty list is a closed day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WeekHours {
    pub mon: Vec<Span>,
    pub tue: Vec<Span>,
    pub wed: Vec<Span>,
    pub thu: Vec<Span>,
    pub fri: Vec<Span>,
    pub sat: Vec<Span>,
    pub sun: Vec<Span>,
}

impl WeekHours {
    /// The days in order, Monday first.
    pub fn days(&self) -> [(WeekdayName, &[Span]); 7] {
        [
            (WeekdayName::Mon, self.mon.as_slice()),
            (WeekdayName::Tue, &self.tue),
            (WeekdayName::Wed, &self.wed),
            (WeekdayName::Thu, &self.thu),
            (WeekdayName::Fri, &self.fri),
            (WeekdayName::Sat, &self.sat),
            (WeekdayName::Sun, &self.sun),
        ]
    }
}

/// A public office: how to reach it, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    pub name: Text,
    /// As printed on pages, such as `075-000-000`.
    pub phone: String,
    /// The hours in words, such as `ทุกวัน 08.00–20.00 น.`
    pub hours_text: Text,
    pub hours: WeekHours,
    /// Whether public holidays close it. The crematorium's duty hours are not office hours.
    pub closed_on_holidays: bool,
}

/// A fixed public holiday, by its official name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    pub date: NaiveDate,
    pub name: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Furnace {
    /// Stable id, also the claimed resource: `furnace-1`.
    pub id: String,
    pub name: Text,
    /// The largest coffin that fits; absent: every coffin fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub largest_coffin: Option<CoffinSize>,
    /// `mon` … `sun`; empty means every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<WeekdayName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
}

impl Furnace {
    /// Whether it burns on a date, as far as the settings know.
    pub fn serves(&self, date: NaiveDate) -> bool {
        on_day(&self.weekdays, self.valid_from, self.valid_until, date)
    }

    pub fn fits(&self, coffin: CoffinSize) -> bool {
        self.largest_coffin.is_none_or(|largest| coffin <= largest)
    }
}

/// Whether a date lies within a range and on one of some weekdays; no weekdays means all.
fn on_day(
    weekdays: &[WeekdayName],
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
    date: NaiveDate,
) -> bool {
    from.is_none_or(|from| from <= date)
        && until.is_none_or(|until| date <= until)
        && (weekdays.is_empty() || weekdays.iter().any(|day| date.weekday() == (*day).into()))
}

/// The menu of start times: a round on some weekdays, for some range of dates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    pub start: TimeOfDay,
    /// `mon` … `sun`; empty means every day.
    #[serde(default)]
    pub weekdays: Vec<WeekdayName>,
    pub valid_from: NaiveDate,
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
    /// Empty means every type.
    #[serde(default)]
    pub case_types: Vec<CaseType>,
    /// Ids; empty means every furnace.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub furnaces: Vec<String>,
}

impl Round {
    /// Whether it stands on the menu of a date for a type of case.
    pub fn serves(&self, date: NaiveDate, case_type: CaseType) -> bool {
        on_day(
            &self.weekdays,
            Some(self.valid_from),
            self.valid_until,
            date,
        ) && (self.case_types.is_empty() || self.case_types.contains(&case_type))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeekdayName {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl WeekdayName {
    pub const ALL: [Self; 7] = [
        Self::Mon,
        Self::Tue,
        Self::Wed,
        Self::Thu,
        Self::Fri,
        Self::Sat,
        Self::Sun,
    ];

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|day| day.code() == code)
    }

    /// The word of the file.
    pub fn code(self) -> &'static str {
        match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        }
    }
}

impl From<WeekdayName> for Weekday {
    fn from(name: WeekdayName) -> Self {
        match name {
            WeekdayName::Mon => Self::Mon,
            WeekdayName::Tue => Self::Tue,
            WeekdayName::Wed => Self::Wed,
            WeekdayName::Thu => Self::Thu,
            WeekdayName::Fri => Self::Fri,
            WeekdayName::Sat => Self::Sat,
            WeekdayName::Sun => Self::Sun,
        }
    }
}

/// How long a case type keeps a furnace. Minutes are rounded up to quarter-hour cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duration {
    pub case_type: CaseType,
    pub minutes: u16,
    pub cool_down_minutes: u16,
    /// Only the last round of a day, so that nobody comes after.
    #[serde(default)]
    pub last_round_only: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pavilion {
    /// Stable id, also the claimed resource: `sala-1`.
    pub id: String,
    pub name: Text,
    /// Guests, seated.
    pub guests: u16,
    pub price_per_night: Satang,
}

/// What a pavilion needs after a night before somebody else can have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turnover {
    /// The next family may come on the next evening, and nothing is kept by day.
    #[default]
    None,
    /// The day after each night is kept: for the family, and after the last night for cleaning.
    Day,
    /// The same, and the night after the last stays empty.
    Night,
}

/// What a closure closes: it always names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closes {
    Cremation,
    Pavilions,
    /// Collecting ashes.
    Ash,
    All,
}

/// When a closure (or its opposite, an opening) applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ClosureWhen {
    Weekly(WeekdayName),
    /// Every วันพระ, as far as the lunar calendar is confirmed.
    HolyDay,
    /// Every listed public holiday.
    Holidays,
    /// Inclusive.
    Dates {
        from: NaiveDate,
        until: NaiveDate,
    },
}

/// An office closure: hard, with the office's own public reason. Never a belief.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closure {
    pub when: ClosureWhen,
    pub closes: Closes,
    /// `true` is a staff override, "open anyway": it wins over every closure.
    #[serde(default)]
    pub open_anyway: bool,
    pub reason: Text,
    /// The first day on which a rule that repeats applies; `None` is from the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    /// The last day, inclusive; `None` is for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// Given to what staff close on the calendar page: the bookings that had to move remember it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
}

impl Closure {
    /// Whether a date lies within the days the rule is valid for.
    pub fn is_valid_on(&self, date: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= date)
            && self.valid_until.is_none_or(|until| date <= until)
    }
}

/// The crematorium: capacity, rules of booking and targets. All of it is settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrematoriumSettings {
    pub name: Text,
    pub address: Text,
    /// The duty desk: its hours decide deadlines, because death does not wait for Monday.
    pub duty: Office,
    pub furnaces: Vec<Furnace>,
    pub rounds: Vec<Round>,
    pub durations: Vec<Duration>,
    /// Minutes a furnace stays empty between two cases, beyond cooling down.
    #[serde(default)]
    pub buffer_minutes: u16,
    pub pavilions: Vec<Pavilion>,
    #[serde(default)]
    pub pavilion_turnover: Turnover,
    #[serde(default)]
    pub ash: AshSettings,
    /// Days of royal ceremonies: no royal-flame cremation, as on every Friday.
    #[serde(default)]
    pub royal_days: Vec<Holiday>,
    /// The papers that cases need in this city, beside those that every city asks for.
    #[serde(default = "usual_documents")]
    pub documents: Vec<DocumentRule>,
    /// What the office does for some cases.
    #[serde(default)]
    pub tasks: Vec<TaskRule>,
    pub max_nights: u8,
    #[serde(default)]
    pub closures: Vec<Closure>,
    /// How many days ahead can be booked; today is day 0.
    pub horizon_days: u16,
    /// Hours before a round (or a first night's 18.00) after which only the duty officer can book.
    pub minimum_notice_hours: u16,
    pub hold_minutes: u16,
    /// How often a hold can be extended; WCAG 2.2.1 asks for at least ten.
    pub hold_extensions: u8,
    /// How early a coffin from elsewhere should arrive.
    pub arrive_before_minutes: u16,
    /// Target for a decision, in duty hours.
    pub decision_hours: u16,
    /// Target for telling the family after a decision, in minutes of the clock.
    pub tell_within_minutes: u16,
    /// Duty hours after which an unverified request lapses.
    pub unverified_hours: u16,
    /// Live unverified requests per phone, and per browser.
    pub unverified_per_phone: u8,
    /// Duty hours a family has to correct a returned request.
    pub correction_hours: u16,
    /// Hours after sending by which a certificate that "has not come yet" is expected.
    pub certificate_hours: u16,
    /// Hours before the first of a booking's places until which the family may move or cancel it by itself.
    #[serde(default = "usual_cut_off")]
    pub change_cut_off_hours: u16,
    /// "อุทธรณ์ต่อนายกเทศมนตรีภายใน 15 วันนับแต่วันที่ได้รับแจ้ง"
    pub appeal_text: Text,
    /// The law a refusal cites by default.
    pub refusal_law: Text,
    /// Whether deaths are notified at the city itself: then an officer looks them up, and a photo is optional.
    #[serde(default)]
    pub registry_is_city: bool,
}

/// A day, in files that do not say.
fn usual_cut_off() -> u16 {
    24
}

impl CrematoriumSettings {
    /// How long a case of this type keeps a furnace; always there in checked settings.
    pub fn duration(&self, case_type: CaseType) -> Option<&Duration> {
        let case_type = self.treated_as(case_type);
        self.durations
            .iter()
            .find(|duration| duration.case_type == case_type)
    }

    /// The papers a case needs.
    pub fn required_documents(&self, facts: CaseFacts) -> Vec<PaperKind> {
        let mut kinds = required_documents(&self.documents, facts);
        // Never the city's own paper: an officer asks its registry.
        kinds.retain(|kind| !(self.registry_is_city && *kind == PaperKind::InAreaProof));
        kinds
    }

    /// A type without a duration of its own is treated as an ordinary case: the same length, the same rounds.
    /// So a file that was written before the type was known goes on working.
    pub fn treated_as(&self, case_type: CaseType) -> CaseType {
        if self
            .durations
            .iter()
            .any(|duration| duration.case_type == case_type)
        {
            case_type
        } else {
            CaseType::Ordinary
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManualStep {
    pub name: Text,
    /// Who does it.
    pub responsible: Text,
    /// How long it takes, in words.
    pub time: Text,
    /// Duty minutes, when the step is measured against the clock.
    #[serde(default)]
    pub minutes: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManualFee {
    pub name: Text,
    pub amount: Satang,
    pub unit: Text,
    pub legal_basis: Text,
}

/// A public service manual: criteria, steps with times, documents, fees, channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manual {
    /// `crematorium` or `equipment`: the last part of `/manual/{service}`.
    pub service: String,
    pub title: Text,
    pub summary: Text,
    pub criteria: Vec<Text>,
    pub steps: Vec<ManualStep>,
    pub documents: Vec<Text>,
    pub fees: Vec<ManualFee>,
    pub channels: Vec<Text>,
    pub complaints: Text,
    pub legal_basis: Text,
    pub revised: NaiveDate,
}

/// The whole file `config/*.toml`. [`Municipality::check`] lists what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Municipality {
    /// "เทศบาลนครตรัง"
    pub name: Text,
    /// "กองสาธารณสุขและสิ่งแวดล้อม"
    pub division: Text,
    /// True while the values are samples: every page then says so.
    pub sample: bool,
    pub sample_note: Text,
    pub office: Office,
    pub holidays: Vec<Holiday>,
    /// Replaces or adds years of the built-in lunar table.
    #[serde(default)]
    pub lunar_years: Vec<LunarYear>,
    pub crematorium: CrematoriumSettings,
    #[serde(default)]
    pub equipment: Vec<EquipmentType>,
    /// Consumables.
    #[serde(default)]
    pub supplies: Vec<SupplyType>,
    /// The rules of lending.
    #[serde(default)]
    pub loans: LoanSettings,
    /// Fees, exemptions, refunds, where to pay.
    #[serde(default)]
    pub money: MoneySettings,
    pub manuals: Vec<Manual>,
    /// Numbers, signatures, appeals, late notices.
    #[serde(default)]
    pub signing: SigningSettings,
}

impl Municipality {
    /// The manual of a service, if the city publishes one.
    pub fn manual(&self, service: &str) -> Option<&Manual> {
        self.manuals.iter().find(|manual| manual.service == service)
    }

    /// A type of equipment by its id.
    pub fn equipment_type(&self, id: &str) -> Option<&EquipmentType> {
        self.equipment.iter().find(|kind| kind.id == id)
    }

    /// A consumable by its id.
    pub fn supply(&self, id: &str) -> Option<&SupplyType> {
        self.supplies.iter().find(|kind| kind.id == id)
    }

    /// An office's hours as working time, for deadlines.
    pub fn working_time(&self, office: &Office) -> WorkingTime {
        WorkingTime {
            weekly: office.hours.days().map(|(_, spans)| spans.to_vec()),
            closed: self
                .holidays
                .iter()
                .filter(|_| office.closed_on_holidays)
                .map(|holiday| holiday.date)
                .collect(),
            extra: std::collections::BTreeMap::default(),
        }
    }

    /// The built-in lunar table with this file's years. Checked settings always join it.
    pub fn lunar_calendar(&self) -> LunarCalendar {
        LunarCalendar::built_in()
            .with_overrides(&self.lunar_years)
            .unwrap_or_default()
    }

    /// The crematorium's duty hours.
    pub fn duty_time(&self) -> WorkingTime {
        self.working_time(&self.crematorium.duty)
    }
}
