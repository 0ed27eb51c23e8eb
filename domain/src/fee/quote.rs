//! What a request costs, line by line, from the schedule in force on a date.
use super::settings::{FeeItem, FeeOf, Unit};
use crate::crematorium::{Residence, Wish};
use crate::form::Text;
use crate::money::Satang;
use crate::municipality::{Municipality, Pavilion};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The id of the line of pavilion nights, whose price stands with the pavilion itself.
pub const PAVILION: &str = "pavilion";

/// How many units, in thousandths: a meter reads 12.345 kWh.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Quantity(pub i64);

impl Quantity {
    pub const fn whole(units: u32) -> Self {
        // A u32 of thousandths always fits.
        Self(units as i64 * 1000)
    }

    /// Reads "80", "80.5", "๘๐.๕": at most three decimals, at most a million units.
    pub fn parse(raw: &str) -> Option<Self> {
        let text = crate::text::ascii_digits(&crate::text::clean(raw));
        let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
        let digits = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(whole, 7) || !digits(part, 3) {
            return None;
        }
        let thousandths: i64 = format!("{whole}{part:0<3}").parse().ok()?;
        (thousandths <= 1_000_000_000).then_some(Self(thousandths))
    }

    /// The price of so many units, rounded half up to a satang.
    pub fn times(self, price: Satang) -> Satang {
        ratio(price, self.0, 1000)
    }
}

impl std::fmt::Display for Quantity {
    /// "80", "80.5"
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{}.{:03}", self.0 / 1000, self.0 % 1000);
        out.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// `amount × of ÷ by`, rounded half up; as much as can be kept when that is too much.
pub(super) fn ratio(amount: Satang, of: i64, by: i64) -> Satang {
    let product = i128::from(amount.0) * i128::from(of) * 2 + i128::from(by);
    let rounded = product.div_euclid(i128::from(by) * 2);
    Satang(i64::try_from(rounded).unwrap_or(if rounded < 0 { i64::MIN } else { i64::MAX }))
}

/// An amount, or two while it is not known whether the in-area rate applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    pub least: Satang,
    pub most: Satang,
}

impl Range {
    pub fn exactly(amount: Satang) -> Self {
        Self {
            least: amount,
            most: amount,
        }
    }

    fn between(a: Satang, b: Satang) -> Self {
        Self {
            least: a.min(b),
            most: a.max(b),
        }
    }

    pub fn is_exact(self) -> bool {
        self.least == self.most
    }

    fn plus(self, other: Self) -> Self {
        let add = |a: Satang, b: Satang| Satang(a.0.saturating_add(b.0));
        Self {
            least: add(self.least, other.least),
            most: add(self.most, other.most),
        }
    }

    fn map(self, change: impl Fn(Satang) -> Satang) -> Self {
        Self::between(change(self.least), change(self.most))
    }

    /// "1,500 บาท", "1,000–2,000 บาท"
    pub fn words(self) -> Text {
        if self.is_exact() {
            return Text::new(self.least.th(), self.least.en());
        }
        let least = self.least.en();
        let least = least.trim_end_matches(" baht");
        Text::new(
            format!("{least}–{}", self.most.th()),
            format!("{least}–{}", self.most.en()),
        )
    }
}

/// Something charged only on request, and how many units of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extra {
    pub item: String,
    pub units: u32,
}

/// A granted exemption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relief {
    pub code: String,
    pub percent: u8,
    /// Ids of items; empty: everything.
    #[serde(default)]
    pub items: Vec<String>,
}

impl Relief {
    fn covers(&self, item: &str) -> bool {
        self.items.is_empty() || self.items.iter().any(|covered| covered == item)
    }
}

/// What decides a price.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub wish: &'a Wish,
    pub residence: Residence,
    pub extras: &'a [Extra],
    pub reliefs: &'a [Relief],
}

