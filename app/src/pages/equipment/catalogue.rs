//! What can be borrowed: each type in plain words, what is free now, how many wait; and the button that starts.
use crate::components::Button;
use crate::http::{Visit, see_other, see_other_with};
use crate::pages::crematorium::this_browser;
use crate::pages::frame::{private_page, public_page};
use crate::pages::home::{continue_links, unfinished};
use crate::pages::trouble;
use crate::shell::{Document, PageContext};
use crate::words;
use axum::http::StatusCode;
use axum::response::Response;
use desk::loan::{CatalogueRow, SERVICE};
use domain::crematorium::Rules;
use domain::equipment::EquipmentType;
use domain::form::Lang;
use leptos::prelude::*;

/// The catalogue as it is now; nothing where it is not asked for, or cannot be read.
pub(in crate::pages) struct Served(pub Vec<CatalogueRow>);

impl Served {
    pub async fn now(visit: &Visit, asked: bool) -> Self {
        if !asked {
            return Self(Vec::new());
        }
        Self(visit.desk().catalogue().await.unwrap_or_default())
    }

    /// "ว่าง 3 ชิ้น", or how many wait.
    pub fn words(&self, lang: Lang, kind: &str) -> Option<String> {
        let row = self.0.iter().find(|row| row.kind.id == kind)?;
        Some(if row.free > 0 {
            let free = row.free;
            lang.t(format!("ว่าง {free} ชิ้น"), format!("{free} free"))
        } else if row.queue > 0 {
            let queue = row.queue;
            lang.t(
                format!("ไม่ว่าง รออยู่ {queue} ราย ขอเข้าคิวได้"),
                format!("None free, {queue} waiting; you can join the queue"),
            )
        } else {
            lang.t("ไม่ว่าง ขอเข้าคิวได้", "None free; you can join the queue")
                .to_owned()
        })
    }
}

/// What the home must have, in words.
pub(super) fn home_needs(lang: Lang, kind: &EquipmentType) -> Option<String> {
    let home = &kind.home;
    let door = home.door_cm.map(|cm| {
        lang.t(
            format!("ประตูกว้าง {cm} ซม. ขึ้นไป"),
            format!("a door of {cm} cm or wider"),
        )
    });
    let stairs = home.no_stairs.then(|| {
        lang.t("ทางเข้าไม่มีบันได", "a way in without stairs")
            .to_owned()
    });
    let mains = home.mains.then(|| {
        lang.t("มีปลั๊กไฟใกล้เตียง", "a mains socket near the bed")
            .to_owned()
    });
    let note = kind
        .medical_note
        .then(|| lang.t("ความเห็นแพทย์", "a doctor's note").to_owned());
    let needs: Vec<String> = [door, stairs, mains, note].into_iter().flatten().collect();
    (!needs.is_empty()).then(|| {
        let needs = needs.join(lang.t(" · ", ", "));
        lang.t(format!("ต้องมี: {needs}"), format!("Needs {needs}"))
    })
}

/// `GET /equipment`
pub(super) async fn page(visit: Visit) -> Response {
    let rules = visit.desk().rules();
    let lang = visit.lang;
    let served = match visit.desk().catalogue().await {
        Ok(rows) => Served(rows),
        Err(trouble) => return trouble::page(&visit, &trouble),
    };
    let mut drafts = unfinished(&visit).await;
    drafts.retain(|draft| draft.service == SERVICE);
    let resume = continue_links(lang, &drafts);
    if resume.is_none() {
        public_page(&visit, |ctx| start(ctx, lang, &rules, &served, resume))
    } else {
        private_page(&visit, StatusCode::OK, |ctx| {
            start(ctx, lang, &rules, &served, resume)
        })
    }
}

/// `POST /equipment`: a draft for this browser.
pub(super) async fn begin(visit: Visit) -> Response {
    match new_draft(&visit).await {
        Ok((draft, cookies)) => see_other_with(
            &visit.href(&super::Step::Contact.of(&draft, false)),
            &cookies,
        ),
        Err(desk::Trouble::NotFound) => see_other(&visit.href("/equipment")),
        Err(trouble) => trouble::page(&visit, &trouble),
    }
}

async fn new_draft(visit: &Visit) -> desk::Result<(String, Vec<String>)> {
    let (browser, cookies) = this_browser(visit).await?;
    let desk = visit.desk();
    let draft = desk.start_draft_of(&browser, visit.lang, SERVICE).await?;
    Ok((draft, cookies))
}

fn start(
    ctx: PageContext,
    lang: Lang,
    rules: &Rules,
    served: &Served,
    resume: Option<AnyView>,
) -> impl IntoView + use<> {
    let title = lang.t("ขอยืมอุปกรณ์ทางการแพทย์", "Borrow medical equipment");
    let city = &rules.municipality;
    let days = city.loans.period_days;
    let types: Vec<_> = served
        .0
        .iter()
        .filter(|row| row.kind.may_be_lent())
        .map(|row| {
            let name = row.kind.name.get(lang).to_owned();
            let description = row
                .kind
                .description
                .as_ref()
                .map(|text| text.get(lang).to_owned());
            let needs = home_needs(lang, &row.kind);
            let free = served.words(lang, &row.kind.id);
            view! {
                <section class="kind">
                    <h3>{name}</h3>
                    <p class="free">{free}</p>
                    {description.map(|text| view! { <p>{text}</p> })}
                    {needs.map(|text| view! { <p class="hint">{text}</p> })}
                </section>
            }
        })
        .collect();
    let manual = city.manual("equipment").map(|_| {
        let href = lang.path("/manual/equipment");
        view! { <p><a href=href>{lang.t("ขั้นตอน เอกสาร และเงื่อนไข", "Steps, documents and conditions")}</a></p> }
    });
    let call = words::call(
        lang,
        lang.t(
            "ให้เจ้าหน้าที่กรอกให้ หรือไม่แน่ใจว่าควรใช้อะไร โทร",
            "To have an officer fill it in, or if you are not sure what is needed, call",
        ),
        &city.office,
    );
    view! {
        <Document ctx title back=lang.path("/")>
            <h1>{title}</h1>
            {resume}
            <p class="lead">{lang.t(
                format!("ยืมไปใช้ที่บ้านได้ไม่เกิน {days} วัน ต่อเวลาได้ ไม่มีค่าใช้จ่าย ใช้เวลากรอกประมาณ 10 นาที"),
                format!("For use at home, up to {days} days, renewable, free of charge. Asking takes about 10 minutes."),
            )}</p>
            <form method="post" action=lang.path("/equipment")>
                <div class="actions"><Button label=lang.t("เริ่มขอยืม", "Start")/></div>
            </form>
            {manual}
            <p><a href=lang.path("/track")>{lang.t("ติดตามคำขอ ต่อเวลา หรือแจ้งคืน", "Track a request, renew, or give back")}</a></p>
            <h2>{lang.t("มีอะไรให้ยืม", "What can be borrowed")}</h2>
            <div class="kinds">{types}</div>
            {call}
        </Document>
    }
}
