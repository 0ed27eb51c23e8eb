//! What the office issues: numbered in the transaction of the act, printed by a job, ended when the act is undone.
//!
//! | module | what it does |
//! |---|---|
//! | `letter` | what stands on a permit, a refusal, a letter |
//! | `print` | the job that prints it into the vault |
mod letter;
mod print;

pub(crate) use letter::authority;
pub(crate) use print::{JOB as PRINT_JOB, sha256};

use crate::{Desk, Result, Trouble};
use data_encoding::BASE32_NOPAD;
use domain::crematorium::{Rules, Wish};
use domain::document::Kind;
use domain::issued::{IssuedStatus, series};
use domain::number::Series;
use domain::request::{Actor, Event, Role, StaffActor};
use domain::time::{self, Instant};
use serde_json::json;
use store::audit::{self, Version};
use store::issued::{Ended, IssuedRow};
use store::job::NewJob;
use store::staff::StaffRow;
use store::{Tx, crematorium, issued, job, late_notice, number, staff};
use uuid::Uuid;

/// What a document answers: a request's event, an appeal, a late notice.
pub(crate) struct Issue {
    pub request: Uuid,
    pub kind: Kind,
    pub about: Uuid,
}

impl Desk {
    /// What an event of a request means for its documents, in the event's own transaction.
    pub(crate) async fn issue_after(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        request: Uuid,
        actor: &Actor,
        event_id: Uuid,
        event: &Event,
    ) -> Result<()> {
        let issue = |kind: Kind| Issue {
            request,
            kind,
            about: event_id,
        };
        match event {
            Event::Approved => self.issue(tx, rules, &issue(Kind::Permit), actor).await?,
            Event::Refused { .. } => self.issue(tx, rules, &issue(Kind::Refusal), actor).await?,
            Event::Returned { .. } => self.issue(tx, rules, &issue(Kind::Defects), actor).await?,
            // An approval stays valid when a booking moves; what was issued for the old places does not.
            Event::Moved { reason, .. } => {
                self.reissue_permit(tx, request, actor, event_id, reason)
                    .await?;
            }
            Event::Cancelled { reason } => {
                self.end_issued(tx, request, Kind::Permit, actor, reason)
                    .await?;
            }
            // An order that was changed on appeal counts no more.
            Event::AppealAnswered {
                changed: true,
                answer,
                ..
            } => {
                self.end_issued(tx, request, Kind::Refusal, actor, answer)
                    .await?;
            }
            _ => {}
        }
        let decided = matches!(
            event,
            Event::Approved
                | Event::Refused { .. }
                | Event::Returned { .. }
                | Event::Withdrawn
                | Event::Cancelled { .. }
                | Event::Lapsed
        );
        if decided {
            late_notice::settle(tx, request).await?;
        }
        Ok(())
    }

    /// Issues a document: its number, its verification code, its print and its signature to come.
    pub(crate) async fn issue(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        issue: &Issue,
        actor: &Actor,
    ) -> Result<()> {
        let now = self.now();
        let series = series(issue.kind);
        let numbering = rules.municipality.signing.numbering(series);
        let year = numbering.year.of(time::local_date(now));
        let n = number::next(tx, series, year).await?;
        let number = Numbered {
            series,
            year,
            n,
            printed: numbering.format.print(n, year),
            version: 1,
        };
        self.insert_issued(tx, issue, number, actor).await
    }

    /// Issues a permit again under its number, because its places changed; the former version counts no more.
    async fn reissue_permit(
        &self,
        tx: &mut Tx,
        request: Uuid,
        actor: &Actor,
        event_id: Uuid,
        why: &str,
    ) -> Result<()> {
        let former = issued::of(tx, request).await?.into_iter().rev();
        let mut former = former.filter(|row| row.kind == Kind::Permit);
        let Some(former) = former.find(|row| row.status.may_become(IssuedStatus::Superseded))
        else {
            return Ok(());
        };
        self.end_one(tx, &former, IssuedStatus::Superseded, actor, why)
            .await?;
        let number = Numbered {
            series: former.series,
            year: former.year,
            n: former.n,
            printed: former.number.clone(),
            version: former.version + 1,
        };
        let issue = Issue {
            request,
            kind: Kind::Permit,
            about: event_id,
        };
        self.insert_issued(tx, &issue, number, actor).await
    }

