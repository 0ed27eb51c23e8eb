//! What the desk's tests share: a clock one can set, chance one can repeat, the sample city, both engines.
use chrono::TimeDelta;
use desk::draft::Browser;
use desk::vault::Vault;
use desk::workshop::{Picture, Work, Workshop};
use desk::{Chance, Clock, Desk, settings};
use domain::crematorium::{AshWish, CremationWish, PavilionWish, Rules, Wish};
use domain::document::Document;
use domain::form::{Lang, RawFields};
use domain::municipality::Municipality;
use domain::picture::PictureError;
use domain::request::{Delegation, Role, StaffActor};
use domain::time::{Instant, TimeOfDay};
use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult,
};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestRunner};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use store::Store;
use store::keys::Keys;
use uuid::Uuid;

/// A clock that stands still until it is moved.
pub struct TestClock(Mutex<Instant>);

impl TestClock {
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap()
    }
}

/// Randomness that is the same in every run: a counter through `SplitMix64`.
struct TestChance(AtomicU64);

impl Chance for TestChance {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// A workshop that takes every photo for one and prints lines of text.
struct PaperWorkshop;

impl Workshop for PaperWorkshop {
    fn picture(&self, bytes: Vec<u8>) -> Work<'_, Result<Picture, PictureError>> {
        Box::pin(async move {
            if bytes.is_empty() {
                return Ok(Err(PictureError::Empty));
            }
            if bytes.starts_with(b"\xff\xd8\xff") && !bytes.ends_with(b"\xff\xd9") {
                return Ok(Err(PictureError::Damaged));
            }
            Ok(Ok(Picture {
                thumbnail: bytes.clone(),
                jpeg: bytes,
                width: 1,
                height: 1,
            }))
        })
    }

    fn rows(&self, bytes: Vec<u8>, most: usize) -> Work<'_, Option<Vec<Vec<String>>>> {
        Box::pin(async move { Ok(desk::spreadsheet::rows(&bytes, most)) })
    }

    fn pdf(&self, document: Document) -> Work<'_, Vec<u8>> {
        Box::pin(async move { Ok(document.lines().join("\n").into_bytes()) })
    }

    fn png(&self, document: Document, width: u32) -> Work<'_, Vec<u8>> {
        Box::pin(async move { Ok(format!("{} {width}", document.title).into_bytes()) })
    }
}

/// One office: its desk and its clock, Monday 23 November 2026 at 09.00.
#[derive(Clone)]
pub struct Office {
    pub desk: Arc<Desk>,
    pub clock: Arc<TestClock>,
}

pub fn city() -> Municipality {
    toml::from_str(include_str!("../../../config/trang.toml")).expect("the sample city")
}

pub fn office(store: Store) -> Office {
    office_of(store, city(), true)
}

/// An office of another city, or without limits.
pub fn office_of(store: Store, city: Municipality, limits: bool) -> Office {
    office_with(store, city, limits, Arc::new(InMemory::new()))
}

fn office_with(
    store: Store,
    city: Municipality,
    limits: bool,
    files: Arc<dyn ObjectStore>,
) -> Office {
    let start = "2026-11-23T09:00:00+07:00"
        .parse::<chrono::DateTime<chrono::FixedOffset>>()
        .unwrap();
    let clock = Arc::new(TestClock(Mutex::new(start.to_utc())));
    let keys = Arc::new(Keys::new(&[7; 32]));
    let rules = Rules::new(city, 1).expect("rules");
    let vault = Vault::new(files, Arc::clone(&keys));
    let desk = Desk::new(
        store,
        keys,
        clock.clone(),
        Arc::new(TestChance(AtomicU64::new(1))),
        rules,
    )
    .with_mail("http://sala.test")
    .with_public_url("http://sala.test")
    .with_vault(vault)
    .with_workshop(Arc::new(PaperWorkshop));
    let desk = if limits { desk } else { desk.without_limits() };
    Office {
        desk: Arc::new(desk),
        clock,
    }
}

/// An office whose place for files is full.
pub fn office_without_room(store: Store) -> Office {
    office_with(store, city(), true, Arc::new(Full(InMemory::new())))
}

/// A place for files that can be read and not written.
#[derive(Debug)]
struct Full(InMemory);

impl std::fmt::Display for Full {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("full")
    }
}

#[async_trait::async_trait]
impl ObjectStore for Full {
    async fn put_opts(
        &self,
        _: &Path,
        _: PutPayload,
        _: PutOptions,
    ) -> object_store::Result<PutResult> {
        Err(object_store::Error::Generic {
            store: "full",
            source: Box::new(std::io::Error::from(std::io::ErrorKind::StorageFull)),
        })
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        options: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        self.0.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> object_store::Result<GetResult> {
        self.0.get_opts(at, options).await
    }

    fn delete_stream(
        &self,
        at: BoxStream<'static, object_store::Result<Path>>,
    ) -> BoxStream<'static, object_store::Result<Path>> {
        self.0.delete_stream(at)
    }

    fn list(&self, under: Option<&Path>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        self.0.list(under)
    }

    async fn list_with_delimiter(&self, under: Option<&Path>) -> object_store::Result<ListResult> {
        self.0.list_with_delimiter(under).await
    }

    async fn copy_opts(
        &self,
        from: &Path,
        to: &Path,
        options: CopyOptions,
    ) -> object_store::Result<()> {
        self.0.copy_opts(from, to, options).await
    }
}

