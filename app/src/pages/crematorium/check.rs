//! Page 8: all answers before they are sent, the time left, and the one button that sends.
use super::ash;
use super::day::taken;
use super::death;
use super::draft::{Mine, missing, sent_path};
use super::question::carry_link;
use super::slot::Slot;
use super::step::Step;
use crate::components::{
    Button, ButtonKind, Choice, FormView, Notice, NoticeKind, Radios, SummaryList, SummaryRow,
};
use crate::http::Visit;
use crate::http::see_other;
use crate::pages::fee;
use crate::pages::frame::private_page;
use crate::pages::trouble;
use crate::shell::Document;
use crate::words;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::TimeDelta;
use desk::draft::{AGENT, DraftView, HoldView};
use desk::{Conflict, Trouble};
use domain::crematorium::application::{self, Relation};
use domain::crematorium::{Residence, Rules, Wish};
use domain::form::{FieldErrors, Lang, RawFields, Text, raw};
use domain::national_id::NationalId;
use domain::phone::Phone;
use domain::time::Instant;
use leptos::prelude::*;

/// `GET /crematorium/{draft}/check`
pub(super) async fn page(visit: Visit, Path(id): Path<String>) -> Response {
    let mine = match Mine::open(&visit, &id).await {
        Ok(mine) => mine,
        Err(response) => return response,
    };
    let rules = visit.desk().rules();
    let now = visit.desk().now();
    let open = Step::first_open(&mine.draft.fields, &rules, now);
    if open == Step::Check {
        summary(
            &visit,
            &mine.draft,
            &rules,
            now,
            StatusCode::OK,
            &FieldErrors::new(),
        )
    } else {
        see_other(&visit.href(&open.of(&mine.draft.id, false)))
    }
}

/// `POST /crematorium/{draft}/check`: sends, once. A second tap gets the same reference.
pub(super) async fn send(visit: Visit, Path(id): Path<String>) -> Response {
    let mine = match Mine::open(&visit, &id).await {
        Ok(mine) => mine,
        Err(response) => return response,
    };
    match visit.desk().send_draft(&mine.owner, &mine.draft.id).await {
        Ok(_) => see_other(&visit.href(&sent_path(&mine.draft.id))),
        Err(trouble) => not_done(&visit, &mine.draft, trouble),
    }
}

/// `POST /crematorium/{draft}/extend`: the full time again.
pub(super) async fn extend(visit: Visit, Path(id): Path<String>) -> Response {
    let mine = match Mine::open(&visit, &id).await {
        Ok(mine) => mine,
        Err(response) => return response,
    };
    match visit.desk().extend_hold(&mine.owner, &mine.draft.id).await {
        Ok(_) | Err(Trouble::NotFound) => {
            see_other(&visit.href(&Step::Check.of(&mine.draft.id, false)))
        }
        Err(trouble) => not_done(&visit, &mine.draft, trouble),
    }
}

/// Why it was not sent, or not held on; every answer stays.
fn not_done(visit: &Visit, draft: &DraftView, trouble: Trouble) -> Response {
    let rules = visit.desk().rules();
    match trouble {
        Trouble::Invalid(errors) => summary(
            visit,
            draft,
            &rules,
            visit.desk().now(),
            StatusCode::UNPROCESSABLE_ENTITY,
            &errors,
        ),
        Trouble::SlotTaken {
            conflicts,
            alternatives,
        } => went(visit, draft, &rules, &conflicts, &alternatives),
        Trouble::NotFound => missing(visit, &trouble),
        trouble => trouble::page(visit, &trouble),
    }
}

