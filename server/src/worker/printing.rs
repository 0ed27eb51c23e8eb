//! A document becomes a file: fonts and template are loaded once, with the first.
use documents::{Press, PrintError};
use domain::document::Document;
use std::sync::LazyLock;

static PRESS: LazyLock<Press> = LazyLock::new(Press::new);

/// The PDF of a document in JSON, or why there is none.
pub fn pdf(document: &[u8]) -> Result<Vec<u8>, String> {
    print(document, |document| PRESS.pdf(document))
}

/// The picture of a document in JSON, or why there is none.
pub fn png(document: &[u8], width: u32) -> Result<Vec<u8>, String> {
    print(document, |document| PRESS.picture(document, width))
}

fn print(
    document: &[u8],
    how: impl Fn(&Document) -> Result<Vec<u8>, PrintError>,
) -> Result<Vec<u8>, String> {
    let document: Document = serde_json::from_slice(document).map_err(|why| why.to_string())?;
    how(&document).map_err(|why| why.to_string())
}
