//! QR codes as SVG, black on white in every colour scheme so that cameras read them.
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// `None` when the text is too long for a code.
pub fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let picture = code
        .render()
        .min_dimensions(180, 180)
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build();
    // The declaration belongs to files, not to pages.
    Some(
        picture
            .split_once("?>")
            .map_or(picture.clone(), |(_, svg)| svg.to_owned()),
    )
}

/// The dark modules of a code, row by row, for drawings of one's own.
pub fn modules(text: &str) -> Option<Vec<Vec<bool>>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let dark: Vec<bool> = code
        .to_colors()
        .into_iter()
        .map(|color| color == qrcode::Color::Dark)
        .collect();
    Some(dark.chunks(code.width()).map(<[bool]>::to_vec).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_a_picture_without_a_declaration() {
        let picture = svg("https://example.org/track?n=572400000004").expect("short enough");
        assert!(picture.starts_with("<svg"), "{picture}");
        assert!(svg(&"x".repeat(9000)).is_none());
    }

    #[test]
    fn a_code_is_square_and_begins_with_its_finder() {
        let modules = modules("https://example.org/track?n=572400000004").expect("short enough");
        assert!(modules.iter().all(|row| row.len() == modules.len()));
        assert!(modules[0][..7].iter().all(|dark| *dark));
    }
}
