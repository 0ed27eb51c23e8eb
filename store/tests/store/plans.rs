//! Query plans: on a database with years of history, hot statements read by index on both engines.
use crate::sample::{date, id, minutes, now, round};
use domain::affected::{Cause, CauseKind, Resolution};
use domain::agent::Standing;
use domain::appeal::AppealStatus;
use domain::fee::{LineStatus, NoteStatus, Number, RefundStatus};
use domain::issued::IssuedStatus;
use domain::number::Series;
use domain::outage::Span;
use domain::request::Status;
use domain::time::micros;
use store::affected::AffectedKey;
use store::calendar_link::Whose;
use store::claim::{self, Holder};
use store::credential::{self, Account};
use store::crematorium::{IdentityKind, identity};
use store::request::{InboxFilter, InboxKey};
use store::session::Stage;
use store::testing::{Plan, both, record_plans, run_sql, take_plans};
use store::{
    Conn, Engine, Result, Store, Tx, affected, agent, appeal, audit, authority, bank,
    calendar_link, call, closure, crematorium, draft, fee, given_up, idempotency, issued, job,
    late_notice, ledger, limit, number, object, outage, paper, payment, person, refund, request,
    search, session, setting, signature, staff, task, token,
};

/// Rows of history in every large table.
const ROWS: u32 = 4000;

