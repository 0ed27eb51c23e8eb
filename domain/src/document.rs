//! A document of the office before it becomes a page, a PDF or a picture: one model for all that is printed.
//!
//! A use case composes it, nothing else decides what stands on it: the HTML page, the PDF and the picture of one
//! document say the same in the same order, which is the order of [`Document::lines`].
use crate::form::{Lang, Text};
use crate::municipality::Municipality;
use crate::reference::Reference;
use crate::thai_date;
use crate::time::{self, Instant};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What kind of document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// แบบคำขอ: the request as it was filled in.
    Request,
    /// ใบรับคำขอ: number, places and how to track; no name, because it is passed on.
    Slip,
    /// ใบอนุญาตให้ใช้ฌาปนสถาน
    Permit,
    /// ใบแจ้งชำระ: never a receipt.
    FeeNote,
    /// หนังสือแจ้งไม่อนุมัติ: facts, law, reason, appeal.
    Refusal,
    /// หนังสือแจ้งให้แก้ไข: all defects at once, with a deadline.
    Defects,
    /// หนังสือแจ้งเหตุล่าช้า: every seven days, with a copy to ก.พ.ร.
    LateNotice,
    /// ใบรับอุทธรณ์
    AppealReceipt,
    /// หนังสือแจ้งผลอุทธรณ์
    AppealAnswer,
    /// ทะเบียนฌาปนกิจ of one month.
    Register,
}

impl Kind {
    pub const ALL: [Self; 10] = [
        Self::Request,
        Self::Slip,
        Self::Permit,
        Self::FeeNote,
        Self::Refusal,
        Self::Defects,
        Self::LateNotice,
        Self::AppealReceipt,
        Self::AppealAnswer,
        Self::Register,
    ];

    /// The word of the API, of addresses and of the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Slip => "slip",
            Self::Permit => "permit",
            Self::FeeNote => "fee_note",
            Self::Refusal => "refusal",
            Self::Defects => "defects",
            Self::LateNotice => "late_notice",
            Self::AppealReceipt => "appeal_receipt",
            Self::AppealAnswer => "appeal_answer",
            Self::Register => "register",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    pub fn th(self) -> &'static str {
        match self {
            Self::Request => "คำขอใช้ฌาปนสถาน",
            Self::Slip => "ใบรับคำขอใช้ฌาปนสถาน",
            Self::Permit => "ใบอนุญาตให้ใช้ฌาปนสถาน",
            Self::FeeNote => "ใบแจ้งชำระค่าธรรมเนียม",
            Self::Refusal => "หนังสือแจ้งไม่อนุมัติคำขอ",
            Self::Defects => "หนังสือแจ้งให้แก้ไขคำขอ",
            Self::LateNotice => "หนังสือแจ้งเหตุแห่งความล่าช้า",
            Self::AppealReceipt => "ใบรับอุทธรณ์",
            Self::AppealAnswer => "หนังสือแจ้งผลการพิจารณาอุทธรณ์",
            Self::Register => "ทะเบียนฌาปนกิจ",
        }
    }

    pub fn en(self) -> &'static str {
        match self {
            Self::Request => "Request for the crematorium",
            Self::Slip => "Receipt of the request",
            Self::Permit => "Permit to use the crematorium",
            Self::FeeNote => "Fee note",
            Self::Refusal => "Notice of refusal",
            Self::Defects => "Notice of what must be corrected",
            Self::LateNotice => "Notice of delay",
            Self::AppealReceipt => "Receipt of the appeal",
            Self::AppealAnswer => "Answer to the appeal",
            Self::Register => "Cremation register",
        }
    }

    pub fn name(self, lang: Lang) -> &'static str {
        lang.t(self.th(), self.en())
    }

    /// A register is wide; everything else is a letter.
    pub fn is_landscape(self) -> bool {
        self == Self::Register
    }

    /// Whether somebody with a delegation answers for it: it then carries a running number and a signature.
    pub fn is_signed(self) -> bool {
        matches!(
            self,
            Self::Permit | Self::Refusal | Self::Defects | Self::LateNotice | Self::AppealAnswer
        )
    }
}

/// Who writes: at the head of the first page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letterhead {
    /// "เทศบาลนครตรัง"
    pub municipality: String,
    /// "กองสาธารณสุขและสิ่งแวดล้อม"
    pub division: String,
    pub address: String,
    /// Whom to call about it: on the foot of every page.
    pub phone: String,
    /// When somebody answers.
    pub hours: String,
}

impl Letterhead {
    /// The city's own, with the crematorium's duty desk to call.
    pub fn of(municipality: &Municipality, lang: Lang) -> Self {
        let crematorium = &municipality.crematorium;
        let words = |text: &Text| text.get(lang).to_owned();
        Self {
            municipality: words(&municipality.name),
            division: words(&municipality.division),
            address: words(&crematorium.address),
            phone: crematorium.duty.phone.clone(),
            hours: words(&crematorium.duty.hours_text),
        }
    }
}

/// One thing said: its name and its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub label: String,
    pub value: String,
}

