//! Photos of papers: what a file is by its content, never by its name, and why one is not taken.
use crate::form::Text;
use serde::{Deserialize, Serialize};

/// The largest file that is taken: 8 MB, as phones make photos.
pub const LARGEST_FILE: usize = 8 * 1024 * 1024;
/// The largest number of points that is decoded: the largest phones make 50 million.
pub const MOST_POINTS: u64 = 52_000_000;
/// The longest side that is decoded.
pub const LONGEST_SIDE: u32 = 20_000;

/// The shortest side that is taken. A page has some sixty lines: with fewer points than this, three for a line, nobody
/// reads it. Such files are the small copies that chats and albums show; whether a larger one can be read, an officer says.
pub const SHORTEST_SIDE: u32 = 200;

/// What can be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Jpeg,
    Png,
    Webp,
}

/// Why a file is not taken; each says what to send instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum PictureError {
    #[error("no file was chosen, or it is empty")]
    Empty,
    #[error("the file is larger than 8 MB")]
    TooLarge,
    #[error("a PDF is not taken")]
    Pdf,
    #[error("a HEIC or AVIF photo is not taken")]
    Heic,
    #[error("a moving picture is not taken")]
    Animated,
    #[error("the picture has too many points")]
    TooManyPoints,
    #[error("the picture is too small to be read")]
    TooSmall,
    #[error("the file is no photo")]
    NotPicture,
    #[error("the photo is damaged or came only in part")]
    Damaged,
}

impl PictureError {
    pub const ALL: [Self; 9] = [
        Self::Empty,
        Self::TooLarge,
        Self::Pdf,
        Self::Heic,
        Self::Animated,
        Self::TooManyPoints,
        Self::TooSmall,
        Self::NotPicture,
        Self::Damaged,
    ];

    /// The word of the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "file_empty",
            Self::TooLarge => "file_too_large",
            Self::Pdf => "file_pdf",
            Self::Heic => "file_heic",
            Self::Animated => "file_animated",
            Self::TooManyPoints => "file_too_many_points",
            Self::TooSmall => "file_too_small",
            Self::NotPicture => "file_not_picture",
            Self::Damaged => "file_damaged",
        }
    }

    /// What is the matter, and what to do.
    pub fn text(self) -> Text {
        match self {
            Self::Empty => Text::new(
                "ยังไม่ได้เลือกรูป หรือไฟล์ว่างเปล่า โปรดเลือกรูปอีกครั้ง",
                "No photo was chosen, or the file is empty. Choose the photo again.",
            ),
            Self::TooLarge => Text::new(
                "ไฟล์ใหญ่เกิน 8 MB โปรดถ่ายรูปใหม่ด้วยความละเอียดปกติ หรือส่งรูปเข้า LINE แล้วบันทึกกลับมา รูปจะเล็กลง",
                "The file is larger than 8 MB. Take the photo again at normal quality, or send it to yourself in a chat and save it: it becomes smaller.",
            ),
            Self::Pdf => Text::new(
                "ไฟล์นี้เป็น PDF ซึ่งยังรับไม่ได้ ถ่ายรูปหน้าจอหรือกระดาษแทนได้",
                "This is a PDF, which cannot be taken. A photo of the screen or of the paper will do.",
            ),
            Self::Heic => Text::new(
                "รูปนี้เป็นชนิด HEIC ของ iPhone ซึ่งยังรับไม่ได้ ถ่ายรูปหน้าจอของรูปนี้แล้วส่งแทนได้ หรือตั้งกล้องเป็น “เข้ากันได้มากที่สุด” แล้วถ่ายใหม่",
                "This photo is of the iPhone's HEIC kind, which cannot be taken. Send a screenshot of it instead, or set the camera to “Most Compatible” and take it again.",
            ),
            Self::Animated => Text::new(
                "ไฟล์นี้เป็นภาพเคลื่อนไหว โปรดส่งรูปถ่ายธรรมดา",
                "This is a moving picture. Send an ordinary photo.",
            ),
            Self::TooManyPoints => Text::new(
                "รูปนี้ละเอียดเกินไป โปรดถ่ายใหม่ด้วยความละเอียดปกติ หรือถ่ายรูปหน้าจอแทน",
                "This picture has too many points. Take it again at normal quality, or send a screenshot.",
            ),
            Self::TooSmall => Text::new(
                "รูปนี้เล็กเกินไป อ่านตัวหนังสือไม่ได้ โปรดถ่ายเอกสารใหม่ให้เต็มหน้าจอ หรือเลือกรูปต้นฉบับ",
                "This picture is too small to be read. Take the paper again so that it fills the screen, or choose the original photo.",
            ),
            Self::NotPicture => Text::new(
                "ไฟล์นี้ไม่ใช่รูปถ่าย โปรดส่งรูปถ่ายของเอกสาร (JPEG หรือ PNG)",
                "This file is no photo. Send a photo of the paper (JPEG or PNG).",
            ),
            Self::Damaged => Text::new(
                "รูปนี้เปิดไม่ได้ อาจเสียหรือส่งมาไม่ครบ โปรดถ่ายหรือเลือกรูปใหม่",
                "This photo cannot be opened: it may be damaged or have come only in part. Take or choose it again.",
            ),
        }
    }
}

