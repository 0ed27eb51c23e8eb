//! Confirming the next lunar year: what the announcement says, compared day by day before it counts.
use super::calendar::PATH;
use super::effect;
use super::frame::{Office, Page, Place, Planner};
use crate::components::{
    Button, ButtonKind, Choice, ErrorSummary, FormView, Kind, Notice, NoticeKind, Radios,
    SummaryList, SummaryRow, TextField, Width,
};
use crate::http::see_other;
use crate::pages::answers::Answers;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use desk::Trouble;
use desk::calendar::{LunarPage, LunarProposal, lunar_proposal};
use desk::revision::{Effect, Revised};
use domain::form::{FieldErrors, Lang, RawFields, raw};
use domain::lunar::{LunarCalendar, YearKind};
use domain::thai_date;
use leptos::prelude::*;

const LUNAR: &str = "/staff/calendar/lunar";

/// `GET /staff/calendar/lunar`
pub(super) async fn page(Planner(office): Planner) -> Response {
    office.answer(
        show(
            &office,
            StatusCode::OK,
            RawFields::new(),
            FieldErrors::new(),
            None,
        )
        .await,
    )
}

/// `POST` to the same address: `action` is `preview`, `save` or `edit`.
pub(super) async fn confirm(Planner(office): Planner, answers: Answers) -> Response {
    office.answer(confirmed(&office, answers.all()).await)
}

async fn confirmed(office: &Office, typed: RawFields) -> desk::Result<Response> {
    if raw(&typed, "action") == "edit" {
        return show(office, StatusCode::OK, typed, FieldErrors::new(), None).await;
    }
    let page = office.desk().lunar_page(&office.staff).await?;
    let based_on: i64 = raw(&typed, "based_on").parse().unwrap_or(-1);
    if based_on != page.based_on {
        return show(
            office,
            StatusCode::CONFLICT,
            typed,
            FieldErrors::new(),
            Some(page.based_on),
        )
        .await;
    }
    let proposal = match lunar_proposal(&page.calendar, &typed) {
        Ok(proposal) => proposal,
        Err(errors) => {
            return show(
                office,
                StatusCode::UNPROCESSABLE_ENTITY,
                typed,
                errors,
                None,
            )
            .await;
        }
    };
    let reason = raw(&typed, "reason").to_owned();
    let year = &proposal.year;
    let (desk, who) = (office.desk(), &office.staff);
    let outcome = if raw(&typed, "action") == "save" {
        desk.confirm_lunar(who, based_on, year, &reason)
            .await
            .map(Err)
    } else {
        desk.preview_lunar(who, based_on, year, &reason)
            .await
            .map(Ok)
    };
    match outcome {
        Ok(Ok(effect)) => compare(office, &typed, proposal, effect).await,
        Ok(Err(Revised::Done { revision, affected })) => Ok(see_other(
            &office.href(&format!("{PATH}?done={revision}&moved={affected}")),
        )),
        Ok(Err(Revised::Superseded { newest })) => {
            show(
                office,
                StatusCode::CONFLICT,
                typed,
                FieldErrors::new(),
                Some(newest),
            )
            .await
        }
        Err(Trouble::Invalid(errors)) => {
            show(
                office,
                StatusCode::UNPROCESSABLE_ENTITY,
                typed,
                errors,
                None,
            )
            .await
        }
        Err(trouble) => Err(trouble),
    }
}

async fn show(
    office: &Office,
    status: StatusCode,
    mut typed: RawFields,
    errors: FieldErrors,
    newer: Option<i64>,
) -> desk::Result<Response> {
    let lang = office.lang();
    let page = office.desk().lunar_page(&office.staff).await?;
    if let Some(next) = page.next {
        let day = lang.t(
            thai_date::short_th(next.first_day),
            thai_date::short_en(next.first_day),
        );
        typed.entry("first_day".to_owned()).or_insert(day);
    }
    let form = FormView::new(lang, typed, errors);
    let title = lang.t("ยืนยันปฏิทินจันทรคติ", "Confirm the lunar calendar");
    let frame = Page::new(Place::Calendar, title).status(status).back(PATH);
    office
        .page(frame, move || body(lang, title, &form, &page, newer))
        .await
}

