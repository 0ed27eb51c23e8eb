//! Appeals: received from the family or at the counter, passed on, answered, with the family told.
use crate::export::{Cell, FileKind, Sheet};
use crate::issue::Issue;
use crate::request::{Loaded, Record, came_first, initials, load, reference_of};
use crate::{Desk, Result, Trouble};
use chrono::NaiveDate;
use data_encoding::HEXLOWER;
use domain::appeal::{
    AppealAction, AppealChannel, AppealRefusal, AppealStatus, LONGEST_TEXT, allowed, answer_by,
    can_be_appealed, decide, last_day,
};
use domain::document::Kind;
use domain::form::{FieldError, FieldErrors};
use domain::number::Series;
use domain::reference::Reference;
use domain::request::{Actor, Event, Refusal, StaffActor, Status};
use domain::text;
use domain::time::{self, Instant};
use store::appeal::{AppealChange, AppealRow};
use store::request::{EventRow, RequestRow, RequestState};
use store::{Conn, Tx, appeal, number, person, request};
use uuid::Uuid;

const PAGE: u32 = 25;
/// Rows of an export; more than any office has in a year.
const EXPORT: u32 = 10_000;

/// An appeal as its family sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealView {
    pub number: String,
    pub received_at: Instant,
    pub late: bool,
    pub answer_by: Instant,
    pub status: AppealStatus,
    pub answer: Option<String>,
}

/// What a family may do about a decision against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealOffer {
    /// The last day; `None` when it has not been told yet, and then no day has passed.
    pub last_day: Option<NaiveDate>,
    /// Whether that day has passed: an appeal is taken all the same, and marked.
    pub late: bool,
    /// Makes a double tap one appeal.
    pub form_key: String,
}

/// The appeals of a request, for its family.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FamilyAppeals {
    pub appeals: Vec<AppealView>,
    /// Whether one may be made: an order is appealed once.
    pub offer: Option<AppealOffer>,
}

/// A line of the office's list: initials, never names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealListed {
    pub id: Uuid,
    pub number: String,
    pub reference: Reference,
    pub request_status: Status,
    pub applicant_initials: String,
    pub channel: AppealChannel,
    pub received_at: Instant,
    pub late: bool,
    pub answer_by: Instant,
    /// Past its time and not answered.
    pub overdue: bool,
    pub status: AppealStatus,
    pub answered_at: Option<Instant>,
}

/// The appeals of a request, for the office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestAppeals {
    pub rows: Vec<AppealListed>,
    /// Whether one that came on paper may be entered.
    pub may_enter: bool,
}

/// An appeal, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealFile {
    pub row: AppealListed,
    pub version: i64,
    pub applicant_name: String,
    pub words: String,
    pub last_day: Option<NaiveDate>,
    pub forwarded_at: Option<Instant>,
    pub answer: Option<String>,
    /// What was decided: the words of the refusal or cancellation.
    pub order: String,
    /// What this person may do now, and no more.
    pub allowed: Vec<AppealAction>,
}

impl Desk {
    /// What a family sees and may do. Number and second fact first.
    pub async fn family_appeals(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
    ) -> Result<FamilyAppeals> {
        let loaded = self.second_fact(reference, last4, address).await?;
        let mut conn = self.store.read().await?;
        let rows = appeal::of(&mut conn, loaded.row.id).await?;
        let events = request::events(&mut conn, loaded.row.id).await?;
        let offer = if may_appeal(loaded.row.state.status, &events, &rows) {
            let last_day = self.last_day_of(&events);
            Some(AppealOffer {
                last_day,
                late: is_late(last_day, self.now()),
                form_key: self.appeal_key(),
            })
        } else {
            None
        };
        Ok(FamilyAppeals {
            appeals: rows.into_iter().rev().map(view_of).collect(),
            offer,
        })
    }

