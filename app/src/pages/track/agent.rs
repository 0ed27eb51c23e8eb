//! Who acts for the family: every act of the agent, confirming it, and taking the request out of its hands.
use super::view::{self, Said};
use super::{Facts, carried, not_changed, not_shown};
use crate::components::{Button, ButtonKind, Notice, NoticeKind, SummaryList, SummaryRow};
use crate::http::Visit;
use crate::pages::answers::Answers;
use crate::pages::frame::{hidden, private_page};
use crate::pages::trouble::Calm;
use crate::shell::Document;
use crate::words;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::agent::AgentOnCase;
use desk::request::TrackView;
use domain::form::{Lang, RawFields};
use leptos::prelude::*;

/// The agent of a request that one sent; nothing is asked for others.
pub(super) async fn on_case(
    visit: &Visit,
    facts: &Facts,
    found: &TrackView,
) -> desk::Result<Option<AgentOnCase>> {
    if found.by_agent {
        visit.desk().agent_on(&facts.access(visit)).await
    } else {
        Ok(None)
    }
}

/// `POST /track/agent`: `act` is `confirm`, or `revoke`, which is asked once more.
pub(super) async fn act(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    let (reference, last4, address) = (&facts.reference, &facts.last4, &visit.address);
    let lang = visit.lang;
    let (outcome, words) = match answers.value("act") {
        // The agent has the number in its hands: in its own browser it does not confirm itself.
        "confirm" if visit.agent_token().is_some() => (Err(Trouble::NotAllowed), ""),
        "confirm" => (
            visit.desk().confirm_agent(reference, last4, address).await,
            lang.t("ยืนยันผู้ดำเนินการแทนแล้ว", "You have confirmed who acts for you"),
        ),
        "revoke" if answers.value("confirm") == "yes" => (
            visit.desk().revoke_agent(reference, last4, address).await,
            lang.t(
                "ถอนอำนาจแล้ว ผู้ดำเนินการแทนเดิมเปิดคำขอนี้ไม่ได้อีก คำขอและวันที่จองยังอยู่เหมือนเดิม เจ้าหน้าที่จะโทรหาท่าน",
                "Done: they can no longer open this request. The request and its places stand as before; an officer will call you.",
            ),
        ),
        _ => return ask(&visit, &facts).await,
    };
    match outcome {
        Ok(()) => match visit.desk().track_by(&facts.access(&visit)).await {
            Ok(found) => view::page(&visit, &facts, &found, Said::done(words)).await,
            Err(trouble) => not_shown(&visit, &facts, &trouble),
        },
        Err(Trouble::NotAllowed) => not_the_familys(&visit),
        Err(trouble) => not_changed(&visit, &facts, RawFields::new(), trouble).await,
    }
}

/// What taking the authority away means, before it is done.
async fn ask(visit: &Visit, facts: &Facts) -> Response {
    let access = facts.access(visit);
    let found = match visit.desk().track_by(&access).await {
        Ok(found) => found,
        Err(trouble) => return not_shown(visit, facts, &trouble),
    };
    let who = match on_case(visit, facts, &found).await {
        Ok(Some(on_case)) if on_case.authority.is_open() => on_case.agent.organisation,
        Ok(_) => return view::page(visit, facts, &found, Said::too_late(visit.lang)).await,
        Err(trouble) => return not_shown(visit, facts, &trouble),
    };
    let lang = visit.lang;
    private_page(visit, StatusCode::OK, |ctx| {
        let title = lang.t(
            format!("ไม่ให้ {who} ดำเนินการแทนแล้วหรือไม่"),
            format!("Stop {who} acting for you?"),
        );
        let heading = title.clone();
        let (act, keep) = (facts.action(visit, "agent"), facts.action(visit, ""));
        let (carried_on, carried_back) = (carried(facts, &found), carried(facts, &found));
        view! {
            <Document ctx title private=true>
                <h1>{heading}</h1>
                <p>{lang.t(
                    "คำขอและวันที่จองยังอยู่ ผู้ดำเนินการแทนจะเปิดดูหรือแก้คำขอนี้ไม่ได้อีก และให้อำนาจคืนไม่ได้ เจ้าหน้าที่จะโทรถามท่านว่าจะดำเนินการต่ออย่างไร",
                    "The request and its places stay. They can no longer see or change it, and this cannot be undone. An officer calls to ask how you would like to go on.",
                )}</p>
                <form method="post" action=act novalidate>
                    {carried_on}
                    {hidden(&[("act", "revoke"), ("confirm", "yes")])}
                    <div class="actions"><Button label=lang.t("ถอนอำนาจ", "Stop them") kind=ButtonKind::Warning/></div>
                </form>
                <form method="post" action=keep novalidate>
                    {carried_back}
                    <div class="actions"><Button label=lang.t("ให้ดำเนินการแทนต่อไป", "Let them go on") kind=ButtonKind::Secondary/></div>
                </form>
            </Document>
        }
    })
}