fn body(
    lang: Lang,
    title: &'static str,
    form: &FormView,
    page: &LunarPage,
    newer: Option<i64>,
) -> AnyView {
    let last = page.calendar.last_confirmed();
    let until = lang.t(
        format!(
            "ยืนยันแล้วถึง {} หลังจากนั้นระบบไม่คาดเดา",
            thai_date::full_th(last)
        ),
        format!(
            "Confirmed until {}. The system does not guess beyond it.",
            thai_date::long_en(last)
        ),
    );
    let newer = newer.map(|revision| {
        let title = lang.t(
            format!("มีผู้ยืนยันไปก่อน (ฉบับที่ {revision})"),
            format!("Somebody confirmed a year first (revision {revision})"),
        );
        view! { <Notice kind=NoticeKind::Hold title/> }
    });
    let known = page.calendar.years().map(|year| {
        let feasts = feasts(lang, &page.calendar, year.be);
        SummaryRow::new(
            lang.t(format!("พ.ศ. {}", year.be), format!("{} BE", year.be)),
            format!("{} · {feasts}", kind_words(lang, year.kind)),
        )
    });
    let known: Vec<_> = known.collect();
    let ask = page.next.map(|next| {
        let heading = lang.t(
            format!("ปี พ.ศ. {}", next.be),
            format!("The year {} BE", next.be),
        );
        let kinds = YearKind::ALL.map(|kind| Choice::new(kind.code(), kind_words(lang, kind)));
        view! {
            <section class="panel" aria-labelledby="next-title">
                <h2 id="next-title">{heading}</h2>
                <form method="post" action=lang.path(LUNAR) novalidate>
                    <input r#type="hidden" name="based_on" value=page.based_on.to_string()/>
                    <TextField form field="first_day" label=lang.t("ขึ้น 1 ค่ำ เดือนอ้าย ตรงกับวันที่", "Waxing 1 of month 1 is") kind=Kind::Word width=Width::Long
                        hint=lang.t("ต้องต่อกับปีก่อน", "It must join the year before")/>
                    <Radios form field="kind" legend=lang.t("ชนิดปีตามประกาศ", "The kind of year, as announced") options=kinds.into()/>
                    <TextField form field="reason" label=lang.t("อ้างอิงประกาศ", "Which announcement")
                        hint=lang.t("เช่น ปฏิทินหลวง พ.ศ. 2573", "For example: the royal calendar of 2573 BE")/>
                    <div class="actions"><Button label=lang.t("เทียบกับประกาศ", "Compare with the announcement") name="action" value="preview"/></div>
                </form>
            </section>
        }
    });
    view! {
        <ErrorSummary form/>
        <h1>{title}</h1>
        <p class="sub">{until}</p>
        {newer}
        {ask}
        <section class="panel" aria-labelledby="known-title">
            <h2 id="known-title">{lang.t("ปีที่มีอยู่", "The years as they are")}</h2>
            <SummaryList lang rows=known/>
        </section>
    }
    .into_any()
}

/// Every วันพระ and the three feasts of the year as it would be.
async fn compare(
    office: &Office,
    typed: &RawFields,
    proposal: LunarProposal,
    effect: Effect,
) -> desk::Result<Response> {
    let lang = office.lang();
    let be = proposal.year.be;
    let title = lang.t(
        format!("เทียบปี พ.ศ. {be} กับประกาศ"),
        format!("Compare {be} BE with the announcement"),
    );
    let rules = office.desk().rules();
    let hidden = ["based_on", "first_day", "kind", "reason"].map(|name| {
        let value = raw(typed, name).to_owned();
        view! { <input r#type="hidden" name=name value=value/> }
    });
    let hidden = hidden.collect_view();
    let page = Page::new(Place::Calendar, title.clone()).back(LUNAR);
    office
        .page(page, move || {
            let days = proposal.calendar.holy_days(be).into_iter().map(|(date, day)| {
                let moon = lang.t(day.th(), day.en());
                view! { <tr><td>{long(lang, date)}</td><td>{moon}</td></tr> }
            });
            let days: Vec<_> = days.collect();
            let count = days.len();
            view! {
                <h1>{title}</h1>
                <p class="sub">{kind_words(lang, proposal.year.kind)}" · "{feasts(lang, &proposal.calendar, be)}</p>
                {effect::view(lang, &rules, &effect)}
                <form method="post" action=lang.path(LUNAR)>
                    {hidden}
                    <div class="actions">
                        <Button label=lang.t("ตรงกับประกาศ ยืนยัน", "It agrees: confirm") name="action" value="save"/>
                        <Button label=lang.t("แก้ไข", "Change it") kind=ButtonKind::Secondary name="action" value="edit"/>
                    </div>
                </form>
                <h2>{lang.t(format!("วันพระ {count} วัน"), format!("{count} Buddhist holy days"))}</h2>
                <table class="list">
                    <caption class="unseen">{lang.t("วันพระ", "Holy days")}</caption>
                    <thead><tr><th scope="col">{lang.t("วันที่", "Day")}</th><th scope="col">{lang.t("จันทรคติ", "Moon")}</th></tr></thead>
                    <tbody>{days}</tbody>
                </table>
            }
            .into_any()
        })
        .await
}

fn long(lang: Lang, day: NaiveDate) -> String {
    lang.t(thai_date::full_th(day), thai_date::long_en(day))
}

fn feasts(lang: Lang, calendar: &LunarCalendar, be: i32) -> String {
    let names = [
        lang.t("มาฆบูชา", "Makha"),
        lang.t("วิสาขบูชา", "Visakha"),
        lang.t("อาสาฬหบูชา", "Asalha"),
    ];
    let feasts = names
        .iter()
        .zip(calendar.feasts(be))
        .map(|(name, day)| match day {
            Some(day) => format!(
                "{name} {}",
                lang.t(thai_date::short_th(day), thai_date::short_en(day))
            ),
            None => format!("{name} {}", lang.t("ยังไม่ยืนยัน", "not confirmed")),
        });
    feasts.collect::<Vec<_>>().join(" · ")
}

fn kind_words(lang: Lang, kind: YearKind) -> &'static str {
    match kind {
        YearKind::Normal => lang.t("ปีปกติ 354 วัน", "Normal, 354 days"),
        YearKind::ExtraDay => lang.t("อธิกวาร 355 วัน", "With an extra day, 355 days"),
        YearKind::ExtraMonth => lang.t("อธิกมาส 384 วัน", "With an extra month, 384 days"),
    }
}
