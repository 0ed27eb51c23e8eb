//! Changing a booking: moved to other places or cancelled, by the family until the cut-off, by an officer with a
//! reason, by the channel that sent it. Places shift in one transaction; nobody ever has both the old and the new.
use crate::channel::{Answered, ChannelActor};
use crate::fee::Pricing;
use crate::office::handles_requests;
use crate::request::{Access, Loaded, TrackView, came_first, ended_so, hide_name, load, wish_of};
use crate::{Desk, Result, Trouble, given_up, place};
use chrono::NaiveDate;
use data_encoding::HEXLOWER;
use domain::affected::{CauseKind, Resolution};
use domain::crematorium::availability::{self, Search};
use domain::crematorium::change::{self, change_until, check_move};
use domain::crematorium::{Booker, OfferDay, PavilionWish, Rules, Wish};
use domain::form::Text;
use domain::reference::Reference;
use domain::request::{Action, Actor, Refusal, Snapshot, StaffActor, Status};
use domain::time::{self, Instant};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use store::claim::{self, Holder};
use store::crematorium::{CaseRow, Cremation};
use store::idempotency::{self, Begun};
use store::request::RequestRow;
use store::{Conn, Tx, affected, call, crematorium, outage, request};
use uuid::Uuid;

/// Whether a booking must move, and what its family may change by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeState {
    /// Why it must move; empty when it need not.
    pub must_move: Vec<Text>,
    /// Until when the family may.
    pub until: Option<Instant>,
    pub can_move: bool,
    /// Cancel what was approved; before that it is withdrawn.
    pub can_cancel: bool,
}

/// The days a booking could move to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveDays {
    /// With a cremation: every day of the horizon.
    pub days: Vec<OfferDay>,
    /// A pavilion alone, by its first evening.
    pub starts: Vec<PavilionWish>,
    /// Up to five times near the present one that are free, whole.
    pub near: Vec<Wish>,
    /// What each of them would cost.
    pub pricing: Pricing,
}

/// A booking that an officer is about to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movable {
    pub version: i64,
    pub wish: Wish,
    pub furnace: Option<String>,
}

/// What a channel's change came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    pub reference: Reference,
    pub status: Status,
    pub updated_at: Instant,
    pub wish: Wish,
}

/// What somebody wants of a booking.
enum Wanted<'a> {
    Move {
        to: &'a Wish,
        reason: &'a str,
        /// Staff let places be taken again that were given up.
        retake: bool,
    },
    /// Withdrawn while it waits, cancelled once approved.
    Cancel { reason: &'a str },
}

/// A channel's key.
struct Keyed<'a> {
    token: Uuid,
    path: String,
    key: &'a str,
    body_hash: String,
    write: fn(&Changed) -> String,
}

/// How a change ended inside its transaction.
enum Ended {
    Done(Changed),
    Replayed(String),
}

impl Desk {
    /// What may be changed, as the family sees it.
    pub(crate) async fn change_state(
        &self,
        conn: &mut Conn,
        loaded: &Loaded,
    ) -> Result<ChangeState> {
        let now = self.now();
        let must_move = reasons(conn, loaded.row.id).await?;
        let snapshot = self.snapshot_of(loaded, !must_move.is_empty());
        let can = domain::request::allowed(&snapshot, &Actor::Resident, now);
        Ok(ChangeState {
            until: snapshot.change_until,
            can_move: can.contains(&"move"),
            can_cancel: can.contains(&"cancel"),
            must_move,
        })
    }

    fn snapshot_of(&self, loaded: &Loaded, must_move: bool) -> Snapshot {
        Snapshot {
            change_until: change_until(&wish_of(&loaded.case), &self.rules(), must_move),
            ..loaded.row.state.snapshot()
        }
    }

    /// The days a family's booking could move to, with its own places counted as free.
    pub async fn move_days_by(
        &self,
        access: &Access<'_>,
        search: &Search,
    ) -> Result<(TrackView, MoveDays)> {
        let (loaded, _) = self.opened(access).await?;
        let view = self.track_view(&loaded).await?;
        let days = self.days_of(&loaded, search).await?;
        Ok((view, days))
    }

