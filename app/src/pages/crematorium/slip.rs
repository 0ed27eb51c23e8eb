//! The slip as a picture to keep by a long press: LINE's browser blocks downloads.
use super::sent::{Receipt, receipt, track_address};
use crate::http::Visit;
use crate::pages::frame::private_page;
use crate::pages::trouble;
use crate::picture::{self, Slip};
use crate::shell::Document;
use crate::words;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::Trouble;
use domain::form::Lang;
use domain::request::Status;
use domain::time::{self, Instant};
use leptos::prelude::*;

/// `GET /crematorium/{draft}/slip`
pub(super) async fn page(visit: Visit, Path(id): Path<String>) -> Response {
    let receipt = match receipt(&visit, &id).await {
        Ok(receipt) => receipt,
        Err(response) => return response,
    };
    let lang = visit.lang;
    let height = picture::height(&slip(&visit, &receipt));
    private_page(&visit, StatusCode::OK, |ctx| {
        let title = lang.t("ใบรับคำขอ", "Receipt of the request");
        let src = visit.href(&format!("/crematorium/{}/slip.png", receipt.draft));
        let number = receipt.view.reference.grouped();
        let alt = lang.t(
            format!("ใบรับคำขอเลขที่ {number} พร้อมคิวอาร์โค้ด"),
            format!("Receipt of request {number}, with its QR code"),
        );
        view! {
            <Document ctx title private=true back=visit.href(&super::draft::sent_path(&receipt.draft))>
                <h1>{title}</h1>
                <p class="lead">{lang.t("กดค้างที่ภาพเพื่อบันทึก หรือถ่ายภาพหน้าจอ", "Press and hold the picture to save it, or take a screenshot.")}</p>
                <p><img class="slip" src=src alt=alt width=picture::WIDTH.to_string() height=height.to_string()/></p>
            </Document>
        }
    })
}

/// `GET /crematorium/{draft}/slip.png`
pub(super) async fn picture(visit: Visit, Path(id): Path<String>) -> Response {
    let receipt = match receipt(&visit, &id).await {
        Ok(receipt) => receipt,
        Err(response) => return response,
    };
    match picture::png(slip(&visit, &receipt)).await {
        Ok(bytes) => (
            [("content-type", "image/png"), ("cache-control", "no-store")],
            bytes,
        )
            .into_response(),
        Err(why) => trouble::page(&visit, &Trouble::Internal(why)),
    }
}

/// Never "today": a picture is looked at on other days too.
fn dated(lang: Lang, at: Instant) -> String {
    format!(
        "{} {} {}",
        words::day(lang, time::local_date(at)),
        lang.t("เวลา", "at"),
        words::clock(lang, at)
    )
}

/// No name: a picture is passed on.
fn slip(visit: &Visit, receipt: &Receipt) -> Slip {
    let lang = visit.lang;
    let rules = visit.desk().rules();
    let mut facts: Vec<(String, String)> = Vec::new();
    let mut fact = |name: &str, words: String| facts.push((name.to_owned(), words));
    let view = &receipt.view;
    for (name, places) in words::places(lang, &rules, &view.wish) {
        fact(name, places);
    }
    fact(lang.t("ส่งเมื่อ", "Sent"), dated(lang, view.submitted_at));
    if view.status == Status::Submitted {
        fact(
            lang.t("พิจารณาภายใน", "Decided by"),
            dated(lang, view.decide_by),
        );
    }
    let duty = &rules.settings().duty;
    fact(lang.t("โทร", "Call"), duty.phone.clone());
    fact(
        lang.t("เวลาทำการ", "Hours"),
        duty.hours_text.get(lang).to_owned(),
    );
    Slip {
        city: rules.municipality.name.get(lang).to_owned(),
        title: lang
            .t("ใบรับคำขอใช้ฌาปนสถาน", "Crematorium request received")
            .to_owned(),
        label: lang.t("เลขที่คำขอ", "Reference number").to_owned(),
        reference: receipt.view.reference.grouped(),
        address: track_address(visit, &receipt.view.reference),
        scan: lang
            .t("สแกนเพื่อติดตามคำขอ", "Scan to track the request")
            .to_owned(),
        facts,
        note: lang
            .t(
                "ใบนี้แสดงว่าได้รับคำขอแล้ว ยังไม่ใช่ใบอนุญาต",
                "This shows that the request was received. It is not a permit.",
            )
            .to_owned(),
    }
}
