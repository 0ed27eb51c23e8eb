//! Pages as they are sent: one family's way from the start page to the tracking page, in snapshots.
use crate::harness::{Answer, Ask, House, PUBLIC_URL, get, house, on_both, post};
use std::collections::BTreeMap;
use store::Engine;
use store::testing::TestDatabase;

/// A browser: it keeps its cookies.
pub struct Browser {
    pub house: House,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub fn new(house: House) -> Self {
        Self {
            house,
            cookies: BTreeMap::new(),
        }
    }

    fn cookie(&self) -> String {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask(get(path)).await
    }

    /// Sends a form, and gives the answer and where it leads.
    pub async fn send(&mut self, path: &str, form: &str) -> (Answer, String) {
        let ask = post(path).header("origin", PUBLIC_URL).form(form);
        let answer = self.ask(ask).await;
        let location = answer.header("location").to_owned();
        (answer, location)
    }

    pub async fn ask(&mut self, ask: Ask) -> Answer {
        let answer = self.house.ask(ask.header("cookie", &self.cookie())).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("a cookie");
            let pair = cookie.split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("a name and a value");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// Answers one question of a draft; where it leads.
    pub async fn step(&mut self, draft: &str, step: &str, form: &str) -> String {
        let (answer, location) = self
            .send(&format!("/crematorium/{draft}/{step}"), form)
            .await;
        assert_eq!(answer.status, 303, "{step}: {}", answer.text);
        location
    }
}

/// A page's status, title and content, without the frame that all pages share.
fn content(answer: &Answer, changing: &[(&str, &str)]) -> String {
    let page = page(answer, changing);
    let (status, _) = page.split_once('\n').expect("a status");
    let title = page
        .lines()
        .find(|line| line.starts_with("<title>"))
        .expect("a title");
    let main = page
        .find("<main")
        .zip(page.find("</main>"))
        .expect("a main part");
    format!("{status}\n{title}\n{}</main>", &page[main.0..main.1])
}

/// A page with one tag a line, without what differs between two runs.
fn page(answer: &Answer, changing: &[(&str, &str)]) -> String {
    let policy = answer.header("content-security-policy");
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next())
        .unwrap_or("none");
    let mut text = answer.text.replace(nonce, "NONCE");
    for (found, word) in changing {
        text = text.replace(found, word);
    }
    let text = without_island_ids(&without_paths(&text)).replace("><", ">\n<");
    format!("{}\n{text}", answer.status)
}

/// An island's name ends in a hash of its source: formatting it changes the page and nothing else.
fn without_island_ids(text: &str) -> String {
    let mut parts = text.split("data-component=\"");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('"').expect("a quoted name");
        let name = name.rsplit_once('_').map_or(name, |(name, _)| name);
        kept += &["data-component=\"", name, "\"", rest].concat();
    }
    kept
}

/// Drawings, such as a QR with a reference in it, are not read line by line.
fn without_paths(text: &str) -> String {
    let mut parts = text.split(" d=\"");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept += " d=\"…\"";
        kept += part.split_once('"').map_or("", |(_, rest)| rest);
    }
    kept
}

async fn on_sqlite() -> (TestDatabase, House) {
    let database = TestDatabase::new(Engine::Sqlite).await;
    database.store.migrate().await.expect("migrations");
    let house = house(database.store.clone(), PUBLIC_URL).await;
    (database, house)
}

#[tokio::test]
async fn public_pages_read_as_they_did() {
    let (database, house) = on_sqlite().await;
    insta::assert_snapshot!("home", page(&house.get("/").await, &[]));
    for (name, path) in [
        ("home_en", "/en"),
        ("manual", "/manual/crematorium"),
        ("start", "/crematorium"),
        ("track", "/track"),
        ("not_found", "/nowhere"),
        ("sign_in", "/staff/sign-in"),
    ] {
        insta::assert_snapshot!(name, content(&house.get(path).await, &[]));
    }
    database.delete().await;
}

const CONTACT: &str = "filling_for=self&applicant.name=สมหญิง+ใจดี&applicant.phone=081-234-5678";
const DECEASED: &str =
    "deceased.name=สมชาย+ใจดี&deceased.identity=national_id&deceased.national_id=1234567890121";
const DEATH: &str = "deceased.date_of_death.day=20&deceased.date_of_death.month=พ.ย.&deceased.date_of_death.year=2569";

