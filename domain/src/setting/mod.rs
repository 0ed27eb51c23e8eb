//! Settings that staff edit: each kind is a part of the municipality's settings with revisions of its own.
//!
//! The municipality's file comes first; the revision of each kind that is valid on a day lies over it.
pub mod closure;
mod diff;
mod form;

pub use diff::{Change, diff};
pub use form::{Field, Part, Shape, date, label, read, rows, several, shown, typed};

use crate::form::Text;
use crate::municipality::Municipality;
use form::{FEES, HOLIDAYS, HOURS, LIMITS, ROUNDS};
use serde_json::{Map, Value};

/// What can be revised by itself. A new kind is a variant and its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Closed days and days opened anyway.
    Closures,
    /// Furnaces, the menu of start times, and how long a case keeps a furnace.
    Rounds,
    /// The office's and the duty desk's.
    Hours,
    Holidays,
    /// Years of the lunar calendar that the office has confirmed.
    Lunar,
    /// The horizon, notice, holds and targets.
    Limits,
    /// What things cost, and what is paid back.
    Fees,
}

impl Kind {
    pub const ALL: [Self; 7] = [
        Self::Closures,
        Self::Rounds,
        Self::Hours,
        Self::Holidays,
        Self::Lunar,
        Self::Limits,
        Self::Fees,
    ];

    /// The word of the database and of addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Closures => "closures",
            Self::Rounds => "rounds",
            Self::Hours => "hours",
            Self::Holidays => "holidays",
            Self::Lunar => "lunar",
            Self::Limits => "limits",
            Self::Fees => "fees",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    pub fn name(self) -> Text {
        match self {
            Self::Closures => Text::new("วันปิดทำการ", "Closed days"),
            Self::Rounds => Text::new("เตาและรอบ", "Furnaces and rounds"),
            Self::Hours => Text::new("เวลาทำการ", "Hours"),
            Self::Holidays => Text::new("วันหยุดราชการ", "Public holidays"),
            Self::Lunar => Text::new("ปฏิทินจันทรคติ", "Lunar calendar"),
            Self::Limits => Text::new("การจองและกำหนดเวลา", "Booking and deadlines"),
            Self::Fees => Text::new("ค่าธรรมเนียม", "Fees"),
        }
    }

    /// What its page asks, in groups; empty for what has a page of its own (the calendar).
    pub fn parts(self) -> &'static [Part] {
        match self {
            Self::Rounds => ROUNDS,
            Self::Hours => HOURS,
            Self::Holidays => HOLIDAYS,
            Self::Limits => LIMITS,
            Self::Fees => FEES,
            Self::Closures | Self::Lunar => &[],
        }
    }

    /// The dotted paths of the municipality's settings that its revisions replace.
    pub fn paths(self) -> Vec<String> {
        match self {
            Self::Closures => vec!["crematorium.closures".to_owned()],
            Self::Lunar => vec!["lunar_years".to_owned()],
            _ => self.parts().iter().flat_map(Part::paths).collect(),
        }
    }

    /// Rounds and fees decide what a person is given and pays: the revision names what it rests on.
    pub fn needs_legal_basis(self) -> bool {
        matches!(self, Self::Rounds | Self::Fees)
    }

    /// Whether its entries bear their own dates, so that a revision is always valid from the day it is made.
    pub fn dates_itself(self) -> bool {
        matches!(self, Self::Closures | Self::Holidays | Self::Lunar)
    }
}

/// Why parts do not make settings that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct ComposeError {
    /// The dotted path with indices.
    pub field: String,
    pub reason: String,
}

/// A kind's part of the settings, as a revision keeps it: each path with its value.
pub fn part(kind: Kind, municipality: &Municipality) -> Value {
    let whole = serde_json::to_value(municipality).unwrap_or_default();
    let values = kind
        .paths()
        .into_iter()
        .filter_map(|path| Some((path.clone(), at(&whole, &path)?.clone())));
    Value::Object(values.collect())
}

/// The file's settings with parts laid over it; later parts win.
pub fn compose(
    file: &Municipality,
    parts: &[(Kind, &Value)],
) -> Result<Municipality, ComposeError> {
    let unreadable = |field: &str, error: &serde_json::Error| ComposeError {
        field: field.to_owned(),
        reason: error.to_string(),
    };
    let mut whole = serde_json::to_value(file).map_err(|error| unreadable("", &error))?;
    for (kind, part) in parts {
        for path in kind.paths() {
            // A revision of a former version does not know a newer path: the file's value stands.
            if let Some(value) = part.get(&path) {
                put(&mut whole, &path, value.clone());
            }
        }
    }
    serde_path_to_error::deserialize(&whole).map_err(|error| {
        let field = error.path().to_string();
        unreadable(&field, &error.into_inner())
    })
}

/// The value at a dotted path without indices.
fn at<'a>(whole: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(whole, |value, key| value.get(key))
}

fn put(whole: &mut Value, path: &str, new: Value) {
    let mut place = whole;
    for key in path.split('.') {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        let Value::Object(map) = place else { return };
        place = map.entry(key.to_owned()).or_insert(Value::Null);
    }
    *place = new;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::municipality::{Closes, Closure, ClosureWhen};

    pub fn city() -> Municipality {
        toml::from_str(include_str!("../../../config/trang.toml")).expect("the sample")
    }

    #[test]
    fn every_kind_is_known_by_its_code_and_owns_paths_of_its_own() {
        let mut seen = std::collections::BTreeSet::new();
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.code()), Some(kind));
            let whole = serde_json::to_value(city()).expect("a value");
            for path in kind.paths() {
                assert!(at(&whole, &path).is_some(), "{path} is in the settings");
                assert!(seen.insert(path.clone()), "{path} has two owners");
            }
        }
    }

    #[test]
    fn a_part_laid_over_the_file_it_came_from_changes_nothing() {
        for kind in Kind::ALL {
            let own = part(kind, &city());
            assert_eq!(compose(&city(), &[(kind, &own)]), Ok(city()), "{kind:?}");
        }
    }

    #[test]
    fn a_part_replaces_its_own_paths_and_no_others() {
        let mut other = city();
        other.crematorium.horizon_days = 45;
        other.crematorium.closures = vec![Closure {
            when: ClosureWhen::HolyDay,
            closes: Closes::All,
            open_anyway: false,
            reason: Text::new("ปิด", "Closed"),
            valid_from: None,
            valid_until: None,
            id: None,
        }];
        let closures = part(Kind::Closures, &other);
        let composed = compose(&city(), &[(Kind::Closures, &closures)]).expect("settings");
        assert_eq!(composed.crematorium.closures.len(), 1);
        assert_eq!(composed.crematorium.horizon_days, 30);
        let limits = part(Kind::Limits, &other);
        let composed = compose(
            &city(),
            &[(Kind::Closures, &closures), (Kind::Limits, &limits)],
        );
        assert_eq!(composed.expect("settings").crematorium.horizon_days, 45);
    }

    #[test]
    fn a_part_that_cannot_be_read_names_its_field() {
        let broken = serde_json::json!({"crematorium.horizon_days": "thirty"});
        let error = compose(&city(), &[(Kind::Limits, &broken)]).expect_err("not a number");
        assert_eq!(error.field, "crematorium.horizon_days");
    }
}
