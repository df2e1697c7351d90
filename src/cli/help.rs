//! Longer explanations of options, for `--help` and the manual page.

/// `--expect`. Lines are short: the manual page has few columns left.
pub const EXPECT: &str = "\
Exit with 0 only where this is so. Repeatable: every one has to be met. What was not measured is \
not met: exit code 5, where none is missed. Expectations are:

  verdict=healthy|limited|degraded|broken|unreachable|incomplete
  passive=open      at least one passive mode works
  passive=blocked   all were tested, and none works
  passive=any       tested, whatever came of it
  active=…          the same for the active modes
  pasv=OUTCOME      one mode (pasv, epsv, port or eprt):
                    open, timed-out, refused, prohibited,
                    unreachable, rejected, stalled, closed,
                    tls-failed, not-tested, any
  cause=ID          found (ftp-doctor explain --list)
  cause!=ID         not found, though it could have been
  side=client|server|path|unknown
                    whose side the first problem is on
  client:ID=works|fails|any
                    with its default settings
  tls=required      a login in clear is refused
  tls=offered|off|any
                    TLS can be had, or cannot
  tls-reuse=yes|no  data connections resume the session
  certificate=valid|invalid
  certificate-days>N
                    days left (also >=, <, <=)
  range=MIN-MAX     all announced passive ports are in it
  port:N=OUTCOME    a knock at a port of the server: open,
                    refused, timed-out, prohibited,
                    unreachable
  software=NAME     such as vsftpd
  nat=none|present|unknown
  control-ms<N      milliseconds (also <=, >, >=) of:
                    control-ms, greeting-ms, tls-ms,
                    login-ms, elapsed-ms, and list-ms, the
                    slowest listing of the modes that work

Exit code 0 means that every one is met, whatever the verdict.";
