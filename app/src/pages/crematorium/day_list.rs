//! The plain list of days: radio buttons for what is free, words for what is not.
use super::day::MOON;
use super::nights::Wanted;
use super::question::carry_link;
use super::slot::round_value;
use super::step::Step;
use crate::components::{
    Button, ButtonKind, Checkboxes, Choice, ErrorSummary, Fold, FormView, Notice, NoticeKind,
};
use crate::http::Visit;
use crate::island::free_places::FreePlaces;
use crate::pages::fee;
use crate::pages::frame::hidden;
use crate::shell::{Document, PageContext, tel};
use crate::words;
use chrono::NaiveDate;
use desk::draft::{DraftView, HoldView};
use domain::crematorium::availability::{OfferDay, OfferState, RoundFree};
use domain::crematorium::belief::{self, Belief};
use domain::crematorium::{CremationWish, PavilionWish, Residence, Rules, Wish, application};
use domain::fee::Quote;
use domain::form::{FieldErrors, Lang, raw};
use domain::time::Instant;
use leptos::prelude::*;

/// How many days the page shows at first.
const FIRST_DAYS: usize = 14;
/// How many of the next suiting dates are named.
const SUITING_NAMED: usize = 5;

/// What can be chosen from.
pub(super) enum List {
    Days(Vec<OfferDay>),
    /// A pavilion alone, by its first evening.
    Evenings(Vec<PavilionWish>),
}

/// Everything the page is made of.
pub(super) struct Listed<'a> {
    pub visit: &'a Visit,
    pub rules: &'a Rules,
    pub draft: &'a DraftView,
    pub wanted: &'a Wanted,
    /// `slot` as sent, `belief` as kept, and the errors.
    pub form: FormView,
    pub change: bool,
    /// The whole horizon, not only the first days.
    pub all: bool,
    pub now: Instant,
}

