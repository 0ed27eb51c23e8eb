//! What is out of service: declared after a look at what it affects, or at once; ended early; reviewed when urgent.
use super::frame::{Clerk, Office, Page, Place};
use super::{affected, request, words};
use crate::components::reference::in_fours;
use crate::components::{
    Button, ButtonKind, ButtonLink, ErrorSummary, FormView, Kind, Notice, NoticeKind, Pager,
    SelectField, SummaryList, SummaryRow, Tag, TagKind, TextArea, TextField, Width,
};
use crate::export;
use crate::http::see_other;
use crate::pages::answers::{Answers, Asked};
use crate::pages::frame::hidden;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::export::{Cell, FileKind, Sheet};
use desk::office::FORM_KEY;
use desk::outage::{OutageFilter, OutageView, WouldMove};
use domain::crematorium::Rules;
use domain::form::{FieldError, FieldErrors, Lang, RawFields, raw};
use domain::outage::{NewOutage, ResourceKind, Span, resources};
use domain::request::Refusal;
use domain::thai_date as date;
use leptos::prelude::*;
use std::sync::Arc;
use uuid::Uuid;

const FIELDS: [&str; 9] = [
    "resource",
    "from",
    "from_time",
    "until",
    "until_time",
    "reason_th",
    "reason_en",
    "note",
    FORM_KEY,
];

/// `GET /staff/outages`; `?show=review|all`, `?after=` the last row of the page before.
pub(super) async fn list(Clerk(office): Clerk, asked: Asked) -> Response {
    office.answer(list_page(&office, &asked).await)
}

/// `GET /staff/outages/new`; `?urgent=1` for one that begins at once.
pub(super) async fn form(Clerk(office): Clerk, asked: Asked) -> Response {
    let urgent = asked.value("urgent") == "1";
    let fields = RawFields::from([(FORM_KEY.to_owned(), office.desk().form_key())]);
    office.answer(form_page(&office, urgent, fields, FieldErrors::new(), None).await)
}

/// `POST /staff/outages/new`: `action` is `preview` or `declare`.
pub(super) async fn declare(Clerk(office): Clerk, answers: Answers) -> Response {
    office.answer(declared(&office, &answers).await)
}

/// `GET /staff/outages/{id}`
pub(super) async fn page(Clerk(office): Clerk, Path(id): Path<String>) -> Response {
    office.answer(one_page(&office, &id, StatusCode::OK, FieldErrors::new()).await)
}

/// `POST /staff/outages/{id}`: `action` is `end` or `review`.
pub(super) async fn act(
    Clerk(office): Clerk,
    Path(id): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(acted(&office, &id, &answers).await)
}

/// `GET /staff/outages/export/{kind}`: every outage there ever was.
pub(super) async fn export(Clerk(office): Clerk, Path(kind): Path<String>) -> Response {
    office.answer(file(&office, &kind).await)
}

fn filter(asked: &Asked) -> OutageFilter {
    match asked.value("show") {
        "review" => OutageFilter::ToReview,
        "all" => OutageFilter::All,
        _ => OutageFilter::Current,
    }
}

fn shown(filter: OutageFilter) -> &'static str {
    match filter {
        OutageFilter::Current => "current",
        OutageFilter::ToReview => "review",
        OutageFilter::All => "all",
    }
}

