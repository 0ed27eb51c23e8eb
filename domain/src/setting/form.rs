//! How a kind of settings is typed: its fields in groups and lists, what is shown of a value, and what was typed.
use super::{Kind, at, compose, part};
use crate::fee::Rate;
use crate::form::{FieldError, FieldErrors, RawFields, Text, raw};
use crate::money::Satang;
use crate::municipality::{CaseType, Municipality, Problem, WeekdayName};
use crate::text;
use crate::thai_date;
use crate::time::TimeOfDay;
use crate::working_time::Span;
use chrono::NaiveDate;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What one value is, which decides how it is typed and read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A whole number, with its unit.
    Number {
        unit: (&'static str, &'static str),
    },
    /// Satang, typed in baht.
    Money,
    /// A text in both languages: two lines, `{name}.th` and `{name}.en`.
    Bilingual,
    /// One line as it is: telephones, ids.
    Word,
    Date,
    /// A date or nothing.
    OptionalDate,
    Time,
    /// Any of the week's days; none means every day.
    Weekdays,
    /// Any of the case types; none means every type.
    CaseTypes,
    /// One case type.
    CaseType,
    /// A day's opening hours: `08:30-12:00, 13:00-16:30`; nothing is a closed day.
    Hours,
    /// Yes or no.
    Flag,
    /// One of a few words of the file, each with its Thai and English.
    Choice(&'static [(&'static str, &'static str, &'static str)]),
    /// What an item costs in and out of the area, by type of case: `500/1000; infectious: 800/1600`, in baht.
    Rates,
}

/// One value of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its key below the group's path, or within a list's element.
    pub key: &'static str,
    pub th: &'static str,
    pub en: &'static str,
    pub shape: Shape,
}

/// Fields that stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Group {
        th: &'static str,
        en: &'static str,
        /// What the keys stand under, such as `crematorium`.
        path: &'static str,
        fields: &'static [Field],
    },
    /// A list of alike things, each a row; a row that is left empty is no element.
    List {
        th: &'static str,
        en: &'static str,
        path: &'static str,
        fields: &'static [Field],
        /// Empty rows that the page adds at the end.
        spare: usize,
    },
}

const fn field(key: &'static str, th: &'static str, en: &'static str, shape: Shape) -> Field {
    Field { key, th, en, shape }
}

const fn number(
    key: &'static str,
    th: &'static str,
    en: &'static str,
    unit: (&'static str, &'static str),
) -> Field {
    field(key, th, en, Shape::Number { unit })
}

const DAYS: (&str, &str) = ("วัน", "days");
const HOURS_OF_CLOCK: (&str, &str) = ("ชั่วโมง", "hours");
const DUTY_HOURS: (&str, &str) = ("ชั่วโมงทำการ", "duty hours");
const MINUTES: (&str, &str) = ("นาที", "minutes");
const TIMES: (&str, &str) = ("ครั้ง", "times");
const NIGHTS: (&str, &str) = ("คืน", "nights");
const REQUESTS: (&str, &str) = ("คำขอ", "requests");

pub(super) const LIMITS: &[Part] = &[
    Part::Group {
        th: "การจอง",
        en: "Booking",
        path: "crematorium",
        fields: &[
            number(
                "horizon_days",
                "จองล่วงหน้าได้ไม่เกิน",
                "Booked ahead at most",
                DAYS,
            ),
            number(
                "minimum_notice_hours",
                "ต้องจองก่อนเวลาอย่างน้อย",
                "Notice before a round or a first night",
                HOURS_OF_CLOCK,
            ),
            number("max_nights", "คืนสวดมากที่สุด", "Most nights", NIGHTS),
            number("hold_minutes", "กันวันไว้ระหว่างกรอก", "A hold lasts", MINUTES),
            number(
                "hold_extensions",
                "ต่อเวลากันวันได้",
                "A hold is extended up to",
                TIMES,
            ),
            number(
                "unverified_per_phone",
                "คำขอที่ยังไม่ยืนยัน ต่อหมายเลขโทรศัพท์",
                "Unconfirmed requests per telephone",
                REQUESTS,
            ),
            number(
                "arrive_before_minutes",
                "หีบศพจากที่อื่นมาถึงก่อนเวลา",
                "A coffin arrives early by",
                MINUTES,
            ),
        ],
    },
    Part::Group {
        th: "กำหนดเวลา",
        en: "Deadlines",
        path: "crematorium",
        fields: &[
            number("decision_hours", "ตัดสินภายใน", "Decide within", DUTY_HOURS),
            number(
                "tell_within_minutes",
                "แจ้งผลภายใน",
                "Tell the family within",
                MINUTES,
            ),
            number(
                "unverified_hours",
                "คำขอที่ไม่ยืนยันสิ้นผลใน",
                "Unconfirmed requests lapse after",
                DUTY_HOURS,
            ),
            number(
                "correction_hours",
                "ครอบครัวแก้ไขภายใน",
                "The family corrects within",
                DUTY_HOURS,
            ),
            number(
                "certificate_hours",
                "ส่งเลขที่มรณบัตรภายใน",
                "Certificate expected within",
                HOURS_OF_CLOCK,
            ),
        ],
    },
];