impl Listed<'_> {
    pub fn view(&self, ctx: PageContext, list: List) -> impl IntoView + use<> {
        let lang = self.lang();
        let form = self.form.clone();
        let error = form.has_errors();
        let (title, lead) = match &list {
            List::Days(_) => (
                lang.t(
                    "เลือกวันและเวลาฌาปนกิจ",
                    "Choose the day and time of the cremation",
                ),
                Some(self.arrive()),
            ),
            List::Evenings(_) => (lang.t("เลือกคืนแรกที่ใช้ศาลา", "Choose the first evening"), None),
        };
        let beliefs = matches!(list, List::Days(_)).then(|| self.beliefs());
        let suiting = self.suiting(&list);
        let problem = form
            .error("slot")
            .map(|words| view! { <p class="error" id="slot-error">{words}</p> });
        let whole = self.all || self.chosen_is_late(&list);
        let (shown, more) = match list {
            List::Days(days) => self.days(days, whole),
            List::Evenings(starts) => self.evenings(starts, whole),
        };
        let more = (more > 0).then(|| {
            let href = self.address("?days=all");
            view! { <p class="more-days"><a href=href>{lang.t(format!("ดูวันอื่นอีก {more} วัน"), format!("Show {more} more days"))}</a></p> }
        });
        let action = self.address(if self.all { "?days=all" } else { "" });
        let back = if self.change {
            Step::Check
        } else {
            Step::Nights
        };
        let elsewhere = carry_link(self.visit, &self.draft.id);
        let summary = self.summary();
        view! {
            <Document ctx title error private=true back=self.visit.href(&back.of(&self.draft.id, false))>
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
                {summary}
                {beliefs}
                {suiting}
                <form method="post" action=action novalidate>
                    {problem}
                    {shown}
                    {more}
                    <div class="actions"><Button label=lang.t("ใช้วันและเวลาที่เลือก", "Use the time chosen")/></div>
                </form>
                {elsewhere}
            </Document>
        }
    }

    fn lang(&self) -> Lang {
        self.visit.lang
    }

    /// This page, without the fragment that a link within it leaves in the browser's address.
    fn address(&self, query: &str) -> String {
        format!("{}{query}", self.visit.href(&self.visit.path))
    }

    fn arrive(&self) -> String {
        let minutes = self.rules.settings().arrive_before_minutes;
        let lang = self.lang();
        let early = match (minutes / 60, minutes % 60) {
            (1, 0) => lang.t("1\u{a0}ชั่วโมง".to_owned(), "an hour".to_owned()),
            (hours, 0) => lang.t(format!("{hours}\u{a0}ชั่วโมง"), format!("{hours} hours")),
            _ => lang.t(format!("{minutes}\u{a0}นาที"), format!("{minutes} minutes")),
        };
        lang.t(
            format!("เวลาที่แสดงคือเวลาเริ่มฌาปนกิจ หากเคลื่อนหีบศพมาจากที่อื่น โปรดมาถึงก่อนเวลา {early}"),
            format!("The time shown is when the cremation begins. A coffin from elsewhere should arrive {early} before."),
        )
    }

    /// What is looked for, and what is held already.
    fn summary(&self) -> AnyView {
        let lang = self.lang();
        let nights = self
            .visit
            .href(&Step::Nights.of(&self.draft.id, self.change));
        let wanted = if self.wanted.nights == 0 {
            lang.t("ฌาปนกิจ ไม่ใช้ศาลา", "A cremation, without a pavilion")
                .to_owned()
        } else {
            let name = match &self.wanted.pavilion {
                Some(id) => words::pavilion_name(lang, self.rules, id),
                None => lang.t("ศาลาใดก็ได้", "Any pavilion"),
            };
            let count = words::nights(lang, self.wanted.nights);
            lang.t(format!("{name} จำนวน {count}"), format!("{name}, {count}"))
        };
        let only = (self.wanted.nights > 0).then(|| {
            lang.t(
                "แสดงเฉพาะวันที่ศาลาว่างครบทุกคืน",
                "Only days on which the pavilion is free on every night",
            )
        });
        let held = self.live_hold().map(|hold| {
            let (places, until) = (
                words::places_line(lang, self.rules, &hold.wish),
                words::clock(lang, hold.until),
            );
            let title = lang.t(
                format!("จองไว้ให้ถึง {until}"),
                format!("Held for you until {until}"),
            );
            view! { <Notice kind=NoticeKind::Hold title><p>{places}</p></Notice> }
        });
        view! {
            {held}
            <Notice>
                <p>{wanted}" "<a href=nights>{lang.t("เปลี่ยน", "Change")}</a></p>
                {only.map(|only| view! { <p>{only}</p> })}
            </Notice>
        }
        .into_any()
    }

    fn live_hold(&self) -> Option<&HoldView> {
        self.draft.hold.as_ref().filter(|hold| !hold.lapsed)
    }

    /// The round held now, as its radio button sends it.
    fn held_value(&self) -> Option<String> {
        let wish = &self.live_hold()?.wish;
        match (&wish.cremation, &wish.pavilion) {
            (Some(cremation), _) => Some(round_value(cremation)),
            (None, Some(pavilion)) => Some(pavilion.from.to_string()),
            (None, None) => None,
        }
    }

    fn chosen(&self) -> String {
        let typed = self.form.value("slot");
        if typed.is_empty() {
            self.held_value().unwrap_or_default()
        } else {
            typed
        }
    }

    fn chosen_date(&self) -> Option<NaiveDate> {
        self.chosen().get(..10)?.parse().ok()
    }

    fn is_chosen(&self, date: NaiveDate) -> bool {
        self.chosen_date() == Some(date)
    }

    /// Whether what was chosen stands below the first days: then all are shown.
    fn chosen_is_late(&self, list: &List) -> bool {
        let date = self.chosen_date();
        let last = match list {
            List::Days(days) => days.get(FIRST_DAYS).map(|day| day.date),
            List::Evenings(starts) => starts.get(FIRST_DAYS).map(|start| start.from),
        };
        date.zip(last).is_some_and(|(date, last)| date >= last)
    }

    /// What the family observes: its own form, so that the list's own button stays the first of its form.
    fn beliefs(&self) -> AnyView {
        let lang = self.lang();
        let mut options: Vec<Choice> = Belief::ALL
            .into_iter()
            .map(|belief| Choice::new(belief.code(), belief.label().get(lang)))
            .collect();
        options.push(Choice::new(
            MOON,
            lang.t("แสดงวันขึ้นแรม", "Show the lunar day"),
        ));
        let form = &self.form;
        Fold::new(lang.t("ธรรมเนียมของครอบครัว (ไม่บังคับ)", "Customs of the family (optional)")).id("customs").around(view! {
            <form method="post" action=self.address("") novalidate>
                {hidden(&[("action", "beliefs")])}
                <Checkboxes form field="belief" legend=lang.t("วันที่ครอบครัวเว้น", "Days the family avoids") options repeated=true/>
                <Button label=lang.t("แสดงวันที่ตรงตามธรรมเนียม", "Show the days that suit") kind=ButtonKind::Secondary/>
            </form>
        })
    }

    /// The next dates that suit the family, as links into the list.
    fn suiting(&self, list: &List) -> Option<AnyView> {
        let List::Days(days) = list else {
            return None;
        };
        let lang = self.lang();
        days.iter().find(|day| day.suits.is_some())?;
        let next: Vec<_> = belief::next_suiting(days, SUITING_NAMED)
            .into_iter()
            .map(|suiting| {
                let late = days
                    .iter()
                    .take(FIRST_DAYS)
                    .all(|first| first.date != suiting);
                let whole = if late && !self.all { "?days=all" } else { "" };
                let href = format!("{whole}#{}", day_id(suiting));
                view! { <li><a href=href>{words::day(lang, suiting)}</a></li> }
            })
            .collect();
        let words = if next.is_empty() {
            lang.t(
                "ในช่วงที่จองได้ ไม่มีวันว่างที่ตรงตามธรรมเนียมที่เลือก เลือกวันอื่นได้",
                "No free day suits the customs chosen. You can still choose another.",
            )
        } else {
            lang.t(
                "วันว่างถัดไปที่ตรงตามธรรมเนียมที่ท่านเลือก",
                "The next free days that suit the customs chosen",
            )
        };
        Some(view! { <div class="notice good"><p class="notice-title">{words}</p><ul class="plain">{next}</ul></div> }.into_any())
    }

    /// The days as the list shows them, and how many are not shown yet.
    fn days(&self, mut days: Vec<OfferDay>, whole: bool) -> (AnyView, usize) {
        let more = shorten(&mut days, whole, |day| {
            matches!(day.state, OfferState::Open { .. })
        });
        let lang = self.lang();
        let range = days
            .first()
            .zip(days.last())
            .map(|(first, last)| (first.date, last.date));
        let none = !days
            .iter()
            .any(|day| matches!(day.state, OfferState::Open { .. }));
        let named = belief::next_suiting(&days, SUITING_NAMED);
        let quotes: Vec<_> = days.iter().filter_map(|day| self.price_on(day)).collect();
        let one = fee::one_total(&quotes).map(|quote| self.price_line(quote));
        let mut first = true;
        let mut views = Vec::new();
        let mut rest = days.into_iter().peekable();
        while let Some(day) = rest.next() {
            let view = match day.state {
                OfferState::Open {
                    ref rounds,
                    ref pavilion,
                } => {
                    let wanted = first || named.contains(&day.date) || self.is_chosen(day.date);
                    let price = one.is_none().then(|| self.price_on(&day)).flatten();
                    self.open(&day, rounds, pavilion.as_ref(), &mut first, wanted, price)
                }
                OfferState::CallOnly => {
                    // Days in a row for which one has to call are one entry.
                    let mut last = day.date;
                    while let Some(next) = rest.next_if(|next| next.state == OfferState::CallOnly) {
                        last = next.date;
                    }
                    self.call_only(day.date, last)
                }
                OfferState::Closed { ref reason } => self.shut(
                    day.date,
                    lang.t("งดฌาปนกิจ", "no cremations"),
                    Some(reason.get(lang)),
                ),
                OfferState::Full => self.shut(day.date, lang.t("เต็มทุกรอบ", "fully booked"), None),
                OfferState::NightsTaken => self.shut(
                    day.date,
                    lang.t(
                        "ศาลาว่างไม่ครบทุกคืน",
                        "the pavilion is not free for all the nights",
                    ),
                    None,
                ),
            };
            views.push(view);
        }
        let island = range.map(|(from, until)| self.island(from, until));
        (
            view! { {island}{one}{self.when_none(none && more == 0)}{views} }.into_any(),
            more,
        )
    }

    /// What the first free time of a day would cost, with all that comes with it.
    fn price_on(&self, day: &OfferDay) -> Option<Quote> {
        let OfferState::Open { rounds, pavilion } = &day.state else {
            return None;
        };
        let free = rounds.first()?;
        Some(self.price(&Wish {
            cremation: Some(CremationWish {
                date: day.date,
                round: free.round,
            }),
            pavilion: pavilion.clone(),
            ash: free.ash,
            ..Wish::default()
        }))
    }

    fn price(&self, wish: &Wish) -> Quote {
        let fields = &self.draft.fields;
        let residence = Residence::parse(raw(fields, "deceased.residence"));
        let wish = Wish {
            case_type: application::case_type(fields, &mut FieldErrors::new()).unwrap_or_default(),
            ..wish.clone()
        };
        fee::before_sending(
            self.rules,
            &wish,
            residence.unwrap_or(Residence::NotSure),
            self.now,
        )
    }

    /// One price for every day that is shown.
    fn price_line(&self, quote: &Quote) -> AnyView {
        let lang = self.lang();
        let (total, sample) = (fee::total(lang, quote), words::sample(lang, self.rules));
        let words = lang.t(
            format!("ค่าธรรมเนียม {total} ทุกวันในรายการ{sample}"),
            format!("Fees: {total} on every day of the list{sample}"),
        );
        view! { <p class="hint">{words}</p> }.into_any()
    }

    /// The times of a day, folded unless it is `wanted`.
    fn open(
        &self,
        day: &OfferDay,
        rounds: &[RoundFree],
        pavilion: Option<&PavilionWish>,
        first: &mut bool,
        wanted: bool,
        price: Option<Quote>,
    ) -> AnyView {
        let lang = self.lang();
        let mut facts = Vec::new();
        let asked = self.form.value("belief");
        let asks = [MOON, Belief::HolyDay.code(), Belief::OddEven.code()];
        let moon = day
            .lunar
            .filter(|_| asked.split(',').any(|code| asks.contains(&code)));
        if let Some(lunar) = moon {
            let holy = if lunar.holy_day {
                lang.t(" วันพระ", ", Buddhist holy day")
            } else {
                ""
            };
            facts.push(format!("{}{holy}", lang.t(lunar.th(), lunar.en())));
        }
        let suits = (day.suits == Some(true))
            .then(|| lang.t("ตรงตามธรรมเนียมที่ท่านเลือก", "suits the customs chosen"));
        facts.push(words::times_free(lang, rounds.len()));
        facts.extend(price.map(|quote| fee::total(lang, &quote)));
        // Which pavilion one would get, where the family left it open.
        let pavilion = pavilion.filter(|_| self.wanted.pavilion.is_none());
        let pavilion = pavilion.map(|it| words::pavilion_name(lang, self.rules, &it.id).to_owned());
        let facts = facts.join(" · ");
        let same_ash = words::same_ash(rounds);
        let radios = rounds
            .iter()
            .map(|free| {
                let value = round_value(&CremationWish {
                    date: day.date,
                    round: free.round,
                });
                let count = free.free;
                let words = lang.t(format!("ว่าง {count} เตา"), format!("{count} free"));
                let label = words::round_of_list(lang, free, same_ash.is_some());
                self.radio(value, label, words, std::mem::take(first))
            })
            .collect_view();
        let date = words::day(lang, day.date);
        view! {
            <section class="day" id=day_id(day.date)>
                {Fold::new(date.clone()).heading().aside(facts).mark(suits).open(wanted).around(view! {
                    {pavilion.map(|name| view! { <p>{name}</p> })}
                    {same_ash.map(|ash| view! { <p class="with-ash">{words::ash_line(lang, ash)}</p> })}
                    <fieldset class="rounds" aria-label=date>{radios}</fieldset>
                })}
            </section>
        }
        .into_any()
    }

    fn radio(&self, value: String, label: String, free: String, first: bool) -> AnyView {
        let held = self.held_value().is_some_and(|held| held == value);
        let words = if held {
            self.lang().t("จองไว้ให้ท่าน", "held for you").to_owned()
        } else {
            free
        };
        // The first radio bears the field's own id, so that the error summary leads to it.
        let id = if first {
            "slot".to_owned()
        } else {
            format!("slot-{}", value.replace(':', ""))
        };
        let checked = value == self.chosen();
        let invalid = self.form.error("slot").is_some();
        // A round of one's own is not for the island to call full.
        let watched = (!held).then(|| value.clone());
        view! {
            <label class="choice">
                <input
                    r#type="radio"
                    id=id
                    name="slot"
                    value=value
                    checked=checked
                    aria-describedby=invalid.then_some("slot-error")
                />
                <span>{label}</span>
                <small data-slot=watched>{words}</small>
            </label>
        }
        .into_any()
    }

    fn shut(&self, date: NaiveDate, what: &'static str, reason: Option<&str>) -> AnyView {
        let lang = self.lang();
        let sample = reason.map(|_| words::sample(lang, self.rules));
        let reason = reason.map(|reason| view! { <p>{reason.to_owned()}{sample}</p> });
        view! { <section class="day closed" id=day_id(date)><h2>{words::day(lang, date)}" · "{what}</h2>{reason}</section> }.into_any()
    }

    /// Too soon for the page: the officer on duty can still help.
    fn call_only(&self, first: NaiveDate, last: NaiveDate) -> AnyView {
        let lang = self.lang();
        let days = if first == last {
            words::day(lang, first)
        } else {
            format!(
                "{} {} {}",
                words::near_day(lang, first),
                lang.t("ถึง", "to"),
                words::near_day(lang, last)
            )
        };
        let why = lang.t(
            "ใกล้เวลาเกินไปที่จะจองออนไลน์ โทรหาเจ้าหน้าที่เวร",
            "Too soon to book online. Call the officer on duty,",
        );
        let call = words::call(lang, why, &self.rules.settings().duty);
        view! { <section class="day closed" id=day_id(first)><h2>{days}</h2>{call}</section> }
            .into_any()
    }

    fn evenings(&self, mut starts: Vec<PavilionWish>, whole: bool) -> (AnyView, usize) {
        let more = shorten(&mut starts, whole, |_| true);
        let lang = self.lang();
        let range = starts
            .first()
            .zip(starts.last())
            .map(|(first, last)| (first.from, last.last_night()));
        let none = starts.is_empty();
        let quotes: Vec<_> = starts
            .iter()
            .map(|start| {
                self.price(&Wish {
                    pavilion: Some(start.clone()),
                    ..Wish::default()
                })
            })
            .collect();
        let one = fee::one_total(&quotes).map(|quote| self.price_line(quote));
        let radios = starts
            .iter()
            .enumerate()
            .map(|(n, start)| {
                let pavilion = words::pavilion_name(lang, self.rules, &start.id);
                let mut words = lang.t(format!("{pavilion} ว่าง"), format!("{pavilion} free"));
                if let Some(quote) = quotes.get(n).filter(|_| one.is_none()) {
                    words = format!("{words} · {}", fee::total(lang, quote));
                }
                self.radio(
                    start.from.to_string(),
                    words::day(lang, start.from),
                    words,
                    n == 0,
                )
            })
            .collect_view();
        let legend = lang.t("คืนแรก", "First evening");
        let duty = &self.rules.settings().duty;
        let sooner = words::call(
            lang,
            lang.t(
                "หากต้องการเร็วกว่านี้ โทรหาเจ้าหน้าที่เวร",
                "To begin sooner, call the officer on duty,",
            ),
            duty,
        );
        let island = range.map(|(from, until)| self.island(from, until));
        let view = view! {
            {island}
            {sooner}
            {one}
            {self.when_none(none)}
            <fieldset class="field evenings"><legend>{legend}</legend><div class="choices">{radios}</div></fieldset>
        };
        (view.into_any(), more)
    }

    /// Nothing to choose: an officer may know of a way.
    fn when_none(&self, none: bool) -> Option<AnyView> {
        let lang = self.lang();
        none.then(|| {
            let phone = self.rules.settings().duty.phone.clone();
            let dials = tel(&phone);
            view! {
                <div class="notice" id="slot" tabindex="-1">
                    <p class="notice-title">{lang.t("ไม่มีวันว่างที่ครบตามต้องการ", "No day has everything free")}</p>
                    <p>{lang.t("ลองลดจำนวนคืน เลือกศาลาอื่น หรือโทร ", "Try fewer nights or another pavilion, or call ")}<a href=dials>{phone}</a></p>
                </div>
            }
            .into_any()
        })
    }

    /// Refreshes the words beside the radio buttons. Only comfort: without it the server says what is taken.
    fn island(&self, from: NaiveDate, until: NaiveDate) -> AnyView {
        let mine = self.live_hold().and_then(|hold| hold.wish.pavilion.clone());
        let mine = mine.map_or_else(Vec::new, |wish| {
            wish.evenings()
                .map(|date| format!("{}@{date}", wish.id))
                .collect()
        });
        // The nights of the first day lie before it.
        let from = from - chrono::Days::new(u64::from(self.wanted.nights));
        let from = from.max(domain::time::local_date(self.now));
        view! {
            <FreePlaces
                english=self.lang() == Lang::En
                from=from.to_string()
                until=until.min(self.rules.horizon(self.now)).to_string()
                nights=self.wanted.nights
                pavilion=self.wanted.pavilion.clone().unwrap_or_default()
                mine
            />
        }
        .into_any()
    }
}

fn day_id(date: NaiveDate) -> String {
    format!("d-{date}")
}

/// Cuts a list after its first days, unless there is nothing to choose in them; how many were cut.
fn shorten<T>(list: &mut Vec<T>, whole: bool, free: impl Fn(&T) -> bool) -> usize {
    if whole || !list.iter().take(FIRST_DAYS).any(free) {
        return 0;
    }
    let more = list.len().saturating_sub(FIRST_DAYS);
    list.truncate(FIRST_DAYS);
    more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_cut_only_where_its_beginning_offers_something() {
        let list = |free_from: usize| (0..31).map(|n| n >= free_from).collect::<Vec<_>>();
        for (free_from, whole, shown) in [
            (0, false, 14),
            (13, false, 14),
            (14, false, 31),
            (0, true, 31),
        ] {
            let mut days = list(free_from);
            let more = shorten(&mut days, whole, |free| *free);
            assert_eq!(
                (days.len(), more),
                (shown, 31 - shown),
                "{free_from} {whole}"
            );
        }
    }
}
