//! `staff add`: an account, enrolled already.
use super::print;
use crate::cli::{Failure, StaffAdd};
use crate::config::Config;
use crate::installation::{Installation, failure};
use chrono::NaiveDate;
use desk::staff::{Enrolled, NewStaff};
use domain::request::{Delegation, Role};
use domain::time;

/// An approver decides by an order; until the city's own is entered, this one says what it is.
const SAMPLE_ORDER: &str = "คำสั่งตัวอย่าง (sample order)";

/// `sala staff add`: the secrets, once, on standard output.
pub async fn add(config: &Config, add: StaffAdd) -> Result<(), Failure> {
    let json = add.json;
    let desk = Installation::open(config)
        .await?
        .desk_without_settings()
        .await?;
    let new = account(add, time::local_date(desk.now()));
    let enrolled = desk
        .enrol(&new, None)
        .await
        .map_err(|trouble| failure(&trouble))?;
    if json {
        let object = serde_json::to_string(&enrolled).map_err(|error| Failure::of(&error))?;
        return print(&object);
    }
    print(&lines(&enrolled))
}

fn account(add: StaffAdd, today: NaiveDate) -> NewStaff {
    let mut roles = add.roles;
    roles.sort_unstable();
    roles.dedup();
    let delegation = roles.contains(&Role::Approver).then(|| Delegation {
        order: add
            .delegation_order
            .unwrap_or_else(|| SAMPLE_ORDER.to_owned()),
        from: add.delegation_from.unwrap_or(today),
        until: add.delegation_until,
    });
    let words: Vec<&str> = roles.iter().map(|role| role.th()).collect();
    NewStaff {
        name: add.name.unwrap_or_else(|| add.username.clone()),
        position: add.position.unwrap_or_else(|| words.join(" · ")),
        username: add.username,
        roles,
        delegation,
    }
}

fn lines(enrolled: &Enrolled) -> String {
    format!(
        "username        {}\npassword        {}\nTOTP secret     {}\nrecovery codes  {}",
        enrolled.username,
        enrolled.password,
        enrolled.totp_secret,
        enrolled.recovery_codes.join("\n                ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approver_may_decide_at_once_and_others_have_no_order() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date");
        let add = |roles: &[Role]| StaffAdd {
            username: "somsri".to_owned(),
            roles: roles.to_vec(),
            name: None,
            position: None,
            delegation_order: None,
            delegation_from: None,
            delegation_until: None,
            json: true,
        };
        let approver = account(add(&[Role::Approver, Role::Officer, Role::Approver]), today);
        assert_eq!(approver.roles, [Role::Officer, Role::Approver]);
        assert!(
            approver
                .delegation
                .is_some_and(|order| order.is_valid_on(today))
        );
        assert_eq!(account(add(&[Role::Officer]), today).delegation, None);
    }
}
