//! Settings revised by staff: what a kind is now and was, what a change would do to bookings, and making it.
//!
//! Nothing is moved by machine: bookings that would lie in a closed day are put on the list of those that must move.
use crate::office::{InboxRow, Names, inbox_row};
use crate::settings::{Layers, STAFF_KEY};
use crate::{Desk, Result, Trouble};
use chrono::{NaiveDate, TimeDelta};
use domain::affected::{Cause, CauseKind};
use domain::crematorium::{CellRange, Claim, Facility, Rules};
use domain::form::{FieldError, FieldErrors, Text};
use domain::municipality::{Closes, Closure, Municipality};
use domain::request::{Actor, Role, StaffActor};
use domain::setting::{Change, Kind, diff, part};
use domain::text;
use domain::time::{self, Instant, TimeOfDay};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::audit::{self, Version};
use store::claim::{self, Booked, Holder};
use store::closure::UrgentRow;
use store::crematorium::CaseRow;
use store::setting::{self, NewSetting, SettingRow};
use store::{Conn, Tx, affected, crematorium, outage, request};
use uuid::Uuid;

/// Holds the cells of a day that is being closed, until every server has read the new settings. A hold like a
/// draft's: what goes out of service meanwhile takes its cells over.
const BARRIER: Holder = Holder {
    kind: claim::HolderKind::Draft,
    id: Uuid::from_u128(0xc105_ed0f_5a1a),
};
/// Servers read the settings every few seconds; one that failed for so long has failed altogether.
const BARRIER_LASTS: TimeDelta = TimeDelta::minutes(15);

/// One revision of a kind, as its history shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct RevisionRow {
    pub revision: i64,
    pub valid_from: NaiveDate,
    pub made_at: Instant,
    pub who: String,
    pub reason: String,
    pub legal_basis: String,
    /// Against the revision made before it, or the file.
    pub changes: Vec<Change>,
    /// In force today, or still to come.
    pub stands: bool,
}

/// What the page of a kind shows.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingPage {
    pub kind: Kind,
    /// The newest revision of the kind; 0 while only the file speaks of it.
    pub based_on: i64,
    /// The settings with everything that is to come: what a change starts from.
    pub municipality: Municipality,
    /// Revisions that begin later.
    pub coming: Vec<(NaiveDate, i64)>,
    /// The newest first.
    pub history: Vec<RevisionRow>,
}

/// A revision that somebody wants to make.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRevision {
    pub kind: Kind,
    /// What it was made from.
    pub based_on: i64,
    pub valid_from: NaiveDate,
    pub legal_basis: String,
    pub reason: String,
    /// The kind's part of the settings.
    pub body: Value,
}

/// A live booking that a change would leave in a closed day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub request: Uuid,
    /// The first place it could not keep.
    pub date: NaiveDate,
    pub facility: Facility,
}

/// A live booking whose start time would not be on the menu any more. It keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRound {
    pub request: Uuid,
    pub date: NaiveDate,
    pub round: TimeOfDay,
}

/// What a change would do to what is booked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    pub hits: Vec<Hit>,
    pub lost_rounds: Vec<LostRound>,
    /// The requests of both; empty for those who do not handle requests.
    pub rows: BTreeMap<Uuid, InboxRow>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revised {
    Done {
        revision: i64,
        /// How many bookings were put on the list of those that must move.
        affected: usize,
    },
    /// Somebody else revised the same kind meanwhile: nothing was done.
    Superseded { newest: i64 },
}

/// Days are for whoever runs the crematorium; what decides rights and duties is for administrators.
pub fn may_revise(who: &StaffActor, kind: Kind) -> bool {
    let days = matches!(kind, Kind::Closures | Kind::Lunar) && who.handles_requests();
    who.has(Role::Administrator) || days
}

fn authorise(who: &StaffActor, kind: Kind) -> Result<()> {
    if may_revise(who, kind) {
        Ok(())
    } else {
        Err(Trouble::NotAllowed)
    }
}

