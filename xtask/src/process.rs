//! Child processes: each in a group of its own, ended by id, its output kept in a log.

use crate::progress::Step;
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, PipeReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Lines of a log shown when its command fails.
const TAIL: usize = 60;
const POLL: Duration = Duration::from_millis(200);

/// From now on Ctrl-C, TERM and HUP are passed to the children instead of ending xtask alone.
pub fn listen_for_interrupts() -> Result<()> {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, INTERRUPTED.clone()).context("signal handler")?;
    }
    Ok(())
}

/// True once a person or a machine asked xtask to stop.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// A child with its own process group; dropping it ends the whole group.
#[derive(Debug)]
pub struct Group {
    child: Child,
    ask: Signal,
    patience: Duration,
}

impl Group {
    /// Starts the command; to stop it, `ask` is sent first, and KILL after `patience`.
    pub fn spawn(command: &mut Command, ask: Signal, patience: Duration) -> Result<Self> {
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {}", shown(command)))?;
        Ok(Self {
            child,
            ask,
            patience,
        })
    }

    /// The exit status, when the child has ended.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().context("waiting for a child")
    }

    fn stop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        let group = Pid::from_child(&self.child);
        let _gone = kill_process_group(group, self.ask);
        let deadline = Instant::now() + self.patience;
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _gone = kill_process_group(group, Signal::KILL);
        let _reaped = self.child.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Runs a command to its end, its output going to `log` and its last line to the progress line.
/// The error of a failed command carries the end of the log.
pub fn run(step: &mut Step, command: &mut Command, log: &Path) -> Result<()> {
    run_at_most(step, command, log, Duration::MAX)
}

/// As [`run`], but a command that takes longer than `limit` is ended and counts as failed.
pub fn run_at_most(
    step: &mut Step,
    command: &mut Command,
    log: &Path,
    limit: Duration,
) -> Result<()> {
    let lines = spawn_logged(command, log)?;
    let started = Instant::now();
    let Logged { mut group, output } = lines;
    let mut status = None;
    let status = loop {
        match output.recv_timeout(POLL) {
            Ok(line) => {
                step.heard(&line);
                if !interrupted() {
                    continue;
                }
            }
            // The pipe closed, or nobody wrote for a moment after the child ended: a grandchild
            // that keeps the pipe open must not keep us.
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(Duration::from_millis(10)),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(status) = status {
            break status;
        }
        if interrupted() {
            bail!("stopped");
        }
        if started.elapsed() > limit {
            bail!("{} took over {} s", shown(command), limit.as_secs());
        }
        status = group.ended()?;
        step.tick();
    };
    if !status.success() {
        bail!(
            "{} failed ({status})\n--- the end of {} ---\n{}",
            shown(command),
            log.display(),
            tail(log)
        );
    }
    Ok(())
}

/// The standard output of a short command that must succeed.
pub fn output_of(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("starting {}", shown(command)))?;
    if !output.status.success() {
        bail!(
            "{} failed ({}): {}",
            shown(command),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("the output of {}", shown(command)))
}

/// Whether a short command can be started and succeeds.
pub fn succeeds(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// The file of that name in the folders of `PATH`, if any.
pub fn in_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).exists())
    })
}

/// The last telling lines of a log: cargo's list of what it compiled says nothing of a failure.
pub fn tail(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let mut last = VecDeque::new();
    let routine = ["   Compiling ", "    Checking ", "  Downloaded "];
    for line in text.lines() {
        if routine.iter().any(|start| line.starts_with(start)) {
            continue;
        }
        if last.len() == TAIL {
            last.pop_front();
        }
        last.push_back(line);
    }
    Vec::from(last).join("\n")
}

struct Logged {
    group: Group,
    output: mpsc::Receiver<String>,
}

fn spawn_logged(command: &mut Command, log: &Path) -> Result<Logged> {
    let mut file = create_log(log)?;
    writeln!(file, "$ {}", shown(command))?;
    let (reader, writer) = std::io::pipe().context("pipe")?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let group = Group::spawn(command, Signal::TERM, Duration::from_secs(10))?;
    // The command keeps its ends of the pipe; without them the reader sees the end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (sender, output) = mpsc::channel();
    std::thread::spawn(move || copy_lines(reader, file, &sender));
    Ok(Logged { group, output })
}

/// Several commands of one step share a log; [`crate::workspace::Workspace::log`] empties it.
fn create_log(log: &Path) -> Result<File> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder)?;
    }
    File::options()
        .create(true)
        .append(true)
        .open(log)
        .with_context(|| format!("opening {}", log.display()))
}

fn copy_lines(reader: PipeReader, mut file: File, lines: &mpsc::Sender<String>) {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while let Ok(1..) = reader.read_until(b'\n', &mut line) {
        let _full_disk = file.write_all(&line);
        let text = String::from_utf8_lossy(&line).trim().to_owned();
        let _nobody_listens = lines.send(text);
        line.clear();
    }
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(program).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    format!("`{}`", words.join(" "))
}