/// The section of the tracking page.
pub(super) fn section(
    visit: &Visit,
    facts: &Facts,
    found: &TrackView,
    on_case: &AgentOnCase,
) -> AnyView {
    let lang = visit.lang;
    let now = visit.desk().now();
    let agent = &on_case.agent;
    let who = format!("{} ({})", agent.organisation, agent.kind.label().get(lang));
    let phone = lang.t(agent.phone.th(), agent.phone.en());
    let rows = vec![
        SummaryRow::new(lang.t("หน่วยงาน", "Organisation"), who),
        SummaryRow::new(lang.t("ผู้ติดต่อ", "Person"), format!("{} {phone}", agent.name)),
    ];
    let acts = on_case
        .acts
        .iter()
        .map(|act| {
            let at = words::when(lang, act.at, now);
            view! { <li>{act.words.get(lang).to_owned()}" · "{at}</li> }
        })
        .collect_view();
    let family = facts.agent.is_none() && on_case.authority.is_open();
    let confirm = (family && on_case.authority.confirmed.is_none()).then(|| {
        view! {
            <form method="post" action=facts.action(visit, "agent") novalidate>
                {carried(facts, found)}
                {hidden(&[("act", "confirm")])}
                <div class="actions"><Button label=lang.t("ยืนยันว่าให้ดำเนินการแทน", "Yes, they act for us")/></div>
            </form>
        }
    });
    let revoke = family.then(|| {
        view! {
            <form method="post" action=facts.action(visit, "agent") novalidate>
                {carried(facts, found)}
                {hidden(&[("act", "revoke")])}
                <div class="actions"><Button label=lang.t("ไม่ให้ดำเนินการแทนแล้ว", "Stop them acting for us") kind=ButtonKind::Secondary/></div>
            </form>
        }
    });
    view! {
        <section aria-labelledby="agent">
            <h2 id="agent">{lang.t("ผู้ดำเนินการแทนครอบครัว", "Acting for the family")}</h2>
            {state(lang, on_case, facts.agent.is_some())}
            <SummaryList lang rows/>
            <h3>{lang.t("สิ่งที่ผู้ดำเนินการแทนทำ", "What they did")}</h3>
            <ol>{acts}</ol>
            {confirm}
            {revoke}
        </section>
    }
    .into_any()
}

/// Whether the family is known to want it.
fn state(lang: Lang, on_case: &AgentOnCase, to_agent: bool) -> AnyView {
    if !on_case.authority.is_open() {
        let title = lang.t("ถอนอำนาจแล้ว", "The authority was taken away");
        return view! { <Notice kind=NoticeKind::Closed title/> }.into_any();
    }
    if let Some((by, _)) = on_case.authority.confirmed {
        return view! { <Notice kind=NoticeKind::Good title=by.label().get(lang).to_owned()/> }
            .into_any();
    }
    let title = lang.t("ยังไม่ยืนยันโดยครอบครัว", "Not yet confirmed by the family");
    let what = if to_agent {
        lang.t(
            "ให้ครอบครัวเปิดหน้าติดตามคำขอด้วยเลขที่คำขอและเลขท้าย 4 ตัวของเบอร์ครอบครัว แล้วกดยืนยัน หรือนำหนังสือมอบอำนาจมาที่สำนักงาน หรือรอเจ้าหน้าที่โทรถามครอบครัว",
            "The family can confirm on the tracking page with the number and the last four digits of its own phone; or bring a letter of authority; or an officer calls the family.",
        )
    } else {
        lang.t(
            "ถ้าท่านมอบให้ดำเนินการแทน โปรดยืนยัน ถ้าไม่ใช่ ถอนอำนาจได้ทันที",
            "If you asked them to, please confirm. If not, you can stop them at once.",
        )
    };
    view! { <Notice kind=NoticeKind::Hold title><p>{what}</p></Notice> }.into_any()
}

/// The agent's page of a request that is not, or no longer, in its hands.
pub(super) fn gone(visit: &Visit) -> Response {
    let lang = visit.lang;
    Calm::new(
        lang,
        StatusCode::NOT_FOUND,
        lang.t("เปิดคำขอนี้ไม่ได้", "This request cannot be opened"),
    )
    .line(lang.t(
        "คำขอนี้ไม่ได้อยู่ในความดูแลของบัญชีนี้ หรือครอบครัวถอนอำนาจแล้ว หากสงสัยโปรดสอบถามครอบครัวโดยตรง",
        "It is not in this account's care, or the family has taken it away. If in doubt, ask the family.",
    ))
    .way("/agent", lang.t("ดูรายการของฉัน", "See my requests"))
    .answer(visit)
}

/// The helper's phone, or the agent's own browser.
fn not_the_familys(visit: &Visit) -> Response {
    let lang = visit.lang;
    Calm::new(
        lang,
        StatusCode::FORBIDDEN,
        lang.t("ต้องให้ครอบครัวยืนยันเอง", "The family itself must confirm"),
    )
    .line(lang.t(
        "การยืนยันต้องทำจากโทรศัพท์ของครอบครัว ด้วยเลขท้าย 4 ตัวของเบอร์ผู้ขอ ไม่ใช่เบอร์ผู้ช่วยหรือบัญชีของผู้ดำเนินการแทน",
        "Confirm from the family's phone with the last four digits of the applicant's number, not the helper's and not the agent's account.",
    ))
    .way("/track", lang.t("ไปหน้าติดตามคำขอ", "To the tracking page"))
    .answer(visit)
}
