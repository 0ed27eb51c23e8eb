//! Every route of the office, as the router names it, met by everybody who may come: one table, kept as a snapshot.
use crate::agent::{agent, code};
use crate::harness::{Answer, House, PUBLIC_URL, ask, house_with_papers};
use axum::http::Method;
use desk::staff::Enrolled;
use domain::request::{Action, Role};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use store::Engine;
use store::testing::{TestDatabase, texts};

/// What is sent where. `{id}` and the like are filled with what the demonstration has; `+file` sends a form with a
/// file. One route may stand here more than once, for acts of different roles.
const POSTS: &[(&str, &str)] = &[
    ("/staff/sign-in", "username=nobody&password=x"),
    ("/staff/sign-in/code", "code=000000"),
    ("/staff/search", "q=abc"),
    (
        "/staff/requests/{reference}/decision",
        "action=approve&version={version}",
    ),
    (
        "/staff/requests/{reference}/decision",
        "action=refuse&version={version}&reason=x",
    ),
    (
        "/staff/requests/{reference}/decision",
        "action=take&version={version}",
    ),
    ("/staff/requests/{reference}/findings", "action=none"),
    ("/staff/requests/{reference}/papers", "+file"),
    (
        "/staff/requests/{reference}/papers/{id}/verdict",
        "verdict=accept",
    ),
    ("/staff/requests/{reference}/particulars", "version=x"),
    (
        "/staff/requests/{reference}/fees",
        "action=residence&residence=in_area",
    ),
    ("/staff/requests/{reference}/fees", "action=extras"),
    ("/staff/requests/{reference}/fees", "action=ask&code=none"),
    (
        "/staff/requests/{reference}/fees",
        "action=decide&exemption={exemption}&grant=yes&reason=",
    ),
    ("/staff/requests/{reference}/fees", "action=issue"),
    ("/staff/requests/{reference}/fees", "action=meter"),
    ("/staff/requests/{reference}/agent", "action=letter"),
    ("/staff/requests/{reference}/appeal", "grounds="),
    ("/staff/requests/{reference}/move", "action=check"),
    ("/staff/requests/{reference}/furnace", "furnace=none"),
    ("/staff/cashier", "number=1"),
    ("/staff/cashier/{id}", "action=take&due=1&method=cash"),
    (
        "/staff/cashier/{id}",
        "action=receipt&payment={payment}&receipt=",
    ),
    (
        "/staff/cashier/{id}",
        "action=undo&payment={payment}&reason=",
    ),
    ("/staff/bank/import", "+file"),
    ("/staff/bank/{id}", "action=assign&note=&reason="),
    ("/staff/bank/{id}", "action=aside&reason="),
    ("/staff/refunds/{id}", "action=refuse&reason=x"),
    ("/staff/refunds/{id}", "action=paid"),
    ("/staff/refunds/{id}", "action=send&amount=1&reason=x"),
    ("/staff/agents/{id}", "action=disable&reason="),
    ("/staff/signing", "code=000000"),
    ("/staff/signing/{id}/take-over", ""),
    ("/staff/signing/{id}/ink", "+file"),
    ("/staff/appeals/{id}", "action=agree"),
    ("/staff/late/{id}", "reason="),
    ("/staff/calendar-link", "action=none"),
    ("/staff/outages/new", "resource="),
    ("/staff/outages/{id}", "action=review&note="),
    ("/staff/outages/{id}", "action=end"),
    ("/staff/calls/{id}", "outcome="),
    ("/staff/walk-in", ""),
    ("/staff/tasks/{id}", ""),
    ("/staff/accounts", "username="),
    ("/staff/accounts/{id}", "action=none"),
    ("/staff/settings/{kind}", "action=preview"),
    ("/staff/calendar", "action=edit"),
    ("/staff/calendar/urgent", "action=preview"),
    ("/staff/calendar/urgent/{revision}", "note="),
    ("/staff/calendar/lunar", "action=edit"),
    ("/staff/loans", "q="),
    (
        "/staff/loans/{reference}/decision",
        "action=approve&version=0",
    ),
    ("/staff/loans/{reference}", "action=score&version=0"),
    ("/staff/loans/{reference}", "action=death&version=0"),
    ("/staff/loans/{reference}/hand-over/{line}", "scanned="),
    ("/staff/loans/return", "scanned="),
    ("/staff/loans/walk-in", "applicant.name="),
    ("/staff/equipment/import", "+file"),
    ("/staff/equipment/find", "scanned="),
    ("/staff/equipment/new", "kind="),
    ("/staff/equipment/{id}", "action=start_cleaning&version=0"),
    (
        "/staff/equipment/{id}",
        "action=write_off&version=1&date=23/11/2569&report=x&order=x&approver=x",
    ),
    ("/staff/supplies/{kind}", "action=receive"),
    ("/staff/sign-out", ""),
];

