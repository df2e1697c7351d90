//! What a run is told to do.

use std::net::IpAddr;

use zeroize::Zeroizing;

use super::limits::Limits;
use super::tls::TlsSetup;
use crate::facts::{Proxy, Request};

/// Who logs in. Kept out of the facts.
#[derive(Clone)]
pub struct Credentials {
    /// User name; `anonymous` by default.
    pub user: String,
    /// Password; `None` sends the customary one of an anonymous login.
    pub password: Option<Zeroizing<String>>,
    /// Account for servers that ask with 332.
    pub account: Option<Zeroizing<String>>,
}

/// What a run needs to know.
pub struct Spec {
    /// What was asked for.
    pub request: Request,
    /// Who logs in.
    pub credentials: Credentials,
    /// Waits.
    pub limits: Limits,
    /// How to judge certificates, where TLS was asked for.
    pub tls: Option<TlsSetup>,
    /// Addresses to call from (`--bind`), at most one per family.
    pub bind: Vec<IpAddr>,
    /// Proxies named by the environment.
    pub proxies: Vec<Proxy>,
}
