//! One question with a typed answer: label, hint, error, and a control that helps the keyboard.
use super::form::{FormView, described_by, id_of, optional_mark};
use domain::form::Lang;
use leptos::prelude::*;

/// What is typed, which decides keyboard, autofill and spelling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Text,
    /// The name of the person at the phone.
    OwnName,
    /// The phone of the person at the phone.
    OwnPhone,
    /// The address of the person at the phone.
    OwnAddress,
    /// Somebody else's name or address, or any word no dictionary knows.
    Word,
    /// Somebody else's phone.
    Phone,
    /// Digits that are not an amount: identity numbers, certificate numbers, years.
    Digits,
    /// An amount, with decimals.
    Amount,
    Email,
    OneTimeCode,
    Username,
    Password,
    NewPassword,
    Search,
}

impl Kind {
    fn input_type(self) -> &'static str {
        match self {
            Self::Password | Self::NewPassword => "password",
            Self::OwnPhone | Self::Phone => "tel",
            Self::Search => "search",
            _ => "text",
        }
    }

    fn inputmode(self) -> Option<&'static str> {
        match self {
            Self::OwnPhone | Self::Phone => Some("tel"),
            Self::Digits | Self::OneTimeCode => Some("numeric"),
            Self::Amount => Some("decimal"),
            Self::Email => Some("email"),
            _ => None,
        }
    }

    fn autocomplete(self) -> Option<&'static str> {
        match self {
            Self::OwnName => Some("name"),
            Self::OwnPhone => Some("tel"),
            Self::OwnAddress => Some("street-address"),
            Self::Email => Some("email"),
            Self::OneTimeCode => Some("one-time-code"),
            Self::Username => Some("username"),
            Self::Password => Some("current-password"),
            Self::NewPassword => Some("new-password"),
            Self::Text => None,
            Self::Word | Self::Phone | Self::Digits | Self::Amount | Self::Search => Some("off"),
        }
    }

    /// Spelling is checked in prose only; names sent to a spelling service would leave the phone.
    fn spellcheck(self) -> Option<&'static str> {
        (self != Self::Text).then_some("false")
    }

    fn capitals(self) -> Option<&'static str> {
        matches!(self, Self::Username | Self::Email).then_some("none")
    }
}

/// How wide the control is: about as wide as the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    #[default]
    Full,
    /// About twenty digits: identity numbers, phones.
    Long,
    /// About ten digits.
    Medium,
    /// About four digits.
    Short,
}

impl Width {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Full => "input",
            Self::Long => "input w20",
            Self::Medium => "input w10",
            Self::Short => "input w4",
        }
    }
}

/// A label, hint and error around a control, which is given its id and what describes it.
pub(super) struct Frame {
    pub form: FormView,
    pub field: String,
    pub label: String,
    pub hint: Option<String>,
    pub optional: bool,
    pub heading: bool,
}

impl Frame {
    pub fn id(&self) -> String {
        id_of(&self.field)
    }

    pub fn describedby(&self) -> Option<String> {
        described_by(&self.id(), self.hint.is_some(), self.invalid().is_some())
    }

    pub fn invalid(&self) -> Option<&'static str> {
        self.form.error(&self.field).map(|_| "true")
    }

    pub fn around(self, control: impl IntoView + 'static) -> impl IntoView {
        let id = self.id();
        let lang = self.form.lang();
        let error = self.form.error(&self.field);
        let class = if error.is_some() {
            "field wrong"
        } else {
            "field"
        };
        let optional = self
            .optional
            .then(|| view! { <span class="optional">{optional_mark(lang)}</span> });
        let label = view! { <label for=id.clone()>{self.label}{optional}</label> };
        let label = if self.heading {
            view! { <h1>{label}</h1> }.into_any()
        } else {
            label.into_any()
        };
        view! {
            <div class=class>
                {label}
                {hint_of(&id, self.hint)}
                {error_of(lang, &id, error)}
                {control}
            </div>
        }
    }
}

pub(super) fn hint_of(id: &str, hint: Option<String>) -> impl IntoView + use<> {
    let id = format!("{id}-hint");
    hint.map(|hint| view! { <p class="hint" id=id>{hint}</p> })
}

