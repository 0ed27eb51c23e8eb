//! Refunds: asked of the finance division, followed until they are paid or refused.
use super::fields::{Field, key};
use super::frame::{Office, Page, Place, Purse};
use super::words;
use crate::components::reference::in_fours;
use crate::components::{
    Button, ButtonKind, ErrorSummary, FormView, Pager, SummaryList, SummaryRow,
};
use crate::export::{download, links};
use crate::http::see_other;
use crate::pages::answers::{Answers, Asked};
use crate::pages::frame::hidden;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::export::FileKind;
use desk::fee::RefundRow;
use desk::refund::RefundAct;
use domain::fee::RefundStatus;
use domain::form::{FieldError, FieldErrors, Lang, RawFields, raw};
use domain::money::Satang;
use domain::request::Role;
use leptos::prelude::*;
use uuid::Uuid;

/// `GET /staff/refunds?list=asked&before=…`
pub(super) async fn list(Purse(office): Purse, asked: Asked) -> Response {
    let status = RefundStatus::parse(asked.value("list")).unwrap_or(RefundStatus::Asked);
    let before = asked.value("before").to_owned();
    office.answer(list_page(&office, status, &before).await)
}

/// `GET /staff/refunds/export/{kind}?list=…`
pub(super) async fn export(
    Purse(office): Purse,
    Path(kind): Path<String>,
    asked: Asked,
) -> Response {
    office.answer(exported(&office, &kind, asked.value("list")).await)
}

async fn exported(office: &Office, kind: &str, list: &str) -> desk::Result<Response> {
    let kind = FileKind::parse(kind).ok_or(Trouble::NotFound)?;
    let status = RefundStatus::parse(list).unwrap_or(RefundStatus::Asked);
    let sheet = office
        .desk()
        .refund_sheet(&office.staff, status, office.lang())
        .await?;
    download(&format!("refunds-{}", status.code()), kind, &sheet)
}

/// `GET /staff/refunds/{id}`
pub(super) async fn page(Purse(office): Purse, Path(id): Path<String>) -> Response {
    office.answer(
        one(
            &office,
            &id,
            StatusCode::OK,
            RawFields::new(),
            FieldErrors::new(),
        )
        .await,
    )
}

/// `POST /staff/refunds/{id}`
pub(super) async fn act(
    Purse(office): Purse,
    Path(id): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(acted(&office, &id, answers.all()).await)
}

async fn list_page(office: &Office, status: RefundStatus, before: &str) -> desk::Result<Response> {
    let lang = office.lang();
    let before = (!before.is_empty()).then_some(before);
    let list = office.desk().refunds(&office.staff, status, before).await?;
    let title = lang.t("คืนเงิน", "Refunds");
    let here = lang.path("/staff/refunds");
    let older = list
        .next
        .as_ref()
        .map(|next| format!("{here}?list={}&before={next}", status.code()));
    office
        .page(Page::new(Place::Refunds, title), move || {
            let tabs = RefundStatus::ALL.iter().map(|other| {
                let href = format!("{here}?list={}", other.code());
                let current = (*other == status).then_some("page");
                view! { <li><a href=href aria-current=current>{other.words().get(lang).to_owned()}</a></li> }
            });
            let rows = list.rows.iter().map(|row| {
                let href = lang.path(&format!("/staff/refunds/{}", row.id));
                view! {
                    <tr>
                        <td><a href=href>{in_fours(&row.reference)}</a></td>
                        <td>{row.cause.words().get(lang).to_owned()}</td>
                        <td class="amount">{lang.t(row.amount.th(), row.amount.en())}</td>
                        <td>{words::moment(lang, row.asked_at)}</td>
                    </tr>
                }
            });
            let rows = rows.collect_view();
            let body = if list.rows.is_empty() {
                view! { <p class="empty">{lang.t("ไม่มีรายการ", "Nothing here")}</p> }.into_any()
            } else {
                view! {
                    <table class="list">
                        <caption class="unseen">{title}</caption>
                        <thead><tr>
                            <th scope="col">{lang.t("คำขอ", "Request")}</th>
                            <th scope="col">{lang.t("เหตุ", "Cause")}</th>
                            <th scope="col">{lang.t("คืน", "To pay back")}</th>
                            <th scope="col">{lang.t("แจ้งเมื่อ", "Asked")}</th>
                        </tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                }
                .into_any()
            };
            let query = format!("?list={}", status.code());
            view! {
                <h1>{title}</h1>
                <p class="sub">{lang.t("ระบบไม่จ่ายเงินเอง ทุกรายการเป็นคำขอถึงกองคลัง", "Nothing is paid from here: each is a request to the finance division")}</p>
                <nav aria-label=lang.t("รายการ", "Lists")><ul class="filters">{tabs.collect_view()}</ul></nav>
                {body}
                <Pager lang newer=None older/>
                {links(lang, "/staff/refunds/export/", &query)}
            }
            .into_any()
        })
        .await
}

