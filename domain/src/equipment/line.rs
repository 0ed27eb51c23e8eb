//! One piece of a request, from asking to giving back: what may happen next, and by whom.
use super::settings::LoanSettings;
use crate::form::Text;
use crate::request::{Actor, Status};
use crate::time::{self, Instant};
use crate::working_time::WorkingTime;
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

/// Where one asked-for piece stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// Asked for; the office has not decided.
    Asked,
    /// Approved; waits for a unit, or for its day.
    Queued,
    /// A unit is set aside.
    Ready,
    OnLoan,
    Returned,
    /// Nothing was lent: refused, withdrawn, declined, lapsed.
    Ended,
}

impl LineState {
    pub const ALL: [Self; 6] = [
        Self::Asked,
        Self::Queued,
        Self::Ready,
        Self::OnLoan,
        Self::Returned,
        Self::Ended,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Queued => "queued",
            Self::Ready => "ready",
            Self::OnLoan => "on_loan",
            Self::Returned => "returned",
            Self::Ended => "ended",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    pub fn label(self) -> Text {
        let (th, en) = match self {
            Self::Asked => ("รอพิจารณา", "Being considered"),
            Self::Queued => ("อยู่ในคิว", "In the queue"),
            Self::Ready => ("พร้อมให้รับ", "Ready for you"),
            Self::OnLoan => ("ยืมอยู่", "On loan"),
            Self::Returned => ("คืนแล้ว", "Returned"),
            Self::Ended => ("ไม่ได้ยืม", "Not lent"),
        };
        Text::new(th, en)
    }

    pub fn is_over(self) -> bool {
        matches!(self, Self::Returned | Self::Ended)
    }
}

/// The status of an approved request by its pieces: what matters most comes first.
pub fn summary(lines: &[LineState]) -> Status {
    let any = |state| lines.contains(&state);
    if any(LineState::OnLoan) {
        Status::OnLoan
    } else if any(LineState::Ready) {
        Status::Ready
    } else if any(LineState::Queued) {
        Status::Queued
    } else if any(LineState::Asked) {
        Status::Submitted
    } else if any(LineState::Returned) {
        Status::Completed
    } else {
        Status::Cancelled
    }
}

/// What the rules look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineFacts {
    pub state: LineState,
    /// The first day asked for.
    pub from: NaiveDate,
    /// Whether the offer was accepted: an accepted one does not lapse by itself.
    pub accepted: bool,
    pub offer_until: Option<Instant>,
    /// How many offers have lapsed.
    pub lapsed: u8,
    /// When it was handed over.
    pub handed_at: Option<Instant>,
    pub due_on: Option<NaiveDate>,
    pub renewals: u8,
    /// Whether somebody waits for this type.
    pub wanted: bool,
}

/// What happens to one piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineAction {
    /// The request was approved.
    Queue,
    /// A unit is set aside for it.
    Offer,
    /// The resident will come for it.
    Accept,
    Decline,
    /// Nobody answered in time.
    LapseOffer,
    /// The unit set aside went to repair, or is gone: the place in the queue is kept.
    WithdrawOffer,
    HandOver {
        due_on: NaiveDate,
    },
    UndoHandOver {
        reason: String,
    },
    /// For some more days. An officer may do it although somebody waits, and says why.
    Renew {
        until: NaiveDate,
        reason: String,
    },
    /// "No longer needed": a collection is to be agreed.
    NotNeeded,
    TakeBack,
    End,
}

impl LineAction {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Offer => "offer",
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::LapseOffer => "lapse_offer",
            Self::WithdrawOffer => "withdraw_offer",
            Self::HandOver { .. } => "hand_over",
            Self::UndoHandOver { .. } => "undo_hand_over",
            Self::Renew { .. } => "renew",
            Self::NotNeeded => "not_needed",
            Self::TakeBack => "take_back",
            Self::End => "end",
        }
    }
}

/// Why nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineRefusal {
    #[error("this actor may not do this")]
    NotAllowed,
    #[error("not possible in the present state")]
    WrongState,
    #[error("a reason is missing")]
    ReasonMissing,
    #[error("the deadline has not passed")]
    TooEarly,
    #[error("the offer has lapsed")]
    OfferLapsed,
    #[error("somebody waits for it")]
    Wanted,
    #[error("it was renewed as often as allowed")]
    NoMoreRenewals,
    #[error("the new day is not later")]
    NotLater,
    #[error("the hand-over is too long ago to be undone")]
    TooLate,
}

