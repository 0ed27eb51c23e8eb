//! Work after the commit: letters, lapses, the audit's seal, cleaning up. Safe to run on every server at once.
use crate::mail::{self, Mailer};
use crate::request::load;
use crate::{Desk, Result, Trouble};
use chrono::TimeDelta;
use domain::request::{Action, Actor, Event};
use domain::time::{self, Instant};
use serde::{Deserialize, Serialize};
use store::audit::{self, Head, Report};
use store::job::{self, JobCounts, JobRow};
use store::{claim, draft, given_up, idempotency, limit, request, session, task};
use uuid::Uuid;

const LEASE: TimeDelta = TimeDelta::minutes(2);
/// After so many tries a person is asked.
const TRIES: u32 = 8;
const BATCH: u32 = 100;
/// Finished jobs are kept this long, to look at.
const FINISHED_KEPT: TimeDelta = TimeDelta::days(7);

/// What a letter's job holds: ids only.
#[derive(Debug, Serialize, Deserialize)]
struct MailJob {
    request: Uuid,
    event: Uuid,
}

/// The request a job is about, whatever its kind.
#[derive(Debug, Deserialize)]
struct About {
    request: Uuid,
}

/// What one round of work did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    pub lapsed: u32,
    pub jobs: u32,
    pub sealed: u64,
}

impl Desk {
    /// One round: lapses, queues of equipment, due jobs, the audit's seal.
    pub async fn run_jobs(&self, mailer: &dyn Mailer) -> Result<Done> {
        let lapsed = self.lapse_unverified().await?;
        self.open_late_notices().await?;
        Box::pin(self.serve_queues()).await?;
        let now = self.now();
        self.store
            .write(async |tx| job::free_ended_leases(tx, now).await)
            .await?;
        let mut jobs = 0;
        while jobs < BATCH && self.run_one_job(mailer).await? {
            jobs += 1;
        }
        Ok(Done {
            lapsed,
            jobs,
            sealed: self.seal_audit().await?,
        })
    }

