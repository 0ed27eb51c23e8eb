//! Lists the built site for embedding; a release without a site is not built.
use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo:rerun-if-env-changed=SALA_SITE_DIR");
    println!("cargo:rerun-if-changed=build.rs");
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        embed(&site());
    } else {
        // A debug build reads the folder when it starts, so that a new style needs no compiler.
        write("");
    }
}

fn embed(site: &Path) {
    println!("cargo:rerun-if-changed={}", site.display());
    if !site.join("manifest.json").is_file() {
        println!(
            "cargo::error=a release carries the site, and there is none in {}: build it first (cargo xtask run --release does), \
             or name it in SALA_SITE_DIR",
            site.display()
        );
        return;
    }
    let mut files = Vec::new();
    list(site, &mut files);
    files.sort();
    let mut entries = String::new();
    for file in files {
        let name = file.strip_prefix(site).unwrap_or(&file).display();
        let (name, file) = (name.to_string(), file.display().to_string());
        // Writing to a String cannot fail.
        let _ = writeln!(entries, "({name:?}, include_bytes!({file:?})),");
    }
    write(&entries);
}

/// The built site's folder: `SALA_SITE_DIR`, or `target/site`.
fn site() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .unwrap_or_default();
    let workspace = here.parent().unwrap_or(&here);
    // Relative to the workspace, not to this crate.
    let site = workspace.join(
        env::var_os("SALA_SITE_DIR").map_or_else(|| PathBuf::from("target/site"), PathBuf::from),
    );
    fs::canonicalize(&site).unwrap_or(site)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            list(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn write(entries: &str) {
    let out = env::var_os("OUT_DIR")
        .map(PathBuf::from)
        .unwrap_or_default();
    let written = fs::write(out.join("site_files.rs"), format!("&[\n{entries}]\n"));
    if let Err(error) = written {
        println!("cargo::error=the list of the site's files could not be written: {error}");
    }
}
