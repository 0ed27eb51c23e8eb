//! A request and its workflow: one total function decides what may happen next, and by whom.
use crate::affected::CauseKind;
use crate::agent::ConfirmedBy;
use crate::crematorium::Residence;
use crate::crematorium::Wish;
use crate::crematorium::particulars::Particulars;
use crate::equipment::line::LoanEvent;
use crate::fee::RefundStatus;
use crate::form::Text;
use crate::money::Satang;
use crate::paper::{Manner, PaperKind, Registry, StatedPlace};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// Where a request stands. Queued, ready and on loan are of loans alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Submitted,
    Returned,
    Approved,
    Refused,
    Withdrawn,
    Cancelled,
    Lapsed,
    Completed,
    /// An approved loan that waits for a unit, or for its day.
    Queued,
    /// A unit is set aside.
    Ready,
    OnLoan,
}

impl Status {
    pub const ALL: [Self; 11] = [
        Self::Submitted,
        Self::Returned,
        Self::Approved,
        Self::Refused,
        Self::Withdrawn,
        Self::Cancelled,
        Self::Lapsed,
        Self::Completed,
        Self::Queued,
        Self::Ready,
        Self::OnLoan,
    ];

    /// The word of the API and of the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Cancelled => "cancelled",
            Self::Lapsed => "lapsed",
            Self::Completed => "completed",
            Self::Queued => "queued",
            Self::Ready => "ready",
            Self::OnLoan => "on_loan",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    pub fn th(self) -> &'static str {
        match self {
            Self::Submitted => "รอพิจารณา",
            Self::Returned => "รอแก้ไข",
            Self::Approved => "อนุมัติแล้ว",
            Self::Refused => "ไม่อนุมัติ",
            Self::Withdrawn => "ถอนคำขอแล้ว",
            Self::Cancelled => "ยกเลิกแล้ว",
            Self::Lapsed => "สิ้นผลแล้ว",
            Self::Completed => "เสร็จสิ้น",
            Self::Queued => "อยู่ในคิว",
            Self::Ready => "พร้อมให้รับ",
            Self::OnLoan => "ยืมอยู่",
        }
    }

    pub fn en(self) -> &'static str {
        match self {
            Self::Submitted => "Being considered",
            Self::Returned => "Waiting for your correction",
            Self::Approved => "Approved",
            Self::Refused => "Refused",
            Self::Withdrawn => "Withdrawn",
            Self::Cancelled => "Cancelled",
            Self::Lapsed => "Lapsed",
            Self::Completed => "Completed",
            Self::Queued => "In the queue",
            Self::Ready => "Ready for you",
            Self::OnLoan => "On loan",
        }
    }

    /// Whether only loans come to it: no list of bookings asks for it.
    pub fn is_of_loans(self) -> bool {
        matches!(self, Self::Queued | Self::Ready | Self::OnLoan)
    }

    /// Whether it is a booking with places in time, which can move and be noted on.
    fn is_booking(self) -> bool {
        matches!(self, Self::Submitted | Self::Returned | Self::Approved)
    }

    /// A live request occupies its places and its case identity.
    pub fn is_live(self) -> bool {
        matches!(
            self,
            Self::Submitted
                | Self::Returned
                | Self::Approved
                | Self::Queued
                | Self::Ready
                | Self::OnLoan
        )
    }
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

/// What a member of staff may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Officer,
    Approver,
    Administrator,
    /// Takes money and keys receipts; decides nothing.
    Cashier,
}

impl Role {
    pub const ALL: [Self; 4] = [
        Self::Officer,
        Self::Approver,
        Self::Administrator,
        Self::Cashier,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Approver => "approver",
            Self::Administrator => "administrator",
            Self::Cashier => "cashier",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    pub fn th(self) -> &'static str {
        match self {
            Self::Officer => "เจ้าหน้าที่",
            Self::Approver => "ผู้อนุมัติ",
            Self::Administrator => "ผู้ดูแลระบบ",
            Self::Cashier => "เจ้าหน้าที่การเงิน",
        }
    }
}

