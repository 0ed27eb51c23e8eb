//! `cargo xtask audit`: licences, advisories and unused dependencies.

use crate::process;
use crate::progress::Progress;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

const LOGS: &str = "audit-logs";
const TOOLS: [&str; 2] = ["cargo-deny", "cargo-machete"];

pub fn command(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let [] = crate::flags(arguments, [])?;
    let mut progress = Progress::new(TOOLS.len() + 3);
    for tool in TOOLS {
        progress.must(&format!("installing {tool}"), |step| {
            if tool_path(workspace, tool).exists() {
                step.note("already there");
                return Ok(());
            }
            let mut cargo = workspace.cargo();
            cargo
                .args(["install", "--locked", tool, "--root"])
                .arg(workspace.target.join("tools"));
            process::run(step, &mut cargo, &workspace.log(LOGS, tool))
        })?;
    }

    let mut failures = 0;
    let (_, licences) = progress.step("licences, bans and sources", |step| {
        let log = workspace.log(LOGS, "deny");
        let mut deny = deny(workspace);
        deny.args(["check", "licenses", "bans", "sources"]);
        process::run(step, &mut deny, &log)
    });
    failures += report(licences);
    let (_, advisories) = progress.step("advisories", |step| {
        let log = workspace.log(LOGS, "advisories");
        if let Err(error) = process::run(step, deny(workspace).arg("fetch"), &log) {
            step.warn(&format!(
                "the list of advisories cannot be fetched: NOT CHECKED\n{error:#}"
            ));
            return Ok(());
        }
        let mut deny = deny(workspace);
        deny.args(["check", "--disable-fetch", "advisories"]);
        process::run(step, &mut deny, &log)
    });
    failures += report(advisories);
    let (_, unused) = progress.step("unused dependencies", |step| {
        let mut machete = Command::new(tool_path(workspace, "cargo-machete"));
        machete.current_dir(&workspace.root).arg(".");
        process::run(step, &mut machete, &workspace.log(LOGS, "machete"))
    });
    failures += report(unused);
    if failures > 0 {
        bail!("{failures} of 3 checks failed");
    }
    Ok(())
}

/// Shows a failed check and counts it; the other checks still run.
fn report(result: Result<()>) -> usize {
    match result.context("check") {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("{error:#}");
            1
        }
    }
}

fn deny(workspace: &Workspace) -> Command {
    let mut command = Command::new(tool_path(workspace, "cargo-deny"));
    command.current_dir(&workspace.root);
    command
}

fn tool_path(workspace: &Workspace, tool: &str) -> PathBuf {
    workspace.target.join("tools/bin").join(tool)
}
