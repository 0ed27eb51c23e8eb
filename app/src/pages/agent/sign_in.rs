//! Signing in: phone and password, then a code; the first time, the app that gives codes is set up.
use crate::components::{
    ButtonLink, FormView, Kind, Notice, NoticeKind, Question, TextField, Width,
};
use crate::http::{Visit, see_other, see_other_with};
use crate::pages::answers::Answers;
use crate::pages::frame::private_page;
use crate::pages::sign_in::{code_error, too_many};
use crate::pages::trouble::{self, Calm};
use crate::qr;
use crate::shell::Document;
use crate::words;
use axum::http::{HeaderValue, StatusCode, header::SET_COOKIE};
use axum::response::Response;
use desk::Trouble;
use desk::account::SignedIn;
use desk::agent::{AgentSignIn, Enrolment};
use domain::form::{FieldError, FieldErrors, RawFields, raw};
use leptos::prelude::*;

/// The name of the session's cookie, which `Visit::agent_token` reads.
const COOKIE: &str = "agent";
/// The desk has limits of its own, absolute and idle.
const COOKIE_SECONDS: u32 = 12 * 60 * 60;

/// `GET /agent/sign-in`
pub(super) async fn page(visit: Visit) -> Response {
    password_page(&visit, StatusCode::OK, RawFields::new(), FieldErrors::new())
}

/// `POST /agent/sign-in`
pub(super) async fn submit(visit: Visit, answers: Answers) -> Response {
    let typed = answers.only(&["phone", "password"]);
    let errors = missing(&typed);
    if !errors.is_empty() {
        return password_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, typed, errors);
    }
    let signed_in = visit
        .desk()
        .agent_sign_in(
            raw(&typed, "phone"),
            raw(&typed, "password"),
            &visit.address,
        )
        .await;
    match signed_in {
        Ok(AgentSignIn::Code(half)) => half_way(&visit, &half, "/agent/sign-in/code"),
        Ok(AgentSignIn::Enrol(half)) => half_way(&visit, &half, "/agent/sign-in/enrol"),
        Ok(AgentSignIn::Waiting) => waiting(&visit),
        Ok(AgentSignIn::Shut { reason }) => shut(&visit, &reason),
        Err(Trouble::NotAllowed) => password_page(
            &visit,
            StatusCode::UNPROCESSABLE_ENTITY,
            typed,
            FieldErrors::one(FieldError::new(
                "phone",
                "wrong",
                "เบอร์โทรหรือรหัสผ่านไม่ถูกต้อง",
                "The phone or the password is wrong",
            )),
        ),
        Err(Trouble::RateLimited {
            retry_after_seconds,
        }) => {
            let errors = too_many(&visit, "phone", retry_after_seconds);
            password_page(&visit, StatusCode::TOO_MANY_REQUESTS, typed, errors)
        }
        Err(other) => trouble::page(&visit, &other),
    }
}

fn half_way(visit: &Visit, half: &SignedIn, path: &str) -> Response {
    let cookie = visit.set_cookie(COOKIE, &half.token, COOKIE_SECONDS);
    see_other_with(&visit.href(path), &[cookie])
}

fn waiting(visit: &Visit) -> Response {
    let lang = visit.lang;
    Calm::new(
        lang,
        StatusCode::FORBIDDEN,
        lang.t("บัญชีนี้รออนุมัติ", "This account waits for approval"),
    )
    .line(lang.t(
        "เจ้าหน้าที่จะโทรหาท่านก่อนอนุมัติ ระหว่างนี้ขอใช้ฌาปนสถานแทนครอบครัวทางโทรศัพท์ได้",
        "An officer calls you before approving it. Until then, requests can be made by telephone.",
    ))
    .answer(visit)
}

fn shut(visit: &Visit, reason: &str) -> Response {
    let lang = visit.lang;
    Calm::new(
        lang,
        StatusCode::FORBIDDEN,
        lang.t("บัญชีนี้ใช้งานไม่ได้", "This account cannot be used"),
    )
    .line(lang.t(format!("เหตุผล: {reason}"), format!("Reason: {reason}")))
    .answer(visit)
}

/// `GET /agent/sign-in/code`
pub(super) async fn code_page(visit: Visit) -> Response {
    if visit.agent_token().is_none() {
        return see_other(&visit.href("/agent/sign-in"));
    }
    second_page(&visit, StatusCode::OK, FieldErrors::new())
}

/// `POST /agent/sign-in/code`
pub(super) async fn submit_code(visit: Visit, answers: Answers) -> Response {
    match passed(&visit, &answers).await {
        Passed::Yes { cookie, .. } => see_other_with(&visit.href("/agent"), &[cookie]),
        Passed::Wrong(status, errors) => second_page(&visit, status, errors),
        Passed::Answered(response) => response,
    }
}

