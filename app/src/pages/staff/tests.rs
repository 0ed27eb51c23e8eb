//! The office's pages as a whole: only allowed actions, ids that agree, both languages, nothing personal in lists.
use super::counter::CounterView;
use super::decision::{self, Desk};
use super::fields::key;
use super::file::FileView;
use super::inbox::ListView;
use super::settings::SettingsView;
use crate::components::FormView;
use crate::components::sample::context;
use crate::render::render;
use desk::office::{CallRow, HistoryRow, Inbox, InboxRow, RequestFile, ViewRow};
use desk::request::CertificateState;
use domain::crematorium::application::Relation;
use domain::crematorium::{CremationWish, DayAvailability, PavilionWish, Residence, Rules, Wish};
use domain::form::{FieldErrors, Lang, RawFields, Text};
use domain::money::Satang;
use domain::municipality::{AshSlot, AshTable, Furnace, Municipality, Pavilion, Round};
use domain::reference::Reference;
use domain::request::{Action, Delegation, Event, Refusal, Role, StaffActor, Status};
use domain::time::Instant;
use leptos::prelude::IntoAny;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// Every word `decision` accepts, and so every form the page can show.
const ACTIONS: [&str; 10] = [
    "take", "verify", "return", "approve", "refuse", "withdraw", "cancel", "freeze", "unfreeze",
    "complete",
];

fn now() -> Instant {
    "2026-11-23T02:00:00Z".parse().expect("a moment")
}

fn rules() -> Arc<Rules> {
    let mut city = Municipality::clone(&context(Lang::Th, "/staff").municipality);
    let name = |th: &str, en: &str| Text::new(th, en);
    let settings = &mut city.crematorium;
    settings.furnaces = vec![Furnace {
        id: "furnace-1".to_owned(),
        name: name("เตาที่ 1", "Furnace 1"),
        largest_coffin: None,
        weekdays: Vec::new(),
        valid_from: None,
        valid_until: None,
    }];
    settings.ash.tables = vec![AshTable {
        id: "ash-1".to_owned(),
        name: name("โต๊ะที่ 1", "Table 1"),
    }];
    settings.ash.slots = vec![AshSlot {
        start: "07:00".parse().expect("a time"),
        weekdays: Vec::new(),
        valid_from: None,
        valid_until: None,
    }];
    settings.rounds = vec![Round {
        start: "13:00".parse().expect("a time"),
        weekdays: Vec::new(),
        valid_from: "2026-01-01".parse().expect("a date"),
        valid_until: None,
        case_types: Vec::new(),
        furnaces: Vec::new(),
    }];
    let price_per_night = Satang::from_baht(500).expect("a price");
    settings.pavilions = vec![Pavilion {
        id: "sala-1".to_owned(),
        name: name("ศาลา 1", "Pavilion 1"),
        guests: 100,
        price_per_night,
    }];
    settings.refusal_law = name("เทศบัญญัติ", "The ordinance");
    settings.appeal_text = name("อุทธรณ์ภายใน 15 วัน", "Appeal within 15 days");
    Arc::new(Rules::new(city, 7).expect("rules"))
}

fn reference() -> Reference {
    Reference::from_random(7)
}

fn wish() -> Wish {
    Wish {
        cremation: Some(CremationWish {
            date: "2026-11-26".parse().expect("a date"),
            round: "13:00".parse().expect("a time"),
        }),
        pavilion: Some(PavilionWish {
            id: "sala-1".to_owned(),
            from: "2026-11-24".parse().expect("a date"),
            nights: 2,
        }),
        ..Wish::default()
    }
}

fn call() -> CallRow {
    CallRow {
        id: Uuid::nil(),
        reference: reference(),
        about: "verify".to_owned(),
        due_at: now(),
        late: false,
        done: false,
        attempts: 0,
        outcome: None,
        applicant_initials: "S. J.".to_owned(),
        phone_last4: "5678".to_owned(),
        status: Status::Submitted,
    }
}

