//! What a visitor reads when something is in the way: what happened, to the answers too, and whom to call.
use super::frame::private_page;
use crate::components::{ButtonKind, ButtonLink};
use crate::http::Visit;
use crate::shell::Document;
use crate::words;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use desk::Trouble;
use domain::form::Lang;
use domain::municipality::Office;
use leptos::prelude::*;
use std::error::Error;

/// A calm page with one heading.
pub(in crate::pages) struct Calm {
    pub status: StatusCode,
    pub title: String,
    pub lines: Vec<String>,
    /// Why one would call.
    pub call: &'static str,
    /// Ways on: site path and label; the first is a button.
    pub ways: Vec<(String, &'static str)>,
}

impl Calm {
    pub fn new(lang: Lang, status: StatusCode, title: impl Into<String>) -> Self {
        Self {
            status,
            title: title.into(),
            lines: Vec::new(),
            call: lang.t(
                "สอบถามหรือขอให้ช่วยดำเนินการ โทร",
                "For questions or help, call",
            ),
            ways: Vec::new(),
        }
    }

    #[must_use]
    pub fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    #[must_use]
    pub fn way(mut self, path: impl Into<String>, label: &'static str) -> Self {
        self.ways.push((path.into(), label));
        self
    }

    /// From the check of a draft there is a way back to it.
    fn back_to_the_answers(self, visit: &Visit) -> Self {
        if visit.path.ends_with("/check") {
            self.way(
                visit.path.clone(),
                visit.lang.t("กลับไปดูคำตอบ", "Back to your answers"),
            )
        } else {
            self
        }
    }

    pub fn answer(self, visit: &Visit) -> Response {
        let lang = visit.lang;
        let rules = visit.desk().rules();
        let office = office_of(visit, &rules);
        let Self {
            status,
            title,
            lines,
            call,
            ways,
        } = self;
        let ways: Vec<_> = ways
            .into_iter()
            .map(|(path, label)| (visit.href(&path), label))
            .collect();
        let error = !status.is_success();
        private_page(visit, status, |ctx| {
            let heading = title.clone();
            let mut ways = ways.into_iter();
            let first = ways.next().map(|(href, label)| view! { <p><ButtonLink href label kind=ButtonKind::Secondary/></p> });
            let rest = ways
                .map(|(href, label)| view! { <p><a href=href>{label}</a></p> })
                .collect_view();
            let lines = lines
                .into_iter()
                .map(|line| view! { <p>{line}</p> })
                .collect_view();
            let call = words::call(lang, call, office);
            view! {
                <Document ctx title error private=true>
                    <h1>{heading}</h1>
                    {lines}
                    {call}
                    {first}
                    {rest}
                </Document>
            }
        })
    }
}

/// The duty desk answers for the crematorium and for tracking, the office for everything else.
fn office_of<'a>(visit: &Visit, rules: &'a domain::crematorium::Rules) -> &'a Office {
    if ["/crematorium", "/track", "/agent"]
        .iter()
        .any(|path| visit.path.starts_with(path))
    {
        &rules.settings().duty
    } else {
        &rules.municipality.office
    }
}

