//! The audit: who did what to which subject. Every row has its own MAC; one leased sealer links rows into a chain.
//!
//! A row is written in the transaction of the act. The chain is not: a head updated there would be a lock held across
//! the disk's flush, and everybody would wait for it. The sealer is at most its interval behind.
use crate::conn::{Conn, Tx};
use crate::error::{Result, StoreError};
use crate::keys::{Keys, Purpose};
use crate::lease;
use crate::value::{Fields, Row, params};
use chrono::TimeDelta;
use data_encoding::HEXLOWER;
use domain::time::{self, Instant};
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;
use uuid::Uuid;

const SEALER: &str = "audit sealer";
/// How long a sealer's lease lasts after its last batch.
const SEALER_LEASE: TimeDelta = TimeDelta::seconds(10);
/// Rows checked at once.
const PAGE: u32 = 1000;

/// An act to note. Identifiers only, never names.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    pub id: Uuid,
    /// `request:…`, `staff:…`, `view:…`: a kind, a colon, and an identifier.
    pub subject: &'a str,
    pub version: Version,
    pub at: Instant,
    pub actor_kind: &'a str,
    pub actor_id: Option<Uuid>,
    pub act: &'a str,
    /// JSON.
    pub detail: &'a str,
}

/// A subject's versions run from 1 without a gap: a row that was cut out leaves one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The subject's own version, such as a request's. A subject uses one of the two ways, always the same.
    Given(i64),
    /// The next, for what has no version of its own: views, sign-ins.
    Next,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    pub id: Uuid,
    pub subject: String,
    pub subject_version: i64,
    pub at: Instant,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub act: String,
    pub detail: String,
    pub mac: String,
    pub key_id: String,
}

impl AuditRow {
    /// Every column, each after its length, so that no two rows read the same.
    fn mac(&self, keys: &Keys) -> String {
        let actor_id = self.actor_id.map(|id| id.to_string()).unwrap_or_default();
        let columns = [
            self.id.to_string(),
            self.subject.clone(),
            self.subject_version.to_string(),
            time::micros(self.at).to_string(),
            self.actor_kind.clone(),
            actor_id,
            self.act.clone(),
            self.detail.clone(),
        ];
        let framed = columns
            .map(|column| format!("{}:{column}", column.len()))
            .concat();
        keys.mac(Purpose::AuditMac, framed.as_bytes())
    }
}

macro_rules! columns {
    () => {
        "audit.id, audit.subject, audit.subject_version, audit.at, audit.actor_kind, audit.actor_id, audit.act, \
         audit.detail, audit.mac, audit.key_id"
    };
}

fn parse(row: Fields<'_>) -> Result<AuditRow> {
    Ok(AuditRow {
        id: row.uuid("id")?,
        subject: row.text("subject")?,
        subject_version: row.int("subject_version")?,
        at: row.instant("at")?,
        actor_kind: row.text("actor_kind")?,
        actor_id: row.uuid_or_null("actor_id")?,
        act: row.text("act")?,
        detail: row.text("detail")?,
        mac: row.text("mac")?,
        key_id: row.text("key_id")?,
    })
}

/// Notes an act in its own transaction; the subject's version.
pub async fn append(tx: &mut Tx, entry: &Entry<'_>, keys: &Keys) -> Result<i64> {
    let mut row = AuditRow {
        id: entry.id,
        subject: entry.subject.to_owned(),
        subject_version: 0,
        at: entry.at,
        actor_kind: entry.actor_kind.to_owned(),
        actor_id: entry.actor_id,
        act: entry.act.to_owned(),
        detail: entry.detail.to_owned(),
        mac: String::new(),
        key_id: keys.key_id().to_owned(),
    };
    loop {
        row.subject_version = match entry.version {
            Version::Given(version) => version,
            Version::Next => latest_version(tx, entry.subject).await? + 1,
        };
        row.mac = row.mac(keys);
        if insert(tx, &row).await? {
            break;
        }
        // Another transaction took this version and has committed: the next one is ours.
        if let Version::Given(version) = entry.version {
            return Err(StoreError::AuditVersion {
                subject: row.subject,
                version,
            });
        }
    }
    tx.execute(
        "INSERT INTO audit_unsealed (audit_id) VALUES ($1)",
        params![row.id],
    )
    .await?;
    Ok(row.subject_version)
}

