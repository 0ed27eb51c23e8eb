//! Verification: what the code on a document says, with nobody's name. A QR leads straight to the answer.
use super::answers::Answers;
use super::frame::private_page;
use super::trouble;
use crate::components::{
    Fold, FormView, Kind, Notice, NoticeKind, Question, SummaryList, SummaryRow, TextField, Width,
};
use crate::http::{Visit, see_other};
use crate::shell::Document;
use crate::words;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::verify::Verified;
use domain::form::{FieldError, FieldErrors, Lang, RawFields};
use domain::issued::{Validity, group_code, parse_code};
use domain::thai_date;
use leptos::prelude::*;

const CODE: &str = "code";

/// `GET /verify`
pub(super) async fn page(visit: Visit) -> Response {
    form(&visit, StatusCode::OK, String::new(), FieldErrors::new())
}

/// `POST /verify`: the code says nothing about anybody, so the answer has an address.
pub(super) async fn look_up(visit: Visit, answers: Answers) -> Response {
    let typed = answers.value(CODE).to_owned();
    if let Some(code) = parse_code(&typed) {
        return see_other(&visit.href(&format!("/verify/{code}")));
    }
    let error = FieldError::new(
        CODE,
        "format",
        "กรอกรหัส 16 ตัวใต้ QR ของเอกสาร เช่น ABCD-EFGH-IJKL-2345",
        "Enter the 16 letters and digits under the document's QR, such as ABCD-EFGH-IJKL-2345",
    );
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    form(&visit, status, typed, FieldErrors::one(error))
}

/// `GET /verify/{code}`
pub(super) async fn show(visit: Visit, Path(code): Path<String>) -> Response {
    match visit.desk().verify(&code, &visit.address).await {
        Ok(found) => verdict(&visit, &found),
        Err(Trouble::NotFound) => unknown(&visit),
        Err(trouble) => trouble::page(&visit, &trouble),
    }
}

fn form(visit: &Visit, status: StatusCode, typed: String, errors: FieldErrors) -> Response {
    let lang = visit.lang;
    let fields = RawFields::from([(CODE.to_owned(), typed)]);
    let form = FormView::new(lang, fields, errors);
    private_page(visit, status, |ctx| {
        let after =
            view! { <p>{lang.t("หน้านี้ไม่แสดงชื่อของผู้ใด", "This page shows nobody's name.")}</p> };
        view! {
            <Question
                ctx
                form=&form
                title=lang.t("ตรวจสอบเอกสาร", "Verify a document")
                submit=lang.t("ตรวจสอบ", "Verify")
                back=lang.path("/")
                action=lang.path("/verify")
                after=after.into_any()
            >
                <TextField
                    form=&form
                    field=CODE
                    label=lang.t("รหัสใต้ QR ของเอกสาร", "Code under the document's QR")
                    hint=lang.t("ตัวอักษรและตัวเลข 16 ตัว มีขีดหรือไม่ก็ได้", "16 letters and digits, with or without hyphens")
                    kind=Kind::Word
                    width=Width::Long
                />
            </Question>
        }
    })
}

fn unknown(visit: &Visit) -> Response {
    let lang = visit.lang;
    private_page(visit, StatusCode::NOT_FOUND, |ctx| {
        let title = lang.t("ไม่พบเอกสารตามรหัสนี้", "No document has this code");
        let (call, back) = (call(visit), visit.href("/verify"));
        view! {
            <Document ctx title error=true private=true back>
                <h1>{title}</h1>
                <Notice kind=NoticeKind::Bad title=lang.t("อย่าเพิ่งเชื่อถือเอกสารนี้", "Do not rely on this document")>
                    <p>{lang.t("ตรวจว่าพิมพ์รหัสครบทั้ง 16 ตัว หากครบแล้วแต่ยังไม่พบ เอกสารนี้ไม่ได้ออกโดยระบบของเทศบาล", "Check that all 16 characters are there. If they are, this system did not issue the document.")}</p>
                </Notice>
                {call}
            </Document>
        }
    })
}

fn call(visit: &Visit) -> AnyView {
    let lang = visit.lang;
    let why = lang.t("สงสัยเรื่องเอกสาร โทร", "Questions about a document: call");
    words::call(lang, why, &visit.desk().rules().settings().duty).into_any()
}