pub(super) const ROUNDS: &[Part] = &[
    Part::List {
        th: "รอบ",
        en: "Round",
        path: "crematorium.rounds",
        fields: &[
            field("start", "เวลาเริ่ม", "Start", Shape::Time),
            field(
                "weekdays",
                "เฉพาะวัน (ไม่เลือกคือทุกวัน)",
                "Only on (none: every day)",
                Shape::Weekdays,
            ),
            field("valid_from", "ตั้งแต่วันที่", "From", Shape::Date),
            field("valid_until", "ถึงวันที่", "Until", Shape::OptionalDate),
            field(
                "case_types",
                "เฉพาะประเภท (ไม่เลือกคือทุกประเภท)",
                "Only for (none: every type)",
                Shape::CaseTypes,
            ),
        ],
        spare: 1,
    },
    Part::List {
        th: "ระยะเวลาต่อประเภท",
        en: "Time a case takes",
        path: "crematorium.durations",
        fields: &[
            field("case_type", "ประเภท", "Case type", Shape::CaseType),
            number("minutes", "ใช้เตา", "Furnace in use", MINUTES),
            number("cool_down_minutes", "พักเตา", "Cooling down", MINUTES),
        ],
        spare: 0,
    },
    Part::List {
        th: "เตา",
        en: "Furnace",
        path: "crematorium.furnaces",
        fields: &[
            field(
                "id",
                "รหัส (ห้ามเปลี่ยนเมื่อมีการจอง)",
                "Id (never changed once booked)",
                Shape::Word,
            ),
            field("name", "ชื่อ", "Name", Shape::Bilingual),
        ],
        spare: 1,
    },
];

pub(super) const HOURS: &[Part] = &[
    Part::Group {
        th: "สำนักงาน",
        en: "Office",
        path: "office",
        fields: OFFICE,
    },
    Part::Group {
        th: "วันและเวลาเปิดสำนักงาน",
        en: "Hours of the office",
        path: "office.hours",
        fields: WEEK,
    },
    Part::Group {
        th: "เจ้าหน้าที่เวรฌาปนสถาน",
        en: "Crematorium duty desk",
        path: "crematorium.duty",
        fields: OFFICE,
    },
    Part::Group {
        th: "วันและเวลาของเวร",
        en: "Duty hours",
        path: "crematorium.duty.hours",
        fields: WEEK,
    },
];

const OFFICE: &[Field] = &[
    field("phone", "โทรศัพท์", "Telephone", Shape::Word),
    field(
        "hours_text",
        "เวลาทำการที่แสดงแก่ประชาชน",
        "Hours as people read them",
        Shape::Bilingual,
    ),
    field(
        "closed_on_holidays",
        "ปิดในวันหยุดราชการ",
        "Closed on public holidays",
        Shape::Flag,
    ),
];

const WEEK: &[Field] = &[
    field("mon", "วันจันทร์", "Monday", Shape::Hours),
    field("tue", "วันอังคาร", "Tuesday", Shape::Hours),
    field("wed", "วันพุธ", "Wednesday", Shape::Hours),
    field("thu", "วันพฤหัสบดี", "Thursday", Shape::Hours),
    field("fri", "วันศุกร์", "Friday", Shape::Hours),
    field("sat", "วันเสาร์", "Saturday", Shape::Hours),
    field("sun", "วันอาทิตย์", "Sunday", Shape::Hours),
];

