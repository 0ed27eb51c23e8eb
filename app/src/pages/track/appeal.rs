//! Appealing from the tracking page: what was made and answered, and the form for one.
use super::issued::{back, carried};
use super::{Facts, not_shown};
use crate::components::{
    Button, ButtonKind, ErrorSummary, FormView, Notice, NoticeKind, SummaryList, SummaryRow,
    TextArea,
};
use crate::http::Visit;
use crate::pages::answers::Answers;
use crate::pages::frame::{hidden, private_page};
use crate::shell::Document;
use crate::words;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::appeal::{AppealOffer, AppealView, FamilyAppeals};
use desk::request::TrackView;
use domain::appeal::AppealStatus;
use domain::form::{FieldError, FieldErrors, Lang, RawFields};
use domain::thai_date;
use leptos::prelude::*;

/// What the page says besides: an appeal received, or what was wrong with it.
#[derive(Default)]
struct Said {
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
    received: Option<String>,
}

/// `POST /track/appeal`: the page; with `form_key` the appeal itself.
pub(super) async fn appeal(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    let key = answers.value("form_key");
    if key.is_empty() {
        // Words without a key: the page was an old one, or half of it. They stand there to be sent again.
        let said = if answers.value("words").trim().is_empty() {
            Said::default()
        } else {
            Said {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                typed: answers.only(&["words"]),
                errors: FieldErrors::one(FieldError::new(
                    "words",
                    "send_again",
                    "ยังไม่ได้รับอุทธรณ์ ข้อความยังอยู่ โปรดกดยื่นอีกครั้ง",
                    "The appeal has not been received. Your text is kept: please send it again.",
                )),
                received: None,
            }
        };
        return page(&visit, &facts, said).await;
    }
    let outcome = visit
        .desk()
        .appeal_as_family(
            &facts.reference,
            &facts.last4,
            &visit.address,
            key,
            answers.value("words"),
        )
        .await;
    let said = match outcome {
        Ok(number) => Said {
            received: Some(number),
            ..Said::default()
        },
        Err(Trouble::Invalid(errors)) => Said {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            typed: answers.only(&["words", "form_key"]),
            errors,
            received: None,
        },
        // Something came first: the page shows how it stands.
        Err(Trouble::Refused(_) | Trouble::DecidedFirst { .. }) => Said {
            status: StatusCode::CONFLICT,
            ..Said::default()
        },
        Err(trouble) => return not_shown(&visit, &facts, &trouble),
    };
    page(&visit, &facts, said).await
}

/// The section of the tracking page that leads here, where an order can be appealed.
pub(super) fn section(visit: &Visit, facts: &Facts, found: &TrackView) -> Option<AnyView> {
    let lang = visit.lang;
    found.can_appeal.then(|| {
        view! {
            <h2>{lang.t("ไม่เห็นด้วยกับผลนี้", "If you do not agree")}</h2>
            <form method="post" action=visit.href("/track/appeal") novalidate>
                {carried(facts)}
                <div class="actions"><Button label=lang.t("อุทธรณ์ หรือดูผลอุทธรณ์", "Appeal, or see the answer") kind=ButtonKind::Secondary/></div>
            </form>
        }
        .into_any()
    })
}

async fn page(visit: &Visit, facts: &Facts, said: Said) -> Response {
    let found = visit
        .desk()
        .family_appeals(&facts.reference, &facts.last4, &visit.address)
        .await;
    match found {
        Ok(found) => show(visit, facts, &found, said),
        Err(trouble) => not_shown(visit, facts, &trouble),
    }
}

