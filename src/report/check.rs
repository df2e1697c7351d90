//! Many targets: a line each as they end, the summary, the JSON document, what changed since an
//! earlier run.

pub mod changes;
pub mod json;
pub mod row;
pub mod text;

pub use row::{Row, Totals};
