//! From a JSON body to raw answers by field path: the same that a form sends.
use super::Problem;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use domain::form::{FieldError, FieldErrors, RawFields, Text};
use serde_json::Value;

/// What a field of a body may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An object that may be empty or absent.
    Object,
    /// An object that means something by being there: an empty one is a mistake.
    Choice,
    /// A text, number or boolean.
    Value,
    /// A value, or an object of its parts.
    ValueOrParts,
    /// A list of objects: their fields stand as `items.0.type`.
    List,
}

/// The fields of one kind of body; others are ignored.
pub type Fields = [(&'static str, Shape)];

/// A body as it came, and what it says.
#[derive(Debug)]
pub struct Read {
    pub bytes: Bytes,
    pub fields: RawFields,
    /// What has the wrong shape; the rest was read nevertheless, so that all errors are told at once.
    pub errors: FieldErrors,
}

/// Reads a JSON body. Its type and its syntax come first; shapes are the caller's to add to.
pub fn read(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    known: &Fields,
) -> Result<Read, Problem> {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    if !is_json(kind) {
        return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let bytes = body.map_err(|rejection| Problem::of_status(rejection.into_response().status()))?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|error| bad_json(&error))?;
    let mut fields = RawFields::new();
    let mut errors = FieldErrors::new();
    match value {
        Value::Object(_) => flatten("", &value, known, &mut fields, &mut errors),
        _ => errors.push(wrong("", "ต้องเป็นอ็อบเจ็กต์", "This must be an object")),
    }
    Ok(Read {
        bytes,
        fields,
        errors,
    })
}

/// Adds the errors of a second look, except those that a wrong shape already explains.
pub fn merge(mut shapes: FieldErrors, values: FieldErrors) -> FieldErrors {
    let explained: Vec<String> = shapes.iter().map(|error| error.field.clone()).collect();
    for error in values {
        let under = |shape: &String| {
            shape.is_empty()
                || error.field == *shape
                || error.field.starts_with(&format!("{shape}."))
                // Of a list whose element has no shape, that nothing is in it.
                || shape.starts_with(&format!("{}.", error.field))
        };
        if !explained.iter().any(under) {
            shapes.push(error);
        }
    }
    shapes
}

fn is_json(kind: &str) -> bool {
    let essence = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn bad_json(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    let detail = Text::new(
        format!("ข้อมูลไม่ใช่ JSON ที่ถูกต้อง: บรรทัด {line} คอลัมน์ {column}"),
        format!("The body is not JSON: line {line}, column {column}."),
    );
    Problem::new(StatusCode::BAD_REQUEST, "bad_json", detail)
}

fn flatten(
    prefix: &str,
    object: &Value,
    known: &Fields,
    fields: &mut RawFields,
    errors: &mut FieldErrors,
) {
    let Some(object) = object.as_object() else {
        return;
    };
    for (path, shape) in known {
        let Some(name) = child(prefix, path) else {
            continue;
        };
        let Some(value) = object.get(name).filter(|value| !value.is_null()) else {
            continue;
        };
        match (shape, value) {
            (Shape::Choice, Value::Object(inner)) if inner.values().all(Value::is_null) => {
                errors.push(FieldError::new(
                    *path,
                    "missing",
                    "ยังไม่ได้กรอก",
                    "This is empty",
                ));
            }
            (Shape::Object | Shape::Choice | Shape::ValueOrParts, Value::Object(_)) => {
                flatten(path, value, known, fields, errors);
            }
            (Shape::List, Value::Array(elements)) => {
                for (n, element) in elements.iter().enumerate() {
                    flatten_element(path, n, element, known, fields, errors);
                }
            }
            (Shape::List, _) => errors.push(wrong(path, "ต้องเป็นรายการ", "This must be a list")),
            (Shape::Object | Shape::Choice, _) => {
                errors.push(wrong(path, "ต้องเป็นอ็อบเจ็กต์", "This must be an object"));
            }
            (Shape::Value | Shape::ValueOrParts, _) => match text(value) {
                Some(text) => drop(fields.insert((*path).to_owned(), text)),
                None => errors.push(wrong(path, "ต้องเป็นข้อความ", "This must be a text")),
            },
        }
    }
}

/// One element of a list, its fields numbered.
fn flatten_element(
    path: &str,
    n: usize,
    element: &Value,
    known: &Fields,
    fields: &mut RawFields,
    errors: &mut FieldErrors,
) {
    let numbered = |name: &str| match name.strip_prefix(path) {
        Some(rest) => format!("{path}.{n}{rest}"),
        None => name.to_owned(),
    };
    if !element.is_object() {
        errors.push(wrong(
            &numbered(path),
            "ต้องเป็นอ็อบเจ็กต์",
            "This must be an object",
        ));
        return;
    }
    let (mut found, mut wrongs) = (RawFields::new(), FieldErrors::new());
    flatten(path, element, known, &mut found, &mut wrongs);
    fields.extend(
        found
            .into_iter()
            .map(|(name, value)| (numbered(&name), value)),
    );
    for mut error in wrongs {
        error.field = numbered(&error.field);
        errors.push(error);
    }
}

/// The last part of a path that lies directly under a prefix.
fn child<'a>(prefix: &str, path: &'a str) -> Option<&'a str> {
    let rest = if prefix.is_empty() {
        path
    } else {
        path.strip_prefix(prefix)?.strip_prefix('.')?
    };
    (!rest.contains('.')).then_some(rest)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn wrong(field: &str, th: &str, en: &str) -> FieldError {
    FieldError::new(field, "type", th, en)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Shape::{Choice, Object, Value as Plain, ValueOrParts};
    use proptest::prelude::*;

    const KNOWN: &Fields = &[
        ("applicant", Object),
        ("applicant.name", Plain),
        ("died", ValueOrParts),
        ("died.day", Plain),
        ("pavilion", Choice),
        ("pavilion.nights", Plain),
    ];

    fn json(body: &str) -> Result<Read, Problem> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "application/json".parse().expect("a header"));
        read(&headers, Ok(Bytes::copy_from_slice(body.as_bytes())), KNOWN)
    }

    fn fields(body: &str) -> Vec<String> {
        let read = json(body).expect("a body");
        let mut found: Vec<String> = read
            .fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        found.extend(
            read.errors
                .iter()
                .map(|error| format!("{}!{}", error.field, error.code)),
        );
        found
    }

    #[test]
    fn bodies_become_the_fields_of_a_form() {
        for (body, expected) in [
            ("{}", &[][..]),
            (
                r#"{"applicant": {"name": "ก", "unknown": 1}, "other": {}}"#,
                &["applicant.name=ก"],
            ),
            (
                r#"{"pavilion": {"nights": 2}, "died": {"day": "๓"}}"#,
                &["died.day=๓", "pavilion.nights=2"],
            ),
            (
                r#"{"died": "2026-11-20", "pavilion": null}"#,
                &["died=2026-11-20"],
            ),
            (
                r#"{"applicant": "ก", "died": [1]}"#,
                &["applicant!type", "died!type"],
            ),
            (
                r#"{"applicant": {"name": {}}, "pavilion": {}}"#,
                &["applicant.name!type", "pavilion!missing"],
            ),
            ("[]", &["!type"]),
        ] {
            assert_eq!(fields(body), expected, "{body}");
        }
    }

    #[test]
    fn a_wrong_shape_explains_what_is_missing_beneath_it() {
        let error = |field: &str| FieldError::new(field, "missing", "", "");
        let mut values = FieldErrors::one(error("applicant.name"));
        values.push(error("deceased.name"));
        let merged = merge(FieldErrors::one(error("applicant")), values);
        let left: Vec<&str> = merged.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(left, ["applicant", "deceased.name"]);
    }

    #[test]
    fn deep_or_broken_json_is_refused() {
        for body in ["", "{", "{\"a\": }", &"[".repeat(100_000)] {
            assert!(json(body).is_err(), "{}", &body[..body.len().min(20)]);
        }
    }

    proptest! {
        #[test]
        fn no_body_panics(body in any::<String>()) {
            let _ = json(&body);
        }

        /// JSON of the known names in any shape.
        #[test]
        fn no_shape_panics(body in r#"(\{|\}|\[|\]|,|:|"applicant"|"name"|"died"|"day"|"pavilion"|"nights"|1|null|true){0,24}"#) {
            let _ = json(&body);
        }
    }
}
