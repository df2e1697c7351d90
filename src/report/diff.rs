//! Reports about two runs that were compared.

pub mod json;
pub mod summary;
pub mod text;
pub mod view;
