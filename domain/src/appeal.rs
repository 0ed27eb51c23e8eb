//! Appeals against a refusal or a cancellation: by when, and what becomes of them.
//!
//! Administrative Procedure Act พ.ศ. 2539 s.44–45: within the days of the notice; whoever made the order may change it,
//! and otherwise passes the appeal on to be decided above.
use crate::request::{Role, StaffActor, Status};
use crate::time::{self, Instant};
use crate::working_time::WorkingTime;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// The longest appeal taken as text; a longer one comes on paper.
pub const LONGEST_TEXT: usize = 4000;

/// Where an appeal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealStatus {
    Received,
    /// Whoever made the order does not agree: it lies with the mayor.
    Forwarded,
    /// Answered: the order stands.
    Upheld,
    /// Answered: the order is changed or set aside.
    Changed,
}

impl AppealStatus {
    pub const ALL: [Self; 4] = [Self::Received, Self::Forwarded, Self::Upheld, Self::Changed];

    pub fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Forwarded => "forwarded",
            Self::Upheld => "upheld",
            Self::Changed => "changed",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    pub fn th(self) -> &'static str {
        match self {
            Self::Received => "รับอุทธรณ์แล้ว",
            Self::Forwarded => "ส่งนายกเทศมนตรีพิจารณา",
            Self::Upheld => "ตอบแล้ว: ยืนตามคำสั่งเดิม",
            Self::Changed => "ตอบแล้ว: เปลี่ยนคำสั่งเดิม",
        }
    }

    pub fn en(self) -> &'static str {
        match self {
            Self::Received => "Received",
            Self::Forwarded => "With the mayor",
            Self::Upheld => "Answered: the order stands",
            Self::Changed => "Answered: the order is changed",
        }
    }

    pub fn is_open(self) -> bool {
        matches!(self, Self::Received | Self::Forwarded)
    }
}

/// How an appeal came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealChannel {
    /// The tracking page.
    Web,
    Counter,
    Post,
}

impl AppealChannel {
    pub const ALL: [Self; 3] = [Self::Web, Self::Counter, Self::Post];

    pub fn code(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Counter => "counter",
            Self::Post => "post",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.code() == code)
    }

    pub fn th(self) -> &'static str {
        match self {
            Self::Web => "หน้าติดตามคำขอ",
            Self::Counter => "ยื่นที่เคาน์เตอร์",
            Self::Post => "ทางไปรษณีย์",
        }
    }

    pub fn en(self) -> &'static str {
        match self {
            Self::Web => "Tracking page",
            Self::Counter => "At the counter",
            Self::Post => "By post",
        }
    }
}

/// What may be done with an appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppealAction {
    Forward,
    Uphold,
    Change,
}

impl AppealAction {
    pub const ALL: [Self; 3] = [Self::Forward, Self::Uphold, Self::Change];

    pub fn code(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Uphold => "uphold",
            Self::Change => "change",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.code() == code)
    }
}

/// Why an act on an appeal was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppealRefusal {
    #[error("this account may not do this")]
    NotAllowed,
    #[error("not possible in the appeal's present state")]
    WrongState,
}

/// Only an order that took something away can be appealed.
pub fn can_be_appealed(status: Status) -> bool {
    matches!(status, Status::Refused | Status::Cancelled)
}

/// Decides: the next state, or why not. Authority is checked before state.
pub fn decide(
    now: AppealStatus,
    action: AppealAction,
    who: &StaffActor,
    today: NaiveDate,
) -> Result<AppealStatus, AppealRefusal> {
    let approver = who.has(Role::Approver)
        && who
            .delegation
            .as_ref()
            .is_some_and(|delegation| delegation.is_valid_on(today));
    let allowed = match action {
        AppealAction::Forward => who.handles_requests(),
        AppealAction::Uphold | AppealAction::Change => approver,
    };
    if !allowed {
        return Err(AppealRefusal::NotAllowed);
    }
    match (now, action) {
        (AppealStatus::Received, AppealAction::Forward) => Ok(AppealStatus::Forwarded),
        // s.45: whoever made the order may agree; who does not agree must pass it on.
        (AppealStatus::Received | AppealStatus::Forwarded, AppealAction::Change) => {
            Ok(AppealStatus::Changed)
        }
        (AppealStatus::Forwarded, AppealAction::Uphold) => Ok(AppealStatus::Upheld),
        _ => Err(AppealRefusal::WrongState),
    }
}

