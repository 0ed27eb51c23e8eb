//! Papers: photos sent by families and officers, verdicts, and what officers find out from them.
//!
//! A photo is decoded in the workshop, sealed into the vault, and then named by a row; every row, verdict and
//! finding is a change of its request, so that nobody decides on papers they have not seen.
use crate::channel::ChannelActor;
use crate::request::{Access, Loaded, Record, came_first, load, still_acts};
use crate::vault::{self, Shelf, VaultError};
use crate::{Desk, Result, Trouble, case_task};
use data_encoding::HEXLOWER;
use domain::crematorium::{CaseFacts, Rules};
use domain::fee::ExemptionStatus;
use domain::form::{FieldError, FieldErrors, Text};
use domain::paper::{self, Findings, Manner, PaperKind, Registry, StatedPlace, Verdict};
use domain::picture::{self, PictureError};
use domain::reference::Reference;
use domain::request::{Action, Actor, Event, Refusal, StaffActor, VerifiedBy, decide};
use domain::time::Instant;
use sha2::{Digest, Sha256};
use std::time::Duration;
use store::audit::{self, Version};
use store::crematorium::CaseRow;
use store::paper::{self as stored, PaperRow};
use store::request::{self, RequestRow};
use store::{Conn, StoreError, Tx, call, fee, task};
use tokio::sync::SemaphorePermit;
use tokio::task::JoinSet;
use uuid::Uuid;

/// How long a page waits for its thumbnails: it is complete without them.
const THUMBNAILS: Duration = Duration::from_secs(2);
/// The longest text of a defect, in characters.
const LONGEST_DEFECT: usize = 500;
/// The task of looking a death up at the city's own registration office.
const REGISTRY_TASK: &str = "registry_check";
/// What the call is about when the certificate names another place.
pub(crate) const ELSEWHERE: &str = "place_elsewhere";

/// A photo, as pages list it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperView {
    pub id: Uuid,
    pub kind: PaperKind,
    pub verdict: Verdict,
    /// What is the matter, when it must be sent again.
    pub defect: Option<String>,
    pub sent_at: Instant,
    /// Also when somebody sent it for the family.
    pub by_family: bool,
    pub width: u32,
    pub height: u32,
    /// JPEG, too small to be read; `None` while the place for files cannot be reached.
    pub thumbnail: Option<Vec<u8>>,
}

/// The papers of a case, what is still missing, and what was found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Papers {
    /// Without those that another photo replaced.
    pub papers: Vec<PaperView>,
    pub replaced: Vec<PaperView>,
    pub needs: Vec<PaperKind>,
    /// What no accepted paper shows yet.
    pub missing: Vec<PaperKind>,
    /// The family has said that the certificate comes later, and it is not late.
    pub certificate_awaited: bool,
    pub findings: Findings,
    /// Whether the family may send photos now.
    pub may_send: bool,
}

impl Papers {
    /// What is missing and not on its way: no photo waits for its verdict, nor an answer of the registry.
    pub fn not_sent(&self) -> impl Iterator<Item = PaperKind> {
        let asked = self.findings.registry == Some(Registry::Asked);
        let waits = |need: PaperKind| {
            let mut papers = self.papers.iter();
            papers.any(|it| need.shown_by().contains(&it.kind) && it.verdict == Verdict::Waiting)
        };
        let on_its_way = move |need: PaperKind| asked && need.is_of_death() || waits(need);
        self.missing
            .iter()
            .copied()
            .filter(move |need| !on_its_way(*need))
    }

    /// The defects that officers noted, and what was never sent, as a return lists them.
    // Licensing Facilitation Act: all defects at once.
    pub fn defects(&self) -> Vec<String> {
        let defective = |paper: &&PaperView| paper.verdict == Verdict::Defective;
        let defects = self.papers.iter().filter(defective).map(|paper| {
            let defect = paper.defect.as_deref().unwrap_or_default();
            format!("{}: {defect}", paper.kind.label().th)
        });
        let told = |need: PaperKind| {
            let mut told = self.papers.iter().filter(defective);
            told.any(|paper| need.shown_by().contains(&paper.kind))
        };
        let absent = self
            .not_sent()
            .filter(|need| !told(*need))
            .filter(|need| !(self.certificate_awaited && need.is_of_death()))
            .map(|need| format!("ยังไม่ได้ส่ง: {}", need.needed().th));
        defects.chain(absent).collect()
    }
}

