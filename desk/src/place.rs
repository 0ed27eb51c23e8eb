//! Taking places: all of a wish or none of it, and what to say when somebody was first.
use crate::{Conflict, Desk, Result, Trouble};
use domain::crematorium::availability::{self, Occupied};
use domain::crematorium::{Claim, Rules, Wish};
use domain::time::{self, Instant};
use store::Tx;
use store::claim::{self, Holder};
use store::crematorium::{AshCollection, CaseRow, Cremation};
use uuid::Uuid;

/// What was given for a wish: the family picks times, the office furnace and table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// When the wish has a cremation.
    pub furnace: Option<String>,
    /// When the wish has an ash slot.
    pub ash_table: Option<String>,
}

/// One part of a wish, as the ways in which it can be had; each way is claims of one resource, in date order.
struct Part {
    what: Conflict,
    ways: Vec<Vec<Claim>>,
}

/// The parts of a wish in the one order of all transactions: by resource.
fn parts(rules: &Rules, wish: &Wish) -> Vec<Part> {
    let one = |claims: Vec<Claim>| claims.into_iter().map(|claim| vec![claim]).collect();
    let cremation = wish.cremation.as_ref().map(|cremation| Part {
        what: Conflict::Cremation,
        ways: one(rules.furnace_claims(
            cremation.date,
            cremation.round,
            wish.case_type,
            wish.coffin,
        )),
    });
    let pavilion = wish.pavilion.as_ref().map(|pavilion| Part {
        what: Conflict::Pavilion,
        ways: vec![rules.night_claims(pavilion)],
    });
    let ash = wish.ash.map(|ash| Part {
        what: Conflict::Ash,
        ways: one(rules.ash_claims(ash)),
    });
    let mut parts: Vec<Part> = [cremation, pavilion, ash].into_iter().flatten().collect();
    parts.sort_by(|a, b| a.ways.cmp(&b.ways));
    parts
}

/// Takes every place of a wish for a holder, or answers `None`: then the caller rolls back.
///
/// Free furnaces and ash tables are tried in id order. What the holder has already is kept where it is shared, and the
/// rest is given back in the same breath.
pub(crate) async fn take(
    tx: &mut Tx,
    rules: &Rules,
    holder: Holder,
    wish: &Wish,
    until: Option<Instant>,
    now: Instant,
) -> store::Result<Option<Taken>> {
    let parts = parts(rules, wish);
    let held: Vec<String> = claim::of(tx, holder.id)
        .await?
        .into_iter()
        .map(|row| row.resource)
        .collect();
    if held.is_empty() {
        take_anew(tx, holder, &parts, until, now).await
    } else {
        shift(tx, holder, parts, &held, until, now).await
    }
}

/// A holder that has nothing yet: one part after the other, the first way of each that is free.
async fn take_anew(
    tx: &mut Tx,
    holder: Holder,
    parts: &[Part],
    until: Option<Instant>,
    now: Instant,
) -> store::Result<Option<Taken>> {
    let mut taken = Taken::default();
    'parts: for part in parts {
        for way in &part.ways {
            if take_way(tx, holder, way, until, now).await? {
                taken.note(part, way);
                continue 'parts;
            }
        }
        return Ok(None);
    }
    Ok(Some(taken))
}

/// A way of several claims has no other beside it: what it leaves behind when it fails, the caller rolls back.
async fn take_way(
    tx: &mut Tx,
    holder: Holder,
    way: &[Claim],
    until: Option<Instant>,
    now: Instant,
) -> store::Result<bool> {
    for claim in way {
        if !claim::take(tx, holder, claim, until, now).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A holder that moves. What it has already is asked for first: confirming a hold moves nobody.
async fn shift(
    tx: &mut Tx,
    holder: Holder,
    mut parts: Vec<Part>,
    held: &[String],
    until: Option<Instant>,
    now: Instant,
) -> store::Result<Option<Taken>> {
    for part in &mut parts {
        // Stable: the others stay in id order.
        part.ways
            .sort_by_key(|way| !way.iter().any(|claim| held.contains(&claim.resource)));
    }
    let combinations: usize = parts.iter().map(|part| part.ways.len()).product();
    for n in 0..combinations {
        let mut taken = Taken::default();
        let mut wanted = Vec::new();
        let mut rest = n;
        for part in &parts {
            let way = &part.ways[rest % part.ways.len()];
            rest /= part.ways.len();
            taken.note(part, way);
            wanted.extend(way.iter().cloned());
        }
        if claim::shift(tx, holder, &wanted, until, now).await? {
            return Ok(Some(taken));
        }
    }
    Ok(None)
}

impl Taken {
    fn note(&mut self, part: &Part, way: &[Claim]) {
        let resource = way.first().map(|claim| claim.resource.clone());
        match part.what {
            Conflict::Cremation => self.furnace = resource,
            Conflict::Ash => self.ash_table = resource,
            Conflict::Pavilion => {}
        }
    }
}

/// The places of a case, as they were taken.
pub(crate) fn put(case: &mut CaseRow, wish: &Wish, taken: Taken) {
    case.cremation = wish
        .cremation
        .clone()
        .zip(taken.furnace)
        .map(|(wish, furnace_id)| Cremation { wish, furnace_id });
    case.ash = wish
        .ash
        .zip(taken.ash_table)
        .map(|(wish, table_id)| AshCollection { wish, table_id });
    case.pavilion.clone_from(&wish.pavilion);
}

impl Desk {
    /// Which parts of a wish went, and the nearest that are free.
    pub(crate) async fn slot_taken(&self, wish: &Wish, holder: Option<Uuid>) -> Result<Trouble> {
        let now = self.now();
        let rules = self.rules();
        let occupied = self
            .occupied(time::local_date(now), rules.last_day(now), holder)
            .await?;
        Ok(Trouble::SlotTaken {
            conflicts: conflicts(&rules, &occupied, wish),
            alternatives: availability::alternatives(&rules, &occupied, wish, now, 5),
        })
    }
}

fn conflicts(rules: &Rules, occupied: &Occupied, wish: &Wish) -> Vec<Conflict> {
    let free = |claim: &Claim| occupied.is_free(&claim.resource, claim.date, claim.cells);
    let mut went: Vec<Conflict> = parts(rules, wish)
        .into_iter()
        .filter(|part| !part.ways.iter().any(|way| way.iter().all(free)))
        .map(|part| part.what)
        .collect();
    went.sort_unstable();
    went
}
