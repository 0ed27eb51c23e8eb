//! Why a live booking must move: something is out of service, or the office has closed a day.
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What kind of thing makes a booking move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// A furnace, pavilion or ash table out of service.
    Outage,
    /// A day the office has closed.
    Closure,
}

impl CauseKind {
    pub const ALL: [Self; 2] = [Self::Outage, Self::Closure];

    pub fn code(self) -> &'static str {
        match self {
            Self::Outage => "outage",
            Self::Closure => "closure",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// One outage or closure, by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cause {
    pub kind: CauseKind,
    pub id: Uuid,
}

/// How it came that a booking need not move any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resolution {
    Moved,
    /// The request ended: withdrawn, cancelled, refused, lapsed.
    Ended,
    /// The outage ended early or the closure was lifted: the booking keeps its places.
    Stays,
}

impl Resolution {
    pub const ALL: [Self; 3] = [Self::Moved, Self::Ended, Self::Stays];

    pub fn code(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Ended => "ended",
            Self::Stays => "stays",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.code() == code)
    }
}
