//! What stands on the documents that nobody signs: the request as filled, its receipt, the register of a month.
use crate::Result;
use crate::cashier::note_name;
use crate::fee::{exemption_waits, qr_payload};
use crate::request::{Loaded, reference_of, wish_of};
use chrono::NaiveDate;
use domain::crematorium::{Rules, Wish};
use domain::document::{Align, Block, Code, Document, Kind, Table, moment};
use domain::fee::NoteStatus;
use domain::form::{Lang, Text};
use domain::money::Satang;
use domain::phone::Phone;
use domain::reference::Reference;
use domain::request::Status;
use domain::thai_date;
use store::appeal::AppealRow;
use store::crematorium::CaseRow;
use store::fee::NoteRow;
use store::request::RequestRow;

/// What a document about one request is written from.
pub(super) struct Paper<'a> {
    pub rules: &'a Rules,
    pub loaded: &'a Loaded,
    pub lang: Lang,
    pub today: NaiveDate,
    pub public_url: &'a str,
}

impl Paper<'_> {
    fn begun(&self, kind: Kind) -> Result<Document> {
        let city = &self.rules.municipality;
        let mut document = Document::new(kind, self.lang, city, self.today);
        let reference = reference_of(&self.loaded.row)?;
        document.codes.push(Code {
            payload: format!(
                "{}{}?n={}",
                self.public_url,
                self.lang.path("/track"),
                reference.as_str()
            ),
            caption: self
                .lang
                .t("สแกนเพื่อติดตามคำขอ", "Scan to track the request")
                .to_owned(),
        });
        document.reference = Some(reference);
        Ok(document)
    }

    /// The request as it was filled in, with what was answered since.
    pub fn request(&self) -> Result<Document> {
        let lang = self.lang;
        let Loaded {
            row,
            case,
            applicant,
            helper,
            deceased,
        } = self.loaded;
        let t = |th: &'static str, en: &'static str| lang.t(th, en);
        let phone = |phone: &Option<String>| {
            let phone = phone.as_deref().and_then(|phone| Phone::parse(phone).ok());
            phone.map(|phone| phone.display()).unwrap_or_default()
        };
        let mut document = self.begun(Kind::Request)?;
        let mut who = vec![
            (t("ผู้ยื่นคำขอ", "Applicant"), applicant.name.clone()),
            (t("โทรศัพท์", "Telephone"), phone(&applicant.phone)),
            (
                t("เกี่ยวข้องกับผู้เสียชีวิต", "Relation to the person who died"),
                case.relation.label().get(lang).to_owned(),
            ),
        ];
        if let Some(helper) = helper {
            who.push((t("ผู้ช่วยกรอก", "Filled in by"), helper.name.clone()));
            who.push((t("โทรศัพท์ผู้ช่วย", "Their telephone"), phone(&helper.phone)));
        }
        let identity = deceased
            .identity
            .as_ref()
            .map_or("", |sealed| match sealed.kind.as_str() {
                "passport" => t("หนังสือเดินทาง (เก็บไว้แล้ว)", "Passport (kept)"),
                "national_id" => t("เลขประจำตัวประชาชน (เก็บไว้แล้ว)", "National ID (kept)"),
                _ => "",
            });
        let certificate = case.certificate_number.clone().unwrap_or_else(|| {
            case.certificate_due_at.map_or_else(String::new, |due| {
                lang.t(
                    format!("ยังไม่ได้รับ คาดว่าจะได้รับภายใน {}", moment(lang, due)),
                    format!("Not yet; expected by {}", moment(lang, due)),
                )
            })
        });
        let about = [
            (t("ผู้เสียชีวิต", "The person who died"), deceased.name.clone()),
            (t("หลักฐานประจำตัว", "Identity"), identity.to_owned()),
            (
                t("วันที่เสียชีวิต", "Date of death"),
                date(lang, case.date_of_death),
            ),
            (t("เลขที่มรณบัตร", "Death certificate"), certificate),
            (
                t("หมายเลขภายใน", "The office's own number"),
                case.internal_number
                    .map(|number| number.to_string())
                    .unwrap_or_default(),
            ),
        ];
        document.blocks = vec![
            Block::heading(t("ผู้ขอ", "Applicant")),
            Block::facts(who),
            Block::heading(t("ผู้เสียชีวิต", "The person who died")),
            Block::facts(about),
            Block::heading(t("สิ่งที่ขอใช้", "What is asked for")),
            Block::facts(places(lang, self.rules, &wish_of(case))),
            // E-government Act พ.ศ. 2565: the time of arrival is the server's.
            Block::paragraph(lang.t(
                format!(
                    "ยื่นทางอิเล็กทรอนิกส์ ระบบได้รับเมื่อ {} สถานะขณะพิมพ์: {}",
                    moment(lang, row.submitted_at),
                    row.state.status.th()
                ),
                format!(
                    "Sent electronically and received on {}. State when printed: {}.",
                    moment(lang, row.submitted_at),
                    row.state.status.en()
                ),
            )),
        ];
        Ok(document)
    }

    /// The receipt: no name, for it is passed on.
    pub fn slip(&self) -> Result<Document> {
        let lang = self.lang;
        let state = &self.loaded.row.state;
        let mut facts = places(lang, self.rules, &wish_of(&self.loaded.case));
        facts.push((
            lang.t("ส่งเมื่อ", "Sent").to_owned(),
            moment(lang, self.loaded.row.submitted_at),
        ));
        if state.status == Status::Submitted {
            facts.push((
                lang.t("พิจารณาภายใน", "Decided by").to_owned(),
                moment(lang, state.decide_by),
            ));
        }
        let mut document = self.begun(Kind::Slip)?;
        document.blocks = vec![
            Block::facts(facts),
            Block::notice(lang.t(
                "ใบนี้แสดงว่าได้รับคำขอแล้ว ยังไม่ใช่ใบอนุญาต",
                "This shows that the request was received. It is not a permit.",
            )),
            Block::paragraph(lang.t(
                "ติดตามได้ด้วยเลขที่คำขอนี้ และเลขท้าย 4 ตัวของโทรศัพท์ที่ให้ไว้",
                "Track it with this number and the last four digits of the telephone you gave.",
            )),
        ];
        Ok(document)
    }
}

