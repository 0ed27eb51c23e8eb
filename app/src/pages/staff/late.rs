//! Late decisions: the written reasons that are due, one form each.
use super::frame::{Clerk, Office, Page, Place};
use super::{request, words};
use crate::components::reference::in_fours;
use crate::components::{Button, ErrorSummary, FormView, Notice, NoticeKind, TextArea};
use crate::http::see_other;
use crate::pages::answers::Answers;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::late::LateListed;
use domain::form::{FieldErrors, Lang, RawFields};
use domain::time::Instant;
use leptos::prelude::*;
use uuid::Uuid;

const LIST: &str = "/staff/late";

/// `GET /staff/late`
pub(super) async fn list(Clerk(office): Clerk) -> Response {
    office.answer(
        page(
            &office,
            StatusCode::OK,
            RawFields::new(),
            FieldErrors::new(),
        )
        .await,
    )
}

/// `POST /staff/late/{id}`: `reason-{id}`, so that a reason stays at its own request
pub(super) async fn explain(
    Clerk(office): Clerk,
    Path(id): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(explained(&office, &id, &answers).await)
}

/// `GET /staff/late/{id}`: a reload or a language link.
pub(super) async fn back(Clerk(office): Clerk) -> Response {
    see_other(&office.href(LIST))
}

async fn explained(office: &Office, id: &str, answers: &Answers) -> desk::Result<Response> {
    let uuid: Uuid = id.parse().map_err(|_| Trouble::NotFound)?;
    let field = field_of(uuid);
    let reason = answers.value(&field);
    match office
        .desk()
        .explain_late(&office.staff, uuid, reason)
        .await
    {
        // Somebody wrote it, or the request was decided: the list shows what is left.
        Ok(()) | Err(Trouble::DecidedFirst { .. }) => Ok(see_other(&office.href(LIST))),
        Err(Trouble::Invalid(errors)) => {
            let typed = RawFields::from([(field.clone(), reason.to_owned())]);
            let mut own = FieldErrors::new();
            for error in errors.iter() {
                let mut error = error.clone();
                error.field.clone_from(&field);
                own.push(error);
            }
            page(office, StatusCode::UNPROCESSABLE_ENTITY, typed, own).await
        }
        Err(other) => Err(other),
    }
}

fn field_of(id: Uuid) -> String {
    format!("reason-{id}")
}

async fn page(
    office: &Office,
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
) -> desk::Result<Response> {
    let lang = office.lang();
    let now = office.desk().now();
    let notices = office.desk().late_notices(&office.staff).await?;
    let title = lang.t("แจ้งเหตุล่าช้า", "Delays to explain");
    let form = FormView::new(lang, typed, errors);
    office
        .page(Page::new(Place::Late, title).status(status), move || {
            let body = if notices.is_empty() {
                view! { <p class="empty">{lang.t("ไม่มีคำขอที่ต้องแจ้งเหตุล่าช้า", "No delay has to be explained")}</p> }.into_any()
            } else {
                notices
                    .iter()
                    .map(|notice| item(lang, now, notice, &form))
                    .collect_view()
                    .into_any()
            };
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                <p class="sub">{lang.t("คำขอที่เกินกำหนด ต้องแจ้งเหตุเป็นหนังสือจนกว่าจะพิจารณาเสร็จ สำเนาส่ง ก.พ.ร. เมื่อลงนามแล้ว", "Late requests: a written reason again and again until decided. A copy goes to the commission once it is signed.")}</p>
                {body}
            }
            .into_any()
        })
        .await
}

fn item(lang: Lang, now: Instant, notice: &LateListed, form: &FormView) -> AnyView {
    let href = lang.path(&request::path(&notice.reference));
    let field = field_of(notice.id);
    let heading = format!("late-{}", notice.id);
    let title = lang.t(
        format!(
            "ครั้งที่ {} · เขียนภายใน{}",
            notice.n,
            words::when(lang, notice.write_by, now)
        ),
        format!(
            "No. {} · write it by {}",
            notice.n,
            words::when(lang, notice.write_by, now)
        ),
    );
    let overdue = notice.overdue.then(|| {
        view! { <Notice kind=NoticeKind::Bad title=lang.t("เลยกำหนดเขียนแล้ว", "The time to write it has passed")/> }
    });
    let action = lang.path(&format!("{LIST}/{}", notice.id));
    let late_since = words::when(lang, notice.decide_by, now);
    view! {
        <section class="panel" aria-labelledby=heading.clone()>
            <h2 id=heading.clone()>{title}</h2>
            {overdue}
            <p><a href=href>{in_fours(notice.reference.as_str())}</a>" · "{notice.applicant_initials.clone()}" · "{lang.t("กำหนดพิจารณา ", "was due ")}{late_since}</p>
            <form method="post" action=action novalidate>
                <TextArea form field label=lang.t("เหตุที่ยังพิจารณาไม่แล้วเสร็จ", "Why it has not been decided")/>
                <div class="actions"><Button label=lang.t("บันทึกและออกหนังสือ", "Save and issue the letter")/></div>
            </form>
        </section>
    }
    .into_any()
}