impl Desk {
    /// A kind as it is and was.
    pub async fn setting_page(&self, who: &StaffActor, kind: Kind) -> Result<SettingPage> {
        authorise(who, kind)?;
        let today = time::local_date(self.now());
        let mut conn = self.store.read().await?;
        let layers = self.layers(&mut conn, today).await?;
        let rows = setting::history(&mut conn, kind.code(), STAFF_KEY).await?;
        let coming: Vec<_> = layers
            .of(kind)
            .iter()
            .filter(|row| row.valid_from > today)
            .map(|row| (row.valid_from, row.revision))
            .collect();
        let standing: BTreeSet<i64> = layers.of(kind).iter().map(|row| row.revision).collect();
        let last = coming.last().map_or(today, |(from, _)| *from);
        let mut names = Names::default();
        let mut history = Vec::with_capacity(rows.len());
        for (n, row) in rows.iter().enumerate() {
            let before = match rows.get(n + 1) {
                Some(row) => body_of(row)?,
                None => part(kind, &layers.file_today()?),
            };
            let who = match row.actor.parse::<Uuid>() {
                Ok(id) => names.of(&mut conn, id).await?.unwrap_or_default(),
                Err(_) => row.actor.clone(),
            };
            history.push(RevisionRow {
                revision: row.revision,
                valid_from: row.valid_from,
                made_at: row.created_at,
                who,
                reason: row.reason.clone(),
                legal_basis: row.legal_basis.clone(),
                changes: diff(&before, &body_of(row)?),
                stands: standing.contains(&row.revision),
            });
        }
        Ok(SettingPage {
            kind,
            based_on: rows.first().map_or(0, |row| row.revision),
            municipality: layers.on(last)?,
            coming,
            history,
        })
    }

    /// What a change would do to what is booked; nothing is changed.
    pub async fn preview_revision(&self, who: &StaffActor, new: &NewRevision) -> Result<Effect> {
        authorise(who, new.kind)?;
        let now = self.now();
        let new = checked(new, time::local_date(now))?;
        let mut conn = self.store.read().await?;
        let (old, rules) = self.before_and_after(&mut conn, &new, now).await?;
        let mut effect = effect(&mut conn, &old, &rules, new.kind, now).await?;
        if who.handles_requests() {
            let mut names = Names::default();
            let hits = effect.hits.iter().map(|hit| hit.request);
            let lost = effect.lost_rounds.iter().map(|lost| lost.request);
            for id in hits.chain(lost).collect::<BTreeSet<Uuid>>() {
                if let Some(row) = request::by_id(&mut conn, id).await? {
                    let row = inbox_row(&mut conn, row, &mut names, now).await?;
                    effect.rows.insert(id, row);
                }
            }
        }
        Ok(effect)
    }

    /// Makes a revision, and puts every booking that lies in a day it closes on the list of those that must move.
    pub async fn revise(&self, who: &StaffActor, new: &NewRevision) -> Result<Revised> {
        authorise(who, new.kind)?;
        self.revise_with(who, new, None).await
    }

    /// The same, as an urgent closure that somebody else reviews.
    pub(crate) async fn revise_with(
        &self,
        who: &StaffActor,
        new: &NewRevision,
        urgent: Option<&Closure>,
    ) -> Result<Revised> {
        let now = self.now();
        let new = checked(new, time::local_date(now))?;
        let mut conn = self.store.read().await?;
        let (old, rules) = self.before_and_after(&mut conn, &new, now).await?;
        drop(conn);
        let audit_id = self.id(now);
        let (new, old, rules) = (&new, &old, &rules);
        let outcome = self
            .store
            .write(async |tx| {
                let actor = who.id.to_string();
                let body = new.body.to_string();
                let row = NewSetting {
                    kind: new.kind.code(),
                    key: STAFF_KEY,
                    valid_from: new.valid_from,
                    body: &body,
                    legal_basis: &new.legal_basis,
                    actor: &actor,
                    reason: &new.reason,
                    follows: Some(new.based_on),
                };
                let Some(revision) = setting::append(tx, &row, now).await? else {
                    let newest = setting::newest(tx, new.kind.code(), STAFF_KEY).await?;
                    return Ok(Revised::Superseded { newest });
                };
                // First the cells, then what is booked: a booking on its way is refused, or seen here.
                shut(tx, old, rules, now).await?;
                let hits = effect(tx, old, rules, new.kind, now).await?.hits;
                let affected = hits.len();
                self.mark(tx, who, (old, rules), &hits, audit_id, now)
                    .await?;
                if let Some(closure) = urgent {
                    let row = urgent_row(closure, revision, who, affected, now);
                    store::closure::insert(tx, &row).await?;
                }
                let ids = (revision, audit_id);
                self.note_revision(tx, who, new.kind, "settings revised", ids, now)
                    .await?;
                Ok::<_, Trouble>(Revised::Done { revision, affected })
            })
            .await?;
        self.refresh_rules().await?;
        Ok(outcome)
    }

