//! The address in 227, where it is not the one under which the server is reached.

use std::net::IpAddr;

use super::Evidence;
use crate::facts::{Attempt, Mode, Purpose, Varied};
use crate::wire::address::{is_inner, leads_nowhere};

/// A 227 that names another address than the one under which the server is reached.
#[derive(Debug, Clone, Copy)]
pub struct Foreign227<'f> {
    /// The attempt that met it.
    pub attempt: &'f Attempt,
    /// The address that it names.
    pub advertised: IpAddr,
    /// Under which the server is reached; `None` where a server's log does not tell.
    pub peer: Option<IpAddr>,
    /// It cannot be reached from where the client is.
    pub unroutable: bool,
}

impl<'f> Evidence<'f> {
    /// The first 227 that names another address than the server's own, if one does.
    pub fn foreign_227(&self) -> Option<Foreign227<'f>> {
        let tries = self.facts.attempts.iter().filter(|a| {
            a.mode == Mode::Pasv && matches!(a.purpose, Purpose::Mode | Purpose::Repeat)
        });
        let mut named =
            tries.clone().filter_map(|attempt| Some((attempt, attempt.advertised?.ip())));
        if let Some(peer) = self.peer() {
            let Some((attempt, advertised)) = named.find(|(_, address)| *address != peer) else {
                // A capture at the server's end shows its own address only, which is none for its
                // clients.
                let attempt = tries.clone().find(|a| self.names_its_private_address(a))?;
                return Some(Foreign227 {
                    attempt,
                    advertised: peer,
                    peer: None,
                    unroutable: true,
                });
            };
            let unroutable = leads_nowhere(advertised, peer);
            return Some(Foreign227 { attempt, advertised, peer: Some(peer), unroutable });
        }
        // A server's log does not have the address by which its clients know it. One that comes from
        // the Internet can do nothing with a private one.
        let seen = self.public_seen_as()?;
        let (attempt, advertised) = named.find(|(_, address)| leads_nowhere(*address, seen))?;
        Some(Foreign227 { attempt, advertised, peer: None, unroutable: true })
    }

    /// The address under which the server sees its client, if that is one of the Internet.
    pub fn public_seen_as(&self) -> Option<IpAddr> {
        self.seen_as().filter(|seen| !is_inner(*seen) && !seen.is_loopback())
    }

    /// Whether no passive port opens at the server's own address, and the one at the address in 227 does.
    pub fn door_elsewhere(&self) -> bool {
        !self.passive_open() && self.dialled_advertised().is_some_and(Attempt::is_open)
    }

    /// The comparison that knocked at the address in 227 (`--dial-advertised`).
    pub fn dialled_advertised(&self) -> Option<&'f Attempt> {
        self.facts.varied(|v| *v == Varied::DialAdvertised).find(|a| a.dialled.is_some())
    }

    /// The same, if it was this address that was knocked at.
    pub fn dialled_at(&self, named: IpAddr) -> Option<&'f Attempt> {
        self.dialled_advertised().filter(|a| a.dialled.is_some_and(|d| d.ip() == named))
    }
}
