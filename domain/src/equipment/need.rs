//! The score of need: points from the settings, each with its reason, and the class they lead to.
use super::settings::NeedSettings;
use crate::form::Text;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The highest Barthel ADL score.
pub const ADL_MOST: u8 = 20;

/// What an officer found out about the patient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeedFacts {
    /// Barthel ADL, 0 to 20; `None`: not assessed.
    pub adl: Option<u8>,
    pub poor: bool,
    /// The day of discharge from hospital.
    pub discharged: Option<NaiveDate>,
}

/// The class in the queue: 1 is served before 2 before 3.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    First,
    Second,
    #[default]
    Third,
}

impl Priority {
    pub const ALL: [Self; 3] = [Self::First, Self::Second, Self::Third];

    /// 1 to 3, as the database orders by it.
    pub fn number(self) -> i64 {
        match self {
            Self::First => 1,
            Self::Second => 2,
            Self::Third => 3,
        }
    }

    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|priority| priority.number() == number)
    }

    pub fn label(self) -> Text {
        match self {
            Self::First => Text::new("จำเป็นเร่งด่วน", "Most needed"),
            Self::Second => Text::new("จำเป็น", "Needed"),
            Self::Third => Text::new("ตามลำดับเวลา", "By time"),
        }
    }
}

/// A score and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    pub points: u8,
    pub priority: Priority,
    /// Each reason with its points.
    pub reasons: Vec<(Text, u8)>,
}

/// Scores what is known on a day.
pub fn score(settings: &NeedSettings, facts: NeedFacts, today: NaiveDate) -> Score {
    let mut reasons = Vec::new();
    let band = facts
        .adl
        .and_then(|adl| settings.adl.iter().find(|band| adl <= band.at_most));
    if let Some(band) = band {
        reasons.push((band.name.clone(), band.points));
    }
    if facts.poor {
        reasons.push((Text::new("ครัวเรือนยากจน", "A poor household"), settings.poor));
    }
    let lately = facts.discharged.filter(|date| {
        let days = (today - *date).num_days();
        (0..=i64::from(settings.discharged_days)).contains(&days)
    });
    if lately.is_some() {
        reasons.push((
            Text::new(
                format!("ออกจากโรงพยาบาลไม่เกิน {} วัน", settings.discharged_days),
                format!("Left hospital within {} days", settings.discharged_days),
            ),
            settings.discharged,
        ));
    }
    let points = reasons
        .iter()
        .fold(0_u8, |sum, (_, points)| sum.saturating_add(*points));
    let priority = if points >= settings.first_class {
        Priority::First
    } else if points >= settings.second_class {
        Priority::Second
    } else {
        Priority::Third
    };
    Score {
        points,
        priority,
        reasons,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_add_up_to_a_class_and_every_point_has_its_reason() {
        let today: NaiveDate = "2026-11-25".parse().expect("a date");
        let settings = NeedSettings::default();
        for (adl, poor, days_ago, points, priority) in [
            (None, false, None, 0, Priority::Third),
            (Some(0), false, None, 4, Priority::First),
            (Some(4), false, None, 4, Priority::First),
            (Some(5), false, None, 2, Priority::Second),
            (Some(11), true, None, 4, Priority::First),
            (Some(12), false, None, 0, Priority::Third),
            (Some(20), true, None, 2, Priority::Second),
            (None, false, Some(14), 2, Priority::Second),
            (None, false, Some(15), 0, Priority::Third),
            // Tomorrow's discharge is no discharge yet.
            (None, false, Some(-1), 0, Priority::Third),
            (None, true, Some(0), 4, Priority::First),
        ] {
            let facts = NeedFacts {
                adl,
                poor,
                discharged: days_ago.map(|days| today - chrono::TimeDelta::days(days)),
            };
            let score = score(&settings, facts, today);
            assert_eq!(
                (score.points, score.priority),
                (points, priority),
                "{facts:?}"
            );
            let sum: u8 = score.reasons.iter().map(|(_, points)| points).sum();
            assert_eq!(sum, points);
        }
    }
}
