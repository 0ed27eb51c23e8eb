//! The old paper register as rows of text: columns found by their names, and every mistake of every row at once.
use super::asset_number::AssetNumber;
use super::settings::EquipmentType;
use crate::form::{FieldError, Text};
use crate::money::Satang;
use crate::statement::{RowError, folded};
use crate::{text, thai_date};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// More rows than this are not one register.
pub const MOST_ROWS: usize = 20_000;
/// The longest text of a cell, in characters.
const MOST_TEXT: usize = 200;

/// One unit as the register has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterRow {
    /// Counted from 1 with the heading, as spreadsheets show it.
    pub row: usize,
    pub asset_number: AssetNumber,
    /// A type's id.
    pub kind: String,
    pub serial: String,
    pub maker: String,
    pub model: String,
    pub lot: String,
    pub price: Option<Satang>,
    pub fund: String,
    pub acquired_on: Option<NaiveDate>,
    pub place: String,
    /// The day of the last passed inspection; without one the unit waits for its inspection.
    pub inspected_on: Option<NaiveDate>,
    pub note: String,
}

/// The columns, in the order of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    AssetNumber,
    Kind,
    Serial,
    Maker,
    Model,
    Lot,
    Price,
    Fund,
    AcquiredOn,
    Place,
    InspectedOn,
    Note,
}

impl Column {
    pub const ALL: [Self; 12] = [
        Self::AssetNumber,
        Self::Kind,
        Self::Serial,
        Self::Maker,
        Self::Model,
        Self::Lot,
        Self::Price,
        Self::Fund,
        Self::AcquiredOn,
        Self::Place,
        Self::InspectedOn,
        Self::Note,
    ];

    /// The name in the template, then what other registers call it.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::AssetNumber => &["เลขครุภัณฑ์", "รหัสครุภัณฑ์", "หมายเลขครุภัณฑ์", "asset_number"],
            Self::Kind => &["รายการ", "ประเภท", "ชื่อครุภัณฑ์", "type"],
            Self::Serial => &["หมายเลขเครื่อง", "serial", "serial_number", "s/n"],
            Self::Maker => &["ยี่ห้อ", "ผู้ผลิต", "maker", "brand"],
            Self::Model => &["รุ่น", "แบบ", "model"],
            Self::Lot => &["ล็อต", "รุ่นผลิต", "lot"],
            Self::Price => &["ราคา", "ราคาต่อหน่วย", "มูลค่า", "price"],
            Self::Fund => &["แหล่งเงิน", "แหล่งที่มา", "วิธีการได้มา", "fund"],
            Self::AcquiredOn => &["วันที่ได้มา", "วันที่รับ", "วันเดือนปี", "acquired_on"],
            Self::Place => &["สถานที่เก็บ", "สถานที่ตั้ง", "ที่เก็บ", "place"],
            Self::InspectedOn => &["ตรวจสภาพเมื่อ", "วันที่ตรวจสภาพ", "inspected_on"],
            Self::Note => &["หมายเหตุ", "note"],
        }
    }

    /// The name in the template.
    pub fn name(self) -> &'static str {
        self.names().first().copied().unwrap_or_default()
    }

    fn is_needed(self) -> bool {
        matches!(self, Self::AssetNumber | Self::Kind)
    }
}

/// The heading of the template.
pub fn heading() -> Vec<String> {
    Column::ALL
        .iter()
        .map(|column| column.name().to_owned())
        .collect()
}

/// Reads a register. The heading is the first of thirty rows that names the needed columns; empty rows are passed over.
pub fn read(
    rows: &[Vec<String>],
    types: &[EquipmentType],
    today: NaiveDate,
) -> Result<Vec<RegisterRow>, Vec<RowError>> {
    let Some((at, found)) = locate(rows) else {
        return Err(missing_columns());
    };
    if rows.len() - at > MOST_ROWS {
        return Err(vec![whole_file(
            format!("มีมากกว่า {MOST_ROWS} แถว โปรดแบ่งไฟล์"),
            format!("There are more than {MOST_ROWS} rows. Split the file."),
        )]);
    }
    let (mut units, mut errors) = (Vec::new(), Vec::new());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (n, row) in rows.iter().enumerate().skip(at + 1) {
        if row.iter().all(|cell| text::clean(cell).is_empty()) {
            continue;
        }
        let mut reader = Reader {
            n: n + 1,
            row,
            found: &found,
            errors: &mut errors,
        };
        let Some(unit) = reader.unit(types, today) else {
            continue;
        };
        match seen.insert(unit.asset_number.key(), unit.row) {
            Some(first) => reader.wrong(
                Column::AssetNumber,
                &format!("เลขครุภัณฑ์นี้ซ้ำกับแถวที่ {first}"),
                &format!("This asset number stands in row {first} already"),
            ),
            None => units.push(unit),
        }
    }
    if units.is_empty() && errors.is_empty() {
        errors.push(whole_file(
            "ไม่มีรายการครุภัณฑ์ในไฟล์นี้".to_owned(),
            "There is no unit in this file".to_owned(),
        ));
    }
    if errors.is_empty() {
        Ok(units)
    } else {
        Err(errors)
    }
}

/// What a unit cost, as a cell or a field gives it; nothing is no price.
pub fn price(typed: &str) -> Result<Option<Satang>, FieldError> {
    if typed.is_empty() {
        return Ok(None);
    }
    let wrong = |code, th: String, en: String| FieldError::new("price", code, th, en);
    match Satang::parse(typed) {
        Ok(price) if price >= Satang::ZERO && price <= Satang::LARGEST => Ok(Some(price)),
        Ok(_) => Err(wrong(
            "range",
            "ราคาต้องไม่ติดลบ และไม่เกิน 10 ล้านบาท".to_owned(),
            "A price is not negative, and at most 10 million baht".to_owned(),
        )),
        Err(error) => Err(wrong(error.code(), error.th(), error.en())),
    }
}

