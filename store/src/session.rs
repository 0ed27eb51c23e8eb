//! Sessions of residents' browsers, of staff and of agents: only the MAC of the 256-bit token is kept.
use crate::conn::{Conn, Tx};
use crate::credential::Account;
use crate::error::Result;
use crate::value::{Row, params};
use chrono::TimeDelta;
use domain::time::Instant;

/// A session's last use is written at most this often.
const TOUCH_EVERY: TimeDelta = TimeDelta::minutes(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    Resident,
    Staff,
    Agent,
}

impl SessionKind {
    pub const ALL: [Self; 3] = [Self::Resident, Self::Staff, Self::Agent];

    pub fn code(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Staff => "staff",
            Self::Agent => "agent",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// How far somebody has signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A password was given; the second factor is still to come.
    Password,
    /// Everything this kind of session needs.
    Full,
}

impl Stage {
    pub const ALL: [Self; 2] = [Self::Password, Self::Full];

    pub fn code(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Full => "full",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    pub token_mac: String,
    pub kind: SessionKind,
    /// Whose it is; residents have no account.
    pub account: Option<Account>,
    pub stage: Stage,
    pub created_at: Instant,
    pub seen_at: Instant,
    pub expires_at: Instant,
}

fn parse(row: &Row) -> Result<SessionRow> {
    let row = row.of("session", "token_mac");
    let kind = row.word("kind", SessionKind::parse)?;
    let account = match (
        kind,
        row.uuid_or_null("staff_id")?,
        row.uuid_or_null("agent_id")?,
    ) {
        (SessionKind::Resident, None, None) => None,
        (SessionKind::Staff, Some(id), None) => Some(Account::Staff(id)),
        (SessionKind::Agent, None, Some(id)) => Some(Account::Agent(id)),
        _ => return Err(row.impossible("kind", "a session is of an account of its own kind")),
    };
    Ok(SessionRow {
        token_mac: row.text("token_mac")?,
        kind,
        account,
        stage: row.word("stage", Stage::parse)?,
        created_at: row.instant("created_at")?,
        seen_at: row.instant("seen_at")?,
        expires_at: row.instant("expires_at")?,
    })
}

pub async fn insert(tx: &mut Tx, session: &SessionRow) -> Result<()> {
    let (staff_id, agent_id) = match session.account {
        Some(Account::Staff(id)) => (Some(id), None),
        Some(Account::Agent(id)) => (None, Some(id)),
        None => (None, None),
    };
    tx.execute(
        "INSERT INTO session (token_mac, kind, staff_id, agent_id, stage, created_at, seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            &session.token_mac,
            session.kind.code(),
            staff_id,
            agent_id,
            session.stage.code(),
            session.created_at,
            session.seen_at,
            session.expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// The session with this token, unless it expired.
pub async fn find(conn: &mut Conn, token_mac: &str, now: Instant) -> Result<Option<SessionRow>> {
    conn.fetch_optional(
        "SELECT token_mac, kind, staff_id, agent_id, stage, created_at, seen_at, expires_at FROM session
         WHERE token_mac = $1 AND expires_at > $2",
        params![token_mac, now],
        parse,
    )
    .await
}

impl SessionRow {
    /// Whether [`touch`] would write: at most once a minute, so that reading pages does not become writing.
    pub fn wants_touch(&self, now: Instant) -> bool {
        self.seen_at <= now - TOUCH_EVERY
    }
}

/// Notes that a session is in use, and until when it lasts then. False: noted less than a minute ago, or it ended.
pub async fn touch(
    tx: &mut Tx,
    token_mac: &str,
    expires_at: Instant,
    now: Instant,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE session SET seen_at = $1, expires_at = $2 WHERE token_mac = $3 AND seen_at <= $4 AND expires_at > $1",
        params![now, expires_at, token_mac, now - TOUCH_EVERY],
    );
    Ok(changed.await? == 1)
}

/// Gives a session another token and stage, as whoever uses it gains rights. False: it ended.
pub async fn rotate(
    tx: &mut Tx,
    token_mac: &str,
    new_mac: &str,
    stage: Stage,
    expires_at: Instant,
    now: Instant,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE session SET token_mac = $1, stage = $2, seen_at = $3, expires_at = $4
         WHERE token_mac = $5 AND expires_at > $3",
        params![new_mac, stage.code(), now, expires_at, token_mac],
    );
    Ok(changed.await? == 1)
}

/// Ends a session. False: it had ended.
pub async fn end(tx: &mut Tx, token_mac: &str) -> Result<bool> {
    Ok(tx
        .execute(
            "DELETE FROM session WHERE token_mac = $1",
            params![token_mac],
        )
        .await?
        == 1)
}

/// Ends every session of an account: a new password, or it was disabled. The number.
pub async fn end_for(tx: &mut Tx, account: Account) -> Result<u64> {
    let sql = match account {
        Account::Staff(_) => "DELETE FROM session WHERE staff_id = $1",
        Account::Agent(_) => "DELETE FROM session WHERE agent_id = $1",
    };
    tx.execute(sql, params![account.id()]).await
}

/// The same, but for one of them.
pub async fn end_others(tx: &mut Tx, account: Account, kept_mac: &str) -> Result<u64> {
    let sql = match account {
        Account::Staff(_) => "DELETE FROM session WHERE staff_id = $1 AND token_mac <> $2",
        Account::Agent(_) => "DELETE FROM session WHERE agent_id = $1 AND token_mac <> $2",
    };
    tx.execute(sql, params![account.id(), kept_mac]).await
}

/// Deletes expired sessions; the number.
pub async fn delete_expired(tx: &mut Tx, now: Instant) -> Result<u64> {
    tx.execute("DELETE FROM session WHERE expires_at <= $1", params![now])
        .await
}