impl<'a> Facts<'a> {
    /// Before anything was asked for on top or let go.
    pub fn of(wish: &'a Wish, residence: Residence) -> Self {
        Self {
            wish,
            residence,
            extras: &[],
            reliefs: &[],
        }
    }
}

/// One line of a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub item: String,
    pub name: Text,
    pub unit: Unit,
    /// For a metered line, the estimate.
    pub quantity: Quantity,
    pub unit_price: Range,
    /// Before an exemption.
    pub gross: Range,
    /// What an exemption takes off.
    pub relief: Range,
    /// To be paid.
    pub net: Range,
    /// A metered line: what it can never exceed, after an exemption.
    pub ceiling: Option<Range>,
    /// The exemption that applies, and its part in percent.
    pub exempted_by: Option<(String, u8)>,
    pub legal_basis: Text,
}

impl Line {
    /// Settled afterwards from a meter.
    pub fn is_estimate(&self) -> bool {
        self.ceiling.is_some()
    }

    /// "2 คืน × 500 บาท"
    pub fn count(&self) -> Text {
        let (unit, price) = (self.unit.words(), self.unit_price.words());
        let plural = if self.quantity == Quantity::whole(1) || self.unit == Unit::Kwh {
            ""
        } else {
            "s"
        };
        Text::new(
            format!("{}\u{a0}{} × {}", self.quantity, unit.th, price.th),
            format!("{}\u{a0}{}{plural} × {}", self.quantity, unit.en, price.en),
        )
    }

    /// The line after the meter was read: never more than the ceiling that was told. `None` while the rate is open.
    pub fn settled(&self, reading: Quantity) -> Option<Self> {
        let ceiling = self.ceiling?;
        if !self.unit_price.is_exact() {
            return None;
        }
        let gross = reading.times(self.unit_price.least);
        let percent = self.exempted_by.as_ref().map_or(0, |(_, percent)| *percent);
        let relief = ratio(gross, i64::from(percent), 100);
        let net = Satang(gross.0 - relief.0).min(ceiling.least);
        // What the ceiling cuts off is not charged at all, so it is no part of the gross either.
        let gross = Satang(net.0 + relief.0);
        Some(Self {
            quantity: reading,
            gross: Range::exactly(gross),
            relief: Range::exactly(relief),
            net: Range::exactly(net),
            ceiling: None,
            ..self.clone()
        })
    }
}

/// A price explained.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub lines: Vec<Line>,
    /// Lines that are not metered.
    pub certain: Range,
    /// Everything, metered lines as estimated.
    pub total: Range,
    /// Everything, metered lines at their ceiling.
    pub ceiling: Range,
}

impl Quote {
    fn of(lines: Vec<Line>) -> Self {
        let mut quote = Self::default();
        for line in &lines {
            quote.total = quote.total.plus(line.net);
            quote.ceiling = quote.ceiling.plus(line.ceiling.unwrap_or(line.net));
            if !line.is_estimate() {
                quote.certain = quote.certain.plus(line.net);
            }
        }
        quote.lines = lines;
        quote
    }

    /// Whether the rate that applies is known, so that a note can be issued.
    pub fn is_certain(&self) -> bool {
        self.ceiling.is_exact() && self.total.is_exact()
    }

    pub fn has_estimate(&self) -> bool {
        self.lines.iter().any(Line::is_estimate)
    }

    /// What the first note holds: everything that no meter decides.
    pub fn fixed(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| !line.is_estimate())
    }

    pub fn metered(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.is_estimate())
    }
}

/// The price of a request by the schedule in force on a date. Pavilion nights come first, then the file's order.
pub fn quote(city: &Municipality, facts: &Facts<'_>, on: NaiveDate) -> Quote {
    let mut lines: Vec<Line> = pavilion(city, facts).into_iter().collect();
    for item in city.money.in_force(on) {
        lines.extend(line(item, facts));
    }
    Quote::of(lines)
}

