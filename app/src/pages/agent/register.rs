//! Registering: who helps families, and with which phone and password. The office answers.
use crate::components::{Choice, FormView, Kind, Question, Radios, TextField, Width};
use crate::http::{Visit, see_other};
use crate::pages::answers::Answers;
use crate::pages::frame::private_page;
use crate::pages::trouble::{self, Calm};
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use domain::agent::{OrganisationKind, Registration};
use domain::form::{FieldErrors, RawFields};
use leptos::prelude::*;

/// `GET /agent/register`
pub(super) async fn page(visit: Visit) -> Response {
    form(&visit, StatusCode::OK, RawFields::new(), FieldErrors::new())
}

/// `POST /agent/register`
pub(super) async fn submit(visit: Visit, answers: Answers) -> Response {
    let mut typed = answers.only(&Registration::FIELDS);
    typed.insert("password".to_owned(), answers.value("password").to_owned());
    match visit.desk().register_agent(&typed, &visit.address).await {
        Ok(()) => see_other(&visit.href("/agent/registered")),
        Err(Trouble::Invalid(errors)) => {
            form(&visit, StatusCode::UNPROCESSABLE_ENTITY, typed, errors)
        }
        Err(trouble) => trouble::page(&visit, &trouble),
    }
}

/// `GET /agent/registered`
pub(super) async fn registered(visit: Visit) -> Response {
    let lang = visit.lang;
    Calm::new(
        lang,
        StatusCode::OK,
        lang.t("ส่งการลงทะเบียนแล้ว", "The registration has been sent"),
    )
    .line(lang.t(
        "เจ้าหน้าที่จะโทรหาท่านตามเบอร์ที่ให้ไว้ก่อนอนุมัติ เมื่ออนุมัติแล้วเข้าสู่ระบบได้ด้วยเบอร์โทรและรหัสผ่านที่ตั้งไว้",
        "An officer calls the number you gave before approving it. Then sign in with that number and your password.",
    ))
    .line(lang.t(
        "ถ้าเบอร์นี้ลงทะเบียนไว้แล้ว บัญชีเดิมยังใช้ได้เหมือนเดิม",
        "If the number was registered before, that account stays as it is.",
    ))
    .way("/agent/sign-in", lang.t("ไปหน้าเข้าสู่ระบบ", "To the sign-in page"))
    .answer(&visit)
}

fn form(visit: &Visit, status: StatusCode, typed: RawFields, errors: FieldErrors) -> Response {
    let lang = visit.lang;
    let form = FormView::new(lang, typed, errors);
    private_page(visit, status, |ctx| {
        let kinds = OrganisationKind::ALL
            .map(|kind| Choice::new(kind.code(), kind.label().get(lang)))
            .into();
        let has_account = view! { <p><a href=visit.href("/agent/sign-in")>{lang.t("มีบัญชีแล้ว เข้าสู่ระบบ", "I have an account: sign in")}</a></p> };
        view! {
            <Question
                ctx
                form=&form
                title=lang.t("ลงทะเบียนผู้ดำเนินการแทนครอบครัว", "Register to act for families")
                submit=lang.t("ส่งการลงทะเบียน", "Send the registration")
                intro=lang.t(
                    "สำหรับผู้จัดงานศพ วัด โรงพยาบาล และ อสม. ครอบครัวเห็นทุกอย่างที่ท่านทำ และถอนอำนาจได้ทุกเมื่อ",
                    "For funeral directors, temples, hospitals and health volunteers. Families see everything you do and can stop you at any time.",
                )
                back=visit.href("/crematorium")
                after=has_account.into_any()
            >
                <Radios form=&form field="agent.kind" legend=lang.t("ท่านดำเนินการในฐานะใด", "What are you?") options=kinds/>
                <TextField form=&form field="agent.organisation" label=lang.t("ชื่อหน่วยงาน วัด ร้าน หรือชุมชน", "Name of the organisation, temple or community") kind=Kind::Word/>
                <TextField form=&form field="agent.licence" label=lang.t("เลขทะเบียนหรือเลขใบอนุญาต", "Registration or licence number") kind=Kind::Word width=Width::Long optional=true/>
                <TextField form=&form field="agent.name" label=lang.t("ชื่อและนามสกุลของท่าน", "Your name") kind=Kind::OwnName/>
                <TextField form=&form field="agent.phone" label=lang.t("เบอร์โทรของท่าน", "Your phone") hint=lang.t("ใช้เข้าสู่ระบบ และเจ้าหน้าที่จะโทรยืนยันที่เบอร์นี้", "You sign in with it, and an officer calls it.") kind=Kind::OwnPhone width=Width::Long/>
                <TextField form=&form field="password" label=lang.t("ตั้งรหัสผ่าน", "Choose a password") hint=lang.t("อย่างน้อย 10 ตัวอักษร ใช้หลายคำต่อกันจำง่ายและปลอดภัย", "At least 10 characters. Several words together are easy to remember and safe.") kind=Kind::NewPassword width=Width::Long/>
            </Question>
        }
    })
}
