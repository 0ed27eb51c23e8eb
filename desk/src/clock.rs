//! Time and chance as arguments: the traits that `server` implements.
use domain::time::{self, Instant};
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// What time it is. Everything reads it: holds, sessions, leases, limits, TOTP, audit.
pub trait Clock: Send + Sync {
    fn now(&self) -> Instant;
}

/// Cryptographic randomness.
pub trait Chance: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// A `UUIDv7` of an instant: ids sort by time.
pub fn uuid(now: Instant, chance: &dyn Chance) -> Uuid {
    let mut bytes = [0; 10];
    chance.fill(&mut bytes);
    let millis = u64::try_from(time::micros(now) / 1000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

/// The same, after every one that was drawn from the same sequence: what one act writes sorts in the order it was
/// written, though the clock stands still meanwhile. RFC 9562, 6.2: twelve bits count within a millisecond.
pub fn uuid_after(last: &AtomicU64, now: Instant, chance: &dyn Chance) -> Uuid {
    let millis = u64::try_from(time::micros(now) / 1000).unwrap_or(0);
    let next = |last: u64| (millis << COUNTED).max(last + 1);
    let previous = last
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
            Some(next(last))
        })
        .unwrap_or_else(|last| last);
    let tick = next(previous);
    let mut bytes = [0; 10];
    chance.fill(&mut bytes);
    let [.., high, low] = tick.to_be_bytes();
    bytes[0] = high;
    bytes[1] = low;
    uuid::Builder::from_unix_timestamp_millis(tick >> COUNTED, &bytes).into_uuid()
}

/// Bits that count within a millisecond; the rest of a tick is the time.
const COUNTED: u32 = 12;

#[cfg(test)]
mod tests {
    use super::*;

    struct Loud;

    impl Chance for Loud {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0xff);
        }
    }

    #[test]
    fn ids_of_one_sequence_sort_as_they_were_drawn_even_if_the_clock_goes_back() {
        let last = AtomicU64::new(0);
        let now = time::from_micros(1_764_000_000_000_000).expect("an instant");
        let mut ids: Vec<Uuid> = (0..10_000).map(|_| uuid_after(&last, now, &Loud)).collect();
        let earlier = now - chrono::TimeDelta::hours(7);
        ids.push(uuid_after(&last, earlier, &Loud));
        ids.push(uuid_after(&last, now + chrono::TimeDelta::hours(7), &Loud));
        assert!(ids.is_sorted(), "in order");
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        ids.dedup();
        assert_eq!(ids.len(), 10_002, "and no two alike");
    }
}