/// One in fifty is still live; ids are UUIDs in order; everything of the past lies within four years.
async fn fill(store: &Store) {
    let sql = "
        CREATE TABLE filler AS WITH RECURSIVE numbered (n) AS (
            SELECT 1 UNION ALL SELECT n + 1 FROM numbered WHERE n < {rows})
            SELECT n, 'ffffffff-0000-0000-0000-' || SUBSTR('00000000000' || n, LENGTH('00000000000' || n) - 11) AS id,
                {now} - n * 30000000000 AS past, '2022-01-01' AS day FROM numbered;
        UPDATE filler SET day = (2022 + n % 5) || SUBSTR('-01-02-03-04-05-06-07-08-09-10-11-12', 1 + 3 * (n % 12), 3)
            || SUBSTR('-01-04-07-10-13-16-19-22-25-28', 1 + 3 * (n % 10), 3);
        INSERT INTO person (id, name, created_at) SELECT id, 'x', past FROM filler;
        INSERT INTO request (id, reference, service, status, version, channel, applicant_id, phone_mac, browser_mac,
                settings_revision, submitted_at, updated_at, decide_by, lapse_at)
            SELECT id, id, 'crematorium', CASE n % 50 WHEN 0 THEN 'submitted' WHEN 1 THEN 'returned' WHEN 2 THEN 'approved'
                ELSE 'completed' END, 1, 'web', id, 'phone ' || n, 'browser ' || n, 1, past, past, past, past FROM filler;
        INSERT INTO crematorium_case (request_id, deceased_id, relation, case_type, date_of_death, residence,
                cremation_date, cremation_round, furnace_id)
            SELECT id, id, 'child', 'ordinary', day, 'in_area', day, '13:00', 'furnace-1' FROM filler;
        INSERT INTO request_event SELECT id, id, 1, past, 'resident', NULL, 'submitted', '{}' FROM filler;
        INSERT INTO slot_claim SELECT 'furnace-' || (n % 3), day, 52 + n % 6, 'request', id,
            CASE n % 50 WHEN 0 THEN past ELSE NULL END FROM filler WHERE n <= 600 ON CONFLICT DO NOTHING;
        INSERT INTO slot_claim SELECT 'sala-' || n, day, 1, 'request', id, NULL FROM filler;
        INSERT INTO case_identity SELECT 'national_id', id, id FROM filler;
        INSERT INTO draft SELECT id, 'owner ' || n, 'crematorium', 'th', '{}', 1, NULL, 0, NULL, past, past,
            CASE n % 50 WHEN 0 THEN past ELSE {now} + n END FROM filler;
        INSERT INTO draft_code SELECT id, id, CASE n % 50 WHEN 0 THEN past ELSE {now} + n END FROM filler;
        INSERT INTO idempotency SELECT id, '/p', id, '', '', CASE n % 50 WHEN 0 THEN past ELSE {now} END FROM filler;
        INSERT INTO channel_token SELECT id, 'x', id, 60, past, NULL FROM filler;
        INSERT INTO staff (id, username, name, position, roles, password_hash, created_at)
            SELECT id, id, '', '', '[]', '', past FROM filler;
        INSERT INTO recovery_code SELECT id, id, NULL FROM filler;
        INSERT INTO agent SELECT id, 'temple', 'x', 'x', id, NULL, CASE n % 50 WHEN 0 THEN 'waiting' ELSE 'approved' END,
            NULL, NULL, NULL, '', '', '', 0, past, past FROM filler;
        INSERT INTO agent_recovery_code SELECT id, id, NULL FROM filler;
        INSERT INTO authority SELECT id, id, past, NULL, NULL, NULL FROM filler;
        INSERT INTO session (token_mac, kind, staff_id, stage, created_at, seen_at, expires_at)
            SELECT id, 'staff', id, 'full', past, past,
            CASE n % 50 WHEN 0 THEN past ELSE {now} + n END FROM filler;
        INSERT INTO rate_limit SELECT id, 0, CASE n % 50 WHEN 0 THEN past ELSE {now} END FROM filler;
        INSERT INTO job SELECT id, 'mail', id, '{}', CASE n % 50 WHEN 0 THEN 'available' WHEN 1 THEN 'running' ELSE 'done' END,
            past, CASE n % 50 WHEN 1 THEN past ELSE NULL END, NULL, 0, NULL, past,
            CASE WHEN n % 50 > 1 THEN past ELSE NULL END FROM filler;
        INSERT INTO call_task SELECT id, id, id, 'approved', past, CASE n % 50 WHEN 0 THEN 'open' ELSE 'done' END,
            0, NULL, NULL, NULL, past FROM filler;
        INSERT INTO staff_task SELECT id, 'x', id, '{}', past, CASE n % 50 WHEN 0 THEN NULL ELSE past END, NULL FROM filler;
        INSERT INTO search_token SELECT 'word ' || (n % 500), id FROM filler;
        INSERT INTO setting_revision SELECT n, 'kind', 'key ' || (n % 100), day, '', '', 'seed', past, '', NULL FROM filler;
        INSERT INTO urgent_closure SELECT n, past, id, 'all', day, day, '', 0, CASE n % 50 WHEN 0 THEN NULL ELSE past END,
            CASE n % 50 WHEN 0 THEN NULL ELSE id END, '' FROM filler;
        INSERT INTO audit SELECT id, 'view:' || (n % 1000), n, past, 'staff', NULL, 'viewed', '{}', '', '' FROM filler;
        INSERT INTO audit_unsealed SELECT id FROM filler WHERE n % 50 = 0;
        INSERT INTO audit_link SELECT n, id, '' FROM filler WHERE n % 50 <> 0;
        INSERT INTO issued_document SELECT id, id, 'permit', 'permit', 2569, n, '', 1,
            CASE n % 50 WHEN 0 THEN 'pending' ELSE 'signed' END, id, '{}', id, NULL, 1, NULL, NULL, NULL, past, NULL, NULL,
            NULL, NULL FROM filler;
        INSERT INTO signature SELECT id, id, '', '', '', '', day, NULL, 'totp', 1, NULL, NULL, '', past, '', ''
            FROM filler;
        INSERT INTO appeal SELECT id, id, id, 2569, n, '', 'web', '', past, day, 0, past,
            CASE n % 50 WHEN 0 THEN 'received' ELSE 'upheld' END, 1, NULL, NULL, NULL, NULL FROM filler;
        INSERT INTO late_notice SELECT id, id, past, 1, past, CASE n % 50 WHEN 0 THEN 'open' ELSE 'written' END, NULL, NULL,
            NULL, past FROM filler;
        INSERT INTO calendar_link SELECT id, id, NULL, id, 0, past, CASE n % 50 WHEN 0 THEN NULL ELSE past END
            FROM filler;
        INSERT INTO paper SELECT id, id, 'death_certificate', id, id, 1, '', 1, 1, past, 'resident', NULL, 'waiting', NULL,
            NULL, NULL FROM filler;
        INSERT INTO paper_finding SELECT id, 'here', NULL, NULL FROM filler;
        INSERT INTO loose_object SELECT id, CASE n % 50 WHEN 0 THEN past ELSE {now} END, 0 FROM filler;
        INSERT INTO outage SELECT id, 'furnace-' || n, day, 1, day, 2, '', '', '', CASE n % 50 WHEN 1 THEN 1 ELSE 0 END,
            id, past, NULL, NULL, NULL, CASE n % 50 WHEN 0 THEN NULL ELSE id END,
            CASE n % 50 WHEN 0 THEN NULL ELSE past END FROM filler;
        INSERT INTO must_move SELECT id, id, 'outage', id, day, '', '', past,
            CASE n % 50 WHEN 0 THEN NULL ELSE past END, CASE n % 50 WHEN 0 THEN NULL ELSE 'moved' END FROM filler;
        INSERT INTO given_up SELECT id, 'place ' || n, CASE n % 50 WHEN 0 THEN day ELSE '2027-01-01' END FROM filler;
        INSERT INTO fee_account SELECT id, 1, '[]', past FROM filler;
        INSERT INTO fee_exemption (id, request_id, code, percent, items, clause, evidence, status, asked_at, asked_kind)
            SELECT id, id, 'poor', 100, '[]', '', '', CASE n % 50 WHEN 0 THEN 'asked' ELSE 'granted' END, past, 'resident'
            FROM filler;
        INSERT INTO fee_note SELECT id, id, id, 'fee', 2569, n, '[]', 1, 0, 1, CASE n % 50 WHEN 0 THEN 'open' ELSE 'paid' END,
            1, past, NULL, NULL FROM filler;
        INSERT INTO payment (id, note_id, request_id, kind, method, amount, paid_on, entered_at)
            SELECT id, id, id, 'fee', 'cash', 1, day, past FROM filler;
        INSERT INTO ledger_txn SELECT id, id, id, past, 'staff', NULL FROM filler;
        INSERT INTO ledger_entry SELECT id, 1, 'receivable', 0 FROM filler;
        INSERT INTO bank_line (id, bank, fingerprint, paid_on, amount, ref1, ref2, status, imported_at, imported_by)
            SELECT id, 'b', id, day, 1, '', '', CASE n % 50 WHEN 0 THEN 'unmatched' ELSE 'matched' END, past, id FROM filler;
        INSERT INTO refund (id, request_id, reference, source, kind, cause, paid, percent, days_left, amount, kept, status,
                asked_at)
            SELECT id, id, id, id, 'fee', 'cancelled', 1, 1, 1, 1, 0, CASE n % 50 WHEN 0 THEN 'asked' ELSE 'paid' END, past
            FROM filler;
        INSERT INTO number_counter SELECT 'permit', n, 1 FROM filler;
        DROP TABLE filler;
        ANALYZE";
    let sql = sql
        .replace("{rows}", &ROWS.to_string())
        .replace("{now}", &micros(now()).to_string());
    run_sql(store, &sql).await;
}

