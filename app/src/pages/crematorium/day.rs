//! Page 7: the days on which everything wanted is free; one tap holds all of it.
use super::ash;
use super::day_list::{List, Listed};
use super::draft::{Mine, sent_path};
use super::nights::{Need, Wanted, of_draft};
use super::slot::Slot;
use super::step::Step;
use crate::components::FormView;
use crate::http::{Visit, see_other};
use crate::pages::answers::{Answers, Asked};
use crate::pages::frame::private_page;
use crate::pages::trouble::{self, Calm};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::draft::DraftView;
use desk::{Conflict, Trouble};
use domain::crematorium::application;
use domain::crematorium::availability::{OfferState, Search};
use domain::crematorium::belief::Belief;
use domain::crematorium::{Rules, Wish};
use domain::form::{FieldError, FieldErrors, RawFields, Text, raw};

/// `GET /crematorium/{draft}/day`; `?days=all` shows the whole horizon.
pub(super) async fn page(visit: Visit, Path(draft): Path<String>, asked: Asked) -> Response {
    let mine = match Mine::open(&visit, &draft).await {
        Ok(mine) => mine,
        Err(response) => return response,
    };
    let rules = visit.desk().rules();
    let Some(wanted) = of_draft(&mine.draft.fields, &rules) else {
        return see_other(&visit.href(&Step::Nights.of(&mine.draft.id, false)));
    };
    show(
        &visit,
        &asked,
        &mine.draft,
        &wanted,
        "",
        StatusCode::OK,
        FieldErrors::new(),
    )
    .await
}

/// `POST` to the same address: takes the hold, or keeps what the family observes.
pub(super) async fn choose(
    visit: Visit,
    Path(draft): Path<String>,
    asked: Asked,
    answers: Answers,
) -> Response {
    let mine = match Mine::open(&visit, &draft).await {
        Ok(mine) => mine,
        Err(response) => return response,
    };
    let rules = visit.desk().rules();
    let Some(wanted) = of_draft(&mine.draft.fields, &rules) else {
        return see_other(&visit.href(&Step::Nights.of(&mine.draft.id, false)));
    };
    if answers.value("action") == "beliefs" {
        return observe(&visit, &mine, &answers).await;
    }
    let typed = answers.value("slot");
    let again = |status, errors| show(&visit, &asked, &mine.draft, &wanted, typed, status, errors);
    let wish = match find(&visit, &mine.draft, &wanted, &rules, typed).await {
        Ok(Ok(wish)) => wish,
        Ok(Err((status, text))) => return again(status, slot_error(text)).await,
        Err(trouble) => return trouble::page(&visit, &trouble),
    };
    match visit.desk().hold(&mine.owner, &mine.draft.id, &wish).await {
        Ok(_) => see_other(&visit.href(&Step::Check.of(&mine.draft.id, false))),
        Err(Trouble::SlotTaken { conflicts, .. }) => {
            again(StatusCode::CONFLICT, slot_error(taken(&conflicts))).await
        }
        Err(Trouble::Invalid(errors)) => {
            again(StatusCode::UNPROCESSABLE_ENTITY, all_at_the_slot(errors)).await
        }
        Err(Trouble::TooManyUnverified) => too_many_holds(&visit),
        Err(Trouble::DecidedFirst { .. }) => see_other(&visit.href(&sent_path(&mine.draft.id))),
        Err(trouble) => trouble::page(&visit, &trouble),
    }
}

/// Keeps what the family observes in the draft, until it is sent.
async fn observe(visit: &Visit, mine: &Mine, answers: &Answers) -> Response {
    let observed: Vec<_> = answers
        .values("belief")
        .filter(|code| Belief::parse(code).is_some() || *code == MOON)
        .collect();
    let changes = RawFields::from([("beliefs".to_owned(), observed.join(","))]);
    match visit
        .desk()
        .save_draft(&mine.owner, &mine.draft.id, changes)
        .await
    {
        Ok(_) => {
            see_other(&visit.href(&Step::Day.of(&mine.draft.id, visit.path.ends_with("/change"))))
        }
        Err(trouble) => trouble::page(visit, &trouble),
    }
}

