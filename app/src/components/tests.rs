//! The parts together: ids and links agree, nothing typed is trusted, nothing empty breaks.
use super::sample::context;
use super::*;
use crate::render::render;
use domain::form::{FieldError, FieldErrors, Lang, RawFields};
use leptos::prelude::*;

/// A form with every kind of field.
fn every_field(form: &FormView) -> impl IntoView + use<> {
    let residence = vec![
        Choice::new("in_area", "ในเขต")
            .hint("ตามทะเบียนบ้าน")
            .aside("ไม่มีค่าธรรมเนียม"),
        Choice::new("out_of_area", "นอกเขต")
            .more(view! { <TextField form field="deceased.place" label="ที่ใด"/> }),
    ];
    let needs = vec![
        Choice::new("van", "รถ").hint("หนึ่งคัน"),
        Choice::new("chairs", "เก้าอี้").hint("สิบตัว"),
    ];
    let amounts = vec![
        ("1".to_owned(), "หนึ่ง".to_owned()),
        ("2".to_owned(), "สอง".to_owned()),
    ];
    view! {
        <TextField form field="applicant.name" label="ชื่อ" hint="ตามบัตร" kind=Kind::OwnName/>
        <TextField form field="applicant.phone" label="โทร" kind=Kind::OwnPhone width=Width::Long optional=true/>
        <TextArea form field="note" label="หมายเหตุ"/>
        <SelectField form field="amount" label="จำนวน" options=amounts/>
        <FileField form field="certificate" label="ใบมรณบัตร"/>
        <Radios form field="deceased.residence" legend="อาศัยที่ใด" options=residence/>
        <Checkboxes form field="needs" legend="ต้องการ" options=needs/>
        <Checkbox form field="consent" label="ยอมรับ" hint="อ่านก่อน"/>
        <DateField form field="deceased.date_of_death" legend="เสียชีวิตเมื่อ"/>
    }
}

fn page(fields: RawFields, errors: FieldErrors) -> String {
    let form = FormView::new(Lang::Th, fields, errors);
    let ctx = context(Lang::Th, "/crematorium/d/deceased");
    render("n", || {
        view! {
            <Question ctx form=&form title="คำถาม" submit="ไปต่อ" back="/back">{every_field(&form)}</Question>
        }
    })
}

#[test]
fn a_fold_says_how_it_stands_and_later_options_unfold_once_chosen() {
    let fold = |open| {
        render("n", || {
            Fold::new("มรณบัตร")
                .heading()
                .aside("ยังไม่ได้ตอบ")
                .open(open)
                .around("ข้างใน")
        })
    };
    assert!(
        fold(false).contains(
            "<details class=\"fold\"><summary><h2>มรณบัตร</h2> <small>ยังไม่ได้ตอบ</small></summary>"
        ),
        "{}",
        fold(false)
    );
    assert!(
        fold(true).contains("<details open class=\"fold\">"),
        "{}",
        fold(true)
    );
    for (chosen, open) in [("7", false), ("9", true)] {
        let fields = RawFields::from([("ash".to_owned(), chosen.to_owned())]);
        let form = FormView::new(Lang::Th, fields, FieldErrors::new());
        let page = render("n", || {
            let options = ["7", "8", "9"].map(|hour| Choice::new(hour, hour)).into();
            let rest = (2, "วันอื่น".to_owned());
            view! { <Radios form=&form field="ash" legend="เวลา" options rest/> }
        });
        let (shown, folded) = page.split_once("<details").expect("a fold");
        assert_eq!(
            (
                shown.matches("<input").count(),
                folded.matches("<input").count()
            ),
            (2, 1)
        );
        assert_eq!(folded.starts_with(" open"), open, "{chosen}: {page}");
    }
}

fn errors_of(fields: &[&str]) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for field in fields {
        errors.push(FieldError::new(
            *field,
            "missing",
            format!("กรอก {field}"),
            format!("Enter {field}"),
        ));
    }
    errors
}

const FIELDS: [&str; 11] = [
    "applicant.name",
    "applicant.phone",
    "note",
    "amount",
    "certificate",
    "deceased.residence",
    "deceased.place",
    "needs",
    "consent",
    "deceased.date_of_death",
    "deceased.date_of_death.month",
];

/// The values of an attribute, wherever it stands.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!(" {name}=\"");
    html.split(opening.as_str())
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn every_error_of_the_summary_leads_to_an_element_and_is_told_there() {
    let html = page(RawFields::new(), errors_of(&FIELDS));
    let ids = attributes(&html, "id");
    for field in FIELDS {
        let id = id_of(field);
        assert!(
            html.contains(&format!("href=\"#{id}\"")),
            "no link to {id}: {html}"
        );
        assert!(ids.contains(&id.as_str()), "no element {id}: {html}");
    }
    for described in attributes(&html, "aria-describedby") {
        for id in described.split(' ') {
            assert!(
                ids.contains(&id),
                "{id} describes and does not exist: {html}"
            );
        }
    }
    // Once in the summary, once at the field. (The date tells its own error, not its month's.)
    assert_eq!(html.matches("กรอก applicant.name").count(), 2);
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len(), "an id stands twice: {ids:?}");
}

