//! Staff: sign-in with a second factor, sessions, accounts.
use crate::account::{AccountAct, SignedIn, otpauth};
use crate::{Desk, Result, Trouble};
use domain::form::{FieldError, FieldErrors};
use domain::request::{Delegation, Role, StaffActor};
use domain::text;
use serde::Serialize;
use serde_json::json;
use store::credential::{self, Account};
use store::session::{SessionKind, SessionRow, Stage};
use store::staff::StaffRow;
use store::{session, staff};
use uuid::Uuid;

/// An account to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStaff {
    pub username: String,
    pub name: String,
    pub position: String,
    pub roles: Vec<Role>,
    pub delegation: Option<Delegation>,
}

/// The secrets of a new account: shown once, kept nowhere in clear.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Enrolled {
    pub username: String,
    pub password: String,
    /// Base32, as authenticator apps take it.
    pub totp_secret: String,
    pub recovery_codes: Vec<String>,
    /// What the app's QR holds.
    #[serde(skip)]
    pub otpauth: String,
}

impl std::fmt::Debug for Enrolled {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Enrolled")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// An account as the administrator's list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffListed {
    pub id: Uuid,
    pub username: String,
    pub name: String,
    pub position: String,
    pub roles: Vec<Role>,
    pub delegation: Option<Delegation>,
    pub disabled: bool,
    pub recovery_codes_left: u64,
}

impl Desk {
    /// The first factor. One answer for a wrong name and a wrong password, in the same time; tries are slowed per
    /// account and address, so that nobody can lock somebody else out.
    pub async fn sign_in(&self, username: &str, password: &str, address: &str) -> Result<SignedIn> {
        let username = text::clean(username).to_lowercase();
        let mut conn = self.store.read().await?;
        let row = staff::by_username(&mut conn, &username)
            .await?
            .filter(|row| row.disabled_at.is_none());
        drop(conn);
        let hash = row.as_ref().map(|row| row.password_hash.clone());
        let who = format!("sign-in:{username}");
        let right = self.try_password(&who, address, password, hash).await?;
        let Some(row) = row.filter(|_| right) else {
            return Err(Trouble::NotAllowed);
        };
        self.half_open(Account::Staff(row.id)).await
    }

