//! How the year looks: twelve months, the day that was chosen, the closures in force, urgent ones to review.
use super::calendar::PATH;
use super::words;
use crate::components::{
    Button, ButtonKind, ButtonLink, Choice, ErrorSummary, FormView, Kind, Layout, Notice,
    NoticeKind, Radios, SelectField, SummaryList, SummaryRow, TextField, Width,
};
use crate::export::links;
use chrono::{Datelike, NaiveDate};
use desk::calendar::{Year, YearDay};
use desk::closure::Urgent;
use domain::form::{Lang, Text};
use domain::lunar::Phase;
use domain::municipality::{Closes, Closure, ClosureWhen, WeekdayName};
use domain::thai_date;
use leptos::prelude::*;

/// Everything the page is made of.
pub(super) struct CalendarView {
    pub lang: Lang,
    pub today: NaiveDate,
    /// The day chosen in the grid.
    pub day: Option<NaiveDate>,
    /// What was just saved: the revision, and how many bookings must move.
    pub done: Option<(i64, u32)>,
    pub form: FormView,
    /// Somebody else's revision that came first.
    pub newer: Option<i64>,
    pub handles_requests: bool,
    pub year: Year,
}

impl CalendarView {
    pub fn title(&self) -> String {
        let be = self.year.year + 543;
        self.lang.t(
            format!("ปฏิทินฌาปนสถาน พ.ศ. {be}"),
            format!("Crematorium calendar {}", self.year.year),
        )
    }

    pub fn page(&self) -> AnyView {
        let lang = self.lang;
        view! {
            <ErrorSummary form=&self.form/>
            <h1>{self.title()}</h1>
            {self.news()}
            {self.ways()}
            {self.urgent()}
            {self.chosen()}
            {self.months()}
            <section class="panel" aria-labelledby="close-title">
                <h2 id="close-title">{lang.t("ปิดหรือเปิดวัน", "Close or open days")}</h2>
                {self.close_form()}
            </section>
            <section class="panel" aria-labelledby="rules-title">
                <h2 id="rules-title">{lang.t("วันปิดและวันเปิดที่กำหนดไว้", "Closures and openings that stand")}</h2>
                {self.standing()}
            </section>
        }
        .into_any()
    }

    fn news(&self) -> AnyView {
        let lang = self.lang;
        let newer = self.newer.map(|revision| {
            let title = lang.t(
                format!("มีผู้แก้ไขวันปิดไปก่อน (ฉบับที่ {revision})"),
                format!("Somebody changed the closures first (revision {revision})"),
            );
            let what = lang.t(
                "สิ่งที่คุณส่งยังไม่มีผล ข้อความที่พิมพ์ยังอยู่ ตรวจปฏิทินล่าสุดแล้วดูผลอีกครั้ง",
                "What you sent has had no effect. What you typed is kept; look at the calendar as it is now, then see the effect again.",
            );
            view! { <Notice kind=NoticeKind::Hold title><p>{what}</p></Notice> }
        });
        let done = self.done.map(|(revision, moved)| {
            let title = lang.t(
                format!("บันทึกแล้ว ฉบับที่ {revision}"),
                format!("Saved as revision {revision}"),
            );
            let list = lang.path("/staff/must-move");
            let see = (moved > 0 && self.handles_requests).then(|| {
                view! {
                    " "<a href=list>{lang.t("ดูรายการที่ต้องย้าย", "See what must move")}</a>
                }
            });
            let words = lang.t(
                format!("การจองที่ต้องย้าย {moved} คำขอ"),
                format!("Bookings that must move: {moved}"),
            );
            view! { <Notice kind=NoticeKind::Good title><p>{words}{see}</p></Notice> }
        });
        view! { {newer}{done} }.into_any()
    }

    fn ways(&self) -> AnyView {
        let lang = self.lang;
        let to = |year: i32| {
            let href = lang.path(&format!("{PATH}?year={year}"));
            let label = lang.t(format!("พ.ศ. {}", year + 543), year.to_string());
            view! { <li><a href=href>{label}</a></li> }
        };
        let last = self.year.rules.lunar().last_confirmed();
        let moon = lang.t(
            format!("ปฏิทินจันทรคติยืนยันแล้วถึง {}", thai_date::short_th(last)),
            format!(
                "Lunar calendar confirmed until {}",
                thai_date::short_en(last)
            ),
        );
        let close = self.year.may_close_urgently.then(|| {
            let label = lang.t("ปิดด่วนวันนี้หรือพรุ่งนี้", "Close today or tomorrow at once");
            view! { <ButtonLink href=lang.path("/staff/calendar/urgent") label kind=ButtonKind::Warning/> }
        });
        view! {
            <ul class="filters">{to(self.year.year - 1)}{to(self.year.year + 1)}</ul>
            <p>{moon}" "<a href=lang.path("/staff/calendar/lunar")>{lang.t("ยืนยันปีถัดไป", "Confirm the next year")}</a></p>
            {close.map(|close| view! { <p>{close}</p> })}
        }
        .into_any()
    }

