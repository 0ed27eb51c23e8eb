//! Everything that is printed: a [`Document`] becomes a PDF or pictures of its pages, by one Typst template.
//!
//! It is slow to build and takes memory to run: only the worker process holds a [`Press`].
mod code;
mod words;
mod world;

pub use code::modules;
pub use words::{Run, runs};

use domain::document::Document;
use serde_json::{Value, json};
use typst::diag::SourceDiagnostic;
use typst::foundations::Smart;
use typst::layout::Abs;
use typst::visualize::Color;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};
use typst_render::RenderOptions;
use world::{Fonts, Sheet};

/// The widest picture, in pixels.
pub const WIDTH_MAX: u32 = 2400;

/// Why something could not be printed. Nothing of the document is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    /// The template refused; its own words say where.
    #[error("the document could not be set: {0}")]
    Set(String),
    /// The pages could not be written as a file.
    #[error("the pages could not be written: {0}")]
    Write(String),
}

/// Fonts and template, loaded once. Printing the second document is far quicker than the first.
#[derive(Debug)]
pub struct Press {
    fonts: Fonts,
}

impl Default for Press {
    fn default() -> Self {
        Self::new()
    }
}

impl Press {
    pub fn new() -> Self {
        Self {
            fonts: Fonts::load(),
        }
    }

    /// A tagged PDF/A with its title and language, the same bytes for the same document.
    pub fn pdf(&self, document: &Document) -> Result<Vec<u8>, PrintError> {
        let pages = self.set(document)?;
        let options = |standards| PdfOptions {
            creator: Smart::Custom(Some("Sala".to_owned())),
            standards,
            ..PdfOptions::default()
        };
        let archival = PdfStandards::new(&[PdfStandard::A_2b])
            .map_err(|why| PrintError::Write(why.message().to_string()))?;
        // A name may hold a letter that no font here draws: an archive's rules refuse that, a reader copies it.
        typst_pdf::pdf(&pages, &options(archival))
            .or_else(|_| typst_pdf::pdf(&pages, &options(PdfStandards::default())))
            .map_err(|errors| PrintError::Write(said(&errors)))
    }

    /// All pages one under the other as a PNG so many pixels wide, for a phone to keep.
    pub fn picture(&self, document: &Document, width: u32) -> Result<Vec<u8>, PrintError> {
        let pages = self.set(document)?;
        let wide = pages
            .pages()
            .iter()
            .map(|page| page.frame.width().to_pt())
            .fold(1.0, f64::max);
        let options = RenderOptions {
            pixel_per_pt: (f64::from(width.clamp(1, WIDTH_MAX)) / wide).into(),
            render_bleed: false,
        };
        let merged =
            typst_render::render_merged(&pages, &options, Abs::pt(12.0), Some(Color::BLACK));
        merged
            .encode_png()
            .map_err(|why| PrintError::Write(why.to_string()))
    }

    fn set(&self, document: &Document) -> Result<PagedDocument, PrintError> {
        let sheet = Sheet::new(&self.fonts, data(document).to_string(), codes(document));
        let set = typst::compile::<PagedDocument>(&sheet).output;
        // What one document leaves in the cache helps the next only where it is the template's.
        typst::comemo::evict(3);
        set.map_err(|errors| PrintError::Set(said(&errors)))
    }
}

fn said(errors: &[SourceDiagnostic]) -> String {
    let said: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    said.join("; ")
}

/// The document as the template reads it: its own words in runs, so that no word is broken; data, never source.
fn data(document: &Document) -> Value {
    use domain::document::Block;
    let lang = document.lang;
    let text = |text: &str| json!(runs(text));
    let maybe = |text: Option<String>| text.map(|text| json!(runs(&text)));
    let cells = |rows: &[Vec<String>]| -> Vec<Vec<Value>> {
        rows.iter()
            .map(|row| row.iter().map(|cell| text(cell)).collect())
            .collect()
    };
    let block = |block: &Block| match block {
        Block::Heading { text: words } => json!({ "is": "heading", "text": text(words) }),
        Block::Paragraph { text: words } => json!({ "is": "paragraph", "text": text(words) }),
        Block::Notice { text: words } => json!({ "is": "notice", "text": text(words) }),
        Block::Facts { rows } => json!({
            "is": "facts",
            "rows": rows.iter().map(|row| [text(&row.label), text(&row.value)]).collect::<Vec<_>>(),
        }),
        Block::List { items } => json!({
            "is": "list",
            "items": items.iter().map(|item| text(item)).collect::<Vec<_>>(),
        }),
        Block::Table(table) => json!({
            "is": "table",
            "caption": table.caption,
            "columns": table.columns.iter().map(|column| json!({
                "title": text(&column.title),
                "align": column.align,
                "share": column.share.max(1),
            })).collect::<Vec<_>>(),
            "rows": cells(&table.rows),
            "totals": cells(&table.totals),
        }),
    };
    let head = &document.letterhead;
    json!({
        "lang": lang.tag(),
        "wide": document.kind.is_landscape(),
        "heading": document.title,
        "author": head.municipality,
        "date": document.date.to_string(),
        "municipality": text(&head.municipality),
        "division": text(&head.division),
        "address": text(&head.address),
        "number": maybe(document.number_words()),
        "dated": text(&document.date_words()),
        "reference": maybe(document.reference_words()),
        "title": text(&document.title),
        "subtitle": maybe(document.subtitle.clone()),
        "addressee": maybe(document.addressee_words()),
        "blocks": document.blocks.iter().map(block).collect::<Vec<_>>(),
        "signature": document.signature.as_ref().map(|signature| json!({
            "mark": text(&signature.mark_words(lang)),
            "name": text(&format!("({})", signature.name)),
            "position": text(&signature.position),
            "authority": maybe(signature.authority.clone()),
        })),
        "codes": document.codes.iter().map(|code| json!({
            "caption": text(&code.caption),
            "alt": code.caption,
        })).collect::<Vec<_>>(),
        "copies": maybe(document.copies_words()),
        "contact": text(&document.contact_words()),
        "sample": maybe(document.sample_note.clone()),
        "page": lang.t("หน้า", "Page"),
        "of": lang.t("จาก", "of"),
        "running": document.reference_words().or_else(|| document.subtitle.clone()),
    })
}

/// A drawing of every code.
fn codes(document: &Document) -> Vec<String> {
    let drawn = document.codes.iter().map(|code| code::svg(&code.payload));
    drawn.map(Option::unwrap_or_default).collect()
}
