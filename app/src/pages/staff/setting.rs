//! One kind of settings: as it is, changed after its difference and effect have been seen, and as it was.
use super::frame::{Admin, Office, Page, Place};
use super::{effect, words};
use crate::components::{
    Button, ButtonKind, Checkbox, Checkboxes, Choice, ErrorSummary, FormView, Kind as Typed,
    Layout, Notice, NoticeKind, SelectField, SummaryList, SummaryRow, TextField, Width,
};
use crate::http::see_other;
use crate::pages::answers::{Answers, Asked};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::revision::{Effect, NewRevision, Revised, RevisionRow, SettingPage};
use domain::form::{FieldErrors, Lang, RawFields, raw};
use domain::setting::{
    Change, Field, Kind, Part, Shape, diff, label, part, read, rows, several, shown, typed,
};
use domain::{thai_date, time};
use leptos::prelude::*;

const SETTINGS: &str = "/staff/settings";
/// What the page asks beside the values.
const ABOUT: [&str; 3] = ["valid_from", "legal_basis", "reason"];

/// `GET /staff/settings/{kind}`
pub(super) async fn page(Admin(office): Admin, Path(kind): Path<String>, asked: Asked) -> Response {
    let saved = asked.value("saved").parse().ok();
    office.answer(opened(&office, &kind, saved).await)
}

/// `POST` to the same address: `action` is `preview`, `save` or `edit`.
pub(super) async fn change(
    Admin(office): Admin,
    Path(kind): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(changed(&office, &kind, answers.all()).await)
}

async fn opened(office: &Office, code: &str, saved: Option<i64>) -> desk::Result<Response> {
    let kind = Kind::parse(code).ok_or(Trouble::NotFound)?;
    match kind {
        Kind::Closures => return Ok(see_other(&office.href(super::calendar::PATH))),
        Kind::Lunar => return Ok(see_other(&office.href("/staff/calendar/lunar"))),
        _ => {}
    }
    let page = office.desk().setting_page(&office.staff, kind).await?;
    let mut fields = typed(kind, &page.municipality);
    let lang = office.lang();
    let today = time::local_date(office.desk().now());
    let from = page.coming.last().map_or(today, |(from, _)| *from);
    let words = lang.t(thai_date::short_th(from), thai_date::short_en(from));
    fields.insert("valid_from".to_owned(), words);
    let view = KindView {
        lang,
        form: FormView::new(lang, fields.clone(), FieldErrors::new()),
        fields,
        page,
        newer: None,
        saved,
    };
    show(office, StatusCode::OK, view).await
}

