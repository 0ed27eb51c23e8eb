//! A random year of an office against a naive model: a paper book that knows the city's sheet of rules, and no cells,
//! keys or transactions.
use crate::support::{Office, answers, approver, city, date, last4, random, settled_in};
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use desk::Trouble;
use desk::closure::ClosureChange;
use desk::revision::Revised;
use domain::crematorium::{AshWish, CaseType, CoffinSize, CremationWish, PavilionWish, Wish};
use domain::form::Text;
use domain::municipality::{Closes, Closure, ClosureWhen, Municipality, Turnover};
use domain::request::Action;
use domain::setting::Kind;
use domain::time::{self, TimeOfDay};
use proptest::prelude::*;
use std::collections::BTreeMap;
use store::testing::both;

/// What somebody asks for, in words that fit any day of the year.
#[derive(Clone, Debug)]
struct Want {
    ahead: u64,
    round: Option<usize>,
    pavilion: usize,
    nights: u8,
    /// Days after the cremation, and which slot.
    ash: Option<(u64, usize)>,
    case_type: usize,
    coffin: usize,
}

/// What happens on a day of the year.
#[derive(Clone, Debug)]
enum Step {
    Book(Want),
    Move(usize, Want),
    Withdraw(usize),
    Cancel(usize),
    Close(u64),
    Reopen(usize),
}

fn want() -> impl Strategy<Value = Want> {
    (
        // Most families want one of the next days; nobody can have the 31st.
        prop_oneof![6 => 1_u64..4, 2 => 0_u64..33],
        prop_oneof![
            5 => Just(Some(1)),
            3 => Just(Some(2)),
            3 => Just(Some(3)),
            2 => (0_usize..5).prop_map(Some),
            2 => Just(None),
        ],
        0_usize..2,
        prop_oneof![4 => Just(0_u8), 6 => 1_u8..3, 1 => 3_u8..9],
        prop_oneof![2 => Just(None), 3 => (0_u64..3, 0_usize..4).prop_map(Some), 1 => (0_u64..10, 0_usize..4).prop_map(Some)],
        prop_oneof![4 => Just(0_usize), 4 => 0_usize..6, 2 => Just(1_usize)],
        prop_oneof![4 => Just(1_usize), 3 => 0_usize..4],
    )
        .prop_map(|(ahead, round, pavilion, nights, ash, case_type, coffin)| Want {
            ahead,
            // A sealed body has one round of the day; most who ask for it know.
            round: if case_type == 1 && ahead % 4 > 0 {
                round.map(|_| 3)
            } else {
                round
            },
            pavilion,
            nights,
            ash,
            case_type,
            coffin,
        })
}

fn steps() -> impl Strategy<Value = Vec<(i64, Step)>> {
    let one = any::<usize>;
    let step = prop_oneof![
        12 => want().prop_map(Step::Book),
        3 => (one(), want()).prop_map(|(which, want)| Step::Move(which, want)),
        1 => one().prop_map(Step::Withdraw),
        1 => one().prop_map(Step::Cancel),
        1 => (1_u64..6).prop_map(Step::Close),
        1 => one().prop_map(Step::Reopen),
    ];
    prop::collection::vec((prop_oneof![Just(0_i64), 0_i64..3], step), 450..550)
}

/// The sample city, with fewer places, so that families meet, and time between two of everything.
fn small_city() -> Municipality {
    let mut city = city();
    let settings = &mut city.crematorium;
    settings.furnaces.truncate(2);
    settings.pavilions.truncate(2);
    settings.buffer_minutes = 15;
    settings.pavilion_turnover = Turnover::Night;
    settings.ash.tables.truncate(1);
    settings.ash.minutes = 75;
    settings.ash.after_hours = 14;
    settings.closures.clear();
    // A sealed body has the last round because of its type alone.
    for round in &mut settings.rounds {
        round.case_types.clear();
    }
    city.money
        .pavilion_rates
        .retain(|rate| sheet::PAVILIONS.contains(&&*rate.pavilion));
    city
}

/// The city's sheet, as it hangs in the office: what `small_city` says, written down a second time.
mod sheet {
    use super::{CaseType, CoffinSize};

