//! One question a page: shown, answered, kept in the draft, and on to the next.
use super::draft::{Mine, missing};
use super::step::Step;
use crate::components::{FormView, Question};
use crate::http::{Visit, see_other};
use crate::pages::answers::Answers;
use crate::pages::frame::private_page;
use crate::pages::trouble;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use domain::form::{FieldError, FieldErrors, RawFields};
use leptos::prelude::*;

/// `GET /crematorium/{draft}/{step}`, and `/change` behind it.
pub(super) async fn page(
    step: Step,
    change: bool,
    visit: Visit,
    Path(draft): Path<String>,
) -> Response {
    let mine = match Mine::open(&visit, &draft).await {
        Ok(mine) => mine,
        Err(response) => return response,
    };
    let draft = &mine.draft;
    let typed = step.typed(&draft.fields);
    show(
        &visit,
        &Shown {
            step,
            change,
            draft: &draft.id,
            kept: &draft.fields,
            typed,
            errors: FieldErrors::new(),
            status: StatusCode::OK,
        },
    )
}

/// `POST` to the same address.
pub(super) async fn answer(
    step: Step,
    change: bool,
    visit: Visit,
    Path(id): Path<String>,
    answers: Answers,
) -> Response {
    let rules = visit.desk().rules();
    let typed = answers.only(step.fields());
    let mine = match Mine::any(&visit, &id).await {
        Ok(mine) if mine.draft.sent.is_some() => {
            return see_other(&visit.href(&super::draft::sent_path(&mine.draft.id)));
        }
        Ok(mine) => mine,
        Err(trouble @ Trouble::Store(_)) => return outage(step, change, &visit, typed, &trouble),
        Err(trouble) => return missing(&visit, &trouble),
    };
    let draft = &mine.draft;
    let errors = step.check(&typed, &rules, visit.desk().now());
    if !errors.is_empty() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return show(
            &visit,
            &Shown {
                step,
                change,
                draft: &draft.id,
                kept: &draft.fields,
                typed,
                errors,
                status,
            },
        );
    }
    let kept = step.keep(typed.clone(), &rules);
    let other_places = step == Step::Nights
        && (draft.hold.is_none()
            || kept
                .iter()
                .any(|(name, value)| draft.fields.get(name) != Some(value)));
    match visit.desk().save_draft(&mine.owner, &draft.id, kept).await {
        Ok(saved) => {
            let next = match (change, other_places) {
                (true, true) => Step::Day,
                (true, false) => Step::first_open(&saved.fields, &rules, visit.desk().now()),
                (false, _) => step.after(),
            };
            see_other(&visit.href(&next.of(&draft.id, change && next == Step::Day)))
        }
        Err(trouble @ Trouble::Store(_)) => outage(step, change, &visit, typed, &trouble),
        Err(trouble) => missing(&visit, &trouble),
    }
}

/// Everything the page of a question shows.
struct Shown<'a> {
    step: Step,
    change: bool,
    draft: &'a str,
    /// What the draft holds.
    kept: &'a RawFields,
    /// What stands in this page's fields.
    typed: RawFields,
    errors: FieldErrors,
    status: StatusCode,
}

fn show(visit: &Visit, shown: &Shown<'_>) -> Response {
    let lang = visit.lang;
    let rules = visit.desk().rules();
    let form = FormView::new(lang, shown.typed.clone(), shown.errors.clone());
    let before = match (shown.change, shown.step.before()) {
        (true, _) if !shown.draft.is_empty() => Step::Check.of(shown.draft, false),
        (false, Some(before)) if !shown.draft.is_empty() => before.of(shown.draft, false),
        _ => "/crematorium".to_owned(),
    };
    let elsewhere = (!shown.draft.is_empty()).then(|| carry_link(visit, shown.draft));
    private_page(visit, shown.status, |ctx| {
        let look = shown
            .step
            .look(&form, shown.kept, lang, &rules, visit.desk().now());
        let (title, fields, heading_inside) = (look.title, look.fields, look.heading_inside);
        let submit = if shown.change {
            lang.t("บันทึกคำตอบ", "Save")
        } else {
            lang.t("ต่อไป", "Continue")
        };
        view! {
            <Question
                ctx
                form=&form
                title
                submit
                heading_inside
                nostrip:intro=look.intro
                back=visit.href(&before)
                nostrip:after=elsewhere
            >
                {fields}
            </Question>
        }
    })
}

/// The database cannot be reached: the page comes back as typed, and says that it is not saved.
fn outage(
    step: Step,
    change: bool,
    visit: &Visit,
    typed: RawFields,
    trouble: &Trouble,
) -> Response {
    trouble::log(trouble);
    let (th, en) = trouble::outage_words(visit);
    let errors = FieldErrors::one(FieldError::new("", "outage", th, en));
    // The draft's id was not confirmed, so it stands in no link.
    show(
        visit,
        &Shown {
            step,
            change,
            draft: "",
            kept: &RawFields::new(),
            typed,
            errors,
            status: StatusCode::SERVICE_UNAVAILABLE,
        },
    )
}

/// Where the draft can be carried to another phone: LINE's browser forgets its cookies.
pub(super) fn carry_link(visit: &Visit, draft: &str) -> AnyView {
    let href = visit.href(&format!("/crematorium/{draft}/carry"));
    view! { <p class="elsewhere"><a href=href>{visit.lang.t("ทำต่อในโทรศัพท์เครื่องอื่น", "Continue on another phone")}</a></p> }.into_any()
}