impl Paper<'_> {
    /// What is owed, line by line, and how to pay it: in cash or by the code, neither the better way. While an
    /// exemption `waits` for its decision it says so instead.
    pub fn fee_note(&self, notes: &[NoteRow], waits: bool) -> Result<Document> {
        let lang = self.lang;
        let city = &self.rules.municipality;
        let baht = |amount: Satang| lang.t(amount.th(), amount.en());
        let mut document = self.begun(Kind::FeeNote)?;
        document.codes.clear();
        document.addressee = Some(self.loaded.applicant.name.clone());
        for note in notes {
            let mut table = Table::new(
                note_name(note).get(lang),
                &[
                    (lang.t("รายการ", "Item"), Align::Start, 5),
                    (lang.t("จำนวน", "Count"), Align::Start, 5),
                    (lang.t("จำนวนเงิน", "Amount"), Align::End, 3),
                ],
            );
            for line in &note.lines {
                table.row([
                    line.name.get(lang).to_owned(),
                    line.count().get(lang).to_owned(),
                    line.net.words().get(lang).to_owned(),
                ]);
            }
            let mut total = |name: &str, amount: Satang| {
                table.total([name.to_owned(), String::new(), baht(amount)]);
            };
            total(lang.t("รวม", "Total"), note.total);
            if note.credited > Satang::ZERO {
                total(lang.t("ชำระไว้แล้ว", "Paid before"), note.credited);
            }
            let open = note.status == NoteStatus::Open;
            if !(open && waits) {
                total(lang.t("ยอดชำระ", "To pay"), note.due);
            }
            document
                .blocks
                .push(Block::heading(note_name(note).get(lang)));
            document.blocks.push(Block::Table(table));
            if note.status == NoteStatus::Paid {
                let paid = lang.t("ชำระครบแล้ว", "Paid in full");
                document.blocks.push(Block::notice(paid));
            }
            if let Some(payload) = qr_payload(self.rules, note).filter(|_| !waits) {
                let biller = city.money.biller.as_ref();
                let sample = biller.is_some_and(|biller| biller.sample);
                let name = biller.map_or("", |biller| biller.name.get(lang));
                let warning = if sample {
                    lang.t(" (ตัวอย่าง ชำระจริงไม่ได้)", " (sample: nobody can pay with it)")
                } else {
                    ""
                };
                document.codes.push(Code {
                    payload,
                    caption: lang.t(
                        format!("สแกนจ่าย {} ให้ {name}{warning}", baht(note.due)),
                        format!("Scan to pay {} to {name}{warning}", baht(note.due)),
                    ),
                });
            }
        }
        let (place, hours) = match &city.money.pay_at {
            Some(pay) => (pay.place.get(lang), pay.hours.get(lang)),
            None => (city.office.name.get(lang), city.office.hours_text.get(lang)),
        };
        document.blocks.extend([
            if waits {
                Block::notice(exemption_waits().get(lang))
            } else {
                Block::facts([(
                    lang.t("จ่ายเงินสดที่", "Pay in cash at"),
                    format!("{place} {hours}"),
                )])
            },
            Block::notice(lang.t(
                "ใบแจ้งชำระนี้ไม่ใช่ใบเสร็จรับเงิน",
                "This fee note is not a receipt",
            )),
        ]);
        if let Some(no_gift) = &city.money.no_gift {
            let words = format!("{} {}", no_gift.words.get(lang), no_gift.report.get(lang));
            document.blocks.push(Block::paragraph(words));
        }
        Ok(document)
    }

    /// Every appeal that was received, the newest first.
    pub fn appeal_receipt(&self, appeals: &[AppealRow]) -> Result<Document> {
        let lang = self.lang;
        let mut document = self.begun(Kind::AppealReceipt)?;
        document.addressee = Some(self.loaded.applicant.name.clone());
        for appeal in appeals.iter().rev() {
            document.blocks.push(Block::facts([
                (lang.t("อุทธรณ์เลขที่", "Appeal"), appeal.number.clone()),
                (
                    lang.t("รับไว้เมื่อ", "Received on"),
                    moment(lang, appeal.received_at),
                ),
                (lang.t("ข้อความ", "In these words"), appeal.words.clone()),
                (
                    lang.t("จะแจ้งผลภายใน", "Answer by"),
                    moment(lang, appeal.answer_by),
                ),
            ]));
        }
        Ok(document)
    }
}

