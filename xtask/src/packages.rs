//! What the machine must have: Debian packages, rustup components, npm packages by lockfile.

use crate::process;
use crate::progress::Step;
use crate::stamp::Stamp;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Installs without starting any service: a fresh `postgresql` would start a cluster of its own,
/// which this machine did not ask for. `policy-rc.d` is Debian's way to say so.
const APT_SCRIPT: &str = r#"
set -e
if [ ! -e /usr/sbin/policy-rc.d ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    trap 'exit 130' INT TERM HUP
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 update
apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"
"#;

/// Chromium under either of the names it goes by.
const CHROMIUM: [&str; 2] = ["chromium", "chromium-browser"];
/// A Thai font; without one, screenshots show boxes.
const THAI_FONT: &str = "/usr/share/fonts/truetype/noto/NotoSansThai-Regular.ttf";

/// Installs Debian packages; needs root, or `sudo` without a password.
pub fn apt_install(step: &mut Step, packages: &[&str], log: &Path) -> Result<()> {
    let wanted = packages.join(" ");
    if !process::in_path("apt-get") {
        bail!("this machine has no apt-get: install what Debian calls {wanted} by hand");
    }
    let mut command = if rustix::process::geteuid().is_root() {
        Command::new("sh")
    } else if process::succeeds(Command::new("sudo").args(["-n", "true"])) {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "sh"]);
        sudo
    } else {
        bail!("installing needs root: run `apt-get install {wanted}` as root, then try again");
    };
    // `sh -c SCRIPT NAME ARGUMENTS…`
    command
        .args(["-c", APT_SCRIPT, "apt-get install"])
        .args(packages);
    process::run(step, &mut command, log)
}

/// Installs what the tests need and this machine lacks.
pub fn ensure_for_tests(workspace: &Workspace, step: &mut Step, log: &Path) -> Result<()> {
    let mut missing = Vec::new();
    if chromium().is_none() {
        missing.push("chromium");
    }
    if !Path::new(THAI_FONT).exists() {
        missing.push("fonts-noto-core");
    }
    if crate::postgres::binaries().is_none() {
        missing.push("postgresql");
    }
    // Reads out of printed documents what was written into them.
    if !process::in_path("pdftotext") {
        missing.push("poppler-utils");
    }
    if !process::in_path("npm") {
        missing.extend(["nodejs", "npm"]);
    }
    if !missing.is_empty() {
        apt_install(step, &missing, log)?;
    }
    ensure_rust_components(workspace, step, log)?;
    npm_ci(workspace, step, log)
}

/// The browser's path.
pub fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| CHROMIUM.map(|name| folder.join(name)))
        .find(|program| program.exists())
}

/// rustfmt and clippy: rustup's minimal profile leaves them out.
fn ensure_rust_components(workspace: &Workspace, step: &mut Step, log: &Path) -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !process::succeeds(workspace.cargo().args([subcommand, "--version"])) {
            let mut rustup = Command::new("rustup");
            rustup.args(["component", "add", component]);
            process::run(step, &mut rustup, log)
                .with_context(|| format!("cargo {subcommand} is missing"))?;
        }
    }
    Ok(())
}

/// `npm ci` in tests/, unless the lockfile is the one already installed.
pub fn npm_ci(workspace: &Workspace, step: &mut Step, log: &Path) -> Result<()> {
    let folder = workspace.tests();
    let inputs = ["package.json", "package-lock.json"].map(|name| folder.join(name));
    let stamp = Stamp::of(&["npm ci"], &inputs)?;
    let kept = folder.join("node_modules/.sala-stamp");
    if stamp.is_kept(&kept) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund"])
        .current_dir(&folder)
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    process::run(step, &mut npm, log)?;
    stamp.keep(&kept)
}
