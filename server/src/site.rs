//! The site's files: fingerprinted names kept for ever, compressed ahead, embedded in a release.
use axum::body::{Body, Bytes};
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue, Response};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The built site of a release; empty in a debug build.
static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/site_files.rs"));

/// Where the manifest of logical names lies.
const MANIFEST: &str = "manifest.json";

/// A fingerprinted name never changes its bytes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// What browsers and crawlers ask for by a fixed name (`/favicon.ico`, `/robots.txt`) may change.
const FOR_AN_HOUR: &str = "public, max-age=3600";

/// Every file of the site, by the path it is served at.
#[derive(Debug, Default)]
pub struct Site {
    /// Logical name (`style/main.css`) to served path.
    manifest: BTreeMap<String, String>,
    files: BTreeMap<String, File>,
}

#[derive(Clone, Debug)]
struct File {
    plain: Bytes,
    br: Option<Bytes>,
    gzip: Option<Bytes>,
    content_type: HeaderValue,
    cache: &'static str,
}

impl Site {
    /// The embedded site, or the one in a folder; a debug build goes on without either.
    pub fn open(folder: &Path) -> Result<Self, String> {
        if EMBEDDED.is_empty() {
            return Self::read(folder);
        }
        Self::new(
            EMBEDDED
                .iter()
                .map(|(name, bytes)| ((*name).to_owned(), Bytes::from_static(bytes)))
                .collect(),
        )
    }

    fn read(folder: &Path) -> Result<Self, String> {
        let mut files = BTreeMap::new();
        collect(folder, folder, &mut files)
            .map_err(|error| format!("SALA_SITE_DIR: {}: {error}", folder.display()))?;
        if !files.contains_key(MANIFEST) {
            tracing::warn!(folder = %folder.display(), "no built site: pages come without style; cargo xtask run builds it");
            return Ok(Self::default());
        }
        Self::new(files)
    }

    fn new(mut raw: BTreeMap<String, Bytes>) -> Result<Self, String> {
        let manifest = raw.remove(MANIFEST).unwrap_or_default();
        let manifest: BTreeMap<String, String> = serde_json::from_slice(&manifest)
            .map_err(|error| format!("SALA_SITE_DIR: {MANIFEST}: {error}"))?;
        let mut files = BTreeMap::new();
        for (logical, served) in &manifest {
            let name = served.trim_start_matches('/');
            let plain = raw.get(name).ok_or_else(|| {
                format!("SALA_SITE_DIR: {MANIFEST} names {served}, which is absent")
            })?;
            let file = File {
                plain: plain.clone(),
                br: raw.get(&format!("{name}.br")).cloned(),
                gzip: raw.get(&format!("{name}.gz")).cloned(),
                content_type: content_type(logical),
                cache: FOR_EVER,
            };
            if !logical.contains('/') {
                files.insert(
                    format!("/{logical}"),
                    File {
                        cache: FOR_AN_HOUR,
                        ..file.clone()
                    },
                );
            }
            files.insert(served.clone(), file);
        }
        // Browsers ask for it by this name; every current one takes a drawing.
        if let Some(icon) = files.get("/favicon.svg").cloned() {
            files.entry("/favicon.ico".to_owned()).or_insert(icon);
        }
        Ok(Self { manifest, files })
    }

    /// The served path of a logical name; of `style/main.css` also by `main.css`.
    pub fn path(&self, logical: &str) -> String {
        let in_style = || self.manifest.get(&format!("style/{logical}"));
        self.manifest
            .get(logical)
            .or_else(in_style)
            .cloned()
            .unwrap_or_else(|| format!("/{logical}"))
    }

    /// The answer to a GET, in the best encoding the browser takes; `None` when there is no such file.
    pub fn get(&self, path: &str, headers: &HeaderMap) -> Option<Response<Body>> {
        let file = self.files.get(path)?;
        let (bytes, encoding) = file.best(headers);
        let mut response = Response::new(Body::from(bytes));
        let answer = response.headers_mut();
        answer.insert(CONTENT_TYPE, file.content_type.clone());
        answer.insert(CACHE_CONTROL, HeaderValue::from_static(file.cache));
        answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(encoding) = encoding {
            answer.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        Some(response)
    }
}

impl File {
    fn best(&self, headers: &HeaderMap) -> (Bytes, Option<&'static str>) {
        let packed = [("br", &self.br), ("gzip", &self.gzip)];
        let found = packed.into_iter().find_map(|(name, bytes)| {
            let bytes = bytes.as_ref().filter(|_| accepts(headers, name))?;
            Some((bytes.clone(), Some(name)))
        });
        found.unwrap_or_else(|| (self.plain.clone(), None))
    }
}

/// Whether `Accept-Encoding` names an encoding and does not give it a weight of nought.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|choice| {
            let (name, weight) = choice.split_once(';').unwrap_or((choice, ""));
            let weight = weight
                .trim()
                .strip_prefix("q=")
                .and_then(|weight| weight.parse::<f32>().ok());
            name.trim().eq_ignore_ascii_case(encoding) && weight.unwrap_or(1.0) > 0.0
        })
}

