//! What only the office's pages say in words: deadlines, what is booked in short, states, events, roles.
use crate::components::{Tag, TagKind};
use crate::shell::tel;
use crate::words;
use chrono::NaiveDate;
use desk::office::CallOutcome;
use domain::crematorium::{Rules, Wish};
use domain::form::Lang;
use domain::phone::Phone;
use domain::request::{Delegation, Event, Role, Status};
use domain::thai_date as date;
use domain::time::{self, Instant};
use leptos::prelude::*;

/// "พฤหัสบดี"
pub(super) fn weekday(lang: Lang, day: NaiveDate) -> &'static str {
    lang.t(date::weekday_th(day), date::weekday_en(day))
}

/// "5 พ.ย. 2569 เวลา 09.24 น."
pub(super) fn moment(lang: Lang, at: Instant) -> String {
    lang.t(date::moment_th(at), date::moment_en(at))
}

/// The clock for today, day and clock for other days.
pub(super) fn when(lang: Lang, at: Instant, now: Instant) -> String {
    let day = time::local_date(at);
    if day == time::local_date(now) {
        words::clock(lang, at)
    } else {
        format!("{} {}", words::near_day(lang, day), words::clock(lang, at))
    }
}

/// "เกิน 20 นาที": in minutes, then hours, then days.
pub(super) fn overdue(lang: Lang, due: Instant, now: Instant) -> String {
    let minutes = (now - due).num_minutes().max(1);
    let (n, th, en) = match minutes {
        ..=89 => (minutes, "นาที", "min"),
        90..=2879 => (minutes / 60, "ชั่วโมง", "h"),
        _ => (minutes / 1440, "วัน", "days"),
    };
    lang.t(format!("เกิน {n} {th}"), format!("{n} {en} late"))
}

pub(super) fn late_tag(lang: Lang, due: Instant, now: Instant) -> AnyView {
    let label = overdue(lang, due, now);
    view! { <Tag label kind=TagKind::Late/> }.into_any()
}

/// The state as the office says it.
pub(super) fn status(lang: Lang, status: Status) -> &'static str {
    let en = match status {
        Status::Submitted => "To decide",
        Status::Returned => "With the family",
        other => other.en(),
    };
    lang.t(status.th(), en)
}

pub(super) fn status_tag(lang: Lang, state: Status) -> AnyView {
    let kind = match state {
        Status::Submitted => TagKind::New,
        Status::Returned | Status::Queued => TagKind::Wait,
        Status::Approved | Status::Ready | Status::OnLoan | Status::Completed => TagKind::Ok,
        Status::Refused | Status::Withdrawn | Status::Cancelled | Status::Lapsed => TagKind::Closed,
    };
    view! { <Tag label=status(lang, state) kind/> }.into_any()
}

/// "ฌาปนกิจ 26 พ.ย. 13.00 น. เตาที่ 1", if a cremation is booked.
pub(super) fn cremation(
    lang: Lang,
    rules: &Rules,
    wish: &Wish,
    furnace: Option<&str>,
) -> Option<String> {
    let cremation = wish.cremation.as_ref()?;
    let furnace = furnace
        .map(|id| format!(" {}", unbroken(&furnace_name(lang, rules, id))))
        .unwrap_or_default();
    Some(format!(
        "{} {} {}{furnace}",
        lang.t("ฌาปนกิจ", "Cremation"),
        words::near_day(lang, cremation.date),
        words::round(lang, cremation.round)
    ))
}

/// "ศาลา 1 จำนวน 2 คืน", if a pavilion is booked.
pub(super) fn pavilion(lang: Lang, rules: &Rules, wish: &Wish) -> Option<String> {
    let wish = wish.pavilion.as_ref()?;
    let name = unbroken(words::pavilion_name(lang, rules, &wish.id));
    let nights = words::nights(lang, wish.nights);
    Some(lang.t(
        format!("{name} จำนวน {nights}"),
        format!("{name}, {nights}"),
    ))
}

/// "เก็บอัฐิ 27 พ.ย. 07.00 น.", if a slot is booked.
fn ash(lang: Lang, wish: &Wish) -> Option<String> {
    let wish = wish.ash?;
    Some(format!(
        "{} {} {}",
        lang.t("เก็บอัฐิ", "Ashes"),
        words::near_day(lang, wish.date),
        words::round(lang, wish.start)
    ))
}

