//! Closed days, urgent closures and revised settings: what is booked is listed and told, and nothing is moved.
use crate::support::{
    Office, answers, approver, city, date, draft, last4, office, office_of, settled, staff,
    usual_wish, wish, with_ash,
};
use chrono::TimeDelta;
use desk::calendar::lunar_proposal;
use desk::closure::{ClosureChange, UrgentDays};
use desk::revision::{NewRevision, Revised};
use desk::{Chance, Clock, Desk, Trouble, settings};
use domain::crematorium::availability::Search;
use domain::crematorium::{Facility, OfferState};
use domain::form::{RawFields, Text};
use domain::lunar::YearKind;
use domain::municipality::{Closes, Closure, ClosureWhen};
use domain::request::{Role, StaffActor, Status};
use domain::setting::{Kind, read, typed};
use std::sync::Arc;
use store::testing::{both, number, run_sql};
use store::{Engine, Store};

fn dates(from: &str, until: &str, closes: Closes) -> Closure {
    Closure {
        when: ClosureWhen::Dates {
            from: date(from),
            until: date(until),
        },
        closes,
        open_anyway: false,
        reason: Text::new("ปิดซ่อมบำรุงเตา", "Closed for maintenance"),
        valid_from: None,
        valid_until: None,
        id: None,
    }
}

async fn change(office: &Office, who: &StaffActor, change: &ClosureChange) -> Revised {
    let based_on = office
        .desk
        .setting_page(who, Kind::Closures)
        .await
        .expect("the page")
        .based_on;
    office
        .desk
        .change_closures(who, change, based_on, "ตามแผนซ่อมบำรุง")
        .await
        .expect("a change")
}

#[tokio::test]
async fn closing_a_day_lists_its_bookings_and_moves_none() {
    both(async |store| {
        let office = settled(store, true).await;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let desk = &office.desk;
        let reference = desk.walk_in(&officer, &answers(1, &usual_wish())).await.unwrap();
        let other = wish(Some(("2026-11-28", "13:00")), None);
        desk.walk_in(&officer, &answers(2, &other)).await.unwrap();

        let close = ClosureChange::Add(dates("2026-11-24", "2026-11-25", Closes::All));
        let effect = desk.preview_closure(&officer, &close, 0, "-").await.unwrap();
        assert_eq!(effect.hits.len(), 1, "one booking, though two of its places lie there");
        assert_eq!(effect.hits[0].date, date("2026-11-24"), "the night is the first it could not keep");
        assert_eq!(effect.rows[&effect.hits[0].request].reference, reference);
        assert_eq!(desk.affected_count(&officer).await.unwrap(), 0, "a preview changes nothing");

        let done = change(&office, &officer, &close).await;
        assert_eq!(done, Revised::Done { revision: 2, affected: 1 });
        let listed = desk.affected(&officer, None, None).await.unwrap().rows;
        assert_eq!(listed.len(), 1);
        assert_eq!((&listed[0].reference, listed[0].status), (&reference, Status::Submitted));
        assert_eq!(listed[0].reason.en, "Closed for maintenance");
        let calls = desk.call_list(&officer).await.unwrap();
        assert_eq!(calls.iter().filter(|call| call.reference == reference).count(), 1);
        let kept = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM slot_claim WHERE holder_kind = 'request'
            AND service_date IN ('2026-11-24', '2026-11-25')";
        assert!(number(&desk.store, kept).await > 1, "it keeps its places until it moves");

        let refused = desk.walk_in(&officer, &answers(3, &usual_wish())).await;
        assert!(matches!(&refused, Err(Trouble::Invalid(errors)) if errors.of("cremation.date").is_some()), "{refused:?}");

        // Opened again: the booking stays after all, and the day can be booked at once.
        let place = desk.year(&officer, 2026).await.unwrap().closures.len() - 1;
        change(&office, &officer, &ClosureChange::Remove(place)).await;
        assert_eq!(desk.affected_count(&officer).await.unwrap(), 0);
        let again = wish(Some(("2026-11-25", "10:00")), None);
        desk.walk_in(&officer, &answers(4, &again)).await.expect("open again");
    })
    .await;
}

