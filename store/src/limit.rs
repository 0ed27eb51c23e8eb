//! Limits: leaky buckets, whose names hold a MAC and never an address in clear.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::params;
use chrono::TimeDelta;
use domain::time::{self, Instant};

/// How much a bucket holds and how fast it leaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Hits at once.
    pub capacity: u32,
    /// Thousandths of a hit that leak every second: 1000 is one a second, 17 about one a minute.
    pub leak_per_second: u32,
}

impl Limit {
    /// So many a minute, all at once if need be.
    pub const fn per_minute(hits: u32) -> Self {
        Self {
            capacity: hits,
            leak_per_second: (hits * 1000).div_ceil(60),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    Allowed,
    /// Nothing was counted; after so many whole seconds (at least 1) a hit is allowed.
    RetryAfter(u32),
}

/// One hit in thousandths, as levels are kept.
const HIT: i64 = 1000;

/// Pours one hit into a bucket, or says when it will fit.
pub async fn hit(tx: &mut Tx, bucket: &str, limit: Limit, now: Instant) -> Result<Hit> {
    let capacity = i64::from(limit.capacity) * HIT;
    if capacity < HIT {
        return Ok(Hit::RetryAfter(u32::MAX));
    }
    let leak = i64::from(limit.leak_per_second);
    // A clock that went back leaks nothing.
    let poured = tx.execute(
        "INSERT INTO rate_limit (bucket, level, updated_at) VALUES ($1, $2, $3)
         ON CONFLICT (bucket) DO UPDATE SET updated_at = excluded.updated_at, level = excluded.level + CASE
             WHEN excluded.updated_at <= rate_limit.updated_at THEN rate_limit.level
             WHEN rate_limit.level <= (excluded.updated_at - rate_limit.updated_at) / 1000 * $4 / 1000 THEN 0
             ELSE rate_limit.level - (excluded.updated_at - rate_limit.updated_at) / 1000 * $4 / 1000 END
         WHERE excluded.level + CASE
             WHEN excluded.updated_at <= rate_limit.updated_at THEN rate_limit.level
             WHEN rate_limit.level <= (excluded.updated_at - rate_limit.updated_at) / 1000 * $4 / 1000 THEN 0
             ELSE rate_limit.level - (excluded.updated_at - rate_limit.updated_at) / 1000 * $4 / 1000 END <= $5",
        params![bucket, HIT, now, leak, capacity],
    );
    if poured.await? == 1 {
        return Ok(Hit::Allowed);
    }
    peek(tx, bucket, limit, now).await
}

/// What a hit would be answered now; counts nothing and writes nothing.
pub async fn peek(conn: &mut Conn, bucket: &str, limit: Limit, now: Instant) -> Result<Hit> {
    let found = conn
        .fetch_optional(
            "SELECT bucket, level, updated_at FROM rate_limit WHERE bucket = $1",
            params![bucket],
            |row| {
                let row = row.of("rate_limit", "bucket");
                Ok((row.int("level")?, row.instant("updated_at")?))
            },
        )
        .await?;
    let Some((level, updated_at)) = found else {
        return Ok(Hit::Allowed);
    };
    let leak = i64::from(limit.leak_per_second);
    let passed_micros = (time::micros(now) - time::micros(updated_at)).max(0);
    let leaked = (passed_micros / 1000).saturating_mul(leak) / 1000;
    let excess = level + HIT - i64::from(limit.capacity) * HIT;
    if excess <= leaked {
        return Ok(Hit::Allowed);
    }
    Ok(Hit::RetryAfter(wait(excess, leak, passed_micros)))
}

/// Whole seconds until so much has leaked, of which some time has passed.
fn wait(excess: i64, leak: i64, passed_micros: i64) -> u32 {
    if leak == 0 {
        return u32::MAX;
    }
    let needed = (excess * 1_000_000 + leak - 1) / leak - passed_micros;
    u32::try_from(needed.max(0) / 1_000_000 + 1).unwrap_or(u32::MAX)
}

/// Forgets a bucket: a sign-in that succeeded clears its failures.
pub async fn clear(tx: &mut Tx, bucket: &str) -> Result<bool> {
    Ok(tx
        .execute("DELETE FROM rate_limit WHERE bucket = $1", params![bucket])
        .await?
        == 1)
}

/// Deletes buckets not hit for a day; the number.
pub async fn delete_old(tx: &mut Tx, now: Instant) -> Result<u64> {
    let old = now - TimeDelta::days(1);
    tx.execute("DELETE FROM rate_limit WHERE updated_at < $1", params![old])
        .await
}
