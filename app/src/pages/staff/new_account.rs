//! A new account's secrets, shown once: to be printed and handed to the person.
use super::frame::{Office, Page, Place};
use super::words;
use crate::components::{ButtonKind, ButtonLink, Notice, NoticeKind, SummaryList, SummaryRow};
use crate::qr;
use axum::response::Response;
use desk::staff::{Enrolled, NewStaff};
use leptos::prelude::*;

/// The page that answers adding an account.
pub(super) async fn page(office: &Office, new: NewStaff, made: Enrolled) -> desk::Result<Response> {
    let lang = office.lang();
    let title = lang.t("เพิ่มบัญชีแล้ว", "Account added");
    let roles = new
        .roles
        .iter()
        .map(|role| words::role(lang, *role))
        .collect::<Vec<_>>()
        .join(", ");
    let who = format!("{} · {roles}", new.name);
    let rows = vec![
        SummaryRow::new(lang.t("ชื่อผู้ใช้", "User name"), made.username.clone()),
        SummaryRow::view(
            lang.t("รหัสผ่าน", "Password"),
            view! { <code>{made.password.clone()}</code> },
        ),
        SummaryRow::view(
            lang.t("กุญแจของแอปยืนยันตัวตน", "Authenticator key"),
            view! { <code>{made.totp_secret.clone()}</code> },
        ),
    ];
    let picture = qr::svg(&made.otpauth);
    let codes = made.recovery_codes;
    let once = lang.t(
        "หน้านี้แสดงครั้งเดียว ระบบไม่เก็บรหัสเหล่านี้ไว้ให้เปิดดูอีก โปรดพิมพ์แล้วมอบให้เจ้าตัว",
        "This page is shown once: the system keeps none of these to be read again. Print it and hand it to the person.",
    );
    let back = office.href("/staff/accounts");
    office
        .page(Page::new(Place::Accounts, title), move || {
            view! {
                <h1>{title}</h1>
                <p class="sub">{who}</p>
                <Notice kind=NoticeKind::Hold><p>{once}</p></Notice>
                <SummaryList lang rows/>
                {picture.map(|picture| view! {
                    <h2>{lang.t("สแกนด้วยแอปยืนยันตัวตน", "Scan with the authenticator app")}</h2>
                    <div class="qr" role="img" aria-label=lang.t("คิวอาร์โค้ดของแอปยืนยันตัวตน", "QR code for the authenticator app") inner_html=picture></div>
                })}
                <h2>{lang.t("รหัสสำรอง ใช้ได้รหัสละครั้ง", "Recovery codes, each works once")}</h2>
                <ul class="codes">{codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view()}</ul>
                <p class="no-print"><ButtonLink href=back label=lang.t("พิมพ์แล้ว กลับไปที่บัญชีผู้ใช้", "Printed: back to accounts") kind=ButtonKind::Secondary/></p>
            }
            .into_any()
        })
        .await
}
