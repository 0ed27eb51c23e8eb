//! Page 6: a cremation, a pavilion, or both; for how many nights, and which pavilion.
//!
//! What is wanted stands beside what is held (`cremation.*`, `pavilion.*`): changing one's mind here changes nothing
//! that is held until another day is taken.
use super::step::Look;
use crate::components::{Choice, Fold, FormView, Layout, Radios};
use crate::words;
use domain::crematorium::availability::Search;
use domain::crematorium::belief::Belief;
use domain::crematorium::{Residence, Rules};
use domain::fee::night_rates;
use domain::form::{FieldError, FieldErrors, Lang, RawFields, raw};
use domain::municipality::Pavilion;
use domain::text;
use leptos::prelude::*;

/// By the names they are sent with.
pub(super) const FIELDS: [&str; 3] = ["need", "pavilion.nights", "pavilion.id"];
/// By the names the draft keeps them under.
const KEPT: [&str; 3] = ["want.need", "want.nights", "want.pavilion"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Both,
    Cremation,
    Pavilion,
}

impl Need {
    const ALL: [Self; 3] = [Self::Both, Self::Cremation, Self::Pavilion];

    fn code(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Cremation => "cremation",
            Self::Pavilion => "pavilion",
        }
    }

    fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Both => lang.t("ศาลาสวดและฌาปนกิจ", "A pavilion and a cremation"),
            Self::Cremation => lang.t("ฌาปนกิจอย่างเดียว", "A cremation only"),
            Self::Pavilion => lang.t("ศาลาอย่างเดียว", "A pavilion only"),
        }
    }
}

/// What a family looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub need: Need,
    /// 0 without a pavilion.
    pub nights: u8,
    /// A certain pavilion, or any.
    pub pavilion: Option<String>,
}

impl Wanted {
    pub fn search(&self, beliefs: Vec<Belief>) -> Search {
        Search {
            nights: self.nights,
            pavilion: self.pavilion.clone(),
            beliefs,
            ..Search::default()
        }
    }
}

/// The checked answer, or every error of it.
pub(super) fn wanted(
    fields: &RawFields,
    rules: &Rules,
    errors: &mut FieldErrors,
) -> Option<Wanted> {
    let before = errors.iter().count();
    let nights = text::ascii_digits(&text::clean(raw(fields, "pavilion.nights")));
    let none = nights == "0";
    let need = match Need::ALL
        .into_iter()
        .find(|need| need.code() == raw(fields, "need"))
    {
        // No night is no pavilion.
        Some(Need::Both) | None if none => Need::Cremation,
        Some(need) => need,
        None if !nights.is_empty() => Need::Both,
        None => {
            errors.push(FieldError::new(
                "need",
                "missing",
                "เลือกว่าต้องการใช้อะไร",
                "Choose what you need",
            ));
            return None;
        }
    };
    if need == Need::Cremation {
        return Some(Wanted {
            need,
            nights: 0,
            pavilion: None,
        });
    }
    let most = rules.settings().max_nights;
    let count = nights
        .parse::<u8>()
        .ok()
        .filter(|count| (1..=most).contains(count));
    if nights.is_empty() {
        errors.push(FieldError::new(
            "pavilion.nights",
            "missing",
            "เลือกจำนวนคืนที่ใช้ศาลา",
            "Choose the number of nights",
        ));
    } else if count.is_none() {
        errors.push(FieldError::new(
            "pavilion.nights",
            "out_of_range",
            format!("จำนวนคืนต้องอยู่ระหว่าง 1 ถึง {most} คืน"),
            format!("Nights must be between 1 and {most}"),
        ));
    }
    let id = text::clean(raw(fields, "pavilion.id"));
    if !id.is_empty() && rules.pavilion(&id).is_none() {
        errors.push(FieldError::new(
            "pavilion.id",
            "unknown",
            "ไม่พบศาลานี้ โปรดเลือกจากรายการ",
            "There is no such pavilion; choose one from the list",
        ));
    }
    let nights = count.filter(|_| errors.iter().count() == before)?;
    Some(Wanted {
        need,
        nights,
        pavilion: Some(id).filter(|id| !id.is_empty()),
    })
}

