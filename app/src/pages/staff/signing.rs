//! "รอลงนาม": what waits for a signature, one document opened, a batch signed with one code, the register.
use super::frame::{Clerk, Office, Page, Place};
use super::{request, words};
use crate::components::reference::in_fours;
use crate::components::{
    Button, ButtonKind, ButtonLink, DocumentView, ErrorSummary, FileField, FormView, Kind, Notice,
    NoticeKind, SummaryList, SummaryRow, Tag, TagKind, TextField, Width,
};
use crate::file::{file_response, pdf_response};
use crate::http::see_other;
use crate::pages::answers::{Answers, Asked};
use crate::pages::upload;
use crate::words as common;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::export::FileKind;
use desk::signature::{Batch, IssuedFile, IssuedListed, Waiting};
use domain::crematorium::Rules;
use domain::form::{FieldError, FieldErrors, Lang, RawFields};
use domain::issued::IssuedStatus;
use domain::request::Refusal;
use leptos::prelude::*;
use std::sync::Arc;
use uuid::Uuid;

const LIST: &str = "/staff/signing";

/// What the list shows besides its rows.
#[derive(Default)]
struct Said {
    status: StatusCode,
    errors: FieldErrors,
    /// How a batch went.
    batch: Option<Batch>,
    /// What was ticked, when the batch did not go through; everything otherwise.
    ticked: Option<Vec<Uuid>>,
}

/// `GET /staff/signing`: `?signed=` and `?left=` tell how the last batch went.
pub(super) async fn list(Clerk(office): Clerk, asked: Asked) -> Response {
    let count = |name: &str| asked.value(name).parse::<u32>().ok();
    let said = Said {
        batch: count("signed").map(|signed| Batch {
            signed,
            left: count("left").unwrap_or(0),
        }),
        ..Said::default()
    };
    let after = asked.value("after").to_owned();
    office.answer(list_page(&office, &after, said).await)
}

/// `POST /staff/signing`: `document` is an id and the hash that was shown, as often as ticked; one `code`.
pub(super) async fn sign(Clerk(office): Clerk, answers: Answers) -> Response {
    office.answer(signed(&office, &answers).await)
}

/// `GET /staff/signing/{id}`
pub(super) async fn open(Clerk(office): Clerk, Path(id): Path<String>) -> Response {
    office.answer(file_page(&office, &id, StatusCode::OK, FieldErrors::new()).await)
}

/// `POST /staff/signing/{id}/take-over`
pub(super) async fn take_over(Clerk(office): Clerk, Path(id): Path<String>) -> Response {
    office.answer(taken_over(&office, &id).await)
}

/// `POST /staff/signing/{id}/ink`: the scan of a print that was signed in ink.
pub(super) async fn ink(Clerk(office): Clerk, Path(id): Path<String>, form: Multipart) -> Response {
    office.answer(inked(&office, &id, form).await)
}

/// `GET` of an address that only answers POSTs: a reload or a language link.
pub(super) async fn back(Clerk(office): Clerk, Path(id): Path<String>) -> Response {
    match id.parse::<Uuid>() {
        Ok(id) => see_other(&office.href(&format!("{LIST}/{id}"))),
        Err(_) => office.answer(Err(Trouble::NotFound)),
    }
}

/// `GET /staff/signing/{id}/pdf`
pub(super) async fn pdf(Clerk(office): Clerk, Path(id): Path<String>) -> Response {
    let file = async {
        let id = parse(&id)?;
        office.desk().issued_pdf(&office.staff, id).await
    };
    office.answer(file.await.map(|(name, bytes)| pdf_response(&name, bytes)))
}

/// `GET /staff/signing/{id}/scan`
pub(super) async fn scan(Clerk(office): Clerk, Path(id): Path<String>) -> Response {
    let file = async {
        let id = parse(&id)?;
        office.desk().ink_scan(&office.staff, id).await
    };
    office.answer(
        file.await
            .map(|bytes| file_response("image/jpeg", "scan.jpg", bytes)),
    )
}

