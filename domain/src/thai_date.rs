//! Dates as Thai people write and read them: Buddhist years, Thai months, Thai digits.
mod near;

pub use near::parse_near;

use crate::text::{is_hyphen, plain};
use crate::time::{Instant, TimeOfDay, local_date};
use chrono::{Datelike, NaiveDate, Weekday};
use serde::Serialize;
use std::fmt;

const MONTHS_TH: [&str; 12] = [
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
];

const MONTHS_ABBR_TH: [&str; 12] = [
    "ม.ค.",
    "ก.พ.",
    "มี.ค.",
    "เม.ย.",
    "พ.ค.",
    "มิ.ย.",
    "ก.ค.",
    "ส.ค.",
    "ก.ย.",
    "ต.ค.",
    "พ.ย.",
    "ธ.ค.",
];

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Monday first, as chrono counts.
const WEEKDAYS: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// Years between the eras: พ.ศ. 2569 is CE 2026.
const ERA: i32 = 543;

/// The Buddhist year that had only nine months: it began on 1 April, the next on 1 January 1941.
const SHORT_YEAR: i32 = 2483;

/// The earliest Buddhist year read, so that it cannot be taken for a Christian one.
const BE_FIRST: i32 = 2400;

/// The Christian years read; the last Buddhist year read is the last of these.
const CE_FIRST: i32 = 1900;
const CE_LAST: i32 = 2100;

/// Which field of a date an error belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DatePart {
    /// The day of the month.
    Day,
    /// The month.
    Month,
    /// The year.
    Year,
    /// The date as one field, or all three fields together.
    Whole,
}

/// One thing wrong with a typed date, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DatePartError {
    /// The field to mark.
    pub part: DatePart,
    /// A stable machine word: `missing`, `format`, `out_of_range`, `not_in_month`,
    /// `two_digit_year`, `wrong_era`, `short_year`, `wrong_weekday`.
    pub code: &'static str,
    /// The sentence in Thai.
    pub th: String,
    /// The sentence in English.
    pub en: String,
}

impl DatePartError {
    fn new(
        part: DatePart,
        code: &'static str,
        th: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            part,
            code,
            th: th.into(),
            en: en.into(),
        }
    }

    fn missing() -> Self {
        Self::new(
            DatePart::Whole,
            "missing",
            "กรุณาพิมพ์วัน เดือน และปี",
            "Enter the day, month and year.",
        )
    }

    fn unreadable() -> Self {
        Self::new(
            DatePart::Whole,
            "format",
            "กรุณาพิมพ์วันที่ เช่น 20 พ.ย. 2569 หรือ 20/11/2569",
            "Enter the date like 20 Nov 2026 or 20/11/2026.",
        )
    }
}

impl fmt::Display for DatePartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

impl std::error::Error for DatePartError {}

/// A typed year and the era it was understood in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Year {
    Buddhist(i32),
    Christian(i32),
}

impl Year {
    /// The Gregorian year of a month in this year; `None` for the months that พ.ศ. 2483 lacked.
    fn gregorian(self, month: u32) -> Option<i32> {
        match self {
            Self::Christian(year) => Some(year),
            // Until then the year began on 1 April, so January to March came at its end.
            Self::Buddhist(year) if month < 4 && year < SHORT_YEAR => Some(year - ERA + 1),
            Self::Buddhist(SHORT_YEAR) if month < 4 => None,
            Self::Buddhist(year) => Some(year - ERA),
        }
    }
}

/// Reads a date from its three fields as typed, and reports everything that is wrong at once.
///
/// Years are พ.ศ. 2400–2643 or CE 1900–2100. Months are numbers, or Thai or English names and
/// abbreviations. All three left empty is one error of the whole.
pub fn parse_parts(day: &str, month: &str, year: &str) -> Result<NaiveDate, Vec<DatePartError>> {
    let (day, month, year) = (plain(day), plain(month), plain(year));
    if day.is_empty() && month.is_empty() && year.is_empty() {
        return Err(vec![DatePartError::missing()]);
    }
    let mut errors = Vec::new();
    let mut keep = |error| errors.push(error);
    let day = parse_day(&day).map_err(&mut keep).ok();
    let month = parse_month(&month).map_err(&mut keep).ok();
    let year = parse_year(&year).map_err(&mut keep).ok();

    // A day that the month never has is wrong whatever the year is.
    if let (Some(day), Some(month)) = (day, month) {
        let longest = days_in(2000, month);
        if day > longest {
            errors.insert(0, not_in_month(month, None, longest));
        }
    }
    let (Some(day), Some(month), Some(year), true) = (day, month, year, errors.is_empty()) else {
        return Err(errors);
    };
    let Some(gregorian) = year.gregorian(month) else {
        return Err(vec![DatePartError::new(
            DatePart::Year,
            "short_year",
            "ปี พ.ศ. 2483 มีเฉพาะเดือนเมษายนถึงธันวาคม กรุณาตรวจสอบปีอีกครั้ง",
            "The year 2483 BE had only April to December. Check the year.",
        )]);
    };
    NaiveDate::from_ymd_opt(gregorian, month, day).ok_or_else(|| {
        vec![not_in_month(
            month,
            Some(gregorian),
            days_in(gregorian, month),
        )]
    })
}

