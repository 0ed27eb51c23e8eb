//! Staff: sign-in with a second factor, sessions, accounts.
use crate::{Desk, Result, Trouble};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use chrono::TimeDelta;
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use domain::form::{FieldError, FieldErrors};
use domain::request::{Delegation, Role, StaffActor};
use domain::text;
use domain::time::Instant;
use serde::Serialize;
use serde_json::json;
use store::audit::{self, Version};
use store::keys::Purpose;
use store::session::{SessionKind, SessionRow, Stage};
use store::staff::{SealedTotp, StaffRow};
use store::{Tx, session, staff};
use uuid::Uuid;

/// Between password and code.
const CODE_TIME: TimeDelta = TimeDelta::minutes(10);
/// A session ends after so long without a visit …
const IDLE: TimeDelta = TimeDelta::minutes(60);
/// … and in any case after this long.
const ABSOLUTE: TimeDelta = TimeDelta::hours(12);
const RECOVERY_CODES: usize = 10;

/// What comes after the right password.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The cookie of the half-open session: only the code page accepts it.
    pub token: String,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("SignedIn(…)")
    }
}

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
        let now = self.now();
        let username = text::clean(username).to_lowercase();
        let bucket = self.keys.mac(
            Purpose::LimitMac,
            format!("sign-in:{username}:{address}").as_bytes(),
        );
        self.pace(&bucket, now).await?;
        let mut conn = self.store.read().await?;
        let row = staff::by_username(&mut conn, &username)
            .await?
            .filter(|row| row.disabled_at.is_none());
        drop(conn);
        let hash = row.as_ref().map(|row| row.password_hash.clone());
        let right = self.password_is_right(password, hash).await?;
        let Some(row) = row.filter(|_| right) else {
            return Err(Trouble::NotAllowed);
        };
        self.forgive(&bucket).await?;
        let token = self.token();
        let session = SessionRow {
            token_mac: self.session_mac(&token),
            kind: SessionKind::Staff,
            staff_id: Some(row.id),
            stage: Stage::Password,
            created_at: now,
            seen_at: now,
            expires_at: now + CODE_TIME,
        };
        self.store
            .write(async |tx| session::insert(tx, &session).await)
            .await?;
        Ok(SignedIn { token })
    }

    /// The second factor: a code of the app, once, or a recovery code, once. The session gets a new token.
    pub async fn sign_in_code(&self, token: &str, code: &str) -> Result<String> {
        let now = self.now();
        let mac = self.session_mac(token);
        let (session, row) = self.session(&mac, Stage::Password, now).await?;
        let bucket = self
            .keys
            .mac(Purpose::LimitMac, format!("code:{}", row.id).as_bytes());
        self.pace(&bucket, now).await?;
        let typed: String = text::ascii_digits(&text::clean(code))
            .chars()
            .filter(|c| !matches!(c, ' ' | '-'))
            .collect();
        let step = self.totp_step(&row, &typed, now)?;
        let recovery = self.keys.mac(
            Purpose::RecoveryCodeMac,
            format!("{}:{}", row.id, typed.to_uppercase()).as_bytes(),
        );
        let new_token = self.token();
        let new_mac = self.session_mac(&new_token);
        let audit_id = self.id(now);
        let right = self
            .store
            .write(async |tx| {
                let used = match step {
                    Some(step) => staff::use_totp_step(tx, row.id, step).await?,
                    None => staff::use_recovery_code(tx, row.id, &recovery, now).await?,
                };
                if !used {
                    return Ok(false);
                }
                let subject = format!("staff:{}", row.id);
                let act = if step.is_some() {
                    "sign-in"
                } else {
                    "sign-in with a recovery code"
                };
                self.audit_staff(
                    tx,
                    audit_id,
                    &subject,
                    "staff",
                    Some(row.id),
                    act,
                    "{}",
                    now,
                )
                .await?;
                Ok::<bool, Trouble>(
                    session::rotate(
                        tx,
                        &session.token_mac,
                        &new_mac,
                        Stage::Full,
                        now + IDLE,
                        now,
                    )
                    .await?,
                )
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
        let now = self.now();
        let mac = self.session_mac(token);
        let (session, row) = self.session(&mac, Stage::Full, now).await?;
        if session.wants_touch(now) {
            let until = (now + IDLE).min(session.created_at + ABSOLUTE);
            self.store
                .write(async |tx| session::touch(tx, &mac, until, now).await)
                .await?;
        }
        Ok(actor(&row))
    }

    pub async fn sign_out(&self, token: &str) -> Result<()> {
        let mac = self.session_mac(token);
        self.store
            .write(async |tx| session::end(tx, &mac).await)
            .await?;
        Ok(())
    }

    /// Every account.
    pub async fn staff_list(&self, who: &StaffActor) -> Result<Vec<StaffListed>> {
        administrator(who)?;
        let mut conn = self.store.read().await?;
        let mut list = Vec::new();
        for row in staff::list(&mut conn).await? {
            list.push(StaffListed {
                recovery_codes_left: staff::recovery_codes_left(&mut conn, row.id).await?,
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
        let password = groups(&BASE32_NOPAD.encode(&self.random::<15>()), 6);
        let secret = self.random::<20>();
        let id = self.id(now);
        let recovery_codes: Vec<String> = (0..RECOVERY_CODES)
            .map(|_| groups(&BASE32_NOPAD.encode(&self.random::<5>()), 4))
            .collect();
        let macs: Vec<String> = recovery_codes
            .iter()
            .map(|code| {
                self.keys.mac(
                    Purpose::RecoveryCodeMac,
                    format!("{id}:{}", code.replace('-', "")).as_bytes(),
                )
            })
            .collect();
        let sealed = self
            .keys
            .seal(Purpose::Totp, &secret, id.as_bytes(), self.random())
            .map_err(|error| Trouble::Internal(error.to_string()))?;
        let row = StaffRow {
            id,
            username: username.clone(),
            name: text::clean(&new.name),
            position: text::clean(&new.position),
            roles: new.roles.clone(),
            delegation: new.delegation.clone(),
            password_hash: self.hash_password(&password).await?,
            totp: Some(SealedTotp {
                sealed,
                key_id: self.keys.key_id().to_owned(),
            }),
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
                staff::set_recovery_codes(tx, id, &macs).await?;
                let kind = if by.is_some() { "staff" } else { "system" };
                self.audit_staff(
                    tx,
                    audit_id,
                    &format!("staff:{id}"),
                    kind,
                    by,
                    "account made",
                    &detail,
                    now,
                )
                .await?;
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
        let totp_secret = BASE32_NOPAD.encode(&secret);
        let otpauth = format!("otpauth://totp/Sala:{username}?secret={totp_secret}&issuer=Sala");
        Ok(Enrolled {
            username,
            password,
            totp_secret,
            recovery_codes,
            otpauth,
        })
    }

    /// Closes an account and ends its sessions. What it did stays in the history.
    pub async fn disable_staff(&self, who: &StaffActor, id: Uuid) -> Result<()> {
        administrator(who)?;
        if who.id == id {
            return Err(Trouble::NotAllowed);
        }
        let now = self.now();
        let audit_id = self.id(now);
        self.store
            .write(async |tx| {
                let mut row = staff::by_id(tx, id).await?.ok_or(Trouble::NotFound)?;
                row.disabled_at = Some(now);
                staff::update(tx, &row).await?;
                session::end_for_staff(tx, id).await?;
                self.audit_staff(
                    tx,
                    audit_id,
                    &format!("staff:{id}"),
                    "staff",
                    Some(who.id),
                    "account closed",
                    "{}",
                    now,
                )
                .await
            })
            .await
    }

    /// Ends every session of an account: a phone was lost.
    pub async fn end_sessions(&self, who: &StaffActor, id: Uuid) -> Result<()> {
        administrator(who)?;
        let now = self.now();
        let audit_id = self.id(now);
        self.store
            .write(async |tx| {
                staff::by_id(tx, id).await?.ok_or(Trouble::NotFound)?;
                session::end_for_staff(tx, id).await?;
                self.audit_staff(
                    tx,
                    audit_id,
                    &format!("staff:{id}"),
                    "staff",
                    Some(who.id),
                    "sessions ended",
                    "{}",
                    now,
                )
                .await
            })
            .await
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "an audit row has that many columns"
    )]
    async fn audit_staff(
        &self,
        tx: &mut Tx,
        id: Uuid,
        subject: &str,
        actor_kind: &str,
        actor_id: Option<Uuid>,
        act: &str,
        detail: &str,
        at: Instant,
    ) -> Result<()> {
        let entry = audit::Entry {
            id,
            subject,
            version: Version::Next,
            at,
            actor_kind,
            actor_id,
            act,
            detail,
        };
        audit::append(tx, &entry, &self.keys).await?;
        Ok(())
    }

    async fn session(
        &self,
        mac: &str,
        stage: Stage,
        now: Instant,
    ) -> Result<(SessionRow, StaffRow)> {
        let mut conn = self.store.read().await?;
        let found = session::find(&mut conn, mac, now).await?;
        let session = found
            .filter(|session| session.kind == SessionKind::Staff && session.stage == stage)
            .filter(|session| now < session.created_at + ABSOLUTE)
            .ok_or(Trouble::SignInRequired)?;
        let id = session.staff_id.ok_or(Trouble::SignInRequired)?;
        let row = staff::by_id(&mut conn, id)
            .await?
            .filter(|row| row.disabled_at.is_none());
        Ok((session, row.ok_or(Trouble::SignInRequired)?))
    }

    /// The time step a code belongs to; `None` when it is not a code of now.
    fn totp_step(&self, row: &StaffRow, code: &str, now: Instant) -> Result<Option<i64>> {
        let Some(totp) = &row.totp else {
            return Ok(None);
        };
        let internal = |error: String| Trouble::Internal(error);
        let secret = self
            .keys
            .open(Purpose::Totp, &totp.sealed, row.id.as_bytes())
            .map_err(|error| internal(error.to_string()))?;
        let totp = totp_rs::Builder::new()
            .with_algorithm(totp_rs::Algorithm::SHA1)
            .with_secret(secret)
            .build()
            .map_err(|error| internal(error.to_string()))?;
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        Ok(totp
            .check(code, seconds)
            .and_then(|step| i64::try_from(step).ok()))
    }

    fn session_mac(&self, token: &str) -> String {
        self.keys.mac(Purpose::SessionMac, token.as_bytes())
    }

    fn token(&self) -> String {
        HEXLOWER.encode(&self.random::<32>())
    }

    async fn hash_password(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        let salt = self.random::<16>();
        self.hashing(move || {
            let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string())
                .map_err(|error| Trouble::Internal(error.to_string()))
        })
        .await?
    }

    /// Hashes even when there is no account, so that both answers take the same time.
    async fn password_is_right(&self, password: &str, hash: Option<String>) -> Result<bool> {
        let password = password.to_owned();
        self.hashing(move || {
            let Some(hash) = hash else {
                // The result is of no use: only the time it takes is.
                drop(
                    Argon2::default()
                        .hash_password_with_salt(password.as_bytes(), b"nobody's salt 16"),
                );
                return false;
            };
            PasswordHash::new(&hash).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            })
        })
        .await
    }

    /// Hashing takes tens of megabytes and milliseconds: off the async threads, two at once.
    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let internal = |error: String| Trouble::Internal(error);
        let _permit = self
            .hashing
            .acquire()
            .await
            .map_err(|error| internal(error.to_string()))?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| internal(error.to_string()))
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

/// `ABCDEF-GHIJKL`: easier to read and to type.
fn groups(text: &str, size: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters
        .chunks(size)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}