impl LineRefusal {
    pub fn text(self) -> Text {
        let (th, en) = match self {
            Self::NotAllowed => ("บัญชีนี้ไม่มีสิทธิ์ทำรายการนี้", "This account may not do this."),
            Self::WrongState => (
                "ทำรายการนี้ไม่ได้ในสถานะปัจจุบัน",
                "This is not possible in the present state.",
            ),
            Self::ReasonMissing => ("โปรดระบุเหตุผล", "Give the reason."),
            Self::TooEarly => ("ยังไม่ถึงกำหนด", "The deadline has not passed yet."),
            Self::OfferLapsed => (
                "เลยกำหนดตอบรับแล้ว โปรดโทรหาเจ้าหน้าที่",
                "The time to answer has passed. Please call the office.",
            ),
            Self::Wanted => (
                "มีผู้ป่วยอื่นรออยู่ จึงต่อเวลาเองไม่ได้ โปรดโทรหาเจ้าหน้าที่ หากยังจำเป็นต้องใช้",
                "Somebody else is waiting, so it cannot be renewed here. If it is still needed, please call the office.",
            ),
            Self::NoMoreRenewals => (
                "ต่อเวลาครบจำนวนครั้งแล้ว โปรดโทรหาเจ้าหน้าที่",
                "It was renewed as often as is allowed. Please call the office.",
            ),
            Self::NotLater => (
                "วันครบกำหนดใหม่ต้องอยู่หลังวันเดิม",
                "The new day must be after the present one.",
            ),
            Self::TooLate => (
                "เลยเวลาที่ยกเลิกการส่งมอบได้แล้ว ให้บันทึกรับคืนแทน",
                "The hand-over is too long ago to be undone; take it back instead.",
            ),
        };
        Text::new(th, en)
    }
}

/// Decides what a piece becomes, or why not. Total: every state, action and actor has an answer.
///
/// Authority is checked before state.
#[expect(clippy::match_same_arms, reason = "the table is read state by state")]
pub fn decide(
    now: &LineFacts,
    action: &LineAction,
    actor: &Actor,
    settings: &LoanSettings,
    at: Instant,
) -> Result<LineFacts, LineRefusal> {
    use LineAction as A;
    use LineState as S;
    authorise(action, actor)?;
    let to = |state| Ok(LineFacts { state, ..*now });
    let back_in_queue = || LineFacts {
        state: S::Queued,
        accepted: false,
        offer_until: None,
        ..*now
    };
    match (now.state, action) {
        (S::Asked, A::Queue) => to(S::Queued),
        (S::Queued, A::Offer) => to(S::Ready),
        (S::Ready, A::Accept) if now.accepted => Ok(*now),
        (S::Ready, A::Accept) => {
            if actor.is_family() && now.offer_until.is_some_and(|until| until <= at) {
                return Err(LineRefusal::OfferLapsed);
            }
            Ok(LineFacts {
                accepted: true,
                ..*now
            })
        }
        (S::Ready, A::Decline) => Ok(LineFacts {
            state: S::Ended,
            ..back_in_queue()
        }),
        (S::Ready, A::LapseOffer) if now.accepted => Err(LineRefusal::WrongState),
        (S::Ready, A::LapseOffer) => {
            if now.offer_until.is_none_or(|until| until > at) {
                return Err(LineRefusal::TooEarly);
            }
            let lapsed = now.lapsed.saturating_add(1);
            let state = if lapsed >= settings.offers {
                S::Ended
            } else {
                S::Queued
            };
            Ok(LineFacts {
                state,
                lapsed,
                ..back_in_queue()
            })
        }
        (S::Ready, A::WithdrawOffer) => Ok(back_in_queue()),
        (S::Ready, A::HandOver { due_on }) => Ok(LineFacts {
            state: S::OnLoan,
            handed_at: Some(at),
            due_on: Some(*due_on),
            ..*now
        }),
        (S::OnLoan, A::UndoHandOver { reason }) => {
            if reason.trim().is_empty() {
                return Err(LineRefusal::ReasonMissing);
            }
            let limit = TimeDelta::hours(i64::from(settings.undo_hours));
            if now.handed_at.is_none_or(|handed| handed + limit < at) {
                return Err(LineRefusal::TooLate);
            }
            Ok(LineFacts {
                state: S::Ready,
                accepted: true,
                handed_at: None,
                due_on: None,
                ..*now
            })
        }
        (S::OnLoan, A::Renew { until, reason }) => renew(now, *until, reason, actor, settings),
        (S::OnLoan, A::NotNeeded) => Ok(*now),
        (S::OnLoan, A::TakeBack) => to(S::Returned),
        (S::Asked | S::Queued | S::Ready, A::End) => Ok(LineFacts {
            state: S::Ended,
            ..back_in_queue()
        }),
        _ => Err(LineRefusal::WrongState),
    }
}

fn renew(
    now: &LineFacts,
    until: NaiveDate,
    reason: &str,
    actor: &Actor,
    settings: &LoanSettings,
) -> Result<LineFacts, LineRefusal> {
    if now.due_on.is_some_and(|due| until <= due) {
        return Err(LineRefusal::NotLater);
    }
    let blocked = if now.wanted {
        Some(LineRefusal::Wanted)
    } else if now.renewals >= settings.renewals {
        Some(LineRefusal::NoMoreRenewals)
    } else {
        None
    };
    // An officer may, and says why; a family calls.
    if let Some(blocked) = blocked {
        if actor.staff().is_none() {
            return Err(blocked);
        }
        if reason.trim().is_empty() {
            return Err(LineRefusal::ReasonMissing);
        }
    }
    Ok(LineFacts {
        due_on: Some(until),
        renewals: now.renewals.saturating_add(1),
        ..*now
    })
}

