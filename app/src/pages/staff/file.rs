//! The file of a request on one screen: warnings, facts, what may be done, what has happened.
use super::decision::{COMMON_DEFECTS, defects};
use super::fields::{Field, key};
use super::words;
use crate::components::reference::in_fours;
use crate::components::{
    Button, ButtonKind, ErrorSummary, Fold, FormView, Notice, NoticeKind, SummaryList, SummaryRow,
};
use crate::pages::frame::hidden;
use crate::words as common;
use desk::office::{HistoryRow, RequestFile};
use desk::paper::Papers;
use desk::request::CertificateState;
use domain::crematorium::Rules;
use domain::form::Lang;
use domain::national_id::NationalId;
use domain::request::{StaffActor, Status};
use domain::time::Instant;
use leptos::prelude::*;
use std::sync::Arc;

/// Everything the page is made from.
pub(super) struct FileView {
    pub lang: Lang,
    pub now: Instant,
    pub rules: Arc<Rules>,
    /// Who would sign a decision made here.
    pub signer: StaffActor,
    pub file: RequestFile,
    pub papers: Papers,
    /// Typed answers and errors, under each form's own keys.
    pub form: FormView,
    /// The action that was tried and did not go through; empty when none was.
    pub attempted: String,
}

impl FileView {
    /// The page; `agent` is the panel of who acts for the family, where somebody does.
    /// `first` stands above everything; `panels` of other parts of the desk come before what has happened.
    pub fn page(&self, first: AnyView, panels: AnyView) -> AnyView {
        let lang = self.lang;
        let number = in_fours(self.file.reference.as_str());
        let sent = words::moment(lang, self.file.submitted_at);
        let by = words::channel(lang, &self.file.channel);
        view! {
            <ErrorSummary form=&self.form/>
            <h1>{lang.t("คำขอ", "Request")}" "<span class="number">{number}</span>" "{words::status_tag(lang, self.file.status)}</h1>
            <p class="sub">{lang.t("ยื่นเมื่อ ", "Sent ")}{sent}" · "{by}</p>
            {self.warnings()}
            {first}
            <div class="panels">
                <div>{self.booked()}{self.deadlines()}{self.applicant()}{self.deceased()}{super::papers::panel(self)}</div>
                <div>{self.actions()}{panels}</div>
            </div>
            {self.history()}
            {self.calls()}
            {self.views()}
        }
        .into_any()
    }

    fn warnings(&self) -> AnyView {
        view! { {super::papers::warning(self)}{self.frozen()}{self.unverified()} }.into_any()
    }

    fn frozen(&self) -> Option<AnyView> {
        let lang = self.lang;
        let title = lang.t("ระงับไว้ชั่วคราว", "Frozen");
        let what = lang.t(
            "ตัดสินไม่ได้จนกว่าจะยกเลิกการระงับ เหตุผลอยู่ในประวัติด้านล่าง",
            "Nothing can be decided until it is unfrozen. The reason stands in the history below.",
        );
        self.file
            .frozen
            .then(|| view! { <Notice kind=NoticeKind::Bad title><p>{what}</p></Notice> }.into_any())
    }

    /// Whom to call, by when, and the button that says it was done.
    fn unverified(&self) -> Option<AnyView> {
        if self.file.verified || !self.file.status.is_live() {
            return None;
        }
        let lang = self.lang;
        let title = lang.t("ยังไม่ยืนยันคำขอ โปรดโทรยืนยัน", "Not confirmed yet: please call");
        let lapses = self.file.lapse_at.map(|at| {
            let at = words::when(lang, at, self.now);
            let text = lang.t(
                format!("คำขอจะสิ้นผล {at} หากไม่มีผู้ยืนยัน"),
                format!("It lapses at {at} unless confirmed."),
            );
            view! { <p>{text}</p> }
        });
        let buttons = self.may("verify").then(|| {
            view! {
                <form method="post" action=self.action() class="actions">
                    {self.hidden("verify")}
                    <Button label=lang.t("โทรยืนยันแล้ว", "Confirmed by telephone") name="by" value="call"/>
                    <Button label=lang.t("ยืนยันที่เคาน์เตอร์แล้ว", "Confirmed at the counter") name="by" value="counter" kind=ButtonKind::Secondary/>
                </form>
            }
        });
        let phones = self.phones();
        Some(
            view! {
                <Notice kind=NoticeKind::Hold title>
                    <p>{phones}</p>
                    {lapses}
                    {buttons}
                </Notice>
            }
            .into_any(),
        )
    }

