//! What a case requires: papers from the family, and tasks of the office. What the law asks of every city stands here;
//! the rest is the city's data.
use super::application::{Relation, Residence};
use super::case_type::CaseType;
use super::coffin::{CoffinSize, Implants};
use crate::form::Text;
use crate::paper::{Findings, Manner, PaperKind};
use serde::{Deserialize, Serialize};

/// When a rule applies, beside its case types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    #[default]
    Always,
    /// The rate for residents is asked.
    InArea,
    /// Somebody acts for the family.
    Agent,
    /// An exemption from fees is asked.
    Exemption,
    /// The death was not natural.
    Unnatural,
    /// Implants are there, or nobody is sure.
    Implants,
    /// The coffin is larger than standard.
    LargeCoffin,
}

/// What is known of a case when papers and tasks are worked out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaseFacts {
    pub case_type: CaseType,
    pub coffin: CoffinSize,
    pub relation: Option<Relation>,
    pub residence: Option<Residence>,
    pub implants: Option<Implants>,
    pub unnatural: bool,
    /// One waits for a decision, and no paper has been named that shows it.
    pub exemption: bool,
}

impl CaseFacts {
    /// With what officers found out from the papers.
    #[must_use]
    pub fn found(self, findings: Findings) -> Self {
        Self {
            unnatural: findings.manner.is_some_and(Manner::needs_release),
            ..self
        }
    }

    fn meets(self, condition: Condition) -> bool {
        match condition {
            Condition::Always => true,
            Condition::InArea => self.residence == Some(Residence::InArea),
            Condition::Agent => self.relation == Some(Relation::Agent),
            Condition::Exemption => self.exemption,
            Condition::Unnatural => self.unnatural,
            Condition::Implants => self.implants.is_some_and(Implants::needs_care),
            Condition::LargeCoffin => self.coffin > CoffinSize::Standard,
        }
    }

    fn falls_under(self, case_types: &[CaseType], condition: Condition) -> bool {
        (case_types.is_empty() || case_types.contains(&self.case_type)) && self.meets(condition)
    }
}

/// One paper that some cases need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentRule {
    pub kind: PaperKind,
    /// Empty means every type.
    #[serde(default)]
    pub case_types: Vec<CaseType>,
    #[serde(default)]
    pub when: Condition,
}

/// One thing the office does for some cases: it stands among the unfinished tasks until somebody has done it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskRule {
    /// Stable id: `protective_equipment`.
    pub id: String,
    pub name: Text,
    /// Empty means every type.
    #[serde(default)]
    pub case_types: Vec<CaseType>,
    #[serde(default)]
    pub when: Condition,
}

/// What a file that says nothing about papers asks for, beside what every case needs.
pub fn usual_documents() -> Vec<DocumentRule> {
    let of = |kind, case_type| DocumentRule {
        kind,
        case_types: vec![case_type],
        when: Condition::Always,
    };
    vec![
        DocumentRule {
            kind: PaperKind::Exemption,
            case_types: Vec::new(),
            when: Condition::Exemption,
        },
        of(PaperKind::InfectionLetter, CaseType::Infectious),
        of(PaperKind::RoyalOrder, CaseType::Royal),
        of(PaperKind::ExhumationPermit, CaseType::Remains),
    ]
}

/// What no city can leave out.
fn by_law(facts: CaseFacts) -> Vec<PaperKind> {
    let mut kinds = Vec::new();
    // Who was buried or dug up has no new certificate.
    if facts.case_type != CaseType::Remains {
        kinds.push(PaperKind::DeathCertificate);
    }
    if facts.meets(Condition::Agent) {
        kinds.push(PaperKind::Authority);
    }
    if facts.case_type == CaseType::Unnamed || facts.meets(Condition::Unnatural) {
        kinds.push(PaperKind::PoliceRelease);
    }
    kinds
}

/// The papers a case needs, each once: those of every city first, then the city's own in the order of its rules.
pub fn required_documents(rules: &[DocumentRule], facts: CaseFacts) -> Vec<PaperKind> {
    let mut kinds = by_law(facts);
    for rule in rules {
        if facts.falls_under(&rule.case_types, rule.when) && !kinds.contains(&rule.kind) {
            kinds.push(rule.kind);
        }
    }
    kinds
}

