//! The slip as a picture: drawn as SVG, rendered to PNG with the site's own typeface.
use crate::qr;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};
use std::fmt::Write;
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// Pixels: as wide as most phones' screens.
pub const WIDTH: u32 = 1080;

const MARGIN: u32 = 80;
const QR: u32 = 460;
/// Where the QR begins.
const TOP: u32 = 470;
/// Below this width text shrinks no further.
const SMALLEST: f64 = 26.0;

/// Each picture takes some megabytes and tens of milliseconds: a few at a time.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// What stands on the slip. No name: a picture is passed on.
#[derive(Clone, Debug)]
pub struct Slip {
    pub city: String,
    pub title: String,
    /// Above the reference.
    pub label: String,
    /// In groups of four.
    pub reference: String,
    /// What the QR leads to.
    pub address: String,
    /// Beside the QR.
    pub scan: String,
    /// Name and words, in order.
    pub facts: Vec<(String, String)>,
    pub note: String,
}

/// The picture's height in pixels.
pub fn height(slip: &Slip) -> u32 {
    let facts = u32::try_from(slip.facts.len()).unwrap_or(0);
    TOP + QR + 90 + facts * 145 + 165
}

/// The picture, off the threads that answer.
pub async fn png(slip: Slip) -> Result<Vec<u8>, String> {
    let _turn = AT_ONCE.acquire().await.map_err(|error| error.to_string())?;
    tokio::task::spawn_blocking(move || render(&slip))
        .await
        .map_err(|error| error.to_string())?
}

fn render(slip: &Slip) -> Result<Vec<u8>, String> {
    let options = Options {
        fontdb: fonts(),
        font_family: "Sarabun".to_owned(),
        ..Options::default()
    };
    let tree = Tree::from_str(&svg(slip), &options).map_err(|error| error.to_string())?;
    let mut pixmap = Pixmap::new(WIDTH, height(slip)).ok_or("the picture is too large")?;
    resvg::render(&tree, Transform::identity(), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| error.to_string())
}

fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(
            include_bytes!("../../server/assets/fonts/Sarabun_400Regular.ttf").to_vec(),
        );
        fonts.load_font_data(
            include_bytes!("../../server/assets/fonts/Sarabun_600SemiBold.ttf").to_vec(),
        );
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(load))
}

fn svg(slip: &Slip) -> String {
    let (height, middle) = (height(slip), WIDTH / 2);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" font-family=\"Sarabun\">\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/><rect width=\"{WIDTH}\" height=\"16\" fill=\"#17504f\"/>"
    );
    let room = f64::from(WIDTH - 2 * MARGIN);
    let mut text = |x: u32, y: u32, size: f64, look: &str, words: &str| {
        let size = fitting(words, size, room);
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size:.1}\" {look}>{}</text>",
            escape(words)
        );
    };
    let (soft, bold) = ("fill=\"#545d6b\"", "fill=\"#1d2430\" font-weight=\"600\"");
    text(MARGIN, 105, 46.0, soft, &slip.city);
    text(MARGIN, 200, 66.0, bold, &slip.title);
    text(MARGIN, 300, 44.0, soft, &slip.label);
    text(MARGIN, 405, 108.0, bold, &slip.reference);
    let mut y = TOP + QR + 45;
    text(
        middle,
        y,
        44.0,
        "fill=\"#545d6b\" text-anchor=\"middle\"",
        &slip.scan,
    );
    for (name, words) in &slip.facts {
        y += 85;
        text(MARGIN, y, 40.0, soft, name);
        y += 60;
        text(MARGIN, y, 50.0, bold, words);
    }
    text(MARGIN, y + 115, 40.0, soft, &slip.note);
    draw_qr(&mut out, &slip.address, (WIDTH - QR) / 2, TOP);
    out.push_str("</svg>");
    out
}