/// The page for a use case that did not happen.
pub fn page(visit: &Visit, trouble: &Trouble) -> Response {
    let lang = visit.lang;
    let calm = |status, th: &'static str, en: &'static str| Calm::new(lang, status, lang.t(th, en));
    match trouble {
        Trouble::Invalid(errors) => {
            let mut page = calm(StatusCode::UNPROCESSABLE_ENTITY, "ข้อมูลบางส่วนยังไม่ถูกต้อง", "Some answers need correcting");
            for error in errors.iter() {
                page = page.line(error.text.get(lang));
            }
            page.line(lang.t("โปรดย้อนกลับไปแก้ไข คำตอบอื่นยังอยู่", "Please go back and correct them. The other answers are kept."))
        }
        Trouble::SlotTaken { .. } => calm(StatusCode::CONFLICT, "วันหรือเวลาที่เลือกมีผู้จองแล้ว", "The day or time chosen has been booked")
            .line(lang.t("คำตอบของท่านยังอยู่ครบ โปรดย้อนกลับไปเลือกวันอื่น", "Your answers are kept. Please go back and choose another.")),
        Trouble::DeceasedHasCase => calm(StatusCode::CONFLICT, "มีคำขอสำหรับผู้เสียชีวิตรายนี้อยู่แล้ว", "There is already a request for this person")
            .line(lang.t(
                "ส่งคำขอซ้ำไม่ได้ เจ้าหน้าที่จะช่วยตรวจสอบให้ คำตอบของท่านยังเก็บไว้",
                "It cannot be sent twice. An officer will look into it with you. Your answers are kept.",
            )),
        Trouble::TooManyUnverified => calm(
            StatusCode::TOO_MANY_REQUESTS,
            "มีคำขอที่รอเจ้าหน้าที่โทรยืนยันอยู่ครบจำนวนแล้ว",
            "Earlier requests still wait for our call",
        )
        .line(lang.t(
            "เมื่อเจ้าหน้าที่ยืนยันคำขอก่อนหน้าแล้ว จึงส่งคำขอนี้ได้ คำตอบของท่านยังเก็บไว้ หากเร่งด่วน เจ้าหน้าที่ดำเนินการให้ทางโทรศัพท์ได้",
            "This one can be sent once an officer has confirmed them. Your answers are kept. If it is urgent, an officer can do it by telephone.",
        )),
        Trouble::DecidedFirst { status, .. } => {
            let state = lang.t(status.th(), status.en());
            calm(StatusCode::CONFLICT, "สำนักงานดำเนินการกับคำขอนี้ก่อนแล้ว", "The office has acted on this request first")
                .line(lang.t(format!("สถานะปัจจุบัน: {state}"), format!("It now stands at: {state}")))
                .way("/track", lang.t("ดูสถานะคำขอ", "See the request"))
        }
        Trouble::Refused(refusal) => {
            calm(StatusCode::CONFLICT, "ทำรายการนี้ไม่ได้ในขณะนี้", "This cannot be done now").line(lang.t(refusal.th(), refusal.en()))
        }
        Trouble::RateLimited { retry_after_seconds } => return rate_limited(visit, *retry_after_seconds),
        Trouble::NotFound | Trouble::OtherService => calm(StatusCode::NOT_FOUND, "ไม่พบหน้านี้", "Page not found")
            .line(lang.t("ที่อยู่อาจพิมพ์ไม่ครบ หรือหน้านี้ถูกย้ายแล้ว", "The address may be incomplete, or the page has moved."))
            .way("/", lang.t("ไปหน้าแรก", "Go to the start page"))
            .way("/track", lang.t("ติดตามคำขอ", "Track a request")),
        Trouble::NotAllowed | Trouble::SignInRequired => {
            calm(StatusCode::FORBIDDEN, "ไม่มีสิทธิ์ใช้หน้านี้", "This page is not open to you").way("/", lang.t("ไปหน้าแรก", "Go to the start page"))
        }
        Trouble::NoMoreExtensions => calm(StatusCode::CONFLICT, "ขอเวลาเพิ่มครบจำนวนแล้ว", "No more time can be added")
            .line(lang.t(
                "คำตอบยังอยู่ครบ เมื่อหมดเวลา ยังส่งคำขอได้ถ้าวันนั้นยังว่าง",
                "Your answers are kept. When the time ends you can still send, if the day is still free.",
            )),
        Trouble::Vault(_) | Trouble::Workshop(_) => {
            log(trouble);
            calm(StatusCode::SERVICE_UNAVAILABLE, "ยังเก็บหรือเปิดไฟล์ไม่ได้ในขณะนี้", "Files cannot be kept or opened at the moment")
                .line(lang.t(
                    "โปรดลองอีกครั้งในอีกสักครู่ ข้อมูลที่กรอกยังอยู่",
                    "Please try again in a few minutes. What you entered is kept.",
                ))
        }
        Trouble::Store(_) => {
            log(trouble);
            outage(lang, StatusCode::SERVICE_UNAVAILABLE)
        }
        _ => {
            log(trouble);
            outage(lang, StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
    .back_to_the_answers(visit)
    .answer(visit)
}

/// What an outage page says: what was kept, what was perhaps not, what to do.
fn outage(lang: Lang, status: StatusCode) -> Calm {
    Calm::new(lang, status, lang.t("ระบบขัดข้องชั่วคราว", "The service is not working at the moment"))
        .line(lang.t(
            "คำตอบที่บันทึกแล้วยังอยู่ครบ หน้าที่เพิ่งส่งอาจยังไม่ได้บันทึก โปรดลองอีกครั้งในอีกสักครู่",
            "Answers saved before are kept. The page you just sent may not be saved. Please try again in a few minutes.",
        ))
        .way("/", lang.t("ไปหน้าแรก", "Go to the start page"))
}

/// The same in one sentence, for a form that comes back as typed.
pub(super) fn outage_words(visit: &Visit) -> (String, String) {
    let rules = visit.desk().rules();
    let phone = &rules.settings().duty.phone;
    (
        format!(
            "ระบบขัดข้องชั่วคราว คำตอบในหน้านี้ยังไม่ได้บันทึก แต่ยังอยู่ด้านล่าง โปรดกดอีกครั้งในอีกสักครู่ หรือโทร {phone}"
        ),
        format!(
            "The service is not working at the moment. The answers on this page are not saved yet, but stand below. Please press again in a few minutes, or call {phone}."
        ),
    )
}

fn rate_limited(visit: &Visit, seconds: u64) -> Response {
    let lang = visit.lang;
    let minutes = seconds.div_ceil(60).max(1);
    let mut response = Calm::new(
        lang,
        StatusCode::TOO_MANY_REQUESTS,
        lang.t("ลองหลายครั้งเกินไป", "Too many tries"),
    )
    .line(lang.t(
        format!("โปรดลองใหม่ในอีก {minutes} นาที"),
        format!(
            "Please try again in {minutes} {}.",
            if minutes == 1 { "minute" } else { "minutes" }
        ),
    ))
    .answer(visit);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// A form that could not be read.
pub(super) fn unreadable(visit: &Visit, status: StatusCode) -> Response {
    let lang = visit.lang;
    let status = if status.is_client_error() {
        status
    } else {
        StatusCode::BAD_REQUEST
    };
    Calm::new(
        lang,
        status,
        lang.t("อ่านข้อมูลที่ส่งมาไม่ได้", "What was sent could not be read"),
    )
    .line(lang.t(
        "คำตอบที่บันทึกไว้ก่อนหน้านี้ยังอยู่ โปรดย้อนกลับแล้วส่งอีกครั้ง",
        "Answers saved before are kept. Please go back and send again.",
    ))
    .answer(visit)
}

/// The chain of causes, once. Never what a person typed: errors hold none of it.
pub(super) fn log(trouble: &Trouble) {
    let mut chain = trouble.to_string();
    let mut cause = trouble.source();
    while let Some(error) = cause {
        chain.push_str(": ");
        chain.push_str(&error.to_string());
        cause = error.source();
    }
    tracing::error!(chain, "a use case failed");
}
