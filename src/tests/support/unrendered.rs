//! Messages that a report has no words for.

/// The first of them: one without words shows as `<id>`, one with a missing argument as `<id: …>`.
pub fn unrendered(text: &str) -> Option<&str> {
    text.match_indices('<').find_map(|(at, _)| {
        let inner = &text[at + 1..];
        let part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let end = inner.find(|c| !part(c))?;
        let closes = inner[end..].starts_with('>') || inner[end..].starts_with(": ");
        (closes && inner[..end].contains('-')).then(|| &inner[..end])
    })
}
