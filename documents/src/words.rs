//! Where a line may break. Thai has no spaces between words, and Typst's own segmenter cuts some of them in two
//! (เทศ|บาล): such words are set in a box. Nothing is added to the text, so that it copies out as it was written.
use icu_segmenter::options::LineBreakOptions;
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// What Typst breaks by.
static TYPST: LazyLock<LineSegmenterBorrowed<'static>> =
    LazyLock::new(|| LineSegmenter::new_lstm(LineBreakOptions::default()));

/// Words by a dictionary: what a reader takes for a word.
static DICTIONARY: LazyLock<LineSegmenterBorrowed<'static>> =
    LazyLock::new(|| LineSegmenter::new_dictionary(LineBreakOptions::default()));

/// Words of this service that a dictionary takes for two. A longer one comes before the one it holds.
const WHOLE: [&str; 34] = [
    "เทศมนตรี",
    "เทศบัญญัติ",
    "เทศบาล",
    "ฌาปนสถาน",
    "ฌาปนกิจ",
    "มรณบัตร",
    "พระราชบัญญัติ",
    "ผู้เสียชีวิต",
    "ผู้อำนวยการ",
    "สาธารณสุข",
    "สิ่งแวดล้อม",
    "ค่าธรรมเนียม",
    "เจ้าหน้าที่",
    "อนุญาต",
    "อนุมัติ",
    "อุทธรณ์",
    "ตัวอย่าง",
    "ปฏิบัติราชการ",
    "ราชการ",
    "อิเล็กทรอนิกส์",
    "ลายมือชื่อ",
    "โรงพยาบาล",
    "โทรศัพท์",
    "ภูมิลำเนา",
    "นายทะเบียน",
    "ทะเบียน",
    "ทับเที่ยง",
    "พฤศจิกายน",
    "กุมภาพันธ์",
    "พฤหัสบดี",
    "เอกสาร",
    "หลักฐาน",
    "พนักงาน",
    "กระทรวงมหาดไทย",
];

/// A word longer than this is broken anywhere, so that it stays on the page: a name of 500 letters.
const LONGEST: usize = 32;

/// The letters of each piece of such a word.
const PIECE: usize = 8;

/// A text in parts of which every second one (the first is not) must not be broken.
pub type Run = String;

/// Splits a text: joined again, the runs are the text.
pub fn runs(text: &str) -> Vec<Run> {
    let typst: BTreeSet<usize> = TYPST.segment_str(text).collect();
    let mut breaks: BTreeSet<usize> = DICTIONARY.segment_str(text).collect();
    for word in WHOLE {
        for (start, _) in text.match_indices(word) {
            breaks.retain(|place| *place <= start || *place >= start + word.len());
        }
    }
    breaks.extend([0, text.len()]);
    let mut runs = vec![String::new()];
    let places: Vec<usize> = breaks.into_iter().collect();
    // Letters since the last place where a line may break.
    let mut since = 0;
    for pair in places.windows(2) {
        let segment = &text[pair[0]..pair[1]];
        let word = segment.trim_end();
        let inner = pair[0] + 1..pair[0] + word.len().max(1);
        let (letters, cut) = (word.chars().count(), typst.range(inner).next().is_some());
        let ends = segment.len() > word.len() || typst.contains(&pair[1]);
        since += letters;
        let boxed = letters > LONGEST || cut || since > LONGEST;
        if boxed || ends {
            since = 0;
        }
        if letters > LONGEST {
            for piece in pieces(word) {
                keep(&mut runs, piece);
            }
            plain(&mut runs, &segment[word.len()..]);
        } else if boxed {
            keep(&mut runs, word);
            plain(&mut runs, &segment[word.len()..]);
        } else {
            plain(&mut runs, segment);
        }
    }
    runs
}

fn keep(runs: &mut Vec<Run>, word: &str) {
    runs.push(word.to_owned());
    runs.push(String::new());
}

fn plain(runs: &mut [Run], text: &str) {
    if let Some(last) = runs.last_mut() {
        last.push_str(text);
    }
}

/// Pieces that do not begin with a sign that stands above, below or behind a letter.
fn pieces(word: &str) -> Vec<&str> {
    let mut cuts = vec![0];
    let mut letters = 0;
    for (place, c) in word.char_indices() {
        let joined = leans(c) || word[..place].chars().next_back().is_some_and(leads);
        if letters >= PIECE && !joined {
            cuts.push(place);
            letters = 0;
        }
        letters += 1;
    }
    cuts.push(word.len());
    cuts.windows(2)
        .map(|pair| &word[pair[0]..pair[1]])
        .collect()
}

/// Thai vowels and tones after their consonant, and the marks and joiners of other scripts.
fn leans(c: char) -> bool {
    matches!(c, '\u{e30}'..='\u{e3a}' | '\u{e45}'..='\u{e4e}' | '\u{300}'..='\u{36f}'
        | '\u{200b}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Thai vowels before their consonant, and the joiner of pictures.
fn leads(c: char) -> bool {
    matches!(c, '\u{e40}'..='\u{e44}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a line may break in what the template sets: Typst's own places outside boxes, and around boxes.
    fn places(text: &str) -> String {
        let marked = runs(text)
            .into_iter()
            .enumerate()
            .map(|(n, run)| if n % 2 == 1 { format!("[{run}]") } else { run });
        marked.collect()
    }

    #[test]
    fn the_runs_of_a_text_are_the_text() {
        for text in [
            "",
            " ",
            "เทศบาลนครตรัง",
            "a b  c",
            "พ.ศ. ๒๕๖๙ (ตัวอย่าง)",
            "🙏👨‍👩‍👧 #let",
        ] {
            assert_eq!(runs(text).concat(), text);
        }
    }

    #[test]
    fn words_of_the_service_are_never_cut() {
        for word in WHOLE {
            for text in [
                format!("ที่{word}กำหนด"),
                format!("ตาม{word} และ{word}"),
                format!("({word})"),
                word.to_owned(),
            ] {
                let typst: Vec<usize> = TYPST.segment_str(&text).collect();
                let mut at = 0;
                for (n, run) in runs(&text).iter().enumerate() {
                    let inside = typst
                        .iter()
                        .filter(|place| **place > at && **place < at + run.len());
                    for place in inside.filter(|_| n % 2 == 0) {
                        for (start, _) in text.match_indices(word) {
                            assert!(
                                *place <= start || *place >= start + word.len(),
                                "{} is cut in {}",
                                word,
                                places(&text)
                            );
                        }
                    }
                    at += run.len();
                }
            }
        }
    }

    #[test]
    fn a_word_without_end_is_cut_between_letters() {
        let name = "กี่".repeat(200);
        let runs = runs(&name);
        assert_eq!(runs.concat(), name);
        let kept = runs.iter().skip(1).step_by(2);
        for run in kept {
            assert!(
                run.starts_with('ก') && run.chars().count() <= LONGEST,
                "{run}"
            );
        }
    }
}
