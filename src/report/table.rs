//! Aligned columns without borders.

use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::{Padding, Style};

/// Rows as lines whose columns are aligned, escapes for colour not counted.
pub fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let mut builder = Builder::default();
    for row in rows {
        builder.push_record(row.iter().map(String::as_str));
    }
    let mut table = builder.build();
    table.with(Style::empty()).with(Padding::new(0, 2, 0, 0));
    // The arrow stands close to its ends.
    table.modify(Columns::new(..2), Padding::new(0, 1, 0, 0));
    table.to_string().lines().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::aligned;

    #[test]
    fn columns_line_up() {
        let row = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        assert_eq!(aligned(&[row("a", "b"), row("ccc", "d")]), ["a   b", "ccc d"]);
    }

    #[test]
    fn colour_has_no_width() {
        let lines = aligned(&[
            vec!["\u{1b}[31mab\u{1b}[0m".into(), "c".into()],
            vec!["abc".into(), "d".into()],
        ]);
        assert!(lines[0].ends_with("m  c"), "{lines:?}");
    }
}
