//! Photos of papers: kept, judged once, replaced unless accepted; what officers found out.
use crate::sample::{id, insert_request, minutes, now};
use domain::paper::{Findings, Manner, PaperKind, Registry, StatedPlace, Verdict};
use store::StoreError;
use store::paper::{self, PaperRow};
use store::testing::both;
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
