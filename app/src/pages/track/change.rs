//! A family changes its booking: why it must, another day from the plain list, what it costs then, done; or cancels.
//! The slot may be gone meanwhile: the list comes back with what is free, and the present booking is kept.
use super::view::{self, Said};
use super::{Facts, carried, not_changed, not_shown};
use crate::components::{
    Button, ButtonKind, Choice, ErrorSummary, Fold, FormView, Kind, Layout, Notice, NoticeKind,
    Radios, SummaryList, SummaryRow, TextField,
};
use crate::http::Visit;
use crate::pages::answers::Answers;
use crate::pages::fee;
use crate::pages::frame::{hidden, private_page};
use crate::pages::moving::{self, Looking, Moving, NIGHTS, SLOT};
use crate::shell::Document;
use crate::words;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::request::TrackView;
use domain::crematorium::{Rules, Wish};
use domain::fee::Quote;
use domain::form::{FieldErrors, Lang, RawFields, raw};
use domain::request::Refusal;
use domain::time;
use leptos::prelude::*;

/// `POST /track/change`
pub(super) async fn change(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    change_by(&visit, facts, answers).await
}

/// `POST /track/cancel`
pub(super) async fn cancel(visit: Visit, answers: Answers) -> Response {
    let facts = Facts::of(&answers);
    cancel_by(&visit, facts, answers).await
}

/// The list; with a slot the check; with `confirm=yes` the move itself.
pub(super) async fn change_by(visit: &Visit, facts: Facts, answers: Answers) -> Response {
    let typed = answers.only(&[SLOT, NIGHTS, "days"]);
    let access = facts.access(visit);
    let found = match visit.desk().track_by(&access).await {
        Ok(found) => found,
        Err(trouble) => return not_shown(visit, &facts, &trouble),
    };
    let rules = visit.desk().rules();
    let today = time::local_date(visit.desk().now());
    let looking = Looking::new(&found.wish, &typed, today, &rules);
    let confirmed = answers.value("confirm") == "yes";
    let to = looking.wish(raw(&typed, SLOT));
    // A second tap finds it moved already, whatever the cut-off says by now.
    if confirmed && to.as_ref() == Some(&found.wish) {
        return view::page(visit, &facts, &found, moved(visit.lang)).await;
    }
    if !found.change.can_move {
        return view::page(visit, &facts, &found, Said::too_late(visit.lang)).await;
    }
    let page = Page {
        visit,
        facts: &facts,
        looking: &looking,
        rules: &rules,
    };
    let chosen = answers.value("choose") == "yes";
    let Some(to) = to else {
        let errors = if !raw(&typed, SLOT).is_empty() {
            moving::unreadable()
        } else if chosen || confirmed {
            moving::nothing_chosen()
        } else {
            FieldErrors::new()
        };
        return page.list(typed, errors).await;
    };
    let outcome = if confirmed {
        visit.desk().move_by(&access, &to).await
    } else {
        visit.desk().move_preview(&access, &to).await
    };
    match outcome {
        Ok(found) if confirmed => view::page(visit, &facts, &found, moved(visit.lang)).await,
        Ok(found) => match visit.desk().price_of_move(&access, &to).await {
            Ok(then) => page.check(&found, &to, &then),
            Err(trouble) => not_changed(visit, &facts, RawFields::new(), trouble).await,
        },
        Err(Trouble::Invalid(errors)) => page.list(typed, moving::at_the_slot(errors)).await,
        Err(Trouble::SlotTaken { .. }) => page.list(typed, moving::taken()).await,
        Err(trouble) => not_changed(visit, &facts, RawFields::new(), trouble).await,
    }
}

fn moved(lang: Lang) -> Said {
    Said::done(lang.t(
        "เปลี่ยนวันแล้ว วันและเวลาใหม่อยู่ในหน้านี้",
        "The booking has moved. The new day and time are on this page.",
    ))
}

/// What the pages of a change share.
struct Page<'a> {
    visit: &'a Visit,
    facts: &'a Facts,
    looking: &'a Looking,
    rules: &'a Rules,
}

