//! The report's JSON Schema, made from its types.

use schemars::generate::SchemaSettings;

use super::check::view::CheckReport;
use super::view::Report;

/// The schema as one indented JSON document. Every property is required: unknown is `null`.
///
/// # Errors
/// When JSON cannot be written, which this schema does not cause.
pub fn schema() -> Result<Vec<u8>, serde_json::Error> {
    of::<Report>(super::view::SCHEMA)
}

/// That of a check of many targets.
///
/// # Errors
/// When JSON cannot be written, which this schema does not cause.
pub fn check() -> Result<Vec<u8>, serde_json::Error> {
    of::<CheckReport>(super::check::view::SCHEMA)
}

fn of<T: schemars::JsonSchema>(name: &str) -> Result<Vec<u8>, serde_json::Error> {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut value = serde_json::to_value(&schema)?;
    tighten(&mut value);
    if let Some(schema) = value.pointer_mut("/properties/schema/enum") {
        *schema = serde_json::json!([name]);
    }
    let mut bytes = serde_json::to_vec_pretty(&value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// What serde writes always is there, `null` included; schemars leaves optional fields out of
/// `required`. Words with a fixed set become enums.
fn tighten(value: &mut serde_json::Value) {
    if let Some(object) = value.as_object_mut() {
        if let Some(properties) = object.get("properties").and_then(|p| p.as_object()) {
            let names: Vec<serde_json::Value> =
                properties.keys().map(|k| k.as_str().into()).collect();
            object.insert("required".to_owned(), names.into());
        }
        if let Some(properties) = object.get_mut("properties").and_then(|p| p.as_object_mut()) {
            for (name, words) in WORDS {
                if let Some(property) = properties.get_mut(*name).and_then(|p| p.as_object_mut())
                    && property.get("type").is_some_and(|t| t == "string")
                {
                    property.insert("enum".to_owned(), (*words).into());
                }
            }
        }
        for child in object.values_mut() {
            tighten(child);
        }
    } else if let Some(list) = value.as_array_mut() {
        list.iter_mut().for_each(tighten);
    }
}

/// Fields whose values come from a fixed set of words.
const WORDS: &[(&str, &[&str])] = &[
    ("schema", &[super::view::SCHEMA]),
    ("verdict", &["healthy", "degraded", "broken", "unreachable"]),
    ("nat", &["none", "present", "unknown"]),
    ("purpose", &["mode", "repeat", "comparison", "hole", "neighbour"]),
    ("mode", &["pasv", "epsv", "port", "eprt"]),
    ("direction", &["client-to-server", "server-to-client"]),
    ("family", &["ipv4", "ipv6"]),
    ("security", &["clear", "tls"]),
    (
        "outcome",
        &[
            "open",
            "timed-out",
            "refused",
            "prohibited",
            "unreachable",
            "rejected",
            "stalled",
            "closed",
            "tls-failed",
            "not-tested",
        ],
    ),
    ("severity", &["problem", "warning", "info"]),
    ("confidence", &["proven", "likely", "possible"]),
    ("side", &["client", "server", "path", "unknown"]),
    ("state", &["passes", "blocked", "not-tested"]),
    ("ending", &["finished", "interrupted", "failed", "not-run"]),
    ("change", &["changed", "same", "new", "gone"]),
    ("what", &["verdict", "mode", "finding", "expectation"]),
    ("who", &["user", "client-admin", "server-admin", "network-admin"]),
];
