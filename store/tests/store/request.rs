//! Requests: inserting, the guarded change, history, inbox, counts, limits; and people.
use crate::sample::{date, id, insert_request, minutes, now, person, request_of};
use domain::request::{Snapshot, Status};
use domain::time::Instant;
use store::person::{self, SealedIdentity};
use store::request::{self, Counts, EventRow, InboxFilter, RequestRow};
use store::testing::both;
use store::{Result, Store, call, crematorium, search};
use uuid::Uuid;

#[tokio::test]
async fn a_request_is_read_as_it_was_written_and_a_reference_is_given_once() {
    both(async |store| {
        let officer = id();
        let row = store
            .write(async |tx| {
                let helper = person();
                person::insert(tx, &helper).await?;
                insert_request(tx, |row| {
                    row.helper_id = Some(helper.id);
                    row.state.frozen = true;
                    row.state.verified_at = Some(now());
                    row.state.returned_count = 1;
                    row.state.taken_by = Some(officer);
                    row.state.decided_at = Some(now() + minutes(1));
                    row.state.correct_by = Some(now() + minutes(2));
                })
                .await
            })
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        assert_eq!(
            request::by_id(&mut conn, row.id).await.unwrap().as_ref(),
            Some(&row)
        );
        assert_eq!(
            request::by_reference(&mut conn, &row.reference)
                .await
                .unwrap()
                .as_ref(),
            Some(&row)
        );
        assert_eq!(
            request::by_reference(&mut conn, "000000000000")
                .await
                .unwrap(),
            None
        );
        drop(conn);
        let same = RequestRow {
            reference: row.reference.clone(),
            ..request_of(row.applicant_id)
        };
        assert!(
            !store
                .write(async |tx| request::insert(tx, &same).await)
                .await
                .unwrap()
        );
    })
    .await;
}

