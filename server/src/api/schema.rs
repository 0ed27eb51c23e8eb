//! The bodies of the API: what is answered, and what may be sent.
use chrono::NaiveDate;
use desk::change::Changed;
use desk::crematorium::CalendarDay as Calendar;
use desk::loan::{CatalogueRow, LoanSubmitted, LoanView};
use desk::paper::{PaperView, Papers};
use desk::request::{StepState, Submitted, TrackStep, TrackView};
use desk::signature::FamilyDocument;
use domain::crematorium::{DayAvailability, Wish};
use domain::document::Kind;
use domain::form::{Lang, Text};
use domain::issued::IssuedStatus;
use domain::lunar::Phase;
use domain::municipality::{CaseType, CoffinSize, Manual, Municipality};
use domain::paper::PaperKind;
use domain::time::{self, Instant};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An instant as the API writes it: RFC 3339 with +07:00, whole seconds.
fn moment(instant: Instant) -> String {
    time::local(instant).to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
}

// ---- Errors

/// RFC 9457 problem details with a stable `code`.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = Problem, example = json!({
    "type": "about:blank", "title": "Unprocessable Entity", "status": 422, "code": "closed",
    "detail": "Some values are not right; see errors.", "detail_th": "ข้อมูลบางช่องไม่ถูกต้อง ดู errors",
    "errors": [{"pointer": "/cremation/date", "code": "closed", "detail_th": "ปิดทุกวันศุกร์", "detail_en": "Closed on Fridays"}]
}))]
pub struct ProblemBody {
    #[schema(value_type = String)]
    pub r#type: &'static str,
    /// The status in words.
    #[schema(value_type = String)]
    pub title: &'static str,
    pub status: u16,
    /// A stable machine word: `slot_taken`, `deceased_has_case`, `closed`, `beyond_horizon`, `invalid`, …
    pub code: String,
    /// In English.
    pub detail: String,
    pub detail_th: String,
    /// With 422: everything that is wrong, at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<ErrorItem>>,
    /// With `slot_taken`: which of `cremation`, `pavilion` and `ash` went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflicts: Option<Vec<String>>,
    /// With `slot_taken`: up to five wishes that are free, the nearest first, in the request's own shape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternatives: Option<Vec<ApiWish>>,
    /// Seconds, as in the header `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

/// One thing that is wrong with the input.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ErrorItem {
    /// RFC 6901: `/cremation/date`; for a query parameter `/from`.
    pub pointer: String,
    pub code: String,
    pub detail_th: String,
    pub detail_en: String,
}

// ---- Requests

/// What is to be held: pavilion nights, a cremation, the time at which ashes are collected; all of it or none.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Wish)]
pub struct ApiWish {
    /// `infectious`, `child`, `unnamed`, `royal` or `remains`; absent: ordinary.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub case_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cremation: Option<Cremation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pavilion: Option<Pavilion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ash: Option<Ash>,
    /// `small`, `large` or `extra_large`; absent: standard.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub coffin_size: Option<&'static str>,
}

/// When the ashes are collected, usually on the morning after; only with a cremation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Ash {
    #[schema(value_type = String, format = "date", example = "2026-11-26")]
    pub date: NaiveDate,
    /// A start time of that day.
    #[schema(example = "07:00")]
    pub time: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Cremation {
    #[schema(value_type = String, format = "date", example = "2026-11-25")]
    pub date: NaiveDate,
    /// A start time of that day.
    #[schema(example = "13:00")]
    pub round: String,
}

/// Evenings of chanting, before the day of the cremation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Pavilion {
    #[schema(example = "sala-1")]
    pub id: String,
    /// The first evening.
    #[schema(value_type = String, format = "date", example = "2026-11-23")]
    pub from: NaiveDate,
    #[schema(example = 2)]
    pub nights: u8,
}

