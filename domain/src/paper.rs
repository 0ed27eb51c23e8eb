//! Papers of a case: what may be sent, what is needed, what an officer says about each.
use crate::crematorium::application::{Relation, Residence};
use crate::form::Text;
use crate::municipality::CaseType;
use serde::{Deserialize, Serialize};

/// As many photos as one case may have; replaced ones count too.
pub const MOST: usize = 40;

/// What a photo shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperKind {
    /// มรณบัตร of any series: non-Thais and stateless people have others.
    DeathCertificate,
    /// ท.ร.4/1, for the time being.
    HospitalNotice,
    /// ใบรับแจ้งการตาย, for the time being.
    NotificationReceipt,
    InAreaProof,
    Authority,
    Exemption,
    /// The police's or prosecutor's release of the body.
    PoliceRelease,
    /// A decision signed in ink.
    SignedScan,
}

impl PaperKind {
    pub const ALL: [Self; 8] = [
        Self::DeathCertificate,
        Self::HospitalNotice,
        Self::NotificationReceipt,
        Self::InAreaProof,
        Self::Authority,
        Self::Exemption,
        Self::PoliceRelease,
        Self::SignedScan,
    ];

    /// The word of the API and of the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::DeathCertificate => "death_certificate",
            Self::HospitalNotice => "hospital_notice",
            Self::NotificationReceipt => "notification_receipt",
            Self::InAreaProof => "in_area_proof",
            Self::Authority => "authority",
            Self::Exemption => "exemption",
            Self::PoliceRelease => "police_release",
            Self::SignedScan => "signed_scan",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    pub fn label(self) -> Text {
        let (th, en) = match self {
            Self::DeathCertificate => ("มรณบัตร (แบบใดก็ได้)", "Death certificate, of any series"),
            Self::HospitalNotice => (
                "หนังสือรับรองการตายจากโรงพยาบาล (ท.ร.4/1)",
                "The hospital's notice (Th.R. 4/1)",
            ),
            Self::NotificationReceipt => ("ใบรับแจ้งการตาย", "Receipt of the notification of death"),
            Self::InAreaProof => (
                "หลักฐานว่าเคยมีชื่อในทะเบียนบ้านในเขต",
                "Proof of residence in the city",
            ),
            Self::Authority => ("หนังสือมอบหมายจากครอบครัว", "The family's letter of authority"),
            Self::Exemption => (
                "หลักฐานขอยกเว้นค่าธรรมเนียม",
                "Evidence for an exemption of fees",
            ),
            Self::PoliceRelease => (
                "หนังสือของพนักงานสอบสวนหรืออัยการให้จัดการศพได้",
                "The police's or prosecutor's release",
            ),
            Self::SignedScan => (
                "เอกสารที่ลงนามด้วยหมึก (สแกน)",
                "Scan of a document signed in ink",
            ),
        };
        Text::new(th, en)
    }

    /// Whether it shows that the death was notified.
    pub fn is_of_death(self) -> bool {
        matches!(
            self,
            Self::DeathCertificate | Self::HospitalNotice | Self::NotificationReceipt
        )
    }

    /// Whether a family may send it; the office's own papers come from the office.
    pub fn from_family(self) -> bool {
        self != Self::SignedScan
    }
}

/// What an officer says about a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Waiting,
    Accepted,
    Defective,
    /// Another photo stands in its place.
    Replaced,
}

impl Verdict {
    pub const ALL: [Self; 4] = [
        Self::Waiting,
        Self::Accepted,
        Self::Defective,
        Self::Replaced,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Accepted => "accepted",
            Self::Defective => "defective",
            Self::Replaced => "replaced",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.code() == code)
    }

    pub fn label(self) -> Text {
        match self {
            Self::Waiting => Text::new("รอเจ้าหน้าที่ตรวจ", "Waiting to be checked"),
            Self::Accepted => Text::new("ใช้ได้", "Accepted"),
            Self::Defective => Text::new("ต้องส่งใหม่", "Must be sent again"),
            Self::Replaced => Text::new("ส่งใหม่แล้ว", "Sent again"),
        }
    }

    /// Whether another photo may take its place: an accepted one stays.
    pub fn may_be_replaced(self) -> bool {
        matches!(self, Self::Waiting | Self::Defective)
    }
}

/// Where the certificate says that the body will be dealt with.
// Civil Registration Act: burning elsewhere must be notified again, so it is read on day one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatedPlace {
    Here,
    Elsewhere,
    NotStated,
}