/// Everybody who may come, and the account of the demonstration that they are.
const WHO: [(&str, Option<&str>); 7] = [
    ("officer", Some("officer")),
    ("approver", Some("approver")),
    ("cashier", Some("cashier")),
    ("administrator", Some("admin")),
    ("agent", None),
    ("family", None),
    ("nobody", None),
];

/// The paths and methods of routers, as they describe themselves.
pub fn routes_of<S>(routers: &[axum::Router<S>]) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for router in routers {
        let text = format!("{router:?}");
        let (routes, paths) = text.split_once("node: Node").expect("axum's description");
        let (paths, _) = paths.split_once('}').map_or((paths, ""), |_| {
            paths
                .split_once("fallback_router")
                .expect("axum's description")
        });
        let mut methods = BTreeMap::new();
        for route in routes.split("RouteId(").skip(1) {
            let id = route.split(')').next().expect("an id");
            let allowed = route
                .split("allow_header: Bytes(b\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next())
                .expect("the methods of a route");
            methods.insert(id, allowed);
        }
        for path in paths.split("RouteId(").skip(1) {
            let (id, rest) = path.split_once("): \"").expect("an id and its path");
            let path = rest.split('"').next().expect("a path");
            for method in methods[id].split(',').filter(|method| *method != "HEAD") {
                found.insert((method.to_owned(), path.to_owned()));
            }
        }
    }
    assert!(!found.is_empty(), "axum describes its routes otherwise");
    found
}

fn office_routes() -> BTreeSet<(String, String)> {
    let routers = [
        app::pages::routes(),
        app::pages::rows_routes(),
        app::pages::upload_routes(),
    ];
    let mut routes = routes_of(&routers);
    routes.retain(|(_, path)| path.starts_with("/staff"));
    routes
}

#[test]
fn every_route_of_the_office_is_in_the_table_in_both_languages() {
    let routers = [
        app::pages::routes(),
        app::pages::rows_routes(),
        app::pages::upload_routes(),
    ];
    let all = routes_of(&routers);
    for (method, path) in office_routes() {
        let english = (method.clone(), format!("/en{path}"));
        assert!(all.contains(&english), "{path} has no English");
    }
    let posted: BTreeSet<String> = POSTS.iter().map(|(path, _)| (*path).to_owned()).collect();
    let routed: BTreeSet<String> = office_routes()
        .into_iter()
        .filter(|(method, _)| method == "POST")
        .map(|(_, path)| path)
        .collect();
    assert_eq!(posted, routed, "write what a new route is sent into POSTS");
    assert!(
        Role::ALL
            .iter()
            .all(|role| WHO.iter().any(|(who, _)| *who == role.code())),
        "a new role knocks too"
    );
}

/// A house with the demonstration in it, and a cookie of each visitor.
struct Visited {
    house: House,
    cookie: String,
    ids: BTreeMap<&'static str, String>,
}

