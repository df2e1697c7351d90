//! What `--version` tells: which program this is, to the commit.

/// Version, commit, target and TLS library, a line each. What is not known says so.
pub const LONG: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\ncommit ",
    env!("FTP_DOCTOR_BUILD_COMMIT"),
    "\ntarget ",
    env!("FTP_DOCTOR_BUILD_TARGET"),
    "\nTLS    ",
    env!("FTP_DOCTOR_BUILD_TLS"),
);
