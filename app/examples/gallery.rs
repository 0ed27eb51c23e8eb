//! Every kind of page and part, written to a folder to be looked at: `gallery FOLDER`.
//! The pages expect the style folder beside them, as `style`.
#![recursion_limit = "256"]

#[cfg(not(feature = "ssr"))]
fn main() {}

#[cfg(feature = "ssr")]
fn main() -> std::io::Result<()> {
    pages::write(&std::env::args().nth(1).unwrap_or_else(|| ".".to_owned()))
}

#[cfg(feature = "ssr")]
mod pages {
    use app::components::{
        BackLink, Button, ButtonKind, ButtonLink, Checkbox, Checkboxes, Choice, DateField,
        ErrorSummary, FileField, FormView, Kind, Layout, Notice, NoticeKind, Pager, Question,
        Radios, ReferenceNumber, SelectField, Step, StepState, Steps, SummaryList, SummaryRow, Tag,
        TagKind, TextArea, TextField, Width, reference,
    };
    use app::render::render;
    use app::shell::{Document, NavGroup, NavItem, PageContext, StaffDocument, StaffNav};
    use domain::form::{FieldError, FieldErrors, Lang, RawFields};
    use leptos::prelude::*;
    use std::path::Path;
    use std::sync::Arc;

    pub fn write(folder: &str) -> std::io::Result<()> {
        let folder = Path::new(folder);
        std::fs::create_dir_all(folder)?;
        for lang in [Lang::Th, Lang::En] {
            let pages = [
                ("home", home(lang)?),
                ("question", question(lang, true)?),
                ("empty", question(lang, false)?),
                ("days", days(lang)?),
                ("check", check(lang)?),
                ("confirmation", confirmation(lang)?),
                ("tracking", tracking(lang)?),
                ("parts", parts(lang)?),
                ("inbox", inbox(lang)?),
                ("request", request(lang)?),
            ];
            for (name, html) in pages {
                std::fs::write(folder.join(format!("{name}-{}.html", lang.tag())), html)?;
            }
        }
        Ok(())
    }

    fn context(lang: Lang, path: &str) -> std::io::Result<PageContext> {
        let city = include_str!("../src/components/sample_municipality.json");
        Ok(PageContext {
            lang,
            path: path.to_owned(),
            nonce: "gallery".to_owned(),
            assets: Arc::new(|name| {
                let public = if name == "favicon.svg" { "public/" } else { "" };
                format!("style/{public}{name}")
            }),
            municipality: Arc::new(leptos::serde_json::from_str(city)?),
            demo: false,
            island: false,
            other_language_path: None,
            staff: None,
        })
    }

    fn home(lang: Lang) -> std::io::Result<String> {
        let ctx = context(lang, "/")?;
        Ok(render("gallery", || {
            view! {
                <Document ctx title=lang.t("บริการ", "Services")>
                    <h1>{lang.t("บริการของกองสาธารณสุขและสิ่งแวดล้อม", "Services of the Public Health Division")}</h1>
                    <ul class="services">
                        <li><a href="#">{lang.t("ขอใช้ฌาปนสถาน", "Book the crematorium")}</a><p>{lang.t("จองศาลาและรอบฌาปนกิจ ใช้เวลากรอกประมาณ 10 นาที", "Pavilion and cremation round, about 10 minutes")}</p></li>
                        <li><a href="#">{lang.t("ขอยืมอุปกรณ์ทางการแพทย์", "Borrow medical equipment")}</a><p>{lang.t("เตียงผู้ป่วย เก้าอี้รถเข็น ที่นอนลม", "Beds, wheelchairs, air mattresses")}</p></li>
                        <li><a href="#">{lang.t("ติดตามคำขอ", "Track a request")}</a><p>{lang.t("ใช้เลขที่คำขอและเลขท้ายโทรศัพท์ 4 หลัก", "With the reference and the last four digits of the phone")}</p></li>
                    </ul>
                </Document>
            }
        }))
    }

