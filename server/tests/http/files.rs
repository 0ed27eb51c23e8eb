//! Papers and documents of a request by the token that sent it, and by no other.
use crate::codes::{Nobody, approved};
use crate::harness::{Ask, House, get, house_with_papers, post};
use crate::photos::photo;
use domain::paper::Verdict;
use image::ImageFormat;
use serde_json::Value;
use store::Engine;
use store::testing::TestDatabase;

fn items<'a>(list: &'a Value, field: &str) -> &'a [Value] {
    list[field].as_array().expect("a list")
}

#[tokio::test]
async fn a_channel_sends_papers_and_downloads_what_was_made_of_its_request() {
    let database = TestDatabase::new(Engine::Sqlite).await;
    database.store.migrate().await.expect("migrations");
    let house: House = house_with_papers(database.store.clone()).await;
    let (who, reference, token) = approved(&house).await;
    let other = house.token().await;
    let at = |rest: &str| format!("/api/v1/crematorium/requests/{reference}/{rest}");
    let send = |token: &str, query: &str, bytes: &[u8]| -> Ask {
        let path = at(&format!("papers{query}"));
        post(&path).token(token).bytes("image/png", bytes)
    };
    let bytes = photo(300, 200, ImageFormat::Png);

    let list = house.ask(get(&at("papers")).token(&token)).await.json();
    assert_eq!(items(&list, "papers").len(), 0);
    assert_eq!(items(&list, "missing").len(), 1, "the certificate: {list}");
    for (query, pointer) in [
        ("", "/kind missing"),
        ("?kind=passport", "/kind unknown"),
        ("?kind=authority&replaces=x", "/replaces unknown"),
    ] {
        let wrong = house.ask(send(&token, query, &bytes)).await;
        assert_eq!(wrong.problem().0, 422, "{}", wrong.text);
        assert_eq!(wrong.errors(), [pointer]);
    }
    let office = house.ask(send(&token, "?kind=signed_scan", &bytes)).await;
    assert_eq!(office.problem(), (403, "forbidden".to_owned()));
    for _ in 0..2 {
        let sent = house
            .ask(send(&token, "?kind=death_certificate", &bytes))
            .await;
        assert_eq!(sent.status, 201, "{}", sent.text);
        assert_eq!(
            items(&sent.json(), "papers").len(),
            1,
            "the same again is one"
        );
    }
    let list = house.ask(get(&at("papers")).token(&token)).await.json();
    assert_eq!(list["papers"][0]["verdict"], "waiting");
    let paper = list["papers"][0]["id"].as_str().expect("an id");
    let paper = paper.parse().expect("a UUID");
    let judged = house
        .desk
        .judge_paper(&who, &reference, paper, Verdict::Waiting, None);
    judged.await.expect("accepted");
    let list = house.ask(get(&at("papers")).token(&token)).await.json();
    assert_eq!(items(&list, "missing").len(), 0, "{list}");

    house.desk.run_jobs(&Nobody).await.expect("printed");
    let list = house.ask(get(&at("documents")).token(&token)).await.json();
    let ready = |id: &str| {
        let found = items(&list, "documents")
            .iter()
            .find(|item| item["kind"] == id);
        found.unwrap_or_else(|| panic!("no {id}: {list}"))["ready"] == true
    };
    assert!(ready("slip") && ready("request") && ready("fee_note"));
    assert!(!ready("permit"), "nobody has signed it");
    let permit = items(&list, "documents")
        .iter()
        .find(|item| item["kind"] == "permit");
    let unsigned = permit.and_then(|item| item["id"].as_str()).expect("its id");
    let file = house
        .ask(get(&at("documents/fee_note?lang=en")).token(&token))
        .await;
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), "application/pdf");
    let policy = file.header("content-security-policy");
    assert_eq!(policy, "sandbox; default-src 'none'", "as on the pages");
    assert!(
        file.header("content-disposition")
            .starts_with("attachment; filename=\"fee_note-")
    );
    assert!(file.text.starts_with("%PDF"));
    for id in ["register", "nothing", unsigned] {
        let missing = house
            .ask(get(&at(&format!("documents/{id}"))).token(&token))
            .await;
        assert_eq!(missing.problem(), (404, "not_found".to_owned()), "{id}");
    }

    for path in ["papers", "documents", "documents/fee_note"] {
        let hidden = house.ask(get(&at(path)).token(&other)).await;
        assert_eq!(hidden.problem(), (404, "not_found".to_owned()), "{path}");
        assert_eq!(house.get(&at(path)).await.problem().0, 401, "{path}");
    }
    let hidden = house.ask(send(&other, "?kind=authority", &bytes)).await;
    assert_eq!(hidden.problem(), (404, "not_found".to_owned()));
    drop(house);
    database.delete().await;
}