fn draw_qr(out: &mut String, address: &str, x: u32, y: u32) {
    let Some(rows) = qr::modules(address) else {
        return;
    };
    // Four modules of quiet around the code; whole pixels, so that edges are sharp.
    let across = u32::try_from(rows.len()).unwrap_or(1) + 8;
    let size = (QR / across).max(1);
    let indent = (QR - size * across) / 2 + 4 * size;
    out.push_str("<path fill=\"#000\" d=\"");
    for (row, top) in rows.iter().zip((0..).map(|n| y + indent + n * size)) {
        for (_, left) in row
            .iter()
            .zip((0..).map(|n| x + indent + n * size))
            .filter(|(dark, _)| **dark)
        {
            let _ = write!(out, "M{left} {top}h{size}v{size}h-{size}z");
        }
    }
    out.push_str("\"/>");
}

/// The size at which a line fits, by what letters of this typeface take on average.
fn fitting(words: &str, size: f64, room: f64) -> f64 {
    const EM: f64 = 0.52;
    let wide = words.chars().filter(|c| !above_or_below(*c)).count();
    let Ok(wide) = u32::try_from(wide) else {
        return SMALLEST;
    };
    let needed = f64::from(wide) * EM * size;
    if needed <= room {
        size
    } else {
        (size * room / needed).max(SMALLEST)
    }
}

/// Thai vowel signs and tone marks that take no room of their own.
fn above_or_below(c: char) -> bool {
    matches!(c, '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}')
}

fn escape(words: &str) -> String {
    words
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slip() -> Slip {
        Slip {
            city: "เทศบาลนครตรัง".to_owned(),
            title: "ใบรับคำขอใช้ฌาปนสถาน".to_owned(),
            label: "เลขที่คำขอ".to_owned(),
            reference: "4839 2017 5567".to_owned(),
            address: "https://example.org/track?n=483920175567".to_owned(),
            scan: "สแกนเพื่อติดตามคำขอ".to_owned(),
            facts: vec![
                (
                    "ศาลา".to_owned(),
                    "ศาลา 1 จำนวน 2 คืน คืนวันที่ 23 พ.ย. ถึง 24 พ.ย.".to_owned(),
                ),
                (
                    "ฌาปนกิจ".to_owned(),
                    "วันพุธที่ 25 พฤศจิกายน 2569 เวลา 13.00 น.".to_owned(),
                ),
                (
                    "โทร".to_owned(),
                    "075-000-001 ทุกวัน 08.00–20.00 น. ไม่เว้นวันหยุดราชการ (ตัวอย่าง)".to_owned(),
                ),
            ],
            note: "ใบนี้แสดงว่าได้รับคำขอแล้ว ยังไม่ใช่ใบอนุญาต".to_owned(),
        }
    }

    #[test]
    fn a_slip_becomes_a_picture_of_its_size() {
        let bytes = render(&slip()).expect("a picture");
        if let Ok(path) = std::env::var("SALA_SLIP") {
            std::fs::write(path, &bytes).expect("written");
        }
        let picture = Pixmap::decode_png(&bytes).expect("a PNG");
        assert_eq!(
            (picture.width(), picture.height()),
            (WIDTH, height(&slip()))
        );
        assert!(bytes.len() < 200_000, "{}", bytes.len());
    }

    #[test]
    fn what_stands_on_it_cannot_break_the_drawing() {
        let drawn = svg(&Slip {
            title: "<b>&".to_owned(),
            ..slip()
        });
        assert!(drawn.contains("&lt;b&gt;&amp;"), "{drawn}");
    }

    #[test]
    fn a_long_line_is_set_smaller() {
        assert!((fitting("สั้น", 44.0, 920.0) - 44.0).abs() < f64::EPSILON);
        assert!(fitting(&"ก".repeat(60), 44.0, 920.0) < 44.0);
        assert!((fitting(&"ก".repeat(600), 44.0, 920.0) - SMALLEST).abs() < f64::EPSILON);
    }
}
