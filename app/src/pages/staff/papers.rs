//! Papers for an officer: the panel of a request, one photo at full size, verdicts and findings.
use super::fields::{Field, key};
use super::file::{self, FileView};
use super::frame::{Clerk, Office, Page, Place};
use super::{request, words};
use crate::components::reference::in_fours;
use crate::components::{
    Button, ButtonKind, ErrorSummary, Fold, FormView, Notice, NoticeKind, SelectField, SummaryRow,
};
use crate::http::see_other;
use crate::pages::answers::{Answers, Asked};
use crate::pages::frame::hidden;
use crate::pages::trouble;
use crate::pages::upload::{self, photo, thumbnail, verdict_tag};
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::office::RequestFile;
use desk::paper::{Finding, PaperView, Papers};
use domain::form::{FieldError, FieldErrors, Lang, RawFields, raw};
use domain::paper::{Findings, Manner, PaperKind, Registry, StatedPlace, Verdict};
use domain::picture::PictureError;
use domain::reference::Reference;
use leptos::prelude::*;
use uuid::Uuid;

/// Texts that fit most defects, offered while typing.
const USUAL_DEFECTS: [&str; 5] = [
    "รูปไม่ชัด อ่านไม่ออก",
    "ถ่ายมาไม่ครบทั้งแผ่น",
    "ไม่ใช่เอกสารที่ต้องใช้",
    "ชื่อในเอกสารไม่ตรงกับคำขอ",
    "ต้องมีลายมือชื่อ",
];

/// The site path of a request's papers.
fn path(reference: &Reference) -> String {
    format!("/staff/requests/{}", reference.as_str())
}

/// The panel of the request page: each photo, what is missing, what to find out, where to add one.
pub(super) fn panel(view: &FileView) -> AnyView {
    let (lang, papers, reference) = (view.lang, &view.papers, &view.file.reference);
    let count = papers.papers.len();
    let list: Vec<_> = papers
        .papers
        .iter()
        .map(|paper| item(lang, reference, paper))
        .collect();
    let list = if list.is_empty() {
        view! { <p class="empty">{lang.t("ยังไม่มีเอกสาร", "No papers yet")}</p> }.into_any()
    } else {
        view! { <ul class="papers">{list}</ul> }.into_any()
    };
    let replaced: Vec<_> = papers
        .replaced
        .iter()
        .map(|paper| item(lang, reference, paper))
        .collect();
    let replaced = (!replaced.is_empty()).then(|| {
        Fold::new(lang.t("รูปที่ส่งใหม่แทนแล้ว", "Photos that were sent again"))
            .around(view! {<ul class="papers">{replaced}</ul>})
    });
    let live = view.file.status.is_live();
    let findings = live.then(|| findings(view));
    let add = live.then(|| add(view));
    view! {
        <section class="panel" aria-labelledby="papers">
            <h2 id="papers">{lang.t("เอกสาร", "Papers")}" "<span class="muted">{count}</span></h2>
            {missing(lang, papers)}
            {list}
            {replaced}
            {findings}
            {add}
        </section>
    }
    .into_any()
}

/// Why the request cannot be approved yet, above everything else.
pub(super) fn warning(view: &FileView) -> Option<AnyView> {
    let lang = view.lang;
    let waits =
        view.papers.missing.contains(&PaperKind::PoliceRelease) && view.file.status.is_live();
    waits.then(|| {
        let title = lang.t(
            "ยังอนุมัติไม่ได้: รอหนังสือให้จัดการศพได้",
            "Cannot be approved yet: the release of the body is missing",
        );
        view! {
            <Notice kind=NoticeKind::Hold title>
                <p>{lang.t("การตายผิดธรรมชาติหรือยังไม่ปรากฏเหตุ ต้องมีหนังสือของพนักงานสอบสวนหรืออัยการที่ตรวจแล้วว่าใช้ได้", "The death was not natural or its cause is unknown: a release by the police or prosecutor must be accepted first.")}</p>
            </Notice>
        }
        .into_any()
    })
}

fn missing(lang: Lang, papers: &Papers) -> AnyView {
    if papers.missing.is_empty() {
        return view! { <p>{lang.t("เอกสารครบแล้ว", "All papers are there.")}</p> }.into_any();
    }
    let lines = papers
        .missing
        .iter()
        .map(|need| view! { <li>{need.needed().get(lang).to_owned()}</li> })
        .collect_view();
    view! { <p>{lang.t("ยังขาดหรือยังไม่ได้ตรวจ:", "Missing or not yet accepted:")}</p><ul>{lines}</ul> }
        .into_any()
}