/// What a file is, by its first bytes.
pub fn sniff(bytes: &[u8]) -> Result<Format, PictureError> {
    if bytes.is_empty() {
        return Err(PictureError::Empty);
    }
    if bytes.len() > LARGEST_FILE {
        return Err(PictureError::TooLarge);
    }
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Ok(Format::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok(Format::Png),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Ok(Format::Webp),
        [b'G', b'I', b'F', b'8', ..] => Err(PictureError::Animated),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] if is_heif(brand) => {
            Err(PictureError::Heic)
        }
        // Readers of PDF look for the mark in the first kilobyte.
        _ if bytes[..bytes.len().min(1024)]
            .windows(5)
            .any(|window| window == b"%PDF-") =>
        {
            Err(PictureError::Pdf)
        }
        _ => Err(PictureError::NotPicture),
    }
}

fn is_heif(brand: &[u8]) -> bool {
    const BRANDS: [&[u8]; 8] = [
        b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif",
    ];
    BRANDS.iter().any(|known| brand.starts_with(known))
}

/// Whether a picture of this size may be decoded: asked before a single point of it is.
pub fn check_size(width: u32, height: u32) -> Result<(), PictureError> {
    if width == 0 || height == 0 {
        return Err(PictureError::Damaged);
    }
    let points = u64::from(width) * u64::from(height);
    if width > LONGEST_SIDE || height > LONGEST_SIDE || points > MOST_POINTS {
        return Err(PictureError::TooManyPoints);
    }
    if width.min(height) < SHORTEST_SIDE {
        return Err(PictureError::TooSmall);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_content_says() {
        let cases: [(&[u8], Result<Format, PictureError>); 13] = [
            (b"\xff\xd8\xff\xe0JFIF", Ok(Format::Jpeg)),
            (b"\x89PNG\r\n\x1a\n", Ok(Format::Png)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Ok(Format::Webp)),
            (b"", Err(PictureError::Empty)),
            (b"GIF89a", Err(PictureError::Animated)),
            (b"\0\0\0\x18ftypheic", Err(PictureError::Heic)),
            (b"\0\0\0\x18ftypavif", Err(PictureError::Heic)),
            (b"\0\0\0\x18ftypmp42", Err(PictureError::NotPicture)),
            (b"%PDF-1.7", Err(PictureError::Pdf)),
            (b"\n\n%PDF-1.7", Err(PictureError::Pdf)),
            (
                b"<!doctype html><script>alert(1)</script>",
                Err(PictureError::NotPicture),
            ),
            (b"<svg xmlns=", Err(PictureError::NotPicture)),
            (b"\xff", Err(PictureError::NotPicture)),
        ];
        for (bytes, expected) in cases {
            assert_eq!(sniff(bytes), expected, "{:?}", bytes.escape_ascii());
        }
        let large = [b"\xff\xd8\xff".to_vec(), vec![0; LARGEST_FILE]].concat();
        assert_eq!(sniff(&large), Err(PictureError::TooLarge));
        assert_eq!(sniff(&large[..LARGEST_FILE]), Ok(Format::Jpeg));
    }

    #[test]
    fn sizes_are_refused_before_anything_is_decoded() {
        assert_eq!(check_size(8160, 6144), Ok(()));
        assert_eq!(check_size(60_000, 60_000), Err(PictureError::TooManyPoints));
        assert_eq!(check_size(60_000, 1), Err(PictureError::TooManyPoints));
        assert_eq!(check_size(0, 10), Err(PictureError::Damaged));
        assert_eq!(check_size(1, 1), Err(PictureError::TooSmall));
        assert_eq!(check_size(2000, 199), Err(PictureError::TooSmall));
        assert_eq!(check_size(200, 200), Ok(()));
    }

    #[test]
    fn every_refusal_says_what_to_send_instead() {
        for error in PictureError::ALL {
            let text = error.text();
            assert!(
                text.th.contains("โปรด") || text.th.contains("แทนได้"),
                "{error:?}"
            );
            assert!(!text.en.is_empty() && error.code().starts_with("file_"));
        }
    }
}