async fn list_page(office: &Office, asked: &Asked) -> desk::Result<Response> {
    let lang = office.lang();
    let filter = filter(asked);
    let after = Some(asked.value("after")).filter(|after| !after.is_empty());
    let list = office.desk().outages(&office.staff, filter, after).await?;
    let rules = office.desk().rules();
    let base = format!("/staff/outages?show={}", shown(filter));
    let first = after.map(|_| office.href(&base));
    let next = list
        .next
        .as_ref()
        .map(|next| office.href(&format!("{base}&after={}", words::in_query(next))));
    let title = lang.t("งดใช้ชั่วคราว", "Out of service");
    let (plan, urgent) = (
        office.href("/staff/outages/new"),
        office.href("/staff/outages/new?urgent=1"),
    );
    office
        .page(Page::new(Place::Outages, title), move || {
            let body = if list.rows.is_empty() {
                view! { <p class="empty">{lang.t("ไม่มีรายการ", "Nothing here")}</p> }.into_any()
            } else {
                table(lang, &rules, &list.rows)
            };
            view! {
                <h1>{title}</h1>
                <p class="sub">{lang.t("เตา ศาลา และโต๊ะเก็บอัฐิที่ใช้ไม่ได้", "Furnaces, pavilions and ash tables that cannot be used")}</p>
                <p class="actions">
                    <ButtonLink href=urgent label=lang.t("แจ้งเหตุด่วน", "Report at once") kind=ButtonKind::Warning/>
                    <ButtonLink href=plan label=lang.t("วางแผนงดใช้", "Plan an outage") kind=ButtonKind::Secondary/>
                </p>
                {tabs(lang, filter)}
                {body}
                <Pager lang newer=first older=next/>
                {export::links(lang, "/staff/outages/export/", "")}
            }
            .into_any()
        })
        .await
}

fn tabs(lang: Lang, current: OutageFilter) -> AnyView {
    let tabs = [
        (OutageFilter::Current, lang.t("ตอนนี้และต่อไป", "Now and to come")),
        (OutageFilter::ToReview, lang.t("เหตุด่วนรอตรวจทาน", "Urgent, to be reviewed")),
        (OutageFilter::All, lang.t("ทั้งหมด", "All")),
    ]
    .map(|(filter, label)| {
        let href = lang.path(&format!("/staff/outages?show={}", shown(filter)));
        view! { <li><a href=href aria-current=(filter == current).then_some("page")>{label}</a></li> }
    });
    view! { <nav aria-label=lang.t("รายการ", "List")><ul class="filters">{tabs.collect_view()}</ul></nav> }
        .into_any()
}

