//! The JSON Schema of the report and of a check, made from their types.

use schemars::generate::SchemaSettings;

use super::check::CheckReport;
use super::report::Report;

/// The schema as one indented JSON document. Every property is required: unknown is `null`.
///
/// # Errors
/// When JSON cannot be written, which this schema does not cause.
pub fn schema() -> Result<Vec<u8>, serde_json::Error> {
    of::<Report>()
}

/// That of a check of many targets.
///
/// # Errors
/// When JSON cannot be written, which this schema does not cause.
pub fn check() -> Result<Vec<u8>, serde_json::Error> {
    of::<CheckReport>()
}

fn of<T: schemars::JsonSchema>() -> Result<Vec<u8>, serde_json::Error> {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut value = serde_json::to_value(&schema)?;
    tighten(&mut value);
    let mut bytes = serde_json::to_vec_pretty(&value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// What serde writes always is there, `null` included; schemars leaves optional fields out of
/// `required`, and tells what a reader may do without.
fn tighten(value: &mut serde_json::Value) {
    if let Some(object) = value.as_object_mut() {
        if let Some(properties) = object.get_mut("properties").and_then(|p| p.as_object_mut()) {
            for property in properties.values_mut().filter_map(|p| p.as_object_mut()) {
                property.remove("default");
            }
            let names: Vec<serde_json::Value> =
                properties.keys().map(|k| k.as_str().into()).collect();
            object.insert("required".to_owned(), names.into());
        }
        object.values_mut().for_each(tighten);
    } else if let Some(list) = value.as_array_mut() {
        list.iter_mut().for_each(tighten);
    }
}
