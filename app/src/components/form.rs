//! A form as its fields see it: the answers as typed, and what is wrong with them.
use domain::form::{FieldErrors, Lang, RawFields, raw};
use std::sync::Arc;

/// The `id` of a field's element: its dotted path with hyphens.
pub fn id_of(field: &str) -> String {
    field.replace('.', "-")
}

/// A form's language, answers and errors. Cheap to clone; `&form` fits where a `FormView` is asked.
#[derive(Clone, Debug)]
pub struct FormView(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    lang: Lang,
    fields: RawFields,
    errors: FieldErrors,
}

impl FormView {
    pub fn new(lang: Lang, fields: RawFields, errors: FieldErrors) -> Self {
        Self(Arc::new(Inner {
            lang,
            fields,
            errors,
        }))
    }

    pub fn lang(&self) -> Lang {
        self.0.lang
    }

    /// The answer as typed; empty when there is none.
    pub fn value(&self, field: &str) -> String {
        raw(&self.0.fields, field).to_owned()
    }

    /// The words of the field's first error.
    pub fn error(&self, field: &str) -> Option<String> {
        let error = self.0.errors.of(field)?;
        Some(error.text.get(self.0.lang).to_owned())
    }

    pub fn errors(&self) -> &FieldErrors {
        &self.0.errors
    }

    pub fn has_errors(&self) -> bool {
        !self.0.errors.is_empty()
    }
}

impl From<&Self> for FormView {
    fn from(form: &Self) -> Self {
        form.clone()
    }
}

/// The ids a field's hint and error have, joined for `aria-describedby`.
pub(super) fn described_by(id: &str, hint: bool, error: bool) -> Option<String> {
    let hint = hint.then(|| format!("{id}-hint"));
    let error = error.then(|| format!("{id}-error"));
    let ids: Vec<_> = hint.into_iter().chain(error).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// "(ไม่บังคับ)" behind a label; required is the rule and goes unmarked.
pub(super) fn optional_mark(lang: Lang) -> &'static str {
    lang.t(" (ไม่บังคับ)", " (optional)")
}
