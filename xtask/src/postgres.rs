//! A private PostgreSQL cluster for tests and measurements: temporary folder, free port, gone at the end.

use crate::process::{self, Group};
use crate::progress::Step;
use anyhow::{Context, Result, bail, ensure};
use rustix::process::Signal;
use std::fs::{self, DirBuilder, File};
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// How long a server may take to accept connections.
const START: Duration = Duration::from_mins(1);
/// Another program may take the free port before PostgreSQL does.
const ATTEMPTS: usize = 3;
/// The data live for minutes: what protects them from power loss only costs time.
const FLEETING: &[&str] = &[
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
];

/// A running server; dropping it stops the server and removes its files.
#[derive(Debug)]
pub struct Cluster {
    // Dropped in this order: the server ends before its files go.
    _server: Group,
    _folder: Folder,
    port: u16,
}

impl Cluster {
    /// Makes and starts a cluster for tests. PostgreSQL refuses to run as root: then it runs as `postgres`.
    pub fn start(step: &mut Step, log: &Path) -> Result<Self> {
        Self::start_with(step, log, FLEETING)
    }

    /// The same, but every commit waits for the disk, as an office's would.
    pub fn start_durable(step: &mut Step, log: &Path) -> Result<Self> {
        Self::start_with(step, log, &[])
    }

    fn start_with(step: &mut Step, log: &Path, settings: &[&str]) -> Result<Self> {
        let binaries = binaries().context("PostgreSQL is not installed")?;
        let owner = Owner::find()?;
        let folder = Folder::create(&owner)?;
        let data = folder.0.join("data");

        let mut initdb = owner.command(&binaries.join("initdb"), &folder.0);
        initdb
            .arg("--pgdata")
            .arg(&data)
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--no-sync"]);
        process::run(step, &mut initdb, log)?;

        for _ in 0..ATTEMPTS {
            let port = free_port()?;
            let mut server = serve(&owner, &binaries, &folder.0, port, settings, log)?;
            if answers(&mut server, &binaries, port, step)? {
                return Ok(Self {
                    _server: server,
                    _folder: folder,
                    port,
                });
            }
        }
        bail!("PostgreSQL does not start:\n{}", process::tail(log));
    }

    /// The address of a database from which tests may create their own.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

/// The folder of the newest PostgreSQL's programs. Debian keeps them out of `PATH`.
pub fn binaries() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    versions
        .flatten()
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            let folder = entry.path().join("bin");
            folder.join("initdb").exists().then_some((version, folder))
        })
        .max()
        .map(|(_, folder)| folder)
}

fn serve(
    owner: &Owner,
    binaries: &Path,
    folder: &Path,
    port: u16,
    settings: &[&str],
    log: &Path,
) -> Result<Group> {
    let output = File::options().create(true).append(true).open(log)?;
    let mut command = owner.command(&binaries.join("postgres"), folder);
    command
        .arg("-D")
        .arg(folder.join("data"))
        .stdout(output.try_clone()?)
        .stderr(output);
    let port = format!("port={port}");
    let always = [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=200",
        &port,
    ];
    for setting in always.iter().chain(settings) {
        command.args(["-c", setting]);
    }
    // INT is PostgreSQL's fast shutdown: it does not wait for clients.
    Group::spawn(&mut command, Signal::INT, Duration::from_secs(20))
}

/// True when the server accepts connections, false when it ended.
fn answers(server: &mut Group, binaries: &Path, port: u16, step: &mut Step) -> Result<bool> {
    let started = Instant::now();
    let port = port.to_string();
    while server.ended()?.is_none() {
        let mut ready = Command::new(binaries.join("pg_isready"));
        if process::succeeds(ready.args(["--host=127.0.0.1", "--port", &port])) {
            return Ok(true);
        }
        ensure!(!process::interrupted(), "stopped");
        ensure!(started.elapsed() < START, "PostgreSQL does not answer");
        step.heard("waiting for PostgreSQL");
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(false)
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("a free port")?;
    Ok(listener.local_addr()?.port())
}

/// Who owns the cluster: root's is owned by `postgres`, anyone else's by themselves.
struct Owner(Option<(u32, u32)>);

impl Owner {
    fn find() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self(None));
        }
        let id = |flag: &str| -> Result<u32> {
            let text = process::output_of(Command::new("id").args([flag, "postgres"]))?;
            text.trim().parse().context("id postgres")
        };
        Ok(Self(Some((id("-u")?, id("-g")?))))
    }

    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder);
        if let Some((user, group)) = self.0 {
            command.uid(user).gid(group);
        }
        command
    }
}

/// A temporary folder that only its owner can enter, removed when dropped.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    /// Under /tmp whatever TMPDIR says: another user must be able to reach it.
    fn create(owner: &Owner) -> Result<Self> {
        let path = PathBuf::from(format!("/tmp/sala-postgres-{}", std::process::id()));
        DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .with_context(|| path.display().to_string())?;
        let folder = Self(path);
        if let Some((user, group)) = owner.0 {
            chown(&folder.0, Some(user), Some(group)).context("chown")?;
        }
        Ok(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("warning: {} stays behind: {error}", self.0.display());
        }
    }
}
