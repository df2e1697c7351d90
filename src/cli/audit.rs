//! Options of the port audit.

use std::time::Duration;

use clap::Args;

use super::{ProbeOptions, deadline, values};
use crate::facts::{AuditRequest, PortRange, Request};

/// SYNs to each port of a sweep that the default deadline has room for.
const KNOCKS: u32 = 6;
/// What announcements, and announced ports that are knocked at one by one, may take, on a way as long
/// and as bad as one over a satellite.
const ASKING: Duration = Duration::from_secs(90);
/// What four hundred ports that all stay silent may take on such a way, and how much of that has room.
const SILENT: (u32, Duration) = (20, Duration::from_secs(120));

/// Options of an audit.
#[derive(Debug, Clone, Args)]
pub struct AuditArgs {
    /// The passive range that the server is set to [default: learnt from what it announces]
    #[arg(long, value_parser = values::passive_ports, value_name = "MIN-MAX")]
    pub passive_ports: Option<PortRange>,
    /// Announcements (PASV, EPSV) to ask for, ten on a login, each with a knock at its port
    #[arg(long, value_parser = clap::value_parser!(u16).range(0..=1000), default_value = "40", value_name = "N")]
    pub samples: u16,
    /// SYNs a second, at most; lower it where a router on the way remembers every one of them
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=20_000), default_value = "2000", value_name = "N")]
    pub rate: u32,
}

/// Makes a request of the main job one of an audit. Its default deadline is longer by what the
/// announcements and the sweep may take.
pub fn audit(request: &mut Request, options: &ProbeOptions, args: &AuditArgs) {
    request.audit = Some(AuditRequest {
        passive_ports: args.passive_ports,
        samples: args.samples,
        rate: args.rate,
    });
    if options.deadline.is_none() {
        let ports = args.passive_ports.map_or(65_535, |r| u32::from(r.max - r.min) + 1);
        let seconds = ports.saturating_mul(KNOCKS).div_ceil(args.rate.max(1));
        let (each, most) = SILENT;
        let silent = Duration::from_secs(u64::from(ports.div_ceil(400).saturating_mul(each)));
        let sweep = Duration::from_secs(u64::from(seconds)).max(silent.min(most));
        request.deadline = (deadline(options) + ASKING + sweep).into();
    }
}
