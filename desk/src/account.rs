//! What accounts of staff and of agents share: passwords, second factors, recovery codes, sessions.
use crate::{Desk, Result, Trouble};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use chrono::TimeDelta;
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use domain::text;
use domain::time::Instant;
use store::audit::{self, Version};
use store::credential::{self, Account, SealedTotp};
use store::keys::Purpose;
use store::session::{self, SessionKind, SessionRow, Stage};
use store::{Conn, Tx};
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

/// A new second factor: the secret for the app, and how it is kept.
pub(crate) struct NewTotp {
    /// Base32, as authenticator apps take it.
    pub secret: String,
    pub sealed: SealedTotp,
}

/// New recovery codes: shown once, kept as MACs.
pub(crate) struct RecoveryCodes {
    pub codes: Vec<String>,
    pub macs: Vec<String>,
}

/// One thing done to an account, or by it.
pub(crate) struct AccountAct<'a> {
    pub id: Uuid,
    pub account: Account,
    /// Staff or agent; `None` is the command line.
    pub by: Option<Account>,
    pub act: &'a str,
    /// JSON.
    pub detail: &'a str,
    pub at: Instant,
}

impl Desk {
    /// The first factor, tried by somebody at an address: tries are slowed per account and address, so that nobody can
    /// lock somebody else out. Without an account it takes the same time and is wrong.
    pub(crate) async fn try_password(
        &self,
        who: &str,
        address: &str,
        password: &str,
        hash: Option<String>,
    ) -> Result<bool> {
        let bucket = self
            .keys
            .mac(Purpose::LimitMac, format!("{who}:{address}").as_bytes());
        self.pace(&bucket, self.now()).await?;
        let right = self.password_is_right(password, hash).await?;
        if right {
            self.forgive(&bucket).await?;
        }
        Ok(right)
    }

    /// Opens a session that waits for the second factor.
    pub(crate) async fn half_open(&self, account: Account) -> Result<SignedIn> {
        let now = self.now();
        let token = self.token();
        let session = SessionRow {
            token_mac: self.session_mac(&token),
            kind: kind(account),
            account: Some(account),
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

    /// What somebody typed as a second factor, read before the transaction that uses it up.
    pub(crate) fn second_factor(
        &self,
        account: Account,
        totp: Option<&SealedTotp>,
        code: &str,
        now: Instant,
    ) -> Result<SecondFactor> {
        let typed: String = text::ascii_digits(&text::clean(code))
            .chars()
            .filter(|c| !matches!(c, ' ' | '-'))
            .collect();
        let step = match totp {
            Some(totp) => self.totp_step(account, totp, &typed, now)?,
            None => None,
        };
        Ok(SecondFactor {
            account,
            step,
            recovery: self.recovery_mac(account.id(), &typed.to_uppercase()),
        })
    }

    /// Slows tries at an account's second factor; `forgive` it once the code was right.
    pub(crate) async fn pace_codes(&self, account: Account) -> Result<String> {
        let bucket = self.keys.mac(
            Purpose::LimitMac,
            format!("code:{}", account.id()).as_bytes(),
        );
        self.pace(&bucket, self.now()).await?;
        Ok(bucket)
    }

    /// Opens a half-open session in full, under a new token. False: it ended meanwhile.
    pub(crate) async fn open_fully(
        &self,
        tx: &mut Tx,
        half: &SessionRow,
        new_token: &str,
        now: Instant,
    ) -> Result<bool> {
        let new_mac = self.session_mac(new_token);
        let rotated = session::rotate(tx, &half.token_mac, &new_mac, Stage::Full, now + IDLE, now);
        Ok(rotated.await?)
    }

    /// Ends every session of an account but the one of this token.
    pub(crate) async fn end_others(
        &self,
        tx: &mut Tx,
        account: Account,
        token: &str,
    ) -> Result<()> {
        session::end_others(tx, account, &self.session_mac(token)).await?;
        Ok(())
    }

    /// The session of a cookie, if it is of this kind and has come so far, and whose it is.
    pub(crate) async fn session(
        &self,
        conn: &mut Conn,
        token: &str,
        wanted: SessionKind,
        stage: Stage,
    ) -> Result<(SessionRow, Account)> {
        let now = self.now();
        let found = session::find(conn, &self.session_mac(token), now).await?;
        let session = found
            .filter(|session| session.kind == wanted && session.stage == stage)
            .filter(|session| now < session.created_at + ABSOLUTE)
            .ok_or(Trouble::SignInRequired)?;
        let account = session.account.ok_or(Trouble::SignInRequired)?;
        Ok((session, account))
    }

    /// A visit keeps a session open, up to the absolute limit.
    pub(crate) async fn keep_open(&self, session: &SessionRow) -> Result<()> {
        let now = self.now();
        if session.wants_touch(now) {
            let until = (now + IDLE).min(session.created_at + ABSOLUTE);
            self.store
                .write(async |tx| session::touch(tx, &session.token_mac, until, now).await)
                .await?;
        }
        Ok(())
    }

    /// Ends the session of a cookie, whosever it is.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        let mac = self.session_mac(token);
        self.store
            .write(async |tx| session::end(tx, &mac).await)
            .await?;
        Ok(())
    }

    /// A password no list holds, for accounts that somebody else makes.
    pub(crate) fn made_password(&self) -> String {
        groups(&BASE32_NOPAD.encode(&self.random::<15>()), 6)
    }

    pub(crate) fn new_totp(&self, id: Uuid) -> Result<NewTotp> {
        let secret = self.random::<20>();
        let sealed = self
            .keys
            .seal(Purpose::Totp, &secret, id.as_bytes(), self.random())
            .map_err(|error| Trouble::Internal(error.to_string()))?;
        Ok(NewTotp {
            secret: BASE32_NOPAD.encode(&secret),
            sealed: SealedTotp {
                sealed,
                key_id: self.keys.key_id().to_owned(),
            },
        })
    }

    /// The secret of a second factor as authenticator apps take it.
    pub(crate) fn totp_secret(&self, account: Account, totp: &SealedTotp) -> Result<String> {
        Ok(BASE32_NOPAD.encode(&self.opened_totp(account, totp)?))
    }

    pub(crate) fn new_recovery_codes(&self, id: Uuid) -> RecoveryCodes {
        let codes: Vec<String> = (0..RECOVERY_CODES)
            .map(|_| groups(&BASE32_NOPAD.encode(&self.random::<5>()), 4))
            .collect();
        let macs = codes
            .iter()
            .map(|code| self.recovery_mac(id, &code.replace('-', "")))
            .collect();
        RecoveryCodes { codes, macs }
    }

    pub(crate) async fn audit_account(&self, tx: &mut Tx, act: AccountAct<'_>) -> Result<()> {
        let subject = match act.account {
            Account::Staff(id) => format!("staff:{id}"),
            Account::Agent(id) => format!("agent:{id}"),
        };
        let entry = audit::Entry {
            id: act.id,
            subject: &subject,
            version: Version::Next,
            at: act.at,
            actor_kind: match act.by {
                Some(Account::Staff(_)) => "staff",
                Some(Account::Agent(_)) => "agent",
                None => "system",
            },
            actor_id: act.by.map(Account::id),
            act: act.act,
            detail: act.detail,
        };
        audit::append(tx, &entry, &self.keys).await?;
        Ok(())
    }

    pub(crate) fn token(&self) -> String {
        HEXLOWER.encode(&self.random::<32>())
    }

    pub(crate) async fn hash_password(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        let salt = self.random::<16>();
        self.hashing(move || {
            let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string())
                .map_err(|error| Trouble::Internal(error.to_string()))
        })
        .await?
    }

