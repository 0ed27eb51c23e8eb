//! An agent's requests: the list with what comes next, one of them, and a new one for another family.
use super::bar;
use crate::components::reference::in_fours;
use crate::components::{Button, Notice, NoticeKind, Pager, Tag, TagKind};
use crate::http::{Visit, see_other};
use crate::pages::answers::{Answers, Asked};
use crate::pages::frame::private_page;
use crate::pages::home::continue_links;
use crate::pages::{track, trouble};
use crate::shell::Document;
use crate::words;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::agent::{AgentCase, AgentCases};
use desk::draft::DraftView;
use domain::agent::{AgentActor, OrganisationKind};
use domain::crematorium::Rules;
use domain::form::Lang;
use domain::reference::Reference;
use domain::request::Status;
use domain::time::Instant;
use leptos::prelude::*;
use uuid::Uuid;

/// `GET /agent`; `?before=` is the last row of the page before.
pub(super) async fn list(visit: Visit, asked: Asked) -> Response {
    let agent = match visit.agent().await {
        Ok(agent) => agent,
        Err(response) => return response,
    };
    let before = Uuid::try_parse(asked.value("before")).ok();
    match read(&visit, &agent, before).await {
        Ok((cases, drafts)) => {
            let done = asked.value("done") == "password";
            list_page(&visit, &agent, &cases, &drafts, (before.is_some(), done))
        }
        Err(trouble) => trouble::page(&visit, &trouble),
    }
}

async fn read(
    visit: &Visit,
    agent: &AgentActor,
    before: Option<Uuid>,
) -> desk::Result<(AgentCases, Vec<DraftView>)> {
    let cases = visit.desk().agent_cases(agent, before).await?;
    let drafts = visit.desk().drafts(agent).await?;
    Ok((cases, drafts))
}

/// `POST /agent`: a draft for another family, kept by the account.
pub(super) async fn begin(visit: Visit) -> Response {
    let agent = match visit.agent().await {
        Ok(agent) => agent,
        Err(response) => return response,
    };
    match visit.desk().start_draft(&agent, visit.lang).await {
        Ok(draft) => see_other(&visit.href(&format!("/crematorium/{draft}/contact"))),
        Err(trouble) => trouble::page(&visit, &trouble),
    }
}

/// `GET /agent/cases/{reference}`
pub(super) async fn open(visit: Visit, Path(reference): Path<String>) -> Response {
    match visit.agent().await {
        Ok(agent) => track::agents_page(&visit, agent, reference).await,
        Err(response) => response,
    }
}

/// `GET` of an act's address: a reload or a language link.
pub(super) async fn back(visit: Visit, Path((reference, _)): Path<(String, String)>) -> Response {
    match Reference::parse(&reference) {
        Ok(reference) => see_other(&visit.href(&path(&reference))),
        Err(_) => see_other(&visit.href("/agent")),
    }
}

/// `POST /agent/cases/{reference}/{act}`: what the family could do.
pub(super) async fn act(
    visit: Visit,
    Path((reference, act)): Path<(String, String)>,
    answers: Answers,
) -> Response {
    match visit.agent().await {
        Ok(agent) => track::agents_act(&visit, agent, reference, &act, answers).await,
        Err(response) => response,
    }
}

fn path(reference: &Reference) -> String {
    format!("/agent/cases/{}", reference.as_str())
}

