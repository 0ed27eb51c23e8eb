//! What stands on what the office issues. Orders and letters are written in Thai.
use crate::request::{Loaded, reference_of, wish_of};
use crate::{Desk, Result, Trouble};
use domain::crematorium::Rules;
use domain::document::{Block, Code, Document, Kind, Mark, Signature, moment};
use domain::form::Lang;
use domain::issued::group_code;
use domain::request::{Delegation, Event};
use domain::{thai_date, time};
use store::issued::IssuedRow;
use store::staff::StaffRow;
use store::{Conn, appeal, late_notice, request};

const LANG: Lang = Lang::Th;

/// Everything a letter is written from.
struct Letter<'a> {
    row: &'a IssuedRow,
    loaded: &'a Loaded,
    rules: &'a Rules,
}

impl Desk {
    /// The document as its signer reads it and as it is printed: the same words always for the same row.
    pub(super) async fn compose(
        &self,
        conn: &mut Conn,
        row: &IssuedRow,
        loaded: &Loaded,
        signer: &StaffRow,
    ) -> Result<Document> {
        let rules = self.rules();
        let letter = Letter {
            row,
            loaded,
            rules: &rules,
        };
        let mut document = letter.head()?;
        match row.kind {
            Kind::Permit => letter.permit(&mut document),
            Kind::LateNotice => {
                let notice = late_notice::by_id(conn, row.about_id)
                    .await?
                    .ok_or_else(|| missing(row))?;
                letter.late(&mut document, &notice);
            }
            Kind::AppealAnswer => {
                let appeal = appeal::by_id(conn, row.about_id)
                    .await?
                    .ok_or_else(|| missing(row))?;
                letter.appeal_answer(&mut document, &appeal);
            }
            _ => {
                let events = request::events(conn, row.request_id).await?;
                let event = events
                    .iter()
                    .find(|event| event.id == row.about_id)
                    .ok_or_else(|| missing(row))?;
                let event: Event = serde_json::from_str(&event.body)
                    .map_err(|error| Trouble::Internal(error.to_string()))?;
                letter.decision(&mut document, &event);
            }
        }
        document.signature = Some(letter.signature(signer));
        document.codes.push(self.verification(row));
        Ok(document)
    }

    fn verification(&self, row: &IssuedRow) -> Code {
        Code {
            payload: format!("{}/verify/{}", self.public_url(), row.code),
            caption: format!("ตรวจสอบเอกสารนี้ รหัส {}", group_code(&row.code)),
        }
    }
}

fn missing(row: &IssuedRow) -> Trouble {
    Trouble::Internal(format!("what document {} answers is gone", row.id))
}

