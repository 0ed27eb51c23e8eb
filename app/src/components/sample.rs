//! A small city for the tests of pages and parts.
use crate::shell::PageContext;
use domain::form::Lang;
use std::sync::Arc;

/// A page's context in that city. Files are served under their logical names.
pub fn context(lang: Lang, path: &str) -> PageContext {
    let city = include_str!("sample_municipality.json");
    let city = leptos::serde_json::from_str(city).expect("the sample is a municipality");
    PageContext {
        lang,
        path: path.to_owned(),
        nonce: "nonce".to_owned(),
        assets: Arc::new(|name| format!("/{name}")),
        municipality: Arc::new(city),
        demo: false,
        island: false,
        other_language_path: None,
        staff: None,
    }
}
