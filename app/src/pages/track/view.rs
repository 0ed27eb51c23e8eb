//! The tracking page: where the request stands, its steps against their times, what is still to be answered.
use super::status::standing;
use super::{Facts, agent, carried, change, correction, document};
use crate::components::reference::in_fours;
use crate::components::{
    Button, ButtonKind, Choice, ErrorSummary, Fold, FormView, Kind, Notice, NoticeKind, Radios,
    Step, StepState, Steps, SummaryList, SummaryRow, TextField, Width,
};
use crate::http::Visit;
use crate::pages::frame::private_page;
use crate::shell::Document;
use crate::words;
use axum::http::StatusCode;
use axum::response::Response;
use desk::request::{CertificateState, RefusedView, StepState as Reached, TrackStep, TrackView};
use domain::form::{FieldErrors, Lang, RawFields};
use domain::time::Instant;
use leptos::prelude::*;

pub(super) const CERTIFICATE: [&str; 2] = ["deceased.certificate", "deceased.certificate_number"];

/// What the page says besides the request: an act done, one that came too late, or errors and what was typed.
pub(super) struct Said {
    status: StatusCode,
    notice: Option<(NoticeKind, String)>,
    typed: RawFields,
    errors: FieldErrors,
}

impl Said {
    pub fn nothing() -> Self {
        Self {
            status: StatusCode::OK,
            notice: None,
            typed: RawFields::new(),
            errors: FieldErrors::new(),
        }
    }

    pub fn done(words: impl Into<String>) -> Self {
        Self {
            notice: Some((NoticeKind::Good, words.into())),
            ..Self::nothing()
        }
    }

    /// Another act came first: the page shows what is so now.
    pub fn too_late(lang: Lang) -> Self {
        let words = lang.t(
            "ทำรายการนี้ไม่ได้แล้ว สถานะปัจจุบันของคำขออยู่ด้านล่าง",
            "This can no longer be done. How the request stands now is shown below.",
        );
        Self {
            status: StatusCode::CONFLICT,
            notice: Some((NoticeKind::Hold, words.to_owned())),
            ..Self::nothing()
        }
    }

    pub fn wrong(typed: RawFields, errors: FieldErrors) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            typed,
            errors,
            ..Self::nothing()
        }
    }

    /// The service could not do it now; what was typed stands there.
    pub fn outage(typed: RawFields, errors: FieldErrors) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            ..Self::wrong(typed, errors)
        }
    }

    /// Says too what did go well.
    pub fn also(self, words: Option<String>) -> Self {
        Self {
            notice: words.map(|words| (NoticeKind::Good, words)).or(self.notice),
            ..self
        }
    }
}