impl From<&Wish> for ApiWish {
    fn from(wish: &Wish) -> Self {
        Self {
            case_type: (wish.case_type != CaseType::default()).then_some(wish.case_type.code()),
            cremation: wish.cremation.as_ref().map(|wish| Cremation {
                date: wish.date,
                round: wish.round.to_string(),
            }),
            pavilion: wish.pavilion.as_ref().map(|wish| Pavilion {
                id: wish.id.clone(),
                from: wish.from,
                nights: wish.nights,
            }),
            ash: wish.ash.map(|ash| Ash {
                date: ash.date,
                time: ash.start.to_string(),
            }),
            coffin_size: (wish.coffin != CoffinSize::default()).then_some(wish.coffin.code()),
        }
    }
}

/// `cremation` or `pavilion` may be absent, not both. Unknown fields are ignored.
#[derive(Clone, Debug, ToSchema)]
pub struct CremationRequest {
    pub applicant: Applicant,
    pub helper: Option<Helper>,
    pub deceased: Deceased,
    /// `ordinary` (also when absent), `infectious`, `child`, `unnamed`, `royal` or `remains`.
    pub case_type: Option<String>,
    pub cremation: Option<Cremation>,
    pub pavilion: Option<Pavilion>,
    pub ash: Option<Ash>,
    /// `small`, `standard` (also when absent), `large` or `extra_large`: decides which furnaces it fits into.
    pub coffin_size: Option<String>,
    /// `none`, `present`, `removed` or `not_sure`: pacemakers and other implants must be removed before the cremation.
    pub implants: Option<String>,
}

#[derive(Clone, Debug, ToSchema)]
pub struct Applicant {
    pub name: String,
    /// Thai mobile or landline; spaces and hyphens are fine.
    pub phone: String,
    pub relation: Relation,
    pub email: Option<String>,
}

/// Somebody who fills in for the family; the helper's phone tracks the case too.
#[derive(Clone, Debug, ToSchema)]
pub struct Helper {
    pub name: Option<String>,
    pub phone: String,
}

#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Relation {
    Spouse,
    Child,
    Parent,
    Sibling,
    Relative,
    Agent,
    Other,
}

/// With a national ID, a passport, or neither when it is not known. Of somebody `unnamed` the name may be empty.
#[derive(Clone, Debug, ToSchema)]
pub struct Deceased {
    pub name: String,
    /// `national_id`, `passport` or `not_known`; absent: what is given decides.
    pub identity: Option<String>,
    pub national_id: Option<String>,
    pub passport: Option<String>,
    pub date_of_death: DateOfDeath,
    pub residence: Residence,
    /// The office's own number of somebody unnamed, when the office has given one: `2569-0001`.
    pub internal_number: Option<String>,
    /// `not_yet` when the death certificate has not come.
    pub certificate: Option<String>,
    pub certificate_number: Option<String>,
}

/// `YYYY-MM-DD`, or parts as a person writes them (พ.ศ. or ค.ศ., month as number or name).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum DateOfDeath {
    Whole(String),
    Parts(DateParts),
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DateParts {
    pub day: String,
    pub month: String,
    pub year: String,
}

/// Whether the deceased was ever registered in the city.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Residence {
    InArea,
    OutOfArea,
    NotSure,
}

/// What can be borrowed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EquipmentTypes {
    pub types: Vec<EquipmentKind>,
}

/// A type of equipment, with what is free now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EquipmentKind {
    /// The id to ask for.
    #[schema(example = "wheelchair")]
    pub r#type: String,
    pub name_th: String,
    pub name_en: String,
    /// How many can be had today, after everybody who waits.
    pub free: u32,
    /// How many wait.
    pub queue: u32,
}

impl From<CatalogueRow> for EquipmentKind {
    fn from(row: CatalogueRow) -> Self {
        Self {
            r#type: row.kind.id,
            name_th: row.kind.name.th,
            name_en: row.kind.name.en,
            free: row.free,
            queue: row.queue,
        }
    }
}