/// Who may send photos for which request: shown before a large file is read.
#[derive(Debug)]
pub struct Pass {
    row: RequestRow,
    actor: Actor,
}

/// Why a photo was not noted.
enum Stop {
    /// It is there already.
    Again,
    Trouble(Trouble),
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

/// What an officer found out; `None` is unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    pub stated_place: Option<StatedPlace>,
    pub manner: Option<Manner>,
    pub registry: Option<Registry>,
}

impl Desk {
    /// Lets a family send photos, after number and last four digits.
    pub async fn admit_family(&self, reference: &str, last4: &str, address: &str) -> Result<Pass> {
        self.admit_by(&Access::family(reference, last4, address))
            .await
    }

    /// The same for whoever acts for the family.
    pub async fn admit_by(&self, access: &Access<'_>) -> Result<Pass> {
        let (loaded, actor) = self.opened(access).await?;
        may_send(&loaded.row, &actor)?;
        Ok(Pass {
            row: loaded.row,
            actor,
        })
    }

    /// Lets an officer put photos to a request.
    pub async fn admit_officer(&self, who: &StaffActor, reference: &str) -> Result<Pass> {
        let row = self.row_for(who, reference).await?;
        let actor = Actor::Staff(who.clone());
        may_send(&row, &actor)?;
        Ok(Pass { row, actor })
    }

    /// Lets a channel send photos for a request of its own.
    pub async fn admit_channel(&self, channel: &ChannelActor, reference: &str) -> Result<Pass> {
        let row = self.loaded_of_channel(channel, reference).await?.row;
        let actor = Actor::Channel(channel.id);
        may_send(&row, &actor)?;
        Ok(Pass { row, actor })
    }

    /// The papers of a channel's own request, without their pictures.
    pub async fn channel_papers(&self, channel: &ChannelActor, reference: &str) -> Result<Papers> {
        let loaded = self.loaded_of_channel(channel, reference).await?;
        self.papers_of(&loaded).await
    }

    /// Takes one photo: made safe, sealed, noted. It stands in the place of `replaces` if that is given.
    ///
    /// An error of the photo is the field `photo`'s. When this returns, the photo is on the disk.
    pub async fn send_photo(
        &self,
        pass: &Pass,
        kind: PaperKind,
        replaces: Option<Uuid>,
        bytes: Vec<u8>,
    ) -> Result<()> {
        if pass.actor.staff().is_none() && !kind.from_family() {
            return Err(Trouble::NotAllowed);
        }
        let refused = |error: PictureError| invalid("photo", error.code(), error.text());
        // Before a process is bothered with it.
        picture::sniff(&bytes).map_err(refused)?;
        let mut conn = self.store.read().await?;
        if stored::of(&mut conn, pass.row.id).await?.len() >= paper::MOST {
            return Err(invalid("photo", "too_many", too_many()));
        }
        drop(conn);
        let photo = self.workshop()?.picture(bytes).await?.map_err(refused)?;
        let object = self.keep(Shelf::Paper, &photo.jpeg).await?;
        let thumbnail = self.keep(Shelf::Paper, &photo.thumbnail).await?;
        let now = self.now();
        let row = PaperRow {
            id: self.id(now),
            request_id: pass.row.id,
            kind,
            object,
            thumbnail,
            size: i64::try_from(photo.jpeg.len()).unwrap_or(i64::MAX),
            sha256: HEXLOWER.encode(&Sha256::digest(&photo.jpeg)),
            width: photo.width,
            height: photo.height,
            uploaded_at: now,
            uploaded_by_kind: pass.actor.kind().to_owned(),
            uploaded_by: pass.actor.id(),
            verdict: Verdict::Waiting,
            defect: None,
            decided_at: None,
            decided_by: None,
        };
        let (rules, ids) = (self.rules(), self.ids(now));
        let events = [(self.id(now), Event::PaperSent { kind })];
        let done = self
            .store
            .write(async |tx| {
                // A photo of a death's paper counts against lapsing at once; it verifies when an officer accepts it.
                let touched = stored::touch(
                    tx,
                    pass.row.id,
                    pass.actor.staff().is_some(),
                    kind.is_of_death(),
                    now,
                );
                let Some(version) = touched.await? else {
                    return Err(Stop::Trouble(stopped(tx, pass.row.id).await?));
                };
                still_acts(tx, pass.row.id, &pass.actor).await?;
                // A double tap: the same photo is there already, and nothing of this one is kept.
                let papers = stored::of(tx, pass.row.id).await?;
                if papers.iter().any(|paper| is_same(paper, &row)) {
                    return Err(Stop::Again);
                }
                if let Some(before) = replaces
                    && !stored::replace(tx, before, pass.row.id).await?
                {
                    return Err(Stop::Trouble(Trouble::Refused(Refusal::WrongState)));
                }
                vault::settle(tx, &row.object).await?;
                vault::settle(tx, &row.thumbnail).await?;
                stored::insert(tx, &row).await?;
                let about = Record::of(&pass.row, version, ids, now);
                self.record(tx, &rules, &about, &pass.actor, &events)
                    .await?;
                Ok(())
            })
            .await;
        match done {
            Ok(()) | Err(Stop::Again) => Ok(()),
            Err(Stop::Trouble(trouble)) => Err(trouble),
        }
    }

