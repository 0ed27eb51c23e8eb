//! The family's fees: the price, the note to pay by, an exemption to ask for. Reached from the tracking page by a POST.
use super::{Facts, not_changed, not_shown};
use crate::components::{
    Button, ButtonKind, Choice, ErrorSummary, Fold, FormView, Notice, NoticeKind, Radios, TextArea,
};
use crate::http::Visit;
use crate::pages::answers::Answers;
use crate::pages::fee;
use crate::pages::frame::{hidden, private_page};
use crate::shell::Document;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::fee::{EXEMPTION_FIELDS, FeeView, Waits};
use desk::request::TrackView;
use domain::fee::ExemptionStatus;
use domain::form::{FieldErrors, Lang, RawFields};
use domain::money::Satang;
use leptos::prelude::*;

/// `POST /track/fees`
pub(super) async fn page(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    shown(
        &visit,
        &facts,
        StatusCode::OK,
        RawFields::new(),
        FieldErrors::new(),
        false,
    )
    .await
}

/// `POST /track/exemption`
pub(super) async fn ask(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    let typed = answers.only(&EXEMPTION_FIELDS);
    let asked = visit
        .desk()
        .ask_exemption(&facts.reference, &facts.last4, &visit.address, &typed)
        .await;
    match asked {
        Ok(()) => {
            shown(
                &visit,
                &facts,
                StatusCode::OK,
                RawFields::new(),
                FieldErrors::new(),
                true,
            )
            .await
        }
        Err(Trouble::Invalid(errors)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            shown(&visit, &facts, status, typed, errors, false).await
        }
        Err(trouble) => not_changed(&visit, &facts, typed, trouble).await,
    }
}

async fn shown(
    visit: &Visit,
    facts: &Facts,
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
    done: bool,
) -> Response {
    let found = visit
        .desk()
        .track_fees(&facts.reference, &facts.last4, &visit.address)
        .await;
    match found {
        Ok(found) => whole(visit, facts, status, typed, errors, done, &found),
        Err(trouble) => not_shown(visit, facts, &trouble),
    }
}

fn whole(
    visit: &Visit,
    facts: &Facts,
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
    done: bool,
    found: &FeeView,
) -> Response {
    let lang = visit.lang;
    let rules = visit.desk().rules();
    let error = !status.is_success();
    let form = FormView::new(lang, typed, errors);
    private_page(visit, status, |ctx| {
        let title = lang.t("ค่าธรรมเนียม", "Fees");
        let holding: Vec<_> = found
            .holding()
            .map(|note| fee::note(lang, &rules, note, found.waits))
            .collect();
        let explained = holding.is_empty() && found.status.is_live();
        let price =
            (explained || found.quote.has_estimate() && found.status.is_live()).then(|| {
                view! {
                    <h2>{lang.t("ราคาทั้งหมดของการจองนี้", "The whole price of this booking")}</h2>
                    {fee::price(lang, &found.quote)}
                }
            });
        let ended = (holding.is_empty() && !found.status.is_live())
            .then(|| view! { <p>{lang.t("ไม่มียอดต้องชำระ", "Nothing to pay")}</p> });
        let cash = explained.then(|| fee::cash(lang, &rules));
        let waits = found.waits.map(|waits| waiting(lang, waits));
        let refunds = refunds(lang, found);
        let exemption = exemption(visit, facts, found, &form, &rules);
        let done = done.then(|| {
            let words = lang.t("บันทึกคำขอยกเว้นแล้ว", "Your wish for an exemption is saved");
            view! { <div role="status"><Notice kind=NoticeKind::Good title=words/></div> }
        });
        let back = visit.href("/track");
        let to = back.clone();
        let errors = form.clone();
        let to_status = hidden(&[
            ("reference", found.reference.as_str()),
            ("phone_last4", &facts.last4),
        ]);
        let no_gift = fee::no_gift(lang, &rules);
        view! {
            <Document ctx title error private=true back>
                <ErrorSummary form=errors/>
                <h1>{title}</h1>
                {done}
                {waits}
                {holding}
                {ended}
                {price}
                {cash}
                {refunds}
                {exemption}
                {no_gift}
                <form method="post" action=to novalidate>
                    {to_status}
                    <div class="actions"><Button label=lang.t("กลับไปดูสถานะคำขอ", "Back to the request") kind=ButtonKind::Secondary/></div>
                </form>
            </Document>
        }
    })
}

/// Why there is nothing to pay by yet.
fn waiting(lang: Lang, waits: Waits) -> AnyView {
    let (title, what) = match waits {
        Waits::Decision => (
            lang.t("ยังไม่ต้องชำระ", "Nothing to pay yet"),
            lang.t(
                "ใบแจ้งชำระจะออกเมื่ออนุมัติคำขอแล้ว",
                "The fee note is issued when the request is approved",
            ),
        ),
        Waits::Residence => (
            lang.t("ยังไม่ต้องชำระ", "Nothing to pay yet"),
            lang.t(
                "เจ้าหน้าที่กำลังตรวจทะเบียนบ้าน แล้วจะแจ้งอัตราที่ใช้ให้ทราบ",
                "An officer is checking the registry and will tell you which rate applies",
            ),
        ),
        Waits::Exemption => (
            lang.t("รอตัดสินคำขอยกเว้น", "The exemption is being decided"),
            lang.t("ยังไม่ต้องชำระจนกว่าจะทราบผล", "Pay nothing until you are told"),
        ),
    };
    view! { <Notice kind=NoticeKind::Hold title><p>{what}</p></Notice> }.into_any()
}

