//! What is wrong with the section `money`: fees, exemptions, refunds, where to pay.
use super::{Municipality, Problems};
use crate::fee::{FeeItem, FeeOf, MoneySettings, PAVILION, Unit};
use crate::thai_qr;

impl Problems {
    pub(super) fn fees(&mut self, city: &Municipality) {
        let money = &city.money;
        for (i, item) in money.items.iter().enumerate() {
            let field = format!("money.items[{i}]");
            let earlier = money.items.iter().take(i);
            if earlier
                .into_iter()
                .any(|other| other.id == item.id && other.valid_from == item.valid_from)
            {
                self.add(
                    format!("{field}.valid_from"),
                    format!(
                        "\"{}\" already has an entry from {}",
                        item.id, item.valid_from
                    ),
                );
            }
            self.fee_item(&field, item);
        }
        self.pavilion_rates(city);
        self.exemptions(money);
        self.refunds(money);
        self.paying(money);
    }

    fn fee_item(&mut self, field: &str, item: &FeeItem) {
        self.ids(std::iter::once((format!("{field}.id"), item.id.as_str())));
        if item.id == PAVILION {
            self.add(
                format!("{field}.id"),
                "\"pavilion\" is the nights themselves, whose price stands with each pavilion",
            );
        }
        self.text(&format!("{field}.name"), &item.name);
        self.text(&format!("{field}.legal_basis"), &item.legal_basis);
        self.date(&format!("{field}.valid_from"), item.valid_from);
        if item.rates.is_empty() {
            self.add(format!("{field}.rates"), "must list at least one");
        }
        let mut listed = Vec::new();
        for (i, rate) in item.rates.iter().enumerate() {
            let field = format!("{field}.rates[{i}]");
            self.money(&format!("{field}.in_area"), rate.in_area);
            self.money(&format!("{field}.out_of_area"), rate.out_of_area);
            let all = rate.case_types.is_empty()
                && item
                    .rates
                    .iter()
                    .take(i)
                    .any(|other| other.case_types.is_empty());
            if all
                || rate
                    .case_types
                    .iter()
                    .any(|case_type| listed.contains(case_type))
            {
                self.add(
                    format!("{field}.case_types"),
                    "a type of case already has a rate",
                );
            }
            listed.extend(rate.case_types.iter().copied());
        }
        if let Some(metered) = item.metered {
            if metered.ceiling < metered.estimate {
                self.add(
                    format!("{field}.metered.ceiling"),
                    format!(
                        "{} is below the estimate, {}",
                        metered.ceiling, metered.estimate
                    ),
                );
            }
            self.number(
                &format!("{field}.metered.ceiling"),
                metered.ceiling,
                1..=1_000_000,
                "units",
            );
            if item.on_request {
                self.add(
                    format!("{field}.on_request"),
                    "a metered item cannot be on request",
                );
            }
        } else if item.unit == Unit::Kwh {
            self.add(
                format!("{field}.metered"),
                "an item by kWh needs an estimate and a ceiling",
            );
        }
        if item.of != FeeOf::Pavilion && item.unit == Unit::Night && !item.on_request {
            self.add(
                format!("{field}.unit"),
                "only a pavilion has nights: count it by use, or make it on_request",
            );
        }
    }

    fn pavilion_rates(&mut self, city: &Municipality) {
        let money = &city.money;
        for (i, rate) in money.pavilion_rates.iter().enumerate() {
            let field = format!("money.pavilion_rates[{i}]");
            if !city
                .crematorium
                .pavilions
                .iter()
                .any(|pavilion| pavilion.id == rate.pavilion)
            {
                self.add(
                    format!("{field}.pavilion"),
                    format!("there is no pavilion \"{}\"", rate.pavilion),
                );
            }
            if money
                .pavilion_rates
                .iter()
                .take(i)
                .any(|other| other.pavilion == rate.pavilion)
            {
                self.add(
                    format!("{field}.pavilion"),
                    format!("\"{}\" already has a rate", rate.pavilion),
                );
            }
            self.money(&format!("{field}.out_of_area"), rate.out_of_area);
        }
        if !money.pavilion_rates.is_empty() {
            self.text("money.pavilion_basis", &money.pavilion_basis);
        }
    }

