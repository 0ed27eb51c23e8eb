//! The requests an agent acts on: a list, and one of them as its family would see it.
use crate::request::{Access, TrackView, initials, load, reference_of, wish_of};
use crate::{Desk, Result};
use domain::agent::{AgentActor, Authority};
use domain::crematorium::Wish;
use domain::reference::Reference;
use domain::request::{Actor, Status};
use domain::time::Instant;
use store::{authority, request};
use uuid::Uuid;

const PAGE: u32 = 25;

/// A line of an agent's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentCase {
    pub reference: Reference,
    pub status: Status,
    pub sent_at: Instant,
    pub decide_by: Instant,
    pub correct_by: Option<Instant>,
    pub wish: Wish,
    pub applicant_initials: String,
    pub authority: Authority,
}

/// A page of an agent's requests, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentCases {
    pub rows: Vec<AgentCase>,
    /// The cursor of the next page.
    pub next: Option<Uuid>,
}

impl Desk {
    /// What this agent sent and still acts on. Nothing of other agents, nothing that was taken away.
    pub async fn agent_cases(
        &self,
        agent: &AgentActor,
        before: Option<Uuid>,
    ) -> Result<AgentCases> {
        let mut conn = self.store.read().await?;
        let mut found = authority::page(&mut conn, agent.id, before, PAGE + 1).await?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = found.len() > page;
        found.truncate(page);
        let mut rows = Vec::with_capacity(found.len());
        for given in &found {
            let Some(row) = request::by_id(&mut conn, given.request_id).await? else {
                continue;
            };
            let loaded = load(&mut conn, row).await?;
            let state = &loaded.row.state;
            rows.push(AgentCase {
                reference: reference_of(&loaded.row)?,
                status: state.status,
                sent_at: loaded.row.submitted_at,
                decide_by: state.decide_by,
                correct_by: state.correct_by,
                wish: wish_of(&loaded.case),
                applicant_initials: initials(&loaded.applicant.name),
                authority: given.authority,
            });
        }
        let next = found.last().filter(|_| more).map(|row| row.request_id);
        Ok(AgentCases { rows, next })
    }

    /// Opens one of them; the opening is logged, and the family sees it.
    pub async fn agent_case(&self, agent: &AgentActor, reference: &str) -> Result<TrackView> {
        let (loaded, _) = self.opened(&Access::agent(agent, reference)).await?;
        self.note_view(&Actor::Agent(agent.id), &loaded.row).await?;
        self.track_view(&loaded).await
    }
}
