//! Appeals: the list by when they must be answered, one opened, and what came to the counter or by post.
use super::frame::{Clerk, Office, Page, Place};
use super::signing::{export_links, export_response};
use super::{request, words};
use crate::components::reference::in_fours;
use crate::components::{
    Button, ButtonKind, Choice, ErrorSummary, FormView, Notice, NoticeKind, Radios, SummaryList,
    SummaryRow, Tag, TagKind, TextArea,
};
use crate::http::see_other;
use crate::pages::answers::{Answers, Asked};
use crate::pages::frame::hidden;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::appeal::{AppealFile, AppealListed, RequestAppeals};
use desk::export::FileKind;
use domain::appeal::{AppealAction, AppealChannel, AppealStatus};
use domain::form::{FieldError, FieldErrors, Lang, RawFields};
use domain::reference::Reference;
use domain::thai_date;
use leptos::prelude::*;
use uuid::Uuid;

const LIST: &str = "/staff/appeals";

/// `GET /staff/appeals`
pub(super) async fn list(Clerk(office): Clerk, asked: Asked) -> Response {
    office.answer(list_page(&office, asked.value("status"), asked.value("after")).await)
}

/// `GET /staff/appeals/export/{kind}`, narrowed as the list is.
pub(super) async fn export(
    Clerk(office): Clerk,
    Path(kind): Path<String>,
    asked: Asked,
) -> Response {
    let file = async {
        let kind = FileKind::parse(&kind).ok_or(Trouble::NotFound)?;
        let status = AppealStatus::parse(asked.value("status"));
        let bytes = office
            .desk()
            .appeals_file(&office.staff, status, kind)
            .await?;
        Ok(export_response("appeals", kind, bytes))
    };
    office.answer(file.await)
}

/// `GET /staff/appeals/{id}`
pub(super) async fn open(Clerk(office): Clerk, Path(id): Path<String>) -> Response {
    let attempt = Attempt::default();
    office.answer(file_page(&office, &id, attempt).await)
}

/// `POST /staff/appeals/{id}`: `action` = forward | uphold | change, with `answer` and the `version` that was seen.
pub(super) async fn decide(
    Clerk(office): Clerk,
    Path(id): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(decided(&office, &id, &answers).await)
}

/// `GET /staff/requests/{reference}/appeal`
pub(super) async fn entry(Clerk(office): Clerk, Path(reference): Path<String>) -> Response {
    office.answer(entry_page(&office, &reference, Attempt::default()).await)
}

/// `POST /staff/requests/{reference}/appeal`: what came to the counter or by post.
pub(super) async fn enter(
    Clerk(office): Clerk,
    Path(reference): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(entered(&office, &reference, &answers).await)
}

/// What was tried and did not go through.
#[derive(Default)]
struct Attempt {
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
}

impl Attempt {
    fn wrong(typed: RawFields, errors: FieldErrors) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            typed,
            errors,
        }
    }
}

async fn list_page(office: &Office, status: &str, after: &str) -> desk::Result<Response> {
    let lang = office.lang();
    let status = AppealStatus::parse(status);
    let after = (!after.is_empty()).then_some(after);
    let (rows, next) = office.desk().appeals(&office.staff, status, after).await?;
    let title = lang.t("อุทธรณ์", "Appeals");
    let now = office.desk().now();
    office
        .page(Page::new(Place::Appeals, title), move || {
            let next = next.map(|next| {
                let status = status.map_or("", AppealStatus::code);
                let href = lang.path(&format!("{LIST}?status={status}&after={next}"));
                view! {
                    <nav class="pager" aria-label=lang.t("หน้าของรายการ", "Pages of the list")>
                        <a class="older" href=href rel="next">{lang.t("หน้าถัดไป", "Next page")}" →"</a>
                    </nav>
                }
            });
            let query = status.map_or_else(String::new, |status| format!("?status={}", status.code()));
            view! {
                <h1>{title}</h1>
                <p class="sub">{lang.t("เรียงตามวันที่ต้องตอบ", "Ordered by when they must be answered")}</p>
                {filters(lang, status)}
                {table(lang, now, &rows)}
                {next}
                {export_links(lang, LIST, &query)}
            }
            .into_any()
        })
        .await
}

