//! The bank's file of payments, as rows of text: columns found by their names, and every mistake of every row at once.
use crate::fee::StatementColumns;
use crate::form::Text;
use crate::money::{MoneyError, Satang};
use crate::time::TimeOfDay;
use crate::{text, thai_date};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// More rows than this are not one day's file.
pub const MOST_ROWS: usize = 20_000;

/// One payment as the bank tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// Counted from 1 with the heading, as spreadsheets show it.
    pub row: usize,
    pub date: NaiveDate,
    pub time: Option<TimeOfDay>,
    pub amount: Satang,
    pub ref1: String,
    pub ref2: String,
    pub transaction: Option<String>,
    /// How often the very same row stood above it: two people may pay the same in one minute.
    pub repeat: usize,
}

impl StatementLine {
    /// What makes this payment the same one when the file comes again: the bank's own number on its date, or all there
    /// is to know and which of equal rows it is.
    pub fn identity(&self) -> String {
        match &self.transaction {
            Some(transaction) => format!("{}|{transaction}", self.date),
            None => format!(
                "{}|{}|{}|{}|{}|{}",
                self.date,
                self.time.map(|time| time.to_string()).unwrap_or_default(),
                self.amount.0,
                self.ref1,
                self.ref2,
                self.repeat
            ),
        }
    }
}

/// One thing wrong with a file, where it stands and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Counted from 1; 0 is the file as a whole.
    pub row: usize,
    pub column: String,
    pub reason: Text,
}

#[derive(Clone, Copy)]
enum Column {
    Date,
    Time,
    Amount,
    Ref1,
    Ref2,
    Transaction,
}

/// Reads a file's rows. The heading is the first row that names the needed columns; what stands before it and empty
/// rows are passed over, and so is a row without a date whose first cell says that it is a total. A row longer than the
/// heading is a mistake: its cells may stand under the wrong names.
pub fn read(
    rows: &[Vec<String>],
    columns: &StatementColumns,
    today: NaiveDate,
) -> Result<Vec<StatementLine>, Vec<RowError>> {
    let Some((at, found)) = heading(rows, columns) else {
        return Err(missing(rows, columns));
    };
    if rows.len() - at > MOST_ROWS {
        return Err(vec![RowError {
            row: 0,
            column: String::new(),
            reason: Text::new(
                format!("มีมากกว่า {MOST_ROWS} แถว โปรดแบ่งไฟล์"),
                format!("There are more than {MOST_ROWS} rows. Split the file."),
            ),
        }]);
    }
    let (mut lines, mut errors) = (Vec::new(), Vec::new());
    let mut repeats: BTreeMap<String, usize> = BTreeMap::new();
    for (n, row) in rows.iter().enumerate().skip(at + 1) {
        if row.iter().all(|cell| text::clean(cell).is_empty()) || is_total(row, &found) {
            continue;
        }
        if row
            .iter()
            .skip(found.width())
            .any(|cell| !text::clean(cell).is_empty())
        {
            errors.push(RowError {
                row: n + 1,
                column: String::new(),
                reason: Text::new(
                    "มีช่องเกินจำนวนคอลัมน์ของหัวตาราง จำนวนเงินที่มีจุลภาคต้องอยู่ในเครื่องหมายคำพูด",
                    "There are more cells than columns in the heading. An amount with a comma needs quotes.",
                ),
            });
            continue;
        }
        let before = errors.len();
        if let Some(mut line) = parse(n + 1, row, &found, today, &mut errors)
            && errors.len() == before
        {
            let seen = repeats.entry(line.identity()).or_default();
            line.repeat = *seen;
            *seen += 1;
            if line.transaction.is_some() && line.repeat > 0 {
                let column = found.name(Column::Transaction);
                errors.push(RowError {
                    row: n + 1,
                    column,
                    reason: Text::new(
                        "เลขที่รายการนี้ซ้ำกับแถวก่อนหน้าในไฟล์เดียวกัน",
                        "This transaction number stands in an earlier row of the same file",
                    ),
                });
            }
            lines.push(line);
        }
    }
    if lines.is_empty() && errors.is_empty() {
        errors.push(RowError {
            row: 0,
            column: String::new(),
            reason: Text::new("ไม่มีรายการรับชำระในไฟล์นี้", "There is no payment in this file"),
        });
    }
    if errors.is_empty() {
        Ok(lines)
    } else {
        Err(errors)
    }
}

