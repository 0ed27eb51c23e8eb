//! The year on one page: closures and openings are added and taken away here, after their effect has been seen.
use super::calendar_view::{CalendarView, closure_line};
use super::effect;
use super::frame::{Office, Page, Place, Planner};
use crate::components::{Button, ButtonKind, ErrorSummary, FormView, TextField};
use crate::export::download;
use crate::http::see_other;
use crate::pages::answers::{Answers, Asked};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Datelike, NaiveDate};
use desk::Trouble;
use desk::closure::ClosureChange;
use desk::export::{Cell, FileKind, Sheet};
use desk::revision::{Effect, Revised};
use domain::form::{FieldErrors, RawFields, raw};
use domain::municipality::{Closure, ClosureWhen};
use domain::setting::{Kind, closure};
use domain::time;
use leptos::prelude::*;

pub(super) const PATH: &str = "/staff/calendar";

/// What the closing form sends, and its preview sends again.
const FIELDS: [&str; 9] = [
    "effect",
    "when",
    "from",
    "until",
    "weekday",
    "closes",
    "reason_th",
    "reason_en",
    "year",
];

/// `GET /staff/calendar?year=2569&day=2026-12-10`
pub(super) async fn page(Planner(office): Planner, asked: Asked) -> Response {
    let typed = RawFields::from([
        ("year".to_owned(), asked.value("year").to_owned()),
        ("day".to_owned(), asked.value("day").to_owned()),
        ("done".to_owned(), asked.value("done").to_owned()),
        ("moved".to_owned(), asked.value("moved").to_owned()),
    ]);
    office.answer(show(&office, StatusCode::OK, typed, FieldErrors::new(), None).await)
}

/// `GET /staff/calendar/export/{kind}`: every closure and opening in the order in which they decide.
pub(super) async fn export(Planner(office): Planner, Path(kind): Path<String>) -> Response {
    let file = async {
        let kind = FileKind::parse(&kind).ok_or(Trouble::NotFound)?;
        let lang = office.lang();
        let page = office.desk().setting_page(&office.staff, Kind::Closures);
        let mut sheet = Sheet::new(
            lang.t("วันปิดและวันเปิด", "Closures and openings"),
            &[
                lang.t("เมื่อ", "When"),
                lang.t("ตั้งแต่", "From"),
                lang.t("ถึง", "Until"),
                lang.t("อะไร และเหตุผล", "What, and why"),
                lang.t("เหตุผล (ไทย)", "Reason (Thai)"),
                lang.t("เหตุผล (อังกฤษ)", "Reason (English)"),
            ],
        );
        for closure in page.await?.municipality.crematorium.closures {
            let (when, what) = closure_line(lang, &closure);
            let (from, until) = match closure.when {
                ClosureWhen::Dates { from, until } => (Some(from), Some(until)),
                _ => (closure.valid_from, closure.valid_until),
            };
            let day = |day: Option<NaiveDate>| day.map_or(Cell::Empty, Cell::Date);
            sheet.push(vec![
                Cell::text(when),
                day(from),
                day(until),
                Cell::text(what),
                Cell::text(closure.reason.th),
                Cell::text(closure.reason.en),
            ]);
        }
        download("closures", kind, &sheet)
    };
    office.answer(file.await)
}

/// `POST /staff/calendar`: `action` is `preview`, `save`, `edit`, `preview_remove` or `remove`.
pub(super) async fn change(Planner(office): Planner, answers: Answers) -> Response {
    office.answer(changed(&office, answers.all()).await)
}

