//! Agents: funeral directors, temples, hospitals and health volunteers who act for families.
//!
//! | module | what it does |
//! |---|---|
//! | here | registering, and what the office decides about an account |
//! | `sign_in` | password, second factor, session |
//! | `authority` | what a family sees of its agent; confirming and revoking |
//! | `cases` | the requests an agent acts on |
mod authority;
mod cases;
mod sign_in;

pub use authority::{AgentAct, AgentOnCase};
pub use cases::{AgentCase, AgentCases};
pub use sign_in::{AgentSignIn, Enrolment};

use crate::account::AccountAct;
use crate::export::{Cell, Sheet};
use crate::{Desk, Result, Trouble};
use chrono::TimeDelta;
use domain::agent::{AgentActor, Record, Registration, Standing, StandingDecision};
use domain::form::{FieldError, FieldErrors, Lang, RawFields, raw};
use domain::phone::Phone;
use domain::request::StaffActor;
use domain::time::{self, Instant};
use store::agent::{self, AgentRow};
use store::credential::Account;
use store::keys::Purpose;
use store::limit::Limit;
use store::session;
use uuid::Uuid;
use zxcvbn::Score;

/// Shorter passwords fall to anybody; longer ones only cost hashing time.
const PASSWORD: std::ops::RangeInclusive<usize> = 10..=128;
/// What counts for the cancellation rate.
pub const RECENT: TimeDelta = TimeDelta::days(90);
/// Requests of one agent: twenty at once, then about ten an hour.
pub(crate) const REQUESTS: Limit = Limit {
    capacity: 20,
    leak_per_second: 3,
};
/// Drafts of one agent that may hold places at once.
pub(crate) const HOLDS: usize = 5;
const PAGE: u32 = 25;

/// An account as the office's list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentListed {
    pub id: Uuid,
    pub kind: domain::agent::OrganisationKind,
    pub organisation: String,
    pub name: String,
    pub phone: Phone,
    pub licence: Option<String>,
    pub standing: Standing,
    pub reason: Option<String>,
    pub registered_at: Instant,
    /// Whether the second factor was shown to work.
    pub enrolled: bool,
    /// Since [`RECENT`] ago.
    pub record: Record,
}

/// A page of accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentList {
    pub rows: Vec<AgentListed>,
    /// The cursor of the next page.
    pub next: Option<Uuid>,
    /// How many wait for an answer.
    pub waiting: u64,
}

impl Desk {
    /// Registers an agent, who may sign in once the office has approved. A phone that has an account already is
    /// answered the same: nobody learns which numbers have one.
    pub async fn register_agent(&self, fields: &RawFields, address: &str) -> Result<()> {
        let mut errors = FieldErrors::new();
        let registration = Registration::parse(fields, &mut errors);
        let password = raw(fields, "password");
        errors.keep(check_password(password, fields));
        let (Some(new), true) = (registration, errors.is_empty()) else {
            return Err(Trouble::Invalid(errors));
        };
        let now = self.now();
        let bucket = self.keys.mac(
            Purpose::LimitMac,
            format!("register-agent:{address}").as_bytes(),
        );
        self.pace(&bucket, now).await?;
        let id = self.id(now);
        let row = AgentRow {
            id,
            kind: new.kind,
            organisation: new.organisation,
            name: new.name.as_str().to_owned(),
            phone: new.phone.canonical().to_owned(),
            licence: new.licence,
            standing: Standing::Waiting,
            reason: None,
            decided_at: None,
            decided_by: None,
            password_hash: self.hash_password(password).await?,
            totp: self.new_totp(id)?.sealed,
            enrolled_at: None,
            created_at: now,
        };
        let audit_id = self.id(now);
        self.store
            .write(async |tx| {
                if !agent::insert(tx, &row).await? {
                    return Ok(());
                }
                let act = AccountAct {
                    id: audit_id,
                    account: Account::Agent(id),
                    by: Some(Account::Agent(id)),
                    act: "registered",
                    detail: "{}",
                    at: now,
                };
                self.audit_account(tx, act).await
            })
            .await
    }