async fn changed(office: &Office, code: &str, mut fields: RawFields) -> desk::Result<Response> {
    let kind = Kind::parse(code)
        .filter(|kind| !kind.parts().is_empty())
        .ok_or(Trouble::NotFound)?;
    several_by_commas(kind, &mut fields);
    let page = office.desk().setting_page(&office.staff, kind).await?;
    let based_on: i64 = raw(&fields, "based_on").parse().unwrap_or(-1);
    let again = |status, errors, newer, page: SettingPage, fields: RawFields| {
        let lang = office.lang();
        let form = FormView::new(lang, fields.clone(), errors);
        show(
            office,
            status,
            KindView {
                lang,
                form,
                fields,
                page,
                newer,
                saved: None,
            },
        )
    };
    if raw(&fields, "action") == "edit" {
        return again(StatusCode::OK, FieldErrors::new(), None, page, fields).await;
    }
    if based_on != page.based_on {
        let newest = page.based_on;
        return again(
            StatusCode::CONFLICT,
            FieldErrors::new(),
            Some(newest),
            page,
            fields,
        )
        .await;
    }
    let mut errors = FieldErrors::new();
    let body = match read(kind, &fields, &page.municipality) {
        Ok((body, _)) => Some(body),
        Err(wrong) => {
            errors.extend(wrong);
            None
        }
    };
    let today = time::local_date(office.desk().now());
    let valid_from = if kind.dates_itself() {
        Some(today)
    } else {
        errors.keep(domain::setting::date(
            "valid_from",
            raw(&fields, "valid_from"),
        ))
    };
    let (Some(body), Some(valid_from)) = (body, valid_from) else {
        return again(StatusCode::UNPROCESSABLE_ENTITY, errors, None, page, fields).await;
    };
    let changes = diff(&part(kind, &page.municipality), &body);
    let new = NewRevision {
        kind,
        based_on,
        valid_from,
        legal_basis: raw(&fields, "legal_basis").to_owned(),
        reason: raw(&fields, "reason").to_owned(),
        body,
    };
    let (desk, who) = (office.desk(), &office.staff);
    let outcome = if raw(&fields, "action") == "save" {
        desk.revise(who, &new).await.map(Err)
    } else {
        desk.preview_revision(who, &new).await.map(Ok)
    };
    match outcome {
        Ok(Ok(effect)) => preview(office, &new, &fields, changes, effect).await,
        Ok(Err(Revised::Done { revision, .. })) => {
            let path = format!("{SETTINGS}/{}?saved={revision}", kind.code());
            Ok(see_other(&office.href(&path)))
        }
        Ok(Err(Revised::Superseded { newest })) => {
            let page = office.desk().setting_page(&office.staff, kind).await?;
            again(
                StatusCode::CONFLICT,
                FieldErrors::new(),
                Some(newest),
                page,
                fields,
            )
            .await
        }
        Err(Trouble::Invalid(errors)) => {
            again(StatusCode::UNPROCESSABLE_ENTITY, errors, None, page, fields).await
        }
        Err(trouble) => Err(trouble),
    }
}

/// Repeated answers come a line each; the boxes of the page read them separated by commas.
fn several_by_commas(kind: Kind, fields: &mut RawFields) {
    for part in kind.parts() {
        for field in part.fields() {
            if matches!(field.shape, Shape::Weekdays | Shape::CaseTypes) {
                let key = format!(".{}", field.key);
                for (name, value) in fields.iter_mut() {
                    if name.starts_with(part.path()) && name.ends_with(&key) {
                        *value = value.replace('\n', ",");
                    }
                }
            }
        }
    }
}

async fn show(office: &Office, status: StatusCode, view: KindView) -> desk::Result<Response> {
    let title = view.page.kind.name().get(view.lang).to_owned();
    let page = Page::new(Place::Settings, title)
        .status(status)
        .back(SETTINGS);
    office.page(page, move || view.page()).await
}

