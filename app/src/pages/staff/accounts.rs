//! Accounts: who may do what, adding somebody, closing an account, ending sessions. For administrators.
use super::frame::{Admin, Office, Page, Place};
use super::{new_account, words};
use crate::components::{
    Button, ButtonKind, Checkboxes, Choice, ErrorSummary, FormView, Kind, Tag, TagKind, TextField,
    Width,
};
use crate::http::see_other;
use crate::pages::answers::Answers;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use desk::Trouble;
use desk::staff::{NewStaff, StaffListed};
use domain::form::{FieldError, FieldErrors, Lang, RawFields, raw};
use domain::request::{Delegation, Role};
use domain::thai_date;
use leptos::prelude::*;
use uuid::Uuid;

/// `GET /staff/accounts`
pub(super) async fn list(Admin(office): Admin) -> Response {
    office.answer(
        list_page(
            &office,
            StatusCode::OK,
            RawFields::new(),
            FieldErrors::new(),
        )
        .await,
    )
}

/// `POST /staff/accounts`: adds an account and shows its secrets, once.
pub(super) async fn add(Admin(office): Admin, answers: Answers) -> Response {
    office.answer(added(&office, answers.all()).await)
}

/// `POST /staff/accounts/{id}`: `action` is `disable` or `end_sessions`.
pub(super) async fn change(
    Admin(office): Admin,
    Path(id): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(changed(&office, &id, &answers.all()).await)
}

/// `GET /staff/accounts/{id}`: a reload or a language link.
pub(super) async fn back(Admin(office): Admin) -> Response {
    see_other(&office.href("/staff/accounts"))
}

async fn added(office: &Office, typed: RawFields) -> desk::Result<Response> {
    let new = match new_staff(&typed) {
        Ok(new) => new,
        Err(errors) => {
            return list_page(office, StatusCode::UNPROCESSABLE_ENTITY, typed, errors).await;
        }
    };
    match office.desk().add_staff(&office.staff, &new).await {
        Ok(enrolled) => new_account::page(office, new, enrolled).await,
        Err(Trouble::Invalid(errors)) => {
            list_page(office, StatusCode::UNPROCESSABLE_ENTITY, typed, errors).await
        }
        Err(other) => Err(other),
    }
}

async fn changed(office: &Office, id: &str, typed: &RawFields) -> desk::Result<Response> {
    let id: Uuid = id.parse().map_err(|_| Trouble::NotFound)?;
    match raw(typed, "action") {
        "disable" => office.desk().disable_staff(&office.staff, id).await?,
        "end_sessions" => office.desk().end_sessions(&office.staff, id).await?,
        _ => return Err(Trouble::NotFound),
    }
    Ok(see_other(&office.href("/staff/accounts")))
}

fn new_staff(typed: &RawFields) -> Result<NewStaff, FieldErrors> {
    let mut errors = FieldErrors::new();
    let delegation = delegation(typed, &mut errors);
    let role = |code: &str| Role::parse(code.trim());
    let new = NewStaff {
        username: raw(typed, "username").trim().to_owned(),
        name: raw(typed, "name").trim().to_owned(),
        position: raw(typed, "position").trim().to_owned(),
        roles: raw(typed, "role").lines().filter_map(role).collect(),
        delegation,
    };
    if errors.is_empty() {
        Ok(new)
    } else {
        Err(errors)
    }
}

/// The order, when any part of one was given.
fn delegation(typed: &RawFields, errors: &mut FieldErrors) -> Option<Delegation> {
    let part = |name: &str| raw(typed, &format!("delegation.{name}")).trim().to_owned();
    let (order, from, until) = (part("order"), part("from"), part("until"));
    if order.is_empty() && from.is_empty() && until.is_empty() {
        return None;
    }
    if order.is_empty() {
        errors.push(FieldError::new(
            "delegation.order",
            "missing",
            "กรอกเลขที่คำสั่ง",
            "Enter the number of the order",
        ));
    }
    let from = errors.keep(date("delegation.from", &from));
    let until = if until.is_empty() {
        Some(None)
    } else {
        errors.keep(date("delegation.until", &until)).map(Some)
    };
    Some(Delegation {
        order,
        from: from?,
        until: until?,
    })
}

