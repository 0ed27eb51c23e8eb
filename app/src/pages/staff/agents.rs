//! Agents' accounts: who waits for an answer, who may act for families, and how much of what they sent came to nothing.
use super::fields::{Field, key};
use super::frame::{Clerk, Office, Page, Place};
use super::words;
use crate::components::{
    Button, ButtonKind, ErrorSummary, FormView, Notice, NoticeKind, Pager, SummaryList, SummaryRow,
    Tag, TagKind,
};
use crate::export::{download, links};
use crate::http::see_other;
use crate::pages::answers::{Answers, Asked};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::agent::{AgentList, AgentListed};
use desk::export::FileKind;
use domain::agent::{Record, Standing, StandingDecision};
use domain::form::{FieldError, FieldErrors, Lang, RawFields, raw};
use leptos::prelude::*;
use uuid::Uuid;

/// `GET /staff/agents`; `?standing=` is one of the tabs, `?after=` the last row of the page before.
pub(super) async fn list(Clerk(office): Clerk, asked: Asked) -> Response {
    office.answer(list_page(&office, &asked).await)
}

/// `GET /staff/agents/export/{kind}?standing=…`
pub(super) async fn export(
    Clerk(office): Clerk,
    Path(kind): Path<String>,
    asked: Asked,
) -> Response {
    let file = async {
        let kind = FileKind::parse(&kind).ok_or(Trouble::NotFound)?;
        let (desk, lang) = (office.desk(), office.lang());
        let sheet = desk.agents_sheet(&office.staff, tab(&asked), lang).await?;
        download("agents", kind, &sheet)
    };
    office.answer(file.await)
}

/// `GET /staff/agents/{id}`
pub(super) async fn page(Clerk(office): Clerk, Path(id): Path<String>) -> Response {
    let shown = account_page(
        &office,
        &id,
        StatusCode::OK,
        RawFields::new(),
        FieldErrors::new(),
    );
    office.answer(shown.await)
}

/// `POST /staff/agents/{id}`: `action` is `approve`, `refuse`, `disable` or `reset`.
pub(super) async fn decide(
    Clerk(office): Clerk,
    Path(id): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(decided(&office, &id, answers.all()).await)
}

/// The tab of an address: those who wait, unless another is named.
fn tab(asked: &Asked) -> Standing {
    Standing::parse(asked.value("standing")).unwrap_or(Standing::Waiting)
}

async fn list_page(office: &Office, asked: &Asked) -> desk::Result<Response> {
    let lang = office.lang();
    let standing = tab(asked);
    let after = Uuid::try_parse(asked.value("after")).ok();
    let list = office.desk().agents(&office.staff, standing, after).await?;
    let title = lang.t("ผู้ดำเนินการแทน", "Agents");
    office
        .page(Page::new(Place::Agents, title), move || {
            let what = lang.t(
                "ผู้จัดงานศพ วัด โรงพยาบาล และ อสม. อัตรายกเลิกนับจากคำขอที่ส่งใน 90 วันที่ผ่านมา",
                "Funeral directors, temples, hospitals and health volunteers. The cancellation rate is of what they sent in the last 90 days.",
            );
            view! {
                <h1>{title}</h1>
                <p class="sub">{what}</p>
                {tabs(lang, standing, list.waiting)}
                {table(lang, &list)}
                {pager(lang, standing, &list, after)}
                {links(lang, "/staff/agents/export/", &format!("?standing={}", standing.code()))}
            }
            .into_any()
        })
        .await
}

fn tabs(lang: Lang, current: Standing, waiting: u64) -> AnyView {
    let tabs = Standing::ALL.map(|standing| {
        let href = lang.path(&format!("/staff/agents?standing={}", standing.code()));
        let count = (standing == Standing::Waiting).then(|| format!(" ({waiting})"));
        let label = standing.label().get(lang).to_owned();
        view! { <li><a href=href aria-current=(standing == current).then_some("page")>{label}{count}</a></li> }
    });
    view! {
        <nav aria-label=lang.t("สถานะบัญชี", "Standing")><ul class="filters">{tabs.collect_view()}</ul></nav>
    }
    .into_any()
}

fn pager(lang: Lang, standing: Standing, list: &AgentList, after: Option<Uuid>) -> AnyView {
    let base = format!("/staff/agents?standing={}", standing.code());
    // The list begins with the oldest: what follows is newer.
    let older = after.map(|_| lang.path(&base));
    let newer = list.next.map(|id| lang.path(&format!("{base}&after={id}")));
    view! { <Pager lang newer older/> }.into_any()
}

