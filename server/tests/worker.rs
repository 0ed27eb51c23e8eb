//! The worker process: photos made safe, hostile files refused, and a pool that outlives its children.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]
mod photos;

use desk::workshop::{Picture, Workshop, WorkshopError};
use domain::document::{Block, Document, Kind};
use domain::form::Lang;
use domain::picture::{LARGEST_FILE, PictureError};
use image::{DynamicImage, ImageFormat, RgbImage};
use photos::{enormous_png, photo, turned_with_gps};
use proptest::prelude::*;
use server::worker::{Pool, picture};
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

fn pool() -> Pool {
    Pool::new(env!("CARGO_BIN_EXE_sala").into())
}

fn opened(picture: &Picture) -> RgbImage {
    image::load_from_memory_with_format(&picture.jpeg, ImageFormat::Jpeg)
        .unwrap()
        .to_rgb8()
}

#[tokio::test]
async fn a_photo_is_turned_upright_and_carries_nothing_but_its_points() {
    let pool = pool();
    let made = pool.picture(turned_with_gps()).await.unwrap().unwrap();
    // 400 by 200, turned clockwise: what was left is up.
    assert_eq!((made.width, made.height), (200, 400));
    let upright = opened(&made);
    assert!(upright.get_pixel(100, 20)[0] > 150 && upright.get_pixel(100, 380)[2] > 150);
    for carried in [&b"Exif"[..], b"GPS"] {
        let found = |bytes: &[u8]| bytes.windows(carried.len()).any(|window| window == carried);
        assert!(!found(&made.jpeg) && !found(&made.thumbnail));
    }
}

#[tokio::test]
async fn large_photos_become_smaller_and_other_kinds_become_jpeg() {
    let pool = pool();
    for (bytes, size) in [
        (photo(4000, 3000, ImageFormat::Jpeg), (2000, 1500)),
        (photo(300, 200, ImageFormat::Png), (300, 200)),
        (photo(300, 200, ImageFormat::WebP), (300, 200)),
    ] {
        let made = pool.picture(bytes).await.unwrap().unwrap();
        assert_eq!((made.width, made.height), size);
        assert_eq!(opened(&made).dimensions(), size);
        assert!(made.thumbnail.len() < 8 * 1024);
    }
    // What was transparent is paper, not ink.
    let mut clear = Cursor::new(Vec::new());
    DynamicImage::new_rgba8(200, 200)
        .write_to(&mut clear, ImageFormat::Png)
        .unwrap();
    let made = pool.picture(clear.into_inner()).await.unwrap().unwrap();
    assert!(opened(&made).get_pixel(4, 4)[0] > 250);
}

#[tokio::test]
async fn hostile_files_are_refused_in_words() {
    let pool = pool();
    let whole = photo(800, 600, ImageFormat::Png);
    let html = b"<!doctype html><script>alert(document.cookie)</script>".to_vec();
    // Starts as a photo, is a page: only the points come along, and there are none.
    let polyglot = [&b"\xff\xd8\xff\xe0"[..], &html].concat();
    let mut behind = photo(240, 240, ImageFormat::Jpeg);
    behind.extend(&html);
    for (what, bytes, expected) in [
        ("empty", Vec::new(), PictureError::Empty),
        ("html named .jpg", html.clone(), PictureError::NotPicture),
        ("html after a mark", polyglot, PictureError::Damaged),
        ("enormous", enormous_png(), PictureError::TooManyPoints),
        (
            "one point",
            photo(1, 1, ImageFormat::Png),
            PictureError::TooSmall,
        ),
        (
            "an album's copy",
            photo(320, 180, ImageFormat::Jpeg),
            PictureError::TooSmall,
        ),
        (
            "cut short",
            whole[..whole.len() / 2].to_vec(),
            PictureError::Damaged,
        ),
        (
            "too large",
            vec![0xff; LARGEST_FILE + 1],
            PictureError::TooLarge,
        ),
        ("pdf", b"%PDF-1.4\n".to_vec(), PictureError::Pdf),
        (
            "heic",
            b"\0\0\0\x18ftypheic\0\0".to_vec(),
            PictureError::Heic,
        ),
        (
            "gif",
            b"GIF89a\x01\0\x01\0".to_vec(),
            PictureError::Animated,
        ),
    ] {
        assert_eq!(pool.picture(bytes).await.unwrap(), Err(expected), "{what}");
    }
    // A page behind a photo is left behind.
    let made = pool.picture(behind).await.unwrap().unwrap();
    assert!(!made.jpeg.windows(7).any(|window| window == b"doctype"));
}