fn content_type(logical: &str) -> HeaderValue {
    let guessed = mime_guess::from_path(logical).first_or_octet_stream();
    let text = match (guessed.type_().as_str(), guessed.subtype().as_str()) {
        ("text", _) | ("application", "javascript" | "json") => format!("{guessed}; charset=utf-8"),
        _ => guessed.to_string(),
    };
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Bytes>) -> std::io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if let Ok(name) = path.strip_prefix(root) {
            files.insert(
                name.to_string_lossy().into_owned(),
                Bytes::from(fs::read(&path)?),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        let manifest = r#"{"style/main.css": "/style/main.aa.css", "pkg/sala_bg.wasm": "/pkg/sala_bg.bb.wasm",
                           "favicon.svg": "/favicon.cc.svg"}"#;
        let raw = [
            (MANIFEST, manifest),
            ("style/main.aa.css", "body{}"),
            ("style/main.aa.css.br", "BR"),
            ("style/main.aa.css.gz", "GZ"),
            ("pkg/sala_bg.bb.wasm", "wasm"),
            ("favicon.cc.svg", "<svg/>"),
        ];
        let raw = raw
            .into_iter()
            .map(|(name, bytes)| (name.to_owned(), Bytes::from_static(bytes.as_bytes())));
        Site::new(raw.collect()).expect("a site")
    }

    fn encoding(accept: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, accept.parse().expect("a header"));
        let response = site().get("/style/main.aa.css", &headers).expect("a file");
        response
            .headers()
            .get(CONTENT_ENCODING)
            .map(|value| value.to_str().expect("text").to_owned())
    }

    #[test]
    fn logical_names_lead_to_fingerprinted_paths() {
        assert_eq!(site().path("style/main.css"), "/style/main.aa.css");
        assert_eq!(site().path("main.css"), "/style/main.aa.css");
        assert_eq!(site().path("unknown.css"), "/unknown.css");
    }

    #[test]
    fn the_best_encoding_that_is_taken_is_sent() {
        for (accept, expected) in [
            ("gzip, deflate, br", Some("br")),
            ("gzip, br;q=0", Some("gzip")),
            ("GZIP;q=0.5", Some("gzip")),
            ("identity", None),
            ("", None),
        ] {
            assert_eq!(encoding(accept).as_deref(), expected, "{accept}");
        }
    }

    #[test]
    fn files_have_their_type_and_their_time_to_be_kept() {
        let header = |path: &str, name| {
            let response = site().get(path, &HeaderMap::new()).expect("a file");
            response.headers()[name].to_str().expect("text").to_owned()
        };
        assert_eq!(
            header("/pkg/sala_bg.bb.wasm", CONTENT_TYPE),
            "application/wasm"
        );
        assert_eq!(
            header("/style/main.aa.css", CONTENT_TYPE),
            "text/css; charset=utf-8"
        );
        assert_eq!(header("/favicon.ico", CONTENT_TYPE), "image/svg+xml");
        assert_eq!(header("/style/main.aa.css", CACHE_CONTROL), FOR_EVER);
        assert_eq!(header("/favicon.svg", CACHE_CONTROL), FOR_AN_HOUR);
    }

    #[test]
    fn only_what_the_manifest_names_is_served() {
        for path in [
            "/manifest.json",
            "/style/main.aa.css.br",
            "/../secret.key",
            "/",
        ] {
            assert!(site().get(path, &HeaderMap::new()).is_none(), "{path}");
        }
    }

    #[test]
    fn a_manifest_that_names_an_absent_file_is_refused() {
        let raw = [(
            MANIFEST.to_owned(),
            Bytes::from_static(br#"{"a.css": "/a.1.css"}"#),
        )];
        assert!(
            Site::new(raw.into_iter().collect())
                .expect_err("refused")
                .contains("/a.1.css")
        );
    }
}
