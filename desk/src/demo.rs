//! A believable week for demonstrations: cases in every state and an account of each role. All made up.
mod agents;
mod equipment;

use crate::cashier::Taken;
use crate::closure::ClosureChange;
use crate::draft::Browser;
use crate::office::{CallOutcome, InboxFilter};
use crate::staff::{Enrolled, NewStaff};
use crate::{Desk, Result, Trouble};
use chrono::{Datelike, Days, NaiveDate};
use domain::appeal::AppealChannel;
use domain::crematorium::availability::Search;
use domain::crematorium::{OfferState, Wish};
use domain::fee::{Method, NoteStatus};
use domain::form::{Lang, RawFields, Text};
use domain::municipality::{Closes, Closure, ClosureWhen};
use domain::national_id::NationalId;
use domain::paper::{PaperKind, Verdict};
use domain::reference::Reference;
use domain::request::{Action, Delegation, Role, StaffActor, Status};
use domain::setting::Kind;
use domain::time::{self, Instant};
use store::staff;

/// A sheet that says it is a sample.
const SAMPLE_CERTIFICATE: &[u8] = include_bytes!("../demo/sample_certificate.jpg");

/// What a made-up case comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    Unverified,
    Submitted,
    Taken,
    Returned,
    Approved,
    ApprovedAndTold,
    Refused,
    Withdrawn,
    Cancelled,
    Frozen,
}

/// Applicant, phone, relation, deceased, nights, how it ends.
const CASES: [(&str, &str, &str, &str, u8, Ends); 12] = [
    (
        "สมหญิง ใจดี",
        "0810000001",
        "child",
        "สมชาย ใจดี",
        2,
        Ends::Approved,
    ),
    (
        "ปรีชา ทองแท้",
        "0820000002",
        "spouse",
        "มาลี ทองแท้",
        3,
        Ends::ApprovedAndTold,
    ),
    (
        "อารี มั่นคง",
        "0830000003",
        "sibling",
        "อำนวย มั่นคง",
        0,
        Ends::Submitted,
    ),
    (
        "วิชัย ศรีตรัง",
        "0840000004",
        "child",
        "บุญมี ศรีตรัง",
        1,
        Ends::Taken,
    ),
    (
        "กัลยา พูลสวัสดิ์",
        "0850000005",
        "child",
        "จำเนียร พูลสวัสดิ์",
        3,
        Ends::Returned,
    ),
    (
        "ธนา แซ่ตัน",
        "0860000006",
        "relative",
        "กิมเฮียง แซ่ตัน",
        5,
        Ends::Unverified,
    ),
    (
        "ฟาติมา หวังดี",
        "0870000007",
        "relative",
        "สุไลมาน หวังดี",
        0,
        Ends::Withdrawn,
    ),
    (
        "นิรันดร์ เกื้อกูล",
        "0880000008",
        "agent",
        "พระครูสุวรรณ",
        7,
        Ends::Submitted,
    ),
    (
        "รัตนา ชูช่วย",
        "0890000009",
        "spouse",
        "ประเสริฐ ชูช่วย",
        2,
        Ends::Refused,
    ),
    (
        "สุดา เพชรน้อย",
        "0910000010",
        "child",
        "เคลื่อน เพชรน้อย",
        1,
        Ends::Frozen,
    ),
    (
        "John Miller",
        "0920000011",
        "other",
        "Mary Miller",
        0,
        Ends::Submitted,
    ),
    (
        "ไพโรจน์ คงแก้ว",
        "0930000012",
        "sibling",
        "ไพรัช คงแก้ว",
        2,
        Ends::Cancelled,
    ),
];

impl Desk {
    /// Loads the demonstration; answers the accounts it made. Fails when accounts exist already.
    pub async fn load_demo(&self) -> Result<Vec<Enrolled>> {
        if !staff::list(&mut self.store.read().await?).await?.is_empty() {
            return Err(Trouble::Internal(
                "the demonstration is loaded only into a database without accounts".to_owned(),
            ));
        }
        let today = time::local_date(self.now());
        let mut accounts = Vec::new();
        for new in accounts_to_make(today) {
            accounts.push(self.enrol(&new, None).await?);
        }
        let officer = self.demo_actor("officer").await?;
        let approver = self.demo_actor("approver").await?;
        for (n, case) in CASES.iter().enumerate() {
            self.demo_case(n, *case, &officer, &approver).await?;
        }
        self.demo_closure(&officer, today).await?;
        self.demo_money(&officer).await?;
        self.demo_agents(CASES.len(), &officer).await?;
        self.demo_equipment(&approver).await?;
        self.seal_audit().await?;
        Ok(accounts)
    }