pub(super) async fn page(visit: &Visit, facts: &Facts, found: &TrackView, said: Said) -> Response {
    let lang = visit.lang;
    let on_case = match agent::on_case(visit, facts, found).await {
        Ok(on_case) => on_case,
        Err(trouble) => return crate::pages::trouble::page(visit, &trouble),
    };
    let rules = visit.desk().rules();
    let now = visit.desk().now();
    let Said {
        status,
        notice,
        typed,
        errors,
    } = said;
    let error = !status.is_success();
    // What was typed stands over what the request holds.
    let mut fields = found.fields.clone();
    fields.extend(typed);
    let form = FormView::new(lang, fields, errors);
    private_page(visit, status, |ctx| {
        let title = lang.t("สถานะคำขอใช้ฌาปนสถาน", "The crematorium request");
        let standing = standing(lang, found, &rules, now);
        let (kind, state) = (standing.kind, standing.title);
        let lines = standing
            .lines
            .into_iter()
            .map(|line| view! { <p>{line}</p> })
            .collect_view();
        let mut rows = vec![SummaryRow::new(
            lang.t("ผู้เสียชีวิต", "The person who died"),
            found.deceased_name.clone(),
        )];
        rows.extend(
            words::places(lang, &rules, &found.wish)
                .into_iter()
                .map(|(name, places)| SummaryRow::new(name, places)),
        );
        if let CertificateState::Given(number) = &found.certificate {
            rows.push(SummaryRow::new(
                lang.t("เลขที่มรณบัตร", "Death certificate number"),
                number.clone(),
            ));
        }
        // What an ended request did not come to is not still to come.
        let live = found.status.is_live();
        let steps = found.steps.iter().filter(|step| live || step.at.is_some());
        let steps: Vec<_> = steps.map(|step| of_step(lang, step, now)).collect();
        let notice = notice
            .map(|(kind, words)| view! { <div role="status"><Notice kind title=words/></div> });
        let refused = found.refused.as_ref().map(|refused| refusal(lang, refused));
        let correction = found
            .can_correct
            .then(|| correction::form(visit, &form, facts, found));
        let papers = super::papers::section(visit, &form, facts, found);
        let certificate = found
            .status
            .is_live()
            .then(|| certificate(visit, &form, facts, found, now))
            .flatten();
        let agent = on_case
            .as_ref()
            .map(|on_case| agent::section(visit, facts, found, on_case));
        // These ask for the family's second fact, which an agent does not have.
        let family = facts.agent.is_none();
        let appeal = family.then(|| super::appeal::section(visit, facts, found));
        let calendar = (family && live).then(|| super::calendar::section(visit, facts));
        let issued = family.then(|| super::issued::opening(visit, facts));
        let fees = family.then(|| super::fees::section(visit, &facts.last4, found));
        // What must be done stands first; what may be done, last.
        let urgent = !found.change.must_move.is_empty();
        let change = change::section(visit, facts, found);
        let (first, last) = if urgent {
            (change, None)
        } else {
            (None, change)
        };
        let documents = document::section(visit, facts, found, issued, calendar);
        let implants = super::particulars::care(lang, &rules, found);
        let particulars = super::particulars::section(visit, &form, facts, found);
        let again = (!live).then(|| {
            let href = visit.href("/crematorium");
            view! { <p><a href=href>{lang.t("ขอใช้ฌาปนสถานใหม่", "Make a new request")}</a></p> }
        });
        let withdraw = found.can_withdraw.then(|| withdrawing(visit, facts, found));
        let call = words::call(
            lang,
            lang.t("สอบถามหรือแจ้งเปลี่ยน โทร", "Questions or changes: call"),
            &rules.settings().duty,
        );
        let number = in_fours(found.reference.as_str());
        view! {
            <Document ctx title error private=true back=facts.back(visit)>
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                <p class="lead">{lang.t("เลขที่ ", "Number ")}<b>{number}</b></p>
                {notice}
                <Notice kind title=state>{lines}</Notice>
                {implants}
                {again}
                {first}
                {refused}
                {appeal}
                <h2>{lang.t("ขั้นตอน", "Steps")}</h2>
                <Steps lang steps/>
                {correction}
                {papers}
                {certificate}
                {particulars}
                {agent}
                <h2>{lang.t("สิ่งที่ขอ", "What you asked for")}</h2>
                <SummaryList lang rows/>
                {fees}
                {documents}
                {last}
                {call}
                {withdraw}
            </Document>
        }
    })
}

/// A step against its time: when it was done, or by when it is due.
pub(super) fn of_step(lang: Lang, step: &TrackStep, now: Instant) -> Step {
    let state = match step.state {
        Reached::Done => StepState::Done,
        Reached::Now => StepState::Current,
        Reached::Later => StepState::Later,
    };
    let shown = Step::new(state, step.name.get(lang));
    let shown = match (step.at, step.due) {
        (Some(at), _) => shown.time(words::when(lang, at, now)),
        (None, Some(due)) => {
            let due = words::when(lang, due, now);
            shown.time(lang.t(format!("กำหนดภายใน{due}"), format!("Due by {due}")))
        }
        (None, None) => shown,
    };
    if step.late {
        shown.note(lang.t("เกินเวลาตามคู่มือ", "Later than the manual says"))
    } else {
        shown
    }
}

