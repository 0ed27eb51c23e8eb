//! What a resident's phone downloads: every page of the short path, style, fonts and scripts, as they come over the wire.
use crate::Run;
use crate::child::Server;
use crate::load::{self, Ask};
use crate::office::{Office, booking, city};
use crate::pages::WAITING;
use crate::report::{Line, Report, Target, Unit};
use anyhow::{Context, Result};
use desk::draft::Browser;
use desk::staff::NewStaff;
use domain::crematorium::CremationWish;
use domain::crematorium::availability::Search;
use domain::crematorium::{OfferState, Wish};
use domain::form::{Lang, RawFields};
use domain::request::{Delegation, Role};
use domain::time;
use store::Engine;

/// Lists of the office that grow with its work.
const LISTS: [&str; 10] = [
    "/staff",
    "/staff/requests",
    "/staff/calls",
    "/staff/tasks",
    "/staff/signing",
    "/staff/register",
    "/staff/calendar",
    "/staff/cashier",
    "/staff/bank",
    "/staff/refunds",
];

pub async fn measure(run: &Run, report: &mut Report) -> Result<()> {
    let office = Office::new(Engine::Sqlite, city()?).await?;
    let sala = office.serve(&run.sala, true).await?;
    let pages = pages(&office, &sala).await?;
    let html = String::from_utf8_lossy(
        &load::fetch(sala.address, &Ask::get("/"), "identity")
            .await?
            .body,
    )
    .into_owned();
    let style = sizes(
        &sala,
        &links(&html, |link| link.contains("rel=\"stylesheet\"")),
    )
    .await?;
    let fonts = sizes(&sala, &links(&html, |link| link.contains("as=\"font\""))).await?;
    for (name, html, _) in &pages {
        report.weights.push((name.clone(), *html, style, fonts));
    }
    let heaviest = pages
        .iter()
        .max_by_key(|(_, html, _)| *html)
        .context("a page")?;
    let together = heaviest.1 + style + fonts;
    report.add(Line {
        what: format!(
            "weight: the heaviest page ({}) with style and first fonts",
            heaviest.0
        ),
        ratio: kilobytes(together),
        figures: format!("html {}, style {style}, fonts {fonts} bytes", heaviest.1),
        unit: Unit::Kilobytes,
        target: Target::AtMost(60.0),
        limited_by: "the fonts: Thai in two weights",
    });
    let hydrated = pages
        .iter()
        .find_map(|(_, _, html)| html.contains("modulepreload").then_some(html));
    let scripts = links(hydrated.context("no page has an island")?, |link| {
        link.contains("modulepreload") || link.contains("application/wasm")
    });
    let scripts_size = sizes(&sala, &scripts).await?;
    report.add(Line {
        what: "weight: script and module of the one island".to_owned(),
        ratio: kilobytes(scripts_size),
        figures: format!(
            "{scripts_size} bytes in {} files, on the day page only",
            scripts.len()
        ),
        unit: Unit::Kilobytes,
        target: Target::AtMost(120.0),
        limited_by: "the islands' runtime in the module",
    });
    office.fill(WAITING).await?;
    let session = session(&office).await?;
    let (mut list, mut most) = ("", 0);
    for path in LISTS {
        let ask = Ask::get(path).header("cookie", session.clone());
        let size = page(&sala, path, &ask).await?.1;
        if size > most {
            (list, most) = (path, size);
        }
    }
    report.add(Line {
        what: format!("weight: the office's heaviest list ({list})"),
        ratio: kilobytes(most),
        figures: format!("{WAITING} requests wait; {} lists looked at", LISTS.len()),
        unit: Unit::Kilobytes,
        target: Target::AtMost(60.0),
        limited_by: "a page has at most fifty rows; the year's calendar has a cell for each day",
    });
    sala.stop().await?;
    office.close().await;
    Ok(())
}

/// A cookie of somebody who sees every list.
async fn session(office: &Office) -> Result<String> {
    let new = NewStaff {
        username: "bench".to_owned(),
        name: "สมศรี รักงาน".to_owned(),
        position: "เจ้าหน้าที่".to_owned(),
        roles: vec![
            Role::Officer,
            Role::Approver,
            Role::Cashier,
            Role::Administrator,
        ],
        delegation: Some(Delegation {
            order: "1/2569".to_owned(),
            from: time::local_date(office.desk.now()),
            until: None,
        }),
    };
    let desk = &office.desk;
    let made = desk.enrol(&new, None).await?;
    let half = desk.sign_in("bench", &made.password, "bench").await?;
    let code = made.recovery_codes.first().context("a recovery code")?;
    let token = desk.sign_in_code(&half.token, code).await?;
    Ok(format!("sala_staff={token}"))
}

