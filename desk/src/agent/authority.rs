//! What a family sees of its agent, and how the agent's authority is confirmed or taken away.
use crate::request::{Access, Loaded, Record, came_first, places, wish_of};
use crate::{Desk, Result, Trouble};
use domain::agent::{AgentActor, Authority, ConfirmedBy};
use domain::crematorium::Rules;
use domain::form::{Lang, Text};
use domain::phone::Phone;
use domain::request::{Actor, Event, Refusal, StaffActor};
use domain::time::Instant;
use store::authority::AuthorityRow;
use store::request::RequestState;
use store::{Conn, agent, audit, authority, call, request};

/// How many of an agent's openings a family is shown, the latest.
const VIEWS: usize = 20;

/// One thing an agent did, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentAct {
    pub at: Instant,
    pub words: Text,
}

/// Who acts for the family on a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentOnCase {
    pub agent: AgentActor,
    pub authority: Authority,
    /// Everything the agent did, openings too, the oldest first.
    pub acts: Vec<AgentAct>,
}

impl Desk {
    /// The agent of a request and everything it did, for the family and for the agent itself.
    pub async fn agent_on(&self, access: &Access<'_>) -> Result<Option<AgentOnCase>> {
        let (loaded, _) = self.opened(access).await?;
        let mut conn = self.store.read().await?;
        on_case(&self.rules(), &mut conn, loaded.row.id).await
    }

    /// The same, for the office.
    pub async fn agent_for_office(
        &self,
        who: &StaffActor,
        reference: &str,
    ) -> Result<Option<AgentOnCase>> {
        super::handles_requests(who)?;
        let row = self.row_by_reference(reference).await?;
        let mut conn = self.store.read().await?;
        on_case(&self.rules(), &mut conn, row.id).await
    }

    /// The family confirms its agent, with its own phone's digits; the helper's are not enough.
    pub async fn confirm_agent(&self, reference: &str, last4: &str, address: &str) -> Result<()> {
        let loaded = self.second_fact(reference, last4, address).await?;
        if !is_own_phone(&loaded, last4) {
            return Err(Trouble::NotAllowed);
        }
        self.change_authority(
            &loaded.row.reference,
            &Change::Confirm(ConfirmedBy::Tracking),
            &Actor::Resident,
        )
        .await
    }

    /// The family takes the request out of its agent's hands, at once. The request stays as it is.
    pub async fn revoke_agent(&self, reference: &str, last4: &str, address: &str) -> Result<()> {
        let loaded = self.second_fact(reference, last4, address).await?;
        self.change_authority(&loaded.row.reference, &Change::Revoke, &Actor::Resident)
            .await
    }

    /// An officer saw the letter of authority, or asked the family.
    pub async fn confirm_agent_for(
        &self,
        who: &StaffActor,
        reference: &str,
        by: ConfirmedBy,
    ) -> Result<()> {
        super::handles_requests(who)?;
        self.change_authority(reference, &Change::Confirm(by), &Actor::Staff(who.clone()))
            .await
    }

    /// An officer takes the request out of an agent's hands, on the family's word.
    pub async fn revoke_agent_for(&self, who: &StaffActor, reference: &str) -> Result<()> {
        super::handles_requests(who)?;
        self.change_authority(reference, &Change::Revoke, &Actor::Staff(who.clone()))
            .await
    }

    /// What an officer asks or tells the family about its agent, for calls that are about one.
    pub(crate) async fn agent_to_ask_about(
        &self,
        loaded: &Loaded,
        about: &str,
    ) -> Result<Option<Text>> {
        if !matches!(about, "authority" | "authority_revoked") {
            return Ok(None);
        }
        let mut conn = self.store.read().await?;
        let Some(found) = on_case(&self.rules(), &mut conn, loaded.row.id).await? else {
            return Ok(None);
        };
        let (who, rules) = (&found.agent.organisation, self.rules());
        let wish = wish_of(&loaded.case);
        let (th, en) = (
            places(&wish, &rules, Lang::Th),
            places(&wish, &rules, Lang::En),
        );
        Ok(Some(if about == "authority" {
            Text::new(
                format!(
                    "{who} ขอใช้ฌาปนสถานแทนท่าน: {th} ท่านมอบให้ดำเนินการแทนใช่หรือไม่ \
                     ถ้าไม่ใช่ อย่าบันทึกว่าแจ้งแล้ว ให้เปิดคำขอและถอนอำนาจ"
                ),
                format!(
                    "{who} asked for you: {en}. Do you want them to act for you? \
                     If not, do not note the call as reached: open the request and take the authority away."
                ),
            )
        } else {
            Text::new(
                format!("{who} ไม่ได้ดำเนินการแทนแล้ว คำขอเดิมยังอยู่: {th} ท่านต้องการดำเนินการต่ออย่างไร"),
                format!(
                    "{who} no longer acts for you. The request stands: {en}. How would you like to go on?"
                ),
            )
        }))
    }

