//! Unfinished tasks: what the machine could not do and a person must, such as a message that was not sent.
use super::frame::{Clerk, Office, Page, Place};
use super::{particulars, words};
use crate::components::reference::in_fours;
use crate::components::{Button, ButtonKind};
use crate::http::see_other;
use axum::extract::Path;
use axum::response::Response;
use desk::office::TaskRow;
use desk::{Trouble, case_task};
use domain::crematorium::Rules;
use domain::form::Lang;
use leptos::prelude::*;
use uuid::Uuid;

/// `GET /staff/tasks`
pub(super) async fn list(Clerk(office): Clerk) -> Response {
    office.answer(list_page(&office).await)
}

/// `POST /staff/tasks/{id}`
pub(super) async fn finish(Clerk(office): Clerk, Path(id): Path<String>) -> Response {
    office.answer(finished(&office, &id).await)
}

/// `GET /staff/tasks/{id}`: a reload or a language link.
pub(super) async fn back(Clerk(office): Clerk) -> Response {
    see_other(&office.href("/staff/tasks"))
}

async fn finished(office: &Office, id: &str) -> desk::Result<Response> {
    let id: Uuid = id.parse().map_err(|_| Trouble::NotFound)?;
    office.desk().finish_task(&office.staff, id).await?;
    Ok(see_other(&office.href("/staff/tasks")))
}

async fn list_page(office: &Office) -> desk::Result<Response> {
    let lang = office.lang();
    let tasks = office.desk().staff_tasks(&office.staff).await?;
    let rules = office.desk().rules();
    let title = lang.t("งานค้าง", "Unfinished tasks");
    let what = lang.t(
        "สิ่งที่ต้องให้คนทำ เรียงตามกำหนด",
        "What a person must see to, by its due time",
    );
    office
        .page(Page::new(Place::Tasks, title), move || {
            let body = if tasks.is_empty() {
                view! { <p class="empty">{lang.t("ไม่มีงานค้าง", "Nothing is unfinished")}</p> }
                    .into_any()
            } else {
                let tasks = tasks
                    .iter()
                    .map(|task| item(lang, &rules, task))
                    .collect_view();
                view! { <ul class="tasks">{tasks}</ul> }.into_any()
            };
            view! { <h1>{title}</h1><p class="sub">{what}</p>{body} }.into_any()
        })
        .await
}

fn item(lang: Lang, rules: &Rules, task: &TaskRow) -> AnyView {
    let action = lang.path(&format!("/staff/tasks/{}", task.id));
    let request = task.reference.as_ref().map(|reference| {
        let href = lang.path(&format!("/staff/requests/{}", reference.as_str()));
        view! { <a href=href>{in_fours(reference.as_str())}</a>" · " }
    });
    view! {
        <li class="panel">
            <p><b>{kind(lang, &task.kind).to_owned()}</b></p>
            <p class="muted">{request}{words::moment(lang, task.created_at)}</p>
            <p>{body(lang, rules, task)}</p>
            <form method="post" action=action>
                <Button label=lang.t("ทำแล้ว", "Done") kind=ButtonKind::Secondary/>
            </form>
        </li>
    }
    .into_any()
}

/// What is to be done, in words.
fn body(lang: Lang, rules: &Rules, task: &TaskRow) -> String {
    match task.kind.as_str() {
        case_task::KIND => case_task::name(rules, &task.body).get(lang).to_owned(),
        case_task::DOES_NOT_FIT => particulars::told(lang, &task.body),
        _ => task.body.clone(),
    }
}

fn kind(lang: Lang, kind: &str) -> &str {
    match kind {
        "mail_failed" => lang.t("ส่งอีเมลไม่สำเร็จ", "An e-mail could not be sent"),
        "print_failed" => lang.t("พิมพ์เอกสารไม่สำเร็จ", "A document could not be printed"),
        "copy_failed" => lang.t(
            "ส่งสำเนาถึง ก.พ.ร. ไม่สำเร็จ",
            "A copy to the commission could not be sent",
        ),
        "late_copy" => lang.t(
            "ส่งสำเนาถึง ก.พ.ร. ทางไปรษณีย์",
            "Send a copy to the commission by post",
        ),
        "registry_check" => lang.t(
            "ตรวจการแจ้งตายกับสำนักทะเบียนของเทศบาล แล้วบันทึกผลในหน้าคำขอ",
            "Look the death up at the city's own registry, then note the answer on the request",
        ),
        case_task::KIND => lang.t("งานของเรื่องนี้", "For this case"),
        case_task::DOES_NOT_FIT => lang.t(
            "ครอบครัวแจ้งเรื่องที่วันและรอบที่จองไว้ใช้ไม่ได้ โปรดโทรตกลงเวลาใหม่",
            "The family told something its places do not fit: please call and agree on others",
        ),
        other => other,
    }
}
