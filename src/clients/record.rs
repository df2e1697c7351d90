//! What is known of a client.

use crate::facts::{Family, Mode};
use crate::words::words;

/// One client with its default settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// Id of the contract.
    pub id: &'static str,
    /// Its name for people; a device has one in the languages of the reports.
    pub name: &'static str,
    /// What kind of program it is.
    pub kind: Kind,
    /// The version that cannot do FTP any more.
    pub removed: Option<&'static str>,
    /// What it tries over IPv4; the first one begins.
    pub ipv4: &'static [Try],
    /// The same over IPv6; empty where it has no IPv6.
    pub ipv6: &'static [Try],
    /// Whom it calls after a 227 that names another address than the server's.
    pub address: Address,
    /// How long it knocks at a door where nobody answers.
    pub dial: Wait,
    /// How long it waits for a server that does not knock.
    pub knock: Wait,
    /// How it goes through several addresses of one name.
    pub families: Families,
    /// Whether it turns away an active data connection from another address than the server's.
    pub checks_caller: bool,
    /// What it can do with TLS.
    pub tls: Tls,
    /// Forms of the replies 227 and 229 that it cannot read.
    pub unreadable: &'static [Form],
    /// Settings that change its way, the smallest change first.
    pub settings: &'static [Setting],
    /// Where all this is known from.
    pub source: Source,
}

impl Client {
    /// What the records are built from: passive, as most clients of today, on Linux.
    pub const PASSIVE: Self = Self {
        id: "",
        name: "",
        kind: Kind::Library,
        removed: None,
        ipv4: &[PASV],
        ipv6: &[EPSV],
        address: Address::Reply,
        dial: Wait::LINUX,
        knock: Wait::Forever,
        families: Families::InTurn,
        checks_caller: false,
        tls: Tls::NONE,
        unreadable: &[],
        settings: &[],
        source: Source { how: How::Believed, at: "general knowledge" },
    };

    /// Its tries over a family.
    pub fn tries(&self, family: Family) -> &'static [Try] {
        match family {
            Family::V4 => self.ipv4,
            Family::V6 => self.ipv6,
        }
    }

    /// The client with one of its settings changed.
    #[must_use]
    pub fn with(self, setting: &Setting) -> Self {
        match setting.gives {
            Gives::Passive => Self { ipv4: &[PASV], ipv6: &[EPSV], ..self },
            Gives::Active => Self { ipv4: &[PORT], ipv6: &[EPRT], ..self },
            Gives::Pasv => Self { ipv4: &[PASV], ..self },
            Gives::Epsv => Self { ipv4: &[EPSV], ipv6: &[EPSV], ..self },
            Gives::ServersAddress => Self { address: Address::Server, ..self },
            Gives::AnyAddress => Self { address: Address::Reply, ..self },
            Gives::Another => Self {
                ipv4: const { &[EPSV.on_reply(Mode::Pasv), PASV] },
                ipv6: &[EPSV],
                address: Address::Server,
                ..self
            },
        }
    }
}

words! {
    /// Kind of program.
    pub enum Kind: "kind of client" {
        /// For a terminal or a script.
        CommandLine = "command-line",
        /// With windows.
        Graphical = "graphical",
        /// A web browser.
        Browser = "browser",
        /// The file manager of an operating system.
        FileManager = "file-manager",
        /// Used by programs.
        Library = "library",
        /// Firmware.
        Device = "device",
    }
}

/// One command for a data connection, and what the client does when it fails. Where nothing is
/// said, it gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Try {
    /// The command.
    pub mode: Mode,
    /// After a reply 4yz or 5yz to the command (a 421 ends every client's session).
    pub reply: Option<Next>,
    /// After a knock that was turned away at once: RST, ICMP, or 425 from the server in active mode.
    pub refused: Option<Next>,
    /// After a knock that nobody answered.
    pub silence: Option<Next>,
}

/// EPSV, and nothing after it.
pub const EPSV: Try = Try::only(Mode::Epsv);
/// PASV, and nothing after it.
pub const PASV: Try = Try::only(Mode::Pasv);
/// EPRT, and nothing after it.
pub const EPRT: Try = Try::only(Mode::Eprt);
/// PORT, and nothing after it.
pub const PORT: Try = Try::only(Mode::Port);

impl Try {
    const fn only(mode: Mode) -> Self {
        Self { mode, reply: None, refused: None, silence: None }
    }

    /// Goes on with this after a refusal by reply.
    pub const fn on_reply(self, mode: Mode) -> Self {
        Self { reply: Some(Next { mode, pause: 0 }), ..self }
    }

    /// The same, after so many seconds.
    pub const fn on_reply_after(self, pause: u32, mode: Mode) -> Self {
        Self { reply: Some(Next { mode, pause }), ..self }
    }