    pub const ROUNDS: [&str; 5] = ["10:00", "13:00", "14:30", "16:00", "12:34"];
    pub const ASH: [&str; 4] = ["07:00", "08:00", "09:00", "10:30"];
    pub const PAVILIONS: [&str; 2] = ["sala-1", "sala-2"];
    pub const HORIZON: u64 = 30;
    pub const MOST_NIGHTS: u8 = 7;
    pub const ASH_MINUTES: i64 = 75;
    pub const ASH_AFTER_HOURS: i64 = 14;
    pub const ASH_WITHIN: u64 = 7;
    pub const BETWEEN: i64 = 30 + 15;

    pub fn fire(case_type: CaseType) -> i64 {
        match case_type {
            CaseType::Infectious => 120,
            CaseType::Child | CaseType::Remains => 45,
            CaseType::Ordinary | CaseType::Unnamed | CaseType::Royal => 60,
        }
    }

    pub fn serves(round: &str, case_type: CaseType) -> bool {
        match case_type {
            CaseType::Infectious => round == "16:00",
            _ => ["10:00", "13:00", "14:30", "16:00"].contains(&round),
        }
    }

    /// The furnaces a coffin fits into.
    pub fn furnaces(coffin: CoffinSize) -> &'static [&'static str] {
        match coffin {
            CoffinSize::Small | CoffinSize::Standard => &["furnace-1", "furnace-2"],
            CoffinSize::Large => &["furnace-2"],
            CoffinSize::ExtraLarge => &[],
        }
    }
}

type Span = (NaiveDateTime, NaiveDateTime);

fn overlap(a: &Span, b: &Span) -> bool {
    a.0 < b.1 && b.0 < a.1
}

fn moment(date: NaiveDate, at: TimeOfDay) -> NaiveDateTime {
    date.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(at.minutes()))
}

/// A wish as somebody with a pencil reads it.
struct Read<'a>(&'a Wish);

impl<'a> Read<'a> {
    fn fire(&self) -> Option<Span> {
        let cremation = self.0.cremation.as_ref()?;
        let from = moment(cremation.date, cremation.round);
        let minutes = sheet::fire(self.0.case_type) + sheet::BETWEEN;
        Some((from, from + TimeDelta::minutes(minutes)))
    }

    fn ash(&self) -> Option<Span> {
        let from = moment(self.0.ash?.date, self.0.ash?.start);
        Some((from, from + TimeDelta::minutes(sheet::ASH_MINUTES)))
    }

    fn nights(&self) -> Vec<NaiveDate> {
        let nights = self.0.pavilion.as_ref();
        nights.map_or_else(Vec::new, |it| {
            it.from.iter_days().take(it.nights.into()).collect()
        })
    }

    /// The nights, and the one after them that stays empty.
    fn kept(&self) -> Option<(&'a str, NaiveDate, NaiveDate)> {
        let it = self.0.pavilion.as_ref()?;
        Some((&it.id, it.from, it.from + Days::new(it.nights.into())))
    }

    fn days(&self) -> impl Iterator<Item = NaiveDate> {
        let cremation = self.0.cremation.as_ref().map(|it| it.date);
        let ash = self.0.ash.map(|it| it.date);
        cremation.into_iter().chain(ash).chain(self.nights())
    }
}

/// A line of the book.
#[derive(Clone, Debug)]
struct Noted {
    reference: String,
    family: u32,
    wish: Wish,
    furnace: Option<String>,
}

/// The paper book.
#[derive(Default)]
struct Book {
    lines: Vec<Noted>,
    /// Closed days, in the order of the list.
    closed: Vec<NaiveDate>,
    /// Who must move, and because of which day.
    must_move: Vec<(String, NaiveDate)>,
    seen: BTreeMap<&'static str, u32>,
}

impl Book {
    fn saw(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }

