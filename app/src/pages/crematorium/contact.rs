//! Page 1: who asks, or whom the person at the phone helps, and the phone.
use super::step::Look;
use crate::components::{Choice, FormView, Kind, Radios, TextField, Width};
use desk::draft::AGENT;
use domain::form::{Lang, RawFields, raw};
use leptos::prelude::*;

pub(in crate::pages) const FIELDS: [&str; 5] = [
    "applicant.name",
    "applicant.phone",
    "filling_for",
    "helper.name",
    "helper.phone",
];

/// Who fills in for themselves has no helper, whatever was typed there before.
pub(in crate::pages) fn keep(mut typed: RawFields) -> RawFields {
    let helped = match raw(&typed, "filling_for") {
        "self" => false,
        "other" => true,
        _ => !raw(&typed, "helper.phone").trim().is_empty(),
    };
    typed.insert(
        "filling_for".to_owned(),
        if helped { "other" } else { "self" }.to_owned(),
    );
    if !helped {
        for name in ["helper.name", "helper.phone"] {
            typed.insert(name.to_owned(), String::new());
        }
    }
    typed
}

/// What is checked: a helper that the answer "for myself" rules out is not looked at.
pub(in crate::pages) fn asked(typed: &RawFields) -> RawFields {
    if raw(typed, "filling_for") == "self" {
        keep(typed.clone())
    } else {
        typed.clone()
    }
}

/// What an agent is asked: the family, and no helper, for that is the agent itself.
fn agents_look(form: &FormView, lang: Lang, organisation: &str) -> Look {
    let fields = view! {
        <TextField form field="applicant.name" label=lang.t("ชื่อและนามสกุลผู้ขอ (คนในครอบครัว)", "The applicant's name (one of the family)") kind=Kind::Word/>
        <TextField
            form
            field="applicant.phone"
            label=lang.t("เบอร์โทรของครอบครัว", "The family's phone")
            hint=lang.t("ไม่ใช่เบอร์ของท่าน ครอบครัวใช้เบอร์นี้ติดตามและยืนยันคำขอ", "Not yours: the family tracks and confirms the request with it.")
            kind=Kind::Phone
            width=Width::Long
        />
    };
    Look {
        title: lang.t("ท่านดำเนินการแทนใคร", "For whom do you ask"),
        intro: Some(lang.t(
            format!("กรอกโดย {organisation} ครอบครัวจะเห็นทุกอย่างที่ท่านทำ"),
            format!("Filled in by {organisation}. The family will see everything you do."),
        )),
        heading_inside: false,
        fields: fields.into_any(),
    }
}

pub(in crate::pages) fn look(form: &FormView, draft: &RawFields, lang: Lang) -> Look {
    let agent = raw(draft, AGENT);
    if !agent.is_empty() {
        return agents_look(form, lang, agent);
    }
    let helper = view! {
        <TextField form field="helper.name" label=lang.t("ชื่อผู้ช่วยกรอก", "The helper's name") kind=Kind::Word optional=true/>
        <TextField form field="helper.phone" label=lang.t("เบอร์โทรผู้ช่วยกรอก", "The helper's phone") kind=Kind::Phone width=Width::Long/>
    };
    let who = vec![
        Choice::new("self", lang.t("ผู้ขอกรอกเอง", "The applicant")),
        Choice::new("other", lang.t("มีผู้ช่วยกรอกให้", "Somebody who helps")).more(helper),
    ];
    let fields = view! {
        <TextField form field="applicant.name" label=lang.t("ชื่อและนามสกุลผู้ขอ", "The applicant's name") kind=Kind::OwnName/>
        <TextField
            form
            field="applicant.phone"
            label=lang.t("เบอร์โทรผู้ขอ", "The applicant's phone")
            hint=lang.t("เจ้าหน้าที่จะโทรยืนยันที่เบอร์นี้", "An officer calls this number to confirm.")
            kind=Kind::OwnPhone
            width=Width::Long
        />
        <Radios form field="filling_for" legend=lang.t("ใครเป็นผู้กรอก", "Who is filling this in?") options=who/>
    };
    Look {
        title: lang.t(
            "ใครเป็นผู้ขอใช้ฌาปนสถาน",
            "Who is asking to use the crematorium?",
        ),
        intro: None,
        heading_inside: false,
        fields: fields.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(who: &str, phone: &str) -> RawFields {
        [("filling_for", who), ("helper.phone", phone)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    #[test]
    fn a_helper_is_kept_only_where_somebody_helps() {
        for (who, phone, kept, helper) in [
            ("self", "0812345678", "self", ""),
            ("other", "0812345678", "other", "0812345678"),
            ("", "0812345678", "other", "0812345678"),
            ("", "", "self", ""),
        ] {
            let fields = keep(typed(who, phone));
            assert_eq!(
                (raw(&fields, "filling_for"), raw(&fields, "helper.phone")),
                (kept, helper),
                "{who} {phone}"
            );
        }
    }
}
