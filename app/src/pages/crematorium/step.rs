//! The steps of the short path: their order, what each asks, and which comes next.
use super::{contact, death, deceased, nights, relation, residence};
use crate::components::FormView;
use domain::crematorium::{Rules, application};
use domain::form::{FieldErrors, Lang, RawFields};
use domain::time::Instant;
use leptos::prelude::*;

/// One page of the short path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Contact,
    Relation,
    Deceased,
    Death,
    Residence,
    Nights,
    Day,
    Check,
}

/// How the page of a question looks.
pub(in crate::pages) struct Look {
    pub title: &'static str,
    pub intro: Option<String>,
    /// The title is the legend of the one field.
    pub heading_inside: bool,
    pub fields: AnyView,
}

impl Step {
    pub const ALL: [Self; 8] = [
        Self::Contact,
        Self::Relation,
        Self::Deceased,
        Self::Death,
        Self::Residence,
        Self::Nights,
        Self::Day,
        Self::Check,
    ];

    /// The steps that are plain questions; the days and the check need the database.
    pub const QUESTIONS: [Self; 6] = [
        Self::Contact,
        Self::Relation,
        Self::Deceased,
        Self::Death,
        Self::Residence,
        Self::Nights,
    ];

    /// The last part of the address.
    pub fn path(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Relation => "relation",
            Self::Deceased => "deceased",
            Self::Death => "death",
            Self::Residence => "residence",
            Self::Nights => "nights",
            Self::Day => "day",
            Self::Check => "check",
        }
    }

    /// The site path of the step of a draft; while changing an answer the way leads back to the check.
    pub fn of(self, draft: &str, change: bool) -> String {
        let change = if change && self != Self::Check {
            "/change"
        } else {
            ""
        };
        format!("/crematorium/{draft}/{}{change}", self.path())
    }

    pub fn before(self) -> Option<Self> {
        let here = Self::ALL.iter().position(|step| *step == self)?;
        here.checked_sub(1)
            .and_then(|before| Self::ALL.get(before))
            .copied()
    }

    pub fn after(self) -> Self {
        let here = Self::ALL.iter().position(|step| *step == self);
        here.and_then(|here| Self::ALL.get(here + 1))
            .copied()
            .unwrap_or(Self::Check)
    }

    /// The fields of the page, by the names they are sent with.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Contact => &contact::FIELDS,
            Self::Relation => &relation::FIELDS,
            Self::Deceased => &deceased::FIELDS,
            Self::Death => &death::FIELDS,
            Self::Residence => &residence::FIELDS,
            Self::Nights => &nights::FIELDS,
            Self::Day | Self::Check => &[],
        }
    }

    /// Everything wrong with the answers of the page.
    pub fn check(self, fields: &RawFields, rules: &Rules, now: Instant) -> FieldErrors {
        let mut errors = FieldErrors::new();
        match self {
            Self::Contact => {
                application::contact(&contact::asked(fields), &mut errors);
            }
            Self::Relation => {
                application::relation(fields, &mut errors);
            }
            Self::Deceased => {
                application::deceased(fields, &mut errors);
            }
            Self::Death => {
                application::date_of_death(fields, now, &mut errors);
            }
            Self::Residence => {
                application::residence(fields, &mut errors);
            }
            Self::Nights => {
                nights::wanted(fields, rules, &mut errors);
            }
            Self::Day | Self::Check => {}
        }
        errors
    }

    /// What the draft keeps of checked answers: an answer that was overruled by another is cleared.
    pub fn keep(self, typed: RawFields, rules: &Rules) -> RawFields {
        match self {
            Self::Contact => contact::keep(typed),
            Self::Deceased => deceased::keep(typed),
            Self::Nights => nights::keep(&typed, rules),
            _ => typed,
        }
    }

    /// The answers of a draft by the names that the page's fields have.
    pub fn typed(self, draft: &RawFields) -> RawFields {
        if self == Self::Nights {
            nights::typed(draft)
        } else {
            draft.clone()
        }
    }

    pub fn look(
        self,
        form: &FormView,
        draft: &RawFields,
        lang: Lang,
        rules: &Rules,
        now: Instant,
    ) -> Look {
        match self {
            Self::Contact => contact::look(form, draft, lang),
            Self::Relation => relation::look(form, lang),
            Self::Deceased => deceased::look(form, lang),
            Self::Death => death::look(form, lang),
            Self::Residence => residence::look(form, draft, lang, now),
            // The days and the check have pages of their own.
            Self::Nights | Self::Day | Self::Check => nights::look(form, draft, lang, rules),
        }
    }

    /// The first step without a good answer; the check when there is none.
    pub fn first_open(draft: &RawFields, rules: &Rules, now: Instant) -> Self {
        let question = Self::QUESTIONS
            .into_iter()
            .find(|step| !step.check(&step.typed(draft), rules, now).is_empty());
        question.unwrap_or_else(|| {
            let wish = application::wish(draft, &mut FieldErrors::new());
            let chosen =
                wish.is_some_and(|wish| wish.cremation.is_some() || wish.pavilion.is_some());
            if chosen { Self::Check } else { Self::Day }
        })
    }

    /// The step that asks for a field, for links from errors.
    pub fn asking(field: &str) -> Option<Self> {
        let question = Self::QUESTIONS.into_iter().find(|step| {
            step.fields().iter().any(|name| {
                *name == field
                    || field
                        .strip_prefix(*name)
                        .is_some_and(|rest| rest.starts_with('.'))
            }) && *step != Self::Nights
        });
        question.or_else(|| match field {
            "deceased.date_of_death" => Some(Self::Death),
            _ if ["cremation", "pavilion", "case_type", "ash", "coffin_size"]
                .iter()
                .any(|part| field.starts_with(part)) =>
            {
                Some(Self::Day)
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_each_other_to_the_check() {
        let mut step = Step::Contact;
        for expected in Step::ALL.into_iter().skip(1) {
            assert_eq!(step.after().before(), Some(step));
            step = step.after();
            assert_eq!(step, expected);
        }
        assert_eq!(Step::Check.after(), Step::Check);
        assert_eq!(Step::Contact.before(), None);
    }

    #[test]
    fn an_error_leads_to_the_step_that_asks() {
        for (field, step) in [
            ("applicant.phone", Some(Step::Contact)),
            ("helper.phone", Some(Step::Contact)),
            ("applicant.relation", Some(Step::Relation)),
            ("deceased.national_id", Some(Step::Deceased)),
            ("deceased.date_of_death", Some(Step::Death)),
            ("deceased.date_of_death.day", Some(Step::Death)),
            ("deceased.residence", Some(Step::Residence)),
            ("cremation.date", Some(Step::Day)),
            ("pavilion.nights", Some(Step::Day)),
            ("other", None),
        ] {
            assert_eq!(Step::asking(field), step, "{field}");
        }
    }

    #[test]
    fn changing_an_answer_has_its_own_address() {
        assert_eq!(Step::Death.of("d", true), "/crematorium/d/death/change");
        assert_eq!(Step::Death.of("d", false), "/crematorium/d/death");
        assert_eq!(Step::Check.of("d", true), "/crematorium/d/check");
    }
}
