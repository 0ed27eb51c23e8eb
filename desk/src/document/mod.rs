//! Documents of a request for those who may see it, the register of a month, and how they are printed.
//!
//! Every opening is noted as a view. Links to files are sealed and last a quarter of an hour: an address says nothing.
mod compose;

use crate::cashier::waits;
use crate::channel::ChannelActor;
use crate::request::{Access, Loaded};
use crate::signature::FamilyDocument;
use crate::{Desk, Result, Trouble};
use chrono::{Datelike, Months, NaiveDate, TimeDelta};
use compose::Paper;
pub(crate) use compose::places;
use data_encoding::BASE64URL_NOPAD;
use domain::document::{Document, Kind};
use domain::fee::NoteStatus;
use domain::form::Lang;
use domain::request::{Actor, StaffActor, Status};
use domain::time;
use serde::{Deserialize, Serialize};
use store::appeal::AppealRow;
use store::audit::{self, Version};
use store::fee::NoteRow;
use store::issued::IssuedRow;
use store::keys::Purpose;
use store::{Conn, appeal, crematorium, fee, issued, person, request};
use uuid::Uuid;

/// How long a link to a file works.
const LINK: TimeDelta = TimeDelta::minutes(15);

/// Which document a link leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Target {
    /// One that nobody signs, composed as things stand.
    Paper {
        reference: String,
        kind: Kind,
        lang: Lang,
    },
    /// One that was issued, as it was printed.
    Issued(Uuid),
}

#[derive(Serialize, Deserialize)]
struct Link {
    target: Target,
    /// Microseconds.
    until: i64,
}

impl Desk {
    /// A document of a request, for its family or its agent; the opening is noted.
    pub async fn document_by(
        &self,
        access: &Access<'_>,
        kind: Kind,
        lang: Lang,
    ) -> Result<Document> {
        let (loaded, actor) = self.opened(access).await?;
        let document = self.document(&loaded, kind, lang).await?;
        self.note_view(&actor, &loaded.row).await?;
        Ok(document)
    }

    /// What there is of a channel's own request: documents as things stand, and what was issued.
    pub async fn channel_documents(
        &self,
        channel: &ChannelActor,
        reference: &str,
    ) -> Result<(Vec<Kind>, Vec<FamilyDocument>)> {
        let loaded = self.loaded_of_channel(channel, reference).await?;
        let issued = self.issued_to_family(loaded.row.id).await?;
        let mut conn = self.store.read().await?;
        Ok((kinds(&mut conn, &loaded).await?, issued))
    }

    /// The PDF of one and its file's name: by the word of its kind, or by the id of what was issued. The opening is
    /// noted.
    pub async fn channel_pdf(
        &self,
        channel: &ChannelActor,
        reference: &str,
        name: &str,
        lang: Lang,
    ) -> Result<(String, Vec<u8>)> {
        let loaded = self.loaded_of_channel(channel, reference).await?;
        let actor = Actor::Channel(channel.id);
        if let Ok(id) = Uuid::try_parse(name) {
            return self.signed_file(&loaded.row, &actor, id).await;
        }
        let kind = Kind::parse(name).ok_or(Trouble::NotFound)?;
        let document = self.document(&loaded, kind, lang).await?;
        self.note_view(&actor, &loaded.row).await?;
        let name = file_name(&document);
        Ok((name, self.workshop()?.pdf(document).await?))
    }

    /// What there is of a request, for the office.
    pub async fn documents_of(&self, who: &StaffActor, reference: &str) -> Result<Vec<Kind>> {
        let loaded = self.for_office(who, reference).await?;
        let mut conn = self.store.read().await?;
        kinds(&mut conn, &loaded).await
    }

    /// One of them; the opening is noted.
    pub async fn document_of(
        &self,
        who: &StaffActor,
        reference: &str,
        kind: Kind,
        lang: Lang,
    ) -> Result<Document> {
        let loaded = self.for_office(who, reference).await?;
        let document = self.document(&loaded, kind, lang).await?;
        self.note_view(&Actor::Staff(who.clone()), &loaded.row)
            .await?;
        Ok(document)
    }