/// The tasks of the office for a case, in the order of the rules.
pub fn required_tasks(rules: &[TaskRule], facts: CaseFacts) -> impl Iterator<Item = &TaskRule> {
    rules
        .iter()
        .filter(move |rule| facts.falls_under(&rule.case_types, rule.when))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(case_type: CaseType) -> CaseFacts {
        CaseFacts {
            case_type,
            ..CaseFacts::default()
        }
    }

    #[test]
    fn every_type_asks_for_its_own_papers_whatever_the_manner_and_place_of_death() {
        use crate::paper::{Registry, StatedPlace, missing};
        let mut table = Vec::new();
        for case_type in CaseType::ALL {
            for manner in [
                None,
                Some(Manner::Natural),
                Some(Manner::Unnatural),
                Some(Manner::Unknown),
            ] {
                for registry in [
                    None,
                    Some(Registry::Asked),
                    Some(Registry::Found),
                    Some(Registry::NotFound),
                ] {
                    let with = |stated_place| {
                        let found = Findings {
                            stated_place,
                            manner,
                            registry,
                        };
                        let needed =
                            required_documents(&usual_documents(), facts(case_type).found(found));
                        missing(&needed, registry, &[])
                    };
                    let kinds = with(None);
                    // The place in the certificate is the registrar's to change: no other paper is asked for.
                    for place in StatedPlace::ALL {
                        assert_eq!(with(Some(place)), kinds, "{case_type:?} {place:?}");
                    }
                    let word = |word: Option<&'static str>| word.unwrap_or("-");
                    table.push(format!(
                        "{} {} {}: {}",
                        case_type.code(),
                        word(manner.map(Manner::code)),
                        word(registry.map(Registry::code)),
                        kinds
                            .into_iter()
                            .map(PaperKind::code)
                            .collect::<Vec<_>>()
                            .join(", ")
                    ));
                }
            }
        }
        insta::assert_snapshot!(table.join("\n"));
    }

    #[test]
    fn a_condition_adds_its_paper_once() {
        let facts = CaseFacts {
            relation: Some(Relation::Agent),
            unnatural: true,
            exemption: true,
            ..facts(CaseType::Unnamed)
        };
        assert_eq!(
            required_documents(&usual_documents(), facts),
            [
                PaperKind::DeathCertificate,
                PaperKind::Authority,
                PaperKind::PoliceRelease,
                PaperKind::Exemption,
            ]
        );
    }

    #[test]
    fn a_city_adds_papers_and_takes_none_of_the_laws_away() {
        let unnatural = CaseFacts {
            unnatural: true,
            ..facts(CaseType::Infectious)
        };
        let law = [PaperKind::DeathCertificate, PaperKind::PoliceRelease];
        assert_eq!(required_documents(&[], unnatural), law);
        let permit = DocumentRule {
            kind: PaperKind::ExhumationPermit,
            case_types: vec![],
            when: Condition::LargeCoffin,
        };
        let large = CaseFacts {
            coffin: CoffinSize::Large,
            ..unnatural
        };
        let kinds = required_documents(&[permit], large);
        assert_eq!(kinds[..2], law);
        assert_eq!(kinds[2..], [PaperKind::ExhumationPermit]);
    }

    #[test]
    fn tasks_follow_type_implants_and_coffin() {
        let rule = |id: &str, case_types: &[CaseType], when| TaskRule {
            id: id.to_owned(),
            name: Text::new("งาน", "A task"),
            case_types: case_types.to_vec(),
            when,
        };
        let rules = [
            rule("crew", &[CaseType::Infectious], Condition::Always),
            rule("implants", &[], Condition::Implants),
            rule("bearers", &[], Condition::LargeCoffin),
        ];
        for (facts, expected) in [
            (facts(CaseType::Ordinary), vec![]),
            (facts(CaseType::Infectious), vec!["crew"]),
            (
                CaseFacts {
                    implants: Some(Implants::NotSure),
                    coffin: CoffinSize::Large,
                    ..facts(CaseType::Infectious)
                },
                vec!["crew", "implants", "bearers"],
            ),
            (
                CaseFacts {
                    implants: Some(Implants::Removed),
                    coffin: CoffinSize::Small,
                    ..facts(CaseType::Ordinary)
                },
                vec![],
            ),
        ] {
            let ids: Vec<_> = required_tasks(&rules, facts)
                .map(|rule| rule.id.as_str())
                .collect();
            assert_eq!(ids, expected, "{facts:?}");
        }
    }
}
