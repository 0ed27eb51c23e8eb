//! Files that people send or the office issues: sealed with a key of their own, under random names.
//!
//! A file is put before the row that names it. Until that row is committed the file is *loose*: a row of
//! `loose_object` says so, and what stays loose (a crash, a lost race, a replaced photo) is swept by a job.
//!
//! ```text
//! let name = desk.keep(Shelf::Paper, &bytes).await?;         // loose
//! desk.store.write(async |tx| {
//!     vault::settle(tx, &name).await?;                        // belongs to the row of this transaction
//!     …
//! })
//! ```
use crate::{Desk, Result, Trouble};
use chrono::TimeDelta;
use data_encoding::HEXLOWER;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use std::error::Error;
use std::io::ErrorKind;
use std::sync::Arc;
use store::Tx;
use store::keys::{KeyError, Keys, Purpose};
use store::object;

/// How long a file may stay loose before it is swept: longer than any request lives.
const LOOSE_FOR: TimeDelta = TimeDelta::hours(1);
/// Files swept in one round.
const BATCH: u32 = 100;

/// Where files of one kind lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// What families and officers send in.
    Paper,
    /// What the office issued: permits, letters, notes.
    Issued,
}

impl Shelf {
    fn folder(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Issued => "issued",
        }
    }
}

/// Why a file was not kept, or not found again.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("no place for files is set")]
    NotSet,
    #[error("the place for files is full")]
    Full(#[source] object_store::Error),
    #[error("the place for files cannot be reached or written")]
    Unreachable(#[source] object_store::Error),
    #[error("a file is missing from the place for files")]
    Missing(#[source] object_store::Error),
    #[error("a file is damaged, or lies under another's name")]
    Damaged(#[from] KeyError),
    #[error("a file was swept before it was used")]
    Swept,
}

impl From<object_store::Error> for VaultError {
    fn from(error: object_store::Error) -> Self {
        if matches!(error, object_store::Error::NotFound { .. }) {
            Self::Missing(error)
        } else if is_full(&error) {
            Self::Full(error)
        } else {
            Self::Unreachable(error)
        }
    }
}

/// Whether a disk or a quota at the end of the chain is full.
fn is_full(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>()
            && matches!(
                io.kind(),
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge
            )
        {
            return true;
        }
        cause = error.source();
    }
    false
}

/// A place for sealed files: a folder, or anything that speaks S3.
#[derive(Clone, Debug)]
pub struct Vault {
    objects: Arc<dyn ObjectStore>,
    keys: Arc<Keys>,
}

impl Vault {
    pub fn new(objects: Arc<dyn ObjectStore>, keys: Arc<Keys>) -> Self {
        Self { objects, keys }
    }

    /// One that forgets everything with the process: for tests.
    pub fn in_memory(keys: Arc<Keys>) -> Self {
        Self::new(Arc::new(InMemory::new()), keys)
    }

    /// Seals and writes a file; when this returns it is on the disk. Its name is authenticated with it, so that no
    /// file can be put in another's place.
    pub async fn put(
        &self,
        name: &str,
        bytes: &[u8],
        nonce: [u8; 12],
    ) -> std::result::Result<(), VaultError> {
        let sealed = self
            .keys
            .seal_bytes(Purpose::File, bytes, name.as_bytes(), nonce)?;
        self.objects.put(&Path::from(name), sealed.into()).await?;
        Ok(())
    }

    pub async fn get(&self, name: &str) -> std::result::Result<Vec<u8>, VaultError> {
        let found = self.objects.get(&Path::from(name)).await?;
        let sealed = found.bytes().await?;
        Ok(self
            .keys
            .open_bytes(Purpose::File, &sealed, name.as_bytes())?)
    }

    /// Deletes a file; one that is not there is deleted.
    pub async fn delete(&self, name: &str) -> std::result::Result<(), VaultError> {
        match self.objects.delete(&Path::from(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Takes a loose file for the row this transaction writes.
pub async fn settle(tx: &mut Tx, name: &str) -> Result<()> {
    if object::settle(tx, name).await? {
        Ok(())
    } else {
        Err(VaultError::Swept.into())
    }
}

impl Desk {
    pub fn vault(&self) -> Result<&Vault> {
        Ok(self.vault.as_ref().ok_or(VaultError::NotSet)?)
    }

    /// Seals and writes a file under a new random name. It stays loose until [`settle`] takes it.
    pub async fn keep(&self, shelf: Shelf, bytes: &[u8]) -> Result<String> {
        let vault = self.vault()?;
        let name = format!(
            "{}/{}",
            shelf.folder(),
            HEXLOWER.encode(&self.random::<16>())
        );
        let now = self.now();
        self.store
            .write(async |tx| object::loosen(tx, &name, now).await)
            .await?;
        vault.put(&name, bytes, self.random()).await?;
        Ok(name)
    }

    /// Deletes files that nothing names: sent in vain, replaced, or left by a crash. The number.
    pub async fn sweep_files(&self) -> Result<u32> {
        let Some(vault) = &self.vault else {
            return Ok(0);
        };
        let before = self.now() - LOOSE_FOR;
        let loose = object::loose(&mut self.store.read().await?, before, BATCH).await?;
        let mut swept = 0;
        for name in loose {
            // Doomed first: from here on no transaction can settle it.
            let doomed = self
                .store
                .write(async |tx| object::doom(tx, &name).await)
                .await?;
            if !doomed {
                continue;
            }
            vault.delete(&name).await?;
            self.store
                .write(async |tx| object::forget(tx, &name).await)
                .await?;
            swept += 1;
        }
        Ok(swept)
    }
}

impl From<VaultError> for Trouble {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> Vault {
        Vault::in_memory(Arc::new(Keys::new(&[7; 32])))
    }

    #[tokio::test]
    async fn what_is_kept_is_sealed_and_comes_back_only_under_its_name() {
        let vault = vault();
        vault.put("paper/a", b"a photo", [1; 12]).await.unwrap();
        assert_eq!(vault.get("paper/a").await.unwrap(), b"a photo");
        let sealed = vault.objects.get(&Path::from("paper/a")).await.unwrap();
        let sealed = sealed.bytes().await.unwrap();
        assert!(!sealed.windows(7).any(|window| window == b"a photo"));
        vault
            .objects
            .put(&Path::from("paper/b"), sealed.into())
            .await
            .unwrap();
        assert!(matches!(
            vault.get("paper/b").await,
            Err(VaultError::Damaged(KeyError::NotOpened))
        ));
        vault.delete("paper/a").await.unwrap();
        vault.delete("paper/a").await.unwrap();
        assert!(matches!(
            vault.get("paper/a").await,
            Err(VaultError::Missing(_))
        ));
    }

    #[test]
    fn a_full_disk_is_told_from_one_that_is_gone() {
        let failed = |kind: ErrorKind| {
            VaultError::from(object_store::Error::Generic {
                store: "LocalFileSystem",
                source: Box::new(std::io::Error::from(kind)),
            })
        };
        assert!(matches!(
            failed(ErrorKind::StorageFull),
            VaultError::Full(_)
        ));
        assert!(matches!(
            failed(ErrorKind::QuotaExceeded),
            VaultError::Full(_)
        ));
        assert!(matches!(
            failed(ErrorKind::PermissionDenied),
            VaultError::Unreachable(_)
        ));
    }
}
