//! What pages say in words: times, days, nights, places, money, and whom to call.
use crate::shell::tel;
use chrono::{Datelike, Days, NaiveDate};
use domain::crematorium::availability::RoundFree;
use domain::crematorium::{AshWish, CremationWish, PavilionWish, Rules, Wish};
use domain::form::Lang;
use domain::money::Satang;
use domain::municipality::Office;
use domain::thai_date as date;
use domain::time::{self, Instant, TimeOfDay};
use leptos::prelude::*;

/// "09.24 น.", "09:24"
pub fn clock(lang: Lang, at: Instant) -> String {
    lang.t(date::clock_th(at), date::clock_en(at))
}

/// "วันพฤหัสบดีที่ 5 พฤศจิกายน 2569", "Thursday 5 November 2026"
pub fn day(lang: Lang, day: NaiveDate) -> String {
    lang.t(date::full_th(day), date::long_en(day))
}

/// "26 พ.ย.": where the year goes without saying.
pub fn near_day(lang: Lang, day: NaiveDate) -> String {
    format!(
        "{}\u{a0}{}",
        day.day(),
        lang.t(date::month_abbr_th(day), date::month_abbr_en(day))
    )
}

/// "13.00 น.", "13:00"
pub fn round(lang: Lang, round: TimeOfDay) -> String {
    lang.t(round.th(), round.en())
}

/// "วันนี้ เวลา 09.24 น.", "พรุ่งนี้ เวลา 09.24 น.", else with the whole date.
pub fn when(lang: Lang, at: Instant, now: Instant) -> String {
    let (on, today) = (time::local_date(at), time::local_date(now));
    let on = if on == today {
        lang.t("วันนี้", "today").to_owned()
    } else if Some(on) == today.checked_add_days(Days::new(1)) {
        lang.t("พรุ่งนี้", "tomorrow").to_owned()
    } else {
        day(lang, on)
    };
    format!("{on} {} {}", lang.t("เวลา", "at"), clock(lang, at))
}

/// "2 คืน", "2 nights"
pub fn nights(lang: Lang, nights: u8) -> String {
    let en = if nights == 1 { "night" } else { "nights" };
    format!("{nights}\u{a0}{}", lang.t("คืน", en))
}

/// The name of a pavilion; one that is no longer in the settings is told by its id.
pub fn pavilion_name<'a>(lang: Lang, rules: &'a Rules, id: &'a str) -> &'a str {
    rules
        .pavilion(id)
        .map_or(id, |pavilion| pavilion.name.get(lang))
}

/// "ศาลา 1 จำนวน 2 คืน ตั้งแต่ 23 พ.ย. ถึง 24 พ.ย."
pub fn pavilion(lang: Lang, rules: &Rules, wish: &PavilionWish) -> String {
    let name = pavilion_name(lang, rules, &wish.id);
    let count = nights(lang, wish.nights);
    let evenings = evenings(lang, wish);
    let from = if wish.nights <= 1 {
        "วันที่"
    } else {
        "ตั้งแต่"
    };
    lang.t(
        format!("{name} จำนวน {count} {from} {evenings}"),
        format!("{name}, {count}: {evenings}"),
    )
}

/// "23 พ.ย. ถึง 24 พ.ย."
pub fn evenings(lang: Lang, wish: &PavilionWish) -> String {
    let (first, last) = (near_day(lang, wish.from), near_day(lang, wish.last_night()));
    if wish.nights <= 1 {
        first
    } else {
        format!("{first} {} {last}", lang.t("ถึง", "to"))
    }
}

/// "วันพุธที่ 25 พฤศจิกายน 2569 เวลา 13.00 น."
pub fn cremation(lang: Lang, wish: &CremationWish) -> String {
    format!(
        "{} {} {}",
        day(lang, wish.date),
        lang.t("เวลา", "at"),
        round(lang, wish.round)
    )
}

/// The same for a list of days, short.
pub fn ash_line(lang: Lang, ash: AshWish) -> String {
    let when = format!("{} {}", near_day(lang, ash.date), round(lang, ash.start));
    lang.t(format!("เก็บอัฐิ {when}"), format!("ash collection {when}"))
}

/// A round in a list of days: "13.00 น.", and its ash slot where the day's rounds bring different ones.
pub fn round_of_list(lang: Lang, free: &RoundFree, told_once: bool) -> String {
    let label = round(lang, free.round);
    match free.ash {
        Some(ash) if !told_once => format!("{label} · {}", ash_line(lang, ash)),
        _ => label,
    }
}

/// "ว่าง 4 รอบ": how many times of a day still have a furnace.
pub fn times_free(lang: Lang, times: usize) -> String {
    match times {
        1 => lang.t("ว่าง 1 รอบ", "1 time free").to_owned(),
        times => lang.t(format!("ว่าง {times} รอบ"), format!("{times} times free")),
    }
}

