//! Where a booking could move to: the plain list of days with one button, and near times as one button each. The same
//! list on the tracking page and at the office.
use crate::components::{Button, ButtonKind, Fold, FormView};
use crate::pages::fee;
use crate::words;
use chrono::NaiveDate;
use desk::change::MoveDays;
use domain::crematorium::availability::{OfferDay, OfferState, RoundFree, Search};
use domain::crematorium::{CremationWish, PavilionWish, Rules, Wish};
use domain::fee::Quote;
use domain::form::{FieldError, FieldErrors, Lang, RawFields, Text, raw};
use leptos::prelude::*;

/// The field that says where to.
pub(super) const SLOT: &str = "slot";
/// The field that says for how many nights; empty for as many as before.
pub(super) const NIGHTS: &str = "pavilion.nights";

/// How many days the list shows without being asked for more.
const FIRST_DAYS: usize = 14;

/// What is looked for, from what is booked and what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Looking {
    /// What is booked now.
    pub present: Wish,
    /// Nights that have begun stay where they are: only the cremation moves.
    pub stays: bool,
    pub nights: u8,
}

impl Looking {
    pub fn new(present: &Wish, fields: &RawFields, today: NaiveDate, rules: &Rules) -> Self {
        let booked = present
            .pavilion
            .as_ref()
            .map_or(0, |pavilion| pavilion.nights);
        let asked = domain::text::ascii_digits(raw(fields, NIGHTS).trim())
            .parse::<u8>()
            .ok()
            .filter(|nights| (1..=rules.settings().max_nights).contains(nights));
        Self {
            stays: present.cremation.is_some() && desk::change::has_begun(present, today),
            nights: if booked == 0 {
                0
            } else {
                asked.unwrap_or(booked)
            },
            present: present.clone(),
        }
    }

    pub fn search(&self) -> Search {
        Search {
            case_type: self.present.case_type,
            nights: if self.stays { 0 } else { self.nights },
            coffin: self.present.coffin,
            with_ash: self.present.ash.is_some(),
            ..Search::default()
        }
    }

    /// The booking that a button of the list stands for; what is not chosen there stays as it is.
    pub fn wish(&self, raw: &str) -> Option<Wish> {
        let slot: Wish = leptos::serde_json::from_str(raw).ok()?;
        Some(Wish {
            cremation: slot.cremation,
            pavilion: slot.pavilion,
            ash: slot.ash,
            ..self.present.clone()
        })
    }
}

/// The list and everything it needs.
pub(super) struct Moving<'a> {
    pub lang: Lang,
    pub rules: &'a Rules,
    pub looking: &'a Looking,
    pub days: &'a MoveDays,
    pub form: &'a FormView,
}