    fn question(lang: Lang, wrong: bool) -> std::io::Result<String> {
        let mut fields = RawFields::new();
        let mut errors = FieldErrors::new();
        if wrong {
            for (field, value) in [
                (
                    "deceased.name",
                    "สมชาย 🙏 Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaft",
                ),
                ("deceased.date_of_death.day", "31"),
                ("deceased.date_of_death.month", "กุมภาพันธ์"),
                ("deceased.date_of_death.year", "2569"),
                ("deceased.residence", "out_of_area"),
            ] {
                fields.insert(field.to_owned(), value.to_owned());
            }
            errors.push(FieldError::new(
                "deceased.national_id",
                "missing",
                "กรอกเลขประจำตัวประชาชน 13 หลัก",
                "Enter the 13-digit ID number",
            ));
            errors.push(FieldError::new(
                "deceased.date_of_death",
                "no_such_date",
                "เดือนกุมภาพันธ์ไม่มีวันที่ 31",
                "February has no 31st",
            ));
            errors.push(FieldError::new(
                "applicant.relation",
                "missing",
                "เลือกว่าท่านเป็นอะไรกับผู้เสียชีวิต",
                "Choose your relation to the deceased",
            ));
        }
        let ctx = context(lang, "/crematorium/x/deceased")?;
        let form = FormView::new(lang, fields, errors);
        let residence = vec![
            Choice::new("in_area", lang.t("ในเขตเทศบาล", "In the municipality")).hint(lang.t("ตามทะเบียนบ้าน", "By house registration")),
            Choice::new("out_of_area", lang.t("นอกเขตเทศบาล", "Elsewhere")).more(view! {
                <TextField form=&form field="deceased.district" label=lang.t("อำเภอ จังหวัด", "District, province") kind=Kind::Word/>
            }),
        ];
        let relation = [
            ("spouse", "คู่สมรส", "Spouse"),
            ("child", "บุตร", "Child"),
            ("parent", "บิดา มารดา", "Parent"),
            ("other", "อื่น ๆ", "Other"),
        ]
        .map(|(value, th, en)| Choice::new(value, lang.t(th, en)));
        Ok(render("gallery", || {
            view! {
                <Question ctx form=&form title=lang.t("ผู้เสียชีวิตคือใคร", "Who has died?") submit=lang.t("บันทึกและไปต่อ", "Save and continue") back="#"
                    intro=lang.t("กรอกตามมรณบัตร หากยังไม่มี กรอกเท่าที่ทราบ", "As on the death certificate; as far as you know if it has not come yet.")
                    before=view! { <Notice kind=NoticeKind::Hold title=lang.t("เราเก็บรอบ 13.00 น. ให้ท่านถึงเวลา 09.30 น.", "We keep 13:00 for you until 09:30")><p><a href="#">{lang.t("ขอเวลาเพิ่ม 30 นาที", "Ask for 30 more minutes")}</a></p></Notice> }.into_any()>
                    <TextField form=&form field="deceased.name" label=lang.t("ชื่อและนามสกุล", "Full name") kind=Kind::Word/>
                    <TextField form=&form field="deceased.national_id" label=lang.t("เลขประจำตัวประชาชน", "National ID number") hint=lang.t("13 หลัก เว้นวรรคหรือใช้เลขไทยได้", "13 digits; spaces and Thai digits are fine") kind=Kind::Digits width=Width::Long/>
                    <DateField form=&form field="deceased.date_of_death" legend=lang.t("วันที่เสียชีวิต", "Date of death")/>
                    <Radios form=&form field="deceased.residence" legend=lang.t("ผู้เสียชีวิตมีชื่อในทะเบียนบ้านที่ใด", "Where was the deceased registered?") options=residence/>
                    <Radios form=&form field="applicant.relation" legend=lang.t("ท่านเป็นอะไรกับผู้เสียชีวิต", "How are you related?") options=relation.into() layout=Layout::Columns/>
                    <TextArea form=&form field="note" label=lang.t("สิ่งที่ต้องการแจ้งเจ้าหน้าที่", "Anything the staff should know") optional=true rows=3/>
                    <FileField form=&form field="certificate" label=lang.t("รูปถ่ายมรณบัตร", "Photo of the certificate") hint=lang.t("ไม่เกิน 8 MB", "At most 8 MB") optional=true/>
                    <Checkbox form=&form field="consent" label=lang.t("ข้าพเจ้าขอรับรองว่าข้อมูลเป็นความจริง", "What I have entered is true")/>
                </Question>
            }
        }))
    }