    fn phones(&self) -> AnyView {
        let file = &self.file;
        let numbers =
            std::iter::once(file.applicant_phone.clone()).chain(file.helper_phone.clone());
        let links = numbers.enumerate().map(|(n, phone)| {
            let between = if n == 0 { "" } else { ", " };
            view! { {between}{words::dial(&phone)} }
        });
        view! { {self.lang.t("โทร ", "Call ")}{links.collect_view()} }.into_any()
    }

    fn booked(&self) -> AnyView {
        let lang = self.lang;
        let file = &self.file;
        let mut rows = Vec::new();
        if let Some(cremation) = &file.wish.cremation {
            let furnace = file
                .furnace
                .as_deref()
                .map(|id| words::furnace_name(lang, &self.rules, id));
            let day = common::day(lang, cremation.date);
            let moon = self
                .rules
                .lunar_day(cremation.date)
                .map(|day| lang.t(day.th(), day.en()));
            let round = common::round(lang, cremation.round);
            let lines = [Some(day), moon, Some(round), furnace]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>();
            rows.push(SummaryRow::new(
                lang.t("ฌาปนกิจ", "Cremation"),
                lines.join(" · "),
            ));
        }
        if let Some(pavilion) = &file.wish.pavilion {
            let name = words::pavilion(lang, &self.rules, &file.wish).unwrap_or_default();
            let value = format!("{name} · {}", common::evenings(lang, pavilion));
            rows.push(SummaryRow::new(lang.t("ศาลา", "Pavilion"), value));
        }
        if let Some(ash) = file.wish.ash {
            let name = lang.t("เก็บอัฐิ", "Collecting the ashes");
            rows.push(SummaryRow::new(name, common::ash(lang, ash)));
        }
        section("booked", lang.t("สิ่งที่จอง", "Booked"), lang, rows)
    }

    fn applicant(&self) -> AnyView {
        let lang = self.lang;
        let file = &self.file;
        let relation = file.relation.label();
        let mut rows = vec![
            SummaryRow::new(lang.t("ชื่อ", "Name"), file.applicant_name.clone()),
            SummaryRow::view(
                lang.t("โทรศัพท์", "Telephone"),
                words::dial(&file.applicant_phone),
            ),
            SummaryRow::new(lang.t("ความเกี่ยวข้อง", "Relation"), relation.get(lang)),
        ];
        if let Some(email) = &file.applicant_email {
            rows.push(SummaryRow::new(lang.t("อีเมล", "E-mail"), email.clone()));
        }
        if let Some(phone) = &file.helper_phone {
            let name = file.helper_name.clone().unwrap_or_default();
            let value = view! { {name}" "{words::dial(phone)} };
            rows.push(SummaryRow::view(lang.t("ผู้ช่วยกรอก", "Helper"), value));
        }
        section("applicant", lang.t("ผู้ขอ", "Applicant"), lang, rows)
    }

