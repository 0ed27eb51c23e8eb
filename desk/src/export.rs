//! Lists as files: CSV that spreadsheets open in Thai, and XLSX. One helper for every list.
use crate::{Result, Trouble};
use chrono::{Datelike, NaiveDate};
use domain::money::Satang;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};

/// UTF-8 BOM: without it Excel reads Thai as Windows-874.
const BOM: &str = "\u{feff}";
/// Excel's limits for one cell and the name of one sheet.
const LONGEST_CELL: usize = 32_000;
const LONGEST_NAME: usize = 31;

/// What a list is exported as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Csv,
    Xlsx,
}

impl FileKind {
    pub const ALL: [Self; 2] = [Self::Xlsx, Self::Csv];

    /// The word of addresses, and the ending of the file's name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// One value of a list. Text never becomes a formula; money and dates stay numbers in XLSX.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    /// Digits that are a name, not a number: references, receipts, phones. Their leading zeros stay.
    Code(String),
    Number(i64),
    Money(Satang),
    Date(NaiveDate),
    Empty,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn code(text: impl Into<String>) -> Self {
        Self::Code(text.into())
    }

    fn csv(&self) -> String {
        match self {
            Self::Text(text) | Self::Code(text) => harmless(text),
            Self::Number(number) => number.to_string(),
            Self::Money(amount) => decimal(*amount),
            Self::Date(date) => date.to_string(),
            Self::Empty => String::new(),
        }
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Satang> for Cell {
    fn from(amount: Satang) -> Self {
        Self::Money(amount)
    }
}

impl From<NaiveDate> for Cell {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

/// A list to export: a heading, and a cell per heading in every row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The sheet's name.
    pub name: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

impl Sheet {
    pub fn new(name: impl Into<String>, head: &[&str]) -> Self {
        Self {
            name: name.into(),
            head: head.iter().map(|head| (*head).to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    pub fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// The file's bytes.
    pub fn file(&self, kind: FileKind) -> Result<Vec<u8>> {
        match kind {
            FileKind::Csv => self.csv(),
            FileKind::Xlsx => self
                .xlsx()
                .map_err(|error| Trouble::Internal(format!("writing a sheet: {error}"))),
        }
    }

    /// RFC 4180 with a BOM.
    fn csv(&self) -> Result<Vec<u8>> {
        let internal = |error: String| Trouble::Internal(format!("writing a list: {error}"));
        let mut writer = csv::WriterBuilder::new()
            .flexible(true)
            .terminator(csv::Terminator::CRLF)
            .from_writer(BOM.as_bytes().to_vec());
        writer
            .write_record(self.head.iter().map(|head| harmless(head)))
            .map_err(|error| internal(error.to_string()))?;
        for row in &self.rows {
            writer
                .write_record(row.iter().map(Cell::csv))
                .map_err(|error| internal(error.to_string()))?;
        }
        writer
            .into_inner()
            .map_err(|error| internal(error.to_string()))
    }

    fn xlsx(&self) -> std::result::Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let head = Format::new().set_bold().set_text_wrap();
        let money = Format::new().set_num_format("#,##0.00");
        let date = Format::new().set_num_format("yyyy-mm-dd");
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(&self.name))?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, text) in (0u16..).zip(&self.head) {
            sheet.write_string_with_format(0, column, text, &head)?;
        }
        for (row, cells) in (1u32..).zip(&self.rows) {
            for (column, cell) in (0u16..).zip(cells) {
                match cell {
                    // A string cell is never a formula, whatever it begins with.
                    Cell::Text(text) | Cell::Code(text) => {
                        sheet.write_string(row, column, shortened(text))?;
                    }
                    Cell::Number(number) => match i32::try_from(*number) {
                        Ok(number) => {
                            sheet.write_number(row, column, number)?;
                        }
                        // Excel keeps fifteen digits: a longer number would change.
                        Err(_) => {
                            sheet.write_string(row, column, number.to_string())?;
                        }
                    },
                    Cell::Money(amount) => {
                        sheet.write_number_with_format(row, column, baht(*amount), &money)?;
                    }
                    Cell::Date(day) => {
                        let (year, month, of) = (day.year(), day.month(), day.day());
                        let parts = (u16::try_from(year), u8::try_from(month), u8::try_from(of));
                        let told = match parts {
                            (Ok(year), Ok(month), Ok(of)) => {
                                ExcelDateTime::from_ymd(year, month, of).ok()
                            }
                            _ => None,
                        };
                        match told {
                            Some(told) => {
                                sheet.write_datetime_with_format(row, column, &told, &date)?;
                            }
                            None => {
                                sheet.write_string(row, column, day.to_string())?;
                            }
                        }
                    }
                    Cell::Empty => {}
                }
            }
        }
        sheet.autofit();
        book.save_to_buffer()
    }
}

/// A text that spreadsheets would take for a formula gets an apostrophe in front, as OWASP advises.
fn harmless(text: &str) -> String {
    let dangerous = text.trim_start().starts_with([
        '=', '+', '-', '@', '|', '%', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ]) || text.starts_with(['\t', '\r', '\n']);
    if dangerous {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_CELL).collect()
}

fn sheet_name(name: &str) -> String {
    let plain: String = name
        .chars()
        .filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\''))
        .take(LONGEST_NAME)
        .collect();
    if plain.trim().is_empty() {
        "Sala".to_owned()
    } else {
        plain
    }
}

/// "1500.50": without commas, so that every program reads it as a number.
fn decimal(amount: Satang) -> String {
    amount.to_string().replace(',', "")
}

/// An amount as a spreadsheet holds it. Exact to a satang up to 90 trillion baht.
#[expect(
    clippy::cast_precision_loss,
    reason = "amounts have fewer than 53 bits; spreadsheets know nothing but doubles"
)]
fn baht(amount: Satang) -> f64 {
    amount.0 as f64 / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx};
    use std::io::Cursor;

    fn sheet() -> Sheet {
        let mut sheet = Sheet::new("รายการ: [1/2]", &["ชื่อ", "เลขที่", "จำนวนเงิน", "วันที่", "ครั้ง"]);
        sheet.push(vec![
            Cell::text("=HYPERLINK(\"http://x\",\"a\")"),
            Cell::code("0012"),
            Cell::Money(Satang(150_050)),
            Cell::Date("2026-11-23".parse().unwrap()),
            Cell::Number(3),
        ]);
        sheet.push(vec![
            Cell::text("สม, \"หญิง\"\nใจดี"),
            Cell::Empty,
            Cell::Money(Satang(-5)),
            Cell::Empty,
            Cell::Number(9_007_199_254_740_993),
        ]);
        sheet
    }

    #[test]
    fn a_csv_opens_in_thai_and_runs_no_formula() {
        let bytes = sheet().file(FileKind::Csv).unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "\u{feff}ชื่อ,เลขที่,จำนวนเงิน,วันที่,ครั้ง\r\n\
             \"'=HYPERLINK(\"\"http://x\"\",\"\"a\"\")\",0012,1500.50,2026-11-23,3\r\n\
             \"สม, \"\"หญิง\"\"\nใจดี\",,-0.05,,9007199254740993\r\n"
        );
    }

    #[test]
    fn every_beginning_of_a_formula_is_defused() {
        for text in [
            "=1",
            "+1",
            "-1",
            "@SUM(A1)",
            " =1",
            "\t=1",
            "\r=1",
            "|cmd",
            "%0A",
            "\u{ff1d}1",
        ] {
            assert!(harmless(text).starts_with('\''), "{text:?}");
        }
        for text in ["สมชาย", "0812345678", "a=b", ""] {
            assert_eq!(harmless(text), text);
        }
    }

    #[test]
    fn a_sheet_keeps_money_as_numbers_and_text_as_text() {
        let bytes = sheet().file(FileKind::Xlsx).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        assert_eq!(book.sheet_names(), ["รายการ 12"]);
        let range = book.worksheet_range("รายการ 12").unwrap();
        let cell = |row, column| range.get_value((row, column)).unwrap().clone();
        assert_eq!(cell(0, 0), Data::String("ชื่อ".to_owned()));
        assert_eq!(
            cell(1, 0),
            Data::String("=HYPERLINK(\"http://x\",\"a\")".to_owned())
        );
        assert_eq!(cell(1, 1), Data::String("0012".to_owned()));
        assert_eq!(cell(1, 2), Data::Float(1500.5));
        assert!(matches!(cell(1, 3), Data::DateTime(_)));
        assert_eq!(cell(2, 4), Data::String("9007199254740993".to_owned()));
    }
}
