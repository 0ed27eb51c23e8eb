//! One unit: where it stands, what may be done with it now, what the register says, its whole history.
use super::super::fields::Field;
use super::super::frame::{Clerk, Office, Page, Place};
use super::super::words;
use super::{Attempt, kept, numbers, said, units};
use crate::components::reference::in_fours;
use crate::components::{
    Button, ButtonKind, ErrorSummary, FormView, Notice, NoticeKind, SummaryList, SummaryRow,
};
use crate::http::see_other;
use crate::pages::answers::Answers;
use crate::pages::frame::hidden;
use crate::pages::unit_card;
use crate::words as common;
use axum::extract::Path;
use axum::response::Response;
use desk::Trouble;
use desk::loan::UnitFile;
use domain::equipment::unit::{StrikeOff, UnitAction};
use domain::form::{FieldError, FieldErrors, Lang, RawFields, Text};
use domain::money::Satang;
use domain::thai_date;
use leptos::prelude::*;
use uuid::Uuid;

/// `GET /staff/equipment/{id}`
pub(super) async fn page(Clerk(office): Clerk, Path(id): Path<String>) -> Response {
    office.answer(show(&office, &id, Attempt::default()).await)
}

/// `POST /staff/equipment/{id}`: one act, or what the register says.
pub(super) async fn act(
    Clerk(office): Clerk,
    Path(id): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(acted(&office, &id, &answers).await)
}

async fn acted(office: &Office, id: &str, answers: &Answers) -> desk::Result<Response> {
    let unit = Uuid::try_parse(id).map_err(|_| Trouble::NotFound)?;
    let version = answers.value("version").parse().unwrap_or_default();
    let desk = office.desk();
    let typed = kept(answers);
    let done = if answers.value("action") == "edit" {
        desk.edit_unit(&office.staff, unit, version, &typed).await
    } else {
        match action_of(answers) {
            Ok(action) => {
                let ticked = numbers(answers, "check");
                let serviced = !answers.value("serviced").is_empty();
                desk.act_on_unit(&office.staff, unit, version, &action, &ticked, serviced)
                    .await
            }
            Err(errors) => Err(Trouble::Invalid(errors)),
        }
    };
    match done {
        Ok(()) => Ok(see_other(&office.href(&units::path(unit)))),
        Err(trouble) => {
            let (status, errors) = said(trouble)?;
            let mut again = super::super::decision::of_form(&typed);
            again.extend(typed);
            let attempt = Attempt {
                status,
                typed: again,
                errors,
            };
            show(office, id, attempt).await
        }
    }
}

/// The action a form names, with its words.
fn action_of(answers: &Answers) -> Result<UnitAction, FieldErrors> {
    let reason = answers.value("reason").trim().to_owned();
    Ok(match answers.value("action") {
        "start_cleaning" => UnitAction::StartCleaning,
        "finish_cleaning" => UnitAction::FinishCleaning,
        "pass_inspection" => UnitAction::PassInspection,
        "fail_inspection" => UnitAction::FailInspection { reason },
        "send_to_repair" => UnitAction::SendToRepair { reason },
        "repaired" => UnitAction::Repaired,
        "quarantine" => UnitAction::Quarantine { reason },
        "end_quarantine" => UnitAction::EndQuarantine { reason },
        "report_lost" => UnitAction::ReportLost(chain(answers)?),
        "write_off" => UnitAction::WriteOff(chain(answers)?),
        _ => {
            return Err(FieldErrors::one(FieldError::new(
                "",
                "unknown_action",
                "เลือกว่าจะทำอะไรกับชิ้นนี้",
                "Choose what to do with this unit",
            )));
        }
    })
}

fn chain(answers: &Answers) -> Result<StrikeOff, FieldErrors> {
    let field = format!("{}.date", answers.value("action"));
    let date = thai_date::parse(answers.value("date")).map_err(|problems| {
        let mut errors = FieldErrors::new();
        for problem in problems {
            errors.push(FieldError::new(
                field.as_str(),
                problem.code,
                problem.th,
                problem.en,
            ));
        }
        errors
    })?;
    let text = |name: &str| answers.value(name).trim().to_owned();
    Ok(StrikeOff {
        report: text("report"),
        order: text("order"),
        approver: text("approver"),
        date,
    })
}

