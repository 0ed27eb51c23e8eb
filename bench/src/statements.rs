//! The statements of one booking, and nothing around them: no HTTP, no JSON, no rules.
//!
//! In the order in which `desk::request::submit` runs them for a channel. Everything they bind was made before.
use crate::office::{Office, PATH};
use anyhow::{Context, Result, ensure};
use desk::Chance;
use domain::crematorium::{Application, Claim};
use domain::form::RawFields;
use domain::reference::Reference;
use domain::request::Status;
use domain::text;
use domain::time::Instant;
use store::audit::{self, Entry, Version};
use store::claim::{self, Holder};
use store::crematorium::{self, AshCollection, CaseRow, Cremation, IdentityKind, identity};
use store::idempotency::{self, Begun};
use store::keys::{Keys, Purpose};
use store::person::{self, PersonRow, SealedIdentity};
use store::request::{self, EventRow, RequestRow, RequestState};
use store::{Store, StoreError, Tx, search, token};
use uuid::Uuid;

/// One booking, ready to be written.
#[derive(Debug)]
pub struct Booking {
    now: Instant,
    token: Uuid,
    token_mac: String,
    key: String,
    body_hash: String,
    response: String,
    claims: Vec<Claim>,
    applicant: PersonRow,
    deceased: PersonRow,
    request: RequestRow,
    identifiers: Vec<identity::Identifier>,
    case: CaseRow,
    search: Vec<String>,
    event: EventRow,
    audit: Uuid,
    subject: String,
    detail: String,
}

/// What a booking will write.
pub fn prepare(office: &Office, key: &str, fields: &RawFields) -> Result<Booking> {
    let machine = crate::office::Machine;
    let (keys, rules, now) = (&office.keys, office.desk.rules(), office.desk.now());
    let new = || desk::clock::uuid(now, &machine);
    let application = Application::parse(fields, now)
        .ok()
        .context("answers that parse")?;
    let cremation = application.wish.cremation.clone().context("a cremation")?;
    let mut claims = rules.furnace_claims(
        cremation.date,
        cremation.round,
        application.wish.case_type,
        application.wish.coffin,
    );
    claims.truncate(1);
    let furnace_id = claims.first().context("a furnace")?.resource.clone();
    let nights = application.wish.pavilion.as_ref();
    claims.extend(
        nights
            .map(|wish| rules.night_claims(wish))
            .unwrap_or_default(),
    );
    let table = application.wish.ash.and_then(|ash| {
        let claim = rules.ash_claims(ash).into_iter().next()?;
        claims.push(claim.clone());
        Some(AshCollection {
            wish: ash,
            table_id: claim.resource,
        })
    });
    // The one order of all transactions.
    claims.sort();
    let phone = &application.applicant.phone;
    let person = |id, name: &str, phone: Option<&str>| PersonRow {
        id,
        name: name.to_owned(),
        phone: phone.map(str::to_owned),
        email: None,
        identity: None,
        created_at: now,
        erased_at: None,
    };
    let applicant = person(
        new(),
        application.applicant.name.as_str(),
        Some(phone.canonical()),
    );
    let mut deceased = person(new(), application.deceased.name.as_str(), None);
    let (kind, value) = application.deceased.identity.key().context("an identity")?;
    let mut nonce = [0; 12];
    machine.fill(&mut nonce);
    let sealed = keys.seal(
        Purpose::Identity,
        value.as_bytes(),
        deceased.id.as_bytes(),
        nonce,
    )?;
    deceased.identity = Some(SealedIdentity {
        kind: kind.to_owned(),
        sealed,
        key_id: keys.key_id().to_owned(),
    });
    let mut random = [0; 8];
    machine.fill(&mut random);
    let reference = Reference::from_random(u64::from_le_bytes(random))
        .as_str()
        .to_owned();
    let request = request_row(
        office,
        new(),
        applicant.id,
        &reference,
        phone.canonical(),
        now,
    );
    let mut words = text::search_prefixes(&applicant.name);
    words.extend(text::search_prefixes(&deceased.name));
    words.extend([phone.canonical().to_owned(), phone.last4().to_owned()]);
    let token_mac = keys.mac(Purpose::TokenMac, office.token.as_bytes());
    let event = EventRow {
        id: new(),
        request_id: request.id,
        version: 1,
        at: now,
        actor_kind: "channel".to_owned(),
        actor_id: Some(office.channel.id),
        event: "submitted".to_owned(),
        body: "\"submitted\"".to_owned(),
    };
    Ok(Booking {
        now,
        token: office.channel.id,
        body_hash: token_mac.clone(),
        token_mac,
        key: key.to_owned(),
        // As long as the API's answer.
        response: format!(
            "{{\"reference\":\"{reference}\",\"filling\":\"{}\"}}",
            "x".repeat(300)
        ),
        identifiers: vec![(
            IdentityKind::NationalId,
            keys.mac(Purpose::IdentityMac, format!("{kind}:{value}").as_bytes()),
        )],
        case: CaseRow {
            request_id: request.id,
            deceased_id: deceased.id,
            relation: application.applicant.relation,
            case_type: application.wish.case_type,
            date_of_death: application.deceased.date_of_death,
            residence: application.deceased.residence,
            certificate_number: None,
            certificate_due_at: None,
            cremation: Some(Cremation {
                wish: cremation,
                furnace_id,
            }),
            pavilion: application.wish.pavilion.clone(),
            ash: table,
            coffin: application.coffin,
            implants: application.implants,
            internal_number: None,
        },
        search: words
            .iter()
            .map(|word| keys.mac(Purpose::SearchMac, word.as_bytes()))
            .collect(),
        audit: new(),
        subject: format!("request:{}", request.id),
        detail: format!("{{\"reference\":\"{reference}\"}}"),
        claims,
        applicant,
        deceased,
        request,
        event,
    })
}