    fn deceased(&self) -> AnyView {
        let lang = self.lang;
        let residence = self.file.residence.label();
        let mut rows = deceased_facts(lang, &self.file, self.now);
        rows.push(SummaryRow::new(
            lang.t("เคยมีชื่อในทะเบียนบ้านในเขต", "Ever registered in the city"),
            residence.get(lang),
        ));
        section("deceased", lang.t("ผู้เสียชีวิต", "Person who died"), lang, rows)
    }
    fn deadlines(&self) -> AnyView {
        let lang = self.lang;
        let file = &self.file;
        let row = |label: &'static str, at: Instant, open: bool| {
            let late = (open && at < self.now).then(|| words::late_tag(lang, at, self.now));
            SummaryRow::view(label, view! { {words::when(lang, at, self.now)}" "{late} })
        };
        let deciding = file.status == Status::Submitted;
        let mut rows = vec![row(
            lang.t("ตัดสินภายใน", "Decide by"),
            file.decide_by,
            deciding,
        )];
        if let Some(at) = file.correct_by {
            rows.push(row(
                lang.t("ผู้ขอแก้ไขภายใน", "Family corrects by"),
                at,
                file.status == Status::Returned,
            ));
        }
        if let Some(by) = &file.taken_by {
            rows.push(SummaryRow::new(lang.t("ผู้รับเรื่อง", "Taken by"), by.clone()));
        }
        section("deadlines", lang.t("กำหนดเวลา", "Deadlines"), lang, rows)
    }

    /// Only what the workflow allows this officer now.
    fn actions(&self) -> AnyView {
        let lang = self.lang;
        let forms: Vec<AnyView> = [
            self.approve(),
            self.return_form(),
            self.refuse(),
            self.simple(
                "take",
                lang.t("รับเรื่องไว้ดำเนินการ", "Take it up"),
                lang.t("ผู้อื่นจะเห็นชื่อท่านข้างคำขอนี้", "Others see your name beside it."),
            ),
            self.reasoned(
                "freeze",
                lang.t("ระงับไว้ชั่วคราว", "Freeze"),
                lang.t(
                    "เช่น ญาติยังไม่ตกลงกัน หรือรอเอกสารจากพนักงานสอบสวน",
                    "For instance a dispute among relatives, or a police case.",
                ),
            ),
            self.reasoned(
                "unfreeze",
                lang.t("ยกเลิกการระงับ", "Unfreeze"),
                lang.t("บอกว่าเรื่องยุติอย่างไร", "Say how it was settled."),
            ),
            self.simple(
                "complete",
                lang.t("บันทึกว่าเสร็จสิ้น", "Mark as completed"),
                lang.t("เมื่อพิธีเสร็จแล้ว", "When the ceremony is over."),
            ),
            self.simple(
                "withdraw",
                lang.t("ถอนคำขอแทนครอบครัว", "Withdraw for the family"),
                lang.t(
                    "เมื่อครอบครัวขอถอน วันและศาลาที่จองจะว่างทันที",
                    "When the family asks for it. The places become free at once.",
                ),
            ),
            self.reasoned(
                "cancel",
                lang.t("ยกเลิกการจอง", "Cancel the booking"),
                lang.t(
                    "ครอบครัวจะได้อ่านเหตุผลนี้ วันและศาลาที่จองจะว่างทันที",
                    "The family reads this reason. The places become free at once.",
                ),
            ),
        ]
        .into_iter()
        .flatten()
        .collect();
        let none = forms.is_empty().then(|| {
            view! { <p class="muted">{lang.t("ไม่มีสิ่งที่บัญชีนี้ทำได้ในสถานะปัจจุบัน", "There is nothing this account can do in the present state.")}</p> }
        });
        view! {
            <section class="panel act" aria-labelledby="acts">
                <h2 id="acts">{lang.t("ดำเนินการ", "What to do")}</h2>
                {none}
                {forms}
            </section>
        }
        .into_any()
    }

    fn approve(&self) -> Option<AnyView> {
        let lang = self.lang;
        let item = words::item(
            lang,
            &self.rules,
            &self.file.wish,
            self.file.furnace.as_deref(),
        );
        let deceased = &self.file.deceased_name;
        let what = lang.t(
            format!("{item} · ผู้เสียชีวิต {deceased}"),
            format!("{item} · for {deceased}"),
        );
        let signed = self.signature();
        self.may("approve").then(|| {
            view! {
                <form method="post" action=self.action()>
                    {self.hidden("approve")}
                    <p>{what}</p>
                    {self.unsettled()}
                    <p class="muted">{signed}</p>
                    <Button label=lang.t("อนุมัติ", "Approve")/>
                </form>
            }
            .into_any()
        })
    }

    /// What is still open, beside the button that approves all the same.
    fn unsettled(&self) -> Option<AnyView> {
        let lang = self.lang;
        let missing = self.papers.missing.iter().map(|need| {
            let need = need.needed();
            lang.t(
                format!("ยังไม่มีหรือยังไม่ได้ตรวจ: {}", need.th),
                format!("Missing or not checked: {}", need.en),
            )
        });
        let others = self.file.unsettled.iter();
        let open: Vec<_> = missing
            .chain(others.map(|what| what.get(lang).to_owned()))
            .map(|what| view! { <li>{what}</li> })
            .collect();
        let title = lang.t("ก่อนอนุมัติ ยังค้างอยู่", "Still open before you approve");
        (!open.is_empty()).then(|| {
            view! { <Notice kind=NoticeKind::Hold title><ul>{open}</ul></Notice> }.into_any()
        })
    }

    /// Who signs, and by what authority.
    fn signature(&self) -> String {
        let lang = self.lang;
        let order = self
            .signer
            .delegation
            .as_ref()
            .map(|delegation| delegation.order.as_str())
            .unwrap_or_default();
        let (name, position) = (&self.signer.name, &self.signer.position);
        lang.t(
            format!("ลงนามโดย {name} {position} {order}"),
            format!("Signed by {name}, {position}, {order}"),
        )
    }

    // Licensing Facilitation Act: all defects at once, once.
    fn return_form(&self) -> Option<AnyView> {
        let lang = self.lang;
        let typed = defects(&self.form.value(&key("return", "defect")));
        let ticks = COMMON_DEFECTS.map(|(th, en)| {
            let checked = typed.iter().any(|line| line == th);
            view! {
                <label class="choice"><input r#type="checkbox" name="defect" value=th checked=checked/><span>{lang.t(th, en)}</span></label>
            }
        });
        let ticks = ticks.collect_view();
        let own: Vec<_> = typed
            .into_iter()
            .filter(|line| COMMON_DEFECTS.iter().all(|(th, _)| th != line))
            .collect();
        let by = words::when(lang, self.rules.correct_by(self.now), self.now);
        let by = lang.t(
            format!("เว้นว่างไว้ หมายถึง {by}"),
            format!("Left empty it is {by}."),
        );
        let once = lang.t(
            "ส่งกลับได้ครั้งเดียว โปรดระบุให้ครบทุกข้อ ครอบครัวจะได้อ่านทุกข้อ",
            "It can be returned only once: list everything. The family reads every line.",
        );
        let defect = self.field(
            "return",
            "defect",
            lang.t("ข้ออื่น บรรทัดละหนึ่งข้อ", "Anything else, one a line"),
        );
        let until = self
            .field(
                "return",
                "correct_by",
                lang.t("แก้ไขภายในวันที่ (ไม่บังคับ)", "To be corrected by (optional)"),
            )
            .hint(by);
        self.folded("return", lang.t("ส่งกลับให้แก้ไข", "Return for correction"), ButtonKind::Secondary, move || {
            view! {
                <p>{once}</p>
                <fieldset class="field"><legend>{lang.t("ข้อที่พบบ่อย", "Common ones")}</legend><div class="choices">{ticks}</div></fieldset>
                {defect.lines_with(4, &own.join("\n"))}
                {until.line()}
            }
            .into_any()
        })
    }

    // Administrative Procedure Act s.40: facts, law, reason, and how to appeal.
    fn refuse(&self) -> Option<AnyView> {
        let lang = self.lang;
        let facts = self.field("refuse", "facts", lang.t("ข้อเท็จจริง", "Facts"));
        let law = self.field("refuse", "law", lang.t("ข้อกฎหมาย", "Law"));
        let reason = self
            .field("refuse", "reason", lang.t("เหตุผล", "Reason"))
            .hint(lang.t("บอกด้วยว่าแก้ไขได้อย่างไร", "Say too how it could be put right."));
        let appeal = self.field("refuse", "appeal", lang.t("วิธีอุทธรณ์", "How to appeal"));
        self.folded(
            "refuse",
            lang.t("ไม่อนุมัติ", "Refuse"),
            ButtonKind::Warning,
            move || {
                view! { {facts.lines(3)}{law.lines(3)}{reason.lines(3)}{appeal.lines(4)} }
                    .into_any()
            },
        )
    }

    /// An action that must say why.
    fn reasoned(
        &self,
        action: &'static str,
        label: &'static str,
        hint: &'static str,
    ) -> Option<AnyView> {
        let why = self
            .field(action, "reason", self.lang.t("เหตุผล", "Reason"))
            .hint(hint);
        let kind = if action == "cancel" {
            ButtonKind::Warning
        } else {
            ButtonKind::Secondary
        };
        self.folded(action, label, kind, move || why.lines(3))
    }

    /// An action that needs no words.
    fn simple(
        &self,
        action: &'static str,
        label: &'static str,
        what: &'static str,
    ) -> Option<AnyView> {
        let kind = if action == "withdraw" {
            ButtonKind::Warning
        } else {
            ButtonKind::Secondary
        };
        self.folded(action, label, kind, move || {
            view! { <p>{what}</p> }.into_any()
        })
    }

    /// A form that opens on request, and by itself when it came back with an error.
    fn folded(
        &self,
        action: &'static str,
        label: &'static str,
        kind: ButtonKind,
        inside: impl FnOnce() -> AnyView,
    ) -> Option<AnyView> {
        self.may(action).then(|| {
            let open = self.attempted == action;
            view! {
                <details open=open>
                    <summary>{label}</summary>
                    <form method="post" action=self.action() novalidate>
                        {self.hidden(action)}
                        {inside()}
                        <Button label kind/>
                    </form>
                </details>
            }
            .into_any()
        })
    }

    fn field(&self, of: &'static str, name: &'static str, label: &'static str) -> Field {
        Field::new(&self.form, of, name, label)
    }

    fn may(&self, action: &str) -> bool {
        self.file.allowed.contains(&action)
    }

    fn action(&self) -> String {
        self.lang.path(&format!(
            "/staff/requests/{}/decision",
            self.file.reference.as_str()
        ))
    }

    /// What every form sends: the action, and the version this page shows.
    fn hidden(&self, action: &'static str) -> AnyView {
        hidden(&[
            ("action", action),
            ("version", &self.file.version.to_string()),
        ])
    }

    fn history(&self) -> AnyView {
        let lang = self.lang;
        let rows = self
            .file
            .history
            .iter()
            .map(|row| self.history_row(row))
            .collect_view();
        view! {
            <section aria-labelledby="history">
                <h2 id="history">{lang.t("ประวัติ", "History")}</h2>
                <ol class="history">{rows}</ol>
            </section>
        }
        .into_any()
    }

    fn history_row(&self, row: &HistoryRow) -> AnyView {
        let lang = self.lang;
        let title = row.words.get(lang).to_owned();
        let lines = words::event_lines(lang, &row.event)
            .into_iter()
            .map(|line| view! { <li>{line}</li> })
            .collect_view();
        let who = format!("{} · {}", words::moment(lang, row.at), row.actor.get(lang));
        view! {
            <li><p><b>{title}</b></p><p class="muted">{who}</p><ul>{lines}</ul></li>
        }
        .into_any()
    }

    fn calls(&self) -> Option<AnyView> {
        if self.file.calls.is_empty() {
            return None;
        }
        let lang = self.lang;
        let rows = self.file.calls.iter().map(|call| {
            let href = lang.path(&format!("/staff/calls/{}", call.id));
            let about = words::call_about(lang, &call.about).to_owned();
            let outcome = call.outcome.as_deref().map_or_else(
                || words::when(lang, call.due_at, self.now),
                |code| words::call_outcome(lang, code),
            );
            view! { <li><a href=href>{about}</a>" · "{outcome}</li> }
        });
        let rows = rows.collect_view();
        Some(
            view! {
                <section aria-labelledby="calls">
                    <h2 id="calls">{lang.t("โทรแจ้งผล", "Calls")}</h2>
                    <ul>{rows}</ul>
                </section>
            }
            .into_any(),
        )
    }

    /// Who has opened this file: every opening is logged.
    fn views(&self) -> AnyView {
        let lang = self.lang;
        let rows = self.file.views.iter().map(|view| {
            view! { <li>{words::moment(lang, view.at)}" · "{view.who.clone()}</li> }
        });
        let rows = rows.collect_view();
        Fold::new(lang.t("ใครเปิดดูคำขอนี้แล้วบ้าง", "Who has opened this request"))
            .around(view! {<ul>{rows}</ul>})
    }
}