    /// The second factor: a code of the app, once, or a recovery code, once. The session gets a new token.
    pub async fn sign_in_code(&self, token: &str, code: &str) -> Result<String> {
        let now = self.now();
        let (session, row) = self.staff_session(token, Stage::Password).await?;
        let account = Account::Staff(row.id);
        let bucket = self.pace_codes(account).await?;
        let factor = self.second_factor(account, row.totp.as_ref(), code, now)?;
        let new_token = self.token();
        let audit_id = self.id(now);
        let right = self
            .store
            .write(async |tx| {
                if !factor.use_up(tx, now).await? {
                    return Ok(false);
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
                self.open_fully(tx, &session, &new_token, now).await
            })
            .await?;
        if !right {
            return Err(Trouble::NotAllowed);
        }
        self.forgive(&bucket).await?;
        Ok(new_token)
    }

    /// Who a session's cookie belongs to. Visits keep it open, up to the absolute limit.
    pub async fn staff_by_session(&self, token: &str) -> Result<StaffActor> {
        let (session, row) = self.staff_session(token, Stage::Full).await?;
        self.keep_open(&session).await?;
        Ok(actor(&row))
    }

    /// Every account.
    pub async fn staff_list(&self, who: &StaffActor) -> Result<Vec<StaffListed>> {
        administrator(who)?;
        let mut conn = self.store.read().await?;
        let mut list = Vec::new();
        for row in staff::list(&mut conn).await? {
            list.push(StaffListed {
                recovery_codes_left: credential::recovery_codes_left(
                    &mut conn,
                    Account::Staff(row.id),
                )
                .await?,
                id: row.id,
                username: row.username,
                name: row.name,
                position: row.position,
                roles: row.roles,
                delegation: row.delegation,
                disabled: row.disabled_at.is_some(),
            });
        }
        Ok(list)
    }

    /// Makes an account from the administrator's page.
    pub async fn add_staff(&self, who: &StaffActor, new: &NewStaff) -> Result<Enrolled> {
        administrator(who)?;
        self.enrol(new, Some(who.id)).await
    }

    /// Makes an account, enrolled already; the command line's way, where the operator is the authority.
    pub async fn enrol(&self, new: &NewStaff, by: Option<Uuid>) -> Result<Enrolled> {
        let now = self.now();
        let username = text::clean(&new.username).to_lowercase();
        check_new(new, &username).map_err(Trouble::Invalid)?;
        let password = self.made_password();
        let id = self.id(now);
        let totp = self.new_totp(id)?;
        let recovery = self.new_recovery_codes(id);
        let row = StaffRow {
            id,
            username: username.clone(),
            name: text::clean(&new.name),
            position: text::clean(&new.position),
            roles: new.roles.clone(),
            delegation: new.delegation.clone(),
            password_hash: self.hash_password(&password).await?,
            totp: Some(totp.sealed),
            totp_step: 0,
            created_at: now,
            disabled_at: None,
        };
        let audit_id = self.id(now);
        let roles: Vec<&str> = new.roles.iter().map(|role| role.code()).collect();
        let detail = json!({ "roles": roles }).to_string();
        let made = self
            .store
            .write(async |tx| {
                if !staff::insert(tx, &row).await? {
                    return Ok(false);
                }
                credential::set_recovery_codes(tx, Account::Staff(id), &recovery.macs).await?;
                let act = AccountAct {
                    id: audit_id,
                    account: Account::Staff(id),
                    by: by.map(Account::Staff),
                    act: "account made",
                    detail: &detail,
                    at: now,
                };
                self.audit_account(tx, act).await?;
                Ok::<bool, Trouble>(true)
            })
            .await?;
        if !made {
            let error = FieldError::new(
                "username",
                "taken",
                "มีชื่อผู้ใช้นี้แล้ว โปรดใช้ชื่ออื่น",
                "That user name exists; choose another",
            );
            return Err(Trouble::Invalid(FieldErrors::one(error)));
        }
        Ok(Enrolled {
            otpauth: otpauth(&username, &totp.secret),
            username,
            password,
            totp_secret: totp.secret,
            recovery_codes: recovery.codes,
        })
    }

    /// Closes an account and ends its sessions. What it did stays in the history.
    pub async fn disable_staff(&self, who: &StaffActor, id: Uuid) -> Result<()> {
        if who.id == id {
            return Err(Trouble::NotAllowed);
        }
        self.end_staff(who, id, "account closed", true).await
    }

    /// Ends every session of an account: a phone was lost.
    pub async fn end_sessions(&self, who: &StaffActor, id: Uuid) -> Result<()> {
        self.end_staff(who, id, "sessions ended", false).await
    }

    /// Ends the sessions of an account and perhaps the account itself.
    async fn end_staff(
        &self,
        who: &StaffActor,
        id: Uuid,
        act: &'static str,
        close: bool,
    ) -> Result<()> {
        administrator(who)?;
        let now = self.now();
        let audit_id = self.id(now);
        self.store
            .write(async |tx| {
                let mut row = staff::by_id(tx, id).await?.ok_or(Trouble::NotFound)?;
                if close {
                    row.disabled_at = Some(now);
                    staff::update(tx, &row).await?;
                }
                session::end_for(tx, Account::Staff(id)).await?;
                let act = AccountAct {
                    id: audit_id,
                    account: Account::Staff(id),
                    by: Some(Account::Staff(who.id)),
                    act,
                    detail: "{}",
                    at: now,
                };
                self.audit_account(tx, act).await
            })
            .await
    }

    async fn staff_session(&self, token: &str, stage: Stage) -> Result<(SessionRow, StaffRow)> {
        let mut conn = self.store.read().await?;
        let (session, account) = self
            .session(&mut conn, token, SessionKind::Staff, stage)
            .await?;
        let row = staff::by_id(&mut conn, account.id())
            .await?
            .filter(|row| row.disabled_at.is_none());
        Ok((session, row.ok_or(Trouble::SignInRequired)?))
    }
}

pub(crate) fn actor(row: &StaffRow) -> StaffActor {
    StaffActor {
        id: row.id,
        name: row.name.clone(),
        position: row.position.clone(),
        roles: row.roles.clone(),
        delegation: row.delegation.clone(),
    }
}

fn administrator(who: &StaffActor) -> Result<()> {
    if who.has(Role::Administrator) {
        Ok(())
    } else {
        Err(Trouble::NotAllowed)
    }
}

fn check_new(new: &NewStaff, username: &str) -> std::result::Result<(), FieldErrors> {
    let mut errors = FieldErrors::new();
    let well_formed = (2..=40).contains(&username.len())
        && username
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_'));
    if !well_formed {
        errors.push(FieldError::new(
            "username",
            "format",
            "ชื่อผู้ใช้ใช้ตัวอักษรอังกฤษ ตัวเลข จุด หรือขีด 2 ถึง 40 ตัว",
            "A user name has 2 to 40 English letters, digits, dots or dashes",
        ));
    }
    if text::clean(&new.name).is_empty() {
        errors.push(FieldError::new("name", "missing", "กรอกชื่อ", "Enter a name"));
    }
    for (field, value) in [("name", &new.name), ("position", &new.position)] {
        if text::clean(value).chars().count() > text::NAME_MAX {
            errors.push(FieldError::new(
                field,
                "too_long",
                format!("เขียนไม่เกิน {} ตัวอักษร", text::NAME_MAX),
                format!("At most {} characters", text::NAME_MAX),
            ));
        }
    }
    if new.roles.is_empty() {
        errors.push(FieldError::new(
            "role",
            "missing",
            "เลือกบทบาทอย่างน้อยหนึ่งอย่าง",
            "Choose at least one role",
        ));
    }
    if new.roles.contains(&Role::Approver) && new.delegation.is_none() {
        errors.push(FieldError::new(
            "delegation.order",
            "missing",
            "ผู้อนุมัติต้องมีคำสั่งมอบอำนาจ",
            "An approver needs a delegation order",
        ));
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}
