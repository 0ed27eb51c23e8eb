//! Photos sent with a form, and photos shown: never larger than may be, never more than a picture.
use crate::components::{FormView, Tag, TagKind};
use crate::http::Visit;
use axum::extract::multipart::Field;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use desk::paper::PaperView;
use domain::form::Lang;
use domain::paper::Verdict;
use domain::picture::LARGEST_FILE;
use leptos::prelude::*;

/// The longest field beside the files.
const LONGEST_FIELD: usize = 4 * 1024;

/// A form that broke off or was no form.
#[derive(Debug)]
pub(super) struct Broken;

/// A field beside the files: its name and what was typed.
pub(super) async fn text(field: Field<'_>) -> Result<(String, String), Broken> {
    let name = field.name().unwrap_or_default().to_owned();
    let value = read(field, LONGEST_FIELD).await?;
    Ok((name, String::from_utf8_lossy(&value).into_owned()))
}

/// A file's bytes; one more than may be when it is too large. What is over is read and let go, so that the answer
/// reaches the sender.
pub(super) async fn bytes(file: Field<'_>) -> Result<Vec<u8>, Broken> {
    read(file, LARGEST_FILE).await
}

async fn read(mut field: Field<'_>, most: usize) -> Result<Vec<u8>, Broken> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| Broken)? {
        let room = (most + 1).saturating_sub(bytes.len());
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    Ok(bytes)
}

/// A photo as an answer of its own: a picture and nothing else, even to a browser that would rather guess.
pub(super) fn photo(bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, "image/jpeg"),
        (CONTENT_DISPOSITION, "inline; filename=\"paper.jpg\""),
        // The style is the browser's own: it fits the picture to the screen.
        (
            CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A photo in a list, too small to be read; a plain box while it cannot be fetched.
pub(super) fn thumbnail(lang: Lang, paper: &PaperView) -> AnyView {
    let label = paper.kind.label().get(lang).to_owned();
    match &paper.thumbnail {
        Some(bytes) => {
            let src = format!("data:image/jpeg;base64,{}", BASE64.encode(bytes));
            let alt = format!("{} {label}", lang.t("รูปย่อ", "Small picture:"));
            view! { <img class="thumbnail" src=src alt=alt/> }.into_any()
        }
        None => view! { <span class="thumbnail none">{lang.t("เปิดรูปไม่ได้ชั่วคราว", "Not available now")}</span> }.into_any(),
    }
}

/// A field for photos. A page may have several: each has its own id, and all send the name `photo`.
pub(super) fn file_field(
    form: &FormView,
    field: &str,
    label: String,
    hint: Option<&'static str>,
    several: bool,
) -> AnyView {
    let id = crate::components::id_of(field);
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let lang = form.lang();
    let error = form.error(field);
    let described = [
        hint.map(|_| hint_id.clone()),
        error.as_ref().map(|_| error_id.clone()),
    ];
    let described: Vec<_> = described.into_iter().flatten().collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let invalid = error.as_ref().map(|_| "true");
    let class = if error.is_some() {
        "field wrong"
    } else {
        "field"
    };
    let error = error.map(|error| {
        view! { <p class="error" id=error_id><span class="unseen">{lang.t("ผิดพลาด: ", "Error: ")}</span>{error}</p> }
    });
    view! {
        <div class=class>
            <label for=id.clone()>{label}</label>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            {error}
            <input class="input file" id=id name="photo" r#type="file" accept="image/*" multiple=several
                aria-describedby=described aria-invalid=invalid/>
        </div>
    }
    .into_any()
}

/// A place for files that is full or gone, beside the field whose file it was.
pub(super) fn outage_words(visit: &Visit) -> (String, String) {
    let rules = visit.desk().rules();
    let phone = &rules.settings().duty.phone;
    (
        format!("ยังเก็บไฟล์ไม่ได้ในขณะนี้ โปรดลองอีกครั้งในอีกสักครู่ ข้อมูลที่กรอกยังอยู่ หรือโทร {phone}"),
        format!(
            "Files cannot be kept at the moment. Please try again in a few minutes: what you entered is kept. Or call {phone}."
        ),
    )
}

/// A verdict in a word or two.
pub(super) fn verdict_tag(lang: Lang, verdict: Verdict) -> AnyView {
    let kind = match verdict {
        Verdict::Waiting => TagKind::Wait,
        Verdict::Accepted => TagKind::Ok,
        Verdict::Defective => TagKind::Late,
        Verdict::Replaced => TagKind::Closed,
    };
    let label = verdict.label().get(lang).to_owned();
    view! { <Tag label kind/> }.into_any()
}