    /// Whether the sheet lets anybody ask for this now.
    fn may_ask(&self, wish: &Wish, now: NaiveDateTime) -> bool {
        let today = now.date();
        let horizon = today + Days::new(sheet::HORIZON);
        let open = |day: NaiveDate| today <= day && !self.closed.contains(&day);
        let cremation = wish.cremation.as_ref().is_none_or(|it| {
            open(it.date)
                && it.date <= horizon
                && sheet::serves(&it.round.to_string(), wish.case_type)
                && !sheet::furnaces(wish.coffin).is_empty()
                && now < moment(it.date, it.round)
                && !(wish.case_type == CaseType::Royal
                    && (it.date.weekday() == Weekday::Fri || it.date == date("2026-12-05")))
        });
        let nights = wish.pavilion.as_ref().is_none_or(|it| {
            let nights = Read(wish).nights();
            let last = nights.last().copied();
            (1..=sheet::MOST_NIGHTS).contains(&it.nights)
                && nights.iter().all(|night| open(*night) && *night <= horizon)
                && wish
                    .cremation
                    .as_ref()
                    .is_none_or(|it| last < Some(it.date))
        });
        let ash = wish.ash.is_none_or(|ash| {
            wish.cremation.as_ref().is_some_and(|it| {
                let out = moment(it.date, it.round)
                    + TimeDelta::minutes(sheet::fire(wish.case_type))
                    + TimeDelta::hours(sheet::ASH_AFTER_HOURS);
                open(ash.date)
                    && ash.date <= it.date + Days::new(sheet::ASH_WITHIN)
                    && sheet::ASH[..3].contains(&&*ash.start.to_string())
                    && out <= moment(ash.date, ash.start)
            })
        });
        let something = wish.cremation.is_some() || wish.pavilion.is_some();
        something && cremation && nights && ash
    }

    fn furnace_is_free(&self, furnace: &str, fire: &Span) -> bool {
        let mut lines = self.lines.iter();
        !lines.any(|line| {
            line.furnace.as_deref() == Some(furnace)
                && Read(&line.wish).fire().is_some_and(|it| overlap(&it, fire))
        })
    }

    /// Whether all of it is free.
    fn fits(&self, wish: &Wish) -> bool {
        let read = Read(wish);
        let furnace = read.fire().is_none_or(|fire| {
            let mut furnaces = sheet::furnaces(wish.coffin).iter();
            furnaces.any(|furnace| self.furnace_is_free(furnace, &fire))
        });
        let ash = read.ash().is_none_or(|ash| {
            let mut taken = self.lines.iter().filter_map(|line| Read(&line.wish).ash());
            !taken.any(|it| overlap(&it, &ash))
        });
        let nights = read.kept().is_none_or(|(id, from, until)| {
            let mut taken = self.lines.iter().filter_map(|line| Read(&line.wish).kept());
            !taken.any(|(other, a, b)| other == id && from <= b && a <= until)
        });
        furnace && ash && nights
    }

    /// What the desk answered to a wish, against the book.
    fn agrees<T: std::fmt::Debug>(
        &mut self,
        outcome: &Result<T, Trouble>,
        wish: &Wish,
        now: NaiveDateTime,
    ) -> bool {
        let (may_ask, fits) = (self.may_ask(wish, now), self.fits(wish));
        match outcome {
            Ok(_) => {
                assert!(may_ask, "the sheet forbids {wish:?}");
                assert!(fits, "the book has no room for {wish:?}");
                true
            }
            Err(Trouble::SlotTaken { alternatives, .. }) => {
                assert!(may_ask && !fits, "the book has room for {wish:?}");
                for near in alternatives {
                    assert!(self.may_ask(near, now), "{near:?} may not be asked");
                    assert!(self.fits(near), "{near:?} is not free");
                }
                self.saw("taken");
                false
            }
            Err(Trouble::Invalid(errors)) => {
                assert!(!may_ask, "the sheet allows {wish:?}: {errors:?}");
                self.saw("forbidden");
                false
            }
            Err(other) => panic!("{other:?} to {wish:?}"),
        }
    }

    /// Off the list: it moved or ended.
    fn settle(&mut self, reference: &str) {
        self.must_move.retain(|(other, _)| other != reference);
    }

    fn write(&mut self, line: Noted) {
        let read = Read(&line.wish);
        if let (Some(furnace), Some(fire)) = (&line.furnace, read.fire()) {
            let fitting = sheet::furnaces(line.wish.coffin);
            assert!(fitting.contains(&&**furnace), "{line:?}");
            assert!(self.furnace_is_free(furnace, &fire), "{line:?}");
        }
        assert_eq!(line.furnace.is_some(), line.wish.cremation.is_some());
        for (what, is) in [
            ("cremation", line.wish.cremation.is_some()),
            ("nights", line.wish.pavilion.is_some()),
            ("ash", line.wish.ash.is_some()),
            ("sealed", line.wish.case_type == CaseType::Infectious),
            ("large", line.wish.coffin == CoffinSize::Large),
        ] {
            if is {
                self.saw(what);
            }
        }
        self.lines.push(line);
    }
}