/// Where the columns stand, and what the file calls them.
struct Found {
    at: [Option<usize>; 6],
    names: Vec<String>,
}

impl Found {
    /// How many columns the heading has; empty cells at its end are none.
    fn width(&self) -> usize {
        let last = self
            .names
            .iter()
            .rposition(|name| !text::clean(name).is_empty());
        last.map_or(0, |last| last + 1)
    }

    fn name(&self, column: Column) -> String {
        let index = self.at.get(column as usize).copied().flatten();
        index
            .and_then(|index| self.names.get(index))
            .map(|name| text::clean(name))
            .unwrap_or_default()
    }

    fn cell(&self, row: &[String], column: Column) -> String {
        let index = self.at.get(column as usize).copied().flatten();
        index
            .and_then(|index| row.get(index))
            .map(|cell| text::clean(cell))
            .unwrap_or_default()
    }
}

/// Case, spaces, dots and underscores aside.
pub(crate) fn folded(name: &str) -> String {
    text::ascii_digits(&text::clean(name))
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '.' | '_' | '-' | ':' | '(' | ')'))
        .flat_map(char::to_lowercase)
        .collect()
}

fn lists(columns: &StatementColumns) -> [&[String]; 6] {
    [
        &columns.date,
        &columns.time,
        &columns.amount,
        &columns.ref1,
        &columns.ref2,
        &columns.transaction,
    ]
}

fn located(row: &[String], columns: &StatementColumns) -> Found {
    let heads: Vec<String> = row.iter().map(|cell| folded(cell)).collect();
    let at = lists(columns).map(|names| {
        let names: Vec<String> = names.iter().map(|name| folded(name)).collect();
        heads
            .iter()
            .position(|head| !head.is_empty() && names.contains(head))
    });
    Found {
        at,
        names: row.to_vec(),
    }
}

const NEEDED: [Column; 4] = [Column::Date, Column::Amount, Column::Ref1, Column::Ref2];

fn has(found: &Found, column: Column) -> bool {
    found.at.get(column as usize).copied().flatten().is_some()
}

fn heading(rows: &[Vec<String>], columns: &StatementColumns) -> Option<(usize, Found)> {
    rows.iter()
        .take(30)
        .map(|row| located(row, columns))
        .enumerate()
        .find(|(_, found)| NEEDED.iter().all(|column| has(found, *column)))
}

/// Which columns the likeliest heading lacks.
fn missing(rows: &[Vec<String>], columns: &StatementColumns) -> Vec<RowError> {
    let best = rows
        .iter()
        .take(30)
        .map(|row| located(row, columns))
        .enumerate()
        .max_by_key(|(n, found)| {
            let known = NEEDED.iter().filter(|column| has(found, **column)).count();
            (known, usize::MAX - n)
        });
    let (row, found) = match best {
        Some((n, found)) => (n + 1, found),
        None => (
            0,
            Found {
                at: [None; 6],
                names: Vec::new(),
            },
        ),
    };
    NEEDED
        .iter()
        .filter(|column| !has(&found, **column))
        .map(|column| {
            let names = lists(columns)
                .get(*column as usize)
                .map(|names| names.join(", "))
                .unwrap_or_default();
            RowError {
                row,
                column: names.clone(),
                reason: Text::new(
                    format!("ไม่พบคอลัมน์นี้ (ชื่อที่ระบบรู้จัก: {names})"),
                    format!("This column is missing (names understood: {names})"),
                ),
            }
        })
        .collect()
}