    /// Waits for a turn to read a large file into memory; it ends when it is dropped.
    pub async fn upload_turn(&self) -> Option<SemaphorePermit<'_>> {
        // Never closed: there is always a turn.
        self.uploading.acquire().await.ok()
    }

    /// The papers of a request, for an officer.
    pub async fn papers(&self, who: &StaffActor, reference: &str) -> Result<Papers> {
        let row = self.row_for(who, reference).await?;
        let mut conn = self.store.read().await?;
        let loaded = load(&mut conn, row).await?;
        drop(conn);
        self.papers_of(&loaded).await
    }

    /// The papers of a request, for whoever may see it.
    pub(crate) async fn papers_of(&self, loaded: &Loaded) -> Result<Papers> {
        let mut conn = self.store.read().await?;
        let rows = stored::of(&mut conn, loaded.row.id).await?;
        let findings = stored::findings(&mut conn, loaded.row.id).await?;
        let needs = needs(&mut conn, &self.rules(), &loaded.case, findings).await?;
        drop(conn);
        let verdicts: Vec<_> = rows.iter().map(|row| (row.kind, row.verdict)).collect();
        let views = self.views(rows).await;
        let (replaced, papers) = views
            .into_iter()
            .partition(|view| view.verdict == Verdict::Replaced);
        Ok(Papers {
            papers,
            replaced,
            missing: paper::missing(&needs, findings.registry, &verdicts),
            certificate_awaited: loaded
                .case
                .certificate_due_at
                .is_some_and(|due| due > self.now()),
            needs,
            findings,
            may_send: may_send(&loaded.row, &Actor::Resident).is_ok(),
        })
    }

    /// With their thumbnails, as far as they come in time.
    async fn views(&self, rows: Vec<PaperRow>) -> Vec<PaperView> {
        let mut thumbnails = vec![None; rows.len()];
        if let Some(vault) = &self.vault {
            let mut reads = JoinSet::new();
            for (n, row) in rows.iter().enumerate() {
                let (vault, name) = (vault.clone(), row.thumbnail.clone());
                reads.spawn(async move { (n, vault.get(&name).await) });
            }
            let all = async {
                while let Some(read) = reads.join_next().await {
                    match read {
                        Ok((n, Ok(bytes))) => thumbnails[n] = Some(bytes),
                        Ok((_, Err(error))) => {
                            tracing::warn!(error = chain(&error), "a thumbnail could not be read");
                        }
                        Err(_) => {}
                    }
                }
            };
            let _in_time = tokio::time::timeout(THUMBNAILS, all).await;
        }
        rows.into_iter()
            .zip(thumbnails)
            .map(|(row, thumbnail)| PaperView {
                id: row.id,
                kind: row.kind,
                verdict: row.verdict,
                defect: row.defect,
                sent_at: row.uploaded_at,
                by_family: row.uploaded_by_kind != "staff",
                width: row.width,
                height: row.height,
                thumbnail,
            })
            .collect()
    }

    /// A photo for the family that sent it; the opening is noted.
    pub async fn open_photo_as_family(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
        id: Uuid,
    ) -> Result<Vec<u8>> {
        self.open_photo_by(&Access::family(reference, last4, address), id)
            .await
    }

    /// The same for whoever acts for the family.
    pub async fn open_photo_by(&self, access: &Access<'_>, id: Uuid) -> Result<Vec<u8>> {
        let (loaded, actor) = self.opened(access).await?;
        self.open_photo(&actor, &loaded.row, id).await
    }

    /// A photo for an officer; the opening is noted.
    pub async fn open_photo_as_officer(
        &self,
        who: &StaffActor,
        reference: &str,
        id: Uuid,
    ) -> Result<Vec<u8>> {
        let row = self.row_for(who, reference).await?;
        self.open_photo(&Actor::Staff(who.clone()), &row, id).await
    }

    async fn open_photo(&self, actor: &Actor, row: &RequestRow, id: Uuid) -> Result<Vec<u8>> {
        let mut conn = self.store.read().await?;
        let paper = paper_of(&mut conn, row.id, id).await?;
        drop(conn);
        let bytes = self.vault()?.get(&paper.object).await?;
        let digest = HEXLOWER.encode(&Sha256::digest(&bytes));
        if digest != paper.sha256 {
            return Err(Trouble::Internal(format!(
                "paper {id} is not what was kept"
            )));
        }
        let now = self.now();
        let (entry_id, subject) = (self.id(now), format!("view:{}", row.id));
        let detail =
            serde_json::json!({ "reference": row.reference, "paper": id, "kind": paper.kind })
                .to_string();
        self.store
            .write(async |tx| {
                let entry = audit::Entry {
                    id: entry_id,
                    subject: &subject,
                    version: Version::Next,
                    at: now,
                    actor_kind: actor.kind(),
                    actor_id: actor.id(),
                    act: "paper_view",
                    detail: &detail,
                };
                audit::append(tx, &entry, &self.keys).await
            })
            .await?;
        Ok(bytes)
    }

    /// An officer's verdict on a photo that still stands as they saw it; a defect says what is the matter.
    pub async fn judge_paper(
        &self,
        who: &StaffActor,
        reference: &str,
        id: Uuid,
        seen: Verdict,
        defect: Option<&str>,
    ) -> Result<()> {
        let row = self.row_for(who, reference).await?;
        let defect = defect.map(checked_defect).transpose()?;
        if !row.state.status.is_live() || seen == Verdict::Replaced {
            return Err(Trouble::Refused(Refusal::WrongState));
        }
        let mut conn = self.store.read().await?;
        let loaded = load(&mut conn, row).await?;
        let paper = paper_of(&mut conn, loaded.row.id, id).await?;
        let findings = stored::findings(&mut conn, loaded.row.id).await?;
        let others = stored::of(&mut conn, loaded.row.id).await?;
        drop(conn);
        let row = &loaded.row;
        let verdict = if defect.is_some() {
            Verdict::Defective
        } else {
            Verdict::Accepted
        };
        let verdicts: Vec<_> = others
            .iter()
            .map(|other| {
                (
                    other.kind,
                    if other.id == id {
                        verdict
                    } else {
                        other.verdict
                    },
                )
            })
            .collect();
        let (now, actor) = (self.now(), Actor::Staff(who.clone()));
        let mut event = match &defect {
            Some(defect) => Event::PaperDefective {
                kind: paper.kind,
                defect: defect.clone(),
            },
            None => Event::PaperAccepted { kind: paper.kind },
        };
        let mut state = row.state.clone();
        if verdict == Verdict::Accepted && paper.kind.is_of_death() {
            let verify = Action::Verify {
                by: VerifiedBy::Paper,
            };
            // Verified before, or no longer asked: the verdict stands all the same.
            if let Ok((next, verified)) = decide(&state.snapshot(), &verify, &actor, now) {
                state = state.after(&next, now);
                event = verified.into_iter().next().unwrap_or(event);
            }
        }
        state.updated_at = now;
        let (rules, ids) = (self.rules(), self.ids(now));
        state.release_missing = release_missing(&rules, &loaded.case, findings, &verdicts);
        let events = [(self.id(now), event)];
        let verified = state.verified_at.is_some();
        let done = self
            .store
            .write(async |tx| {
                if !request::apply(tx, row.id, row.state.status, row.version, &state).await?
                    || !stored::judge(tx, id, seen, verdict, defect.as_deref(), who.id, now).await?
                {
                    // Nothing of it is kept.
                    return Err(came_first(row));
                }
                if verified {
                    call::close(tx, row.id, "verify").await?;
                }
                let about = Record::of(row, row.version + 1, ids, now);
                self.record(tx, &rules, &about, &actor, &events).await
            })
            .await;
        match done {
            Err(Trouble::DecidedFirst { .. }) => Err(self.decided_first(row.id).await?),
            done => done,
        }
    }

    /// What an officer read from the papers or heard from the registry, on the version they saw.
    pub async fn note_finding(
        &self,
        who: &StaffActor,
        reference: &str,
        version: i64,
        finding: Finding,
    ) -> Result<()> {
        let row = self.row_for(who, reference).await?;
        if row.version != version {
            return Err(self.decided_first(row.id).await?);
        }
        if !row.state.status.is_live() {
            return Err(Trouble::Refused(Refusal::WrongState));
        }
        let mut conn = self.store.read().await?;
        let loaded = load(&mut conn, row).await?;
        let before = stored::findings(&mut conn, loaded.row.id).await?;
        let papers = stored::of(&mut conn, loaded.row.id).await?;
        drop(conn);
        let found = Findings {
            stated_place: finding.stated_place.or(before.stated_place),
            manner: finding.manner.or(before.manner),
            registry: finding.registry.or(before.registry),
        };
        if found == before {
            return Ok(());
        }
        let row = &loaded.row;
        let verdicts: Vec<_> = papers.iter().map(|row| (row.kind, row.verdict)).collect();
        let (now, actor) = (self.now(), Actor::Staff(who.clone()));
        let mut state = row.state.clone();
        state.updated_at = now;
        let (rules, ids) = (self.rules(), self.ids(now));
        state.release_missing = release_missing(&rules, &loaded.case, found, &verdicts);
        let changed = |is: bool| is.then_some(());
        let event = Event::Found {
            stated_place: changed(found.stated_place != before.stated_place)
                .and(found.stated_place),
            manner: changed(found.manner != before.manner).and(found.manner),
            registry: changed(found.registry != before.registry).and(found.registry),
        };
        let must_be_told = found.stated_place == Some(StatedPlace::Elsewhere)
            && before.stated_place != Some(StatedPlace::Elsewhere);
        let looked_up = found
            .registry
            .is_some_and(|answer| answer != Registry::Asked);
        let events = [(self.id(now), event)];
        let done = self
            .store
            .write(async |tx| {
                if !request::apply(tx, row.id, row.state.status, row.version, &state).await? {
                    return Ok(false);
                }
                stored::set_findings(tx, row.id, found).await?;
                if looked_up {
                    task::close(tx, row.id, REGISTRY_TASK, who.id, now).await?;
                }
                if found.stated_place != Some(StatedPlace::Elsewhere) {
                    // Corrected: nobody is sent to the registrar for nothing.
                    call::close(tx, row.id, ELSEWHERE).await?;
                }
                let about = Record::of(row, row.version + 1, ids, now);
                self.record(tx, &rules, &about, &actor, &events).await?;
                if must_be_told {
                    let due_at = rules.tell_by(now);
                    call::insert(tx, ids.call, row.id, events[0].0, ELSEWHERE, due_at, now).await?;
                }
                Ok::<_, Trouble>(true)
            })
            .await?;
        if done {
            Ok(())
        } else {
            Err(self.decided_first(row.id).await?)
        }
    }

    /// The family says that the death was notified at the city itself: an officer looks it up, and no photo is
    /// asked for.
    pub async fn ask_registry(&self, reference: &str, last4: &str, address: &str) -> Result<()> {
        self.ask_registry_by(&Access::family(reference, last4, address))
            .await
    }

    /// The same for whoever acts for the family.
    pub async fn ask_registry_by(&self, access: &Access<'_>) -> Result<()> {
        let (loaded, actor) = self.opened(access).await?;
        let row = &loaded.row;
        may_send(row, &actor)?;
        let now = self.now();
        let (rules, ids, task_id) = (self.rules(), self.ids(now), self.id(now));
        let event = Event::Found {
            stated_place: None,
            manner: None,
            registry: Some(Registry::Asked),
        };
        let events = [(self.id(now), event)];
        self.store
            .write(async |tx| {
                let before = stored::findings(tx, row.id).await?;
                if before.registry.is_some() {
                    // Asked before: a double tap is one task.
                    return Ok(());
                }
                let Some(version) = stored::touch(tx, row.id, false, false, now).await? else {
                    return Err(stopped(tx, row.id).await?);
                };
                still_acts(tx, row.id, &actor).await?;
                // Read again behind the row's lock.
                let before = stored::findings(tx, row.id).await?;
                if before.registry.is_none() {
                    let found = Findings {
                        registry: Some(Registry::Asked),
                        ..before
                    };
                    stored::set_findings(tx, row.id, found).await?;
                    task::insert(tx, task_id, REGISTRY_TASK, Some(row.id), "{}", now).await?;
                }
                let about = Record::of(row, version, ids, now);
                self.record(tx, &rules, &about, &actor, &events).await
            })
            .await
    }

    async fn row_for(&self, who: &StaffActor, reference: &str) -> Result<RequestRow> {
        if !who.handles_requests() {
            return Err(Trouble::NotAllowed);
        }
        let reference = Reference::parse(reference).map_err(|_| Trouble::NotFound)?;
        let mut conn = self.store.read().await?;
        request::by_reference(&mut conn, reference.as_str())
            .await?
            .ok_or(Trouble::NotFound)
    }
}