fn summary(
    visit: &Visit,
    draft: &DraftView,
    rules: &Rules,
    now: Instant,
    status: StatusCode,
    errors: &FieldErrors,
) -> Response {
    let lang = visit.lang;
    let error = !errors.is_empty();
    private_page(visit, status, |ctx| {
        let title = lang.t("ตรวจคำตอบก่อนส่ง", "Check your answers");
        let errors = error.then(|| problems(visit, draft, errors));
        let hold = hold(visit, draft);
        let rows = rows(visit, draft, rules, now);
        let price = price(visit, draft, rules, now);
        let privacy = visit.href("/privacy");
        let elsewhere = carry_link(visit, &draft.id);
        let action = visit.href(&Step::Check.of(&draft.id, false));
        view! {
            <Document ctx title error private=true back=visit.href(&Step::Day.of(&draft.id, false))>
                {errors}
                <h1>{title}</h1>
                {hold}
                <SummaryList lang rows/>
                {price}
                <p class="hint">
                    {lang.t("เทศบาลใช้ข้อมูลนี้เพื่อให้บริการเท่านั้น ", "The municipality uses these data for this service only. ")}
                    <a href=privacy>{lang.t("ข้อมูลส่วนบุคคลของท่าน", "Your personal data")}</a>
                </p>
                <form method="post" action=action novalidate>
                    <div class="actions"><Button label=lang.t("ส่งคำขอ", "Send the request")/></div>
                </form>
                {elsewhere}
            </Document>
        }
    })
}

/// What it will cost, before anything is sent.
fn price(visit: &Visit, draft: &DraftView, rules: &Rules, now: Instant) -> AnyView {
    let lang = visit.lang;
    let wish = application::wish(&draft.fields, &mut FieldErrors::new()).unwrap_or_default();
    let residence =
        Residence::parse(raw(&draft.fields, "deceased.residence")).unwrap_or(Residence::NotSure);
    let quote = fee::before_sending(rules, &wish, residence, now);
    view! {
        <h2>{lang.t("ค่าธรรมเนียม", "Fees")}</h2>
        {fee::price(lang, &quote)}
        <p class="hint">{lang.t("จ่ายภายหลังเมื่อได้รับใบแจ้งชำระ เงินสดหรือคิวอาร์ ขอยกเว้นได้หลังส่งคำขอ", "You pay later, in cash or by QR, when the fee note has come. An exemption can be asked for after sending.")}</p>
        {fee::no_gift(lang, rules)}
    }
    .into_any()
}

/// What is wrong, each with a link to the step that asks.
fn problems(visit: &Visit, draft: &DraftView, errors: &FieldErrors) -> AnyView {
    let lang = visit.lang;
    let lines = errors
        .iter()
        .map(|error| {
            let text = error.text.get(lang).to_owned();
            match Step::asking(&error.field) {
                Some(step) => {
                    view! { <li><a href=visit.href(&step.of(&draft.id, true))>{text}</a></li> }
                        .into_any()
                }
                None => view! { <li>{text}</li> }.into_any(),
            }
        })
        .collect_view();
    view! {
        <div class="errors" role="alert" tabindex="-1" autofocus=true aria-labelledby="errors-title">
            <h2 id="errors-title">{lang.t("โปรดแก้ไขข้อมูลต่อไปนี้", "Please correct the following")}</h2>
            <ul>{lines}</ul>
        </div>
    }
    .into_any()
}

/// Until when the places are held, as a clock time, and the button for more time.
fn hold(visit: &Visit, draft: &DraftView) -> AnyView {
    let lang = visit.lang;
    let Some(HoldView {
        until,
        extensions_left,
        ..
    }) = draft.hold.as_ref().filter(|hold| !hold.lapsed)
    else {
        let title = lang.t("เวลาที่จองไว้หมดแล้ว", "The time held has ended");
        let kept = lang.t(
            "คำตอบยังอยู่ครบ เมื่อกดส่ง ระบบจะจองให้อีกครั้งถ้ายังว่าง",
            "Your answers are kept. When you send, the same places are taken again if they are still free.",
        );
        return view! { <Notice kind=NoticeKind::Hold title><p>{kept}</p></Notice> }.into_any();
    };
    let until = words::clock(lang, *until);
    let title = lang.t(
        format!("จองไว้ให้ถึง {until}"),
        format!("Held for you until {until}"),
    );
    let action = visit.href(&format!("/crematorium/{}/extend", draft.id));
    let minutes = visit.desk().rules().settings().hold_minutes;
    let later = visit.desk().now() + TimeDelta::minutes(minutes.into());
    let later = words::clock(lang, later);
    let more = (*extensions_left > 0).then(|| {
        let label = lang.t(format!("ขอเวลาเพิ่มถึง {later}"), format!("Hold until {later}"));
        view! { <form method="post" action=action><Button label kind=ButtonKind::Secondary/></form> }
    });
    view! { <Notice kind=NoticeKind::Hold title>{more}</Notice> }.into_any()
}

