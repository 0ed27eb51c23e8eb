//! Papers on the tracking page: photos sent, what is the matter with them, and where to send another.
use super::view::{self, Said};
use super::{Facts, carried, not_changed, not_shown};
use crate::components::{Button, ButtonKind, Fold, FormView, Notice, NoticeKind, SelectField};
use crate::http::{Visit, see_other};
use crate::pages::answers::Answers;
use crate::pages::frame::hidden;
use crate::pages::upload::{photo, thumbnail, verdict_tag};
use crate::pages::{trouble, upload};
use crate::words;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::paper::{PaperView, Papers, Pass};
use desk::request::TrackView;
use domain::form::{FieldError, FieldErrors, Lang, RawFields, raw};
use domain::paper::{PaperKind, Registry, StatedPlace, Verdict};
use domain::picture::PictureError;
use domain::reference::Reference;
use leptos::prelude::*;
use uuid::Uuid;

/// `POST /track/papers`: one kind of paper, one or more photos.
pub(super) async fn send(visit: Visit, form: Multipart) -> Response {
    send_by(&visit, None, form).await
}

/// `POST /agent/cases/{reference}/papers`: the same by an agent.
pub(super) async fn send_as_agent(
    visit: Visit,
    Path(reference): Path<String>,
    form: Multipart,
) -> Response {
    match visit.agent().await {
        Ok(agent) => send_by(&visit, Some(Facts::of_agent(agent, reference)), form).await,
        Err(response) => response,
    }
}

/// `GET` of the same address: a reload or a language link.
pub(super) async fn back_to_case(visit: Visit, Path(reference): Path<String>) -> Response {
    match Reference::parse(&reference) {
        Ok(reference) => see_other(&visit.href(&format!("/agent/cases/{}", reference.as_str()))),
        Err(_) => see_other(&visit.href("/agent")),
    }
}

/// What a family sends says itself which request it is for; what an agent sends, its path.
async fn send_by(visit: &Visit, known: Option<Facts>, form: Multipart) -> Response {
    let mut typed = RawFields::new();
    let sent = sent(visit, known.as_ref(), form, &mut typed).await;
    let facts = known.unwrap_or_else(|| facts(&typed));
    match sent {
        Ok(sent) if sent.errors.is_empty() => {
            let words = visit.lang.t(
                format!("ได้รับรูปแล้ว {} รูป เจ้าหน้าที่จะตรวจ", sent.count),
                format!("{} photo(s) received. An officer will check.", sent.count),
            );
            shown(visit, &facts, Said::done(words)).await
        }
        Ok(sent) => {
            let also = (sent.count > 0).then(|| {
                visit.lang.t(
                    format!("ได้รับรูปอื่นแล้ว {} รูป", sent.count),
                    format!("The other {} photo(s) were received.", sent.count),
                )
            });
            shown(visit, &facts, Said::wrong(typed, sent.errors).also(also)).await
        }
        Err(Failed::Broken) => trouble::unreadable(visit, StatusCode::BAD_REQUEST),
        Err(Failed::Trouble(trouble @ (Trouble::Vault(_) | Trouble::Workshop(_)))) => {
            trouble::log(&trouble);
            let (th, en) = upload::outage_words(visit);
            let error = FieldError::new(field_of(raw(&typed, "replaces")), "outage", th, en);
            shown(visit, &facts, Said::outage(typed, FieldErrors::one(error))).await
        }
        Err(Failed::Trouble(trouble)) => not_changed(visit, &facts, typed, trouble).await,
    }
}

enum Failed {
    /// The form came in part, or was none.
    Broken,
    Trouble(Trouble),
}

