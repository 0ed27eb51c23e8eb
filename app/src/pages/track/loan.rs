//! A loan as its family sees it, and what it may do: accept what is ready, renew, say that it is no longer needed.
use super::Facts;
use super::view::of_step;
use crate::components::reference::in_fours;
use crate::components::{Button, ButtonKind, Notice, NoticeKind, Steps, SummaryList, SummaryRow};
use crate::http::Visit;
use crate::pages::answers::Answers;
use crate::pages::frame::{hidden, private_page};
use crate::shell::Document;
use crate::words;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::loan::{LineView, LoanView};
use domain::equipment::line::LineState;
use domain::form::Lang;
use domain::request::Status;
use domain::time::Instant;
use leptos::prelude::*;
use uuid::Uuid;

/// What the page says besides the loan.
type Said = Option<(NoticeKind, String)>;

/// The page of a loan.
pub(super) async fn page(visit: &Visit, facts: &Facts) -> Response {
    match visit.desk().track_loan(&facts.access(visit)).await {
        Ok(found) => show(visit, facts, &found, StatusCode::OK, None),
        Err(trouble) => super::not_shown(visit, facts, &trouble),
    }
}

/// `POST /track/loan`: one act on one piece, or on the whole request.
pub(super) async fn act(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    let lang = visit.lang;
    let access = facts.access(&visit);
    let desk = visit.desk();
    let line = Uuid::try_parse(answers.value("line")).unwrap_or_default();
    let (done, words) = match answers.value("act") {
        "accept" => (
            desk.answer_offer(&access, line, true).await,
            lang.t(
                "ตอบรับแล้ว เจ้าหน้าที่จะโทรนัดวันรับ",
                "Accepted. An officer calls to agree the day.",
            ),
        ),
        "decline" => (
            desk.answer_offer(&access, line, false).await,
            lang.t("บันทึกว่าไม่รับแล้ว", "Declined, as you said."),
        ),
        "renew" => (
            desk.renew_loan(&access, line).await,
            lang.t("ต่อเวลาแล้ว", "Renewed"),
        ),
        "still" => (
            desk.still_needed(&access, line, answers.value("condition"))
                .await,
            lang.t("บันทึกแล้วว่ายังจำเป็นต้องใช้", "Noted: it is still needed"),
        ),
        "not_needed" => (
            desk.not_needed(&access, line).await,
            lang.t(
                "ขอบคุณที่แจ้ง เจ้าหน้าที่จะโทรนัดรับคืนโดยไม่มีค่าใช้จ่าย",
                "Thank you. An officer calls to agree a collection, free of charge.",
            ),
        ),
        "end" if answers.value("confirm") == "yes" => (
            desk.end_loan(&access).await,
            lang.t("ยกเลิกคำขอแล้ว", "The request is cancelled"),
        ),
        "end" => {
            return match desk.track_loan(&access).await {
                Ok(found) => confirm(&visit, &facts, &found),
                Err(trouble) => super::not_shown(&visit, &facts, &trouble),
            };
        }
        _ => return page(&visit, &facts).await,
    };
    match done {
        Ok(found) => {
            let said = Some((NoticeKind::Good, words.to_owned()));
            show(&visit, &facts, &found, StatusCode::OK, said)
        }
        Err(trouble) => not_done(&visit, &facts, trouble).await,
    }
}

/// The loan as it stands, when an act on it did not happen, and why.
async fn not_done(visit: &Visit, facts: &Facts, trouble: Trouble) -> Response {
    let lang = visit.lang;
    let why = match &trouble {
        Trouble::Invalid(errors) => errors
            .iter()
            .map(|error| error.text.get(lang).to_owned())
            .collect::<Vec<_>>()
            .join(" "),
        Trouble::DecidedFirst { .. } | Trouble::Refused(_) => lang
            .t(
                "ทำรายการนี้ไม่ได้แล้ว สถานะปัจจุบันอยู่ด้านล่าง",
                "This can no longer be done. How it stands now is shown below.",
            )
            .to_owned(),
        trouble => return super::not_shown(visit, facts, trouble),
    };
    match visit.desk().track_loan(&facts.access(visit)).await {
        Ok(found) => {
            let said = Some((NoticeKind::Hold, why));
            show(visit, facts, &found, StatusCode::CONFLICT, said)
        }
        Err(trouble) => super::not_shown(visit, facts, &trouble),
    }
}

