//! Where the request begins: what the service is, what to have at hand, and the button that starts a draft.
use super::draft::this_browser;
use crate::components::Button;
use crate::http::{Visit, see_other, see_other_with};
use crate::pages::frame::{private_page, public_page};
use crate::pages::home::{continue_links, unfinished};
use crate::pages::trouble;
use crate::shell::{Document, PageContext};
use crate::words;
use axum::http::StatusCode;
use axum::response::Response;
use domain::crematorium::Rules;
use domain::form::Lang;
use leptos::prelude::*;

/// `GET /crematorium`
pub(super) async fn page(visit: Visit) -> Response {
    let rules = visit.desk().rules();
    let lang = visit.lang;
    let mut drafts = unfinished(&visit).await;
    drafts.retain(|draft| draft.service == desk::request::SERVICE);
    let resume = continue_links(lang, &drafts);
    if resume.is_none() {
        public_page(&visit, |ctx| start(ctx, lang, &rules, resume))
    } else {
        private_page(&visit, StatusCode::OK, |ctx| {
            start(ctx, lang, &rules, resume)
        })
    }
}

/// `POST /crematorium`: a draft for this browser.
pub(super) async fn begin(visit: Visit) -> Response {
    match new_draft(&visit).await {
        Ok((draft, cookies)) => see_other_with(
            &visit.href(&super::Step::Contact.of(&draft, false)),
            &cookies,
        ),
        Err(desk::Trouble::NotFound) => see_other(&visit.href("/crematorium")),
        Err(trouble) => trouble::page(&visit, &trouble),
    }
}

async fn new_draft(visit: &Visit) -> desk::Result<(String, Vec<String>)> {
    let (browser, cookies) = this_browser(visit).await?;
    let draft = visit.desk().start_draft(&browser, visit.lang).await?;
    Ok((draft, cookies))
}

fn start(
    ctx: PageContext,
    lang: Lang,
    rules: &Rules,
    resume: Option<AnyView>,
) -> impl IntoView + use<> {
    let title = lang.t("ขอใช้ฌาปนสถาน", "Use the crematorium");
    let manual = rules.municipality.manual("crematorium").map(|_| {
        let href = lang.path("/manual/crematorium");
        view! { <p><a href=href>{lang.t("ขั้นตอน เอกสาร และค่าธรรมเนียม", "Steps, documents and fees")}</a></p> }
    });
    let call = words::call(
        lang,
        lang.t(
            "ให้เจ้าหน้าที่กรอกให้ หรือเรื่องเร่งด่วน โทร",
            "To have an officer fill it in, or if it is urgent, call",
        ),
        &rules.settings().duty,
    );
    view! {
        <Document ctx title back=lang.path("/")>
            <h1>{title}</h1>
            {resume}
            <p class="lead">{lang.t("จองศาลาสวดและวันฌาปนกิจ ใช้เวลาประมาณ 10 นาที", "Book a pavilion and the day of the cremation. It takes about 10 minutes.")}</p>
            <h2>{lang.t("สิ่งที่จะถาม", "What is asked")}</h2>
            <ul>
                <li>{lang.t("ชื่อและเบอร์โทรของผู้ขอ", "The applicant's name and phone")}</li>
                <li>{lang.t("ชื่อ เลขประจำตัว (ถ้าทราบ) และวันที่เสียชีวิต", "The name of the person who died, an ID number if known, and the date")}</li>
            </ul>
            <p>{lang.t("ยังไม่มีมรณบัตรก็ขอได้", "You can ask before the death certificate has come.")}</p>
            <form method="post" action=lang.path("/crematorium")>
                <div class="actions"><Button label=lang.t("เริ่มขอใช้ฌาปนสถาน", "Start")/></div>
            </form>
            {manual}
            <p><a href=lang.path("/carry")>{lang.t("มีรหัสต่อจากเครื่องอื่น", "I have a code from another phone")}</a></p>
            <p><a href=lang.path("/track")>{lang.t("ติดตามคำขอที่ส่งแล้ว", "Track a request already sent")}</a></p>
            <p><a href=lang.path("/agent")>{lang.t("สำหรับผู้จัดงานศพ วัด โรงพยาบาล และ อสม.", "For funeral directors, temples, hospitals and health volunteers")}</a></p>
            {call}
        </Document>
    }
}