fn rows(visit: &Visit, draft: &DraftView, rules: &Rules, now: Instant) -> Vec<SummaryRow> {
    let lang = visit.lang;
    let fields = &draft.fields;
    let link = |step: Step| visit.href(&step.of(&draft.id, true));
    let typed = |name: &str| raw(fields, name).to_owned();
    let phone = |name: &str| {
        Phone::parse(raw(fields, name))
            .map_or_else(|_| typed(name), |phone| lang.t(phone.th(), phone.en()))
    };
    let mut rows = vec![
        SummaryRow::new(lang.t("ผู้ขอ", "Applicant"), typed("applicant.name"))
            .change(link(Step::Contact)),
        SummaryRow::new(
            lang.t("เบอร์โทรผู้ขอ", "Applicant's phone"),
            phone("applicant.phone"),
        )
        .change(link(Step::Contact)),
    ];
    if !raw(fields, "helper.phone").is_empty() {
        let helper = format!("{} {}", typed("helper.name"), phone("helper.phone"));
        rows.push(
            SummaryRow::new(lang.t("ผู้ช่วยกรอก", "Helper"), helper.trim())
                .change(link(Step::Contact)),
        );
    }
    if !raw(fields, AGENT).is_empty() {
        rows.push(SummaryRow::new(
            lang.t("ผู้ดำเนินการแทน", "Acting for the family"),
            typed(AGENT),
        ));
    }
    let chosen = |label: Option<Text>| {
        label
            .map(|label| label.get(lang).to_owned())
            .unwrap_or_default()
    };
    let relation = chosen(Relation::parse(raw(fields, "applicant.relation")).map(Relation::label));
    let residence =
        chosen(Residence::parse(raw(fields, "deceased.residence")).map(Residence::label));
    let died = death::understood(fields, lang, now).unwrap_or_default();
    rows.extend([
        SummaryRow::new(lang.t("ความเกี่ยวข้อง", "Relation"), relation).change(link(Step::Relation)),
        SummaryRow::new(
            lang.t("ผู้เสียชีวิต", "The person who died"),
            typed("deceased.name"),
        )
        .change(link(Step::Deceased)),
        SummaryRow::new(lang.t("เลขประจำตัว", "ID number"), identity(lang, fields))
            .change(link(Step::Deceased)),
        SummaryRow::new(lang.t("วันที่เสียชีวิต", "Date of death"), died).change(link(Step::Death)),
        SummaryRow::new(
            lang.t("เคยมีชื่อในทะเบียนบ้านในเขต", "Ever registered in the city"),
            residence,
        )
        .change(link(Step::Residence)),
    ]);
    let wish = application::wish(fields, &mut FieldErrors::new()).unwrap_or_default();
    for (name, places) in words::places(
        lang,
        rules,
        &Wish {
            ash: None,
            ..wish.clone()
        },
    ) {
        rows.push(SummaryRow::new(name, places).change(link(Step::Day)));
    }
    // Where the city books it at all; a pavilion alone has no ashes.
    if wish.cremation.is_some() && rules.settings().ash.is_offered() {
        let when = wish.ash.map_or_else(
            || lang.t("ไม่ได้จอง", "Not booked").to_owned(),
            |ash| words::ash(lang, ash),
        );
        let name = lang.t("เก็บอัฐิ", "Collecting the ashes");
        rows.push(SummaryRow::new(name, when).change(visit.href(&ash::path(&draft.id))));
    }
    rows
}