/// How a column's cells stand. Amounts and numbers stand at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    #[default]
    Start,
    Center,
    End,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub title: String,
    pub align: Align,
    /// The share of the width, against the other columns'.
    pub share: u8,
}

/// Rows under a head that is repeated on every page. A row has as many cells as there are columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// What the table is, for those who do not see it.
    pub caption: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<String>>,
    /// The sums under it, one row each.
    pub totals: Vec<Vec<String>>,
}

impl Table {
    /// Columns by title, alignment and share of the width.
    pub fn new(caption: impl Into<String>, columns: &[(&str, Align, u8)]) -> Self {
        Self {
            caption: caption.into(),
            columns: columns
                .iter()
                .map(|(title, align, share)| Column {
                    title: (*title).to_owned(),
                    align: *align,
                    share: *share,
                })
                .collect(),
            ..Self::default()
        }
    }

    /// Adds a row; missing cells are empty and more than the columns are dropped.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let row = self.fitted(cells);
        self.rows.push(row);
    }

    /// Adds a sum.
    pub fn total(&mut self, cells: impl IntoIterator<Item = String>) {
        let row = self.fitted(cells);
        self.totals.push(row);
    }

    fn fitted(&self, cells: impl IntoIterator<Item = String>) -> Vec<String> {
        let mut row: Vec<_> = cells.into_iter().take(self.columns.len()).collect();
        row.resize(self.columns.len(), String::new());
        row
    }
}

/// One part of the body, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    Heading {
        text: String,
    },
    Paragraph {
        text: String,
    },
    Facts {
        rows: Vec<Fact>,
    },
    /// Numbered from 1.
    List {
        items: Vec<String>,
    },
    Table(Table),
    /// What must not be overlooked, in a frame.
    Notice {
        text: String,
    },
}

impl Block {
    pub fn heading(text: impl Into<String>) -> Self {
        Self::Heading { text: text.into() }
    }

    pub fn paragraph(text: impl Into<String>) -> Self {
        Self::Paragraph { text: text.into() }
    }

    pub fn notice(text: impl Into<String>) -> Self {
        Self::Notice { text: text.into() }
    }

    pub fn list(items: impl IntoIterator<Item = String>) -> Self {
        Self::List {
            items: items.into_iter().collect(),
        }
    }

    /// Facts of which nothing is known (an empty value) are left out.
    pub fn facts<L: Into<String>>(rows: impl IntoIterator<Item = (L, String)>) -> Self {
        Self::Facts {
            rows: rows
                .into_iter()
                .filter(|(_, value)| !value.trim().is_empty())
                .map(|(label, value)| Fact {
                    label: label.into(),
                    value,
                })
                .collect(),
        }
    }
}

/// How it is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mark", rename_all = "snake_case")]
pub enum Mark {
    /// Not signed yet: a draft that says so.
    Waiting,
    /// A dotted line to sign in ink; the scan is attached afterwards.
    Ink,
    /// Signed over exactly these bytes, so the print cannot say when: the verification page does.
    Recorded,
    /// An electronic signature: its record is kept beside the document.
    Electronic {
        signed_at: Instant,
        /// "ยืนยันตัวตนสองขั้น", what the signer showed.
        method: String,
    },
}

/// Who answers for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub name: String,
    /// "ผู้อำนวยการกองสาธารณสุขและสิ่งแวดล้อม"
    pub position: String,
    /// "ปฏิบัติราชการแทนนายกเทศมนตรีนครตรัง ตามคำสั่งที่ 123/2569"
    pub authority: Option<String>,
    pub mark: Mark,
}

impl Signature {
    /// What stands where a hand would sign.
    pub fn mark_words(&self, lang: Lang) -> String {
        match &self.mark {
            Mark::Waiting => lang.t("(ยังไม่ได้ลงนาม)", "(not signed yet)").to_owned(),
            Mark::Ink => lang
                .t("ลงชื่อ ………………………………………", "Signed ………………………………………")
                .to_owned(),
            Mark::Recorded => lang
                .t(
                    "ลงลายมือชื่ออิเล็กทรอนิกส์ มีผลเมื่อหน้าตรวจสอบแสดงว่าลงนามแล้ว",
                    "Signed electronically: in force when the verification page says so",
                )
                .to_owned(),
            Mark::Electronic { signed_at, method } => lang.t(
                format!(
                    "ลงลายมือชื่ออิเล็กทรอนิกส์เมื่อ {} {method}",
                    thai_date::moment_th(*signed_at)
                ),
                format!(
                    "Signed electronically on {} {method}",
                    thai_date::moment_en(*signed_at)
                ),
            ),
        }
    }
}

/// A QR code: what it holds, and in words what scanning it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    pub payload: String,
    pub caption: String,
}