/// The ash slot that comes with every round of a day: told once. `None` where they differ, or there is none.
pub fn same_ash(rounds: &[RoundFree]) -> Option<AshWish> {
    let ash = rounds.first()?.ash;
    ash.filter(|_| rounds.iter().all(|round| round.ash == ash))
}

/// "วันพฤหัสบดีที่ 26 พฤศจิกายน 2569 เวลา 07.00 น."
pub fn ash(lang: Lang, wish: AshWish) -> String {
    format!(
        "{} {} {}",
        day(lang, wish.date),
        lang.t("เวลา", "at"),
        round(lang, wish.start)
    )
}

/// Everything asked for, one thing a line: its name and its words.
pub fn places(lang: Lang, rules: &Rules, wish: &Wish) -> Vec<(&'static str, String)> {
    let nights = wish
        .pavilion
        .as_ref()
        .map(|wish| (lang.t("ศาลา", "Pavilion"), pavilion(lang, rules, wish)));
    let cremation = wish
        .cremation
        .as_ref()
        .map(|wish| (lang.t("ฌาปนกิจ", "Cremation"), cremation(lang, wish)));
    let ash = wish
        .ash
        .map(|wish| (lang.t("เก็บอัฐิ", "Collecting the ashes"), ash(lang, wish)));
    nights.into_iter().chain(cremation).chain(ash).collect()
}

/// The same in one line.
pub fn places_line(lang: Lang, rules: &Rules, wish: &Wish) -> String {
    let places: Vec<_> = places(lang, rules, wish)
        .into_iter()
        .map(|(name, words)| {
            // A pavilion's own name says what it is.
            let named = lang.t(format!("{name}{words}"), format!("{name}: {words}"));
            if words.starts_with(name) {
                words
            } else {
                named
            }
        })
        .collect();
    places.join(" · ")
}

/// What the death certificate must say: told at once, not at the furnace.
pub fn certificate_names(lang: Lang, rules: &Rules) -> String {
    let name = rules.settings().name.get(lang);
    lang.t(
        format!("มรณบัตรต้องระบุว่าจัดการศพที่{name} หากระบุที่อื่น โปรดแจ้งเปลี่ยนต่อนายทะเบียนก่อนวันฌาปนกิจ"),
        format!("The death certificate must name {name}. If it names another place, tell the registrar before the cremation."),
    )
}

/// "1,500 บาท"
pub fn money(lang: Lang, amount: Satang) -> String {
    lang.t(amount.th(), amount.en())
}

/// What stands behind every value that the city has not confirmed.
pub fn sample(lang: Lang, rules: &Rules) -> &'static str {
    if rules.municipality.sample {
        lang.t(" (ตัวอย่าง)", " (sample)")
    } else {
        ""
    }
}

/// A sentence with the phone and, always beside it, the hours.
pub fn call(lang: Lang, why: &'static str, office: &Office) -> impl IntoView + use<> {
    let phone = office.phone.clone();
    let dials = tel(&phone);
    let hours = office.hours_text.get(lang).to_owned();
    view! {
        <p class="call">{why}" "<a href=dials>{phone}</a>" "<span class="hours">{hours}</span></p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().expect("a moment")
    }

    #[test]
    fn moments_are_told_as_people_tell_them() {
        let now = at("2026-11-23T02:00:00Z");
        for (moment, th, en) in [
            (
                "2026-11-23T02:24:00Z",
                "วันนี้ เวลา 09.24\u{a0}น.",
                "today at 09:24",
            ),
            (
                "2026-11-23T17:00:00Z",
                "พรุ่งนี้ เวลา 00.00\u{a0}น.",
                "tomorrow at 00:00",
            ),
            (
                "2026-11-25T06:00:00Z",
                "วันพุธที่ 25 พฤศจิกายน 2569 เวลา 13.00\u{a0}น.",
                "Wednesday 25 November 2026 at 13:00",
            ),
        ] {
            assert_eq!(when(Lang::Th, at(moment), now), th);
            assert_eq!(when(Lang::En, at(moment), now), en);
        }
    }

    #[test]
    fn nights_name_their_evenings() {
        let one = PavilionWish {
            id: "sala-1".to_owned(),
            from: at("2026-11-23T02:00:00Z").date_naive(),
            nights: 1,
        };
        assert_eq!(evenings(Lang::Th, &one), "23\u{a0}พ.ย.");
        let two = PavilionWish { nights: 2, ..one };
        assert_eq!(evenings(Lang::Th, &two), "23\u{a0}พ.ย. ถึง 24\u{a0}พ.ย.");
        assert_eq!(evenings(Lang::En, &two), "23\u{a0}Nov to 24\u{a0}Nov");
        assert_eq!(
            (nights(Lang::En, 1).as_str(), nights(Lang::En, 2).as_str()),
            ("1\u{a0}night", "2\u{a0}nights")
        );
    }
}
