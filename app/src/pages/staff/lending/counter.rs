//! The counter: handing a scanned unit over by its checklist, and taking one back whatever the book says.
use super::super::frame::{Clerk, Office, Page, Place};
use super::{Attempt, file, number, numbers, said};
use crate::components::reference::in_fours;
use crate::components::{
    Button, Choice, ErrorSummary, FormView, Kind, Notice, NoticeKind, Radios, TextField, Width,
};
use crate::http::see_other;
use crate::pages::answers::{Answers, Asked};
use axum::extract::Path;
use axum::response::Response;
use desk::Trouble;
use desk::loan::{HandOver, LineView, Signed};
use domain::form::{Lang, raw};
use domain::reference::Reference;
use leptos::prelude::*;
use uuid::Uuid;

const FIELDS: [&str; 6] = [
    "scanned",
    "signed",
    "signed_by",
    "witness",
    "meter",
    "condition",
];

/// `GET /staff/loans/{reference}/hand-over/{line}`
pub(super) async fn form(
    Clerk(office): Clerk,
    Path((reference, line)): Path<(String, String)>,
) -> Response {
    office.answer(page(&office, &reference, &line, Attempt::default(), &[]).await)
}

/// `POST` to the same address.
pub(super) async fn hand_over(
    Clerk(office): Clerk,
    Path((reference, line)): Path<(String, String)>,
    answers: Answers,
) -> Response {
    office.answer(handed(&office, &reference, &line, &answers).await)
}

async fn handed(
    office: &Office,
    reference: &str,
    line: &str,
    answers: &Answers,
) -> desk::Result<Response> {
    let number_of = Reference::parse(reference).map_err(|_| Trouble::NotFound)?;
    let id = Uuid::try_parse(line).map_err(|_| Trouble::NotFound)?;
    let typed = answers.only(&FIELDS);
    let ticked = numbers(answers, "check");
    let form = HandOver {
        scanned: raw(&typed, "scanned").to_owned(),
        ticked: ticked.clone(),
        signed: Signed::parse(raw(&typed, "signed")).unwrap_or(Signed::Signature),
        signed_by: raw(&typed, "signed_by").to_owned(),
        witness: raw(&typed, "witness").to_owned(),
        meter: number(raw(&typed, "meter")),
        condition: raw(&typed, "condition").to_owned(),
    };
    match office.desk().hand_over(&office.staff, id, &form).await {
        Ok(()) => Ok(see_other(&office.href(&file::path(&number_of)))),
        Err(trouble) => {
            let (status, errors) = said(trouble)?;
            let attempt = Attempt {
                status,
                typed,
                errors,
            };
            page(office, reference, line, attempt, &ticked).await
        }
    }
}

async fn page(
    office: &Office,
    reference: &str,
    line: &str,
    attempt: Attempt,
    ticked: &[usize],
) -> desk::Result<Response> {
    let opened = office.desk().open_loan(&office.staff, reference).await?;
    let id = Uuid::try_parse(line).map_err(|_| Trouble::NotFound)?;
    let piece = opened
        .lines
        .iter()
        .find(|piece| piece.id == id)
        .ok_or(Trouble::NotFound)?
        .clone();
    let lang = office.lang();
    let form = FormView::new(lang, attempt.typed, attempt.errors);
    let title = lang.t(
        format!("ส่งมอบ{}", piece.kind.name.th),
        format!("Hand over: {}", piece.kind.name.en),
    );
    let page = Page::new(Place::LoansToday, title.clone())
        .status(attempt.status)
        .back(file::path(&opened.reference));
    let checks = checklist(lang, &form, &piece, ticked);
    let borrower = opened
        .borrower
        .as_ref()
        .map_or(&opened.applicant_name, |(name, _)| name)
        .clone();
    office
        .page(page, move || {
            let signed = vec![
                Choice::new("signature", lang.t("ลงลายมือชื่อ", "Signature")),
                Choice::new("thumbprint", lang.t("พิมพ์ลายนิ้วมือ มีพยาน", "Thumbprint, with a witness")),
            ];
            let oxygen = piece.kind.oxygen.then(|| {
                view! { <Notice kind=NoticeKind::Hold title=lang.t("ออกซิเจน: ห้ามเปลวไฟและบุหรี่ในระยะ 3 เมตร ผู้ยืมต้องทวนให้ฟัง", "Oxygen: no flame or smoking within 3 metres. The borrower repeats it.")/> }
            });
            let for_whom = lang.t(format!("ผู้ยืม: {borrower}"), format!("Borrower: {borrower}"));
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                <p>{for_whom}</p>
                {oxygen}
                <form method="post" novalidate>
                    <TextField form=&form field="scanned" label=lang.t("สแกน QR หรือพิมพ์เลขครุภัณฑ์", "Scan the QR or type the asset number") width=Width::Long/>
                    {checks}
                    <TextField form=&form field="condition" label=lang.t("สภาพของชิ้นนี้", "The unit's condition") optional=true/>
                    <TextField form=&form field="meter" label=lang.t("เลขมาตรชั่วโมง (ถ้ามี)", "Hour meter, if it has one") kind=Kind::Digits width=Width::Short optional=true/>
                    <Radios form=&form field="signed" legend=lang.t("ผู้รับยืนยันด้วย", "Confirmed by") options=signed/>
                    <TextField form=&form field="signed_by" label=lang.t("ชื่อผู้รับ", "Who signed") kind=Kind::Word/>
                    <TextField form=&form field="witness" label=lang.t("ชื่อพยาน", "Witness") kind=Kind::Word optional=true/>
                    <div class="actions"><Button label=lang.t("ส่งมอบ", "Hand over")/></div>
                </form>
            }
            .into_any()
        })
        .await
}

