//! Closed days: adding and taking away closures, the urgent one that is one person's act, and its review afterwards.
use crate::office::Names;
use crate::revision::{Effect, NewRevision, Revised};
use crate::{Desk, Result, Trouble};
use chrono::{Days, NaiveDate};
use domain::form::{FieldError, FieldErrors, Text};
use domain::municipality::{Closes, Closure, ClosureWhen, Municipality};
use domain::request::{Role, StaffActor};
use domain::setting::{Kind, part};
use domain::text;
use domain::time::{self, Instant};
use store::closure::{self as stored, UrgentRow};

/// How often an urgent closure is tried again when others revise the calendar at the same moment.
const TRIES: u8 = 16;
/// How many reviewed ones the calendar still shows.
const REVIEWED_SHOWN: u32 = 5;

/// One change of the closed days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClosureChange {
    Add(Closure),
    /// Takes one away, by its place in the list.
    Remove(usize),
}

/// An urgent closure, for the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urgent {
    pub revision: i64,
    pub closed_at: Instant,
    pub closed_by: String,
    pub closes: Closes,
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub reason: String,
    pub affected: u32,
    /// When, by whom, and what was found.
    pub review: Option<(Instant, String, String)>,
    /// Whether the reader may review it: it is not their own act.
    pub may_review: bool,
}

/// Until when an urgent closure lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrgentDays {
    Today,
    Tomorrow,
    Both,
}

impl UrgentDays {
    pub const ALL: [Self; 3] = [Self::Today, Self::Tomorrow, Self::Both];

    pub fn code(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Tomorrow => "tomorrow",
            Self::Both => "both",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|days| days.code() == code)
    }

    /// First and last, inclusive.
    pub fn range(self, today: NaiveDate) -> (NaiveDate, NaiveDate) {
        let tomorrow = today + Days::new(1);
        match self {
            Self::Today => (today, today),
            Self::Tomorrow => (tomorrow, tomorrow),
            Self::Both => (today, tomorrow),
        }
    }
}

impl Desk {
    /// What a change of the closed days would do to what is booked; nothing is changed.
    pub async fn preview_closure(
        &self,
        who: &StaffActor,
        change: &ClosureChange,
        based_on: i64,
        reason: &str,
    ) -> Result<Effect> {
        let page = self.setting_page(who, Kind::Closures).await?;
        let (revision, _) = self.closure_revision(&page.municipality, change, based_on, reason)?;
        self.preview_revision(who, &revision).await
    }

    /// Changes the closed days. Bookings in a day that closes are put on the list of those that must move; taking a
    /// closure away relieves those it had put there.
    pub async fn change_closures(
        &self,
        who: &StaffActor,
        change: &ClosureChange,
        based_on: i64,
        reason: &str,
    ) -> Result<Revised> {
        let page = self.setting_page(who, Kind::Closures).await?;
        let (revision, _) = self.closure_revision(&page.municipality, change, based_on, reason)?;
        self.revise(who, &revision).await
    }

    /// Closes today or tomorrow at once. One person's act: somebody else reviews it afterwards.
    pub async fn close_urgently(
        &self,
        who: &StaffActor,
        days: UrgentDays,
        closes: Closes,
        reason: &Text,
    ) -> Result<Revised> {
        if !who.handles_requests() {
            return Err(Trouble::NotAllowed);
        }
        let (from, until) = days.range(time::local_date(self.now()));
        let closure = Closure {
            when: ClosureWhen::Dates { from, until },
            closes,
            open_anyway: false,
            reason: reason.clone(),
            valid_from: None,
            valid_until: None,
            id: None,
        };
        let mut outcome = Revised::Superseded { newest: 0 };
        for _ in 0..TRIES {
            let page = self.setting_page(who, Kind::Closures).await?;
            let change = ClosureChange::Add(closure.clone());
            let (revision, closure) =
                self.closure_revision(&page.municipality, &change, page.based_on, &reason.th)?;
            outcome = self.revise_with(who, &revision, closure.as_ref()).await?;
            // Somebody else's closure of another day does not stand in the way of this one.
            if matches!(outcome, Revised::Done { .. }) {
                break;
            }
        }
        Ok(outcome)
    }