    /// The yearly maintenance, and a holiday that is open all the same.
    async fn demo_closure(&self, officer: &StaffActor, today: NaiveDate) -> Result<()> {
        let closure = |days: u64, open_anyway: bool, th: &str, en: &str| Closure {
            when: ClosureWhen::Dates {
                from: today + Days::new(days),
                until: today + Days::new(days + u64::from(!open_anyway)),
            },
            closes: Closes::Cremation,
            open_anyway,
            reason: Text::new(th, en),
            valid_from: None,
            valid_until: None,
            id: None,
        };
        // The next Friday but two: closed otherwise.
        let friday = (11 - u64::from(today.weekday().num_days_from_monday())) % 7 + 14;
        for closure in [
            closure(
                24,
                false,
                "ปิดซ่อมบำรุงเตาประจำปี (ตัวอย่าง)",
                "Closed for the yearly maintenance (sample)",
            ),
            closure(
                friday,
                true,
                "เปิดเป็นกรณีพิเศษ (ตัวอย่าง)",
                "Open by exception (sample)",
            ),
        ] {
            let based_on = self.setting_page(officer, Kind::Closures).await?.based_on;
            let reason = closure.reason.th.clone();
            let change = ClosureChange::Add(closure);
            self.change_closures(officer, &change, based_on, &reason)
                .await?;
        }
        Ok(())
    }

