//! What the code on a unit leads to: how to use it safely, what to do when it is broken or found. Never who has it.
use super::frame::public_page;
use super::trouble;
use crate::http::Visit;
use crate::shell::Document;
use crate::words;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::loan::UnitCard;
use leptos::prelude::*;

/// The address that a unit's code holds.
pub(super) fn address(public_url: &str, label: &str) -> String {
    format!("{public_url}/unit/{label}")
}

/// `GET /unit/{label}`
pub(super) async fn page(visit: Visit, Path(label): Path<String>) -> Response {
    match visit.desk().unit_card(&label).await {
        Ok(card) => shown(&visit, card),
        Err(Trouble::NotFound) => unknown(&visit),
        Err(trouble) => trouble::page(&visit, &trouble),
    }
}

fn shown(visit: &Visit, card: UnitCard) -> Response {
    let lang = visit.lang;
    let office = visit.desk().rules().municipality.office.clone();
    public_page(visit, move |ctx| {
        let name = card.kind.name.get(lang).to_owned();
        let safe = card
            .kind
            .safe_use
            .iter()
            .map(|line| view! { <li>{line.get(lang).to_owned()}</li> });
        let safe = safe.collect_view();
        let safe = (!card.kind.safe_use.is_empty()).then(|| {
            view! { <h2>{lang.t("ใช้ให้ปลอดภัย", "Use it safely")}</h2><ul class="safe">{safe}</ul> }
        });
        let broken = lang.t(
            format!("หยุดใช้ แล้วโทรบอกเลขครุภัณฑ์ {} เจ้าหน้าที่จะดูให้หรือเปลี่ยนชิ้นใหม่", card.asset_number),
            format!("Stop using it, then call and give the asset number {}. The office looks at it or brings another.", card.asset_number),
        );
        let call = words::call(lang, lang.t("โทร", "Call"), &office).into_any();
        view! {
            <Document ctx title=name.clone() private=false back=lang.path("/equipment")>
                <h1>{name}</h1>
                <p class="sub">{lang.t("เลขครุภัณฑ์ ", "Asset number ")}{card.asset_number.clone()}</p>
                {safe}
                <h2>{lang.t("เสียหรือใช้ไม่ได้", "Broken, or does not work")}</h2>
                <p>{broken}</p>
                {call}
                <h2>{lang.t("พบอุปกรณ์ชิ้นนี้ หรือไม่ใช้แล้ว", "Found it, or no longer need it")}</h2>
                <p>{lang.t(
                    "เป็นของเทศบาล คืนได้เสมอไม่ว่าได้มาอย่างไร โทรเบอร์เดียวกันให้เจ้าหน้าที่ไปรับ ไม่มีค่าใช้จ่าย",
                    "It belongs to the municipality, and can always be given back, however you came by it. Call the same number to have it collected, free of charge.",
                )}</p>
                <p class="hint">{lang.t("หน้านี้ไม่บอกว่าใครยืมอยู่", "This page does not say who has it.")}</p>
            </Document>
        }
    })
}

fn unknown(visit: &Visit) -> Response {
    let lang = visit.lang;
    let title = lang.t("ไม่พบอุปกรณ์ตามรหัสนี้", "No equipment has this code");
    trouble::Calm::new(lang, StatusCode::NOT_FOUND, title)
        .line(lang.t(
            "ป้ายอาจเก่าหรือสแกนไม่ครบ โทรบอกเลขครุภัณฑ์บนตัวเครื่องได้",
            "The label may be old, or was not read whole. You can call and give the asset number on the unit.",
        ))
        .way("/equipment", lang.t("ดูอุปกรณ์ที่ให้ยืม", "See what can be borrowed"))
        .answer(visit)
}
