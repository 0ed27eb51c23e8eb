//! The stylesheet: imports bundled, minified for the oldest phones we serve, its files renamed.

use anyhow::{Context, Result, anyhow, ensure};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::dependencies::{Dependency, DependencyOptions};
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions};
use lightningcss::targets::{Browsers, Targets};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// Android phones that got no system update for years, and iPhones back to the 6s.
const OLDEST: Browsers = Browsers {
    android: Some(87 << 16),
    chrome: Some(87 << 16),
    edge: Some(87 << 16),
    firefox: Some(78 << 16),
    ie: None,
    ios_saf: Some(14 << 16),
    opera: None,
    safari: Some(14 << 16),
    samsung: Some(14 << 16),
};

/// The bundled text of `entry`. `served` maps a file on disk to its address; a relative `url()`
/// to a file that is not in it is an error.
pub fn bundle(entry: &Path, served: &BTreeMap<PathBuf, String>) -> Result<String> {
    let targets = Targets::from(OLDEST);
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    // The errors borrow the files: only their words leave.
    let mut sheet = bundler
        .bundle(entry)
        .map_err(|error| anyhow!("{error}"))
        .context("stylesheet")?;
    let minify = MinifyOptions {
        targets,
        ..MinifyOptions::default()
    };
    sheet
        .minify(minify)
        .map_err(|error| anyhow!("stylesheet: {error}"))?;
    let printed = sheet
        .to_css(PrinterOptions {
            minify: true,
            targets,
            analyze_dependencies: Some(DependencyOptions::default()),
            ..PrinterOptions::default()
        })
        .map_err(|error| anyhow!("stylesheet: {error}"))?;
    let mut css = printed.code;
    for dependency in printed.dependencies.unwrap_or_default() {
        let (placeholder, address) = match dependency {
            Dependency::Url(url) => {
                let address = address(&url.url, Path::new(&url.loc.file_path), served)?;
                (url.placeholder, address)
            }
            // What the bundler leaves is an import from another host.
            Dependency::Import(import) => {
                return Err(anyhow!("stylesheet: {} must be a file here", import.url));
            }
        };
        css = css.replace(&format!("{placeholder:?}"), &format!("{address:?}"));
    }
    Ok(css)
}

/// What a `url()` in `sheet` becomes.
fn address(url: &str, sheet: &Path, served: &BTreeMap<PathBuf, String>) -> Result<String> {
    if url.starts_with("data:") || url.starts_with('#') {
        return Ok(url.to_owned());
    }
    ensure!(
        !url.contains("://") && !url.starts_with('/'),
        "{}: url({url}) must be relative, so that its fingerprint is known",
        sheet.display()
    );
    let (path, fragment) = url.split_at(url.find(['#', '?']).unwrap_or(url.len()));
    let file = plain(&sheet.parent().unwrap_or(Path::new("")).join(path));
    let found = served.get(&file);
    let found = found.with_context(|| format!("{}: url({url}) is no file", sheet.display()))?;
    Ok(format!("{found}{fragment}"))
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}
