//! What was asked for, as far as a later diagnosis has to know it. Never a password.

use crate::words::words;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::expectation::Expectation;
use super::{AuditRequest, Host, Micros, Mode};

/// The request behind a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Request {
    /// The target as typed, a password taken out.
    pub input: String,
    /// Host name or address.
    pub host: Host,
    /// Port of the control connection.
    pub port: u16,
    /// User name of the login.
    pub user: String,
    /// Where the password came from; `None` for an anonymous login.
    pub password: Option<PasswordSource>,
    /// Directory or file to list.
    pub path: Option<String>,
    /// How the control connection is protected.
    pub tls: TlsLevel,
    /// `--insecure`: what speaks against a certificate is said, and not minded.
    #[serde(default, skip_serializing_if = "is_false")]
    pub insecure: bool,
    /// `--ca`, as typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// `--allow-clear`: the login may be repeated in clear for a comparison.
    #[serde(default, skip_serializing_if = "is_false")]
    pub allow_clear: bool,
    /// Modes to try, without repetition.
    pub modes: Vec<Mode>,
    /// `-4` or `-6`.
    pub family: Option<Family>,
    /// `--bind`, as typed.
    pub bind: Option<String>,
    /// `--active-ports`.
    pub active_ports: Option<PortRange>,
    /// `--external-ip`.
    pub external_ip: Option<IpAddr>,
    /// `--dial-advertised`.
    pub dial_advertised: bool,
    /// `false` with `--no-localise`.
    pub localise: bool,
    /// Limit of one data attempt.
    pub timeout: Micros,
    /// Limit of the whole run.
    pub deadline: Micros,
    /// `--get`: a file to retrieve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub get: Option<String>,
    /// `--idle`: how long a login is held silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<Micros>,
    /// `--expect`: what the run was expected to show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expectation>,
    /// An audit of passive ports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<AuditRequest>,
    /// The target is an embedded demonstration server on loopback.
    pub demo: bool,
}

impl Request {
    /// Whether data connections are to be protected.
    pub fn security(&self) -> Security {
        if self.tls == TlsLevel::Off { Security::Clear } else { Security::Tls }
    }

    /// Whether a comparison in clear gives nothing away: no password is sent, or it is allowed.
    pub fn may_speak_clear(&self) -> bool {
        self.allow_clear || self.password.is_none()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(value: &bool) -> bool {
    !*value
}

words! {
    /// Level of protection of the control connection.
    pub enum TlsLevel: "level of TLS" {
        /// Clear text
        Off = "off",
        /// AUTH TLS on the usual port
        Explicit = "explicit",
        /// TLS from the first byte
        Implicit = "implicit",
    }
}

impl TlsLevel {
    /// The control port where none is given.
    pub fn usual_port(self) -> u16 {
        if self == Self::Implicit { 990 } else { 21 }
    }
}

words! {
    /// Address family.
    pub enum Family: "family" {
        /// IPv4.
        V4 = "ipv4",
        /// IPv6.
        V6 = "ipv6",
    }
}

impl Family {
    /// The family of an address.
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// `IPv4` or `IPv6`.
    pub fn name(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }
}

words! {
    /// Whether a connection was encrypted.
    pub enum Security: "security" {
        /// Clear text.
        Clear = "clear",
        /// TLS on both connections.
        Tls = "tls",
    }
}

/// Where a password came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PasswordSource {
    /// `--password-file`.
    File,
    /// `FTP_DOCTOR_PASSWORD`.
    Environment,
    /// `~/.netrc`.
    Netrc,
    /// The prompt.
    Prompt,
    /// The URL: accepted with a warning.
    Url,
}

/// An inclusive range of ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortRange {
    /// Lowest port.
    pub min: u16,
    /// Highest port.
    pub max: u16,
}

/// A proxy that the environment names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proxy {
    /// The variable, such as `ftp_proxy`.
    pub variable: String,
    /// Its value, credentials taken out.
    pub value: String,
}
