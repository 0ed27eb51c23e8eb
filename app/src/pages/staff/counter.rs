//! A request keyed in by staff: the whole short path on one page, for the counter and the telephone.
use super::frame::{Clerk, Office, Page, Place};
use super::words;
use crate::components::{
    Button, Choice, DateField, ErrorSummary, FormView, Kind, Layout, Notice, NoticeKind, Radios,
    SelectField, TextField, Width,
};
use crate::http::see_other;
use crate::pages::answers::Answers;
use crate::words as common;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use desk::office::FORM_KEY;
use desk::{Conflict, Trouble};
use domain::crematorium::application::{self, Relation};
use domain::crematorium::{Booker, DayAvailability, Residence, Rules, Wish};
use domain::form::{FieldError, FieldErrors, Lang, RawFields, Text, raw};
use domain::municipality::CaseType;
use domain::thai_date;
use domain::time;
use leptos::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The fields an alternative replaces.
const PLACES: [&str; 5] = [
    "cremation.date",
    "cremation.round",
    "pavilion.id",
    "pavilion.from",
    "pavilion.nights",
];
/// What stands for a field that an alternative leaves empty.
const NOTHING: &str = "-";

/// Why the form is shown again.
#[derive(Default)]
struct Attempt {
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
    alternatives: Vec<Wish>,
}

/// `GET /staff/walk-in`
pub(super) async fn page(Clerk(office): Clerk) -> Response {
    office.answer(form_page(&office, Attempt::default()).await)
}

/// `POST /staff/walk-in`
pub(super) async fn submit(Clerk(office): Clerk, answers: Answers) -> Response {
    office.answer(submitted(&office, answers.all()).await)
}

/// A browser sends nothing for an unanswered choice; the parser must see that it was asked.
fn as_asked(typed: &mut RawFields) {
    typed.entry("deceased.identity".to_owned()).or_default();
    if !raw(typed, "helper.name").trim().is_empty() {
        typed.insert("filling_for".to_owned(), "other".to_owned());
    }
}

async fn submitted(office: &Office, mut typed: RawFields) -> desk::Result<Response> {
    as_asked(&mut typed);
    if let Some(chosen) = typed
        .remove("alternative")
        .filter(|chosen| !chosen.is_empty())
    {
        take_alternative(&mut typed, &chosen);
    }
    let attempt = match office.desk().walk_in(&office.staff, &typed).await {
        Ok(reference) => {
            let path = format!("/staff/requests/{}/slip", reference.as_str());
            return Ok(see_other(&office.href(&path)));
        }
        Err(Trouble::Invalid(errors)) => {
            let errors = with_places(office, &typed, errors);
            Attempt {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                typed,
                errors,
                alternatives: Vec::new(),
            }
        }
        Err(Trouble::SlotTaken {
            conflicts,
            alternatives,
        }) => Attempt {
            status: StatusCode::CONFLICT,
            typed,
            errors: taken(&conflicts),
            alternatives,
        },
        Err(Trouble::DeceasedHasCase) => Attempt {
            status: StatusCode::CONFLICT,
            typed,
            errors: has_case(),
            alternatives: Vec::new(),
        },
        Err(other) => return Err(other),
    };
    form_page(office, attempt).await
}

/// The desk looks at the places once the answers can be read; the page tells every error at once.
fn with_places(office: &Office, typed: &RawFields, mut errors: FieldErrors) -> FieldErrors {
    let wish = application::wish(typed, &mut FieldErrors::new());
    let checked =
        wish.map(|wish| wish.check(&office.desk().rules(), Booker::Staff, office.desk().now()));
    if let Some(Err(more)) = checked {
        for error in more {
            if errors.of(&error.field).is_none() {
                errors.push(at_a_field(error));
            }
        }
    }
    errors
}

/// "Neither a cremation nor a pavilion" belongs to no one field: the first of them takes it.
fn at_a_field(mut error: FieldError) -> FieldError {
    if error.field == "cremation" {
        error.field.push_str(".date");
    }
    error
}