fn filters(lang: Lang, chosen: Option<AppealStatus>) -> AnyView {
    let link = |status: Option<AppealStatus>| {
        let href = match status {
            Some(status) => lang.path(&format!("{LIST}?status={}", status.code())),
            None => lang.path(LIST),
        };
        let label = status.map_or(lang.t("ทั้งหมด", "All"), |status| {
            lang.t(status.th(), status.en())
        });
        view! { <li><a href=href aria-current=(status == chosen).then_some("true")>{label}</a></li> }
    };
    let links = std::iter::once(None)
        .chain(AppealStatus::ALL.map(Some))
        .map(link)
        .collect_view();
    view! { <nav aria-label=lang.t("ตัวกรอง", "Filters")><ul class="filters">{links}</ul></nav> }
        .into_any()
}

fn tag(lang: Lang, row: &AppealListed) -> AnyView {
    let kind = if row.overdue {
        TagKind::Late
    } else if row.status.is_open() {
        TagKind::Wait
    } else {
        TagKind::Ok
    };
    view! { <Tag label=lang.t(row.status.th(), row.status.en()) kind/> }.into_any()
}

fn table(lang: Lang, now: domain::time::Instant, rows: &[AppealListed]) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="empty">{lang.t("ไม่มีอุทธรณ์", "No appeals")}</p> }.into_any();
    }
    let heads = [
        lang.t("ตอบภายใน", "Answer by"),
        lang.t("อุทธรณ์", "Appeal"),
        lang.t("คำขอ", "Request"),
        lang.t("รับเมื่อ", "Received"),
        lang.t("สถานะ", "Status"),
    ];
    let heads = heads
        .map(|head| view! { <th scope="col">{head}</th> })
        .collect_view();
    let lines = rows.iter().map(|row| {
        let href = lang.path(&format!("{LIST}/{}", row.id));
        let file = lang.path(&request::path(&row.reference));
        let late = row
            .late
            .then(|| lang.t(" · ยื่นพ้นกำหนด", " · made too late"));
        let overdue = row
            .overdue
            .then(|| view! { <br/>{words::late_tag(lang, row.answer_by, now)} });
        view! {
            <tr>
                <td>{words::when(lang, row.answer_by, now)}{overdue}</td>
                <td><a href=href>{row.number.clone()}</a><br/><span class="muted">{lang.t(row.channel.th(), row.channel.en())}{late}</span></td>
                <td><a href=file>{in_fours(row.reference.as_str())}</a><br/><span class="muted">{row.applicant_initials.clone()}</span></td>
                <td>{words::moment(lang, row.received_at)}</td>
                <td>{tag(lang, row)}</td>
            </tr>
        }
    });
    let lines = lines.collect_view();
    view! {
        <table class="list">
            <caption class="unseen">{lang.t("อุทธรณ์", "Appeals")}</caption>
            <thead><tr>{heads}</tr></thead>
            <tbody>{lines}</tbody>
        </table>
    }
    .into_any()
}

async fn decided(office: &Office, id: &str, answers: &Answers) -> desk::Result<Response> {
    let typed = answers.only(&["answer"]);
    let uuid: Uuid = id.parse().map_err(|_| Trouble::NotFound)?;
    let version = answers.value("version").parse().unwrap_or(0);
    let Some(action) = AppealAction::parse(answers.value("action")) else {
        let error = FieldError::new(
            "",
            "unknown_action",
            "เลือกว่าจะทำอะไรกับอุทธรณ์นี้",
            "Choose what to do with this appeal",
        );
        return file_page(office, id, Attempt::wrong(typed, FieldErrors::one(error))).await;
    };
    let outcome = office
        .desk()
        .decide_appeal(
            &office.staff,
            uuid,
            version,
            action,
            answers.value("answer"),
        )
        .await;
    let (status, error) = match outcome {
        Ok(()) => return Ok(see_other(&office.href(&format!("{LIST}/{uuid}")))),
        Err(Trouble::Invalid(errors)) => {
            return file_page(office, id, Attempt::wrong(typed, errors)).await;
        }
        Err(Trouble::DecidedFirst { .. } | Trouble::Refused(_)) => (
            StatusCode::CONFLICT,
            FieldError::new(
                "",
                "changed",
                "มีผู้ดำเนินการกับอุทธรณ์นี้ก่อนแล้ว สถานะปัจจุบันอยู่ด้านล่าง",
                "Somebody acted on this appeal first. How it stands now is shown below.",
            ),
        ),
        Err(other) => return Err(other),
    };
    let attempt = Attempt {
        status,
        typed,
        errors: FieldErrors::one(error),
    };
    file_page(office, id, attempt).await
}

