//! What is asked after sending: the type of case, the coffin's size, implants. They may decide where it can be burned.
use super::application;
use super::case_type::CaseType;
use super::coffin::{CoffinSize, Implants};
use super::wish::Wish;
use crate::form::{FieldErrors, RawFields, Text};
use serde::{Deserialize, Serialize};

/// The fields of a form that asks for them.
pub const FIELDS: [&str; 3] = ["case_type", "coffin_size", "implants"];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Particulars {
    pub case_type: CaseType,
    /// `None`: not asked yet.
    pub coffin: Option<CoffinSize>,
    /// `None`: not asked yet.
    pub implants: Option<Implants>,
}

impl Particulars {
    /// Every error at once. An empty answer is "not asked yet", an empty type is ordinary.
    pub fn parse(fields: &RawFields) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let case_type = application::case_type(fields, &mut errors);
        let coffin = application::coffin(fields, &mut errors);
        let implants = application::implants(fields, &mut errors);
        match case_type {
            Some(case_type) if errors.is_empty() => Ok(Self {
                case_type,
                coffin,
                implants,
            }),
            _ => Err(errors),
        }
    }

    /// The same places, for this case and this coffin.
    pub fn of(self, wish: &Wish) -> Wish {
        Wish {
            case_type: self.case_type,
            coffin: self.coffin.unwrap_or_default(),
            ..wish.clone()
        }
    }

    /// "ประเภท: ทั่วไป · หีบศพ: ใหญ่ · เครื่องกระตุ้นหัวใจหรืออุปกรณ์ฝัง: ไม่มี", what is known of it.
    pub fn words(self) -> Text {
        let mut th = vec![format!("ประเภท: {}", self.case_type.label().th)];
        let mut en = vec![format!("type: {}", self.case_type.label().en)];
        if let Some(coffin) = self.coffin {
            th.push(format!("หีบศพ: {}", coffin.label().th));
            en.push(format!("coffin: {}", coffin.label().en));
        }
        if let Some(implants) = self.implants {
            th.push(format!("เครื่องกระตุ้นหัวใจหรืออุปกรณ์ฝัง: {}", implants.label().th));
            en.push(format!("implants: {}", implants.label().en));
        }
        Text::new(th.join(" · "), en.join(" · "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(values: [&str; 3]) -> RawFields {
        FIELDS
            .iter()
            .zip(values)
            .map(|(name, value)| ((*name).to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn answers_are_words_of_short_lists_and_every_error_is_told() {
        assert_eq!(
            Particulars::parse(&fields(["", "", ""])),
            Ok(Particulars::default())
        );
        assert_eq!(
            Particulars::parse(&fields(["infectious", "large", "present"])),
            Ok(Particulars {
                case_type: CaseType::Infectious,
                coffin: Some(CoffinSize::Large),
                implants: Some(Implants::Present),
            })
        );
        let errors = Particulars::parse(&fields(["x", "huge", "maybe"])).expect_err("errors");
        assert_eq!(errors.iter().count(), 3);
    }
}
