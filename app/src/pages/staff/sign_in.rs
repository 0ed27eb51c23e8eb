//! Signing in: user name and password, then a code; and signing out.
use super::fields::Field;
use crate::components::{Button, ButtonKind, FormView, Kind, Question, TextField, Width};
use crate::http::{Visit, private, see_other, see_other_with};
use crate::pages::answers::Answers;
use crate::pages::sign_in::{code_error, too_many};
use crate::pages::trouble;
use crate::render::render;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use domain::form::{FieldError, FieldErrors, RawFields, raw};
use leptos::prelude::*;

/// The name of the session's cookie, which `Visit::staff_token` reads.
const COOKIE: &str = "staff";
/// Twelve hours: one long shift. The desk has limits of its own, absolute and idle.
const COOKIE_SECONDS: u32 = 12 * 60 * 60;

/// `GET /staff/sign-in`
pub(super) async fn page(visit: Visit) -> Response {
    password_page(&visit, StatusCode::OK, RawFields::new(), FieldErrors::new())
}

/// `POST /staff/sign-in`
pub(super) async fn submit(visit: Visit, answers: Answers) -> Response {
    let typed = answers.all();
    let errors = missing(&typed);
    if !errors.is_empty() {
        return password_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, typed, errors);
    }
    let (username, password) = (raw(&typed, "username").trim(), raw(&typed, "password"));
    match visit
        .desk()
        .sign_in(username, password, &visit.address)
        .await
    {
        Ok(signed_in) => {
            let cookie = visit.set_cookie(COOKIE, &signed_in.token, COOKIE_SECONDS);
            see_other_with(&visit.href("/staff/sign-in/code"), &[cookie])
        }
        Err(Trouble::NotAllowed | Trouble::NotFound | Trouble::SignInRequired) => password_page(
            &visit,
            StatusCode::UNPROCESSABLE_ENTITY,
            typed,
            wrong_pair(),
        ),
        Err(Trouble::RateLimited {
            retry_after_seconds,
        }) => {
            let errors = too_many(&visit, "username", retry_after_seconds);
            password_page(&visit, StatusCode::TOO_MANY_REQUESTS, typed, errors)
        }
        Err(other) => trouble::page(&visit, &other),
    }
}

/// `GET /staff/sign-in/code`
pub(super) async fn code_page(visit: Visit) -> Response {
    if visit.staff_token().is_none() {
        return see_other(&visit.href("/staff/sign-in"));
    }
    second_page(&visit, StatusCode::OK, FieldErrors::new())
}

/// `POST /staff/sign-in/code`
pub(super) async fn submit_code(visit: Visit, answers: Answers) -> Response {
    let Some(token) = visit.staff_token() else {
        return see_other(&visit.href("/staff/sign-in"));
    };
    let typed = answers.all();
    let code = raw(&typed, "code").trim();
    if code.is_empty() {
        return second_page(
            &visit,
            StatusCode::UNPROCESSABLE_ENTITY,
            code_error("missing"),
        );
    }
    match visit.desk().sign_in_code(&token, code).await {
        Ok(token) => see_other_with(
            &visit.href("/staff"),
            &[visit.set_cookie(COOKIE, &token, COOKIE_SECONDS)],
        ),
        Err(Trouble::NotAllowed | Trouble::NotFound) => second_page(
            &visit,
            StatusCode::UNPROCESSABLE_ENTITY,
            code_error("wrong"),
        ),
        Err(Trouble::SignInRequired) => see_other_with(
            &visit.href("/staff/sign-in"),
            &[visit.set_cookie(COOKIE, "", 0)],
        ),
        Err(Trouble::RateLimited {
            retry_after_seconds,
        }) => {
            let errors = too_many(&visit, "code", retry_after_seconds);
            second_page(&visit, StatusCode::TOO_MANY_REQUESTS, errors)
        }
        Err(other) => trouble::page(&visit, &other),
    }
}

