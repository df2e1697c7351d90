//! A place on the way, whose side it lies on, and how sure a conclusion is.

use std::net::IpAddr;

pub use crate::words::Side;
use crate::words::words;

words! {
    /// How sure the conclusion is.
    pub enum Confidence: "confidence" {
        /// A comparison isolates the factor.
        Proven = "proven",
        /// The pattern fits and the usual look-alikes do not.
        Likely = "likely",
        /// It fits, and so does something else.
        Possible = "possible",
    }
}

/// The suspect hops, both ends included: 0 is this machine, `hops` the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Location {
    /// Nearest suspect.
    pub hop_min: Option<u8>,
    /// Farthest suspect.
    pub hop_max: Option<u8>,
    /// Hops from here to the server.
    pub hops: Option<u8>,
    /// Address of the culprit, where it showed itself.
    pub address: Option<IpAddr>,
}

/// Where packets die, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located {
    /// The suspect hops.
    pub location: Location,
    /// The most that may be said on the strength of it.
    pub confidence: Confidence,
    /// Last hop that was passed and first one that was not, though the suspects may be unknown.
    pub between: (u8, u8),
}

impl Located {
    /// Suspects from `min` to `max`. Where hop 2 is among those of the client's side, it is at most
    /// likely: the carrier's first router is as near. So is the last router alone as the server's.
    pub(super) fn new(min: u8, max: u8, hops: Option<u8>, confidence: Confidence) -> Self {
        let location = Location { hop_min: Some(min), hop_max: Some(max), hops, address: None };
        let doubtful = match side(&location) {
            Side::Client => max >= 2,
            Side::Server => hops.is_some_and(|hops| max < hops),
            Side::Path | Side::Unknown => false,
        };
        let confidence = if doubtful { confidence.max(Confidence::Likely) } else { confidence };
        Self { location, confidence, between: (min, max) }
    }

    /// The far end of the way.
    pub fn end(min: u8, hops: u8, confidence: Confidence) -> Self {
        Self::new(min, hops, Some(hops), confidence)
    }

    pub(super) fn by(mut self, address: IpAddr) -> Self {
        self.location.address = Some(address);
        self
    }

    /// The side, by the suspects alone.
    pub fn side(&self) -> Side {
        side(&self.location)
    }
}

/// The side that a range of suspect hops lies on.
pub fn side(location: &Location) -> Side {
    if location.hop_max == Some(0) {
        // This machine, however long the way is.
        return Side::Client;
    }
    let (Some(min), Some(max), Some(hops)) = (location.hop_min, location.hop_max, location.hops)
    else {
        return Side::Unknown;
    };
    if min <= 1 && max < hops && max <= 2 {
        Side::Client
    } else if max == hops && min >= 2 {
        Side::Server
    } else if min == max && max + 1 == hops && hops >= 3 {
        // The last router alone is the server's.
        Side::Server
    } else if min >= 2 && max < hops {
        Side::Path
    } else {
        Side::Unknown
    }
}
