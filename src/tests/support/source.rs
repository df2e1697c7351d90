//! Rust source as far as tests over the source need it: code without comments, the literals apart.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// One file, taken apart.
pub struct Source {
    /// Path below `src/`, with forward slashes.
    pub path: String,
    /// Lines of the whole file.
    pub lines: usize,
    /// The code: comments gone, each string literal replaced by its index in [`Self::literals`]
    /// (in quotes), each character literal by an empty one, blocks under `cfg(test)` gone.
    pub code: String,
    /// The string literals of the code, escapes as written.
    pub literals: Vec<String>,
}

impl Source {
    /// Module path: `["wire", "reply"]`; empty for `lib.rs` and `main.rs`.
    pub fn module(&self) -> Vec<&str> {
        let stem = self.path.trim_end_matches(".rs");
        if matches!(stem, "lib" | "main") { Vec::new() } else { stem.split('/').collect() }
    }

    /// The module below the crate's root that it belongs to; `lib` and `main` for the roots.
    pub fn top(&self) -> &str {
        self.path.trim_end_matches(".rs").split('/').next().unwrap_or_default()
    }

    /// Line (from 1) of a place in the code.
    pub fn line(&self, at: usize) -> usize {
        self.code[..at].matches('\n').count() + 1
    }

    /// Places of a word in the code, whole words alone.
    pub fn words<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.code.match_indices(word).map(|(at, _)| at).filter(move |at| {
            let part = |c: char| c.is_alphanumeric() || c == '_';
            let before = self.code[..*at].chars().next_back();
            let after = self.code[*at + word.len()..].chars().next();
            !before.is_some_and(part) && !after.is_some_and(part)
        })
    }
}

/// The directory of the crate.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All sources below `src/`, in order of their paths. Files of nothing but tests are left out.
pub fn all() -> &'static [Source] {
    static ALL: LazyLock<Vec<Source>> = LazyLock::new(read_all);
    &ALL
}

fn read_all() -> Vec<Source> {
    let base = root().join("src");
    let mut paths = Vec::new();
    collect(&base, &mut paths);
    paths.sort();
    let all: Vec<Source> = paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(&base).expect("below src").to_string_lossy();
            read(&name.replace('\\', "/"), &std::fs::read_to_string(path).expect("a source file"))
        })
        .filter(|source| !source.module().contains(&"tests"))
        .collect();
    assert!(all.len() > 40, "only {} sources: is the walk broken?", all.len());
    all
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|e| e == "rs") {
            paths.push(path);
        }
    }
}

/// Takes one file apart.
pub fn read(path: &str, text: &str) -> Source {
    let mut lexer =
        Lexer { rest: text.chars().collect(), at: 0, code: String::new(), literals: Vec::new() };
    lexer.run();
    Source {
        path: path.to_owned(),
        lines: text.lines().count(),
        code: without_tests(&lexer.code),
        literals: lexer.literals,
    }
}

struct Lexer {
    rest: Vec<char>,
    at: usize,
    code: String,
    literals: Vec<String>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.rest.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn run(&mut self) {
        while self.at < self.rest.len() {
            let word_before = self.code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
            match (self.peek(0), self.peek(1)) {
                ('/', '/') => {
                    while self.at < self.rest.len() && self.peek(0) != '\n' {
                        self.at += 1;
                    }
                }
                ('/', '*') => self.block_comment(),
                ('"', _) => self.string(0, false),
                ('r', '"' | '#') if !word_before => self.raw(1),
                ('b' | 'c', 'r') if !word_before && matches!(self.peek(2), '"' | '#') => {
                    self.raw(2);
                }
                ('\'', _) => self.quote(),
                (c, _) => {
                    self.code.push(c);
                    self.at += 1;
                }
            }
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => (depth, self.at) = (depth + 1, self.at + 2),
                ('*', '/') => (depth, self.at) = (depth - 1, self.at + 2),
                ('\n', _) => {
                    self.code.push('\n');
                    self.at += 1;
                }
                _ => self.at += 1,
            }
            if depth == 0 || self.at >= self.rest.len() {
                return;
            }
        }
    }

    /// `r"…"` and `r#"…"#`; anything else that begins so (`r#type`) stays code.
    fn raw(&mut self, prefix: usize) {
        let mut hashes = 0;
        while self.peek(prefix + hashes) == '#' {
            hashes += 1;
        }
        if self.peek(prefix + hashes) == '"' {
            self.at += prefix + hashes;
            self.string(hashes, true);
        } else {
            let c = self.peek(0);
            self.code.push(c);
            self.at += 1;
        }
    }

    fn string(&mut self, hashes: usize, raw: bool) {
        self.at += 1;
        let mut text = String::new();
        let mut lines = 0;
        while self.at < self.rest.len() {
            let c = self.peek(0);
            if c == '"' && (1..=hashes).all(|n| self.peek(n) == '#') {
                self.at += 1 + hashes;
                break;
            }
            if c == '\\' && !raw {
                text.push(c);
                self.at += 1;
            }
            lines += usize::from(self.peek(0) == '\n');
            text.push(self.peek(0));
            self.at += 1;
        }
        self.code.push_str(&format!("\"{}\"{}", self.literals.len(), "\n".repeat(lines)));
        self.literals.push(text);
    }

    /// A character literal, or the tick of a lifetime.
    fn quote(&mut self) {
        if self.peek(1) == '\\' {
            self.at += 3;
            while self.at < self.rest.len() && self.peek(0) != '\'' {
                self.at += 1;
            }
            self.at += 1;
        } else if self.peek(2) == '\'' {
            self.at += 3;
        } else {
            self.at += 1;
        }
        self.code.push_str("''");
    }
}

/// Blanks out `#[cfg(test)] mod … { … }`, keeping the lines.
fn without_tests(code: &str) -> String {
    let mut code = code.to_owned();
    let mut from = 0;
    while let Some(at) = code[from..].find("#[cfg(test)]").map(|at| at + from) {
        from = at + 1;
        let Some(open) = code[at..].find(['{', ';']).map(|o| o + at) else { break };
        if code.as_bytes()[open] == b';' {
            continue;
        }
        let close = open + 1 + balanced(&code[open + 1..], '{', '}');
        let blank: String =
            code[at..close].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        code.replace_range(at..close, &blank);
    }
    code
}

/// Length of what comes before the bracket that closes one opened just before `code`.
pub fn balanced(code: &str, open: char, close: char) -> usize {
    let mut depth = 1;
    for (at, c) in code.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return at;
            }
        }
    }
    code.len()
}
