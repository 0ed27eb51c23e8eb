//! Late decisions: a written reason every seven days, each with a copy to the commission.
use crate::issue::Issue;
use crate::mail::{Attachment, Mail, Mailer};
use crate::request::{Record, came_first, initials, reference_of};
use crate::{Desk, Result, Trouble};
use domain::document::Kind;
use domain::form::{FieldError, FieldErrors};
use domain::late::{LONGEST_REASON, notices_due, write_by};
use domain::reference::Reference;
use domain::request::{Actor, Event, StaffActor, Status};
use domain::text;
use domain::time::{self, Instant};
use serde::Deserialize;
use serde_json::json;
use store::issued::IssuedRow;
use store::job::{JobRow, NewJob};
use store::late_notice::{LateNoticeRow, LateStatus};
use store::request::InboxFilter;
use store::{Tx, issued, job, late_notice, person, request, task};
use uuid::Uuid;

/// The job that sends a copy.
pub(crate) const COPY_JOB: &str = "late_copy";
/// Requests looked at in one go.
const PAGE: u32 = 100;

/// A notice to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateListed {
    pub id: Uuid,
    pub reference: Reference,
    pub applicant_initials: String,
    /// The deadline that passed.
    pub decide_by: Instant,
    pub n: u32,
    pub write_by: Instant,
    pub overdue: bool,
}

#[derive(Debug, Deserialize)]
struct CopyJob {
    document: Uuid,
}

impl Desk {
    /// Opens what is due: every late request has as many notices as its time asks, each one once.
    pub async fn open_late_notices(&self) -> Result<u32> {
        let now = self.now();
        let every = self.rules().municipality.signing.late_notice_days;
        let filter = InboxFilter {
            statuses: vec![Status::Submitted],
            late_before: Some(now),
            // The notice is a paper about a booking; late loans stand red on the office's list.
            service: Some(crate::request::SERVICE.to_owned()),
            ..InboxFilter::default()
        };
        let mut opened = 0;
        let mut after = None;
        loop {
            let mut conn = self.store.read().await?;
            let rows = request::inbox(&mut conn, &filter, after, PAGE).await?;
            let mut missing = Vec::new();
            for row in &rows {
                let decide_by = row.state.decide_by;
                let had = late_notice::count_of(&mut conn, row.id, decide_by).await?;
                for n in had + 1..=notices_due(decide_by, now, every) {
                    missing.push(LateNoticeRow {
                        id: self.id(now),
                        request_id: row.id,
                        decide_by,
                        n,
                        write_by: write_by(decide_by, n, every),
                        status: LateStatus::Open,
                        reason: None,
                        written_at: None,
                        written_by: None,
                        created_at: now,
                    });
                }
            }
            drop(conn);
            if !missing.is_empty() {
                opened += self
                    .store
                    .write(async |tx| {
                        let mut opened = 0;
                        for row in &missing {
                            // Another server, or a clock that jumped, may have opened it.
                            opened += u32::from(late_notice::insert(tx, row).await?);
                        }
                        Ok::<_, Trouble>(opened)
                    })
                    .await?;
            }
            match rows.last().filter(|_| rows.len() == PAGE as usize) {
                Some(last) => after = Some(last.inbox_key()),
                None => return Ok(opened),
            }
        }
    }

    /// Notices nobody has written, the most urgent first.
    pub async fn late_notices(&self, who: &StaffActor) -> Result<Vec<LateListed>> {
        handles(who)?;
        let now = self.now();
        let mut conn = self.store.read().await?;
        let mut listed = Vec::new();
        for row in late_notice::open(&mut conn, None, 200).await? {
            let about = request::by_id(&mut conn, row.request_id)
                .await?
                .ok_or(Trouble::NotFound)?;
            let applicant = person::by_id(&mut conn, about.applicant_id).await?;
            listed.push(LateListed {
                id: row.id,
                reference: reference_of(&about)?,
                applicant_initials: applicant
                    .map_or_else(|| "–".to_owned(), |person| initials(&person.name)),
                decide_by: row.decide_by,
                n: row.n,
                write_by: row.write_by,
                overdue: row.write_by < now,
            });
        }
        Ok(listed)
    }

    /// How many wait to be written: the rail's count.
    pub async fn late_notice_count(&self, who: &StaffActor) -> Result<u32> {
        handles(who)?;
        let mut conn = self.store.read().await?;
        let open = late_notice::count_open(&mut conn).await?;
        Ok(u32::try_from(open).unwrap_or(u32::MAX))
    }

