//! Work that is done in a process of its own, with its own memory limit: decoding what strangers send, and printing.
//!
//! `server` starts `sala worker` for it; tests have one that does the least.
use crate::{Desk, Result};
use domain::document::Document;
use domain::picture::PictureError;
use std::future::Future;
use std::pin::Pin;

/// What a piece of work becomes.
pub type Work<'a, T> =
    Pin<Box<dyn Future<Output = std::result::Result<T, WorkshopError>> + Send + 'a>>;

/// A photo made safe: decoded, turned upright, scaled, encoded again without anything it carried besides.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// JPEG, at most 2,000 points on its longest side.
    pub jpeg: Vec<u8>,
    /// JPEG, too small to be read: for lists.
    pub thumbnail: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Picture")
            .field("bytes", &self.jpeg.len())
            .field("width", &self.width)
            .field("height", &self.height)
            .finish_non_exhaustive()
    }
}

/// Why no work was done. The work itself has answers of its own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkshopError {
    #[error("too much work waits already")]
    Busy,
    #[error("no workshop is set up")]
    NotSet,
    #[error("the workshop failed: {0}")]
    Failed(String),
}

/// Where work is done.
pub trait Workshop: Send + Sync {
    /// Makes a photo safe, or says why it is none.
    fn picture(&self, bytes: Vec<u8>) -> Work<'_, std::result::Result<Picture, PictureError>>;

    /// The first sheet of a spreadsheet as rows of text, at most so many; `None` when it cannot be read.
    fn rows(&self, bytes: Vec<u8>, most: usize) -> Work<'_, Option<Vec<Vec<String>>>>;

    /// Prints a document as a PDF, the same bytes for the same document.
    fn pdf(&self, document: Document) -> Work<'_, Vec<u8>>;

    /// Draws its pages, one under the other, as a PNG so many pixels wide.
    fn png(&self, document: Document, width: u32) -> Work<'_, Vec<u8>>;
}

impl Desk {
    /// Where work is done.
    pub fn workshop(&self) -> Result<&dyn Workshop> {
        let workshop = self.workshop.as_deref();
        Ok(workshop.ok_or(WorkshopError::NotSet)?)
    }
}
