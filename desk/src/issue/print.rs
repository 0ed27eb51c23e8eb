//! The job that prints an issued document into the vault: outside every transaction, and twice the same as once.
use crate::request::load;
use crate::vault::{self, Shelf};
use crate::{Desk, Result, Trouble};
use data_encoding::HEXLOWER;
use domain::document::Document;
use domain::issued::IssuedStatus;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use store::issued::{IssuedRow, Print};
use store::{issued, request, staff};
use uuid::Uuid;

/// The job's name.
pub(crate) const JOB: &str = "print";

/// What the job holds: ids only.
#[derive(Debug, Deserialize)]
struct PrintJob {
    document: Uuid,
}

impl Desk {
    pub(crate) async fn print_issued(&self, body: &str) -> Result<()> {
        let job: PrintJob =
            serde_json::from_str(body).map_err(|error| Trouble::Internal(error.to_string()))?;
        let mut conn = self.store.read().await?;
        let row = issued::by_id(&mut conn, job.document)
            .await?
            .ok_or(Trouble::NotFound)?;
        if row.status != IssuedStatus::Pending || row.print.is_some() {
            return Ok(());
        }
        let signer = match row.signer_id {
            Some(id) => staff::by_id(&mut conn, id).await?,
            None => None,
        };
        let Some(signer) = signer else {
            // Nobody may sign today: it is printed when somebody takes it over.
            return Ok(());
        };
        let about = request::by_id(&mut conn, row.request_id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let loaded = load(&mut conn, about).await?;
        let document = self.compose(&mut conn, &row, &loaded, &signer).await?;
        drop(conn);
        let pdf = self.workshop()?.pdf(document.clone()).await?;
        let model =
            serde_json::to_vec(&document).map_err(|error| Trouble::Internal(error.to_string()))?;
        let print = Print {
            sha256: sha256(&pdf),
            object: self.keep(Shelf::Issued, &pdf).await?,
            model: self.keep(Shelf::Issued, &model).await?,
        };
        self.store
            .write(async |tx| {
                if issued::set_print(tx, row.id, row.round, &print).await? {
                    vault::settle(tx, &print.object).await?;
                    vault::settle(tx, &print.model).await?;
                }
                // Otherwise it was printed, taken over or ended meanwhile: these files stay loose and are swept.
                Ok::<(), Trouble>(())
            })
            .await
    }

    /// The document a print was made from.
    pub(crate) async fn model_of(&self, print: &Print) -> Result<Document> {
        let bytes = self.vault()?.get(&print.model).await?;
        serde_json::from_slice(&bytes).map_err(|error| Trouble::Internal(error.to_string()))
    }

    /// The PDF, exactly as it was signed or waits to be; a print that is not what the row says is damaged.
    pub(crate) async fn pdf_of(&self, row: &IssuedRow) -> Result<Vec<u8>> {
        let print = row.print.as_ref().ok_or(Trouble::NotFound)?;
        let pdf = self.vault()?.get(&print.object).await?;
        if sha256(&pdf) == print.sha256 {
            Ok(pdf)
        } else {
            Err(Trouble::Internal(format!(
                "the print of document {} is not the one that was made",
                row.id
            )))
        }
    }
}

/// 64 hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}
