//! One question a page: shown, answered, kept in the draft, and on to the next.
use super::step::Step;
use super::{Mine, Served, missing, sent_path};
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

/// `GET /equipment/{draft}/{step}`, and `/change` behind it.
pub(super) async fn page(
    step: Step,
    change: bool,
    visit: Visit,
    Path(id): Path<String>,
) -> Response {
    let mine = match Mine::open(&visit, &id).await {
        Ok(mine) => mine,
        Err(response) => return response,
    };
    let shown = Shown {
        step,
        change,
        draft: &mine.draft.id,
        kept: &mine.draft.fields,
        typed: mine.draft.fields.clone(),
        errors: FieldErrors::new(),
        status: StatusCode::OK,
    };
    show(&visit, shown).await
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
    let names = step.fields(&rules);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let typed = answers.only(&names);
    let mine = match Mine::any(&visit, &id).await {
        Ok(mine) if mine.draft.sent.is_some() => {
            return see_other(&visit.href(&sent_path(&mine.draft.id)));
        }
        Ok(mine) => mine,
        Err(trouble @ Trouble::Store(_)) => {
            return outage(step, change, &visit, typed, &trouble).await;
        }
        Err(trouble) => return missing(&visit, &trouble),
    };
    let draft = &mine.draft;
    let errors = step.check(&typed, &draft.fields, &rules, visit.desk().now());
    if !errors.is_empty() {
        let shown = Shown {
            step,
            change,
            draft: &draft.id,
            kept: &draft.fields,
            typed,
            errors,
            status: StatusCode::UNPROCESSABLE_ENTITY,
        };
        return show(&visit, shown).await;
    }
    let kept = step.keep(typed.clone(), &rules);
    match visit.desk().save_draft(&mine.owner, &draft.id, kept).await {
        Ok(saved) => {
            let next = if change {
                Step::first_open(&saved.fields, &rules, visit.desk().now())
            } else {
                step.after()
            };
            see_other(&visit.href(&next.of(&draft.id, false)))
        }
        Err(trouble @ Trouble::Store(_)) => outage(step, change, &visit, typed, &trouble).await,
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

async fn show(visit: &Visit, shown: Shown<'_>) -> Response {
    let lang = visit.lang;
    let (rules, now) = (visit.desk().rules(), visit.desk().now());
    let served = Served::now(visit, shown.step == Step::Items).await;
    let form = FormView::new(lang, shown.typed, shown.errors);
    let before = match (shown.change, shown.step.before()) {
        (true, _) if !shown.draft.is_empty() => Step::Check.of(shown.draft, false),
        (false, Some(before)) if !shown.draft.is_empty() => before.of(shown.draft, false),
        _ => "/equipment".to_owned(),
    };
    private_page(visit, shown.status, |ctx| {
        let look = shown
            .step
            .look(&form, shown.kept, lang, &rules, now, &served);
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
            >
                {fields}
            </Question>
        }
    })
}

/// The database cannot be reached: the page comes back as typed, and says that it is not saved.
async fn outage(
    step: Step,
    change: bool,
    visit: &Visit,
    typed: RawFields,
    trouble: &Trouble,
) -> Response {
    trouble::log(trouble);
    let (th, en) = trouble::outage_words(visit);
    // The draft's id was not confirmed, so it stands in no link.
    let shown = Shown {
        step,
        change,
        draft: "",
        kept: &RawFields::new(),
        typed,
        errors: FieldErrors::one(FieldError::new("", "outage", th, en)),
        status: StatusCode::SERVICE_UNAVAILABLE,
    };
    show(visit, shown).await
}
