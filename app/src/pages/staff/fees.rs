//! A request's money as the office sees it: the price, the rate, exemptions, notes, payments, refunds.
use super::fields::{Field, key};
use super::frame::{Clerk, Office, Page, Place};
use super::{request, words};
use crate::components::reference::in_fours;
use crate::components::{Button, ButtonKind, ErrorSummary, FormView, Notice, NoticeKind};
use crate::http::see_other;
use crate::pages::answers::Answers;
use crate::pages::fee;
use crate::pages::frame::hidden;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Trouble;
use desk::fee::{FeeView, NoteRow, Waits};
use domain::crematorium::{Residence, Rules};
use domain::fee::{ExemptionStatus, Extra, NoteKind, NoteStatus};
use domain::form::{FieldErrors, Lang, RawFields, raw};
use domain::money::Satang;
use domain::reference::Reference;
use domain::request::Status;
use leptos::prelude::*;
use std::sync::Arc;
use uuid::Uuid;

pub(super) fn path(reference: &Reference) -> String {
    format!("/staff/requests/{}/fees", reference.as_str())
}

/// `GET /staff/requests/{reference}/fees`
pub(super) async fn page(Clerk(office): Clerk, Path(reference): Path<String>) -> Response {
    office.answer(
        whole(
            &office,
            &reference,
            StatusCode::OK,
            RawFields::new(),
            FieldErrors::new(),
        )
        .await,
    )
}

/// `POST /staff/requests/{reference}/fees`
pub(super) async fn act(
    Clerk(office): Clerk,
    Path(reference): Path<String>,
    answers: Answers,
) -> Response {
    office.answer(acted(&office, &reference, answers.all()).await)
}

async fn acted(office: &Office, number: &str, typed: RawFields) -> desk::Result<Response> {
    let reference = Reference::parse(number).map_err(|_| Trouble::NotFound)?;
    let (desk, who) = (office.desk(), &office.staff);
    let action = raw(&typed, "action").to_owned();
    let done = match action.as_str() {
        "residence" => {
            let residence = Residence::parse(raw(&typed, "residence"));
            desk.set_residence(who, number, residence.unwrap_or(Residence::NotSure))
                .await
        }
        "extras" => match extras(&typed) {
            Ok(extras) => desk.set_extras(who, number, &extras).await,
            Err(errors) => Err(Trouble::Invalid(errors)),
        },
        "ask" => {
            let fields = ["code", "evidence", "paper"].map(|name| {
                let value = raw(&typed, name).to_owned();
                (format!("exemption.{name}"), value)
            });
            desk.ask_exemption_for(who, number, &fields.into()).await
        }
        "decide" => match raw(&typed, "exemption").parse() {
            Ok(id) => {
                let grant = raw(&typed, "grant") == "yes";
                desk.decide_exemption(who, id, grant, raw(&typed, "reason"))
                    .await
            }
            Err(_) => Err(Trouble::NotFound),
        },
        "issue" => desk.issue_note(who, number).await,
        "meter" => {
            let readings = typed
                .iter()
                .filter_map(|(name, value)| {
                    Some((name.strip_prefix("meter.")?.to_owned(), value.clone()))
                })
                .collect();
            let seen = raw(&typed, "seen").parse().ok();
            desk.settle_meter(who, number, seen, &readings).await
        }
        _ => Err(Trouble::NotFound),
    };
    match done {
        Ok(()) => Ok(see_other(&office.href(&path(&reference)))),
        Err(Trouble::Invalid(errors)) => {
            let errors = errors
                .into_iter()
                .fold(FieldErrors::new(), |mut all, mut error| {
                    let field = error.field.trim_start_matches("exemption.");
                    error.field = match field {
                        "" => String::new(),
                        field => key(form_of(&action), field),
                    };
                    all.push(error);
                    all
                });
            let typed = typed
                .into_iter()
                .map(|(name, value)| (key(form_of(&action), &name), value))
                .collect();
            whole(
                office,
                number,
                StatusCode::UNPROCESSABLE_ENTITY,
                typed,
                errors,
            )
            .await
        }
        Err(Trouble::Refused(refusal)) => {
            let error = domain::form::FieldError::new("", "refused", refusal.th(), refusal.en());
            let errors = FieldErrors::one(error);
            whole(
                office,
                number,
                StatusCode::UNPROCESSABLE_ENTITY,
                RawFields::new(),
                errors,
            )
            .await
        }
        Err(Trouble::NotAllowed) => {
            let error = domain::form::FieldError::new(
                "",
                "not_allowed",
                "บัญชีนี้ไม่มีสิทธิ์ทำรายการนี้",
                "This account may not do this",
            );
            let errors = FieldErrors::one(error);
            whole(
                office,
                number,
                StatusCode::FORBIDDEN,
                RawFields::new(),
                errors,
            )
            .await
        }
        Err(other) => Err(other),
    }
}