    async fn days_of(&self, loaded: &Loaded, search: &Search) -> Result<MoveDays> {
        let now = self.now();
        let rules = self.rules();
        let wish = wish_of(&loaded.case);
        let occupied = self
            .occupied(
                time::local_date(now),
                rules.last_day(now),
                Some(loaded.row.id),
            )
            .await?;
        let (days, starts) = if wish.cremation.is_some() {
            let days = availability::offers(&rules, &occupied, search, now);
            (days, Vec::new())
        } else {
            let starts = availability::pavilion_starts(&rules, &occupied, search, now);
            (Vec::new(), starts)
        };
        // One more than is shown: the present time is the nearest to itself.
        let mut near = availability::alternatives(&rules, &occupied, &wish, now, 6);
        near.retain(|other| *other != wish);
        near.truncate(5);
        let mut conn = self.store.read().await?;
        let residence = loaded.case.residence;
        let pricing = self.pricing(&mut conn, &loaded.row, &rules, residence);
        Ok(MoveDays {
            days,
            starts,
            near,
            pricing: pricing.await?,
        })
    }

    /// The booking that a move would change, when the move may be asked for; nothing is taken. What a family looks at
    /// before it decides.
    pub async fn move_preview(&self, access: &Access<'_>, to: &Wish) -> Result<TrackView> {
        let (loaded, actor) = self.opened(access).await?;
        let (rules, now) = (self.rules(), self.now());
        let mut conn = self.store.read().await?;
        let must_move = !reasons(&mut conn, loaded.row.id).await?.is_empty();
        let action = move_action(&loaded, to, "");
        let snapshot = self.snapshot_of(&loaded, must_move);
        domain::request::decide(&snapshot, &action, &actor, now)?;
        check_move(&wish_of(&loaded.case), to, &rules, Booker::Public, now)
            .map_err(Trouble::Invalid)?;
        let mut who = given_up::who_of_case(&mut conn, &loaded.row).await?;
        who.extend(given_up::agent(&actor));
        self.check_given_up(&mut conn, &who, to).await?;
        drop(conn);
        self.track_view(&loaded).await
    }

    /// The family, or an agent for it, moves its booking. A second tap finds it moved already.
    pub async fn move_by(&self, access: &Access<'_>, to: &Wish) -> Result<TrackView> {
        let (loaded, actor) = self.opened(access).await?;
        let wanted = Wanted::Move {
            to,
            reason: "",
            retake: false,
        };
        self.change(&loaded, &wanted, &actor, None)
            .await
            .map_err(hide_name)?;
        self.track_by(access).await
    }

    /// The family cancels: withdrawn while it waits, cancelled once approved. A second tap finds it so already.
    pub async fn cancel_by(&self, access: &Access<'_>, reason: &str) -> Result<TrackView> {
        let (loaded, actor) = self.opened(access).await?;
        let wanted = Wanted::Cancel { reason };
        if loaded.row.state.status != Status::Cancelled {
            let done = self.change(&loaded, &wanted, &actor, None).await;
            done.map(|_| ())
                .or_else(|trouble| ended_so(trouble, Status::Cancelled))?;
        }
        self.track_by(access).await
    }

    /// What an officer is about to move; nothing about a person.
    pub async fn movable(&self, who: &StaffActor, reference: &str) -> Result<Movable> {
        handles_requests(who)?;
        let loaded = self.loaded(reference).await?;
        Ok(Movable {
            version: loaded.row.version,
            wish: wish_of(&loaded.case),
            furnace: loaded.case.cremation.map(|cremation| cremation.furnace_id),
        })
    }

    /// Why a booking must move, for the office; empty when it need not.
    pub async fn must_move(&self, who: &StaffActor, reference: &str) -> Result<Vec<Text>> {
        handles_requests(who)?;
        let loaded = self.loaded(reference).await?;
        reasons(&mut self.store.read().await?, loaded.row.id).await
    }

