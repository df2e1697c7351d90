//! What the programs say about TLS, from their sources and from captures in the lab. None of them
//! has a text for each case; where one is missing, its nearest relative stands there.

use super::Software;

/// Replies to AUTH, PBSZ and PROT, and what is said when a data connection fails under TLS.
pub(in crate::demo) struct TlsTexts {
    pub(in crate::demo) auth_ok: &'static str,
    pub(in crate::demo) buffer_size: &'static str,
    pub(in crate::demo) private: &'static str,
    pub(in crate::demo) clear: &'static str,
    pub(in crate::demo) clear_refused: &'static str,
    pub(in crate::demo) other_level: &'static str,
    pub(in crate::demo) data_required: &'static str,
    pub(in crate::demo) data_failed: &'static str,
    pub(in crate::demo) not_resumed: &'static str,
}

const VSFTPD: TlsTexts = TlsTexts {
    auth_ok: "234 Proceed with negotiation.",
    buffer_size: "200 PBSZ set to 0.",
    private: "200 PROT now Private.",
    clear: "200 PROT now Clear.",
    clear_refused: "200 PROT now Clear.",
    other_level: "536 PROT not supported.",
    data_required: "522 Data connections must be encrypted.",
    data_failed: "522 SSL connection failed",
    not_resumed: "522 SSL connection failed; session reuse required: see require_ssl_reuse option in vsftpd.conf man page",
};

const PROFTPD: TlsTexts = TlsTexts {
    auth_ok: "234 AUTH {mechanism} successful",
    buffer_size: "200 PBSZ 0 successful",
    private: "200 Protection set to Private",
    clear: "200 Protection set to Clear",
    clear_refused: "534 Unwilling to accept security parameters",
    other_level: "536 PROT {level} unsupported",
    data_required: "522 SSL/TLS required on the data channel",
    data_failed: "425 Unable to build data connection: Operation not permitted",
    not_resumed: "425 Unable to build data connection: Operation not permitted",
};

const PURE_FTPD: TlsTexts = TlsTexts {
    auth_ok: "234 AUTH TLS OK.",
    buffer_size: "200 PBSZ=0",
    private: "200 Data protection level set to \"private\"",
    clear: "200 Data protection level set to \"clear\"",
    clear_refused: "200 Data protection level set to \"clear\"",
    other_level: "534 Protection level {level} not understood - Fallback to [C]",
    data_required: "521 Data connection cannot be opened with this PROT setting.",
    data_failed: "426 Data connection closed; transfer aborted.",
    not_resumed: "426 Data connection closed; transfer aborted.",
};

const PYFTPDLIB: TlsTexts = TlsTexts {
    auth_ok: "234 AUTH {mechanism} successful.",
    buffer_size: "200 PBSZ=0 successful.",
    private: "200 Protection set to Private",
    clear: "200 Protection set to Clear",
    clear_refused: "200 Protection set to Clear",
    other_level: "521 PROT {level} unsupported (use C or P).",
    data_required: "550 SSL/TLS required on the data channel.",
    data_failed: "522 SSL handshake failed.",
    not_resumed: "522 SSL handshake failed.",
};

const FILEZILLA: TlsTexts = TlsTexts {
    auth_ok: "234 Using authentication type {mechanism}.",
    buffer_size: "200 PBSZ=0",
    private: "200 Protection level set to P",
    clear: "200 Protection level set to C",
    clear_refused: "534 PROT C is not allowed when the control connection is secure. Use PROT P.",
    other_level: "504 Protection level {level} not supported",
    data_required: "534 PROT C is not allowed when the control connection is secure. Use PROT P.",
    data_failed: "425 Unable to build data connection: ECONNABORTED - Connection aborted",
    not_resumed: "425 Unable to build data connection: TLS session of data connection not resumed.",
};

pub(super) fn texts(software: Software) -> &'static TlsTexts {
    match software {
        Software::Vsftpd => &VSFTPD,
        Software::ProFtpd => &PROFTPD,
        Software::PureFtpd => &PURE_FTPD,
        Software::Pyftpdlib => &PYFTPDLIB,
        Software::FileZilla => &FILEZILLA,
    }
}
