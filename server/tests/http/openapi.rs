//! The `OpenAPI` document against the router, and against every answer that any test here gets.
use crate::staff_routes::routes_of;
use axum::http::{Method, StatusCode};
use serde_json::Value;
use server::api;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(api::openapi::text()).expect("JSON"));

/// The operation that a call meets, if the document knows one.
fn operation(method: &Method, path: &str) -> Option<(&'static str, &'static Value)> {
    let path = path.strip_prefix("/api/v1")?;
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let fits = |template: &str| {
        let (template, path) = (template.split('/'), path.split('/'));
        template.clone().count() == path.clone().count()
            && template
                .zip(path)
                .all(|(wanted, given)| wanted.starts_with('{') || wanted == given)
    };
    let (template, item) = paths.iter().find(|(template, _)| fits(template))?;
    let operation = &item[method.as_str().to_lowercase()];
    operation
        .is_object()
        .then_some((template.as_str(), operation))
}

/// Every answer of an operation has a status that the document names.
pub fn named(method: &Method, path: &str, status: StatusCode) {
    if let Some((template, operation)) = operation(method, path) {
        assert!(
            operation["responses"][status.as_str()].is_object(),
            "{method} {template} answers {status}, which its description does not name"
        );
    }
}

#[test]
fn the_document_describes_every_route_and_no_other() {
    let routed: BTreeSet<(String, String)> = routes_of(&[api::router(), api::uploads()]);
    let mut described = BTreeSet::new();
    for (path, item) in DOCUMENT["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("operations").keys() {
            described.insert((method.to_uppercase(), path.clone()));
        }
    }
    assert_eq!(described, routed);
}

#[test]
fn every_operation_names_what_its_kind_answers() {
    for (path, item) in DOCUMENT["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let has = |status: &str| operation["responses"][status].is_object();
            let rules = [
                (true, vec!["400", "500", "503"]),
                (operation["security"].is_array(), vec!["401", "429"]),
                (path.contains("{reference}"), vec!["404"]),
                (
                    operation["requestBody"]["content"]["application/json"].is_object(),
                    vec!["413", "415", "422"],
                ),
            ];
            for (applies, statuses) in rules {
                for status in statuses {
                    assert!(
                        !applies || has(status),
                        "{method} {path} does not name {status}"
                    );
                }
            }
        }
    }
}