impl Moving<'_> {
    /// What is booked costs, and that nothing else does, where all cost the same.
    pub fn price(&self) -> AnyView {
        let lang = self.lang;
        let before = self.before();
        let total = fee::total(lang, &before);
        let same = self.all_cost(&before).then(|| {
            lang.t(
                "ทุกวันในรายการราคาเท่าเดิม",
                "Every day of the list costs the same.",
            )
        });
        view! { <p>{lang.t(format!("ค่าธรรมเนียมตอนนี้: {total} "), format!("Fees now: {total}. "))}{same}</p> }.into_any()
    }

    fn before(&self) -> Quote {
        self.days.pricing.of(&self.looking.present)
    }

    fn all_cost(&self, before: &Quote) -> bool {
        let days = self.days.days.iter().filter_map(|day| match &day.state {
            OfferState::Open { rounds, pavilion } => {
                Some(self.wish_on(day.date, rounds.first()?, pavilion.as_ref()))
            }
            _ => None,
        });
        let starts = self.days.starts.iter().map(evening);
        days.chain(starts)
            .all(|wish| self.days.pricing.of(&self.whole(wish)).total == before.total)
    }

    /// Beside a day or an evening, unless it costs the same.
    fn other_price(&self, wish: Wish) -> Option<String> {
        let (before, then) = (self.before(), self.days.pricing.of(&self.whole(wish)));
        (then.total != before.total).then(|| fee::beside(self.lang, &before, &then))
    }

    /// With the case's own facts, which a button does not carry.
    fn whole(&self, wish: Wish) -> Wish {
        Wish {
            cremation: wish.cremation,
            pavilion: wish.pavilion,
            ash: wish.ash,
            ..self.looking.present.clone()
        }
    }

    fn wish_on(&self, date: NaiveDate, free: &RoundFree, pavilion: Option<&PavilionWish>) -> Wish {
        let pavilion = if self.looking.stays {
            self.looking.present.pavilion.clone()
        } else {
            pavilion.cloned()
        };
        Wish {
            cremation: Some(CremationWish {
                date,
                round: free.round,
            }),
            pavilion,
            ash: free.ash,
            ..Wish::default()
        }
    }

    /// Near times, one button each, inside a form; `open` where the booking must move.
    pub fn near(&self, open: bool) -> Option<AnyView> {
        if self.days.near.is_empty() || self.looking.stays {
            return None;
        }
        let lang = self.lang;
        let buttons = self.days.near.iter().map(|wish| {
            let places = words::places_line(lang, self.rules, wish);
            let label = match self.other_price(wish.clone()) {
                Some(price) => format!("{places} · {price}"),
                None => places,
            };
            view! { <li><Button label name=SLOT value=value(wish) kind=ButtonKind::Secondary/></li> }
        });
        let buttons = buttons.collect_view();
        let title = lang.t("เวลาใกล้เคียงที่ว่าง", "Free times nearby");
        let list = view! { <ul class="plain near">{buttons}</ul> };
        Some(Fold::new(title).open(open).around(list))
    }

    /// The days as radio buttons; inside a form.
    pub fn list(&self, whole: bool) -> (AnyView, usize) {
        let lang = self.lang;
        let mut first = true;
        let mut views: Vec<AnyView> = Vec::new();
        let mut more = 0;
        for (n, day) in self.days.days.iter().enumerate() {
            if n >= FIRST_DAYS && !whole {
                more = self.days.days.len() - FIRST_DAYS;
                break;
            }
            // Days in a row for which one has to call are one entry.
            let soon = |n: usize| {
                let day = self.days.days.get(n);
                day.is_some_and(|day| day.state == OfferState::CallOnly)
            };
            if soon(n) && n > 0 && soon(n - 1) {
                continue;
            }
            let run = self.days.days.iter().skip(n);
            let last = run
                .take_while(|day| day.state == OfferState::CallOnly)
                .last();
            views.push(match last {
                Some(last) => self.too_soon(day.date, last.date),
                None => self.day(day, &mut first),
            });
        }
        if self.looking.present.cremation.is_none() {
            let starts: Vec<_> = self.days.starts.iter().collect();
            let shown = if whole { starts.len() } else { FIRST_DAYS };
            more = starts.len().saturating_sub(shown);
            let radios = starts
                .into_iter()
                .take(shown)
                .map(|start| {
                    let wish = evening(start);
                    let name = words::pavilion_name(lang, self.rules, &start.id).to_owned();
                    let aside = match self.other_price(wish.clone()) {
                        Some(price) => format!("{name} · {price}"),
                        None => name,
                    };
                    self.radio(&wish, words::day(lang, start.from), aside, &mut first)
                })
                .collect_view();
            views.push(
                view! { <fieldset class="field evenings"><legend>{lang.t("คืนแรก", "First evening")}</legend><div class="choices">{radios}</div></fieldset> }
                    .into_any(),
            );
        }
        if first {
            let none = lang.t(
                "ไม่มีวันว่างที่ครบตามต้องการ ลองเปลี่ยนจำนวนคืน หรือโทรหาเจ้าหน้าที่",
                "No day has everything free. Try another number of nights, or call the office.",
            );
            views.push(view! { <p class="notice" id=SLOT tabindex="-1">{none}</p> }.into_any());
        }
        (views.into_any(), more)
    }

    fn day(&self, day: &OfferDay, first: &mut bool) -> AnyView {
        let lang = self.lang;
        let closed = |what: &'static str, reason: Option<String>| {
            let reason = reason.map(|reason| view! { <p>{reason}</p> });
            view! { <section class="day closed"><h2>{words::day(lang, day.date)}" · "{what}</h2>{reason}</section> }.into_any()
        };
        match &day.state {
            OfferState::Open { rounds, pavilion } => {
                self.open(day.date, rounds, pavilion.as_ref(), first)
            }
            OfferState::Closed { reason } => closed(
                lang.t("งดฌาปนกิจ", "no cremations"),
                Some(reason.get(lang).to_owned()),
            ),
            OfferState::Full => closed(lang.t("เต็มทุกรอบ", "fully booked"), None),
            OfferState::NightsTaken => closed(
                lang.t(
                    "ศาลาว่างไม่ครบทุกคืน",
                    "the pavilion is not free for all the nights",
                ),
                None,
            ),
            OfferState::CallOnly => self.too_soon(day.date, day.date),
        }
    }

    fn too_soon(&self, first: NaiveDate, last: NaiveDate) -> AnyView {
        let lang = self.lang;
        let days = if first == last {
            words::day(lang, first)
        } else {
            let (first, last) = (words::near_day(lang, first), words::near_day(lang, last));
            format!("{first} {} {last}", lang.t("ถึง", "to"))
        };
        let phone = &self.rules.settings().duty.phone;
        let call = lang.t(
            format!("ใกล้เวลาเกินไป โทรหาเจ้าหน้าที่เวร {phone}"),
            format!("Too soon; call the officer on duty, {phone}"),
        );
        view! { <section class="day closed"><h2>{days}</h2><p>{call}</p></section> }.into_any()
    }

    fn open(
        &self,
        date: NaiveDate,
        rounds: &[RoundFree],
        pavilion: Option<&PavilionWish>,
        first: &mut bool,
    ) -> AnyView {
        let lang = self.lang;
        let wanted = *first || self.chosen_date() == Some(date);
        let name = pavilion
            .map(|pavilion| words::pavilion_name(lang, self.rules, &pavilion.id).to_owned());
        let same_ash = words::same_ash(rounds);
        let mut aside = words::times_free(lang, rounds.len());
        let price = rounds
            .first()
            .map(|free| self.wish_on(date, free, pavilion));
        if let Some(price) = price.and_then(|wish| self.other_price(wish)) {
            aside = format!("{aside} · {price}");
        }
        let rounds = rounds
            .iter()
            .map(|free| {
                let wish = self.wish_on(date, free, pavilion);
                let count = free.free;
                let aside = lang.t(format!("ว่าง {count} เตา"), format!("{count} free"));
                let label = words::round_of_list(lang, free, same_ash.is_some());
                self.radio(&wish, label, aside, first)
            })
            .collect_view();
        view! {
            <section class="day">
                {Fold::new(words::day(lang, date)).heading().aside(aside).open(wanted).around(view! {
                    {name.map(|name| view! { <p>{name}</p> })}
                    {same_ash.map(|ash| view! { <p class="with-ash">{words::ash_line(lang, ash)}</p> })}
                    <fieldset class="rounds" aria-label=words::day(lang, date)>{rounds}</fieldset>
                })}
            </section>
        }
        .into_any()
    }

    /// The day of what was chosen.
    fn chosen_date(&self) -> Option<NaiveDate> {
        let chosen = self.looking.wish(&self.form.value(SLOT))?;
        Some(chosen.cremation?.date)
    }

    fn radio(&self, wish: &Wish, label: String, aside: String, first: &mut bool) -> AnyView {
        let value = value(wish);
        let now = places(wish) == places(&self.looking.present);
        let aside = if now {
            self.lang.t("เวลาที่จองไว้ตอนนี้", "booked now").to_owned()
        } else {
            aside
        };
        // The first radio bears the field's own id, so that the error summary leads to it.
        let id = std::mem::take(first).then_some(SLOT);
        let checked = self.form.value(SLOT) == value;
        let described = self.form.error(SLOT).is_some().then_some("slot-error");
        view! {
            <label class="choice">
                <input r#type="radio" id=id name=SLOT value=value checked=checked aria-describedby=described/>
                <span>{label}</span>
                <small>{aside}</small>
            </label>
        }
        .into_any()
    }
}