impl Page<'_> {
    /// One question: to when.
    async fn list(&self, typed: RawFields, errors: FieldErrors) -> Response {
        let access = self.facts.access(self.visit);
        let (found, days) = match self
            .visit
            .desk()
            .move_days_by(&access, &self.looking.search())
            .await
        {
            Ok(found) => found,
            Err(trouble) => return not_shown(self.visit, self.facts, &trouble),
        };
        let lang = self.visit.lang;
        let status = match errors.iter().next() {
            None => StatusCode::OK,
            Some(error) if error.code == SLOT && !raw(&typed, SLOT).is_empty() => {
                StatusCode::CONFLICT
            }
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let whole = raw(&typed, "days") == "all";
        let error = status != StatusCode::OK;
        let mut fields = typed;
        if self.looking.nights > 0 {
            fields.insert(NIGHTS.to_owned(), self.looking.nights.to_string());
        }
        let form = FormView::new(lang, fields, errors);
        let action = self.facts.action(self.visit, "change");
        let back = self.facts.action(self.visit, "");
        private_page(self.visit, status, |ctx| {
            let title = lang.t("เลือกวันและเวลาใหม่", "Choose the new day and time");
            let moving = Moving {
                lang,
                rules: self.rules,
                looking: self.looking,
                days: &days,
                form: &form,
            };
            let (list, more) = moving.list(whole);
            let price = moving.price();
            let near = moving.near(!found.change.must_move.is_empty()).map(|near| {
                let carried = carried(self.facts, &found);
                view! { <form method="post" action=action.clone() novalidate>{carried}{near}</form> }
            });
            let more = (more > 0).then(|| {
                let label = lang.t(
                    format!("ดูวันอื่นอีก {more} วัน"),
                    format!("Show {more} more days"),
                );
                view! { <Button label name="days" value="all" kind=ButtonKind::Secondary/> }
            });
            let present = words::places_line(lang, self.rules, &found.wish);
            let nights = self.nights(&form, &found, action.clone());
            let (carried_on, carried_back) =
                (carried(self.facts, &found), carried(self.facts, &found));
            let why = reasons(lang, &found);
            let problem = moving::problem(&form);
            let chosen_nights = form.value(NIGHTS);
            view! {
                <Document ctx title error private=true>
                    <ErrorSummary form=&form/>
                    <h1>{title}</h1>
                    {why}
                    <p>{lang.t("ที่จองไว้ตอนนี้: ", "Booked now: ")}{present}</p>
                    {price}
                    {near}
                    {nights}
                    <form method="post" action=action novalidate>
                        {carried_on}
                        {hidden(&[(NIGHTS, &chosen_nights), ("choose", "yes")])}
                        {problem}
                        {list}
                        <div class="actions"><Button label=lang.t("ใช้วันและเวลาที่เลือก", "Use the time chosen")/>{more}</div>
                    </form>
                    <form method="post" action=back novalidate>
                        {carried_back}
                        <div class="actions"><Button label=lang.t("ไม่เปลี่ยน กลับไปดูสถานะ", "Change nothing and go back") kind=ButtonKind::Secondary/></div>
                    </form>
                </Document>
            }
        })
    }

    /// How many nights, where a pavilion is booked and its nights have not begun.
    fn nights(&self, form: &FormView, found: &TrackView, action: String) -> Option<AnyView> {
        if self.looking.nights == 0 || self.looking.stays {
            return None;
        }
        let lang = self.visit.lang;
        let options = (1..=self.rules.settings().max_nights)
            .map(|count| Choice::new(count.to_string(), words::nights(lang, count)))
            .collect();
        Some(
            Fold::new(lang.t("เปลี่ยนจำนวนคืน", "Change the number of nights")).around(view! {
                <form method="post" action=action novalidate>
                    {carried(self.facts, found)}
                    <Radios form=form field=NIGHTS legend=lang.t("จำนวนคืนสวด", "Nights") options layout=Layout::Columns/>
                    <Button label=lang.t("แสดงวันที่ว่าง", "Show free days") kind=ButtonKind::Secondary/>
                </form>
            }),
        )
    }

    /// Before and after, and what changes in the price.
    fn check(&self, found: &TrackView, to: &Wish, then: &Quote) -> Response {
        let lang = self.visit.lang;
        let (slot, nights) = (moving::value(to), self.looking.nights.to_string());
        let action = self.facts.action(self.visit, "change");
        private_page(self.visit, StatusCode::OK, |ctx| {
            let title = lang.t("ตรวจก่อนเปลี่ยนวัน", "Check before you move");
            let line = |wish| words::places_line(lang, self.rules, wish);
            let mut rows = vec![
                SummaryRow::new(lang.t("จองไว้", "Booked"), line(&found.wish)),
                SummaryRow::new(lang.t("เปลี่ยนเป็น", "New"), line(to)),
            ];
            rows.extend(totals(lang, self.rules, &found.price, then));
            let lines = (found.price != *then).then(|| view! { <h2>{lang.t("ค่าธรรมเนียมใหม่", "Fees then")}</h2>{fee::price(lang, then)} });
            let carried_on = carried(self.facts, found);
            let carried_back = carried(self.facts, found);
            view! {
                <Document ctx title private=true>
                    <h1>{title}</h1>
                    <SummaryList lang rows/>
                    {lines}
                    <p>{lang.t("เมื่อเปลี่ยนแล้ว ผู้อื่นจองเวลาเดิมได้ทันที", "Once it has moved, others can book the old time at once.")}</p>
                    <form method="post" action=action.clone() novalidate>
                        {carried_on}
                        {hidden(&[(SLOT, &slot), (NIGHTS, &nights), ("confirm", "yes")])}
                        <div class="actions"><Button label=lang.t("ยืนยันเปลี่ยนวัน", "Move the booking")/></div>
                    </form>
                    <form method="post" action=action novalidate>
                        {carried_back}
                        {hidden(&[(NIGHTS, &nights)])}
                        <div class="actions"><Button label=lang.t("เลือกวันอื่น", "Choose another day") kind=ButtonKind::Secondary/></div>
                    </form>
                </Document>
            }
        })
    }
}

