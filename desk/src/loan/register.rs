//! The register of units: adding, importing the paper register, cleaning, inspecting, repairing, striking off.
use super::queue::service_due;
use super::{kind_of, refused, today, unit_came_first};
use crate::export::{Cell, Sheet};
use crate::office::{Names, handles_requests};
use crate::rows_file::{Most, NotRead, as_text, rows_of_text};
use crate::{Desk, Result, Trouble};
use domain::crematorium::Rules;
use domain::equipment::register::{MOST_ROWS, RegisterRow, price, read};
use domain::equipment::unit::{self as rules_of, UnitAction, UnitFacts};
use domain::equipment::{AssetNumber, EquipmentType, UnitState};
use domain::form::{FieldError, FieldErrors, Lang, RawFields, Text, raw};
use domain::request::{Actor, StaffActor};
use domain::statement::RowError;
use domain::time::Instant;
use domain::{text, thai_date};
use serde_json::json;
use store::loan;
use store::unit::{self, Serviced, UnitAbout, UnitEventRow, UnitFilter, UnitRow};
use store::{Tx, request};
use uuid::Uuid;

/// The register of some thousand units.
pub const MOST: Most = Most {
    megabytes: 4,
    lines: MOST_ROWS + 50,
};
/// Rows of a page.
const PAGE: u32 = 50;
/// The longest text of one of a unit's facts, in characters.
const MOST_TEXT: usize = 200;

/// A unit as it is to be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUnit {
    pub kind: String,
    pub asset_number: AssetNumber,
    pub about: UnitAbout,
    /// The day of the last passed inspection; without one it waits for its inspection.
    pub inspected_on: Option<chrono::NaiveDate>,
}

/// A file of the register that was read without mistakes, and what importing it would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterTrial {
    pub new: Vec<RegisterRow>,
    /// Units that are registered already; they stay as they are.
    pub known: usize,
    /// The same rows as text, to be sent back with "import".
    pub rows: String,
}

/// A page of units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitList {
    pub rows: Vec<UnitRow>,
    pub next: Option<String>,
}

/// A unit as anybody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitCard {
    pub kind: EquipmentType,
    pub asset_number: String,
}

/// One unit with its history and what may be done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFile {
    pub unit: UnitRow,
    pub kind: EquipmentType,
    pub service_due: Option<Text>,
    /// Who has it, by the reference of the loan.
    pub holder: Option<domain::reference::Reference>,
    /// Time, who, what, and what was said, oldest first.
    pub history: Vec<(UnitEventRow, Text, String)>,
    /// The actions this person may take now.
    pub allowed: Vec<UnitAction>,
}

impl Desk {
    /// A page of units, in the order of their registration.
    pub async fn units(
        &self,
        who: &StaffActor,
        filter: &UnitFilter,
        after: Option<&str>,
    ) -> Result<UnitList> {
        handles_requests(who)?;
        let after = after.and_then(|id| Uuid::try_parse(id).ok());
        let mut conn = self.store.read().await?;
        let mut rows = unit::list(&mut conn, filter, after, PAGE + 1).await?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = rows.len() > page;
        rows.truncate(page);
        let next = rows
            .last()
            .filter(|_| more)
            .map(|row| row.id.simple().to_string());
        Ok(UnitList { rows, next })
    }