/// By what authority an approver decides: an order with the dates it is valid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// "คำสั่งที่ 123/2569"
    pub order: String,
    pub from: chrono::NaiveDate,
    /// Inclusive; `None` is until withdrawn.
    pub until: Option<chrono::NaiveDate>,
}

impl Delegation {
    pub fn is_valid_on(&self, date: chrono::NaiveDate) -> bool {
        self.from <= date && self.until.is_none_or(|until| date <= until)
    }
}

/// A signed-in member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffActor {
    pub id: Uuid,
    pub name: String,
    /// "ผู้อำนวยการกองสาธารณสุขและสิ่งแวดล้อม"
    pub position: String,
    pub roles: Vec<Role>,
    pub delegation: Option<Delegation>,
}

impl StaffActor {
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether this person may see requests at all.
    pub fn handles_requests(&self) -> bool {
        self.has(Role::Officer) || self.has(Role::Approver)
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who showed a second fact (the owner of the draft, or reference and last four digits).
    Resident,
    /// A channel with a token, by its id.
    Channel(Uuid),
    /// A signed-in agent with a family's authority, by its id. Whose request it is, the desk has looked up.
    Agent(Uuid),
    Staff(StaffActor),
    /// The clock: jobs and lapses.
    System,
}

impl Actor {
    /// The kind, as events and audit rows keep it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Channel(_) => "channel",
            Self::Agent(_) => "agent",
            Self::Staff(_) => "staff",
            Self::System => "system",
        }
    }

    /// The account behind the act, where there is one.
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Channel(id) | Self::Agent(id) => Some(*id),
            Self::Staff(staff) => Some(staff.id),
            Self::Resident | Self::System => None,
        }
    }

    /// Whether this is the family, or somebody who asks in its name: it need not be told what it did itself.
    pub fn is_family(&self) -> bool {
        matches!(self, Self::Resident | Self::Channel(_) | Self::Agent(_))
    }

    pub fn staff(&self) -> Option<&StaffActor> {
        match self {
            Self::Staff(staff) => Some(staff),
            _ => None,
        }
    }
}

/// Everything the workflow looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub status: Status,
    /// A dispute among relatives, or a police case: nothing is decided until settled.
    pub frozen: bool,
    /// Confirmed by an officer's call, or sent by a channel or staff.
    pub verified: bool,
    pub returned_count: u8,
    /// When an unverified request lapses.
    pub lapse_at: Option<Instant>,
    /// Until when a returned request can be sent again; later is allowed until staff close it.
    pub correct_by: Option<Instant>,
    /// Until when the family may move an approved or pending booking, or cancel an approved one, by itself;
    /// `None` when the booking's places were not looked at.
    pub change_until: Option<Instant>,
    /// An unnatural death whose body nobody has released yet.
    pub release_missing: bool,
}

/// How an officer confirmed that a request is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerifiedBy {
    Call,
    Counter,
    /// A photo of a paper of the death, accepted by an officer.
    Paper,
}

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// An officer takes it to work on.
    Take,
    Verify {
        by: VerifiedBy,
    },
    /// Licensing Facilitation Act: all defects at once, once, with a deadline.
    Return {
        defects: Vec<String>,
        correct_by: Instant,
    },
    /// The family sends the corrected request.
    Resubmit,
    Approve,
    /// Administrative Procedure Act s.40: facts, law, reason, and how to appeal.
    Refuse {
        facts: String,
        law: String,
        reason: String,
        appeal: String,
    },
    Withdraw,
    Cancel {
        reason: String,
    },
    /// To other places. An officer says why; a family need not.
    Move {
        from: Box<Wish>,
        to: Box<Wish>,
        reason: String,
    },
    /// To another furnace at the same time: nothing changes for the family.
    SwitchFurnace {
        from: String,
        to: String,
    },
    /// The type of case, the coffin, implants: noted, with the places as they are.
    Particulars(Particulars),
    Freeze {
        reason: String,
    },
    Unfreeze {
        reason: String,
    },
    Lapse,
    Complete,
}