async fn acted(office: &Office, number: &str, typed: RawFields) -> desk::Result<Response> {
    let id: Uuid = number.parse().map_err(|_| Trouble::NotFound)?;
    let reason = || raw(&typed, "reason").to_owned();
    let (of, act) = match raw(&typed, "action") {
        "send" => match Satang::parse(raw(&typed, "amount")) {
            Ok(amount) => (
                "send",
                Ok(RefundAct::Send {
                    amount,
                    reason: reason(),
                }),
            ),
            Err(error) => (
                "send",
                Err(Trouble::Invalid(FieldErrors::one(FieldError::new(
                    "amount",
                    error.code(),
                    error.th(),
                    error.en(),
                )))),
            ),
        },
        "paid" => ("paid", Ok(RefundAct::Paid)),
        "refuse" => ("refuse", Ok(RefundAct::Refuse { reason: reason() })),
        _ => return Err(Trouble::NotFound),
    };
    let done = match act {
        Ok(act) => office.desk().act_on_refund(&office.staff, id, &act).await,
        Err(trouble) => Err(trouble),
    };
    match done {
        Ok(()) => Ok(see_other(&office.href(&format!("/staff/refunds/{id}")))),
        Err(Trouble::Invalid(errors)) => {
            let mut keyed = FieldErrors::new();
            for mut error in errors {
                if !error.field.is_empty() {
                    error.field = key(of, &error.field);
                }
                keyed.push(error);
            }
            let typed = typed
                .into_iter()
                .map(|(name, value)| (key(of, &name), value))
                .collect();
            one(
                office,
                number,
                StatusCode::UNPROCESSABLE_ENTITY,
                typed,
                keyed,
            )
            .await
        }
        Err(other) => Err(other),
    }
}

async fn one(
    office: &Office,
    id: &str,
    status: StatusCode,
    mut typed: RawFields,
    errors: FieldErrors,
) -> desk::Result<Response> {
    let id: Uuid = id.parse().map_err(|_| Trouble::NotFound)?;
    let lang = office.lang();
    let refund = office.desk().refund(&office.staff, id).await?;
    typed
        .entry("send.amount".to_owned())
        .or_insert_with(|| refund.amount.to_string());
    let form = FormView::new(lang, typed, errors);
    let (officer, cashier) = (
        office.staff.handles_requests(),
        office.staff.has(Role::Cashier),
    );
    let title = lang.t("คืนเงินหนึ่งรายการ", "One refund");
    let page = Page::new(Place::Refunds, title)
        .status(status)
        .back("/staff/refunds");
    office
        .page(page, move || {
            let rows = facts(lang, &refund);
            let acts = acts(lang, &refund, &form, officer, cashier);
            view! { <ErrorSummary form=&form/><h1>{title}</h1><SummaryList lang rows/>{acts} }
                .into_any()
        })
        .await
}

fn facts(lang: Lang, refund: &RefundRow) -> Vec<SummaryRow> {
    let baht = |amount: Satang| lang.t(amount.th(), amount.en());
    let table = lang.t(
        format!("{}% (เหลือ {} วัน)", refund.percent, refund.days_left),
        format!("{}% ({} days left)", refund.percent, refund.days_left),
    );
    let mut rows = vec![
        SummaryRow::new(lang.t("คำขอ", "Request"), in_fours(&refund.reference)),
        SummaryRow::new(
            lang.t("เหตุ", "Cause"),
            refund.cause.words().get(lang).to_owned(),
        ),
        SummaryRow::new(lang.t("ชำระไว้", "Was paid"), baht(refund.paid)),
        SummaryRow::new(lang.t("ตามตารางคืนเงิน", "By the table"), table),
        SummaryRow::new(lang.t("คืน", "To pay back"), baht(refund.amount)),
        SummaryRow::new(lang.t("ไม่คืน", "Kept"), baht(refund.kept)),
        SummaryRow::new(
            lang.t("สถานะ", "State"),
            refund.status.words().get(lang).to_owned(),
        ),
    ];
    if let Some(reason) = &refund.reason {
        rows.push(SummaryRow::new(lang.t("เหตุผล", "Reason"), reason.clone()));
    }
    rows
}

fn acts(lang: Lang, refund: &RefundRow, form: &FormView, officer: bool, cashier: bool) -> AnyView {
    let action = lang.path(&format!("/staff/refunds/{}", refund.id));
    let send = (refund.status == RefundStatus::Asked && officer).then(|| {
        let amount = Field::new(
            form,
            "send",
            "amount",
            lang.t("จำนวนเงิน (บาท)", "Amount (baht)"),
        )
        .line();
        let reason = Field::new(
            form,
            "send",
            "reason",
            lang.t(
                "เหตุผล หากต่างจากตาราง",
                "Reason, if it differs from the table",
            ),
        )
        .lines(2);
        view! {
            <form method="post" action=action.clone()>
                {hidden(&[("action", "send")])}
                {amount}{reason}
                <Button label=lang.t("ส่งกองคลังแล้ว", "Sent to the finance division")/>
            </form>
        }
    });
    let paid = (refund.status == RefundStatus::Sent && cashier).then(|| {
        view! {
            <form method="post" action=action.clone()>
                {hidden(&[("action", "paid")])}
                <Button label=lang.t("กองคลังคืนเงินแล้ว", "It was paid back")/>
            </form>
        }
    });
    let open = matches!(refund.status, RefundStatus::Asked | RefundStatus::Sent);
    let refuse = (open && cashier).then(|| {
        let reason = Field::new(form, "refuse", "reason", lang.t("เหตุผล", "Reason")).lines(2);
        view! {
            <details open=form.error("refuse.reason").is_some()>
                <summary>{lang.t("กองคลังไม่คืนเงิน", "The finance division refuses")}</summary>
                <form method="post" action=action.clone()>
                    {hidden(&[("action", "refuse")])}
                    {reason}
                    <Button label=lang.t("บันทึกว่าไม่คืนเงิน", "Note that it is refused") kind=ButtonKind::Warning/>
                </form>
            </details>
        }
    });
    view! { {send}{paid}{refuse} }.into_any()
}
