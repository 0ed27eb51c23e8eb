//! Letters by e-mail: templates in `desk/mails`, both languages in one, Thai first.
use crate::request::{Loaded, places, wish_of};
use domain::crematorium::Rules;
use domain::form::Lang;
use domain::reference::Reference;
use domain::request::Event;
use domain::thai_date;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

/// A letter ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub attachment: Option<Attachment>,
}

/// A PDF that goes with a letter.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Letters, digits and hyphens, and `.pdf`.
    pub name: String,
    pub pdf: Vec<u8>,
}

impl std::fmt::Debug for Attachment {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Attachment")
            .field("name", &self.name)
            .field("bytes", &self.pdf.len())
            .finish_non_exhaustive()
    }
}

/// What delivers letters; `server` has one over SMTP, tests one that keeps them.
pub trait Mailer: Send + Sync {
    /// Delivers one letter, or says why not. May be called again with the same letter after a failure.
    fn send<'a>(
        &'a self,
        mail: &'a Mail,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;
}

fn template(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::Submitted => include_str!("../mails/submitted.txt"),
        Event::Returned { .. } => include_str!("../mails/returned.txt"),
        Event::Approved => include_str!("../mails/approved.txt"),
        Event::Refused { .. } => include_str!("../mails/refused.txt"),
        Event::Cancelled { .. } => include_str!("../mails/cancelled.txt"),
        Event::MustMove { .. } => include_str!("../mails/must_move.txt"),
        Event::MayStay { .. } => include_str!("../mails/may_stay.txt"),
        Event::Moved { .. } => include_str!("../mails/moved.txt"),
        Event::Lapsed => include_str!("../mails/lapsed.txt"),
        _ => return None,
    })
}

/// Whether an event is written about.
pub(crate) fn is_sent_for(event: &Event) -> bool {
    template(event).is_some()
}

/// The letter about an event, when the applicant gave an address.
pub(crate) fn write(
    loaded: &Loaded,
    event: &Event,
    rules: &Rules,
    public_url: &str,
) -> Option<Mail> {
    let to = loaded.applicant.email.clone()?;
    let (subject, body) = template(event)?.split_once("\n\n")?;
    let words = words(loaded, event, rules, public_url);
    Some(Mail {
        to,
        subject: fill(subject, &words),
        text: fill(body, &words),
        attachment: None,
    })
}

fn words(
    loaded: &Loaded,
    event: &Event,
    rules: &Rules,
    public_url: &str,
) -> BTreeMap<&'static str, String> {
    let duty = &rules.settings().duty;
    let number = &loaded.row.reference;
    let wish = wish_of(&loaded.case);
    let decide_by = loaded.row.state.decide_by;
    let mut words = BTreeMap::from([
        (
            "reference",
            Reference::parse(number)
                .map_or_else(|_| number.clone(), |reference| reference.grouped()),
        ),
        ("name", loaded.applicant.name.clone()),
        ("office", rules.municipality.division.th.clone()),
        ("phone", duty.phone.clone()),
        ("hours_th", duty.hours_text.th.clone()),
        ("hours_en", duty.hours_text.en.clone()),
        ("track_url", format!("{public_url}/track?n={number}")),
        ("decide_by_th", thai_date::moment_th(decide_by)),
        ("decide_by_en", thai_date::moment_en(decide_by)),
        ("places_th", places(&wish, rules, Lang::Th)),
        ("places_en", places(&wish, rules, Lang::En)),
    ]);
    match event {
        Event::Returned {
            defects,
            correct_by,
        } => {
            words.insert(
                "defects",
                defects
                    .iter()
                    .map(|defect| format!("- {defect}"))
                    .collect::<Vec<_>>()
                    .join("\n"),
            );
            words.insert("correct_by_th", thai_date::moment_th(*correct_by));
            words.insert("correct_by_en", thai_date::moment_en(*correct_by));
        }
        Event::Refused {
            facts,
            law,
            reason,
            appeal,
        } => {
            for (name, text) in [
                ("facts", facts),
                ("law", law),
                ("reason", reason),
                ("appeal", appeal),
            ] {
                words.insert(name, text.clone());
            }
        }
        Event::Cancelled { reason } => {
            words.insert("reason", reason.clone());
        }
        Event::MustMove { reason, .. } => {
            words.insert("reason_th", reason.th.clone());
            words.insert("reason_en", reason.en.clone());
        }
        _ => {}
    }
    words
}

/// Fills `{names}`. One pass: what people wrote is never read as a template.
fn fill(template: &str, words: &BTreeMap<&'static str, String>) -> String {
    let mut text = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        if let Some((word, tail)) = after
            .split_once('}')
            .and_then(|(name, tail)| Some((words.get(name)?, tail)))
        {
            text.push_str(word);
            rest = tail;
        } else {
            text.push('{');
            rest = after;
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_once_and_what_people_wrote_is_left_alone() {
        let words = BTreeMap::from([
            ("name", "{reason} & {".to_owned()),
            ("reason", "x".to_owned()),
        ]);
        assert_eq!(
            fill("{name}, {reason}, {unknown}, {", &words),
            "{reason} & {, x, {unknown}, {"
        );
    }

    #[test]
    fn every_template_has_a_subject_and_knows_its_words() {
        for event in [Event::Submitted, Event::Approved, Event::Lapsed] {
            let text = template(&event).expect("a template");
            let (subject, body) = text.split_once("\n\n").expect("a subject line");
            assert!(
                subject.contains("{reference}") && !subject.contains('\n'),
                "{subject}"
            );
            assert!(body.contains("---"), "both languages");
        }
    }
}