/// Where the city is itself the registry, looking a new case up is the office's task from the start.
pub(crate) async fn look_up(
    tx: &mut Tx,
    request_id: Uuid,
    task_id: Uuid,
    now: Instant,
) -> Result<()> {
    let found = Findings {
        registry: Some(Registry::Asked),
        ..Findings::default()
    };
    stored::set_findings(tx, request_id, found).await?;
    task::insert(tx, task_id, REGISTRY_TASK, Some(request_id), "{}", now).await?;
    Ok(())
}

/// While a dispute is open, what relatives send waits; the office may go on collecting.
fn may_send(row: &RequestRow, actor: &Actor) -> Result<()> {
    if !row.state.status.is_live() {
        return Err(Trouble::Refused(Refusal::WrongState));
    }
    if row.state.frozen && actor.staff().is_none() {
        return Err(Trouble::Refused(Refusal::Frozen));
    }
    Ok(())
}

/// The same points for the same purpose, still in force.
fn is_same(paper: &PaperRow, new: &PaperRow) -> bool {
    paper.kind == new.kind && paper.sha256 == new.sha256 && paper.verdict.may_be_replaced()
}

/// Why a request takes no more papers.
async fn stopped(conn: &mut Conn, id: Uuid) -> Result<Trouble> {
    let row = request::by_id(conn, id).await?.ok_or(Trouble::NotFound)?;
    Ok(match may_send(&row, &Actor::Resident) {
        Err(trouble) => trouble,
        Ok(()) => Trouble::Refused(Refusal::WrongState),
    })
}

