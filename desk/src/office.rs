//! The office: the day's numbers, the inbox, a request's file, decisions, the call list, the counter.
use crate::cashier::waits;
use crate::issue::sha256;
use crate::request::{
    Answer, CertificateState, Channel, Loaded, Outcome, Submission, Submitted, certificate_of,
    initials, load, places, reference_of, wish_of,
};
use crate::{Desk, Result, Trouble};
use chrono::{Days, NaiveDate};
use data_encoding::HEXLOWER;
use domain::agent::ConfirmedBy;
use domain::crematorium::application::Relation;
use domain::crematorium::{Application, Implants, Residence, Rules, Wish};
use domain::fee::ExemptionStatus;
use domain::form::{Lang, RawFields, Text, raw};
use domain::paper::Verdict;
use domain::phone::Phone;
use domain::reference::Reference;
use domain::request::{Action, Actor, Event, Refusal, StaffActor, Status, VerifiedBy, allowed};
use domain::text;
use domain::time::{self, Instant};
use std::collections::HashMap;
use store::call::{self as store_call, CallRow as StoredCall};
use store::person::PersonRow;
use store::request::{InboxFilter as StoredFilter, InboxKey, RequestRow};
use store::{Conn, agent, audit, crematorium, fee, paper, person, request, staff, task};
use uuid::Uuid;

pub(crate) const PAGE: u32 = 25;

/// The hidden field of the counter's form that makes a double tap one request.
pub const FORM_KEY: &str = "form_key";

/// The field that says how staff took a request: `telephone`, or else at the counter.
pub const CHANNEL: &str = "channel";
/// The counter's field that lets a family have places again that it gave up before, and says why.
pub const RETAKE_REASON: &str = "retake_reason";

/// Which requests the inbox shows. Everything still live by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboxFilter {
    pub status: Option<Status>,
    /// Past the deadline of the manual.
    pub late: bool,
    /// Deadline today.
    pub due_today: bool,
    /// Ceremonies today.
    pub today: bool,
    pub unverified: bool,
    /// A reference, a name, or a phone's last four digits.
    pub search: String,
}

/// A line of a list: initials and last four digits, never names or phones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxRow {
    pub reference: Reference,
    pub service: String,
    pub status: Status,
    pub frozen: bool,
    pub verified: bool,
    pub decide_by: Instant,
    pub correct_by: Option<Instant>,
    pub late: bool,
    pub wish: Wish,
    pub furnace: Option<String>,
    pub applicant_initials: String,
    pub relation: Relation,
    pub phone_last4: String,
    pub channel: String,
    pub taken_by: Option<String>,
    /// A photo of its papers waits for a verdict.
    pub photo_waits: bool,
    /// An exemption from fees waits for an approver.
    pub exemption_waits: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbox {
    pub rows: Vec<InboxRow>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// The numbers of the day, each a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayNumbers {
    pub late: u32,
    pub due_today: u32,
    pub ceremonies_today: u32,
    pub calls_due: u32,
    /// Waiting for a decision.
    pub inbox: u32,
    /// Calls to make, due or not.
    pub calls: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    pub at: Instant,
    /// A name of staff, or the kind of actor in words.
    pub actor: Text,
    pub event: Event,
    pub words: Text,
}

/// Who opened the file, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewRow {
    pub at: Instant,
    pub who: String,
}

/// A call to make or made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRow {
    pub id: Uuid,
    pub reference: Reference,
    /// The event to tell of, or `verify`.
    pub about: String,
    pub due_at: Instant,
    pub late: bool,
    pub done: bool,
    pub attempts: u32,
    pub outcome: Option<String>,
    pub applicant_initials: String,
    pub phone_last4: String,
    pub status: Status,
}

/// What the caller needs in hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSheet {
    pub row: CallRow,
    pub name: String,
    pub phone: String,
    pub helper_phone: Option<String>,
    pub what_to_say: Text,
    /// What is told with it while the booking stands: the fees, and an implant that must come out.
    pub also_say: Vec<Text>,
}

/// How a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallOutcome {
    Reached,
    NoAnswer,
    CallAgain,
}

impl CallOutcome {
    pub const ALL: [Self; 3] = [Self::Reached, Self::NoAnswer, Self::CallAgain];

    pub fn code(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::NoAnswer => "no_answer",
            Self::CallAgain => "call_again",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    pub fn words(self) -> Text {
        match self {
            Self::Reached => Text::new("ติดต่อได้ แจ้งแล้ว", "Reached and told"),
            Self::NoAnswer => Text::new("ไม่รับสาย", "No answer"),
            Self::CallAgain => Text::new("ให้โทรกลับอีกครั้ง", "Call again"),
        }
    }
}

/// A request with everything on one screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestFile {
    pub reference: Reference,
    pub status: Status,
    pub version: i64,
    pub frozen: bool,
    pub verified: bool,
    pub returned_count: u8,
    pub channel: String,
    pub submitted_at: Instant,
    pub updated_at: Instant,
    pub decide_by: Instant,
    pub late: bool,
    pub lapse_at: Option<Instant>,
    pub correct_by: Option<Instant>,
    pub taken_by: Option<String>,
    pub applicant_name: String,
    pub applicant_phone: String,
    pub applicant_email: Option<String>,
    pub relation: Relation,
    pub helper_name: Option<String>,
    pub helper_phone: Option<String>,
    pub deceased_name: String,
    /// Kind and value in clear.
    pub identity: Option<(String, String)>,
    pub date_of_death: NaiveDate,
    pub residence: Residence,
    pub certificate: CertificateState,
    pub wish: Wish,
    pub furnace: Option<String>,
    pub history: Vec<HistoryRow>,
    pub views: Vec<ViewRow>,
    /// The words of the actions this person may take now, and no more.
    pub allowed: Vec<&'static str>,
    pub calls: Vec<CallRow>,
    /// What an approver should know to be unsettled. It forbids nothing.
    pub unsettled: Vec<Text>,
}