    /// One note paid in cash, and one family that asks for an exemption.
    async fn demo_money(&self, officer: &StaffActor) -> Result<()> {
        let cashier = self.demo_actor("cashier").await?;
        let open = self.cashier_notes(&cashier, NoteStatus::Open, None).await?;
        if let Some(line) = open.rows.last() {
            let taken = Taken {
                method: Method::Cash,
                due: line.note.due,
                receipt: "SA-000001".to_owned(),
            };
            self.take_payment(&cashier, line.note.id, &taken).await?;
        }
        let inbox = self.inbox(officer, &InboxFilter::default(), None).await?;
        let waiting = inbox
            .rows
            .iter()
            .find(|row| row.status == Status::Submitted && !row.frozen);
        if let Some(row) = waiting {
            let fields = [
                ("exemption.code", "poor"),
                ("exemption.evidence", "บัตรสวัสดิการแห่งรัฐ (สาธิต)"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
            self.ask_exemption_for(officer, row.reference.as_str(), &fields.into())
                .await?;
        }
        Ok(())
    }

    async fn demo_actor(&self, username: &str) -> Result<StaffActor> {
        let row = staff::by_username(&mut self.store.read().await?, username).await?;
        Ok(crate::staff::actor(&row.ok_or(Trouble::NotFound)?))
    }

    async fn demo_case(
        &self,
        n: usize,
        (applicant, phone, relation, deceased, nights, ends): (&str, &str, &str, &str, u8, Ends),
        officer: &StaffActor,
        approver: &StaffActor,
    ) -> Result<()> {
        let Some(wish) = self.demo_wish(n, nights).await? else {
            return Ok(());
        };
        let fields = demo_answers(self.now(), n, &wish, (applicant, phone, relation, deceased));
        let reference = if ends == Ends::Unverified {
            self.demo_web(&wish, fields).await?
        } else {
            self.walk_in(officer, &fields).await?
        };
        self.demo_papers(&reference, ends, officer).await?;
        self.demo_end(&reference, ends, phone, officer, approver)
            .await
    }

    /// Photos in each state, where there is a workshop to make them safe.
    async fn demo_papers(
        &self,
        reference: &Reference,
        ends: Ends,
        officer: &StaffActor,
    ) -> Result<()> {
        let verdict = match ends {
            Ends::Taken | Ends::Frozen => None,
            Ends::Approved | Ends::ApprovedAndTold => Some(None),
            Ends::Returned => Some(Some("ถ่ายมาไม่ครบทั้งแผ่น")),
            _ => return Ok(()),
        };
        if self.workshop.is_none() {
            return Ok(());
        }
        let number = reference.as_str();
        let pass = self.admit_officer(officer, number).await?;
        let photo = SAMPLE_CERTIFICATE.to_vec();
        self.send_photo(&pass, PaperKind::DeathCertificate, None, photo)
            .await?;
        if let Some(defect) = verdict {
            for paper in self.papers(officer, number).await?.papers {
                self.judge_paper(officer, number, paper.id, Verdict::Waiting, defect)
                    .await?;
            }
        }
        Ok(())
    }

    /// The days are spread over the coming fortnight.
    async fn demo_wish(&self, n: usize, nights: u8) -> Result<Option<Wish>> {
        let search = Search {
            nights,
            ..Search::default()
        };
        let open: Vec<_> = self
            .offers(&search, None)
            .await?
            .into_iter()
            .filter_map(|day| match day.state {
                OfferState::Open { rounds, pavilion } => Some((day.date, rounds, pavilion)),
                _ => None,
            })
            .take(12)
            .collect();
        let Some((date, rounds, pavilion)) = open.get(n * 5 % open.len().max(1)).cloned() else {
            return Ok(None);
        };
        let round = rounds[n % rounds.len()].round;
        let cremation = Some(domain::crematorium::CremationWish { date, round });
        Ok(Some(Wish {
            cremation,
            pavilion,
            ..Wish::default()
        }))
    }

    async fn demo_web(&self, wish: &Wish, fields: RawFields) -> Result<Reference> {
        let browser: Browser = self.new_browser().await?;
        let draft = self.start_draft(&browser, Lang::Th).await?;
        self.save_draft(&browser, &draft, fields).await?;
        self.hold(&browser, &draft, wish).await?;
        self.send_draft(&browser, &draft).await
    }

    /// The furnace of a booking breaks down for two days: the booking must move, and an approver is to review it.
    async fn demo_outage(&self, officer: &StaffActor, reference: &Reference) -> Result<()> {
        let booked = self.movable(officer, reference.as_str()).await?;
        if let (Some(cremation), Some(furnace)) = (booked.wish.cremation, booked.furnace) {
            let mut fields = demo_words(cremation.date);
            fields.insert("resource".to_owned(), furnace);
            let new = self.parse_outage(&fields, true)?;
            self.declare_outage(officer, &new, "").await?;
        }
        Ok(())
    }

    async fn demo_end(
        &self,
        reference: &Reference,
        ends: Ends,
        phone: &str,
        officer: &StaffActor,
        approver: &StaffActor,
    ) -> Result<()> {
        let words = |text: &str| text.to_owned();
        let now = self.now();
        let rules = self.rules();
        let settings = rules.settings();
        let steps: Vec<(&StaffActor, Action)> = match ends {
            Ends::Unverified | Ends::Submitted | Ends::Withdrawn => vec![],
            Ends::Taken => vec![(officer, Action::Take)],
            Ends::Returned => vec![(
                officer,
                Action::Return {
                    defects: vec![
                        words("เลขประจำตัวของผู้เสียชีวิตไม่ตรงกับชื่อ"),
                        words("โปรดแจ้งเลขที่มรณบัตร"),
                    ],
                    correct_by: rules.correct_by(now),
                },
            )],
            Ends::Approved | Ends::ApprovedAndTold => {
                vec![(officer, Action::Take), (approver, Action::Approve)]
            }
            Ends::Refused => vec![(
                approver,
                Action::Refuse {
                    facts: words("มรณบัตรระบุให้ฌาปนกิจที่ฌาปนสถานอื่น"),
                    law: settings.refusal_law.th.clone(),
                    reason: words("ต้องแจ้งนายทะเบียนเปลี่ยนสถานที่ก่อน แล้วยื่นคำขอใหม่ได้"),
                    appeal: settings.appeal_text.th.clone(),
                },
            )],
            Ends::Cancelled => vec![
                (approver, Action::Approve),
                (
                    approver,
                    Action::Cancel {
                        reason: words("ครอบครัวแจ้งขอเปลี่ยนไปใช้วัดใกล้บ้าน"),
                    },
                ),
            ],
            Ends::Frozen => vec![(
                officer,
                Action::Freeze {
                    reason: words("ญาติสองฝ่ายยังตกลงกันไม่ได้"),
                },
            )],
        };
        for (who, action) in steps {
            let version = self.open_request(who, reference.as_str()).await?.version;
            self.decide(who, reference.as_str(), version, action)
                .await?;
        }
        match ends {
            Ends::Withdrawn => {
                let last4 = &phone[phone.len() - 4..];
                self.withdraw(reference.as_str(), last4, "demo").await?;
            }
            Ends::ApprovedAndTold => {
                let calls = self.call_list(officer).await?;
                if let Some(call) = calls.iter().find(|call| call.reference == *reference) {
                    self.log_call(officer, call.id, CallOutcome::Reached)
                        .await?;
                }
                self.demo_outage(officer, reference).await?;
            }
            // Somebody who does not agree, on paper: the office's list of appeals has one.
            Ends::Refused => {
                self.appeal_at_counter(
                    officer,
                    reference.as_str(),
                    AppealChannel::Counter,
                    "demo",
                    "นายทะเบียนแก้สถานที่ในมรณบัตรแล้ว ขอให้พิจารณาใหม่",
                )
                .await?;
            }
            _ => {}
        }
        Ok(())
    }
}

fn demo_words(date: NaiveDate) -> RawFields {
    [
        ("from", date.to_string()),
        ("until", (date + Days::new(1)).to_string()),
        ("reason_th", "เตาขัดข้อง ช่างกำลังซ่อม".to_owned()),
        (
            "reason_en",
            "A furnace is broken and being repaired".to_owned(),
        ),
        ("note", "ใบสั่งซ่อมที่ 12/2569 (สาธิต)".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn accounts_to_make(today: NaiveDate) -> Vec<NewStaff> {
    let account = |username: &str, name: &str, position: &str, role, delegation| NewStaff {
        username: username.to_owned(),
        name: name.to_owned(),
        position: position.to_owned(),
        roles: vec![role],
        delegation,
    };
    let order = Delegation {
        order: "คำสั่งเทศบาลนครตรัง ที่ 1/2569 (ตัวอย่าง)".to_owned(),
        from: today,
        until: None,
    };
    vec![
        account(
            "officer",
            "จินตนา รักงาน (สาธิต)",
            "เจ้าพนักงานสาธารณสุข",
            Role::Officer,
            None,
        ),
        account(
            "approver",
            "สมศักดิ์ ตั้งใจ (สาธิต)",
            "ผู้อำนวยการกองสาธารณสุขและสิ่งแวดล้อม",
            Role::Approver,
            Some(order),
        ),
        account(
            "cashier",
            "วรรณา บัญชีดี (สาธิต)",
            "เจ้าพนักงานการเงินและบัญชี",
            Role::Cashier,
            None,
        ),
        account(
            "admin",
            "ผู้ดูแลระบบ (สาธิต)",
            "นักวิชาการคอมพิวเตอร์",
            Role::Administrator,
            None,
        ),
    ]
}

/// Whole answers of a made-up family: applicant, phone, relation, deceased.
fn demo_answers(
    now: Instant,
    n: usize,
    wish: &Wish,
    (applicant, phone, relation, deceased): (&str, &str, &str, &str),
) -> RawFields {
    let died = time::local_date(now) - Days::new(1 + n as u64 % 3);
    let mut fields = crate::request::wish_fields(wish);
    for (name, value) in [
        ("applicant.name", applicant),
        ("applicant.phone", phone),
        ("applicant.relation", relation),
        ("deceased.name", deceased),
        ("deceased.national_id", &made_up_id(n)),
        ("deceased.date_of_death", &died.to_string()),
        (
            "deceased.residence",
            if n % 4 == 3 { "out_of_area" } else { "in_area" },
        ),
    ] {
        fields.insert(name.to_owned(), value.to_owned());
    }
    fields
}

/// A well-formed number that belongs to nobody: a run of zeros and a right check digit.
fn made_up_id(n: usize) -> String {
    let twelve = format!("00000000{:04}", n + 1);
    (0..10)
        .map(|check| format!("{twelve}{check}"))
        .find(|digits| NationalId::parse(digits).is_ok())
        .unwrap_or_default()
}