/// `POST /staff/sign-out`
pub(super) async fn sign_out(visit: Visit) -> Response {
    if let Some(token) = visit.staff_token()
        && let Err(failure) = visit.desk().sign_out(&token).await
    {
        return trouble::page(&visit, &failure);
    }
    see_other_with(
        &visit.href("/staff/sign-in"),
        &[visit.set_cookie(COOKIE, "", 0)],
    )
}

/// `GET /staff/sign-out`: a reload or a language link; nothing is changed by a GET.
pub(super) async fn to_the_day(visit: Visit) -> Response {
    see_other(&visit.href("/staff"))
}

fn missing(typed: &RawFields) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if raw(typed, "username").trim().is_empty() {
        errors.push(FieldError::new(
            "username",
            "missing",
            "กรอกชื่อผู้ใช้",
            "Enter your user name",
        ));
    }
    if raw(typed, "password").is_empty() {
        errors.push(FieldError::new(
            "password",
            "missing",
            "กรอกรหัสผ่าน",
            "Enter your password",
        ));
    }
    errors
}

/// One sentence for a wrong name and a wrong password: nobody learns which names exist.
fn wrong_pair() -> FieldErrors {
    FieldErrors::one(FieldError::new(
        "username",
        "wrong",
        "ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง",
        "The user name or the password is wrong",
    ))
}

fn password_page(
    visit: &Visit,
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
) -> Response {
    let lang = visit.lang;
    let ctx = visit.context();
    let form = FormView::new(lang, typed, errors);
    let html = render(&ctx.nonce.clone(), move || {
        view! {
            <Question ctx form=&form title=lang.t("เข้าสู่ระบบเจ้าหน้าที่", "Staff sign-in") submit=lang.t("เข้าสู่ระบบ", "Sign in")>
                <TextField form=&form field="username" label=lang.t("ชื่อผู้ใช้", "User name") kind=Kind::Username width=Width::Long/>
                <TextField form=&form field="password" label=lang.t("รหัสผ่าน", "Password") kind=Kind::Password width=Width::Long/>
            </Question>
        }
    });
    private(status, html)
}

fn second_page(visit: &Visit, status: StatusCode, errors: FieldErrors) -> Response {
    let lang = visit.lang;
    let ctx = visit.context();
    let form = FormView::new(lang, RawFields::new(), errors);
    let back = visit.href("/staff/sign-in");
    let recovery = recovery_form(visit, &form);
    let html = render(&ctx.nonce.clone(), move || {
        view! {
            <Question ctx form=&form back after=recovery title=lang.t("ยืนยันตัวตนอีกขั้น", "Confirm that it is you") submit=lang.t("ยืนยัน", "Confirm")>
                <TextField form=&form field="code" label=lang.t("รหัสจากแอปยืนยันตัวตน", "Code from your authenticator app")
                    hint=lang.t("ตัวเลข 6 หลัก", "Six digits") kind=Kind::OneTimeCode width=Width::Medium/>
            </Question>
        }
    });
    private(status, html)
}

/// Recovery codes have letters: they get a field whose keyboard has them too.
fn recovery_form(visit: &Visit, form: &FormView) -> AnyView {
    let lang = visit.lang;
    let label = lang.t("รหัสสำรองที่พิมพ์ไว้", "Printed recovery code");
    let field = Field::new(form, "recovery", "code", label)
        .hint(lang.t("แต่ละรหัสใช้ได้ครั้งเดียว", "Each works once."));
    view! {
        <details>
            <summary>{lang.t("ไม่มีโทรศัพท์อยู่กับตัว", "Without your phone")}</summary>
            <form method="post" action=visit.href("/staff/sign-in/code") novalidate>
                {field.line()}
                <Button label=lang.t("ใช้รหัสสำรอง", "Use a recovery code") kind=ButtonKind::Secondary/>
            </form>
        </details>
    }
    .into_any()
}