/// Forms keep what was typed apart.
fn form_of(action: &str) -> &'static str {
    match action {
        "residence" => "residence",
        "extras" => "extras",
        "ask" => "ask",
        "decide" => "decide",
        "meter" => "meter",
        _ => "issue",
    }
}

fn extras(typed: &RawFields) -> Result<Vec<Extra>, FieldErrors> {
    let (mut extras, mut errors) = (Vec::new(), FieldErrors::new());
    for (name, value) in typed {
        let Some(item) = name.strip_prefix("extra.") else {
            continue;
        };
        let digits = domain::text::ascii_digits(value.trim());
        match digits.parse() {
            Ok(units) => extras.push(Extra {
                item: item.to_owned(),
                units,
            }),
            Err(_) if digits.is_empty() => {}
            Err(_) => errors.push(domain::form::FieldError::new(
                name.clone(),
                "number",
                "กรอกจำนวนเป็นตัวเลข",
                "Enter a number",
            )),
        }
    }
    if errors.is_empty() {
        Ok(extras)
    } else {
        Err(errors)
    }
}

async fn whole(
    office: &Office,
    number: &str,
    status: StatusCode,
    typed: RawFields,
    errors: FieldErrors,
) -> desk::Result<Response> {
    let lang = office.lang();
    let view = FeesView {
        lang,
        rules: office.desk().rules(),
        fees: office.desk().request_fees(&office.staff, number).await?,
        form: FormView::new(lang, typed, errors),
    };
    let title = format!(
        "{} {}",
        lang.t("ค่าธรรมเนียมของคำขอ", "Fees of request"),
        in_fours(view.fees.reference.as_str())
    );
    let page = Page::new(Place::Requests, title.clone())
        .status(status)
        .back(request::path(&view.fees.reference));
    office.page(page, move || view.page(title)).await
}

struct FeesView {
    lang: Lang,
    rules: Arc<Rules>,
    fees: FeeView,
    form: FormView,
}

impl FeesView {
    fn page(&self, title: String) -> AnyView {
        let lang = self.lang;
        let fees = &self.fees;
        view! {
            <ErrorSummary form=&self.form/>
            <h1>{title}</h1>
            <p class="sub">{format!("{} · {}", fees.applicant_name, fees.deceased_name)}</p>
            {self.waits()}
            <div class="panels">
                <div>
                    <section class="panel" aria-labelledby="price"><h2 id="price">{lang.t("ราคา", "Price")}</h2>{fee::price(lang, &fees.quote)}</section>
                    {notes(lang, &fees.notes, fees)}
                    {self.refunds()}
                </div>
                <section class="panel act" aria-labelledby="acts">
                    <h2 id="acts">{lang.t("ดำเนินการ", "What to do")}</h2>
                    {self.residence()}{self.exemptions()}{self.ask()}{self.extras()}{self.issue()}{self.meter()}
                </section>
            </div>
            {fee::no_gift(lang, &self.rules)}
        }
        .into_any()
    }

    fn waits(&self) -> Option<AnyView> {
        let lang = self.lang;
        let title = match self.fees.waits? {
            Waits::Decision => return None,
            Waits::Residence => lang.t(
                "ตรวจทะเบียนบ้านก่อน จึงออกใบแจ้งชำระได้",
                "Check the registry first: then the note can be issued",
            ),
            Waits::Exemption => lang.t(
                "มีคำขอยกเว้นที่ต้องตัดสินก่อนรับชำระ",
                "An exemption must be decided before anything is paid",
            ),
        };
        Some(view! { <Notice kind=NoticeKind::Hold title/> }.into_any())
    }

    fn action(&self) -> String {
        self.lang.path(&path(&self.fees.reference))
    }

