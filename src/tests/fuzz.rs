//! Input that nobody thought of: bytes for every parser, facts for the diagnosis and all reports.
//!
//! A run of the tests makes a few thousand executions of each. The long run, one line per target:
//!
//! ```text
//! FTP_DOCTOR_FUZZ_RUNS=10000000 cargo test --release --lib tests::fuzz:: -- --nocapture --test-threads=1
//! ```
//!
//! - `FTP_DOCTOR_FUZZ_RUNS`: executions of each target
//! - `FTP_DOCTOR_FUZZ_SECONDS`: the most that a target may take
//! - `FTP_DOCTOR_FUZZ_SEED`: where the random numbers begin; the same seed tries the same inputs
//!
//! What fails is made small and written to `target/tmp/fuzz/`. It belongs into
//! `fixtures/fuzz/TARGET/`, where every run tries it first.

mod engine;
mod facts;
mod files;
mod invariants;
mod lists;
mod mutate;
mod parsers;
mod shape;
mod texts;
