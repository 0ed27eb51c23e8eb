//! Bookings that must move: marked once, told, on the list, and off it when they end or may stay.
use crate::support::{answers, approver, both, date, last4, wish};
use desk::Trouble;
use domain::affected::{Cause, CauseKind, Resolution};
use domain::form::Text;
use domain::request::{Action, Actor, Role, Status};
use store::testing::number;
use uuid::Uuid;

fn outage(n: u128) -> Cause {
    Cause {
        kind: CauseKind::Outage,
        id: Uuid::from_u128(n),
    }
}

async fn mark(office: &crate::support::Office, reference: &str, cause: Cause) -> usize {
    let desk = &office.desk;
    let mut conn = desk.store.read().await.unwrap();
    let id = store::request::by_reference(&mut conn, reference)
        .await
        .unwrap()
        .unwrap()
        .id;
    drop(conn);
    let reason = Text::new("เตาที่ 1 ขัดข้อง", "Furnace 1 is broken");
    let actor = Actor::Staff(approver());
    let now = desk.now();
    desk.store
        .write(async |tx| {
            desk.mark_affected(tx, &[(id, date("2026-11-25"))], cause, &reason, &actor, now)
                .await
        })
        .await
        .unwrap()
        .len()
}

#[tokio::test]
async fn a_booking_that_must_move_is_listed_told_and_kept_until_it_ends() {
    both(async |office| {
        let wanted = wish(Some(("2026-11-25", "13:00")), None);
        let reference = office
            .desk
            .walk_in(&approver(), &answers(1, &wanted))
            .await
            .unwrap();
        assert_eq!(mark(&office, reference.as_str(), outage(1)).await, 1);
        assert_eq!(
            mark(&office, reference.as_str(), outage(1)).await,
            0,
            "once for a cause"
        );
        let list = office.desk.affected(&approver(), None, None).await.unwrap();
        assert_eq!(list.rows.len(), 1);
        assert_eq!(list.rows[0].reference, reference);
        assert!(!list.rows[0].told);
        assert_eq!(office.desk.affected_count(&approver()).await.unwrap(), 1);
        let closures = office
            .desk
            .affected(&approver(), Some(CauseKind::Closure), None)
            .await
            .unwrap();
        assert!(closures.rows.is_empty());

        let calls = office.desk.call_list(&approver()).await.unwrap();
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].about, "must_move");
        let sheet = office.desk.call(&approver(), calls[0].id).await.unwrap();
        assert!(sheet.what_to_say.th.contains("เตาที่ 1 ขัดข้อง"));

        // Its places are still its own.
        let claims =
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM slot_claim WHERE holder_kind = 'request'";
        assert!(number(&office.desk.store, claims).await > 0);

        office
            .desk
            .decide(
                &approver(),
                reference.as_str(),
                2,
                Action::Cancel {
                    reason: "ครอบครัวขอ".into(),
                },
            )
            .await
            .unwrap();
        assert_eq!(office.desk.affected_count(&approver()).await.unwrap(), 0);
        let all = office
            .desk
            .affected_by(&approver(), outage(1))
            .await
            .unwrap();
        assert_eq!(all[0].resolved.map(|(_, how)| how), Some(Resolution::Ended));
        assert_eq!(
            mark(&office, reference.as_str(), outage(2)).await,
            0,
            "ended"
        );
        let (report, _) = office.desk.verify_audit().await.unwrap();
        assert!(report.problems.is_empty(), "{report:?}");
    })
    .await;
}

#[tokio::test]
async fn a_booking_stays_when_every_cause_is_over_and_the_family_is_told() {
    both(async |office| {
        let wanted = wish(Some(("2026-11-25", "13:00")), None);
        let reference = office
            .desk
            .walk_in(&approver(), &answers(1, &wanted))
            .await
            .unwrap();
        for n in [1, 2] {
            assert_eq!(mark(&office, reference.as_str(), outage(n)).await, 1);
        }
        let relieve = async |n| {
            let (desk, actor) = (&office.desk, Actor::Staff(approver()));
            let now = desk.now();
            desk.store
                .write(async |tx| desk.relieve_affected(tx, outage(n), &actor, now).await)
                .await
                .unwrap()
        };
        assert_eq!(relieve(1).await, 0, "the other cause is left");
        assert_eq!(relieve(2).await, 1);
        assert_eq!(relieve(2).await, 0, "once");
        let calls = office.desk.call_list(&approver()).await.unwrap();
        assert_eq!(
            calls.iter().map(|call| &*call.about).collect::<Vec<_>>(),
            ["may_stay"],
            "newer news replace a call that was not made"
        );
        let status = office
            .desk
            .track(reference.as_str(), &last4(1), "a")
            .await
            .unwrap()
            .status;
        assert_eq!(status, Status::Submitted);
    })
    .await;
}

#[tokio::test]
async fn an_unverified_booking_that_must_move_is_still_to_be_confirmed() {
    both(async |office| {
        let wanted = crate::support::usual_wish();
        let (browser, id) = crate::support::draft(&office, 1, &wanted).await;
        let reference = office.desk.send_draft(&browser, &id).await.unwrap();
        mark(&office, reference.as_str(), outage(1)).await;
        let calls = office.desk.call_list(&approver()).await.unwrap();
        let mut about: Vec<_> = calls.iter().map(|call| &*call.about).collect();
        about.sort_unstable();
        assert_eq!(about, ["must_move", "verify"]);
    })
    .await;
}

#[tokio::test]
async fn an_administrator_does_not_see_the_list() {
    both(async |office| {
        let administrator = crate::support::staff(&office, "admin", &[Role::Administrator]).await;
        assert!(matches!(
            office.desk.affected(&administrator, None, None).await,
            Err(Trouble::NotAllowed)
        ));
        assert!(matches!(
            office.desk.affected_by(&administrator, outage(1)).await,
            Err(Trouble::NotAllowed)
        ));
        assert!(matches!(
            office.desk.affected_count(&administrator).await,
            Err(Trouble::NotAllowed)
        ));
    })
    .await;
}
