//! The wasm target where rustup's server cannot be reached: Debian's compiler, and a standard
//! library for wasm built once from Debian's own sources. Only the packages touch the system; the
//! library lies in the build folder.

use crate::packages;
use crate::process;
use crate::progress::Step;
use crate::stamp::Stamp;
use crate::wasm::{self, TARGET};
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// By full path, as rustup's are first in `PATH`, and stay first for the native build.
const CARGO: &str = "/usr/bin/cargo";
const CARGO_CLIPPY: &str = "/usr/bin/cargo-clippy";
pub const RUSTC: &str = "/usr/bin/rustc";
const LINKER: &str = "/usr/bin/wasm-ld-22";
const SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";

/// The compiler of Debian 12's web browsers, the one recent enough there.
const PACKAGES: [(&str, &str); 5] = [
    (RUSTC, "rustc-web"),
    (CARGO, "cargo-web"),
    (CARGO_CLIPPY, "rust-web-clippy"),
    (SOURCES, "rust-web-src"),
    (LINKER, "lld-22"),
];

/// The build folder of everything Debian's compiler makes.
pub fn target(workspace: &Workspace) -> PathBuf {
    workspace.target.join("wasm-debian")
}

/// The sysroot with the wasm standard library, made when absent or of another compiler.
pub fn ensure(workspace: &Workspace, step: &mut Step, log: &Path) -> Result<PathBuf> {
    let missing: Vec<&str> = PACKAGES
        .iter()
        .filter(|(file, _)| !Path::new(file).exists())
        .map(|(_, package)| *package)
        .collect();
    if !missing.is_empty() {
        packages::apt_install(step, &missing, log)?;
    }
    let sysroot = target(workspace).join("sysroot");
    let libraries = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    let compiler = process::output_of(Command::new(RUSTC).arg("-vV"))?;
    let stamp = Stamp::of(&[&compiler], &[])?;
    let kept = sysroot.join("stamp");
    if !(stamp.is_kept(&kept) && wasm::has_standard_library(&libraries)) {
        build_standard_library(workspace, &libraries, step, log)
            .context("building the standard library for wasm")?;
        stamp.keep(&kept)?;
    }
    Ok(sysroot)
}

/// `/usr/bin/cargo SUBCOMMAND` with Debian's compiler throughout.
pub fn cargo(workspace: &Workspace, subcommand: &str, sysroot: &Path) -> Command {
    // `cargo clippy` would look in cargo's home first, and find rustup's.
    let program = if subcommand == "clippy" {
        CARGO_CLIPPY
    } else {
        CARGO
    };
    let mut command = debian(program);
    command
        .arg(subcommand)
        .current_dir(&workspace.root)
        .env("CARGO_TARGET_DIR", target(workspace))
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", LINKER)
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
            format!("--sysroot={}", sysroot.display()),
        );
    command
}

/// A command of Debian's toolchain, free of what rustup and `cargo run` put into the environment.
fn debian(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env("CARGO", CARGO)
        .env("RUSTC", RUSTC)
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH")
        .env_remove("RUSTFLAGS");
    command
}

/// Builds `std` as a dependency of an empty crate and collects its libraries.
fn build_standard_library(
    workspace: &Workspace,
    libraries: &Path,
    step: &mut Step,
    log: &Path,
) -> Result<()> {
    let empty = target(workspace).join("empty");
    let _absent = fs::remove_dir_all(&empty);
    fs::create_dir_all(empty.join("src"))?;
    fs::write(
        empty.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n",
    )?;
    fs::write(
        empty.join("src/lib.rs"),
        "//! Nothing: only its dependency std is wanted.\n",
    )?;
    let built = empty.join("target");
    let mut command = debian(CARGO);
    command
        .args(["build", "--release", "--target", TARGET])
        .arg("-Zbuild-std=std,panic_abort")
        .current_dir(&empty)
        .env("CARGO_TARGET_DIR", &built)
        // -Z flags are for nightly compilers; for std itself this is what Debian does too.
        .env("RUSTC_BOOTSTRAP", "1");
    process::run(step, &mut command, log)?;

    let _absent = fs::remove_dir_all(libraries);
    fs::create_dir_all(libraries)?;
    let compiled = built.join(TARGET).join("release/deps");
    for entry in fs::read_dir(&compiled).with_context(|| compiled.display().to_string())? {
        let name = entry?.file_name();
        let text = name.to_string_lossy();
        let is_library = Path::new(&name)
            .extension()
            .is_some_and(|ext| ext == "rlib");
        if is_library && !text.starts_with("libempty-") {
            fs::copy(compiled.join(&name), libraries.join(&name))?;
        }
    }
    ensure!(wasm::has_standard_library(libraries), "no libstd came out");
    link_host(libraries)?;
    fs::remove_dir_all(&empty).context("removing the empty crate")
}

/// A sysroot is one for every target: the host's half is Debian's.
fn link_host(libraries: &Path) -> Result<()> {
    let version = process::output_of(Command::new(RUSTC).arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc names no host")?;
    let rustlib = libraries.ancestors().nth(2).context("sysroot")?;
    let link = rustlib.join(host);
    let _absent = fs::remove_file(&link);
    symlink(Path::new("/usr/lib/rustlib").join(host), link).context("linking the host's libraries")
}
