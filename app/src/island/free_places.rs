//! Refreshes how many places are free beside the radio buttons of the list of days, every half minute.
//!
//! It changes words only: no radio button is ever taken away or unchosen, and the server decides anyway.
use leptos::prelude::*;

/// What to refresh. `from` and `until` are ISO dates, both included.
#[island]
pub fn FreePlaces(
    /// The words in English; Thai otherwise.
    english: bool,
    from: String,
    until: String,
    /// Nights wanted before a cremation, or from a first evening; 0 without a pavilion.
    nights: u8,
    /// A certain pavilion; empty for any.
    pavilion: String,
    /// Nights that this family holds itself, as `pavilion@date`: they count as free.
    mine: Vec<String>,
) -> impl IntoView {
    let refreshed = RwSignal::new(String::new());
    let lost = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    watch::start(
        watch::Wanted {
            english,
            from,
            until,
            nights,
            pavilion,
            mine,
        },
        refreshed,
        lost,
    );
    #[cfg(not(feature = "hydrate"))]
    let _ = (from, until, nights, pavilion, mine);
    view! {
        <p class="refreshed hint">{move || refreshed.get()}</p>
        <p class="lost" role="status">{move || lost.get().then_some(lost_words(english))}</p>
    }
}

/// Said once, when the chosen place went.
fn lost_words(english: bool) -> &'static str {
    if english {
        "The time you chose has just been booked. Please choose another."
    } else {
        "เวลาที่เลือกไว้มีผู้จองแล้ว โปรดเลือกเวลาอื่น"
    }
}

#[cfg(feature = "hydrate")]
mod watch {
    use js_sys::{Array, Date, Reflect};
    use leptos::prelude::*;
    use std::rc::Rc;
    use std::time::Duration;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{Document, Element, HtmlInputElement, Response};

    const EVERY: Duration = Duration::from_secs(30);
    /// Where the server's words are kept while "full" stands in their place.
    const KEPT: &str = "data-words";

    pub struct Wanted {
        pub english: bool,
        pub from: String,
        pub until: String,
        pub nights: u8,
        pub pavilion: String,
        pub mine: Vec<String>,
    }

    pub fn start(wanted: Wanted, refreshed: RwSignal<String>, lost: RwSignal<bool>) {
        let wanted = Rc::new(wanted);
        set_interval(
            move || {
                // A phone in a pocket asks nothing.
                if document().hidden() {
                    return;
                }
                let wanted = Rc::clone(&wanted);
                leptos::task::spawn_local(async move {
                    // Without network the old words stay, and their time tells how old they are.
                    if let Ok(days) = days(&wanted).await {
                        lost.set(apply(&document(), &days, &wanted));
                        refreshed.set(now(wanted.english));
                    }
                });
            },
            EVERY,
        );
    }

    async fn days(wanted: &Wanted) -> Result<Array, JsValue> {
        let url = format!(
            "/api/v1/crematorium/availability?from={}&to={}",
            wanted.from, wanted.until
        );
        let response: Response = JsFuture::from(window().fetch_with_str(&url))
            .await?
            .dyn_into()?;
        if !response.ok() {
            return Err(JsValue::NULL);
        }
        let body = JsFuture::from(response.json()?).await?;
        get(&body, "days").dyn_into()
    }

    /// Writes the words; whether the chosen place went.
    fn apply(document: &Document, days: &Array, wanted: &Wanted) -> bool {
        let Ok(places) = document.query_selector_all("[data-slot]") else {
            return false;
        };
        let mut lost = false;
        for n in 0..places.length() {
            let Some(place) = places
                .item(n)
                .and_then(|node| node.dyn_into::<Element>().ok())
            else {
                continue;
            };
            let slot = place.get_attribute("data-slot").unwrap_or_default();
            let free = free(days, &slot, wanted);
            write(&place, free, slot.contains('T'), wanted.english);
            lost |= free == 0 && chosen(&place);
        }
        lost
    }

    fn chosen(place: &Element) -> bool {
        let radio = place
            .closest("label")
            .ok()
            .flatten()
            .and_then(|label| label.query_selector("input").ok().flatten());
        radio
            .and_then(|radio| radio.dyn_into::<HtmlInputElement>().ok())
            .is_some_and(|radio| radio.checked())
    }