/// `GET /staff/issued`: everything that was issued, the newest first.
pub(super) async fn register(Clerk(office): Clerk, asked: Asked) -> Response {
    office.answer(register_page(&office, asked.value("before")).await)
}

/// `GET /staff/issued/export/{kind}`
pub(super) async fn export(Clerk(office): Clerk, Path(kind): Path<String>) -> Response {
    let file = async {
        let kind = FileKind::parse(&kind).ok_or(Trouble::NotFound)?;
        let bytes = office
            .desk()
            .issued_file_of_all(&office.staff, kind)
            .await?;
        Ok(export_response("issued", kind, bytes))
    };
    office.answer(file.await)
}

/// An exported list.
pub(super) fn export_response(name: &str, kind: FileKind, bytes: Vec<u8>) -> Response {
    file_response(kind.media_type(), &format!("{name}.{}", kind.code()), bytes)
}

/// Links to a list as files.
pub(super) fn export_links(lang: Lang, list: &str, query: &str) -> AnyView {
    let links = FileKind::ALL.map(|kind| {
        let href = lang.path(&format!("{list}/export/{}{query}", kind.code()));
        view! { <a href=href>{kind.code().to_uppercase()}</a>" " }
    });
    view! { <p>{lang.t("ดาวน์โหลดรายการ ", "Download the list ")}{links.collect_view()}</p> }
        .into_any()
}

fn parse(id: &str) -> desk::Result<Uuid> {
    id.parse().map_err(|_| Trouble::NotFound)
}

/// `id:sha256`, as a tick of the list sends it.
fn shown(tick: &str) -> Option<(Uuid, String)> {
    let (id, sha256) = tick.split_once(':')?;
    Some((id.parse().ok()?, sha256.to_owned()))
}

async fn signed(office: &Office, answers: &Answers) -> desk::Result<Response> {
    let chosen: Vec<_> = answers.values("document").filter_map(shown).collect();
    let outcome = office
        .desk()
        .sign(&office.staff, &chosen, answers.value("code"))
        .await;
    let errors = match outcome {
        Ok(batch) => {
            let path = format!("{LIST}?signed={}&left={}", batch.signed, batch.left);
            return Ok(see_other(&office.href(&path)));
        }
        Err(Trouble::Invalid(errors)) => errors,
        Err(Trouble::Refused(Refusal::DelegationNotValid)) => {
            let refusal = Refusal::DelegationNotValid;
            FieldErrors::one(FieldError::new(
                "",
                "delegation",
                refusal.th(),
                refusal.en(),
            ))
        }
        Err(other) => return Err(other),
    };
    let said = Said {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        errors,
        batch: None,
        ticked: Some(chosen.into_iter().map(|(id, _)| id).collect()),
    };
    list_page(office, "", said).await
}

async fn taken_over(office: &Office, id: &str) -> desk::Result<Response> {
    let id = parse(id)?;
    office.desk().take_over(&office.staff, id).await?;
    Ok(see_other(&office.href(&format!("{LIST}/{id}"))))
}

async fn inked(office: &Office, id: &str, mut form: Multipart) -> desk::Result<Response> {
    let document = parse(id)?;
    let mut scan = Vec::new();
    while let Ok(Some(field)) = form.next_field().await {
        if field.name() == Some("scan") {
            let _turn = office.desk().upload_turn().await;
            scan = upload::bytes(field).await.unwrap_or_default();
        }
    }
    match office
        .desk()
        .attach_ink(&office.staff, document, scan)
        .await
    {
        Ok(()) => Ok(see_other(&office.href(&format!("{LIST}/{document}")))),
        Err(Trouble::Invalid(errors)) => {
            file_page(office, id, StatusCode::UNPROCESSABLE_ENTITY, errors).await
        }
        Err(other) => Err(other),
    }
}