async fn file_page(office: &Office, id: &str, attempt: Attempt) -> desk::Result<Response> {
    let uuid: Uuid = id.parse().map_err(|_| Trouble::NotFound)?;
    let lang = office.lang();
    let file = office.desk().appeal(&office.staff, uuid).await?;
    let title = format!("{} {}", lang.t("อุทธรณ์", "Appeal"), file.row.number);
    let form = FormView::new(lang, attempt.typed, attempt.errors);
    let page = Page::new(Place::Appeals, title.clone())
        .status(attempt.status)
        .back(LIST);
    office
        .page(page, move || file_view(lang, title, &file, &form))
        .await
}

fn file_view(lang: Lang, title: String, file: &AppealFile, form: &FormView) -> AnyView {
    let row = &file.row;
    let request = lang.path(&request::path(&row.reference));
    let last_day = match file.last_day {
        Some(day) => lang.t(thai_date::full_th(day), thai_date::long_en(day)),
        None => lang
            .t("ยังไม่ได้แจ้งผลทางโทรศัพท์", "They had not been reached yet")
            .to_owned(),
    };
    let mut rows = vec![
        SummaryRow::view(
            lang.t("คำขอ", "Request"),
            view! { <a href=request>{in_fours(row.reference.as_str())}</a> },
        ),
        SummaryRow::new(lang.t("ผู้อุทธรณ์", "By"), file.applicant_name.clone()),
        SummaryRow::new(
            lang.t("รับเมื่อ", "Received"),
            format!(
                "{} · {}",
                words::moment(lang, row.received_at),
                lang.t(row.channel.th(), row.channel.en())
            ),
        ),
        SummaryRow::new(lang.t("วันสุดท้ายที่ยื่นได้", "Last day to appeal"), last_day),
        SummaryRow::new(
            lang.t("ต้องตอบภายใน", "Answer by"),
            words::moment(lang, row.answer_by),
        ),
        SummaryRow::new(lang.t("คำสั่งที่อุทธรณ์", "Against"), file.order.clone()),
        SummaryRow::new(lang.t("ข้ออุทธรณ์", "What they say"), file.words.clone()),
    ];
    if let Some(at) = file.forwarded_at {
        rows.push(SummaryRow::new(
            lang.t("ส่งนายกเทศมนตรีเมื่อ", "Passed on"),
            words::moment(lang, at),
        ));
    }
    if let Some(answer) = &file.answer {
        rows.push(SummaryRow::new(lang.t("คำตอบ", "Answer"), answer.clone()));
    }
    let late = row.late.then(|| {
        view! { <Notice kind=NoticeKind::Hold title=lang.t("ยื่นพ้นกำหนด รับไว้พิจารณาและบันทึกไว้แล้ว", "Made after the last day: taken, and marked")/> }
    });
    let action = lang.path(&format!("{LIST}/{}", row.id));
    view! {
        <ErrorSummary form/>
        <h1>{title}" "{tag(lang, row)}</h1>
        {late}
        <SummaryList lang rows/>
        {acts(lang, file, form, &action)}
    }
    .into_any()
}

fn acts(lang: Lang, file: &AppealFile, form: &FormView, action: &str) -> AnyView {
    let version = file.version.to_string();
    let may = |action: AppealAction| file.allowed.contains(&action);
    let forward = may(AppealAction::Forward).then(|| {
        view! {
            <form method="post" action=action.to_owned() class="panel">
                {hidden(&[("version", &version), ("action", "forward")])}
                <p>{lang.t("ผู้ทำคำสั่งไม่เห็นด้วยกับอุทธรณ์: ส่งให้นายกเทศมนตรีวินิจฉัย", "Whoever made the order does not agree: pass it on to the mayor")}</p>
                <div class="actions"><Button label=lang.t("ส่งให้นายกเทศมนตรี", "Pass it on") kind=ButtonKind::Secondary/></div>
            </form>
        }
    });
    let answers = may(AppealAction::Change) || may(AppealAction::Uphold);
    let answer = answers.then(|| {
        let change = may(AppealAction::Change).then(|| {
            view! { <Button label=lang.t("เห็นด้วย เปลี่ยนคำสั่งเดิม", "Agree: change the order") name="action" value="change"/> }
        });
        let uphold = may(AppealAction::Uphold).then(|| {
            view! { <Button label=lang.t("ยืนตามคำสั่งเดิม", "The order stands") name="action" value="uphold" kind=ButtonKind::Secondary/> }
        });
        view! {
            <form method="post" action=action.to_owned() class="panel" novalidate>
                {hidden(&[("version", &version)])}
                <TextArea form field="answer" label=lang.t("เหตุผลของคำตอบ ครอบครัวจะได้อ่าน", "The reason of the answer, as the family will read it")/>
                <div class="actions">{change}{uphold}</div>
            </form>
        }
    });
    view! { {forward}{answer} }.into_any()
}

