//! The islands' module: compiler target, cargo build, wasm-bindgen, wasm-opt.

use crate::packages;
use crate::process;
use crate::progress::Step;
use crate::stamp::Stamp;
use crate::wasm_debian;
use crate::workspace::{Flavour, Workspace};
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use wasm_bindgen_cli_support::Bindgen;

pub const TARGET: &str = "wasm32-unknown-unknown";

/// How long rustup may try to fetch the target before the Debian way is taken.
const RUSTUP_PATIENCE: Duration = Duration::from_mins(3);

/// By name: with `--all-features` Chromium refuses the module.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
];

/// A compiler that can build for the browser.
#[derive(Debug)]
pub enum Toolchain {
    /// The toolchain that runs xtask, with its target installed.
    Native,
    /// Debian's own compiler and a standard library built from Debian's sources.
    Debian { sysroot: PathBuf },
}

impl Toolchain {
    /// Finds or installs one. `SALA_WASM=rustup|debian` forces a way.
    pub fn ensure(workspace: &Workspace, step: &mut Step, log: &Path) -> Result<Self> {
        let forced = std::env::var("SALA_WASM").unwrap_or_default();
        match forced.as_str() {
            "rustup" => ensure_with_rustup(workspace, step, log).map(|()| Self::Native),
            "debian" => Self::debian(workspace, step, log),
            "" => match ensure_with_rustup(workspace, step, log) {
                Ok(()) => Ok(Self::Native),
                Err(_) if process::interrupted() => bail!("stopped"),
                Err(_) => {
                    step.warn("rustup cannot install the wasm target; using Debian's compiler");
                    Self::debian(workspace, step, log)
                }
            },
            other => bail!("SALA_WASM is {other:?}; it may be rustup or debian"),
        }
    }

    fn debian(workspace: &Workspace, step: &mut Step, log: &Path) -> Result<Self> {
        let sysroot = wasm_debian::ensure(workspace, step, log)?;
        Ok(Self::Debian { sysroot })
    }

    /// `cargo SUBCOMMAND --target wasm32-unknown-unknown` with this toolchain.
    pub fn cargo(&self, workspace: &Workspace, subcommand: &str) -> Command {
        let mut command = match self {
            Self::Native => {
                let mut command = workspace.cargo();
                command.arg(subcommand);
                command
            }
            Self::Debian { sysroot } => wasm_debian::cargo(workspace, subcommand, sysroot),
        };
        command.args(["--target", TARGET]);
        command
    }

    /// The build folder: two compilers do not share one.
    fn target(&self, workspace: &Workspace) -> PathBuf {
        match self {
            Self::Native => workspace.target.clone(),
            Self::Debian { .. } => wasm_debian::target(workspace),
        }
    }
}

/// The folder with `sala.js` and `sala_bg.wasm`, built anew when a source changed.
pub fn build(
    workspace: &Workspace,
    toolchain: &Toolchain,
    flavour: Flavour,
    step: &mut Step,
    log: &Path,
) -> Result<PathBuf> {
    let profile = flavour.wasm_profile();
    let package = workspace.target.join("site-pkg").join(profile);
    let optimiser = optimiser(workspace, step, log);
    let sources = source_stamp(workspace, toolchain, flavour, optimiser.as_deref())?;
    let kept_sources = package.with_extension("sources.stamp");
    if sources.is_kept(&kept_sources) {
        step.note("unchanged");
        return Ok(package);
    }
    same_wasm_bindgen(workspace)?;

    let mut cargo = toolchain.cargo(workspace, "build");
    cargo.args(["--package", "frontend", "--lib", "--profile", profile]);
    process::run(step, &mut cargo, log)?;
    let module = toolchain.target(workspace).join(TARGET).join(profile);
    let module = module.join("frontend.wasm");

    // Most changes in app/ are to pages, and leave the module as it was.
    let optimised = optimised(optimiser.as_deref());
    let compiled = Stamp::of(&[optimised, SOURCE], std::slice::from_ref(&module))?;
    let kept_module = package.with_extension("module.stamp");
    if !compiled.is_kept(&kept_module) {
        step.heard("wasm-bindgen");
        let _absent = fs::remove_file(&kept_module);
        let _absent = fs::remove_dir_all(&package);
        bind(&module, &package)?;
        if let Some(optimiser) = optimiser {
            optimise(&optimiser, &package.join("sala_bg.wasm"), step, log)?;
        }
        compiled.keep(&kept_module)?;
    }
    sources.keep(&kept_sources)?;
    Ok(package)
}

