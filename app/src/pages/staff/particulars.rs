//! What the office knows of body and coffin: type of case, coffin, implants; the papers and tasks that follow from it.
//! Changing it checks the places and takes them again; where they no longer fit, the nearest that do are one tap away.
use super::frame::{Clerk, Office, Page, Place};
use super::{conflict, request, words};
use crate::components::reference::in_fours;
use crate::components::{
    Button, Choice, ErrorSummary, FormView, Radios, SelectField, SummaryList, SummaryRow, Tag,
    TagKind, Width,
};
use crate::http::see_other;
use crate::pages::answers::Answers;
use crate::pages::crematorium::Slot;
use crate::pages::frame::hidden;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::particulars::ParticularsView;
use domain::crematorium::particulars::FIELDS;
use domain::crematorium::{CaseType, CoffinSize, Implants, Wish};
use domain::form::{FieldError, FieldErrors, Lang, RawFields, Text, raw};
use domain::reference::Reference;
use leptos::prelude::*;

fn path(reference: &Reference) -> String {
    format!("/staff/requests/{}/particulars", reference.as_str())
}

/// `GET /staff/requests/{reference}/particulars`
pub(super) async fn page(Clerk(office): Clerk, Path(reference): Path<String>) -> Response {
    office.answer(form_page(&office, &reference, Attempt::default()).await)
}

/// `POST` to the same address: `version`, the fields, and perhaps `slot`, one of the nearest places that fit.
pub(super) async fn set(
    Clerk(office): Clerk,
    Path(reference): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(changed(&office, &reference, answers.all()).await)
}

/// Why the form is shown again.
#[derive(Default)]
struct Attempt {
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
    /// Places that fit, when those that are booked do not.
    alternatives: Option<Vec<Wish>>,
}

async fn changed(office: &Office, number: &str, typed: RawFields) -> desk::Result<Response> {
    let reference = Reference::parse(number).map_err(|_| Trouble::NotFound)?;
    let wrong = |errors| Attempt {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        typed: typed.clone(),
        errors,
        alternatives: None,
    };
    let Ok(version) = raw(&typed, "version").parse::<i64>() else {
        let errors = FieldErrors::one(FieldError::new(
            "",
            "version",
            "เปิดหน้านี้ใหม่แล้วลองอีกครั้ง",
            "Open this page again and try once more",
        ));
        return form_page(office, number, wrong(errors)).await;
    };
    let places = match Slot::parse(raw(&typed, "slot")) {
        Some(Slot::Whole(wish)) => Some(wish),
        Some(Slot::Round(cremation)) => Some(Wish {
            cremation: Some(cremation),
            ..Wish::default()
        }),
        _ => None,
    };
    let set =
        office
            .desk()
            .set_particulars(&office.staff, number, version, &typed, places.as_ref());
    match set.await {
        Ok(()) => Ok(see_other(&office.href(&request::path(&reference)))),
        Err(Trouble::Invalid(errors)) => form_page(office, number, wrong(errors)).await,
        Err(Trouble::Refused(refusal)) => {
            let errors =
                FieldErrors::one(FieldError::new("", "refused", refusal.th(), refusal.en()));
            form_page(office, number, wrong(errors)).await
        }
        Err(Trouble::SlotTaken { alternatives, .. }) => {
            let errors = FieldErrors::one(FieldError::new(
                "slot",
                "slot_taken",
                "วันและรอบที่จองไว้ใช้กับประเภทหรือขนาดหีบศพนี้ไม่ได้ ยังไม่ได้เปลี่ยนอะไร เลือกที่ใกล้เคียงด้านล่าง",
                "The places booked do not fit this type or coffin. Nothing has changed; choose one of the nearest below.",
            ));
            let attempt = Attempt {
                status: StatusCode::CONFLICT,
                typed,
                errors,
                alternatives: Some(alternatives),
            };
            form_page(office, number, attempt).await
        }
        Err(Trouble::DecidedFirst { status, by }) => {
            conflict::page(office, &reference, status, by, &typed).await
        }
        Err(other) => Err(other),
    }
}