#[tokio::test]
async fn a_child_that_is_lost_is_replaced_and_its_memory_is_known() {
    use std::os::unix::fs::PermissionsExt;
    // Notes its process id, then is the worker.
    let folder = std::env::temp_dir().join(format!("sala_worker_{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (program, note) = (folder.join("sala"), folder.join("pid"));
    let sala = env!("CARGO_BIN_EXE_sala");
    let script = format!(
        "#!/bin/sh\necho $$ > {}\nexec {sala} \"$@\"\n",
        note.display()
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();

    let peak = Arc::new(AtomicU64::new(0));
    let pool = Pool::new(program).measured(&peak);
    let bytes = photo(640, 480, ImageFormat::Jpeg);
    assert!(pool.picture(bytes.clone()).await.unwrap().is_ok());
    assert!(peak.load(Ordering::Relaxed) > 1024 * 1024);
    let first = std::fs::read_to_string(&note).unwrap();
    let killed = std::process::Command::new("kill")
        .args(["-9", first.trim()])
        .status();
    assert!(killed.unwrap().success());
    assert!(pool.picture(bytes).await.unwrap().is_ok());
    assert_ne!(first, std::fs::read_to_string(&note).unwrap());
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn many_at_once_queue_and_too_many_are_told_to_come_back() {
    let pool = Arc::new(pool());
    let bytes = photo(3000, 2000, ImageFormat::Jpeg);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let (pool, bytes) = (Arc::clone(&pool), bytes.clone());
        tasks.spawn(async move { pool.picture(bytes).await });
    }
    let outcomes = tasks.join_all().await;
    let busy = outcomes
        .iter()
        .filter(|outcome| **outcome == Err(WorkshopError::Busy))
        .count();
    let done = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(Ok(_))))
        .count();
    assert_eq!((done >= 16, done + busy), (true, 40));
}

#[tokio::test]
async fn a_worker_that_cannot_start_or_does_not_end_is_an_outage_or_a_damaged_photo() {
    let gone = Pool::new("/nowhere/sala".into());
    let bytes = photo(8, 8, ImageFormat::Jpeg);
    assert!(matches!(
        gone.picture(bytes.clone()).await,
        Err(WorkshopError::Failed(_))
    ));
    let slow = pool().within(Duration::ZERO);
    assert_eq!(slow.picture(bytes).await, Ok(Err(PictureError::Damaged)));
}

proptest! {
    /// In this process: a panic would end the test.
    #[test]
    fn no_bytes_fell_the_decoder(kind in 0..4_usize, at in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..40), cut in any::<prop::sample::Index>()) {
        let mut bytes = match kind {
            0 => photo(240, 200, ImageFormat::Jpeg),
            1 => photo(240, 200, ImageFormat::Png),
            2 => photo(240, 200, ImageFormat::WebP),
            _ => turned_with_gps(),
        };
        for (index, value) in at {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        let cut = bytes.len() / 2 + cut.index(bytes.len() / 2 + 1);
        bytes.truncate(cut);
        if let Ok(made) = picture::make_safe(bytes) {
            prop_assert!(made.width > 0 && made.height > 0 && made.width <= 2000 && made.height <= 2000);
        }
    }

    #[test]
    fn no_bytes_at_all_fell_it(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(picture::make_safe(bytes).is_err());
    }
}

#[tokio::test]
async fn a_document_is_printed_in_the_child_within_its_memory() {
    let peak = Arc::new(AtomicU64::new(0));
    let pool = pool().measured(&peak);
    let municipality = toml::from_str(include_str!("../../config/trang.toml")).unwrap();
    let date = "2026-11-24".parse().unwrap();
    let mut letter = Document::new(Kind::Permit, Lang::Th, &municipality, date);
    letter.blocks = vec![Block::paragraph("เทศบาลนครตรังอนุญาต")];
    let pdf = pool.pdf(letter.clone()).await.unwrap();
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 10_000);
    let png = pool.png(letter, 1080).await.unwrap();
    assert!(png.starts_with(b"\x89PNG"));
    let megabytes = peak.load(Ordering::Relaxed) / 1024 / 1024;
    assert!((1..600).contains(&megabytes), "{megabytes} MB");
}

