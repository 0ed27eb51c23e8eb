//! Signing what the office issues: the waiting list, a batch with one code, ink with its scan, and the record of each.
use crate::export::{Cell, FileKind, Sheet};
use crate::issue::{may_sign, places_of, sha256};
use crate::request::{initials, reference_of};
use crate::vault::{self, Shelf};
use crate::{Desk, Result, Trouble};
use domain::crematorium::Wish;
use domain::document::{Document, Kind, Mark};
use domain::form::{FieldError, FieldErrors, Text};
use domain::issued::IssuedStatus;
use domain::reference::Reference;
use domain::request::{Actor, Role, StaffActor};
use domain::text;
use domain::time::{self, Instant};
use store::credential::Account;
use store::issued::{Ended, IssuedRow};
use store::request::{RequestRow, RequestState};
use store::signature::{Factor, Kept, SignatureRow};
use store::{Conn, Tx, credential, issued, person, request, signature, staff};
use uuid::Uuid;

const PAGE: u32 = 50;
/// Rows of an export: more than any office issues in a year.
const EXPORT: u32 = 10_000;

/// A document on a list: initials, never names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedListed {
    pub id: Uuid,
    pub kind: Kind,
    pub number: String,
    pub version: u32,
    pub status: IssuedStatus,
    pub reference: Reference,
    pub wish: Wish,
    pub applicant_initials: String,
    pub issued_at: Instant,
    /// What its signer signs; `None` until it is printed.
    pub sha256: Option<String>,
    /// Who is to sign, or signed.
    pub signer: Option<String>,
    /// Whether that is whoever looks at the list.
    pub mine: bool,
    pub ended: Option<Ended>,
    /// What must be settled before it is signed; empty when nothing stands in the way.
    pub in_the_way: Vec<Text>,
}

/// What waits for a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub rows: Vec<IssuedListed>,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// Whether whoever looks at it may sign today.
    pub may_sign: bool,
}

/// The record of a signature, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureView {
    pub name: String,
    pub position: String,
    pub authority: String,
    pub signed_at: Instant,
    /// Ink, with a scan; otherwise a code of the authenticator app.
    pub ink: bool,
    pub sha256: String,
    /// Whether the record is as it was written.
    pub untouched: bool,
}

/// A document, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedFile {
    pub row: IssuedListed,
    /// `None` until it is printed.
    pub document: Option<Document>,
    pub signature: Option<SignatureView>,
    pub can_sign: bool,
    /// Whether this person may have it printed anew in their name.
    pub can_take_over: bool,
    pub can_attach_ink: bool,
}

/// What a batch came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    pub signed: u32,
    /// Changed, signed or ended since they were shown: they were left alone.
    pub left: u32,
}

impl Desk {
    /// What waits for a signature, the oldest first.
    pub async fn waiting(&self, who: &StaffActor, after: Option<&str>) -> Result<Waiting> {
        reads_issued(who)?;
        let mut conn = self.store.read().await?;
        let rows = issued::of_status(
            &mut conn,
            IssuedStatus::Pending,
            after.and_then(|after| Uuid::parse_str(after).ok()),
            PAGE + 1,
        )
        .await?;
        let (rows, next) = paged(rows);
        Ok(Waiting {
            rows: self.listed_all(&mut conn, who, rows).await?,
            next,
            may_sign: may_sign(who, self.now()),
        })
    }