    /// The days an officer can move a booking to.
    pub async fn staff_move_days(
        &self,
        who: &StaffActor,
        reference: &str,
        search: &Search,
    ) -> Result<MoveDays> {
        handles_requests(who)?;
        let loaded = self.loaded(reference).await?;
        self.days_of(&loaded, search).await
    }

    /// An officer moves a booking, on the version they saw, and says why; the family is told.
    pub async fn staff_move(
        &self,
        who: &StaffActor,
        reference: &str,
        version: i64,
        to: &Wish,
        reason: &str,
        retake: bool,
    ) -> Result<()> {
        handles_requests(who)?;
        let loaded = self.loaded(reference).await?;
        let there = wish_of(&loaded.case) == *to;
        if loaded.row.version != version && !there {
            return Err(self.decided_first(loaded.row.id).await?);
        }
        let wanted = Wanted::Move { to, reason, retake };
        self.change(&loaded, &wanted, &Actor::Staff(who.clone()), None)
            .await
            .map(|_| ())
    }

    /// Moves a cremation to another free furnace at the same time: nothing changes for the family, and nobody need
    /// call. The furnace it has now.
    pub async fn switch_furnace(
        &self,
        who: &StaffActor,
        reference: &str,
        version: i64,
    ) -> Result<String> {
        handles_requests(who)?;
        let loaded = self.loaded(reference).await?;
        if loaded.row.version != version {
            return Err(self.decided_first(loaded.row.id).await?);
        }
        let cremation = loaded
            .case
            .cremation
            .clone()
            .ok_or(Trouble::Refused(Refusal::WrongState))?;
        let (rules, actor) = (self.rules(), Actor::Staff(who.clone()));
        let wish = wish_of(&loaded.case);
        let others = rules
            .furnace_claims(
                cremation.wish.date,
                cremation.wish.round,
                wish.case_type,
                wish.coffin,
            )
            .into_iter()
            .filter(|claim| claim.resource != cremation.furnace_id);
        let row = &loaded.row;
        for claim in others {
            let action = Action::SwitchFurnace {
                from: cremation.furnace_id.clone(),
                to: claim.resource.clone(),
            };
            let decided = self.decided(row, &row.state.snapshot(), &action, &actor)?;
            let case = CaseRow {
                cremation: Some(Cremation {
                    furnace_id: claim.resource.clone(),
                    ..cremation.clone()
                }),
                ..loaded.case.clone()
            };
            let from = cremation.furnace_id.as_str();
            let now = decided.now;
            let outcome = self
                .store
                .write(async |tx| {
                    // The row first, then the places, as every change does.
                    if !self.begin_act(tx, row, &decided, &action, &actor).await? {
                        return Err(came_first(row));
                    }
                    let here = (from, cremation.wish.date);
                    if !claim::swap(tx, Holder::request(row.id), here, &claim, now).await? {
                        return Err(slot_taken());
                    }
                    crematorium::update(tx, &case).await?;
                    self.resolve_where_free(tx, row.id, &wish, now).await?;
                    self.record_act(tx, row, &decided, &actor).await?;
                    Ok(())
                })
                .await;
            match outcome {
                Ok(()) => return Ok(claim.resource),
                Err(Trouble::DecidedFirst { .. }) => {
                    return Err(self.decided_first(row.id).await?);
                }
                Err(Trouble::SlotTaken { .. }) => {}
                Err(trouble) => return Err(trouble),
            }
        }
        Err(self.slot_taken(&wish, None).await?)
    }

    /// A request as the channel that sent it may see it; others find nothing.
    pub async fn channel_request(
        &self,
        channel: &ChannelActor,
        reference: &str,
    ) -> Result<TrackView> {
        let loaded = self.loaded_of_channel(channel, reference).await?;
        self.track_view(&loaded).await
    }

