//! Text as people type it: Thai digits, invisible characters, names of people, words to search by.
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// The longest name kept, in characters.
pub const NAME_MAX: usize = 120;

/// The longest search prefix, in characters: longer words are cut there on both sides.
pub const SEARCH_MAX: usize = 12;

/// Words shorter than this many characters are not searched by.
pub const SEARCH_MIN: usize = 2;

/// Thai titles, also when glued to the name; a longer one comes before the one it begins with.
const THAI_TITLES: [&str; 13] = [
    "นางสาว",
    "นาย",
    "นาง",
    "น.ส.",
    "ด.ช.",
    "ด.ญ.",
    "เด็กชาย",
    "เด็กหญิง",
    "สามเณร",
    "พระมหา",
    "พระครู",
    "พระ",
    "แม่ชี",
];

/// English titles, only as words of their own, without their dot.
const ENGLISH_TITLES: [&str; 5] = ["mr", "mrs", "ms", "miss", "master"];

/// The text with Thai digits ๐–๙ written as 0–9; everything else stays.
pub fn ascii_digits(text: &str) -> String {
    text.chars().map(ascii_digit).collect()
}

fn ascii_digit(c: char) -> char {
    match c {
        '๐' => '0',
        '๑' => '1',
        '๒' => '2',
        '๓' => '3',
        '๔' => '4',
        '๕' => '5',
        '๖' => '6',
        '๗' => '7',
        '๘' => '8',
        '๙' => '9',
        other => other,
    }
}

/// Characters that show nothing but change order, meaning or comparison: controls, zero widths,
/// bidi controls, soft hyphen, interlinear and tag characters.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// One line of visible text: control, zero-width and bidi characters (NUL too) are dropped, every
/// kind of white space (new lines, NBSP) becomes one space, and the ends are trimmed.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        // White space first: a new line is also a control character.
        if c.is_whitespace() {
            gap = true;
        } else if !is_invisible(c) {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        }
    }
    out
}

/// [`clean`] and [`ascii_digits`] at once: what the parsers of this crate read.
pub(crate) fn plain(text: &str) -> String {
    ascii_digits(&clean(text))
}

/// What hyphens look like when copied from somewhere.
pub(crate) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}')
}

/// The name of a living or deceased person as one field, title included: 1 to [`NAME_MAX`]
/// characters of any script with at least one letter. Monks have one word.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonName(String);

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing visible was typed.
    #[error("Enter the name.")]
    Empty,
    /// More characters than are kept.
    #[error("Shorten the name to {max} characters or fewer.")]
    TooLong {
        /// The longest name accepted, in characters.
        max: usize,
    },
    /// Only digits, signs or pictures.
    #[error("Enter the name in letters.")]
    NoLetters,
}

impl NameError {
    /// A stable machine word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "missing",
            Self::TooLong { .. } => "too_long",
            Self::NoLetters => "no_letters",
        }
    }

    /// What to do, in Thai.
    pub fn th(self) -> String {
        match self {
            Self::Empty => "กรุณาพิมพ์ชื่อ".to_owned(),
            Self::TooLong { max } => format!("ชื่อยาวเกินไป กรุณาพิมพ์ไม่เกิน {max} ตัวอักษร"),
            Self::NoLetters => "กรุณาพิมพ์ชื่อเป็นตัวอักษร".to_owned(),
        }
    }

    /// What to do, in English.
    pub fn en(self) -> String {
        self.to_string()
    }
}

