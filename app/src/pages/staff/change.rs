//! An officer moves a booking: to another time from the plain list with a reason, or to another furnace at the same
//! time with one button.
use super::frame::{Clerk, Office, Page, Place};
use super::{conflict, request, words};
use crate::components::reference::in_fours;
use crate::components::{
    Button, ButtonKind, ButtonLink, Checkboxes, Choice, ErrorSummary, Fold, FormView, Kind, Layout,
    Notice, NoticeKind, Radios, TextField,
};
use crate::http::see_other;
use crate::pages::answers::{Answers, Asked};
use crate::pages::frame::hidden;
use crate::pages::moving::{self, Looking, Moving, NIGHTS, SLOT};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::office::RequestFile;
use domain::form::{FieldError, FieldErrors, RawFields, Text, raw};
use domain::reference::Reference;
use domain::request::Refusal;
use domain::time;
use leptos::prelude::*;

const REASON: &str = "reason";
const RETAKE: &str = "retake";

/// `GET /staff/requests/{reference}/move`; `?nights=` looks for another number, `?days=all` shows the whole horizon.
pub(super) async fn page(
    Clerk(office): Clerk,
    Path(reference): Path<String>,
    asked: Asked,
) -> Response {
    let fields = RawFields::from([
        (NIGHTS.to_owned(), asked.value(NIGHTS).to_owned()),
        ("days".to_owned(), asked.value("days").to_owned()),
    ]);
    let shown = move_page(
        &office,
        &reference,
        StatusCode::OK,
        fields,
        FieldErrors::new(),
    );
    office.answer(shown.await)
}

/// `POST` to the same address.
pub(super) async fn submit(
    Clerk(office): Clerk,
    Path(reference): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(moved(&office, &reference, &answers).await)
}

/// `POST /staff/requests/{reference}/furnace`: another furnace at the same time.
pub(super) async fn furnace(
    Clerk(office): Clerk,
    Path(reference): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(switched(&office, &reference, &answers).await)
}

async fn switched(office: &Office, number: &str, answers: &Answers) -> desk::Result<Response> {
    let reference = Reference::parse(number).map_err(|_| Trouble::NotFound)?;
    let version = version(answers)?;
    match office
        .desk()
        .switch_furnace(&office.staff, number, version)
        .await
    {
        Ok(_) => Ok(see_other(&office.href(&request::path(&reference)))),
        Err(Trouble::DecidedFirst { status, by }) => {
            conflict::page(office, &reference, status, by, &RawFields::new()).await
        }
        Err(Trouble::SlotTaken { .. }) => {
            let errors = moving::slot_error(Text::new(
                "ไม่มีเตาอื่นว่างในเวลาเดิม โปรดเลือกเวลาอื่น",
                "No other furnace is free at that time. Please choose another time.",
            ));
            move_page(
                office,
                number,
                StatusCode::CONFLICT,
                RawFields::new(),
                errors,
            )
            .await
        }
        Err(trouble) => Err(trouble),
    }
}

fn version(answers: &Answers) -> desk::Result<i64> {
    answers
        .value("version")
        .parse()
        .map_err(|_| Trouble::NotFound)
}

async fn moved(office: &Office, number: &str, answers: &Answers) -> desk::Result<Response> {
    let reference = Reference::parse(number).map_err(|_| Trouble::NotFound)?;
    let typed = answers.only(&[SLOT, NIGHTS, REASON, RETAKE, "days"]);
    let version = version(answers)?;
    let file = office.desk().movable(&office.staff, number).await?;
    let rules = office.desk().rules();
    let today = time::local_date(office.desk().now());
    let looking = Looking::new(&file.wish, &typed, today, &rules);
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let mut errors = FieldErrors::new();
    let to = looking.wish(raw(&typed, SLOT));
    if to.is_none() {
        errors = moving::nothing_chosen();
    }
    if raw(&typed, REASON).trim().is_empty() {
        errors.push(reason_missing());
    }
    let Some(to) = to.filter(|_| errors.is_empty()) else {
        return move_page(office, number, unprocessable, typed, errors).await;
    };
    let retake = raw(&typed, RETAKE) == "yes";
    let reason = raw(&typed, REASON);
    match office
        .desk()
        .staff_move(&office.staff, number, version, &to, reason, retake)
        .await
    {
        Ok(()) => Ok(see_other(&office.href(&request::path(&reference)))),
        Err(Trouble::DecidedFirst { status, by }) => {
            conflict::page(office, &reference, status, by, &typed).await
        }
        Err(Trouble::Invalid(errors)) => {
            move_page(
                office,
                number,
                unprocessable,
                typed,
                moving::at_the_slot(errors),
            )
            .await
        }
        Err(Trouble::SlotTaken { .. }) => {
            move_page(office, number, StatusCode::CONFLICT, typed, moving::taken()).await
        }
        Err(Trouble::Refused(Refusal::ReasonMissing)) => {
            let errors = FieldErrors::one(reason_missing());
            move_page(office, number, unprocessable, typed, errors).await
        }
        Err(Trouble::Refused(refusal)) => {
            let errors =
                FieldErrors::one(FieldError::new(SLOT, "refused", refusal.th(), refusal.en()));
            move_page(office, number, unprocessable, typed, errors).await
        }
        Err(trouble) => Err(trouble),
    }
}

fn reason_missing() -> FieldError {
    FieldError::new(
        REASON,
        "missing",
        "เขียนเหตุผลที่ย้าย ครอบครัวจะได้อ่าน",
        "Say why it moves. The family reads it.",
    )
}

