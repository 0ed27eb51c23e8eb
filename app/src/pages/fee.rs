//! What something costs, line by line; where, when and how it is paid: on every page that shows a fee.
use crate::components::{Fold, Notice, NoticeKind, SummaryList, SummaryRow};
use crate::{qr, words};
use desk::fee::{NoteRow, PaperChoice, Waits, exemption_waits, qr_payload};
use domain::crematorium::{Residence, Rules, Wish};
use domain::fee::{Facts, Line, NoteStatus, Quote, quote};
use domain::form::{Lang, Text};
use domain::money::Satang;
use domain::time::{self, Instant};
use leptos::prelude::*;

/// The price of a wish by today's schedule, before anything is sent.
pub(super) fn before_sending(
    rules: &Rules,
    wish: &Wish,
    residence: Residence,
    now: Instant,
) -> Quote {
    let facts = Facts::of(wish, residence);
    quote(&rules.municipality, &facts, time::local_date(now))
}

/// "2,200 บาท", "2,200–4,200 บาท", with the word for an estimate.
pub(super) fn total(lang: Lang, quote: &Quote) -> String {
    let total = quote.total.words();
    let total = total.get(lang);
    if quote.has_estimate() {
        lang.t(format!("ประมาณ {total}"), format!("About {total}"))
    } else {
        total.to_owned()
    }
}

/// The sum of every booking of a list, where all cost the same.
pub(super) fn one_total<'a>(quotes: impl IntoIterator<Item = &'a Quote>) -> Option<&'a Quote> {
    let mut quotes = quotes.into_iter();
    let first = quotes.next()?;
    quotes
        .all(|quote| (quote.total, quote.has_estimate()) == (first.total, first.has_estimate()))
        .then_some(first)
}

/// What another booking costs beside what is booked: "ราคาเท่าเดิม", "ราคา 3,020 บาท เดิม 2,520 บาท".
pub(super) fn beside(lang: Lang, before: &Quote, then: &Quote) -> String {
    if before.total == then.total {
        return lang.t("ราคาเท่าเดิม", "same price").to_owned();
    }
    let (before, then) = (before.total.words(), total(lang, then));
    lang.t(
        format!("ราคา{then} เดิม {}", before.th),
        format!("{then} instead of {}", before.en),
    )
}

/// The lines, their sum, and what is not certain about it.
pub(super) fn price(lang: Lang, quote: &Quote) -> AnyView {
    if quote.lines.is_empty() {
        return view! { <p>{lang.t("ไม่มีค่าธรรมเนียม", "There is no fee")}</p> }.into_any();
    }
    let mut rows: Vec<SummaryRow> = quote.lines.iter().map(|line| row(lang, line)).collect();
    rows.push(SummaryRow::view(
        lang.t("รวม", "Total"),
        view! { <strong>{total(lang, quote)}</strong> },
    ));
    let range = (!quote.is_certain()).then(|| {
        lang.t(
            "ยอดต่ำคืออัตราในเขต ยอดสูงคืออัตรานอกเขต เจ้าหน้าที่จะตรวจทะเบียนบ้านให้",
            "The lower sum is the in-area rate, the higher the out-of-area rate. An officer checks the registry for you.",
        )
    });
    let ceiling = quote.has_estimate().then(|| {
        let most = quote.ceiling.words();
        lang.t(
            format!("รายการตามมิเตอร์เป็นยอดประมาณการ รวมทั้งหมดไม่เกิน {}", most.th),
            format!(
                "Metered items are estimates. Altogether never more than {}.",
                most.en
            ),
        )
    });
    view! {
        <SummaryList lang rows/>
        {range.map(|words| view! { <p class="hint">{words}</p> })}
        {ceiling.map(|words| view! { <p class="hint">{words}</p> })}
    }
    .into_any()
}

