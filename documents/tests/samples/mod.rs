//! One document of every kind, as the office would write it.
use domain::document::{Align, Block, Code, Document, Kind, Mark, Signature, Table};
use domain::form::Lang;
use domain::municipality::Municipality;
use domain::reference::Reference;
use domain::time;

fn trang() -> Municipality {
    toml::from_str(include_str!("../../../config/trang.toml")).expect("the sample loads")
}

fn new(kind: Kind) -> Document {
    let date = "2026-11-24".parse().expect("a date");
    let mut document = Document::new(kind, Lang::Th, &trang(), date);
    document.reference = Some(Reference::parse("483920175567").expect("a reference"));
    if kind.is_signed() {
        document.number = Some("ฌส 12/2569".to_owned());
        document.addressee = Some("นางสาวสมหญิง ใจดี".to_owned());
        document.signature = Some(Signature {
            name: "นายสมศักดิ์ รักไทย".to_owned(),
            position: "ผู้อำนวยการกองสาธารณสุขและสิ่งแวดล้อม".to_owned(),
            authority: Some("ปฏิบัติราชการแทนนายกเทศมนตรีนครตรัง ตามคำสั่งที่ 123/2569".to_owned()),
            mark: if kind == Kind::Refusal {
                Mark::Ink
            } else {
                Mark::Electronic {
                    signed_at: time::at(date, 10 * 60 + 24),
                    method: "ยืนยันตัวตนสองขั้น".to_owned(),
                }
            },
        });
    }
    document
}

fn code(payload: &str, caption: &str) -> Code {
    Code {
        payload: payload.to_owned(),
        caption: caption.to_owned(),
    }
}

pub fn permit() -> Document {
    let mut document = new(Kind::Permit);
    document.blocks = vec![
        Block::paragraph("เทศบาลนครตรังอนุญาตให้ใช้ฌาปนสถานเทศบาลนครตรัง ตามรายการต่อไปนี้"),
        Block::facts([
            ("ผู้เสียชีวิต", "นายสมชาย ใจดี".to_owned()),
            ("ผู้ขอ", "นางสาวสมหญิง ใจดี (บุตร)".to_owned()),
            (
                "ศาลา",
                "ศาลา 1 จำนวน 2 คืน ตั้งแต่ 23 พ.ย. ถึง 24 พ.ย.".to_owned(),
            ),
            (
                "ฌาปนกิจ",
                "วันพุธที่ 25 พฤศจิกายน 2569 เวลา 13.00 น. เตาที่ 1".to_owned(),
            ),
            (
                "เก็บอัฐิ",
                "วันพฤหัสบดีที่ 26 พฤศจิกายน 2569 เวลา 08.00 น.".to_owned(),
            ),
        ]),
        Block::heading("โปรดทราบ"),
        Block::list([
            "หากเคลื่อนหีบศพมาจากที่อื่น โปรดมาถึงก่อนเวลา 60 นาที".to_owned(),
            "แสดงใบอนุญาตนี้บนหน้าจอโทรศัพท์แทนกระดาษได้ ไม่ต้องรับรองสำเนา".to_owned(),
        ]),
    ];
    document.codes = vec![code(
        "https://sala.example.go.th/verify/3f2a9c7d1b0e4f58",
        "สแกนเพื่อตรวจสอบว่าใบอนุญาตนี้ยังใช้ได้",
    )];
    document
}

fn fee_note() -> Document {
    let mut document = new(Kind::FeeNote);
    let mut table = Table::new(
        "ค่าธรรมเนียม",
        &[
            ("รายการ", Align::Start, 6),
            ("จำนวน", Align::End, 2),
            ("หน่วยละ", Align::End, 2),
            ("บาท", Align::End, 2),
        ],
    );
    for (name, count, each, sum) in [
        ("ค่าบำรุงเตาเผา (ในเขต)", "1 ครั้ง", "1,000.00", "1,000.00"),
        ("ค่าศาลา 1 ต่อคืน", "2 คืน", "500.00", "1,000.00"),
        (
            "ค่าไฟฟ้า (ประมาณการ ไม่เกิน 400 บาท)",
            "40 หน่วย",
            "5.00",
            "200.00",
        ),
    ] {
        table.row([name, count, each, sum].map(str::to_owned));
    }
    table.total(["รวมทั้งสิ้น", "", "", "2,200.00"].map(str::to_owned));
    document.blocks = vec![
        Block::Table(table),
        Block::notice("ใบแจ้งชำระนี้ไม่ใช่ใบเสร็จรับเงิน กองคลังออกใบเสร็จเมื่อได้รับเงินแล้ว"),
        Block::paragraph("ชำระเงินสดได้ที่กองคลัง สำนักงานเทศบาลนครตรัง ในวันและเวลาราชการ"),
    ];
    document.codes = vec![code(
        "00020101021230580016A00000067701011201150994000165501000212483920175567530376454072200.005802TH6304ABCD",
        "สแกนเพื่อชำระด้วยแอปธนาคาร",
    )];
    document
}

