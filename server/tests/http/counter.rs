//! The counter's form: the ash slot comes by itself, may be chosen or declined, and coffin and implants are kept.
use crate::agent::{act, officer};
use crate::harness::{House, on_both};
use domain::crematorium::{CoffinSize, Implants};
use domain::request::{Role, StaffActor};

/// A simple case; `n` makes it somebody of their own, `more` is what else was typed.
fn form(n: u32, more: &str) -> String {
    format!(
        "applicant.name=%E0%B8%81&applicant.phone=0812345{n:03}&applicant.relation=child&deceased.name=%E0%B8%82\
         &deceased.date_of_death=20%2F11&deceased.residence=in_area&case_type=ordinary\
         &cremation.date=25%2F11&cremation.round=13:00&{more}"
    )
}

/// Books, and reads the ash slot of what was booked; or the status of the form that came back.
async fn ash(
    house: &House,
    staff: &StaffActor,
    cookie: &str,
    form: &str,
) -> Result<Option<String>, u16> {
    let answer = act(house, cookie, "/staff/walk-in", form).await;
    let slip = answer.header("location");
    let Some(reference) = slip
        .strip_prefix("/staff/requests/")
        .and_then(|rest| rest.strip_suffix("/slip"))
    else {
        return Err(answer.status.as_u16());
    };
    let file = house
        .desk
        .open_request(staff, reference)
        .await
        .expect("a file");
    let ash = file.wish.ash;
    Ok(ash.map(|ash| format!("{} {}", ash.date, ash.start)))
}

#[tokio::test]
async fn the_ash_slot_comes_by_itself_and_may_be_chosen_or_declined() {
    on_both(async |house: House| {
        let (staff, cookie) = officer(&house, "officer", Role::Officer).await;
        let some = |slot: &str| Ok(Some(slot.to_owned()));
        for (n, more, expected) in [
            // Nothing is said: the first of the next open morning, while one of the two tables is free.
            (1, "", some("2026-11-26 07:00")),
            (2, "", some("2026-11-26 07:00")),
            (3, "", some("2026-11-26 08:00")),
        ] {
            assert_eq!(
                ash(&house, &staff, &cookie, &form(n, more)).await,
                expected,
                "{n} {more}"
            );
        }
        // Another round: all three furnaces of 13.00 are taken.
        let ten = |n, more| form(n, more).replace("13:00", "10:00");
        for (n, more, expected) in [
            (4, "ash.time=none", Ok(None)),
            (5, "ash.time=09:00", some("2026-11-26 09:00")),
            // A day alone, as it is typed at the counter.
            (6, "ash.date=28%2F11", some("2026-11-28 07:00")),
            // Wrong or taken: nothing is booked, and the form says so.
            (7, "ash.date=someday", Err(422)),
            (7, "ash.date=27%2F12&ash.time=07:00", Err(422)),
            (7, "ash.date=26%2F11&ash.time=07:00", Err(409)),
        ] {
            assert_eq!(
                ash(&house, &staff, &cookie, &ten(n, more)).await,
                expected,
                "{n} {more}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn coffin_and_implants_told_at_the_counter_are_kept_and_a_coffin_no_furnace_takes_is_refused()
{
    on_both(async |house: House| {
        let (staff, cookie) = officer(&house, "officer", Role::Officer).await;
        let answer = act(
            &house,
            &cookie,
            "/staff/walk-in",
            &form(1, "coffin_size=large&implants=present"),
        )
        .await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let reference = answer
            .header("location")
            .split('/')
            .nth(3)
            .expect("a number");
        let view = house
            .desk
            .particulars(&staff, reference)
            .await
            .expect("particulars");
        assert_eq!(view.known.coffin, Some(CoffinSize::Large));
        assert_eq!(view.known.implants, Some(Implants::Present));
        let wrong = act(
            &house,
            &cookie,
            "/staff/walk-in",
            &form(2, "coffin_size=huge&implants=maybe&ash.date=x"),
        )
        .await;
        assert_eq!(wrong.status, 422);
        for id in ["coffin_size-error", "implants-error", "ash-date-error"] {
            assert!(wrong.text.contains(&format!("id=\"{id}\"")), "{id}");
        }
    })
    .await;
}