    fn urgent(&self) -> Option<AnyView> {
        let lang = self.lang;
        if self.year.urgent.is_empty() {
            return None;
        }
        let rows = self
            .year
            .urgent
            .iter()
            .map(|urgent| self.one_urgent(urgent));
        let rows = rows.collect_view();
        Some(
            view! {
                <section class="panel" aria-labelledby="urgent-title">
                    <h2 id="urgent-title">{lang.t("ปิดด่วน", "Urgent closures")}</h2>
                    <ul class="tasks">{rows}</ul>
                </section>
            }
            .into_any(),
        )
    }

    fn one_urgent(&self, urgent: &Urgent) -> AnyView {
        let lang = self.lang;
        let dates = dates(lang, urgent.from, urgent.until);
        let what = closes_words(lang, urgent.closes);
        let who = lang.t(
            format!(
                "ปิดโดย {} เมื่อ {} · กระทบ {} คำขอ",
                urgent.closed_by,
                words::moment(lang, urgent.closed_at),
                urgent.affected
            ),
            format!(
                "Closed by {} at {}; {} bookings affected",
                urgent.closed_by,
                words::moment(lang, urgent.closed_at),
                urgent.affected
            ),
        );
        let review = match &urgent.review {
            Some((at, by, note)) => {
                let at = words::moment(lang, *at);
                let line = lang.t(
                    format!("ตรวจแล้วโดย {by} เมื่อ {at}: {note}"),
                    format!("Reviewed by {by} at {at}: {note}"),
                );
                view! { <p>{line}</p> }.into_any()
            }
            None if urgent.may_review => {
                let action = lang.path(&format!("/staff/calendar/urgent/{}", urgent.revision));
                let label = lang.t("ผลการตรวจภายหลัง", "What you found afterwards");
                view! {
                    <form method="post" action=action novalidate>
                        <TextField form=&self.form field=note_field(urgent.revision) label/>
                        <Button label=lang.t("บันทึกการตรวจ", "Save the review") kind=ButtonKind::Secondary/>
                    </form>
                }
                .into_any()
            }
            None => {
                let waits = lang.t("รอผู้อื่นตรวจภายหลัง", "Waits for somebody else's review");
                view! { <p class="muted">{waits}</p> }.into_any()
            }
        };
        view! { <li><p><b>{dates}" · "{what}</b></p><p>{urgent.reason.clone()}</p><p class="muted">{who}</p>{review}</li> }
            .into_any()
    }