fn item(lang: Lang, reference: &Reference, paper: &PaperView) -> AnyView {
    let href = lang.path(&format!("{}/papers/{}", path(reference), paper.id));
    let label = paper.kind.label().get(lang).to_owned();
    let by = if paper.by_family {
        lang.t("ครอบครัวส่ง", "from the family")
    } else {
        lang.t("เจ้าหน้าที่ใส่", "put in by the office")
    };
    let sent = words::moment(lang, paper.sent_at);
    let defect = paper
        .defect
        .clone()
        .map(|defect| view! { <p class="defect">{defect}</p> });
    view! {
        <li class="paper">
            {thumbnail(lang, paper)}
            <div>
                <p><a href=href>{label}</a>" "{verdict_tag(lang, paper.verdict)}</p>
                <p class="muted">{sent}" · "{by}</p>
                {defect}
            </div>
        </li>
    }
    .into_any()
}

/// What an officer reads from the papers on day one.
fn findings(view: &FileView) -> AnyView {
    let lang = view.lang;
    let found = view.papers.findings;
    let version = view.file.version.to_string();
    let action = lang.path(&format!("{}/findings", path(&view.file.reference)));
    let choices = |of: &'static str, options: Vec<(&'static str, String)>, chosen: Option<&str>| {
        options
            .into_iter()
            .map(|(value, label)| {
                let checked = chosen == Some(value);
                view! { <label class="choice"><input r#type="radio" name=of value=value checked=checked/><span>{label}</span></label> }
            })
            .collect_view()
    };
    let place = StatedPlace::ALL.map(|place| (place.code(), place.label().get(lang).to_owned()));
    let manner = Manner::ALL.map(|manner| (manner.code(), manner.label().get(lang).to_owned()));
    let registry = Registry::ALL.map(|answer| (answer.code(), answer.label().get(lang).to_owned()));
    let place = choices(
        "stated_place",
        place.into(),
        found.stated_place.map(StatedPlace::code),
    );
    let manner = choices("manner", manner.into(), found.manner.map(Manner::code));
    let registry = choices(
        "registry",
        registry.into(),
        found.registry.map(Registry::code),
    );
    let title = lang.t("ผลตรวจเอกสาร", "What the papers say");
    Fold::new(title).aside(said(lang, found)).around(view! {
        <form method="post" action=action novalidate>
            {hidden(&[("version", &version)])}
            <fieldset class="field"><legend>{lang.t("มรณบัตรระบุฌาปนสถานแห่งนี้หรือไม่", "Does the certificate name this crematorium?")}</legend><div class="choices">{place}</div></fieldset>
            <fieldset class="field"><legend>{lang.t("ลักษณะการตาย", "Manner of death")}</legend><div class="choices">{manner}</div></fieldset>
            <fieldset class="field"><legend>{lang.t("ตรวจกับสำนักทะเบียนของเทศบาล", "The city's own registry")}</legend><div class="choices">{registry}</div></fieldset>
            <div class="actions"><Button label=lang.t("บันทึกผลตรวจเอกสาร", "Save what was found") kind=ButtonKind::Secondary/></div>
        </form>
    })
}

/// What was found so far, in one line.
fn said(lang: Lang, found: Findings) -> String {
    let labels = [
        found.stated_place.map(StatedPlace::label),
        found.manner.map(Manner::label),
        found.registry.map(Registry::label),
    ];
    let said: Vec<_> = labels
        .into_iter()
        .flatten()
        .map(|label| label.get(lang).to_owned())
        .collect();
    if said.is_empty() {
        lang.t("ยังไม่ได้บันทึก", "Nothing noted yet").to_owned()
    } else {
        said.join(" · ")
    }
}

fn add(view: &FileView) -> AnyView {
    let lang = view.lang;
    let action = lang.path(&format!("{}/papers", path(&view.file.reference)));
    let options = PaperKind::ALL
        .into_iter()
        .map(|kind| (kind.code().to_owned(), kind.label().get(lang).to_owned()))
        .collect();
    let typed = RawFields::from([("kind".to_owned(), view.form.value("papers.kind"))]);
    let kinds = FormView::new(lang, typed, FieldErrors::new());
    let form = &view.form;
    let open = form.error("papers.photo").is_some();
    Fold::new(lang.t("ใส่เอกสารที่รับที่เคาน์เตอร์", "Add a paper received at the counter")).open(open).around(view! {
        <form method="post" action=action enctype="multipart/form-data" novalidate>
            <SelectField form=&kinds field="kind" label=lang.t("เอกสารอะไร", "Which paper") options/>
            {upload::file_field(form, "papers.photo", lang.t("รูปถ่ายหรือสแกน", "Photos or scans").to_owned(), Some(lang.t("JPEG หรือ PNG ไม่เกิน 8 MB ต่อรูป", "JPEG or PNG, at most 8 MB each")), true)}
            <div class="actions"><Button label=lang.t("ใส่เอกสาร", "Add") kind=ButtonKind::Secondary/></div>
        </form>
    })
}

