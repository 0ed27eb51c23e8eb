//! A photo made safe: decoded within limits, turned upright, scaled, encoded again. What it carried besides its
//! points (where it was taken, with what, another file behind it) does not come along.
use desk::workshop::Picture;
use domain::picture::{self, Format, PictureError};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use std::io::Cursor;

/// The longest side that is kept: small print of an A4 page can be read.
const LONGEST: u32 = 2000;
/// The longest side in lists: too small to be read.
const THUMBNAIL: u32 = 160;
/// Decoded points of the largest photo, four bytes each, and as much again.
const MEMORY: u64 = 420 * 1024 * 1024;
const QUALITY: u8 = 82;
const THUMBNAIL_QUALITY: u8 = 60;

/// The photo, or why it is none. Never panics for any bytes; allocates nothing large before the size is known.
pub fn make_safe(bytes: Vec<u8>) -> Result<Picture, PictureError> {
    let format = picture::sniff(&bytes)?;
    if is_animated(format, &bytes) {
        return Err(PictureError::Animated);
    }
    if format == Format::Jpeg && !is_whole(&bytes) {
        return Err(PictureError::Damaged);
    }
    let upright = decode(format, &bytes)?;
    drop(bytes);
    let photo = flat(&scaled(upright, LONGEST));
    let thumbnail =
        DynamicImage::ImageRgb8(photo.clone()).resize(THUMBNAIL, THUMBNAIL, FilterType::Triangle);
    Ok(Picture {
        jpeg: encode(&photo, QUALITY)?,
        thumbnail: encode(&thumbnail.to_rgb8(), THUMBNAIL_QUALITY)?,
        width: photo.width(),
        height: photo.height(),
    })
}

/// Whether a JPEG's end came too: decoders paint what is missing grey and say nothing. What phones hang on behind the
/// end, and the end of a small picture in the head, are none.
fn is_whole(bytes: &[u8]) -> bool {
    let mut at = 2;
    // Segments up to the first scan, each with its length.
    while let Some([0xff, marker, high, low]) = bytes.get(at..at + 4) {
        match marker {
            0xff => at += 1,
            0x01 | 0xd0..=0xd7 => at += 2,
            _ => {
                at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
                if *marker == 0xda {
                    let scan = bytes.get(at..).unwrap_or_default();
                    return scan.windows(2).any(|pair| pair == [0xff, 0xd9]);
                }
            }
        }
    }
    false
}

fn decode(format: Format, bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    let known = match format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::Webp => ImageFormat::WebP,
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(picture::LONGEST_SIDE);
    limits.max_image_height = Some(picture::LONGEST_SIDE);
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), known);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
    let (width, height) = decoder.dimensions();
    picture::check_size(width, height)?;
    let orientation = decoder.orientation().map_err(|error| refusal(&error))?;
    let mut decoded = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
    // Scaled first, so that turning costs little.
    decoded = scaled(decoded, LONGEST);
    decoded.apply_orientation(orientation);
    Ok(decoded)
}

fn refusal(error: &image::ImageError) -> PictureError {
    match error {
        image::ImageError::Limits(_) => PictureError::TooManyPoints,
        _ => PictureError::Damaged,
    }
}

/// A moving picture shows one thing to one and another to another.
fn is_animated(format: Format, bytes: &[u8]) -> bool {
    match format {
        Format::Jpeg => false,
        Format::Png => PngDecoder::new(Cursor::new(bytes))
            .is_ok_and(|decoder| decoder.is_apng().unwrap_or(false)),
        Format::Webp => {
            WebPDecoder::new(Cursor::new(bytes)).is_ok_and(|decoder| decoder.has_animation())
        }
    }
}

fn scaled(photo: DynamicImage, longest: u32) -> DynamicImage {
    if photo.width().max(photo.height()) <= longest {
        return photo;
    }
    photo.resize(longest, longest, FilterType::Triangle)
}

/// On white paper: what was transparent is not black.
fn flat(photo: &DynamicImage) -> RgbImage {
    if !photo.color().has_alpha() {
        return photo.to_rgb8();
    }
    let mut flat = RgbImage::new(photo.width(), photo.height());
    for (to, from) in flat.pixels_mut().zip(photo.to_rgba8().pixels()) {
        let [r, g, b, a] = from.0.map(u32::from);
        let over = |value: u32| u8::try_from((value * a + 255 * (255 - a)) / 255).unwrap_or(255);
        *to = Rgb([over(r), over(g), over(b)]);
    }
    flat
}

fn encode(photo: &RgbImage, quality: u8) -> Result<Vec<u8>, PictureError> {
    let mut out = Vec::new();
    photo
        .write_with_encoder(JpegEncoder::new_with_quality(&mut out, quality))
        .map_err(|_| PictureError::Damaged)?;
    Ok(out)
}
