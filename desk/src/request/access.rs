//! How somebody shows that a request is theirs to see and to act on.
use super::{Loaded, load};
use crate::{Desk, Result, Trouble};
use domain::agent::AgentActor;
use domain::reference::Reference;
use domain::request::Actor;
use store::{Conn, authority, request};
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
    /// The request, and who is acting on it. One answer for every mismatch.
    pub(crate) async fn opened(&self, access: &Access<'_>) -> Result<(Loaded, Actor)> {
        match *access {
            Access::Family {
                reference,
                last4,
                address,
            } => {
                let loaded = self.second_fact(reference, last4, address).await?;
                Ok((loaded, Actor::Resident))
            }
            Access::Agent { agent, reference } => {
                let reference = Reference::parse(reference).map_err(|_| Trouble::NotFound)?;
                let mut conn = self.store.read().await?;
                let row = request::by_reference(&mut conn, reference.as_str())
                    .await?
                    .ok_or(Trouble::NotFound)?;
                authority::of(&mut conn, row.id)
                    .await?
                    .filter(|row| row.agent_id == agent.id && row.authority.is_open())
                    .ok_or(Trouble::NotFound)?;
                let loaded = load(&mut conn, row).await?;
                Ok((loaded, Actor::Agent(agent.id)))
            }
        }
    }
}