async fn changed(office: &Office, typed: RawFields) -> desk::Result<Response> {
    let action = raw(&typed, "action");
    let based_on: i64 = raw(&typed, "based_on").parse().unwrap_or(-1);
    match action {
        "preview" | "save" => {
            let today = time::local_date(office.desk().now());
            let closure = match closure::parse(&typed, today) {
                Ok(closure) => closure,
                Err(errors) => return invalid(office, typed, errors).await,
            };
            let change = ClosureChange::Add(closure.clone());
            let reason = closure.reason.th.clone();
            if action == "save" {
                return save(office, typed, &change, based_on, &reason).await;
            }
            let preview = office
                .desk()
                .preview_closure(&office.staff, &change, based_on, &reason);
            match preview.await {
                Ok(effect) => preview_page(office, &typed, closure, effect).await,
                Err(Trouble::Invalid(errors)) => invalid(office, typed, errors).await,
                Err(trouble) => Err(trouble),
            }
        }
        "preview_remove" | "remove" => removed(office, typed, based_on).await,
        "edit" => show(office, StatusCode::OK, typed, FieldErrors::new(), None).await,
        _ => Err(Trouble::NotFound),
    }
}

async fn removed(office: &Office, typed: RawFields, based_on: i64) -> desk::Result<Response> {
    let page = office
        .desk()
        .year(&office.staff, year_of(office, &typed))
        .await?;
    // A place in the list means something only in the list it was read from.
    if page.based_on != based_on {
        return superseded(office, typed, page.based_on).await;
    }
    let place: usize = raw(&typed, "place")
        .parse()
        .map_err(|_| Trouble::NotFound)?;
    let closure = page.closures.get(place).cloned().ok_or(Trouble::NotFound)?;
    let change = ClosureChange::Remove(place);
    if raw(&typed, "action") == "remove" {
        let reason = raw(&typed, "why").to_owned();
        if reason.trim().is_empty() {
            let effect = office
                .desk()
                .preview_closure(&office.staff, &change, based_on, "-")
                .await?;
            let errors = FieldErrors::one(domain::form::FieldError::new(
                "why",
                "missing",
                "กรอกเหตุผลที่เอาออก",
                "Enter why it is taken away",
            ));
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return removal_page(office, status, typed, errors, closure, effect).await;
        }
        return save(office, typed, &change, based_on, &reason).await;
    }
    let effect = office
        .desk()
        .preview_closure(&office.staff, &change, based_on, "-")
        .await?;
    removal_page(
        office,
        StatusCode::OK,
        typed,
        FieldErrors::new(),
        closure,
        effect,
    )
    .await
}

async fn save(
    office: &Office,
    typed: RawFields,
    change: &ClosureChange,
    based_on: i64,
    reason: &str,
) -> desk::Result<Response> {
    match office
        .desk()
        .change_closures(&office.staff, change, based_on, reason)
        .await
    {
        Ok(Revised::Done { revision, affected }) => {
            let year = year_of(office, &typed);
            Ok(see_other(&office.href(&format!(
                "{PATH}?year={year}&done={revision}&moved={affected}"
            ))))
        }
        Ok(Revised::Superseded { newest }) => superseded(office, typed, newest).await,
        Err(Trouble::Invalid(errors)) => invalid(office, typed, errors).await,
        Err(trouble) => Err(trouble),
    }
}

async fn invalid(office: &Office, typed: RawFields, errors: FieldErrors) -> desk::Result<Response> {
    show(
        office,
        StatusCode::UNPROCESSABLE_ENTITY,
        typed,
        errors,
        None,
    )
    .await
}

async fn superseded(office: &Office, typed: RawFields, newest: i64) -> desk::Result<Response> {
    show(
        office,
        StatusCode::CONFLICT,
        typed,
        FieldErrors::new(),
        Some(newest),
    )
    .await
}

/// The year asked for, พ.ศ. or ค.ศ.; this year otherwise.
fn year_of(office: &Office, typed: &RawFields) -> i32 {
    let this = time::local_date(office.desk().now()).year();
    let asked: Option<i32> = domain::text::ascii_digits(raw(typed, "year"))
        .trim()
        .parse()
        .ok();
    let from_day = || {
        raw(typed, "day")
            .parse::<NaiveDate>()
            .ok()
            .map(|day| day.year())
    };
    match asked.or_else(from_day) {
        Some(year @ 2400..=2900) => year - 543,
        Some(year @ 1900..=2399) => year,
        _ => this,
    }
}