/// Each piece with where it stands, for a summary.
pub(in crate::pages) fn loan_lines(lang: Lang, view: &LoanView) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = view
        .lines
        .iter()
        .map(|line| (line.kind.name.get(lang).to_owned(), line_words(lang, line)))
        .collect();
    let (from, until) = (words::day(lang, view.from), words::day(lang, view.until));
    rows.push((
        lang.t("วันที่ขอใช้", "Days asked for").to_owned(),
        lang.t(format!("{from} ถึง {until}"), format!("{from} to {until}")),
    ));
    rows.push((
        lang.t("การรับ", "Collection").to_owned(),
        view.delivery.label().get(lang).to_owned(),
    ));
    rows
}

/// Where one piece stands, in a line.
fn line_words(lang: Lang, line: &LineView) -> String {
    let state = line.state.label().get(lang).to_owned();
    match (&line.expected, line.due_on, line.state) {
        (Some(expected), _, _) => {
            let place = expected.place;
            let week = expected.week.map(|monday| words::day(lang, monday));
            match week {
                Some(week) => lang.t(
                    format!("ยังไม่ว่าง คิวที่ {place} น่าจะได้ราวสัปดาห์ที่เริ่ม{week}"),
                    format!("None free yet. Place {place} in the queue; expected about the week of {week}"),
                ),
                None => lang.t(
                    format!("ยังไม่ว่าง คิวที่ {place}"),
                    format!("None free yet. Place {place} in the queue"),
                ),
            }
        }
        (None, Some(due), LineState::OnLoan) => {
            let due = words::day(lang, due);
            let number = line.asset_number.clone().unwrap_or_default();
            if line.overdue {
                lang.t(
                    format!("ยืมอยู่ {number} เลยกำหนดคืน {due} แล้ว"),
                    format!("On loan {number}, was due {due}"),
                )
            } else {
                lang.t(
                    format!("ยืมอยู่ {number} ครบกำหนด {due}"),
                    format!("On loan {number}, due {due}"),
                )
            }
        }
        _ => state,
    }
}

fn show(
    visit: &Visit,
    facts: &Facts,
    found: &LoanView,
    status: StatusCode,
    said: Said,
) -> Response {
    let lang = visit.lang;
    let (rules, now) = (visit.desk().rules(), visit.desk().now());
    private_page(visit, status, |ctx| {
        let title = lang.t("สถานะคำขอยืมอุปกรณ์", "The equipment request");
        let number = in_fours(found.reference.as_str());
        let said =
            said.map(|(kind, words)| view! { <div role="status"><Notice kind title=words/></div> });
        let (kind, state, lines) = standing(lang, found, now);
        let lines = lines
            .into_iter()
            .map(|line| view! { <p>{line}</p> })
            .collect_view();
        let pieces: Vec<_> = found
            .lines
            .iter()
            .map(|line| piece(visit, facts, found, line, now))
            .collect();
        let steps: Vec<_> = found
            .steps
            .iter()
            .map(|step| of_step(lang, step, now))
            .collect();
        let mut rows = vec![SummaryRow::new(
            lang.t("ผู้ป่วย", "Patient"),
            found.patient_name.clone(),
        )];
        rows.extend(
            loan_lines(lang, found)
                .into_iter()
                .skip(found.lines.len())
                .map(|(name, words)| SummaryRow::new(name, words)),
        );
        let end = (found.can_withdraw || found.can_cancel).then(|| {
            view! {
                <form method="post" action=visit.href("/track/loan") novalidate>
                    {carried(facts, found)}
                    {hidden(&[("act", "end")])}
                    <div class="actions"><Button label=lang.t("ยกเลิกคำขอนี้", "Cancel this request") kind=ButtonKind::Secondary/></div>
                </form>
            }
        });
        let call = words::call(
            lang,
            lang.t("สอบถามหรือแจ้งเปลี่ยน โทร", "Questions or changes: call"),
            &rules.municipality.office,
        );
        view! {
            <Document ctx title private=true back=visit.href("/track")>
                <h1>{title}</h1>
                <p class="lead">{lang.t("เลขที่ ", "Number ")}<b>{number}</b></p>
                {said}
                <Notice kind title=state>{lines}</Notice>
                {pieces}
                <h2>{lang.t("ขั้นตอน", "Steps")}</h2>
                <Steps lang steps/>
                <h2>{lang.t("สิ่งที่ขอ", "What you asked for")}</h2>
                <SummaryList lang rows/>
                {end}
                {call}
            </Document>
        }
    })
}

