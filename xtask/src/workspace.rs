//! Where things are: the workspace, its build folder, its logs.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

/// The folders every command works in.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The folder of the root `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's build folder, wherever the environment or a config file puts it.
    pub target: PathBuf,
}

impl Workspace {
    /// Asks cargo, which knows `CARGO_TARGET_DIR` and every config file.
    pub fn find() -> Result<Self> {
        let output = cargo()
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .context("cargo metadata")?;
        ensure!(
            output.status.success(),
            "cargo metadata: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
        let folder = |key: &str| {
            let path = metadata[key].as_str();
            path.map(PathBuf::from)
                .with_context(|| format!("cargo metadata gives no {key}"))
        };
        Ok(Self {
            root: folder("workspace_root")?,
            target: folder("target_directory")?,
        })
    }

    /// What the server serves: fingerprinted files and `manifest.json`.
    pub fn site(&self) -> PathBuf {
        self.target.join("site")
    }

    /// A native cargo command that runs in the workspace. Every one names the site alike: the
    /// server's build script watches the variable, and a change of it costs a build.
    pub fn cargo(&self) -> Command {
        let mut command = cargo();
        command
            .current_dir(&self.root)
            .env("SALA_SITE_DIR", self.site());
        command
    }

    /// An empty log for a step: `target/FOLDER/NAME.log`.
    pub fn log(&self, folder: &str, name: &str) -> PathBuf {
        let log = self.target.join(folder).join(format!("{name}.log"));
        let _absent = std::fs::remove_file(&log);
        log
    }

    /// Where the browser journeys and their npm packages live.
    pub fn tests(&self) -> PathBuf {
        self.root.join("tests")
    }
}

/// The cargo that runs xtask, so that another one in the path never takes its place.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Whether a build is for a person at work or for residents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    Dev,
    Release,
}

impl Flavour {
    pub fn wasm_profile(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }

    /// Cargo's folder name for the native profile.
    pub fn native_folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }
}