    /// ทะเบียนฌาปนกิจ of the month that a day is in: what was approved and what was held, in its order.
    pub async fn register(&self, who: &StaffActor, day: NaiveDate, lang: Lang) -> Result<Document> {
        if !who.handles_requests() {
            return Err(Trouble::NotAllowed);
        }
        let first = day.with_day(1).unwrap_or(day);
        let last = first
            .checked_add_months(Months::new(1))
            .and_then(|next| next.pred_opt())
            .unwrap_or(first);
        let rules = self.rules();
        let mut conn = self.store.read().await?;
        let mut rows = Vec::new();
        for case in crematorium::between(&mut conn, first, last).await? {
            let inside = case
                .cremation
                .as_ref()
                .is_some_and(|cremation| (first..=last).contains(&cremation.wish.date));
            let row = request::by_id(&mut conn, case.request_id).await?;
            let row = row.filter(|row| {
                inside && matches!(row.state.status, Status::Approved | Status::Completed)
            });
            let Some(row) = row else { continue };
            let name = |person: Option<person::PersonRow>| {
                person.map(|person| person.name).unwrap_or_default()
            };
            let deceased = name(person::by_id(&mut conn, case.deceased_id).await?);
            let applicant = name(person::by_id(&mut conn, row.applicant_id).await?);
            rows.push(compose::Entry {
                case,
                row,
                deceased,
                applicant,
            });
        }
        drop(conn);
        let (id, now) = (self.id(self.now()), self.now());
        let subject = format!("register:{}", first.format("%Y-%m"));
        self.store
            .write(async |tx| {
                let entry = audit::Entry {
                    id,
                    subject: &subject,
                    version: Version::Next,
                    at: now,
                    actor_kind: "staff",
                    actor_id: Some(who.id),
                    act: "view",
                    detail: "{}",
                };
                audit::append(tx, &entry, &self.keys).await?;
                Ok::<(), Trouble>(())
            })
            .await?;
        Ok(compose::register(
            &rules,
            lang,
            time::local_date(now),
            first,
            rows,
        ))
    }

    /// A link to the files of a document that was just shown to somebody who may see it.
    pub fn document_link(&self, document: &Document) -> Result<String> {
        let reference = document.reference.as_ref().ok_or(Trouble::NotFound)?;
        self.sealed_link(Target::Paper {
            reference: reference.as_str().to_owned(),
            kind: document.kind,
            lang: document.lang,
        })
    }

    /// The same for one that was issued.
    pub fn issued_link(&self, id: Uuid) -> Result<String> {
        self.sealed_link(Target::Issued(id))
    }

    fn sealed_link(&self, target: Target) -> Result<String> {
        let until = time::micros(self.now() + LINK);
        let plain = serde_json::to_vec(&Link { target, until })
            .map_err(|why| Trouble::Internal(why.to_string()))?;
        let sealed = self
            .keys
            .seal_bytes(Purpose::DocumentLink, &plain, b"link", self.random())
            .map_err(|why| Trouble::Internal(why.to_string()))?;
        Ok(BASE64URL_NOPAD.encode(&sealed))
    }

    /// The document behind a link, while it lasts.
    pub async fn linked_document(&self, link: &str) -> Result<Document> {
        match self.target(link)? {
            Target::Paper {
                reference,
                kind,
                lang,
            } => {
                let loaded = self.loaded(&reference).await?;
                self.document(&loaded, kind, lang).await
            }
            Target::Issued(id) => {
                let print = self.linked_issue(id).await?.print;
                self.model_of(&print.ok_or(Trouble::NotFound)?).await
            }
        }
    }

    /// Its PDF and the file's name; what was issued is the very file that was signed.
    pub async fn linked_pdf(&self, link: &str) -> Result<(String, Vec<u8>)> {
        let document = self.linked_document(link).await?;
        let name = file_name(&document);
        let pdf = match self.target(link)? {
            Target::Paper { .. } => self.workshop()?.pdf(document).await?,
            Target::Issued(id) => self.pdf_of(&self.linked_issue(id).await?).await?,
        };
        Ok((name, pdf))
    }