/// What the request stands at, in words for whoever waits.
fn standing(lang: Lang, found: &LoanView, now: Instant) -> (NoticeKind, String, Vec<String>) {
    let title = lang.t(found.status.th(), found.status.en()).to_owned();
    let mut lines = Vec::new();
    let kind = match found.status {
        Status::Submitted => {
            let by = words::when(lang, found.decide_by, now);
            lines.push(lang.t(
                format!("จะทราบผลภายใน{by}"),
                format!("You will know by {by}."),
            ));
            if let Some(by) = found.lapse_at.filter(|_| !found.verified) {
                let by = words::when(lang, by, now);
                lines.push(lang.t(
                    format!("เจ้าหน้าที่จะโทรยืนยันภายใน{by} หากยืนยันกันไม่ได้ คำขอจะถูกยกเลิก"),
                    format!(
                        "An officer calls by {by}. If it cannot be confirmed, the request lapses."
                    ),
                ));
            }
            NoticeKind::Info
        }
        Status::Returned => {
            lines.extend(found.defects.iter().cloned());
            lines.push(lang.t(
                "โปรดโทรหาสำนักงานเพื่อแก้ไข หรือมาที่สำนักงาน".to_owned(),
                "Please call the office to correct this, or come in.".to_owned(),
            ));
            NoticeKind::Hold
        }
        Status::Ready => NoticeKind::Good,
        Status::OnLoan if found.lines.iter().any(|line| line.overdue) => {
            lines.push(lang.t(
                "เลยกำหนดคืนแล้ว ถ้ายังจำเป็นต้องใช้ โปรดต่อเวลาหรือโทรหาสำนักงาน ไม่มีค่าปรับ".to_owned(),
                "It is past its day. If it is still needed, please renew it or call the office. There is no fine.".to_owned(),
            ));
            NoticeKind::Hold
        }
        Status::Queued | Status::OnLoan | Status::Approved => NoticeKind::Info,
        Status::Refused => NoticeKind::Bad,
        _ => NoticeKind::Closed,
    };
    if matches!(found.status, Status::Refused | Status::Cancelled) {
        lines.extend(found.reason.clone());
    }
    (kind, title, lines)
}

