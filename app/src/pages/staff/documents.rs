//! A request's documents for the office, and the register of a month.
use super::frame::{Clerk, Office, Page, Place};
use super::request;
use crate::components::reference::in_fours;
use crate::components::{Button, ButtonKind, DocumentView};
use crate::file::pdf_response;
use crate::pages::answers::Asked;
use crate::pages::document;
use axum::extract::Path;
use axum::response::Response;
use chrono::{Datelike, Months, NaiveDate};
use desk::Trouble;
use domain::document::Kind;
use domain::{thai_date, time};
use leptos::prelude::*;

/// The panel of a request's page: a link to every document.
pub(super) async fn panel(office: &Office, reference: &str) -> desk::Result<AnyView> {
    let lang = office.lang();
    let kinds = office.desk().documents_of(&office.staff, reference).await?;
    let links = kinds.into_iter().map(|kind| {
        let href = office.href(&format!(
            "/staff/requests/{reference}/documents/{}",
            kind.code()
        ));
        view! { <li><a href=href>{kind.name(lang)}</a></li> }
    });
    Ok(view! {
        <section class="panel">
            <h2>{lang.t("แบบพิมพ์", "Forms to print")}</h2>
            <ul class="links">{links.collect_view()}</ul>
        </section>
    }
    .into_any())
}

/// `GET /staff/requests/{reference}/documents/{kind}`
pub(super) async fn page(
    Clerk(office): Clerk,
    Path((reference, kind)): Path<(String, String)>,
) -> Response {
    office.answer(shown(&office, &reference, &kind).await)
}

async fn shown(office: &Office, number: &str, kind: &str) -> desk::Result<Response> {
    let kind = Kind::parse(kind).ok_or(Trouble::NotFound)?;
    let desk = office.desk();
    let document = desk
        .document_of(&office.staff, number, kind, office.lang())
        .await?;
    let link = desk.document_link(&document)?;
    let reference = document.reference.clone().ok_or(Trouble::NotFound)?;
    let title = format!("{} {}", document.title, in_fours(reference.as_str()));
    let files = document::files(&office.visit, &link);
    let heading = document.title.clone();
    office
        .page(
            Page::new(Place::Requests, title).back(request::path(&reference)),
            move || view! { <h1>{heading}</h1>{files}<DocumentView document/> }.into_any(),
        )
        .await
}

/// `GET /staff/register`; `?month=2026-11`, this month otherwise.
pub(super) async fn register(Clerk(office): Clerk, asked: Asked) -> Response {
    office.answer(month(&office, asked.value("month")).await)
}

/// `GET /staff/register/pdf`
pub(super) async fn register_pdf(Clerk(office): Clerk, asked: Asked) -> Response {
    let first = first_of(&office, asked.value("month"));
    let pdf = office
        .desk()
        .register_pdf(&office.staff, first, office.lang());
    let name = format!("register-{}.pdf", first.format("%Y-%m"));
    let file = pdf.await.map(|bytes| pdf_response(&name, bytes));
    office.answer(file)
}

/// The first day of a month as it is asked for, of this month when nothing readable is.
fn first_of(office: &Office, month: &str) -> NaiveDate {
    let today = time::local_date(office.desk().now());
    let asked = format!("{month}-01").parse::<NaiveDate>();
    let day = asked.unwrap_or(today);
    day.with_day(1).unwrap_or(day)
}

async fn month(office: &Office, asked: &str) -> desk::Result<Response> {
    let lang = office.lang();
    let first = first_of(office, asked);
    let document = office.desk().register(&office.staff, first, lang).await?;
    let months = (0..12).filter_map(|back| {
        let month = first.checked_add_months(Months::new(1))?;
        let month = month.checked_sub_months(Months::new(back))?;
        let words = lang.t(
            format!(
                "{} {}",
                thai_date::month_th(month),
                thai_date::buddhist_year(month)
            ),
            format!("{} {}", thai_date::month_en(month), month.year()),
        );
        let value = month.format("%Y-%m").to_string();
        let selected = month == first;
        Some(view! { <option value=value selected=selected>{words}</option> })
    });
    let pdf = office.href(&format!(
        "/staff/register/pdf?month={}",
        first.format("%Y-%m")
    ));
    let action = office.href("/staff/register");
    let title = document.title.clone();
    let heading = document.title.clone();
    let months = months.collect_view();
    office
        .page(Page::new(Place::Register, title), move || {
            view! {
                <h1>{heading}</h1>
                <form method="get" action=action class="filters">
                    <label for="month">{lang.t("เดือน", "Month")}</label>
                    <select id="month" name="month">{months}</select>
                    <Button label=lang.t("แสดง", "Show") kind=ButtonKind::Secondary/>
                </form>
                <ul class="links no-print"><li><a href=pdf>{lang.t("ไฟล์ PDF สำหรับพิมพ์", "PDF to print")}</a></li></ul>
                <DocumentView document/>
            }
            .into_any()
        })
        .await
}