    async fn insert_issued(
        &self,
        tx: &mut Tx,
        issue: &Issue,
        number: Numbered,
        actor: &Actor,
    ) -> Result<()> {
        let now = self.now();
        let case = crematorium::load(tx, issue.request).await?;
        let wish = case.map(|case| crate::request::wish_of(&case));
        let places = serde_json::to_string(&wish.unwrap_or_default())
            .map_err(|error| Trouble::Internal(error.to_string()))?;
        let row = IssuedRow {
            id: self.id(now),
            request_id: issue.request,
            kind: issue.kind,
            series: number.series,
            year: number.year,
            n: number.n,
            number: number.printed,
            version: number.version,
            status: IssuedStatus::Pending,
            about_id: issue.about,
            places,
            code: BASE32_NOPAD.encode(&self.random::<10>()),
            signer_id: self.signer(tx, actor, now).await?,
            round: 1,
            print: None,
            issued_at: now,
            issued_by: actor.id(),
            ended: None,
        };
        issued::insert(tx, &row).await?;
        self.audit_issued(tx, row.id, actor, "issued", now).await?;
        self.enqueue_print(tx, row.id, row.round, row.request_id, now)
            .await
    }

    /// Ends every document of a kind that still counts: it was cancelled, or set aside.
    async fn end_issued(
        &self,
        tx: &mut Tx,
        request: Uuid,
        kind: Kind,
        actor: &Actor,
        why: &str,
    ) -> Result<()> {
        for row in issued::of(tx, request).await? {
            if row.kind == kind && row.status.may_become(IssuedStatus::Revoked) {
                self.end_one(tx, &row, IssuedStatus::Revoked, actor, why)
                    .await?;
            }
        }
        Ok(())
    }

    async fn end_one(
        &self,
        tx: &mut Tx,
        row: &IssuedRow,
        next: IssuedStatus,
        actor: &Actor,
        why: &str,
    ) -> Result<()> {
        let now = self.now();
        let ended = Ended {
            at: now,
            by: actor.id(),
            why: why.to_owned(),
        };
        let mut from = row.status;
        // A signature may have come since it was read; whatever it is now, it ends.
        while !issued::end(tx, row.id, from, next, &ended).await? {
            let seen = issued::by_id(tx, row.id).await?;
            match seen.filter(|seen| seen.status != from && seen.status.may_become(next)) {
                Some(seen) => from = seen.status,
                None => return Ok(()),
            }
        }
        self.audit_issued(tx, row.id, actor, next.code(), now).await
    }

    /// Who is to sign: whoever acts, if they may; otherwise the first who may today.
    async fn signer(&self, tx: &mut Tx, actor: &Actor, now: Instant) -> Result<Option<Uuid>> {
        if let Some(staff) = actor.staff().filter(|staff| may_sign(staff, now)) {
            return Ok(Some(staff.id));
        }
        let mut able: Vec<StaffRow> = staff::list(tx).await?;
        able.retain(|row| row.disabled_at.is_none() && may_sign(&crate::staff::actor(row), now));
        able.sort_by_key(|row| (row.created_at, row.id));
        Ok(able.first().map(|row| row.id))
    }

    pub(crate) async fn enqueue_print(
        &self,
        tx: &mut Tx,
        document: Uuid,
        round: u32,
        request: Uuid,
        now: Instant,
    ) -> Result<()> {
        let body = json!({ "request": request, "document": document }).to_string();
        let dedupe = format!("print:{document}:{round}");
        job::enqueue(
            tx,
            &NewJob {
                id: self.id(now),
                kind: PRINT_JOB,
                dedupe: &dedupe,
                body: &body,
                run_at: now,
            },
            now,
        )
        .await?;
        Ok(())
    }

    /// Notes an act on a document in the audit: who, what, when; never what stands on it.
    pub(crate) async fn audit_issued(
        &self,
        tx: &mut Tx,
        document: Uuid,
        actor: &Actor,
        act: &str,
        now: Instant,
    ) -> Result<()> {
        let subject = format!("document:{document}");
        let entry = audit::Entry {
            id: self.id(now),
            subject: &subject,
            version: Version::Next,
            at: now,
            actor_kind: actor.kind(),
            actor_id: actor.id(),
            act,
            detail: "{}",
        };
        audit::append(tx, &entry, &self.keys).await?;
        Ok(())
    }
}

/// A number that was given.
struct Numbered {
    series: Series,
    year: u16,
    n: u32,
    printed: String,
    version: u32,
}

/// Whether this person may sign for the mayor today.
pub(crate) fn may_sign(staff: &StaffActor, now: Instant) -> bool {
    staff.has(Role::Approver)
        && staff
            .delegation
            .as_ref()
            .is_some_and(|delegation| delegation.is_valid_on(time::local_date(now)))
}

/// The places a document was issued for.
pub(crate) fn places_of(row: &IssuedRow) -> Wish {
    serde_json::from_str(&row.places).unwrap_or_default()
}
