//! One piece of equipment: what state it is in, and who may change it. Only a passed inspection makes it available.
use crate::form::Text;
use crate::request::{Actor, Role};
use serde::{Deserialize, Serialize};

/// Where a unit stands. Its loan has a status of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitState {
    Available,
    /// Set aside for somebody whose turn it is.
    Reserved,
    OnLoan,
    /// Back, and dirty.
    Returned,
    Cleaning,
    Inspection,
    Repair,
    /// Taken out of use, such as by a recall.
    Quarantined,
    Lost,
    WrittenOff,
}

impl UnitState {
    pub const ALL: [Self; 10] = [
        Self::Available,
        Self::Reserved,
        Self::OnLoan,
        Self::Returned,
        Self::Cleaning,
        Self::Inspection,
        Self::Repair,
        Self::Quarantined,
        Self::Lost,
        Self::WrittenOff,
    ];

    /// The word of the database and of exports.
    pub fn code(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Reserved => "reserved",
            Self::OnLoan => "on_loan",
            Self::Returned => "returned",
            Self::Cleaning => "cleaning",
            Self::Inspection => "inspection",
            Self::Repair => "repair",
            Self::Quarantined => "quarantined",
            Self::Lost => "lost",
            Self::WrittenOff => "written_off",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    pub fn label(self) -> Text {
        let (th, en) = match self {
            Self::Available => ("พร้อมให้ยืม", "Available"),
            Self::Reserved => ("จองไว้ให้ผู้ยืม", "Set aside"),
            Self::OnLoan => ("ให้ยืมอยู่", "On loan"),
            Self::Returned => ("คืนแล้ว รอทำความสะอาด", "Returned, to be cleaned"),
            Self::Cleaning => ("กำลังทำความสะอาด", "Being cleaned"),
            Self::Inspection => ("รอตรวจสภาพ", "To be inspected"),
            Self::Repair => ("ซ่อม", "In repair"),
            Self::Quarantined => ("งดใช้", "Out of use"),
            Self::Lost => ("สูญหาย", "Lost"),
            Self::WrittenOff => ("จำหน่ายแล้ว", "Written off"),
        };
        Text::new(th, en)
    }

    /// Whether it is at somebody's home.
    pub fn is_out(self) -> bool {
        self == Self::OnLoan
    }

    /// Whether it still stands in the register.
    pub fn is_registered(self) -> bool {
        self != Self::WrittenOff
    }
}

/// What the rules look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitFacts {
    pub state: UnitState,
    /// To be taken out of use as soon as it comes back.
    pub recalled: bool,
}

/// The chain of papers that strikes a unit from use or from the register (clauses 214 to 218).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrikeOff {
    /// The fact-finding committee's report.
    pub report: String,
    /// The order's number.
    pub order: String,
    /// Who approved it.
    pub approver: String,
    pub date: chrono::NaiveDate,
}

/// What happens to a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitAction {
    /// Set aside for somebody: by the queue, or by an officer.
    Reserve,
    /// Set free again.
    Free,
    HandOver,
    /// The hand-over was a mistake.
    UndoHandOver {
        reason: String,
    },
    /// Brought back. Always possible, whatever the book says.
    TakeBack,
    StartCleaning,
    FinishCleaning,
    PassInspection,
    /// To be repaired.
    FailInspection {
        reason: String,
    },
    SendToRepair {
        reason: String,
    },
    Repaired,
    /// Out of use. A unit at somebody's home is taken out when it comes back.
    Quarantine {
        reason: String,
    },
    EndQuarantine {
        reason: String,
    },
    ReportLost(StrikeOff),
    WriteOff(StrikeOff),
}