async fn sign_in(house: &House, account: &Enrolled) -> String {
    let desk = &house.desk;
    let half = desk
        .sign_in(&account.username, &account.password, "a")
        .await
        .expect("the password");
    let token = desk
        .sign_in_code(&half.token, &code(house, &account.totp_secret))
        .await
        .expect("the code");
    format!("sala_staff={token}")
}

async fn visited(database: &TestDatabase, who: &str, account: Option<&str>) -> Visited {
    let house = house_with_papers(database.store.clone()).await;
    let accounts = house.desk.load_demo().await.expect("the demonstration");
    let of = |name: &str| {
        accounts
            .iter()
            .find(|account| account.username == name)
            .expect("an account of the demonstration")
    };
    let (cashier, approver) = (house.staff("cashier").await, house.staff("approver").await);
    let file = "Date,Amount,Ref1,Ref2\n2026-11-23,5.00,123,1\n";
    let trial = house.desk.try_statement(&cashier, file.as_bytes()).await;
    let rows = trial.expect("a trial").rows;
    house
        .desk
        .import_statement(&cashier, &rows)
        .await
        .expect("a line nobody could be named for");
    // What was paid for goes back.
    let paid = "SELECT reference FROM request WHERE id = (SELECT request_id FROM payment)";
    let paid = texts(&house.desk.store, paid, "reference").await;
    let file = house.desk.open_request(&approver, &paid[0]).await;
    let version = file.expect("the request").version;
    let cancel = Action::Cancel {
        reason: "x".to_owned(),
    };
    let done = house.desk.decide(&approver, &paid[0], version, cancel);
    done.await.expect("cancelled");
    let ids = ids(&house).await;
    let cookie = match (account, who) {
        (Some(account), _) => sign_in(&house, of(account)).await,
        (None, "agent") => {
            let officer = house.staff("officer").await;
            agent(&house, &officer, "0911111111").await.1
        }
        (None, "family") => {
            let browser = house.desk.new_browser().await.expect("a browser");
            format!("sala_browser={}", browser.0)
        }
        _ => String::new(),
    };
    Visited { house, cookie, ids }
}

/// What stands in the database, by the name that the table uses.
async fn ids(house: &House) -> BTreeMap<&'static str, String> {
    let store = &house.desk.store;
    let mut ids = BTreeMap::new();
    for (name, sql) in [
        (
            "reference",
            "SELECT reference AS x FROM request WHERE id = (SELECT request_id FROM fee_exemption LIMIT 1)",
        ),
        (
            "version",
            "SELECT CAST(version AS TEXT) AS x FROM request WHERE id = (SELECT request_id FROM fee_exemption LIMIT 1)",
        ),
        (
            "photographed",
            "SELECT reference AS x FROM request WHERE id = (SELECT MIN(request_id) FROM paper WHERE verdict = 'waiting')",
        ),
        (
            "papers",
            "SELECT id AS x FROM paper WHERE request_id = (SELECT MIN(request_id) FROM paper WHERE verdict = 'waiting')",
        ),
        ("exemption", "SELECT id AS x FROM fee_exemption"),
        ("cashier", "SELECT note_id AS x FROM payment"),
        ("payment", "SELECT id AS x FROM payment"),
        ("bank", "SELECT id AS x FROM bank_line"),
        ("refunds", "SELECT id AS x FROM refund"),
        (
            "agents",
            "SELECT id AS x FROM agent WHERE standing = 'approved'",
        ),
        ("signing", "SELECT id AS x FROM issued_document"),
        ("appeals", "SELECT id AS x FROM appeal"),
        ("late", "SELECT id AS x FROM late_notice"),
        ("outages", "SELECT id AS x FROM outage"),
        (
            "calls",
            "SELECT id AS x FROM call_task WHERE status = 'open'",
        ),
        ("tasks", "SELECT id AS x FROM staff_task"),
        (
            "loan",
            "SELECT reference AS x FROM request WHERE service = 'equipment' ORDER BY id",
        ),
        (
            "line",
            "SELECT id AS x FROM loan_line WHERE request_id = (SELECT MIN(id) FROM request WHERE service = 'equipment')",
        ),
        (
            "equipment",
            "SELECT id AS x FROM equipment_unit WHERE state = 'available' ORDER BY id",
        ),
        (
            "accounts",
            "SELECT id AS x FROM staff WHERE username = 'cashier'",
        ),
    ] {
        let found = texts(store, &format!("{sql} LIMIT 1"), "x").await;
        ids.insert(
            name,
            found
                .into_iter()
                .next()
                .unwrap_or_else(|| "none".to_owned()),
        );
    }
    ids
}