async fn paper_of(conn: &mut Conn, request_id: Uuid, id: Uuid) -> Result<PaperRow> {
    stored::by_id(conn, id)
        .await?
        .filter(|paper| paper.request_id == request_id)
        .ok_or(Trouble::NotFound)
}

/// What such a case needs, as far as officers have found out.
fn facts(case: &CaseRow, findings: Findings) -> CaseFacts {
    case_task::facts(case).found(findings)
}

/// What a case needs, as is known now.
pub(crate) async fn needs(
    conn: &mut Conn,
    rules: &Rules,
    case: &CaseRow,
    findings: Findings,
) -> Result<Vec<PaperKind>> {
    // One that names a photo has its evidence; one that is decided needs none.
    let exemption = fee::exemptions(conn, case.request_id)
        .await?
        .iter()
        .any(|row| row.status == ExemptionStatus::Asked && row.paper_id.is_none());
    let facts = CaseFacts {
        exemption,
        ..facts(case, findings)
    };
    Ok(rules.settings().required_documents(facts))
}

/// Whether the body may not be dealt with before somebody releases it.
pub(crate) fn release_missing(
    rules: &Rules,
    case: &CaseRow,
    findings: Findings,
    papers: &[(PaperKind, Verdict)],
) -> bool {
    let needed = rules.settings().required_documents(facts(case, findings));
    paper::release_missing(&needed, papers)
}

