//! What a radio button of the list of days sends: a round, a first evening, or a whole wish.
use super::ash;
use chrono::NaiveDate;
use domain::crematorium::{CremationWish, PavilionWish, Wish};
use domain::time::TimeOfDay;

/// `2026-11-25T13:00`, `2026-11-23`, or with the pavilion named `2026-11-25T13:00+sala-1:2026-11-23:2`, and
/// with an ash slot `2026-11-25T13:00+sala-1:2026-11-23:2+2026-11-26T07:00`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Slot {
    /// A round; the nights before it are what the draft wants.
    Round(CremationWish),
    /// The first evening of a pavilion alone.
    Evening(NaiveDate),
    /// Everything named, as the nearest free places are.
    Whole(Wish),
}

impl Slot {
    pub fn parse(raw: &str) -> Option<Self> {
        match raw.split_once('+') {
            Some((cremation, rest)) => {
                let (pavilion, ash) = match rest.split_once('+') {
                    Some((pavilion, ash)) => (pavilion, Some(ash::parse(ash)?)),
                    None => (rest, None),
                };
                let cremation = if cremation.is_empty() {
                    None
                } else {
                    Some(round(cremation)?)
                };
                let pavilion = if pavilion.is_empty() && ash.is_some() {
                    None
                } else {
                    Some(nights(pavilion)?)
                };
                Some(Self::Whole(Wish {
                    cremation,
                    pavilion,
                    ash,
                    ..Wish::default()
                }))
            }
            None if raw.contains('T') => round(raw).map(Self::Round),
            None => raw.parse().ok().map(Self::Evening),
        }
    }

    /// A wish in full.
    pub fn whole(wish: &Wish) -> String {
        let cremation = wish.cremation.as_ref().map(round_value).unwrap_or_default();
        let nights = wish
            .pavilion
            .as_ref()
            .map(|PavilionWish { id, from, nights }| format!("{id}:{from}:{nights}"));
        match (nights, wish.ash) {
            (None, None) => cremation,
            (Some(nights), None) => format!("{cremation}+{nights}"),
            (nights, Some(ash)) => {
                let nights = nights.unwrap_or_default();
                format!("{cremation}+{nights}+{}", ash::value(ash))
            }
        }
    }
}

pub(super) fn round_value(wish: &CremationWish) -> String {
    format!("{}T{}", wish.date, wish.round)
}

fn round(raw: &str) -> Option<CremationWish> {
    let (date, round) = raw.split_once('T')?;
    Some(CremationWish {
        date: date.parse().ok()?,
        round: TimeOfDay::parse(round).ok()?,
    })
}

fn nights(raw: &str) -> Option<PavilionWish> {
    let mut parts = raw.split(':');
    let (id, from, nights) = (parts.next()?, parts.next()?, parts.next()?);
    let known = !id.is_empty() && parts.next().is_none();
    known.then_some(PavilionWish {
        id: id.to_owned(),
        from: from.parse().ok()?,
        nights: nights.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_reads_the_same_again() {
        for raw in [
            "2026-11-25T13:00+sala-1:2026-11-23:2",
            "+sala-1:2026-11-23:2",
            "2026-11-25T13:00+sala-1:2026-11-23:2+2026-11-26T07:00",
            "2026-11-25T13:00++2026-11-26T07:00",
        ] {
            match Slot::parse(raw) {
                Some(Slot::Whole(wish)) => assert_eq!(Slot::whole(&wish), raw),
                other => panic!("{raw}: {other:?}"),
            }
        }
        match Slot::parse("2026-11-25T13:00") {
            Some(Slot::Round(wish)) => assert_eq!(round_value(&wish), "2026-11-25T13:00"),
            other => panic!("{other:?}"),
        }
        assert!(matches!(Slot::parse("2026-11-25"), Some(Slot::Evening(_))));
    }

    #[test]
    fn anything_else_is_no_slot() {
        for raw in [
            "",
            "T",
            "2026-11-25T",
            "2026-13-01",
            "2026-11-25T25:00",
            "+",
            "+a:b:c",
            "+:2026-11-23:2",
            "+a:2026-11-23:2:3",
            "+a:2026-11-23:300",
            "2026-11-25T13:00++",
            "2026-11-25T13:00++2026-11-26",
            "2026-11-25T13:00+a:2026-11-23:2+2026-11-26T07:00+",
        ] {
            assert_eq!(Slot::parse(raw), None, "{raw}");
        }
    }
}