/// A request for a loan. All fields are texts or numbers; dates may be Thai.
#[derive(Clone, Debug, ToSchema)]
pub struct EquipmentRequest {
    pub applicant: Applicant,
    /// Whoever fills in; tracks the request as well.
    pub helper: Option<Helper>,
    /// Who signs; absent: the applicant.
    pub borrower: Option<LoanPerson>,
    /// Who looks after the patient.
    pub carer: Option<LoanPerson>,
    pub patient: Patient,
    /// At most as many pieces as the city's settings say.
    pub items: Vec<LoanItem>,
    /// The first day.
    #[schema(format = "date", example = "2026-11-25")]
    pub from: String,
    /// The last day, inclusive.
    #[schema(format = "date", example = "2027-02-22")]
    pub until: String,
    /// After this day it is of no use: the queue forgets it.
    #[schema(format = "date")]
    pub not_needed_after: Option<String>,
    /// `pickup` or `delivery`.
    #[schema(example = "pickup")]
    pub delivery: String,
    pub note: Option<String>,
}

/// Somebody else in a loan.
#[derive(Clone, Debug, ToSchema)]
pub struct LoanPerson {
    pub name: String,
    pub phone: Option<String>,
}

/// Whoever the equipment is for.
#[derive(Clone, Debug, ToSchema)]
pub struct Patient {
    #[schema(example = "สมศรี ใจดี")]
    pub name: String,
    /// Thirteen digits.
    pub national_id: Option<String>,
    /// `bedridden`, `dependent`, `recovering` or `other`.
    #[schema(example = "bedridden")]
    pub condition: String,
    pub community: Option<String>,
    pub tambon: Option<String>,
    pub address: Option<String>,
}

/// So many of a type.
#[derive(Clone, Debug, ToSchema)]
pub struct LoanItem {
    #[schema(example = "wheelchair")]
    pub r#type: String,
    #[schema(example = 1)]
    pub quantity: u8,
}

/// A request for a loan that was taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LoanReceipt {
    /// Twelve digits.
    #[schema(example = "123456789012")]
    pub reference: String,
    /// `submitted`, or `queued` when something asked for is not free.
    #[schema(value_type = String, example = "queued")]
    pub status: &'static str,
    /// Whether it counts without an officer's call.
    pub verified: bool,
    #[schema(format = "date-time", example = "2026-11-23T09:00:00+07:00")]
    pub submitted_at: String,
    #[schema(format = "date-time", example = "2026-11-23T16:00:00+07:00")]
    pub decide_by: String,
    /// The tracking page, relative to the public address.
    #[schema(format = "uri-reference", example = "/track?n=123456789012")]
    pub track_url: String,
    /// The place in line of what waits longest; absent when everything is free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
    /// The week in which that is expected, ISO 8601; absent when nothing can be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-W50")]
    pub expected_week: Option<String>,
    pub items: Vec<ReceivedItem>,
}

/// One type asked for: free, or with its place in line.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReceivedItem {
    #[schema(example = "wheelchair")]
    pub r#type: String,
    pub quantity: u32,
    pub free: bool,
    /// From 1, of the first piece that waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
    /// ISO 8601: `2026-W50`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_week: Option<String>,
}

impl From<&LoanSubmitted> for LoanReceipt {
    fn from(submitted: &LoanSubmitted) -> Self {
        let last = submitted.items.iter().max_by_key(|item| item.place);
        let week = |date: NaiveDate| domain::equipment::queue::week_code(date);
        Self {
            reference: submitted.reference.as_str().to_owned(),
            status: submitted.status.code(),
            verified: submitted.verified,
            submitted_at: moment(submitted.submitted_at),
            decide_by: moment(submitted.decide_by),
            track_url: format!("/track?n={}", submitted.reference.as_str()),
            place: last.and_then(|item| item.place),
            expected_week: last.and_then(|item| item.week).map(week),
            items: submitted
                .items
                .iter()
                .map(|item| ReceivedItem {
                    r#type: item.kind.clone(),
                    quantity: item.quantity,
                    free: item.free,
                    place: item.place,
                    expected_week: item.week.map(week),
                })
                .collect(),
        }
    }
}

