//! Equipment of the demonstration: units of every type, supplies, and loans in their states. All made up.
use crate::loan::{HandOver, NewUnit, Receipt, Signed};
use crate::{Desk, Result};
use chrono::Days;
use domain::equipment::{AssetNumber, EquipmentType};
use domain::form::RawFields;
use domain::request::{Action, Actor, StaffActor};
use domain::time;
use store::unit::UnitAbout;

/// So many units of each type stand in the register: enough to try, fewer than the city has.
const MOST_UNITS: u32 = 4;
const SUPPLIES: i64 = 120;

/// Applicant, phone, patient, type, what becomes of it.
const LOANS: [(&str, &str, &str, &str, Ends); 4] = [
    (
        "สมพร รักษ์ตรัง",
        "0810000031",
        "ยายแดง รักษ์ตรัง",
        "wheelchair",
        Ends::Submitted,
    ),
    (
        "ชาญ ทับเที่ยง",
        "0820000032",
        "ตาเขียว ทับเที่ยง",
        "hospital_bed_3",
        Ends::OnLoan,
    ),
    (
        "อำไพ นาโยง",
        "0830000033",
        "สายใจ นาโยง",
        "walker",
        Ends::Approved,
    ),
    (
        "มานิตย์ กันตัง",
        "0840000034",
        "บุญช่วย กันตัง",
        "oxygen_concentrator",
        Ends::OnLoan,
    ),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    Submitted,
    Approved,
    OnLoan,
}

impl Desk {
    /// Units, supplies and loans; `approver` decides and hands over.
    pub(super) async fn demo_equipment(&self, approver: &StaffActor) -> Result<()> {
        let rules = self.rules();
        for kind in &rules.municipality.equipment {
            self.demo_units(kind, approver).await?;
        }
        for supply in &rules.municipality.supplies {
            let expires = time::local_date(self.now()) + Days::new(400);
            let receipt = Receipt {
                kind: supply.id.clone(),
                quantity: SUPPLIES,
                lot: "สาธิต".to_owned(),
                expires_on: Some(expires),
                document: "สาธิต 1".to_owned(),
            };
            self.receive_supply(approver, &receipt).await?;
        }
        for (applicant, phone, patient, kind, ends) in LOANS {
            let known = rules.municipality.equipment_type(kind);
            if known.is_some_and(EquipmentType::may_be_lent) {
                self.demo_loan(approver, [applicant, phone, patient, kind], ends)
                    .await?;
            }
        }
        Ok(())
    }

    async fn demo_units(&self, kind: &EquipmentType, approver: &StaffActor) -> Result<()> {
        let now = self.now();
        let actor = Actor::Staff(approver.clone());
        for n in 1..=kind.count.min(MOST_UNITS) {
            let number = format!("สาธิต-{}-{n:03}", kind.id);
            let Ok(asset_number) = AssetNumber::parse("asset_number", &number) else {
                continue;
            };
            let unit = NewUnit {
                kind: kind.id.clone(),
                asset_number,
                about: UnitAbout {
                    place: "ห้องเก็บอุปกรณ์ (สาธิต)".to_owned(),
                    note: "ข้อมูลสาธิต".to_owned(),
                    ..UnitAbout::default()
                },
                inspected_on: Some(time::local_date(now)),
            };
            let (unit, actor) = (&unit, &actor);
            self.store
                .write(async |tx| self.add_unit(tx, unit, actor, now).await)
                .await?;
        }
        Ok(())
    }

    async fn demo_loan(&self, approver: &StaffActor, told: [&str; 4], ends: Ends) -> Result<()> {
        let [applicant, phone, patient, kind] = told;
        let today = time::local_date(self.now());
        let fields: RawFields = [
            ("applicant.name", applicant.to_owned()),
            ("applicant.phone", phone.to_owned()),
            ("applicant.relation", "child".to_owned()),
            ("patient.name", patient.to_owned()),
            ("patient.condition", "dependent".to_owned()),
            ("items.0.type", kind.to_owned()),
            ("items.0.quantity", "1".to_owned()),
            ("from", today.to_string()),
            ("until", (today + Days::new(29)).to_string()),
            ("delivery", "pickup".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let reference = self.walk_in_loan(approver, &fields).await?;
        if ends == Ends::Submitted {
            return Ok(());
        }
        let file = self.open_loan(approver, reference.as_str()).await?;
        let file = self
            .decide_loan(approver, reference.as_str(), file.version, Action::Approve)
            .await?;
        if ends == Ends::OnLoan
            && let Some(line) = file.lines.first()
            && let Some(number) = self.set_aside_for(line.id).await?
        {
            let form = HandOver {
                scanned: number,
                ticked: (0..line.kind.checklists.hand_over.len()).collect(),
                signed: Signed::Signature,
                signed_by: applicant.to_owned(),
                witness: String::new(),
                meter: None,
                condition: "ปกติ".to_owned(),
            };
            self.hand_over(approver, line.id, &form).await?;
        }
        Ok(())
    }
}