#[tokio::test]
async fn a_held_day_that_closes_is_not_sent() {
    both(async |store| {
        let office = settled(store, true).await;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let (browser, id) = draft(&office, 1, &usual_wish()).await;
        office
            .desk
            .hold(&browser, &id, &usual_wish())
            .await
            .expect("a hold");
        let close = ClosureChange::Add(dates("2026-11-25", "2026-11-25", Closes::Cremation));
        let done = change(&office, &officer, &close).await;
        assert_eq!(
            done,
            Revised::Done {
                revision: 2,
                affected: 0
            },
            "a hold is no booking"
        );
        let sent = office.desk.send_draft(&browser, &id).await;
        assert!(
            matches!(&sent, Err(Trouble::Invalid(errors)) if errors.of("cremation.date").is_some()),
            "{sent:?}"
        );
        let kept = office.desk.draft(&browser, &id).await.expect("the draft");
        assert_eq!(
            domain::form::raw(&kept.fields, "applicant.name"),
            "สมหญิง ใจดี"
        );
    })
    .await;
}

#[tokio::test]
async fn opening_a_day_wins_over_its_closure() {
    both(async |store| {
        let office = settled(store, true).await;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let friday = date("2026-11-27");
        let open = Closure {
            open_anyway: true,
            ..dates("2026-11-27", "2026-11-27", Closes::Cremation)
        };
        change(&office, &officer, &ClosureChange::Add(open)).await;
        let rules = office.desk.rules();
        assert!(rules.closed(friday, Facility::Cremation).is_none());
        assert!(rules.opened(friday, Facility::Cremation).is_some());
        let booked = wish(Some(("2026-11-27", "13:00")), None);
        office
            .desk
            .walk_in(&officer, &answers(1, &booked))
            .await
            .expect("open");
    })
    .await;
}

#[tokio::test]
async fn opening_a_day_anyway_takes_its_bookings_off_the_list_and_leaves_the_others() {
    both(async |store| {
        let office = settled(store, true).await;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let desk = &office.desk;
        let book = async |n, wish| {
            let reference = desk.walk_in(&officer, &answers(n, &wish)).await;
            reference.expect("booked")
        };
        // Both days; the first alone; the second alone, by its ash slot.
        let both_days = book(1, usual_wish()).await;
        let first = book(2, wish(Some(("2026-11-24", "13:00")), None)).await;
        let ash = wish(Some(("2026-11-24", "10:00")), None);
        let second = book(3, with_ash(ash, "2026-11-25", "08:00")).await;
        let listed = async || {
            let page = desk.affected(&officer, None, None).await.unwrap();
            let mut listed: Vec<_> = page.rows.into_iter().map(|row| row.reference).collect();
            listed.sort();
            listed
        };
        let sorted = |mut all: Vec<domain::reference::Reference>| {
            all.sort();
            all
        };
        let open = |day| {
            let opening = Closure {
                open_anyway: true,
                reason: Text::new("เปิดเป็นกรณีพิเศษ", "Open after all"),
                ..dates(day, day, Closes::All)
            };
            ClosureChange::Add(opening)
        };
        let close = ClosureChange::Add(dates("2026-11-24", "2026-11-25", Closes::All));
        change(&office, &officer, &close).await;
        let all = sorted(vec![both_days.clone(), first.clone(), second.clone()]);
        assert_eq!(listed().await, all);

        change(&office, &officer, &open("2026-11-24")).await;
        assert_eq!(listed().await, sorted(vec![both_days, second]));
        let history = desk.open_request(&officer, first.as_str()).await.unwrap();
        assert!(
            history
                .history
                .iter()
                .any(|line| line.event.code() == "may_stay"),
            "it is told"
        );
        change(&office, &officer, &open("2026-11-25")).await;
        assert_eq!(listed().await, []);

        // Taken back: what closes again is on the list again.
        let closures = desk.year(&officer, 2026).await.unwrap().closures.len();
        change(&office, &officer, &ClosureChange::Remove(closures - 2)).await;
        assert_eq!(listed().await, all);
    })
    .await;
}