/// Runs every hot statement that reads.
async fn read(conn: &mut Conn) -> Result<()> {
    let all = InboxFilter {
        statuses: vec![Status::Submitted, Status::Returned],
        ..InboxFilter::default()
    };
    let after = Some(InboxKey {
        status: Status::Submitted,
        decide_by: now() - minutes(1_000_000),
        id: id(),
    });
    let search = vec!["word 1".to_owned(), "word 2".to_owned()];
    let filters = [
        all.clone(),
        InboxFilter {
            taken_by: Some(id()),
            unverified: true,
            ..all.clone()
        },
        InboxFilter {
            late_before: Some(now()),
            service: Some("crematorium".to_owned()),
            ..all.clone()
        },
        InboxFilter { search, ..all },
    ];
    for filter in &filters {
        request::inbox(conn, filter, None, 25).await?;
        request::inbox(conn, filter, after, 25).await?;
    }
    request::by_id(conn, id()).await?;
    request::by_reference(conn, "1").await?;
    request::events(conn, id()).await?;
    request::counts(conn, now(), date("2026-11-23"), now() + minutes(600)).await?;
    request::lapsing(conn, now(), 10).await?;
    request::unverified_of_phone(conn, "phone 1").await?;
    request::unverified_of_browser(conn, "browser 1").await?;
    claim::occupied(conn, date("2026-11-23"), date("2026-11-25"), now()).await?;
    claim::taken(conn, date("2026-11-23"), date("2026-11-25"), now(), None).await?;
    claim::of(conn, id()).await?;
    crematorium::load(conn, id()).await?;
    crematorium::on_day(conn, date("2026-11-25")).await?;
    identity::holder(conn, IdentityKind::NationalId, "x").await?;
    identity::of(conn, id()).await?;
    person::by_id(conn, id()).await?;
    draft::load(conn, id(), "owner", now()).await?;
    draft::of_owner(conn, "owner 1", now()).await?;
    search::find(conn, "word 1", 10).await?;
    session::find(conn, "x", now()).await?;
    token::find(conn, "x").await?;
    staff::by_username(conn, "x").await?;
    staff::by_id(conn, id()).await?;
    agent::by_id(conn, id()).await?;
    agent::by_phone(conn, "0812345678").await?;
    agent::page(conn, Standing::Waiting, None, 25).await?;
    agent::page(conn, Standing::Waiting, Some(id()), 25).await?;
    agent::count(conn, Standing::Waiting).await?;
    agent::record(conn, id(), now()).await?;
    authority::of(conn, id()).await?;
    authority::page(conn, id(), None, 25).await?;
    authority::page(conn, id(), Some(id()), 25).await?;
    for account in [Account::Staff(id()), Account::Agent(id())] {
        credential::recovery_codes_left(conn, account).await?;
    }
    call::open(conn, None, 25).await?;
    call::of(conn, id()).await?;
    task::open(conn, None, 25).await?;
    job::is_due(conn, now()).await?;
    setting::latest_revision(conn).await?;
    setting::newest(conn, "kind", "key 1").await?;
    setting::coming(conn, "kind", "key 1", date("2026-11-23")).await?;
    setting::valid_as_of(conn, "kind", "key 1", date("2026-11-23"), 7).await?;
    claim::booked(conn, date("2026-11-23")).await?;
    closure::unreviewed(conn).await?;
    setting::valid_on(conn, "kind", "key 1", date("2026-11-23")).await?;
    setting::history(conn, "kind", "key 1").await?;
    audit::head(conn).await?;
    audit::of(conn, "view:1").await?;
    crematorium::between(conn, date("2026-11-01"), date("2026-11-03")).await?;
    issued::by_id(conn, id()).await?;
    issued::by_code(conn, "x").await?;
    issued::of(conn, id()).await?;
    issued::of_status(conn, IssuedStatus::Pending, None, 25).await?;
    issued::register(conn, None, 25).await?;
    issued::count(conn, IssuedStatus::Pending).await?;
    signature::of(conn, id(), &store::keys::Keys::new(&[1; 32])).await?;
    appeal::of(conn, id()).await?;
    appeal::by_form_key(conn, "x").await?;
    appeal::list(conn, None, None, 25).await?;
    appeal::list(conn, Some(AppealStatus::Received), None, 25).await?;
    appeal::count(conn, AppealStatus::Received).await?;
    late_notice::of(conn, id()).await?;
    late_notice::count_of(conn, id(), now()).await?;
    late_notice::open(conn, None, 25).await?;
    late_notice::count_open(conn).await?;
    calendar_link::by_token(conn, "x").await?;
    calendar_link::of(conn, Whose::Staff(id())).await?;
    calendar_link::of(conn, Whose::Request(id())).await?;
    read_money(conn).await?;
    read_changes(conn).await
}

