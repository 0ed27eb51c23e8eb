//! The record of a signature: who, by what order, with what, when, over which bytes. Its MAC stands over every column.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::keys::{Keys, Purpose};
use crate::value::{Row, params};
use chrono::NaiveDate;
use domain::request::Delegation;
use domain::time::{self, Instant};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// What was signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Factor {
    /// A code of the authenticator app, by its time step: it worked once.
    Totp { step: i64 },
    /// A pen; the scan lies in the vault.
    Ink { scan: String, sha256: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureRow {
    pub document_id: Uuid,
    pub staff_id: Uuid,
    /// As they were when it was signed.
    pub name: String,
    pub position: String,
    pub acting_for: String,
    pub delegation: Delegation,
    pub factor: Factor,
    /// Of the PDF, 64 hexadecimal digits.
    pub sha256: String,
    pub signed_at: Instant,
}

impl SignatureRow {
    /// Every column, each after its length, so that no two records read the same.
    fn mac(&self, keys: &Keys) -> String {
        let until = self.delegation.until.map(|until| until.to_string());
        let (factor, detail, scan) = match &self.factor {
            Factor::Totp { step } => ("totp", step.to_string(), String::new()),
            Factor::Ink { scan, sha256 } => ("ink", scan.clone(), sha256.clone()),
        };
        let columns = [
            self.document_id.to_string(),
            self.staff_id.to_string(),
            self.name.clone(),
            self.position.clone(),
            self.acting_for.clone(),
            self.delegation.order.clone(),
            self.delegation.from.to_string(),
            until.unwrap_or_default(),
            factor.to_owned(),
            detail,
            scan,
            self.sha256.clone(),
            time::micros(self.signed_at).to_string(),
        ];
        let framed = columns
            .map(|column| format!("{}:{column}", column.len()))
            .concat();
        keys.mac(Purpose::SignatureMac, framed.as_bytes())
    }
}

/// A record as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub row: SignatureRow,
    /// Whether every column is as it was written.
    pub untouched: bool,
}

fn parse(row: &Row) -> Result<(SignatureRow, String)> {
    let row = row.of("signature", "document_id");
    let factor = match row.text("factor")?.as_str() {
        "totp" => Factor::Totp {
            step: row.int("totp_step")?,
        },
        "ink" => Factor::Ink {
            scan: row.text("scan")?,
            sha256: row.text("scan_sha256")?,
        },
        _ => return Err(row.impossible("factor", "not a factor")),
    };
    let from: NaiveDate = row.date("delegation_from")?;
    let kept = SignatureRow {
        document_id: row.uuid("document_id")?,
        staff_id: row.uuid("staff_id")?,
        name: row.text("name")?,
        position: row.text("position")?,
        acting_for: row.text("acting_for")?,
        delegation: Delegation {
            order: row.text("delegation_order")?,
            from,
            until: row.date_or_null("delegation_until")?,
        },
        factor,
        sha256: row.text("sha256")?,
        signed_at: row.instant("signed_at")?,
    };
    Ok((kept, row.text("mac")?))
}

/// Writes a document's one signature.
pub async fn insert(tx: &mut Tx, row: &SignatureRow, keys: &Keys) -> Result<()> {
    let (factor, step, scan, scan_sha256) = match &row.factor {
        Factor::Totp { step } => ("totp", Some(*step), None, None),
        Factor::Ink { scan, sha256 } => ("ink", None, Some(scan.as_str()), Some(sha256.as_str())),
    };
    tx.execute(
        "INSERT INTO signature (document_id, staff_id, name, position, acting_for, delegation_order, delegation_from,
             delegation_until, factor, totp_step, scan, scan_sha256, sha256, signed_at, mac, key_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params![
            row.document_id,
            row.staff_id,
            &row.name,
            &row.position,
            &row.acting_for,
            &row.delegation.order,
            row.delegation.from,
            row.delegation.until,
            factor,
            step,
            scan,
            scan_sha256,
            &row.sha256,
            row.signed_at,
            row.mac(keys),
            keys.key_id(),
        ],
    )
    .await?;
    Ok(())
}

/// A document's signature, and whether its record is as it was written.
pub async fn of(conn: &mut Conn, document_id: Uuid, keys: &Keys) -> Result<Option<Kept>> {
    let found = conn
        .fetch_optional(
            "SELECT document_id, staff_id, name, position, acting_for, delegation_order, delegation_from,
                 delegation_until, factor, totp_step, scan, scan_sha256, sha256, signed_at, mac
             FROM signature WHERE document_id = $1",
            params![document_id],
            parse,
        )
        .await?;
    Ok(found.map(|(row, mac)| {
        let untouched = bool::from(row.mac(keys).as_bytes().ct_eq(mac.as_bytes()));
        Kept { row, untouched }
    }))
}