async fn show(office: &Office, id: &str, attempt: Attempt) -> desk::Result<Response> {
    let id = Uuid::try_parse(id).map_err(|_| Trouble::NotFound)?;
    let file = office.desk().unit_file(&office.staff, id).await?;
    let lang = office.lang();
    let mut fields = about_fields(&file);
    fields.extend(attempt.typed);
    let form = FormView::new(lang, fields, attempt.errors);
    let title = format!("{} {}", file.kind.name.get(lang), file.unit.asset_number);
    let page = Page::new(Place::Equipment, title.clone())
        .status(attempt.status)
        .back("/staff/equipment");
    let address = unit_card::address(&office.visit.state.public_url, &file.unit.label);
    office
        .page(page, move || {
            let due = file.service_due.as_ref().map(|due| {
                let words = due.get(lang).to_owned();
                view! { <Notice kind=NoticeKind::Hold title=words/> }
            });
            let recalled = file.unit.recalled.then(|| {
                let words = lang.t("เรียกคืนเพื่องดใช้ เมื่อรับคืนแล้วจะงดใช้ทันที", "To be taken out of use as soon as it comes back");
                view! { <Notice kind=NoticeKind::Hold title=words/> }
            });
            let acts: Vec<_> = file.allowed.iter().map(|action| act_form(lang, &form, &file, action)).collect();
            let history: Vec<_> = file
                .history
                .iter()
                .rev()
                .map(|(event, what, who)| view! { <li>{words::moment(lang, event.at)}" · "{who.clone()}" · "{what.get(lang).to_owned()}</li> })
                .collect();
            let code = crate::qr::svg(&address);
            let version = file.unit.version.to_string();
            let here = lang.path(&units::path(file.unit.id));
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                <p>{units::state_tag(lang, file.unit.state)}</p>
                {due}
                {recalled}
                <SummaryList lang rows=facts(lang, &file)/>
                <section class="panel">{acts}</section>
                <details>
                    <summary>{lang.t("รหัส QR ของชิ้นนี้", "The code of this unit")}</summary>
                    <figure><div class="qr" aria-hidden="true" inner_html=code></div><figcaption>{file.unit.asset_number.clone()}</figcaption></figure>
                    <p><a href=address.clone()>{lang.t("เปิดหน้าที่ QR นำไป", "Open the page that it leads to")}</a></p>
                </details>
                <details>
                    <summary>{lang.t("แก้ไขข้อมูลทะเบียน", "Change what the register says")}</summary>
                    <form method="post" action=here novalidate>
                        {hidden(&[("action", "edit"), ("version", &version)])}
                        {units::about(lang, &form)}
                        <div class="actions"><Button label=lang.t("บันทึก", "Save") kind=ButtonKind::Secondary/></div>
                    </form>
                </details>
                <h2>{lang.t("ประวัติ", "History")}</h2>
                <ol class="history">{history}</ol>
            }
            .into_any()
        })
        .await
}

