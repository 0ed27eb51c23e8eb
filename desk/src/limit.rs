//! Pace: tries slow whoever makes them, never the account or the number for everyone.
use crate::{Desk, Result, Trouble};
use domain::time::Instant;
use store::Tx;
use store::limit::{self, Hit, Limit};

/// Tries at a secret: five at once, then about two a minute. Getting it right starts anew.
const TRIES: Limit = Limit {
    capacity: 5,
    leak_per_second: 33,
};

impl Desk {
    /// Fails while a bucket of failures is full. Nothing is written: most who look up a request get it right.
    pub(crate) async fn check_failures(&self, bucket: &str, now: Instant) -> Result<()> {
        if !self.limits {
            return Ok(());
        }
        let mut conn = self.store.read().await?;
        allowed(limit::peek(&mut conn, bucket, TRIES, now).await?)
    }

    /// Counts one try at a secret: before it is looked at, or only once it was wrong.
    pub(crate) async fn pace(&self, bucket: &str, now: Instant) -> Result<()> {
        self.spend(bucket, TRIES, now).await
    }

    /// The secret was right: earlier failures no longer count.
    pub(crate) async fn forgive(&self, bucket: &str) -> Result<()> {
        if self.limits {
            self.store
                .write(async |tx| limit::clear(tx, bucket).await)
                .await?;
        }
        Ok(())
    }

    /// Counts one call against a budget.
    pub(crate) async fn spend(&self, bucket: &str, budget: Limit, now: Instant) -> Result<()> {
        if !self.limits {
            return Ok(());
        }
        let outcome = self
            .store
            .write(async |tx| limit::hit(tx, bucket, budget, now).await);
        allowed(outcome.await?)
    }
}

fn allowed(hit: Hit) -> Result<()> {
    match hit {
        Hit::Allowed => Ok(()),
        Hit::RetryAfter(seconds) => Err(Trouble::RateLimited {
            retry_after_seconds: u64::from(seconds),
        }),
    }
}

/// Makes concurrent transactions about the same thing wait for each other: they touch one row.
pub(crate) async fn queue_up(tx: &mut Tx, about: &str, now: Instant) -> Result<()> {
    limit::hit(
        tx,
        &format!("queue:{about}"),
        Limit {
            capacity: u32::MAX,
            leak_per_second: u32::MAX,
        },
        now,
    )
    .await?;
    Ok(())
}