    /// Puts bookings that lie in a closed day on the list of those that must move, each with the public reason of its
    /// day; and takes those off it that a closure taken away had put there.
    async fn mark(
        &self,
        tx: &mut Tx,
        who: &StaffActor,
        (old, new): (&Rules, &Rules),
        hits: &[Hit],
        revision_id: Uuid,
        now: Instant,
    ) -> Result<()> {
        let actor = Actor::Staff(who.clone());
        for hit in hits {
            let closure = new.closure(hit.date, hit.facility);
            let cause = Cause {
                kind: CauseKind::Closure,
                id: closure.and_then(|it| it.id).unwrap_or(revision_id),
            };
            // Open, and hit all the same: the place itself is there no more.
            let reason = closure.map_or_else(no_longer_there, |closure| closure.reason.clone());
            let booking = [(hit.request, hit.date)];
            self.mark_affected(tx, &booking, cause, &reason, &actor, now)
                .await?;
        }
        self.relieve_open(tx, (old, new), &actor, now).await
    }

    /// Takes those off the list whose closure closes none of their places any more, because it was taken away or the
    /// day was opened anyway; and those whose place is there again.
    async fn relieve_open(
        &self,
        tx: &mut Tx,
        (old, new): (&Rules, &Rules),
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        let known = [closure_ids(old), closure_ids(new)].concat();
        for row in affected::open_of_kind(tx, CauseKind::Closure).await? {
            let Some(case) = crematorium::load(tx, row.request_id).await? else {
                continue;
            };
            // A closure of the file has no id, and a place that went has none either: their rows bear the revision's.
            let anonymous = !known.contains(&row.cause.id);
            let holds = used(&case).into_iter().any(|(resource, date)| {
                let Some(facility) = new.facility(resource) else {
                    return anonymous;
                };
                let closure = new.closure(date, facility);
                closure.is_some_and(|it| it.id.map_or(anonymous, |id| id == row.cause.id))
            });
            if !holds {
                self.relieve_row(tx, row, actor, now).await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn note_revision(
        &self,
        tx: &mut Tx,
        who: &StaffActor,
        kind: Kind,
        act: &str,
        (revision, audit_id): (i64, Uuid),
        now: Instant,
    ) -> Result<()> {
        let subject = format!("settings:{}", kind.code());
        let detail = json!({ "revision": revision }).to_string();
        let entry = audit::Entry {
            id: audit_id,
            subject: &subject,
            version: Version::Next,
            at: now,
            actor_kind: "staff",
            actor_id: Some(who.id),
            act,
            detail: &detail,
        };
        audit::append(tx, &entry, &self.keys).await?;
        Ok(())
    }

    /// The rules as they are and as the revision would make them.
    async fn before_and_after(
        &self,
        conn: &mut Conn,
        new: &NewRevision,
        now: Instant,
    ) -> Result<(Rules, Rules)> {
        let layers = self.layers(conn, time::local_date(now)).await?;
        let after = layers.with(new.kind, new.valid_from, &new.body);
        let rules = after.rules().map_err(|trouble| match trouble {
            // Together with what stands or comes, the settings cannot be used.
            Trouble::Internal(reason) => Trouble::Invalid(FieldErrors::one(FieldError::new(
                "valid_from",
                "unusable",
                format!("ใช้ร่วมกับค่าอื่นที่มีผลในวันเดียวกันไม่ได้ ({reason})"),
                reason,
            ))),
            other => other,
        })?;
        Ok((layers.rules()?, rules))
    }

    pub(crate) async fn layers(&self, conn: &mut Conn, today: NaiveDate) -> Result<Layers> {
        let loaded = Layers::load(conn, today).await?;
        loaded.ok_or_else(|| Trouble::Internal("no settings are in force".to_owned()))
    }
}

fn body_of(row: &SettingRow) -> Result<Value> {
    serde_json::from_str(&row.body)
        .map_err(|error| Trouble::Internal(format!("settings revision {}: {error}", row.revision)))
}

/// Reason, legal basis and day, everything that is wrong with them at once.
fn checked(new: &NewRevision, today: NaiveDate) -> Result<NewRevision> {
    let mut errors = FieldErrors::new();
    let new = NewRevision {
        reason: text::clean(&new.reason),
        legal_basis: text::clean(&new.legal_basis),
        valid_from: if new.kind.dates_itself() {
            today
        } else {
            new.valid_from
        },
        ..new.clone()
    };
    if new.valid_from < today {
        errors.push(FieldError::new(
            "valid_from",
            "past",
            "วันที่เริ่มใช้ต้องเป็นวันนี้หรือหลังจากนี้",
            "The first day must be today or later",
        ));
    }
    if new.kind.needs_legal_basis() && new.legal_basis.is_empty() {
        errors.push(FieldError::new(
            "legal_basis",
            "missing",
            "กรอกฐานอำนาจ เช่น เทศบัญญัติหรือคำสั่ง",
            "Enter what it rests on, such as an ordinance or an order",
        ));
    }
    if new.reason.is_empty() {
        errors.push(FieldError::new(
            "reason",
            "missing",
            "กรอกเหตุผลของการแก้ไข",
            "Enter why it is changed",
        ));
    }
    if errors.is_empty() {
        Ok(new)
    } else {
        Err(Trouble::Invalid(errors))
    }
}

/// Whether the new rules close what the old ones leave open.
pub(crate) fn closes_newly(old: &Rules, new: &Rules, date: NaiveDate, facility: Facility) -> bool {
    old.closed(date, facility).is_none() && new.closed(date, facility).is_some()
}

/// Whether the family itself is there on that date. A pavilion that is cleaned on a closed day is cleaned another time:
/// nobody is made to move for that.
async fn is_used(conn: &mut Conn, request: Uuid, resource: &str, date: NaiveDate) -> Result<bool> {
    let case = crematorium::load(conn, request).await?;
    Ok(case.is_some_and(|case| used(&case).contains(&(resource, date))))
}

/// What a family itself uses, and when: without the time in which its places are cleaned or cool down.
fn used(case: &CaseRow) -> Vec<(&str, NaiveDate)> {
    let furnace = case.cremation.iter();
    let furnace = furnace.map(|it| (&*it.furnace_id, it.wish.date));
    let table = case.ash.iter().map(|it| (&*it.table_id, it.wish.date));
    let nights = case.pavilion.iter();
    let nights = nights.flat_map(|it| it.evenings().map(|date| (&*it.id, date)));
    furnace.chain(table).chain(nights).collect()
}

fn closure_ids(rules: &Rules) -> Vec<Uuid> {
    let closures = rules.settings().closures.iter();
    closures.filter_map(|closure| closure.id).collect()
}

fn no_longer_there() -> Text {
    Text::new(
        "สถานที่ที่จองไว้เลิกให้บริการ",
        "The place that was booked is no longer offered",
    )
}

/// What is booked and would lie in a closed day, or at a place that is there no more, each request once, at the first place it could not keep.
async fn effect(
    conn: &mut Conn,
    old: &Rules,
    new: &Rules,
    kind: Kind,
    now: Instant,
) -> Result<Effect> {
    let mut effect = Effect::default();
    let mut seen = BTreeSet::new();
    let mut furnaces = BTreeSet::new();
    for Booked {
        request_id,
        resource,
        date,
    } in claim::booked(conn, time::local_date(now)).await?
    {
        let stays = new.facility(&resource);
        let Some(facility) = stays.or_else(|| old.facility(&resource)) else {
            continue;
        };
        // Also when another closure closes it now: the booking stays on the list, because of that one.
        let by = new.closure(date, facility);
        let closes = by.is_some() && by != old.closure(date, facility);
        let lost = stays.is_none() || closes && is_used(conn, request_id, &resource, date).await?;
        if lost && seen.insert(request_id) {
            effect.hits.push(Hit {
                request: request_id,
                date,
                facility,
            });
        }
        if facility == Facility::Cremation {
            furnaces.insert(request_id);
        }
    }
    if kind == Kind::Rounds {
        for id in furnaces {
            let Some(case) = crematorium::load(conn, id).await? else {
                continue;
            };
            let Some(cremation) = case.cremation else {
                continue;
            };
            let (date, round) = (cremation.wish.date, cremation.wish.round);
            let offers = |rules: &Rules| rules.rounds(date, case.case_type).contains(&round);
            if offers(old) && !offers(new) {
                effect.lost_rounds.push(LostRound {
                    request: id,
                    date,
                    round,
                });
            }
        }
        effect
            .lost_rounds
            .sort_by_key(|lost| (lost.date, lost.round, lost.request));
    }
    Ok(effect)
}

/// Takes the free cells of days that close, and gives those of days that open again back.
///
/// Only as far as can be booked: later days are closed by the rules alone.
async fn shut(tx: &mut Tx, old: &Rules, new: &Rules, now: Instant) -> Result<()> {
    let last = old.last_day(now).max(new.last_day(now));
    let mut places: Vec<(&str, Facility)> = Vec::new();
    places.extend(
        new.settings()
            .furnaces
            .iter()
            .map(|furnace| (&*furnace.id, Facility::Cremation)),
    );
    places.extend(
        new.settings()
            .pavilions
            .iter()
            .map(|pavilion| (&*pavilion.id, Facility::Pavilions)),
    );
    places.extend(
        new.settings()
            .ash
            .tables
            .iter()
            .map(|table| (&*table.id, Facility::Ash)),
    );
    // The one order of all transactions.
    places.sort_unstable_by_key(|(resource, _)| *resource);
    for (resource, facility) in places {
        for date in time::local_date(now)
            .iter_days()
            .take_while(|date| *date <= last)
        {
            if closes_newly(old, new, date, facility) {
                let claim = Claim {
                    resource: resource.to_owned(),
                    date,
                    cells: match facility {
                        Facility::Cremation | Facility::Ash => CellRange::WHOLE_DAY,
                        Facility::Pavilions => CellRange::DAY_AND_NIGHT,
                    },
                };
                claim::close(tx, BARRIER, &claim, now + BARRIER_LASTS).await?;
            } else if closes_newly(new, old, date, facility) {
                claim::reopen(tx, BARRIER.id, resource, date).await?;
            }
        }
    }
    // What was held of a thing out of service is now the outage's.
    outage::inherit(tx, BARRIER.id).await?;
    Ok(())
}

fn urgent_row(
    closure: &Closure,
    revision: i64,
    who: &StaffActor,
    affected: usize,
    now: Instant,
) -> UrgentRow {
    let today = time::local_date(now);
    let (from, until) = match closure.when {
        domain::municipality::ClosureWhen::Dates { from, until } => (from, until),
        _ => (today, today),
    };
    UrgentRow {
        revision,
        closed_at: now,
        closed_by: who.id,
        closes: Closes::code(closure.closes).to_owned(),
        from,
        until,
        reason: closure.reason.th.clone(),
        affected: u32::try_from(affected).unwrap_or(u32::MAX),
        review: None,
    }
}
