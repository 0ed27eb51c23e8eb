//! What stands on the shelf goes to whoever is next; what is free; when one's turn comes.
use super::{SERVICE, decided_line, office_time, today};
use crate::{Desk, Result, Trouble};
use chrono::{NaiveDate, TimeDelta};
use domain::crematorium::Rules;
use domain::equipment::line::{LineAction, LineState, LoanEvent, offer_until};
use domain::equipment::queue::{Outlook, expected_week, median};
use domain::equipment::service::{SinceService, due, due_until};
use domain::equipment::unit::UnitAction;
use domain::equipment::{EquipmentType, UnitState};
use domain::form::Text;
use domain::request::Actor;
use domain::time::{self, Instant};
use serde_json::json;
use std::collections::BTreeMap;
use store::loan::LineRow;
use store::unit::{Held, ServiceLimits, UnitRow};
use store::{Conn, Tx, loan, request, unit};

/// So many units are looked at in one go.
const SHELF: u32 = 200;
/// The lengths of so many past loans make the median.
const PAST: u32 = 200;
const BATCH: u32 = 100;

/// A type of the catalogue, with what is free now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueRow {
    pub kind: EquipmentType,
    /// How many could be had today, after everybody who waits.
    pub free: u32,
    /// How many wait.
    pub queue: u32,
    /// How many are registered and not written off or lost.
    pub owned: u32,
}

/// A place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// From 1.
    pub place: u32,
    /// The Monday of the week, where anything can be said.
    pub week: Option<NaiveDate>,
}

impl Desk {
    /// The catalogue: what may be lent, how many are free, how many wait. An overdue loan is never free.
    pub async fn catalogue(&self) -> Result<Vec<CatalogueRow>> {
        let rules = self.rules();
        let mut conn = self.store.read().await?;
        let counts = unit::counts(&mut conn).await?;
        let waiting: BTreeMap<String, u32> = loan::waiting(&mut conn).await?.into_iter().collect();
        let day = today(self.now());
        let mut rows = Vec::new();
        for kind in &rules.municipality.equipment {
            let of = |wanted: fn(UnitState) -> bool| -> u32 {
                counts
                    .iter()
                    .filter(|(id, state, _)| *id == kind.id && wanted(*state))
                    .map(|(_, _, n)| n)
                    .sum()
            };
            let queue = waiting.get(&kind.id).copied().unwrap_or_default();
            let shelf = of(|state| state == UnitState::Available);
            let free = if kind.may_be_lent() && shelf > queue {
                let held_back = unit::held_back(&mut conn, &kind.id, limits(kind, day)).await?;
                shelf.saturating_sub(held_back).saturating_sub(queue)
            } else {
                0
            };
            rows.push(CatalogueRow {
                free,
                queue,
                owned: of(|state| state.is_registered() && state != UnitState::Lost),
                kind: kind.clone(),
            });
        }
        Ok(rows)
    }

    /// Offers what stands on the shelf to whoever is next; how many were offered.
    ///
    /// Who waits for a later day is not offered anything before it comes near.
    pub(crate) async fn serve_queue(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        kind: &str,
        now: Instant,
    ) -> Result<u32> {
        let Some(lent) = rules.municipality.equipment_type(kind) else {
            return Ok(0);
        };
        if !lent.may_be_lent() {
            return Ok(0);
        }
        let loans = &rules.municipality.loans;
        let day = today(now);
        let by = day + TimeDelta::days(i64::from(loans.ready_before_days));
        let shelf: Vec<UnitRow> = unit::on_shelf(tx, kind, SHELF)
            .await?
            .into_iter()
            .filter(|unit| is_lendable(lent, unit, day))
            .collect();
        if shelf.is_empty() {
            return Ok(0);
        }
        let most = u32::try_from(shelf.len()).unwrap_or(SHELF);
        let next = loan::next_in_line(tx, kind, by, day, most).await?;
        let mut offered = 0;
        for (unit, line) in shelf.iter().zip(&next) {
            self.offer(tx, rules, unit, line, now).await?;
            offered += 1;
        }
        Ok(offered)
    }

    /// Sets a unit aside for a piece and says so.
    async fn offer(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        unit: &UnitRow,
        line: &LineRow,
        now: Instant,
    ) -> Result<()> {
        let body = json!({ "line": line.id });
        self.change_unit(
            tx,
            unit,
            &UnitAction::Reserve,
            &Actor::System,
            body,
            |_| (),
            now,
        )
        .await?;
        if !unit::allocate(tx, self.id(now), unit.id, line.id, Held::Reserved, now).await? {
            return Err(super::unit_came_first());
        }
        let until = offer_until(&rules.municipality.loans, &office_time(rules), now)
            // Who asked for a later day answers before it.
            .max(time::at(line.from, 0));
        let mut next = decided_line(rules, line, &LineAction::Offer, &Actor::System, false, now)?;
        next.unit_id = Some(unit.id);
        next.offer_until = Some(until);
        let what = LoanEvent::Offered { until };
        let change = (line, &next);
        self.write_line(
            tx,
            rules,
            line.request_id,
            change,
            what,
            &Actor::System,
            now,
        )
        .await
    }