    /// Moves a channel's own request, once per key.
    pub async fn channel_move(
        &self,
        channel: &ChannelActor,
        reference: &str,
        key: &str,
        body: &[u8],
        to: impl FnOnce(&Wish) -> Result<Wish>,
        write: fn(&Changed) -> String,
    ) -> Result<Answered> {
        let loaded = self.loaded_of_channel(channel, reference).await?;
        let keyed = Keyed::new(channel, &loaded.row, "move", key, body, write);
        if let Some(answered) = self.replayed(&keyed).await? {
            return Ok(answered);
        }
        let to = to(&wish_of(&loaded.case))?;
        let wanted = Wanted::Move {
            to: &to,
            reason: "",
            retake: false,
        };
        self.answered(&loaded, &wanted, channel, &keyed).await
    }

    /// Cancels a channel's own request, once per key.
    pub async fn channel_cancel(
        &self,
        channel: &ChannelActor,
        reference: &str,
        key: &str,
        body: &[u8],
        reason: &str,
        write: fn(&Changed) -> String,
    ) -> Result<Answered> {
        let loaded = self.loaded_of_channel(channel, reference).await?;
        let keyed = Keyed::new(channel, &loaded.row, "cancel", key, body, write);
        let wanted = Wanted::Cancel { reason };
        self.answered(&loaded, &wanted, channel, &keyed).await
    }

    async fn answered(
        &self,
        loaded: &Loaded,
        wanted: &Wanted<'_>,
        channel: &ChannelActor,
        keyed: &Keyed<'_>,
    ) -> Result<Answered> {
        let actor = Actor::Channel(channel.id);
        match self.change(loaded, wanted, &actor, Some(keyed)).await {
            Ok(Ended::Done(changed)) => Ok(Answered {
                body: (keyed.write)(&changed),
                replayed: false,
            }),
            Ok(Ended::Replayed(body)) => Ok(Answered {
                body,
                replayed: true,
            }),
            // The same call may have succeeded a moment ago.
            Err(trouble @ (Trouble::Refused(_) | Trouble::DecidedFirst { .. })) => {
                self.replayed(keyed).await?.ok_or(trouble)
            }
            Err(trouble) => Err(trouble),
        }
    }