fn whole_file(th: String, en: String) -> RowError {
    RowError {
        row: 0,
        column: String::new(),
        reason: Text::new(th, en),
    }
}

/// Where each column stands, in the order of [`Column::ALL`].
type Found = [Option<usize>; Column::ALL.len()];

fn locate(rows: &[Vec<String>]) -> Option<(usize, Found)> {
    rows.iter().take(30).enumerate().find_map(|(n, row)| {
        let heads: Vec<String> = row.iter().map(|cell| folded(cell)).collect();
        let found = Column::ALL.map(|column| {
            let names: Vec<String> = column.names().iter().map(|name| folded(name)).collect();
            heads
                .iter()
                .position(|head| !head.is_empty() && names.contains(head))
        });
        let whole = Column::ALL
            .iter()
            .zip(found)
            .all(|(column, at)| at.is_some() || !column.is_needed());
        whole.then_some((n, found))
    })
}

fn missing_columns() -> Vec<RowError> {
    Column::ALL
        .iter()
        .filter(|column| column.is_needed())
        .map(|column| {
            let names = column.names().join(", ");
            RowError {
                row: 0,
                column: column.name().to_owned(),
                reason: Text::new(
                    format!("ไม่พบหัวตารางที่มีคอลัมน์นี้ (ชื่อที่ระบบรู้จัก: {names})"),
                    format!("No heading has this column (names understood: {names})"),
                ),
            }
        })
        .collect()
}

struct Reader<'a> {
    n: usize,
    row: &'a [String],
    found: &'a Found,
    errors: &'a mut Vec<RowError>,
}

impl Reader<'_> {
    fn cell(&self, column: Column) -> String {
        let at = self.found.get(column as usize).copied().flatten();
        at.and_then(|at| self.row.get(at))
            .map(|cell| text::clean(cell))
            .unwrap_or_default()
    }

    fn wrong(&mut self, column: Column, th: &str, en: &str) {
        self.errors.push(RowError {
            row: self.n,
            column: column.name().to_owned(),
            reason: Text::new(th, en),
        });
    }

    fn unit(&mut self, types: &[EquipmentType], today: NaiveDate) -> Option<RegisterRow> {
        let before = self.errors.len();
        let asset_number = match AssetNumber::parse("", &self.cell(Column::AssetNumber)) {
            Ok(number) => Some(number),
            Err(error) => {
                self.wrong(Column::AssetNumber, &error.text.th, &error.text.en);
                None
            }
        };
        let kind = self.kind(types);
        let price = self.price();
        let acquired_on = self.past_date(Column::AcquiredOn, today);
        let inspected_on = self.past_date(Column::InspectedOn, today);
        let [serial, maker, model, lot, fund, place, note] = [
            Column::Serial,
            Column::Maker,
            Column::Model,
            Column::Lot,
            Column::Fund,
            Column::Place,
            Column::Note,
        ]
        .map(|column| self.short_text(column));
        let row = RegisterRow {
            row: self.n,
            asset_number: asset_number?,
            kind: kind?,
            serial,
            maker,
            model,
            lot,
            price,
            fund,
            acquired_on,
            place,
            inspected_on,
            note,
        };
        (self.errors.len() == before).then_some(row)
    }

    /// A type by its id or its name in either language.
    fn kind(&mut self, types: &[EquipmentType]) -> Option<String> {
        let typed = folded(&self.cell(Column::Kind));
        if typed.is_empty() {
            self.wrong(Column::Kind, "ยังไม่ได้กรอกรายการ", "The type is missing");
            return None;
        }
        let known = types.iter().find(|kind| {
            [&kind.id, &kind.name.th, &kind.name.en]
                .into_iter()
                .any(|name| folded(name) == typed)
        });
        if known.is_none() {
            let names: Vec<&str> = types.iter().map(|kind| kind.name.th.as_str()).collect();
            let ids: Vec<&str> = types.iter().map(|kind| kind.id.as_str()).collect();
            self.wrong(
                Column::Kind,
                &format!("ไม่รู้จักรายการนี้ ใช้ชื่อใดชื่อหนึ่ง: {}", names.join(", ")),
                &format!("Not a known type; use one of: {}", ids.join(", ")),
            );
        }
        known.map(|kind| kind.id.clone())
    }

    fn price(&mut self) -> Option<Satang> {
        match price(&self.cell(Column::Price)) {
            Ok(price) => price,
            Err(error) => {
                self.wrong(Column::Price, &error.text.th, &error.text.en);
                None
            }
        }
    }

    fn past_date(&mut self, column: Column, today: NaiveDate) -> Option<NaiveDate> {
        let typed = self.cell(column);
        if typed.is_empty() || typed == "-" {
            return None;
        }
        match thai_date::parse(&typed) {
            Ok(date) if date <= today => Some(date),
            Ok(_) => {
                self.wrong(column, "วันที่อยู่ในอนาคต", "The date is in the future");
                None
            }
            Err(_) => {
                self.wrong(
                    column,
                    "อ่านวันที่ไม่ได้ ใช้รูปแบบ เช่น 23/11/2569",
                    "Not a date; write it like 23/11/2026",
                );
                None
            }
        }
    }

    fn short_text(&mut self, column: Column) -> String {
        let typed = self.cell(column);
        if typed.chars().count() > MOST_TEXT {
            self.wrong(
                column,
                &format!("ยาวเกิน {MOST_TEXT} ตัวอักษร"),
                &format!("Longer than {MOST_TEXT} characters"),
            );
        }
        typed
    }
}