/// Notes, exemptions, payments, the bank's lines and refunds.
async fn read_money(conn: &mut Conn) -> Result<()> {
    fee::extras(conn, id()).await?;
    fee::exemption_by_id(conn, id()).await?;
    fee::exemptions(conn, id()).await?;
    fee::exemptions_asked(conn, None, 25).await?;
    fee::exemptions_asked(conn, Some(id()), 25).await?;
    fee::exemptions_asked_count(conn).await?;
    fee::note_by_id(conn, id()).await?;
    let number = Number {
        year: 2569,
        number: 1,
    };
    fee::note_by_number(conn, number).await?;
    fee::notes(conn, id()).await?;
    payment::by_id(conn, id()).await?;
    payment::of(conn, id()).await?;
    payment::of_note(conn, id()).await?;
    payment::on_day(conn, date("2026-11-23")).await?;
    ledger::balance(conn, id(), "receivable").await?;
    bank::known(conn, "b", "x").await?;
    bank::by_id(conn, id()).await?;
    refund::by_id(conn, id()).await?;
    refund::of(conn, id()).await?;
    for before in [None, Some(id())] {
        fee::notes_in(conn, NoteStatus::Open, before, 25).await?;
        bank::lines_in(conn, LineStatus::Unmatched, before, 25).await?;
        refund::refunds_in(conn, RefundStatus::Asked, before, 25).await?;
    }
    Ok(())
}

