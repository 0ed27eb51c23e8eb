//! Where a booking could move to: the plain list of days with one button, and near times as one button each. The same
//! list on the tracking page and at the office.
use crate::components::FormView;
use crate::components::{Button, ButtonKind};
use crate::words;
use chrono::NaiveDate;
use desk::change::MoveDays;
use domain::crematorium::availability::{OfferDay, OfferState, RoundFree, Search};
use domain::crematorium::{CremationWish, PavilionWish, Rules, Wish};
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
    /// Near times, one button each; inside a form.
    pub fn near(&self) -> Option<AnyView> {
        if self.days.near.is_empty() || self.looking.stays {
            return None;
        }
        let lang = self.lang;
        let buttons = self.days.near.iter().map(|wish| {
            let label = words::places_line(lang, self.rules, wish);
            view! { <li><Button label name=SLOT value=value(wish) kind=ButtonKind::Secondary/></li> }
        });
        let buttons = buttons.collect_view();
        Some(
            view! {
                <h2>{lang.t("เวลาใกล้เคียงที่ว่าง", "Free times nearby")}</h2>
                <ul class="plain near">{buttons}</ul>
            }
            .into_any(),
        )
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
            views.push(self.day(day, &mut first));
        }
        if self.looking.present.cremation.is_none() {
            let starts: Vec<_> = self.days.starts.iter().collect();
            let shown = if whole { starts.len() } else { FIRST_DAYS };
            more = starts.len().saturating_sub(shown);
            let radios = starts
                .into_iter()
                .take(shown)
                .map(|start| {
                    let wish = Wish {
                        pavilion: Some(start.clone()),
                        ..Wish::default()
                    };
                    let pavilion = words::pavilion_name(lang, self.rules, &start.id).to_owned();
                    self.radio(&wish, words::day(lang, start.from), pavilion, &mut first)
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
            OfferState::CallOnly => closed(
                lang.t(
                    "ใกล้เวลาเกินไป โทรหาเจ้าหน้าที่เวร",
                    "too soon, call the officer on duty",
                ),
                Some(self.rules.settings().duty.phone.clone()),
            ),
        }
    }

    fn open(
        &self,
        date: NaiveDate,
        rounds: &[RoundFree],
        pavilion: Option<&PavilionWish>,
        first: &mut bool,
    ) -> AnyView {
        let lang = self.lang;
        let heading = format!("h-{date}");
        let name = pavilion
            .map(|pavilion| words::pavilion_name(lang, self.rules, &pavilion.id).to_owned());
        let pavilion = if self.looking.stays {
            self.looking.present.pavilion.clone()
        } else {
            pavilion.cloned()
        };
        let same_ash = words::same_ash(rounds);
        let rounds = rounds
            .iter()
            .map(|free| {
                let wish = Wish {
                    cremation: Some(CremationWish {
                        date,
                        round: free.round,
                    }),
                    pavilion: pavilion.clone(),
                    ash: free.ash,
                    ..Wish::default()
                };
                let count = free.free;
                let aside = lang.t(format!("ว่าง {count} เตา"), format!("{count} free"));
                let label = words::round_of_list(lang, free, same_ash.is_some());
                self.radio(&wish, label, aside, first)
            })
            .collect_view();
        view! {
            <section class="day">
                <h2 id=heading.clone()>{words::day(lang, date)}</h2>
                {name.map(|name| view! { <p>{name}</p> })}
                {same_ash.map(|ash| view! { <p class="with-ash">{words::ash_line(lang, ash)}</p> })}
                <fieldset class="rounds" aria-labelledby=heading>{rounds}</fieldset>
            </section>
        }
        .into_any()
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
