//! Random days of lending against naive models: a shelf and a list of names; boxes of consumables. No states or versions.
use crate::loan::{approve, approved, asked, given, line_of, register, seen};
use crate::support::{Office, approver, both, last4, random};
use chrono::{Days, NaiveDate, TimeDelta};
use desk::loan::Receipt;
use desk::request::Access;
use domain::equipment::UnitState;
use domain::equipment::supply::EntryKind;
use domain::equipment::unit::UnitAction;
use domain::reference::Reference;
use domain::request::Status;
use domain::time;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const KIND: &str = "walker";
const UNITS: u32 = 3;

/// What happens next; a number picks among those it can happen to.
#[derive(Clone, Debug)]
enum Step {
    Ask,
    HandOver(usize),
    Return(usize),
    Clean(usize),
    Inspect(usize, bool),
    Break(usize),
    Mend(usize),
    End(usize),
    Renew(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let which = 0_usize..8;
    let step = prop_oneof![
        4 => Just(Step::Ask),
        5 => which.clone().prop_map(Step::HandOver),
        4 => which.clone().prop_map(Step::Return),
        4 => which.clone().prop_map(Step::Clean),
        5 => (which.clone(), prop_oneof![4 => Just(true), 1 => Just(false)])
            .prop_map(|(which, passed)| Step::Inspect(which, passed)),
        1 => which.clone().prop_map(Step::Break),
        2 => which.clone().prop_map(Step::Mend),
        1 => which.clone().prop_map(Step::End),
        2 => which.prop_map(Step::Renew),
    ];
    vec(step, 40..60)
}

/// Where a unit is; with a family, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Shelf,
    Offered(u32),
    Out(u32),
    Returned,
    Inspection,
    Repair,
}

impl At {
    fn state(self) -> UnitState {
        match self {
            Self::Shelf => UnitState::Available,
            Self::Offered(_) => UnitState::Reserved,
            Self::Out(_) => UnitState::OnLoan,
            Self::Returned => UnitState::Returned,
            Self::Inspection => UnitState::Inspection,
            Self::Repair => UnitState::Repair,
        }
    }
}

/// What somebody with a pencil would know.
struct Paper {
    units: Vec<(String, At)>,
    /// Who waits: families are numbered as they came, and whoever loses an offer has their place again.
    queue: BTreeSet<u32>,
    families: BTreeMap<u32, Reference>,
    ended: BTreeSet<u32>,
}

impl Paper {
    fn new() -> Self {
        Self {
            units: (1..=UNITS)
                .map(|n| (format!("{KIND}-{n}"), At::Shelf))
                .collect(),
            queue: BTreeSet::new(),
            families: BTreeMap::new(),
            ended: BTreeSet::new(),
        }
    }

    /// What stands on the shelf goes to whoever came first.
    fn serve(&mut self) {
        for (_, at) in &mut self.units {
            if *at == At::Shelf
                && let Some(first) = self.queue.pop_first()
            {
                *at = At::Offered(first);
            }
        }
    }

    /// One of the units that are so.
    fn pick(&self, which: usize, wanted: impl Fn(At) -> bool) -> Option<usize> {
        let found: Vec<usize> = (0..self.units.len())
            .filter(|n| wanted(self.units[*n].1))
            .collect();
        (!found.is_empty()).then(|| found[which % found.len()])
    }

    /// A unit leaves where it was; who had been offered it waits again.
    fn put(&mut self, n: usize, at: At) {
        match self.units[n].1 {
            At::Offered(family) if !matches!(at, At::Out(_)) => {
                self.queue.insert(family);
            }
            At::Out(family) => {
                self.ended.insert(family);
            }
            _ => {}
        }
        self.units[n].1 = at;
        self.serve();
    }
}

#[test]
fn random_days_of_lending_agree_with_the_paper_list() {
    random((4, 20), &steps(), async |steps| {
        both(async |office| {
            register(&office, KIND, UNITS).await;
            let mut paper = Paper::new();
            for step in steps {
                office.clock.advance(TimeDelta::minutes(1));
                live(&office, &mut paper, step).await;
                agree(&office, &paper, step).await;
            }
        })
        .await;
    });
}