impl StatedPlace {
    pub const ALL: [Self; 3] = [Self::Here, Self::Elsewhere, Self::NotStated];

    pub fn code(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Elsewhere => "elsewhere",
            Self::NotStated => "not_stated",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.code() == code)
    }

    pub fn label(self) -> Text {
        match self {
            Self::Here => Text::new("ระบุฌาปนสถานแห่งนี้", "It names this crematorium"),
            Self::Elsewhere => Text::new("ระบุสถานที่อื่น", "It names another place"),
            Self::NotStated => Text::new("ไม่ได้ระบุ", "It names none"),
        }
    }
}

/// How the person died, as far as it decides who must release the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    Natural,
    /// Criminal Procedure Code s.148: killed, suicide, animal, accident, cause unknown.
    Unnatural,
    Unknown,
}

impl Manner {
    pub const ALL: [Self; 3] = [Self::Natural, Self::Unnatural, Self::Unknown];

    pub fn code(self) -> &'static str {
        match self {
            Self::Natural => "natural",
            Self::Unnatural => "unnatural",
            Self::Unknown => "unknown",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|manner| manner.code() == code)
    }

    pub fn label(self) -> Text {
        match self {
            Self::Natural => Text::new(
                "ตามธรรมชาติ เช่น เจ็บป่วย ชรา",
                "Natural, such as illness or age",
            ),
            Self::Unnatural => Text::new("ผิดธรรมชาติ เช่น อุบัติเหตุ", "Unnatural, such as an accident"),
            Self::Unknown => Text::new("ยังไม่ปรากฏเหตุ", "The cause is not known yet"),
        }
    }

    /// Whether the police or the prosecutor must release the body first.
    pub fn needs_release(self) -> bool {
        self != Self::Natural
    }
}

/// What the city's own registration office answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registry {
    /// To be looked up by an officer.
    Asked,
    Found,
    NotFound,
}

impl Registry {
    pub const ALL: [Self; 3] = [Self::Asked, Self::Found, Self::NotFound];

    pub fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Found => "found",
            Self::NotFound => "not_found",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.code() == code)
    }

    pub fn label(self) -> Text {
        match self {
            Self::Asked => Text::new(
                "รอตรวจกับสำนักทะเบียนของเทศบาล",
                "To be looked up at the city's registry",
            ),
            Self::Found => Text::new("พบการแจ้งตายแล้ว", "The notification was found"),
            Self::NotFound => Text::new("ไม่พบ", "Not found"),
        }
    }
}

/// What officers found out about a case from its papers; `None`: not looked at yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub stated_place: Option<StatedPlace>,
    pub manner: Option<Manner>,
    pub registry: Option<Registry>,
}

/// What decides which papers a case needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    pub case_type: CaseType,
    pub relation: Relation,
    pub residence: Residence,
    pub findings: Findings,
}

/// One thing a case needs, which any of some papers shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A certificate of any series, or an interim paper.
    Death,
    Authority,
    PoliceRelease,
}

impl Need {
    /// The papers that show it, the usual one first.
    pub fn shown_by(self) -> &'static [PaperKind] {
        match self {
            Self::Death => &[
                PaperKind::DeathCertificate,
                PaperKind::HospitalNotice,
                PaperKind::NotificationReceipt,
            ],
            Self::Authority => &[PaperKind::Authority],
            Self::PoliceRelease => &[PaperKind::PoliceRelease],
        }
    }

    pub fn label(self) -> Text {
        match self {
            Self::Death => Text::new(
                "มรณบัตร หรือ ท.ร.4/1 หรือใบรับแจ้งการตาย",
                "The death certificate, the hospital's notice, or the receipt of notification",
            ),
            Self::Authority => PaperKind::Authority.label(),
            Self::PoliceRelease => PaperKind::PoliceRelease.label(),
        }
    }
}

/// What this case needs. Never the city's own paper: residence is looked up by the office.
pub fn needs(facts: &Facts) -> Vec<Need> {
    let mut needs = Vec::new();
    // Who was buried or dug up has no new certificate.
    if facts.case_type != CaseType::Remains {
        needs.push(Need::Death);
    }
    if facts.relation == Relation::Agent {
        needs.push(Need::Authority);
    }
    let unnamed = facts.case_type == CaseType::Unnamed;
    if unnamed || facts.findings.manner.is_some_and(Manner::needs_release) {
        needs.push(Need::PoliceRelease);
    }
    needs
}