    /// How many wait for a signature: the rail's count.
    pub async fn waiting_count(&self, who: &StaffActor) -> Result<u32> {
        reads_issued(who)?;
        let mut conn = self.store.read().await?;
        let count = issued::count(&mut conn, IssuedStatus::Pending).await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// The register of everything that was issued, the newest first.
    pub async fn issued_register(
        &self,
        who: &StaffActor,
        before: Option<&str>,
    ) -> Result<(Vec<IssuedListed>, Option<String>)> {
        reads_issued(who)?;
        let mut conn = self.store.read().await?;
        let before = before.and_then(|before| Uuid::parse_str(before).ok());
        let rows = issued::register(&mut conn, before, PAGE + 1).await?;
        let (rows, next) = paged(rows);
        Ok((self.listed_all(&mut conn, who, rows).await?, next))
    }

    /// The newest of the register as a file: numbers and initials, as on the list.
    pub async fn issued_file_of_all(&self, who: &StaffActor, kind: FileKind) -> Result<Vec<u8>> {
        reads_issued(who)?;
        let mut conn = self.store.read().await?;
        let rows = issued::register(&mut conn, None, EXPORT).await?;
        let rows = self.listed_all(&mut conn, who, rows).await?;
        drop(conn);
        let head = [
            "เลขที่",
            "ฉบับที่",
            "เอกสาร",
            "เลขที่คำขอ",
            "ผู้ขอ",
            "วันที่ออก",
            "ผู้ลงนาม",
            "สถานะ",
            "เหตุที่สิ้นผล",
        ];
        let mut sheet = Sheet::new("ทะเบียนเอกสารที่ออก", &head);
        for row in rows {
            sheet.push(vec![
                Cell::code(row.number),
                Cell::Number(i64::from(row.version)),
                Cell::text(row.kind.th()),
                Cell::code(row.reference.as_str()),
                Cell::text(row.applicant_initials),
                Cell::Date(time::local_date(row.issued_at)),
                Cell::from(row.signer),
                Cell::text(row.status.th()),
                Cell::from(row.ended.map(|ended| ended.why)),
            ]);
        }
        sheet.file(kind)
    }

    /// What was issued for a request, the newest first: a panel of its page.
    pub async fn issued_of(&self, who: &StaffActor, reference: &str) -> Result<Vec<IssuedListed>> {
        reads_issued(who)?;
        let reference = Reference::parse(reference).map_err(|_| Trouble::NotFound)?;
        let mut conn = self.store.read().await?;
        let about = request::by_reference(&mut conn, reference.as_str())
            .await?
            .ok_or(Trouble::NotFound)?;
        let mut rows = issued::of(&mut conn, about.id).await?;
        rows.reverse();
        self.listed_all(&mut conn, who, rows).await
    }

    /// Opens a document; the opening is logged.
    pub async fn open_issued(&self, who: &StaffActor, id: Uuid) -> Result<IssuedFile> {
        reads_issued(who)?;
        let (row, file) = self.issued_file(who, id).await?;
        self.note_view_of(&Actor::Staff(who.clone()), row.request_id)
            .await?;
        Ok(file)
    }

    /// The PDF and its file's name; the opening is logged.
    pub async fn issued_pdf(&self, who: &StaffActor, id: Uuid) -> Result<(String, Vec<u8>)> {
        reads_issued(who)?;
        let mut conn = self.store.read().await?;
        let row = issued::by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        drop(conn);
        self.note_view_of(&Actor::Staff(who.clone()), row.request_id)
            .await?;
        Ok((file_name(&row), self.pdf_of(&row).await?))
    }

    /// Signs a batch with one code of the authenticator app. Each document comes with the hash that was shown: one
    /// that is not exactly that any more is left alone. Sent twice, it signs once.
    pub async fn sign(
        &self,
        who: &StaffActor,
        shown: &[(Uuid, String)],
        code: &str,
    ) -> Result<Batch> {
        let now = self.now();
        if !may_sign(who, now) {
            return Err(not_signer(who));
        }
        let delegation = who.delegation.clone().ok_or(Trouble::NotAllowed)?;
        if shown.is_empty() {
            return Err(wrong(
                "document",
                "missing",
                "เลือกอย่างน้อยหนึ่งฉบับ",
                "Choose at least one document",
            ));
        }
        // A double tap: everything is signed already, as it was shown, by the same hand.
        if self.all_signed(who, shown).await? {
            return Ok(Batch {
                signed: u32::try_from(shown.len()).unwrap_or(u32::MAX),
                left: 0,
            });
        }
        let (step, bucket) = self.code_step(who, code, now).await?;
        // In one order, so that two batches never wait for each other crosswise.
        let mut shown = shown.to_vec();
        shown.sort();
        shown.dedup();
        let acting_for = self.rules().municipality.signing.acting_for.th.clone();
        let outcome = self
            .store
            .write(async |tx| {
                if !credential::use_totp_step(tx, Account::Staff(who.id), step).await? {
                    return Ok(None);
                }
                let mut batch = Batch::default();
                for (id, sha256) in &shown {
                    let record = SignatureRow {
                        document_id: *id,
                        staff_id: who.id,
                        name: who.name.clone(),
                        position: who.position.clone(),
                        acting_for: acting_for.clone(),
                        delegation: delegation.clone(),
                        factor: Factor::Totp { step },
                        sha256: sha256.clone(),
                        signed_at: now,
                    };
                    if self
                        .sign_one(tx, who, &record, IssuedStatus::Signed)
                        .await?
                    {
                        batch.signed += 1;
                    } else {
                        batch.left += 1;
                    }
                }
                Ok::<_, Trouble>(Some(batch))
            })
            .await?;
        match outcome {
            Some(batch) => {
                self.forgive(&bucket).await?;
                Ok(batch)
            }
            // The other tap of two at once may have used it for this very batch.
            None if self.all_signed(who, &shown).await? => Ok(Batch {
                signed: u32::try_from(shown.len()).unwrap_or(u32::MAX),
                left: 0,
            }),
            None => Err(wrong(
                "code",
                "used",
                "รหัสนี้ใช้ไปแล้ว โปรดรอรหัสใหม่ในแอปแล้วกรอกอีกครั้ง",
                "This code was used already. Wait for the next one in the app.",
            )),
        }
    }

    /// Takes a document over from whoever was to sign it: it is printed anew, with the new name.
    pub async fn take_over(&self, who: &StaffActor, id: Uuid) -> Result<()> {
        let now = self.now();
        if !may_sign(who, now) {
            return Err(not_signer(who));
        }
        let actor = Actor::Staff(who.clone());
        self.store
            .write(async |tx| {
                let row = issued::by_id(tx, id).await?.ok_or(Trouble::NotFound)?;
                // Theirs already: only a print that was not made is asked for again.
                if row.signer_id == Some(who.id) && row.print.is_some() {
                    return Ok(());
                }
                let Some(round) = issued::set_signer(tx, id, who.id).await? else {
                    return Err(Trouble::NotFound);
                };
                self.audit_issued(tx, id, &actor, "taken over", now).await?;
                self.enqueue_print(tx, id, round, row.request_id, now).await
            })
            .await
    }

    /// Attaches the scan of a print that was signed in ink by whoever was to sign it.
    pub async fn attach_ink(&self, who: &StaffActor, id: Uuid, scan: Vec<u8>) -> Result<()> {
        if !who.handles_requests() {
            return Err(Trouble::NotAllowed);
        }
        let now = self.now();
        let mut conn = self.store.read().await?;
        let row = issued::by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let (Some(signer), Some(print)) = (row.signer_id, row.print.clone()) else {
            return Err(Trouble::NotFound);
        };
        let signer = staff::by_id(&mut conn, signer)
            .await?
            .ok_or(Trouble::NotFound)?;
        drop(conn);
        let signer = crate::staff::actor(&signer);
        let delegation = signer
            .delegation
            .clone()
            .filter(|_| may_sign(&signer, now))
            .ok_or(Trouble::Refused(
                domain::request::Refusal::DelegationNotValid,
            ))?;
        let picture = match self.workshop()?.picture(scan).await? {
            Ok(picture) => picture,
            Err(error) => {
                let words = error.text();
                let error = FieldError::new("scan", error.code(), words.th, words.en);
                return Err(Trouble::Invalid(FieldErrors::one(error)));
            }
        };
        let record = SignatureRow {
            document_id: id,
            staff_id: signer.id,
            name: signer.name.clone(),
            position: signer.position.clone(),
            acting_for: self.rules().municipality.signing.acting_for.th.clone(),
            delegation,
            factor: Factor::Ink {
                sha256: sha256(&picture.jpeg),
                scan: self.keep(Shelf::Issued, &picture.jpeg).await?,
            },
            sha256: print.sha256,
            signed_at: now,
        };
        let signed = self
            .store
            .write(async |tx| {
                if let Factor::Ink { scan, .. } = &record.factor {
                    vault::settle(tx, scan).await?;
                }
                if self
                    .sign_one(tx, who, &record, IssuedStatus::WetInk)
                    .await?
                {
                    Ok(true)
                } else {
                    // Rolls back, so that the scan stays loose and is swept.
                    Err(Trouble::NotFound)
                }
            })
            .await;
        match signed {
            Ok(_) => Ok(()),
            // A double tap: the first one attached it.
            Err(Trouble::NotFound) if self.is_wet_ink(id).await? => Ok(()),
            Err(trouble) => Err(trouble),
        }
    }

    async fn is_wet_ink(&self, id: Uuid) -> Result<bool> {
        let row = issued::by_id(&mut self.store.read().await?, id).await?;
        Ok(row.is_some_and(|row| row.status == IssuedStatus::WetInk))
    }

    /// The scan of a print signed in ink; the opening is logged.
    pub async fn ink_scan(&self, who: &StaffActor, id: Uuid) -> Result<Vec<u8>> {
        reads_issued(who)?;
        let mut conn = self.store.read().await?;
        let row = issued::by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let kept = signature::of(&mut conn, id, &self.keys).await?;
        drop(conn);
        let Some(Factor::Ink { scan, .. }) = kept.map(|kept| kept.row.factor) else {
            return Err(Trouble::NotFound);
        };
        self.note_view_of(&Actor::Staff(who.clone()), row.request_id)
            .await?;
        Ok(self.vault()?.get(&scan).await?)
    }

    /// One signature in its transaction: the status, the record, the audit, and what follows from it.
    async fn sign_one(
        &self,
        tx: &mut Tx,
        who: &StaffActor,
        record: &SignatureRow,
        next: IssuedStatus,
    ) -> Result<bool> {
        let id = record.document_id;
        let row = issued::by_id(tx, id).await?.ok_or(Trouble::NotFound)?;
        let about = request::by_id(tx, row.request_id).await?;
        // A permit is not signed while its case is frozen or waits for the police's release.
        if about.is_some_and(|about| suspended(row.kind, &about.state)) {
            return Ok(false);
        }
        if !issued::sign(tx, id, record.staff_id, &record.sha256, next).await? {
            return Ok(false);
        }
        signature::insert(tx, record, &self.keys).await?;
        let actor = Actor::Staff(who.clone());
        self.audit_issued(tx, id, &actor, next.code(), record.signed_at)
            .await?;
        if row.kind == Kind::LateNotice {
            self.enqueue_copy(tx, &row).await?;
        }
        Ok(true)
    }

    async fn all_signed(&self, who: &StaffActor, shown: &[(Uuid, String)]) -> Result<bool> {
        let mut conn = self.store.read().await?;
        for (id, sha256) in shown {
            let kept = signature::of(&mut conn, *id, &self.keys).await?;
            let same =
                kept.is_some_and(|kept| kept.row.staff_id == who.id && kept.row.sha256 == *sha256);
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The time step of a code of the app and the bucket its tries are counted in. A recovery code signs nothing.
    async fn code_step(&self, who: &StaffActor, code: &str, now: Instant) -> Result<(i64, String)> {
        if text::clean(code).is_empty() {
            return Err(wrong(
                "code",
                "missing",
                "กรอกรหัส 6 หลักจากแอปยืนยันตัวตน",
                "Enter the six digits of your authenticator app",
            ));
        }
        let account = Account::Staff(who.id);
        let bucket = self.pace_codes(account).await?;
        let row = staff::by_id(&mut self.store.read().await?, who.id)
            .await?
            .filter(|row| row.disabled_at.is_none())
            .ok_or(Trouble::SignInRequired)?;
        let factor = self.second_factor(account, row.totp.as_ref(), code, now)?;
        let step = factor.step().ok_or_else(|| {
            wrong(
                "code",
                "wrong",
                "รหัสไม่ถูกต้องหรือหมดเวลาแล้ว โปรดกรอกรหัสที่แอปแสดงอยู่ตอนนี้",
                "The code is wrong or has expired. Enter the one the app shows now.",
            )
        })?;
        Ok((step, bucket))
    }

    async fn issued_file(&self, who: &StaffActor, id: Uuid) -> Result<(IssuedRow, IssuedFile)> {
        let now = self.now();
        let mut conn = self.store.read().await?;
        let row = issued::by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let kept = signature::of(&mut conn, id, &self.keys).await?;
        let listed = self.listed(&mut conn, who, row.clone()).await?;
        drop(conn);
        let document = self.shown(&row, kept.as_ref()).await?;
        let pending = row.status == IssuedStatus::Pending;
        let able = pending && may_sign(who, now);
        let file = IssuedFile {
            can_sign: able && listed.mine && row.print.is_some(),
            can_take_over: able && (!listed.mine || row.print.is_none()),
            can_attach_ink: pending && row.print.is_some() && who.handles_requests(),
            row: listed,
            document,
            signature: kept.map(view_of),
        };
        Ok((row, file))
    }

    /// The document as it stands now: signed, it says when and with what.
    pub(crate) async fn shown(
        &self,
        row: &IssuedRow,
        kept: Option<&Kept>,
    ) -> Result<Option<Document>> {
        let Some(print) = &row.print else {
            return Ok(None);
        };
        let mut document = self.model_of(print).await?;
        if let Some(signature) = &mut document.signature {
            signature.mark = match kept.map(|kept| &kept.row) {
                None => Mark::Waiting,
                Some(SignatureRow {
                    factor: Factor::Ink { .. },
                    ..
                }) => Mark::Ink,
                Some(record) => Mark::Electronic {
                    signed_at: record.signed_at,
                    method: "ยืนยันตัวตนสองขั้น".to_owned(),
                },
            };
        }
        Ok(Some(document))
    }

    async fn listed_all(
        &self,
        conn: &mut Conn,
        who: &StaffActor,
        rows: Vec<IssuedRow>,
    ) -> Result<Vec<IssuedListed>> {
        let mut listed = Vec::with_capacity(rows.len());
        for row in rows {
            listed.push(self.listed(conn, who, row).await?);
        }
        Ok(listed)
    }

    async fn listed(
        &self,
        conn: &mut Conn,
        who: &StaffActor,
        row: IssuedRow,
    ) -> Result<IssuedListed> {
        let about = request::by_id(conn, row.request_id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let applicant = person::by_id(conn, about.applicant_id).await?;
        let signer = match row.signer_id {
            Some(id) => staff::by_id(conn, id).await?.map(|signer| signer.name),
            None => None,
        };
        Ok(IssuedListed {
            in_the_way: in_the_way(conn, row.kind, &about).await?,
            id: row.id,
            kind: row.kind,
            version: row.version,
            status: row.status,
            reference: reference_of(&about)?,
            wish: places_of(&row),
            applicant_initials: applicant
                .map_or_else(|| "–".to_owned(), |person| initials(&person.name)),
            issued_at: row.issued_at,
            sha256: row.print.as_ref().map(|print| print.sha256.clone()),
            signer,
            mine: row.signer_id == Some(who.id),
            number: row.number,
            ended: row.ended,
        })
    }

    pub(crate) async fn note_view_of(&self, actor: &Actor, request_id: Uuid) -> Result<()> {
        let row = request::by_id(&mut self.store.read().await?, request_id)
            .await?
            .ok_or(Trouble::NotFound)?;
        self.note_view(actor, &row).await
    }
}

/// Whether a permit says nothing for now: the case is frozen, or the release for an unnatural death is missing.
pub(crate) fn suspended(kind: Kind, state: &RequestState) -> bool {
    kind == Kind::Permit && (state.frozen || state.release_missing)
}

async fn in_the_way(conn: &mut Conn, kind: Kind, about: &RequestRow) -> Result<Vec<Text>> {
    let mut words: Vec<Text> = crate::change::reasons(conn, about.id)
        .await?
        .into_iter()
        .map(|why| {
            Text::new(
                format!("ต้องย้ายก่อน: {}", why.th),
                format!("Must move first: {}", why.en),
            )
        })
        .collect();
    if suspended(kind, &about.state) {
        words.push(Text::new(
            "ยังลงนามไม่ได้: คำขอถูกระงับ หรือรอหนังสือให้จัดการศพจากพนักงานสอบสวน",
            "Cannot be signed yet: the case is frozen, or waits for the police's release",
        ));
    }
    Ok(words)
}

/// A document as its family sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FamilyDocument {
    pub id: Uuid,
    pub kind: Kind,
    pub number: String,
    pub version: u32,
    pub status: IssuedStatus,
    pub issued_at: Instant,
    pub signed_at: Option<Instant>,
}

/// A document that a family opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FamilyFile {
    pub row: FamilyDocument,
    pub document: Document,
    pub signature: Option<SignatureView>,
}

impl Desk {
    /// What was issued to a family: number and second fact have been shown. What waits for its signature is named
    /// and cannot be opened yet.
    pub async fn family_documents(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
    ) -> Result<Vec<FamilyDocument>> {
        let loaded = self.second_fact(reference, last4, address).await?;
        self.issued_to_family(loaded.row.id).await
    }

    /// What was issued to the family of a request, for whoever was found out to be it.
    pub(crate) async fn issued_to_family(&self, request_id: Uuid) -> Result<Vec<FamilyDocument>> {
        let mut conn = self.store.read().await?;
        let mut documents = Vec::new();
        for row in issued::of(&mut conn, request_id).await? {
            let never_signed = !row.status.is_in_force()
                && signature::of(&mut conn, row.id, &self.keys)
                    .await?
                    .is_none();
            // A version that was replaced before anybody signed it was never theirs.
            if row.status != IssuedStatus::Pending && never_signed {
                continue;
            }
            documents.push(self.family_row(&mut conn, &row).await?);
        }
        documents.reverse();
        Ok(documents)
    }

    /// Opens one for its family; the opening is logged.
    pub async fn family_document(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
        id: Uuid,
    ) -> Result<FamilyFile> {
        let row = self.family_issued(reference, last4, address, id).await?;
        let mut conn = self.store.read().await?;
        let kept = signature::of(&mut conn, id, &self.keys).await?;
        let listed = self.family_row(&mut conn, &row).await?;
        drop(conn);
        let document = self
            .shown(&row, kept.as_ref())
            .await?
            .ok_or(Trouble::NotFound)?;
        Ok(FamilyFile {
            row: listed,
            document,
            signature: kept.map(view_of),
        })
    }

    /// The PDF and its file's name, for its family.
    pub async fn family_pdf(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
        id: Uuid,
    ) -> Result<(String, Vec<u8>)> {
        let row = self.family_issued(reference, last4, address, id).await?;
        Ok((file_name(&row), self.pdf_of(&row).await?))
    }

    /// A signed document of this request, and of no other.
    async fn family_issued(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
        id: Uuid,
    ) -> Result<IssuedRow> {
        let loaded = self.second_fact(reference, last4, address).await?;
        self.signed_of(&loaded.row, &Actor::Resident, id).await
    }

    /// The file of a signed document of this request, for a channel that sent it.
    pub(crate) async fn signed_file(
        &self,
        row: &RequestRow,
        actor: &Actor,
        id: Uuid,
    ) -> Result<(String, Vec<u8>)> {
        let row = self.signed_of(row, actor, id).await?;
        Ok((file_name(&row), self.pdf_of(&row).await?))
    }

    async fn signed_of(&self, request: &RequestRow, actor: &Actor, id: Uuid) -> Result<IssuedRow> {
        let mut conn = self.store.read().await?;
        let row = issued::by_id(&mut conn, id)
            .await?
            .filter(|row| row.request_id == request.id && row.status != IssuedStatus::Pending)
            .ok_or(Trouble::NotFound)?;
        let kept = signature::of(&mut conn, id, &self.keys).await?;
        drop(conn);
        if kept.is_none() {
            return Err(Trouble::NotFound);
        }
        self.note_view(actor, request).await?;
        Ok(row)
    }

    async fn family_row(&self, conn: &mut Conn, row: &IssuedRow) -> Result<FamilyDocument> {
        let kept = signature::of(conn, row.id, &self.keys).await?;
        Ok(FamilyDocument {
            id: row.id,
            kind: row.kind,
            number: row.number.clone(),
            version: row.version,
            status: row.status,
            issued_at: row.issued_at,
            signed_at: kept.map(|kept| kept.row.signed_at),
        })
    }
}

fn view_of(kept: Kept) -> SignatureView {
    let record = kept.row;
    SignatureView {
        authority: crate::issue::authority(&record.acting_for, &record.delegation),
        name: record.name,
        position: record.position,
        signed_at: record.signed_at,
        ink: matches!(record.factor, Factor::Ink { .. }),
        sha256: record.sha256,
        untouched: kept.untouched,
    }
}

/// "permit-12-2569.pdf": letters, digits and hyphens only.
fn file_name(row: &IssuedRow) -> String {
    let version = if row.version > 1 {
        format!("-v{}", row.version)
    } else {
        String::new()
    };
    let kind = row.kind.code().replace('_', "-");
    format!("{kind}-{}-{}{version}.pdf", row.n, row.year)
}

fn paged(mut rows: Vec<IssuedRow>) -> (Vec<IssuedRow>, Option<String>) {
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    if rows.len() <= page {
        return (rows, None);
    }
    rows.truncate(page);
    let next = rows.last().map(|row| row.id.simple().to_string());
    (rows, next)
}

/// Officers and approvers read what was issued; administrators as such do not.
fn reads_issued(who: &StaffActor) -> Result<()> {
    if who.handles_requests() {
        Ok(())
    } else {
        Err(Trouble::NotAllowed)
    }
}

fn not_signer(who: &StaffActor) -> Trouble {
    let order_ended = who.has(Role::Approver) && who.delegation.as_ref().is_some();
    if order_ended {
        Trouble::Refused(domain::request::Refusal::DelegationNotValid)
    } else {
        Trouble::NotAllowed
    }
}

fn wrong(field: &str, code: &'static str, th: &'static str, en: &'static str) -> Trouble {
    Trouble::Invalid(FieldErrors::one(FieldError::new(field, code, th, en)))
}
