//! The call list "โทรแจ้งผล" and the sheet an officer reads from while calling.
use super::frame::{Clerk, Office, Page, Place};
use super::{request, words};
use crate::components::reference::in_fours;
use crate::components::{Button, ButtonKind, ErrorSummary, FormView, SummaryList, SummaryRow};
use crate::http::see_other;
use crate::pages::answers::Answers;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::office::{CallOutcome, CallRow, CallSheet};
use domain::form::{FieldError, FieldErrors, Lang, RawFields, raw};
use domain::time::Instant;
use leptos::prelude::*;
use uuid::Uuid;

/// `GET /staff/calls`
pub(super) async fn list(Clerk(office): Clerk) -> Response {
    office.answer(list_page(&office).await)
}

/// `GET /staff/calls/{id}`
pub(super) async fn sheet(Clerk(office): Clerk, Path(id): Path<String>) -> Response {
    office.answer(sheet_page(&office, &id, StatusCode::OK, FieldErrors::new()).await)
}

/// `POST /staff/calls/{id}`
pub(super) async fn log(
    Clerk(office): Clerk,
    Path(id): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(logged(&office, &id, &answers.all()).await)
}

async fn list_page(office: &Office) -> desk::Result<Response> {
    let lang = office.lang();
    let now = office.desk().now();
    let calls = office.desk().call_list(&office.staff).await?;
    let title = lang.t("โทรแจ้งผล", "Calls to make");
    office
        .page(Page::new(Place::Calls, title), move || {
            let body = if calls.is_empty() {
                view! { <p class="empty">{lang.t("ไม่มีสายที่ต้องโทร", "No calls to make")}</p> }
                    .into_any()
            } else {
                table(lang, now, &calls)
            };
            view! {
                <h1>{title}</h1>
                <p class="sub">{lang.t("เรียงตามเวลาที่ต้องโทร", "Ordered by when they are due")}</p>
                {body}
            }
            .into_any()
        })
        .await
}

fn heads(lang: Lang) -> [&'static str; 5] {
    [
        lang.t("โทรภายใน", "Call by"),
        lang.t("เรื่อง", "About"),
        lang.t("คำขอ", "Request"),
        lang.t("ผู้ขอ", "Applicant"),
        lang.t("โทรแล้ว", "Tried"),
    ]
}

