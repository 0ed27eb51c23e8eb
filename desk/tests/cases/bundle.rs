//! Nights, round and ash slot as one: all of it or nothing, on both engines, with the key and without it.
use crate::races::{at_once, drop_slot_key, winners};
use crate::support::{Office, answers, approver, both, date, draft, office_of, wish, with_ash};
use chrono::TimeDelta;
use desk::draft::Browser;
use desk::particulars::Told;
use desk::request::Access;
use desk::{Conflict, Trouble};
use domain::crematorium::availability::Search;
use domain::crematorium::{CaseType, CoffinSize, OfferState, Wish};
use store::Store;
use store::testing::{both as both_stores, number};

/// Everything: two nights, the 25th at 13.00, the next morning at 07.00.
fn whole() -> Wish {
    with_ash(
        wish(
            Some(("2026-11-25", "13:00")),
            Some(("sala-1", "2026-11-23", 2)),
        ),
        "2026-11-26",
        "07:00",
    )
}

/// A draft that holds its wish.
async fn held(office: &Office, n: u32, wish: &Wish) -> (Browser, String) {
    let (browser, id) = draft(office, n, wish).await;
    office
        .desk
        .hold(&browser, &id, wish)
        .await
        .expect("the places are free");
    (browser, id)
}

async fn cells(office: &Office) -> i64 {
    number(
        &office.desk.store,
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM slot_claim",
    )
    .await
}

/// One ash table, and rounds enough on two days that want it.
fn one_table(store: Store) -> Office {
    let mut city = crate::support::city();
    city.crematorium.ash.tables.truncate(1);
    office_of(store, city, false)
}

#[tokio::test]
async fn a_bundle_is_held_sent_and_given_back_as_one() {
    both(async |office| {
        let (browser, id) = held(&office, 1, &whole()).await;
        // Furnace 6 quarters, two nights, table 3 quarters.
        assert_eq!(cells(&office).await, 11);
        let reference = office.desk.send_draft(&browser, &id).await.expect("sent");
        assert_eq!(cells(&office).await, 11);
        let file = office
            .desk
            .open_request(&approver(), reference.as_str())
            .await
            .expect("the file");
        assert_eq!(file.wish, whole());
        office
            .desk
            .withdraw(reference.as_str(), &crate::support::last4(1), "a")
            .await
            .expect("withdrawn");
        assert_eq!(cells(&office).await, 0, "everything is free again");
    })
    .await;
}

#[tokio::test]
async fn a_bundle_whose_ash_slot_is_full_holds_nothing_and_hears_what_is_near() {
    both_stores(async |store| {
        let office = one_table(store);
        office
            .desk
            .walk_in(&approver(), &answers(1, &whole()))
            .await
            .expect("the first");
        let before = cells(&office).await;
        let wanted = Wish {
            pavilion: None,
            ..whole()
        };
        let (browser, id) = draft(&office, 2, &wanted).await;
        let outcome = office.desk.hold(&browser, &id, &wanted).await;
        let Err(Trouble::SlotTaken {
            conflicts,
            alternatives,
        }) = outcome
        else {
            panic!("{outcome:?}");
        };
        assert_eq!(conflicts, [Conflict::Ash]);
        assert_eq!(
            alternatives.first(),
            Some(&with_ash(wanted.clone(), "2026-11-26", "08:00")),
            "the same round, an hour later at the table"
        );
        assert_eq!(cells(&office).await, before, "no part of it was kept");
        office
            .desk
            .hold(&browser, &id, &alternatives[0])
            .await
            .expect("an alternative is free");
    })
    .await;
}

#[tokio::test]
async fn one_tap_takes_the_next_morning_and_a_family_may_change_or_decline_it() {
    both(async |office| {
        let search = Search {
            nights: 2,
            with_ash: true,
            ..Search::default()
        };
        let days = office.desk.offers(&search, None).await.expect("days");
        let day = days.iter().find(|day| day.date == date("2026-11-25"));
        let OfferState::Open { rounds, .. } = &day.expect("the 25th").state else {
            panic!("{day:?}");
        };
        assert_eq!(rounds[0].ash, whole().ash);
        let (browser, id) = held(&office, 1, &whole()).await;
        let cremation = whole().cremation.expect("a cremation");
        let choices = office
            .desk
            .ash_choices(&cremation, CaseType::Ordinary, Some(&id))
            .await
            .expect("choices");
        assert!(choices.contains(&whole().ash.expect("one's own slot counts as free")));
        for ash in [choices.get(1).copied(), None, choices.first().copied()] {
            let wanted = Wish { ash, ..whole() };
            office
                .desk
                .hold(&browser, &id, &wanted)
                .await
                .expect("held");
            assert_eq!(cells(&office).await, if ash.is_some() { 11 } else { 8 });
        }
    })
    .await;
}