#[tokio::test]
async fn a_closure_taken_away_while_another_closes_the_day_relieves_nobody() {
    both(async |store| {
        let office = settled(store, true).await;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let desk = &office.desk;
        let reference = desk.walk_in(&officer, &answers(1, &usual_wish())).await;
        reference.expect("booked");
        let repair = dates("2026-11-25", "2026-11-25", Closes::All);
        let ceremony = Closure {
            reason: Text::new("งานพิธีของเทศบาล", "A ceremony of the city"),
            ..dates("2026-11-25", "2026-11-26", Closes::All)
        };
        change(&office, &officer, &ClosureChange::Add(repair)).await;
        change(&office, &officer, &ClosureChange::Add(ceremony)).await;
        let listed = async || desk.affected(&officer, None, None).await.unwrap().rows;
        assert_eq!(listed().await.len(), 1);
        let closures = desk.year(&officer, 2026).await.unwrap().closures.len();
        change(&office, &officer, &ClosureChange::Remove(closures - 2)).await;
        let rows = listed().await;
        assert_eq!(rows.len(), 1, "the day is closed all the same");
        assert_eq!(rows[0].reason.en, "A ceremony of the city");
        change(&office, &officer, &ClosureChange::Remove(closures - 2)).await;
        assert_eq!(listed().await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn of_two_who_change_the_same_calendar_the_second_is_told() {
    both(async |store| {
        let office = settled(store, true).await;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let close = |day| ClosureChange::Add(dates(day, day, Closes::All));
        let first = office
            .desk
            .change_closures(&officer, &close("2026-12-10"), 0, "ก")
            .await;
        assert_eq!(
            first.unwrap(),
            Revised::Done {
                revision: 2,
                affected: 0
            }
        );
        let second = office
            .desk
            .change_closures(&officer, &close("2026-12-11"), 0, "ข")
            .await;
        assert_eq!(second.unwrap(), Revised::Superseded { newest: 2 });
        let closures = office.desk.year(&officer, 2026).await.unwrap().closures;
        assert_eq!(closures.len(), city().crematorium.closures.len() + 1);
    })
    .await;
}

#[tokio::test]
async fn an_urgent_closure_is_one_persons_act_and_reviewed_by_another() {
    both(async |store| {
        let office = settled(store, true).await;
        let desk = &office.desk;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let other = staff(&office, "other", &[Role::Officer]).await;
        let admin = staff(&office, "admin", &[Role::Administrator]).await;
        let reason = Text::new("เตาขัดข้อง", "A furnace is out of order");
        let today = wish(Some(("2026-11-23", "13:00")), None);
        desk.walk_in(&officer, &answers(1, &today)).await.unwrap();
        let refused = desk
            .close_urgently(&admin, UrgentDays::Today, Closes::All, &reason)
            .await;
        assert!(matches!(refused, Err(Trouble::NotAllowed)));
        let done = desk
            .close_urgently(&officer, UrgentDays::Today, Closes::Cremation, &reason)
            .await;
        assert_eq!(
            done.unwrap(),
            Revised::Done {
                revision: 2,
                affected: 1
            }
        );
        assert_eq!(desk.affected_count(&officer).await.unwrap(), 1);
        assert_eq!(desk.unreviewed_closures().await.unwrap(), 1);
        let own = desk.review_urgent(&officer, 2, "ดีแล้ว").await;
        assert!(matches!(own, Err(Trouble::NotAllowed)), "not one's own act");
        let empty = desk.review_urgent(&other, 2, " ").await;
        assert!(matches!(empty, Err(Trouble::Invalid(_))));
        desk.review_urgent(&other, 2, "โทรหาช่างแล้ว").await.unwrap();
        desk.review_urgent(&other, 2, "อีกครั้ง")
            .await
            .expect("a double tap is one act");
        let urgent = desk.urgent_closures(&admin).await.unwrap();
        let (_, by, note) = urgent[0].review.clone().expect("a review");
        assert_eq!((by.as_str(), note.as_str()), ("คุณ other", "โทรหาช่างแล้ว"));
        assert!(matches!(
            desk.review_urgent(&other, 99, "x").await,
            Err(Trouble::NotFound)
        ));
        let (report, _) = desk.verify_audit().await.unwrap();
        assert!(report.problems.is_empty(), "{report:?}");
    })
    .await;
}

/// A second server on the same database that has not read the settings again.
fn stale_server(office: &Office) -> Office {
    let clock: Arc<dyn Clock> = office.clock.clone();
    let keys = Arc::clone(&office.desk.keys);
    let rules = domain::crematorium::Rules::new(city(), 1).expect("rules");
    let desk = Desk::new(
        office.desk.store.clone(),
        keys,
        clock,
        Arc::new(Chances),
        rules,
    );
    Office {
        desk: Arc::new(desk.without_limits()),
        clock: Arc::clone(&office.clock),
    }
}

/// Randomness of another server.
struct Chances;

impl Chance for Chances {
    fn fill(&self, bytes: &mut [u8]) {
        use std::sync::atomic::{AtomicU64, Ordering};
        static NEXT: AtomicU64 = AtomicU64::new(0x5eed);
        for chunk in bytes.chunks_mut(8) {
            let next = NEXT.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            let mixed = (next ^ (next >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&mixed.to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Live bookings in the closed days, and how many of them are on the list: families book at a server that does not
/// know yet, while the office closes today and tomorrow at another.
async fn booked_and_listed(office: &Office) -> (i64, i64) {
    let officer = staff(office, "officer", &[Role::Officer]).await;
    let stale = stale_server(office);
    let start = Arc::new(tokio::sync::Barrier::new(25));
    // The last four come when the office has closed and this server has not heard of it.
    let closed_by_now = Arc::new(tokio::sync::Barrier::new(5));
    let rounds = ["10:00", "13:00", "14:30", "16:00"];
    let mut families = Vec::new();
    for n in 0..24_usize {
        let (stale, start) = (stale.clone(), Arc::clone(&start));
        let after = (n >= 20).then(|| Arc::clone(&closed_by_now));
        let day = ["2026-11-23", "2026-11-24"][n % 2];
        let wanted = wish(Some((day, rounds[n / 2 % 4])), None);
        families.push(tokio::spawn(async move {
            start.wait().await;
            match after {
                Some(after) => {
                    after.wait().await;
                }
                // The others come while it closes, a few at a time.
                None => {
                    tokio::time::sleep(std::time::Duration::from_millis(4 * (n as u64 / 4))).await;
                }
            }
            let fields = answers(u32::try_from(n).unwrap(), &wanted);
            stale.desk.walk_in(&approver(), &fields).await
        }));
    }
    start.wait().await;
    tokio::time::sleep(std::time::Duration::from_millis(8)).await;
    let reason = Text::new("เตาขัดข้อง", "A furnace is out of order");
    let closed = office
        .desk
        .close_urgently(&officer, UrgentDays::Both, Closes::All, &reason)
        .await
        .expect("closed");
    assert!(matches!(closed, Revised::Done { .. }), "{closed:?}");
    closed_by_now.wait().await;
    for family in families {
        let outcome = family.await.expect("a task that does not panic");
        assert!(
            matches!(outcome, Ok(_) | Err(Trouble::SlotTaken { .. })),
            "{outcome:?}"
        );
    }
    let store = &office.desk.store;
    let booked = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM request WHERE status = 'submitted'";
    let listed = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM must_move WHERE resolved_at IS NULL";
    (number(store, booked).await, number(store, listed).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_booking_that_races_an_urgent_closure_is_refused_or_listed() {
    both(async |store| {
        let office = settled(store, false).await;
        let (booked, listed) = booked_and_listed(&office).await;
        assert_eq!(
            booked, listed,
            "a live booking lies in a closed day and nobody knows"
        );
    })
    .await;
}

/// Closing a day takes no cells any more: the statement is let go by.
async fn drop_barrier(store: &Store) {
    let sql = match store.engine() {
        Engine::Sqlite => {
            "CREATE TRIGGER no_barrier BEFORE INSERT ON slot_claim WHEN NEW.holder_kind = 'draft'
             BEGIN SELECT RAISE(IGNORE); END"
        }
        Engine::Postgres => {
            "CREATE FUNCTION no_barrier() RETURNS trigger AS 'BEGIN RETURN NULL; END' LANGUAGE plpgsql;
             CREATE TRIGGER no_barrier BEFORE INSERT ON slot_claim FOR EACH ROW
             WHEN (NEW.holder_kind = 'draft') EXECUTE FUNCTION no_barrier()"
        }
    };
    run_sql(store, sql).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_claims_the_same_race_leaves_bookings_that_nobody_knows() {
    both(async |store| {
        drop_barrier(&store).await;
        let office = settled(store, false).await;
        let (booked, listed) = booked_and_listed(&office).await;
        assert!(
            booked > listed,
            "{booked} booked, {listed} listed: the race test could not fail"
        );
    })
    .await;
}

async fn rounds(
    office: &Office,
    admin: &StaffActor,
    from: &str,
    changes: &[(&str, &str)],
) -> NewRevision {
    let page = office
        .desk
        .setting_page(admin, Kind::Rounds)
        .await
        .expect("the page");
    let mut fields: RawFields = typed(Kind::Rounds, &page.municipality);
    for (name, value) in changes {
        fields.insert((*name).to_owned(), (*value).to_owned());
    }
    let (body, _) = read(Kind::Rounds, &fields, &page.municipality).expect("rounds");
    NewRevision {
        kind: Kind::Rounds,
        based_on: page.based_on,
        valid_from: date(from),
        legal_basis: "คำสั่งที่ 9/2569".into(),
        reason: "เพิ่มรอบเย็น".into(),
        body,
    }
}

async fn starts(office: &Office, day: &str) -> Vec<String> {
    let offers = office
        .desk
        .offers(&Search::default(), None)
        .await
        .expect("days");
    let found = offers
        .into_iter()
        .find(|offer| offer.date == date(day))
        .expect("the day");
    match found.state {
        OfferState::Open { rounds, .. } => {
            rounds.iter().map(|free| free.round.to_string()).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn rounds_that_begin_later_hold_for_the_days_after_and_not_before() {
    both(async |store| {
        let office = settled(store, true).await;
        let desk = &office.desk;
        let admin = staff(&office, "admin", &[Role::Administrator]).await;
        let evening = [
            ("crematorium.rounds.0.remove", "yes"),
            ("crematorium.rounds.4.start", "18:00"),
            ("crematorium.rounds.4.valid_from", "2026-01-01"),
            ("crematorium.rounds.4.case_types", "ordinary"),
        ];
        let new = rounds(&office, &admin, "2026-12-01", &evening).await;
        // One booking at a time that goes, and one before.
        for (n, day) in [(1, "2026-12-02"), (2, "2026-11-30")] {
            let wanted = wish(Some((day, "10:00")), None);
            desk.walk_in(&approver(), &answers(n, &wanted))
                .await
                .unwrap();
        }
        let effect = desk.preview_revision(&admin, &new).await.unwrap();
        assert_eq!(effect.lost_rounds.len(), 1);
        assert_eq!(effect.lost_rounds[0].date, date("2026-12-02"));
        assert!(effect.rows.is_empty(), "an administrator sees no requests");
        let done = desk.revise(&admin, &new).await.unwrap();
        assert_eq!(
            done,
            Revised::Done {
                revision: 2,
                affected: 0
            }
        );

        assert_eq!(
            starts(&office, "2026-11-30").await,
            ["10:00", "13:00", "14:30", "16:00"]
        );
        assert_eq!(
            starts(&office, "2026-12-01").await,
            ["13:00", "14:30", "16:00", "18:00"]
        );
        assert_eq!(
            desk.rules().settings().rounds.len(),
            city().crematorium.rounds.len(),
            "not yet in force"
        );
        let late = wish(Some(("2026-12-02", "18:00")), None);
        let reference = desk.walk_in(&approver(), &answers(3, &late)).await.unwrap();
        let kept = format!(
            "SELECT settings_revision AS n FROM request WHERE reference = '{}'",
            reference.as_str()
        );
        assert_eq!(number(&desk.store, kept.leak()).await, 2);
        let early = wish(Some(("2026-11-30", "18:00")), None);
        assert!(
            desk.walk_in(&approver(), &answers(4, &early))
                .await
                .is_err()
        );

        let page = desk.setting_page(&admin, Kind::Rounds).await.unwrap();
        assert_eq!(
            (page.based_on, page.coming.len(), page.history.len()),
            (2, 1, 1)
        );
        let made = &page.history[0];
        assert_eq!(
            (&*made.who, &*made.reason, &*made.legal_basis),
            ("คุณ admin", "เพิ่มรอบเย็น", "คำสั่งที่ 9/2569")
        );
        assert!(!made.changes.is_empty());

        // Its day comes: no restart is needed.
        office.clock.advance(TimeDelta::days(8));
        desk.refresh_rules().await.unwrap();
        assert!(
            desk.rules()
                .settings()
                .rounds
                .iter()
                .any(|round| round.start.to_string() == "18:00")
        );
        assert_eq!(desk.rules().revision, 2);
    })
    .await;
}

#[tokio::test]
async fn a_revision_needs_its_reason_its_basis_and_a_day_that_has_not_passed() {
    both(async |store| {
        let office = settled(store, true).await;
        let admin = staff(&office, "admin", &[Role::Administrator]).await;
        let new = NewRevision {
            legal_basis: " ".into(),
            reason: String::new(),
            ..rounds(&office, &admin, "2026-11-22", &[]).await
        };
        for outcome in [
            office.desk.preview_revision(&admin, &new).await.map(|_| ()),
            office.desk.revise(&admin, &new).await.map(|_| ()),
        ] {
            let Err(Trouble::Invalid(errors)) = outcome else {
                panic!("{outcome:?}")
            };
            let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(fields, ["valid_from", "legal_basis", "reason"]);
        }
    })
    .await;
}

#[tokio::test]
async fn the_lunar_year_is_confirmed_when_it_joins_and_never_guessed() {
    both(async |store| {
        let office = settled(store, true).await;
        let desk = &office.desk;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let page = desk.lunar_page(&officer).await.unwrap();
        assert_eq!(page.next.map(|next| next.be), Some(2573));
        let after = date("2030-07-15");
        assert!(
            desk.rules().lunar_day(after).is_none(),
            "disputed: no answer"
        );
        let answer = |day: &str, kind: &str| {
            let fields = [("first_day", day), ("kind", kind)];
            let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
            lunar_proposal(&page.calendar, &fields.into())
        };
        assert_eq!(
            answer("7 ธ.ค. 2572", "normal")
                .unwrap_err()
                .iter()
                .next()
                .unwrap()
                .code,
            "does_not_join"
        );
        assert_eq!(answer("", "").unwrap_err().iter().count(), 2);
        let proposal = answer("6 ธ.ค. 2572", "extra_day").expect("it joins");
        assert_eq!(proposal.year.kind, YearKind::ExtraDay);
        assert!(proposal.calendar.feasts(2573).iter().all(Option::is_some));
        let done = desk
            .confirm_lunar(
                &officer,
                page.based_on,
                &proposal.year,
                "ประกาศสำนักพระราชวัง",
            )
            .await;
        assert_eq!(
            done.unwrap(),
            Revised::Done {
                revision: 2,
                affected: 0
            }
        );
        assert!(desk.rules().lunar_day(after).is_some());
        let late = desk
            .confirm_lunar(&officer, page.based_on, &proposal.year, "อีกครั้ง")
            .await;
        assert_eq!(late.unwrap(), Revised::Superseded { newest: 2 });
    })
    .await;
}

#[tokio::test]
async fn who_may_revise_what() {
    both(async |store| {
        let office = settled(store, true).await;
        for (roles, days, others) in [
            (vec![Role::Officer], true, false),
            (vec![Role::Approver], true, false),
            (vec![Role::Administrator], true, true),
        ] {
            let who = staff(&office, roles[0].code(), &roles).await;
            for kind in Kind::ALL {
                let expected = match kind {
                    Kind::Closures | Kind::Lunar => days,
                    _ => others,
                };
                let page = office.desk.setting_page(&who, kind).await;
                assert_eq!(page.is_ok(), expected, "{roles:?} {kind:?}");
                if !expected {
                    let admin = staff(
                        &office,
                        &format!("admin-{}-{}", roles[0].code(), kind.code()),
                        &[Role::Administrator],
                    )
                    .await;
                    let page = office.desk.setting_page(&admin, kind).await.unwrap();
                    let new = NewRevision {
                        kind,
                        based_on: page.based_on,
                        valid_from: date("2026-11-23"),
                        legal_basis: "x".into(),
                        reason: "x".into(),
                        body: domain::setting::part(kind, &page.municipality),
                    };
                    assert!(matches!(
                        office.desk.revise(&who, &new).await,
                        Err(Trouble::NotAllowed)
                    ));
                    assert!(matches!(
                        office.desk.preview_revision(&who, &new).await,
                        Err(Trouble::NotAllowed)
                    ));
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_year_shows_the_moon_the_holidays_what_is_closed_and_what_is_booked() {
    both(async |store| {
        let office = settled(store, true).await;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        office
            .desk
            .walk_in(&officer, &answers(1, &usual_wish()))
            .await
            .unwrap();
        let withdrawn = wish(Some(("2026-11-25", "16:00")), None);
        let gone = office
            .desk
            .walk_in(&officer, &answers(2, &withdrawn))
            .await
            .unwrap();
        office
            .desk
            .withdraw(gone.as_str(), &last4(2), "a")
            .await
            .unwrap();
        let year = office.desk.year(&officer, 2026).await.unwrap();
        assert_eq!(year.days.len(), 365);
        let day = |text: &str| year.days.iter().find(|day| day.date == date(text)).unwrap();
        assert_eq!(day("2026-11-25").ceremonies, 1);
        assert!(day("2026-11-24").lunar.unwrap().holy_day);
        assert!(day("2026-11-27").cremation.is_some(), "a Friday");
        assert!(day("2026-12-10").holiday.is_some());
        assert!(office.desk.year(&officer, 300_000).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn the_file_and_what_staff_revised_stand_together() {
    both(async |store| {
        let office = settled(store.clone(), true).await;
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let close = ClosureChange::Add(dates("2026-12-10", "2026-12-10", Closes::All));
        change(&office, &officer, &close).await;
        let over = settings::overlays(&store, office.desk.now()).await.unwrap();
        assert_eq!(
            over.iter()
                .map(|over| (over.kind, over.revision))
                .collect::<Vec<_>>(),
            [(Kind::Closures, 2)]
        );
        // A new file changes what nobody revised; the closed days stay the office's.
        let mut next = city();
        next.crematorium.horizon_days = 45;
        next.crematorium.closures.clear();
        settings::fits(&store, &next, office.desk.now())
            .await
            .expect("it fits");
        settings::append(
            &store,
            &office.desk.keys,
            &next,
            "seed",
            office.desk.now(),
            &Chances,
        )
        .await
        .unwrap();
        office.desk.refresh_rules().await.unwrap();
        let rules = office.desk.rules();
        assert_eq!((rules.settings().horizon_days, rules.revision), (45, 3));
        assert!(
            rules
                .closed(date("2026-12-10"), Facility::Pavilions)
                .is_some()
        );
        let unseeded = office_of(store, city(), true);
        assert_eq!(unseeded.desk.rules().revision, 1);
    })
    .await;
}

#[tokio::test]
async fn before_the_first_seeding_there_is_nothing_to_revise() {
    both(async |store| {
        let office = office(store);
        let officer = staff(&office, "officer", &[Role::Officer]).await;
        let page = office.desk.setting_page(&officer, Kind::Closures).await;
        assert!(matches!(page, Err(Trouble::Internal(_))));
        assert!(
            settings::overlays(&office.desk.store, office.desk.now())
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn a_request_keeps_the_fees_it_was_made_under() {
    both(async |store| {
        let office = settled(store, true).await;
        let desk = &office.desk;
        let (officer, admin) = (
            staff(&office, "officer", &[Role::Officer]).await,
            staff(&office, "admin", &[Role::Administrator]).await,
        );
        // A closure first: the request's number is then no longer the file's own.
        let close = ClosureChange::Add(dates("2026-12-10", "2026-12-10", Closes::All));
        change(&office, &officer, &close).await;
        let before = desk
            .walk_in(&officer, &answers(1, &usual_wish()))
            .await
            .unwrap();
        let total = async |reference: &str| {
            let view = desk.request_fees(&officer, reference).await.unwrap();
            view.quote.total.least
        };
        let price = total(before.as_str()).await;
        assert!(price > domain::money::Satang::ZERO);

        let page = desk.setting_page(&admin, Kind::Fees).await.unwrap();
        let mut fields = typed(Kind::Fees, &page.municipality);
        for (name, rates) in [
            ("money.items.0.rates", "9000/9000"),
            ("crematorium.pavilions.0.price_per_night", "700"),
        ] {
            fields.insert(name.to_owned(), rates.to_owned());
        }
        let (body, _) = read(Kind::Fees, &fields, &page.municipality).expect("fees");
        let new = NewRevision {
            kind: Kind::Fees,
            based_on: page.based_on,
            valid_from: date("2026-11-23"),
            legal_basis: "เทศบัญญัติ พ.ศ. 2569".into(),
            reason: "อัตราใหม่".into(),
            body,
        };
        let done = desk.revise(&admin, &new).await.unwrap();
        assert_eq!(
            done,
            Revised::Done {
                revision: 3,
                affected: 0
            }
        );
        let later = wish(
            Some(("2026-11-28", "13:00")),
            Some(("sala-1", "2026-11-26", 2)),
        );
        let after = desk.walk_in(&officer, &answers(2, &later)).await.unwrap();
        assert_eq!(total(before.as_str()).await, price, "as it was told");
        let grown = domain::money::Satang(800_000 + 2 * 20_000);
        assert_eq!(total(after.as_str()).await.checked_sub(price), Some(grown));
    })
    .await;
}

#[tokio::test]
async fn what_is_booked_at_a_furnace_that_is_removed_must_move() {
    both(async |store| {
        let office = settled(store, true).await;
        let admin = staff(&office, "admin", &[Role::Administrator, Role::Officer]).await;
        let desk = &office.desk;
        let booked = wish(Some(("2026-11-26", "13:00")), None);
        let reference = desk.walk_in(&admin, &answers(1, &booked)).await.unwrap();
        let file = desk.open_request(&admin, reference.as_str()).await.unwrap();
        assert_eq!(file.furnace.as_deref(), Some("furnace-1"));

        let remove = [("crematorium.furnaces.0.remove", "yes")];
        let new = rounds(&office, &admin, "2026-11-23", &remove).await;
        let effect = desk.preview_revision(&admin, &new).await.unwrap();
        assert_eq!(effect.hits.len(), 1);
        let done = desk.revise(&admin, &new).await.unwrap();
        assert!(
            matches!(done, Revised::Done { affected: 1, .. }),
            "{done:?}"
        );
        let listed = desk.affected(&admin, None, None).await.unwrap().rows;
        assert_eq!(listed[0].reference, reference);
        assert_eq!(
            listed[0].reason.en,
            "The place that was booked is no longer offered"
        );
    })
    .await;
}
