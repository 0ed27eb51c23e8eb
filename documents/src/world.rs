//! What Typst may see: one template, one data file, the drawings of codes, and the fonts of this folder. Nothing else
//! can be read: no file system, no network, no packages, no clock.
use std::fmt;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

const TEMPLATE: &str = include_str!("../template/document.typ");

/// Looked through in this order for every letter: Thai and Latin first, then signs and pictures in names.
const FONTS: [&[u8]; 3] = [
    include_bytes!("../fonts/SalaSarabun-Regular.ttf"),
    include_bytes!("../fonts/SalaSarabun-Bold.ttf"),
    include_bytes!("../fonts/NotoEmoji-Regular.ttf"),
];

/// Fonts, their index, Typst's library and the template: what every sheet shares.
pub struct Fonts {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    faces: Vec<Font>,
    template: Source,
}

impl fmt::Debug for Fonts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.faces.iter().map(|font| &font.info().family);
        out.debug_list().entries(names).finish()
    }
}

impl Fonts {
    pub fn load() -> Self {
        let faces: Vec<Font> = FONTS
            .into_iter()
            .filter_map(|bytes| Font::new(Bytes::new(bytes), 0))
            .collect();
        Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&faces)),
            faces,
            template: Source::new(file("document.typ"), TEMPLATE.to_owned()),
        }
    }
}

/// One document being set.
pub struct Sheet<'a> {
    shared: &'a Fonts,
    data: Bytes,
    codes: Vec<Bytes>,
}

impl<'a> Sheet<'a> {
    pub fn new(shared: &'a Fonts, data: String, codes: Vec<String>) -> Self {
        Self {
            shared,
            data: Bytes::from_string(data),
            codes: codes.into_iter().map(Bytes::from_string).collect(),
        }
    }
}

impl World for Sheet<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.shared.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.shared.book
    }

    fn main(&self) -> FileId {
        self.shared.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main() {
            Ok(self.shared.template.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == file("data.json") {
            return Ok(self.data.clone());
        }
        (0..)
            .zip(&self.codes)
            .find(|(n, _)| id == file(&format!("code-{n}.svg")))
            .map(|(_, code)| code.clone())
            .ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.shared.faces.get(index).cloned()
    }

    /// Dates are part of the document.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn file(name: &str) -> FileId {
    #[expect(clippy::expect_used, reason = "the names are this module's own")]
    let path = VirtualPath::new(name).expect("a plain name");
    FileId::new(RootedPath::new(VirtualRoot::Project, path))
}