/// A short name that no line breaks: "ศาลา 1".
fn unbroken(name: &str) -> String {
    name.replace(' ', "\u{a0}")
}

/// Everything booked in one line.
pub(super) fn item(lang: Lang, rules: &Rules, wish: &Wish, furnace: Option<&str>) -> String {
    let parts = [
        cremation(lang, rules, wish, furnace),
        pavilion(lang, rules, wish),
        ash(lang, wish),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// A furnace by its id; what is no longer in the settings is shown by its id.
pub(super) fn furnace_name(lang: Lang, rules: &Rules, id: &str) -> String {
    let furnace = rules
        .settings()
        .furnaces
        .iter()
        .find(|furnace| furnace.id == id);
    furnace
        .map_or(id, |furnace| furnace.name.get(lang))
        .to_owned()
}

pub(super) fn role(lang: Lang, role: Role) -> &'static str {
    let en = match role {
        Role::Officer => "Officer",
        Role::Approver => "Approver",
        Role::Administrator => "Administrator",
        Role::Cashier => "Cashier",
    };
    lang.t(role.th(), en)
}

/// By which way a request came.
pub(super) fn channel(lang: Lang, channel: &str) -> String {
    match channel {
        "web" => lang.t("เว็บไซต์", "web site").to_owned(),
        "counter" => lang.t("เจ้าหน้าที่รับที่เคาน์เตอร์", "counter").to_owned(),
        "telephone" => lang.t("เจ้าหน้าที่รับทางโทรศัพท์", "telephone").to_owned(),
        "agent" => lang.t("ผู้ดำเนินการแทน", "agent").to_owned(),
        other => match other.strip_prefix("api:") {
            Some(name) => format!("{} {name}", lang.t("ช่องทาง", "channel")),
            None => other.to_owned(),
        },
    }
}

/// What an event says beyond its sentence, in lines.
pub(super) fn event_lines(lang: Lang, event: &Event) -> Vec<String> {
    match event {
        Event::Returned { correct_by, .. } => {
            let until = moment(lang, *correct_by);
            vec![lang.t(
                format!("แก้ไขภายใน {until}"),
                format!("To be corrected by {until}"),
            )]
        }
        Event::Refused {
            facts, law, appeal, ..
        } => vec![
            format!("{} {facts}", lang.t("ข้อเท็จจริง:", "Facts:")),
            format!("{} {law}", lang.t("ข้อกฎหมาย:", "Law:")),
            format!("{} {appeal}", lang.t("การอุทธรณ์:", "Appeal:")),
        ],
        _ => Vec::new(),
    }
}

/// The outcome of a call by its code.
pub(super) fn call_outcome(lang: Lang, code: &str) -> String {
    CallOutcome::parse(code).map_or_else(
        || code.to_owned(),
        |outcome| outcome.words().get(lang).to_owned(),
    )
}

/// A telephone number as a link that dials it, without its extension.
pub(super) fn dial(phone: &str) -> AnyView {
    let href = Phone::parse(phone).map_or_else(|_| tel(phone), |phone| phone.tel_uri());
    view! { <a href=href>{phone.to_owned()}</a> }.into_any()
}

/// "คำสั่งที่ 123/2569 ตั้งแต่ 1 ต.ค. 2569 ถึง 30 ก.ย. 2570"
pub(super) fn order(lang: Lang, order: &Delegation) -> String {
    let day = |day| lang.t(date::short_th(day), date::short_en(day));
    let from = format!(
        "{} {} {}",
        order.order,
        lang.t("ตั้งแต่", "from"),
        day(order.from)
    );
    match order.until {
        Some(until) => format!("{from} {} {}", lang.t("ถึง", "until"), day(until)),
        None => from,
    }
}

/// What a call is about, by the event that asks for it.
pub(super) fn call_about(lang: Lang, event: &str) -> &str {
    match event {
        "approved" => lang.t("แจ้งว่าอนุมัติแล้ว", "Approved"),
        "returned" => lang.t("แจ้งให้แก้ไขคำขอ", "Returned for correction"),
        "refused" => lang.t("แจ้งว่าไม่อนุมัติ", "Refused"),
        "cancelled" => lang.t("แจ้งว่ายกเลิก", "Cancelled"),
        "must_move" => lang.t("แจ้งว่าต้องเปลี่ยนวัน", "The booking must move"),
        "may_stay" => lang.t("แจ้งว่าไม่ต้องเปลี่ยนวันแล้ว", "The booking may stay"),
        "moved" => lang.t("แจ้งวันใหม่", "Moved to another day"),
        "lapsed" => lang.t("แจ้งว่าคำขอสิ้นผล", "Lapsed"),
        "residence" => lang.t("แจ้งอัตราค่าธรรมเนียม", "The rate of the fees"),
        "exemption_decided" => lang.t("แจ้งผลคำขอยกเว้นค่าธรรมเนียม", "The exemption is decided"),
        "withdrawn" => lang.t("แจ้งว่าผู้ดำเนินการแทนถอนคำขอ", "Withdrawn by the agent"),
        "verify" => lang.t("โทรยืนยันคำขอ", "Confirm the request"),
        "place_elsewhere" => lang.t(
            "แจ้งว่ามรณบัตรระบุสถานที่อื่น",
            "The certificate names another place",
        ),
        "authority" => lang.t(
            "ถามครอบครัวเรื่องผู้ดำเนินการแทน",
            "Ask the family about its agent",
        ),
        "authority_revoked" => lang.t(
            "ครอบครัวถอนอำนาจผู้ดำเนินการแทน",
            "The family stopped its agent",
        ),
        "appeal_answered" => lang.t("แจ้งผลอุทธรณ์", "An appeal is answered"),
        "late_explained" => lang.t("แจ้งเหตุล่าช้า", "Why it is late"),
        other => other,
    }
}

/// The digit of half a byte.
fn hex(half: u8) -> char {
    char::from_digit(u32::from(half), 16).map_or('0', |digit| digit.to_ascii_uppercase())
}

/// A value as it stands in an address's query.
pub(super) fn in_query(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(hex(byte >> 4));
            out.push(hex(byte & 15));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().expect("a moment")
    }

    #[test]
    fn today_is_told_by_the_clock_and_other_days_by_name() {
        let now = at("2026-11-23T02:00:00Z");
        assert_eq!(
            when(Lang::Th, at("2026-11-23T01:40:00Z"), now),
            "08.40\u{a0}น."
        );
        assert_eq!(
            when(Lang::Th, at("2026-11-24T01:40:00Z"), now),
            "24\u{a0}พ.ย. 08.40\u{a0}น."
        );
        assert_eq!(
            when(Lang::En, at("2026-11-24T01:40:00Z"), now),
            "24\u{a0}Nov 08:40"
        );
    }

    #[test]
    fn lateness_is_told_in_the_unit_that_fits() {
        let now = at("2026-11-23T02:00:00Z");
        for (due, th, en) in [
            ("2026-11-23T01:59:40Z", "เกิน 1 นาที", "1 min late"),
            ("2026-11-23T01:40:00Z", "เกิน 20 นาที", "20 min late"),
            ("2026-11-23T00:20:00Z", "เกิน 1 ชั่วโมง", "1 h late"),
            ("2026-11-20T02:00:00Z", "เกิน 3 วัน", "3 days late"),
        ] {
            assert_eq!(overdue(Lang::Th, at(due), now), th);
            assert_eq!(overdue(Lang::En, at(due), now), en);
        }
    }

    #[test]
    fn a_value_cannot_leave_its_place_in_an_address() {
        assert_eq!(in_query("a-1_2.3~&=ก"), "a-1_2.3~%26%3D%E0%B8%81");
    }

    #[test]
    fn a_refusal_tells_more_than_its_reason() {
        let part = |text: &str| text.to_owned();
        let refused = Event::Refused {
            facts: part("F"),
            law: part("L"),
            reason: part("R"),
            appeal: part("A"),
        };
        assert_eq!(
            event_lines(Lang::En, &refused),
            ["Facts: F", "Law: L", "Appeal: A"]
        );
    }
}