/// A request that was taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Receipt {
    /// Twelve digits.
    #[schema(example = "123456789012")]
    pub reference: String,
    #[schema(value_type = String, example = "submitted")]
    pub status: &'static str,
    /// Whether it counts without an officer's call.
    pub verified: bool,
    #[schema(format = "date-time", example = "2026-11-23T09:00:00+07:00")]
    pub submitted_at: String,
    /// When the office will have decided.
    #[schema(format = "date-time", example = "2026-11-23T13:00:00+07:00")]
    pub decide_by: String,
    /// The tracking page, relative to the public address.
    #[schema(format = "uri-reference", example = "/track?n=123456789012")]
    pub track_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cremation: Option<Cremation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pavilion: Option<Pavilion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ash: Option<Ash>,
}

impl From<&Submitted> for Receipt {
    fn from(submitted: &Submitted) -> Self {
        let wish = ApiWish::from(&submitted.wish);
        Self {
            reference: submitted.reference.as_str().to_owned(),
            status: submitted.status.code(),
            verified: submitted.verified,
            submitted_at: moment(submitted.submitted_at),
            decide_by: moment(submitted.decide_by),
            track_url: format!("/track?n={}", submitted.reference.as_str()),
            cremation: wish.cremation,
            pavilion: wish.pavilion,
            ash: wish.ash,
        }
    }
}

// ---- Changes

/// Where to: what is absent is given up.
#[derive(Clone, Debug, ToSchema)]
pub struct MoveRequest {
    pub cremation: Option<Cremation>,
    pub pavilion: Option<Pavilion>,
    /// Absent: where it was, as long as the cremation stays where it was.
    pub ash: Option<Ash>,
}

#[derive(Clone, Debug, ToSchema)]
pub struct CancelRequest {
    /// For the office to read.
    pub reason: Option<String>,
}

/// A request after a change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChangedRequest {
    pub reference: String,
    /// As in tracking; `withdrawn` or `cancelled` after cancelling.
    #[schema(value_type = String)]
    pub status: &'static str,
    #[schema(format = "date-time")]
    pub updated_at: String,
    pub cremation: Option<Cremation>,
    pub pavilion: Option<Pavilion>,
    pub ash: Option<Ash>,
}

impl From<&Changed> for ChangedRequest {
    fn from(changed: &Changed) -> Self {
        let wish = ApiWish::from(&changed.wish);
        Self {
            reference: changed.reference.as_str().to_owned(),
            status: changed.status.code(),
            updated_at: moment(changed.updated_at),
            cremation: wish.cremation,
            pavilion: wish.pavilion,
            ash: wish.ash,
        }
    }
}

/// A request as the channel that sent it sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SentRequest {
    pub reference: String,
    #[schema(value_type = String)]
    pub status: &'static str,
    #[schema(format = "date-time")]
    pub updated_at: String,
    #[schema(format = "date-time")]
    pub decide_by: String,
    pub cremation: Option<Cremation>,
    pub pavilion: Option<Pavilion>,
    pub ash: Option<Ash>,
    /// Why it must move; empty when it need not.
    pub must_move: Vec<Words>,
    /// Whether it may be moved by the channel now.
    pub can_move: bool,
    /// Whether it may be withdrawn or cancelled by the channel now.
    pub can_cancel: bool,
    /// Until when it may be moved, and cancelled once approved.
    #[schema(format = "date-time")]
    pub change_until: Option<String>,
}

impl From<&TrackView> for SentRequest {
    fn from(view: &TrackView) -> Self {
        let wish = ApiWish::from(&view.wish);
        Self {
            reference: view.reference.as_str().to_owned(),
            status: view.status.code(),
            updated_at: moment(view.updated_at),
            decide_by: moment(view.decide_by),
            cremation: wish.cremation,
            pavilion: wish.pavilion,
            ash: wish.ash,
            must_move: view
                .change
                .must_move
                .iter()
                .map(|reason| Words {
                    th: reason.th.clone(),
                    en: reason.en.clone(),
                })
                .collect(),
            can_move: view.change.can_move,
            can_cancel: view.can_withdraw || view.change.can_cancel,
            change_until: view.change.until.map(moment),
        }
    }
}

// ---- Papers and documents

/// What a photo shows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Upload {
    /// `death_certificate`, `hospital_notice`, `notification_receipt`, `in_area_proof`, `authority`, `exemption`,
    /// `police_release`, `infection_letter`, `royal_order` or `exhumation_permit`.
    #[serde(default)]
    pub kind: String,
    /// The id of the photo that this one replaces.
    pub replaces: Option<String>,
}

