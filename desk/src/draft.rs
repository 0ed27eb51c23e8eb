//! Drafts: raw answers kept for a browser, the hold, carrying to another phone, and sending.
use crate::limit::queue_up;
use crate::request::{Channel, Outcome, Submission, TrackView, load, wish_fields};
use crate::{Desk, Result, Trouble, given_up, place};
use chrono::TimeDelta;
use domain::agent::AgentActor;
use domain::crematorium::{Application, Booker, Rules, Wish, application};
use domain::form::{FieldErrors, Lang, RawFields};
use domain::reference::Reference;
use domain::request::{Actor, Status};
use domain::text;
use domain::time::Instant;
use store::claim::{self, Holder};
use store::draft::DraftRow;
use store::keys::Purpose;
use store::session::{SessionKind, SessionRow, Stage};
use store::{authority, draft, request, session};
use uuid::Uuid;

/// A draft is erased after this long.
const KEPT: TimeDelta = TimeDelta::days(7);
/// A browser is remembered for this long.
const BROWSER: TimeDelta = TimeDelta::days(30);
/// A code carries a draft to another phone for this long.
const CODE: TimeDelta = TimeDelta::hours(24);

/// The field of a draft that names the agent it belongs to. No form sends it.
pub const AGENT: &str = "agent.organisation";

/// A browser, known by the raw token of its cookie: 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Browser(pub String);

impl std::fmt::Debug for Browser {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Browser(…)")
    }
}

/// Whose drafts they are: a browser's without an account, or a signed-in agent's, wherever it signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    Browser(Browser),
    Agent(AgentActor),
}

/// What drafts belong to.
pub trait Owner: Sync {
    fn whose(&self) -> Whose;
}

impl Owner for Browser {
    fn whose(&self) -> Whose {
        Whose::Browser(self.clone())
    }
}

impl Owner for AgentActor {
    fn whose(&self) -> Whose {
        Whose::Agent(self.clone())
    }
}

impl Owner for Whose {
    fn whose(&self) -> Whose {
        self.clone()
    }
}

/// Places held for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldView {
    pub until: Instant,
    pub lapsed: bool,
    pub extensions_left: u8,
    pub wish: Wish,
}

/// A draft as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftView {
    /// 32 hexadecimal digits.
    pub id: String,
    /// `crematorium` or `equipment`.
    pub service: String,
    pub lang: Lang,
    pub fields: RawFields,
    pub hold: Option<HoldView>,
    /// The request it became.
    pub sent: Option<Reference>,
    pub version: i64,
}

/// What to type on the other phone, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarryCode {
    /// Ten digits.
    pub code: String,
    pub until: Instant,
}

impl Desk {
    /// Begins to remember a browser.
    pub async fn new_browser(&self) -> Result<Browser> {
        let token = data_encoding::HEXLOWER.encode(&self.random::<32>());
        let now = self.now();
        let row = SessionRow {
            token_mac: self.keys.mac(Purpose::SessionMac, token.as_bytes()),
            kind: SessionKind::Resident,
            account: None,
            stage: Stage::Full,
            created_at: now,
            seen_at: now,
            expires_at: now + BROWSER,
        };
        self.store
            .write(async |tx| session::insert(tx, &row).await)
            .await?;
        Ok(Browser(token))
    }

    /// Whether this installation gave the cookie, and it has not expired.
    pub async fn browser_is_known(&self, browser: &Browser) -> Result<bool> {
        let mac = self.keys.mac(Purpose::SessionMac, browser.0.as_bytes());
        let mut conn = self.store.read().await?;
        Ok(session::find(&mut conn, &mac, self.now())
            .await?
            .is_some_and(|row| row.kind == SessionKind::Resident))
    }

    /// A new, empty draft of a booking.
    pub async fn start_draft(&self, owner: &impl Owner, lang: Lang) -> Result<String> {
        self.start_draft_of(owner, lang, crate::request::SERVICE)
            .await
    }