fn date(field: &str, typed: &str) -> Result<NaiveDate, FieldError> {
    thai_date::parse(typed).map_err(|problems| match problems.into_iter().next() {
        Some(problem) => FieldError::new(field, problem.code, problem.th, problem.en),
        None => FieldError::new(
            field,
            "date",
            "กรอกวันที่ เช่น 1 ต.ค. 2569",
            "Enter a date, such as 1 Oct 2026",
        ),
    })
}

async fn list_page(
    office: &Office,
    status: StatusCode,
    mut typed: RawFields,
    errors: FieldErrors,
) -> desk::Result<Response> {
    let lang = office.lang();
    let listed = office.desk().staff_list(&office.staff).await?;
    let own = office.staff.id;
    let open = !errors.is_empty();
    // The checkboxes read several values separated by commas.
    if let Some(roles) = typed.get_mut("role") {
        *roles = roles.replace('\n', ",");
    }
    let form = FormView::new(lang, typed, errors);
    let title = lang.t("บัญชีผู้ใช้", "Accounts");
    office
        .page(Page::new(Place::Accounts, title).status(status), move || {
            let rows = listed.iter().map(|one| row(lang, one, own)).collect_view();
            let head = heads(lang).map(|head| view! { <th scope="col">{head}</th> }).collect_view();
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}</h1>
                <p class="sub">{lang.t("ผู้ที่เข้าใช้ระบบได้ บทบาท และคำสั่งมอบอำนาจ", "Who may sign in, as what, and by which order")}</p>
                <table class="list">
                    <caption class="unseen">{title}</caption>
                    <thead><tr>{head}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
                <details class="panel" open=open>
                    <summary>{lang.t("เพิ่มบัญชี", "Add an account")}</summary>
                    {add_form(lang, &form)}
                </details>
            }
            .into_any()
        })
        .await
}

fn heads(lang: Lang) -> [&'static str; 5] {
    [
        lang.t("ชื่อ", "Name"),
        lang.t("ชื่อผู้ใช้", "User name"),
        lang.t("บทบาท", "Roles"),
        lang.t("คำสั่งมอบอำนาจ", "Delegation order"),
        lang.t("จัดการ", "Manage"),
    ]
}

fn row(lang: Lang, one: &StaffListed, own: Uuid) -> AnyView {
    let held = one
        .roles
        .iter()
        .map(|role| words::role(lang, *role))
        .collect::<Vec<_>>()
        .join(", ");
    let closed = one
        .disabled
        .then(|| view! { <br/><Tag label=lang.t("ปิดแล้ว", "Closed") kind=TagKind::Closed/> });
    let left = lang.t(
        format!("รหัสสำรองเหลือ {}", one.recovery_codes_left),
        format!("{} recovery codes left", one.recovery_codes_left),
    );
    let delegated = one.delegation.as_ref().map_or_else(
        || lang.t("ไม่มีคำสั่งมอบอำนาจ", "No delegation order").to_owned(),
        |order| words::order(lang, order),
    );
    view! {
        <tr>
            <td>{one.name.clone()}<br/><span class="muted">{one.position.clone()}</span>{closed}</td>
            <td>{one.username.clone()}<br/><span class="muted">{left}</span></td>
            <td>{held}</td>
            <td>{delegated}</td>
            <td>{manage_form(lang, one, own)}</td>
        </tr>
    }
    .into_any()
}

fn manage_form(lang: Lang, one: &StaffListed, own: Uuid) -> Option<AnyView> {
    if one.disabled {
        return None;
    }
    let action = lang.path(&format!("/staff/accounts/{}", one.id));
    // Nobody closes their own account: somebody must be left to open it again.
    let close = (one.id != own).then(|| {
        let label = lang.t("ปิดบัญชี", "Close the account");
        view! { <Button label kind=ButtonKind::Warning name="action" value="disable"/> }
    });
    let what = lang.t(
        "ให้ออกจากระบบทุกเครื่อง เมื่อโทรศัพท์หาย หรือปิดบัญชีเมื่อย้ายงาน บัญชีที่ปิดแล้วเปิดใหม่ไม่ได้",
        "End every session when a phone is lost. Close the account when somebody leaves; it cannot be opened again.",
    );
    let about = one.name.clone();
    Some(
        view! {
            <details>
                <summary>{lang.t("จัดการ", "Manage")}<span class="unseen">" "{about}</span></summary>
                <form method="post" action=action>
                    <p class="hint">{what}</p>
                    <div class="actions">
                        <Button label=lang.t("ให้ออกจากระบบทุกเครื่อง", "End every session") kind=ButtonKind::Secondary name="action" value="end_sessions"/>
                        {close}
                    </div>
                </form>
            </details>
        }
        .into_any(),
    )
}