    fn exemptions(&mut self, money: &MoneySettings) {
        let codes = money.exemptions.iter().enumerate();
        self.ids(
            codes.map(|(i, rule)| (format!("money.exemptions[{i}].code"), rule.code.as_str())),
        );
        for (i, rule) in money.exemptions.iter().enumerate() {
            let field = format!("money.exemptions[{i}]");
            self.text(&format!("{field}.name"), &rule.name);
            self.text(&format!("{field}.clause"), &rule.clause);
            self.text(&format!("{field}.evidence"), &rule.evidence);
            self.number(
                &format!("{field}.percent"),
                rule.percent,
                1..=100,
                "percent",
            );
            for (n, id) in rule.items.iter().enumerate() {
                if id != PAVILION && !money.items.iter().any(|item| item.id == *id) {
                    self.add(
                        format!("{field}.items[{n}]"),
                        format!("there is no fee \"{id}\""),
                    );
                }
            }
        }
    }

    fn refunds(&mut self, money: &MoneySettings) {
        for (i, step) in money.refunds.iter().enumerate() {
            let field = format!("money.refunds[{i}]");
            self.number(
                &format!("{field}.percent"),
                step.percent,
                0..=100,
                "percent",
            );
            let Some(before) = i
                .checked_sub(1)
                .and_then(|before| money.refunds.get(before))
            else {
                continue;
            };
            if before.days_before <= step.days_before {
                self.add(
                    format!("{field}.days_before"),
                    "must be fewer days than the step before it",
                );
            }
            if before.percent < step.percent {
                self.add(
                    format!("{field}.percent"),
                    "must not be more than for longer notice",
                );
            }
        }
        if !money.refunds.is_empty() {
            self.text("money.refund_basis", &money.refund_basis);
        }
    }

