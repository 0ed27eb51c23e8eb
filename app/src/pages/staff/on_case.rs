//! The panel of a request that an agent sent: who it is, whether the family wants it, and taking it out of its hands.
use super::frame::{Clerk, Office};
use super::words;
use crate::components::{Button, ButtonKind, SummaryList, SummaryRow, Tag, TagKind};
use crate::http::see_other;
use crate::pages::answers::Answers;
use axum::extract::Path;
use axum::response::Response;
use desk::Trouble;
use desk::agent::AgentOnCase;
use domain::agent::ConfirmedBy;
use domain::form::Lang;
use domain::reference::Reference;
use leptos::prelude::*;

/// `POST /staff/requests/{reference}/agent`: `action` is `letter`, `call` or `revoke`.
pub(super) async fn act(
    Clerk(office): Clerk,
    Path(reference): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(acted(&office, &reference, answers.value("action")).await)
}

async fn acted(office: &Office, number: &str, action: &str) -> desk::Result<Response> {
    let reference = Reference::parse(number).map_err(|_| Trouble::NotFound)?;
    let number = reference.as_str();
    let (desk, who) = (office.desk(), &office.staff);
    match action {
        "revoke" => desk.revoke_agent_for(who, number).await?,
        by => {
            let by = ConfirmedBy::parse(by).ok_or(Trouble::NotFound)?;
            desk.confirm_agent_for(who, number, by).await?;
        }
    }
    Ok(see_other(&office.href(&super::request::path(&reference))))
}

/// The panel, if an agent sent the request.
pub(super) async fn panel(office: &Office, reference: &str) -> desk::Result<Option<AnyView>> {
    let found = office
        .desk()
        .agent_for_office(&office.staff, reference)
        .await?;
    let action = office.href(&format!("/staff/requests/{reference}/agent"));
    Ok(found.map(|found| view(office.lang(), &found, action)))
}

fn view(lang: Lang, found: &AgentOnCase, action: String) -> AnyView {
    let (kind, state) = match (found.authority.is_open(), found.authority.confirmed) {
        (false, _) => (
            TagKind::Closed,
            lang.t("ถอนอำนาจแล้ว", "Taken away").to_owned(),
        ),
        (true, Some((by, _))) => (TagKind::Ok, by.label().get(lang).to_owned()),
        (true, None) => (
            TagKind::Wait,
            lang.t("ยังไม่ยืนยันโดยครอบครัว", "Not yet confirmed by the family")
                .to_owned(),
        ),
    };
    let href = lang.path(&format!("/staff/agents/{}", found.agent.id));
    let organisation = found.agent.organisation.clone();
    let rows = vec![
        SummaryRow::view(
            lang.t("หน่วยงาน", "Organisation"),
            view! { <a href=href>{organisation}</a> },
        ),
        SummaryRow::new(lang.t("ผู้ติดต่อ", "Person"), found.agent.name.clone()),
        SummaryRow::view(
            lang.t("โทรศัพท์", "Telephone"),
            words::dial(&found.agent.phone.display()),
        ),
    ];
    let confirm = found.authority.confirmed.is_none().then(|| {
        view! {
            <Button label=lang.t("ตรวจหนังสือมอบอำนาจแล้ว", "Letter of authority seen") kind=ButtonKind::Secondary name="action" value="letter"/>
            <Button label=lang.t("โทรถามครอบครัวแล้ว", "Family asked by telephone") kind=ButtonKind::Secondary name="action" value="call"/>
        }
    });
    let acts = found.authority.is_open().then(|| {
        view! {
            <form method="post" action=action.clone()><div class="actions">{confirm}</div></form>
            <details>
                <summary>{lang.t("ครอบครัวไม่ให้ดำเนินการแทน", "The family does not want them")}</summary>
                <form method="post" action=action>
                    <p class="hint">{lang.t("ผู้ดำเนินการแทนจะเปิดคำขอนี้ไม่ได้อีก คำขอยังอยู่ และให้อำนาจคืนไม่ได้", "They can no longer open the request, which stays. It cannot be undone.")}</p>
                    <div class="actions"><Button label=lang.t("ถอนอำนาจ", "Take the authority away") kind=ButtonKind::Warning name="action" value="revoke"/></div>
                </form>
            </details>
        }
    });
    view! {
        <section class="panel" aria-labelledby="agent">
            <h2 id="agent">{lang.t("ผู้ดำเนินการแทน", "Agent")}" "<Tag label=state kind/></h2>
            <SummaryList lang rows/>
            {acts}
        </section>
    }
    .into_any()
}
