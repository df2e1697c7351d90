//! Reply texts, one table per server program.
//!
//! Lines are separated by `\n`. Placeholders in braces are filled in by [`fill`].

/// Replies of one server program.
pub(in crate::demo) struct Texts {
    pub(in crate::demo) greeting: &'static str,
    pub(in crate::demo) user_ok: &'static str,
    pub(in crate::demo) anonymous_ok: &'static str,
    pub(in crate::demo) logged_in: &'static str,
    pub(in crate::demo) anonymous_in: &'static str,
    pub(in crate::demo) login_incorrect: &'static str,
    pub(in crate::demo) login_first: &'static str,
    pub(in crate::demo) user_first: &'static str,
    pub(in crate::demo) tls_required: &'static str,
    pub(in crate::demo) no_auth: &'static str,
    pub(in crate::demo) too_many: &'static str,
    pub(in crate::demo) unknown: &'static str,
    pub(in crate::demo) syst: &'static str,
    pub(in crate::demo) pwd: &'static str,
    pub(in crate::demo) type_ascii: &'static str,
    pub(in crate::demo) type_binary: &'static str,
    pub(in crate::demo) cwd_ok: &'static str,
    pub(in crate::demo) cwd_failed: &'static str,
    pub(in crate::demo) no_file: &'static str,
    pub(in crate::demo) noop: &'static str,
    pub(in crate::demo) abor: &'static str,
    pub(in crate::demo) quit: &'static str,
    pub(in crate::demo) opts_utf8: &'static str,
    pub(in crate::demo) feat_first: &'static str,
    pub(in crate::demo) feat: &'static [&'static str],
    pub(in crate::demo) feat_last: &'static str,
    pub(in crate::demo) stat: &'static str,
    pub(in crate::demo) pasv: &'static str,
    pub(in crate::demo) epsv: &'static str,
    pub(in crate::demo) pasv_on_v6: &'static str,
    pub(in crate::demo) epsv_family: &'static str,
    pub(in crate::demo) epsv_all: &'static str,
    pub(in crate::demo) after_epsv_all: &'static str,
    pub(in crate::demo) exhausted: &'static str,
    pub(in crate::demo) port_ok: &'static str,
    pub(in crate::demo) eprt_ok: &'static str,
    pub(in crate::demo) port_syntax: &'static str,
    pub(in crate::demo) eprt_syntax: &'static str,
    pub(in crate::demo) eprt_family: &'static str,
    pub(in crate::demo) port_low: &'static str,
    pub(in crate::demo) foreign: &'static str,
    pub(in crate::demo) no_data: &'static str,
    pub(in crate::demo) opening: &'static str,
    pub(in crate::demo) done: &'static str,
    pub(in crate::demo) broken: &'static str,
    pub(in crate::demo) connect_refused: &'static str,
    pub(in crate::demo) connect_timed_out: &'static str,
    pub(in crate::demo) accept_timed_out: &'static str,
    pub(in crate::demo) bad_peer: &'static str,
    pub(in crate::demo) idle: &'static str,
}

/// Replaces each `{name}` by its value.
pub(in crate::demo) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value)
    })
}