    /// A page of accounts of one standing, with what became of what they sent lately.
    pub async fn agents(
        &self,
        who: &StaffActor,
        standing: Standing,
        after: Option<Uuid>,
    ) -> Result<AgentList> {
        handles_requests(who)?;
        let since = self.now() - RECENT;
        let mut conn = self.store.read().await?;
        let mut found = agent::page(&mut conn, standing, after, PAGE + 1).await?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = found.len() > page;
        found.truncate(page);
        let mut rows = Vec::with_capacity(found.len());
        for row in found {
            let record = agent::record(&mut conn, row.id, since).await?;
            rows.push(listed(row, record)?);
        }
        Ok(AgentList {
            next: rows.last().filter(|_| more).map(|row| row.id),
            rows,
            waiting: agent::count(&mut conn, Standing::Waiting).await?,
        })
    }

    /// The accounts of one standing as a file, at most ten thousand.
    pub async fn agents_sheet(
        &self,
        who: &StaffActor,
        standing: Standing,
        lang: Lang,
    ) -> Result<Sheet> {
        handles_requests(who)?;
        let mut sheet = Sheet::new(
            lang.t("ผู้ดำเนินการแทน", "Agents"),
            &[
                lang.t("หน่วยงาน", "Organisation"),
                lang.t("ประเภท", "Kind"),
                lang.t("ผู้ติดต่อ", "Person"),
                lang.t("โทรศัพท์", "Telephone"),
                lang.t("ใบอนุญาต", "Licence"),
                lang.t("สถานะ", "Standing"),
                lang.t("ลงทะเบียนเมื่อ", "Registered"),
                lang.t("ส่งใน 90 วัน", "Sent in 90 days"),
                lang.t("ยกเลิกหรือถอน", "Cancelled or withdrawn"),
                lang.t("โดยผู้ดำเนินการแทนเอง", "By the agent itself"),
                lang.t("ครอบครัวถอนอำนาจ", "Taken away by families"),
            ],
        );
        let since = self.now() - RECENT;
        let mut conn = self.store.read().await?;
        for row in agent::page(&mut conn, standing, None, 10_000).await? {
            let record = agent::record(&mut conn, row.id, since).await?;
            let one = listed(row, record)?;
            sheet.push(vec![
                Cell::text(one.organisation),
                Cell::text(one.kind.label().get(lang)),
                Cell::text(one.name),
                Cell::code(one.phone.th()),
                Cell::from(one.licence),
                Cell::text(one.standing.label().get(lang)),
                Cell::Date(time::local_date(one.registered_at)),
                Cell::Number(one.record.sent.into()),
                Cell::Number(one.record.ended.into()),
                Cell::Number(one.record.ended_by_agent.into()),
                Cell::Number(one.record.revoked.into()),
            ]);
        }
        Ok(sheet)
    }

    /// How many accounts wait for an answer.
    pub async fn agents_waiting(&self, who: &StaffActor) -> Result<u64> {
        handles_requests(who)?;
        let mut conn = self.store.read().await?;
        Ok(agent::count(&mut conn, Standing::Waiting).await?)
    }

    /// One account.
    pub async fn agent_account(&self, who: &StaffActor, id: Uuid) -> Result<AgentListed> {
        handles_requests(who)?;
        let mut conn = self.store.read().await?;
        let row = agent::by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let record = agent::record(&mut conn, id, self.now() - RECENT).await?;
        listed(row, record)
    }

    /// Lets an agent in, refuses, or closes the account; who is closed is signed out at once.
    pub async fn decide_agent(
        &self,
        who: &StaffActor,
        id: Uuid,
        decision: &StandingDecision,
    ) -> Result<()> {
        handles_requests(who)?;
        let now = self.now();
        let audit_id = self.id(now);
        let detail = serde_json::json!({ "reason": decision.reason() }).to_string();
        self.store
            .write(async |tx| {
                let row = agent::by_id(tx, id).await?.ok_or(Trouble::NotFound)?;
                let next = row.standing.after(decision)?;
                let reason = decision.reason().map(str::trim);
                if !agent::decide(tx, id, row.standing, next, reason, who.id, now).await? {
                    return Err(Trouble::Refused(domain::request::Refusal::WrongState));
                }
                if next != Standing::Approved {
                    session::end_for(tx, Account::Agent(id)).await?;
                }
                let act = AccountAct {
                    id: audit_id,
                    account: Account::Agent(id),
                    by: Some(Account::Staff(who.id)),
                    act: decision.code(),
                    detail: &detail,
                    at: now,
                };
                self.audit_account(tx, act).await
            })
            .await
    }

