//! What is known of a cause before anything is measured: its record, which stands in the file that
//! finds it.

use super::finding::Severity;
use super::text::Lang;
use super::why_not::Found;
use super::worlds::World;
use crate::evidence::Evidence;
use crate::words::words;

words! {
    /// Where in an FTP session a cause shows.
    pub enum Plane: "plane" {
        /// Name, control connection, login.
        Control = "control",
        /// Data connections that the client opens.
        Passive = "passive",
        /// Data connections that the server opens.
        Active = "active",
        /// Boxes on the way.
        Middlebox = "middlebox",
        /// Encryption.
        Tls = "TLS",
        /// IPv4 and IPv6.
        Family = "family",
        /// The server itself.
        Server = "server",
    }
}

/// What looks for causes. Several causes share one detector where one look decides between them,
/// such as whose firewall it is; it is run once for all of them.
pub struct Detector(pub fn(&Evidence<'_>) -> Found);

/// A cause.
pub struct Cause {
    /// Its id, kebab-case.
    pub id: &'static str,
    /// Its plane.
    pub plane: Plane,
    /// How much it matters by default; a finding may lower it.
    pub severity: Severity,
    /// What looks for it.
    pub detector: &'static Detector,
    /// Causes that only follow from this one.
    pub suppresses: &'static [&'static str],
    /// Other worlds that give the same packets.
    pub worlds: &'static [&'static World],
    /// Its page in each language, in the order of [`Lang::ALL`]: Markdown with fixed sections.
    pub pages: [&'static str; 2],
}

impl Cause {
    /// Its page.
    pub fn page(&self, lang: Lang) -> &'static str {
        let [english, chinese] = self.pages;
        match lang {
            Lang::En => english,
            Lang::Zh => chinese,
        }
    }

    /// The page's title.
    pub fn title(&self, lang: Lang) -> &'static str {
        self.page(lang).lines().next().unwrap_or_default().trim_start_matches('#').trim()
    }
}

/// A cause's record: id, plane, severity, detector, what it suppresses, and which other worlds look
/// like it. Its pages are found by the id.
macro_rules! cause {
    ($id:literal, $plane:ident, $severity:ident, $detector:expr
        $(, suppresses [$($gone:literal),*])? $(, looks_like [$($world:ident),*])?) => {
        cause!(@ $id, $plane, $severity, $detector, &[$($($gone),*)?], [$($($world),*)?])
    };
    ($id:literal, $plane:ident, $severity:ident, $detector:expr,
        suppresses $gone:expr $(, looks_like [$($world:ident),*])?) => {
        cause!(@ $id, $plane, $severity, $detector, $gone, [$($($world),*)?])
    };
    (@ $id:literal, $plane:ident, $severity:ident, $detector:expr, $gone:expr,
        [$($world:ident),*]) => {
        $crate::diagnosis::cause::Cause {
            id: $id,
            plane: $crate::diagnosis::cause::Plane::$plane,
            severity: $crate::diagnosis::finding::Severity::$severity,
            detector: $detector,
            suppresses: $gone,
            worlds: &[$(&$crate::diagnosis::worlds::$world),*],
            pages: [
                include_str!(concat!("../pages/en/", $id, ".md")),
                include_str!(concat!("../pages/zh/", $id, ".md")),
            ],
        }
    };
}

pub(super) use cause;
