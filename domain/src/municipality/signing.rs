//! Who signs what the office issues, how it is numbered, and the times of appeals and late notices. All of it is settings.
use crate::form::Text;
use crate::number::Numbering;
use serde::{Deserialize, Serialize};

/// Where the copies of late notices go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CopyTo {
    pub name: Text,
    /// For the envelope, when there is no e-mail.
    pub address: Text,
    /// Empty: a person sends the copy by post.
    pub email: String,
}

impl Default for CopyTo {
    fn default() -> Self {
        Self {
            name: Text::new(
                "สำนักงานคณะกรรมการพัฒนาระบบราชการ (ก.พ.ร.)",
                "Office of the Public Sector Development Commission",
            ),
            address: Text::new(
                "(ตัวอย่าง) โปรดกรอกที่อยู่ในการตั้งค่า",
                "(sample) enter the address in the settings",
            ),
            email: String::new(),
        }
    }
}

/// Numbers, signatures, appeals and late notices. Every value has a default: files of former versions lack them all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SigningSettings {
    pub permit: Numbering,
    pub refusal: Numbering,
    pub letter: Numbering,
    pub appeal: Numbering,
    /// "ปฏิบัติราชการแทนนายกเทศมนตรีนครตรัง": stands between the position and the order.
    pub acting_for: Text,
    /// Days in which a refusal or cancellation can be appealed, from the day after it was told.
    pub appeal_days: u16,
    /// Days in which an appeal must be answered.
    pub appeal_answer_days: u16,
    /// What may be done about an answer that lets the order stand.
    pub after_appeal: Text,
    /// A late decision is explained in writing every so many days.
    pub late_notice_days: u16,
    pub late_notice_copy: CopyTo,
}

impl Default for SigningSettings {
    fn default() -> Self {
        Self {
            permit: Numbering::default(),
            refusal: Numbering::default(),
            letter: Numbering::default(),
            appeal: Numbering::default(),
            acting_for: Text::new("ปฏิบัติราชการแทนนายกเทศมนตรี", "acting for the mayor"),
            appeal_days: 15,
            appeal_answer_days: 30,
            after_appeal: Text::new(
                "หากไม่เห็นด้วยกับผลการพิจารณานี้ มีสิทธิฟ้องคดีต่อศาลปกครองภายใน 90 วันนับแต่วันที่ได้รับแจ้ง",
                "If you do not agree, you may bring the case before the Administrative Court within 90 days of being told.",
            ),
            late_notice_days: 7,
            late_notice_copy: CopyTo::default(),
        }
    }
}

impl SigningSettings {
    /// How a series is numbered.
    pub fn numbering(&self, series: crate::number::Series) -> &Numbering {
        use crate::number::Series;
        match series {
            Series::Permit => &self.permit,
            Series::Refusal => &self.refusal,
            Series::Letter => &self.letter,
            Series::Appeal => &self.appeal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_says_nothing_gets_the_defaults_and_a_wrong_format_is_named() {
        let empty: SigningSettings = toml::from_str("").expect("defaults");
        assert_eq!(empty, SigningSettings::default());
        let some: SigningSettings =
            toml::from_str("permit = { format = \"ฌส.{n}/{be}\", year = \"fiscal\" }")
                .expect("a file");
        assert_eq!(some.permit.format.print(3, 2570), "ฌส.3/2570");
        assert_eq!(some.letter, Numbering::default());
        let wrong = toml::from_str::<SigningSettings>("letter = { format = \"ตง 52005\" }");
        let error = wrong.expect_err("no number").to_string();
        assert!(error.contains("must contain {n}"), "{error}");
    }
}
