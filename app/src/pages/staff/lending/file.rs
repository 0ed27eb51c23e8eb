//! One loan with everything on one screen: who, what, how much it is needed, each piece, and what may be done.
use super::super::decision::{self, of_form};
use super::super::fields::Field;
use super::super::frame::{Clerk, Office, Page, Place};
use super::super::words;
use super::{Attempt, kept, number, said};
use crate::components::reference::in_fours;
use crate::components::{
    Button, ButtonKind, ButtonLink, ErrorSummary, FormView, Notice, NoticeKind, SummaryList,
    SummaryRow,
};
use crate::http::see_other;
use crate::pages::answers::Answers;
use crate::pages::frame::hidden;
use crate::words as common;
use axum::extract::Path;
use axum::response::Response;
use desk::Trouble;
use desk::loan::{LineView, LoanFile};
use domain::equipment::line::{Chase, LineState};
use domain::equipment::need::NeedFacts;
use domain::form::{FieldError, FieldErrors, Lang, RawFields};
use domain::reference::Reference;
use domain::thai_date;
use leptos::prelude::*;
use uuid::Uuid;

/// The site path of a loan's page.
pub(super) fn path(reference: &Reference) -> String {
    format!("/staff/loans/{}", reference.as_str())
}

/// `GET /staff/loans/{reference}`
pub(super) async fn page(Clerk(office): Clerk, Path(number): Path<String>) -> Response {
    office.answer(show(&office, &number, Attempt::default()).await)
}

/// `GET /staff/loans/{reference}/decision`: a reload after an error.
pub(super) async fn again(Clerk(office): Clerk, Path(number): Path<String>) -> Response {
    match Reference::parse(&number) {
        Ok(reference) => see_other(&office.href(&path(&reference))),
        Err(_) => office.answer(Err(Trouble::NotFound)),
    }
}

/// `POST /staff/loans/{reference}/decision`
pub(super) async fn decide(
    Clerk(office): Clerk,
    Path(number): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(decided(&office, &number, answers.all()).await)
}

async fn decided(office: &Office, number: &str, typed: RawFields) -> desk::Result<Response> {
    let reference = Reference::parse(number).map_err(|_| Trouble::NotFound)?;
    let rules = office.desk().rules();
    let about = decision::Desk {
        rules: &rules,
        reference: &reference,
        now: office.desk().now(),
    };
    let done = match decision::parse(&typed, &about) {
        Ok((version, action)) => {
            let desk = office.desk();
            desk.decide_loan(&office.staff, number, version, action)
                .await
        }
        Err(errors) => Err(Trouble::Invalid(errors)),
    };
    ended(office, &reference, done.map(|_| ()), of_form(&typed)).await
}

/// Back to the file, or the file again with what was typed and why it did not go through.
async fn ended(
    office: &Office,
    reference: &Reference,
    done: desk::Result<()>,
    typed: RawFields,
) -> desk::Result<Response> {
    match done {
        Ok(()) => Ok(see_other(&office.href(&path(reference)))),
        Err(trouble) => {
            let (status, errors) = said(trouble)?;
            let attempt = Attempt {
                status,
                typed,
                errors,
            };
            show(office, reference.as_str(), attempt).await
        }
    }
}

/// `POST /staff/loans/{reference}`: the score, a death, and the acts on one piece.
pub(super) async fn act(
    Clerk(office): Clerk,
    Path(number): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(acted(&office, &number, &answers).await)
}

async fn acted(office: &Office, number: &str, answers: &Answers) -> desk::Result<Response> {
    let reference = Reference::parse(number).map_err(|_| Trouble::NotFound)?;
    let (desk, who) = (office.desk(), &office.staff);
    let version = answers.value("version").parse().unwrap_or_default();
    let line = Uuid::try_parse(answers.value("line")).unwrap_or_default();
    let reason = answers.value("reason");
    let done = match answers.value("action") {
        "score" => match need(answers) {
            Ok(need) => desk
                .score_need(who, number, version, need)
                .await
                .map(|_| ()),
            Err(errors) => Err(Trouble::Invalid(errors)),
        },
        "death" => match date("death.died_on", answers.value("died_on")) {
            Ok(Some(date)) => desk
                .note_death(who, number, version, date)
                .await
                .map(|_| ()),
            Ok(None) => Err(Trouble::Invalid(FieldErrors::one(FieldError::new(
                "death.died_on",
                "missing",
                "กรอกวันที่เสียชีวิต",
                "Enter the date of death",
            )))),
            Err(errors) => Err(Trouble::Invalid(errors)),
        },
        "accept" => desk
            .answer_offer_for(who, number, line, true)
            .await
            .map(|_| ()),
        "decline" => desk
            .answer_offer_for(who, number, line, false)
            .await
            .map(|_| ()),
        "renew" => desk
            .renew_for(who, number, line, None, reason)
            .await
            .map(|_| ()),
        "undo" => desk.undo_hand_over(who, line, reason).await,
        "chase" => match Chase::parse(answers.value("step")) {
            Some(step) => desk
                .chase(who, number, line, step, answers.value("outcome"))
                .await
                .map(|_| ()),
            None => Err(Trouble::NotFound),
        },
        _ => Err(Trouble::NotFound),
    };
    ended(office, &reference, done, of_form(&kept(answers))).await
}