    /// Goes on with this after a data connection that could not be had, at once or in silence.
    pub const fn on_no_connection(self, mode: Mode) -> Self {
        let next = Some(Next { mode, pause: 0 });
        Self { refused: next, silence: next, ..self }
    }

    /// Goes on with this after every failure.
    pub const fn on_failure(self, mode: Mode) -> Self {
        self.on_reply(mode).on_no_connection(mode)
    }
}

/// What comes after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// The next command, one of the client's own tries.
    pub mode: Mode,
    /// Seconds before it is sent.
    pub pause: u32,
}

/// Whom a client calls after a 227 that names another address than the server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Address {
    /// Always the server that it is connected to.
    Server,
    /// The address in the reply, whatever it is.
    Reply,
    /// The address in the reply, unless that is private or 0.0.0.0 and the server's is public.
    ReplyUnlessUnroutable,
    /// The same, but 0.0.0.0 is followed, to the client's own machine.
    ReplyUnlessPrivate,
    /// The address in the reply, and the server where that cannot be had.
    ReplyThenServer,
    /// Nobody: it gives up.
    GivesUp,
    /// The address in the reply or the server, as its version has it.
    AsVersion,
}

/// How long a client waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wait {
    /// So many seconds.
    Seconds(u32),
    /// Without end.
    Forever,
}

impl Wait {
    /// Linux gives a `connect` up after 134.8 s (`tcp_syn_retries` 6, kernel 6.18), where the client
    /// has no limit of its own.
    pub const LINUX: Self = Self::Seconds(135);
    /// Windows after some 21 s.
    pub const WINDOWS: Self = Self::Seconds(21);
}

/// How a client goes through several addresses of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Families {
    /// One after the other, each with its whole time-out.
    InTurn,
    /// Both families at nearly the same time (RFC 8305).
    Race,
}

/// What a client can do with TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Tls {
    /// AUTH TLS, where it is asked to.
    pub explicit: bool,
    /// TLS from the first byte.
    pub implicit: bool,
    /// AUTH TLS of its own accord, where the server offers it.
    pub unasked: bool,
    /// It turns a certificate away that is not trusted, and nobody is asked.
    pub verifies: bool,
    /// Data connections are under TLS too (PROT P) without a call of its own that asks for it.
    pub protects: bool,
    /// Whether data connections resume the TLS session of the control connection.
    pub resumes: Resumes,
    /// What it makes of a data connection that ends without TLS' last word.
    pub unclosed: Unclosed,
}

impl Tls {
    /// None at all.
    pub const NONE: Self = Self {
        explicit: false,
        implicit: false,
        unasked: false,
        verifies: false,
        protects: true,
        resumes: Resumes::No,
        unclosed: Unclosed::Unknown,
    };
    /// Both kinds, certificates verified, sessions resumed.
    pub const FULL: Self = Self {
        explicit: true,
        implicit: true,
        unasked: false,
        verifies: true,
        protects: true,
        resumes: Resumes::Yes,
        unclosed: Unclosed::Unknown,
    };
}

/// Whether data connections resume the TLS session of the control connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resumes {
    /// They do.
    Yes,
    /// They do not.
    No,
    /// They try to, and whether that goes well depends on the server.
    Varies,
    /// They do, and the client gives up where the server does not let them.
    Insists,
    /// They do or they do not, as the program that uses the client was built.
    AsBuilt,
}

/// What a client makes of a data connection that ends without TLS' last word (`close_notify`): by
/// TCP's FIN alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unclosed {
    /// It takes what came.
    Takes,
    /// The transfer has failed for it.
    Fails,
    /// Not known, or another thing with each version or TLS library.
    Unknown,
}

/// A form of the reply to PASV or EPSV that RFC 959 and 2428 do not have, or not alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// 227 without parentheses.
    Bare227,
    /// 227 in several lines.
    Lines227,
    /// 227 with blanks between the numbers.
    Blanks227,
    /// 229 with another delimiter than `|`.
    Delimiter229,
    /// 229 with protocol or address.
    Address229,
    /// 229 without parentheses.
    Bare229,
}

/// A setting that changes the way of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// What it changes.
    pub gives: Gives,
    /// An option, a call or the way through the menus, as the program itself calls it.
    pub how: &'static str,
}

/// What a setting changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gives {
    /// Passive mode.
    Passive,
    /// Active mode.
    Active,
    /// PASV without EPSV before it.
    Pasv,
    /// EPSV over IPv4 too.
    Epsv,
    /// The address in 227 is ignored.
    ServersAddress,
    /// The address in 227 is followed.
    AnyAddress,
    /// No setting helps; another program of the same system does, and it tries EPSV, then PASV.
    Another,
}

/// Where a record is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// How sure it is.
    pub how: How,
    /// Version, document or file.
    pub at: &'static str,
}

/// How something is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// The program was run against servers and networks that fail in each way.
    Measured,
    /// Its source or its maker's documentation says so.
    Documented,
    /// General knowledge, not verified.
    Believed,
}