/// Papers, outages, what must move, what was given up, and the pages after the first of the office's lists.
async fn read_changes(conn: &mut Conn) -> Result<()> {
    paper::by_id(conn, id()).await?;
    paper::of(conn, id()).await?;
    paper::findings(conn, id()).await?;
    object::loose(conn, now() - minutes(60), 10).await?;
    let span = Span {
        from: date("2026-11-23"),
        from_cell: 1,
        until: date("2026-11-24"),
        until_cell: 1,
    };
    outage::by_id(conn, id()).await?;
    outage::current(conn, date("2026-11-23"), None, 25).await?;
    outage::current(
        conn,
        date("2026-11-23"),
        Some((date("2026-11-24"), id())),
        25,
    )
    .await?;
    outage::newest(conn, None, 25).await?;
    outage::newest(conn, Some(id()), 25).await?;
    outage::to_review(conn, 25).await?;
    outage::occupants(conn, "furnace-9", span).await?;
    outage::around(conn, id()).await?;
    affected::of_request(conn, id()).await?;
    let cause = Cause {
        kind: CauseKind::Outage,
        id: id(),
    };
    affected::of_cause(conn, cause).await?;
    affected::open_of_kind(conn, CauseKind::Closure).await?;
    affected::open(conn, None, 25).await?;
    let key = AffectedKey {
        place_date: date("2026-11-23"),
        id: id(),
    };
    affected::open(conn, Some(key), 25).await?;
    affected::count(conn).await?;
    let who = ["x".to_owned(), "y".to_owned()];
    given_up::is_known(conn, &who, "place 1").await?;
    given_up::gave_any(conn, &who).await?;
    issued::of_status(conn, IssuedStatus::Pending, Some(id()), 25).await?;
    issued::register(conn, Some(id()), 25).await?;
    appeal::list(conn, None, Some((now(), id())), 25).await?;
    appeal::list(conn, Some(AppealStatus::Received), Some((now(), id())), 25).await?;
    late_notice::open(conn, Some((now(), id())), 25).await?;
    call::open(conn, Some((now(), id())), 25).await?;
    task::open(conn, Some(id()), 25).await?;
    task::of_request(conn, id(), "x").await?;
    Ok(())
}

