//! A place that was cancelled cannot be taken again by the one who cancelled it, until it has passed: otherwise a
//! family, or an agent for several, could keep places by turns.
//!
//! Withdrawing and cancelling count; a move does not: it gives its places to everybody at once, and taking them back
//! is first come, first served. What the office cancels or refuses, and what lapses, does not count either.
use crate::{Desk, Result, Trouble};
use domain::crematorium::application::{self, Application, Identity};
use domain::crematorium::{Wish, change};
use domain::form::{FieldErrors, RawFields, raw};
use domain::phone::Phone;
use domain::request::{Action, Actor};
use domain::time::{self, Instant};
use store::crematorium::{IdentityKind, identity};
use store::keys::Purpose;
use store::request::RequestRow;
use store::{Conn, Tx, crematorium, given_up};

impl Desk {
    /// Remembers what a family gives up with this act. Before the case's identifiers are released.
    pub(crate) async fn remember_given_up(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        action: &Action,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        let counts = match action {
            Action::Withdraw => true,
            Action::Cancel { .. } => actor.is_family(),
            _ => false,
        };
        if !counts {
            return Ok(());
        }
        let mut who = who_of_case(tx, row).await?;
        who.extend(agent(actor));
        let Some(case) = crematorium::load(tx, row.id).await? else {
            return Ok(());
        };
        let today = time::local_date(now);
        for place in change::places(&crate::request::wish_of(&case)) {
            if place.date >= today {
                given_up::remember(tx, &who, &place.key, place.date).await?;
            }
        }
        Ok(())
    }

    /// Fails when any of these people gave up a place of the wish before.
    pub(crate) async fn check_given_up(
        &self,
        conn: &mut Conn,
        who: &[String],
        wish: &Wish,
    ) -> Result<()> {
        if who.is_empty() || !given_up::gave_any(conn, who).await? {
            return Ok(());
        }
        let mut known = Vec::new();
        for place in change::places(wish) {
            if given_up::is_known(conn, who, &place.key).await? {
                known.push(place);
            }
        }
        let errors = change::given_up(&known);
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Trouble::Invalid(errors))
        }
    }

    /// Who sends an application: its deceased, and its applicant's phone.
    pub(crate) fn who_applies(&self, application: &Application) -> Vec<String> {
        let identifiers = self
            .identifiers(application, application.internal_number)
            .into_iter()
            .map(|(kind, mac)| identifier(kind, &mac));
        std::iter::once(self.phone_of(&application.applicant.phone))
            .chain(identifiers)
            .collect()
    }

    /// The same of a draft, as far as it has been answered.
    pub(crate) fn who_drafts(&self, fields: &RawFields) -> Vec<String> {
        let phone = Phone::parse(raw(fields, "applicant.phone")).ok();
        let identity = application::deceased(fields, &mut FieldErrors::new())
            .map_or(Identity::NotKnown, |(_, identity)| identity);
        let known = identity.key().and_then(|(kind, value)| {
            let kind = IdentityKind::parse(kind)?;
            let (kind, mac) = self.identifier(kind, &value);
            Some(identifier(kind, &mac))
        });
        let phone = phone.map(|phone| self.phone_of(&phone));
        phone.into_iter().chain(known).collect()
    }

    fn phone_of(&self, phone: &Phone) -> String {
        phone_mac(
            &self
                .keys
                .mac(Purpose::ContactMac, phone.canonical().as_bytes()),
        )
    }
}

/// Who stands behind a live case.
pub(crate) async fn who_of_case(conn: &mut Conn, row: &RequestRow) -> Result<Vec<String>> {
    let mut who = vec![phone_mac(&row.phone_mac)];
    for (kind, mac) in identity::of(conn, row.id).await? {
        who.push(identifier(kind, &mac));
    }
    Ok(who)
}

fn phone_mac(mac: &str) -> String {
    format!("phone:{mac}")
}

fn identifier(kind: IdentityKind, mac: &str) -> String {
    format!("{}:{mac}", kind.code())
}

/// An agent who gave a place up for one family does not take it for another.
pub(crate) fn agent(actor: &Actor) -> Option<String> {
    let id = actor.id().filter(|_| actor.kind() == "agent")?;
    Some(format!("agent:{id}"))
}