    /// Receives an appeal from the tracking page; the arrival is the server's. The same form twice is one appeal.
    pub async fn appeal_as_family(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
        form_key: &str,
        words: &str,
    ) -> Result<String> {
        let loaded = self.second_fact(reference, last4, address).await?;
        let form_key = format!("family:{}", clean_key(form_key));
        self.receive(
            &loaded,
            &Actor::Resident,
            AppealChannel::Web,
            form_key,
            words,
        )
        .await
    }

    /// Enters an appeal that came to the counter or by post.
    pub async fn appeal_at_counter(
        &self,
        who: &StaffActor,
        reference: &str,
        channel: AppealChannel,
        form_key: &str,
        words: &str,
    ) -> Result<String> {
        handles(who)?;
        let row = self.request_row(reference).await?;
        let loaded = load(&mut self.store.read().await?, row).await?;
        let form_key = format!("{}:{}", who.id, clean_key(form_key));
        let actor = Actor::Staff(who.clone());
        self.receive(&loaded, &actor, channel, form_key, words)
            .await
    }

    /// A key for one form on one screen.
    pub fn appeal_key(&self) -> String {
        HEXLOWER.encode(&self.random::<16>())
    }

    async fn receive(
        &self,
        loaded: &Loaded,
        actor: &Actor,
        channel: AppealChannel,
        form_key: String,
        words: &str,
    ) -> Result<String> {
        let mut conn = self.store.read().await?;
        if let Some(before) = appeal::by_form_key(&mut conn, &form_key).await? {
            return Ok(before.number);
        }
        let words = parse_words("words", words)?;
        let row = &loaded.row;
        let events = request::events(&mut conn, row.id).await?;
        let before = appeal::of(&mut conn, row.id).await?;
        if !may_appeal(row.state.status, &events, &before) {
            return Err(Refusal::WrongState.into());
        }
        let last_day = self.last_day_of(&events);
        drop(conn);
        let now = self.now();
        let rules = self.rules();
        let signing = &rules.municipality.signing;
        let numbering = signing.numbering(Series::Appeal);
        let year = numbering.year.of(time::local_date(now));
        let late = is_late(last_day, now);
        let (id, event_id, ids) = (self.id(now), self.id(now), self.ids(now));
        let received = self
            .store
            .write(async |tx| {
                if !self.touch(tx, row, now).await? {
                    return Err(came_first(row));
                }
                let n = number::next(tx, Series::Appeal, year).await?;
                let number = numbering.format.print(n, year);
                let entry = AppealRow {
                    id,
                    request_id: row.id,
                    form_key: form_key.clone(),
                    year,
                    n,
                    number: number.clone(),
                    channel,
                    words: words.clone(),
                    received_at: now,
                    last_day,
                    late,
                    answer_by: answer_by(now, signing.appeal_answer_days),
                    status: AppealStatus::Received,
                    version: 1,
                    forwarded_at: None,
                    answered_at: None,
                    answered_by: None,
                    answer: None,
                };
                if !appeal::insert(tx, &entry).await? {
                    // Rolls back, and with it the number and the version.
                    return Err(came_first(row));
                }
                let event = [(
                    event_id,
                    Event::Appealed {
                        number: number.clone(),
                        late,
                    },
                )];
                let about = Record::of(row, row.version + 1, ids, now);
                self.record(tx, &rules, &about, actor, &event).await?;
                Ok::<_, Trouble>(number)
            })
            .await;
        if !matches!(received, Err(Trouble::DecidedFirst { .. })) {
            return received;
        }
        // Another act came first: the other tap of this form, or anything else.
        let before = appeal::by_form_key(&mut self.store.read().await?, &form_key).await?;
        match before {
            Some(before) => Ok(before.number),
            None => Err(self.decided_first(row.id).await?),
        }
    }