impl Action {
    /// The word of the API, of events and of the audit.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::Verify { .. } => "verify",
            Self::Return { .. } => "return",
            Self::Resubmit => "resubmit",
            Self::Approve => "approve",
            Self::Refuse { .. } => "refuse",
            Self::Withdraw => "withdraw",
            Self::Cancel { .. } => "cancel",
            Self::Move { .. } => "move",
            Self::SwitchFurnace { .. } => "switch_furnace",
            Self::Particulars(_) => "particulars",
            Self::Freeze { .. } => "freeze",
            Self::Unfreeze { .. } => "unfreeze",
            Self::Lapse => "lapse",
            Self::Complete => "complete",
        }
    }
}

/// What happened: history, outbox and statistics are written from these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Submitted,
    Taken,
    Verified {
        by: VerifiedBy,
    },
    Returned {
        defects: Vec<String>,
        correct_by: Instant,
    },
    Resubmitted,
    Approved,
    Refused {
        facts: String,
        law: String,
        reason: String,
        appeal: String,
    },
    Withdrawn,
    Cancelled {
        reason: String,
    },
    /// An approval stays valid; what was issued for the old places is issued again.
    Moved {
        from: Box<Wish>,
        to: Box<Wish>,
        reason: String,
    },
    FurnaceSwitched {
        from: String,
        to: String,
    },
    /// The type of case, the coffin, implants, as they are known now.
    Particulars(Particulars),
    /// Its places cannot be kept: something is out of service, or the office has closed the day.
    MustMove {
        cause: CauseKind,
        reason: Text,
    },
    /// What made it move is over, and it keeps its places after all.
    MayStay {
        cause: CauseKind,
    },
    /// The office let somebody take places again that they had given up.
    TakenAgain {
        reason: String,
    },
    Frozen {
        reason: String,
    },
    Unfrozen {
        reason: String,
    },
    Lapsed,
    Completed,
    /// The family answered something asked after sending.
    Answered {
        field: String,
    },
    /// A photo of a paper came in.
    PaperSent {
        kind: PaperKind,
    },
    PaperAccepted {
        kind: PaperKind,
    },
    PaperDefective {
        kind: PaperKind,
        defect: String,
    },
    /// An officer read something from the papers or the registry; absent is unchanged.
    Found {
        stated_place: Option<StatedPlace>,
        manner: Option<Manner>,
        registry: Option<Registry>,
    },
    /// An officer looked the registered address up: it decides the rate.
    Residence {
        residence: Residence,
    },
    /// What is charged only on request was changed.
    ExtrasSet,
    ExemptionAsked {
        code: String,
    },
    ExemptionDecided {
        granted: bool,
        reason: String,
    },
    /// A fee note, or the one that replaces it.
    NoteIssued {
        number: String,
        due: Satang,
    },
    NotePaid {
        number: String,
        amount: Satang,
    },
    PaymentUndone {
        number: String,
        reason: String,
    },
    /// The official receipt of a payment through the bank.
    ReceiptKeyed {
        number: String,
        receipt: String,
    },
    RefundAsked {
        amount: Satang,
    },
    RefundChanged {
        status: RefundStatus,
        amount: Satang,
    },
    /// The office told the family, or tried to.
    Called {
        outcome: String,
    },
    /// It is known that the family wants this agent.
    AuthorityConfirmed {
        by: ConfirmedBy,
    },
    /// The agent has no more to do with the request.
    AuthorityRevoked,
    /// The family appealed; late appeals are taken too, and marked.
    Appealed {
        number: String,
        late: bool,
    },
    AppealForwarded {
        number: String,
    },
    AppealAnswered {
        number: String,
        /// Whether the order was changed; otherwise it stands.
        changed: bool,
        answer: String,
    },
    /// Why the decision is late, in writing, for the n-th time.
    LateExplained {
        n: u32,
        reason: String,
    },
    /// Something happened to one piece of a loan.
    Loan {
        /// The type's id.
        kind: String,
        what: LoanEvent,
    },
    /// The need was scored: the class in the queue, from 1.
    Scored {
        points: u8,
        priority: i64,
    },
    /// The patient has died: nothing is asked or chased any more, and the pieces are fetched free of charge.
    PatientDied,
}