/// `GET /agent/sign-in/enrol`: the secret for the app, after the password and until the first code.
pub(super) async fn enrol_page(visit: Visit) -> Response {
    enrolling(&visit, StatusCode::OK, FieldErrors::new()).await
}

/// `POST /agent/sign-in/enrol`: the first code. The answer shows the recovery codes, once.
pub(super) async fn submit_enrolment(visit: Visit, answers: Answers) -> Response {
    match passed(&visit, &answers).await {
        Passed::Yes {
            cookie,
            recovery: Some(codes),
        } => recovery_codes(&visit, &cookie, codes),
        Passed::Yes { cookie, .. } => see_other_with(&visit.href("/agent"), &[cookie]),
        Passed::Wrong(status, errors) => enrolling(&visit, status, errors).await,
        Passed::Answered(response) => response,
    }
}

/// What became of a code.
enum Passed {
    Yes {
        cookie: String,
        recovery: Option<Vec<String>>,
    },
    Wrong(StatusCode, FieldErrors),
    Answered(Response),
}

async fn passed(visit: &Visit, answers: &Answers) -> Passed {
    let Some(token) = visit.agent_token() else {
        return Passed::Answered(see_other(&visit.href("/agent/sign-in")));
    };
    let code = answers.value("code").trim();
    if code.is_empty() {
        return Passed::Wrong(StatusCode::UNPROCESSABLE_ENTITY, code_error("missing"));
    }
    match visit.desk().agent_sign_in_code(&token, code).await {
        Ok((token, recovery)) => Passed::Yes {
            cookie: keep_session(visit, &token),
            recovery,
        },
        Err(Trouble::NotAllowed) => {
            Passed::Wrong(StatusCode::UNPROCESSABLE_ENTITY, code_error("wrong"))
        }
        Err(Trouble::SignInRequired) => Passed::Answered(leave(visit)),
        Err(Trouble::RateLimited {
            retry_after_seconds,
        }) => Passed::Wrong(
            StatusCode::TOO_MANY_REQUESTS,
            too_many(visit, "code", retry_after_seconds),
        ),
        Err(other) => Passed::Answered(trouble::page(visit, &other)),
    }
}

/// `POST /agent/sign-out`
pub(super) async fn sign_out(visit: Visit) -> Response {
    if let Some(token) = visit.agent_token()
        && let Err(failure) = visit.desk().sign_out(&token).await
    {
        return trouble::page(&visit, &failure);
    }
    leave(&visit)
}

/// The cookie of a session under its new token.
pub(super) fn keep_session(visit: &Visit, token: &str) -> String {
    visit.set_cookie(COOKIE, token, COOKIE_SECONDS)
}

/// To the sign-in page, without a session.
pub(super) fn leave(visit: &Visit) -> Response {
    see_other_with(
        &visit.href("/agent/sign-in"),
        &[visit.set_cookie(COOKIE, "", 0)],
    )
}

/// `GET /agent/sign-out`: a reload or a language link; nothing is changed by a GET.
pub(super) async fn to_the_cases(visit: Visit) -> Response {
    see_other(&visit.href("/agent"))
}

