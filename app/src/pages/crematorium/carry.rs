//! A code and its QR on this screen, to go on with the draft on another phone.
use super::draft::Mine;
use crate::components::{Button, Step, StepState, Steps};
use crate::http::{Visit, see_other_with};
use crate::pages::frame::private_page;
use crate::pages::trouble;
use crate::shell::Document;
use crate::{qr, words};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::draft::CarryCode;
use domain::time;
use leptos::prelude::*;

/// The cookie that keeps a code from the tap that made it until its page is shown: no address may hold one.
const COOKIE: &str = "carry";
const COOKIE_SECONDS: u32 = 24 * 60 * 60;

/// `POST /crematorium/{draft}/carry`: a fresh code; all end with the day.
pub(super) async fn make(visit: Visit, Path(id): Path<String>) -> Response {
    let mine = match Mine::open(&visit, &id).await {
        Ok(mine) => mine,
        Err(response) => return response,
    };
    match visit.desk().carry_code(&mine.owner, &mine.draft.id).await {
        Ok(carry) => {
            let value = kept(&mine.draft.id, &carry);
            let cookie = visit.set_cookie(COOKIE, &value, COOKIE_SECONDS);
            see_other_with(&visit.href(&path(&mine.draft.id)), &[cookie])
        }
        Err(trouble) => trouble::page(&visit, &trouble),
    }
}

/// `GET` of the same address: the code that was made here, or the button that makes one.
pub(super) async fn page(visit: Visit, Path(id): Path<String>) -> Response {
    let mine = match Mine::open(&visit, &id).await {
        Ok(mine) => mine,
        Err(response) => return response,
    };
    let lang = visit.lang;
    let now = visit.desk().now();
    let made = visit
        .cookie(COOKIE)
        .and_then(|value| of_cookie(&value, &mine.draft.id))
        .filter(|carry| carry.until > now);
    private_page(&visit, StatusCode::OK, |ctx| {
        let title = lang.t("ทำต่อในโทรศัพท์เครื่องอื่น", "Continue on another phone");
        let action = visit.href(&path(&mine.draft.id));
        let label = if made.is_some() {
            lang.t("ขอรหัสใหม่", "Another code")
        } else {
            lang.t("แสดงรหัส", "Show the code")
        };
        let shown = made.map(|carry| code(&visit, &carry));
        view! {
            <Document ctx title private=true back=visit.href(&format!("/crematorium/{}", mine.draft.id))>
                <h1>{title}</h1>
                {shown}
                <p>{lang.t(
                    "เมื่อใช้รหัสแล้ว คำขอจะย้ายไปอยู่เครื่องใหม่ และเปิดในเครื่องนี้ไม่ได้ ผู้ที่มีรหัสจะเห็นคำตอบทั้งหมด",
                    "Once the code is used the request moves to the other phone and no longer opens here. Whoever has it sees all answers.",
                )}</p>
                <form method="post" action=action>
                    <div class="actions"><Button label/></div>
                </form>
            </Document>
        }
    })
}

fn path(draft: &str) -> String {
    format!("/crematorium/{draft}/carry")
}

/// Draft, code and end, as the cookie keeps them.
fn kept(draft: &str, carry: &CarryCode) -> String {
    format!("{draft}.{}.{}", carry.code, time::micros(carry.until))
}

fn of_cookie(value: &str, draft: &str) -> Option<CarryCode> {
    let mut parts = value.split('.');
    let (id, code, until) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = code.len() == 10 && code.bytes().all(|byte| byte.is_ascii_digit());
    (id == draft && digits && parts.next().is_none()).then_some(())?;
    Some(CarryCode {
        code: code.to_owned(),
        until: time::from_micros(until.parse().ok()?)?,
    })
}

/// The code, its QR, and what to do with them.
fn code(visit: &Visit, carry: &CarryCode) -> AnyView {
    let lang = visit.lang;
    let until = words::when(lang, carry.until, visit.desk().now());
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
        <Steps lang steps/>
        <div class="keep">
            <div>
                <p class="keep-label">{lang.t("รหัส", "Code")}</p>
                <p class="reference">{spaced(&carry.code)}</p>
            </div>
            {picture}
        </div>
        <p>{lang.t(format!("ใช้ได้ครั้งเดียว ถึง{until}"), format!("It works once, until {until}."))}</p>
    }
    .into_any()
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

    #[test]
    fn a_kept_code_is_shown_for_its_own_draft_alone() {
        let carry = desk::draft::CarryCode {
            code: "0123456789".to_owned(),
            until: "2026-11-24T02:00:00Z".parse().expect("a moment"),
        };
        let cookie = super::kept("aa", &carry);
        assert_eq!(super::of_cookie(&cookie, "aa"), Some(carry));
        for (value, draft) in [
            (&*cookie, "bb"),
            ("aa.<b>.1", "aa"),
            ("aa", "aa"),
            ("aa.0123456789.x", "aa"),
        ] {
            assert_eq!(super::of_cookie(value, draft), None, "{value}");
        }
    }
}
