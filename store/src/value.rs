//! What can be bound to `$1`, and rows that are parsed: an impossible one names table, column and row.
use crate::error::{Result, StoreError};
use chrono::NaiveDate;
use domain::form::Lang;
use domain::request::Status;
use domain::time::{self, Instant, TimeOfDay};
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Decode, Row as _, Type};
use uuid::Uuid;

/// A bound value. The portable columns are of two types, text and 64-bit integers; both may be null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(Option<String>),
    Int(Option<i64>),
}

/// What can be written into a portable column.
pub trait Bind {
    /// The null of this type: PostgreSQL wants to know of what.
    const NULL: Value;
    fn value(self) -> Value;
}

macro_rules! binds {
    ($($type:ty: $variant:ident = |$value:ident| $expr:expr;)*) => {
        $(impl Bind for $type {
            const NULL: Value = Value::$variant(None);
            fn value(self) -> Value {
                let $value = self;
                Value::$variant(Some($expr))
            }
        })*
    };
}

binds! {
    &str: Text = |text| text.to_owned();
    String: Text = |text| text;
    &String: Text = |text| text.clone();
    Uuid: Text = |id| id.to_string();
    NaiveDate: Text = |date| date.to_string();
    TimeOfDay: Text = |time| time.to_string();
    Status: Text = |status| status.code().to_owned();
    Lang: Text = |lang| lang.tag().to_owned();
    i64: Int = |number| number;
    u32: Int = |number| i64::from(number);
    u16: Int = |number| i64::from(number);
    u8: Int = |number| i64::from(number);
    bool: Int = |flag| i64::from(flag);
    Instant: Int = |instant| time::micros(instant);
}

impl<T: Bind> Bind for Option<T> {
    const NULL: Value = T::NULL;
    fn value(self) -> Value {
        self.map_or(T::NULL, Bind::value)
    }
}

/// The binds of a statement: `params![id, now]` gives `$1` and `$2`.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::value::Bind::value($value)),*]
    };
}
pub(crate) use params;

/// A row of either engine.
#[derive(Debug)]
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// The row as one of a table, known in errors by its column `id`.
    pub fn of(&self, table: &'static str, id: &'static str) -> Fields<'_> {
        Fields {
            row: self,
            table,
            id,
        }
    }

    fn get<'r, T>(&'r self, column: &str) -> sqlx::Result<T>
    where
        T: Decode<'r, sqlx::Sqlite>
            + Type<sqlx::Sqlite>
            + Decode<'r, sqlx::Postgres>
            + Type<sqlx::Postgres>,
        for<'c> &'c str: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }
}

/// A row's columns, parsed one by one.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'r> {
    row: &'r Row,
    table: &'static str,
    id: &'static str,
}

impl Fields<'_> {
    /// The error that names this row and one of its columns.
    pub fn impossible(&self, column: &'static str, why: impl ToString) -> StoreError {
        let text = self.row.get::<String>(self.id);
        let row = text.or_else(|_| {
            self.row
                .get::<i64>(self.id)
                .map(|number| number.to_string())
        });
        StoreError::Row {
            table: self.table,
            column,
            row: row.unwrap_or_else(|_| "?".to_owned()),
            why: why.to_string(),
        }
    }

    fn parsed<T, U>(
        &self,
        column: &'static str,
        raw: T,
        parse: impl FnOnce(&T) -> Option<U>,
    ) -> Result<U>
    where
        T: std::fmt::Debug,
    {
        // The value itself may be personal: only its place is named.
        parse(&raw).ok_or_else(|| self.impossible(column, "not a value this column can hold"))
    }

    pub fn text(&self, column: &'static str) -> Result<String> {
        self.row
            .get(column)
            .map_err(|error| self.impossible(column, error))
    }

    pub fn text_or_null(&self, column: &'static str) -> Result<Option<String>> {
        self.row
            .get(column)
            .map_err(|error| self.impossible(column, error))
    }

    pub fn int(&self, column: &'static str) -> Result<i64> {
        self.row
            .get(column)
            .map_err(|error| self.impossible(column, error))
    }

    pub fn int_or_null(&self, column: &'static str) -> Result<Option<i64>> {
        self.row
            .get(column)
            .map_err(|error| self.impossible(column, error))
    }

    /// A number that fits a smaller type.
    pub fn number<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T> {
        self.parsed(column, self.int(column)?, |raw| T::try_from(*raw).ok())
    }

    pub fn number_or_null<T: TryFrom<i64>>(&self, column: &'static str) -> Result<Option<T>> {
        let raw = self.int_or_null(column)?;
        raw.map(|raw| self.parsed(column, raw, |raw| T::try_from(*raw).ok()))
            .transpose()
    }

    pub fn flag(&self, column: &'static str) -> Result<bool> {
        self.parsed(column, self.int(column)?, |raw| match raw {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        })
    }

    pub fn uuid(&self, column: &'static str) -> Result<Uuid> {
        self.word(column, |raw| Uuid::parse_str(raw).ok())
    }

    pub fn uuid_or_null(&self, column: &'static str) -> Result<Option<Uuid>> {
        self.word_or_null(column, |raw| Uuid::parse_str(raw).ok())
    }

    pub fn instant(&self, column: &'static str) -> Result<Instant> {
        self.parsed(column, self.int(column)?, |raw| time::from_micros(*raw))
    }

    pub fn instant_or_null(&self, column: &'static str) -> Result<Option<Instant>> {
        let raw = self.int_or_null(column)?;
        raw.map(|raw| self.parsed(column, raw, |raw| time::from_micros(*raw)))
            .transpose()
    }

    pub fn date(&self, column: &'static str) -> Result<NaiveDate> {
        self.word(column, date)
    }

    pub fn date_or_null(&self, column: &'static str) -> Result<Option<NaiveDate>> {
        self.word_or_null(column, date)
    }

    pub fn time_or_null(&self, column: &'static str) -> Result<Option<TimeOfDay>> {
        self.word_or_null(column, |raw| raw.parse().ok())
    }

    /// A text with a parser, such as `Status::parse`.
    pub fn word<T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T> {
        self.parsed(column, self.text(column)?, |raw| parse(raw))
    }

    pub fn word_or_null<T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        let raw = self.text_or_null(column)?;
        raw.map(|raw| self.parsed(column, raw, |raw| parse(raw)))
            .transpose()
    }

    pub fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T> {
        self.word(column, |raw| serde_json::from_str(raw).ok())
    }
}

fn date(raw: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(raw, "%Y-%m-%d").ok()
}

/// The language of a tag, as [`Lang::tag`] writes it.
pub(crate) fn lang(tag: &str) -> Option<Lang> {
    [Lang::Th, Lang::En]
        .into_iter()
        .find(|lang| lang.tag() == tag)
}

/// A list as JSON, for the columns that keep one whole.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}