/// A document, complete: it needs nothing else to be shown or printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub kind: Kind,
    pub lang: Lang,
    pub title: String,
    /// What stands under the title: the month of a register.
    pub subtitle: Option<String>,
    /// The running number of the year, "ฌส 12/2569"; `None` until it is signed, or where none is given.
    pub number: Option<String>,
    pub reference: Option<Reference>,
    pub date: NaiveDate,
    pub letterhead: Letterhead,
    /// "คุณสมหญิง ใจดี": whom a letter is to.
    pub addressee: Option<String>,
    pub blocks: Vec<Block>,
    pub signature: Option<Signature>,
    pub codes: Vec<Code>,
    /// Who gets a copy: "สำนักงาน ก.พ.ร."
    pub copies: Vec<String>,
    /// While the settings are samples, every page says so.
    pub sample_note: Option<String>,
}

impl Document {
    /// An empty document of a kind, on the city's paper.
    pub fn new(kind: Kind, lang: Lang, municipality: &Municipality, date: NaiveDate) -> Self {
        Self {
            kind,
            lang,
            title: kind.name(lang).to_owned(),
            subtitle: None,
            number: None,
            reference: None,
            date,
            letterhead: Letterhead::of(municipality, lang),
            addressee: None,
            blocks: Vec::new(),
            signature: None,
            codes: Vec::new(),
            copies: Vec::new(),
            sample_note: municipality
                .sample
                .then(|| municipality.sample_note.get(lang).to_owned()),
        }
    }

    /// "เลขที่ ฌส 12/2569", where it has a number.
    pub fn number_words(&self) -> Option<String> {
        let number = self.number.as_deref()?;
        Some(format!("{} {number}", self.lang.t("เลขที่", "No.")))
    }

    /// "คำขอเลขที่ 4839 2017 5567", where it is about a request.
    pub fn reference_words(&self) -> Option<String> {
        let reference = self.reference.as_ref()?.grouped();
        Some(format!(
            "{} {reference}",
            self.lang.t("คำขอเลขที่", "Request")
        ))
    }

    /// "24 พฤศจิกายน 2569"
    pub fn date_words(&self) -> String {
        let date = self.date;
        match self.lang {
            Lang::Th => thai_date::day_month_th(date),
            Lang::En => thai_date::long_en(date),
        }
    }

    /// "เรียน คุณสมหญิง ใจดี"
    pub fn addressee_words(&self) -> Option<String> {
        let name = self.addressee.as_deref()?;
        Some(format!("{} {name}", self.lang.t("เรียน", "To")))
    }

    /// "สำเนาเรียน สำนักงาน ก.พ.ร."
    pub fn copies_words(&self) -> Option<String> {
        (!self.copies.is_empty()).then(|| {
            format!(
                "{} {}",
                self.lang.t("สำเนาเรียน", "Copy to"),
                self.copies.join(", ")
            )
        })
    }

    /// Whom to call, and when: the foot of every page.
    pub fn contact_words(&self) -> String {
        let Letterhead { phone, hours, .. } = &self.letterhead;
        format!("{} {phone} · {hours}", self.lang.t("โทร", "Call"))
    }

    /// Everything that stands on it, in the order in which it is read: what a PDF's text must be.
    pub fn lines(&self) -> Vec<String> {
        let head = [
            Some(self.letterhead.municipality.clone()),
            Some(self.letterhead.division.clone()),
            Some(self.letterhead.address.clone()),
            self.number_words(),
            Some(self.date_words()),
            self.reference_words(),
            Some(self.title.clone()),
            self.subtitle.clone(),
            self.addressee_words(),
        ];
        let mut lines: Vec<String> = head.into_iter().flatten().collect();
        for block in &self.blocks {
            block_lines(block, &mut lines);
        }
        if let Some(signature) = &self.signature {
            lines.push(signature.mark_words(self.lang));
            lines.push(format!("({})", signature.name));
            lines.push(signature.position.clone());
            lines.extend(signature.authority.clone());
        }
        lines.extend(self.codes.iter().map(|code| code.caption.clone()));
        lines.extend(self.copies_words());
        lines.push(self.contact_words());
        lines.extend(self.sample_note.clone());
        lines
    }
}

fn block_lines(block: &Block, lines: &mut Vec<String>) {
    match block {
        Block::Heading { text } | Block::Paragraph { text } | Block::Notice { text } => {
            lines.push(text.clone());
        }
        Block::Facts { rows } => {
            lines.extend(
                rows.iter()
                    .map(|row| format!("{} {}", row.label, row.value)),
            );
        }
        Block::List { items } => {
            lines.extend((1..).zip(items).map(|(n, item)| format!("{n}. {item}")));
        }
        Block::Table(table) => {
            let heads = table.columns.iter().map(|column| column.title.clone());
            let cells = table.rows.iter().chain(&table.totals).flatten().cloned();
            lines.extend(heads.chain(cells).filter(|cell| !cell.is_empty()));
        }
    }
}

/// The date of an instant in words, with the clock: "24 พฤศจิกายน 2569 เวลา 09.00 น."
pub fn moment(lang: Lang, at: Instant) -> String {
    let date = time::local_date(at);
    lang.t(
        format!(
            "{} เวลา {}",
            thai_date::day_month_th(date),
            thai_date::clock_th(at)
        ),
        format!("{}, {}", thai_date::long_en(date), thai_date::clock_en(at)),
    )
}

#[cfg(test)]
mod tests;