    /// The day that was chosen in the grid, in words.
    fn chosen(&self) -> Option<AnyView> {
        let lang = self.lang;
        let day = self
            .year
            .days
            .iter()
            .find(|day| Some(day.date) == self.day)?;
        let title = lang.t(thai_date::full_th(day.date), thai_date::long_en(day.date));
        let mut rows = Vec::new();
        let moon = day.lunar.map_or_else(
            || {
                lang.t(
                    "ยังไม่ยืนยันปฏิทินจันทรคติ",
                    "The lunar calendar is not confirmed so far",
                )
                .to_owned()
            },
            |lunar| {
                let holy = if lunar.holy_day {
                    lang.t(" วันพระ", ", Buddhist holy day")
                } else {
                    ""
                };
                format!("{}{holy}", lang.t(lunar.th(), lunar.en()))
            },
        );
        rows.push(SummaryRow::new(lang.t("จันทรคติ", "Moon"), moon));
        let mut text = |name: &'static str, text: &Option<Text>| {
            if let Some(text) = text {
                rows.push(SummaryRow::new(name, text.get(lang).to_owned()));
            }
        };
        text(lang.t("วันหยุดราชการ", "Public holiday"), &day.holiday);
        text(lang.t("งดฌาปนกิจ", "No cremations"), &day.cremation);
        text(lang.t("ศาลาปิด", "Pavilions closed"), &day.pavilions);
        text(lang.t("เปิดเป็นกรณีพิเศษ", "Open by exception"), &day.opened);
        if !day.out_of_service.is_empty() {
            let names = day.out_of_service.iter().map(|name| name.get(lang));
            let names = names.collect::<Vec<_>>().join(", ");
            rows.push(SummaryRow::new(
                lang.t("งดใช้ชั่วคราว", "Out of service"),
                names,
            ));
        }
        rows.push(SummaryRow::new(
            lang.t("พิธี", "Ceremonies"),
            day.ceremonies.to_string(),
        ));
        Some(
            view! {
                <section class="panel" id="day" aria-labelledby="day-title">
                    <h2 id="day-title">{title}</h2>
                    <SummaryList lang rows/>
                    <p><a href="#effect">{lang.t("ปิดหรือเปิดวันนี้", "Close or open this day")}</a></p>
                </section>
            }
            .into_any(),
        )
    }

    fn months(&self) -> AnyView {
        let months = self
            .year
            .days
            .chunk_by(|a, b| a.date.month() == b.date.month());
        let months = months.map(|days| self.month(days)).collect_view();
        let key = self.lang.t(
            "ข คือข้างขึ้น ร คือข้างแรม · พระ คือวันพระ · ปิด คืองดฌาปนกิจ · ศาลา คือศาลาปิด · เปิด คือเปิดเป็นกรณีพิเศษ · ซ่อม คือมีสิ่งที่งดใช้ชั่วคราว · หยุด คือวันหยุดราชการ · ตัวเลขในวงเล็บคือจำนวนพิธี",
            "W waxing, N waning · holy: Buddhist holy day · closed: no cremations · pav.: pavilions closed · open: open by exception · repair: something is out of service · hol.: public holiday · in brackets: ceremonies",
        );
        view! { <p class="hint">{key}</p><div class="months">{months}</div> }.into_any()
    }

    fn month(&self, days: &[YearDay]) -> Option<AnyView> {
        let lang = self.lang;
        let first = days.first()?.date;
        let name = lang.t(thai_date::month_th(first), thai_date::month_en(first));
        let heads = WeekdayName::ALL.map(|day| {
            let full = lang.t(
                thai_date::weekday_name_th(day.into()),
                thai_date::weekday_name_en(day.into()),
            );
            let short: String = match lang {
                Lang::Th => SHORT_TH[weekday_place(day)].to_owned(),
                Lang::En => full.chars().take(2).collect(),
            };
            view! { <th scope="col" abbr=full>{short}</th> }
        });
        let heads = heads.collect_view();
        let lead = usize::try_from(first.weekday().num_days_from_monday()).unwrap_or(0);
        let mut cells: Vec<Option<&YearDay>> = vec![None; lead];
        cells.extend(days.iter().map(Some));
        let weeks = cells.chunks(7).map(|week| {
            let cells = week
                .iter()
                .map(|day| match day {
                    Some(day) => self.cell(day),
                    None => view! { <td></td> }.into_any(),
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        });
        let weeks = weeks.collect_view();
        Some(
            view! {
                <table class="month">
                    <caption>{name}</caption>
                    <thead><tr>{heads}</tr></thead>
                    <tbody>{weeks}</tbody>
                </table>
            }
            .into_any(),
        )
    }

    fn cell(&self, day: &YearDay) -> AnyView {
        let lang = self.lang;
        let href = lang.path(&format!("{PATH}?day={}#day", day.date));
        let moon = day.lunar.map(|lunar| {
            let phase = match lunar.phase {
                Phase::Waxing => lang.t("ข", "W"),
                Phase::Waning => lang.t("ร", "N"),
            };
            format!("{phase}{}", lunar.day)
        });
        let mut marks: Vec<&'static str> = Vec::new();
        let shut = day.cremation.as_ref().map(|_| lang.t("ปิด", "closed"));
        if day.lunar.is_some_and(|lunar| lunar.holy_day) {
            marks.push(lang.t("พระ", "holy"));
        }
        if day.holiday.is_some() {
            marks.push(lang.t("หยุด", "hol."));
        }
        if !day.out_of_service.is_empty() {
            marks.push(lang.t("ซ่อม", "repair"));
        }
        if day.pavilions.is_some() {
            marks.push(lang.t("ศาลา", "pav."));
        }
        if day.opened.is_some() {
            marks.push(lang.t("เปิด", "open"));
        }
        let count = (day.ceremonies > 0).then(|| format!("({})", day.ceremonies));
        let class = match (day.cremation.is_some(), Some(day.date) == self.day) {
            (_, true) => "chosen",
            (true, false) => "shut",
            (false, false) => "",
        };
        let current = (day.date == self.today).then_some("date");
        let full = lang.t(
            thai_date::day_month_th(day.date),
            thai_date::short_en(day.date),
        );
        view! {
            <td class=class>
                <a href=href aria-current=current>
                    <span class="unseen">{full}" "</span><b aria-hidden="true">{day.date.day()}</b>
                    {moon.map(|moon| view! { " "<small>{moon}</small> })}
                    {marks.into_iter().map(|mark| view! { " "<small class="mark">{mark}</small> }).collect_view()}
                    {shut.map(|shut| view! { " "<small class="mark bad">{shut}</small> })}
                    {count.map(|count| view! { " "<small class="count">{count}</small> })}
                </a>
            </td>
        }
        .into_any()
    }

    fn close_form(&self) -> AnyView {
        let lang = self.lang;
        let form = &self.form;
        let based_on = self.year.based_on.to_string();
        let year = self.year.year.to_string();
        let weekdays = WeekdayName::ALL.map(|day| {
            let name = lang.t(
                thai_date::weekday_name_th(day.into()),
                thai_date::weekday_name_en(day.into()),
            );
            (day.code().to_owned(), name.to_owned())
        });
        let mut weekdays: Vec<_> = weekdays.into();
        weekdays.insert(
            0,
            (String::new(), lang.t("เลือกวัน", "Choose a day").to_owned()),
        );
        let closes = domain::setting::closure::CLOSES
            .map(|(code, closes)| Choice::new(code, closes_words(lang, closes)));
        view! {
            <form method="post" action=lang.path(PATH) novalidate>
                <input r#type="hidden" name="based_on" value=based_on/>
                <input r#type="hidden" name="year" value=year/>
                <Radios form field="effect" layout=Layout::Columns legend=lang.t("ต้องการ", "What to do") options=vec![
                    Choice::new("close", lang.t("ปิด", "Close")),
                    Choice::new("open", lang.t("เปิดแม้ตรงกับวันปิด", "Open, though it would be closed")),
                ]/>
                <Radios form field="closes" layout=Layout::Columns legend=lang.t("เรื่อง", "What") options=closes.into()/>
                <Radios form field="when" legend=lang.t("เมื่อใด", "When") options=vec![
                    Choice::new("dates", lang.t("วันเดียวหรือช่วงวันที่", "One day, or from one day to another")),
                    Choice::new("weekly", lang.t("ทุกสัปดาห์ในวัน", "Every week on a day")),
                    Choice::new("holy_day", lang.t("ทุกวันพระ", "Every Buddhist holy day")),
                    Choice::new("holidays", lang.t("ทุกวันหยุดราชการ", "Every public holiday")),
                ]/>
                <SelectField form field="weekday" label=lang.t("วันในสัปดาห์", "Day of the week") options=weekdays width=Width::Long optional=true/>
                <TextField form field="from" label=lang.t("ตั้งแต่วันที่", "From") kind=Kind::Word width=Width::Long
                    hint=lang.t("เช่น 10 ธ.ค. 2569 สำหรับทุกสัปดาห์ ทุกวันพระ หรือทุกวันหยุด เว้นว่างได้", "For example 10 Dec 2026. May be left out for what repeats.")/>
                <TextField form field="until" label=lang.t("ถึงวันที่", "Until") kind=Kind::Word width=Width::Long optional=true/>
                <TextField form field="reason_th" label=lang.t("เหตุผลที่ประชาชนเห็น", "The reason people read, in Thai")
                    hint=lang.t("เหตุผลของหน่วยงาน เช่น “ปิดซ่อมบำรุงเตา” ไม่ใช่ความเชื่อ", "The office's own, such as “ปิดซ่อมบำรุงเตา”; never a belief")/>
                <TextField form field="reason_en" label=lang.t("เหตุผลภาษาอังกฤษ", "The reason in English") optional=true/>
                <div class="actions"><Button label=lang.t("ดูผลก่อนบันทึก", "See the effect") name="action" value="preview"/></div>
            </form>
        }
        .into_any()
    }

    /// What concerns the year that is shown; each with the way to take it away.
    fn standing(&self) -> AnyView {
        let lang = self.lang;
        let year = self.year.year;
        let rows = self
            .year
            .closures
            .iter()
            .enumerate()
            .filter(|(_, closure)| concerns(closure, year))
            .map(|(place, closure)| {
                let (when, what) = closure_line(lang, closure);
                let about = when.clone();
                let based_on = self.year.based_on.to_string();
                view! {
                    <tr>
                        <td>{when}</td>
                        <td>{what}</td>
                        <td>
                            <form method="post" action=lang.path(PATH)>
                                <input r#type="hidden" name="based_on" value=based_on/>
                                <input r#type="hidden" name="year" value=year.to_string()/>
                                <input r#type="hidden" name="place" value=place.to_string()/>
                                <button class="button secondary" r#type="submit" name="action" value="preview_remove">
                                    {lang.t("เอาออก", "Take away")}<span class="unseen">" "{about}</span>
                                </button>
                            </form>
                        </td>
                    </tr>
                }
            });
        let rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            return view! { <p class="empty">{lang.t("ไม่มีวันปิดในปีนี้", "Nothing is closed this year")}</p> }
                .into_any();
        }
        let heads = [
            lang.t("เมื่อ", "When"),
            lang.t("อะไร และเหตุผล", "What, and why"),
            lang.t("จัดการ", "Manage"),
        ];
        let heads = heads
            .map(|head| view! { <th scope="col">{head}</th> })
            .collect_view();
        view! {
            <table class="list">
                <caption class="unseen">{lang.t("วันปิดและวันเปิด", "Closures and openings")}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
            {links(lang, "/staff/calendar/export/", "")}
        }
        .into_any()
    }
}

