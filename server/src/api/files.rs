//! Papers and documents of a request that a channel sent: photos in, PDFs out. Another channel's is not found.
use super::Problem;
use super::auth::Channel;
use super::schema::{DocumentList, Language, PaperList, ProblemBody, Upload};
use app::file::pdf_response;
use app::http::AppState;
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use desk::channel::ChannelActor;
use domain::form::{FieldError, FieldErrors, Lang};
use domain::paper::PaperKind;
use domain::picture::LARGEST_FILE;
use uuid::Uuid;

/// The papers of a request, what an officer said of each, and what none of them shows yet.
#[utoipa::path(
    get, path = "/crematorium/requests/{reference}/papers", tag = "channels",
    security(("channel_token" = [])),
    params(("reference" = String, Path, description = "Twelve digits")),
    responses(
        (status = 200, description = "Found", body = PaperList),
        (status = 404, description = "`not_found`: no such request, or another token sent it", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn papers(
    State(app): State<AppState>,
    Channel(channel): Channel,
    Path(reference): Path<String>,
) -> Result<Json<PaperList>, Problem> {
    list(&app, &channel, &reference).await.map(Json)
}

/// Takes one photo of a paper; the body is the file as the phone made it. The same photo again changes nothing.
#[utoipa::path(
    post, path = "/crematorium/requests/{reference}/papers", tag = "channels",
    security(("channel_token" = [])),
    params(("reference" = String, Path, description = "Twelve digits"), Upload),
    request_body(description = "JPEG, PNG or WebP, at most 8 MB", content(("image/jpeg"), ("image/png"), ("image/webp"))),
    responses(
        (status = 201, description = "Kept: all papers as they stand now", body = PaperList),
        (status = 400, description = "`bad_request`: the query or the body could not be read", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "`forbidden`: a paper that only the office may add", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: no such request, or another token sent it", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "`too_large`: more than 8 MB", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`file_pdf`, `file_heic`, … at `/photo`; `unknown` at `/kind`; `wrong_state`, `frozen`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`: the place for files is full or cannot be reached; nothing was kept, send it again", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn send(
    State(app): State<AppState>,
    Channel(channel): Channel,
    Path(reference): Path<String>,
    upload: Result<Query<Upload>, QueryRejection>,
    body: Body,
) -> Result<(StatusCode, Json<PaperList>), Problem> {
    let Query(upload) = upload.map_err(|_| Problem::of_status(StatusCode::BAD_REQUEST))?;
    let (kind, replaces) = parsed(&upload)?;
    let of = |trouble: &desk::Trouble| Problem::of(trouble, &app.desk);
    // Before a large file is read.
    let pass = app.desk.admit_channel(&channel, &reference).await;
    let pass = pass.map_err(|trouble| of(&trouble))?;
    let turn = app.desk.upload_turn().await;
    let bytes = to_bytes(body, LARGEST_FILE)
        .await
        .map_err(|error| Problem::of_status(broken(&error)))?;
    app.desk
        .send_photo(&pass, kind, replaces, bytes.to_vec())
        .await
        .map_err(|trouble| of(&trouble))?;
    drop(turn);
    let list = list(&app, &channel, &reference).await?;
    Ok((StatusCode::CREATED, Json(list)))
}

/// What can be downloaded: documents as things stand, and letters that were issued.
#[utoipa::path(
    get, path = "/crematorium/requests/{reference}/documents", tag = "channels",
    security(("channel_token" = [])),
    params(("reference" = String, Path, description = "Twelve digits")),
    responses(
        (status = 200, description = "Found", body = DocumentList),
        (status = 404, description = "`not_found`: no such request, or another token sent it", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn documents(
    State(app): State<AppState>,
    Channel(channel): Channel,
    Path(reference): Path<String>,
) -> Result<Json<DocumentList>, Problem> {
    let (kinds, issued) = app
        .desk
        .channel_documents(&channel, &reference)
        .await
        .map_err(|trouble| Problem::of(&trouble, &app.desk))?;
    Ok(Json(DocumentList::new(&kinds, &issued)))
}

/// One of them as a PDF. What waits for its signature is not there yet.
#[utoipa::path(
    get, path = "/crematorium/requests/{reference}/documents/{id}", tag = "channels",
    security(("channel_token" = [])),
    params(
        ("reference" = String, Path, description = "Twelve digits"),
        ("id" = String, Path, description = "As the list names it"),
        Language,
    ),
    responses(
        (status = 200, description = "The file", content_type = "application/pdf"),
        (status = 400, description = "`bad_request`: the query could not be read", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: no such request or document, or another token sent it", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn document(
    State(app): State<AppState>,
    Channel(channel): Channel,
    Path((reference, id)): Path<(String, String)>,
    language: Result<Query<Language>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(language) = language.map_err(|_| Problem::of_status(StatusCode::BAD_REQUEST))?;
    let lang = match language.lang.as_deref() {
        Some("en") => Lang::En,
        _ => Lang::Th,
    };
    let (name, pdf) = app
        .desk
        .channel_pdf(&channel, &reference, &id, lang)
        .await
        .map_err(|trouble| Problem::of(&trouble, &app.desk))?;
    Ok(pdf_response(&name, pdf))
}

async fn list(
    app: &AppState,
    channel: &ChannelActor,
    reference: &str,
) -> Result<PaperList, Problem> {
    match app.desk.channel_papers(channel, reference).await {
        Ok(papers) => Ok(PaperList::from(&papers)),
        Err(trouble) => Err(Problem::of(&trouble, &app.desk)),
    }
}

/// Which paper it is, and which photo it replaces.
fn parsed(upload: &Upload) -> Result<(PaperKind, Option<Uuid>), Problem> {
    let mut errors = FieldErrors::new();
    let kind = PaperKind::parse(&upload.kind);
    if kind.is_none() {
        let code = if upload.kind.is_empty() {
            "missing"
        } else {
            "unknown"
        };
        errors.push(FieldError::new(
            "kind",
            code,
            "บอกว่าเป็นเอกสารอะไร",
            "Say which paper it is",
        ));
    }
    let replaces = upload.replaces.as_deref().map(Uuid::try_parse).transpose();
    if replaces.is_err() {
        errors.push(FieldError::new(
            "replaces",
            "unknown",
            "ไม่พบเอกสารที่จะแทน",
            "There is no such paper to replace",
        ));
    }
    match (kind, replaces) {
        (Some(kind), Ok(replaces)) => Ok((kind, replaces)),
        _ => Err(Problem::invalid(&errors)),
    }
}

/// A body that is too long, or that did not arrive.
fn broken(error: &axum::Error) -> StatusCode {
    let too_long = std::error::Error::source(error)
        .is_some_and(|source| source.to_string().contains("length limit"));
    if too_long {
        StatusCode::PAYLOAD_TOO_LARGE
    } else {
        StatusCode::BAD_REQUEST
    }
}
