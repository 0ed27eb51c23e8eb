//! The register of units: the list with its file, finding one by scan, registering one.
use super::super::frame::{Clerk, Office, Page, Place};
use super::{Attempt, said};
use crate::components::{
    Button, ButtonLink, ErrorSummary, FormView, Notice, NoticeKind, Pager, SelectField, Tag,
    TagKind, TextArea, TextField, Width,
};
use crate::export::{download, links};
use crate::http::see_other;
use crate::pages::answers::{Answers, Asked};
use axum::extract::Path;
use axum::response::Response;
use desk::Trouble;
use desk::export::FileKind;
use desk::loan::{UnitFilter, UnitRow, kind_of};
use domain::equipment::UnitState;
use domain::form::{FieldErrors, Lang};
use leptos::prelude::*;

const PATH: &str = "/staff/equipment";

/// The fields of a unit's form.
pub(super) const FIELDS: [&str; 12] = [
    "kind",
    "asset_number",
    "serial",
    "maker",
    "model",
    "lot",
    "price",
    "fund",
    "acquired_on",
    "place",
    "inspected_on",
    "note",
];

/// The site path of a unit's page.
pub(super) fn path(id: uuid::Uuid) -> String {
    format!("{PATH}/{}", id.simple())
}

/// `GET /staff/equipment?kind=…&state=…&after=…`
pub(super) async fn list(Clerk(office): Clerk, asked: Asked) -> Response {
    let kind = asked.value("kind").to_owned();
    let filter = UnitFilter {
        kind: (!kind.is_empty()).then_some(kind),
        state: UnitState::parse(asked.value("state")),
    };
    let count = |name| asked.value(name).parse::<u32>().ok();
    let imported = count("added").zip(count("known"));
    office.answer(page(&office, filter, asked.value("after"), imported).await)
}

/// A page of units; `imported` is how many an import has just added, and how many were there.
async fn page(
    office: &Office,
    filter: UnitFilter,
    after: &str,
    imported: Option<(u32, u32)>,
) -> desk::Result<Response> {
    let lang = office.lang();
    let rules = office.desk().rules();
    let after = (!after.is_empty()).then_some(after);
    let list = office.desk().units(&office.staff, &filter, after).await?;
    let title = lang.t("ทะเบียนครุภัณฑ์", "Register of equipment");
    let here = lang.path(PATH);
    let (kind, state) = (
        filter.kind.clone().unwrap_or_default(),
        filter.state.map(UnitState::code).unwrap_or_default(),
    );
    let query = format!("kind={kind}&state={state}");
    let newer = after.is_some().then(|| format!("{here}?{query}"));
    let older = list.next.map(|next| format!("{here}?{query}&after={next}"));
    let of_kinds: Vec<(String, String)> = rules
        .municipality
        .equipment
        .iter()
        .map(|kind| (kind.id.clone(), kind.name.get(lang).to_owned()))
        .collect();
    let names: Vec<String> = list
        .rows
        .iter()
        .map(|unit| kind_of(&rules, &unit.kind).name.get(lang).to_owned())
        .collect();
    office
        .page(Page::new(Place::Equipment, title), move || {
            let all = || (String::new(), lang.t("ทั้งหมด", "All").to_owned());
            let kinds: Vec<_> = std::iter::once(all()).chain(of_kinds).collect();
            let states: Vec<_> = std::iter::once(all())
                .chain(UnitState::ALL.map(|state| (state.code().to_owned(), state.label().get(lang).to_owned())))
                .collect();
            let chosen = [("kind".to_owned(), kind), ("state".to_owned(), state.to_owned())];
            let form = FormView::new(lang, chosen.into(), FieldErrors::new());
            let new = lang.path("/staff/equipment/new");
            let import = lang.path("/staff/equipment/import");
            let said = imported.map(|(added, known)| {
                let words = lang.t(
                    format!("นำเข้าแล้ว ขึ้นทะเบียนใหม่ {added} ชิ้น มีอยู่แล้ว {known} ชิ้น"),
                    format!("Imported: {added} new, {known} registered already"),
                );
                view! { <div role="status"><Notice kind=NoticeKind::Good title=words/></div> }
            });
            view! {
                {said}
                <h1>{title}</h1>
                <form class="find" method="post" action=lang.path("/staff/equipment/find")>
                    <label for="scanned">{lang.t("สแกนหรือพิมพ์เลขครุภัณฑ์", "Scan or type an asset number")}</label>
                    <input class="input" id="scanned" name="scanned" autocomplete="off"/>
                    <Button label=lang.t("เปิดดู", "Open")/>
                </form>
                <p><ButtonLink href=new label=lang.t("ขึ้นทะเบียนชิ้นใหม่", "Register a unit")/>" "<a href=import>{lang.t("นำเข้าจากไฟล์", "Import a file")}</a></p>
                <form method="get" action=here>
                    <SelectField form=&form field="kind" label=lang.t("รายการ", "Type") options=kinds width=Width::Long/>
                    <SelectField form=&form field="state" label=lang.t("สภาพ", "State") options=states width=Width::Long/>
                    <div class="actions"><Button label=lang.t("กรอง", "Filter")/></div>
                </form>
                {table(lang, title, &list.rows, &names)}
                <Pager lang newer older/>
                {links(lang, "/staff/equipment/export/", "")}
            }
            .into_any()
        })
        .await
}