/// This file is an input too: a module made by another version of it is stale.
const SOURCE: &str = include_str!("wasm.rs");

fn ensure_with_rustup(workspace: &Workspace, step: &mut Step, log: &Path) -> Result<()> {
    if native_has_target() {
        return Ok(());
    }
    ensure!(process::in_path("rustup"), "there is no rustup");
    let mut rustup = Command::new("rustup");
    rustup
        .args(["target", "add", TARGET])
        .current_dir(&workspace.root);
    process::run_at_most(step, &mut rustup, log, RUSTUP_PATIENCE)
}

/// Asks the compiler rather than rustup: a distribution's own may have the target too.
fn native_has_target() -> bool {
    let folder = process::output_of(Command::new("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        TARGET,
    ]));
    folder.is_ok_and(|folder| has_standard_library(Path::new(folder.trim())))
}

/// Whether a folder of compiled libraries holds `std`.
pub fn has_standard_library(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|entries| {
        let mut names = entries.flatten().map(|entry| entry.file_name());
        names.any(|name| name.to_string_lossy().starts_with("libstd-"))
    })
}

/// Everything the module is made of.
fn source_stamp(
    workspace: &Workspace,
    toolchain: &Toolchain,
    flavour: Flavour,
    optimiser: Option<&Path>,
) -> Result<Stamp> {
    let mut rustc = match toolchain {
        Toolchain::Native => Command::new("rustc"),
        Toolchain::Debian { .. } => Command::new(wasm_debian::RUSTC),
    };
    let compiler = process::output_of(rustc.arg("-vV"))?;
    let words = [
        compiler.as_str(),
        flavour.wasm_profile(),
        optimised(optimiser),
        SOURCE,
    ];
    let inputs = ["Cargo.toml", "Cargo.lock", "domain", "app", "frontend"];
    Stamp::of(&words, &inputs.map(|name| workspace.root.join(name)))
}

fn optimised(optimiser: Option<&Path>) -> &'static str {
    optimiser.map_or("plain", |_| "optimised")
}

/// wasm-bindgen's two halves speak a private format that changes with every version.
fn same_wasm_bindgen(workspace: &Workspace) -> Result<()> {
    let lock = fs::read_to_string(workspace.root.join("Cargo.lock")).context("Cargo.lock")?;
    let (library, tool) = (
        locked_version(&lock, "wasm-bindgen"),
        locked_version(&lock, "wasm-bindgen-cli-support"),
    );
    ensure!(
        library == tool,
        "Cargo.lock has wasm-bindgen {} but wasm-bindgen-cli-support {}: give the second the \
         first one's version in xtask/Cargo.toml",
        library.unwrap_or("nowhere"),
        tool.unwrap_or("nowhere"),
    );
    Ok(())
}

/// The version of a package in a lockfile.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let mut lines = lock.lines();
    lines.find(|line| *line == format!("name = {package:?}"))?;
    lines
        .next()?
        .strip_prefix("version = ")?
        .trim_matches('"')
        .into()
}

/// Writes `sala.js` and `sala_bg.wasm`: the names are those leptos expects of output-name "sala".
fn bind(module: &Path, package: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .web(true)?
        .typescript(false)
        // The page names the module itself, with its fingerprint.
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name("sala")
        .generate(package)
        .context("wasm-bindgen")
}

/// wasm-opt from npm; without npm the module is some tenths larger, and nothing else changes.
fn optimiser(workspace: &Workspace, step: &mut Step, log: &Path) -> Option<PathBuf> {
    let program = workspace.tests().join("node_modules/.bin/wasm-opt");
    if !process::in_path("npm") {
        step.warn("npm is missing: the module is not optimised");
        return None;
    }
    if let Err(error) = packages::npm_ci(workspace, step, log) {
        step.warn(&format!("the module is not optimised: {error:#}"));
    }
    program.exists().then_some(program)
}

fn optimise(optimiser: &Path, module: &Path, step: &mut Step, log: &Path) -> Result<()> {
    step.heard("wasm-opt");
    let optimised = module.with_extension("opt");
    let mut command = Command::new(optimiser);
    command.arg(module).arg("-o").arg(&optimised);
    command.arg("-Oz").args(FEATURES);
    process::run(step, &mut command, log)?;
    fs::rename(&optimised, module).context("replacing the module")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n\
                        [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.9\"\n";

    #[test]
    fn a_locked_version_belongs_to_the_whole_name() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen"), Some("0.2.9"));
    }

    #[test]
    fn a_package_that_is_not_locked_has_no_version() {
        assert_eq!(locked_version(LOCK, "bindgen"), None);
    }
}