    fn days(lang: Lang) -> std::io::Result<String> {
        let ctx = context(lang, "/crematorium/x/round")?;
        let form = FormView::new(lang, RawFields::new(), FieldErrors::new());
        let day = move |title: &'static str,
                        lunar: &'static str,
                        suits: bool,
                        rounds: Vec<(&'static str, &'static str, bool)>| {
            let rounds = rounds.into_iter().map(|(time, free, checked)| view! {
                <label><input type="radio" name="cremation.round" value=time checked=checked/><span>{time}</span><small>{free}</small></label>
            }).collect_view();
            view! {
                <section class="day"><h2>{title}</h2><p>{lunar}{suits.then(|| view! { " · "<span class="suits">{lang.t("ตรงตามธรรมเนียมที่ท่านเลือก", "Suits your custom")}</span> })}</p><fieldset class="rounds"><legend class="unseen">{title}</legend>{rounds}</fieldset></section>
            }
        };
        Ok(render("gallery", || {
            view! {
                <Question ctx form title=lang.t("เลือกวันและเวลาฌาปนกิจ", "Choose the day and time") submit=lang.t("ใช้รอบที่เลือก", "Use this round") back="#"
                    intro=lang.t("เวลาที่แสดงคือเวลาเริ่มฌาปนกิจ หากเคลื่อนหีบศพมาจากที่อื่น โปรดมาถึงก่อนเวลา 1 ชั่วโมง", "Times are when the cremation begins. If the coffin comes from elsewhere, please arrive an hour before.")>
                    <div class="held"><p>{lang.t("ศาลา 1 จำนวน 2 คืน ก่อนวันฌาปนกิจ", "Pavilion 1, two nights before")}" "<a href="#">{lang.t("เปลี่ยน", "Change")}</a><br/>{lang.t("แสดงเฉพาะวันที่ศาลาและเตาว่างตรงกัน", "Only days when both are free")}</p></div>
                    {day("วันพุธที่ 25 พฤศจิกายน 2569", "แรม 1 ค่ำ เดือน 12", false, vec![("10.00 น.", "ว่าง 1 เตา", false), ("13.00 น.", "ว่าง 2 เตา", true), ("14.30 น.", "ว่าง 2 เตา", false), ("16.00 น.", "ว่าง 1 เตา", false)])}
                    {day("วันพฤหัสบดีที่ 26 พฤศจิกายน 2569", "แรม 2 ค่ำ เดือน 12", true, vec![("13.00 น.", "ว่าง 1 เตา", false), ("16.00 น.", "ว่าง 2 เตา", false)])}
                    <section class="day closed"><h2>"วันศุกร์ที่ 27 พฤศจิกายน 2569 · งดฌาปนกิจ"</h2><p>"ฌาปนสถานปิดทำการทุกวันศุกร์ (ค่าตัวอย่าง)"</p></section>
                    {day("วันเสาร์ที่ 28 พฤศจิกายน 2569", "แรม 4 ค่ำ เดือน 12", true, vec![("10.00 น.", "ว่าง 2 เตา", false), ("13.00 น.", "ว่าง 1 เตา", false)])}
                </Question>
            }
        }))
    }

