//! A request keyed in by staff: the whole short path on one page, by keyboard alone, for the counter and the telephone.
mod typed;

use super::frame::{Clerk, Office, Page, Place};
use super::particulars::coffin_and_implants;
use super::words;
use crate::components::{
    Button, Choice, ErrorSummary, Fold, FormView, Kind, Layout, Notice, NoticeKind, Radios,
    SelectField, TextField, Width,
};
use crate::http::see_other;
use crate::pages::answers::Answers;
use crate::pages::fee;
use crate::words as common;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use desk::office::{CHANNEL, FORM_KEY, RETAKE_REASON};
use desk::{Conflict, Trouble};
use domain::crematorium::application::{self, Application, Relation};
use domain::crematorium::{Booker, DayAvailability, Residence, Rules, Wish};
use domain::fee::Quote;
use domain::form::{FieldError, FieldErrors, Lang, RawFields, Text};
use domain::municipality::CaseType;
use domain::thai_date;
use domain::time;
use leptos::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Why the form is shown again.
#[derive(Default)]
struct Attempt {
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
    alternatives: Vec<Wish>,
    /// What the places typed would cost, and whether that was asked for.
    price: Option<Quote>,
    asked: bool,
}

/// `GET /staff/walk-in`
pub(super) async fn page(Clerk(office): Clerk) -> Response {
    office.answer(form_page(&office, Attempt::default()).await)
}

/// `POST /staff/walk-in`
pub(super) async fn submit(Clerk(office): Clerk, answers: Answers) -> Response {
    office.answer(submitted(&office, answers.all()).await)
}

/// The button that only asks what it costs.
const PRICE: &str = "price";

