//! What a change is recorded as: history, audit, call list and letters, in its own transaction.
use crate::{Desk, Result, Trouble};
use domain::crematorium::Rules;
use domain::request::{Actor, Event};
use domain::time::Instant;
use serde_json::json;
use store::audit::Version;
use store::job::NewJob;
use store::request::{EventRow, RequestRow};
use store::{Tx, audit, call, job, request};
use uuid::Uuid;

impl Desk {
    /// History, audit, call list and mail of one change, in its transaction.
    pub(crate) async fn record(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        about: &Record<'_>,
        actor: &Actor,
        events: &[(Uuid, Event)],
    ) -> Result<()> {
        // Fees, issued papers and letters are the crematorium's own.
        let booking = about.service == super::SERVICE;
        for (id, event) in events {
            let body = serde_json::to_string(event)
                .map_err(|error| Trouble::Internal(error.to_string()))?;
            let row = EventRow {
                id: *id,
                request_id: about.id,
                version: about.version,
                at: about.at,
                actor_kind: actor.kind().to_owned(),
                actor_id: actor.id(),
                event: event.code().to_owned(),
                body,
            };
            request::insert_event(tx, &row).await?;
            self.audit(tx, about, actor, event.code()).await?;
            if booking {
                self.issue_after(tx, rules, about.id, actor, *id, event)
                    .await?;
            }
            if event.must_be_told(actor) {
                let due_at = rules.tell_by(about.at);
                if event.leaves_unverified() {
                    call::supersede_news(tx, about.id).await?;
                } else {
                    call::supersede(tx, about.id).await?;
                }
                call::insert(
                    tx,
                    about.ids.call,
                    about.id,
                    *id,
                    event.code(),
                    due_at,
                    about.at,
                )
                .await?;
            } else if event.ends() {
                // Nobody is called about what the family has ended itself.
                call::supersede(tx, about.id).await?;
            }
            if booking
                && self.mail_url.is_some()
                && about.has_email
                && crate::mail::is_sent_for(event)
            {
                let body = json!({ "request": about.id, "event": id }).to_string();
                let dedupe = format!("mail:{id}");
                job::enqueue(
                    tx,
                    &NewJob {
                        id: about.ids.mail,
                        kind: "mail",
                        dedupe: &dedupe,
                        body: &body,
                        run_at: about.at,
                    },
                    about.at,
                )
                .await?;
            }
        }
        // What is to be paid follows what was decided, in the same transaction.
        for (_, event) in events.iter().filter(|_| booking) {
            self.follow_change(tx, rules, about.id, actor, event, about.at)
                .await?;
        }
        Ok(())
    }

    async fn audit(&self, tx: &mut Tx, about: &Record<'_>, actor: &Actor, act: &str) -> Result<()> {
        let (subject, version) = match act {
            // A view changes no version: views are counted by themselves.
            "view" => (format!("view:{}", about.id), Version::Next),
            _ => (
                format!("request:{}", about.id),
                Version::Given(about.version),
            ),
        };
        let detail = json!({ "reference": about.reference }).to_string();
        let entry = audit::Entry {
            id: about.ids.audit,
            subject: &subject,
            version,
            at: about.at,
            actor_kind: actor.kind(),
            actor_id: actor.id(),
            act,
            detail: &detail,
        };
        audit::append(tx, &entry, &self.keys).await?;
        Ok(())
    }

    /// Notes in the audit that somebody opened a request.
    pub(crate) async fn note_view(&self, actor: &Actor, row: &RequestRow) -> Result<()> {
        let now = self.now();
        let about = Record::of(row, row.version, self.ids(now), now);
        self.store
            .write(async |tx| self.audit(tx, &about, actor, "view").await)
            .await
    }
}

/// What a change is recorded about.
pub(crate) struct Record<'a> {
    pub id: Uuid,
    pub reference: &'a str,
    /// What follows from an event is each service's own.
    pub service: &'a str,
    /// The request's version after the change.
    pub version: i64,
    pub at: Instant,
    pub ids: Ids,
    /// Whether there is an address to write to.
    pub has_email: bool,
}

impl<'a> Record<'a> {
    pub fn of(row: &'a RequestRow, version: i64, ids: Ids, at: Instant) -> Self {
        Self {
            id: row.id,
            reference: &row.reference,
            service: &row.service,
            version,
            at,
            ids,
            has_email: false,
        }
    }
}

/// The rows a change may write, drawn outside the transaction so that it can run again.
#[derive(Clone, Copy)]
pub(crate) struct Ids {
    pub audit: Uuid,
    pub call: Uuid,
    pub mail: Uuid,
}