    /// What an urgent closure would meet, to be read before it is made.
    pub async fn preview_urgent(
        &self,
        who: &StaffActor,
        days: UrgentDays,
        closes: Closes,
    ) -> Result<Effect> {
        let (from, until) = days.range(time::local_date(self.now()));
        let closure = Closure {
            when: ClosureWhen::Dates { from, until },
            closes,
            open_anyway: false,
            reason: Text::new("-", "-"),
            valid_from: None,
            valid_until: None,
            id: None,
        };
        let page = self.setting_page(who, Kind::Closures).await?;
        self.preview_closure(who, &ClosureChange::Add(closure), page.based_on, "-")
            .await
    }

    /// Notes what somebody else found when they looked at an urgent closure afterwards.
    pub async fn review_urgent(&self, who: &StaffActor, revision: i64, note: &str) -> Result<()> {
        reviews(who)?;
        let note = text::clean(note);
        if note.is_empty() {
            return Err(Trouble::Invalid(FieldErrors::one(FieldError::new(
                "note",
                "missing",
                "กรอกผลการตรวจ",
                "Enter what you found",
            ))));
        }
        let now = self.now();
        let audit_id = self.id(now);
        let mut conn = self.store.read().await?;
        let row = stored::by_revision(&mut conn, revision).await?;
        drop(conn);
        if row.ok_or(Trouble::NotFound)?.closed_by == who.id {
            return Err(Trouble::NotAllowed);
        }
        self.store
            .write(async |tx| {
                // A second tap, or somebody who was quicker: one review stands.
                if stored::review(tx, revision, who.id, &note, now).await? {
                    let (act, ids) = ("urgent closure reviewed", (revision, audit_id));
                    self.note_revision(tx, who, Kind::Closures, act, ids, now)
                        .await?;
                }
                Ok::<(), Trouble>(())
            })
            .await
    }

    /// Urgent closures: those to review, then the last that were.
    pub async fn urgent_closures(&self, who: &StaffActor) -> Result<Vec<Urgent>> {
        reviews(who)?;
        let mut conn = self.store.read().await?;
        let mut rows = stored::unreviewed(&mut conn).await?;
        rows.extend(stored::reviewed(&mut conn, REVIEWED_SHOWN).await?);
        let mut names = Names::default();
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let closed_by = names
                .of(&mut conn, row.closed_by)
                .await?
                .unwrap_or_default();
            let review = match &row.review {
                Some(review) => {
                    let by = names.of(&mut conn, review.by).await?.unwrap_or_default();
                    Some((review.at, by, review.note.clone()))
                }
                None => None,
            };
            all.push(urgent(row, closed_by, review, who));
        }
        Ok(all)
    }

    /// How many urgent closures wait for a look, for the rail.
    pub async fn unreviewed_closures(&self) -> Result<u32> {
        let mut conn = self.store.read().await?;
        let count = stored::unreviewed(&mut conn).await?.len();
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// The list with the change, as a revision; and the closure that was added, with the id it was given.
    fn closure_revision(
        &self,
        municipality: &Municipality,
        change: &ClosureChange,
        based_on: i64,
        reason: &str,
    ) -> Result<(NewRevision, Option<Closure>)> {
        let now = self.now();
        let today = time::local_date(now);
        let mut changed = municipality.clone();
        let closures = &mut changed.crematorium.closures;
        let added = match change {
            ClosureChange::Add(closure) => {
                let closure = Closure {
                    id: Some(self.id(now)),
                    ..closure.clone()
                };
                closures.push(closure.clone());
                Some(closure)
            }
            ClosureChange::Remove(place) if *place < closures.len() => {
                closures.remove(*place);
                None
            }
            ClosureChange::Remove(_) => return Err(Trouble::NotFound),
        };
        let revision = NewRevision {
            kind: Kind::Closures,
            based_on,
            valid_from: today,
            legal_basis: String::new(),
            reason: reason.to_owned(),
            body: part(Kind::Closures, &changed),
        };
        Ok((revision, added))
    }
}

/// Whoever runs the crematorium or its settings may look at what was done in a hurry.
fn reviews(who: &StaffActor) -> Result<()> {
    if who.handles_requests() || who.has(Role::Administrator) {
        Ok(())
    } else {
        Err(Trouble::NotAllowed)
    }
}

fn urgent(
    row: UrgentRow,
    closed_by: String,
    review: Option<(Instant, String, String)>,
    who: &StaffActor,
) -> Urgent {
    Urgent {
        may_review: review.is_none() && row.closed_by != who.id,
        revision: row.revision,
        closed_at: row.closed_at,
        closed_by,
        closes: Closes::parse(&row.closes).unwrap_or(Closes::All),
        from: row.from,
        until: row.until,
        reason: row.reason,
        affected: row.affected,
        review,
    }
}
