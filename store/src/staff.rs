//! Staff accounts.
use crate::conn::{Conn, Tx};
use crate::credential::SealedTotp;
use crate::error::Result;
use crate::value::{Row, Value, json, params};
use domain::request::{Delegation, Role};
use domain::time::Instant;
use std::fmt;
use uuid::Uuid;

#[derive(Clone, PartialEq, Eq)]
pub struct StaffRow {
    pub id: Uuid,
    pub username: String,
    pub name: String,
    /// "ผู้อำนวยการกองสาธารณสุขและสิ่งแวดล้อม"
    pub position: String,
    pub roles: Vec<Role>,
    pub delegation: Option<Delegation>,
    pub password_hash: String,
    pub totp: Option<SealedTotp>,
    /// The last time step whose code was used: a code works once.
    pub totp_step: i64,
    pub created_at: Instant,
    pub disabled_at: Option<Instant>,
}

impl fmt::Debug for StaffRow {
    /// Neither names nor hashes belong in a log.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("StaffRow")
            .field("id", &self.id)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

macro_rules! columns {
    () => {
        "id, username, name, position, roles, delegation_order, delegation_from, delegation_until, password_hash, \
         totp_sealed, key_id, totp_step, created_at, disabled_at"
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM staff ", $rest)
    };
}

fn parse(row: &Row) -> Result<StaffRow> {
    let row = row.of("staff", "id");
    let until = row.date_or_null("delegation_until")?;
    let delegation = match (
        row.text_or_null("delegation_order")?,
        row.date_or_null("delegation_from")?,
    ) {
        (Some(order), Some(from)) => Some(Delegation { order, from, until }),
        (None, None) if until.is_none() => None,
        _ => {
            return Err(
                row.impossible("delegation_order", "an order and its first day go together")
            );
        }
    };
    let totp = match (
        row.text_or_null("totp_sealed")?,
        row.text_or_null("key_id")?,
    ) {
        (Some(sealed), Some(key_id)) => Some(SealedTotp { sealed, key_id }),
        (None, None) => None,
        _ => return Err(row.impossible("totp_sealed", "ciphertext and key go together")),
    };
    Ok(StaffRow {
        id: row.uuid("id")?,
        username: row.text("username")?,
        name: row.text("name")?,
        position: row.text("position")?,
        roles: row.json("roles")?,
        delegation,
        password_hash: row.text("password_hash")?,
        totp,
        totp_step: row.int("totp_step")?,
        created_at: row.instant("created_at")?,
        disabled_at: row.instant_or_null("disabled_at")?,
    })
}

fn binds(staff: &StaffRow) -> Result<Vec<Value>> {
    let delegation = staff.delegation.as_ref();
    let totp = staff.totp.as_ref();
    Ok(params![
        staff.id,
        &staff.username,
        &staff.name,
        &staff.position,
        json(&staff.roles)?,
        delegation.map(|delegation| delegation.order.as_str()),
        delegation.map(|delegation| delegation.from),
        delegation.and_then(|delegation| delegation.until),
        &staff.password_hash,
        totp.map(|totp| totp.sealed.as_str()),
        totp.map(|totp| totp.key_id.as_str()),
        staff.totp_step,
        staff.created_at,
        staff.disabled_at,
    ])
}

/// A new account. False: the username is taken.
pub async fn insert(tx: &mut Tx, staff: &StaffRow) -> Result<bool> {
    let inserted = tx.execute(
        concat!(
            "INSERT INTO staff (", columns!(), ")
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (username) DO NOTHING"
        ),
        binds(staff)?,
    );
    Ok(inserted.await? == 1)
}

pub async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<StaffRow>> {
    conn.fetch_optional(select!("WHERE id = $1"), params![id], parse)
        .await
}

/// Exactly as it was given: callers normalise usernames.
pub async fn by_username(conn: &mut Conn, username: &str) -> Result<Option<StaffRow>> {
    conn.fetch_optional(select!("WHERE username = $1"), params![username], parse)
        .await
}

/// Every account, disabled ones too, by username.
pub async fn list(conn: &mut Conn) -> Result<Vec<StaffRow>> {
    conn.fetch_all(select!("ORDER BY username"), params![], parse)
        .await
}

/// Writes an account again, but for its last used code. False: no such account.
pub async fn update(tx: &mut Tx, staff: &StaffRow) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE staff SET username = $2, name = $3, position = $4, roles = $5, delegation_order = $6,
             delegation_from = $7, delegation_until = $8, password_hash = $9, totp_sealed = $10, key_id = $11,
             disabled_at = $12
         WHERE id = $1",
        {
            // Not the time step, which `credential::use_totp_step` guards, nor the day it was made.
            let mut binds = binds(staff)?;
            binds.drain(11..13);
            binds
        },
    );
    Ok(changed.await? == 1)
}