#[test]
fn a_random_year_agrees_with_the_paper_book() {
    random((2, 8), &steps(), async |steps| {
        both(async |store| {
            let office = settled_in(store, small_city(), false).await;
            live_through(&office, steps).await;
        })
        .await;
    });
}

async fn live_through(office: &Office, steps: &[(i64, Step)]) {
    let mut book = Book::default();
    for (n, (gap, step)) in steps.iter().enumerate() {
        office.clock.advance(TimeDelta::days(*gap));
        let family = u32::try_from(n).unwrap();
        match step {
            Step::Book(want) => ask(office, &mut book, family, want).await,
            Step::Move(which, want) => {
                if let Some(line) = pick(&book, *which) {
                    shift(office, &mut book, line, want).await;
                }
            }
            Step::Withdraw(which) | Step::Cancel(which) => {
                if let Some(at) = pick(&book, *which) {
                    let line = book.lines.remove(at);
                    book.settle(&line.reference);
                    let by_office = matches!(step, Step::Cancel(_));
                    end(office, &line, by_office).await;
                    book.saw(if by_office { "cancelled" } else { "withdrawn" });
                }
            }
            Step::Close(ahead) => close(office, &mut book, *ahead).await,
            Step::Reopen(which) => reopen(office, &mut book, *which).await,
        }
        let listed = office.desk.affected_count(&approver()).await.unwrap();
        assert_eq!(
            usize::try_from(listed).unwrap(),
            book.must_move.len(),
            "step {n} {step:?}: who must move"
        );
    }
    // A year in which nothing of a kind happened would say nothing about it.
    let what = [
        "cremation",
        "nights",
        "ash",
        "sealed",
        "large",
        "taken",
        "forbidden",
        "moved",
        "withdrawn",
        "cancelled",
        "closed",
        "opened",
        "listed",
    ];
    for what in what {
        assert!(book.seen.contains_key(what), "no {what}: {:?}", book.seen);
    }
}

/// One of the last bookings: those of long ago stand in the book and are left alone.
fn pick(book: &Book, which: usize) -> Option<usize> {
    let recent = book.lines.len().min(12);
    (recent > 0).then(|| book.lines.len() - 1 - which % recent)
}

fn local_now(office: &Office) -> NaiveDateTime {
    let now = office.desk.now();
    time::local_date(now).and_time(NaiveTime::MIN) + (now - time::at(time::local_date(now), 0))
}

fn wish_of(want: &Want, today: NaiveDate) -> Wish {
    let day = today + Days::new(want.ahead);
    let at = |text: &str| TimeOfDay::parse(text).unwrap();
    Wish {
        case_type: CaseType::ALL[want.case_type],
        coffin: CoffinSize::ALL[want.coffin],
        cremation: want.round.map(|round| CremationWish {
            date: day,
            round: at(sheet::ROUNDS[round]),
        }),
        pavilion: (want.nights > 0).then(|| PavilionWish {
            id: sheet::PAVILIONS[want.pavilion].to_owned(),
            // Up to the evening before, which may be a night too early to ask for.
            from: day - Days::new(want.nights.into()),
            nights: want.nights,
        }),
        ash: want.ash.map(|(after, slot)| AshWish {
            date: day + Days::new(after),
            start: at(sheet::ASH[slot]),
        }),
    }
}

async fn ask(office: &Office, book: &mut Book, family: u32, want: &Want) {
    let now = local_now(office);
    let wish = wish_of(want, now.date());
    let mut fields = answers(family, &wish);
    fields.insert("deceased.date_of_death".into(), "2026-11-01".into());
    if wish.case_type == CaseType::Unnamed {
        fields.remove("deceased.national_id");
        fields.insert("deceased.name".into(), String::new());
    }
    let outcome = office.desk.walk_in(&approver(), &fields).await;
    if book.agrees(&outcome, &wish, now) {
        let reference = outcome.unwrap().as_str().to_owned();
        write(office, book, reference, family, wish).await;
    }
}