/// The lunar line is for those who ask for it: by this tick, or by a custom of the moon.
pub(super) const MOON: &str = "moon";

/// The wish behind a radio button, or why it cannot be had.
type Found = Result<Wish, (StatusCode, Text)>;

async fn find(
    visit: &Visit,
    draft: &DraftView,
    wanted: &Wanted,
    rules: &Rules,
    typed: &str,
) -> desk::Result<Found> {
    let unknown =
        |th: &str, en: &str| Ok(Err((StatusCode::UNPROCESSABLE_ENTITY, Text::new(th, en))));
    let search = search(wanted, draft, Vec::new());
    match Slot::parse(typed) {
        Some(Slot::Whole(wish)) => Ok(Ok(Wish {
            case_type: search.case_type,
            coffin: search.coffin,
            ..wish
        })),
        Some(Slot::Round(cremation)) if wanted.need != Need::Pavilion => {
            let offers = visit.desk().offers(&search, Some(&draft.id)).await?;
            let Some(day) = offers.into_iter().find(|day| day.date == cremation.date) else {
                return unknown("เลือกวันจากรายการ", "Choose a day from the list");
            };
            Ok(match day.state {
                OfferState::Open { rounds, pavilion } => rounds
                    .iter()
                    .find(|free| free.round == cremation.round)
                    .map(|free| Wish {
                        case_type: search.case_type,
                        coffin: search.coffin,
                        ash: free.ash,
                        cremation: Some(cremation),
                        pavilion,
                    })
                    .ok_or_else(|| (StatusCode::CONFLICT, taken(&[Conflict::Cremation]))),
                OfferState::Full => Err((StatusCode::CONFLICT, taken(&[Conflict::Cremation]))),
                OfferState::NightsTaken => {
                    Err((StatusCode::CONFLICT, taken(&[Conflict::Pavilion])))
                }
                OfferState::Closed { reason } => Err((StatusCode::UNPROCESSABLE_ENTITY, reason)),
                OfferState::CallOnly => Err((StatusCode::UNPROCESSABLE_ENTITY, too_soon(rules))),
            })
        }
        Some(Slot::Evening(from)) if wanted.need == Need::Pavilion => {
            let starts = visit
                .desk()
                .pavilion_starts(&search, Some(&draft.id))
                .await?;
            Ok(starts
                .into_iter()
                .find(|start| start.from == from)
                .map(|pavilion| Wish {
                    case_type: search.case_type,
                    cremation: None,
                    pavilion: Some(pavilion),
                    ..Wish::default()
                })
                .ok_or_else(|| (StatusCode::CONFLICT, taken(&[Conflict::Pavilion]))))
        }
        _ if wanted.need == Need::Pavilion => {
            unknown("เลือกคืนแรกที่ใช้ศาลา", "Choose the first evening")
        }
        _ => unknown(
            "เลือกวันและเวลาฌาปนกิจ",
            "Choose the day and time of the cremation",
        ),
    }
}

/// What the draft looks for: nights, and what is known of the case.
fn search(wanted: &Wanted, draft: &DraftView, beliefs: Vec<Belief>) -> Search {
    let quiet = &mut FieldErrors::new();
    Search {
        case_type: application::case_type(&draft.fields, quiet).unwrap_or_default(),
        coffin: application::coffin(&draft.fields, quiet).unwrap_or_default(),
        with_ash: ash::is_wanted(&draft.fields),
        ..wanted.search(beliefs)
    }
}

fn slot_error(text: Text) -> FieldErrors {
    FieldErrors::one(FieldError {
        field: "slot".to_owned(),
        code: "slot",
        text,
    })
}