impl PersonName {
    /// Reads a name; white space and invisible characters are tidied by [`clean`].
    pub fn parse(raw: &str) -> Result<Self, NameError> {
        let name = clean(raw);
        if name.is_empty() {
            Err(NameError::Empty)
        } else if name.chars().count() > NAME_MAX {
            Err(NameError::TooLong { max: NAME_MAX })
        } else if !name.chars().any(char::is_alphabetic) {
            Err(NameError::NoLetters)
        } else {
            Ok(Self(name))
        }
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name for masked lists: no title, the given name's first consonant, then the rest:
    /// "นางสาวเกรียงไกร มั่นคง" gives "ก. มั่นคง", a one-word name only "ก.".
    pub fn initials(&self) -> String {
        let name = without_titles(&self.0);
        let (given, rest) = name.split_once(' ').unwrap_or((name, ""));
        // Thai writes เ แ โ ใ ไ before the consonant they follow in speech.
        let initial = given
            .chars()
            .find(|c| c.is_alphabetic() && !matches!(c, 'เ'..='ไ'))
            .or_else(|| given.chars().find(|c| c.is_alphabetic()));
        let initial: String = match initial {
            Some(c) => c.to_uppercase().collect(),
            None => "–".to_owned(),
        };
        if rest.is_empty() {
            format!("{initial}.")
        } else {
            format!("{initial}. {rest}")
        }
    }
}

/// The name after its titles; the whole name when nothing would be left.
fn without_titles(name: &str) -> &str {
    let mut rest = name;
    while let Some(shorter) = after_title(rest) {
        rest = shorter;
    }
    rest
}

/// What follows the title that a name begins with, if it begins with one.
fn after_title(name: &str) -> Option<&str> {
    if let Some((word, rest)) = name.split_once(' ') {
        let word = word.trim_end_matches('.').to_lowercase();
        if ENGLISH_TITLES.contains(&word.as_str()) && starts_a_name(rest) {
            return Some(rest);
        }
    }
    let title = THAI_TITLES.iter().find(|title| name.starts_with(**title))?;
    let rest = name.get(title.len()..)?.trim_start();
    // "นายิกา" is a name: a vowel sign cannot begin one.
    starts_a_name(rest).then_some(rest)
}

/// Whether a name can begin with this text: a letter that is not a Thai vowel sign after its
/// consonant.
fn starts_a_name(text: &str) -> bool {
    text.chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() && !matches!(c, 'ะ'..='ฺ' | 'ๅ' | 'ๆ' | 'ํ'))
}

impl fmt::Debug for PersonName {
    // A name never reaches a log by way of `{:?}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(…)")
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PersonName {
    type Error = NameError;

    fn try_from(raw: String) -> Result<Self, NameError> {
        Self::parse(&raw)
    }
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.0
    }
}

/// The prefixes to store in a search table, sorted and each once: for every word, the first
/// [`SEARCH_MIN`] to [`SEARCH_MAX`] characters, in lower case. A word that begins with a Thai
/// title is stored without it as well.
pub fn search_prefixes(text: &str) -> Vec<String> {
    let mut prefixes = BTreeSet::new();
    for word in words(text) {
        let bare = after_title(&word).unwrap_or(&word);
        for form in [word.as_str(), bare] {
            let longest = form.chars().count().min(SEARCH_MAX);
            prefixes.extend((SEARCH_MIN..=longest).map(|n| form.chars().take(n).collect()));
        }
    }
    prefixes.into_iter().collect()
}

/// The words of a query as [`search_prefixes`] stores them: each at most [`SEARCH_MAX`]
/// characters, titles left out unless there is nothing else. Empty when no word has
/// [`SEARCH_MIN`] characters.
pub fn search_term(text: &str) -> Vec<String> {
    let all: Vec<String> = words(text).collect();
    let is_title = |word: &String| {
        THAI_TITLES.contains(&word.as_str()) || ENGLISH_TITLES.contains(&word.as_str())
    };
    let keep_titles = all.iter().all(is_title);
    let terms: BTreeSet<String> = all
        .iter()
        .filter(|word| keep_titles || !is_title(word))
        .map(|word| {
            after_title(word)
                .filter(|bare| bare.chars().count() >= SEARCH_MIN)
                .unwrap_or(word)
                .chars()
                .take(SEARCH_MAX)
                .collect()
        })
        .collect();
    terms.into_iter().collect()
}

