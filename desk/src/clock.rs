//! Time and chance as arguments: the traits that `server` implements.
use domain::time::{self, Instant};
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
