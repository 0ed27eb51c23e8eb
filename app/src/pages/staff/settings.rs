//! What is set, to be read: every sample value says that it is one. Some groups are changed on pages of their own.
use super::calendar_view::closure_line;
use super::frame::{Admin, Office, Page, Place};
use crate::components::{Notice, NoticeKind, SummaryList, SummaryRow, Tag, TagKind};
use crate::words as common;
use axum::response::Response;
use chrono::NaiveDate;
use domain::crematorium::Rules;
use domain::form::{Lang, Text};
use domain::money::Satang;
use domain::municipality::{
    CaseType, CrematoriumSettings, Manual, Municipality, Office as CityOffice, Round, WeekdayName,
};
use domain::thai_date;
use leptos::prelude::*;
use std::sync::Arc;

/// `GET /staff/settings`
pub(super) async fn page(Admin(office): Admin) -> Response {
    office.answer(show(&office).await)
}

async fn show(office: &Office) -> desk::Result<Response> {
    let view = SettingsView {
        lang: office.lang(),
        rules: office.desk().rules(),
    };
    office
        .page(Page::new(Place::Settings, view.title()), move || {
            view.page()
        })
        .await
}

pub(super) struct SettingsView {
    pub lang: Lang,
    pub rules: Arc<Rules>,
}

/// A name and its value, before it is marked.
type Line = (String, String);