    fn check(lang: Lang) -> std::io::Result<String> {
        let ctx = context(lang, "/crematorium/x/check")?;
        let form = FormView::new(lang, RawFields::new(), FieldErrors::new());
        let rows = vec![
            SummaryRow::new(
                lang.t("ผู้เสียชีวิต", "Deceased"),
                "สมชาย ใจดี\n1 2345 67890 12 1",
            )
            .change("#"),
            SummaryRow::new(lang.t("ผู้ขอ", "Applicant"), "สมหญิง ใจดี (บุตร)\n081-234-5678")
                .change("#"),
            SummaryRow::new(
                lang.t("ชื่อยาวมาก", "A long name"),
                "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessen",
            )
            .change("#"),
            SummaryRow::new(
                lang.t("ฌาปนกิจ", "Cremation"),
                "วันพุธที่ 25 พฤศจิกายน 2569 เวลา 13.00 น.",
            )
            .change("#"),
            SummaryRow::new(lang.t("ค่าธรรมเนียม", "Fees"), "1,500 บาท"),
        ];
        Ok(render("gallery", || {
            view! {
                <Question ctx form title=lang.t("ตรวจคำตอบก่อนส่ง", "Check before sending") submit=lang.t("ส่งคำขอ", "Send the request") back="#">
                    <SummaryList lang rows/>
                </Question>
            }
        }))
    }

    /// A drawing in the place of a code.
    const QR: &str = "<svg viewBox=\"0 0 21 21\" shape-rendering=\"crispEdges\"><path d=\"M0 0h7v7H0zM14 0h7v7h-7zM0 14h7v7H0zM9 2h3v3H9zM9 9h9v2H9zM13 14h3v4h-3z\"/></svg>";

    fn confirmation(lang: Lang) -> std::io::Result<String> {
        let ctx = context(lang, "/crematorium/x/sent")?;
        Ok(render("gallery", || {
            view! {
                <Document ctx title=lang.t("ส่งคำขอแล้ว", "Request sent") private=true>
                    <ReferenceNumber lang value="483920175567" qr=QR/>
                    <h1>{lang.t("เราได้รับคำขอของท่านแล้ว", "We have your request")}</h1>
                    <p class="lead">{lang.t("เราเก็บวันพุธที่ 25 พฤศจิกายน 2569 เวลา 13.00 น. ไว้ให้ท่าน", "We keep Wednesday 25 November 2026, 13:00, for you")}</p>
                    <h2>{lang.t("ขั้นต่อไป", "What happens next")}</h2>
                    <Steps lang steps=vec![
                        Step::new(StepState::Done, lang.t("ส่งคำขอ", "Sent")).time("23 พ.ย. 09.00 น."),
                        Step::new(StepState::Current, lang.t("เจ้าหน้าที่ตรวจเอกสาร", "Documents are checked")).time(lang.t("ภายในเวลา 11.00 น. วันนี้", "by 11:00 today")).note(lang.t("เราจะโทรหาท่านที่หมายเลขลงท้าย 5678", "We will call the number ending in 5678")),
                        Step::new(StepState::Later, lang.t("รับใบอนุญาต", "Permit")).time("25 พ.ย."),
                    ]/>
                    <div class="actions"><ButtonLink href="#" label=lang.t("บันทึกเป็นรูปภาพ", "Save as a picture")/><ButtonLink href="#" label=lang.t("ดูเอกสาร PDF", "PDF") kind=ButtonKind::Secondary/></div>
                </Document>
            }
        }))
    }