pub(super) const FEES: &[Part] = &[
    Part::List {
        th: "รายการค่าธรรมเนียม",
        en: "Fee item",
        path: "money.items",
        fields: &[
            field("id", "รหัส", "Id", Shape::Word),
            field("name", "ชื่อ", "Name", Shape::Bilingual),
            field(
                "of",
                "คิดกับ",
                "Charged with",
                Shape::Choice(&[
                    ("cremation", "ฌาปนกิจ", "a cremation"),
                    ("pavilion", "ศาลา", "a pavilion"),
                    ("ash", "โต๊ะเก็บอัฐิ", "an ash table"),
                ]),
            ),
            field(
                "unit",
                "หน่วย",
                "Unit",
                Shape::Choice(&[
                    ("use", "ครั้ง", "use"),
                    ("night", "คืน", "night"),
                    ("kwh", "หน่วยไฟฟ้า", "kWh"),
                ]),
            ),
            field(
                "rates",
                "อัตรา บาท ในเขต/นอกเขต",
                "Rates in baht, in the area/outside it",
                Shape::Rates,
            ),
            field(
                "on_request",
                "คิดเมื่อขอใช้เท่านั้น",
                "Only when asked for",
                Shape::Flag,
            ),
            field("valid_from", "ตั้งแต่วันที่", "From", Shape::Date),
            field("legal_basis", "ฐานอำนาจ", "Legal basis", Shape::Bilingual),
        ],
        spare: 1,
    },
    Part::List {
        th: "ศาลา",
        en: "Pavilion",
        path: "crematorium.pavilions",
        fields: &[
            field(
                "id",
                "รหัส (ห้ามเปลี่ยนเมื่อมีการจอง)",
                "Id (never changed once booked)",
                Shape::Word,
            ),
            field("name", "ชื่อ", "Name", Shape::Bilingual),
            number("guests", "ที่นั่ง", "Seats", ("ที่นั่ง", "seats")),
            field(
                "price_per_night",
                "ราคาต่อคืน ในเขต",
                "Price per night, in the area",
                Shape::Money,
            ),
        ],
        spare: 0,
    },
    Part::List {
        th: "ราคาศาลานอกเขต",
        en: "Pavilion outside the area",
        path: "money.pavilion_rates",
        fields: &[
            field("pavilion", "รหัสศาลา", "Id of the pavilion", Shape::Word),
            field(
                "out_of_area",
                "ราคาต่อคืน นอกเขต",
                "Price per night, outside the area",
                Shape::Money,
            ),
        ],
        spare: 1,
    },
    Part::List {
        th: "การคืนเงิน",
        en: "Refund",
        path: "money.refunds",
        fields: &[
            number(
                "days_before",
                "ก่อนวันแรกอย่างน้อย",
                "At least so long before the first day",
                DAYS,
            ),
            number("percent", "คืนร้อยละ", "Paid back", ("%", "%")),
        ],
        spare: 1,
    },
];

pub(super) const HOLIDAYS: &[Part] = &[Part::List {
    th: "วันหยุด",
    en: "Holiday",
    path: "holidays",
    fields: &[
        field("date", "วันที่", "Date", Shape::Date),
        field("name", "ชื่อ", "Name", Shape::Bilingual),
    ],
    spare: 3,
}];

impl Part {
    pub fn path(&self) -> &'static str {
        match self {
            Self::Group { path, .. } | Self::List { path, .. } => path,
        }
    }

    pub fn fields(&self) -> &'static [Field] {
        match self {
            Self::Group { fields, .. } | Self::List { fields, .. } => fields,
        }
    }

    pub fn name(&self) -> Text {
        match self {
            Self::Group { th, en, .. } | Self::List { th, en, .. } => Text::new(*th, *en),
        }
    }

    pub(super) fn paths(&self) -> Vec<String> {
        match self {
            Self::Group { path, fields, .. } => fields
                .iter()
                .map(|field| format!("{path}.{}", field.key))
                .collect(),
            Self::List { path, .. } => vec![(*path).to_owned()],
        }
    }
}

/// The values that a several-of-many field can hold, with their words.
pub fn several(shape: Shape) -> Vec<(&'static str, Text)> {
    match shape {
        Shape::Weekdays => WeekdayName::ALL
            .iter()
            .zip(WEEK)
            .map(|(day, field)| (day.code(), Text::new(field.th, field.en)))
            .collect(),
        Shape::CaseTypes | Shape::CaseType => CaseType::ALL
            .into_iter()
            .map(|case| (case.code(), case.label()))
            .collect(),
        _ => Vec::new(),
    }
}

/// The settings as the page's fields, by name: `crematorium.rounds.0.start`.
pub fn typed(kind: Kind, municipality: &Municipality) -> RawFields {
    let whole = serde_json::to_value(municipality).unwrap_or_default();
    let mut fields = RawFields::new();
    for part in kind.parts() {
        match part {
            Part::Group {
                path, fields: of, ..
            } => {
                for field in *of {
                    let name = format!("{path}.{}", field.key);
                    write(&mut fields, &name, field.shape, at(&whole, &name));
                }
            }
            Part::List {
                path, fields: of, ..
            } => {
                let rows = at(&whole, path).and_then(Value::as_array);
                for (n, row) in rows.into_iter().flatten().enumerate() {
                    for field in *of {
                        let name = format!("{path}.{n}.{}", field.key);
                        write(&mut fields, &name, field.shape, row.get(field.key));
                    }
                }
            }
        }
    }
    fields
}

fn write(fields: &mut RawFields, name: &str, shape: Shape, value: Option<&Value>) {
    if shape == Shape::Bilingual {
        for lang in ["th", "en"] {
            let text = value.and_then(|value| value.get(lang)?.as_str());
            fields.insert(
                format!("{name}.{lang}"),
                text.unwrap_or_default().to_owned(),
            );
        }
    } else {
        fields.insert(name.to_owned(), as_typed(shape, value));
    }
}

