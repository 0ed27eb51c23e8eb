//! Photos as phones make them, and files that only say they are photos.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use std::io::Cursor;

/// Red to the left, blue to the right.
pub fn photo(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, _| {
        Rgb(if x < width / 2 {
            [220, 30, 30]
        } else {
            [30, 30, 220]
        })
    });
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image)
        .write_to(&mut out, format)
        .unwrap();
    out.into_inner()
}

/// A JPEG with an EXIF block: turned by 90 degrees, and taken somewhere.
pub fn turned_with_gps() -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, value: u32| {
        let mut bytes = Vec::new();
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(value.to_le_bytes());
        bytes
    };
    tiff.extend(2_u16.to_le_bytes());
    tiff.extend(entry(0x0112, 3, 6));
    tiff.extend(entry(0x8825, 4, 38));
    tiff.extend(0_u32.to_le_bytes());
    // The GPS directory: one entry, N for the northern half.
    tiff.extend(1_u16.to_le_bytes());
    tiff.extend(entry(0x0001, 2, u32::from(b'N')));
    tiff.extend(0_u32.to_le_bytes());
    tiff.extend(b"GPS 7.5563,99.6114");
    let mut segment = b"Exif\0\0".to_vec();
    segment.extend(tiff);
    let plain = photo(400, 200, ImageFormat::Jpeg);
    let mut out = plain[..2].to_vec();
    out.extend([0xff, 0xe1]);
    out.extend(u16::try_from(segment.len() + 2).unwrap().to_be_bytes());
    out.extend(segment);
    out.extend(&plain[2..]);
    out
}

/// The header of a PNG that claims to be enormous.
pub fn enormous_png() -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend(60_000_u32.to_be_bytes());
    chunk.extend(60_000_u32.to_be_bytes());
    chunk.extend([8, 2, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    out.extend(&chunk);
    out.extend(crc32(&chunk).to_be_bytes());
    out.extend(b"\0\0\0\0IEND\xae\x42\x60\x82");
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}
