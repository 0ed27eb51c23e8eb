//! Background work: letters, lapses, the audit's seal, cleaning up. Every server runs it; the database shares it out.
use crate::clock::OsChance;
use crate::metrics::Metrics;
use desk::mail::{Mail, Mailer};
use desk::{Chance, Desk, Result};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Between two rounds, and up to a quarter more, so that servers do not march in step.
const PAUSE: Duration = Duration::from_secs(1);
/// After a failure, at most this long.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Rounds between two readings of the settings.
const SETTINGS_EVERY: u64 = 5;
/// Rounds between two cleanings.
const CLEAN_EVERY: u64 = 60;

/// What the background work needs.
#[derive(Clone)]
pub struct Jobs {
    pub desk: Arc<Desk>,
    pub mailer: Arc<dyn Mailer>,
    pub metrics: Arc<Metrics>,
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Jobs").finish_non_exhaustive()
    }
}

impl Jobs {
    /// Works until `stop` says so; a round that has begun is ended first.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut failures = 0;
        for number in 0_u64.. {
            // In a task of its own: a panic ends one round, not the work.
            let round = self.clone();
            let outcome = tokio::spawn(async move { round.round(number).await }).await;
            failures = self.note(outcome, failures);
            let pause = tokio::time::sleep(pause(failures));
            tokio::select! {
                () = pause => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    async fn round(&self, number: u64) -> Result<()> {
        let done = self.desk.run_jobs(&*self.mailer).await?;
        self.metrics.job("run", u64::from(done.jobs));
        self.metrics.job("lapsed", u64::from(done.lapsed));
        self.metrics.job("sealed", done.sealed);
        if number.is_multiple_of(SETTINGS_EVERY) {
            self.desk.refresh_rules().await?;
        }
        if number.is_multiple_of(CLEAN_EVERY) {
            self.desk.clean_up().await?;
            self.desk.sweep_files().await?;
        }
        Ok(())
    }

    /// Counts failures in a row, and tells of the first.
    fn note(
        &self,
        outcome: std::result::Result<Result<()>, tokio::task::JoinError>,
        failures: u32,
    ) -> u32 {
        let reason = match outcome {
            Ok(Ok(())) if failures > 0 => {
                tracing::info!(failures, "the background work goes on");
                return 0;
            }
            Ok(Ok(())) => return 0,
            Ok(Err(trouble)) => crate::chain::chain(&trouble),
            Err(panic) => panic.to_string(),
        };
        self.metrics.job("failed", 1);
        if failures == 0 {
            tracing::error!(
                reason,
                "a round of background work failed and will be tried again"
            );
        }
        failures.saturating_add(1)
    }
}

fn pause(failures: u32) -> Duration {
    let mut byte = [0];
    OsChance.fill(&mut byte);
    let jitter = Duration::from_millis(u64::from(byte[0]));
    (PAUSE * 2_u32.saturating_pow(failures.min(5))).min(LONGEST_PAUSE) + jitter
}

/// Where no mail server is set. New letters are not even written; those of before fail, and become a person's task.
#[derive(Clone, Copy, Debug)]
pub struct NoMailer;

impl Mailer for NoMailer {
    fn send<'a>(
        &'a self,
        _mail: &'a Mail,
    ) -> Pin<Box<dyn Future<Output = std::result::Result<(), String>> + Send + 'a>> {
        Box::pin(async { Err("SALA_SMTP_URL is not set".to_owned()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_with_failures_and_stay_short_of_a_minute() {
        assert!(pause(0) < Duration::from_millis(1300));
        assert!(pause(3) >= Duration::from_secs(8));
        assert!(pause(u32::MAX) < Duration::from_secs(31));
    }
}
