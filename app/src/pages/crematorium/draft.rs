//! The draft behind an address: whose it is, where it goes on, and what to say when it is not on this phone.
use super::step::Step;
use crate::http::{Visit, see_other};
use crate::pages::trouble::{self, Calm};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::draft::{Browser, DraftView, Whose};

/// A browser is remembered for this long.
const BROWSER_SECONDS: u32 = 30 * 24 * 60 * 60;

/// An unsent draft of this browser, or of the agent who is signed in.
pub(super) struct Mine {
    pub owner: Whose,
    pub draft: DraftView,
}

/// The browser by its cookie, or a new one and the cookie to set.
pub(in crate::pages) async fn this_browser(visit: &Visit) -> desk::Result<(Browser, Vec<String>)> {
    if let Some(browser) = visit.browser()
        && visit.desk().browser_is_known(&browser).await?
    {
        return Ok((browser, Vec::new()));
    }
    let browser = visit.desk().new_browser().await?;
    let cookie = visit.set_cookie("browser", &browser.0, BROWSER_SECONDS);
    Ok((browser, vec![cookie]))
}

impl Mine {
    /// The draft, sent or not, of the browser that asks, or else of the agent signed in there.
    pub async fn any(visit: &Visit, id: &str) -> desk::Result<Self> {
        let browser = visit.browser().map(Whose::Browser);
        if let Some(owner) = browser {
            match visit.desk().draft(&owner, id).await {
                Err(Trouble::NotFound) => {}
                found => return found.map(|draft| Self { owner, draft }),
            }
        }
        let agent = visit.agent_if_any().await?.ok_or(Trouble::NotFound)?;
        let owner = Whose::Agent(agent);
        let draft = visit.desk().draft(&owner, id).await?;
        Ok(Self { owner, draft })
    }

    /// The unsent draft; one that was sent answers with its confirmation.
    pub async fn open(visit: &Visit, id: &str) -> Result<Self, Response> {
        match Self::any(visit, id).await {
            // A code from another phone, or an address by heart, may lead here with a loan's draft.
            Ok(mine) if mine.draft.service != desk::request::SERVICE => Err(see_other(
                &visit.href(&format!("/{}/{}", mine.draft.service, mine.draft.id)),
            )),
            Ok(mine) if mine.draft.sent.is_some() => {
                Err(see_other(&visit.href(&sent_path(&mine.draft.id))))
            }
            Ok(mine) => Ok(mine),
            Err(trouble) => Err(missing(visit, &trouble)),
        }
    }
}

pub(super) fn sent_path(draft: &str) -> String {
    format!("/crematorium/{draft}/sent")
}

/// `GET /crematorium/{draft}`: to the next open question.
pub(super) async fn next(visit: Visit, Path(draft): Path<String>) -> Response {
    let mine = match Mine::open(&visit, &draft).await {
        Ok(mine) => mine,
        Err(response) => return response,
    };
    let rules = visit.desk().rules();
    let step = Step::first_open(&mine.draft.fields, &rules, visit.desk().now());
    see_other(&visit.href(&step.of(&mine.draft.id, false)))
}

/// What is said of a draft that cannot be shown: it may live on another phone, or in another app's browser.
pub(super) fn missing(visit: &Visit, trouble: &Trouble) -> Response {
    if !matches!(trouble, Trouble::NotFound) {
        return trouble::page(visit, trouble);
    }
    let lang = visit.lang;
    Calm::new(lang, StatusCode::NOT_FOUND, lang.t("ไม่พบคำขอที่กรอกค้างไว้ในเครื่องนี้", "This unfinished request is not on this phone"))
        .line(lang.t(
            "คำขออาจเริ่มไว้ในเครื่องอื่นหรือแอปอื่น เช่น LINE หรือเก็บไว้ครบ 7 วันแล้ว ถ้าเครื่องเดิมยังเปิดได้ ให้ขอรหัสจากเครื่องนั้นเพื่อทำต่อ",
            "It may have been started on another phone or in another app such as LINE, or its 7 days are over. If the other one still opens it, ask it for a code.",
        ))
        .way("/carry", lang.t("ใส่รหัสเพื่อทำต่อ", "Enter the code"))
        .way("/crematorium", lang.t("เริ่มคำขอใหม่", "Start a new request"))
        .way("/track", lang.t("ส่งคำขอแล้ว ดูสถานะ", "It was sent: see where it stands"))
        .answer(visit)
}