/// What it cost, and what it costs then; one line when nothing changes.
fn totals(lang: Lang, rules: &Rules, before: &Quote, then: &Quote) -> Vec<SummaryRow> {
    let sample = words::sample(lang, rules);
    let words = |quote: &Quote| format!("{}{sample}", fee::total(lang, quote));
    if before.total == then.total {
        let same = format!("{} {}", words(then), lang.t("เท่าเดิม", "(unchanged)"));
        return vec![SummaryRow::new(lang.t("ค่าธรรมเนียม", "Fees"), same)];
    }
    vec![
        SummaryRow::new(lang.t("ค่าธรรมเนียมเดิม", "Fees before"), words(before)),
        SummaryRow::new(lang.t("ค่าธรรมเนียมใหม่", "Fees then"), words(then)),
    ]
}

/// Why the office asks for another day.
fn reasons(lang: Lang, found: &TrackView) -> Option<AnyView> {
    if found.change.must_move.is_empty() {
        return None;
    }
    let title = lang.t(
        "วันที่จองไว้ใช้ไม่ได้ ต้องเปลี่ยนวัน",
        "Your booking must move to another day",
    );
    let lines = found
        .change
        .must_move
        .iter()
        .map(|reason| view! { <p>{reason.get(lang).to_owned()}</p> })
        .collect_view();
    Some(view! { <Notice kind=NoticeKind::Hold title>{lines}</Notice> }.into_any())
}

/// The part of the tracking page: why it must move, and the ways to change it.
pub(super) fn section(visit: &Visit, facts: &Facts, found: &TrackView) -> Option<AnyView> {
    let lang = visit.lang;
    let state = &found.change;
    if state.must_move.is_empty() && !state.can_move && !state.can_cancel {
        return None;
    }
    let call = (!state.must_move.is_empty()).then(|| {
        let words = lang.t(
            "เจ้าหน้าที่จะโทรหาท่าน หรือเลือกวันใหม่ได้ที่นี่",
            "An officer will call you, or you can choose another day here.",
        );
        view! { <p>{words}</p> }
    });
    let until = state
        .until
        .filter(|_| state.can_move && state.must_move.is_empty())
        .map(|until| {
            let until = words::when(lang, until, visit.desk().now());
            lang.t(
                format!("เปลี่ยนหรือยกเลิกเองได้ถึง {until}"),
                format!("You can change or cancel it yourself until {until}."),
            )
        });
    let form = |act: &'static str, label: &'static str, kind| {
        view! {
            <form method="post" action=facts.action(visit, act) novalidate>
                {carried(facts, found)}
                <div class="actions"><Button label kind/></div>
            </form>
        }
    };
    let kind = if state.must_move.is_empty() {
        ButtonKind::Secondary
    } else {
        ButtonKind::Primary
    };
    let change = state
        .can_move
        .then(|| form("change", lang.t("เปลี่ยนวัน", "Change the day"), kind));
    let cancel = state.can_cancel.then(|| {
        form(
            "cancel",
            lang.t("ยกเลิกการจอง", "Cancel the booking"),
            ButtonKind::Secondary,
        )
    });
    Some(
        Fold::new(lang.t("เปลี่ยนหรือยกเลิก", "Change or cancel"))
            .heading()
            .aside(until.unwrap_or_default())
            .open(!state.must_move.is_empty())
            .id("change")
            .around(view! {
                {reasons(lang, found)}
                {call}
                {change}
                {cancel}
            }),
    )
}

