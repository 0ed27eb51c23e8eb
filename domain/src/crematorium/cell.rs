//! A place in time: quarter-hour cells of a furnace's day, day and night of a pavilion.
use crate::time::TimeOfDay;
use chrono::NaiveDate;

/// Quarter hours in a day.
pub const CELLS_PER_DAY: u16 = 96;
const MINUTES_PER_CELL: u16 = 15;

/// A half-open range of cells within one day: `first <= n < end <= 96`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellRange {
    first: u8,
    end: u8,
}

impl CellRange {
    /// A pavilion's day, for a ceremony before noon rites.
    pub const DAY: Self = Self { first: 0, end: 1 };
    /// A pavilion's night, for the chanting.
    pub const NIGHT: Self = Self { first: 1, end: 2 };

    /// Both, while a family stays or cleaning follows.
    pub const DAY_AND_NIGHT: Self = Self { first: 0, end: 2 };
    /// Every quarter hour of a furnace's or a table's day.
    pub const WHOLE_DAY: Self = Self { first: 0, end: 96 };

    /// The cells from `start` for so many minutes, rounded outwards; `None` past midnight or when empty.
    pub fn from_minutes(start: TimeOfDay, minutes: u16) -> Option<Self> {
        let end = start
            .minutes()
            .checked_add(minutes)?
            .div_ceil(MINUTES_PER_CELL);
        if minutes == 0 || end > CELLS_PER_DAY {
            return None;
        }
        Some(Self {
            first: u8::try_from(start.minutes() / MINUTES_PER_CELL).ok()?,
            end: u8::try_from(end).ok()?,
        })
    }

    pub fn first(self) -> u8 {
        self.first
    }

    pub fn end(self) -> u8 {
        self.end
    }

    /// One bit for every cell of the range.
    pub fn mask(self) -> u128 {
        ((1_u128 << (self.end - self.first)) - 1) << self.first
    }
}

/// What a case takes of one resource on one date.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Claim {
    pub resource: String,
    pub date: NaiveDate,
    pub cells: CellRange,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(start: &str, minutes: u16) -> Option<(u8, u8)> {
        let start = TimeOfDay::parse(start).expect("a time");
        CellRange::from_minutes(start, minutes).map(|range| (range.first(), range.end()))
    }

    #[test]
    fn a_case_takes_every_quarter_from_its_start_to_the_end_of_its_cool_down() {
        assert_eq!(cells("13:00", 90), Some((52, 58)));
        assert_eq!(cells("13:10", 90), Some((52, 59)), "rounded outwards");
        assert_eq!(cells("00:00", 15), Some((0, 1)));
        assert_eq!(cells("22:30", 90), Some((90, 96)));
        assert_eq!(cells("22:31", 90), None, "not past midnight");
        assert_eq!(cells("13:00", 0), None);
    }

    #[test]
    fn masks_meet_exactly_when_ranges_overlap() {
        for (a, b) in [
            ((0, 1), (1, 2)),
            ((52, 58), (57, 60)),
            ((52, 58), (58, 64)),
            ((0, 96), (95, 96)),
        ] {
            let [a, b] = [a, b].map(|(first, end)| CellRange { first, end });
            let overlap = a.first < b.end && b.first < a.end;
            assert_eq!(a.mask() & b.mask() != 0, overlap, "{a:?} {b:?}");
        }
    }
}
