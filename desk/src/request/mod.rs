//! A request from sending to its end.
//!
//! | module | what it does |
//! |---|---|
//! | `access` | how somebody outside the office shows that a request is theirs |
//! | `submit` | sending: everything in one transaction |
//! | `act` | acts of the workflow, calls, corrections |
//! | `record` | history, audit, call list and letters of one change |
//! | `track` | what the family sees and does after sending |
mod access;
mod act;
mod record;
mod submit;
mod track;

pub use access::Access;
pub(crate) use access::still_acts;

use crate::{Desk, Result, Trouble};
pub(crate) use act::came_first;
use domain::crematorium::Wish;
use domain::reference::Reference;
pub(crate) use record::Record;
use store::crematorium::CaseRow;
use store::person::PersonRow;
use store::request::RequestRow;
use store::{Conn, crematorium, person, request};
pub(crate) use submit::{Answer, Outcome, Submission, begin, next_number};
pub use submit::{Channel, Submitted};
pub use track::{
    CertificateState, RefusedView, ReturnedView, StepState, TrackStep, TrackView, places,
    wish_fields,
};
pub(crate) use track::{certificate_of, ended_so, hide_name, initials, reference_of};

/// The service these requests belong to.
pub const SERVICE: &str = "crematorium";

/// The places of a case, as a wish again.
pub(crate) fn wish_of(case: &CaseRow) -> Wish {
    Wish {
        case_type: case.case_type,
        cremation: case
            .cremation
            .as_ref()
            .map(|cremation| cremation.wish.clone()),
        pavilion: case.pavilion.clone(),
        ash: case.ash.as_ref().map(|ash| ash.wish),
        coffin: case.coffin.unwrap_or_default(),
    }
}

/// A request with its case and people, as the store has them.
pub(crate) struct Loaded {
    pub row: RequestRow,
    pub case: CaseRow,
    pub applicant: PersonRow,
    pub helper: Option<PersonRow>,
    pub deceased: PersonRow,
}

/// Everything a request's pages show.
pub(crate) async fn load(conn: &mut Conn, row: RequestRow) -> Result<Loaded> {
    let applicant = person::by_id(conn, row.applicant_id).await?;
    let helper = match row.helper_id {
        Some(id) => person::by_id(conn, id).await?,
        None => None,
    };
    load_known(conn, row, applicant, helper).await
}

/// The same, where applicant and helper were read already.
async fn load_known(
    conn: &mut Conn,
    row: RequestRow,
    applicant: Option<PersonRow>,
    helper: Option<PersonRow>,
) -> Result<Loaded> {
    if row.service != SERVICE {
        return Err(Trouble::OtherService);
    }
    let missing = |what: &str| Trouble::Internal(format!("request {} has no {what}", row.id));
    let case = crematorium::load(conn, row.id)
        .await?
        .ok_or_else(|| missing("case"))?;
    let deceased = person::by_id(conn, case.deceased_id)
        .await?
        .ok_or_else(|| missing("deceased"))?;
    Ok(Loaded {
        case,
        applicant: applicant.ok_or_else(|| missing("applicant"))?,
        helper,
        deceased,
        row,
    })
}

impl Desk {
    /// The request of a number, for acts that have found out already who asks.
    pub(crate) async fn loaded(&self, reference: &str) -> Result<Loaded> {
        let reference = Reference::parse(reference).map_err(|_| Trouble::NotFound)?;
        let mut conn = self.store.read().await?;
        let row = request::by_reference(&mut conn, reference.as_str())
            .await?
            .ok_or(Trouble::NotFound)?;
        load(&mut conn, row).await
    }
}
