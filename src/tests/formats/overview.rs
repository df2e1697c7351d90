//! Many at a glance: as text, as Markdown, as a page.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use scraper::{Html, Selector};

use super::support::{entries, entry, hostile, render};
use crate::diagnosis::Lang;
use crate::report::Format;
use crate::tests::support::scenario;

/// The rows of the only table, the head included, and the kinds of what stands outside of it.
fn markdown(text: &str) -> (Vec<Vec<String>>, Vec<String>) {
    let mut rows = Vec::new();
    let mut headings = Vec::new();
    let (mut cell, mut heading) = (None::<String>, None::<String>);
    for event in Parser::new_ext(text, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(Vec::new()),
            Event::Start(Tag::TableCell) => cell = Some(String::new()),
            Event::End(TagEnd::TableCell) => {
                let done = cell.take().unwrap();
                rows.last_mut().unwrap().push(done);
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => headings.extend(heading.take()),
            Event::Text(text) => {
                if let Some(open) = cell.as_mut().or(heading.as_mut()) {
                    open.push_str(&text);
                }
            }
            Event::Html(html) | Event::InlineHtml(html) => panic!("HTML: {html}"),
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("a link"),
            _ => {}
        }
    }
    (rows, headings)
}

#[test]
fn each_target_has_its_row() {
    for (all, hostile) in [(entries(Lang::En), false), (hostile(), true)] {
        let (rows, headings) = markdown(&render(all, Format::Markdown, Lang::En));
        assert_eq!(rows.len(), all.len() + 1);
        assert!(rows.iter().all(|row| row.len() == 5));
        let bad = all.iter().filter(|e| e.report().is_some() && e.exit_code() != 0).count();
        assert_eq!(headings.len(), bad + 1);
        if !hostile {
            for (row, entry) in rows.iter().skip(1).zip(all) {
                assert_eq!(row[0], entry.label);
            }
        }
        let page = Html::parse_document(&render(all, Format::Html, Lang::En));
        let select = |text: &str| page.select(&Selector::parse(text).unwrap()).count();
        assert_eq!(select("tbody tr"), all.len());
        assert_eq!(select("tbody tr > *"), all.len() * 5);
        assert_eq!(select("h2"), bad);
        assert_eq!(select("script, img, iframe, a, b, x, svg, form, [onload]"), 0);
        assert_eq!(select("meta[http-equiv=Content-Security-Policy]"), 1);
    }
}

#[test]
fn the_text_has_a_line_for_each() {
    for lang in Lang::ALL {
        let all = entries(lang);
        let text = render(all, Format::Text, lang);
        let rows: Vec<&str> = text.lines().take(all.len() + 1).collect();
        for (line, entry) in rows.iter().skip(1).zip(all) {
            assert!(line.starts_with(&entry.label), "{line}");
        }
        let well = all.iter().filter(|e| e.exit_code() == 0).count();
        let last = text.lines().last().unwrap();
        assert!(
            last.contains(&well.to_string()) && last.contains(&all.len().to_string()),
            "{last}"
        );
    }
    let text = render(hostile(), Format::Text, Lang::En);
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "raw control characters");
}

#[test]
fn json_lines_are_reports() {
    let all = entries(Lang::En);
    let text = render(all, Format::JsonLines, Lang::En);
    let reports: Vec<_> = all.iter().filter_map(|entry| entry.report()).collect();
    assert_eq!(text.lines().count(), reports.len());
    for (line, report) in text.lines().zip(reports) {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["exit_code"], report.exit_code);
        assert_eq!(value["target"]["input"], report.target.input.as_str());
    }
}

#[test]
fn an_interrupted_run_is_called_so() {
    let facts = &scenario::of("interrupted-in-the-middle").facts;
    for (lang, word) in [(Lang::En, "INTERRUPTED"), (Lang::Zh, "已中断")] {
        let all = [entry("it", facts, lang)];
        for format in [Format::Text, Format::Markdown, Format::Html] {
            let text = render(&all, format, lang);
            assert!(text.contains(word), "{text}");
            assert!(!text.contains("HEALTHY") && !text.contains("<ul></ul>"), "{text}");
        }
    }
    let page = render(&[entry("it", facts, Lang::En)], Format::Html, Lang::En);
    let page = Html::parse_document(&page);
    let state = page.select(&Selector::parse("td.state.warn").unwrap()).next().unwrap();
    assert_eq!(state.text().collect::<String>(), "! INTERRUPTED");
}