async fn list_page(office: &Office, after: &str, said: Said) -> desk::Result<Response> {
    let lang = office.lang();
    let after = (!after.is_empty()).then_some(after);
    let waiting = office.desk().waiting(&office.staff, after).await?;
    let rules = office.desk().rules();
    let title = lang.t("รอลงนาม", "To be signed");
    let page = Page::new(Place::Signing, title).status(said.status);
    let form = FormView::new(lang, RawFields::new(), said.errors.clone());
    let register = office.href("/staff/issued");
    office
        .page(page, move || {
            let notice = said.batch.map(|batch| went(lang, batch));
            let next = waiting
                .next
                .clone()
                .map(|next| more(lang, format!("{LIST}?after={next}")));
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                {notice}
                {body(lang, &rules, &waiting, &form, said.ticked.as_deref())}
                {next}
                <p><a href=register>{lang.t("ทะเบียนเอกสารที่ออก", "Register of what was issued")}</a></p>
            }
            .into_any()
        })
        .await
}

/// How a batch went, in words that a screen reader says at once.
fn went(lang: Lang, batch: Batch) -> AnyView {
    let signed = lang.t(
        format!("ลงนามแล้ว {} ฉบับ", batch.signed),
        format!("{} signed", batch.signed),
    );
    let kind = if batch.left == 0 {
        NoticeKind::Good
    } else {
        NoticeKind::Hold
    };
    let left = (batch.left > 0).then(|| {
        let words = lang.t(
            format!(
                "อีก {} ฉบับเปลี่ยนไปหลังจากที่เปิดดู จึงยังไม่ได้ลงนาม โปรดดูใหม่",
                batch.left
            ),
            format!(
                "{} changed after they were shown and are not signed. Please look again.",
                batch.left
            ),
        );
        view! { <p>{words}</p> }
    });
    view! { <div role="status"><Notice kind title=signed>{left}</Notice></div> }.into_any()
}

fn body(
    lang: Lang,
    rules: &Arc<Rules>,
    waiting: &Waiting,
    form: &FormView,
    ticked: Option<&[Uuid]>,
) -> AnyView {
    if waiting.rows.is_empty() {
        return view! { <p class="empty">{lang.t("ไม่มีเอกสารรอลงนาม", "Nothing waits to be signed")}</p> }.into_any();
    }
    let (mine, others): (Vec<_>, Vec<_>) = waiting
        .rows
        .iter()
        .partition(|row| row.mine && waiting.may_sign && row.sha256.is_some());
    let batch = (!mine.is_empty()).then(|| batch_form(lang, rules, &mine, form, ticked));
    let others = (!others.is_empty()).then(|| {
        let title = if waiting.may_sign {
            lang.t(
                "ของผู้ลงนามท่านอื่น หรือกำลังพิมพ์",
                "For somebody else, or being printed",
            )
        } else {
            lang.t("รอผู้มีอำนาจลงนาม", "Waiting for whoever may sign")
        };
        let rows = others
            .iter()
            .map(|row| view! { <li class="panel">{line(lang, rules, row)}</li> })
            .collect_view();
        view! { <h2>{title}</h2><ul class="plain">{rows}</ul> }
    });
    view! { {batch}{others} }.into_any()
}