/// A value as one would type it.
fn as_typed(shape: Shape, value: Option<&Value>) -> String {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return String::new();
    };
    match shape {
        Shape::Date | Shape::OptionalDate => {
            day(value).map_or_else(|| plain(value), thai_date::short_th)
        }
        Shape::Money => satang(value).map_or_else(|| plain(value), |amount| amount.to_string()),
        Shape::Weekdays | Shape::CaseTypes => list(value).join(","),
        Shape::Hours => list_of_spans(value).join(", "),
        Shape::Rates => rates_as_typed(value),
        Shape::Flag => if value == &Value::Bool(true) {
            "yes"
        } else {
            ""
        }
        .to_owned(),
        _ => plain(value),
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn day(value: &Value) -> Option<NaiveDate> {
    value.as_str()?.parse().ok()
}

fn satang(value: &Value) -> Option<Satang> {
    serde_json::from_value(value.clone()).ok()
}

fn list(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(plain).collect()
}

fn rates_as_typed(value: &Value) -> String {
    let rate = |rate: &Value| {
        let amount = |key| {
            let amount = rate.get(key).and_then(satang);
            amount.map_or_else(String::new, |amount| amount.to_string())
        };
        let prices = format!("{}/{}", amount("in_area"), amount("out_of_area"));
        let cases = rate.get("case_types").map(list).unwrap_or_default();
        if cases.is_empty() {
            prices
        } else {
            format!("{}: {prices}", cases.join(", "))
        }
    };
    let rates = value.as_array().into_iter().flatten().map(rate);
    rates.collect::<Vec<_>>().join("; ")
}

fn list_of_spans(value: &Value) -> Vec<String> {
    let span = |span: &Value| {
        let end = |key| span.get(key).map(plain).unwrap_or_default();
        format!("{}-{}", end("open"), end("close"))
    };
    value.as_array().into_iter().flatten().map(span).collect()
}

/// A changed value in words; whole elements too.
pub fn shown(kind: Kind, path: &str, value: &Value) -> Text {
    match found(kind, path) {
        Some((_, Some(field))) => words(field.shape, value),
        Some((part, None)) => {
            let each = part.fields().iter().filter_map(|field| {
                let text = words(field.shape, value.get(field.key)?);
                (!text.th.is_empty()).then_some(text)
            });
            join(each, " · ")
        }
        None => match value.as_str() {
            Some(text) => Text::new(text, text),
            None => Text::new(value.to_string(), value.to_string()),
        },
    }
}

fn join(texts: impl Iterator<Item = Text>, between: &str) -> Text {
    let (th, en): (Vec<_>, Vec<_>) = texts.map(|text| (text.th, text.en)).unzip();
    Text::new(th.join(between), en.join(between))
}

fn words(shape: Shape, value: &Value) -> Text {
    let same = |text: String| Text::new(text.clone(), text);
    match shape {
        Shape::Number { unit: (th, en) } => Text::new(
            format!("{} {th}", plain(value)),
            format!("{} {en}", plain(value)),
        ),
        Shape::Money => satang(value).map_or_else(
            || same(plain(value)),
            |amount| Text::new(amount.th(), amount.en()),
        ),
        Shape::Date | Shape::OptionalDate => day(value).map_or_else(
            || same(String::new()),
            |day| Text::new(thai_date::short_th(day), thai_date::short_en(day)),
        ),
        Shape::Bilingual => {
            let lang = |lang| value.get(lang).map_or_else(|| plain(value), plain);
            Text::new(lang("th"), lang("en"))
        }
        Shape::Weekdays | Shape::CaseTypes | Shape::CaseType => {
            let chosen = if value.is_array() {
                list(value)
            } else {
                vec![plain(value)]
            };
            let known = several(shape);
            let all = known
                .into_iter()
                .filter(|(code, _)| chosen.iter().any(|one| one == code));
            join(all.map(|(_, text)| text), ", ")
        }
        Shape::Choice(words) => words
            .iter()
            .find(|(code, _, _)| value.as_str() == Some(*code))
            .map_or_else(|| same(plain(value)), |(_, th, en)| Text::new(*th, *en)),
        Shape::Hours if list_of_spans(value).is_empty() => Text::new("ปิด", "closed"),
        Shape::Flag if value == &Value::Bool(true) => Text::new("ใช่", "yes"),
        Shape::Flag => Text::new("ไม่", "no"),
        shape => same(as_typed(shape, Some(value))),
    }
}

/// The part and field of a changed path; without a field it is a whole element of a list.
fn found(kind: Kind, path: &str) -> Option<(&'static Part, Option<&'static Field>)> {
    kind.parts().iter().find_map(|part| {
        let rest = path.strip_prefix(part.path())?;
        let key = match part {
            Part::Group { .. } => rest.strip_prefix('.')?,
            Part::List { .. } if rest.is_empty() => return Some((part, None)),
            Part::List { .. } => {
                let (_, key) = rest.strip_prefix('[')?.split_once(']')?;
                if key.is_empty() {
                    return Some((part, None));
                }
                key.strip_prefix('.')?
            }
        };
        let key = key.split(['.', '[']).next()?;
        let field = part.fields().iter().find(|field| field.key == key)?;
        Some((part, Some(field)))
    })
}

/// What a changed path is called.
pub fn label(kind: Kind, path: &str) -> Text {
    let Some((part, field)) = found(kind, path) else {
        return Text::new(path, path);
    };
    let mut text = part.name();
    if let Some((_, rest)) = path.split_once('[') {
        let name = rest.split(']').next().unwrap_or_default();
        // Places are counted from 1 by people; names such as ids and dates stand as they are.
        let name = name
            .parse::<usize>()
            .map_or_else(|_| name.to_owned(), |place| (place + 1).to_string());
        text = Text::new(format!("{} {name}", text.th), format!("{} {name}", text.en));
    }
    match field {
        Some(field) => Text::new(
            format!("{} · {}", text.th, field.th),
            format!("{} · {}", text.en, field.en),
        ),
        None => text,
    }
}

/// The part that was typed, with the municipality it makes of `base`; or everything that is wrong, by field.
pub fn read(
    kind: Kind,
    fields: &RawFields,
    base: &Municipality,
) -> Result<(Value, Municipality), FieldErrors> {
    let mut reading = Reading {
        fields,
        errors: FieldErrors::new(),
        rows: BTreeMap::new(),
    };
    let before = part(kind, base);
    let mut typed = Map::new();
    for part in kind.parts() {
        match part {
            Part::Group { path, fields, .. } => {
                for field in *fields {
                    let name = format!("{path}.{}", field.key);
                    let value = reading.value(&name, field);
                    typed.insert(name, value);
                }
            }
            Part::List { path, fields, .. } => {
                let before = before.get(*path).and_then(Value::as_array);
                let list = reading.list(path, fields, before);
                typed.insert((*path).to_owned(), list);
            }
        }
    }
    let Reading {
        mut errors, rows, ..
    } = reading;
    if !errors.is_empty() {
        return Err(errors);
    }
    let typed = Value::Object(typed);
    match compose(base, &[(kind, &typed)]) {
        Ok(composed) => {
            for problem in composed.check() {
                let error = wrong(kind, &rows, &problem);
                // One round may be too long for several case types: its field says so once.
                if errors.of(&error.field).is_none() {
                    errors.push(error);
                }
            }
            if errors.is_empty() {
                Ok((typed, composed))
            } else {
                Err(errors)
            }
        }
        Err(error) => Err(FieldErrors::one(wrong(
            kind,
            &rows,
            &Problem {
                field: error.field,
                reason: UNREADABLE.to_owned(),
            },
        ))),
    }
}

/// What is being read, and which row of the page each element of a list came from.
struct Reading<'a> {
    fields: &'a RawFields,
    errors: FieldErrors,
    rows: BTreeMap<&'static str, Vec<usize>>,
}

