//! An agent signs in: phone and password, then a second factor, which the first sign-in sets up.
use super::{actor, check_password, phone_of};
use crate::account::{AccountAct, SignedIn, otpauth};
use crate::{Desk, Result, Trouble};
use domain::agent::{AgentActor, Standing};
use domain::form::{FieldError, FieldErrors, RawFields};
use domain::phone::Phone;
use domain::text;
use store::agent::{self, AgentRow};
use store::credential::{self, Account};
use store::session::{SessionKind, SessionRow, Stage};

/// What the right password leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentSignIn {
    /// The second factor is asked.
    Code(SignedIn),
    /// The second factor is set up first.
    Enrol(SignedIn),
    /// The office has not answered yet.
    Waiting,
    /// Refused or closed, and why.
    Shut { reason: String },
}

/// What an authenticator app is given.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// Base32, to be typed where no camera is.
    pub secret: String,
    /// What the QR holds.
    pub otpauth: String,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Enrolment(…)")
    }
}

impl Desk {
    /// The first factor. Only who knows the password learns how the account stands.
    pub async fn agent_sign_in(
        &self,
        phone: &str,
        password: &str,
        address: &str,
    ) -> Result<AgentSignIn> {
        let phone = Phone::parse(phone)
            .map_or_else(|_| text::clean(phone), |phone| phone.canonical().to_owned());
        let mut conn = self.store.read().await?;
        let row = agent::by_phone(&mut conn, &phone).await?;
        drop(conn);
        let hash = row.as_ref().map(|row| row.password_hash.clone());
        let who = format!("agent-sign-in:{phone}");
        let right = self.try_password(&who, address, password, hash).await?;
        let row = row.filter(|_| right).ok_or(Trouble::NotAllowed)?;
        Ok(match row.standing {
            Standing::Waiting => AgentSignIn::Waiting,
            Standing::Refused | Standing::Disabled => AgentSignIn::Shut {
                reason: row.reason.unwrap_or_default(),
            },
            Standing::Approved => {
                let half = self.half_open(Account::Agent(row.id)).await?;
                if row.enrolled_at.is_some() {
                    AgentSignIn::Code(half)
                } else {
                    AgentSignIn::Enrol(half)
                }
            }
        })
    }

    /// The secret for the app, between the password and the first code. Once enrolled it is shown no more.
    pub async fn agent_enrolment(&self, token: &str) -> Result<Enrolment> {
        let (_, row) = self.agent_session(token, Stage::Password).await?;
        if row.enrolled_at.is_some() {
            return Err(Trouble::NotFound);
        }
        let secret = self.totp_secret(Account::Agent(row.id), &row.totp)?;
        Ok(Enrolment {
            otpauth: otpauth(phone_of(&row)?.canonical(), &secret),
            secret,
        })
    }

    /// The second factor, a code of the app or a recovery code. The first one enrols, and brings the recovery codes,
    /// shown once. The session's new token.
    pub async fn agent_sign_in_code(
        &self,
        token: &str,
        code: &str,
    ) -> Result<(String, Option<Vec<String>>)> {
        let now = self.now();
        let (session, row) = self.agent_session(token, Stage::Password).await?;
        let account = Account::Agent(row.id);
        let bucket = self.pace_codes(account).await?;
        let factor = self.second_factor(account, Some(&row.totp), code, now)?;
        let recovery = self.new_recovery_codes(row.id);
        let macs = &recovery.macs;
        let new_token = self.token();
        let audit_id = self.id(now);
        let first = self
            .store
            .write(async |tx| {
                if !factor.use_up(tx, now).await? {
                    return Err(Trouble::NotAllowed);
                }
                let first = agent::enrol(tx, row.id, now).await?;
                if first {
                    credential::set_recovery_codes(tx, account, macs).await?;
                }
                let act = AccountAct {
                    id: audit_id,
                    account,
                    by: Some(account),
                    act: factor.sign_in_act(),
                    detail: "{}",
                    at: now,
                };
                self.audit_account(tx, act).await?;
                if self.open_fully(tx, &session, &new_token, now).await? {
                    Ok(first)
                } else {
                    Err(Trouble::SignInRequired)
                }
            })
            .await?;
        self.forgive(&bucket).await?;
        Ok((new_token, first.then_some(recovery.codes)))
    }

    /// The agent's own new password, after the present one. Every session of the account ends but this one, which gets
    /// a new token.
    pub async fn change_agent_password(
        &self,
        token: &str,
        current: &str,
        password: &str,
        address: &str,
    ) -> Result<String> {
        let (session, row) = self.agent_session(token, Stage::Full).await?;
        let who = format!("agent-password:{}", row.id);
        let right = self.try_password(&who, address, current, Some(row.password_hash.clone()));
        let mut errors = FieldErrors::new();
        if !right.await? {
            errors.push(FieldError::new(
                "current",
                "wrong",
                "รหัสผ่านปัจจุบันไม่ถูกต้อง",
                "The present password is wrong",
            ));
        }
        errors.keep(check_password(password, &known_of(&row)));
        if errors.is_empty() && password == current {
            errors.push(FieldError::new(
                "password",
                "same",
                "รหัสผ่านใหม่ต้องไม่เหมือนเดิม",
                "The new password must differ from the present one",
            ));
        }
        if !errors.is_empty() {
            return Err(Trouble::Invalid(errors));
        }
        let (now, account) = (self.now(), Account::Agent(row.id));
        let (hash, new_token, audit_id) = (
            self.hash_password(password).await?,
            self.token(),
            self.id(now),
        );
        self.store
            .write(async |tx| {
                // Reset or changed in the same moment: whoever was later signs in with what holds now.
                if !agent::set_password(tx, row.id, &row.password_hash, &hash).await?
                    || !self.open_fully(tx, &session, &new_token, now).await?
                {
                    return Err(Trouble::SignInRequired);
                }
                self.end_others(tx, account, &new_token).await?;
                let act = AccountAct {
                    id: audit_id,
                    account,
                    by: Some(account),
                    act: "password changed",
                    detail: "{}",
                    at: now,
                };
                self.audit_account(tx, act).await
            })
            .await?;
        Ok(new_token)
    }

    /// Who a session's cookie belongs to. Visits keep it open, up to the absolute limit.
    pub async fn agent_by_session(&self, token: &str) -> Result<AgentActor> {
        let (session, row) = self.agent_session(token, Stage::Full).await?;
        self.keep_open(&session).await?;
        actor(&row)
    }

    async fn agent_session(&self, token: &str, stage: Stage) -> Result<(SessionRow, AgentRow)> {
        let mut conn = self.store.read().await?;
        let (session, account) = self
            .session(&mut conn, token, SessionKind::Agent, stage)
            .await?;
        let row = agent::by_id(&mut conn, account.id())
            .await?
            .filter(|row| row.standing == Standing::Approved);
        Ok((session, row.ok_or(Trouble::SignInRequired)?))
    }
}

/// What the office knows of the person, as the form of registering names it: no password is made of it.
fn known_of(row: &AgentRow) -> RawFields {
    [
        ("agent.organisation", row.organisation.clone()),
        ("agent.name", row.name.clone()),
        ("agent.phone", row.phone.clone()),
        ("agent.licence", row.licence.clone().unwrap_or_default()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
