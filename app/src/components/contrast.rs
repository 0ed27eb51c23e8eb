//! Every colour pair of `style/tokens.css` that the style uses, computed: WCAG 2.2, both schemes.
use std::collections::BTreeMap;

const TOKENS: &str = include_str!("../../../style/tokens.css");

/// Text on ground: at least 4.5.
const TEXT: [(&str, &str); 37] = [
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink", "accent-wash"),
    ("ink", "hold-wash"),
    ("ink", "bad-wash"),
    ("ink", "good-wash"),
    ("ink", "closed-wash"),
    ("ink-soft", "paper"),
    ("ink-soft", "surface"),
    ("ink-soft", "accent-wash"),
    ("ink-soft", "closed-wash"),
    ("ink-soft", "hold-wash"),
    ("accent", "paper"),
    ("accent", "surface"),
    ("accent", "accent-wash"),
    ("accent", "hold-wash"),
    ("accent", "good-wash"),
    ("accent", "bad-wash"),
    ("accent", "closed-wash"),
    ("accent-strong", "paper"),
    ("accent-strong", "surface"),
    ("accent-strong", "accent-wash"),
    ("hold", "paper"),
    ("hold", "surface"),
    ("hold", "hold-wash"),
    ("bad", "paper"),
    ("bad", "surface"),
    ("bad", "bad-wash"),
    ("good", "paper"),
    ("good", "surface"),
    ("good", "good-wash"),
    ("closed", "closed-wash"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-accent", "bad"),
    ("on-rail", "rail"),
    ("on-focus", "focus"),
];

/// Borders of fields, lines that carry meaning, and the focus: at least 3.
const LINES: [(&str, &str); 15] = [
    ("field-line", "paper"),
    ("field-line", "surface"),
    ("field-line", "hold-wash"),
    ("field-line", "accent-wash"),
    ("accent", "paper"),
    ("accent", "surface"),
    ("accent", "accent-wash"),
    ("bad", "paper"),
    ("bad", "surface"),
    ("good", "paper"),
    ("hold", "hold-wash"),
    ("closed", "closed-wash"),
    // The ring is ink around whatever has the focus; on the rail the fill itself shows.
    ("ink", "paper"),
    ("ink", "surface"),
    ("focus", "rail"),
];

type Scheme = BTreeMap<&'static str, [f64; 3]>;

/// The colours of the light scheme, and of the dark one with what it leaves alone.
fn schemes() -> [Scheme; 2] {
    let (light, dark) = TOKENS
        .split_once("prefers-color-scheme: dark")
        .expect("two schemes");
    let light = colours(light);
    let mut both = light.clone();
    both.extend(colours(dark));
    [light, both]
}

fn colours(css: &'static str) -> Scheme {
    css.split("--")
        .filter_map(|rest| {
            let (name, value) = rest.split_once(':')?;
            let hex = value.trim_start().strip_prefix('#')?.get(..6)?;
            let channel = |at: usize| {
                Some(f64::from(u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()?) / 255.0)
            };
            Some((name, [channel(0)?, channel(2)?, channel(4)?]))
        })
        .collect()
}

/// Relative luminance, as WCAG defines it.
fn luminance(rgb: [f64; 3]) -> f64 {
    let [r, g, b] = rgb.map(|c| {
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The pairs that fall short, with what they reach.
fn short(pairs: &[(&str, &str)], least: f64) -> Vec<String> {
    let mut short = Vec::new();
    for (scheme, colours) in ["light", "dark"].iter().zip(schemes()) {
        for (front, ground) in pairs {
            let ratio = contrast(
                *colours.get(front).expect(front),
                *colours.get(ground).expect(ground),
            );
            if ratio < least {
                short.push(format!(
                    "{scheme}: {front} on {ground}: {ratio:.2} < {least}"
                ));
            }
        }
    }
    short
}

#[test]
fn the_computation_agrees_with_known_ratios() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    let grey = [119.0 / 255.0; 3];
    assert!((contrast(grey, [1.0; 3]) - 4.48).abs() < 0.01);
}

#[test]
fn text_can_be_read_on_its_ground() {
    assert_eq!(short(&TEXT, 4.5), Vec::<String>::new());
}

#[test]
fn field_borders_and_the_focus_can_be_seen() {
    assert_eq!(short(&LINES, 3.0), Vec::<String>::new());
}

#[test]
fn the_current_item_of_the_rail_can_be_read() {
    for colours in schemes() {
        let lit = colours["rail"].map(|c| c + (1.0 - c) * 0.12);
        assert!(contrast(colours["on-rail"], lit) >= 4.5);
    }
}

#[test]
fn colours_are_named_in_the_tokens_and_nowhere_else() {
    // Print is black on white, whatever the tokens are.
    for (file, css) in [
        ("base.css", include_str!("../../../style/base.css")),
        (
            "components.css",
            include_str!("../../../style/components.css"),
        ),
        ("resident.css", include_str!("../../../style/resident.css")),
        ("staff.css", include_str!("../../../style/staff.css")),
    ] {
        assert!(!css.contains('#'), "{file} names a colour of its own");
    }
}

#[test]
fn the_browser_bar_has_the_colour_of_the_header() {
    let shell = include_str!("../shell.rs");
    for rest in TOKENS.split("--surface:").skip(1) {
        let hex = &rest.trim_start()[..7];
        assert!(shell.contains(&format!("content=\"{hex}\"")), "{hex}");
    }
}