/// Runs every hot statement that writes.
async fn write(tx: &mut Tx) -> Result<()> {
    let keys = store::keys::Keys::new(&[1; 32]);
    let holder = Holder::draft(id());
    claim::take(
        tx,
        holder,
        &round("furnace-9", "13:00"),
        Some(now() + minutes(15)),
        now(),
    )
    .await?;
    claim::shift(
        tx,
        holder,
        &[round("furnace-8", "13:00")],
        Some(now() + minutes(15)),
        now(),
    )
    .await?;
    claim::extend(tx, holder.id, now(), now()).await?;
    claim::confirm(tx, holder, Holder::request(id()), now()).await?;
    claim::release(tx, holder.id).await?;
    claim::delete_lapsed(tx, now(), 100).await?;
    identity::release(tx, id()).await?;
    search::forget(tx, id()).await?;
    draft::use_code(tx, "x", now()).await?;
    draft::mark_submitted(tx, id(), id(), now()).await?;
    draft::delete_expired(tx, now(), 3).await?;
    session::touch(tx, "x", now(), now()).await?;
    session::rotate(tx, "x", "y", Stage::Full, now(), now()).await?;
    session::end(tx, "x").await?;
    for account in [Account::Staff(id()), Account::Agent(id())] {
        session::end_for(tx, account).await?;
        credential::use_totp_step(tx, account, 1).await?;
        credential::use_recovery_code(tx, account, "x", now()).await?;
    }
    session::delete_expired(tx, now()).await?;
    limit::hit(tx, "x", limit::Limit::per_minute(1), now()).await?;
    limit::hit(tx, "x", limit::Limit::per_minute(1), now()).await?;
    limit::delete_old(tx, now()).await?;
    idempotency::begin(tx, id(), "/p", "x", "x", now()).await?;
    idempotency::delete_old(tx, now()).await?;
    job::free_ended_leases(tx, now()).await?;
    job::finish(tx, id(), "x", now()).await?;
    job::delete_finished(tx, now() - minutes(1_900_000)).await?;
    number::next(tx, Series::Permit, 2000).await?;
    issued::set_signer(tx, id(), id()).await?;
    issued::sign(tx, id(), id(), "x", IssuedStatus::Signed).await?;
    late_notice::settle(tx, id()).await?;
    calendar_link::revoke(tx, Whose::Request(id()), now()).await?;
    let known = "ffffffff-0000-0000-0000-000000000007".parse().unwrap();
    fee::lock(tx, known, now()).await?;
    fee::set_note_status(tx, id(), NoteStatus::Open, NoteStatus::Void, None).await?;
    payment::undo(tx, id(), None, "x", now()).await?;
    bank::release(tx, id()).await?;
    affected::resolve(tx, id(), None, Resolution::Moved, now()).await?;
    outage::inherit(tx, id()).await?;
    given_up::delete_passed(tx, date("2026-11-23"), 10).await?;
    call::supersede(tx, id()).await?;
    task::close(tx, id(), "x", id(), now()).await?;
    let entry = audit::Entry {
        id: id(),
        subject: "view:new",
        version: audit::Version::Next,
        at: now(),
        actor_kind: "staff",
        actor_id: None,
        act: "viewed",
        detail: "{}",
    };
    audit::append(tx, &entry, &keys).await?;
    audit::seal_batch(tx, "a", now(), 20).await?;
    Ok(())
}