/// The normalised words of a text that are long enough to search by.
fn words(text: &str) -> impl Iterator<Item = String> {
    normal(text)
        .split(is_separator)
        .filter(|word| word.chars().nth(SEARCH_MIN - 1).is_some())
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

/// Lower case, ASCII digits, and one spelling for what looks alike in Thai.
fn normal(text: &str) -> String {
    plain(text)
        .to_lowercase()
        .replace("เเ", "แ")
        .replace("ํา", "ำ")
}

/// Thai vowel signs and tone marks belong to words although Unicode calls them marks, so words
/// are what lies between separators, not runs of letters.
fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || c.is_ascii_punctuation()
        || is_hyphen(c)
        || matches!(
            c,
            '\u{2018}'..='\u{201f}' | '…' | '·' | '•' | '«' | '»' | 'ฯ' | 'ๆ' | '๏' | '๚' | '๛'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn thai_digits_become_ascii() {
        assert_eq!(ascii_digits("๐๑๒๓๔๕๖๗๘๙ ก9"), "0123456789 ก9");
    }

    #[test]
    fn clean_leaves_one_visible_line() {
        for (raw, expected) in [
            ("", ""),
            (" \t\n ", ""),
            ("ก\0ข", "กข"),
            ("บรรทัดหนึ่ง\r\nบรรทัดสอง", "บรรทัดหนึ่ง บรรทัดสอง"),
            ("ก\u{a0}\u{a0}ข", "ก ข"),
            ("\u{feff}สม\u{200b}หญิง\u{200d}", "สมหญิง"),
            ("a\u{202e}b\u{2066}c\u{2069}d\u{61c}", "abcd"),
            ("a \u{200b} b", "a b"),
            ("\u{1b}[31mแดง", "[31mแดง"),
            ("\u{200b} ก \u{200b}", "ก"),
            ("น้ำ", "น้ำ"),
        ] {
            assert_eq!(clean(raw), expected, "{raw:?}");
        }
    }

    #[test]
    fn names_of_any_script_are_names() {
        for raw in [
            "สมหญิง ใจดี",
            "พระสมชาย",
            "ณ",
            "Nguyễn Văn A",
            "မောင်မောင်",
            "李小龙",
            "O'Brien 3",
        ] {
            assert_eq!(PersonName::parse(raw).unwrap().as_str(), raw);
        }
        assert_eq!(
            PersonName::parse("  นาย\u{a0}ก \n ข ").unwrap().as_str(),
            "นาย ก ข"
        );
        assert_eq!(
            PersonName::parse(&"ก".repeat(120))
                .unwrap()
                .as_str()
                .chars()
                .count(),
            120
        );
    }

    #[test]
    fn what_is_no_name_says_why() {
        for (raw, error, code) in [
            ("", NameError::Empty, "missing"),
            ("\u{200b} \0", NameError::Empty, "missing"),
            ("123 - 4", NameError::NoLetters, "no_letters"),
            ("🙏🙏", NameError::NoLetters, "no_letters"),
            (
                &"ก".repeat(121),
                NameError::TooLong { max: 120 },
                "too_long",
            ),
        ] {
            let found = PersonName::parse(raw).unwrap_err();
            assert_eq!((found, found.code()), (error, code), "{raw:?}");
            assert!(!found.th().is_empty() && !found.en().is_empty());
        }
    }

    #[test]
    fn initials_hide_the_given_name() {
        for (name, expected) in [
            ("สมหญิง ใจดี", "ส. ใจดี"),
            ("เกรียงไกร มั่นคง", "ก. มั่นคง"),
            ("นายเกรียงไกร มั่นคง", "ก. มั่นคง"),
            ("นาย เกรียงไกร มั่นคง", "ก. มั่นคง"),
            ("นางสาวไพลิน ณ ถลาง", "พ. ณ ถลาง"),
            ("น.ส. แพรว ทอง", "พ. ทอง"),
            ("น.ส.แพรว ทอง", "พ. ทอง"),
            ("ด.ช.โอม ดี", "อ. ดี"),
            ("เด็กหญิงใบบัว ดี", "บ. ดี"),
            ("พระสมชาย", "ส."),
            ("พระสมชาย ฐิตธมฺโม", "ส. ฐิตธมฺโม"),
            ("พระมหา สมชาย", "ส."),
            ("Mr. John Smith", "J. Smith"),
            ("mrs john smith", "J. smith"),
            ("Mristan Smith", "M. Smith"),
            ("นาย", "น."),
            ("Mr.", "M."),
            ("นายิกา ดี", "น. ดี"),
            ("สมชาย", "ส."),
            ("李 小龙", "李. 小龙"),
            ("เ แ", "เ. แ"),
            ("1 ก", "–. ก"),
        ] {
            assert_eq!(
                PersonName::parse(name).unwrap().initials(),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn a_name_does_not_reach_a_log() {
        let name = PersonName::parse("สมหญิง").unwrap();
        assert_eq!(format!("{name:?}"), "PersonName(…)");
    }

    #[test]
    fn prefixes_are_lower_case_cut_and_unique() {
        assert_eq!(search_prefixes("Ann ANN"), ["an", "ann"]);
        assert_eq!(search_prefixes("น้ำใส ก"), ["น้", "น้ำ", "น้ำใ", "น้ำใส"]);
        assert_eq!(
            search_prefixes("ABCDEFGHIJKLMNOP").last().unwrap(),
            "abcdefghijkl"
        );
        assert_eq!(search_prefixes("ABCDEFGHIJKLMNOP").len(), 11);
        assert_eq!(search_prefixes("๑๒/๓"), ["12"]);
        assert_eq!(search_prefixes("a - b"), Vec::<String>::new());
    }

    #[test]
    fn terms_are_the_words_of_the_query() {
        for (query, expected) in [
            ("", vec![]),
            ("ก", vec![]),
            ("สมหญิง ใจดี", vec!["สมหญิง", "ใจดี"]),
            ("นายสมชาย", vec!["สมชาย"]),
            ("นาย สมชาย", vec!["สมชาย"]),
            ("นาย", vec!["นาย"]),
            ("พระพ", vec!["พระพ"]),
            ("Mr. Smith", vec!["smith"]),
            ("ABCDEFGHIJKLMNOP", vec!["abcdefghijkl"]),
            ("เเก้วตา", vec!["แก้วตา"]),
            ("๐๘๑-234", vec!["081", "234"]),
        ] {
            assert_eq!(search_term(query), expected, "{query}");
        }
    }

    #[test]
    fn a_glued_title_is_found_with_and_without() {
        let stored = search_prefixes("นายสมชาย ใจดี");
        for query in ["นายสมชาย", "สมชาย", "นาย สมชาย", "สมช", "ใจ"]
        {
            assert!(
                search_term(query).iter().all(|term| stored.contains(term)),
                "{query}"
            );
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(raw in "\\PC{0,40}|[\\s\\u{0}ก-๙a-z\\u{200b}]{0,40}") {
            let once = clean(&raw);
            prop_assert_eq!(clean(&once), once);
        }

        #[test]
        fn a_parsed_name_parses_to_itself(raw in any::<String>()) {
            if let Ok(name) = PersonName::parse(&raw) {
                prop_assert_eq!(PersonName::parse(&String::from(name.clone())).unwrap(), name.clone());
                prop_assert!(!name.initials().is_empty());
            }
        }

        #[test]
        fn every_term_of_a_text_finds_that_text(raw in "[ก-๛a-zA-Z0-9 .-]{0,40}|(นาย|พระ|นางสาว|mr )?[ก-๏ ]{0,30}") {
            let stored = search_prefixes(&raw);
            for term in search_term(&raw) {
                prop_assert!(stored.contains(&term), "{} of {}", term, raw);
            }
        }
    }
}