async fn preview(
    office: &Office,
    new: &NewRevision,
    fields: &RawFields,
    changes: Vec<Change>,
    effect: Effect,
) -> desk::Result<Response> {
    let lang = office.lang();
    let kind = new.kind;
    let rules = office.desk().rules();
    let title = lang.t("ตรวจผลก่อนบันทึก", "See the effect before saving");
    let from = lang.t(
        thai_date::full_th(new.valid_from),
        thai_date::long_en(new.valid_from),
    );
    let hidden = fields
        .iter()
        .filter(|(name, _)| *name != "action")
        .map(|(name, value)| (name.clone(), value.clone()))
        .map(|(name, value)| view! { <input r#type="hidden" name=name value=value/> })
        .collect_view();
    let back = format!("{SETTINGS}/{}", kind.code());
    let action = lang.path(&back);
    office
        .page(Page::new(Place::Settings, title).back(back), move || {
            view! {
                <h1>{title}</h1>
                <p class="sub">{kind.name().get(lang).to_owned()}" · "{lang.t("เริ่มใช้ ", "Valid from ")}{from}</p>
                {differences(lang, kind, &changes)}
                {effect::view(lang, &rules, &effect)}
                <form method="post" action=action>
                    {hidden}
                    <div class="actions">
                        <Button label=lang.t("บันทึก", "Save") name="action" value="save"/>
                        <Button label=lang.t("แก้ไข", "Change it") kind=ButtonKind::Secondary name="action" value="edit"/>
                    </div>
                </form>
            }
            .into_any()
        })
        .await
}

/// What differs: old and new in words.
fn differences(lang: Lang, kind: Kind, changes: &[Change]) -> AnyView {
    if changes.is_empty() {
        return view! { <Notice kind=NoticeKind::Info title=lang.t("ไม่มีค่าใดเปลี่ยน", "No value differs")/> }
            .into_any();
    }
    let none = lang.t("(ไม่มี)", "(none)").to_owned();
    let words = |change: &Change, value: &Option<_>| {
        let text = value.as_ref().map(|value| shown(kind, &change.path, value));
        let text = text.map(|text| text.get(lang).to_owned());
        text.filter(|text| !text.is_empty())
            .unwrap_or_else(|| none.clone())
    };
    let rows = changes.iter().map(|change| {
        let (old, new) = (words(change, &change.old), words(change, &change.new));
        let name = label(kind, &change.path).get(lang).to_owned();
        SummaryRow::view(name, view! { <del>{old}</del>" → "<ins>{new}</ins> })
    });
    let rows: Vec<_> = rows.collect();
    view! { <SummaryList lang rows/> }.into_any()
}

/// Everything the page is made of.
struct KindView {
    lang: Lang,
    /// As the form shows them.
    form: FormView,
    fields: RawFields,
    page: SettingPage,
    /// Somebody else's revision that came first.
    newer: Option<i64>,
    saved: Option<i64>,
}

impl KindView {
    fn page(&self) -> AnyView {
        let lang = self.lang;
        let kind = self.page.kind;
        let action = lang.path(&format!("{SETTINGS}/{}", kind.code()));
        let parts = kind
            .parts()
            .iter()
            .map(|part| self.part(part))
            .collect_view();
        view! {
            <ErrorSummary form=&self.form/>
            <h1>{kind.name().get(lang).to_owned()}</h1>
            {self.news()}
            <form class="setting" method="post" action=action novalidate>
                <input r#type="hidden" name="based_on" value=self.page.based_on.to_string()/>
                {parts}
                {self.about()}
                <div class="actions"><Button label=lang.t("ดูผลก่อนบันทึก", "See the effect") name="action" value="preview"/></div>
            </form>
            {self.history()}
        }
        .into_any()
    }

    fn news(&self) -> AnyView {
        let lang = self.lang;
        let saved = self.saved.map(|revision| {
            let title = lang.t(
                format!("บันทึกแล้ว ฉบับที่ {revision}"),
                format!("Saved as revision {revision}"),
            );
            view! { <Notice kind=NoticeKind::Good title/> }
        });
        let newer = self.newer.map(|revision| {
            let title = lang.t(
                format!("มีผู้แก้ไขไปก่อน (ฉบับที่ {revision})"),
                format!("Somebody changed this first (revision {revision})"),
            );
            let newest = self.page.history.first().map(|row| self.revision(row));
            let what = lang.t(
                "สิ่งที่คุณส่งยังไม่มีผล ข้อความที่พิมพ์ยังอยู่ด้านล่าง เทียบกับฉบับใหม่นี้แล้วส่งอีกครั้ง",
                "What you sent has had no effect. What you typed is kept below; compare it with this newer revision and send it again.",
            );
            view! { <Notice kind=NoticeKind::Hold title><p>{what}</p>{newest}</Notice> }
        });
        let coming = self.page.coming.iter().map(|(from, revision)| {
            let day = lang.t(thai_date::full_th(*from), thai_date::long_en(*from));
            let words = lang.t(
                format!("ฉบับที่ {revision} เริ่มใช้ {day} แบบด้านล่างแสดงค่าของฉบับนี้แล้ว"),
                format!(
                    "Revision {revision} is valid from {day}. The form below shows its values."
                ),
            );
            view! { <Notice kind=NoticeKind::Info><p>{words}</p></Notice> }
        });
        let coming: Vec<_> = coming.collect();
        view! { {saved}{newer}{coming} }.into_any()
    }

    fn part(&self, part: &'static Part) -> AnyView {
        let lang = self.lang;
        let name = part.name().get(lang).to_owned();
        match part {
            Part::Group { path, fields, .. } => {
                let fields = fields
                    .iter()
                    .map(|field| self.field(&format!("{path}.{}", field.key), field))
                    .collect_view();
                view! { <fieldset class="panel"><legend><h2>{name}</h2></legend>{fields}</fieldset> }.into_any()
            }
            Part::List {
                path,
                fields,
                spare,
                ..
            } => {
                let there = rows(&self.fields, path);
                let known = self.newer.is_none();
                // A page that comes back has its empty rows already.
                let empty = if self.form.has_errors() || !known {
                    0
                } else {
                    *spare
                };
                (0..there + empty)
                    .map(|row| self.row(&name, path, fields, row, row < there))
                    .collect_view()
                    .into_any()
            }
        }
    }

    fn row(
        &self,
        name: &str,
        path: &str,
        fields: &'static [Field],
        row: usize,
        there: bool,
    ) -> AnyView {
        let lang = self.lang;
        let heading = if there {
            format!("{name} {}", row + 1)
        } else {
            lang.t(format!("เพิ่ม{name}"), format!("{name} to add"))
        };
        let prefix = format!("{path}.{row}");
        let fields = fields
            .iter()
            .map(|field| self.field(&format!("{prefix}.{}", field.key), field))
            .collect_view();
        let remove = there.then(|| {
            let label = lang.t("เอาออก", "Take away");
            view! { <Checkbox form=&self.form field=format!("{prefix}.remove") label/> }
        });
        view! { <fieldset class="panel"><legend>{heading}</legend><div class="fields">{fields}</div>{remove}</fieldset> }
            .into_any()
    }

    fn field(&self, name: &str, field: &'static Field) -> AnyView {
        let lang = self.lang;
        let form = &self.form;
        let label = lang.t(field.th, field.en).to_owned();
        let name = name.to_owned();
        match field.shape {
            Shape::Number { unit: (th, en) } => {
                let label = format!("{label} ({})", lang.t(th, en));
                view! { <TextField form field=name label kind=Typed::Digits width=Width::Short/> }.into_any()
            }
            Shape::Money => {
                let label = format!("{label} ({})", lang.t("บาท", "baht"));
                view! { <TextField form field=name label kind=Typed::Amount width=Width::Medium/> }.into_any()
            }
            Shape::Bilingual => {
                let (th, en) = (format!("{name}.th"), format!("{name}.en"));
                let thai = format!("{label} ({})", lang.t("ไทย", "Thai"));
                let english = format!("{label} ({})", lang.t("อังกฤษ", "English"));
                view! { <TextField form field=th label=thai/><TextField form field=en label=english/> }.into_any()
            }
            Shape::Weekdays | Shape::CaseTypes => {
                let options = several(field.shape)
                    .into_iter()
                    .map(|(code, text)| Choice::new(code, text.get(lang)))
                    .collect();
                view! { <Checkboxes form field=name legend=label options layout=Layout::Columns repeated=true/> }.into_any()
            }
            Shape::CaseType => {
                let options = several(field.shape)
                    .into_iter()
                    .map(|(code, text)| (code.to_owned(), text.get(lang).to_owned()))
                    .collect();
                view! { <SelectField form field=name label options width=Width::Long/> }.into_any()
            }
            Shape::Choice(words) => {
                // An empty row chooses nothing, so that it stays empty.
                let none = std::iter::once((String::new(), lang.t("เลือก", "Choose").to_owned()));
                let words = words
                    .iter()
                    .map(|(code, th, en)| ((*code).to_owned(), lang.t(*th, *en).to_owned()));
                let options = none.chain(words).collect();
                view! { <SelectField form field=name label options width=Width::Long/> }.into_any()
            }
            Shape::Rates => {
                let hint = lang.t(
                    "เช่น 500/1000 หรือ 500/1000; infectious: 800/1600",
                    "Such as 500/1000, or 500/1000; infectious: 800/1600",
                );
                view! { <TextField form field=name label kind=Typed::Word hint/> }.into_any()
            }
            Shape::Flag => view! { <Checkbox form field=name label/> }.into_any(),
            Shape::Hours => {
                let hint = lang.t("เช่น 08:30-12:00, 13:00-16:30 เว้นว่างเมื่อปิด", "Such as 08:30-12:00, 13:00-16:30; nothing when closed");
                view! { <TextField form field=name label kind=Typed::Word width=Width::Long hint optional=true/> }.into_any()
            }
            Shape::OptionalDate => view! { <TextField form field=name label kind=Typed::Word width=Width::Medium optional=true/> }.into_any(),
            Shape::Date | Shape::Time => view! { <TextField form field=name label kind=Typed::Word width=Width::Medium/> }.into_any(),
            Shape::Word => view! { <TextField form field=name label kind=Typed::Word width=Width::Long/> }.into_any(),
        }
    }

    fn about(&self) -> AnyView {
        let lang = self.lang;
        let form = &self.form;
        let kind = self.page.kind;
        let [valid_from, legal_basis, reason] = ABOUT;
        let day = (!kind.dates_itself()).then(|| view! {
            <TextField form field=valid_from label=lang.t("เริ่มใช้วันที่", "Valid from") kind=Typed::Word width=Width::Long
                hint=lang.t("วันนี้หรือหลังจากนี้ วันใช้บริการตั้งแต่วันนั้นใช้ค่าใหม่", "Today or later; services from that day on follow the new values")/>
        });
        let basis = if kind.needs_legal_basis() {
            view! { <TextField form field=legal_basis label=lang.t("ฐานอำนาจ", "Legal basis") hint=lang.t("เช่น เทศบัญญัติ ข้อ … หรือคำสั่งที่ …", "Such as an ordinance's clause or an order's number")/> }.into_any()
        } else {
            view! { <TextField form field=legal_basis label=lang.t("ฐานอำนาจ", "Legal basis") optional=true/> }.into_any()
        };
        view! {
            <fieldset class="panel">
                <legend><h2>{lang.t("การแก้ไขนี้", "This change")}</h2></legend>
                {day}
                {basis}
                <TextField form field=reason label=lang.t("เหตุผลของการแก้ไข", "Why it is changed")/>
            </fieldset>
        }
        .into_any()
    }

    fn history(&self) -> AnyView {
        let lang = self.lang;
        let body = if self.page.history.is_empty() {
            let only = lang.t(
                "ยังใช้ค่าจากแฟ้มของเทศบาล",
                "Only the municipality's file so far",
            );
            view! { <p class="empty">{only}</p> }.into_any()
        } else {
            let rows = self
                .page
                .history
                .iter()
                .map(|row| view! { <li>{self.revision(row)}</li> });
            view! { <ul class="history">{rows.collect_view()}</ul> }.into_any()
        };
        view! {
            <section class="panel" aria-labelledby="history-title">
                <h2 id="history-title">{lang.t("ประวัติการแก้ไข", "History")}</h2>
                {body}
            </section>
        }
        .into_any()
    }

    fn revision(&self, row: &RevisionRow) -> AnyView {
        let lang = self.lang;
        let day = lang.t(
            thai_date::short_th(row.valid_from),
            thai_date::short_en(row.valid_from),
        );
        let at = words::moment(lang, row.made_at);
        let stands = if row.stands {
            lang.t(" · ใช้อยู่หรือกำลังจะใช้", " · in force or coming")
        } else {
            ""
        };
        let first = lang.t(
            format!("ฉบับที่ {} · เริ่มใช้ {day}{stands}", row.revision),
            format!("Revision {} · valid from {day}{stands}", row.revision),
        );
        let who = lang.t(
            format!("{} เมื่อ {at}: {}", row.who, row.reason),
            format!("{} at {at}: {}", row.who, row.reason),
        );
        let basis =
            (!row.legal_basis.is_empty()).then(|| view! { <p>{row.legal_basis.clone()}</p> });
        view! {
            <p><b>{first}</b></p>
            <p>{who}</p>
            {basis}
            <details><summary>{lang.t("สิ่งที่เปลี่ยน", "What changed")}<span class="unseen">" "{row.revision}</span></summary>{differences(lang, self.page.kind, &row.changes)}</details>
        }
        .into_any()
    }
}