#[test]
fn the_summary_comes_first_in_main_and_takes_the_focus() {
    let html = page(RawFields::new(), errors_of(&["applicant.name"]));
    let main = html
        .split("<main")
        .nth(1)
        .and_then(|main| main.split_once('>'))
        .map(|(_, rest)| rest);
    let main = main.unwrap_or_default();
    assert!(
        main.starts_with("<div role=\"alert\" tabindex=\"-1\" autofocus"),
        "{main}"
    );
    assert!(html.contains("<title>ผิดพลาด: คำถาม"), "{html}");
}

#[test]
fn an_empty_form_has_no_errors_no_values_and_no_browser_validation() {
    let html = page(RawFields::new(), FieldErrors::new());
    assert!(html.contains(" novalidate"), "{html}");
    for never in [
        "role=\"alert\"",
        "aria-invalid",
        " checked",
        " required",
        "type=\"number\"",
        " disabled",
        "class=\"error\"",
    ] {
        assert!(!html.contains(never), "{never}: {html}");
    }
    let controls = html.matches("<input").count()
        + html.matches("<textarea").count()
        + html.matches("<select").count();
    assert_eq!(
        attributes(&html, "name")
            .iter()
            .filter(|name| !META.contains(*name))
            .count(),
        controls,
        "{html}"
    );
}

/// Names in the head, which are not fields.
const META: [&str; 5] = [
    "viewport",
    "color-scheme",
    "theme-color",
    "format-detection",
    "robots",
];

#[test]
fn what_was_typed_comes_back_as_typed_and_harmless() {
    let typed = "\"><script>alert('ก')</script></textarea>";
    let fields = [
        "applicant.name",
        "note",
        "deceased.place",
        "deceased.date_of_death.day",
    ]
    .map(|field| (field.to_owned(), typed.to_owned()));
    let mut fields = RawFields::from(fields);
    fields.insert("deceased.residence".to_owned(), "out_of_area".to_owned());
    let html = page(fields, FieldErrors::new());
    assert!(!html.contains("<script"), "{html}");
    assert_eq!(html.matches("</textarea>").count(), 1, "{html}");
    assert!(html.contains("value=\"out_of_area\" checked"), "{html}");
    assert_eq!(html.matches("alert(").count(), 4, "{html}");
}

#[test]
fn a_title_is_escaped() {
    let ctx = context(Lang::Th, "/");
    let html = render(
        "n",
        || view! { <crate::shell::Document ctx title="</title><b>&">"x"</crate::shell::Document> },
    );
    assert!(
        html.contains("<title>&lt;/title&gt;&lt;b&gt;&amp; ·"),
        "{html}"
    );
}

#[test]
fn error_words_are_escaped_too() {
    let errors = FieldErrors::one(FieldError::new(
        "applicant.name",
        "bad",
        "<b>ก</b>",
        "<b>x</b>",
    ));
    let html = page(RawFields::new(), errors);
    assert!(!html.contains("<b>ก"), "{html}");
}

#[test]
fn a_line_break_at_the_start_of_a_text_survives() {
    let fields = RawFields::from([("note".to_owned(), "\nก".to_owned())]);
    assert!(page(fields, FieldErrors::new()).contains(">\n\nก</textarea>"));
}

#[test]
fn secrets_are_never_sent_back() {
    let fields = RawFields::from([("password".to_owned(), "correct horse".to_owned())]);
    let form = FormView::new(Lang::Th, fields, FieldErrors::new());
    let html = render(
        "n",
        || view! { <TextField form field="password" label="รหัสผ่าน" kind=Kind::Password/> },
    );
    assert!(!html.contains("correct horse"), "{html}");
}

#[test]
fn repeated_checkboxes_share_one_name() {
    let fields = RawFields::from([("defect".to_owned(), "name,photo".to_owned())]);
    let form = FormView::new(Lang::Th, fields, FieldErrors::new());
    let options = ["name", "date", "photo"]
        .map(|value| Choice::new(value, value))
        .into();
    let html = render(
        "n",
        || view! { <Checkboxes form field="defect" legend="ข้อบกพร่อง" options repeated=true/> },
    );
    assert_eq!(html.matches("name=\"defect\"").count(), 3, "{html}");
    assert_eq!(html.matches(" checked").count(), 2, "{html}");
}

#[test]
fn a_reference_is_read_in_fours() {
    assert_eq!(
        reference::in_fours("483920175567"),
        "4839\u{a0}2017\u{a0}5567"
    );
    assert_eq!(
        reference::in_fours("4839 2017-5567"),
        "4839\u{a0}2017\u{a0}5567"
    );
    assert_eq!(reference::in_fours(""), "");
}