async fn form_page(office: &Office, number: &str, attempt: Attempt) -> desk::Result<Response> {
    let view = office.desk().particulars(&office.staff, number).await?;
    let reference = Reference::parse(number).map_err(|_| Trouble::NotFound)?;
    let lang = office.lang();
    let mut fields = values(&view);
    fields.extend(attempt.typed);
    let form = FormView::new(lang, fields, attempt.errors);
    let rules = office.desk().rules();
    let nearest = attempt.alternatives.map(|alternatives| {
        let options = alternatives
            .iter()
            .map(|wish| Choice::new(Slot::whole(wish), words::item(lang, &rules, wish, None)))
            .collect::<Vec<_>>();
        if options.is_empty() {
            let none = lang.t("ไม่มีวันว่างที่ใช้ได้ในช่วงที่จองได้", "Nothing that fits is free within the horizon");
            return view! { <p id="slot" tabindex="-1">{none}</p> }.into_any();
        }
        view! { <Radios form=form.clone() field="slot" legend=lang.t("ย้ายไป (ครอบครัวจะได้รับโทรศัพท์)", "Move to (the family will be called)") options/> }.into_any()
    });
    let title = lang.t("ประเภท หีบศพ และอุปกรณ์ฝัง", "Type, coffin and implants");
    let page = Page::new(Place::Requests, title)
        .status(attempt.status)
        .back(request::path(&reference));
    office
        .page(page, move || {
            let action = lang.path(&path(&reference));
            let version = view.version.to_string();
            let body = if view.may_change {
                view! {
                    <form method="post" action=action novalidate>
                        {hidden(&[("version", &version)])}
                        {nearest}
                        {selects(lang, &form)}
                        <div class="actions"><Button label=lang.t("บันทึก", "Save")/></div>
                    </form>
                }
                .into_any()
            } else {
                view! { <p class="muted">{lang.t("แก้ไขไม่ได้ในสถานะปัจจุบัน", "It cannot be changed in the present state")}</p> }
                    .into_any()
            };
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                <p class="sub">{lang.t("คำขอ ", "Request ")}{in_fours(reference.as_str())}</p>
                <p>{lang.t(
                    "ระบบตรวจวัน รอบ และเตาให้ใหม่ทันที ถ้าใช้ไม่ได้จะไม่เปลี่ยนอะไร",
                    "Day, round and furnace are checked at once. If they do not fit, nothing changes.",
                )}</p>
                {body}
            }
            .into_any()
        })
        .await
}

/// The three questions as lists.
pub(super) fn selects(lang: Lang, form: &FormView) -> AnyView {
    let types = CaseType::ALL.map(|it| (it.code().to_owned(), it.label().get(lang).to_owned()));
    view! {
        <SelectField form field="case_type" label=lang.t("ประเภท", "Type") options=types.into() width=Width::Long/>
        {coffin_and_implants(lang, form)}
    }
    .into_any()
}

/// Two of them, with "not asked yet" where there is no answer.
pub(super) fn coffin_and_implants(lang: Lang, form: &FormView) -> AnyView {
    let list = |all: Vec<(&'static str, Text)>| {
        let unasked = lang.t("ยังไม่ได้ถาม", "Not asked yet").to_owned();
        let all = all
            .into_iter()
            .map(|(code, label)| (code.to_owned(), label.get(lang).to_owned()));
        std::iter::once((String::new(), unasked))
            .chain(all)
            .collect::<Vec<_>>()
    };
    let sizes = list(CoffinSize::ALL.map(|it| (it.code(), it.label())).into());
    let implants = list(Implants::ALL.map(|it| (it.code(), it.label())).into());
    view! {
        <SelectField form field="coffin_size" label=lang.t("ขนาดหีบศพ", "Size of the coffin") options=sizes width=Width::Long/>
        <SelectField form field="implants" label=lang.t("เครื่องกระตุ้นหัวใจหรืออุปกรณ์ฝังที่มีแบตเตอรี่", "Pacemaker or another implant with a battery") options=implants width=Width::Long
            hint=lang.t("ต้องนำออกก่อนฌาปนกิจ เพราะระเบิดในเตาได้", "It must be removed before the cremation: it can burst in the furnace.")/>
    }
    .into_any()
}