    fn residence(&self) -> Option<AnyView> {
        let lang = self.lang;
        if !self.fees.can_set_residence {
            return None;
        }
        let now = self.fees.residence.label();
        let now = lang.t(format!("ขณะนี้: {}", now.th), format!("Now: {}", now.en));
        Some(
            view! {
                <form method="post" action=self.action()>
                    {hidden(&[("action", "residence")])}
                    <h3>{lang.t("ผลการตรวจทะเบียนบ้าน", "What the registry says")}</h3>
                    <p class="muted">{now}</p>
                    <div class="actions">
                        <Button label=lang.t("อยู่ในเขต", "In the city") name="residence" value="in_area" kind=ButtonKind::Secondary/>
                        <Button label=lang.t("อยู่นอกเขต", "Elsewhere") name="residence" value="out_of_area" kind=ButtonKind::Secondary/>
                    </div>
                </form>
            }
            .into_any(),
        )
    }

    fn exemptions(&self) -> AnyView {
        let lang = self.lang;
        let lines = self.fees.exemptions.iter().map(|exemption| {
            let row = &exemption.row;
            let decided = row.decided_at.map(|at| {
                let who = exemption.decided_by.clone().unwrap_or_default();
                let order = row.decided_order.clone().unwrap_or_default();
                let reason = row.reason.clone().unwrap_or_default();
                format!("{who} · {order} · {} · {reason}", words::moment(lang, at))
            });
            let form = (row.status == ExemptionStatus::Asked && self.fees.can_decide).then(|| {
                let id = row.id.to_string();
                let reason = Field::new(&self.form, "decide", "reason", lang.t("เหตุผล", "Reason")).lines(2);
                view! {
                    <form method="post" action=self.action()>
                        {hidden(&[("action", "decide"), ("exemption", &id)])}
                        {reason}
                        <div class="actions">
                            <Button label=lang.t("อนุมัติยกเว้น", "Grant it") name="grant" value="yes"/>
                            <Button label=lang.t("ไม่อนุมัติ", "Refuse it") name="grant" value="no" kind=ButtonKind::Secondary/>
                        </div>
                    </form>
                }
            });
            let name = exemption.name.get(lang).to_owned();
            let status = row.status.words().get(lang).to_owned();
            view! {
                <li>
                    <strong>{name}" – "{status}</strong>
                    <br/>{row.clause.clone()}
                    <br/>{lang.t("หลักฐาน: ", "Evidence: ")}{row.evidence.clone()}{self.paper(row.paper_id)}
                    {decided.map(|decided| view! { <br/><span class="muted">{decided}</span> })}
                    {form}
                </li>
            }
        });
        let lines = lines.collect_view();
        (!self.fees.exemptions.is_empty())
            .then(|| {
                view! { <h3>{lang.t("การยกเว้นค่าธรรมเนียม", "Exemptions")}</h3><ul class="plain">{lines}</ul> }
            })
            .into_any()
    }

    /// The photo that shows it, to be opened.
    fn paper(&self, id: Option<Uuid>) -> Option<AnyView> {
        let (lang, id) = (self.lang, id?);
        let papers = request::path(&self.fees.reference);
        let href = lang.path(&format!("{papers}/papers/{id}"));
        let known = self.fees.papers.iter().find(|paper| paper.id == id);
        // One that another photo replaced since can still be opened.
        let label = known.map_or_else(
            || lang.t("เอกสารที่ส่งไว้", "A paper that was sent").to_owned(),
            |paper| fee::paper(lang, paper),
        );
        Some(view! { " "<a href=href>{label}</a> }.into_any())
    }

