//! Whether two runs met one server.

use super::run::Run;
use super::way::private;

/// What the runs have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// One server.
    Same,
    /// Neither host nor address nor banner is common.
    Other,
    /// Something is common, and it does not suffice.
    Unknown,
}

impl Identity {
    /// As the report has it.
    pub fn same(self) -> Option<bool> {
        match self {
            Self::Same => Some(true),
            Self::Other => Some(false),
            Self::Unknown => None,
        }
    }
}

/// Judges two runs.
pub fn identity(a: &Run, b: &Run) -> Identity {
    let literal = a.target.host.parse::<std::net::IpAddr>().is_ok();
    let host = a.target.host.eq_ignore_ascii_case(&b.target.host);
    let addresses = |run: &Run| {
        let mut all = run.target.addresses.clone();
        all.extend(run.server.address);
        all
    };
    let (of_a, of_b) = (addresses(a), addresses(b));
    let common = |wanted: fn(std::net::IpAddr) -> bool| {
        of_a.iter().any(|address| wanted(*address) && of_b.contains(address))
    };
    let (public, any) = (common(|address| !private(address)), common(|_| true));
    let banner = banners(a, b);
    if !host && !any && banner != Some(true) {
        return Identity::Other;
    }
    // Another port of one machine may be another server on it.
    if a.target.port != b.target.port {
        return Identity::Unknown;
    }
    match banner {
        // One address, and another product answers: a proxy, a balancer, or a server that was
        // replaced.
        Some(false) if other_product(a, b) => Identity::Unknown,
        _ if public => Identity::Same,
        // Another machine under one name, or a server that moved.
        Some(false) if !any => Identity::Unknown,
        _ if host && !literal => Identity::Same,
        // A private address is another machine in every network.
        Some(true) if any => Identity::Same,
        _ => Identity::Unknown,
    }
}

fn other_product(a: &Run, b: &Run) -> bool {
    let product = |run: &Run| {
        let software = run.server.software.as_deref()?;
        software.split(' ').next().map(str::to_ascii_lowercase)
    };
    product(a).zip(product(b)).is_some_and(|(a, b)| a != b)
}

/// Whether two banners are the same server's: numbers in them (the time, how many users) may
/// differ. `None` where one is not known.
fn banners(a: &Run, b: &Run) -> Option<bool> {
    let (in_a, in_b) = (a.server.banner.as_deref()?, b.server.banner.as_deref()?);
    Some(in_a == in_b || banner_alike(a, b))
}

/// Whether only numbers tell the banners apart, of a software that counts and tells the time there.
pub fn banner_alike(a: &Run, b: &Run) -> bool {
    let known = a.server.software.is_some() && a.server.software == b.server.software;
    let bare = |run: &Run| {
        run.server
            .banner
            .as_ref()
            .map(|banner| banner.chars().filter(|c| !c.is_ascii_digit()).collect::<String>())
    };
    bare(a) == bare(b) && (known || a.server.banner == b.server.banner)
}