fn values(view: &ParticularsView) -> RawFields {
    let known = view.known;
    FIELDS
        .iter()
        .zip([
            known.case_type.code(),
            known.coffin.map_or("", CoffinSize::code),
            known.implants.map_or("", Implants::code),
        ])
        .map(|(name, value)| ((*name).to_owned(), value.to_owned()))
        .collect()
}

/// The panel of the request page.
pub(super) async fn panel(office: &Office, reference: &str) -> desk::Result<AnyView> {
    let view = office.desk().particulars(&office.staff, reference).await?;
    let reference = Reference::parse(reference).map_err(|_| Trouble::NotFound)?;
    let rules = office.desk().rules();
    let lang = office.lang();
    let unasked = || Text::new("ยังไม่ได้ถาม", "Not asked yet");
    let known = view.known;
    let coffin = known.coffin.map_or_else(unasked, CoffinSize::label);
    let mut rows = vec![
        SummaryRow::new(lang.t("ประเภท", "Type"), known.case_type.label().get(lang)),
        SummaryRow::new(lang.t("หีบศพ", "Coffin"), coffin.get(lang)),
    ];
    let implants = known.implants.map_or_else(unasked, Implants::label);
    let implants = implants.get(lang).to_owned();
    let warn = known.implants.is_some_and(Implants::needs_care).then(|| {
        view! { " "<Tag label=lang.t("ต้องนำออกก่อน", "To be removed first") kind=TagKind::Late/> }
    });
    rows.push(SummaryRow::view(
        lang.t("อุปกรณ์ฝังที่มีแบตเตอรี่", "Implants"),
        view! { {implants}{warn} },
    ));
    if let Some(number) = view.internal_number {
        let name = lang.t("เลขภายใน", "Internal number");
        rows.push(SummaryRow::new(name, number.to_string()));
    }
    if let Some(id) = &view.ash_table {
        let tables = &rules.settings().ash.tables;
        let table = tables.iter().find(|table| table.id == *id);
        let table = table.map_or(id.as_str(), |table| table.name.get(lang));
        rows.push(SummaryRow::new(lang.t("โต๊ะเก็บอัฐิ", "Ash table"), table));
    }
    let papers: Vec<_> = view
        .documents
        .iter()
        .map(|kind| kind.needed().get(lang).to_owned())
        .collect();
    rows.push(SummaryRow::new(
        lang.t("เอกสารที่ต้องใช้", "Papers needed"),
        papers.join(" · "),
    ));
    let tasks = view.tasks.iter().map(|task| {
        let (kind, state) = if task.done {
            (TagKind::Ok, lang.t("ทำแล้ว", "Done"))
        } else {
            (TagKind::Wait, lang.t("ยังไม่ได้ทำ", "To do"))
        };
        view! { <li>{task.name.get(lang).to_owned()}" "<Tag label=state kind/></li> }
    });
    let tasks = (!view.tasks.is_empty()).then(|| {
        let href = lang.path("/staff/tasks");
        view! {
            <h3><a href=href>{lang.t("งานของเจ้าหน้าที่สำหรับเรื่องนี้", "What the office does for this case")}</a></h3>
            <ul class="plain">{tasks.collect_view()}</ul>
        }
    });
    let change = view.may_change.then(|| {
        let href = lang.path(&path(&reference));
        view! { <p><a href=href>{lang.t("แก้ไขประเภท หีบศพ หรืออุปกรณ์ฝัง", "Change type, coffin or implants")}</a></p> }
    });
    Ok(view! {
        <section class="panel" aria-labelledby="particulars">
            <h2 id="particulars">{lang.t("ศพและหีบศพ", "Body and coffin")}</h2>
            <SummaryList lang rows/>
            {change}
            {tasks}
        </section>
    }
    .into_any())
}

/// What the family told and its places do not fit, on the list of unfinished tasks.
pub(super) fn told(lang: Lang, body: &str) -> String {
    let mut parts = body.split(' ');
    let mut part = || parts.next().unwrap_or_default();
    let words = [
        CaseType::parse(part()).map(CaseType::label),
        CoffinSize::parse(part()).map(CoffinSize::label),
        Implants::parse(part()).map(Implants::label),
    ];
    let words: Vec<_> = words
        .iter()
        .flatten()
        .map(|text| text.get(lang).to_owned())
        .collect();
    words.join(" · ")
}