async fn insert(tx: &mut Tx, row: &AuditRow) -> Result<bool> {
    let inserted = tx.execute(
        "INSERT INTO audit (id, subject, subject_version, at, actor_kind, actor_id, act, detail, mac, key_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (subject, subject_version) DO NOTHING",
        params![
            row.id,
            &row.subject,
            row.subject_version,
            row.at,
            &row.actor_kind,
            row.actor_id,
            &row.act,
            &row.detail,
            &row.mac,
            &row.key_id,
        ],
    );
    Ok(inserted.await? == 1)
}

async fn latest_version(conn: &mut Conn, subject: &str) -> Result<i64> {
    conn.fetch_one(
        "SELECT COALESCE(MAX(subject_version), 0) AS subject_version FROM audit WHERE subject = $1",
        params![subject],
        |row| row.of("audit", "subject_version").int("subject_version"),
    )
    .await
}

/// Everything noted about a subject, oldest first.
pub async fn of(conn: &mut Conn, subject: &str) -> Result<Vec<AuditRow>> {
    conn.fetch_all(
        concat!(
            "SELECT ",
            columns!(),
            " FROM audit WHERE subject = $1 ORDER BY subject_version"
        ),
        params![subject],
        |row| parse(row.of("audit", "id")),
    )
    .await
}

/// The chain's last link; hand it to somebody outside every day, and nobody can cut the chain's end unseen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// 1 for the first link.
    pub seq: i64,
    /// 64 hexadecimal digits: SHA-256 of the hash before (nothing for the first), the row's MAC and its id, as text.
    pub hash: String,
}

impl Head {
    fn next(before: Option<&Self>, mac: &str, id: Uuid) -> Self {
        let mut hash = Sha256::new();
        hash.update(before.map_or("", |head| head.hash.as_str()));
        hash.update(mac);
        hash.update(id.to_string());
        Self {
            seq: before.map_or(1, |head| head.seq + 1),
            hash: HEXLOWER.encode(&hash.finalize()),
        }
    }
}

/// The last link; `None` before the first.
pub async fn head(conn: &mut Conn) -> Result<Option<Head>> {
    conn.fetch_optional(
        "SELECT seq, hash FROM audit_link WHERE seq = (SELECT MAX(seq) FROM audit_link)",
        params![],
        parse_head,
    )
    .await
}

fn parse_head(row: &Row) -> Result<Head> {
    let row = row.of("audit_link", "seq");
    Ok(Head {
        seq: row.int("seq")?,
        hash: row.text("hash")?,
    })
}

/// Whether any row waits for the sealer: a look costs no write.
pub async fn waits(conn: &mut Conn) -> Result<bool> {
    let first = conn.fetch_optional(
        "SELECT audit_id FROM audit_unsealed LIMIT 1",
        params![],
        |row| row.of("audit_unsealed", "audit_id").uuid("audit_id"),
    );
    Ok(first.await?.is_some())
}

/// Links rows that wait, at most `limit`; the number, or `None` when another server is the sealer.
pub async fn seal_batch(tx: &mut Tx, owner: &str, now: Instant, limit: u32) -> Result<Option<u64>> {
    // The lease's row is locked until the commit: even an ended lease never has two sealers at work.
    if !lease::acquire(tx, SEALER, owner, now + SEALER_LEASE, now).await? {
        return Ok(None);
    }
    let waiting = tx
        .fetch_all(
            "SELECT audit.id, audit.mac FROM audit_unsealed JOIN audit ON audit.id = audit_unsealed.audit_id
             ORDER BY audit_unsealed.audit_id LIMIT $1",
            params![limit],
            |row| {
                let row = row.of("audit", "id");
                Ok((row.uuid("id")?, row.text("mac")?))
            },
        )
        .await?;
    let mut last = head(tx).await?;
    let mut sealed = 0;
    for (id, mac) in waiting {
        let link = Head::next(last.as_ref(), &mac, id);
        tx.execute(
            "INSERT INTO audit_link (seq, audit_id, hash) VALUES ($1, $2, $3)",
            params![link.seq, id, &link.hash],
        )
        .await?;
        tx.execute(
            "DELETE FROM audit_unsealed WHERE audit_id = $1",
            params![id],
        )
        .await?;
        last = Some(link);
        sealed += 1;
    }
    Ok(Some(sealed))
}