/// One piece with its acts.
fn piece(visit: &Visit, facts: &Facts, found: &LoanView, line: &LineView, now: Instant) -> AnyView {
    let lang = visit.lang;
    let name = line.kind.name.get(lang).to_owned();
    let words_of = line_words(lang, line);
    let id = line.id.simple().to_string();
    let act = |act: &'static str, label: &'static str, kind: ButtonKind| {
        view! {
            <form method="post" action=visit.href("/track/loan") novalidate>
                {carried(facts, found)}
                {hidden(&[("act", act), ("line", &id)])}
                <div class="actions"><Button label kind/></div>
            </form>
        }
        .into_any()
    };
    let mut acts: Vec<AnyView> = Vec::new();
    if line.state == LineState::Ready && !line.accepted {
        let until = line.offer_until.map(|until| words::when(lang, until, now));
        acts.push(
            view! { <p>{until.map(|until| lang.t(format!("โปรดตอบภายใน{until} ถ้าไม่ตอบ จะให้ผู้ที่รอถัดไป"), format!("Please answer by {until}; otherwise it goes to whoever waits next.")))}</p> }
                .into_any(),
        );
        acts.push(act(
            "accept",
            lang.t("รับ จะมารับหรือให้นำส่ง", "Yes, I want it"),
            ButtonKind::Primary,
        ));
        acts.push(act(
            "decline",
            lang.t("ไม่รับแล้ว", "No longer needed"),
            ButtonKind::Secondary,
        ));
    }
    if line.state == LineState::Ready && line.accepted {
        acts.push(
            view! { <p>{lang.t("ตอบรับแล้ว เจ้าหน้าที่จะโทรนัดวันรับ", "Accepted. An officer calls to agree the day.")}</p> }
                .into_any(),
        );
    }
    if line.ask_now {
        let input = format!("condition-{id}");
        acts.push(
            view! {
                <form method="post" action=visit.href("/track/loan") novalidate>
                    {carried(facts, found)}
                    {hidden(&[("act", "still"), ("line", &id)])}
                    <div class="field">
                        <label for=input.clone()>{lang.t("ใกล้ครบกำหนดแล้ว ผู้ป่วยเป็นอย่างไร (ไม่บังคับ)", "It is nearly due. How is the patient? (optional)")}</label>
                        <input class="input" id=input name="condition" maxlength="200"/>
                    </div>
                    <div class="actions"><Button label=lang.t("ยังจำเป็นต้องใช้", "Still needed")/></div>
                </form>
            }
            .into_any(),
        );
    }
    if let Some(until) = line.renew_until.filter(|_| line.state == LineState::OnLoan) {
        let until = words::day(lang, until);
        acts.push(
            view! { <p>{lang.t(format!("ต่อเวลาได้ถึง {until}"), format!("It can be renewed until {until}."))}</p> }
                .into_any(),
        );
        acts.push(act(
            "renew",
            lang.t("ต่อเวลา", "Renew"),
            ButtonKind::Secondary,
        ));
    }
    if let Some(why) = &line.no_renewal {
        acts.push(view! { <p class="hint">{why.get(lang).to_owned()}</p> }.into_any());
    }
    if line.state == LineState::OnLoan {
        if line.not_needed {
            acts.push(
                view! { <p>{lang.t("แจ้งว่าไม่ใช้แล้ว เจ้าหน้าที่จะโทรนัดรับคืนโดยไม่มีค่าใช้จ่าย", "You said that it is no longer needed. An officer calls to agree a collection, free of charge.")}</p> }
                    .into_any(),
            );
        } else {
            acts.push(act(
                "not_needed",
                lang.t(
                    "ไม่จำเป็นต้องใช้แล้ว นัดรับคืน",
                    "No longer needed: have it collected",
                ),
                ButtonKind::Secondary,
            ));
        }
    }
    view! {
        <section class="piece">
            <h2>{name}</h2>
            <p>{words_of}</p>
            {acts}
        </section>
    }
    .into_any()
}

fn confirm(visit: &Visit, facts: &Facts, found: &LoanView) -> Response {
    let lang = visit.lang;
    private_page(visit, StatusCode::OK, |ctx| {
        let title = lang.t("ยกเลิกคำขอนี้หรือไม่", "Cancel this request?");
        let number = in_fours(found.reference.as_str());
        let (act, back) = (visit.href("/track/loan"), visit.href("/track"));
        let (on, off) = (carried(facts, found), carried(facts, found));
        view! {
            <Document ctx title private=true>
                <h1>{title}</h1>
                <p>{lang.t("เลขที่ ", "Number ")}<b>{number}</b></p>
                <p>{lang.t("ที่ในคิวและของที่จัดไว้จะให้ผู้ที่รอถัดไปทันที และเรียกคืนไม่ได้", "The place in the queue and what is set aside go to whoever waits next. This cannot be undone.")}</p>
                <form method="post" action=act novalidate>
                    {on}
                    {hidden(&[("act", "end"), ("confirm", "yes")])}
                    <div class="actions"><Button label=lang.t("ยกเลิกคำขอ", "Cancel the request") kind=ButtonKind::Warning/></div>
                </form>
                <form method="post" action=back novalidate>
                    {off}
                    <div class="actions"><Button label=lang.t("ไม่ยกเลิก กลับไปดูสถานะ", "Keep it and go back") kind=ButtonKind::Secondary/></div>
                </form>
            </Document>
        }
    })
}

fn carried(facts: &Facts, found: &LoanView) -> AnyView {
    hidden(&[
        ("reference", found.reference.as_str()),
        ("phone_last4", &facts.last4),
    ])
}