fn refusal() -> Document {
    let settings = trang().crematorium;
    let mut document = new(Kind::Refusal);
    document.blocks = vec![
        Block::heading("ข้อเท็จจริง"),
        Block::paragraph("มรณบัตรเลขที่ 1-2345-67890 ระบุการจัดการศพที่วัดแห่งหนึ่งนอกเขตเทศบาล"),
        Block::heading("ข้อกฎหมาย"),
        Block::paragraph(settings.refusal_law.th),
        Block::heading("เหตุผล"),
        Block::paragraph("สถานที่ที่ระบุในมรณบัตรไม่ใช่ฌาปนสถานแห่งนี้ และยังไม่ได้แจ้งเปลี่ยนต่อนายทะเบียน"),
        Block::heading("สิทธิอุทธรณ์"),
        Block::paragraph(settings.appeal_text.th),
    ];
    document
}

fn defects() -> Document {
    let mut document = new(Kind::Defects);
    document.blocks = vec![
        Block::paragraph("โปรดแก้ไขรายการทั้งหมดต่อไปนี้ ภายในวันพุธที่ 25 พฤศจิกายน 2569 เวลา 09.00 น."),
        Block::list([
            "ภาพมรณบัตรไม่ชัด อ่านเลขที่ไม่ได้".to_owned(),
            "ชื่อผู้เสียชีวิตไม่ตรงกับมรณบัตร".to_owned(),
        ]),
        Block::paragraph("แก้ไขได้ที่หน้าติดตามคำขอ หรือโทรหาเจ้าหน้าที่"),
    ];
    document
}

fn late_notice() -> Document {
    let mut document = new(Kind::LateNotice);
    document.blocks = vec![Block::paragraph(
        "เทศบาลยังพิจารณาคำขอของท่านไม่แล้วเสร็จภายในเวลาที่กำหนดในคู่มือ เพราะรอหนังสืออนุญาตจากพนักงานสอบสวน",
    )];
    document.copies = vec!["สำนักงานคณะกรรมการพัฒนาระบบราชการ (ก.พ.ร.)".to_owned()];
    document
}

fn plain(kind: Kind) -> Document {
    let mut document = new(kind);
    document.blocks = vec![
        Block::facts([
            ("ผู้ขอ", "นางสาวสมหญิง ใจดี".to_owned()),
            ("โทรศัพท์", "081-234-5678".to_owned()),
            ("วันที่เสียชีวิต", "20 พฤศจิกายน 2569".to_owned()),
        ]),
        Block::paragraph("ได้รับไว้เมื่อ 24 พฤศจิกายน 2569 เวลา 09.00 น."),
    ];
    document.codes = vec![code(
        "https://sala.example.go.th/track?n=483920175567",
        "สแกนเพื่อติดตามคำขอ",
    )];
    document
}

pub fn register(rows: usize) -> Document {
    let mut document = new(Kind::Register);
    document.reference = None;
    document.subtitle = Some("เดือนพฤศจิกายน พ.ศ. 2569".to_owned());
    let mut table = Table::new(
        "รายการฌาปนกิจ",
        &[
            ("ที่", Align::End, 1),
            ("วันเวลา", Align::Start, 3),
            ("คำขอ", Align::Start, 3),
            ("ผู้เสียชีวิต", Align::Start, 5),
            ("มรณบัตร", Align::Start, 3),
            ("ผู้จัดการศพ", Align::Start, 5),
            ("เตา", Align::Start, 2),
            ("ผล", Align::Start, 2),
        ],
    );
    for n in 1..=rows {
        table.row([
            n.to_string(),
            "25 พ.ย. 2569 13.00 น.".to_owned(),
            "4839 2017 5567".to_owned(),
            format!("ผู้ตายคนที่ {n}"),
            "1-1234-56789".to_owned(),
            "นางสาวสมหญิง ใจดี (บุตร)".to_owned(),
            "เตาที่ 1".to_owned(),
            "อนุมัติแล้ว".to_owned(),
        ]);
    }
    document.blocks = vec![
        Block::Table(table),
        Block::paragraph(format!("รวม {rows} ราย")),
    ];
    document
}

pub fn all() -> Vec<Document> {
    vec![
        permit(),
        fee_note(),
        refusal(),
        defects(),
        late_notice(),
        plain(Kind::Request),
        plain(Kind::Slip),
        plain(Kind::AppealReceipt),
        plain(Kind::AppealAnswer),
        register(25),
    ]
}