fn add_form(lang: Lang, form: &FormView) -> AnyView {
    let about = |role: Role| match role {
        Role::Officer => lang.t(
            "รับเรื่อง ยืนยัน ส่งกลับให้แก้ไข ระงับ",
            "Takes, confirms, returns and freezes requests",
        ),
        Role::Approver => lang.t(
            "อนุมัติ ไม่อนุมัติ ยกเลิก ต้องมีคำสั่งมอบอำนาจ",
            "Approves, refuses and cancels; needs a delegation order",
        ),
        Role::Administrator => lang.t(
            "บัญชีผู้ใช้และการตั้งค่า ไม่เห็นคำขอ",
            "Accounts and settings; sees no requests",
        ),
        Role::Cashier => lang.t(
            "รับชำระ คีย์เลขใบเสร็จ นำเข้าไฟล์ธนาคาร ไม่ตัดสินคำขอ",
            "Takes payments, keys receipts, imports the bank's file; decides nothing",
        ),
    };
    let roles =
        Role::ALL.map(|role| Choice::new(role.code(), words::role(lang, role)).hint(about(role)));
    view! {
        <form method="post" action=lang.path("/staff/accounts") novalidate>
            <TextField form field="name" label=lang.t("ชื่อและนามสกุล", "Full name") kind=Kind::Word/>
            <TextField form field="position" label=lang.t("ตำแหน่ง", "Position") kind=Kind::Word/>
            <TextField form field="username" label=lang.t("ชื่อผู้ใช้", "User name") kind=Kind::Word width=Width::Long
                hint=lang.t("ตัวอักษรอังกฤษ ตัวเลข จุด หรือขีด", "English letters, digits, dots or dashes")/>
            <Checkboxes form field="role" legend=lang.t("บทบาท", "Roles") options=roles.into() repeated=true/>
            <fieldset class="panel">
                <legend>{lang.t("คำสั่งมอบอำนาจ (เฉพาะผู้อนุมัติ)", "Delegation order (approvers only)")}</legend>
                <TextField form field="delegation.order" label=lang.t("คำสั่งที่", "Order") kind=Kind::Word width=Width::Long
                    hint=lang.t("เช่น คำสั่งที่ 123/2569", "For example: Order 123/2569")/>
                <TextField form field="delegation.from" label=lang.t("มีผลตั้งแต่วันที่", "Valid from") kind=Kind::Word width=Width::Long
                    hint=lang.t("เช่น 1 ต.ค. 2569", "For example 1 Oct 2026")/>
                <TextField form field="delegation.until" label=lang.t("ถึงวันที่", "Until") kind=Kind::Word width=Width::Long optional=true/>
            </fieldset>
            <div class="actions"><Button label=lang.t("เพิ่มบัญชี", "Add the account")/></div>
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> RawFields {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn an_approver_brings_an_order_with_its_dates() {
        let new = new_staff(&typed(&[
            ("username", "somying"),
            ("name", "สมหญิง"),
            ("role", "officer\napprover"),
            ("delegation.order", "คำสั่งที่ 123/2569"),
            ("delegation.from", "1 ต.ค. 2569"),
        ]))
        .expect("well-formed");
        assert_eq!(new.roles, [Role::Officer, Role::Approver]);
        let order = new.delegation.expect("an order");
        assert_eq!(order.from.to_string(), "2026-10-01");
        assert_eq!(order.until, None);
    }

    #[test]
    fn half_an_order_is_wrong_at_every_part() {
        let errors =
            new_staff(&typed(&[("delegation.until", "เมื่อไรก็ได้")])).expect_err("half an order");
        for field in ["delegation.order", "delegation.from", "delegation.until"] {
            assert!(errors.of(field).is_some(), "{field}");
        }
    }
}
