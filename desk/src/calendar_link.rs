//! Calendars to subscribe to (RFC 5545): the office's ceremonies, and a family's own. A secret link, revoked at will.
use crate::request::{Loaded, load, places, wish_of};
use crate::{Desk, Result, Trouble};
use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};
use data_encoding::BASE32_NOPAD;
use domain::crematorium::{Rules, Wish};
use domain::form::Lang;
use domain::request::{Actor, StaffActor, Status};
use domain::thai_date;
use domain::time::{self, Instant, TimeOfDay};
use icalendar::{
    Calendar, CalendarDateTime, Component, DatePerhapsTime, Event, EventLike, EventStatus,
};
use store::calendar_link::{self as link, CalendarLinkRow, Whose};
use store::keys::Purpose;
use store::limit::Limit;
use store::request::EventRow;
use store::{crematorium, request, staff};
use uuid::Uuid;

const ZONE: &str = "Asia/Bangkok";
/// The office's calendar: so far back, and so far ahead at least.
const BACK: Days = Days::new(14);
const AHEAD: Days = Days::new(92);
/// A calendar program asks now and then; a burst is a mistake.
const READS: Limit = Limit {
    capacity: 60,
    leak_per_second: 500,
};
/// Events that change what a calendar shows; calls and views do not.
const CHANGES: [&str; 14] = [
    "submitted",
    "returned",
    "resubmitted",
    "approved",
    "refused",
    "withdrawn",
    "cancelled",
    "lapsed",
    "completed",
    "moved",
    "furnace_switched",
    "must_move",
    "frozen",
    "unfrozen",
];

/// A link in force, without its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarLink {
    pub since: Instant,
    /// Whether the name of the person who died stands in it.
    pub names: bool,
}

impl Desk {
    /// The link of a member of staff, while there is one.
    pub async fn staff_calendar(&self, who: &StaffActor) -> Result<Option<CalendarLink>> {
        works_with_requests(who)?;
        self.link_of(Whose::Staff(who.id)).await
    }

    /// Makes a new link and ends the former; its path, shown once.
    pub async fn renew_staff_calendar(&self, who: &StaffActor) -> Result<String> {
        works_with_requests(who)?;
        let actor = Actor::Staff(who.clone());
        self.renew(Whose::Staff(who.id), &actor, false).await
    }

    pub async fn revoke_staff_calendar(&self, who: &StaffActor) -> Result<()> {
        works_with_requests(who)?;
        let actor = Actor::Staff(who.clone());
        self.revoke(Whose::Staff(who.id), &actor).await
    }

    /// The link of a family, while there is one. Number and second fact first.
    pub async fn family_calendar(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
    ) -> Result<Option<CalendarLink>> {
        let loaded = self.second_fact(reference, last4, address).await?;
        self.link_of(Whose::Request(loaded.row.id)).await
    }

    pub async fn renew_family_calendar(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
        names: bool,
    ) -> Result<String> {
        let loaded = self.second_fact(reference, last4, address).await?;
        self.renew(Whose::Request(loaded.row.id), &Actor::Resident, names)
            .await
    }

    pub async fn revoke_family_calendar(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
    ) -> Result<()> {
        let loaded = self.second_fact(reference, last4, address).await?;
        self.revoke(Whose::Request(loaded.row.id), &Actor::Resident)
            .await
    }

    /// The calendar behind a secret, as a file. A secret that is unknown or revoked leads nowhere.
    pub async fn calendar_file(&self, token: &str, address: &str) -> Result<String> {
        let now = self.now();
        let bucket = self
            .keys
            .mac(Purpose::LimitMac, format!("calendar:{address}").as_bytes());
        self.spend(&bucket, READS, now).await?;
        let mac = self.keys.mac(Purpose::CalendarMac, token.as_bytes());
        let mut conn = self.store.read().await?;
        let link = link::by_token(&mut conn, &mac)
            .await?
            .ok_or(Trouble::NotFound)?;
        drop(conn);
        let rules = self.rules();
        let cases = match link.whose {
            Whose::Request(id) => self.cases_of_family(id).await?,
            Whose::Staff(id) => self.cases_of_office(id).await?,
        };
        let (name, shown) = match link.whose {
            Whose::Request(_) => ("พิธีของครอบครัว", Shown::Family { names: link.names }),
            Whose::Staff(_) => ("ฌาปนสถาน", Shown::Office),
        };
        Ok(calendar(name, &cases, shown, &rules, now))
    }

    async fn cases_of_family(&self, id: Uuid) -> Result<Vec<(Loaded, Vec<EventRow>)>> {
        let mut conn = self.store.read().await?;
        let row = request::by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let events = request::events(&mut conn, id).await?;
        Ok(vec![(load(&mut conn, row).await?, events)])
    }