impl Visited {
    fn fill(&self, template: &str, path: &str) -> String {
        let noun = path.split('/').nth(2).unwrap_or_default();
        let about_papers = path.contains("/papers/{id}");
        let id = if about_papers { "papers" } else { noun };
        let reference = if about_papers {
            "photographed"
        } else if noun == "loans" {
            "loan"
        } else {
            "reference"
        };
        let kind = if path.contains("documents") {
            "request"
        } else if path.contains("settings") {
            "fees"
        } else if noun == "supplies" {
            "diaper"
        } else {
            "csv"
        };
        let mut text = template
            .replace("{kind}", kind)
            .replace("{revision}", "1")
            .replace("{line}", &self.ids["line"])
            .replace("{reference}", &self.ids[reference]);
        for name in ["version", "exemption", "payment"] {
            text = text.replace(&format!("{{{name}}}"), &self.ids[name]);
        }
        match self.ids.get(id) {
            Some(id) => text.replace("{id}", id),
            None => text,
        }
    }

    async fn get(&self, path: &str) -> Answer {
        let ask = ask(Method::GET, &self.fill(path, path)).header("cookie", &self.cookie);
        self.house.ask(ask).await
    }

    async fn post(&self, path: &str, form: &str) -> Answer {
        let ask = ask(Method::POST, &self.fill(path, path))
            .header("origin", PUBLIC_URL)
            .header("cookie", &self.cookie);
        let ask = if form == "+file" {
            ask.file(&[], "file", b"x")
        } else {
            ask.form(&self.fill(form, path))
        };
        self.house.ask(ask).await
    }
}

/// What the answer comes to: the status says how far an allowed visitor got.
fn outcome(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    match status {
        403 => "no".to_owned(),
        303 if answer.header("location").ends_with("/staff/sign-in") => "sign in".to_owned(),
        _ => format!("yes {status}"),
    }
}

#[tokio::test]
async fn every_role_meets_every_route_of_the_office_as_the_table_says() {
    let mut table: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (who, account) in WHO {
        // Who may come where does not depend on the engine: the desk asks before any statement.
        let database = TestDatabase::new(Engine::Sqlite).await;
        database.store.migrate().await.expect("migrations");
        let visited = visited(&database, who, account).await;
        for (method, path) in office_routes() {
            if method == "GET" {
                let met = outcome(&visited.get(&path).await);
                table.entry(format!("GET  {path}")).or_default().push(met);
            }
        }
        for (path, form) in POSTS {
            let answer = visited.post(path, form).await;
            let (act, _) = form.split_once('&').unwrap_or((form, ""));
            let row = format!("POST {path} {act}");
            table.entry(row).or_default().push(outcome(&answer));
        }
        drop(visited);
        database.delete().await;
    }
    let mut text = format!("{:<72}", "");
    for (who, _) in WHO {
        let _ = write!(text, "{who:<14}");
    }
    for (row, met) in &table {
        let _ = write!(text, "\n{row:<72}");
        for word in met {
            let _ = write!(text, "{word:<14}");
        }
        // Whoever has no account of the office gets no further than the door.
        if !row.contains("/staff/sign-") {
            assert_eq!(met[4..], ["sign in"; 3], "{row}");
        }
    }
    let text: Vec<&str> = text.lines().map(str::trim_end).collect();
    insta::assert_snapshot!("staff_routes", text.join("\n"));
}