impl Reading<'_> {
    fn list(
        &mut self,
        path: &'static str,
        fields: &'static [Field],
        before: Option<&Vec<Value>>,
    ) -> Value {
        let mut elements = Vec::new();
        let mut rows = Vec::new();
        for n in 0..self::rows(self.fields, path) {
            let row = format!("{path}.{n}");
            let removed = !raw(self.fields, &format!("{row}.remove")).is_empty();
            if removed || self.is_empty_row(&row) {
                continue;
            }
            // What the page does not ask of an element stays as it was.
            let mut element = match before.and_then(|list| list.get(n)) {
                Some(Value::Object(map)) => map.clone(),
                _ => Map::new(),
            };
            for field in fields {
                let value = self.value(&format!("{row}.{}", field.key), field);
                element.insert(field.key.to_owned(), value);
            }
            rows.push(n);
            elements.push(Value::Object(element));
        }
        self.rows.insert(path, rows);
        Value::Array(elements)
    }

    fn is_empty_row(&self, row: &str) -> bool {
        let prefix = format!("{row}.");
        self.fields
            .range(prefix.clone()..)
            .take_while(|(name, _)| name.starts_with(&prefix))
            .all(|(_, value)| text::clean(value).is_empty())
    }

    fn value(&mut self, name: &str, field: &Field) -> Value {
        if field.shape == Shape::Bilingual {
            let mut both = Map::new();
            for lang in ["th", "en"] {
                let name = format!("{name}.{lang}");
                let text = text::clean(raw(self.fields, &name));
                if text.is_empty() {
                    self.missing(&name, field);
                }
                both.insert(lang.to_owned(), text.into());
            }
            return Value::Object(both);
        }
        let typed = text::clean(raw(self.fields, name));
        let optional = matches!(
            field.shape,
            Shape::OptionalDate | Shape::Weekdays | Shape::CaseTypes | Shape::Hours | Shape::Flag
        );
        if typed.is_empty() && !optional {
            self.missing(name, field);
            return Value::Null;
        }
        match parse(field.shape, name, &typed) {
            Ok(value) => value,
            Err(error) => {
                self.errors.push(error);
                Value::Null
            }
        }
    }

    fn missing(&mut self, name: &str, field: &Field) {
        self.errors.push(FieldError::new(
            name,
            "missing",
            format!("กรอก{}", field.th),
            format!("Enter: {}", field.en),
        ));
    }
}