    fn write(place: &Element, free: u32, counted: bool, english: bool) {
        let before = place
            .get_attribute(KEPT)
            .or_else(|| place.text_content())
            .unwrap_or_default();
        let words = match (free, english) {
            (0, true) => "now full".to_owned(),
            (0, false) => "เต็มแล้ว".to_owned(),
            (free, true) if counted => format!("{free} free"),
            (free, false) if counted => format!("ว่าง {free} เตา"),
            // A first evening's words name the pavilion: they come back as they were.
            _ => before.clone(),
        };
        let _ = place.set_attribute(KEPT, &before);
        place.set_text_content(Some(&words));
    }

    /// How many are free: furnaces of a round with the nights before it, or 1 for an evening's nights.
    fn free(days: &Array, slot: &str, wanted: &Wanted) -> u32 {
        let (date, round) = slot
            .split_once('T')
            .map_or((slot, None), |(date, round)| (date, Some(round)));
        match round {
            Some(round) if nights_free(days, date, -i32::from(wanted.nights), wanted) => {
                day(days, date)
                    .and_then(|day| {
                        entries(&day, "rounds").find(|entry| text(entry, "round") == round)
                    })
                    .map_or(0, |entry| number(&entry, "free"))
            }
            Some(_) => 0,
            None => u32::from(nights_free(days, date, 0, wanted)),
        }
    }

    /// Whether one pavilion has all the nights, counted from `first` days after a date.
    fn nights_free(days: &Array, date: &str, first: i32, wanted: &Wanted) -> bool {
        let nights: Vec<String> = (0..i32::from(wanted.nights))
            .map(|night| later(date, first + night))
            .collect();
        let Some(night) = nights.first() else {
            return true;
        };
        let Some(day_one) = day(days, night) else {
            return false;
        };
        entries(&day_one, "pavilions")
            .map(|entry| text(&entry, "id"))
            .any(|id| {
                (wanted.pavilion.is_empty() || wanted.pavilion == id)
                    && nights
                        .iter()
                        .all(|night| night_free(days, night, &id, wanted))
            })
    }

    fn night_free(days: &Array, night: &str, id: &str, wanted: &Wanted) -> bool {
        let held = wanted
            .mine
            .iter()
            .any(|mine| mine.split_once('@') == Some((id, night)));
        held || day(days, night).is_some_and(|day| {
            entries(&day, "pavilions")
                .any(|entry| text(&entry, "id") == id && get(&entry, "free").is_truthy())
        })
    }

    fn day(days: &Array, date: &str) -> Option<JsValue> {
        days.iter().find(|day| text(day, "date") == date)
    }

    fn entries(day: &JsValue, list: &str) -> impl Iterator<Item = JsValue> + use<> {
        get(day, list)
            .dyn_into::<Array>()
            .unwrap_or_default()
            .to_vec()
            .into_iter()
    }

    fn get(value: &JsValue, name: &str) -> JsValue {
        Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
    }

    fn text(value: &JsValue, name: &str) -> String {
        get(value, name).as_string().unwrap_or_default()
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of furnaces"
    )]
    fn number(value: &JsValue, name: &str) -> u32 {
        get(value, name).as_f64().unwrap_or(0.0) as u32
    }

    /// The ISO date so many days after another.
    fn later(date: &str, days: i32) -> String {
        const DAY: f64 = 86_400_000.0;
        let at = Date::new(&JsValue::from_str(date)).get_time() + f64::from(days) * DAY;
        let iso: String = Date::new(&JsValue::from_f64(at)).to_iso_string().into();
        iso.chars().take(10).collect()
    }

    /// The clock in Bangkok, wherever the phone believes to be.
    fn now(english: bool) -> String {
        const OFFSET: f64 = 7.0 * 3_600_000.0;
        let iso: String = Date::new(&JsValue::from_f64(Date::now() + OFFSET))
            .to_iso_string()
            .into();
        let clock: String = iso.chars().skip(11).take(5).collect();
        if english {
            format!("Last refreshed {clock}")
        } else {
            format!("ปรับปรุงล่าสุด {}\u{a0}น.", clock.replace(':', "."))
        }
    }
}