pub(super) async fn show(
    office: &Office,
    status: StatusCode,
    mut typed: RawFields,
    errors: FieldErrors,
    newer: Option<i64>,
) -> desk::Result<Response> {
    let lang = office.lang();
    let year = office
        .desk()
        .year(&office.staff, year_of(office, &typed))
        .await?;
    let day = raw(&typed, "day").parse::<NaiveDate>().ok();
    // A day that was chosen in the grid fills the form.
    if let Some(day) = day {
        let words = lang.t(
            domain::thai_date::short_th(day),
            domain::thai_date::short_en(day),
        );
        typed.entry("from".to_owned()).or_insert(words);
        typed
            .entry("when".to_owned())
            .or_insert_with(|| "dates".to_owned());
    }
    let view = CalendarView {
        lang,
        today: time::local_date(office.desk().now()),
        day: day.filter(|day| day.year() == year.year),
        done: raw(&typed, "done")
            .parse()
            .ok()
            .zip(raw(&typed, "moved").parse().ok()),
        form: FormView::new(lang, typed, errors),
        newer,
        handles_requests: office.staff.handles_requests(),
        year,
    };
    let title = view.title();
    office
        .page(
            Page::new(Place::Calendar, title).status(status),
            move || view.page(),
        )
        .await
}

/// The form's fields again, as the preview sends them on.
fn carried(typed: &RawFields) -> AnyView {
    FIELDS
        .iter()
        .chain(&["based_on"])
        .map(|name| {
            let value = raw(typed, name).to_owned();
            view! { <input r#type="hidden" name=*name value=value/> }
        })
        .collect_view()
        .into_any()
}

async fn preview_page(
    office: &Office,
    typed: &RawFields,
    closure: Closure,
    effect: Effect,
) -> desk::Result<Response> {
    let lang = office.lang();
    let title = lang.t("ตรวจผลก่อนบันทึก", "See the effect before saving");
    let rules = office.desk().rules();
    let hidden = carried(typed);
    let (when, what) = closure_line(lang, &closure);
    office
        .page(Page::new(Place::Calendar, title).back(PATH), move || {
            view! {
                <h1>{title}</h1>
                <p class="sub"><b>{when}</b>" · "{what}</p>
                {effect::view(lang, &rules, &effect)}
                <form method="post" action=lang.path(PATH)>
                    {hidden}
                    <div class="actions">
                        <Button label=lang.t("บันทึก", "Save") name="action" value="save"/>
                        <Button label=lang.t("แก้ไข", "Change it") kind=ButtonKind::Secondary name="action" value="edit"/>
                    </div>
                </form>
            }
            .into_any()
        })
        .await
}

async fn removal_page(
    office: &Office,
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
    closure: Closure,
    effect: Effect,
) -> desk::Result<Response> {
    let lang = office.lang();
    let title = lang.t("เอาวันปิดหรือวันเปิดนี้ออก", "Take this closure or opening away");
    let rules = office.desk().rules();
    let (when, what) = closure_line(lang, &closure);
    let hidden = ["place", "based_on", "year"]
        .map(|name| {
            let value = raw(&typed, name).to_owned();
            view! { <input r#type="hidden" name=name value=value/> }
        })
        .collect_view();
    let form = FormView::new(lang, typed, errors);
    let page = Page::new(Place::Calendar, title).status(status).back(PATH);
    office
        .page(page, move || {
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                <p class="sub"><b>{when}</b>" · "{what}</p>
                {effect::view(lang, &rules, &effect)}
                <form method="post" action=lang.path(PATH) novalidate>
                    {hidden}
                    <TextField form=&form field="why" label=lang.t("เหตุผล", "Why")/>
                    <div class="actions"><Button label=lang.t("เอาออก", "Take it away") kind=ButtonKind::Warning name="action" value="remove"/></div>
                </form>
            }
            .into_any()
        })
        .await
}