/// What [`verify`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows in the chain.
    pub sealed: u64,
    /// Rows that wait for the sealer.
    pub unsealed: u64,
    /// Empty when all is well.
    pub problems: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A link is missing before this one.
    LinkMissing { seq: i64 },
    /// A link does not follow from the one before and its row.
    LinkBroken { seq: i64 },
    /// A link whose row is gone.
    RowMissing { seq: i64 },
    /// A row that was changed, or made without the key.
    MacWrong { id: Uuid },
    /// A row with the id of another key, which this run does not have.
    KeyUnknown { id: Uuid, key_id: String },
    /// A subject's versions do not run from 1 without a gap.
    VersionGap { subject: String },
    /// A row that is neither in the chain nor waiting for it.
    NeverSealed { id: Uuid },
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LinkMissing { seq } => write!(out, "a link before link {seq} is missing"),
            Self::LinkBroken { seq } => {
                write!(out, "link {seq} does not follow from the one before")
            }
            Self::RowMissing { seq } => write!(out, "the row of link {seq} is missing"),
            Self::MacWrong { id } => write!(out, "row {id} was changed"),
            Self::KeyUnknown { id, key_id } => write!(out, "row {id} was made with key {key_id}"),
            Self::VersionGap { subject } => write!(out, "a row about {subject} is missing"),
            Self::NeverSealed { id } => write!(out, "row {id} was taken out of the chain"),
        }
    }
}

/// Checks every link, every MAC and every subject's versions. Seal first, so that nothing waits.
pub async fn verify(conn: &mut Conn, keys: &Keys) -> Result<Report> {
    let mut report = Report::default();
    verify_chain(conn, keys, &mut report).await?;
    let waiting = conn
        .fetch_all(
            concat!(
                "SELECT ",
                columns!(),
                " FROM audit_unsealed JOIN audit ON audit.id = audit_unsealed.audit_id
                 ORDER BY audit_unsealed.audit_id"
            ),
            params![],
            |row| parse(row.of("audit", "id")),
        )
        .await?;
    for row in waiting {
        report.unsealed += 1;
        report.problems.extend(check_mac(&row, keys));
    }
    let gaps = conn
        .fetch_all(
            "SELECT subject FROM audit GROUP BY subject
             HAVING MIN(subject_version) <> 1 OR MAX(subject_version) <> COUNT(*) ORDER BY subject",
            params![],
            |row| {
                Ok(Problem::VersionGap {
                    subject: row.of("audit", "subject").text("subject")?,
                })
            },
        )
        .await?;
    report.problems.extend(gaps);
    let never = conn
        .fetch_all(
            "SELECT audit.id FROM audit LEFT JOIN audit_link ON audit_link.audit_id = audit.id
             LEFT JOIN audit_unsealed ON audit_unsealed.audit_id = audit.id
             WHERE audit_link.audit_id IS NULL AND audit_unsealed.audit_id IS NULL ORDER BY audit.id",
            params![],
            |row| Ok(Problem::NeverSealed { id: row.of("audit", "id").uuid("id")? }),
        )
        .await?;
    report.problems.extend(never);
    Ok(report)
}

async fn verify_chain(conn: &mut Conn, keys: &Keys, report: &mut Report) -> Result<()> {
    let mut last: Option<Head> = None;
    loop {
        let page = conn
            .fetch_all(
                concat!(
                    "SELECT audit_link.seq, audit_link.hash, ",
                    columns!(),
                    " FROM audit_link
                     LEFT JOIN audit ON audit.id = audit_link.audit_id
                     WHERE audit_link.seq > $1 ORDER BY audit_link.seq LIMIT $2"
                ),
                params![last.as_ref().map_or(0, |head| head.seq), PAGE],
                |row| {
                    let audit = row.of("audit", "id");
                    let found = audit.text_or_null("id")?.is_some();
                    Ok((
                        parse_head(row)?,
                        if found { Some(parse(audit)?) } else { None },
                    ))
                },
            )
            .await?;
        if page.is_empty() {
            return Ok(());
        }
        for (link, row) in page {
            report.sealed += 1;
            let seq = link.seq;
            if seq != last.as_ref().map_or(1, |head| head.seq + 1) {
                report.problems.push(Problem::LinkMissing { seq });
            } else if let Some(row) = &row
                && Head::next(last.as_ref(), &row.mac, row.id) != link
            {
                report.problems.push(Problem::LinkBroken { seq });
            }
            match row {
                Some(row) => report.problems.extend(check_mac(&row, keys)),
                None => report.problems.push(Problem::RowMissing { seq }),
            }
            last = Some(link);
        }
    }
}

fn check_mac(row: &AuditRow, keys: &Keys) -> Option<Problem> {
    if row.key_id != keys.key_id() {
        return Some(Problem::KeyUnknown {
            id: row.id,
            key_id: row.key_id.clone(),
        });
    }
    let same: bool = row.mac(keys).as_bytes().ct_eq(row.mac.as_bytes()).into();
    (!same).then_some(Problem::MacWrong { id: row.id })
}
