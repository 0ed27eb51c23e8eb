//! The privacy notice: a public task, so a notice and not a consent.
use super::frame::public_page;
use crate::http::Visit;
use crate::shell::Document;
use crate::words;
use axum::response::Response;
use leptos::prelude::*;

/// `GET /privacy`
pub(super) async fn page(visit: Visit) -> Response {
    let lang = visit.lang;
    let rules = visit.desk().rules();
    public_page(&visit, |ctx| {
        let title = lang.t("ข้อมูลส่วนบุคคลของท่าน", "Your personal data");
        let city = rules.municipality.name.get(lang).to_owned();
        let sample = words::sample(lang, &rules);
        view! {
            <Document ctx title back=lang.path("/")>
                <h1>{title}</h1>
                <p class="lead">{city}{lang.t(
                    " เก็บข้อมูลเท่าที่จำเป็นเพื่อให้บริการฌาปนสถาน หน้านี้เป็นการแจ้งให้ทราบ ไม่ต้องให้ความยินยอม",
                    " keeps only what the crematorium service needs. This page informs you; no consent is asked.",
                )}</p>
                <h2>{lang.t("เก็บอะไรบ้าง", "What is kept")}</h2>
                <ul>
                    <li>{lang.t("ชื่อ เบอร์โทร และความเกี่ยวข้องของผู้ขอ", "The applicant's name, phone and relation")}</li>
                    <li>{lang.t("ชื่อและเบอร์โทรของผู้ช่วยกรอก ถ้ามี", "The name and phone of a helper, if there is one")}</li>
                    <li>{lang.t("ชื่อ เลขประจำตัว วันที่เสียชีวิต และทะเบียนบ้านของผู้เสียชีวิต", "The name, ID number, date of death and registration of the person who died")}</li>
                    <li>{lang.t("วัน เวลา และศาลาที่จอง กับการดำเนินการของสำนักงาน", "The day, time and pavilion booked, and what the office does")}</li>
                </ul>
                <p>{lang.t(
                    "ธรรมเนียมที่ท่านเลือกไว้เพื่อหาวัน จะถูกลบเมื่อส่งคำขอ คำขอที่ไม่ได้ส่งจะถูกลบใน 7 วัน",
                    "Customs you tick to find a day are deleted when you send. A request that is not sent is deleted after 7 days.",
                )}</p>
                <h2>{lang.t("เหตุที่เก็บได้ตามกฎหมาย", "The legal ground")}</h2>
                <p>{lang.t(
                    "เป็นการปฏิบัติหน้าที่เพื่อประโยชน์สาธารณะของเทศบาล ตามมาตรา 24 แห่งพระราชบัญญัติคุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562",
                    "It is a public task of the municipality: section 24 of the Personal Data Protection Act B.E. 2562 (2019).",
                )}</p>
                <h2>{lang.t("เก็บนานเท่าใด", "How long")}</h2>
                <p>{lang.t("คำขอเก็บไว้ 10 ปี", "Requests are kept for 10 years")}{sample}{lang.t(" ทะเบียนการฌาปนกิจเก็บถาวร", "; the cremation register is permanent.")}</p>
                <h2>{lang.t("ใครเห็นได้", "Who sees it")}</h2>
                <p>{lang.t(
                    "เจ้าหน้าที่ผู้รับผิดชอบเท่านั้น ทุกครั้งที่เปิดดูมีบันทึกไว้ ไม่เปิดเผยต่อสาธารณะ",
                    "Only the officers in charge. Each time they open it is recorded. Nothing is published.",
                )}</p>
                <h2>{lang.t("สิทธิของท่าน", "Your rights")}</h2>
                <p>{lang.t(
                    "ขอดู ขอสำเนา ขอแก้ไข ขอให้ลบหรือระงับการใช้ตามที่กฎหมายให้ทำได้ ขอทราบว่าใครเปิดดูข้อมูล และร้องเรียนต่อคณะกรรมการคุ้มครองข้อมูลส่วนบุคคล",
                    "To see it, have a copy, correct it, have it erased or blocked where the law allows, ask who opened it, and complain to the Personal Data Protection Committee.",
                )}</p>
                {words::call(lang, lang.t("ติดต่อเรื่องข้อมูลส่วนบุคคล โทร", "About personal data, call"), &rules.municipality.office)}
            </Document>
        }
    })
}