/// How many rows of a list the page sent: one more than the highest number among the names.
pub fn rows(fields: &RawFields, path: &str) -> usize {
    let prefix = format!("{path}.");
    fields
        .range(prefix.clone()..)
        .take_while(|(name, _)| name.starts_with(&prefix))
        .filter_map(|(name, _)| {
            name[prefix.len()..]
                .split('.')
                .next()?
                .parse::<usize>()
                .ok()
        })
        // A row number far beyond any list is not the page's.
        .filter(|row| *row < 1000)
        .max()
        .map_or(0, |last| last + 1)
}

fn parse(shape: Shape, name: &str, typed: &str) -> Result<Value, FieldError> {
    match shape {
        Shape::Number { .. } => text::ascii_digits(typed)
            .parse::<u32>()
            .map(Value::from)
            .map_err(|_| {
                FieldError::new(name, "number", "กรอกเป็นจำนวนเต็ม", "Enter a whole number")
            }),
        Shape::Money => Satang::parse(typed)
            .map(|amount| serde_json::to_value(amount).unwrap_or_default())
            .map_err(|error| FieldError::new(name, error.code(), error.th(), error.en())),
        Shape::OptionalDate if typed.is_empty() => Ok(Value::Null),
        Shape::Date | Shape::OptionalDate => date(name, typed).map(|day| day.to_string().into()),
        Shape::Time => TimeOfDay::parse(typed)
            .map(|time| time.to_string().into())
            .map_err(|error| FieldError::new(name, error.code(), error.th(), error.en())),
        Shape::Weekdays | Shape::CaseTypes => {
            let chosen = typed
                .split([',', '\n', ' '])
                .filter(|code| !code.is_empty());
            Ok(chosen.map(Value::from).collect::<Vec<_>>().into())
        }
        Shape::Hours => hours(name, typed),
        Shape::Rates => rates(name, typed),
        Shape::Flag => Ok((!typed.is_empty()).into()),
        Shape::Word | Shape::CaseType | Shape::Choice(_) | Shape::Bilingual => Ok(typed.into()),
    }
}

/// A date typed in one field, as people write it.
pub fn date(name: &str, typed: &str) -> Result<NaiveDate, FieldError> {
    thai_date::parse(typed).map_err(|problems| match problems.into_iter().next() {
        Some(problem) => FieldError::new(name, problem.code, problem.th, problem.en),
        None => FieldError::new(
            name,
            "date",
            "กรอกวันที่ เช่น 1 ต.ค. 2569",
            "Enter a date, such as 1 Oct 2026",
        ),
    })
}

fn rates(name: &str, typed: &str) -> Result<Value, FieldError> {
    let wrong = || {
        FieldError::new(
            name,
            "rates",
            "กรอกอัตราในเขต/นอกเขต เช่น 500/1000 หรือ 500/1000; infectious: 800/1600",
            "Enter in the area/outside it, such as 500/1000 or 500/1000; infectious: 800/1600",
        )
    };
    let mut rates = Vec::new();
    for one in typed
        .split(';')
        .map(str::trim)
        .filter(|one| !one.is_empty())
    {
        let (cases, prices) = one.split_once(':').unwrap_or(("", one));
        let cases: Vec<CaseType> = cases
            .split([',', ' '])
            .filter(|code| !code.is_empty())
            .map(|code| CaseType::parse(code).ok_or_else(wrong))
            .collect::<Result<_, _>>()?;
        let (inside, outside) = prices.split_once('/').ok_or_else(wrong)?;
        let amount = |text: &str| Satang::parse(text).map_err(|_| wrong());
        let rate = Rate {
            case_types: cases,
            in_area: amount(inside)?,
            out_of_area: amount(outside)?,
        };
        rates.push(serde_json::to_value(rate).unwrap_or_default());
    }
    Ok(Value::Array(rates))
}

fn hours(name: &str, typed: &str) -> Result<Value, FieldError> {
    let wrong = || {
        FieldError::new(
            name,
            "hours",
            "กรอกเวลาเปิดและปิด เช่น 08:30-12:00, 13:00-16:30 หรือเว้นว่างเมื่อปิดทั้งวัน",
            "Enter opening and closing times, such as 08:30-12:00, 13:00-16:30, or nothing for a closed day",
        )
    };
    let mut spans = Vec::new();
    for one in typed
        .split(',')
        .map(str::trim)
        .filter(|one| !one.is_empty())
    {
        let (open, close) = one.split_once(['-', '–']).ok_or_else(wrong)?;
        let time = |text: &str| TimeOfDay::parse(text).map_err(|_| wrong());
        let (open, close) = (time(open)?, time(close)?);
        let span = Span::new(open, close)
            .map_err(|error| FieldError::new(name, error.code(), error.th(), error.en()))?;
        spans.push(serde_json::to_value(span).unwrap_or_default());
    }
    Ok(Value::Array(spans))
}

