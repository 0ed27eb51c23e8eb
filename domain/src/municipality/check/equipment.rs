//! What is wrong with types, supplies and loan rules.
use super::{Municipality, Problems};
use crate::equipment::EquipmentType;
use crate::equipment::need::ADL_MOST;
use crate::form::Text;

impl Problems {
    pub(super) fn equipment(&mut self, municipality: &Municipality) {
        let types = municipality.equipment.iter().enumerate();
        self.ids(types.map(|(i, kind)| (format!("equipment[{i}].id"), kind.id.as_str())));
        let supplies = municipality.supplies.iter().enumerate();
        self.ids(supplies.map(|(i, kind)| (format!("supplies[{i}].id"), kind.id.as_str())));
        for (i, kind) in municipality.equipment.iter().enumerate() {
            self.equipment_type(&format!("equipment[{i}]"), kind, municipality);
        }
        for (i, supply) in municipality.supplies.iter().enumerate() {
            let field = format!("supplies[{i}]");
            self.text(&format!("{field}.name"), &supply.name);
            self.text(&format!("{field}.unit"), &supply.unit);
            self.texts(&field, "legal_basis", supply.legal_basis.as_slice());
            self.texts(&field, "fund", supply.fund.as_slice());
            self.texts(&field, "eligibility", supply.eligibility.as_slice());
        }
        self.loans(municipality);
    }

    fn equipment_type(&mut self, field: &str, kind: &EquipmentType, municipality: &Municipality) {
        self.text(&format!("{field}.name"), &kind.name);
        self.texts(field, "description", kind.description.as_slice());
        self.texts(field, "legal_basis", kind.legal_basis.as_slice());
        self.texts(field, "fund", kind.fund.as_slice());
        self.texts(field, "eligibility", kind.eligibility.as_slice());
        self.texts(field, "checklists.hand_over", &kind.checklists.hand_over);
        self.texts(field, "checklists.cleaning", &kind.checklists.cleaning);
        self.texts(field, "checklists.inspection", &kind.checklists.inspection);
        self.number(&format!("{field}.quota"), kind.quota, 1..=20, "pieces");
        for (part, value, unit) in [
            ("after_loans", kind.service.after_loans, "loans"),
            ("months", kind.service.months, "months"),
            ("hours", kind.service.hours, "hours"),
        ] {
            if let Some(value) = value {
                self.number(&format!("{field}.service.{part}"), value, 1..=100_000, unit);
            }
        }
        for (i, need) in kind.supplies.iter().enumerate() {
            let known = municipality
                .supplies
                .iter()
                .any(|supply| supply.id == need.id);
            if !known {
                self.add(
                    format!("{field}.supplies[{i}].id"),
                    format!("\"{}\" is not the id of a supply", need.id),
                );
            }
        }
        for (i, id) in kind.substitutes.iter().enumerate() {
            let known = municipality.equipment.iter().any(|other| other.id == *id);
            if !known || *id == kind.id {
                self.add(
                    format!("{field}.substitutes[{i}]"),
                    format!("\"{id}\" is not the id of another type"),
                );
            }
        }
    }

    /// Each text of a list, or of an optional text taken as a list.
    fn texts(&mut self, field: &str, name: &str, texts: &[Text]) {
        for (i, text) in texts.iter().enumerate() {
            self.text(&format!("{field}.{name}[{i}]"), text);
        }
    }

    fn loans(&mut self, municipality: &Municipality) {
        let loans = &municipality.loans;
        for (name, value, least, most) in [
            ("period_days", loans.period_days, 1, 730),
            ("ahead_days", loans.ahead_days, 0, 365),
            ("ask_before_days", loans.ask_before_days, 1, 60),
            ("renewal_days", loans.renewal_days, 1, 730),
            ("ready_before_days", loans.ready_before_days, 0, 60),
            // Clause 209 gives seven days; a city may be quicker.
            ("chase_days", loans.chase_days, 1, 7),
        ] {
            self.number(&format!("loans.{name}"), value, least..=most, "days");
        }
        self.number("loans.undo_hours", loans.undo_hours, 1..=168, "hours");
        for (name, value, most, unit) in [
            ("most_items", loans.most_items, 50, "pieces"),
            ("offer_open_days", loans.offer_open_days, 30, "days"),
            ("offers", loans.offers, 10, "offers"),
        ] {
            self.number(&format!("loans.{name}"), value, 1..=most, unit);
        }
        for (i, band) in loans.need.adl.iter().enumerate() {
            let field = format!("loans.need.adl[{i}]");
            self.text(&format!("{field}.name"), &band.name);
            self.number(
                &format!("{field}.at_most"),
                band.at_most,
                0..=ADL_MOST,
                "points",
            );
        }
        if loans.need.second_class > loans.need.first_class {
            self.add(
                "loans.need.second_class",
                "must not be more than first_class",
            );
        }
    }
}
