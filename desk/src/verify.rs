//! The verification page: what a code says of a document, without anybody's name.
use crate::issue::places_of;
use crate::signature::suspended;
use crate::vault::VaultError;
use crate::{Desk, Result, Trouble};
use chrono::NaiveDate;
use domain::crematorium::Wish;
use domain::document::Kind;
use domain::issued::{Validity, parse_code};
use domain::time::{self, Instant};
use store::keys::Purpose;
use store::limit::Limit;
use store::signature::Factor;
use store::{issued, request, signature};

/// Looking up costs a file and a hash: a burst of sixty, then one a second. Phones behind one address are many.
const LOOKUPS: Limit = Limit {
    capacity: 60,
    leak_per_second: 1000,
};

/// What a code says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub code: String,
    pub validity: Validity,
    pub kind: Kind,
    pub number: String,
    pub version: u32,
    pub issued_on: NaiveDate,
    /// The places it was issued for; a permit's only.
    pub wish: Option<Wish>,
    /// Position and authority of whoever signed; an office, not a name.
    pub signer: Option<(String, String)>,
    pub signed_at: Option<Instant>,
    pub ink: bool,
    pub sha256: Option<String>,
    /// When it ended.
    pub ended_at: Option<Instant>,
}

impl Desk {
    /// Looks a code up, and recomputes what was signed. Unknown codes are [`Trouble::NotFound`].
    pub async fn verify(&self, code: &str, address: &str) -> Result<Verified> {
        let now = self.now();
        let bucket = self
            .keys
            .mac(Purpose::LimitMac, format!("verify:{address}").as_bytes());
        self.spend(&bucket, LOOKUPS, now).await?;
        let code = parse_code(code).ok_or(Trouble::NotFound)?;
        let mut conn = self.store.read().await?;
        let row = issued::by_code(&mut conn, &code)
            .await?
            .ok_or(Trouble::NotFound)?;
        let about = request::by_id(&mut conn, row.request_id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let kept = signature::of(&mut conn, row.id, &self.keys).await?;
        drop(conn);
        let mut validity = Validity::of(
            row.status,
            about.state.frozen || suspended(row.kind, &about.state),
        );
        if row.status.is_in_force() {
            let whole = match &kept {
                Some(kept) if kept.untouched => {
                    let print = row.print.as_ref();
                    print.is_some_and(|print| print.sha256 == kept.row.sha256)
                        && self.is_whole(&row).await?
                }
                _ => false,
            };
            if !whole {
                validity = Validity::Damaged;
            }
        }
        let record = kept.map(|kept| kept.row);
        Ok(Verified {
            code,
            validity,
            kind: row.kind,
            version: row.version,
            issued_on: time::local_date(row.issued_at),
            wish: (row.kind == Kind::Permit).then(|| places_of(&row)),
            signer: record.as_ref().map(|record| {
                (
                    record.position.clone(),
                    crate::issue::authority(&record.acting_for, &record.delegation),
                )
            }),
            signed_at: record.as_ref().map(|record| record.signed_at),
            ink: record
                .as_ref()
                .is_some_and(|record| matches!(record.factor, Factor::Ink { .. })),
            sha256: record.map(|record| record.sha256),
            number: row.number,
            ended_at: row.ended.map(|ended| ended.at),
        })
    }

    /// Whether the bytes that are kept are those of the row. A place for files that cannot be reached is a trouble,
    /// not a verdict.
    async fn is_whole(&self, row: &issued::IssuedRow) -> Result<bool> {
        match self.pdf_of(row).await {
            Ok(_) => Ok(true),
            Err(
                Trouble::Internal(_)
                | Trouble::NotFound
                | Trouble::Vault(VaultError::Damaged(_) | VaultError::Missing(_)),
            ) => Ok(false),
            Err(trouble) => Err(trouble),
        }
    }
}