/// One cremation of a register.
pub(super) struct Entry {
    pub case: CaseRow,
    pub row: RequestRow,
    pub deceased: String,
    pub applicant: String,
}

pub(super) fn register(
    rules: &Rules,
    lang: Lang,
    today: NaiveDate,
    first: NaiveDate,
    mut entries: Vec<Entry>,
) -> Document {
    let t = |th: &'static str, en: &'static str| lang.t(th, en);
    let when = |entry: &Entry| {
        let cremation = entry.case.cremation.as_ref();
        cremation.map(|cremation| {
            (
                cremation.wish.date,
                cremation.wish.round,
                cremation.furnace_id.clone(),
            )
        })
    };
    entries.sort_by_key(when);
    let mut document = Document::new(Kind::Register, lang, &rules.municipality, today);
    document.subtitle = Some(lang.t(
        format!(
            "เดือน{} พ.ศ. {}",
            thai_date::month_th(first),
            thai_date::buddhist_year(first)
        ),
        format!("{} {}", thai_date::month_en(first), first.format("%Y")),
    ));
    let mut table = Table::new(
        t("รายการฌาปนกิจของเดือน", "The month's cremations"),
        &[
            (t("ที่", "No."), Align::End, 1),
            (t("วันเวลา", "Day and time"), Align::Start, 4),
            (t("เลขที่คำขอ", "Request"), Align::Start, 4),
            (t("ผู้เสียชีวิต", "Deceased"), Align::Start, 6),
            (t("วันที่เสียชีวิต", "Died"), Align::Start, 3),
            (t("มรณบัตร", "Certificate"), Align::Start, 4),
            (t("ผู้จัดการศพ", "Arranged by"), Align::Start, 6),
            (t("เตา", "Furnace"), Align::Start, 2),
            (t("สถานะ", "State"), Align::Start, 3),
        ],
    );
    for (n, entry) in (1..).zip(&entries) {
        let Some((day, round, furnace)) = when(entry) else {
            continue;
        };
        let furnace = rules
            .settings()
            .furnaces
            .iter()
            .find(|known| known.id == furnace)
            .map_or(furnace.clone(), |known| known.name.get(lang).to_owned());
        let reference = Reference::parse(&entry.row.reference);
        let relation = entry.case.relation.label();
        table.row([
            n.to_string(),
            format!("{} {}", short(lang, day), lang.t(round.th(), round.en())),
            reference.map_or_else(|_| entry.row.reference.clone(), |known| known.grouped()),
            entry.deceased.clone(),
            short(lang, entry.case.date_of_death),
            entry.case.certificate_number.clone().unwrap_or_default(),
            format!("{} ({})", entry.applicant, relation.get(lang)),
            furnace,
            lang.t(entry.row.state.status.th(), entry.row.state.status.en())
                .to_owned(),
        ]);
    }
    let count = table.rows.len();
    document.blocks = vec![
        Block::Table(table),
        Block::paragraph(lang.t(format!("รวม {count} ราย"), format!("{count} cremation(s)"))),
    ];
    document
}