async fn submitted(office: &Office, mut typed: RawFields) -> desk::Result<Response> {
    let asked = typed.remove("act").is_some_and(|act| act == PRICE);
    if let Some(chosen) = typed
        .remove("alternative")
        .filter(|chosen| !chosen.is_empty())
    {
        typed::take_alternative(&mut typed, &chosen);
    }
    let today = time::local_date(office.desk().now());
    let mut fields = typed::understood(&typed, today);
    let ash = with_ash(office, &mut fields).await?;
    let price = price(office, &fields);
    if asked {
        let attempt = Attempt {
            typed,
            price,
            asked,
            ..Attempt::default()
        };
        return form_page(office, attempt).await;
    }
    let outcome = match ash {
        None => office.desk().walk_in(&office.staff, &fields).await,
        // Nothing is booked without what was asked for; what else is wrong is told with it.
        Some(error) => {
            let mut errors = FieldErrors::one(error);
            if let Err(more) = Application::parse(&fields, office.desk().now()) {
                errors.extend(more);
            }
            Err(Trouble::Invalid(errors))
        }
    };
    let attempt = match outcome {
        Ok(reference) => {
            let path = format!("/staff/requests/{}/slip", reference.as_str());
            return Ok(see_other(&office.href(&path)));
        }
        Err(Trouble::Invalid(errors)) => {
            let errors = with_places(office, &fields, errors);
            Attempt {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                typed,
                errors: typed::at_the_fields(errors),
                price,
                ..Attempt::default()
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
            price,
            asked: false,
        },
        Err(Trouble::DeceasedHasCase) => Attempt {
            status: StatusCode::CONFLICT,
            typed,
            errors: typed::has_case(),
            price,
            ..Attempt::default()
        },
        Err(Trouble::IdempotencyKeyReused) => {
            // A page from before, filled in anew: it gets a key of its own.
            typed.remove(FORM_KEY);
            Attempt {
                status: StatusCode::CONFLICT,
                typed,
                errors: sent_before(),
                price,
                ..Attempt::default()
            }
        }
        Err(other) => return Err(other),
    };
    form_page(office, attempt).await
}

/// What is asked for costs so much; `None` before any place is chosen.
fn price(office: &Office, fields: &RawFields) -> Option<Quote> {
    let quiet = &mut FieldErrors::new();
    let wish = application::wish(fields, quiet)?;
    if wish.cremation.is_none() && wish.pavilion.is_none() {
        return None;
    }
    let residence = application::residence(fields, quiet).unwrap_or(Residence::NotSure);
    let desk = office.desk();
    Some(fee::before_sending(
        &desk.rules(),
        &wish,
        residence,
        desk.now(),
    ))
}

/// Puts the ash slot that comes with a cremation into the answers; or what is wrong with the one that was chosen.
async fn with_ash(office: &Office, fields: &mut RawFields) -> desk::Result<Option<FieldError>> {
    let places: RawFields = fields
        .iter()
        .filter(|(name, _)| !name.starts_with("ash."))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let Some(wish) = application::wish(&places, &mut FieldErrors::new()) else {
        return Ok(None);
    };
    let Some(cremation) = wish.cremation else {
        return Ok(None);
    };
    let free = office
        .desk()
        .ash_choices(&cremation, wish.case_type, None)
        .await?;
    Ok(typed::ash(fields, &cremation, &free).err())
}

/// The desk looks at the places once the answers can be read; the page tells every error at once.
fn with_places(office: &Office, fields: &RawFields, mut errors: FieldErrors) -> FieldErrors {
    let wish = application::wish(fields, &mut FieldErrors::new());
    let checked =
        wish.map(|wish| wish.check(&office.desk().rules(), Booker::Staff, office.desk().now()));
    if let Some(Err(more)) = checked {
        errors.extend(more);
    }
    errors
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
            Conflict::Ash => FieldError::new(
                "ash.time",
                "slot_taken",
                "โต๊ะเก็บอัฐิไม่ว่างในเวลาที่เลือก",
                "No ash table is free at that time.",
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

pub(super) fn sent_before() -> FieldErrors {
    FieldErrors::one(FieldError::new(
        "applicant.name",
        "sent_before",
        "หน้านี้บันทึกเป็นคำขออื่นไปแล้ว ถ้าเป็นคำขอใหม่ ตรวจแล้วกดบันทึกอีกครั้ง",
        "This page was saved as another request. If this is a new one, check it and save again.",
    ))
}

/// At the counter unless told otherwise: typing begins at the name behind it.
pub(super) fn channel(lang: Lang, form: &FormView) -> AnyView {
    let options = vec![
        Choice::new("counter", lang.t("ที่เคาน์เตอร์", "At the counter")),
        Choice::new("telephone", lang.t("ทางโทรศัพท์", "On the telephone")),
    ];
    view! {
        <div class="panel">
            <Radios form field=CHANNEL layout=Layout::Columns options legend=lang.t("รับคำขอทาง", "Taken")/>
        </div>
    }
    .into_any()
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
    attempt
        .typed
        .entry(CHANNEL.to_owned())
        .or_insert_with(|| "counter".to_owned());
    let view = CounterView {
        price: attempt.price,
        asked: attempt.asked,
        lang,
        today: time::local_date(now),
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
    pub today: NaiveDate,
    pub rules: Arc<Rules>,
    /// Every day that can be booked, with what is free.
    pub days: Vec<DayAvailability>,
    pub form: FormView,
    pub alternatives: Vec<Wish>,
    /// What the places typed would cost.
    pub price: Option<Quote>,
    /// Whether that was asked for.
    pub asked: bool,
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
                {channel(lang, &self.form)}
                {self.applicant()}
                {self.deceased()}
                {self.places()}
                {self.more()}
                {self.retake()}
                {self.cost()}
                <div class="actions">
                    <Button label=lang.t("บันทึกและออกใบรับคำขอ", "Save and print the slip")/>
                    <button type="submit" class="button secondary" name="act" value=PRICE formaction=lang.path("/staff/walk-in#price")>{lang.t("ดูราคาก่อน", "See the price first")}</button>
                </div>
                <p class="hint">{lang.t(
                    "ใช้แป้นพิมพ์อย่างเดียวได้: Tab ไปช่องถัดไป ลูกศรเลือกจากรายการ Enter บันทึก วันที่พิมพ์ 23112569 23/11/69 23/11 หรือ เมื่อวาน ก็ได้",
                    "By keyboard alone: Tab to the next field, arrows in lists, Enter saves. Dates may be typed 23112026, 23/11/26, 23/11 or yesterday.",
                )}</p>
            </form>
            {self.free_days()}
            </div>
        }
        .into_any()
    }

    /// What it costs, line by line, to be told before it is saved.
    fn cost(&self) -> Option<AnyView> {
        let lang = self.lang;
        let inside = match &self.price {
            Some(quote) => fee::price(lang, quote),
            None if self.asked => {
                let words = lang.t(
                    "ยังไม่ทราบราคา เลือกวันและรอบหรือศาลาก่อน",
                    "Not known yet: choose the day and time, or the pavilion, first.",
                );
                view! { <p>{words}</p> }.into_any()
            }
            None => return None,
        };
        Some(
            view! {
                <section class="panel" id="price" aria-labelledby="price-title">
                    <h2 id="price-title">{lang.t("ราคา", "Price")}</h2>
                    {inside}
                </section>
            }
            .into_any(),
        )
    }

    /// Asked only when the family gave up what it wants now: an officer may let it be, and says why.
    fn retake(&self) -> Option<AnyView> {
        let form = &self.form;
        let asked = form
            .errors()
            .iter()
            .any(|error| error.code == "cancelled_before")
            || !form.value(RETAKE_REASON).is_empty();
        let lang = self.lang;
        asked.then(|| {
            view! {
                <div class="panel">
                    <TextField form field=RETAKE_REASON label=lang.t("ให้ใช้เวลาที่ครอบครัวเคยยกเลิกได้ เพราะ", "Let them have what they gave up, because") optional=true kind=Kind::Word/>
                </div>
            }
            .into_any()
        })
    }

    fn applicant(&self) -> AnyView {
        let lang = self.lang;
        let form = &self.form;
        let relations = options(
            Relation::ALL.map(|relation| (relation.code(), relation.label())),
            lang,
        );
        let first = !form.has_errors();
        view! {
            <fieldset class="panel">
                <legend><h2>{lang.t("ผู้ขอ", "Applicant")}</h2></legend>
                <TextField form field="applicant.name" label=lang.t("ชื่อและนามสกุล พร้อมคำนำหน้า", "Full name with title") kind=Kind::Word autofocus=first/>
                <TextField form field="applicant.phone" label=lang.t("โทรศัพท์", "Telephone") kind=Kind::Phone width=Width::Long/>
                <SelectField form field="applicant.relation" label=lang.t("ความเกี่ยวข้องกับผู้เสียชีวิต", "Relation to the person who died") options=relations width=Width::Long/>
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
                <TextField form field=typed::NUMBER label=lang.t("เลขประจำตัวประชาชนหรือหนังสือเดินทาง", "ID or passport number") kind=Kind::Word width=Width::Long
                    hint=lang.t("เว้นว่างถ้าไม่ทราบ เว้นวรรคหรือใส่ขีดได้", "Leave it empty if not known. Spaces and hyphens are fine.")/>
                {self.date("deceased.date_of_death", lang.t("วันที่เสียชีวิต", "Date of death"), None, None)}
                <Radios form field="deceased.residence" layout=Layout::Columns options=residence.into()
                    legend=lang.t("เคยมีชื่อในทะเบียนบ้านในเขตเทศบาลหรือไม่", "Ever registered in the city?")/>
            </fieldset>
        }
        .into_any()
    }

    /// A date in one field; below an error, or once it was typed, what is understood by it in words.
    fn date(
        &self,
        field: &'static str,
        label: &'static str,
        hint: Option<&'static str>,
        list: Option<&'static str>,
    ) -> AnyView {
        let lang = self.lang;
        let form = &self.form;
        let typed = RawFields::from([(field.to_owned(), form.value(field))]);
        let understood = typed::date(&typed, field, self.today).map(|day| {
            format!(
                "{} {}",
                lang.t("เข้าใจว่า", "Understood as"),
                common::day(lang, day)
            )
        });
        let hint = understood.or_else(|| hint.map(str::to_owned));
        view! {
            <TextField form field label nostrip:hint=hint kind=Kind::Word width=Width::Long nostrip:list=list.map(str::to_owned)/>
        }
        .into_any()
    }

    /// What a simple case leaves empty, behind one tab stop.
    fn more(&self) -> AnyView {
        const FIELDS: [&str; 4] = [
            "applicant.email",
            "helper.name",
            "helper.phone",
            "deceased.certificate_number",
        ];
        let lang = self.lang;
        let form = &self.form;
        let open = self.touched(&FIELDS);
        view! {
            <details class="panel" open=open>
                <summary>{lang.t("เพิ่มเติม: มรณบัตร ผู้ช่วยติดต่อ อีเมล", "More: certificate, helper, e-mail")}</summary>
                <TextField form field="deceased.certificate_number" label=lang.t("เลขที่มรณบัตร", "Death certificate number") kind=Kind::Word width=Width::Long optional=true
                    hint=lang.t("เว้นว่างไว้ได้หากยังไม่ได้รับ", "Leave it empty if it has not come yet.")/>
                <TextField form field="helper.name" label=lang.t("ชื่อผู้ช่วยติดต่อ", "Helper's name") kind=Kind::Word optional=true/>
                <TextField form field="helper.phone" label=lang.t("โทรศัพท์ผู้ช่วยติดต่อ", "Helper's telephone") kind=Kind::Phone width=Width::Long optional=true/>
                <TextField form field="applicant.email" label=lang.t("อีเมล", "E-mail") kind=Kind::Word optional=true/>
            </details>
        }
        .into_any()
    }

    /// Whether something stands in one of these fields, or is wrong with it.
    fn touched(&self, fields: &[&str]) -> bool {
        let form = &self.form;
        fields
            .iter()
            .any(|field| !form.value(field).is_empty() || form.error(field).is_some())
    }

    /// The ash slot comes by itself; the coffin and implants are mostly not known yet.
    fn ash_and_coffin(&self) -> AnyView {
        const FIELDS: [&str; 4] = ["ash.time", "ash.date", "coffin_size", "implants"];
        let lang = self.lang;
        let form = &self.form;
        let open = self.touched(&FIELDS);
        let (summary, ash) = if self.rules.settings().ash.is_offered() {
            let fields = view! {
                <SelectField form field="ash.time" label=lang.t("เวลาเก็บอัฐิ", "Collecting the ashes") options=self.ash_options() width=Width::Long/>
                {self.date("ash.date", lang.t("วันเก็บอัฐิ", "Day of collecting"), Some(lang.t("เว้นว่าง: วันเปิดถัดจากวันฌาปนกิจ", "Empty: the next open day after the cremation")), None)}
            };
            let summary = lang.t(
                "เก็บอัฐิ (เช้าวันเปิดถัดไป) หีบศพ อุปกรณ์ฝัง",
                "Ashes (next open morning), coffin, implants",
            );
            (summary, Some(fields))
        } else {
            (lang.t("หีบศพ อุปกรณ์ฝัง", "Coffin, implants"), None)
        };
        view! {
            <details open=open>
                <summary>{summary}</summary>
                {ash}
                {coffin_and_implants(lang, form)}
            </details>
        }
        .into_any()
    }

    fn ash_options(&self) -> Vec<(String, String)> {
        let lang = self.lang;
        let first = lang.t("ช่วงแรกที่ว่าง", "The first that is free");
        let none = lang.t("ไม่จองตอนนี้", "Do not book one now");
        let ash = &self.rules.settings().ash;
        let starts: BTreeSet<_> = ash.slots.iter().map(|slot| slot.start).collect();
        let starts = starts
            .into_iter()
            .map(|start| (start.to_string(), common::round(lang, start)));
        let mut options: Vec<_> = std::iter::once((String::new(), first.to_owned()))
            .chain(starts)
            .chain([(typed::NO_ASH.to_owned(), none.to_owned())])
            .collect();
        keep_typed(&mut options, &self.form, "ash.time");
        options
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
                {self.date("cremation.date", lang.t("วันฌาปนกิจ", "Day of cremation"), Some(lang.t("พิมพ์วันที่ หรือกดลูกศรลงเพื่อเลือกวันที่ว่าง เว้นว่างถ้าไม่จองฌาปนกิจ", "Type a date, or press the down arrow for free days. Leave it empty without a cremation.")), Some("free-days"))}
                {self.day_list()}
                <SelectField form field="cremation.round" label=lang.t("รอบ", "Round") options=self.round_options() width=Width::Medium/>
                <SelectField form field="pavilion.id" label=lang.t("ศาลา", "Pavilion") options=self.pavilion_options() width=Width::Long/>
                <SelectField form field="pavilion.nights" label=lang.t("จำนวนคืน", "Nights") options=self.night_options() width=Width::Short/>
                {self.date("pavilion.from", lang.t("สวดคืนแรกวันที่", "First night of chanting"), Some(lang.t("เว้นว่าง: คืนสุดท้ายก่อนวันฌาปนกิจ", "Empty: the last night is before the cremation.")), None)}
                {self.ash_and_coffin()}
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
                typed::alternative_value(wish),
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

    /// Days with something free, to choose from with the arrow keys.
    fn day_list(&self) -> AnyView {
        let lang = self.lang;
        let days = self
            .days
            .iter()
            .filter(|day| day.reason.is_none() && day.rounds.iter().any(|round| round.free > 0));
        let days = days.map(|day| {
            let value = lang.t(thai_date::short_th(day.date), thai_date::short_en(day.date));
            let free = format!(
                "{} {}",
                words::weekday(lang, day.date),
                self.free_rounds(day)
            );
            view! { <option value=value>{free}</option> }
        });
        view! { <datalist id="free-days">{days.collect_view()}</datalist> }.into_any()
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
        let heads = || {
            heads
                .map(|head| view! { <th scope="col">{head}</th> })
                .collect_view()
        };
        let table = |days: &[DayAvailability]| {
            let rows = days.iter().map(|free| {
                view! {
                    <tr>
                        <td>{words::weekday(lang, free.date)}<br/><span class="muted">{common::near_day(lang, free.date)}</span></td>
                        <td>{self.free_rounds(free)}</td>
                        <td>{self.free_pavilions(free)}</td>
                    </tr>
                }
            });
            let rows = rows.collect_view();
            view! { <table class="list"><thead><tr>{heads()}</tr></thead><tbody>{rows}</tbody></table> }
        };
        let (week, later) = self.days.split_at(self.days.len().min(7));
        let later = (!later.is_empty()).then(|| {
            let title = lang.t("วันถัดจากนี้", "Later days");
            let count = lang.t(
                format!("{} วัน", later.len()),
                format!("{} days", later.len()),
            );
            Fold::new(title).aside(count).around(table(later))
        });
        view! {
            <section class="panel" aria-labelledby="free">
                <h2 id="free">{lang.t("วันที่ว่าง", "What is free")}</h2>
                {table(week)}
                {later}
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