    /// The next units of the whole register, for an export in pieces: constant memory however many there are.
    pub async fn units_after(
        &self,
        who: &StaffActor,
        after: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<UnitRow>> {
        handles_requests(who)?;
        let mut conn = self.store.read().await?;
        Ok(unit::list(&mut conn, &UnitFilter::default(), after, limit).await?)
    }

    /// ทะเบียนคุมทรัพย์สิน: every unit with what the register says, struck-off ones too.
    pub async fn register_sheet(&self, who: &StaffActor, lang: Lang) -> Result<Sheet> {
        let rules = self.rules();
        let mut heading = domain::equipment::register::heading();
        heading.push(lang.t("สภาพ", "State").to_owned());
        let mut sheet = Sheet {
            name: lang.t("ทะเบียนครุภัณฑ์", "Register of equipment").to_owned(),
            head: heading,
            rows: Vec::new(),
        };
        let mut after = None;
        loop {
            let page = self.units_after(who, after, 500).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for unit in &page {
                sheet.push(register_row(&rules, unit, lang));
            }
        }
        Ok(sheet)
    }

    /// A unit with everything.
    pub async fn unit_file(&self, who: &StaffActor, id: Uuid) -> Result<UnitFile> {
        handles_requests(who)?;
        let rules = self.rules();
        let mut conn = self.store.read().await?;
        let unit = unit::by_id(&mut conn, id).await?.ok_or(Trouble::NotFound)?;
        let kind = kind_of(&rules, &unit.kind);
        let mut names = Names::default();
        let mut history = Vec::new();
        for event in unit::events(&mut conn, id).await? {
            let name = match event.actor_id {
                Some(id) => names.of(&mut conn, id).await?,
                None => None,
            };
            let name = name.unwrap_or_else(|| "ระบบ".to_owned());
            let words = unit_event_words(&event);
            history.push((event, words, name));
        }
        let holder = match unit::holder(&mut conn, id).await? {
            Some(held) => {
                let line = loan::line(&mut conn, held.line_id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                let row = request::by_id(&mut conn, line.request_id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                Some(crate::request::reference_of(&row)?)
            }
            None => None,
        };
        let facts = UnitFacts {
            state: unit.state,
            recalled: unit.recalled,
        };
        let actor = Actor::Staff(who.clone());
        let allowed = rules_of::samples()
            .into_iter()
            .filter(at_the_shelf)
            .filter(|action| rules_of::decide(facts, action, &actor).is_ok())
            .collect();
        Ok(UnitFile {
            service_due: service_due(&kind, &unit, today(self.now())),
            kind,
            unit,
            holder,
            history,
            allowed,
        })
    }

    /// What the code on a unit tells anybody who reads it: what it is, never where it stands or who has it.
    pub async fn unit_card(&self, label: &str) -> Result<UnitCard> {
        let mut conn = self.store.read().await?;
        let unit = unit::by_label(&mut conn, label).await?;
        let unit = unit.ok_or(Trouble::NotFound)?;
        Ok(UnitCard {
            kind: kind_of(&self.rules(), &unit.kind),
            asset_number: unit.asset_number,
        })
    }

    /// Registers one unit from a form.
    pub async fn register_unit(&self, who: &StaffActor, fields: &RawFields) -> Result<Uuid> {
        handles_requests(who)?;
        let (now, rules) = (self.now(), self.rules());
        let new = read_unit(fields, &rules, now).map_err(Trouble::Invalid)?;
        let actor = Actor::Staff(who.clone());
        let (new, actor) = (&new, &actor);
        let added = self
            .store
            .write(async |tx| self.add_unit(tx, new, actor, now).await)
            .await?;
        added.ok_or_else(|| {
            Trouble::Invalid(FieldErrors::one(FieldError::new(
                "asset_number",
                "taken",
                "เลขครุภัณฑ์นี้อยู่ในทะเบียนแล้ว",
                "This asset number is in the register already",
            )))
        })
    }

    /// Changes what the register says of a unit; its number and type stay.
    pub async fn edit_unit(
        &self,
        who: &StaffActor,
        id: Uuid,
        version: i64,
        fields: &RawFields,
    ) -> Result<()> {
        handles_requests(who)?;
        let now = self.now();
        let mut errors = FieldErrors::new();
        let about = read_about(fields, now, &mut errors);
        if !errors.is_empty() {
            return Err(Trouble::Invalid(errors));
        }
        let actor = Actor::Staff(who.clone());
        let (about, actor) = (&about, &actor);
        self.store
            .write(async |tx| {
                let unit = unit::by_id(tx, id).await?.ok_or(Trouble::NotFound)?;
                if unit.version != version {
                    return Err(unit_came_first());
                }
                let next = UnitRow {
                    about: about.clone(),
                    updated_at: now,
                    ..unit.clone()
                };
                self.write_unit(tx, &unit, next, "edit", actor, json!({}), now)
                    .await?;
                Ok(())
            })
            .await
    }

    /// Reads a file of the paper register and says what importing it would do; nothing is kept.
    pub async fn try_register_file(
        &self,
        who: &StaffActor,
        bytes: &[u8],
    ) -> std::result::Result<RegisterTrial, NotRead> {
        handles_requests(who)?;
        let rows = self.rows_of_file(bytes, MOST).await?;
        let tried = self.try_register(who, &rows).await?;
        let (new, known) = tried.map_err(NotRead::Rows)?;
        Ok(RegisterTrial {
            new,
            known,
            rows: as_text(&rows)?,
        })
    }

    /// Imports the rows of a trial, once. How many units were added, and how many were there.
    pub async fn import_register_text(
        &self,
        who: &StaffActor,
        rows: &str,
    ) -> std::result::Result<(usize, usize), NotRead> {
        handles_requests(who)?;
        let rows = rows_of_text(rows.as_bytes(), MOST)?;
        let imported = self.import_register(who, &rows).await?;
        imported.map_err(NotRead::Rows)
    }

    /// The rows of a paper register: every mistake at once, or what an import would add and what is there already.
    pub async fn try_register(
        &self,
        who: &StaffActor,
        rows: &[Vec<String>],
    ) -> Result<std::result::Result<(Vec<RegisterRow>, usize), Vec<RowError>>> {
        handles_requests(who)?;
        let rules = self.rules();
        let read = match read(rows, &rules.municipality.equipment, today(self.now())) {
            Ok(read) => read,
            Err(errors) => return Ok(Err(errors)),
        };
        let mut conn = self.store.read().await?;
        let mut new = Vec::new();
        let mut known = 0;
        for row in read {
            let key = row.asset_number.key();
            if unit::by_asset_key(&mut conn, &key).await?.is_some() {
                known += 1;
            } else {
                new.push(row);
            }
        }
        Ok(Ok((new, known)))
    }

    /// Imports a paper register: what is registered already stays as it is, so importing twice changes nothing.
    /// How many units were added, and how many were there.
    pub async fn import_register(
        &self,
        who: &StaffActor,
        rows: &[Vec<String>],
    ) -> Result<std::result::Result<(usize, usize), Vec<RowError>>> {
        let (new, known) = match self.try_register(who, rows).await? {
            Ok(read) => read,
            Err(errors) => return Ok(Err(errors)),
        };
        let now = self.now();
        let actor = Actor::Staff(who.clone());
        let (new, actor) = (&new, &actor);
        let added = self
            .store
            .write(async |tx| {
                let mut added = 0;
                for row in new {
                    let unit = NewUnit {
                        kind: row.kind.clone(),
                        asset_number: row.asset_number.clone(),
                        about: UnitAbout {
                            serial: row.serial.clone(),
                            maker: row.maker.clone(),
                            model: row.model.clone(),
                            lot: row.lot.clone(),
                            price: row.price,
                            fund: row.fund.clone(),
                            acquired_on: row.acquired_on,
                            place: row.place.clone(),
                            note: row.note.clone(),
                        },
                        inspected_on: row.inspected_on,
                    };
                    // Another import may have been first.
                    added += usize::from(self.add_unit(tx, &unit, actor, now).await?.is_some());
                }
                Ok::<_, Trouble>(added)
            })
            .await?;
        self.serve_queues().await?;
        Ok(Ok((added, known + new.len() - added)))
    }

    /// Adds a unit; `None`: its number is registered already.
    pub(crate) async fn add_unit(
        &self,
        tx: &mut Tx,
        new: &NewUnit,
        actor: &Actor,
        now: Instant,
    ) -> Result<Option<Uuid>> {
        let inspected = new.inspected_on.is_some();
        let row = UnitRow {
            id: self.id(now),
            kind: new.kind.clone(),
            asset_number: new.asset_number.as_str().to_owned(),
            asset_key: new.asset_number.key(),
            label: data_encoding::BASE32_NOPAD
                .encode(&self.random::<10>())
                .to_lowercase(),
            about: new.about.clone(),
            state: if inspected {
                UnitState::Available
            } else {
                UnitState::Inspection
            },
            recalled: false,
            serviced: Serviced {
                on: new.inspected_on.unwrap_or_else(|| today(now)),
                loans: 0,
                meter: 0,
                meter_then: 0,
            },
            version: 1,
            created_at: now,
            updated_at: now,
        };
        if !unit::insert(tx, &row).await? {
            return Ok(None);
        }
        let body = json!({ "inspected_on": new.inspected_on });
        self.note_unit(tx, &row, "register", actor, body, now)
            .await?;
        Ok(Some(row.id))
    }

    /// One act at the shelf: cleaning, inspecting, repairing, taking out of use, striking off. What was set aside for
    /// somebody and cannot be had any more leaves them their place; what becomes available goes to whoever is next.
    pub async fn act_on_unit(
        &self,
        who: &StaffActor,
        id: Uuid,
        version: i64,
        action: &UnitAction,
        ticked: &[usize],
        service_done: bool,
    ) -> Result<()> {
        handles_requests(who)?;
        if !at_the_shelf(action) {
            return Err(Trouble::NotFound);
        }
        let (now, rules) = (self.now(), self.rules());
        let actor = Actor::Staff(who.clone());
        let (r, actor) = (&rules, &actor);
        self.store
            .write(async |tx| {
                let unit = unit::by_id(tx, id).await?.ok_or(Trouble::NotFound)?;
                if unit.version != version {
                    return Err(unit_came_first());
                }
                let kind = kind_of(r, &unit.kind);
                check_ticked(&kind, action, ticked)?;
                let body = action_body(action, ticked.len(), service_done);
                let serviced = |unit: &mut UnitRow| {
                    if service_done {
                        unit.serviced = Serviced {
                            on: today(now),
                            loans: 0,
                            meter: unit.serviced.meter,
                            meter_then: unit.serviced.meter,
                        };
                    }
                };
                let next = self
                    .change_unit(tx, &unit, action, actor, body, serviced, now)
                    .await?;
                self.follow_unit(tx, r, &unit, &next, actor, now).await
            })
            .await
    }

    /// What a unit's new state means for whoever has it or waits for it.
    async fn follow_unit(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        before: &UnitRow,
        next: &UnitRow,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        let left = before.state != next.state
            && matches!(before.state, UnitState::Reserved | UnitState::OnLoan);
        if left && let Some(held) = unit::holder(tx, before.id).await? {
            unit::deallocate(tx, before.id, now).await?;
            let line = loan::line(tx, held.line_id)
                .await?
                .ok_or(Trouble::NotFound)?;
            match before.state {
                UnitState::Reserved => {
                    let reason = next.state.label().th;
                    self.withdraw_offer(tx, rules, &line, &reason, actor, now)
                        .await?;
                }
                // Lost at somebody's home: the loan is over, what is owed for it is a case of its own.
                _ => {
                    self.line_came_back(tx, rules, &line, before, actor, now)
                        .await?;
                }
            }
        }
        if next.state == UnitState::Available {
            self.serve_queue(tx, rules, &next.kind, now).await?;
        }
        Ok(())
    }
}

/// A unit in the order of the template's columns, then its state.
fn register_row(rules: &Rules, unit: &UnitRow, lang: Lang) -> Vec<Cell> {
    let about = &unit.about;
    let text = |text: &str| Cell::Text(text.to_owned());
    let date = |date: Option<chrono::NaiveDate>| date.map_or(Cell::Empty, Cell::Date);
    vec![
        text(&unit.asset_number),
        text(kind_of(rules, &unit.kind).name.get(lang)),
        text(&about.serial),
        text(&about.maker),
        text(&about.model),
        text(&about.lot),
        about.price.map_or(Cell::Empty, Cell::Money),
        text(&about.fund),
        date(about.acquired_on),
        text(&about.place),
        date(Some(unit.serviced.on)),
        text(&about.note),
        text(unit.state.label().get(lang)),
    ]
}

/// What is done with a unit on the shelf; the rest is the counter's and the queue's.
fn at_the_shelf(action: &UnitAction) -> bool {
    !matches!(
        action,
        UnitAction::Reserve
            | UnitAction::Free
            | UnitAction::HandOver
            | UnitAction::UndoHandOver { .. }
            | UnitAction::TakeBack
    )
}

/// Every line of the type's list is ticked before a unit counts as cleaned or inspected.
fn check_ticked(kind: &EquipmentType, action: &UnitAction, ticked: &[usize]) -> Result<()> {
    let list = match action {
        UnitAction::FinishCleaning => &kind.checklists.cleaning,
        UnitAction::PassInspection => &kind.checklists.inspection,
        _ => return Ok(()),
    };
    if (0..list.len()).all(|n| ticked.contains(&n)) {
        return Ok(());
    }
    Err(refused(
        "unticked",
        Text::new(
            "ทำเครื่องหมายให้ครบทุกข้อของรายการตรวจ",
            "Tick every line of the list",
        ),
    ))
}

fn action_body(action: &UnitAction, ticked: usize, service_done: bool) -> serde_json::Value {
    match action {
        UnitAction::FailInspection { reason }
        | UnitAction::SendToRepair { reason }
        | UnitAction::Quarantine { reason }
        | UnitAction::EndQuarantine { reason } => json!({ "reason": reason }),
        UnitAction::ReportLost(chain) | UnitAction::WriteOff(chain) => json!(chain),
        _ => json!({ "checks": ticked, "service": service_done }),
    }
}

/// A line of a unit's history in words.
fn unit_event_words(event: &UnitEventRow) -> Text {
    let body: serde_json::Value = serde_json::from_str(&event.body).unwrap_or_default();
    let label = match event.event.as_str() {
        "register" => Text::new("ขึ้นทะเบียน", "Registered"),
        "edit" => Text::new("แก้ไขข้อมูลทะเบียน", "Register changed"),
        code => rules_of::samples()
            .into_iter()
            .find(|action| action.code() == code)
            .map_or_else(|| Text::new(code, code), |action| action.label()),
    };
    let said: Vec<&str> = [
        "reason",
        "condition",
        "report",
        "order",
        "approver",
        "signed_by",
    ]
    .into_iter()
    .filter_map(|name| body.get(name).and_then(|value| value.as_str()))
    .filter(|words| !words.is_empty())
    .collect();
    if said.is_empty() {
        return label;
    }
    let said = said.join(" · ");
    Text::new(
        format!("{}: {said}", label.th),
        format!("{}: {said}", label.en),
    )
}

/// A unit's form: type, number, and what the register says.
fn read_unit(
    fields: &RawFields,
    rules: &Rules,
    now: Instant,
) -> std::result::Result<NewUnit, FieldErrors> {
    let mut errors = FieldErrors::new();
    let id = raw(fields, "kind");
    let known = rules.municipality.equipment_type(id).is_some();
    if !known {
        errors.push(FieldError::new(
            "kind",
            "missing",
            "เลือกรายการ",
            "Choose the type",
        ));
    }
    let number = errors.keep(AssetNumber::parse(
        "asset_number",
        raw(fields, "asset_number"),
    ));
    let about = read_about(fields, now, &mut errors);
    let inspected_on = past_date(fields, "inspected_on", now, &mut errors);
    match number {
        Some(asset_number) if errors.is_empty() => Ok(NewUnit {
            kind: id.to_owned(),
            asset_number,
            about,
            inspected_on,
        }),
        _ => Err(errors),
    }
}

fn read_about(fields: &RawFields, now: Instant, errors: &mut FieldErrors) -> UnitAbout {
    let mut short = |field: &str| {
        let typed = text::clean(raw(fields, field));
        if typed.chars().count() > MOST_TEXT {
            errors.push(FieldError::new(
                field,
                "too_long",
                format!("ยาวเกิน {MOST_TEXT} ตัวอักษร"),
                format!("Longer than {MOST_TEXT} characters"),
            ));
        }
        typed
    };
    let [serial, maker, model, lot, fund, place, note] =
        ["serial", "maker", "model", "lot", "fund", "place", "note"].map(&mut short);
    let price = errors
        .keep(price(&text::clean(raw(fields, "price"))))
        .flatten();
    UnitAbout {
        serial,
        maker,
        model,
        lot,
        price,
        fund,
        acquired_on: past_date(fields, "acquired_on", now, errors),
        place,
        note,
    }
}

fn past_date(
    fields: &RawFields,
    field: &str,
    now: Instant,
    errors: &mut FieldErrors,
) -> Option<chrono::NaiveDate> {
    let typed = text::clean(raw(fields, field));
    if typed.is_empty() {
        return None;
    }
    match thai_date::parse(&typed) {
        Ok(date) if date <= today(now) => Some(date),
        Ok(_) => {
            errors.push(FieldError::new(
                field,
                "future",
                "วันที่อยู่ในอนาคต",
                "The date is in the future",
            ));
            None
        }
        Err(problems) => {
            if let Some(problem) = problems.into_iter().next() {
                errors.push(FieldError::new(field, problem.code, problem.th, problem.en));
            }
            None
        }
    }
}