/// Facts, law, reason, and how, to whom and by when to appeal.
// Administrative Procedure Act s.37 and s.40: all four, or the time to appeal becomes a year.
fn refusal(lang: Lang, refused: &RefusedView) -> AnyView {
    let row = |th, en, words: &String| SummaryRow::new(lang.t(th, en), words.clone());
    let rows = vec![
        row("ข้อเท็จจริง", "Facts", &refused.facts),
        row("ข้อกฎหมาย", "Law", &refused.law),
        row("เหตุผล", "Reason", &refused.reason),
        row("การอุทธรณ์", "How to appeal", &refused.appeal),
    ];
    view! { <h2>{lang.t("เหตุที่ไม่อนุมัติ", "Why it was refused")}</h2><SummaryList lang rows/> }
        .into_any()
}

/// The certificate's number, or that it has not come yet: an answer, with a due time.
fn certificate(
    visit: &Visit,
    form: &FormView,
    facts: &Facts,
    found: &TrackView,
    now: Instant,
) -> Option<AnyView> {
    let lang = visit.lang;
    // The correction form asks it too; never the same thing twice.
    if found.can_correct {
        return None;
    }
    let due = match &found.certificate {
        CertificateState::Given(_) => return None,
        CertificateState::NotYet { due } => {
            let due = words::when(lang, *due, now);
            lang.t(
                format!("ท่านแจ้งว่ายังไม่ได้รับ โปรดให้เลขภายใน{due}"),
                format!("You told us that it has not come. Please give the number by {due}."),
            )
        }
        CertificateState::Asked => unanswered(lang),
    };
    let open = CERTIFICATE.iter().any(|name| form.error(name).is_some());
    Some(
        Fold::new(lang.t("มรณบัตร", "Death certificate")).heading().aside(due).open(open).around(view! {
            <p>{words::certificate_names(lang, &visit.desk().rules())}</p>
            <form method="post" action=facts.action(visit, "certificate") novalidate>
                {carried(facts, found)}
                {certificate_fields(lang, form)}
                <div class="actions"><Button label=lang.t("บันทึกเรื่องมรณบัตร", "Save") kind=ButtonKind::Secondary/></div>
            </form>
        }),
    )
}

pub(super) fn certificate_fields(lang: Lang, form: &FormView) -> AnyView {
    let number = view! { <TextField form field="deceased.certificate_number" label=lang.t("เลขที่มรณบัตร", "Death certificate number") kind=Kind::Word width=Width::Long/> };
    let options = vec![
        Choice::new("number", lang.t("ได้รับแล้ว", "It has come")).more(number),
        Choice::new("not_yet", lang.t("ยังไม่ได้รับ", "It has not come yet")),
    ];
    view! { <Radios form field="deceased.certificate" legend=lang.t("ได้รับมรณบัตรแล้วหรือยัง", "Has the death certificate come?") options/> }.into_any()
}

/// What stands beside a question until the family has answered it.
pub(super) fn unanswered(lang: Lang) -> String {
    lang.t("ยังไม่ได้ตอบ", "Not answered yet").to_owned()
}

/// Leads to the page that asks once more.
fn withdrawing(visit: &Visit, facts: &Facts, found: &TrackView) -> AnyView {
    let lang = visit.lang;
    Fold::new(lang.t("ไม่ต้องการใช้แล้ว", "No longer needed")).heading().around(view! {
        <form method="post" action=facts.action(visit, "withdraw") novalidate>
            {carried(facts, found)}
            <div class="actions"><Button label=lang.t("ถอนคำขอ", "Withdraw the request") kind=ButtonKind::Secondary/></div>
        </form>
    })
}