    /// The kept answer of a key, if it has one. Nothing is written.
    async fn replayed(&self, keyed: &Keyed<'_>) -> Result<Option<Answered>> {
        let now = self.now();
        let found = self
            .store
            .write(async |tx| match keyed.begin(tx, now).await? {
                Some(body) => Ok(body),
                // An error rolls the fresh key back.
                None => Err(Trouble::NotFound),
            })
            .await;
        match found {
            Ok(body) => Ok(Some(Answered {
                body,
                replayed: true,
            })),
            Err(Trouble::NotFound) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    /// One change of one booking: checked, then written in one transaction.
    async fn change(
        &self,
        loaded: &Loaded,
        wanted: &Wanted<'_>,
        actor: &Actor,
        keyed: Option<&Keyed<'_>>,
    ) -> Result<Ended> {
        let row = &loaded.row;
        let from = wish_of(&loaded.case);
        if keyed.is_none() && is_so_already(wanted, row, &from) {
            return Ok(Ended::Done(changed_of(row, &from)?));
        }
        let (to, action) = match wanted {
            Wanted::Move { to, reason, .. } => ((*to).clone(), move_action(loaded, to, reason)),
            Wanted::Cancel { reason } => (from.clone(), cancel_action(row.state.status, reason)),
        };
        let mut conn = self.store.read().await?;
        let must_move = !reasons(&mut conn, row.id).await?.is_empty();
        drop(conn);
        let snapshot = self.snapshot_of(loaded, must_move);
        let decided = self.decided(row, &snapshot, &action, actor)?;
        if matches!(wanted, Wanted::Move { .. }) {
            let booker = if actor.staff().is_some() {
                Booker::Staff
            } else {
                Booker::Public
            };
            check_move(&from, &to, &decided.rules, booker, decided.now)
                .map_err(Trouble::Invalid)?;
        }
        let (to, action, decided) = (&to, &action, &decided);
        let outcome = self
            .store
            .write(async |tx| {
                if let Some(keyed) = keyed
                    && let Some(body) = keyed.begin(tx, decided.now).await?
                {
                    return Ok(Ended::Replayed(body));
                }
                if !self.begin_act(tx, row, decided, action, actor).await? {
                    // An error: a key is freed with it, and is not answered with nothing for a week.
                    return Err(came_first(row));
                }
                if let Wanted::Move { retake, .. } = wanted {
                    self.shift_places(tx, loaded, to, *retake, actor, &decided.rules, decided.now)
                        .await?;
                }
                self.record_act(tx, row, decided, actor).await?;
                let changed = Changed {
                    status: decided.next.status,
                    updated_at: decided.now,
                    wish: to.clone(),
                    ..changed_of(row, to)?
                };
                if let Some(keyed) = keyed {
                    keyed.finish(tx, &changed).await?;
                }
                Ok(Ended::Done(changed))
            })
            .await;
        match outcome {
            Err(Trouble::DecidedFirst { .. }) => self.late(row.id, wanted, keyed.is_some()).await,
            Err(Trouble::SlotTaken { .. }) => Err(self.slot_taken(to, Some(row.id)).await?),
            outcome => outcome,
        }
    }

    /// Somebody was first. If it was the same tap, there is nothing to complain about.
    async fn late(&self, id: Uuid, wanted: &Wanted<'_>, keyed: bool) -> Result<Ended> {
        let mut conn = self.store.read().await?;
        let row = request::by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let loaded = load(&mut conn, row).await?;
        drop(conn);
        let wish = wish_of(&loaded.case);
        if !keyed && is_so_already(wanted, &loaded.row, &wish) {
            return Ok(Ended::Done(changed_of(&loaded.row, &wish)?));
        }
        Err(self.decided_first(id).await?)
    }

    /// Gives the old places back and takes the new ones, all or none.
    #[expect(
        clippy::too_many_arguments,
        reason = "one step of one transaction, called once"
    )]
    async fn shift_places(
        &self,
        tx: &mut Tx,
        loaded: &Loaded,
        to: &Wish,
        retake: bool,
        actor: &Actor,
        rules: &Rules,
        now: Instant,
    ) -> Result<()> {
        if !(retake && actor.staff().is_some()) {
            let mut who = given_up::who_of_case(tx, &loaded.row).await?;
            who.extend(given_up::agent(actor));
            self.check_given_up(tx, &who, to).await?;
        }
        let mut case = loaded.case.clone();
        self.retake_places(tx, &mut case, to, rules, now).await?;
        crematorium::update(tx, &case).await?;
        Ok(())
    }

    /// A request's places for another wish, all or none, noted in its case; what it leaves in an outage is the outage's,
    /// and once nothing of it lies in a cause any more it is off that list. The caller writes the case.
    pub(crate) async fn retake_places(
        &self,
        tx: &mut Tx,
        case: &mut CaseRow,
        to: &Wish,
        rules: &Rules,
        now: Instant,
    ) -> Result<()> {
        let holder = Holder::request(case.request_id);
        let taken = place::take(tx, rules, holder, to, None, now).await?;
        place::put(case, to, taken.ok_or_else(slot_taken)?);
        self.resolve_where_free(tx, case.request_id, to, now).await
    }

    /// Takes a booking that moved off the list, as far as nothing of it lies in the cause any more.
    async fn resolve_where_free(
        &self,
        tx: &mut Tx,
        id: Uuid,
        wish: &Wish,
        now: Instant,
    ) -> Result<()> {
        let mut left = 0;
        let claims = claim::of(tx, id).await?;
        let listed = affected::of_request(tx, id).await?;
        for row in &listed {
            let stuck = match row.cause.kind {
                CauseKind::Outage => {
                    let outage = outage::by_id(tx, row.cause.id).await?;
                    outage.is_some_and(|outage| {
                        claims.iter().any(|claim| {
                            claim.resource == outage.resource
                                && outage.span.covers(claim.date, claim.cell)
                        })
                    })
                }
                CauseKind::Closure => change::lies_on_closed_day(wish, &self.rules()),
            };
            if stuck {
                left += 1;
            } else {
                affected::resolve(tx, id, Some(row.cause), Resolution::Moved, now).await?;
            }
        }
        if left == 0 && !listed.is_empty() {
            call::close(tx, id, "must_move").await?;
        }
        Ok(())
    }

