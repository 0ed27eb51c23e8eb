//! The questions of a loan in their order: what each asks, checks and keeps.
use super::{items, patient, period, place};
use crate::components::FormView;
use crate::pages::crematorium::{Look, contact};
use domain::contact as rules_of_contact;
use domain::crematorium::Rules;
use domain::equipment::application::{self, Terms};
use domain::form::{FieldErrors, Lang, RawFields};
use domain::time::Instant;

/// A page of the journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Step {
    Contact,
    Patient,
    Items,
    Period,
    Place,
    Check,
}

/// What a type may be lent by, as a resident asks.
pub(super) fn terms(rules: &Rules) -> Terms<'_> {
    Terms {
        types: &rules.municipality.equipment,
        loans: &rules.municipality.loans,
        by_staff: false,
    }
}

impl Step {
    pub const QUESTIONS: [Self; 5] = [
        Self::Contact,
        Self::Patient,
        Self::Items,
        Self::Period,
        Self::Place,
    ];

    pub fn path(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Patient => "patient",
            Self::Items => "items",
            Self::Period => "period",
            Self::Place => "place",
            Self::Check => "check",
        }
    }

    /// The page's address; changing an answer has its own.
    pub fn of(self, draft: &str, change: bool) -> String {
        let path = self.path();
        if change && self != Self::Check {
            format!("/equipment/{draft}/{path}/change")
        } else {
            format!("/equipment/{draft}/{path}")
        }
    }

    pub fn after(self) -> Self {
        match self {
            Self::Contact => Self::Patient,
            Self::Patient => Self::Items,
            Self::Items => Self::Period,
            Self::Period => Self::Place,
            Self::Place | Self::Check => Self::Check,
        }
    }

    pub fn before(self) -> Option<Self> {
        match self {
            Self::Contact => None,
            Self::Patient => Some(Self::Contact),
            Self::Items => Some(Self::Patient),
            Self::Period => Some(Self::Items),
            Self::Place => Some(Self::Period),
            Self::Check => Some(Self::Place),
        }
    }

    /// The names of the page's fields.
    pub fn fields(self, rules: &Rules) -> Vec<String> {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        match self {
            Self::Contact => names(&contact::FIELDS),
            Self::Patient => names(&patient::FIELDS),
            Self::Items => items::fields(rules),
            Self::Period => names(&period::FIELDS),
            Self::Place => names(&place::FIELDS),
            Self::Check => Vec::new(),
        }
    }

    /// What is wrong with a page's answers, besides those of earlier pages.
    pub fn check(
        self,
        typed: &RawFields,
        kept: &RawFields,
        rules: &Rules,
        now: Instant,
    ) -> FieldErrors {
        let mut errors = FieldErrors::new();
        match self {
            Self::Contact => {
                rules_of_contact::contact(&contact::asked(typed), &mut errors);
            }
            Self::Patient => {
                // The name of whoever asks for themselves stands on the page before.
                let mut all = kept.clone();
                all.extend(typed.clone());
                patient::check(&all, &mut errors);
            }
            Self::Items => {
                application::items(typed, terms(rules), &mut errors);
            }
            Self::Period => {
                let loans = &rules.municipality.loans;
                application::period(&period::keep(typed.clone(), rules), loans, now, &mut errors);
            }
            Self::Place => {
                application::delivery(typed, &rules.municipality.loans, &mut errors);
                application::place(typed, &mut errors);
                place::check(typed, &mut errors);
            }
            Self::Check => {}
        }
        errors
    }

    /// The answers as they are kept.
    pub fn keep(self, typed: RawFields, rules: &Rules) -> RawFields {
        match self {
            Self::Contact => contact::keep(typed),
            Self::Patient => patient::keep(typed),
            Self::Period => period::keep(typed, rules),
            _ => typed,
        }
    }

    pub fn look(
        self,
        form: &FormView,
        kept: &RawFields,
        lang: Lang,
        rules: &Rules,
        now: Instant,
        served: &super::Served,
    ) -> Look {
        match self {
            Self::Contact => Look {
                title: lang.t("ใครเป็นผู้ขอยืม", "Who is asking to borrow?"),
                ..contact::look(form, kept, lang)
            },
            Self::Patient => patient::look(form, lang),
            Self::Items => items::look(form, kept, lang, served),
            Self::Period => period::look(form, lang, rules, now),
            Self::Place | Self::Check => place::look(form, lang, rules),
        }
    }

    /// The first question without a good answer, or the check page.
    pub fn first_open(fields: &RawFields, rules: &Rules, now: Instant) -> Self {
        Self::QUESTIONS
            .into_iter()
            .find(|step| {
                let names = step.fields(rules);
                let typed: RawFields = fields
                    .iter()
                    .filter(|(name, _)| names.contains(name))
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
                !step.check(&typed, fields, rules, now).is_empty()
            })
            .unwrap_or(Self::Check)
    }
}
