//! RFC 9457: what went wrong, for programs by `code` and for people in both languages.
use super::schema::{ApiWish, ErrorItem, ProblemBody};
use crate::chain::chain;
use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use desk::{Conflict, Desk, Trouble};
use domain::form::{FieldErrors, Text};
use domain::request::Refusal;

/// How long to wait for a database that is down for a moment.
const STORE_PAUSE_SECONDS: u64 = 5;

/// A failure, ready to be answered.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    body: Box<ProblemBody>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &str, detail: Text) -> Self {
        let body = ProblemBody {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: detail.en,
            detail_th: detail.th,
            ..ProblemBody::default()
        };
        Self {
            status,
            body: Box::new(body),
        }
    }

    /// A failure that only its status describes.
    pub fn of_status(status: StatusCode) -> Self {
        let (code, th, en) = match status {
            StatusCode::NOT_FOUND => (
                "not_found",
                "ไม่พบสิ่งที่ขอ",
                "There is nothing at this address.",
            ),
            StatusCode::METHOD_NOT_ALLOWED => (
                "method_not_allowed",
                "ที่อยู่นี้ไม่รับวิธีเรียกนี้ ดูส่วนหัว Allow",
                "This address does not take this method; see the Allow header.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => (
                "too_large",
                "ข้อมูลที่ส่งมีขนาดใหญ่เกินไป",
                "The body is too large.",
            ),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => (
                "unsupported_media_type",
                "ส่งเป็น application/json",
                "Send application/json.",
            ),
            StatusCode::FORBIDDEN => ("forbidden", "ไม่อนุญาต", "Not allowed."),
            StatusCode::SERVICE_UNAVAILABLE => (
                "unavailable",
                "ระบบไม่พร้อมชั่วคราว โปรดส่งอีกครั้งด้วยคีย์เดิม",
                "The service is not available for a moment; send again with the same key.",
            ),
            status if status.is_client_error() => (
                "bad_request",
                "คำขอไม่ถูกต้อง",
                "The request could not be read.",
            ),
            _ => (
                "internal",
                "ระบบขัดข้อง โปรดส่งอีกครั้งด้วยคีย์เดิม",
                "Something failed here; send again with the same key.",
            ),
        };
        let problem = Self::new(status, code, Text::new(th, en));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            problem.retry_after(STORE_PAUSE_SECONDS)
        } else {
            problem
        }
    }

    /// Everything wrong with the input. The code is the errors' own where they share one.
    pub fn invalid(errors: &FieldErrors) -> Self {
        let mut codes = errors.iter().map(|error| error.code);
        let first = codes.next().unwrap_or("invalid");
        let code = if codes.all(|code| code == first) {
            first
        } else {
            "invalid"
        };
        let detail = Text::new(
            "ข้อมูลบางช่องไม่ถูกต้อง ดู errors",
            "Some values are not right; see errors.",
        );
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail);
        problem.body.errors = Some(
            errors
                .iter()
                .map(|error| ErrorItem {
                    pointer: if error.field.is_empty() {
                        String::new()
                    } else {
                        error.pointer()
                    },
                    code: error.code.to_owned(),
                    detail_th: error.text.th.clone(),
                    detail_en: error.text.en.clone(),
                })
                .collect(),
        );
        problem
    }

    /// The answer to what a use case refused. Failures of ours are logged here, once, with their chain.
    pub fn of(trouble: &Trouble, desk: &Desk) -> Self {
        match trouble {
            Trouble::Invalid(errors) => Self::invalid(errors),
            Trouble::SlotTaken {
                conflicts,
                alternatives,
            } => {
                let detail = Text::new(
                    "วันเวลาที่ขอมีผู้จองแล้ว ดู alternatives",
                    "A place that was asked for is taken; see alternatives.",
                );
                let mut problem = Self::new(StatusCode::CONFLICT, "slot_taken", detail);
                problem.body.conflicts = Some(
                    conflicts
                        .iter()
                        .map(|conflict| conflict_word(*conflict).to_owned())
                        .collect(),
                );
                problem.body.alternatives = Some(alternatives.iter().map(ApiWish::from).collect());
                problem
            }
            Trouble::DeceasedHasCase => {
                let rules = desk.rules();
                let phone = &rules.settings().duty.phone;
                Self::new(
                    StatusCode::CONFLICT,
                    "deceased_has_case",
                    Text::new(
                        format!("มีคำขอสำหรับผู้เสียชีวิตรายนี้อยู่แล้ว โปรดโทร {phone}"),
                        format!("There is a request for this person already. Please call {phone}."),
                    ),
                )
            }
            Trouble::DecidedFirst { .. } => Self::new(
                StatusCode::CONFLICT,
                "decided_first",
                Text::new(
                    "สถานะของคำขอเปลี่ยนไปแล้ว",
                    "The request has changed meanwhile.",
                ),
            ),
            Trouble::Refused(refusal) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                match refusal {
                    Refusal::PastCutOff => "past_cut_off",
                    Refusal::Frozen => "frozen",
                    Refusal::WrongState => "wrong_state",
                    _ => "refused",
                },
                Text::new(refusal.th(), format!("Refused: {refusal}.")),
            ),
            Trouble::RateLimited {
                retry_after_seconds,
            } => Self::too_many(*retry_after_seconds),
            Trouble::TooManyUnverified => Self::too_many(3600),
            Trouble::NotFound | Trouble::OtherService => Self::new(
                StatusCode::NOT_FOUND,
                "not_found",
                Text::new(
                    "ไม่พบคำขอที่ตรงกับหมายเลขและเบอร์โทรศัพท์นี้",
                    "No request has this number and phone.",
                ),
            ),
            Trouble::NotAllowed => Self::of_status(StatusCode::FORBIDDEN),
            Trouble::SignInRequired => Self::unauthorized(),
            Trouble::IdempotencyKeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                Text::new(
                    "คีย์นี้ใช้กับข้อมูลอื่นไปแล้ว",
                    "This Idempotency-Key was used with another body.",
                ),
            ),
            Trouble::NoMoreExtensions => Self::new(
                StatusCode::CONFLICT,
                "no_more_extensions",
                Text::new("ขยายเวลาไม่ได้อีก", "The hold cannot be extended any more."),
            ),
            Trouble::Store(error) => {
                tracing::error!(error = %chain(error), "the database failed");
                Self::of_status(StatusCode::SERVICE_UNAVAILABLE)
            }
            Trouble::Vault(error) => {
                tracing::error!(error = %chain(error), "a file could not be kept or read");
                Self::of_status(StatusCode::SERVICE_UNAVAILABLE)
            }
            Trouble::Workshop(error) => {
                tracing::error!(%error, "the worker did not do its work");
                Self::of_status(StatusCode::SERVICE_UNAVAILABLE)
            }
            Trouble::Internal(error) => {
                tracing::error!(%error, "a use case failed");
                Self::of_status(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    pub fn unauthorized() -> Self {
        let detail = Text::new(
            "ต้องใช้โทเคนของช่องทาง",
            "A channel's token is needed: Authorization: Bearer …",
        );
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    fn too_many(seconds: u64) -> Self {
        let detail = Text::new(
            "ส่งถี่เกินไป โปรดรอ",
            "Too many requests; wait as Retry-After says.",
        );
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail).retry_after(seconds)
    }

    fn retry_after(mut self, seconds: u64) -> Self {
        self.body.retry_after = Some(seconds.max(1));
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let retry_after = self.body.retry_after;
        let mut response = (self.status, Json(self.body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

fn conflict_word(conflict: Conflict) -> &'static str {
    match conflict {
        Conflict::Cremation => "cremation",
        Conflict::Pavilion => "pavilion",
        Conflict::Ash => "ash",
    }
}
