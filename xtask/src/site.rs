//! The site: every file under a fingerprinted name, compressed ahead, listed in `manifest.json`.
//!
//! The manifest maps a logical path (`pkg/sala.js`, `main.css`, `fonts/x.woff2`, and files
//! of style/public by their own paths) to the address it is served at (`/pkg/sala.0123456789ab.js`).
//! Beside a file lie `.br` and `.gz` siblings, where those are smaller.

use crate::process;
use crate::progress::Step;
use crate::stamp::{Stamp, files_under, hex};
use crate::style;
use crate::workspace::{Flavour, Workspace};
use anyhow::{Context, Result, bail, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Hexadecimal digits of a fingerprint.
const FINGERPRINT: usize = 12;
/// Formats that are compressed already.
const COMPRESSED: [&str; 7] = ["woff2", "png", "jpg", "jpeg", "webp", "avif", "gz"];

/// Fills `target/site` from the module's folder and style/, unless nothing changed.
pub fn build(
    workspace: &Workspace,
    flavour: Flavour,
    package: &Path,
    step: &mut Step,
) -> Result<()> {
    let style = workspace.root.join("style");
    let site = workspace.site();
    let stamp = Stamp::of(
        &[flavour.wasm_profile(), env!("CARGO_PKG_VERSION"), SOURCE],
        &[package.to_owned(), style.clone()],
    )?;
    let kept = workspace.target.join("site.stamp");
    if stamp.is_kept(&kept) && site.join("manifest.json").exists() {
        step.note("unchanged");
        return Ok(());
    }

    // Built beside and moved into place: a server never sees half a site.
    let draft = workspace.target.join("site.new");
    let _absent = fs::remove_dir_all(&draft);
    let mut builder = Builder::new(draft.clone(), flavour);
    builder.add_module(package)?;
    for (folder, prefix) in [("fonts", "fonts/"), ("public", "")] {
        let folder = style.join(folder);
        for file in files_under(&folder)? {
            let path = file.strip_prefix(&folder)?.to_string_lossy().into_owned();
            if prefix.is_empty() || file.extension().is_some_and(|kind| kind == "woff2") {
                step.heard(&path);
                let address = builder.add(&format!("{prefix}{path}"), &fs::read(&file)?)?;
                builder.sources.insert(file, address);
            }
        }
    }
    let entry = style.join("main.css");
    ensure!(entry.exists(), "{} is missing", entry.display());
    let css = style::bundle(&entry, &builder.sources)?;
    builder.add("main.css", css.as_bytes())?;
    builder.write_manifest()?;

    let _absent = fs::remove_dir_all(&site);
    fs::rename(&draft, &site).with_context(|| site.display().to_string())?;
    stamp.keep(&kept)?;
    step.note(builder.sizes());
    Ok(())
}

/// This file is an input too: a site built by another version of it is stale.
const SOURCE: &str = include_str!("site.rs");

struct Builder {
    folder: PathBuf,
    flavour: Flavour,
    /// Logical path to served address.
    manifest: BTreeMap<String, String>,
    /// Source file to served address, for the stylesheet.
    sources: BTreeMap<PathBuf, String>,
    /// Logical path to bytes after brotli, for the eye.
    brotli: BTreeMap<String, usize>,
}

impl Builder {
    fn new(folder: PathBuf, flavour: Flavour) -> Self {
        Self {
            folder,
            flavour,
            manifest: BTreeMap::new(),
            sources: BTreeMap::new(),
            brotli: BTreeMap::new(),
        }
    }

    /// The module, its script, and snippets of JavaScript that the script imports by relative path.
    fn add_module(&mut self, package: &Path) -> Result<()> {
        let mut script = fs::read_to_string(package.join("sala.js")).context("sala.js")?;
        for file in files_under(&package.join("snippets"))? {
            let path = file.strip_prefix(package)?.to_string_lossy().into_owned();
            let address = self.add(&format!("pkg/{path}"), &fs::read(&file)?)?;
            script = script.replace(&format!("./{path}"), &address);
        }
        self.add("pkg/sala.js", script.as_bytes())?;
        let module = fs::read(package.join("sala_bg.wasm")).context("sala_bg.wasm")?;
        self.add("pkg/sala_bg.wasm", &module)?;
        Ok(())
    }

    /// Writes a file and its siblings; gives its address.
    fn add(&mut self, logical: &str, bytes: &[u8]) -> Result<String> {
        if process::interrupted() {
            bail!("stopped");
        }
        let name = fingerprinted(logical, bytes);
        let path = self.folder.join(&name);
        fs::create_dir_all(path.parent().unwrap_or(&self.folder))?;
        fs::write(&path, bytes).with_context(|| path.display().to_string())?;
        let kind = Path::new(logical).extension().unwrap_or_default();
        if !COMPRESSED.iter().any(|compressed| kind == *compressed) {
            let packed = brotli(bytes, self.flavour)?;
            self.brotli.insert(logical.to_owned(), packed.len());
            keep_smaller(&self.folder.join(format!("{name}.br")), &packed, bytes)?;
            let packed = gzip(bytes)?;
            keep_smaller(&self.folder.join(format!("{name}.gz")), &packed, bytes)?;
        }
        let address = format!("/{name}");
        let before = self.manifest.insert(logical.to_owned(), address.clone());
        ensure!(before.is_none(), "two files are called {logical}");
        Ok(address)
    }

    fn write_manifest(&self) -> Result<()> {
        let text = serde_json::to_string_pretty(&self.manifest)?;
        fs::write(self.folder.join("manifest.json"), text + "\n").context("manifest.json")
    }

    /// What a resident downloads, in words.
    fn sizes(&self) -> String {
        let size = |logical: &str| self.brotli.get(logical).unwrap_or(&0).div_ceil(1000);
        format!(
            "brotli: module {} kB, script {} kB, style {} kB",
            size("pkg/sala_bg.wasm"),
            size("pkg/sala.js"),
            size("main.css")
        )
    }
}

/// `pkg/sala.js` → `pkg/sala.0123456789ab.js`: a name changes exactly when the bytes do.
fn fingerprinted(logical: &str, bytes: &[u8]) -> String {
    let fingerprint = &hex(&Sha256::digest(bytes))[..FINGERPRINT];
    let name_start = logical.rfind('/').map_or(0, |slash| slash + 1);
    match logical[name_start..].rfind('.') {
        // A name that only starts with a dot has no extension.
        Some(dot @ 1..) => {
            let (stem, extension) = logical.split_at(name_start + dot);
            format!("{stem}.{fingerprint}{extension}")
        }
        _ => format!("{logical}.{fingerprint}"),
    }
}

fn keep_smaller(path: &Path, packed: &[u8], original: &[u8]) -> Result<()> {
    if packed.len() < original.len() {
        fs::write(path, packed).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

fn brotli(bytes: &[u8], flavour: Flavour) -> Result<Vec<u8>> {
    let quality = match flavour {
        Flavour::Dev => 5,
        Flavour::Release => 11,
    };
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, quality, 22);
    writer.write_all(bytes).context("brotli")?;
    Ok(writer.into_inner())
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(bytes).context("gzip")?;
    writer.finish().context("gzip")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_stands_before_the_extension() {
        let empty = "e3b0c44298fc";
        for (logical, served) in [
            ("pkg/sala.js", format!("pkg/sala.{empty}.js")),
            ("fonts.v2/LICENSE", format!("fonts.v2/LICENSE.{empty}")),
            (".well-known", format!(".well-known.{empty}")),
            ("a.tar.gz", format!("a.tar.{empty}.gz")),
        ] {
            assert_eq!(fingerprinted(logical, b""), served);
        }
    }

    #[test]
    fn other_bytes_have_another_name() {
        assert_ne!(fingerprinted("a.js", b"1"), fingerprinted("a.js", b"2"));
    }
}
