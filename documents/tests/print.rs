//! Documents become PDFs and pictures, and say there what was written.
#![expect(
    clippy::expect_used,
    reason = "a test that cannot be set up has failed"
)]
mod samples;

use documents::Press;
use domain::document::{Block, Document, Kind};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// One press for all tests, as one worker has.
fn press() -> &'static Press {
    static PRESS: OnceLock<Press> = OnceLock::new();
    PRESS.get_or_init(Press::new)
}

/// What a reader copies out, by poppler.
fn text_of(pdf: &[u8]) -> String {
    poppler("pdftotext", &["-raw", "-", "-"], pdf)
}

fn poppler(tool: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let mut child = Command::new(tool)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|why| panic!("{tool}, of the package poppler-utils: {why}"));
    let mut input = child.stdin.take().expect("an input");
    let bytes = pdf.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("written").expect("written");
    assert!(output.status.success(), "{tool} failed");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Lines end where the page ends, so only what stands between spaces is compared.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Keeps what was printed for a person to look at, where `SALA_PRINTED` names a folder.
fn keep(name: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("SALA_PRINTED") {
        std::fs::write(PathBuf::from(folder).join(name), bytes).expect("kept");
    }
}

/// Every line of the document stands in the text, and no word has a space in it that was not written.
fn assert_says(document: &Document, pdf: &[u8]) {
    let text = text_of(pdf);
    let all = squeezed(&text);
    for line in document.lines() {
        assert!(
            all.contains(&squeezed(&line)),
            "{:?} does not say {line:?}:\n{text}",
            document.kind
        );
    }
}

#[test]
fn every_kind_is_printed_and_says_what_was_written() {
    for document in samples::all() {
        let pdf = press().pdf(&document).expect("printed");
        keep(&format!("{}.pdf", document.kind.code()), &pdf);
        assert!(pdf.starts_with(b"%PDF-"));
        let information = poppler("pdfinfo", &["-"], &pdf);
        assert!(
            information.contains("Tagged:          yes"),
            "{information}"
        );
        assert!(information.contains(&document.title), "{information}");
        if document.kind != Kind::Register {
            assert_says(&document, &pdf);
        }
        let wide =
            information.contains("841.89 x 595.28") || information.contains("841.89 x 595.276");
        assert_eq!(wide, document.kind.is_landscape(), "{information}");
    }
}

#[test]
fn the_same_document_is_the_same_file() {
    let permit = samples::permit();
    let first = press().pdf(&permit).expect("printed");
    assert_eq!(first, Press::new().pdf(&permit).expect("printed"));
}

#[test]
fn a_picture_is_as_wide_as_asked_and_not_blank() {
    let png = press().picture(&samples::permit(), 1080).expect("drawn");
    keep("permit.png", &png);
    assert!(png.starts_with(b"\x89PNG"));
    let size = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    assert_eq!(size(16), 1080);
    assert!(size(20) > 1000);
    // A blank page of this size is a few kilobytes.
    assert!(png.len() > 60_000, "{} bytes", png.len());
}

#[test]
fn names_are_text_and_never_instructions() {
    for name in [
        "#strong[x] *a* _b_ $c$ `d` \\ @e <f> // g /* h */ = i",
        "\"quoted\" 'single' {{json}} [list] ~ --- ...",
        "#panic(\"no\") #import \"/etc/passwd\" #sys.inputs",
        "Zoë Nguyễn Thị Ánh O'Brien",
        "สมหญิง 🙏 ใจดี",
        "พันธุ์ศักดิ์ ปิ่นเกล้า ฟ้าปฏิญาณ ญู่ ฐู่ ฝั่งซ้าย ปี่พาทย์ กตัญญู ก่ำ น้ำผึ้ง",
    ] {
        let mut permit = samples::permit();
        permit.addressee = Some(name.to_owned());
        permit.blocks = vec![Block::facts([("ผู้ขอ", name.to_owned())])];
        assert_says(&permit, &press().pdf(&permit).expect("printed"));
    }
}

#[test]
fn a_letter_no_font_draws_spoils_nothing_else() {
    let mut permit = samples::permit();
    permit.addressee = Some("မောင် 王小明".to_owned());
    let pdf = press().pdf(&permit).expect("printed all the same");
    permit.addressee = None;
    assert_says(&permit, &pdf);
}

#[test]
fn five_hundred_letters_stay_on_the_page() {
    for name in [
        "ก".repeat(500),
        "x".repeat(500),
        "กี่".repeat(166),
        "W ".repeat(250),
    ] {
        let mut permit = samples::permit();
        permit.blocks = vec![
            Block::facts([("ผู้ขอ", name.clone())]),
            Block::paragraph(&name),
        ];
        let pdf = press().pdf(&permit).expect("printed");
        keep("long-name.pdf", &pdf);
        assert_says(&permit, &pdf);
        // What lies beyond the page is cut off by this box.
        let inside = poppler(
            "pdftotext",
            &[
                "-raw", "-x", "40", "-y", "0", "-W", "515", "-H", "842", "-", "-",
            ],
            &pdf,
        );
        let letters = |text: &str| text.chars().filter(|c| name.contains(*c)).count();
        assert_eq!(letters(&inside), letters(&text_of(&pdf)));
    }
}

#[test]
fn every_thai_syllable_copies_out_whole() {
    let mut document = samples::permit();
    document.addressee = None;
    let mut want = Vec::new();
    for base in "กขคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ".chars()
    {
        for vowel in ["", "ั", "ิ", "ี", "ึ", "ื", "ุ", "ู", "็", "ำ", "์", "ิ์"]
        {
            for tone in ["", "่", "้", "๊", "๋"] {
                match vowel {
                    "็" | "์" | "ิ์" if !tone.is_empty() => {}
                    "ำ" => want.push(format!("{base}{tone}ำน")),
                    _ => want.push(format!("{base}{vowel}{tone}น")),
                }
            }
        }
    }
    let words = want.join(" ");
    for block in [Block::paragraph(&words), Block::heading(&words)] {
        document.blocks = vec![block];
        let text = text_of(&press().pdf(&document).expect("printed"));
        let got: BTreeSet<&str> = text.split_whitespace().collect();
        // What is no word may end a line in its middle.
        let joined = text.replace('\n', "");
        let missing: Vec<_> = want
            .iter()
            .filter(|word| !got.contains(word.as_str()) && !joined.contains(word.as_str()))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}

#[test]
fn a_long_register_repeats_its_head_on_every_page() {
    let register = samples::register(120);
    let pdf = press().pdf(&register).expect("printed");
    let pages: Vec<String> = text_of(&pdf)
        .split('\u{c}')
        .filter(|page| !page.trim().is_empty())
        .map(squeezed)
        .collect();
    assert!(pages.len() > 3, "{} pages", pages.len());
    for page in &pages {
        assert!(page.contains("ผู้เสียชีวิต") && page.contains("เตา"), "{page}");
    }
    for n in 1..=120 {
        let name = format!("ผู้ตายคนที่{n}");
        assert!(pages.iter().any(|page| page.contains(&name)), "{name}");
    }
}
