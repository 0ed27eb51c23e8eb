//! Crematorium cases, and one live case per deceased.
use crate::sample::{date, id, insert_request, minutes, now};
use chrono::NaiveDate;
use domain::crematorium::application::Relation;
use domain::crematorium::{
    AshWish, CaseType, CoffinSize, CremationWish, Implants, InternalNumber, PavilionWish, Residence,
};
use domain::time::TimeOfDay;
use store::crematorium::{self, AshCollection, CaseRow, Cremation, IdentityKind, identity};
use store::testing::{both, run_sql};
use store::{Result, Store};
use uuid::Uuid;

pub fn case(request_id: Uuid, deceased_id: Uuid, cremation: Option<NaiveDate>) -> CaseRow {
    CaseRow {
        request_id,
        deceased_id,
        relation: Relation::Child,
        case_type: CaseType::Ordinary,
        date_of_death: date("2026-11-20"),
        residence: Residence::InArea,
        certificate_number: None,
        certificate_due_at: Some(now() + minutes(1440)),
        cremation: cremation.map(|date| Cremation {
            wish: CremationWish {
                date,
                round: TimeOfDay::parse("13:00").expect("a time"),
            },
            furnace_id: "furnace-1".to_owned(),
        }),
        pavilion: None,
        ash: None,
        coffin: None,
        implants: None,
        internal_number: None,
    }
}

async fn load(store: &Store, request_id: Uuid) -> CaseRow {
    crematorium::load(&mut store.read().await.unwrap(), request_id)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn a_case_is_read_as_it_was_written_corrected_and_given_its_certificate() {
    both(async |store| {
        let mut row = store
            .write(async |tx| -> Result<_> {
                let request = insert_request(tx, |_| ()).await?;
                let row = case(request.id, request.applicant_id, Some(date("2026-11-25")));
                crematorium::insert(tx, &row).await?;
                Ok(row)
            })
            .await
            .unwrap();
        assert_eq!(load(&store, row.request_id).await, row);
        row.relation = Relation::Other;
        row.case_type = CaseType::Infectious;
        row.residence = Residence::NotSure;
        row.cremation = None;
        row.ash = Some(AshCollection {
            wish: AshWish {
                date: date("2026-11-26"),
                start: TimeOfDay::parse("07:00").expect("a time"),
            },
            table_id: "ash-1".to_owned(),
        });
        row.coffin = Some(CoffinSize::Large);
        row.implants = Some(Implants::Present);
        row.internal_number = InternalNumber::parse("2569-0001");
        row.pavilion = Some(PavilionWish {
            id: "sala-1".to_owned(),
            from: date("2026-11-23"),
            nights: 2,
        });
        assert!(
            store
                .write(async |tx| crematorium::update(tx, &row).await)
                .await
                .unwrap()
        );
        assert_eq!(load(&store, row.request_id).await, row);
        let noted = store
            .write(async |tx| crematorium::set_certificate(tx, row.request_id, "ตรัง 1/2569").await);
        assert!(noted.await.unwrap());
        let noted = load(&store, row.request_id).await;
        assert_eq!(
            (
                noted.certificate_number.as_deref(),
                noted.certificate_due_at
            ),
            (Some("ตรัง 1/2569"), None)
        );
        let none = case(id(), row.deceased_id, None);
        assert!(
            !store
                .write(async |tx| crematorium::update(tx, &none).await)
                .await
                .unwrap()
        );
        assert_eq!(
            crematorium::load(&mut store.read().await.unwrap(), none.request_id)
                .await
                .unwrap(),
            None
        );
    })
    .await;
}

#[tokio::test]
async fn half_a_cremation_is_an_impossible_row() {
    both(async |store| {
        let request_id = store
            .write(async |tx| -> Result<_> {
                let request = insert_request(tx, |_| ()).await?;
                crematorium::insert(
                    tx,
                    &case(request.id, request.applicant_id, Some(date("2026-11-25"))),
                )
                .await?;
                Ok(request.id)
            })
            .await
            .unwrap();
        run_sql(&store, "UPDATE crematorium_case SET furnace_id = NULL").await;
        let error = crematorium::load(&mut store.read().await.unwrap(), request_id)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("crematorium_case.cremation_date")
                && error.contains(&request_id.to_string()),
            "{error}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_day_lists_its_cases_in_the_order_of_rounds() {
    both(async |store| {
        let expected = store
            .write(async |tx| -> Result<_> {
                let mut rows = Vec::new();
                for (round, furnace) in [
                    ("15:00", "furnace-1"),
                    ("09:00", "furnace-2"),
                    ("09:00", "furnace-1"),
                ] {
                    let request = insert_request(tx, |_| ()).await?;
                    let mut row = case(request.id, request.applicant_id, Some(date("2026-11-25")));
                    let cremation = row.cremation.as_mut().expect("a cremation");
                    cremation.wish.round = TimeOfDay::parse(round).expect("a time");
                    furnace.clone_into(&mut cremation.furnace_id);
                    crematorium::insert(tx, &row).await?;
                    rows.push(row);
                }
                let request = insert_request(tx, |_| ()).await?;
                crematorium::insert(
                    tx,
                    &case(request.id, request.applicant_id, Some(date("2026-11-26"))),
                )
                .await?;
                rows.reverse();
                Ok(rows)
            })
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        assert_eq!(
            crematorium::on_day(&mut conn, date("2026-11-25"))
                .await
                .unwrap(),
            expected
        );
    })
    .await;
}

#[tokio::test]
async fn a_deceased_has_one_live_case() {
    both(async |store| {
        let [first, second] = store
            .write(async |tx| -> Result<_> {
                Ok([
                    insert_request(tx, |_| ()).await?.id,
                    insert_request(tx, |_| ()).await?.id,
                ])
            })
            .await
            .unwrap();
        let national_id = (IdentityKind::NationalId, "n".to_owned());
        let passport = (IdentityKind::Passport, "p".to_owned());
        let certificate = (IdentityKind::Certificate, "n".to_owned());
        let claim = async |request, identifiers: &[identity::Identifier]| {
            store
                .write(async |tx| identity::claim(tx, request, identifiers).await)
                .await
                .unwrap()
        };
        let of = async |request| {
            identity::of(&mut store.read().await.unwrap(), request)
                .await
                .unwrap()
        };
        assert!(claim(first, &[passport.clone(), national_id.clone()]).await);
        assert!(!claim(second, &[certificate.clone(), passport.clone()]).await);
        assert_eq!(of(second).await, [], "nothing is kept of a refused claim");
        assert!(
            claim(first, &[national_id.clone(), certificate.clone()]).await,
            "a corrected case keeps its own"
        );
        assert_eq!(
            of(first).await,
            [certificate.clone(), national_id.clone(), passport.clone()]
        );
        let holder = identity::holder(&mut store.read().await.unwrap(), passport.0, &passport.1)
            .await
            .unwrap();
        assert_eq!(holder, Some(first));
        assert_eq!(
            store
                .write(async |tx| identity::release(tx, first).await)
                .await
                .unwrap(),
            3
        );
        assert!(claim(second, &[passport]).await);
    })
    .await;
}