/// The language that a document as things stand is written in; what was issued stays as it is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Language {
    /// `th` (also when absent) or `en`.
    pub lang: Option<String>,
}

/// Photos of papers, and what none of them shows yet.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PaperList {
    /// Without those that another photo replaced.
    pub papers: Vec<PaperSent>,
    /// Each list: one of these is needed, and no officer has accepted one yet.
    #[schema(value_type = Vec<Vec<String>>)]
    pub missing: Vec<Vec<&'static str>>,
    /// Whether photos may be sent now.
    pub may_send: bool,
}

/// A photo that was kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PaperSent {
    #[schema(format = "uuid")]
    pub id: String,
    #[schema(value_type = String, example = "death_certificate")]
    pub kind: &'static str,
    /// `waiting`, `accepted` or `defective`.
    #[schema(value_type = String)]
    pub verdict: &'static str,
    /// What is the matter, in the officer's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defect: Option<String>,
    #[schema(format = "date-time")]
    pub sent_at: String,
}

impl From<&Papers> for PaperList {
    fn from(papers: &Papers) -> Self {
        let sent = |paper: &PaperView| PaperSent {
            id: paper.id.to_string(),
            kind: paper.kind.code(),
            verdict: paper.verdict.code(),
            defect: paper.defect.clone(),
            sent_at: moment(paper.sent_at),
        };
        let shown_by = |need: &PaperKind| need.shown_by().iter().map(|kind| kind.code()).collect();
        Self {
            papers: papers.papers.iter().map(sent).collect(),
            missing: papers.missing.iter().map(shown_by).collect(),
            may_send: papers.may_send,
        }
    }
}

/// Documents of a request.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DocumentList {
    pub documents: Vec<DocumentItem>,
}

/// A document, by the id to download it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DocumentItem {
    /// The word of its kind, or the id of what was issued.
    #[schema(example = "fee_note")]
    pub id: String,
    /// `slip`, `request`, `fee_note`, `appeal_receipt`; issued: `permit`, `refusal`, `defects`, `late_notice`,
    /// `appeal_answer`.
    #[schema(value_type = String)]
    pub kind: &'static str,
    pub name: Words,
    /// Of what was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// `pending`, `signed`, `wet_ink`, `revoked` or `superseded`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "date-time")]
    pub issued_at: Option<String>,
    /// Whether it can be downloaded: what waits for its signature cannot.
    pub ready: bool,
}

impl DocumentList {
    pub fn new(kinds: &[Kind], issued: &[FamilyDocument]) -> Self {
        let name = |kind: Kind| Words {
            th: kind.name(Lang::Th).to_owned(),
            en: kind.name(Lang::En).to_owned(),
        };
        let standing = kinds.iter().map(|kind| DocumentItem {
            id: kind.code().to_owned(),
            kind: kind.code(),
            name: name(*kind),
            number: None,
            version: None,
            status: None,
            issued_at: None,
            ready: true,
        });
        let issued = issued.iter().map(|row| DocumentItem {
            id: row.id.to_string(),
            kind: row.kind.code(),
            name: name(row.kind),
            number: Some(row.number.clone()),
            version: Some(row.version),
            status: Some(row.status.code()),
            issued_at: Some(moment(row.issued_at)),
            ready: row.signed_at.is_some() && row.status != IssuedStatus::Pending,
        });
        Self {
            documents: standing.chain(issued).collect(),
        }
    }
}

// ---- Tracking