const SHORT_TH: [&str; 7] = ["จ.", "อ.", "พ.", "พฤ.", "ศ.", "ส.", "อา."];

fn weekday_place(day: WeekdayName) -> usize {
    WeekdayName::ALL
        .iter()
        .position(|other| *other == day)
        .unwrap_or(0)
}

fn concerns(closure: &Closure, year: i32) -> bool {
    match closure.when {
        ClosureWhen::Dates { from, until } => from.year() <= year && year <= until.year(),
        _ => {
            closure.valid_from.is_none_or(|from| from.year() <= year)
                && closure.valid_until.is_none_or(|until| year <= until.year())
        }
    }
}

pub(super) fn closes_words(lang: Lang, closes: Closes) -> &'static str {
    match closes {
        Closes::Cremation => lang.t("ฌาปนกิจ", "cremation"),
        Closes::Pavilions => lang.t("ศาลา", "pavilions"),
        Closes::Ash => lang.t("เก็บอัฐิ", "collecting ashes"),
        Closes::All => lang.t("ทั้งหมด", "everything"),
    }
}

fn dates(lang: Lang, from: NaiveDate, until: NaiveDate) -> String {
    let day = |day| lang.t(thai_date::short_th(day), thai_date::short_en(day));
    if from == until {
        day(from)
    } else {
        format!("{} {} {}", day(from), lang.t("ถึง", "to"), day(until))
    }
}