/// "1-2345-67890-12-1", a passport number, or that none is known.
fn identity(lang: Lang, fields: &RawFields) -> String {
    match raw(fields, "deceased.identity") {
        "national_id" => NationalId::parse(raw(fields, "deceased.national_id")).map_or_else(
            |_| raw(fields, "deceased.national_id").to_owned(),
            |id| grouped(id.digits()),
        ),
        "passport" => raw(fields, "deceased.passport").to_owned(),
        _ => lang.t("ไม่ทราบหรือไม่มี", "Not known, or none").to_owned(),
    }
}

fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(17);
    for (n, digit) in digits.chars().enumerate() {
        if [1, 5, 10, 12].contains(&n) {
            out.push('-');
        }
        out.push(digit);
    }
    out
}

/// The places went meanwhile: which, and the nearest that are free, each one tap away.
fn went(
    visit: &Visit,
    draft: &DraftView,
    rules: &Rules,
    conflicts: &[Conflict],
    alternatives: &[Wish],
) -> Response {
    let lang = visit.lang;
    let form = FormView::new(lang, RawFields::new(), FieldErrors::new());
    let action = visit.href(&Step::Day.of(&draft.id, true));
    let all = action.clone();
    let options: Vec<_> = alternatives
        .iter()
        .map(|wish| {
            let nights = wish.pavilion.as_ref();
            let nights = nights.map(|nights| words::pavilion(lang, rules, nights));
            let Some(cremation) = &wish.cremation else {
                return Choice::new(Slot::whole(wish), nights.unwrap_or_default());
            };
            let choice = Choice::new(Slot::whole(wish), words::cremation(lang, cremation));
            let ash = wish.ash.map(|ash| {
                let when = words::ash(lang, ash);
                lang.t(format!("เก็บอัฐิ{when}"), format!("ashes on {when}"))
            });
            let rest: Vec<_> = nights.into_iter().chain(ash).collect();
            if rest.is_empty() {
                choice
            } else {
                choice.hint(rest.join(" · "))
            }
        })
        .collect();
    let taken = taken(conflicts).get(lang).to_owned();
    private_page(visit, StatusCode::CONFLICT, |ctx| {
        let title = lang.t(
            "วันและเวลาที่เลือกไม่ว่างแล้ว",
            "That day and time is no longer free",
        );
        let nearest = (!options.is_empty()).then(|| {
            view! {
                <form method="post" action=action novalidate>
                    <Radios form=&form field="slot" legend=lang.t("วันและเวลาใกล้เคียงที่ยังว่าง", "The nearest that are free") options/>
                    <div class="actions"><Button label=lang.t("ใช้วันและเวลานี้", "Use this time")/></div>
                </form>
            }
        });
        let call = words::call(
            lang,
            lang.t("หากไม่มีวันที่เหมาะ โทร", "If none of these will do, call"),
            &rules.settings().duty,
        );
        let heading = title;
        view! {
            <Document ctx title error=true private=true back=visit.href(&Step::Check.of(&draft.id, false))>
                <h1>{heading}</h1>
                <div role="alert"><p>{taken}</p></div>
                {nearest}
                <p><a href=all>{lang.t("ดูวันทั้งหมด", "See all days")}</a></p>
                {call}
            </Document>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_shown_as_cards_show_it() {
        assert_eq!(grouped("1234567890121"), "1-2345-67890-12-1");
        let fields: RawFields = [
            ("deceased.identity", "national_id"),
            ("deceased.national_id", "๑๒๓๔๕๖๗๘๙๐๑๒๑"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        assert_eq!(identity(Lang::Th, &fields), "1-2345-67890-12-1");
        assert_eq!(identity(Lang::En, &RawFields::new()), "Not known, or none");
    }
}
