//! How jobs and answers cross the pipe: two lengths, a head in JSON, a body of bytes.
use domain::picture::PictureError;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{self, ErrorKind, Read, Write};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The longest head or body: far more than any honest one.
const LONGEST: u32 = 64 * 1024 * 1024;

/// What the child is asked to do; the body is what it is done with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum Job {
    /// The body is a file as it was sent.
    Picture,
    /// The body is a spreadsheet, to become at most so many rows.
    Rows { most: usize },
    /// The body is a document in JSON, to become a PDF.
    Pdf,
    /// The body is a document in JSON, to become a picture so many pixels wide.
    Png { width: u32 },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// The body is the photo, and after `jpeg` bytes its thumbnail.
    Picture {
        jpeg: usize,
        width: u32,
        height: u32,
    },
    NotAPicture {
        error: PictureError,
    },
    /// The body is the rows in JSON.
    Rows,
    NoRows,
    /// The body is the file.
    Printed,
    NotPrinted {
        why: String,
    },
}

/// An answer and what the child has needed so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub answer: Answer,
    /// The most memory the child ever held, in bytes.
    pub peak: u64,
}

/// A head and its body, as they cross the pipe.
fn lengths(head: &[u8], body: &[u8]) -> io::Result<[u8; 8]> {
    let length = |bytes: &[u8]| {
        u32::try_from(bytes.len())
            .ok()
            .filter(|length| *length <= LONGEST)
            .ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "too long for a frame"))
    };
    let (head, body) = (u64::from(length(head)?), u64::from(length(body)?));
    Ok((head << 32 | body).to_le_bytes())
}

fn sizes(lengths: [u8; 8]) -> io::Result<(usize, usize)> {
    let lengths = u64::from_le_bytes(lengths);
    let half = |lengths: u64| u32::try_from(lengths & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    let (head, body) = (half(lengths >> 32), half(lengths));
    if head > LONGEST || body > LONGEST {
        return Err(io::Error::new(
            ErrorKind::InvalidData,
            "a frame is too long",
        ));
    }
    let size = |length: u32| usize::try_from(length).unwrap_or(usize::MAX);
    Ok((size(head), size(body)))
}

fn invalid(error: serde_json::Error) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}

/// Writes one frame; for the child.
pub fn write(out: &mut impl Write, head: &impl Serialize, body: &[u8]) -> io::Result<()> {
    let head = serde_json::to_vec(head).map_err(invalid)?;
    out.write_all(&lengths(&head, body)?)?;
    out.write_all(&head)?;
    out.write_all(body)?;
    out.flush()
}

/// Reads one frame; `None` at the end of the pipe. For the child.
pub fn read<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<(T, Vec<u8>)>> {
    let mut lengths = [0; 8];
    match input.read_exact(&mut lengths) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let (head, body) = sizes(lengths)?;
    let (mut head, mut body) = (vec![0; head], vec![0; body]);
    input.read_exact(&mut head)?;
    input.read_exact(&mut body)?;
    Ok(Some((
        serde_json::from_slice(&head).map_err(invalid)?,
        body,
    )))
}

/// Writes one frame; for the server.
pub async fn send(
    out: &mut (impl AsyncWrite + Unpin),
    head: &impl Serialize,
    body: &[u8],
) -> io::Result<()> {
    let head = serde_json::to_vec(head).map_err(invalid)?;
    out.write_all(&lengths(&head, body)?).await?;
    out.write_all(&head).await?;
    out.write_all(body).await?;
    out.flush().await
}

/// Reads one frame; for the server.
pub async fn receive<T: DeserializeOwned>(
    input: &mut (impl AsyncRead + Unpin),
) -> io::Result<(T, Vec<u8>)> {
    let mut lengths = [0; 8];
    input.read_exact(&mut lengths).await?;
    let (head, body) = sizes(lengths)?;
    let (mut head, mut body) = (vec![0; head], vec![0; body]);
    input.read_exact(&mut head).await?;
    input.read_exact(&mut body).await?;
    Ok((serde_json::from_slice(&head).map_err(invalid)?, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_the_end_is_the_end() {
        let mut pipe = Vec::new();
        write(&mut pipe, &Job::Picture, b"bytes").unwrap();
        write(&mut pipe, &Job::Picture, b"").unwrap();
        let mut input = &pipe[..];
        let one = read::<Job>(&mut input).unwrap();
        assert_eq!(one, Some((Job::Picture, b"bytes".to_vec())));
        assert!(read::<Job>(&mut input).unwrap().is_some());
        assert!(read::<Job>(&mut input).unwrap().is_none());
        assert!(read::<Job>(&mut &pipe[..12]).is_err(), "cut in the middle");
        assert!(read::<Job>(&mut &[0xff; 8][..]).is_err(), "too long");
    }
}