fn taken(conflicts: &[Conflict]) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for conflict in conflicts {
        errors.push(match conflict {
            Conflict::Cremation => FieldError::new(
                "cremation.round",
                "slot_taken",
                "รอบนี้เต็มแล้ว โปรดเลือกรอบอื่น",
                "This round is full. Choose another.",
            ),
            Conflict::Pavilion => FieldError::new(
                "pavilion.id",
                "slot_taken",
                "ศาลานี้ไม่ว่างในคืนที่เลือก",
                "This pavilion is taken on those nights.",
            ),
        });
    }
    errors
}

fn has_case() -> FieldErrors {
    FieldErrors::one(FieldError::new(
        "deceased.identity",
        "deceased_has_case",
        "ผู้เสียชีวิตคนนี้มีคำขอที่ยังดำเนินการอยู่แล้ว โปรดค้นหาด้วยชื่อก่อน",
        "This person already has a live request. Search by name first.",
    ))
}

/// An alternative as one value: the five fields, separated by spaces.
fn alternative_value(wish: &Wish) -> String {
    let cremation = wish.cremation.as_ref();
    let pavilion = wish.pavilion.as_ref();
    [
        cremation.map(|cremation| cremation.date.to_string()),
        cremation.map(|cremation| cremation.round.to_string()),
        pavilion.map(|pavilion| pavilion.id.clone()),
        pavilion.map(|pavilion| pavilion.from.to_string()),
        pavilion.map(|pavilion| pavilion.nights.to_string()),
    ]
    .map(|part| part.unwrap_or_else(|| NOTHING.to_owned()))
    .join(" ")
}

/// The other way round; what is no alternative of ours changes nothing.
fn take_alternative(typed: &mut RawFields, chosen: &str) {
    let parts: Vec<&str> = chosen.split(' ').collect();
    if parts.len() != PLACES.len() {
        return;
    }
    for (field, part) in PLACES.into_iter().zip(parts) {
        let value = if part == NOTHING { "" } else { part };
        typed.insert(field.to_owned(), value.to_owned());
    }
}

async fn form_page(office: &Office, mut attempt: Attempt) -> desk::Result<Response> {
    attempt
        .typed
        .entry(FORM_KEY.to_owned())
        .or_insert_with(|| office.desk().form_key());
    let lang = office.lang();
    let now = office.desk().now();
    let rules = office.desk().rules();
    let days = office
        .desk()
        .availability(time::local_date(now), rules.horizon(now))
        .await?;
    let view = CounterView {
        lang,
        rules,
        days,
        form: FormView::new(lang, attempt.typed, attempt.errors),
        alternatives: attempt.alternatives,
    };
    let page = Page::new(Place::Counter, view.title()).status(attempt.status);
    office.page(page, move || view.page()).await
}

pub(super) struct CounterView {
    pub lang: Lang,
    pub rules: Arc<Rules>,
    /// Every day that can be booked, with what is free.
    pub days: Vec<DayAvailability>,
    pub form: FormView,
    pub alternatives: Vec<Wish>,
}

