//! The public manual of a service, from the same settings that the workflow runs by.
use super::frame::public_page;
use super::trouble;
use crate::components::{ButtonLink, Fold, Step, StepState, Steps};
use crate::http::Visit;
use crate::shell::{Document, PageContext};
use crate::words;
use axum::extract::Path;
use axum::response::Response;
use desk::Trouble;
use domain::crematorium::Rules;
use domain::form::{Lang, Text};
use domain::municipality::{Manual, ManualFee};
use leptos::prelude::*;

/// `GET /manual/{service}`
pub(super) async fn page(visit: Visit, Path(service): Path<String>) -> Response {
    let rules = visit.desk().rules();
    match rules.municipality.manual(&service) {
        Some(found) => public_page(&visit, |ctx| manual(ctx, visit.lang, &rules, found)),
        None => trouble::page(&visit, &Trouble::NotFound),
    }
}

fn manual(ctx: PageContext, lang: Lang, rules: &Rules, manual: &Manual) -> impl IntoView + use<> {
    let title = manual.title.get(lang).to_owned();
    let heading = title.clone();
    let online = manual.service == "crematorium";
    let begin = online.then(|| {
        let href = lang.path("/crematorium");
        view! { <p><ButtonLink href label=lang.t("ขอใช้ฌาปนสถาน", "Use the crematorium")/></p> }
    });
    let office = if online {
        &rules.settings().duty
    } else {
        &rules.municipality.office
    };
    let steps = manual
        .steps
        .iter()
        .map(|step| {
            let who = step.responsible.get(lang);
            Step::new(StepState::Plain, step.name.get(lang))
                .time(step.time.get(lang))
                .note(lang.t(format!("ผู้รับผิดชอบ: {who}"), format!("By: {who}")))
        })
        .collect();
    let sample = rules.municipality.sample.then(|| {
        view! { <p class="hint">{lang.t("เวลา ค่าธรรมเนียม และเงื่อนไขในหน้านี้เป็นค่าตัวอย่าง", "Times, fees and conditions on this page are samples.")}</p> }
    });
    let revised = words::day(lang, manual.revised);
    let text = |text: &Text| text.get(lang).to_owned();
    let (summary, complaints, legal_basis) = (
        text(&manual.summary),
        text(&manual.complaints),
        text(&manual.legal_basis),
    );
    let (criteria, documents, channels) = (
        list(lang, &manual.criteria),
        list(lang, &manual.documents),
        list(lang, &manual.channels),
    );
    let fees = fees(lang, rules, &manual.fees);
    let call = words::call(lang, lang.t("สอบถาม โทร", "Questions: call"), office);
    view! {
        <Document ctx title back=lang.path("/")>
            <h1>{heading}</h1>
            <p class="lead">{summary}</p>
            {sample}
            {begin}
            <h2 id="steps">{lang.t("ขั้นตอนและระยะเวลา", "Steps and times")}</h2>
            <Steps lang steps/>
            {Fold::new(lang.t("หลักเกณฑ์และเงื่อนไข", "Criteria")).heading().id("criteria").around(criteria)}
            {Fold::new(lang.t("เอกสาร", "Documents")).heading().id("documents").around(documents)}
            {Fold::new(lang.t("ค่าธรรมเนียม", "Fees")).heading().id("fees").around(fees)}
            {Fold::new(lang.t("ช่องทางยื่นคำขอ", "Where to apply")).heading().id("channels").around(view! {{channels}{call}})}
            {Fold::new(lang.t("ร้องเรียนและเสนอแนะ", "Complaints and suggestions")).heading().id("complaints").around(view! {<p>{complaints}</p>})}
            {Fold::new(lang.t("กฎหมายที่เกี่ยวข้อง", "Legal basis")).heading().id("legal-basis").around(view! {<p>{legal_basis}</p>})}
            <p class="hint">{lang.t("ปรับปรุงล่าสุด ", "Last revised ")}{revised}</p>
        </Document>
    }
}

fn list(lang: Lang, items: &[Text]) -> AnyView {
    let items = items
        .iter()
        .map(|item| view! { <li>{item.get(lang).to_owned()}</li> })
        .collect_view();
    view! { <ul>{items}</ul> }.into_any()
}

/// Every fee with its legal basis; and what no officer may take.
fn fees(lang: Lang, rules: &Rules, fees: &[ManualFee]) -> AnyView {
    let mark = words::sample(lang, rules);
    let none = fees
        .is_empty()
        .then(|| view! { <p>{lang.t("ไม่มีค่าธรรมเนียม", "There is no fee.")}</p> });
    let rows = fees
        .iter()
        .map(|fee| {
            let amount = format!("{} {}", words::money(lang, fee.amount), fee.unit.get(lang));
            let name = fee.name.get(lang);
            // Many names bear the mark already.
            let mark = if name.contains(mark.trim()) { "" } else { mark };
            view! {
                <div>
                    <dt>{name.to_owned()}</dt>
                    <dd><span class="amount">{amount}</span>{mark}<br/><small>{fee.legal_basis.get(lang).to_owned()}</small></dd>
                </div>
            }
        })
        .collect_view();
    let list = (!fees.is_empty()).then(|| view! { <dl class="summary fees">{rows}</dl> });
    view! {
        {none}
        {list}
        <p>{lang.t("เจ้าหน้าที่ไม่รับของขวัญ เงิน หรือสิ่งตอบแทนใด ๆ นอกจากค่าธรรมเนียมตามใบแจ้งชำระ", "Officers take no gifts and no money other than the fees on the fee note.")}</p>
    }
    .into_any()
}