async fn live(office: &Office, paper: &mut Paper, step: &Step) {
    let (desk, who) = (&office.desk, approver());
    match *step {
        Step::Ask => {
            let family = u32::try_from(paper.families.len()).unwrap() + 1;
            let reference = approved(office, family, KIND).await;
            paper.families.insert(family, reference);
            paper.queue.insert(family);
            paper.serve();
        }
        Step::HandOver(which) => {
            let Some(n) = paper.pick(which, |at| matches!(at, At::Offered(_))) else {
                return;
            };
            let (asset, At::Offered(family)) = paper.units[n].clone() else {
                return;
            };
            let line = line_of(office, &paper.families[&family], family).await;
            desk.hand_over(&who, line, &given(&asset)).await.unwrap();
            paper.put(n, At::Out(family));
        }
        // Whatever the book says of it.
        Step::Return(which) => {
            let n = which % paper.units.len();
            let asset = paper.units[n].0.clone();
            desk.take_back(&who, &asset, None, "ปกติ").await.unwrap();
            paper.put(n, At::Returned);
        }
        Step::Clean(which) => {
            if let Some(n) = paper.pick(which, |at| at == At::Returned) {
                act(office, paper, n, &UnitAction::FinishCleaning).await;
                paper.put(n, At::Inspection);
            }
        }
        Step::Inspect(which, passed) => {
            if let Some(n) = paper.pick(which, |at| at == At::Inspection) {
                let (action, at) = if passed {
                    (UnitAction::PassInspection, At::Shelf)
                } else {
                    let reason = "ล้อหลวม".to_owned();
                    (UnitAction::FailInspection { reason }, At::Repair)
                };
                act(office, paper, n, &action).await;
                paper.put(n, at);
            }
        }
        Step::Break(which) => {
            let can_break = |at| !matches!(at, At::Out(_) | At::Repair);
            if let Some(n) = paper.pick(which, can_break) {
                let reason = "ขาหัก".to_owned();
                act(office, paper, n, &UnitAction::SendToRepair { reason }).await;
                paper.put(n, At::Repair);
            }
        }
        Step::Mend(which) => {
            if let Some(n) = paper.pick(which, |at| at == At::Repair) {
                act(office, paper, n, &UnitAction::Repaired).await;
                paper.put(n, At::Inspection);
            }
        }
        Step::End(which) => end(office, paper, which).await,
        Step::Renew(which) => {
            if let Some(n) = paper.pick(which, |at| matches!(at, At::Out(_)))
                && let At::Out(family) = paper.units[n].1
            {
                let reference = &paper.families[&family];
                let line = line_of(office, reference, family).await;
                let phone = last4(family);
                let access = Access::family(reference.as_str(), &phone, "here");
                let renewed = desk.renew_loan(&access, line).await;
                // Nobody keeps what somebody waits for.
                assert!(paper.queue.is_empty() || renewed.is_err());
            }
        }
    }
}

async fn act(office: &Office, paper: &Paper, n: usize, action: &UnitAction) {
    let (desk, who) = (&office.desk, approver());
    let unit = desk.find_unit(&who, &paper.units[n].0).await.unwrap();
    let all: Vec<usize> = (0..20).collect();
    desk.act_on_unit(&who, unit.id, unit.version, action, &all, false)
        .await
        .unwrap();
}

/// A family that has nothing yet cancels.
async fn end(office: &Office, paper: &mut Paper, which: usize) {
    let offered = paper.units.iter().filter_map(|(_, at)| match at {
        At::Offered(family) => Some(*family),
        _ => None,
    });
    let open: Vec<u32> = paper.queue.iter().copied().chain(offered).collect();
    if open.is_empty() {
        return;
    }
    let family = open[which % open.len()];
    let phone = last4(family);
    let access = Access::family(paper.families[&family].as_str(), &phone, "here");
    office.desk.end_loan(&access).await.unwrap();
    paper.queue.remove(&family);
    paper.ended.insert(family);
    for (_, at) in &mut paper.units {
        if *at == At::Offered(family) {
            *at = At::Shelf;
        }
    }
    paper.serve();
}