fn table(lang: Lang, now: Instant, calls: &[CallRow]) -> AnyView {
    let head = heads(lang)
        .map(|head| view! { <th scope="col">{head}</th> })
        .collect_view();
    let rows = calls.iter().map(|call| row(lang, now, call)).collect_view();
    view! {
        <table class="list">
            <caption class="unseen">{lang.t("สายที่ต้องโทร", "Calls to make")}</caption>
            <thead><tr>{head}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(lang: Lang, now: Instant, call: &CallRow) -> AnyView {
    let late = call
        .late
        .then(|| view! { <br/>{words::late_tag(lang, call.due_at, now)} });
    let href = lang.path(&format!("/staff/calls/{}", call.id));
    let reference = call.reference.as_str();
    let file = lang.path(&request::path(&call.reference));
    let last4 = format!("{}\u{a0}{}", lang.t("ลงท้าย", "ends"), call.phone_last4);
    let outcome = call
        .outcome
        .as_deref()
        .map(|code| words::call_outcome(lang, code));
    let times = match call.attempts {
        0 => lang.t("ยังไม่ได้โทร", "Not yet").to_owned(),
        n => lang.t(format!("{n} ครั้ง"), format!("{n} times")),
    };
    view! {
        <tr>
            <td>{words::when(lang, call.due_at, now)}{late}</td>
            <td><a href=href>{words::call_about(lang, &call.about).to_owned()}</a><br/>{words::status_tag(lang, call.status)}</td>
            <td><a href=file>{in_fours(reference)}</a></td>
            <td>{call.applicant_initials.clone()}<br/><span class="muted">{last4}</span></td>
            <td>{times}{outcome.map(|outcome| view! { <br/><span class="muted">{outcome}</span> })}</td>
        </tr>
    }
    .into_any()
}

async fn sheet_page(
    office: &Office,
    id: &str,
    status: StatusCode,
    errors: FieldErrors,
) -> desk::Result<Response> {
    let id: Uuid = id.parse().map_err(|_| Trouble::NotFound)?;
    let lang = office.lang();
    let sheet = office.desk().call(&office.staff, id).await?;
    let form = FormView::new(lang, RawFields::new(), errors);
    let title = words::call_about(lang, &sheet.row.about).to_owned();
    let due = words::when(lang, sheet.row.due_at, office.desk().now());
    let due = lang.t(format!("โทรภายใน {due}"), format!("Call by {due}"));
    let page = Page::new(Place::Calls, title.clone())
        .status(status)
        .back("/staff/calls");
    office
        .page(page, move || sheet_view(lang, title, due, &sheet, &form))
        .await
}

fn sheet_view(
    lang: Lang,
    title: String,
    due: String,
    sheet: &CallSheet,
    form: &FormView,
) -> AnyView {
    let file = lang.path(&request::path(&sheet.row.reference));
    let number = in_fours(sheet.row.reference.as_str());
    let mut rows = vec![
        SummaryRow::new(lang.t("ชื่อ", "Name"), sheet.name.clone()),
        SummaryRow::view(lang.t("โทรศัพท์", "Telephone"), words::dial(&sheet.phone)),
    ];
    if let Some(phone) = &sheet.helper_phone {
        rows.push(SummaryRow::view(
            lang.t("โทรศัพท์ผู้ช่วยกรอก", "Helper's telephone"),
            words::dial(phone),
        ));
    }
    rows.push(SummaryRow::view(
        lang.t("คำขอ", "Request"),
        view! { <a href=file>{number}</a> },
    ));
    let say = sheet.what_to_say.get(lang).to_owned();
    let also = sheet
        .also_say
        .iter()
        .map(|line| view! { <li>{line.get(lang).to_owned()}</li> });
    let also: Vec<_> = also.collect();
    let also = (!also.is_empty()).then(|| view! { <ul>{also}</ul> });
    let action = lang.path(&format!("/staff/calls/{}", sheet.row.id));
    view! {
        <ErrorSummary form/>
        <h1>{title}</h1>
        <p class="sub">{due}</p>
        <SummaryList lang rows/>
        <section class="panel" aria-labelledby="say">
            <h2 id="say">{lang.t("สิ่งที่ต้องบอก", "What to say")}</h2>
            <p class="kept">{say}</p>
            {also}
        </section>
        <form class="outcome" method="post" action=action aria-labelledby="outcome-title">
                <h2 id="outcome-title">{lang.t("ผลการโทร", "How the call went")}</h2>
                <div class="actions" id="outcome" tabindex="-1">
                    <Button label=lang.t("แจ้งแล้ว", "Reached") name="outcome" value="reached"/>
                    <Button label=lang.t("ไม่รับสาย", "No answer") name="outcome" value="no_answer" kind=ButtonKind::Secondary/>
                    <Button label=lang.t("ขอให้โทรใหม่", "Call again") name="outcome" value="call_again" kind=ButtonKind::Secondary/>
                </div>
        </form>
    }
    .into_any()
}

async fn logged(office: &Office, id: &str, typed: &RawFields) -> desk::Result<Response> {
    let outcome = match raw(typed, "outcome") {
        "reached" => CallOutcome::Reached,
        "no_answer" => CallOutcome::NoAnswer,
        "call_again" => CallOutcome::CallAgain,
        _ => {
            let error = FieldError::new(
                "outcome",
                "missing",
                "เลือกผลการโทร",
                "Choose how the call went",
            );
            return sheet_page(
                office,
                id,
                StatusCode::UNPROCESSABLE_ENTITY,
                FieldErrors::one(error),
            )
            .await;
        }
    };
    let parsed: Uuid = id.parse().map_err(|_| Trouble::NotFound)?;
    office
        .desk()
        .log_call(&office.staff, parsed, outcome)
        .await?;
    Ok(see_other(&office.href("/staff/calls")))
}
