//! Photos of papers: kept, judged once, replaced unless accepted; what officers found out.
use crate::sample::{id, insert_request, minutes, now};
use domain::paper::{Findings, Manner, PaperKind, Registry, StatedPlace, Verdict};
use domain::request::Status;
use store::paper::{self, PaperRow};
use store::testing::both;
use store::{StoreError, request, task};
use uuid::Uuid;

fn photo(request_id: Uuid, kind: PaperKind) -> PaperRow {
    PaperRow {
        id: id(),
        request_id,
        kind,
        object: "paper/a".into(),
        thumbnail: "paper/b".into(),
        size: 120_000,
        sha256: "0".repeat(64),
        width: 1500,
        height: 2000,
        uploaded_at: now(),
        uploaded_by_kind: "resident".into(),
        uploaded_by: None,
        verdict: Verdict::Waiting,
        defect: None,
        decided_at: None,
        decided_by: None,
    }
}

#[tokio::test]
async fn a_photo_is_judged_once_and_replaced_unless_it_was_accepted() {
    both(async |store| {
        let request = store
            .write(async |tx| insert_request(tx, |_| {}).await)
            .await
            .unwrap()
            .id;
        let officer = id();
        let (one, other) = (
            photo(request, PaperKind::DeathCertificate),
            photo(request, PaperKind::Authority),
        );
        let (blurred, late, replaced, again, accepted, refused) = store
            .write(async |tx| {
                paper::insert(tx, &one).await?;
                paper::insert(tx, &other).await?;
                let at = now() + minutes(1);
                let judge = async |tx: &mut store::Tx, id, verdict, defect| {
                    paper::judge(tx, id, Verdict::Waiting, verdict, defect, officer, at).await
                };
                Ok::<_, StoreError>((
                    judge(tx, one.id, Verdict::Defective, Some("เบลอ")).await?,
                    judge(tx, one.id, Verdict::Accepted, None).await?,
                    paper::replace(tx, one.id, request).await?,
                    paper::replace(tx, one.id, request).await?,
                    judge(tx, other.id, Verdict::Accepted, None).await?,
                    paper::replace(tx, other.id, request).await?,
                ))
            })
            .await
            .unwrap();
        assert_eq!(
            (blurred, late, replaced, again, accepted, refused),
            (true, false, true, false, true, false)
        );
        let mut conn = store.read().await.unwrap();
        let papers = paper::of(&mut conn, request).await.unwrap();
        assert_eq!(papers.len(), 2);
        assert_eq!(
            (papers[0].verdict, papers[0].defect.as_deref()),
            (Verdict::Replaced, Some("เบลอ"))
        );
        assert_eq!(
            (papers[1].verdict, papers[1].decided_by),
            (Verdict::Accepted, Some(officer))
        );
        assert_eq!(
            paper::by_id(&mut conn, one.id).await.unwrap().as_ref(),
            Some(&papers[0])
        );
        assert_eq!(paper::by_id(&mut conn, id()).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn findings_are_nothing_until_somebody_has_looked() {
    both(async |store| {
        let request = store
            .write(async |tx| insert_request(tx, |_| {}).await)
            .await
            .unwrap()
            .id;
        let of = async || {
            let mut conn = store.read().await.unwrap();
            paper::findings(&mut conn, request).await.unwrap()
        };
        assert_eq!(of().await, Findings::default());
        let mut found = Findings {
            stated_place: Some(StatedPlace::Elsewhere),
            ..Findings::default()
        };
        for manner in [None, Some(Manner::Unnatural), Some(Manner::Natural)] {
            found.manner = manner;
            found.registry = manner.map(|_| Registry::Found);
            store
                .write(async |tx| paper::set_findings(tx, request, found).await)
                .await
                .unwrap();
            assert_eq!(of().await, found);
        }
    })
    .await;
}

#[tokio::test]
async fn a_change_of_papers_is_a_change_of_a_live_request() {
    both(async |store| {
        let row = store
            .write(async |tx| {
                let row = insert_request(tx, |row| row.state.lapse_at = Some(now())).await?;
                Ok::<_, StoreError>(row)
            })
            .await
            .unwrap();
        let touch = async |by_office, stop_lapse| {
            store
                .write(async |tx| paper::touch(tx, row.id, by_office, stop_lapse, now()).await)
                .await
                .unwrap()
        };
        let change = async |change: fn(&mut request::RequestState)| {
            store
                .write(async |tx| {
                    let row = request::by_id(tx, row.id).await?.unwrap();
                    let mut state = row.state.clone();
                    change(&mut state);
                    request::apply(tx, row.id, row.state.status, row.version, &state).await
                })
                .await
                .unwrap()
        };
        let lapse_at = async || {
            let mut conn = store.read().await.unwrap();
            let row = request::by_id(&mut conn, row.id).await.unwrap();
            row.unwrap().state.lapse_at
        };
        assert_eq!(touch(false, false).await, Some(2));
        assert!(lapse_at().await.is_some());
        assert_eq!(touch(false, true).await, Some(3));
        assert_eq!(lapse_at().await, None);
        assert!(change(|state| (state.frozen, state.release_missing) = (true, true)).await);
        assert_eq!(touch(false, false).await, None);
        assert_eq!(touch(true, false).await, Some(5));
        let mut conn = store.read().await.unwrap();
        let kept = request::by_id(&mut conn, row.id).await.unwrap().unwrap();
        assert!(kept.state.release_missing && kept.state.snapshot().release_missing);
        drop(conn);
        assert!(change(|state| state.status = Status::Withdrawn).await);
        assert_eq!(touch(true, false).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_requests_tasks_of_one_kind_are_closed_together() {
    both(async |store| {
        let (closed, again, open) = store
            .write(async |tx| {
                let request = insert_request(tx, |_| {}).await?.id;
                for kind in ["registry_check", "mail_failed"] {
                    task::insert(tx, id(), kind, Some(request), "{}", now()).await?;
                }
                let by = id();
                Ok::<_, StoreError>((
                    task::close(tx, request, "registry_check", by, now()).await?,
                    task::close(tx, request, "registry_check", by, now()).await?,
                    task::open(tx, None, 10).await?.len(),
                ))
            })
            .await
            .unwrap();
        assert_eq!((closed, again, open), (1, 0, 1));
    })
    .await;
}