/// Every unit, every family, every place in the queue, and the catalogue.
async fn agree(office: &Office, paper: &Paper, after: &Step) {
    let desk = &office.desk;
    for (asset, at) in &paper.units {
        let unit = desk.find_unit(&approver(), asset).await.unwrap();
        assert_eq!(unit.state, at.state(), "{asset} after {after:?}");
    }
    for (family, reference) in &paper.families {
        let view = seen(office, reference, *family).await;
        let has = |at| paper.units.iter().any(|(_, found)| *found == at);
        let expected = if has(At::Offered(*family)) {
            Some(Status::Ready)
        } else if has(At::Out(*family)) {
            Some(Status::OnLoan)
        } else if paper.queue.contains(family) {
            Some(Status::Queued)
        } else {
            None
        };
        assert_eq!(expected.is_none(), paper.ended.contains(family));
        match expected {
            Some(status) => assert_eq!(view.status, status, "{family} after {after:?}"),
            None => assert!(!view.status.is_live(), "{family} after {after:?}"),
        }
        if let Some(before) = paper.queue.iter().position(|waits| waits == family) {
            let place = view.lines[0].expected.unwrap().place;
            assert_eq!(usize::try_from(place).unwrap(), before + 1);
        }
    }
    let catalogue = desk.catalogue().await.unwrap();
    let row = catalogue.iter().find(|row| row.kind.id == KIND).unwrap();
    let shelf = paper.units.iter().filter(|(_, at)| *at == At::Shelf);
    let counts = (
        u32::try_from(shelf.count()).unwrap(),
        u32::try_from(paper.queue.len()).unwrap(),
        UNITS,
    );
    assert_eq!((row.free, row.queue, row.owned), counts, "after {after:?}");
}

/// What happens to a consumable.
#[derive(Clone, Debug)]
enum Stock {
    /// So many, that expire in so many days.
    Receive(i64, Option<u64>),
    Correct(usize, i64),
    /// One goes with a loan, which comes back without it.
    Lend,
    /// It was handed to the wrong person: it goes back into its box.
    LendAndUndo,
    Wait(i64),
}

fn stock_steps() -> impl Strategy<Value = Vec<Stock>> {
    let step = prop_oneof![
        3 => (1_i64..4, prop_oneof![1 => Just(None), 4 => (0_u64..9).prop_map(Some)])
            .prop_map(|(quantity, days)| Stock::Receive(quantity, days)),
        2 => (0_usize..6, prop_oneof![-3_i64..0, 1_i64..3])
            .prop_map(|(which, change)| Stock::Correct(which, change)),
        4 => Just(Stock::Lend),
        2 => Just(Stock::LendAndUndo),
        2 => (1_i64..4).prop_map(Stock::Wait),
    ];
    vec(step, 25..40)
}

/// Boxes as they came: when each expires, and how many are left in it.
type Boxes = Vec<(Option<NaiveDate>, i64)>;

/// The box that somebody who looks at the dates takes from.
fn first_to_expire(boxes: &Boxes, today: NaiveDate) -> Option<usize> {
    (0..boxes.len())
        .filter(|n| boxes[*n].1 > 0 && boxes[*n].0.is_none_or(|expires| today <= expires))
        .min_by_key(|n| (boxes[*n].0.is_none(), boxes[*n].0, *n))
}

#[test]
fn a_random_store_of_consumables_agrees_with_the_boxes() {
    random((4, 20), &stock_steps(), async |steps| {
        both(async |office| {
            register(&office, DEVICE, 1).await;
            let mut boxes = Boxes::new();
            for (n, step) in steps.iter().enumerate() {
                office.clock.advance(TimeDelta::minutes(1));
                let family = u32::try_from(n).unwrap() + 1;
                keep(&office, &mut boxes, step, family).await;
                counted(&office, &boxes, step).await;
            }
        })
        .await;
    });
}

/// Eats one cannula with each loan, and nothing else.
const DEVICE: &str = "oxygen_cylinder";
const SUPPLY: &str = "cannula";