/// What the check of the whole settings says, at the field of the page that it is about.
fn wrong(kind: Kind, rows: &BTreeMap<&'static str, Vec<usize>>, problem: &Problem) -> FieldError {
    let mut name = problem.field.replace('[', ".").replace(']', "");
    for part in kind.parts() {
        let Some(rest) = name
            .strip_prefix(part.path())
            .and_then(|rest| rest.strip_prefix('.'))
        else {
            continue;
        };
        let mut keys = rest.split('.');
        let row = match part {
            Part::List { path, .. } => {
                let element = keys.next().and_then(|n| n.parse::<usize>().ok());
                let row = element.and_then(|n| rows.get(path)?.get(n).copied());
                row.map(|row| format!(".{row}"))
            }
            Part::Group { .. } => Some(String::new()),
        };
        let Some((row, field)) = row.zip(
            keys.next()
                .and_then(|key| part.fields().iter().find(|field| field.key == key)),
        ) else {
            continue;
        };
        let lang = match (field.shape, keys.next()) {
            (Shape::Bilingual, Some(lang @ ("th" | "en"))) => format!(".{lang}"),
            _ => String::new(),
        };
        name = format!("{}{row}.{}{lang}", part.path(), field.key);
        break;
    }
    FieldError::new(
        name,
        "unusable",
        in_thai(&problem.reason),
        problem.reason.clone(),
    )
}

/// What a parser says of a value is for logs: who typed it reads that it cannot be read.
const UNREADABLE: &str = "cannot be read: check how it is written";

/// Findings by words they hold, in Thai.
const THAI: [(&str, &str); 12] = [
    (UNREADABLE, "อ่านค่านี้ไม่ได้ โปรดตรวจวิธีเขียน"),
    ("must not be empty", "ต้องไม่เว้นว่าง"),
    ("must list at least one", "ต้องมีอย่างน้อยหนึ่งรายการ"),
    ("at least one day", "ต้องมีเวลาทำการอย่างน้อยหนึ่งวัน"),
    ("must not be negative", "ต้องไม่ติดลบ"),
    ("is more than", "จำนวนเงินมากเกินไป"),
    ("looks like พ.ศ.", "ปีนี้เป็น พ.ศ. โปรดพิมพ์วันที่ใหม่"),
    ("runs past midnight", "เลยเที่ยงคืน โปรดเริ่มให้เร็วขึ้นหรือลดเวลา"),
    ("twice", "ซ้ำกับรายการอื่น"),
    ("already", "ซ้ำกับรายการอื่น"),
    ("is before", "ต้องไม่ก่อนค่าที่อยู่ก่อนหน้า"),
    ("is not after", "เวลาปิดต้องอยู่หลังเวลาเปิด"),
];

