//! `cargo xtask bench`: builds a release, starts PostgreSQL, measures, and keeps the table.

use crate::postgres::Cluster;
use crate::process;
use crate::progress::Progress;
use crate::run;
use crate::site;
use crate::wasm::{self, Toolchain};
use crate::workspace::{Flavour, Workspace};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const LOGS: &str = "bench-logs";
const STEPS: usize = 7;
/// How long all measurements may take.
const PATIENCE: Duration = Duration::from_mins(25);

/// The whole run writes docs/BENCHMARKS.md; a quick one, for development, only prints its table.
pub fn command(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let [quick] = crate::flags(arguments, ["--quick"])?;
    let output = if quick {
        workspace.target.join("bench-quick.md")
    } else {
        workspace.root.join("docs/BENCHMARKS.md")
    };
    let mut progress = Progress::new(STEPS);
    build(workspace, &mut progress)?;
    let log = workspace.log(LOGS, "postgres");
    let cluster = progress.must("starting PostgreSQL", |step| {
        Cluster::start_durable(step, &log)
    })?;
    progress.must("measuring", |step| {
        let data = Scratch::create(workspace.target.join("bench-data"))?;
        let mut bench = Command::new(release(workspace, "bench"));
        bench
            .arg("run")
            .arg("--sala")
            .arg(run::binary(workspace, Flavour::Release))
            .arg("--output")
            .arg(&output)
            .args(quick.then_some("--quick"))
            .env("SALA_TEST_POSTGRES", cluster.url())
            .env("TMPDIR", &data.0);
        let log = workspace.log(LOGS, "bench");
        process::run_at_most(step, &mut bench, &log, PATIENCE)
    })?;
    let table = fs::read_to_string(&output).with_context(|| output.display().to_string())?;
    println!("\n{table}");
    Ok(())
}

/// The release as it is installed, and the program that measures it. Apart: the one must not get the other's features.
fn build(workspace: &Workspace, progress: &mut Progress) -> Result<()> {
    let log = workspace.log(LOGS, "build");
    let toolchain = progress.must("finding the wasm target", |step| {
        Toolchain::ensure(workspace, step, &log)
    })?;
    let package = progress.must("building the islands", |step| {
        wasm::build(workspace, &toolchain, Flavour::Release, step, &log)
    })?;
    progress.must("building the site", |step| {
        site::build(workspace, Flavour::Release, &package, step)
    })?;
    progress.must("building the server", |step| {
        run::build_server(workspace, Flavour::Release, step, &log)
    })?;
    progress.must("building the measurements", |step| {
        let mut cargo = workspace.cargo();
        cargo.args(["build", "--release", "--package", "bench"]);
        process::run(step, &mut cargo, &log)
    })
}

fn release(workspace: &Workspace, name: &str) -> PathBuf {
    let folder = workspace.target.join(Flavour::Release.native_folder());
    folder.join(name)
}

/// A folder for the databases of one run, gone at its end whatever happens.
struct Scratch(PathBuf);

impl Scratch {
    fn create(folder: PathBuf) -> Result<Self> {
        // Of a run that was killed.
        remove(&folder);
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

fn remove(folder: &Path) {
    let _absent = fs::remove_dir_all(folder);
}