    fn session_mac(&self, token: &str) -> String {
        self.keys.mac(Purpose::SessionMac, token.as_bytes())
    }

    fn recovery_mac(&self, id: Uuid, code: &str) -> String {
        self.keys
            .mac(Purpose::RecoveryCodeMac, format!("{id}:{code}").as_bytes())
    }

    fn opened_totp(&self, account: Account, totp: &SealedTotp) -> Result<Vec<u8>> {
        self.keys
            .open(Purpose::Totp, &totp.sealed, account.id().as_bytes())
            .map_err(|error| Trouble::Internal(error.to_string()))
    }

    /// The time step a code belongs to; `None` when it is not a code of now.
    fn totp_step(
        &self,
        account: Account,
        totp: &SealedTotp,
        code: &str,
        now: Instant,
    ) -> Result<Option<i64>> {
        let totp = totp_rs::Builder::new()
            .with_algorithm(totp_rs::Algorithm::SHA1)
            .with_secret(self.opened_totp(account, totp)?)
            .build()
            .map_err(|error| Trouble::Internal(error.to_string()))?;
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        Ok(totp
            .check(code, seconds)
            .and_then(|step| i64::try_from(step).ok()))
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

/// A typed second factor: a code of the app, or else perhaps a recovery code.
#[derive(Clone)]
pub(crate) struct SecondFactor {
    account: Account,
    step: Option<i64>,
    recovery: String,
}

impl SecondFactor {
    /// Uses it up. False: it was wrong, or used before.
    pub async fn use_up(&self, tx: &mut Tx, now: Instant) -> Result<bool> {
        Ok(match self.step {
            Some(step) => credential::use_totp_step(tx, self.account, step).await?,
            None => credential::use_recovery_code(tx, self.account, &self.recovery, now).await?,
        })
    }

    /// The time step of a code of the app; `None` for anything else.
    pub fn step(&self) -> Option<i64> {
        self.step
    }

    /// What signing in with it is called in the audit.
    pub fn sign_in_act(&self) -> &'static str {
        if self.step.is_some() {
            "sign-in"
        } else {
            "sign-in with a recovery code"
        }
    }
}

/// What an authenticator app's QR holds.
pub(crate) fn otpauth(username: &str, secret: &str) -> String {
    format!("otpauth://totp/Sala:{username}?secret={secret}&issuer=Sala")
}

fn kind(account: Account) -> SessionKind {
    match account {
        Account::Staff(_) => SessionKind::Staff,
        Account::Agent(_) => SessionKind::Agent,
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