fn checklist(lang: Lang, form: &FormView, piece: &LineView, ticked: &[usize]) -> AnyView {
    let list = &piece.kind.checklists.hand_over;
    if list.is_empty() {
        return ().into_any();
    }
    let boxes: Vec<_> = list
        .iter()
        .enumerate()
        .map(|(n, words)| {
            let id = format!("check-{n}");
            let checked = ticked.contains(&n);
            view! {
                <div class="choice">
                    <input r#type="checkbox" id=id.clone() name="check" value=n.to_string() checked=checked/>
                    <label for=id>{words.get(lang).to_owned()}</label>
                </div>
            }
        })
        .collect();
    let error = form
        .error("checks")
        .map(|words| view! { <p class="error">{words}</p> });
    view! {
        <fieldset class="field" id="checks">
            <legend>{lang.t("อ่านทบทวนกับผู้ยืมทีละข้อ", "Go through each with the borrower")}</legend>
            {error}
            <div class="choices">{boxes}</div>
        </fieldset>
    }
    .into_any()
}

/// `GET /staff/loans/return?unit=…&closed=…`
pub(super) async fn back(Clerk(office): Clerk, asked: Asked) -> Response {
    let done = (!asked.value("unit").is_empty()).then(|| {
        (
            asked.value("unit").to_owned(),
            asked.value("closed").to_owned(),
        )
    });
    office.answer(return_page(&office, Attempt::default(), done).await)
}

/// `POST /staff/loans/return`
pub(super) async fn take_back(Clerk(office): Clerk, answers: Answers) -> Response {
    office.answer(taken(&office, &answers).await)
}

async fn taken(office: &Office, answers: &Answers) -> desk::Result<Response> {
    let typed = answers.only(&["scanned", "meter", "condition"]);
    let done = office
        .desk()
        .take_back(
            &office.staff,
            raw(&typed, "scanned"),
            number(raw(&typed, "meter")),
            raw(&typed, "condition"),
        )
        .await;
    match done {
        Ok(back) => {
            let closed = back
                .reference
                .map(|reference| reference.as_str().to_owned())
                .unwrap_or_default();
            let path = format!(
                "/staff/loans/return?unit={}&closed={closed}",
                back.unit.simple()
            );
            Ok(see_other(&office.href(&path)))
        }
        Err(trouble) => {
            let (status, errors) = said(trouble)?;
            let attempt = Attempt {
                status,
                typed,
                errors,
            };
            return_page(office, attempt, None).await
        }
    }
}

async fn return_page(
    office: &Office,
    attempt: Attempt,
    done: Option<(String, String)>,
) -> desk::Result<Response> {
    let lang = office.lang();
    let title = lang.t("รับคืนอุปกรณ์", "Take something back");
    let form = FormView::new(lang, attempt.typed, attempt.errors);
    let page = Page::new(Place::LoansToday, title)
        .status(attempt.status)
        .back("/staff/loans/today");
    office
        .page(page, move || {
            let done = done.map(|(unit, closed)| {
                let unit = lang.path(&format!("/staff/equipment/{unit}"));
                let loan = match Reference::parse(&closed) {
                    Ok(reference) => {
                        let href = lang.path(&file::path(&reference));
                        view! { <p>{lang.t("ปิดการยืมของคำขอ ", "It closed the loan of ")}<a href=href>{in_fours(reference.as_str())}</a></p> }.into_any()
                    }
                    Err(_) => view! { <p>{lang.t("ในทะเบียนไม่มีผู้ยืมชิ้นนี้อยู่ รับไว้แล้วเช่นกัน", "The book had nobody for it; it was taken all the same.")}</p> }.into_any(),
                };
                view! {
                    <div role="status">
                        <Notice kind=NoticeKind::Good title=lang.t("รับคืนแล้ว", "Taken back")>
                            {loan}
                            <p><a href=unit>{lang.t("ไปทำความสะอาดและตรวจสภาพ", "On to cleaning and inspection")}</a></p>
                        </Notice>
                    </div>
                }
            });
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                {done}
                <form method="post" action=lang.path("/staff/loans/return") novalidate>
                    <TextField form=&form field="scanned" label=lang.t("สแกน QR หรือพิมพ์เลขครุภัณฑ์", "Scan the QR or type the asset number") width=Width::Long/>
                    <TextField form=&form field="condition" label=lang.t("สภาพเมื่อรับคืน", "Its condition") optional=true/>
                    <TextField form=&form field="meter" label=lang.t("เลขมาตรชั่วโมง (ถ้ามี)", "Hour meter, if it has one") kind=Kind::Digits width=Width::Short optional=true/>
                    <div class="actions"><Button label=lang.t("รับคืน", "Take back")/></div>
                </form>
            }
            .into_any()
        })
        .await
}