async fn keep(office: &Office, boxes: &mut Boxes, step: &Stock, family: u32) {
    let (desk, who) = (&office.desk, approver());
    let today = time::local_date(desk.now());
    match *step {
        Stock::Receive(quantity, days) => {
            let expires_on = days.map(|days| today + Days::new(days));
            let receipt = Receipt {
                kind: SUPPLY.to_owned(),
                quantity,
                lot: String::new(),
                expires_on,
                document: "1/2570".to_owned(),
            };
            desk.receive_supply(&who, &receipt).await.unwrap();
            boxes.push((expires_on, quantity));
        }
        Stock::Correct(which, change) => {
            if boxes.is_empty() {
                return;
            }
            let at = which % boxes.len();
            let lot = desk.supply_book(&who, SUPPLY).await.unwrap().lots[at].0.id;
            let done = desk
                .correct_stock(&who, lot, EntryKind::Adjust, change, "2/2570", "นับใหม่")
                .await;
            // Never below nothing.
            assert_eq!(done.is_ok(), boxes[at].1 + change >= 0);
            if done.is_ok() {
                boxes[at].1 += change;
            }
        }
        Stock::Lend | Stock::LendAndUndo => {
            let from = first_to_expire(boxes, today);
            let undone = matches!(step, Stock::LendAndUndo);
            lend(office, family, from.is_some(), undone).await;
            if let Some(from) = from
                && !undone
            {
                boxes[from].1 -= 1;
            }
        }
        Stock::Wait(days) => office.clock.advance(TimeDelta::days(days)),
    }
}

/// The one device goes to a family, if there is a cannula for it, and stands on the shelf again at the end.
async fn lend(office: &Office, family: u32, enough: bool, undone: bool) {
    let (desk, who) = (&office.desk, approver());
    let today = time::local_date(desk.now());
    let mut fields = asked(family, DEVICE);
    fields.insert("from".to_owned(), today.to_string());
    fields.insert("until".to_owned(), (today + Days::new(20)).to_string());
    let reference = desk.walk_in_loan(&who, &fields).await.unwrap();
    approve(office, &reference).await;
    let line = line_of(office, &reference, family).await;
    let asset = format!("{DEVICE}-1");
    let handed = desk.hand_over(&who, line, &given(&asset)).await;
    assert_eq!(handed.is_ok(), enough, "{handed:?}");
    if undone && enough {
        desk.undo_hand_over(&who, line, "ส่งผิดคน").await.unwrap();
    }
    if undone || !enough {
        let phone = last4(family);
        let access = Access::family(reference.as_str(), &phone, "here");
        desk.end_loan(&access).await.unwrap();
        return;
    }
    desk.take_back(&who, &asset, None, "ปกติ").await.unwrap();
    for action in [UnitAction::FinishCleaning, UnitAction::PassInspection] {
        let unit = desk.find_unit(&who, &asset).await.unwrap();
        let all: Vec<usize> = (0..20).collect();
        let serviced = action == UnitAction::PassInspection;
        desk.act_on_unit(&who, unit.id, unit.version, &action, &all, serviced)
            .await
            .unwrap();
    }
}

/// Every box, what its lines add up to, and what the shelf's page says of all.
async fn counted(office: &Office, boxes: &Boxes, after: &Stock) {
    let (desk, who) = (&office.desk, approver());
    let today = time::local_date(desk.now());
    let book = desk.supply_book(&who, SUPPLY).await.unwrap();
    let kept: Boxes = book
        .lots
        .iter()
        .map(|(lot, _)| (lot.expires_on, lot.on_hand))
        .collect();
    assert_eq!(&kept, boxes, "after {after:?}");
    for (lot, lines) in &book.lots {
        let mut left = 0;
        for line in lines {
            left += line.change;
            assert_eq!(left, line.balance);
            assert!(left >= 0);
        }
        assert_eq!(left, lot.on_hand);
    }
    let stock = desk.stock(&who).await.unwrap();
    let row = stock.iter().find(|row| row.kind.id == SUPPLY).unwrap();
    let sum = |expired: bool| -> i64 {
        let is_expired = |date: Option<NaiveDate>| date.is_some_and(|date| date < today);
        let boxes = boxes.iter().filter(|one| is_expired(one.0) == expired);
        boxes.map(|one| one.1).sum()
    };
    assert_eq!(
        (row.on_hand, row.expired),
        (sum(true) + sum(false), sum(true))
    );
}