    /// The office's ceremonies, ended requests included: a calendar must learn that something is off.
    async fn cases_of_office(&self, staff_id: Uuid) -> Result<Vec<(Loaded, Vec<EventRow>)>> {
        let mut conn = self.store.read().await?;
        // An account that is closed, or no longer works with requests, reads nothing.
        staff::by_id(&mut conn, staff_id)
            .await?
            .filter(|row| row.disabled_at.is_none() && crate::staff::actor(row).handles_requests())
            .ok_or(Trouble::NotFound)?;
        let today = time::local_date(self.now());
        let until = self.rules().horizon(self.now()).max(today + AHEAD);
        let mut cases = Vec::new();
        for case in crematorium::between(&mut conn, today - BACK, until).await? {
            let Some(row) = request::by_id(&mut conn, case.request_id).await? else {
                continue;
            };
            let events = request::events(&mut conn, row.id).await?;
            cases.push((load(&mut conn, row).await?, events));
        }
        Ok(cases)
    }

    async fn link_of(&self, whose: Whose) -> Result<Option<CalendarLink>> {
        let found = link::of(&mut self.store.read().await?, whose).await?;
        Ok(found.map(|row| CalendarLink {
            since: row.created_at,
            names: row.names,
        }))
    }

    async fn renew(&self, whose: Whose, actor: &Actor, names: bool) -> Result<String> {
        let now = self.now();
        let token = BASE32_NOPAD.encode(&self.random::<20>()).to_lowercase();
        let row = CalendarLinkRow {
            id: self.id(now),
            token_mac: self.keys.mac(Purpose::CalendarMac, token.as_bytes()),
            whose,
            names,
            created_at: now,
        };
        self.store
            .write(async |tx| {
                link::renew(tx, &row).await?;
                self.audit_link(tx, whose, actor, "calendar link made", now)
                    .await
            })
            .await?;
        Ok(format!("/calendar/{token}.ics"))
    }

    async fn revoke(&self, whose: Whose, actor: &Actor) -> Result<()> {
        let now = self.now();
        self.store
            .write(async |tx| {
                if link::revoke(tx, whose, now).await? == 0 {
                    return Ok(());
                }
                self.audit_link(tx, whose, actor, "calendar link revoked", now)
                    .await
            })
            .await
    }

    async fn audit_link(
        &self,
        tx: &mut store::Tx,
        whose: Whose,
        actor: &Actor,
        act: &str,
        now: Instant,
    ) -> Result<()> {
        let subject = match whose {
            Whose::Staff(id) => format!("calendar-of-staff:{id}"),
            Whose::Request(id) => format!("calendar-of-request:{id}"),
        };
        let entry = store::audit::Entry {
            id: self.id(now),
            subject: &subject,
            version: store::audit::Version::Next,
            at: now,
            actor_kind: actor.kind(),
            actor_id: actor.id(),
            act,
            detail: "{}",
        };
        store::audit::append(tx, &entry, &self.keys).await?;
        Ok(())
    }
}

/// What a calendar may say.
#[derive(Clone, Copy)]
enum Shown {
    Office,
    Family { names: bool },
}

fn calendar(
    name: &str,
    cases: &[(Loaded, Vec<EventRow>)],
    shown: Shown,
    rules: &Rules,
    now: Instant,
) -> String {
    let mut calendar = Calendar::empty();
    calendar
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", "-//Sala//Municipal service desk//TH"))
        .append_property(("CALSCALE", "GREGORIAN"))
        .append_property(("METHOD", "PUBLISH"));
    calendar.name(&format!("{name} {}", rules.municipality.name.th));
    calendar.ttl(&TimeDelta::hours(1));
    for (loaded, events) in cases {
        for part in parts(&wish_of(&loaded.case), rules) {
            calendar.push(event(loaded, events, &part, shown, rules, now));
        }
    }
    with_zone(&calendar.done().to_string())
}

/// Bangkok has had one offset and no summer time since 1920.
const ZONE_LINES: &str = "BEGIN:VTIMEZONE\r\nTZID:Asia/Bangkok\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n\
    TZOFFSETFROM:+0700\r\nTZOFFSETTO:+0700\r\nTZNAME:+07\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

/// The library knows no `VTIMEZONE`, which RFC 5545 asks for beside every `TZID`: it goes before the first event.
/// What people wrote stands on folded lines, and so never begins one.
fn with_zone(calendar: &str) -> String {
    let place = ["\r\nBEGIN:VEVENT", "\r\nEND:VCALENDAR"]
        .iter()
        .find_map(|begin| calendar.find(begin))
        .map_or(0, |end| end + 2);
    let (head, tail) = calendar.split_at(place);
    format!("{head}{ZONE_LINES}{tail}")
}