impl CounterView {
    fn title(&self) -> &'static str {
        self.lang.t("รับคำขอที่เคาน์เตอร์", "Walk-in request")
    }

    pub fn page(&self) -> AnyView {
        let lang = self.lang;
        view! {
            <ErrorSummary form=&self.form/>
            <h1>{self.title()}</h1>
            <p class="sub">{lang.t("ฌาปนสถาน · ถามตามลำดับนี้ได้ทั้งที่เคาน์เตอร์และทางโทรศัพท์", "Crematorium · ask in this order, at the counter or on the telephone")}</p>
            <div class="panels">
            <form class="counter" method="post" action=lang.path("/staff/walk-in") novalidate>
                <input type="hidden" name=FORM_KEY value=self.form.value(FORM_KEY)/>
                {self.applicant()}
                {self.deceased()}
                {self.places()}
                <div class="actions"><Button label=lang.t("บันทึกคำขอ", "Save the request")/></div>
            </form>
            {self.free_days()}
            </div>
        }
        .into_any()
    }

    fn applicant(&self) -> AnyView {
        let lang = self.lang;
        let form = &self.form;
        let relations = options(
            Relation::ALL.map(|relation| (relation.code(), relation.label())),
            lang,
        );
        view! {
            <fieldset class="panel">
                <legend><h2>{lang.t("ผู้ขอ", "Applicant")}</h2></legend>
                <TextField form field="applicant.name" label=lang.t("ชื่อและนามสกุล พร้อมคำนำหน้า", "Full name with title") kind=Kind::Word/>
                <TextField form field="applicant.phone" label=lang.t("โทรศัพท์", "Telephone") kind=Kind::Phone width=Width::Long/>
                <SelectField form field="applicant.relation" label=lang.t("ความเกี่ยวข้องกับผู้เสียชีวิต", "Relation to the person who died") options=relations width=Width::Long/>
                <TextField form field="applicant.email" label=lang.t("อีเมล", "E-mail") kind=Kind::Word optional=true/>
                <TextField form field="helper.name" label=lang.t("ชื่อผู้ช่วยติดต่อ", "Helper's name") kind=Kind::Word optional=true/>
                <TextField form field="helper.phone" label=lang.t("โทรศัพท์ผู้ช่วยติดต่อ", "Helper's telephone") kind=Kind::Phone width=Width::Long optional=true/>
            </fieldset>
        }
        .into_any()
    }

    fn deceased(&self) -> AnyView {
        let lang = self.lang;
        let form = &self.form;
        let residence = Residence::ALL
            .map(|residence| Choice::new(residence.code(), residence.label().get(lang)));
        view! {
            <fieldset class="panel">
                <legend><h2>{lang.t("ผู้เสียชีวิต", "Person who died")}</h2></legend>
                <TextField form field="deceased.name" label=lang.t("ชื่อและนามสกุล พร้อมคำนำหน้า", "Full name with title") kind=Kind::Word/>
                <Radios form field="deceased.identity" legend=lang.t("เลขประจำตัว", "Identity number") options=self.identities()/>
                <DateField form field="deceased.date_of_death" legend=lang.t("วันที่เสียชีวิต", "Date of death")/>
                <Radios form field="deceased.residence" layout=Layout::Columns options=residence.into()
                    legend=lang.t("เคยมีชื่อในทะเบียนบ้านในเขตเทศบาลหรือไม่", "Ever registered in the city?")/>
                <TextField form field="deceased.certificate_number" label=lang.t("เลขที่มรณบัตร", "Death certificate number") kind=Kind::Word width=Width::Long optional=true
                    hint=lang.t("เว้นว่างไว้ได้หากยังไม่ได้รับ", "Leave it empty if it has not come yet.")/>
            </fieldset>
        }
        .into_any()
    }

    fn identities(&self) -> Vec<Choice> {
        let lang = self.lang;
        let form = &self.form;
        let national = lang.t("เลขประจำตัวประชาชน", "National ID");
        let passport = lang.t("หนังสือเดินทาง", "Passport");
        vec![
            Choice::new("national_id", national).more(view! {
                <TextField form field="deceased.national_id" label=lang.t("เลข 13 หลัก", "13 digits") kind=Kind::Digits width=Width::Long/>
            }),
            Choice::new("passport", passport).more(view! {
                <TextField form field="deceased.passport" label=lang.t("เลขหนังสือเดินทาง", "Passport number") kind=Kind::Word width=Width::Long/>
            }),
            Choice::new("not_known", lang.t("ไม่ทราบ", "Not known")),
        ]
    }

    fn places(&self) -> AnyView {
        let lang = self.lang;
        let form = &self.form;
        let types = options(CaseType::ALL.map(|case| (case.code(), case.label())), lang);
        let types = types.into_iter().skip(1).collect::<Vec<_>>();
        view! {
            <fieldset class="panel">
                <legend><h2>{lang.t("วันและสถานที่", "Day and place")}</h2></legend>
                {self.alternatives()}
                <SelectField form field="case_type" label=lang.t("ประเภท", "Type") options=types width=Width::Long/>
                <SelectField form field="cremation.date" label=lang.t("วันฌาปนกิจ", "Day of cremation") options=self.day_options()/>
                <SelectField form field="cremation.round" label=lang.t("รอบ", "Round") options=self.round_options() width=Width::Medium/>
                <SelectField form field="pavilion.id" label=lang.t("ศาลา", "Pavilion") options=self.pavilion_options() width=Width::Long/>
                <TextField form field="pavilion.from" label=lang.t("สวดคืนแรกวันที่", "First night of chanting") width=Width::Long kind=Kind::Word
                    hint=lang.t("เช่น 23 พ.ย. 2569 เว้นว่างไว้หากไม่ใช้ศาลา", "For example 23 Nov 2026. Leave it empty without a pavilion.")/>
                <SelectField form field="pavilion.nights" label=lang.t("จำนวนคืน", "Nights") options=self.night_options() width=Width::Short/>
            </fieldset>
        }
        .into_any()
    }

    /// The nearest free places, when those asked for were taken: one is chosen instead of what stands below.
    fn alternatives(&self) -> Option<AnyView> {
        if self.alternatives.is_empty() {
            return None;
        }
        let lang = self.lang;
        let own = Choice::new(
            "",
            lang.t("ใช้วันและรอบที่เลือกไว้ด้านล่าง", "Use what is chosen below"),
        );
        let others = self.alternatives.iter().map(|wish| {
            Choice::new(
                alternative_value(wish),
                words::item(lang, &self.rules, wish, None),
            )
        });
        let options: Vec<_> = std::iter::once(own).chain(others).collect();
        let title = lang.t(
            "เวลานี้มีผู้จองแล้ว เวลาที่ใกล้ที่สุดที่ยังว่าง",
            "That was taken. The nearest that are free:",
        );
        let form = self.form.clone();
        Some(
            view! {
                <Notice kind=NoticeKind::Hold title>
                    <Radios form field="alternative" legend=lang.t("เลือกเวลาอื่น", "Choose another time") options/>
                </Notice>
            }
            .into_any(),
        )
    }

    fn day_options(&self) -> Vec<(String, String)> {
        let lang = self.lang;
        let none = lang.t("ไม่จองฌาปนกิจ", "No cremation").to_owned();
        let days = self.days.iter().map(|day| {
            let reason = day
                .reason
                .as_ref()
                .map(|reason| format!(" · {}", reason.get(lang)))
                .unwrap_or_default();
            (
                day.date.to_string(),
                format!("{}{reason}", common::day(lang, day.date)),
            )
        });
        let mut options: Vec<_> = std::iter::once((String::new(), none)).chain(days).collect();
        keep_typed(&mut options, &self.form, "cremation.date");
        options
    }

    fn round_options(&self) -> Vec<(String, String)> {
        let lang = self.lang;
        // Every start time of the menu: a round that a day does not have is an error at the field.
        let starts: BTreeSet<_> = self
            .rules
            .settings()
            .rounds
            .iter()
            .map(|round| round.start)
            .collect();
        let rounds = starts
            .into_iter()
            .map(|start| (start.to_string(), common::round(lang, start)));
        let mut options: Vec<_> = std::iter::once(choose(lang)).chain(rounds).collect();
        keep_typed(&mut options, &self.form, "cremation.round");
        options
    }

    fn pavilion_options(&self) -> Vec<(String, String)> {
        let lang = self.lang;
        let none = (String::new(), lang.t("ไม่ใช้ศาลา", "No pavilion").to_owned());
        let pavilions = self.rules.settings().pavilions.iter();
        let pavilions =
            pavilions.map(|pavilion| (pavilion.id.clone(), pavilion.name.get(lang).to_owned()));
        let mut options: Vec<_> = std::iter::once(none).chain(pavilions).collect();
        keep_typed(&mut options, &self.form, "pavilion.id");
        options
    }

    fn night_options(&self) -> Vec<(String, String)> {
        let most = self.rules.settings().max_nights;
        let nights = (1..=most).map(|nights| (nights.to_string(), nights.to_string()));
        let mut options: Vec<_> = std::iter::once(choose(self.lang)).chain(nights).collect();
        keep_typed(&mut options, &self.form, "pavilion.nights");
        options
    }

    /// What is free on every day that can be booked: to read from while talking.
    fn free_days(&self) -> AnyView {
        let lang = self.lang;
        let heads = [
            lang.t("วัน", "Day"),
            lang.t("รอบ (เตาว่าง)", "Rounds (free furnaces)"),
            lang.t("ศาลาที่ว่าง", "Free pavilions"),
        ];
        let heads = heads
            .map(|head| view! { <th scope="col">{head}</th> })
            .collect_view();
        let rows = self.days.iter().map(|free| {
            view! {
                <tr>
                    <td>{words::weekday(lang, free.date)}<br/><span class="muted">{common::near_day(lang, free.date)}</span></td>
                    <td>{self.free_rounds(free)}</td>
                    <td>{self.free_pavilions(free)}</td>
                </tr>
            }
        });
        let rows = rows.collect_view();
        view! {
            <section class="panel" aria-labelledby="free">
                <h2 id="free">{lang.t("วันที่ว่าง", "What is free")}</h2>
                <table class="list">
                    <thead><tr>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
        .into_any()
    }

    fn free_rounds(&self, day: &DayAvailability) -> String {
        let lang = self.lang;
        if let Some(reason) = &day.reason {
            return reason.get(lang).to_owned();
        }
        let rounds = day.rounds.iter().filter_map(|round| {
            let time = common::round(lang, round.round);
            if round.call_only {
                return Some(format!("{time}\u{a0}({})", lang.t("ใกล้เวลา", "soon")));
            }
            (round.free > 0).then(|| format!("{time}\u{a0}({})", round.free))
        });
        let rounds: Vec<_> = rounds.collect();
        if rounds.is_empty() {
            lang.t("เต็ม", "Full").to_owned()
        } else {
            rounds.join(" ")
        }
    }

    fn free_pavilions(&self, day: &DayAvailability) -> String {
        let lang = self.lang;
        let free = day.pavilions.iter().filter(|pavilion| pavilion.free);
        let names: Vec<_> = free
            .map(|pavilion| common::pavilion_name(lang, &self.rules, &pavilion.id))
            .collect();
        if names.is_empty() {
            lang.t("ศาลาเต็ม", "No pavilion").to_owned()
        } else {
            names.join(", ")
        }
    }
}

