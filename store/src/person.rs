//! People: applicants, helpers, deceased. Retention erases a person and leaves the request's history whole.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use domain::time::Instant;
use std::fmt;
use uuid::Uuid;

#[derive(Clone, PartialEq, Eq)]
pub struct PersonRow {
    pub id: Uuid,
    /// Empty once erased.
    pub name: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub identity: Option<SealedIdentity>,
    pub created_at: Instant,
    pub erased_at: Option<Instant>,
}

/// A national ID or passport, sealed by `Keys::seal` with the person's id as its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedIdentity {
    /// `national_id`, `passport`, `internal`: as the application names it.
    pub kind: String,
    pub sealed: String,
    pub key_id: String,
}

impl fmt::Debug for PersonRow {
    /// Logs never hold names, phones or e-mails.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("PersonRow")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

macro_rules! columns {
    () => {
        "id, name, phone, email, identity_kind, identity_sealed, key_id, created_at, erased_at"
    };
}

fn parse(row: &Row) -> Result<PersonRow> {
    let row = row.of("person", "id");
    let sealed = row.text_or_null("identity_sealed")?;
    let identity = match (
        row.text_or_null("identity_kind")?,
        sealed,
        row.text_or_null("key_id")?,
    ) {
        (Some(kind), Some(sealed), Some(key_id)) => Some(SealedIdentity {
            kind,
            sealed,
            key_id,
        }),
        (None, None, None) => None,
        _ => return Err(row.impossible("identity_sealed", "kind, ciphertext and key go together")),
    };
    Ok(PersonRow {
        id: row.uuid("id")?,
        name: row.text("name")?,
        phone: row.text_or_null("phone")?,
        email: row.text_or_null("email")?,
        identity,
        created_at: row.instant("created_at")?,
        erased_at: row.instant_or_null("erased_at")?,
    })
}

pub async fn insert(tx: &mut Tx, person: &PersonRow) -> Result<()> {
    let identity = person.identity.as_ref();
    tx.execute(
        concat!(
            "INSERT INTO person (",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        ),
        params![
            person.id,
            &person.name,
            person.phone.as_deref(),
            person.email.as_deref(),
            identity.map(|identity| identity.kind.as_str()),
            identity.map(|identity| identity.sealed.as_str()),
            identity.map(|identity| identity.key_id.as_str()),
            person.created_at,
            person.erased_at,
        ],
    )
    .await?;
    Ok(())
}

pub async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<PersonRow>> {
    conn.fetch_optional(
        concat!("SELECT ", columns!(), " FROM person WHERE id = $1"),
        params![id],
        parse,
    )
    .await
}

/// Writes name, phone, e-mail and identity again: a corrected application. False: no such person, or erased.
pub async fn update(tx: &mut Tx, person: &PersonRow) -> Result<bool> {
    let identity = person.identity.as_ref();
    let changed = tx.execute(
        "UPDATE person SET name = $1, phone = $2, email = $3, identity_kind = $4, identity_sealed = $5, key_id = $6
         WHERE id = $7 AND erased_at IS NULL",
        params![
            &person.name,
            person.phone.as_deref(),
            person.email.as_deref(),
            identity.map(|identity| identity.kind.as_str()),
            identity.map(|identity| identity.sealed.as_str()),
            identity.map(|identity| identity.key_id.as_str()),
            person.id,
        ],
    );
    Ok(changed.await? == 1)
}

/// Erases everything about a person but that there was one. False: erased before.
pub async fn erase(tx: &mut Tx, id: Uuid, now: Instant) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE person SET name = '', phone = NULL, email = NULL, identity_kind = NULL, identity_sealed = NULL,
             key_id = NULL, erased_at = $1
         WHERE id = $2 AND erased_at IS NULL",
        params![now, id],
    );
    Ok(changed.await? == 1)
}
