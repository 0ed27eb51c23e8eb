//! What a decision form sends, read as an action: every error at once, nothing lost.
use super::fields::key;
use chrono::DateTime;
use domain::crematorium::Rules;
use domain::form::{FieldError, FieldErrors, Lang, RawFields, raw};
use domain::reference::Reference;
use domain::request::{Action, Refusal, VerifiedBy};
use domain::thai_date;
use domain::time::{self, Instant};

/// The last minute of a day, when only a day was given.
const END_OF_DAY: u16 = 23 * 60 + 59;

/// Defects that are common, as the family will read them; the office's own words follow in the text box.
pub(super) const COMMON_DEFECTS: [(&str, &str); 6] = [
    (
        "มรณบัตรระบุสถานที่จัดการศพเป็นที่อื่น โปรดแจ้งนายทะเบียนให้แก้ไข",
        "The certificate names another place; the registrar must correct it",
    ),
    (
        "ชื่อผู้เสียชีวิตไม่ตรงกับมรณบัตร",
        "The name differs from the certificate",
    ),
    (
        "เลขประจำตัวของผู้เสียชีวิตไม่ตรงกับมรณบัตร",
        "The ID number differs from the certificate",
    ),
    (
        "วันที่เสียชีวิตไม่ตรงกับมรณบัตร",
        "The date of death differs from the certificate",
    ),
    (
        "ยังไม่มีเลขที่มรณบัตรหรือใบรับแจ้งการตาย",
        "No certificate or receipt of notification yet",
    ),
    (
        "ต้องมีหนังสือของพนักงานสอบสวนให้จัดการศพได้",
        "The investigator's release is needed",
    ),
];

/// What the reading of a decision needs to know.
pub(super) struct Desk<'a> {
    pub rules: &'a Rules,
    pub reference: &'a Reference,
    pub now: Instant,
}

/// The version the officer saw, and the action wanted.
///
/// `{action: refuse, version, reason}` is enough for a refusal: facts, law and appeal then come from the
/// request's number and the settings. Sent but empty they are missing, for the officer emptied them.
pub(super) fn parse(typed: &RawFields, desk: &Desk<'_>) -> Result<(i64, Action), FieldErrors> {
    let mut errors = FieldErrors::new();
    let version = errors.keep(version(typed));
    let action = match raw(typed, "action") {
        "take" => Some(Action::Take),
        "verify" => Some(Action::Verify {
            by: verified_by(typed),
        }),
        "approve" => Some(Action::Approve),
        "withdraw" => Some(Action::Withdraw),
        "complete" => Some(Action::Complete),
        "return" => returned(typed, desk, &mut errors),
        "refuse" => refused(typed, desk, &mut errors),
        "cancel" => reason(typed, "cancel", &mut errors).map(|reason| Action::Cancel { reason }),
        "freeze" => reason(typed, "freeze", &mut errors).map(|reason| Action::Freeze { reason }),
        "unfreeze" => {
            reason(typed, "unfreeze", &mut errors).map(|reason| Action::Unfreeze { reason })
        }
        _ => {
            errors.push(FieldError::new(
                "",
                "unknown_action",
                "เลือกว่าจะทำอะไรกับคำขอนี้",
                "Choose what to do with this request",
            ));
            None
        }
    };
    match (version, action) {
        (Some(version), Some(action)) if errors.is_empty() => Ok((version, action)),
        _ => Err(errors),
    }
}

/// The error of a workflow's refusal, at the field that can mend it.
pub(super) fn refusal_error(action: &str, refusal: Refusal) -> FieldError {
    let field = match refusal {
        Refusal::ReasonMissing if action == "return" => key(action, "defect"),
        Refusal::ReasonMissing => key(action, "reason"),
        Refusal::DeadlinePassed => key(action, "correct_by"),
        _ => String::new(),
    };
    FieldError::new(field, "refused", refusal.th(), refusal.en())
}

/// The typed answers under the keys of their own form, so that the other forms stay empty.
pub(super) fn of_form(typed: &RawFields) -> RawFields {
    let action = raw(typed, "action");
    typed
        .iter()
        .map(|(name, value)| (key(action, name), value.clone()))
        .collect()
}