    /// A page of appeals by when they must be answered.
    pub async fn appeals(
        &self,
        who: &StaffActor,
        status: Option<AppealStatus>,
        after: Option<&str>,
    ) -> Result<(Vec<AppealListed>, Option<String>)> {
        handles(who)?;
        let mut conn = self.store.read().await?;
        let mut rows = appeal::list(&mut conn, status, after.and_then(cursor), PAGE + 1).await?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let next = (rows.len() > page).then(|| {
            rows.truncate(page);
            rows.last()
                .map(|row| format!("{}-{}", time::micros(row.answer_by), row.id.simple()))
        });
        Ok((self.listed_appeals(&mut conn, rows).await?, next.flatten()))
    }

    /// Every appeal of a status, as a file: numbers and initials, as on the list.
    pub async fn appeals_file(
        &self,
        who: &StaffActor,
        status: Option<AppealStatus>,
        kind: FileKind,
    ) -> Result<Vec<u8>> {
        handles(who)?;
        let mut conn = self.store.read().await?;
        let rows = appeal::list(&mut conn, status, None, EXPORT).await?;
        let rows = self.listed_appeals(&mut conn, rows).await?;
        drop(conn);
        let head = [
            "เลขที่อุทธรณ์",
            "เลขที่คำขอ",
            "ผู้อุทธรณ์",
            "ทาง",
            "วันที่รับ",
            "พ้นกำหนด",
            "ตอบภายใน",
            "สถานะ",
            "วันที่ตอบ",
        ];
        let mut sheet = Sheet::new("อุทธรณ์", &head);
        for row in rows {
            sheet.push(vec![
                Cell::code(row.number),
                Cell::code(row.reference.as_str()),
                Cell::text(row.applicant_initials),
                Cell::text(row.channel.th()),
                Cell::Date(time::local_date(row.received_at)),
                Cell::text(if row.late {
                    "พ้นกำหนด"
                } else {
                    ""
                }),
                Cell::Date(time::local_date(row.answer_by)),
                Cell::text(row.status.th()),
                Cell::from(row.answered_at.map(time::local_date)),
            ]);
        }
        sheet.file(kind)
    }

    /// How many wait for an answer: the rail's count.
    pub async fn open_appeals(&self, who: &StaffActor) -> Result<u32> {
        handles(who)?;
        let mut conn = self.store.read().await?;
        let open = appeal::count(&mut conn, AppealStatus::Received).await?
            + appeal::count(&mut conn, AppealStatus::Forwarded).await?;
        Ok(u32::try_from(open).unwrap_or(u32::MAX))
    }

    /// A request's appeals, for a panel of its page.
    pub async fn appeals_of(&self, who: &StaffActor, reference: &str) -> Result<RequestAppeals> {
        handles(who)?;
        let row = self.request_row(reference).await?;
        let mut conn = self.store.read().await?;
        let rows = appeal::of(&mut conn, row.id).await?;
        let events = request::events(&mut conn, row.id).await?;
        Ok(RequestAppeals {
            may_enter: may_appeal(row.state.status, &events, &rows),
            rows: self.listed_appeals(&mut conn, rows).await?,
        })
    }

