//! What kind of case it is: it decides how long a furnace is kept, which rounds may be asked, which papers are needed
//! and what the office has to do.
use crate::form::Text;
use serde::{Deserialize, Serialize};

/// The kind of a case. Most families are never asked: ordinary is what nobody said otherwise.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum CaseType {
    #[default]
    Ordinary,
    /// A body sealed in its bag because of an infection.
    Infectious,
    /// A child or an infant.
    Child,
    /// Nobody knows who it is: the office gives an internal number.
    Unnamed,
    /// พระราชทานเพลิงศพ: never on a Friday or on the day of a royal ceremony.
    Royal,
    /// Exhumed remains or bones.
    Remains,
}

impl CaseType {
    pub const ALL: [Self; 6] = [
        Self::Ordinary,
        Self::Infectious,
        Self::Child,
        Self::Unnamed,
        Self::Royal,
        Self::Remains,
    ];

    /// The word of the file, of the API and of the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Infectious => "infectious",
            Self::Child => "child",
            Self::Unnamed => "unnamed",
            Self::Royal => "royal",
            Self::Remains => "remains",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The words on pages and papers.
    pub fn label(self) -> Text {
        let (th, en) = match self {
            Self::Ordinary => ("ทั่วไป", "Ordinary"),
            Self::Infectious => ("ศพติดเชื้อที่บรรจุถุงปิดผนึก", "Sealed infectious body"),
            Self::Child => ("เด็กหรือทารก", "Child or infant"),
            Self::Unnamed => ("ศพไม่ทราบชื่อ", "Unnamed body"),
            Self::Royal => ("พระราชทานเพลิงศพ", "Royal-flame cremation"),
            Self::Remains => ("ศพหรือกระดูกที่ขุดขึ้นมา", "Exhumed remains"),
        };
        Text::new(th, en)
    }
}