/// The typed defects, one a line.
pub(super) fn defects(typed: &str) -> Vec<String> {
    typed
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

fn version(typed: &RawFields) -> Result<i64, FieldError> {
    raw(typed, "version").trim().parse().map_err(|_| {
        FieldError::new(
            "",
            "version",
            "หน้านี้มาไม่ครบ โปรดเปิดคำขอใหม่อีกครั้ง",
            "This page was incomplete. Please open the request again.",
        )
    })
}

fn verified_by(typed: &RawFields) -> VerifiedBy {
    match raw(typed, "by") {
        "counter" => VerifiedBy::Counter,
        _ => VerifiedBy::Call,
    }
}

fn reason(typed: &RawFields, action: &str, errors: &mut FieldErrors) -> Option<String> {
    errors.keep(words(
        typed,
        action,
        "reason",
        "กรอกเหตุผล",
        "Give the reason",
    ))
}

fn words(
    typed: &RawFields,
    action: &str,
    name: &str,
    th: &str,
    en: &str,
) -> Result<String, FieldError> {
    let given = raw(typed, name).trim();
    if given.is_empty() {
        Err(FieldError::new(key(action, name), "missing", th, en))
    } else {
        Ok(given.to_owned())
    }
}

/// What was sent, or `default` when the form did not ask.
fn words_or(
    typed: &RawFields,
    name: &str,
    default: String,
    th: &str,
    en: &str,
) -> Result<String, FieldError> {
    if typed.contains_key(name) {
        words(typed, "refuse", name, th, en)
    } else {
        Ok(default)
    }
}

// Licensing Facilitation Act: all defects at once.
fn returned(typed: &RawFields, desk: &Desk<'_>, errors: &mut FieldErrors) -> Option<Action> {
    let mut listed = defects(raw(typed, "defect"));
    if listed.is_empty() {
        listed = defects(raw(typed, "reason"));
    }
    if listed.is_empty() {
        errors.push(FieldError::new(
            key("return", "defect"),
            "missing",
            "เลือกหรือพิมพ์สิ่งที่ต้องแก้ไขให้ครบทุกข้อ",
            "Tick or write everything that must be corrected",
        ));
    }
    let correct_by = errors.keep(correct_by(typed, desk))?;
    (!listed.is_empty()).then_some(Action::Return {
        defects: listed,
        correct_by,
    })
}

fn correct_by(typed: &RawFields, desk: &Desk<'_>) -> Result<Instant, FieldError> {
    let given = raw(typed, "correct_by").trim();
    if given.is_empty() {
        return Ok(desk.rules.correct_by(desk.now));
    }
    if let Ok(moment) = DateTime::parse_from_rfc3339(given) {
        return Ok(moment.to_utc());
    }
    let field = key("return", "correct_by");
    match thai_date::parse(given) {
        Ok(day) => Ok(time::at(day, END_OF_DAY)),
        Err(problems) => Err(problems.into_iter().next().map_or_else(
            || {
                FieldError::new(
                    field.clone(),
                    "date",
                    "กรอกวันที่ เช่น 26 พ.ย. 2569",
                    "Enter a date, such as 26 Nov 2026",
                )
            },
            |problem| FieldError::new(field.clone(), problem.code, problem.th, problem.en),
        )),
    }
}

// Administrative Procedure Act s.40: facts, law, reason, and how to appeal.
fn refused(typed: &RawFields, desk: &Desk<'_>, errors: &mut FieldErrors) -> Option<Action> {
    let settings = desk.rules.settings();
    // An order of the office is written in Thai.
    let (law, appeal) = (
        settings.refusal_law.get(Lang::Th),
        settings.appeal_text.get(Lang::Th),
    );
    let facts = format!("ตามคำขอเลขที่ {}", desk.reference.grouped());
    let facts = errors.keep(words_or(
        typed,
        "facts",
        facts,
        "กรอกข้อเท็จจริง",
        "Give the facts",
    ));
    let law = errors.keep(words_or(
        typed,
        "law",
        law.to_owned(),
        "กรอกข้อกฎหมาย",
        "Give the law",
    ));
    let reason = reason(typed, "refuse", errors);
    let appeal = errors.keep(words_or(
        typed,
        "appeal",
        appeal.to_owned(),
        "กรอกวิธีอุทธรณ์",
        "Say how to appeal",
    ));
    Some(Action::Refuse {
        facts: facts?,
        law: law?,
        reason: reason?,
        appeal: appeal?,
    })
}