/// Places and times, one thing a line.
pub(crate) fn places(lang: Lang, rules: &Rules, wish: &Wish) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let mut line = |name: Text, words: String| lines.push((name.get(lang).to_owned(), words));
    let at = |day: NaiveDate, time: String| {
        format!("{} {} {time}", weekday(lang, day), lang.t("เวลา", "at"))
    };
    if let Some(pavilion) = &wish.pavilion {
        let name = rules
            .pavilion(&pavilion.id)
            .map_or(pavilion.id.as_str(), |pavilion| pavilion.name.get(lang));
        let (nights, from) = (pavilion.nights, weekday(lang, pavilion.from));
        line(
            Text::new("ศาลา", "Pavilion"),
            lang.t(
                format!("{name} จำนวน {nights} คืน ตั้งแต่{from}"),
                format!("{name}, {nights} night(s) from {from}"),
            ),
        );
    }
    if let Some(cremation) = &wish.cremation {
        let round = cremation.round;
        line(
            Text::new("ฌาปนกิจ", "Cremation"),
            at(cremation.date, lang.t(round.th(), round.en())),
        );
    }
    if let Some(ash) = &wish.ash {
        let start = ash.start;
        line(
            Text::new("เก็บอัฐิ", "Collection of ashes"),
            at(ash.date, lang.t(start.th(), start.en())),
        );
    }
    lines
}

fn weekday(lang: Lang, day: NaiveDate) -> String {
    lang.t(thai_date::full_th(day), thai_date::long_en(day))
}

fn date(lang: Lang, day: NaiveDate) -> String {
    lang.t(thai_date::day_month_th(day), thai_date::long_en(day))
}

fn short(lang: Lang, day: NaiveDate) -> String {
    lang.t(thai_date::short_th(day), thai_date::short_en(day))
}