/// Bytes that the tests' workshop takes for the n-th photo.
pub fn photo(n: u8) -> Vec<u8> {
    vec![0xff, 0xd8, 0xff, 0xe0, n, 0xff, 0xd9]
}

/// Runs a test on both engines.
pub async fn both(test: impl AsyncFn(Office)) {
    store::testing::both(async |store| test(office(store)).await).await;
}

/// Runs a test with random steps; what fails is made smaller, and printed.
pub fn random<S: Strategy>(
    (cases, max_shrink_iters): (u32, u32),
    steps: &S,
    test: impl AsyncFn(&S::Value),
) {
    let config = Config {
        cases,
        max_shrink_iters,
        failure_persistence: None,
        ..Config::default()
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    TestRunner::new(config)
        .run(steps, |steps| {
            runtime.block_on(test(&steps));
            Ok(())
        })
        .expect("the desk and the paper agree");
}

pub fn date(text: &str) -> chrono::NaiveDate {
    text.parse().expect("a date")
}

pub fn wish(cremation: Option<(&str, &str)>, pavilion: Option<(&str, &str, u8)>) -> Wish {
    Wish {
        cremation: cremation.map(|(day, round)| CremationWish {
            date: date(day),
            round: TimeOfDay::parse(round).unwrap(),
        }),
        pavilion: pavilion.map(|(id, from, nights)| PavilionWish {
            id: id.into(),
            from: date(from),
            nights,
        }),
        ..Wish::default()
    }
}

/// The same with an ash slot.
pub fn with_ash(wish: Wish, day: &str, at: &str) -> Wish {
    Wish {
        ash: Some(AshWish {
            date: date(day),
            start: TimeOfDay::parse(at).unwrap(),
        }),
        ..wish
    }
}

/// The 25th at 13.00 with two nights before.
pub fn usual_wish() -> Wish {
    wish(
        Some(("2026-11-25", "13:00")),
        Some(("sala-1", "2026-11-23", 2)),
    )
}

/// A well-formed national ID that belongs to nobody.
pub fn national_id(n: u32) -> String {
    let twelve = format!("000{n:09}");
    (0..10)
        .map(|check| format!("{twelve}{check}"))
        .find(|digits| domain::national_id::NationalId::parse(digits).is_ok())
        .expect("one check digit is right")
}

/// Whole answers, for the n-th family, with its places.
pub fn answers(n: u32, wish: &Wish) -> RawFields {
    let mut fields = desk::request::wish_fields(wish);
    for (name, value) in [
        ("applicant.name", "สมหญิง ใจดี".to_owned()),
        ("applicant.phone", format!("08{n:08}")),
        ("applicant.relation", "child".to_owned()),
        ("deceased.name", "สมชาย ใจดี".to_owned()),
        ("deceased.national_id", national_id(n)),
        ("deceased.date_of_death", "2026-11-20".to_owned()),
        ("deceased.residence", "in_area".to_owned()),
    ] {
        fields.insert(name.to_owned(), value);
    }
    fields
}

/// The last four digits of the n-th family's phone.
pub fn last4(n: u32) -> String {
    format!("{:04}", n % 10_000)
}

/// A draft with every answer, nothing held yet.
pub async fn draft(office: &Office, n: u32, wish: &Wish) -> (Browser, String) {
    let browser = office.desk.new_browser().await.expect("a browser");
    let id = office
        .desk
        .start_draft(&browser, Lang::Th)
        .await
        .expect("a draft");
    office
        .desk
        .save_draft(&browser, &id, answers(n, wish))
        .await
        .expect("saved answers");
    (browser, id)
}

/// Staff with roles, as an account that exists.
pub async fn staff(office: &Office, username: &str, roles: &[Role]) -> StaffActor {
    let delegation = Delegation {
        order: "1/2569".into(),
        from: date("2026-01-01"),
        until: None,
    };
    let new = desk::staff::NewStaff {
        username: username.into(),
        name: format!("คุณ {username}"),
        position: "ผู้อำนวยการ".into(),
        roles: roles.to_vec(),
        delegation: Some(delegation),
    };
    let enrolled = office.desk.enrol(&new, None).await.expect("an account");
    let mut conn = office.desk.store.read().await.expect("a connection");
    let row = store::staff::by_username(&mut conn, &enrolled.username)
        .await
        .expect("a row")
        .expect("the account");
    StaffActor {
        id: row.id,
        name: row.name,
        position: row.position,
        roles: row.roles,
        delegation: row.delegation,
    }
}

/// A staff member without a row, for acts whose history nobody reads.
pub fn approver() -> StaffActor {
    StaffActor {
        id: Uuid::from_u128(42),
        name: "ผู้อนุมัติ".into(),
        position: "ผู้อำนวยการ".into(),
        roles: vec![Role::Officer, Role::Approver],
        delegation: Some(Delegation {
            order: "1/2569".into(),
            from: date("2026-01-01"),
            until: None,
        }),
    }
}

/// For the one id that the file's revision needs.
struct Sevens;

impl Chance for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// An office whose settings are in its database, as staff can revise them.
pub async fn settled(store: Store, limits: bool) -> Office {
    settled_in(store, city(), limits).await
}

/// The same in another city.
pub async fn settled_in(store: Store, city: Municipality, limits: bool) -> Office {
    let office = office_of(store, city.clone(), limits);
    let desk = &office.desk;
    settings::append(&desk.store, &desk.keys, &city, "seed", desk.now(), &Sevens)
        .await
        .expect("the file");
    office
}
