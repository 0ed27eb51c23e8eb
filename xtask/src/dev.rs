//! `cargo xtask dev`: like run, and again after every change of a source file.

use crate::process::{self, Group};
use crate::run::Demonstration;
use crate::stamp::files_under;
use crate::workspace::{Flavour, Workspace};
use anyhow::Result;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

const WATCHED: [&str; 11] = [
    "Cargo.toml",
    "domain",
    "store",
    "desk",
    "documents",
    "app",
    "frontend",
    "server",
    "migrations",
    "style",
    "config",
];
const EVERY: Duration = Duration::from_secs(1);

pub fn command(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let [no_demo] = crate::flags(arguments, ["--no-demo"])?;
    let demonstration = Demonstration::new(workspace, Flavour::Dev, !no_demo);
    let mut server: Option<Group> = None;
    while !process::interrupted() {
        let seen = sources(workspace)?;
        // The old server answers until the new one is built.
        let built = demonstration.build();
        if built.is_ok() {
            drop(server.take());
        }
        match built.and_then(|()| demonstration.serve()) {
            Ok(started) => server = Some(started),
            Err(_) if process::interrupted() => break,
            Err(error) => eprintln!("\n{error:#}\n\nwaiting for a change"),
        }
        while !process::interrupted() && sources(workspace)? == seen {
            std::thread::sleep(EVERY);
        }
    }
    Ok(())
}

/// Every watched file with its time of change.
fn sources(workspace: &Workspace) -> Result<Vec<(PathBuf, Option<SystemTime>)>> {
    let mut sources = Vec::new();
    for name in WATCHED {
        for file in files_under(&workspace.root.join(name))? {
            // A file may vanish between the listing and the question.
            let changed = fs::metadata(&file).and_then(|data| data.modified()).ok();
            sources.push((file, changed));
        }
    }
    Ok(sources)
}
