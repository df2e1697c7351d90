//! The catalogue of causes: their records, collected in the order of the planes. Reports, `explain`,
//! the documented table and the tests iterate over it. Ids are API: none is renamed.

use super::cause::Cause;
use super::detectors::{
    address_detector, certificate_detector, dial_detector, greeting_detector, handshake_detector,
    helper_detector, idle_detector, interception_detector, knock_detector, login_detector,
    nat_detector, protection_detector, range_detector, refusal_detector, reset_detector,
    silence_detector, transfer_detector, unexplained_detector, verb_detector,
};

/// The cause with this id.
pub fn cause(id: &str) -> Option<&'static Cause> {
    CATALOGUE.iter().copied().find(|cause| cause.id == id)
}

/// All causes, by plane.
pub static CATALOGUE: &[&Cause] = &[
    &dial_detector::NAME_NOT_FOUND,
    &dial_detector::CONTROL_REFUSED,
    &dial_detector::CONTROL_FILTERED,
    &dial_detector::CONTROL_UNREACHABLE,
    &greeting_detector::CONTROL_SILENT,
    &greeting_detector::CONTROL_CLOSED,
    &greeting_detector::CONTROL_NOT_FTP,
    &login_detector::TOO_MANY_CONNECTIONS,
    &login_detector::LOGIN_REJECTED,
    &idle_detector::CONTROL_IDLE_DROPPED,
    &silence_detector::SERVER_FIREWALL_BLOCKS_PASSIVE,
    &silence_detector::CLIENT_FIREWALL_BLOCKS_PASSIVE,
    &silence_detector::FIREWALL_BLOCKS_PASSIVE,
    &range_detector::PASSIVE_RANGE_PARTLY_BLOCKED,
    &range_detector::PASSIVE_PORT_HOLE,
    &reset_detector::PASSIVE_PORTS_NOT_FORWARDED,
    &reset_detector::PASSIVE_PORT_REFUSED,
    &refusal_detector::PASSIVE_DISABLED,
    &address_detector::PASSIVE_ADDRESS_UNROUTABLE,
    &address_detector::PASSIVE_ADDRESS_MISMATCH,
    &verb_detector::EPSV_BLOCKED,
    &refusal_detector::EPSV_UNSUPPORTED,
    &refusal_detector::PASV_UNSUPPORTED,
    &refusal_detector::PASSIVE_REPLY_MALFORMED,
    &range_detector::PASSIVE_RANGE_EXHAUSTED,
    &range_detector::PASSIVE_RANGE_LEAKS,
    &knock_detector::CLIENT_FIREWALL_BLOCKS_ACTIVE,
    &knock_detector::SERVER_FIREWALL_BLOCKS_ACTIVE,
    &knock_detector::FIREWALL_BLOCKS_ACTIVE,
    &nat_detector::CLIENT_NAT_BREAKS_ACTIVE,
    &refusal_detector::ACTIVE_DISABLED,
    &address_detector::ACTIVE_SOURCE_PORT_UNEXPECTED,
    &address_detector::ACTIVE_SOURCE_ADDRESS_UNEXPECTED,
    &helper_detector::ALG_REWRITES_CONTROL,
    &helper_detector::HELPER_OPENS_PINHOLES,
    &interception_detector::DATA_INTERCEPTED,
    &transfer_detector::PATH_MTU_BLACK_HOLE,
    &transfer_detector::SERVER_REJECTS_DATA_PEER,
    &transfer_detector::TRANSFER_STALLS,
    &login_detector::TLS_REQUIRED,
    &handshake_detector::TLS_UNSUPPORTED,
    &handshake_detector::TLS_HANDSHAKE_FAILED,
    &certificate_detector::TLS_CERTIFICATE_INVALID,
    &protection_detector::TLS_SESSION_REUSE_REQUIRED,
    &protection_detector::TLS_DATA_NOT_CLOSED,
    &protection_detector::DATA_TLS_REQUIRED,
    &protection_detector::DATA_TLS_REFUSED,
    &helper_detector::TLS_BLINDS_FIREWALL_HELPER,
    &refusal_detector::IPV6_NEEDS_EPSV,
    &dial_detector::IPV6_BROKEN,
    &refusal_detector::NAT64_NEEDS_EPSV,
    &transfer_detector::DATA_CLOSED_EARLY,
    &refusal_detector::LISTING_REFUSED,
    &reset_detector::DATA_REACHES_ANOTHER_SERVER,
    &unexplained_detector::UNEXPLAINED,
];
