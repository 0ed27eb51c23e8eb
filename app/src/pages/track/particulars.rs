//! Asked after sending: the coffin, implants, and whether the case is a special one. Later it can be told again.
use super::{Facts, carried, not_changed, view};
use crate::components::{
    Button, ButtonKind, Choice, Fold, FormView, Layout, Notice, NoticeKind, Radios,
};
use crate::http::Visit;
use crate::pages::answers::Answers;
use crate::words;
use axum::response::Response;
use desk::particulars::Told;
use desk::request::TrackView;
use domain::crematorium::particulars::FIELDS;
use domain::crematorium::{CaseType, CoffinSize, Implants, Rules};
use domain::form::{FieldError, FieldErrors, Lang, Text, raw};
use leptos::prelude::*;

/// `POST /track/particulars`
pub(super) async fn tell(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    tell_by(&visit, facts, answers).await
}

pub(super) async fn tell_by(visit: &Visit, facts: Facts, answers: Answers) -> Response {
    let lang = visit.lang;
    let typed = answers.only(&FIELDS);
    let mut missing = FieldErrors::new();
    for (field, th, en) in [
        (
            "coffin_size",
            "เลือกขนาดหีบศพ",
            "Choose the size of the coffin",
        ),
        (
            "implants",
            "เลือกว่ามีเครื่องกระตุ้นหัวใจหรือไม่",
            "Choose whether there is a pacemaker or another implant",
        ),
    ] {
        if raw(&typed, field).is_empty() {
            missing.push(FieldError::new(field, "missing", th, en));
        }
    }
    if !missing.is_empty() {
        return super::said_again(visit, &facts, typed, missing).await;
    }
    let access = facts.access(visit);
    let told = match visit.desk().tell_particulars(&access, &typed).await {
        Ok(told) => told,
        Err(trouble) => return not_changed(visit, &facts, typed, trouble).await,
    };
    let words = match told {
        Told::Kept => lang.t("บันทึกคำตอบแล้ว ขอบคุณ", "Your answers are saved. Thank you."),
        Told::OfficeWillCall => lang.t(
            "วันและรอบที่จองไว้ใช้กับคำตอบนี้ไม่ได้ ที่จองยังอยู่ เจ้าหน้าที่จะโทรหาเพื่อตกลงเวลาใหม่",
            "The places booked do not fit these answers. They are kept for now; an officer will call to agree on others.",
        ),
    };
    match visit.desk().track_by(&access).await {
        Ok(found) => view::page(visit, &facts, &found, view::Said::done(words)).await,
        Err(trouble) => super::not_shown(visit, &facts, &trouble),
    }
}

/// What stands above everything until an implant is out, or somebody has found that there is none.
pub(super) fn care(lang: Lang, rules: &Rules, found: &TrackView) -> Option<AnyView> {
    let implants = Implants::parse(raw(&found.fields, "implants"))?;
    let date = found.wish.cremation.as_ref()?.date;
    if !found.status.is_live() || !implants.needs_care() {
        return None;
    }
    let (day, phone) = (words::day(lang, date), &rules.settings().duty.phone);
    let (title, line) = if implants == Implants::Present {
        (
            lang.t(format!("ต้องนำอุปกรณ์ที่มีแบตเตอรี่ออกก่อน{day}"), format!("The implant must be removed before {day}")),
            lang.t(format!("โปรดแจ้งโรงพยาบาลวันนี้ เมื่อนำออกแล้วตอบในหน้านี้ หรือโทร {phone}"), format!("Please tell the hospital today. Once it is out, say so on this page or call {phone}.")),
        )
    } else {
        (
            lang.t("โปรดถามโรงพยาบาลเรื่องเครื่องกระตุ้นหัวใจ".to_owned(), "Please ask the hospital about a pacemaker".to_owned()),
            lang.t(format!("ต้องทราบก่อน{day} เมื่อทราบแล้วตอบในหน้านี้ หรือโทร {phone}"), format!("It must be known before {day}. Once you know, say so on this page or call {phone}.")),
        )
    };
    Some(view! { <Notice kind=NoticeKind::Hold title><p>{line}</p></Notice> }.into_any())
}

/// The questions, folded; beside them whether they are answered.
pub(super) fn section(
    visit: &Visit,
    form: &FormView,
    facts: &Facts,
    found: &TrackView,
) -> Option<AnyView> {
    let lang = visit.lang;
    // Only what is burned needs it; nothing changes while a case is frozen.
    if !found.status.is_live() || found.frozen || found.wish.cremation.is_none() {
        return None;
    }
    let answered = ["coffin_size", "implants"]
        .iter()
        .all(|name| !raw(&found.fields, name).is_empty());
    let wrong = FIELDS.iter().any(|name| form.error(name).is_some());
    let choices = |all: Vec<(&'static str, Text)>| {
        all.into_iter()
            .map(|(code, label)| Choice::new(code, label.get(lang)))
            .collect::<Vec<_>>()
    };
    let sizes = choices(CoffinSize::ALL.map(|it| (it.code(), it.label())).into());
    let implants = choices(Implants::ALL.map(|it| (it.code(), it.label())).into());
    let action = facts.action(visit, "particulars");
    let title = lang.t("สิ่งที่ฌาปนสถานต้องทราบ", "What the crematorium needs to know");
    let state = if answered {
        lang.t("ตอบแล้ว แก้ไขได้", "Answered; you can correct it")
            .to_owned()
    } else {
        view::unanswered(lang)
    };
    let fields = view! {
        <form method="post" action=action novalidate>
            {carried(facts, found)}
            <Radios form field="coffin_size" legend=lang.t("ขนาดหีบศพ", "Size of the coffin") options=sizes layout=Layout::Columns
                hint=lang.t("ถ้าไม่แน่ใจ ถามร้านหีบศพ", "If you are not sure, ask where it is bought.")/>
            <Radios form field="implants" legend=lang.t("เครื่องกระตุ้นหัวใจ หรืออุปกรณ์ในร่างกายที่มีแบตเตอรี่", "A pacemaker, or another implant with a battery") options=implants layout=Layout::Columns
                hint=lang.t("ต้องให้โรงพยาบาลนำออกก่อนวันฌาปนกิจ เพราะระเบิดในเตาได้", "The hospital must remove it before the cremation: it can burst in the furnace.")/>
            <Radios form field="case_type" legend=lang.t("กรณีพิเศษ", "A special case") options=special(lang) layout=Layout::Columns/>
            <div class="actions"><Button label=lang.t("บันทึกคำตอบ", "Save the answers") kind=ButtonKind::Secondary/></div>
        </form>
    };
    Some(
        Fold::new(title)
            .heading()
            .aside(state)
            .open(wrong)
            .around(fields)
            .into_any(),
    )
}

/// What a family knows of; somebody unnamed has no family here.
fn special(lang: Lang) -> Vec<Choice> {
    CaseType::ALL
        .into_iter()
        .filter(|it| *it != CaseType::Unnamed)
        .map(|it| {
            let label = match it {
                CaseType::Ordinary => Text::new("ไม่มี", "None"),
                it => it.label(),
            };
            Choice::new(it.code(), label.get(lang))
        })
        .collect()
}