    /// Doing it twice is doing it once. Another change of the request in the same moment is waited for.
    async fn change_authority(
        &self,
        reference: &str,
        change: &Change,
        actor: &Actor,
    ) -> Result<()> {
        let mut tries = 0;
        loop {
            match self.try_change(reference, change, actor).await {
                Err(Trouble::DecidedFirst { .. }) if tries < 3 => tries += 1,
                ended => return ended,
            }
        }
    }

    async fn try_change(&self, reference: &str, change: &Change, actor: &Actor) -> Result<()> {
        let row = self.row_by_reference(reference).await?;
        let now = self.now();
        let rules = self.rules();
        let ids = self.ids(now);
        let (event_id, call_id) = (self.id(now), self.id(now));
        let state = RequestState {
            updated_at: now,
            ..row.state.clone()
        };
        self.store
            .write(async |tx| {
                let given = authority::of(tx, row.id).await?.ok_or(Trouble::NotFound)?;
                let (next, event) = match change {
                    Change::Confirm(by) => (
                        given.authority.confirm(*by, actor, now),
                        Event::AuthorityConfirmed { by: *by },
                    ),
                    Change::Revoke => (given.authority.revoke(actor, now), Event::AuthorityRevoked),
                };
                let next = match next {
                    Ok(next) => next,
                    Err(Refusal::WrongState) if change.is_done(&given.authority) => return Ok(()),
                    Err(refusal) => return Err(refusal.into()),
                };
                if !request::apply(tx, row.id, row.state.status, row.version, &state).await?
                    || !authority::apply(tx, row.id, &given.authority, &next).await?
                {
                    return Err(came_first(&row));
                }
                let about = Record::of(&row, row.version + 1, ids, now);
                self.record(tx, &rules, &about, actor, &[(event_id, event)])
                    .await?;
                call::close(tx, row.id, "authority").await?;
                // The office asks the family how it wants to go on; what was to be told is still to be told.
                if *change == Change::Revoke && row.state.status.is_live() {
                    let due_at = rules.tell_by(now);
                    call::insert(
                        tx,
                        call_id,
                        row.id,
                        event_id,
                        "authority_revoked",
                        due_at,
                        now,
                    )
                    .await?;
                }
                Ok(())
            })
            .await
    }
}

/// What happens to an authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Confirm(ConfirmedBy),
    Revoke,
}

impl Change {
    /// Whether it stands as this would leave it.
    fn is_done(self, authority: &Authority) -> bool {
        match self {
            Self::Confirm(_) => authority.confirmed.is_some() && authority.is_open(),
            Self::Revoke => !authority.is_open(),
        }
    }
}

fn is_own_phone(loaded: &Loaded, last4: &str) -> bool {
    let typed = domain::text::ascii_digits(&domain::text::clean(last4));
    let phone = loaded.applicant.phone.as_deref();
    phone
        .and_then(|phone| Phone::parse(phone).ok())
        .is_some_and(|phone| phone.last4() == typed)
}

async fn on_case(
    rules: &Rules,
    conn: &mut Conn,
    request_id: uuid::Uuid,
) -> Result<Option<AgentOnCase>> {
    let Some(AuthorityRow {
        agent_id,
        authority,
        ..
    }) = authority::of(conn, request_id).await?
    else {
        return Ok(None);
    };
    let row = agent::by_id(conn, agent_id)
        .await?
        .ok_or_else(|| Trouble::Internal(format!("request {request_id} has a lost agent")))?;
    let mut acts = Vec::new();
    for event in request::events(conn, request_id).await? {
        if event.actor_kind == "agent" {
            let words = serde_json::from_str::<Event>(&event.body)
                .map_err(|error| Trouble::Internal(error.to_string()))?;
            acts.push(AgentAct {
                at: event.at,
                words: crate::office::event_words(rules, &words),
            });
        }
    }
    let views = audit::of(conn, &format!("view:{request_id}")).await?;
    let views = views
        .into_iter()
        .rev()
        .filter(|view| view.actor_kind == "agent");
    acts.extend(views.take(VIEWS).map(|view| AgentAct {
        at: view.at,
        words: Text::new("เปิดดูคำขอ", "Opened the request"),
    }));
    acts.sort_by_key(|act| act.at);
    Ok(Some(AgentOnCase {
        agent: super::actor(&row)?,
        authority,
        acts,
    }))
}