/// What may be done now by this person, and no more.
pub fn allowed(now: AppealStatus, who: &StaffActor, today: NaiveDate) -> Vec<AppealAction> {
    AppealAction::ALL
        .into_iter()
        .filter(|action| decide(now, *action, who, today).is_ok())
        .collect()
}

/// The last day to appeal: the days are counted from the day after the notice, and a closed last day moves on.
pub fn last_day(told: NaiveDate, days: u16, office: &WorkingTime) -> NaiveDate {
    let last = told + Days::new(u64::from(days));
    office.next_open_day(last).unwrap_or(last)
}

/// By when it must be answered: the end of that day in Trang.
pub fn answer_by(received: Instant, days: u16) -> Instant {
    let last = time::local_date(received) + Days::new(u64::from(days));
    time::at(last, 23 * 60 + 59)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Delegation;
    use crate::time::TimeOfDay;
    use crate::working_time::Span;
    use uuid::Uuid;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn who(roles: &[Role], until: Option<&str>) -> StaffActor {
        StaffActor {
            id: Uuid::nil(),
            name: String::new(),
            position: String::new(),
            roles: roles.to_vec(),
            delegation: until.map(|until| Delegation {
                order: "1/2569".to_owned(),
                from: date("2026-01-01"),
                until: Some(date(until)),
            }),
        }
    }

    /// Monday to Friday, 08.30 to 16.30.
    fn office() -> WorkingTime {
        let time = |text: &str| text.parse::<TimeOfDay>().expect("a time");
        let span = Span::new(time("08:30"), time("16:30")).expect("a span");
        let mut weekly: [Vec<Span>; 7] = Default::default();
        for day in &mut weekly[..5] {
            day.push(span);
        }
        WorkingTime {
            weekly,
            closed: std::iter::once(date("2026-12-10")).collect(),
            extra: std::collections::BTreeMap::default(),
        }
    }

    #[test]
    fn every_state_action_and_person_has_one_answer() {
        let people = [
            ("officer", who(&[Role::Officer], None)),
            ("approver", who(&[Role::Approver], Some("2026-12-31"))),
            (
                "approver of an ended order",
                who(&[Role::Approver], Some("2026-06-30")),
            ),
            (
                "administrator",
                who(&[Role::Administrator], Some("2026-12-31")),
            ),
        ];
        let mut lines = Vec::new();
        for (name, person) in &people {
            for status in AppealStatus::ALL {
                let words: Vec<_> = AppealAction::ALL
                    .into_iter()
                    .map(|action| {
                        let next = decide(status, action, person, date("2026-11-23"));
                        let next = match next {
                            Ok(next) => next.code(),
                            Err(AppealRefusal::NotAllowed) => "not allowed",
                            Err(AppealRefusal::WrongState) => "-",
                        };
                        format!("{}: {next}", action.code())
                    })
                    .collect();
                lines.push(format!("{name}, {}: {}", status.code(), words.join(", ")));
            }
        }
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn days_are_counted_from_the_day_after_the_notice_and_end_on_an_open_day() {
        for (told, last) in [
            // A Monday; fifteen days later is a Tuesday.
            ("2026-11-23", "2026-12-08"),
            // The fifteenth day is a holiday, the next a Friday.
            ("2026-11-25", "2026-12-11"),
            // A Saturday moves to Monday.
            ("2026-11-27", "2026-12-14"),
        ] {
            assert_eq!(last_day(date(told), 15, &office()), date(last), "{told}");
        }
    }

    #[test]
    fn an_answer_is_due_at_the_end_of_its_day_in_trang() {
        let received = "2026-11-23T17:30:00Z".parse().expect("the 24th in Trang");
        assert_eq!(
            time::local_date(answer_by(received, 30)),
            date("2026-12-24")
        );
    }

    #[test]
    fn only_refusals_and_cancellations_can_be_appealed() {
        let appealable: Vec<_> = Status::ALL
            .into_iter()
            .filter(|status| can_be_appealed(*status))
            .collect();
        assert_eq!(appealable, [Status::Refused, Status::Cancelled]);
    }
}