/// What a night in a pavilion costs: in the area, and outside of it.
pub fn night_rates(city: &Municipality, pavilion: &Pavilion) -> (Satang, Satang) {
    let inside = pavilion.price_per_night;
    let mut rates = city.money.pavilion_rates.iter();
    let outside = rates.find(|rate| rate.pavilion == pavilion.id);
    (inside, outside.map_or(inside, |rate| rate.out_of_area))
}

fn pavilion(city: &Municipality, facts: &Facts<'_>) -> Option<Line> {
    let wish = facts.wish.pavilion.as_ref()?;
    let pavilion = city
        .crematorium
        .pavilions
        .iter()
        .find(|pavilion| pavilion.id == wish.id)?;
    let name = Text::new(
        format!("ค่าใช้{}", pavilion.name.th),
        format!("Use of {}", pavilion.name.en),
    );
    Some(priced(
        Priced {
            item: PAVILION,
            name,
            unit: Unit::Night,
            quantity: Quantity::whole(wish.nights.into()),
            ceiling: None,
            legal_basis: city.money.pavilion_basis.clone(),
        },
        night_rates(city, pavilion),
        facts,
    ))
}

/// An item's line; `None` when it does not belong to this booking.
fn line(item: &FeeItem, facts: &Facts<'_>) -> Option<Line> {
    let nights = match item.of {
        FeeOf::Cremation => facts.wish.cremation.as_ref().map(|_| 1)?,
        FeeOf::Pavilion => facts.wish.pavilion.as_ref()?.nights.into(),
        FeeOf::Ash => facts.wish.ash.as_ref().map(|_| 1)?,
    };
    let rate = item.rate(facts.wish.case_type)?;
    let units = if item.on_request {
        let mut extras = facts.extras.iter();
        let asked = extras.find(|extra| extra.item == item.id)?.units;
        (asked > 0).then_some(asked)?
    } else {
        match (item.metered, item.unit) {
            (Some(metered), _) => metered.estimate,
            (None, Unit::Night) => nights,
            (None, Unit::Use | Unit::Kwh) => 1,
        }
    };
    Some(priced(
        Priced {
            item: &item.id,
            name: item.name.clone(),
            unit: item.unit,
            quantity: Quantity::whole(units),
            ceiling: item.metered.map(|metered| Quantity::whole(metered.ceiling)),
            legal_basis: item.legal_basis.clone(),
        },
        (rate.in_area, rate.out_of_area),
        facts,
    ))
}

struct Priced<'a> {
    item: &'a str,
    name: Text,
    unit: Unit,
    quantity: Quantity,
    ceiling: Option<Quantity>,
    legal_basis: Text,
}

/// The best of the exemptions that cover an item counts: they are not added up.
fn priced(what: Priced<'_>, (inside, outside): (Satang, Satang), facts: &Facts<'_>) -> Line {
    let unit_price = match facts.residence {
        Residence::InArea => Range::exactly(inside),
        Residence::OutOfArea => Range::exactly(outside),
        Residence::NotSure => Range::between(inside, outside),
    };
    let relief = facts
        .reliefs
        .iter()
        .filter(|relief| relief.covers(what.item))
        .max_by_key(|relief| relief.percent);
    let percent = relief.map_or(0, |relief| i64::from(relief.percent.min(100)));
    let off = |gross: Satang| ratio(gross, percent, 100);
    let left = |gross: Satang| Satang(gross.0 - off(gross).0);
    let gross = unit_price.map(|price| what.quantity.times(price));
    Line {
        item: what.item.to_owned(),
        name: what.name,
        unit: what.unit,
        quantity: what.quantity,
        unit_price,
        gross,
        relief: gross.map(off),
        net: gross.map(left),
        ceiling: what
            .ceiling
            .map(|most| unit_price.map(|price| left(most.times(price)))),
        exempted_by: relief.map(|relief| (relief.code.clone(), relief.percent.min(100))),
        legal_basis: what.legal_basis,
    }
}