impl Event {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Taken => "taken",
            Self::Verified { .. } => "verified",
            Self::Returned { .. } => "returned",
            Self::Resubmitted => "resubmitted",
            Self::Approved => "approved",
            Self::Refused { .. } => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Cancelled { .. } => "cancelled",
            Self::Moved { .. } => "moved",
            Self::FurnaceSwitched { .. } => "furnace_switched",
            Self::Particulars(_) => "particulars",
            Self::MustMove { .. } => "must_move",
            Self::MayStay { .. } => "may_stay",
            Self::TakenAgain { .. } => "taken_again",
            Self::Frozen { .. } => "frozen",
            Self::Unfrozen { .. } => "unfrozen",
            Self::Lapsed => "lapsed",
            Self::Completed => "completed",
            Self::Answered { .. } => "answered",
            Self::PaperSent { .. } => "paper_sent",
            Self::PaperAccepted { .. } => "paper_accepted",
            Self::PaperDefective { .. } => "paper_defective",
            Self::Found { .. } => "found",
            Self::Residence { .. } => "residence",
            Self::ExtrasSet => "extras_set",
            Self::ExemptionAsked { .. } => "exemption_asked",
            Self::ExemptionDecided { .. } => "exemption_decided",
            Self::NoteIssued { .. } => "note_issued",
            Self::NotePaid { .. } => "note_paid",
            Self::PaymentUndone { .. } => "payment_undone",
            Self::ReceiptKeyed { .. } => "receipt_keyed",
            Self::RefundAsked { .. } => "refund_asked",
            Self::RefundChanged { .. } => "refund_changed",
            Self::Called { .. } => "called",
            Self::AuthorityConfirmed { .. } => "authority_confirmed",
            Self::AuthorityRevoked => "authority_revoked",
            Self::Appealed { .. } => "appealed",
            Self::AppealForwarded { .. } => "appeal_forwarded",
            Self::AppealAnswered { .. } => "appeal_answered",
            Self::LateExplained { .. } => "late_explained",
            Self::Loan { what, .. } => what.code(),
            Self::Scored { .. } => "scored",
            Self::PatientDied => "patient_died",
        }
    }

    /// Whether the family must be told, and so enters the call list. It knows what it did itself, and not what an agent
    /// gave up or moved in its name.
    pub fn must_be_told(&self, by: &Actor) -> bool {
        let by_agent = matches!(by, Actor::Agent(_));
        if by_agent && matches!(self, Self::Withdrawn) {
            return true;
        }
        (by_agent || !by.is_family())
            && matches!(
                self,
                Self::Returned { .. }
                    | Self::Approved
                    | Self::Refused { .. }
                    | Self::Cancelled { .. }
                    | Self::Moved { .. }
                    | Self::MustMove { .. }
                    | Self::MayStay { .. }
                    | Self::Residence { .. }
                    | Self::ExemptionDecided { .. }
                    | Self::Lapsed
                    | Self::AppealAnswered { .. }
                    | Self::LateExplained { .. }
            )
            || matches!(self, Self::Loan { what, .. } if what.must_be_told())
    }

    /// Whether a request's price may be another one after this, or nothing is to be paid any more.
    pub fn changes_price(&self) -> bool {
        matches!(
            self,
            Self::Approved
                | Self::Moved { .. }
                | Self::Particulars(_)
                | Self::Resubmitted
                | Self::Refused { .. }
                | Self::Withdrawn
                | Self::Cancelled { .. }
                | Self::Lapsed
        )
    }

    /// Whether nothing is to be decided or held after this.
    pub fn ends(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. } | Self::Withdrawn | Self::Cancelled { .. } | Self::Lapsed
        )
    }

    /// Whether the call to confirm a request is still to be made after the family was told of this.
    pub fn leaves_unverified(&self) -> bool {
        matches!(
            self,
            Self::Moved { .. }
                | Self::MustMove { .. }
                | Self::MayStay { .. }
                | Self::LateExplained { .. }
        )
    }
}

/// Why an action was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("this actor may not do this")]
    NotAllowed,
    #[error("the delegation order is not valid today")]
    DelegationNotValid,
    #[error("not possible in the present state")]
    WrongState,
    #[error("the case is frozen")]
    Frozen,
    #[error("it was returned once already")]
    ReturnedBefore,
    #[error("a reason is missing")]
    ReasonMissing,
    #[error("nobody has released the body")]
    ReleaseMissing,
    #[error("the deadline has not passed")]
    TooEarly,
    #[error("the deadline must be in the future")]
    DeadlinePassed,
    #[error("the time for changing it oneself has passed")]
    PastCutOff,
    #[error("somebody else must do this")]
    SamePerson,
}

