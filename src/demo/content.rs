//! What there is to list and to fetch.

use std::fmt::Write as _;

use super::behaviour::Listing;

const README: &str = "This file is served by ftp-doctor's embedded server.\r\n";
const SAMPLE_BYTES: usize = 65_536;

/// How a directory is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As `ls -l` does.
    Long,
    /// Names only.
    Names,
    /// As in RFC 3659 §7.
    Facts,
}

/// The directory, and the number of entries.
pub(super) fn directory(listing: &Listing, form: Form) -> (Vec<u8>, usize) {
    let entries: Vec<(String, usize)> = match listing {
        Listing::Empty | Listing::Refused(_) => Vec::new(),
        Listing::Files => vec![
            ("pub".to_owned(), 0),
            ("readme.txt".to_owned(), README.len()),
            ("sample.bin".to_owned(), SAMPLE_BYTES),
        ],
        Listing::Large(count) => {
            (1..=*count).map(|number| (format!("file-{number:06}.txt"), README.len())).collect()
        }
    };
    let mut text = String::new();
    for (name, size) in &entries {
        let directory = *size == 0;
        // Writing to a string does not fail.
        let _ = match form {
            Form::Names => write!(text, "{name}\r\n"),
            Form::Facts if directory => {
                write!(text, "type=dir;modify=20260101120000; {name}\r\n")
            }
            Form::Facts => write!(text, "type=file;size={size};modify=20260101120000; {name}\r\n"),
            Form::Long => {
                let kind = if directory { "drwxr-xr-x" } else { "-rw-r--r--" };
                let size = if directory { 4096 } else { *size };
                write!(text, "{kind}    1 0        0        {size:>8} Jan 01 12:00 {name}\r\n")
            }
        };
    }
    (text.into_bytes(), entries.len())
}

/// A file, by its absolute path.
pub(super) fn file(listing: &Listing, path: &str) -> Option<Vec<u8>> {
    match (listing, path) {
        (Listing::Files, "/readme.txt") => Some(README.as_bytes().to_vec()),
        (Listing::Files, "/sample.bin") => Some(b"0123456789abcde\n".repeat(SAMPLE_BYTES / 16)),
        (Listing::Large(_), path) if path.starts_with("/file-") => Some(README.as_bytes().to_vec()),
        _ => None,
    }
}

/// A directory exists, by its absolute path.
pub(super) fn is_directory(path: &str) -> bool {
    matches!(path, "/" | "/pub")
}

/// Where `name` leads from `current`; never above the root.
pub(super) fn resolve(current: &str, name: &str) -> String {
    let start = if name.starts_with('/') { "" } else { current };
    let mut parts: Vec<&str> = Vec::new();
    for part in start.split('/').chain(name.split('/')) {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_root() {
        assert_eq!(resolve("/", "pub"), "/pub");
        assert_eq!(resolve("/pub", "../../.."), "/");
        assert_eq!(resolve("/pub", "/readme.txt"), "/readme.txt");
        assert_eq!(resolve("/pub", ""), "/pub");
    }

    #[test]
    fn a_listing_has_a_line_for_each_entry() {
        for form in [Form::Long, Form::Names, Form::Facts] {
            let (bytes, count) = directory(&Listing::Large(500), form);
            let lines = bytes.split(|byte| *byte == b'\n').count() - 1;
            assert_eq!((lines, count), (500, 500));
        }
        assert_eq!(directory(&Listing::Empty, Form::Long).0, b"");
        assert_eq!(file(&Listing::Files, "/sample.bin").map(|f| f.len()), Some(SAMPLE_BYTES));
    }
}
