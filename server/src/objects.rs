//! Where files lie: a folder in the data folder, or what `SALA_OBJECTS_URL` names.
use crate::cli::Failure;
use object_store::ObjectStore;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::{ClientOptions, RetryConfig};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A family waits while a file is written.
const TIMEOUT: Duration = Duration::from_secs(20);

/// What `SALA_OBJECTS_URL` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Objects {
    /// A folder of this machine.
    Folder(PathBuf),
    /// `s3://bucket/prefix`; access, region and endpoint come from the usual `AWS_…` variables.
    S3(String),
}

impl Objects {
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(path) = text
            .strip_prefix("file://")
            .filter(|path| path.starts_with('/'))
        {
            return Ok(Self::Folder(PathBuf::from(path)));
        }
        match text.strip_prefix("s3://") {
            Some(bucket) if !bucket.is_empty() && !bucket.starts_with('/') => {
                Ok(Self::S3(text.to_owned()))
            }
            _ => Err("use file:///a/folder or s3://bucket/prefix".to_owned()),
        }
    }

    /// Opens the place; a folder is made, for nobody else to read.
    pub fn open(&self) -> Result<Arc<dyn ObjectStore>, Failure> {
        let failure = |error: &dyn std::error::Error| {
            Failure::Setting(format!("SALA_OBJECTS_URL: {}", crate::chain::chain(error)))
        };
        match self {
            Self::Folder(folder) => {
                make(folder).map_err(|error| {
                    Failure::Setting(format!(
                        "the folder for files, {}, cannot be made: {error}",
                        folder.display()
                    ))
                })?;
                clear_begun(folder);
                let store =
                    LocalFileSystem::new_with_prefix(folder).map_err(|error| failure(&error))?;
                // Acknowledged means durable.
                Ok(Arc::new(store.with_fsync(true)))
            }
            Self::S3(url) => {
                // Fails only when another one is installed, which is as good.
                let _ = rustls::crypto::ring::default_provider().install_default();
                let (prefix, builder) = (prefix(url), AmazonS3Builder::from_env().with_url(url));
                let store = builder
                    // One DELETE for each: not everything that speaks S3 knows the deletion of several at once.
                    .with_config(AmazonS3ConfigKey::DisableBulkDelete, "true")
                    .with_client_options(
                        ClientOptions::new().with_timeout(TIMEOUT).with_allow_http(
                            std::env::var("AWS_ALLOW_HTTP").is_ok_and(|value| value == "true"),
                        ),
                    )
                    .with_retry(RetryConfig {
                        max_retries: 2,
                        retry_timeout: TIMEOUT,
                        ..RetryConfig::default()
                    })
                    .build()
                    .map_err(|error| failure(&error))?;
                Ok(Arc::new(object_store::prefix::PrefixStore::new(
                    store, prefix,
                )))
            }
        }
    }
}

/// What stands behind the bucket.
fn prefix(url: &str) -> String {
    let path = url.strip_prefix("s3://").unwrap_or(url);
    let rest = path.split_once('/').map_or("", |(_, rest)| rest);
    rest.trim_end_matches('/').to_owned()
}

/// Removes what a crash left half written. It has a mark in its name and no row; what another server may be writing
/// just now is younger.
fn clear_begun(folder: &Path) {
    const OLD: Duration = Duration::from_hours(1);
    let shelves = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = shelves.filter_map(|shelf| std::fs::read_dir(shelf.path()).ok());
    for file in files.flatten().flatten() {
        let begun = file.file_name().to_string_lossy().contains('#');
        let age = file.metadata().and_then(|file| file.modified());
        let old = age.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > OLD));
        if begun && old {
            // It is looked for again at the next start.
            let _ = std::fs::remove_file(file.path());
        }
    }
}

fn make(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_crash_left_half_written_is_cleared_away_once_it_is_old() {
        let folder = std::env::temp_dir().join(format!("sala_objects_{}", std::process::id()));
        let shelf = folder.join("paper");
        std::fs::create_dir_all(&shelf).unwrap();
        let now = std::fs::File::create(shelf.join("young#1")).unwrap();
        let hours_ago = now.metadata().unwrap().modified().unwrap() - Duration::from_hours(2);
        for name in ["old#1", "whole"] {
            let file = std::fs::File::create(shelf.join(name)).unwrap();
            file.set_modified(hours_ago).unwrap();
        }
        clear_begun(&folder);
        let left = |name: &str| shelf.join(name).exists();
        assert!(left("young#1") && left("whole") && !left("old#1"));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_place_is_a_folder_or_a_bucket() {
        assert_eq!(
            Objects::parse("file:///var/lib/sala/objects"),
            Ok(Objects::Folder("/var/lib/sala/objects".into()))
        );
        assert_eq!(
            Objects::parse("s3://papers/trang"),
            Ok(Objects::S3("s3://papers/trang".into()))
        );
        for wrong in [
            "ftp://x",
            "file://objects",
            "s3://",
            "s3:///trang",
            "papers",
        ] {
            assert!(Objects::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(prefix("s3://papers/trang/x/"), "trang/x");
        assert_eq!(prefix("s3://papers"), "");
    }
}