    fn paying(&mut self, money: &MoneySettings) {
        if let Some(biller) = &money.biller {
            if !thai_qr::is_biller(&biller.id) {
                self.add(
                    "money.biller.id",
                    format!("\"{}\" is not 15 digits: tax ID and suffix", biller.id),
                );
            }
            self.text("money.biller.name", &biller.name);
        }
        if let Some(pay_at) = &money.pay_at {
            self.text("money.pay_at.place", &pay_at.place);
            self.text("money.pay_at.hours", &pay_at.hours);
            self.text("money.pay_at.advice", &pay_at.advice);
        }
        if let Some(no_gift) = &money.no_gift {
            self.text("money.no_gift.words", &no_gift.words);
            self.text("money.no_gift.report", &no_gift.report);
        }
        let columns = &money.statement;
        if columns.bank.trim().is_empty() {
            self.add("money.statement.bank", "must not be empty");
        }
        for (name, list) in [
            ("date", &columns.date),
            ("amount", &columns.amount),
            ("ref1", &columns.ref1),
            ("ref2", &columns.ref2),
        ] {
            if list.iter().all(|column| column.trim().is_empty()) {
                self.add(
                    format!("money.statement.{name}"),
                    "must list at least one name",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Satang;
    use crate::municipality::CaseType;

    fn sample() -> Municipality {
        toml::from_str(include_str!("../../../../config/trang.toml")).unwrap()
    }

    #[test]
    fn the_sample_has_no_problem_and_a_city_may_leave_money_out() {
        assert_eq!(sample().check(), []);
        let without = Municipality {
            money: MoneySettings::default(),
            ..sample()
        };
        assert_eq!(without.check(), []);
    }

    #[test]
    fn a_file_of_the_former_version_still_loads() {
        let mut file: toml::Table =
            toml::from_str(include_str!("../../../../config/trang.toml")).unwrap();
        file.remove("money");
        let city: Municipality = file.try_into().unwrap();
        assert_eq!(city.money, MoneySettings::default());
    }

    #[test]
    fn every_rule_of_money_names_the_field_that_breaks_it() {
        type Break = fn(&mut MoneySettings);
        let cases: &[(Break, &str, &str)] = &[
            (
                |m| m.items[0].id = "เตา".to_owned(),
                "money.items[0].id",
                "not an id",
            ),
            (
                |m| m.items[0].id = "pavilion".to_owned(),
                "money.items[0].id",
                "nights themselves",
            ),
            (
                |m| m.items[1].id = m.items[0].id.clone(),
                "money.items[1].valid_from",
                "already has an entry",
            ),
            (
                |m| m.items[0].rates.clear(),
                "money.items[0].rates",
                "at least one",
            ),
            (
                |m| m.items[0].rates[0].in_area = Satang(-1),
                "money.items[0].rates[0].in_area",
                "negative",
            ),
            (
                |m| m.items[0].rates[0].out_of_area = Satang(Satang::LARGEST.0 + 1),
                "money.items[0].rates[0].out_of_area",
                "more than 10,000,000 baht",
            ),
            (
                |m| {
                    let mut twice = m.items[0].rates[0].clone();
                    twice.case_types = vec![CaseType::Infectious];
                    m.items[0].rates.extend([twice.clone(), twice]);
                },
                "money.items[0].rates[2].case_types",
                "already has a rate",
            ),
            (
                |m| m.items[0].legal_basis.en.clear(),
                "money.items[0].legal_basis.en",
                "empty",
            ),
            (
                |m| m.items[0].valid_from = "2569-10-01".parse().unwrap(),
                "money.items[0].valid_from",
                "looks like พ.ศ.",
            ),
            (
                |m| m.items[0].unit = Unit::Kwh,
                "money.items[0].metered",
                "estimate and a ceiling",
            ),
            (
                |m| m.items[0].unit = Unit::Night,
                "money.items[0].unit",
                "only a pavilion has nights",
            ),
            (
                |m| m.items[3].metered.as_mut().unwrap().ceiling = 39,
                "money.items[3].metered.ceiling",
                "39 is below the estimate, 40",
            ),
            (
                |m| m.items[3].on_request = true,
                "money.items[3].on_request",
                "metered",
            ),
            (
                |m| m.pavilion_rates[0].pavilion = "sala-9".to_owned(),
                "money.pavilion_rates[0].pavilion",
                "no pavilion \"sala-9\"",
            ),
            (
                |m| m.pavilion_rates[1].pavilion = "sala-1".to_owned(),
                "money.pavilion_rates[1].pavilion",
                "already has a rate",
            ),
            (
                |m| m.exemptions[0].percent = 101,
                "money.exemptions[0].percent",
                "1 to 100",
            ),
            (
                |m| m.exemptions[0].items = vec!["flowers".to_owned()],
                "money.exemptions[0].items[0]",
                "no fee \"flowers\"",
            ),
            (
                |m| m.exemptions[1].code = "poor".to_owned(),
                "money.exemptions[1].code",
                "already",
            ),
            (
                |m| m.refunds.reverse(),
                "money.refunds[1].days_before",
                "fewer days",
            ),
            (
                |m| m.refunds[0].percent = 10,
                "money.refunds[1].percent",
                "longer notice",
            ),
            (
                |m| m.biller.as_mut().unwrap().id = "0994".to_owned(),
                "money.biller.id",
                "15 digits",
            ),
            (
                |m| m.pay_at.as_mut().unwrap().place.th.clear(),
                "money.pay_at.place.th",
                "empty",
            ),
            (
                |m| m.no_gift.as_mut().unwrap().report.th.clear(),
                "money.no_gift.report.th",
                "empty",
            ),
            (
                |m| m.statement.ref1 = vec![" ".to_owned()],
                "money.statement.ref1",
                "at least one name",
            ),
        ];
        for (break_it, field, reason) in cases {
            let mut city = sample();
            break_it(&mut city.money);
            let problems = city.check();
            assert!(
                problems
                    .iter()
                    .any(|problem| problem.field == *field && problem.reason.contains(reason)),
                "{field}: {reason}: {problems:?}"
            );
        }
    }
}
