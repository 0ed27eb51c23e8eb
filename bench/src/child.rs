//! The processes that are measured: started on a free port of this machine, ended by their id.
use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// How long a process may take to answer, and to end.
const START: Duration = Duration::from_secs(30);
const END: Duration = Duration::from_secs(10);

/// A server; it is killed when dropped, and asked first by [`Server::stop`].
#[derive(Debug)]
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

/// Resident memory in kibibytes: now, and the most there ever was.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    pub now: u64,
    pub peak: u64,
}

impl Server {
    /// `sala serve` over a database, with a folder for its key and its log.
    pub async fn sala(binary: &Path, url: &str, folder: &Path, limits: bool) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = File::create(folder.join("sala.log"))?;
        let mut command = Command::new(binary);
        command
            .arg("serve")
            .env_clear()
            .env("DATABASE_URL", url)
            .env("SALA_DATA_DIR", folder)
            .env("SALA_LISTEN", address.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true);
        if !limits {
            command.env("SALA_DEMO", "1").env("SALA_LIMITS", "off");
        }
        let mut child = command
            .spawn()
            .with_context(|| binary.display().to_string())?;
        let began = Instant::now();
        while TcpStream::connect(address).await.is_err() {
            if child.try_wait()?.is_some() {
                bail!(
                    "sala ended at once:\n{}",
                    std::fs::read_to_string(folder.join("sala.log"))?
                );
            }
            ensure!(began.elapsed() < START, "sala does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(Self { child, address })
    }

    /// This program's own bare handler over the files of a folder.
    pub async fn bare(folder: &Path) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("bare")
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let output = child.stdout.take().context("the bare handler's output")?;
        let mut line = String::new();
        tokio::time::timeout(START, BufReader::new(output).read_line(&mut line)).await??;
        let address = line.trim().parse().context("the bare handler's address")?;
        Ok(Self { child, address })
    }

    pub fn memory(&self) -> Result<Memory> {
        let id = self.child.id().context("the process has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|rest| rest.split_whitespace().nth(0));
            number
                .and_then(|number| number.parse().ok())
                .with_context(|| format!("no {name} of process {id}"))
        };
        Ok(Memory {
            now: field("VmRSS:")?,
            peak: field("VmHWM:")?,
        })
    }

    /// Asks the process to end, and ends it when it does not.
    pub async fn stop(mut self) -> Result<()> {
        let id = self
            .child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        if let Some(id) = id {
            kill_process(id, Signal::INT)?;
            if tokio::time::timeout(END, self.child.wait()).await.is_err() {
                self.child.kill().await?;
            }
        }
        Ok(())
    }
}
