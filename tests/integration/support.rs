//! What tests of the program share: the program itself, servers that do as they are told, and
//! programs of others.

pub(crate) mod binary;
pub(crate) mod identities;
pub(crate) mod process;
#[path = "../../src/tests/support/programs.rs"]
pub(crate) mod programs;
pub(crate) mod scenario;
pub(crate) mod script;
pub(crate) mod scripted;
pub(crate) mod served;
