//! When the ashes are collected: the next morning comes with the round in the same tap; here a family may change or
//! decline it. Not one of the steps: nobody has to come here.
use super::day;
use super::draft::{Mine, sent_path};
use super::step::Step;
use crate::components::{Button, Choice, ErrorSummary, FormView, Radios};
use crate::http::{Visit, see_other};
use crate::pages::answers::Answers;
use crate::pages::frame::private_page;
use crate::pages::trouble;
use crate::shell::Document;
use crate::words;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use desk::Trouble;
use domain::crematorium::{AshWish, Wish};
use domain::form::{FieldError, FieldErrors, RawFields, Text, raw};
use domain::time::TimeOfDay;
use leptos::prelude::*;

/// What the draft keeps when the family declines: another day brings no ash slot then.
const WANTED: &str = "want.ash";
/// The choice that declines.
const NONE: &str = "none";

/// The part of the address.
pub(super) fn path(draft: &str) -> String {
    format!("/crematorium/{draft}/ash")
}

/// Whether an ash slot is to come with a round.
pub(super) fn is_wanted(draft: &RawFields) -> bool {
    raw(draft, WANTED) != NONE
}

/// `2026-11-26T07:00`
pub(super) fn value(ash: AshWish) -> String {
    format!("{}T{}", ash.date, ash.start)
}

pub(super) fn parse(typed: &str) -> Option<AshWish> {
    let (date, start) = typed.split_once('T')?;
    Some(AshWish {
        date: date.parse::<NaiveDate>().ok()?,
        start: TimeOfDay::parse(start).ok()?,
    })
}

/// `GET /crematorium/{draft}/ash`
pub(super) async fn page(visit: Visit, Path(id): Path<String>) -> Response {
    let mine = match Mine::open(&visit, &id).await {
        Ok(mine) => mine,
        Err(response) => return response,
    };
    show(&visit, &mine, "", StatusCode::OK, FieldErrors::new()).await
}

/// `POST` to the same address: holds everything again, with the ash slot that was chosen.
pub(super) async fn choose(visit: Visit, Path(id): Path<String>, answers: Answers) -> Response {
    let mine = match Mine::open(&visit, &id).await {
        Ok(mine) => mine,
        Err(response) => return response,
    };
    let typed = answers.value("ash");
    let again = |status, text: Text| {
        let errors = FieldErrors::one(FieldError {
            field: "ash".to_owned(),
            code: "ash",
            text,
        });
        show(&visit, &mine, typed, status, errors)
    };
    let Some(wish) = held(&mine) else {
        return see_other(&visit.href(&Step::Day.of(&mine.draft.id, true)));
    };
    let chosen = parse(typed);
    if chosen.is_none() && typed != NONE {
        let text = Text::new(
            "เลือกเวลาเก็บอัฐิ หรือเลือกว่าไม่จองตอนนี้",
            "Choose a time, or that you do not book one now",
        );
        return again(StatusCode::UNPROCESSABLE_ENTITY, text).await;
    }
    let wish = Wish {
        ash: chosen,
        ..wish
    };
    let desk = visit.desk();
    match desk.hold(&mine.owner, &mine.draft.id, &wish).await {
        Ok(_) => {
            let kept = if chosen.is_some() { "" } else { NONE };
            let changes = RawFields::from([(WANTED.to_owned(), kept.to_owned())]);
            match desk.save_draft(&mine.owner, &mine.draft.id, changes).await {
                Ok(_) => see_other(&visit.href(&Step::Check.of(&mine.draft.id, false))),
                Err(trouble) => trouble::page(&visit, &trouble),
            }
        }
        Err(Trouble::SlotTaken { conflicts, .. }) => {
            again(StatusCode::CONFLICT, day::taken(&conflicts)).await
        }
        Err(Trouble::Invalid(errors)) => {
            let text = errors
                .iter()
                .next()
                .map_or_else(Text::default, |error| error.text.clone());
            again(StatusCode::UNPROCESSABLE_ENTITY, text).await
        }
        Err(Trouble::DecidedFirst { .. }) => see_other(&visit.href(&sent_path(&mine.draft.id))),
        Err(trouble) => trouble::page(&visit, &trouble),
    }
}

/// What the draft holds or held, when there is a cremation in it.
fn held(mine: &Mine) -> Option<Wish> {
    let hold = mine.draft.hold.as_ref()?;
    hold.wish.cremation.is_some().then(|| hold.wish.clone())
}

async fn show(
    visit: &Visit,
    mine: &Mine,
    typed: &str,
    status: StatusCode,
    errors: FieldErrors,
) -> Response {
    let lang = visit.lang;
    let Some(wish) = held(mine) else {
        return see_other(&visit.href(&Step::Day.of(&mine.draft.id, true)));
    };
    let Some(cremation) = &wish.cremation else {
        return see_other(&visit.href(&Step::Day.of(&mine.draft.id, true)));
    };
    let choices = visit
        .desk()
        .ash_choices(cremation, wish.case_type, Some(&mine.draft.id))
        .await;
    let choices = match choices {
        Ok(choices) => choices,
        Err(trouble) => return trouble::page(visit, &trouble),
    };
    // The first morning is what most take; other days are folded below declining.
    let first = choices.first().map(|ash| ash.date);
    let (next, later): (Vec<_>, Vec<_>) =
        choices.into_iter().partition(|ash| Some(ash.date) == first);
    let choice = |ash| Choice::new(value(ash), words::ash(lang, ash));
    let mut options: Vec<_> = next.into_iter().map(choice).collect();
    options.push(
        Choice::new(NONE, lang.t("ไม่จองตอนนี้", "Do not book one now")).hint(lang.t(
            "ตกลงเวลากับเจ้าหน้าที่ภายหลังได้",
            "You can agree on a time with the office later.",
        )),
    );
    let rest = (options.len(), lang.t("วันอื่น", "Other days").to_owned());
    options.extend(later.into_iter().map(choice));
    let chosen = match (typed, wish.ash) {
        ("", Some(ash)) => value(ash),
        ("", None) => NONE.to_owned(),
        (typed, _) => typed.to_owned(),
    };
    let fields = RawFields::from([("ash".to_owned(), chosen)]);
    let form = FormView::new(lang, fields, errors);
    let error = form.has_errors();
    private_page(visit, status, |ctx| {
        let title = lang.t("เก็บอัฐิเมื่อใด", "When will the ashes be collected?");
        let action = visit.href(&path(&mine.draft.id));
        let fire = words::cremation(lang, cremation);
        let fire = lang.t(
            format!("ฌาปนกิจ{fire}"),
            format!("The cremation is on {fire}."),
        );
        view! {
            <Document ctx title error private=true back=visit.href(&Step::Check.of(&mine.draft.id, false))>
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                <p class="lead">{fire}</p>
                <form method="post" action=action novalidate>
                    <Radios form=&form field="ash" legend=lang.t("วันและเวลาที่ยังว่าง", "Times that are free") options rest/>
                    <div class="actions"><Button label=lang.t("ใช้เวลานี้", "Use this time")/></div>
                </form>
            </Document>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_reads_the_same_again_and_nothing_else_is_one() {
        let ash = parse("2026-11-26T07:00").expect("a slot");
        assert_eq!(value(ash), "2026-11-26T07:00");
        for raw in ["", "none", "2026-11-26", "T07:00", "2026-11-26T25:00"] {
            assert_eq!(parse(raw), None, "{raw}");
        }
    }
}