    /// A new password, and a second factor to be set up again: a phone was lost, a password forgotten. The password is
    /// shown once, to be told to the person in front of the officer.
    pub async fn reset_agent(&self, who: &StaffActor, id: Uuid) -> Result<String> {
        handles_requests(who)?;
        let now = self.now();
        let password = self.made_password();
        let hash = self.hash_password(&password).await?;
        let totp = self.new_totp(id)?.sealed;
        let audit_id = self.id(now);
        self.store
            .write(async |tx| {
                if !agent::reset(tx, id, &hash, &totp).await? {
                    return Err(Trouble::NotFound);
                }
                store::credential::set_recovery_codes(tx, Account::Agent(id), &[]).await?;
                session::end_for(tx, Account::Agent(id)).await?;
                let act = AccountAct {
                    id: audit_id,
                    account: Account::Agent(id),
                    by: Some(Account::Staff(who.id)),
                    act: "sign-in reset",
                    detail: "{}",
                    at: now,
                };
                self.audit_account(tx, act).await
            })
            .await?;
        Ok(password)
    }
}

fn handles_requests(who: &StaffActor) -> Result<()> {
    if who.handles_requests() {
        Ok(())
    } else {
        Err(Trouble::NotAllowed)
    }
}

fn listed(row: AgentRow, record: Record) -> Result<AgentListed> {
    let phone = phone_of(&row)?;
    Ok(AgentListed {
        id: row.id,
        kind: row.kind,
        organisation: row.organisation,
        name: row.name,
        phone,
        licence: row.licence,
        standing: row.standing,
        reason: row.reason,
        registered_at: row.created_at,
        enrolled: row.enrolled_at.is_some(),
        record,
    })
}

fn phone_of(row: &AgentRow) -> Result<Phone> {
    Phone::parse(&row.phone)
        .map_err(|_| Trouble::Internal(format!("agent {} has an impossible phone", row.id)))
}

fn actor(row: &AgentRow) -> Result<AgentActor> {
    Ok(AgentActor {
        id: row.id,
        kind: row.kind,
        organisation: row.organisation.clone(),
        name: row.name.clone(),
        phone: phone_of(row)?,
    })
}

/// Long enough, and neither common nor made of what the office knows of the person.
fn check_password(password: &str, fields: &RawFields) -> std::result::Result<(), FieldError> {
    let length = password.chars().count();
    if !PASSWORD.contains(&length) {
        let (least, most) = (PASSWORD.start(), PASSWORD.end());
        return Err(FieldError::new(
            "password",
            "length",
            format!("ตั้งรหัสผ่านยาว {least} ถึง {most} ตัวอักษร"),
            format!("Use {least} to {most} characters"),
        ));
    }
    let known: Vec<&str> = Registration::FIELDS
        .iter()
        .map(|field| raw(fields, field))
        .flat_map(|value| std::iter::once(value).chain(value.split_whitespace()))
        .filter(|word| word.chars().count() > 2)
        .collect();
    if zxcvbn::zxcvbn(password, &known).score() < Score::Three {
        return Err(FieldError::new(
            "password",
            "common",
            "รหัสผ่านนี้เดาง่าย โปรดใช้คำหลายคำที่ไม่เกี่ยวกัน หรือให้ยาวขึ้น",
            "This password is easy to guess. Use several unrelated words, or a longer one.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_uncommon_and_not_about_the_person() {
        let fields: RawFields = [
            ("agent.organisation", "ร้านสุขาวดี Sukhawadee"),
            ("agent.phone", "0812345678"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for (password, code) in [
            ("", Some("length")),
            ("short", Some("length")),
            ("password123", Some("common")),
            ("1234567890", Some("common")),
            ("qwertyuiop", Some("common")),
            ("0812345678", Some("common")),
            ("sukhawadee1", Some("common")),
            ("เรือใบสีส้มกลางทุ่งนา", None),
            ("correct horse battery staple", None),
        ] {
            let found = check_password(password, &fields).err();
            assert_eq!(found.map(|error| error.code), code, "{password}");
        }
        let long = "ก".repeat(200);
        assert!(check_password(&long, &fields).is_err());
    }
}