    /// Only what this very token sent: its name alone may be another's too.
    pub(crate) async fn loaded_of_channel(
        &self,
        channel: &ChannelActor,
        reference: &str,
    ) -> Result<Loaded> {
        let loaded = self.loaded(reference).await?;
        let mut conn = self.store.read().await?;
        let events = request::events(&mut conn, loaded.row.id).await?;
        let sent = events.first().is_some_and(|event| {
            event.actor_kind == "channel" && event.actor_id == Some(channel.id)
        });
        if sent {
            Ok(loaded)
        } else {
            Err(Trouble::NotFound)
        }
    }
}

impl<'a> Keyed<'a> {
    fn new(
        channel: &ChannelActor,
        row: &RequestRow,
        act: &str,
        key: &'a str,
        body: &[u8],
        write: fn(&Changed) -> String,
    ) -> Self {
        Self {
            token: channel.id,
            path: format!("/api/v1/crematorium/requests/{}/{act}", row.reference),
            key,
            body_hash: HEXLOWER.encode(&Sha256::digest(body)),
            write,
        }
    }

    /// `None` when the call is the first of its key, the kept answer when it is a repeat.
    async fn begin(&self, tx: &mut Tx, now: Instant) -> Result<Option<String>> {
        let begun =
            idempotency::begin(tx, self.token, &self.path, self.key, &self.body_hash, now).await?;
        match begun {
            Begun::Fresh => Ok(None),
            Begun::Replay { response } => Ok(Some(response)),
            Begun::Reused => Err(Trouble::IdempotencyKeyReused),
        }
    }

    async fn finish(&self, tx: &mut Tx, changed: &Changed) -> Result<()> {
        let response = (self.write)(changed);
        idempotency::finish(tx, self.token, &self.path, self.key, &response).await?;
        Ok(())
    }
}

/// Why a request must move, in words for the family.
pub(crate) async fn reasons(conn: &mut Conn, id: Uuid) -> Result<Vec<Text>> {
    let rows = affected::of_request(conn, id).await?;
    Ok(rows.into_iter().map(|row| row.reason).collect())
}

fn move_action(loaded: &Loaded, to: &Wish, reason: &str) -> Action {
    Action::Move {
        from: Box::new(wish_of(&loaded.case)),
        to: Box::new(to.clone()),
        reason: reason.trim().to_owned(),
    }
}

/// What waits is withdrawn; what is approved is cancelled.
fn cancel_action(status: Status, reason: &str) -> Action {
    if matches!(status, Status::Submitted | Status::Returned) {
        return Action::Withdraw;
    }
    let mut words = "ครอบครัวขอยกเลิก".to_owned();
    let reason = reason.trim();
    if !reason.is_empty() {
        let _ = write!(words, ": {reason}");
    }
    Action::Cancel { reason: words }
}

fn is_so_already(wanted: &Wanted<'_>, row: &RequestRow, wish: &Wish) -> bool {
    match wanted {
        Wanted::Move { to, .. } => row.state.status.is_live() && *to == wish,
        Wanted::Cancel { .. } => matches!(row.state.status, Status::Withdrawn | Status::Cancelled),
    }
}

fn changed_of(row: &RequestRow, wish: &Wish) -> Result<Changed> {
    Ok(Changed {
        reference: crate::request::reference_of(row)?,
        status: row.state.status,
        updated_at: row.state.updated_at,
        wish: wish.clone(),
    })
}

/// What went, and what is near, is read after the rollback.
fn slot_taken() -> Trouble {
    Trouble::SlotTaken {
        conflicts: Vec::new(),
        alternatives: Vec::new(),
    }
}

/// The first night that is still to come: earlier ones stay where they are.
pub fn has_begun(wish: &Wish, today: NaiveDate) -> bool {
    wish.pavilion
        .as_ref()
        .is_some_and(|pavilion| pavilion.from < today)
}