fn not_in_month(month: u32, year: Option<i32>, days: u32) -> DatePartError {
    let (name_th, name_en) = (name(&MONTHS_TH, month), name(&MONTHS_EN, month));
    let (year_th, year_en) = year.map_or_else(Default::default, |year| {
        let buddhist = buddhist_year_of(year, month);
        (format!(" พ.ศ. {buddhist}"), format!(" {year}"))
    });
    DatePartError::new(
        DatePart::Day,
        "not_in_month",
        format!("เดือน{name_th}{year_th} มี {days} วัน กรุณาตรวจสอบวันที่"),
        format!("{name_en}{year_en} has {days} days. Check the day."),
    )
}

fn parse_day(text: &str) -> Result<u32, DatePartError> {
    let error = |code, th: &str, en: &str| DatePartError::new(DatePart::Day, code, th, en);
    if text.is_empty() {
        return Err(error("missing", "กรุณาพิมพ์วันที่", "Enter the day."));
    }
    let digits = text.trim_start_matches("วัน").trim_start_matches("ที่").trim();
    let day = number(digits)
        .ok_or_else(|| error("format", "กรุณาพิมพ์วันที่เป็นตัวเลข", "Enter the day as a number."))?;
    u32::try_from(day)
        .ok()
        .filter(|day| (1..=31).contains(day))
        .ok_or_else(|| {
            error(
                "out_of_range",
                "วันที่ต้องเป็นเลข 1 ถึง 31",
                "Enter a day from 1 to 31.",
            )
        })
}

fn parse_month(text: &str) -> Result<u32, DatePartError> {
    let error = |code, th: &str, en: &str| DatePartError::new(DatePart::Month, code, th, en);
    if text.is_empty() {
        return Err(error("missing", "กรุณาพิมพ์เดือน", "Enter the month."));
    }
    if let Some(month) = number(text) {
        return u32::try_from(month)
            .ok()
            .filter(|month| (1..=12).contains(month))
            .ok_or_else(|| {
                error(
                    "out_of_range",
                    "เดือนต้องเป็นเลข 1 ถึง 12",
                    "Enter a month from 1 to 12.",
                )
            });
    }
    month_named(text).ok_or_else(|| {
        error(
            "format",
            "กรุณาพิมพ์เดือนเป็นชื่อหรือตัวเลข เช่น พ.ย. หรือ 11",
            "Enter the month as a name or a number, such as Nov or 11.",
        )
    })
}

