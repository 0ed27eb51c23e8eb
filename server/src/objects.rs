//! Where files lie: a folder in the data folder, or what `SALA_OBJECTS_URL` names.
use crate::cli::Failure;
use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
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