impl Refusal {
    pub fn th(self) -> &'static str {
        match self {
            Self::NotAllowed => "บัญชีนี้ไม่มีสิทธิ์ทำรายการนี้",
            Self::DelegationNotValid => "คำสั่งมอบอำนาจไม่มีผลในวันนี้",
            Self::WrongState => "ทำรายการนี้ไม่ได้ในสถานะปัจจุบัน",
            Self::Frozen => "เรื่องนี้ระงับไว้ชั่วคราว โปรดยกเลิกการระงับก่อน",
            Self::ReturnedBefore => "คำขอนี้เคยส่งกลับให้แก้ไขแล้วหนึ่งครั้ง ส่งกลับอีกไม่ได้",
            Self::ReasonMissing => "โปรดระบุเหตุผลให้ครบ",
            Self::ReleaseMissing => {
                "เป็นการตายผิดธรรมชาติ ต้องมีหนังสือของพนักงานสอบสวนหรืออัยการที่ตรวจแล้วว่าใช้ได้ก่อนอนุมัติ"
            }
            Self::TooEarly => "ยังไม่ถึงกำหนด",
            Self::DeadlinePassed => "กำหนดเวลาต้องอยู่ในอนาคต",
            Self::SamePerson => "ผู้ที่ทำรายการเองตรวจทานเองไม่ได้ ต้องเป็นอีกคนหนึ่ง",
            Self::PastCutOff => "เลยเวลาที่เปลี่ยนหรือยกเลิกเองได้ โปรดโทรหาเจ้าหน้าที่เวร",
        }
    }

    pub fn en(self) -> &'static str {
        match self {
            Self::NotAllowed => "This account may not do this.",
            Self::DelegationNotValid => "The delegation order is not valid today.",
            Self::WrongState => "This is not possible in the present state.",
            Self::Frozen => "The case is frozen. Unfreeze it first.",
            Self::ReturnedBefore => {
                "It was returned for correction once already and cannot be returned again."
            }
            Self::ReasonMissing => "Give every reason that is asked for.",
            Self::ReleaseMissing => {
                "The death was not natural: a release by the police or prosecutor must be accepted before approval."
            }
            Self::TooEarly => "The deadline has not passed yet.",
            Self::DeadlinePassed => "The deadline must be in the future.",
            Self::SamePerson => "Somebody else must review what you did yourself.",
            Self::PastCutOff => {
                "It is too late to change or cancel it yourself. Please call the officer on duty."
            }
        }
    }
}

/// What an action leads to.
pub type Decision = Result<(Snapshot, Vec<Event>), Refusal>;