/// What no accepted paper shows yet. The city's own registry shows a death as a paper does.
pub fn missing(facts: &Facts, papers: &[(PaperKind, Verdict)]) -> Vec<Need> {
    let shown = |need: Need| {
        let by_registry = need == Need::Death && facts.findings.registry == Some(Registry::Found);
        by_registry
            || papers.iter().any(|(kind, verdict)| {
                *verdict == Verdict::Accepted && need.shown_by().contains(kind)
            })
    };
    needs(facts)
        .into_iter()
        .filter(|need| !shown(*need))
        .collect()
}

/// Whether the body may not be dealt with before somebody releases it.
pub fn release_missing(facts: &Facts, papers: &[(PaperKind, Verdict)]) -> bool {
    missing(facts, papers).contains(&Need::PoliceRelease)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDINARY: Facts = Facts {
        case_type: CaseType::Ordinary,
        relation: Relation::Child,
        residence: Residence::InArea,
        findings: Findings {
            stated_place: None,
            manner: None,
            registry: None,
        },
    };

    fn with_manner(manner: Manner) -> Facts {
        Facts {
            findings: Findings {
                manner: Some(manner),
                ..ORDINARY.findings
            },
            ..ORDINARY
        }
    }

    #[test]
    fn each_case_needs_its_papers_and_never_the_citys_own() {
        let cases = [
            (ORDINARY, vec![Need::Death]),
            (
                Facts {
                    residence: Residence::OutOfArea,
                    ..ORDINARY
                },
                vec![Need::Death],
            ),
            (
                Facts {
                    relation: Relation::Agent,
                    ..ORDINARY
                },
                vec![Need::Death, Need::Authority],
            ),
            (
                Facts {
                    case_type: CaseType::Unnamed,
                    ..ORDINARY
                },
                vec![Need::Death, Need::PoliceRelease],
            ),
            (
                Facts {
                    case_type: CaseType::Remains,
                    ..ORDINARY
                },
                vec![],
            ),
            (with_manner(Manner::Natural), vec![Need::Death]),
            (
                with_manner(Manner::Unnatural),
                vec![Need::Death, Need::PoliceRelease],
            ),
            (
                with_manner(Manner::Unknown),
                vec![Need::Death, Need::PoliceRelease],
            ),
        ];
        for (facts, expected) in cases {
            assert_eq!(needs(&facts), expected, "{facts:?}");
            for need in needs(&facts) {
                assert!(!need.shown_by().contains(&PaperKind::InAreaProof));
            }
        }
    }

    #[test]
    fn any_certificate_or_interim_paper_will_do_once_it_is_accepted() {
        for kind in PaperKind::ALL {
            let with = |verdict| missing(&ORDINARY, &[(kind, verdict)]);
            let expected = if kind.is_of_death() {
                vec![]
            } else {
                vec![Need::Death]
            };
            assert_eq!(with(Verdict::Accepted), expected, "{kind:?}");
            for verdict in [Verdict::Waiting, Verdict::Defective, Verdict::Replaced] {
                assert_eq!(with(verdict), [Need::Death], "{kind:?} {verdict:?}");
            }
        }
        let mut looked_up = ORDINARY;
        looked_up.findings.registry = Some(Registry::Found);
        assert_eq!(missing(&looked_up, &[]), []);
        looked_up.findings.registry = Some(Registry::NotFound);
        assert_eq!(missing(&looked_up, &[]), [Need::Death]);
    }

    #[test]
    fn an_unnatural_death_waits_for_its_release() {
        let release = |verdict| [(PaperKind::PoliceRelease, verdict)];
        let unnatural = with_manner(Manner::Unnatural);
        assert!(release_missing(&unnatural, &[]));
        assert!(release_missing(&unnatural, &release(Verdict::Waiting)));
        assert!(release_missing(&unnatural, &release(Verdict::Defective)));
        assert!(!release_missing(&unnatural, &release(Verdict::Accepted)));
        assert!(!release_missing(&with_manner(Manner::Natural), &[]));
        assert!(!release_missing(&ORDINARY, &[]));
    }

    #[test]
    fn words_are_read_back() {
        for kind in PaperKind::ALL {
            assert_eq!(PaperKind::parse(kind.code()), Some(kind));
        }
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::parse(verdict.code()), Some(verdict));
        }
        for place in StatedPlace::ALL {
            assert_eq!(StatedPlace::parse(place.code()), Some(place));
        }
        for manner in Manner::ALL {
            assert_eq!(Manner::parse(manner.code()), Some(manner));
        }
        for answer in Registry::ALL {
            assert_eq!(Registry::parse(answer.code()), Some(answer));
        }
    }
}