#[tokio::test]
async fn a_change_needs_the_status_and_the_version_it_was_decided_on() {
    both(async |store| {
        let row = store
            .write(async |tx| insert_request(tx, |_| ()).await)
            .await
            .unwrap();
        let later = now() + minutes(5);
        let snapshot = Snapshot {
            status: Status::Approved,
            verified: true,
            lapse_at: None,
            ..row.state.snapshot()
        };
        let next = row.state.after(&snapshot, later);
        assert_eq!(next.verified_at, Some(later));
        let apply = async |status, version| {
            store
                .write(async |tx| request::apply(tx, row.id, status, version, &next).await)
                .await
                .unwrap()
        };
        assert!(!apply(Status::Returned, 1).await);
        assert!(!apply(Status::Submitted, 2).await);
        assert!(apply(Status::Submitted, 1).await);
        assert!(!apply(Status::Submitted, 1).await);
        let after = request::by_id(&mut store.read().await.unwrap(), row.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((after.version, &after.state), (2, &next));
        assert_eq!(after.state.snapshot(), snapshot);
    })
    .await;
}

#[tokio::test]
async fn history_is_told_in_order() {
    both(async |store| {
        let row = store
            .write(async |tx| insert_request(tx, |_| ()).await)
            .await
            .unwrap();
        let event = |version, name: &str| EventRow {
            id: id(),
            request_id: row.id,
            version,
            at: now() + minutes(version),
            actor_kind: "staff".to_owned(),
            actor_id: Some(id()),
            event: name.to_owned(),
            body: "{}".to_owned(),
        };
        let events = [event(1, "submitted"), event(2, "taken")];
        store
            .write(async |tx| -> Result<()> {
                for event in events.iter().rev() {
                    request::insert_event(tx, event).await?;
                }
                Ok(())
            })
            .await
            .unwrap();
        assert_eq!(
            request::events(&mut store.read().await.unwrap(), row.id)
                .await
                .unwrap(),
            events
        );
    })
    .await;
}

async fn inbox(store: &Store, filter: &InboxFilter) -> Vec<Uuid> {
    let rows = request::inbox(&mut store.read().await.unwrap(), filter, None, 50)
        .await
        .unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

#[tokio::test]
async fn the_inbox_shows_the_most_urgent_first_page_by_page() {
    both(async |store| {
        let expected = store
            .write(async |tx| -> Result<_> {
                let mut rows = Vec::new();
                for n in 0..7 {
                    // Two are equally urgent; statuses alternate.
                    let urgency = [50, 10, 30, 30, 20, 60, 40][n];
                    let row = insert_request(tx, |row| {
                        row.state.decide_by = now() + minutes(urgency);
                        row.state.status = if n % 2 == 0 {
                            Status::Submitted
                        } else {
                            Status::Returned
                        };
                    });
                    rows.push(row.await?);
                }
                insert_request(tx, |row| row.state.status = Status::Completed).await?;
                // The filter names the returned ones first.
                rows.sort_by_key(|row| {
                    let waits = row.state.status == Status::Submitted;
                    (waits, row.state.decide_by, row.id)
                });
                Ok(rows)
            })
            .await
            .unwrap();
        let filter = InboxFilter {
            statuses: vec![Status::Returned, Status::Submitted],
            ..InboxFilter::default()
        };
        let mut paged: Vec<RequestRow> = Vec::new();
        let mut conn = store.read().await.unwrap();
        loop {
            let after = paged.last().map(RequestRow::inbox_key);
            let page = request::inbox(&mut conn, &filter, after, 3).await.unwrap();
            if page.is_empty() {
                break;
            }
            assert!(page.len() <= 3);
            paged.extend(page);
            assert!(paged.len() <= expected.len(), "a row came twice");
        }
        assert_eq!(paged, expected);
        assert_eq!(
            request::inbox(&mut conn, &InboxFilter::default(), None, 3)
                .await
                .unwrap(),
            []
        );
    })
    .await;
}

#[tokio::test]
async fn every_filter_of_the_inbox_narrows_it() {
    both(async |store| {
        let officer = id();
        let (verified, taken, late, equipment, found) = store
            .write(async |tx| -> Result<_> {
                let verified =
                    insert_request(tx, |row| row.state.verified_at = Some(now())).await?;
                let taken = insert_request(tx, |row| row.state.taken_by = Some(officer)).await?;
                let late =
                    insert_request(tx, |row| row.state.decide_by = now() - minutes(1)).await?;
                let equipment =
                    insert_request(tx, |row| row.service = "equipment".to_owned()).await?;
                let found = insert_request(tx, |_| ()).await?;
                search::index(tx, verified.id, &["som".to_owned()]).await?;
                search::index(
                    tx,
                    found.id,
                    &["som".to_owned(), "jai".to_owned(), "som".to_owned()],
                )
                .await?;
                Ok((verified.id, taken.id, late.id, equipment.id, found.id))
            })
            .await
            .unwrap();
        let all = InboxFilter {
            statuses: vec![Status::Submitted],
            ..InboxFilter::default()
        };
        assert_eq!(inbox(&store, &all).await.len(), 5);
        let unverified = inbox(
            &store,
            &InboxFilter {
                unverified: true,
                ..all.clone()
            },
        )
        .await;
        assert!(unverified.len() == 4 && !unverified.contains(&verified));
        assert_eq!(
            inbox(
                &store,
                &InboxFilter {
                    taken_by: Some(officer),
                    ..all.clone()
                }
            )
            .await,
            [taken]
        );
        assert_eq!(
            inbox(
                &store,
                &InboxFilter {
                    late_before: Some(now()),
                    ..all.clone()
                }
            )
            .await,
            [late]
        );
        let service = Some("equipment".to_owned());
        assert_eq!(
            inbox(
                &store,
                &InboxFilter {
                    service,
                    ..all.clone()
                }
            )
            .await,
            [equipment]
        );
        let search = |words: &[&str]| InboxFilter {
            search: words.iter().map(|word| (*word).to_owned()).collect(),
            ..all.clone()
        };
        assert_eq!(inbox(&store, &search(&["som"])).await, [verified, found]);
        assert_eq!(inbox(&store, &search(&["som", "jai"])).await, [found]);
        assert!(inbox(&store, &search(&["som", "dee"])).await.is_empty());
        let by_word = search::find(&mut store.read().await.unwrap(), "som", 10)
            .await
            .unwrap();
        assert_eq!(by_word, [found, verified]);
        assert_eq!(
            store
                .write(async |tx| search::forget(tx, found).await)
                .await
                .unwrap(),
            2
        );
        assert!(inbox(&store, &search(&["jai"])).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_four_numbers_count_what_they_say() {
    both(async |store| {
        store
            .write(async |tx| -> Result<()> {
                for (decide_by, status) in [
                    (-1, Status::Submitted),
                    (0, Status::Submitted),
                    (59, Status::Submitted),
                    (60, Status::Submitted),
                    (-1, Status::Returned),
                ] {
                    insert_request(tx, |row| {
                        row.state.decide_by = now() + minutes(decide_by);
                        row.state.status = status;
                    })
                    .await?;
                }
                for (status, day) in [
                    (Status::Approved, "2026-11-23"),
                    (Status::Completed, "2026-11-23"),
                    (Status::Cancelled, "2026-11-23"),
                    (Status::Approved, "2026-11-24"),
                ] {
                    let row = insert_request(tx, |row| row.state.status = status).await?;
                    let case = crate::crematorium::case(row.id, row.applicant_id, Some(date(day)));
                    crematorium::insert(tx, &case).await?;
                }
                let row = insert_request(tx, |row| row.state.status = Status::Approved).await?;
                for due in [-5, 0, 5] {
                    let event = EventRow {
                        id: id(),
                        request_id: row.id,
                        version: 1,
                        at: now(),
                        actor_kind: "system".to_owned(),
                        actor_id: None,
                        event: "approved".to_owned(),
                        body: "{}".to_owned(),
                    };
                    request::insert_event(tx, &event).await?;
                    call::insert(
                        tx,
                        id(),
                        row.id,
                        event.id,
                        "approved",
                        now() + minutes(due),
                        now(),
                    )
                    .await?;
                }
                Ok(())
            })
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        let counts = request::counts(&mut conn, now(), date("2026-11-23"), now() + minutes(60))
            .await
            .unwrap();
        assert_eq!(
            counts,
            Counts {
                late: 1,
                due_today: 2,
                ceremonies_today: 2,
                calls_due: 2,
                undecided: 4,
                calls_open: 3,
            }
        );
    })
    .await;
}

#[tokio::test]
async fn only_live_unverified_requests_lapse_and_count_against_a_limit() {
    both(async |store| {
        let lapsed = store
            .write(async |tx| -> Result<_> {
                let lapses = |at: i64| Some(now() + minutes(at));
                let second = insert_request(tx, |row| row.state.lapse_at = lapses(0)).await?;
                let first = insert_request(tx, |row| row.state.lapse_at = lapses(-1)).await?;
                insert_request(tx, |row| row.state.lapse_at = lapses(1)).await?;
                insert_request(tx, |row| {
                    row.state.lapse_at = lapses(-1);
                    row.state.verified_at = Some(now());
                })
                .await?;
                insert_request(tx, |row| {
                    row.state.lapse_at = lapses(-1);
                    row.state.status = Status::Withdrawn;
                })
                .await?;
                insert_request(tx, |row| {
                    row.phone_mac = "another phone".to_owned();
                    row.browser_mac = None;
                })
                .await?;
                Ok([first.id, second.id])
            })
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        let lapsing = request::lapsing(&mut conn, now(), 10).await.unwrap();
        assert_eq!(lapsing.iter().map(|row| row.id).collect::<Vec<_>>(), lapsed);
        assert_eq!(
            request::lapsing(&mut conn, now(), 1).await.unwrap().len(),
            1
        );
        assert_eq!(
            request::unverified_of_phone(&mut conn, "phone")
                .await
                .unwrap(),
            3
        );
        assert_eq!(
            request::unverified_of_phone(&mut conn, "another phone")
                .await
                .unwrap(),
            1
        );
        assert_eq!(
            request::unverified_of_browser(&mut conn, "browser")
                .await
                .unwrap(),
            3
        );
    })
    .await;
}

#[tokio::test]
async fn a_person_is_corrected_and_then_erased_for_good() {
    both(async |store| {
        let mut row = person();
        row.identity = Some(SealedIdentity {
            kind: "national_id".to_owned(),
            sealed: "c2VhbGVk".to_owned(),
            key_id: "00000000".to_owned(),
        });
        store
            .write(async |tx| person::insert(tx, &row).await)
            .await
            .unwrap();
        row.name = "สมหญิง ใจงาม".to_owned();
        row.email = Some("som@example.org".to_owned());
        assert!(
            store
                .write(async |tx| person::update(tx, &row).await)
                .await
                .unwrap()
        );
        let load = async || {
            person::by_id(&mut store.read().await.unwrap(), row.id)
                .await
                .unwrap()
                .unwrap()
        };
        assert_eq!(load().await, row);
        assert!(!format!("{row:?}").contains("สมหญิง"));
        let later: Instant = now() + minutes(1);
        assert!(
            store
                .write(async |tx| person::erase(tx, row.id, later).await)
                .await
                .unwrap()
        );
        let erased = load().await;
        assert_eq!(
            (&*erased.name, &erased.phone, &erased.email),
            ("", &None, &None)
        );
        assert_eq!((erased.identity, erased.erased_at), (None, Some(later)));
        assert!(
            !store
                .write(async |tx| person::update(tx, &row).await)
                .await
                .unwrap()
        );
        assert!(
            !store
                .write(async |tx| person::erase(tx, row.id, later).await)
                .await
                .unwrap()
        );
    })
    .await;
}