/// Work that no request's state names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    pub id: Uuid,
    pub kind: String,
    pub reference: Option<Reference>,
    pub body: String,
    pub created_at: Instant,
}

impl Desk {
    /// The four numbers of the day and the rail's counts.
    pub async fn day_numbers(&self, who: &StaffActor) -> Result<DayNumbers> {
        handles_requests(who)?;
        let now = self.now();
        let today = time::local_date(now);
        let mut conn = self.store.read().await?;
        let counts =
            request::counts(&mut conn, now, today, time::at(today + Days::new(1), 0)).await?;
        let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        Ok(DayNumbers {
            late: number(counts.late),
            due_today: number(counts.due_today),
            ceremonies_today: number(counts.ceremonies_today),
            calls_due: number(counts.calls_due),
            inbox: number(counts.undecided),
            calls: number(counts.calls_open),
        })
    }

    /// A page of requests, the most urgent first.
    pub async fn inbox(
        &self,
        who: &StaffActor,
        filter: &InboxFilter,
        after: Option<&str>,
    ) -> Result<Inbox> {
        handles_requests(who)?;
        let now = self.now();
        let mut conn = self.store.read().await?;
        let (rows, next) = if let Ok(reference) = Reference::parse(&filter.search) {
            (
                request::by_reference(&mut conn, reference.as_str())
                    .await?
                    .into_iter()
                    .collect(),
                None,
            )
        } else if filter.today {
            (ceremonies(&mut conn, time::local_date(now)).await?, None)
        } else {
            let filter = self.stored_filter(filter, now);
            let rows = request::inbox(&mut conn, &filter, after.and_then(cursor), PAGE + 1).await?;
            paged(rows)
        };
        let mut names = Names::default();
        let mut listed = Vec::with_capacity(rows.len());
        for row in rows {
            listed.push(inbox_row(&mut conn, row, &mut names, now).await?);
        }
        Ok(Inbox { rows: listed, next })
    }

    fn stored_filter(&self, filter: &InboxFilter, now: Instant) -> StoredFilter {
        let end_of_day = time::at(time::local_date(now) + Days::new(1), 0);
        let searched = !text::clean(&filter.search).is_empty();
        let statuses = match filter.status {
            Some(status) => vec![status],
            None if searched => Status::ALL.to_vec(),
            None if filter.late || filter.due_today || filter.unverified => vec![Status::Submitted],
            None => vec![Status::Submitted, Status::Returned],
        };
        StoredFilter {
            statuses,
            taken_by: None,
            unverified: filter.unverified,
            late_before: if filter.late {
                Some(now)
            } else {
                filter.due_today.then_some(end_of_day)
            },
            service: Some(crate::request::SERVICE.to_owned()),
            search: self.searched(&filter.search),
        }
    }

    /// What was searched for, as the index holds it; a text without a word that is kept matches nothing.
    pub(crate) fn searched(&self, typed: &str) -> Vec<String> {
        let mut words = text::search_term(typed);
        let typed = text::clean(typed);
        if words.is_empty() && !typed.is_empty() {
            words.push(typed);
        }
        words.iter().map(|word| self.search_mac(word)).collect()
    }

    /// Opens a request's file; the opening is logged.
    pub async fn open_request(&self, who: &StaffActor, reference: &str) -> Result<RequestFile> {
        handles_requests(who)?;
        let row = self.row_by_reference(reference).await?;
        self.note_view(&Actor::Staff(who.clone()), &row).await?;
        self.file(who, row).await
    }

    pub(crate) async fn row_by_reference(&self, reference: &str) -> Result<RequestRow> {
        let reference = Reference::parse(reference).map_err(|_| Trouble::NotFound)?;
        let mut conn = self.store.read().await?;
        request::by_reference(&mut conn, reference.as_str())
            .await?
            .ok_or(Trouble::NotFound)
    }

