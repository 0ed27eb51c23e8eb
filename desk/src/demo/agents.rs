//! Agents of the demonstration: one that acts for a family, one that waits for the office's answer. All made up.
use super::demo_answers;
use crate::{Desk, Result};
use domain::agent::{AgentActor, Standing, StandingDecision};
use domain::form::{Lang, RawFields};
use domain::request::StaffActor;

/// Kind, organisation, person, phone.
const AGENTS: [(&str, &str, &str, &str); 2] = [
    (
        "funeral_director",
        "ร้านสุขาวดีการศพ (สาธิต)",
        "นายเกษม สุขาวดี",
        "0940000021",
    ),
    (
        "health_volunteer",
        "อสม. ชุมชนบางรัก (สาธิต)",
        "นางพิมพ์ใจ ช่วยเหลือ",
        "0950000022",
    ),
];

impl Desk {
    /// The number of the demonstration's case whose day is looked for.
    pub(super) async fn demo_agents(&self, n: usize, officer: &StaffActor) -> Result<()> {
        for (kind, organisation, name, phone) in AGENTS {
            let mut fields = RawFields::from([("password".to_owned(), self.made_password())]);
            for (field, value) in [
                ("agent.kind", kind),
                ("agent.organisation", organisation),
                ("agent.name", name),
                ("agent.phone", phone),
            ] {
                fields.insert(field.to_owned(), value.to_owned());
            }
            self.register_agent(&fields, "demo").await?;
        }
        let waiting = self.agents(officer, Standing::Waiting, None).await?;
        let Some(first) = waiting.rows.into_iter().next() else {
            return Ok(());
        };
        self.decide_agent(officer, first.id, &StandingDecision::Approve)
            .await?;
        let agent = AgentActor {
            id: first.id,
            kind: first.kind,
            organisation: first.organisation,
            name: first.name,
            phone: first.phone,
        };
        let Some(wish) = self.demo_wish(n, 2).await? else {
            return Ok(());
        };
        let family = ("ดวงใจ รักสงบ", "0960000023", "child", "สงวน รักสงบ");
        let draft = self.start_draft(&agent, Lang::Th).await?;
        let answers = demo_answers(self.now(), n, &wish, family);
        self.save_draft(&agent, &draft, answers).await?;
        self.send_draft(&agent, &draft).await?;
        Ok(())
    }
}