impl UnitAction {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Reserve => "reserve",
            Self::Free => "free",
            Self::HandOver => "hand_over",
            Self::UndoHandOver { .. } => "undo_hand_over",
            Self::TakeBack => "take_back",
            Self::StartCleaning => "start_cleaning",
            Self::FinishCleaning => "finish_cleaning",
            Self::PassInspection => "pass_inspection",
            Self::FailInspection { .. } => "fail_inspection",
            Self::SendToRepair { .. } => "send_to_repair",
            Self::Repaired => "repaired",
            Self::Quarantine { .. } => "quarantine",
            Self::EndQuarantine { .. } => "end_quarantine",
            Self::ReportLost(_) => "report_lost",
            Self::WriteOff(_) => "write_off",
        }
    }

    /// What an officer reads on the button and in the history.
    pub fn label(&self) -> Text {
        let (th, en) = match self {
            Self::Reserve => ("จองไว้ให้ผู้ยืม", "Set aside"),
            Self::Free => ("ปลดการจอง", "Set free"),
            Self::HandOver => ("ส่งมอบให้ผู้ยืม", "Hand over"),
            Self::UndoHandOver { .. } => ("ยกเลิกการส่งมอบ", "Undo the hand-over"),
            Self::TakeBack => ("รับคืน", "Take back"),
            Self::StartCleaning => ("เริ่มทำความสะอาด", "Start cleaning"),
            Self::FinishCleaning => ("ทำความสะอาดเสร็จ", "Cleaned"),
            Self::PassInspection => ("ตรวจสภาพผ่าน", "Inspection passed"),
            Self::FailInspection { .. } => ("ตรวจสภาพไม่ผ่าน", "Inspection failed"),
            Self::SendToRepair { .. } => ("ส่งซ่อม", "Send to repair"),
            Self::Repaired => ("ซ่อมเสร็จ", "Repaired"),
            Self::Quarantine { .. } => ("งดใช้", "Take out of use"),
            Self::EndQuarantine { .. } => ("เลิกงดใช้", "Back into use"),
            Self::ReportLost(_) => ("บันทึกว่าสูญหาย", "Record as lost"),
            Self::WriteOff(_) => ("จำหน่ายออกจากทะเบียน", "Write off"),
        };
        Text::new(th, en)
    }
}

/// Why a unit's state was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitRefusal {
    #[error("this actor may not do this")]
    NotAllowed,
    #[error("not possible in the present state")]
    WrongState,
    #[error("a reason is missing")]
    ReasonMissing,
    #[error("report, order number, approver and date are needed")]
    ChainMissing,
}

impl UnitRefusal {
    pub fn text(self) -> Text {
        let (th, en) = match self {
            Self::NotAllowed => ("บัญชีนี้ไม่มีสิทธิ์ทำรายการนี้", "This account may not do this."),
            Self::WrongState => (
                "ทำรายการนี้ไม่ได้ในสภาพปัจจุบันของชิ้นนี้",
                "This is not possible in the unit's present state.",
            ),
            Self::ReasonMissing => ("โปรดระบุเหตุผล", "Give the reason."),
            Self::ChainMissing => (
                "ต้องมีรายงานของคณะกรรมการ เลขที่คำสั่ง ผู้อนุมัติ และวันที่",
                "The committee's report, the order's number, the approver and the date are needed.",
            ),
        };
        Text::new(th, en)
    }
}

