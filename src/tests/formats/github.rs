//! Annotations, read by the runner's own rules.

use super::support::{WORST, entries, hostile, render};
use crate::diagnosis::Lang;
use crate::report::Format;

/// A line as the runner reads it: command, title, message.
fn read(line: &str) -> (String, String, String) {
    let rest = line.strip_prefix("::").unwrap_or_else(|| panic!("no command: {line}"));
    let (head, data) = rest.split_once("::").unwrap();
    let (command, title) = head.split_once(' ').unwrap();
    assert_eq!(title.matches('=').count().min(1), 1);
    // Properties are split at commas, and each at its first equals sign.
    assert!(!title.contains(','), "{title}");
    let title = title.strip_prefix("title=").unwrap();
    let plain = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n");
    let title = plain(title).replace("%3A", ":").replace("%2C", ",").replace("%25", "%");
    (command.to_owned(), title, plain(data).replace("%25", "%"))
}

#[test]
fn each_target_has_one_annotation() {
    for lang in Lang::ALL {
        let all = entries(lang);
        let text = render(all, Format::Github, lang);
        assert_eq!(text.lines().count(), all.len());
        for (line, entry) in text.lines().zip(all) {
            let (command, title, message) = read(line);
            assert!(title.starts_with(&entry.label), "{title}");
            assert_eq!(command == "error", entry.exit_code() != 0, "{line}");
            if let Some(report) = entry.report() {
                assert!(message.contains(&report.summary), "{message}");
            }
        }
    }
}

#[test]
fn nothing_from_a_server_starts_a_command() {
    let all = hostile();
    let text = render(all, Format::Github, Lang::En);
    // One line each: the runner reads commands from the beginnings of lines.
    assert_eq!(text.lines().count(), all.len());
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
    assert!(!text.contains(['\u{2028}', '\u{2029}']));
    assert!(!text.contains("##["), "a command of the old form");
    for (line, entry) in text.lines().zip(all) {
        let (command, title, _) = read(line);
        assert!(matches!(command.as_str(), "error" | "warning" | "notice"), "{command}");
        let start: String = entry.label.chars().take(20).collect();
        assert!(title.starts_with(&start), "{title}");
    }
    assert!(WORST.contains("##[") && WORST.contains("\n::error"));
}