fn parse_year(text: &str) -> Result<Year, DatePartError> {
    let error = |code, th: &str, en: &str| DatePartError::new(DatePart::Year, code, th, en);
    if text.is_empty() {
        return Err(error("missing", "กรุณาพิมพ์ปี", "Enter the year."));
    }
    let (era, digits) = split_era(text);
    let format = || {
        error(
            "format",
            "กรุณาพิมพ์ปีเป็นตัวเลข 4 หลัก เช่น 2569",
            "Enter the year in four digits, such as 2026.",
        )
    };
    let year = number(digits).ok_or_else(format)?;
    if digits.len() < 4 {
        return Err(error(
            "two_digit_year",
            "กรุณาพิมพ์ปีให้ครบ 4 หลัก เช่น 2569 เพื่อไม่ให้สับสนระหว่าง พ.ศ. กับ ค.ศ.",
            "Enter all four digits of the year, such as 2026, so that it cannot be mistaken.",
        ));
    }
    let understood = match year {
        CE_FIRST..=CE_LAST => Year::Christian(year),
        BE_FIRST.. if year <= CE_LAST + ERA => Year::Buddhist(year),
        _ => {
            return Err(error(
                "out_of_range",
                "กรุณาตรวจสอบปี พิมพ์ปี พ.ศ. ตั้งแต่ 2400 ถึง 2643 เช่น 2569",
                "Check the year: enter one from 1900 to 2100, or a Buddhist year from 2400 to 2643.",
            ));
        }
    };
    match (era, understood) {
        (Some(Era::Buddhist), Year::Christian(_)) => Err(error(
            "wrong_era",
            "ปีนี้เป็นปี ค.ศ. กรุณาตรวจสอบปี หรือพิมพ์เป็น พ.ศ. เช่น 2569",
            "This is not a Buddhist year. Check the year.",
        )),
        (Some(Era::Christian), Year::Buddhist(_)) => Err(error(
            "wrong_era",
            "ปีนี้เป็นปี พ.ศ. กรุณาตรวจสอบปี หรือพิมพ์เป็น ค.ศ. เช่น 2026",
            "This is a Buddhist year. Check the year.",
        )),
        _ => Ok(understood),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Era {
    Buddhist,
    Christian,
}

/// The era written before or after a year, if any, and the year without it.
fn split_era(text: &str) -> (Option<Era>, &str) {
    const MARKS: [(&str, Option<Era>); 13] = [
        ("พุทธศักราช", Some(Era::Buddhist)),
        ("พ.ศ.", Some(Era::Buddhist)),
        ("พ.ศ", Some(Era::Buddhist)),
        ("พศ.", Some(Era::Buddhist)),
        ("พศ", Some(Era::Buddhist)),
        ("BE", Some(Era::Buddhist)),
        ("คริสต์ศักราช", Some(Era::Christian)),
        ("ค.ศ.", Some(Era::Christian)),
        ("ค.ศ", Some(Era::Christian)),
        ("คศ", Some(Era::Christian)),
        ("CE", Some(Era::Christian)),
        ("AD", Some(Era::Christian)),
        ("ปี", None),
    ];
    let mut era = None;
    let mut rest = text.trim();
    loop {
        let shorter = MARKS.iter().find_map(|(mark, meaning)| {
            let cut = rest
                .strip_prefix(mark)
                .or_else(|| rest.strip_suffix(mark))?;
            Some((*meaning, cut.trim()))
        });
        match shorter {
            Some((meaning, cut)) => {
                era = meaning.or(era);
                rest = cut;
            }
            None => return (era, rest),
        }
    }
}

/// A number of one to nine ASCII digits and nothing else.
fn number(digits: &str) -> Option<i32> {
    let plausible = (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plausible.then(|| digits.parse().ok()).flatten()
}

/// The month of a Thai or English name, or an abbreviation with or without its dots; a name may
/// be cut short where no other begins the same.
fn month_named(text: &str) -> Option<u32> {
    let name: String = text
        .trim()
        .trim_start_matches("เดือน")
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '.')
        .map(|c| if c == 'ฏ' { 'ฎ' } else { c }) // กรกฏาคม is a common slip
        .flat_map(char::to_lowercase)
        .collect();
    let abbreviated = MONTHS_ABBR_TH
        .iter()
        .position(|abbr| abbr.chars().filter(|c| *c != '.').eq(name.chars()));
    let position = abbreviated.or_else(|| {
        // The shortest beginnings: "jan", "มีนา".
        unique_prefix(&MONTHS_EN, &name, 3).or_else(|| unique_prefix(&MONTHS_TH, &name, 4))
    })?;
    u32::try_from(position + 1).ok()
}

fn unique_prefix(names: &[&str], start: &str, shortest: usize) -> Option<usize> {
    if start.chars().count() < shortest {
        return None;
    }
    let mut found = names
        .iter()
        .enumerate()
        .filter(|(_, name)| name.to_lowercase().starts_with(start));
    let (position, _) = found.next()?;
    found.next().is_none().then_some(position)
}

/// Reads a date typed in one field: "20 พ.ย. 2569", "20/11/2569", "2026-11-20",
/// "วันศุกร์ที่ ๒๐ พฤศจิกายน พ.ศ. ๒๕๖๙", "Nov 20, 2026". A weekday must be the date's own.
pub fn parse(raw: &str) -> Result<NaiveDate, Vec<DatePartError>> {
    let text = plain(raw);
    if text.is_empty() {
        return Err(vec![DatePartError::missing()]);
    }
    let typed = TypedDate::read(&text).ok_or_else(|| vec![DatePartError::unreadable()])?;
    finish(&typed)
}

/// The date of its three parts; a weekday must be the date's own.
fn finish(typed: &TypedDate) -> Result<NaiveDate, Vec<DatePartError>> {
    let date = parse_parts(&typed.day, &typed.month, &typed.year)?;
    match typed.weekday {
        Some(weekday) if weekday != date.weekday() => Err(vec![DatePartError::new(
            DatePart::Whole,
            "wrong_weekday",
            format!(
                "{} เป็นวัน{} ไม่ใช่วัน{} กรุณาตรวจสอบวันที่",
                short_th(date),
                weekday_th(date),
                weekday_name_th(weekday)
            ),
            format!(
                "{} is a {}, not a {}. Check the date.",
                short_en(date),
                weekday_en(date),
                weekday_name_en(weekday)
            ),
        )]),
        _ => Ok(date),
    }
}

/// A date of one field, cut into the three that [`parse_parts`] reads.
struct TypedDate {
    weekday: Option<Weekday>,
    day: String,
    month: String,
    year: String,
}

/// What is left of a typed date when its separators are gone.
#[derive(PartialEq, Eq)]
enum Token {
    Number(String),
    Word(String),
}

impl TypedDate {
    /// `None` when the text is not shaped like a date; its parts may still be wrong.
    fn read(text: &str) -> Option<Self> {
        let mut weekday = None;
        let mut era = None;
        let mut parts = Vec::new();
        for token in tokens(text) {
            match token {
                Token::Number(_) => parts.push(token),
                Token::Word(word) => {
                    let (mark, rest) = split_era(&word);
                    era = mark.or(era);
                    if weekday.is_none() && parts.is_empty() {
                        weekday = weekday_named(rest);
                        if weekday.is_some() {
                            continue;
                        }
                    }
                    if !is_filler(rest) {
                        parts.push(Token::Word(rest.to_owned()));
                    }
                }
            }
        }
        let (day, month, year) = match parts.as_slice() {
            [Token::Number(year), month, Token::Number(day)] if year.len() >= 4 => {
                (day, month.text(), year.as_str())
            }
            [Token::Word(month), Token::Number(day), Token::Number(year)]
                if month_named(month).is_some() =>
            {
                (day, month.as_str(), year.as_str())
            }
            [Token::Number(day), month, Token::Number(year)] => (day, month.text(), year.as_str()),
            // "20/11" and "20 พ.ย.": the year is what is missing.
            [Token::Number(day), month] => (day, month.text(), ""),
            _ => return None,
        };
        let mark = match era {
            Some(Era::Buddhist) if !year.is_empty() => "พ.ศ. ",
            Some(Era::Christian) if !year.is_empty() => "ค.ศ. ",
            _ => "",
        };
        Some(Self {
            weekday,
            day: day.clone(),
            month: month.to_owned(),
            year: format!("{mark}{year}"),
        })
    }
}

impl Token {
    fn text(&self) -> &str {
        match self {
            Self::Number(text) | Self::Word(text) => text,
        }
    }
}

/// Runs of digits and runs of letters; dots belong to the letters before them, as in "พ.ย.".
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut open = false;
    for c in text.chars() {
        let last = if open { tokens.last_mut() } else { None };
        open = true;
        match (c, last) {
            ('0'..='9', Some(Token::Number(number))) => number.push(c),
            ('0'..='9', _) => tokens.push(Token::Number(c.into())),
            ('.', Some(Token::Word(word))) => word.push(c),
            (' ' | '/' | ',' | '.', _) => open = false,
            (c, _) if is_hyphen(c) => open = false,
            (c, Some(Token::Word(word))) => word.push(c),
            (c, _) => tokens.push(Token::Word(c.into())),
        }
    }
    tokens
}

/// Words that stand around the parts of a date and say nothing: "วันที่ 20 เดือน …", "20th of …".
fn is_filler(word: &str) -> bool {
    matches!(
        word.to_lowercase().as_str(),
        "" | "วันที่" | "ที่" | "เดือน" | "st" | "nd" | "rd" | "th" | "of"
    )
}

fn weekday_named(word: &str) -> Option<Weekday> {
    let name = word
        .trim_start_matches("วัน")
        .trim_end_matches("ที่")
        .trim_end_matches('.');
    let lower = name.to_lowercase();
    WEEKDAYS.into_iter().find(|weekday| {
        let (th, en) = (
            weekday_name_th(*weekday),
            weekday_name_en(*weekday).to_lowercase(),
        );
        name == th
            || (*weekday == Weekday::Thu && matches!(name, "พฤหัส" | "พฤหัสฯ"))
            || (lower.len() >= 3 && en.starts_with(&lower))
    })
}

/// The days of a month, 28–31.
fn days_in(year: i32, month: u32) -> u32 {
    (28..=31)
        .rev()
        .find(|day| NaiveDate::from_ymd_opt(year, month, *day).is_some())
        .unwrap_or(31)
}

/// The month's entry of a table of twelve; empty for a month that is none.
fn name(names: &[&'static str; 12], month: u32) -> &'static str {
    usize::try_from(month)
        .ok()
        .and_then(|month| names.get(month.wrapping_sub(1)))
        .copied()
        .unwrap_or_default()
}

fn buddhist_year_of(year: i32, month: u32) -> i32 {
    if year <= SHORT_YEAR - ERA && month < 4 {
        year + ERA - 1
    } else {
        year + ERA
    }
}

/// The year พ.ศ. of a date: CE + 543, and CE + 542 for January to March until 1940.
pub fn buddhist_year(date: NaiveDate) -> i32 {
    buddhist_year_of(date.year(), date.month())
}

/// The government's fiscal year พ.ศ. of a date: 1 October to 30 September, named by its end.
pub fn fiscal_year_be(date: NaiveDate) -> i32 {
    date.year() + ERA + i32::from(date.month() >= 10)
}

/// "พฤศจิกายน"
pub fn month_th(date: NaiveDate) -> &'static str {
    name(&MONTHS_TH, date.month())
}

/// "พ.ย."
pub fn month_abbr_th(date: NaiveDate) -> &'static str {
    name(&MONTHS_ABBR_TH, date.month())
}

/// "November"
pub fn month_en(date: NaiveDate) -> &'static str {
    name(&MONTHS_EN, date.month())
}