    /// A new, empty draft of a service.
    pub async fn start_draft_of(
        &self,
        owner: &impl Owner,
        lang: Lang,
        service: &'static str,
    ) -> Result<String> {
        let now = self.now();
        let row = DraftRow {
            id: self.id(now),
            owner_mac: self.owner_mac(owner),
            service: service.to_owned(),
            lang,
            fields: marked(RawFields::new(), owner),
            version: 1,
            hold_until: None,
            hold_extensions: 0,
            request_id: None,
            created_at: now,
            updated_at: now,
            expires_at: now + KEPT,
        };
        self.store
            .write(async |tx| draft::insert(tx, &row).await)
            .await?;
        Ok(row.id.simple().to_string())
    }

    /// The draft, for its owner only.
    pub async fn draft(&self, owner: &impl Owner, id: &str) -> Result<DraftView> {
        let row = self.draft_row(owner, id).await?;
        self.draft_view(row).await
    }

    /// Unsent drafts of this browser, the newest first.
    pub async fn drafts(&self, owner: &impl Owner) -> Result<Vec<DraftView>> {
        let mut conn = self.store.read().await?;
        let rows = draft::of_owner(&mut conn, &self.owner_mac(owner), self.now()).await?;
        drop(conn);
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            views.push(self.draft_view(row).await?);
        }
        Ok(views)
    }

    /// Keeps raw answers; what is not named stays. Two tabs saving at once lose nothing: each adds its own fields.
    pub async fn save_draft(
        &self,
        owner: &impl Owner,
        id: &str,
        changes: RawFields,
    ) -> Result<DraftView> {
        let owner_mac = self.owner_mac(owner);
        let id = draft_id(id)?;
        let now = self.now();
        let saved = self
            .store
            .write(async |tx| {
                let Some(mut row) = draft::load(tx, id, &owner_mac, now).await? else {
                    return Err(Trouble::NotFound);
                };
                if row.request_id.is_none() {
                    row.fields.extend(changes.clone());
                    row.fields = marked(row.fields, owner);
                    draft::save(tx, id, row.version, &row.fields, row.lang, now).await?;
                    row.version += 1;
                }
                Ok(row)
            })
            .await?;
        self.draft_view(saved).await
    }

    /// Takes all of a wish for a while, or nothing; what the draft held before is given back in the same transaction.
    pub async fn hold(&self, owner: &impl Owner, id: &str, wish: &Wish) -> Result<HoldView> {
        let owner_mac = self.owner_mac(owner);
        let id = draft_id(id)?;
        let now = self.now();
        let rules = self.rules();
        wish.check(&rules, Booker::Public, now)
            .map_err(Trouble::Invalid)?;
        let until = hold_until(&rules, now);
        let most_holds = match owner.whose() {
            Whose::Browser(_) => usize::from(rules.settings().unverified_per_phone),
            Whose::Agent(_) => crate::agent::HOLDS,
        };
        let outcome = self
            .store
            .write(async |tx| {
                if self.limits {
                    queue_up(tx, &format!("hold:{owner_mac}"), now).await?;
                }
                let Some(mut row) = draft::load(tx, id, &owner_mac, now).await? else {
                    return Err(Trouble::NotFound);
                };
                if row.request_id.is_some() {
                    return Err(Trouble::DecidedFirst {
                        status: Status::Submitted,
                        by: None,
                    });
                }
                if self.limits && other_holds(tx, &owner_mac, id, now).await? >= most_holds {
                    return Err(Trouble::TooManyUnverified);
                }
                let mut who = self.who_drafts(&row.fields);
                if let Whose::Agent(agent) = owner.whose() {
                    who.extend(given_up::agent(&Actor::Agent(agent.id)));
                }
                self.check_given_up(tx, &who, wish).await?;
                if place::take(tx, &rules, Holder::draft(id), wish, Some(until), now)
                    .await?
                    .is_none()
                {
                    return Err(Trouble::SlotTaken {
                        conflicts: Vec::new(),
                        alternatives: Vec::new(),
                    });
                }
                row.fields.extend(wish_fields(wish));
                draft::set_hold(tx, id, Some(until), 0, now).await?;
                draft::save(tx, id, row.version, &row.fields, row.lang, now).await?;
                Ok(())
            })
            .await;
        match outcome {
            Ok(()) => Ok(HoldView {
                until,
                lapsed: false,
                extensions_left: rules.settings().hold_extensions,
                wish: wish.clone(),
            }),
            Err(Trouble::SlotTaken { .. }) => Err(self.slot_taken(wish, Some(id)).await?),
            Err(trouble) => Err(trouble),
        }
    }

    /// Holds on for another full time. A hold that lapsed is taken again, if it is still free.
    pub async fn extend_hold(&self, owner: &impl Owner, id: &str) -> Result<HoldView> {
        let row = self.draft_row(owner, id).await?;
        let view = self.draft_view(row.clone()).await?;
        let hold = view.hold.ok_or(Trouble::NotFound)?;
        if hold.lapsed {
            return self.hold(owner, id, &hold.wish).await;
        }
        if hold.extensions_left == 0 {
            return Err(Trouble::NoMoreExtensions);
        }
        let now = self.now();
        let until = hold_until(&self.rules(), now);
        let extensions = row.hold_extensions + 1;
        self.store
            .write(async |tx| {
                claim::extend(tx, row.id, until, now).await?;
                draft::set_hold(tx, row.id, Some(until), extensions, now).await
            })
            .await?;
        Ok(HoldView {
            until,
            extensions_left: hold.extensions_left - 1,
            ..hold
        })
    }

    /// Sends a draft once: a second tap, the back button and a refresh get the same reference.
    pub async fn send_draft(&self, owner: &impl Owner, id: &str) -> Result<Reference> {
        let row = self.draft_row(owner, id).await?;
        if let Some(reference) = self.sent(&row).await? {
            return Ok(reference);
        }
        let mut fields = row.fields.clone();
        // What the family observes was advice for choosing a day; it is not kept with the request.
        fields.remove("beliefs");
        let mut application = Application::parse(&fields, self.now()).map_err(Trouble::Invalid)?;
        let (actor, channel) = match owner.whose() {
            Whose::Browser(_) => (
                Actor::Resident,
                Channel::Web {
                    browser_mac: row.owner_mac.clone(),
                },
            ),
            Whose::Agent(agent) => {
                let bucket = format!("agent:{}", agent.id);
                self.spend(&bucket, crate::agent::REQUESTS, self.now())
                    .await?;
                // The agent is the helper; a helper's phone is a way in that families can take away.
                application.helper = None;
                (Actor::Agent(agent.id), Channel::Agent(agent))
            }
        };
        let submission = Submission {
            actor,
            channel,
            application,
            draft: Some(row.id),
            answer: None,
            retake: None,
        };
        match self.submit(submission).await {
            Ok(Outcome::Done(submitted)) => Ok(submitted.reference),
            Ok(Outcome::Replayed(_)) => Err(Trouble::Internal(
                "a draft has no idempotency key of its own".to_owned(),
            )),
            // The other tap was first: its reference is the answer.
            Err(trouble) => {
                let row = self.draft_row(owner, id).await?;
                self.sent(&row).await?.ok_or(trouble)
            }
        }
    }

    /// What a sent draft became, for the browser that sent it: its confirmation needs no second fact.
    pub async fn receipt(&self, owner: &impl Owner, id: &str) -> Result<TrackView> {
        let row = self.draft_row(owner, id).await?;
        let request = row.request_id.ok_or(Trouble::NotFound)?;
        let mut conn = self.store.read().await?;
        let row = request::by_id(&mut conn, request)
            .await?
            .ok_or(Trouble::NotFound)?;
        if let Whose::Agent(_) = owner.whose() {
            // What the family has taken out of an agent's hands is not read through its draft either.
            authority::of(&mut conn, request)
                .await?
                .filter(|row| row.authority.is_open())
                .ok_or(Trouble::NotFound)?;
        }
        let loaded = load(&mut conn, row).await?;
        drop(conn);
        self.track_view(&loaded).await
    }

    /// A code that carries the draft to another phone.
    pub async fn carry_code(&self, owner: &impl Owner, id: &str) -> Result<CarryCode> {
        let row = self.draft_row(owner, id).await?;
        let now = self.now();
        let code = format!("{:010}", u64::from_le_bytes(self.random()) % 10_000_000_000);
        let mac = self.keys.mac(Purpose::DraftMac, code.as_bytes());
        let until = (now + CODE).min(row.expires_at);
        self.store
            .write(async |tx| draft::insert_code(tx, &mac, row.id, until).await)
            .await?;
        Ok(CarryCode { code, until })
    }

    /// Makes this browser the owner of the draft a code names. A code works once; wrong ones slow the address.
    pub async fn pick_up(&self, owner: &impl Owner, code: &str, address: &str) -> Result<String> {
        let digits: String = text::ascii_digits(&text::clean(code))
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        let now = self.now();
        let bucket = self
            .keys
            .mac(Purpose::LimitMac, format!("carry:{address}").as_bytes());
        self.pace(&bucket, now).await?;
        let mac = self.keys.mac(Purpose::DraftMac, digits.as_bytes());
        let owner_mac = self.owner_mac(owner);
        let found = self
            .store
            .write(async |tx| {
                let Some(id) = draft::use_code(tx, &mac, now).await? else {
                    return Ok(None);
                };
                draft::set_owner(tx, id, &owner_mac, now).await?;
                let row = draft::load(tx, id, &owner_mac, now).await?;
                if let Some(row) = &row {
                    let fields = marked(row.fields.clone(), owner);
                    draft::save(tx, id, row.version, &fields, row.lang, now).await?;
                }
                Ok::<_, Trouble>(row.map(|_| id))
            })
            .await?;
        let id = found.ok_or(Trouble::NotFound)?;
        self.forgive(&bucket).await?;
        Ok(id.simple().to_string())
    }

    pub(crate) fn owner_mac(&self, owner: &impl Owner) -> String {
        let mac = |text: &str| self.keys.mac(Purpose::DraftMac, text.as_bytes());
        match owner.whose() {
            Whose::Browser(browser) => mac(&browser.0),
            // Twice: no cookie can say what one MAC is made of.
            Whose::Agent(agent) => mac(&mac(&format!("agent:{}", agent.id))),
        }
    }

    pub(crate) async fn draft_row(&self, owner: &impl Owner, id: &str) -> Result<DraftRow> {
        let id = draft_id(id)?;
        let mut conn = self.store.read().await?;
        draft::load(&mut conn, id, &self.owner_mac(owner), self.now())
            .await?
            .ok_or(Trouble::NotFound)
    }

    pub(crate) async fn sent(&self, row: &DraftRow) -> Result<Option<Reference>> {
        let Some(id) = row.request_id else {
            return Ok(None);
        };
        let mut conn = self.store.read().await?;
        let row = request::by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        crate::request::reference_of(&row).map(Some)
    }

    async fn draft_view(&self, row: DraftRow) -> Result<DraftView> {
        let sent = self.sent(&row).await?;
        let most = self.rules().settings().hold_extensions;
        let used = u8::try_from(row.hold_extensions).unwrap_or(u8::MAX);
        let wish = application::wish(&row.fields, &mut FieldErrors::new());
        let hold = row
            .hold_until
            .zip(wish)
            .filter(|_| sent.is_none())
            .map(|(until, wish)| HoldView {
                until,
                lapsed: until <= self.now(),
                extensions_left: most.saturating_sub(used),
                wish,
            });
        Ok(DraftView {
            id: row.id.simple().to_string(),
            service: row.service,
            lang: row.lang,
            fields: row.fields,
            hold,
            sent,
            version: row.version,
        })
    }
}

/// The answers of a draft, saying whose it is: pages word their questions by it.
fn marked(mut fields: RawFields, owner: &impl Owner) -> RawFields {
    match owner.whose() {
        Whose::Browser(_) => fields.remove(AGENT),
        Whose::Agent(agent) => fields.insert(AGENT.to_owned(), agent.organisation),
    };
    fields
}

fn draft_id(raw: &str) -> Result<Uuid> {
    Uuid::try_parse(raw).map_err(|_| Trouble::NotFound)
}

fn hold_until(rules: &Rules, now: Instant) -> Instant {
    now + TimeDelta::minutes(i64::from(rules.settings().hold_minutes))
}

/// How many other drafts of this browser hold places now: nobody may take the month by holding it.
async fn other_holds(tx: &mut store::Tx, owner: &str, id: Uuid, now: Instant) -> Result<usize> {
    let drafts = draft::of_owner(tx, owner, now).await?;
    Ok(drafts
        .iter()
        .filter(|draft| draft.id != id && draft.hold_until.is_some_and(|until| until > now))
        .count())
}
