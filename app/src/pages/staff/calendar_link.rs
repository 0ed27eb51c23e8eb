//! The link that a member of staff's calendar program reads: made, renewed, revoked. Its secret is shown once.
use super::frame::{Clerk, Office, Page, Place};
use crate::components::{Button, ButtonKind, Notice, NoticeKind};
use crate::pages::answers::Answers;
use crate::words;
use axum::response::Response;
use leptos::prelude::*;

/// `GET /staff/calendar-link`
pub(super) async fn page(Clerk(office): Clerk) -> Response {
    office.answer(show(&office, None).await)
}

/// `POST /staff/calendar-link`: `action` = renew | revoke. The answer is the page itself: the secret is in no address.
pub(super) async fn change(Clerk(office): Clerk, answers: Answers) -> Response {
    let outcome = async {
        let made = if answers.value("action") == "revoke" {
            office.desk().revoke_staff_calendar(&office.staff).await?;
            None
        } else {
            let path = office.desk().renew_staff_calendar(&office.staff).await?;
            Some(format!("{}{path}", office.visit.state.public_url))
        };
        show(&office, made).await
    };
    office.answer(outcome.await)
}

async fn show(office: &Office, made: Option<String>) -> desk::Result<Response> {
    let lang = office.lang();
    let now = office.desk().now();
    let link = office.desk().staff_calendar(&office.staff).await?;
    let title = lang.t("ปฏิทินในโทรศัพท์", "Calendar on your phone");
    let action = office.href("/staff/calendar-link");
    office
        .page(Page::new(Place::CalendarLink, title), move || {
            let made = made.map(|url| made_notice(lang, url));
            let since = link.map(|link| {
                let since = words::when(lang, link.since, now);
                view! { <p>{lang.t("มีลิงก์ใช้อยู่ สร้างเมื่อ ", "A link is in use, made ")}{since}</p> }
            });
            let revoke = link.is_some().then(|| {
                view! { <Button label=lang.t("ยกเลิกลิงก์", "Revoke it") name="action" value="revoke" kind=ButtonKind::Warning/> }
            });
            let make = if link.is_some() {
                lang.t("สร้างลิงก์ใหม่แทน", "Make a new one instead")
            } else {
                lang.t("สร้างลิงก์", "Make a link")
            };
            view! {
                <h1>{title}</h1>
                <p>{lang.t("พิธีของฌาปนสถานจะแสดงในแอปปฏิทินและเปลี่ยนตามเอง ไม่มีชื่อบุคคลในปฏิทิน", "The crematorium's ceremonies show in your calendar and change by themselves. No names stand in it.")}</p>
                {made}
                {since}
                <form method="post" action=action>
                    <div class="actions"><Button label=make name="action" value="renew"/>{revoke}</div>
                </form>
            }
            .into_any()
        })
        .await
}

/// The secret, once.
pub(in crate::pages) fn made_notice(lang: domain::form::Lang, url: String) -> AnyView {
    view! {
        <div role="status">
            <Notice kind=NoticeKind::Good title=lang.t("ลิงก์ของท่าน แสดงครั้งนี้ครั้งเดียว", "Your link, shown this once")>
                <p><a href=url.clone()>{url.clone()}</a></p>
                <p>{lang.t("คัดลอกไปเพิ่มในแอปปฏิทินที่ “เพิ่มปฏิทินจาก URL” ใครมีลิงก์นี้อ่านปฏิทินได้ จึงอย่าส่งต่อ", "Add it to your calendar program as a calendar from a URL. Whoever has the link can read it, so do not pass it on.")}</p>
            </Notice>
        </div>
    }
    .into_any()
}
