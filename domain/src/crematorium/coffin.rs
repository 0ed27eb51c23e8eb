//! The coffin's size, which decides the furnaces it fits into, and implants, which must be out before the fire.
use crate::form::Text;
use serde::{Deserialize, Serialize};

/// How large a coffin is, from small to large. What nobody said is standard.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum CoffinSize {
    /// For a child, or for remains.
    Small,
    #[default]
    Standard,
    Large,
    ExtraLarge,
}

impl CoffinSize {
    pub const ALL: [Self; 4] = [Self::Small, Self::Standard, Self::Large, Self::ExtraLarge];

    /// The word of the file, of the API and of the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Standard => "standard",
            Self::Large => "large",
            Self::ExtraLarge => "extra_large",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.code() == code)
    }

    pub fn label(self) -> Text {
        let (th, en) = match self {
            Self::Small => ("เล็ก", "Small"),
            Self::Standard => ("ขนาดทั่วไป", "Standard"),
            Self::Large => ("ใหญ่", "Large"),
            Self::ExtraLarge => ("ใหญ่พิเศษ", "Extra large"),
        };
        Text::new(th, en)
    }
}

/// Pacemakers and other devices with a battery: they burst in the fire and must be removed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Implants {
    None,
    /// Still there: the hospital or the temple has to be asked.
    Present,
    Removed,
    NotSure,
}

impl Implants {
    pub const ALL: [Self; 4] = [Self::None, Self::Present, Self::Removed, Self::NotSure];

    /// The word of the API and of the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Present => "present",
            Self::Removed => "removed",
            Self::NotSure => "not_sure",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|implants| implants.code() == code)
    }

    pub fn label(self) -> Text {
        let (th, en) = match self {
            Self::None => ("ไม่มี", "None"),
            Self::Present => ("มี ยังไม่ได้นำออก", "Yes, not removed yet"),
            Self::Removed => ("เคยมี นำออกแล้ว", "Yes, already removed"),
            Self::NotSure => ("ไม่แน่ใจ", "Not sure"),
        };
        Text::new(th, en)
    }

    /// Whether somebody still has to see to it before the fire.
    pub fn needs_care(self) -> bool {
        matches!(self, Self::Present | Self::NotSure)
    }
}
