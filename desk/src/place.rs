//! Taking places: all of a wish or none of it, and what to say when somebody was first.
use crate::{Conflict, Desk, Result, Trouble};
use domain::crematorium::availability::{self, Occupied};
use domain::crematorium::{Claim, Rules, Wish};
use domain::time::{self, Instant};
use store::Tx;
use store::claim::{self, Holder};
use uuid::Uuid;

/// The furnace that was given, when the wish has a cremation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub furnace: Option<String>,
}

/// Takes every place of a wish for a holder, or answers `None`: then the caller rolls back.
///
/// The family picks a time, not a furnace: free furnaces are tried in id order. What the holder has already is kept
/// where it is shared, and the rest is given back in the same breath.
pub(crate) async fn take(
    tx: &mut Tx,
    rules: &Rules,
    holder: Holder,
    wish: &Wish,
    until: Option<Instant>,
    now: Instant,
) -> store::Result<Option<Taken>> {
    let nights: Vec<Claim> = wish
        .pavilion
        .iter()
        .flat_map(domain::crematorium::PavilionWish::claims)
        .collect();
    let furnaces: Vec<Option<Claim>> = match &wish.cremation {
        None => vec![None],
        Some(cremation) => {
            let claims = rules.furnace_claims(cremation.date, cremation.round, wish.case_type);
            claims.into_iter().map(Some).collect()
        }
    };
    let held: Vec<String> = claim::of(tx, holder.id)
        .await?
        .into_iter()
        .map(|row| row.resource)
        .collect();
    if held.is_empty() {
        take_anew(tx, holder, furnaces, &nights, until, now).await
    } else {
        shift(tx, holder, furnaces, &nights, &held, until, now).await
    }
}

/// A holder that has nothing yet: first a furnace, then the nights, in the one order of all transactions.
async fn take_anew(
    tx: &mut Tx,
    holder: Holder,
    furnaces: Vec<Option<Claim>>,
    nights: &[Claim],
    until: Option<Instant>,
    now: Instant,
) -> store::Result<Option<Taken>> {
    let mut given = None;
    for furnace in furnaces {
        let free = match &furnace {
            Some(claim) => claim::take(tx, holder, claim, until, now).await?,
            None => true,
        };
        if free {
            given = Some(Taken {
                furnace: furnace.map(|claim| claim.resource),
            });
            break;
        }
    }
    for night in nights {
        if given.is_some() && !claim::take(tx, holder, night, until, now).await? {
            given = None;
        }
    }
    Ok(given)
}

/// A holder that moves. A furnace it has already is asked for first: confirming a hold moves nobody.
async fn shift(
    tx: &mut Tx,
    holder: Holder,
    mut furnaces: Vec<Option<Claim>>,
    nights: &[Claim],
    held: &[String],
    until: Option<Instant>,
    now: Instant,
) -> store::Result<Option<Taken>> {
    // Stable: the others stay in id order.
    furnaces.sort_by_key(|furnace| {
        !furnace
            .as_ref()
            .is_some_and(|claim| held.contains(&claim.resource))
    });
    for furnace in furnaces {
        let wanted: Vec<Claim> = furnace.iter().chain(nights).cloned().collect();
        if claim::shift(tx, holder, &wanted, until, now).await? {
            return Ok(Some(Taken {
                furnace: furnace.map(|claim| claim.resource),
            }));
        }
    }
    Ok(None)
}

impl Desk {
    /// Which parts of a wish went, and the nearest that are free.
    pub(crate) async fn slot_taken(&self, wish: &Wish, holder: Option<Uuid>) -> Result<Trouble> {
        let now = self.now();
        let rules = self.rules();
        let occupied = self
            .occupied(time::local_date(now), rules.horizon(now), holder)
            .await?;
        Ok(Trouble::SlotTaken {
            conflicts: conflicts(&rules, &occupied, wish),
            alternatives: availability::alternatives(&rules, &occupied, wish, now, 5),
        })
    }
}

fn conflicts(rules: &Rules, occupied: &Occupied, wish: &Wish) -> Vec<Conflict> {
    let free = |claim: &Claim| occupied.is_free(&claim.resource, claim.date, claim.cells);
    let cremation = wish.cremation.as_ref().is_some_and(|cremation| {
        !rules
            .furnace_claims(cremation.date, cremation.round, wish.case_type)
            .iter()
            .any(free)
    });
    let pavilion = wish
        .pavilion
        .as_ref()
        .is_some_and(|pavilion| !pavilion.claims().iter().all(free));
    [
        (cremation, Conflict::Cremation),
        (pavilion, Conflict::Pavilion),
    ]
    .into_iter()
    .filter_map(|(taken, conflict)| taken.then_some(conflict))
    .collect()
}