/// What cancelling does; with `confirm=yes` it is done.
pub(super) async fn cancel_by(visit: &Visit, facts: Facts, answers: Answers) -> Response {
    let access = facts.access(visit);
    if answers.value("confirm") == "yes" {
        let reason = domain::text::clean(answers.value("reason"));
        return match visit.desk().cancel_by(&access, &reason).await {
            Ok(found) => view::page(visit, &facts, &found, Said::nothing()).await,
            Err(trouble) => not_changed(visit, &facts, RawFields::new(), trouble).await,
        };
    }
    match visit.desk().track_by(&access).await {
        Ok(found) if found.change.can_cancel => confirm_cancel(visit, &facts, &found),
        Ok(found) => view::page(visit, &facts, &found, Said::too_late(visit.lang)).await,
        Err(Trouble::Refused(Refusal::PastCutOff)) => {
            not_shown(visit, &facts, &Trouble::Refused(Refusal::PastCutOff))
        }
        Err(trouble) => not_shown(visit, &facts, &trouble),
    }
}

fn confirm_cancel(visit: &Visit, facts: &Facts, found: &TrackView) -> Response {
    let lang = visit.lang;
    let rules = visit.desk().rules();
    let form = FormView::new(lang, RawFields::new(), FieldErrors::new());
    private_page(visit, StatusCode::OK, |ctx| {
        let title = lang.t("ยกเลิกการจองนี้หรือไม่", "Cancel this booking?");
        let places = words::places_line(lang, &rules, &found.wish);
        let (act, keep) = (facts.action(visit, "cancel"), facts.action(visit, ""));
        let move_to = facts.action(visit, "change");
        let [carried_on, carried_over, carried_back] = [(); 3].map(|()| carried(facts, found));
        view! {
            <Document ctx title private=true>
                <h1>{title}</h1>
                <p>{places}</p>
                <ul>
                    <li>{lang.t("วันและเวลาที่จองไว้จะว่างให้ผู้อื่นจองได้ทันที", "The places are free for others at once.")}</li>
                    <li>{lang.t("ท่านจองเวลาเดิมนี้อีกไม่ได้ หากต้องการวันอื่น ให้เลือกเปลี่ยนวันแทน", "You cannot book this same time again. If you want another day, move the booking instead.")}</li>
                    <li>{lang.t("หากชำระเงินแล้ว การคืนเงินเป็นไปตามระเบียบของเทศบาล", "If you have paid, refunds follow the city's rules.")}</li>
                </ul>
                <form method="post" action=act novalidate>
                    {carried_on}
                    {hidden(&[("confirm", "yes")])}
                    <TextField form=&form field="reason" label=lang.t("เหตุผล", "Reason") optional=true kind=Kind::Word/>
                    <div class="actions"><Button label=lang.t("ยกเลิกการจอง", "Cancel the booking") kind=ButtonKind::Warning/></div>
                </form>
                <form method="post" action=move_to novalidate>
                    {carried_over}
                    <div class="actions"><Button label=lang.t("เปลี่ยนวันแทน", "Move it instead") kind=ButtonKind::Secondary/></div>
                </form>
                <form method="post" action=keep novalidate>
                    {carried_back}
                    <div class="actions"><Button label=lang.t("ไม่ยกเลิก กลับไปดูสถานะ", "Keep it and go back") kind=ButtonKind::Secondary/></div>
                </form>
            </Document>
        }
    })
}