fn file(allowed: &[&'static str]) -> RequestFile {
    let history = HistoryRow {
        at: now(),
        actor: Text::new("ผู้ขอ", "The family"),
        event: Event::Submitted,
        words: Text::new("ส่งคำขอ", "Request sent"),
    };
    RequestFile {
        reference: reference(),
        status: Status::Submitted,
        version: 3,
        frozen: false,
        verified: false,
        returned_count: 0,
        channel: "web".to_owned(),
        submitted_at: now(),
        updated_at: now(),
        decide_by: now(),
        late: false,
        lapse_at: Some(now()),
        correct_by: None,
        taken_by: None,
        applicant_name: "Somying <Jaidee>".to_owned(),
        applicant_phone: "081-234-5678".to_owned(),
        applicant_email: None,
        relation: Relation::Child,
        helper_name: None,
        helper_phone: None,
        deceased_name: "Somchai Jaidee".to_owned(),
        identity: None,
        date_of_death: "2026-11-20".parse().expect("a date"),
        residence: Residence::InArea,
        certificate: CertificateState::Asked,
        wish: wish(),
        furnace: Some("furnace-1".to_owned()),
        history: vec![history],
        views: vec![ViewRow {
            at: now(),
            who: "Somsri".to_owned(),
        }],
        allowed: allowed.to_vec(),
        calls: vec![call()],
        unsettled: Vec::new(),
    }
}

fn approver() -> StaffActor {
    StaffActor {
        id: Uuid::nil(),
        name: "Prasit".to_owned(),
        position: "Director".to_owned(),
        roles: vec![Role::Approver],
        delegation: Some(Delegation {
            order: "123/2569".to_owned(),
            from: "2026-10-01".parse().expect("a date"),
            until: None,
        }),
    }
}

fn file_page(lang: Lang, file: RequestFile, typed: &RawFields, errors: FieldErrors) -> String {
    let view = FileView {
        lang,
        now: now(),
        rules: rules(),
        signer: approver(),
        attempted: domain::form::raw(typed, "action").to_owned(),
        form: FormView::new(lang, decision::of_form(typed), errors),
        papers: desk::paper::Papers::default(),
        file,
    };
    render("n", move || view.page(().into_any(), ().into_any()))
}

fn typed(pairs: &[(&str, &str)]) -> RawFields {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn parse(pairs: &[(&str, &str)]) -> Result<(i64, Action), FieldErrors> {
    let (rules, reference) = (rules(), reference());
    decision::parse(
        &typed(pairs),
        &Desk {
            rules: &rules,
            reference: &reference,
            now: now(),
        },
    )
}

/// The values of an attribute, wherever it stands.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!(" {name}=\"");
    html.split(opening.as_str())
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

fn assert_ids_agree(html: &str) {
    let ids = attributes(html, "id");
    let distinct: BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "an id stands twice: {ids:?}");
    for name in ["for", "aria-labelledby"] {
        for target in attributes(html, name) {
            assert!(ids.contains(&target), "{name}={target} leads nowhere");
        }
    }
    for target in attributes(html, "aria-describedby")
        .iter()
        .flat_map(|value| value.split(' '))
    {
        assert!(
            ids.contains(&target),
            "aria-describedby={target} leads nowhere"
        );
    }
}

/// Thai is left in an English page only where an order or a family must read Thai: in values.
fn assert_english(html: &str) {
    let visible: String = html
        .split('<')
        .filter_map(|part| part.split_once('>'))
        .map(|(_, text)| text)
        .collect();
    let thai: String = visible
        .chars()
        .filter(|c| ('\u{e01}'..='\u{e5b}').contains(c))
        .collect();
    assert!(thai.is_empty(), "{thai}");
}

#[test]
fn the_page_of_a_request_offers_what_is_allowed_and_nothing_else() {
    let page = |file| file_page(Lang::Th, file, &RawFields::new(), FieldErrors::new());
    // Papers go on being collected; nothing is decided.
    let nothing = page(file(&[]));
    assert!(!nothing.contains("/decision\""), "{nothing}");
    let ended = page(RequestFile {
        status: Status::Refused,
        ..file(&[])
    });
    assert!(!ended.contains("<form"), "{ended}");
    for action in ACTIONS {
        let html = file_page(
            Lang::Th,
            file(&[action]),
            &RawFields::new(),
            FieldErrors::new(),
        );
        let offered = format!("name=\"action\" value=\"{action}\"");
        assert_eq!(html.matches("name=\"action\"").count(), 1, "{action}");
        assert!(html.contains(&offered), "{action}");
        assert!(html.contains("name=\"version\" value=\"3\""), "{action}");
    }
}

#[test]
fn every_form_of_the_page_has_its_own_ids_in_both_languages() {
    for lang in [Lang::Th, Lang::En] {
        assert_ids_agree(&file_page(
            lang,
            file(&ACTIONS),
            &RawFields::new(),
            FieldErrors::new(),
        ));
    }
    assert_english(&file_page(
        Lang::En,
        file(&ACTIONS),
        &RawFields::new(),
        FieldErrors::new(),
    ));
}

#[test]
fn a_refused_decision_comes_back_open_and_as_typed() {
    let sent = typed(&[
        ("action", "return"),
        ("version", "3"),
        ("defect", "ชื่อผู้เสียชีวิตไม่ตรงกับมรณบัตร\nother <b>thing</b>"),
    ]);
    let errors = FieldErrors::one(decision::refusal_error("return", Refusal::ReturnedBefore));
    let html = file_page(Lang::En, file(&["return", "freeze"]), &sent, errors);
    assert!(html.contains(Refusal::ReturnedBefore.en()));
    assert_eq!(html.matches("<details open").count(), 1);
    assert_eq!(
        html.matches(" checked").count(),
        1,
        "the common defect stays ticked"
    );
    assert!(
        html.contains("other &lt;b>thing&lt;/b></textarea>"),
        "{html}"
    );
}

#[test]
fn a_reason_alone_refuses_with_the_law_and_appeal_of_the_settings() {
    let (version, action) = parse(&[
        ("action", "refuse"),
        ("version", "3"),
        ("reason", "เตาชำรุด"),
    ])
    .expect("enough");
    assert_eq!(version, 3);
    let Action::Refuse {
        facts,
        law,
        reason,
        appeal,
    } = action
    else {
        panic!("{action:?}")
    };
    assert!(facts.contains(&reference().grouped()));
    assert_eq!(
        (law.as_str(), reason.as_str(), appeal.as_str()),
        ("เทศบัญญัติ", "เตาชำรุด", "อุทธรณ์ภายใน 15 วัน")
    );
}

#[test]
fn everything_an_officer_emptied_is_missing_at_once() {
    let errors = parse(&[
        ("action", "refuse"),
        ("facts", ""),
        ("law", " "),
        ("reason", ""),
        ("appeal", ""),
    ]);
    let errors = errors.expect_err("all missing");
    for name in ["facts", "law", "reason", "appeal"] {
        assert!(errors.of(&key("refuse", name)).is_some(), "{name}");
    }
    assert!(errors.iter().any(|error| error.code == "version"));
}

#[test]
fn defects_are_one_a_line_and_have_a_deadline() {
    let sent = [
        ("action", "return"),
        ("version", "1"),
        ("defect", "one\n\n two \n"),
        ("correct_by", "26 พ.ย. 2569"),
    ];
    let (_, action) = parse(&sent).expect("well-formed");
    let correct_by = "2026-11-26T16:59:00Z".parse().expect("a moment");
    assert_eq!(
        action,
        Action::Return {
            defects: vec!["one".to_owned(), "two".to_owned()],
            correct_by
        }
    );
    let (_, action) = parse(&sent[..3]).expect("the settings give the deadline");
    assert!(matches!(action, Action::Return { correct_by, .. } if correct_by > now()));
    let errors = parse(&[("action", "return"), ("version", "1"), ("correct_by", "x")])
        .expect_err("nothing listed");
    assert!(errors.of("return.defect").is_some() && errors.of("return.correct_by").is_some());
}

#[test]
fn every_action_of_the_page_is_read() {
    for action in ACTIONS {
        let sent = [("action", action), ("version", "1"), ("reason", "because")];
        let (_, read) = parse(&sent).expect(action);
        assert_eq!(read.code(), action);
    }
    assert!(parse(&[("action", "lapse"), ("version", "1")]).is_err());
}

fn row(status: Status) -> InboxRow {
    InboxRow {
        reference: reference(),
        service: "crematorium".to_owned(),
        status,
        photo_waits: false,
        exemption_waits: false,
        frozen: false,
        verified: true,
        decide_by: now() - std::time::Duration::from_mins(20),
        correct_by: None,
        late: true,
        wish: wish(),
        furnace: Some("furnace-1".to_owned()),
        applicant_initials: "S. Jaidee".to_owned(),
        relation: Relation::Child,
        phone_last4: "5678".to_owned(),
        channel: "web".to_owned(),
        taken_by: None,
    }
}

fn list(lang: Lang, rows: Vec<InboxRow>, query: RawFields) -> String {
    let view = ListView {
        lang,
        now: now(),
        rules: rules(),
        query,
    };
    render("n", move || view.table(&Inbox { rows, next: None }))
}

#[test]
fn a_row_says_what_waits_and_how_near_the_day_is() {
    let plain = list(Lang::Th, vec![row(Status::Submitted)], RawFields::new());
    let waiting = InboxRow {
        photo_waits: true,
        exemption_waits: true,
        ..row(Status::Submitted)
    };
    let html = list(Lang::Th, vec![waiting], RawFields::new());
    for words in ["รูปรอตรวจ", "ขอยกเว้นรอตัดสิน"]
    {
        assert!(html.contains(words), "{html}");
        assert!(!plain.contains(words), "{plain}");
    }
    let days = |days: i64| {
        let mut soon = row(Status::Submitted);
        let today = domain::time::local_date(now());
        soon.wish.pavilion = None;
        if let Some(cremation) = &mut soon.wish.cremation {
            cremation.date = today + chrono::Duration::days(days);
        }
        list(Lang::Th, vec![soon], RawFields::new())
    };
    for (ahead, words) in [
        (0, "พิธีวันนี้"),
        (1, "พิธีพรุ่งนี้"),
        (5, "อีก 5 วันถึงพิธี"),
        (-1, "เริ่มพิธีแล้ว"),
    ] {
        assert!(days(ahead).contains(words), "{ahead}");
    }
}

#[test]
fn a_row_leads_with_its_deadline_and_how_late_it_is() {
    let html = list(Lang::Th, vec![row(Status::Submitted)], RawFields::new());
    assert!(html.contains("08.40\u{a0}น."), "{html}");
    assert!(html.contains("เกิน 20 นาที"), "{html}");
    assert!(html.contains("ลงท้าย\u{a0}5678"), "{html}");
    assert!(html.contains("เตาที่\u{a0}1"), "{html}");
    assert_english(&list(
        Lang::En,
        vec![row(Status::Submitted), row(Status::Approved)],
        RawFields::new(),
    ));
}

#[test]
fn an_empty_list_says_so_and_whether_it_was_narrowed() {
    assert!(list(Lang::En, Vec::new(), RawFields::new()).contains("No open requests"));
    assert!(list(Lang::En, Vec::new(), typed(&[("late", "1")])).contains("No request matches"));
}

fn counter(lang: Lang, fields: RawFields, alternatives: Vec<Wish>) -> String {
    let day = DayAvailability {
        date: "2026-11-27".parse().expect("a date"),
        open: false,
        reason: Some(Text::new("ปิดทำการทุกวันศุกร์", "Closed on Fridays")),
        rounds: Vec::new(),
        ash: Vec::new(),
        pavilions: Vec::new(),
    };
    let form = FormView::new(lang, fields, FieldErrors::new());
    let view = CounterView {
        lang,
        today: "2026-11-23".parse().expect("a date"),
        rules: rules(),
        days: vec![day],
        form,
        alternatives,
        price: None,
        asked: false,
    };
    render("n", move || view.page())
}

#[test]
fn the_counter_keeps_what_was_typed_and_says_what_it_understood() {
    let html = counter(
        Lang::Th,
        typed(&[
            ("cremation.date", "25/11"),
            ("deceased.date_of_death", "เมื่อวาน"),
            ("cremation.round", "13:15"),
            ("applicant.name", "\"><script>"),
        ]),
        Vec::new(),
    );
    assert!(html.contains("value=\"25/11\""), "{html}");
    assert!(html.contains("เข้าใจว่า วันพุธที่ 25 พฤศจิกายน 2569"), "{html}");
    assert!(html.contains("เข้าใจว่า วันอาทิตย์ที่ 22 พฤศจิกายน 2569"), "{html}");
    assert!(html.contains("<option value=\"13:15\" selected>"), "{html}");
    assert!(!html.contains("<script"), "{html}");
    assert!(html.contains("ปิดทำการทุกวันศุกร์"));
}

#[test]
fn typing_at_the_counter_begins_at_the_name_or_at_what_is_wrong() {
    let fresh = counter(Lang::Th, RawFields::new(), Vec::new());
    assert_eq!(fresh.matches("autofocus").count(), 1);
    let name = fresh.find("name=\"applicant.name\"").expect("the field");
    let end = fresh[name..].find("/>").or_else(|| fresh[name..].find('>'));
    assert!(
        fresh[name..name + end.expect("an end")].contains("autofocus"),
        "{fresh}"
    );
}

#[test]
fn ashes_coffin_and_implants_are_folded_away_at_the_counter_until_one_is_answered() {
    let folded = |html: &str| html.matches("<details open").count();
    let fresh = counter(Lang::Th, RawFields::new(), Vec::new());
    for field in ["ash.time", "ash.date", "coffin_size", "implants"] {
        assert!(fresh.contains(&format!("name=\"{field}\"")), "{field}");
        let answered = counter(Lang::Th, typed(&[(field, "x")]), Vec::new());
        assert_eq!(folded(&answered), folded(&fresh) + 1, "{field}");
    }
}

#[test]
fn the_counter_is_complete_in_english_and_its_ids_agree() {
    let html = counter(Lang::En, RawFields::new(), vec![wish()]);
    assert_english(&html);
    assert_ids_agree(&html);
    assert!(
        html.contains("cremation.date=2026-11-26 cremation.round=13:00"),
        "{html}"
    );
}

#[test]
fn every_sample_value_says_that_it_is_one() {
    let view = SettingsView {
        lang: Lang::En,
        rules: rules(),
    };
    let html = render("n", move || view.page());
    assert_english(&html);
    assert_eq!(
        html.matches("<dd>").count(),
        html.matches(">Sample</span>").count()
    );
}
