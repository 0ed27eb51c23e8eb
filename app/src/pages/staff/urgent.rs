//! Closing today or tomorrow at once: one person's act, with a reason; somebody else looks at it afterwards.
use super::calendar::PATH;
use super::calendar_view::{closes_words, note_field};
use super::effect;
use super::frame::{Clerk, Office, Page, Place, Planner};
use crate::components::{
    Button, ButtonKind, Choice, ErrorSummary, FormView, Layout, Notice, NoticeKind, Radios,
    TextField,
};
use crate::http::see_other;
use crate::pages::answers::Answers;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Days;
use desk::Trouble;
use desk::closure::UrgentDays;
use desk::revision::Revised;
use domain::form::{FieldError, FieldErrors, Lang, RawFields, Text, raw};
use domain::municipality::Closes;
use domain::setting::closure::CLOSES;
use domain::{text, thai_date, time};
use leptos::prelude::*;

const URGENT: &str = "/staff/calendar/urgent";

/// `GET /staff/calendar/urgent`
pub(super) async fn page(Clerk(office): Clerk) -> Response {
    let typed = RawFields::from([
        ("days".to_owned(), UrgentDays::Today.code().to_owned()),
        ("closes".to_owned(), Closes::Cremation.code().to_owned()),
    ]);
    office.answer(show(&office, StatusCode::OK, typed, FieldErrors::new()).await)
}

/// `POST` to the same address: closed from this moment.
pub(super) async fn close(Clerk(office): Clerk, answers: Answers) -> Response {
    office.answer(closed(&office, answers.all()).await)
}

/// `POST /staff/calendar/urgent/{revision}`: what somebody else found afterwards.
pub(super) async fn review(
    Planner(office): Planner,
    Path(revision): Path<i64>,
    answers: Answers,
) -> Response {
    let typed = answers.all();
    let note = raw(&typed, &note_field(revision));
    let outcome = office
        .desk()
        .review_urgent(&office.staff, revision, note)
        .await;
    let answered = match outcome {
        Ok(()) => Ok(see_other(&office.href(PATH))),
        Err(Trouble::Invalid(errors)) => {
            let mut at_the_note = FieldErrors::new();
            for error in errors {
                at_the_note.push(FieldError {
                    field: note_field(revision),
                    ..error
                });
            }
            super::calendar::show(
                &office,
                StatusCode::UNPROCESSABLE_ENTITY,
                typed,
                at_the_note,
                None,
            )
            .await
        }
        Err(trouble) => Err(trouble),
    };
    office.answer(answered)
}

/// `GET` of a review's address: a reload or a language link.
pub(super) async fn back(Planner(office): Planner) -> Response {
    see_other(&office.href(PATH))
}

async fn closed(office: &Office, typed: RawFields) -> desk::Result<Response> {
    let (days, closes, reason) = match parse(&typed) {
        Ok(asked) => asked,
        Err(errors) => return show(office, StatusCode::UNPROCESSABLE_ENTITY, typed, errors).await,
    };
    if raw(&typed, "action") == "preview" {
        return show(office, StatusCode::OK, typed, FieldErrors::new()).await;
    }
    match office
        .desk()
        .close_urgently(&office.staff, days, closes, &reason)
        .await?
    {
        Revised::Done { revision, affected } => Ok(see_other(
            &office.href(&format!("{PATH}?done={revision}&moved={affected}")),
        )),
        // Sixteen others in a row were quicker: that is not the office's day, but nothing was closed.
        Revised::Superseded { newest } => {
            super::calendar::show(
                office,
                StatusCode::CONFLICT,
                typed,
                FieldErrors::new(),
                Some(newest),
            )
            .await
        }
    }
}

fn parse(typed: &RawFields) -> Result<(UrgentDays, Closes, Text), FieldErrors> {
    let mut errors = FieldErrors::new();
    let mut missing = |field: &str, th: &str, en: &str| {
        errors.push(FieldError::new(field, "missing", th, en));
    };
    let days = UrgentDays::parse(raw(typed, "days"));
    if days.is_none() {
        missing("days", "เลือกวันที่ปิด", "Choose the days");
    }
    let closes = Closes::parse(raw(typed, "closes"));
    if closes.is_none() {
        missing("closes", "เลือกสิ่งที่ปิด", "Choose what to close");
    }
    let th = text::clean(raw(typed, "reason_th"));
    if th.is_empty() {
        missing(
            "reason_th",
            "กรอกเหตุผลที่ประชาชนจะเห็น",
            "Enter the reason that people will read",
        );
    }
    let en = text::clean(raw(typed, "reason_en"));
    let en = if en.is_empty() {
        "Closed at short notice".to_owned()
    } else {
        en
    };
    match (days, closes) {
        (Some(days), Some(closes)) if errors.is_empty() => Ok((days, closes, Text::new(th, en))),
        _ => Err(errors),
    }
}