fn date(field: &str, typed: &str) -> Result<Option<chrono::NaiveDate>, FieldErrors> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    thai_date::parse(typed).map(Some).map_err(|problems| {
        let mut errors = FieldErrors::new();
        for problem in problems {
            errors.push(FieldError::new(field, problem.code, problem.th, problem.en));
        }
        errors
    })
}

/// What the score's form says.
fn need(answers: &Answers) -> Result<NeedFacts, FieldErrors> {
    let typed = answers.value("adl");
    let adl = number(typed).and_then(|n| u8::try_from(n).ok());
    if adl.is_none() && !typed.trim().is_empty() {
        return Err(FieldErrors::one(FieldError::new(
            "score.adl",
            "number",
            "คะแนน ADL อยู่ระหว่าง 0 ถึง 20",
            "The ADL score is from 0 to 20",
        )));
    }
    Ok(NeedFacts {
        adl,
        poor: !answers.value("poor").is_empty(),
        discharged: date("score.discharged", answers.value("discharged"))?,
    })
}

async fn show(office: &Office, number: &str, attempt: Attempt) -> desk::Result<Response> {
    let file = match office.desk().open_loan(&office.staff, number).await {
        Ok(file) => file,
        // A booking's number typed among loans.
        Err(Trouble::OtherService) => {
            return Ok(see_other(
                &office.href(&format!("/staff/requests/{number}")),
            ));
        }
        Err(trouble) => return Err(trouble),
    };
    let lang = office.lang();
    let rules = office.desk().rules();
    let now = office.desk().now();
    let form = FormView::new(lang, attempt.typed, attempt.errors);
    let number = in_fours(file.reference.as_str());
    let title = lang.t(format!("คำขอยืม {number}"), format!("Loan {number}"));
    let page = Page::new(Place::Loans, title.clone())
        .status(attempt.status)
        .back("/staff/loans");
    let appeal = rules.settings().appeal_text.get(Lang::Th).to_owned();
    office
        .page(page, move || {
            let late = file.late.then(|| words::late_tag(lang, file.decide_by, now));
            let also = (!file.also_at_crematorium.is_empty()).then(|| {
                let links: Vec<_> = file
                    .also_at_crematorium
                    .iter()
                    .map(|reference| {
                        let href = lang.path(&format!("/staff/requests/{}", reference.as_str()));
                        view! { " "<a href=href>{in_fours(reference.as_str())}</a> }
                    })
                    .collect();
                view! {
                    <Notice kind=NoticeKind::Hold title=lang.t("มีชื่อเดียวกันในคำขอฌาปนสถาน", "The same name stands in a crematorium request")>
                        <p>{lang.t("โปรดดูก่อนโทรหาครอบครัว", "Please look before calling the family.")}{links}</p>
                    </Notice>
                }
            });
            let pieces: Vec<_> = file.lines.iter().map(|line| piece(lang, &form, &file, line)).collect();
            let history: Vec<_> = file
                .history
                .iter()
                .map(|row| view! { <li>{words::moment(lang, row.at)}" · "{row.actor.get(lang).to_owned()}" · "{row.words.get(lang).to_owned()}</li> })
                .collect();
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                <p>{words::status_tag(lang, file.status)}" "{late}</p>
                {also}
                <SummaryList lang rows=facts(lang, &file)/>
                {decisions(lang, &form, &file, &appeal)}
                <h2>{lang.t("รายการ", "Pieces")}</h2>
                {pieces}
                {score_form(lang, &form, &file)}
                {death_form(lang, &form, &file)}
                <h2>{lang.t("ประวัติ", "History")}</h2>
                <ol class="history">{history}</ol>
            }
            .into_any()
        })
        .await
}

