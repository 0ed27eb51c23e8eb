//! A page that asks one thing: back link, error summary, heading, form, one button.
use super::button::Button;
use super::error_summary::ErrorSummary;
use super::form::FormView;
use crate::shell::{Document, PageContext};
use leptos::prelude::*;

#[component]
pub fn Question(
    #[prop(into)] ctx: PageContext,
    #[prop(into)] form: FormView,
    /// The question: the page's title and, unless `heading_inside`, its heading.
    #[prop(into)]
    title: String,
    /// What the button does.
    #[prop(into)]
    submit: String,
    /// A sentence or two below the heading.
    #[prop(optional, into)]
    intro: Option<String>,
    #[prop(optional, into)] back: Option<String>,
    /// Where the answers go; the page's own address when absent.
    #[prop(optional, into)]
    action: Option<String>,
    /// Whether the heading is the legend or label of the one field (its `heading=true`).
    #[prop(optional)]
    heading_inside: bool,
    /// Whether a file is sent.
    #[prop(optional)]
    multipart: bool,
    /// What stands above the heading: time left, what was chosen so far.
    #[prop(optional)]
    before: Option<AnyView>,
    /// What stands below the form: another form, a link to another way.
    #[prop(optional)]
    after: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    let error = form.has_errors();
    let heading = (!heading_inside).then(|| title.clone());
    let enctype = multipart.then_some("multipart/form-data");
    // Spelt out: without it the fragment of a link to a field would stay in the address, and keep the focus from the
    // next summary.
    let action = action.unwrap_or_else(|| ctx.link(&ctx.path));
    let fields = children();
    view! {
        <Document ctx title error private=true nostrip:back=back>
            <ErrorSummary form/>
            {before}
            {heading.map(|heading| view! { <h1>{heading}</h1> })}
            {intro.map(|intro| view! { <p class="lead">{intro}</p> })}
            <form method="post" action=action enctype=enctype novalidate>
                {fields}
                <div class="actions"><Button label=submit/></div>
            </form>
            {after}
        </Document>
    }
}