    fn tracking(lang: Lang) -> std::io::Result<String> {
        let ctx = context(lang, "/track")?;
        Ok(render("gallery", || {
            view! {
                <Document ctx title=lang.t("คำขอของท่าน", "Your request") private=true back="#">
                    <h1>{lang.t("คำขอใช้ฌาปนสถาน", "Crematorium request")}</h1>
                    <p class="lead">{lang.t("เลขที่คำขอ", "Reference")}" "{reference::in_fours("483920175567")}" "<Tag label=lang.t("ขอเอกสารเพิ่ม", "Returned") kind=TagKind::Wait/></p>
                    <Notice kind=NoticeKind::Hold title=lang.t("โปรดแก้ไขภายในวันอังคารที่ 24 พ.ย. เวลา 09.00 น.", "Please correct by Tuesday 24 November, 09:00")><p>{lang.t("รูปถ่ายมรณบัตรไม่ชัด ขอรูปใหม่", "The photo of the certificate is not clear")}</p></Notice>
                    <Notice kind=NoticeKind::Good title=lang.t("อนุมัติแล้ว", "Approved")><p>{lang.t("มาที่ศาลา 1 ได้ตั้งแต่เวลา 16.00 น.", "Pavilion 1 is yours from 16:00")}</p></Notice>
                    <Notice kind=NoticeKind::Bad title=lang.t("ไม่อนุมัติ", "Refused")/>
                    <Notice kind=NoticeKind::Closed title=lang.t("ถอนคำขอแล้ว", "Withdrawn")/>
                    <Steps lang steps=vec![
                        Step::new(StepState::Done, lang.t("ส่งคำขอ", "Sent")).time("วันจันทร์ที่ 23 พ.ย. 2569 เวลา 09.00 น."),
                        Step::new(StepState::Done, lang.t("เจ้าหน้าที่รับเรื่อง", "Taken")).time("09.20 น."),
                        Step::new(StepState::Current, lang.t("รอท่านแก้ไข", "Waiting for you")).note(lang.t("ส่งรูปมรณบัตรใหม่", "Send a new photo")),
                        Step::new(StepState::Later, lang.t("พิจารณา", "Decision")),
                    ]/>
                    <form method="post"><div class="actions"><Button label=lang.t("แก้ไขคำขอ", "Correct the request")/><Button label=lang.t("ถอนคำขอ", "Withdraw") kind=ButtonKind::Warning/></div></form>
                </Document>
            }
        }))
    }

    fn parts(lang: Lang) -> std::io::Result<String> {
        let mut ctx = context(lang, "/manual/crematorium")?;
        ctx.demo = true;
        let fields = RawFields::from([("needs.van".to_owned(), "yes".to_owned())]);
        let form = FormView::new(
            lang,
            fields,
            FieldErrors::one(FieldError::new("q", "x", "เลือกหนึ่งข้อ", "Choose one")),
        );
        let options = [("van", "รถรับศพ"), ("chairs", "เก้าอี้"), ("fan", "พัดลม")]
            .map(|(value, label)| Choice::new(value, label).aside("300 บาท"));
        Ok(render("gallery", || {
            view! {
                <Document ctx title=lang.t("ส่วนประกอบ", "Parts") error=true wide=true>
                    <BackLink lang href="#" label=lang.t("ไปหน้าแรก", "Home")/>
                    <Checkboxes form=&form field="needs" legend="ต้องการสิ่งใด" hint="เลือกได้หลายข้อ" options=options.into() heading=true/>
                    <Radios form=&form field="q" legend="ข้อใด" options=vec![Choice::new("a", "ก"), Choice::new("b", "ข")]/>
                    <SelectField form=&form field="s" label="จำนวนคืน" options=vec![("1".to_owned(), "1 คืน".to_owned()), ("2".to_owned(), "2 คืน".to_owned())] width=Width::Medium/>
                    <TextField form=&form field="n" label="จำนวนวัน" kind=Kind::Digits width=Width::Short unit="วัน"/>
                    <Steps lang steps=vec![Step::new(StepState::Plain, "ยื่นคำขอ").time("10 นาที"), Step::new(StepState::Plain, "พิจารณา").time("2 ชั่วโมง")]/>
                    <div class="scroll" tabindex="0" role="region" aria-label="ค่าธรรมเนียม"><table><caption>"ค่าธรรมเนียม"</caption><thead><tr><th scope="col">"รายการ"</th><th scope="col" class="amount">"บาท"</th></tr></thead><tbody><tr><td>"ค่าเตา"</td><td class="amount">"1,500.00"</td></tr><tr><td>"ศาลา ต่อคืน"</td><td class="amount">"500.00"</td></tr></tbody></table></div>
                    <Pager lang newer=Some("#".to_owned()) older=Some("#".to_owned())/>
                </Document>
            }
        }))
    }

