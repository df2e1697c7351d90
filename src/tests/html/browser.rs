//! The page in a real Chromium, without a window: nothing sticks out at the width of a telephone
//! and of a desktop, no text of the picture lies on another one, everything can be read in the light
//! and in the dark, and nothing is asked of the network.
//!
//! Skipped, loudly, where there is no Chromium; a failure where `CI=true`.

use std::path::PathBuf;
use std::process::Command;

use scraper::{Html, Selector};

use super::support::page;
use crate::diagnosis::{Lang, diagnose};
use crate::document::Entry;
use crate::report::words::Words;
use crate::report::{Format, Style, render_entries};
use crate::tests::expect;
use crate::tests::support::scenario;

/// Scenarios at which people look first, and those that take most room.
const CHOSEN: &[&str] = &[
    "healthy",
    "healthy-ipv6",
    "server-blocks-passive-four-hops",
    "client-nat-vsftpd",
    "both-sides-block-four-hops",
    "transit-rejects-passive-four-hops",
    "nat-forwards-21-alone",
    "firewall-blocks-passive",
    "data-tls-demanded",
    "tls-required",
    "tls-certificate-expired",
    "tls-session-reuse-impossible",
    "name-not-found",
    "control-filtered",
    "epsv-blocked",
    "everything-blocked-behind-a-nat",
];

/// Audits, each with a map of its ports.
const MAPS: &[&str] =
    &["audit-healthy", "audit-part-rejected", "audit-limits-ignored", "audit-intercepted"];

/// Many targets on one page: label, scenario, and what was expected of it.
const MANY: &[(&str, &str, &[&str])] = &[
    ("files.example.org", "healthy", &["passive=open", "tls=off"]),
    ("mirror.example.net over IPv6", "healthy-ipv6", &[]),
    ("[2001:db8:1:2:3:4:5:6]:2121", "tls-healthy", &["tls=offered"]),
    (
        "warehouse-exports.eu-central-1.prod.customer-portal.example.com:2121",
        "control-filtered",
        &[],
    ),
    ("backup", "server-blocks-passive-four-hops", &["passive=open", "login-ms<0.5"]),
    ("partner 7", "client-nat-vsftpd", &[]),
    ("printing-house", "everything-blocked-behind-a-nat", &["passive=open", "active=open"]),
    ("old", "tls-required", &["tls=off"]),
    ("报表服务器", "name-not-found", &[]),
    ("till-04", "interrupted-in-the-middle", &["passive=open"]),
    ("till-05", "interrupted-before-login", &[]),
];

/// Runs in the frame around the pages, which have no script and allow none.
const LOOK: &str = r"
const wrong = [];
const parse = (c) => (c.match(/[\d.]+/g) || []).map(Number);
const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const contrast = (a, b) => { const [x, y] = [light(a), light(b)]; return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); };
function look(frame) {
  const win = frame.contentWindow, doc = frame.contentDocument, root = doc.documentElement;
  const say = (text) => wrong.push(frame.title + ': ' + text);
  if (!doc.querySelector('main')) { say('no page'); return; }
  if (win.innerWidth !== Number(frame.width)) say('is ' + win.innerWidth + ' px wide');
  const map = doc.querySelector('figure.map');
  if (frame.title.startsWith('map ') !== Boolean(map)) say(map ? 'a map' : 'no map');
  if (map) {
    const kinds = (e) => [...new Set([...e.querySelectorAll('rect:not(.ground)')].map((r) => r.getAttribute('class') + r.getAttribute('height')))].sort().join(' ');
    const [drawn, told] = [kinds(map.firstElementChild), kinds(map.querySelector('figcaption'))];
    if (!drawn || drawn !== told) say('drawn is ' + drawn + ', explained is ' + told);
    for (const r of map.querySelectorAll('rect')) { const b = r.getBoundingClientRect(); if (b.width < 2 || b.height < 1) say('too small to be seen: ' + b.width + ' x ' + b.height); }
  }
  if (root.scrollWidth > root.clientWidth) say('scrolls sideways: ' + root.scrollWidth + ' px');
  for (const e of doc.querySelectorAll('details')) e.open = true;
  for (const e of doc.body.querySelectorAll('*')) {
    const box = e.getBoundingClientRect();
    if (e.closest('.scroll > *') || e.closest('svg svg')) continue;
    if (box.width && (box.right > win.innerWidth + 0.5 || box.left < -0.5)) say(e.tagName + '.' + e.className + ' sticks out: ' + box.left + '-' + box.right);
  }
  for (const e of doc.querySelectorAll('.scroll')) if (e.scrollWidth > e.clientWidth + 1) say('a table scrolls: ' + e.scrollWidth + ' of ' + e.clientWidth);
  for (const picture of doc.querySelectorAll('svg.picture')) {
    const all = picture.getBoundingClientRect();
    const texts = [...picture.querySelectorAll('text')].map((t) => [t.textContent, t.getBoundingClientRect()]).filter(([, b]) => b.width);
    texts.forEach(([text, b], i) => {
      if (b.left < all.left - 1 || b.right > all.right + 1 || b.bottom > all.bottom + 1) say('cut off: ' + text);
      for (const [other, o] of texts.slice(i + 1)) if (b.left < o.right - 1 && o.left < b.right - 1 && b.top < o.bottom - 3 && o.top < b.bottom - 3) say(text + ' lies on ' + other);
    });
  }
  const walker = doc.createTreeWalker(doc.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || e.closest('svg')) continue;
    let ground = [0, 0, 0, 0];
    for (let at = e; at; at = at.parentElement) { const c = parse(win.getComputedStyle(at).backgroundColor); if (c.length === 3 || c[3] === 1) { ground = c; break; } }
    const ratio = contrast(parse(win.getComputedStyle(e).color), ground);
    if (ratio < 4.5) say('contrast ' + ratio.toFixed(2) + ': ' + walker.currentNode.textContent.slice(0, 40));
  }
  const asked = win.performance.getEntriesByType('resource').map((r) => r.name);
  if (asked.length) say('asked for ' + asked);
  if (doc.querySelectorAll('script').length || doc.scripts.length) say('has a script');
}
addEventListener('load', () => {
  try { const frames = document.querySelectorAll('iframe'); frames.forEach(look); wrong.push('looked at ' + frames.length); } catch (e) { wrong.push('the look itself failed: ' + e); }
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  wrong.push(dark ? 'dark' : 'light');
  document.getElementById('wrong').textContent = wrong.join('\n');
  document.querySelectorAll('iframe').forEach((f) => f.remove());
});
";

