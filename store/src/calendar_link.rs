//! Secret links of calendar programs, known by the MAC of their token.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use domain::time::Instant;
use uuid::Uuid;

/// Whose calendar it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Staff(Uuid),
    Request(Uuid),
}

impl Whose {
    fn columns(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::Staff(id) => (Some(id), None),
            Self::Request(id) => (None, Some(id)),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarLinkRow {
    pub id: Uuid,
    pub token_mac: String,
    pub whose: Whose,
    /// Whether the family wants the name of the person who died in it.
    pub names: bool,
    pub created_at: Instant,
}

fn parse(row: &Row) -> Result<CalendarLinkRow> {
    let row = row.of("calendar_link", "id");
    let whose = match (
        row.uuid_or_null("staff_id")?,
        row.uuid_or_null("request_id")?,
    ) {
        (Some(id), None) => Whose::Staff(id),
        (None, Some(id)) => Whose::Request(id),
        _ => return Err(row.impossible("staff_id", "not exactly one owner")),
    };
    Ok(CalendarLinkRow {
        id: row.uuid("id")?,
        token_mac: row.text("token_mac")?,
        whose,
        names: row.flag("names")?,
        created_at: row.instant("created_at")?,
    })
}

/// A new link; the owner's earlier ones end with it.
pub async fn renew(tx: &mut Tx, link: &CalendarLinkRow) -> Result<()> {
    revoke(tx, link.whose, link.created_at).await?;
    let (staff_id, request_id) = link.whose.columns();
    tx.execute(
        "INSERT INTO calendar_link (id, token_mac, staff_id, request_id, names, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            link.id,
            &link.token_mac,
            staff_id,
            request_id,
            link.names,
            link.created_at
        ],
    )
    .await?;
    Ok(())
}

/// Ends the owner's links; the number.
pub async fn revoke(tx: &mut Tx, whose: Whose, now: Instant) -> Result<u64> {
    match whose {
        Whose::Staff(id) => {
            tx.execute(
                "UPDATE calendar_link SET revoked_at = $1 WHERE staff_id = $2 AND revoked_at IS NULL",
                params![now, id],
            )
            .await
        }
        Whose::Request(id) => {
            tx.execute(
                "UPDATE calendar_link SET revoked_at = $1 WHERE request_id = $2 AND revoked_at IS NULL",
                params![now, id],
            )
            .await
        }
    }
}

/// The link of a token, while it is not revoked.
pub async fn by_token(conn: &mut Conn, token_mac: &str) -> Result<Option<CalendarLinkRow>> {
    conn.fetch_optional(
        "SELECT id, token_mac, staff_id, request_id, names, created_at FROM calendar_link
         WHERE token_mac = $1 AND revoked_at IS NULL",
        params![token_mac],
        parse,
    )
    .await
}

/// The owner's link in force.
pub async fn of(conn: &mut Conn, whose: Whose) -> Result<Option<CalendarLinkRow>> {
    match whose {
        Whose::Staff(id) => {
            conn.fetch_optional(
                "SELECT id, token_mac, staff_id, request_id, names, created_at FROM calendar_link
                 WHERE staff_id = $1 AND revoked_at IS NULL",
                params![id],
                parse,
            )
            .await
        }
        Whose::Request(id) => {
            conn.fetch_optional(
                "SELECT id, token_mac, staff_id, request_id, names, created_at FROM calendar_link
                 WHERE request_id = $1 AND revoked_at IS NULL",
                params![id],
                parse,
            )
            .await
        }
    }
}