/// Everything is ticked: a code and one button sign the day's batch.
fn batch_form(
    lang: Lang,
    rules: &Arc<Rules>,
    mine: &[&IssuedListed],
    form: &FormView,
    ticked: Option<&[Uuid]>,
) -> AnyView {
    let rows = mine
        .iter()
        .map(|row| {
            let id = format!("document-{}", row.id);
            let value = format!("{}:{}", row.id, row.sha256.as_deref().unwrap_or_default());
            // What has something in its way is not signed by the way.
            let checked =
                ticked.map_or(row.in_the_way.is_empty(), |ticked| ticked.contains(&row.id));
            let label = format!("{} {}", row.kind.name(lang), row.number);
            view! {
                <li class="panel">
                    <div class="choice">
                        <input r#type="checkbox" id=id.clone() name="document" value=value checked=checked/>
                        <label for=id>{label}</label>
                    </div>
                    {details(lang, rules, row)}
                </li>
            }
        })
        .collect_view();
    let count = mine.len();
    let legend = lang.t(
        format!("เอกสารของท่าน {count} ฉบับ"),
        format!("{count} for you"),
    );
    let sign = lang.t("ลงนามฉบับที่เลือก", "Sign what is ticked");
    let hint = lang.t(
        "รหัส 6 หลักที่แอปแสดงอยู่ตอนนี้ รหัสที่ใช้เข้าสู่ระบบแล้วใช้ซ้ำไม่ได้",
        "The six digits the app shows now. A code used to sign in cannot be used again.",
    );
    let errors = form.error("document").map(|error| {
        view! { <p class="error" id="document">{error}</p> }
    });
    view! {
        <form method="post" action=lang.path(LIST) novalidate>
            <fieldset class="field">
                <legend>{legend}</legend>
                {errors}
                <ul class="plain">{rows}</ul>
            </fieldset>
            <TextField form field="code" label=lang.t("รหัสยืนยันตัวตน", "Authenticator code") hint kind=Kind::OneTimeCode width=Width::Medium/>
            <div class="actions"><Button label=sign/></div>
        </form>
    }
    .into_any()
}

fn details(lang: Lang, rules: &Arc<Rules>, row: &IssuedListed) -> AnyView {
    let href = lang.path(&format!("{LIST}/{}", row.id));
    let places = common::places_line(lang, rules, &row.wish);
    let (applicant, who) = (lang.t("ผู้ขอ ", "for "), row.applicant_initials.clone());
    let in_the_way = row
        .in_the_way
        .iter()
        .map(|why| view! { <Notice kind=NoticeKind::Hold title=why.get(lang).to_owned()/> })
        .collect_view();
    let what = format!("{} {}", row.kind.name(lang), row.number);
    view! {
        {in_the_way}
        <p>{places}" · "{applicant}{who}" · "<span class="number">{in_fours(row.reference.as_str())}</span></p>
        <p><a href=href>{lang.t("เปิดอ่าน", "Read it")}<span class="unseen">" "{what}</span></a></p>
    }
    .into_any()
}

fn line(lang: Lang, rules: &Arc<Rules>, row: &IssuedListed) -> AnyView {
    let title = format!("{} {}", row.kind.name(lang), row.number);
    let signer = row
        .signer
        .clone()
        .unwrap_or_else(|| lang.t("ยังไม่มีผู้ลงนาม", "Nobody yet").to_owned());
    let printing = row
        .sha256
        .is_none()
        .then(|| lang.t(" · กำลังพิมพ์", " · being printed"));
    view! {
        <p><b>{title}</b></p>
        <p class="muted">{lang.t("ผู้ลงนาม ", "Signer ")}{signer}{printing}</p>
        {details(lang, rules, row)}
    }
    .into_any()
}

fn more(lang: Lang, path: String) -> AnyView {
    view! {
        <nav class="pager" aria-label=lang.t("หน้าของรายการ", "Pages of the list")>
            <a class="older" href=lang.path(&path) rel="next">{lang.t("หน้าถัดไป", "Next page")}" →"</a>
        </nav>
    }
    .into_any()
}

pub(super) fn status_tag(lang: Lang, status: IssuedStatus) -> AnyView {
    let kind = match status {
        IssuedStatus::Pending => TagKind::Wait,
        IssuedStatus::Signed | IssuedStatus::WetInk => TagKind::Ok,
        IssuedStatus::Revoked => TagKind::Late,
        IssuedStatus::Superseded => TagKind::Closed,
    };
    view! { <Tag label=lang.t(status.th(), status.en()) kind/> }.into_any()
}

async fn file_page(
    office: &Office,
    id: &str,
    status: StatusCode,
    errors: FieldErrors,
) -> desk::Result<Response> {
    let lang = office.lang();
    let file = office.desk().open_issued(&office.staff, parse(id)?).await?;
    let title = format!("{} {}", file.row.kind.name(lang), file.row.number);
    let form = FormView::new(lang, RawFields::new(), errors);
    let page = Page::new(Place::Signing, title.clone())
        .status(status)
        .back(LIST);
    office
        .page(page, move || file_view(lang, title, &file, &form))
        .await
}