async fn move_page(
    office: &Office,
    number: &str,
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
) -> desk::Result<Response> {
    let reference = Reference::parse(number).map_err(|_| Trouble::NotFound)?;
    let lang = office.lang();
    let file = office.desk().movable(&office.staff, number).await?;
    let rules = office.desk().rules();
    let today = time::local_date(office.desk().now());
    let looking = Looking::new(&file.wish, &typed, today, &rules);
    let days = office
        .desk()
        .staff_move_days(&office.staff, number, &looking.search())
        .await?;
    let whole = raw(&typed, "days") == "all";
    // Who gave the place up is only asked about when it is so.
    let gave_up = errors.iter().any(|error| error.code == "cancelled_before");
    let mut fields = typed;
    if looking.nights > 0 {
        fields.insert(NIGHTS.to_owned(), looking.nights.to_string());
    }
    let form = FormView::new(lang, fields, errors);
    let action = office.href(&format!("{}/move", request::path(&reference)));
    let title = format!(
        "{} {}",
        lang.t("ย้ายคำขอ", "Move request"),
        in_fours(reference.as_str())
    );
    let page = Page::new(Place::Requests, title.clone())
        .status(status)
        .back(request::path(&reference));
    office
        .page(page, move || {
            let form = &form;
            let moving = Moving { lang, rules: &rules, looking: &looking, days: &days, form };
            let present = words::item(lang, &rules, &file.wish, file.furnace.as_deref());
            let (list, more) = moving.list(whole);
            let (near, price) = (moving.near(false), moving.price());
            let version = file.version.to_string();
            let count = looking.nights;
            let nights = (count > 0 && !looking.stays).then(|| {
                let options = (1..=rules.settings().max_nights)
                    .map(|count| Choice::new(count.to_string(), crate::words::nights(lang, count)))
                    .collect();
                Fold::new(lang.t("เปลี่ยนจำนวนคืน", "Change the number of nights")).around(view! {
                    <form method="get" action=action.clone()>
                        <Radios form field=NIGHTS legend=lang.t("จำนวนคืนสวด", "Nights") options layout=Layout::Columns/>
                        <Button label=lang.t("แสดงวันที่ว่าง", "Show free days") kind=ButtonKind::Secondary/>
                    </form>
                })
            });
            let more = (more > 0).then(|| {
                let href = format!("{action}?days=all&{NIGHTS}={count}");
                view! { <p class="more-days"><a href=href>{lang.t(format!("ดูวันอื่นอีก {more} วัน"), format!("Show {more} more days"))}</a></p> }
            });
            let retake = gave_up.then(|| {
                let options = vec![Choice::new("yes", lang.t("ให้ใช้เวลาที่ครอบครัวเคยยกเลิกได้", "Let them have what they gave up"))];
                view! { <Checkboxes form field=RETAKE legend=lang.t("เวลานี้ครอบครัวเคยยกเลิก", "The family gave this time up before") options repeated=true/> }
            });
            view! {
                <ErrorSummary form/>
                <h1>{title}</h1>
                <p class="sub">{lang.t("จองไว้: ", "Booked: ")}{present}</p>
                {price}
                {nights}
                <form method="post" action=action.clone() novalidate>
                    {hidden(&[("version", &version), (NIGHTS, &count.to_string())])}
                    <TextField form field=REASON label=lang.t("เหตุผลที่ย้าย ครอบครัวจะได้อ่าน", "Why it moves; the family reads it") kind=Kind::Word/>
                    {retake}
                    {moving::problem(form)}
                    {list}
                    {more}
                    <div class="actions"><Button label=lang.t("ย้ายไปเวลาที่เลือก", "Move to the time chosen")/></div>
                    {near}
                </form>
            }
            .into_any()
        })
        .await
}

/// A part of a request's page.
pub(super) struct Panel {
    /// The booking must move.
    pub urgent: bool,
    pub view: AnyView,
}

/// Why a booking must move, and the two ways of moving it.
pub(super) async fn panel(office: &Office, file: &RequestFile) -> desk::Result<Option<Panel>> {
    let may = |action: &str| file.allowed.contains(&action);
    if !may("move") {
        return Ok(None);
    }
    let reasons = office
        .desk()
        .must_move(&office.staff, file.reference.as_str())
        .await?;
    let lang = office.lang();
    let path = request::path(&file.reference);
    let (href, action) = (
        office.href(&format!("{path}/move")),
        office.href(&format!("{path}/furnace")),
    );
    let version = file.version.to_string();
    let switch = (may("switch_furnace") && file.furnace.is_some()).then(|| {
        view! {
            <form method="post" action=action>
                {hidden(&[("version", &version)])}
                <p class="muted">{lang.t("เวลาไม่เปลี่ยน ไม่ต้องโทรแจ้งครอบครัว", "The time stays; nobody need be called.")}</p>
                <Button label=lang.t("ย้ายไปเตาอื่นเวลาเดิม", "Another furnace, same time") kind=ButtonKind::Secondary/>
            </form>
        }
    });
    let notice = (!reasons.is_empty()).then(|| {
        let title = lang.t("คำขอนี้ต้องย้าย", "This booking must move");
        let lines = reasons
            .iter()
            .map(|reason| view! { <p>{reason.get(lang).to_owned()}</p> })
            .collect_view();
        view! { <Notice kind=NoticeKind::Hold title>{lines}</Notice> }
    });
    Ok(Some(Panel {
        urgent: !reasons.is_empty(),
        view: view! {
            <section class="panel" aria-labelledby="moving">
                <h2 id="moving">{lang.t("ย้ายวันหรือสถานที่", "Move it")}</h2>
                {notice}
                <div class="actions"><ButtonLink href label=lang.t("ย้ายไปวันหรือเวลาอื่น", "Move to another time") kind=ButtonKind::Secondary/></div>
                {switch}
            </section>
        }
        .into_any(),
    }))
}
