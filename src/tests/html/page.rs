//! What a parser finds in the page: only what belongs there.

use std::collections::BTreeSet;

use scraper::{ElementRef, Html, Selector};

use super::support::page;
use crate::diagnosis::Lang;
use crate::tests::support::scenario;
use crate::tests::support::unrendered::unrendered;

/// Elements that the page is made of. None of them runs or loads anything.
const ELEMENTS: &[&str] = &[
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "header",
    "main",
    "footer",
    "section",
    "article",
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "div",
    "span",
    "strong",
    "a",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "pre",
    "code",
    "figure",
    "figcaption",
    "details",
    "summary",
    "svg",
    "desc",
    "g",
    "text",
    "tspan",
    "line",
    "rect",
    "circle",
    "polygon",
    "path",
];

/// Attributes that the page uses.
const ATTRIBUTES: &[&str] = &[
    "aria-label",
    "viewBox",
    "lang",
    "charset",
    "name",
    "content",
    "http-equiv",
    "id",
    "class",
    "href",
    "role",
    "tabindex",
    "scope",
    "aria-labelledby",
    "aria-hidden",
    "width",
    "height",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "dx",
    "d",
    "points",
];

fn select<'a>(document: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    document.select(&Selector::parse(selector).unwrap()).collect()
}

fn shown(element: ElementRef<'_>) -> String {
    element.text().collect()
}

/// Everything that is wrong with a page, whatever was said in it.
pub fn faults(html: &str) -> Vec<String> {
    let document = Html::parse_document(html);
    let mut wrong = Vec::new();
    let mut ids = BTreeSet::new();
    for element in select(&document, "*") {
        let name = element.value().name();
        if !ELEMENTS.contains(&name) {
            wrong.push(format!("an element <{name}>"));
        }
        for (attribute, value) in element.value().attrs() {
            if !ATTRIBUTES.contains(&attribute) {
                wrong.push(format!("an attribute {attribute}={value:?} of <{name}>"));
            }
            if attribute == "href" && !value.starts_with('#') {
                wrong.push(format!("a link to {value}"));
            }
            if value.contains("://") || value.contains("url(") {
                wrong.push(format!("an address in {attribute}={value:?}"));
            }
            if attribute == "id" && !ids.insert(value.to_owned()) {
                wrong.push(format!("id {value} is there twice"));
            }
        }
    }
    for element in select(&document, "[aria-labelledby], [href]") {
        let value = element.value();
        let targets = value.attr("aria-labelledby").or(value.attr("href")).unwrap_or_default();
        for id in targets.split(' ').map(|id| id.trim_start_matches('#')) {
            if !ids.contains(id) {
                wrong.push(format!("{id} is referred to and not there"));
            }
        }
    }
    let css = select(&document, "style").into_iter().map(shown).collect::<String>();
    for loads in ["url(", "@import", "http", "@font-face", "expression"] {
        if css.contains(loads) {
            wrong.push(format!("the style sheet has {loads}"));
        }
    }
    if select(&document, "style").len() != 1 || select(&document, "h1").len() != 1 {
        wrong.push("not one style sheet and one h1".to_owned());
    }
    wrong.extend(headings(&document));
    wrong.extend(pictures(&document));
    for element in select(&document, "html") {
        if element.value().attr("lang").is_none_or(str::is_empty) {
            wrong.push("no language".to_owned());
        }
    }
    wrong
}

/// A heading is one level below the one that it belongs to, and has words.
fn headings(document: &Html) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut last = 0;
    for heading in select(document, "h1, h2, h3, h4") {
        let level: u8 = heading.value().name()[1..].parse().unwrap();
        if level > last + 1 || shown(heading).trim().is_empty() {
            wrong.push(format!("h{level} after h{last}: {:?}", shown(heading)));
        }
        last = level;
    }
    wrong
}

/// A picture is one to everybody, with a name and words that tell the same.
fn pictures(document: &Html) -> Vec<String> {
    let mut wrong = Vec::new();
    for picture in select(document, "svg.picture") {
        let told: String = picture
            .select(&Selector::parse("desc").unwrap())
            .flat_map(|desc| desc.text())
            .collect();
        let lanes = picture.select(&Selector::parse("g.lane").unwrap()).count();
        if picture.value().attr("role") != Some("img") || told.split("; ").count() != lanes {
            wrong.push(format!("{lanes} connections drawn, told is {told:?}"));
        }
    }
    wrong
}