    /// Ends unverified requests whose time has passed, and frees their places.
    pub async fn lapse_unverified(&self) -> Result<u32> {
        let mut conn = self.store.read().await?;
        let due = request::lapsing(&mut conn, self.now(), BATCH).await?;
        drop(conn);
        let mut lapsed = 0;
        for row in due {
            match self.act(&row, &Action::Lapse, &Actor::System).await {
                Ok(()) => lapsed += 1,
                // Verified, frozen or ended in the meantime.
                Err(Trouble::Refused(_) | Trouble::DecidedFirst { .. }) => {}
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(lapsed)
    }

    /// Takes one due job and does it; false when none is due.
    async fn run_one_job(&self, mailer: &dyn Mailer) -> Result<bool> {
        let now = self.now();
        // A look costs no write: most rounds find nothing.
        if !job::is_due(&mut self.store.read().await?, now).await? {
            return Ok(false);
        }
        let Some(row) = job::claim(&self.store, &self.owner, now + LEASE, now).await? else {
            return Ok(false);
        };
        let outcome = match row.kind.as_str() {
            "mail" => self.send_mail(&row, mailer).await,
            crate::issue::PRINT_JOB => self.print_issued(&row.body).await,
            crate::late::COPY_JOB => self.send_copy(&row, mailer).await,
            kind => Err(Trouble::Internal(format!("no job is called {kind}"))),
        };
        self.end_job(&row, outcome, now).await?;
        Ok(true)
    }

    async fn send_mail(&self, row: &JobRow, mailer: &dyn Mailer) -> Result<()> {
        let internal = |error: String| Trouble::Internal(error);
        let job: MailJob =
            serde_json::from_str(&row.body).map_err(|error| internal(error.to_string()))?;
        let mut conn = self.store.read().await?;
        let request = request::by_id(&mut conn, job.request)
            .await?
            .ok_or(Trouble::NotFound)?;
        let events = request::events(&mut conn, job.request).await?;
        let loaded = load(&mut conn, request).await?;
        drop(conn);
        let event = events
            .iter()
            .find(|event| event.id == job.event)
            .ok_or(Trouble::NotFound)?;
        let event: Event =
            serde_json::from_str(&event.body).map_err(|error| internal(error.to_string()))?;
        let url = self.mail_url.as_deref().unwrap_or_default();
        match mail::write(&loaded, &event, &self.rules(), url) {
            Some(letter) => mailer.send(&letter).await.map_err(internal),
            // The address was taken out meanwhile: there is nobody to write to.
            None => Ok(()),
        }
    }

    /// Done, again later, or given up with a task for a person.
    async fn end_job(&self, row: &JobRow, outcome: Result<()>, now: Instant) -> Result<()> {
        let owner = &self.owner;
        match outcome {
            Ok(()) => {
                self.store
                    .write(async |tx| job::finish(tx, row.id, owner, now).await)
                    .await?;
            }
            Err(trouble) if row.attempts < TRIES => {
                let error = trouble.to_string();
                tracing::warn!(job = %row.id, kind = row.kind, attempts = row.attempts, error, "a job failed and is tried again");
                let later = now + TimeDelta::seconds(30 * (1 << row.attempts.min(10)));
                self.store
                    .write(async |tx| job::retry(tx, row.id, owner, later, &error).await)
                    .await?;
            }
            Err(trouble) => {
                let error = trouble.to_string();
                tracing::error!(job = %row.id, kind = row.kind, error, "a job is given up");
                let task_id = self.id(now);
                let about = serde_json::from_str::<About>(&row.body)
                    .ok()
                    .map(|job| job.request);
                let task_kind = match row.kind.as_str() {
                    crate::issue::PRINT_JOB => "print_failed",
                    crate::late::COPY_JOB => "copy_failed",
                    _ => "mail_failed",
                };
                self.store
                    .write(async |tx| {
                        if job::give_up(tx, row.id, owner, &error, now).await? {
                            task::insert(tx, task_id, task_kind, about, &error, now).await?;
                        }
                        Ok::<(), Trouble>(())
                    })
                    .await?;
            }
        }
        Ok(())
    }

    /// Links committed audit rows into the chain; 0 when another server is the sealer.
    pub async fn seal_audit(&self) -> Result<u64> {
        let mut sealed = 0;
        loop {
            if !audit::waits(&mut self.store.read().await?).await? {
                return Ok(sealed);
            }
            let now = self.now();
            let owner = &self.owner;
            match self
                .store
                .write(async |tx| audit::seal_batch(tx, owner, now, BATCH).await)
                .await?
            {
                Some(linked) if linked == u64::from(BATCH) => sealed += linked,
                linked => return Ok(sealed + linked.unwrap_or(0)),
            }
        }
    }

    /// Seals, then checks every link, MAC and version.
    pub async fn verify_audit(&self) -> Result<(Report, Option<Head>)> {
        self.seal_audit().await?;
        let mut conn = self.store.read().await?;
        let report = audit::verify(&mut conn, &self.keys).await?;
        Ok((report, audit::head(&mut conn).await?))
    }

    /// Deletes what has had its time: drafts, holds, sessions, old keys and counters, finished jobs.
    pub async fn clean_up(&self) -> Result<()> {
        let now = self.now();
        self.store
            .write(async |tx| {
                claim::delete_lapsed(tx, now, BATCH).await?;
                draft::delete_expired(tx, now, BATCH).await?;
                session::delete_expired(tx, now).await?;
                idempotency::delete_old(tx, now).await?;
                limit::delete_old(tx, now).await?;
                given_up::delete_passed(tx, time::local_date(now), BATCH).await?;
                job::delete_finished(tx, now - FINISHED_KEPT).await?;
                Ok(())
            })
            .await
    }

    /// How many jobs wait, run, are done, or were given up.
    pub async fn job_counts(&self) -> Result<JobCounts> {
        Ok(job::counts(&mut self.store.read().await?).await?)
    }
}