    async fn file(&self, who: &StaffActor, row: RequestRow) -> Result<RequestFile> {
        let now = self.now();
        let mut conn = self.store.read().await?;
        let loaded = load(&mut conn, row).await?;
        let mut names = Names::default();
        let history = history(&self.rules(), &mut conn, loaded.row.id, &mut names).await?;
        let views = views(&mut conn, loaded.row.id, &mut names).await?;
        let mut calls = Vec::new();
        for call in store_call::of(&mut conn, loaded.row.id).await? {
            calls.push(call_row(&loaded.row, &loaded.applicant, call, now)?);
        }
        let state = &loaded.row.state;
        let taken_by = match state.taken_by {
            Some(id) => names.of(&mut conn, id).await?,
            None => None,
        };
        Ok(RequestFile {
            reference: reference_of(&loaded.row)?,
            status: state.status,
            version: loaded.row.version,
            frozen: state.frozen,
            verified: state.verified_at.is_some(),
            returned_count: state.returned_count,
            channel: loaded.row.channel.clone(),
            submitted_at: loaded.row.submitted_at,
            updated_at: state.updated_at,
            decide_by: state.decide_by,
            late: is_late(&loaded.row, now),
            lapse_at: state.lapse_at,
            correct_by: state.correct_by,
            taken_by,
            applicant_name: loaded.applicant.name.clone(),
            applicant_phone: display_phone(loaded.applicant.phone.as_deref()),
            applicant_email: loaded.applicant.email.clone(),
            relation: loaded.case.relation,
            helper_name: loaded
                .helper
                .as_ref()
                .map(|helper| helper.name.clone())
                .filter(|name| !name.is_empty()),
            helper_phone: loaded
                .helper
                .as_ref()
                .map(|helper| display_phone(helper.phone.as_deref())),
            deceased_name: loaded.deceased.name.clone(),
            identity: self.identity_of(&loaded.deceased)?,
            date_of_death: loaded.case.date_of_death,
            residence: loaded.case.residence,
            certificate: certificate_of(&loaded.case),
            wish: wish_of(&loaded.case),
            furnace: loaded
                .case
                .cremation
                .as_ref()
                .map(|cremation| cremation.furnace_id.clone()),
            history,
            views,
            allowed: allowed(&state.snapshot(), &Actor::Staff(who.clone()), now),
            calls,
            unsettled: unsettled(&mut conn, &loaded).await?,
        })
    }

    /// One act of the workflow by staff, on the version they saw.
    pub async fn decide(
        &self,
        who: &StaffActor,
        reference: &str,
        version: i64,
        action: Action,
    ) -> Result<RequestFile> {
        handles_requests(who)?;
        let row = self.row_by_reference(reference).await?;
        if row.version != version {
            return Err(self.decided_first(row.id).await?);
        }
        self.act(&row, &action, &Actor::Staff(who.clone())).await?;
        let row = self.row_by_reference(reference).await?;
        self.file(who, row).await
    }

    /// Calls to make, the most urgent first: telling people never depends on a provider.
    pub async fn call_list(&self, who: &StaffActor) -> Result<Vec<CallRow>> {
        handles_requests(who)?;
        let now = self.now();
        let mut conn = self.store.read().await?;
        let mut rows = Vec::new();
        for call in store_call::open(&mut conn, None, 200).await? {
            let (row, applicant) = called(&mut conn, call.request_id).await?;
            rows.push(call_row(&row, &applicant, call, now)?);
        }
        Ok(rows)
    }

    /// Name, phone and words for one call; the opening is logged.
    pub async fn call(&self, who: &StaffActor, id: Uuid) -> Result<CallSheet> {
        handles_requests(who)?;
        let mut conn = self.store.read().await?;
        let call = store_call::by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let (row, applicant) = called(&mut conn, call.request_id).await?;
        let helper = match row.helper_id {
            Some(id) => person::by_id(&mut conn, id).await?,
            None => None,
        };
        let events = request::events(&mut conn, row.id).await?;
        let event = events.iter().find(|event| event.id == call.event_id);
        let event = event.and_then(|event| serde_json::from_str::<Event>(&event.body).ok());
        let (what_to_say, also_say) = if row.service == crate::loan::SERVICE {
            let rules = self.rules();
            let words = crate::loan::what_to_say(&rules, &applicant, &call.about, event.as_ref());
            (words, Vec::new())
        } else {
            let loaded = load(&mut conn, row.clone()).await?;
            drop(conn);
            let also_say = self.also_say(&loaded).await?;
            let words = match self.agent_to_ask_about(&loaded, &call.about).await? {
                Some(words) => words,
                None => self.what_to_say(&loaded, &call.about, event.as_ref()),
            };
            (words, also_say)
        };
        self.note_view(&Actor::Staff(who.clone()), &row).await?;
        Ok(CallSheet {
            also_say,
            what_to_say,
            row: call_row(&row, &applicant, call, self.now())?,
            name: applicant.name.clone(),
            phone: display_phone(applicant.phone.as_deref()),
            helper_phone: helper.map(|helper| display_phone(helper.phone.as_deref())),
        })
    }

