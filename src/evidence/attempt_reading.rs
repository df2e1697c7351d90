//! What one attempt shows by itself.

use crate::facts::tls::TlsEnd;
use crate::facts::{Attempt, Family, Outcome, Why};
use crate::wire::peer;

/// An attempt, read: the words in which both the plan and the causes speak of it.
pub trait AttemptReading {
    /// Whether it got as far as meaning anything.
    fn is_tested(&self) -> bool;

    /// Whether a connection that the server opened came through, whatever became of it: a firewall
    /// that lets the handshake pass may stop what follows.
    fn came_through(&self) -> bool;

    /// The data connection stood, the listing was asked for, and nothing, or nothing more, came.
    fn starved(&self) -> bool;

    /// It starved without a single byte.
    fn came_empty(&self) -> bool;

    /// The data connection came to its end, and the control connection stayed silent.
    fn lost_control(&self) -> bool;

    /// The data connection stood, and what was to come over it did not come whole.
    fn broke_off(&self) -> bool;

    /// Active: the server says that it knocked in vain, and nothing was seen of it here.
    fn knock_failed(&self) -> bool;

    /// Active: no connection of the server's came. Nothing was seen of one, or the server says that
    /// it knocked in vain: in its reply to the listing, or, where it knocks at once, to the
    /// announcement itself.
    fn no_knock_came(&self) -> bool;

    /// Whether the reply says that the server knocked in vain, as it does over this family.
    fn tells_of_a_failed_knock(&self, code: u16, text: &str) -> bool;

    /// The active command was refused because of the address in it.
    fn address_refused(&self) -> bool;

    /// No data connection came to stand: the knock was not let in, or (active) the server refused
    /// the address or knocked in vain.
    fn is_shut(&self) -> bool;

    /// The data connection stood, and the server turned it away as somebody else's.
    fn peer_rejected(&self) -> bool;

    /// Its data came over TLS and ended with TCP's FIN alone, without TLS' last word
    /// (`close_notify`).
    fn ends_unclosed(&self) -> bool;

    /// It failed in a way that a lost segment, a slow moment or one port can cause.
    fn may_be_chance(&self) -> bool;
}

impl AttemptReading for Attempt {
    fn is_tested(&self) -> bool {
        self.outcome != Outcome::NotTested
    }

    fn ends_unclosed(&self) -> bool {
        self.tls.as_ref().is_some_and(|t| t.end == Some(TlsEnd::EofWithoutCloseNotify))
    }

    fn came_through(&self) -> bool {
        self.is_open() || (self.observed.is_some() && !matches!(self.why, Why::WrongPeer { .. }))
    }

    fn starved(&self) -> bool {
        self.outcome == Outcome::Stalled && matches!(self.why, Why::NoData { .. })
    }

    fn came_empty(&self) -> bool {
        self.starved() && self.bytes == 0
    }

    fn lost_control(&self) -> bool {
        self.observed.is_some() && matches!(self.why, Why::NoCompletion { .. })
    }

    fn broke_off(&self) -> bool {
        self.observed.is_some() && matches!(self.outcome, Outcome::Stalled | Outcome::Closed)
    }

    fn knock_failed(&self) -> bool {
        matches!(&self.why, Why::ListingRefused { code, text, .. }
            if self.observed.is_none() && self.tells_of_a_failed_knock(*code, text))
    }

    fn no_knock_came(&self) -> bool {
        let at_once = matches!(&self.why, Why::CommandRefused { code, text }
            if self.tells_of_a_failed_knock(*code, text));
        // Only a capture shows the server's knock turned away.
        let turned_away = !self.mode.is_passive() && self.outcome.is_shut();
        self.outcome == Outcome::TimedOut
            || turned_away
            || self.knock_failed()
            || (at_once && !self.address_refused())
    }

    fn tells_of_a_failed_knock(&self, code: u16, text: &str) -> bool {
        peer::is_knock_failed(code, text)
            || (self.family == Family::V6 && peer::is_knock_prohibited(code, text))
    }

    fn address_refused(&self) -> bool {
        matches!(&self.why, Why::CommandRefused { code, text }
            if peer::is_address_refusal(*code, text))
    }

    fn is_shut(&self) -> bool {
        self.outcome.is_shut()
            || (!self.mode.is_passive() && (self.address_refused() || self.knock_failed()))
    }

    fn peer_rejected(&self) -> bool {
        // A server's log has the words alone: somebody did come, or there would be none to reject.
        let seen = self.observed.is_some() || (self.mode.is_passive() && self.knocks.is_empty());
        matches!(&self.why, Why::ListingRefused { code, text, .. } | Why::BrokenOff { code, text }
            if seen && peer::is_bad_data_peer(*code, text))
    }

    fn may_be_chance(&self) -> bool {
        match self.outcome {
            Outcome::TimedOut
            | Outcome::Stalled
            | Outcome::Closed
            | Outcome::Refused
            | Outcome::Prohibited
            | Outcome::Unreachable => true,
            Outcome::Rejected => matches!(&self.why,
                Why::ListingRefused { code, .. } | Why::CommandRefused { code, .. }
                    if (400..500).contains(code)),
            _ => false,
        }
    }
}
