//! The `OpenAPI` 3.1 document, made from the code it describes.
use super::{changes, files, loans, open_data, requests, schema, track};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use std::sync::LazyLock;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sala",
        description = "Crematorium booking and equipment loans of a Thai municipality: open data, and requests by channels with a token. \
                       Dates are `YYYY-MM-DD` (ค.ศ.), instants RFC 3339 with +07:00. Errors are RFC 9457 with `code`.",
        license(name = "MIT", identifier = "MIT"),
    ),
    servers((url = "/api/v1")),
    paths(open_data::services, open_data::calendar, open_data::availability, requests::submit, changes::show, changes::shift, changes::cancel, files::papers, files::send, files::documents, files::document, loans::types, loans::submit, track::track, document),
    components(schemas(schema::ProblemBody)),
    modifiers(&Tokens, &Usual),
    tags(
        (name = "open data", description = "Without a key, for everybody"),
        (name = "channels", description = "With a token of `sala token create`"),
    )
)]
struct Document;

struct Tokens;

impl Modify for Tokens {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("channel_token", token);
    }
}

/// What every operation of a kind may answer besides what it says itself: written once, for all.
struct Usual;

/// Status, description; of every operation, of one with a token, with a JSON body, and of one that is no GET.
const ALWAYS: &[(&str, &str)] = &[
    (
        "400",
        "`bad_request`: the address, the query or the body could not be read",
    ),
    (
        "500",
        "`internal`: something failed here; send again, with the same key where there is one",
    ),
    (
        "503",
        "`unavailable`, with `Retry-After`: send again, with the same key where there is one",
    ),
];
const WITH_TOKEN: &[(&str, &str)] = &[
    ("401", "`unauthorized`"),
    ("429", "`rate_limited`, with `Retry-After`"),
];
const WITH_JSON: &[(&str, &str)] = &[
    ("413", "`too_large`: more than 256 kB"),
    ("415", "`unsupported_media_type`"),
    ("422", "`invalid` with `errors`"),
];

const SENT: &[(&str, &str)] = &[("403", "`forbidden`: sent by another site's page")];

impl Modify for Usual {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        for item in openapi.paths.paths.values_mut() {
            let both = [(false, &mut item.get), (true, &mut item.post)];
            for (sent, operation) in both {
                let Some(operation) = operation else { continue };
                let json = operation
                    .request_body
                    .as_ref()
                    .is_some_and(|body| body.content.contains_key("application/json"));
                let token = operation.security.is_some();
                let kinds = [
                    (true, ALWAYS),
                    (token, WITH_TOKEN),
                    (json, WITH_JSON),
                    (sent, SENT),
                ];
                let usual = kinds.iter().filter(|(is, _)| *is).flat_map(|(_, of)| *of);
                for (status, description) in usual {
                    let known = &mut operation.responses.responses;
                    known
                        .entry((*status).to_owned())
                        .or_insert_with(|| problem(description).into());
                }
            }
        }
    }
}

fn problem(description: &str) -> Response {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build()
}

static TEXT: LazyLock<String> = LazyLock::new(|| Document::openapi().to_json().unwrap_or_default());

/// The document's text.
pub fn text() -> &'static str {
    &TEXT
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "open data", responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
pub async fn document() -> impl IntoResponse {
    (
        [
            (CONTENT_TYPE, "application/json"),
            (CACHE_CONTROL, "public, max-age=300"),
        ],
        text(),
    )
}

/// A whole request, as the interface promises to take it.
pub fn example() -> Value {
    json!({
        "applicant": {"name": "สมหญิง ใจดี", "phone": "0812345678", "relation": "child"},
        "deceased": {
            "name": "สมชาย ใจดี", "national_id": "1234567890121", "date_of_death": "2026-11-20", "residence": "in_area"
        },
        "cremation": {"date": "2026-11-25", "round": "13:00"},
        "pavilion": {"id": "sala-1", "from": "2026-11-23", "nights": 2}
    })
}

/// A whole request for a loan, as the interface promises to take it.
pub fn loan_example() -> Value {
    json!({
        "applicant": {"name": "สมหญิง ใจดี", "phone": "0812345678", "relation": "child"},
        "patient": {"name": "สมศรี ใจดี", "condition": "bedridden"},
        "items": [{"type": "wheelchair", "quantity": 1}],
        "from": "2026-11-25", "until": "2027-02-22", "delivery": "pickup"
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::body::Shape;
    use std::collections::BTreeSet;

    fn document() -> Value {
        serde_json::from_str(&TEXT).expect("JSON")
    }

    /// The properties of a schema with dotted paths, references followed.
    fn properties(document: &Value, schema: &Value, prefix: &str, found: &mut BTreeSet<String>) {
        let schema = match schema["$ref"].as_str() {
            Some(name) => {
                &document["components"]["schemas"][name.rsplit('/').next().expect("a name")]
            }
            None => schema,
        };
        for part in ["oneOf", "anyOf", "allOf"]
            .iter()
            .filter_map(|part| schema[part].as_array())
            .flatten()
        {
            properties(document, part, prefix, found);
        }
        if schema["items"].is_object() {
            properties(document, &schema["items"], prefix, found);
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let path = if prefix.is_empty() {
                name.clone()
            } else {
                format!("{prefix}.{name}")
            };
            properties(document, property, &path, found);
            found.insert(path);
        }
    }

    #[test]
    fn the_schema_names_the_fields_that_are_read_and_no_others() {
        let document = document();
        let mut described = BTreeSet::new();
        let body = &document["paths"]["/crematorium/requests"]["post"]["requestBody"]["content"]["application/json"]
            ["schema"];
        properties(&document, body, "", &mut described);
        let read: BTreeSet<String> = requests::FIELDS
            .iter()
            .map(|(path, _)| (*path).to_owned())
            .collect();
        assert_eq!(described, read);
        assert!(
            requests::FIELDS
                .iter()
                .any(|(_, shape)| *shape == Shape::ValueOrParts)
        );
    }

    #[test]
    fn the_body_of_a_loan_is_described_as_it_is_read() {
        let document = document();
        let mut described = BTreeSet::new();
        let body = &document["paths"]["/equipment/requests"]["post"]["requestBody"]["content"]["application/json"]
            ["schema"];
        properties(&document, body, "", &mut described);
        let read: BTreeSet<String> = loans::FIELDS
            .iter()
            .map(|(path, _)| (*path).to_owned())
            .collect();
        assert_eq!(described, read);
    }

    #[test]
    fn the_bodies_of_a_change_are_described_as_they_are_read() {
        let document = document();
        for (path, fields) in [
            ("move", changes::MOVE_FIELDS),
            ("cancel", changes::CANCEL_FIELDS),
        ] {
            let operation = format!("/crematorium/requests/{{reference}}/{path}");
            let body = &document["paths"][&operation]["post"]["requestBody"]["content"]["application/json"]
                ["schema"];
            let mut described = BTreeSet::new();
            properties(&document, body, "", &mut described);
            let read: BTreeSet<String> =
                fields.iter().map(|(path, _)| (*path).to_owned()).collect();
            assert_eq!(described, read, "{path}");
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_the_version_is_3_1() {
        let document = document();
        assert!(
            document["openapi"]
                .as_str()
                .is_some_and(|version| version.starts_with("3.1")),
            "{}",
            document["openapi"]
        );
        for name in TEXT
            .split("\"#/components/schemas/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            assert!(
                document["components"]["schemas"][name].is_object(),
                "{name}"
            );
        }
        assert!(document["components"]["securitySchemes"]["channel_token"].is_object());
    }
}