async fn show(
    office: &Office,
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
) -> desk::Result<Response> {
    let lang = office.lang();
    let today = time::local_date(office.desk().now());
    let days = UrgentDays::parse(raw(&typed, "days")).unwrap_or(UrgentDays::Today);
    let closes = Closes::parse(raw(&typed, "closes")).unwrap_or(Closes::All);
    let rules = office.desk().rules();
    let effect = office
        .desk()
        .preview_urgent(&office.staff, days, closes)
        .await?;
    let form = FormView::new(lang, typed, errors);
    let title = lang.t("ปิดด่วน", "Close at once");
    let dates = UrgentDays::ALL.map(|days| {
        let word = |day| lang.t(thai_date::full_th(day), thai_date::long_en(day));
        let label = match days {
            UrgentDays::Today => lang.t("วันนี้", "Today"),
            UrgentDays::Tomorrow => lang.t("พรุ่งนี้", "Tomorrow"),
            UrgentDays::Both => lang.t("วันนี้และพรุ่งนี้", "Today and tomorrow"),
        };
        let hint = match days {
            UrgentDays::Today => word(today),
            UrgentDays::Tomorrow => word(today + Days::new(1)),
            UrgentDays::Both => String::new(),
        };
        let choice = Choice::new(days.code(), label);
        if hint.is_empty() {
            choice
        } else {
            choice.hint(hint)
        }
    });
    let page = Page::new(Place::Calendar, title).status(status).back(PATH);
    office
        .page(page, move || {
            let shown = closed_words(lang, days, closes);
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                <p class="sub">{lang.t(
                    "มีผลทันที การจองใหม่หยุดรับตั้งแต่กดปุ่ม ครอบครัวที่ได้รับผลอยู่ในรายการโทรแจ้ง และผู้อื่นจะตรวจภายหลัง",
                    "It takes effect at once: no new booking from the moment you press. Families affected go on the call list, and somebody else reviews it afterwards.",
                )}</p>
                <form method="post" action=lang.path(URGENT) novalidate>
                    <Radios form=&form field="days" legend=lang.t("ปิดวันใด", "Which days") options=dates.into()/>
                    <Radios form=&form field="closes" layout=Layout::Columns legend=lang.t("ปิดอะไร", "What")
                        options=CLOSES.map(|(code, closes)| Choice::new(code, closes_words(lang, closes))).into()/>
                    <TextField form=&form field="reason_th" label=lang.t("เหตุผลที่ประชาชนเห็น", "The reason people read, in Thai")
                        hint=lang.t("เช่น “เตาขัดข้อง กำลังซ่อม”", "Such as “เตาขัดข้อง กำลังซ่อม”")/>
                    <TextField form=&form field="reason_en" label=lang.t("เหตุผลภาษาอังกฤษ", "The reason in English") optional=true/>
                    <Notice kind=NoticeKind::Info title=shown/>
                    {effect::view(lang, &rules, &effect)}
                    <div class="actions">
                        <Button label=lang.t("ปิดทันที", "Close at once") kind=ButtonKind::Warning name="action" value="close"/>
                        <Button label=lang.t("ดูผลอีกครั้ง", "See the effect again") kind=ButtonKind::Secondary name="action" value="preview"/>
                    </div>
                </form>
            }
            .into_any()
        })
        .await
}

/// What the effect below was worked out for.
fn closed_words(lang: Lang, days: UrgentDays, closes: Closes) -> String {
    let when = match days {
        UrgentDays::Today => lang.t("วันนี้", "today"),
        UrgentDays::Tomorrow => lang.t("พรุ่งนี้", "tomorrow"),
        UrgentDays::Both => lang.t("วันนี้และพรุ่งนี้", "today and tomorrow"),
    };
    let what = closes_words(lang, closes);
    lang.t(
        format!("ผลเมื่อปิด{what} {when}"),
        format!("The effect of closing {what} {when}"),
    )
}