/// Everything answered up to the list of days.
async fn answered(browser: &mut Browser) -> String {
    let (begun, first) = browser.send("/crematorium", "").await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    let draft = first.split('/').nth(2).expect("a draft").to_owned();
    assert_eq!(first, format!("/crematorium/{draft}/contact"));
    for (step, form, next) in [
        ("contact", CONTACT, "relation"),
        ("relation", "applicant.relation=child", "deceased"),
        ("deceased", DECEASED, "death"),
        ("death", DEATH, "residence"),
        ("residence", "deceased.residence=in_area", "nights"),
        ("nights", "need=both&pavilion.nights=2", "day"),
    ] {
        assert_eq!(
            browser.step(&draft, step, form).await,
            format!("/crematorium/{draft}/{next}")
        );
    }
    draft
}

#[tokio::test]
async fn a_family_books_a_cremation() {
    let (database, house) = on_sqlite().await;
    let mut browser = Browser::new(house);
    let draft = answered(&mut browser).await;
    let at = |step: &str| format!("/crematorium/{draft}/{step}");
    insta::assert_snapshot!(
        "days",
        content(&browser.get(&at("day")).await, &[(&draft, "DRAFT")])
    );
    assert_eq!(
        browser.step(&draft, "day", "slot=2026-11-25T13:00").await,
        at("check")
    );
    insta::assert_snapshot!(
        "check",
        content(&browser.get(&at("check")).await, &[(&draft, "DRAFT")])
    );

    assert_eq!(browser.step(&draft, "check", "").await, at("sent"));
    assert_eq!(
        browser.step(&draft, "check", "").await,
        at("sent"),
        "a double tap is one request"
    );
    let sent = browser.get(&at("sent")).await;
    let references = store::testing::texts(
        &browser.house.desk.store,
        "SELECT reference FROM request",
        "reference",
    )
    .await;
    let [reference] = references.as_slice() else {
        panic!("{references:?}")
    };
    let grouped = |gap: &str| {
        format!(
            "{}{gap}{}{gap}{}",
            &reference[..4],
            &reference[4..8],
            &reference[8..]
        )
    };
    let (plain, hard) = (grouped(" "), grouped("\u{a0}"));
    let changing = [
        (draft.as_str(), "DRAFT"),
        (reference, "REFERENCE"),
        (&plain, "REFERENCE"),
        (&hard, "REFERENCE"),
    ];
    insta::assert_snapshot!("sent", content(&sent, &changing));

    let (tracked, _) = browser
        .send("/track", &format!("reference={reference}&phone_last4=5678"))
        .await;
    assert_eq!(tracked.status, 200, "{}", tracked.text);
    insta::assert_snapshot!("tracked", content(&tracked, &changing));
    for answer in [&sent, &tracked] {
        assert!(
            answer.header("cache-control").contains("no-store"),
            "a page about a person"
        );
    }
    database.delete().await;
}

#[tokio::test]
async fn a_wrong_answer_comes_back_as_typed() {
    on_both(async |house: House| {
        let mut browser = Browser::new(house);
        let (_, first) = browser.send("/crematorium", "").await;
        let (answer, _) = browser
            .send(
                &first,
                "filling_for=self&applicant.name=%3Cu%3E&applicant.phone=12",
            )
            .await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("<title>ผิดพลาด:"), "{}", answer.text);
        assert!(
            answer.text.contains("value=\"12\"") && answer.text.contains("&lt;u&gt;"),
            "{}",
            answer.text
        );
        assert!(!answer.text.contains("<u>"), "what was typed is escaped");
        for (form, status) in [("\u{fffd}=%ff%fe", 422), ("", 422)] {
            assert_eq!(
                browser.send(&first, form).await.0.status,
                status,
                "{form:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_draft_belongs_to_its_browser() {
    on_both(async |house: House| {
        let mut browser = Browser::new(house);
        let draft = answered(&mut browser).await;
        browser.cookies.clear();
        for step in ["contact", "day", "check", "sent"] {
            let answer = browser.get(&format!("/crematorium/{draft}/{step}")).await;
            assert_eq!(answer.status, 404, "{step}");
            assert!(!answer.text.contains("สมหญิง"), "{step}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_browsers_cookie_is_kept_from_scripts_and_other_sites() {
    for (public_url, start, secure) in [
        (PUBLIC_URL, "sala_browser=", false),
        ("https://sala.example.org", "__Host-sala_browser=", true),
    ] {
        let database = TestDatabase::new(Engine::Sqlite).await;
        database.store.migrate().await.expect("migrations");
        let house = house(database.store.clone(), public_url).await;
        let answer = house.ask(post("/crematorium").form("")).await;
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with(start), "{cookie}");
        for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax"] {
            assert!(cookie.contains(part), "{part} is not in {cookie}");
        }
        assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");
        database.delete().await;
    }
}