fn missing(typed: &RawFields) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if raw(typed, "phone").trim().is_empty() {
        errors.push(FieldError::new(
            "phone",
            "missing",
            "กรอกเบอร์โทรที่ลงทะเบียนไว้",
            "Enter the phone you registered",
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

fn password_page(
    visit: &Visit,
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
) -> Response {
    let lang = visit.lang;
    let form = FormView::new(lang, typed, errors);
    private_page(visit, status, |ctx| {
        let forgotten = words::call(
            lang,
            lang.t(
                "ลืมรหัสผ่านหรือเปลี่ยนโทรศัพท์ โทรให้เจ้าหน้าที่ตั้งใหม่",
                "Forgotten the password, or a new phone: call, and an officer sets it anew,",
            ),
            &visit.desk().rules().municipality.office,
        );
        let register = view! {
            <p><a href=visit.href("/agent/register")>{lang.t("ยังไม่มีบัญชี ลงทะเบียน", "No account yet: register")}</a></p>
            {forgotten}
        };
        view! {
            <Question
                ctx
                form=&form
                title=lang.t("เข้าสู่ระบบผู้ดำเนินการแทน", "Sign in to act for families")
                submit=lang.t("เข้าสู่ระบบ", "Sign in")
                back=visit.href("/crematorium")
                after=register.into_any()
            >
                <TextField form=&form field="phone" label=lang.t("เบอร์โทร", "Phone") kind=Kind::OwnPhone width=Width::Long/>
                <TextField form=&form field="password" label=lang.t("รหัสผ่าน", "Password") kind=Kind::Password width=Width::Long/>
            </Question>
        }
    })
}

fn second_page(visit: &Visit, status: StatusCode, errors: FieldErrors) -> Response {
    let lang = visit.lang;
    let form = FormView::new(lang, RawFields::new(), errors);
    private_page(visit, status, |ctx| {
        view! {
            <Question
                ctx
                form=&form
                title=lang.t("ยืนยันตัวตนอีกขั้น", "Confirm that it is you")
                submit=lang.t("ยืนยัน", "Confirm")
                back=visit.href("/agent/sign-in")
            >
                // Recovery codes have letters: a keyboard of digits alone would keep them out.
                <TextField form=&form field="code" label=lang.t("รหัสจากแอปยืนยันตัวตน หรือรหัสสำรอง", "Code from your app, or a recovery code")
                    hint=lang.t("ตัวเลข 6 หลัก หรือรหัสสำรองที่จดไว้", "Six digits, or a recovery code you kept") kind=Kind::Username width=Width::Long/>
            </Question>
        }
    })
}

async fn enrolling(visit: &Visit, status: StatusCode, errors: FieldErrors) -> Response {
    let Some(token) = visit.agent_token() else {
        return see_other(&visit.href("/agent/sign-in"));
    };
    match visit.desk().agent_enrolment(&token).await {
        Ok(enrolment) => enrolment_page(visit, status, errors, enrolment),
        Err(Trouble::NotFound) => see_other(&visit.href("/agent/sign-in/code")),
        Err(Trouble::SignInRequired) => see_other(&visit.href("/agent/sign-in")),
        Err(other) => trouble::page(visit, &other),
    }
}

fn enrolment_page(
    visit: &Visit,
    status: StatusCode,
    errors: FieldErrors,
    enrolment: Enrolment,
) -> Response {
    let lang = visit.lang;
    let form = FormView::new(lang, RawFields::new(), errors);
    let picture = qr::svg(&enrolment.otpauth).map(|qr| {
        view! { <div class="qr" role="img" aria-label=lang.t("คิวอาร์โค้ดของแอปยืนยันตัวตน", "QR code for the authenticator app") inner_html=qr></div> }
    });
    let secret = in_fours(&enrolment.secret);
    private_page(visit, status, |ctx| {
        let before = view! {
            <ol>
                <li>{lang.t("ติดตั้งแอปยืนยันตัวตนในโทรศัพท์ เช่น Google Authenticator หรือ Microsoft Authenticator", "Install an authenticator app on your phone, such as Google Authenticator or Microsoft Authenticator.")}</li>
                <li>{lang.t("สแกนคิวอาร์โค้ดนี้ หรือพิมพ์กุญแจ", "Scan this code, or type the key.")}</li>
                <li>{lang.t("กรอกตัวเลข 6 หลักที่แอปแสดง", "Enter the six digits that the app shows.")}</li>
            </ol>
            {picture}
            <p>{lang.t("กุญแจ ", "Key ")}<code>{secret}</code></p>
        };
        view! {
            <Question
                ctx
                form=&form
                title=lang.t("ตั้งค่าการยืนยันตัวตนอีกขั้น", "Set up the second step of signing in")
                submit=lang.t("ยืนยันและเข้าสู่ระบบ", "Confirm and sign in")
                back=visit.href("/agent/sign-in")
                heading_inside=true
            >
                <h1>{lang.t("ตั้งค่าการยืนยันตัวตนอีกขั้น", "Set up the second step of signing in")}</h1>
                {before}
                <TextField form=&form field="code" label=lang.t("ตัวเลข 6 หลักจากแอป", "Six digits from the app") kind=Kind::OneTimeCode width=Width::Medium/>
            </Question>
        }
    })
}

fn recovery_codes(visit: &Visit, cookie: &str, codes: Vec<String>) -> Response {
    let lang = visit.lang;
    let mut response = private_page(visit, StatusCode::OK, |ctx| {
        let title = lang.t("รหัสสำรองของท่าน", "Your recovery codes");
        let on = visit.href("/agent");
        view! {
            <Document ctx title private=true>
                <h1>{title}</h1>
                <Notice kind=NoticeKind::Hold><p>{lang.t(
                    "หน้านี้แสดงครั้งเดียว โปรดจดหรือพิมพ์เก็บไว้ ใช้เมื่อโทรศัพท์ไม่อยู่กับตัว แต่ละรหัสใช้ได้ครั้งเดียว",
                    "Shown once: write them down or print them. Use one when your phone is not at hand; each works once.",
                )}</p></Notice>
                <ul class="codes">{codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view()}</ul>
                <p><ButtonLink href=on label=lang.t("เก็บแล้ว ไปต่อ", "I have kept them: continue")/></p>
            </Document>
        }
    });
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// "ABCD EFGH": easier to type.
fn in_fours(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters
        .chunks(4)
        .map(|four| four.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join(" ")
}
