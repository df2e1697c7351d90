//! Python's ftplib with its debug level, and the traceback that ends it all.

use super::plain::quoted;
use super::understood;
use crate::read::conversation::End;
use crate::read::logs::says::{Program, Says, Understood};
use crate::read::logs::shape::{self, Trouble};

const FTPLIB: Program = Program::client("Python ftplib");

/// What has been seen of ftplib so far.
#[derive(Debug, Default)]
pub struct Ftplib {
    /// It says everything twice at its second level.
    words: bool,
    /// The part of it that a traceback is in.
    frame: Option<Frame>,
}

/// Where in ftplib an exception was raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// A reply was awaited.
    Reply,
    /// A data connection was dialled.
    Dial,
    /// The server's call was awaited.
    Accept,
    /// Data was read or written.
    Transfer,
    /// The control connection was dialled.
    Connect,
}

impl Ftplib {
    /// `*cmd* 'USER x'`, and the traceback that ends it all.
    pub fn read(&mut self, text: &str) -> Option<Understood> {
        for (mark, reply, twin) in [
            ("*cmd* ", false, false),
            ("*resp* ", true, false),
            ("*put* ", false, true),
            ("*get* ", true, true),
        ] {
            let Some(rest) = text.strip_prefix(mark) else { continue };
            self.frame = None;
            self.words |= !twin;
            if twin && self.words {
                return understood(FTPLIB, Vec::new());
            }
            return understood(FTPLIB, quoted(rest, reply));
        }
        if text.starts_with("*welcome* ") || text.starts_with("*retr* ") {
            return understood(FTPLIB, Vec::new());
        }
        if text.starts_with("Traceback (most recent call last)") {
            self.frame = None;
            return understood(FTPLIB, Vec::new());
        }
        let trimmed = text.trim_start();
        if trimmed.starts_with("File \"") && trimmed.contains(", line ") {
            let function = trimmed.rsplit(" in ").next().unwrap_or_default();
            let within = self.frame;
            self.frame = match function {
                "ntransfercmd" => Some(Frame::Accept),
                "makepasv" | "getresp" | "getmultiline" | "getline" => Some(Frame::Reply),
                "create_connection" if within == Some(Frame::Accept) => Some(Frame::Dial),
                "create_connection" | "connect" if within.is_none() => Some(Frame::Connect),
                "retrlines" | "retrbinary" | "storbinary" | "storlines" => Some(Frame::Transfer),
                _ => within,
            };
            return understood(FTPLIB, Vec::new());
        }
        let frame = self.frame?;
        let (class, _) = text.split_once(':').unwrap_or((text, ""));
        let exception = !text.starts_with(' ')
            && class.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_'))
            && (class.contains("Error") || class.contains("timeout") || class.contains("error"));
        if !exception {
            return text.starts_with(' ').then(|| Understood {
                program: FTPLIB,
                key: String::new(),
                says: Vec::new(),
            });
        }
        self.frame = None;
        if class.starts_with("ftplib.error") {
            return understood(FTPLIB, Vec::new());
        }
        let says = match (shape::trouble(text), frame) {
            (Some(Trouble::TimedOut { waited }), Frame::Reply | Frame::Transfer) => {
                Some(Says::GaveUp(waited))
            }
            (Some(trouble), Frame::Dial | Frame::Accept | Frame::Transfer) => {
                Some(Says::DataTrouble(trouble))
            }
            (Some(Trouble::Closed), Frame::Reply) => Some(Says::Ends(End::Server)),
            (Some(Trouble::Reset), Frame::Reply) => Some(Says::Resets(End::Unknown)),
            (Some(trouble), _) => Some(Says::Trouble(trouble)),
            (None, _) if class.contains("SSL") || class.contains("ssl") => {
                Some(Says::TlsFailed(text.to_owned()))
            }
            (None, _) => None,
        };
        understood(FTPLIB, says.into_iter().collect())
    }
}