/// What a draft wants, if that was answered.
pub(super) fn of_draft(draft: &RawFields, rules: &Rules) -> Option<Wanted> {
    wanted(&typed(draft), rules, &mut FieldErrors::new())
}

/// The answers of a draft by the names the fields have.
pub(super) fn typed(draft: &RawFields) -> RawFields {
    FIELDS
        .iter()
        .zip(KEPT)
        .map(|(sent, kept)| ((*sent).to_owned(), raw(draft, kept).to_owned()))
        .collect()
}

/// The answers by the names the draft keeps them under, cleared where another answer overrules them.
pub(super) fn keep(typed: &RawFields, rules: &Rules) -> RawFields {
    let Some(wanted) = wanted(typed, rules, &mut FieldErrors::new()) else {
        return RawFields::new();
    };
    let nights = if wanted.nights == 0 {
        String::new()
    } else {
        wanted.nights.to_string()
    };
    let values = [
        wanted.need.code().to_owned(),
        nights,
        wanted.pavilion.unwrap_or_default(),
    ];
    KEPT.iter()
        .zip(values)
        .map(|(name, value)| ((*name).to_owned(), value))
        .collect()
}

pub(super) fn look(form: &FormView, draft: &RawFields, lang: Lang, rules: &Rules) -> Look {
    let needs = Need::ALL
        .into_iter()
        .map(|need| Choice::new(need.code(), need.label(lang)))
        .collect();
    let counts = (1..=rules.settings().max_nights)
        .map(|count| Choice::new(count.to_string(), words::nights(lang, count)))
        .collect();
    let sample = words::sample(lang, rules);
    let residence = Residence::parse(raw(draft, "deceased.residence"));
    let any = Choice::new("", lang.t("ศาลาใดก็ได้", "Any pavilion"));
    let pavilions = rules.settings().pavilions.iter().map(|pavilion| {
        let price = price(lang, rules, pavilion, residence);
        let guests = pavilion.guests;
        Choice::new(pavilion.id.clone(), pavilion.name.get(lang)).hint(lang.t(
            format!("{guests} ที่นั่ง คืนละ {price}{sample}"),
            format!("{guests} seats, {price} a night{sample}"),
        ))
    });
    let pavilions = std::iter::once(any).chain(pavilions).collect();
    // Which pavilion matters to few; the prices matter to everybody who opens it.
    let id = form.value("pavilion.id");
    let open = !id.is_empty() || form.error("pavilion.id").is_some();
    let chosen = match rules.pavilion(&id) {
        Some(pavilion) => pavilion.name.get(lang).to_owned(),
        None => lang.t("ศาลาใดก็ได้", "Any pavilion").to_owned(),
    };
    let fields = view! {
        <Radios form field="need" legend=lang.t("ใช้บริการ", "Services") options=needs/>
        <Radios form field="pavilion.nights" legend=lang.t("จำนวนคืนสวด ถ้าใช้ศาลา", "Nights, if a pavilion is used") options=counts layout=Layout::Columns/>
        {Fold::new(lang.t("เลือกศาลา", "Choose the pavilion")).aside(chosen).open(open).around(view! {
            <Radios form field="pavilion.id" legend=lang.t("ศาลา", "Pavilion") options=pavilions/>
        })}
    };
    Look {
        title: lang.t("ต้องการใช้อะไรบ้าง", "What do you need?"),
        intro: None,
        heading_inside: false,
        fields: fields.into_any(),
    }
}