    /// Writes the reason: the family is told, the letter issued. Sent twice, it is written once.
    pub async fn explain_late(&self, who: &StaffActor, id: Uuid, reason: &str) -> Result<()> {
        handles(who)?;
        let now = self.now();
        let mut conn = self.store.read().await?;
        let notice = late_notice::by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let row = request::by_id(&mut conn, notice.request_id)
            .await?
            .ok_or(Trouble::NotFound)?;
        drop(conn);
        let reason = parse_reason(reason)?;
        if notice.status == LateStatus::Written
            && notice.written_by == Some(who.id)
            && notice.reason.as_deref() == Some(&reason)
        {
            return Ok(());
        }
        let rules = self.rules();
        let actor = Actor::Staff(who.clone());
        let (event_id, ids) = (self.id(now), self.ids(now));
        let done = self
            .store
            .write(async |tx| {
                if !self.touch(tx, &row, now).await?
                    || !late_notice::write(tx, id, &reason, who.id, now).await?
                {
                    // Rolls back: a version without its line of history would be a gap in the audit.
                    return Err(came_first(&row));
                }
                let event = [(
                    event_id,
                    Event::LateExplained {
                        n: notice.n,
                        reason: reason.clone(),
                    },
                )];
                let about = Record::of(&row, row.version + 1, ids, now);
                self.record(tx, &rules, &about, &actor, &event).await?;
                let issue = Issue {
                    request: row.id,
                    kind: Kind::LateNotice,
                    about: id,
                };
                self.issue(tx, &rules, &issue, &actor).await
            })
            .await;
        match done {
            Err(Trouble::DecidedFirst { .. }) => Err(self.decided_first(row.id).await?),
            done => done,
        }
    }

    /// Queues the copy of a signed notice, in the signing transaction: one a notice.
    pub(crate) async fn enqueue_copy(&self, tx: &mut Tx, row: &IssuedRow) -> Result<()> {
        let now = self.now();
        let body = json!({ "request": row.request_id, "document": row.id }).to_string();
        let dedupe = format!("{COPY_JOB}:{}", row.about_id);
        job::enqueue(
            tx,
            &NewJob {
                id: self.id(now),
                kind: COPY_JOB,
                dedupe: &dedupe,
                body: &body,
                run_at: now,
            },
            now,
        )
        .await?;
        Ok(())
    }

    /// Sends the copy by mail, or asks a person to send it by post.
    pub(crate) async fn send_copy(&self, row: &JobRow, mailer: &dyn Mailer) -> Result<()> {
        let job: CopyJob = serde_json::from_str(&row.body)
            .map_err(|error| Trouble::Internal(error.to_string()))?;
        let document = issued::by_id(&mut self.store.read().await?, job.document)
            .await?
            .ok_or(Trouble::NotFound)?;
        let rules = self.rules();
        let copy = &rules.municipality.signing.late_notice_copy;
        if self.mail_url.is_none() || copy.email.is_empty() {
            let now = self.now();
            let body = format!(
                "ส่งสำเนาหนังสือ {} ทางไปรษณีย์ถึง{} {}",
                document.number, copy.name.th, copy.address.th
            );
            return self
                .store
                .write(async |tx| {
                    // The job's own id: done twice, it is one task.
                    task::insert_once(tx, row.id, COPY_JOB, Some(document.request_id), &body, now)
                        .await?;
                    Ok(())
                })
                .await;
        }
        let pdf = self.pdf_of(&document).await?;
        let mail = Mail {
            to: copy.email.clone(),
            subject: format!("สำเนาหนังสือแจ้งเหตุแห่งความล่าช้า {}", document.number),
            text: format!(
                "เรียน {}\n\n{} ขอส่งสำเนาหนังสือ {} ลงวันที่ {} มาพร้อมนี้ ตามกฎหมายว่าด้วยการอำนวยความสะดวกในการพิจารณาอนุญาตของทางราชการ\n\n{}\n",
                copy.name.th,
                rules.municipality.name.th,
                document.number,
                domain::thai_date::day_month_th(time::local_date(document.issued_at)),
                rules.municipality.division.th,
            ),
            attachment: Some(Attachment {
                name: format!("late-notice-{}-{}.pdf", document.n, document.year),
                pdf,
            }),
        };
        mailer.send(&mail).await.map_err(Trouble::Internal)
    }
}

fn parse_reason(raw: &str) -> Result<String> {
    let words: Vec<String> = raw.lines().map(text::clean).collect();
    let words = words.join("\n").trim().to_owned();
    let error = if words.is_empty() {
        FieldError::new(
            "reason",
            "missing",
            "เขียนเหตุที่ยังพิจารณาไม่แล้วเสร็จ",
            "Write why it has not been decided",
        )
    } else if words.chars().count() > LONGEST_REASON {
        FieldError::new(
            "reason",
            "too_long",
            format!("ยาวเกิน {LONGEST_REASON} ตัวอักษร"),
            format!("More than {LONGEST_REASON} letters"),
        )
    } else {
        return Ok(words);
    };
    Err(Trouble::Invalid(FieldErrors::one(error)))
}

fn handles(who: &StaffActor) -> Result<()> {
    if who.handles_requests() {
        Ok(())
    } else {
        Err(Trouble::NotAllowed)
    }
}
