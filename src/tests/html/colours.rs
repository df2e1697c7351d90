//! Every pair of colours that meets on the page can be read: contrast 4.5 and more (WCAG 2.1, AA),
//! in the light, in the dark and on paper.

use std::collections::BTreeMap;

/// What is written in a colour, and on what.
const PAIRS: &[(&str, &str)] = &[
    ("ink", "ground"),
    ("muted", "ground"),
    ("ink", "sheet"),
    ("muted", "sheet"),
    ("link", "sheet"),
    ("good", "sheet"),
    ("warn", "sheet"),
    ("bad", "sheet"),
    ("ink", "soft"),
    ("muted", "soft"),
    ("ink", "good-soft"),
    ("ink", "warn-soft"),
    ("ink", "bad-soft"),
    ("good", "good-soft"),
    ("warn", "warn-soft"),
    ("bad", "bad-soft"),
    ("note", "note-soft"),
    ("good", "warn-soft"),
    ("bad", "warn-soft"),
    ("muted", "warn-soft"),
    ("sheet", "good"),
    ("sheet", "warn"),
    ("sheet", "bad"),
    ("ink", "nat-soft"),
    ("nat", "nat-soft"),
    ("muted", "nat-soft"),
    ("good", "nat-soft"),
    ("bad", "nat-soft"),
];

/// The colours of each `:root` block: light, dark, paper.
fn schemes() -> Vec<BTreeMap<String, String>> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/html/page.css");
    let css = std::fs::read_to_string(path).unwrap();
    css.split(":root {")
        .skip(1)
        .map(|block| {
            let block = block.split('}').next().unwrap();
            block
                .split(';')
                .filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect()
        })
        .collect()
}

/// Relative luminance (WCAG 2.1).
fn luminance(colour: &str) -> f64 {
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn everything_can_be_read() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.01);
    let schemes = schemes();
    assert_eq!(schemes.len(), 3, "light, dark, paper");
    let mut wrong = Vec::new();
    for (scheme, name) in schemes.iter().zip(["light", "dark", "paper"]) {
        for (ink, ground) in PAIRS {
            let contrast = contrast(&scheme[*ink], &scheme[*ground]);
            if contrast < 4.5 {
                wrong.push(format!("{name}: {ink} on {ground} {contrast:.2}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