/// A national ID as its card shows it, "1-2345-67890-12-1"; anything else as it is.
fn grouped(id: &str) -> String {
    match NationalId::parse(id) {
        Ok(id) => {
            let digits = id.digits();
            [0..1, 1..5, 5..10, 10..12, 12..13]
                .map(|part| digits.get(part).unwrap_or_default())
                .join("-")
        }
        Err(_) => id.to_owned(),
    }
}

pub(super) fn section(
    id: &'static str,
    title: &'static str,
    lang: Lang,
    rows: Vec<SummaryRow>,
) -> AnyView {
    view! {
        <section class="panel" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            <SummaryList lang rows/>
        </section>
    }
    .into_any()
}

/// What a paper about the person who died must agree with.
pub(super) fn deceased_facts(lang: Lang, file: &RequestFile, now: Instant) -> Vec<SummaryRow> {
    vec![
        SummaryRow::new(lang.t("ชื่อ", "Name"), file.deceased_name.clone()),
        identity(lang, file),
        SummaryRow::new(
            lang.t("วันที่เสียชีวิต", "Date of death"),
            common::day(lang, file.date_of_death),
        ),
        SummaryRow::new(
            lang.t("มรณบัตร", "Death certificate"),
            certificate(lang, file, now),
        ),
    ]
}

fn identity(lang: Lang, file: &RequestFile) -> SummaryRow {
    let national = lang.t("เลขประจำตัวประชาชน", "National ID");
    match &file.identity {
        None => SummaryRow::new(national, lang.t("ไม่ทราบ", "Not known")),
        Some((kind, shown)) => {
            let name = if *kind == "passport" {
                lang.t("หนังสือเดินทาง", "Passport")
            } else {
                national
            };
            SummaryRow::new(name, grouped(shown))
        }
    }
}

fn certificate(lang: Lang, file: &RequestFile, now: Instant) -> String {
    match &file.certificate {
        CertificateState::Asked => lang.t("ยังไม่ได้ตอบ", "Not answered yet").to_owned(),
        CertificateState::NotYet { due } => {
            let due = words::when(lang, *due, now);
            lang.t(
                format!("ยังไม่ได้รับ คาดว่าได้ภายใน {due}"),
                format!("Has not come yet; expected by {due}"),
            )
        }
        CertificateState::Given(number) => number.clone(),
    }
}