impl SettingsView {
    fn title(&self) -> &'static str {
        self.lang.t("ตั้งค่า", "Settings")
    }

    fn city(&self) -> &Municipality {
        &self.rules.municipality
    }

    fn crematorium(&self) -> &CrematoriumSettings {
        self.rules.settings()
    }

    pub fn page(&self) -> AnyView {
        let lang = self.lang;
        let revision = self.rules.revision;
        let revision = lang.t(format!("ฉบับที่ {revision}"), format!("Revision {revision}"));
        view! {
            <h1>{self.title()}</h1>
            <p class="sub">{revision}</p>
            {self.how_to_change()}
            {self.section("office", lang.t("สำนักงาน", "Office"), self.office())}
            {self.section("crematorium", lang.t("ฌาปนสถาน", "Crematorium"), self.place())}
            {self.section("rounds", lang.t("เตาและรอบ", "Furnaces and rounds"), self.rounds())}
            {self.section("pavilions", lang.t("ศาลา", "Pavilions"), self.pavilions())}
            {self.section("closures", lang.t("วันปิดทำการ", "Closed days"), self.closures())}
            {self.section("booking", lang.t("การจอง", "Booking"), self.booking())}
            {self.section("targets", lang.t("กำหนดเวลา", "Deadlines"), self.targets())}
            {self.section("law", lang.t("ข้อกฎหมายในคำสั่งไม่อนุมัติ", "Law in refusals"), self.law())}
            {self.section("holidays", lang.t("วันหยุดราชการ", "Public holidays"), self.holidays())}
            {self.section("fees", lang.t("คู่มือและค่าธรรมเนียม", "Manuals and fees"), self.manuals())}
            {self.section("equipment", lang.t("อุปกรณ์", "Equipment"), self.equipment())}
        }
        .into_any()
    }

    fn how_to_change(&self) -> AnyView {
        let lang = self.lang;
        let title = lang.t("แก้ไขอย่างไร", "How to change them");
        let samples = self
            .city()
            .sample
            .then(|| self.city().sample_note.get(lang).to_owned());
        let pages = lang.t(
            "กลุ่มที่มีลิงก์ “แก้ไข” แก้ได้ที่นี่ ทุกครั้งเป็นฉบับใหม่ที่มีวันเริ่มใช้ เหตุผล และผู้แก้ไข กลุ่มอื่นแก้ในแฟ้มของเทศบาล แล้วสั่ง",
            "Groups with a link “Change” are changed here, each time as a new revision with its first day, a reason and a name. Others are changed in the municipality's file; then run",
        );
        let then = lang.t(
            "คำสั่งนี้ตรวจแฟ้มและแสดงสิ่งที่จะเปลี่ยน เติม --apply เพื่อให้มีผล ค่าที่แก้ไขในหน้านี้ยังอยู่เหนือแฟ้ม",
            "It checks the file and shows what would change; add --apply to apply it. What was changed on these pages stays over the file.",
        );
        view! {
            <Notice kind=NoticeKind::Info title>
                <p>{pages}" "<code>"sala seed --municipality FILE"</code></p>
                <p>{then}</p>
                {samples.map(|note| view! { <p><b>{lang.t("ค่าตัวอย่าง ", "Sample values: ")}</b>{note}</p> })}
            </Notice>
        }
        .into_any()
    }

    /// A group of values, each marked as a sample while the file is one.
    fn section(&self, id: &'static str, title: &'static str, lines: Vec<Line>) -> AnyView {
        let lang = self.lang;
        let sample = self.city().sample;
        let rows = lines.into_iter().map(|(name, value)| {
            let mark = sample
                .then(|| view! { " "<Tag label=lang.t("ตัวอย่าง", "Sample") kind=TagKind::Wait/> });
            SummaryRow::view(name, view! { {value}{mark} })
        });
        let rows: Vec<_> = rows.collect();
        let change = match id {
            "office" => Some("/staff/settings/hours"),
            "rounds" => Some("/staff/settings/rounds"),
            "closures" => Some("/staff/calendar"),
            "booking" | "targets" => Some("/staff/settings/limits"),
            "holidays" => Some("/staff/settings/holidays"),
            "pavilions" | "fees" => Some("/staff/settings/fees"),
            _ => None,
        };
        let change = change.map(|path| {
            view! { <p><a href=lang.path(path)>{lang.t("แก้ไข", "Change")}<span class="unseen">" "{title}</span></a></p> }
        });
        view! {
            <section class="panel" aria-labelledby=id>
                <h2 id=id>{title}</h2>
                {change}
                <SummaryList lang rows/>
            </section>
        }
        .into_any()
    }

    fn text(&self, text: &Text) -> String {
        text.get(self.lang).to_owned()
    }

    fn line(&self, th: &str, en: &str, value: impl Into<String>) -> Line {
        (self.lang.t(th, en).to_owned(), value.into())
    }

    fn counted(&self, n: impl std::fmt::Display, th: &str, en: &str) -> String {
        format!("{n} {}", self.lang.t(th, en))
    }

    fn money(&self, amount: Satang) -> String {
        self.lang.t(amount.th(), amount.en())
    }

    fn date(&self, day: NaiveDate) -> String {
        self.lang
            .t(thai_date::short_th(day), thai_date::short_en(day))
    }

    fn weekday(&self, day: WeekdayName) -> &'static str {
        self.lang.t(
            thai_date::weekday_name_th(day.into()),
            thai_date::weekday_name_en(day.into()),
        )
    }

    fn case(&self, case: CaseType) -> String {
        self.text(&case.label())
    }

    fn desk(&self, office: &CityOffice) -> Vec<Line> {
        vec![
            self.line("หน่วยงาน", "Office", self.text(&office.name)),
            self.line("โทรศัพท์", "Telephone", office.phone.clone()),
            self.line("เวลาทำการ", "Hours", self.text(&office.hours_text)),
        ]
    }

    fn office(&self) -> Vec<Line> {
        let city = self.city();
        let mut lines = vec![
            self.line("เทศบาล", "Municipality", self.text(&city.name)),
            self.line("กอง", "Division", self.text(&city.division)),
        ];
        lines.extend(self.desk(&city.office));
        lines
    }

    fn place(&self) -> Vec<Line> {
        let settings = self.crematorium();
        let mut lines = vec![
            self.line("ชื่อ", "Name", self.text(&settings.name)),
            self.line("ที่อยู่", "Address", self.text(&settings.address)),
        ];
        lines.extend(self.desk(&settings.duty));
        lines
    }

    fn rounds(&self) -> Vec<Line> {
        let settings = self.crematorium();
        let furnaces = settings
            .furnaces
            .iter()
            .map(|furnace| self.text(&furnace.name))
            .collect::<Vec<_>>();
        let mut lines = vec![self.line("เตา", "Furnaces", furnaces.join(", "))];
        for duration in &settings.durations {
            let used = self.counted(duration.minutes, "นาที", "minutes");
            let cool = self.counted(duration.cool_down_minutes, "นาที", "minutes");
            let value = self.lang.t(
                format!("{used} และพักเตา {cool}"),
                format!("{used}, and {cool} to cool down"),
            );
            lines.push((self.case(duration.case_type), value));
        }
        lines.extend(settings.rounds.iter().map(|round| self.round(round)));
        lines
    }

    fn round(&self, round: &Round) -> Line {
        let lang = self.lang;
        let days = round
            .weekdays
            .iter()
            .map(|day| self.weekday(*day))
            .collect::<Vec<_>>()
            .join(", ");
        let days = if days.is_empty() {
            lang.t("ทุกวัน", "every day").to_owned()
        } else {
            days
        };
        let cases = round
            .case_types
            .iter()
            .map(|case| self.case(*case))
            .collect::<Vec<_>>()
            .join(", ");
        let from = self.date(round.valid_from);
        let from = lang.t(format!("ตั้งแต่ {from}"), format!("from {from}"));
        let until = round
            .valid_until
            .map(|day| format!("{} {}", lang.t("ถึง", "until"), self.date(day)));
        let parts = [
            Some(days),
            Some(cases).filter(|cases| !cases.is_empty()),
            Some(from),
            until,
        ];
        let name = format!(
            "{} {}",
            lang.t("รอบ", "Round"),
            common::round(lang, round.start)
        );
        (
            name,
            parts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        )
    }

    fn pavilions(&self) -> Vec<Line> {
        let pavilions = self.crematorium().pavilions.iter().map(|pavilion| {
            let guests = self.counted(pavilion.guests, "ที่นั่ง", "seats");
            let price = self.money(pavilion.price_per_night);
            (
                self.text(&pavilion.name),
                format!("{guests} · {price} {}", self.lang.t("ต่อคืน", "per night")),
            )
        });
        pavilions.collect()
    }

    fn closures(&self) -> Vec<Line> {
        self.crematorium()
            .closures
            .iter()
            .map(|closure| closure_line(self.lang, closure))
            .collect()
    }

    fn booking(&self) -> Vec<Line> {
        let settings = self.crematorium();
        vec![
            self.line(
                "จองล่วงหน้าได้",
                "Booked ahead",
                self.counted(settings.horizon_days, "วัน", "days"),
            ),
            self.line(
                "ต้องจองก่อน",
                "Notice",
                self.counted(settings.minimum_notice_hours, "ชั่วโมง", "hours"),
            ),
            self.line(
                "คืนสวดมากที่สุด",
                "Most nights",
                self.counted(settings.max_nights, "คืน", "nights"),
            ),
            self.line(
                "กันวันไว้ระหว่างกรอก",
                "A hold lasts",
                self.counted(settings.hold_minutes, "นาที", "minutes"),
            ),
            self.line(
                "ต่อเวลาได้",
                "Extended",
                self.counted(settings.hold_extensions, "ครั้ง", "times"),
            ),
            self.line(
                "คำขอที่ยังไม่ยืนยัน ต่อหมายเลขโทรศัพท์",
                "Unconfirmed requests per telephone",
                self.counted(settings.unverified_per_phone, "คำขอ", "requests"),
            ),
            self.line(
                "มาถึงก่อนเวลา",
                "Arrive early by",
                self.counted(settings.arrive_before_minutes, "นาที", "minutes"),
            ),
        ]
    }

    fn targets(&self) -> Vec<Line> {
        let settings = self.crematorium();
        let duty = |hours: u16| self.counted(hours, "ชั่วโมงทำการ", "duty hours");
        vec![
            self.line("ตัดสินภายใน", "Decide within", duty(settings.decision_hours)),
            self.line(
                "แจ้งผลภายใน",
                "Tell the family within",
                self.counted(settings.tell_within_minutes, "นาที", "minutes"),
            ),
            self.line(
                "คำขอที่ไม่ยืนยันสิ้นผลใน",
                "Unconfirmed requests lapse after",
                duty(settings.unverified_hours),
            ),
            self.line(
                "ครอบครัวแก้ไขภายใน",
                "The family corrects within",
                duty(settings.correction_hours),
            ),
            self.line(
                "ส่งเลขที่มรณบัตรภายใน",
                "Certificate expected within",
                self.counted(settings.certificate_hours, "ชั่วโมง", "hours"),
            ),
            self.line(
                "ครอบครัวเปลี่ยนหรือยกเลิกเองได้ ถึงก่อนเวลาแรกที่จอง",
                "The family changes or cancels by itself until, before the first place",
                self.counted(settings.change_cut_off_hours, "ชั่วโมง", "hours"),
            ),
        ]
    }

    fn law(&self) -> Vec<Line> {
        let settings = self.crematorium();
        vec![
            self.line("ข้อกฎหมาย", "Law", self.text(&settings.refusal_law)),
            self.line("วิธีอุทธรณ์", "How to appeal", self.text(&settings.appeal_text)),
        ]
    }

    fn holidays(&self) -> Vec<Line> {
        let holidays = self.city().holidays.iter();
        holidays
            .map(|holiday| (self.date(holiday.date), self.text(&holiday.name)))
            .collect()
    }

    fn manuals(&self) -> Vec<Line> {
        self.city()
            .manuals
            .iter()
            .flat_map(|manual| self.manual(manual))
            .collect()
    }

    fn manual(&self, manual: &Manual) -> Vec<Line> {
        let revised = self.date(manual.revised);
        let revised = self
            .lang
            .t(format!("ปรับปรุงเมื่อ {revised}"), format!("Revised {revised}"));
        let mut lines = vec![(self.text(&manual.title), revised)];
        lines.extend(manual.fees.iter().map(|fee| {
            let amount = self.money(fee.amount);
            (
                self.text(&fee.name),
                format!(
                    "{amount} {} · {}",
                    self.text(&fee.unit),
                    self.text(&fee.legal_basis)
                ),
            )
        }));
        lines
    }

    fn equipment(&self) -> Vec<Line> {
        let types = self.city().equipment.iter();
        types
            .map(|kind| {
                (
                    self.text(&kind.name),
                    self.counted(kind.count, "ชิ้น", "pieces"),
                )
            })
            .collect()
    }
}