/// Decides: the next state and its events, or why not. Total: every state, action and actor has an answer.
///
/// Authority is checked before state, so that nobody learns a state by trying.
pub fn decide(now: &Snapshot, action: &Action, actor: &Actor, at: Instant) -> Decision {
    authorise(action, actor, at)?;
    check_words(action, actor, at)?;
    if now.frozen && waits_for_settlement(action, actor) {
        return Err(Refusal::Frozen);
    }
    if actor.is_family() {
        check_cut_off(now, action, at)?;
    }
    let step = |status, event| Ok((Snapshot { status, ..*now }, vec![event]));
    match (now.status, action) {
        (Status::Submitted, Action::Take) => step(Status::Submitted, Event::Taken),
        (Status::Submitted | Status::Returned, Action::Verify { by }) if !now.verified => Ok((
            Snapshot {
                verified: true,
                lapse_at: None,
                ..*now
            },
            vec![Event::Verified { by: *by }],
        )),
        (
            Status::Submitted,
            Action::Return {
                defects,
                correct_by,
            },
        ) => {
            if now.returned_count > 0 {
                return Err(Refusal::ReturnedBefore);
            }
            let next = Snapshot {
                status: Status::Returned,
                returned_count: 1,
                correct_by: Some(*correct_by),
                // The office has spoken with the file open: the family's time is the deadline now.
                lapse_at: None,
                ..*now
            };
            Ok((
                next,
                vec![Event::Returned {
                    defects: defects.clone(),
                    correct_by: *correct_by,
                }],
            ))
        }
        (Status::Returned, Action::Resubmit) => Ok((
            Snapshot {
                status: Status::Submitted,
                correct_by: None,
                ..*now
            },
            vec![Event::Resubmitted],
        )),
        // Criminal Procedure Code s.148: the police or the prosecutor first, whatever else is in order.
        (Status::Submitted, Action::Approve) if now.release_missing => Err(Refusal::ReleaseMissing),
        // The approver answers for it with the file open: nothing is left to lapse. The call list tells the family.
        (Status::Submitted, Action::Approve) => Ok((
            Snapshot {
                status: Status::Approved,
                verified: true,
                lapse_at: None,
                ..*now
            },
            vec![Event::Approved],
        )),
        (
            Status::Submitted | Status::Returned,
            Action::Refuse {
                facts,
                law,
                reason,
                appeal,
            },
        ) => step(
            Status::Refused,
            Event::Refused {
                facts: facts.clone(),
                law: law.clone(),
                reason: reason.clone(),
                appeal: appeal.clone(),
            },
        ),
        (Status::Submitted | Status::Returned, Action::Withdraw) => {
            step(Status::Withdrawn, Event::Withdrawn)
        }
        (
            Status::Submitted
            | Status::Returned
            | Status::Approved
            | Status::Queued
            | Status::Ready,
            Action::Cancel { reason },
        ) => step(
            Status::Cancelled,
            Event::Cancelled {
                reason: reason.clone(),
            },
        ),
        (status, Action::Move { from, to, reason }) if status.is_booking() => step(
            status,
            Event::Moved {
                from: from.clone(),
                to: to.clone(),
                reason: reason.clone(),
            },
        ),
        (status, Action::Particulars(known)) if status.is_booking() => {
            step(status, Event::Particulars(*known))
        }
        (status, Action::SwitchFurnace { from, to }) if status.is_booking() => step(
            status,
            Event::FurnaceSwitched {
                from: from.clone(),
                to: to.clone(),
            },
        ),
        (status, Action::Freeze { reason }) if status.is_live() && !now.frozen => Ok((
            Snapshot {
                frozen: true,
                ..*now
            },
            vec![Event::Frozen {
                reason: reason.clone(),
            }],
        )),
        (status, Action::Unfreeze { reason }) if status.is_live() && now.frozen => Ok((
            Snapshot {
                frozen: false,
                ..*now
            },
            vec![Event::Unfrozen {
                reason: reason.clone(),
            }],
        )),
        (Status::Submitted, Action::Lapse) => match now.lapse_at {
            Some(lapse_at) if lapse_at <= at && !now.verified => {
                step(Status::Lapsed, Event::Lapsed)
            }
            Some(_) if !now.verified => Err(Refusal::TooEarly),
            _ => Err(Refusal::WrongState),
        },
        (Status::Approved, Action::Complete) => step(Status::Completed, Event::Completed),
        _ => Err(Refusal::WrongState),
    }
}

/// The actions, as words, that this actor could take now: what the request page shows, and no more.
pub fn allowed(now: &Snapshot, actor: &Actor, at: Instant) -> Vec<&'static str> {
    samples(at)
        .into_iter()
        .filter(|action| decide(now, action, actor, at).is_ok())
        .map(|action| action.code())
        .collect()
}

/// One well-formed example of every action.
fn samples(at: Instant) -> Vec<Action> {
    let words = || "-".to_owned();
    vec![
        Action::Take,
        Action::Verify {
            by: VerifiedBy::Call,
        },
        Action::Return {
            defects: vec![words()],
            correct_by: at + chrono::TimeDelta::hours(1),
        },
        Action::Resubmit,
        Action::Approve,
        Action::Refuse {
            facts: words(),
            law: words(),
            reason: words(),
            appeal: words(),
        },
        Action::Withdraw,
        Action::Cancel { reason: words() },
        Action::Move {
            from: Box::default(),
            to: Box::default(),
            reason: words(),
        },
        Action::Particulars(Particulars::default()),
        Action::SwitchFurnace {
            from: words(),
            to: words(),
        },
        Action::Freeze { reason: words() },
        Action::Unfreeze { reason: words() },
        Action::Lapse,
        Action::Complete,
    ]
}