/// One thing that has a time: a cremation, the nights, the ashes.
struct Part {
    /// Stands in the UID, which never changes.
    code: &'static str,
    name: &'static str,
    place: String,
    when: When,
}

enum When {
    /// From one clock time to another.
    Hours(NaiveDateTime, NaiveDateTime),
    /// Evenings of whole days, the last one inclusive.
    Days(NaiveDate, NaiveDate),
}

fn parts(wish: &Wish, rules: &Rules) -> Vec<Part> {
    let settings = rules.settings();
    let mut parts = Vec::new();
    let at = |date: NaiveDate, start: TimeOfDay, minutes: i64| {
        let start = time::local(start.on(date)).naive_local();
        When::Hours(start, start + TimeDelta::minutes(minutes))
    };
    if let Some(cremation) = &wish.cremation {
        let minutes = settings
            .duration(wish.case_type)
            .map_or(60, |duration| i64::from(duration.minutes));
        parts.push(Part {
            code: "cremation",
            name: "ฌาปนกิจ",
            place: settings.name.th.clone(),
            when: at(cremation.date, cremation.round, minutes),
        });
    }
    if let Some(pavilion) = &wish.pavilion {
        let name = rules.pavilion(&pavilion.id);
        parts.push(Part {
            code: "pavilion",
            name: "สวดพระอภิธรรม",
            place: name.map_or_else(|| pavilion.id.clone(), |pavilion| pavilion.name.th.clone()),
            when: When::Days(pavilion.from, pavilion.last_night()),
        });
    }
    if let Some(ash) = &wish.ash {
        parts.push(Part {
            code: "ash",
            name: "เก็บอัฐิ",
            place: settings.name.th.clone(),
            when: at(ash.date, ash.start, 30),
        });
    }
    parts
}

fn event(
    loaded: &Loaded,
    events: &[EventRow],
    part: &Part,
    shown: Shown,
    rules: &Rules,
    now: Instant,
) -> Event {
    let status = loaded.row.state.status;
    let mut event = Event::new();
    event
        .uid(&format!("{}-{}@sala", loaded.row.id, part.code))
        .timestamp(now)
        .summary(&summary(loaded, part, shown))
        .location(&part.place)
        .description(&description(loaded, shown, rules));
    let changes: Vec<_> = events
        .iter()
        .filter(|event| CHANGES.contains(&event.event.as_str()))
        .collect();
    let sequence = changes.len().saturating_sub(1);
    event.sequence(u32::try_from(sequence).unwrap_or(u32::MAX));
    if let Some(last) = changes.last() {
        event.last_modified(last.at);
    }
    match part.when {
        When::Hours(from, until) => {
            event.starts(local(from)).ends(local(until));
        }
        // DTEND of whole days is the day after.
        When::Days(from, last) => {
            event.starts(from).ends(last + Days::new(1));
        }
    }
    event.status(match status {
        Status::Approved | Status::Completed => EventStatus::Confirmed,
        // Loans have no places in time: these never reach a calendar.
        Status::Submitted | Status::Returned | Status::Queued | Status::Ready | Status::OnLoan => {
            EventStatus::Tentative
        }
        Status::Refused | Status::Withdrawn | Status::Cancelled | Status::Lapsed => {
            EventStatus::Cancelled
        }
    });
    event.done()
}

fn local(date_time: NaiveDateTime) -> DatePerhapsTime {
    DatePerhapsTime::DateTime(CalendarDateTime::WithTimezone {
        date_time,
        tzid: ZONE.to_owned(),
    })
}

fn summary(loaded: &Loaded, part: &Part, shown: Shown) -> String {
    match shown {
        Shown::Family { names: true } => format!("{} {}", part.name, loaded.deceased.name),
        Shown::Family { names: false } => part.name.to_owned(),
        // A phone's lock screen shows it: the last four digits are enough to find the file.
        Shown::Office => {
            let number = &loaded.row.reference;
            let tail = number.get(8..).unwrap_or(number);
            format!("{} …{tail} ({})", part.name, loaded.row.state.status.th())
        }
    }
}

fn description(loaded: &Loaded, shown: Shown, rules: &Rules) -> String {
    let duty = &rules.settings().duty;
    let call = format!("โทร {} {}", duty.phone, duty.hours_text.th);
    match shown {
        Shown::Office => format!(
            "{}\n{}",
            places(&wish_of(&loaded.case), rules, Lang::Th),
            loaded.row.state.status.th()
        ),
        Shown::Family { .. } => {
            let updated = thai_date::moment_th(loaded.row.state.updated_at);
            format!("{} ณ {updated}\n{call}", loaded.row.state.status.th())
        }
    }
}

fn works_with_requests(who: &StaffActor) -> Result<()> {
    if who.handles_requests() {
        Ok(())
    } else {
        Err(Trouble::NotAllowed)
    }
}
