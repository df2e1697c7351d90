//! The recipes of docs/monitoring.md, taken out of it, so that what is tested is what is read.

use std::path::Path;
use std::process::Output;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use serde_json::Value;

use super::gate::Gate;
use super::sh;

/// The one code block in a language under a heading of the page; "" is before the first.
pub fn block(heading: &str, language: &str) -> String {
    let mut found = Vec::new();
    let mut under = String::new();
    let (mut title, mut code) = (None::<String>, None::<String>);
    for event in Parser::new(include_str!("../../docs/monitoring.md")) {
        match event {
            Event::Start(Tag::Heading { .. }) => title = Some(String::new()),
            Event::End(TagEnd::Heading(level)) => {
                let title = title.take().expect("a heading began");
                if level as usize == 2 {
                    under = title;
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(name))) => {
                let here = under == heading && &*name == language;
                code = here.then(String::new);
            }
            Event::End(TagEnd::CodeBlock) => found.extend(code.take()),
            Event::Text(text) => {
                for place in [&mut title, &mut code].into_iter().flatten() {
                    place.push_str(&text);
                }
            }
            _ => {}
        }
    }
    assert_eq!(
        found.len(),
        1,
        "code blocks in {language} under \"{heading}\" in docs/monitoring.md"
    );
    found.remove(0)
}

/// A program of the laboratory's own Python: the script after its arguments, and its input.
pub fn python(gate: &Gate, script: &str, args: &[&str], input: &str) -> Output {
    let program = gate.folder.join("python/bin/python3");
    let all: Vec<&str> = ["-I", "-c", script].iter().chain(args).copied().collect();
    sh::output(&program.display().to_string(), &all, input)
}

/// As [`python`], for a script that must succeed and writes JSON.
pub fn python_json(gate: &Gate, script: &str, input: &str) -> Value {
    let output = python(gate, script, &[], input);
    assert!(output.status.success(), "{}\n{input}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the script writes JSON")
}

/// A YAML document (1.2), read by a parser that is not ours.
pub fn yaml(gate: &Gate, text: &str) -> Value {
    let script = "import json, sys\nfrom ruamel.yaml import YAML\n\
                  json.dump(YAML(typ='safe', pure=True).load(sys.stdin.read()), sys.stdout)\n";
    python_json(gate, script, text)
}

/// Whether a published schema accepts a document, and what it says.
pub fn fits(gate: &Gate, schema: &str, folder: &Path, text: &str) -> (bool, String) {
    let file = folder.join("document.yml");
    std::fs::write(&file, text).expect("a temporary file");
    let program = gate.folder.join("python/bin/check-jsonschema").display().to_string();
    let file = file.display().to_string();
    let output = sh::output(&program, &["--builtin-schema", schema, &file], "");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}