/// The register's facts as the edit form's answers.
fn about_fields(file: &UnitFile) -> RawFields {
    let about = &file.unit.about;
    let price = about.price.map(Satang::en).unwrap_or_default();
    [
        ("serial", about.serial.clone()),
        ("maker", about.maker.clone()),
        ("model", about.model.clone()),
        ("lot", about.lot.clone()),
        ("price", price.replace(" baht", "")),
        ("fund", about.fund.clone()),
        (
            "acquired_on",
            about
                .acquired_on
                .map(thai_date::short_th)
                .unwrap_or_default(),
        ),
        ("place", about.place.clone()),
        ("note", about.note.clone()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn facts(lang: Lang, file: &UnitFile) -> Vec<SummaryRow> {
    let (unit, about) = (&file.unit, &file.unit.about);
    let price = about.price.map(|price| common::money(lang, price));
    let holder = file.holder.as_ref().map(|reference| {
        let href = lang.path(&super::file::path(reference));
        SummaryRow::view(
            lang.t("อยู่กับคำขอ", "Held by"),
            view! { <a href=href>{in_fours(reference.as_str())}</a> },
        )
    });
    let loans = lang.t(
        format!(
            "ยืมแล้ว {} ครั้งตั้งแต่ {}",
            unit.serviced.loans,
            common::near_day(lang, unit.serviced.on)
        ),
        format!(
            "{} loans since {}",
            unit.serviced.loans,
            common::near_day(lang, unit.serviced.on)
        ),
    );
    let text = |th, en, value: &str| {
        (!value.is_empty()).then(|| SummaryRow::new(lang.t(th, en), value.to_owned()))
    };
    [
        holder,
        text(
            "ยี่ห้อและรุ่น",
            "Maker and model",
            format!("{} {}", about.maker, about.model).trim(),
        ),
        text("หมายเลขเครื่อง", "Serial number", &about.serial),
        text("ล็อต", "Lot", &about.lot),
        price.map(|price| SummaryRow::new(lang.t("ราคา", "Price"), price)),
        text("แหล่งเงิน", "Fund", &about.fund),
        about
            .acquired_on
            .map(|date| SummaryRow::new(lang.t("วันที่ได้มา", "Acquired on"), common::day(lang, date))),
        text("ที่เก็บ", "Place", &about.place),
        Some(SummaryRow::new(lang.t("การใช้งาน", "Use"), loans)),
        text("หมายเหตุ", "Note", &about.note),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The form of one action: a button, a checklist, a reason, or the chain of papers.
fn act_form(lang: Lang, form: &FormView, file: &UnitFile, action: &UnitAction) -> AnyView {
    let code = action.code();
    let label = action.label().get(lang).to_owned();
    let version = file.unit.version.to_string();
    let here = lang.path(&units::path(file.unit.id));
    let field = |name: &'static str, label: &'static str| Field::new(form, code, name, label);
    let (fields, plain): (AnyView, bool) = match action {
        UnitAction::FinishCleaning => (checks(lang, code, &file.kind.checklists.cleaning), true),
        UnitAction::PassInspection => {
            let list = checks(lang, code, &file.kind.checklists.inspection);
            let serviced = view! {
                <div class="choice">
                    <input r#type="checkbox" id="serviced" name="serviced" value="yes"/>
                    <label for="serviced">{lang.t("บำรุงรักษาครบตามรอบแล้ว", "Serviced as planned")}</label>
                </div>
            };
            (view! { {list}{serviced} }.into_any(), true)
        }
        UnitAction::FailInspection { .. }
        | UnitAction::SendToRepair { .. }
        | UnitAction::Quarantine { .. }
        | UnitAction::EndQuarantine { .. } => {
            (field("reason", lang.t("เหตุผล", "Reason")).line(), false)
        }
        UnitAction::ReportLost(_) | UnitAction::WriteOff(_) => {
            let papers = view! {
                {field("report", lang.t("รายงานของคณะกรรมการสอบข้อเท็จจริง", "The committee's report")).line()}
                {field("order", lang.t("เลขที่คำสั่ง", "Order number")).line()}
                {field("approver", lang.t("ผู้อนุมัติ", "Approved by")).line()}
                {field("date", lang.t("วันที่", "Date")).line()}
            };
            (papers.into_any(), false)
        }
        _ => (().into_any(), true),
    };
    let open = form
        .errors()
        .iter()
        .any(|error| error.field.starts_with(code));
    let kind = if plain {
        ButtonKind::Primary
    } else {
        ButtonKind::Secondary
    };
    let button = label.clone();
    let inner = view! {
        <form method="post" action=here novalidate>
            {hidden(&[("action", code), ("version", &version)])}
            {fields}
            <div class="actions"><Button label=button kind/></div>
        </form>
    }
    .into_any();
    if plain {
        return inner;
    }
    view! { <details open=open><summary>{label}</summary>{inner}</details> }.into_any()
}

fn checks(lang: Lang, of: &'static str, list: &[Text]) -> AnyView {
    if list.is_empty() {
        return ().into_any();
    }
    let boxes: Vec<_> = list
        .iter()
        .enumerate()
        .map(|(n, words)| {
            let id = format!("{of}-{n}");
            view! {
                <div class="choice">
                    <input r#type="checkbox" id=id.clone() name="check" value=n.to_string()/>
                    <label for=id>{words.get(lang).to_owned()}</label>
                </div>
            }
        })
        .collect();
    view! {
        <fieldset class="field">
            <legend>{lang.t("ทำครบทุกข้อ", "Every line")}</legend>
            <div class="choices">{boxes}</div>
        </fieldset>
    }
    .into_any()
}
