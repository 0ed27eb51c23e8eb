//! How somebody shows that a request is theirs to see and to act on.
use super::track::Known;
use super::{Loaded, load_known};
use crate::{Desk, Result, Trouble};
use domain::agent::AgentActor;
use domain::reference::Reference;
use domain::request::Actor;
use store::{Conn, authority, person, request};
use uuid::Uuid;

/// The way in to one request, for everybody outside the office.
#[derive(Clone, Copy, Debug)]
pub enum Access<'a> {
    /// The number and the last four digits of the applicant's or the helper's phone; failures slow the address.
    Family {
        reference: &'a str,
        last4: &'a str,
        address: &'a str,
    },
    /// A signed-in agent, on a request that it sent and that the family has not taken away.
    Agent {
        agent: &'a AgentActor,
        reference: &'a str,
    },
}

impl<'a> Access<'a> {
    pub fn family(reference: &'a str, last4: &'a str, address: &'a str) -> Self {
        Self::Family {
            reference,
            last4,
            address,
        }
    }

    pub fn agent(agent: &'a AgentActor, reference: &'a str) -> Self {
        Self::Agent { agent, reference }
    }
}

/// Whether who was let in may still act, asked behind the request's lock: an upload takes long, and a family that takes
/// its request away from an agent does so at once. What is guarded by the version need not ask.
pub(crate) async fn still_acts(conn: &mut Conn, request: Uuid, actor: &Actor) -> Result<()> {
    let Actor::Agent(id) = actor else {
        return Ok(());
    };
    let held = authority::of(conn, request).await?;
    held.filter(|row| row.agent_id == *id && row.authority.is_open())
        .map(|_| ())
        .ok_or(Trouble::NotFound)
}

impl Desk {
    /// The booking, and who is acting on it. One answer for every mismatch.
    pub(crate) async fn opened(&self, access: &Access<'_>) -> Result<(Loaded, Actor)> {
        let (known, actor) = self.let_in(access).await?;
        let mut conn = self.store.read().await?;
        let loaded = load_known(&mut conn, known.row, known.applicant, known.helper).await?;
        Ok((loaded, actor))
    }

    /// The request of any service, and who is acting on it.
    pub(crate) async fn let_in(&self, access: &Access<'_>) -> Result<(Known, Actor)> {
        match *access {
            Access::Family {
                reference,
                last4,
                address,
            } => {
                let known = self.second_fact_row(reference, last4, address).await?;
                Ok((known, Actor::Resident))
            }
            Access::Agent { agent, reference } => {
                let reference = Reference::parse(reference).map_err(|_| Trouble::NotFound)?;
                let actor = Actor::Agent(agent.id);
                let mut conn = self.store.read().await?;
                let row = request::by_reference(&mut conn, reference.as_str())
                    .await?
                    .ok_or(Trouble::NotFound)?;
                still_acts(&mut conn, row.id, &actor).await?;
                let known = Known {
                    applicant: person::by_id(&mut conn, row.applicant_id).await?,
                    helper: match row.helper_id {
                        Some(id) => person::by_id(&mut conn, id).await?,
                        None => None,
                    },
                    row,
                };
                Ok((known, actor))
            }
        }
    }
}