fn row(lang: Lang, line: &Line) -> SummaryRow {
    let count = line.count();
    let mut value = format!("{} = {}", count.get(lang), line.gross.words().get(lang));
    if let Some((_, percent)) = line
        .exempted_by
        .as_ref()
        .filter(|_| line.relief.most > Satang::ZERO)
    {
        let net = line.net.words();
        value.push('\n');
        value.push_str(&lang.t(
            format!("ยกเว้น {percent}% คงเหลือ {}", net.th),
            format!("{percent}% exempted, {} left", net.en),
        ));
    }
    if let Some(ceiling) = line.ceiling {
        let ceiling = ceiling.words();
        value.push('\n');
        value.push_str(&lang.t(
            format!("ประมาณการ ไม่เกิน {}", ceiling.th),
            format!("An estimate, at most {}", ceiling.en),
        ));
    }
    SummaryRow::new(line.name.get(lang), value)
}

/// The price of what was asked for, and that cash and QR are equal ways, where and when: before there is a note.
pub(super) fn to_come(lang: Lang, rules: &Rules, quote: &Quote) -> AnyView {
    let how = lang.t(
        "ยังไม่ต้องจ่ายวันนี้ จ่ายเมื่อได้รับใบแจ้งชำระหลังอนุมัติ เงินสดหรือคิวอาร์ได้เท่ากัน",
        "Nothing is paid today. You pay when the fee note has come after approval, in cash or by QR as you like.",
    );
    let sum = total(lang, quote);
    let code = rules.municipality.money.biller.is_some().then(|| {
        let where_to = lang.t(
            "คิวอาร์อยู่ในใบแจ้งชำระ เปิดได้จากหน้าติดตามคำขอ",
            "The QR code is on the fee note, which you open from the tracking page.",
        );
        view! { <h3>{lang.t("สแกนจ่ายด้วยแอปธนาคาร", "Scan with a banking app")}</h3><p>{where_to}</p> }
    });
    view! {
        <h2>{lang.t("ค่าธรรมเนียม", "Fees")}</h2>
        <p>{how}</p>
        {Fold::new(lang.t(format!("ราคา {sum}"), format!("Price: {sum}"))).around(price(lang, quote))}
        {cash(lang, rules)}
        {code}
        {no_gift(lang, rules)}
    }
    .into_any()
}

/// "มรณบัตร ส่งเมื่อ 23 พ.ย. 2569": a photo that may show what an exemption is asked for.
pub(super) fn paper(lang: Lang, paper: &PaperChoice) -> String {
    let sent = words::day(lang, time::local_date(paper.sent_at));
    let label = paper.kind.label();
    lang.t(
        format!("{} ส่งเมื่อ{sent}", label.th),
        format!("{}, sent {sent}", label.en),
    )
}

/// A note: never a receipt, and it says so. While it `waits` for an exemption there is nothing to pay it by.
pub(super) fn note(lang: Lang, rules: &Rules, note: &NoteRow, waits: Option<Waits>) -> AnyView {
    let name = desk::cashier::note_name(note);
    let name = name.get(lang).to_owned();
    let mut rows: Vec<SummaryRow> = note.lines.iter().map(|line| row(lang, line)).collect();
    let baht = |amount: Satang| lang.t(amount.th(), amount.en());
    rows.push(SummaryRow::new(lang.t("รวม", "Total"), baht(note.total)));
    if note.credited > Satang::ZERO {
        rows.push(SummaryRow::new(
            lang.t("ชำระไว้แล้ว", "Paid before"),
            baht(note.credited),
        ));
    }
    let state = match note.status {
        NoteStatus::Open if waits == Some(Waits::Exemption) => {
            let title = exemption_waits().get(lang).to_owned();
            view! { <Notice kind=NoticeKind::Hold title/> }.into_any()
        }
        NoteStatus::Open => {
            let due = baht(note.due);
            let title = lang.t(format!("ยอดชำระ {due}"), format!("{due} to pay"));
            let how = how_to_pay(lang, rules, note);
            view! { <Notice kind=NoticeKind::Hold title>{how}</Notice> }.into_any()
        }
        NoteStatus::Paid if note.total == Satang::ZERO => {
            view! { <Notice kind=NoticeKind::Good title=lang.t("ไม่มียอดต้องชำระ", "Nothing to pay")/> }
                .into_any()
        }
        NoteStatus::Paid => {
            view! { <Notice kind=NoticeKind::Good title=lang.t("ชำระแล้ว", "Paid")/> }.into_any()
        }
        NoteStatus::Superseded | NoteStatus::Void => {
            view! { <Notice kind=NoticeKind::Closed title=note.status.words().get(lang).to_owned()/> }
                .into_any()
        }
    };
    let issued = words::day(lang, time::local_date(note.issued_at));
    let issued = lang.t(
        format!("ออกเมื่อ{issued} · ใบนี้ไม่ใช่ใบเสร็จรับเงิน"),
        format!("Issued {issued} · This is not a receipt"),
    );
    view! {
        <section class="note">
            <h2>{name}</h2>
            <p class="hint">{issued}</p>
            <SummaryList lang rows/>
            {state}
        </section>
    }
    .into_any()
}