async fn entered(office: &Office, reference: &str, answers: &Answers) -> desk::Result<Response> {
    let typed = answers.only(&["channel", "words", "form_key"]);
    let Some(channel) = AppealChannel::parse(answers.value("channel")) else {
        let error = FieldError::new(
            "channel",
            "missing",
            "เลือกว่ายื่นมาทางใด",
            "Choose how it came",
        );
        return entry_page(
            office,
            reference,
            Attempt::wrong(typed, FieldErrors::one(error)),
        )
        .await;
    };
    let outcome = office
        .desk()
        .appeal_at_counter(
            &office.staff,
            reference,
            channel,
            answers.value("form_key"),
            answers.value("words"),
        )
        .await;
    match outcome {
        Ok(_) => Ok(see_other(&office.href(LIST))),
        Err(Trouble::Invalid(errors)) => {
            entry_page(office, reference, Attempt::wrong(typed, errors)).await
        }
        Err(Trouble::Refused(_)) => {
            let error = FieldError::new(
                "",
                "not_now",
                "รับอุทธรณ์ของคำขอนี้ไม่ได้: ต้องเป็นคำขอที่ไม่อนุมัติหรือยกเลิก และไม่มีอุทธรณ์ที่ยังไม่ได้ตอบ",
                "No appeal can be taken here: the request must be refused or cancelled, with no appeal unanswered",
            );
            entry_page(
                office,
                reference,
                Attempt::wrong(typed, FieldErrors::one(error)),
            )
            .await
        }
        Err(other) => Err(other),
    }
}

async fn entry_page(office: &Office, number: &str, attempt: Attempt) -> desk::Result<Response> {
    let reference = Reference::parse(number).map_err(|_| Trouble::NotFound)?;
    let lang = office.lang();
    // A request that is not there has no form.
    let before = office.desk().appeals_of(&office.staff, number).await?;
    let key = attempt
        .typed
        .get("form_key")
        .filter(|key| !key.is_empty())
        .cloned()
        .unwrap_or_else(|| office.desk().appeal_key());
    let title = lang.t("รับอุทธรณ์", "Enter an appeal");
    let form = FormView::new(lang, attempt.typed, attempt.errors);
    let page = Page::new(Place::Appeals, title)
        .status(attempt.status)
        .back(request::path(&reference));
    let action = office.href(&format!("{}/appeal", request::path(&reference)));
    office
        .page(page, move || {
            let channels = [AppealChannel::Counter, AppealChannel::Post].map(|channel| Choice::new(channel.code(), lang.t(channel.th(), channel.en())));
            let channels = Vec::from(channels);
            let known = before.rows.iter().map(|row| {
                let href = lang.path(&format!("{LIST}/{}", row.id));
                view! { <li><a href=href>{row.number.clone()}</a>" "{tag(lang, row)}</li> }
            });
            let known = known.collect_view();
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                <p class="sub">{in_fours(reference.as_str())}</p>
                <ul>{known}</ul>
                <form method="post" action=action novalidate>
                    {hidden(&[("form_key", &key)])}
                    <Radios form=&form field="channel" legend=lang.t("ยื่นมาทางใด", "How it came") options=channels/>
                    <TextArea form=&form field="words" label=lang.t("ข้ออุทธรณ์ตามหนังสือ", "What it says")/>
                    <div class="actions"><Button label=lang.t("รับอุทธรณ์", "Enter it")/></div>
                </form>
            }
            .into_any()
        })
        .await
}

/// The panel of a request's page: its appeals, and how one is entered where one can be.
pub(super) fn panel(
    lang: Lang,
    reference: &Reference,
    appeals: &RequestAppeals,
) -> Option<AnyView> {
    let rows = &appeals.rows;
    let enter = appeals.may_enter.then(|| {
        let href = lang.path(&format!("{}/appeal", request::path(reference)));
        view! { <p><a href=href>{lang.t("รับอุทธรณ์ที่ยื่นเป็นหนังสือ", "Enter an appeal that came on paper")}</a></p> }
    });
    (enter.is_some() || !rows.is_empty()).then(|| {
        let lines = rows.iter().map(|row| {
            let href = lang.path(&format!("{LIST}/{}", row.id));
            view! { <li><a href=href>{row.number.clone()}</a>" "{tag(lang, row)}</li> }
        });
        let lines = lines.collect_view();
        view! {
            <section class="panel" aria-labelledby="appeals">
                <h2 id="appeals">{lang.t("อุทธรณ์", "Appeals")}</h2>
                <ul>{lines}</ul>
                {enter}
            </section>
        }
        .into_any()
    })
}