/// The tag of a state: green is ready, grey is gone, the rest is work.
pub(super) fn state_tag(lang: Lang, state: UnitState) -> AnyView {
    let kind = match state {
        UnitState::Available => TagKind::Ok,
        UnitState::Lost | UnitState::WrittenOff => TagKind::Closed,
        UnitState::Reserved | UnitState::OnLoan => TagKind::New,
        _ => TagKind::Wait,
    };
    view! { <Tag label=state.label().get(lang).to_owned() kind/> }.into_any()
}

fn table(lang: Lang, title: &'static str, rows: &[UnitRow], names: &[String]) -> AnyView {
    if rows.is_empty() {
        let words = lang.t("ไม่มีรายการ", "Nothing here");
        return view! { <p class="empty">{words}</p> }.into_any();
    }
    let lines = rows.iter().zip(names).map(|(unit, name)| {
        let href = lang.path(&path(unit.id));
        view! {
            <tr>
                <td data-name=lang.t("เลขครุภัณฑ์", "Asset number")><a href=href>{unit.asset_number.clone()}</a></td>
                <td data-name=lang.t("รายการ", "Type")>{name.clone()}</td>
                <td data-name=lang.t("สภาพ", "State")>{state_tag(lang, unit.state)}</td>
                <td data-name=lang.t("ที่เก็บ", "Place")>{unit.about.place.clone()}</td>
            </tr>
        }
    });
    view! {
        <table class="list">
            <caption class="unseen">{title}</caption>
            <thead><tr>
                <th scope="col">{lang.t("เลขครุภัณฑ์", "Asset number")}</th>
                <th scope="col">{lang.t("รายการ", "Type")}</th>
                <th scope="col">{lang.t("สภาพ", "State")}</th>
                <th scope="col">{lang.t("ที่เก็บ", "Place")}</th>
            </tr></thead>
            <tbody>{lines.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// `GET /staff/equipment/export/{kind}`: ทะเบียนคุมทรัพย์สิน.
pub(super) async fn export(Clerk(office): Clerk, Path(kind): Path<String>) -> Response {
    let file = async {
        let kind = FileKind::parse(&kind).ok_or(Trouble::NotFound)?;
        let sheet = office
            .desk()
            .register_sheet(&office.staff, office.lang())
            .await?;
        download("equipment", kind, &sheet)
    };
    office.answer(file.await)
}

/// `POST /staff/equipment/find`: the page of what was scanned.
pub(super) async fn find(Clerk(office): Clerk, answers: Answers) -> Response {
    let typed = answers.value("scanned").to_owned();
    let found = async {
        match office.desk().find_unit(&office.staff, &typed).await {
            Ok(unit) => Ok(see_other(&office.href(&path(unit.id)))),
            Err(Trouble::Invalid(errors)) => {
                let typed = [("scanned".to_owned(), typed)].into();
                find_page(&office, Attempt::wrong(typed, errors)).await
            }
            Err(trouble) => Err(trouble),
        }
    };
    office.answer(found.await)
}

async fn find_page(office: &Office, attempt: Attempt) -> desk::Result<Response> {
    let lang = office.lang();
    let title = lang.t("หาครุภัณฑ์", "Find a unit");
    let form = FormView::new(lang, attempt.typed, attempt.errors);
    let page = Page::new(Place::Equipment, title)
        .status(attempt.status)
        .back(PATH);
    office
        .page(page, move || {
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                <form method="post" action=lang.path("/staff/equipment/find") novalidate>
                    <TextField form=&form field="scanned" label=lang.t("สแกนหรือพิมพ์เลขครุภัณฑ์", "Scan or type an asset number") width=Width::Long/>
                    <div class="actions"><Button label=lang.t("เปิดดู", "Open")/></div>
                </form>
            }
            .into_any()
        })
        .await
}

/// `GET /staff/equipment/new`
pub(super) async fn form(Clerk(office): Clerk) -> Response {
    office.answer(new_page(&office, Attempt::default()).await)
}

/// `POST /staff/equipment/new`
pub(super) async fn register(Clerk(office): Clerk, answers: Answers) -> Response {
    let typed = answers.only(&FIELDS);
    let done = async {
        match office.desk().register_unit(&office.staff, &typed).await {
            Ok(id) => Ok(see_other(&office.href(&path(id)))),
            Err(trouble) => {
                let (status, errors) = said(trouble)?;
                let attempt = Attempt {
                    status,
                    typed,
                    errors,
                };
                new_page(&office, attempt).await
            }
        }
    };
    office.answer(done.await)
}

async fn new_page(office: &Office, attempt: Attempt) -> desk::Result<Response> {
    let lang = office.lang();
    let title = lang.t("ขึ้นทะเบียนครุภัณฑ์", "Register a unit");
    let rules = office.desk().rules();
    let mut kinds = vec![(
        String::new(),
        lang.t("เลือกรายการ", "Choose the type").to_owned(),
    )];
    kinds.extend(
        rules
            .municipality
            .equipment
            .iter()
            .map(|kind| (kind.id.clone(), kind.name.get(lang).to_owned())),
    );
    let form = FormView::new(lang, attempt.typed, attempt.errors);
    let page = Page::new(Place::Equipment, title)
        .status(attempt.status)
        .back(PATH);
    office
        .page(page, move || {
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                <form method="post" action=lang.path("/staff/equipment/new") novalidate>
                    <SelectField form=&form field="kind" label=lang.t("รายการ", "Type") options=kinds width=Width::Long/>
                    <TextField form=&form field="asset_number" label=lang.t("เลขครุภัณฑ์", "Asset number") width=Width::Long/>
                    {about(lang, &form)}
                    <TextField form=&form field="inspected_on" label=lang.t("ตรวจสภาพผ่านเมื่อ", "Inspection passed on") hint=lang.t("ถ้าเว้นว่าง จะรอตรวจสภาพก่อนให้ยืม", "Left empty, it waits for its inspection before it is lent.") width=Width::Long optional=true/>
                    <div class="actions"><Button label=lang.t("ขึ้นทะเบียน", "Register")/></div>
                </form>
            }
            .into_any()
        })
        .await
}

/// What the register says of a unit, as fields.
pub(super) fn about(lang: Lang, form: &FormView) -> AnyView {
    let line = |field: &'static str, label: &'static str| {
        view! { <TextField form field label width=Width::Long optional=true/> }.into_any()
    };
    view! {
        {line("maker", lang.t("ยี่ห้อ", "Maker"))}
        {line("model", lang.t("รุ่น", "Model"))}
        {line("serial", lang.t("หมายเลขเครื่อง", "Serial number"))}
        {line("lot", lang.t("ล็อต", "Lot"))}
        {line("price", lang.t("ราคา (บาท)", "Price (baht)"))}
        {line("fund", lang.t("แหล่งเงิน", "Fund"))}
        {line("acquired_on", lang.t("วันที่ได้มา", "Acquired on"))}
        {line("place", lang.t("ที่เก็บ", "Place"))}
        <TextArea form field="note" label=lang.t("หมายเหตุ", "Note") rows=2 optional=true/>
    }
    .into_any()
}