#[derive(Clone, Debug, ToSchema)]
pub struct TrackQuestion {
    /// Twelve digits; spaces, hyphens and Thai digits are fine.
    #[schema(example = "1234 5678 9012")]
    pub reference: String,
    /// The last four digits of the applicant's or the helper's phone.
    #[schema(example = "5678")]
    pub phone_last4: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Tracked {
    pub reference: String,
    #[schema(example = "crematorium")]
    pub service: String,
    /// submitted, returned, approved, refused, withdrawn, cancelled, lapsed or completed; loans add queued, ready and
    /// `on_loan`.
    #[schema(value_type = String)]
    pub status: &'static str,
    #[schema(value_type = String)]
    pub status_th: &'static str,
    #[schema(value_type = String)]
    pub status_en: &'static str,
    #[schema(format = "date-time")]
    pub updated_at: String,
    pub steps: Vec<Step>,
}

/// One step of the manual and how far it has come.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Step {
    pub name_th: String,
    pub name_en: String,
    /// done, now or later.
    #[schema(value_type = String)]
    pub state: &'static str,
    #[schema(format = "date-time")]
    pub at: Option<String>,
    #[schema(format = "date-time")]
    pub due: Option<String>,
    pub late: bool,
}

impl From<&TrackStep> for Step {
    fn from(step: &TrackStep) -> Self {
        Self {
            name_th: step.name.th.clone(),
            name_en: step.name.en.clone(),
            state: match step.state {
                StepState::Done => "done",
                StepState::Now => "now",
                StepState::Later => "later",
            },
            at: step.at.map(moment),
            due: step.due.map(moment),
            late: step.late,
        }
    }
}

impl From<&LoanView> for Tracked {
    fn from(view: &LoanView) -> Self {
        Self {
            reference: view.reference.as_str().to_owned(),
            service: desk::loan::SERVICE.to_owned(),
            status: view.reported.code(),
            status_th: view.reported.th(),
            status_en: view.reported.en(),
            updated_at: moment(view.updated_at),
            steps: view.steps.iter().map(Step::from).collect(),
        }
    }
}

impl From<&TrackView> for Tracked {
    fn from(view: &TrackView) -> Self {
        Self {
            reference: view.reference.as_str().to_owned(),
            service: view.service.clone(),
            status: view.status.code(),
            status_th: view.status.th(),
            status_en: view.status.en(),
            updated_at: moment(view.updated_at),
            steps: view.steps.iter().map(Step::from).collect(),
        }
    }
}

