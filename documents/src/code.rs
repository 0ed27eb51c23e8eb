//! QR codes as drawings: one path, square modules, four of them quiet around it.
use qrcode::{EcLevel, QrCode};
use std::fmt::Write;

/// The dark modules, row by row; `None` when the text is too long for a code.
pub fn modules(text: &str) -> Option<Vec<Vec<bool>>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let dark: Vec<bool> = code
        .to_colors()
        .into_iter()
        .map(|color| color == qrcode::Color::Dark)
        .collect();
    Some(dark.chunks(code.width()).map(<[bool]>::to_vec).collect())
}

pub(crate) fn svg(text: &str) -> Option<String> {
    let rows = modules(text)?;
    let across = rows.len() + 8;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {across} {across}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{across}\" height=\"{across}\" fill=\"#fff\"/><path fill=\"#000\" d=\""
    );
    for (row, y) in rows.iter().zip(4..) {
        let mut x = 0;
        while x < row.len() {
            let dark = row[x..].iter().take_while(|dark| **dark).count();
            if dark > 0 {
                // Writing to a string cannot fail.
                let _ = write!(out, "M{} {y}h{dark}v1h-{dark}z", x + 4);
            }
            x += dark.max(1);
        }
    }
    out.push_str("\"/></svg>");
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_square_begins_with_its_finder_and_has_a_limit() {
        let rows = modules("https://example.org/verify").expect("short enough");
        assert!(rows.iter().all(|row| row.len() == rows.len()));
        assert!(rows[0][..7].iter().all(|dark| *dark) && !rows[0][7]);
        assert!(
            svg("https://example.org/verify")
                .expect("drawn")
                .contains("M4 4h7v1h-7z")
        );
        assert_eq!(svg(&"x".repeat(9000)), None);
    }
}