/// A file of an archive: its name, method, bytes as packed, and how many they say they become.
type Packed<'a> = (&'a str, u16, Vec<u8>, usize);

/// An archive as it stands in the books, with the sizes it is told to claim.
fn archive(files: &[Packed<'_>]) -> Vec<u8> {
    let short = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, method, bytes, unpacked) in files {
        let mut head = [20_u16.to_le_bytes(), [0, 0], method.to_le_bytes()].concat();
        head.extend([0; 8]);
        head.extend(short(bytes.len()));
        head.extend(short(*unpacked));
        head.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        head.extend([0, 0]);
        directory.extend([b"PK\x01\x02\x14\0".as_slice(), &head, &[0; 10]].concat());
        directory.extend(short(out.len()));
        directory.extend(name.as_bytes());
        out.extend([b"PK\x03\x04".as_slice(), &head, name.as_bytes(), bytes].concat());
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let (at, long) = (short(out.len()), short(directory.len()));
    out.extend(directory);
    out.extend(
        [
            b"PK\x05\x06\0\0\0\0".as_slice(),
            &count,
            &count,
            &long,
            &at,
            &[0, 0],
        ]
        .concat(),
    );
    out
}

/// A workbook whose first sheet is this, and whose texts are packed as given.
fn workbook(sheet: &str, texts: (u16, Vec<u8>, usize)) -> Vec<u8> {
    const OF: &str = "http://schemas.openxmlformats.org";
    let book = format!(
        "<workbook xmlns=\"{OF}/spreadsheetml/2006/main\" xmlns:r=\"{OF}/officeDocument/2006/relationships\">\
         <sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let relations = format!(
        "<Relationships xmlns=\"{OF}/package/2006/relationships\"><Relationship Id=\"r1\" \
         Type=\"{OF}/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let package = relations
        .replace("worksheets/sheet1.xml", "xl/workbook.xml")
        .replace("relationships/worksheet", "relationships/officeDocument");
    let plain = |name, text: &str| (name, 0, text.as_bytes().to_vec(), text.len());
    archive(&[
        plain("_rels/.rels", &package),
        plain("xl/workbook.xml", &book),
        plain("xl/_rels/workbook.xml.rels", &relations),
        plain("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", texts.0, texts.1, texts.2),
    ])
}

const NO_TEXTS: &[u8] = b"<sst></sst>";

/// Nine hundred megabytes of one letter in one megabyte: each piece unpacks on its own.
fn bomb() -> (u16, Vec<u8>, usize) {
    let piece = |bytes: &[u8]| {
        let mut packer = flate2::Compress::new(flate2::Compression::best(), false);
        let mut out = Vec::with_capacity(bytes.len() + 64);
        let flush = flate2::FlushCompress::Sync;
        packer.compress_vec(bytes, &mut out, flush).unwrap();
        out
    };
    let mut packed = piece(b"<sst><si><t>");
    let megabyte = piece(&vec![b'a'; 1 << 20]);
    for _ in 0..900 {
        packed.extend(&megabyte);
    }
    packed.extend([3, 0]);
    (8, packed, 900 << 20)
}

#[tokio::test]
async fn a_spreadsheet_that_unfolds_to_a_gigabyte_fells_a_child_and_nothing_else() {
    let pool = pool();
    let row = "<row r=\"1\"><c r=\"A1\"><v>7</v></c></row>";
    let sheet = |rows: &str| format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    let none = || (0, NO_TEXTS.to_vec(), NO_TEXTS.len());
    let honest = workbook(&sheet(row), none());
    assert_eq!(
        pool.rows(honest.clone(), 10).await,
        Ok(Some(vec![vec!["7".to_owned()]]))
    );

    let large = workbook(&sheet(row), bomb());
    assert!(large.len() < desk::bank::MOST.bytes(), "{}", large.len());
    assert_eq!(pool.rows(large, 10).await, Ok(None));

    // Two cells at opposite corners are two cells, not a table of seventeen thousand million.
    let far = "<row r=\"1048576\"><c r=\"XFD1048576\"><v>8</v></c></row>";
    let corners = workbook(&sheet(&format!("{row}{far}")), none());
    let read = pool.rows(corners, 20_000).await.unwrap().unwrap();
    assert_eq!(read, [["7"]]);

    assert!(
        pool.rows(honest, 10).await.unwrap().is_some(),
        "and goes on"
    );
}
