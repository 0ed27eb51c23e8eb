use super::*;

fn trang() -> Municipality {
    toml::from_str(include_str!("../../../config/trang.toml")).expect("the sample loads")
}

fn letter() -> Document {
    let date = NaiveDate::from_ymd_opt(2026, 11, 24).expect("a date");
    let mut table = Table::new(
        "รายการ",
        &[("รายการ", Align::Start, 3), ("บาท", Align::End, 1)],
    );
    table.row(["ค่าศาลา".to_owned(), "500".to_owned(), "too much".to_owned()]);
    table.total(["รวม".to_owned()]);
    Document {
        number: Some("ฌส 12/2569".to_owned()),
        reference: Some(Reference::parse("483920175567").expect("a reference")),
        addressee: Some("คุณสมหญิง ใจดี".to_owned()),
        blocks: vec![
            Block::heading("ข้อเท็จจริง"),
            Block::facts([("ผู้เสียชีวิต", "สมชาย".to_owned()), ("ศาลา", " ".to_owned())]),
            Block::list(["หนึ่ง".to_owned(), "สอง".to_owned()]),
            Block::Table(table),
            Block::notice("โปรดนำบัตรมาด้วย"),
        ],
        signature: Some(Signature {
            name: "สมศักดิ์ รักไทย".to_owned(),
            position: "ผู้อำนวยการกอง".to_owned(),
            authority: Some("ปฏิบัติราชการแทนนายกเทศมนตรี".to_owned()),
            mark: Mark::Electronic {
                signed_at: time::at(date, 9 * 60),
                method: "ยืนยันตัวตนสองขั้น".to_owned(),
            },
        }),
        codes: vec![Code {
            payload: "https://example.org/v".to_owned(),
            caption: "สแกนเพื่อตรวจสอบ".to_owned(),
        }],
        copies: vec!["สำนักงาน ก.พ.ร.".to_owned()],
        ..Document::new(Kind::Refusal, Lang::Th, &trang(), date)
    }
}

#[test]
fn a_letter_reads_from_head_to_foot() {
    insta::assert_snapshot!(letter().lines().join("\n"));
}

#[test]
fn a_row_has_as_many_cells_as_there_are_columns() {
    let document = letter();
    let Some(Block::Table(table)) = document
        .blocks
        .iter()
        .find(|b| matches!(b, Block::Table(_)))
    else {
        panic!("a table");
    };
    assert_eq!(table.rows, [["ค่าศาลา", "500"]]);
    assert_eq!(table.totals, [["รวม", ""]]);
}

#[test]
fn a_document_survives_its_way_to_another_process() {
    let letter = letter();
    let text = serde_json::to_string(&letter).expect("written");
    assert_eq!(
        serde_json::from_str::<Document>(&text).expect("read"),
        letter
    );
}

#[test]
fn only_a_register_lies_on_its_side_and_only_decisions_are_signed() {
    let wide = Kind::ALL.into_iter().filter(|kind| kind.is_landscape());
    assert_eq!(wide.collect::<Vec<_>>(), [Kind::Register]);
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.code()), Some(kind));
        assert_eq!(
            serde_json::to_value(kind).expect("a word"),
            serde_json::Value::from(kind.code())
        );
    }
    assert!(Kind::Permit.is_signed() && !Kind::Slip.is_signed() && !Kind::FeeNote.is_signed());
}

#[test]
fn a_document_says_whether_its_city_is_a_sample() {
    let mut city = trang();
    let date = NaiveDate::from_ymd_opt(2026, 11, 24).expect("a date");
    let of = |city: &Municipality| Document::new(Kind::Permit, Lang::Th, city, date).sample_note;
    assert!(of(&city).is_some());
    city.sample = false;
    assert_eq!(of(&city), None);
}

#[test]
fn a_hand_signs_on_a_line_and_a_draft_says_that_nobody_has() {
    let sign = |mark| Signature {
        name: String::new(),
        position: String::new(),
        authority: None,
        mark,
    };
    assert!(sign(Mark::Ink).mark_words(Lang::Th).contains("……"));
    assert_eq!(sign(Mark::Waiting).mark_words(Lang::En), "(not signed yet)");
}