/// `POST /staff/requests/{reference}/papers`
pub(super) async fn send(
    Clerk(office): Clerk,
    Path(reference): Path<String>,
    form: Multipart,
) -> Response {
    let mut typed = RawFields::new();
    match sent(&office, &reference, form, &mut typed).await {
        Ok(errors) if errors.is_empty() => to_file(&office, &reference),
        Ok(errors) => {
            // Kept under the form's own word, as every form of that page is.
            let typed = RawFields::from([
                ("action".to_owned(), "papers".to_owned()),
                ("kind".to_owned(), raw(&typed, "kind").to_owned()),
            ]);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            office.answer(request::again(&office, &reference, status, typed, errors).await)
        }
        Err(Failed::Broken) => trouble::unreadable(&office.visit, StatusCode::BAD_REQUEST),
        Err(Failed::Trouble(trouble)) => office.answer(Err(trouble)),
    }
}

enum Failed {
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

/// Takes every photo that can be taken; what was the matter with the others.
async fn sent(
    office: &Office,
    reference: &str,
    mut form: Multipart,
    fields: &mut RawFields,
) -> Result<FieldErrors, Failed> {
    let pass = office
        .desk()
        .admit_officer(&office.staff, reference)
        .await?;
    let mut errors = FieldErrors::new();
    let mut count = 0_u32;
    while let Some(part) = form.next_field().await.map_err(|_| Failed::Broken)? {
        if part.file_name().is_none() {
            let (name, value) = upload::text(part).await?;
            fields.insert(name, value);
            continue;
        }
        let _turn = office.desk().upload_turn().await;
        let file = upload::bytes(part).await?;
        if file.is_empty() {
            continue;
        }
        count += 1;
        let Some(kind) = PaperKind::parse(raw(fields, "kind")) else {
            continue;
        };
        match office.desk().send_photo(&pass, kind, None, file).await {
            Ok(()) => {}
            Err(Trouble::Invalid(wrong)) => {
                for error in wrong.iter() {
                    let (th, en) = (error.text.th.clone(), error.text.en.clone());
                    errors.push(FieldError::new("papers.photo", error.code, th, en));
                }
            }
            Err(trouble) => return Err(trouble.into()),
        }
    }
    if count == 0 {
        let words = PictureError::Empty.text();
        errors.push(FieldError::new(
            "papers.photo",
            "missing",
            words.th,
            words.en,
        ));
    }
    Ok(errors)
}

fn to_file(office: &Office, reference: &str) -> Response {
    match Reference::parse(reference) {
        Ok(reference) => see_other(&office.href(&path(&reference))),
        Err(_) => office.answer(Err(Trouble::NotFound)),
    }
}

/// `GET` of an address that only answers POSTs: a language link, or a reload after an error.
pub(super) async fn back_to_file(Clerk(office): Clerk, Path(reference): Path<String>) -> Response {
    to_file(&office, &reference)
}

/// `GET …/papers/{id}/verdict`
pub(super) async fn back_to_photo(
    Clerk(office): Clerk,
    Path((reference, id)): Path<(String, Uuid)>,
) -> Response {
    match Reference::parse(&reference) {
        Ok(reference) => see_other(&office.href(&format!("{}/papers/{id}", path(&reference)))),
        Err(_) => office.answer(Err(Trouble::NotFound)),
    }
}

/// `POST /staff/requests/{reference}/findings`
pub(super) async fn find(
    Clerk(office): Clerk,
    Path(reference): Path<String>,
    answers: Answers,
) -> Response {
    let finding = Finding {
        stated_place: StatedPlace::parse(answers.value("stated_place")),
        manner: Manner::parse(answers.value("manner")),
        registry: Registry::parse(answers.value("registry")),
    };
    let version = answers.value("version").parse().unwrap_or_default();
    let desk = office.desk();
    match desk
        .note_finding(&office.staff, &reference, version, finding)
        .await
    {
        Ok(()) => to_file(&office, &reference),
        Err(trouble) => office.answer(Err(trouble)),
    }
}

/// `GET /staff/requests/{reference}/papers/{id}/picture`: the photo itself; the opening is noted.
pub(super) async fn picture(
    Clerk(office): Clerk,
    Path((reference, id)): Path<(String, Uuid)>,
) -> Response {
    let opened = office
        .desk()
        .open_photo_as_officer(&office.staff, &reference, id)
        .await;
    office.answer(opened.map(photo))
}

/// `GET /staff/requests/{reference}/papers/{id}`: at full size; `?turn=1` is a quarter to the right.
pub(super) async fn page(
    Clerk(office): Clerk,
    Path((reference, id)): Path<(String, Uuid)>,
    asked: Asked,
) -> Response {
    let turn = asked.value("turn").parse::<u8>().unwrap_or(0) % 4;
    let attempt = Attempt {
        turn,
        ..Attempt::default()
    };
    office.answer(photo_page(&office, &reference, id, attempt).await)
}

/// `POST /staff/requests/{reference}/papers/{id}/verdict`
pub(super) async fn judge(
    Clerk(office): Clerk,
    Path((reference, id)): Path<(String, Uuid)>,
    answers: Answers,
) -> Response {
    office.answer(judged(&office, &reference, id, &answers).await)
}

async fn judged(
    office: &Office,
    number: &str,
    id: Uuid,
    answers: &Answers,
) -> desk::Result<Response> {
    let reference = Reference::parse(number).map_err(|_| Trouble::NotFound)?;
    let seen = Verdict::parse(answers.value("seen")).ok_or(Trouble::NotFound)?;
    let defect = (answers.value("verdict") != "accept").then(|| answers.value("defect"));
    let desk = office.desk();
    match desk
        .judge_paper(&office.staff, number, id, seen, defect)
        .await
    {
        Ok(()) => {
            // On to the next that waits; after the last, back to the request.
            let papers = desk.papers(&office.staff, number).await?;
            let next = papers
                .papers
                .iter()
                .find(|paper| paper.verdict == Verdict::Waiting);
            let to = match next {
                Some(paper) => format!("{}/papers/{}", path(&reference), paper.id),
                None => path(&reference),
            };
            Ok(see_other(&office.href(&to)))
        }
        Err(Trouble::Invalid(errors)) => {
            let attempt = Attempt {
                turn: 0,
                status: StatusCode::UNPROCESSABLE_ENTITY,
                defect: answers.value("defect").to_owned(),
                errors,
                changed: false,
            };
            photo_page(office, number, id, attempt).await
        }
        Err(Trouble::DecidedFirst { .. }) => {
            let attempt = Attempt {
                turn: 0,
                status: StatusCode::CONFLICT,
                defect: answers.value("defect").to_owned(),
                errors: FieldErrors::new(),
                changed: true,
            };
            photo_page(office, number, id, attempt).await
        }
        Err(trouble) => Err(trouble),
    }
}

/// A verdict that did not go through, and how the photo is turned.
#[derive(Default)]
struct Attempt {
    turn: u8,
    status: StatusCode,
    defect: String,
    errors: FieldErrors,
    /// Somebody else was first: the page shows what is so now.
    changed: bool,
}

async fn photo_page(
    office: &Office,
    number: &str,
    id: Uuid,
    attempt: Attempt,
) -> desk::Result<Response> {
    let lang = office.lang();
    let reference = Reference::parse(number).map_err(|_| Trouble::NotFound)?;
    // With the request's facts beside it: whoever judges a paper compares.
    let file = office.desk().open_request(&office.staff, number).await?;
    let papers = office.desk().papers(&office.staff, number).await?;
    let facts = facts(office, &file, papers.findings);
    let mut all = papers.papers.into_iter().chain(papers.replaced);
    let paper = all.find(|paper| paper.id == id).ok_or(Trouble::NotFound)?;
    let label = paper.kind.label().get(lang).to_owned();
    let title = format!("{label} · {}", in_fours(reference.as_str()));
    let page = Page::new(Place::Requests, title)
        .status(attempt.status)
        .back(path(&reference));
    let here = lang.path(&format!("{}/papers/{id}", path(&reference)));
    office
        .page(page, move || {
            photo_view(lang, &here, &paper, facts, &attempt)
        })
        .await
}

/// What the paper must agree with.
fn facts(office: &Office, file: &RequestFile, found: Findings) -> AnyView {
    let lang = office.lang();
    let rules = office.desk().rules();
    let mut rows = file::deceased_facts(lang, file, office.desk().now());
    let here = rules.settings().name.get(lang).to_owned();
    rows.push(SummaryRow::new(
        lang.t("สถานที่ที่มรณบัตรต้องระบุ", "Place it must name"),
        here,
    ));
    let stated = found.stated_place.map(StatedPlace::label);
    let stated = stated.map_or(
        lang.t("ยังไม่ได้บันทึก", "Not noted yet").to_owned(),
        |label| label.get(lang).to_owned(),
    );
    rows.push(SummaryRow::new(
        lang.t("มรณบัตรระบุ", "Place it names"),
        stated,
    ));
    let applicant = format!(
        "{} · {}",
        file.applicant_name,
        file.relation.label().get(lang)
    );
    rows.push(SummaryRow::new(lang.t("ผู้ขอ", "Applicant"), applicant));
    rows.push(SummaryRow::new(
        lang.t("สิ่งที่จอง", "Booked"),
        words::item(lang, &rules, &file.wish, file.furnace.as_deref()),
    ));
    file::section(
        "facts",
        lang.t("เทียบกับคำขอ", "Compare with the request"),
        lang,
        rows,
    )
}

fn photo_view(
    lang: Lang,
    here: &str,
    paper: &PaperView,
    facts: AnyView,
    attempt: &Attempt,
) -> AnyView {
    let typed = RawFields::from([(key("paper", "defect"), attempt.defect.clone())]);
    let mut errors = FieldErrors::new();
    for error in attempt.errors.iter() {
        let (th, en) = (error.text.th.clone(), error.text.en.clone());
        errors.push(FieldError::new(
            key("paper", &error.field),
            error.code,
            th,
            en,
        ));
    }
    let form = FormView::new(lang, typed, errors);
    let label = paper.kind.label().get(lang).to_owned();
    let picture = format!("{here}/picture");
    let turned = format!("turn-{}", attempt.turn);
    let next = (attempt.turn + 1) % 4;
    let turn = format!("{here}?turn={next}");
    let changed = attempt.changed.then(|| {
        let title = lang.t(
            "มีการเปลี่ยนแปลงก่อนหน้านี้ ผลล่าสุดแสดงอยู่ โปรดตรวจอีกครั้ง",
            "Something changed before this. The latest is shown: please check again.",
        );
        view! { <div role="status"><Notice kind=NoticeKind::Hold title/></div> }
    });
    let defect = paper
        .defect
        .clone()
        .map(|defect| view! { <p class="defect">{defect}</p> });
    let sent = words::moment(lang, paper.sent_at);
    let alt = label.clone();
    let verdict =
        (paper.verdict != Verdict::Replaced).then(|| verdict_form(lang, here, &form, paper));
    view! {
        <ErrorSummary form=&form/>
        <h1>{label}" "{verdict_tag(lang, paper.verdict)}</h1>
        <p class="sub">{lang.t("ส่งเมื่อ ", "Sent ")}{sent}</p>
        {changed}
        {defect}
        <div class="panels">
            <div>
                <div class=format!("photo {turned}")><img src=picture.clone() alt=alt/></div>
                <p><a href=turn>{lang.t("หมุนรูป", "Turn the photo")}</a>" · "<a href=picture>{lang.t("ดูเต็มหน้า", "See it alone")}</a></p>
            </div>
            <div>{facts}{verdict}</div>
        </div>
    }
    .into_any()
}

fn verdict_form(lang: Lang, here: &str, form: &FormView, paper: &PaperView) -> AnyView {
    let action = format!("{here}/verdict");
    let seen = paper.verdict.code();
    let defect = Field::new(
        form,
        "paper",
        "defect",
        lang.t(
            "ต้องแก้อะไร ครอบครัวจะได้อ่านข้อความนี้",
            "What must be corrected; the family reads this",
        ),
    )
    .hint(USUAL_DEFECTS.join(" · "));
    let accept = (paper.verdict != Verdict::Accepted).then(|| {
        view! {
            <form method="post" action=action.clone() novalidate>
                {hidden(&[("seen", seen), ("verdict", "accept")])}
                <div class="actions"><Button label=lang.t("ใช้ได้", "Accept")/></div>
            </form>
        }
    });
    view! {
        <section class="panel act" aria-labelledby="verdict">
            <h2 id="verdict">{lang.t("ผลตรวจ", "Verdict")}</h2>
            {accept}
            <form method="post" action=action.clone() novalidate>
                {hidden(&[("seen", seen), ("verdict", "defect")])}
                {defect.lines(3)}
                <div class="actions"><Button label=lang.t("ต้องส่งใหม่", "Must be sent again") kind=ButtonKind::Secondary/></div>
            </form>
        </section>
    }
    .into_any()
}
