//! Files that no row names: settled once, or swept.
use crate::sample::{minutes, now};
use store::object;
use store::testing::{both, number};

#[tokio::test]
async fn a_loose_file_is_settled_or_swept_and_never_both() {
    both(async |store| {
        store
            .write(async |tx| {
                object::loosen(tx, "paper/a", now()).await?;
                object::loosen(tx, "paper/a", now()).await?;
                object::loosen(tx, "paper/b", now() + minutes(1)).await
            })
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        let loose = async |conn: &mut store::Conn, at| {
            object::loose(conn, now() + minutes(at), 10).await.unwrap()
        };
        assert_eq!(loose(&mut conn, 0).await, [""; 0]);
        assert_eq!(loose(&mut conn, 1).await, ["paper/a"]);
        assert_eq!(loose(&mut conn, 2).await, ["paper/a", "paper/b"]);
        drop(conn);
        let (settled, again, doomed, late, unknown) = store
            .write(async |tx| {
                Ok::<_, store::StoreError>((
                    object::settle(tx, "paper/a").await?,
                    object::settle(tx, "paper/a").await?,
                    object::doom(tx, "paper/b").await?,
                    object::settle(tx, "paper/b").await?,
                    object::doom(tx, "paper/a").await?,
                ))
            })
            .await
            .unwrap();
        assert_eq!(
            (settled, again, doomed, late, unknown),
            (true, false, true, false, false)
        );
        store
            .write(async |tx| object::forget(tx, "paper/b").await)
            .await
            .unwrap();
        let left = number(&store, "SELECT COUNT(*) AS n FROM loose_object").await;
        assert_eq!(left, 0);
    })
    .await;
}