fn show(visit: &Visit, facts: &Facts, found: &FamilyAppeals, said: Said) -> Response {
    let lang = visit.lang;
    let error = !said.status.is_success();
    let conflict = said.status == StatusCode::CONFLICT;
    let typed_key = said.typed.get("form_key").cloned();
    let form = FormView::new(lang, said.typed, said.errors);
    private_page(visit, said.status, |ctx| {
        let title = lang.t("อุทธรณ์", "Appeal");
        let received = said.received.map(|number| {
            let title = lang.t(format!("รับอุทธรณ์เลขที่ {number} แล้ว"), format!("Appeal {number} is received"));
            view! { <div role="status"><Notice kind=NoticeKind::Good title><p>{lang.t("เก็บเลขที่นี้ไว้ เจ้าหน้าที่จะโทรแจ้งผล และผลจะแสดงที่หน้านี้", "Keep the number. The office will call you, and the answer will stand here.")}</p></Notice></div> }
        });
        let too_late = conflict.then(|| {
            view! { <Notice kind=NoticeKind::Hold title=lang.t("ยื่นอุทธรณ์ตอนนี้ไม่ได้ สถานะปัจจุบันอยู่ด้านล่าง", "An appeal cannot be made now. How things stand is shown below.")/> }
        });
        let made = found
            .appeals
            .iter()
            .map(|row| one(lang, row))
            .collect_view();
        let court = found
            .appeals
            .iter()
            .any(|row| row.status == AppealStatus::Upheld)
            .then(|| {
                let rules = visit.desk().rules();
                view! { <p>{rules.municipality.signing.after_appeal.get(lang).to_owned()}</p> }
            });
        let offered = found.offer.as_ref().map(|offer| {
            let key = typed_key.unwrap_or_else(|| offer.form_key.clone());
            offer_form(visit, facts, offer, &form, &key)
        });
        let call = words::call(
            lang,
            lang.t("ให้เจ้าหน้าที่ช่วย โทร", "For help, call"),
            &visit.desk().rules().settings().duty,
        );
        let way_back = back(visit, facts);
        view! {
            <Document ctx title error private=true>
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                {received}
                {too_late}
                {made}
                {court}
                {offered}
                {call}
                {way_back}
            </Document>
        }
    })
}

fn one(lang: Lang, row: &AppealView) -> AnyView {
    let moment = |at| lang.t(thai_date::moment_th(at), thai_date::moment_en(at));
    let mut rows = vec![
        SummaryRow::new(lang.t("รับเมื่อ", "Received"), moment(row.received_at)),
        SummaryRow::new(
            lang.t("สถานะ", "Status"),
            lang.t(row.status.th(), row.status.en()),
        ),
    ];
    if row.late {
        rows.push(SummaryRow::new(
            lang.t("หมายเหตุ", "Note"),
            lang.t(
                "ยื่นพ้นกำหนด รับไว้พิจารณาแล้ว",
                "Made after the last day, and taken",
            ),
        ));
    }
    match &row.answer {
        Some(answer) => rows.push(SummaryRow::new(lang.t("คำตอบ", "Answer"), answer.clone())),
        None => rows.push(SummaryRow::new(
            lang.t("ตอบภายใน", "Answered by"),
            moment(row.answer_by),
        )),
    }
    let number = lang.t(
        format!("อุทธรณ์เลขที่ {}", row.number),
        format!("Appeal {}", row.number),
    );
    view! { <h2>{number}</h2><SummaryList lang rows/> }.into_any()
}

fn offer_form(
    visit: &Visit,
    facts: &Facts,
    offer: &AppealOffer,
    form: &FormView,
    key: &str,
) -> AnyView {
    let lang = visit.lang;
    let until = match (offer.last_day, offer.late) {
        (Some(day), false) => lang.t(
            format!("ยื่นได้ถึง{}", thai_date::full_th(day)),
            format!("You can appeal until {}.", thai_date::long_en(day)),
        ),
        (Some(day), true) => lang.t(
            format!(
                "พ้นกำหนดเมื่อ{}แล้ว ยังยื่นได้ เทศบาลจะพิจารณาว่ารับหรือไม่",
                thai_date::full_th(day)
            ),
            format!(
                "The last day was {}. You can still appeal; the office decides whether it counts.",
                thai_date::long_en(day)
            ),
        ),
        (None, _) => {
            let days = visit.desk().rules().municipality.signing.appeal_days;
            lang.t(
                format!("ยื่นได้ตั้งแต่วันนี้ จนครบ {days} วันนับแต่วันที่ได้รับแจ้งผล"),
                format!(
                    "You can appeal from today, until {days} days after you are told the result."
                ),
            )
        }
    };
    let hint = lang.t(
        "บอกว่าไม่เห็นด้วยเรื่องใด และเพราะอะไร ไม่ต้องใช้ภาษากฎหมาย",
        "Say what you do not agree with, and why. No legal words are needed.",
    );
    view! {
        <h2>{lang.t("ยื่นอุทธรณ์", "Make an appeal")}</h2>
        <p>{until}</p>
        <form method="post" action=visit.href("/track/appeal") novalidate>
            {carried(facts)}
            {hidden(&[("form_key", key)])}
            <TextArea form field="words" label=lang.t("ข้ออุทธรณ์", "Your appeal") hint rows=6/>
            <div class="actions"><Button label=lang.t("ยื่นอุทธรณ์", "Send the appeal")/></div>
        </form>
    }
    .into_any()
}