impl Letter<'_> {
    fn head(&self) -> Result<Document> {
        let city = &self.rules.municipality;
        let date = time::local_date(self.row.issued_at);
        let mut document = Document::new(self.row.kind, LANG, city, date);
        document.number = Some(self.row.number.clone());
        if self.row.version > 1 {
            document.subtitle = Some(format!("ฉบับที่ {} (แทนฉบับก่อน)", self.row.version));
        }
        document.reference = Some(reference_of(&self.loaded.row)?);
        document.addressee = Some(self.loaded.applicant.name.clone());
        Ok(document)
    }

    fn permit(&self, document: &mut Document) {
        let settings = self.rules.settings();
        let wish = wish_of(&self.loaded.case);
        document.blocks.push(Block::paragraph(format!(
            "{}อนุญาตให้ท่านใช้{} เพื่อจัดการศพของผู้เสียชีวิต ดังนี้",
            self.rules.municipality.name.th, settings.name.th
        )));
        let mut facts = vec![
            ("ผู้เสียชีวิต".to_owned(), self.loaded.deceased.name.clone()),
            (
                "วันที่เสียชีวิต".to_owned(),
                thai_date::day_month_th(self.loaded.case.date_of_death),
            ),
        ];
        facts.extend(crate::document::places(LANG, self.rules, &wish));
        document.blocks.push(Block::facts(facts));
        if wish.cremation.is_some() {
            document.blocks.push(Block::paragraph(format!(
                "หากเคลื่อนหีบศพมาจากที่อื่น โปรดมาถึงก่อนเวลาฌาปนกิจ {} นาที",
                settings.arrive_before_minutes
            )));
        }
        // E-government Act: a permit may be shown on a screen.
        document
            .blocks
            .push(Block::notice("แสดงใบอนุญาตนี้จากหน้าจอโทรศัพท์ได้ ไม่ต้องพิมพ์"));
    }

    fn decision(&self, document: &mut Document, event: &Event) {
        let sent = moment(LANG, self.loaded.row.submitted_at);
        match event {
            // Administrative Procedure Act s.37 and s.40: facts, law, reason, and how, to whom and by when to appeal.
            Event::Refused {
                facts,
                law,
                reason,
                appeal,
            } => {
                document.blocks.extend([
                    Block::paragraph(format!(
                        "ตามคำขอที่ท่านยื่นเมื่อ {sent} ไม่อาจอนุมัติได้ ดังนี้"
                    )),
                    Block::facts([
                        ("ข้อเท็จจริง", facts.clone()),
                        ("ข้อกฎหมาย", law.clone()),
                        ("เหตุผล", reason.clone()),
                    ]),
                    Block::heading("สิทธิอุทธรณ์"),
                    Block::paragraph(appeal.clone()),
                    Block::paragraph(
                        "ยื่นอุทธรณ์ได้จากหน้าติดตามคำขอ ที่สำนักงาน หรือทางไปรษณีย์ และยื่นคำขอใหม่ได้ทันทีเมื่อแก้เหตุข้างต้นแล้ว",
                    ),
                ]);
            }
            // Licensing Facilitation Act: all defects at once, once, with a deadline.
            Event::Returned {
                defects,
                correct_by,
            } => {
                document.blocks.extend([
                    Block::paragraph(format!(
                        "ตามคำขอที่ท่านยื่นเมื่อ {sent} มีสิ่งที่ต้องแก้ไขทั้งหมดดังนี้"
                    )),
                    Block::list(defects.iter().cloned()),
                    Block::facts([("แก้ไขภายใน", moment(LANG, *correct_by))]),
                    Block::paragraph(
                        "แก้ไขได้จากหน้าติดตามคำขอ หรือโทรให้เจ้าหน้าที่แก้ให้ วันและเวลาที่จองยังเป็นของท่าน เมื่อแก้ครบทุกข้อแล้วจะไม่ขอให้แก้เรื่องอื่นอีก",
                    ),
                ]);
            }
            _ => {}
        }
    }

    // Licensing Facilitation Act s.10: every seven days, with a copy to the commission.
    fn late(&self, document: &mut Document, notice: &late_notice::LateNoticeRow) {
        let sent = moment(LANG, self.loaded.row.submitted_at);
        document.blocks.extend([
            Block::paragraph(format!(
                "คำขอที่ท่านยื่นเมื่อ {sent} มีกำหนดพิจารณาให้แล้วเสร็จภายใน {} บัดนี้ยังไม่แล้วเสร็จ จึงขอแจ้งเหตุแห่งความล่าช้า ครั้งที่ {} ดังนี้",
                moment(LANG, notice.decide_by),
                notice.n
            )),
            Block::paragraph(notice.reason.clone().unwrap_or_default()),
            Block::paragraph(format!(
                "วันและเวลาที่จองยังเป็นของท่าน และจะแจ้งให้ทราบทุก {} วันจนกว่าจะพิจารณาแล้วเสร็จ",
                self.rules.municipality.signing.late_notice_days
            )),
        ]);
        let copy = &self.rules.municipality.signing.late_notice_copy;
        document.copies.push(copy.name.th.clone());
    }

    fn appeal_answer(&self, document: &mut Document, appeal: &appeal::AppealRow) {
        let signing = &self.rules.municipality.signing;
        document.blocks.extend([
            Block::paragraph(format!(
                "ตามอุทธรณ์เลขที่ {} ซึ่งรับไว้เมื่อ {} ได้พิจารณาแล้ว ดังนี้",
                appeal.number,
                moment(LANG, appeal.received_at)
            )),
            Block::facts([
                ("ผลการพิจารณา", appeal.status.th().to_owned()),
                ("เหตุผล", appeal.answer.clone().unwrap_or_default()),
            ]),
        ]);
        let next = if appeal.status == domain::appeal::AppealStatus::Upheld {
            signing.after_appeal.th.clone()
        } else {
            "คำสั่งเดิมสิ้นผล โปรดโทรหาเจ้าหน้าที่เพื่อจองวันและเวลาใหม่ตามผลการพิจารณานี้".to_owned()
        };
        document.blocks.push(Block::paragraph(next));
    }

    fn signature(&self, signer: &StaffRow) -> Signature {
        Signature {
            name: signer.name.clone(),
            position: signer.position.clone(),
            authority: signer.delegation.as_ref().map(|delegation| {
                authority(&self.rules.municipality.signing.acting_for.th, delegation)
            }),
            mark: Mark::Recorded,
        }
    }
}

/// "ปฏิบัติราชการแทนนายกเทศมนตรีนครตรัง ตามคำสั่งที่ 123/2569"
pub(crate) fn authority(acting_for: &str, delegation: &Delegation) -> String {
    let order = delegation.order.trim();
    if order.starts_with("คำสั่ง") {
        format!("{acting_for} ตาม{order}")
    } else {
        format!("{acting_for} ตามคำสั่งที่ {order}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_cited_once_however_it_was_typed() {
        let delegation = |order: &str| Delegation {
            order: order.to_owned(),
            from: chrono::NaiveDate::MIN,
            until: None,
        };
        for order in ["123/2569", "คำสั่งที่ 123/2569", " 123/2569 "] {
            assert_eq!(
                authority("ปฏิบัติราชการแทนนายกเทศมนตรี", &delegation(order)),
                "ปฏิบัติราชการแทนนายกเทศมนตรี ตามคำสั่งที่ 123/2569"
            );
        }
    }
}