fn list_page(
    visit: &Visit,
    agent: &AgentActor,
    cases: &AgentCases,
    drafts: &[DraftView],
    (paged, new_password): (bool, bool),
) -> Response {
    let lang = visit.lang;
    let rules = visit.desk().rules();
    let now = visit.desk().now();
    private_page(visit, StatusCode::OK, |ctx| {
        let title = lang.t("คำขอที่ท่านดำเนินการแทน", "Requests you act on");
        let rows = cases
            .rows
            .iter()
            .map(|case| row(lang, &rules, case, now))
            .collect_view();
        let list = if cases.rows.is_empty() {
            view! { <p class="empty">{lang.t("ยังไม่มีคำขอในความดูแล", "Nothing in your care")}</p> }
                .into_any()
        } else {
            view! { <ul class="cases">{rows}</ul> }.into_any()
        };
        let older = cases
            .next
            .map(|id| lang.path(&format!("/agent?before={id}")));
        let newer = paged.then(|| lang.path("/agent"));
        let resume = continue_links(lang, drafts);
        let volunteer = (agent.kind == OrganisationKind::HealthVolunteer).then(|| {
            let title = lang.t("สำหรับ อสม.", "For health volunteers");
            view! {
                <Notice kind=NoticeKind::Info title><p>{lang.t(
                    "กรอกแทนครอบครัวขณะอยู่ด้วยกัน ใช้ชื่อและเบอร์ของครอบครัว อ่านหน้าตรวจคำตอบให้ครอบครัวฟังก่อนส่ง แล้วมอบเลขที่คำขอไว้ ท่านจะเห็นเฉพาะคำขอที่ท่านกรอกเอง",
                    "Fill it in together with the family, with the family's own name and phone. Read the answers out before sending, and leave the number with them. You see only what you filled in yourself.",
                )}</p></Notice>
            }
        });
        let done = new_password.then(|| {
            let title = lang.t("เปลี่ยนรหัสผ่านแล้ว", "Your password was changed");
            view! { <Notice kind=NoticeKind::Good title/> }
        });
        let (bar, begin) = (bar(visit, agent), visit.href("/agent"));
        view! {
            <Document ctx title private=true>
                {bar}
                {done}
                <h1>{title}</h1>
                {resume}
                {volunteer}
                <form method="post" action=begin>
                    <div class="actions"><Button label=lang.t("ขอใช้ฌาปนสถานแทนครอบครัว", "Ask for another family")/></div>
                </form>
                {list}
                <Pager lang newer older/>
            </Document>
        }
    })
}

fn row(lang: Lang, rules: &Rules, case: &AgentCase, now: Instant) -> AnyView {
    let href = lang.path(&path(&case.reference));
    let number = in_fours(case.reference.as_str());
    let status = lang.t(case.status.th(), case.status.en());
    let kind = match case.status {
        Status::Submitted => TagKind::New,
        Status::Returned => TagKind::Wait,
        Status::Approved | Status::Completed => TagKind::Ok,
        _ => TagKind::Closed,
    };
    let unconfirmed = (case.authority.confirmed.is_none() && case.status.is_live()).then(|| {
        let label = lang.t("ยังไม่ยืนยันโดยครอบครัว", "Not confirmed by the family");
        view! { " " <Tag label kind=TagKind::Wait/> }
    });
    let places = words::places_line(lang, rules, &case.wish);
    let family = case.applicant_initials.clone();
    view! {
        <li>
            <p><a href=href>{number}</a>" · "{family}" "<Tag label=status kind/>{unconfirmed}</p>
            <p>{places}</p>
            <p class="muted">{next(lang, case, now)}</p>
        </li>
    }
    .into_any()
}

/// What comes next, and by when.
fn next(lang: Lang, case: &AgentCase, now: Instant) -> String {
    match (case.status, case.correct_by) {
        (Status::Submitted, _) => {
            let by = words::when(lang, case.decide_by, now);
            lang.t(
                format!("เทศบาลพิจารณาภายใน{by}"),
                format!("The municipality decides by {by}"),
            )
        }
        (Status::Returned, Some(by)) => {
            let by = words::when(lang, by, now);
            lang.t(format!("แก้ไขภายใน{by}"), format!("Correct it by {by}"))
        }
        (Status::Returned, None) => lang.t("รอแก้ไข", "To be corrected").to_owned(),
        (Status::Approved, _) => lang
            .t("อนุมัติแล้ว รอวันงาน", "Approved; the day is next")
            .to_owned(),
        _ => lang.t("ไม่มีสิ่งที่ต้องทำ", "Nothing left to do").to_owned(),
    }
}