fn table(lang: Lang, list: &AgentList) -> AnyView {
    if list.rows.is_empty() {
        return view! { <p class="empty">{lang.t("ไม่มีบัญชีในสถานะนี้", "No account stands so")}</p> }
            .into_any();
    }
    let heads = heads(lang)
        .map(|head| view! { <th scope="col">{head}</th> })
        .collect_view();
    let rows = list.rows.iter().map(|one| row(lang, one)).collect_view();
    view! {
        <table class="list">
            <caption class="unseen">{lang.t("บัญชีผู้ดำเนินการแทน", "Agents' accounts")}</caption>
            <thead><tr>{heads}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn heads(lang: Lang) -> [&'static str; 5] {
    [
        lang.t("หน่วยงาน", "Organisation"),
        lang.t("ผู้ติดต่อ", "Person"),
        lang.t("ส่งใน 90 วัน", "Sent in 90 days"),
        lang.t("ยกเลิกหรือถอน", "Cancelled or withdrawn"),
        lang.t("ครอบครัวถอนอำนาจ", "Taken away by families"),
    ]
}

fn row(lang: Lang, one: &AgentListed) -> AnyView {
    let href = lang.path(&format!("/staff/agents/{}", one.id));
    let phone = lang.t(one.phone.th(), one.phone.en());
    let [.., sent, came_to_nothing, revoked] = heads(lang);
    view! {
        <tr>
            <td><a href=href>{one.organisation.clone()}</a><br/><span class="muted">{one.kind.label().get(lang).to_owned()}</span></td>
            <td>{one.name.clone()}<br/><span class="muted">{phone}</span></td>
            <td data-name=sent>{one.record.sent}</td>
            <td data-name=came_to_nothing>{ended(lang, one.record)}</td>
            <td data-name=revoked>{one.record.revoked}</td>
        </tr>
    }
    .into_any()
}

/// "3 (43%)", and how many of them the agent ended itself.
fn ended(lang: Lang, record: Record) -> String {
    let Some(rate) = record.rate() else {
        return "–".to_owned();
    };
    let by = record.ended_by_agent;
    let rate = format!("{} ({rate}%)", record.ended);
    if by == 0 {
        rate
    } else {
        lang.t(
            format!("{rate} โดยผู้ดำเนินการแทนเอง {by}"),
            format!("{rate}, {by} by the agent itself"),
        )
    }
}

async fn decided(office: &Office, id: &str, typed: RawFields) -> desk::Result<Response> {
    let agent: Uuid = id.parse().map_err(|_| Trouble::NotFound)?;
    let action = raw(&typed, "action").to_owned();
    let reason = raw(&typed, "reason").to_owned();
    let decision = match action.as_str() {
        "approve" => StandingDecision::Approve,
        "refuse" => StandingDecision::Refuse { reason },
        "disable" => StandingDecision::Disable { reason },
        "reset" => {
            let password = office.desk().reset_agent(&office.staff, agent).await?;
            return new_password(office, agent, password).await;
        }
        _ => return Err(Trouble::NotFound),
    };
    match office
        .desk()
        .decide_agent(&office.staff, agent, &decision)
        .await
    {
        Ok(()) => Ok(see_other(&office.href(&format!("/staff/agents/{agent}")))),
        Err(Trouble::Refused(refusal)) => {
            let field = key(decision.code(), "reason");
            let errors = FieldErrors::one(FieldError::new(
                field,
                "refused",
                refusal.th(),
                refusal.en(),
            ));
            let typed = RawFields::from([(
                key(decision.code(), "reason"),
                decision.reason().unwrap_or_default().to_owned(),
            )]);
            account_page(office, id, StatusCode::UNPROCESSABLE_ENTITY, typed, errors).await
        }
        Err(other) => Err(other),
    }
}

async fn account_page(
    office: &Office,
    id: &str,
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
) -> desk::Result<Response> {
    let lang = office.lang();
    let id: Uuid = id.parse().map_err(|_| Trouble::NotFound)?;
    let one = office.desk().agent_account(&office.staff, id).await?;
    let form = FormView::new(lang, typed, errors);
    let page = Page::new(Place::Agents, one.organisation.clone())
        .status(status)
        .back(format!("/staff/agents?standing={}", one.standing.code()));
    office.page(page, move || account(lang, &one, &form)).await
}

fn account(lang: Lang, one: &AgentListed, form: &FormView) -> AnyView {
    let row = |th, en, value: String| SummaryRow::new(lang.t(th, en), value);
    let mut rows = vec![
        row("ประเภท", "Kind", one.kind.label().get(lang).to_owned()),
        row("ผู้ติดต่อ", "Person", one.name.clone()),
        SummaryRow::view(
            lang.t("โทรศัพท์", "Telephone"),
            words::dial(&one.phone.display()),
        ),
        row(
            "เลขทะเบียนหรือใบอนุญาต",
            "Registration or licence",
            one.licence.clone().unwrap_or_else(|| "–".to_owned()),
        ),
        row(
            "ลงทะเบียนเมื่อ",
            "Registered",
            words::moment(lang, one.registered_at),
        ),
        row("ส่งใน 90 วัน", "Sent in 90 days", one.record.sent.to_string()),
        row(
            "ยกเลิกหรือถอน",
            "Cancelled or withdrawn",
            ended(lang, one.record),
        ),
    ];
    if let Some(reason) = &one.reason {
        rows.push(row("เหตุผล", "Reason", reason.clone()));
    }
    let kind = match one.standing {
        Standing::Waiting => TagKind::Wait,
        Standing::Approved => TagKind::Ok,
        Standing::Refused | Standing::Disabled => TagKind::Closed,
    };
    let action = lang.path(&format!("/staff/agents/{}", one.id));
    let approve = |label: &'static str| {
        view! {
            <form method="post" action=action.clone()>
                <div class="actions"><Button label name="action" value="approve"/></div>
            </form>
        }
        .into_any()
    };
    let with_reason = |act: &'static str, label: &'static str| {
        let open = form.error(&key(act, "reason")).is_some();
        let reason = Field::new(
            form,
            act,
            "reason",
            lang.t("เหตุผล (ผู้ลงทะเบียนจะเห็น)", "Reason (they will see it)"),
        );
        view! {
            <details class="panel" open=open>
                <summary>{label}</summary>
                <form method="post" action=action.clone() novalidate>
                    {reason.lines(3)}
                    <div class="actions"><Button label kind=ButtonKind::Warning name="action" value=act/></div>
                </form>
            </details>
        }
        .into_any()
    };
    let acts = match one.standing {
        Standing::Waiting => vec![
            approve(lang.t("อนุมัติบัญชี", "Approve the account")),
            with_reason("refuse", lang.t("ไม่อนุมัติ", "Refuse")),
        ],
        Standing::Approved => vec![
            with_reason("disable", lang.t("ปิดบัญชี", "Close the account")),
            reset(lang, action.clone()),
        ],
        Standing::Disabled => vec![approve(lang.t("เปิดบัญชีอีกครั้ง", "Open the account again"))],
        Standing::Refused => Vec::new(),
    };
    let check = (one.standing == Standing::Waiting).then(|| {
        view! {
            <Notice kind=NoticeKind::Info><p>{lang.t(
                "โทรหาเบอร์นี้ก่อนอนุมัติ ถามว่าเป็นผู้ลงทะเบียนเองหรือไม่ และตรวจหน่วยงาน",
                "Call this number before approving: did they register themselves? Check the organisation.",
            )}</p></Notice>
        }
    });
    view! {
        <ErrorSummary form/>
        <h1>{one.organisation.clone()}" "<Tag label=one.standing.label().get(lang).to_owned() kind/></h1>
        <SummaryList lang rows/>
        {check}
        {acts}
    }
    .into_any()
}

fn reset(lang: Lang, action: String) -> AnyView {
    view! {
        <details class="panel">
            <summary>{lang.t("เข้าสู่ระบบไม่ได้", "They cannot sign in")}</summary>
            <p class="hint">{lang.t(
                "ตั้งรหัสผ่านใหม่และให้ตั้งค่าแอปยืนยันตัวตนอีกครั้ง ตรวจว่าเป็นเจ้าตัวก่อน รหัสผ่านแสดงครั้งเดียว",
                "Gives a new password and asks for the authenticator app again. Make sure who it is. The password is shown once.",
            )}</p>
            <form method="post" action=action>
                <div class="actions"><Button label=lang.t("ตั้งรหัสผ่านใหม่", "Give a new password") kind=ButtonKind::Secondary name="action" value="reset"/></div>
            </form>
        </details>
    }
    .into_any()
}

async fn new_password(office: &Office, id: Uuid, password: String) -> desk::Result<Response> {
    let lang = office.lang();
    let title = lang.t("รหัสผ่านใหม่", "The new password");
    let back = format!("/staff/agents/{id}");
    office
        .page(Page::new(Place::Agents, title).back(back), move || {
            view! {
                <h1>{title}</h1>
                <Notice kind=NoticeKind::Hold><p>{lang.t(
                    "แสดงครั้งเดียว บอกเจ้าตัวโดยตรง เมื่อเข้าสู่ระบบครั้งแรกจะต้องตั้งค่าแอปยืนยันตัวตนใหม่",
                    "Shown once: tell it to the person. At the next sign-in the authenticator app is set up anew.",
                )}</p></Notice>
                <p class="reference"><code>{password}</code></p>
            }
            .into_any()
        })
        .await
}
