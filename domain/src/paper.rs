//! Papers of a case: what may be sent, what an officer says about each, what is still missing.
use crate::form::Text;
use serde::{Deserialize, Serialize};

/// As many photos as one case may have; replaced ones count too.
pub const MOST: usize = 40;

/// What a photo shows, and what a case may need: one word for both. A photo is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperKind {
    /// มรณบัตร of any series: non-Thais and stateless people have others.
    DeathCertificate,
    /// ท.ร.4/1, for the time being.
    HospitalNotice,
    /// ใบรับแจ้งการตาย, for the time being.
    NotificationReceipt,
    /// Only where the city is not its own registry.
    InAreaProof,
    #[serde(alias = "authority_letter")]
    Authority,
    #[serde(alias = "exemption_evidence")]
    Exemption,
    /// The police's or prosecutor's release of the body: after an unnatural death, or for somebody unnamed.
    PoliceRelease,
    /// The hospital's letter about the infection and the sealing of the body.
    InfectionLetter,
    /// The order that grants the royal flame.
    RoyalOrder,
    /// The permit to exhume, or the temple's letter about the remains.
    ExhumationPermit,
    /// A decision signed in ink.
    SignedScan,
}

impl PaperKind {
    pub const ALL: [Self; 11] = [
        Self::DeathCertificate,
        Self::HospitalNotice,
        Self::NotificationReceipt,
        Self::InAreaProof,
        Self::Authority,
        Self::Exemption,
        Self::PoliceRelease,
        Self::InfectionLetter,
        Self::RoyalOrder,
        Self::ExhumationPermit,
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
            Self::InfectionLetter => "infection_letter",
            Self::RoyalOrder => "royal_order",
            Self::ExhumationPermit => "exhumation_permit",
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
            Self::InfectionLetter => (
                "หนังสือรับรองการบรรจุศพติดเชื้อจากโรงพยาบาล",
                "Hospital letter about the sealed body",
            ),
            Self::RoyalOrder => ("หนังสือแจ้งพระราชทานเพลิงศพ", "Order granting the royal flame"),
            Self::ExhumationPermit => {
                ("หนังสืออนุญาตให้ขุดหรือย้ายศพ", "Permit to exhume or move remains")
            }
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

    /// Whether a case may need it: interim papers stand for the certificate, and the office's own is nobody's to bring.
    pub fn may_be_needed(self) -> bool {
        self.from_family() && !matches!(self, Self::HospitalNotice | Self::NotificationReceipt)
    }

    /// The papers that show what is needed, the usual one first.
    pub fn shown_by(&self) -> &[Self] {
        match self {
            Self::DeathCertificate => &[
                Self::DeathCertificate,
                Self::HospitalNotice,
                Self::NotificationReceipt,
            ],
            one => std::slice::from_ref(one),
        }
    }

    /// What is needed, in words: any paper that shows it.
    pub fn needed(self) -> Text {
        match self {
            Self::DeathCertificate => Text::new(
                "มรณบัตร หรือ ท.ร.4/1 หรือใบรับแจ้งการตาย",
                "The death certificate, the hospital's notice, or the receipt of notification",
            ),
            kind => kind.label(),
        }
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

/// What is needed and no accepted paper shows yet. The city's own registry shows a death as a paper does.
pub fn missing(
    needed: &[PaperKind],
    registry: Option<Registry>,
    papers: &[(PaperKind, Verdict)],
) -> Vec<PaperKind> {
    let looked_up = registry == Some(Registry::Found);
    let shown = |need: &PaperKind| {
        (looked_up && need.is_of_death())
            || papers.iter().any(|(kind, verdict)| {
                *verdict == Verdict::Accepted && need.shown_by().contains(kind)
            })
    };
    needed.iter().filter(|need| !shown(need)).copied().collect()
}

/// Whether the body may not be dealt with before somebody releases it.
pub fn release_missing(needed: &[PaperKind], papers: &[(PaperKind, Verdict)]) -> bool {
    missing(needed, None, papers).contains(&PaperKind::PoliceRelease)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEATH: [PaperKind; 1] = [PaperKind::DeathCertificate];

    #[test]
    fn any_certificate_or_interim_paper_will_do_once_it_is_accepted() {
        for kind in PaperKind::ALL {
            let with = |verdict| missing(&DEATH, None, &[(kind, verdict)]);
            let expected = if kind.is_of_death() {
                vec![]
            } else {
                DEATH.to_vec()
            };
            assert_eq!(with(Verdict::Accepted), expected, "{kind:?}");
            for verdict in [Verdict::Waiting, Verdict::Defective, Verdict::Replaced] {
                assert_eq!(with(verdict), DEATH, "{kind:?} {verdict:?}");
            }
        }
    }

    #[test]
    fn the_registry_shows_a_death_and_nothing_else() {
        for need in PaperKind::ALL {
            for registry in Registry::ALL {
                let found = registry == Registry::Found && need.is_of_death();
                let expected = if found { vec![] } else { vec![need] };
                assert_eq!(missing(&[need], Some(registry), &[]), expected);
            }
        }
    }

    #[test]
    fn what_is_needed_is_shown_by_a_paper_that_the_family_may_send() {
        for need in PaperKind::ALL.into_iter().filter(|it| it.may_be_needed()) {
            assert_eq!(need.shown_by()[0], need);
            for kind in PaperKind::ALL {
                let left = missing(&[need], None, &[(kind, Verdict::Accepted)]);
                assert_eq!(left.is_empty(), need.shown_by().contains(&kind), "{need:?}");
            }
            assert!(need.shown_by().iter().all(|kind| kind.from_family()));
        }
    }

    #[test]
    fn a_release_is_missing_until_it_is_accepted() {
        let needed = [PaperKind::DeathCertificate, PaperKind::PoliceRelease];
        let release = |verdict| [(PaperKind::PoliceRelease, verdict)];
        assert!(release_missing(&needed, &[]));
        assert!(release_missing(&needed, &release(Verdict::Waiting)));
        assert!(release_missing(&needed, &release(Verdict::Defective)));
        assert!(!release_missing(&needed, &release(Verdict::Accepted)));
        assert!(!release_missing(&DEATH, &[]));
    }

    #[test]
    fn a_settings_file_may_say_the_longer_words() {
        for (word, kind) in [
            ("authority_letter", PaperKind::Authority),
            ("exemption_evidence", PaperKind::Exemption),
        ] {
            let read: PaperKind = serde_json::from_value(word.into()).expect(word);
            assert_eq!(read, kind);
        }
        for kind in PaperKind::ALL {
            let read: PaperKind = serde_json::from_value(kind.code().into()).expect("its code");
            assert_eq!(read, kind);
        }
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