/// A pavilion alone, by its first evening.
fn evening(start: &PavilionWish) -> Wish {
    Wish {
        pavilion: Some(start.clone()),
        ..Wish::default()
    }
}

/// What a button sends.
pub(super) fn value(wish: &Wish) -> String {
    leptos::serde_json::to_string(wish).unwrap_or_default()
}

fn places(wish: &Wish) -> (Option<&CremationWish>, Option<&PavilionWish>) {
    (wish.cremation.as_ref(), wish.pavilion.as_ref())
}

/// The list has one field: every error is told there.
pub(super) fn at_the_slot(errors: FieldErrors) -> FieldErrors {
    let mut told = FieldErrors::new();
    for error in errors {
        told.push(FieldError {
            field: SLOT.to_owned(),
            ..error
        });
    }
    told
}

pub(super) fn slot_error(text: Text) -> FieldErrors {
    FieldErrors::one(FieldError {
        field: SLOT.to_owned(),
        code: SLOT,
        text,
    })
}

pub(super) fn nothing_chosen() -> FieldErrors {
    slot_error(Text::new("เลือกวันและเวลาใหม่", "Choose the new day and time"))
}

/// What was sent is no place of the list: another program, or a page from long ago.
pub(super) fn unreadable() -> FieldErrors {
    FieldErrors::one(FieldError::new(
        SLOT,
        "unreadable",
        "อ่านวันและเวลาที่เลือกไม่ได้ ที่จองไว้เดิมยังอยู่ โปรดเลือกใหม่จากรายการ",
        "The day and time could not be read. Your present booking is kept. Please choose again from the list.",
    ))
}

pub(super) fn taken() -> FieldErrors {
    slot_error(Text::new(
        "เวลาที่เลือกมีผู้จองไปก่อนแล้ว ที่จองไว้เดิมยังอยู่ โปรดเลือกเวลาอื่น",
        "Somebody has just booked that time. Your present booking is kept. Please choose another.",
    ))
}

/// Shows the error above the list.
pub(super) fn problem(form: &FormView) -> Option<AnyView> {
    let words = form.error(SLOT)?.clone();
    Some(view! { <p class="error" id="slot-error">{words}</p> }.into_any())
}
