//! Exemptions that wait for whoever may decide them: the list, its file, and the way to each request's fees.
use super::fees;
use super::frame::{Approvers, Page, Place};
use super::words;
use crate::components::Pager;
use crate::components::reference::in_fours;
use crate::export::{download, links};
use crate::pages::answers::Asked;
use axum::extract::Path;
use axum::response::Response;
use desk::Trouble;
use desk::export::FileKind;
use desk::fee::AskedLine;
use domain::form::Lang;
use domain::reference::Reference;
use leptos::prelude::*;

const PATH: &str = "/staff/exemptions";

/// `GET /staff/exemptions?after=…`
pub(super) async fn list(Approvers(office): Approvers, asked: Asked) -> Response {
    let after = asked.value("after").to_owned();
    let after = (!after.is_empty()).then_some(after);
    let page = async {
        let lang = office.lang();
        let list = office
            .desk()
            .exemptions_asked(&office.staff, after.as_deref())
            .await?;
        let title = lang.t("คำขอยกเว้นค่าธรรมเนียม", "Exemptions asked for");
        let here = lang.path(PATH);
        let newer = after.is_some().then(|| here.clone());
        let older = list.next.map(|next| format!("{here}?after={next}"));
        office
            .page(Page::new(Place::Exemptions, title), move || {
                view! {
                    <h1>{title}</h1>
                    <p class="sub">{lang.t("ต้องตัดสินก่อนรับชำระ เรียงจากที่รอนานที่สุด", "To be decided before anything is paid; the longest waiting first")}</p>
                    {table(lang, title, &list.rows)}
                    <Pager lang newer older/>
                    {links(lang, "/staff/exemptions/export/", "")}
                }
                .into_any()
            })
            .await
    };
    office.answer(page.await)
}

/// `GET /staff/exemptions/export/{kind}`
pub(super) async fn export(Approvers(office): Approvers, Path(kind): Path<String>) -> Response {
    let file = async {
        let kind = FileKind::parse(&kind).ok_or(Trouble::NotFound)?;
        let sheet = office
            .desk()
            .exemptions_asked_sheet(&office.staff, office.lang())
            .await?;
        download("exemptions", kind, &sheet)
    };
    office.answer(file.await)
}

fn table(lang: Lang, title: &'static str, rows: &[AskedLine]) -> AnyView {
    if rows.is_empty() {
        let words = lang.t("ไม่มีคำขอที่รอตัดสิน", "Nothing waits for a decision");
        return view! { <p class="empty">{words}</p> }.into_any();
    }
    let lines = rows.iter().map(|row| {
        let number = in_fours(&row.reference);
        let number = match Reference::parse(&row.reference) {
            Ok(reference) => {
                view! { <a href=lang.path(&fees::path(&reference))>{number}</a> }.into_any()
            }
            Err(_) => number.into_any(),
        };
        view! {
            <tr>
                <td>{number}</td>
                <td>{row.name.get(lang).to_owned()}</td>
                <td class="amount">{format!("{}%", row.percent)}</td>
                <td>{words::moment(lang, row.asked_at)}</td>
            </tr>
        }
    });
    view! {
        <table class="list">
            <caption class="unseen">{title}</caption>
            <thead><tr>
                <th scope="col">{lang.t("คำขอ", "Request")}</th>
                <th scope="col">{lang.t("เหตุ", "Cause")}</th>
                <th scope="col">{lang.t("ยกเว้น", "Exempt")}</th>
                <th scope="col">{lang.t("ขอเมื่อ", "Asked")}</th>
            </tr></thead>
            <tbody>{lines.collect_view()}</tbody>
        </table>
    }
    .into_any()
}