/// Chromium by one of its names.
fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|file| file.is_file())
}

/// Targets that were run, and one whose turn did not come.
fn overview(lang: Lang) -> String {
    let words = Words::of(lang);
    let mut entries: Vec<Entry> = MANY
        .iter()
        .map(|(label, name, expected)| {
            let mut facts = scenario::of(name).facts.clone();
            facts.request.expect = expected.iter().map(|e| expect::parse(e).unwrap()).collect();
            Entry::of((*label).to_owned(), words.report(&diagnose(&facts)))
        })
        .collect();
    let because = words.get("check-because-interrupted");
    entries.push(Entry::failed("till-06".to_owned(), "ftp://till-06".to_owned(), because));
    let style = Style { color: false, width: 80, verbose: 0, quiet: false };
    String::from_utf8(render_entries(&entries, Format::Html, style, lang).unwrap()).unwrap()
}

/// What is looked at, each with its name; those with a map of ports say so.
fn pages(lang: Lang) -> Vec<(String, String)> {
    let of = |name: &str| page(&scenario::of(name).facts, lang);
    let maps = MAPS.iter().map(|name| (format!("map {name}"), of(name)));
    let mut pages: Vec<(String, String)> =
        CHOSEN.iter().map(|name| ((*name).to_owned(), of(name))).chain(maps).collect();
    pages.push(("overview".to_owned(), overview(lang)));
    pages
}

/// A page of frames, one per page, language and width.
fn frames() -> (String, usize) {
    let mut out =
        format!("<!doctype html><meta charset=utf-8><script>{LOOK}</script><pre id=wrong></pre>");
    let mut count = 0;
    for lang in Lang::ALL {
        for (name, html) in pages(lang) {
            let html = html.replace('&', "&amp;").replace('"', "&quot;");
            for width in [320, 375, 1280] {
                let title = format!("{name} {lang:?} {width}");
                out.push_str(&format!(
                    "<iframe title=\"{title}\" width={width} height=800 style=border:0 srcdoc=\"{html}\"></iframe>"
                ));
                count += 1;
            }
        }
    }
    (out, count)
}

/// What Chromium says of the frames.
fn look(chromium: &PathBuf, dark: bool) -> (Vec<String>, usize) {
    let place = tempfile::tempdir().unwrap();
    let (html, count) = frames();
    let file = place.path().join("frames.html");
    std::fs::write(&file, html).unwrap();
    let mut command = Command::new("timeout");
    command.arg("120").arg(chromium).args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--window-size=1400,1000",
        "--dump-dom",
    ]);
    if dark {
        command.args(["--force-dark-mode", "--blink-settings=preferredColorScheme=0"]);
    }
    command.arg(format!("--user-data-dir={}", place.path().join("profile").display()));
    command.arg(format!("file://{}", file.display()));
    let output = command.output().unwrap();
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let document = Html::parse_document(&dom);
    let told: String = document
        .select(&Selector::parse("#wrong").unwrap())
        .flat_map(|e| e.text().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert!(
        !told.is_empty(),
        "Chromium said nothing:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    (told.lines().map(str::to_owned).collect(), count)
}

#[test]
fn pages_fit_a_telephone_and_a_desktop_in_light_and_dark() {
    let Some(chromium) = chromium() else {
        assert!(std::env::var("CI").is_err(), "CI has no Chromium: tests/setup installs it");
        eprintln!(
            "SKIPPED: no Chromium in PATH, so nobody looked at the page (apt-get install chromium)"
        );
        return;
    };
    for dark in [false, true] {
        let (mut told, count) = look(&chromium, dark);
        let scheme = if dark { "dark" } else { "light" };
        assert_eq!(told.pop().as_deref(), Some(scheme), "{told:?}");
        assert_eq!(told.pop(), Some(format!("looked at {count}")), "{told:?}");
        assert!(told.is_empty(), "{} wrong ({scheme}):\n{}", told.len(), told.join("\n"));
    }
}