/// The same for a case that becomes another one; papers and findings as they stand.
pub(crate) async fn release_missing_now(
    conn: &mut Conn,
    rules: &Rules,
    case: &CaseRow,
) -> Result<bool> {
    let findings = stored::findings(conn, case.request_id).await?;
    let papers = stored::of(conn, case.request_id).await?;
    let verdicts: Vec<_> = papers.iter().map(|row| (row.kind, row.verdict)).collect();
    Ok(release_missing(rules, case, findings, &verdicts))
}

fn checked_defect(typed: &str) -> Result<String> {
    let defect: String = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if defect.is_empty() {
        let words = Text::new("เขียนว่าต้องแก้อะไร", "Say what must be corrected");
        return Err(invalid("defect", "missing", words));
    }
    if defect.chars().count() > LONGEST_DEFECT || defect.contains('\0') {
        let words = Text::new("เขียนให้สั้นกว่า 500 ตัวอักษร", "Use fewer than 500 characters");
        return Err(invalid("defect", "too_long", words));
    }
    Ok(defect)
}

fn too_many() -> Text {
    Text::new(
        "ส่งรูปได้ไม่เกิน 40 รูปต่อคำขอ โปรดโทรหาเจ้าหน้าที่",
        "A request takes at most 40 photos. Please call the office.",
    )
}