fn authorise(action: &LineAction, actor: &Actor) -> Result<(), LineRefusal> {
    use LineAction as A;
    let may = match actor {
        Actor::Resident | Actor::Agent(_) | Actor::Channel(_) => matches!(
            action,
            A::Accept | A::Decline | A::Renew { .. } | A::NotNeeded | A::End
        ),
        Actor::System => matches!(
            action,
            A::Queue | A::Offer | A::LapseOffer | A::WithdrawOffer | A::End
        ),
        Actor::Staff(staff) => staff.handles_requests() && !matches!(action, A::LapseOffer),
    };
    if may {
        Ok(())
    } else {
        Err(LineRefusal::NotAllowed)
    }
}

/// The day a loan is due: the day asked for, or the next day the office is open.
pub fn due_on(until: NaiveDate, office: &WorkingTime) -> NaiveDate {
    office.next_open_day(until).unwrap_or(until)
}

/// Until when an offer waits: the end of the n-th open day after today, at midnight.
pub fn offer_until(settings: &LoanSettings, office: &WorkingTime, now: Instant) -> Instant {
    let today = time::local_date(now);
    let days = u32::from(settings.offer_open_days);
    let last = office.add_days(today, days).unwrap_or(today);
    time::at(last + TimeDelta::days(1), 0)
}

/// How far an overdue loan has gone: kinder means first, and never a fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chase {
    Message,
    Phone,
    Visit,
}

impl Chase {
    pub const ALL: [Self; 3] = [Self::Message, Self::Phone, Self::Visit];

    pub fn code(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Phone => "phone",
            Self::Visit => "visit",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.code() == code)
    }

    pub fn label(self) -> Text {
        match self {
            Self::Message => Text::new("ส่งข้อความ", "Message"),
            Self::Phone => Text::new("โทรศัพท์", "Telephone"),
            Self::Visit => Text::new("เยี่ยมบ้าน", "Home visit"),
        }
    }

    /// What comes after what was tried.
    pub fn next(tried: &[Self]) -> Self {
        match tried.iter().max() {
            None => Self::Message,
            Some(Self::Message) => Self::Phone,
            Some(_) => Self::Visit,
        }
    }
}

/// The last day on which an overdue loan is chased in time (clause 209: within seven days).
pub fn chase_by(due_on: NaiveDate, settings: &LoanSettings) -> NaiveDate {
    due_on + TimeDelta::days(i64::from(settings.chase_days))
}

/// One well-formed example of every action.
pub fn samples(at: Instant) -> Vec<LineAction> {
    let later = time::local_date(at) + TimeDelta::days(90);
    let reason = || "-".to_owned();
    vec![
        LineAction::Queue,
        LineAction::Offer,
        LineAction::Accept,
        LineAction::Decline,
        LineAction::LapseOffer,
        LineAction::WithdrawOffer,
        LineAction::HandOver { due_on: later },
        LineAction::UndoHandOver { reason: reason() },
        LineAction::Renew {
            until: later + TimeDelta::days(90),
            reason: reason(),
        },
        LineAction::NotNeeded,
        LineAction::TakeBack,
        LineAction::End,
    ]
}

/// What happened to one piece: history, calls and statistics are written from these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum LoanEvent {
    Queued,
    /// A unit was set aside, until an answer is due.
    Offered {
        until: Instant,
    },
    Accepted,
    Declined,
    OfferLapsed {
        again: bool,
    },
    OfferWithdrawn {
        reason: String,
    },
    HandedOver {
        asset_number: String,
        due_on: NaiveDate,
    },
    HandOverUndone {
        reason: String,
    },
    Renewed {
        until: NaiveDate,
        reason: String,
    },
    /// Whoever was asked said so; with how the patient is.
    StillNeeded {
        condition: String,
    },
    NotNeeded,
    TakenBack {
        asset_number: String,
    },
    /// An overdue loan was chased.
    Chased {
        step: String,
        outcome: String,
    },
    FaultReported {
        words: String,
    },
    Ended,
}

impl LoanEvent {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Queued => "loan_queued",
            Self::Offered { .. } => "loan_offered",
            Self::Accepted => "loan_accepted",
            Self::Declined => "loan_declined",
            Self::OfferLapsed { .. } => "loan_offer_lapsed",
            Self::OfferWithdrawn { .. } => "loan_offer_withdrawn",
            Self::HandedOver { .. } => "loan_handed_over",
            Self::HandOverUndone { .. } => "loan_hand_over_undone",
            Self::Renewed { .. } => "loan_renewed",
            Self::StillNeeded { .. } => "loan_still_needed",
            Self::NotNeeded => "loan_not_needed",
            Self::TakenBack { .. } => "loan_taken_back",
            Self::Chased { .. } => "loan_chased",
            Self::FaultReported { .. } => "loan_fault_reported",
            Self::Ended => "loan_ended",
        }
    }

    /// Whether the family is called: what they must do something about, and did not do themselves.
    pub fn must_be_told(&self) -> bool {
        matches!(
            self,
            Self::Offered { .. } | Self::OfferLapsed { .. } | Self::OfferWithdrawn { .. }
        )
    }
}