    fn staff(lang: Lang, path: &str) -> std::io::Result<PageContext> {
        let mut ctx = context(lang, path)?;
        let items = [
            ("วันนี้", "Today", Some(12)),
            ("ฌาปนสถาน", "Crematorium", Some(5)),
            ("ยืมอุปกรณ์", "Loans", Some(7)),
            ("คลังอุปกรณ์", "Stock", None),
            ("ข้อความ", "Messages", Some(3)),
            ("รายงาน", "Reports", None),
            ("ตั้งค่า", "Settings", None),
        ];
        let items = items.map(|(th, en, count)| NavItem {
            label: lang.t(th, en).to_owned(),
            href: "#".to_owned(),
            count,
            current: th == "วันนี้",
        });
        ctx.staff = Some(StaffNav {
            name: "มาลี ตั้งใจ".to_owned(),
            groups: vec![NavGroup {
                label: None,
                items: items.into(),
            }],
        });
        Ok(ctx)
    }

    fn inbox(lang: Lang) -> std::io::Result<String> {
        let ctx = staff(lang, "/staff")?;
        Ok(render("gallery", || {
            view! {
                <StaffDocument ctx title=lang.t("งานวันนี้", "Today")>
                    <h1>{lang.t("งานวันนี้", "Today")}</h1>
                    <p class="sub">"วันจันทร์ที่ 23 พฤศจิกายน 2569 · ขึ้น 14 ค่ำ เดือน 12"</p>
                    <div class="four">
                        <a class="late" href="#"><b>1</b><span>"เกินกำหนดตามคู่มือ"</span></a><a class="soon" href="#"><b>4</b><span>"ครบกำหนดวันนี้"</span></a>
                        <a href="#"><b>2</b><span>"พิธีวันนี้"</span></a><a href="#"><b>6</b><span>"มารับ–มาคืนวันนี้"</span></a>
                    </div>
                    <form class="find" role="search"><input class="input" name="q" type="search" aria-label=lang.t("ค้นหา", "Search") placeholder="เลขที่คำขอ โทรศัพท์ ชื่อ หรือเลขครุภัณฑ์"/><Button label=lang.t("ค้นหา", "Search") kind=ButtonKind::Secondary/></form>
                    <ul class="filters"><li><a href="#" aria-current="true">"ทั้งหมด"</a></li><li><a href="#">"รอพิจารณา"</a></li><li><a href="#">"เกินกำหนด"</a></li></ul>
                    <table class="list"><thead><tr><th scope="col">"ครบกำหนด"</th><th scope="col">"คำขอ"</th><th scope="col">"เรื่อง"</th><th scope="col">"ผู้ขอ"</th><th scope="col">"สถานะ"</th></tr></thead><tbody>
                        <tr><td>"08.40 น."<br/><Tag label="เกิน 20 นาที" kind=TagKind::Late/></td><td><a href="#">"4839 2017 5567"</a><br/><span class="muted">"ฌาปนสถาน"</span></td><td>"ฌาปนกิจ 26 พ.ย. 13.00 น. เตา 1 · ศาลา 1 จำนวน 2 คืน"<br/><span class="muted">"มรณบัตรระบุฌาปนสถานอื่น"</span></td><td>"ส. ใจดี"<br/><span class="muted">"บุตร · ลงท้าย 5678"</span></td><td><Tag label="รอพิจารณา"/></td></tr>
                        <tr><td>"11.30 น."</td><td><a href="#">"7750 1128 4404"</a><br/><span class="muted">"ยืมอุปกรณ์"</span></td><td>"เตียงผู้ป่วย 2 ไก · ที่นอนลม"<br/><span class="muted">"ลำดับความเร่งด่วน 1 · คิวที่ 1 จาก 3"</span></td><td>"ป. ทองแท้"<br/><span class="muted">"ผู้ดูแล · ลงท้าย 1111"</span></td><td><Tag label="รอคิวอุปกรณ์" kind=TagKind::Wait/></td></tr>
                        <tr><td>"15.00 น."</td><td><a href="#">"2204 9910 3388"</a><br/><span class="muted">"ยืมอุปกรณ์"</span></td><td>"เก้าอี้รถเข็น"<br/><span class="muted">"นัดรับ 14.00 น. ที่ศูนย์ฯ"</span></td><td>"อ. มั่นคง"<br/><span class="muted">"ผู้ป่วยยื่นเอง · ลงท้าย 3333"</span></td><td><Tag label="อนุมัติแล้ว" kind=TagKind::Ok/></td></tr>
                    </tbody></table>
                    <Pager lang newer=None older=Some("#".to_owned())/>
                    <p class="empty">"ไม่มีคำขอที่ตรงกับตัวกรองนี้"</p>
                </StaffDocument>
            }
        }))
    }