/// How it looks, what it is called, and what it means for whoever holds the paper.
fn words_of(lang: Lang, validity: Validity) -> (NoticeKind, &'static str, &'static str) {
    match validity {
        Validity::Valid => (
            NoticeKind::Good,
            lang.t("ใช้ได้", "Valid"),
            lang.t("มีเอกสารนี้จริงและยังมีผล เทียบเลขที่ วัน และเวลากับกระดาษในมือ ถ้าไม่ตรงกัน อย่าเชื่อกระดาษนั้น", "This document exists and is in force. Compare its number, day and time with the paper. If they differ, do not trust the paper."),
        ),
        Validity::NotSigned => (
            NoticeKind::Hold,
            lang.t("ยังไม่ลงนาม", "Not signed yet"),
            lang.t(
                "เอกสารนี้ยังไม่มีผล จนกว่าผู้มีอำนาจจะลงนาม",
                "It is not in force until it is signed.",
            ),
        ),
        Validity::Changed => (
            NoticeKind::Bad,
            lang.t(
                "มีการเปลี่ยนแปลง ฉบับนี้ใช้ไม่ได้แล้ว",
                "Changed: this version no longer counts",
            ),
            lang.t(
                "มีฉบับใหม่เลขที่เดียวกันแทนฉบับนี้ โปรดขอดูฉบับใหม่",
                "A newer version of the same number stands in its place. Ask for that one.",
            ),
        ),
        Validity::Revoked => (
            NoticeKind::Bad,
            lang.t("ถูกเพิกถอน ใช้ไม่ได้", "Revoked: not valid"),
            lang.t(
                "เทศบาลยกเลิกสิ่งที่เอกสารนี้อนุญาตหรือสั่งไว้แล้ว",
                "What it permitted or ordered was cancelled.",
            ),
        ),
        Validity::Suspended => (
            NoticeKind::Hold,
            lang.t("ระงับไว้ชั่วคราว", "Suspended"),
            lang.t(
                "เรื่องนี้ระงับไว้ โปรดโทรหาเจ้าหน้าที่ก่อนดำเนินการใด ๆ",
                "The case is on hold. Call the office before anything is done.",
            ),
        ),
        Validity::Damaged => (
            NoticeKind::Bad,
            lang.t("ตรวจสอบไม่ผ่าน ห้ามใช้", "The check failed: do not use it"),
            lang.t(
                "ข้อมูลที่เก็บไว้ไม่ตรงกับที่ลงนาม โปรดแจ้งเจ้าหน้าที่",
                "What is kept is not what was signed. Please tell the office.",
            ),
        ),
    }
}

fn verdict(visit: &Visit, found: &Verified) -> Response {
    let lang = visit.lang;
    let rules = visit.desk().rules();
    let (kind, name, what) = words_of(lang, found.validity);
    let date = |day| lang.t(thai_date::long_th(day), thai_date::long_en(day));
    let moment = |at| lang.t(thai_date::moment_th(at), thai_date::moment_en(at));
    let version = if found.version > 1 {
        lang.t(
            format!(" ฉบับที่ {}", found.version),
            format!(" version {}", found.version),
        )
    } else {
        String::new()
    };
    let mut rows = vec![
        SummaryRow::new(lang.t("เอกสาร", "Document"), found.kind.name(lang)),
        SummaryRow::new(
            lang.t("เลขที่", "Number"),
            format!("{}{version}", found.number),
        ),
        SummaryRow::new(lang.t("ลงวันที่", "Dated"), date(found.issued_on)),
    ];
    if let Some(wish) = &found.wish {
        let places = words::places(lang, &rules, wish);
        rows.extend(
            places
                .into_iter()
                .map(|(name, value)| SummaryRow::new(name, value)),
        );
    }
    if let Some((position, authority)) = &found.signer {
        let value = format!("{position}\n{authority}");
        rows.push(SummaryRow::new(lang.t("ลงนามโดย", "Signed by"), value));
    }
    if let Some(at) = found.signed_at {
        let how = if found.ink {
            lang.t(" (หมึก)", " (in ink)")
        } else {
            lang.t(" (อิเล็กทรอนิกส์)", " (electronically)")
        };
        rows.push(SummaryRow::new(
            lang.t("ลงนามเมื่อ", "Signed on"),
            format!("{}{how}", moment(at)),
        ));
    }
    if let Some(at) = found.ended_at {
        rows.push(SummaryRow::new(lang.t("สิ้นผลเมื่อ", "Ended on"), moment(at)));
    }
    rows.push(SummaryRow::new(
        lang.t("รหัส", "Code"),
        group_code(&found.code),
    ));
    private_page(visit, StatusCode::OK, |ctx| {
        let title = lang.t("ผลการตรวจสอบเอกสาร", "The document's verification");
        // For whoever has the file and a program that computes it; nobody else needs it.
        let digest = found.sha256.as_ref().map(|sha256| {
            let prefix = sha256.get(..16).unwrap_or(sha256).to_owned();
            Fold::new(lang.t("สำหรับผู้ตรวจไฟล์ PDF", "For checking the PDF file")).around(view! {
                <p>{lang.t("SHA-256 ของไฟล์ ขึ้นต้นด้วย ", "SHA-256 of the file begins ")}<b>{prefix}</b></p>
            })
        });
        let (call, back) = (call(visit), visit.href("/verify"));
        view! {
            <Document ctx title private=true back>
                <h1>{title}</h1>
                <Notice kind title=name><p>{what}</p></Notice>
                <SummaryList lang rows/>
                {digest}
                {call}
            </Document>
        }
    })
}