impl From<upload::Broken> for Failed {
    fn from(_: upload::Broken) -> Self {
        Self::Broken
    }
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// What came of a form: photos taken, and what was the matter with the others.
struct Sent {
    count: u32,
    errors: FieldErrors,
}

/// The second fact stands before the files in the form, and is asked before a large file is read.
async fn sent(
    visit: &Visit,
    known: Option<&Facts>,
    mut form: Multipart,
    fields: &mut RawFields,
) -> Result<Sent, Failed> {
    let mut pass = None;
    let mut sent = Sent {
        count: 0,
        errors: FieldErrors::new(),
    };
    let mut number = 0_u32;
    while let Some(part) = form.next_field().await.map_err(|_| Failed::Broken)? {
        if part.file_name().is_none() {
            let (name, value) = upload::text(part).await?;
            fields.insert(name, value);
            continue;
        }
        let (pass, kind, replaces) = match &mut pass {
            Some(pass) => pass,
            none => none.insert(admitted(visit, known, fields).await?),
        };
        let _turn = visit.desk().upload_turn().await;
        let file = upload::bytes(part).await?;
        if file.is_empty() {
            // Nothing chosen, or an empty file: said below.
            continue;
        }
        number += 1;
        match visit.desk().send_photo(pass, *kind, *replaces, file).await {
            Ok(()) => sent.count += 1,
            Err(Trouble::Invalid(errors)) => {
                let field = field_of(raw(fields, "replaces"));
                for error in errors.iter() {
                    let (th, en) = (&error.text.th, &error.text.en);
                    let (th, en) = (numbered(number, "รูปที่", th), numbered(number, "Photo", en));
                    sent.errors
                        .push(FieldError::new(field.clone(), error.code, th, en));
                }
            }
            Err(trouble) => return Err(trouble.into()),
        }
    }
    if pass.is_none() {
        // A form without a file is looked at all the same: nothing is told to a stranger.
        admitted(visit, known, fields).await?;
    }
    if sent.count == 0 && sent.errors.is_empty() {
        let words = PictureError::Empty.text();
        let field = field_of(raw(fields, "replaces"));
        sent.errors
            .push(FieldError::new(field, "missing", words.th, words.en));
    }
    Ok(sent)
}

async fn admitted(
    visit: &Visit,
    known: Option<&Facts>,
    fields: &RawFields,
) -> Result<(Pass, PaperKind, Option<Uuid>), Trouble> {
    let typed = facts(fields);
    let facts = known.unwrap_or(&typed);
    let pass = visit.desk().admit_by(&facts.access(visit)).await?;
    let kind = PaperKind::parse(raw(fields, "kind"))
        .filter(|kind| kind.from_family())
        .ok_or_else(missing_kind)?;
    Ok((pass, kind, raw(fields, "replaces").parse().ok()))
}

/// The first photo needs no number.
fn numbered(number: u32, word: &str, text: &str) -> String {
    if number == 1 {
        text.to_owned()
    } else {
        format!("{word} {number}: {text}")
    }
}

fn missing_kind() -> Trouble {
    Trouble::Invalid(FieldErrors::one(FieldError::new(
        "kind",
        "missing",
        "เลือกว่าเป็นเอกสารอะไร",
        "Choose which paper it is",
    )))
}

fn facts(fields: &RawFields) -> Facts {
    Facts {
        reference: raw(fields, "reference").to_owned(),
        last4: raw(fields, "phone_last4").to_owned(),
        agent: None,
    }
}

/// The page has several places to send a photo: each has its own error.
fn field_of(replaces: &str) -> String {
    if Uuid::parse_str(replaces).is_ok() {
        format!("photo.{replaces}")
    } else {
        "photo".to_owned()
    }
}

async fn shown(visit: &Visit, facts: &Facts, said: Said) -> Response {
    match visit.desk().track_by(&facts.access(visit)).await {
        Ok(found) => view::page(visit, facts, &found, said).await,
        Err(trouble) => not_shown(visit, facts, &trouble),
    }
}

/// `POST /track/paper`: the photo itself.
pub(super) async fn open(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    open_by(&visit, &facts, &answers).await
}

pub(super) async fn open_by(visit: &Visit, facts: &Facts, answers: &Answers) -> Response {
    let id = answers.value("paper").parse().unwrap_or_default();
    match visit.desk().open_photo_by(&facts.access(visit), id).await {
        Ok(bytes) => photo(bytes),
        Err(trouble) => not_shown(visit, facts, &trouble),
    }
}

/// `POST /track/registry`: the death was notified at the city itself.
pub(super) async fn registry(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    registry_by(&visit, &facts).await
}

pub(super) async fn registry_by(visit: &Visit, facts: &Facts) -> Response {
    match visit.desk().ask_registry_by(&facts.access(visit)).await {
        Ok(()) => {
            let words = visit.lang.t(
                "เจ้าหน้าที่จะตรวจกับสำนักทะเบียนของเทศบาลให้ ไม่ต้องส่งรูปมรณบัตร",
                "An officer will look it up at the city's registry. No photo is needed.",
            );
            shown(visit, facts, Said::done(words)).await
        }
        Err(trouble) => not_changed(visit, facts, RawFields::new(), trouble).await,
    }
}

/// The part of the tracking page; nothing for an ended request without papers.
pub(super) fn section(
    visit: &Visit,
    form: &FormView,
    facts: &Facts,
    found: &TrackView,
) -> Option<AnyView> {
    let (lang, papers) = (visit.lang, &found.papers);
    if papers.papers.is_empty() && !papers.may_send {
        return None;
    }
    let missing = missing(lang, papers);
    let list: Vec<_> = papers
        .papers
        .iter()
        .map(|paper| item(visit, form, facts, found, paper))
        .collect();
    let list = (!list.is_empty()).then(|| view! { <ul class="papers">{list}</ul> });
    let add = papers.may_send.then(|| add(visit, form, facts, found));
    let registry = asks_registry(papers).then(|| {
        Fold::new(lang.t("แจ้งการตายที่เทศบาลนี้ ไม่ต้องส่งรูปมรณบัตร", "Registered at this municipality: no photo needed")).around(view! {
            <form method="post" action=facts.action(visit, "registry") novalidate>
                {carried(facts, found)}
                <p>{lang.t("ถ้าแจ้งการตายที่เทศบาลนี้ ไม่ต้องส่งรูปมรณบัตร เจ้าหน้าที่ตรวจกับสำนักทะเบียนเองได้", "If the death was notified at this municipality, no photo of the certificate is needed: an officer can look it up.")}</p>
                <div class="actions"><Button label=lang.t("แจ้งการตายที่เทศบาลนี้แล้ว", "The death was registered at this municipality") kind=ButtonKind::Secondary/></div>
            </form>
        })
    });
    Some(
        view! {
            <h2 id="papers">{lang.t("ส่งรูปเอกสาร", "Photos of the papers")}</h2>
            {elsewhere(lang, papers)}
            {missing}
            {list}
            {add}
            {registry}
        }
        .into_any(),
    )
}

// Civil Registration Act: burning at another place than the certificate names must be notified again.
fn elsewhere(lang: Lang, papers: &Papers) -> Option<AnyView> {
    (papers.findings.stated_place == Some(StatedPlace::Elsewhere)).then(|| {
        let title = lang.t(
            "มรณบัตรระบุสถานที่จัดการศพเป็นที่อื่น",
            "The certificate names another place",
        );
        view! {
            <Notice kind=NoticeKind::Hold title>
                <p>{lang.t("โปรดแจ้งนายทะเบียนที่ออกมรณบัตรให้แก้เป็นฌาปนสถานแห่งนี้ก่อนวันฌาปนกิจ แล้วถ่ายรูปใบที่แก้แล้วส่งที่นี่", "Please have the registrar who issued it change it to this crematorium before the day, then send a photo of it here.")}</p>
            </Notice>
        }
        .into_any()
    })
}

/// What no accepted paper shows yet; a photo that waits is said to wait.
fn missing(lang: Lang, papers: &Papers) -> AnyView {
    if papers.missing.is_empty() {
        let all = (!papers.needs.is_empty())
            .then(|| view! { <p>{lang.t("เอกสารครบแล้ว", "All papers are there.")}</p> });
        return all.into_any();
    }
    let lines = papers
        .missing
        .iter()
        .map(|need| {
            let label = need.needed();
            let state = state_of(lang, *need, papers);
            view! { <li>{label.get(lang).to_owned()}{state}</li> }
        })
        .collect_view();
    view! {
        <p>{lang.t("ถ่ายรูปด้วยโทรศัพท์ก็ใช้ได้ ไม่ต้องรับรองสำเนา", "A photo by phone is enough. No certified copies.")}</p>
        <ul>{lines}</ul>
    }
    .into_any()
}

fn state_of(lang: Lang, need: PaperKind, papers: &Papers) -> Option<String> {
    let waits = papers
        .papers
        .iter()
        .any(|paper| need.shown_by().contains(&paper.kind) && paper.verdict == Verdict::Waiting);
    let looked_up = need.is_of_death() && papers.findings.registry == Some(Registry::Asked);
    let words = if waits {
        lang.t("ส่งแล้ว รอตรวจ", "sent, being checked")
    } else if looked_up {
        lang.t(
            "เจ้าหน้าที่กำลังตรวจกับสำนักทะเบียน ไม่ต้องส่ง",
            "an officer looks it up; nothing to send",
        )
    } else {
        return None;
    };
    Some(format!(" ({words})"))
}

fn asks_registry(papers: &Papers) -> bool {
    papers.may_send
        && papers.findings.registry.is_none()
        && papers.missing.contains(&PaperKind::DeathCertificate)
        && !papers.papers.iter().any(|paper| paper.kind.is_of_death())
}

fn item(
    visit: &Visit,
    form: &FormView,
    facts: &Facts,
    found: &TrackView,
    paper: &PaperView,
) -> AnyView {
    let lang = visit.lang;
    let id = paper.id.to_string();
    let label = paper.kind.label().get(lang).to_owned();
    let picture = thumbnail(lang, paper);
    let sent = words::when(lang, paper.sent_at, visit.desk().now());
    let defect = paper
        .defect
        .clone()
        .filter(|_| paper.verdict == Verdict::Defective)
        .map(|defect| view! { <p class="defect">{lang.t("ต้องแก้: ", "To correct: ")}{defect}</p> });
    let again = (found.papers.may_send && paper.verdict.may_be_replaced()).then(|| {
        let fields = view! {
            <form method="post" action=facts.action(visit, "papers") enctype="multipart/form-data" novalidate>
                {carried(facts, found)}
                {hidden(&[("kind", paper.kind.code()), ("replaces", &id)])}
                {upload::file_field(form, &field_of(&id), lang.t("รูปใหม่", "Another photo").to_owned(), None, false)}
                <div class="actions"><Button label=lang.t("ส่งรูปใหม่แทน", "Send instead") kind=ButtonKind::Secondary/></div>
            </form>
        };
        // A defect must be mended: its form stands open.
        if paper.verdict == Verdict::Defective || form.error(&field_of(&id)).is_some() {
            fields.into_any()
        } else {
            Fold::new(lang.t("เปลี่ยนรูปนี้", "Change this photo")).around(fields).into_any()
        }
    });
    view! {
        <li class="paper">
            {picture}
            <div>
                <p><b>{label}</b>" "{verdict_tag(lang, paper.verdict)}</p>
                <p class="muted">{lang.t("ส่งเมื่อ", "Sent ")}{sent}</p>
                {defect}
                <form method="post" action=facts.action(visit, "paper") novalidate>
                    {carried(facts, found)}
                    {hidden(&[("paper", &id)])}
                    <Button label=lang.t("ดูรูป", "See the photo") kind=ButtonKind::Secondary/>
                </form>
                {again}
            </div>
        </li>
    }
    .into_any()
}

fn add(visit: &Visit, form: &FormView, facts: &Facts, found: &TrackView) -> AnyView {
    let lang = visit.lang;
    let options = PaperKind::ALL
        .into_iter()
        .filter(|kind| kind.from_family())
        .map(|kind| (kind.code().to_owned(), kind.label().get(lang).to_owned()))
        .collect();
    // What is still missing is offered first.
    let first = found.papers.not_sent().next();
    let open = first.is_some()
        || ["kind", "photo"]
            .iter()
            .any(|name| form.error(name).is_some());
    let chosen = match form.value("kind") {
        typed if typed.is_empty() => first
            .unwrap_or(PaperKind::DeathCertificate)
            .code()
            .to_owned(),
        typed => typed,
    };
    let fields = RawFields::from([("kind".to_owned(), chosen)]);
    let kinds = FormView::new(lang, fields, form.errors().clone());
    let hint = lang.t(
        "รูปถ่าย JPEG หรือ PNG ไม่เกิน 8 MB ต่อรูป เลือกได้หลายรูป",
        "JPEG or PNG photos, at most 8 MB each; several may be chosen",
    );
    Fold::new(lang.t("ส่งรูป", "Send a photo")).open(open).around(view! {
        <form method="post" action=facts.action(visit, "papers") enctype="multipart/form-data" novalidate>
            {carried(facts, found)}
            <SelectField form=&kinds field="kind" label=lang.t("เอกสารอะไร", "Which paper") options/>
            {upload::file_field(form, "photo", lang.t("รูปถ่ายเอกสาร", "Photos of it").to_owned(), Some(hint), true)}
            <div class="actions"><Button label=lang.t("ส่งรูป", "Send") kind=ButtonKind::Secondary/></div>
        </form>
    })
}
