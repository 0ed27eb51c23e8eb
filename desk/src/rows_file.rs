//! A file of rows that the office sends, the bank's or the paper register: CSV or XLSX, in every encoding in use.
use crate::{Desk, Result, Trouble};
use domain::form::Text;
use domain::statement::RowError;
use encoding_rs::{Encoding, UTF_8, WINDOWS_874};

/// How large a file may be.
#[derive(Clone, Copy, Debug)]
pub struct Most {
    pub megabytes: usize,
    /// Lines that are looked at: one more than may be, and what may stand above the heading.
    pub lines: usize,
}

impl Most {
    pub const fn bytes(self) -> usize {
        self.megabytes * 1024 * 1024
    }

    fn exceeded(self) -> Text {
        let megabytes = self.megabytes;
        let plural = if megabytes == 1 { "" } else { "s" };
        Text::new(
            format!("ไฟล์ใหญ่เกิน {megabytes} เมกะไบต์"),
            format!("The file is larger than {megabytes} megabyte{plural}"),
        )
    }
}

/// Why a file was not taken: every mistake of every row.
#[derive(Debug)]
pub enum NotRead {
    Rows(Vec<RowError>),
    Trouble(Trouble),
}

impl<T: Into<Trouble>> From<T> for NotRead {
    fn from(trouble: T) -> Self {
        Self::Trouble(trouble.into())
    }
}

impl Desk {
    /// The rows of a file, what cannot be read says why.
    pub(crate) async fn rows_of_file(
        &self,
        bytes: &[u8],
        most: Most,
    ) -> std::result::Result<Vec<Vec<String>>, NotRead> {
        if is_spreadsheet(bytes) {
            self.unpacked(bytes, most).await
        } else {
            rows_of_text(bytes, most)
        }
    }

    /// A spreadsheet's rows. It is unpacked by the worker, whose memory and time are bounded: a megabyte may unfold to
    /// a thousand.
    async fn unpacked(
        &self,
        bytes: &[u8],
        most: Most,
    ) -> std::result::Result<Vec<Vec<String>>, NotRead> {
        if bytes.len() > most.bytes() {
            return Err(of_the_file(most.exceeded()));
        }
        let rows = self.workshop()?.rows(bytes.to_vec(), most.lines).await?;
        rows.ok_or_else(|| {
            of_the_file(Text::new(
                "อ่านไฟล์ XLSX นี้ไม่ได้ ไฟล์อาจเสียหรือใส่รหัสผ่านไว้",
                "This XLSX file cannot be read. It may be damaged or have a password.",
            ))
        })
    }
}

/// The rows of a text file, or of what came back with a form.
pub(crate) fn rows_of_text(
    bytes: &[u8],
    most: Most,
) -> std::result::Result<Vec<Vec<String>>, NotRead> {
    read_rows(bytes, most).map_err(of_the_file)
}

fn of_the_file(reason: Text) -> NotRead {
    NotRead::Rows(vec![RowError {
        row: 0,
        column: String::new(),
        reason,
    }])
}

/// XLSX, by its first bytes.
fn is_spreadsheet(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// A text file's rows, in UTF-8, UTF-16 or TIS-620.
fn read_rows(bytes: &[u8], most: Most) -> std::result::Result<Vec<Vec<String>>, Text> {
    if bytes.is_empty() {
        return Err(Text::new("ไฟล์ว่างเปล่า", "The file is empty"));
    }
    if bytes.len() > most.bytes() {
        return Err(most.exceeded());
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) || bytes.starts_with(b"%PDF") {
        return Err(Text::new(
            "อ่านไฟล์ชนิดนี้ไม่ได้ โปรดบันทึกเป็น XLSX หรือ CSV",
            "This kind of file cannot be read. Save it as XLSX or CSV.",
        ));
    }
    let text = decoded(bytes)?;
    let separator = [',', ';', '\t', '|']
        .into_iter()
        .max_by_key(|separator| {
            text.lines()
                .take(30)
                .map(|line| line.matches(*separator).count())
                .sum::<usize>()
        })
        .unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(separator).unwrap_or(b','))
        .from_reader(text.as_bytes());
    reader
        .records()
        .take(most.lines)
        .map(|record| {
            let record = record.map_err(|error| {
                Text::new(
                    format!("อ่านไฟล์ไม่ได้: {error}"),
                    format!("The file cannot be read: {error}"),
                )
            })?;
            Ok(record.iter().map(str::to_owned).collect())
        })
        .collect()
}

/// Text by its BOM, as UTF-8 when it is, and as Windows-874 (TIS-620 and the rest of Thai Windows) otherwise.
fn decoded(bytes: &[u8]) -> std::result::Result<String, Text> {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None => WINDOWS_874,
    };
    let (text, _, wrong) = encoding.decode(bytes);
    if wrong || text.contains('\0') {
        return Err(Text::new(
            "อ่านตัวอักษรในไฟล์ไม่ได้ ใช้ได้เฉพาะ UTF-8 หรือ TIS-620",
            "The file's characters cannot be read. Use UTF-8 or TIS-620.",
        ));
    }
    Ok(text.into_owned())
}

/// Rows as text, to go round a form and be read again.
pub(crate) fn as_text(rows: &[Vec<String>]) -> Result<String> {
    let internal = |error: String| Trouble::Internal(format!("writing rows: {error}"));
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::new());
    for row in rows {
        // An empty record would vanish, and with it the row numbers.
        let empty = [String::new()];
        let row: &[String] = if row.is_empty() { &empty } else { row };
        writer
            .write_record(row)
            .map_err(|error| internal(error.to_string()))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| internal(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "วันที่,จำนวนเงิน,Ref1,Ref2\n23/11/2569,\"1,500.50\",572400000004,70000001\n";

    const MOST: Most = Most {
        megabytes: 1,
        lines: 10,
    };

    fn expected() -> Vec<Vec<String>> {
        vec![
            ["วันที่", "จำนวนเงิน", "Ref1", "Ref2"]
                .map(str::to_owned)
                .into(),
            ["23/11/2569", "1,500.50", "572400000004", "70000001"]
                .map(str::to_owned)
                .into(),
        ]
    }

    #[test]
    fn a_file_is_read_in_every_encoding_offices_use() {
        let with_bom = format!("\u{feff}{ROWS}");
        let (tis, _, _) = WINDOWS_874.encode(ROWS);
        let semicolons = ROWS.replace("1,500.50", "1500.50").replace(',', ";");
        let utf16: Vec<u8> = std::iter::once(0xfeff)
            .chain(ROWS.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [ROWS.as_bytes(), with_bom.as_bytes(), &tis, &utf16] {
            assert_eq!(read_rows(bytes, MOST).unwrap(), expected());
        }
        let mut plain = expected();
        plain[1][1] = "1500.50".to_owned();
        assert_eq!(read_rows(semicolons.as_bytes(), MOST).unwrap(), plain);
    }

    #[test]
    fn what_is_no_file_of_rows_says_why() {
        for bytes in [
            b"".as_slice(),
            b"%PDF-1.7",
            &[0xd0, 0xcf, 0x11, 0xe0, 0, 0],
            b"a\0b",
        ] {
            assert!(read_rows(bytes, MOST).is_err(), "{bytes:?}");
        }
    }
}