/// Enters what the desk keeps, which is what was asked for.
async fn write(office: &Office, book: &mut Book, reference: String, family: u32, wish: Wish) {
    let kept = office.desk.movable(&approver(), &reference).await.unwrap();
    assert_eq!(kept.wish, wish);
    book.write(Noted {
        reference,
        family,
        wish,
        furnace: kept.furnace,
    });
}

async fn shift(office: &Office, book: &mut Book, at: usize, want: &Want) {
    let now = local_now(office);
    let line = book.lines.remove(at);
    let to = Wish {
        case_type: line.wish.case_type,
        coffin: line.wish.coffin,
        ..wish_of(want, now.date())
    };
    let (had, asked) = (Read(&line.wish).nights(), Read(&to).nights());
    // What stays is not asked for again, which is a rule of its own: here everything is another.
    let keeps = line.wish.cremation.is_some() && line.wish.cremation == to.cremation
        || line.wish.ash.is_some() && line.wish.ash == to.ash
        || asked.iter().any(|night| had.contains(night));
    if keeps {
        book.lines.insert(at, line);
        return;
    }
    let desk = &office.desk;
    let version = desk
        .movable(&approver(), &line.reference)
        .await
        .unwrap()
        .version;
    let outcome = desk
        .staff_move(
            &approver(),
            &line.reference,
            version,
            &to,
            "ครอบครัวขอเลื่อน",
            false,
        )
        .await;
    // Its own places are free for it.
    if book.agrees(&outcome, &to, now) {
        book.saw("moved");
        book.settle(&line.reference);
        write(office, book, line.reference, line.family, to).await;
    } else {
        book.lines.insert(at, line);
    }
}

async fn end(office: &Office, line: &Noted, by_office: bool) {
    let desk = &office.desk;
    if by_office {
        let file = desk
            .open_request(&approver(), &line.reference)
            .await
            .unwrap();
        let reason = "ครอบครัวโทรแจ้งยกเลิก".to_owned();
        desk.decide(
            &approver(),
            &line.reference,
            file.version,
            Action::Cancel { reason },
        )
        .await
        .expect("cancelled");
    } else {
        desk.withdraw(&line.reference, &last4(line.family), "a")
            .await
            .expect("withdrawn");
    }
}

async fn change(office: &Office, change: &ClosureChange) -> Revised {
    let desk = &office.desk;
    let page = desk
        .setting_page(&approver(), Kind::Closures)
        .await
        .unwrap();
    let done = desk
        .change_closures(&approver(), change, page.based_on, "ตามแผน")
        .await
        .expect("a change");
    // Until every server knows, free cells of a closed day are nobody's.
    office.clock.advance(TimeDelta::minutes(16));
    done
}

async fn close(office: &Office, book: &mut Book, ahead: u64) {
    let day = local_now(office).date() + Days::new(ahead);
    if book.closed.contains(&day) {
        return;
    }
    let closure = Closure {
        when: ClosureWhen::Dates {
            from: day,
            until: day,
        },
        closes: Closes::All,
        open_anyway: false,
        reason: Text::new("ปิดซ่อมบำรุง", "Closed for maintenance"),
        valid_from: None,
        valid_until: None,
        id: None,
    };
    let done = change(office, &ClosureChange::Add(closure)).await;
    let Revised::Done { affected, .. } = done else {
        panic!("{done:?}");
    };
    let hit = |line: &&Noted| Read(&line.wish).days().any(|it| it == day);
    let hits: Vec<String> = book
        .lines
        .iter()
        .filter(hit)
        .map(|line| line.reference.clone())
        .collect();
    assert_eq!(affected, hits.len(), "{day}");
    if !hits.is_empty() {
        book.saw("listed");
    }
    book.must_move
        .extend(hits.into_iter().map(|hit| (hit, day)));
    book.closed.push(day);
    book.saw("closed");
}

async fn reopen(office: &Office, book: &mut Book, which: usize) {
    if book.closed.is_empty() {
        return;
    }
    let at = which % book.closed.len();
    change(office, &ClosureChange::Remove(at)).await;
    let day = book.closed.remove(at);
    book.must_move.retain(|(_, because)| *because != day);
    book.saw("opened");
}
