//! `cargo xtask run`: from a bare clone to a served demonstration.

use crate::process::{self, Group};
use crate::progress::{Progress, Step};
use crate::site;
use crate::wasm::{self, Toolchain};
use crate::workspace::{Flavour, Workspace};
use anyhow::{Context, Result, bail, ensure};
use rustix::process::Signal;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const LOGS: &str = "run-logs";
/// The steps of [`Demonstration::build`].
const STEPS: usize = 5;
/// The server finishes the requests it has.
const DRAIN: Duration = Duration::from_secs(15);
const START: Duration = Duration::from_mins(1);

pub fn command(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let [release, no_demo] = crate::flags(arguments, ["--release", "--no-demo"])?;
    let flavour = if release {
        Flavour::Release
    } else {
        Flavour::Dev
    };
    let demonstration = Demonstration::new(workspace, flavour, !no_demo);
    demonstration.build()?;
    let mut server = demonstration.serve()?;
    while !process::interrupted() {
        if let Some(status) = server.ended()? {
            ensure!(status.success(), "the server ended: {status}");
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// A server with its site and data, here on this machine.
#[derive(Debug)]
pub struct Demonstration<'a> {
    workspace: &'a Workspace,
    flavour: Flavour,
    demo: bool,
    data: PathBuf,
}

impl<'a> Demonstration<'a> {
    pub fn new(workspace: &'a Workspace, flavour: Flavour, demo: bool) -> Self {
        let data = std::env::var_os("SALA_DATA_DIR");
        let data = data.map_or_else(|| workspace.root.join("data"), PathBuf::from);
        Self {
            workspace,
            flavour,
            demo,
            data,
        }
    }

    /// Builds what changed, and fills the data folder the first time.
    pub fn build(&self) -> Result<()> {
        let (workspace, flavour) = (self.workspace, self.flavour);
        let mut progress = Progress::new(STEPS);
        let log = workspace.log(LOGS, "wasm");
        let toolchain = progress.must("finding the wasm target", |step| {
            Toolchain::ensure(workspace, step, &log)
        })?;
        let package = progress.must("building the islands", |step| {
            wasm::build(workspace, &toolchain, flavour, step, &log)
        })?;
        progress.must("building the site", |step| {
            site::build(workspace, flavour, &package, step)
        })?;
        progress.must("building the server", |step| {
            build_server(workspace, flavour, step, &workspace.log(LOGS, "server"))
        })?;
        progress.must("preparing the data", |step| self.prepare(step))
    }

    /// Starts the server and, once it answers, says where.
    pub fn serve(&self) -> Result<Group> {
        let listen = std::env::var("SALA_LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());
        ensure!(
            TcpStream::connect(&listen).is_err(),
            "something already answers at {listen}; stop it, or set SALA_LISTEN"
        );
        let mut server = Group::spawn(self.sala().arg("serve"), Signal::TERM, DRAIN)?;
        let started = Instant::now();
        while TcpStream::connect(&listen).is_err() {
            if let Some(status) = server.ended()? {
                bail!("the server ended at once: {status}");
            }
            ensure!(!process::interrupted(), "stopped");
            ensure!(started.elapsed() < START, "the server does not answer");
            std::thread::sleep(Duration::from_millis(100));
        }
        let address = std::env::var("SALA_PUBLIC_URL").unwrap_or(format!("http://{listen}"));
        println!("\nSala      {address}\nStaff     {address}/staff\nCtrl-C to stop");
        if let Ok(accounts) = fs::read_to_string(self.accounts())
            && self.demo
        {
            println!("\n{}", accounts.trim_end());
        }
        Ok(server)
    }

    /// Migrates; an empty data folder also gets the municipality and the demonstration.
    fn prepare(&self, step: &mut Step) -> Result<()> {
        let log = self.workspace.log(LOGS, "data");
        if std::env::var_os("DATABASE_URL").is_some() {
            step.note("DATABASE_URL is set: only migrated");
            return process::run(step, self.sala().arg("migrate"), &log);
        }
        if !self.databases()?.is_empty() {
            step.note("already there");
            return process::run(step, self.sala().arg("migrate"), &log);
        }
        fs::create_dir_all(&self.data).with_context(|| self.data.display().to_string())?;
        let filled = self.fill(step, &log);
        if filled.is_err() {
            // Half a demonstration would be taken for a whole one the next time.
            for database in self.databases()? {
                let _gone = fs::remove_file(database);
            }
        }
        filled
    }

    fn fill(&self, step: &mut Step, log: &Path) -> Result<()> {
        process::run(step, self.sala().arg("migrate"), log)?;
        let mut seed = self.sala();
        seed.args(["seed", "--municipality", "config/trang.toml"]);
        process::run(step, &mut seed, log)?;
        if self.demo {
            step.heard("demonstration data");
            let accounts = process::output_of(self.sala().arg("demo"))?;
            let mut file = OpenOptions::new();
            file.write(true).create(true).truncate(true).mode(0o600);
            let path = self.accounts();
            let file = file.open(&path);
            let mut file = file.with_context(|| path.display().to_string())?;
            file.write_all(accounts.as_bytes())?;
        }
        Ok(())
    }

    /// What `sala demo` printed, to be shown again at every start.
    fn accounts(&self) -> PathBuf {
        self.data.join("demo-accounts.txt")
    }

    /// The SQLite files, with their journals.
    fn databases(&self) -> Result<Vec<PathBuf>> {
        let Ok(entries) = fs::read_dir(&self.data) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_name().to_string_lossy().contains(".sqlite") {
                found.push(entry.path());
            }
        }
        Ok(found)
    }

    /// The server's command line with the environment of a demonstration.
    fn sala(&self) -> Command {
        let mut command = Command::new(binary(self.workspace, self.flavour));
        command
            .current_dir(&self.workspace.root)
            .env("SALA_DATA_DIR", &self.data)
            .env("SALA_SITE_DIR", self.workspace.site());
        if self.demo {
            command.env("SALA_DEMO", "1");
        }
        command
    }
}

/// The server's file.
pub fn binary(workspace: &Workspace, flavour: Flavour) -> PathBuf {
    workspace.target.join(flavour.native_folder()).join("sala")
}

/// Builds the server; a release embeds the site.
pub fn build_server(
    workspace: &Workspace,
    flavour: Flavour,
    step: &mut Step,
    log: &Path,
) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--package", "server"]);
    if flavour == Flavour::Release {
        cargo.arg("--release");
    }
    process::run(step, &mut cargo, log)
}
