//! For whom a diagnosis is: it changes the lines that are proposed, never what is concluded.

/// What the reader wants fixes for. No part of the facts: saved facts are read by others, with wishes
/// of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// `--fix-for`: lines for these only; for all where it is empty.
    pub fix_for: Vec<String>,
    /// `--nft-chain`: `FAMILY/TABLE/CHAIN` that rules are to go into.
    pub nft_chain: Option<String>,
}

impl Options {
    /// Nothing in particular.
    pub const NONE: &'static Self = &Self { fix_for: Vec::new(), nft_chain: None };
}
