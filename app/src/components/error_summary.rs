//! What is wrong, first of all: a list of links to the fields.
use super::form::{FormView, id_of};
use leptos::prelude::*;

/// Nothing when there are no errors. Takes the focus when the page opens.
#[component]
pub fn ErrorSummary(#[prop(into)] form: FormView) -> impl IntoView {
    let lang = form.lang();
    form.has_errors().then(|| {
        let lines = form.errors().iter().map(|error| {
            let text = error.text.get(lang).to_owned();
            if error.field.is_empty() {
                view! { <li>{text}</li> }.into_any()
            } else {
                view! { <li><a href=format!("#{}", id_of(&error.field))>{text}</a></li> }.into_any()
            }
        });
        view! {
            <div class="errors" role="alert" tabindex="-1" autofocus=true aria-labelledby="errors-title">
                <h2 id="errors-title">{lang.t("โปรดแก้ไขข้อมูลต่อไปนี้", "Please correct the following")}</h2>
                <ul>{lines.collect_view()}</ul>
            </div>
        }
    })
}