    /// Opens an appeal; the opening is logged.
    pub async fn appeal(&self, who: &StaffActor, id: Uuid) -> Result<AppealFile> {
        handles(who)?;
        let mut conn = self.store.read().await?;
        let row = appeal::by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let about = request::by_id(&mut conn, row.request_id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let applicant = person::by_id(&mut conn, about.applicant_id).await?;
        let events = request::events(&mut conn, about.id).await?;
        let listed = self.listed_appeal(&mut conn, row.clone()).await?;
        drop(conn);
        self.note_view(&Actor::Staff(who.clone()), &about).await?;
        let today = time::local_date(self.now());
        Ok(AppealFile {
            version: row.version,
            applicant_name: applicant.map(|person| person.name).unwrap_or_default(),
            words: row.words,
            last_day: row.last_day,
            forwarded_at: row.forwarded_at,
            answer: row.answer,
            order: order_words(&events),
            allowed: allowed(row.status, who, today),
            row: listed,
        })
    }

    /// Passes an appeal on, or answers it, as it was seen.
    pub async fn decide_appeal(
        &self,
        who: &StaffActor,
        id: Uuid,
        version: i64,
        action: AppealAction,
        answer: &str,
    ) -> Result<()> {
        handles(who)?;
        let now = self.now();
        let mut conn = self.store.read().await?;
        let seen = appeal::by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let row = request::by_id(&mut conn, seen.request_id)
            .await?
            .ok_or(Trouble::NotFound)?;
        drop(conn);
        if seen.version != version {
            return Err(self.decided_first(row.id).await?);
        }
        let status = decide(seen.status, action, who, time::local_date(now)).map_err(refused)?;
        let answers = action != AppealAction::Forward;
        let answer = if answers {
            Some(parse_words("answer", answer)?)
        } else {
            None
        };
        let change = AppealChange {
            status,
            forwarded_at: if answers {
                seen.forwarded_at
            } else {
                Some(now)
            },
            answered_at: answers.then_some(now),
            answered_by: answers.then_some(who.id),
            answer: answer.clone(),
        };
        let number = seen.number.clone();
        let event = match answer {
            None => Event::AppealForwarded { number },
            Some(answer) => Event::AppealAnswered {
                number,
                changed: status == AppealStatus::Changed,
                answer,
            },
        };
        let rules = self.rules();
        let actor = Actor::Staff(who.clone());
        let (event_id, ids) = (self.id(now), self.ids(now));
        let done = self
            .store
            .write(async |tx| {
                if !self.touch(tx, &row, now).await? || !appeal::change(tx, &seen, &change).await? {
                    return Err(came_first(&row));
                }
                let about = Record::of(&row, row.version + 1, ids, now);
                let events = [(event_id, event.clone())];
                self.record(tx, &rules, &about, &actor, &events).await?;
                if answers {
                    let issue = Issue {
                        request: row.id,
                        kind: Kind::AppealAnswer,
                        about: seen.id,
                    };
                    self.issue(tx, &rules, &issue, &actor).await?;
                }
                Ok::<_, Trouble>(())
            })
            .await;
        match done {
            Err(Trouble::DecidedFirst { .. }) => Err(self.decided_first(row.id).await?),
            done => done,
        }
    }

    /// One more version of a request whose state does not change: an act beside the workflow.
    pub(crate) async fn touch(&self, tx: &mut Tx, row: &RequestRow, now: Instant) -> Result<bool> {
        let state = RequestState {
            updated_at: now,
            ..row.state.clone()
        };
        Ok(request::apply(tx, row.id, row.state.status, row.version, &state).await?)
    }

    pub(crate) async fn request_row(&self, reference: &str) -> Result<RequestRow> {
        let reference = Reference::parse(reference).map_err(|_| Trouble::NotFound)?;
        let mut conn = self.store.read().await?;
        request::by_reference(&mut conn, reference.as_str())
            .await?
            .ok_or(Trouble::NotFound)
    }

    /// The last day to appeal against the last decision; `None` while nobody was told of it.
    fn last_day_of(&self, events: &[EventRow]) -> Option<NaiveDate> {
        let rules = self.rules();
        let city = &rules.municipality;
        told_at(events).map(|told| {
            last_day(
                time::local_date(told),
                city.signing.appeal_days,
                &city.working_time(&city.office),
            )
        })
    }

    async fn listed_appeals(
        &self,
        conn: &mut Conn,
        rows: Vec<AppealRow>,
    ) -> Result<Vec<AppealListed>> {
        let mut listed = Vec::with_capacity(rows.len());
        for row in rows {
            listed.push(self.listed_appeal(conn, row).await?);
        }
        Ok(listed)
    }

    async fn listed_appeal(&self, conn: &mut Conn, row: AppealRow) -> Result<AppealListed> {
        let about = request::by_id(conn, row.request_id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let applicant = person::by_id(conn, about.applicant_id).await?;
        Ok(AppealListed {
            id: row.id,
            number: row.number,
            reference: reference_of(&about)?,
            request_status: about.state.status,
            applicant_initials: applicant
                .map_or_else(|| "–".to_owned(), |person| initials(&person.name)),
            channel: row.channel,
            received_at: row.received_at,
            late: row.late,
            answer_by: row.answer_by,
            overdue: row.status.is_open() && row.answer_by < self.now(),
            status: row.status,
            answered_at: row.answered_at,
        })
    }
}

fn view_of(row: AppealRow) -> AppealView {
    AppealView {
        number: row.number,
        received_at: row.received_at,
        late: row.late,
        answer_by: row.answer_by,
        status: row.status,
        answer: row.answer,
    }
}

/// The last refusal or cancellation, as a place in the history.
fn last_order(events: &[EventRow]) -> Option<usize> {
    events
        .iter()
        .rposition(|event| matches!(event.event.as_str(), "refused" | "cancelled"))
}

/// Whether the office refused or cancelled it: what a family ended itself is no order.
pub(crate) fn is_an_order(status: Status, events: &[EventRow]) -> bool {
    can_be_appealed(status)
        && last_order(events).is_some_and(|order| events[order].actor_kind == "staff")
}

/// An order is appealed once; after the answer the way leads to the court.
fn may_appeal(status: Status, events: &[EventRow], before: &[AppealRow]) -> bool {
    is_an_order(status, events) && before.is_empty()
}

/// When the family learned of the last refusal or cancellation: an answered call after it.
fn told_at(events: &[EventRow]) -> Option<Instant> {
    let decided = last_order(events)?;
    let reached = |event: &&EventRow| {
        matches!(
            serde_json::from_str::<Event>(&event.body),
            Ok(Event::Called { outcome }) if outcome == "reached"
        )
    };
    events[decided..].iter().find(reached).map(|event| event.at)
}

fn order_words(events: &[EventRow]) -> String {
    let mut bodies = events.iter().rev();
    bodies
        .find_map(|row| match serde_json::from_str::<Event>(&row.body) {
            Ok(Event::Refused { reason, .. } | Event::Cancelled { reason }) => Some(reason),
            _ => None,
        })
        .unwrap_or_default()
}

fn is_late(last_day: Option<NaiveDate>, now: Instant) -> bool {
    last_day.is_some_and(|last| last < time::local_date(now))
}

fn clean_key(key: &str) -> String {
    key.chars()
        .filter(char::is_ascii_alphanumeric)
        .take(64)
        .collect()
}

/// What somebody wrote, with its lines; not empty and not longer than a page or two.
fn parse_words(field: &str, raw: &str) -> Result<String> {
    let words: Vec<String> = raw.lines().map(text::clean).collect();
    let words = words.join("\n").trim().to_owned();
    let error = if words.is_empty() {
        FieldError::new(field, "missing", "กรอกข้อความ", "Write something")
    } else if words.chars().count() > LONGEST_TEXT {
        FieldError::new(
            field,
            "too_long",
            format!("ข้อความยาวเกิน {LONGEST_TEXT} ตัวอักษร โปรดย่อ หรือยื่นเป็นหนังสือที่สำนักงาน"),
            format!("More than {LONGEST_TEXT} letters. Shorten it, or hand it in on paper."),
        )
    } else {
        return Ok(words);
    };
    Err(Trouble::Invalid(FieldErrors::one(error)))
}

fn refused(refusal: AppealRefusal) -> Trouble {
    match refusal {
        AppealRefusal::NotAllowed => Trouble::NotAllowed,
        AppealRefusal::WrongState => Refusal::WrongState.into(),
    }
}

fn handles(who: &StaffActor) -> Result<()> {
    if who.handles_requests() {
        Ok(())
    } else {
        Err(Trouble::NotAllowed)
    }
}

fn cursor(text: &str) -> Option<appeal::AppealKey> {
    let (micros, id) = text.split_once('-')?;
    Some((
        time::from_micros(micros.parse().ok()?)?,
        Uuid::try_parse(id).ok()?,
    ))
}