/// A finding in Thai; never in the words of the program.
fn in_thai(reason: &str) -> String {
    if let Some((_, thai)) = THAI.iter().find(|(words, _)| reason.contains(words)) {
        return (*thai).to_owned();
    }
    let range = reason.strip_prefix("must be ").and_then(|rest| {
        let (least, rest) = rest.split_once(" to ")?;
        let most = rest.split(' ').next()?;
        Some(format!("ต้องเป็น {least} ถึง {most}"))
    });
    range.unwrap_or_else(|| "ค่านี้ใช้ร่วมกับค่าอื่นไม่ได้ โปรดตรวจ".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::tests::city;
    use super::*;
    use crate::form::Lang;

    fn with(kind: Kind, changes: &[(&str, &str)]) -> RawFields {
        let mut fields = typed(kind, &city());
        for (name, value) in changes {
            fields.insert((*name).to_owned(), (*value).to_owned());
        }
        fields
    }

    #[test]
    fn a_thai_reader_never_reads_the_parser() {
        for reason in [
            "must be 1 to 7 nights, not 9",
            "must not be empty",
            "there is no furnace \"furnace-9\"",
            "08:00 is not after 09:00",
            UNREADABLE,
        ] {
            let thai = in_thai(reason);
            let english = |c: char| c.is_ascii_alphabetic();
            assert!(!thai.contains(english), "{reason}: {thai}");
        }
        // A weekday that is none gets past the field and is the parser's to refuse.
        let base = city();
        let part = serde_json::json!({ "crematorium.max_nights": "seven" });
        let kinds = Kind::ALL.iter().find(|kind| {
            let paths = kind.paths();
            paths.iter().any(|path| path == "crematorium.max_nights")
        });
        let refused = compose(&base, &[(*kinds.expect("a kind"), &part)]);
        assert!(
            refused
                .expect_err("no number")
                .reason
                .contains("invalid type")
        );
    }

    #[test]
    fn what_a_page_shows_and_nobody_changes_is_read_back_the_same() {
        for kind in Kind::ALL {
            if kind.parts().is_empty() {
                continue;
            }
            let (_, composed) = read(kind, &typed(kind, &city()), &city()).expect("as it was");
            assert_eq!(composed, city(), "{kind:?}");
        }
    }

    #[test]
    fn rows_are_changed_added_and_removed() {
        let fields = with(
            Kind::Rounds,
            &[
                ("crematorium.rounds.0.start", "๙.๓๐"),
                ("crematorium.rounds.0.weekdays", "sat\nsun"),
                ("crematorium.rounds.1.remove", "yes"),
                ("crematorium.rounds.4.start", "18:00"),
                ("crematorium.rounds.4.valid_from", "1 ม.ค. 2570"),
                ("crematorium.rounds.4.case_types", "infectious"),
                // A row that was left empty.
                ("crematorium.rounds.5.start", " "),
            ],
        );
        let (_, composed) = read(Kind::Rounds, &fields, &city()).expect("settings");
        let starts: Vec<String> = composed
            .crematorium
            .rounds
            .iter()
            .map(|round| round.start.to_string())
            .collect();
        assert_eq!(starts, ["09:30", "14:30", "16:00", "18:00"]);
        assert_eq!(
            composed.crematorium.rounds[0].weekdays,
            [WeekdayName::Sat, WeekdayName::Sun]
        );
        assert_eq!(
            composed.crematorium.rounds[3].valid_from.to_string(),
            "2027-01-01"
        );
    }

    #[test]
    fn every_error_is_told_at_its_own_field_at_once() {
        for (kind, changes, expected) in [
            (
                Kind::Limits,
                vec![
                    ("crematorium.horizon_days", "สามสิบ"),
                    ("crematorium.hold_minutes", ""),
                ],
                vec!["crematorium.horizon_days", "crematorium.hold_minutes"],
            ),
            (
                Kind::Limits,
                vec![
                    ("crematorium.horizon_days", "0"),
                    ("crematorium.hold_extensions", "3"),
                ],
                vec!["crematorium.horizon_days", "crematorium.hold_extensions"],
            ),
            (
                Kind::Hours,
                vec![
                    ("office.hours.mon", "08:30 ถึง 12:00"),
                    ("office.hours.tue", "16:30-08:30"),
                    ("crematorium.duty.hours_text.en", ""),
                ],
                vec![
                    "office.hours.mon",
                    "office.hours.tue",
                    "crematorium.duty.hours_text.en",
                ],
            ),
            (
                // The row before is removed: the error still stands at the row it was typed in.
                Kind::Rounds,
                vec![
                    ("crematorium.rounds.0.remove", "yes"),
                    ("crematorium.rounds.3.start", "23:30"),
                ],
                vec!["crematorium.rounds.3.start"],
            ),
            (
                Kind::Fees,
                vec![
                    ("money.items.0.rates", "500"),
                    ("crematorium.pavilions.0.price_per_night", "ฟรี"),
                ],
                vec![
                    "money.items.0.rates",
                    "crematorium.pavilions.0.price_per_night",
                ],
            ),
            (
                Kind::Holidays,
                vec![("holidays.0.date", "31 ก.พ. 2570")],
                vec!["holidays.0.date"],
            ),
        ] {
            let errors = read(kind, &with(kind, &changes), &city()).expect_err("errors");
            let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(fields, expected, "{errors:?}");
            for error in errors.iter() {
                assert!(!error.text.get(Lang::Th).is_empty());
            }
        }
    }

    #[test]
    fn rates_are_typed_in_baht_by_type_of_case() {
        let fields = with(
            Kind::Fees,
            &[(
                "money.items.0.rates",
                "1,200/2400.50; infectious, royal: 3000/6000",
            )],
        );
        let (_, composed) = read(Kind::Fees, &fields, &city()).expect("settings");
        let rates = &composed.money.items[0].rates;
        assert_eq!(rates.len(), 2);
        assert_eq!(rates[0].out_of_area, Satang(240_050));
        assert_eq!(rates[1].case_types, [CaseType::Infectious, CaseType::Royal]);
        assert_eq!(
            typed(Kind::Fees, &composed)["money.items.0.rates"],
            "1,200.00/2,400.50; infectious, royal: 3,000.00/6,000.00"
        );
    }

    #[test]
    fn changes_are_told_in_words() {
        let fields = with(Kind::Limits, &[("crematorium.horizon_days", "45")]);
        let (new, _) = read(Kind::Limits, &fields, &city()).expect("settings");
        let changes = super::super::diff(&part(Kind::Limits, &city()), &new);
        assert_eq!(changes.len(), 1);
        let change = &changes[0];
        assert_eq!(
            label(Kind::Limits, &change.path).en,
            "Booking · Booked ahead at most"
        );
        let value = change.new.as_ref().expect("a value");
        assert_eq!(shown(Kind::Limits, &change.path, value).en, "45 days");
        let row = "crematorium.rounds[2]";
        assert_eq!(label(Kind::Rounds, row).en, "Round 3");
        let value = part(Kind::Rounds, &city())["crematorium.rounds"][3].clone();
        assert_eq!(
            shown(Kind::Rounds, row, &value).en,
            "16:00 · 1 Jan 2026 · Ordinary, Sealed infectious body, Child or infant, Royal-flame cremation, Exhumed remains"
        );
    }
}
