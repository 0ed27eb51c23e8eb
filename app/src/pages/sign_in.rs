//! What the sign-in pages of staff and of agents say alike.
use crate::http::Visit;
use domain::form::{FieldError, FieldErrors};
use domain::thai_date as date;
use std::time::Duration;

/// Nothing typed, or not a code of now.
pub(super) fn code_error(code: &'static str) -> FieldErrors {
    let (th, en) = if code == "missing" {
        (
            "กรอกรหัส 6 หลัก หรือรหัสสำรอง",
            "Enter the 6-digit code, or a recovery code",
        )
    } else {
        (
            "รหัสไม่ถูกต้อง หรือใช้ไปแล้ว โปรดใช้รหัสใหม่",
            "The code is wrong or was used already. Use a new one.",
        )
    };
    FieldErrors::one(FieldError::new("code", code, th, en))
}

/// The clock time after which trying makes sense again, rounded up to a minute.
pub(super) fn too_many(visit: &Visit, field: &str, seconds: u64) -> FieldErrors {
    let again = visit.desk().now() + Duration::from_secs(seconds.saturating_add(59));
    FieldErrors::one(FieldError::new(
        field,
        "rate_limited",
        format!("ลองหลายครั้งเกินไป ลองใหม่ได้เวลา {}", date::clock_th(again)),
        format!("Too many attempts. Try again at {}", date::clock_en(again)),
    ))
}