// ---- Open data

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CalendarDays {
    pub days: Vec<CalendarDay>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CalendarDay {
    #[schema(value_type = String, format = "date")]
    pub date: NaiveDate,
    /// `null` beyond the confirmed dates of the Thai lunar calendar.
    pub lunar: Option<Lunar>,
    /// Whether the crematorium is open.
    pub open: bool,
    /// The office's reason when it is closed.
    pub reason_th: Option<String>,
    pub reason_en: Option<String>,
    /// What custom says against the day, for those who observe it.
    pub advice: Vec<AdviceItem>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Lunar {
    /// 1 to 12.
    pub month: u8,
    /// The second month 8 of a year with thirteen.
    pub second: bool,
    pub phase: LunarPhase,
    /// 1 to 15.
    pub day: u8,
    /// วันพระ
    pub holy_day: bool,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LunarPhase {
    Waxing,
    Waning,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AdviceItem {
    #[schema(value_type = String)]
    pub code: &'static str,
    pub text_th: String,
    pub text_en: String,
}

impl From<Calendar> for CalendarDay {
    fn from(day: Calendar) -> Self {
        let (reason_th, reason_en) = texts(day.reason);
        Self {
            date: day.date,
            lunar: day.lunar.map(|lunar| Lunar {
                month: lunar.month,
                second: lunar.second,
                phase: match lunar.phase {
                    Phase::Waxing => LunarPhase::Waxing,
                    Phase::Waning => LunarPhase::Waning,
                },
                day: lunar.day,
                holy_day: lunar.holy_day,
            }),
            open: day.open,
            reason_th,
            reason_en,
            advice: day
                .advice
                .into_iter()
                .map(|advice| AdviceItem {
                    code: advice.code,
                    text_th: advice.text.th,
                    text_en: advice.text.en,
                })
                .collect(),
        }
    }
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AvailabilityDays {
    pub days: Vec<AvailabilityDay>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AvailabilityDay {
    #[schema(value_type = String, format = "date")]
    pub date: NaiveDate,
    /// Whether cremations take place and can be booked.
    pub open: bool,
    pub reason_th: Option<String>,
    pub reason_en: Option<String>,
    /// Empty when closed.
    pub rounds: Vec<RoundFree>,
    /// The night that begins on this day.
    pub pavilions: Vec<PavilionFree>,
    /// Ash collection on this day; empty when there is none.
    pub ash: Vec<AshFree>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AshFree {
    #[schema(example = "07:00")]
    pub time: String,
    /// Tables.
    pub free: u32,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoundFree {
    #[schema(example = "13:00")]
    pub round: String,
    /// Furnaces.
    pub free: u32,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PavilionFree {
    pub id: String,
    pub free: bool,
}

impl From<DayAvailability> for AvailabilityDay {
    fn from(day: DayAvailability) -> Self {
        let (reason_th, reason_en) = texts(day.reason);
        Self {
            date: day.date,
            open: day.open,
            reason_th,
            reason_en,
            rounds: day
                .rounds
                .iter()
                .map(|round| RoundFree {
                    round: round.round.to_string(),
                    free: round.free,
                })
                .collect(),
            pavilions: day
                .pavilions
                .into_iter()
                .map(|free| PavilionFree {
                    id: free.id,
                    free: free.free,
                })
                .collect(),
            ash: day
                .ash
                .iter()
                .map(|ash| AshFree {
                    time: ash.start.to_string(),
                    free: ash.free,
                })
                .collect(),
        }
    }
}

fn texts(text: Option<Text>) -> (Option<String>, Option<String>) {
    text.map(|text| (text.th, text.en)).unzip()
}

/// The public manuals.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Services {
    pub municipality: Words,
    /// True while the values are samples that the city has not confirmed.
    pub sample: bool,
    pub services: Vec<Service>,
}

/// One text in both languages.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Words {
    pub th: String,
    pub en: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Service {
    /// `crematorium` or `equipment`: the last part of `/manual/{service}`.
    pub service: String,
    pub title: Words,
    pub summary: Words,
    pub criteria: Vec<Words>,
    pub steps: Vec<ServiceStep>,
    pub documents: Vec<Words>,
    pub fees: Vec<Fee>,
    pub channels: Vec<Words>,
    pub complaints: Words,
    pub legal_basis: Words,
    #[schema(value_type = String, format = "date")]
    pub revised: NaiveDate,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ServiceStep {
    pub name: Words,
    pub responsible: Words,
    pub time: Words,
    /// Duty minutes, when the step is measured.
    pub minutes: Option<u32>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Fee {
    pub name: Words,
    /// A hundredth of a baht.
    pub satang: i64,
    pub unit: Words,
    pub legal_basis: Words,
}

impl From<&Municipality> for Services {
    fn from(municipality: &Municipality) -> Self {
        Self {
            municipality: (&municipality.name).into(),
            sample: municipality.sample,
            services: municipality.manuals.iter().map(Service::from).collect(),
        }
    }
}

impl From<&Manual> for Service {
    fn from(manual: &Manual) -> Self {
        let words = |texts: &[Text]| texts.iter().map(Words::from).collect();
        Self {
            service: manual.service.clone(),
            title: (&manual.title).into(),
            summary: (&manual.summary).into(),
            criteria: words(&manual.criteria),
            steps: manual
                .steps
                .iter()
                .map(|step| ServiceStep {
                    name: (&step.name).into(),
                    responsible: (&step.responsible).into(),
                    time: (&step.time).into(),
                    minutes: step.minutes,
                })
                .collect(),
            documents: words(&manual.documents),
            fees: manual
                .fees
                .iter()
                .map(|fee| Fee {
                    name: (&fee.name).into(),
                    satang: fee.amount.0,
                    unit: (&fee.unit).into(),
                    legal_basis: (&fee.legal_basis).into(),
                })
                .collect(),
            channels: words(&manual.channels),
            complaints: (&manual.complaints).into(),
            legal_basis: (&manual.legal_basis).into(),
            revised: manual.revised,
        }
    }
}

impl From<&Text> for Words {
    fn from(text: &Text) -> Self {
        Self {
            th: text.th.clone(),
            en: text.en.clone(),
        }
    }
}
