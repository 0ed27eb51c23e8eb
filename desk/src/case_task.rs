//! What the office does for some cases: opened with the request, kept right when the case changes.
use crate::{Desk, Result};
use domain::crematorium::required::required_tasks;
use domain::crematorium::{Application, CaseFacts, Rules};
use domain::form::Text;
use domain::time::Instant;
use store::crematorium::CaseRow;
use store::{Tx, task};
use uuid::Uuid;

/// The kind of these tasks; the body is the rule's id in the settings.
pub const KIND: &str = "case";
/// The family has told something that its places do not fit; the body names what.
pub const DOES_NOT_FIT: &str = "does_not_fit";

/// The words of a rule by its id; a rule that is no longer in the settings is told by its id.
pub fn name(rules: &Rules, id: &str) -> Text {
    let rule = rules.settings().tasks.iter().find(|rule| rule.id == id);
    rule.map_or_else(|| Text::new(id, id), |rule| rule.name.clone())
}

/// What is known of a case before it is one.
pub(crate) fn facts_of(application: &Application) -> CaseFacts {
    CaseFacts {
        case_type: application.wish.case_type,
        coffin: application.wish.coffin,
        relation: Some(application.applicant.relation),
        residence: Some(application.deceased.residence),
        implants: application.implants,
        ..CaseFacts::default()
    }
}

/// What is known of a case.
pub(crate) fn facts(case: &CaseRow) -> CaseFacts {
    CaseFacts {
        case_type: case.case_type,
        coffin: case.coffin.unwrap_or_default(),
        relation: Some(case.relation),
        residence: Some(case.residence),
        implants: case.implants,
        ..CaseFacts::default()
    }
}

/// Opens what a case needs and has not had yet, and closes what it needs no longer. `ids`: one for each it needs.
pub(crate) async fn keep_right(
    tx: &mut Tx,
    rules: &Rules,
    case: &CaseRow,
    ids: &[Uuid],
    now: Instant,
) -> Result<()> {
    let had = task::of_request(tx, case.request_id, KIND).await?;
    let needed: Vec<&str> = required_tasks(&rules.settings().tasks, facts(case))
        .map(|rule| rule.id.as_str())
        .collect();
    for task in &had {
        if task.done_at.is_none() && !needed.contains(&task.body.as_str()) {
            task::drop(tx, task.id, now).await?;
        }
    }
    for (rule, id) in needed.iter().zip(ids) {
        if !had.iter().any(|task| task.body == *rule) {
            task::insert(tx, *id, KIND, Some(case.request_id), rule, now).await?;
        }
    }
    Ok(())
}

/// The same for a new case: nothing needs to be read.
pub(crate) async fn open(
    tx: &mut Tx,
    rules: &Rules,
    case: &CaseRow,
    ids: &[Uuid],
    now: Instant,
) -> Result<()> {
    let needed = required_tasks(&rules.settings().tasks, facts(case));
    for (rule, id) in needed.zip(ids) {
        task::insert(tx, *id, KIND, Some(case.request_id), &rule.id, now).await?;
    }
    Ok(())
}

impl Desk {
    /// An id for each task a case needs, drawn before the transaction.
    pub(crate) fn task_ids(&self, rules: &Rules, facts: CaseFacts, now: Instant) -> Vec<Uuid> {
        required_tasks(&rules.settings().tasks, facts)
            .map(|_| self.id(now))
            .collect()
    }
}