fn request_row(
    office: &Office,
    id: Uuid,
    applicant_id: Uuid,
    reference: &str,
    phone: &str,
    now: Instant,
) -> RequestRow {
    RequestRow {
        id,
        reference: reference.to_owned(),
        service: "crematorium".to_owned(),
        version: 1,
        state: RequestState {
            status: Status::Submitted,
            frozen: false,
            verified_at: Some(now),
            returned_count: 0,
            taken_by: None,
            updated_at: now,
            decide_by: office.desk.rules().decide_by(now),
            decided_at: None,
            lapse_at: None,
            correct_by: None,
            release_missing: false,
        },
        channel: "api:bench".to_owned(),
        applicant_id,
        helper_id: None,
        phone_mac: office.keys.mac(Purpose::ContactMac, phone.as_bytes()),
        browser_mac: None,
        settings_revision: office.desk.rules().revision,
        submitted_at: now,
    }
}

/// Writes one booking as a call of the API does: the token is read, then one transaction.
pub async fn book(store: &Store, keys: &Keys, booking: &Booking) -> Result<()> {
    let mut conn = store.read().await?;
    let found = token::find(&mut conn, &booking.token_mac).await?;
    ensure!(found.is_some(), "there is no such token");
    drop(conn);
    let whole = store
        .write(async |tx| write(tx, keys, booking).await)
        .await?;
    ensure!(whole, "the booking was refused");
    Ok(())
}

async fn write(tx: &mut Tx, keys: &Keys, booking: &Booking) -> Result<bool, StoreError> {
    let b = booking;
    let begun = idempotency::begin(tx, b.token, PATH, &b.key, &b.body_hash, b.now).await?;
    let holder = Holder::request(b.request.id);
    let mut whole = begun == Begun::Fresh && claim::of(tx, holder.id).await?.is_empty();
    for claim in &b.claims {
        whole &= claim::take(tx, holder, claim, None, b.now).await?;
    }
    person::insert(tx, &b.applicant).await?;
    person::insert(tx, &b.deceased).await?;
    whole &= request::insert(tx, &b.request).await?;
    whole &= identity::claim(tx, b.request.id, &b.identifiers).await?;
    crematorium::insert(tx, &b.case).await?;
    search::index(tx, b.request.id, &b.search).await?;
    request::insert_event(tx, &b.event).await?;
    let entry = Entry {
        id: b.audit,
        subject: &b.subject,
        version: Version::Given(1),
        at: b.now,
        actor_kind: "channel",
        actor_id: Some(b.token),
        act: "submitted",
        detail: &b.detail,
    };
    audit::append(tx, &entry, keys).await?;
    idempotency::finish(tx, b.token, PATH, &b.key, &b.response).await?;
    Ok(whole)
}