/// Who may do what. Officer: take, verify, return, freeze. Approver: those, and decide.
fn authorise(action: &Action, actor: &Actor, at: Instant) -> Result<(), Refusal> {
    let may = match actor {
        // An agent may what the family may, no more: whether it still has the authority, the desk asks first.
        Actor::Resident | Actor::Channel(_) | Actor::Agent(_) => {
            matches!(
                action,
                Action::Withdraw
                    | Action::Resubmit
                    | Action::Cancel { .. }
                    | Action::Move { .. }
                    | Action::Particulars(_)
            )
        }
        Actor::System => matches!(action, Action::Lapse | Action::Complete),
        Actor::Staff(staff) => match action {
            Action::Take
            | Action::Verify { .. }
            | Action::Return { .. }
            | Action::Freeze { .. }
            | Action::Unfreeze { .. }
            | Action::Complete
            | Action::Move { .. }
            | Action::SwitchFurnace { .. }
            | Action::Particulars(_)
            // At the counter, on the family's behalf.
            | Action::Withdraw
            | Action::Resubmit => staff.handles_requests(),
            Action::Approve | Action::Refuse { .. } | Action::Cancel { .. } => staff.has(Role::Approver),
            Action::Lapse => false,
        },
    };
    if !may {
        return Err(Refusal::NotAllowed);
    }
    if let (Actor::Staff(staff), Action::Approve | Action::Refuse { .. } | Action::Cancel { .. }) =
        (actor, action)
    {
        let today = crate::time::local_date(at);
        if !staff
            .delegation
            .as_ref()
            .is_some_and(|order| order.is_valid_on(today))
        {
            return Err(Refusal::DelegationNotValid);
        }
    }
    Ok(())
}

/// What must be said must be said in words.
fn check_words(action: &Action, actor: &Actor, at: Instant) -> Result<(), Refusal> {
    let blank = |text: &String| text.trim().is_empty();
    let missing = match action {
        Action::Move { reason, .. } => actor.staff().is_some() && blank(reason),
        Action::Return {
            defects,
            correct_by,
        } => {
            if *correct_by <= at {
                return Err(Refusal::DeadlinePassed);
            }
            defects.is_empty() || defects.iter().any(blank)
        }
        Action::Refuse {
            facts,
            law,
            reason,
            appeal,
        } => [facts, law, reason, appeal].into_iter().any(blank),
        Action::Cancel { reason } | Action::Freeze { reason } | Action::Unfreeze { reason } => {
            blank(reason)
        }
        _ => false,
    };
    if missing {
        Err(Refusal::ReasonMissing)
    } else {
        Ok(())
    }
}

/// A family moves its booking, and cancels an approved one, until the cut-off; before an approval it withdraws.
fn check_cut_off(now: &Snapshot, action: &Action, at: Instant) -> Result<(), Refusal> {
    let waits = match action {
        Action::Move { .. } => now.status.is_live(),
        Action::Cancel { .. } if now.status == Status::Approved => true,
        // Nothing was handed over yet: whoever does not need it any more may say so at any time.
        Action::Cancel { .. } if matches!(now.status, Status::Queued | Status::Ready) => false,
        Action::Cancel { .. } => return Err(Refusal::WrongState),
        _ => false,
    };
    if waits && now.change_until.is_none_or(|until| until <= at) {
        Err(Refusal::PastCutOff)
    } else {
        Ok(())
    }
}

/// While a dispute is open neither the office decides nor one relative gives the places away.
fn waits_for_settlement(action: &Action, actor: &Actor) -> bool {
    matches!(
        action,
        Action::Return { .. }
            | Action::Resubmit
            | Action::Approve
            | Action::Refuse { .. }
            | Action::Withdraw
            | Action::Lapse
            | Action::Complete
    ) || (actor.is_family()
        && matches!(
            action,
            Action::Cancel { .. } | Action::Move { .. } | Action::Particulars(_)
        ))
}