/// The steps of a plan that read a whole table or a whole index. `cell` has 96 rows, `lease` a handful, and
/// `audit_unsealed` is the sealer's queue; the three partial indexes hold only what is still to be done.
fn full_scans(plan: &Plan, engine: Engine) -> Vec<String> {
    let small = ["cell", "lease", "audit_unsealed"];
    let open_only = ["fee_exemption_asked", "outage_review", "must_move_list"];
    let scan = |step: &str| {
        let step = step.trim_start_matches(['-', '>', ' ']);
        let table = match engine {
            // "SCAN request USING INDEX …"; "SEARCH request USING INDEX … (status=?)" is what should be.
            Engine::Sqlite => step.strip_prefix("SCAN "),
            Engine::Postgres => step.strip_prefix("Seq Scan on "),
        };
        let table = table?.split(' ').next()?;
        // The parts of the inbox, each already limited, and constants.
        let partial = open_only
            .iter()
            .any(|index| step.ends_with(&format!(" INDEX {index}")));
        let known = small.contains(&table)
            || partial
            || ["part", "(subquery", "CONSTANT", "used"]
                .iter()
                .any(|name| table.starts_with(name));
        (!known).then(|| step.to_owned())
    };
    plan.steps.lines().filter_map(scan).collect()
}

#[tokio::test]
async fn hot_statements_read_by_index_on_both_engines() {
    both(async |store| {
        fill(&store).await;
        let engine = store.engine();
        let mut conn = store.read().await.unwrap();
        record_plans(&mut conn);
        read(&mut conn).await.unwrap();
        let mut plans = take_plans(&mut conn);
        drop(conn);
        let written = store
            .write(async |tx| -> Result<_> {
                record_plans(tx);
                write(tx).await?;
                Ok(take_plans(tx))
            })
            .await
            .unwrap();
        plans.extend(written);
        assert!(plans.len() > 80, "{}", plans.len());
        let bad: Vec<String> = plans
            .iter()
            .filter(|plan| !full_scans(plan, engine).is_empty())
            .map(|plan| format!("{}\n{}", plan.sql, plan.steps))
            .collect();
        assert!(
            bad.is_empty(),
            "{} statements scan on {engine:?}:\n\n{}",
            bad.len(),
            bad.join("\n\n")
        );
        // The inbox comes in order from its index, unless a filter has narrowed it: no sorting of every match.
        let narrowed = |plan: &&Plan| {
            ["search_token", "taken_by =", "service ="]
                .iter()
                .any(|by| plan.sql.contains(by))
        };
        let inbox = plans
            .iter()
            .filter(|plan| plan.sql.contains("AS part") && !narrowed(plan));
        for plan in inbox {
            let lines: Vec<_> = plan.steps.lines().collect();
            assert!(
                lines.iter().any(|line| line.contains("request_inbox")),
                "{}\n{}",
                plan.sql,
                plan.steps
            );
            // Both sort again what the limits of the parts let through: a page for each status at most.
            let sorted = lines.windows(3).any(|step| match engine {
                Engine::Sqlite => {
                    step[0].contains("SEARCH request") && step[1].contains("TEMP B-TREE")
                }
                Engine::Postgres => step[0].contains("Sort  (") && !step[2].contains("Append"),
            });
            assert!(!sorted, "{}\n{}", plan.sql, plan.steps);
        }
    })
    .await;
}

#[tokio::test]
async fn without_its_index_a_hot_statement_would_be_noticed() {
    both(async |store| {
        fill(&store).await;
        run_sql(&store, "DROP INDEX session_expiry").await;
        let plans = store
            .write(async |tx| -> Result<_> {
                record_plans(tx);
                session::delete_expired(tx, now()).await?;
                Ok(take_plans(tx))
            })
            .await
            .unwrap();
        assert_eq!(
            full_scans(&plans[0], store.engine()).len(),
            1,
            "{}",
            plans[0].steps
        );
    })
    .await;
}
