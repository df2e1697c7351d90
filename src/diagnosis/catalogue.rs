//! The catalogue of causes: data, one record each. Reports, `explain`, the documented table and the
//! tests iterate over it. Ids are API: none is renamed.

use super::causes::{
    active, address, blocked, control, family, lasting, middlebox, passive, range, server, tls,
};
use super::finding::{Finding, Severity};
use super::text::Lang;
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

/// A cause.
pub struct Cause {
    /// Its id, kebab-case.
    pub id: &'static str,
    /// Its plane.
    pub plane: Plane,
    /// How much it matters by default; a match may lower it.
    pub severity: Severity,
    /// Causes that only follow from this one.
    pub suppresses: &'static [&'static str],
    /// Its page in each language, in the order of [`Lang::ALL`]: Markdown with fixed sections.
    pub pages: [&'static str; 2],
    /// Looks for it in the evidence. `None`: the id is reserved and explained, but nothing in this
    /// version measures what would decide it.
    pub matches: Option<fn(&Evidence<'_>) -> Option<Finding>>,
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

/// The cause with this id.
pub fn cause(id: &str) -> Option<&'static Cause> {
    CATALOGUE.iter().find(|c| c.id == id)
}

macro_rules! cause {
    ($id:literal, $plane:ident, $severity:ident, [$($gone:literal),*], $matches:expr) => {
        cause!($id, $plane, $severity, &[$($gone),*], $matches)
    };
    ($id:literal, $plane:ident, $severity:ident, $gone:expr, $matches:expr) => {
        Cause {
            id: $id,
            plane: Plane::$plane,
            severity: Severity::$severity,
            suppresses: $gone,
            pages: [
                include_str!(concat!("pages/en/", $id, ".md")),
                include_str!(concat!("pages/zh/", $id, ".md")),
            ],
            matches: $matches,
        }
    };
}

/// What it looks like where a part of the range alone is blocked.
const PART_OF_A_RANGE: &[&str] = &[
    "epsv-blocked",
    "server-firewall-blocks-passive",
    "client-firewall-blocks-passive",
    "firewall-blocks-passive",
];

/// All causes, by plane.
pub static CATALOGUE: &[Cause] = &[
    cause!("name-not-found", Control, Problem, [], Some(control::name_not_found)),
    cause!("control-refused", Control, Problem, [], Some(control::refused)),
    cause!("control-filtered", Control, Problem, [], Some(control::filtered)),
    cause!("control-unreachable", Control, Problem, [], Some(control::unreachable)),
    cause!("control-silent", Control, Problem, [], Some(control::silent)),
    cause!("control-closed", Control, Problem, [], Some(control::closed)),
    cause!("control-not-ftp", Control, Problem, [], Some(control::not_ftp)),
    cause!("too-many-connections", Control, Problem, [], Some(control::too_many)),
    cause!("login-rejected", Control, Problem, [], Some(control::login_rejected)),
    cause!("control-idle-dropped", Control, Problem, [], Some(lasting::control_idle_dropped)),
    cause!(
        "server-firewall-blocks-passive",
        Passive,
        Problem,
        [],
        Some(blocked::server_firewall_blocks)
    ),
    cause!(
        "client-firewall-blocks-passive",
        Passive,
        Problem,
        [],
        Some(blocked::client_firewall_blocks)
    ),
    cause!("firewall-blocks-passive", Passive, Problem, [], Some(blocked::firewall_blocks)),
    cause!(
        "passive-range-partly-blocked",
        Passive,
        Problem,
        PART_OF_A_RANGE,
        Some(range::partly_blocked)
    ),
    cause!("passive-port-hole", Passive, Problem, PART_OF_A_RANGE, Some(range::port_hole)),
    cause!("passive-ports-not-forwarded", Passive, Problem, [], Some(passive::ports_not_forwarded)),
    cause!("passive-port-refused", Passive, Problem, [], Some(passive::port_refused)),
    cause!(
        "passive-disabled",
        Passive,
        Problem,
        ["pasv-unsupported", "epsv-unsupported"],
        Some(passive::disabled)
    ),
    cause!("passive-address-unroutable", Passive, Problem, [], Some(address::address_unroutable)),
    cause!("passive-address-mismatch", Passive, Warning, [], Some(address::address_mismatch)),
    cause!("epsv-blocked", Passive, Problem, [], Some(passive::epsv_blocked)),
    cause!("epsv-unsupported", Passive, Info, [], Some(passive::epsv_unsupported)),
    cause!("pasv-unsupported", Passive, Warning, [], Some(passive::pasv_unsupported)),
    cause!("passive-reply-malformed", Passive, Problem, [], Some(passive::reply_malformed)),
    cause!("passive-range-exhausted", Passive, Problem, [], Some(range::exhausted)),
    cause!("passive-range-leaks", Passive, Problem, [], Some(range::leaks)),
    cause!(
        "client-firewall-blocks-active",
        Active,
        Problem,
        [],
        Some(active::client_firewall_blocks)
    ),
    cause!(
        "server-firewall-blocks-active",
        Active,
        Problem,
        [],
        Some(active::server_firewall_blocks)
    ),
    cause!("firewall-blocks-active", Active, Problem, [], Some(active::firewall_blocks)),
    cause!(
        "client-nat-breaks-active",
        Active,
        Problem,
        [
            "firewall-blocks-active",
            "client-firewall-blocks-active",
            "server-firewall-blocks-active",
            "active-disabled"
        ],
        Some(active::nat_breaks)
    ),
    cause!("active-disabled", Active, Problem, [], Some(active::disabled)),
    cause!("active-source-port-unexpected", Active, Info, [], Some(active::source_port_unexpected)),
    cause!(
        "active-source-address-unexpected",
        Active,
        Problem,
        [],
        Some(active::source_address_unexpected)
    ),
    cause!("alg-rewrites-control", Middlebox, Info, [], Some(middlebox::alg_rewrites_control)),
    cause!("helper-opens-pinholes", Middlebox, Info, [], Some(middlebox::helper_opens_pinholes)),
    cause!(
        "data-intercepted",
        Middlebox,
        Problem,
        ["transfer-stalls", "tls-handshake-failed"],
        Some(middlebox::data_intercepted)
    ),
    cause!(
        "path-mtu-black-hole",
        Middlebox,
        Problem,
        ["transfer-stalls", "tls-handshake-failed"],
        Some(middlebox::path_mtu_black_hole)
    ),
    cause!("server-rejects-data-peer", Middlebox, Problem, [], Some(server::rejects_data_peer)),
    cause!("transfer-stalls", Middlebox, Problem, [], Some(lasting::transfer_stalls)),
    cause!("tls-required", Tls, Problem, [], Some(control::tls_required)),
    cause!("tls-unsupported", Tls, Problem, [], Some(tls::unsupported)),
    cause!("tls-handshake-failed", Tls, Problem, ["transfer-stalls"], Some(tls::handshake_failed)),
    cause!("tls-certificate-invalid", Tls, Problem, [], Some(tls::certificate_invalid)),
    cause!(
        "tls-session-reuse-required",
        Tls,
        Info,
        ["listing-refused"],
        Some(tls::session_reuse_required)
    ),
    cause!("data-tls-required", Tls, Problem, [], Some(server::data_tls_required)),
    cause!("data-tls-refused", Tls, Problem, [], Some(tls::data_refused)),
    cause!(
        "tls-blinds-firewall-helper",
        Tls,
        Problem,
        [
            "server-firewall-blocks-passive",
            "client-firewall-blocks-passive",
            "firewall-blocks-passive",
            "passive-ports-not-forwarded",
            "passive-port-refused",
            "client-firewall-blocks-active",
            "server-firewall-blocks-active",
            "firewall-blocks-active",
            "client-nat-breaks-active",
            "active-disabled"
        ],
        Some(tls::blinds_helper)
    ),
    cause!(
        "ipv6-needs-epsv",
        Family,
        Problem,
        ["passive-disabled", "epsv-unsupported", "active-disabled"],
        Some(family::ipv6_needs_epsv)
    ),
    cause!("ipv6-broken", Family, Problem, [], Some(family::ipv6_broken)),
    cause!(
        "nat64-needs-epsv",
        Family,
        Problem,
        ["ipv6-needs-epsv", "passive-disabled", "epsv-unsupported", "active-disabled"],
        Some(family::nat64_needs_epsv)
    ),
    cause!("data-closed-early", Server, Problem, [], Some(server::data_closed_early)),
    cause!("listing-refused", Server, Problem, [], Some(server::listing_refused)),
    cause!(
        "data-reaches-another-server",
        Server,
        Problem,
        ["passive-port-refused"],
        Some(server::data_reaches_another)
    ),
];