fn file_view(lang: Lang, title: String, file: &IssuedFile, form: &FormView) -> AnyView {
    let row = &file.row;
    let base = lang.path(&format!("{LIST}/{}", row.id));
    let request = lang.path(&request::path(&row.reference));
    let ended = row.ended.as_ref().map(|ended| {
        let why = ended.why.clone();
        view! { <Notice kind=NoticeKind::Closed title=lang.t(row.status.th(), row.status.en())><p class="kept">{why}</p></Notice> }
    });
    let sign = file.can_sign.then(|| {
        let value = format!("{}:{}", row.id, row.sha256.as_deref().unwrap_or_default());
        view! {
            <form method="post" action=lang.path(LIST) class="panel" novalidate>
                <input r#type="hidden" name="document" value=value/>
                <TextField form field="code" label=lang.t("รหัสยืนยันตัวตน", "Authenticator code") kind=Kind::OneTimeCode width=Width::Medium/>
                <div class="actions"><Button label=lang.t("ลงนามฉบับนี้", "Sign this one")/></div>
            </form>
        }
    });
    let over = file.can_take_over.then(|| {
        let label = if row.mine {
            lang.t("พิมพ์อีกครั้ง", "Print it again")
        } else {
            lang.t(
                "ลงนามแทน (พิมพ์ใหม่ในชื่อท่าน)",
                "Sign it instead (printed anew in your name)",
            )
        };
        view! {
            <form method="post" action=format!("{base}/take-over") class="actions">
                <Button label kind=ButtonKind::Secondary/>
            </form>
        }
    });
    let ink = file.can_attach_ink.then(|| {
        view! {
            <details class="panel" open=form.has_errors()>
                <summary>{lang.t("ลงนามด้วยหมึก แนบภาพสแกน", "Signed in ink: attach the scan")}</summary>
                <form method="post" action=format!("{base}/ink") enctype="multipart/form-data" novalidate>
                    <FileField form field="scan" label=lang.t("ภาพสแกนหรือภาพถ่ายทั้งหน้า", "Scan or photo of the whole page") accept="image/*"/>
                    <div class="actions"><Button label=lang.t("แนบและบันทึกว่าลงนามแล้ว", "Attach and note as signed") kind=ButtonKind::Secondary/></div>
                </form>
            </details>
        }
    });
    let signature = file.signature.as_ref().map(|signature| {
        let factor = if signature.ink {
            lang.t("หมึก พร้อมภาพสแกน", "Ink, with its scan")
        } else {
            lang.t("รหัสจากแอปยืนยันตัวตน", "Code of the authenticator app")
        };
        let whole = if signature.untouched {
            lang.t("ตรงกับที่บันทึก", "As it was recorded")
        } else {
            lang.t("บันทึกถูกแก้ไข ห้ามใช้", "The record was changed: do not use")
        };
        let rows = vec![
            SummaryRow::new(lang.t("ผู้ลงนาม", "Signer"), signature.name.clone()),
            SummaryRow::new(lang.t("ตำแหน่ง", "Position"), signature.position.clone()),
            SummaryRow::new(lang.t("อำนาจ", "Authority"), signature.authority.clone()),
            SummaryRow::new(lang.t("เมื่อ", "When"), words::moment(lang, signature.signed_at)),
            SummaryRow::new(lang.t("ด้วย", "With"), factor),
            SummaryRow::new("SHA-256", signature.sha256.clone()),
            SummaryRow::new(lang.t("ตรวจบันทึก", "Record"), whole),
        ];
        let scan = signature.ink.then(|| {
            view! { <p><a href=format!("{base}/scan")>{lang.t("เปิดภาพสแกน", "Open the scan")}</a></p> }
        });
        view! { <section class="panel" aria-labelledby="record"><h2 id="record">{lang.t("บันทึกการลงนาม", "Record of the signature")}</h2><SummaryList lang rows/>{scan}</section> }
    });
    let document = match &file.document {
        Some(document) => view! { <DocumentView document=document.clone()/> }.into_any(),
        None => view! { <Notice kind=NoticeKind::Hold title=lang.t("กำลังพิมพ์ โปรดเปิดอีกครั้งในอีกสักครู่", "Being printed: open it again in a moment")/> }.into_any(),
    };
    let pdf = row.sha256.is_some().then(|| {
        view! { <p><ButtonLink href=format!("{base}/pdf") label=lang.t("ดาวน์โหลด PDF", "Download the PDF") kind=ButtonKind::Secondary/></p> }
    });
    view! {
        <ErrorSummary form/>
        <h1>{title}" "{status_tag(lang, row.status)}</h1>
        <p class="sub">{lang.t("คำขอ ", "Request ")}<a href=request>{in_fours(row.reference.as_str())}</a></p>
        {ended}
        {document}
        {sign}
        {over}
        {ink}
        {signature}
        {pdf}
    }
    .into_any()
}

