//! A spreadsheet's first sheet as rows of text. Strangers' files are unpacked: only the worker process calls this.
use calamine::{Data, Reader, Xlsx};
use std::io::Cursor;

/// Wider than any bank's file.
const MOST_COLUMNS: usize = 100;

/// The rows with the numbers they have in the spreadsheet, as people would write what is in them, at most so many.
/// `None`: damaged, locked, or no spreadsheet at all.
pub fn rows(bytes: &[u8], most: usize) -> Option<Vec<Vec<String>>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).ok()?;
    let first = book.sheet_names().first().cloned()?;
    let mut cells = book.worksheet_cells_reader(&first).ok()?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    // Cell by cell: a sheet that claims a million columns is not laid out in memory.
    while let Some(cell) = cells.next_cell().ok()? {
        let (row, column) = cell.get_position();
        let (row, column) = (usize::try_from(row).ok()?, usize::try_from(column).ok()?);
        if row >= most {
            break;
        }
        if column >= MOST_COLUMNS {
            continue;
        }
        if rows.len() <= row {
            rows.resize(row + 1, Vec::new());
        }
        let line = &mut rows[row];
        if line.len() <= column {
            line.resize(column + 1, String::new());
        }
        line[column] = cell_text(&cell.get_value().clone().into());
    }
    Some(rows)
}

fn cell_text(cell: &Data) -> String {
    match cell {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number_text(*number),
        Data::Bool(flag) => flag.to_string(),
        Data::DateTime(moment) => {
            let (year, month, day, hour, minute, _, _) = moment.to_ymd_hms_milli();
            if moment.as_f64() < 1.0 {
                format!("{hour:02}:{minute:02}")
            } else if hour == 0 && minute == 0 {
                format!("{year:04}-{month:02}-{day:02}")
            } else {
                format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
            }
        }
        Data::Error(_) | Data::Empty => String::new(),
    }
}

/// A number as a person would write it: references without ".0", amounts with two decimals.
fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        format!("{number:.0}")
    } else {
        format!("{number:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::{Cell, FileKind, Sheet};
    use domain::money::Satang;

    #[test]
    fn a_sheet_is_read_with_numbers_and_dates_as_people_write_them() {
        let mut sheet = Sheet::new("x", &["วันที่", "จำนวนเงิน", "Ref1", "Ref2"]);
        sheet.push(vec![
            Cell::Date("2026-11-23".parse().unwrap()),
            Cell::Money(Satang(150_050)),
            Cell::code("572400000004"),
            Cell::Number(70_000_001),
        ]);
        let bytes = sheet.file(FileKind::Xlsx).unwrap();
        let read = rows(&bytes, 10).unwrap();
        assert_eq!(
            read[1],
            ["2026-11-23", "1500.50", "572400000004", "70000001"]
        );
        assert_eq!(rows(&bytes, 1).unwrap().len(), 1, "no more than asked for");
        assert_eq!(rows(b"PK\x03\x04 no zip at all", 10), None);
    }
}
