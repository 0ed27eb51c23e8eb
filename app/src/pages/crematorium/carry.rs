//! A code and its QR on this screen, to go on with the draft on another phone.
use super::draft::Mine;
use crate::components::{Step, StepState, Steps};
use crate::http::Visit;
use crate::pages::frame::private_page;
use crate::pages::trouble;
use crate::shell::Document;
use crate::{qr, words};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;

/// `GET /crematorium/{draft}/carry`. Each visit shows a fresh code; all end with the day.
pub(super) async fn page(visit: Visit, Path(id): Path<String>) -> Response {
    let mine = match Mine::open(&visit, &id).await {
        Ok(mine) => mine,
        Err(response) => return response,
    };
    let carry = match visit.desk().carry_code(&mine.owner, &mine.draft.id).await {
        Ok(carry) => carry,
        Err(trouble) => return trouble::page(&visit, &trouble),
    };
    let lang = visit.lang;
    let until = words::when(lang, carry.until, visit.desk().now());
    private_page(&visit, StatusCode::OK, |ctx| {
        let title = lang.t("ทำต่อในโทรศัพท์เครื่องอื่น", "Continue on another phone");
        let site = format!("{}{}", visit.state.public_url, visit.href("/carry"));
        // The address only fills the field.
        let picture = qr::svg(&format!("{site}?c={}", carry.code));
        let picture = picture.map(|qr| {
            view! { <div class="qr" role="img" aria-label=lang.t("คิวอาร์โค้ดสำหรับทำต่อ", "QR code to continue") inner_html=qr></div> }
        });
        let plain = |words: String| Step::new(StepState::Plain, words);
        let steps = vec![
            plain(lang.t(
                format!("สแกนคิวอาร์โค้ดด้วยเครื่องใหม่ หรือเปิด {site}"),
                format!("Scan the QR code with the other phone, or open {site}"),
            )),
            plain(lang.t(
                "ใส่รหัส แล้วกดทำต่อ".to_owned(),
                "Enter the code and continue".to_owned(),
            )),
        ];
        view! {
            <Document ctx title private=true back=visit.href(&format!("/crematorium/{}", mine.draft.id))>
                <h1>{title}</h1>
                <Steps lang steps/>
                <div class="keep">
                    <div>
                        <p class="keep-label">{lang.t("รหัส", "Code")}</p>
                        <p class="reference">{spaced(&carry.code)}</p>
                    </div>
                    {picture}
                </div>
                <p>{lang.t(format!("ใช้ได้ครั้งเดียว ถึง{until}"), format!("It works once, until {until}."))}</p>
                <p>{lang.t(
                    "เมื่อใช้แล้ว คำขอจะย้ายไปอยู่เครื่องใหม่ และเปิดในเครื่องนี้ไม่ได้ ผู้ที่มีรหัสจะเห็นคำตอบทั้งหมด",
                    "Then the request moves to the other phone and no longer opens here. Whoever has the code sees all answers.",
                )}</p>
            </Document>
        }
    })
}

/// "123 456 7890", as phones are read aloud; no line may break inside.
fn spaced(code: &str) -> String {
    let digits: Vec<char> = code.chars().collect();
    let part = |from: usize, until: usize| {
        digits
            .iter()
            .skip(from)
            .take(until - from)
            .collect::<String>()
    };
    format!(
        "{}\u{a0}{}\u{a0}{}",
        part(0, 3),
        part(3, 6),
        part(6, digits.len().max(6))
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_code_is_read_in_groups() {
        assert_eq!(super::spaced("0123456789"), "012\u{a0}345\u{a0}6789");
        assert_eq!(super::spaced("12"), "12\u{a0}\u{a0}");
    }
}