async fn register_page(office: &Office, before: &str) -> desk::Result<Response> {
    let lang = office.lang();
    let before = (!before.is_empty()).then_some(before);
    let (rows, next) = office.desk().issued_register(&office.staff, before).await?;
    let title = lang.t("ทะเบียนเอกสารที่ออก", "Register of what was issued");
    office
        .page(Page::new(Place::Signing, title).back(LIST), move || {
            let next = next.map(|next| more(lang, format!("/staff/issued?before={next}")));
            view! { <h1>{title}</h1>{table(lang, &rows)}{next}{export_links(lang, "/staff/issued", "")} }.into_any()
        })
        .await
}

/// Issued documents in a table: of the register, and of one request's page.
pub(super) fn table(lang: Lang, rows: &[IssuedListed]) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="empty">{lang.t("ยังไม่มีเอกสารที่ออก", "Nothing was issued yet")}</p> }.into_any();
    }
    let heads = [
        lang.t("เลขที่", "Number"),
        lang.t("เอกสาร", "Document"),
        lang.t("ออกเมื่อ", "Issued"),
        lang.t("ผู้ลงนาม", "Signer"),
        lang.t("สถานะ", "Status"),
    ];
    let heads = heads
        .map(|head| view! { <th scope="col">{head}</th> })
        .collect_view();
    let lines = rows.iter().map(|row| {
        let href = lang.path(&format!("{LIST}/{}", row.id));
        let version = (row.version > 1).then(|| {
            lang.t(format!(" ฉบับที่ {}", row.version), format!(" version {}", row.version))
        });
        view! {
            <tr>
                <td><a href=href>{row.number.clone()}</a>{version}</td>
                <td>{row.kind.name(lang)}<br/><span class="muted">{in_fours(row.reference.as_str())}" · "{row.applicant_initials.clone()}</span></td>
                <td>{words::moment(lang, row.issued_at)}</td>
                <td>{row.signer.clone().unwrap_or_default()}</td>
                <td>{status_tag(lang, row.status)}</td>
            </tr>
        }
    });
    let lines = lines.collect_view();
    view! {
        <table class="list">
            <caption class="unseen">{lang.t("เอกสารที่ออก", "What was issued")}</caption>
            <thead><tr>{heads}</tr></thead>
            <tbody>{lines}</tbody>
        </table>
    }
    .into_any()
}

/// The panel of a request's page: what was issued for it.
pub(super) fn panel(lang: Lang, rows: &[IssuedListed]) -> Option<AnyView> {
    (!rows.is_empty()).then(|| {
        view! {
            <section class="panel" aria-labelledby="issued">
                <h2 id="issued">{lang.t("เอกสารที่ออก", "What was issued")}</h2>
                {table(lang, rows)}
            </section>
        }
        .into_any()
    })
}