fn choose(lang: Lang) -> (String, String) {
    (String::new(), lang.t("เลือก", "Choose").to_owned())
}

/// A list that begins with "choose".
fn options<const N: usize>(all: [(&'static str, Text); N], lang: Lang) -> Vec<(String, String)> {
    let all = all
        .into_iter()
        .map(|(code, label)| (code.to_owned(), label.get(lang).to_owned()));
    std::iter::once(choose(lang)).chain(all).collect()
}

/// Selects what was typed: a date in any spelling is the same day, and what is in no list is added to it.
fn keep_typed(options: &mut Vec<(String, String)>, form: &FormView, field: &str) {
    let typed = form.value(field);
    if options.iter().all(|(value, _)| *value != typed) {
        let label = thai_date::parse(&typed).map_or_else(
            |_| typed.clone(),
            |day: NaiveDate| common::day(form.lang(), day),
        );
        options.push((typed, label));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::crematorium::{CremationWish, PavilionWish};

    fn wish() -> Wish {
        Wish {
            cremation: Some(CremationWish {
                date: "2026-11-26".parse().unwrap(),
                round: "13:00".parse().unwrap(),
            }),
            pavilion: Some(PavilionWish {
                id: "sala-1".to_owned(),
                from: "2026-11-24".parse().unwrap(),
                nights: 2,
            }),
            ..Wish::default()
        }
    }

    #[test]
    fn an_alternative_that_is_chosen_replaces_the_places_and_nothing_else() {
        let mut typed = RawFields::from([
            ("applicant.name".to_owned(), "สมหญิง".to_owned()),
            ("cremation.date".to_owned(), "2026-11-25".to_owned()),
        ]);
        take_alternative(&mut typed, &alternative_value(&wish()));
        assert_eq!(raw(&typed, "applicant.name"), "สมหญิง");
        assert_eq!(
            PLACES.map(|field| raw(&typed, field)),
            ["2026-11-26", "13:00", "sala-1", "2026-11-24", "2"]
        );
    }

    #[test]
    fn an_alternative_without_a_pavilion_clears_it() {
        let mut typed = RawFields::from([("pavilion.id".to_owned(), "sala-1".to_owned())]);
        take_alternative(
            &mut typed,
            &alternative_value(&Wish {
                pavilion: None,
                ..wish()
            }),
        );
        assert_eq!(raw(&typed, "pavilion.id"), "");
    }

    #[test]
    fn a_forged_alternative_changes_nothing() {
        let mut typed = RawFields::new();
        take_alternative(&mut typed, "2026-11-26 13:00");
        assert!(typed.is_empty());
    }
}
