//! What a change of settings would do to bookings, before it is saved.
use super::words;
use crate::components::reference::in_fours;
use crate::components::{Notice, NoticeKind};
use chrono::NaiveDate;
use desk::office::InboxRow;
use desk::revision::Effect;
use domain::crematorium::{Facility, Rules};
use domain::form::Lang;
use domain::thai_date;
use leptos::prelude::*;
use uuid::Uuid;

/// The bookings that would lie in a closed day, and those whose start time goes from the menu.
pub(super) fn view(lang: Lang, rules: &Rules, effect: &Effect) -> AnyView {
    let hits = effect.hits.iter().map(|hit| {
        let what = match hit.facility {
            Facility::Cremation => lang.t("ฌาปนกิจ", "cremation"),
            Facility::Pavilions => lang.t("ศาลา", "pavilion"),
            Facility::Ash => lang.t("เก็บอัฐิ", "collecting the ashes"),
        };
        line(lang, rules, effect, hit.request, hit.date, what)
    });
    let hits: Vec<_> = hits.collect();
    let lost = effect.lost_rounds.iter().map(|lost| {
        let what = crate::words::round(lang, lost.round);
        line(lang, rules, effect, lost.request, lost.date, &what)
    });
    let lost: Vec<_> = lost.collect();
    let none = hits.is_empty() && lost.is_empty();
    let nothing = lang.t(
        "ไม่มีการจองที่ได้รับผลจากการแก้ไขนี้",
        "No booking is affected by this change",
    );
    let (must_move, keeps) = (hits.len(), lost.len());
    view! {
        {none.then(|| view! { <Notice kind=NoticeKind::Good title=nothing/> })}
        {(must_move > 0).then(|| view! {
            <Notice kind=NoticeKind::Hold title=lang.t(
                format!("การจองที่อยู่ในวันที่ปิด {must_move} คำขอ"),
                format!("Bookings in a closed day: {must_move}"),
            )>
                <p>{lang.t(
                    "ระบบไม่ย้ายให้เอง เมื่อบันทึก คำขอเหล่านี้จะอยู่ในรายการที่ต้องย้าย และครอบครัวอยู่ในรายการโทรแจ้ง",
                    "Nothing is moved by machine. When saved, these go on the list of bookings that must move, and the families on the call list.",
                )}</p>
            </Notice>
            {table(lang, hits)}
        })}
        {(keeps > 0).then(|| view! {
            <Notice kind=NoticeKind::Info title=lang.t(
                format!("การจองในรอบที่เลิกใช้ {keeps} คำขอ"),
                format!("Bookings at a start time that goes: {keeps}"),
            )>
                <p>{lang.t("คำขอเหล่านี้คงเวลาเดิมไว้", "They keep their time.")}</p>
            </Notice>
            {table(lang, lost)}
        })}
    }
    .into_any()
}

fn table(lang: Lang, rows: Vec<AnyView>) -> AnyView {
    let heads = [
        lang.t("วันที่", "Day"),
        lang.t("คำขอ", "Request"),
        lang.t("รายการ", "What is booked"),
        lang.t("ผู้ขอ", "Applicant"),
        lang.t("สถานะ", "State"),
    ];
    let heads = heads
        .map(|head| view! { <th scope="col">{head}</th> })
        .collect_view();
    view! {
        <table class="list">
            <caption class="unseen">{lang.t("การจองที่ได้รับผล", "Bookings that are affected")}</caption>
            <thead><tr>{heads}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn line(
    lang: Lang,
    rules: &Rules,
    effect: &Effect,
    request: Uuid,
    date: NaiveDate,
    what: &str,
) -> AnyView {
    let day = lang.t(thai_date::short_th(date), thai_date::short_en(date));
    let day = format!("{day} · {what}");
    match effect.rows.get(&request) {
        Some(row) => known(lang, rules, row, day),
        // An administrator sees no requests: only that there is one.
        None => view! { <tr><td>{day}</td><td>"–"</td><td>"–"</td><td>"–"</td><td>"–"</td></tr> }
            .into_any(),
    }
}

fn known(lang: Lang, rules: &Rules, row: &InboxRow, day: String) -> AnyView {
    let href = lang.path(&format!("/staff/requests/{}", row.reference.as_str()));
    let item = words::item(lang, rules, &row.wish, row.furnace.as_deref());
    let who = format!("{} · {}", row.applicant_initials, row.phone_last4);
    view! {
        <tr>
            <td>{day}</td>
            <td><a href=href>{in_fours(row.reference.as_str())}</a></td>
            <td>{item}</td>
            <td>{who}</td>
            <td>{words::status_tag(lang, row.status)}</td>
        </tr>
    }
    .into_any()
}