    /// Offers that nobody accepted in time pass on; then every queue is served. How many offers lapsed.
    pub async fn serve_queues(&self) -> Result<u32> {
        let now = self.now();
        let mut conn = self.store.read().await?;
        let late = loan::lapsing(&mut conn, now, BATCH).await?;
        let over = loan::no_longer_needed(&mut conn, today(now), BATCH).await?;
        let waiting = loan::waiting(&mut conn).await?;
        drop(conn);
        let mut lapsed = 0;
        for line in late {
            match self.lapse_offer(&line).await {
                Ok(()) => lapsed += 1,
                Err(trouble) => ignore_race(trouble)?,
            }
        }
        for line in over {
            if let Err(trouble) = self.forget(&line).await {
                ignore_race(trouble)?;
            }
        }
        let rules = self.rules();
        for (kind, _) in waiting {
            let served = self
                .store
                .write(async |tx| self.serve_queue(tx, &rules, &kind, now).await)
                .await;
            if let Err(trouble) = served {
                ignore_race(trouble)?;
            }
        }
        Ok(lapsed)
    }

    async fn lapse_offer(&self, line: &LineRow) -> Result<()> {
        let (now, rules) = (self.now(), self.rules());
        self.store
            .write(async |tx| {
                let action = LineAction::LapseOffer;
                let mut next = decided_line(&rules, line, &action, &Actor::System, false, now)?;
                let again = next.state == LineState::Queued;
                // Who did not answer goes behind those of the class who wait already.
                next.since = now;
                let what = LoanEvent::OfferLapsed { again };
                let change = (line, &next);
                self.write_line(
                    tx,
                    &rules,
                    line.request_id,
                    change,
                    what,
                    &Actor::System,
                    now,
                )
                .await?;
                self.free_unit(tx, line, &Actor::System, now).await?;
                self.serve_queue(tx, &rules, &line.kind, now).await?;
                Ok(())
            })
            .await
    }

    /// The day after which it is of no use has passed.
    async fn forget(&self, line: &LineRow) -> Result<()> {
        let (now, rules) = (self.now(), self.rules());
        self.store
            .write(async |tx| {
                let action = LineAction::End;
                let next = decided_line(&rules, line, &action, &Actor::System, false, now)?;
                let change = (line, &next);
                let what = LoanEvent::Ended;
                self.write_line(
                    tx,
                    &rules,
                    line.request_id,
                    change,
                    what,
                    &Actor::System,
                    now,
                )
                .await
            })
            .await
    }

    /// One's place in the queue of a type behind so many, and when one's turn may come.
    pub(crate) async fn expected(
        &self,
        conn: &mut Conn,
        rules: &Rules,
        line: &LineRow,
        ahead: u32,
        now: Instant,
    ) -> Result<Expected> {
        let outlook = self.outlook(conn, &line.kind).await?;
        let place = ahead.saturating_add(1);
        let longest = u32::from(rules.municipality.loans.period_days);
        let nth = usize::try_from(place).unwrap_or(usize::MAX);
        Ok(Expected {
            place,
            week: expected_week(nth, &outlook, longest, today(now)),
        })
    }

    async fn outlook(&self, conn: &mut Conn, kind: &str) -> Result<Outlook> {
        let out = loan::out_since(conn, kind).await?;
        let past = loan::past(conn, kind, PAST).await?;
        let days = past.iter().map(|(from, until)| {
            let days = (today(*until) - today(*from)).num_days();
            u32::try_from(days).unwrap_or_default()
        });
        let coming = unit::counts(conn)
            .await?
            .into_iter()
            .filter(|(id, state, _)| {
                id == kind
                    && matches!(
                        state,
                        UnitState::Returned | UnitState::Cleaning | UnitState::Inspection
                    )
            })
            .map(|(_, _, n)| usize::try_from(n).unwrap_or_default())
            .sum();
        Ok(Outlook {
            median_days: median(days.collect()),
            out_since: out.into_iter().map(today).collect(),
            coming,
        })
    }
}

/// Whether a unit may be lent today: its service is not due, and it is not recalled.
pub(crate) fn is_lendable(kind: &EquipmentType, unit: &UnitRow, day: NaiveDate) -> bool {
    !unit.recalled && service_due(kind, unit, day).is_none()
}

/// The plan of a type's service as the store looks for it; says of a unit what [`service_due`] does.
fn limits(kind: &EquipmentType, day: NaiveDate) -> ServiceLimits {
    ServiceLimits {
        loans: kind.service.after_loans,
        hours: kind.service.hours,
        until: due_until(&kind.service, day),
    }
}

/// Why a unit must be serviced first.
pub(crate) fn service_due(kind: &EquipmentType, unit: &UnitRow, day: NaiveDate) -> Option<Text> {
    let since = SinceService {
        date: unit.serviced.on,
        loans: unit.serviced.loans,
        hours: unit.serviced.meter.saturating_sub(unit.serviced.meter_then),
    };
    due(&kind.service, since, day).map(domain::equipment::service::Due::text)
}

/// Somebody else was first: the next round sees what is left.
fn ignore_race(trouble: Trouble) -> Result<()> {
    match trouble {
        Trouble::DecidedFirst { .. } | Trouble::Refused(_) | Trouble::Invalid(_) => Ok(()),
        trouble => Err(trouble),
    }
}

/// Whether a request is a loan's.
pub(crate) fn is_loan(row: &request::RequestRow) -> bool {
    row.service == SERVICE
}
