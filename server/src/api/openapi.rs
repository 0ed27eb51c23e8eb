//! The `OpenAPI` 3.1 document, made from the code it describes.
use super::{changes, open_data, requests, schema, track};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use std::sync::LazyLock;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sala",
        description = "Crematorium booking of a Thai municipality: open data, and requests by channels with a token. \
                       Dates are `YYYY-MM-DD` (ค.ศ.), instants RFC 3339 with +07:00. Errors are RFC 9457 with `code`.",
        license(name = "MIT", identifier = "MIT"),
    ),
    servers((url = "/api/v1")),
    paths(open_data::services, open_data::calendar, open_data::availability, requests::submit, changes::show, changes::shift, changes::cancel, track::track, document),
    components(schemas(schema::ProblemBody)),
    modifiers(&Tokens),
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

static TEXT: LazyLock<String> = LazyLock::new(|| Document::openapi().to_json().unwrap_or_default());

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "open data", responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
pub async fn document() -> impl IntoResponse {
    (
        [
            (CONTENT_TYPE, "application/json"),
            (CACHE_CONTROL, "public, max-age=300"),
        ],
        TEXT.as_str(),
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
        for path in [
            "/openapi.json",
            "/services",
            "/calendar",
            "/crematorium/availability",
            "/crematorium/requests",
            "/crematorium/requests/{reference}",
            "/crematorium/requests/{reference}/move",
            "/crematorium/requests/{reference}/cancel",
            "/track",
        ] {
            assert!(document["paths"][path].is_object(), "{path}");
        }
    }
}
