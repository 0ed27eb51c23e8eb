//! Prices line by line, and the code that pays them.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]
use chrono::NaiveDate;
use domain::crematorium::{CremationWish, PavilionWish, Residence, Wish};
use domain::fee::{Extra, Facts, Quantity, Quote, Relief, quote};
use domain::money::Satang;
use domain::municipality::{CaseType, Municipality};
use domain::thai_qr::{BillPayment, QrError};
use domain::time::TimeOfDay;
use proptest::prelude::*;

fn city() -> Municipality {
    toml::from_str(include_str!("../../config/trang.toml")).expect("the sample city")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn wish(cremation: bool, nights: u8) -> Wish {
    Wish {
        cremation: cremation.then(|| CremationWish {
            date: day("2026-11-25"),
            round: TimeOfDay::parse("13:00").expect("a time"),
        }),
        pavilion: (nights > 0).then(|| PavilionWish {
            id: "sala-1".to_owned(),
            from: day("2026-11-23"),
            nights,
        }),
        ..Wish::default()
    }
}

/// One line of a table: what the line says, and what it comes to.
fn shown(quote: &Quote) -> Vec<String> {
    let mut lines: Vec<String> = quote
        .lines
        .iter()
        .map(|line| {
            let ceiling = line.ceiling.map_or_else(String::new, |ceiling| {
                format!(" (at most {})", ceiling.words().en)
            });
            format!(
                "{} | {} | {}{ceiling}",
                line.item,
                line.count().en,
                line.net.words().en
            )
        })
        .collect();
    lines.push(format!(
        "certain {} | total {} | ceiling {}",
        quote.certain.words().en,
        quote.total.words().en,
        quote.ceiling.words().en
    ));
    lines
}

#[test]
fn a_price_is_explained_line_by_line() {
    let city = city();
    let on = day("2026-11-23");
    let both = wish(true, 2);
    let facts = |residence| Facts::of(&both, residence);
    assert_eq!(
        shown(&quote(&city, &facts(Residence::InArea), on)),
        [
            "pavilion | 2\u{a0}nights × 500 baht | 1,000 baht",
            "furnace | 1\u{a0}use × 1,000 baht | 1,000 baht",
            "cleaning | 1\u{a0}use × 200 baht | 200 baht",
            "electricity | 40\u{a0}kWh × 8 baht | 320 baht (at most 640 baht)",
            "certain 2,200 baht | total 2,520 baht | ceiling 2,840 baht",
        ]
    );
    assert_eq!(
        shown(&quote(&city, &facts(Residence::NotSure), on)),
        [
            "pavilion | 2\u{a0}nights × 500–1,000 baht | 1,000–2,000 baht",
            "furnace | 1\u{a0}use × 1,000–2,000 baht | 1,000–2,000 baht",
            "cleaning | 1\u{a0}use × 200 baht | 200 baht",
            "electricity | 40\u{a0}kWh × 8 baht | 320 baht (at most 640 baht)",
            "certain 2,200–4,200 baht | total 2,520–4,520 baht | ceiling 2,840–4,840 baht",
        ]
    );
    assert!(!quote(&city, &facts(Residence::NotSure), on).is_certain());
}

#[test]
fn a_booking_pays_only_for_its_own_parts() {
    let city = city();
    let on = day("2026-11-23");
    let items = |wish: &Wish| -> Vec<String> {
        let quote = quote(&city, &Facts::of(wish, Residence::InArea), on);
        quote.lines.into_iter().map(|line| line.item).collect()
    };
    assert_eq!(items(&wish(true, 0)), ["furnace"]);
    assert_eq!(
        items(&wish(false, 1)),
        ["pavilion", "cleaning", "electricity"]
    );
    assert!(items(&wish(false, 0)).is_empty());
}

#[test]
fn a_rate_that_names_the_type_of_case_wins_and_a_later_entry_replaces_an_earlier_one() {
    let mut city = city();
    let furnace = city.money.items.iter().find(|item| item.id == "furnace");
    let mut dearer = furnace.expect("the furnace's fee").clone();
    dearer.valid_from = day("2026-12-01");
    dearer.rates[0].in_area = Satang(150_000);
    let mut sealed = dearer.rates[0].clone();
    sealed.case_types = vec![CaseType::Infectious];
    sealed.in_area = Satang(250_000);
    dearer.rates.push(sealed);
    city.money.items.insert(0, dearer);
    let price = |case_type, on| {
        let wish = Wish {
            case_type,
            ..wish(true, 0)
        };
        let quote = quote(&city, &Facts::of(&wish, Residence::InArea), day(on));
        (quote.lines.len(), quote.total.least)
    };
    assert_eq!(
        price(CaseType::Ordinary, "2026-11-30"),
        (1, Satang(100_000))
    );
    assert_eq!(
        price(CaseType::Ordinary, "2026-12-01"),
        (1, Satang(150_000))
    );
    assert_eq!(
        price(CaseType::Infectious, "2026-12-01"),
        (1, Satang(250_000))
    );
}

#[test]
fn exemptions_take_off_their_part_of_their_items_and_are_not_added_up() {
    let city = city();
    let both = wish(true, 1);
    let extras = [Extra {
        item: "cold_coffin".to_owned(),
        units: 2,
    }];
    let relief = |code: &str, percent, items: &[&str]| Relief {
        code: code.to_owned(),
        percent,
        items: items.iter().map(|item| (*item).to_owned()).collect(),
    };
    let reliefs = [
        relief("half", 50, &["furnace", "electricity"]),
        relief("third", 33, &[]),
    ];
    let facts = Facts {
        extras: &extras,
        reliefs: &reliefs,
        ..Facts::of(&both, Residence::InArea)
    };
    let quote = quote(&city, &facts, day("2026-11-23"));
    assert_eq!(
        shown(&quote),
        [
            "pavilion | 1\u{a0}night × 500 baht | 335 baht",
            "furnace | 1\u{a0}use × 1,000 baht | 500 baht",
            "cold_coffin | 2\u{a0}nights × 300 baht | 402 baht",
            "cleaning | 1\u{a0}use × 200 baht | 134 baht",
            "electricity | 40\u{a0}kWh × 8 baht | 160 baht (at most 320 baht)",
            "certain 1,371 baht | total 1,531 baht | ceiling 1,691 baht",
        ]
    );
}

#[test]
fn a_meter_is_settled_up_to_the_ceiling_that_was_told() {
    let city = city();
    let both = wish(false, 1);
    let quote = quote(
        &city,
        &Facts::of(&both, Residence::InArea),
        day("2026-11-23"),
    );
    let metered = quote.metered().next().expect("electricity");
    let settled = |reading: &str| {
        let line = metered.settled(Quantity::parse(reading).expect("a reading"));
        line.expect("a known rate").net.least
    };
    assert_eq!(settled("0"), Satang(0));
    assert_eq!(settled("12.345"), Satang(9876));
    assert_eq!(settled("12.3456".get(..6).expect("digits")), Satang(9876));
    assert_eq!(settled("80"), Satang(64_000));
    assert_eq!(settled("80.001"), Satang(64_000));
    assert_eq!(settled("100000"), Satang(64_000));
}

#[test]
fn readings_are_read_as_people_write_them() {
    for (raw, thousandths) in [("80", 80_000), ("๘๐.๕", 80_500), (" 0.001 ", 1)] {
        assert_eq!(Quantity::parse(raw), Some(Quantity(thousandths)), "{raw}");
    }
    for raw in ["", "-1", "1.", ".5", "1.2345", "1,000", "ห้า", "99999999"] {
        assert_eq!(Quantity::parse(raw), None, "{raw}");
    }
    assert_eq!(Quantity(80_500).to_string(), "80.5");
    assert_eq!(Quantity(80_000).to_string(), "80");
    assert_eq!(Quantity(0).to_string(), "0");
}

#[test]
fn a_refund_goes_by_the_notice_given() {
    let money = city().money;
    let percents: Vec<u8> = [10, 3, 2, 1, 0, -1]
        .map(|days| money.refund_percent(days))
        .into();
    assert_eq!(percents, [100, 100, 50, 50, 0, 0]);
    assert_eq!(domain::fee::MoneySettings::default().refund_percent(0), 100);
}

#[test]
fn the_published_code_of_a_bill_comes_out_the_same() {
    let vectors = include_str!("fixtures/thai_qr_vectors.csv");
    let mut seen = 0;
    for line in vectors.lines().filter(|line| line.starts_with("bill,")) {
        let columns: Vec<&str> = line.split(',').collect();
        let bill = BillPayment {
            biller: columns[1],
            ref1: columns[2],
            ref2: columns[3],
            amount: Satang(columns[4].parse().expect("satang")),
        };
        assert_eq!(bill.payload().as_deref(), Ok(columns[5]));
        seen += 1;
    }
    assert!(seen > 0, "the fixture has a bill");
}

#[test]
fn what_no_bank_would_take_is_no_code() {
    let good = BillPayment {
        biller: "099400000000000",
        ref1: "572400000004",
        ref2: "70000001",
        amount: Satang(1),
    };
    assert!(good.payload().is_ok());
    let tried = [
        (
            BillPayment {
                biller: "99400000000000",
                ..good
            },
            QrError::Biller,
        ),
        (
            BillPayment {
                biller: "09940000000000A",
                ..good
            },
            QrError::Biller,
        ),
        (BillPayment { ref1: "", ..good }, QrError::Reference),
        (
            BillPayment {
                ref2: "70-1",
                ..good
            },
            QrError::Reference,
        ),
        (
            BillPayment {
                ref1: "123456789012345678901",
                ..good
            },
            QrError::Reference,
        ),
        (
            BillPayment {
                amount: Satang(0),
                ..good
            },
            QrError::Amount,
        ),
        (
            BillPayment {
                amount: Satang(i64::MAX),
                ..good
            },
            QrError::Amount,
        ),
    ];
    for (bill, error) in tried {
        assert_eq!(bill.payload(), Err(error), "{bill:?}");
    }
}

proptest! {
    /// Whatever is booked, exempted and metered: lines add up, nothing is negative, the ceiling holds.
    #[test]
    fn a_quote_adds_up(
        cremation in any::<bool>(), nights in 0u8..9, percent in 0u8..=100, price in 0i64..10_000_000,
        reading in 0i64..2_000_000, not_sure in any::<bool>(),
    ) {
        let mut city = city();
        for item in &mut city.money.items {
            for rate in &mut item.rates {
                rate.in_area = Satang(price);
            }
        }
        let wish = wish(cremation, nights);
        let reliefs = [Relief { code: "x".to_owned(), percent, items: Vec::new() }];
        let residence = if not_sure { Residence::NotSure } else { Residence::InArea };
        let facts = Facts { reliefs: &reliefs, ..Facts::of(&wish, residence) };
        let quote = quote(&city, &facts, day("2026-11-23"));
        let sum = |amounts: Vec<Satang>| Satang::checked_sum(amounts).expect("small");
        prop_assert_eq!(quote.total.least, sum(quote.lines.iter().map(|line| line.net.least).collect()));
        prop_assert_eq!(quote.total.most, sum(quote.lines.iter().map(|line| line.net.most).collect()));
        for line in &quote.lines {
            prop_assert!(line.net.least >= Satang::ZERO && line.net.least <= line.net.most);
            if line.gross.is_exact() {
                prop_assert_eq!(line.net.least.0 + line.relief.least.0, line.gross.least.0);
            }
            if let Some(settled) = line.settled(Quantity(reading)) {
                prop_assert!(settled.net.least <= line.ceiling.expect("metered").least);
                prop_assert!(settled.net.least >= Satang::ZERO);
                prop_assert_eq!(settled.net.least.0 + settled.relief.least.0, settled.gross.least.0);
            }
        }
        prop_assert!(quote.certain.most <= quote.total.most && quote.total.most <= quote.ceiling.most);
    }
}