/// "Nov"
pub fn month_abbr_en(date: NaiveDate) -> &'static str {
    month_en(date).get(..3).unwrap_or_default()
}

/// "พฤหัสบดี"
pub fn weekday_th(date: NaiveDate) -> &'static str {
    weekday_name_th(date.weekday())
}

/// "Thursday"
pub fn weekday_en(date: NaiveDate) -> &'static str {
    weekday_name_en(date.weekday())
}

/// The Thai name of a weekday, without วัน.
pub fn weekday_name_th(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "จันทร์",
        Weekday::Tue => "อังคาร",
        Weekday::Wed => "พุธ",
        Weekday::Thu => "พฤหัสบดี",
        Weekday::Fri => "ศุกร์",
        Weekday::Sat => "เสาร์",
        Weekday::Sun => "อาทิตย์",
    }
}

/// The English name of a weekday.
pub fn weekday_name_en(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// "วันพฤหัสบดีที่ 5 พฤศจิกายน พ.ศ. 2569"
pub fn long_th(date: NaiveDate) -> String {
    format!(
        "วัน{}ที่ {} {} พ.ศ. {}",
        weekday_th(date),
        date.day(),
        month_th(date),
        buddhist_year(date)
    )
}

/// "วันพฤหัสบดีที่ 5 พฤศจิกายน 2569"
pub fn full_th(date: NaiveDate) -> String {
    format!("วัน{}ที่ {}", weekday_th(date), day_month_th(date))
}

/// "5 พฤศจิกายน 2569"
pub fn day_month_th(date: NaiveDate) -> String {
    format!("{} {} {}", date.day(), month_th(date), buddhist_year(date))
}

/// "5 พ.ย. 2569"
pub fn short_th(date: NaiveDate) -> String {
    format!(
        "{} {} {}",
        date.day(),
        month_abbr_th(date),
        buddhist_year(date)
    )
}

/// "Thursday 5 November 2026"
pub fn long_en(date: NaiveDate) -> String {
    format!(
        "{} {} {} {}",
        weekday_en(date),
        date.day(),
        month_en(date),
        date.year()
    )
}

/// "5 Nov 2026"
pub fn short_en(date: NaiveDate) -> String {
    format!("{} {} {}", date.day(), month_abbr_en(date), date.year())
}

/// The time in Bangkok, "09.24 น."
pub fn clock_th(instant: Instant) -> String {
    TimeOfDay::of(instant).th()
}

/// The time in Bangkok, "09:24"
pub fn clock_en(instant: Instant) -> String {
    TimeOfDay::of(instant).en()
}

/// The date and time in Bangkok, "5 พ.ย. 2569 เวลา 09.24 น."
pub fn moment_th(instant: Instant) -> String {
    format!(
        "{} เวลา {}",
        short_th(local_date(instant)),
        clock_th(instant)
    )
}

/// The date and time in Bangkok, "5 Nov 2026, 09:24"
pub fn moment_en(instant: Instant) -> String {
    format!("{}, {}", short_en(local_date(instant)), clock_en(instant))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn three_fields_are_read_in_either_era_and_script() {
        for (day, month, year, expected) in [
            ("20", "11", "2569", "2026-11-20"),
            ("20", "11", "2026", "2026-11-20"),
            ("๒๐", "๑๑", "๒๕๖๙", "2026-11-20"),
            ("5", "พฤศจิกายน", "พ.ศ. 2569", "2026-11-05"),
            ("05", "เดือนพฤศจิกายน", "ปี 2569", "2026-11-05"),
            ("5", "พ.ย.", "พ.ศ.2569", "2026-11-05"),
            ("5", "พย", "2569", "2026-11-05"),
            ("5", "พ. ย.", "2569 BE", "2026-11-05"),
            ("วันที่ 5", "nov", "ค.ศ. 2026", "2026-11-05"),
            ("5", "NOVEMBER", "2026", "2026-11-05"),
            ("5", "Nov.", "CE 2026", "2026-11-05"),
            ("5", "Sept", "2026", "2026-09-05"),
            ("5", "มีนา", "2569", "2026-03-05"),
            ("5", "กรกฏาคม", "2569", "2026-07-05"),
            ("5", "มิ.ย", "2569", "2026-06-05"),
            ("29", "2", "2567", "2024-02-29"),
            ("29", "ก.พ.", "2000", "2000-02-29"),
            ("1", "1", "1900", "1900-01-01"),
            ("31", "12", "2100", "2100-12-31"),
            ("31", "12", "2643", "2100-12-31"),
            ("1", "4", "2400", "1857-04-01"),
        ] {
            assert_eq!(
                parse_parts(day, month, year),
                Ok(date(expected)),
                "{day}/{month}/{year}"
            );
        }
    }

    #[test]
    fn the_year_began_in_april_before_1941() {
        for (day, month, year, expected) in [
            ("31", "3", "2482", "1940-03-31"),
            ("1", "4", "2482", "1939-04-01"),
            ("1", "4", "2483", "1940-04-01"),
            ("31", "12", "2483", "1940-12-31"),
            ("1", "1", "2484", "1941-01-01"),
            ("31", "3", "2484", "1941-03-31"),
            ("15", "2", "2470", "1928-02-15"),
            ("29", "2", "2470", "1928-02-29"),
            // A Christian year is what it says.
            ("15", "2", "1928", "1928-02-15"),
        ] {
            let found = parse_parts(day, month, year);
            assert_eq!(found, Ok(date(expected)), "{day}/{month}/{year}");
        }
        for month in ["1", "2", "3"] {
            assert_eq!(
                codes(&parse_parts("5", month, "2483")),
                [(DatePart::Year, "short_year")]
            );
        }
        assert_eq!(buddhist_year(date("1940-03-31")), 2482);
        assert_eq!(buddhist_year(date("1940-04-01")), 2483);
        assert_eq!(buddhist_year(date("1940-12-31")), 2483);
        assert_eq!(buddhist_year(date("1941-01-01")), 2484);
    }

    fn codes(found: &Result<NaiveDate, Vec<DatePartError>>) -> Vec<(DatePart, &'static str)> {
        let errors = found.as_ref().unwrap_err();
        assert!(
            errors
                .iter()
                .all(|error| !error.th.is_empty() && error.en.ends_with('.'))
        );
        errors
            .iter()
            .map(|error| (error.part, error.code))
            .collect()
    }

    #[test]
    fn every_wrong_part_is_reported_at_once() {
        use DatePart::{Day, Month, Whole, Year};
        for (day, month, year, expected) in [
            ("", "", "", vec![(Whole, "missing")]),
            ("\u{200b}", " ", "", vec![(Whole, "missing")]),
            ("5", "", "", vec![(Month, "missing"), (Year, "missing")]),
            ("", "11", "2569", vec![(Day, "missing")]),
            (
                "0",
                "13",
                "69",
                vec![
                    (Day, "out_of_range"),
                    (Month, "out_of_range"),
                    (Year, "two_digit_year"),
                ],
            ),
            (
                "32",
                "0",
                "2200",
                vec![
                    (Day, "out_of_range"),
                    (Month, "out_of_range"),
                    (Year, "out_of_range"),
                ],
            ),
            (
                "x",
                "มก",
                "y",
                vec![(Day, "format"), (Month, "format"), (Year, "format")],
            ),
            (
                "-5",
                "ma",
                "-2569",
                vec![(Day, "format"), (Month, "format"), (Year, "format")],
            ),
            ("5", "มิถุนาคม", "2569", vec![(Month, "format")]),
            ("5", "พฤ", "2569", vec![(Month, "format")]),
            ("29", "2", "2569", vec![(Day, "not_in_month")]),
            ("31", "เมษายน", "2569", vec![(Day, "not_in_month")]),
            (
                "31",
                "4",
                "",
                vec![(Day, "not_in_month"), (Year, "missing")],
            ),
            ("30", "ก.พ.", "2567", vec![(Day, "not_in_month")]),
            ("5", "5", "1899", vec![(Year, "out_of_range")]),
            ("5", "5", "2101", vec![(Year, "out_of_range")]),
            ("5", "5", "2399", vec![(Year, "out_of_range")]),
            ("5", "5", "2644", vec![(Year, "out_of_range")]),
            ("5", "5", "12569", vec![(Year, "out_of_range")]),
            ("5", "5", "99999999999999999999", vec![(Year, "format")]),
            ("5", "5", "569", vec![(Year, "two_digit_year")]),
            ("5", "5", "พ.ศ. 2026", vec![(Year, "wrong_era")]),
            ("5", "5", "ค.ศ. 2569", vec![(Year, "wrong_era")]),
        ] {
            assert_eq!(
                codes(&parse_parts(day, month, year)),
                expected,
                "{day}/{month}/{year}"
            );
        }
    }

    #[test]
    fn the_29th_of_february_says_how_long_the_month_is() {
        let errors = parse_parts("29", "2", "2569").unwrap_err();
        assert_eq!(errors[0].th, "เดือนกุมภาพันธ์ พ.ศ. 2569 มี 28 วัน กรุณาตรวจสอบวันที่");
        assert_eq!(errors[0].en, "February 2026 has 28 days. Check the day.");
    }

    #[test]
    fn one_field_is_read_in_many_shapes() {
        for raw in [
            "20 พ.ย. 2569",
            "20/11/2569",
            "2026-11-20",
            "2569-11-20",
            "๒๐ พฤศจิกายน ๒๕๖๙",
            "20พ.ย.2569",
            "20 พย 2569",
            "20-11-2026",
            "20.11.2569",
            "20 – 11 – 2569",
            "20 11 2569",
            "วันที่ 20 เดือน 11 พ.ศ. 2569",
            "วันที่ 20 เดือนพฤศจิกายน ปี พ.ศ. 2569",
            "วันศุกร์ที่ 20 พฤศจิกายน พ.ศ. ๒๕๖๙",
            "ศุกร์ 20 พ.ย. 2569",
            "20 พ.ย.พ.ศ.2569",
            "20\u{a0}พ.ย.\u{a0}2569",
            "20 Nov 2026",
            "20th of November 2026",
            "Nov 20, 2026",
            "Nov. 20, 2026 AD",
            "Friday 20 November 2026",
            "Fri, 20 Nov 2026",
            "20 NOVEMBER 2569 BE",
        ] {
            assert_eq!(parse(raw), Ok(date("2026-11-20")), "{raw}");
        }
    }

    #[test]
    fn one_field_says_what_is_wrong() {
        use DatePart::{Day, Month, Whole, Year};
        for (raw, expected) in [
            ("", vec![(Whole, "missing")]),
            ("เมื่อวาน", vec![(Whole, "format")]),
            ("20112569", vec![(Whole, "format")]),
            ("พ.ย. 2569", vec![(Whole, "format")]),
            ("2026-11-20T10:00", vec![(Whole, "format")]),
            ("20/11/2569 น.", vec![(Whole, "format")]),
            ("1 2 3 4", vec![(Whole, "format")]),
            ("20/11", vec![(Year, "missing")]),
            ("20 พ.ย.", vec![(Year, "missing")]),
            ("20/11/69", vec![(Year, "two_digit_year")]),
            ("20 พ.ย. ค.ศ. 2569", vec![(Year, "wrong_era")]),
            ("20 foo 2569", vec![(Month, "format")]),
            (
                "32/13/2569",
                vec![(Day, "out_of_range"), (Month, "out_of_range")],
            ),
            ("29/2/2569", vec![(Day, "not_in_month")]),
            ("วันพฤหัสบดีที่ 20 พ.ย. 2569", vec![(Whole, "wrong_weekday")]),
        ] {
            assert_eq!(codes(&parse(raw)), expected, "{raw}");
        }
    }

    #[test]
    fn a_wrong_weekday_is_named() {
        let errors = parse("วันพฤหัสบดีที่ 20 พ.ย. 2569").unwrap_err();
        assert_eq!(
            errors[0].th,
            "20 พ.ย. 2569 เป็นวันศุกร์ ไม่ใช่วันพฤหัสบดี กรุณาตรวจสอบวันที่"
        );
        assert_eq!(
            errors[0].en,
            "20 Nov 2026 is a Friday, not a Thursday. Check the date."
        );
    }

    #[test]
    fn dates_are_written_for_both_languages() {
        let day = date("2026-11-05");
        for (found, expected) in [
            (long_th(day), "วันพฤหัสบดีที่ 5 พฤศจิกายน พ.ศ. 2569"),
            (full_th(day), "วันพฤหัสบดีที่ 5 พฤศจิกายน 2569"),
            (day_month_th(day), "5 พฤศจิกายน 2569"),
            (short_th(day), "5 พ.ย. 2569"),
            (long_en(day), "Thursday 5 November 2026"),
            (short_en(day), "5 Nov 2026"),
            (month_th(day).into(), "พฤศจิกายน"),
            (month_abbr_th(day).into(), "พ.ย."),
            (month_en(day).into(), "November"),
            (weekday_th(day).into(), "พฤหัสบดี"),
            (weekday_en(day).into(), "Thursday"),
        ] {
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn moments_are_written_in_bangkok_time() {
        let moment: Instant = "2026-11-05T02:24:59Z".parse().unwrap();
        assert_eq!(clock_th(moment), "09.24\u{a0}น.");
        assert_eq!(clock_en(moment), "09:24");
        assert_eq!(moment_th(moment), "5 พ.ย. 2569 เวลา 09.24\u{a0}น.");
        assert_eq!(moment_en(moment), "5 Nov 2026, 09:24");
        let after_midnight: Instant = "2026-11-04T17:05:00Z".parse().unwrap();
        assert_eq!(moment_th(after_midnight), "5 พ.ย. 2569 เวลา 00.05\u{a0}น.");
    }

    #[test]
    fn the_fiscal_year_begins_in_october() {
        for (day, year) in [
            ("2026-09-30", 2569),
            ("2026-10-01", 2570),
            ("2026-12-31", 2570),
            ("2027-01-01", 2570),
            ("2027-09-30", 2570),
        ] {
            assert_eq!(fiscal_year_be(date(day)), year, "{day}");
        }
    }

    proptest! {
        #[test]
        fn a_printed_date_parses_to_itself(days in 0i64..(200 * 365)) {
            let day = date("1900-04-01") + chrono::TimeDelta::days(days);
            for text in [
                day.to_string(),
                long_th(day),
                full_th(day),
                day_month_th(day),
                short_th(day),
                long_en(day),
                short_en(day),
            ] {
                prop_assert_eq!(parse(&text), Ok(day), "{}", text);
            }
            let parts = parse_parts(&day.day().to_string(), month_abbr_th(day), &buddhist_year(day).to_string());
            prop_assert_eq!(parts, Ok(day));
        }

        #[test]
        fn no_text_panics(raw in any::<String>(), day in any::<String>(), typed in "[0-9๐-๙ /.ก-ฮเปีพศ-]{0,20}") {
            let _ = parse(&raw);
            let _ = parse(&typed);
            let _ = parse_parts(&day, &raw, &typed);
        }
    }
}
