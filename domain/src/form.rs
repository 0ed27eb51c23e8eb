//! What forms share: languages, bilingual text, and errors that name their field.
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The language a page or message is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    Th,
    En,
}

impl Lang {
    /// The text for this language, of the two given side by side.
    pub fn t<T>(self, th: T, en: T) -> T {
        match self {
            Self::Th => th,
            Self::En => en,
        }
    }

    /// The BCP 47 tag, as `lang="…"` wants it.
    pub fn tag(self) -> &'static str {
        self.t("th", "en")
    }

    /// A site path in this language: `/track` is `/en/track` in English.
    pub fn path(self, path: &str) -> String {
        match self {
            Self::Th => path.to_owned(),
            Self::En if path == "/" => "/en".to_owned(),
            Self::En => format!("/en{path}"),
        }
    }
}

/// One text in both languages, as settings hold it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub th: String,
    pub en: String,
}

impl Text {
    pub fn new(th: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            th: th.into(),
            en: en.into(),
        }
    }

    pub fn get(&self, lang: Lang) -> &str {
        lang.t(&self.th, &self.en)
    }
}

/// Raw answers by field path (`deceased.date_of_death.day`), exactly as typed.
pub type RawFields = BTreeMap<String, String>;

/// The raw answer to a field; empty when it was not asked or not answered.
pub fn raw<'a>(fields: &'a RawFields, field: &str) -> &'a str {
    fields.get(field).map_or("", String::as_str)
}

/// One thing wrong with one field, in words a resident can act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The dotted path of the field: the form's `name` and, with slashes, the API's pointer.
    pub field: String,
    /// A stable machine word, such as `missing` or `checksum`.
    pub code: &'static str,
    pub text: Text,
}

impl FieldError {
    pub fn new(
        field: impl Into<String>,
        code: &'static str,
        th: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            code,
            text: Text::new(th, en),
        }
    }

    /// The RFC 6901 pointer of the field in the API's body.
    pub fn pointer(&self) -> String {
        format!("/{}", self.field.replace('.', "/"))
    }
}

/// Every error of a form, in the order of its fields: never only the first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn one(error: FieldError) -> Self {
        Self(vec![error])
    }

    pub fn push(&mut self, error: FieldError) {
        self.0.push(error);
    }

    pub fn extend(&mut self, errors: Self) {
        self.0.extend(errors.0);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &FieldError> {
        self.0.iter()
    }

    /// The first error of a field, if it has one.
    pub fn of(&self, field: &str) -> Option<&FieldError> {
        self.0.iter().find(|error| error.field == field)
    }

    /// Keeps a parsed value, or notes its error and answers `None`.
    pub fn keep<T>(&mut self, parsed: Result<T, FieldError>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => {
                self.push(error);
                None
            }
        }
    }
}

impl IntoIterator for FieldErrors {
    type Item = FieldError;
    type IntoIter = std::vec::IntoIter<FieldError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_pointers_follow_the_language_and_the_field() {
        assert_eq!(Lang::Th.path("/track"), "/track");
        assert_eq!(Lang::En.path("/track"), "/en/track");
        assert_eq!(Lang::En.path("/"), "/en");
        assert_eq!(
            FieldError::new("deceased.name", "missing", "", "").pointer(),
            "/deceased/name"
        );
    }

    #[test]
    fn every_error_is_kept_in_order() {
        let mut errors = FieldErrors::new();
        assert_eq!(
            errors.keep::<u8>(Err(FieldError::new("a", "missing", "ก", "A"))),
            None
        );
        assert_eq!(errors.keep(Ok(1)), Some(1));
        errors.push(FieldError::new("b", "missing", "ข", "B"));
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["a", "b"]);
        assert_eq!(
            errors.of("b").map(|error| error.text.get(Lang::En)),
            Some("B")
        );
    }
}