/// Decides a unit's next state, or why not. Total: every state, action and actor has an answer.
///
/// Authority is checked before state. Source: `DOMAIN.md`, "Unit condition".
#[expect(clippy::match_same_arms, reason = "the table is read state by state")]
pub fn decide(
    now: UnitFacts,
    action: &UnitAction,
    actor: &Actor,
) -> Result<UnitFacts, UnitRefusal> {
    use UnitAction as A;
    use UnitState as S;
    authorise(action, actor)?;
    check_words(action)?;
    let to = |state| Ok(UnitFacts { state, ..now });
    match (now.state, action) {
        (S::Available, A::Reserve) if !now.recalled => to(S::Reserved),
        (S::Reserved, A::Free) => to(S::Available),
        (S::Reserved, A::HandOver) if !now.recalled => to(S::OnLoan),
        (S::OnLoan, A::UndoHandOver { .. }) => to(S::Reserved),
        // Struck off stays struck off: that it came back is history, and a matter for the committee.
        (S::WrittenOff, A::TakeBack) => to(S::WrittenOff),
        (_, A::TakeBack) if now.recalled => Ok(UnitFacts {
            state: S::Quarantined,
            recalled: false,
        }),
        (_, A::TakeBack) => to(S::Returned),
        (S::Returned, A::StartCleaning) => to(S::Cleaning),
        (S::Returned | S::Cleaning, A::FinishCleaning) => to(S::Inspection),
        (S::Inspection, A::PassInspection) => to(S::Available),
        (S::Inspection, A::FailInspection { .. }) => to(S::Repair),
        (
            S::Available | S::Reserved | S::Returned | S::Cleaning | S::Inspection,
            A::SendToRepair { .. },
        ) => to(S::Repair),
        (S::Repair, A::Repaired) => to(S::Inspection),
        (S::OnLoan, A::Quarantine { .. }) if !now.recalled => Ok(UnitFacts {
            recalled: true,
            ..now
        }),
        (
            S::Available | S::Reserved | S::Returned | S::Cleaning | S::Inspection | S::Repair,
            A::Quarantine { .. },
        ) => to(S::Quarantined),
        (S::OnLoan, A::EndQuarantine { .. }) if now.recalled => Ok(UnitFacts {
            recalled: false,
            ..now
        }),
        (S::Quarantined, A::EndQuarantine { .. }) => to(S::Inspection),
        (S::Lost | S::WrittenOff, A::ReportLost(_)) => Err(UnitRefusal::WrongState),
        (_, A::ReportLost(_)) => to(S::Lost),
        // What is in somebody's hands, or promised, is not struck off: it is taken back or lost first.
        (S::OnLoan | S::Reserved | S::WrittenOff, A::WriteOff(_)) => Err(UnitRefusal::WrongState),
        (_, A::WriteOff(_)) => to(S::WrittenOff),
        _ => Err(UnitRefusal::WrongState),
    }
}

#[expect(clippy::match_same_arms, reason = "the table is read state by state")]
fn authorise(action: &UnitAction, actor: &Actor) -> Result<(), UnitRefusal> {
    let may = match (actor, action) {
        (Actor::Staff(staff), UnitAction::ReportLost(_) | UnitAction::WriteOff(_)) => {
            staff.has(Role::Approver)
        }
        (Actor::Staff(staff), _) => staff.handles_requests(),
        // The queue sets aside and sets free by itself.
        (Actor::System, UnitAction::Reserve | UnitAction::Free) => true,
        // So does what a family does with an offer: a declined unit is free at once.
        (Actor::Resident | Actor::Agent(_) | Actor::Channel(_), UnitAction::Free) => true,
        _ => false,
    };
    if may {
        Ok(())
    } else {
        Err(UnitRefusal::NotAllowed)
    }
}

fn check_words(action: &UnitAction) -> Result<(), UnitRefusal> {
    let blank = |text: &str| text.trim().is_empty();
    match action {
        UnitAction::UndoHandOver { reason }
        | UnitAction::FailInspection { reason }
        | UnitAction::SendToRepair { reason }
        | UnitAction::Quarantine { reason }
        | UnitAction::EndQuarantine { reason }
            if blank(reason) =>
        {
            Err(UnitRefusal::ReasonMissing)
        }
        UnitAction::ReportLost(chain) | UnitAction::WriteOff(chain)
            if [&chain.report, &chain.order, &chain.approver]
                .into_iter()
                .any(|text| blank(text)) =>
        {
            Err(UnitRefusal::ChainMissing)
        }
        _ => Ok(()),
    }
}

/// One well-formed example of every action.
pub fn samples() -> Vec<UnitAction> {
    let reason = || "-".to_owned();
    let chain = || StrikeOff {
        report: reason(),
        order: reason(),
        approver: reason(),
        date: chrono::NaiveDate::default(),
    };
    vec![
        UnitAction::Reserve,
        UnitAction::Free,
        UnitAction::HandOver,
        UnitAction::UndoHandOver { reason: reason() },
        UnitAction::TakeBack,
        UnitAction::StartCleaning,
        UnitAction::FinishCleaning,
        UnitAction::PassInspection,
        UnitAction::FailInspection { reason: reason() },
        UnitAction::SendToRepair { reason: reason() },
        UnitAction::Repaired,
        UnitAction::Quarantine { reason: reason() },
        UnitAction::EndQuarantine { reason: reason() },
        UnitAction::ReportLost(chain()),
        UnitAction::WriteOff(chain()),
    ]
}