    /// Its pages as one picture, to keep by a long press.
    pub async fn linked_png(&self, link: &str, width: u32) -> Result<Vec<u8>> {
        let document = self.linked_document(link).await?;
        Ok(self.workshop()?.png(document, width).await?)
    }

    /// The PDF of a document that is about no one request.
    pub async fn register_pdf(
        &self,
        who: &StaffActor,
        day: NaiveDate,
        lang: Lang,
    ) -> Result<Vec<u8>> {
        let register = self.register(who, day, lang).await?;
        Ok(self.workshop()?.pdf(register).await?)
    }

    fn target(&self, link: &str) -> Result<Target> {
        let opened = BASE64URL_NOPAD
            .decode(link.as_bytes())
            .ok()
            .and_then(|sealed| {
                let keys = &self.keys;
                keys.open_bytes(Purpose::DocumentLink, &sealed, b"link")
                    .ok()
            })
            .and_then(|plain| serde_json::from_slice::<Link>(&plain).ok());
        opened
            .filter(|link| time::micros(self.now()) < link.until)
            .map(|link| link.target)
            .ok_or(Trouble::NotFound)
    }

    async fn linked_issue(&self, id: Uuid) -> Result<IssuedRow> {
        let mut conn = self.store.read().await?;
        let row = issued::by_id(&mut conn, id).await?;
        row.ok_or(Trouble::NotFound)
    }

    async fn for_office(&self, who: &StaffActor, reference: &str) -> Result<Loaded> {
        if !who.handles_requests() {
            return Err(Trouble::NotAllowed);
        }
        self.loaded(reference).await
    }

    async fn document(&self, loaded: &Loaded, kind: Kind, lang: Lang) -> Result<Document> {
        let mut conn = self.store.read().await?;
        let more = More::of(&mut conn, loaded).await?;
        if !more.kinds().contains(&kind) {
            return Err(Trouble::NotFound);
        }
        let rules = self.rules();
        let paper = Paper {
            rules: &rules,
            loaded,
            lang,
            today: time::local_date(self.now()),
            public_url: self.public_url(),
        };
        match kind {
            Kind::Request => paper.request(),
            Kind::Slip => paper.slip(),
            Kind::FeeNote => paper.fee_note(&more.notes, waits(&mut conn, loaded.row.id).await?),
            Kind::AppealReceipt => paper.appeal_receipt(&more.appeals),
            _ => Err(Trouble::NotFound),
        }
    }
}

/// What there is to print of a request as it stands.
pub(crate) async fn kinds(conn: &mut Conn, loaded: &Loaded) -> Result<Vec<Kind>> {
    Ok(More::of(conn, loaded).await?.kinds())
}

/// What a request has led to, besides what was issued.
struct More {
    /// Fee notes that hold.
    notes: Vec<NoteRow>,
    appeals: Vec<AppealRow>,
}

impl More {
    async fn of(conn: &mut Conn, loaded: &Loaded) -> Result<Self> {
        let mut notes = fee::notes(conn, loaded.row.id).await?;
        notes.retain(|note| matches!(note.status, NoteStatus::Open | NoteStatus::Paid));
        Ok(Self {
            notes,
            appeals: appeal::of(conn, loaded.row.id).await?,
        })
    }

    /// What there is of a request as it stands.
    fn kinds(&self) -> Vec<Kind> {
        let mut kinds = vec![Kind::Slip, Kind::Request];
        if !self.notes.is_empty() {
            kinds.push(Kind::FeeNote);
        }
        if !self.appeals.is_empty() {
            kinds.push(Kind::AppealReceipt);
        }
        kinds
    }
}

/// A name that says nothing of a person.
fn file_name(document: &Document) -> String {
    let about = document.reference.as_ref().map_or_else(
        || document.date.to_string(),
        |known| known.as_str().to_owned(),
    );
    format!("{}-{about}.pdf", document.kind.code())
}