pub(super) fn error_of(lang: Lang, id: &str, error: Option<String>) -> impl IntoView + use<> {
    let id = format!("{id}-error");
    error.map(|error| {
        view! { <p class="error" id=id><span class="unseen">{lang.t("ผิดพลาด: ", "Error: ")}</span>{error}</p> }
    })
}

/// One line of text.
#[component]
pub fn TextField(
    #[prop(into)] form: FormView,
    #[prop(into)] field: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional)] kind: Kind,
    #[prop(optional)] width: Width,
    /// Marks the answer as optional.
    #[prop(optional)]
    optional: bool,
    /// Makes the label the page's heading.
    #[prop(optional)]
    heading: bool,
    /// What stands behind the control, such as `คืน`.
    #[prop(optional, into)]
    unit: Option<String>,
    /// The id of a `datalist` of what can be typed.
    #[prop(optional, into)]
    list: Option<String>,
    /// Whether typing begins here when the page opens.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    // A password is never sent back.
    let secret = matches!(kind, Kind::Password | Kind::NewPassword | Kind::OneTimeCode);
    let value = if secret {
        String::new()
    } else {
        form.value(&field)
    };
    let frame = Frame {
        form,
        field,
        label,
        hint,
        optional,
        heading,
    };
    let control = view! {
        <input
            class=width.class()
            id=frame.id()
            name=frame.field.clone()
            r#type=kind.input_type()
            inputmode=kind.inputmode()
            autocomplete=kind.autocomplete()
            autocapitalize=kind.capitals()
            spellcheck=kind.spellcheck()
            aria-describedby=frame.describedby()
            aria-invalid=frame.invalid()
            list=list
            autofocus=autofocus
            value=value
        />
    };
    let control = match unit {
        Some(unit) => {
            view! { <span class="with-unit">{control}<span>{unit}</span></span> }.into_any()
        }
        None => control.into_any(),
    };
    frame.around(control)
}

/// Several lines of text.
#[component]
pub fn TextArea(
    #[prop(into)] form: FormView,
    #[prop(into)] field: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(default = 4)] rows: u8,
    /// Marks the answer as optional.
    #[prop(optional)]
    optional: bool,
    /// Makes the label the page's heading.
    #[prop(optional)]
    heading: bool,
) -> impl IntoView {
    let value = form.value(&field);
    let frame = Frame {
        form,
        field,
        label,
        hint,
        optional,
        heading,
    };
    // Leptos writes the inside of a textarea unescaped; and the parser drops one line break at the
    // start: this one, not the writer's.
    let value = format!("\n{}", value.replace('&', "&amp;").replace('<', "&lt;"));
    let control = view! {
        <textarea
            class="input"
            id=frame.id()
            name=frame.field.clone()
            rows=rows.to_string()
            aria-describedby=frame.describedby()
            aria-invalid=frame.invalid()
        >{value}</textarea>
    };
    frame.around(control)
}

/// One of many, where radio buttons would fill the screen: staff pages and filters.
#[component]
pub fn SelectField(
    #[prop(into)] form: FormView,
    #[prop(into)] field: String,
    #[prop(into)] label: String,
    /// Value and label, in order.
    options: Vec<(String, String)>,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional)] width: Width,
    /// Marks the answer as optional.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let chosen = form.value(&field);
    let options = options.into_iter().map(|(value, label)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{label}</option> }
    });
    let options = options.collect_view();
    let frame = Frame {
        form,
        field,
        label,
        hint,
        optional,
        heading: false,
    };
    let control = view! {
        <select
            class=width.class()
            id=frame.id()
            name=frame.field.clone()
            aria-describedby=frame.describedby()
            aria-invalid=frame.invalid()
        >{options}</select>
    };
    frame.around(control)
}

/// A file to send. Its form needs `multipart`.
#[component]
pub fn FileField(
    #[prop(into)] form: FormView,
    #[prop(into)] field: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Option<String>,
    /// Kinds offered first by the phone, such as `image/*,application/pdf`.
    #[prop(default = "image/*,application/pdf")]
    accept: &'static str,
    /// Marks the answer as optional.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let frame = Frame {
        form,
        field,
        label,
        hint,
        optional,
        heading: false,
    };
    let control = view! {
        <input
            class="input file"
            id=frame.id()
            name=frame.field.clone()
            r#type="file"
            accept=accept
            aria-describedby=frame.describedby()
            aria-invalid=frame.invalid()
        />
    };
    frame.around(control)
}