/// Name, bytes with brotli, and text of every page of the short path.
async fn pages(office: &Office, sala: &Server) -> Result<Vec<(String, usize, String)>> {
    let browser = office.desk.new_browser().await?;
    let draft = office.desk.start_draft(&browser, Lang::Th).await?;
    let mut found = Vec::new();
    for (name, path) in [
        ("home", "/"),
        ("start", "/crematorium"),
        ("manual", "/manual/crematorium"),
        ("privacy", "/privacy"),
        ("track", "/track"),
    ] {
        found.push(page(sala, name, &Ask::get(path)).await?);
    }
    let mine = |step: &str| with(&browser, Ask::get(&format!("/crematorium/{draft}/{step}")));
    for step in [
        "contact",
        "relation",
        "deceased",
        "death",
        "residence",
        "nights",
    ] {
        found.push(page(sala, step, &mine(step)).await?);
    }
    let fields = answers(office);
    office
        .desk
        .save_draft(&browser, &draft, fields.clone())
        .await?;
    found.push(page(sala, "day", &mine("day")).await?);
    office
        .desk
        .hold(&browser, &draft, &wish(office).await?)
        .await?;
    found.push(page(sala, "check", &mine("check")).await?);
    let reference = office.desk.send_draft(&browser, &draft).await?;
    found.push(page(sala, "sent", &mine("sent")).await?);
    let phone = fields.get("applicant.phone").context("a phone")?;
    let form = format!(
        "reference={}&phone_last4={}",
        reference.as_str(),
        &phone[phone.len() - 4..]
    );
    found.push(page(sala, "tracked", &Ask::form("/track", form)).await?);
    Ok(found)
}

async fn page(sala: &Server, name: &str, ask: &Ask) -> Result<(String, usize, String)> {
    let packed = load::fetch(sala.address, ask, "br")
        .await
        .with_context(|| name.to_owned())?;
    let plain = load::fetch(sala.address, ask, "identity").await?;
    Ok((
        name.to_owned(),
        packed.body.len(),
        String::from_utf8_lossy(&plain.body).into_owned(),
    ))
}

fn with(browser: &Browser, ask: Ask) -> Ask {
    ask.header("cookie", format!("sala_browser={}", browser.0))
}

fn answers(office: &Office) -> RawFields {
    // A family that is not among those that wait.
    let mut fields = booking(WAITING, time::local_date(office.desk.now()));
    fields.retain(|name, _| name.starts_with("applicant.") || name.starts_with("deceased."));
    for (name, value) in [
        ("filling_for", "self"),
        ("deceased.identity", "national_id"),
        ("want.need", "both"),
        ("want.nights", "2"),
    ] {
        fields.insert(name.to_owned(), value.to_owned());
    }
    fields
}

/// The first day on which a round and two nights are free.
async fn wish(office: &Office) -> Result<Wish> {
    let search = Search {
        nights: 2,
        ..Search::default()
    };
    for day in office.desk.offers(&search, None).await? {
        if let OfferState::Open { rounds, pavilion } = day.state
            && let Some(round) = rounds.first()
        {
            let cremation = Some(CremationWish {
                date: day.date,
                round: round.round,
            });
            return Ok(Wish {
                cremation,
                pavilion,
                ..Wish::default()
            });
        }
    }
    anyhow::bail!("no day is free")
}

/// The addresses of the links in a page that a test picks.
fn links(html: &str, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    html.split("<link ")
        .skip(1)
        .filter_map(|rest| rest.split_once('>').map(|(link, _)| link))
        .filter(|link| wanted(link))
        .filter_map(|link| Some(link.split_once("href=\"")?.1.split_once('"')?.0.to_owned()))
        .collect()
}

async fn sizes(sala: &Server, paths: &[String]) -> Result<usize> {
    let mut sum = 0;
    for path in paths {
        sum += load::fetch(sala.address, &Ask::get(path), "br")
            .await?
            .body
            .len();
    }
    Ok(sum)
}

fn kilobytes(bytes: usize) -> f64 {
    load::to_f64(bytes as u64) / 1000.0
}
