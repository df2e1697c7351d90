//! Through all facts: every string in them is masked by what its field holds, and as free text
//! where nothing else is known of it, so that a field that is added later is masked too.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use serde_json::{Map, Value};

use super::names::Names;
use super::scan::Masks;
use crate::facts::{Facts, Request};
use crate::wire::software;

/// Fields whose texts are words of this program, numbers, or dates.
const OURS: &[&str] = &[
    "algorithm",
    "because",
    "cipher",
    "cut_short",
    "data_end",
    "delimiter",
    "doors",
    "end",
    "expect",
    "family",
    "id",
    "is",
    "key",
    "kind",
    "made",
    "mode",
    "modes",
    "not_after",
    "not_before",
    "oddities",
    "on",
    "outcome",
    "password",
    "purpose",
    "record",
    "role",
    "schema",
    "security",
    "started",
    "step",
    "system",
    "tls",
    "tool",
    "variable",
    "verb",
    "version",
    "via",
];

/// Commands whose argument is a path.
const WITH_PATH: &[&str] = &["CWD", "RETR", "LIST", "NLST", "MLSD", "MLST", "SIZE", "MDTM", "STOR"];

/// Masked facts could not be made: none are shown then.
#[derive(Debug)]
pub struct MaskError(serde_json::Error);

impl fmt::Display for MaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the facts cannot be masked: {}", self.0)
    }
}

impl std::error::Error for MaskError {}

/// The facts of one run, masked.
///
/// # Errors
/// [`MaskError`] where masked facts would not be facts any more.
pub fn mask(facts: &Facts) -> Result<Facts, MaskError> {
    Mask::default().facts(facts)
}

/// The masks of several runs, alike in all of them.
#[derive(Default)]
pub struct Mask {
    masks: Masks,
}

impl Mask {
    /// The facts with addresses, host and user names, paths and the marks of certificates masked.
    /// Ports, times and what servers say of their software stay.
    ///
    /// # Errors
    /// [`MaskError`] where masked facts would not be facts any more.
    pub fn facts(&mut self, facts: &Facts) -> Result<Facts, MaskError> {
        let mut saved = serde_json::to_value(facts).map_err(MaskError)?;
        let masks = &mut self.masks;
        masks.noting = true;
        // Twice: what an address is known by may stand after the text that names it.
        for _ in 0..2 {
            walk(masks, "", None, &mut saved.clone());
        }
        masks.noting = false;
        prepare(masks, facts);
        walk(masks, "", None, &mut saved);
        if let Some(input) = saved.pointer_mut("/request/input") {
            *input = Value::String(input_of(masks, &facts.request));
        }
        serde_json::from_value(saved).map_err(MaskError)
    }

    /// The target as it was typed, masked.
    pub fn input(&mut self, request: &Request) -> String {
        input_of(&mut self.masks, request)
    }
}

/// Gives out the masks of what matters most first, and tells what to look for in texts.
fn prepare(masks: &mut Masks, facts: &Facts) {
    let peers = facts.sessions.iter().flat_map(|s| [s.peer.ip(), s.local.ip()]);
    for address in facts.names.addresses.iter().copied().chain(peers) {
        masks.addresses.mask(address);
    }
    masks.host(&facts.request.host.to_string());
    masks.names.user(&facts.request.user);
    for path in [&facts.request.path, &facts.request.get, &facts.request.ca].into_iter().flatten() {
        masks.names.path(path);
    }
    for proxy in &facts.proxies {
        let place = proxy.value.split_once("://").map_or(proxy.value.as_str(), |(_, p)| p);
        let host = place.split(['/', ':']).next().unwrap_or_default();
        if !Names::is_common(host) && !place.starts_with('[') {
            masks.host(host);
        }
    }
    masks.names.mask_waiting();
}

/// What the user typed, put together again from masked parts.
fn input_of(masks: &mut Masks, request: &Request) -> String {
    let (scheme, rest) = match request.input.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), request.input.as_str()),
    };
    let (place, path) = rest.split_once('/').map_or((rest, None), |(p, path)| (p, Some(path)));
    let user = place.rsplit_once('@').map(|_| format!("{}@", masks.names.user(&request.user)));
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    let host = masks.host(&request.host.to_string());
    let host = if place.starts_with('[') { format!("[{host}]") } else { host };
    let after_brackets = place.rsplit_once(']').map_or(place, |(_, after)| after);
    let with_port = after_brackets.strip_suffix(&format!(":{}", request.port)).is_some()
        && place.parse::<IpAddr>().is_err();
    let port = if with_port { format!(":{}", request.port) } else { String::new() };
    let path = path.map(|_| {
        format!("/{}", request.path.as_deref().map(|p| masks.names.path(p)).unwrap_or_default())
    });
    format!("{scheme}{}{host}{port}{}", user.unwrap_or_default(), path.unwrap_or_default())
}

fn walk(masks: &mut Masks, key: &str, parent: Option<&str>, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let tag = tag(fields);
            for (name, field) in fields.iter_mut() {
                walk(masks, name, tag.as_deref(), field);
            }
        }
        Value::Array(items) => {
            for item in items {
                walk(masks, key, parent, item);
            }
        }
        Value::String(text) => {
            if let Some(masked) = string(masks, key, parent, text) {
                *text = masked;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn tag(fields: &Map<String, Value>) -> Option<String> {
    fields.get("is").and_then(Value::as_str).map(ToOwned::to_owned)
}

fn string(masks: &mut Masks, key: &str, parent: Option<&str>, text: &str) -> Option<String> {
    if OURS.contains(&key) {
        return None;
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(masks.address(address, true).to_string());
    }
    if let Ok(endpoint) = text.parse::<SocketAddr>() {
        if masks.noting {
            masks.addresses.note(endpoint.ip(), true);
            return None;
        }
        return Some(masks.addresses.mask_endpoint(endpoint).to_string());
    }
    let name_of_alert = key == "name" && parent != Some("common-name-only");
    match key {
        _ if name_of_alert => None,
        "host" | "wanted" => Some(masks.host(text)),
        "text" | "head" | "banner" if masks.noting => {
            let found = software::recognise(Some(text), None, None, None, None);
            masks.versions.extend(found.and_then(|software| software.version));
            masks.text(text);
            None
        }
        _ if masks.noting => {
            masks.text(text);
            None
        }
        // An interface of this machine.
        "bind" => Some("if".to_owned()),
        "user" => Some(masks.names.user(text)),
        "path" | "get" | "ca" => Some(masks.names.path(text)),
        "subject" | "issuer" => Some(masks.names.subject(text)),
        "names" | "name" => Some(masks.names.value(text)),
        "serial" | "sha256" => Some(masks.names.digits(text)),
        "command" => Some(command(masks, text)),
        _ => Some(masks.text(text)),
    }
}

fn command(masks: &mut Masks, command: &str) -> String {
    match command.split_once(' ') {
        Some(("USER", name)) => format!("USER {}", masks.names.user(name)),
        Some((verb, path)) if WITH_PATH.contains(&verb) => {
            format!("{verb} {}", masks.names.path(path))
        }
        _ => masks.text(command),
    }
}
