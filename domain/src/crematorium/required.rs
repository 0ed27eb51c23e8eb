//! What a case requires: papers from the family, and tasks of the office. Which, for which case, is the city's data.
use super::application::{Relation, Residence};
use super::case_type::CaseType;
use super::coffin::{CoffinSize, Implants};
use crate::form::Text;
use serde::{Deserialize, Serialize};

/// A kind of paper. A photograph of it is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// มรณบัตร of any series; for the time being ท.ร.4/1 or the notice receipt.
    DeathCertificate,
    /// Only where the city is not its own registry.
    InAreaProof,
    AuthorityLetter,
    ExemptionEvidence,
    /// After an unnatural death, or for somebody unnamed.
    PoliceRelease,
    /// The hospital's letter about the infection and the sealing of the body.
    InfectionLetter,
    /// The order that grants the royal flame.
    RoyalOrder,
    /// The permit to exhume, or the temple's letter about the remains.
    ExhumationPermit,
}

impl DocumentKind {
    pub const ALL: [Self; 8] = [
        Self::DeathCertificate,
        Self::InAreaProof,
        Self::AuthorityLetter,
        Self::ExemptionEvidence,
        Self::PoliceRelease,
        Self::InfectionLetter,
        Self::RoyalOrder,
        Self::ExhumationPermit,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::DeathCertificate => "death_certificate",
            Self::InAreaProof => "in_area_proof",
            Self::AuthorityLetter => "authority_letter",
            Self::ExemptionEvidence => "exemption_evidence",
            Self::PoliceRelease => "police_release",
            Self::InfectionLetter => "infection_letter",
            Self::RoyalOrder => "royal_order",
            Self::ExhumationPermit => "exhumation_permit",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    pub fn label(self) -> Text {
        let (th, en) = match self {
            Self::DeathCertificate => ("มรณบัตร", "Death certificate"),
            Self::InAreaProof => ("หลักฐานทะเบียนบ้านในเขต", "Proof of registration in the city"),
            Self::AuthorityLetter => ("หนังสือมอบอำนาจ", "Letter of authority"),
            Self::ExemptionEvidence => ("หลักฐานขอยกเว้นค่าธรรมเนียม", "Evidence for the exemption"),
            Self::PoliceRelease => (
                "หนังสือส่งมอบศพจากพนักงานสอบสวน",
                "Release by the police or the prosecutor",
            ),
            Self::InfectionLetter => (
                "หนังสือรับรองการบรรจุศพติดเชื้อจากโรงพยาบาล",
                "Hospital letter about the sealed body",
            ),
            Self::RoyalOrder => ("หนังสือแจ้งพระราชทานเพลิงศพ", "Order granting the royal flame"),
            Self::ExhumationPermit => {
                ("หนังสืออนุญาตให้ขุดหรือย้ายศพ", "Permit to exhume or move remains")
            }
        };
        Text::new(th, en)
    }
}

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
    pub exemption: bool,
}

impl CaseFacts {
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
    pub kind: DocumentKind,
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

/// What a file that says nothing about papers asks for.
pub fn usual_documents() -> Vec<DocumentRule> {
    let rule = |kind, case_types: &[CaseType], when| DocumentRule {
        kind,
        case_types: case_types.to_vec(),
        when,
    };
    vec![
        rule(
            DocumentKind::DeathCertificate,
            &[
                CaseType::Ordinary,
                CaseType::Infectious,
                CaseType::Child,
                CaseType::Unnamed,
                CaseType::Royal,
            ],
            Condition::Always,
        ),
        rule(DocumentKind::AuthorityLetter, &[], Condition::Agent),
        rule(DocumentKind::ExemptionEvidence, &[], Condition::Exemption),
        rule(DocumentKind::PoliceRelease, &[], Condition::Unnatural),
        rule(
            DocumentKind::PoliceRelease,
            &[CaseType::Unnamed],
            Condition::Always,
        ),
        rule(
            DocumentKind::InfectionLetter,
            &[CaseType::Infectious],
            Condition::Always,
        ),
        rule(
            DocumentKind::RoyalOrder,
            &[CaseType::Royal],
            Condition::Always,
        ),
        rule(
            DocumentKind::ExhumationPermit,
            &[CaseType::Remains],
            Condition::Always,
        ),
    ]
}

/// The papers a case needs, each once, in the order of the rules.
pub fn required_documents(rules: &[DocumentRule], facts: CaseFacts) -> Vec<DocumentKind> {
    let mut kinds = Vec::new();
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
    fn every_type_asks_for_its_own_papers() {
        let table: Vec<String> = CaseType::ALL
            .into_iter()
            .map(|case_type| {
                let kinds = required_documents(&usual_documents(), facts(case_type));
                let kinds: Vec<_> = kinds.into_iter().map(DocumentKind::code).collect();
                format!("{}: {}", case_type.code(), kinds.join(", "))
            })
            .collect();
        assert_eq!(
            table,
            [
                "ordinary: death_certificate",
                "infectious: death_certificate, infection_letter",
                "child: death_certificate",
                "unnamed: death_certificate, police_release",
                "royal: death_certificate, royal_order",
                "remains: exhumation_permit",
            ]
        );
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
                DocumentKind::DeathCertificate,
                DocumentKind::AuthorityLetter,
                DocumentKind::ExemptionEvidence,
                DocumentKind::PoliceRelease,
            ]
        );
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