/// The page has one field: every error is told there.
fn all_at_the_slot(errors: FieldErrors) -> FieldErrors {
    let mut at_the_slot = FieldErrors::new();
    for error in errors {
        at_the_slot.push(FieldError {
            field: "slot".to_owned(),
            ..error
        });
    }
    at_the_slot
}

/// What went meanwhile, in words.
pub(super) fn taken(conflicts: &[Conflict]) -> Text {
    let (th, en) = match conflicts {
        [Conflict::Cremation] => (
            "รอบฌาปนกิจที่เลือกมีผู้จองไปก่อนแล้ว",
            "Somebody has just booked that cremation time",
        ),
        [Conflict::Pavilion] => (
            "ศาลาในคืนที่เลือกมีผู้จองไปก่อนแล้ว",
            "Somebody has just booked the pavilion on those nights",
        ),
        [Conflict::Ash] => (
            "เวลาเก็บอัฐิที่เลือกมีผู้จองไปก่อนแล้ว",
            "Somebody has just booked that time for collecting ashes",
        ),
        _ => (
            "วันและเวลาที่เลือกมีผู้จองไปก่อนแล้ว",
            "Somebody has just booked that day and time",
        ),
    };
    Text::new(
        format!("{th} โปรดเลือกใหม่ คำตอบอื่นยังอยู่ครบ"),
        format!("{en}. Please choose again; your other answers are kept."),
    )
}

fn too_soon(rules: &Rules) -> Text {
    let phone = &rules.settings().duty.phone;
    Text::new(
        format!("ใกล้เวลาเกินไปที่จะจองออนไลน์ โปรดโทรหาเจ้าหน้าที่เวร {phone}"),
        format!("This is too soon to book online. Please call the officer on duty, {phone}"),
    )
}

/// Nobody may take the month by holding it.
fn too_many_holds(visit: &Visit) -> Response {
    let lang = visit.lang;
    Calm::new(lang, StatusCode::TOO_MANY_REQUESTS, lang.t("เครื่องนี้จองวันไว้ในคำขออื่นครบจำนวนแล้ว", "This phone already holds days for other requests"))
        .line(lang.t(
            "ส่งคำขอเดิมก่อน หรือรอให้เวลาที่จองไว้หมด แล้วเลือกวันอีกครั้ง คำตอบของท่านยังอยู่ครบ",
            "Send those first, or wait until their time ends, then choose again. Your answers are kept.",
        ))
        .way("/", lang.t("ดูคำขอที่ยังไม่ได้ส่ง", "See the requests not sent yet"))
        .answer(visit)
}

async fn show(
    visit: &Visit,
    asked: &Asked,
    draft: &DraftView,
    wanted: &Wanted,
    typed: &str,
    status: StatusCode,
    errors: FieldErrors,
) -> Response {
    let rules = visit.desk().rules();
    let observed = raw(&draft.fields, "beliefs").to_owned();
    let beliefs = observed.split(',').filter_map(Belief::parse).collect();
    let search = search(wanted, draft, beliefs);
    let listed = if wanted.need == Need::Pavilion {
        visit
            .desk()
            .pavilion_starts(&search, Some(&draft.id))
            .await
            .map(List::Evenings)
    } else {
        visit
            .desk()
            .offers(&search, Some(&draft.id))
            .await
            .map(List::Days)
    };
    let list = match listed {
        Ok(list) => list,
        Err(trouble) => return trouble::page(visit, &trouble),
    };
    let fields = RawFields::from([
        ("slot".to_owned(), typed.to_owned()),
        ("belief".to_owned(), observed),
    ]);
    let listed = Listed {
        visit,
        rules: &rules,
        draft,
        wanted,
        form: FormView::new(visit.lang, fields, errors),
        change: visit.path.ends_with("/change"),
        all: asked.value("days") == "all",
        now: visit.desk().now(),
    };
    private_page(visit, status, |mut ctx| {
        ctx.island = true;
        listed.view(ctx, list)
    })
}