fn facts(lang: Lang, file: &LoanFile) -> Vec<SummaryRow> {
    let pair = |person: &Option<(String, String)>| {
        person
            .as_ref()
            .map(|(name, phone)| format!("{name} {phone}"))
    };
    let (from, until) = (common::day(lang, file.from), common::day(lang, file.until));
    let relation = file
        .relation
        .as_ref()
        .map(|relation| format!(" ({})", relation.get(lang)))
        .unwrap_or_default();
    let place = [&file.address, &file.community, &file.tambon]
        .into_iter()
        .filter(|part| !part.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(" · ");
    let reasons = file
        .score
        .reasons
        .iter()
        .map(|(words, points)| format!("{} +{points}", words.get(lang)))
        .collect::<Vec<_>>()
        .join(" · ");
    let points = file.score.points;
    let class = file.score.priority.label().get(lang).to_owned();
    let score = if file.scored {
        format!("{points} · {class} {reasons}")
    } else {
        lang.t("ยังไม่ประเมิน", "Not assessed yet").to_owned()
    };
    let given = file
        .given
        .iter()
        .map(|(name, n)| format!("{} {n}", name.get(lang)))
        .collect::<Vec<_>>()
        .join(", ");
    [
        (
            lang.t("ผู้ป่วย", "Patient"),
            Some(format!(
                "{} · {}",
                file.patient_name,
                file.health.label().get(lang)
            )),
        ),
        (
            lang.t("ผู้ขอ", "Applicant"),
            Some(format!(
                "{} {}{relation}",
                file.applicant_name, file.applicant_phone
            )),
        ),
        (lang.t("ผู้ช่วยกรอก", "Helper"), pair(&file.helper)),
        (lang.t("ผู้ลงชื่อยืม", "Borrower"), pair(&file.borrower)),
        (lang.t("ผู้ดูแล", "Carer"), pair(&file.carer)),
        (
            lang.t("วันที่ขอใช้", "Days"),
            Some(lang.t(format!("{from} ถึง {until}"), format!("{from} to {until}"))),
        ),
        (
            lang.t("การรับ", "Collection"),
            Some(file.delivery.label().get(lang).to_owned()),
        ),
        (lang.t("บ้านที่จะใช้", "Home"), Some(place)),
        (
            lang.t("หมายเหตุของผู้ขอ", "The applicant's note"),
            Some(file.note.clone()),
        ),
        (lang.t("คะแนนความจำเป็น", "Score of need"), Some(score)),
        (lang.t("วัสดุที่จ่ายไปด้วย", "Given with it"), Some(given)),
    ]
    .into_iter()
    .filter_map(|(name, value)| {
        let value = value.filter(|value| !value.trim().is_empty())?;
        Some(SummaryRow::new(name, value))
    })
    .collect()
}

/// The decisions this person may take now, each a form of its own.
fn decisions(lang: Lang, form: &FormView, file: &LoanFile, appeal: &str) -> AnyView {
    let may = |action: &str| file.allowed.contains(&action);
    let version = file.version.to_string();
    let path = lang.path(&format!("{}/decision", path(&file.reference)));
    let simple = |action: &'static str, label: &'static str, kind: ButtonKind| {
        may(action).then(|| {
            view! {
                <form method="post" action=path.clone() novalidate>
                    {hidden(&[("action", action), ("version", &version)])}
                    <div class="actions"><Button label kind/></div>
                </form>
            }
            .into_any()
        })
    };
    let folded = |action: &'static str, label: &'static str, fields: AnyView| {
        may(action).then(|| {
            let open = form
                .errors()
                .iter()
                .any(|error| error.field.starts_with(action));
            view! {
                <details open=open>
                    <summary>{label}</summary>
                    <form method="post" action=path.clone() novalidate>
                        {hidden(&[("action", action), ("version", &version)])}
                        {fields}
                        <div class="actions"><Button label kind=ButtonKind::Secondary/></div>
                    </form>
                </details>
            }
            .into_any()
        })
    };
    let law = "ระเบียบกระทรวงการคลังว่าด้วยการจัดซื้อจัดจ้างและการบริหารพัสดุภาครัฐ พ.ศ. 2560 ข้อ 207–209 และระเบียบการยืมของเทศบาล";
    let facts = format!("ตามคำขอเลขที่ {}", file.reference.grouped());
    let with = |name: &'static str, label: &'static str, words: &str| {
        let field = Field::new(form, "refuse", name, label);
        let typed = field.value();
        let value = if typed.is_empty() {
            words.to_owned()
        } else {
            typed
        };
        field.lines_with(2, &value)
    };
    let refusal = view! {
        {with("facts", lang.t("ข้อเท็จจริง", "Facts"), &facts)}
        {with("law", lang.t("ข้อกฎหมาย", "Law"), law)}
        {Field::new(form, "refuse", "reason", lang.t("เหตุผล", "Reason")).lines(3)}
        {with("appeal", lang.t("การอุทธรณ์", "How to appeal"), appeal)}
    };
    let defects = Field::new(
        form,
        "return",
        "defect",
        lang.t(
            "สิ่งที่ต้องแก้ไข บรรทัดละข้อ ให้ครบในครั้งเดียว",
            "Everything that must be corrected, one a line",
        ),
    )
    .lines(3);
    let reason = |action| Field::new(form, action, "reason", lang.t("เหตุผล", "Reason")).lines(2);
    let forms: Vec<AnyView> = [
        simple("approve", lang.t("อนุมัติ", "Approve"), ButtonKind::Primary),
        simple(
            "verify",
            lang.t("ยืนยันทางโทรศัพท์แล้ว", "Confirmed by telephone"),
            ButtonKind::Secondary,
        ),
        folded(
            "return",
            lang.t("ส่งกลับให้แก้ไข", "Return for correction"),
            defects,
        ),
        folded("refuse", lang.t("ไม่อนุมัติ", "Refuse"), refusal.into_any()),
        folded("cancel", lang.t("ยกเลิก", "Cancel"), reason("cancel")),
        simple(
            "withdraw",
            lang.t("ถอนคำขอแทนผู้ขอ", "Withdraw for the applicant"),
            ButtonKind::Secondary,
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    if forms.is_empty() {
        return ().into_any();
    }
    view! { <section class="panel">{forms}</section> }.into_any()
}

/// One piece with what may be done with it.
fn piece(lang: Lang, form: &FormView, file: &LoanFile, line: &LineView) -> AnyView {
    let id = line.id.simple().to_string();
    let here = lang.path(&path(&file.reference));
    let state = match (&line.expected, line.due_on) {
        (Some(expected), _) => {
            let place = expected.place;
            lang.t(
                format!("คิวที่ {place}"),
                format!("Place {place} in the queue"),
            )
        }
        (None, Some(due)) => {
            let due = common::day(lang, due);
            lang.t(format!("ครบกำหนด {due}"), format!("Due {due}"))
        }
        _ => String::new(),
    };
    let words_of = format!(
        "{} {} {state}",
        line.state.label().get(lang),
        line.asset_number.clone().unwrap_or_default()
    );
    let simple = |action: &'static str, label: &'static str| {
        view! {
            <form method="post" action=here.clone() novalidate>
                {hidden(&[("action", action), ("line", &id)])}
                <div class="actions"><Button label kind=ButtonKind::Secondary/></div>
            </form>
        }
        .into_any()
    };
    let with_reason = |action: &'static str, label: &'static str, hint: &'static str| {
        let open = form.errors().iter().next().is_some();
        view! {
            <details open=open>
                <summary>{label}</summary>
                <form method="post" action=here.clone() novalidate>
                    {hidden(&[("action", action), ("line", &id)])}
                    {Field::new(form, action, "reason", lang.t("เหตุผล", "Reason")).hint(hint).line()}
                    <div class="actions"><Button label kind=ButtonKind::Secondary/></div>
                </form>
            </details>
        }
        .into_any()
    };
    let mut acts: Vec<AnyView> = Vec::new();
    if line.state == LineState::Ready {
        let href = lang.path(&format!("{}/hand-over/{id}", path(&file.reference)));
        acts.push(
            view! { <p><ButtonLink href label=lang.t("ส่งมอบ", "Hand over")/></p> }.into_any(),
        );
        if !line.accepted {
            acts.push(simple(
                "accept",
                lang.t("ผู้ขอตอบรับทางโทรศัพท์", "Accepted by telephone"),
            ));
        }
        acts.push(simple("decline", lang.t("ผู้ขอไม่รับแล้ว", "Declined")));
    }
    if line.state == LineState::OnLoan {
        acts.push(with_reason(
            "renew",
            lang.t("ต่อเวลา", "Renew"),
            lang.t(
                "ต้องมีเหตุผลเมื่อมีผู้รอ หรือต่อครบจำนวนแล้ว",
                "Needed when somebody waits, or it was renewed often enough",
            ),
        ));
        acts.push(with_reason(
            "undo",
            lang.t("ยกเลิกการส่งมอบ", "Undo the hand-over"),
            lang.t(
                "เช่น ส่งผิดคน ทำได้ภายในเวลาที่ตั้งไว้",
                "Such as the wrong person; possible within the time set",
            ),
        ));
        if line.overdue {
            acts.push(chase_form(lang, form, &here, &id));
        }
    }
    let name = line.kind.name.get(lang).to_owned();
    view! { <section class="piece"><h3>{name}</h3><p>{words_of}</p>{acts}</section> }.into_any()
}

fn chase_form(lang: Lang, form: &FormView, here: &str, line: &str) -> AnyView {
    let steps = Chase::ALL.map(|step| {
        view! { <option value=step.code()>{step.label().get(lang).to_owned()}</option> }
    });
    let select = format!("step-{line}");
    view! {
        <form method="post" action=here.to_owned() novalidate>
            {hidden(&[("action", "chase"), ("line", line)])}
            <div class="field">
                <label for=select.clone()>{lang.t("ติดตามด้วยวิธีใด", "How was it chased?")}</label>
                <select class="input" id=select name="step">{steps.into_iter().collect_view()}</select>
            </div>
            {Field::new(form, "chase", "outcome", lang.t("ผล", "How it went")).line()}
            <div class="actions"><Button label=lang.t("บันทึกการติดตาม", "Note it") kind=ButtonKind::Secondary/></div>
        </form>
    }
    .into_any()
}

fn score_form(lang: Lang, form: &FormView, file: &LoanFile) -> AnyView {
    let open = form
        .errors()
        .iter()
        .any(|error| error.field.starts_with("score"));
    let here = lang.path(&path(&file.reference));
    let version = file.version.to_string();
    let adl = file.need.adl.map(|adl| adl.to_string()).unwrap_or_default();
    let mut typed = RawFields::new();
    typed.insert("score.adl".to_owned(), adl);
    if let Some(date) = file.need.discharged {
        typed.insert("score.discharged".to_owned(), thai_date::short_th(date));
    }
    for name in ["score.adl", "score.discharged"] {
        let value = form.value(name);
        if !value.is_empty() {
            typed.insert(name.to_owned(), value);
        }
    }
    let form = FormView::new(lang, typed, form.errors().clone());
    let poor = file.need.poor;
    view! {
        <details open=open>
            <summary>{lang.t("ประเมินความจำเป็น", "Assess the need")}</summary>
            <form method="post" action=here novalidate>
                {hidden(&[("action", "score"), ("version", &version)])}
                {Field::new(&form, "score", "adl", lang.t("คะแนน ADL (0–20)", "ADL score (0–20)")).line()}
                <div class="field"><label><input r#type="checkbox" name="poor" value="yes" checked=poor/>" "{lang.t("ครัวเรือนยากจน", "A poor household")}</label></div>
                {Field::new(&form, "score", "discharged", lang.t("วันที่ออกจากโรงพยาบาล", "Left hospital on")).line()}
                <div class="actions"><Button label=lang.t("บันทึกคะแนน", "Save the score") kind=ButtonKind::Secondary/></div>
            </form>
        </details>
    }
    .into_any()
}

fn death_form(lang: Lang, form: &FormView, file: &LoanFile) -> AnyView {
    if let Some(date) = file.patient_died_on {
        let date = common::day(lang, date);
        let words = lang.t(
            format!("ผู้ป่วยเสียชีวิต {date} ไม่เตือนและไม่ทวงแล้ว นัดรับคืนโดยไม่มีค่าใช้จ่าย"),
            format!("The patient died on {date}. Nothing is asked or chased any more; it is fetched free of charge."),
        );
        return view! { <Notice kind=NoticeKind::Closed title=words/> }.into_any();
    }
    if !file.status.is_live() {
        return ().into_any();
    }
    let open = form
        .errors()
        .iter()
        .any(|error| error.field.starts_with("death"));
    let here = lang.path(&path(&file.reference));
    let version = file.version.to_string();
    view! {
        <details open=open>
            <summary>{lang.t("ผู้ป่วยเสียชีวิต", "The patient has died")}</summary>
            <form method="post" action=here novalidate>
                {hidden(&[("action", "death"), ("version", &version)])}
                <p>{lang.t("หยุดการเตือนและการทวงทุกอย่าง และเปิดการรับคืนโดยไม่มีค่าใช้จ่าย", "Every reminder stops, and collection is free.")}</p>
                {Field::new(form, "death", "died_on", lang.t("วันที่เสียชีวิต", "Date of death")).line()}
                <div class="actions"><Button label=lang.t("บันทึก", "Save") kind=ButtonKind::Secondary/></div>
            </form>
        </details>
    }
    .into_any()
}