/// "รวม", "total": the bank's own last line.
fn is_total(row: &[String], found: &Found) -> bool {
    let first = row
        .iter()
        .map(|cell| folded(cell))
        .find(|cell| !cell.is_empty());
    found.cell(row, Column::Ref1).is_empty()
        && first.is_some_and(|first| first.starts_with("รวม") || first.starts_with("total"))
}

fn parse(
    n: usize,
    row: &[String],
    found: &Found,
    today: NaiveDate,
    errors: &mut Vec<RowError>,
) -> Option<StatementLine> {
    let mut wrong = |column: Column, th: &str, en: &str| {
        errors.push(RowError {
            row: n,
            column: found.name(column),
            reason: Text::new(th, en),
        });
    };
    let typed = found.cell(row, Column::Date);
    // A moment in one cell: the date stands first.
    let (day, rest) = typed.split_once(['T', ' ']).unwrap_or((&typed, ""));
    let whole = thai_date::parse(&typed).ok();
    let date = match whole.or_else(|| thai_date::parse(day).ok()) {
        Some(date) if date > today => {
            wrong(Column::Date, "วันที่อยู่ในอนาคต", "The date is in the future");
            None
        }
        Some(date) => Some(date),
        None => {
            wrong(
                Column::Date,
                "อ่านวันที่ไม่ได้ ใช้รูปแบบ เช่น 23/11/2569",
                "Not a date; write it like 23/11/2026",
            );
            None
        }
    };
    let clock = match found.cell(row, Column::Time) {
        time if time.is_empty() && whole.is_none() => rest.to_owned(),
        time => time,
    };
    // Seconds do not matter.
    let short: String = clock.chars().take(5).collect();
    let time = match TimeOfDay::parse(&short) {
        _ if short.is_empty() => None,
        Ok(time) => Some(time),
        Err(_) => {
            wrong(
                Column::Time,
                "อ่านเวลาไม่ได้ ใช้รูปแบบ เช่น 13:45",
                "Not a time; write it like 13:45",
            );
            None
        }
    };
    let amount = match Satang::parse(&found.cell(row, Column::Amount)) {
        Ok(amount) if amount > Satang::LARGEST => {
            let error = MoneyError::TooLarge;
            wrong(Column::Amount, &error.th(), &error.en());
            None
        }
        Ok(amount) if amount > Satang::ZERO => Some(amount),
        Ok(_) => {
            wrong(
                Column::Amount,
                "จำนวนเงินต้องมากกว่า 0",
                "The amount must be more than nothing",
            );
            None
        }
        Err(error) => {
            wrong(Column::Amount, &error.th(), &error.en());
            None
        }
    };
    let mut reference = |column: Column| {
        let typed = text::ascii_digits(&found.cell(row, column));
        let plain: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if plain.chars().count() > 40 {
            wrong(column, "เลขอ้างอิงยาวเกิน 40 ตัว", "Longer than 40 characters");
        }
        plain
    };
    // A payment without references is still money that came.
    let (ref1, ref2) = (reference(Column::Ref1), reference(Column::Ref2));
    let transaction = found.cell(row, Column::Transaction);
    if transaction.chars().count() > 100 {
        wrong(
            Column::Transaction,
            "เลขที่รายการยาวเกิน 100 ตัว",
            "Longer than 100 characters",
        );
    }
    Some(StatementLine {
        row: n,
        date: date?,
        time,
        amount: amount?,
        ref1,
        ref2,
        transaction: Some(transaction).filter(|transaction| !transaction.is_empty()),
        repeat: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines()
            .map(|line| line.split(';').map(str::to_owned).collect())
            .collect()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn read_text(text: &str) -> Result<Vec<StatementLine>, Vec<RowError>> {
        read(&rows(text), &StatementColumns::default(), day("2026-11-24"))
    }

    #[test]
    fn columns_are_found_by_name_wherever_they_stand() {
        let lines = read_text(
            "ธนาคารตัวอย่าง\n\
             รายงานรับชำระ;;;;\n\
             Ref.2;จำนวนเงิน ;วันที่;REF 1;เวลา;เลขที่รายการ\n\
             ๗๐๐๐๐๐๐๑;1,500.50;23/11/2569;572400000004;13:45:10;A1\n\
             ;;;;;\n\
             70000002;20;2026-11-24;572400000004;;\n\
             รวม;1520.50;;;;",
        )
        .unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!(
            lines[0],
            StatementLine {
                row: 4,
                date: day("2026-11-23"),
                time: TimeOfDay::parse("13:45").ok(),
                amount: Satang(150_050),
                ref1: "572400000004".to_owned(),
                ref2: "70000001".to_owned(),
                transaction: Some("A1".to_owned()),
                repeat: 0,
            }
        );
        assert_eq!((lines[1].row, lines[1].time), (6, None));
    }

    #[test]
    fn every_mistake_of_every_row_is_told_at_once() {
        let errors = read_text(
            "วันที่;เวลา;จำนวนเงิน;Ref1;Ref2\n\
             30/02/2569;13:45;100;1;2\n\
             25/11/2569;25:99;-5;1;2\n\
             23/11/2569;;ฟรี;1;2\n\
             23/11/2569;;100;1;2",
        )
        .unwrap_err();
        let told: Vec<_> = errors
            .iter()
            .map(|error| (error.row, error.column.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (2, "วันที่"),
                (3, "วันที่"),
                (3, "เวลา"),
                (3, "จำนวนเงิน"),
                (4, "จำนวนเงิน"),
            ]
        );
        assert!(errors.iter().all(|error| !error.reason.th.is_empty()));
    }

    #[test]
    fn a_cell_beyond_the_heading_is_a_mistake_of_its_row() {
        // "1,000.00" without quotes in a file of commas: two cells, and everything after it one too far.
        let heading = "วันที่;เวลา;จำนวนเงิน;Ref1;Ref2";
        let text = format!(
            "{heading}\n23/11/2569;08:30;1;000.00;572400000004;70000001\n23/11/2569;08:30;1;a;b; ;"
        );
        let errors = read_text(&text).unwrap_err();
        let rows: Vec<_> = errors.iter().map(|error| error.row).collect();
        assert_eq!(rows, [2]);
        assert!(errors[0].reason.en.contains("quotes"), "{errors:?}");
    }

    #[test]
    fn wrong_columns_are_named() {
        let errors = read_text("วันที่;ชื่อ;จำนวนเงิน\n23/11/2569;ก;100").unwrap_err();
        assert_eq!(errors.len(), 2);
        assert!(errors[0].column.contains("ref1"), "{errors:?}");
        assert_eq!(read_text("").unwrap_err().len(), 4);
        let none = read_text("วันที่;จำนวนเงิน;Ref1;Ref2\n;;;").unwrap_err();
        assert!(none[0].reason.en.contains("no payment"));
    }

    #[test]
    fn equal_rows_are_two_payments_and_the_same_ones_when_the_file_comes_again() {
        let text = "วันที่;จำนวนเงิน;Ref1;Ref2\n23/11/2569;100;1;2\n23/11/2569;100;1;2";
        let ids = |text: &str| -> Vec<String> {
            let lines = read_text(text).unwrap();
            lines.iter().map(StatementLine::identity).collect()
        };
        let first = ids(text);
        assert_ne!(first[0], first[1]);
        assert_eq!(first, ids(text));
        let twice = "วันที่;จำนวนเงิน;Ref1;Ref2;Transaction ID\n23/11/2569;1;1;2;A\n23/11/2569;1;1;2;A";
        assert_eq!(read_text(twice).unwrap_err()[0].row, 3);
    }

    proptest! {
        #[test]
        fn no_file_panics(
            cells in proptest::collection::vec(proptest::collection::vec("[0-9/: ,.ก-๙A-Z-]{0,12}|วันที่|ref1|ref2|amount", 0..7), 0..8)
        ) {
            let _ = read(&cells, &StatementColumns::default(), day("2026-11-24"));
        }
    }
}