/// Cash and QR stand side by side: neither is the better way.
fn how_to_pay(lang: Lang, rules: &Rules, note: &NoteRow) -> AnyView {
    let money = &rules.municipality.money;
    let cash = cash(lang, rules);
    let sample = money.biller.as_ref().is_some_and(|biller| biller.sample);
    let code = qr_payload(rules, note).and_then(|payload| qr::svg(&payload));
    let code = code.map(|svg| {
        let warn = sample.then(|| {
            lang.t(
                "ตัวอย่าง: คิวอาร์นี้ชำระจริงไม่ได้",
                "Sample: nobody can pay with this code",
            )
        });
        let biller = money.biller.as_ref();
        let name = biller.map(|biller| biller.name.get(lang).to_owned());
        let refs = lang.t(
            format!("เลขอ้างอิง 1: {} · เลขอ้างอิง 2: {}", note.reference, note.number.digits()),
            format!("Ref 1: {} · Ref 2: {}", note.reference, note.number.digits()),
        );
        let label = lang.t("คิวอาร์สำหรับชำระเงิน", "QR code to pay with");
        view! {
            <h3>{lang.t("สแกนจ่ายด้วยแอปธนาคาร", "Scan with a banking app")}</h3>
            <div class="qr pay" role="img" aria-label=label inner_html=svg></div>
            <p>{name}</p>
            <p class="hint">{refs}</p>
            {warn.map(|words| view! { <p><strong>{words}</strong></p> })}
            <p class="hint">{lang.t("ภาพสลิปไม่ใช่หลักฐานการชำระ เราตรวจกับธนาคารให้ ท่านไม่ต้องส่งสลิป", "A picture of a slip is no proof. We check with the bank; you need not send one.")}</p>
        }
    });
    view! { {cash}{code} }.into_any()
}

/// Where and when to pay in cash, and that nothing is cancelled because of it.
pub(super) fn cash(lang: Lang, rules: &Rules) -> AnyView {
    let city = &rules.municipality;
    let (place, hours, advice) = match &city.money.pay_at {
        Some(pay) => (
            pay.place.get(lang).to_owned(),
            pay.hours.get(lang).to_owned(),
            Some(pay.advice.get(lang).to_owned()),
        ),
        None => (
            city.office.name.get(lang).to_owned(),
            city.office.hours_text.get(lang).to_owned(),
            None,
        ),
    };
    view! {
        <h3>{lang.t("จ่ายเงินสด", "Pay in cash")}</h3>
        <p>{place}<br/>{hours}</p>
        {advice.map(|advice| view! { <p>{advice}</p> })}
    }
    .into_any()
}

/// No gift, no favour, and how to report.
pub(super) fn no_gift(lang: Lang, rules: &Rules) -> Option<AnyView> {
    let no_gift = rules.municipality.money.no_gift.as_ref()?;
    let words = |text: &Text| text.get(lang).to_owned();
    Some(
        view! { <p class="hint no-gift">{words(&no_gift.words)}" "{words(&no_gift.report)}</p> }
            .into_any(),
    )
}