    /// Notes how a call went. A family that was reached about its sending is verified by it.
    pub async fn log_call(&self, who: &StaffActor, id: Uuid, outcome: CallOutcome) -> Result<()> {
        handles_requests(who)?;
        let mut conn = self.store.read().await?;
        let call = store_call::by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let row = request::by_id(&mut conn, call.request_id)
            .await?
            .ok_or(Trouble::NotFound)?;
        drop(conn);
        let actor = Actor::Staff(who.clone());
        let reached = outcome == CallOutcome::Reached;
        self.note_call(&row, &actor, who, id, outcome).await?;
        if reached && call.about == "authority" {
            match self
                .confirm_agent_for(who, &row.reference, ConfirmedBy::Call)
                .await
            {
                // Taken away meanwhile: the call is noted all the same.
                Ok(()) | Err(Trouble::Refused(Refusal::WrongState)) => {}
                Err(trouble) => return Err(trouble),
            }
        }
        if reached && call.about == "verify" {
            let row = self.row_by_reference(&row.reference).await?;
            match self
                .act(
                    &row,
                    &Action::Verify {
                        by: VerifiedBy::Call,
                    },
                    &actor,
                )
                .await
            {
                // Verified meanwhile, or ended: the call is noted all the same.
                Ok(()) | Err(Trouble::Refused(Refusal::WrongState)) => {}
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(())
    }

    /// The fees by what is known now, and what must be known of implants before the cremation.
    async fn also_say(&self, loaded: &Loaded) -> Result<Vec<Text>> {
        if !loaded.row.state.status.is_live() {
            return Ok(Vec::new());
        }
        let mut conn = self.store.read().await?;
        let (quote, _) = self.quote_of(&mut conn, &loaded.row, &self.rules()).await?;
        let total = quote.total.words();
        let (about_th, about_en) = if quote.has_estimate() {
            ("ประมาณ ", "about ")
        } else {
            ("", "")
        };
        let mut lines = vec![Text::new(
            format!(
                "ค่าธรรมเนียม {about_th}{} จ่ายเมื่อได้รับใบแจ้งชำระ เงินสดหรือคิวอาร์",
                total.th
            ),
            format!(
                "Fees: {about_en}{}, paid in cash or by QR once the fee note has come.",
                total.en
            ),
        )];
        if loaded.case.cremation.is_some() {
            lines.extend(match loaded.case.implants {
                None | Some(Implants::NotSure) => Some(Text::new(
                    "ถามว่ามีเครื่องกระตุ้นหัวใจหรืออุปกรณ์ที่มีแบตเตอรี่ในร่างกายหรือไม่ ถ้ามีต้องให้โรงพยาบาลนำออกก่อนวันฌาปนกิจ",
                    "Ask whether there is a pacemaker or another implant with a battery: the hospital must remove it before the cremation.",
                )),
                Some(Implants::Present) => Some(Text::new(
                    "ย้ำว่าต้องให้โรงพยาบาลนำอุปกรณ์ที่มีแบตเตอรี่ออกก่อนวันฌาปนกิจ",
                    "Remind them that the hospital must remove the implant before the cremation.",
                )),
                Some(_) => None,
            });
        }
        Ok(lines)
    }

    /// What to say, in words an officer can read out.
    fn what_to_say(&self, loaded: &Loaded, about: &str, event: Option<&Event>) -> Text {
        let rules = self.rules();
        let wish = wish_of(&loaded.case);
        let (th, en) = (
            places(&wish, &rules, Lang::Th),
            places(&wish, &rules, Lang::En),
        );
        match (about, event) {
            (crate::paper::ELSEWHERE, _) => Text::new(
                format!(
                    "มรณบัตรระบุสถานที่จัดการศพเป็นที่อื่น ขอให้แจ้งนายทะเบียนที่ออกมรณบัตรแก้เป็นฌาปนสถานแห่งนี้ก่อนวันงาน ({th})"
                ),
                format!(
                    "The certificate names another place. Ask the family to have the registrar who issued it change it to this crematorium before the day ({en})."
                ),
            ),
            ("verify", _) => Text::new(
                format!("โทรยืนยันคำขอ: {th} ถูกต้องหรือไม่ และท่านเป็นผู้ส่งคำขอนี้ใช่หรือไม่"),
                format!("Confirm the request: {en}. Is this right, and did they send it?"),
            ),
            (_, Some(Event::Approved)) => Text::new(
                format!(
                    "อนุมัติแล้ว: {th} โปรดมาถึงก่อนเวลา {} นาทีหากเคลื่อนหีบศพมาจากที่อื่น",
                    rules.settings().arrive_before_minutes
                ),
                format!(
                    "Approved: {en}. Arrive {} minutes early if the coffin comes from elsewhere.",
                    rules.settings().arrive_before_minutes
                ),
            ),
            (_, Some(Event::Returned { defects, .. })) => Text::new(
                format!("ขอให้แก้ไข: {}", defects.join(" · ")),
                format!("To be corrected: {}", defects.join(" · ")),
            ),
            (_, Some(Event::Refused { reason, appeal, .. })) => Text::new(
                format!("ไม่อนุมัติ เพราะ {reason} · {appeal}"),
                format!("Refused: {reason} · {appeal}"),
            ),
            (_, Some(Event::Cancelled { reason })) => Text::new(
                format!("ยกเลิกแล้ว เพราะ {reason}"),
                format!("Cancelled: {reason}"),
            ),
            (_, Some(Event::MustMove { reason, .. })) => Text::new(
                format!(
                    "ต้องเปลี่ยนวัน เพราะ{} · ที่จองไว้: {th} · ครอบครัวเลือกใหม่เองได้ที่หน้าติดตามคำขอ",
                    reason.th
                ),
                format!(
                    "The booking must move: {} · booked: {en} · the family may also choose on the tracking page.",
                    reason.en
                ),
            ),
            (_, Some(Event::MayStay { .. })) => Text::new(
                format!("ไม่ต้องเปลี่ยนวันแล้ว ใช้ได้ตามเดิม: {th}"),
                format!("It need not move after all: {en}."),
            ),
            (_, Some(Event::Moved { reason, .. })) => Text::new(
                format!("ย้ายแล้ว: {th} เพราะ {reason}"),
                format!("Moved to: {en}. Reason: {reason}"),
            ),
            (_, Some(Event::Withdrawn)) => Text::new(
                format!("ผู้ดำเนินการแทนถอนคำขอแล้ว: {th} ถ้ายังต้องการ เจ้าหน้าที่ทำรายการใหม่ให้ได้ทันที"),
                format!(
                    "The agent withdrew the request: {en}. If they still want it, enter it again now."
                ),
            ),
            (
                _,
                Some(Event::AppealAnswered {
                    number,
                    changed,
                    answer,
                }),
            ) => Text::new(
                format!(
                    "ตอบอุทธรณ์ {number} แล้ว: {} {answer}",
                    if *changed {
                        "เปลี่ยนคำสั่งเดิม"
                    } else {
                        "ยืนตามคำสั่งเดิม"
                    }
                ),
                format!(
                    "Appeal {number} is answered: {} {answer}",
                    if *changed {
                        "the order is changed."
                    } else {
                        "the order stands."
                    }
                ),
            ),
            (_, Some(Event::LateExplained { reason, .. })) => Text::new(
                format!("ยังพิจารณาไม่แล้วเสร็จ เพราะ {reason} วันและเวลาที่จองยังเป็นของท่าน"),
                format!("Not decided yet: {reason} The places are still theirs."),
            ),
            (_, Some(event @ (Event::Residence { .. } | Event::ExemptionDecided { .. }))) => {
                crate::fee::event_words(event)
            }
            (_, Some(Event::Lapsed)) => Text::new(
                "คำขอสิ้นผลเพราะยังไม่ได้ยืนยัน หากยังต้องการ เจ้าหน้าที่ทำรายการใหม่ให้ได้ทันที",
                "The request lapsed because it was not confirmed. If they still want it, enter it again now.",
            ),
            _ => Text::new(th, en),
        }
    }

    /// A key for one form on one screen: sending it twice is one request.
    pub fn form_key(&self) -> String {
        HEXLOWER.encode(&self.random::<16>())
    }

    /// The same short path, keyed in at the counter or on the telephone; once per [`FORM_KEY`], where there is one.
    pub async fn walk_in(&self, who: &StaffActor, fields: &RawFields) -> Result<Reference> {
        handles_requests(who)?;
        let application = Application::parse(fields, self.now()).map_err(Trouble::Invalid)?;
        let key = raw(fields, FORM_KEY);
        let answer = (!key.is_empty()).then(|| Answer {
            token: who.id,
            path: "/staff/walk-in",
            key: key.chars().take(64).collect(),
            body_hash: form_hash(fields),
            write: |submitted: &Submitted| submitted.reference.as_str().to_owned(),
        });
        let submission = Submission {
            actor: Actor::Staff(who.clone()),
            channel: match raw(fields, CHANNEL) {
                "telephone" => Channel::Telephone,
                _ => Channel::Counter,
            },
            application,
            draft: None,
            answer,
            retake: Some(raw(fields, RETAKE_REASON).to_owned()),
        };
        match self.submit(submission).await? {
            Outcome::Done(submitted) => Ok(submitted.reference),
            Outcome::Replayed(reference) => {
                Reference::parse(&reference).map_err(|error| Trouble::Internal(error.to_string()))
            }
        }
    }

    /// Open work that no request's state names: a letter that could not be sent.
    pub async fn staff_tasks(&self, who: &StaffActor) -> Result<Vec<TaskRow>> {
        handles_requests(who)?;
        let mut conn = self.store.read().await?;
        let mut rows = Vec::new();
        for task in task::open(&mut conn, None, 200).await? {
            let reference = match task.request_id {
                Some(id) => request::by_id(&mut conn, id)
                    .await?
                    .map(|row| reference_of(&row))
                    .transpose()?,
                None => None,
            };
            rows.push(TaskRow {
                id: task.id,
                kind: task.kind,
                reference,
                body: task.body,
                created_at: task.created_at,
            });
        }
        Ok(rows)
    }

    pub async fn finish_task(&self, who: &StaffActor, id: Uuid) -> Result<()> {
        handles_requests(who)?;
        let now = self.now();
        let done = self
            .store
            .write(async |tx| task::finish(tx, id, who.id, now).await)
            .await?;
        if done { Ok(()) } else { Err(Trouble::NotFound) }
    }
}

/// Whether this person works with requests at all; administrators as such do not.
pub(crate) fn handles_requests(who: &StaffActor) -> Result<()> {
    if who.handles_requests() {
        Ok(())
    } else {
        Err(Trouble::NotAllowed)
    }
}

fn is_late(row: &RequestRow, now: Instant) -> bool {
    row.state.status == Status::Submitted && row.state.decide_by < now
}

/// Names of staff and agents, each looked up once.
#[derive(Default)]
pub(crate) struct Names(HashMap<Uuid, Option<String>>);

impl Names {
    pub(crate) async fn of(&mut self, conn: &mut Conn, id: Uuid) -> Result<Option<String>> {
        if let Some(known) = self.0.get(&id) {
            return Ok(known.clone());
        }
        let name = staff::by_id(conn, id).await?.map(|row| row.name);
        self.0.insert(id, name.clone());
        Ok(name)
    }

    /// An agent is named with its organisation.
    async fn of_agent(&mut self, conn: &mut Conn, id: Uuid) -> Result<Option<String>> {
        if let Some(known) = self.0.get(&id) {
            return Ok(known.clone());
        }
        let row = agent::by_id(conn, id).await?;
        let name = row.map(|row| format!("{} ({})", row.organisation, row.name));
        self.0.insert(id, name.clone());
        Ok(name)
    }
}

pub(crate) async fn inbox_row(
    conn: &mut Conn,
    row: RequestRow,
    names: &mut Names,
    now: Instant,
) -> Result<InboxRow> {
    let case = crematorium::load(conn, row.id).await?;
    let case = case.ok_or_else(|| Trouble::Internal(format!("request {} has no case", row.id)))?;
    let applicant = person::by_id(conn, row.applicant_id).await?;
    let (name, phone) =
        applicant.map_or_else(Default::default, |person| (person.name, person.phone));
    let taken_by = match row.state.taken_by {
        Some(id) => names.of(conn, id).await?,
        None => None,
    };
    let live = row.state.status.is_live();
    let papers = if live {
        paper::of(conn, row.id).await?
    } else {
        Vec::new()
    };
    let exemptions = if live {
        fee::exemptions(conn, row.id).await?
    } else {
        Vec::new()
    };
    Ok(InboxRow {
        photo_waits: papers.iter().any(|paper| paper.verdict == Verdict::Waiting),
        exemption_waits: exemptions
            .iter()
            .any(|exemption| exemption.status == ExemptionStatus::Asked),
        reference: reference_of(&row)?,
        service: row.service.clone(),
        status: row.state.status,
        frozen: row.state.frozen,
        verified: row.state.verified_at.is_some(),
        decide_by: row.state.decide_by,
        correct_by: row.state.correct_by,
        late: is_late(&row, now),
        wish: wish_of(&case),
        furnace: case
            .cremation
            .as_ref()
            .map(|cremation| cremation.furnace_id.clone()),
        applicant_initials: initials(&name),
        relation: case.relation,
        phone_last4: last4(phone.as_deref()),
        channel: row.channel,
        taken_by,
    })
}

/// Live cases cremated on a day, in the order of rounds.
async fn ceremonies(conn: &mut Conn, date: NaiveDate) -> Result<Vec<RequestRow>> {
    let mut rows = Vec::new();
    for case in crematorium::on_day(conn, date).await? {
        if let Some(row) = request::by_id(conn, case.request_id).await?
            && matches!(row.state.status, Status::Approved | Status::Completed)
        {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// Whom a call is about, whatever the service.
async fn called(conn: &mut Conn, id: Uuid) -> Result<(RequestRow, PersonRow)> {
    let row = request::by_id(conn, id).await?.ok_or(Trouble::NotFound)?;
    let applicant = person::by_id(conn, row.applicant_id)
        .await?
        .ok_or_else(|| Trouble::Internal(format!("request {id} has no applicant")))?;
    Ok((row, applicant))
}

/// One row more than a page was asked for: it says that there is a next page.
pub(crate) fn paged(mut rows: Vec<RequestRow>) -> (Vec<RequestRow>, Option<String>) {
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    if rows.len() <= page {
        return (rows, None);
    }
    rows.truncate(page);
    let next = rows.last().map(|row| {
        let key = row.inbox_key();
        let (status, micros) = (key.status.code(), time::micros(key.decide_by));
        format!("{status}-{micros}-{}", key.id.simple())
    });
    (rows, next)
}

pub(crate) fn cursor(text: &str) -> Option<InboxKey> {
    let (status, rest) = text.split_once('-')?;
    let (micros, id) = rest.split_once('-')?;
    Some(InboxKey {
        status: Status::parse(status)?,
        decide_by: time::from_micros(micros.parse().ok()?)?,
        id: Uuid::try_parse(id).ok()?,
    })
}

fn call_row(
    row: &RequestRow,
    applicant: &PersonRow,
    call: StoredCall,
    now: Instant,
) -> Result<CallRow> {
    Ok(CallRow {
        id: call.id,
        reference: reference_of(row)?,
        about: call.about,
        due_at: call.due_at,
        late: !call.done && call.due_at < now,
        done: call.done,
        attempts: call.attempts,
        outcome: call.outcome,
        applicant_initials: initials(&applicant.name),
        phone_last4: last4(applicant.phone.as_deref()),
        status: row.state.status,
    })
}

pub(crate) fn last4(phone: Option<&str>) -> String {
    phone
        .and_then(|phone| Phone::parse(phone).ok())
        .map(|phone| phone.last4().to_owned())
        .unwrap_or_default()
}

pub(crate) fn display_phone(phone: Option<&str>) -> String {
    phone
        .and_then(|phone| Phone::parse(phone).ok())
        .map(|phone| phone.display())
        .unwrap_or_default()
}

/// What somebody typed: the same form again is one request, another under its key is told so.
pub(crate) fn form_hash(fields: &RawFields) -> String {
    // The ash slot that comes by itself may be another at the second tap.
    let typed: Vec<_> = fields
        .iter()
        .filter(|(name, _)| !name.starts_with("ash."))
        .collect();
    sha256(format!("{typed:?}").as_bytes())
}

/// What is open beside the papers: the register, an exemption, an implant, a place out of use.
async fn unsettled(conn: &mut Conn, loaded: &Loaded) -> Result<Vec<Text>> {
    let mut open = Vec::new();
    if loaded.case.residence == Residence::NotSure {
        open.push(Text::new(
            "ยังไม่ได้ตรวจทะเบียนบ้าน",
            "The house registration has not been looked up",
        ));
    }
    if waits(conn, loaded.row.id).await? {
        open.push(Text::new(
            "คำขอยกเว้นค่าธรรมเนียมยังไม่ได้ตัดสิน",
            "An exemption has not been decided",
        ));
    }
    if let Some(implants) = loaded.case.implants.filter(|it| it.needs_care()) {
        let label = implants.label();
        open.push(Text::new(
            format!("อุปกรณ์ในร่างกายที่มีแบตเตอรี่: {}", label.th),
            format!("Implant with a battery: {}", label.en),
        ));
    }
    for reason in crate::change::reasons(conn, loaded.row.id).await? {
        open.push(Text::new(
            format!("ต้องย้าย: {}", reason.th),
            format!("Must move: {}", reason.en),
        ));
    }
    Ok(open)
}

pub(crate) async fn history(
    rules: &Rules,
    conn: &mut Conn,
    id: Uuid,
    names: &mut Names,
) -> Result<Vec<HistoryRow>> {
    let mut rows = Vec::new();
    for row in request::events(conn, id).await? {
        let event: Event = serde_json::from_str(&row.body)
            .map_err(|error| Trouble::Internal(error.to_string()))?;
        let name = match row.actor_id {
            Some(id) if row.actor_kind == "staff" => names.of(conn, id).await?,
            Some(id) if row.actor_kind == "agent" => names.of_agent(conn, id).await?,
            _ => None,
        };
        rows.push(HistoryRow {
            at: row.at,
            actor: actor_words(&row.actor_kind, name),
            words: event_words(rules, &event),
            event,
        });
    }
    Ok(rows)
}

async fn views(conn: &mut Conn, id: Uuid, names: &mut Names) -> Result<Vec<ViewRow>> {
    let mut rows = Vec::new();
    for row in audit::of(conn, &format!("view:{id}")).await? {
        let who = match row.actor_id {
            Some(id) if row.actor_kind == "agent" => {
                names.of_agent(conn, id).await?.unwrap_or_default()
            }
            Some(id) => names.of(conn, id).await?.unwrap_or_default(),
            None => row.actor_kind,
        };
        rows.push(ViewRow { at: row.at, who });
    }
    Ok(rows)
}

fn actor_words(kind: &str, name: Option<String>) -> Text {
    match (kind, name) {
        (_, Some(name)) => Text::new(name.clone(), name),
        ("resident", _) => Text::new("ผู้ขอ", "The family"),
        ("channel", _) => Text::new("ช่องทางภายนอก", "A channel"),
        ("agent", _) => Text::new("ผู้ดำเนินการแทน", "An agent"),
        ("system", _) => Text::new("ระบบ", "The system"),
        _ => Text::new("เจ้าหน้าที่", "Staff"),
    }
}

/// What happened, for the history.
pub(crate) fn event_words(rules: &Rules, event: &Event) -> Text {
    match event {
        Event::Submitted => Text::new("ส่งคำขอ", "Request sent"),
        Event::Taken => Text::new("รับเรื่องไว้ดำเนินการ", "Taken to work on"),
        Event::Verified {
            by: VerifiedBy::Call,
        } => Text::new("ยืนยันทางโทรศัพท์แล้ว", "Confirmed by telephone"),
        Event::Verified {
            by: VerifiedBy::Counter,
        } => Text::new("ยืนยันที่เคาน์เตอร์แล้ว", "Confirmed at the counter"),
        Event::Verified {
            by: VerifiedBy::Paper,
        } => Text::new("ยืนยันด้วยเอกสารแล้ว", "Confirmed by a paper"),
        Event::Returned { defects, .. } => Text::new(
            format!("ส่งกลับให้แก้ไข: {}", defects.join(" · ")),
            format!("Returned for correction: {}", defects.join(" · ")),
        ),
        Event::Resubmitted => Text::new("แก้ไขและส่งอีกครั้ง", "Corrected and sent again"),
        Event::Approved => Text::new("อนุมัติ", "Approved"),
        Event::Refused { reason, .. } => {
            Text::new(format!("ไม่อนุมัติ: {reason}"), format!("Refused: {reason}"))
        }
        Event::Withdrawn => Text::new("ถอนคำขอ", "Withdrawn"),
        Event::Cancelled { reason } => {
            Text::new(format!("ยกเลิก: {reason}"), format!("Cancelled: {reason}"))
        }
        Event::Moved { from, to, reason } => moved_words(rules, from, to, reason),
        Event::Particulars(known) => {
            let words = known.words();
            Text::new(
                format!("แจ้งเรื่องศพและหีบศพ: {}", words.th),
                format!("Body and coffin: {}", words.en),
            )
        }
        Event::FurnaceSwitched { from, to } => Text::new(
            format!("ย้ายจาก {from} ไป {to} เวลาเดิม"),
            format!("Moved from {from} to {to} at the same time"),
        ),
        Event::MustMove { reason, .. } => Text::new(
            format!("ต้องย้าย: {}", reason.th),
            format!("Must move: {}", reason.en),
        ),
        Event::MayStay { .. } => Text::new("ไม่ต้องย้ายแล้ว ใช้ได้ตามเดิม", "Need not move after all"),
        Event::TakenAgain { reason } => Text::new(
            format!("ให้ใช้เวลาที่เคยยกเลิก: {reason}"),
            format!("Places given up before were allowed again: {reason}"),
        ),
        Event::Frozen { reason } => {
            Text::new(format!("ระงับไว้: {reason}"), format!("Frozen: {reason}"))
        }
        Event::Unfrozen { reason } => Text::new(
            format!("ยกเลิกการระงับ: {reason}"),
            format!("Unfrozen: {reason}"),
        ),
        Event::Lapsed => Text::new("สิ้นผลเพราะไม่ได้ยืนยันในเวลา", "Lapsed: not confirmed in time"),
        Event::Completed => Text::new("เสร็จสิ้น", "Completed"),
        Event::Answered { .. } => Text::new(
            "ผู้ขอตอบเรื่องมรณบัตร",
            "The family answered about the certificate",
        ),
        Event::PaperSent { .. }
        | Event::PaperAccepted { .. }
        | Event::PaperDefective { .. }
        | Event::Found { .. } => crate::paper::event_words(event),
        Event::AuthorityConfirmed { by } => by.label(),
        Event::AuthorityRevoked => Text::new(
            "ถอนอำนาจผู้ดำเนินการแทน",
            "The agent's authority was taken away",
        ),
        Event::Appealed { number, late } => Text::new(
            format!(
                "ยื่นอุทธรณ์ {number}{}",
                if *late {
                    " (พ้นกำหนด)"
                } else {
                    ""
                }
            ),
            format!("Appeal {number}{}", if *late { " (late)" } else { "" }),
        ),
        Event::AppealForwarded { number } => Text::new(
            format!("ส่งอุทธรณ์ {number} ให้นายกเทศมนตรีพิจารณา"),
            format!("Appeal {number} passed on to the mayor"),
        ),
        Event::AppealAnswered {
            number, changed, ..
        } => Text::new(
            format!(
                "ตอบอุทธรณ์ {number}: {}",
                if *changed {
                    "เปลี่ยนคำสั่งเดิม"
                } else {
                    "ยืนตามคำสั่งเดิม"
                }
            ),
            format!(
                "Appeal {number} answered: {}",
                if *changed {
                    "the order is changed"
                } else {
                    "the order stands"
                }
            ),
        ),
        Event::LateExplained { n, reason } => Text::new(
            format!("แจ้งเหตุแห่งความล่าช้า ครั้งที่ {n}: {reason}"),
            format!("Delay explained, no. {n}: {reason}"),
        ),
        Event::Residence { .. }
        | Event::ExtrasSet
        | Event::ExemptionAsked { .. }
        | Event::ExemptionDecided { .. }
        | Event::NoteIssued { .. }
        | Event::NotePaid { .. }
        | Event::PaymentUndone { .. }
        | Event::ReceiptKeyed { .. }
        | Event::RefundAsked { .. }
        | Event::RefundChanged { .. } => crate::fee::event_words(event),
        Event::Loan { .. } | Event::Scored { .. } | Event::PatientDied => {
            crate::loan::event_words(rules, event)
        }
        Event::Called { outcome } => {
            let words = CallOutcome::parse(outcome).map_or_else(
                || Text::new(outcome.clone(), outcome.clone()),
                CallOutcome::words,
            );
            Text::new(
                format!("โทรแจ้งผล: {}", words.th),
                format!("Telephone: {}", words.en),
            )
        }
    }
}

/// Where a booking was and where it is.
fn moved_words(rules: &Rules, from: &Wish, to: &Wish, reason: &str) -> Text {
    let why = if reason.trim().is_empty() {
        String::new()
    } else {
        format!(" ({reason})")
    };
    let both = |lang| (places(from, rules, lang), places(to, rules, lang));
    let (th, en) = (both(Lang::Th), both(Lang::En));
    Text::new(
        format!("ย้ายจาก {} เป็น {}{why}", th.0, th.1),
        format!("Moved from {} to {}{why}", en.0, en.1),
    )
}
