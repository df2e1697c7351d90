//! What every part of one run shares, passed on by reference.

use std::cell::RefMut;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::limits::Limits;
use super::os;
use super::recorder::Recorder;
use super::secrets::Secrets;
use super::spec::Spec;
use crate::facts::{Facts, Mode, PortRange, Purpose, Request};

/// What is being done, for a spinner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Looking up the name.
    Resolving(String),
    /// Opening the control connection.
    Connecting(SocketAddr),
    /// Waiting for the greeting.
    Greeting(SocketAddr),
    /// USER and PASS.
    LoggingIn,
    /// FEAT, SYST, STAT …
    Survey,
    /// A data connection.
    Trying(Mode, Purpose),
    /// Holding a login silent for this long.
    Waiting(Duration),
    /// Looking how far packets come on the way to the server.
    Climbing(SocketAddr),
    /// Asking for announcements.
    Sampling,
    /// Knocking at the ports of a range.
    Sweeping {
        /// Which.
        range: PortRange,
        /// Ports in all, those that were announced outside of it among them.
        ports: usize,
        /// Ports that are done with.
        done: usize,
        /// What the rest takes, at most.
        left: Duration,
    },
    /// Waiting before a server that said "too many" is asked again.
    Pausing(Duration),
}

/// One run: what was asked for and its limits, the clock with its deadline and the facts, what is
/// secret, and whom to tell what is being done.
pub struct Context<'a> {
    /// What the run is told to do.
    pub spec: &'a Spec,
    /// The clock, the deadline and the facts.
    pub recorder: Recorder,
    /// What servers may repeat of the login.
    pub secrets: Secrets,
    stage: &'a dyn Fn(Stage),
}

impl<'a> Context<'a> {
    /// Of a run whose clock goes.
    pub fn new(spec: &'a Spec, recorder: Recorder, stage: &'a dyn Fn(Stage)) -> Self {
        Self { spec, recorder, secrets: Secrets::of(&spec.credentials), stage }
    }

    /// What was asked for.
    pub fn request(&self) -> &'a Request {
        &self.spec.request
    }

    /// Waits.
    pub fn limits(&self) -> &'a Limits {
        &self.spec.limits
    }

    /// Logins of this run, at most.
    pub fn most_logins(&self) -> usize {
        let limits = self.limits();
        limits.logins + self.request().audit.map_or(0, |_| limits.audit_logins)
    }

    /// The facts, for one short write or read; never held across an await.
    pub fn facts(&self) -> RefMut<'_, Facts> {
        self.recorder.facts()
    }

    /// Tells what is being done.
    pub fn tell(&self, stage: Stage) {
        (self.stage)(stage);
    }

    /// The address to call this one from, if `--bind` names one of its family.
    pub fn bind(&self, to: IpAddr) -> Option<IpAddr> {
        self.spec.bind.iter().copied().find(|b| b.is_ipv4() == to.is_ipv4())
    }

    /// The control port at an address of the host. A link-local one means nothing without the
    /// interface that it was given with.
    pub fn control_port(&self, address: IpAddr) -> SocketAddr {
        let mut to = SocketAddr::new(address, self.request().port);
        if let (SocketAddr::V6(v6), Some(zone)) = (&mut to, self.request().host.zone()) {
            v6.set_scope_id(os::scope_id(zone).unwrap_or(0));
        }
        to
    }
}