fn refunds(lang: Lang, found: &FeeView) -> Option<AnyView> {
    if found.refunds.is_empty() {
        return None;
    }
    let lines = found.refunds.iter().map(|refund| {
        let (cause, status) = (refund.cause.words(), refund.status.words());
        let back = lang.t(
            format!(
                "{}: ชำระไว้ {} คืนให้ {} ({})",
                cause.th,
                refund.paid.th(),
                refund.amount.th(),
                status.th
            ),
            format!(
                "{}: {} was paid, {} goes back ({})",
                cause.en,
                refund.paid.en(),
                refund.amount.en(),
                status.en
            ),
        );
        view! { <li>{back}</li> }
    });
    let lines = lines.collect_view();
    Some(view! { <h2>{lang.t("การคืนเงิน", "Money back")}</h2><ul>{lines}</ul> }.into_any())
}

/// What was asked for and decided, or the form that asks.
fn exemption(
    visit: &Visit,
    facts: &Facts,
    found: &FeeView,
    form: &FormView,
    rules: &domain::crematorium::Rules,
) -> AnyView {
    let lang = visit.lang;
    let lines = found.exemptions.iter().map(|exemption| {
        let status = exemption.row.status.words().get(lang).to_owned();
        let reason = exemption
            .row
            .reason
            .clone()
            .filter(|_| exemption.row.status != ExemptionStatus::Asked)
            .map(|reason| format!(": {reason}"));
        let name = exemption.name.get(lang).to_owned();
        view! { <li>{name}" – "{status}{reason}</li> }
    });
    let lines = lines.collect_view();
    let asked = (!found.exemptions.is_empty()).then(
        || view! { <h2>{lang.t("การขอยกเว้นค่าธรรมเนียม", "Exemption from fees")}</h2><ul>{lines}</ul> },
    );
    let ask = (found.can_ask_exemption && found.quote.ceiling.most > Satang::ZERO).then(|| {
        let options = rules
            .municipality
            .money
            .exemptions
            .iter()
            .map(|rule| {
                let part = lang.t(
                    format!("ยกเว้น {}% · หลักฐาน: {}", rule.percent, rule.evidence.th),
                    format!("{}% · Evidence: {}", rule.percent, rule.evidence.en),
                );
                Choice::new(rule.code.clone(), rule.name.get(lang).to_owned()).hint(part)
            })
            .collect::<Vec<_>>();
        let papers = (!found.papers.is_empty()).then(|| {
            let mut options: Vec<_> = found
                .papers
                .iter()
                .map(|paper| Choice::new(paper.id.to_string(), fee::paper(lang, paper)))
                .collect();
            options.push(Choice::new("", lang.t("ไม่มีในเอกสารที่ส่งไว้", "None of these")));
            view! { <Radios form field="exemption.paper" legend=lang.t("เอกสารที่ส่งไว้แผ่นใดแสดงเรื่องนี้", "Which paper that you sent shows it?") options/> }
        });
        let open = form.has_errors();
        let carried = hidden(&[
            ("reference", found.reference.as_str()),
            ("phone_last4", &facts.last4),
        ]);
        Fold::new(lang.t("ขอยกเว้นค่าธรรมเนียม", "Ask for an exemption")).open(open).around(view! {
            <form method="post" action=visit.href("/track/exemption") novalidate>
                {carried}
                <Radios form field="exemption.code" legend=lang.t("ขอยกเว้นเพราะเหตุใด", "Why do you ask for it?") options/>
                {papers}
                <TextArea form field="exemption.evidence" label=lang.t("มีหลักฐานอะไร", "What shows it?") hint=lang.t("เช่น เลขที่บัตร หรือผู้รับรอง เว้นว่างได้ถ้าเลือกเอกสารแล้ว เจ้าหน้าที่จะตรวจให้", "Such as a card's number or who can confirm it; may stay empty when a paper is chosen. An officer checks.") rows=2/>
                <div class="actions"><Button label=lang.t("ขอยกเว้นค่าธรรมเนียม", "Ask for an exemption") kind=ButtonKind::Secondary/></div>
            </form>
        })
    });
    view! { {asked}{ask} }.into_any()
}

/// On the tracking page: what it costs, line by line when opened, and the way to the note and to an exemption.
pub(super) fn section(visit: &Visit, last4: &str, found: &TrackView) -> AnyView {
    let lang = visit.lang;
    let carried = hidden(&[
        ("reference", found.reference.as_str()),
        ("phone_last4", last4),
    ]);
    let lines = found.status.is_live().then(|| {
        let total = fee::total(lang, &found.price);
        Fold::new(lang.t(format!("ราคา {total}"), format!("Price: {total}"))).around(view! {
            {fee::price(lang, &found.price)}
        })
    });
    view! {
        <h2>{lang.t("ค่าธรรมเนียม", "Fees")}</h2>
        {lines}
        <form method="post" action=visit.href("/track/fees") novalidate>
            {carried}
            <div class="actions"><Button label=lang.t("ดูค่าธรรมเนียมและวิธีชำระ", "See the fees and how to pay") kind=ButtonKind::Secondary/></div>
        </form>
    }
    .into_any()
}
