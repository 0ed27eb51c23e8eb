//! One of several, or any of several: radio buttons and checkboxes in a fieldset.
use super::field::{error_of, hint_of};
use super::fold::Fold;
use super::form::{FormView, described_by, id_of, optional_mark};
use leptos::prelude::*;

/// One option. What it opens is always there: without scripts nothing may hide.
#[derive(Debug)]
pub struct Choice {
    value: String,
    label: String,
    hint: Option<String>,
    aside: Option<String>,
    more: Option<AnyView>,
}

impl Choice {
    /// The value the form sends.
    pub fn value(&self) -> &str {
        &self.value
    }

    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            hint: None,
            aside: None,
            more: None,
        }
    }

    /// A line below the label.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A few words at the far end of the line, such as `ว่าง 2 เตา`.
    #[must_use]
    pub fn aside(mut self, aside: impl Into<String>) -> Self {
        self.aside = Some(aside.into());
        self
    }

    /// Questions that matter only with this option.
    #[must_use]
    pub fn more(mut self, more: impl IntoAny) -> Self {
        self.more = Some(more.into_any());
        self
    }
}

/// How options are set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    #[default]
    Lines,
    /// Short options side by side where there is room.
    Columns,
}

impl Layout {
    fn class(self) -> &'static str {
        match self {
            Self::Lines => "choices",
            Self::Columns => "choices columns",
        }
    }
}

/// How one option is sent: its control, name, value and id.
struct Control {
    input_type: &'static str,
    name: String,
    value: String,
    id: String,
    checked: bool,
}

/// One of several.
#[component]
pub fn Radios(
    #[prop(into)] form: FormView,
    #[prop(into)] field: String,
    #[prop(into)] legend: String,
    options: Vec<Choice>,
    #[prop(optional, into)] hint: Option<String>,
    /// Marks the answer as optional.
    #[prop(optional)]
    optional: bool,
    /// Makes the legend the page's heading.
    #[prop(optional)]
    heading: bool,
    #[prop(optional)] layout: Layout,
    /// Folds the options after so many under a title, unless one of those is chosen.
    #[prop(optional)]
    rest: Option<(usize, String)>,
) -> impl IntoView {
    let chosen = form.value(&field);
    let (shown, title) = rest.unwrap_or((options.len(), String::new()));
    let open = options
        .iter()
        .skip(shown)
        .any(|choice| choice.value == chosen);
    let mut lines: Vec<_> = options
        .into_iter()
        .enumerate()
        .map(|(n, choice)| {
            let control = Control {
                input_type: "radio",
                name: field.clone(),
                value: choice.value.clone(),
                id: option_id(&field, n, &choice.value),
                checked: choice.value == chosen,
            };
            option_line(control, choice)
        })
        .collect();
    let rest = lines.split_off(shown.min(lines.len()));
    let rest = (!rest.is_empty()).then(|| {
        Fold::new(title)
            .open(open)
            .around(view! {<div class=layout.class()>{rest}</div>})
    });
    let options = view! { {lines}{rest} };
    Group {
        form,
        field,
        legend,
        hint,
        optional,
        heading,
        layout,
    }
    .around(options)
}

/// Any of several. Each is a field of its own, `{field}.{value}`, sent as `yes`; with `repeated`
/// all are sent as `field`, and the raw answer holds the chosen values separated by commas.
#[component]
pub fn Checkboxes(
    #[prop(into)] form: FormView,
    #[prop(into)] field: String,
    #[prop(into)] legend: String,
    options: Vec<Choice>,
    #[prop(optional, into)] hint: Option<String>,
    /// Marks the answer as optional.
    #[prop(optional)]
    optional: bool,
    /// Makes the legend the page's heading.
    #[prop(optional)]
    heading: bool,
    #[prop(optional)] layout: Layout,
    /// Sends every chosen value under the same name.
    #[prop(optional)]
    repeated: bool,
) -> impl IntoView {
    let chosen = form.value(&field);
    let options = options
        .into_iter()
        .enumerate()
        .map(|(n, choice)| {
            let own = format!("{field}.{}", choice.value);
            let (name, value, checked) = if repeated {
                let checked = chosen.split(',').any(|one| one == choice.value);
                (field.clone(), choice.value.clone(), checked)
            } else {
                let checked = !form.value(&own).is_empty();
                (own, "yes".to_owned(), checked)
            };
            let id = option_id(&field, n, &choice.value);
            let control = Control {
                input_type: "checkbox",
                name,
                value,
                id,
                checked,
            };
            option_line(control, choice)
        })
        .collect_view();
    Group {
        form,
        field,
        legend,
        hint,
        optional,
        heading,
        layout,
    }
    .around(options)
}

/// One statement to agree to, sent as `yes`.
#[component]
pub fn Checkbox(
    #[prop(into)] form: FormView,
    #[prop(into)] field: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Option<String>,
) -> impl IntoView {
    let id = id_of(&field);
    let error = form.error(&field);
    let checked = !form.value(&field).is_empty();
    let class = if error.is_some() {
        "field wrong"
    } else {
        "field"
    };
    let described = described_by(&id, hint.is_some(), error.is_some());
    let invalid = error.is_some().then_some("true");
    view! {
        <div class=class>
            {error_of(form.lang(), &id, error)}
            <label class="choice">
                <input r#type="checkbox" id=id.clone() name=field value="yes" checked=checked
                    aria-describedby=described aria-invalid=invalid/>
                <span>{label}</span>
            </label>
            {hint_of(&id, hint)}
        </div>
    }
}

/// The first option bears the field's own id, so that the error summary leads to it.
fn option_id(field: &str, n: usize, value: &str) -> String {
    let id = id_of(field);
    if n == 0 {
        id
    } else {
        format!("{id}-{}", id_of(value))
    }
}

fn option_line(control: Control, choice: Choice) -> impl IntoView {
    let Control {
        input_type,
        name,
        value,
        id,
        checked,
    } = control;
    let hint_id = format!("{id}-about");
    let described = choice.hint.is_some().then(|| hint_id.clone());
    let hint = choice
        .hint
        .map(|hint| view! { <span class="choice-hint" id=hint_id>{hint}</span> });
    let aside = choice.aside.map(|aside| view! { <small>{aside}</small> });
    let more = choice
        .more
        .map(|more| view! { <div class="more">{more}</div> });
    view! {
        <label class="choice">
            <input r#type=input_type id=id name=name value=value checked=checked aria-describedby=described/>
            <span>{choice.label}{hint}</span>
            {aside}
        </label>
        {more}
    }
}

/// A legend, hint and error around options.
struct Group {
    form: FormView,
    field: String,
    legend: String,
    hint: Option<String>,
    optional: bool,
    heading: bool,
    layout: Layout,
}

impl Group {
    fn around(self, options: impl IntoView + 'static) -> impl IntoView {
        let lang = self.form.lang();
        let id = id_of(&self.field);
        let error = self.form.error(&self.field);
        let class = if error.is_some() {
            "field wrong"
        } else {
            "field"
        };
        let described = described_by(&id, self.hint.is_some(), error.is_some());
        let optional = self
            .optional
            .then(|| view! { <span class="optional">{optional_mark(lang)}</span> });
        let legend = if self.heading {
            view! { <h1>{self.legend}{optional}</h1> }.into_any()
        } else {
            view! { {self.legend}{optional} }.into_any()
        };
        view! {
            <fieldset class=class aria-describedby=described>
                <legend>{legend}</legend>
                {hint_of(&id, self.hint)}
                {error_of(lang, &id, error)}
                <div class=self.layout.class()>{options}</div>
            </fieldset>
        }
    }
}
