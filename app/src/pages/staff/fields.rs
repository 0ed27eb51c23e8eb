//! Fields of a page that holds several forms: the same name is sent by each, the id is each form's own.
use crate::components::{FormView, id_of};
use leptos::prelude::*;

/// One field of one of several forms. Typed values and errors are kept under `{form}.{name}`.
pub(super) struct Field {
    pub form: FormView,
    /// The form's word, such as `refuse`.
    pub of: &'static str,
    pub name: &'static str,
    pub label: &'static str,
    pub hint: Option<String>,
}

impl Field {
    pub fn new(form: &FormView, of: &'static str, name: &'static str, label: &'static str) -> Self {
        Self {
            form: form.clone(),
            of,
            name,
            label,
            hint: None,
        }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn key(&self) -> String {
        key(self.of, self.name)
    }

    pub fn value(&self) -> String {
        self.form.value(&self.key())
    }

    /// One line of text.
    pub fn line(self) -> AnyView {
        let (id, described, invalid) = self.control();
        let value = self.value();
        let control = view! {
            <input class="input" id=id name=self.name r#type="text" autocomplete="off"
                aria-describedby=described aria-invalid=invalid value=value/>
        };
        self.around(control.into_any())
    }

    /// Several lines of text.
    pub fn lines(self, rows: u8) -> AnyView {
        let value = self.value();
        self.lines_with(rows, &value)
    }

    /// Several lines, of which the typed value is only a part.
    pub fn lines_with(self, rows: u8, value: &str) -> AnyView {
        let (id, described, invalid) = self.control();
        // Leptos writes the inside of a textarea unescaped; and the parser drops one line break at the
        // start: this one, not the writer's.
        let value = format!("\n{}", value.replace('&', "&amp;").replace('<', "&lt;"));
        let control = view! {
            <textarea class="input" id=id name=self.name rows=rows.to_string()
                aria-describedby=described aria-invalid=invalid>{value}</textarea>
        };
        self.around(control.into_any())
    }

    fn control(&self) -> (String, Option<String>, Option<&'static str>) {
        let id = id_of(&self.key());
        let wrong = self.form.error(&self.key()).is_some();
        let hint = self.hint.as_ref().map(|_| format!("{id}-hint"));
        let error = wrong.then(|| format!("{id}-error"));
        let described = hint.into_iter().chain(error).collect::<Vec<_>>().join(" ");
        (
            id,
            (!described.is_empty()).then_some(described),
            wrong.then_some("true"),
        )
    }

    fn around(self, control: AnyView) -> AnyView {
        let id = id_of(&self.key());
        let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
        let lang = self.form.lang();
        let error = self.form.error(&self.key()).map(|error| {
            view! { <p class="error" id=error_id><span class="unseen">{lang.t("ผิดพลาด: ", "Error: ")}</span>{error}</p> }
        });
        let class = if error.is_some() {
            "field wrong"
        } else {
            "field"
        };
        view! {
            <div class=class>
                <label for=id>{self.label}</label>
                {self.hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
                {error}
                {control}
            </div>
        }
        .into_any()
    }
}

/// Where a field of one of several forms keeps its value and its error.
pub(super) fn key(form: &str, name: &str) -> String {
    format!("{form}.{name}")
}
