//! Random days of lending against a naive model: a shelf, a list of names, and no states, versions or transactions.
use crate::loan::{approved, given, line_of, register, seen};
use crate::support::{Office, approver, both, last4};
use chrono::TimeDelta;
use desk::request::Access;
use domain::equipment::UnitState;
use domain::equipment::unit::UnitAction;
use domain::reference::Reference;
use domain::request::Status;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
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
    let config = Config {
        cases: 4,
        max_shrink_iters: 20,
        failure_persistence: None,
        ..Config::default()
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    TestRunner::new(config)
        .run(&steps(), |steps| {
            runtime.block_on(both(async |office| {
                register(&office, KIND, UNITS).await;
                let mut paper = Paper::new();
                for step in &steps {
                    office.clock.advance(TimeDelta::minutes(1));
                    live(&office, &mut paper, step).await;
                    agree(&office, &paper, step).await;
                }
            }));
            Ok(())
        })
        .expect("the desk and the paper list agree");
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