/// When, and what for which reason.
pub(super) fn closure_line(lang: Lang, closure: &Closure) -> (String, String) {
    let day = |day| lang.t(thai_date::short_th(day), thai_date::short_en(day));
    let mut when = match &closure.when {
        ClosureWhen::Weekly(weekday) => {
            let name = lang.t(
                thai_date::weekday_name_th((*weekday).into()),
                thai_date::weekday_name_en((*weekday).into()),
            );
            lang.t(format!("ทุกวัน{name}"), format!("Every {name}"))
        }
        ClosureWhen::HolyDay => lang.t("ทุกวันพระ", "Every holy day").to_owned(),
        ClosureWhen::Holidays => lang.t("ทุกวันหยุดราชการ", "Every public holiday").to_owned(),
        ClosureWhen::Dates { from, until } => dates(lang, *from, *until),
    };
    if let Some(from) = closure.valid_from {
        when = format!("{when} {} {}", lang.t("ตั้งแต่", "from"), day(from));
    }
    if let Some(until) = closure.valid_until {
        when = format!("{when} {} {}", lang.t("ถึง", "until"), day(until));
    }
    let opens = if closure.open_anyway {
        lang.t("เปิด", "opens")
    } else {
        lang.t("ปิด", "closes")
    };
    let what = closes_words(lang, closure.closes);
    (
        when,
        format!("{opens} {what} · {}", closure.reason.get(lang)),
    )
}

/// Where an error of a review stands.
pub(super) fn note_field(revision: i64) -> String {
    format!("note.{revision}")
}