#[tokio::test]
async fn a_larger_coffin_takes_a_furnace_it_fits() {
    both(async |office| {
        let standard = wish(Some(("2026-11-25", "13:00")), None);
        let large = Wish {
            coffin: CoffinSize::Large,
            ..standard.clone()
        };
        let furnace = async |fields| {
            let reference = office
                .desk
                .walk_in(&approver(), &fields)
                .await
                .expect("booked");
            office
                .desk
                .open_request(&approver(), reference.as_str())
                .await
                .expect("the file")
                .furnace
        };
        assert_eq!(
            furnace(answers(1, &large)).await.as_deref(),
            Some("furnace-2")
        );
        assert_eq!(
            furnace(answers(2, &standard)).await.as_deref(),
            Some("furnace-1")
        );
        assert_eq!(
            furnace(answers(3, &large)).await.as_deref(),
            Some("furnace-3")
        );
        let outcome = office.desk.walk_in(&approver(), &answers(4, &large)).await;
        assert!(
            matches!(outcome, Err(Trouble::SlotTaken { .. })),
            "{outcome:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn somebody_unnamed_gets_a_number_and_one_live_case() {
    both(async |office| {
        let wanted = Wish {
            case_type: CaseType::Unnamed,
            ..wish(Some(("2026-11-25", "13:00")), None)
        };
        let unnamed = |n| {
            let mut fields = answers(n, &wanted);
            fields.remove("deceased.national_id");
            fields.insert("deceased.name".to_owned(), String::new());
            fields
        };
        let desk = &office.desk;
        let first = desk
            .walk_in(&approver(), &unnamed(1))
            .await
            .expect("the first");
        desk.walk_in(&approver(), &unnamed(2))
            .await
            .expect("another body");
        let file = desk
            .open_request(&approver(), first.as_str())
            .await
            .expect("the file");
        assert_eq!(file.deceased_name, "ไม่ทราบชื่อ");
        // The office's tasks for such a case stand among the unfinished ones.
        let tasks = desk.staff_tasks(&approver()).await.expect("tasks");
        assert_eq!(
            tasks
                .iter()
                .filter(|task| task.body == "unnamed_papers")
                .count(),
            2
        );
        let named = |number: &str| {
            let mut fields = unnamed(3);
            fields.insert("deceased.internal_number".to_owned(), number.to_owned());
            fields
        };
        let again = desk.walk_in(&approver(), &named("2569-0001")).await;
        assert!(matches!(again, Err(Trouble::DeceasedHasCase)), "{again:?}");
        let never = desk.walk_in(&approver(), &named("2569-0077")).await;
        let Err(Trouble::Invalid(errors)) = never else {
            panic!("{never:?}");
        };
        assert!(errors.of("deceased.internal_number").is_some());
    })
    .await;
}

/// Bundles that meet in nights, rounds and the one ash table, each in another order.
fn crossing(n: u32) -> Wish {
    let (day, round, sala, nights, ash) = match n % 4 {
        0 => ("2026-11-25", "13:00", "sala-1", 1, "2026-11-26"),
        1 => ("2026-11-25", "10:00", "sala-2", 1, "2026-11-26"),
        2 => ("2026-11-26", "13:00", "sala-1", 2, "2026-11-28"),
        _ => ("2026-11-26", "10:00", "sala-2", 2, "2026-11-28"),
    };
    let wanted = wish(Some((day, round)), Some((sala, "2026-11-24", nights)));
    with_ash(wanted, ash, "07:00")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn crossing_bundles_never_share_a_table_and_leave_no_halves() {
    both_stores(async |store| {
        let office = one_table(store);
        // Night of the 24th in each pavilion, and each morning's table, are there once.
        let winners = winners(&office, crossing).await;
        assert_eq!(winners, 2);
        let held = number(
            &office.desk.store,
            "SELECT CAST(COUNT(DISTINCT holder) AS BIGINT) AS n FROM slot_claim",
        )
        .await;
        assert_eq!(held, 2, "who lost holds nothing");
        let table = number(
            &office.desk.store,
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM slot_claim WHERE resource_id = 'ash-1'",
        )
        .await;
        assert_eq!(table, 6);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_key_the_same_bundles_share_tables_and_nights() {
    both_stores(async |store| {
        drop_slot_key(&store).await;
        let office = one_table(store);
        let winners = winners(&office, crossing).await;
        assert!(
            winners > 2,
            "{winners} winners: the race test could not fail"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hold_that_lapses_while_it_is_sent_keeps_its_ash_slot_or_says_which_part_went() {
    both_stores(async |store| {
        let engine = store.engine();
        let office = one_table(store);
        for n in 0..6_u32 {
            // Another day each time, so that rounds do not run out.
            let day = date("2026-11-28") + chrono::Days::new(u64::from(n));
            if office
                .desk
                .rules()
                .no_cremation(day, CaseType::Ordinary)
                .is_some()
            {
                continue;
            }
            let morning = (day + chrono::Days::new(1)).to_string();
            let wanted = with_ash(
                wish(Some((&day.to_string(), "13:00")), None),
                &morning,
                "07:00",
            );
            let (browser, id) = held(&office, 2 * n, &wanted).await;
            office.clock.advance(TimeDelta::minutes(61));
            let (a, b) = (office.clone(), office.clone());
            let rival = answers(2 * n + 1, &wanted);
            let send = tokio::spawn(async move { a.desk.send_draft(&browser, &id).await });
            let book = tokio::spawn(async move { b.desk.walk_in(&approver(), &rival).await });
            let (sent, booked) = (send.await.expect("a task"), book.await.expect("a task"));
            assert!(sent.is_ok() ^ booked.is_ok(), "{sent:?} {booked:?}");
            for outcome in [sent, booked] {
                if let Err(trouble) = outcome {
                    let Trouble::SlotTaken { conflicts, .. } = trouble else {
                        panic!("{trouble:?}");
                    };
                    assert_eq!(conflicts, [Conflict::Ash], "{engine:?}: furnaces are left");
                }
            }
        }
    })
    .await;
}

fn told(case_type: &str, coffin: &str, implants: &str) -> domain::form::RawFields {
    [
        ("case_type", case_type),
        ("coffin_size", coffin),
        ("implants", implants),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

#[tokio::test]
async fn another_type_that_needs_another_round_changes_nothing_until_one_is_chosen() {
    both(async |office| {
        let desk = &office.desk;
        let reference = desk
            .walk_in(&approver(), &answers(1, &whole()))
            .await
            .expect("booked");
        let number = reference.as_str();
        let infectious = told("infectious", "", "");
        let outcome = desk
            .set_particulars(&approver(), number, 1, &infectious, None)
            .await;
        let Err(Trouble::SlotTaken { alternatives, .. }) = outcome else {
            panic!("{outcome:?}");
        };
        let view = desk.particulars(&approver(), number).await.expect("view");
        assert_eq!((view.version, view.wish), (1, whole()), "nothing changed");
        let chosen = &alternatives[0];
        assert_eq!(
            chosen.cremation.as_ref().map(|it| it.round.to_string()),
            Some("16:00".to_owned())
        );
        desk.set_particulars(&approver(), number, 1, &infectious, Some(chosen))
            .await
            .expect("moved and set at once");
        let view = desk.particulars(&approver(), number).await.expect("view");
        assert_eq!(&view.wish, chosen);
        assert_eq!(view.tasks.len(), 1, "the crew is to be told");
        // Two and a half hours of a furnace, two nights, the table.
        assert_eq!(cells(&office).await, 10 + 2 + 3);
        let calls = desk.call_list(&approver()).await.expect("calls");
        assert_eq!(calls.len(), 1, "the family is told of the new time");
        // The version moved on: whoever saw the old one is told so.
        let late = desk
            .set_particulars(&approver(), number, 1, &told("", "", ""), None)
            .await;
        assert!(
            matches!(late, Err(Trouble::DecidedFirst { .. })),
            "{late:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn what_the_family_tells_moves_its_furnace_or_asks_the_office_to_call() {
    both(async |office| {
        let desk = &office.desk;
        let round = wish(Some(("2026-11-25", "13:00")), None);
        let tell = async |n, fields| {
            let reference = desk
                .walk_in(&approver(), &answers(n, &round))
                .await
                .expect("booked");
            let last4 = crate::support::last4(n);
            let access = Access::family(reference.as_str(), &last4, "a");
            let outcome = desk.tell_particulars(&access, &fields).await;
            let view = desk
                .particulars(&approver(), reference.as_str())
                .await
                .expect("view");
            (outcome, view)
        };
        let (outcome, view) = tell(1, told("", "large", "not_sure")).await;
        assert_eq!(outcome.expect("kept"), Told::Kept);
        assert_eq!(
            view.furnace.as_deref(),
            Some("furnace-2"),
            "one that it fits"
        );
        let names: Vec<_> = view.tasks.iter().map(|task| task.done).collect();
        assert_eq!(names, [false, false], "implants, and a large coffin");
        let (outcome, view) = tell(2, told("", "extra_large", "none")).await;
        assert_eq!(outcome.expect("kept"), Told::Kept);
        assert_eq!(view.furnace.as_deref(), Some("furnace-3"));
        // The furnace that is left is too small.
        let (outcome, view) = tell(3, told("", "large", "none")).await;
        assert_eq!(outcome.expect("told"), Told::OfficeWillCall);
        assert_eq!(view.furnace.as_deref(), Some("furnace-1"), "as it was");
        let tasks = desk.staff_tasks(&approver()).await.expect("tasks");
        let open: Vec<_> = tasks
            .iter()
            .filter(|task| task.kind == desk::case_task::DOES_NOT_FIT)
            .collect();
        assert_eq!(open.len(), 1);
        assert_eq!(open[0].body, "ordinary large none");
    })
    .await;
}

/// Puts something out of service for the days around the usual booking.
async fn break_down(office: &Office, resource: &str) {
    let fields = [
        ("resource", resource),
        ("from", "23/11/2569"),
        ("until", "26/11/2569"),
        ("reason_th", "ขัดข้อง"),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let new = office
        .desk
        .parse_outage(&fields.into(), false)
        .expect("an outage");
    office
        .desk
        .declare_outage(&approver(), &new, "")
        .await
        .expect("declared");
}

async fn must_move(office: &Office) -> u32 {
    office
        .desk
        .affected_count(&approver())
        .await
        .expect("a count")
}

#[tokio::test]
async fn a_coffin_that_takes_a_booking_out_of_a_broken_furnace_takes_it_off_the_list() {
    both(async |office| {
        let desk = &office.desk;
        let reference = desk
            .walk_in(&approver(), &answers(1, &whole()))
            .await
            .expect("booked");
        break_down(&office, "furnace-1").await;
        assert_eq!(must_move(&office).await, 1);
        let version = desk
            .particulars(&approver(), reference.as_str())
            .await
            .expect("view")
            .version;
        let large = told("", "large", "");
        desk.set_particulars(&approver(), reference.as_str(), version, &large, None)
            .await
            .expect("set");
        let view = desk
            .particulars(&approver(), reference.as_str())
            .await
            .expect("view");
        assert_eq!(view.furnace.as_deref(), Some("furnace-2"));
        assert_eq!(must_move(&office).await, 0);
        let calls = desk.call_list(&approver()).await.expect("calls");
        assert!(calls.is_empty(), "nobody need hear that it must move");
        let free = number(
            &desk.store,
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM slot_claim
             WHERE resource_id = 'furnace-1' AND service_date = '2026-11-25' AND holder_kind = 'maintenance'",
        )
        .await;
        assert_eq!(free, 96, "what it left is the outage's, not the public's");
    })
    .await;
}

#[tokio::test]
async fn another_round_does_not_take_a_booking_off_the_list_while_its_nights_are_broken() {
    both(async |office| {
        let desk = &office.desk;
        let reference = desk
            .walk_in(&approver(), &answers(1, &whole()))
            .await
            .expect("booked");
        break_down(&office, "sala-1").await;
        let version = desk
            .particulars(&approver(), reference.as_str())
            .await
            .expect("view")
            .version;
        let mut late = whole();
        late.case_type = CaseType::Infectious;
        late.cremation.as_mut().expect("a cremation").round = "16:00".parse().expect("a time");
        desk.set_particulars(
            &approver(),
            reference.as_str(),
            version,
            &told("infectious", "", ""),
            Some(&late),
        )
        .await
        .expect("set");
        assert_eq!(
            must_move(&office).await,
            1,
            "its nights are where they were"
        );
    })
    .await;
}

#[tokio::test]
async fn a_task_that_is_needed_no_longer_is_closed_and_one_that_was_done_stays_done() {
    both(async |office| {
        let desk = &office.desk;
        let reference = desk
            .walk_in(&approver(), &answers(1, &whole()))
            .await
            .expect("booked");
        let number = reference.as_str();
        for (version, implants, open) in [(1, "present", 1), (2, "removed", 0), (3, "present", 0)] {
            desk.set_particulars(&approver(), number, version, &told("", "", implants), None)
                .await
                .expect("set");
            let tasks = desk.staff_tasks(&approver()).await.expect("tasks");
            assert_eq!(tasks.len(), open, "{implants}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_officers_who_set_it_at_once_are_one_change() {
    both(async |office| {
        let reference = office
            .desk
            .walk_in(&approver(), &answers(1, &whole()))
            .await
            .expect("booked");
        let outcomes = at_once(
            ["large", "extra_large", "small", "standard"]
                .into_iter()
                .map(|size| {
                    let (office, reference) = (office.clone(), reference.clone());
                    async move {
                        let fields = told("", size, "");
                        office
                            .desk
                            .set_particulars(&approver(), reference.as_str(), 1, &fields, None)
                            .await
                    }
                }),
        )
        .await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(
            outcomes
                .iter()
                .all(|outcome| matches!(outcome, Ok(()) | Err(Trouble::DecidedFirst { .. }))),
            "{outcomes:?}"
        );
    })
    .await;
}