    fn ask(&self) -> Option<AnyView> {
        let lang = self.lang;
        if !self.fees.can_ask_exemption {
            return None;
        }
        let chosen = self.form.value("ask.code");
        let options = self.rules.municipality.money.exemptions.iter().map(|rule| {
            let (value, label) = (rule.code.clone(), rule.name.get(lang).to_owned());
            let selected = value == chosen;
            view! { <option value=value selected=selected>{label}</option> }
        });
        let options = options.collect_view();
        let paper = self.form.value("ask.paper");
        let papers = self.fees.papers.iter().map(|choice| {
            let (value, label) = (choice.id.to_string(), fee::paper(lang, choice));
            let selected = value == paper;
            view! { <option value=value selected=selected>{label}</option> }
        });
        let papers = papers.collect_view();
        let papers = (!self.fees.papers.is_empty()).then(|| view! {
            <div class="field">
                <label for="ask-paper">{lang.t("เอกสารที่ส่งไว้", "Paper that was sent")}</label>
                <select class="input" id="ask-paper" name="paper"><option value="">{lang.t("ไม่มี", "None")}</option>{papers}</select>
            </div>
        });
        let evidence =
            Field::new(&self.form, "ask", "evidence", lang.t("หลักฐาน", "Evidence")).lines(2);
        Some(
            view! {
                <details open=self.form.error("ask.evidence").is_some()>
                    <summary>{lang.t("ขอยกเว้นค่าธรรมเนียมแทนครอบครัว", "Ask for an exemption for the family")}</summary>
                    <form method="post" action=self.action()>
                        {hidden(&[("action", "ask")])}
                        <div class="field"><label for="ask-code">{lang.t("เหตุ", "Why")}</label><select class="input" id="ask-code" name="code">{options}</select></div>
                        {papers}
                        {evidence}
                        <Button label=lang.t("บันทึกคำขอยกเว้น", "Save it") kind=ButtonKind::Secondary/>
                    </form>
                </details>
            }
            .into_any(),
        )
    }

    fn extras(&self) -> Option<AnyView> {
        let lang = self.lang;
        if self.fees.on_request.is_empty() || !self.fees.status.is_live() {
            return None;
        }
        let fields = self.fees.on_request.iter().map(|item| {
            let name = format!("extra.{}", item.id);
            let kept = self.fees.extras.iter().find(|extra| extra.item == item.id);
            let typed = self.form.value(&key("extras", &name));
            let value = if typed.is_empty() {
                kept.map(|extra| extra.units.to_string()).unwrap_or_default()
            } else {
                typed
            };
            let id = format!("extras-extra-{}", item.id);
            let label = format!("{} ({})", item.name.get(lang), item.unit.words().get(lang));
            let error = self.form.error(&key("extras", &name));
            view! {
                <div class="field">
                    <label for=id.clone()>{label}</label>
                    {error.map(|error| view! { <p class="error">{error}</p> })}
                    <input class="input w4" id=id name=name r#type="text" inputmode="numeric" autocomplete="off" value=value/>
                </div>
            }
        });
        let fields = fields.collect_view();
        Some(
            view! {
                <form method="post" action=self.action()>
                    {hidden(&[("action", "extras")])}
                    <h3>{lang.t("รายการที่ครอบครัวขอเพิ่ม", "What the family asked for on top")}</h3>
                    {fields}
                    <Button label=lang.t("บันทึกรายการ", "Save the items") kind=ButtonKind::Secondary/>
                </form>
            }
            .into_any(),
        )
    }

    fn issue(&self) -> Option<AnyView> {
        let lang = self.lang;
        let may = self.fees.waits == Some(Waits::Decision) && self.fees.quote.is_certain();
        may.then(|| {
            view! {
                <form method="post" action=self.action()>
                    {hidden(&[("action", "issue")])}
                    <p class="muted">{lang.t("ออกเองเมื่ออนุมัติ ออกก่อนได้หากครอบครัวขอชำระทันที", "Issued by itself on approval; earlier when the family wants to pay at once.")}</p>
                    <Button label=lang.t("ออกใบแจ้งชำระ", "Issue the note") kind=ButtonKind::Secondary/>
                </form>
            }
            .into_any()
        })
    }