fn invalid(field: &str, code: &'static str, text: Text) -> Trouble {
    Trouble::Invalid(FieldErrors::one(FieldError::new(
        field, code, text.th, text.en,
    )))
}

fn chain(error: &VaultError) -> String {
    use std::error::Error;
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// What happened to a paper, for the history.
pub(crate) fn event_words(event: &Event) -> Text {
    match event {
        Event::PaperSent { kind } => {
            let kind = kind.label();
            Text::new(
                format!("ส่งรูป: {}", kind.th),
                format!("Photo sent: {}", kind.en),
            )
        }
        Event::PaperAccepted { kind } => {
            let kind = kind.label();
            Text::new(
                format!("ตรวจแล้วใช้ได้: {}", kind.th),
                format!("Accepted: {}", kind.en),
            )
        }
        Event::PaperDefective { kind, defect } => {
            let kind = kind.label();
            Text::new(
                format!("ต้องส่งใหม่: {} ({defect})", kind.th),
                format!("Must be sent again: {} ({defect})", kind.en),
            )
        }
        Event::Found {
            stated_place,
            manner,
            registry,
        } => {
            let found = [
                stated_place
                    .map(|place| ("สถานที่ในมรณบัตร", "Place in the certificate", place.label())),
                manner.map(|manner| ("ลักษณะการตาย", "Manner of death", manner.label())),
                registry.map(|registry| ("สำนักทะเบียน", "Registry", registry.label())),
            ];
            let found: Vec<_> = found.into_iter().flatten().collect();
            let join = |lines: Vec<String>| lines.join(" · ");
            Text::new(
                join(
                    found
                        .iter()
                        .map(|(th, _, answer)| format!("{th}: {}", answer.th))
                        .collect(),
                ),
                join(
                    found
                        .iter()
                        .map(|(_, en, answer)| format!("{en}: {}", answer.en))
                        .collect(),
                ),
            )
        }
        _ => Text::new("", ""),
    }
}