/// The rate of the residence that was told; both while it is open.
fn price(lang: Lang, rules: &Rules, pavilion: &Pavilion, residence: Option<Residence>) -> String {
    let (inside, outside) = night_rates(&rules.municipality, pavilion);
    match residence {
        _ if inside == outside => words::money(lang, inside),
        Some(Residence::InArea) => words::money(lang, inside),
        Some(Residence::OutOfArea) => words::money(lang, outside),
        Some(Residence::NotSure) | None => {
            let (inside, outside) = (words::money(lang, inside), words::money(lang, outside));
            lang.t(
                format!("{inside} (นอกเขต {outside})"),
                format!("{inside} ({outside} out of area)"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::sample::context;
    use domain::fee::PavilionRate;
    use domain::form::Text;
    use domain::money::Satang;
    use domain::municipality::Municipality;

    fn rules() -> Rules {
        let city = context(Lang::Th, "/").municipality;
        Rules::new(Municipality::clone(&city), 1).expect("the sample's calendar joins")
    }

    fn typed(need: &str, nights: &str, pavilion: &str) -> RawFields {
        FIELDS
            .iter()
            .zip([need, nights, pavilion])
            .map(|(name, value)| ((*name).to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn nights_alone_say_what_is_needed() {
        for (need, nights, expected) in [
            ("both", "2", Some((Need::Both, 2))),
            ("", "๒", Some((Need::Both, 2))),
            ("", "0", Some((Need::Cremation, 0))),
            ("both", "0", Some((Need::Cremation, 0))),
            ("cremation", "5", Some((Need::Cremation, 0))),
            ("pavilion", "1", Some((Need::Pavilion, 1))),
            ("pavilion", "0", None),
            ("pavilion", "", None),
            ("both", "99", None),
            ("both", "two", None),
            ("", "", None),
        ] {
            let mut errors = FieldErrors::new();
            let found = wanted(&typed(need, nights, ""), &rules(), &mut errors)
                .map(|wanted| (wanted.need, wanted.nights));
            assert_eq!(found, expected, "{need} {nights}");
            assert_eq!(errors.is_empty(), expected.is_some(), "{need} {nights}");
        }
    }

    #[test]
    fn the_price_of_a_night_is_of_the_residence_and_both_while_that_is_open() {
        let mut city = Municipality::clone(&context(Lang::Th, "/").municipality);
        let pavilion = Pavilion {
            id: "sala-1".to_owned(),
            name: Text::new("ศาลา 1", "Pavilion 1"),
            guests: 100,
            price_per_night: Satang(50_000),
        };
        city.money.pavilion_rates = vec![PavilionRate {
            pavilion: "sala-1".to_owned(),
            out_of_area: Satang(100_000),
        }];
        let rules = Rules::new(city, 1).expect("the sample's calendar joins");
        let price = |residence| price(Lang::Th, &rules, &pavilion, residence);
        let (inside, outside) = (
            price(Some(Residence::InArea)),
            price(Some(Residence::OutOfArea)),
        );
        assert_ne!(inside, outside, "the sample has two rates");
        for open in [Some(Residence::NotSure), None] {
            assert_eq!(price(open), format!("{inside} (นอกเขต {outside})"));
        }
    }

    #[test]
    fn what_is_kept_reads_the_same_again() {
        let kept = keep(&typed("both", "2", ""), &rules());
        assert_eq!(
            of_draft(&kept, &rules()),
            Some(Wanted {
                need: Need::Both,
                nights: 2,
                pavilion: None
            })
        );
        assert!(
            !kept.contains_key("pavilion.nights"),
            "what is held is not touched"
        );
        assert_eq!(of_draft(&RawFields::new(), &rules()), None);
    }

    #[test]
    fn a_pavilion_that_does_not_exist_is_told() {
        let mut errors = FieldErrors::new();
        assert_eq!(
            wanted(&typed("both", "2", "sala-99"), &rules(), &mut errors),
            None
        );
        assert!(errors.of("pavilion.id").is_some());
    }
}