fn table(lang: Lang, rules: &Arc<Rules>, rows: &[OutageView]) -> AnyView {
    let heads = [
        lang.t("สิ่งที่ใช้ไม่ได้", "What"),
        lang.t("ช่วงเวลา", "When"),
        lang.t("เหตุผล", "Reason"),
        lang.t("ต้องย้าย", "To move"),
        lang.t("สถานะ", "State"),
    ];
    let to_move = heads[3];
    let heads = heads
        .map(|head| view! { <th scope="col">{head}</th> })
        .collect_view();
    let rows = rows
        .iter()
        .map(|view| {
            let href = lang.path(&format!("/staff/outages/{}", view.row.id));
            view! {
                <tr>
                    <td><a href=href>{name(lang, rules, &view.row.resource)}</a></td>
                    <td>{span(lang, rules, &view.row.resource, view.row.span)}</td>
                    <td>{view.row.reason.get(lang).to_owned()}</td>
                    <td data-name=to_move>{view.waiting}</td>
                    <td>{state(lang, view)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="list">
            <caption class="unseen">{lang.t("สิ่งที่งดใช้", "What is out of service")}</caption>
            <thead><tr>{heads}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn state_words(lang: Lang, view: &OutageView) -> (&'static str, TagKind) {
    if view.row.urgent && view.row.review.is_none() {
        (
            lang.t("เหตุด่วน รอตรวจทาน", "Urgent, to be reviewed"),
            TagKind::Late,
        )
    } else if view.row.ended.is_some() {
        (lang.t("กลับมาใช้ได้แล้ว", "In service again"), TagKind::Ok)
    } else if view.lasts {
        (lang.t("งดใช้", "Out of service"), TagKind::Wait)
    } else {
        (lang.t("ผ่านไปแล้ว", "Over"), TagKind::Closed)
    }
}

fn state(lang: Lang, view: &OutageView) -> AnyView {
    let (label, kind) = state_words(lang, view);
    view! { <Tag label kind/> }.into_any()
}

fn name(lang: Lang, rules: &Rules, id: &str) -> String {
    resources(rules)
        .into_iter()
        .find(|resource| resource.id == id)
        .map_or_else(
            || id.to_owned(),
            |resource| resource.name.get(lang).to_owned(),
        )
}

/// "25 พ.ย. 2569 ตั้งแต่ 08.00 น. ถึง 26 พ.ย. 2569"
fn span(lang: Lang, rules: &Rules, resource: &str, span: Span) -> String {
    let day = |day| lang.t(date::short_th(day), date::short_en(day));
    let quarters = resources(rules)
        .into_iter()
        .find(|one| one.id == resource)
        .is_none_or(|one| one.kind != ResourceKind::Pavilion);
    let clock = |cell: u8| {
        let minutes = u16::from(cell) * 15;
        let (hours, rest) = (minutes / 60, minutes % 60);
        lang.t(
            format!(" {hours:02}.{rest:02}\u{a0}น."),
            format!(" {hours:02}:{rest:02}"),
        )
    };
    let begins = match (quarters, span.from_cell) {
        (_, 0) => String::new(),
        (true, cell) => clock(cell),
        (false, _) => lang.t(" คืน", " night").to_owned(),
    };
    let ends = match (quarters, span.until_cell) {
        (true, 95) | (false, 1) => String::new(),
        (true, cell) => clock(cell + 1),
        (false, _) => lang.t(" กลางวัน", " daytime").to_owned(),
    };
    if span.from == span.until && begins.is_empty() && ends.is_empty() {
        return day(span.from);
    }
    format!(
        "{}{begins} {} {}{ends}",
        day(span.from),
        lang.t("ถึง", "to"),
        day(span.until)
    )
}

async fn declared(office: &Office, answers: &Answers) -> desk::Result<Response> {
    let urgent = answers.value("urgent") == "1";
    let fields = answers.only(&FIELDS);
    let new = match office.desk().parse_outage(&fields, urgent) {
        Ok(new) => new,
        Err(Trouble::Invalid(errors)) => {
            return form_page(office, urgent, fields, errors, None).await;
        }
        Err(trouble) => return Err(trouble),
    };
    // A planned one is looked at first; an urgent one is done.
    if !urgent && answers.value("action") != "declare" {
        let affected = office.desk().outage_preview(&office.staff, &new).await?;
        return form_page(
            office,
            urgent,
            fields,
            FieldErrors::new(),
            Some((new, affected)),
        )
        .await;
    }
    let id = office
        .desk()
        .declare_outage(&office.staff, &new, raw(&fields, FORM_KEY))
        .await?;
    Ok(see_other(&office.href(&format!("/staff/outages/{id}"))))
}

async fn form_page(
    office: &Office,
    urgent: bool,
    fields: RawFields,
    errors: FieldErrors,
    preview: Option<(NewOutage, Vec<WouldMove>)>,
) -> desk::Result<Response> {
    let lang = office.lang();
    let rules = office.desk().rules();
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let title = if urgent {
        lang.t("แจ้งเหตุด่วน งดใช้ทันที", "Report an outage at once")
    } else {
        lang.t("วางแผนงดใช้", "Plan an outage")
    };
    let key = raw(&fields, FORM_KEY).to_owned();
    let form = FormView::new(lang, fields, errors);
    let action = office.href("/staff/outages/new");
    let page = Page::new(Place::Outages, title)
        .status(status)
        .back("/staff/outages");
    office
        .page(page, move || {
            let options = std::iter::once((String::new(), lang.t("เลือก", "Choose").to_owned()))
                .chain(
                    resources(&rules)
                        .into_iter()
                        .map(|resource| (resource.id, resource.name.get(lang).to_owned())),
                )
                .collect::<Vec<_>>();
            let form = &form;
            let what = if urgent {
                lang.t(
                    "มีผลทันทีที่กดปุ่ม คำขอที่จองไว้จะอยู่ในรายการต้องย้าย ครอบครัวอยู่ในรายการโทร และผู้อนุมัติอีกคนตรวจทานภายหลัง",
                    "It takes effect at once. Bookings go on the list of those that must move, families on the call list, and another approver reviews it afterwards.",
                )
            } else {
                lang.t(
                    "ตรวจดูคำขอที่ได้รับผลกระทบก่อน แล้วจึงยืนยัน",
                    "See which bookings it affects first, then confirm.",
                )
            };
            let begin = urgent.then(|| {
                lang.t("เว้นว่างไว้ หมายถึงตั้งแต่ตอนนี้", "Left empty: from now")
            });
            let day_hint = lang.t("เช่น 25 พ.ย. 2569", "Such as 25 Nov 2026");
            let from_hint = begin.unwrap_or(day_hint);
            let time_hint = lang.t("เช่น 13.00 เว้นว่างไว้ หมายถึงทั้งวัน", "Such as 13:00; empty for the whole day");
            let seen = preview.as_ref().map(|(_, affected)| would_move(lang, &rules, affected));
            let confirm = preview.is_some();
            let (label, act) = if urgent {
                (lang.t("งดใช้ทันที", "Out of service now"), "declare")
            } else if confirm {
                (lang.t("ยืนยันงดใช้", "Confirm"), "declare")
            } else {
                (lang.t("ดูคำขอที่ได้รับผลกระทบ", "See what it affects"), "preview")
            };
            let kind = if urgent || confirm { ButtonKind::Warning } else { ButtonKind::Primary };
            let again = confirm.then(|| {
                view! { <Button label=lang.t("ดูใหม่อีกครั้ง", "Look again") name="action" value="preview" kind=ButtonKind::Secondary/> }
            });
            let urgent_field = if urgent { "1" } else { "" };
            view! {
                <ErrorSummary form/>
                <h1>{title}</h1>
                <p class="sub">{what}</p>
                {seen}
                <form method="post" action=action novalidate>
                    {hidden(&[(FORM_KEY, &key), ("urgent", urgent_field)])}
                    <SelectField form field="resource" label=lang.t("สิ่งที่ใช้ไม่ได้", "What is out of service") options/>
                    <TextField form field="from" label=lang.t("ตั้งแต่วันที่", "From") hint=from_hint kind=Kind::Word width=Width::Long/>
                    <TextField form field="from_time" label=lang.t("ตั้งแต่เวลา", "From, time") hint=time_hint optional=true kind=Kind::Word width=Width::Short/>
                    <TextField form field="until" label=lang.t("ถึงวันที่", "Until") hint=day_hint kind=Kind::Word width=Width::Long/>
                    <TextField form field="until_time" label=lang.t("ถึงเวลา", "Until, time") hint=time_hint optional=true kind=Kind::Word width=Width::Short/>
                    <TextField form field="reason_th" label=lang.t("เหตุผลที่ประชาชนจะได้อ่าน", "Reason the public reads, in Thai") kind=Kind::Word/>
                    <TextField form field="reason_en" label=lang.t("เหตุผลภาษาอังกฤษ", "The same in English") optional=true kind=Kind::Word/>
                    <TextArea form field="note" label=lang.t("บันทึกของสำนักงาน เช่น เลขที่ใบสั่งซ่อม", "Note for the office, such as the repair order") optional=true rows=3/>
                    <div class="actions"><Button label name="action" value=act kind/>{again}</div>
                </form>
            }
            .into_any()
        })
        .await
}

fn would_move(lang: Lang, rules: &Arc<Rules>, affected: &[WouldMove]) -> AnyView {
    if affected.is_empty() {
        let title = lang.t("ไม่มีคำขอที่ได้รับผลกระทบ", "No booking is affected");
        return view! { <Notice kind=NoticeKind::Good title/> }.into_any();
    }
    let count = affected.len();
    let title = lang.t(
        format!("มี {count} คำขอที่ต้องย้าย"),
        format!("{count} booking(s) would have to move"),
    );
    let rows = affected
        .iter()
        .map(|one| {
            let href = lang.path(&request::path(&one.reference));
            let item = words::item(lang, rules, &one.wish, None);
            view! { <li><a href=href>{in_fours(one.reference.as_str())}</a>" · "{item}</li> }
        })
        .collect_view();
    view! { <Notice kind=NoticeKind::Hold title><ul>{rows}</ul></Notice> }.into_any()
}

async fn acted(office: &Office, id: &str, answers: &Answers) -> desk::Result<Response> {
    let parsed: Uuid = id.parse().map_err(|_| Trouble::NotFound)?;
    let (desk, who) = (office.desk(), &office.staff);
    let outcome = match answers.value("action") {
        "end" => desk.end_outage(who, parsed).await,
        "review" => desk.review_outage(who, parsed, answers.value("note")).await,
        _ => Err(Trouble::NotFound),
    };
    match outcome {
        Ok(()) => Ok(see_other(&office.href(&format!("/staff/outages/{parsed}")))),
        Err(Trouble::Refused(refusal @ Refusal::SamePerson)) => {
            let errors = FieldErrors::one(FieldError::new(
                "",
                "same_person",
                refusal.th(),
                refusal.en(),
            ));
            one_page(office, id, StatusCode::FORBIDDEN, errors).await
        }
        Err(trouble) => Err(trouble),
    }
}

async fn one_page(
    office: &Office,
    id: &str,
    status: StatusCode,
    errors: FieldErrors,
) -> desk::Result<Response> {
    let id: Uuid = id.parse().map_err(|_| Trouble::NotFound)?;
    let lang = office.lang();
    let (outage, bookings) = office.desk().outage(&office.staff, id).await?;
    let rules = office.desk().rules();
    let title = name(lang, &rules, &outage.row.resource);
    let form = FormView::new(lang, RawFields::new(), errors);
    let action = office.href(&format!("/staff/outages/{id}"));
    let page = Page::new(Place::Outages, title.clone())
        .status(status)
        .back("/staff/outages");
    office
        .page(page, move || {
            let row = &outage.row;
            let by = |name: &str, at| format!("{name} · {}", words::moment(lang, at));
            let mut rows = vec![
                SummaryRow::new(lang.t("ช่วงเวลา", "When"), span(lang, &rules, &row.resource, row.span)),
                SummaryRow::new(lang.t("เหตุผล", "Reason"), row.reason.get(lang).to_owned()),
                SummaryRow::new(lang.t("ผู้แจ้ง", "Declared by"), by(&outage.declared_by, row.declared_at)),
            ];
            if !row.note.is_empty() {
                rows.push(SummaryRow::new(lang.t("บันทึก", "Note"), row.note.clone()));
            }
            if let Some(review) = &row.review {
                let who = outage.reviewed_by.clone().unwrap_or_default();
                rows.push(SummaryRow::new(
                    lang.t("ตรวจทานแล้ว", "Reviewed"),
                    format!("{} {}", by(&who, review.at), review.note),
                ));
            }
            if let Some((_, at)) = row.ended {
                let who = outage.ended_by.clone().unwrap_or_default();
                rows.push(SummaryRow::new(lang.t("กลับมาใช้ได้", "In service again"), by(&who, at)));
            }
            let body = if bookings.is_empty() {
                view! { <p class="empty">{lang.t("ไม่มีคำขอที่ได้รับผลกระทบ", "No booking is affected")}</p> }.into_any()
            } else {
                affected::table(lang, &rules, &bookings)
            };
            let end = outage.lasts.then(|| view! {
                <form method="post" action=action.clone()>
                    <p>{lang.t("เวลาที่กันไว้จะว่างให้จองทันที คำขอที่ยังไม่ได้ย้ายใช้ได้ตามเดิม และครอบครัวอยู่ในรายการโทร", "Its times can be booked again at once. Bookings that have not moved keep theirs, and their families are on the call list.")}</p>
                    <Button label=lang.t("กลับมาใช้ได้แล้ว", "In service again") name="action" value="end" kind=ButtonKind::Secondary/>
                </form>
            });
            let review = outage.may_review.then(|| view! {
                <form method="post" action=action.clone()>
                    <TextField form=&form field="note" label=lang.t("ความเห็นของผู้ตรวจทาน", "The reviewer's remark") optional=true kind=Kind::Word/>
                    <Button label=lang.t("ตรวจทานแล้ว", "Reviewed") name="action" value="review"/>
                </form>
            });
            view! {
                <ErrorSummary form=&form/>
                <h1>{title}" "{state(lang, &outage)}</h1>
                <SummaryList lang rows/>
                {review}
                {end}
                <h2>{lang.t("คำขอที่ต้องย้าย", "Bookings that must move")}</h2>
                {body}
            }
            .into_any()
        })
        .await
}

async fn file(office: &Office, kind: &str) -> desk::Result<Response> {
    let kind = FileKind::parse(kind).ok_or(Trouble::NotFound)?;
    let lang = office.lang();
    let rules = office.desk().rules();
    let mut sheet = Sheet::new(
        lang.t("งดใช้ชั่วคราว", "Out of service"),
        &[
            lang.t("สิ่งที่ใช้ไม่ได้", "What"),
            lang.t("ตั้งแต่วันที่", "From"),
            lang.t("ถึงวันที่", "Until"),
            lang.t("ช่วงเวลา", "When"),
            lang.t("เหตุผล", "Reason"),
            lang.t("บันทึก", "Note"),
            lang.t("ผู้แจ้ง", "Declared by"),
            lang.t("ต้องย้าย", "To move"),
            lang.t("สถานะ", "State"),
        ],
    );
    let mut after: Option<String> = None;
    loop {
        let page = office
            .desk()
            .outages(&office.staff, OutageFilter::All, after.as_deref())
            .await?;
        for view in &page.rows {
            let row = &view.row;
            sheet.push(vec![
                Cell::text(name(lang, &rules, &row.resource)),
                row.span.from.into(),
                row.span.until.into(),
                Cell::text(span(lang, &rules, &row.resource, row.span)),
                Cell::text(row.reason.get(lang)),
                Cell::text(row.note.clone()),
                Cell::text(view.declared_by.clone()),
                Cell::Number(i64::try_from(view.waiting).unwrap_or(i64::MAX)),
                Cell::text(state_words(lang, view).0),
            ]);
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return export::download("outages", kind, &sheet),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::sample::context;
    use domain::form::Text;
    use domain::money::Satang;
    use domain::municipality::{Municipality, Pavilion};

    #[test]
    fn a_span_is_told_by_days_and_by_the_clock_where_it_is_not_whole_days() {
        let city = context(Lang::Th, "/").municipality;
        let mut city = Municipality::clone(&city);
        city.crematorium.pavilions.push(Pavilion {
            id: "sala-1".to_owned(),
            name: Text::new("ศาลา 1", "Pavilion 1"),
            guests: 100,
            price_per_night: Satang::default(),
        });
        let rules = Rules::new(city, 1).expect("rules");
        let day = |text: &str| text.parse().expect("a date");
        for (resource, from_cell, until, until_cell, words) in [
            ("furnace-1", 0, "2026-11-25", 95, "25 Nov 2026"),
            (
                "furnace-1",
                32,
                "2026-11-26",
                95,
                "25 Nov 2026 08:00 to 26 Nov 2026",
            ),
            (
                "furnace-1",
                32,
                "2026-11-25",
                51,
                "25 Nov 2026 08:00 to 25 Nov 2026 13:00",
            ),
            (
                "sala-1",
                1,
                "2026-11-26",
                0,
                "25 Nov 2026 night to 26 Nov 2026 daytime",
            ),
        ] {
            let told = span(
                Lang::En,
                &rules,
                resource,
                Span {
                    from: day("2026-11-25"),
                    from_cell,
                    until: day(until),
                    until_cell,
                },
            );
            assert_eq!(told.replace('\u{a0}', " "), words);
        }
    }
}