    fn meter(&self) -> Option<AnyView> {
        let lang = self.lang;
        if !self.fees.can_settle {
            let later = self.fees.status == Status::Approved && self.fees.quote.has_estimate();
            return later.then(|| view! { <p class="muted">{lang.t("ค่าใช้จ่ายตามมิเตอร์บันทึกได้ตั้งแต่วันแรกที่ใช้สถานที่", "What a meter counts can be noted from the first day of use.")}</p> }.into_any());
        }
        let standing = self.fees.current(NoteKind::Meter);
        let seen = standing.map_or_else(String::new, |note| note.id.to_string());
        let fields = self.fees.quote.metered().map(|line| {
            let name = format!("meter.{}", line.item);
            let id = format!("meter-meter-{}", line.item);
            let label = format!("{} ({})", line.name.get(lang), line.unit.words().get(lang));
            let error = self.form.error(&key("meter", &name));
            let value = self.form.value(&key("meter", &name));
            view! {
                <div class="field">
                    <label for=id.clone()>{label}</label>
                    {error.map(|error| view! { <p class="error">{error}</p> })}
                    <input class="input w10" id=id name=name r#type="text" inputmode="decimal" autocomplete="off" value=value/>
                </div>
            }
        });
        let fields = fields.collect_view();
        Some(
            view! {
                <form method="post" action=self.action()>
                    {hidden(&[("action", "meter"), ("seen", &seen)])}
                    <h3>{lang.t("หน่วยที่ใช้จริงตามมิเตอร์", "Units used, by the meter")}</h3>
                    {fields}
                    <Button label=lang.t("ออกใบแจ้งชำระตามมิเตอร์", "Issue the meter note") kind=ButtonKind::Secondary/>
                </form>
            }
            .into_any(),
        )
    }

    fn refunds(&self) -> Option<AnyView> {
        let lang = self.lang;
        let lines = self.fees.refunds.iter().map(|refund| {
            let href = lang.path(&format!("/staff/refunds/{}", refund.id));
            let status = refund.status.words().get(lang).to_owned();
            view! { <li><a href=href>{lang.t(refund.amount.th(), refund.amount.en())}</a>" – "{status}</li> }
        });
        let lines = lines.collect_view();
        (!self.fees.refunds.is_empty()).then(|| {
            view! { <section class="panel" aria-labelledby="refunds"><h2 id="refunds">{lang.t("คืนเงิน", "Refunds")}</h2><ul>{lines}</ul></section> }
                .into_any()
        })
    }
}

/// Notes with their state, each leading to the cashier's page of it.
fn notes(lang: Lang, notes: &[NoteRow], fees: &FeeView) -> Option<AnyView> {
    if notes.is_empty() {
        return None;
    }
    let lines = notes.iter().map(|note| {
        let href = lang.path(&format!("/staff/cashier/{}", note.id));
        let name = desk::cashier::note_name(note).get(lang).to_owned();
        let state = note.status.words().get(lang).to_owned();
        let due = if note.status == NoteStatus::Open {
            lang.t(note.due.th(), note.due.en())
        } else {
            lang.t(note.total.th(), note.total.en())
        };
        view! { <li><a href=href>{name}</a>" · "{due}" · "{state}</li> }
    });
    let lines = lines.collect_view();
    let balance = fees.balance;
    let owed = (balance != Satang::ZERO).then(|| {
        let words = lang.t(
            format!("ยอดค้าง {}", balance.th()),
            format!("{} owed", balance.en()),
        );
        view! { <p>{words}</p> }
    });
    Some(
        view! {
            <section class="panel" aria-labelledby="fee-notes">
                <h2 id="fee-notes">{lang.t("ใบแจ้งชำระ", "Fee notes")}</h2>
                <ul>{lines}</ul>
                {owed}
            </section>
        }
        .into_any(),
    )
}

/// The panel on the request's page: what it costs, how it stands, and the way to the whole.
pub(super) async fn panel(office: &Office, reference: &str) -> desk::Result<AnyView> {
    let lang = office.lang();
    let fees = office
        .desk()
        .fees_of_open_request(&office.staff, reference)
        .await?;
    let href = office.href(&path(&fees.reference));
    let total = fee::total(lang, &fees.quote);
    let lines = notes(lang, &fees.notes, &fees);
    let waits = match fees.waits {
        Some(Waits::Residence) => Some(lang.t("รอตรวจทะเบียนบ้าน", "The registry is to be checked")),
        Some(Waits::Exemption) => Some(lang.t("รอตัดสินคำขอยกเว้น", "An exemption is to be decided")),
        _ => None,
    };
    Ok(view! {
        <section class="panel" aria-labelledby="fees">
            <h2 id="fees">{lang.t("ค่าธรรมเนียม", "Fees")}</h2>
            <p>{total}{waits.map(|waits| format!(" · {waits}"))}</p>
            <p><a href=href>{lang.t("ราคา การยกเว้น และใบแจ้งชำระ", "Price, exemptions and notes")}</a></p>
        </section>
        {lines}
    }
    .into_any())
}