#[test]
fn every_page_holds_only_what_belongs_there() {
    let mut wrong = Vec::new();
    for scenario in scenario::all() {
        for lang in Lang::ALL {
            let html = page(&scenario.facts, lang);
            let text = shown(Html::parse_document(&html).root_element());
            let mut found = faults(&html);
            found.extend(unrendered(&text).map(|id| format!("no words for {id}")));
            if text.contains("{$") || text.contains("{ $") {
                found.push("a variable is left over".to_owned());
            }
            wrong.extend(found.into_iter().map(|f| format!("{} ({lang:?}): {f}", scenario.name)));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn faults_are_found() {
    for (html, fault) in [
        ("<p onload=x>", "onload"),
        ("<script>x</script>", "<script>"),
        ("<img src=http://e>", "<img>"),
        ("<p id=a></p><p id=a></p>", "twice"),
        ("<a href=http://e>x</a>", "a link"),
        ("<h1>a</h1><h3>b</h3>", "h3 after h1"),
    ] {
        let found = faults(html);
        assert!(found.iter().any(|f| f.contains(fault)), "{html}: {found:?}");
    }
}

#[test]
fn what_the_report_says_is_on_the_page() {
    let mut wrong = Vec::new();
    for scenario in scenario::all() {
        let html = page(&scenario.facts, Lang::En);
        let document = Html::parse_document(&html);
        let text = shown(document.root_element());
        let diagnosis = crate::diagnosis::diagnose(&scenario.facts);
        let words = crate::report::words::Words::english().about(&scenario.facts);
        let mut expected = vec![words.say(&diagnosis.summary)];
        for finding in &diagnosis.findings {
            expected.extend([words.say(&finding.title), words.say(&finding.explanation)]);
            expected.extend(finding.evidence.iter().map(|e| words.say(&e.text)));
            expected.extend(finding.ruled_out.iter().map(|r| words.say(&r.because)));
            expected.extend(finding.remedies.iter().map(|r| words.say(&r.text)));
            let snippets = finding.remedies.iter().flat_map(|r| &r.snippets);
            expected.extend(snippets.map(|s| s.content.clone()));
        }
        expected.extend(diagnosis.rules.iter().map(|r| words.say(&r.text)));
        expected.extend(scenario.facts.attempts.iter().map(|a| {
            let folded = a.purpose == crate::facts::Purpose::Mode;
            if folded { a.mode.verb().to_owned() } else { a.id.clone() }
        }));
        let missing = expected.iter().filter(|said| !text.contains(said.as_str()));
        wrong.extend(missing.map(|said| format!("{}: {said}", scenario.name)));
        let cards = select(&document, "article").len();
        if cards != diagnosis.findings.len() {
            wrong.push(format!("{}: {cards} cards", scenario.name));
        }
    }
    assert!(wrong.is_empty(), "not on the page:\n{}", wrong.join("\n"));
}

/// How each connection of a scenario is drawn: its name, class, and whether it has a cross.
fn drawn(name: &str) -> Vec<(String, String, bool)> {
    let scenario = scenario::of(name);
    let html = page(&scenario.facts, Lang::En);
    let document = Html::parse_document(&html);
    let has = |lane: ElementRef<'_>, part: &str| {
        lane.select(&Selector::parse(part).unwrap()).next().is_some()
    };
    select(&document, "g.lane")
        .into_iter()
        .map(|lane| {
            let name = lane.select(&Selector::parse(".name").unwrap()).next().map(shown);
            let class = lane.value().attr("class").unwrap().trim_start_matches("lane ");
            (name.unwrap(), class.to_owned(), has(lane, ".cross"))
        })
        .collect()
}

#[test]
fn arrows_are_drawn_as_they_went() {
    let lane = |name: &str, class: &str, cross| (name.to_owned(), class.to_owned(), cross);
    let (good, bad) = (|name| lane(name, "good", false), |name| lane(name, "bad", true));
    let idle = |name| lane(name, "idle", false);
    let control = || good("control");
    assert_eq!(
        drawn("healthy"),
        [control(), good("PASV"), good("EPSV"), good("PORT"), good("EPRT")]
    );
    assert_eq!(
        drawn("server-blocks-passive-four-hops"),
        [control(), bad("PASV"), bad("EPSV"), good("PORT"), good("EPRT")]
    );
    assert_eq!(
        drawn("client-nat-vsftpd"),
        [control(), good("PASV"), good("EPSV"), bad("PORT"), bad("EPRT")]
    );
    assert_eq!(
        drawn("tls-required"),
        [bad("control"), idle("PASV"), idle("EPSV"), idle("PORT"), idle("EPRT")]
    );
}

/// Where the crosses of a scenario stand, in percent of the picture, and whether with a `?`.
fn crosses(name: &str) -> Vec<(f32, bool)> {
    let scenario = scenario::of(name);
    let html = page(&scenario.facts, Lang::En);
    let document = Html::parse_document(&html);
    let one = |lane: ElementRef<'_>| {
        let at = lane
            .select(&Selector::parse("svg.at").unwrap())
            .find(|at| at.select(&Selector::parse(".cross").unwrap()).next().is_some())?;
        let x: f32 = at.value().attr("x")?.trim_end_matches('%').parse().ok()?;
        let doubt = lane.select(&Selector::parse(".doubt").unwrap()).next().is_some();
        // From the columns of the two ends to a part of the way.
        Some((((x - 21.0) / 58.0 * 1000.0).round() / 1000.0, doubt))
    };
    select(&document, "g.lane").into_iter().filter_map(one).collect()
}

#[test]
fn crosses_stand_where_it_died() {
    // Between hop 3 and 4 of 4; at hop 1 of 4; not known.
    assert_eq!(crosses("server-blocks-passive-four-hops"), [(0.875, false), (0.875, false)]);
    let both = crosses("both-sides-block-four-hops");
    assert_eq!(both, [(0.875, false), (0.875, false), (0.25, false), (0.25, false)]);
    assert_eq!(crosses("firewall-blocks-passive"), [(0.5, true), (0.5, true)]);
}

#[test]
fn a_nat_is_drawn_where_one_is() {
    for (name, there) in [("client-nat-vsftpd", 1), ("healthy", 0)] {
        let html = page(&scenario::of(name).facts, Lang::En);
        let nats = select(&Html::parse_document(&html), "rect.nat").len();
        assert_eq!(nats, there, "{name}");
    }
}

#[test]
fn only_the_style_sheet_is_not_escaped() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/html");
    let mut with = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if std::fs::read_to_string(&path).unwrap().contains("PreEscaped") {
            with.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    assert_eq!(with, ["style.rs"]);
}