    fn request(lang: Lang) -> std::io::Result<String> {
        let ctx = staff(lang, "/staff/requests/1")?;
        let errors = FieldErrors::one(FieldError::new(
            "reason",
            "missing",
            "กรอกเหตุผลที่ส่งกลับ",
            "Give the reason",
        ));
        let form = FormView::new(
            lang,
            RawFields::from([("action".to_owned(), "return".to_owned())]),
            errors,
        );
        let actions = [
            ("approve", "อนุมัติ"),
            ("return", "ส่งกลับให้แก้ไข"),
            ("refuse", "ไม่อนุมัติ"),
        ]
        .map(|(value, label)| Choice::new(value, label));
        let defects = [
            ("certificate", "มรณบัตรไม่ชัด"),
            ("relation", "ไม่มีหลักฐานความเกี่ยวข้อง"),
        ]
        .map(|(value, label)| Choice::new(value, label));
        Ok(render("gallery", || {
            view! {
                <StaffDocument ctx title="4839 2017 5567" error=true back="#">
                    <ErrorSummary form=&form/>
                    <h1>"คำขอ 4839 2017 5567 "<Tag label="รอพิจารณา"/></h1>
                    <p class="sub">"ครบกำหนด 08.40 น. "<Tag label="เกิน 20 นาที" kind=TagKind::Late/></p>
                    <div class="panels">
                        <div>
                            <section class="panel"><h2>"พิธี"</h2><SummaryList lang rows=vec![SummaryRow::new("ฌาปนกิจ", "วันพฤหัสบดีที่ 26 พฤศจิกายน 2569 เวลา 13.00 น. เตา 1").change("#"), SummaryRow::new("ศาลา", "ศาลา 1 จำนวน 2 คืน")]/></section>
                            <section class="panel"><h2>"ผู้เสียชีวิต"</h2><SummaryList lang rows=vec![SummaryRow::new("ชื่อ", "สมชาย ใจดี"), SummaryRow::new("เลขประจำตัว", "1 2345 67890 12 1")]/></section>
                        </div>
                        <div>
                            <section class="panel act"><h2>"ผลการพิจารณา"</h2><form method="post" novalidate>
                                <Radios form=&form field="action" legend="ผล" options=actions.into()/>
                                <Checkboxes form=&form field="defect" legend="สิ่งที่ต้องแก้ไข" options=defects.into() repeated=true/>
                                <TextArea form=&form field="reason" label="เหตุผล" rows=3/>
                                <div class="actions"><Button label="บันทึกผล"/></div>
                            </form></section>
                            <section class="panel"><h2>"ประวัติ"</h2><Steps lang steps=vec![Step::new(StepState::Done, "ส่งคำขอ").time("23 พ.ย. 06.40 น."), Step::new(StepState::Current, "รอพิจารณา").note("มาลี ตั้งใจ รับเรื่อง")]/></section>
                        </div>
                    </div>
                </StaffDocument>
            }
        }))
    }
}
